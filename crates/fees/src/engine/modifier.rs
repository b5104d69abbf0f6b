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
use crate::model::{Combine, Effect, FactKind, Fee, Modifier, Tariff, Text};

/// What modifiers made of a value.
pub(crate) struct Outcome<'t> {
    /// What the payer pays.
    pub(crate) value: Exact,
    /// What it would be without subsidies.
    pub(crate) full: Exact,
    pub(crate) exemptions: Vec<Exemption>,
    pub(crate) used: Vec<&'t Modifier>,
    pub(crate) subsidy: Option<&'t Modifier>,
}

fn money(fee: &Fee) -> impl Fn(motcua_money::Error) -> Error + '_ {
    move |source| Error::Money { fee: fee.id.clone(), source }
}

/// The value after one modifier, its saving within its ceiling.
fn apply(
    tariff: &Tariff,
    fee: &Fee,
    modifier: &Modifier,
    before: Exact,
    date: Date,
    at: Option<Date>,
) -> Result<(Exact, Option<Exact>), Error> {
    let after = match modifier.effect {
        Effect::Set(amount) => amount,
        Effect::Multiply(factor) => before.checked_mul(factor).map_err(money(fee))?,
        Effect::Subtract(amount) => {
            before.checked_sub(amount).map_err(money(fee))?.max(Exact::ZERO)
        }
    };
    let mut ceiling = modifier.ceiling;
    if let Some((times, parameter)) = modifier.ceiling_parameter {
        let parameter = tariff.parameters.get(parameter);
        let value = parameter.and_then(|parameter| {
            parameter.values.iter().find(|(window, _, _)| window.known(at) && window.in_force(date))
        });
        let Some((_, value, _)) = value else {
            let parameter = parameter.map_or_else(String::new, |parameter| parameter.name.clone());
            return Err(Error::NoParameter { parameter, date });
        };
        let limit = value.checked_mul(times).map_err(money(fee))?;
        ceiling = Some(ceiling.map_or(limit, |other| other.min(limit)));
    }
    let saving = before.checked_sub(after).map_err(money(fee))?;
    match ceiling {
        Some(limit) if saving > limit => {
            Ok((before.checked_sub(limit).map_err(money(fee))?, Some(limit)))
        }
        Some(_) | None => Ok((after, None)),
    }
}

/// Applies the modifiers of a fee to its value.
pub(crate) fn combine<'t>(
    tariff: &'t Tariff,
    fee: &'t Fee,
    case: &Case<'_>,
    application: &Application,
    dates: &Dates,
    base: Exact,
    trace: &mut Trace,
) -> Result<Outcome<'t>, Error> {
    let mut applicable: Vec<&'t Modifier> = Vec::new();
    let mut refused: Vec<(&'t Modifier, ExemptionResult)> = Vec::new();
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
        } else if quota_used(tariff, modifier, application) {
            refused.push((modifier, ExemptionResult::QuotaUsed));
        } else {
            applicable.push(modifier);
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

    let at = application.known_at;
    let stacked: Vec<&Modifier> =
        applicable.iter().copied().filter(|m| m.combine != Combine::BestOf && !m.subsidy).collect();
    let mut value = base;
    for modifier in &stacked {
        value = apply(tariff, fee, modifier, value, dates.of(modifier.rate_date), at)?.0;
    }
    let mut best: Option<&'t Modifier> = None;
    for modifier in
        applicable.iter().copied().filter(|m| m.combine == Combine::BestOf && !m.subsidy)
    {
        let (alone, _) = apply(tariff, fee, modifier, base, dates.of(modifier.rate_date), at)?;
        if alone < value {
            value = alone;
            best = Some(modifier);
        }
    }
    let mut used: Vec<&'t Modifier> = match best {
        Some(modifier) => vec![modifier],
        None => applicable
            .iter()
            .copied()
            .filter(|m| m.combine != Combine::BestOf && !m.subsidy)
            .collect(),
    };
    for other in applicable.iter().filter(|m| !m.subsidy && !used.iter().any(|u| u.id == m.id)) {
        refused.push((other, ExemptionResult::NotTheBest));
    }
    // Said again in order, for the explanation.
    let mut shown = base;
    for modifier in &used {
        shown = explain(tariff, fee, modifier, shown, dates, at, trace)?;
    }

    let full = value;
    let mut subsidy = None;
    for modifier in applicable.iter().copied().filter(|m| m.subsidy) {
        value = apply(tariff, fee, modifier, value, dates.of(modifier.rate_date), at)?.0;
        subsidy = Some(modifier);
        used.push(modifier);
    }
    let exemptions = claims(tariff, fee, application, &used, &refused);
    Ok(Outcome { value, full, exemptions, used, subsidy })
}

fn explain(
    tariff: &Tariff,
    fee: &Fee,
    modifier: &Modifier,
    before: Exact,
    dates: &Dates,
    at: Option<Date>,
    trace: &mut Trace,
) -> Result<Exact, Error> {
    let (after, ceiling) = apply(tariff, fee, modifier, before, dates.of(modifier.rate_date), at)?;
    trace.push(after, || StepKind::Modifier {
        name: modifier.name.clone(),
        effect: modifier.effect.clone(),
        citation: Arc::clone(&modifier.citation),
    });
    if let Some(saving) = ceiling {
        trace.push(after, || StepKind::Ceiling { saving });
    }
    Ok(after)
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

fn entitlements<'t>(tariff: &'t Tariff, modifier: &Modifier) -> Vec<&'t str> {
    tariff
        .facts
        .iter()
        .enumerate()
        .filter(|(index, fact)| fact.kind == FactKind::Entitlement && reads(&modifier.when, *index))
        .map(|(_, fact)| fact.name.as_str())
        .collect()
}

fn quota_used(tariff: &Tariff, modifier: &Modifier, application: &Application) -> bool {
    let Some(quota) = modifier.quota else { return false };
    let names = entitlements(tariff, modifier);
    application
        .entitlements
        .iter()
        .filter(|claim| names.contains(&claim.name.as_str()))
        .any(|claim| claim.used.unwrap_or(0) >= quota)
}

/// What became of each claim on this fee.
fn claims(
    tariff: &Tariff,
    fee: &Fee,
    application: &Application,
    used: &[&Modifier],
    refused: &[(&Modifier, ExemptionResult)],
) -> Vec<Exemption> {
    application
        .entitlements
        .iter()
        .map(|claim| {
            let concerns =
                |modifier: &Modifier| entitlements(tariff, modifier).contains(&claim.name.as_str());
            let known = tariff
                .facts
                .iter()
                .any(|fact| fact.kind == FactKind::Entitlement && fact.name == claim.name);
            let granted = used.iter().copied().find(|modifier| concerns(modifier));
            let denied = refused.iter().find(|(modifier, _)| concerns(modifier));
            let proven = claim.evidence.as_ref().is_some_and(|text| !text.trim().is_empty());
            let (result, modifier) = match (granted, denied) {
                _ if !known => (ExemptionResult::NotInTariff, None),
                (Some(modifier), _) => (ExemptionResult::Granted, Some(modifier)),
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
                ground: ground(result, modifier),
            }
        })
        .collect()
}

fn ground(result: ExemptionResult, modifier: Option<&Modifier>) -> Text {
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
    match modifier {
        Some(modifier) => Text {
            vi: format!("{vi} ({}, {})", modifier.citation.instrument, modifier.citation.article),
            en: format!("{en} ({}, {})", modifier.citation.instrument, modifier.citation.article),
        },
        None => Text { vi: vi.to_owned(), en: en.to_owned() },
    }
}
