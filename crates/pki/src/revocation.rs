//! Whether one certificate is revoked at a time: OCSP (RFC 6960 §3.2) and CRLs with distribution
//! points, indirect lists and deltas (RFC 5280 §6.3.3). Reading the material is in `crl` and `ocsp`.

mod by_crl;
mod by_ocsp;

use crate::crl::{Crl, Revocation};
use crate::finding::FindingKind as K;
use crate::ocsp::OcspResponse;
use crate::path::RevocationMaterial;
use crate::path::Search;
use crate::{Certificate, Finding};
use time::{Duration, OffsetDateTime};

/// How long revocation information without a next update counts. The issuers of such lists promise
/// nothing; a day is what the CA/Browser rules allow the shortest lists.
pub const MAX_AGE_WITHOUT_NEXT_UPDATE: Duration = Duration::hours(24);

/// CRLReason certificateHold (RFC 5280 §5.3.1): the one revocation that can end.
const HOLD: u64 = 6;

/// Most certificates whose status hangs on each other's: a CRL signer's, a responder's.
const MOST_VISITING: usize = 4;

/// Most notes kept about material that was not used.
const MOST_NOTES: usize = 64;

/// What is known about one certificate's revocation. There is no default.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum RevocationStatus {
    /// Not revoked at the time asked for.
    Good {
        /// `ocsp` or `crl`.
        source: &'static str,
        /// When that information was issued.
        issued: String,
    },
    /// Revoked at the time asked for.
    Revoked {
        /// Since when.
        since: String,
        /// CRLReason number (RFC 5280 §5.3.1), where stated.
        reason: Option<u64>,
        /// `ocsp` or `crl`.
        source: &'static str,
    },
    /// Nothing usable says anything, or the responder does not know.
    Unknown,
    /// Something says something, but too long ago.
    Stale,
    /// Not looked at.
    NotChecked,
}

/// One certificate of a path with its status; written as subject, serial number and status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateStatus {
    /// The certificate.
    pub certificate: Certificate,
    /// The status.
    pub status: RevocationStatus,
}

impl CertificateStatus {
    /// The certificate's subject, its beginning where it is very long.
    pub fn subject(&self) -> String {
        self.certificate.subject().shown()
    }
}

impl serde::Serialize for CertificateStatus {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Written<'a> {
            subject: String,
            serial: String,
            #[serde(flatten)]
            status: &'a RevocationStatus,
        }
        let (subject, serial) = (self.subject(), self.certificate.serial_hex());
        Written { subject, serial, status: &self.status }.serialize(serializer)
    }
}

/// Material once read.
#[derive(Default)]
pub(crate) struct Material {
    pub crls: Vec<Crl>,
    pub responses: Vec<OcspResponse>,
    pub faults: Vec<Finding>,
}

impl Material {
    pub fn read(raw: &RevocationMaterial) -> Self {
        let mut material = Material::default();
        for (i, der) in raw.crls.iter().enumerate() {
            match Crl::from_der(der) {
                Ok(crl) => material.crls.push(crl),
                Err(e) => material.faults.push(Finding::new(
                    K::CrlMalformed,
                    format!("crls[{i}]"),
                    e.to_string(),
                )),
            }
        }
        for (i, der) in raw.ocsp_responses.iter().enumerate() {
            match OcspResponse::from_der(der) {
                Ok(response) => material.responses.push(response),
                Err(e) => material.faults.push(Finding::new(
                    K::OcspRejected,
                    format!("ocsp_responses[{i}]"),
                    e.to_string(),
                )),
            }
        }
        material
    }
}

/// What one source says.
pub(crate) enum Word {
    Good(OffsetDateTime),
    Revoked {
        revocation: Revocation,
        /// When the information was issued.
        issued: OffsetDateTime,
    },
    Stale,
    Nothing,
}

/// Where the certificate stands: its issuers up to the anchor.
pub(crate) struct Place<'p> {
    pub certificate: &'p Certificate,
    /// The issuer first, the anchor last.
    pub above: &'p [Certificate],
}

/// Status of one certificate, with notes on what could not be used.
pub(crate) fn status(
    search: &mut Search<'_>,
    place: &Place<'_>,
    notes: &mut Vec<Finding>,
) -> (RevocationStatus, Option<Revocation>) {
    if search.visiting.contains(place.certificate) || search.visiting.len() >= MOST_VISITING {
        // Its status depends on itself, or on too many others.
        return (RevocationStatus::Unknown, None);
    }
    search.visiting.push(place.certificate.clone());
    let ocsp = by_ocsp::ask(search, place, notes);
    let crl = by_crl::ask(search, place, notes);
    search.visiting.pop();
    combine(&ocsp, &crl)
}

/// What two sources say together: a revocation stands whoever reports it; only a hold gives way to
/// newer information.
fn combine(ocsp: &Word, crl: &Word) -> (RevocationStatus, Option<Revocation>) {
    let revoked = |word: &Word, other: &Word, source: &'static str| match (word, other) {
        (Word::Revoked { revocation, issued }, Word::Good(newer))
            if revocation.reason == Some(HOLD) && newer > issued =>
        {
            None
        }
        (Word::Revoked { revocation, .. }, _) => {
            let since = crate::instant(revocation.at);
            let status = RevocationStatus::Revoked { since, reason: revocation.reason, source };
            Some((status, Some(*revocation)))
        }
        (Word::Good(_) | Word::Stale | Word::Nothing, _) => None,
    };
    let good = |word: &Word, source: &'static str| match word {
        Word::Good(issued) => {
            Some((RevocationStatus::Good { source, issued: crate::instant(*issued) }, None))
        }
        Word::Revoked { .. } | Word::Stale | Word::Nothing => None,
    };
    revoked(ocsp, crl, "ocsp")
        .or_else(|| revoked(crl, ocsp, "crl"))
        .or_else(|| good(ocsp, "ocsp"))
        .or_else(|| good(crl, "crl"))
        .unwrap_or_else(|| {
            let stale = matches!(ocsp, Word::Stale) || matches!(crl, Word::Stale);
            (if stale { RevocationStatus::Stale } else { RevocationStatus::Unknown }, None)
        })
}

/// Whether a revocation counts at `at`. One that comes later does not, unless the key is said to
/// have been bad before (RFC 5280 §5.3.2).
pub(crate) fn counts(revocation: &Revocation, at: OffsetDateTime) -> bool {
    revocation.at <= at || revocation.invalid_since.is_some_and(|since| since <= at)
}

/// Whether information issued at `this` and to be replaced at `next` speaks of `at`, seen at `now`.
pub(crate) fn fresh(
    this: OffsetDateTime,
    next: Option<OffsetDateTime>,
    at: OffsetDateTime,
    now: OffsetDateTime,
) -> bool {
    let until = next.unwrap_or(this + MAX_AGE_WITHOUT_NEXT_UPDATE);
    this <= now && at <= until && next.is_none_or(|n| n >= this)
}
