//! Every single check with its own outcome, so that "not looked at" is never taken for "in order".

use serde::Serialize;

use super::{Check, Report};
use crate::verify::{Policy, RevocationNeed, Severity};

/// One check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Its stable name.
    pub name: &'static str,
    /// How it came out.
    pub check: Check,
}

/// The checks, with the codes of reasons that speak of them.
const CHECKS: &[(&str, &[&str])] = &[
    (
        "coverage",
        &["copies.bad_byte_range", "copies.unaccounted_bytes", "copies.unreadable_update"],
    ),
    ("integrity", &["copies.bytes_changed"]),
    (
        "later_changes",
        &[
            "copies.changed_after_signing",
            "copies.extra_revision",
            "copies.signature_removed",
            "copies.store_altered",
            "copies.store_unsure",
            "copies.unreadable_update",
        ],
    ),
    ("form", &["copies.duplicate_field", "copies.shared_signature"]),
    ("permissions", &["copies.not_certified"]),
    ("signatures", &["copies.signature_fails", "copies.signature_unsupported"]),
    ("path", &["copies.signer_unsure", "copies.trust_list_stale"]),
    ("revocation", &[]),
    ("time", &["copies.timestamp_unsure", "copies.time_claimed_only"]),
    ("expected_signatures", &["copies.signatures_expected", "copies.officials_expected"]),
    ("signer_names", &["copies.signer_name_differs", "copies.same_signer"]),
    (
        "competence",
        &[
            "copies.issuer_not_competent",
            "copies.issuer_unknown",
            "copies.official_not_appointed",
            "copies.official_not_competent",
            "copies.mandate_not_in_force",
        ],
    ),
    (
        "statement",
        &["copies.statement_differs", "copies.statement_place_unsound", "copies.pages_differ"],
    ),
    // The code stands beside the statement.
    ("qr", &["copies.qr_differs", "copies.statement_place_unsound"]),
    ("annulment", &["copies.annulled", "copies.annulments_unusable"]),
];

/// Fills the report's list. `judged` is false where the file could not be judged at all.
pub(in crate::verify) fn fill(report: &mut Report, policy: &Policy, judged: bool) {
    let copy = report.facts.is_some();
    let copies_own = [
        "permissions",
        "expected_signatures",
        "signer_names",
        "competence",
        "statement",
        "qr",
        "annulment",
    ];
    report.checks = CHECKS
        .iter()
        .map(|(name, codes)| {
            let said = |severity| {
                report.reasons.iter().any(|r| r.severity == severity && codes.contains(&r.code))
            };
            let skipped = !judged
                || (copies_own.contains(name) && !copy)
                || match *name {
                    // A mandate that the copy states is one thing to check, the list of issuers another.
                    "competence" => {
                        policy.issuers.is_none()
                            && report.facts.as_ref().is_none_or(|f| f.mandate.is_none())
                    }
                    "annulment" => {
                        report.reasons.iter().any(|r| r.code == "copies.annulments_not_checked")
                    }
                    "revocation" => policy.revocation == RevocationNeed::NotChecked,
                    _ => false,
                };
            let check = if said(Severity::Failure) {
                Check::Failed
            } else if skipped {
                Check::NotChecked
            } else if said(Severity::Indeterminate) || (*name == "time" && said(Severity::Note)) {
                Check::Indeterminate
            } else if *name == "revocation" {
                revocation(report)
            } else {
                Check::Passed
            };
            CheckReport { name, check }
        })
        .collect();
}

/// What the signatures' findings say of revocation.
fn revocation(report: &Report) -> Check {
    let found = |code: &str| report.signatures.iter().any(|s| s.findings.iter().any(|f| f == code));
    let passed = report.signatures.iter().all(|s| s.indication == motcua_pki::Indication::Passed);
    if passed {
        Check::Passed
    } else if found("pki.path_revoked") || found("pki.path_ca_revoked") {
        Check::Failed
    } else {
        Check::Indeterminate
    }
}
