//! Why a notice was refused, and what was remarked on one that was not. These are findings, not errors.

use serde::Serialize;

/// Why a notice was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code")]
#[non_exhaustive]
pub enum Reason {
    /// It cannot be read as this gateway's notice: nothing in it was believed.
    #[serde(rename = "payments.notice.malformed")]
    Malformed {
        /// The field or place.
        place: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// It carries no signature, or an empty one.
    #[serde(rename = "payments.notice.signature_absent")]
    SignatureAbsent,
    /// Its signature fits none of the keys.
    #[serde(rename = "payments.notice.signature_wrong")]
    SignatureWrong,
    /// A test call of the gateway that no order stands behind.
    #[serde(rename = "payments.notice.test_call")]
    TestCall {
        /// How it was recognised.
        sign: &'static str,
    },
    /// Authentic, but no order has the reference.
    #[serde(rename = "payments.notice.unknown_order")]
    UnknownOrder {
        /// The reference.
        reference: String,
    },
    /// Authentic, but for another merchant or terminal.
    #[serde(rename = "payments.notice.merchant")]
    Merchant {
        /// The code in the notice.
        got: String,
        /// Ours.
        expected: String,
    },
    /// Authentic, but for another order (a replay, or a wrong look-up).
    #[serde(rename = "payments.notice.reference")]
    Reference {
        /// The reference in the notice.
        got: String,
        /// The order's.
        expected: String,
    },
    /// Authentic, but of another amount.
    #[serde(rename = "payments.notice.amount")]
    Amount {
        /// The amount in the notice.
        got: crate::Dong,
        /// The order's.
        expected: crate::Dong,
    },
    /// Authentic, but in another currency, or without the one it must carry.
    #[serde(rename = "payments.notice.currency")]
    Currency {
        /// The currency in the notice, empty where absent.
        got: String,
    },
    /// Authentic, but another value that was sent did not come back as it was.
    #[serde(rename = "payments.notice.field")]
    Field {
        /// The field, by the gateway's own name.
        field: String,
        /// The value in the notice, empty where absent.
        got: String,
        /// The value sent, empty where none was.
        expected: String,
    },
    /// Authentic, but its transaction was already counted for another order.
    #[serde(rename = "payments.notice.transaction_reused")]
    TransactionReused {
        /// The gateway's transaction number.
        transaction: String,
    },
}

impl Reason {
    /// What a gateway's reader says of a notice that it cannot read, or that could be read in two ways.
    pub fn malformed(place: impl Into<String>, problem: &'static str) -> Reason {
        Reason::Malformed { place: place.into(), problem }
    }

    /// The stable code of the finding.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::Malformed { .. } => "payments.notice.malformed",
            Reason::SignatureAbsent => "payments.notice.signature_absent",
            Reason::SignatureWrong => "payments.notice.signature_wrong",
            Reason::TestCall { .. } => "payments.notice.test_call",
            Reason::UnknownOrder { .. } => "payments.notice.unknown_order",
            Reason::Merchant { .. } => "payments.notice.merchant",
            Reason::Reference { .. } => "payments.notice.reference",
            Reason::Amount { .. } => "payments.notice.amount",
            Reason::Currency { .. } => "payments.notice.currency",
            Reason::Field { .. } => "payments.notice.field",
            Reason::TransactionReused { .. } => "payments.notice.transaction_reused",
        }
    }

    /// Whether somebody may be attacking: write it to the audit record and look at it.
    pub fn is_security_event(&self) -> bool {
        match self {
            Reason::Malformed { .. }
            | Reason::SignatureAbsent
            | Reason::SignatureWrong
            | Reason::Merchant { .. }
            | Reason::Reference { .. }
            | Reason::Field { .. }
            | Reason::TransactionReused { .. } => true,
            Reason::TestCall { .. }
            | Reason::UnknownOrder { .. }
            | Reason::Amount { .. }
            | Reason::Currency { .. } => false,
        }
    }
}

/// What was remarked on a notice that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code")]
#[non_exhaustive]
pub enum Warning {
    /// The gateway's time lies after ours by more than the tolerance.
    #[serde(rename = "payments.notice.clock_ahead")]
    ClockAhead {
        /// Seconds ahead.
        seconds: i64,
    },
    /// The gateway's time lies before the order was opened by more than the tolerance.
    #[serde(rename = "payments.notice.before_opening")]
    BeforeOpening {
        /// Seconds before.
        seconds: i64,
    },
    /// A code that the gateway's tables do not have.
    #[serde(rename = "payments.notice.code_unknown")]
    CodeUnknown {
        /// The raw value.
        value: String,
    },
    /// The outcome stands outside the signature: a hint that an authenticated query must confirm.
    #[serde(rename = "payments.notice.outcome_unsigned")]
    OutcomeUnsigned {
        /// What it claims.
        claimed: String,
    },
    /// An older key matched: the rotation is not finished.
    #[serde(rename = "payments.notice.previous_key")]
    PreviousKey {
        /// Its label.
        label: String,
    },
}
