//! What a period came to: counts and đồng that add up, so that the month is the sum of its days and a province the sum of its
//! counters.

use std::collections::BTreeMap;
use std::ops::Add;

use serde::{Deserialize, Serialize};
use time::Date;

use crate::log::PAGE;
use crate::order::{RefundFact, order_of};
use crate::sql::values;
use crate::{Error, Session, instant};

/// The totals of a period. Adding two gives the totals of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// How many entries of each kind were recorded.
    pub entries: BTreeMap<String, u64>,
    /// Money that orders received, in đồng.
    pub received: u128,
    /// How many payments that was.
    pub payments: u64,
    /// Money that was given back for certain, in đồng, by the day it became known.
    pub refunded: u128,
    /// How many refunds that was.
    pub refunds: u64,
}

impl Totals {
    /// Of nothing.
    pub fn none() -> Self {
        Self { entries: BTreeMap::new(), received: 0, payments: 0, refunded: 0, refunds: 0 }
    }
}

impl Add for Totals {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        for (kind, count) in other.entries {
            *self.entries.entry(kind).or_insert(0) += count;
        }
        self.received += other.received;
        self.payments += other.payments;
        self.refunded += other.refunded;
        self.refunds += other.refunds;
        self
    }
}

impl Session<'_> {
    /// What was recorded and received from the day `from` up to, but not on, the day `until`, in Viet Nam.
    ///
    /// # Errors
    /// [`Error::Damaged`] where what is kept cannot be read.
    pub fn totals(&mut self, from: Date, until: Date) -> Result<Totals, Error> {
        let mut totals = Totals::none();
        let (start, end) = (instant::midnight(from)?, instant::midnight(until)?);
        let rows = self.sql.query(
            "SELECT kind, count(*) FROM log WHERE at >= ?1 AND at < ?2 GROUP BY kind",
            &values![start.as_str(), end.as_str()],
        )?;
        for row in rows {
            totals.entries.insert(row.text(0)?, row.number(1)?);
        }
        let rows = self.sql.query(
            "SELECT body FROM log WHERE kind = 'refund.done' AND at >= ?1 AND at < ?2",
            &values![start, end],
        )?;
        for row in rows {
            let fact: RefundFact = serde_json::from_str(&row.text(0)?)
                .map_err(|e| Error::Damaged { problem: format!("a refund: {e}") })?;
            totals.refunded += u128::from(fact.amount.get());
            totals.refunds += 1;
        }
        let mut after = String::new();
        loop {
            let rows = self.sql.query(
                "SELECT order_id, body FROM order_state WHERE order_id > ?1 ORDER BY order_id LIMIT ?2",
                &values![after.as_str(), PAGE],
            )?;
            let Some(last) = rows.last() else { return Ok(totals) };
            after = last.text(0)?;
            for row in &rows {
                for credit in order_of(&row.text(1)?)?.credits() {
                    if (from..until).contains(&instant::day(credit.at)) {
                        totals.received += u128::from(credit.amount.get());
                        totals.payments += 1;
                    }
                }
            }
        }
    }
}
