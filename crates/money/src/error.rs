//! What can go wrong with amounts. Each error says what was wrong, with the raw value, and what to pass instead.

/// Why an amount could not be read, computed or written.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text is not an amount in any accepted form.
    #[error(
        "`{raw}` is not an amount: write whole đồng with dots between thousands (36.000 ₫), or plain digits (36000)"
    )]
    BadAmount {
        /// The text as given.
        raw: String,
    },
    /// The text is not a plain decimal number.
    #[error(
        "`{raw}` is not an exact decimal number: write digits with at most one point, such as 36000 or 0.001"
    )]
    BadDecimal {
        /// The text as given.
        raw: String,
    },
    /// The currency code is unknown.
    #[error("`{raw}` is not a currency known here: use an ISO 4217 code such as VND or USD")]
    UnknownCurrency {
        /// The code as given.
        raw: String,
    },
    /// Two amounts of different currencies met.
    #[error(
        "cannot combine {left} with {right}: convert one of them first, with a dated exchange rate"
    )]
    CurrencyMismatch {
        /// Currency of the first amount.
        left: String,
        /// Currency of the second amount.
        right: String,
    },
    /// The exact result does not fit.
    #[error(
        "{operation} overflows: the exact result needs more than 96 bits or 28 decimal places; use smaller amounts"
    )]
    Overflow {
        /// The operation, in words.
        operation: &'static str,
    },
    /// Division by zero.
    #[error("{operation} divides by zero: give a divisor other than zero")]
    DivisionByZero {
        /// The operation, in words.
        operation: &'static str,
    },
    /// The rounding unit is zero or negative.
    #[error("`{raw}` cannot be a rounding unit: it must be greater than zero")]
    BadRoundingUnit {
        /// The unit as given.
        raw: String,
    },
    /// An amount with parts below the smallest unit of the currency has no words.
    #[error("{amount} has parts smaller than the smallest unit of {currency}: round it first")]
    TooFine {
        /// The amount.
        amount: String,
        /// Its currency.
        currency: String,
    },
}

impl Error {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadAmount { .. } => "money.bad_amount",
            Self::BadDecimal { .. } => "money.bad_decimal",
            Self::UnknownCurrency { .. } => "money.unknown_currency",
            Self::CurrencyMismatch { .. } => "money.currency_mismatch",
            Self::Overflow { .. } => "money.overflow",
            Self::DivisionByZero { .. } => "money.division_by_zero",
            Self::BadRoundingUnit { .. } => "money.bad_rounding_unit",
            Self::TooFine { .. } => "money.too_fine",
        }
    }

    /// The parameters of the message, by name.
    #[must_use]
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::BadAmount { raw }
            | Self::BadDecimal { raw }
            | Self::UnknownCurrency { raw }
            | Self::BadRoundingUnit { raw } => vec![("raw", raw.clone())],
            Self::CurrencyMismatch { left, right } => {
                vec![("left", left.clone()), ("right", right.clone())]
            }
            Self::Overflow { operation } | Self::DivisionByZero { operation } => {
                vec![("operation", (*operation).to_owned())]
            }
            Self::TooFine { amount, currency } => {
                vec![("amount", amount.clone()), ("currency", currency.clone())]
            }
        }
    }
}
