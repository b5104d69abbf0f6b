//! The two signatures, one after the other: official, then agency. State between the steps serialises and resumes elsewhere.

use motcua_pdf::write::signature::{Placed, SignatureDict};
use motcua_pdf::write::{UpdateBase, text_string, update};
use motcua_pdf::{Limits, archive};
use motcua_pki::cms::{self, Content, Profile, SignedData};
use motcua_pki::{
    AlgorithmPolicy, Certificate, DigestAlgorithm, SignatureAlgorithm, Signer, SigningRules,
};
use serde::{Deserialize, Serialize};

use super::layout::{Fonts, pdf_date, revision};
use super::slot::Slot;
use super::{IssueError, Original, Pictures, describe};
use crate::facts::CopyFacts;

/// Whose signature is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person who certifies.
    Official,
    /// The agency, after the official (Decree 30/2020/NĐ-CP Art. 32).
    Agency,
}

/// How the signatures of a copy are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Which algorithms they may use, as of [`CopyFacts::signed_at`].
    pub algorithms: AlgorithmPolicy,
    /// Room for a signature timestamp in each, in bytes (B-T); 0 for none. 8 KiB suit authorities that embed their chain.
    pub timestamp_room: usize,
    /// Pictures of the signature and the seal.
    pub pictures: Pictures,
}

impl Terms {
    /// What the law asks: RSASSA-PSS or ECDSA (Circular 15/2025/TT-BKHCN). No timestamps (B-B).
    pub fn viet_nam() -> Self {
        Self {
            algorithms: AlgorithmPolicy::viet_nam(),
            timestamp_room: 0,
            pictures: Pictures::default(),
        }
    }
}

/// A copy that waits for a signature. It serialises; the file travels in it as base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    role: Role,
    /// SHA-256 of the certificate that signs this step, lower-case hexadecimal.
    signer: String,
    rules: Box<SigningRules>,
    slot: Slot,
    agency: AgencyStep,
}

/// What the second revision needs to know of the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AgencyStep {
    signer: String,
    widget: u32,
    field: String,
    entries: String,
    capacity: usize,
    catalog: u32,
    size: u32,
    startxref: usize,
    file_id: String,
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending")
            .field("role", &self.role)
            .field("file", &self.slot.file.len())
            .finish_non_exhaustive()
    }
}

/// What follows a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The agency signs.
    Agency(Pending),
    /// The copy is complete.
    Done(Vec<u8>),
}

/// Takes a whole CMS for what `slot` covers, checks it and gives it without what a device may have padded it with.
pub(super) fn accept(
    slot: &Slot,
    cms: &[u8],
    rules: &SigningRules,
    signer: &str,
    role: &'static str,
) -> Result<Vec<u8>, IssueError> {
    let signed = SignedData::parse(cms)?;
    let digest = |algorithm| slot.digest(algorithm).ok();
    let mut report = cms::verify(&signed, Content::Provider(&digest), Profile::PadesBaseline);
    report.judge_algorithms(&rules.algorithms, rules.at);
    if let Some(finding) = report.against().next() {
        return Err(IssueError::SignatureRefused {
            code: finding.code().to_owned(),
            problem: finding.kind.message().to_owned(),
        });
    }
    // The wrong card in the reader signs soundly too: who signs was settled when the file was prepared.
    if fingerprint(report.signer.as_ref()) != signer {
        let subject = report.signer.as_ref().map(|c| c.subject().to_string());
        return Err(IssueError::WrongSigner { role, subject: subject.unwrap_or_default() });
    }
    report.check_new(rules)?;
    Ok(signed.as_der().to_vec())
}

pub(super) fn fingerprint(certificate: Option<&Certificate>) -> String {
    let bytes = certificate.map_or(&[][..], |c| c.as_der());
    motcua_pdf::hex(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}

/// Room for a signature by this chain, with a reserve for certificates that a remote signer may add.
///
/// `timestamp` is room for a signature timestamp, in bytes; 0 for none.
pub(super) fn capacity(
    chain: &[Certificate],
    algorithm: SignatureAlgorithm,
    rules: &SigningRules,
    timestamp: usize,
) -> Result<usize, IssueError> {
    let digest = vec![0; algorithm.content_digest().output_len()];
    Ok(cms::prepare(chain, algorithm, &digest, rules)?.estimated_size(timestamp) + 256)
}

impl Role {
    /// `official` or `agency`, as in the saved state.
    pub fn name(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Agency => "agency",
        }
    }
}

