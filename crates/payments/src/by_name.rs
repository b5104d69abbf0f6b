//! The gateways by name, their messages as JSON: for callers to whom the gateway is a value, as it is to the command and the bindings.
//! What each gateway's messages need stands in `by_name/messages.rs`; nothing is decided here.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use crate::created::Created;
use crate::error::Error;
use crate::gateway::{EnvironmentKind, Gateway, Outgoing, Provenance};
use crate::notice::{
    Expected, NoticeRules, RawNotice, TlsAnswer, Verdict, Verified, claimed_reference, verify,
};
use crate::order::{Order, Refund, RefundAnswer};
use crate::reason::Reason;
use crate::{keypay, momo, onepay, payos, payplatform, viettelpay, vnpay, zalopay};

mod messages;

use messages::Messages;

/// A gateway's answer to a question or a refund, as it came over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The body, byte for byte.
    pub body: String,
    /// The header `x-signature`, where the gateway signs by it (payOS payouts).
    #[serde(default)]
    pub signature: Option<String>,
    /// Say `true` only where the caller itself asked the gateway, at the address of the account, over TLS with the certificate checked.
    /// Most gateways sign no answers: without this they are refused.
    #[serde(default)]
    pub asked_over_tls: bool,
}

impl Answer {
    /// The bytes as good as the connection, where there was one.
    fn tls<G: Gateway>(&self, message: &'static str) -> Result<TlsAnswer<'_>, Error> {
        if self.asked_over_tls {
            Ok(TlsAnswer::assume_asked_over_tls(self.body.as_bytes()))
        } else {
            Err(Error::AnswerUnsigned { gateway: G::NAME, message })
        }
    }
}

/// Reads a message's fields. The problem names the place; what a serde message would repeat of the input are field values, not secrets.
fn fields<T: DeserializeOwned>(
    gateway: &'static str,
    message: &'static str,
    json: &str,
) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|e| Error::MessageShape {
        gateway,
        message,
        problem: e.to_string(),
    })
}

macro_rules! gateways {
    ($($variant:ident, $module:ident;)+) => {
        /// The names, as [`AnyAccount::read`] takes them.
        pub const NAMES: &[&str] = &[$(<$module::$variant as Gateway>::NAME),+];

        /// An account with any of the gateways.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum AnyAccount {
            $(#[doc = concat!("An account with `", stringify!($module), "`.")] $variant($module::Account),)+
        }

        $(impl From<$module::Account> for AnyAccount {
            fn from(account: $module::Account) -> AnyAccount {
                AnyAccount::$variant(account)
            }
        })+

        /// Runs the same generic function on whichever account it is.
        macro_rules! on {
            ($any:expr, $account:ident => $run:expr) => {
                match $any {
                    $(AnyAccount::$variant($account) => $run,)+
                }
            };
        }

        impl AnyAccount {
            /// Reads `{"environment", "merchant", "base", "keys"}` of the gateway with this name.
            pub fn read(gateway: &str, json: &str) -> Result<AnyAccount, Error> {
                $(if gateway == <$module::$variant as Gateway>::NAME {
                    return Ok(AnyAccount::$variant($module::Account::from_json(json)?));
                })+
                Err(Error::GatewayUnknown { got: gateway.to_owned(), known: NAMES.join(", ") })
            }
        }
    };
}

gateways! {
    Vnpay, vnpay;
    Momo, momo;
    Zalopay, zalopay;
    Payos, payos;
    Onepay, onepay;
    Viettelpay, viettelpay;
    Payplatform, payplatform;
    Keypay, keypay;
}

impl AnyAccount {
    /// The gateway's name.
    pub fn gateway(&self) -> &'static str {
        fn name<G: Gateway>(_: &crate::gateway::Account<G>) -> &'static str {
            G::NAME
        }
        on!(self, account => name(account))
    }

    /// Sandbox or production.
    pub fn environment(&self) -> EnvironmentKind {
        on!(self, account => account.environment())
    }

    /// The merchant, terminal, partner or client code.
    pub fn merchant(&self) -> &str {
        on!(self, account => account.merchant())
    }

    /// Where the gateway's rules come from.
    pub fn provenance(&self) -> Provenance {
        on!(self, account => account.provenance())
    }

    /// Builds the request for a payment. `payment` is the JSON of the gateway's own request type.
    pub fn request(&self, payment: &str) -> Result<Outgoing, Error> {
        on!(self, account => Messages::request(account, &fields(self.gateway(), "request", payment)?))
    }

    /// Reads the answer to that request: where to send the payer. Gateways whose request is an address alone answer nothing.
    pub fn read_created(&self, payment: &str, answer: &Answer) -> Result<Created, Error> {
        on!(self, account => {
            Messages::read_created(account, &fields(self.gateway(), "request", payment)?, answer)
        })
    }

    /// The reference that a notice claims, to look the order up with. Nothing is verified.
    pub fn claimed_reference(&self, raw: &RawNotice) -> Result<String, Reason> {
        fn run<G: NoticeRules>(
            _: &crate::gateway::Account<G>,
            raw: &RawNotice,
        ) -> Result<String, Reason> {
            claimed_reference::<G>(raw)
        }
        on!(self, account => run(account, raw))
    }

    /// Judges a notice. See [`crate::notice::verify`].
    pub fn verify(&self, raw: &RawNotice, expected: Option<&Expected>) -> Verdict {
        on!(self, account => verify(raw, account, expected))
    }

    /// Judges a notice against an order, which is asked what it expects under the reference that the notice claims. One that cannot be
    /// read has no reference; the verdict says why.
    pub fn verify_for(&self, raw: &RawNotice, order: &Order, now: OffsetDateTime) -> Verdict {
        let reference = self.claimed_reference(raw).ok();
        let expected = reference.and_then(|reference| order.expected(&reference, Some(now)));
        self.verify(raw, expected.as_ref())
    }

    /// Builds the question what became of a payment.
    pub fn query(&self, message: &str) -> Result<Outgoing, Error> {
        on!(self, account => Messages::query(account, fields(self.gateway(), "query", message)?))
    }

    /// Reads the answer to a query as news of the order: one piece, or one a transfer where an order may be paid in parts.
    pub fn read_query(&self, expected: &Expected, answer: &Answer) -> Result<Vec<Verified>, Error> {
        on!(self, account => Messages::read_query(account, expected, answer))
    }

    /// Builds the message that asks for money to go back. `refund` comes from [`crate::order::Order::request_refund`], `message` is what
    /// the gateway wants beside it.
    pub fn refund(&self, refund: &Refund, message: &str) -> Result<Outgoing, Error> {
        if refund.gateway != self.gateway() {
            return Err(Error::RefundElsewhere {
                refund: refund.id.clone(),
                paid_by: refund.gateway.clone(),
                asked_of: self.gateway(),
            });
        }
        on!(self, account => {
            Messages::refund(account, refund, fields(self.gateway(), "refund", message)?)
        })
    }

    /// Reads the answer to a refund, for [`crate::order::Order::apply_refund`].
    pub fn read_refund(&self, refund: &Refund, answer: &Answer) -> Result<RefundAnswer, Error> {
        on!(self, account => Messages::read_refund(account, refund, answer))
    }
}
