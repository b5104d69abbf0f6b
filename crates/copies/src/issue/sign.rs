//! The signatures, one after the other: official, those beside that one, then the agency. State between the steps serialises and resumes elsewhere.

use motcua_pdf::write::signature::{Placed, SignatureDict};
use motcua_pdf::write::{UpdateBase, text_string, update};
use motcua_pdf::{Document, Limits, archive};
use motcua_pki::cms::{self, Content, Profile, SignedData};
use motcua_pki::{
    AlgorithmPolicy, Certificate, DigestAlgorithm, SignatureAlgorithm, Signer, SigningRules,
};
use serde::{Deserialize, Serialize};

use super::layout::{Fonts, pdf_date, revision};
use super::slot::Slot;
use super::{IssueError, Original, Pictures, describe};
use crate::facts::{CopyFacts, StatementPlace, same_person};
use crate::verify::on_top::{self, Flaw};
use crate::verify::{fold, name_in};

/// Whose signature is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person who certifies; the first, where several do.
    Official,
    /// Another official, after the first.
    CoOfficial,
    /// The agency, after the officials (Decree 30/2020/NĐ-CP Art. 32).
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
    /// Which official beside the first signs now, from 1; 0 for anybody else.
    #[serde(default, skip_serializing_if = "is_zero")]
    co_official: usize,
    /// The officials who sign after this step, before the agency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    co_officials: Vec<Step>,
    agency: AgencyStep,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A signature to come that fills a prepared field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    signer: String,
    widget: u32,
    field: String,
    entries: String,
    capacity: usize,
}

/// What the agency's revision needs, and the end of the file that the next revision follows.
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
    /// Another official signs.
    CoOfficial(Pending),
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

/// Whether every official is another person, and none of them seals for the agency: no certificate name and no key twice.
fn different(
    officials: &[(&[Certificate], SignatureAlgorithm)],
    agency: &[Certificate],
) -> Result<(), IssueError> {
    let of = |who: &(&[Certificate], _)| who.0.first().cloned();
    for official in officials {
        let (Some(one), Some(agency)) = (of(official), agency.first()) else { continue };
        if same_person(&one, agency) {
            return Err(IssueError::OfficialSeals { subject: one.subject().to_string() });
        }
    }
    for (i, one) in officials.iter().enumerate() {
        for (j, other) in officials.iter().enumerate().skip(i + 1) {
            let (Some(one), Some(other)) = (of(one), of(other)) else { continue };
            if same_person(&one, &other) {
                let subject = other.subject().to_string();
                return Err(IssueError::SameOfficial { first: i + 1, second: j + 1, subject });
            }
        }
    }
    Ok(())
}

/// Whether the certificates are of those whom the facts name, in one order: else a name would stand on another's signature, and no
/// verifier would take the copy.
fn as_named(
    officials: &[(&[Certificate], SignatureAlgorithm)],
    agency: &[Certificate],
    facts: &CopyFacts,
) -> Result<(), IssueError> {
    let name = |chain: &[Certificate], agency: bool| {
        let subject = chain.first().map(Certificate::subject)?;
        let named = name_in(agency, subject.common_name(), subject.organization());
        Some(named.map_or_else(|| subject.to_string(), str::to_owned))
    };
    let certificate = name(agency, true).unwrap_or_default();
    if fold(&certificate) != fold(&facts.agency) {
        return Err(IssueError::AgencyNameDiffers { stated: facts.agency.clone(), certificate });
    }
    for (i, ((stated, _), who)) in facts.officials().zip(officials).enumerate() {
        let certificate = name(who.0, false).unwrap_or_default();
        if fold(&certificate) != fold(stated) {
            return Err(IssueError::OfficialNameDiffers {
                number: i + 1,
                stated: stated.to_owned(),
                certificate,
            });
        }
    }
    Ok(())
}

