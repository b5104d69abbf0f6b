//! querydr and refund: signed JSON requests, signed JSON answers.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Account, Vnpay, pay::MOST};
use crate::code::{Class, Outcome, VNPAY};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, ip};
use crate::gateway::{Keys, Outgoing};
use crate::instant::{read_stamp, stamp};
use crate::json::{Json, read_object};
use crate::notice::{
    Answered, Authentic, Claim, Expected, Verified, from_answer, malformed_answer, repeats,
};
use crate::order::{Refund, RefundAnswer};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding};

const PATH: &str = "/merchant_webapi/api/transaction";

/// What querydr and refund both carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiRequest {
    /// `vnp_RequestId`: 1 to 32 letters and digits, unique within a day.
    pub request_id: String,
    /// `vnp_TxnRef` of the payment.
    pub reference: String,
    /// `vnp_OrderInfo`: 1 to 255, no `|`.
    pub info: String,
    /// `vnp_TransactionNo`, where known.
    #[serde(default)]
    pub transaction: Option<String>,
    /// `vnp_TransactionDate`: the very `created_at` of the pay request.
    #[serde(with = "crate::instant")]
    pub paid_request_at: OffsetDateTime,
    /// `vnp_CreateDate`: now.
    #[serde(with = "crate::instant")]
    pub created_at: OffsetDateTime,
    /// `vnp_IpAddr`: the server's own address.
    pub ip: String,
}

fn checked(request: &ApiRequest) -> Result<(), Error> {
    check("vnp_RequestId", &request.request_id, 1, 32, Alphabet::Alphanumeric)?;
    check("vnp_TxnRef", &request.reference, 1, 100, Alphabet::Token)?;
    // `|` separates the signed values.
    check("vnp_OrderInfo", &request.info, 1, 255, Alphabet::Safe)?;
    if let Some(transaction) = &request.transaction {
        check("vnp_TransactionNo", transaction, 1, 15, Alphabet::Digits)?;
    }
    ip("vnp_IpAddr", &request.ip)
}

fn send(account: &Account, canonical: String, fields: &[(&str, &str)]) -> Result<Outgoing, Error> {
    let hash = account.current()?.secret.sign(
        Algorithm::HmacSha512,
        Encoding::HexLower,
        canonical.as_bytes(),
    );
    let body = fields.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (*k, Json::from(*v)));
    let url = format!("{}{PATH}", account.base());
    Ok(Outgoing::json(url, body.collect(), ("vnp_SecureHash", hash), canonical))
}

/// Asks what became of a payment.
pub fn query(account: &Account, request: &ApiRequest) -> Result<Outgoing, Error> {
    checked(request)?;
    let (date, now) = (stamp(request.paid_request_at), stamp(request.created_at));
    let transaction = request.transaction.as_deref().unwrap_or_default();
    let canonical = [
        &request.request_id,
        "2.1.0",
        "querydr",
        account.merchant(),
        &request.reference,
        &date,
        &now,
        &request.ip,
        &request.info,
    ]
    .join("|");
    send(
        account,
        canonical,
        &[
            ("vnp_RequestId", &request.request_id),
            ("vnp_Version", "2.1.0"),
            ("vnp_Command", "querydr"),
            ("vnp_TmnCode", account.merchant()),
            ("vnp_TxnRef", &request.reference),
            ("vnp_OrderInfo", &request.info),
            ("vnp_TransactionNo", transaction),
            ("vnp_TransactionDate", &date),
            ("vnp_CreateDate", &now),
            ("vnp_IpAddr", &request.ip),
        ],
    )
}

/// Asks for money to go back. `created_by` is the officer, 1 to 245 characters without `|`.
pub fn refund(
    account: &Account,
    request: &ApiRequest,
    refund: &Refund,
    created_by: &str,
) -> Result<Outgoing, Error> {
    checked(request)?;
    check("vnp_CreateBy", created_by, 1, 245, Alphabet::Safe)?;
    refund.amount.within("vnp_Amount", 1, MOST)?;
    if refund.reference != request.reference {
        return Err(Error::FieldPattern {
            field: "vnp_TxnRef",
            got: request.reference.clone(),
            expected: "the reference that the refund was asked for",
        });
    }
    let kind = if refund.full { "02" } else { "03" };
    let amount = refund.amount.hundredths().to_string();
    let (date, now) = (stamp(request.paid_request_at), stamp(request.created_at));
    let transaction = request.transaction.as_deref().unwrap_or_default();
    let canonical = [
        &request.request_id,
        "2.1.0",
        "refund",
        account.merchant(),
        kind,
        &request.reference,
        &amount,
        transaction,
        &date,
        created_by,
        &now,
        &request.ip,
        &request.info,
    ]
    .join("|");
    send(
        account,
        canonical,
        &[
            ("vnp_RequestId", &request.request_id),
            ("vnp_Version", "2.1.0"),
            ("vnp_Command", "refund"),
            ("vnp_TmnCode", account.merchant()),
            ("vnp_TransactionType", kind),
            ("vnp_TxnRef", &request.reference),
            ("vnp_Amount", &amount),
            ("vnp_TransactionNo", transaction),
            ("vnp_TransactionDate", &date),
            ("vnp_CreateBy", created_by),
            ("vnp_CreateDate", &now),
            ("vnp_IpAddr", &request.ip),
            ("vnp_OrderInfo", &request.info),
        ],
    )
}

