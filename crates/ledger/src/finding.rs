//! What an audit finds, with stable codes.

use serde::Serialize;

/// One thing that is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditFinding {
    /// The stable code.
    pub code: &'static str,
    /// The entry of the log, where it is one.
    pub seq: Option<u64>,
    /// What it is about.
    pub subject: String,
    /// What exactly.
    pub detail: String,
}

/// Kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// An entry is not what was recorded.
    EntryChanged,
    /// An entry does not follow the one before it.
    ChainBroken,
    /// Entries are missing.
    EntryMissing,
    /// An entry's body is not of its kind.
    EntryUnread,
    /// The log does not end where it was closed: cut off, or added to.
    HeadDiffers,
    /// Numbers of a register do not follow each other.
    RegisterGap,
    /// A table does not hold what the log says.
    TableDiffers,
    /// A signed checkpoint says otherwise.
    CheckpointContradicts,
    /// A stored checkpoint was not signed by the key.
    CheckpointUnsigned,
}

impl Flaw {
    pub fn code(self) -> &'static str {
        match self {
            Self::EntryChanged => "ledger.entry_changed",
            Self::ChainBroken => "ledger.chain_broken",
            Self::EntryMissing => "ledger.entry_missing",
            Self::EntryUnread => "ledger.entry_unread",
            Self::HeadDiffers => "ledger.head_differs",
            Self::RegisterGap => "ledger.register_gap",
            Self::TableDiffers => "ledger.table_differs",
            Self::CheckpointContradicts => "ledger.checkpoint_contradicts",
            Self::CheckpointUnsigned => "ledger.checkpoint_unsigned",
        }
    }
}
