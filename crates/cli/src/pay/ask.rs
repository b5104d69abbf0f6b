//! Queries and refunds: the fields that each gateway needs beside the order, and the message.

use std::path::Path;

use motcua::payments::gateway::{Account, Gateway, Outgoing};
use motcua::payments::order::Refund;
use motcua::payments::{
    Dong, keypay, momo, onepay, payos, payplatform, viettelpay, vnpay, zalopay,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use super::gateway::{NAMES, by_name};
use super::{AccountArguments, account, read, state};
use crate::error::Error;

type Built = Result<Outgoing, motcua::payments::Error>;

/// Reads account and message and builds.
fn with<G: Gateway + Clone, M: DeserializeOwned>(
    arguments: &AccountArguments,
    message: &Path,
    build: impl Fn(&Account<G>, &M) -> Built,
) -> Result<Outgoing, Error>
where
    G::Keys: DeserializeOwned,
{
    let account = account::read::<G>(arguments)?;
    Ok(build(&account, &read(message)?)?)
}

/// A query by reference alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByReference {
    reference: String,
}

/// payOS's reference is a number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByNumber {
    reference: u64,
}

/// A query at an address that the operator gives.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct At {
    url: String,
    reference: String,
}

/// MoMo's query.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MomoQuery {
    reference: String,
    request_id: String,
    lang: momo::Lang,
}

/// The payment platform's query repeats INIT's time.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlatformQuery {
    reference: String,
    #[serde(with = "motcua::payments::instant")]
    created_at: OffsetDateTime,
}

/// Builds a query.
pub fn query(a: &AccountArguments, message: &Path) -> Result<Outgoing, Error> {
    by_name!(a,
        "vnpay" => with(a, message, vnpay::query),
        "momo" => with(a, message, |account, m: &MomoQuery| {
            momo::query(account, &m.reference, &m.request_id, m.lang)
        }),
        "zalopay" => with(a, message, |account, m: &ByReference| zalopay::query(account, &m.reference)),
        "payos" => with(a, message, |account, m: &ByNumber| payos::query(account, m.reference)),
        "onepay" => with(a, message, |account, m: &At| onepay::query(account, &m.url, &m.reference)),
        "viettelpay" => with(a, message, |account, m: &At| {
            viettelpay::query(account, &m.url, &m.reference)
        }),
        "payplatform" => with(a, message, |account, m: &PlatformQuery| {
            payplatform::query(account, &m.reference, m.created_at)
        }),
        "keypay" => with(a, message, |account, m: &At| keypay::query(account, &m.url, &m.reference)),
    )
}

/// What is asked back.
pub struct Asked {
    pub reference: String,
    pub amount: String,
    pub attempt: u32,
    pub who: String,
    pub now: OffsetDateTime,
}

/// VNPAY's refund: its API fields and the officer.
#[derive(Deserialize)]
struct VnpayRefund {
    #[serde(flatten)]
    request: vnpay::ApiRequest,
    created_by: String,
}

/// MoMo's refund.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MomoRefund {
    description: String,
    lang: momo::Lang,
}

/// ZaloPay's refund; `asked_at` is when it was first asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ZalopayRefund {
    description: String,
    #[serde(with = "motcua::payments::instant")]
    asked_at: OffsetDateTime,
}

/// payOS pays out to a bank account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payout {
    description: String,
    bin: String,
    account: String,
}

/// A refund at an address that the operator gives; `reason` is the operator's name for OnePay.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefundAt {
    url: String,
    reason: String,
}

fn refund_message(
    a: &AccountArguments,
    refund: &Refund,
    message: &Path,
) -> Result<Outgoing, Error> {
    by_name!(a,
        "vnpay" => with(a, message, |account, m: &VnpayRefund| {
            vnpay::refund(account, &m.request, refund, &m.created_by)
        }),
        "momo" => with(a, message, |account, m: &MomoRefund| {
            momo::refund(account, refund, &m.description, m.lang)
        }),
        "zalopay" => with(a, message, |account, m: &ZalopayRefund| {
            zalopay::refund(account, refund, &m.description, m.asked_at)
        }),
        "payos" => with(a, message, |account, m: &Payout| {
            payos::refund(account, refund, &m.description, (&m.bin, &m.account))
        }),
        "onepay" => with(a, message, |account, m: &RefundAt| {
            onepay::refund(account, &m.url, refund, &m.reason)
        }),
        "viettelpay" => with(a, message, |account, m: &RefundAt| {
            viettelpay::refund(account, &m.url, refund, &m.reason)
        }),
        "payplatform" => Err(Error::NotBuilt { gateway: "payplatform", message: "refund" }),
        "keypay" => with(a, message, |account, m: &RefundAt| {
            keypay::refund(account, &m.url, refund, &m.reason)
        }),
    )
}

/// Locks a refund in the order and builds its message. The order is written before anything is printed: a refund that may have been
/// sent is in the file. The same attempt gives the same refund.
pub fn refund(
    a: &AccountArguments,
    path: &Path,
    asked: &Asked,
    message: &Path,
) -> Result<Outgoing, Error> {
    let _held = state::Held::new(path)?;
    let mut order = state::read(path)?;
    let amount = Dong::parse(&asked.amount)?;
    let refund =
        order.request_refund(&asked.reference, amount, asked.attempt, asked.now, &asked.who)?;
    if refund.gateway != a.gateway {
        return Err(Error::Input {
            path: path.display().to_string(),
            problem: format!("the payment came by {}, it goes back the same way", refund.gateway),
        });
    }
    let outgoing = refund_message(a, &refund, message)?;
    state::write(path, &order)?;
    Ok(outgoing)
}
