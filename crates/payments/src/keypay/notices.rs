//! The callback, signed with key2 over the same text as the create request. Its status is not signed.

use std::collections::BTreeMap;

use super::{Account, Keypay, KeypayKeys};
use crate::code::{Class, KEYPAY, Outcome};
use crate::dong::Dong;
use crate::json::read_object;
use crate::notice::{
    Acknowledgement, Answer, Claim, Message, NoticeRules, RawNotice, pipe_fields, uncovered,
};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding};

/// The signed fields of the callback, in order.
const SIGNED: [&str; 6] =
    ["addition_fee", "client_id", "command", "trans_amount", "transaction_id", "version"];

impl NoticeRules for Keypay {
    fn read(raw: &RawNotice) -> Result<Message, Reason> {
        raw.demand("POST")?;
        let body = read_object(&raw.body)?;
        let text = pipe_fields(&body, &SIGNED)?;
        let amount = |key: &'static str| {
            Dong::parse(&body.shown(key)?).map_err(|_| Reason::malformed(key, "not whole đồng"))
        };
        for (key, only) in [("command", "PAY"), ("version", "3.0")] {
            if body.shown(key)? != only {
                return Err(Reason::malformed(key, "not of a payment by version 3.0"));
            }
        }
        let fee = amount("addition_fee")?;
        let also = if fee == Dong::ZERO {
            BTreeMap::new()
        } else {
            BTreeMap::from([("addition_fee".to_owned(), fee.to_string())])
        };
        // The class is not taken from the table: whoever holds one callback can write any status into it.
        let outcome = Outcome {
            en: "unsigned status: query before believing it",
            vi: "Trạng thái không được ký: phải truy vấn lại",
            ..KEYPAY.outcome("status", &body.shown("status")?).held(Class::Pending)
        };
        Ok(Message {
            text: ("pipe", text),
            signature: body.scalar("check_sum")?,
            claim: Claim {
                merchant: Some(body.scalar("client_id")?),
                amount: Some(amount("trans_amount")?),
                uncovered: uncovered(&body, &SIGNED, "check_sum"),
                outcome_unsigned: true,
                also,
                ..Claim::new(body.scalar("transaction_id")?, outcome)
            },
            fields: Vec::new(),
        })
    }

    fn fits(text: &str, signature: &str, keys: &KeypayKeys) -> bool {
        keys.key2.verifies(Algorithm::HmacSha256, Encoding::HexLower, text.as_bytes(), signature)
    }

    fn acknowledge(
        answer: Answer,
        _message: Option<&Message>,
        _account: &Account,
    ) -> Acknowledgement {
        let (code, text) = match answer {
            Answer::Recorded | Answer::AlreadyRecorded => (0, "success"),
            Answer::UnknownOrder => (-1, "transaction not found"),
            Answer::WrongAmount => (-1, "invalid amount"),
            Answer::WrongOrder => (-1, "invalid transaction"),
            Answer::NotAuthentic => (-1, "invalid check_sum"),
            Answer::Malformed | Answer::TestCall => (-1, "invalid data"),
        };
        Acknowledgement::json(200, format!("{{\"return_code\":{code},\"return_msg\":\"{text}\"}}"))
    }
}
