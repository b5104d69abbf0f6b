//! What a verifier trusts, as of when, and what it insists on. Read from JSON by the bindings.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use motcua_pki::ocsp::OcspResponse;
use motcua_pki::path::{Anchor, Purpose, RevocationMaterial};
use motcua_pki::{AlgorithmPolicy, Certificate, Crl, Oid};
use serde::Deserialize;
use time::OffsetDateTime;

use super::annulment::SignedAnnulments;
use super::competence::Issuer;

/// Whether revocation of the signers' certificates must be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationNeed {
    /// Without fresh revocation data the result is `cannot_confirm`.
    Required,
    /// It is not looked at, and the report says so.
    NotChecked,
}

/// What the verifier expects to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// A certified copy of ours; everything else is `not_a_copy`.
    CertifiedCopy,
    /// Any signed PDF, such as the result a portal signs itself; a certified copy is still held to its own rules.
    SignedDocument,
}

fn certified_copy() -> Expect {
    Expect::CertifiedCopy
}

/// Policies that certificates must assert, along their whole path (RFC 5280 §6.1.1 (c), (f)); any where a list is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificatePolicies {
    /// Of persons: officials in a copy, every signer in other documents.
    #[serde(default)]
    pub official: Vec<Oid>,
    /// Of agencies: their seal on a copy, and their lists of annulled copies.
    #[serde(default)]
    pub agency: Vec<Oid>,
}

/// A verifier's policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its name, repeated in the report.
    pub id: String,
    /// What it expects.
    pub expect: Expect,
    /// Whom it trusts.
    pub anchors: Vec<Anchor>,
    /// Further certificates that may complete a path.
    pub intermediates: Vec<Certificate>,
    /// The date of the trust list.
    pub trust_list_as_of: String,
    /// When the next trust list is due, where the list says so. After that nothing is confirmed by it.
    pub trust_list_until: Option<OffsetDateTime>,
    /// The time of the check.
    pub at: OffsetDateTime,
    /// Which certificate policies are asked for.
    pub certificate_policies: CertificatePolicies,
    /// Whether revocation must be known.
    pub revocation: RevocationNeed,
    /// Which algorithms count, from when to when.
    pub algorithms: AlgorithmPolicy,
    /// CRLs and OCSP responses the caller supplies.
    pub material: RevocationMaterial,
    /// Lists of annulled copies, as the agencies signed them.
    pub annulments: Vec<SignedAnnulments>,
    /// Who was competent to certify, and when; not checked where absent.
    pub issuers: Option<Vec<Issuer>>,
}

/// A policy that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the policy cannot be used: {problem}")]
pub struct PolicyError {
    /// What does not fit.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    id: String,
    #[serde(default = "certified_copy")]
    expect: Expect,
    /// PEM certificates, trusted for signatures of officials and agencies, and for timestamps where those have no list of their
    /// own.
    anchors_pem: Vec<String>,
    timestamp_anchors_pem: Option<Vec<String>>,
    #[serde(default)]
    intermediates_pem: Vec<String>,
    trust_list_as_of: String,
    #[serde(default, with = "time::serde::rfc3339::option")]
    trust_list_until: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    #[serde(default)]
    certificate_policies: CertificatePolicies,
    revocation: RevocationNeed,
    #[serde(default = "AlgorithmPolicy::standard")]
    algorithms: AlgorithmPolicy,
    /// PEM blocks `X509 CRL`.
    #[serde(default)]
    crls_pem: Vec<String>,
    /// OCSP responses, DER in base64.
    #[serde(default)]
    ocsp_base64: Vec<String>,
    #[serde(default)]
    annulments: Vec<SignedAnnulments>,
    issuers: Option<Vec<Issuer>>,
}

impl Policy {
    /// A policy that trusts nobody, for questions that ask nothing about trust.
    #[cfg(feature = "issue")]
    pub(super) fn nobody() -> Self {
        Self {
            id: String::new(),
            expect: Expect::SignedDocument,
            anchors: Vec::new(),
            intermediates: Vec::new(),
            trust_list_as_of: String::new(),
            trust_list_until: None,
            at: OffsetDateTime::UNIX_EPOCH,
            certificate_policies: CertificatePolicies::default(),
            revocation: RevocationNeed::NotChecked,
            algorithms: AlgorithmPolicy::standard(),
            material: RevocationMaterial::default(),
            annulments: Vec::new(),
            issuers: None,
        }
    }

    /// Reads a policy: `{"id", "anchors_pem": […], "trust_list_as_of", "at", "revocation": "required" | "not_checked"}` and
    /// optionally `intermediates_pem`, `timestamp_anchors_pem`, `trust_list_until` (when the next list is due), `crls_pem`, `ocsp_base64`,
    /// `annulments`, `issuers`, `certificate_policies` (`{"official": ["1.2…"], "agency": […]}`), `algorithms` (see [`AlgorithmPolicy`]; `"standard"` is the usual) and `expect` (`"certified_copy"`, the
    /// usual, or `"signed_document"`). Times are as in RFC 3339.
    ///
    /// # Errors
    /// [`PolicyError`] with what does not fit.
    pub fn from_json(json: &str) -> Result<Self, PolicyError> {
        let form: Form =
            serde_json::from_str(json).map_err(|e| PolicyError { problem: e.to_string() })?;
        let read = |pems: &[String]| -> Result<Vec<Certificate>, PolicyError> {
            let mut all = Vec::new();
            for pem in pems {
                all.extend(
                    Certificate::from_pems(pem)
                        .map_err(|e| PolicyError { problem: e.to_string() })?,
                );
            }
            Ok(all)
        };
        let unfit = |problem: String| PolicyError { problem };
        let mut material = RevocationMaterial::default();
        for pem in &form.crls_pem {
            material.crls.extend(Crl::ders_from_pem(pem).map_err(|e| unfit(e.to_string()))?);
        }
        for text in &form.ocsp_base64 {
            let der = STANDARD.decode(text).map_err(|e| unfit(format!("ocsp_base64: {e}")))?;
            OcspResponse::from_der(&der).map_err(|e| unfit(e.to_string()))?;
            material.ocsp_responses.push(der);
        }
        let mut purposes = vec![Purpose::OfficialDuty, Purpose::Public];
        if form.timestamp_anchors_pem.is_none() {
            purposes.push(Purpose::Timestamping);
        }
        let signers = read(&form.anchors_pem)?.into_iter().map(|c| Anchor::new(c, &purposes));
        let stamps = read(&form.timestamp_anchors_pem.unwrap_or_default())?;
        let stamps = stamps.into_iter().map(|c| Anchor::new(c, &[Purpose::Timestamping]));
        Ok(Self {
            id: form.id,
            expect: form.expect,
            anchors: signers.chain(stamps).collect(),
            intermediates: read(&form.intermediates_pem)?,
            trust_list_as_of: form.trust_list_as_of,
            trust_list_until: form.trust_list_until,
            at: form.at,
            certificate_policies: form.certificate_policies,
            revocation: form.revocation,
            algorithms: form.algorithms,
            material,
            annulments: form.annulments,
            issuers: form.issuers,
        })
    }
}
