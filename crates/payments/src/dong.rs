//! Whole đồng: the only form in which an amount enters or leaves a gateway message. Rounding and other currencies live in
//! `motcua-money`; scaling (×100 for VNPAY and OnePay) is done here, once.

use std::fmt;
use std::ops::Deref;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;

/// An exact, non-negative number of Vietnamese đồng, at most [`Dong::MAX`].
///
/// In JSON `{"amount":"36000","currency":"VND"}`: the amount is a string of digits, never a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dong(u64);

impl Dong {
    /// No money.
    pub const ZERO: Dong = Dong(0);
    /// The largest amount taken: 10^13 − 1 đồng, the 13 digits that EMVCo's object 54 can carry.
    /// ×100 it still is far below 2^53, so every system on the way can hold it.
    pub const MAX: Dong = Dong(9_999_999_999_999);

    /// `amount` đồng. Fails with `payments.amount_range` above [`Dong::MAX`].
    pub fn new(amount: u64) -> Result<Dong, Error> {
        if amount > Dong::MAX.0 {
            return Err(Error::AmountRange {
                field: "amount",
                got: amount.to_string(),
                min: 0,
                max: Dong::MAX.0,
            });
        }
        Ok(Dong(amount))
    }

    /// Reads decimal digits as gateways write them: no sign, grouping, fraction or leading zero.
    pub fn parse(text: &str) -> Result<Dong, Error> {
        let canonical = !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_digit())
            && (text == "0" || !text.starts_with('0'));
        match text.parse::<u64>() {
            Ok(value) if canonical => Dong::new(value),
            Ok(_) | Err(_) => Err(Error::FieldPattern {
                field: "amount",
                got: text.to_owned(),
                expected: "whole đồng as digits, without sign, grouping or leading zero",
            }),
        }
    }

    /// Reads an amount that an answer may leave empty.
    pub(crate) fn parse_some(text: &str) -> Result<Option<Dong>, Error> {
        if text.is_empty() { Ok(None) } else { Dong::parse(text).map(Some) }
    }

    /// Reads an amount that the gateway scales by 100; hundredths that are not whole đồng are refused.
    pub fn parse_hundredths(text: &str) -> Result<Dong, Error> {
        match text.strip_suffix("00") {
            Some(whole) => Dong::parse(whole),
            None if text == "0" => Ok(Dong::ZERO),
            None => Err(Error::FieldPattern {
                field: "amount",
                got: text.to_owned(),
                expected: "đồng × 100 as digits: the last two must be 00",
            }),
        }
    }

    /// The number of đồng.
    pub fn get(self) -> u64 {
        self.0
    }

    /// The number of đồng in decimal digits, as [`Dong::parse`] reads them.
    pub(crate) fn digits(self) -> Digits {
        // The largest amount has 13.
        let mut digits = Digits { bytes: [b'0'; 13], start: 13 };
        let mut left = self.0;
        for (place, digit) in digits.bytes.iter_mut().enumerate().rev() {
            *digit += (left % 10) as u8;
            left /= 10;
            digits.start = place;
            if left == 0 {
                break;
            }
        }
        digits
    }

    /// đồng × 100, as VNPAY and OnePay send it.
    pub fn hundredths(self) -> u64 {
        self.0 * 100
    }

    /// Sum, or `payments.amount_range`.
    pub fn plus(self, other: Dong) -> Result<Dong, Error> {
        Dong::new(self.0 + other.0)
    }

    /// Difference; `None` where it would be negative.
    pub fn minus(self, other: Dong) -> Option<Dong> {
        self.0.checked_sub(other.0).map(Dong)
    }

    /// Checks an inclusive range that a gateway sets.
    pub(crate) fn within(self, field: &'static str, min: u64, max: u64) -> Result<Dong, Error> {
        if self.0 < min || self.0 > max {
            return Err(Error::AmountRange { field, got: self.0.to_string(), min, max });
        }
        Ok(self)
    }

    /// The sum of many amounts, or `payments.amount_range`.
    pub fn sum(amounts: impl IntoIterator<Item = Dong>) -> Result<Dong, Error> {
        amounts.into_iter().try_fold(Dong::ZERO, Dong::plus)
    }
}

/// An amount in decimal digits.
pub(crate) struct Digits {
    bytes: [u8; 13],
    start: usize,
}

impl Deref for Digits {
    type Target = str;
    fn deref(&self) -> &str {
        // Digits are always UTF-8.
        let digits = self.bytes.get(self.start..).unwrap_or_default();
        std::str::from_utf8(digits).unwrap_or_default()
    }
}

impl TryFrom<motcua_money::Amount> for Dong {
    type Error = Error;

    /// Takes whole, non-negative đồng only: rounding belongs to the fee rules.
    fn try_from(amount: motcua_money::Amount) -> Result<Dong, Error> {
        let refused = || Error::AmountNotDong {
            got: amount.value().to_string(),
            currency: amount.currency().code().to_owned(),
        };
        if amount.currency().code() != "VND" {
            return Err(refused());
        }
        let whole = amount.to_i64().ok_or_else(refused)?;
        Dong::new(u64::try_from(whole).map_err(|_| refused())?)
    }
}

impl fmt::Display for Dong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    amount: String,
    currency: String,
}

impl Serialize for Dong {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire { amount: self.0.to_string(), currency: "VND".to_owned() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Dong {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Dong, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        if wire.currency != "VND" {
            return Err(D::Error::custom(format!(
                "currency {:?}: only VND is taken here",
                wire.currency
            )));
        }
        Dong::parse(&wire.amount).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_canonical_digits() {
        assert_eq!(Dong::parse("36000").unwrap().get(), 36_000);
        for bad in ["", "036", "-1", "+1", "1.0", "1 000", "１", "10000000000000"] {
            assert!(Dong::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn digits_are_those_shown() {
        for amount in [0, 1, 9, 10, 36_000, 100_000, 9_999_999_999_999] {
            let amount = Dong::new(amount).unwrap();
            assert_eq!(*amount.digits(), *amount.to_string());
        }
    }

    #[test]
    fn hundredths_are_whole() {
        assert_eq!(Dong::parse_hundredths("1000000").unwrap().get(), 10_000);
        assert_eq!(Dong::parse_hundredths("999999999999900").unwrap(), Dong::MAX);
        assert!(Dong::parse_hundredths("1000050").is_err());
        assert!(Dong::parse_hundredths("99999999999990000").is_err());
    }
}
