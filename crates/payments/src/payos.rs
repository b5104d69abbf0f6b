//! payOS: payment links over VietQR, webhook, query, cancelling, payouts. Read in payOS's own SDK and stored copies of its webhook
//! document: confirm with payOS before use.
//!
//! payOS gives no money back by itself: a refund is a payout to an account that the caller names.

use crate::gateway::{self, FromPublicCode, Gateway, OneSecret};
use crate::notice::{self, Expected, RawNotice, Verdict};

mod link;
mod notices;
mod payout;

pub use link::{
    CreateRequest, cancel, canonical, confirm_webhook, query, read_created, read_query, request,
};
pub use payout::{read_payout, refund};

/// payOS.
#[derive(Clone, Copy, Debug)]
pub struct Payos;

impl Gateway for Payos {
    type Keys = OneSecret;
    type Source = FromPublicCode;
    const NAME: &'static str = "payos";
    // payOS has no sandbox: a test account stands at an address of the caller's choice.
    const SANDBOX: Option<&'static str> = None;
    const PRODUCTION: Option<&'static str> = Some("https://api-merchant.payos.vn");
}

/// A channel's configuration; the merchant is the client id, the secret the checksum key.
pub type Config<E> = gateway::Config<Payos, E>;
/// A channel's account, its environment being a value.
pub type Account = gateway::Account<Payos>;

/// The order code of the call that `confirm-webhook` makes.
pub const TEST_ORDER: &str = "123";

/// `&` and `=` join the signed text.
const DELIMITERS: &[char] = &['&', '='];

/// Judges a webhook. See [`notice::verify`].
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Payos>(raw, account, expected)
}
