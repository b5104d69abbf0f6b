//! Which modifiers apply to a line, and in which combination. Order in the file never matters.

use std::sync::Arc;

use motcua_money::Exact;
use time::Date;

use super::facts::Case;
use super::shape::Trace;
use super::{Dates, reads};
use crate::application::Application;
use crate::assessment::{Exemption, ExemptionResult, StepKind};
use crate::error::Error;
use crate::model::{
    Citation, Combine, Effect, FactKind, Fee, Modifier, Rule, Saving, Tariff, Text,
};

/// What modifiers made of a value.
pub(crate) struct Outcome<'t> {
    /// What the fee comes to; subsidies leave it as it is.
    pub(crate) value: Exact,
    /// Each subsidy with what it leaves to the payer, in order.
    pub(crate) subsidies: Vec<(&'t Modifier, Exact)>,
    pub(crate) exemptions: Vec<Exemption>,
    pub(crate) used: Vec<&'t Modifier>,
    /// Ceilings that cut a saving.
    pub(crate) savings: Vec<Saving>,
    /// Modifiers with a quota whose earlier uses the caller did not state.
    pub(crate) quota_unstated: Vec<&'t Modifier>,
}

/// How often each entitlement was used by earlier lines of the application: two cars on one application are two uses.
#[derive(Default)]
pub(crate) struct Uses(Vec<(usize, u32)>);

impl Uses {
    fn of(&self, fact: usize) -> u32 {
        self.0.iter().find(|(at, _)| *at == fact).map_or(0, |(_, count)| *count)
    }

    fn add(&mut self, fact: usize) {
        match self.0.iter_mut().find(|(at, _)| *at == fact) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.0.push((fact, 1)),
        }
    }
}

fn money(fee: &Fee) -> impl Fn(motcua_money::Error) -> Error + '_ {
    move |source| Error::Money { fee: fee.id.clone(), source }
}

/// What `apply` needs of the case.
struct Scene<'c, 't> {
    tariff: &'t Tariff,
    fee: &'t Fee,
    dates: &'c Dates,
    known_at: Option<Date>,
}

impl Scene<'_, '_> {
    /// The value after one modifier, its saving within its ceiling.
    fn apply(&self, modifier: &Modifier, before: Exact) -> Result<(Exact, Option<Saving>), Error> {
        let fee = self.fee;
        let after = match modifier.effect {
            Effect::Set(amount) => amount,
            Effect::Multiply(factor) => before.checked_mul(factor).map_err(money(fee))?,
            Effect::Subtract(amount) => {
                before.checked_sub(amount).map_err(money(fee))?.max(Exact::ZERO)
            }
        };
        let mut ceiling = modifier.ceiling.map(|limit| Saving { limit, parameter: None });
        if let Some((times, parameter)) = modifier.ceiling_parameter {
            let by_parameter = self.multiple(times, parameter, modifier)?;
            if ceiling.as_ref().is_none_or(|other| by_parameter.limit < other.limit) {
                ceiling = Some(by_parameter);
            }
        }
        let saving = before.checked_sub(after).map_err(money(fee))?;
        match ceiling {
            Some(ceiling) if saving > ceiling.limit => {
                let left = before.checked_sub(ceiling.limit).map_err(money(fee))?;
                Ok((left, Some(ceiling)))
            }
            Some(_) | None => Ok((after, None)),
        }
    }

    /// So many times a national parameter, as it stands on the modifier's day.
    fn multiple(&self, times: Exact, at: usize, modifier: &Modifier) -> Result<Saving, Error> {
        let date = self.dates.of(modifier.rate_date);
        let parameter = self.tariff.parameters.get(at);
        let name = parameter.map_or_else(String::new, |parameter| parameter.name.clone());
        let value = parameter.and_then(|parameter| {
            parameter
                .values
                .iter()
                .find(|(window, _, _)| window.known(self.known_at) && window.in_force(date))
        });
        let Some((_, value, citation)) = value else {
            return Err(Error::NoParameter { parameter: name, date });
        };
        let limit = value.checked_mul(times).map_err(money(self.fee))?;
        Ok(Saving { limit, parameter: Some((times, name, *value, Arc::clone(citation))) })
    }
}

