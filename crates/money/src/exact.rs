//! Exact fractions for the steps of a computation: nothing is lost until a rounding rule is applied. Not a general number
//! tower: what does not fit is an error.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use crate::{Error, RoundingMode};

/// A fraction in lowest terms with a positive denominator.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Exact {
    num: i128,
    den: i128,
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    if let (Ok(mut x), Ok(mut y)) = (u64::try_from(a), u64::try_from(b)) {
        while y != 0 {
            (x, y) = (y, x % y);
        }
        return u128::from(x);
    }
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The greatest common divisor as a positive `i128`, 1 where it would not fit.
fn common(a: i128, b: i128) -> i128 {
    i128::try_from(gcd(a.unsigned_abs(), b.unsigned_abs())).unwrap_or(1).max(1)
}

/// Made only where it is needed: an error that is made and dropped costs more than the sum.
#[cold]
fn overflow(operation: &'static str) -> Error {
    Error::Overflow { operation }
}

impl Exact {
    /// Zero.
    pub const ZERO: Self = Self { num: 0, den: 1 };
    /// One.
    pub const ONE: Self = Self { num: 1, den: 1 };

    /// A whole number.
    #[must_use]
    pub const fn from_integer(value: i128) -> Self {
        Self { num: value, den: 1 }
    }

    /// `num / den` in lowest terms.
    ///
    /// # Errors
    /// [`Error::DivisionByZero`]; [`Error::Overflow`] for the smallest `i128`.
    pub fn new(num: i128, den: i128) -> Result<Self, Error> {
        const OP: &str = "a fraction";
        if den == 0 {
            return Err(Error::DivisionByZero { operation: OP });
        }
        let factor = common(num, den);
        let (num, den) = (num / factor, den / factor);
        if den > 0 {
            return Ok(Self { num, den });
        }
        match (num.checked_neg(), den.checked_neg()) {
            (Some(num), Some(den)) => Ok(Self { num, den }),
            _ => Err(Error::Overflow { operation: OP }),
        }
    }

    /// The numerator, in lowest terms.
    #[must_use]
    pub fn numerator(&self) -> i128 {
        self.num
    }

    /// The denominator, in lowest terms, greater than zero.
    #[must_use]
    pub fn denominator(&self) -> i128 {
        self.den
    }

    /// Is it a whole number?
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.den == 1
    }

    /// Is it zero?
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.num == 0
    }

    /// Is it less than zero?
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.num < 0
    }

    /// The whole number, if it is one.
    #[must_use]
    pub fn to_integer(&self) -> Option<i128> {
        self.is_integer().then_some(self.num)
    }

    /// The sum.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    #[inline]
    pub fn checked_add(self, other: Self) -> Result<Self, Error> {
        let sum = if self.den == 1 && other.den == 1 {
            self.num.checked_add(other.num).map(Self::from_integer)
        } else {
            self.add_fraction(other)
        };
        sum.ok_or_else(|| overflow("addition"))
    }

    fn add_fraction(self, other: Self) -> Option<Self> {
        let factor = common(self.den, other.den);
        let left = self.num.checked_mul(other.den / factor)?;
        let right = other.num.checked_mul(self.den / factor)?;
        let den = self.den.checked_mul(other.den / factor)?;
        Self::new(left.checked_add(right)?, den).ok()
    }

    /// The difference.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    #[inline]
    pub fn checked_sub(self, other: Self) -> Result<Self, Error> {
        let negated = other.num.checked_neg();
        let num = negated.ok_or_else(|| overflow("subtraction"))?;
        self.checked_add(Self { num, den: other.den })
    }

    /// The product.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    #[inline]
    pub fn checked_mul(self, other: Self) -> Result<Self, Error> {
        let product = if self.den == 1 && other.den == 1 {
            self.num.checked_mul(other.num).map(Self::from_integer)
        } else {
            self.mul_fraction(other)
        };
        product.ok_or_else(|| overflow("multiplication"))
    }

    fn mul_fraction(self, other: Self) -> Option<Self> {
        // Reduced crosswise first, so that the product is already in lowest terms and as small as it can be.
        let (a, b) = (common(self.num, other.den), common(other.num, self.den));
        let num = (self.num / a).checked_mul(other.num / b)?;
        let den = (self.den / b).checked_mul(other.den / a)?;
        Some(Self { num, den })
    }

    /// The quotient.
    ///
    /// # Errors
    /// [`Error::DivisionByZero`], [`Error::Overflow`].
    pub fn checked_div(self, other: Self) -> Result<Self, Error> {
        if other.num == 0 {
            return Err(Error::DivisionByZero { operation: "division" });
        }
        self.checked_mul(Self::new(other.den, other.num)?)
    }

    /// The nearest whole number as the mode says.
    #[must_use]
    pub fn round_to_integer(self, mode: RoundingMode) -> i128 {
        let (floor, rest) = (self.num.div_euclid(self.den), self.num.rem_euclid(self.den));
        if rest == 0 {
            return floor;
        }
        // Not whole, so the denominator is at least 2 and floor + 1 fits.
        let above = floor + 1;
        let half = rest.cmp(&(self.den - rest));
        let (away, toward) = if self.num < 0 { (floor, above) } else { (above, floor) };
        match (mode, half) {
            (RoundingMode::Ceiling, _) => above,
            (RoundingMode::Floor, _) => floor,
            (RoundingMode::Up, _) | (RoundingMode::HalfUp, Ordering::Equal) => away,
            (RoundingMode::Down, _) | (RoundingMode::HalfDown, Ordering::Equal) => toward,
            (RoundingMode::HalfEven, Ordering::Equal) => {
                if floor % 2 == 0 {
                    floor
                } else {
                    above
                }
            }
            (_, Ordering::Greater) => above,
            (_, Ordering::Less) => floor,
        }
    }

    /// As a decimal, if it has one that fits (the denominator has no prime factor but 2 and 5).
    #[must_use]
    pub fn to_decimal(&self) -> Option<Decimal> {
        let (mut num, mut den, mut scale) = (self.num, self.den, 0_u32);
        while den != 1 {
            let factor = if den % 10 == 0 {
                1
            } else if den % 5 == 0 {
                2
            } else if den % 2 == 0 {
                5
            } else {
                return None;
            };
            num = num.checked_mul(factor)?;
            den = den.checked_mul(factor)? / 10;
            scale += 1;
        }
        Decimal::try_from_i128_with_scale(num, scale).ok()
    }
}

