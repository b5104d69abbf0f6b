//! MoMo v2: create, IPN and redirect, query, refund. Source: developers.momo.vn.

use serde::{Deserialize, Serialize};

use crate::code::{Class, Outcome};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, url};
use crate::form;
use crate::gateway::{self, Gateway, Keys, Outgoing, Provenance};
use crate::instant::read_milliseconds;
use crate::json::{Json, object, read_object};
use crate::notice::{
    self, Acknowledgement, Answer, Authentic, Claim, Expected, NoticeRules, RawNotice, TlsAnswer,
    Verdict, Verified, from_answer, malformed_answer,
};
use crate::order::{Refund, RefundAnswer};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding, Secret, sha256_hex};

pub mod codes;

/// MoMo v2.
#[derive(Clone, Copy, Debug)]
pub struct Momo;

/// One generation of keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MomoKeys {
    /// The caller's name for this generation.
    pub label: String,
    /// The access key: part of the signed text, not secret.
    pub access_key: String,
    /// The secret key.
    pub secret: Secret,
}

impl Keys for MomoKeys {
    fn label(&self) -> &str {
        &self.label
    }
    fn check(&self) -> Result<(), Error> {
        check("accessKey", &self.access_key, 1, 100, Alphabet::Token)
    }
}

impl Gateway for Momo {
    type Keys = MomoKeys;
    const NAME: &'static str = "momo";
    const PROVENANCE: Provenance = Provenance::VendorDocument;
    const SANDBOX: Option<&'static str> = Some("https://test-payment.momo.vn");
    const PRODUCTION: Option<&'static str> = Some("https://payment.momo.vn");
}

/// A partner's configuration.
pub type Config<E> = gateway::Config<Momo, E>;
/// A partner's account, its environment being a value.
pub type Account = gateway::Account<Momo>;

/// `&` and `=` join the signed text.
const DELIMITERS: &[char] = &['&', '='];
const LEAST: u64 = 1_000;
const MOST: u64 = 50_000_000;

/// Language of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Lang {
    fn value(self) -> &'static str {
        match self {
            Lang::Vi => "vi",
            Lang::En => "en",
        }
    }
}

/// What a customer is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateRequest {
    /// `requestId`, 1 to 50: the idempotency key.
    pub request_id: String,
    /// `orderId`, 1 to 200: letters and digits, single runs of `-_.` inside.
    pub reference: String,
    /// 1,000 to 50,000,000 đồng.
    pub amount: Dong,
    /// `orderInfo`, 1 to 255, without `&` and `=`.
    pub info: String,
    /// Where the browser comes back to.
    pub redirect_url: String,
    /// Where the IPN goes.
    pub ipn_url: String,
    /// `requestType`: `captureWallet`, `payWithATM`, `payWithCC` …
    #[serde(default = "capture_wallet")]
    pub request_type: String,
    /// `extraData`: base64 of JSON (its `=` padding is allowed at the end), or empty; at most 1,000.
    #[serde(default)]
    pub extra_data: String,
    /// Language of texts.
    pub lang: Lang,
}

fn capture_wallet() -> String {
    "captureWallet".to_owned()
}

fn order_id(field: &'static str, value: &str, max: usize) -> Result<(), Error> {
    check(field, value, 1, max, Alphabet::Token)?;
    // ^[0-9a-zA-Z]([-_.]*[0-9a-zA-Z]+)*$
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if edge(value.chars().next()) && edge(value.chars().last()) {
        return Ok(());
    }
    Err(Error::FieldPattern {
        field,
        got: value.to_owned(),
        expected: "a letter or digit at both ends",
    })
}

fn joined(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("&")
}

fn send(
    account: &Account,
    path: &str,
    signed: &[(&str, &str)],
    mut body: Vec<(&str, Json)>,
) -> Result<Outgoing, Error> {
    let keys = account.current()?;
    let mut pairs = vec![("accessKey", keys.access_key.as_str())];
    pairs.extend_from_slice(signed);
    let canonical = joined(&pairs);
    let signature =
        keys.secret.sign(Algorithm::HmacSha256, Encoding::HexLower, canonical.as_bytes());
    body.push(("signature", Json::Text(signature)));
    Ok(Outgoing {
        method: "POST",
        url: format!("{}/v2/gateway/api/{path}", account.base()),
        content_type: Some("application/json"),
        body: object(&body),
        canonical,
    })
}

fn text(value: &str) -> Json {
    Json::Text(value.to_owned())
}