/// Applies the modifiers of a fee to its value.
pub(crate) fn combine<'t>(
    case: &Case<'t>,
    rule: &Rule,
    application: &Application,
    dates: &Dates,
    base: Exact,
    trace: &mut Trace,
    uses: &mut Uses,
) -> Result<Outcome<'t>, Error> {
    let (tariff, fee) = (case.tariff, case.fee);
    let mut outcome = Outcome {
        value: base,
        subsidies: Vec::new(),
        exemptions: Vec::new(),
        used: Vec::new(),
        savings: Vec::new(),
        quota_unstated: Vec::new(),
    };
    if fee.modifiers.is_empty() && application.entitlements.is_empty() {
        return Ok(outcome);
    }
    let mut applicable: Vec<&'t Modifier> = Vec::new();
    let mut refused: Vec<(&'t Modifier, ExemptionResult)> = Vec::new();
    let mut unstated: Vec<&'t Modifier> = Vec::new();
    for modifier in fee.modifiers.iter().filter_map(|index| tariff.modifiers.get(*index)) {
        let date = dates.of(modifier.rate_date);
        if !modifier.window.known(application.known_at) {
            continue;
        }
        let live =
            modifier.window.in_force(date) || modifier.window.grandfathered(date, dates.lodged);
        if !live {
            refused.push((modifier, ExemptionResult::NotInForce));
        } else if !case.holds(&modifier.when, date)? {
            refused.push((modifier, ExemptionResult::ConditionsNotMet));
        } else {
            match quota(tariff, modifier, application, date, uses) {
                QuotaState::UsedUp => refused.push((modifier, ExemptionResult::QuotaUsed)),
                state => {
                    applicable.push(modifier);
                    if state == QuotaState::Unstated {
                        unstated.push(modifier);
                    }
                }
            }
        }
    }
    // By rank, and by id within a rank, so that the order of the file changes nothing.
    applicable.sort_by(|a, b| (a.rank, &a.id).cmp(&(b.rank, &b.id)));
    conflicts(fee, &applicable)?;
    if let Some(rank) =
        applicable.iter().filter(|m| m.combine == Combine::Override).map(|m| m.rank).max()
    {
        for lower in applicable.iter().filter(|m| m.rank < rank) {
            refused.push((lower, ExemptionResult::NotTheBest));
        }
        applicable.retain(|m| m.rank >= rank);
    }

    let scene = Scene { tariff, fee, dates, known_at: application.known_at };
    let competes = |m: &Modifier| m.combine == Combine::BestOf;
    let mut stacked: Vec<(&'t Modifier, Exact, Option<Saving>)> = Vec::new();
    let mut value = base;
    for modifier in applicable.iter().copied().filter(|m| !competes(m) && !m.subsidy) {
        let (after, saving) = scene.apply(modifier, value)?;
        stacked.push((modifier, after, saving));
        value = after;
    }
    let mut best: Option<(&'t Modifier, Exact, Option<Saving>)> = None;
    for modifier in applicable.iter().copied().filter(|m| competes(m) && !m.subsidy) {
        let (alone, saving) = scene.apply(modifier, base)?;
        if alone < value {
            value = alone;
            best = Some((modifier, alone, saving));
        }
    }
    let used = match best {
        Some(best) => vec![best],
        None => stacked,
    };
    for other in applicable.iter().filter(|m| !m.subsidy && !used.iter().any(|u| u.0.id == m.id)) {
        refused.push((other, ExemptionResult::NotTheBest));
    }
    for (modifier, after, saving) in used {
        trace.push(after, || StepKind::Modifier {
            name: modifier.name.clone(),
            effect: modifier.effect.clone(),
            citation: Arc::clone(&modifier.citation),
        });
        if let Some(saving) = saving {
            trace.push(after, || StepKind::Ceiling { saving: saving.clone() });
            outcome.savings.push(saving);
        }
        outcome.used.push(modifier);
    }
    outcome.value = value;
    for modifier in applicable.iter().copied().filter(|m| m.subsidy) {
        let (left, saving) = scene.apply(modifier, value)?;
        // A subsidy never adds to what is due.
        value = left.min(value);
        outcome.subsidies.push((modifier, value));
        outcome.savings.extend(saving);
        outcome.used.push(modifier);
    }
    for modifier in outcome.used.iter().filter(|modifier| modifier.quota.is_some()) {
        entitlements(tariff, modifier).for_each(|(fact, _)| uses.add(fact));
    }
    unstated.retain(|modifier| outcome.used.iter().any(|used| used.id == modifier.id));
    outcome.quota_unstated = unstated;
    if trace.on {
        outcome.exemptions = claims(tariff, fee, rule, application, &outcome.used, &refused);
    }
    Ok(outcome)
}

/// Two modifiers of equal rank that cannot both be meant.
pub(crate) fn conflict<'m>(applicable: &[&'m Modifier]) -> Option<(&'m Modifier, &'m Modifier)> {
    for (index, a) in applicable.iter().enumerate() {
        for b in applicable.iter().skip(index + 1).filter(|b| b.rank == a.rank) {
            let refuses = |m: &Modifier| matches!(m.combine, Combine::Refuse | Combine::Override);
            let mixed = a.combine == Combine::Stack
                && b.combine == Combine::Stack
                && a.subsidy == b.subsidy
                && match (&a.effect, &b.effect) {
                    (Effect::Multiply(_), Effect::Multiply(_)) => false,
                    (Effect::Subtract(_), Effect::Subtract(_)) => false,
                    (Effect::Set(one), Effect::Set(other)) => one != other,
                    _ => true,
                };
            if refuses(a) || refuses(b) || mixed {
                return Some((a, b));
            }
        }
    }
    None
}

