//! Checks over the rules of a fee as a whole: conflicts, holes, rules never reached. Every case that the conditions can
//! tell apart is tried, so what is reported comes with a witness.

use std::collections::BTreeSet;

use motcua_money::Exact;
use time::{Date, Duration};

use crate::engine::facts::Case;
use crate::engine::{modifier, reads};
use crate::load::Reader;
use crate::model::{Condition, FactKind, Fee, Modifier, Row, Rule, Shape, Tariff, Value, Window};
use crate::{FindingCode, day};

/// Cases tried for one fee and one day; more facts in one fee's conditions are for the author to split.
const MAX_CASES: usize = 20_000;

/// Facts held by all cases tried at once: some hundred megabytes at the outside.
const MAX_CELLS: usize = 2_000_000;

/// Do two windows share a day, as known at one time?
pub(crate) fn overlap(a: &Window, b: &Window) -> bool {
    let meet = |from: Option<Date>, until: Option<Date>| match (from, until) {
        (Some(from), Some(until)) => from < until,
        _ => true,
    };
    meet(a.from, b.until)
        && meet(b.from, a.until)
        && meet(a.known_from, b.known_until)
        && meet(b.known_from, a.known_until)
}

/// Looks at every fee.
pub(crate) fn rules(reader: &mut Reader<'_>, tariff: &Tariff, holes: bool) {
    for fee in &tariff.fees {
        Check { reader, tariff, fee, reported: BTreeSet::new() }.run(holes);
    }
}

struct Check<'r, 's, 't> {
    reader: &'r mut Reader<'s>,
    tariff: &'t Tariff,
    fee: &'t Fee,
    reported: BTreeSet<(usize, usize)>,
}

