//! The one-stop counter as a library: the rooms of the house under one name, and the wire that the bindings speak.
//!
//! | room | what it does |
//! |---|---|
//! | [`money`] | exact amounts, rounding, amounts in words |
//! | [`fees`] | a dated tariff and the facts of a case give an explained assessment |
//! | [`payments`] | orders, gateway requests and notices, QR codes |
//! | [`copies`] | issues and verifies electronic certified copies; [`pki`] and [`pdf`] lie beneath |
//! | `counter` (feature) | leads a dossier through the rooms, each step kept in the ledger |
//! | `levels` (features `services`, `issue`) | takes copies to B-T, B-LT and B-LTA with live services |
//! | [`wire`] | the same operations as JSON in, JSON out: what Python and JavaScript call |

#![forbid(unsafe_code)]

#[cfg(feature = "verify")]
pub use motcua_copies as copies;
#[cfg(feature = "fees")]
pub use motcua_fees as fees;
#[cfg(feature = "ledger")]
pub use motcua_ledger as ledger;
pub use motcua_money as money;
#[cfg(feature = "payments")]
pub use motcua_payments as payments;
#[cfg(feature = "verify")]
pub use motcua_pdf as pdf;
#[cfg(feature = "verify")]
pub use motcua_pki as pki;
#[cfg(feature = "services")]
pub use motcua_services as services;
#[cfg(feature = "fees")]
pub use motcua_tariffs as tariffs;

#[cfg(feature = "counter")]
pub mod counter;
#[cfg(all(feature = "services", feature = "issue"))]
pub mod levels;
pub mod wire;

/// The Rust snippets of the README, compiled and run.
#[cfg(all(doctest, feature = "fees"))]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
