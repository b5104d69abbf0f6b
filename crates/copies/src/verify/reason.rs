//! One reason of a report. The table of all reasons with their sentences stands in `table`.

mod table;

use serde::Serialize;
use std::collections::BTreeMap;

use super::report::RowName;
pub(super) use table::TABLE;

/// How much a reason weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something to know.
    Note,
    /// It keeps the verifier from a conclusion.
    Indeterminate,
    /// The copy is not valid for it.
    Failure,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The stable code.
    pub code: &'static str,
    /// Its weight.
    pub severity: Severity,
    /// The row it belongs to; none where the file could not be judged.
    pub row: Option<RowName>,
    /// Its parameters.
    pub params: BTreeMap<&'static str, String>,
    /// The sentence in Vietnamese.
    pub vi: String,
    /// The sentence in English.
    pub en: String,
    /// What to do, in Vietnamese.
    pub advice_vi: &'static str,
    /// What to do, in English.
    pub advice_en: &'static str,
}

impl Reason {
    /// A reason of the table with its parameters.
    pub(super) fn new(code: &'static str, params: &[(&'static str, String)]) -> Self {
        // The codes are literals of this crate; a test asks for each of them.
        let fallback = (code, Severity::Indeterminate, None, "", "", "", "");
        let (code, severity, row, vi, en, advice_vi, advice_en) =
            TABLE.iter().find(|e| e.0 == code).copied().unwrap_or(fallback);
        let fill = |sentence: &str| {
            params.iter().fold(sentence.to_owned(), |s, (name, value)| {
                s.replace(&format!("{{{name}}}"), value)
            })
        };
        Self {
            code,
            severity,
            row,
            params: params.iter().cloned().collect(),
            vi: fill(vi),
            en: fill(en),
            advice_vi,
            advice_en,
        }
    }
}
