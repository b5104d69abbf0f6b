//! The tables as the log says they must be: replayed entry by entry, or written anew. How they are compared with what stands there
//! is in `compare.rs`; how entries come to be recorded stands with their subjects.

mod compare;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use motcua_payments::order::Order;

use crate::audit::Reader;
use crate::copy::{Annulment, CopyFact};
use crate::finding::Flaw;
use crate::log::LogEntry;
use crate::order::OrderFact;
use crate::receipt::{IssuedReceipt, completes};
use crate::register::{Entry, EntryState, RegisterFact, Series, YearClosed};
use crate::sql::values;
use crate::tree::{Hash, sha256};
use crate::{Error, Session};

/// A line of a register and when it was taken and closed.
#[derive(PartialEq, Eq)]
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
    /// SHA-256 of the order after its last record, as its table holds it.
    digest: Option<Hash>,
    /// The order itself, where its table is to be written.
    order: Option<Order>,
    /// Whether its table has a row of it.
    written: bool,
}

/// What a log says of an issued copy.
struct KnownCopy {
    /// SHA-256 of its body.
    digest: Hash,
    annulled: bool,
    /// The copy itself, until its table is written.
    fact: Option<CopyFact>,
}

/// What the log says the tables must hold.
#[derive(Default)]
pub(crate) struct Replay {
    register: BTreeMap<(Series, i32, u32), Line>,
    last: BTreeMap<(Series, i32), u32>,
    closed: BTreeSet<(Series, i32)>,
    copies: HashMap<String, KnownCopy>,
    /// How many copies each agency issued.
    places: BTreeMap<String, u64>,
    orders: HashMap<String, Known>,
    last_at: String,
    /// Whether whole orders and copies are kept until their tables are written.
    keep: bool,
    /// Orders and copies that changed since.
    unwritten_orders: BTreeSet<String>,
    unwritten_copies: BTreeSet<String>,
}

impl Replay {
    /// One that can [`Replay::restore`]: it keeps whole orders and copies until they are written.
    pub fn keeping() -> Self {
        Self { keep: true, ..Self::default() }
    }

    /// When the latest entry was recorded.
    pub fn last_at(&self) -> &str {
        &self.last_at
    }

