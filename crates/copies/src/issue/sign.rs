//! The two signatures, one after the other: official, then agency. State between the steps serialises and resumes elsewhere.

use motcua_pdf::write::signature::{Placed, SignatureDict};
use motcua_pdf::write::{UpdateBase, text_string, update};
use motcua_pdf::{Limits, archive};
use motcua_pki::cms::{self, Content, Profile, SignedData};
use motcua_pki::{Certificate, DigestAlgorithm, SignatureAlgorithm, Signer};
use serde::{Deserialize, Serialize};

use super::layout::{Fonts, pdf_date, revision};
use super::{IssueError, Original, describe};
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

/// A copy that waits for a signature. It serialises; the file travels in it as base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    role: Role,
    /// SHA-256 of the certificate that signs this step, lower-case hexadecimal.
    signer: String,
    #[serde(with = "file")]
    file: Vec<u8>,
    range_at: usize,
    contents_at: usize,
    capacity: usize,
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
            .field("file", &self.file.len())
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

fn fingerprint(certificate: Option<&Certificate>) -> String {
    let bytes = certificate.map_or(&[][..], |c| c.as_der());
    motcua_pdf::hex(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}

/// Room for a signature by this chain, with a reserve for certificates that a remote signer may add.
fn capacity(chain: &[Certificate], algorithm: SignatureAlgorithm) -> Result<usize, IssueError> {
    let digest = vec![0; algorithm.content_digest().output_len()];
    Ok(cms::prepare(chain, algorithm, &digest)?.estimated_size(0) + 256)
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
    /// Lays the copy out. Who signs is known by certificate, so that the space fits.
    ///
    /// # Errors
    /// [`IssueError`] for originals, facts or fonts that do not fit.
    pub fn prepare(
        originals: &[Original<'_>],
        facts: &CopyFacts,
        fonts: Fonts<'_>,
        official: (&[Certificate], SignatureAlgorithm),
        agency: (&[Certificate], SignatureAlgorithm),
    ) -> Result<Self, IssueError> {
        if originals.is_empty() {
            return Err(IssueError::NoOriginal);
        }
        if describe(originals, facts.original.pages)? != facts.original {
            return Err(IssueError::BadFact {
                field: "original",
                problem: "hash or media type are not those of the files given; take them from `describe`",
            });
        }
        let revision = revision(originals, facts, fonts, capacity(official.0, official.1)?)?;
        // Nothing is signed that is not fit for the archive.
        let mut findings = archive::check(&revision.file, &Limits::STANDARD).into_iter();
        if let Some(finding) = findings.next() {
            return Err(IssueError::NotArchivable { finding, others: findings.count() });
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
            file: revision.file,
            range_at: revision.official.range_at,
            contents_at: revision.official.contents_at,
            capacity: revision.official.capacity,
            agency: AgencyStep {
                signer: fingerprint(agency.0.first()),
                widget: revision.agency_widget,
                field: revision.agency_field,
                entries,
                capacity: capacity(agency.0, agency.1)?,
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

    fn placed(&self) -> Placed {
        Placed { range_at: self.range_at, contents_at: self.contents_at, capacity: self.capacity }
    }

    /// The digest of what is signed: the file without the value of `/Contents`.
    ///
    /// # Errors
    /// [`IssueError::BadState`] when a restored state does not fit its file.
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Result<Vec<u8>, IssueError> {
        Ok(self.hash(algorithm, None)?.0)
    }

    /// The digest, and the running digest up to `/Contents`, which the next signature goes on from.
    fn hash(
        &self,
        algorithm: DigestAlgorithm,
        running: Option<(ring::digest::Context, usize)>,
    ) -> Result<(Vec<u8>, ring::digest::Context), IssueError> {
        let bad = || IssueError::BadState { problem: "a place lies outside the file".to_owned() };
        let (mut context, from) = running.unwrap_or_else(|| (algorithm.context(), 0));
        context.update(self.file.get(from..self.contents_at).ok_or_else(bad)?);
        let midway = context.clone();
        context.update(self.file.get(self.placed().contents_end()..).ok_or_else(bad)?);
        Ok((context.finish().as_ref().to_vec(), midway))
    }

    /// Takes the signature, a whole CMS, checks it against the file and goes on.
    ///
    /// # Errors
    /// [`IssueError::SignatureRefused`] when it does not verify, [`IssueError::WrongSigner`] when another certificate signed,
    /// [`IssueError::Write`] with the exact need when it does not fit.
    pub fn complete(mut self, cms: &[u8]) -> Result<Next, IssueError> {
        let signed = SignedData::parse(cms)?;
        let digest = |algorithm| self.digest(algorithm).ok();
        let report = cms::verify(&signed, Content::Provider(&digest), Profile::PadesBaseline);
        if let Some(finding) = report.against().next() {
            return Err(IssueError::SignatureRefused {
                code: finding.code().to_owned(),
                problem: finding.kind.message().to_owned(),
            });
        }
        // The wrong card in the reader signs soundly too: who signs was settled when the copy was prepared.
        if fingerprint(report.signer.as_ref()) != self.signer {
            let subject = report.signer.as_ref().map(|c| c.subject().to_string());
            return Err(IssueError::WrongSigner {
                role: self.role,
                subject: subject.unwrap_or_default(),
            });
        }
        // Without what a device may have padded it with.
        self.placed().fill(&mut self.file, signed.as_der())?;
        match self.role {
            Role::Official => Ok(Next::Agency(self.append_agency())),
            Role::Agency => Ok(Next::Done(self.file)),
        }
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
        let (bytes, bodies) =
            update(self.file.len(), base, &[(step.widget, field), (signature, dict.body.clone())]);
        let placed = Placed::new(&dict, bodies.get(1).copied().unwrap_or(0));
        self.file.extend_from_slice(&bytes);
        placed.close(&mut self.file);
        self.role = Role::Agency;
        self.signer.clone_from(&self.agency.signer);
        self.range_at = placed.range_at;
        self.contents_at = placed.contents_at;
        self.capacity = placed.capacity;
        self
    }
}

/// Issues a copy with both keys at hand. Almost the whole file is hashed once for both signatures.
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
    let who = |signer: &dyn Signer| (signer.certificate_chain().to_vec(), signer.algorithm());
    let (first, second) = (who(official), who(agency));
    let mut pending =
        Pending::prepare(originals, facts, fonts, (&first.0, first.1), (&second.0, second.1))?;
    let (digest, midway) = pending.hash(first.1.content_digest(), None)?;
    let cms = cms::prepare(&first.0, first.1, &digest)?.sign(official)?;
    let until = pending.contents_at;
    pending.placed().fill(&mut pending.file, &cms)?;
    let mut pending = pending.append_agency();
    let same = first.1.content_digest() == second.1.content_digest();
    let (digest, _) = pending.hash(second.1.content_digest(), same.then_some((midway, until)))?;
    let cms = cms::prepare(&second.0, second.1, &digest)?.sign(agency)?;
    pending.placed().fill(&mut pending.file, &cms)?;
    Ok(pending.file)
}

/// The file as base64 in the saved state.
mod file {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(file: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&STANDARD.encode(file))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(d)?).map_err(D::Error::custom)
    }
}
