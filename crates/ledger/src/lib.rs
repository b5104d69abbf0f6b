//! The durable record of a counter: the certification register with its gap-free numbers, orders and notices, issued copies and
//! their annulments, in one log that is chained and can be proved.
//!
//! ```
//! use motcua_ledger::{Ledger, Series};
//! use time::macros::datetime;
//!
//! let mut ledger = Ledger::in_memory()?;
//! let series = Series { agency: "H99.1".into(), kind: "SCTĐT/BS".into() };
//! let now = datetime!(2026-11-24 03:00 UTC);
//! let entry = ledger.write(|session| session.reserve(&series, "request-1", now))?;
//! assert_eq!((entry.year, entry.number), (2026, 1));
//! // The same request gets the same number, however often it is asked.
//! let again = ledger.write(|session| session.reserve(&series, "request-1", now))?;
//! assert_eq!(again, entry);
//! assert!(ledger.read(|session| session.audit(&[], None))?.is_sound());
//! # Ok::<(), motcua_ledger::Error>(())
//! ```
//!
//! Every operation is a method of [`Session`], one transaction; [`Ledger::write`] and [`Ledger::read`] open one. With the feature
//! `postgres` the record lives in a PostgreSQL database, and a session can also run inside your own transaction there.

#![forbid(unsafe_code)]

mod annulment_list;
mod audit;
mod checkpoint;
#[cfg(feature = "parquet")]
mod columns;
mod copy;
mod dossier;
mod error;
mod export;
mod finding;
mod instant;
mod ledger;
mod log;
mod order;
mod outbox;
#[cfg(feature = "postgres")]
pub mod postgres;
mod projection;
mod receipt;
mod register;
mod session;
mod sql;
mod sqlite;
mod status;
mod totals;
pub mod tree;
mod upgrade;

pub use annulment_list::{AnnulmentList, PublishedDecision};
pub use audit::Audit;
pub use checkpoint::{Checkpoint, CheckpointKey, CheckpointVerifier};
pub use copy::{Annulment, CopyStanding, IssuedCopy};
pub use dossier::Delivery;
pub use error::Error;
pub use finding::AuditFinding;
pub use ledger::Ledger;
pub use log::{Added, LogEntry};
pub use receipt::{ReceiptRequest, Replaces};
pub use register::{Entry, EntryState, Series, YearClosed};
pub use session::Session;
pub use status::{LedgerStatus, RegisterStatus};
pub use totals::Totals;

/// The snippets of the ledger's document, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/ledger/README.md")]
pub struct Document;
