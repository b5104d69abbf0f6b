//! The value of a shape for a case: exact, unrounded, with its steps where they are wanted.

use std::sync::Arc;

use motcua_money::{Exact, RoundingMode};
use time::Date;

use super::facts::Case;
use crate::assessment::{Step, StepKind};
use crate::error::Error;
use crate::model::{Band, Bound, CeilingRule, Fee, Limits, Shape};

/// The steps of a computation, or nothing where no explanation is wanted.
pub(crate) struct Trace {
    pub(crate) on: bool,
    pub(crate) steps: Vec<Step>,
}

impl Trace {
    pub(crate) fn push(&mut self, value: Exact, kind: impl FnOnce() -> StepKind) {
        if self.on {
            self.steps.push(Step { kind: kind(), value });
        }
    }
}

pub(crate) struct Evaluation<'c, 't> {
    pub(crate) case: &'c Case<'t>,
    pub(crate) date: Date,
    pub(crate) trace: Trace,
}

impl<'t> Evaluation<'_, 't> {
    fn money(&self) -> impl Fn(motcua_money::Error) -> Error + use<'t> {
        let fee = self.case.fee;
        move |source| Error::Money { fee: fee.id.clone(), source }
    }

    /// The value of a rule: the shape for one instance, times the instances and assets, within floors and caps.
    pub(crate) fn rule(&mut self, shape: &Shape, limits: &Limits) -> Result<Exact, Error> {
        let capped = match &limits.no_cap_when {
            Some(condition) => !self.case.holds(condition, self.date)?,
            None => true,
        };
        let mut value = self.shape(shape)?;
        if !capped {
            self.trace.push(value, || StepKind::CapLifted);
        }
        value = self.cap(value, limits.cap_per_instance.filter(|_| capped), "instance");
        if let Some(fact) = limits.per {
            let (count, each) = (self.case.number(fact)?, value);
            value = count.checked_mul(each).map_err(self.money())?;
            self.trace.push(value, || StepKind::Instances { count, each });
        }
        value = self.cap(value, limits.cap_per_asset.filter(|_| capped), "asset");
        if let Some(fact) = limits.assets {
            let (count, each) = (self.case.number(fact)?, value);
            value = count.checked_mul(each).map_err(self.money())?;
            self.trace.push(value, || StepKind::Assets { count, each });
        }
        if let Some(floor) = limits.floor.filter(|floor| value < *floor) {
            value = floor;
            self.trace.push(value, || StepKind::Floor { floor });
        }
        Ok(self.cap(value, limits.cap_per_case.filter(|_| capped), "case"))
    }

    /// The price of a service under the ceilings of its fee: the least that is in force, and what it makes of the price.
    pub(crate) fn ceiling(
        &mut self,
        fee: &'t Fee,
        price: Exact,
        known_at: Option<Date>,
    ) -> Result<(Exact, Option<&'t CeilingRule>), Error> {
        let mut least: Option<(Exact, &CeilingRule)> = None;
        for ceiling in &fee.ceilings {
            let live = ceiling.window.known(known_at) && ceiling.window.in_force(self.date);
            if !live || !self.case.holds(&ceiling.when, self.date)? {
                continue;
            }
            let limit = match &ceiling.quantity {
                Some(quantity) => {
                    self.case.basis(quantity)?.checked_mul(ceiling.amount).map_err(self.money())?
                }
                None => ceiling.amount,
            };
            if least.is_none_or(|(other, _)| limit < other) {
                least = Some((limit, ceiling));
            }
        }
        let Some((limit, ceiling)) = least else { return Ok((price, None)) };
        if price > limit {
            self.trace.push(limit, || StepKind::ServiceCeiling {
                asked: price,
                citation: Arc::clone(&ceiling.citation),
            });
        }
        Ok((price.min(limit), Some(ceiling)))
    }

    fn cap(&mut self, value: Exact, cap: Option<Exact>, scope: &'static str) -> Exact {
        match cap {
            Some(cap) if value > cap => {
                self.trace.push(cap, || StepKind::Cap { cap, scope });
                cap
            }
            Some(_) | None => value,
        }
    }

    fn shape(&mut self, shape: &Shape) -> Result<Exact, Error> {
        match shape {
            Shape::Flat(amount) => {
                self.trace.push(*amount, || StepKind::Flat);
                Ok(*amount)
            }
            Shape::PerUnit { quantity, each, free } => {
                let (quantity, each, free) = (self.case.basis(quantity)?, *each, *free);
                // Free units never make the amount negative.
                let units = quantity.checked_sub(free).map_err(self.money())?.max(Exact::ZERO);
                let value = units.checked_mul(each).map_err(self.money())?;
                self.trace.push(value, || StepKind::Units { quantity, free, each });
                Ok(value)
            }
            Shape::Graduated { quantity, tiers } => {
                let quantity = self.case.basis(quantity)?;
                let (mut value, mut from) = (Exact::ZERO, Exact::ZERO);
                for tier in tiers {
                    let end = tier.up_to.map_or(quantity, |end| end.min(quantity));
                    let units = end.checked_sub(from).map_err(self.money())?;
                    if units <= Exact::ZERO {
                        break;
                    }
                    let part = units.checked_mul(tier.each).map_err(self.money())?;
                    value = value.checked_add(part).map_err(self.money())?;
                    let start = from;
                    self.trace.push(part, || StepKind::Tier {
                        from: start,
                        up_to: tier.up_to,
                        units,
                        each: tier.each,
                    });
                    from = end;
                }
                if self.trace.steps.len() > 1 {
                    self.trace.push(value, || StepKind::Sum);
                }
                Ok(value)
            }
            Shape::Bands { value, bands, interpretations } => {
                let value = self.case.basis(value)?;
                if let Some(answer) = interpretations.iter().find(|answer| answer.value == value) {
                    self.trace.push(answer.amount, || StepKind::Interpretation {
                        value,
                        ground: answer.ground.clone(),
                    });
                    return Ok(answer.amount);
                }
                // Bands rise, so the first that ends above the value is the one, or none is.
                let band = bands.iter().find(|band| ends_above(band, value));
                let band = band.filter(|band| band.over.is_none_or(|over| value > over));
                let band = band.ok_or_else(|| Error::NoBand {
                    fee: self.case.fee.id.clone(),
                    value: value.to_string(),
                })?;
                let counted = match band.excess_over {
                    Some(over) => value.checked_sub(over).map_err(self.money())?,
                    None => value,
                };
                let part = counted.checked_mul(band.rate).map_err(self.money())?;
                let result = band.base.checked_add(part).map_err(self.money())?;
                self.trace.push(result, || match band.excess_over {
                    Some(over) => {
                        StepKind::BandExcess { value, base: band.base, over, rate: band.rate }
                    }
                    None if band.rate.is_zero() => StepKind::BandAmount { value },
                    None => StepKind::BandRate { value, rate: band.rate },
                });
                Ok(result)
            }
            Shape::Percentage { value, rate } => {
                let (value, rate) = (self.case.basis(value)?, *rate);
                let result = value.checked_mul(rate).map_err(self.money())?;
                self.trace.push(result, || StepKind::Rate { value, rate });
                Ok(result)
            }
            Shape::Package { quantity, size, each, round_up } => {
                let (quantity, size, each) = (self.case.basis(quantity)?, *size, *each);
                let mode = if *round_up { RoundingMode::Ceiling } else { RoundingMode::Floor };
                let packages =
                    quantity.checked_div(size).map_err(self.money())?.round_to_integer(mode);
                let packages = Exact::from_integer(packages);
                let result = packages.checked_mul(each).map_err(self.money())?;
                self.trace.push(result, || StepKind::Packages { quantity, size, packages, each });
                Ok(result)
            }
            Shape::Matrix(rows) => {
                let mut found: Option<(usize, &Shape)> = None;
                for (index, row) in rows.iter().enumerate() {
                    if self.case.holds(&row.when, self.date)? {
                        if let Some((first, _)) = found {
                            return Err(Error::Conflict {
                                fee: self.case.fee.id.clone(),
                                first: format!("row {}", first + 1),
                                second: format!("row {}", index + 1),
                            });
                        }
                        found = Some((index, &row.shape));
                    }
                }
                match found {
                    Some((_, shape)) => self.shape(shape),
                    None => Err(Error::NoRule { fee: self.case.fee.id.clone(), date: self.date }),
                }
            }
            Shape::Interpolated { value, points } => {
                let value = self.case.basis(value)?;
                let rate = interpolate(points, value).map_err(self.money())?;
                let result = value.checked_mul(rate).map_err(self.money())?;
                self.trace.push(result, || StepKind::Interpolated { value, rate });
                Ok(result)
            }
            Shape::ByOrdinal { count, steps } => {
                let count = self.case.basis(count)?;
                let (mut total, mut from) = (Exact::ZERO, Exact::ZERO);
                for (up_to, shape) in steps {
                    let end = up_to.map_or(count, |end| end.min(count));
                    let instances = end.checked_sub(from).map_err(self.money())?;
                    if instances <= Exact::ZERO {
                        break;
                    }
                    let each = self.shape(shape)?;
                    let part = instances.checked_mul(each).map_err(self.money())?;
                    total = total.checked_add(part).map_err(self.money())?;
                    let start = from;
                    self.trace.push(part, || StepKind::Ordinals { from: start, to: end, each });
                    from = end;
                }
                self.trace.push(total, || StepKind::Sum);
                Ok(total)
            }
            Shape::Sum(list) => {
                let mut total = Exact::ZERO;
                for shape in list {
                    total = total.checked_add(self.shape(shape)?).map_err(self.money())?;
                }
                self.trace.push(total, || StepKind::Sum);
                Ok(total)
            }
            Shape::MaxOf(list) | Shape::MinOf(list) => {
                let values =
                    list.iter().map(|shape| self.shape(shape)).collect::<Result<Vec<_>, _>>()?;
                let greatest = matches!(shape, Shape::MaxOf(_));
                let values = values.into_iter();
                let value =
                    if greatest { values.max() } else { values.min() }.unwrap_or(Exact::ZERO);
                self.trace
                    .push(value, || if greatest { StepKind::Greatest } else { StepKind::Least });
                Ok(value)
            }
        }
    }
}

fn ends_above(band: &Band, value: Exact) -> bool {
    match band.bound {
        Bound::UpTo(end) => value <= end,
        Bound::Below(end) => value < end,
        Bound::Open => true,
    }
}

/// The rate at `value`: on the line between the two nearest points; outside, that of the nearest point.
fn interpolate(points: &[(Exact, Exact)], value: Exact) -> Result<Exact, motcua_money::Error> {
    let above = points.iter().position(|(at, _)| value <= *at);
    let last = points.last().map_or(Exact::ZERO, |(_, rate)| *rate);
    let Some(above) = above else { return Ok(last) };
    let upper = points.get(above).copied().unwrap_or((value, last));
    let Some(lower) = above.checked_sub(1).and_then(|below| points.get(below)).copied() else {
        return Ok(upper.1);
    };
    let slope = upper.1.checked_sub(lower.1)?.checked_div(upper.0.checked_sub(lower.0)?)?;
    lower.1.checked_add(value.checked_sub(lower.0)?.checked_mul(slope)?)
}
