//! Judges a certified copy: one verdict, five rows, every reason. Pure: bytes, policy and time in, a report out.
//!
//! Other signed PDFs are judged by the same rules but a copy's own; they are `not_a_copy` unless the policy expects them.

mod allowed;
pub mod annulment;
mod closing;
mod competence;
mod content;
mod fields;
mod hashes;
mod history;
pub(crate) mod on_top;
mod packet;
mod places;
mod policy;
mod reason;
mod report;
mod salvage;
mod signature;
mod sites;
mod store;
mod text;
mod words;

use std::collections::BTreeSet;

use motcua_pdf::{Bytes, Document, Error, Limits, Ranged};
use motcua_pki::{Indication, SubIndication};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::facts::{CopyFacts, date};

pub use competence::{Appointment, Issuer};
pub use history::LaterChanges;
pub use policy::{CertificatePolicies, Expect, Policy, PolicyError, RevocationNeed};
pub use reason::{Reason, Severity};
pub use report::{
    Check, CheckReport, FileFacts, Report, Row, RowName, SignatureKind, SignatureReport,
    TimestampReport, Verdict,
};

/// Judges a file under a policy. Never fails: what cannot be read is a verdict too.
pub fn verify(bytes: &[u8], policy: &Policy) -> Report {
    verify_bytes(bytes.into(), policy)
}

/// As [`verify`], of a file that is read in pieces: it takes little memory however large the file is. The file must not change
/// meanwhile.
pub fn verify_ranged(file: &dyn Ranged, policy: &Policy) -> Report {
    verify_bytes(file.into(), policy)
}

fn verify_bytes(bytes: Bytes<'_>, policy: &Policy) -> Report {
    let mut report = Report::new(bytes.length(), policy);
    let mut hasher = hashes::Hasher::new(bytes);
    let mut verdict = judge(bytes, policy, &mut hasher, &mut report);
    match hasher.whole() {
        Ok(sha256) => report.file.sha256 = motcua_pdf::hex(&sha256),
        Err(e) => {
            report = Report::new(bytes.length(), policy);
            verdict = report.unreadable(&e);
        }
    }
    let judged = !report.signatures.is_empty();
    report::fill(&mut report, policy, judged);
    report.conclude(verdict)
}

/// The bytes that signature `index` (from 0, in the order of the report) signed: the file as it was then, with the value of
/// `/Contents`. `None` when there is no such signature or it does not cover a revision.
pub fn signed_revision(bytes: &[u8], index: usize) -> Option<&[u8]> {
    let document = Document::parse(bytes, &Limits::STANDARD).ok()?;
    let found = fields::find(&document).ok()?;
    let signature = found.get(index).filter(|f| f.covers.is_ok())?;
    bytes.get(..signature.end)
}

/// What the issuer asks of the verifier's reading before it writes.
#[cfg(feature = "issue")]
mod asked;
#[cfg(feature = "issue")]
pub(crate) use asked::{
    InFile, all_contents, breaks_earlier, field_named, in_order, signature_in, signed_fields,
    stored,
};
#[cfg(feature = "issue")]
pub(crate) use content::{fold, name_in};

fn judge<'a>(
    bytes: Bytes<'a>,
    policy: &Policy,
    hasher: &mut hashes::Hasher<'a>,
    report: &mut Report,
) -> Verdict {
    match salvage::header(bytes) {
        Ok(Some(_)) => {}
        Ok(None) => {
            report.add(Reason::new("copies.not_a_pdf", &[]));
            return Verdict::NotACopy;
        }
        Err(e) => return report.unreadable(&e),
    }
    let document = match Document::open(bytes, &Limits::STANDARD) {
        Ok(document) => document,
        Err(e) => return salvage::judge(bytes, &e, policy, report),
    };
    match read(&document, policy, hasher, report) {
        Ok(verdict) => verdict,
        Err(e) => salvage::judge(bytes, &e, policy, report),
    }
}

