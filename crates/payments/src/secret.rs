//! Secrets and the codes computed with them. Nothing here prints, serialises or compares a secret in variable time.

use std::fmt;
use std::hint::black_box;
use std::sync::OnceLock;

use ring::{digest, hmac};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::error::Error;

/// A secret of a gateway account: wiped from memory when dropped, absent from `Debug`, never serialised.
///
/// The first code made with it leaves two states of the hash behind, from which further codes are made; they say nothing of the secret,
/// but whoever reads them can sign. They are overwritten when the secret is dropped; what the hash itself leaves on the stack is not.
#[derive(Clone)]
pub struct Secret {
    text: Zeroizing<String>,
    prepared: OnceLock<Prepared>,
}

impl Secret {
    /// Takes the secret as the gateway gave it. An empty one is refused (`payments.secret_missing`): a code computed with
    /// it would prove nothing.
    pub fn new(value: impl Into<String>) -> Result<Secret, Error> {
        let value = Zeroizing::new(value.into());
        if value.trim().is_empty() {
            return Err(Error::SecretMissing);
        }
        Ok(Secret { text: value, prepared: OnceLock::new() })
    }

    /// The code over `message` with this secret as the key: for connectors outside this crate.
    pub fn sign(&self, algorithm: Algorithm, encoding: Encoding, message: &[u8]) -> String {
        self.sign_pieces((algorithm, KeyForm::Text), encoding, &[message])
    }

    /// Whether `received` is exactly the text that [`Secret::sign`] gives, compared in constant time.
    pub fn verifies(
        &self,
        algorithm: Algorithm,
        encoding: Encoding,
        message: &[u8],
        received: &str,
    ) -> bool {
        self.verifies_pieces((algorithm, KeyForm::Text), encoding, &[message], received)
    }

    /// The code over pieces one after another, the key being in this form.
    pub(crate) fn sign_pieces(
        &self,
        key: (Algorithm, KeyForm),
        encoding: Encoding,
        pieces: &[&[u8]],
    ) -> String {
        self.with_key(key, |key| encoding.write(code(key, pieces).as_ref()))
    }

    /// Whether `received` is exactly the text that [`Secret::sign_pieces`] gives. Each encoding writes a code in one way only, so the
    /// text is decoded and the code compared in constant time; one letter in another case is a difference.
    pub(crate) fn verifies_pieces(
        &self,
        key: (Algorithm, KeyForm),
        encoding: Encoding,
        pieces: &[&[u8]],
        received: &str,
    ) -> bool {
        encoding
            .read(received)
            .is_some_and(|received| self.with_key(key, |key| received.is(code(key, pieces))))
    }

    /// Uses the key, made ready once: a gateway signs with one algorithm. Another one is made for this time only.
    fn with_key<T>(&self, how: (Algorithm, KeyForm), act: impl FnOnce(&hmac::Key) -> T) -> T {
        let prepared = self.prepared.get_or_init(|| Prepared::new(how, &self.text));
        if prepared.how == how {
            act(&prepared.key)
        } else {
            act(&Prepared::new(how, &self.text).key)
        }
    }

    pub(crate) fn expose(&self) -> &str {
        &self.text
    }
}

/// How a secret's text is the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyForm {
    /// Its own bytes.
    Text,
    /// The bytes that it writes in hexadecimal; [`crate::gateway::Keys::check`] refuses what is not.
    Hex,
}

/// A key ready for use.
#[derive(Clone)]
struct Prepared {
    how: (Algorithm, KeyForm),
    key: hmac::Key,
}

impl Prepared {
    fn new((algorithm, form): (Algorithm, KeyForm), secret: &str) -> Prepared {
        let ring_algorithm = match algorithm {
            Algorithm::HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Algorithm::HmacSha256 => hmac::HMAC_SHA256,
            Algorithm::HmacSha512 => hmac::HMAC_SHA512,
        };
        let key = match form {
            KeyForm::Text => hmac::Key::new(ring_algorithm, secret.as_bytes()),
            // A text that is not hexadecimal is taken as it stands, so that no code is ever made with an empty key.
            KeyForm::Hex => match hex_bytes(secret) {
                Some(bytes) => hmac::Key::new(ring_algorithm, &bytes),
                None => hmac::Key::new(ring_algorithm, secret.as_bytes()),
            },
        };
        Prepared { how: (algorithm, form), key }
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // ring wipes nothing by itself: the states are overwritten by those of a key that everybody knows.
        self.key = hmac::Key::new(hmac::HMAC_SHA256, &[]);
        black_box(&self.key);
    }
}