/// Builds the create request. Allow 30 s for its answer.
pub fn request(account: &Account, pay: &CreateRequest) -> Result<Outgoing, Error> {
    order_id("requestId", &pay.request_id, 50)?;
    order_id("orderId", &pay.reference, 200)?;
    pay.amount.within("amount", LEAST, MOST)?;
    check("orderInfo", &pay.info, 1, 255, Alphabet::Without(DELIMITERS))?;
    check("requestType", &pay.request_type, 1, 50, Alphabet::Alphanumeric)?;
    let unpadded = pay.extra_data.trim_end_matches('=');
    if pay.extra_data.len() - unpadded.len() > 2
        || !unpadded.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
    {
        return Err(Error::FieldPattern {
            field: "extraData",
            got: pay.extra_data.clone(),
            expected: "base64 of JSON, or empty",
        });
    }
    check("extraData", &pay.extra_data, 0, 1000, Alphabet::Without(&['&']))?;
    // An address with a query would put `&` and `=` into the signed text.
    url("redirectUrl", &pay.redirect_url, 1000, DELIMITERS)?;
    url("ipnUrl", &pay.ipn_url, 1000, DELIMITERS)?;
    let amount = pay.amount.to_string();
    send(
        account,
        "create",
        &[
            ("amount", &amount),
            ("extraData", &pay.extra_data),
            ("ipnUrl", &pay.ipn_url),
            ("orderId", &pay.reference),
            ("orderInfo", &pay.info),
            ("partnerCode", account.merchant()),
            ("redirectUrl", &pay.redirect_url),
            ("requestId", &pay.request_id),
            ("requestType", &pay.request_type),
        ],
        vec![
            ("partnerCode", text(account.merchant())),
            ("requestId", text(&pay.request_id)),
            ("amount", Json::Integer(pay.amount.get().into())),
            ("orderId", text(&pay.reference)),
            ("orderInfo", text(&pay.info)),
            ("redirectUrl", text(&pay.redirect_url)),
            ("ipnUrl", text(&pay.ipn_url)),
            ("requestType", text(&pay.request_type)),
            ("extraData", text(&pay.extra_data)),
            ("lang", text(pay.lang.value())),
        ],
    )
}

/// Asks what became of a payment; `request_id` is new for each call.
pub fn query(
    account: &Account,
    reference: &str,
    request_id: &str,
    lang: Lang,
) -> Result<Outgoing, Error> {
    order_id("orderId", reference, 200)?;
    order_id("requestId", request_id, 50)?;
    send(
        account,
        "query",
        &[("orderId", reference), ("partnerCode", account.merchant()), ("requestId", request_id)],
        vec![
            ("partnerCode", text(account.merchant())),
            ("requestId", text(request_id)),
            ("orderId", text(reference)),
            ("lang", text(lang.value())),
        ],
    )
}

/// Asks for money to go back. The refund's own identifier is the new `orderId` and the `requestId`.
pub fn refund(
    account: &Account,
    refund: &Refund,
    description: &str,
    lang: Lang,
) -> Result<Outgoing, Error> {
    refund.amount.within("amount", LEAST, MOST)?;
    check("description", description, 0, 255, Alphabet::Without(DELIMITERS))?;
    let transaction = refund.transaction.as_deref().unwrap_or_default();
    check("transId", transaction, 1, 18, Alphabet::Digits)?;
    let number =
        transaction.parse::<i128>().map_err(|_| Error::FieldMissing { field: "transId" })?;
    let amount = refund.amount.to_string();
    send(
        account,
        "refund",
        &[
            ("amount", &amount),
            ("description", description),
            ("orderId", &refund.id),
            ("partnerCode", account.merchant()),
            ("requestId", &refund.id),
            ("transId", transaction),
        ],
        vec![
            ("partnerCode", text(account.merchant())),
            ("orderId", text(&refund.id)),
            ("requestId", text(&refund.id)),
            ("amount", Json::Integer(refund.amount.get().into())),
            ("transId", Json::Integer(number)),
            ("lang", text(lang.value())),
            ("description", text(description)),
        ],
    )
}

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

/// A notice as read.
#[derive(Clone, Debug)]
pub struct Message {
    text: String,
    signature: String,
    claim: Claim,
}

fn digits(key: &'static str, value: &str) -> Result<i64, Reason> {
    let canonical = value.parse::<i64>().ok().filter(|n| n.to_string() == value);
    canonical.ok_or(Reason::Malformed { place: key.to_owned(), problem: "not an integer" })
}

impl NoticeRules for Momo {
    type Message = Message;

