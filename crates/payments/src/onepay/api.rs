//! queryDR and refund: signed forms, answered by forms. Their addresses stand in the contract and are given with each call.

use std::borrow::Cow;

use super::notices::Fields;
use super::{Account, DELIMITERS, MOST, Onepay};
use crate::code::{Class, ONEPAY};
use crate::error::Error;
use crate::field::{Alphabet, check};
use crate::form::{Space, write};
use crate::gateway::{HIDDEN, Keys, Outgoing};
use crate::notice::{
    Answered, Authentic, Claim, Expected, TlsAnswer, Verified, from_answer, joined,
    malformed_answer, repeats,
};
use crate::order::{Refund, RefundAnswer};
use crate::reason::Reason;

fn send(account: &Account, url: &str, pairs: &[(&str, &str)]) -> Result<Outgoing, Error> {
    let url = account.address(url)?;
    let hash = account.current()?.code(&joined(pairs.iter().copied()));
    let body = write(pairs.iter().copied().chain([("vpc_SecureHash", hash.as_str())]), Space::Plus);
    let shown = pairs.iter().map(|(k, v)| (*k, if *k == "vpc_Password" { HIDDEN } else { *v }));
    Ok(Outgoing::form(url, body, joined(shown)))
}

/// Asks what became of a payment, at the address that OnePay gave for queries. The keys must hold user and password.
pub fn query(account: &Account, url: &str, reference: &str) -> Result<Outgoing, Error> {
    check("vpc_MerchTxnRef", reference, 1, 40, Alphabet::Printable(DELIMITERS))?;
    let keys = account.current()?;
    let user = keys.user.as_deref().ok_or(Error::FieldMissing { field: "vpc_User" })?;
    let password = keys.password.as_ref().ok_or(Error::FieldMissing { field: "vpc_Password" })?;
    check("vpc_User", user, 1, 50, Alphabet::Printable(DELIMITERS))?;
    // The value is not quoted in the error.
    if password.expose().contains(DELIMITERS) {
        return Err(Error::SecretFormat { gateway: "onepay", expected: "free of & and =" });
    }
    send(
        account,
        url,
        &[
            ("vpc_AccessCode", &keys.access_code),
            ("vpc_Command", "queryDR"),
            ("vpc_MerchTxnRef", reference),
            ("vpc_Merchant", account.merchant()),
            ("vpc_Password", password.expose()),
            ("vpc_User", user),
            ("vpc_Version", "2"),
        ],
    )
}

/// Asks for money to go back, at the address that OnePay gave for refunds. The refund's identifier is the new `vpc_MerchTxnRef`.
pub fn refund(
    account: &Account,
    url: &str,
    refund: &Refund,
    operator: &str,
) -> Result<Outgoing, Error> {
    check("vpc_OrgMerchTxnRef", &refund.reference, 1, 40, Alphabet::Printable(DELIMITERS))?;
    check("vpc_MerchTxnRef", &refund.id, 1, 40, Alphabet::Token)?;
    check("vpc_Operator", operator, 1, 64, Alphabet::Printable(DELIMITERS))?;
    refund.amount.within("vpc_Amount", 1, MOST)?;
    let amount = refund.amount.hundredths().to_string();
    send(
        account,
        url,
        &[
            ("vpc_AccessCode", &account.current()?.access_code),
            ("vpc_Amount", &amount),
            ("vpc_Command", "refund"),
            ("vpc_MerchTxnRef", &refund.id),
            ("vpc_Merchant", account.merchant()),
            ("vpc_Operator", operator),
            ("vpc_OrgMerchTxnRef", &refund.reference),
            ("vpc_Version", "2"),
        ],
    )
}

/// The fields of an answer. Where it carries a signature the signature must fit; older services send none.
fn read<'a>(
    account: &Account,
    message: &'static str,
    answer: TlsAnswer<'a>,
) -> Result<(Fields<'a>, Authentic), Error> {
    let bad = |reason| malformed_answer::<Onepay>(message, reason);
    let body =
        std::str::from_utf8(answer.0).map_err(|_| bad(Reason::malformed("body", "not UTF-8")))?;
    let fields = Fields::read(body.trim_end()).map_err(bad)?;
    let Some(received) = fields.get("vpc_SecureHash") else {
        return Ok((fields, Authentic::tls()));
    };
    match account.keys().iter().find(|k| k.fits(&fields.text, &received)) {
        Some(keys) => {
            let authentic = Authentic { key: keys.label().to_owned(), form: "decoded" };
            Ok((fields, authentic))
        }
        None => Err(Error::AnswerSignature { gateway: "onepay", message }),
    }
}

/// Reads the answer to [`query`]. `vpc_DRExists=N` says that there is no result yet: nothing is decided.
pub fn read_query(
    account: &Account,
    expected: &Expected,
    answer: TlsAnswer<'_>,
) -> Result<Verified, Error> {
    let bad = |reason| malformed_answer::<Onepay>("queryDR", reason);
    let (fields, authentic) = read(account, "queryDR", answer)?;
    let exists = ONEPAY.outcome("exists", &fields.need("vpc_DRExists").map_err(bad)?);
    let claim = if exists.class == Class::Paid {
        Claim {
            merchant: fields.get("vpc_Merchant"),
            amount: Some(fields.amount().map_err(bad)?),
            currency: fields.currency(),
            transaction: fields.transaction(),
            uncovered: fields.uncovered.clone(),
            ..Claim::new(
                fields.need("vpc_MerchTxnRef").map_err(bad)?,
                ONEPAY.outcome("response", &fields.need("vpc_TxnResponseCode").map_err(bad)?),
            )
        }
    } else {
        // The answer may repeat the reference; where it does it must be ours.
        let named = fields.get("vpc_MerchTxnRef");
        Claim::new(named.unwrap_or(Cow::Borrowed(&expected.reference)), exists)
    };
    let answered = Answered { claim, authentic, body: answer.0, partial: false };
    from_answer(account, expected, answered)
}

/// Reads the answer to [`refund`].
pub fn read_refund(
    account: &Account,
    refund: &Refund,
    answer: TlsAnswer<'_>,
) -> Result<RefundAnswer, Error> {
    let bad = |reason| malformed_answer::<Onepay>("refund", reason);
    let (fields, _) = read(account, "refund", answer)?;
    let need = |key| fields.need(key).map_err(bad);
    repeats::<Onepay>("refund", "vpc_Merchant", &need("vpc_Merchant")?, account.merchant())?;
    repeats::<Onepay>("refund", "vpc_MerchTxnRef", &need("vpc_MerchTxnRef")?, &refund.id)?;
    let outcome = ONEPAY.outcome("refund", &need("vpc_TxnResponseCode")?);
    let amount = match fields.get("vpc_Amount") {
        Some(_) => Some(fields.amount().map_err(bad)?),
        None => None,
    };
    Ok(RefundAnswer::new(account, refund, outcome, amount, answer.0))
}
