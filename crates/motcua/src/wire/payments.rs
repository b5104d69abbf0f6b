//! `payments.qr.*`, `payments.vietqr.*` and `payments.vnpay.*`. Secrets come in and never go out.

use motcua_payments::gateway::Account;
use motcua_payments::notice::{Expected, RawNotice, Verdict};
use motcua_payments::vietqr::{self, Transfer};
use motcua_payments::vnpay::{self, PayRequest, Vnpay};
use serde::Deserialize;
use serde_json::json;

use super::{Failure, read, write};

pub(super) fn failure(e: motcua_payments::Error) -> Failure {
    Failure::new(e.code(), e.to_string(), e.details())
}

/// A transfer → `{"text"}`.
pub(super) fn vietqr_build(op: &'static str, input: &str) -> Result<String, Failure> {
    let transfer: Transfer = read(op, input)?;
    let text = vietqr::build(&transfer).map_err(failure)?;
    Ok(json!({ "text": text }).to_string())
}

/// `{"text"}` → the transfer.
pub(super) fn vietqr_parse(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        text: String,
    }
    let input: Input = read(op, input)?;
    Ok(write(&vietqr::parse(&input.text).map_err(failure)?))
}

/// `{"text"}` → what a tolerant look at any EMVCo code shows.
pub(super) fn qr_read(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        text: String,
    }
    let input: Input = read(op, input)?;
    Ok(write(&vietqr::inspect(&input.text).map_err(failure)?))
}

/// `{"account", "payment"}` → what to send.
pub(super) fn vnpay_request(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        account: Account<Vnpay>,
        payment: PayRequest,
    }
    let input: Input = read(op, input)?;
    Ok(write(&vnpay::request(&input.account, &input.payment).map_err(failure)?))
}

/// `{"account", "notice", "expected"}` → `verified` or `refused`, with the exact acknowledgement.
pub(super) fn vnpay_verify(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        account: Account<Vnpay>,
        notice: RawNotice,
        #[serde(default)]
        expected: Option<Expected>,
    }
    let input: Input = read(op, input)?;
    let verdict: Verdict = vnpay::verify(&input.notice, &input.account, input.expected.as_ref());
    Ok(write(&verdict))
}
