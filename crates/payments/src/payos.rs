//! payOS: payment links over VietQR, webhook. Source: payOS's own SDK and webhook document.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::code::{Class, Code, Outcome, row};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, url};
use crate::gateway::{self, Gateway, OneSecret, Outgoing, Provenance};
use crate::instant::read_local;
use crate::json::{Json, object, read_object};
use crate::notice::{
    self, Acknowledgement, Answer, Claim, Expected, NoticeRules, RawNotice, Verdict,
};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding};

/// payOS.
#[derive(Clone, Copy, Debug)]
pub struct Payos;

impl Gateway for Payos {
    type Keys = OneSecret;
    const NAME: &'static str = "payos";
    const PROVENANCE: Provenance = Provenance::PublicCode;
    // payOS has no sandbox: a test account stands at an address of the caller's choice.
    const SANDBOX: Option<&'static str> = None;
    const PRODUCTION: Option<&'static str> = Some("https://api-merchant.payos.vn");
}

/// A channel's configuration; the merchant is the client id, the secret the checksum key.
pub type Config<E> = gateway::Config<Payos, E>;
/// A channel's account, its environment being a value.
pub type Account = gateway::Account<Payos>;

/// `code` of the webhook's data.
pub static CODE: [Code; 1] = [row("00", Class::Paid, "money received", "Thành công")];

/// Statuses of a payment link.
pub static STATUS: [Code; 7] = [
    row("PENDING", Class::Pending, "not paid", "Chờ thanh toán"),
    row("PROCESSING", Class::Pending, "processing", "Đang xử lý"),
    row("UNDERPAID", Class::Pending, "paid in part", "Thanh toán thiếu"),
    row("PAID", Class::Paid, "paid", "Đã thanh toán"),
    row("EXPIRED", Class::Failed, "expired", "Hết hạn"),
    row("CANCELLED", Class::Failed, "cancelled", "Đã hủy"),
    row("FAILED", Class::Failed, "failed", "Thất bại"),
];

/// The order code of the call that `confirm-webhook` makes.
pub const TEST_ORDER: &str = "123";

const DELIMITERS: &[char] = &['&', '='];

/// A payment link to create.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateRequest {
    /// `orderCode`: a positive integer below 2^53, not 123, which payOS's test call uses.
    pub reference: u64,
    /// At least 1 đồng.
    pub amount: Dong,
    /// `description`, 1 to 25: it becomes the memo of the transfer, so ASCII letters, digits, space, `.`, `_`, `-`.
    pub description: String,
    /// Where the browser goes after cancelling.
    pub cancel_url: String,
    /// Where the browser goes after paying.
    pub return_url: String,
    /// `expiredAt`.
    #[serde(default, with = "crate::instant::optional")]
    pub expires_at: Option<OffsetDateTime>,
}

/// Builds the request. Send the headers `x-client-id` (the merchant) and `x-api-key` with it.
pub fn request(account: &Account, pay: &CreateRequest) -> Result<Outgoing, Error> {
    let code = pay.reference.to_string();
    if pay.reference == 0 || pay.reference >= 1 << 53 || code == TEST_ORDER {
        return Err(Error::FieldPattern {
            field: "orderCode",
            got: code,
            expected: "a positive integer below 2^53 other than 123 (payOS's test call)",
        });
    }
    pay.amount.within("amount", 1, Dong::MAX.get())?;
    check("description", &pay.description, 1, 25, Alphabet::Safe)?;
    url("cancelUrl", &pay.cancel_url, 1000, DELIMITERS)?;
    url("returnUrl", &pay.return_url, 1000, DELIMITERS)?;
    let canonical = format!(
        "amount={}&cancelUrl={}&description={}&orderCode={code}&returnUrl={}",
        pay.amount, pay.cancel_url, pay.description, pay.return_url
    );
    let signature = account.current()?.secret.sign(
        Algorithm::HmacSha256,
        Encoding::HexLower,
        canonical.as_bytes(),
    );
    let text = |value: &str| Json::Text(value.to_owned());
    let mut body = vec![
        ("orderCode", Json::Integer(pay.reference.into())),
        ("amount", Json::Integer(pay.amount.get().into())),
        ("description", text(&pay.description)),
        ("cancelUrl", text(&pay.cancel_url)),
        ("returnUrl", text(&pay.return_url)),
        ("signature", text(&signature)),
    ];
    if let Some(expires) = pay.expires_at {
        body.push(("expiredAt", Json::Integer(expires.unix_timestamp().into())));
    }
    Ok(Outgoing {
        method: "POST",
        url: format!("{}/v2/payment-requests", account.base()),
        content_type: Some("application/json"),
        body: object(&body),
        canonical,
    })
}

