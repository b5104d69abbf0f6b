//! The facts of one request, resolved against the declarations; conditions and bases are evaluated here.

use std::collections::BTreeMap;

use motcua_money::Exact;
use time::Date;

use crate::application::{Application, FactValue, Request};
use crate::diagnostics::nearest;
use crate::error::Error;
use crate::model::{Basis, Condition, Fact, FactKind, Fee, Locality, Tariff, Value};

/// The facts of one request, by the place of their declaration.
pub(crate) struct Case<'t> {
    pub(crate) tariff: &'t Tariff,
    pub(crate) fee: &'t Fee,
    pub(crate) values: Vec<Option<Value>>,
}

/// A given value as its declaration wants it; none where it does not fit.
pub(crate) fn resolve(
    fact: &Fact,
    given: &FactValue,
    units: &BTreeMap<String, usize>,
) -> Option<Value> {
    let locality = |code: &str| units.get(code).copied();
    resolve_with(fact, given, &locality)
}

fn resolve_with(
    fact: &Fact,
    given: &FactValue,
    locality: &dyn Fn(&str) -> Option<usize>,
) -> Option<Value> {
    let number = match (fact.kind, given) {
        (FactKind::Choice, FactValue::Text(text)) => {
            return fact.values.iter().position(|known| known == text).map(Value::Choice);
        }
        (FactKind::Locality, FactValue::Text(code)) => return locality(code).map(Value::Unit),
        (FactKind::Bool, FactValue::Bool(value)) => return Some(Value::Bool(*value)),
        (FactKind::Integer | FactKind::Decimal, FactValue::Integer(value)) => Exact::from(*value),
        (FactKind::Integer, FactValue::Text(text)) => {
            text.parse::<Exact>().ok().filter(Exact::is_integer)?
        }
        (FactKind::Decimal, FactValue::Text(text)) => text.parse::<Exact>().ok()?,
        (FactKind::List, FactValue::List(items)) => Exact::from(i64::try_from(items.len()).ok()?),
        _ => return None,
    };
    // Nothing that a fee depends on is negative unless its declaration says so.
    let least = fact.min.unwrap_or(Exact::ZERO);
    (number >= least && fact.max.is_none_or(|max| number <= max)).then_some(Value::Number(number))
}

fn expected(fact: &Fact) -> String {
    let range = |what: &str| {
        let least = fact.min.unwrap_or(Exact::ZERO);
        match fact.max {
            Some(max) => format!("{what} from {least} to {max}"),
            None => format!("{what} of at least {least}"),
        }
    };
    match fact.kind {
        FactKind::Choice => format!("one of {}", fact.values.join(", ")),
        FactKind::Bool => "true or false".to_owned(),
        FactKind::Integer => range("a whole number"),
        FactKind::Decimal => range("a whole number or an exact decimal string"),
        FactKind::List => range("a list with a length"),
        FactKind::Entitlement => {
            "nothing here: claim it in `entitlements`, with its evidence".to_owned()
        }
        FactKind::Locality => "the code of a declared locality".to_owned(),
    }
}

impl<'t> Case<'t> {
    /// Resolves the facts of a request; what is unknown or does not fit is an error.
    pub(crate) fn new(
        tariff: &'t Tariff,
        application: &Application,
        request: &Request,
        fee: &'t Fee,
    ) -> Result<Self, Error> {
        let mut values: Vec<Option<Value>> =
            tariff.facts.iter().map(|fact| fact.default.clone()).collect();
        for (name, given) in application.facts.iter().chain(&request.facts) {
            let place = tariff.fact(name);
            let Some((fact, slot)) =
                place.and_then(|at| Some((tariff.facts.get(at)?, values.get_mut(at)?)))
            else {
                return Err(Error::UnknownFact {
                    tariff: tariff.id.clone(),
                    fact: name.clone(),
                    suggestion: nearest(name, tariff.facts.iter().map(|fact| fact.name.as_str())),
                });
            };
            let locality = |code: &str| tariff.locality_index.get(code).copied();
            let value = resolve_with(fact, given, &locality).ok_or_else(|| Error::BadFact {
                fact: name.clone(),
                value: given.to_string(),
                expected: expected(fact),
            })?;
            *slot = Some(value);
        }
        for (fact, slot) in tariff.facts.iter().zip(values.iter_mut()) {
            if fact.kind == FactKind::Entitlement {
                let proven = application.entitlements.iter().any(|claim| {
                    claim.name == fact.name
                        && claim.evidence.as_ref().is_some_and(|text| !text.trim().is_empty())
                });
                *slot = Some(Value::Bool(proven));
            }
        }
        Ok(Self { tariff, fee, values })
    }

    pub(crate) fn missing(&self, fact: usize) -> Error {
        let declared = self.tariff.facts.get(fact);
        Error::MissingFact {
            fee: self.fee.id.clone(),
            fact: declared.map_or_else(String::new, |fact| fact.name.clone()),
            label: declared.map_or_else(String::new, |fact| fact.label.vi.clone()),
        }
    }

