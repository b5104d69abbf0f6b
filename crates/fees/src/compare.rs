//! Assessments beside each other: computed again, computed otherwise, and under two versions of a tariff.

use motcua_money::Amount;
use serde::{Deserialize, Serialize};
use time::Date;

use crate::application::{Application, Entitlement, FactValue};
use crate::assessment::Assessment;
use crate::error::Error;
use crate::model::Tariff;
use crate::{assess, day};

/// What computing an assessment again showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Recheck {
    /// The same, byte for byte.
    Same,
    /// It was computed with another tariff: nothing is said about the amounts.
    OtherTariff {
        /// Hash in the assessment.
        recorded: String,
        /// Hash of the tariff given.
        given: String,
    },
    /// The tariff is the same, the answer is not.
    Different {
        /// Where they differ.
        differences: Vec<Difference>,
    },
}

/// One place where two assessments differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// JSON pointer (`/lines/0/amount/amount`).
    pub at: String,
    /// As recorded; empty where there is nothing.
    pub recorded: String,
    /// As computed now; empty where there is nothing.
    pub computed: String,
}

/// Differences listed before the rest is left out.
const MAX_DIFFERENCES: usize = 100;

/// Computes a recorded assessment again from its own inputs.
///
/// # Errors
/// [`Error::BadAssessment`] when the JSON is not an assessment; any error of the computation itself.
pub fn verify_assessment(tariff: &Tariff, json: &str) -> Result<Recheck, Error> {
    #[derive(Deserialize)]
    struct Recorded {
        tariff: RecordedTariff,
        #[serde(with = "day")]
        date: Date,
        application: Application,
    }
    #[derive(Deserialize)]
    struct RecordedTariff {
        hash: String,
    }
    let bad = |error: serde_json::Error| Error::BadAssessment { reason: error.to_string() };
    let recorded: Recorded = serde_json::from_str(json).map_err(bad)?;
    if recorded.tariff.hash != tariff.hash {
        return Ok(Recheck::OtherTariff {
            recorded: recorded.tariff.hash,
            given: tariff.hash.clone(),
        });
    }
    let computed = assess(tariff, &recorded.application, recorded.date)?.to_json();
    if computed == json {
        return Ok(Recheck::Same);
    }
    let old: serde_json::Value = serde_json::from_str(json).map_err(bad)?;
    let new: serde_json::Value = serde_json::from_str(&computed).map_err(bad)?;
    let mut differences = Vec::new();
    compare(Some(&old), Some(&new), String::new(), &mut differences);
    // Only the order of keys or white space differs.
    if differences.is_empty() {
        return Ok(Recheck::Same);
    }
    Ok(Recheck::Different { differences })
}

fn compare(
    old: Option<&serde_json::Value>,
    new: Option<&serde_json::Value>,
    at: String,
    out: &mut Vec<Difference>,
) {
    use serde_json::Value;
    if old == new || out.len() >= MAX_DIFFERENCES {
        return;
    }
    match (old, new) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                compare(a.get(key), b.get(key), format!("{at}/{key}"), out);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for index in 0..a.len().max(b.len()) {
                compare(a.get(index), b.get(index), format!("{at}/{index}"), out);
            }
        }
        _ => out.push(Difference {
            at,
            recorded: old.map(ToString::to_string).unwrap_or_default(),
            computed: new.map(ToString::to_string).unwrap_or_default(),
        }),
    }
}

/// What to change in a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Another day.
    #[serde(default, with = "day::optional", skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// Other facts, for every fee of the case.
    #[serde(default)]
    pub facts: std::collections::BTreeMap<String, FactValue>,
    /// Other claims in place of the ones made.
    #[serde(default)]
    pub entitlements: Option<Vec<Entitlement>>,
}

/// Two assessments of one case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// As the case is.
    pub before: Assessment,
    /// With the change.
    pub after: Assessment,
    /// `after` less `before`.
    pub difference: Amount,
}

/// Computes a case as it is and with a change: another day, channel or class.
///
/// # Errors
/// Any error of either computation.
pub fn what_if(
    tariff: &Tariff,
    application: &Application,
    date: Date,
    change: &Change,
) -> Result<Comparison, Error> {
    let before = assess(tariff, application, date)?;
    let mut other = application.clone();
    for request in &mut other.fees {
        for (name, value) in &change.facts {
            request.facts.insert(name.clone(), value.clone());
        }
    }
    if let Some(entitlements) = &change.entitlements {
        other.entitlements.clone_from(entitlements);
    }
    let after = assess(tariff, &other, change.date.unwrap_or(date))?;
    let difference = after
        .total
        .checked_sub(&before.total)
        .map_err(|source| Error::Money { fee: tariff.id.clone(), source })?;
    Ok(Comparison { before, after, difference })
}

/// A case for [`diff_in_money`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The caller's name of the case.
    pub name: String,
    /// Day of the assessment.
    #[serde(with = "day")]
    pub date: Date,
    /// The case.
    pub application: Application,
}

/// What a tariff says of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// The total.
    Total(Amount),
    /// The error code.
    Error(&'static str),
}

/// A case that two versions answer differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseDifference {
    /// Name of the case.
    pub name: String,
    /// The old answer.
    pub before: Said,
    /// The new answer.
    pub after: Said,
    /// New less old, where both are amounts.
    pub difference: Option<Amount>,
}

/// The difference between two versions of a tariff, in money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MoneyDiff {
    /// Cases computed.
    pub cases: usize,
    /// Cases with the same answer.
    pub unchanged: usize,
    /// Cases with another answer, in the order given.
    pub changed: Vec<CaseDifference>,
    /// Sum of the old totals of cases that both versions answer.
    pub before: Amount,
    /// Sum of the new totals of cases that both versions answer.
    pub after: Amount,
}

/// Computes every case under both versions.
///
/// # Errors
/// [`Error::Money`] when the sums do not fit or the currencies differ. A case that fails is an answer, not an error.
pub fn diff_in_money<'c>(
    old: &Tariff,
    new: &Tariff,
    cases: impl IntoIterator<Item = &'c Case>,
) -> Result<MoneyDiff, Error> {
    let money = |source| Error::Money { fee: new.id.clone(), source };
    let say = |tariff: &Tariff, case: &Case| match assess(tariff, &case.application, case.date) {
        Ok(answer) => Said::Total(answer.total),
        Err(error) => Said::Error(error.code()),
    };
    let mut diff = MoneyDiff {
        cases: 0,
        unchanged: 0,
        changed: Vec::new(),
        before: Amount::zero(old.currency),
        after: Amount::zero(new.currency),
    };
    for case in cases {
        diff.cases += 1;
        let (before, after) = (say(old, case), say(new, case));
        let mut difference = None;
        if let (Said::Total(one), Said::Total(other)) = (&before, &after) {
            diff.before = diff.before.checked_add(one).map_err(money)?;
            diff.after = diff.after.checked_add(other).map_err(money)?;
            difference = Some(other.checked_sub(one).map_err(money)?);
        }
        if before == after {
            diff.unchanged += 1;
        } else {
            diff.changed.push(CaseDifference {
                name: case.name.clone(),
                before,
                after,
                difference,
            });
        }
    }
    Ok(diff)
}
