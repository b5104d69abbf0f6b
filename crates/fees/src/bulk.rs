//! Many cases of one fee: the rule is chosen once, then whole columns are computed exactly. Slices in, slices out.

use std::sync::Arc;

use motcua_money::{Exact, RoundingMode};
use serde::Serialize;
use time::Date;

use crate::application::Application;
use crate::diagnostics::nearest;
use crate::engine::facts::Case;
use crate::engine::line;
use crate::engine::modifier::{self, Uses};
use crate::engine::shape::{Evaluation, Trace};
use crate::engine::{Dates, reads, select};
use crate::error::Error;
use crate::model::{Band, Basis, Bound, Condition, FactKind, Rule, Shape, Tariff, Value};

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
    /// The facts that do not vary, resolved once.
    values: Vec<Option<Value>>,
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
    cap_asset: i64,
    floor: i64,
    cap_case: i64,
}

/// `base + num × (value − start) / den` for values up to `end`. What is `scaled` counts in parts of 1/`den`; a cap that leaves
/// 64 bits when scaled is beyond every value that stays within them.
#[derive(Debug, Clone, Copy)]
struct Segment {
    end: i64,
    start: i64,
    base: i64,
    num: i64,
    den: i64,
    scaled_base: i64,
    scaled_cap: i64,
    scaled_cap_asset: i64,
    scaled_floor: i64,
    scaled_cap_case: i64,
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
        let case = line::case(tariff, application, request)?;
        let fee_at = tariff.fee_index.get(&request.fee).copied().unwrap_or_default();
        let mut places = Vec::new();
        let mut limits = Vec::new();
        for name in columns {
            let place = tariff.fact(name);
            let Some((at, fact)) = place.and_then(|at| Some((at, tariff.facts.get(at)?))) else {
                return Err(Error::UnknownFact {
                    tariff: tariff.id.clone(),
                    fact: (*name).to_owned(),
                    suggestion: nearest(name, tariff.facts.iter().map(|fact| fact.name.as_str())),
                });
            };
            if !matches!(fact.kind, FactKind::Integer | FactKind::Decimal) || places.contains(&at) {
                return Err(Error::BadFact {
                    fact: (*name).to_owned(),
                    value: "a column".to_owned(),
                    expected: "one column at most, and only where it is a number".to_owned(),
                });
            }
            places.push(at);
            let whole = |bound: Option<Exact>, mode, other| {
                bound.map_or(other, |b| i64::try_from(b.round_to_integer(mode)).unwrap_or(other))
            };
            let least = whole(fact.min.or(Some(Exact::ZERO)), RoundingMode::Ceiling, 0);
            limits.push((least, whole(fact.max, RoundingMode::Floor, i64::MAX)));
        }
        let kernel = kernel(tariff, &case, application, date, &places);
        let values = case.values;
        let mut application = application.clone();
        application.fees.truncate(1);
        Ok(Plan {
            tariff: Arc::clone(tariff),
            fee: fee_at,
            application,
            date,
            columns: places,
            limits,
            values,
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
        let mut slow = |index: usize, amount: &mut i64, valid: &mut bool| {
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
        };
        let answers = out.iter_mut().zip(valid.iter_mut()).enumerate();
        match self.kernel.as_ref().and_then(|kernel| kernel.columns(columns, &self.limits)) {
            Some((kernel, quantities, counts)) => {
                let rows = quantities.values.iter().zip(counts.values.iter().cycle());
                for ((index, (amount, valid)), (quantity, count)) in answers.zip(rows) {
                    let fits = quantities.fits(*quantity) && counts.fits(*count);
                    match fits.then(|| kernel.of(*quantity, *count)).flatten() {
                        Some(value) => (*amount, *valid) = (value, true),
                        None => slow(index, amount, valid),
                    }
                }
            }
            None => answers.for_each(|(index, (amount, valid))| slow(index, amount, valid)),
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
        let tariff = &*self.tariff;
        let fee = tariff.fees.get(self.fee).ok_or(Error::NothingAsked)?;
        let mut values = self.values.clone();
        for (fact, value) in self.columns.iter().zip(row) {
            if let Some(slot) = values.get_mut(*fact) {
                *slot = Some(Value::Number(Exact::from(*value)));
            }
        }
        let case = Case { tariff, fee, values };
        let dates = Dates::new(&self.application, self.date);
        let mut uses = Uses::default();
        let line = line::compute(tariff, &self.application, &case, &dates, &mut uses, false)?;
        whole(line.due()).ok_or_else(|| Error::Money {
            fee: fee.id.clone(),
            source: motcua_money::Error::Overflow { operation: "an amount in 64 bits" },
        })
    }
}

/// A column with the values its fact takes.
struct Column<'a> {
    values: &'a [i64],
    least: i64,
    most: i64,
}

impl Column<'_> {
    fn fits(&self, value: i64) -> bool {
        value >= self.least && value <= self.most
    }
}

