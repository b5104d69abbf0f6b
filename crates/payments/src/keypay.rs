//! KeyPay v3 (`KP_DVCQG`): create, callback, detail, refund. Read in public code: confirm with KeyPay before use. The callback's status stands
//! outside its checksum, so a callback never settles an order here: it is a hint to ask for the detail, which settles.

use serde::Deserialize;

use crate::error::Error;
use crate::gateway::{self, FromPublicCode, Gateway, Keys, Outgoing};
use crate::json::{Writer, key};
use crate::notice::{self, Expected, RawNotice, Verdict};
use crate::secret::{Algorithm, Encoding, Secret};

mod api;
mod create;
mod notices;

pub use api::{query, read_query, read_refund, refund};
pub use create::{CreateRequest, read_created, request};

/// KeyPay v3.
#[derive(Clone, Copy, Debug)]
pub struct Keypay;

/// One generation of keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeypayKeys {
    /// The caller's name for this generation.
    pub label: String,
    /// Signs requests.
    pub key1: Secret,
    /// Signs callbacks.
    pub key2: Secret,
}

impl Keys for KeypayKeys {
    fn label(&self) -> &str {
        &self.label
    }
}

impl Gateway for Keypay {
    type Keys = KeypayKeys;
    type Source = FromPublicCode;
    const NAME: &'static str = "keypay";
    const SANDBOX: Option<&'static str> = None;
    const PRODUCTION: Option<&'static str> = None;
}

/// A client's configuration; the base is the whole address that takes the create request.
pub type Config<E> = gateway::Config<Keypay, E>;
/// A client's account, its environment being a value.
pub type Account = gateway::Account<Keypay>;

/// `|` joins the signed text.
const PIPE: &[char] = &['|'];

/// Signs with key1 and sends.
fn send(
    account: &Account,
    url: String,
    canonical: String,
    mut body: Writer,
) -> Result<Outgoing, Error> {
    let sum = account.current()?.key1.sign(
        Algorithm::HmacSha256,
        Encoding::HexLower,
        canonical.as_bytes(),
    );
    body.text(key!("check_sum"), &sum);
    Ok(Outgoing::json_text(url, body.end(), canonical))
}

/// Judges a callback. See [`notice::verify`]. What it verifies is never `paid`.
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Keypay>(raw, account, expected)
}
