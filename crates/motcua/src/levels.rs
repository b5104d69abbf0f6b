//! Copies and other PDFs taken to B-T, B-LT and B-LTA with live services: timestamps and revocation information are fetched, verified and
//! only then embedded, and what comes out is judged before it is given. The steps themselves are pure and lie in
//! [`motcua_copies::issue::levels`]; sockets lie in [`motcua_services`].

mod error;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use motcua_copies::issue::existing::{PendingSignature, SignatureOptions};
use motcua_copies::issue::levels::{self, Level, PendingTimestamp, Standing, Validation, standing};
use motcua_copies::issue::{IssueError, Next, Pending, Visible};
use motcua_copies::verify::{CertificatePolicies, Expect, RevocationNeed, Severity};
use motcua_copies::{Policy, Report, Verdict, verify};
use motcua_pki::cms::{self, Content, SignedData};
use motcua_pki::path::{Anchor, PathReport, Profile, Purpose, RevocationMaterial};
use motcua_pki::{AlgorithmPolicy, Certificate, DigestAlgorithm, Effect, Indication, Signer, tsp};
use motcua_services::{CLOCKS, Evidence, Fetcher, Known, Recent, Subject, no_earlier_than};
use time::{Duration, OffsetDateTime};

pub use error::Error;

/// How long it holds that signers and authority are in order, within a batch.
const HOLDS: Duration = Duration::minutes(5);
/// Bytes by which a token may be longer than the one before: serial numbers, fractions of seconds, ECDSA values.
const SLACK: usize = 256;

/// Where timestamps and revocation information come from, and whom to trust.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Fetches, under its limits.
    pub fetcher: Fetcher,
    /// The timestamp authority's address; none for B-B.
    pub tsa: Option<String>,
    /// Whom to trust, signers' authorities and the timestamp authority's.
    pub anchors: Vec<Anchor>,
    /// Certificates that may complete a path.
    pub certificates: Vec<Certificate>,
    /// CRLs and OCSP responses at hand, taken before anything is fetched.
    pub material: RevocationMaterial,
    /// Whether the store also lists what belongs to each signature (`/VRI`).
    pub per_signature: bool,
}

/// Takes files to a level.
#[derive(Debug)]
pub struct Levels {
    sources: Sources,
    level: Level,
    clock: fn() -> OffsetDateTime,
    recent: Recent,
    /// When signers were last found in order, by fingerprint.
    signers: Mutex<BTreeMap<String, OffsetDateTime>>,
    /// When the authority was last found in order, and the room its tokens need.
    room: Mutex<Option<(OffsetDateTime, usize)>>,
}

/// What became of a file that was to be raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Raised {
    /// It has come so far already; there was nothing to add.
    Already(Level),
    /// The file, from one level to another.
    To(Vec<u8>, Level, Level),
}

impl Levels {
    /// Ready to take files to `level`.
    pub fn new(sources: Sources, level: Level, clock: fn() -> OffsetDateTime) -> Self {
        let (signers, room) = Default::default();
        Self { sources, level, clock, recent: Recent::default(), signers, room }
    }

    /// The level files are taken to.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Whether revocation must be known: for B-LT, and where information about it was given.
    fn strict(&self) -> bool {
        let given = &self.sources.material;
        self.level >= Level::LongTerm || !given.crls.is_empty() || !given.ocsp_responses.is_empty()
    }

    /// Shows the signers good and the authority at work, before anything is signed or a number taken (Circular 15/2025/TT-BKHCN). The
    /// answer is the room that a timestamp needs. It holds for a few minutes.
    ///
    /// # Errors
    /// [`Error::SignerUnconfirmed`], [`Error::AuthorityUnconfirmed`], [`Error::Services`].
    pub fn ready(&self, signers: &[&[Certificate]]) -> Result<usize, Error> {
        let now = (self.clock)();
        let mut seen = self.signers.lock().unwrap_or_else(PoisonError::into_inner);
        for chain in signers {
            let Some(first) = chain.first() else { continue };
            let name = first.fingerprint_hex();
            if seen.get(&name).is_some_and(|at| now - *at < HOLDS) {
                continue;
            }
            let subject = [signer(first)];
            let evidence = self.gather(&subject, chain, &self.sources.material, now);
            self.confirm(&evidence, &subject, chain, now).map_err(|problem| {
                Error::SignerUnconfirmed { subject: first.subject().to_string(), problem }
            })?;
            seen.insert(name, now);
        }
        drop(seen);
        if self.level >= Level::Timestamp { self.room() } else { Ok(0) }
    }

