//! What concerns tariff files: their list, findings, examples and format.

use std::path::PathBuf;
use std::process::ExitCode;

use motcua::fees::{Severity, format, run_examples};
use serde_json::{Value, json};

use super::{catalogue, exit, pretty};
use crate::error::Error;
use crate::files;
use crate::screen::Screen;

/// The shipped tariffs, or the fees and facts of one.
pub fn list(screen: &Screen, tariff: Option<&str>, as_json: bool) -> Result<ExitCode, Error> {
    let Some(name) = tariff else {
        let mut all = Vec::new();
        for name in motcua::tariffs::names() {
            let tariff = catalogue::load(name)?;
            if !as_json {
                screen.raw(&format!("{name:<30} {} / {}", tariff.title().vi, tariff.title().en));
            }
            all.push(tariff.summary());
        }
        if as_json {
            screen.raw(&pretty(&all));
        }
        return Ok(ExitCode::SUCCESS);
    };
    let tariff = catalogue::load(name)?;
    let summary = serde_json::to_value(tariff.summary()).unwrap_or_default();
    if as_json {
        screen.raw(&pretty(&summary));
        return Ok(ExitCode::SUCCESS);
    }
    screen.raw(&format!("{}: {} / {}", tariff.id(), tariff.title().vi, tariff.title().en));
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for fee in summary["fees"].as_array().into_iter().flatten() {
        let (vi, en) = (word(&fee["name"]["vi"]), word(&fee["name"]["en"]));
        screen.raw(&format!("  {:<24} {:<12} {vi} / {en}", word(&fee["fee"]), word(&fee["kind"])));
    }
    screen.raw("facts:");
    for fact in summary["facts"].as_array().into_iter().flatten() {
        let values: Vec<String> =
            fact["values"].as_array().into_iter().flatten().map(word).collect();
        let kind = if values.is_empty() { word(&fact["type"]) } else { values.join("|") };
        let (vi, en) = (word(&fact["label"]["vi"]), word(&fact["label"]["en"]));
        screen.raw(&format!("  {:<24} {kind:<12} {vi} / {en}", word(&fact["name"])));
    }
    for change in tariff.expected() {
        screen.raw(&format!("expected on {}: {} / {}", change.on, change.note.vi, change.note.en));
    }
    Ok(ExitCode::SUCCESS)
}

/// All findings of the files.
pub fn check(
    screen: &Screen,
    names: &[String],
    strict: bool,
    as_json: bool,
) -> Result<ExitCode, Error> {
    let (mut all, mut errors, mut warnings) = (Vec::new(), 0, 0);
    let sources = catalogue::sources(names)?;
    for source in &sources {
        let found = match catalogue::read(source) {
            Ok(tariff) => tariff.warnings().clone(),
            Err(findings) => findings,
        };
        let grave = found.findings.iter().filter(|f| f.severity == Severity::Error).count();
        errors += grave;
        warnings += found.findings.len() - grave;
        if !as_json && !found.findings.is_empty() {
            screen.raw(&format!("{found}\n"));
        }
        all.push(found);
    }
    if as_json {
        screen.raw(&pretty(&all));
    } else {
        screen.raw(&format!("{} files: {errors} errors, {warnings} warnings", sources.len()));
    }
    Ok(exit(errors == 0 && (warnings == 0 || !strict)))
}

/// Runs the examples of the files.
pub fn test(
    screen: &Screen,
    names: &[String],
    filter: &str,
    as_json: bool,
) -> Result<ExitCode, Error> {
    let (mut all, mut passed, mut failed) = (Vec::new(), 0_usize, 0_usize);
    for source in catalogue::sources(names)? {
        let tariff = catalogue::load(&source.name)?;
        for outcome in run_examples(&tariff).into_iter().filter(|o| o.name.contains(filter)) {
            if outcome.passed {
                passed += 1;
            } else {
                failed += 1;
                if !as_json {
                    screen.raw(&format!(
                        "{}:{}: {}: expected {}, got {}",
                        source.name, outcome.line, outcome.name, outcome.expected, outcome.got
                    ));
                }
            }
            all.push(json!({ "file": source.name, "example": outcome }));
        }
    }
    if as_json {
        screen.raw(&pretty(&all));
    } else {
        screen.raw(&format!("{passed} examples hold, {failed} do not"));
    }
    // A filter that meets no example has tested nothing.
    Ok(exit(failed == 0 && passed > 0))
}

/// Writes files in the one format, or says which would change.
pub fn fmt(
    screen: &Screen,
    paths: &[PathBuf],
    only_check: bool,
    as_json: bool,
) -> Result<ExitCode, Error> {
    let mut changed = Vec::new();
    for path in paths {
        let text = files::read_text(path)?;
        let formatted = format(&text)?;
        if formatted != text {
            if !only_check {
                files::write(path, formatted.as_bytes())?;
            }
            changed.push(path.display().to_string());
        }
    }
    if as_json {
        screen.raw(&pretty(&json!({ "files": paths.len(), "changed": changed })));
    } else {
        let verb = if only_check { "would change" } else { "formatted" };
        changed.iter().for_each(|path| screen.raw(&format!("{verb}: {path}")));
    }
    Ok(exit(!only_check || changed.is_empty()))
}