    fn value(&self, fact: usize) -> Option<&Value> {
        self.values.get(fact).and_then(Option::as_ref)
    }

    /// The number of a fact.
    pub(crate) fn number(&self, fact: usize) -> Result<Exact, Error> {
        match self.value(fact) {
            Some(Value::Number(number)) => Ok(*number),
            Some(Value::Choice(_) | Value::Bool(_) | Value::Unit(_)) | None => {
                Err(self.missing(fact))
            }
        }
    }

    pub(crate) fn basis(&self, basis: &Basis) -> Result<Exact, Error> {
        let money = |source| Error::Money { fee: self.fee.id.clone(), source };
        let all = |list: &[Basis]| {
            list.iter().map(|item| self.basis(item)).collect::<Result<Vec<_>, _>>()
        };
        match basis {
            Basis::Fact(fact) => self.number(*fact),
            Basis::Max(list) => Ok(all(list)?.into_iter().max().unwrap_or(Exact::ZERO)),
            Basis::Min(list) => Ok(all(list)?.into_iter().min().unwrap_or(Exact::ZERO)),
            Basis::Sum(list) => {
                all(list)?.into_iter().try_fold(Exact::ZERO, Exact::checked_add).map_err(money)
            }
            Basis::Product(list) => {
                all(list)?.into_iter().try_fold(Exact::ONE, Exact::checked_mul).map_err(money)
            }
            Basis::Increase(new, old) => {
                let rise = self.basis(new)?.checked_sub(self.basis(old)?).map_err(money)?;
                Ok(rise.max(Exact::ZERO))
            }
            Basis::First(list) => {
                let mut failure = None;
                for item in list {
                    match self.basis(item) {
                        Ok(value) => return Ok(value),
                        Err(error @ Error::MissingFact { .. }) => failure = Some(error),
                        Err(other) => return Err(other),
                    }
                }
                Err(failure.unwrap_or(Error::NothingAsked))
            }
        }
    }

    /// Does the condition hold on this day? An unknown fact is an error unless the answer does not depend on it.
    pub(crate) fn holds(&self, condition: &Condition, date: Date) -> Result<bool, Error> {
        match condition {
            Condition::Always => Ok(true),
            Condition::All(list) => self.settle(list, date, false),
            Condition::Any(list) => self.settle(list, date, true),
            Condition::Not(inner) => self.holds(inner, date).map(|holds| !holds),
            Condition::OneOf { fact, values } => match self.value(*fact) {
                Some(Value::Choice(at)) => Ok(values.contains(at)),
                Some(Value::Bool(_) | Value::Number(_) | Value::Unit(_)) | None => {
                    Err(self.missing(*fact))
                }
            },
            Condition::Is { fact, value } => match self.value(*fact) {
                Some(Value::Bool(given)) => Ok(given == value),
                Some(Value::Choice(_) | Value::Number(_) | Value::Unit(_)) | None => {
                    Err(self.missing(*fact))
                }
            },
            Condition::Range { fact, from, over, up_to, below } => {
                let number = self.number(*fact)?;
                Ok(from.is_none_or(|bound| number >= bound)
                    && over.is_none_or(|bound| number > bound)
                    && up_to.is_none_or(|bound| number <= bound)
                    && below.is_none_or(|bound| number < bound))
            }
            Condition::In { fact, units, legacy } => match self.value(*fact) {
                Some(Value::Unit(unit)) => Ok(units
                    .iter()
                    .any(|wanted| lies_in(&self.tariff.localities, *unit, *wanted, *legacy, date))),
                Some(Value::Choice(_) | Value::Bool(_) | Value::Number(_)) | None => {
                    Err(self.missing(*fact))
                }
            },
        }
    }

    /// `any` where `decisive` is true, `all` where it is false: one decisive part settles it, whatever is unknown.
    fn settle(&self, list: &[Condition], date: Date, decisive: bool) -> Result<bool, Error> {
        let mut unknown = None;
        for item in list {
            match self.holds(item, date) {
                Ok(holds) if holds == decisive => return Ok(decisive),
                Ok(_) => {}
                Err(error) => unknown = Some(error),
            }
        }
        unknown.map_or(Ok(!decisive), Err)
    }
}

/// Does `unit` lie in `wanted` on this day? Before its merger a unit lies in what it was; after it, in what it became,
/// and in what it was only where the rule asks for the legacy unit.
fn lies_in(units: &[Locality], unit: usize, wanted: usize, legacy: bool, date: Date) -> bool {
    let mut open = vec![unit];
    // A unit that two ways lead to is looked at once, or many mergers would take for ever.
    let mut seen: Vec<usize> = Vec::new();
    while let Some(at) = open.pop() {
        if at == wanted {
            return true;
        }
        if seen.contains(&at) {
            continue;
        }
        seen.push(at);
        let Some(unit) = units.get(at) else { continue };
        let merged = unit.merged.is_none_or(|day| day <= date);
        if merged {
            open.extend(unit.within);
        }
        if legacy || !merged {
            open.extend(unit.formerly);
        }
    }
    false
}
