//! What a bank or provider says: credits, and the statement they stood in. How each format is read lives in `camt.rs`, `table.rs` and
//! `webhook.rs`.

use std::cmp::Ordering;
use std::sync::Arc;

use motcua_money::{Amount, Currency};
use serde::{Serialize, Serializer};
use time::Date;

use super::Error;
use super::units::{Units, units};

/// Which way a booking went. Plain debits are counted on the statement and are no credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Money came in.
    In,
    /// A credit was taken back: money that had come in went out again (`DBIT` with `RvslInd`, or a returned credit).
    ReversalOfIn,
    /// A debit was taken back: our own payment, such as a refund, came home. It pays for no order.
    ReversalOfOut,
}

impl Direction {
    /// Whether the booking makes the balance smaller.
    pub fn is_negative(self) -> bool {
        match self {
            Direction::ReversalOfIn => true,
            Direction::In | Direction::ReversalOfOut => false,
        }
    }
}

/// One movement of money in our favour, or its reversal. A batch entry gives several. The payer's name and account are not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Credit {
    /// The kind of source: `camt.053`, `camt.054`, or the name of the mapping.
    #[serde(serialize_with = "shared")]
    pub source: Arc<str>,
    /// The gateway whose settlement file it is; none for a bank. Transaction numbers then belong to this gateway.
    #[serde(serialize_with = "shared_option", skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Arc<str>>,
    /// The account credited; empty where the source does not say.
    #[serde(serialize_with = "shared")]
    pub account: Arc<str>,
    /// The source's own unique number of the booking; empty where it has none. The same number, account, amount and day twice is
    /// one booking told twice.
    pub id: Box<str>,
    /// Which way.
    pub direction: Direction,
    /// The amount, never negative; [`Direction`] gives the sign.
    pub amount: Amount,
    /// The booking day.
    #[serde(serialize_with = "day", skip_serializing_if = "Option::is_none")]
    pub booked: Option<Date>,
    /// Texts in which a payer or bank may have put our reference.
    pub text: Box<str>,
    /// Whole values that may be our reference: structured creditor reference, end-to-end identifier, a provider's order column.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub references: Box<[Box<str>]>,
    /// Numbers by which a gateway or bank knows the transaction.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub transactions: Box<[Box<str>]>,
    /// The bank's transaction code, such as `PMNT/RCDT/ESCT`; empty where there is none.
    #[serde(serialize_with = "shared")]
    pub code: Arc<str>,
}

impl Credit {
    /// A credit of `amount` that came in, known to the source as `id`; the other fields are empty.
    pub fn new(source: &str, id: &str, amount: Amount) -> Credit {
        Credit {
            source: Arc::from(source),
            gateway: None,
            account: Arc::from(""),
            id: Box::from(id),
            direction: Direction::In,
            amount,
            booked: None,
            text: Box::from(""),
            references: Box::default(),
            transactions: Box::default(),
            code: Arc::from(""),
        }
    }

    /// The amount with its sign.
    pub(super) fn signed(&self) -> Result<Units, Error> {
        let value = units(&self.amount)?;
        Ok(if self.direction.is_negative() { -value } else { value })
    }

    /// An order over all fields: whatever the order of the input, the same credits stand in the same places.
    pub(super) fn canonical(&self, other: &Credit) -> Ordering {
        let first = |c: &Credit| (c.booked, c.amount.currency(), c.direction);
        first(self)
            .cmp(&first(other))
            .then_with(|| self.account.cmp(&other.account))
            .then_with(|| self.id.cmp(&other.id))
            .then_with(|| self.amount.value().cmp(&other.amount.value()))
            .then_with(|| self.text.cmp(&other.text))
            .then_with(|| self.references.cmp(&other.references))
            .then_with(|| self.transactions.cmp(&other.transactions))
            .then_with(|| self.source.cmp(&other.source))
            .then_with(|| self.gateway.cmp(&other.gateway))
            .then_with(|| self.code.cmp(&other.code))
    }
}

/// Bookings that are no credits, counted so that the balance can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// Their sum, never negative.
    pub sum: Amount,
}

/// What was remarked on a statement. Nothing here is silent: a run with findings is not clean.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// A batch whose parts do not add up to its entry: kept whole.
    BatchSum {
        /// The entry's own number, or its place.
        entry: String,
        /// Why it could not be split.
        problem: String,
    },
    /// A count or sum that the statement states about itself and that its entries do not give.
    Summary {
        /// Which one.
        field: String,
        /// As stated.
        stated: String,
        /// As counted.
        counted: String,
    },
    /// A balance that cannot be used to check the statement.
    Balance {
        /// Its code, such as `CLBD`.
        code: String,
        /// Why.
        problem: String,
    },
    /// One page of several: the balances are of the whole.
    Page {
        /// The page number.
        number: String,
    },
    /// A row of a settlement file whose amount less fee is not its net amount.
    Net {
        /// Line from 1.
        line: u64,
        /// As stated.
        stated: String,
        /// As counted.
        counted: String,
    },
}

/// A statement as read: its credits, and what is needed to know whether it is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The kind of source.
    #[serde(serialize_with = "shared")]
    pub source: Arc<str>,
    /// The statement's own identifier; empty where it has none.
    pub id: String,
    /// The account.
    #[serde(serialize_with = "shared")]
    pub account: Arc<str>,
    /// The currency.
    pub currency: Currency,
    /// Opening booked balance, may be negative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<Amount>,
    /// Closing booked balance, may be negative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closing: Option<Amount>,
    /// Closing less (opening and all bookings): zero when the statement is whole, none when it states no balances.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<Amount>,
    /// Debits booked, reversals of credits not among them.
    pub debits: Tally,
    /// Entries that are not booked yet (pending, information): no money, not matched. The sum is of their figures, whichever way.
    pub not_booked: Tally,
    /// Fees that a provider kept back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fees: Option<Amount>,
    /// What was remarked.
    pub findings: Vec<Finding>,
    /// The credits; moved into the run by [`super::reconcile`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<Credit>,
}

impl Statement {
    pub(super) fn new(source: Arc<str>, currency: Currency) -> Statement {
        let none = Tally { count: 0, sum: Amount::zero(currency) };
        Statement {
            source,
            id: String::new(),
            account: Arc::from(""),
            currency,
            opening: None,
            closing: None,
            gap: None,
            debits: none,
            not_booked: none,
            fees: None,
            findings: Vec::new(),
            credits: Vec::new(),
        }
    }

    /// Whether nothing was remarked and the balances, where stated, fit.
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty() && self.gap.is_none_or(|g| g.is_zero())
    }
}

impl Tally {
    pub(super) fn add(&mut self, amount: &Amount) -> Result<(), Error> {
        self.count += 1;
        let too_fine = |_| Error::AmountTooFine { got: amount.value().to_string() };
        self.sum = self.sum.checked_add(amount).map_err(too_fine)?;
        Ok(())
    }
}

fn shared<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

fn shared_option<S: Serializer>(text: &Option<Arc<str>>, serializer: S) -> Result<S::Ok, S::Error> {
    match text {
        Some(text) => serializer.serialize_some(&**text),
        None => serializer.serialize_none(),
    }
}

fn day<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.serialize_some(&crate::day::text(*date)),
        None => serializer.serialize_none(),
    }
}