/// The signed values of the answers, in order; the refund's answer lacks the last two.
const ANSWER: [&str; 15] = [
    "vnp_ResponseId",
    "vnp_Command",
    "vnp_ResponseCode",
    "vnp_Message",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_BankCode",
    "vnp_PayDate",
    "vnp_TransactionNo",
    "vnp_TransactionType",
    "vnp_TransactionStatus",
    "vnp_OrderInfo",
    "vnp_PromotionCode",
    "vnp_PromotionAmount",
];

fn read<'a>(
    account: &Account,
    message: &'static str,
    body: &'a [u8],
) -> Result<(Json<'a>, Authentic), Error> {
    let bad = |reason| malformed_answer::<Vnpay>(message, reason);
    let answer = read_object(body).map_err(bad)?;
    let count = if message == "refund" { 13 } else { 15 };
    let mut values = Vec::with_capacity(count);
    for name in ANSWER.iter().take(count) {
        let value = answer.scalar(name).map_err(bad)?;
        if value.contains('|') {
            // A delimiter inside a value makes the signed text mean two things.
            return Err(bad(Reason::malformed(*name, "holds the delimiter '|'")));
        }
        values.push(value);
    }
    let canonical = values.join("|");
    let received = answer.scalar("vnp_SecureHash").map_err(bad)?;
    let keys = account.keys().iter().find(|k| {
        let text = canonical.as_bytes();
        k.secret.verifies(Algorithm::HmacSha512, Encoding::HexLower, text, &received)
    });
    let Some(keys) = keys else {
        return Err(Error::AnswerSignature { gateway: "vnpay", message });
    };
    if answer.scalar("vnp_Command").map_err(bad)? != message {
        return Err(bad(Reason::malformed("vnp_Command", "the answer is to another command")));
    }
    Ok((answer, Authentic { key: keys.label().to_owned(), form: "pipe" }))
}

/// Reads and verifies the answer to [`query`]. `91` (not found) is a failed attempt; any other refusal of the call itself leaves
/// the payment undecided.
pub fn read_query(account: &Account, expected: &Expected, body: &[u8]) -> Result<Verified, Error> {
    let (answer, authentic) = read(account, "querydr", body)?;
    let bad = |reason| malformed_answer::<Vnpay>("querydr", reason);
    let text = |name| answer.scalar(name).map_err(bad);
    let call = text("vnp_ResponseCode")?;
    let amount = text("vnp_Amount")?;
    let outcome = match &*call {
        "00" if text("vnp_TransactionType")? == "01" => {
            VNPAY.outcome("status", &text("vnp_TransactionStatus")?)
        }
        // An answer about something else than the payment decides nothing.
        "00" => VNPAY.outcome("query", "00").held(Class::Pending),
        _ => VNPAY.outcome("query", &call),
    };
    let transaction = text("vnp_TransactionNo")?;
    let claim = Claim {
        merchant: Some(text("vnp_TmnCode")?),
        amount: if amount.is_empty() { None } else { Some(Dong::parse_hundredths(&amount)?) },
        transaction: Some(transaction).filter(|t| !matches!(&**t, "" | "0")),
        at: read_stamp(&text("vnp_PayDate")?),
        ..Claim::new(text("vnp_TxnRef")?, outcome)
    };
    from_answer(account, expected, Answered { claim, authentic, body, partial: false })
}

/// Reads and verifies the answer to [`refund`].
pub fn read_refund(account: &Account, refund: &Refund, body: &[u8]) -> Result<RefundAnswer, Error> {
    let (answer, _) = read(account, "refund", body)?;
    let bad = |reason| malformed_answer::<Vnpay>("refund", reason);
    let text = |name| answer.scalar(name).map_err(bad);
    repeats::<Vnpay>("refund", "vnp_TmnCode", &text("vnp_TmnCode")?, account.merchant())?;
    repeats::<Vnpay>("refund", "vnp_TxnRef", &text("vnp_TxnRef")?, &refund.reference)?;
    let (call, status) = (text("vnp_ResponseCode")?, text("vnp_TransactionStatus")?);
    let amount = text("vnp_Amount")?;
    let outcome = VNPAY.outcome("refund", &call);
    let outcome = match &*call {
        "00" => {
            let moved = VNPAY.outcome("status", &status);
            let class = match moved.class {
                Class::Paid => Class::Refunded,
                Class::RefundFailed | Class::Failed => Class::RefundFailed,
                Class::RefundPending | Class::Pending => Class::RefundPending,
                Class::Hold | Class::Refunded | Class::Unknown => Class::Unknown,
            };
            moved.held(class)
        }
        _ => outcome,
    };
    let amount = if amount.is_empty() { None } else { Some(Dong::parse_hundredths(&amount)?) };
    let outcome = Outcome { code: format!("{call}/{status}").into(), ..outcome };
    Ok(RefundAnswer::new(account, refund, outcome, amount, body))
}
