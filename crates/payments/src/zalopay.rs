//! ZaloPay v2: create, callback, redirect, query, refund and its query. Source: docs.zalopay.vn v2.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::code::{Class, Code, Outcome, row};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, url};
use crate::form::{self, Space, write};
use crate::gateway::{self, Gateway, HIDDEN, Keys, Outgoing, Provenance};
use crate::instant::{milliseconds, read_milliseconds, short_day};
use crate::json::{Json, read_object};
use crate::notice::{
    self, Acknowledgement, Answer, Authentic, Claim, Expected, NoticeRules, RawNotice, TlsAnswer,
    Verdict, Verified, from_answer, malformed_answer,
};
use crate::order::{Refund, RefundAnswer};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding, Secret, sha256_hex};

/// ZaloPay v2.
#[derive(Clone, Copy, Debug)]
pub struct Zalopay;

/// One generation of keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZalopayKeys {
    /// The caller's name for this generation.
    pub label: String,
    /// Signs requests.
    pub key1: Secret,
    /// Signs callbacks and redirects.
    pub key2: Secret,
}

impl Keys for ZalopayKeys {
    fn label(&self) -> &str {
        &self.label
    }
}

impl Gateway for Zalopay {
    type Keys = ZalopayKeys;
    const NAME: &'static str = "zalopay";
    const PROVENANCE: Provenance = Provenance::VendorDocument;
    const SANDBOX: Option<&'static str> = Some("https://sb-openapi.zalopay.vn");
    const PRODUCTION: Option<&'static str> = Some("https://openapi.zalopay.vn");
}

/// An application's configuration; the merchant is the `app_id`.
pub type Config<E> = gateway::Config<Zalopay, E>;
/// An application's account, its environment being a value.
pub type Account = gateway::Account<Zalopay>;

/// `return_code` of the query.
pub static RETURN: [Code; 3] = [
    row("1", Class::Paid, "paid", "Thành công"),
    row("2", Class::Failed, "failed", "Thất bại"),
    row("3", Class::Pending, "processing or not paid yet", "Đang xử lý hoặc chưa thanh toán"),
];

const PIPE: &[char] = &['|'];

/// What a customer is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateRequest {
    /// `app_trans_id`: `yymmdd_…` of today in Viet Nam, at most 40. Never use one for a second attempt.
    pub reference: String,
    /// `app_user`, 1 to 50.
    pub user: String,
    /// At least 1 đồng.
    pub amount: Dong,
    /// `description`, 1 to 256; not signed.
    pub description: String,
    /// `item`: a JSON list as text, at most 2,048.
    #[serde(default = "no_items")]
    pub item: String,
    /// `embed_data`: a JSON object as text, at most 1,024.
    #[serde(default = "no_data")]
    pub embed_data: String,
    /// `bank_code`, at most 20.
    #[serde(default)]
    pub bank_code: Option<String>,
    /// `callback_url`.
    #[serde(default)]
    pub callback_url: Option<String>,
    /// `expire_duration_seconds`, 300 to 2,592,000.
    #[serde(default)]
    pub expires_in_seconds: Option<u32>,
    /// `app_time`: now; ZaloPay takes at most 15 minutes of age.
    #[serde(with = "crate::instant")]
    pub created_at: OffsetDateTime,
}

fn no_items() -> String {
    "[]".to_owned()
}
fn no_data() -> String {
    "{}".to_owned()
}

