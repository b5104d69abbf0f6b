//! Amounts in words, as receipts demand (Decree 254/2026/NĐ-CP Art. 23.2.đ): Vietnamese and English.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Amount, Currency, Error, Exact};

/// A language of texts and formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Amount {
    /// The amount in words with a capital first letter and the unit: "Ba mươi sáu nghìn đồng", "Thirty-six thousand
    /// Vietnamese dong". Fractions are read in the smallest unit (cents).
    ///
    /// # Errors
    /// [`Error::TooFine`] when it has parts below the smallest unit: round it first.
    pub fn in_words(&self, language: Language) -> Result<String, Error> {
        let digits = self.currency().digits();
        let too_fine = || Error::TooFine {
            amount: self.value().to_string(),
            currency: self.currency().to_string(),
        };
        let value = self.exact();
        let value = if value.is_negative() { Exact::ZERO.checked_sub(value)? } else { value };
        let per_unit = 10_u128.pow(digits);
        let smallest = value
            .checked_mul(Decimal::from(per_unit).into())?
            .to_integer()
            .and_then(|whole| u128::try_from(whole).ok())
            .ok_or_else(too_fine)?;
        let (whole, part) = (smallest / per_unit, smallest % per_unit);
        let (unit, subunit) = unit_names(self.currency(), language, whole);
        let mut text = String::new();
        if self.is_negative() {
            text.push_str(match language {
                Language::Vi => "âm ",
                Language::En => "minus ",
            });
        }
        text.push_str(&cardinal(whole, language));
        text.push(' ');
        text.push_str(&unit);
        if part > 0 {
            text.push_str(match language {
                Language::Vi => " và ",
                Language::En => " and ",
            });
            match subunit {
                Some(name) => text.push_str(&format!("{} {name}", cardinal(part, language))),
                None => text.push_str(&format!("{part}/{per_unit}")),
            }
        }
        let mut letters = text.chars();
        Ok(letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect::<String>()
        }))
    }
}

fn unit_names(
    currency: Currency,
    language: Language,
    whole: u128,
) -> (String, Option<&'static str>) {
    match (language, currency) {
        (Language::Vi, Currency::VND) => ("đồng".to_owned(), None),
        (Language::Vi, Currency::USD) => ("đô la Mỹ".to_owned(), Some("xu")),
        (Language::Vi, Currency::EUR) => ("euro".to_owned(), Some("xu")),
        (Language::En, Currency::VND) => ("Vietnamese dong".to_owned(), None),
        (Language::En, Currency::USD) if whole == 1 => ("US dollar".to_owned(), Some("cents")),
        (Language::En, Currency::USD) => ("US dollars".to_owned(), Some("cents")),
        (Language::En, Currency::EUR) if whole == 1 => ("euro".to_owned(), Some("cents")),
        (Language::En, Currency::EUR) => ("euros".to_owned(), Some("cents")),
        (Language::Vi | Language::En, other) => (other.to_string(), None),
    }
}

/// The whole number in words, in lower case.
fn cardinal(value: u128, language: Language) -> String {
    match (language, value) {
        (Language::Vi, 0) => "không".to_owned(),
        (Language::En, 0) => "zero".to_owned(),
        (Language::Vi, value) => vietnamese(value, false).join(" "),
        (Language::En, value) => english(value).join(" "),
    }
}

const DIGITS_VI: [&str; 10] =
    ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// Words of a positive number. Reading goes by billions (tỷ), so that 10^18 is "một tỷ tỷ"; `inside` says that
/// something stands before, so that hundreds and tens are spoken even when they are zero.
fn vietnamese(value: u128, inside: bool) -> Vec<&'static str> {
    const BILLION: u128 = 1_000_000_000;
    let (billions, rest) = (value / BILLION, value % BILLION);
    let mut words = Vec::new();
    if billions > 0 {
        words = vietnamese(billions, inside);
        words.push("tỷ");
    }
    for (scale, name) in [(1_000_000, "triệu"), (1_000, "nghìn"), (1, "")] {
        let group = rest / scale % 1_000;
        if group > 0 {
            group_vi(group, inside || !words.is_empty(), &mut words);
            if !name.is_empty() {
                words.push(name);
            }
        }
    }
    words
}

fn digit_vi(digit: u128) -> &'static str {
    usize::try_from(digit).ok().and_then(|index| DIGITS_VI.get(index)).copied().unwrap_or("")
}

