//! Payment links: create, ask, cancel. Requests are signed in the body, answers over their `data`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::notices::signed_text;
use super::{Account, DELIMITERS, Payos, TEST_ORDER};
use crate::code::{Class, PAYOS};
use crate::created::Created;
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, url};
use crate::gateway::{Keys, Outgoing};
use crate::instant::{read_local, read_offset};
use crate::json::{Json, object, read_object};
use crate::notice::{
    Answered, Authentic, Claim, Expected, Verified, from_answer, malformed_answer, repeats,
};
use crate::reason::Reason;
use crate::secret::{Algorithm, Encoding};

/// What one link may carry at the least, in đồng.
const LEAST: u64 = 1;
/// `orderCode` is a JSON number: above 2^53 JavaScript loses digits.
const CODES: std::ops::Range<u64> = 1..1 << 53;

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

/// The text that [`request`] signs; nothing is checked.
pub fn canonical(pay: &CreateRequest) -> String {
    format!(
        "amount={}&cancelUrl={}&description={}&orderCode={}&returnUrl={}",
        pay.amount, pay.cancel_url, pay.description, pay.reference, pay.return_url
    )
}

/// The header that every call carries; the caller adds `x-api-key`, which is no part of the account.
fn with_client(account: &Account, mut outgoing: Outgoing) -> Outgoing {
    outgoing.headers.push(("x-client-id", account.merchant().to_owned()));
    outgoing
}

fn order_code(code: u64) -> Result<String, Error> {
    let text = code.to_string();
    if CODES.contains(&code) && text != TEST_ORDER {
        return Ok(text);
    }
    Err(Error::FieldPattern {
        field: "orderCode",
        got: text,
        expected: "a positive integer below 2^53 other than 123 (payOS's test call)",
    })
}

/// Builds the request. Add the header `x-api-key`.
pub fn request(account: &Account, pay: &CreateRequest) -> Result<Outgoing, Error> {
    order_code(pay.reference)?;
    pay.amount.within("amount", LEAST, Dong::MAX.get())?;
    check("description", &pay.description, 1, 25, Alphabet::Safe)?;
    url("cancelUrl", &pay.cancel_url, 1000, DELIMITERS)?;
    url("returnUrl", &pay.return_url, 1000, DELIMITERS)?;
    let canonical = canonical(pay);
    let signature = account.current()?.secret.sign(
        Algorithm::HmacSha256,
        Encoding::HexLower,
        canonical.as_bytes(),
    );
    let mut body = vec![
        ("orderCode", Json::from(pay.reference)),
        ("amount", Json::from(pay.amount.get())),
        ("description", Json::from(pay.description.as_str())),
        ("cancelUrl", Json::from(pay.cancel_url.as_str())),
        ("returnUrl", Json::from(pay.return_url.as_str())),
    ];
    if let Some(expires) = pay.expires_at {
        body.push(("expiredAt", Json::Integer(expires.unix_timestamp().to_string().into())));
    }
    let address = format!("{}/v2/payment-requests", account.base());
    let sent = Outgoing::json(address, body, ("signature", signature), canonical);
    Ok(with_client(account, sent))
}

/// Asks what became of a link. Nothing in it is signed; the answer is. Add the header `x-api-key`.
pub fn query(account: &Account, reference: u64) -> Result<Outgoing, Error> {
    let code = order_code(reference)?;
    let address = format!("{}/v2/payment-requests/{code}", account.base());
    Ok(with_client(account, Outgoing::redirect(address, String::new())))
}

/// Cancels a link that nobody has paid. `reason` is 1 to 255 characters. Add the header `x-api-key`.
pub fn cancel(account: &Account, reference: u64, reason: &str) -> Result<Outgoing, Error> {
    let code = order_code(reference)?;
    check("cancellationReason", reason, 1, 255, Alphabet::Without(&[]))?;
    unsigned(
        account,
        &format!("/v2/payment-requests/{code}/cancel"),
        &[("cancellationReason", Json::from(reason))],
    )
}

/// Registers the address of the webhook; payOS then calls it once with order 123. Add the header `x-api-key`.
pub fn confirm_webhook(account: &Account, webhook_url: &str) -> Result<Outgoing, Error> {
    url("webhookUrl", webhook_url, 1000, &[])?;
    unsigned(account, "/confirm-webhook", &[("webhookUrl", Json::from(webhook_url))])
}