fn send(
    account: &Account,
    path: &str,
    canonical: String,
    shown: Option<String>,
    mut fields: Vec<(&'static str, String)>,
) -> Result<Outgoing, Error> {
    let mac = account.current()?.key1.sign(
        Algorithm::HmacSha256,
        Encoding::HexLower,
        canonical.as_bytes(),
    );
    fields.push(("mac", mac));
    Ok(Outgoing {
        method: "POST",
        url: format!("{}/v2/{path}", account.base()),
        content_type: Some("application/x-www-form-urlencoded"),
        body: write(fields.iter().map(|(k, v)| (*k, v.as_str())), Space::Plus),
        canonical: shown.unwrap_or(canonical),
    })
}

/// Builds the create request.
pub fn request(account: &Account, pay: &CreateRequest) -> Result<Outgoing, Error> {
    check("app_id", account.merchant(), 1, 10, Alphabet::Digits)?;
    check("app_trans_id", &pay.reference, 8, 40, Alphabet::Token)?;
    if !pay.reference.starts_with(&format!("{}_", short_day(pay.created_at))) {
        return Err(Error::FieldPattern {
            field: "app_trans_id",
            got: pay.reference.clone(),
            expected: "yymmdd_ of created_at on the Vietnamese calendar, then the reference",
        });
    }
    check("app_user", &pay.user, 1, 50, Alphabet::Without(PIPE))?;
    check("description", &pay.description, 1, 256, Alphabet::Without(&[]))?;
    check("item", &pay.item, 2, 2048, Alphabet::Without(PIPE))?;
    check("embed_data", &pay.embed_data, 2, 1024, Alphabet::Without(PIPE))?;
    let json = |field, text: &str, list: bool| match serde_json::from_str::<Json>(text) {
        Ok(Json::List(_)) if list => Ok(()),
        Ok(Json::Object(_)) if !list => Ok(()),
        Ok(_) | Err(_) => Err(Error::FieldPattern {
            field,
            got: text.to_owned(),
            expected: if list { "a JSON list as text" } else { "a JSON object as text" },
        }),
    };
    json("item", &pay.item, true)?;
    json("embed_data", &pay.embed_data, false)?;
    pay.amount.within("amount", 1, Dong::MAX.get())?;
    let (time, amount) = (milliseconds(pay.created_at).to_string(), pay.amount.to_string());
    let canonical =
        [account.merchant(), &pay.reference, &pay.user, &amount, &time, &pay.embed_data, &pay.item]
            .join("|");
    let mut fields = vec![
        ("app_id", account.merchant().to_owned()),
        ("app_user", pay.user.clone()),
        ("app_trans_id", pay.reference.clone()),
        ("app_time", time),
        ("amount", amount),
        ("item", pay.item.clone()),
        ("description", pay.description.clone()),
        ("embed_data", pay.embed_data.clone()),
    ];
    if let Some(bank) = &pay.bank_code {
        check("bank_code", bank, 1, 20, Alphabet::Token)?;
        fields.push(("bank_code", bank.clone()));
    }
    if let Some(callback) = &pay.callback_url {
        url("callback_url", callback, 1000, &[])?;
        fields.push(("callback_url", callback.clone()));
    }
    if let Some(seconds) = pay.expires_in_seconds {
        if !(300..=2_592_000).contains(&seconds) {
            return Err(Error::TimeWindow {
                field: "expire_duration_seconds",
                got: seconds.to_string(),
                expected: "300 to 2592000 seconds",
            });
        }
        fields.push(("expire_duration_seconds", seconds.to_string()));
    }
    send(account, "create", canonical, None, fields)
}

/// Asks what became of a payment. The signed text holds key1 itself, shown as `‹secret›`.
pub fn query(account: &Account, reference: &str) -> Result<Outgoing, Error> {
    check("app_trans_id", reference, 8, 40, Alphabet::Token)?;
    let start = format!("{}|{reference}|", account.merchant());
    let canonical = format!("{start}{}", account.current()?.key1.expose());
    let fields =
        vec![("app_id", account.merchant().to_owned()), ("app_trans_id", reference.to_owned())];
    send(account, "query", canonical, Some(format!("{start}{HIDDEN}")), fields)
}

/// The identifier that ZaloPay demands for a refund: `yymmdd_appid_…`, from the refund's own. `asked_at` is when it was first
/// asked for; keep it, a repetition must give the same.
pub fn refund_id(account: &Account, refund: &Refund, asked_at: OffsetDateTime) -> String {
    format!("{}_{}_{}", short_day(asked_at), account.merchant(), refund.id)
}

/// Asks for money to go back.
pub fn refund(
    account: &Account,
    refund: &Refund,
    description: &str,
    asked_at: OffsetDateTime,
) -> Result<Outgoing, Error> {
    check("description", description, 1, 100, Alphabet::Without(PIPE))?;
    let transaction = refund.transaction.as_deref().unwrap_or_default();
    check("zp_trans_id", transaction, 1, 20, Alphabet::Digits)?;
    let (amount, time) = (refund.amount.to_string(), milliseconds(asked_at).to_string());
    let canonical = [account.merchant(), transaction, &amount, description, &time].join("|");
    let fields = vec![
        ("app_id", account.merchant().to_owned()),
        ("m_refund_id", refund_id(account, refund, asked_at)),
        ("zp_trans_id", transaction.to_owned()),
        ("amount", amount),
        ("timestamp", time),
        ("description", description.to_owned()),
    ];
    send(account, "refund", canonical, None, fields)
}

/// Asks what became of a refund: `m_refund_id` as first sent.
pub fn query_refund(
    account: &Account,
    m_refund_id: &str,
    now: OffsetDateTime,
) -> Result<Outgoing, Error> {
    check("m_refund_id", m_refund_id, 1, 45, Alphabet::Token)?;
    let time = milliseconds(now).to_string();
    let canonical = [account.merchant(), m_refund_id, &time].join("|");
    let fields = vec![
        ("app_id", account.merchant().to_owned()),
        ("m_refund_id", m_refund_id.to_owned()),
        ("timestamp", time),
    ];
    send(account, "query_refund", canonical, None, fields)
}

/// A notice as read.
#[derive(Clone, Debug)]
pub struct Message {
    data: String,
    mac: String,
    claim: Claim,
}

impl NoticeRules for Zalopay {
    type Message = Message;

    fn read(raw: &RawNotice) -> Result<Message, Reason> {
        raw.demand("POST")?;
        let body = read_object(&raw.body)?;
        let data = body.text("data")?;
        // Type 2 tells of a payment agreement, not of an order.
        if body.integer("type")? != 1 {
            return Err(Reason::malformed("type", "not 1 (order)"));
        }
        let inner = read_object(data.as_bytes())?;
        let amount = u64::try_from(inner.integer("amount")?).ok().and_then(|a| Dong::new(a).ok());
        let transaction = inner.scalar("zp_trans_id")?;
        let time = i64::try_from(inner.integer("server_time")?).ok().and_then(read_milliseconds);
        let Json::Object(outer) = &body else {
            return Err(Reason::malformed("body", "not a JSON object"));
        };
        Ok(Message {
            mac: body.scalar("mac")?,
            claim: Claim {
                merchant: Some(inner.scalar("app_id")?),
                reference: inner.text("app_trans_id")?,
                amount: Some(amount.ok_or_else(|| Reason::malformed("amount", "not whole đồng"))?),
                currency: None,
                transaction: Some(transaction).filter(|t| !matches!(t.as_str(), "" | "0")),
                // Sent on success only.
                outcome: Outcome::of(&RETURN, "1"),
                at: time,
                uncovered: outer
                    .iter()
                    .map(|(k, _)| k)
                    .filter(|k| !matches!(k.as_str(), "data" | "mac"))
                    .cloned()
                    .collect(),
                outcome_unsigned: false,
                test_call: None,
            },
            data,
        })
    }

    fn claim(message: &Message) -> Claim {
        message.claim.clone()
    }

    fn signature(message: &Message) -> &str {
        &message.mac
    }

    fn authenticate(
        message: &Message,
        _account: &Account,
        keys: &ZalopayKeys,
    ) -> Option<&'static str> {
        keys.key2
            .verifies(
                Algorithm::HmacSha256,
                Encoding::HexLower,
                message.data.as_bytes(),
                &message.mac,
            )
            .then_some("data")
    }

    fn acknowledge(
        answer: Answer,
        _message: Option<&Message>,
        _account: &Account,
    ) -> Acknowledgement {
        // Document "Callback": 1 recorded, 2 invalid or duplicate, 0 call again (at most three times).
        let (code, text) = match answer {
            Answer::Recorded => (1, "success"),
            Answer::AlreadyRecorded => (2, "duplicate"),
            Answer::NotAuthentic => (2, "invalid mac"),
            Answer::Malformed | Answer::TestCall => (2, "invalid data"),
            Answer::WrongAmount => (2, "invalid amount"),
            Answer::WrongOrder => (2, "invalid order"),
            Answer::UnknownOrder => (0, "order not found"),
        };
        Acknowledgement::json(
            200,
            format!("{{\"return_code\":{code},\"return_message\":\"{text}\"}}"),
        )
    }
}