    /// The room that a token of the authority needs, from one it gives.
    fn room(&self) -> Result<usize, Error> {
        let now = (self.clock)();
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, room)) = (*room).filter(|(at, _)| now - *at < HOLDS) {
            return Ok(room);
        }
        let sha256 = DigestAlgorithm::Sha256;
        let needs = self.stamp(sha256, &sha256.digest(b"motcua"))?.len() + SLACK;
        *room = Some((now, needs));
        Ok(needs)
    }

    /// Signs a prepared copy for its officials, in their order, and for the agency, and takes it to the level. Room for timestamps must have been left ([`Levels::ready`]).
    ///
    /// # Errors
    /// [`Error`].
    pub fn sign(
        &self,
        pending: Pending,
        officials: &[&dyn Signer],
        agency: &dyn Signer,
    ) -> Result<Vec<u8>, Error> {
        if self.level == Level::Basic {
            return Ok(pending.sign_by(officials, agency)?);
        }
        let step = |pending: Pending, signer: &dyn Signer| -> Result<Next, Error> {
            let due = pending.prepared(signer.certificate_chain(), signer.algorithm())?;
            Ok(pending.complete(&self.stamped(&due.sign(signer)?)?)?)
        };
        let mut pending = pending;
        for signer in officials.iter().copied().chain([agency]) {
            pending = match step(pending, signer)? {
                Next::CoOfficial(next) | Next::Agency(next) => next,
                Next::Done(copy) => return self.finish(copy),
            };
        }
        let problem = "more signatures are due than there are signers".to_owned();
        Err(IssueError::BadState { problem }.into())
    }

    /// Signs any unencrypted PDF and takes it to the level. Earlier signatures are raised with it where they can be.
    ///
    /// # Errors
    /// [`Error`].
    pub fn sign_existing(
        &self,
        file: &[u8],
        options: &SignatureOptions,
        visible: Option<&Visible<'_>>,
        signer: &dyn Signer,
    ) -> Result<Vec<u8>, Error> {
        let who = (signer.certificate_chain(), signer.algorithm());
        let pending = match visible {
            Some(visible) => PendingSignature::prepare_visible(file, options, visible, who)?,
            None => PendingSignature::prepare(file, options, who)?,
        };
        let mut signature = pending.prepared(who.0, who.1)?.sign(signer)?;
        if self.level >= Level::Timestamp {
            signature = self.stamped(&signature)?;
        }
        let signed = pending.complete(&signature)?;
        if self.level == Level::Basic { Ok(signed) } else { self.finish(signed) }
    }

    /// Raises a signed file to the level by what is appended to it. With `renew`, a file of level B-LTA gets what shows its last
    /// document timestamp's authority good, and a new document timestamp (EN 319 142-1 §5.5).
    ///
    /// # Errors
    /// [`Error`].
    pub fn raise(&self, file: &[u8], renew: bool) -> Result<Raised, Error> {
        let before = self.judge(file, RevocationNeed::NotChecked, RevocationMaterial::default());
        let failed = before.signatures.iter().any(|s| s.indication == Indication::Failed);
        if failed || before.verdict == Verdict::NotValid || before.verdict == Verdict::CouldNotCheck
        {
            return Err(self
                .not_reached(&format!("it does not verify as it is ({})", first_reason(&before))));
        }
        let from = self.reached(file)?;
        let renew = renew && from == Level::Archive;
        if from == Level::Archive && !renew || self.level < from {
            return Ok(Raised::Already(from));
        }
        let mut out = file.to_vec();
        if from == Level::Basic && self.level > Level::Basic {
            // EN 319 142-1 §6.3: what a signature can no longer carry, a document timestamp proves.
            out = self.close(&out)?;
        }
        let stored = self.level >= Level::LongTerm && self.store(&mut out, renew)?;
        if self.level == Level::Archive && (from < Level::Archive || renew || stored) {
            out = self.close(&out)?;
        }
        if out == file {
            return Ok(Raised::Already(from));
        }
        self.confirm_file(&out)?;
        let after = self.judge(&out, RevocationNeed::NotChecked, RevocationMaterial::default());
        if after.verdict > before.verdict {
            return Err(self.not_reached(&format!(
                "it would be judged worse than before ({})",
                first_reason(&after)
            )));
        }
        let to = self.reached(&out)?;
        Ok(Raised::To(out, from, to))
    }

    /// The level of a file, which must have one.
    fn reached(&self, file: &[u8]) -> Result<Level, Error> {
        standing(file)?.level().ok_or_else(|| {
            self.not_reached("a signature in it is outside the baseline of EN 319 142-1")
        })
    }

    fn not_reached(&self, problem: &str) -> Error {
        Error::NotReached { level: self.level.name(), problem: problem.to_owned() }
    }

    /// From B-T to the level, and judged.
    fn finish(&self, mut file: Vec<u8>) -> Result<Vec<u8>, Error> {
        if self.level >= Level::LongTerm {
            self.store(&mut file, false)?;
        }
        if self.level == Level::Archive {
            file = self.close(&file)?;
        }
        self.confirm_file(&file)?;
        Ok(file)
    }

    /// A CMS with a timestamp over its signature.
    fn stamped(&self, signature: &[u8]) -> Result<Vec<u8>, Error> {
        let signed = SignedData::parse(signature)?;
        let value = cms::signature_to_timestamp(&signed).unwrap_or_default();
        let sha256 = DigestAlgorithm::Sha256;
        let token = self.stamp(sha256, &sha256.digest(value))?;
        Ok(cms::with_signature_timestamp(&signed, &token)?)
    }

    /// Closes a file with a document timestamp.
    fn close(&self, file: &[u8]) -> Result<Vec<u8>, Error> {
        let room = self.room()?;
        let field = standing(file)?.next_timestamp();
        let pending = PendingTimestamp::prepare(file, &field, room)?;
        let sha256 = DigestAlgorithm::Sha256;
        let token = self.stamp(sha256, &pending.digest(sha256)?)?;
        Ok(pending.complete(&token)?)
    }

    /// Asks for a token and shows it, and its authority, good.
    fn stamp(&self, algorithm: DigestAlgorithm, imprint: &[u8]) -> Result<Vec<u8>, Error> {
        let url = self.sources.tsa.as_deref().unwrap_or_default();
        let token = self.sources.fetcher.timestamp(url, algorithm, imprint, None)?;
        let refuse = |problem: String| Error::AuthorityUnconfirmed { url: url.to_owned(), problem };
        let content = Content::Digest(algorithm, imprint);
        let mut report = tsp::inspect(&token, content, &self.sources.certificates);
        let mut now = (self.clock)();
        report.judge_algorithms(&AlgorithmPolicy::standard(), now);
        let findings = report.own_findings();
        if let Some(against) = findings.iter().find(|f| f.kind.effect() != Effect::Notes) {
            return Err(refuse(against.to_string()));
        }
        let (Some(at), Some(cms)) = (report.time, report.cms.as_ref()) else {
            return Err(refuse("the token cannot be read".to_owned()));
        };
        if (now - at).abs() > CLOCKS {
            return Err(refuse(format!(
                "its time is {at}, while the clock here says {now}; set the one that is wrong"
            )));
        }
        now = now.max(at);
        let Some(signer) = &cms.signer else {
            return Err(refuse("its certificate is neither in the token nor given".to_owned()));
        };
        let subject = [authority(signer)];
        let evidence = self.gather(&subject, &cms.certificates, &self.sources.material, now);
        self.confirm(&evidence, &subject, &cms.certificates, now).map_err(refuse)?;
        Ok(token)
    }

    fn gather(
        &self,
        subjects: &[Subject],
        more: &[Certificate],
        material: &RevocationMaterial,
        now: OffsetDateTime,
    ) -> Evidence {
        let certificates = [more, &self.sources.certificates].concat();
        let known = Known {
            anchors: &self.sources.anchors,
            certificates: &certificates,
            material,
            fetch: self.level >= Level::Timestamp,
            now,
        };
        self.sources.fetcher.gather(subjects, &known, &self.recent)
    }

    /// Whether all paths stand; without anything known of revocation too, where it need not be known.
    fn confirm(
        &self,
        evidence: &Evidence,
        subjects: &[Subject],
        more: &[Certificate],
        now: OffsetDateTime,
    ) -> Result<(), String> {
        if let Some(status) = evidence.revoked() {
            return Err(format!("{} is revoked", status.subject()));
        }
        let Some(path) = evidence.paths.iter().find(|path| !path.is_valid()) else {
            return Ok(());
        };
        if self.strict() {
            return Err(against(path, evidence));
        }
        let plain: Vec<Subject> = subjects
            .iter()
            .map(|s| Subject { profile: s.profile.clone().without_revocation(), ..s.clone() })
            .collect();
        let pool = [more, &evidence.certificates].concat();
        let plain = self.gather(&plain, &pool, &self.sources.material, now);
        match plain.paths.iter().find(|path| !path.is_valid()) {
            Some(path) => Err(against(path, &plain)),
            None => Ok(()),
        }
    }

    /// Puts into the store what is missing there; whether anything was. With `renew`, for the last document timestamp alone, and anew.
    fn store(&self, file: &mut Vec<u8>, renew: bool) -> Result<bool, Error> {
        let standing = standing(file)?;
        let (subjects, pool) = people(&standing, renew);
        let now = self.later(&standing);
        let mut material = self.sources.material.clone();
        if let Some(store) = standing.store.as_ref().filter(|_| !renew) {
            material.crls.extend(store.crls.iter().cloned());
            material.ocsp_responses.extend(store.ocsp_responses.iter().cloned());
        }
        let evidence = self.gather(&subjects, &pool, &material, now);
        self.confirm(&evidence, &subjects, &pool, now).map_err(|p| self.not_reached(&p))?;
        let validation = Validation {
            certificates: evidence.certificates.iter().map(|c| c.as_der().to_vec()).collect(),
            crls: evidence.material.crls,
            ocsp_responses: evidence.material.ocsp_responses,
            per_signature: self.sources.per_signature,
        };
        match levels::with_store(file, &validation) {
            Ok(longer) => {
                *file = longer;
                Ok(true)
            }
            Err(IssueError::NothingToAdd) => Ok(false),
            Err(e) => Err(e.into()),
        }
    }

    /// Now, or the time of a timestamp or of stored revocation information that is a little ahead of our clock.
    fn later(&self, standing: &Standing) -> OffsetDateTime {
        let info = |cms: &SignedData| tsp::TokenInfo::of(cms).ok().map(|info| info.time);
        let own = standing.signed.iter().flat_map(|s| tokens(&s.cms));
        let own = own.filter_map(|token| info(&SignedData::parse(token).ok()?));
        let whole = standing.signed.iter().filter(|s| s.is_timestamp).filter_map(|s| info(&s.cms));
        let now = (self.clock)();
        let near = |at: &OffsetDateTime| *at - now < CLOCKS;
        let stamped = own.chain(whole).filter(near).max().map_or(now, |at| at.max(now));
        standing.store.as_ref().map_or(stamped, |store| {
            no_earlier_than(&store.crls, &store.ocsp_responses, now).max(stamped)
        })
    }

    fn judge(
        &self,
        file: &[u8],
        revocation: RevocationNeed,
        material: RevocationMaterial,
    ) -> Report {
        let at = standing(file).map_or_else(|_| (self.clock)(), |s| self.later(&s));
        let at = no_earlier_than(&material.crls, &material.ocsp_responses, at);
        let policy = Policy {
            id: "motcua-levels".to_owned(),
            expect: Expect::SignedDocument,
            anchors: self.sources.anchors.clone(),
            intermediates: self.sources.certificates.clone(),
            trust_list_as_of: at.date().to_string(),
            trust_list_until: None,
            at,
            certificate_policies: CertificatePolicies::default(),
            revocation,
            algorithms: AlgorithmPolicy::standard(),
            material,
            annulments: Vec::new(),
            issuers: None,
        };
        verify(file, &policy)
    }

    /// Judges what was made: every signature passes, at B-LT with nothing but what the file brings along.
    fn confirm_file(&self, file: &[u8]) -> Result<(), Error> {
        let reached = self.reached(file)?;
        let mut material = RevocationMaterial::default();
        let mut need = RevocationNeed::NotChecked;
        if self.level >= Level::LongTerm {
            need = RevocationNeed::Required;
            // The last document timestamp's authority is shown good from outside, until the next timestamp covers that.
            let standing = standing(file)?;
            if standing.is_closed() {
                let (subjects, pool) = people(&standing, true);
                let now = self.later(&standing);
                material = self.gather(&subjects, &pool, &self.sources.material, now).material;
            }
        }
        let report = self.judge(file, need, material);
        let undecided = report.signatures.iter().find(|s| s.indication != Indication::Passed);
        let unsound = matches!(report.verdict, Verdict::NotValid | Verdict::CouldNotCheck);
        if undecided.is_some() || unsound || reached < self.level {
            let field = undecided.map_or_else(String::new, |s| format!("{}: ", s.field));
            return Err(self.not_reached(&format!("{field}{}", first_reason(&report))));
        }
        Ok(())
    }
}

