//! `fees.*`: tariffs by name or as text, cases, and what the library says of them.

use std::collections::BTreeMap;

use motcua_fees::{
    Application, Case, Change, Error as FeesError, Tariff, assess as compute, diff_in_money,
    format, quote as total_of, run_examples, schema as tariff_schema,
    verify_assessment as compute_again, what_if as compare,
};
use serde::Deserialize;
use serde_json::{Value, json};
use time::Date;

use super::{Error, Failure, read, write};

/// A tariff: one that motcua ships, or the text of one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    /// Name of a tariff that motcua ships, or
    #[serde(default)]
    tariff: Option<String>,
    /// the text of one.
    #[serde(default)]
    tariff_toml: Option<String>,
}

impl Named {
    fn source(&self, op: &str) -> Result<(&str, &str), Failure> {
        match (&self.tariff, &self.tariff_toml) {
            (Some(name), None) => {
                let known = || motcua_tariffs::names().collect::<Vec<_>>().join(", ");
                let text = motcua_tariffs::get(name)
                    .ok_or_else(|| Error::UnknownTariff { name: name.clone(), known: known() })?;
                Ok((name, text))
            }
            (None, Some(text)) => Ok(("tariff_toml", text)),
            _ => {
                let problem = "give either tariff (a name) or tariff_toml (a text)".to_owned();
                Err(Error::BadInput { op: op.to_owned(), problem }.into())
            }
        }
    }

    fn load(&self, op: &str) -> Result<Tariff, Failure> {
        let (name, text) = self.source(op)?;
        Tariff::from_toml(name, text)
            .map_err(|d| Error::BadTariff { name: name.to_owned(), findings: d.to_string() }.into())
    }
}

fn failure(e: FeesError) -> Failure {
    Failure::new(e.code(), e.to_string(), e.details())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    #[serde(default)]
    tariff: Option<String>,
    #[serde(default)]
    tariff_toml: Option<String>,
    application: Application,
    #[serde(with = "super::error::date")]
    date: Date,
}

impl Input {
    fn read(op: &str, input: &str) -> Result<(Tariff, Application, Date), Failure> {
        let Self { tariff, tariff_toml, application, date } = read(op, input)?;
        Ok((Named { tariff, tariff_toml }.load(op)?, application, date))
    }
}

/// `{"tariff" | "tariff_toml", "application", "date"}` → the assessment.
pub(super) fn assess(op: &'static str, input: &str) -> Result<String, Failure> {
    let (tariff, application, date) = Input::read(op, input)?;
    Ok(compute(&tariff, &application, date).map_err(failure)?.to_json())
}

/// As `fees.assess` → `{"total"}` alone.
pub(super) fn quote(op: &'static str, input: &str) -> Result<String, Failure> {
    let (tariff, application, date) = Input::read(op, input)?;
    let total = total_of(&tariff, &application, date).map_err(failure)?;
    Ok(write(&json!({ "total": total })))
}

/// As `fees.assess` → the explanation, `{"vi", "en"}`.
pub(super) fn explain(op: &'static str, input: &str) -> Result<String, Failure> {
    use motcua_money::Language::{En, Vi};
    let (tariff, application, date) = Input::read(op, input)?;
    let answer = compute(&tariff, &application, date).map_err(failure)?;
    Ok(write(&json!({ "vi": answer.text(Vi), "en": answer.text(En) })))
}

/// As `fees.assess`, with `"columns": {fact: [whole numbers]}` → `{"amounts": [decimal text or null], "errors": [{"row", "code", "message"}]}`.
pub(super) fn bulk(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Columns {
        #[serde(default)]
        tariff: Option<String>,
        #[serde(default)]
        tariff_toml: Option<String>,
        application: Application,
        #[serde(with = "super::error::date")]
        date: Date,
        columns: BTreeMap<String, Vec<i64>>,
    }
    let Columns { tariff, tariff_toml, application, date, columns } = read(op, input)?;
    let tariff = Named { tariff, tariff_toml }.load(op)?.compile();
    let names: Vec<&str> = columns.keys().map(String::as_str).collect();
    let plan = tariff.plan(&application, &names, date).map_err(failure)?;
    let slices: Vec<&[i64]> = columns.values().map(Vec::as_slice).collect();
    let rows = slices.first().map_or(0, |column| column.len());
    let (mut out, mut valid) = (vec![0; rows], vec![false; rows]);
    let errors = plan.run(&slices, &mut out, &mut valid).map_err(failure)?;
    let amounts: Vec<Option<String>> =
        out.iter().zip(&valid).map(|(amount, valid)| valid.then(|| amount.to_string())).collect();
    Ok(write(&json!({ "amounts": amounts, "errors": errors })))
}

