//! Order references that survive banks: short, upper-case, with a check character, found anywhere in a credit's text.

use serde::Serialize;

use crate::error::Error;

/// The 31 characters of a reference: digits and capitals without `I`, `L`, `O`, `U`, `0`, which people and scanners confuse
/// or drop; 31 is prime, so that the check finds every wrong character and every swap of two.
const ALPHABET: &[u8; 31] = b"123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What a reference begins with, so that it can be told from other words of a memo.
const MARK: &str = "MC";

/// Characters between mark and check: 31^9 ≈ 2.6 × 10^13 numbers.
const BODY: usize = 9;

/// The length of a reference: mark, body, check.
pub const LENGTH: usize = MARK.len() + BODY + 1;

/// The value of each character; 31 for what no reference has.
const VALUES: [u8; 256] = {
    let mut values = [31; 256];
    let mut value = 0;
    while value < 31 {
        values[ALPHABET[value as usize] as usize] = value;
        value += 1;
    }
    values
};

fn value(c: u8) -> Option<u64> {
    let value = VALUES[usize::from(c)];
    (value < 31).then_some(u64::from(value))
}

/// ISO 7064 pattern with modulus 31: the weighted sum of body and check is 0. The weights 2 to 10 for the body and 1 for the
/// check differ, so a swap of two unequal characters changes the sum.
fn sum(characters: &[u8]) -> Option<u64> {
    let mut sum = 0;
    for (weight, c) in (1u64..).zip(characters.iter().rev()) {
        sum += weight * value(*c)?;
    }
    Some(sum % 31)
}

fn refused(got: &str, problem: &'static str) -> Error {
    Error::ReferenceInvalid { got: got.to_owned(), problem }
}

/// The reference of the order with this number, 0 to 31^9 − 1. Take the number from a sequence that never goes back.
pub fn build(number: u64) -> Result<String, Error> {
    let mut left = number;
    let mut body = [b'1'; BODY];
    for place in body.iter_mut().rev() {
        let digit = usize::try_from(left % 31).unwrap_or(0);
        *place = *ALPHABET.get(digit).unwrap_or(&b'1');
        left /= 31;
    }
    if left > 0 {
        return Err(refused(&number.to_string(), "the number is not below 31^9"));
    }
    for check in ALPHABET {
        let mut whole = body.to_vec();
        whole.push(*check);
        if sum(&whole) == Some(0) {
            return Ok(format!("{MARK}{}", String::from_utf8_lossy(&whole)));
        }
    }
    Err(refused(&number.to_string(), "no check character fits"))
}

/// Reads a reference back to its number, letters in either case.
pub fn read(text: &str) -> Result<u64, Error> {
    let mark =
        text.as_bytes().get(..MARK.len()).is_some_and(|m| m.eq_ignore_ascii_case(MARK.as_bytes()));
    let rest = text.as_bytes().get(MARK.len()..).and_then(|rest| rest.as_array::<{ BODY + 1 }>());
    let Some(mut rest) = rest.copied().filter(|_| mark) else {
        return Err(refused(text, "it must be MC and ten characters"));
    };
    rest.make_ascii_uppercase();
    match sum(&rest) {
        None => Err(refused(text, "a character that references do not use")),
        Some(0) => Ok(rest.into_iter().take(BODY).filter_map(value).fold(0, |n, v| n * 31 + v)),
        Some(_) => Err(refused(text, "the check character does not fit: mistyped")),
    }
}

/// What a credit's text holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "found", rename_all = "snake_case")]
pub enum Found {
    /// One reference.
    One {
        /// The reference, in capitals.
        reference: String,
    },
    /// Several different ones: a person decides.
    Several {
        /// The references, in the order of the text.
        references: Vec<String>,
    },
    /// None.
    Nothing,
}

/// Longest memo searched: several times what any bank carries (ISO 20022 `Ustrd` has 140 characters).
const LONGEST: usize = 4096;

