//! OnePay (vpc protocol version 2): pay request and IPN. Read from public code: confirm with OnePay before use.

use serde::{Deserialize, Serialize};

use crate::code::{Class, Code, Outcome, row};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, ip, url};
use crate::form::{self, Space, write};
use crate::gateway::{self, Gateway, Keys, Outgoing, Provenance};
use crate::notice::{
    self, Acknowledgement, Answer, Claim, Expected, NoticeRules, RawNotice, Verdict,
};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding, Secret, hex_bytes, matches, sign};

/// OnePay.
#[derive(Clone, Copy, Debug)]
pub struct Onepay;

/// One generation of keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnepayKeys {
    /// The caller's name for this generation.
    pub label: String,
    /// `vpc_AccessCode`: sent in the clear, not secret.
    pub access_code: String,
    /// The hash secret in hexadecimal, as OnePay gives it; the key is its bytes.
    pub secret: Secret,
}

impl Keys for OnepayKeys {
    fn label(&self) -> &str {
        &self.label
    }
    fn check(&self) -> Result<(), Error> {
        check("vpc_AccessCode", &self.access_code, 1, 16, Alphabet::Alphanumeric)?;
        match hex_bytes(self.secret.expose()) {
            Some(_) => Ok(()),
            None => Err(Error::SecretFormat { gateway: "onepay", expected: "hexadecimal" }),
        }
    }
}

impl Gateway for Onepay {
    type Keys = OnepayKeys;
    const NAME: &'static str = "onepay";
    const PROVENANCE: Provenance = Provenance::PublicCode;
    // OnePay gives both addresses with the contract.
    const SANDBOX: Option<&'static str> = None;
    const PRODUCTION: Option<&'static str> = None;
}

/// A merchant's configuration; the base is the whole address of the payment page.
pub type Config<E> = gateway::Config<Onepay, E>;
/// A merchant's account, its environment being a value.
pub type Account = gateway::Account<Onepay>;

/// `vpc_TxnResponseCode`; any other value is a failure of which the tables know no more.
pub static RESPONSE: [Code; 4] = [
    row("0", Class::Paid, "paid", "Giao dịch thành công"),
    row("1", Class::Failed, "declined by the bank", "Ngân hàng từ chối"),
    row("3", Class::Failed, "merchant unknown", "Mã đơn vị không tồn tại"),
    row("99", Class::Failed, "cancelled by the user", "Người dùng hủy"),
];

/// What a customer is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayRequest {
    /// `vpc_MerchTxnRef`, 1 to 40.
    pub reference: String,
    /// The amount (sent ×100).
    pub amount: Dong,
    /// `vpc_OrderInfo`, 1 to 34 without diacritics.
    pub info: String,
    /// `vpc_ReturnURL`, without `&` and `=`.
    pub return_url: String,
    /// `vpc_TicketNo`: the payer's address.
    pub ip: String,
    /// `vpc_Locale`: `vn` or `en`.
    pub locale: String,
}

fn code(keys: &OnepayKeys, text: &str) -> String {
    // `check` has refused anything but hexadecimal; an empty key never comes here.
    let key = hex_bytes(keys.secret.expose()).unwrap_or_default();
    sign(Algorithm::HmacSha256, Encoding::HexUpper, &key, text.as_bytes())
}

/// Builds the address to send the browser to.
pub fn request(account: &Account, pay: &PayRequest) -> Result<Outgoing, Error> {
    check("vpc_MerchTxnRef", &pay.reference, 1, 40, Alphabet::Token)?;
    check("vpc_OrderInfo", &pay.info, 1, 34, Alphabet::Safe)?;
    check("vpc_Locale", &pay.locale, 2, 2, Alphabet::Alphanumeric)?;
    url("vpc_ReturnURL", &pay.return_url, 255, &['&', '='])?;
    ip("vpc_TicketNo", &pay.ip)?;
    pay.amount.within("vpc_Amount", 1, 9_999_999_999)?;
    let keys = account.current()?;
    let amount = pay.amount.hundredths().to_string();
    let pairs = [
        ("vpc_AccessCode", keys.access_code.as_str()),
        ("vpc_Amount", &amount),
        ("vpc_Command", "pay"),
        ("vpc_Currency", "VND"),
        ("vpc_Locale", &pay.locale),
        ("vpc_MerchTxnRef", &pay.reference),
        ("vpc_Merchant", account.merchant()),
        ("vpc_OrderInfo", &pay.info),
        ("vpc_ReturnURL", &pay.return_url),
        ("vpc_TicketNo", &pay.ip),
        ("vpc_Version", "2"),
    ];
    let canonical = pairs.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("&");
    let hash = code(keys, &canonical);
    Ok(Outgoing {
        method: "GET",
        url: format!("{}?{}&vpc_SecureHash={hash}", account.base(), write(pairs, Space::Percent)),
        content_type: None,
        body: String::new(),
        canonical,
    })
}

