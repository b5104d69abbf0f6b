//! The tariff as a value: a closed set of typed shapes, conditions, modifiers and dates. Built by the loader alone.

mod modifier;
mod shape;

use std::collections::HashMap;
use std::sync::Arc;

use motcua_money::{Currency, Exact, Language, Rounding};
use serde::Serialize;
use time::Date;

use crate::day;
use crate::engine::timeline::Timeline;
pub(crate) use modifier::CeilingRule;
pub use modifier::{Combine, Effect, Modifier, QuotaPeriod};
pub(crate) use modifier::{Quota, Saving};
pub(crate) use shape::Limits;
pub use shape::{Band, Basis, Bound, GraduatedTier, Interpretation, Row, Shape};

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The text in this language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Vi => &self.vi,
            Language::En => &self.en,
        }
    }
}

/// A checked tariff: dated rules of one set of fees.
#[derive(Debug, Clone)]
pub struct Tariff {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) currency: Currency,
    pub(crate) reviewed_until: Option<Date>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) fact_index: HashMap<String, usize>,
    pub(crate) localities: Vec<Locality>,
    pub(crate) locality_index: HashMap<String, usize>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) fees: Vec<Fee>,
    pub(crate) fee_index: HashMap<String, usize>,
    pub(crate) modifiers: Vec<Modifier>,
    pub(crate) expected: Vec<Expected>,
    pub(crate) examples: Vec<Example>,
    pub(crate) warnings: crate::Diagnostics,
    pub(crate) hash: String,
}

/// A list as short as this is read faster than a hash is made.
const SHORT: usize = 12;

impl Tariff {
    /// Id of the tariff (`certification-226-2016`).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Title in both languages.
    #[must_use]
    pub fn title(&self) -> &Text {
        &self.title
    }

    /// Currency in which payers pay.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// `sha256:` and the hexadecimal digest of the file's bytes.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The fees, in the order of the file.
    #[must_use]
    pub fn fees(&self) -> &[Fee] {
        &self.fees
    }

    /// The fee of this id.
    #[must_use]
    pub fn fee(&self, id: &str) -> Option<&Fee> {
        if self.fees.len() <= SHORT {
            return self.fees.iter().find(|fee| fee.id == id);
        }
        self.fee_index.get(id).and_then(|index| self.fees.get(*index))
    }

    /// The place of a declared fact.
    pub(crate) fn fact(&self, name: &str) -> Option<usize> {
        if self.facts.len() <= SHORT {
            return self.facts.iter().position(|fact| fact.name == name);
        }
        self.fact_index.get(name).copied()
    }

    /// The modifiers.
    #[must_use]
    pub fn modifiers(&self) -> &[Modifier] {
        &self.modifiers
    }

    /// The examples that stand beside the rules.
    #[must_use]
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// Changes announced but not yet known in numbers.
    #[must_use]
    pub fn expected(&self) -> &[Expected] {
        &self.expected
    }

    /// What the checks found that does not forbid use.
    #[must_use]
    pub fn warnings(&self) -> &crate::Diagnostics {
        &self.warnings
    }
}

/// A declared fact.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) label: Text,
    pub(crate) kind: FactKind,
    pub(crate) values: Vec<String>,
    pub(crate) min: Option<Exact>,
    pub(crate) max: Option<Exact>,
    pub(crate) default: Option<Value>,
}

/// The type of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// One of the declared values.
    Choice,
    /// Yes or no.
    Bool,
    /// A whole number.
    Integer,
    /// An exact decimal, also for money.
    Decimal,
    /// A list; counts as its length.
    List,
    /// A claim that needs evidence; false unless proven.
    Entitlement,
    /// An administrative unit.
    Locality,
}

/// A value of a fact, resolved against its declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Choice(usize),
    Bool(bool),
    Number(Exact),
    Unit(usize),
}

/// An administrative unit, with what it lies in and what it was before a merger.
#[derive(Debug, Clone)]
pub(crate) struct Locality {
    pub(crate) code: String,
    pub(crate) within: Option<usize>,
    pub(crate) formerly: Option<usize>,
    pub(crate) merged: Option<Date>,
}

/// A named national parameter with dated values (base salary).
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) values: Vec<(Window, Exact, Arc<Citation>)>,
}

/// When something holds: in force `[from, until)`, known `[known_from, known_until)`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
    pub(crate) known_from: Option<Date>,
    pub(crate) known_until: Option<Date>,
    /// Files lodged before this day keep the rule after `until`.
    pub(crate) keeps_lodged_before: Option<Date>,
}

