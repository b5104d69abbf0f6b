//! One transaction on the record: what it sees, and what it adds as a whole or not at all. The operations stand with their subjects.

use crate::Error;
use crate::log::{Head, check_id};
use crate::sql::{Sql, Value};

/// Work inside one transaction. It holds the end of the log, so sessions that write follow one another.
pub struct Session<'a> {
    pub(crate) sql: &'a mut dyn Sql,
    pub(crate) head: Head,
    pub(crate) changed: bool,
    /// The dossier that entries belong to; empty for none.
    pub(crate) dossier: String,
    /// Statements that changed something.
    writes: u64,
    /// Why an operation stopped half-way; then nothing of the session may stay.
    broken: Option<Error>,
    /// Why the end of the log cannot be read; only an audit, which takes it out and reports it, may work on such a record.
    pub(crate) headless: Option<Error>,
}

impl<'a> Session<'a> {
    fn over(sql: &'a mut dyn Sql, head: Head) -> Self {
        Self {
            sql,
            head,
            changed: false,
            dossier: String::new(),
            writes: 0,
            broken: None,
            headless: None,
        }
    }

    /// Says which dossier the following entries belong to. Other systems get them in order within it.
    ///
    /// # Errors
    /// [`Error::BadIdentifier`], [`Error::BadCharacter`].
    pub fn for_dossier(&mut self, dossier: &str) -> Result<(), Error> {
        check_id("dossier", dossier)?;
        dossier.clone_into(&mut self.dossier);
        Ok(())
    }

    /// Runs an operation whose entries belong to this dossier.
    pub(crate) fn within_dossier<T>(
        &mut self,
        dossier: String,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let outer = std::mem::replace(&mut self.dossier, dossier);
        let answer = work(self);
        self.dossier = outer;
        answer
    }

    /// Runs a statement that changes something.
    pub(crate) fn execute(&mut self, statement: &str, values: &[Value]) -> Result<u64, Error> {
        self.writes += 1;
        self.sql.execute(statement, values)
    }

    /// Runs an operation of several statements. Where it stops after the first of them the whole transaction must end, also when the
    /// caller passes over the error.
    pub(crate) fn whole<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let before = self.writes;
        let answer = work(self);
        if let Err(e) = &answer
            && self.writes != before
        {
            self.broken.get_or_insert(e.clone());
        }
        answer
    }
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("size", &self.head.size).finish_non_exhaustive()
    }
}

/// Runs work that may add to the record; the log's new end is written after it.
pub(crate) fn writing<T>(
    sql: &mut dyn Sql,
    work: &mut dyn FnMut(&mut Session<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let head = Head::lock(sql)?;
    let mut session = Session::over(sql, head);
    let answer = work(&mut session)?;
    if let Some(e) = session.broken {
        return Err(e);
    }
    if session.changed {
        session.head.write(session.sql)?;
    }
    Ok(answer)
}

/// Runs work that only reads.
pub(crate) fn reading<T>(
    sql: &mut dyn Sql,
    work: &mut dyn FnMut(&mut Session<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let (head, headless) = match Head::read(sql) {
        Ok(head) => (head, None),
        Err(e) if e.is_damage() => (Head::empty(), Some(e)),
        Err(e) => return Err(e),
    };
    let mut session = Session { headless, ..Session::over(sql, head) };
    let answer = work(&mut session);
    match session.headless {
        Some(e) => Err(e),
        None => answer,
    }
}