impl Check<'_, '_, '_> {
    fn run(&mut self, holes: bool) {
        let fee = self.fee;
        for (index, a) in fee.rules.iter().enumerate() {
            if !self.reader.spend(fee.rules.len() - index) {
                return self.exhausted();
            }
            for b in fee.rules.iter().skip(index + 1) {
                if a.rank == b.rank && a.when == b.when && overlap(&a.window, &b.window) {
                    self.reported.insert((a.span.start, b.span.start));
                    self.reader.error(
                        b.span.clone(),
                        FindingCode::OverlappingValidity,
                        format!("rules `{}` and `{}` of `{}` are in force on the same days for the same cases: end one before the other begins", a.id, b.id, fee.id),
                    );
                }
            }
        }
        let modifiers: Vec<&Modifier> =
            fee.modifiers.iter().filter_map(|at| self.tariff.modifiers.get(*at)).collect();
        let rule_cases = self.cases(fee.rules.iter().map(|rule| &rule.when));
        let mut reached = BTreeSet::new();
        let mut uncovered = false;
        let windows: Vec<&Window> = fee.rules.iter().map(|rule| &rule.window).collect();
        let days = days(&windows);
        let knowledge = knowledge(&windows);
        for values in &rule_cases {
            let case = Case { tariff: self.tariff, fee, values: values.clone() };
            for known in &knowledge {
                for date in &days {
                    if !self.reader.spend(fee.rules.len() + 1) {
                        return self.exhausted();
                    }
                    let mut live: Vec<&Rule> = fee
                        .rules
                        .iter()
                        .filter(|rule| rule.window.known(*known) && rule.window.in_force(*date))
                        .filter(|rule| case.holds(&rule.when, *date).unwrap_or(false))
                        .collect();
                    live.sort_by_key(|rule| std::cmp::Reverse(rule.rank));
                    match live.as_slice() {
                        [] => {
                            let covered = fee.rules.iter().any(|rule| {
                                rule.window.known(*known) && rule.window.in_force(*date)
                            });
                            if holes && known.is_none() && covered && !uncovered {
                                uncovered = true;
                                let witness = self.describe(values, &rule_conditions(fee));
                                let span = fee.rules.first().map_or(0..0, |rule| rule.span.clone());
                                self.reader.warning(
                                    span,
                                    FindingCode::UncoveredCase,
                                    format!("`{}` has no rule for {witness} on {}: say what holds, or declare the case out of scope", fee.id, day::iso(*date)),
                                );
                            }
                        }
                        [first, second, ..] if first.rank == second.rank => {
                            reached.insert(first.span.start);
                            reached.insert(second.span.start);
                            if self.reported.insert((first.span.start, second.span.start)) {
                                let witness = self.describe(values, &rule_conditions(fee));
                                self.reader.error(
                                    second.span.clone(),
                                    FindingCode::EqualRank,
                                    format!("rules `{}` and `{}` of `{}` both hold for {witness} on {}: give them different ranks or conditions", first.id, second.id, fee.id, day::iso(*date)),
                                );
                            }
                        }
                        [first, ..] => {
                            reached.insert(first.span.start);
                        }
                    }
                }
            }
        }
        if holes && !rule_cases.is_empty() {
            for rule in fee.rules.iter().filter(|rule| !reached.contains(&rule.span.start)) {
                self.reader.error(
                    rule.span.clone(),
                    FindingCode::UnreachableRule,
                    format!("rule `{}` of `{}` can never be chosen: its condition never holds, or another always goes before it", rule.id, fee.id),
                );
            }
        }
        if holes {
            self.holes(&days);
        }
        for rule in &fee.rules {
            self.tables(rule, &rule.shape);
        }
        self.modifier_conflicts(&modifiers);
    }

    /// Said once: what is not checked is not sound.
    fn exhausted(&mut self) {
        let span = self.fee.rules.first().map_or(0..0, |rule| rule.span.clone());
        let message = format!(
            "the rules of this tariff are too many to check against each other (at `{}`): split the file",
            self.fee.id
        );
        if !self.reader.out.findings.iter().any(|f| f.code == FindingCode::TooComplex.code()) {
            self.reader.error(span, FindingCode::TooComplex, message);
        }
    }

    /// Tables by conditions: exactly one row for each case that the rule covers.
    fn tables(&mut self, rule: &Rule, shape: &Shape) {
        match shape {
            Shape::Matrix(rows) => {
                self.table(rule, rows);
                rows.iter().for_each(|row| self.tables(rule, &row.shape));
            }
            Shape::ByOrdinal { steps, .. } => {
                steps.iter().for_each(|(_, shape)| self.tables(rule, shape));
            }
            Shape::Sum(list) | Shape::MaxOf(list) | Shape::MinOf(list) => {
                list.iter().for_each(|shape| self.tables(rule, shape));
            }
            _ => {}
        }
    }

    fn table(&mut self, rule: &Rule, rows: &[Row]) {
        let conditions: Vec<&Condition> =
            std::iter::once(&rule.when).chain(rows.iter().map(|row| &row.when)).collect();
        let cases = self.cases(conditions.iter().copied());
        let days = days(&[&rule.window]);
        let mut reported = BTreeSet::new();
        for values in &cases {
            let case = Case { tariff: self.tariff, fee: self.fee, values: values.clone() };
            for date in days.iter().filter(|date| rule.window.in_force(**date)) {
                if !self.reader.spend(rows.len() + 1) {
                    return self.exhausted();
                }
                if !case.holds(&rule.when, *date).unwrap_or(false) {
                    continue;
                }
                let mut live =
                    rows.iter().filter(|row| case.holds(&row.when, *date).unwrap_or(false));
                match (live.next(), live.next()) {
                    (Some(_), None) => {}
                    (Some(first), Some(second)) => {
                        if reported.insert((first.span.start, second.span.start)) {
                            let witness = self.describe(values, &conditions);
                            self.reader.error(
                                second.span.clone(),
                                FindingCode::TierOverlap,
                                format!(
                                    "two rows of `{}` hold for {witness}: exactly one row may",
                                    self.fee.id
                                ),
                            );
                        }
                    }
                    (None, _) => {
                        if reported.insert((0, 0)) {
                            let witness = self.describe(values, &conditions);
                            self.reader.warning(
                                rule.span.clone(),
                                FindingCode::UncoveredCase,
                                format!("no row of `{}` holds for {witness}: say what holds, or declare the case out of scope", self.fee.id),
                            );
                        }
                    }
                }
            }
        }
    }

    /// Days between rules that no rule covers.
    fn holes(&mut self, days: &[Date]) {
        let fee = self.fee;
        if !self.reader.spend(days.len() * fee.rules.len()) {
            return self.exhausted();
        }
        let covered = |date: Date| {
            fee.rules.iter().any(|rule| rule.window.known(None) && rule.window.in_force(date))
        };
        let first = fee.rules.iter().filter_map(|rule| rule.window.from).min();
        for date in days {
            let later =
                fee.rules.iter().find(|rule| rule.window.from.is_some_and(|from| from > *date));
            if let (Some(first), Some(later)) = (first, later)
                && *date >= first
                && !covered(*date)
            {
                self.reader.warning(
                    later.span.clone(),
                    FindingCode::ValidityGap,
                    format!(
                        "no rule of `{}` is in force on {}, before rule `{}` begins",
                        fee.id,
                        day::iso(*date),
                        later.id
                    ),
                );
            }
        }
    }

    fn modifier_conflicts(&mut self, modifiers: &[&Modifier]) {
        let fee = self.fee;
        for (index, a) in modifiers.iter().enumerate() {
            for b in modifiers.iter().skip(index + 1) {
                if !self.reader.spend(1) {
                    return self.exhausted();
                }
                if !overlap(&a.window, &b.window) || modifier::conflict(&[a, b]).is_none() {
                    continue;
                }
                let conditions = [&a.when, &b.when];
                let cases = self.cases(conditions);
                let days = days(&[&a.window, &b.window]);
                if !self.reader.spend(cases.len() * days.len()) {
                    return self.exhausted();
                }
                let witness = cases.iter().find_map(|values| {
                    let case = Case { tariff: self.tariff, fee, values: values.clone() };
                    days.iter()
                        .find(|date| {
                            [a, b].iter().all(|m| {
                                m.window.in_force(**date)
                                    && case.holds(&m.when, **date).unwrap_or(false)
                            })
                        })
                        .map(|date| (values, *date))
                });
                if let Some((values, date)) = witness {
                    let described = self.describe(values, &conditions);
                    self.reader.error(
                        b.span.clone(),
                        FindingCode::ModifierConflict,
                        format!(
                            "modifiers `{}` ({}) and `{}` ({}) contradict each other on `{}` for {described} on {}: say which prevails by rank or `combine`",
                            a.id, a.citation.instrument, b.id, b.citation.instrument, fee.id, day::iso(date)
                        ),
                    );
                }
            }
        }
    }

    /// One case for each combination that the conditions can tell apart.
    fn cases<'c>(
        &mut self,
        conditions: impl IntoIterator<Item = &'c Condition>,
    ) -> Vec<Vec<Option<Value>>> {
        let conditions: Vec<&Condition> = conditions.into_iter().collect();
        let mut cases: Vec<Vec<Option<Value>>> = vec![vec![None; self.tariff.facts.len()]];
        for (index, fact) in self.tariff.facts.iter().enumerate() {
            if !conditions.iter().any(|condition| reads(condition, index)) {
                continue;
            }
            let values: Vec<Value> = match fact.kind {
                FactKind::Choice => (0..fact.values.len()).map(Value::Choice).collect(),
                FactKind::Bool | FactKind::Entitlement => {
                    vec![Value::Bool(false), Value::Bool(true)]
                }
                FactKind::Locality => (0..self.tariff.localities.len()).map(Value::Unit).collect(),
                FactKind::Integer | FactKind::Decimal | FactKind::List => {
                    let mut bounds = BTreeSet::new();
                    for condition in &conditions {
                        collect(condition, index, &mut bounds);
                    }
                    let least = fact.min.unwrap_or(Exact::ZERO);
                    let step = if fact.kind == FactKind::Decimal {
                        Exact::new(1, 1000)
                    } else {
                        Ok(Exact::ONE)
                    };
                    let step = step.unwrap_or(Exact::ONE);
                    let around = bounds.iter().flat_map(|bound| {
                        [bound.checked_sub(step).ok(), Some(*bound), bound.checked_add(step).ok()]
                    });
                    let all: BTreeSet<Exact> = around.flatten().chain([least]).collect();
                    all.into_iter()
                        .filter(|value| *value >= least && fact.max.is_none_or(|max| *value <= max))
                        .map(Value::Number)
                        .collect()
                }
            };
            let count = cases.len().saturating_mul(values.len());
            let cells = count.saturating_mul(self.tariff.facts.len());
            if count > MAX_CASES || cells > MAX_CELLS || !self.reader.spend(count) {
                let span = self.fee.rules.first().map_or(0..0, |rule| rule.span.clone());
                self.reader.error(
                    span,
                    FindingCode::TooComplex,
                    format!("the conditions of `{}` tell more than {MAX_CASES} cases apart: split the fee", self.fee.id),
                );
                return Vec::new();
            }
            cases = cases
                .iter()
                .flat_map(|case| {
                    values.iter().map(move |value| {
                        let mut case = case.clone();
                        if let Some(slot) = case.get_mut(index) {
                            *slot = Some(value.clone());
                        }
                        case
                    })
                })
                .collect();
        }
        cases
    }

    fn describe(&self, values: &[Option<Value>], conditions: &[&Condition]) -> String {
        let mut parts = Vec::new();
        for (index, (fact, value)) in self.tariff.facts.iter().zip(values).enumerate() {
            if !conditions.iter().any(|condition| reads(condition, index)) {
                continue;
            }
            let shown = match value {
                Some(Value::Choice(at)) => fact.values.get(*at).cloned().unwrap_or_default(),
                Some(Value::Bool(value)) => value.to_string(),
                Some(Value::Number(value)) => value.to_string(),
                Some(Value::Unit(at)) => self
                    .tariff
                    .localities
                    .get(*at)
                    .map_or_else(String::new, |unit| unit.code.clone()),
                None => continue,
            };
            parts.push(format!("{} = {shown}", fact.name));
        }
        if parts.is_empty() { "every case".to_owned() } else { parts.join(", ") }
    }
}

