//! Judges a certified copy: one verdict, five rows, every reason. Pure: bytes, policy and time in, a report out.

mod content;
mod history;
mod policy;
mod reason;
mod report;
mod signature;
mod text;

use motcua_pdf::{Document, Limits};
use motcua_pki::Indication;

pub use policy::{Policy, PolicyError, RevocationNeed};
pub use reason::{Reason, Severity};
pub use report::{Check, FileFacts, Report, Row, RowName, SignatureReport, Verdict};

/// Judges a file under a policy. Never fails: what cannot be read is a verdict too.
pub fn verify(bytes: &[u8], policy: &Policy) -> Report {
    let mut report = Report::new(bytes, policy);
    if !bytes.starts_with(b"%PDF-") && !bytes.windows(5).take(1024).any(|w| w == b"%PDF-") {
        report.add(Reason::new("copies.not_a_pdf", &[]));
        return report.conclude(Verdict::NotACopy);
    }
    let document = match Document::parse(bytes, &Limits::STANDARD) {
        Ok(document) => document,
        Err(e) => return report.unreadable(&e),
    };
    let signatures = match signature::find(&document) {
        Ok(found) => found,
        Err(e) => return report.unreadable(&e),
    };
    if signatures.is_empty() {
        report.add(Reason::new("copies.no_signature", &[]));
        return report.conclude(Verdict::NotACopy);
    }
    let mut judged = Vec::new();
    let mut hasher = signature::Hasher::new(bytes);
    for found in &signatures {
        judged.push(signature::judge(&document, found, &mut hasher, policy, &mut report));
    }
    let read = history::check(&document, &signatures, &mut report)
        .and_then(|()| content::check(&document, &judged, &mut report));
    if let Err(e) = read {
        return report.unreadable(&e);
    }
    report.signatures = judged;
    finish(report, policy)
}

/// Rows and verdict from what was found.
fn finish(mut report: Report, policy: &Policy) -> Report {
    let facts = report.facts.is_some();
    let signer = if report.failed(RowName::Signer)
        || report.signatures.iter().any(|s| s.indication == Indication::Failed)
    {
        Check::Failed
    } else if report.signatures.iter().any(|s| s.indication != Indication::Passed) {
        Check::Indeterminate
    } else {
        Check::Passed
    };
    let unchanged = if report.failed(RowName::Unchanged) { Check::Failed } else { Check::Passed };
    let content = match (report.failed(RowName::Content), facts) {
        (true, _) => Check::Failed,
        (false, true) => Check::Passed,
        (false, false) => Check::NotChecked,
    };
    report.add(Reason::new("copies.time_claimed_only", &[]));
    match policy.revocation {
        RevocationNeed::NotChecked => report.add(Reason::new("copies.status_not_checked", &[])),
        RevocationNeed::Required => {}
    }
    report.set(RowName::Unchanged, unchanged);
    report.set(RowName::Signer, signer);
    report.set(RowName::Time, Check::Indeterminate);
    report.set(RowName::Status, Check::NotChecked);
    report.set(RowName::Content, content);
    let verdict = match (unchanged, signer, content) {
        (Check::Failed, _, _) | (_, Check::Failed, _) | (_, _, Check::Failed) => Verdict::NotValid,
        // Signed, but without a certification's facts: another kind of document.
        (_, _, Check::NotChecked) => Verdict::NotACopy,
        (_, Check::Passed, _) => Verdict::ValidWithNotes,
        _ => Verdict::CannotConfirm,
    };
    report.conclude(verdict)
}