fn conflicts(fee: &Fee, applicable: &[&Modifier]) -> Result<(), Error> {
    match conflict(applicable) {
        Some((a, b)) => {
            Err(Error::Conflict { fee: fee.id.clone(), first: a.id.clone(), second: b.id.clone() })
        }
        None => Ok(()),
    }
}

/// The entitlements that a modifier asks for, with their places.
fn entitlements<'t>(
    tariff: &'t Tariff,
    modifier: &Modifier,
) -> impl Iterator<Item = (usize, &'t str)> {
    tariff
        .facts
        .iter()
        .enumerate()
        .filter(|(index, fact)| fact.kind == FactKind::Entitlement && reads(&modifier.when, *index))
        .map(|(index, fact)| (index, fact.name.as_str()))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum QuotaState {
    Free,
    UsedUp,
    Unstated,
}

/// What is left of a modifier's quota on this day: earlier uses as the caller states them, and those of this application.
fn quota(
    tariff: &Tariff,
    modifier: &Modifier,
    application: &Application,
    date: Date,
    uses: &Uses,
) -> QuotaState {
    let Some(quota) = modifier.quota else { return QuotaState::Free };
    let mut state = QuotaState::Free;
    for (fact, name) in entitlements(tariff, modifier) {
        for claim in application.entitlements.iter().filter(|claim| claim.name == name) {
            let dated = claim.used_on.iter().filter(|day| quota.per.same(**day, date)).count();
            let before = claim.used.unwrap_or(0).max(u32::try_from(dated).unwrap_or(u32::MAX));
            if before.saturating_add(uses.of(fact)) >= quota.uses {
                return QuotaState::UsedUp;
            }
            if claim.used.is_none() && claim.used_on.is_empty() {
                state = QuotaState::Unstated;
            }
        }
    }
    state
}

/// What became of each claim on this fee.
fn claims(
    tariff: &Tariff,
    fee: &Fee,
    rule: &Rule,
    application: &Application,
    used: &[&Modifier],
    refused: &[(&Modifier, ExemptionResult)],
) -> Vec<Exemption> {
    application
        .entitlements
        .iter()
        .map(|claim| {
            let concerns = |modifier: &Modifier| {
                entitlements(tariff, modifier).any(|(_, name)| name == claim.name)
            };
            let known = tariff
                .facts
                .iter()
                .any(|fact| fact.kind == FactKind::Entitlement && fact.name == claim.name);
            let granted = used.iter().copied().find(|modifier| concerns(modifier));
            let denied = refused.iter().find(|(modifier, _)| concerns(modifier));
            // The rule itself may ask for the claim: then it is the rule that grants it.
            let place = tariff.fact(&claim.name).filter(|place| reads(&rule.when, *place));
            let proven = claim.evidence.as_ref().is_some_and(|text| !text.trim().is_empty());
            let (result, modifier) = match (granted, denied) {
                _ if !known => (ExemptionResult::NotInTariff, None),
                (Some(modifier), _) => (ExemptionResult::Granted, Some(modifier)),
                (None, None) if place.is_some() && proven => {
                    return Exemption {
                        entitlement: claim.name.clone(),
                        fee: fee.id.clone(),
                        modifier: None,
                        result: ExemptionResult::Granted,
                        ground: ground(ExemptionResult::Granted, Some(&rule.citation)),
                    };
                }
                (None, None) if place.is_some() => (ExemptionResult::NoEvidence, None),
                (None, None) => (ExemptionResult::NotForThisFee, None),
                (None, Some((modifier, _))) if !proven => {
                    (ExemptionResult::NoEvidence, Some(*modifier))
                }
                (None, Some((modifier, result))) => (*result, Some(*modifier)),
            };
            Exemption {
                entitlement: claim.name.clone(),
                fee: fee.id.clone(),
                modifier: modifier.map(|modifier| modifier.id.clone()),
                result,
                ground: ground(result, modifier.map(|modifier| &*modifier.citation)),
            }
        })
        .collect()
}

fn ground(result: ExemptionResult, citation: Option<&Citation>) -> Text {
    let (vi, en) = match result {
        ExemptionResult::Granted => ("Được áp dụng", "Granted"),
        ExemptionResult::NoEvidence => {
            ("Không áp dụng: chưa có căn cứ chứng minh", "Refused: no evidence was given")
        }
        ExemptionResult::NotInTariff => (
            "Không áp dụng: biểu phí không có diện này",
            "Refused: the tariff does not know this claim",
        ),
        ExemptionResult::NotForThisFee => (
            "Không áp dụng: không có quy định cho khoản thu này",
            "Refused: no rule grants it for this fee",
        ),
        ExemptionResult::NotInForce => {
            ("Không áp dụng: ngoài thời gian hiệu lực", "Refused: not in force on the day")
        }
        ExemptionResult::ConditionsNotMet => {
            ("Không áp dụng: chưa đủ điều kiện", "Refused: the conditions are not all met")
        }
        ExemptionResult::QuotaUsed => (
            "Không áp dụng: đã hết số lần được hưởng",
            "Refused: the allowance of this period is used up",
        ),
        ExemptionResult::NotTheBest => (
            "Không áp dụng: đã áp dụng quy định khác có lợi hơn hoặc được ưu tiên",
            "Not applied: another treatment is more favourable or prevails",
        ),
    };
    match citation {
        Some(citation) => Text {
            vi: format!("{vi} ({}, {})", citation.instrument, citation.article),
            en: format!("{en} ({}, {})", citation.instrument, citation.article),
        },
        None => Text { vi: vi.to_owned(), en: en.to_owned() },
    }
}
