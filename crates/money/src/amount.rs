//! The amount: a decimal and its currency, with checked and exact arithmetic. Not its text (`format`, `words`).

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::Decimal;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Currency, Error, Exact, Rounding};

/// An exact amount of money. Kept without trailing zeros, so that equal amounts have equal bytes everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    value: Decimal,
    currency: Currency,
}

impl Amount {
    /// `value` in units of `currency` (đồng, dollars; not cents).
    #[must_use]
    pub fn new(value: Decimal, currency: Currency) -> Self {
        Self { value: value.normalize(), currency }
    }

    /// Whole đồng.
    #[must_use]
    pub fn vnd(dong: i64) -> Self {
        Self::new(Decimal::from(dong), Currency::VND)
    }

    /// No money, in this currency.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self::new(Decimal::ZERO, currency)
    }

    /// An amount from a plain decimal string (`"36000"`, `"12.5"`), the JSON form.
    ///
    /// # Errors
    /// [`Error::BadDecimal`].
    pub fn from_decimal_str(raw: &str, currency: Currency) -> Result<Self, Error> {
        let bad = || Error::BadDecimal { raw: raw.to_owned() };
        raw.parse::<Exact>()?.to_decimal().map(|value| Self::new(value, currency)).ok_or_else(bad)
    }

    /// An exact value, if it is a decimal that fits.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn from_exact(value: Exact, currency: Currency) -> Result<Self, Error> {
        value
            .to_decimal()
            .map(|value| Self::new(value, currency))
            .ok_or(Error::Overflow { operation: "an amount" })
    }

    /// The number, in units of the currency.
    #[must_use]
    pub fn value(&self) -> Decimal {
        self.value
    }

    /// The currency.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The number as an exact fraction.
    #[must_use]
    pub fn exact(&self) -> Exact {
        Exact::from(self.value)
    }

    /// The whole number of units, if there is no fraction and it fits (what payment gateways take).
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        self.exact().to_integer().and_then(|value| i64::try_from(value).ok())
    }

    /// Is it zero?
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.value.is_zero()
    }

    /// Is it less than zero?
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.value.is_sign_negative() && !self.value.is_zero()
    }

    fn same_currency(&self, other: &Self) -> Result<(), Error> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(Error::CurrencyMismatch {
            left: self.currency.to_string(),
            right: other.currency.to_string(),
        })
    }

    /// The sum.
    ///
    /// # Errors
    /// [`Error::CurrencyMismatch`], [`Error::Overflow`].
    pub fn checked_add(&self, other: &Self) -> Result<Self, Error> {
        self.same_currency(other)?;
        Self::from_exact(self.exact().checked_add(other.exact())?, self.currency)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`Error::CurrencyMismatch`], [`Error::Overflow`].
    pub fn checked_sub(&self, other: &Self) -> Result<Self, Error> {
        self.same_currency(other)?;
        Self::from_exact(self.exact().checked_sub(other.exact())?, self.currency)
    }

    /// The exact product with a number; an error where the exact product does not fit, never a rounded one.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn checked_mul(&self, factor: Decimal) -> Result<Self, Error> {
        Self::from_exact(self.exact().checked_mul(factor.into())?, self.currency)
    }

    /// The order of two amounts of one currency.
    ///
    /// # Errors
    /// [`Error::CurrencyMismatch`].
    pub fn checked_cmp(&self, other: &Self) -> Result<Ordering, Error> {
        self.same_currency(other)?;
        Ok(self.value.cmp(&other.value))
    }

    /// The amount rounded by a named rule.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn round(&self, rounding: &Rounding) -> Result<Self, Error> {
        Self::from_exact(rounding.apply(self.exact())?, self.currency)
    }
}

impl Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Amount", 2)?;
        fields.serialize_field("amount", &self.value.to_string())?;
        fields.serialize_field("currency", &self.currency)?;
        fields.end()
    }
}

/// A decimal string; numbers are refused, as JSON numbers are floats to most readers.
struct DecimalText(String);

impl<'de> Deserialize<'de> for DecimalText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnlyText;
        impl Visitor<'_> for OnlyText {
            type Value = DecimalText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount as a decimal string such as \"36000\" (numbers are refused: they may be floats)")
            }
            fn visit_str<E: de::Error>(self, raw: &str) -> Result<DecimalText, E> {
                Ok(DecimalText(raw.to_owned()))
            }
        }
        deserializer.deserialize_any(OnlyText)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wire {
            amount: DecimalText,
            currency: Currency,
        }
        let wire = Wire::deserialize(deserializer)?;
        Self::from_decimal_str(&wire.amount.0, wire.currency).map_err(de::Error::custom)
    }
}
