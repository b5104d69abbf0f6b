//! The few things both databases do alike: statements with numbered parameters, rows of text and integers. No dialect lives here.

use crate::Error;

/// A parameter or a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Integer(i64),
    Text(String),
    /// What no ledger writes there: bytes, a fraction, text that is not UTF-8.
    Strange(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Option<&str>> for Value {
    fn from(value: Option<&str>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

/// One row of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row(pub Vec<Value>);

impl Row {
    fn wrong(&self, column: usize, wanted: &str) -> Error {
        Error::Damaged {
            problem: format!("column {column} holds {:?}, not {wanted}", self.0.get(column)),
        }
    }

    pub fn text(&self, column: usize) -> Result<String, Error> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(text.clone()),
            _ => Err(self.wrong(column, "text")),
        }
    }

    pub fn optional(&self, column: usize) -> Result<Option<String>, Error> {
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            _ => self.text(column).map(Some),
        }
    }

    pub fn integer(&self, column: usize) -> Result<i64, Error> {
        match self.0.get(column) {
            Some(Value::Integer(number)) => Ok(*number),
            _ => Err(self.wrong(column, "a number")),
        }
    }

    /// An integer of another width.
    pub fn number<N: TryFrom<i64>>(&self, column: usize) -> Result<N, Error> {
        N::try_from(self.integer(column)?).map_err(|_| self.wrong(column, "a number in range"))
    }
}

/// An open transaction. Statements are written with `?1`, `?2`, …, each first used in that order.
pub(crate) trait Sql {
    /// Runs a statement that answers nothing; gives the number of rows it touched.
    fn execute(&mut self, statement: &str, values: &[Value]) -> Result<u64, Error>;
    /// Runs a query.
    fn query(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, Error>;
    /// What makes a `SELECT` hold its row until the transaction ends; empty where the whole database is held.
    fn hold(&self) -> &'static str;
}

/// Runs a query that answers at most one row.
pub(crate) fn one(
    sql: &mut dyn Sql,
    statement: &str,
    values: &[Value],
) -> Result<Option<Row>, Error> {
    Ok(sql.query(statement, values)?.into_iter().next())
}

/// Work on an open transaction.
pub(crate) type Work<'a> = &'a mut dyn FnMut(&mut dyn Sql) -> Result<(), Error>;

/// A database that holds a ledger.
pub(crate) trait Store: Send {
    /// Runs `work` in one transaction that writes: all of it is on the disk afterwards, or nothing is.
    fn write(&mut self, work: Work<'_>) -> Result<(), Error>;
    /// Runs `work` in one transaction that only reads and sees one moment.
    fn read(&mut self, work: Work<'_>) -> Result<(), Error>;
    /// Copies the whole record into a new SQLite file while it is in use.
    fn backup(&mut self, to: &std::path::Path) -> Result<(), Error>;
}

/// `Vec<Value>` from anything that becomes a [`Value`].
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::sql::Value::from($value)),*] };
}
pub(crate) use values;
