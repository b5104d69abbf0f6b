//! Payouts: how money goes back over payOS. Requests and answers are signed in the header `x-signature`, over the fields sorted by name and
//! percent-encoded.

use std::borrow::Cow;

use super::notices::payout_text;
use super::{Account, Payos};
use crate::code::PAYOS;
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check};
use crate::gateway::Outgoing;
use crate::json::{Json, object, read_object};
use crate::notice::{malformed_answer, repeats};
use crate::order::{Refund, RefundAnswer};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding};

/// Pays a refund out to `account_number` at the bank with this BIN. The account is that of the payout channel, which has credentials of
/// its own; add the header `x-api-key`. The refund's identifier is `referenceId` and the idempotency key: sent twice it pays once.
pub fn refund(
    account: &Account,
    refund: &Refund,
    description: &str,
    (bin, account_number): (&str, &str),
) -> Result<Outgoing, Error> {
    refund.amount.within("amount", 1, Dong::MAX.get())?;
    check("description", description, 1, 25, Alphabet::Safe)?;
    check("toBin", bin, 6, 6, Alphabet::Digits)?;
    check("toAccountNumber", account_number, 1, 19, Alphabet::Alphanumeric)?;
    let fields = vec![
        (Cow::from("referenceId"), Json::from(refund.id.as_str())),
        ("amount".into(), Json::from(refund.amount.get())),
        ("description".into(), Json::from(description)),
        ("toBin".into(), Json::from(bin)),
        ("toAccountNumber".into(), Json::from(account_number)),
        ("category".into(), Json::List(Vec::new())),
    ];
    let body: Vec<(&str, Json<'_>)> = fields.iter().map(|(k, v)| (&**k, v.clone())).collect();
    let body = object(&body);
    let canonical = payout_text(&Json::Object(fields));
    let signature = account.current()?.secret.sign(
        Algorithm::HmacSha256,
        Encoding::HexLower,
        canonical.as_bytes(),
    );
    Ok(Outgoing {
        method: "POST",
        url: format!("{}/v1/payouts", account.base()),
        content_type: Some("application/json"),
        body,
        headers: vec![
            ("x-client-id", account.merchant().to_owned()),
            ("x-idempotency-key", refund.id.clone()),
            ("x-signature", signature),
        ],
        canonical,
    })
}

/// Reads and verifies the answer to [`refund`] or to `GET /v1/payouts/{id}`; `signature` is the answer's header `x-signature`.
pub fn read_payout(
    account: &Account,
    refund: &Refund,
    signature: &str,
    body: &[u8],
) -> Result<RefundAnswer, Error> {
    let bad = |reason| malformed_answer::<Payos>("payout", reason);
    let answer = read_object(body).map_err(bad)?;
    let data = answer.get("data").ok_or_else(|| bad(Reason::malformed("data", "missing")))?;
    let text = payout_text(data);
    let fits = |k: &crate::gateway::OneSecret| {
        k.secret.verifies(Algorithm::HmacSha256, Encoding::HexLower, text.as_bytes(), signature)
    };
    if !account.keys().iter().any(fits) {
        return Err(Error::AnswerSignature { gateway: "payos", message: "payout" });
    }
    repeats::<Payos>("payout", "referenceId", data.text("referenceId").map_err(bad)?, &refund.id)?;
    let Some(Json::List(transfers)) = data.get("transactions") else {
        return Err(bad(Reason::malformed("transactions", "must be a list")));
    };
    let [transfer] = transfers.as_slice() else {
        return Err(bad(Reason::malformed("transactions", "must hold one transfer")));
    };
    let amount = transfer.dong("amount").map_err(bad)?;
    let outcome = PAYOS.outcome("payout", transfer.text("state").map_err(bad)?);
    Ok(RefundAnswer::new(account, refund, outcome, Some(amount), body))
}
