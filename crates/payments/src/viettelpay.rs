//! ViettelPay / Viettel Money gateway 2.0: redirect, result call, query. Read from public code that disagrees on algorithm and
//! encoding, so both are parameters: confirm with Viettel before use.

use serde::{Deserialize, Serialize};

use crate::code::{Class, Code, Outcome, row};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, url};
use crate::form::{self, Space, write};
use crate::gateway::{self, Gateway, Keys, Outgoing, Provenance};
use crate::json::{Json, object};
use crate::notice::{
    self, Acknowledgement, Answer, Claim, Expected, NoticeRules, RawNotice, Verdict,
};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding, Secret};

/// ViettelPay 2.0.
#[derive(Clone, Copy, Debug)]
pub struct Viettelpay;

/// One generation of keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViettelpayKeys {
    /// The caller's name for this generation.
    pub label: String,
    /// `access_code`: first part of every signed text, never sent, so kept like a secret.
    pub access_code: Secret,
    /// `hash_key`.
    pub secret: Secret,
    /// Most code seen uses HMAC-SHA1, one repository HMAC-SHA256: name it.
    pub algorithm: Algorithm,
    /// Most code seen uses base64, older code hexadecimal: name it.
    pub encoding: Encoding,
}

impl Keys for ViettelpayKeys {
    fn label(&self) -> &str {
        &self.label
    }
}

impl Gateway for Viettelpay {
    type Keys = ViettelpayKeys;
    const NAME: &'static str = "viettelpay";
    const PROVENANCE: Provenance = Provenance::PublicCode;
    const SANDBOX: Option<&'static str> = Some("https://sandbox.viettel.vn");
    const PRODUCTION: Option<&'static str> = None;
}

/// A merchant's configuration.
pub type Config<E> = gateway::Config<Viettelpay, E>;
/// A merchant's account, its environment being a value.
pub type Account = gateway::Account<Viettelpay>;

/// `payment_status` of the result call.
pub static STATUS: [Code; 1] = [row("1", Class::Paid, "paid", "Thanh toán thành công")];

/// What a customer is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayRequest {
    /// `order_id` and `billcode` alike, 1 to 50. The signed text has no separators: were they to differ, the notice's
    /// could be cut at another place.
    pub reference: String,
    /// The amount.
    pub amount: Dong,
    /// `desc`, 1 to 255 without diacritics.
    pub description: String,
    /// Where the browser comes back to.
    pub return_url: String,
    /// Where the browser goes after cancelling.
    pub cancel_url: String,
}

fn code(keys: &ViettelpayKeys, parts: &[&str]) -> String {
    let text = format!("{}{}", keys.access_code.expose(), parts.concat());
    keys.secret.sign(keys.algorithm, keys.encoding, text.as_bytes())
}

fn shown(parts: &[&str]) -> String {
    format!("{}{}", gateway::HIDDEN, parts.concat())
}

/// Builds the address to send the browser to.
pub fn request(account: &Account, pay: &PayRequest) -> Result<Outgoing, Error> {
    check("order_id", &pay.reference, 1, 50, Alphabet::Token)?;
    check("desc", &pay.description, 1, 255, Alphabet::Safe)?;
    url("return_url", &pay.return_url, 255, &[])?;
    url("cancel_url", &pay.cancel_url, 255, &[])?;
    pay.amount.within("trans_amount", 1, Dong::MAX.get())?;
    let amount = pay.amount.to_string();
    let parts = [&pay.reference, "PAYMENT", account.merchant(), &pay.reference, &amount, "2.0"];
    let sum = code(account.current()?, &parts);
    let query = write(
        [
            ("billcode", pay.reference.as_str()),
            ("command", "PAYMENT"),
            ("merchant_code", account.merchant()),
            ("order_id", &pay.reference),
            ("return_url", &pay.return_url),
            ("cancel_url", &pay.cancel_url),
            ("trans_amount", &amount),
            ("version", "2.0"),
            ("desc", &pay.description),
            ("locale", "Vi"),
            ("check_sum", &sum),
        ],
        Space::Percent,
    );
    Ok(Outgoing {
        method: "GET",
        url: format!("{}/PaymentGateway/payment?{query}", account.base()),
        content_type: None,
        body: String::new(),
        canonical: shown(&parts),
    })
}

/// Asks what became of a payment. The address of the service stands in the contract: `url` is the account's base.
pub fn query(account: &Account, reference: &str) -> Result<Outgoing, Error> {
    check("order_id", reference, 1, 50, Alphabet::Token)?;
    let parts = ["TRANS_INQUIRY", account.merchant(), reference, "2.0"];
    let sum = code(account.current()?, &parts);
    Ok(Outgoing {
        method: "POST",
        url: account.base().to_owned(),
        content_type: Some("application/x-www-form-urlencoded"),
        body: write(
            [
                ("cmd", "TRANS_INQUIRY"),
                ("merchant_code", account.merchant()),
                ("order_id", reference),
                ("version", "2.0"),
                ("check_sum", &sum),
            ],
            Space::Percent,
        ),
        canonical: shown(&parts),
    })
}

