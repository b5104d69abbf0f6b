//! VNPAY's list of the banks that a terminal can be paid with, for `vnp_BankCode`. It is not signed and settles nothing.
//!
//! `vnp_Command=genqr` is not built: it is named in public code alone, and no document or sample of its answer is public.

use serde::{Deserialize, Serialize};

use super::{Account, Vnpay};
use crate::error::Error;
use crate::form;
use crate::gateway::Outgoing;
use crate::json::MAX_BODY;
use crate::notice::{TlsAnswer, malformed_answer};
use crate::reason::Reason;

const PATH: &str = "/qrpayauth/api/merchant/get_bank_list";

/// A bank as VNPAY lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bank {
    /// What `vnp_BankCode` takes.
    #[serde(rename(deserialize = "bank_code"))]
    pub code: String,
    /// The name to show.
    #[serde(rename(deserialize = "bank_name"))]
    pub name: String,
    /// The path of its logo on VNPAY's host, where given.
    #[serde(default, rename(deserialize = "logo_link"))]
    pub logo: String,
    /// VNPAY's number of its kind; what the numbers mean is not public.
    #[serde(default, rename(deserialize = "bank_type"))]
    pub kind: i64,
    /// Its place in the list.
    #[serde(default, rename(deserialize = "display_order"))]
    pub place: i64,
}

/// Asks for the list.
pub fn bank_list(account: &Account) -> Outgoing {
    let body = format!("tmn_code={}", form::component(account.merchant()));
    Outgoing::form(format!("{}{PATH}", account.base()), body, String::new())
}

/// Reads the list, in VNPAY's own order.
pub fn read_bank_list(answer: TlsAnswer<'_>) -> Result<Vec<Bank>, Error> {
    let bad = |reason| malformed_answer::<Vnpay>("bank list", reason);
    if answer.0.len() > MAX_BODY {
        return Err(bad(Reason::malformed("body", "more than 64 KiB")));
    }
    let mut banks: Vec<Bank> = serde_json::from_slice(answer.0)
        .map_err(|_| bad(Reason::malformed("body", "not a list of banks")))?;
    if banks.iter().any(|bank| bank.code.is_empty() || bank.name.is_empty()) {
        return Err(bad(Reason::malformed("bank_code", "a bank without code or name")));
    }
    banks.sort_by_key(|bank| bank.place);
    Ok(banks)
}