fn rule_conditions(fee: &Fee) -> Vec<&Condition> {
    fee.rules.iter().map(|rule| &rule.when).collect()
}

/// The numbers at which a condition changes.
fn collect(condition: &Condition, wanted: usize, out: &mut BTreeSet<Exact>) {
    match condition {
        Condition::All(list) | Condition::Any(list) => {
            list.iter().for_each(|item| collect(item, wanted, out))
        }
        Condition::Not(inner) => collect(inner, wanted, out),
        Condition::Range { fact, from, over, up_to, below } if *fact == wanted => {
            out.extend([from, over, up_to, below].into_iter().flatten());
        }
        Condition::Always
        | Condition::OneOf { .. }
        | Condition::Is { .. }
        | Condition::Range { .. }
        | Condition::In { .. } => {}
    }
}

/// Days on which the set of rules in force can change.
fn days(windows: &[&Window]) -> Vec<Date> {
    let mut days: BTreeSet<Date> =
        windows.iter().flat_map(|w| [w.from, w.until]).flatten().collect();
    // The day before each change shows the state that ends.
    let before: Vec<Date> =
        days.iter().filter_map(|day| day.checked_sub(Duration::days(1))).collect();
    days.extend(before);
    days.into_iter().collect()
}

/// Days on which knowledge changes, and today's.
fn knowledge(windows: &[&Window]) -> Vec<Option<Date>> {
    let days: BTreeSet<Date> =
        windows.iter().flat_map(|w| [w.known_from, w.known_until]).flatten().collect();
    std::iter::once(None).chain(days.into_iter().map(Some)).collect()
}