    fn read(raw: &RawNotice) -> Result<Message, Reason> {
        let fields: Vec<(String, String)> = if raw.method == "GET" {
            form::read(&raw.query)?.into_iter().map(|p| (p.key, p.value)).collect()
        } else {
            raw.demand("POST")?;
            let Json::Object(fields) = read_object(&raw.body)? else {
                return Err(Reason::malformed("body", "not a JSON object"));
            };
            let body = Json::Object(fields.clone());
            for key in ["amount", "resultCode", "responseTime", "transId"] {
                body.integer(key)?;
            }
            fields
                .iter()
                .map(|(k, _)| Ok((k.clone(), body.scalar(k)?)))
                .collect::<Result<_, Reason>>()?
        };
        let value = |key: &str| {
            fields
                .iter()
                .find(|(k, _)| k == key)
                .map(|(_, v)| v.as_str())
                .ok_or_else(|| Reason::malformed(key, "missing"))
        };
        let pairs: Vec<(&str, &str)> =
            SIGNED.iter().map(|key| Ok((*key, value(key)?))).collect::<Result<_, Reason>>()?;
        let outside = |key: &String| {
            !SIGNED.contains(&key.as_str()) && key != "signature" && key != "accessKey"
        };
        let transaction = digits("transId", value("transId")?)?;
        Ok(Message {
            text: joined(&pairs),
            signature: value("signature").unwrap_or_default().to_owned(),
            claim: Claim {
                merchant: Some(value("partnerCode")?.to_owned()),
                reference: value("orderId")?.to_owned(),
                amount: Some(
                    Dong::parse(value("amount")?)
                        .map_err(|_| Reason::malformed("amount", "not whole đồng"))?,
                ),
                currency: None,
                transaction: (transaction > 0).then(|| transaction.to_string()),
                outcome: Outcome::of(&codes::RESULT, value("resultCode")?),
                at: read_milliseconds(digits("responseTime", value("responseTime")?)?),
                uncovered: fields.iter().map(|(k, _)| k).filter(|k| outside(k)).cloned().collect(),
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
        keys: &MomoKeys,
    ) -> Option<&'static str> {
        let text = format!("accessKey={}&{}", keys.access_key, message.text);
        keys.secret
            .verifies(
                Algorithm::HmacSha256,
                Encoding::HexLower,
                text.as_bytes(),
                &message.signature,
            )
            .then_some("raw")
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

/// Judges an IPN or redirect. See [`notice::verify`].
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Momo>(raw, account, expected)
}

/// Reads the answer to [`query`]. It carries no signature of its own.
pub fn read_query(
    account: &Account,
    expected: &Expected,
    answer: TlsAnswer<'_>,
) -> Result<Verified, Error> {
    let bad = |reason| malformed_answer::<Momo>("query", reason);
    let body = read_object(answer.0).map_err(bad)?;
    let code = body.integer("resultCode").map_err(bad)?.to_string();
    let transaction = body.scalar("transId").map_err(bad)?;
    let outcome = Outcome::of(&codes::RESULT, &code);
    // A figure of zero stands where nothing was paid.
    let amount = match body.scalar("amount").map_err(bad)?.as_str() {
        "" => None,
        "0" if outcome.class != Class::Paid => None,
        text => Some(Dong::parse(text)?),
    };
    let claim = Claim {
        merchant: Some(body.text("partnerCode").map_err(bad)?),
        reference: body.text("orderId").map_err(bad)?,
        amount,
        currency: None,
        transaction: Some(transaction).filter(|t| !matches!(t.as_str(), "" | "0")),
        outcome,
        at: None,
        uncovered: vec!["all (TLS only)".to_owned()],
        outcome_unsigned: false,
        test_call: None,
    };
    let authentic = Authentic { key: "tls".to_owned(), form: "tls" };
    from_answer::<Momo>(account, claim, expected, authentic, answer.0, false)
}

/// Reads the answer to [`refund`], or to a query for the refund's identifier.
pub fn read_refund(
    account: &Account,
    refund: &Refund,
    answer: TlsAnswer<'_>,
) -> Result<RefundAnswer, Error> {
    let bad = |reason| malformed_answer::<Momo>("refund", reason);
    let body = read_object(answer.0).map_err(bad)?;
    for (field, expected) in [("partnerCode", account.merchant()), ("orderId", refund.id.as_str())]
    {
        let got = body.text(field).map_err(bad)?;
        if got != expected {
            return Err(Error::AnswerMismatch {
                gateway: "momo",
                message: "refund",
                field,
                got,
                expected: expected.to_owned(),
            });
        }
    }
    let code = body.integer("resultCode").map_err(bad)?.to_string();
    let class = match code.as_str() {
        "0" => Class::Refunded,
        "1080" | "1081" | "21" | "22" | "42" => Class::RefundFailed,
        "7000" | "7002" | "1000" | "40" | "41" | "43" => Class::RefundPending,
        _ => Class::Unknown,
    };
    let amount = body.scalar("amount").map_err(bad)?;
    Ok(RefundAnswer {
        gateway: "momo",
        environment: account.environment(),
        merchant: account.merchant().to_owned(),
        refund: refund.id.clone(),
        class,
        code,
        amount: if amount.is_empty() { None } else { Some(Dong::parse(&amount)?) },
        message_sha256: sha256_hex(answer.0),
    })
}
