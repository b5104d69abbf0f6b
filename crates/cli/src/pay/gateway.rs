//! The gateways by name: which functions of the library a name stands for.

use motcua::payments::gateway::{Account, EnvironmentKind, Gateway, Outgoing};
use motcua::payments::notice::{
    Expected, NoticeRules, RawNotice, Verdict, claimed_reference, verify as judge,
};
use motcua::payments::order::Order;
use motcua::payments::{keypay, momo, onepay, payos, payplatform, viettelpay, vnpay, zalopay};
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use super::{AccountArguments, account};
use crate::error::Error;

/// The names that `--gateway` takes.
pub const NAMES: &str = "vnpay, momo, zalopay, payos, onepay, viettelpay, payplatform, keypay";

/// Runs `$body` with `$g` as the gateway's type, by its name.
macro_rules! by_name {
    ($arguments:expr, $($name:literal => $run:expr),+ $(,)?) => {
        match $arguments.gateway.as_str() {
            $($name => $run,)+
            other => Err(Error::Gateway { got: other.to_owned(), known: NAMES }),
        }
    };
}
pub(super) use by_name;

/// A request, and the account that it was built with.
pub struct Sent {
    pub outgoing: Outgoing,
    pub gateway: &'static str,
    pub environment: EnvironmentKind,
    pub merchant: String,
}

type Build<G, P> = fn(&Account<G>, &P) -> Result<Outgoing, motcua::payments::Error>;

fn build<G: Gateway + Clone, P: DeserializeOwned>(
    arguments: &AccountArguments,
    payment: &str,
    named: impl Fn(serde_json::Error) -> Error,
    build: Build<G, P>,
) -> Result<Sent, Error>
where
    G::Keys: DeserializeOwned,
{
    let account = account::read::<G>(arguments)?;
    let payment: P = serde_json::from_str(payment).map_err(named)?;
    Ok(Sent {
        outgoing: build(&account, &payment)?,
        gateway: G::NAME,
        environment: account.environment(),
        merchant: account.merchant().to_owned(),
    })
}

/// Builds the request for a payment in JSON.
pub fn request(
    arguments: &AccountArguments,
    payment: &str,
    named: impl Fn(serde_json::Error) -> Error,
) -> Result<Sent, Error> {
    by_name!(arguments,
        "vnpay" => build(arguments, payment, named, vnpay::request),
        "momo" => build(arguments, payment, named, momo::request),
        "zalopay" => build(arguments, payment, named, zalopay::request),
        "payos" => build(arguments, payment, named, payos::request),
        "onepay" => build(arguments, payment, named, onepay::request),
        "viettelpay" => build(arguments, payment, named, viettelpay::request),
        "payplatform" => build(arguments, payment, named, payplatform::request),
        "keypay" => build(arguments, payment, named, keypay::request),
    )
}

/// What is known of the order that a notice should be of.
pub enum Known {
    /// The order itself.
    Order(Box<Order>),
    /// Reference and amount.
    Expected(Box<Expected>),
    /// Nothing: only authenticity can be judged.
    Nothing,
}

fn verdict<G: NoticeRules + Clone>(
    arguments: &AccountArguments,
    raw: &RawNotice,
    known: &Known,
    now: OffsetDateTime,
) -> Result<Verdict, Error>
where
    G::Keys: DeserializeOwned,
{
    let account = account::read::<G>(arguments)?;
    let expected = match known {
        // A notice that cannot be read has no reference; the verdict says why.
        Known::Order(order) => claimed_reference::<G>(raw)
            .ok()
            .and_then(|reference| order.expected(&reference, Some(now))),
        Known::Expected(expected) => Some((**expected).clone()),
        Known::Nothing => None,
    };
    Ok(judge(raw, &account, expected.as_ref()))
}

/// Judges a notice.
pub fn verify(
    arguments: &AccountArguments,
    raw: &RawNotice,
    known: &Known,
    now: OffsetDateTime,
) -> Result<Verdict, Error> {
    by_name!(arguments,
        "vnpay" => verdict::<vnpay::Vnpay>(arguments, raw, known, now),
        "momo" => verdict::<momo::Momo>(arguments, raw, known, now),
        "zalopay" => verdict::<zalopay::Zalopay>(arguments, raw, known, now),
        "payos" => verdict::<payos::Payos>(arguments, raw, known, now),
        "onepay" => verdict::<onepay::Onepay>(arguments, raw, known, now),
        "viettelpay" => verdict::<viettelpay::Viettelpay>(arguments, raw, known, now),
        "payplatform" => verdict::<payplatform::Payplatform>(arguments, raw, known, now),
        "keypay" => verdict::<keypay::Keypay>(arguments, raw, known, now),
    )
}
