//! What changes an amount after its rule: modifiers with their quotas, and ceilings over prices of services. How they combine
//! stands in `engine/modifier.rs`.

use std::sync::Arc;

use motcua_money::Exact;
use serde::Serialize;
use time::Date;

use super::{Basis, Citation, Condition, RateDateKind, Text, Window};

/// What a modifier does to the amount.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// The amount becomes this.
    Set(Exact),
    /// The amount is multiplied.
    Multiply(Exact),
    /// The amount is reduced by this, to zero at least.
    Subtract(Exact),
}

/// What happens when several modifiers apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// It alone applies; all of lower rank fall away.
    Override,
    /// It competes with everything else, and the least amount wins.
    BestOf,
    /// It applies to the result of lower ranks.
    Stack,
    /// As `stack`, but another of equal rank is an error.
    Refuse,
}

/// A change to amounts of fees: an exemption, a reduction, a local rate, a subsidy.
#[derive(Debug, Clone)]
pub struct Modifier {
    /// Id.
    pub id: String,
    /// Name in both languages.
    pub name: Text,
    pub(crate) window: Window,
    pub(crate) rate_date: RateDateKind,
    pub(crate) rank: i64,
    pub(crate) when: Condition,
    /// What it does.
    pub effect: Effect,
    pub(crate) ceiling: Option<Exact>,
    pub(crate) ceiling_parameter: Option<(Exact, usize)>,
    pub(crate) quota: Option<Quota>,
    pub(crate) combine: Combine,
    pub(crate) subsidy: bool,
    /// Where it stands.
    pub citation: Arc<Citation>,
    pub(crate) span: std::ops::Range<usize>,
}

/// How often a modifier may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) uses: u32,
    pub(crate) per: QuotaPeriod,
}

/// In which time the uses of a quota are counted, by the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaPeriod {
    /// A day.
    Day,
    /// A month of the calendar.
    Month,
    /// A quarter of the calendar.
    Quarter,
    /// A year of the calendar.
    Year,
    /// For ever.
    Life,
}

impl QuotaPeriod {
    /// Every period by its name in the file.
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("day", Self::Day),
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("year", Self::Year),
        ("life", Self::Life),
    ];

    /// Do two days lie in one period?
    pub(crate) fn same(self, a: Date, b: Date) -> bool {
        let quarter = |day: Date| (u8::from(day.month()) - 1) / 3;
        match self {
            Self::Day => a == b,
            Self::Month => (a.year(), a.month()) == (b.year(), b.month()),
            Self::Quarter => (a.year(), quarter(a)) == (b.year(), quarter(b)),
            Self::Year => a.year() == b.year(),
            Self::Life => true,
        }
    }
}

/// A saving cut to a ceiling, and what the ceiling rests on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Saving {
    pub(crate) limit: Exact,
    pub(crate) parameter: Option<(Exact, String, Exact, Arc<Citation>)>,
}

/// A ceiling over the price of a service, set by a province (Decree 23/2015/NĐ-CP Art. 15.3).
#[derive(Debug, Clone)]
pub(crate) struct CeilingRule {
    pub(crate) window: Window,
    pub(crate) when: Condition,
    /// The amount for a case, or for each unit of the quantity.
    pub(crate) amount: Exact,
    pub(crate) quantity: Option<Basis>,
    pub(crate) citation: Arc<Citation>,
}
