//! Why a receipt, its number, its correction or its summary was refused.

/// An error of receipts: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A field of a receipt that is missing or wrong.
    #[error("receipt, {field}: {problem}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong and what to give.
        problem: String,
    },
    /// A day for which no rules are known.
    #[error("no rules for receipts of {date} are known: give a day from 2020 on")]
    NoRegime {
        /// The day.
        date: String,
    },
    /// A form or symbol that the rules of the day do not have.
    #[error("{field} {got:?} cannot stand on a receipt of {date}: expected {expected}")]
    Series {
        /// `form` or `symbol`.
        field: &'static str,
        /// The value.
        got: String,
        /// The day.
        date: String,
        /// What it must be.
        expected: String,
    },
    /// No number left in the series.
    #[error("series {form} {symbol} has used its {max} numbers: open another symbol")]
    NumbersUsedUp {
        /// The form.
        form: String,
        /// The symbol.
        symbol: String,
        /// The last number.
        max: u32,
    },
    /// A receipt as stored that does not say what its own lines say.
    #[error(
        "receipt {receipt}: {field} is {got:?}, its lines give {expected:?}: it has been changed"
    )]
    Altered {
        /// Form, symbol and number.
        receipt: String,
        /// The field.
        field: &'static str,
        /// As stored.
        got: String,
        /// As computed.
        expected: String,
    },
    /// A chain of replacements that does not hold.
    #[error("receipt {receipt}: {problem}")]
    Chain {
        /// Form, symbol and number.
        receipt: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A rule that is not known for this regime.
    #[error("{what} under {regime} is not known here: look it up, nothing is guessed")]
    NoRule {
        /// What was asked.
        what: &'static str,
        /// The regime.
        regime: String,
    },
    /// A receipt that does not belong in the summary.
    #[error("receipt {receipt} does not belong in the summary: {problem}")]
    Summary {
        /// Form, symbol and number.
        receipt: String,
        /// Why.
        problem: &'static str,
    },
}

impl Error {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Field { .. } => "payments.receipt_field",
            Error::NoRegime { .. } => "payments.receipt_no_regime",
            Error::Series { .. } => "payments.receipt_series",
            Error::NumbersUsedUp { .. } => "payments.receipt_numbers_used_up",
            Error::Altered { .. } => "payments.receipt_altered",
            Error::Chain { .. } => "payments.receipt_chain",
            Error::NoRule { .. } => "payments.receipt_no_rule",
            Error::Summary { .. } => "payments.receipt_summary",
        }
    }

    /// The parameters of the error by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::Field { field, problem } => {
                vec![("field", (*field).to_owned()), ("problem", problem.clone())]
            }
            Error::NoRegime { date } => vec![("date", date.clone())],
            Error::Series { field, got, date, expected } => vec![
                ("field", (*field).to_owned()),
                ("got", got.clone()),
                ("date", date.clone()),
                ("expected", expected.clone()),
            ],
            Error::NumbersUsedUp { form, symbol, max } => {
                vec![("form", form.clone()), ("symbol", symbol.clone()), ("max", max.to_string())]
            }
            Error::Altered { receipt, field, got, expected } => vec![
                ("receipt", receipt.clone()),
                ("field", (*field).to_owned()),
                ("got", got.clone()),
                ("expected", expected.clone()),
            ],
            Error::Chain { receipt, problem } | Error::Summary { receipt, problem } => {
                vec![("receipt", receipt.clone()), ("problem", (*problem).to_owned())]
            }
            Error::NoRule { what, regime } => {
                vec![("what", (*what).to_owned()), ("regime", regime.clone())]
            }
        }
    }
}
