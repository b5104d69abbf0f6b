//! Validation of a signature over time (ETSI EN 319 102-1): as of now, as of a proven time, and in the past with the
//! help of later timestamps. Everything comes as arguments; every step goes into the report. The signer's own clock
//! (signing-time, a PDF's `/M`) is never used.

mod past;
mod proof;
mod report;
mod stamp;

pub use proof::Proofs;
pub use report::{Outcome, Process, Report, Step, TimestampKind, TimestampReport};

use crate::cms::{self, CmsReport, Content, SignedData};
use crate::finding::FindingKind as K;
use crate::path::{self, Anchor, PathReport, Profile, RevocationMaterial, RevocationRule};
use crate::revocation::Material;
use crate::{Certificate, Finding, Indication, Memo, SubIndication};
use past::Dated;
use time::OffsetDateTime;

/// As of when a timestamp authority's certificate must stand. There is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorityTime {
    /// As of now, or proven by later timestamps to have stood: EN 319 102-1 §5.4 to the letter.
    Now,
    /// As of the timestamp's own time, whatever happened to the authority since (RFC 3161 §4 (1) warns of keys that are
    /// compromised later). What a verifier without network and without later timestamps can do.
    OwnTime,
}

/// How far past certificate validation goes back when revocation information is not fresh at the control time
/// (EN 319 102-1 §5.6.2.2 (2) (b)). There is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slide {
    /// To when it was issued: the standard to the letter. A timestamp must then be older than the revocation
    /// information of its own authority.
    Issuance,
    /// To the end of the time it was issued for (its next update): as long as a verifier at that time would have
    /// accepted it. This is the freshness that [`path::validate`] asks for.
    NextUpdate,
}

/// What a signature is validated against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The time of validation.
    pub now: OffsetDateTime,
    /// Trust anchors, of signers and of timestamp authorities, each with its purposes.
    pub anchors: &'a [Anchor],
    /// Certificates that may complete paths: those of the document and the caller's own.
    pub certificates: &'a [Certificate],
    /// CRLs and OCSP responses: those of the document and the caller's own.
    pub revocation: &'a RevocationMaterial,
    /// The signer's path must fulfil one of these; they are tried in order.
    pub profiles: &'a [Profile],
    /// What a timestamp authority's path must fulfil; usually [`Profile::timestamping`].
    pub timestamping: &'a Profile,
    /// As of when timestamp authorities must stand.
    pub authority_time: AuthorityTime,
    /// How stale revocation information counts for the past.
    pub slide: Slide,
    /// What the caller knows to have existed, as from an archive's own records.
    pub proofs: &'a Proofs,
    /// What was verified before; a new one for each document.
    pub memo: &'a Memo,
}

/// The signature.
#[derive(Clone, Copy)]
pub struct Signature<'a> {
    /// Its name in the report: the field of a PDF.
    pub label: &'a str,
    /// Its CMS.
    pub cms: &'a SignedData,
    /// What it signs.
    pub content: Content<'a>,
    /// The rules of its format.
    pub profile: cms::Profile,
}

/// A document timestamp or another timestamp over whole objects.
#[derive(Clone, Copy)]
pub struct DocumentTimestamp<'a> {
    /// Its name in the report.
    pub label: &'a str,
    /// The TimeStampToken; zero bytes may follow it.
    pub token: &'a [u8],
    /// What it was made over: the bytes of the revision.
    pub content: Content<'a>,
    /// The objects that lie in what it covers, each as DER: the signatures' CMS, earlier tokens, certificates, CRLs,
    /// OCSP responses. What is inside a CMS need not be named again.
    pub covers: &'a [&'a [u8]],
}

