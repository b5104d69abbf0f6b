//! The certification register: numbers from 1 each year, without gaps, one a request (Decree 23/2015/NĐ-CP Art. 13), the year's
//! closing with its totals. Receipts are numbered the same way, a series a symbol.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::instant::{instant, year};
use crate::log::{New, check_id, check_reason};
use crate::sql::{Row, one, values};
use crate::{Error, Session};

/// One sequence of numbers: an agency's register of one kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// The agency's identifier; without `/`.
    pub agency: String,
    /// The act code, such as `SCT/BS`, or a receipt's form and symbol.
    pub kind: String,
}

impl Series {
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_id("agency", &self.agency)?;
        check_id("kind", &self.kind)?;
        // The subject of its entries joins both with a slash; only one of them may hold one.
        if self.agency.contains('/') {
            return Err(Error::BadCharacter { field: "agency", character: u32::from('/') });
        }
        Ok(())
    }

    pub(crate) fn subject(&self) -> String {
        format!("register/{}/{}", self.agency, self.kind)
    }
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
    pub(crate) fn name(&self) -> &'static str {
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

/// What the log says of a register; the bodies of its entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RegisterFact {
    pub agency: String,
    pub kind: String,
    #[serde(flatten)]
    pub entry: Entry,
}

/// The totals with which a year of a register was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearClosed {
    /// The agency.
    pub agency: String,
    /// The kind.
    pub kind: String,
    /// The year.
    pub year: i32,
    /// The last number; as many numbers were taken. 0 where none was.
    pub last: u32,
    /// How many a copy carries.
    pub completed: u32,
    /// How many were voided.
    pub voided: u32,
}

pub(crate) const COLUMNS: &str = "year, number, request, state, copy_sha256, reason";

pub(crate) fn entry(row: &Row) -> Result<Entry, Error> {
    let text = |column| {
        row.optional(column)?.ok_or_else(|| Error::Damaged {
            problem: "a closed register entry has no content".to_owned(),
        })
    };
    let state = match row.text(3)?.as_str() {
        "reserved" => EntryState::Reserved,
        "completed" => EntryState::Completed { copy_sha256: text(4)? },
        "voided" => EntryState::Voided { reason: text(5)? },
        other => {
            return Err(Error::Damaged { problem: format!("{other:?} is no state of an entry") });
        }
    };
    Ok(Entry { year: row.number(0)?, number: row.number(1)?, request: row.text(2)?, state })
}

fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|e| Error::Damaged { problem: e.to_string() })
}

