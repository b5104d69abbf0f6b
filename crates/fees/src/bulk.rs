//! Many cases of one fee: the rule is chosen once, then whole columns are computed exactly. Slices in, slices out.

use std::sync::Arc;

use motcua_money::{Exact, RoundingMode};
use serde::Serialize;
use time::Date;

use crate::application::{Application, FactValue};
use crate::engine::facts::Case;
use crate::engine::modifier;
use crate::engine::shape::{Evaluation, Trace};
use crate::engine::{Dates, reads, select};
use crate::error::Error;
use crate::model::{Band, Basis, Bound, Condition, Fee, Rule, Shape, Tariff};

/// A tariff ready for batches. Cheap to clone and to share between threads.
#[derive(Debug, Clone)]
pub struct Compiled {
    tariff: Arc<Tariff>,
}

/// One fee with everything fixed but its columns.
#[derive(Debug, Clone)]
pub struct Plan {
    tariff: Arc<Tariff>,
    fee: usize,
    application: Application,
    date: Date,
    columns: Vec<usize>,
    limits: Vec<(i64, i64)>,
    kernel: Option<Kernel>,
}

/// A row that has no amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowError {
    /// The row, from 0.
    pub row: usize,
    /// Error code.
    pub code: &'static str,
    /// What is wrong with it.
    pub message: String,
}

/// A price as a broken line over one column: exact integers only.
#[derive(Debug, Clone)]
struct Kernel {
    quantity: usize,
    segments: Vec<Segment>,
    cap: i64,
    per: Option<usize>,
    floor: i64,
    cap_case: i64,
}

/// `base + num × (value − start) / den` for values up to `end`.
#[derive(Debug, Clone, Copy)]
struct Segment {
    end: i64,
    start: i64,
    base: i64,
    num: i64,
    den: i64,
}

impl Tariff {
    /// The form for batches.
    #[must_use]
    pub fn compile(self) -> Compiled {
        Compiled { tariff: Arc::new(self) }
    }
}

impl Compiled {
    /// The tariff.
    #[must_use]
    pub fn tariff(&self) -> &Tariff {
        &self.tariff
    }

    /// Fixes a fee, a day and all facts of `application` but the `columns`, which vary by row and hold whole numbers.
    /// The first request of the application names the fee.
    ///
    /// # Errors
    /// As [`crate::assess`] for what is already known.
    pub fn plan(
        &self,
        application: &Application,
        columns: &[&str],
        date: Date,
    ) -> Result<Plan, Error> {
        let tariff = &self.tariff;
        let request = application.fees.first().ok_or(Error::NothingAsked)?;
        let fee_at = tariff.fee_index.get(&request.fee).copied();
        let fee = fee_at.and_then(|at| tariff.fees.get(at));
        let (Some(fee_at), Some(fee)) = (fee_at, fee) else {
            return Err(Error::UnknownFee {
                tariff: tariff.id.clone(),
                fee: request.fee.clone(),
                suggestion: None,
            });
        };
        let mut places = Vec::new();
        let mut limits = Vec::new();
        for name in columns {
            let place = tariff.facts.iter().position(|fact| fact.name == *name);
            let Some((at, fact)) = place.and_then(|at| Some((at, tariff.facts.get(at)?))) else {
                return Err(Error::UnknownFact {
                    tariff: tariff.id.clone(),
                    fact: (*name).to_owned(),
                    suggestion: None,
                });
            };
            places.push(at);
            let whole = |bound: Option<Exact>, mode, other| {
                bound.map_or(other, |b| i64::try_from(b.round_to_integer(mode)).unwrap_or(other))
            };
            let least = whole(fact.min.or(Some(Exact::ZERO)), RoundingMode::Ceiling, 0);
            limits.push((least, whole(fact.max, RoundingMode::Floor, i64::MAX)));
        }
        let case = Case::new(tariff, application, request, &fee.id)?;
        let kernel = kernel(tariff, fee, &case, application, date, &places);
        let mut application = application.clone();
        application.fees.truncate(1);
        Ok(Plan {
            tariff: Arc::clone(tariff),
            fee: fee_at,
            application,
            date,
            columns: places,
            limits,
            kernel,
        })
    }
}

impl Plan {
    /// Does the fast integer form serve this plan? (If not, rows are computed by the general engine: same answers.)
    #[must_use]
    pub fn is_fast(&self) -> bool {
        self.kernel.is_some()
    }

