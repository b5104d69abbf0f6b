//! What became of each row: a line for people, JSON or CSV for programs.

use std::path::Path;

use motcua::wire::Failure;
use serde::Serialize;
use serde_json::json;

use super::journal::Line;
use super::rows::Row;
use crate::error::Error;
use crate::files;
use crate::screen::{Mark, Screen};

/// How a row ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Its copy was made now.
    Issued,
    /// It had been made before and is whole.
    Already,
    /// No copy was made.
    Refused,
}

/// A row and how it ended.
#[derive(Debug, Serialize)]
pub struct Outcome {
    row: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// How it ended.
    pub outcome: End,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    made: Option<Made>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
}

/// The copy, as results tell of it.
#[derive(Debug, Serialize)]
struct Made {
    file: String,
    number: u32,
    year: i32,
    copy_id: String,
    copy_sha256: String,
    level: String,
}

impl Outcome {
    /// A copy that is there.
    pub fn made(row: &Row, line: &Line, outcome: End) -> Self {
        let made = Made {
            file: line.file.clone(),
            number: line.number,
            year: line.year,
            copy_id: line.copy_id.clone(),
            copy_sha256: line.copy_sha256.clone(),
            level: line.level.clone(),
        };
        Self { row: row.name.clone(), line: row.line, outcome, made: Some(made), error: None }
    }

    /// A copy that was not made.
    pub fn refused(row: &Row, e: &Error) -> Self {
        let error = Some(e.failure());
        Self { row: row.name.clone(), line: row.line, outcome: End::Refused, made: None, error }
    }

    /// Says it to people, or as a line of JSON.
    pub fn tell(&self, screen: &Screen, as_json: bool) {
        if as_json {
            return screen.raw(&json!(self).to_string());
        }
        let at = self.line.map_or_else(String::new, |line| format!("line {line}, "));
        let row = format!("{at}{}", self.row);
        match (&self.made, &self.error) {
            (Some(made), _) => {
                let again = if self.outcome == End::Already { " (already there)" } else { "" };
                let Made { file, number, year, .. } = made;
                screen
                    .mark(Mark::Good, &format!("{row} → {file}, number {number} of {year}{again}"));
            }
            (None, Some(e)) => {
                screen.mark(Mark::Bad, &format!("{row}: {} [{}]", e.message, e.code));
            }
            (None, None) => {}
        }
    }

    fn fields(&self) -> [String; 11] {
        let made = |of: fn(&Made) -> String| self.made.as_ref().map_or_else(String::new, of);
        let said =
            |of: fn(&Failure) -> &str| self.error.as_ref().map(of).unwrap_or_default().to_owned();
        [
            self.row.clone(),
            self.line.map_or_else(String::new, |line| line.to_string()),
            json!(self.outcome).as_str().unwrap_or_default().to_owned(),
            made(|m| m.file.clone()),
            made(|m| m.number.to_string()),
            made(|m| m.year.to_string()),
            made(|m| m.copy_id.clone()),
            made(|m| m.copy_sha256.clone()),
            said(|e| &e.code),
            said(|e| &e.message),
            made(|m| m.level.clone()),
        ]
    }
}

const HEADER: [&str; 11] = [
    "row",
    "line",
    "outcome",
    "file",
    "number",
    "year",
    "copy_id",
    "copy_sha256",
    "code",
    "message",
    "level",
];

/// Writes all outcomes to a file: CSV where its name ends so (with a byte order mark, for spreadsheets), else a line of JSON each.
pub fn write(path: &Path, outcomes: &[Outcome]) -> Result<(), Error> {
    if !path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
        let lines: String = outcomes.iter().map(|o| json!(o).to_string() + "\n").collect();
        return files::write(path, lines.as_bytes());
    }
    let mut out = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let failed = |e: csv::Error| Error::write(path, &e.into());
    out.write_record(HEADER).map_err(failed)?;
    for outcome in outcomes {
        out.write_record(outcome.fields()).map_err(failed)?;
    }
    let bytes = out.into_inner().map_err(|e| Error::write(path, e.error()))?;
    files::write(path, &bytes)
}
