//! IPN and return: the same signed fields, in the query or in a form. Answers of queryDR and refund have the same shape.

use std::borrow::Cow;

use super::{Account, DELIMITERS, Onepay, OnepayKeys};
use crate::code::ONEPAY;
use crate::dong::Dong;
use crate::form::{self, Pair};
use crate::notice::{
    Acknowledgement, Answer, Claim, Message, NoticeRules, RawNotice, Repeated, joined,
};
use crate::reason::Reason;

/// The fields of a message, the text that was signed, and the names that stand outside it.
pub(super) struct Fields<'a> {
    pairs: Vec<Pair<'a>>,
    pub text: String,
    pub uncovered: Vec<String>,
}

/// Fields that OnePay may send without a value; one that is empty is not signed, so no other may be.
const EMPTY_ALLOWED: [&str; 12] = [
    "vpc_AdditionData",
    "vpc_Message",
    "vpc_TransactionNo",
    "vpc_Locale",
    "vpc_Card",
    "vpc_CardNum",
    "vpc_CardUid",
    "vpc_PayChannel",
    "vpc_AuthorizeId",
    "vpc_ItaBank",
    "vpc_ItaFeeAmount",
    "vpc_ItaTime",
];

impl<'a> Fields<'a> {
    pub fn read(query: &'a str) -> Result<Fields<'a>, Reason> {
        let pairs = form::read(query)?;
        let (mut signed, mut uncovered) = (Vec::with_capacity(pairs.len()), Vec::new());
        for pair in &pairs {
            let covered = pair.key.starts_with("vpc_") || pair.key.starts_with("user_");
            if pair.key == "vpc_SecureHash" {
                continue;
            }
            if pair.value.is_empty() && !EMPTY_ALLOWED.contains(&&*pair.key) {
                return Err(Reason::malformed(
                    &*pair.key,
                    "a parameter without a value is not signed",
                ));
            }
            if !covered || pair.value.is_empty() || pair.key == "vpc_SecureHashType" {
                uncovered.push(pair.key.to_string());
                continue;
            }
            // The text is signed without escapes: a delimiter inside a value would make it mean two things.
            if pair.holds(DELIMITERS) {
                return Err(Reason::malformed(&*pair.key, "holds a delimiter of the signed text"));
            }
            signed.push((&*pair.key, &*pair.value));
        }
        signed.sort_unstable();
        let text = joined(signed);
        Ok(Fields { pairs, text, uncovered })
    }

    /// A value, where it is there and not empty.
    pub fn get(&self, key: &str) -> Option<Cow<'a, str>> {
        let found = self.pairs.iter().find(|p| p.key == key).filter(|p| !p.value.is_empty());
        found.map(|p| p.value.clone())
    }

    pub fn need(&self, key: &'static str) -> Result<Cow<'a, str>, Reason> {
        self.get(key).ok_or_else(|| Reason::malformed(key, "missing or empty"))
    }

    pub fn amount(&self) -> Result<Dong, Reason> {
        Dong::parse_hundredths(&self.need("vpc_Amount")?)
            .map_err(|_| Reason::malformed("vpc_Amount", "not đồng × 100"))
    }

    pub fn currency(&self) -> Option<Cow<'a, str>> {
        self.get("vpc_Currency").or_else(|| self.get("vpc_CurrencyCode"))
    }

    pub fn transaction(&self) -> Option<Cow<'a, str>> {
        self.get("vpc_TransactionNo").filter(|t| t != "0")
    }
}

impl NoticeRules for Onepay {
    fn read(raw: &RawNotice) -> Result<Message<'_>, Reason> {
        let query = if raw.method == "GET" {
            raw.query.as_str()
        } else {
            raw.demand("POST")?;
            raw.text()?
        };
        let fields = Fields::read(query)?;
        let outcome = ONEPAY.outcome("response", &fields.need("vpc_TxnResponseCode")?);
        Ok(Message {
            signature: fields.get("vpc_SecureHash").unwrap_or_default(),
            claim: Claim {
                merchant: Some(fields.need("vpc_Merchant")?),
                amount: Some(fields.amount()?),
                currency: fields.currency(),
                transaction: fields.transaction(),
                uncovered: fields.uncovered.clone(),
                ..Claim::new(fields.need("vpc_MerchTxnRef")?, outcome)
            },
            text: ("decoded", fields.text),
            time: Cow::Borrowed(""),
        })
    }

    fn fits(text: &str, signature: &str, keys: &OnepayKeys) -> bool {
        keys.fits(text, signature)
    }

    fn acknowledge(answer: Answer, _repeated: Repeated<'_>, _account: &Account) -> Acknowledgement {
        let body = match answer {
            Answer::Recorded | Answer::AlreadyRecorded => "responsecode=1&desc=confirm-success",
            Answer::UnknownOrder
            | Answer::WrongAmount
            | Answer::WrongOrder
            | Answer::NotAuthentic
            | Answer::Malformed
            | Answer::TestCall => "responsecode=0&desc=confirm-fail",
        };
        Acknowledgement {
            status: 200,
            content_type: Some(Cow::Borrowed("text/plain")),
            body: Cow::Borrowed(body),
        }
    }
}
