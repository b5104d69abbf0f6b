//! Step 1: the fee, from the tariff file, with the reason for each line.

use motcua::counter::{Case, Counter};
use motcua::fees::{Application, Tariff};
use motcua::money::Language;
use serde_json::json;

use super::Stage;
use crate::error::Error;

const TARIFF: &str = "certification-226-2016";

/// Assesses two copies of an original of so many pages.
pub(super) fn run(
    stage: &Stage<'_>,
    counter: &mut Counter<'_>,
    case: Case<'_>,
    pages: u32,
) -> Result<(), Error> {
    let unexpected = |got: String| Error::Unexpected { step: "the fee", got };
    let text = motcua::tariffs::get(TARIFF)
        .ok_or_else(|| unexpected("the tariff is not shipped".to_owned()))?;
    let tariff = Tariff::from_toml(TARIFF, text).map_err(|d| unexpected(d.to_string()))?;
    let facts = json!({"fees": [{"fee": "ct.copy", "facts": {"pages": pages, "copies": 2}}]});
    let application: Application =
        serde_json::from_value(facts).map_err(|e| unexpected(e.to_string()))?;
    let assessment = counter.assess(case, &tariff, &application, stage.now)?;
    for language in [Language::Vi, Language::En] {
        for line in assessment.text(language).lines() {
            stage.screen.say(line);
        }
        stage.screen.say("");
    }
    stage.write("assessment.json", (assessment.to_json() + "\n").as_bytes())
}
