//! The tables as the log says they must be: replayed entry by entry, compared with what stands there, or written anew. How entries
//! come to be recorded stands with their subjects.

use std::collections::{BTreeMap, HashMap};

use motcua_payments::order::Order;

use crate::audit::Reader;
use crate::copy::{Annulment, CopyFact};
use crate::finding::Flaw;
use crate::log::LogEntry;
use crate::order::{OrderFact, order_of};
use crate::register::{self, Entry, EntryState, RegisterFact, Series, YearClosed};
use crate::sql::values;
use crate::{Error, Session};

/// A line of a register and when it was taken and closed.
struct Line {
    entry: Entry,
    reserved_at: String,
    closed_at: Option<String>,
}

/// What a log says of orders.
#[derive(Default)]
struct Known {
    records: usize,
    dossier: String,
    order: Option<Order>,
}

/// What the log says the tables must hold.
#[derive(Default)]
pub(crate) struct Replay {
    register: BTreeMap<(Series, i32, u32), Line>,
    last: BTreeMap<(Series, i32), u32>,
    copies: BTreeMap<String, (CopyFact, bool)>,
    orders: HashMap<String, Known>,
}

impl Replay {
    /// Takes an entry in; says what about it cannot be.
    pub fn take(&mut self, entry: &LogEntry, reader: &mut Reader<'_>) {
        if let Err(e) = self.take_fact(entry, reader) {
            reader.note(Some(entry.seq), Flaw::EntryUnread, &entry.subject, e.to_string());
        }
    }

    fn take_fact(
        &mut self,
        entry: &LogEntry,
        reader: &mut Reader<'_>,
    ) -> Result<(), serde_json::Error> {
        match entry.kind.as_str() {
            "register.reserved" | "register.completed" | "register.voided" => {
                self.take_register(entry, serde_json::from_str(&entry.body)?, reader);
            }
            "register.year_closed" => {
                let fact: YearClosed = serde_json::from_str(&entry.body)?;
                let series = Series { agency: fact.agency, kind: fact.kind };
                let last = self.last.get(&(series, fact.year)).copied().unwrap_or(0);
                if last != fact.last {
                    let detail =
                        format!("{} was closed with {}, the log has {last}", fact.year, fact.last);
                    reader.note(Some(entry.seq), Flaw::RegisterGap, &entry.subject, detail);
                }
            }
            "copy.issued" => {
                let fact: CopyFact = serde_json::from_str(&entry.body)?;
                self.copies.insert(fact.copy.copy_id.clone(), (fact, false));
            }
            "copy.annulled" => {
                let fact: Annulment = serde_json::from_str(&entry.body)?;
                if let Some((_, annulled)) = self.copies.get_mut(&fact.copy_id) {
                    *annulled = true;
                }
            }
            // Events of files older than the log are kept as they were.
            kind if kind.starts_with("order.") && !kind.starts_with("order.event.") => {
                let fact: OrderFact = serde_json::from_str(&entry.body)?;
                let id = entry.subject.strip_prefix("order/").unwrap_or_default();
                let known = self.orders.entry(id.to_owned()).or_default();
                if known.records == 0 {
                    known.dossier.clone_from(&entry.dossier);
                }
                known.records += 1;
                known.order = fact.order;
            }
            _ => {}
        }
        Ok(())
    }

    fn take_register(&mut self, log: &LogEntry, fact: RegisterFact, reader: &mut Reader<'_>) {
        let series = Series { agency: fact.agency, kind: fact.kind };
        let (subject, entry) = (series.subject(), fact.entry);
        let (year, number) = (entry.year, entry.number);
        let key = (series.clone(), year, number);
        if entry.state == EntryState::Reserved {
            let last = self.last.entry((series, year)).or_insert(0);
            if number != last.saturating_add(1) {
                let detail = format!("number {number} of {year} follows {last}");
                reader.note(Some(log.seq), Flaw::RegisterGap, &subject, detail);
            }
            *last = number;
            let line = Line { entry, reserved_at: log.at.clone(), closed_at: None };
            self.register.insert(key, line);
        } else if let Some(line) = self.register.get_mut(&key) {
            line.entry = entry;
            line.closed_at = Some(log.at.clone());
        } else {
            let detail = format!("number {number} of {year} was closed and never taken");
            reader.note(Some(log.seq), Flaw::RegisterGap, &subject, detail);
        }
    }

