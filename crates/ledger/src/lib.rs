//! The durable record of a counter, in one SQLite file: the certification register with its gap-free numbers, and orders as
//! events that are only ever added.
//!
//! ```
//! use motcua_ledger::{Ledger, Series};
//! use time::macros::datetime;
//!
//! let mut ledger = Ledger::in_memory()?;
//! let series = Series { agency: "H99.1".into(), kind: "SCTĐT/BS".into() };
//! let now = datetime!(2026-11-24 03:00 UTC);
//! let entry = ledger.reserve(&series, "request-1", now)?;
//! assert_eq!((entry.year, entry.number), (2026, 1));
//! // The same request gets the same number, however often it is asked.
//! assert_eq!(ledger.reserve(&series, "request-1", now)?.number, 1);
//! # Ok::<(), motcua_ledger::Error>(())
//! ```

#![forbid(unsafe_code)]

mod error;
mod event;
mod file;
mod register;

pub use error::Error;
pub use event::{Added, OrderEvent};
pub use file::Ledger;
pub use register::{Entry, EntryState, Series};
