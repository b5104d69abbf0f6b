//! IPN and return: the same signed query, sent by the server and by the browser.

use std::borrow::Cow;

use super::{Account, Vnpay, codes};
use crate::dong::Dong;
use crate::form::{self, Pair, Space, write};
use crate::gateway::OneSecret;
use crate::instant::read_stamp;
use crate::notice::{
    Acknowledgement, Answer, Claim, Message, NoticeRules, RawNotice, Repeated, joined,
};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding};

/// The only spellings of `vnp_SecureHashType` that name the algorithm of 2.1.0.
const HASH_TYPES: [&str; 2] = ["HmacSHA512", "HMACSHA512"];

impl NoticeRules for Vnpay {
    const TELLS_REPETITION: bool = true;

    fn read(raw: &RawNotice) -> Result<Message<'_>, Reason> {
        raw.demand("GET")?;
        let pairs = form::read(&raw.query)?;
        let value = |key: &str| pairs.iter().find(|p| p.key == key).map(|p| p.value.clone());
        let need = |key: &'static str| {
            value(key)
                .filter(|v| !v.is_empty())
                .ok_or_else(|| Reason::malformed(key, "missing or empty"))
        };
        let mut signed: Vec<&Pair<'_>> = Vec::with_capacity(pairs.len());
        let mut uncovered = Vec::new();
        for pair in &pairs {
            match &*pair.key {
                "vnp_SecureHash" => {}
                "vnp_SecureHashType" => {
                    if !HASH_TYPES.contains(&&*pair.value) {
                        return Err(Reason::malformed(
                            "vnp_SecureHashType",
                            "not the algorithm of 2.1.0",
                        ));
                    }
                    uncovered.push(pair.key.to_string());
                }
                key if key.starts_with("vnp_") && !pair.value.is_empty() => signed.push(pair),
                key if pair.value.is_empty() && !EMPTY_ALLOWED.contains(&key) => {
                    return Err(Reason::malformed(key, "an unknown parameter without a value"));
                }
                _ => uncovered.push(pair.key.to_string()),
            }
        }
        signed.sort_by(|a, b| a.key.as_bytes().cmp(b.key.as_bytes()));
        let text = joined(signed.iter().map(|p| (p.raw_key, p.raw_value)));
        let amount = Dong::parse_hundredths(&need("vnp_Amount")?)
            .map_err(|_| Reason::malformed("vnp_Amount", "not đồng × 100 in digits"))?;
        let status = value("vnp_TransactionStatus").unwrap_or_default();
        let outcome = codes::outcome(&need("vnp_ResponseCode")?, &status);
        Ok(Message {
            signature: value("vnp_SecureHash").unwrap_or_default(),
            claim: Claim {
                merchant: Some(need("vnp_TmnCode")?),
                amount: Some(amount),
                currency: value("vnp_CurrCode"),
                transaction: value("vnp_TransactionNo").filter(|t| !matches!(&**t, "" | "0")),
                at: value("vnp_PayDate").and_then(|t| read_stamp(&t)),
                uncovered,
                // The portal's "Test call IPN" sends the format before 2.1.0, which has no transaction status.
                test_call: status
                    .is_empty()
                    .then_some("no vnp_TransactionStatus: the portal's test call"),
                ..Claim::new(need("vnp_TxnRef")?, outcome)
            },
            text: ("raw", text),
            time: Cow::Borrowed(""),
        })
    }

    fn fits(text: &str, signature: &str, keys: &OneSecret) -> bool {
        keys.secret.verifies(Algorithm::HmacSha512, Encoding::HexLower, text.as_bytes(), signature)
    }

    fn other_forms(message: &Message<'_>) -> Vec<(&'static str, String)> {
        // The text is made of raw pairs that were read once already.
        let pairs = form::read(&message.text.1).unwrap_or_default();
        let fields = || pairs.iter().map(|p| (&*p.key, &*p.value));
        vec![("plus", write(fields(), Space::Plus)), ("percent20", write(fields(), Space::Percent))]
    }

    fn acknowledge(answer: Answer, _repeated: Repeated<'_>, _account: &Account) -> Acknowledgement {
        // Document "IPN URL": RspCode and Message; 00 and 02 end the calls, anything else repeats them.
        let body = match answer {
            Answer::Recorded => r#"{"RspCode":"00","Message":"Confirm Success"}"#,
            Answer::AlreadyRecorded => r#"{"RspCode":"02","Message":"Order already confirmed"}"#,
            Answer::UnknownOrder => r#"{"RspCode":"01","Message":"Order not found"}"#,
            Answer::WrongAmount => r#"{"RspCode":"04","Message":"Invalid amount"}"#,
            Answer::NotAuthentic | Answer::TestCall => {
                r#"{"RspCode":"97","Message":"Invalid signature"}"#
            }
            Answer::WrongOrder | Answer::Malformed => {
                r#"{"RspCode":"99","Message":"Unknown error"}"#
            }
        };
        Acknowledgement::json(200, body)
    }
}

/// Fields of the document that may come without a value.
const EMPTY_ALLOWED: [&str; 6] = [
    "vnp_BankCode",
    "vnp_BankTranNo",
    "vnp_CardType",
    "vnp_PayDate",
    "vnp_TransactionNo",
    "vnp_OrderInfo",
];