fn unsigned(account: &Account, path: &str, body: &[(&str, Json<'_>)]) -> Result<Outgoing, Error> {
    let sent = Outgoing {
        method: "POST",
        url: format!("{}{path}", account.base()),
        content_type: Some("application/json"),
        body: object(body),
        headers: Vec::new(),
        canonical: String::new(),
    };
    Ok(with_client(account, sent))
}

/// An answer with its signed `data`; none where payOS refused the call, which it does without data.
fn read<'a>(
    account: &Account,
    message: &'static str,
    body: &'a [u8],
) -> Result<(String, Option<(Json<'a>, Authentic)>), Error> {
    let bad = |reason| malformed_answer::<Payos>(message, reason);
    let answer = read_object(body).map_err(bad)?;
    let code = answer.text("code").map_err(bad)?.to_owned();
    let data = match answer.get("data") {
        None | Some(Json::Null) => return Ok((code, None)),
        Some(data) => data.clone(),
    };
    let text = signed_text(&data).map_err(bad)?;
    let received = answer.scalar("signature").map_err(bad)?;
    let fits = |k: &&crate::gateway::OneSecret| {
        k.secret.verifies(Algorithm::HmacSha256, Encoding::HexLower, text.as_bytes(), &received)
    };
    match account.keys().iter().find(fits) {
        Some(keys) => {
            Ok((code, Some((data, Authentic { key: keys.label().to_owned(), form: "data" }))))
        }
        None => Err(Error::AnswerSignature { gateway: "payos", message }),
    }
}

/// Reads and verifies the answer to [`request`]: `checkoutUrl` and `qrCode`, a VietQR.
pub fn read_created(account: &Account, pay: &CreateRequest, body: &[u8]) -> Result<Created, Error> {
    let bad = |reason| malformed_answer::<Payos>("create", reason);
    let (code, data) = read(account, "create", body)?;
    let outcome = PAYOS.outcome("call", &code);
    let reference = pay.reference.to_string();
    let Some((data, authentic)) = data else {
        let none = ("".into(), "".into());
        return Created::new(account, &reference, outcome, none, Authentic::tls(), body);
    };
    let number = |key| Ok(data.integer(key).map_err(bad)?.to_string());
    repeats::<Payos>("create", "orderCode", &number("orderCode")?, &reference)?;
    repeats::<Payos>("create", "amount", &number("amount")?, &pay.amount.to_string())?;
    let addresses = (data.scalar("checkoutUrl").map_err(bad)?, data.scalar("qrCode").map_err(bad)?);
    Created::new(account, &reference, outcome, addresses, authentic, body)
}

/// Reads and verifies the answer to [`query`] or [`cancel`]: one piece of news for each transfer that payOS lists, with the same
/// fingerprint as its webhook, or one that tells the link's status where there is none. Apply them all.
pub fn read_query(
    account: &Account,
    expected: &Expected,
    body: &[u8],
) -> Result<Vec<Verified>, Error> {
    let bad = |reason| malformed_answer::<Payos>("query", reason);
    let (code, data) = read(account, "query", body)?;
    let Some((data, authentic)) = data else {
        return Err(bad(Reason::malformed(format!("code {code}"), "an answer without data")));
    };
    let amount = |of: &Json<'_>, key: &'static str| of.dong(key).map_err(bad);
    let reference = data.integer("orderCode").map_err(bad)?.to_string();
    repeats::<Payos>(
        "query",
        "amount",
        &amount(&data, "amount")?.to_string(),
        &expected.amount.to_string(),
    )?;
    let status = PAYOS.outcome("link", data.text("status").map_err(bad)?);
    let Some(Json::List(transfers)) = data.get("transactions") else {
        return Err(bad(Reason::malformed("transactions", "must be a list")));
    };
    let mut claims = Vec::new();
    let mut sum = Dong::ZERO;
    for transfer in transfers {
        let one = amount(transfer, "amount")?;
        sum = sum.plus(one)?;
        let at = transfer.text("transactionDateTime").map_err(bad)?;
        claims.push(Claim {
            amount: Some(one),
            transaction: Some(transfer.text("reference").map_err(bad)?)
                .filter(|t| !t.is_empty())
                .map(Cow::Borrowed),
            at: read_offset(at).or_else(|| read_local(at)),
            ..Claim::new(&reference, PAYOS.outcome("webhook", "00"))
        });
    }
    repeats::<Payos>(
        "query",
        "amountPaid",
        &sum.to_string(),
        &amount(&data, "amountPaid")?.to_string(),
    )?;
    if claims.is_empty() {
        // "Paid" without a transfer is no money.
        let outcome = if status.class == Class::Paid { status.held(Class::Hold) } else { status };
        claims.push(Claim::new(&reference, outcome));
    }
    let news = |claim: Claim<'_>| {
        let authentic = authentic.clone();
        from_answer(account, expected, Answered { claim, authentic, body, partial: true })
    };
    claims.into_iter().map(news).collect()
}
