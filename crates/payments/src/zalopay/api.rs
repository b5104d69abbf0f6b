//! Query, refund and its query. Their answers carry no signature: they are as good as the connection.

use time::OffsetDateTime;

use super::{Account, PIPE, Zalopay, send};
use crate::code::{Class, ZALOPAY};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check};
use crate::gateway::{HIDDEN, Outgoing};
use crate::instant::{milliseconds, short_day};
use crate::json::read_object;
use crate::notice::{Claim, Expected, TlsAnswer, Verified, from_connection, malformed_answer};
use crate::order::{Refund, RefundAnswer};

/// Asks what became of a payment. The signed text holds key1 itself, shown as `‹secret›`.
pub fn query(account: &Account, reference: &str) -> Result<Outgoing, Error> {
    check("app_trans_id", reference, 8, 40, Alphabet::Token)?;
    let start = format!("{}|{reference}|", account.merchant());
    let canonical = format!("{start}{}", account.current()?.key1.expose());
    let fields = vec![("app_id", account.merchant()), ("app_trans_id", reference)];
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
    refund_with_fee(account, refund, description, asked_at, None)
}

/// Asks for money to go back, `fee` of which ZaloPay keeps; the signed text is another one with a fee.
pub fn refund_with_fee(
    account: &Account,
    refund: &Refund,
    description: &str,
    asked_at: OffsetDateTime,
    fee: Option<Dong>,
) -> Result<Outgoing, Error> {
    check("description", description, 1, 100, Alphabet::Without(PIPE))?;
    let transaction = refund.transaction.as_deref().unwrap_or_default();
    check("zp_trans_id", transaction, 1, 20, Alphabet::Digits)?;
    refund.amount.within("amount", 1, Dong::MAX.get())?;
    if let Some(fee) = fee {
        fee.within("refund_fee_amount", 1, refund.amount.get())?;
    }
    let (amount, time) = (refund.amount.to_string(), milliseconds(asked_at).to_string());
    let fee = fee.map(|f| f.to_string());
    let mut values = vec![account.merchant(), transaction, &amount];
    values.extend(fee.as_deref());
    values.extend([description, &time]);
    let canonical = values.join("|");
    let id = refund_id(account, refund, asked_at);
    let mut fields = vec![
        ("app_id", account.merchant()),
        ("m_refund_id", &id),
        ("zp_trans_id", transaction),
        ("amount", amount.as_str()),
    ];
    fields.extend(fee.as_deref().map(|f| ("refund_fee_amount", f)));
    fields.extend([("timestamp", time.as_str()), ("description", description)]);
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
    let fields =
        vec![("app_id", account.merchant()), ("m_refund_id", m_refund_id), ("timestamp", &time)];
    send(account, "query_refund", canonical, None, fields)
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
    let outcome = ZALOPAY.outcome("query", &code);
    let amount = body.scalar("amount").map_err(bad)?;
    let transaction = body.scalar("zp_trans_id").map_err(bad)?;
    let claim = Claim {
        amount: if outcome.class == Class::Paid { Some(Dong::parse(&amount)?) } else { None },
        transaction: Some(transaction).filter(|t| !matches!(&**t, "" | "0")),
        ..Claim::new(&expected.reference, outcome)
    };
    from_connection(account, expected, claim, answer)
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
    Ok(RefundAnswer::new(account, refund, ZALOPAY.outcome("refund", &code), None, answer.0))
}
