//! Why the counter cannot take a step, with stable codes. What a room refuses comes through unchanged.

/// Why a step was refused. Nothing of it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The dossier has no assessment under this identifier.
    NoAssessment {
        /// The dossier.
        dossier: String,
        /// The identifier.
        assessment: String,
    },
    /// What was kept has no total in whole đồng.
    TotalUnread {
        /// The assessment.
        assessment: String,
        /// What stands there.
        got: String,
    },
    /// There is no such order.
    NoOrder {
        /// The identifier.
        order: String,
    },
    /// The identifier belongs to an order of another dossier or amount.
    OrderTaken {
        /// The identifier.
        order: String,
    },
    /// The assessment has an order already that can still be paid, or was.
    OrderOpen {
        /// The assessment.
        assessment: String,
        /// Its order.
        order: String,
    },
    /// The identifier of a request belongs to another dossier.
    RequestTaken {
        /// The request.
        request: String,
    },
    /// A fee is due and was not paid.
    NotPaid {
        /// The dossier.
        dossier: String,
        /// The state of its order; empty where there is none.
        state: String,
    },
    /// The fees refuse.
    Fees(motcua_fees::Error),
    /// The payments refuse.
    Payments(motcua_payments::Error),
    /// The record refuses.
    Ledger(motcua_ledger::Error),
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoAssessment { .. } => "motcua.no_assessment",
            Self::TotalUnread { .. } => "motcua.total_unread",
            Self::NoOrder { .. } => "motcua.no_order",
            Self::OrderTaken { .. } => "motcua.order_taken",
            Self::OrderOpen { .. } => "motcua.order_open",
            Self::RequestTaken { .. } => "motcua.request_taken",
            Self::NotPaid { .. } => "motcua.not_paid",
            Self::Fees(e) => e.code(),
            Self::Payments(e) => e.code(),
            Self::Ledger(e) => e.code(),
        }
    }

    /// The parameters of the message, by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NoAssessment { dossier, assessment } => {
                vec![("dossier", dossier.clone()), ("assessment", assessment.clone())]
            }
            Self::TotalUnread { assessment, got } => {
                vec![("assessment", assessment.clone()), ("got", got.clone())]
            }
            Self::NoOrder { order } | Self::OrderTaken { order } => vec![("order", order.clone())],
            Self::OrderOpen { assessment, order } => {
                vec![("assessment", assessment.clone()), ("order", order.clone())]
            }
            Self::RequestTaken { request } => vec![("request", request.clone())],
            Self::NotPaid { dossier, state } => {
                vec![("dossier", dossier.clone()), ("state", state.clone())]
            }
            Self::Fees(e) => e.details(),
            Self::Payments(e) => e.details(),
            Self::Ledger(e) => e.details(),
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoAssessment { dossier, assessment } => {
                write!(f, "dossier {dossier} was given no assessment {assessment}; assess it first")
            }
            Self::TotalUnread { assessment, got } => {
                write!(f, "assessment {assessment} has no total in whole đồng: {got}")
            }
            Self::NoOrder { order } => write!(f, "there is no order {order}; open it first"),
            Self::OrderTaken { order } => {
                write!(
                    f,
                    "order {order} is of another dossier, assessment or amount; take another identifier"
                )
            }
            Self::OrderOpen { assessment, order } => write!(
                f,
                "assessment {assessment} has the order {order}; lead that one on, or end it first"
            ),
            Self::RequestTaken { request } => write!(
                f,
                "request {request} belongs to another dossier or assessment; take another identifier"
            ),
            Self::NotPaid { dossier, state } if state.is_empty() => {
                write!(f, "a fee is due for dossier {dossier} and no order was named; open one")
            }
            Self::NotPaid { dossier, state } => {
                write!(f, "the fee of dossier {dossier} is not paid: its order is {state}")
            }
            Self::Fees(e) => e.fmt(f),
            Self::Payments(e) => e.fmt(f),
            Self::Ledger(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<motcua_fees::Error> for Error {
    fn from(e: motcua_fees::Error) -> Self {
        Self::Fees(e)
    }
}

impl From<motcua_payments::Error> for Error {
    fn from(e: motcua_payments::Error) -> Self {
        Self::Payments(e)
    }
}

impl From<motcua_ledger::Error> for Error {
    fn from(e: motcua_ledger::Error) -> Self {
        Self::Ledger(e)
    }
}
