//! Certificates, paths, revocation, CMS and timestamps for signed documents. Knows no PDF, no
//! clock, no network: time, certificates, CRLs, OCSP responses and tokens are arguments.
//!
//! * [`Certificate`], [`Name`], [`GeneralName`]: what stands in a certificate.
//! * [`path::validate`]: RFC 5280 path validation at a given time, all findings as data.
//! * [`AlgorithmPolicy`]: which algorithms count at which time, and which are for new signatures; [`SigningRules`] hold a
//!   new signature to it.
//! * [`revocation`]: good, revoked, unknown, stale or not checked, from CRLs and OCSP responses.
//! * [`signer::Signer`], [`signer::MemorySigner`], [`signer::CallbackSigner`]: who signs.
//! * [`cms::prepare`], [`cms::SignedData`], [`cms::verify`]: PAdES and CAdES signatures.
//! * [`jws`]: signed lists (JWS with the certificate in it).
//! * [`tsp`]: timestamp requests, responses and tokens.
//! * [`validation::validate`]: a signature over time, by EN 319 102-1, every step as data.
//! * [`Memo`]: what one verification remembers, so that several paths of a document verify each signature once.
//! * `authority` (feature): roots, officials and agencies for demos and tests.

#![forbid(unsafe_code)]

mod algorithm;
#[cfg(feature = "authority")]
pub mod authority;
pub mod certificate;
pub mod cms;
mod crl;
mod der;
mod error;
mod finding;
pub mod jws;
mod name;
pub mod ocsp;
mod oid;
pub mod path;
mod pem;
pub mod revocation;
pub mod signer;
pub mod tsp;
pub mod validation;

pub use algorithm::{
    AlgorithmPolicy, Confidence, DigestAlgorithm, Memo, PublicKey, Refusal, SignatureAlgorithm,
    SigningRules,
};
pub use certificate::{Certificate, CertificateSummary, GeneralName, KeyUsage};
pub use crl::Crl;
pub use error::Error;
pub use finding::{Effect, Finding, FindingKind, Indication, SubIndication, conclude};
pub use name::{Attribute, Name};
pub use oid::Oid;
pub use signer::{CallbackSigner, MemorySigner, Signer};

/// An instant as JSON and messages write it: `2026-11-24T03:00:00Z`.
pub(crate) fn instant(at: time::OffsetDateTime) -> String {
    at.to_offset(time::UtcOffset::UTC)
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap_or_else(|_| at.to_string())
}

pub(crate) fn serialize_instant<S: serde::Serializer>(
    at: &time::OffsetDateTime,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&instant(*at))
}

pub(crate) fn serialize_optional_instant<S: serde::Serializer>(
    at: &Option<time::OffsetDateTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    use serde::Serialize as _;
    at.map(instant).serialize(serializer)
}
