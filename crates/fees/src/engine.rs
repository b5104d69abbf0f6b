//! Puts a case to a tariff: picks the rules of the day, computes each line exactly, rounds it once, and adds up.

pub(crate) mod facts;
pub(crate) mod modifier;
pub(crate) mod shape;

use std::collections::BTreeMap;

use motcua_money::{Amount, Exact, Language};
use time::Date;

use crate::application::{Application, Request};
use crate::assessment::{
    ASSESSMENT_SCHEMA, AccountTotal, Assessment, Line, RateDate, StepKind, TariffRef, Validity,
    Warning, Words,
};
use crate::diagnostics::nearest;
use crate::error::Error;
use crate::model::{
    Citation, Condition, Confidence, Fee, FeeKind, RateDateKind, Rule, Tariff, Text,
};
use facts::Case;
use shape::{Evaluation, Trace};

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

/// Computes every fee of an application on a day.
///
/// # Errors
/// Whatever is unknown or contradictory: see [`Error`]. Nothing is guessed, and no part of an answer is given.
pub fn assess(tariff: &Tariff, application: &Application, date: Date) -> Result<Assessment, Error> {
    if application.fees.is_empty() {
        return Err(Error::NothingAsked);
    }
    if application.fees.len() > MAX_REQUESTS {
        return Err(Error::TooMany { what: "requested fees", limit: MAX_REQUESTS });
    }
    let dates = Dates::new(application, date);
    let mut answer = Answer { lines: Vec::new(), exemptions: Vec::new(), warnings: Vec::new() };
    for request in &application.fees {
        answer.request(tariff, application, request, &dates)?;
    }
    let Answer { lines, exemptions, mut warnings } = answer;
    general_warnings(tariff, application, &dates, &mut warnings);

    let total_error = |source| Error::Money { fee: tariff.id.clone(), source };
    let mut total = Amount::zero(tariff.currency);
    let mut accounts: BTreeMap<Option<String>, Amount> = BTreeMap::new();
    for line in &lines {
        total = total.checked_add(&line.amount).map_err(total_error)?;
        let account =
            accounts.entry(line.account.clone()).or_insert_with(|| Amount::zero(tariff.currency));
        *account = account.checked_add(&line.amount).map_err(total_error)?;
    }
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
        lines,
        accounts: accounts
            .into_iter()
            .map(|(account, total)| AccountTotal { account, total })
            .collect(),
        exemptions,
        warnings,
    })
}

