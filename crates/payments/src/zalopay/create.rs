//! The create request and its answer.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Account, PIPE, Zalopay, send};
use crate::code::ZALOPAY;
use crate::created::Created;
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, url};
use crate::gateway::Outgoing;
use crate::instant::{milliseconds, short_day};
use crate::json::{Json, read_object};
use crate::notice::{Authentic, TlsAnswer, malformed_answer};

/// What a customer is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateRequest {
    /// `app_trans_id`: `yymmdd_…` of today in Viet Nam, at most 40. Never use one for a second attempt.
    pub reference: String,
    /// `app_user`, 1 to 50.
    pub user: String,
    /// At least 1 đồng.
    pub amount: Dong,
    /// `description`, 1 to 256; not signed.
    pub description: String,
    /// `item`: a JSON list as text, at most 2,048.
    #[serde(default = "no_items")]
    pub item: String,
    /// `embed_data`: a JSON object as text, at most 1,024.
    #[serde(default = "no_data")]
    pub embed_data: String,
    /// `bank_code`, at most 20.
    #[serde(default)]
    pub bank_code: Option<String>,
    /// `callback_url`.
    #[serde(default)]
    pub callback_url: Option<String>,
    /// `expire_duration_seconds`, 300 to 2,592,000.
    #[serde(default)]
    pub expires_in_seconds: Option<u32>,
    /// `app_time`: now; ZaloPay takes at most 15 minutes of age.
    #[serde(with = "crate::instant")]
    pub created_at: OffsetDateTime,
}

fn no_items() -> String {
    "[]".to_owned()
}
fn no_data() -> String {
    "{}".to_owned()
}

/// The text that [`request`] signs; nothing is checked.
pub fn canonical(account: &Account, pay: &CreateRequest) -> String {
    let (time, amount) = (milliseconds(pay.created_at).to_string(), pay.amount.to_string());
    [account.merchant(), &pay.reference, &pay.user, &amount, &time, &pay.embed_data, &pay.item]
        .join("|")
}

/// Builds the create request.
pub fn request(account: &Account, pay: &CreateRequest) -> Result<Outgoing, Error> {
    check("app_id", account.merchant(), 1, 10, Alphabet::Digits)?;
    check("app_trans_id", &pay.reference, 8, 40, Alphabet::Token)?;
    if !pay.reference.starts_with(&format!("{}_", short_day(pay.created_at))) {
        return Err(Error::FieldPattern {
            field: "app_trans_id",
            got: pay.reference.clone(),
            expected: "yymmdd_ of created_at on the Vietnamese calendar, then the reference",
        });
    }
    check("app_user", &pay.user, 1, 50, Alphabet::Without(PIPE))?;
    check("description", &pay.description, 1, 256, Alphabet::Without(&[]))?;
    check("item", &pay.item, 2, 2048, Alphabet::Without(PIPE))?;
    check("embed_data", &pay.embed_data, 2, 1024, Alphabet::Without(PIPE))?;
    let json = |field, text: &str, list: bool| match Json::read(text) {
        Some(Json::List(_)) if list => Ok(()),
        Some(Json::Object(_)) if !list => Ok(()),
        Some(_) | None => Err(Error::FieldPattern {
            field,
            got: text.to_owned(),
            expected: if list { "a JSON list as text" } else { "a JSON object as text" },
        }),
    };
    json("item", &pay.item, true)?;
    json("embed_data", &pay.embed_data, false)?;
    pay.amount.within("amount", 1, Dong::MAX.get())?;
    let (time, amount) = (milliseconds(pay.created_at).to_string(), pay.amount.to_string());
    let canonical = canonical(account, pay);
    let mut fields = vec![
        ("app_id", account.merchant()),
        ("app_user", pay.user.as_str()),
        ("app_trans_id", &pay.reference),
        ("app_time", &time),
        ("amount", &amount),
        ("item", &pay.item),
        ("description", &pay.description),
        ("embed_data", &pay.embed_data),
    ];
    if let Some(bank) = &pay.bank_code {
        check("bank_code", bank, 1, 20, Alphabet::Token)?;
        fields.push(("bank_code", bank));
    }
    if let Some(callback) = &pay.callback_url {
        url("callback_url", callback, 1000, &[])?;
        fields.push(("callback_url", callback));
    }
    let seconds = pay.expires_in_seconds.map(|s| s.to_string()).unwrap_or_default();
    if let Some(window) = pay.expires_in_seconds {
        if !(300..=2_592_000).contains(&window) {
            return Err(Error::TimeWindow {
                field: "expire_duration_seconds",
                got: seconds,
                expected: "300 to 2592000 seconds",
            });
        }
        fields.push(("expire_duration_seconds", &seconds));
    }
    send(account, "create", canonical, None, fields)
}

/// Reads the answer to [`request`]: `order_url` and `qr_code` where ZaloPay took the order. It names no order and carries no signature:
/// it is bound by the connection alone.
pub fn read_created(
    account: &Account,
    pay: &CreateRequest,
    answer: TlsAnswer<'_>,
) -> Result<Created, Error> {
    let bad = |reason| malformed_answer::<Zalopay>("create", reason);
    let body = read_object(answer.0).map_err(bad)?;
    let code = body.integer("return_code").map_err(bad)?.to_string();
    let text = |key| body.scalar(key).map_err(bad);
    let addresses = (text("order_url")?, text("qr_code")?);
    let outcome = ZALOPAY.outcome("create", &code);
    Created::new(account, &pay.reference, outcome, addresses, Authentic::tls(), answer.0)
}
