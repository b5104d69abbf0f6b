//! The record outside the database: the whole log as JSON Lines and back, the register as CSV that opens in Excel.

use std::io::{BufRead, Read, Write};

use crate::audit::{Audit, Reader};
use crate::log::{Added, LogEntry, New, PAGE};
use crate::projection::Replay;
use crate::register::{EntryState, Series};
use crate::{Error, Ledger, Session, instant};

/// What makes Excel read a CSV file as UTF-8.
const BOM: &str = "\u{feff}";
/// Lines of an export whose orders and copies are held in memory before their tables are written.
const BATCH: u64 = 10_000;
/// Bytes of a line: an entry's body, each byte of it escaped, and as much again for the rest.
const LINE_LIMIT: u64 = 8 << 20;

fn write_failed(e: &std::io::Error) -> Error {
    Error::NotWritable { problem: e.to_string() }
}

/// A cell as CSV (RFC 4180) that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// The next line of an export; nothing at its end.
fn read_line(from: &mut dyn BufRead, line: u64) -> Result<Option<LogEntry>, Error> {
    let bad = |problem: String| Error::BadExport { line, problem };
    let mut text = Vec::new();
    let read = Read::take(&mut *from, LINE_LIMIT).read_until(b'\n', &mut text);
    match read.map_err(|e| bad(e.to_string()))? {
        0 => Ok(None),
        _ if text.last() != Some(&b'\n') && text.len() as u64 == LINE_LIMIT => {
            Err(bad(format!("it is longer than {LINE_LIMIT} bytes")))
        }
        _ => serde_json::from_slice(&text).map(Some).map_err(|e| bad(e.to_string())),
    }
}

/// Records an entry as it stands in an export.
fn take_in(
    session: &mut Session<'_>,
    replay: &mut Replay,
    reader: &mut Reader<'_>,
    line: u64,
    entry: &LogEntry,
) -> Result<(), Error> {
    let bad = |problem: String| Error::BadExport { line, problem };
    if entry.seq.checked_add(1) != Some(line) {
        return Err(bad(format!("entry {} stands here; lines are missing", entry.seq)));
    }
    session.dossier.clone_from(&entry.dossier);
    let new = New {
        kind: &entry.kind,
        subject: &entry.subject,
        fingerprint: &entry.fingerprint,
        body: &entry.body,
    };
    let at = instant::parse(&entry.at).map_err(|e| bad(e.to_string()))?;
    if instant::instant(at).as_ref() != Ok(&entry.at) {
        return Err(bad(format!("{} is not written as a record does", entry.at)));
    }
    if session.append(new, at).map_err(|e| bad(e.to_string()))? != Added::Now(entry.seq) {
        return Err(bad("the entry came before".to_owned()));
    }
    replay.take(entry, reader);
    Ok(())
}

impl Ledger {
    /// Writes the whole log, an entry a line (JSON Lines). [`Ledger::import`] makes the same record of it, to the same root.
    ///
    /// # Errors
    /// [`Error::NotWritable`] when `to` does not take it.
    pub fn export(&mut self, to: &mut dyn Write) -> Result<u64, Error> {
        self.read(|session| {
            let mut next = 0;
            loop {
                let entries = session.log(next, u32::try_from(PAGE).unwrap_or(1))?;
                if entries.is_empty() {
                    return Ok(next);
                }
                for entry in &entries {
                    let line = serde_json::to_string(entry)
                        .map_err(|e| Error::Damaged { problem: e.to_string() })?;
                    writeln!(to, "{line}").map_err(|e| write_failed(&e))?;
                    next = entry.seq + 1;
                }
            }
        })
    }

    /// Reads an export into this record, which must be empty; all of it or nothing, in one transaction. Lines are read as they are needed,
    /// so a log of any length fits in memory. Gives the number of entries.
    ///
    /// # Errors
    /// [`Error::BadExport`] with the line; [`Error::Busy`] where somebody else wrote to the record meanwhile.
    pub fn import(&mut self, from: &mut dyn BufRead) -> Result<u64, Error> {
        let mut line = 0;
        let mut entries = std::iter::from_fn(|| {
            line += 1;
            read_line(from, line).transpose()
        });
        self.import_entries(&mut entries)
    }

    /// Makes the record of these entries; all of them or nothing.
    pub(crate) fn import_entries(
        &mut self,
        entries: &mut dyn Iterator<Item = Result<LogEntry, Error>>,
    ) -> Result<u64, Error> {
        let mut begun = false;
        self.write(|session| {
            if session.size() > 0 {
                let problem = "the record it would go into is not empty".to_owned();
                return Err(Error::BadExport { line: 1, problem });
            }
            // What was read cannot be read again for a second attempt.
            if std::mem::replace(&mut begun, true) {
                return Err(Error::Busy);
            }
            let mut audit = Audit::empty();
            let (mut reader, mut replay) = (Reader { audit: &mut audit }, Replay::keeping());
            for (line, entry) in (1..).zip(&mut *entries) {
                take_in(session, &mut replay, &mut reader, line, &entry?)?;
                if line % BATCH == 0 {
                    replay.write_new(session)?;
                }
            }
            if let Some(finding) = reader.audit.findings.first() {
                let line = finding.seq.unwrap_or_default() + 1;
                return Err(Error::BadExport { line, problem: finding.detail.clone() });
            }
            replay.restore(session)?;
            Ok(session.size())
        })
    }

    /// The lines of a register's year as CSV with a header, in UTF-8 with its mark; no cell can be a formula.
    ///
    /// # Errors
    /// [`Error::NotWritable`] when `to` does not take it.
    pub fn register_csv(
        &mut self,
        series: &Series,
        year: i32,
        to: &mut dyn Write,
    ) -> Result<(), Error> {
        let entries = self.read(|session| session.entries(series, year))?;
        let mut text = format!("{BOM}agency,kind,year,number,request,state,copy_sha256,reason\r\n");
        for entry in &entries {
            let (copy, reason) = match &entry.state {
                EntryState::Completed { copy_sha256 } => (copy_sha256.as_str(), ""),
                EntryState::Voided { reason } => ("", reason.as_str()),
                EntryState::Reserved => ("", ""),
            };
            let cells = [
                cell(&series.agency),
                cell(&series.kind),
                entry.year.to_string(),
                entry.number.to_string(),
                cell(&entry.request),
                entry.state.name().to_owned(),
                cell(copy),
                cell(reason),
            ];
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        to.write_all(text.as_bytes()).map_err(|e| write_failed(&e))
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_text() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("@x, \"y\""), "\"'@x, \"\"y\"\"\"");
        assert_eq!(cell("phường Mẫu"), "phường Mẫu");
    }
}
