//! `motcua fees diff`: what a new version of a tariff changes, in money, over a list of cases.

use std::path::Path;
use std::process::ExitCode;

use motcua::fees::{Case, Said, Tariff, diff_in_money};
use time::Date;

use super::cases::{self, Kind, Row};
use super::{catalogue, exit, pretty};
use crate::error::Error;
use crate::screen::Screen;

fn said(answer: &Said) -> String {
    match answer {
        Said::Total(amount) => amount.to_string(),
        Said::Error(code) => (*code).to_owned(),
    }
}

/// The examples of both versions, each once.
fn examples(old: &Tariff, new: &Tariff) -> Vec<Case> {
    let mut list: Vec<Case> = Vec::new();
    for example in old.examples().iter().chain(new.examples()) {
        let case = Case {
            name: example.name.clone(),
            date: example.on,
            application: example.application.clone(),
        };
        if !list.contains(&case) {
            list.push(case);
        }
    }
    list
}

fn from_file(path: &Path, old: &Tariff, new: &Tariff, on: Date) -> Result<Vec<Case>, Error> {
    let mut list = Vec::new();
    let mut each = |row: Row| {
        let asked = row.case.map_err(|e| Error::BadCase {
            problem: format!("{}:{}: {e}", path.display(), row.line),
        })?;
        let reference = || asked.application.fees.first().and_then(|r| r.reference.clone());
        let name = asked.name.clone().or_else(reference);
        list.push(Case {
            name: name.unwrap_or_else(|| format!("{}:{}", path.display(), row.line)),
            date: asked.date.unwrap_or(on),
            application: asked.application,
        });
        Ok(())
    };
    match cases::kind(path)? {
        Kind::Csv => {
            // A column may be a fact of only one version.
            let table =
                cases::Table::new(cases::open(path)?.0).map_err(|e| Error::read(path, &e))?;
            let header = table.header.iter().map(String::as_str);
            let fits = motcua::fees::RowReader::new(new, header, on).is_ok();
            cases::csv(path, if fits { new } else { old }, on, &mut each)?;
        }
        kind => cases::json(path, kind, &mut each)?,
    }
    Ok(list)
}

/// Compares two versions.
pub fn run(
    screen: &Screen,
    [old, new]: [&str; 2],
    file: Option<&Path>,
    on: Date,
    json: bool,
) -> Result<ExitCode, Error> {
    let (old, new) = (catalogue::load(old)?, catalogue::load(new)?);
    let list = match file {
        Some(path) => from_file(path, &old, &new, on)?,
        None => examples(&old, &new),
    };
    let diff = diff_in_money(&old, &new, &list)?;
    if json {
        screen.raw(&pretty(&diff));
        return Ok(exit(diff.changed.is_empty()));
    }
    for change in &diff.changed {
        let difference = change.difference.map(|d| format!(" ({d})")).unwrap_or_default();
        screen.raw(&format!(
            "{}: {} → {}{difference}",
            change.name,
            said(&change.before),
            said(&change.after)
        ));
    }
    screen.raw(&format!(
        "{} cases, {} changed: {} → {}",
        diff.cases,
        diff.changed.len(),
        diff.before,
        diff.after
    ));
    Ok(exit(diff.changed.is_empty()))
}
