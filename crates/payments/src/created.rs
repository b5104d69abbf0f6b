//! A gateway's answer to a request: where to send the payer, or why the gateway refused.

use std::borrow::Cow;

use serde::Serialize;

use crate::code::{Class, Outcome};
use crate::error::Error;
use crate::gateway::{Account, Gateway};
use crate::notice::{Authentic, malformed_answer};
use crate::reason::Reason;
use crate::secret::sha256_hex;

/// What a gateway answered to a request. It is no news of a payment: only notices and queries are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Created {
    /// The gateway's name.
    pub gateway: &'static str,
    /// The reference that was sent.
    pub reference: String,
    /// Whether the gateway took the order ([`Class::Pending`]), refused it ([`Class::Failed`]), or said what no table has.
    pub outcome: Outcome,
    /// Where to send the payer's browser.
    pub pay_url: Option<String>,
    /// Text of a QR code that pays the order.
    pub qr: Option<String>,
    /// Which key signed the answer, or `tls` where answers carry no signature.
    pub authentic: Authentic,
    /// SHA-256 of the answer.
    pub message_sha256: String,
}

impl Created {
    /// Whether the payer can be sent on.
    pub fn is_open(&self) -> bool {
        self.outcome.class == Class::Pending && (self.pay_url.is_some() || self.qr.is_some())
    }

    /// Puts the answer together; an address that is none is malformed.
    pub(crate) fn new<G: Gateway>(
        _account: &Account<G>,
        reference: &str,
        outcome: Outcome,
        (pay_url, qr): (Cow<'_, str>, Cow<'_, str>),
        authentic: Authentic,
        body: &[u8],
    ) -> Result<Created, Error> {
        let bad = |field, problem| {
            Err(malformed_answer::<G>("request", Reason::malformed(field, problem)))
        };
        let pay_url = Some(pay_url).filter(|u| !u.is_empty()).map(Cow::into_owned);
        let qr = Some(qr).filter(|q| !q.is_empty()).map(Cow::into_owned);
        if let Some(url) = &pay_url {
            let known = url.starts_with("https://") || url.starts_with("http://");
            if !known || !url.bytes().all(|b| b.is_ascii_graphic()) {
                return bad("address", "not an http or https address");
            }
        }
        Ok(Created {
            gateway: G::NAME,
            reference: reference.to_owned(),
            outcome,
            pay_url,
            qr,
            authentic,
            message_sha256: sha256_hex(body),
        })
    }
}
