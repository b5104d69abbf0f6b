//! The payment platform of the National Public Service Portal (PP): INIT, CONFIRM, QUERY, GET_BILL. Read from two public code bases that
//! agree; no official document has been seen: confirm with the platform before use. A refund message is not public.

use crate::error::Error;
use crate::gateway::{self, FromPublicCode, Gateway, HIDDEN, OneSecret, Outgoing};
use crate::json::{Key, Writer, key};
use crate::notice::{self, Expected, RawNotice, Verdict};
use crate::secret::sha256_hex_into;

mod api;
mod notices;

pub use crate::bill::{Difference, FeeLine, ReceiptBlock, Service};
pub use api::{InitRequest, get_bill, query, read_bill, read_created, read_query, request};

/// The payment platform.
#[derive(Clone, Copy, Debug)]
pub struct Payplatform;

impl Gateway for Payplatform {
    type Keys = OneSecret;
    type Source = FromPublicCode;
    const NAME: &'static str = "payplatform";
    const SANDBOX: Option<&'static str> = None;
    const PRODUCTION: Option<&'static str> = None;
}

/// A partner's configuration; the base is the whole address of the service (or of the bus before it).
pub type Config<E> = gateway::Config<Payplatform, E>;
/// A partner's account, its environment being a value.
pub type Account = gateway::Account<Payplatform>;

const VERSION: &str = "1.0.6";
/// `|` joins the signed text.
const PIPE: &[char] = &['|'];

/// What `MaXacThuc` is the SHA-256 of: the values joined by `|`, the secret last (a plain hash, no HMAC: the platform's choice).
fn hashed<'a>(secret: &'a str, text: &'a str) -> [&'a [u8]; 3] {
    [text.as_bytes(), b"|", secret.as_bytes()]
}

/// Signs the values, joined by `|` in their order, and sends them with what `unsigned` writes.
fn send(
    account: &Account,
    signed: &[(Key, &str)],
    unsigned: impl FnOnce(&mut Writer) -> Result<(), Error>,
) -> Result<Outgoing, Error> {
    let mut canonical = String::with_capacity(256);
    let mut body = Writer::new();
    for (i, (key, value)) in signed.iter().enumerate() {
        if i > 0 {
            canonical.push('|');
        }
        canonical.push_str(value);
        body.text(*key, value);
    }
    unsigned(&mut body)?;
    let secret = account.current()?.secret.expose();
    body.code(key!("MaXacThuc"), |out| sha256_hex_into(out, hashed(secret, &canonical)));
    canonical.push('|');
    canonical.push_str(HIDDEN);
    Ok(Outgoing::json_text(account.base().to_owned(), body.end(), canonical))
}

/// Judges a CONFIRM. See [`notice::verify`].
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Payplatform>(raw, account, expected)
}
