//! What can go wrong with the record, with stable codes.

use thiserror::Error;

/// Why the record could not do what was asked. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The file was written by a later version.
    #[error(
        "the ledger has schema {found}, this version knows up to {known}; use the newer version of motcua"
    )]
    NewerSchema {
        /// Schema of the file.
        found: i64,
        /// Newest schema known.
        known: i64,
    },
    /// Another process holds the file for writing.
    #[error("another process is writing the ledger and did not finish in time; try again")]
    Busy,
    /// The file is no ledger, or damaged.
    #[error("the file is not a sound ledger: {problem}; restore it from a backup")]
    Damaged {
        /// What the database says.
        problem: String,
    },
    /// The disk is full or cannot be written.
    #[error("the ledger cannot be written: {problem}; nothing was recorded")]
    NotWritable {
        /// What the database says.
        problem: String,
    },
    /// An identifier is empty or too long.
    #[error("the {field} has {length} bytes; it must have 1 to {limit}")]
    BadIdentifier {
        /// Which one.
        field: &'static str,
        /// Its length in bytes.
        length: usize,
        /// The longest that is kept.
        limit: usize,
    },
    /// No such number was reserved.
    #[error("no number {number} of {year} is in the register of {agency}, {kind}")]
    NoEntry {
        /// The agency.
        agency: String,
        /// The kind.
        kind: String,
        /// The year.
        year: i32,
        /// The number.
        number: u32,
    },
    /// The number was completed or voided before, differently.
    #[error("number {number} of {year} is already {state}; a register entry is closed once")]
    EntryClosed {
        /// The year.
        year: i32,
        /// The number.
        number: u32,
        /// What it is.
        state: &'static str,
    },
    /// One fingerprint came with two different events.
    #[error("order {order} holds another event with the same fingerprint; nothing was recorded")]
    FingerprintReused {
        /// The order.
        order: String,
    },
    /// The database refused for another reason.
    #[error("the database refused: {problem}")]
    Database {
        /// What it says.
        problem: String,
    },
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NewerSchema { .. } => "ledger.newer_schema",
            Self::Busy => "ledger.busy",
            Self::Damaged { .. } => "ledger.damaged",
            Self::NotWritable { .. } => "ledger.not_writable",
            Self::BadIdentifier { .. } => "ledger.bad_identifier",
            Self::NoEntry { .. } => "ledger.no_entry",
            Self::EntryClosed { .. } => "ledger.entry_closed",
            Self::FingerprintReused { .. } => "ledger.fingerprint_reused",
            Self::Database { .. } => "ledger.database",
        }
    }

    /// The parameters of the message, by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NewerSchema { found, known } => {
                vec![("found", found.to_string()), ("known", known.to_string())]
            }
            Self::Busy => Vec::new(),
            Self::Damaged { problem }
            | Self::NotWritable { problem }
            | Self::Database { problem } => {
                vec![("problem", problem.clone())]
            }
            Self::BadIdentifier { field, length, limit } => vec![
                ("field", (*field).to_owned()),
                ("length", length.to_string()),
                ("limit", limit.to_string()),
            ],
            Self::NoEntry { agency, kind, year, number } => vec![
                ("agency", agency.clone()),
                ("kind", kind.clone()),
                ("year", year.to_string()),
                ("number", number.to_string()),
            ],
            Self::EntryClosed { year, number, state } => vec![
                ("year", year.to_string()),
                ("number", number.to_string()),
                ("state", (*state).to_owned()),
            ],
            Self::FingerprintReused { order } => vec![("order", order.clone())],
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(e: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as C;
        let problem = e.to_string();
        match e.sqlite_error_code() {
            Some(C::DatabaseBusy | C::DatabaseLocked) => Self::Busy,
            Some(C::DatabaseCorrupt | C::NotADatabase) => Self::Damaged { problem },
            Some(
                C::DiskFull
                | C::ReadOnly
                | C::CannotOpen
                | C::SystemIoFailure
                | C::PermissionDenied,
            ) => Self::NotWritable { problem },
            _ => Self::Database { problem },
        }
    }
}
