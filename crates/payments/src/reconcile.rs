//! Reconciliation: the credits that a bank or provider reports against the orders that we expect. Readers for camt.053 and camt.054,
//! tables and webhooks; the matching; the answer as rows, JSON and CSV. No file is opened here: bytes in, values out.
//!
//! A credit belongs to an order because it names it, by our reference or by a transaction number; never because the amount is the
//! same. What names nothing is offered with candidates to a person.

pub mod camt;
mod due;
mod error;
mod key;
mod matching;
mod report;
mod row;
mod statement;
pub mod table;
mod totals;
mod units;
pub mod webhook;
mod xml;

pub use due::{Due, Transaction};
pub use error::Error;
pub use matching::reconcile;
pub use report::{CsvStyle, VERSION};
pub use row::{Line, MAX_CANDIDATES, Outcome, Reconciliation, Row, Totals, Why};
pub use statement::{Credit, Direction, Finding, Statement, Tally};
pub use table::{Columns, Marked, TableMapping};
pub use units::NumberStyle;
pub use webhook::WebhookMapping;
