//! The certification register: numbers from 1 each year, without gaps, one a request (Decree 23/2015/NĐ-CP Art. 13).

use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, UtcOffset};

use crate::file::{check_id, instant};
use crate::{Error, Ledger};

/// One sequence of numbers: an agency's register of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// The agency's identifier.
    pub agency: String,
    /// The act code, such as `SCT/BS`.
    pub kind: String,
}

/// What became of a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum EntryState {
    /// Taken; the copy is being made.
    Reserved,
    /// A copy carries it.
    Completed {
        /// SHA-256 of the copy, hexadecimal.
        copy_sha256: String,
    },
    /// No copy carries it; the reason stays in the book.
    Voided {
        /// Why.
        reason: String,
    },
}

impl EntryState {
    fn name(&self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Completed { .. } => "completed",
            Self::Voided { .. } => "voided",
        }
    }
}

/// A line of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The year, in Viet Nam's time.
    pub year: i32,
    /// The number.
    pub number: u32,
    /// The caller's request.
    pub request: String,
    /// What became of it.
    #[serde(flatten)]
    pub state: EntryState,
}

const COLUMNS: &str = "year, number, request, state, copy_sha256, reason";

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let state: String = row.get(3)?;
    let state = match state.as_str() {
        "completed" => EntryState::Completed { copy_sha256: row.get(4)? },
        "voided" => EntryState::Voided { reason: row.get(5)? },
        _ => EntryState::Reserved,
    };
    Ok(Entry { year: row.get(0)?, number: row.get(1)?, request: row.get(2)?, state })
}

impl Ledger {
    /// Takes the next number of the year that `now` falls into in Viet Nam (UTC+07:00). The same request gets the same number.
    ///
    /// # Errors
    /// [`Error::BadIdentifier`], [`Error::Busy`], [`Error::NotWritable`].
    pub fn reserve(
        &mut self,
        series: &Series,
        request: &str,
        now: OffsetDateTime,
    ) -> Result<Entry, Error> {
        check_id("agency", &series.agency)?;
        check_id("kind", &series.kind)?;
        check_id("request", request)?;
        let viet_nam = UtcOffset::from_hms(7, 0, 0).unwrap_or(UtcOffset::UTC);
        let year = now.to_offset(viet_nam).year();
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // A repeated request may come after New Year: its number is the one it got.
        let known = transaction
            .query_row(
                &format!("SELECT {COLUMNS} FROM register_entry WHERE agency = ?1 AND kind = ?2 AND request = ?3"),
                params![series.agency, series.kind, request],
                entry,
            )
            .optional()?;
        if let Some(known) = known {
            return Ok(known);
        }
        let number: u32 = transaction.query_row(
            "SELECT coalesce(max(number), 0) + 1 FROM register_entry WHERE agency = ?1 AND kind = ?2 AND year = ?3",
            params![series.agency, series.kind, year],
            |row| row.get(0),
        )?;
        transaction.execute(
            "INSERT INTO register_entry (agency, kind, year, number, request, state, reserved_at) VALUES (?1, ?2, ?3, ?4, ?5, 'reserved', ?6)",
            params![series.agency, series.kind, year, number, request, instant(now)?],
        )?;
        transaction.commit()?;
        Ok(Entry { year, number, request: request.to_owned(), state: EntryState::Reserved })
    }

    /// Records the copy that carries a number. Saying the same twice is no error.
    ///
    /// # Errors
    /// [`Error::NoEntry`], [`Error::EntryClosed`].
    pub fn complete(
        &mut self,
        series: &Series,
        year: i32,
        number: u32,
        copy_sha256: &str,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        check_id("copy_sha256", copy_sha256)?;
        self.close(
            series,
            year,
            number,
            EntryState::Completed { copy_sha256: copy_sha256.to_owned() },
            now,
        )
    }

    /// Says that no copy carries a number, and why; the line stays in the book.
    ///
    /// # Errors
    /// [`Error::NoEntry`], [`Error::EntryClosed`].
    pub fn void(
        &mut self,
        series: &Series,
        year: i32,
        number: u32,
        reason: &str,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        check_id("reason", reason)?;
        self.close(series, year, number, EntryState::Voided { reason: reason.to_owned() }, now)
    }

    fn close(
        &mut self,
        series: &Series,
        year: i32,
        number: u32,
        state: EntryState,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let current = transaction
            .query_row(
                &format!("SELECT {COLUMNS} FROM register_entry WHERE agency = ?1 AND kind = ?2 AND year = ?3 AND number = ?4"),
                params![series.agency, series.kind, year, number],
                entry,
            )
            .optional()?
            .ok_or_else(|| Error::NoEntry {
                agency: series.agency.clone(),
                kind: series.kind.clone(),
                year,
                number,
            })?;
        if current.state == state {
            return Ok(());
        }
        if current.state != EntryState::Reserved {
            return Err(Error::EntryClosed { year, number, state: current.state.name() });
        }
        let (copy, reason) = match &state {
            EntryState::Completed { copy_sha256 } => (Some(copy_sha256), None),
            EntryState::Voided { reason } => (None, Some(reason)),
            EntryState::Reserved => (None, None),
        };
        transaction.execute(
            "UPDATE register_entry SET state = ?5, closed_at = ?6, copy_sha256 = ?7, reason = ?8 WHERE agency = ?1 AND kind = ?2 AND year = ?3 AND number = ?4",
            params![series.agency, series.kind, year, number, state.name(), instant(now)?, copy, reason],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// The lines of one year, by number.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn entries(&self, series: &Series, year: i32) -> Result<Vec<Entry>, Error> {
        let mut statement = self.connection.prepare(&format!(
            "SELECT {COLUMNS} FROM register_entry WHERE agency = ?1 AND kind = ?2 AND year = ?3 ORDER BY number"
        ))?;
        let rows = statement.query_map(params![series.agency, series.kind, year], entry)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