/// Answers Viettel's "partner verify" call, which asks before paying whether the order stands: form fields billcode, merchant_code,
/// order_id, trans_amount, check_sum over `access_code+billcode+merchant_code+order_id+trans_amount`.
pub fn answer_verify_call(
    raw: &RawNotice,
    account: &Account,
    expected: Option<&Expected>,
) -> Acknowledgement {
    let answer = |code: &str, reference: &str, amount: &str| {
        let fields = [
            ("billcode", reference),
            ("error_code", code),
            ("merchant_code", account.merchant()),
            ("order_id", reference),
            ("trans_amount", amount),
        ];
        let fields: Vec<_> =
            fields.iter().map(|(k, v)| (*k, Json::Text((*v).to_owned()))).collect();
        Acknowledgement::json(200, object(&fields))
    };
    let Ok(fields) = Fields::read(raw) else { return answer("03", "", "") };
    let get = |key: &str| fields.get(key).unwrap_or_default();
    let parts = [get("billcode"), get("merchant_code"), get("order_id"), get("trans_amount")];
    let received = get("check_sum");
    let fits = |k: &ViettelpayKeys| {
        let text = format!("{}{}", k.access_code.expose(), parts.concat());
        k.secret.verifies(k.algorithm, k.encoding, text.as_bytes(), received)
    };
    let (reference, amount) = (get("order_id"), get("trans_amount"));
    if !account.keys().iter().any(fits) {
        return answer("02", reference, amount);
    }
    let stands = expected.is_some_and(|e| {
        e.reference == reference
            && get("billcode") == reference
            && get("merchant_code") == account.merchant()
            && e.amount.to_string() == amount
    });
    if stands { answer("00", reference, amount) } else { answer("01", reference, amount) }
}

struct Fields(Vec<(String, String)>);

impl Fields {
    fn read(raw: &RawNotice) -> Result<Fields, Reason> {
        raw.demand("POST")?;
        let body =
            std::str::from_utf8(&raw.body).map_err(|_| Reason::malformed("body", "not UTF-8"))?;
        Ok(Fields(form::read(body)?.into_iter().map(|p| (p.key, p.value)).collect()))
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }
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

/// A notice as read.
#[derive(Clone, Debug)]
pub struct Message {
    text: String,
    signature: String,
    claim: Claim,
}

impl NoticeRules for Viettelpay {
    type Message = Message;

    fn read(raw: &RawNotice) -> Result<Message, Reason> {
        let fields = Fields::read(raw)?;
        let need = |key: &'static str| {
            fields.get(key).ok_or(Reason::Malformed { place: key.to_owned(), problem: "missing" })
        };
        let digits = |key: &'static str, width: std::ops::RangeInclusive<usize>| {
            let value = need(key)?;
            if width.contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit()) {
                return Ok(value);
            }
            Err(Reason::malformed(key, "not digits of the expected width"))
        };
        // Fixed widths and equality of billcode and order_id leave one way only to cut the signed text.
        digits("cust_msisdn", 0..=15)?;
        digits("error_code", 2..=2)?;
        let status = digits("payment_status", 1..=1)?;
        if need("billcode")? != need("order_id")? {
            return Err(Reason::malformed("billcode", "differs from order_id"));
        }
        let mut text = String::new();
        for key in SIGNED {
            text.push_str(need(key)?);
        }
        let amount = Dong::parse(need("trans_amount")?)
            .map_err(|_| Reason::malformed("trans_amount", "not whole đồng"))?;
        let outside = |key: &&String| !SIGNED.contains(&key.as_str()) && *key != "check_sum";
        let mut outcome = Outcome::of(&STATUS, status);
        if outcome.class == Class::Paid && need("error_code")? != "00" {
            outcome.class = Class::Hold;
        }
        Ok(Message {
            text,
            signature: fields.get("check_sum").unwrap_or_default().to_owned(),
            claim: Claim {
                merchant: Some(need("merchant_code")?.to_owned()),
                reference: need("order_id")?.to_owned(),
                amount: Some(amount),
                currency: None,
                transaction: Some(need("vt_transaction_id")?.to_owned()).filter(|t| !t.is_empty()),
                outcome,
                at: None,
                uncovered: fields.0.iter().map(|(k, _)| k).filter(outside).cloned().collect(),
                outcome_unsigned: false,
                test_call: None,
            },
        })
    }

    fn claim(message: &Message) -> Claim {
        message.claim.clone()
    }

    fn signature(message: &Message) -> &str {
        &message.signature
    }

    fn authenticate(
        message: &Message,
        _account: &Account,
        keys: &ViettelpayKeys,
    ) -> Option<&'static str> {
        let text = format!("{}{}", keys.access_code.expose(), message.text);
        keys.secret
            .verifies(keys.algorithm, keys.encoding, text.as_bytes(), &message.signature)
            .then_some("concatenated")
    }

    fn acknowledge(
        answer: Answer,
        message: Option<&Message>,
        account: &Account,
    ) -> Acknowledgement {
        let error = match answer {
            Answer::Recorded | Answer::AlreadyRecorded => "00",
            Answer::UnknownOrder | Answer::WrongAmount | Answer::WrongOrder => "01",
            Answer::NotAuthentic => "02",
            Answer::Malformed | Answer::TestCall => "03",
        };
        let reference = message.map(|m| m.claim.reference.clone()).unwrap_or_default();
        // Our answer is signed over access_code+error_code+merchant_code+order_id.
        let sum = match account.current() {
            Ok(keys) => code(keys, &[error, account.merchant(), &reference]),
            Err(_) => String::new(),
        };
        let fields = [
            ("error_code", error),
            ("merchant_code", account.merchant()),
            ("order_id", &reference),
            ("check_sum", &sum),
        ];
        let fields: Vec<_> =
            fields.iter().map(|(k, v)| (*k, Json::Text((*v).to_owned()))).collect();
        Acknowledgement::json(200, object(&fields))
    }
}

/// Judges a result call. See [`notice::verify`].
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Viettelpay>(raw, account, expected)
}