fn code(key: &hmac::Key, pieces: &[&[u8]]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    pieces.iter().for_each(|piece| context.update(piece));
    context.sign()
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
            Encoding::HexUpper => hex(bytes, b"0123456789ABCDEF"),
            Encoding::Base64 => base64_standard(bytes),
        }
    }

    /// Reads back what [`Encoding::write`] gives, and nothing else.
    fn read(self, text: &str) -> Option<Code> {
        use base64::Engine as _;
        let mut code = Code { bytes: [0; LONGEST], length: 0 };
        let mut hex = |digits: &[u8; 256]| {
            let (pairs, rest) = text.as_bytes().as_chunks::<2>();
            if !rest.is_empty() || pairs.len() > LONGEST {
                return None;
            }
            let mut all = 0;
            for (byte, [a, b]) in code.bytes.iter_mut().zip(pairs) {
                let (a, b) = (digits[usize::from(*a)], digits[usize::from(*b)]);
                all |= a | b;
                *byte = a << 4 | b & 15;
            }
            (all < 16).then_some(pairs.len())
        };
        code.length = match self {
            Encoding::HexLower => hex(&LOWER)?,
            Encoding::HexUpper => hex(&UPPER)?,
            // Padding is demanded and trailing bits must be zero.
            Encoding::Base64 => {
                let engine = base64::engine::general_purpose::STANDARD;
                engine.decode_slice(text, &mut code.bytes).ok()?
            }
        };
        Some(code)
    }
}

/// The value of each hexadecimal digit whose letters begin with `a`; 255 for all else.
const fn digits(a: u8) -> [u8; 256] {
    let mut values = [255; 256];
    let mut value = 0;
    while value < 16 {
        let digit = if value < 10 { b'0' + value } else { a + value - 10 };
        values[digit as usize] = value;
        value += 1;
    }
    values
}
const LOWER: [u8; 256] = digits(b'a');
const UPPER: [u8; 256] = digits(b'A');

/// Room for the longest code, of SHA-512, with what a base64 reader asks beyond it.
const LONGEST: usize = 72;

/// A received code as bytes.
struct Code {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Code {
    /// Whether it is the computed one, compared in constant time. Its length is no secret.
    fn is(&self, computed: impl AsRef<[u8]>) -> bool {
        // What `ring::hmac::verify` does with a code that it computes itself from a single piece.
        #[allow(deprecated, reason = "ring offers no other comparison of codes it did not compute")]
        let same = |received: &[u8]| {
            ring::constant_time::verify_slices_are_equal(computed.as_ref(), received).is_ok()
        };
        self.length > 0 && self.bytes.get(..self.length).is_some_and(same)
    }
}

/// Whether `received` is the SHA-256 of the pieces in lower-case hexadecimal, compared in constant time.
pub(crate) fn sha256_fits<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, received: &str) -> bool {
    Encoding::HexLower.read(received).is_some_and(|received| received.is(sha256(pieces)))
}

fn sha256<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> digest::Digest {
    let mut context = digest::Context::new(&digest::SHA256);
    for piece in pieces {
        context.update(piece);
    }
    context.finish()
}

/// Lower-case hexadecimal SHA-256.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    sha256_hex_of([bytes])
}

/// Appends what [`sha256_hex_of`] gives.
pub(crate) fn sha256_hex_into<'a>(out: &mut String, pieces: impl IntoIterator<Item = &'a [u8]>) {
    hex_into(out, sha256(pieces).as_ref(), b"0123456789abcdef");
}

/// Lower-case hexadecimal SHA-256 of pieces one after another.
pub(crate) fn sha256_hex_of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    hex_lower(sha256(pieces).as_ref())
}