fn signer(certificate: &Certificate) -> Subject {
    // The anchors are trusted for every purpose.
    let profile = Profile::document_signing(Purpose::OfficialDuty);
    Subject { certificate: certificate.clone(), profile }
}

fn authority(certificate: &Certificate) -> Subject {
    Subject { certificate: certificate.clone(), profile: Profile::timestamping() }
}

/// The signature timestamps in a CMS.
fn tokens(cms: &SignedData) -> Vec<&[u8]> {
    cms.signers().iter().flat_map(|s| s.timestamps()).collect()
}

/// Everybody whose path a file rests on, and the certificates it brings along; or the last document timestamp's authority alone.
fn people(standing: &Standing, last: bool) -> (Vec<Subject>, Vec<Certificate>) {
    let mut subjects: Vec<Subject> = Vec::new();
    let mut pool = Vec::new();
    let mut add = |cms: &SignedData, wanted: bool, subject: fn(&Certificate) -> Subject| {
        let report =
            cms::verify(cms, Content::Digest(DigestAlgorithm::Sha256, &[]), cms::Profile::Cms);
        pool.extend(report.certificates.iter().cloned());
        if let Some(signer) = report.signer.filter(|_| wanted)
            && !subjects.iter().any(|s| s.certificate == signer)
        {
            subjects.push(subject(&signer));
        }
    };
    let newest = standing.signed.iter().filter(|s| s.is_timestamp).map(|s| s.revision).max();
    for signed in &standing.signed {
        let wanted = !last || signed.is_timestamp && Some(signed.revision) == newest;
        add(&signed.cms, wanted, if signed.is_timestamp { authority } else { signer });
        for token in tokens(&signed.cms) {
            if let Ok(token) = SignedData::parse(token) {
                add(&token, !last, authority);
            }
        }
    }
    let stored = standing.store.iter().flat_map(|s| &s.certificates);
    pool.extend(stored.filter_map(|der| Certificate::from_der(der).ok()));
    (subjects, pool)
}

/// What speaks against a path, and why nothing else was to be had.
fn against(path: &PathReport, evidence: &Evidence) -> String {
    let findings = path.against().map(ToString::to_string);
    let problems = evidence.problems.iter().map(ToString::to_string);
    let mut said: Vec<String> = Vec::new();
    for one in findings.chain(problems) {
        if !said.contains(&one) {
            said.push(one);
        }
    }
    said.join("; ")
}

/// The first reason that is more than a note.
fn first_reason(report: &Report) -> String {
    let reason = report.reasons.iter().find(|r| r.severity != Severity::Note);
    reason.map_or_else(|| report.headline_en.to_owned(), |r| format!("{} [{}]", r.en, r.code))
}
