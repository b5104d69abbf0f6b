//! The ledger as callers hold it: a database, and each operation in a transaction of its own. What operations do stands with
//! their subjects.

use std::path::Path;

use crate::session::{reading, writing};
use crate::sql::Store;
use crate::{Error, Session};

/// The record of one counter, or of many that share a server.
pub struct Ledger {
    store: Box<dyn Store>,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").finish_non_exhaustive()
    }
}

impl Ledger {
    pub(crate) fn over(store: Box<dyn Store>) -> Self {
        Self { store }
    }

    /// Runs `work` in one transaction: all it adds is on the disk when this answers, or nothing is. `work` may run again where
    /// the server asks for it, so it must do nothing but call the session.
    ///
    /// # Errors
    /// What `work` answers, and [`Error::Busy`], [`Error::NotWritable`], [`Error::Damaged`].
    pub fn write<T>(
        &mut self,
        mut work: impl FnMut(&mut Session<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut answer = None;
        self.store.write(&mut |sql| {
            answer = Some(writing(sql, &mut work)?);
            Ok(())
        })?;
        answer.ok_or_else(|| Error::Database { problem: "the transaction did not run".to_owned() })
    }

    /// Runs `work` on one moment of the record.
    ///
    /// # Errors
    /// What `work` answers.
    pub fn read<T>(
        &mut self,
        mut work: impl FnMut(&mut Session<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut answer = None;
        self.store.read(&mut |sql| {
            answer = Some(reading(sql, &mut work)?);
            Ok(())
        })?;
        answer.ok_or_else(|| Error::Database { problem: "the transaction did not run".to_owned() })
    }

    /// Copies the whole record into a new SQLite file while others go on writing. The copy is complete as of one moment.
    ///
    /// # Errors
    /// [`Error::NotWritable`] where the file exists or cannot be made.
    pub fn backup(&mut self, to: &Path) -> Result<(), Error> {
        self.store.backup(to)
    }
}
