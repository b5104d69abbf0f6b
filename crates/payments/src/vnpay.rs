//! VNPAY 2.1.0: pay request, IPN and return, querydr, refund. Source: VNPAY's published documents (`docs/payments/gateways.md`).

use crate::gateway::{self, FromVendorDocument, Gateway, OneSecret};
use crate::notice::{self, Expected, RawNotice, Verdict};

mod api;
mod banks;
pub mod codes;
mod notices;
mod pay;
pub mod sandbox;

pub use api::{ApiRequest, query, read_query, read_refund, refund};
pub use banks::{Bank, bank_list, read_bank_list};
pub use pay::{Locale, PayRequest, request};

/// VNPAY 2.1.0.
#[derive(Clone, Copy, Debug)]
pub struct Vnpay;

impl Gateway for Vnpay {
    type Keys = OneSecret;
    type Source = FromVendorDocument;
    const NAME: &'static str = "vnpay";
    const SANDBOX: Option<&'static str> = Some("https://sandbox.vnpayment.vn");
    // VNPAY gives the production address with the contract.
    const PRODUCTION: Option<&'static str> = None;
}

/// A terminal's configuration: `Config<Sandbox>` or `Config<Production>`.
pub type Config<E> = gateway::Config<Vnpay, E>;
/// A terminal's account, its environment being a value.
pub type Account = gateway::Account<Vnpay>;

/// Judges an IPN or return. See [`notice::verify`].
///
/// A return only displays; it is judged alike because it carries the same fields, and applying both is applying once.
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Vnpay>(raw, account, expected)
}
