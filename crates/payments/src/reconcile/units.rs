//! Exact numbers and dates as texts write them. Sums are integers of hundred-thousandths: ISO 20022 amounts have at most five
//! decimals, so nothing is ever rounded.

use motcua_money::{Amount, Currency};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use time::{Date, Month};

use super::Error;

/// An amount in hundred-thousandths of its currency's unit.
pub(super) type Units = i128;

/// ISO 20022 `ActiveOrHistoricCurrencyAndAmount`: at most 5 digits after the point.
const FRACTION: u32 = 5;

/// Most digits before the point: 18 digits in all are allowed there, 15 keep every sum of four thousand million rows far inside
/// what a decimal holds.
const WHOLE: usize = 15;

/// The amount as an integer, exactly.
pub(super) fn units(amount: &Amount) -> Result<Units, Error> {
    let value = amount.value();
    let scale = FRACTION.checked_sub(value.scale());
    let too_fine = || Error::AmountTooFine { got: value.to_string() };
    let units = value.mantissa() * 10_i128.pow(scale.ok_or_else(too_fine)?);
    if units.unsigned_abs() >= 10_u128.pow(20) {
        return Err(too_fine());
    }
    Ok(units)
}

/// The integer as an amount.
pub(super) fn amount(units: Units, currency: Currency) -> Result<Amount, Error> {
    Decimal::try_from_i128_with_scale(units, FRACTION)
        .map(|value| Amount::new(value, currency))
        .map_err(|_| Error::AmountTooFine { got: units.to_string() })
}

/// How a source writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberStyle {
    /// The decimal mark: `.` or `,`.
    pub decimal: char,
    /// The mark between thousands (`.`, `,`, `'` or a space), or none.
    #[serde(default)]
    pub thousands: Option<char>,
}

impl NumberStyle {
    /// `1234.5`, as XML and JSON write it.
    pub(super) const PLAIN: NumberStyle = NumberStyle { decimal: '.', thousands: None };

    /// Why the style cannot work, if so.
    pub(super) fn problem(self) -> Option<&'static str> {
        if !matches!(self.decimal, '.' | ',') {
            Some("the decimal mark must be \".\" or \",\"")
        } else if self.thousands == Some(self.decimal) {
            Some("the thousands mark is the decimal mark: 1.500 would be read in two ways")
        } else if self.thousands.is_some_and(|t| !matches!(t, '.' | ',' | '\'' | ' ')) {
            Some("the thousands mark must be \".\", \",\", \"'\" or a space")
        } else {
            None
        }
    }

    /// Reads a number with an optional sign; groups, where marked, must be of three digits. `None` where the text is anything
    /// else: `1.500` is not taken for 1,5 nor the reverse.
    pub(super) fn read(self, text: &str) -> Option<Decimal> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = match text.split_once(self.decimal) {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (text, ""),
        };
        let mut digits = String::with_capacity(text.len());
        // A no-break space is what spreadsheets put between thousands.
        let mark = |c| Some(c) == self.thousands || (self.thousands == Some(' ') && c == '\u{a0}');
        let groups: Vec<&str> = whole.split(mark).collect();
        for (i, group) in groups.iter().enumerate() {
            let fits = match (groups.len(), i) {
                (1, _) => !group.is_empty(),
                (_, 0) => (1..=3).contains(&group.len()),
                _ => group.len() == 3,
            };
            if !fits || !group.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            digits.push_str(group);
        }
        if !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        let whole = digits.trim_start_matches('0').len();
        if whole > WHOLE || fraction.len() > usize::try_from(FRACTION).ok()? {
            return None;
        }
        digits.push_str(fraction);
        let value: i128 = digits.parse().ok()?;
        let scale = u32::try_from(fraction.len()).ok()?;
        Decimal::try_from_i128_with_scale(if negative { -value } else { value }, scale).ok()
    }
}