/// Finds references in a credit's text, however it was upper-cased, prefixed, or cut by spaces, hyphens and other marks. Nothing is
/// allocated where there is none.
pub fn find(text: &str) -> Found {
    // Separators may have been put in or taken out by a bank: only letters and digits count.
    let squeezed = text.bytes().take(LONGEST).filter(u8::is_ascii_alphanumeric);
    let mut window = [0; LENGTH];
    let mut first: Option<String> = None;
    let mut others: Vec<String> = Vec::new();
    for byte in squeezed {
        window.copy_within(1.., 0);
        window[LENGTH - 1] = byte.to_ascii_uppercase();
        if !window.starts_with(MARK.as_bytes()) || sum(&window[MARK.len()..]) != Some(0) {
            continue;
        }
        let known = first.iter().chain(&others).any(|r| r.as_bytes() == window);
        if !known {
            let reference = String::from_utf8_lossy(&window).into_owned();
            if first.is_none() {
                first = Some(reference);
            } else {
                others.push(reference);
            }
        }
    }
    match first {
        None => Found::Nothing,
        Some(reference) if others.is_empty() => Found::One { reference },
        Some(reference) => {
            others.insert(0, reference);
            Found::Several { references: others }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_in_what_banks_make_of_it() {
        let reference = build(123_456_789).unwrap();
        assert_eq!(read(&reference).unwrap(), 123_456_789);
        for text in [
            format!("MBVCB.3278907687.{reference} nop le phi.CT tu 0123 NGUYEN VAN A"),
            format!("IBFT {}", reference.to_lowercase()),
            format!("QR - {} {} {}", &reference[..4], &reference[4..9], &reference[9..]),
            format!("XX{reference}YY"),
        ] {
            assert_eq!(find(&text), Found::One { reference: reference.clone() }, "{text}");
        }
        assert_eq!(find("nop le phi ho so"), Found::Nothing);
        let twice = format!("{reference} {reference}");
        assert_eq!(find(&twice), Found::One { reference: reference.clone() });
        let far = format!("{}{reference}", " ".repeat(LONGEST - LENGTH));
        assert!(find(&far) == find(&twice) && find(&format!(" {far}")) == Found::Nothing);
        let two = format!("{reference} {}", build(5).unwrap());
        assert!(matches!(find(&two), Found::Several { references } if references.len() == 2));
    }

    #[test]
    fn every_mistyped_or_swapped_character_is_seen() {
        for number in [0, 1, 30, 31, 999_999_937, 31u64.pow(9) - 1] {
            let reference = build(number).unwrap();
            let bytes = reference.as_bytes();
            for i in MARK.len()..LENGTH {
                for c in ALPHABET.iter().filter(|c| **c != bytes[i]) {
                    let mut typo = bytes.to_vec();
                    typo[i] = *c;
                    assert!(read(std::str::from_utf8(&typo).unwrap()).is_err());
                }
                for j in i + 1..LENGTH {
                    if bytes[i] != bytes[j] {
                        let mut swapped = bytes.to_vec();
                        swapped.swap(i, j);
                        assert!(read(std::str::from_utf8(&swapped).unwrap()).is_err());
                    }
                }
            }
        }
        assert_eq!(build(31u64.pow(9)).unwrap_err().code(), "payments.reference_invalid");
        let good = build(7).unwrap();
        assert_eq!(read(&good.to_lowercase()).unwrap(), 7);
        for bad in
            ["", "MC", "éé11111111", &good[1..], &format!("{good}1"), &good.replace("MC", "NC")]
        {
            assert_eq!(read(bad).unwrap_err().code(), "payments.reference_invalid", "{bad}");
        }
    }

    #[test]
    fn a_typo_in_a_memo_finds_no_other_order() {
        for number in (0..200).map(|n| n * 104_729 + 7) {
            let reference = build(number).unwrap();
            for i in 0..LENGTH {
                for c in ALPHABET.iter().filter(|c| **c != reference.as_bytes()[i]) {
                    let mut typo = reference.clone().into_bytes();
                    typo[i] = *c;
                    let memo = format!("NOP LE PHI {} CT TU 0123", String::from_utf8_lossy(&typo));
                    assert_eq!(find(&memo), Found::Nothing, "{memo}");
                }
            }
        }
    }

    #[test]
    fn numbers_and_references_are_one_to_one() {
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..20_000 {
            let reference = build(number).unwrap();
            assert!(reference.len() == LENGTH && seen.insert(reference.clone()));
            assert_eq!(read(&reference).unwrap(), number);
        }
    }
}