/// Judges a file that can be read.
fn read(
    document: &Document<'_>,
    policy: &Policy,
    hasher: &mut hashes::Hasher<'_>,
    report: &mut Report,
) -> Result<Verdict, Error> {
    let tree = fields::tree(document)?;
    let signatures = fields::find_in(document, &tree)?;
    if signatures.is_empty() {
        return unsigned(document, report);
    }
    trust_list(policy, report);
    let facts = content::facts(document, &signatures)?;
    let copy = facts.is_some();
    let store = store::read(document)?;
    let opened = signature::open(&signatures, hasher)?;
    let judge = signature::Judge::new(document, &signatures, &opened, policy, (&store, copy))?;
    let mut judged: Vec<_> = signatures
        .iter()
        .zip(&opened)
        .map(|(found, opened)| judge.judge(found, opened, report))
        .collect();
    let history::Later { fates, shown } =
        history::check(document, (&tree, &signatures), facts.as_ref(), report)?;
    levels(&mut judged, document)?;
    for (signature, fate) in judged.iter_mut().zip(&fates) {
        if signature.revision.is_some() {
            signature.later_changes = Some(*fate);
        }
        if *fate == LaterChanges::Forbidden {
            signature.indication = Indication::Failed;
            signature.sub_indication =
                signature.sub_indication.or(Some(SubIndication::FormatFailure));
        }
    }
    match &facts {
        Some(facts) => {
            content::check(document, facts, &signatures, &judged, report)?;
            officials(facts, &judged, &judge, report);
            // What is forbidden behind the signatures is said already.
            if !fates.contains(&LaterChanges::Forbidden) {
                closing::check(document, &signatures, || judge.known(&opened), report)?;
            }
            let proven = proven_time(&judged);
            standing(facts, policy, &judge, proven, report);
        }
        None => {
            if policy.expect == Expect::CertifiedCopy {
                report.add(Reason::new("copies.no_facts", &[]));
            }
            signed_later(&judged, &shown, report);
        }
    }
    report.facts = facts;
    report.signatures = judged;
    Ok(finish(report, policy))
}

/// A file without signatures now: it never had any, or an update took them away.
fn unsigned(document: &Document<'_>, report: &mut Report) -> Result<Verdict, Error> {
    for index in 0..document.revisions().len().saturating_sub(1) {
        if let Some(gone) = fields::find(&document.revision(index)?)?.first() {
            report.add(Reason::new("copies.signature_removed", &[("field", gone.field.clone())]));
            report.set(RowName::Unchanged, Check::Failed);
            return Ok(Verdict::NotValid);
        }
    }
    report.add(Reason::new("copies.no_signature", &[]));
    Ok(Verdict::NotACopy)
}

/// A trust list past its next update may trust whom nobody trusts any more.
fn trust_list(policy: &Policy, report: &mut Report) {
    if let Some(until) = policy.trust_list_until.filter(|until| policy.at > *until) {
        let said = [("as_of", policy.trust_list_as_of.clone()), ("until", report::instant(until))];
        report.add(Reason::new("copies.trust_list_stale", &said));
    }
}

/// Whether those who sign are as many, each another, and competent under the law of the statement.
fn officials(
    facts: &CopyFacts,
    judged: &[SignatureReport],
    judge: &signature::Judge<'_>,
    report: &mut Report,
) {
    if let Some(capacity) = competence::unlawful(facts) {
        let said = [
            ("capacity", capacity.lines().next().unwrap_or_default().to_owned()),
            ("template", facts.template.clone()),
            ("on", date::text(facts.certified_on)),
        ];
        report.add(Reason::new("copies.official_not_competent", &said));
    }
    // The agency's seal too: an official who had it made with the own key would have nobody beside.
    let certificate = |s: &SignatureReport| judge.certificate(s.certificate.as_deref()?);
    let persons = judged.iter().filter(|s| s.kind == SignatureKind::Signature);
    let signed: Vec<_> =
        persons.filter_map(|s| Some((s.field.as_str(), certificate(s)?))).collect();
    for (i, (field, one)) in signed.iter().enumerate() {
        for (other, another) in signed.iter().skip(i + 1) {
            if crate::facts::same_person(one, another) {
                let said = [
                    ("field", (*field).to_owned()),
                    ("other", (*other).to_owned()),
                    ("certificate", one.subject().to_string()),
                ];
                report.add(Reason::new("copies.same_signer", &said));
            }
        }
    }
}

