//! ViettelPay / Viettel Money gateway 2.0: redirect, the call that asks before paying, result call, query, refund. Read in public code that
//! disagrees on algorithm and encoding, so both are parameters: confirm with Viettel before use.

use serde::Deserialize;

use crate::gateway::{self, FromPublicCode, Gateway, HIDDEN, Keys};
use crate::notice::{self, Expected, RawNotice, Verdict};
use crate::secret::{Algorithm, Encoding, KeyForm, Secret};

mod api;
mod notices;
mod pay;

pub use api::{query, read_query, read_refund, refund};
pub use notices::answer_verify_call;
pub use pay::{PayRequest, request};

/// ViettelPay 2.0.
#[derive(Clone, Copy, Debug)]
pub struct Viettelpay;

/// One generation of keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViettelpayKeys {
    /// The caller's name for this generation.
    pub label: String,
    /// `access_code`: first part of every signed text, never sent, so kept like a secret.
    pub access_code: Secret,
    /// `hash_key`.
    pub secret: Secret,
    /// Most code seen uses HMAC-SHA1, one repository HMAC-SHA256: name it.
    pub algorithm: Algorithm,
    /// Most code seen uses base64, older code hexadecimal: name it.
    pub encoding: Encoding,
}

impl Keys for ViettelpayKeys {
    fn label(&self) -> &str {
        &self.label
    }
}

impl ViettelpayKeys {
    /// The code over `access_code` and the parts, with nothing between them.
    fn code(&self, parts: &[&str]) -> String {
        self.secret.sign_pieces(self.key(), self.encoding, &self.pieces(parts))
    }

    fn fits(&self, parts: &[&str], received: &str) -> bool {
        self.secret.verifies_pieces(self.key(), self.encoding, &self.pieces(parts), received)
    }

    fn key(&self) -> (Algorithm, KeyForm) {
        (self.algorithm, KeyForm::Text)
    }

    /// Hashed one after another: the access code is never copied into a text.
    fn pieces<'a>(&'a self, parts: &[&'a str]) -> Vec<&'a [u8]> {
        let code = std::iter::once(self.access_code.expose());
        code.chain(parts.iter().copied()).map(str::as_bytes).collect()
    }
}

impl Gateway for Viettelpay {
    type Keys = ViettelpayKeys;
    type Source = FromPublicCode;
    const NAME: &'static str = "viettelpay";
    const SANDBOX: Option<&'static str> = Some("https://sandbox.viettel.vn");
    const PRODUCTION: Option<&'static str> = None;
}

/// A merchant's configuration.
pub type Config<E> = gateway::Config<Viettelpay, E>;
/// A merchant's account, its environment being a value.
pub type Account = gateway::Account<Viettelpay>;

/// The signed text for the eye: `access_code` is hidden.
fn shown(parts: &[&str]) -> String {
    format!("{HIDDEN}{}", parts.concat())
}

/// Judges a result call. See [`notice::verify`].
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Viettelpay>(raw, account, expected)
}
