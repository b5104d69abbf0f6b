//! Lists of annulled copies (Circular 01/2020/TT-BTP Art. 7): signed by the agency, dated, checked without a network. What a list says
//! is data; who may sign it is checked like any signature.

use motcua_pki::cms::{self, Content, PrepareOptions, SignedData, prepare_with};
use motcua_pki::path::{self, Anchor, Profile, RevocationMaterial};
use motcua_pki::{AlgorithmPolicy, Certificate, Effect, Memo, Signer, SigningRules};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::content::fold;
use crate::facts::{CopyFacts, date};

/// Bytes of a list: a large city annuls a few hundred copies a year, at about 200 bytes each.
const MOST_BYTES: usize = 8 << 20;

/// The form of the payload that this version reads.
pub const SCHEMA: &str = "motcua.annulments/1";

/// What a list says: like an IETF token status list it has an issuer, a time of issue and an end, but it names each copy with the
/// decision, since an annulment is published with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annulments {
    /// [`SCHEMA`].
    pub schema: String,
    /// Whose copies: the agency's identifier as in the copies.
    pub agency_id: String,
    /// When the list was issued.
    #[serde(with = "time::serde::rfc3339")]
    pub issued: OffsetDateTime,
    /// Until when it counts.
    #[serde(with = "time::serde::rfc3339")]
    pub valid_until: OffsetDateTime,
    /// Every annulled copy.
    pub annulled: Vec<Annulled>,
}

impl Annulments {
    /// Signs the list with the agency's key, as of its time of issue, under Viet Nam's rules on algorithms.
    ///
    /// # Errors
    /// What the signer, its certificate or the rules make impossible.
    pub fn sign(&self, signer: &dyn Signer) -> Result<SignedAnnulments, motcua_pki::Error> {
        self.sign_under(signer, &AlgorithmPolicy::viet_nam())
    }

    /// As [`Annulments::sign`], under other rules on algorithms.
    ///
    /// # Errors
    /// As [`Annulments::sign`].
    pub fn sign_under(
        &self,
        signer: &dyn Signer,
        algorithms: &AlgorithmPolicy,
    ) -> Result<SignedAnnulments, motcua_pki::Error> {
        // All of it is text, dates and lists: it always becomes JSON.
        let list = serde_json::to_string(self).unwrap_or_default();
        let algorithm = signer.algorithm();
        let digest = algorithm.content_digest().digest(list.as_bytes());
        let options = PrepareOptions::CadesBaseline { signing_time: self.issued };
        let rules = SigningRules { algorithms: algorithms.clone(), at: self.issued };
        let chain = signer.certificate_chain();
        let made = prepare_with(chain, algorithm, &digest, &rules, options)?;
        Ok(SignedAnnulments { list, signature: motcua_pdf::hex(&made.sign(signer)?) })
    }
}

/// One annulment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annulled {
    /// The copy.
    pub copy_id: String,
    /// Date of the decision.
    #[serde(with = "date")]
    pub on: Date,
    /// The decision: number, date, who.
    pub decision: String,
}

/// A list with its signature: what travels, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedAnnulments {
    /// The payload ([`Annulments`] as JSON), byte for byte as it was signed.
    pub list: String,
    /// Detached CAdES baseline signature over the payload's bytes, DER in hexadecimal.
    pub signature: String,
}

/// What the lists say of a copy.
pub(super) enum Status {
    /// None of them is its agency's.
    NoList,
    /// Its agency's list cannot be used.
    Unusable(String),
    /// On no list that counts.
    Standing,
    /// Withdrawn.
    Annulled(Annulled),
}

/// Whom a list may be signed by, and as of when it is judged.
pub(super) struct Trust<'t> {
    pub anchors: &'t [Anchor],
    pub certificates: &'t [Certificate],
    pub material: &'t RevocationMaterial,
    pub profile: &'t Profile,
    pub at: OffsetDateTime,
    pub memo: &'t Memo,
}

/// Looks a copy up. A list that says "annulled" outweighs one that does not.
pub(super) fn look_up(lists: &[SignedAnnulments], facts: &CopyFacts, trust: &Trust<'_>) -> Status {
    let mut status = Status::NoList;
    for list in lists {
        match one(list, facts, trust) {
            Ok(None) => {}
            Ok(Some(Some(annulled))) => return Status::Annulled(annulled),
            Ok(Some(None)) => status = Status::Standing,
            Err(problem) => {
                if !matches!(status, Status::Standing) {
                    status = Status::Unusable(problem);
                }
            }
        }
    }
    status
}

/// `None` when the list is another agency's.
fn one(
    signed: &SignedAnnulments,
    facts: &CopyFacts,
    trust: &Trust<'_>,
) -> Result<Option<Option<Annulled>>, String> {
    if signed.list.len() > MOST_BYTES {
        return Err(format!("it is longer than {MOST_BYTES} bytes"));
    }
    let list: Annulments = serde_json::from_str(&signed.list).map_err(|e| e.to_string())?;
    if list.agency_id != facts.agency_id {
        return Ok(None);
    }
    if list.schema != SCHEMA {
        return Err(format!("its form is {}, not {SCHEMA}", list.schema));
    }
    let der = unhex(&signed.signature).ok_or("its signature is not hexadecimal")?;
    let cms = SignedData::parse(&der).map_err(|e| e.to_string())?;
    let mut report = cms::verify_signer(
        &cms,
        0,
        Content::Bytes(signed.list.as_bytes()),
        cms::Profile::CadesBaseline,
        &[],
        trust.memo,
    );
    // Nothing proves that the list is older than this check.
    report.judge_algorithms(&trust.profile.algorithms, trust.at);
    let against = |f: &&motcua_pki::Finding| f.kind.effect() != Effect::Notes;
    if let Some(finding) = report.findings.iter().find(against) {
        return Err(finding.to_string());
    }
    let signer = report.signer.as_ref().ok_or("its signer is not known")?;
    let mut certificates = report.certificates.clone();
    certificates.extend_from_slice(trust.certificates);
    let path = path::validate_with(
        signer,
        &certificates,
        trust.anchors,
        trust.at,
        trust.profile,
        trust.material,
        trust.memo,
    );
    if let Some(finding) = path.findings.iter().find(against) {
        return Err(finding.to_string());
    }
    if signer.subject().organization().map(fold) != Some(fold(&facts.agency)) {
        return Err(format!("{} signed it, not the agency", signer.subject()));
    }
    // A copy that was withdrawn stays so, however old the list.
    let found = list.annulled.into_iter().find(|a| a.copy_id == facts.copy_id);
    if found.is_none() && (list.issued > trust.at || list.valid_until < trust.at) {
        return Err(format!(
            "it counts from {} to {}",
            super::report::instant(list.issued),
            super::report::instant(list.valid_until)
        ));
    }
    Ok(Some(found))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    text.as_bytes().chunks(2).map(|c| if c.len() == 2 { pair(c) } else { None }).collect()
}