impl Kernel {
    /// The two columns it reads, where there are no others to be checked.
    fn columns<'a>(
        &self,
        columns: &[&'a [i64]],
        limits: &[(i64, i64)],
    ) -> Option<(&Self, Column<'a>, Column<'a>)> {
        let column = |at: usize| {
            let (least, most) = *limits.get(at)?;
            Some(Column { values: columns.get(at)?, least, most })
        };
        let counts = match self.per {
            Some(at) => column(at)?,
            None => Column { values: &[1], least: 1, most: 1 },
        };
        let read = 1 + usize::from(self.per.is_some_and(|per| per != self.quantity));
        (read == columns.len()).then_some((self, column(self.quantity)?, counts))
    }

    /// The price of a row; none where 64 bits do not hold it.
    fn price(&self, row: &[i64]) -> Option<i64> {
        let count = match self.per {
            Some(at) => *row.get(at)?,
            None => 1,
        };
        self.of(*row.get(self.quantity)?, count)
    }

    /// The price of a quantity, so many times.
    #[inline]
    fn of(&self, value: i64, count: i64) -> Option<i64> {
        let segment = self.segments.iter().find(|segment| value <= segment.end)?;
        let part = segment.num.checked_mul(value.checked_sub(segment.start)?)?;
        match segment.narrow(part, count) {
            Some(price) => Some(price),
            None => self.wide(segment, part, count),
        }
    }

    /// In 128 bits, where 64 do not hold the fractions.
    #[cold]
    fn wide(&self, segment: &Segment, part: i64, count: i64) -> Option<i64> {
        let den = i128::from(segment.den);
        let scaled = |amount: i64| i128::from(amount).checked_mul(den);
        // The largest number stands for no cap, and must not become one.
        let capped = |value: i128, cap: i64| match cap {
            i64::MAX => Some(value),
            cap => Some(value.min(scaled(cap)?)),
        };
        let each = capped(scaled(segment.base)?.checked_add(i128::from(part))?, self.cap)?;
        let total = capped(each.checked_mul(i128::from(count))?, self.cap_asset)?;
        let total = capped(total.max(scaled(self.floor)?), self.cap_case)?;
        let (floor, rest) = (total / den, total % den);
        i64::try_from(if rest >= den - rest { floor + 1 } else { floor }).ok()
    }
}

impl Segment {
    /// The price in fractions of 1/den, rounded half up once at the end; nothing here is negative.
    #[inline]
    fn narrow(&self, part: i64, count: i64) -> Option<i64> {
        let each = self.scaled_base.checked_add(part)?.min(self.scaled_cap);
        let total = each.checked_mul(count)?.min(self.scaled_cap_asset);
        let total = total.max(self.scaled_floor).min(self.scaled_cap_case);
        if self.den == 1 {
            return Some(total);
        }
        Some(total.checked_add(self.den / 2)? / self.den)
    }
}

fn whole(value: Exact) -> Option<i64> {
    value.to_integer().and_then(|value| i64::try_from(value).ok())
}

/// The fast form of a plan, if its rule has one: chosen without the columns, a broken line over one of them, untouched by
/// any modifier, rounded half up to one.
fn kernel(
    tariff: &Tariff,
    case: &Case<'_>,
    application: &Application,
    date: Date,
    columns: &[usize],
) -> Option<Kernel> {
    let fee = case.fee;
    let varies = |condition: &Condition| columns.iter().any(|column| reads(condition, *column));
    // Below zero a shape need not be the line that it is above.
    let negative =
        columns.iter().filter_map(|at| tariff.facts.get(*at)?.min).any(|least| least.is_negative());
    let modifiers = fee.modifiers.iter().filter_map(|at| tariff.modifiers.get(*at));
    if fee.rules.iter().any(|rule| varies(&rule.when))
        || modifiers.clone().any(|modifier| varies(&modifier.when))
        || fee.currency != tariff.currency
        || !fee.ceilings.is_empty()
        || negative
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
    let mut uses = Uses::default();
    let none =
        modifier::combine(case, rule, application, &dates, Exact::ZERO, &mut trace, &mut uses)
            .ok()?;
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
    let mut kernel = Kernel {
        quantity,
        segments,
        cap: or(limits.cap_per_instance, i64::MAX)?,
        per,
        floor: or(limits.floor, 0)?,
        cap_asset: or(limits.cap_per_asset, i64::MAX)?,
        cap_case: or(limits.cap_per_case, i64::MAX)?,
    };
    for segment in &mut kernel.segments {
        let den = segment.den;
        segment.scaled_base = segment.base.checked_mul(den)?;
        segment.scaled_floor = kernel.floor.checked_mul(den)?;
        segment.scaled_cap = kernel.cap.saturating_mul(den);
        segment.scaled_cap_asset = kernel.cap_asset.saturating_mul(den);
        segment.scaled_cap_case = kernel.cap_case.saturating_mul(den);
    }
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
            *values.get_mut(*fact)? = Some(Value::Number(Exact::from(*value)));
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
        let den = i64::try_from(rate.denominator()).ok()?;
        // Scaled once the limits are known.
        let (scaled_base, scaled_floor) = (0, 0);
        let (scaled_cap, scaled_cap_asset, scaled_cap_case) = (0, 0, 0);
        Some(Segment {
            end,
            start,
            base,
            num,
            den,
            scaled_base,
            scaled_cap,
            scaled_cap_asset,
            scaled_floor,
            scaled_cap_case,
        })
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
