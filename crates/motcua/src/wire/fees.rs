//! `fees.assess`.

use motcua_fees::{Application, Tariff, assess as compute};
use serde::Deserialize;
use time::Date;

use super::{Error, Failure, read};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    /// Name of a tariff that motcua ships, or
    #[serde(default)]
    tariff: Option<String>,
    /// the text of one.
    #[serde(default)]
    tariff_toml: Option<String>,
    application: Application,
    #[serde(with = "super::error::date")]
    date: Date,
}

/// `{"tariff" | "tariff_toml", "application", "date"}` → the assessment.
pub(super) fn assess(op: &'static str, input: &str) -> Result<String, Failure> {
    let input: Input = read(op, input)?;
    let (name, text) = match (&input.tariff, &input.tariff_toml) {
        (Some(name), None) => {
            let known = || motcua_tariffs::names().collect::<Vec<_>>().join(", ");
            let text = motcua_tariffs::get(name)
                .ok_or_else(|| Error::UnknownTariff { name: name.clone(), known: known() })?;
            (name.as_str(), text)
        }
        (None, Some(text)) => ("tariff_toml", text.as_str()),
        _ => {
            let problem = "give either tariff (a name) or tariff_toml (a text)".to_owned();
            return Err(Error::BadInput { op: op.to_owned(), problem }.into());
        }
    };
    let tariff = Tariff::from_toml(name, text)
        .map_err(|d| Error::BadTariff { name: name.to_owned(), findings: d.to_string() })?;
    let assessment = compute(&tariff, &input.application, input.date)
        .map_err(|e| Failure::new(e.code(), e.to_string(), e.details()))?;
    Ok(assessment.to_json())
}
