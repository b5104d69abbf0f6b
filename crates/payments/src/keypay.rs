//! KeyPay v3 (`KP_DVCQG`): create and callback. Read from public code: confirm with KeyPay before use. The callback's status stands outside
//! its checksum, so a callback never settles an order here: it is a hint to query.

use serde::{Deserialize, Serialize};

use crate::code::{Class, Outcome};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, url};
use crate::gateway::{self, Gateway, Keys, Outgoing, Provenance};
use crate::json::{Json, object, read_object};
use crate::notice::{
    self, Acknowledgement, Answer, Claim, Expected, NoticeRules, RawNotice, Verdict,
};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding, Secret};

/// KeyPay v3.
#[derive(Clone, Copy, Debug)]
pub struct Keypay;

/// One generation of keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeypayKeys {
    /// The caller's name for this generation.
    pub label: String,
    /// Signs requests.
    pub key1: Secret,
    /// Signs callbacks.
    pub key2: Secret,
}

impl Keys for KeypayKeys {
    fn label(&self) -> &str {
        &self.label
    }
}

impl Gateway for Keypay {
    type Keys = KeypayKeys;
    const NAME: &'static str = "keypay";
    const PROVENANCE: Provenance = Provenance::PublicCode;
    const SANDBOX: Option<&'static str> = None;
    const PRODUCTION: Option<&'static str> = None;
}

/// A client's configuration; the base is the whole address of the service.
pub type Config<E> = gateway::Config<Keypay, E>;
/// A client's account, its environment being a value.
pub type Account = gateway::Account<Keypay>;

const PIPE: &[char] = &['|'];

/// What a citizen is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateRequest {
    /// `transaction_id`, 1 to 20.
    pub reference: String,
    /// `trans_amount`.
    pub amount: Dong,
    /// `addition_fee`.
    pub additional_fee: Dong,
    /// `description`, 1 to 255.
    pub description: String,
    /// `return_url`.
    pub return_url: String,
}

fn text(value: &str) -> Json {
    Json::Text(value.to_owned())
}

fn send(
    account: &Account,
    canonical: String,
    mut body: Vec<(&str, Json)>,
) -> Result<Outgoing, Error> {
    let sum = account.current()?.key1.sign(
        Algorithm::HmacSha256,
        Encoding::HexLower,
        canonical.as_bytes(),
    );
    body.push(("check_sum", Json::Text(sum)));
    Ok(Outgoing {
        method: "POST",
        url: account.base().to_owned(),
        content_type: Some("application/json"),
        body: object(&body),
        canonical,
    })
}

/// Builds the create request for the web, without `bill_info`.
pub fn request(account: &Account, pay: &CreateRequest) -> Result<Outgoing, Error> {
    check("transaction_id", &pay.reference, 1, 20, Alphabet::Token)?;
    check("description", &pay.description, 1, 255, Alphabet::Without(PIPE))?;
    url("return_url", &pay.return_url, 255, &[])?;
    pay.amount.within("trans_amount", 1, Dong::MAX.get())?;
    let (amount, fee) = (pay.amount.to_string(), pay.additional_fee.to_string());
    let canonical = [&fee, account.merchant(), "PAY", &amount, &pay.reference, "3.0"].join("|");
    let body = vec![
        ("client_id", text(account.merchant())),
        ("transaction_id", text(&pay.reference)),
        ("trans_amount", text(&amount)),
        ("addition_fee", text(&fee)),
        ("command", text("PAY")),
        ("version", text("3.0")),
        ("description", text(&pay.description)),
        ("locale", text("vn")),
        ("country_code", text("vi")),
        ("currency_code", text("VND")),
        ("environment", text("1")),
        ("return_url", text(&pay.return_url)),
    ];
    send(account, canonical, body)
}

/// The signed fields of the callback, in order.
const SIGNED: [&str; 6] =
    ["addition_fee", "client_id", "command", "trans_amount", "transaction_id", "version"];

/// A notice as read.
#[derive(Clone, Debug)]
pub struct Message {
    text: String,
    signature: String,
    claim: Claim,
}

impl NoticeRules for Keypay {
    type Message = Message;

    fn read(raw: &RawNotice) -> Result<Message, Reason> {
        raw.demand("POST")?;
        let body = read_object(&raw.body)?;
        let mut values = Vec::with_capacity(SIGNED.len());
        for key in SIGNED {
            if body.get(key).is_none() {
                return Err(Reason::malformed(key, "missing"));
            }
            let value = body.scalar(key)?;
            if value.contains('|') {
                return Err(Reason::malformed(key, "holds the delimiter '|'"));
            }
            values.push(value);
        }
        let amount = Dong::parse(&body.scalar("trans_amount")?)
            .map_err(|_| Reason::malformed("trans_amount", "not whole đồng"))?;
        let Json::Object(fields) = &body else {
            return Err(Reason::malformed("body", "not a JSON object"));
        };
        let outside = |key: &&String| !SIGNED.contains(&key.as_str()) && *key != "check_sum";
        let status = body.scalar("status")?;
        Ok(Message {
            text: values.join("|"),
            signature: body.scalar("check_sum")?,
            claim: Claim {
                merchant: Some(body.scalar("client_id")?),
                reference: body.scalar("transaction_id")?,
                amount: Some(amount),
                currency: None,
                transaction: None,
                outcome: Outcome {
                    class: Class::Pending,
                    code: status,
                    en: "unsigned status: query before believing it".to_owned(),
                    vi: "Trạng thái không được ký: phải truy vấn lại".to_owned(),
                },
                at: None,
                uncovered: fields.iter().map(|(k, _)| k).filter(outside).cloned().collect(),
                outcome_unsigned: true,
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
        keys: &KeypayKeys,
    ) -> Option<&'static str> {
        keys.key2
            .verifies(
                Algorithm::HmacSha256,
                Encoding::HexLower,
                message.text.as_bytes(),
                &message.signature,
            )
            .then_some("pipe")
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

/// Judges a callback. See [`notice::verify`]. What it verifies is never `paid`.
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Keypay>(raw, account, expected)
}