    /// Takes an entry in; says what about it cannot be.
    pub fn take(&mut self, entry: &LogEntry, reader: &mut Reader<'_>) {
        if entry.at > self.last_at {
            self.last_at.clone_from(&entry.at);
        }
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
                self.take_closing(
                    entry,
                    series,
                    &(fact.year, fact.last, fact.completed, fact.voided),
                    reader,
                );
            }
            "copy.issued" => {
                let fact: CopyFact = serde_json::from_str(&entry.body)?;
                let next = self.places.entry(fact.agency.clone()).or_default();
                if fact.position != *next {
                    let detail = format!("copy {} of the agency follows {next}", fact.position);
                    reader.note(Some(entry.seq), Flaw::RegisterGap, &entry.subject, detail);
                }
                *next = fact.position.saturating_add(1);
                let known = KnownCopy {
                    digest: sha256(entry.body.as_bytes()),
                    annulled: false,
                    fact: self.keep.then(|| fact.clone()),
                };
                if self.keep {
                    self.unwritten_copies.insert(fact.copy.copy_id.clone());
                }
                self.copies.insert(fact.copy.copy_id, known);
            }
            "receipt.issued" => {
                let fact: IssuedReceipt = serde_json::from_str(&entry.body)?;
                let (of, year, number) =
                    (fact.receipt.series.clone(), fact.receipt.year, fact.receipt.number);
                let line = self.register.get(&(of, year, number));
                if !line.is_some_and(|line| completes(&fact, &line.entry.state)) {
                    let detail =
                        format!("receipt {number} of {year} is not what its number carries");
                    reader.note(Some(entry.seq), Flaw::RegisterGap, &entry.subject, detail);
                }
            }
            "copy.annulled" => {
                let fact: Annulment = serde_json::from_str(&entry.body)?;
                if let Some(copy) = self.copies.get_mut(&fact.copy_id) {
                    copy.annulled = true;
                    if self.keep {
                        self.unwritten_copies.insert(fact.copy_id);
                    }
                } else {
                    let detail = "a copy was withdrawn that was not issued";
                    reader.note(Some(entry.seq), Flaw::EntryUnread, &entry.subject, detail);
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
                known.digest = match &fact.order {
                    Some(order) => Some(sha256(&serde_json::to_vec(order)?)),
                    None => None,
                };
                known.order = fact.order.filter(|_| self.keep);
                if self.keep {
                    self.unwritten_orders.insert(id.to_owned());
                }
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
        let mut flaw = |detail: String| {
            reader.note(Some(log.seq), Flaw::RegisterGap, &subject, detail);
        };
        if self.closed.contains(&(series.clone(), year)) {
            flaw(format!("number {number} was changed after {year} was closed"));
        }
        if entry.state == EntryState::Reserved {
            let last = self.last.entry((series, year)).or_insert(0);
            if number != last.saturating_add(1) {
                flaw(format!("number {number} of {year} follows {last}"));
            }
            *last = number;
            let line = Line { entry, reserved_at: log.at.clone(), closed_at: None };
            self.register.insert(key, line);
        } else if let Some(line) = self.register.get_mut(&key) {
            if line.entry.state != EntryState::Reserved || line.entry.request != entry.request {
                flaw(format!("number {number} of {year} was closed twice, or for another request"));
            }
            line.entry = entry;
            line.closed_at = Some(log.at.clone());
        } else {
            flaw(format!("number {number} of {year} was closed and never taken"));
        }
    }

    /// A year's closing says what the log says, and no number is open.
    fn take_closing(
        &mut self,
        log: &LogEntry,
        series: Series,
        totals: &(i32, u32, u32, u32),
        reader: &mut Reader<'_>,
    ) {
        let year = totals.0;
        let first = (series.clone(), year, 0);
        let mut said = (year, 0_u32, 0_u32, 0_u32);
        for line in self.register.range(first..=(series.clone(), year, u32::MAX)) {
            said.1 = said.1.max(line.0.2);
            match line.1.entry.state {
                EntryState::Completed { .. } => said.2 += 1,
                EntryState::Voided { .. } => said.3 += 1,
                EntryState::Reserved => {}
            }
        }
        if said != *totals {
            let detail = format!(
                "{year} was closed with last number {}, {} completed, {} voided; the log has {}, {}, {}",
                totals.1, totals.2, totals.3, said.1, said.2, said.3
            );
            reader.note(Some(log.seq), Flaw::RegisterGap, &log.subject, detail);
        }
        self.closed.insert((series, year));
    }

    /// Writes the tables anew, into a record that has none yet.
    pub fn restore(mut self, session: &mut Session<'_>) -> Result<(), Error> {
        self.write_new(session)?;
        for ((series, year, number), line) in &self.register {
            let (copy, reason) = match &line.entry.state {
                EntryState::Completed { copy_sha256 } => (Some(copy_sha256.as_str()), None),
                EntryState::Voided { reason } => (None, Some(reason.as_str())),
                EntryState::Reserved => (None, None),
            };
            session.execute(
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
        Ok(())
    }

    /// Writes the rows of the orders and copies that are new or changed, and lets go of them.
    pub fn write_new(&mut self, session: &mut Session<'_>) -> Result<(), Error> {
        for id in std::mem::take(&mut self.unwritten_copies) {
            let Some(copy) = self.copies.get_mut(&id) else { continue };
            if let Some(fact) = copy.fact.take() {
                session.insert_copy(&fact, copy.annulled)?;
            } else {
                session.mark_annulled(&id)?;
            }
        }
        for id in std::mem::take(&mut self.unwritten_orders) {
            let Some(known) = self.orders.get_mut(&id) else { continue };
            // Between the steps of one change there is no whole order; the last of them brings it.
            let Some(order) = known.order.take() else { continue };
            let body = serde_json::to_string(&order)
                .map_err(|e| Error::Damaged { problem: e.to_string() })?;
            session.put_order(&id, &known.dossier, &order, &body, known.written)?;
            known.written = true;
        }
        Ok(())
    }
}
