//! Rules for single fields of a request: length in characters and alphabet. Each gateway's folder says which rule a field has.

use crate::error::Error;

/// The characters that a field may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Alphabet {
    /// `0–9`.
    Digits,
    /// `A–Z a–z 0–9`.
    Alphanumeric,
    /// `A–Z a–z 0–9`, space, `. _ -`: what every language escapes alike.
    Safe,
    /// `A–Z a–z 0–9 . _ -`.
    Token,
    /// Printable ASCII and space, without the delimiters given.
    Printable(&'static [char]),
    /// Any text but control characters and the delimiters given.
    Without(&'static [char]),
}

impl Alphabet {
    #[inline]
    fn allows(self, c: char) -> bool {
        match self {
            Alphabet::Digits => c.is_ascii_digit(),
            Alphabet::Alphanumeric => c.is_ascii_alphanumeric(),
            Alphabet::Safe => c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '_' | '-'),
            Alphabet::Token => c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'),
            Alphabet::Printable(delimiters) => {
                (c.is_ascii_graphic() || c == ' ') && !delimiters.contains(&c)
            }
            Alphabet::Without(delimiters) => !c.is_control() && !delimiters.contains(&c),
        }
    }

    /// The same for all of a text of ASCII; a no is to be looked at again.
    fn allows_all(self, ascii: &[u8]) -> bool {
        match self {
            Alphabet::Digits => ascii.iter().all(u8::is_ascii_digit),
            Alphabet::Alphanumeric => ascii.iter().all(u8::is_ascii_alphanumeric),
            Alphabet::Safe => ascii.iter().all(|b| crate::form::plain(*b) || *b == b' '),
            Alphabet::Token => ascii.iter().all(|b| crate::form::plain(*b)),
            Alphabet::Printable(_) | Alphabet::Without(_) => {
                ascii.iter().all(|b| self.allows(char::from(*b)))
            }
        }
    }

    fn words(self) -> &'static str {
        match self {
            Alphabet::Digits => "the digits 0-9",
            Alphabet::Alphanumeric => "A-Z, a-z and 0-9",
            Alphabet::Safe => "A-Z, a-z, 0-9, space, '.', '_' and '-' (no diacritics)",
            Alphabet::Token => "A-Z, a-z, 0-9, '.', '_' and '-'",
            Alphabet::Printable(_) => {
                "ASCII (no diacritics) without the delimiters of the signed text"
            }
            Alphabet::Without(_) => {
                "text without control characters and without the delimiters of the signed text"
            }
        }
    }
}

/// Checks a mandatory value (or an optional one where `min` is 0).
pub(crate) fn check(
    field: &'static str,
    value: &str,
    min: usize,
    max: usize,
    alphabet: Alphabet,
) -> Result<(), Error> {
    if value.is_empty() && min > 0 {
        return Err(Error::FieldMissing { field });
    }
    let ascii = value.is_ascii();
    let got = if ascii { value.len() } else { value.chars().count() };
    if got < min || got > max {
        return Err(Error::FieldLength { field, got, min, max });
    }
    // Most values are what they should be, and of ASCII alone.
    if ascii && alphabet.allows_all(value.as_bytes()) {
        return Ok(());
    }
    match value.chars().enumerate().find(|(_, c)| !alphabet.allows(*c)) {
        Some((i, character)) => Err(Error::FieldCharacter {
            field,
            character,
            position: i + 1,
            allowed: alphabet.words(),
        }),
        None => Ok(()),
    }
}

/// Checks an address that the gateway calls or redirects to: `http(s)://`, printable ASCII, no space.
pub(crate) fn url(
    field: &'static str,
    value: &str,
    max: usize,
    not: &'static [char],
) -> Result<(), Error> {
    check(field, value, 10, max, Alphabet::Without(not))?;
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    if rest.is_none_or(str::is_empty) || !value.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Error::FieldPattern {
            field,
            got: value.to_owned(),
            expected: "an http or https address in ASCII, other characters percent-encoded",
        });
    }
    Ok(())
}

/// Checks a payer's or server's address: IPv4 or IPv6 in text.
pub(crate) fn ip(field: &'static str, value: &str) -> Result<(), Error> {
    match value.parse::<std::net::IpAddr>() {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::FieldPattern {
            field,
            got: value.to_owned(),
            expected: "an IPv4 or IPv6 address",
        }),
    }
}
