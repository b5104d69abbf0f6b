//! The payment platform of the National Public Service Portal (PP): INIT, CONFIRM, QUERY, GET_BILL. Read from two public code bases that
//! agree; no official document has been seen: confirm with the platform before use. A refund message is not public.

use crate::error::Error;
use crate::gateway::{self, FromPublicCode, Gateway, HIDDEN, OneSecret, Outgoing};
use crate::json::Json;
use crate::notice::{self, Expected, RawNotice, Verdict};
use crate::secret::sha256_hex_of;

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

/// `MaXacThuc`: SHA-256 of the values joined by `|` with the secret last (a plain hash, no HMAC: the platform's choice).
fn code(secret: &str, text: &str) -> String {
    sha256_hex_of(hashed(secret, text))
}

fn hashed<'a>(secret: &'a str, text: &'a str) -> [&'a [u8]; 3] {
    [text.as_bytes(), b"|", secret.as_bytes()]
}

fn send(
    account: &Account,
    signed: &[(&str, &str)],
    receipt: Option<Json<'_>>,
) -> Result<Outgoing, Error> {
    let text = signed.iter().map(|(_, v)| *v).collect::<Vec<_>>().join("|");
    let sum = code(account.current()?.secret.expose(), &text);
    let mut body: Vec<(&str, Json<'_>)> =
        signed.iter().map(|(k, v)| (*k, Json::from(*v))).collect();
    if let Some(receipt) = receipt {
        body.push(("ThongTinBienLai", receipt));
    }
    let canonical = format!("{text}|{HIDDEN}");
    Ok(Outgoing::json(account.base().to_owned(), body, ("MaXacThuc", sum), canonical))
}

/// Judges a CONFIRM. See [`notice::verify`].
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Payplatform>(raw, account, expected)
}
