//! How far a record goes, at a glance. Whether it is sound is for the audit.

use serde::Serialize;

use crate::log::hexadecimal;
use crate::{Error, Session};

/// A year of a register, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegisterStatus {
    /// The agency.
    pub agency: String,
    /// The kind.
    pub kind: String,
    /// The year.
    pub year: i32,
    /// The last number that was taken.
    pub last: u32,
    /// Numbers that are neither completed nor voided.
    pub open: u32,
    /// Numbers a copy carries.
    pub completed: u32,
    /// Numbers that were voided.
    pub voided: u32,
}

/// A record, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerStatus {
    /// Entries of the log.
    pub size: u64,
    /// The root over them, hexadecimal.
    pub root: String,
    /// When the last one was recorded.
    pub last_at: Option<String>,
    /// Each year of each register.
    pub registers: Vec<RegisterStatus>,
}

impl Session<'_> {
    /// Counts what is there.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn status(&mut self) -> Result<LedgerStatus, Error> {
        let rows = self.sql.query(
            "SELECT agency, kind, year, state, count(*), max(number) FROM register_entry \
             GROUP BY agency, kind, year, state ORDER BY agency, kind, year, state",
            &[],
        )?;
        let mut registers: Vec<RegisterStatus> = Vec::new();
        for row in &rows {
            let (agency, kind, year) = (row.text(0)?, row.text(1)?, row.number(2)?);
            let same = |r: &RegisterStatus| (&r.agency, &r.kind, r.year) == (&agency, &kind, year);
            if !registers.last().is_some_and(same) {
                registers.push(RegisterStatus {
                    agency,
                    kind,
                    year,
                    last: 0,
                    open: 0,
                    completed: 0,
                    voided: 0,
                });
            }
            let Some(register) = registers.last_mut() else { continue };
            register.last = register.last.max(row.number(5)?);
            *match row.text(3)?.as_str() {
                "completed" => &mut register.completed,
                "voided" => &mut register.voided,
                _ => &mut register.open,
            } = row.number(4)?;
        }
        Ok(LedgerStatus {
            size: self.size(),
            root: hexadecimal(&self.root()),
            last_at: Some(self.head.at.clone()).filter(|at| !at.is_empty()),
            registers,
        })
    }
}