/// Whether a verifier will find the statement sound where it stands on a captured page: that page may come from anybody.
fn shows_soundly(file: &[u8], place: StatementPlace) -> Result<(), IssueError> {
    let document = Document::parse(file, &Limits::STANDARD)?;
    let Flaw { problem, detail } = match on_top::statement(&document, place)? {
        Ok(_) => return Ok(()),
        Err(flaw) => flaw,
    };
    let detail = detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
    Err(IssueError::StatementPlaceUnsound { problem: format!("{problem}{detail}") })
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
    /// `official`, `co_official` or `agency`, as in the saved state.
    pub fn name(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::CoOfficial => "co_official",
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
        Self::prepare_by(originals, facts, fonts, &[official], agency, terms)
    }

    /// As [`Pending::prepare_with`], with a certificate for every official that the facts name, in their order.
    ///
    /// # Errors
    /// As [`Pending::prepare`]; [`IssueError::OfficialsMismatch`], [`IssueError::SameOfficial`],
    /// [`IssueError::OfficialSeals`], [`IssueError::OneOfficialOnly`], [`IssueError::OfficialNameDiffers`] and [`IssueError::AgencyNameDiffers`].
    pub fn prepare_by(
        originals: &[Original<'_>],
        facts: &CopyFacts,
        fonts: Fonts<'_>,
        officials: &[(&[Certificate], SignatureAlgorithm)],
        agency: (&[Certificate], SignatureAlgorithm),
        terms: &Terms,
    ) -> Result<Self, IssueError> {
        if originals.is_empty() {
            return Err(IssueError::NoOriginal);
        }
        let named = facts.officials().count();
        let Some((official, beside)) = officials.split_first().filter(|_| named == officials.len())
        else {
            return Err(IssueError::OfficialsMismatch { named, given: officials.len() });
        };
        different(officials, agency.0)?;
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
        let revision = revision(originals, facts, fonts, &terms.pictures, room(*official)?)?;
        // Nothing is signed that is not fit for the archive.
        let mut findings = archive::check(&revision.file, &Limits::STANDARD).into_iter();
        if let Some(finding) = findings.next() {
            return Err(IssueError::NotArchivable { finding, others: findings.count() });
        }
        if let Some(place) = facts.statement_place {
            shows_soundly(&revision.file, place)?;
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
        as_named(officials, agency.0, facts)?;
        let mut co_officials = Vec::new();
        for ((stated, who), (widget, field)) in
            facts.co_officials.iter().zip(beside).zip(revision.co_officials)
        {
            let entries = format!(
                "/Name {} /M {} /Location {} /Reason {}",
                text_string(&stated.name),
                pdf_date(facts),
                text_string(&facts.place),
                text_string(&revision.reason)
            );
            let (signer, capacity) = (fingerprint(who.0.first()), room(*who)?);
            co_officials.push(Step { signer, widget, field, entries, capacity });
        }
        let (widget, field) = revision.agency;
        Ok(Self {
            role: Role::Official,
            signer: fingerprint(official.0.first()),
            rules: Box::new(rules),
            slot: Slot::new(revision.file, revision.official),
            co_official: 0,
            co_officials,
            agency: AgencyStep {
                signer: fingerprint(agency.0.first()),
                widget,
                field,
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

    /// Which official signs now, from 1 in the order of the facts; `None` for the agency.
    pub fn official_number(&self) -> Option<usize> {
        (self.role != Role::Agency).then_some(self.co_official.saturating_add(1))
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
        self.slot.prepared(chain, algorithm, &self.rules)
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
            Role::Agency => Ok(Next::Done(self.slot.file)),
            Role::Official | Role::CoOfficial => {
                let next = self.append();
                Ok(match next.role {
                    Role::Official | Role::CoOfficial => Next::CoOfficial(next),
                    Role::Agency => Next::Agency(next),
                })
            }
        }
    }

    /// Signs for both with the keys at hand. Almost the whole file is hashed once for both signatures.
    ///
    /// # Errors
    /// As [`Pending::sign_by`].
    pub fn sign(self, official: &dyn Signer, agency: &dyn Signer) -> Result<Vec<u8>, IssueError> {
        self.sign_by(&[official], agency)
    }

    /// Signs for all officials, in their order, and for the agency. Almost the whole file is hashed once for all signatures.
    ///
    /// # Errors
    /// [`IssueError::OfficialsMismatch`] for more or fewer officials than the copy was prepared for; [`IssueError::WrongSigner`]
    /// when a key is not the one it was prepared for; [`IssueError::BadState`] when the first official has signed already; as
    /// [`Pending::complete`].
    pub fn sign_by(
        mut self,
        officials: &[&dyn Signer],
        agency: &dyn Signer,
    ) -> Result<Vec<u8>, IssueError> {
        if self.role != Role::Official {
            let problem =
                "the official has signed already; complete it with the signatures that are due";
            return Err(IssueError::BadState { problem: problem.to_owned() });
        }
        let named = self.co_officials.len() + 1;
        if named != officials.len() {
            return Err(IssueError::OfficialsMismatch { named, given: officials.len() });
        }
        let beside = self.co_officials.iter().map(|step| (&step.signer, Role::CoOfficial));
        let due = [(&self.signer, Role::Official)].into_iter().chain(beside);
        let due = due.chain([(&self.agency.signer, Role::Agency)]);
        let signers: Vec<_> = officials.iter().copied().chain([agency]).collect();
        for ((prepared, role), signer) in due.zip(&signers) {
            let certificate = signer.certificate_chain().first();
            if fingerprint(certificate) != *prepared {
                let subject = certificate.map(|c| c.subject().to_string()).unwrap_or_default();
                return Err(IssueError::WrongSigner { role: role.name(), subject });
            }
        }
        // The running digest of the last signature, as long as its algorithm stays the same.
        let mut running = None;
        for (i, signer) in signers.into_iter().enumerate() {
            if i > 0 {
                self = self.append();
            }
            let algorithm = signer.algorithm().content_digest();
            let same = running.take().filter(|(known, _)| *known == algorithm);
            let (digest, midway) = self.slot.hash(algorithm, same.map(|(_, running)| running))?;
            running = Some((algorithm, (midway, self.slot.contents_at())));
            let chain = signer.certificate_chain();
            let cms =
                cms::prepare(chain, signer.algorithm(), &digest, &self.rules)?.sign(signer)?;
            self.slot.fill(&cms)?;
        }
        Ok(self.slot.file)
    }

    /// Opens the place of the next signature, in a revision of its own.
    fn append(mut self) -> Self {
        let step = if self.co_officials.is_empty() {
            self.role = Role::Agency;
            self.co_official = 0;
            let AgencyStep { signer, widget, field, entries, capacity, .. } = self.agency.clone();
            Step { signer, widget, field, entries, capacity }
        } else {
            self.role = Role::CoOfficial;
            self.co_official = self.co_official.saturating_add(1);
            self.co_officials.remove(0)
        };
        let file_end = &mut self.agency;
        let dict = SignatureDict::new(&step.entries, step.capacity);
        let signature = file_end.size;
        let base = UpdateBase {
            startxref: file_end.startxref,
            size: file_end.size.saturating_add(1),
            root: file_end.catalog,
            file_id: &file_end.file_id,
        };
        let field = format!("{} /V {signature} 0 R >>", step.field).into_bytes();
        let (bytes, bodies, startxref) = update(
            self.slot.file.len(),
            base,
            &[(step.widget, field), (signature, dict.body.clone())],
        );
        if self.role == Role::CoOfficial {
            (file_end.size, file_end.startxref) = (signature.saturating_add(1), startxref);
        }
        let placed = Placed::new(&dict, bodies.get(1).copied().unwrap_or(0));
        let mut file = self.slot.file;
        file.extend_from_slice(&bytes);
        placed.close(&mut file);
        self.slot = Slot::new(file, placed);
        self.signer = step.signer;
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
    issue_by(originals, facts, fonts, &[official], agency, terms)
}

/// As [`issue_with`], with a key for every official that the facts name, in their order.
///
/// # Errors
/// As [`Pending::prepare_by`] and [`Pending::complete`].
pub fn issue_by(
    originals: &[Original<'_>],
    facts: &CopyFacts,
    fonts: Fonts<'_>,
    officials: &[&dyn Signer],
    agency: &dyn Signer,
    terms: &Terms,
) -> Result<Vec<u8>, IssueError> {
    let chains: Vec<_> = officials.iter().map(|s| (s.certificate_chain(), s.algorithm())).collect();
    let seal = (agency.certificate_chain(), agency.algorithm());
    Pending::prepare_by(originals, facts, fonts, &chains, seal, terms)?.sign_by(officials, agency)
}
