//! ZaloPay v2: create, callback, redirect, query, refund and its query. Source: docs.zalopay.vn v2.

use serde::Deserialize;

use crate::error::Error;
use crate::form::{Space, write};
use crate::gateway::{self, FromVendorDocument, Gateway, Keys, Outgoing};
use crate::notice::{self, Expected, RawNotice, Verdict};
use crate::secret::{Algorithm, Encoding, Secret};

mod api;
mod create;
mod notices;

pub use api::{query, query_refund, read_query, read_refund, refund, refund_id, refund_with_fee};
pub use create::{CreateRequest, canonical, read_created, request};
pub use notices::{Redirect, redirect};

/// ZaloPay v2.
#[derive(Clone, Copy, Debug)]
pub struct Zalopay;

/// One generation of keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZalopayKeys {
    /// The caller's name for this generation.
    pub label: String,
    /// Signs requests.
    pub key1: Secret,
    /// Signs callbacks and redirects.
    pub key2: Secret,
}

impl Keys for ZalopayKeys {
    fn label(&self) -> &str {
        &self.label
    }
}

impl Gateway for Zalopay {
    type Keys = ZalopayKeys;
    type Source = FromVendorDocument;
    const NAME: &'static str = "zalopay";
    const SANDBOX: Option<&'static str> = Some("https://sb-openapi.zalopay.vn");
    const PRODUCTION: Option<&'static str> = Some("https://openapi.zalopay.vn");
}

/// An application's configuration; the merchant is the `app_id`.
pub type Config<E> = gateway::Config<Zalopay, E>;
/// An application's account, its environment being a value.
pub type Account = gateway::Account<Zalopay>;

/// `|` joins the signed text.
const PIPE: &[char] = &['|'];

/// Signs with key1 and sends. `shown` is the signed text for the eye where it holds a key.
fn send(
    account: &Account,
    path: &str,
    canonical: String,
    shown: Option<String>,
    fields: Vec<(&'static str, &str)>,
) -> Result<Outgoing, Error> {
    let mac = account.current()?.key1.sign(
        Algorithm::HmacSha256,
        Encoding::HexLower,
        canonical.as_bytes(),
    );
    let url = format!("{}/v2/{path}", account.base());
    let body = write(fields.into_iter().chain([("mac", mac.as_str())]), Space::Plus);
    Ok(Outgoing::form(url, body, shown.unwrap_or(canonical)))
}

/// Judges a callback. See [`notice::verify`].
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Zalopay>(raw, account, expected)
}
