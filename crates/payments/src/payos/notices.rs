//! The webhook: one for each incoming transfer.

use std::borrow::Cow;

use super::{Account, DELIMITERS, Payos, TEST_ORDER};
use crate::code::PAYOS;
use crate::form::component;
use crate::gateway::OneSecret;
use crate::instant::read_local;
use crate::json::{Json, read_object};
use crate::notice::{
    Acknowledgement, Answer, Claim, Message, NoticeRules, RawNotice, Repeated, imitates, joined,
    only_joins,
};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding};

/// The text that payOS signs over `data`: keys sorted, `k=v` joined by `&`; nulls and the words `null` and `undefined` are
/// empty; lists and objects are JSON with sorted keys.
pub(super) fn signed_text(data: &Json<'_>) -> Result<String, Reason> {
    let Json::Object(fields) = data else {
        return Err(Reason::malformed("data", "not a JSON object"));
    };
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let pairs = fields.into_iter().map(|(key, value)| {
        let text = match value {
            Json::Null => Cow::Borrowed(""),
            Json::Text(text) if text == "null" || text == "undefined" => Cow::Borrowed(""),
            Json::Text(text) | Json::Integer(text) => Cow::Borrowed(&**text),
            Json::Bool(_) | Json::List(_) | Json::Object(_) => Cow::Owned(value.sorted_text()),
        };
        (key, text)
    });
    Ok(joined(pairs))
}

/// The text that payOS signs for payouts: keys sorted, keys and values percent-encoded as JavaScript's `encodeURIComponent` does;
/// nulls are empty; lists and objects are JSON with sorted keys.
pub(super) fn payout_text(data: &Json<'_>) -> String {
    let Json::Object(fields) = data else { return String::new() };
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let pairs = fields.into_iter().map(|(key, value)| {
        let text = match value {
            Json::Null => String::new(),
            Json::Text(text) => text.to_string(),
            Json::Bool(_) | Json::Integer(_) | Json::List(_) | Json::Object(_) => {
                value.sorted_text()
            }
        };
        (component(key), component(&text))
    });
    joined(pairs)
}

/// The fields of `data` whose order and presence the document fixes. An unknown one could smuggle `&` and `=` past the eye.
const KNOWN: [&str; 16] = [
    "orderCode",
    "amount",
    "description",
    "accountNumber",
    "reference",
    "transactionDateTime",
    "currency",
    "paymentLinkId",
    "code",
    "desc",
    "counterAccountBankId",
    "counterAccountBankName",
    "counterAccountName",
    "counterAccountNumber",
    "virtualAccountName",
    "virtualAccountNumber",
];

impl NoticeRules for Payos {
    // One webhook for each transfer: a link may be paid in parts.
    const PARTIAL: bool = true;

    fn read(raw: &RawNotice) -> Result<Message<'_>, Reason> {
        raw.demand("POST")?;
        let body = read_object(&raw.body)?;
        let data = body.get("data").ok_or_else(|| Reason::malformed("data", "missing"))?;
        let text = signed_text(data)?;
        data.integer("orderCode")?;
        let amount = data.dong("amount")?;
        // Without these exact fields the unescaped text could be read in two ways.
        for key in ["currency", "code", "reference", "transactionDateTime"] {
            data.text(key)?;
        }
        let Json::Object(inner) = data else {
            return Err(Reason::malformed("data", "not a JSON object"));
        };
        if !only_joins(&text, b'&', inner.len()) || !only_joins(&text, b'=', inner.len() + 1) {
            if let Some((key, _)) = inner.iter().find(|(k, _)| k.contains(DELIMITERS)) {
                return Err(Reason::malformed(&**key, "a delimiter of the signed text in a name"));
            }
            let texts = inner.iter().filter_map(|(key, value)| match value {
                Json::Text(text) => Some((&**key, &**text)),
                Json::Null | Json::Bool(_) | Json::Integer(_) | Json::List(_) | Json::Object(_) => {
                    None
                }
            });
            imitates(texts, &KNOWN)?;
        }
        let (reference, transaction) = (data.scalar("orderCode")?, data.scalar("reference")?);
        let outside = ["code", "desc", "success"].iter().filter(|k| body.get(k).is_some());
        Ok(Message {
            text: ("data", text),
            signature: body.scalar("signature")?,
            claim: Claim {
                amount: Some(amount),
                currency: Some(data.scalar("currency")?),
                transaction: Some(transaction).filter(|t| !t.is_empty()),
                at: read_local(data.text("transactionDateTime")?),
                uncovered: outside.map(|k| (*k).to_owned()).collect(),
                test_call: (reference == TEST_ORDER)
                    .then_some("order 123: the call of confirm-webhook"),
                ..Claim::new(reference, PAYOS.outcome("webhook", data.text("code")?))
            },
            time: Cow::Borrowed(""),
        })
    }

    fn fits(text: &str, signature: &str, keys: &OneSecret) -> bool {
        keys.secret.verifies(Algorithm::HmacSha256, Encoding::HexLower, text.as_bytes(), signature)
    }

    fn acknowledge(answer: Answer, _repeated: Repeated<'_>, _account: &Account) -> Acknowledgement {
        // Any 2xx ends the calls; the test call must get one though no such order exists.
        let (status, success) = match answer {
            Answer::Recorded | Answer::AlreadyRecorded | Answer::TestCall => (200, true),
            Answer::UnknownOrder => (404, false),
            Answer::WrongAmount | Answer::WrongOrder => (409, false),
            Answer::NotAuthentic | Answer::Malformed => (400, false),
        };
        Acknowledgement::json(
            status,
            if success { r#"{"success":true}"# } else { r#"{"success":false}"# },
        )
    }
}
