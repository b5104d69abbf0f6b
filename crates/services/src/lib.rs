//! Everything outside the process that signing and verifying may need: timestamps, OCSP responses, CRLs and issuers'
//! certificates over HTTP, within limits; and keys
//! in tokens.
//!
//! What comes back is signed itself and is only bytes here; `motcua-pki` judges it. Nothing is fetched unless it is asked for,
//! and from nowhere but the address asked for.
//!
//! * [`Fetcher::timestamp`]: a token of a timestamp authority (RFC 3161 §3.4).
//! * [`Fetcher::ocsp`], [`Fetcher::crls`], [`Fetcher::issuers`]: what a certificate points at.
//! * [`Fetcher::revocation`]: OCSP, else CRLs, for every certificate of a path: what a long-term signature embeds.
//! * [`Fetcher::gather`]: the same for all paths of a document, verified, with the certificates: what B-LT needs.
//! * `csc` (feature of that name): signing with a key in a remote service.
//! * `token` (feature `pkcs11`): signing with a key that a token, smart card or HSM holds.
//! * [`Fetcher::get`], [`Fetcher::post`]: bytes.

#![forbid(unsafe_code)]

mod certificate;
#[cfg(feature = "csc")]
pub mod csc;
mod error;
mod finding;
mod gather;
mod http;
mod timestamp;
#[cfg(feature = "pkcs11")]
pub mod token;

pub use certificate::{Gathered, OcspReply};
pub use error::Error;
pub use finding::Finding;
pub use gather::{CLOCKS, Evidence, Known, Recent, Subject, no_earlier_than};
pub use http::{Fetcher, Limits, Redirects};