/// `{}` → every shipped tariff at a glance; `{"tariff" | "tariff_toml"}` → that one.
pub(super) fn list(op: &'static str, input: &str) -> Result<String, Failure> {
    let named: Named = read(op, input)?;
    if named.tariff.is_some() || named.tariff_toml.is_some() {
        return Ok(write(&named.load(op)?.summary()));
    }
    let load = |name: &str| Named { tariff: Some(name.to_owned()), tariff_toml: None }.load(op);
    let all: Result<Vec<_>, _> =
        motcua_tariffs::names().map(|name| load(name).map(|tariff| tariff.summary())).collect();
    Ok(write(&all?))
}

/// `{"tariff" | "tariff_toml"}` → `{"sound", "findings"}`: every finding with its place, and whether the tariff can be used.
pub(super) fn check(op: &'static str, input: &str) -> Result<String, Failure> {
    let named: Named = read(op, input)?;
    let (name, text) = named.source(op)?;
    let (sound, found) = match Tariff::from_toml(name, text) {
        Ok(tariff) => (true, tariff.warnings().clone()),
        Err(found) => (false, found),
    };
    Ok(write(&json!({ "sound": sound, "findings": found.findings })))
}

/// `{"tariff" | "tariff_toml"}` → what became of each example beside the rules.
pub(super) fn test(op: &'static str, input: &str) -> Result<String, Failure> {
    let named: Named = read(op, input)?;
    Ok(write(&run_examples(&named.load(op)?)))
}

/// `{"tariff_toml"}` → `{"tariff_toml"}` in the one format.
pub(super) fn fmt(op: &'static str, input: &str) -> Result<String, Failure> {
    let named: Named = read(op, input)?;
    let (_, text) = named.source(op)?;
    Ok(write(&json!({ "tariff_toml": format(text).map_err(failure)? })))
}

/// `{"old": {tariff}, "new": {tariff}, "cases": [{"name", "date", "application"}]}` → the difference in money.
pub(super) fn diff(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Versions {
        old: Named,
        new: Named,
        cases: Vec<Case>,
    }
    let Versions { old, new, cases } = read(op, input)?;
    let diff = diff_in_money(&old.load(op)?, &new.load(op)?, &cases).map_err(failure)?;
    Ok(write(&diff))
}

/// As `fees.assess`, with `"change": {"date", "facts", "entitlements"}` → `{"before", "after", "difference"}`.
pub(super) fn what_if(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Changed {
        #[serde(default)]
        tariff: Option<String>,
        #[serde(default)]
        tariff_toml: Option<String>,
        application: Application,
        #[serde(with = "super::error::date")]
        date: Date,
        change: Change,
    }
    let Changed { tariff, tariff_toml, application, date, change } = read(op, input)?;
    let tariff = Named { tariff, tariff_toml }.load(op)?;
    Ok(write(&compare(&tariff, &application, date, &change).map_err(failure)?))
}

/// `{"assessment": its JSON text}` with an optional tariff, else the one it names → what computing it again showed.
pub(super) fn verify_assessment(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Recorded {
        #[serde(default)]
        tariff: Option<String>,
        #[serde(default)]
        tariff_toml: Option<String>,
        assessment: String,
    }
    let Recorded { mut tariff, tariff_toml, assessment } = read(op, input)?;
    if tariff.is_none() && tariff_toml.is_none() {
        let record: Value = serde_json::from_str(&assessment)
            .map_err(|e| failure(FeesError::BadAssessment { reason: e.to_string() }))?;
        let named = record.pointer("/tariff/id").and_then(Value::as_str);
        let reason = || FeesError::BadAssessment { reason: "it names no tariff".to_owned() };
        tariff = Some(named.ok_or_else(|| failure(reason()))?.to_owned());
    }
    let tariff = Named { tariff, tariff_toml }.load(op)?;
    Ok(write(&compute_again(&tariff, &assessment).map_err(failure)?))
}

/// `{}` → the JSON Schema of tariff files.
pub(super) fn schema(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    let Nothing {} = read(op, input)?;
    Ok(write(&tariff_schema()))
}
