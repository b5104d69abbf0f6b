//! Certification paths: from a certificate to a trust anchor at a given time, with every finding.
//! The search is in `build`, RFC 5280 §6.1 in `check`; revocation material is read elsewhere.

mod anchor;
mod build;
mod check;
mod conformance;
mod names;
mod policy;
mod profile;

pub use anchor::{Anchor, Purpose};
pub(crate) use build::{Search, search};
pub use conformance::Conformance;
pub use profile::{Budget, Profile, RevocationRule};

use crate::revocation::{CertificateStatus, Material};
use crate::{Certificate, Effect, Finding, Indication, Memo, Oid, SubIndication, conclude};
use time::OffsetDateTime;

/// CRLs and OCSP responses that may be used, as DER. Where they come from is the caller's choice.
#[derive(Clone, Debug, Default)]
pub struct RevocationMaterial {
    /// CertificateList structures.
    pub crls: Vec<Vec<u8>>,
    /// OCSPResponse structures.
    pub ocsp_responses: Vec<Vec<u8>>,
}

/// How much the search cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Work {
    /// Signatures asked about; [`Memo`] may have spared the work.
    pub signatures: u32,
    /// Candidate paths looked at.
    pub candidates: u32,
}

/// The outcome of path validation.
#[derive(Clone, Debug, serde::Serialize)]
pub struct PathReport {
    /// Everything found on the path reported: the first that stands, or the one with least against it.
    pub findings: Vec<Finding>,
    /// The path: target first, anchor last. Only the target where none was found.
    pub chain: Vec<Certificate>,
    /// The time it was judged at.
    #[serde(serialize_with = "crate::serialize_instant")]
    pub at: OffsetDateTime,
    /// Policies valid for the whole path, as the user asked (RFC 5280 §6.1.6); anyPolicy as itself.
    pub policies: Vec<Oid>,
    /// Revocation of each certificate below the anchor, target first.
    pub statuses: Vec<CertificateStatus>,
    /// What it cost.
    pub work: Work,
}

impl PathReport {
    /// Indication and sub-indication (EN 319 102-1 §5.2.6).
    pub fn conclusion(&self) -> (Indication, Option<SubIndication>) {
        conclude(&self.findings)
    }

    /// Whether the path stands: nothing found against it.
    pub fn is_valid(&self) -> bool {
        self.conclusion().0 == Indication::Passed
    }

    /// Findings that stand against the path.
    pub fn against(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.kind.effect() != Effect::Notes)
    }

    /// The anchor the path ends at.
    pub fn anchor(&self) -> Option<&Certificate> {
        if self.chain.len() > 1 || self.is_valid() { self.chain.last() } else { None }
    }
}

/// Looks for a path from `target` over `intermediates` to one of `anchors`, valid at `at`.
///
/// All certificates are judged at that one time (the shell model, RFC 5280 §6.1.3 (a)(2)). It is the
/// present, or a time that is proven: what is signed today says nothing about the past.
///
/// Every candidate within the budget is tried until one stands. The order of the arguments does
/// not matter for the verdict.
pub fn validate(
    target: &Certificate,
    intermediates: &[Certificate],
    anchors: &[Anchor],
    at: OffsetDateTime,
    profile: &Profile,
    revocation: &RevocationMaterial,
) -> PathReport {
    validate_with(target, intermediates, anchors, at, profile, revocation, &Memo::new())
}

/// As [`validate`], with what was verified before: for several paths of one document.
pub fn validate_with(
    target: &Certificate,
    intermediates: &[Certificate],
    anchors: &[Anchor],
    at: OffsetDateTime,
    profile: &Profile,
    revocation: &RevocationMaterial,
    memo: &Memo,
) -> PathReport {
    let material = match profile.revocation {
        RevocationRule::Required => Material::read(revocation),
        RevocationRule::NotChecked => Material::default(),
    };
    search(target, intermediates, anchors, at, profile, &material, memo)
}
