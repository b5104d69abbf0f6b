//! Numbers from the record's register: taken in the order of the rows, kept through a stop, voided with the reason where a copy
//! could not be made.

use std::path::Path;

use motcua::copies::facts::VIET_NAM;
use motcua::counter::{Case, Counter};
use motcua::ledger::{Entry, EntryState, IssuedCopy, Ledger, Series};
use time::OffsetDateTime;

use super::form;
use super::rows::Row;
use crate::error::Error;
use crate::ledger::record;

/// Who acts, as the record keeps it.
const WHO: &str = "motcua copy issue";
/// Attempts at one row: each leaves a voided number, and a row that failed so often is not tried blindly.
const ATTEMPTS: u32 = 100;
/// Bytes of a reason that are kept; the record takes 2,000.
const REASON: usize = 600;

/// The record, and whose payment it asks for.
pub struct Register {
    ledger: Ledger,
    /// The run's name: requests begin with it.
    batch: String,
    rules: Rules,
}

/// What is asked of a row before a number is given.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// The office collects elsewhere: no assessment is asked for.
    pub paid_elsewhere: bool,
}

impl Rules {
    /// Refuses a row that cannot be given a number.
    pub fn check(self, row: &Row) -> Result<(), Error> {
        let bad = |argument: &str, problem: &str| {
            Err(Error::BadArgument { argument: argument.to_owned(), problem: problem.to_owned() })
        };
        if row.get("number").is_some() {
            return bad("number", "numbers come from the record; leave it out");
        }
        if self.paid_elsewhere {
            return Ok(());
        }
        if row.get("dossier").is_none() || row.get("assessment").is_none() {
            return bad(
                "assessment",
                "give dossier, assessment and (unless it is zero) order, or --paid-elsewhere for all",
            );
        }
        Ok(())
    }
}

/// What a row's number is.
pub enum Taken {
    /// Its copy is to be made.
    Open(Entry),
    /// A copy of this hash carries it already.
    Completed(Entry, String),
}

impl Register {
    /// Opens the record.
    pub fn open(file: &Path, batch: &str, rules: Rules) -> Result<Self, Error> {
        Ok(Self { ledger: record::existing(file)?, batch: batch.to_owned(), rules })
    }

    /// What it asks of a row.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// The register that a row's copy is booked in.
    pub fn series(row: &Row) -> Result<Series, Error> {
        let (agency, kind) = form::register(row)?;
        Ok(Series { agency: agency.to_owned(), kind: kind.to_owned() })
    }

    /// Takes the row's number, or finds the one it has.
    pub fn take(&mut self, row: &Row, now: OffsetDateTime) -> Result<Taken, Error> {
        let series = Self::series(row)?;
        let year = now.to_offset(VIET_NAM).year();
        let base = match row.get("request") {
            Some(request) => request.to_owned(),
            None => format!("{}/{}", self.batch, row.name),
        };
        for attempt in 1..=ATTEMPTS {
            let request = if attempt == 1 { base.clone() } else { format!("{base}#{attempt}") };
            let known = self.ledger.read(|s| s.request_entry(&series, &request))?;
            match known {
                None => return self.reserve(row, &series, &request, now).map(Taken::Open),
                Some(entry) => match &entry.state {
                    EntryState::Completed { copy_sha256 } => {
                        let sha256 = copy_sha256.clone();
                        return Ok(Taken::Completed(entry, sha256));
                    }
                    EntryState::Voided { .. } => {}
                    EntryState::Reserved if entry.year == year => return Ok(Taken::Open(entry)),
                    // A copy that is signed this year cannot carry a number of the year before.
                    EntryState::Reserved => {
                        self.void(row, &entry, "the year ended before it was used", now)?
                    }
                },
            }
        }
        Err(Error::BadArgument {
            argument: base,
            problem: format!(
                "{ATTEMPTS} numbers were voided for it; find out why, and give another request"
            ),
        })
    }

    fn reserve(
        &mut self,
        row: &Row,
        series: &Series,
        request: &str,
        now: OffsetDateTime,
    ) -> Result<Entry, Error> {
        let dossier = row.get("dossier").unwrap_or_default();
        if self.rules.paid_elsewhere {
            return Ok(self.ledger.write(|session| {
                if !dossier.is_empty() {
                    session.for_dossier(dossier)?;
                }
                session.reserve(series, request, now)
            })?);
        }
        let case = Case { dossier, assessment: row.get("assessment").unwrap_or_default() };
        let mut counter = Counter::new(&mut self.ledger, WHO);
        Ok(counter.number(case, row.get("order"), series, request, now)?)
    }

    /// Keeps that a copy carries the number.
    pub fn complete(
        &mut self,
        row: &Row,
        entry: &Entry,
        copy: &IssuedCopy,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        let series = Self::series(row)?;
        let dossier = row.get("dossier").unwrap_or_default();
        if dossier.is_empty() {
            self.ledger.write(|s| s.issue_copy(&series, entry.year, entry.number, copy, now))?;
        } else {
            Counter::new(&mut self.ledger, WHO).issued(dossier, &series, entry, copy, now)?;
        }
        Ok(())
    }

    /// Keeps that no copy carries the number, and why.
    pub fn void(
        &mut self,
        row: &Row,
        entry: &Entry,
        reason: &str,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        let series = Self::series(row)?;
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        let mut reason: String = reason.chars().map(plain).collect();
        while reason.len() > REASON {
            reason.pop();
        }
        self.ledger.write(|s| s.void(&series, entry.year, entry.number, &reason, now))?;
        Ok(())
    }
}
