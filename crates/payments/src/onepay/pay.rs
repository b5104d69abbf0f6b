//! The pay request: a signed address to send the browser to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Account, DELIMITERS, MOST};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, ip, url};
use crate::form::{Space, write};
use crate::gateway::Outgoing;
use crate::notice::joined;

/// What a customer is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayRequest {
    /// `vpc_MerchTxnRef`, 1 to 40 of printable ASCII without `&` and `=`.
    pub reference: String,
    /// The amount (sent ×100), 1 to 9,999,999,999 đồng.
    pub amount: Dong,
    /// `vpc_OrderInfo`, 1 to 34 of printable ASCII without `&` and `=`.
    pub info: String,
    /// `vpc_ReturnURL`, without `&`.
    pub return_url: String,
    /// `vpc_TicketNo`: the payer's address.
    pub ip: String,
    /// `vpc_Locale`: `vn` or `en`.
    pub locale: String,
    /// Other fields by OnePay's names: `vpc_Customer_…`, `vpc_SHIP_…`, `vpc_CardList` and `user_…` are signed, `Title` and `AgainLink`
    /// are not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, String>,
}

const UNSIGNED: [&str; 2] = ["Title", "AgainLink"];

fn extra(pay: &PayRequest) -> Result<(), Error> {
    for (key, value) in &pay.extra {
        let signed = ["vpc_Customer_", "vpc_SHIP_", "user_"];
        let known = key == "vpc_CardList"
            || UNSIGNED.contains(&key.as_str())
            || signed.iter().any(|start| key.len() > start.len() && key.starts_with(start));
        if !known || check("extra", key, 1, 50, Alphabet::Token).is_err() {
            return Err(Error::FieldPattern {
                field: "extra",
                got: key.clone(),
                expected: "vpc_Customer_…, vpc_SHIP_…, vpc_CardList, user_…, Title or AgainLink",
            });
        }
        if UNSIGNED.contains(&key.as_str()) {
            check("extra", value, 1, 255, Alphabet::Printable(&[]))?;
        } else {
            check("extra", value, 1, 255, Alphabet::Printable(DELIMITERS))?;
        }
    }
    Ok(())
}

/// Builds the address to send the browser to.
pub fn request(account: &Account, pay: &PayRequest) -> Result<Outgoing, Error> {
    check("vpc_MerchTxnRef", &pay.reference, 1, 40, Alphabet::Printable(DELIMITERS))?;
    check("vpc_OrderInfo", &pay.info, 1, 34, Alphabet::Printable(DELIMITERS))?;
    if !matches!(pay.locale.as_str(), "vn" | "en") {
        return Err(Error::FieldPattern {
            field: "vpc_Locale",
            got: pay.locale.clone(),
            expected: "vn or en",
        });
    }
    // A `=` cannot cut an address in two, an `&` can.
    url("vpc_ReturnURL", &pay.return_url, 255, &['&'])?;
    ip("vpc_TicketNo", &pay.ip)?;
    pay.amount.within("vpc_Amount", 1, MOST)?;
    extra(pay)?;
    let keys = account.current()?;
    let amount = pay.amount.hundredths().to_string();
    let mut pairs = vec![
        ("vpc_AccessCode", keys.access_code.as_str()),
        ("vpc_Amount", &amount),
        ("vpc_Command", "pay"),
        ("vpc_Currency", "VND"),
        ("vpc_Locale", &pay.locale),
        ("vpc_MerchTxnRef", &pay.reference),
        ("vpc_Merchant", account.merchant()),
        ("vpc_OrderInfo", &pay.info),
        ("vpc_ReturnURL", &pay.return_url),
        ("vpc_TicketNo", &pay.ip),
        ("vpc_Version", "2"),
    ];
    pairs.extend(pay.extra.iter().map(|(k, v)| (k.as_str(), v.as_str())));
    pairs.sort_unstable();
    let signed: Vec<_> = pairs.iter().copied().filter(|(k, _)| !UNSIGNED.contains(k)).collect();
    let canonical = joined(signed.iter().copied());
    let hash = keys.code(&canonical);
    let query = write(pairs, Space::Percent);
    let url = format!("{}?{query}&vpc_SecureHash={hash}", account.base());
    Ok(Outgoing::redirect(url, canonical))
}