/// Judges a callback. See [`notice::verify`].
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Zalopay>(raw, account, expected)
}

/// What a redirect shows. It never settles an order: query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redirect {
    /// `apptransid`.
    pub reference: String,
    /// Whether `status` says success.
    pub claims_success: bool,
}

/// Reads a redirect, whose checksum is made with key2: for display only.
pub fn redirect(account: &Account, query: &str) -> Result<Redirect, Reason> {
    let pairs = form::read(query)?;
    let value = |key: &str| {
        pairs
            .iter()
            .find(|p| p.key == key)
            .map(|p| p.value.as_str())
            .ok_or_else(|| Reason::malformed(key, "missing"))
    };
    let mut values = Vec::new();
    for key in ["appid", "apptransid", "pmcid", "bankcode", "amount", "discountamount", "status"] {
        values.push(value(key)?);
    }
    let (text, received) = (values.join("|"), value("checksum")?);
    let fits = |k: &ZalopayKeys| {
        k.key2.verifies(Algorithm::HmacSha256, Encoding::HexLower, text.as_bytes(), received)
    };
    if !account.keys().iter().any(fits) || value("appid")? != account.merchant() {
        return Err(Reason::SignatureWrong);
    }
    Ok(Redirect {
        reference: value("apptransid")?.to_owned(),
        claims_success: value("status")? == "1",
    })
}

