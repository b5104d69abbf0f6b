//! Trust anchors: a certificate, what it is trusted for, and from when until when.

use crate::Certificate;
use time::OffsetDateTime;

/// What an anchor, and a path, is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Purpose {
    /// Signatures of officials and agencies (special-purpose official-duty certificates).
    OfficialDuty,
    /// Signatures of the public (public certification services).
    Public,
    /// Timestamps.
    Timestamping,
}

/// A trust anchor.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// Its certificate. Only name and key are taken from it, as RFC 5280 §6.1.1 (d) says; its own
    /// constraints are applied too where [`super::Profile::anchor_constraints`] says so.
    pub certificate: Certificate,
    /// What it is trusted for.
    pub purposes: Vec<Purpose>,
    /// Trusted for times from here on; always where absent.
    pub trusted_from: Option<OffsetDateTime>,
    /// Trusted for times up to here; always where absent.
    pub trusted_until: Option<OffsetDateTime>,
}

impl Anchor {
    /// An anchor trusted for `purposes` without dates of its own.
    pub fn new(certificate: Certificate, purposes: &[Purpose]) -> Self {
        Anchor { certificate, purposes: purposes.to_vec(), trusted_from: None, trusted_until: None }
    }

    /// Whether trusted at `at` by its own dates.
    pub fn trusted_at(&self, at: OffsetDateTime) -> bool {
        self.trusted_from.is_none_or(|from| from <= at)
            && self.trusted_until.is_none_or(|until| at <= until)
    }
}
