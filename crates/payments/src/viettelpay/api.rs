//! Query and refund. Their addresses stand in the contract and are given with each call.

use super::{Account, Viettelpay, shown};
use crate::code::{Class, VIETTELPAY};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check};
use crate::form::{Space, write};
use crate::gateway::Outgoing;
use crate::json::read_object;
use crate::notice::{
    Claim, Expected, TlsAnswer, Verified, from_connection, malformed_answer, repeats,
};
use crate::order::{Refund, RefundAnswer};

fn send(
    account: &Account,
    url: &str,
    signed: &[(&str, &str)],
    others: &[(&str, &str)],
) -> Result<Outgoing, Error> {
    let parts: Vec<&str> = signed.iter().map(|(_, v)| *v).collect();
    let sum = account.current()?.code(&parts);
    let pairs = signed.iter().chain(others).copied().chain([("check_sum", sum.as_str())]);
    Ok(Outgoing::form(account.address(url)?, write(pairs, Space::Percent), shown(&parts)))
}

/// Asks what became of a payment, at the address that Viettel gave for queries.
pub fn query(account: &Account, url: &str, reference: &str) -> Result<Outgoing, Error> {
    check("order_id", reference, 1, 50, Alphabet::Token)?;
    let signed = [
        ("cmd", "TRANS_INQUIRY"),
        ("merchant_code", account.merchant()),
        ("order_id", reference),
        ("version", "2.0"),
    ];
    send(account, url, &signed, &[])
}

/// Reads the answer to [`query`]. What signs it is not public, so it is as good as the connection; it carries no amount: Viettel took the
/// one that our signed request named.
pub fn read_query(
    account: &Account,
    expected: &Expected,
    answer: TlsAnswer<'_>,
) -> Result<Verified, Error> {
    let bad = |reason| malformed_answer::<Viettelpay>("query", reason);
    let body = read_object(answer.0).map_err(bad)?;
    let text = |key| body.scalar(key).map_err(bad);
    let (call, status, transaction) =
        (text("error_code")?, text("payment_status")?, text("vt_transaction_id")?);
    let outcome = VIETTELPAY.outcome("status", &status);
    let outcome = match outcome.class {
        // A call that went wrong says nothing of the payment.
        Class::Paid | Class::Failed if call != "00" => outcome.held(Class::Hold),
        _ => outcome,
    };
    let claim = Claim {
        merchant: Some(text("merchant_code")?),
        amount: (outcome.class == Class::Paid).then_some(expected.amount),
        transaction: Some(transaction).filter(|t| !t.is_empty()),
        also: expected.also.clone(),
        ..Claim::new(text("order_id")?, outcome)
    };
    from_connection(account, expected, claim, answer)
}

/// Asks for the whole payment to go back, at the address that Viettel gave for refunds; Viettel takes no parts. `reason` is 1 to 100
/// characters without diacritics.
pub fn refund(
    account: &Account,
    url: &str,
    refund: &Refund,
    reason: &str,
) -> Result<Outgoing, Error> {
    check("order_id", &refund.reference, 1, 50, Alphabet::Token)?;
    check("trans_content", reason, 1, 100, Alphabet::Safe)?;
    let transaction = refund.transaction.as_deref().unwrap_or_default();
    check("originalRequestId", transaction, 1, 50, Alphabet::Token)?;
    refund.amount.within("trans_amount", 1, Dong::MAX.get())?;
    if !refund.full {
        return Err(Error::FieldPattern {
            field: "trans_amount",
            got: refund.amount.to_string(),
            expected: "the whole amount of the payment: Viettel refunds no parts",
        });
    }
    let amount = refund.amount.to_string();
    let signed = [
        ("cmd", "REFUND_PAYMENT"),
        ("merchant_code", account.merchant()),
        ("order_id", &refund.reference),
        ("originalRequestId", transaction),
        ("refundType", "0"),
        ("trans_amount", &amount),
        ("version", "2.0"),
    ];
    send(account, url, &signed, &[("trans_content", reason)])
}

/// Reads and verifies the answer to [`refund`], signed over `access_code+error_code+merchant_code+order_id+version`.
pub fn read_refund(account: &Account, refund: &Refund, body: &[u8]) -> Result<RefundAnswer, Error> {
    let bad = |reason| malformed_answer::<Viettelpay>("refund", reason);
    let answer = read_object(body).map_err(bad)?;
    let text = |key| answer.scalar(key).map_err(bad);
    let (error, merchant, order, version) =
        (text("error_code")?, text("merchant_code")?, text("order_id")?, text("version")?);
    let received = text("check_sum")?;
    let parts = [&*error, &merchant, &order, &version];
    if received.is_empty() || !account.keys().iter().any(|k| k.fits(&parts, &received)) {
        return Err(Error::AnswerSignature { gateway: "viettelpay", message: "refund" });
    }
    repeats::<Viettelpay>("refund", "merchant_code", &merchant, account.merchant())?;
    repeats::<Viettelpay>("refund", "order_id", &order, &refund.reference)?;
    Ok(RefundAnswer::new(account, refund, VIETTELPAY.outcome("refund", &error), None, body))
}
