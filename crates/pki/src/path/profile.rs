//! What a path must fulfil: purpose, key usages, policies, revocation, and the budget of the search.

use super::{Conformance, Purpose};
use crate::algorithm::AlgorithmPolicy;
use crate::certificate::KeyUsage;
use crate::oid::{self, Oid};
use time::OffsetDateTime;

/// Whether revocation must be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationRule {
    /// Every certificate below the anchor must be shown not to be revoked.
    Required,
    /// Revocation is not looked at, and the report says so.
    NotChecked,
}

/// Bounds of the search. Each stops one kind of hostile input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Signature verifications: each costs up to a quarter of a millisecond. Real searches need
    /// fewer than 20; 200 keep a hostile heap of same-named certificates below 50 ms.
    pub signatures: u32,
    /// Candidate paths checked: cross-certified hierarchies have a handful.
    pub candidates: u32,
    /// Certificates in a path, the anchor not counted. PKITS goes to 7.
    pub length: usize,
    /// Comparisons of names with constraints, which are a product of two lists an attacker writes.
    pub name_comparisons: u32,
}

impl Budget {
    /// The bounds used unless others are given.
    pub const STANDARD: Budget =
        Budget { signatures: 200, candidates: 100, length: 16, name_comparisons: 250_000 };
}

/// What a path must fulfil.
#[derive(Clone, Debug)]
pub struct Profile {
    /// What the anchor must be trusted for.
    pub purpose: Purpose,
    /// The target's key usage must have one of these bits, where it has the extension.
    pub key_usage: Option<KeyUsage>,
    /// Whether the key usage extension must be there.
    pub key_usage_required: bool,
    /// The target's extended key usage must name one of these, where it has the extension.
    pub extended_key_usage: Vec<Oid>,
    /// Whether the extended key usage extension must be there, critical and alone (RFC 3161 §2.3).
    pub extended_key_usage_exclusive: bool,
    /// Whether the extended key usage extension must be there.
    pub extended_key_usage_required: bool,
    /// Policies acceptable to the user (RFC 5280 §6.1.1 (c)); empty means any.
    pub policies: Vec<Oid>,
    /// RFC 5280 §6.1.1 (f).
    pub require_explicit_policy: bool,
    /// RFC 5280 §6.1.1 (e).
    pub inhibit_policy_mapping: bool,
    /// RFC 5280 §6.1.1 (g).
    pub inhibit_any_policy: bool,
    /// Whether name constraints, path length and policies of the anchor's own certificate count.
    pub anchor_constraints: bool,
    /// Whether revocation must be known.
    pub revocation: RevocationRule,
    /// Whether deviations from RFC 5280 §4 and §5 that path validation does not ask about count.
    pub conformance: Conformance,
    /// Which algorithms count, judged at the time the path is judged at. Give a past time only where
    /// it is proven: what SHA-1 signed today says nothing about the past.
    pub algorithms: AlgorithmPolicy,
    /// The time of judging, where it is later than the time judged at: revocation information
    /// issued up to then may be used. The time judged at where absent.
    pub now: Option<OffsetDateTime>,
    /// Bounds of the search.
    pub budget: Budget,
}

impl Profile {
    /// RFC 5280 alone, without any use in mind.
    pub fn plain(purpose: Purpose) -> Self {
        Profile {
            purpose,
            key_usage: None,
            key_usage_required: false,
            extended_key_usage: Vec::new(),
            extended_key_usage_exclusive: false,
            extended_key_usage_required: false,
            policies: Vec::new(),
            require_explicit_policy: false,
            inhibit_policy_mapping: false,
            inhibit_any_policy: false,
            anchor_constraints: true,
            revocation: RevocationRule::Required,
            conformance: Conformance::Noted,
            algorithms: AlgorithmPolicy::standard(),
            now: None,
            budget: Budget::STANDARD,
        }
    }

    /// Signers of documents: digitalSignature or contentCommitment (EN 319 412-2 §4.3.2).
    pub fn document_signing(purpose: Purpose) -> Self {
        Profile {
            key_usage: Some(KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::CONTENT_COMMITMENT)),
            key_usage_required: true,
            ..Self::plain(purpose)
        }
    }

    /// Timestamp authorities: id-kp-timeStamping, critical and alone (RFC 3161 §2.3).
    pub fn timestamping() -> Self {
        Profile {
            key_usage: Some(KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::CONTENT_COMMITMENT)),
            extended_key_usage: vec![Oid::new(oid::KP_TIME_STAMPING)],
            extended_key_usage_exclusive: true,
            extended_key_usage_required: true,
            ..Self::plain(Purpose::Timestamping)
        }
    }

    /// The same, without looking at revocation.
    #[must_use]
    pub fn without_revocation(mut self) -> Self {
        self.revocation = RevocationRule::NotChecked;
        self
    }
}
