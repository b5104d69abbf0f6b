//! Findings in a tariff file with their positions, and how they are shown. What is looked for stands in `load` and `check`.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

use crate::FindingCode;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The tariff cannot be used.
    Error,
    /// It can, but look.
    Warning,
}

/// One finding: what, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable code (`fees.tier_gap`).
    pub code: &'static str,
    /// How grave.
    pub severity: Severity,
    /// What is wrong and what to do.
    pub message: String,
    /// The nearest allowed name, for a misspelt one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Length of the underlined text in characters, at least 1.
    pub length: usize,
    /// The line of the file.
    pub text: String,
}

/// All findings of one file, by position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostics {
    /// Name of the file as given.
    pub file: String,
    /// The findings.
    pub findings: Vec<Finding>,
}

/// Findings kept for one file: nobody mends more at once, and a hostile file must not fill the memory with them.
const MAX_FINDINGS: usize = 500;

impl Diagnostics {
    pub(crate) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), findings: Vec::new() }
    }

    /// Is any of them an error?
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    #[expect(clippy::too_many_arguments, reason = "a finding has this many parts")]
    pub(crate) fn add(
        &mut self,
        source: &str,
        lines: &Lines,
        span: Range<usize>,
        severity: Severity,
        code: FindingCode,
        message: String,
        did_you_mean: Option<String>,
    ) {
        if self.findings.len() > MAX_FINDINGS {
            return;
        }
        let full = self.findings.len() == MAX_FINDINGS;
        // The last place says that the list is not whole, and always refuses the file: an error may be among the rest.
        let (severity, code, message, did_you_mean) = if full {
            let message = format!("there are more than {MAX_FINDINGS} findings: mend these first");
            (Severity::Error, FindingCode::TooLarge, message, None)
        } else {
            (severity, code, message, did_you_mean)
        };
        let start = floor_boundary(source, span.start);
        let line = lines.line_of(start);
        let begin = lines.start_of(line);
        let rest = source.get(begin..).unwrap_or_default();
        let text = rest.lines().next().unwrap_or_default();
        let end = floor_boundary(source, span.end).min(begin + text.len()).max(start);
        let length = source.get(start..end).map_or(0, |s| s.chars().count()).max(1);
        self.findings.push(Finding {
            code: code.code(),
            severity,
            message,
            did_you_mean,
            line,
            column: source.get(begin..start).map_or(0, |s| s.chars().count()) + 1,
            length,
            // A line is shown to people: a megabyte of it is not.
            text: text.chars().take(400).collect(),
        });
    }

    pub(crate) fn sort(&mut self) {
        self.findings.sort_by(|a, b| {
            (a.line, a.column, a.code, &a.message).cmp(&(b.line, b.column, b.code, &b.message))
        });
        // The TOML reader and the format check may both see one fault.
        self.findings.dedup_by_key(|f| (f.line, f.column, f.code));
    }
}

/// Where the lines of a file begin.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn new(source: &str) -> Self {
        let breaks = source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect())
    }

    /// Line of a byte offset, from 1.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset).max(1)
    }

    fn start_of(&self, line: usize) -> usize {
        self.0.get(line.saturating_sub(1)).copied().unwrap_or(0)
    }
}

fn floor_boundary(source: &str, offset: usize) -> usize {
    let mut offset = offset.min(source.len());
    while !source.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let severity = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            writeln!(f, "{severity}[{}]: {}", finding.code, finding.message)?;
            writeln!(f, "  --> {}:{}:{}", self.file, finding.line, finding.column)?;
            let number = finding.line.to_string();
            writeln!(f, " {number} | {}", finding.text)?;
            let indent: String = finding
                .text
                .chars()
                .take(finding.column - 1)
                .map(|c| if c == '\t' { '\t' } else { ' ' })
                .collect();
            write!(
                f,
                " {} | {indent}{}",
                " ".repeat(number.len()),
                "^".repeat(finding.length.min(400))
            )?;
            match &finding.did_you_mean {
                Some(name) => writeln!(f, " did you mean `{name}`?\n")?,
                None => writeln!(f, "\n")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// The nearest of the names, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // Longer names are not misspellings; the bound keeps the work small.
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return None;
    }
    let allowed = name.chars().count() / 3 + 1;
    known
        .into_iter()
        .filter(|known| known.len() <= LONGEST)
        .map(|known| (distance(name, known), known))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, known)| known.to_owned())
}

/// Edit distance (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = Vec::with_capacity(row.len());
        next.push(left);
        for (cb, above) in b.iter().zip(row.iter().skip(1)) {
            let cost = diagonal + usize::from(ca != *cb);
            left = cost.min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspellings_are_near() {
        assert_eq!(distance("valuess", "values"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(nearest("valuess", ["rules", "values"]), Some("values".to_owned()));
        assert_eq!(nearest("zzz", ["rules", "values"]), None);
    }
}
