//! IPN (POST of JSON) and redirect (GET): the same signed fields.

use std::borrow::Cow;

use super::{Account, Momo, MomoKeys};
use crate::code::MOMO;
use crate::dong::Dong;
use crate::form;
use crate::instant::read_milliseconds;
use crate::json::read_object;
use crate::notice::{
    Acknowledgement, Answer, Claim, Message, NoticeRules, RawNotice, each, imitates, joined,
    uncovered, values,
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

/// What is neither signed nor news.
const OUTSIDE: [&str; 2] = ["signature", "accessKey"];

fn digits(key: &'static str, value: &str) -> Result<i64, Reason> {
    let canonical = value.parse::<i64>().ok().filter(|n| n.to_string() == value);
    canonical.ok_or_else(|| Reason::malformed(key, "not an integer"))
}

impl NoticeRules for Momo {
    fn read(raw: &RawNotice) -> Result<Message, Reason> {
        let (body, query);
        let (signed, signature, uncovered) = if raw.method == "GET" {
            query = form::read(&raw.query)?;
            let value = |key: &str| query.iter().find(|p| p.key == key).map(|p| &*p.value);
            let signed = each(&SIGNED, |key| value(key).map(|v| Ok(Cow::Borrowed(v))))?;
            let outside = |key: &&str| !SIGNED.contains(key) && !OUTSIDE.contains(key);
            let names = query.iter().map(|p| &*p.key).filter(outside).map(str::to_owned).collect();
            (signed, value("signature").unwrap_or_default().to_owned(), names)
        } else {
            raw.demand("POST")?;
            body = read_object(&raw.body)?;
            for key in ["amount", "resultCode", "responseTime", "transId"] {
                body.integer(key)?;
            }
            let mut names = uncovered(&body, &SIGNED, "signature");
            names.retain(|name| !OUTSIDE.contains(&name.as_str()));
            (values(&body, &SIGNED)?, body.scalar("signature")?, names)
        };
        let pairs = || SIGNED.into_iter().zip(signed.iter().map(|v| &**v));
        imitates(pairs(), &SIGNED)?;
        let [amount, _, _, reference, _, _, partner, _, _, at, result, transaction] = &signed;
        let transaction = digits("transId", transaction)?;
        let amount =
            Dong::parse(amount).map_err(|_| Reason::malformed("amount", "not whole đồng"))?;
        digits("resultCode", result)?;
        Ok(Message {
            text: ("raw", joined(pairs())),
            signature,
            claim: Claim {
                merchant: Some(partner.to_string()),
                amount: Some(amount),
                transaction: (transaction > 0).then(|| transaction.to_string()),
                at: read_milliseconds(digits("responseTime", at)?),
                uncovered,
                ..Claim::new(&**reference, MOMO.outcome("result", result))
            },
            fields: Vec::new(),
        })
    }

    fn fits(text: &str, signature: &str, keys: &MomoKeys) -> bool {
        let text = ["accessKey=", &keys.access_key, "&", text].concat();
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
