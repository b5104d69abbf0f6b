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
    /// The file was written by an earlier version and was opened for reading alone.
    #[error(
        "the ledger has schema {found}, this version reads {known}; open it once for writing, and it is brought up to date"
    )]
    OlderSchema {
        /// Schema of the file.
        found: i64,
        /// The schema that is read.
        known: i64,
    },
    /// An identifier or body holds a character that it must not.
    #[error("the {field} holds the character U+{character:04X}, which it must not")]
    BadCharacter {
        /// Which one.
        field: &'static str,
        /// The character's number.
        character: u32,
    },
    /// An event is too large to be one.
    #[error("the event has {length} bytes; at most {limit} are kept, give the file's hash instead")]
    BodyTooLarge {
        /// Its length in bytes.
        length: usize,
        /// The longest that is kept.
        limit: usize,
    },
    /// An instant lies outside what a record can hold.
    #[error("the year {year} is not between 2000 and 2999; check the clock")]
    BadYear {
        /// The year in Viet Nam.
        year: i32,
    },
    /// A day is not written as `2026-11-24`.
    #[error("{got:?} is no day; write it as 2026-11-24")]
    BadDate {
        /// What came.
        got: String,
    },
    /// The clock stands before the last entry by more than clocks may differ.
    #[error("the clock says {now}, but the last entry was recorded at {last}; set the clock right")]
    ClockBack {
        /// The instant that was given.
        now: String,
        /// The last entry's.
        last: String,
    },
    /// No number is given in a year that was closed.
    #[error("the register of {year} is closed; no further number is given in it")]
    YearIsClosed {
        /// The year.
        year: i32,
    },
    /// A year cannot be closed before it is over in Viet Nam.
    #[error("{year} is not over in Viet Nam; close it from 1 January on")]
    YearNotOver {
        /// The year.
        year: i32,
    },
    /// A year cannot be closed while numbers of it are neither completed nor voided.
    #[error(
        "{count} numbers of {year} are neither completed nor voided, the first is {first}; finish them before closing the year"
    )]
    EntriesOpen {
        /// The year.
        year: i32,
        /// How many.
        count: u32,
        /// The first.
        first: u32,
    },
    /// Another process changed the order since it was loaded.
    #[error("order {order} was changed meanwhile; load it and repeat the step on it")]
    OrderChanged {
        /// The order.
        order: String,
    },
    /// An order's own records do not hold.
    #[error("order {order} cannot be kept: {problem}")]
    OrderUnsound {
        /// The order.
        order: String,
        /// What is wrong.
        problem: String,
    },
    /// A reference sent to a gateway stands for another order.
    #[error(
        "{gateway} knows the reference {reference} for another order; make a new one, references are never used twice"
    )]
    ReferenceTaken {
        /// The gateway.
        gateway: String,
        /// The reference.
        reference: String,
    },
    /// A payment was counted for another order.
    #[error(
        "the transaction {transaction} of {gateway} was counted for another order; ask the gateway which of them it paid"
    )]
    TransactionCounted {
        /// The gateway.
        gateway: String,
        /// Its number of the payment.
        transaction: String,
    },
    /// A withdrawn copy is not handed over.
    #[error("copy {copy_id} was withdrawn; it is not handed over")]
    CopyAnnulled {
        /// The copy.
        copy_id: String,
    },
    /// No such receipt was issued.
    #[error("no receipt {number} of {year} was issued in {kind}")]
    NoReceipt {
        /// Form and symbol.
        kind: String,
        /// The year.
        year: i32,
        /// The number.
        number: u32,
    },
    /// A receipt was replaced by another one before.
    #[error("receipt {number} of {year} was replaced before; replace the one that replaced it")]
    ReceiptReplaced {
        /// The year.
        year: i32,
        /// The number.
        number: u32,
    },
    /// The rules of its day refuse a receipt; the code is theirs.
    #[error("{0}")]
    Receipt(#[from] motcua_payments::receipt::Error),
    /// A list of annulments would end before it begins.
    #[error("a list that ends at {expires_at} could never be relied on; let it end later")]
    ListWindow {
        /// Its end.
        expires_at: String,
    },
    /// A copy belongs to another number, or differs from what was issued under its identifier.
    #[error("copy {copy_id} was issued before, differently; nothing was recorded")]
    CopyKnown {
        /// The copy that is known.
        copy_id: String,
    },
    /// No such copy was issued.
    #[error("no copy {copy_id} was issued here")]
    NoCopy {
        /// The identifier.
        copy_id: String,
    },
    /// A consumer confirms what it cannot have read.
    #[error(
        "the position {next} is not between {confirmed}, what was confirmed, and {size}, the end of the log"
    )]
    OutboxPosition {
        /// The position that came.
        next: u64,
        /// What was confirmed before.
        confirmed: u64,
        /// The end of the log.
        size: u64,
    },
    /// A checkpoint, or a key for checkpoints, cannot be taken.
    #[error("the checkpoint or its key cannot be taken: {problem}")]
    BadCheckpoint {
        /// What is wrong.
        problem: String,
    },
    /// There is no such entry or size to be proved.
    #[error("nothing can be proved of {from} in a log of {size} entries")]
    NoProof {
        /// The entry, or the earlier size.
        from: u64,
        /// The size.
        size: u64,
    },
    /// A file of the record's export cannot be read back.
    #[error("line {line} of the export cannot be taken: {problem}")]
    BadExport {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// An assessment carries no further request.
    #[error(
        "assessment {assessment} pays for {most} numbers, and they were taken; assess the further papers"
    )]
    AssessmentUsed {
        /// The assessment.
        assessment: String,
        /// How many it carries.
        most: u32,
    },
    /// The caller's own work in a transaction stopped; all of it was undone.
    #[error("the work was abandoned by its caller; nothing was recorded")]
    Abandoned,
    /// Another process holds the file for writing.
    #[error("another process is writing the ledger and did not finish in time; try again")]
    Busy,
    /// The server went away; whether it recorded what was under way is not known.
    #[error(
        "the connection to the server was lost ({problem}); repeat the same call on a new one: what was recorded is answered, not repeated"
    )]
    ConnectionLost {
        /// What the connection says.
        problem: String,
    },
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
    #[error("{subject} holds another event with the same fingerprint; nothing was recorded")]
    FingerprintReused {
        /// What it is about.
        subject: String,
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
            Self::OlderSchema { .. } => "ledger.older_schema",
            Self::BadCharacter { .. } => "ledger.bad_character",
            Self::BodyTooLarge { .. } => "ledger.body_too_large",
            Self::BadYear { .. } => "ledger.bad_year",
            Self::BadDate { .. } => "ledger.bad_date",
            Self::ClockBack { .. } => "ledger.clock_back",
            Self::YearIsClosed { .. } => "ledger.year_is_closed",
            Self::YearNotOver { .. } => "ledger.year_not_over",
            Self::EntriesOpen { .. } => "ledger.entries_open",
            Self::OrderChanged { .. } => "ledger.order_changed",
            Self::OrderUnsound { .. } => "ledger.order_unsound",
            Self::ReferenceTaken { .. } => "ledger.reference_taken",
            Self::TransactionCounted { .. } => "ledger.transaction_counted",
            Self::CopyAnnulled { .. } => "ledger.copy_annulled",
            Self::NoReceipt { .. } => "ledger.no_receipt",
            Self::ReceiptReplaced { .. } => "ledger.receipt_replaced",
            Self::Receipt(e) => e.code(),
            Self::ListWindow { .. } => "ledger.list_window",
            Self::CopyKnown { .. } => "ledger.copy_known",
            Self::NoCopy { .. } => "ledger.no_copy",
            Self::OutboxPosition { .. } => "ledger.outbox_position",
            Self::BadCheckpoint { .. } => "ledger.bad_checkpoint",
            Self::NoProof { .. } => "ledger.no_proof",
            Self::BadExport { .. } => "ledger.bad_export",
            Self::AssessmentUsed { .. } => "ledger.assessment_used",
            Self::Abandoned => "ledger.abandoned",
            Self::Busy => "ledger.busy",
            Self::ConnectionLost { .. } => "ledger.connection_lost",
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
            Self::NewerSchema { found, known } | Self::OlderSchema { found, known } => {
                vec![("found", found.to_string()), ("known", known.to_string())]
            }
            Self::BadCharacter { field, character } => {
                vec![("field", (*field).to_owned()), ("character", format!("U+{character:04X}"))]
            }
            Self::BodyTooLarge { length, limit } => {
                vec![("length", length.to_string()), ("limit", limit.to_string())]
            }
            Self::BadYear { year } | Self::YearIsClosed { year } | Self::YearNotOver { year } => {
                vec![("year", year.to_string())]
            }
            Self::AssessmentUsed { assessment, most } => {
                vec![("assessment", assessment.clone()), ("most", most.to_string())]
            }
            Self::BadDate { got } => vec![("got", got.clone())],
            Self::ClockBack { now, last } => vec![("now", now.clone()), ("last", last.clone())],
            Self::EntriesOpen { year, count, first } => vec![
                ("year", year.to_string()),
                ("count", count.to_string()),
                ("first", first.to_string()),
            ],
            Self::OrderChanged { order } => vec![("order", order.clone())],
            Self::OrderUnsound { order, problem } => {
                vec![("order", order.clone()), ("problem", problem.clone())]
            }
            Self::ReferenceTaken { gateway, reference } => {
                vec![("gateway", gateway.clone()), ("reference", reference.clone())]
            }
            Self::TransactionCounted { gateway, transaction } => {
                vec![("gateway", gateway.clone()), ("transaction", transaction.clone())]
            }
            Self::NoReceipt { kind, year, number } => vec![
                ("kind", kind.clone()),
                ("year", year.to_string()),
                ("number", number.to_string()),
            ],
            Self::ReceiptReplaced { year, number } => {
                vec![("year", year.to_string()), ("number", number.to_string())]
            }
            Self::Receipt(e) => e.details(),
            Self::ListWindow { expires_at } => vec![("expires_at", expires_at.clone())],
            Self::CopyKnown { copy_id }
            | Self::NoCopy { copy_id }
            | Self::CopyAnnulled { copy_id } => {
                vec![("copy_id", copy_id.clone())]
            }
            Self::OutboxPosition { next, confirmed, size } => vec![
                ("next", next.to_string()),
                ("confirmed", confirmed.to_string()),
                ("size", size.to_string()),
            ],
            Self::NoProof { from, size } => {
                vec![("from", from.to_string()), ("size", size.to_string())]
            }
            Self::BadExport { line, problem } => {
                vec![("line", line.to_string()), ("problem", problem.clone())]
            }
            Self::Abandoned | Self::Busy => Vec::new(),
            Self::ConnectionLost { problem }
            | Self::Damaged { problem }
            | Self::NotWritable { problem }
            | Self::BadCheckpoint { problem }
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
            Self::FingerprintReused { subject } => vec![("subject", subject.clone())],
        }
    }
}

impl Error {
    /// Whether it speaks of what the database holds: not of a connection, a disk or another writer.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::Database { .. })
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