/// Reads a date, and skips a time of day, in a declared form: `yyyy`, `yy`, `MM`, `dd`, `HH`, `mm`, `ss` and whatever stands between
/// them. `None` where the text does not fit to its end.
pub(super) fn read_date(text: &str, form: &str) -> Option<Date> {
    let (mut year, mut month, mut day) = (None, None, None);
    let mut text = text.as_bytes();
    let mut form = form.as_bytes();
    let number = |text: &mut &[u8], length: usize| -> Option<i32> {
        let (digits, rest) = text.split_at_checked(length)?;
        *text = rest;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        std::str::from_utf8(digits).ok()?.parse().ok()
    };
    while let Some(first) = form.first() {
        let length = form.iter().take_while(|b| *b == first).count();
        let token = form.get(..length)?;
        form = form.get(length..)?;
        match token {
            b"yyyy" => year = Some(number(&mut text, 4)?),
            b"yy" => year = Some(2000 + number(&mut text, 2)?),
            b"MM" => month = Some(number(&mut text, 2)?),
            b"dd" => day = Some(number(&mut text, 2)?),
            b"HH" => (number(&mut text, 2)? < 24).then_some(())?,
            b"mm" => (number(&mut text, 2)? < 60).then_some(())?,
            b"ss" => (number(&mut text, 2)? <= 60).then_some(())?,
            other if other.iter().any(u8::is_ascii_alphanumeric) && other != b"T" => return None,
            other => text = text.strip_prefix(other)?,
        }
    }
    if !text.is_empty() {
        return None;
    }
    let month = Month::try_from(u8::try_from(month?).ok()?).ok()?;
    Date::from_calendar_date(year?, month, u8::try_from(day?).ok()?).ok()
}

/// Whether [`read_date`] can read a date by this form.
pub(super) fn is_date_form(form: &str) -> bool {
    let sample: String = form
        .replace("yyyy", "2026")
        .replace("yy", "26")
        .replace("MM", "11")
        .replace("dd", "24")
        .replace("HH", "09")
        .replace("mm", "30")
        .replace("ss", "15");
    let whole = Date::from_calendar_date(2026, Month::November, 24).ok();
    whole.is_some() && read_date(&sample, form) == whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_only_as_declared() {
        let vietnamese = NumberStyle { decimal: ',', thousands: Some('.') };
        let read = |style: NumberStyle, text| style.read(text).map(|d| d.normalize().to_string());
        assert_eq!(read(vietnamese, "1.234.567,50").as_deref(), Some("1234567.5"));
        assert_eq!(read(vietnamese, "-36.000").as_deref(), Some("-36000"));
        for bad in
            ["1.23", "1.2345", "12.34.567", "1,234.5", "1,", ",5", "", "-", "1e3", "１", "+-1"]
        {
            assert_eq!(vietnamese.read(bad), None, "{bad}");
        }
        assert_eq!(read(NumberStyle::PLAIN, "36000.00").as_deref(), Some("36000"));
        assert_eq!(read(NumberStyle::PLAIN, "0.00001").as_deref(), Some("0.00001"));
        for bad in ["0.000001", "1000000000000000", "36.000.000", "1,0", "NaN", "0x1"] {
            assert_eq!(NumberStyle::PLAIN.read(bad), None, "{bad}");
        }
        let spaced = NumberStyle { decimal: ',', thousands: Some(' ') };
        assert_eq!(read(spaced, "1\u{a0}000 000").as_deref(), Some("1000000"));
        assert!(NumberStyle { decimal: ',', thousands: Some(',') }.problem().is_some());
    }

    #[test]
    fn dates_read_to_their_end() {
        let day = |text, form| read_date(text, form).map(crate::day::text);
        assert_eq!(day("24/11/2026 09:30", "dd/MM/yyyy HH:mm").as_deref(), Some("2026-11-24"));
        assert_eq!(day("20261124", "yyyyMMdd").as_deref(), Some("2026-11-24"));
        assert_eq!(
            day("2026-11-24T09:30:15", "yyyy-MM-ddTHH:mm:ss").as_deref(),
            Some("2026-11-24")
        );
        for (text, form) in [
            ("31/11/2026", "dd/MM/yyyy"),
            ("11/24/2026", "dd/MM/yyyy"),
            ("24/11/2026 ", "dd/MM/yyyy"),
            ("1/11/2026", "dd/MM/yyyy"),
            ("24/11/2026 25:00", "dd/MM/yyyy HH:mm"),
        ] {
            assert_eq!(day(text, form), None, "{text}");
        }
        assert!(is_date_form("dd-MM-yy") && !is_date_form("dd/MM") && !is_date_form("DD/MM/YYYY"));
    }
}
