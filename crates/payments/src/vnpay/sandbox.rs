//! Playing the gateway, for demonstrations and tests: signs an IPN as VNPAY would. It takes a sandbox configuration only, so that it
//! cannot produce a notice that a production account would accept.

use time::OffsetDateTime;

use super::{Config, PayRequest};
use crate::error::Error;
use crate::form::{Space, write};
use crate::gateway::Sandbox;
use crate::instant::stamp;
use crate::secret::{Algorithm, Encoding};

/// What the pretended gateway says about a payment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pretend {
    /// `vnp_ResponseCode`, `00` for success.
    pub response_code: String,
    /// `vnp_TransactionStatus`, `00` for success.
    pub transaction_status: String,
    /// `vnp_TransactionNo`, 1 to 15 digits.
    pub transaction: String,
    /// `vnp_BankCode`, such as `NCB`.
    pub bank_code: String,
    /// When it was paid.
    #[serde(with = "crate::instant")]
    pub paid_at: OffsetDateTime,
}

/// The query of a signed IPN that answers `pay`.
pub fn sign_notice(
    config: &Config<Sandbox>,
    pay: &PayRequest,
    pretend: &Pretend,
) -> Result<String, Error> {
    let (amount, paid_at) = (pay.amount.hundredths().to_string(), stamp(pretend.paid_at));
    let pairs = [
        ("vnp_Amount", amount.as_str()),
        ("vnp_BankCode", &pretend.bank_code),
        ("vnp_CardType", "ATM"),
        ("vnp_OrderInfo", &pay.info),
        ("vnp_PayDate", &paid_at),
        ("vnp_ResponseCode", &pretend.response_code),
        ("vnp_TmnCode", config.merchant()),
        ("vnp_TransactionNo", &pretend.transaction),
        ("vnp_TransactionStatus", &pretend.transaction_status),
        ("vnp_TxnRef", &pay.reference),
    ];
    let canonical = write(pairs.into_iter().filter(|(_, v)| !v.is_empty()), Space::Plus);
    let hash = config.current()?.secret.sign(
        Algorithm::HmacSha512,
        Encoding::HexLower,
        canonical.as_bytes(),
    );
    Ok(format!("{canonical}&vnp_SecureHash={hash}"))
}
