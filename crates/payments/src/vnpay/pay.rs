//! The pay request: a signed address to send the browser to.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Account;
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, ip, url};
use crate::form::{Space, write};
use crate::gateway::Outgoing;
use crate::instant::{stamp, text};
use crate::secret::{Algorithm, Encoding};

/// Language of the payment page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// Vietnamese.
    Vn,
    /// English.
    En,
}

impl Locale {
    fn value(self) -> &'static str {
        match self {
            Locale::Vn => "vn",
            Locale::En => "en",
        }
    }
}

/// What a customer is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayRequest {
    /// `vnp_TxnRef`: 1 to 100 of letters, digits, `.`, `_`, `-`. VNPAY asks for uniqueness within a day; never reuse one.
    pub reference: String,
    /// The amount: 1 to 9,999,999,999 đồng (sent ×100 in at most 12 digits).
    pub amount: Dong,
    /// `vnp_OrderInfo`: 1 to 255 of letters without diacritics, digits, space, `.`, `_`, `-`.
    pub info: String,
    /// `vnp_OrderType`: the goods category, 1 to 100; `other` where none fits.
    #[serde(default = "other")]
    pub order_type: String,
    /// `vnp_IpAddr`: the payer's IPv4 or IPv6 address.
    pub ip: String,
    /// Language of the payment page.
    pub locale: Locale,
    /// Where the browser comes back to, 10 to 255.
    pub return_url: String,
    /// `vnp_BankCode`, 3 to 20; none lets the customer choose.
    #[serde(default)]
    pub bank_code: Option<String>,
    /// When the request is made. Keep it: querydr and refund must repeat it.
    #[serde(with = "crate::instant")]
    pub created_at: OffsetDateTime,
    /// When the payment window closes; after `created_at`. The newer document makes it mandatory, the older does not: none
    /// leaves VNPAY's own window.
    #[serde(default, with = "crate::instant::optional")]
    pub expires_at: Option<OffsetDateTime>,
}

fn other() -> String {
    "other".to_owned()
}

/// 12 digits of `vnp_Amount`, of which two are the scale.
pub(super) const MOST: u64 = 9_999_999_999;

/// Builds the address. Every instant is written on the Vietnamese clock.
pub fn request(account: &Account, pay: &PayRequest) -> Result<Outgoing, Error> {
    check("vnp_TmnCode", account.merchant(), 1, 20, Alphabet::Token)?;
    check("vnp_TxnRef", &pay.reference, 1, 100, Alphabet::Token)?;
    check("vnp_OrderInfo", &pay.info, 1, 255, Alphabet::Safe)?;
    check("vnp_OrderType", &pay.order_type, 1, 100, Alphabet::Token)?;
    url("vnp_ReturnUrl", &pay.return_url, 255, &[])?;
    ip("vnp_IpAddr", &pay.ip)?;
    if let Some(bank) = &pay.bank_code {
        check("vnp_BankCode", bank, 3, 20, Alphabet::Alphanumeric)?;
    }
    pay.amount.within("vnp_Amount", 1, MOST)?;
    if let Some(expires) = pay.expires_at.filter(|e| *e <= pay.created_at) {
        return Err(Error::TimeWindow {
            field: "vnp_ExpireDate",
            got: text(expires),
            expected: "after vnp_CreateDate",
        });
    }
    let amount = pay.amount.hundredths().to_string();
    let (created, expires) = (stamp(pay.created_at), pay.expires_at.map(stamp));
    // Sorted by name (document §"Checksum"): the order below is the order signed and sent.
    let mut pairs: Vec<(&str, &str)> = vec![("vnp_Amount", &amount)];
    if let Some(bank) = &pay.bank_code {
        pairs.push(("vnp_BankCode", bank));
    }
    pairs.extend([("vnp_Command", "pay"), ("vnp_CreateDate", &created), ("vnp_CurrCode", "VND")]);
    if let Some(expires) = &expires {
        pairs.push(("vnp_ExpireDate", expires));
    }
    pairs.extend([
        ("vnp_IpAddr", pay.ip.as_str()),
        ("vnp_Locale", pay.locale.value()),
        ("vnp_OrderInfo", &pay.info),
        ("vnp_OrderType", &pay.order_type),
        ("vnp_ReturnUrl", &pay.return_url),
        ("vnp_TmnCode", account.merchant()),
        ("vnp_TxnRef", &pay.reference),
        ("vnp_Version", "2.1.0"),
    ]);
    let canonical = write(pairs, Space::Plus);
    let hash = account.current()?.secret.sign(
        Algorithm::HmacSha512,
        Encoding::HexLower,
        canonical.as_bytes(),
    );
    let url = format!("{}/paymentv2/vpcpay.html?{canonical}&vnp_SecureHash={hash}", account.base());
    Ok(Outgoing::redirect(url, canonical))
}