/// A notice as read.
#[derive(Clone, Debug)]
pub struct Message {
    text: String,
    signature: String,
    claim: Claim,
}

impl NoticeRules for Onepay {
    type Message = Message;

    fn read(raw: &RawNotice) -> Result<Message, Reason> {
        let body;
        let query = if raw.method == "GET" {
            raw.query.as_str()
        } else {
            raw.demand("POST")?;
            body = std::str::from_utf8(&raw.body)
                .map_err(|_| Reason::malformed("body", "not UTF-8"))?;
            body
        };
        let pairs = form::read(query)?;
        let value = |key: &str| pairs.iter().find(|p| p.key == key).map(|p| p.value.as_str());
        let need = |key: &'static str| {
            value(key)
                .filter(|v| !v.is_empty())
                .ok_or_else(|| Reason::malformed(key, "missing or empty"))
        };
        let mut signed = Vec::new();
        let mut uncovered = Vec::new();
        for pair in &pairs {
            let covered = pair.key.starts_with("vpc_") || pair.key.starts_with("user_");
            if pair.value.is_empty() {
                return Err(Reason::malformed(
                    pair.key.as_str(),
                    "a parameter without a value is not signed",
                ));
            }
            if pair.key == "vpc_SecureHash" {
                continue;
            }
            if !covered {
                uncovered.push(pair.key.clone());
                continue;
            }
            // The text is signed without escapes: a delimiter inside a value would make it mean two things.
            if pair.value.contains(['&', '=']) || pair.key.contains(['&', '=']) {
                return Err(Reason::malformed(
                    pair.key.as_str(),
                    "holds a delimiter of the signed text",
                ));
            }
            signed.push((pair.key.as_str(), pair.value.as_str()));
        }
        signed.sort_unstable();
        let amount = Dong::parse_hundredths(need("vpc_Amount")?)
            .map_err(|_| Reason::malformed("vpc_Amount", "not đồng × 100"))?;
        Ok(Message {
            text: signed.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("&"),
            signature: value("vpc_SecureHash").unwrap_or_default().to_owned(),
            claim: Claim {
                merchant: Some(need("vpc_Merchant")?.to_owned()),
                reference: need("vpc_MerchTxnRef")?.to_owned(),
                amount: Some(amount),
                currency: value("vpc_Currency")
                    .or_else(|| value("vpc_CurrencyCode"))
                    .map(str::to_owned),
                transaction: value("vpc_TransactionNo").filter(|t| *t != "0").map(str::to_owned),
                outcome: Outcome::of(&RESPONSE, need("vpc_TxnResponseCode")?),
                at: None,
                uncovered,
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
        keys: &OnepayKeys,
    ) -> Option<&'static str> {
        let key = hex_bytes(keys.secret.expose())?;
        let (text, received) = (message.text.as_bytes(), message.signature.as_str());
        matches(Algorithm::HmacSha256, Encoding::HexUpper, &key, text, received)
            .then_some("decoded")
    }

    fn acknowledge(
        answer: Answer,
        _message: Option<&Message>,
        _account: &Account,
    ) -> Acknowledgement {
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
            content_type: Some("text/plain".to_owned()),
            body: body.to_owned(),
        }
    }
}

/// Judges an IPN or return. See [`notice::verify`].
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Onepay>(raw, account, expected)
}