impl Pending {
    /// Lays the copy out, under [`Terms::viet_nam`]. Who signs is known by certificate, so that the space fits.
    ///
    /// # Errors
    /// [`IssueError`] for originals, facts or fonts that do not fit, and for algorithms that may make no new signature.
    pub fn prepare(
        originals: &[Original<'_>],
        facts: &CopyFacts,
        fonts: Fonts<'_>,
        official: (&[Certificate], SignatureAlgorithm),
        agency: (&[Certificate], SignatureAlgorithm),
    ) -> Result<Self, IssueError> {
        Self::prepare_with(originals, facts, fonts, official, agency, &Terms::viet_nam())
    }

    /// As [`Pending::prepare`], under other terms. A timestamp token that room is left for goes
    /// into the CMS ([`motcua_pki::cms::with_signature_timestamp`]) before [`Pending::complete`]: once the agency has signed, the
    /// official's signature is covered and cannot grow any more.
    ///
    /// # Errors
    /// As [`Pending::prepare`].
    pub fn prepare_with(
        originals: &[Original<'_>],
        facts: &CopyFacts,
        fonts: Fonts<'_>,
        official: (&[Certificate], SignatureAlgorithm),
        agency: (&[Certificate], SignatureAlgorithm),
        terms: &Terms,
    ) -> Result<Self, IssueError> {
        if originals.is_empty() {
            return Err(IssueError::NoOriginal);
        }
        let mut original = describe(originals, facts.original.pages)?;
        original.accepted.clone_from(&facts.original.accepted);
        if original != facts.original {
            return Err(IssueError::BadFact {
                field: "original",
                problem: "hash, media type or captured pages are not those of the files given; take them from `describe`",
            });
        }
        let rules = SigningRules { algorithms: terms.algorithms.clone(), at: facts.signed_at };
        let room = |(chain, algorithm): (&[Certificate], _)| {
            capacity(chain, algorithm, &rules, terms.timestamp_room)
        };
        let agency_room = room(agency)?;
        let revision = revision(originals, facts, fonts, &terms.pictures, room(official)?)?;
        // Nothing is signed that is not fit for the archive.
        let mut findings = archive::check(&revision.file, &Limits::STANDARD).into_iter();
        if let Some(finding) = findings.next() {
            return Err(IssueError::NotArchivable { finding, others: findings.count() });
        }
        // What falls short must be accepted by name, and nothing is said to be accepted that does not fall short.
        let accepted = &facts.original.accepted;
        let open = |e: &&IssueError| e.shortcoming().is_none_or(|s| !accepted.contains(&s));
        if let Some(refusal) = revision.shortcomings.iter().find(open) {
            return Err(refusal.clone());
        }
        if !revision.found.iter().eq(accepted) {
            return Err(IssueError::BadFact {
                field: "accepted",
                problem: "it names what the originals do not fall short in, or not in order; take it from `describe_accepting`",
            });
        }
        let entries = format!(
            "/Name {} /M {} /Location {} /Reference [<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams << /Type /TransformParams /Action /All /V /1.2 >> /Data {} 0 R >>]",
            text_string(&facts.agency),
            pdf_date(facts),
            text_string(&facts.place),
            revision.catalog
        );
        Ok(Self {
            role: Role::Official,
            signer: fingerprint(official.0.first()),
            rules: Box::new(rules),
            slot: Slot::new(revision.file, revision.official),
            agency: AgencyStep {
                signer: fingerprint(agency.0.first()),
                widget: revision.agency_widget,
                field: revision.agency_field,
                entries,
                capacity: agency_room,
                catalog: revision.catalog,
                size: revision.size,
                startxref: revision.startxref,
                file_id: revision.file_id,
            },
        })
    }

    /// Whose signature is due.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The digest of what is signed: the file without the value of `/Contents`.
    ///
    /// # Errors
    /// [`IssueError::BadState`] when a restored state does not fit its file.
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Result<Vec<u8>, IssueError> {
        self.slot.digest(algorithm)
    }

    /// What this signer signs now, under the terms the copy was prepared with; its CMS is what [`Pending::complete`] takes.
    ///
    /// # Errors
    /// [`IssueError::BadState`]; [`IssueError::Pki`] for an algorithm that may make no new signature.
    pub fn prepared(
        &self,
        chain: &[Certificate],
        algorithm: SignatureAlgorithm,
    ) -> Result<cms::Prepared, IssueError> {
        let digest = self.digest(algorithm.content_digest())?;
        Ok(cms::prepare(chain, algorithm, &digest, &self.rules)?)
    }

    /// Takes the signature, a whole CMS, checks it against the file and goes on.
    ///
    /// # Errors
    /// [`IssueError::SignatureRefused`] when it does not verify, [`IssueError::Pki`] when it was made with an algorithm that may
    /// make no new signature, [`IssueError::WrongSigner`] when another certificate signed,
    /// [`IssueError::Write`] with the exact need when it does not fit.
    pub fn complete(mut self, cms: &[u8]) -> Result<Next, IssueError> {
        let signature = accept(&self.slot, cms, &self.rules, &self.signer, self.role.name())?;
        self.slot.fill(&signature)?;
        match self.role {
            Role::Official => Ok(Next::Agency(self.append_agency())),
            Role::Agency => Ok(Next::Done(self.slot.file)),
        }
    }

    /// Signs for both with the keys at hand. Almost the whole file is hashed once for both signatures.
    ///
    /// # Errors
    /// [`IssueError::WrongSigner`] when a key is not the one the copy was prepared for; [`IssueError::BadState`] when the official has
    /// signed already; as [`Pending::complete`].
    pub fn sign(
        mut self,
        official: &dyn Signer,
        agency: &dyn Signer,
    ) -> Result<Vec<u8>, IssueError> {
        if self.role != Role::Official {
            let problem =
                "the official has signed already; complete it with the agency's signature";
            return Err(IssueError::BadState { problem: problem.to_owned() });
        }
        let due = [(&self.signer, official), (&self.agency.signer, agency)];
        for ((prepared, signer), role) in due.into_iter().zip([Role::Official, Role::Agency]) {
            let certificate = signer.certificate_chain().first();
            if fingerprint(certificate) != *prepared {
                let subject = certificate.map(|c| c.subject().to_string()).unwrap_or_default();
                return Err(IssueError::WrongSigner { role: role.name(), subject });
            }
        }
        let rules = self.rules.clone();
        let (digest, midway) = self.slot.hash(official.algorithm().content_digest(), None)?;
        let cms =
            cms::prepare(official.certificate_chain(), official.algorithm(), &digest, &rules)?
                .sign(official)?;
        let until = self.slot.contents_at();
        self.slot.fill(&cms)?;
        let mut copy = self.append_agency();
        let same = official.algorithm().content_digest() == agency.algorithm().content_digest();
        let (digest, _) =
            copy.slot.hash(agency.algorithm().content_digest(), same.then_some((midway, until)))?;
        let cms = cms::prepare(agency.certificate_chain(), agency.algorithm(), &digest, &rules)?
            .sign(agency)?;
        copy.slot.fill(&cms)?;
        Ok(copy.slot.file)
    }

    fn append_agency(mut self) -> Self {
        let step = &self.agency;
        let dict = SignatureDict::new(&step.entries, step.capacity);
        let signature = step.size;
        let base = UpdateBase {
            startxref: step.startxref,
            size: step.size + 1,
            root: step.catalog,
            file_id: &step.file_id,
        };
        let field = format!("{} /V {signature} 0 R >>", step.field).into_bytes();
        let (bytes, bodies) = update(
            self.slot.file.len(),
            base,
            &[(step.widget, field), (signature, dict.body.clone())],
        );
        let placed = Placed::new(&dict, bodies.get(1).copied().unwrap_or(0));
        let mut file = self.slot.file;
        file.extend_from_slice(&bytes);
        placed.close(&mut file);
        self.slot = Slot::new(file, placed);
        self.role = Role::Agency;
        self.signer.clone_from(&self.agency.signer);
        self
    }
}

/// Issues a copy with both keys at hand, under [`Terms::viet_nam`].
///
/// # Errors
/// As [`Pending::prepare`] and [`Pending::complete`].
pub fn issue(
    originals: &[Original<'_>],
    facts: &CopyFacts,
    fonts: Fonts<'_>,
    official: &dyn Signer,
    agency: &dyn Signer,
) -> Result<Vec<u8>, IssueError> {
    issue_with(originals, facts, fonts, official, agency, &Terms::viet_nam())
}

/// As [`issue`], under other terms. Almost the whole file is hashed once for both signatures.
///
/// # Errors
/// As [`Pending::prepare`] and [`Pending::complete`].
pub fn issue_with(
    originals: &[Original<'_>],
    facts: &CopyFacts,
    fonts: Fonts<'_>,
    official: &dyn Signer,
    agency: &dyn Signer,
    terms: &Terms,
) -> Result<Vec<u8>, IssueError> {
    let first = (official.certificate_chain(), official.algorithm());
    let second = (agency.certificate_chain(), agency.algorithm());
    Pending::prepare_with(originals, facts, fonts, first, second, terms)?.sign(official, agency)
}