impl Window {
    pub(crate) fn in_force(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date < until)
    }

    pub(crate) fn grandfathered(&self, date: Date, lodged: Date) -> bool {
        self.until.is_some_and(|until| date >= until)
            && self.keeps_lodged_before.is_some_and(|day| lodged < day)
            && self.from.is_none_or(|from| from <= lodged)
    }

    pub(crate) fn known(&self, at: Option<Date>) -> bool {
        match at {
            Some(at) => {
                self.known_from.is_none_or(|from| from <= at)
                    && self.known_until.is_none_or(|until| at < until)
            }
            None => self.known_until.is_none(),
        }
    }
}

/// How far a value was checked against its instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Read in the instrument's own text.
    Verified,
    /// Read in a scanned copy of the instrument.
    VerifiedOcr,
    /// Read in a secondary source.
    Secondary,
    /// Not checked: refused unless the caller allows it by name.
    Unverified,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// Number of the instrument (`226/2016/TT-BTC`).
    pub instrument: String,
    /// Article, clause, point.
    pub article: String,
    /// Issuing body.
    pub issuer: String,
    /// Name of the instrument in both languages.
    pub title: Text,
    /// Day it was signed.
    #[serde(with = "day::optional", skip_serializing_if = "Option::is_none")]
    pub signed: Option<Date>,
    /// Day it took effect, where the reading of the instrument gave it.
    #[serde(with = "day::optional", skip_serializing_if = "Option::is_none")]
    pub effective: Option<Date>,
    /// How far the value was checked.
    pub confidence: Confidence,
    /// A remark on the reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What kind of charge it is (Law 97/2015/QH13 Art. 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeKind {
    /// Phí.
    Phi,
    /// Lệ phí.
    LePhi,
    /// Cost of a service, not a state charge.
    ServiceCost,
    /// Paid by the budget in place of the payer.
    Subsidy,
}

/// Which day decides the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RateDateKind {
    /// The day the file was lodged.
    Lodged,
    /// The day of the decision.
    Decided,
    /// The day the money is taken.
    Collected,
}

/// One item of a tariff.
#[derive(Debug, Clone)]
pub struct Fee {
    /// Id (`ct.copy`).
    pub id: String,
    /// Kind of charge.
    pub kind: FeeKind,
    /// Name in both languages.
    pub name: Text,
    /// What one unit is, in both languages ("page of the original").
    pub unit: Option<Text>,
    /// Group for modifiers that reach several fees.
    pub group: Option<String>,
    /// Account that collects it.
    pub account: Option<String>,
    /// Currency of the tariff's values.
    pub currency: Currency,
    /// How the line is rounded.
    pub rounding: Rounding,
    /// Dated rules.
    pub rules: Vec<Rule>,
    pub(crate) timeline: Option<Timeline>,
    pub(crate) ceilings: Vec<CeilingRule>,
    pub(crate) modifiers: Vec<usize>,
}

/// A dated rule of a fee.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Id, unique in the fee.
    pub id: String,
    pub(crate) window: Window,
    pub(crate) rate_date: RateDateKind,
    pub(crate) rank: i64,
    pub(crate) when: Condition,
    pub(crate) shape: Shape,
    pub(crate) limits: Limits,
    /// Where the rule stands.
    pub citation: Arc<Citation>,
    pub(crate) span: std::ops::Range<usize>,
}

/// A closed predicate over declared facts.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Always true.
    Always,
    /// All hold.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A choice is one of these.
    OneOf {
        /// The fact.
        fact: usize,
        /// Allowed values by their place in the declaration.
        values: Vec<usize>,
    },
    /// A yes-or-no fact or entitlement has this value.
    Is {
        /// The fact.
        fact: usize,
        /// The value.
        value: bool,
    },
    /// A number lies in a range.
    Range {
        /// The fact.
        fact: usize,
        /// Least value, inclusive.
        from: Option<Exact>,
        /// Lower bound, exclusive.
        over: Option<Exact>,
        /// Greatest value, inclusive.
        up_to: Option<Exact>,
        /// Upper bound, exclusive.
        below: Option<Exact>,
    },
    /// The case lies in a unit, now or (legacy) before the merger.
    In {
        /// The fact.
        fact: usize,
        /// The units.
        units: Vec<usize>,
        /// Does the old unit count after the merger?
        legacy: bool,
    },
}

/// A change that was announced, without its numbers yet.
#[derive(Debug, Clone)]
pub struct Expected {
    /// From when.
    pub on: Date,
    /// Which fee; none for all.
    pub fee: Option<String>,
    /// What is expected.
    pub note: Text,
}

/// A worked example beside the rules.
#[derive(Debug, Clone)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// Day of the assessment.
    pub on: Date,
    /// The case.
    pub application: crate::Application,
    /// Total expected.
    pub expect: Option<Exact>,
    /// Unrounded value of the first line expected.
    pub unrounded: Option<Exact>,
    /// Error code expected.
    pub expect_error: Option<String>,
    /// Line of the file.
    pub line: usize,
}
