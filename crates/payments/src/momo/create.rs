//! The create request and its answer.

use serde::{Deserialize, Serialize};

use super::{Account, DELIMITERS, LIMITS, Lang, Momo, order_id, send};
use crate::code::{Class, MOMO};
use crate::created::Created;
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, url};
use crate::gateway::Outgoing;
use crate::json::{Json, read_object};
use crate::notice::{Authentic, TlsAnswer, malformed_answer, repeats};

/// What a customer is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateRequest {
    /// `requestId`, 1 to 50: the idempotency key.
    pub request_id: String,
    /// `orderId`, 1 to 200: letters and digits, single runs of `-_.` inside.
    pub reference: String,
    /// 1,000 to 50,000,000 đồng.
    pub amount: Dong,
    /// `orderInfo`, 1 to 255, without `&` and `=`.
    pub info: String,
    /// Where the browser comes back to.
    pub redirect_url: String,
    /// Where the IPN goes.
    pub ipn_url: String,
    /// `requestType`: `captureWallet`, `payWithATM`, `payWithCC` …
    #[serde(default = "capture_wallet")]
    pub request_type: String,
    /// `extraData`: base64 of JSON (its `=` padding is allowed at the end), or empty; at most 1,000.
    #[serde(default)]
    pub extra_data: String,
    /// Language of texts.
    pub lang: Lang,
}

fn capture_wallet() -> String {
    "captureWallet".to_owned()
}

/// Builds the create request. Allow 30 s for its answer.
pub fn request(account: &Account, pay: &CreateRequest) -> Result<Outgoing, Error> {
    order_id("requestId", &pay.request_id, 50)?;
    order_id("orderId", &pay.reference, 200)?;
    pay.amount.within("amount", LIMITS.0, LIMITS.1)?;
    check("orderInfo", &pay.info, 1, 255, Alphabet::Without(DELIMITERS))?;
    check("requestType", &pay.request_type, 1, 50, Alphabet::Alphanumeric)?;
    let unpadded = pay.extra_data.trim_end_matches('=');
    if pay.extra_data.len() - unpadded.len() > 2
        || !unpadded.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
    {
        return Err(Error::FieldPattern {
            field: "extraData",
            got: pay.extra_data.clone(),
            expected: "base64 of JSON, or empty",
        });
    }
    check("extraData", &pay.extra_data, 0, 1000, Alphabet::Without(&['&']))?;
    // An address with a query would put `&` and `=` into the signed text.
    url("redirectUrl", &pay.redirect_url, 1000, DELIMITERS)?;
    url("ipnUrl", &pay.ipn_url, 1000, DELIMITERS)?;
    let amount = pay.amount.to_string();
    send(
        account,
        "create",
        &[
            ("amount", &amount),
            ("extraData", &pay.extra_data),
            ("ipnUrl", &pay.ipn_url),
            ("orderId", &pay.reference),
            ("orderInfo", &pay.info),
            ("partnerCode", account.merchant()),
            ("redirectUrl", &pay.redirect_url),
            ("requestId", &pay.request_id),
            ("requestType", &pay.request_type),
        ],
        vec![
            ("partnerCode", Json::from(account.merchant())),
            ("requestId", Json::from(pay.request_id.as_str())),
            ("amount", Json::from(pay.amount.get())),
            ("orderId", Json::from(pay.reference.as_str())),
            ("orderInfo", Json::from(pay.info.as_str())),
            ("redirectUrl", Json::from(pay.redirect_url.as_str())),
            ("ipnUrl", Json::from(pay.ipn_url.as_str())),
            ("requestType", Json::from(pay.request_type.as_str())),
            ("extraData", Json::from(pay.extra_data.as_str())),
            ("lang", Json::from(pay.lang.value())),
        ],
    )
}

/// Reads the answer to [`request`]: `payUrl` and `qrCodeUrl` where MoMo took the order. It carries no signature.
pub fn read_created(
    account: &Account,
    pay: &CreateRequest,
    answer: TlsAnswer<'_>,
) -> Result<Created, Error> {
    let bad = |reason| malformed_answer::<Momo>("create", reason);
    let body = read_object(answer.0).map_err(bad)?;
    let text = |key| body.scalar(key).map_err(bad);
    repeats::<Momo>("create", "partnerCode", &text("partnerCode")?, account.merchant())?;
    repeats::<Momo>("create", "orderId", &text("orderId")?, &pay.reference)?;
    let outcome = MOMO.outcome("result", body.integer("resultCode").map_err(bad)?);
    // 0 here says that the order was taken, not that it was paid.
    let outcome = if outcome.class == Class::Paid { outcome.held(Class::Pending) } else { outcome };
    let addresses = (text("payUrl")?, text("qrCodeUrl")?);
    Created::new(account, &pay.reference, outcome, addresses, Authentic::tls(), answer.0)
}