    /// Compares what the log says with what the tables hold.
    pub fn compare(self, session: &mut Session<'_>, reader: &mut Reader<'_>) -> Result<(), Error> {
        let mut differs = |subject: &str, detail: String| {
            reader.note(None, Flaw::TableDiffers, subject, detail);
        };
        let rows = session.sql.query(
            &format!("SELECT {}, agency, kind FROM register_entry", register::COLUMNS),
            &[],
        )?;
        let mut said = self.register;
        for row in &rows {
            let series = Series { agency: row.text(6)?, kind: row.text(7)? };
            let held = register::entry(row)?;
            let subject = series.subject();
            match said.remove(&(series, held.year, held.number)) {
                Some(line) if line.entry == held => {}
                _ => differs(&subject, format!("number {} of {}", held.number, held.year)),
            }
        }
        for (series, year, number) in said.into_keys() {
            differs(&series.subject(), format!("number {number} of {year} is missing"));
        }
        let rows = session.sql.query("SELECT copy_id, annulled, body FROM issued_copy", &[])?;
        let mut said = self.copies;
        for row in &rows {
            let (copy, annulled, body) = (row.text(0)?, row.integer(1)? == 1, row.text(2)?);
            let held = serde_json::from_str::<CopyFact>(&body).ok();
            if said.remove(&copy) != held.map(|fact| (fact, annulled)) {
                differs(&format!("copy/{copy}"), "an issued copy".to_owned());
            }
        }
        for copy in said.keys() {
            differs(&format!("copy/{copy}"), "is missing".to_owned());
        }
        let rows =
            session.sql.query("SELECT order_id, state, records, body FROM order_state", &[])?;
        let mut said = self.orders;
        for row in &rows {
            let (id, state, records) = (row.text(0)?, row.text(1)?, row.number::<usize>(2)?);
            let order = order_of(&row.text(3)?).ok();
            let sound = order.as_ref().is_some_and(|order| {
                order.check_records().is_ok()
                    && order.id() == id
                    && order.state().name() == state
                    && order.records().len() == records
            });
            let known = said.remove(&id);
            if !sound || known.is_none_or(|k| k.records != records || k.order != order) {
                differs(&format!("order/{id}"), "the order is not what its records say".to_owned());
            }
        }
        for id in said.keys() {
            differs(&format!("order/{id}"), "is missing".to_owned());
        }
        Ok(())
    }

    /// Writes the tables anew, into a record that has none yet.
    pub fn restore(self, session: &mut Session<'_>) -> Result<(), Error> {
        for ((series, year, number), line) in &self.register {
            let (copy, reason) = match &line.entry.state {
                EntryState::Completed { copy_sha256 } => (Some(copy_sha256.as_str()), None),
                EntryState::Voided { reason } => (None, Some(reason.as_str())),
                EntryState::Reserved => (None, None),
            };
            session.sql.execute(
                "INSERT INTO register_entry (agency, kind, year, number, request, state, reserved_at, closed_at, \
                 copy_sha256, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                &values![
                    series.agency.as_str(),
                    series.kind.as_str(),
                    *year,
                    *number,
                    line.entry.request.as_str(),
                    line.entry.state.name(),
                    line.reserved_at.as_str(),
                    line.closed_at.as_deref(),
                    copy,
                    reason,
                ],
            )?;
        }
        for (fact, annulled) in self.copies.values() {
            session.insert_copy(fact, *annulled)?;
        }
        for (id, known) in &self.orders {
            let Some(order) = &known.order else { continue };
            let body = serde_json::to_string(order)
                .map_err(|e| Error::Damaged { problem: e.to_string() })?;
            session.put_order(id, &known.dossier, order, &body, false)?;
        }
        Ok(())
    }
}