/// Three digits: "một trăm lẻ năm", "hai mươi mốt", "mười lăm", "hai mươi tư".
fn group_vi(group: u128, inside: bool, words: &mut Vec<&'static str>) {
    let (hundreds, tens, ones) = (group / 100, group / 10 % 10, group % 10);
    let spoken = inside || hundreds > 0;
    if spoken {
        words.extend([digit_vi(hundreds), "trăm"]);
    }
    match (tens, ones) {
        (0, 0) => {}
        (0, _) if spoken => words.push("lẻ"),
        (0, _) => {}
        (1, _) => words.push("mười"),
        _ => words.extend([digit_vi(tens), "mươi"]),
    }
    match (tens, ones) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt"),
        (2.., 4) => words.push("tư"),
        (1.., 5) => words.push("lăm"),
        _ => words.push(digit_vi(ones)),
    }
}

const BELOW_TWENTY: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: [&str; 14] = [
    "",
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
    "octillion",
    "nonillion",
    "decillion",
    "undecillion",
    "duodecillion",
];

fn english(value: u128) -> Vec<String> {
    let mut groups = Vec::new();
    let mut rest = value;
    while rest > 0 {
        groups.push(rest % 1_000);
        rest /= 1_000;
    }
    let mut words = Vec::new();
    let name = |list: &[&str], index: u128| {
        usize::try_from(index)
            .ok()
            .and_then(|index| list.get(index))
            .map_or("", |word| *word)
            .to_owned()
    };
    for (scale, group) in groups.iter().enumerate().rev().filter(|(_, group)| **group > 0) {
        let (hundreds, below) = (group / 100, group % 100);
        if hundreds > 0 {
            words.extend([name(&BELOW_TWENTY, hundreds), "hundred".to_owned()]);
        }
        match below {
            0 => {}
            1..20 => words.push(name(&BELOW_TWENTY, below)),
            _ if below % 10 == 0 => words.push(name(&TENS, below / 10)),
            _ => words.push(format!(
                "{}-{}",
                name(&TENS, below / 10),
                name(&BELOW_TWENTY, below % 10)
            )),
        }
        if scale > 0 {
            words.push(SCALES.get(scale).map_or("", |word| *word).to_owned());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vi(value: i64) -> String {
        Amount::vnd(value).in_words(Language::Vi).unwrap()
    }

    #[test]
    fn vietnamese_reads_as_people_do() {
        for (value, words) in [
            (0, "Không đồng"),
            (5, "Năm đồng"),
            (10, "Mười đồng"),
            (11, "Mười một đồng"),
            (15, "Mười lăm đồng"),
            (20, "Hai mươi đồng"),
            (21, "Hai mươi mốt đồng"),
            (24, "Hai mươi tư đồng"),
            (25, "Hai mươi lăm đồng"),
            (101, "Một trăm lẻ một đồng"),
            (110, "Một trăm mười đồng"),
            (115, "Một trăm mười lăm đồng"),
            (1_000, "Một nghìn đồng"),
            (1_005, "Một nghìn không trăm lẻ năm đồng"),
            (1_015, "Một nghìn không trăm mười lăm đồng"),
            (8_000, "Tám nghìn đồng"),
            (36_000, "Ba mươi sáu nghìn đồng"),
            (200_000, "Hai trăm nghìn đồng"),
            (1_000_000, "Một triệu đồng"),
            (1_234_567, "Một triệu hai trăm ba mươi tư nghìn năm trăm sáu mươi bảy đồng"),
            (12_650_000, "Mười hai triệu sáu trăm năm mươi nghìn đồng"),
            (2_000_000_005, "Hai tỷ không trăm lẻ năm đồng"),
            (1_000_000_000_000, "Một nghìn tỷ đồng"),
            (1_000_000_000_000_000_000, "Một tỷ tỷ đồng"),
            (-36_000, "Âm ba mươi sáu nghìn đồng"),
        ] {
            assert_eq!(vi(value), words);
        }
    }

    #[test]
    fn english_and_cents() {
        let dong = Amount::vnd(1_234_567).in_words(Language::En).unwrap();
        assert_eq!(
            dong,
            "One million two hundred thirty-four thousand five hundred sixty-seven Vietnamese dong"
        );
        let dollars = Amount::from_decimal_str("10.5", Currency::USD).unwrap();
        assert_eq!(dollars.in_words(Language::Vi).unwrap(), "Mười đô la Mỹ và năm mươi xu");
        assert_eq!(dollars.in_words(Language::En).unwrap(), "Ten US dollars and fifty cents");
        let fine = Amount::from_decimal_str("0.5", Currency::VND).unwrap();
        assert_eq!(fine.in_words(Language::Vi).unwrap_err().code(), "money.too_fine");
    }
}
