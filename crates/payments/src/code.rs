//! Gateways' response codes as data: value, class, meaning in two languages. The tables stand in each gateway's folder.

use serde::{Deserialize, Serialize};

/// What a code means for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Money has been received.
    Paid,
    /// Not decided yet: query later.
    Pending,
    /// Something unusual (fraud check, reversal, authorised only): query, and a person looks at it.
    Hold,
    /// No money will come of this attempt.
    Failed,
    /// A refund is under way.
    RefundPending,
    /// A refund is done.
    Refunded,
    /// A refund was rejected.
    RefundFailed,
    /// A value that the tables do not have: treated like [`Class::Hold`], never as success or failure.
    Unknown,
}

/// One row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Code {
    /// The value on the wire.
    pub value: &'static str,
    /// What it means for an order.
    pub class: Class,
    /// Meaning in English.
    pub en: &'static str,
    /// Meaning in Vietnamese.
    pub vi: &'static str,
}

pub(crate) const fn row(
    value: &'static str,
    class: Class,
    en: &'static str,
    vi: &'static str,
) -> Code {
    Code { value, class, en, vi }
}

/// The row of `value`.
pub fn find(table: &'static [Code], value: &str) -> Option<&'static Code> {
    table.iter().find(|c| c.value == value)
}

/// A code as received, with what the tables say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// What it means for an order.
    pub class: Class,
    /// The raw value or values (`00/00` where two decide together).
    pub code: String,
    /// Meaning in English; empty for an unknown code.
    pub en: String,
    /// Meaning in Vietnamese; empty for an unknown code.
    pub vi: String,
}

impl Outcome {
    /// Looks `value` up; unknown values keep their raw text.
    pub fn of(table: &'static [Code], value: &str) -> Outcome {
        match find(table, value) {
            Some(code) => Outcome {
                class: code.class,
                code: value.to_owned(),
                en: code.en.to_owned(),
                vi: code.vi.to_owned(),
            },
            None => Outcome {
                class: Class::Unknown,
                code: value.to_owned(),
                en: String::new(),
                vi: String::new(),
            },
        }
    }
}
