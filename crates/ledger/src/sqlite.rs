//! The record in one SQLite file: opening, durability, migrations, backup.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, TransactionBehavior};

use crate::session::writing;
use crate::sql::{Row, Sql, Store, Value, Work};
use crate::{Error, Ledger, upgrade};

/// Migrations in order; the file's `user_version` says how many it has had. Forward only.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/sqlite/0001-register.sql"),
    include_str!("../migrations/sqlite/0002-log.sql"),
];
/// The migration that brought the log; files older than it have rows that are taken over into it.
const LOG_CAME: i64 = 2;
/// Marks the file as a ledger (`application_id`): "mcua".
const APPLICATION: i64 = 0x6D63_7561;
/// How long a writer waits for another one: longer than any transaction here, shorter than a person's patience.
const BUSY: Duration = Duration::from_secs(10);

/// Fingerprints are hashes, so their index is touched all over: with the inner pages of millions of them in memory an event costs the
/// same in a long record as in a short one.
const CACHE_KIB: i64 = 64 << 10;

/// Pages that wait beside the file before they are moved into it, 32 MiB: pages of that index are written once for many events.
const WAL_PAGES: i64 = 8 << 10;

struct File {
    connection: Connection,
}

impl Ledger {
    /// Opens the file, makes it where there is none, and brings an older one up to date. A writer waits for another one for ten
    /// seconds.
    ///
    /// # Errors
    /// [`Error::NewerSchema`], [`Error::Damaged`], [`Error::NotWritable`], [`Error::Busy`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::open_waiting(path, BUSY)
    }

    /// As [`Ledger::open`], with a patience of your own: zero makes a second writer fail at once.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn open_waiting(path: &Path, patience: Duration) -> Result<Self, Error> {
        set_up(Connection::open(path)?, patience)
    }

    /// Opens an existing file for reading alone; it is neither made nor changed.
    ///
    /// # Errors
    /// [`Error::NotWritable`] where there is no file; [`Error::OlderSchema`], [`Error::NewerSchema`], [`Error::Damaged`].
    pub fn open_read_only(path: &Path) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        let mut found = version(&connection);
        if found.is_err()
            && let Some(uri) = archive(path)
        {
            connection = Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?;
            found = version(&connection);
        }
        let (found, known) = (found?, known());
        if found < known {
            return Err(Error::OlderSchema { found, known });
        }
        Ok(Self::over(Box::new(File { connection })))
    }

    /// A ledger that is gone when it is dropped, for tests.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn in_memory() -> Result<Self, Error> {
        set_up(Connection::open_in_memory()?, BUSY)
    }
}

/// How a file on a disk that nobody can write is opened: readers of a file in use share a small file beside it, which cannot be made
/// there. Nothing where the disk can be written, or writing was cut off and has to be finished first.
fn archive(path: &Path) -> Option<String> {
    let refused = std::fs::OpenOptions::new().write(true).open(path).err()?;
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let open_end = std::fs::metadata(log).is_ok_and(|log| log.len() > 0);
    if refused.kind() != std::io::ErrorKind::ReadOnlyFilesystem || open_end {
        return None;
    }
    // https://www.sqlite.org/uri.html: percent, question mark and number sign have a meaning in it.
    let path = std::fs::canonicalize(path).ok()?;
    let path = path.to_str()?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Some(format!("file:{path}?immutable=1"))
}

fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The schema of the file; refuses another program's file and a newer one.
fn version(connection: &Connection) -> Result<i64, Error> {
    let application: i64 = connection.pragma_query_value(None, "application_id", |r| r.get(0))?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |r| r.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    if application != APPLICATION && tables > 0 {
        return Err(Error::Damaged { problem: "it is a database of another program".to_owned() });
    }
    if found > known() {
        return Err(Error::NewerSchema { found, known: known() });
    }
    Ok(found)
}

fn set_up(mut connection: Connection, patience: Duration) -> Result<Ledger, Error> {
    connection.busy_timeout(patience)?;
    // Every commit is on the disk before it is answered.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    // Negative: kibibytes.
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.set_prepared_statement_cache_capacity(64);
    if version(&connection)? < known() {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have migrated it meanwhile.
        let found = version(&transaction)?;
        for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
            transaction.execute_batch(migration)?;
        }
        if (1..LOG_CAME).contains(&found) {
            writing(&mut Open(&transaction), &mut upgrade::take_over)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", known())?;
        transaction.commit()?;
    }
    Ok(Ledger::over(Box::new(File { connection })))
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Strange(_) => ValueRef::Null,
        }))
    }
}

struct Open<'a>(&'a Connection);

impl Sql for Open<'_> {
    fn execute(&mut self, statement: &str, values: &[Value]) -> Result<u64, Error> {
        let mut statement = self.0.prepare_cached(statement)?;
        let touched = statement.execute(rusqlite::params_from_iter(values))?;
        Ok(u64::try_from(touched).unwrap_or(u64::MAX))
    }

    fn query(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, Error> {
        let mut statement = self.0.prepare_cached(statement)?;
        let columns = statement.column_count();
        let mut answers = statement.query(rusqlite::params_from_iter(values))?;
        let mut rows = Vec::new();
        while let Some(answer) = answers.next()? {
            let mut row = Vec::with_capacity(columns);
            for column in 0..columns {
                row.push(match answer.get_ref(column)? {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(number) => Value::Integer(number),
                    ValueRef::Text(text) => match std::str::from_utf8(text) {
                        Ok(text) => Value::Text(text.to_owned()),
                        Err(_) => Value::Strange("text that is not UTF-8".to_owned()),
                    },
                    ValueRef::Real(_) | ValueRef::Blob(_) => {
                        Value::Strange("neither text nor a whole number".to_owned())
                    }
                });
            }
            rows.push(Row(row));
        }
        Ok(rows)
    }

    fn hold(&self) -> &'static str {
        // The immediate transaction holds the whole file.
        ""
    }
}

impl Store for File {
    fn write(&mut self, work: Work<'_>) -> Result<(), Error> {
        if self.connection.is_readonly("main")? {
            return Err(Error::NotWritable {
                problem: "it was opened for reading alone".to_owned(),
            });
        }
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        work(&mut Open(&transaction))?;
        Ok(transaction.commit()?)
    }

    fn read(&mut self, work: Work<'_>) -> Result<(), Error> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
        work(&mut Open(&transaction))
    }

    fn backup(&mut self, to: &Path) -> Result<(), Error> {
        if to.exists() {
            return Err(Error::NotWritable { problem: format!("{} exists", to.display()) });
        }
        // One statement, so one moment, whatever others write meanwhile.
        let name = to.to_str().ok_or_else(|| Error::NotWritable {
            problem: "the file's name is not UTF-8".to_owned(),
        })?;
        let done = self.connection.execute("VACUUM INTO ?1", [name]);
        if done.is_err() {
            // There was none before; half a backup must not look like a whole one.
            let _ = std::fs::remove_file(to);
        }
        Ok(done.map(|_| ())?)
    }
}
