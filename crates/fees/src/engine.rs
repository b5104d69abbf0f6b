//! Puts a case to a tariff: picks the rules of the day, computes each line exactly, rounds it once, and adds up.

pub(crate) mod facts;
pub(crate) mod line;
pub(crate) mod modifier;
pub(crate) mod shape;
pub(crate) mod timeline;
mod warning;

use std::collections::BTreeMap;

use motcua_money::{Amount, Exact, Language};
use time::Date;

use crate::application::Application;
use crate::assessment::{ASSESSMENT_SCHEMA, AccountTotal, Assessment, TariffRef, Words};
use crate::error::Error;
use crate::model::{Condition, Fee, FeeKind, RateDateKind, Rule, Tariff};
use facts::Case;
use line::{Answer, compute};
use modifier::Uses;

/// Fees in one application; a dossier has a handful.
const MAX_REQUESTS: usize = 10_000;

/// The days of a case.
pub(crate) struct Dates {
    pub(crate) lodged: Date,
    pub(crate) decided: Date,
    pub(crate) collected: Date,
}

impl Dates {
    pub(crate) fn new(application: &Application, date: Date) -> Self {
        Self {
            lodged: application.lodged.unwrap_or(date),
            decided: application.decided.unwrap_or(date),
            collected: application.collected.unwrap_or(date),
        }
    }

    pub(crate) fn of(&self, kind: RateDateKind) -> Date {
        match kind {
            RateDateKind::Lodged => self.lodged,
            RateDateKind::Decided => self.decided,
            RateDateKind::Collected => self.collected,
        }
    }
}

/// Does the condition read this fact?
pub(crate) fn reads(condition: &Condition, wanted: usize) -> bool {
    match condition {
        Condition::Always => false,
        Condition::All(list) | Condition::Any(list) => list.iter().any(|item| reads(item, wanted)),
        Condition::Not(inner) => reads(inner, wanted),
        Condition::OneOf { fact, .. }
        | Condition::Is { fact, .. }
        | Condition::Range { fact, .. }
        | Condition::In { fact, .. } => *fact == wanted,
    }
}

fn within_limits(application: &Application) -> Result<(), Error> {
    if application.fees.is_empty() {
        return Err(Error::NothingAsked);
    }
    if application.fees.len() > MAX_REQUESTS {
        return Err(Error::TooMany { what: "requested fees", limit: MAX_REQUESTS });
    }
    Ok(())
}

/// Computes every fee of an application on a day.
///
/// # Errors
/// Whatever is unknown or contradictory: see [`Error`]. Nothing is guessed, and no part of an answer is given.
pub fn assess(tariff: &Tariff, application: &Application, date: Date) -> Result<Assessment, Error> {
    within_limits(application)?;
    let dates = Dates::new(application, date);
    let mut answer = Answer::default();
    let mut uses = Uses::default();
    for request in &application.fees {
        answer.request(tariff, application, request, &dates, &mut uses)?;
    }
    let Answer { lines, exemptions, mut warnings } = answer;
    warning::general(tariff, application, &dates, &mut warnings);

    let total_error = |source| Error::Money { fee: tariff.id.clone(), source };
    let mut total = Amount::zero(tariff.currency);
    let mut budget = Amount::zero(tariff.currency);
    let mut accounts: BTreeMap<Option<&str>, Amount> = BTreeMap::new();
    for line in &lines {
        total = total.checked_add(&line.amount).map_err(total_error)?;
        if line.kind == FeeKind::Subsidy {
            budget = budget.checked_sub(&line.amount).map_err(total_error)?;
        }
        let account = accounts
            .entry(line.account.as_deref())
            .or_insert_with(|| Amount::zero(tariff.currency));
        *account = account.checked_add(&line.amount).map_err(total_error)?;
    }
    let subsidised = lines.iter().any(|line| line.kind == FeeKind::Subsidy);
    let accounts = accounts
        .into_iter()
        .map(|(account, total)| AccountTotal { account: account.map(str::to_owned), total })
        .collect();
    Ok(Assessment {
        schema: ASSESSMENT_SCHEMA,
        engine: concat!("motcua-fees ", env!("CARGO_PKG_VERSION")).to_owned(),
        tariff: TariffRef {
            id: tariff.id.clone(),
            title: tariff.title.clone(),
            hash: tariff.hash.clone(),
        },
        date,
        application: application.clone(),
        in_words: Words {
            vi: total.in_words(Language::Vi).map_err(total_error)?,
            en: total.in_words(Language::En).map_err(total_error)?,
        },
        total,
        paid_by_budget: subsidised.then_some(budget),
        accounts,
        lines,
        exemptions,
        warnings,
    })
}

/// What [`assess`] gives as `total`, without its reasons: the same rules, refusals and rounding, at a fraction of the time.
///
/// # Errors
/// As [`assess`].
pub fn quote(tariff: &Tariff, application: &Application, date: Date) -> Result<Amount, Error> {
    within_limits(application)?;
    let dates = Dates::new(application, date);
    let mut uses = Uses::default();
    let mut total = Exact::ZERO;
    let money = |source| Error::Money { fee: tariff.id.clone(), source };
    for request in &application.fees {
        let case = line::case(tariff, application, request)?;
        let due = match line::plain(tariff, application, &case, &dates)? {
            Some(due) => due,
            None => compute(tariff, application, &case, &dates, &mut uses, false)?.due(),
        };
        total = total.checked_add(due).map_err(money)?;
    }
    Amount::from_exact(total, tariff.currency).map_err(money)
}

/// The rule of a fee for a case, with the day that decided it.
pub(crate) fn select<'t>(
    fee: &'t Fee,
    case: &Case<'_>,
    known_at: Option<Date>,
    dates: &Dates,
) -> Result<(&'t Rule, Date), Error> {
    let mut best: Option<(&Rule, Date, bool)> = None;
    let mut look = |rule: &'t Rule| -> Result<(), Error> {
        let date = dates.of(rule.rate_date);
        let kept = rule.window.grandfathered(date, dates.lodged);
        let live = rule.window.known(known_at) && (kept || rule.window.in_force(date));
        if !live || !case.holds(&rule.when, date)? {
            return Ok(());
        }
        match best {
            // A rule kept for files lodged earlier goes before the one that replaced it.
            Some((other, _, other_kept)) if (other_kept, other.rank) == (kept, rule.rank) => {
                return Err(Error::Conflict {
                    fee: fee.id.clone(),
                    first: other.id.clone(),
                    second: rule.id.clone(),
                });
            }
            Some((other, _, other_kept)) if (other_kept, other.rank) > (kept, rule.rank) => {}
            Some(_) | None => best = Some((rule, date, kept)),
        }
        Ok(())
    };
    match &fee.timeline {
        Some(timeline) => {
            timeline.candidates(&fee.rules, |kind| dates.of(kind)).try_for_each(&mut look)?;
        }
        None => fee.rules.iter().try_for_each(&mut look)?,
    }
    best.map(|(rule, date, _)| (rule, date)).ok_or_else(|| {
        // The day that was looked up, which need not be the day the money is taken.
        let kind = fee.rules.first().map_or(RateDateKind::Collected, |rule| rule.rate_date);
        Error::NoRule { fee: fee.id.clone(), date: dates.of(kind) }
    })
}