impl From<Decimal> for Exact {
    fn from(value: Decimal) -> Self {
        let (mantissa, scale) = (value.mantissa(), value.scale());
        // A Decimal has a mantissa of 96 bits and a scale of at most 28: both fit.
        Self::new(mantissa, 10_i128.pow(scale)).unwrap_or(Self::ZERO)
    }
}

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Self::from_integer(i128::from(value))
    }
}

impl FromStr for Exact {
    type Err = Error;

    /// Reads a plain decimal (`0.001`) or the form written by `Display` (`1/3`).
    fn from_str(raw: &str) -> Result<Self, Error> {
        let bad = || Error::BadDecimal { raw: raw.to_owned() };
        if let Some((num, den)) = raw.split_once('/') {
            return Self::new(num.parse().map_err(|_| bad())?, den.parse().map_err(|_| bad())?);
        }
        // Stricter than the decimal crate, which also takes underscores and a leading plus.
        let digits = raw.strip_prefix('-').unwrap_or(raw);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(fraction) {
            return Err(bad());
        }
        // Zeros at the end say nothing and must not make a long number too long.
        let raw = if digits.contains('.') {
            raw.trim_end_matches('0').trim_end_matches('.')
        } else {
            raw
        };
        Decimal::from_str_exact(raw).map(Self::from).map_err(|_| bad())
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.den == other.den {
            return self.num.cmp(&other.num);
        }
        match (self.num.checked_mul(other.den), other.num.checked_mul(self.den)) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => compare_by_parts(*self, *other),
        }
    }
}

/// Compares where the products do not fit: whole parts first, then the reciprocals of what is left (Euclid).
fn compare_by_parts(left: Exact, right: Exact) -> Ordering {
    let (mut a, mut b, mut swapped) = (left, right, false);
    loop {
        let order = a.num.div_euclid(a.den).cmp(&b.num.div_euclid(b.den));
        let (rest_a, rest_b) = (a.num.rem_euclid(a.den), b.num.rem_euclid(b.den));
        let settled = match (order, rest_a == 0, rest_b == 0) {
            (Ordering::Equal, true, true) => Some(Ordering::Equal),
            (Ordering::Equal, true, false) => Some(Ordering::Less),
            (Ordering::Equal, false, true) => Some(Ordering::Greater),
            (Ordering::Equal, false, false) => None,
            (unequal, _, _) => Some(unequal),
        };
        match settled {
            Some(order) if swapped => return order.reverse(),
            Some(order) => return order,
            // rest_a/den_a < rest_b/den_b exactly when den_a/rest_a > den_b/rest_b.
            None => {
                (a, b) = (Exact { num: a.den, den: rest_a }, Exact { num: b.den, den: rest_b });
                swapped = !swapped;
            }
        }
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_decimal() {
            _ if self.den == 1 => write!(f, "{}", self.num),
            Some(decimal) => write!(f, "{}", decimal.normalize()),
            None => write!(f, "{}/{}", self.num, self.den),
        }
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
