//! One line of an answer: its rule, its value with modifiers, currency and rounding; then written down with its reasons.

use std::sync::Arc;

use motcua_money::{Amount, Exact};
use time::Date;

use super::facts::Case;
use super::modifier::{self, Uses};
use super::shape::{Evaluation, Trace};
use super::{Dates, select, warning};
use crate::application::{Application, Request};
use crate::assessment::{Exemption, Line, RateDate, Step, StepKind, Validity, Warning};
use crate::diagnostics::nearest;
use crate::error::Error;
use crate::model::{Citation, Confidence, Fee, FeeKind, Modifier, Rule, Tariff};

/// What is known of a line before it is written down.
pub(crate) struct Computed<'t> {
    pub(super) fee: &'t Fee,
    rule: &'t Rule,
    date: Date,
    pub(super) steps: Vec<Step>,
    /// Exact, in the currency of payment.
    unrounded: Exact,
    rounded: Exact,
    /// Each subsidy with the exact and the rounded value that is left to the payer.
    subsidies: Vec<(&'t Modifier, Exact, Exact)>,
    exemptions: Vec<Exemption>,
    used: Vec<&'t Modifier>,
    others: Vec<Arc<Citation>>,
    pub(super) no_ceiling: bool,
    pub(super) quota_unstated: Vec<&'t Modifier>,
}

impl<'t> Computed<'t> {
    /// What the payer pays.
    pub(crate) fn due(&self) -> Exact {
        self.subsidies.last().map_or(self.rounded, |(_, _, rounded)| *rounded)
    }

    /// Everything the line rests on.
    pub(super) fn citations(&self) -> impl Iterator<Item = &Citation> {
        let rest = self.used.iter().map(|modifier| &*modifier.citation);
        std::iter::once(&*self.rule.citation).chain(rest).chain(self.others.iter().map(|c| &**c))
    }
}

/// The facts of a request, put to its fee.
pub(crate) fn case<'t>(
    tariff: &'t Tariff,
    application: &Application,
    request: &Request,
) -> Result<Case<'t>, Error> {
    let fee = tariff.fee(&request.fee).ok_or_else(|| Error::UnknownFee {
        tariff: tariff.id.clone(),
        fee: request.fee.clone(),
        suggestion: nearest(&request.fee, tariff.fees.iter().map(|fee| fee.id.as_str())),
    })?;
    Case::new(tariff, application, request, fee)
}

/// Refuses what nobody verified unless one of its ids is allowed by name.
fn admitted(citation: &Citation, ids: &[&str], application: &Application) -> Result<(), Error> {
    let allowed = || ids.iter().any(|id| application.allow_unverified.iter().any(|n| n == id));
    if citation.confidence == Confidence::Unverified && !allowed() {
        return Err(Error::Unverified {
            id: ids.last().map_or_else(String::new, |id| (*id).to_owned()),
            instrument: citation.instrument.clone(),
        });
    }
    Ok(())
}

/// What a line comes to where only that is asked and nothing but its rule bears on it: no modifier, ceiling or exchange.
pub(super) fn plain(
    tariff: &Tariff,
    application: &Application,
    case: &Case<'_>,
    dates: &Dates,
) -> Result<Option<Exact>, Error> {
    let fee = case.fee;
    if !fee.modifiers.is_empty() || !fee.ceilings.is_empty() || fee.currency != tariff.currency {
        return Ok(None);
    }
    let (rule, date) = select(fee, case, application.known_at, dates)?;
    admitted(&rule.citation, &[&fee.id, &rule.id], application)?;
    let trace = Trace { on: false, steps: Vec::new() };
    let value = Evaluation { case, date, trace }.rule(&rule.shape, &rule.limits)?;
    let rounded = fee.rounding.apply(value);
    rounded.map(Some).map_err(|source| Error::Money { fee: fee.id.clone(), source })
}

