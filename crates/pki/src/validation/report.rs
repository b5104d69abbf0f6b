//! What validation found, step by step, as data. Nothing is decided here.

use crate::cms::CmsReport;
use crate::path::PathReport;
use crate::tsp::TokenReport;
use crate::{Finding, Indication, SubIndication, conclude};
use time::OffsetDateTime;

/// The building blocks and processes of EN 319 102-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Process {
    /// §5.2.2 Format checking.
    Format,
    /// §5.2.3 Identification of the signing certificate.
    SigningCertificate,
    /// §5.2.6 X.509 certificate validation, at a time.
    CertificateValidation,
    /// §5.2.7 Cryptographic verification.
    CryptographicVerification,
    /// §5.2.8 Signature acceptance validation.
    Acceptance,
    /// §5.3 Validation process for basic signatures: as of now.
    Basic,
    /// §5.4 Time-stamp validation.
    Timestamp,
    /// §5.5 Validation process for signatures with time and with long-term validation data.
    WithTime,
    /// §5.6.2.1 Past certificate validation.
    PastCertificate,
    /// §5.6.2.2 Validation time sliding, for one certificate.
    TimeSliding,
    /// §5.6.2.3 Proof of existence extraction.
    ProofExtraction,
    /// §5.6.2.4 Past signature validation.
    PastSignature,
    /// §5.6.3 Validation process for long-term availability and integrity.
    LongTerm,
}

impl Process {
    /// The clause of EN 319 102-1 v1.3.1.
    pub fn clause(self) -> &'static str {
        match self {
            Self::Format => "5.2.2",
            Self::SigningCertificate => "5.2.3",
            Self::CertificateValidation => "5.2.6",
            Self::CryptographicVerification => "5.2.7",
            Self::Acceptance => "5.2.8",
            Self::Basic => "5.3",
            Self::Timestamp => "5.4",
            Self::WithTime => "5.5",
            Self::PastCertificate => "5.6.2.1",
            Self::TimeSliding => "5.6.2.2",
            Self::ProofExtraction => "5.6.2.3",
            Self::PastSignature => "5.6.2.4",
            Self::LongTerm => "5.6.3",
        }
    }
}

/// An indication with its sub-indication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Outcome {
    /// Passed, indeterminate or failed.
    pub indication: Indication,
    /// Why not passed, where one of the standard's reasons applies.
    pub sub_indication: Option<SubIndication>,
}

impl Outcome {
    /// Passed.
    pub const PASSED: Self = Self { indication: Indication::Passed, sub_indication: None };

    pub(super) fn undecided(sub: SubIndication) -> Self {
        Self { indication: Indication::Indeterminate, sub_indication: Some(sub) }
    }

    pub(super) fn failed(sub: SubIndication) -> Self {
        Self { indication: Indication::Failed, sub_indication: Some(sub) }
    }

    pub(super) fn of(findings: &[Finding]) -> Self {
        conclude(findings).into()
    }

    /// Whether it is passed.
    pub fn passed(self) -> bool {
        self.indication == Indication::Passed
    }
}

impl From<(Indication, Option<SubIndication>)> for Outcome {
    fn from((indication, sub_indication): (Indication, Option<SubIndication>)) -> Self {
        Self { indication, sub_indication }
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// Which building block or process.
    pub process: Process,
    /// Its clause of EN 319 102-1.
    pub clause: &'static str,
    /// What it was applied to: the signature's label, a timestamp's, a certificate's subject.
    pub subject: String,
    /// What came out.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The time it speaks of: the time judged at, the time proven, the control time.
    #[serde(serialize_with = "crate::serialize_optional_instant")]
    pub at: Option<OffsetDateTime>,
    /// Everything found on the way.
    pub findings: Vec<Finding>,
}

/// Where a timestamp stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimestampKind {
    /// Under the signature, made before it: the signature is younger (EN 319 122-1 §5.2.8).
    Content,
    /// Over the signature value (EN 319 122-1 §5.3).
    Signature,
    /// Over a revision of the document (EN 319 142-1 §5.4.3).
    Document,
}

/// One timestamp.
#[derive(Clone, Debug, serde::Serialize)]
pub struct TimestampReport {
    /// Where it stands.
    pub kind: TimestampKind,
    /// The label given, or `signature_timestamp[0]`.
    pub label: String,
    /// What came out: as of now, or where that does not suffice, as of a past time that is proven.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Whether it covers the signature.
    pub covers_signature: bool,
    /// Whether it contradicts a timestamp that passed: covered by it, yet certainly made after it.
    pub contradicts: bool,
    /// Whether later timestamps were needed to believe it (past signature validation).
    pub past: bool,
    /// What it says and its path at its own time.
    pub token: TokenReport,
    /// Its authority's path as of now.
    pub path_now: Option<PathReport>,
}

impl TimestampReport {
    /// The time, where it is proven.
    pub fn proven_time(&self) -> Option<OffsetDateTime> {
        self.token.time.filter(|_| self.outcome.passed())
    }
}

/// The outcome of validation.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Report {
    /// The conclusion.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The process that the conclusion comes from.
    pub process: Process,
    /// The time of validation.
    #[serde(serialize_with = "crate::serialize_instant")]
    pub now: OffsetDateTime,
    /// The earliest time at which the signature is proven to have existed, by timestamps that passed or by what the
    /// caller knows; absent where only the present is proven.
    #[serde(serialize_with = "crate::serialize_optional_instant")]
    pub best_signature_time: Option<OffsetDateTime>,
    /// As of now, without timestamps (§5.3).
    pub basic: Outcome,
    /// As of the best signature time (§5.5); absent where the basic outcome cannot be helped by time.
    pub with_time: Option<Outcome>,
    /// By past signature validation (§5.6); absent where it was not needed.
    pub long_term: Option<Outcome>,
    /// The control time that past certificate validation of the signer gave.
    #[serde(serialize_with = "crate::serialize_optional_instant")]
    pub control_time: Option<OffsetDateTime>,
    /// Every step, in order.
    pub steps: Vec<Step>,
    /// The signature itself.
    pub cms: CmsReport,
    /// The signer's path at the time the conclusion speaks of.
    pub path: Option<PathReport>,
    /// Every timestamp, in the order they were judged: the last first.
    pub timestamps: Vec<TimestampReport>,
    /// Everything that is proven.
    #[serde(skip)]
    pub proofs: super::Proofs,
}

impl Report {
    /// Whether the conclusion is TOTAL-PASSED.
    pub fn passed(&self) -> bool {
        self.outcome.passed()
    }
}
