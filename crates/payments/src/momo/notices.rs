//! IPN (POST of JSON) and redirect (GET): the same signed fields.

use std::borrow::Cow;

use super::{Account, Momo, MomoKeys};
use crate::code::MOMO;
use crate::dong::Dong;
use crate::form;
use crate::instant::read_milliseconds;
use crate::json::read_object;
use crate::notice::{
    Acknowledgement, Answer, Claim, Message, NoticeRules, RawNotice, imitates, joined, pairs,
    uncovered,
};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding};

/// The signed fields of IPN and redirect, after `accessKey`.
const SIGNED: [&str; 12] = [
    "amount",
    "extraData",
    "message",
    "orderId",
    "orderInfo",
    "orderType",
    "partnerCode",
    "payType",
    "requestId",
    "responseTime",
    "resultCode",
    "transId",
];

fn digits(key: &'static str, value: &str) -> Result<i64, Reason> {
    let canonical = value.parse::<i64>().ok().filter(|n| n.to_string() == value);
    canonical.ok_or_else(|| Reason::malformed(key, "not an integer"))
}

impl NoticeRules for Momo {
    fn read(raw: &RawNotice) -> Result<Message, Reason> {
        let (body, query);
        let (signed, signature, names) = if raw.method == "GET" {
            query = form::read(&raw.query)?;
            let value = |key: &str| query.iter().find(|p| p.key == key).map(|p| p.value.as_str());
            let one = |key: &&'static str| {
                let value = value(key).ok_or_else(|| Reason::malformed(*key, "missing"))?;
                Ok((*key, Cow::Borrowed(value)))
            };
            let signed = SIGNED.iter().map(one).collect::<Result<Vec<_>, Reason>>()?;
            let names: Vec<String> = query.iter().map(|p| p.key.clone()).collect();
            (signed, value("signature").unwrap_or_default().to_owned(), names)
        } else {
            raw.demand("POST")?;
            body = read_object(&raw.body)?;
            for key in ["amount", "resultCode", "responseTime", "transId"] {
                body.integer(key)?;
            }
            let names = uncovered(&body, &SIGNED, "signature");
            (pairs(&body, &SIGNED)?, body.scalar("signature")?, names)
        };
        // All of SIGNED are there.
        let value = |key: &str| signed.iter().find(|(k, _)| *k == key).map_or("", |(_, v)| &**v);
        imitates(signed.iter().map(|(k, v)| (*k, &**v)), &SIGNED)?;
        let outside = |key: &String| {
            !SIGNED.contains(&key.as_str()) && !matches!(key.as_str(), "signature" | "accessKey")
        };
        let transaction = digits("transId", value("transId"))?;
        let amount = Dong::parse(value("amount"))
            .map_err(|_| Reason::malformed("amount", "not whole đồng"))?;
        digits("resultCode", value("resultCode"))?;
        Ok(Message {
            text: ("raw", joined(&signed)),
            signature,
            claim: Claim {
                merchant: Some(value("partnerCode").to_owned()),
                amount: Some(amount),
                transaction: (transaction > 0).then(|| transaction.to_string()),
                at: read_milliseconds(digits("responseTime", value("responseTime"))?),
                uncovered: names.into_iter().filter(outside).collect(),
                ..Claim::new(value("orderId"), MOMO.outcome("result", value("resultCode")))
            },
            fields: Vec::new(),
        })
    }

    fn fits(text: &str, signature: &str, keys: &MomoKeys) -> bool {
        let text = format!("accessKey={}&{text}", keys.access_key);
        keys.secret.verifies(Algorithm::HmacSha256, Encoding::HexLower, text.as_bytes(), signature)
    }

    fn acknowledge(
        answer: Answer,
        _message: Option<&Message>,
        _account: &Account,
    ) -> Acknowledgement {
        // Document "Payment notification": 204 without body within 15 s; anything else is no acknowledgement.
        Acknowledgement::empty(match answer {
            Answer::Recorded | Answer::AlreadyRecorded => 204,
            Answer::UnknownOrder => 404,
            Answer::WrongAmount | Answer::WrongOrder => 409,
            Answer::NotAuthentic | Answer::Malformed | Answer::TestCall => 400,
        })
    }
}
