//! IPN (POST of JSON) and redirect (GET): the same signed fields.

use std::borrow::Cow;

use super::{Account, Momo, MomoKeys};
use crate::code::MOMO;
use crate::dong::Dong;
use crate::form;
use crate::instant::read_milliseconds;
use crate::json::read_object;
use crate::notice::{
    Acknowledgement, Answer, Claim, Field, Message, NoticeRules, RawNotice, Repeated, Taking,
    imitates, joined, only_joins, uncovered, values,
};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding, KeyForm};

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

/// The same in the order of the document, in which they are sent.
const SENT: [&str; 12] = [
    "partnerCode",
    "orderId",
    "requestId",
    "amount",
    "orderInfo",
    "orderType",
    "transId",
    "resultCode",
    "message",
    "payType",
    "responseTime",
    "extraData",
];

fn digits(key: &'static str, value: &str) -> Result<i64, Reason> {
    let unsigned = value.strip_prefix('-').unwrap_or(value);
    let canonical = value == "0" || matches!(unsigned.bytes().next(), Some(b'1'..=b'9'));
    let number = value.parse::<i64>().ok().filter(|_| canonical);
    number.ok_or_else(|| Reason::malformed(key, "not an integer"))
}

impl NoticeRules for Momo {
    fn read(raw: &RawNotice) -> Result<Message<'_>, Reason> {
        let (values, signature, uncovered) = if raw.method == "GET" {
            let query = form::read(&raw.query)?;
            let mut fields = Taking::new(&query);
            let values = values(&mut fields, &SENT)?;
            let signature = fields.take("signature").map(Field::value);
            // The access key is part of the signed text and may be repeated here.
            fields.take("accessKey");
            (values, signature.transpose()?.unwrap_or_default(), uncovered(&fields))
        } else {
            raw.demand("POST")?;
            let body = read_object(&raw.body)?;
            for key in ["amount", "resultCode", "responseTime", "transId"] {
                body.integer(key)?;
            }
            let mut fields = Taking::of(&body);
            let values = values(&mut fields, &SENT)?;
            let signature = fields.take("signature").map(Field::value);
            fields.take("accessKey");
            (values, signature.transpose()?.unwrap_or_default(), uncovered(&fields))
        };
        let [
            partner,
            reference,
            request,
            amount,
            info,
            kind,
            transaction,
            result,
            message,
            by,
            at,
            extra,
        ] = values;
        let signed: [&str; 12] = [
            &amount,
            &extra,
            &message,
            &reference,
            &info,
            &kind,
            &partner,
            &by,
            &request,
            &at,
            &result,
            &transaction,
        ];
        let pairs = || SIGNED.into_iter().zip(signed);
        let text = joined(pairs());
        if !only_joins(&text, b'&', SIGNED.len()) {
            imitates(pairs(), &SIGNED)?;
        }
        let number = digits("transId", &transaction)?;
        let amount =
            Dong::parse(&amount).map_err(|_| Reason::malformed("amount", "not whole đồng"))?;
        digits("resultCode", &result)?;
        Ok(Message {
            text: ("raw", text),
            signature,
            claim: Claim {
                at: read_milliseconds(digits("responseTime", &at)?),
                merchant: Some(partner),
                amount: Some(amount),
                transaction: Some(transaction).filter(|_| number > 0),
                uncovered,
                ..Claim::new(reference, MOMO.outcome("result", &result))
            },
            time: Cow::Borrowed(""),
        })
    }

    fn fits(text: &str, signature: &str, keys: &MomoKeys) -> bool {
        let pieces = ["accessKey=", &keys.access_key, "&", text].map(str::as_bytes);
        let key = (Algorithm::HmacSha256, KeyForm::Text);
        keys.secret.verifies_pieces(key, Encoding::HexLower, &pieces, signature)
    }

    fn acknowledge(answer: Answer, _repeated: Repeated<'_>, _account: &Account) -> Acknowledgement {
        // Document "Payment notification": 204 without body within 15 s; anything else is no acknowledgement.
        Acknowledgement::empty(match answer {
            Answer::Recorded | Answer::AlreadyRecorded => 204,
            Answer::UnknownOrder => 404,
            Answer::WrongAmount | Answer::WrongOrder => 409,
            Answer::NotAuthentic | Answer::Malformed | Answer::TestCall => 400,
        })
    }
}
