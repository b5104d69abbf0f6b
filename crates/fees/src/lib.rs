//! Administrative fees: a dated tariff and the facts of a case give an explained assessment.
//!
//! A [`Tariff`] is data: TOML with a closed set of rule shapes, every value with its citation. [`Tariff::from_toml`] either
//! gives a sound tariff or every finding at once, each with a code and a position. [`assess`] computes exactly, rounds once
//! a line, and says why. No clock, no file and no network is touched: the date is an argument.
#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

mod application;
mod assessment;
mod bulk;
mod check;
mod compare;
mod day;
mod diagnostics;
mod engine;
mod error;
mod examples;
mod fmt;
mod load;
mod model;
mod render;
mod rows;
mod schema;
mod summary;

pub use application::{Application, Entitlement, ExchangeRate, FactValue, Request};
pub use assessment::{
    ASSESSMENT_SCHEMA, AccountTotal, Assessment, Exemption, ExemptionResult, Line, RateDate, Step,
    TariffRef, Validity, Warning, Words,
};
pub use bulk::{Compiled, Plan, RowError};
pub use compare::{
    Case, CaseDifference, Change, Comparison, Difference, MoneyDiff, Recheck, Said, diff_in_money,
    verify_assessment, what_if,
};
pub use diagnostics::{Diagnostics, Finding, Severity, nearest};
pub use engine::{assess, quote};
pub use error::{Error, FindingCode};
pub use examples::{ExampleOutcome, run_examples};
pub use fmt::format;
pub use model::{
    Citation, Combine, Condition, Confidence, Effect, Example, Expected, FactKind, Fee, FeeKind,
    Modifier, QuotaPeriod, RateDateKind, Rule, Shape, Tariff, Text,
};
pub use rows::RowReader;
pub use schema::schema;
pub use summary::{ChangeSummary, FactSummary, FeeSummary, Summary};
