//! The record of a transition: who, when, why, from where to where, and the hash of the message behind it. Chained by hash.
//! Payers' data and signatures are never in it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Order, State};
use crate::error::Error;
use crate::secret::sha256_hex;

/// One line of an order's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// When.
    #[serde(with = "crate::instant")]
    pub at: OffsetDateTime,
    /// Who: an officer, `system`, or the name of a gateway.
    pub who: String,
    /// State before.
    pub from: State,
    /// State after.
    pub to: State,
    /// Why: a short code.
    pub why: String,
    /// Figures and references, redacted of payers' data.
    pub detail: String,
    /// SHA-256 of the raw message; empty where there was none.
    pub message_sha256: String,
    /// Hash of the record before; empty for the first.
    pub previous: String,
    /// SHA-256 over all of the above.
    pub hash: String,
}

impl Record {
    fn computed(&self, order: &str) -> String {
        let at = crate::instant::text(self.at);
        let parts = [
            order,
            at.as_str(),
            &self.who,
            self.from.name(),
            self.to.name(),
            &self.why,
            &self.detail,
            &self.message_sha256,
            &self.previous,
        ];
        sha256_hex(parts.iter().map(|p| format!("{}:{p}", p.len())).collect::<String>().as_bytes())
    }
}

impl Order {
    pub(super) fn draft(
        &self,
        at: OffsetDateTime,
        who: &str,
        to: State,
        why: &str,
        detail: String,
        message_sha256: &str,
    ) -> Record {
        // Whole seconds, as the record is written: a chain checked after reading must give the same hash.
        let at = at.replace_nanosecond(0).unwrap_or(at).to_offset(time::UtcOffset::UTC);
        let mut record = Record {
            at,
            who: who.to_owned(),
            from: self.state,
            to,
            why: why.to_owned(),
            detail,
            message_sha256: message_sha256.to_owned(),
            previous: self.records.last().map(|r| r.hash.clone()).unwrap_or_default(),
            hash: String::new(),
        };
        record.hash = record.computed(&self.id);
        record
    }

    /// Appends a record and moves to its state: the only place where the state changes.
    pub(super) fn note(
        &mut self,
        at: OffsetDateTime,
        who: &str,
        to: State,
        why: &str,
        detail: String,
        message_sha256: &str,
    ) -> Record {
        let record = self.draft(at, who, to, why, detail, message_sha256);
        self.records.push(record.clone());
        self.state = to;
        record
    }

    /// Checks the chain of records: `payments.record_broken` names the first that does not fit.
    pub fn check_records(&self) -> Result<(), Error> {
        let mut previous = String::new();
        let mut state = State::Created;
        for (index, record) in self.records.iter().enumerate() {
            let fits = record.previous == previous
                && record.from == state
                && record.hash == record.computed(&self.id);
            if !fits {
                return Err(Error::RecordBroken { order: self.id.clone(), index });
            }
            previous.clone_from(&record.hash);
            state = record.to;
        }
        if state != self.state {
            return Err(Error::RecordBroken { order: self.id.clone(), index: self.records.len() });
        }
        Ok(())
    }
}