/// Who signed a document after others had: what these signed is not the whole file as it is now. A copy's signers are expected.
fn signed_later(judged: &[SignatureReport], shown: &BTreeSet<String>, report: &mut Report) {
    let persons = || judged.iter().filter(|s| s.kind == SignatureKind::Signature);
    for later in persons() {
        let before = |s: &&SignatureReport| s.revision.is_some() && s.revision < later.revision;
        let earlier: Vec<_> = persons().filter(before).map(|s| s.field.clone()).collect();
        if earlier.is_empty() {
            continue;
        }
        let seen = shown.contains(&later.field);
        let look = |text: &str| if seen { text.to_owned() } else { String::new() };
        let by = later.common_name.as_ref().or(later.subject.as_ref());
        let said = [
            ("field", later.field.clone()),
            ("by", by.cloned().unwrap_or_else(|| "?".to_owned())),
            ("earlier", earlier.join(", ")),
            ("look", look(" và thêm hình hiển thị trên trang")),
            ("look_en", look(" and showed something more on a page")),
        ];
        report.add(Reason::new("copies.signed_later", &said));
    }
}

/// When the official signed, where a timestamp proves it.
fn proven_time(judged: &[SignatureReport]) -> Option<OffsetDateTime> {
    let official = judged.iter().find(|s| s.field == crate::OFFICIAL_FIELD)?;
    OffsetDateTime::parse(official.trusted_time.as_ref()?, &Rfc3339).ok()
}

/// Whether the issuer and the official were competent, and whether the copy was annulled.
fn standing(
    facts: &CopyFacts,
    policy: &Policy,
    judge: &signature::Judge<'_>,
    proven: Option<OffsetDateTime>,
    report: &mut Report,
) {
    let days = competence::days(facts, proven);
    if let Some(mandate) = &facts.mandate
        && let Some(day) = days.iter().find(|day| !mandate.holds(**day))
    {
        let said = [
            ("official", facts.official.clone()),
            ("on", date::text(*day)),
            ("document", mandate.document.clone()),
            ("from", date::text(mandate.from)),
            ("until", mandate.until_text()),
        ];
        report.add(Reason::new("copies.mandate_not_in_force", &said));
    }
    let issuer = [("agency", facts.agency.clone()), ("on", date::text(facts.certified_on))];
    match policy.issuers.as_ref().map(|issuers| competence::of(issuers, facts, &days)) {
        None | Some(competence::Competence::Competent) => {}
        Some(competence::Competence::NotCompetent) => {
            report.add(Reason::new("copies.issuer_not_competent", &issuer));
        }
        Some(competence::Competence::NotAppointed { official, day }) => {
            let [agency, _] = &issuer;
            let said = [("official", official), agency.clone(), ("on", date::text(day))];
            report.add(Reason::new("copies.official_not_appointed", &said));
        }
        Some(competence::Competence::Unknown) => {
            report.add(Reason::new("copies.issuer_unknown", &issuer));
        }
    }
    match annulment::look_up(&policy.annulments, facts, &judge.trust()) {
        annulment::Status::NoList => report.add(Reason::new("copies.annulments_not_checked", &[])),
        annulment::Status::Unusable(problem) => {
            report.add(Reason::new("copies.annulments_unusable", &[("problem", problem)]));
        }
        annulment::Status::Standing => {}
        annulment::Status::Annulled(annulled) => report.add(Reason::new(
            "copies.annulled",
            &[
                ("copy", annulled.copy_id),
                ("on", date::text(annulled.on)),
                ("decision", annulled.decision),
            ],
        )),
    }
}

/// PAdES levels (EN 319 142-1 §6.1) by what is there. Whether it proves anything is said by the indications.
fn levels(judged: &mut [SignatureReport], document: &Document<'_>) -> Result<(), Error> {
    let stamped = |s: &SignatureReport| s.revision.filter(|_| s.kind != SignatureKind::Signature);
    let timestamps: Vec<usize> =
        judged.iter().filter_map(stamped).filter_map(|r| r.checked_sub(1)).collect();
    let reached = Reached::of(document, &timestamps)?;
    for signature in judged.iter_mut().filter(|s| s.kind == SignatureKind::Signature) {
        let baseline = signature.sub_filter.as_deref() == Some("ETSI.CAdES.detached")
            && !signature.findings.iter().any(|code| code == "pki.cms_signing_time_inside");
        let revision = signature.revision.and_then(|r| r.checked_sub(1));
        let own = !signature.timestamps.is_empty();
        signature.level = baseline.then(|| reached.level(revision, own));
    }
    Ok(())
}

