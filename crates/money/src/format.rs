//! Amounts as people write them: `36.000 ₫`, `36,000 VND`, `1.234,50 USD`; and back. Not words.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::{Amount, Currency, Error, Exact, Language};

/// Groups the digits by threes from the right.
fn grouped(digits: &str, separator: char) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// `number` with the separators of the language; at least `places` digits after the point where it has a fraction.
pub(crate) fn number(value: Decimal, places: usize, language: Language) -> String {
    let (thousands, point) = match language {
        Language::Vi => ('.', ','),
        Language::En => (',', '.'),
    };
    let plain = value.abs().normalize().to_string();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let sign = if value.is_sign_negative() && !value.is_zero() { "-" } else { "" };
    let mut text = format!("{sign}{}", grouped(whole, thousands));
    if !fraction.is_empty() {
        text.push(point);
        text.push_str(fraction);
        text.extend(std::iter::repeat_n('0', places.saturating_sub(fraction.len())));
    }
    text
}

impl Amount {
    /// The amount in the manner of the language: `36.000 ₫` and `1.234,50 USD`, or `36,000 VND` and `1,234.50 USD`.
    #[must_use]
    pub fn format(&self, language: Language) -> String {
        let digits = number(self.value(), self.currency().digits() as usize, language);
        match language {
            Language::Vi if self.currency() == Currency::VND => format!("{digits} ₫"),
            Language::Vi | Language::En => format!("{digits} {}", self.currency()),
        }
    }
}

impl Exact {
    /// The number in the manner of the language (`100.000,001` or `100,000.001`); a fraction without a decimal form
    /// stays `n/d`.
    #[must_use]
    pub fn format(&self, language: Language) -> String {
        self.to_decimal().map_or_else(|| self.to_string(), |value| number(value, 0, language))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format(Language::Vi))
    }
}

impl FromStr for Amount {
    type Err = Error;

    /// Reads what Vietnamese forms and pages write: `36.000 ₫`, `36.000đ`, `36.000 đồng`, `36000 VND`, `36.000`,
    /// `1.234,50 USD`. Dots part thousands and stand in every third place or nowhere; a comma begins the fraction.
    /// Without a currency it is đồng.
    fn from_str(raw: &str) -> Result<Self, Error> {
        let bad = || Error::BadAmount { raw: raw.to_owned() };
        let text = raw.trim();
        let end = text.rfind(|c: char| c.is_ascii_digit()).ok_or_else(bad)? + 1;
        let (digits, unit) = text.split_at(end);
        let currency = match unit.trim() {
            "" | "₫" | "đ" | "Đ" | "đồng" => Currency::VND,
            code => code.parse().map_err(|_| bad())?,
        };
        let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
        let (whole, fraction) = match digits.split_once(',') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let mut groups = whole.split('.');
        let first = groups.next().ok_or_else(bad)?;
        let mut plain = format!("{sign}{first}");
        let mut parted = false;
        for group in groups {
            if group.len() != 3 {
                return Err(bad());
            }
            parted = true;
            plain.push_str(group);
        }
        if parted && (first.is_empty() || first.len() > 3 || first.starts_with('0')) {
            return Err(bad());
        }
        if let Some(fraction) = fraction {
            plain.push('.');
            plain.push_str(fraction);
        }
        Self::from_decimal_str(&plain, currency).map_err(|_| bad())
    }
}
