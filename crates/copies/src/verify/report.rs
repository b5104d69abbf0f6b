//! The report: values, JSON and text. What leads to it lives beside.

mod checks;
mod etsi;
mod html;

use motcua_pdf::Error;
use motcua_pki::{Indication, SubIndication};
use serde::Serialize;
use std::fmt::Write as _;
use time::format_description::well_known::Rfc3339;

pub use checks::CheckReport;
pub(super) use checks::fill;

use super::history::LaterChanges;
use super::{Policy, Reason, Severity};
use crate::facts::CopyFacts;

/// The one answer, from best to least; later ones are never better news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every row passed.
    Valid,
    /// Unchanged, by trusted signers, its content agrees; there is something to note.
    ValidWithNotes,
    /// Nothing speaks against it, but something could not be determined.
    CannotConfirm,
    /// Withdrawn by the agency.
    Withdrawn,
    /// Changed, badly signed, or its parts disagree.
    NotValid,
    /// Not a certified copy of ours.
    NotACopy,
    /// The file could not be judged; this says nothing about the copy.
    CouldNotCheck,
}

impl Verdict {
    /// The headline in Vietnamese.
    pub fn vi(self) -> &'static str {
        match self {
            Self::Valid => "Bản sao hợp lệ.",
            Self::ValidWithNotes => "Bản sao hợp lệ, có lưu ý.",
            Self::CannotConfirm => "Chưa thể kết luận.",
            Self::Withdrawn => "Bản sao đã bị thu hồi.",
            Self::NotValid => "Không hợp lệ.",
            Self::NotACopy => "Tệp này không phải là bản sao chứng thực điện tử.",
            Self::CouldNotCheck => "Không kiểm tra được tệp; đây không phải kết luận về bản sao.",
        }
    }

    /// The headline in English.
    pub fn en(self) -> &'static str {
        match self {
            Self::Valid => "The copy is valid.",
            Self::ValidWithNotes => "The copy is valid, with notes.",
            Self::CannotConfirm => "No conclusion is possible yet.",
            Self::Withdrawn => "The copy was withdrawn.",
            Self::NotValid => "Not valid.",
            Self::NotACopy => "This file is not an electronic certified copy.",
            Self::CouldNotCheck => {
                "The file could not be checked; this is no judgement of the copy."
            }
        }
    }
}

/// The five questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowName {
    /// Is it as it was signed?
    Unchanged,
    /// Who signed, and may they be trusted?
    Signer,
    /// When?
    Time,
    /// Still in force?
    Status,
    /// Do statement, metadata and QR code agree?
    Content,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// It holds.
    Passed,
    /// It does not hold.
    Failed,
    /// It could not be determined.
    Indeterminate,
    /// It was not looked at.
    NotChecked,
}

/// One row of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Which question.
    pub row: RowName,
    /// Its answer.
    pub check: Check,
}

/// The file that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileFacts {
    /// Bytes.
    pub size: usize,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// What a signature field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureKind {
    /// A person's or agency's signature.
    Signature,
    /// A document timestamp (ISO 32000-2 §12.8.5).
    DocumentTimestamp,
}

/// A timestamp token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimestampReport {
    /// Its time, proven only when `indication` is `passed`.
    pub time: Option<String>,
    /// Who issued it.
    pub authority: Option<String>,
    /// EN 319 102-1 main indication.
    pub indication: Indication,
    /// EN 319 102-1 sub-indication.
    pub sub_indication: Option<SubIndication>,
    /// Codes of what was found.
    pub findings: Vec<String>,
    #[serde(skip)]
    pub(super) problem: Option<String>,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignatureReport {
    /// Its field.
    pub field: String,
    /// What the field holds.
    pub kind: SignatureKind,
    /// `/SubFilter`: the form of the signature.
    pub sub_filter: Option<String>,
    /// The signer's certificate: subject.
    pub subject: Option<String>,
    /// The signer's common name.
    pub common_name: Option<String>,
    /// The signer's organization.
    pub organization: Option<String>,
    /// Who issued the certificate.
    pub issuer: Option<String>,
    #[serde(skip)]
    pub(super) certificate: Option<Vec<u8>>,
    /// Subjects of the path, signer first, anchor last.
    pub chain: Vec<String>,
    /// Time the signer claims (`/M`), as it stands in the file.
    pub claimed_time: Option<String>,
    /// Proven time; none without a trusted timestamp.
    pub trusted_time: Option<String>,
    /// Its timestamp tokens.
    pub timestamps: Vec<TimestampReport>,
    /// PAdES level, as far as what is there goes: `B-B`, `B-T`, `B-LT`, `B-LTA`.
    pub level: Option<&'static str>,
    /// EN 319 102-1 main indication.
    pub indication: Indication,
    /// EN 319 102-1 sub-indication.
    pub sub_indication: Option<SubIndication>,
    /// Codes of what was found in signature and path.
    pub findings: Vec<String>,
    /// The revision it covers, from 1; none when it covers none.
    pub revision: Option<usize>,
    /// What later revisions did; none when it covers no revision.
    pub later_changes: Option<LaterChanges>,
}