/// The rule of a fee for a case, with the day that decided it.
pub(crate) fn select<'t>(
    fee: &'t Fee,
    case: &Case<'_>,
    known_at: Option<Date>,
    dates: &Dates,
) -> Result<(&'t Rule, Date), Error> {
    let mut best: Option<(&Rule, Date, bool)> = None;
    for rule in fee.rules.iter().filter(|rule| rule.window.known(known_at)) {
        let date = dates.of(rule.rate_date);
        let kept = rule.window.grandfathered(date, dates.lodged);
        if !kept && !rule.window.in_force(date) || !case.holds(&rule.when, date)? {
            continue;
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
    }
    best.map(|(rule, date, _)| (rule, date))
        .ok_or_else(|| Error::NoRule { fee: fee.id.clone(), date: dates.collected })
}

struct Answer {
    lines: Vec<Line>,
    exemptions: Vec<crate::Exemption>,
    warnings: Vec<Warning>,
}

impl Answer {
    fn request(
        &mut self,
        tariff: &Tariff,
        application: &Application,
        request: &Request,
        dates: &Dates,
    ) -> Result<(), Error> {
        let fee = tariff.fee(&request.fee).ok_or_else(|| Error::UnknownFee {
            tariff: tariff.id.clone(),
            fee: request.fee.clone(),
            suggestion: nearest(&request.fee, tariff.fees.iter().map(|fee| fee.id.as_str())),
        })?;
        let money = |source| Error::Money { fee: fee.id.clone(), source };
        let case = Case::new(tariff, application, request, &fee.id)?;
        let (rule, date) = select(fee, &case, application.known_at, dates)?;
        self.confidence(&rule.citation, &[&fee.id, &rule.id], application, &fee.id)?;

        let trace = Trace { on: true, steps: Vec::new() };
        let mut evaluation = Evaluation { case: &case, date, trace };
        let base = evaluation.rule(&rule.shape, &rule.limits)?;
        let mut trace = evaluation.trace;
        let outcome = modifier::combine(tariff, fee, &case, application, dates, base, &mut trace)?;
        for used in &outcome.used {
            self.confidence(&used.citation, &[&used.id], application, &fee.id)?;
        }
        self.exemptions.extend(outcome.exemptions);
        for step in &trace.steps {
            if let StepKind::Interpretation { value, ground } = &step.kind {
                self.warnings.push(Warning {
                    kind: "interpretation",
                    fee: Some(fee.id.clone()),
                    text: Text {
                        vi: format!(
                            "Văn bản không quy định cho giá trị {}; áp dụng cách hiểu: {}",
                            value.format(Language::Vi),
                            ground.vi
                        ),
                        en: format!(
                            "No row of the law covers the value {}; taken by interpretation: {}",
                            value.format(Language::En),
                            ground.en
                        ),
                    },
                });
            }
        }

        let rate = exchange(tariff, fee, application)?;
        let convert = |value: Exact| match &rate {
            Some(rate) => value.checked_mul(rate.value).map_err(money),
            None => Ok(value),
        };
        let (full, value) = (convert(outcome.full)?, convert(outcome.value)?);
        if let Some(rate) = &rate {
            trace.push(full, || StepKind::Exchange {
                from: fee.currency.to_string(),
                rate: rate.value,
                date: rate.date,
                source: rate.source.to_owned(),
            });
        }
        let rounded = fee.rounding.apply(full).map_err(money)?;
        if rounded != full {
            trace.push(rounded, || StepKind::Rounded {
                mode: fee.rounding.mode(),
                unit: fee.rounding.unit(),
            });
        }
        let amount = Amount::from_exact(rounded, tariff.currency).map_err(money)?;
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
            steps: trace.steps,
            unrounded: full,
            amount,
            receipt: matches!(fee.kind, FeeKind::Phi | FeeKind::LePhi),
            citation: rule.citation.clone(),
            validity: Validity { from: rule.window.from, until: rule.window.until },
            rate_date: RateDate { kind: rule.rate_date, date },
        };
        let subsidy = outcome.subsidy.map(|modifier| -> Result<Line, Error> {
            let paid = fee.rounding.apply(value).map_err(money)?;
            let relief = paid.checked_sub(rounded).map_err(money)?;
            let mut trace = Trace { on: true, steps: Vec::new() };
            trace.push(relief, || StepKind::Modifier {
                name: modifier.name.clone(),
                effect: modifier.effect.clone(),
                citation: modifier.citation.clone(),
            });
            Ok(Line {
                kind: FeeKind::Subsidy,
                name: modifier.name.clone(),
                rule: modifier.id.clone(),
                steps: trace.steps,
                unrounded: value.checked_sub(full).map_err(money)?,
                amount: Amount::from_exact(relief, tariff.currency).map_err(money)?,
                receipt: false,
                citation: modifier.citation.clone(),
                validity: Validity { from: modifier.window.from, until: modifier.window.until },
                rate_date: RateDate {
                    kind: modifier.rate_date,
                    date: dates.of(modifier.rate_date),
                },
                ..line.clone()
            })
        });
        self.lines.push(line);
        self.lines.extend(subsidy.transpose()?);
        Ok(())
    }

    /// Refuses what nobody verified unless it is allowed by name; says what rests on a weaker source.
    fn confidence(
        &mut self,
        citation: &Citation,
        ids: &[&str],
        application: &Application,
        fee: &str,
    ) -> Result<(), Error> {
        let (kind, vi, en) = match citation.confidence {
            Confidence::Verified => return Ok(()),
            Confidence::VerifiedOcr => (
                "ocr_source",
                "đọc từ bản quét, cần đối chiếu bản ký",
                "read from a scan; compare with the signed text",
            ),
            Confidence::Secondary => (
                "secondary_source",
                "theo nguồn thứ cấp, chưa đối chiếu văn bản gốc",
                "from a secondary source, not compared with the text itself",
            ),
            Confidence::Unverified => {
                if !ids.iter().any(|id| application.allow_unverified.iter().any(|name| name == id))
                {
                    return Err(Error::Unverified {
                        id: ids.last().map_or_else(String::new, |id| (*id).to_owned()),
                        instrument: citation.instrument.clone(),
                    });
                }
                (
                    "unverified",
                    "chưa kiểm chứng, dùng theo yêu cầu",
                    "not verified, used on request",
                )
            }
        };
        let warning = Warning {
            kind,
            fee: Some(fee.to_owned()),
            text: Text {
                vi: format!("{}: {vi}", citation.instrument),
                en: format!("{}: {en}", citation.instrument),
            },
        };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
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

fn general_warnings(
    tariff: &Tariff,
    application: &Application,
    dates: &Dates,
    warnings: &mut Vec<Warning>,
) {
    let day = dates.collected;
    if let Some(until) = tariff.reviewed_until.filter(|until| day > *until) {
        warnings.push(Warning {
            kind: "review_due",
            fee: None,
            text: Text {
                vi: format!(
                    "Biểu phí được rà soát đến {}; cần kiểm tra văn bản mới",
                    crate::day::vietnamese(until)
                ),
                en: format!(
                    "The tariff was reviewed up to {}; look for newer instruments",
                    crate::day::iso(until)
                ),
            },
        });
    }
    for change in &tariff.expected {
        let concerns = change
            .fee
            .as_ref()
            .is_none_or(|id| application.fees.iter().any(|request| request.fee == *id));
        if concerns && day >= change.on {
            warnings.push(Warning {
                kind: "change_expected",
                fee: change.fee.clone(),
                text: change.note.clone(),
            });
        }
    }
}