impl Session<'_> {
    fn note_entry(
        &mut self,
        series: &Series,
        entry: &Entry,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        let fact = RegisterFact {
            agency: series.agency.clone(),
            kind: series.kind.clone(),
            entry: entry.clone(),
        };
        let kind = format!("register.{}", entry.state.name());
        let fingerprint = match entry.state {
            EntryState::Reserved => format!("reserved/{}", entry.request),
            _ => format!("closed/{}/{}", entry.year, entry.number),
        };
        let (subject, body) = (series.subject(), json(&fact)?);
        self.append(
            New { kind: &kind, subject: &subject, fingerprint: &fingerprint, body: &body },
            now,
        )?;
        Ok(())
    }

    /// The last number taken; 0 before the first.
    pub(crate) fn last_number(&mut self, series: &Series, year: i32) -> Result<u32, Error> {
        let last = one(
            self.sql,
            "SELECT coalesce(max(number), 0) FROM register_entry WHERE agency = ?1 AND kind = ?2 AND year = ?3",
            &values![series.agency.as_str(), series.kind.as_str(), year],
        )?;
        last.map_or(Ok(0), |row| row.number(0))
    }

    /// Takes the next number of the year that `now` falls into in Viet Nam (UTC+07:00). The same request gets the same number.
    ///
    /// # Errors
    /// [`Error::BadIdentifier`], [`Error::BadCharacter`], [`Error::YearIsClosed`], [`Error::ClockBack`].
    pub fn reserve(
        &mut self,
        series: &Series,
        request: &str,
        now: OffsetDateTime,
    ) -> Result<Entry, Error> {
        series.check()?;
        check_id("request", request)?;
        // A repeated request may come after New Year: its number is the one it got.
        if let Some(known) = self.request_entry(series, request)? {
            return Ok(known);
        }
        let year = year(now);
        if self.closing(series, year)?.is_some() {
            return Err(Error::YearIsClosed { year });
        }
        let number = self
            .last_number(series, year)?
            .checked_add(1)
            .ok_or_else(|| Error::Damaged { problem: "the register is full".to_owned() })?;
        let entry =
            Entry { year, number, request: request.to_owned(), state: EntryState::Reserved };
        self.whole(|session| {
            session.note_entry(series, &entry, now)?;
            session.execute(
            "INSERT INTO register_entry (agency, kind, year, number, request, state, reserved_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, 'reserved', ?6)",
            &values![
                series.agency.as_str(),
                series.kind.as_str(),
                year,
                number,
                request,
                instant(now)?
            ],
        )
        })?;
        Ok(entry)
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
        let state = EntryState::Completed { copy_sha256: copy_sha256.to_owned() };
        self.close_entry(series, year, number, state, now)
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
        check_reason(reason)?;
        let state = EntryState::Voided { reason: reason.to_owned() };
        self.close_entry(series, year, number, state, now)
    }

    fn close_entry(
        &mut self,
        series: &Series,
        year: i32,
        number: u32,
        state: EntryState,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        series.check()?;
        let current = self.entry(series, year, number)?.ok_or_else(|| Error::NoEntry {
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
            EntryState::Completed { copy_sha256 } => (Some(copy_sha256.as_str()), None),
            EntryState::Voided { reason } => (None, Some(reason.as_str())),
            EntryState::Reserved => (None, None),
        };
        self.whole(|session| {
            let closed = Entry { state: state.clone(), ..current };
            session.note_entry(series, &closed, now)?;
            session.execute(
            "UPDATE register_entry SET state = ?1, closed_at = ?2, copy_sha256 = ?3, reason = ?4 \
             WHERE agency = ?5 AND kind = ?6 AND year = ?7 AND number = ?8",
            &values![
                state.name(),
                instant(now)?,
                copy,
                reason,
                series.agency.as_str(),
                series.kind.as_str(),
                year,
                number,
            ],
        )?;
            Ok(())
        })
    }

    /// One line of the register.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn entry(
        &mut self,
        series: &Series,
        year: i32,
        number: u32,
    ) -> Result<Option<Entry>, Error> {
        let row = one(
            self.sql,
            &format!(
                "SELECT {COLUMNS} FROM register_entry WHERE agency = ?1 AND kind = ?2 AND year = ?3 AND number = ?4"
            ),
            &values![series.agency.as_str(), series.kind.as_str(), year, number],
        )?;
        row.as_ref().map(entry).transpose()
    }

    /// The lines of one year, by number.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn entries(&mut self, series: &Series, year: i32) -> Result<Vec<Entry>, Error> {
        let rows = self.sql.query(
            &format!(
                "SELECT {COLUMNS} FROM register_entry WHERE agency = ?1 AND kind = ?2 AND year = ?3 ORDER BY number"
            ),
            &values![series.agency.as_str(), series.kind.as_str(), year],
        )?;
        rows.iter().map(entry).collect()
    }

    /// Numbers that were taken and are neither completed nor voided, of every series: what a crash left to be finished.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn open_entries(&mut self) -> Result<Vec<(Series, Entry)>, Error> {
        let rows = self.sql.query(
            &format!(
                "SELECT {COLUMNS}, agency, kind FROM register_entry WHERE state = 'reserved' \
                 ORDER BY agency, kind, year, number"
            ),
            &[],
        )?;
        rows.iter()
            .map(|row| Ok((Series { agency: row.text(6)?, kind: row.text(7)? }, entry(row)?)))
            .collect()
    }

    /// The line that a request got, whatever became of it.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn request_entry(
        &mut self,
        series: &Series,
        request: &str,
    ) -> Result<Option<Entry>, Error> {
        let row = one(
            self.sql,
            &format!(
                "SELECT {COLUMNS} FROM register_entry WHERE agency = ?1 AND kind = ?2 AND request = ?3"
            ),
            &values![series.agency.as_str(), series.kind.as_str(), request],
        )?;
        row.as_ref().map(entry).transpose()
    }

    /// The dossier for which a request's number was taken; empty where it was taken for none.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn request_dossier(
        &mut self,
        series: &Series,
        request: &str,
    ) -> Result<Option<String>, Error> {
        self.dossier_of(&series.subject(), &format!("reserved/{request}"))
    }

    fn closing(&mut self, series: &Series, year: i32) -> Result<Option<YearClosed>, Error> {
        let row = one(
            self.sql,
            "SELECT body FROM log WHERE subject = ?1 AND fingerprint = ?2",
            &values![series.subject(), format!("year/{year}")],
        )?;
        row.map(|row| {
            serde_json::from_str(&row.text(0)?)
                .map_err(|e| Error::Damaged { problem: format!("a year's closing: {e}") })
        })
        .transpose()
    }

    /// Closes a year that is over in Viet Nam: totals are recorded and no further number is given. Closing twice answers the same.
    ///
    /// # Errors
    /// [`Error::YearNotOver`]; [`Error::EntriesOpen`] while a number is neither completed nor voided.
    pub fn close_year(
        &mut self,
        series: &Series,
        closed: i32,
        now: OffsetDateTime,
    ) -> Result<YearClosed, Error> {
        series.check()?;
        if let Some(before) = self.closing(series, closed)? {
            return Ok(before);
        }
        if year(now) <= closed {
            return Err(Error::YearNotOver { year: closed });
        }
        let entries = self.entries(series, closed)?;
        let count = |name: &str| {
            u32::try_from(entries.iter().filter(|e| e.state.name() == name).count())
                .unwrap_or(u32::MAX)
        };
        if let Some(open) = entries.iter().find(|e| e.state == EntryState::Reserved) {
            return Err(Error::EntriesOpen {
                year: closed,
                count: count("reserved"),
                first: open.number,
            });
        }
        let totals = YearClosed {
            agency: series.agency.clone(),
            kind: series.kind.clone(),
            year: closed,
            last: entries.last().map_or(0, |e| e.number),
            completed: count("completed"),
            voided: count("voided"),
        };
        let (subject, fingerprint) = (series.subject(), format!("year/{closed}"));
        let body = json(&totals)?;
        self.append(
            New {
                kind: "register.year_closed",
                subject: &subject,
                fingerprint: &fingerprint,
                body: &body,
            },
            now,
        )?;
        Ok(totals)
    }
}
