//! Query and refund. Their answers carry no signature: they are as good as the connection.

use super::{Account, DELIMITERS, LIMITS, Lang, Momo, order_id, send};
use crate::code::{Class, MOMO};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check};
use crate::gateway::Outgoing;
use crate::json::{Json, read_object};
use crate::notice::{
    Claim, Expected, TlsAnswer, Verified, from_connection, malformed_answer, repeats,
};
use crate::order::{Refund, RefundAnswer};

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
            ("partnerCode", Json::from(account.merchant())),
            ("requestId", Json::from(request_id)),
            ("orderId", Json::from(reference)),
            ("lang", Json::from(lang.value())),
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
    refund.amount.within("amount", LIMITS.0, LIMITS.1)?;
    check("description", description, 0, 255, Alphabet::Without(DELIMITERS))?;
    let transaction = refund.transaction.as_deref().unwrap_or_default();
    check("transId", transaction, 1, 18, Alphabet::Digits)?;
    let number =
        transaction.parse::<u64>().map_err(|_| Error::FieldMissing { field: "transId" })?;
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
            ("partnerCode", Json::from(account.merchant())),
            ("orderId", Json::from(refund.id.as_str())),
            ("requestId", Json::from(refund.id.as_str())),
            ("amount", Json::from(refund.amount.get())),
            ("transId", Json::from(number)),
            ("lang", Json::from(lang.value())),
            ("description", Json::from(description)),
        ],
    )
}

/// Asks what became of a refund: its own identifier is the `orderId`. `request_id` is new for each call.
pub fn query_refund(
    account: &Account,
    refund: &Refund,
    request_id: &str,
    lang: Lang,
) -> Result<Outgoing, Error> {
    query(account, &refund.id, request_id, lang)
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
    let outcome = MOMO.outcome("result", &code);
    // A figure of zero stands where nothing was paid.
    let amount = match &*body.scalar("amount").map_err(bad)? {
        "" => None,
        "0" if outcome.class != Class::Paid => None,
        text => Some(Dong::parse(text)?),
    };
    let claim = Claim {
        merchant: Some(body.text("partnerCode").map_err(bad)?.into()),
        amount,
        transaction: Some(transaction).filter(|t| !matches!(&**t, "" | "0")),
        ..Claim::new(body.text("orderId").map_err(bad)?, outcome)
    };
    from_connection(account, expected, claim, answer)
}

/// Reads the answer to [`refund`], or to a query for the refund's identifier.
pub fn read_refund(
    account: &Account,
    refund: &Refund,
    answer: TlsAnswer<'_>,
) -> Result<RefundAnswer, Error> {
    let bad = |reason| malformed_answer::<Momo>("refund", reason);
    let body = read_object(answer.0).map_err(bad)?;
    let text = |key| body.scalar(key).map_err(bad);
    repeats::<Momo>("refund", "partnerCode", &text("partnerCode")?, account.merchant())?;
    repeats::<Momo>("refund", "orderId", &text("orderId")?, &refund.id)?;
    let code = body.integer("resultCode").map_err(bad)?.to_string();
    let amount = text("amount")?;
    let amount = Dong::parse_some(&amount)?;
    Ok(RefundAnswer::new(account, refund, MOMO.outcome("refund", &code), amount, answer.0))
}
