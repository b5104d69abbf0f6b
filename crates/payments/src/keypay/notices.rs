//! The callback, signed with key2 over the same text as the create request. Its status is not signed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Account, Keypay, KeypayKeys};
use crate::code::{Class, KEYPAY, Outcome};
use crate::dong::Dong;
use crate::json::read_object;
use crate::notice::{
    Acknowledgement, Answer, Claim, Message, NoticeRules, RawNotice, Repeated, Taking, pipe_text,
    uncovered, values,
};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding};

/// The signed fields of the callback, in order.
const SIGNED: [&str; 6] =
    ["addition_fee", "client_id", "command", "trans_amount", "transaction_id", "version"];

impl NoticeRules for Keypay {
    fn read(raw: &RawNotice) -> Result<Message<'_>, Reason> {
        raw.demand("POST")?;
        let body = read_object(&raw.body)?;
        let mut fields = Taking::of(&body);
        let signed = values(&mut fields, &SIGNED)?;
        let text = pipe_text(&SIGNED, &signed)?;
        fields.take("check_sum");
        let [fee, client, command, amount, reference, version] = signed;
        let dong = |key: &'static str, text: &str| {
            Dong::parse(text).map_err(|_| Reason::malformed(key, "not whole đồng"))
        };
        for (key, value, only) in [("command", &command, "PAY"), ("version", &version, "3.0")] {
            if value != only {
                return Err(Reason::malformed(key, "not of a payment by version 3.0"));
            }
        }
        let fee = dong("addition_fee", &fee)?;
        let also = if fee == Dong::ZERO {
            BTreeMap::new()
        } else {
            BTreeMap::from([("addition_fee".to_owned(), fee.to_string())])
        };
        // The class is not taken from the table: whoever holds one callback can write any status into it.
        let outcome = Outcome {
            en: "unsigned status: query before believing it",
            vi: "Trạng thái không được ký: phải truy vấn lại",
            ..KEYPAY.outcome("status", &body.scalar("status")?).held(Class::Pending)
        };
        Ok(Message {
            text: ("pipe", text),
            signature: body.scalar("check_sum")?,
            claim: Claim {
                merchant: Some(client),
                amount: Some(dong("trans_amount", &amount)?),
                uncovered: uncovered(&fields),
                outcome_unsigned: true,
                also,
                ..Claim::new(reference, outcome)
            },
            time: Cow::Borrowed(""),
        })
    }

    fn fits(text: &str, signature: &str, keys: &KeypayKeys) -> bool {
        keys.key2.verifies(Algorithm::HmacSha256, Encoding::HexLower, text.as_bytes(), signature)
    }

    fn acknowledge(answer: Answer, _repeated: Repeated<'_>, _account: &Account) -> Acknowledgement {
        let body = match answer {
            Answer::Recorded | Answer::AlreadyRecorded => {
                r#"{"return_code":0,"return_msg":"success"}"#
            }
            Answer::UnknownOrder => r#"{"return_code":-1,"return_msg":"transaction not found"}"#,
            Answer::WrongAmount => r#"{"return_code":-1,"return_msg":"invalid amount"}"#,
            Answer::WrongOrder => r#"{"return_code":-1,"return_msg":"invalid transaction"}"#,
            Answer::NotAuthentic => r#"{"return_code":-1,"return_msg":"invalid check_sum"}"#,
            Answer::Malformed | Answer::TestCall => {
                r#"{"return_code":-1,"return_msg":"invalid data"}"#
            }
        };
        Acknowledgement::json(200, body)
    }
}
