//! The record in a PostgreSQL database, for many counters at once, and inside the caller's own transaction. Works on engines that
//! speak its dialect: nothing beyond tables, keys, `SELECT … FOR UPDATE`.

use std::collections::HashMap;
use std::path::Path;

use postgres::types::{ToSql, Type};
use postgres::{Client, GenericClient, Statement, Transaction};

use crate::session::writing;
use crate::sql::{Row, Sql, Store, Value, Work, one};
use crate::{Error, Ledger, Session};

/// Migrations in order; `ledger_meta.version` says how many the schema has had. Forward only.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/postgres/0001-ledger.sql")];
/// How often a transaction is run again when the server could not put it in an order with others.
const ATTEMPTS: u32 = 20;

impl From<postgres::Error> for Error {
    fn from(e: postgres::Error) -> Self {
        let problem =
            std::error::Error::source(&e).map_or_else(|| e.to_string(), |s| s.to_string());
        let Some(state) = e.code().map(postgres::error::SqlState::code) else {
            return Self::ConnectionLost { problem };
        };
        match state {
            // serialization_failure, deadlock_detected, lock_not_available: to be run again.
            "40001" | "40P01" | "55P03" => Self::Busy,
            // unique_violation: only another process can have taken the place meanwhile.
            "23505" => Self::Busy,
            // disk_full, read_only_sql_transaction, insufficient_privilege, cannot_connect_now, too many connections;
            // then admin and crash shutdown.
            "53100" | "25006" | "42501" | "57P03" | "53300" => Self::NotWritable { problem },
            "57P01" | "57P02" => Self::ConnectionLost { problem },
            "XX001" | "XX002" => Self::Damaged { problem },
            _ => Self::Database { problem },
        }
    }
}

struct Server {
    client: Client,
    statements: HashMap<String, Statement>,
}

impl Ledger {
    /// Connects to a server and opens the ledger there: `host=… dbname=… user=…` or `postgresql://…`. With `make` it is made where it is
    /// not there and brought up to date where it is older. The connection is not encrypted: for loopback, a private network or a
    /// tunnel; elsewhere connect a client with TLS yourself and hand it to [`Ledger::on_postgres`].
    ///
    /// # Errors
    /// [`Error::ConnectionLost`]; without `make` [`Error::OlderSchema`]; else as [`Ledger::on_postgres`].
    pub fn connect(address: &str, make: bool) -> Result<Self, Error> {
        let mut client = Client::connect(address, postgres::NoTls)?;
        if !make {
            let (found, known) = (version(&mut client)?, known());
            if found < known {
                return Err(Error::OlderSchema { found, known });
            }
        }
        Self::on_postgres(client)
    }

    /// A ledger in the database that `client` is connected to (its `search_path` says in which schema); made where it is not there.
    ///
    /// # Errors
    /// [`Error::NewerSchema`], [`Error::NotWritable`], [`Error::Busy`].
    pub fn on_postgres(mut client: Client) -> Result<Self, Error> {
        // A server that answers before it has written would lose what it acknowledged.
        let lazy = client.query_one(
            "SELECT coalesce(current_setting('synchronous_commit', true), 'on') = 'off'",
            &[],
        )?;
        if lazy.get::<_, bool>(0) {
            client.batch_execute("SET synchronous_commit TO on")?;
        }
        let mut attempt = 0;
        loop {
            match migrate(&mut client, known()) {
                Err(Error::Busy | Error::Database { .. }) if attempt < ATTEMPTS => {
                    attempt += 1;
                    std::thread::sleep(std::time::Duration::from_millis(u64::from(attempt) * 3));
                }
                done => break done?,
            }
        }
        Ok(Self::over(Box::new(Server { client, statements: HashMap::new() })))
    }
}

fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The schema there; 0 where there is none.
fn version(client: &mut impl GenericClient) -> Result<i64, Error> {
    let there = client.query_one("SELECT to_regclass('ledger_meta') IS NOT NULL", &[])?;
    if !there.get::<_, bool>(0) {
        return Ok(0);
    }
    // The table is seen before its row where another process makes the ledger at this moment.
    let row = client.query_opt("SELECT version FROM ledger_meta WHERE id = 1", &[])?;
    row.map(|row| row.get(0)).ok_or(Error::Busy)
}

fn migrate(client: &mut Client, known: i64) -> Result<(), Error> {
    let mut transaction = client
        .build_transaction()
        .isolation_level(postgres::IsolationLevel::ReadCommitted)
        .start()?;
    let found = version(&mut transaction)?;
    if found > known {
        return Err(Error::NewerSchema { found, known });
    }
    if found == known {
        return Ok(());
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.batch_execute(migration)?;
    }
    transaction.execute("DELETE FROM ledger_meta", &[])?;
    transaction.execute("INSERT INTO ledger_meta VALUES (1, $1)", &[&known])?;
    Ok(transaction.commit()?)
}

/// `?1` as PostgreSQL writes it.
fn numbered(statement: &str) -> String {
    statement.replace('?', "$")
}

