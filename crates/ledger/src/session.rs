//! One transaction on the record: what it sees, and what it adds as a whole or not at all. The operations stand with their subjects.

use crate::Error;
use crate::log::{Head, check_id};
use crate::sql::Sql;

/// Work inside one transaction. It holds the end of the log, so sessions that write follow one another.
pub struct Session<'a> {
    pub(crate) sql: &'a mut dyn Sql,
    pub(crate) head: Head,
    pub(crate) changed: bool,
    /// The dossier that entries belong to; empty for none.
    pub(crate) dossier: String,
}

impl Session<'_> {
    /// Says which dossier the following entries belong to. Other systems get them in order within it.
    ///
    /// # Errors
    /// [`Error::BadIdentifier`], [`Error::BadCharacter`].
    pub fn for_dossier(&mut self, dossier: &str) -> Result<(), Error> {
        check_id("dossier", dossier)?;
        dossier.clone_into(&mut self.dossier);
        Ok(())
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
    let mut session = Session { sql, head, changed: false, dossier: String::new() };
    let answer = work(&mut session)?;
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
    let head = Head::read(sql)?;
    work(&mut Session { sql, head, changed: false, dossier: String::new() })
}