/// Reads the answer to [`query`], which names neither application nor order: it is bound by the connection it came over.
pub fn read_query(
    account: &Account,
    expected: &Expected,
    answer: TlsAnswer<'_>,
) -> Result<Verified, Error> {
    let bad = |reason| malformed_answer::<Zalopay>("query", reason);
    let body = read_object(answer.0).map_err(bad)?;
    let code = body.integer("return_code").map_err(bad)?.to_string();
    let outcome = Outcome::of(&RETURN, &code);
    let amount = body.scalar("amount").map_err(bad)?;
    let transaction = body.scalar("zp_trans_id").map_err(bad)?;
    let claim = Claim {
        merchant: None,
        reference: expected.reference.clone(),
        amount: if outcome.class == Class::Paid { Some(Dong::parse(&amount)?) } else { None },
        currency: None,
        transaction: Some(transaction).filter(|t| !matches!(t.as_str(), "" | "0")),
        outcome,
        at: None,
        uncovered: vec!["all (TLS only)".to_owned()],
        outcome_unsigned: false,
        test_call: None,
    };
    let authentic = Authentic { key: "tls".to_owned(), form: "tls" };
    from_answer::<Zalopay>(account, claim, expected, authentic, answer.0, false)
}

/// Reads the answer to [`refund`] (a 1 there says accepted or done) or to [`query_refund`].
pub fn read_refund(
    account: &Account,
    refund: &Refund,
    answer: TlsAnswer<'_>,
) -> Result<RefundAnswer, Error> {
    let bad = |reason| malformed_answer::<Zalopay>("refund", reason);
    let body = read_object(answer.0).map_err(bad)?;
    let code = body.integer("return_code").map_err(bad)?.to_string();
    let class = match code.as_str() {
        "1" => Class::Refunded,
        "2" => Class::RefundFailed,
        "3" => Class::RefundPending,
        _ => Class::Unknown,
    };
    Ok(RefundAnswer {
        gateway: "zalopay",
        environment: account.environment(),
        merchant: account.merchant().to_owned(),
        refund: refund.id.clone(),
        class,
        code,
        amount: None,
        message_sha256: sha256_hex(answer.0),
    })
}
