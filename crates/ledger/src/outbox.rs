//! The outbox: the log itself, read by other systems at their own pace. At least once, in the order of the log, so in order within
//! each dossier.

use crate::log::{LogEntry, check_id};
use crate::sql::{one, values};
use crate::{Error, Session};

impl Session<'_> {
    /// Where this consumer goes on: the first entry it has not confirmed.
    ///
    /// # Errors
    /// [`Error::BadIdentifier`].
    pub fn outbox_position(&mut self, consumer: &str) -> Result<u64, Error> {
        check_id("consumer", consumer)?;
        let row = one(
            self.sql,
            "SELECT next FROM outbox_cursor WHERE consumer = ?1",
            &values![consumer],
        )?;
        row.map_or(Ok(0), |row| row.number(0))
    }

    /// The next entries for a consumer, at most 1,000. The same come again until they are confirmed.
    ///
    /// # Errors
    /// [`Error::BadIdentifier`].
    pub fn outbox(&mut self, consumer: &str, limit: u32) -> Result<Vec<LogEntry>, Error> {
        let from = self.outbox_position(consumer)?;
        self.log(from, limit)
    }

    /// Confirms every entry before `next`. Going back is not confirming; it is refused.
    ///
    /// # Errors
    /// [`Error::OutboxPosition`] where `next` lies before what was confirmed or past the end of the log.
    pub fn confirm(&mut self, consumer: &str, next: u64) -> Result<(), Error> {
        let before = self.outbox_position(consumer)?;
        if next < before || next > self.size() {
            return Err(Error::OutboxPosition { next, confirmed: before, size: self.size() });
        }
        let next = i64::try_from(next).unwrap_or(i64::MAX);
        let touched = self.execute(
            "UPDATE outbox_cursor SET next = ?1 WHERE consumer = ?2",
            &values![next, consumer],
        )?;
        if touched == 0 {
            self.execute(
                "INSERT INTO outbox_cursor (consumer, next) VALUES (?1, ?2)",
                &values![consumer, next],
            )?;
        }
        Ok(())
    }
}