/// Validates a signature with its timestamps (EN 319 102-1 §5.3, §5.5, §5.6.3).
///
/// The timestamps inside the CMS are found there. The order of `timestamps` does not matter.
pub fn validate(
    signature: &Signature<'_>,
    timestamps: &[DocumentTimestamp<'_>],
    context: &Context<'_>,
) -> Report {
    let mut run = Run::new(signature, timestamps, context);
    let cms = cms::verify_signer(
        signature.cms,
        0,
        signature.content,
        signature.profile,
        &run.certificates,
        context.memo,
    );
    let value = cms::signature_to_timestamp(signature.cms).unwrap_or_default();
    let basic = run.basic(signature, cms);
    let reports = run.timestamps(signature, timestamps, &basic.cms);
    run.conclude(signature.label, value, basic, reports)
}

/// What can be helped by a proof of existence (EN 319 102-1 §5.5.4 step 2, §5.6.3.4 step 3).
fn can_be_helped(findings: &[Finding]) -> bool {
    findings.iter().filter(|f| f.kind.effect() != crate::Effect::Notes).all(|f| {
        matches!(
            f.kind,
            K::Expired
                | K::Revoked
                | K::CaRevoked
                | K::RevocationUnknown
                | K::RevocationStale
                | K::AlgorithmRefused
                | K::AnchorDate
        )
    })
}

/// The basic outcome with what it rests on.
struct Basic {
    outcome: Outcome,
    cms: CmsReport,
    path: Option<PathReport>,
    helped_by_time: bool,
}

struct Run<'a> {
    context: &'a Context<'a>,
    certificates: Vec<Certificate>,
    /// Newest first; read once for all paths.
    material: Material,
    dated: Vec<Dated>,
    proofs: Proofs,
    steps: Vec<Step>,
    control_time: Option<OffsetDateTime>,
}

