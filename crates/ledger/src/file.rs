//! The SQLite file: opening, durability, migrations. What stands in it lives with its subject.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::Error;

/// Migrations in order; the file's `user_version` says how many it has had. Forward only.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/0001-register.sql")];
/// Marks the file as a ledger (`application_id`): "mcua".
const APPLICATION: i64 = 0x6D63_7561;
/// How long a writer waits for another one: longer than any transaction here, shorter than a person's patience.
const BUSY: Duration = Duration::from_secs(10);

/// The record of one counter.
#[derive(Debug)]
pub struct Ledger {
    pub(crate) connection: Connection,
}

impl Ledger {
    /// Opens the file, makes it where there is none, and brings an older one up to date.
    ///
    /// # Errors
    /// [`Error::NewerSchema`], [`Error::Damaged`], [`Error::NotWritable`], [`Error::Busy`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::set_up(Connection::open(path)?)
    }

    /// A ledger that is gone when it is dropped, for tests.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn in_memory() -> Result<Self, Error> {
        Self::set_up(Connection::open_in_memory()?)
    }

    fn set_up(mut connection: Connection) -> Result<Self, Error> {
        connection.busy_timeout(BUSY)?;
        // Every commit is on the disk before it is answered.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let application: i64 =
            transaction.pragma_query_value(None, "application_id", |r| r.get(0))?;
        let found: i64 = transaction.pragma_query_value(None, "user_version", |r| r.get(0))?;
        let tables: i64 =
            transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
        if application != APPLICATION && tables > 0 {
            return Err(Error::Damaged {
                problem: "it is a database of another program".to_owned(),
            });
        }
        if found > known {
            return Err(Error::NewerSchema { found, known });
        }
        for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
            transaction.execute_batch(migration)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", known)?;
        transaction.commit()?;
        Ok(Self { connection })
    }
}

/// An instant as the file keeps it: RFC 3339 in UTC.
pub(crate) fn instant(at: OffsetDateTime) -> Result<String, Error> {
    at.to_offset(time::UtcOffset::UTC)
        .format(&Rfc3339)
        .map_err(|e| Error::Database { problem: e.to_string() })
}

/// Identifiers are made by callers; 200 bytes hold every one the gateways and portals use.
const ID_LIMIT: usize = 200;

pub(crate) fn check_id(field: &'static str, value: &str) -> Result<(), Error> {
    let length = value.len();
    if length == 0 || length > ID_LIMIT {
        return Err(Error::BadIdentifier { field, length, limit: ID_LIMIT });
    }
    Ok(())
}
