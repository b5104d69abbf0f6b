//! Payment orders, gateways and QR codes. No network, no clock: bytes in, verdicts and bytes out.
//!
//! A gateway's callback is accepted in one way only: [`notice::verify`] (each gateway's folder has its own `verify`) compares
//! it with the expected order and gives [`notice::Verified`] or [`notice::Refused`]; only a `Verified` value can be applied to an
//! [`order::Order`].

#![forbid(unsafe_code)]

pub mod bank;
pub mod bill;
pub mod by_name;
pub mod code;
pub mod created;
pub mod day;
mod dong;
pub mod emv;
mod error;
mod field;
mod form;
pub mod gateway;
pub mod instant;
mod json;
pub mod keypay;
pub mod momo;
pub mod notice;
pub mod onepay;
pub mod order;
pub mod payos;
pub mod payplatform;
#[cfg(feature = "qr-image")]
pub mod qr;
pub mod query;
pub mod reason;
pub mod receipt;
pub mod reconcile;
pub mod reference;
mod secret;
pub mod vietqr;
pub mod viettelpay;
pub mod vnpay;
pub mod zalopay;

pub use dong::Dong;
pub use error::Error;
pub use secret::{Algorithm, Encoding, Secret};

/// The snippets of the documentation pages, compiled and run.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../docs/payments/gateways.md")]
    pub struct Gateways;
    #[doc = include_str!("../../../docs/payments/orders.md")]
    pub struct Orders;
    #[doc = include_str!("../../../docs/payments/qr.md")]
    pub struct Qr;
    #[doc = include_str!("../../../docs/payments/reconciliation.md")]
    pub struct Reconciliation;
    #[doc = include_str!("../../../docs/payments/receipts.md")]
    pub struct Receipts;
}