    /// Computes a table: one slice for each column, one amount (in whole units of currency) for each row.
    /// A row without an answer has `false` in `valid` and a [`RowError`]; the other rows go on.
    ///
    /// # Errors
    /// [`Error::BadFact`] when the slices do not fit together.
    pub fn run(
        &self,
        columns: &[&[i64]],
        out: &mut [i64],
        valid: &mut [bool],
    ) -> Result<Vec<RowError>, Error> {
        let fits = columns.len() == self.columns.len()
            && valid.len() == out.len()
            && columns.iter().all(|column| column.len() == out.len());
        if !fits {
            return Err(Error::BadFact {
                fact: "columns".to_owned(),
                value: format!("{} slices", columns.len()),
                expected: format!(
                    "{} slices of one length, as long as the output",
                    self.columns.len()
                ),
            });
        }
        let mut errors = Vec::new();
        let mut row: Vec<i64> = vec![0; columns.len()];
        for (index, (amount, valid)) in out.iter_mut().zip(valid.iter_mut()).enumerate() {
            for (value, column) in row.iter_mut().zip(columns) {
                *value = column.get(index).copied().unwrap_or(0);
            }
            match self.one(&row) {
                Ok(value) => (*amount, *valid) = (value, true),
                Err(error) => {
                    // No number that could pass for a fee.
                    (*amount, *valid) = (i64::MIN, false);
                    errors.push(RowError {
                        row: index,
                        code: error.code(),
                        message: error.to_string(),
                    });
                }
            }
        }
        Ok(errors)
    }

    /// The amount of one row, in whole units of currency.
    ///
    /// # Errors
    /// As [`crate::assess`]; [`Error::Money`] where the amount is not a whole number that fits 64 bits.
    pub fn one(&self, row: &[i64]) -> Result<i64, Error> {
        for ((value, (least, most)), fact) in row.iter().zip(&self.limits).zip(&self.columns) {
            if value < least || value > most {
                return Err(Error::BadFact {
                    fact: self.tariff.facts.get(*fact).map_or_else(String::new, |f| f.name.clone()),
                    value: value.to_string(),
                    expected: format!("a whole number from {least} to {most}"),
                });
            }
        }
        match self.kernel.as_ref().and_then(|kernel| kernel.price(row)) {
            Some(amount) => Ok(amount),
            None => self.general(row),
        }
    }

    /// The general engine, for rules that are no broken line and for numbers that leave 64 bits.
    fn general(&self, row: &[i64]) -> Result<i64, Error> {
        let mut application = self.application.clone();
        if let Some(request) = application.fees.first_mut() {
            for (fact, value) in self.columns.iter().zip(row) {
                if let Some(fact) = self.tariff.facts.get(*fact) {
                    request.facts.insert(fact.name.clone(), FactValue::Integer(*value));
                }
            }
        }
        let answer = crate::assess(&self.tariff, &application, self.date)?;
        answer.total.to_i64().ok_or_else(|| Error::Money {
            fee: self.tariff.fees.get(self.fee).map_or_else(String::new, |fee| fee.id.clone()),
            source: motcua_money::Error::Overflow { operation: "an amount in 64 bits" },
        })
    }
}

impl Kernel {
    /// The price of a row; none where 64 bits do not hold it.
    fn price(&self, row: &[i64]) -> Option<i64> {
        let value = *row.get(self.quantity)?;
        let segment = self.segments.iter().find(|segment| value <= segment.end)?;
        let part = segment.num.checked_mul(value.checked_sub(segment.start)?)?;
        let count = match self.per {
            Some(at) => *row.get(at)?,
            None => 1,
        };
        if segment.den == 1 {
            let each = segment.base.checked_add(part)?.min(self.cap);
            return Some(each.checked_mul(count)?.max(self.floor).min(self.cap_case));
        }
        // The same in fractions of 1/den, rounded half up once at the end; nothing here is negative.
        let den = i128::from(segment.den);
        let scaled = |amount: i64| i128::from(amount) * den;
        let each = (scaled(segment.base) + i128::from(part)).min(scaled(self.cap));
        let total =
            each.checked_mul(i128::from(count))?.max(scaled(self.floor)).min(scaled(self.cap_case));
        i64::try_from((total * 2 + den) / (den * 2)).ok()
    }
}

fn whole(value: Exact) -> Option<i64> {
    value.to_integer().and_then(|value| i64::try_from(value).ok())
}

/// The fast form of a plan, if its rule has one: chosen without the columns, a broken line over one of them, untouched by
/// any modifier, rounded half up to one.
fn kernel(
    tariff: &Tariff,
    fee: &Fee,
    case: &Case<'_>,
    application: &Application,
    date: Date,
    columns: &[usize],
) -> Option<Kernel> {
    let varies = |condition: &Condition| columns.iter().any(|column| reads(condition, *column));
    let modifiers = fee.modifiers.iter().filter_map(|at| tariff.modifiers.get(*at));
    if fee.rules.iter().any(|rule| varies(&rule.when))
        || modifiers.clone().any(|modifier| varies(&modifier.when))
        || fee.currency != tariff.currency
        || fee.rounding != motcua_money::Rounding::half_up_to_one()
    {
        return None;
    }
    let dates = Dates::new(application, date);
    let (rule, _) = select(fee, case, application.known_at, &dates).ok()?;
    if rule.citation.confidence == crate::Confidence::Unverified {
        return None;
    }
    let mut trace = Trace { on: false, steps: Vec::new() };
    let none =
        modifier::combine(tariff, fee, case, application, &dates, Exact::ZERO, &mut trace).ok()?;
    if !none.used.is_empty() || rule.limits.no_cap_when.is_some() || rule.limits.assets.is_some() {
        return None;
    }
    let mut known = modifiers.filter(|modifier| modifier.window.known(application.known_at));
    if known.any(|modifier| applies(case, modifier, &dates)) {
        return None;
    }
    build(case, rule, columns, dates.of(rule.rate_date))
}

