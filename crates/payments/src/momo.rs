//! MoMo v2: create, IPN and redirect, query, refund. Source: developers.momo.vn.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::field::{Alphabet, check};
use crate::gateway::{self, FromVendorDocument, Gateway, Keys, Outgoing};
use crate::json::Json;
use crate::notice::{self, Expected, RawNotice, Verdict, joined};
use crate::secret::{Algorithm, Encoding, Secret};

mod api;
mod create;
mod notices;

pub use api::{query, query_refund, read_query, read_refund, refund};
pub use create::{CreateRequest, read_created, request};

/// MoMo v2.
#[derive(Clone, Copy, Debug)]
pub struct Momo;

/// One generation of keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MomoKeys {
    /// The caller's name for this generation.
    pub label: String,
    /// The access key: part of the signed text, not secret.
    pub access_key: String,
    /// The secret key.
    pub secret: Secret,
}

impl Keys for MomoKeys {
    fn label(&self) -> &str {
        &self.label
    }
    fn check(&self) -> Result<(), Error> {
        check("accessKey", &self.access_key, 1, 100, Alphabet::Token)
    }
}

impl Gateway for Momo {
    type Keys = MomoKeys;
    type Source = FromVendorDocument;
    const NAME: &'static str = "momo";
    const SANDBOX: Option<&'static str> = Some("https://test-payment.momo.vn");
    const PRODUCTION: Option<&'static str> = Some("https://payment.momo.vn");
}

/// A partner's configuration.
pub type Config<E> = gateway::Config<Momo, E>;
/// A partner's account, its environment being a value.
pub type Account = gateway::Account<Momo>;

/// `&` and `=` join the signed text.
const DELIMITERS: &[char] = &['&', '='];
/// The least and the most that one request may carry, in đồng (document "Create", `amount`).
const LIMITS: (u64, u64) = (1_000, 50_000_000);

/// Language of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Lang {
    fn value(self) -> &'static str {
        match self {
            Lang::Vi => "vi",
            Lang::En => "en",
        }
    }
}

/// `orderId` and `requestId`: `^[0-9a-zA-Z]([-_.]*[0-9a-zA-Z]+)*$`.
fn order_id(field: &'static str, value: &str, max: usize) -> Result<(), Error> {
    check(field, value, 1, max, Alphabet::Token)?;
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if edge(value.chars().next()) && edge(value.chars().last()) {
        return Ok(());
    }
    Err(Error::FieldPattern {
        field,
        got: value.to_owned(),
        expected: "a letter or digit at both ends",
    })
}

/// Signs the pairs, `accessKey` before them, and sends them with what is not signed.
fn send(
    account: &Account,
    path: &str,
    signed: &[(&str, &str)],
    body: Vec<(&str, Json<'_>)>,
) -> Result<Outgoing, Error> {
    let keys = account.current()?;
    let first = std::iter::once(("accessKey", keys.access_key.as_str()));
    let canonical = joined(first.chain(signed.iter().copied()));
    let signature =
        keys.secret.sign(Algorithm::HmacSha256, Encoding::HexLower, canonical.as_bytes());
    let url = format!("{}/v2/gateway/api/{path}", account.base());
    Ok(Outgoing::json(url, body, ("signature", signature), canonical))
}

/// Judges an IPN or redirect. See [`notice::verify`].
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Momo>(raw, account, expected)
}
