//! Orders as events that are only ever added. What an event means is for `motcua-payments`.

use rusqlite::{OptionalExtension, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::file::{check_id, instant};
use crate::{Error, Ledger};

/// One event of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderEvent {
    /// Such as `created`, `notice`.
    pub kind: String,
    /// What makes it the same event when it comes twice.
    pub fingerprint: String,
    /// The event as JSON, redacted by the caller.
    pub body: String,
}

/// Whether an event was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is recorded now, at this position.
    Now(u32),
    /// It was recorded before, at this position; nothing changed.
    Before(u32),
}

impl Ledger {
    /// Adds an event to an order.
    ///
    /// # Errors
    /// [`Error::FingerprintReused`] when the fingerprint stands for another event; [`Error::BadIdentifier`].
    pub fn add_event(
        &mut self,
        order: &str,
        event: &OrderEvent,
        now: OffsetDateTime,
    ) -> Result<Added, Error> {
        check_id("order", order)?;
        check_id("kind", &event.kind)?;
        check_id("fingerprint", &event.fingerprint)?;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let before: Option<(u32, String, String)> = transaction
            .query_row(
                "SELECT position, kind, body FROM order_event WHERE order_id = ?1 AND fingerprint = ?2",
                params![order, event.fingerprint],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        if let Some((position, kind, body)) = before {
            if kind == event.kind && body == event.body {
                return Ok(Added::Before(position));
            }
            return Err(Error::FingerprintReused { order: order.to_owned() });
        }
        let position: u32 = transaction.query_row(
            "SELECT coalesce(max(position), 0) + 1 FROM order_event WHERE order_id = ?1",
            params![order],
            |row| row.get(0),
        )?;
        transaction.execute(
            "INSERT INTO order_event (order_id, position, at, kind, fingerprint, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![order, position, instant(now)?, event.kind, event.fingerprint, event.body],
        )?;
        transaction.commit()?;
        Ok(Added::Now(position))
    }

    /// The events of an order, in order.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn events(&self, order: &str) -> Result<Vec<OrderEvent>, Error> {
        let mut statement = self.connection.prepare(
            "SELECT kind, fingerprint, body FROM order_event WHERE order_id = ?1 ORDER BY position",
        )?;
        let rows = statement.query_map(params![order], |row| {
            Ok(OrderEvent { kind: row.get(0)?, fingerprint: row.get(1)?, body: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
