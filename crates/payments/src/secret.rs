//! Secrets and the codes computed with them. Nothing here prints, serialises or compares a secret in variable time.

use std::fmt;

use ring::{digest, hmac};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::error::Error;

/// A secret of a gateway account: wiped from memory when dropped, absent from `Debug`, never serialised.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the secret as the gateway gave it. An empty one is refused (`payments.secret_missing`): a code computed with
    /// it would prove nothing.
    pub fn new(value: impl Into<String>) -> Result<Secret, Error> {
        let value = Zeroizing::new(value.into());
        if value.trim().is_empty() {
            return Err(Error::SecretMissing);
        }
        Ok(Secret(value))
    }

    /// The code over `message` with this secret as the key: for connectors outside this crate.
    pub fn sign(&self, algorithm: Algorithm, encoding: Encoding, message: &[u8]) -> String {
        sign(algorithm, encoding, self.0.as_bytes(), message)
    }

    /// Whether `received` is exactly the text that [`Secret::sign`] gives, compared in constant time.
    pub fn verifies(
        &self,
        algorithm: Algorithm,
        encoding: Encoding,
        message: &[u8],
        received: &str,
    ) -> bool {
        matches(algorithm, encoding, self.0.as_bytes(), message, received)
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        Secret::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// The keyed hashes that the gateways use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// HMAC-SHA1 (ViettelPay only).
    HmacSha1,
    /// HMAC-SHA256.
    HmacSha256,
    /// HMAC-SHA512.
    HmacSha512,
}

/// How the code is written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Lower-case hexadecimal.
    HexLower,
    /// Upper-case hexadecimal.
    HexUpper,
    /// Base64 with padding, standard alphabet.
    Base64,
}

impl Encoding {
    pub(crate) fn write(self, bytes: &[u8]) -> String {
        match self {
            Encoding::HexLower => hex_lower(bytes),
            Encoding::HexUpper => hex_lower(bytes).to_ascii_uppercase(),
            Encoding::Base64 => base64_standard(bytes),
        }
    }

    /// Reads back what [`Encoding::write`] gives, and nothing else.
    fn read(self, text: &str) -> Option<Code> {
        use base64::Engine as _;
        let mut code = Code { bytes: [0; LONGEST], length: 0 };
        let mut hex = |upper: bool| {
            let digit = |b: u8| match b {
                b'0'..=b'9' => Some(b - b'0'),
                b'a'..=b'f' if !upper => Some(b - b'a' + 10),
                b'A'..=b'F' if upper => Some(b - b'A' + 10),
                _ => None,
            };
            let (pairs, rest) = text.as_bytes().as_chunks::<2>();
            if !rest.is_empty() || pairs.len() > LONGEST {
                return None;
            }
            for (byte, [a, b]) in code.bytes.iter_mut().zip(pairs) {
                *byte = digit(*a)? * 16 + digit(*b)?;
            }
            Some(pairs.len())
        };
        code.length = match self {
            Encoding::HexLower => hex(false)?,
            Encoding::HexUpper => hex(true)?,
            // Padding is demanded and trailing bits must be zero.
            Encoding::Base64 => {
                let engine = base64::engine::general_purpose::STANDARD;
                engine.decode_slice(text, &mut code.bytes).ok()?
            }
        };
        Some(code)
    }
}

/// Room for the longest code, of SHA-512, with what a base64 reader asks beyond it.
const LONGEST: usize = 72;

/// A received code as bytes.
struct Code {
    bytes: [u8; LONGEST],
    length: usize,
}

fn key(algorithm: Algorithm, key: &[u8]) -> hmac::Key {
    let ring_algorithm = match algorithm {
        Algorithm::HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::HmacSha256 => hmac::HMAC_SHA256,
        Algorithm::HmacSha512 => hmac::HMAC_SHA512,
    };
    hmac::Key::new(ring_algorithm, key)
}

/// The code over `message`, written as `encoding` says.
pub(crate) fn sign(
    algorithm: Algorithm,
    encoding: Encoding,
    secret: &[u8],
    message: &[u8],
) -> String {
    encoding.write(hmac::sign(&key(algorithm, secret), message).as_ref())
}

/// Whether `received` is exactly the text that [`sign`] gives. Each encoding writes a code in one way only, so the text is decoded and
/// the code compared in constant time; one letter in another case is a difference.
pub(crate) fn matches(
    algorithm: Algorithm,
    encoding: Encoding,
    secret: &[u8],
    message: &[u8],
    received: &str,
) -> bool {
    match encoding.read(received) {
        Some(Code { bytes, length }) => bytes
            .get(..length)
            .is_some_and(|code| hmac::verify(&key(algorithm, secret), message, code).is_ok()),
        None => false,
    }
}

/// Compares two texts in constant time, for the codes that are no HMAC. Their lengths are no secret.
pub(crate) fn same_text(computed: &[u8], received: &[u8]) -> bool {
    #[allow(deprecated, reason = "ring offers no other comparison of codes that are no HMAC")]
    let same = ring::constant_time::verify_slices_are_equal(computed, received);
    !received.is_empty() && same.is_ok()
}

/// Lower-case hexadecimal SHA-256.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    sha256_hex_of([bytes])
}

/// Lower-case hexadecimal SHA-256 of pieces one after another.
pub(crate) fn sha256_hex_of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for piece in pieces {
        context.update(piece);
    }
    hex_lower(context.finish().as_ref())
}

pub(crate) fn hex_lower(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| DIGITS[usize::from(half & 15)];
    let mut text = vec![0; bytes.len() * 2];
    for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(*byte)];
    }
    // Digits are always UTF-8.
    String::from_utf8(text).unwrap_or_default()
}

/// Reads hexadecimal of either case; `None` where it is not.
pub(crate) fn hex_bytes(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |b: u8| char::from(b).to_digit(16);
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 2));
    for pair in text.as_bytes().chunks_exact(2) {
        bytes.push(u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?);
    }
    Some(bytes)
}

fn base64_standard(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret::new("K951B6PE1waDMi640xX08PD3vg6EkVlz").unwrap();
        assert!(!format!("{secret:?}").contains("K951"));
        assert!(Secret::new("").is_err() && Secret::new("  ").is_err());
    }

    #[test]
    fn case_and_absence_are_differences() {
        let code = sign(Algorithm::HmacSha256, Encoding::HexLower, b"k", b"m");
        let is = |text: &str| matches(Algorithm::HmacSha256, Encoding::HexLower, b"k", b"m", text);
        assert!(is(&code));
        assert!(!is(&code.to_uppercase()) && !is("") && !is(&code[1..]));
        let code = sign(Algorithm::HmacSha1, Encoding::Base64, b"k", b"m");
        let is = |text: &str| matches(Algorithm::HmacSha1, Encoding::Base64, b"k", b"m", text);
        // The last letter before the padding carries two bits that mean nothing: only one spelling is taken.
        let last = char::from(code.as_bytes()[26] + 1);
        assert!(
            is(&code) && !is(code.trim_end_matches('=')) && !is(&format!("{}{last}=", &code[..26]))
        );
    }
}
