//! The redirect: a signed address to send the browser to.

use serde::{Deserialize, Serialize};

use super::{Account, shown};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, url};
use crate::form::{Space, write};
use crate::gateway::Outgoing;

/// What a customer is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayRequest {
    /// `order_id`, 1 to 50 of letters, digits, `.`, `_`, `-`.
    pub reference: String,
    /// `billcode`, of the same letters; the reference where none is given, which is the safer way: the signed text has no separators.
    /// Where it differs, give it in [`crate::notice::Expected::also`] for the notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billcode: Option<String>,
    /// The amount, at least 1 đồng.
    pub amount: Dong,
    /// `desc`, 1 to 255 without diacritics.
    pub description: String,
    /// Where the browser comes back to.
    pub return_url: String,
    /// Where the browser goes after cancelling.
    pub cancel_url: String,
}

/// Builds the address to send the browser to.
pub fn request(account: &Account, pay: &PayRequest) -> Result<Outgoing, Error> {
    let billcode = pay.billcode.as_deref().unwrap_or(&pay.reference);
    check("order_id", &pay.reference, 1, 50, Alphabet::Token)?;
    check("billcode", billcode, 1, 50, Alphabet::Token)?;
    check("desc", &pay.description, 1, 255, Alphabet::Safe)?;
    url("return_url", &pay.return_url, 255, &[])?;
    url("cancel_url", &pay.cancel_url, 255, &[])?;
    pay.amount.within("trans_amount", 1, Dong::MAX.get())?;
    let amount = pay.amount.to_string();
    let parts = [billcode, "PAYMENT", account.merchant(), &pay.reference, &amount, "2.0"];
    let sum = account.current()?.code(&parts);
    let query = write(
        [
            ("billcode", billcode),
            ("command", "PAYMENT"),
            ("merchant_code", account.merchant()),
            ("order_id", &pay.reference),
            ("return_url", &pay.return_url),
            ("cancel_url", &pay.cancel_url),
            ("trans_amount", &amount),
            ("version", "2.0"),
            ("desc", &pay.description),
            ("locale", "Vi"),
            ("check_sum", &sum),
        ],
        Space::Percent,
    );
    let url = format!("{}/PaymentGateway/payment?{query}", account.base());
    Ok(Outgoing::redirect(url, shown(&parts)))
}
