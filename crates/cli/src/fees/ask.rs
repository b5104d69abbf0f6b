//! One case: its amount (`assess`) or its reasons (`explain`), and a recorded assessment computed again.

use std::path::Path;
use std::process::ExitCode;

use motcua::fees::{
    Assessment, Change, FeeKind, Recheck, Tariff, assess as compute, verify_assessment, what_if,
};
use motcua::money::Language;
use serde_json::Value;
use time::Date;

use super::{Ask, catalogue, exit, pretty, values};
use crate::error::Error;
use crate::files;
use crate::screen::Screen;

/// What to compare a case with.
pub struct Other<'a> {
    /// Other values of facts.
    pub facts: &'a [String],
    /// Another day.
    pub on: Option<Date>,
}

/// Shows an answer.
pub fn show(screen: &Screen, answer: &Assessment, json: bool) {
    if json {
        return screen.raw(&answer.to_json());
    }
    for line in &answer.lines {
        let kind = match line.kind {
            FeeKind::Subsidy => " (ngân sách hỗ trợ)",
            FeeKind::ServiceCost => " (chi phí dịch vụ)",
            FeeKind::Phi | FeeKind::LePhi => "",
        };
        screen.raw(&format!("{}  {}{kind}: {}", line.fee, line.name.vi, line.amount));
    }
    screen.raw(&format!("Tổng cộng / Total: {} ({})", answer.total, answer.in_words.vi));
    for warning in &answer.warnings {
        screen.raw(&format!("Lưu ý / Note: {} / {}", warning.text.vi, warning.text.en));
    }
}

/// Assesses the case of the flags.
pub fn assess(screen: &Screen, ask: &Ask, today: Date, json: bool) -> Result<ExitCode, Error> {
    let tariff = ask.tariff()?;
    let answer = compute(&tariff, &ask.case(&tariff)?, ask.on.unwrap_or(today))?;
    show(screen, &answer, json);
    Ok(ExitCode::SUCCESS)
}

/// The languages wanted.
fn languages(wanted: Option<&str>) -> &'static [Language] {
    match wanted {
        Some("vi") => &[Language::Vi],
        Some("en") => &[Language::En],
        _ => &[Language::Vi, Language::En],
    }
}

/// Says why, and what would be otherwise.
pub fn explain(
    screen: &Screen,
    ask: &Ask,
    other: &Other<'_>,
    today: Date,
    lang: Option<&str>,
    json: bool,
) -> Result<ExitCode, Error> {
    let tariff = ask.tariff()?;
    let (case, on) = (ask.case(&tariff)?, ask.on.unwrap_or(today));
    if other.facts.is_empty() && other.on.is_none() {
        let answer = compute(&tariff, &case, on)?;
        if json {
            screen.raw(&answer.to_json());
        } else {
            for language in languages(lang) {
                screen.raw(&answer.text(*language));
                screen.raw("");
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut change = Change { date: other.on, ..Change::default() };
    for raw in other.facts {
        let (name, value) = values::pair("instead", raw)?;
        change.facts.insert(name.to_owned(), tariff.fact_from_text(name, value)?);
    }
    let compared = what_if(&tariff, &case, on, &change)?;
    if json {
        screen.raw(&serde_json::to_string(&compared).unwrap_or_default());
        return Ok(ExitCode::SUCCESS);
    }
    for language in languages(lang) {
        screen.raw(&compared.before.text(*language));
        screen.raw("→");
        screen.raw(&compared.after.text(*language));
        screen.raw("");
    }
    screen.raw(&format!("Chênh lệch / Difference: {}", compared.difference));
    Ok(ExitCode::SUCCESS)
}

/// Computes a recorded assessment again from its own inputs: exit 1 where it does not hold.
pub fn recorded(
    screen: &Screen,
    file: &Path,
    tariff: Option<&str>,
    lang: Option<&str>,
    json: bool,
) -> Result<ExitCode, Error> {
    let text = files::read_text(file)?;
    let text = text.trim_end();
    let record: Value = serde_json::from_str(text)
        .map_err(|e| motcua::fees::Error::BadAssessment { reason: e.to_string() })?;
    let tariff: Tariff = match (tariff, record["tariff"]["id"].as_str()) {
        (Some(name), _) | (None, Some(name)) => catalogue::load(name)?,
        (None, None) => {
            let reason = "it names no tariff".to_owned();
            return Err(motcua::fees::Error::BadAssessment { reason }.into());
        }
    };
    let found = verify_assessment(&tariff, text)?;
    if json {
        screen.raw(&pretty(&found));
        return Ok(exit(found == Recheck::Same));
    }
    match &found {
        Recheck::Same => {
            for language in languages(lang) {
                let key = if *language == Language::Vi { "vi" } else { "en" };
                screen.raw(record["text"][key].as_str().unwrap_or_default());
                screen.raw("");
            }
            screen.raw("Tính lại cho kết quả như đã ghi. / Computed again: the same.");
        }
        Recheck::OtherTariff { recorded, given } => screen.raw(&format!(
            "Biểu phí khác với biểu đã dùng. / Another tariff than the one used: recorded {recorded}, given {given}; nothing is said about the amounts."
        )),
        Recheck::Different { differences } => {
            screen.raw("Tính lại cho kết quả khác. / Computed again: not the same.");
            for place in differences {
                screen.raw(&format!("  {}: {} → {}", place.at, place.recorded, place.computed));
            }
        }
    }
    Ok(exit(found == Recheck::Same))
}
