//! Step 1: the fee, from the tariff file, with the reason for each line.

use motcua::copies::facts::VIET_NAM;
use motcua::fees::{Application, Tariff, assess};
use motcua::money::Language;
use serde_json::json;

use super::Stage;
use crate::error::Error;

const TARIFF: &str = "certification-226-2016";

/// Assesses two copies of an original of so many pages and gives the total in đồng.
pub(super) fn run(stage: &Stage<'_>, pages: u32) -> Result<u64, Error> {
    let unexpected = |got: String| Error::Unexpected { step: "the fee", got };
    let text = motcua::tariffs::get(TARIFF)
        .ok_or_else(|| unexpected("the tariff is not shipped".to_owned()))?;
    let tariff = Tariff::from_toml(TARIFF, text).map_err(|d| unexpected(d.to_string()))?;
    let case = json!({"fees": [{"fee": "ct.copy", "facts": {"pages": pages, "copies": 2}}]});
    let application: Application =
        serde_json::from_value(case).map_err(|e| unexpected(e.to_string()))?;
    let assessment = assess(&tariff, &application, stage.now.to_offset(VIET_NAM).date())?;
    for language in [Language::Vi, Language::En] {
        for line in assessment.text(language).lines() {
            stage.screen.say(line);
        }
        stage.screen.say("");
    }
    stage.write("assessment.json", (assessment.to_json() + "\n").as_bytes())?;
    let total = assessment.total.to_i64().and_then(|t| u64::try_from(t).ok());
    total.ok_or_else(|| unexpected(format!("a total of {:?}", assessment.total)))
}
