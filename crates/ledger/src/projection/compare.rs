//! The tables held to the log, row by row and column by column. Rows are read in pages, so that a long record fits in memory.

use super::{Replay, sha256};
use crate::audit::Reader;
use crate::copy::CopyFact;
use crate::finding::Flaw;
use crate::log::PAGE;
use crate::order::order_of;
use crate::register::{self, Series};
use crate::sql::{Row, Value, values};
use crate::{Error, Session};

/// Reads a table in pages; `key` says which columns of the answer come first in the next page's parameters.
fn pages(
    session: &mut Session<'_>,
    first: &str,
    next: &str,
    key: &[usize],
    each: &mut dyn FnMut(&Row) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut rows = session.sql.query(first, &values![PAGE])?;
    while let Some(last) = rows.last() {
        let mut after: Vec<Value> =
            key.iter().map(|column| last.0.get(*column).cloned().unwrap_or(Value::Null)).collect();
        after.push(Value::from(PAGE));
        for row in &rows {
            each(row)?;
        }
        rows = session.sql.query(next, &after)?;
    }
    Ok(())
}

impl Replay {
    /// Compares what the log says with what the tables hold.
    pub fn compare(
        mut self,
        session: &mut Session<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        // A table that is gone or cannot be read differs; the others are read all the same.
        let register = self.compare_register(session, reader);
        reader.unread(Flaw::TableDiffers, register)?;
        let copies = self.compare_copies(session, reader);
        reader.unread(Flaw::TableDiffers, copies)?;
        let orders = self.compare_orders(session, reader);
        reader.unread(Flaw::TableDiffers, orders)?;
        let outbox = Self::compare_outbox(session, reader);
        reader.unread(Flaw::TableDiffers, outbox)
    }

    fn compare_outbox(session: &mut Session<'_>, reader: &mut Reader<'_>) -> Result<(), Error> {
        let size = i64::try_from(reader.audit.size).unwrap_or(i64::MAX);
        let rows = session.sql.query(
            "SELECT consumer FROM outbox_cursor WHERE next > ?1 OR next < 0",
            &values![size],
        )?;
        for row in &rows {
            let subject = format!("outbox/{}", row.text(0)?);
            reader.note(None, Flaw::TableDiffers, &subject, "it stands past the end of the log");
        }
        Ok(())
    }

    fn compare_register(
        &mut self,
        session: &mut Session<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        let columns = register::COLUMNS;
        let select =
            format!("SELECT {columns}, agency, kind, reserved_at, closed_at FROM register_entry");
        let order = "ORDER BY agency, kind, year, number";
        pages(
            session,
            &format!("{select} {order} LIMIT ?1"),
            &format!(
                "{select} WHERE (agency, kind, year, number) > (?1, ?2, ?3, ?4) {order} LIMIT ?5"
            ),
            &[6, 7, 0, 1],
            &mut |row| {
                let series = Series { agency: row.text(6)?, kind: row.text(7)? };
                let subject = series.subject();
                let (year, number) = (row.integer(0)?, row.integer(1)?);
                let sound = (|| {
                    let held = register::entry(row).ok()?;
                    let line = self.register.remove(&(series, held.year, held.number))?;
                    // The times of rows that an older version wrote have another form.
                    let same = |said: &str, held: Option<String>| {
                        let read = |text: &str| crate::instant::parse(text).ok();
                        held.is_some_and(|held| read(said).is_some() && read(said) == read(&held))
                    };
                    let times = same(&line.reserved_at, row.optional(8).ok()?)
                        && match &line.closed_at {
                            Some(at) => same(at, row.optional(9).ok()?),
                            None => row.optional(9).ok()?.is_none(),
                        };
                    Some(line.entry == held && times)
                })();
                if sound != Some(true) {
                    let detail = format!("number {number} of {year}");
                    reader.note(None, Flaw::TableDiffers, &subject, detail);
                }
                Ok(())
            },
        )?;
        for (series, year, number) in self.register.keys() {
            let detail = format!("number {number} of {year} is missing");
            reader.note(None, Flaw::TableDiffers, &series.subject(), detail);
        }
        Ok(())
    }

    fn compare_copies(
        &mut self,
        session: &mut Session<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        let select = "SELECT copy_id, annulled, body, copy_sha256, agency, kind, year, number, position FROM issued_copy";
        pages(
            session,
            &format!("{select} ORDER BY copy_id LIMIT ?1"),
            &format!("{select} WHERE copy_id > ?1 ORDER BY copy_id LIMIT ?2"),
            &[0],
            &mut |row| {
                let copy = row.text(0)?;
                let sound = self.copies.remove(&copy).is_some_and(|known| {
                    let Ok(body) = row.text(2) else { return false };
                    let Ok(fact) = serde_json::from_str::<CopyFact>(&body) else { return false };
                    known.digest == sha256(body.as_bytes())
                        && row.0.get(1) == Some(&Value::from(i64::from(known.annulled)))
                        && row.0.get(3..).is_some_and(|columns| columns == fact.columns())
                });
                if !sound {
                    let subject = format!("copy/{copy}");
                    reader.note(None, Flaw::TableDiffers, &subject, "an issued copy");
                }
                Ok(())
            },
        )?;
        for copy in self.copies.keys() {
            reader.note(None, Flaw::TableDiffers, &format!("copy/{copy}"), "is missing");
        }
        Ok(())
    }

    fn compare_orders(
        &mut self,
        session: &mut Session<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        let select = "SELECT order_id, state, records, body, dossier FROM order_state";
        pages(
            session,
            &format!("{select} ORDER BY order_id LIMIT ?1"),
            &format!("{select} WHERE order_id > ?1 ORDER BY order_id LIMIT ?2"),
            &[0],
            &mut |row| {
                let id = row.text(0)?;
                let known = self.orders.remove(&id);
                let sound = (|| {
                    let (known, body) = (known?, row.text(3).ok()?);
                    let order = order_of(&body).ok()?;
                    let records = i64::try_from(known.records).ok()?;
                    Some(
                        known.digest == Some(sha256(body.as_bytes()))
                            && order.check_records().is_ok()
                            && order.id() == id
                            && row.text(1).ok()? == order.state().name()
                            && row.integer(2).ok()? == records
                            && order.records().len() == known.records
                            && row.text(4).ok()? == known.dossier,
                    )
                })();
                if sound != Some(true) {
                    let detail = "the order is not what its records say";
                    reader.note(None, Flaw::TableDiffers, &format!("order/{id}"), detail);
                }
                Ok(())
            },
        )?;
        for id in self.orders.keys() {
            reader.note(None, Flaw::TableDiffers, &format!("order/{id}"), "is missing");
        }
        Ok(())
    }
}
