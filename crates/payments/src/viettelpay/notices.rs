//! The calls that Viettel makes: "does this order stand?" before paying, and the result.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Account, Viettelpay, ViettelpayKeys};
use crate::code::{Class, VIETTELPAY};
use crate::dong::Dong;
use crate::form::{self, Pair};
use crate::json::{Json, object};
use crate::notice::{
    Acknowledgement, Answer, Claim, Expected, Message, NoticeRules, RawNotice, Repeated, Taking,
    uncovered,
};
use crate::reason::Reason;

struct Fields<'a>(Vec<Pair<'a>>);

impl<'a> Fields<'a> {
    fn read(raw: &'a RawNotice) -> Result<Fields<'a>, Reason> {
        raw.within_budget()?;
        raw.demand("POST")?;
        Ok(Fields(form::read(raw.text()?)?))
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|p| p.key == key).map(|p| &*p.value)
    }
}

fn json(fields: &[(&str, &str)]) -> Acknowledgement {
    let fields: Vec<_> = fields.iter().map(|(k, v)| (*k, Json::from(*v))).collect();
    Acknowledgement::json(200, object(&fields))
}

/// Answers Viettel's call before paying, which asks whether the order stands: form fields billcode, merchant_code, order_id, in some
/// versions trans_amount, and check_sum over `access_code+billcode+merchant_code+order_id+trans_amount`, the amount being ours.
///
/// Public code answers with the check_sum of the call; one that did not fit is not repeated.
pub fn answer_verify_call(
    raw: &RawNotice,
    account: &Account,
    expected: Option<&Expected>,
) -> Acknowledgement {
    let answer = |code: &str, bill: &str, reference: &str, amount: &str, sum: &str| {
        json(&[
            ("billcode", bill),
            ("order_id", reference),
            ("merchant_code", account.merchant()),
            ("trans_amount", amount),
            ("check_sum", sum),
            ("error_code", code),
        ])
    };
    let Ok(fields) = Fields::read(raw) else { return answer("03", "", "", "", "") };
    let get = |key: &str| fields.get(key).unwrap_or_default();
    let (bill, reference) = (get("billcode"), get("order_id"));
    let due = expected.map(|e| e.amount.to_string()).unwrap_or_default();
    let amount = fields.get("trans_amount").unwrap_or(&due);
    let sum = get("check_sum");
    let parts = [bill, get("merchant_code"), reference, amount];
    if !account.keys().iter().any(|k| k.fits(&parts, sum)) {
        return answer("02", bill, reference, amount, "");
    }
    let stands = expected.is_some_and(|e| {
        e.reference == reference
            && e.also.get("billcode").map_or(reference, String::as_str) == bill
            && get("merchant_code") == account.merchant()
            && due == amount
    });
    answer(if stands { "00" } else { "01" }, bill, reference, amount, sum)
}

/// The signed fields of the result call, by name, after `access_code`.
const SIGNED: [&str; 8] = [
    "billcode",
    "cust_msisdn",
    "error_code",
    "merchant_code",
    "order_id",
    "payment_status",
    "trans_amount",
    "vt_transaction_id",
];

impl NoticeRules for Viettelpay {
    fn read(raw: &RawNotice) -> Result<Message<'_>, Reason> {
        let fields = Fields::read(raw)?;
        let need = |key: &'static str| {
            let pair = fields.0.iter().find(|p| p.key == key);
            pair.map(|p| p.value.clone()).ok_or_else(|| Reason::malformed(key, "missing"))
        };
        let shaped = |key: &'static str, most: usize, allows: fn(u8) -> bool| {
            let value = need(key)?;
            if value.len() <= most && value.bytes().all(allows) {
                return Ok(value);
            }
            Err(Reason::malformed(key, "not of the expected shape"))
        };
        // The text has no separators. With the order's own values compared and these shapes there is one way only to cut it.
        shaped("cust_msisdn", 15, |b| b.is_ascii_digit())?;
        // No code of the table is the end of another, so the end of the telephone number cannot be read as part of one.
        let error = need("error_code")?;
        if VIETTELPAY.find("error", &error).is_none() {
            return Err(Reason::malformed("error_code", "not in Viettel's table"));
        }
        shaped("vt_transaction_id", 50, |b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')?;
        let status = shaped("payment_status", 2, |b| b.is_ascii_digit() || b == b'-')?;
        if status != "-1" && status.len() != 1 {
            return Err(Reason::malformed("payment_status", "not of the expected shape"));
        }
        let mut text = String::with_capacity(128);
        for key in SIGNED {
            text.push_str(&need(key)?);
        }
        let amount = Dong::parse(&need("trans_amount")?)
            .map_err(|_| Reason::malformed("trans_amount", "not whole đồng"))?;
        let mut taking = Taking::new(&fields.0);
        for key in SIGNED.iter().chain(&["check_sum"]) {
            taking.take(key);
        }
        let mut outcome = VIETTELPAY.outcome("status", &status);
        if outcome.class == Class::Paid && error != "00" {
            outcome = outcome.held(Class::Hold);
        }
        outcome.code = format!("{error}/{status}").into();
        let (bill, reference) = (need("billcode")?, need("order_id")?);
        let also = if bill == reference {
            BTreeMap::new()
        } else {
            BTreeMap::from([("billcode".to_owned(), bill.into_owned())])
        };
        Ok(Message {
            text: ("concatenated", text),
            signature: need("check_sum").unwrap_or_default(),
            claim: Claim {
                merchant: Some(need("merchant_code")?),
                amount: Some(amount),
                transaction: Some(need("vt_transaction_id")?).filter(|t| !t.is_empty()),
                uncovered: uncovered(&taking),
                also,
                ..Claim::new(reference, outcome)
            },
            time: Cow::Borrowed(""),
        })
    }

    fn fits(text: &str, signature: &str, keys: &ViettelpayKeys) -> bool {
        keys.fits(&[text], signature)
    }

    fn may_be_cut_anew(message: &Message<'_>, expected: &Expected) -> bool {
        let Some(amount) = message.claim.amount.filter(|a| *a != expected.amount) else {
            return false;
        };
        // What follows the status in the signed text.
        let transaction = message.claim.transaction.as_deref().unwrap_or_default();
        format!("{amount}{transaction}").starts_with(&expected.amount.to_string())
    }

    fn acknowledge(answer: Answer, repeated: Repeated<'_>, account: &Account) -> Acknowledgement {
        let error = match answer {
            Answer::Recorded | Answer::AlreadyRecorded => "00",
            Answer::UnknownOrder | Answer::WrongAmount | Answer::WrongOrder => "01",
            Answer::NotAuthentic => "02",
            Answer::Malformed | Answer::TestCall => "03",
        };
        let reference = repeated.reference;
        // Our answer is signed over access_code+error_code+merchant_code+order_id.
        let sum = match account.current() {
            Ok(keys) => keys.code(&[error, account.merchant(), reference]),
            Err(_) => String::new(),
        };
        json(&[
            ("error_code", error),
            ("merchant_code", account.merchant()),
            ("order_id", reference),
            ("return_url", ""),
            ("return_bill_code", ""),
            ("return_other_info", ""),
            ("check_sum", &sum),
        ])
    }
}
