//! Numbers without gaps: a series is a template symbol, a receipt symbol and a year; its counter gives one number after another. Where
//! the counter is kept so that no crash loses a number lives in the ledger.

use serde::{Deserialize, Serialize};
use time::Date;

use super::{Error, Regime};
use crate::day;

/// Template symbol, receipt symbol and year: numbers run from 1 in each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Template symbol, such as `EBL01`.
    pub form: String,
    /// Receipt symbol, such as `26TAA`.
    pub symbol: String,
    /// The year: numbers begin again on 1 January.
    pub year: i32,
}

/// How far a series has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// The series.
    pub series: Series,
    /// The last number given; 0 before the first.
    pub last: u32,
}

/// A number taken from a counter. There is no other way to one, so that none is skipped or given twice by one holder of a counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    pub(super) series: Series,
    pub(super) date: Date,
    pub(super) number: u32,
}

impl Number {
    /// The number.
    pub fn get(&self) -> u32 {
        self.number
    }
    /// Its series.
    pub fn series(&self) -> &Series {
        &self.series
    }
}

impl Counter {
    /// A series before its first number.
    pub fn new(form: &str, symbol: &str, year: i32) -> Counter {
        let series = Series { form: form.to_owned(), symbol: symbol.to_owned(), year };
        Counter { series, last: 0 }
    }

    /// The next number, for a receipt of this day, and the counter after it. Store the counter together with the receipt, or
    /// neither.
    ///
    /// Fails with `payments.receipt_no_regime`, `payments.receipt_series` (form, symbol or year not of the day) or
    /// `payments.receipt_numbers_used_up`; then no number is used.
    pub fn next(&self, date: Date) -> Result<(Number, Counter), Error> {
        let regime = Regime::of(date)?;
        let series = &self.series;
        regime.check_series(&series.form, &series.symbol, date)?;
        if series.year != date.year() {
            return Err(Error::Series {
                field: "year",
                got: series.year.to_string(),
                date: day::text(date),
                expected: "a series of the year of the day".to_owned(),
            });
        }
        if self.last >= regime.last_number() {
            return Err(Error::NumbersUsedUp {
                form: series.form.clone(),
                symbol: series.symbol.clone(),
                max: regime.last_number(),
            });
        }
        let number = self.last + 1;
        let after = Counter { series: series.clone(), last: number };
        Ok((Number { series: series.clone(), date, number }, after))
    }
}
