//! Reading shapes, with the checks that belong to one shape: bounds rise, join, and end open.

use motcua_money::Exact;

use super::reader::{Names, Reader, Tab};
use crate::FindingCode;
use crate::model::{Band, Bound, Fact, GraduatedTier, Interpretation, Row, Shape};

/// Shapes may be nested this deep.
const DEPTH: usize = 4;

impl Reader<'_> {
    pub(crate) fn shape(
        &mut self,
        tab: &Tab<'_>,
        facts: &[Fact],
        names: &Names,
        depth: usize,
    ) -> Option<Shape> {
        if depth > DEPTH {
            self.error(
                tab.span.clone(),
                FindingCode::TooLarge,
                format!("shapes nest deeper than {DEPTH}: simplify"),
            );
            return None;
        }
        let basis = |reader: &mut Self, key: &str| reader.basis(tab.node(key), facts, names, 0);
        match tab.text("type")? {
            "flat" => Some(Shape::Flat(self.amount(tab, "amount")?)),
            "per_unit" => Some(Shape::PerUnit {
                quantity: basis(self, "quantity")?,
                each: self.amount(tab, "each")?,
                free: tab.number("free").unwrap_or(Exact::ZERO),
            }),
            "graduated" => {
                let quantity = basis(self, "quantity");
                let tiers = self.tiers(tab);
                Some(Shape::Graduated { quantity: quantity?, tiers: tiers? })
            }
            "volume" | "marginal" => {
                let value = basis(self, "value");
                let interpretations: Vec<Interpretation> = tab
                    .tabs("interpretation")
                    .iter()
                    .filter_map(|item| {
                        Some(Interpretation {
                            value: item.number("value")?,
                            amount: item.number("amount")?,
                            ground: super::text(&item.tab("ground")?)?,
                        })
                    })
                    .collect();
                let bands = self.bands(tab, &interpretations);
                Some(Shape::Bands { value: value?, bands: bands?, interpretations })
            }
            "percentage" => Some(Shape::Percentage {
                value: basis(self, "value")?,
                rate: self.amount(tab, "rate")?,
            }),
            "package" => {
                let size = tab.number("size")?;
                if size <= Exact::ZERO {
                    self.error(
                        tab.span_of("size"),
                        FindingCode::BadNumber,
                        "a package holds more than nothing".to_owned(),
                    );
                    return None;
                }
                Some(Shape::Package {
                    quantity: basis(self, "quantity")?,
                    size,
                    each: self.amount(tab, "each")?,
                    round_up: tab.text("round")? == "up",
                })
            }
            "matrix" => {
                let mut rows: Vec<Row> = Vec::new();
                for row in tab.tabs("rows") {
                    let when = self.condition(&row, "when", facts, names);
                    let shape = match (self.amount(&row, "amount"), row.tab("shape")) {
                        (Some(amount), None) => Some(Shape::Flat(amount)),
                        (None, Some(inner)) => self.shape(&inner, facts, names, depth + 1),
                        _ => {
                            self.error(
                                row.span.clone(),
                                FindingCode::MissingKey,
                                "a row takes either `amount` or `shape`".to_owned(),
                            );
                            None
                        }
                    };
                    let span = row.span.clone();
                    rows.extend(shape.map(|shape| Row { when, shape, span }));
                }
                Some(Shape::Matrix(rows))
            }
            "interpolated" => {
                let value = basis(self, "value");
                let points = self.points(tab);
                Some(Shape::Interpolated { value: value?, points: points? })
            }
            "by_ordinal" => {
                let count = basis(self, "count");
                let mut steps = Vec::new();
                let list = tab.tabs("steps");
                let bounds: Vec<Option<Exact>> =
                    list.iter().map(|step| step.number("up_to")).collect();
                let sound = self.rising(&list, &bounds);
                for (step, bound) in list.iter().zip(bounds) {
                    let shape = step
                        .tab("shape")
                        .and_then(|inner| self.shape(&inner, facts, names, depth + 1));
                    steps.extend(shape.map(|shape| (bound, shape)));
                }
                sound.then_some(())?;
                Some(Shape::ByOrdinal { count: count?, steps })
            }
            name @ ("sum" | "max_of" | "min_of") => {
                let list: Vec<Shape> = tab
                    .tabs("of")
                    .iter()
                    .filter_map(|inner| self.shape(inner, facts, names, depth + 1))
                    .collect();
                if list.is_empty() {
                    self.error(
                        tab.span.clone(),
                        FindingCode::MissingKey,
                        format!("`{name}` needs at least one shape in `of`"),
                    );
                    return None;
                }
                Some(match name {
                    "sum" => Shape::Sum(list),
                    "max_of" => Shape::MaxOf(list),
                    _ => Shape::MinOf(list),
                })
            }
            // Reported by the format check.
            _ => None,
        }
    }

    /// A number that must not be negative.
    pub(crate) fn amount(&mut self, tab: &Tab<'_>, key: &str) -> Option<Exact> {
        let value = tab.number(key)?;
        if value.is_negative() {
            self.error(
                tab.span_of(key),
                FindingCode::BadNumber,
                format!("`{key}` is negative: an amount or rate is at least zero"),
            );
            return None;
        }
        Some(value)
    }

    /// Inclusive upper bounds that rise, the last open.
    fn rising(&mut self, tabs: &[Tab<'_>], bounds: &[Option<Exact>]) -> bool {
        let mut sound = true;
        let mut before: Option<Exact> = Some(Exact::ZERO);
        for (index, (tab, bound)) in tabs.iter().zip(bounds).enumerate() {
            let last = index + 1 == tabs.len();
            match (bound, before) {
                (None, _) if !last => {
                    sound = false;
                    let after = tabs
                        .get(index + 1)
                        .map_or_else(|| tab.span.clone(), |next| next.span.clone());
                    self.error(
                        after,
                        FindingCode::TierOpen,
                        "no unit reaches this tier: the one before has no `up_to`".to_owned(),
                    );
                }
                (Some(_), _) if last => {
                    sound = false;
                    self.error(
                        tab.span_of("up_to"),
                        FindingCode::TierOpen,
                        "the last tier must be open: leave out its `up_to`".to_owned(),
                    );
                }
                (Some(bound), Some(before)) if *bound <= before => {
                    sound = false;
                    self.error(
                        tab.span_of("up_to"),
                        FindingCode::TierOrder,
                        format!("bounds must rise: {bound} does not exceed {before}; tiers are never re-ordered"),
                    );
                }
                (Some(bound), _) if !bound.is_integer() => {
                    sound = false;
                    self.error(
                        tab.span_of("up_to"),
                        FindingCode::TierGap,
                        format!("{bound} is not a whole number of units"),
                    );
                }
                _ => {}
            }
            before = *bound;
        }
        sound
    }

    fn tiers(&mut self, tab: &Tab<'_>) -> Option<Vec<GraduatedTier>> {
        let list = tab.tabs("tiers");
        let bounds: Vec<Option<Exact>> = list.iter().map(|tier| tier.number("up_to")).collect();
        let sound = self.rising(&list, &bounds);
        let tiers: Vec<GraduatedTier> = list
            .iter()
            .zip(bounds)
            .filter_map(|(tier, up_to)| {
                Some(GraduatedTier { up_to, each: self.amount(tier, "each")? })
            })
            .collect();
        (sound && tiers.len() == list.len() && !tiers.is_empty()).then_some(tiers)
    }

    fn bands(&mut self, tab: &Tab<'_>, interpretations: &[Interpretation]) -> Option<Vec<Band>> {
        let list = tab.tabs("bands");
        let mut bands: Vec<Band> = Vec::new();
        let mut sound = !list.is_empty();
        for (index, item) in list.iter().enumerate() {
            let last = index + 1 == list.len();
            let before = bands.last().map_or(Bound::Below(Exact::ZERO), |band| band.bound);
            let bound = match (item.number("up_to"), item.number("below")) {
                (Some(value), None) => Bound::UpTo(value),
                (None, Some(value)) => Bound::Below(value),
                (None, None) => Bound::Open,
                (Some(_), Some(_)) => {
                    sound = false;
                    self.error(
                        item.span_of("below"),
                        FindingCode::TierOverlap,
                        "a band ends either `up_to` a value or `below` it, not both".to_owned(),
                    );
                    continue;
                }
            };
            sound &= self.joins(item, index, before, bound, interpretations);
            if last && bound != Bound::Open {
                sound = false;
                self.error(item.span.clone(), FindingCode::TierOpen, "the last band must be open: leave out its end, or say why no larger value can occur".to_owned());
            }
            let start = match before {
                Bound::UpTo(value) | Bound::Below(value) => value,
                Bound::Open => Exact::ZERO,
            };
            let start = item.number("over").unwrap_or(start);
            let (amount, rate) = (item.number("amount"), item.number("rate"));
            let (base, excess) = (item.number("base"), item.number("excess_rate"));
            let band = match (amount, rate, base, excess) {
                (Some(base), None, None, None) => Band {
                    bound,
                    over: item.number("over"),
                    base,
                    rate: Exact::ZERO,
                    excess_over: None,
                },
                (None, Some(rate), None, None) => Band {
                    bound,
                    over: item.number("over"),
                    base: Exact::ZERO,
                    rate,
                    excess_over: None,
                },
                (None, None, base, Some(rate)) => Band {
                    bound,
                    over: item.number("over"),
                    base: base.unwrap_or(Exact::ZERO),
                    rate,
                    excess_over: Some(start),
                },
                _ => {
                    sound = false;
                    self.error(
                        item.span.clone(),
                        FindingCode::MissingKey,
                        "a band takes one of: `amount`; `rate` of the whole; `base` with `excess_rate`".to_owned(),
                    );
                    continue;
                }
            };
            if band.base.is_negative() || band.rate.is_negative() {
                sound = false;
                self.error(
                    item.span.clone(),
                    FindingCode::BadNumber,
                    "amounts and rates are at least zero".to_owned(),
                );
            }
            bands.push(band);
        }
        if sound {
            self.edges(tab, &list, &bands);
        }
        sound.then_some(bands)
    }

    /// Where two bands meet: a base that misses the band before it is a slip of the pen, and an amount that falls where the value
    /// rises is seldom meant. The file declares what is (`jumps`, `falls`).
    fn edges(&mut self, tab: &Tab<'_>, list: &[Tab<'_>], bands: &[Band]) {
        let at = |band: &Band, value: Exact| {
            let counted = value.checked_sub(band.excess_over.unwrap_or(Exact::ZERO));
            counted
                .and_then(|v| v.checked_mul(band.rate))
                .and_then(|v| v.checked_add(band.base))
                .ok()
        };
        let (jumps, falls) = (tab.bool("jumps") == Some(true), tab.bool("falls") == Some(true));
        for ((before, band), item) in
            bands.iter().zip(bands.iter().skip(1)).zip(list.iter().skip(1))
        {
            let (Bound::UpTo(edge) | Bound::Below(edge)) = before.bound else { continue };
            let (Some(end), Some(start)) = (at(before, edge), at(band, edge)) else { continue };
            if band.excess_over.is_some() && start != end && !jumps {
                self.warning(
                    item.span_of("base"),
                    FindingCode::Discontinuity,
                    format!("this band begins with {start} at {edge}, where the one before ends with {end}: correct it, or declare `jumps = true`"),
                );
            } else if start < end && !falls {
                self.warning(
                    item.span.clone(),
                    FindingCode::FallingAmount,
                    format!("the amount falls from {end} to {start} at {edge}: correct it, or declare `falls = true`"),
                );
            }
        }
    }

    /// Does this band begin where the one before ends?
    fn joins(
        &mut self,
        item: &Tab<'_>,
        index: usize,
        before: Bound,
        bound: Bound,
        interpretations: &[Interpretation],
    ) -> bool {
        let (edge, inclusive) = match before {
            Bound::Open => {
                self.error(
                    item.span.clone(),
                    FindingCode::TierOpen,
                    "no value reaches this band: the one before has no end".to_owned(),
                );
                return false;
            }
            Bound::UpTo(value) => (value, true),
            Bound::Below(value) => (value, false),
        };
        let mut sound = true;
        match bound {
            Bound::UpTo(end) | Bound::Below(end)
                if end < edge
                    || (end == edge && (index == 0 || inclusive || bound == Bound::Below(end))) =>
            {
                sound = false;
                let key = if matches!(bound, Bound::UpTo(_)) { "up_to" } else { "below" };
                self.error(
                    item.span_of(key),
                    FindingCode::TierOrder,
                    format!(
                        "bounds must rise: {end} does not exceed {edge}; bands are never re-ordered"
                    ),
                );
            }
            Bound::UpTo(_) | Bound::Below(_) | Bound::Open => {}
        }
        let Some(over) = item.number("over") else { return sound };
        if over < edge {
            sound = false;
            self.error(
                item.span_of("over"),
                FindingCode::TierOverlap,
                format!("values from {over} to {edge} stand in two bands"),
            );
        } else if over > edge {
            sound = false;
            self.error(
                item.span_of("over"),
                FindingCode::TierGap,
                format!("values between {edge} and {over} stand in no band"),
            );
        } else if !inclusive
            && index > 0
            && !interpretations.iter().any(|answer| answer.value == edge)
        {
            sound = false;
            self.error(
                item.span_of("over"),
                FindingCode::TierGap,
                format!(
                    "exactly {edge} stands in no band: the one before ends below it and this one begins over it; \
                     correct the bounds, or answer with an explicit `interpretation` for this value"
                ),
            );
        }
        sound
    }

    fn points(&mut self, tab: &Tab<'_>) -> Option<Vec<(Exact, Exact)>> {
        let mut points: Vec<(Exact, Exact)> = Vec::new();
        let mut sound = true;
        let list = tab.tabs("points");
        for item in &list {
            let (Some(at), Some(rate)) = (item.number("at"), self.amount(item, "rate")) else {
                sound = false;
                continue;
            };
            if points.last().is_some_and(|(before, _)| at <= *before) {
                sound = false;
                self.error(
                    item.span_of("at"),
                    FindingCode::TierOrder,
                    format!("points must rise: {at} does not exceed the one before"),
                );
            }
            points.push((at, rate));
        }
        (sound && !points.is_empty()).then_some(points)
    }
}