pub(crate) fn hex_lower(bytes: &[u8]) -> String {
    hex(bytes, b"0123456789abcdef")
}

fn hex(bytes: &[u8], digits: &[u8; 16]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    hex_into(&mut text, bytes, digits);
    text
}

fn hex_into(out: &mut String, bytes: &[u8], digits: &[u8; 16]) {
    let digit = |half: u8| digits[usize::from(half & 15)];
    // The longest code is written at once.
    let mut pairs = [[0; 2]; 64];
    for bytes in bytes.chunks(pairs.len()) {
        for (pair, byte) in pairs.iter_mut().zip(bytes) {
            *pair = [digit(byte >> 4), digit(*byte)];
        }
        // Digits are always UTF-8.
        let text = pairs.as_flattened().get(..bytes.len() * 2).unwrap_or_default();
        out.push_str(std::str::from_utf8(text).unwrap_or_default());
    }
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
        let key = Secret::new("k").unwrap();
        for encoding in [Encoding::HexLower, Encoding::HexUpper] {
            let code = key.sign(Algorithm::HmacSha256, encoding, b"m");
            let is = |text: &str| key.verifies(Algorithm::HmacSha256, encoding, b"m", text);
            assert!(is(&code));
            let other_case = match encoding {
                Encoding::HexLower => code.to_uppercase(),
                Encoding::HexUpper | Encoding::Base64 => code.to_lowercase(),
            };
            assert!(code != other_case && !is(&other_case));
            assert!(!is("") && !is(&code[1..]) && !is(&code[2..]) && !is(&format!("{code}00")));
            assert!(!is(&code.replacen(&code[..1], "g", 1)) && !is(&code.repeat(3)));
        }
        let code = key.sign(Algorithm::HmacSha1, Encoding::Base64, b"m");
        let is = |text: &str| key.verifies(Algorithm::HmacSha1, Encoding::Base64, b"m", text);
        // The last letter before the padding carries two bits that mean nothing: only one spelling is taken.
        let last = char::from(code.as_bytes()[26] + 1);
        assert!(
            is(&code) && !is(code.trim_end_matches('=')) && !is(&format!("{}{last}=", &code[..26]))
        );
    }

    #[test]
    fn a_key_made_ready_serves_its_own_algorithm_and_form_only() {
        use Algorithm::{HmacSha1, HmacSha256, HmacSha512};
        let every = [HmacSha1, HmacSha256, HmacSha512]
            .map(|a| [KeyForm::Text, KeyForm::Hex].map(|f| (a, f)));
        let one = Secret::new("0a0B").unwrap();
        for how in every.as_flattened() {
            let ring_algorithm = match how.0 {
                HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                HmacSha256 => hmac::HMAC_SHA256,
                HmacSha512 => hmac::HMAC_SHA512,
            };
            let bytes: &[u8] = if how.1 == KeyForm::Hex { &[10, 11] } else { b"0a0B" };
            let theirs = hmac::sign(&hmac::Key::new(ring_algorithm, bytes), b"message");
            let code = one.clone().sign_pieces(*how, Encoding::HexLower, &[b"mess", b"", b"age"]);
            assert_eq!(code, hex_lower(theirs.as_ref()), "{how:?}");
            assert_eq!(code, one.sign_pieces(*how, Encoding::HexLower, &[b"message"]), "{how:?}");
        }
    }

    #[test]
    fn hexadecimal_of_any_length() {
        for length in [0, 1, 63, 64, 65, 200] {
            let bytes: Vec<u8> = (0..length).map(|i| i as u8).collect();
            let theirs: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(hex_lower(&bytes), theirs);
        }
    }

    #[test]
    fn a_plain_hash_is_compared_whole() {
        let hash = sha256_hex(b"ab");
        let is = |text: &str| sha256_fits([&b"a"[..], b"b"], text);
        assert!(is(&hash) && !is("") && !is(&hash[2..]) && !is(&hash.to_uppercase()));
        assert!(!is(&format!("{hash}00")));
    }
}