/// Computes a line. With `explain` off, steps and exemptions are left out; the amounts are the same.
pub(crate) fn compute<'t>(
    tariff: &'t Tariff,
    application: &Application,
    case: &Case<'t>,
    dates: &Dates,
    uses: &mut Uses,
    explain: bool,
) -> Result<Computed<'t>, Error> {
    let fee = case.fee;
    let money = |source| Error::Money { fee: fee.id.clone(), source };
    let (rule, date) = select(fee, case, application.known_at, dates)?;
    admitted(&rule.citation, &[&fee.id, &rule.id], application)?;

    let trace = Trace { on: explain, steps: Vec::new() };
    let mut evaluation = Evaluation { case, date, trace };
    let price = evaluation.rule(&rule.shape, &rule.limits)?;
    let (base, ceiling) = evaluation.ceiling(fee, price, application.known_at)?;
    let mut trace = evaluation.trace;
    let mut others = Vec::new();
    if let Some(ceiling) = ceiling {
        admitted(&ceiling.citation, &[&fee.id], application)?;
        others.push(Arc::clone(&ceiling.citation));
    }
    let outcome = modifier::combine(case, rule, application, dates, base, &mut trace, uses)?;
    for used in &outcome.used {
        admitted(&used.citation, &[&used.id], application)?;
    }
    for saving in outcome.savings {
        if let Some((_, name, _, citation)) = saving.parameter {
            admitted(&citation, &[&name], application)?;
            others.push(citation);
        }
    }

    let rate = exchange(tariff, fee, application)?;
    let convert = |value: Exact| match &rate {
        Some(rate) => value.checked_mul(rate.value).map_err(money),
        None => Ok(value),
    };
    let unrounded = convert(outcome.value)?;
    if let Some(rate) = &rate {
        trace.push(unrounded, || StepKind::Exchange {
            from: fee.currency.to_string(),
            rate: rate.value,
            date: rate.date,
            source: rate.source.to_owned(),
        });
    }
    let rounded = fee.rounding.apply(unrounded).map_err(money)?;
    if rounded != unrounded {
        trace.push(rounded, || StepKind::Rounded {
            mode: fee.rounding.mode(),
            unit: fee.rounding.unit(),
        });
    }
    let mut subsidies = Vec::new();
    for (modifier, left) in outcome.subsidies {
        let left = convert(left)?;
        subsidies.push((modifier, left, fee.rounding.apply(left).map_err(money)?));
    }
    Ok(Computed {
        fee,
        rule,
        date,
        steps: trace.steps,
        unrounded,
        rounded,
        subsidies,
        exemptions: outcome.exemptions,
        used: outcome.used,
        others,
        no_ceiling: ceiling.is_none() && !fee.ceilings.is_empty(),
        quota_unstated: outcome.quota_unstated,
    })
}

/// The lines so far, with what came of claims and what should be known.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) lines: Vec<Line>,
    pub(super) exemptions: Vec<Exemption>,
    pub(super) warnings: Vec<Warning>,
}

impl Answer {
    /// Computes a request and writes down its line, and one for each subsidy.
    pub(super) fn request(
        &mut self,
        tariff: &Tariff,
        application: &Application,
        request: &Request,
        dates: &Dates,
        uses: &mut Uses,
    ) -> Result<(), Error> {
        let case = case(tariff, application, request)?;
        let computed = compute(tariff, application, &case, dates, uses, true)?;
        warning::of_line(&computed, &mut self.warnings);
        let Computed { fee, rule, date, steps, unrounded, rounded, subsidies, exemptions, .. } =
            computed;
        self.exemptions.extend(exemptions);
        let money = |source| Error::Money { fee: fee.id.clone(), source };
        let in_currency = |value| Amount::from_exact(value, tariff.currency).map_err(money);
        let mut inputs = application.facts.clone();
        inputs.extend(request.facts.iter().map(|(name, value)| (name.clone(), value.clone())));
        let line = Line {
            fee: fee.id.clone(),
            kind: fee.kind,
            name: fee.name.clone(),
            reference: request.reference.clone(),
            account: fee.account.clone(),
            inputs,
            rule: rule.id.clone(),
            steps,
            unrounded,
            amount: in_currency(rounded)?,
            receipt: matches!(fee.kind, FeeKind::Phi | FeeKind::LePhi),
            citation: Arc::clone(&rule.citation),
            validity: Validity { from: rule.window.from, until: rule.window.until },
            rate_date: RateDate { kind: rule.rate_date, date },
        };
        let (mut exact, mut paid) = (unrounded, rounded);
        let mut relieved = Vec::new();
        for (modifier, left, left_rounded) in subsidies {
            let relief = left_rounded.checked_sub(paid).map_err(money)?;
            let step = StepKind::Modifier {
                name: modifier.name.clone(),
                effect: modifier.effect.clone(),
                citation: Arc::clone(&modifier.citation),
            };
            relieved.push(Line {
                kind: FeeKind::Subsidy,
                name: modifier.name.clone(),
                rule: modifier.id.clone(),
                steps: vec![Step { kind: step, value: relief }],
                unrounded: left.checked_sub(exact).map_err(money)?,
                amount: in_currency(relief)?,
                receipt: false,
                citation: Arc::clone(&modifier.citation),
                validity: Validity { from: modifier.window.from, until: modifier.window.until },
                rate_date: RateDate {
                    kind: modifier.rate_date,
                    date: dates.of(modifier.rate_date),
                },
                ..line.clone()
            });
            (exact, paid) = (left, left_rounded);
        }
        self.lines.push(line);
        self.lines.extend(relieved);
        Ok(())
    }
}

struct Rate<'a> {
    value: Exact,
    date: Date,
    source: &'a str,
}

fn exchange<'a>(
    tariff: &Tariff,
    fee: &Fee,
    application: &'a Application,
) -> Result<Option<Rate<'a>>, Error> {
    if fee.currency == tariff.currency {
        return Ok(None);
    }
    let (from, to) = (fee.currency.to_string(), tariff.currency.to_string());
    let mut rates = application.exchange.iter().filter(|rate| rate.from == from && rate.to == to);
    let Some(rate) = rates.next() else {
        return Err(Error::NoExchangeRate { fee: fee.id.clone(), from, to });
    };
    let value = rate.rate.parse::<Exact>().ok().filter(|value| *value > Exact::ZERO);
    match (value, rates.next()) {
        (Some(value), None) => Ok(Some(Rate { value, date: rate.date, source: &rate.source })),
        _ => Err(Error::BadExchangeRate { raw: rate.rate.clone() }),
    }
}
