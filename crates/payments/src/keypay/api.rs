//! Detail and refund. Their addresses stand in the contract and are given with each call. What signs the answers is not public, so they are
//! as good as the connection; that the detail repeats the callback's fields is inferred.

use super::{Account, Keypay, PIPE, send};
use crate::code::{Class, KEYPAY};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check};
use crate::gateway::Outgoing;
use crate::json::{Writer, key, read_object};
use crate::notice::{
    Claim, Expected, TlsAnswer, Verified, from_connection, malformed_answer, repeats,
};
use crate::order::{Refund, RefundAnswer};

/// Asks for a transaction's detail, at the address that KeyPay gave for it.
pub fn query(account: &Account, url: &str, reference: &str) -> Result<Outgoing, Error> {
    check("transaction_id", reference, 1, 20, Alphabet::Token)?;
    let canonical = [account.merchant(), "PAY", reference].join("|");
    let mut body = Writer::new();
    body.text(key!("client_id"), account.merchant());
    body.text(key!("transaction_id"), reference);
    body.text(key!("command"), "PAY");
    send(account, account.address(url)?, canonical, body)
}

/// Reads the answer to [`query`]. Paid is only what names our transaction and the whole amount with status 0 and no error.
pub fn read_query(
    account: &Account,
    expected: &Expected,
    answer: TlsAnswer<'_>,
) -> Result<Verified, Error> {
    let bad = |reason| malformed_answer::<Keypay>("detail", reason);
    let body = read_object(answer.0).map_err(bad)?;
    let text = |key| body.scalar(key).map_err(bad);
    let (error, status, amount) = (text("error")?, text("status")?, text("trans_amount")?);
    let outcome = KEYPAY.outcome("status", &status);
    let outcome = if outcome.class == Class::Paid && !matches!(&*error, "" | "0") {
        outcome.held(Class::Hold)
    } else {
        outcome
    };
    let transaction = text("transaction_code")?;
    let claim = Claim {
        merchant: Some(text("client_id")?).filter(|m| !m.is_empty()),
        amount: Dong::parse_some(&amount)?,
        transaction: Some(transaction).filter(|t| !t.is_empty()),
        also: expected.also.clone(),
        ..Claim::new(text("transaction_id")?, outcome)
    };
    from_connection(account, expected, claim, answer)
}

/// Asks for money to go back, at the address that KeyPay gave for refunds. `reason` is 1 to 255 characters without `|`.
///
/// KeyPay's refund has no identifier of ours: after a lost answer ask for the detail, never send it again.
pub fn refund(
    account: &Account,
    url: &str,
    refund: &Refund,
    reason: &str,
) -> Result<Outgoing, Error> {
    check("transaction_id", &refund.reference, 1, 20, Alphabet::Token)?;
    check("reason", reason, 1, 255, Alphabet::Without(PIPE))?;
    refund.amount.within("amount", 1, Dong::MAX.get())?;
    let amount = refund.amount.to_string();
    let canonical = [&amount, account.merchant(), "REFUND", reason, &refund.reference].join("|");
    let mut body = Writer::new();
    body.text(key!("client_id"), account.merchant());
    body.text(key!("transaction_id"), &refund.reference);
    body.text(key!("amount"), &amount);
    body.text(key!("command"), "REFUND");
    body.text(key!("reason"), reason);
    send(account, account.address(url)?, canonical, body)
}

/// Reads the answer to [`refund`].
pub fn read_refund(
    account: &Account,
    refund: &Refund,
    answer: TlsAnswer<'_>,
) -> Result<RefundAnswer, Error> {
    let bad = |reason| malformed_answer::<Keypay>("refund", reason);
    let body = read_object(answer.0).map_err(bad)?;
    let text = |key| body.scalar(key).map_err(bad);
    let named = text("transaction_id")?;
    if !named.is_empty() {
        repeats::<Keypay>("refund", "transaction_id", &named, &refund.reference)?;
    }
    let outcome = KEYPAY.outcome("refund", &text("error")?);
    Ok(RefundAnswer::new(account, refund, outcome, None, answer.0))
}
