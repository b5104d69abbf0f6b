//! `motcua pay reconcile`: statements and orders from files, the rows as CSV and JSON, a summary on the screen.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use motcua::money::Language;
use motcua::payments::reconcile::{
    CsvStyle, Due, Outcome, Reconciliation, Statement, TableMapping, WebhookMapping, camt,
    reconcile, table, webhook,
};

use super::{ok, read, state};
use crate::error::Error;
use crate::files;
use crate::screen::{Mark, Screen};

#[derive(Debug, Args)]
pub struct ReconcileArguments {
    /// The orders: a JSON list of id, amount, references and transactions
    #[arg(long, value_name = "JSON")]
    orders: Vec<PathBuf>,
    /// An order file as `motcua pay request` and `apply` keep it
    #[arg(long, value_name = "JSON")]
    order: Vec<PathBuf>,
    /// A statement in camt.053 or camt.054
    #[arg(long, value_name = "XML")]
    camt: Vec<PathBuf>,
    /// A table and how it is written: the mapping, then the CSV file
    #[arg(long, num_args = 2, value_names = ["MAPPING", "CSV"], action = clap::ArgAction::Append)]
    table: Vec<PathBuf>,
    /// Webhook bodies, one a line or one alone: the mapping, then the file
    #[arg(long, num_args = 2, value_names = ["MAPPING", "JSON"], action = clap::ArgAction::Append)]
    webhooks: Vec<PathBuf>,
    /// Write the rows as CSV for Excel (UTF-8 with byte order mark)
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// The mark between fields of the CSV
    #[arg(long, default_value = ",", requires = "csv")]
    delimiter: char,
    /// Leave the byte order mark out
    #[arg(long, requires = "csv")]
    no_bom: bool,
    /// Print the whole run as JSON
    #[arg(long)]
    pub json: bool,
}

pub fn run(screen: &Screen, arguments: &ReconcileArguments) -> Result<ExitCode, Error> {
    let delimiter = match u8::try_from(arguments.delimiter) {
        Ok(byte @ (b',' | b';' | b'\t' | b'|')) => byte,
        _ => {
            return Err(Error::Option {
                option: "--delimiter",
                problem: "it must be , ; | or a tab".to_owned(),
            });
        }
    };
    let mut orders: Vec<Due> = Vec::new();
    for path in &arguments.orders {
        orders.append(&mut read::<Vec<Due>>(path)?);
    }
    for path in &arguments.order {
        orders.push(Due::from(&state::read(path)?));
    }
    let run = reconcile(orders, statements(arguments)?)?;
    if let Some(path) = &arguments.csv {
        let style = CsvStyle { byte_order_mark: !arguments.no_bom, delimiter };
        let bytes = run.to_csv(style).map_err(|e| Error::write(path, &e))?;
        files::write(path, &bytes)?;
    }
    if arguments.json {
        ok(screen, &run);
    } else {
        show(screen, &run);
        if let Some(path) = &arguments.csv {
            screen.wrote(path);
        }
    }
    Ok(if run.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// All statements; an error names the file.
fn statements(arguments: &ReconcileArguments) -> Result<Vec<Statement>, Error> {
    let mut all = Vec::new();
    let in_file = |path: &Path, e: motcua::payments::reconcile::Error| Error::from(e).in_file(path);
    for path in &arguments.camt {
        let bytes = files::read(path)?;
        all.append(&mut camt::read(&bytes).map_err(|e| in_file(path, e))?);
    }
    for pair in arguments.table.chunks_exact(2) {
        let mapping: TableMapping = read(&pair[0])?;
        let bytes = files::read(&pair[1])?;
        all.append(&mut table::read(&bytes, &mapping).map_err(|e| in_file(&pair[1], e))?);
    }
    for pair in arguments.webhooks.chunks_exact(2) {
        let mapping: WebhookMapping = read(&pair[0])?;
        let bytes = files::read(&pair[1])?;
        let bodies: Vec<&[u8]> = if webhook::read(&bytes, &mapping).is_ok() {
            vec![&bytes]
        } else {
            bytes.split(|b| *b == b'\n').filter(|l| !l.trim_ascii().is_empty()).collect()
        };
        for body in bodies {
            all.append(&mut webhook::read(body, &mapping).map_err(|e| in_file(&pair[1], e))?);
        }
    }
    Ok(all)
}

fn show(screen: &Screen, run: &Reconciliation) {
    for totals in &run.totals {
        screen.raw(&format!(
            "{}: ours {}, theirs {}, difference {}",
            totals.currency,
            totals.ours.format(Language::Vi),
            totals.theirs.format(Language::Vi),
            totals.difference.format(Language::Vi)
        ));
        for line in totals.lines.iter().filter(|l| l.orders > 0 || l.credits > 0) {
            let mark = if line.outcome == Outcome::Matched { Mark::Good } else { Mark::Bad };
            screen.mark(
                mark,
                &format!(
                    "{:<14} {} orders {}, {} credits {}",
                    line.outcome.name(),
                    line.orders,
                    line.ours.format(Language::Vi),
                    line.credits,
                    line.theirs.format(Language::Vi)
                ),
            );
        }
    }
    for statement in run.statements.iter().filter(|s| !s.is_whole()) {
        let gap = statement.gap.map(|g| g.format(Language::Vi)).unwrap_or_default();
        let text = format!("statement {} {}: balance off by {gap}", statement.source, statement.id);
        screen.mark(Mark::Bad, &text);
        for finding in &statement.findings {
            screen.say(&format!("  {finding:?}"));
        }
    }
}