/// A time as the report writes it.
pub(super) fn instant(at: time::OffsetDateTime) -> String {
    at.to_offset(time::UtcOffset::UTC).format(&Rfc3339).unwrap_or_default()
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// `motcua.copy-report/1`.
    pub schema: &'static str,
    /// The one answer.
    pub verdict: Verdict,
    /// Its headline in Vietnamese.
    pub headline_vi: &'static str,
    /// Its headline in English.
    pub headline_en: &'static str,
    /// Five rows.
    pub rows: Vec<Row>,
    /// Every single check.
    pub checks: Vec<CheckReport>,
    /// Every reason.
    pub reasons: Vec<Reason>,
    /// Every signature.
    pub signatures: Vec<SignatureReport>,
    /// What the copy states, where it states it.
    pub facts: Option<CopyFacts>,
    /// The file.
    pub file: FileFacts,
    /// The policy's name.
    pub policy: String,
    /// The date of its trust list.
    pub trust_list_as_of: String,
    /// When the next one is due, where the policy says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust_list_until: Option<String>,
    /// The time of the check.
    pub checked_at: String,
    /// Which version judged.
    pub engine_version: &'static str,
}

impl Report {
    /// Of a file of so many bytes.
    pub(super) fn new(size: usize, policy: &Policy) -> Self {
        let rows =
            [RowName::Unchanged, RowName::Signer, RowName::Time, RowName::Status, RowName::Content];
        Self {
            schema: "motcua.copy-report/1",
            verdict: Verdict::CouldNotCheck,
            headline_vi: Verdict::CouldNotCheck.vi(),
            headline_en: Verdict::CouldNotCheck.en(),
            rows: rows.map(|row| Row { row, check: Check::NotChecked }).to_vec(),
            checks: Vec::new(),
            reasons: Vec::new(),
            signatures: Vec::new(),
            facts: None,
            file: FileFacts { size, sha256: String::new() },
            policy: policy.id.clone(),
            trust_list_as_of: policy.trust_list_as_of.clone(),
            trust_list_until: policy.trust_list_until.map(instant),
            checked_at: instant(policy.at),
            engine_version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// Adds a reason; one that was given in the same words before is not repeated.
    pub(super) fn add(&mut self, reason: Reason) {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    /// What the reasons of a row come to.
    pub(super) fn worst(&self, row: RowName) -> Check {
        let any =
            |severity| self.reasons.iter().any(|r| r.row == Some(row) && r.severity == severity);
        if any(Severity::Failure) {
            Check::Failed
        } else if any(Severity::Indeterminate) {
            Check::Indeterminate
        } else {
            Check::Passed
        }
    }

    pub(super) fn set(&mut self, row: RowName, check: Check) {
        for r in &mut self.rows {
            if r.row == row {
                r.check = check;
            }
        }
    }

    pub(super) fn conclude(mut self, verdict: Verdict) -> Self {
        self.verdict = verdict;
        // A signed document that is no copy must not be called one.
        (self.headline_vi, self.headline_en) = match verdict {
            Verdict::Valid if self.facts.is_none() => (
                "Chữ ký hợp lệ. Tài liệu này không phải là bản sao chứng thực.",
                "The signatures are valid. This document is not a certified copy.",
            ),
            Verdict::ValidWithNotes if self.facts.is_none() => (
                "Chữ ký hợp lệ, có lưu ý. Tài liệu này không phải là bản sao chứng thực.",
                "The signatures are valid, with notes. This document is not a certified copy.",
            ),
            _ => (verdict.vi(), verdict.en()),
        };
        self
    }

    pub(super) fn unreadable(&mut self, e: &Error) -> Verdict {
        self.add(Reason::new(
            "copies.unreadable",
            &[("problem", e.to_string()), ("code", e.code().to_owned())],
        ));
        Verdict::CouldNotCheck
    }

    /// The report as JSON.
    ///
    /// # Errors
    /// None in practice: all of it is text and numbers.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// The report as a page to print, HTML without script or outside resources.
    pub fn to_html(&self) -> String {
        html::page(self)
    }

    /// The signatures' part as ETSI TS 119 102-2 (version 1.2.1) XML.
    pub fn to_etsi_xml(&self) -> String {
        etsi::xml(self)
    }

    /// The report as text, Vietnamese first.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}\n{}\n", self.headline_vi, self.headline_en);
        for row in &self.rows {
            let name = row_name(row.row);
            let answer = match row.check {
                Check::Passed => "✓ đạt / passed",
                Check::Failed => "✗ không đạt / failed",
                Check::Indeterminate => "? chưa rõ / indeterminate",
                Check::NotChecked => "– chưa kiểm tra / not checked",
            };
            let _ = writeln!(out, "{name:<24} {answer}");
        }
        for reason in &self.reasons {
            let _ = writeln!(out, "• {} ({})\n  {}", reason.vi, reason.code, reason.en);
        }
        out
    }
}

/// A row's name for people.
fn row_name(row: RowName) -> &'static str {
    match row {
        RowName::Unchanged => "Toàn vẹn / unchanged",
        RowName::Signer => "Người ký / signer",
        RowName::Time => "Thời gian / time",
        RowName::Status => "Hiệu lực / status",
        RowName::Content => "Nội dung / content",
    }
}