/// The text that payOS signs over `data`: keys sorted, `k=v` joined by `&`; nulls and the words `null` and `undefined` are
/// empty; lists and objects are JSON with sorted keys.
fn signed_text(data: &Json) -> Result<String, Reason> {
    let Json::Object(fields) = data else {
        return Err(Reason::malformed("data", "not a JSON object"));
    };
    let mut fields: Vec<&(String, Json)> = fields.iter().collect();
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    let pairs = fields.into_iter().map(|(key, value)| {
        let text = match value {
            Json::Null => String::new(),
            Json::Text(text) if text == "null" || text == "undefined" => String::new(),
            Json::Text(text) => text.clone(),
            Json::Bool(_) | Json::Integer(_) | Json::List(_) | Json::Object(_) => {
                value.sorted_text()
            }
        };
        format!("{key}={text}")
    });
    Ok(pairs.collect::<Vec<_>>().join("&"))
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

/// A notice as read.
#[derive(Clone, Debug)]
pub struct Message {
    text: String,
    signature: String,
    claim: Claim,
}

impl NoticeRules for Payos {
    type Message = Message;
    // One webhook for each transfer: a link may be paid in parts.
    const PARTIAL: bool = true;

    fn read(raw: &RawNotice) -> Result<Message, Reason> {
        raw.demand("POST")?;
        let body = read_object(&raw.body)?;
        let data = body.get("data").ok_or_else(|| Reason::malformed("data", "missing"))?;
        let text = signed_text(data)?;
        let reference = data.integer("orderCode")?.to_string();
        let amount = u64::try_from(data.integer("amount")?).ok().and_then(|a| Dong::new(a).ok());
        // Without these exact fields the unescaped text could be read in two ways.
        for key in ["currency", "code", "reference", "transactionDateTime"] {
            data.text(key)?;
        }
        let Json::Object(inner) = data else {
            return Err(Reason::malformed("data", "not a JSON object"));
        };
        if let Some((key, _)) = inner.iter().find(|(k, _)| k.contains(DELIMITERS)) {
            return Err(Reason::malformed(
                key.as_str(),
                "a delimiter of the signed text in a name",
            ));
        }
        // `a=1&b=2` in one value reads like two fields: the text is ambiguous where a value repeats a known name.
        for (key, value) in inner {
            if let Json::Text(text) = value
                && KNOWN.iter().any(|known| text.contains(&format!("&{known}=")))
            {
                return Err(Reason::malformed(
                    key.as_str(),
                    "a value that imitates a signed field",
                ));
            }
        }
        let transaction = data.text("reference")?;
        let uncovered = ["code", "desc", "success"].iter().filter(|k| body.get(k).is_some());
        Ok(Message {
            text,
            signature: body.scalar("signature")?,
            claim: Claim {
                merchant: None,
                test_call: (reference == TEST_ORDER)
                    .then_some("order 123: the call of confirm-webhook"),
                reference,
                amount: Some(amount.ok_or_else(|| Reason::malformed("amount", "not whole đồng"))?),
                currency: Some(data.text("currency")?),
                transaction: Some(transaction).filter(|t| !t.is_empty()),
                outcome: Outcome::of(&CODE, &data.text("code")?),
                at: read_local(&data.text("transactionDateTime")?),
                uncovered: uncovered.map(|k| (*k).to_owned()).collect(),
                outcome_unsigned: false,
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
        keys: &OneSecret,
    ) -> Option<&'static str> {
        keys.secret
            .verifies(
                Algorithm::HmacSha256,
                Encoding::HexLower,
                message.text.as_bytes(),
                &message.signature,
            )
            .then_some("data")
    }

    fn acknowledge(
        answer: Answer,
        _message: Option<&Message>,
        _account: &Account,
    ) -> Acknowledgement {
        // Any 2xx ends the calls; the test call must get one though no such order exists.
        let (status, success) = match answer {
            Answer::Recorded | Answer::AlreadyRecorded | Answer::TestCall => (200, true),
            Answer::UnknownOrder => (404, false),
            Answer::WrongAmount | Answer::WrongOrder => (409, false),
            Answer::NotAuthentic | Answer::Malformed => (400, false),
        };
        Acknowledgement::json(status, format!("{{\"success\":{success}}}"))
    }
}

/// Judges a webhook. See [`notice::verify`].
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Payos>(raw, account, expected)
}