struct Open<'a, 'c> {
    transaction: &'a mut Transaction<'c>,
    statements: &'a mut HashMap<String, Statement>,
}

impl Open<'_, '_> {
    fn prepare(&mut self, statement: &str) -> Result<Statement, Error> {
        if let Some(known) = self.statements.get(statement) {
            return Ok(known.clone());
        }
        let made = self.transaction.prepare(&numbered(statement))?;
        self.statements.insert(statement.to_owned(), made.clone());
        Ok(made)
    }
}

/// The values as the server's types want them.
fn bound(statement: &Statement, values: &[Value]) -> Result<Vec<Box<dyn ToSql + Sync>>, Error> {
    let wrong = || Error::Database { problem: "a parameter is of another type".to_owned() };
    statement
        .params()
        .iter()
        .zip(values)
        .map(|(kind, value)| -> Result<Box<dyn ToSql + Sync>, Error> {
            Ok(match value {
                Value::Null | Value::Strange(_) => Box::new(None::<String>),
                Value::Text(text) => Box::new(text.clone()),
                Value::Integer(number) if *kind == Type::INT4 => {
                    Box::new(i32::try_from(*number).map_err(|_| wrong())?)
                }
                Value::Integer(number) => Box::new(*number),
            })
        })
        .collect()
}

impl Sql for Open<'_, '_> {
    fn execute(&mut self, statement: &str, values: &[Value]) -> Result<u64, Error> {
        let statement = self.prepare(statement)?;
        let values = bound(&statement, values)?;
        let values: Vec<_> = values.iter().map(|v| &**v as &(dyn ToSql + Sync)).collect();
        Ok(self.transaction.execute(&statement, &values)?)
    }

    fn query(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, Error> {
        let statement = self.prepare(statement)?;
        let values = bound(&statement, values)?;
        let values: Vec<_> = values.iter().map(|v| &**v as &(dyn ToSql + Sync)).collect();
        let answers = self.transaction.query(&statement, &values)?;
        answers
            .iter()
            .map(|answer| {
                let columns = answer.columns().iter().enumerate();
                let row: Result<_, postgres::Error> = columns
                    .map(|(at, column)| {
                        Ok(match *column.type_() {
                            Type::INT8 => answer.try_get::<_, Option<i64>>(at)?.map(Value::Integer),
                            Type::INT4 => answer
                                .try_get::<_, Option<i32>>(at)?
                                .map(|number| Value::Integer(number.into())),
                            _ => answer.try_get::<_, Option<String>>(at)?.map(Value::Text),
                        }
                        .unwrap_or(Value::Null))
                    })
                    .collect();
                Ok(Row(row?))
            })
            .collect()
    }

    fn hold(&self) -> &'static str {
        " FOR UPDATE"
    }
}

impl Store for Server {
    fn write(&mut self, work: Work<'_>) -> Result<(), Error> {
        let mut attempt = 0;
        loop {
            let done = (|| {
                // Writers queue at the end of the log, whatever the server's own default is; engines without this level take a
                // stricter one, and what they cannot put in an order is run again.
                let mut transaction = self
                    .client
                    .build_transaction()
                    .isolation_level(postgres::IsolationLevel::ReadCommitted)
                    .start()?;
                let statements = &mut self.statements;
                work(&mut Open { transaction: &mut transaction, statements })?;
                Ok(transaction.commit()?)
            })();
            match done {
                Err(Error::Busy) if attempt < ATTEMPTS => {
                    attempt += 1;
                    // Those that met give way to one another; the longer it lasts the longer they wait.
                    std::thread::sleep(std::time::Duration::from_millis(u64::from(attempt) * 3));
                }
                done => return done,
            }
        }
    }

    fn read(&mut self, work: Work<'_>) -> Result<(), Error> {
        let mut transaction = self
            .client
            .build_transaction()
            .read_only(true)
            .isolation_level(postgres::IsolationLevel::RepeatableRead)
            .start()?;
        work(&mut Open { transaction: &mut transaction, statements: &mut self.statements })
    }

    fn backup(&mut self, _: &Path) -> Result<(), Error> {
        Err(Error::NotWritable {
            problem: "a PostgreSQL database is backed up with its own tools, such as pg_dump"
                .to_owned(),
        })
    }
}

/// Runs `work` inside your own transaction: what it adds is there if and only if you commit. It runs in a savepoint; where it fails
/// nothing of it stays and your transaction can go on. The end of the log is held until you commit, so commit soon.
///
/// # Errors
/// What `work` answers; [`Error::Busy`] when your transaction has to be run again as a whole.
pub fn within<T>(
    transaction: &mut Transaction<'_>,
    mut work: impl FnMut(&mut Session<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut savepoint = transaction.transaction()?;
    let mut statements = HashMap::new();
    let mut open = Open { transaction: &mut savepoint, statements: &mut statements };
    if one(&mut open, "SELECT version FROM ledger_meta WHERE id = 1", &[])?.is_none() {
        return Err(Error::Damaged { problem: "this database holds no ledger".to_owned() });
    }
    let answer = writing(&mut open, &mut work)?;
    savepoint.commit()?;
    Ok(answer)
}
