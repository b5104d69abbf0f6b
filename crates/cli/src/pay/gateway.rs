//! What is known of the order that a notice should be of, and the verdict.

use motcua::payments::notice::{Expected, RawNotice, Verdict};
use motcua::payments::order::Order;
use time::OffsetDateTime;

use super::{AccountArguments, account};
use crate::error::Error;

/// What is known of the order that a notice should be of.
pub enum Known {
    /// The order itself.
    Order(Box<Order>),
    /// Reference and amount.
    Expected(Box<Expected>),
    /// Nothing: only authenticity can be judged.
    Nothing,
}

/// Judges a notice.
pub fn verify(
    arguments: &AccountArguments,
    raw: &RawNotice,
    known: &Known,
    now: OffsetDateTime,
) -> Result<Verdict, Error> {
    let account = account::read(arguments)?;
    Ok(match known {
        Known::Order(order) => account.verify_for(raw, order, now),
        Known::Expected(expected) => account.verify(raw, Some(expected)),
        Known::Nothing => account.verify(raw, None),
    })
}
