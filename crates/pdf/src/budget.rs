//! Named limits on the work and memory that one file may cost, and the meter that counts against them.

use std::cell::Cell;

use crate::Error;

/// What reading one file may cost. Start from [`Limits::STANDARD`] and change fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Nesting of arrays and dictionaries, and of the page tree. The parser recurses, so this bounds the stack.
    pub depth: usize,
    /// Indirect objects in all revisions together. A page of a scan needs about five.
    pub objects: usize,
    /// Bytes that all inflated streams together may have. Inflating is linear in its output: about a second for this much.
    pub inflated: usize,
    /// Bytes that one inflated stream may have: 8 times the file, and at least this much.
    pub inflated_once: usize,
    /// Cross-reference sections, that is, incremental updates. A copy with yearly archive timestamps needs one a year.
    pub revisions: usize,
    /// Objects of all revisions, added up over the revisions: looking at each revision by itself costs that much.
    pub objects_by_revision: usize,
    /// Bytes of syntax read, again and again where objects are asked for again: 32 times the file, and at least this much.
    /// Objects that stand inside each other's strings would else cost the square of the file.
    pub parsed: usize,
    /// Pages.
    pub pages: usize,
    /// Operators, objects and characters that the PDF/A check looks at: some seconds of work for this many. A page of dense
    /// text has some fifty thousand.
    pub steps: usize,
}

impl Limits {
    /// The limits for files from strangers.
    pub const STANDARD: Self = Self {
        depth: 96,
        objects: 500_000,
        inflated: 256 << 20,
        inflated_once: 4 << 20,
        revisions: 256,
        objects_by_revision: 4_000_000,
        parsed: 32 << 20,
        pages: 50_000,
        steps: 20_000_000,
    };
}

/// Counts what a document has cost so far.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    inflated: Cell<usize>,
    parsed: Cell<usize>,
}

impl Meter {
    /// How many bytes the next stream of a `file_length` file may inflate to.
    pub(crate) fn allowance(&self, limits: &Limits, file_length: usize) -> usize {
        let once = limits.inflated_once.max(file_length.saturating_mul(8));
        once.min(limits.inflated.saturating_sub(self.inflated.get()))
    }

    /// Books `bytes` of syntax that was read.
    pub(crate) fn read(
        &self,
        bytes: usize,
        limits: &Limits,
        file_length: usize,
    ) -> Result<(), Error> {
        self.parsed.set(self.parsed.get().saturating_add(bytes));
        let most = limits.parsed.max(file_length.saturating_mul(32));
        if self.parsed.get() > most { Err(over("parsed", most)) } else { Ok(()) }
    }

    /// Books `bytes` of inflated data.
    pub(crate) fn spend(&self, bytes: usize) {
        self.inflated.set(self.inflated.get().saturating_add(bytes));
    }
}

/// Entries that a cross-reference of a `file_length` file may have: in the densest object streams an object takes more than four
/// bytes of the file, and an entry takes memory whether its object is there or not.
pub(crate) fn entries(limits: &Limits, file_length: usize) -> usize {
    limits.objects.min(4_096 + file_length / 4)
}

/// The error for a limit that was reached.
pub(crate) fn over(limit: &'static str, allowed: usize) -> Error {
    Error::Budget { limit, allowed: allowed as u64 }
}
