//! The create request and its answer.

use serde::{Deserialize, Serialize};

use super::{Account, Keypay, PIPE, send};
use crate::bill::ReceiptBlock;
use crate::code::KEYPAY;
use crate::created::Created;
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, url};
use crate::gateway::Outgoing;
use crate::json::{Writer, key, read_object};
use crate::notice::{Authentic, TlsAnswer, malformed_answer};

/// What a citizen is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateRequest {
    /// `transaction_id`, 1 to 20.
    pub reference: String,
    /// `trans_amount`.
    pub amount: Dong,
    /// `addition_fee`. Where it is not zero, give it in [`crate::notice::Expected::also`] for the callback.
    pub additional_fee: Dong,
    /// `description`, 1 to 255.
    pub description: String,
    /// `return_url`.
    pub return_url: String,
    /// `bill_info`; its lines sum to the amount. No signature covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<ReceiptBlock>,
}

/// Builds the create request for the web.
pub fn request(account: &Account, pay: &CreateRequest) -> Result<Outgoing, Error> {
    check("client_id", account.merchant(), 1, 64, Alphabet::Token)?;
    check("transaction_id", &pay.reference, 1, 20, Alphabet::Token)?;
    check("description", &pay.description, 1, 255, Alphabet::Without(PIPE))?;
    url("return_url", &pay.return_url, 255, &[])?;
    pay.amount.within("trans_amount", 1, Dong::MAX.get())?;
    let (amount, fee) = (pay.amount.digits(), pay.additional_fee.digits());
    let canonical = [&fee, account.merchant(), "PAY", &amount, &pay.reference, "3.0"].join("|");
    let mut body = Writer::new();
    for (key, value) in [
        (key!("client_id"), account.merchant()),
        (key!("transaction_id"), &pay.reference),
        (key!("trans_amount"), &amount),
        (key!("addition_fee"), &fee),
        (key!("command"), "PAY"),
        (key!("version"), "3.0"),
        (key!("description"), &pay.description),
        (key!("locale"), "vn"),
        (key!("country_code"), "vi"),
        (key!("currency_code"), "VND"),
        (key!("environment"), "1"),
        (key!("return_url"), &pay.return_url),
    ] {
        body.text(key, value);
    }
    if let Some(bill) = &pay.bill {
        body.object(key!("bill_info"), |block| bill.write(pay.amount, block))?;
    }
    send(account, account.base().to_owned(), canonical, body)
}

/// Reads the answer to [`request`]: `payment_url` where KeyPay took the transaction. It names none and carries no signature: it is bound by
/// the connection alone.
pub fn read_created(
    account: &Account,
    pay: &CreateRequest,
    answer: TlsAnswer<'_>,
) -> Result<Created, Error> {
    let bad = |reason| malformed_answer::<Keypay>("create", reason);
    let body = read_object(answer.0).map_err(bad)?;
    let text = |key| body.scalar(key).map_err(bad);
    let outcome = KEYPAY.outcome("create", &text("error")?);
    let addresses = (text("payment_url")?, "".into());
    Created::new(account, &pay.reference, outcome, addresses, Authentic::tls(), answer.0)
}