fn applies(case: &Case<'_>, modifier: &crate::Modifier, dates: &Dates) -> bool {
    let date = dates.of(modifier.rate_date);
    let live = modifier.window.in_force(date) || modifier.window.grandfathered(date, dates.lodged);
    // What cannot be decided here goes the general way.
    live && case.holds(&modifier.when, date).unwrap_or(true)
}

fn build(case: &Case<'_>, rule: &Rule, columns: &[usize], date: Date) -> Option<Kernel> {
    let (basis, segments) = segments(&rule.shape)?;
    let Basis::Fact(fact) = basis else { return None };
    let place = |fact: usize| columns.iter().position(|column| *column == fact);
    let quantity = place(*fact)?;
    let limits = &rule.limits;
    let or = |value: Option<Exact>, other: i64| value.map_or(Some(other), whole);
    let (per, fixed) = match limits.per {
        None => (None, true),
        Some(fact) => match place(fact) {
            Some(at) => (Some(at), true),
            None => (None, case.number(fact).ok()? == Exact::ONE),
        },
    };
    let kernel = Kernel {
        quantity,
        segments,
        cap: or(limits.cap_per_instance, i64::MAX)?,
        per,
        floor: or(limits.floor, 0)?,
        cap_case: or(limits.cap_per_case, i64::MAX)?.min(or(limits.cap_per_asset, i64::MAX)?),
    };
    // The fast form must say what the engine says, or it is not used: tried at every joint.
    let tried = kernel
        .segments
        .iter()
        .flat_map(|s| [s.start, s.start.saturating_add(1), s.end.min(1 << 50)]);
    let mut row = vec![1_i64; columns.len()];
    for value in tried.collect::<Vec<_>>() {
        *row.get_mut(quantity)? = value.max(0);
        let mut values = case.values.clone();
        for (fact, value) in columns.iter().zip(&row) {
            *values.get_mut(*fact)? = Some(crate::model::Value::Number(Exact::from(*value)));
        }
        let case = Case { tariff: case.tariff, fee: case.fee, values };
        let trace = Trace { on: false, steps: Vec::new() };
        let mut evaluation = Evaluation { case: &case, date, trace };
        let exact = evaluation.rule(&rule.shape, limits).ok();
        let rounded = exact.map(|exact| exact.round_to_integer(RoundingMode::HalfUp));
        if kernel.price(&row).map(i128::from) != rounded {
            return None;
        }
    }
    fixed.then_some(kernel)
}

fn segments(shape: &Shape) -> Option<(&Basis, Vec<Segment>)> {
    let line = |end: i64, start: i64, base: i64, rate: Exact| {
        let num = i64::try_from(rate.numerator()).ok()?;
        Some(Segment { end, start, base, num, den: i64::try_from(rate.denominator()).ok()? })
    };
    match shape {
        Shape::PerUnit { quantity, each, free } => {
            let free = whole(*free)?;
            Some((quantity, vec![line(free, 0, 0, Exact::ZERO)?, line(i64::MAX, free, 0, *each)?]))
        }
        Shape::Percentage { value, rate } => Some((value, vec![line(i64::MAX, 0, 0, *rate)?])),
        Shape::Graduated { quantity, tiers } => {
            let (mut list, mut start, mut base) = (Vec::new(), 0_i64, 0_i64);
            for tier in tiers {
                let end = tier.up_to.map_or(Some(i64::MAX), whole)?;
                let each = whole(tier.each)?;
                list.push(line(end, start, base, tier.each)?);
                if end < i64::MAX {
                    base = base.checked_add(each.checked_mul(end - start)?)?;
                }
                start = end;
            }
            Some((quantity, list))
        }
        Shape::Bands { value, bands, interpretations } if interpretations.is_empty() => {
            let list: Option<Vec<Segment>> =
                bands.iter().map(|band| band_line(band, &line)).collect();
            Some((value, list?))
        }
        _ => None,
    }
}

fn band_line(
    band: &Band,
    line: &dyn Fn(i64, i64, i64, Exact) -> Option<Segment>,
) -> Option<Segment> {
    // Columns hold whole numbers, so "below n" is "up to n − 1".
    let end = match band.bound {
        Bound::UpTo(end) => whole(end)?,
        Bound::Below(end) => whole(end)?.checked_sub(1)?,
        Bound::Open => i64::MAX,
    };
    if band.over.is_some() {
        return None;
    }
    line(end, band.excess_over.map_or(Some(0), whole)?, whole(band.base)?, band.rate)
}
