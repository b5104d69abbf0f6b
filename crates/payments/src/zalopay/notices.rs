//! The callback (settles) and the redirect (only displays), both signed with key2.

use std::borrow::Cow;

use serde::Serialize;

use super::{Account, Zalopay, ZalopayKeys};
use crate::code::ZALOPAY;
use crate::form;
use crate::instant::read_milliseconds;
use crate::json::read_object;
use crate::notice::{
    Acknowledgement, Answer, Claim, Message, NoticeRules, RawNotice, Repeated, Taking, uncovered,
};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding};

impl NoticeRules for Zalopay {
    const TELLS_REPETITION: bool = true;

    fn read(raw: &RawNotice) -> Result<Message<'_>, Reason> {
        raw.demand("POST")?;
        let body = read_object(&raw.body)?;
        let data = body.text("data")?;
        // Type 2 tells of a payment agreement, not of an order.
        if body.integer("type")? != "1" {
            return Err(Reason::malformed("type", "not 1 (order)"));
        }
        let inner = read_object(data.as_bytes())?;
        let own = |value: Cow<'_, str>| Cow::Owned(value.into_owned());
        let amount = inner.dong("amount")?;
        let transaction = inner.scalar("zp_trans_id")?;
        let time = inner.integer("server_time")?.parse().ok().and_then(read_milliseconds);
        let mut outer = Taking::of(&body);
        outer.take("data");
        outer.take("mac");
        Ok(Message {
            signature: body.scalar("mac")?,
            claim: Claim {
                merchant: Some(own(inner.scalar("app_id")?)),
                amount: Some(amount),
                transaction: Some(transaction).filter(|t| !matches!(&**t, "" | "0")).map(own),
                at: time,
                uncovered: uncovered(&outer),
                // Sent on success only.
                ..Claim::new(inner.text("app_trans_id")?.to_owned(), ZALOPAY.outcome("query", "1"))
            },
            // The received text byte for byte: it is never written again before it is hashed.
            text: ("data", data.to_owned()),
            time: Cow::Borrowed(""),
        })
    }

    fn fits(text: &str, signature: &str, keys: &ZalopayKeys) -> bool {
        keys.key2.verifies(Algorithm::HmacSha256, Encoding::HexLower, text.as_bytes(), signature)
    }

    fn acknowledge(answer: Answer, _repeated: Repeated<'_>, _account: &Account) -> Acknowledgement {
        // Document "Callback": 1 recorded, 2 invalid or duplicate, 0 call again (at most three times).
        let body = match answer {
            Answer::Recorded => r#"{"return_code":1,"return_message":"success"}"#,
            Answer::AlreadyRecorded => r#"{"return_code":2,"return_message":"duplicate"}"#,
            Answer::NotAuthentic => r#"{"return_code":2,"return_message":"invalid mac"}"#,
            Answer::Malformed | Answer::TestCall => {
                r#"{"return_code":2,"return_message":"invalid data"}"#
            }
            Answer::WrongAmount => r#"{"return_code":2,"return_message":"invalid amount"}"#,
            Answer::WrongOrder => r#"{"return_code":2,"return_message":"invalid order"}"#,
            Answer::UnknownOrder => r#"{"return_code":0,"return_message":"order not found"}"#,
        };
        Acknowledgement::json(200, body)
    }
}

/// What a redirect shows. It never settles an order: query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redirect {
    /// `apptransid`.
    pub reference: String,
    /// Whether `status` says success.
    pub claims_success: bool,
}

/// Reads a redirect, whose checksum is made with key2: for display only.
pub fn redirect(account: &Account, query: &str) -> Result<Redirect, Reason> {
    let pairs = form::read(query)?;
    let value = |key: &str| {
        pairs
            .iter()
            .find(|p| p.key == key)
            .map(|p| &*p.value)
            .ok_or_else(|| Reason::malformed(key, "missing"))
    };
    let mut values = Vec::new();
    for key in ["appid", "apptransid", "pmcid", "bankcode", "amount", "discountamount", "status"] {
        values.push(value(key)?);
    }
    let (text, received) = (values.join("|"), value("checksum")?);
    let fits = |k: &ZalopayKeys| {
        k.key2.verifies(Algorithm::HmacSha256, Encoding::HexLower, text.as_bytes(), received)
    };
    if !account.keys().iter().any(fits) || value("appid")? != account.merchant() {
        return Err(Reason::SignatureWrong);
    }
    Ok(Redirect {
        reference: value("apptransid")?.to_owned(),
        claims_success: value("status")? == "1",
    })
}
