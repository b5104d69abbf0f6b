//! OnePay (vpc protocol version 2): pay request, IPN and return, queryDR, refund. Read in public code: confirm with OnePay before use.

use serde::Deserialize;

use crate::error::Error;
use crate::field::{Alphabet, check};
use crate::gateway::{self, FromPublicCode, Gateway, Keys};
use crate::notice::{self, Expected, RawNotice, Verdict};
use crate::secret::{Algorithm, Encoding, KeyForm, Secret, hex_bytes};

mod api;
mod notices;
mod pay;

pub use api::{query, read_query, read_refund, refund};
pub use pay::{PayRequest, request};

/// OnePay.
#[derive(Clone, Copy, Debug)]
pub struct Onepay;

/// One generation of keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnepayKeys {
    /// The caller's name for this generation.
    pub label: String,
    /// `vpc_AccessCode`: sent in the clear, not secret.
    pub access_code: String,
    /// The hash secret in hexadecimal, as OnePay gives it; the key is its bytes.
    pub secret: Secret,
    /// `vpc_User` of queryDR.
    #[serde(default)]
    pub user: Option<String>,
    /// `vpc_Password` of queryDR.
    #[serde(default)]
    pub password: Option<Secret>,
}

impl Keys for OnepayKeys {
    fn label(&self) -> &str {
        &self.label
    }
    fn check(&self) -> Result<(), Error> {
        check("vpc_AccessCode", &self.access_code, 1, 16, Alphabet::Alphanumeric)?;
        match hex_bytes(self.secret.expose()) {
            Some(_) => Ok(()),
            None => Err(Error::SecretFormat { gateway: "onepay", expected: "hexadecimal" }),
        }
    }
}

/// The key is what the secret writes in hexadecimal.
const KEY: (Algorithm, KeyForm) = (Algorithm::HmacSha256, KeyForm::Hex);

impl OnepayKeys {
    /// The code over a text.
    fn code(&self, text: &str) -> String {
        self.secret.sign_pieces(KEY, Encoding::HexUpper, &[text.as_bytes()])
    }

    fn fits(&self, text: &str, received: &str) -> bool {
        self.secret.verifies_pieces(KEY, Encoding::HexUpper, &[text.as_bytes()], received)
    }
}

impl Gateway for Onepay {
    type Keys = OnepayKeys;
    type Source = FromPublicCode;
    const NAME: &'static str = "onepay";
    // OnePay gives both addresses with the contract.
    const SANDBOX: Option<&'static str> = None;
    const PRODUCTION: Option<&'static str> = None;
}

/// A merchant's configuration; the base is the whole address of the payment page.
pub type Config<E> = gateway::Config<Onepay, E>;
/// A merchant's account, its environment being a value.
pub type Account = gateway::Account<Onepay>;

/// `&` and `=` join the signed text.
const DELIMITERS: &[char] = &['&', '='];
/// `vpc_Amount` is đồng × 100 in at most 12 digits.
const MOST: u64 = 9_999_999_999;

/// Judges an IPN or return. See [`notice::verify`].
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Onepay>(raw, account, expected)
}