impl<'a> Run<'a> {
    /// Gathers certificates and revocation information; all of it exists now (§5.6.3.4 step 1).
    fn new(
        signature: &Signature<'_>,
        timestamps: &[DocumentTimestamp<'_>],
        context: &'a Context<'a>,
    ) -> Self {
        let mut proofs = context.proofs.clone();
        proofs.add_signed(signature.cms, context.now);
        let mut certificates = context.certificates.to_vec();
        let mut revocation = context.revocation.clone();
        let mut gather = |signed: &SignedData| {
            let inside = signed.certificates_der().iter();
            certificates.extend(inside.filter_map(|der| context.memo.certificate(der).ok()));
            revocation.crls.extend_from_slice(signed.crls_der());
            revocation.ocsp_responses.extend_from_slice(signed.ocsp_responses_der());
        };
        gather(signature.cms);
        let inner = signature.cms.signers().iter().flat_map(|s| s.timestamps());
        for token in timestamps.iter().map(|t| t.token).chain(inner) {
            proofs.add(token, context.now);
            if let Ok(signed) = SignedData::parse(token) {
                proofs.add_signed(&signed, context.now);
                gather(&signed);
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        certificates.retain(|c| seen.insert(c.fingerprint()));
        certificates.iter().for_each(|c| proofs.add(c.as_der(), context.now));
        let (revocation, dated) = past::newest_first(&revocation);
        let mut profiles = context.profiles.iter().chain([context.timestamping]);
        let asked = profiles.any(|p| p.revocation == RevocationRule::Required);
        dated.iter().for_each(|d| proofs.add(&d.der, context.now));
        Run {
            context,
            certificates,
            material: if asked { Material::read(&revocation) } else { Material::default() },
            dated,
            proofs,
            steps: Vec::new(),
            control_time: None,
        }
    }

    fn step(
        &mut self,
        process: Process,
        subject: &str,
        outcome: Outcome,
        at: Option<OffsetDateTime>,
        findings: &[Finding],
    ) {
        let subject = subject.to_owned();
        let findings = findings.to_vec();
        let clause = process.clause();
        self.steps.push(Step { process, clause, subject, outcome, at, findings });
    }

    /// The path of `target` at a time, under the first profile that it fulfils, else the first.
    fn path(
        &self,
        target: &Certificate,
        at: OffsetDateTime,
        profiles: &[Profile],
    ) -> Option<PathReport> {
        let mut first = None;
        let none = Material::default();
        for profile in profiles {
            let profile = Profile { now: Some(self.context.now), ..profile.clone() };
            let material = match profile.revocation {
                RevocationRule::Required => &self.material,
                RevocationRule::NotChecked => &none,
            };
            let report = path::search(
                target,
                &self.certificates,
                self.context.anchors,
                at,
                &profile,
                material,
                self.context.memo,
            );
            if report.is_valid() {
                return Some(report);
            }
            first = first.or(Some(report));
        }
        first
    }

    /// The signature's algorithms as of a time (§5.2.8, §5.5.4 step 4 (c)).
    fn judge_algorithms(&self, cms: &mut CmsReport, at: OffsetDateTime) {
        if let Some(profile) = self.context.profiles.first() {
            cms.judge_algorithms(&profile.algorithms, at);
        }
    }

    /// §5.3, with the building blocks of §5.2 as steps.
    fn basic(&mut self, signature: &Signature<'_>, mut cms: CmsReport) -> Basic {
        let now = self.context.now;
        let label = signature.label;
        let path = cms.signer.clone().and_then(|s| self.path(&s, now, self.context.profiles));
        if let Some(path) = &path {
            cms.check_beside(
                path,
                self.context.certificates,
                self.context.anchors,
                self.context.memo,
            );
        }
        self.judge_algorithms(&mut cms, now);
        let blocks = [
            Process::Format,
            Process::SigningCertificate,
            Process::CryptographicVerification,
            Process::Acceptance,
        ];
        for block in blocks {
            let own: Vec<Finding> =
                cms.findings.iter().filter(|f| block_of(f) == block).cloned().collect();
            self.step(block, label, Outcome::of(&own), None, &own);
        }
        let mut findings = cms.findings.clone();
        if let (Some(path), Some(signer)) = (&path, &cms.signer) {
            let outcome = standing(path);
            self.step(
                Process::CertificateValidation,
                &signer.subject().shown(),
                outcome,
                Some(now),
                &path.findings,
            );
            findings.extend(path.findings.iter().cloned());
        }
        // The findings about the signature come first, so that they name the reason.
        let mut outcome = Outcome::of(&findings);
        if outcome.passed() && path.is_none() {
            outcome = Outcome::undecided(SubIndication::NoSigningCertificateFound);
        } else if Outcome::of(&cms.findings).passed()
            && let Some(path) = &path
        {
            outcome = standing(path);
        }
        let helped_by_time = path.is_some() && can_be_helped(&findings);
        self.step(Process::Basic, label, outcome, Some(now), &[]);
        Basic { outcome, cms, path, helped_by_time }
    }

    /// §5.5.4 steps 3 to 5, §5.6.3.4: from the basic outcome and the timestamps to the conclusion.
    fn conclude(
        mut self,
        label: &str,
        value: &[u8],
        mut basic: Basic,
        timestamps: Vec<TimestampReport>,
    ) -> Report {
        let now = self.context.now;
        let best = self.proofs.of(value).filter(|at| *at < now);
        // Those of timestamps are in their steps.
        self.control_time = None;
        if basic.helped_by_time {
            self.judge_algorithms(&mut basic.cms, best.unwrap_or(now));
        }
        let (mut outcome, mut process, mut path) = (basic.outcome, Process::Basic, basic.path);
        let mut with_time = None;
        let mut long_term = None;
        if let Some(signer) = basic.cms.signer.clone().filter(|_| basic.helped_by_time) {
            let at = best.unwrap_or(now);
            let (judged, path_then, helped) =
                self.with_time(&signer, &basic.cms, path.as_ref(), at, &timestamps);
            self.step(Process::WithTime, label, judged, Some(at), &[]);
            with_time = Some(judged);
            if best.is_some() || !judged.passed() {
                (outcome, process) = (judged, Process::WithTime);
                path = path_then.or(path);
            }
            if helped && !judged.passed() && judged.indication != Indication::Failed {
                let (past, path_past) =
                    self.past_signature(label, judged, value, &signer, self.context.profiles);
                let past = if past.passed() { Outcome::of(&basic.cms.findings) } else { past };
                self.step(Process::LongTerm, label, past, best, &[]);
                long_term = Some(past);
                (outcome, process) = (past, Process::LongTerm);
                path = path_past.or(path);
            }
        }
        Report {
            outcome,
            process,
            now,
            best_signature_time: best,
            basic: basic.outcome,
            with_time,
            long_term,
            control_time: self.control_time,
            steps: self.steps,
            cms: basic.cms,
            path,
            timestamps,
            proofs: self.proofs,
        }
    }

    /// §5.5.4: the outcome as of `at`, the path then, and whether past validation may help further.
    fn with_time(
        &mut self,
        signer: &Certificate,
        cms: &CmsReport,
        path_now: Option<&PathReport>,
        at: OffsetDateTime,
        timestamps: &[TimestampReport],
    ) -> (Outcome, Option<PathReport>, bool) {
        if timestamps.iter().any(|t| t.contradicts) {
            // Step 4 (d).
            return (Outcome::undecided(SubIndication::TimestampOrderFailure), None, false);
        }
        // A content timestamp shows that the signature is younger than it (§5.3.4 step 4).
        let after = timestamps
            .iter()
            .filter(|t| t.kind == TimestampKind::Content)
            .filter_map(TimestampReport::proven_time)
            .max();
        if let Some(after) = after {
            if after > signer.not_after() {
                return (Outcome::failed(SubIndication::Expired), None, false);
            }
            if path_now.and_then(past::revoked_since).is_some_and(|since| since <= after) {
                return (Outcome::failed(SubIndication::Revoked), None, false);
            }
        }
        let Some(then) = self.path(signer, at, self.context.profiles) else {
            return (Outcome::undecided(SubIndication::NoCertificateChainFound), None, false);
        };
        self.step(
            Process::CertificateValidation,
            &signer.subject().shown(),
            standing(&then),
            Some(at),
            &then.findings,
        );
        // Step 4 (b): proven to be older than its certificate.
        if at < signer.not_before() {
            return (Outcome::failed(SubIndication::NotYetValid), Some(then), false);
        }
        // A CA that is revoked or expired now may have signed the revocation information since: that takes proofs of
        // existence of the information itself, which past validation looks at.
        if let Some(path_now) = path_now
            && at < self.context.now
            && let Some(doubt) = ca_doubt(path_now)
        {
            return (Outcome::undecided(doubt), Some(then), true);
        }
        let own = Outcome::of(&cms.findings);
        if !own.passed() {
            return (own, Some(then), true);
        }
        let helped = can_be_helped(&then.findings);
        (standing(&then), Some(then), helped)
    }
}

/// The outcome of a path, where expiry alone with a known good status is told apart (EN 319 102-1 §5.2.6.4).
fn standing(path: &PathReport) -> Outcome {
    let mut against = path.against();
    let only_expired =
        against.next().is_some_and(|f| f.kind == K::Expired) && against.next().is_none();
    let target_good = path
        .statuses
        .first()
        .is_some_and(|s| matches!(s.status, crate::revocation::RevocationStatus::Good { .. }));
    if only_expired && target_good {
        return Outcome::undecided(SubIndication::OutOfBoundsNotRevoked);
    }
    path.conclusion().into()
}

/// Whether a CA of the path is revoked, or expired, at the time the path was judged at.
fn ca_doubt(path: &PathReport) -> Option<SubIndication> {
    if path.against().any(|f| f.kind == K::CaRevoked) {
        return Some(SubIndication::RevokedCaNoPoe);
    }
    let below = path.chain.split_last().map(|(_, below)| below).unwrap_or_default();
    let expired = below.iter().skip(1).any(|ca| ca.not_after() < path.at);
    expired.then_some(SubIndication::OutOfBoundsNoPoe)
}

/// The building block that a finding about the CMS belongs to.
fn block_of(finding: &Finding) -> Process {
    match finding.kind.sub_indication() {
        Some(SubIndication::NoSigningCertificateFound) => Process::SigningCertificate,
        Some(
            SubIndication::HashFailure
            | SubIndication::SigCryptoFailure
            | SubIndication::SignedDataNotFound,
        ) => Process::CryptographicVerification,
        Some(
            SubIndication::SigConstraintsFailure
            | SubIndication::CryptoConstraintsFailure
            | SubIndication::CryptoConstraintsFailureNoPoe,
        ) => Process::Acceptance,
        _ => Process::Format,
    }
}