/// What decides how far the signatures of a file have come (EN 319 142-1 §6).
pub(crate) struct Reached {
    /// Whether there is a security store.
    store: bool,
    /// The revisions, from 0, that document timestamps cover, and whether a store is in what they cover.
    timestamps: Vec<(usize, bool)>,
}

impl Reached {
    pub(crate) fn of(document: &Document<'_>, timestamps: &[usize]) -> Result<Self, Error> {
        let covered = |index: &usize| Ok((*index, store::present(&document.revision(*index)?)?));
        let timestamps = timestamps.iter().map(covered).collect::<Result<_, Error>>()?;
        Ok(Self { store: store::present(document)?, timestamps })
    }

    /// Whether there is a security store.
    #[cfg(feature = "issue")]
    pub(crate) fn has_store(&self) -> bool {
        self.store
    }

    /// The level of a signature over this revision, with or without timestamps of its own.
    pub(crate) fn level(&self, revision: Option<usize>, own: bool) -> &'static str {
        let after = || self.timestamps.iter().filter(|(at, _)| revision.is_some_and(|r| *at > r));
        // A timestamp archives what it covers: one before the store only proves the signature's time.
        if after().any(|(_, store)| *store) {
            return "B-LTA";
        }
        match (own || after().next().is_some(), self.store) {
            (true, true) => "B-LT",
            (true, false) => "B-T",
            (false, _) => "B-B",
        }
    }
}

/// Rows and verdict from what was found.
fn finish(report: &mut Report, policy: &Policy) -> Verdict {
    let copy = report.facts.is_some();
    let persons = || report.signatures.iter().filter(|s| s.kind == SignatureKind::Signature);
    let all = |wanted: Indication| persons().all(|s| s.indication == wanted);
    let failed = report.signatures.iter().any(|s| s.indication == Indication::Failed);
    let unchanged = report.worst(RowName::Unchanged);
    let signer = match report.worst(RowName::Signer) {
        // A signature that later changes broke counts against the row that names them.
        Check::Passed if failed && unchanged == Check::Failed => Check::Indeterminate,
        Check::Passed if failed => Check::Failed,
        Check::Passed if !all(Indication::Passed) => Check::Indeterminate,
        other => other,
    };
    let proven = persons().next().is_some() && persons().all(|s| s.trusted_time.is_some());
    let time = match report.worst(RowName::Time) {
        Check::Passed if !proven => Check::Indeterminate,
        other => other,
    };
    let claimed_only = persons().any(|s| s.trusted_time.is_none() && s.timestamps.is_empty());
    if claimed_only {
        report.add(Reason::new("copies.time_claimed_only", &[]));
    }
    let mut status = report.worst(RowName::Status);
    match policy.revocation {
        RevocationNeed::NotChecked => {
            report.add(Reason::new("copies.status_not_checked", &[]));
            if status == Check::Passed {
                status = Check::NotChecked;
            }
        }
        RevocationNeed::Required => {}
    }
    let content = if copy { report.worst(RowName::Content) } else { Check::NotChecked };
    report.set(RowName::Unchanged, unchanged);
    report.set(RowName::Signer, signer);
    report.set(RowName::Time, time);
    report.set(RowName::Status, status);
    report.set(RowName::Content, content);
    let against = |severity| report.reasons.iter().any(|r| r.severity == severity);
    let annulled = report.reasons.iter().any(|r| r.code == "copies.annulled");
    let others = report
        .reasons
        .iter()
        .any(|r| r.severity == Severity::Failure && r.code != "copies.annulled");
    if annulled && !others && !failed {
        // Withdrawn even where the signatures are sound; a file that was changed besides is simply not valid.
        Verdict::Withdrawn
    } else if against(Severity::Failure) || failed {
        Verdict::NotValid
    } else if !copy && policy.expect == Expect::CertifiedCopy {
        // Signed, but without a certification's facts: another kind of document.
        Verdict::NotACopy
    } else if against(Severity::Indeterminate) || signer != Check::Passed {
        Verdict::CannotConfirm
    } else if against(Severity::Note) || status != Check::Passed {
        Verdict::ValidWithNotes
    } else {
        Verdict::Valid
    }
}
