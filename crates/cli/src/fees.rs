//! `motcua fees`: the arguments of its subcommands, and who answers them. What is computed lives in the library.

mod ask;
mod batch;
mod cases;
mod catalogue;
mod diff;
mod files;
mod values;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use motcua::payments::instant::VIET_NAM;
use time::{Date, OffsetDateTime};

use crate::error::Error;
use crate::screen::Screen;

/// The subcommands. Exit 0: done; 1: the answer is no (a bad row, a finding, a failed example, a difference); 2: it could not be done.
#[derive(Debug, Subcommand)]
pub enum FeesCommand {
    /// Assess one case from flags, or many from a JSON or CSV file
    Assess {
        /// A file of cases (.json, .jsonl, .csv); without it the flags are the case
        file: Option<PathBuf>,
        #[command(flatten)]
        ask: Ask,
        /// Print JSON: the assessment of one case, a line for each of many
        #[arg(long)]
        json: bool,
    },
    /// Say why: every step with its instrument; or recompute a recorded assessment and say whether it holds
    Explain {
        /// A recorded assessment (JSON), to be computed again
        file: Option<PathBuf>,
        #[command(flatten)]
        ask: Ask,
        /// Compare with another value of a fact (`channel=online`)
        #[arg(long, value_name = "FACT=VALUE")]
        instead: Vec<String>,
        /// Compare with another day
        #[arg(long, value_name = "DATE", value_parser = day)]
        instead_on: Option<Date>,
        /// Vietnamese or English; both without it
        #[arg(long, value_name = "LANGUAGE", value_parser = ["vi", "en"])]
        lang: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// The tariffs that are shipped, or the fees and facts of one
    List {
        /// A shipped tariff or a file
        tariff: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Every finding in tariff files, with its place: exit 1 where one forbids use
    Check {
        /// Files or shipped tariffs; all shipped ones without them
        tariffs: Vec<String>,
        /// Warnings forbid use as well
        #[arg(long)]
        strict: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Run the examples that stand in tariff files
    Test {
        /// Files or shipped tariffs; all shipped ones without them
        tariffs: Vec<String>,
        /// Only examples whose name contains this
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write tariff files in the one format
    Fmt {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Change nothing; exit 1 where a file would change
        #[arg(long)]
        check: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// The difference between two versions of a tariff, in money: exit 1 where a case changes
    Diff {
        /// The old version
        old: String,
        /// The new version
        new: String,
        /// Cases (.json, .jsonl, .csv); without them the examples of both versions
        #[arg(long, value_name = "FILE")]
        cases: Option<PathBuf>,
        /// The day of cases that have none; today without it
        #[arg(long, value_name = "DATE", value_parser = day)]
        on: Option<Date>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// The JSON Schema of tariff files, for editors
    Schema {
        /// The schema is JSON anyway
        #[arg(long)]
        json: bool,
    },
}

/// A case on the command line.
#[derive(Debug, Args)]
pub struct Ask {
    /// A shipped tariff or a file; without it the shipped one that has the fee
    #[arg(long, value_name = "NAME|FILE")]
    tariff: Option<String>,
    /// A fee by its id, such as `ct.copy`; may be given more than once
    #[arg(long, value_name = "ID")]
    fee: Vec<String>,
    /// A fact; a list has `;` between its items
    #[arg(long, value_name = "NAME=VALUE")]
    fact: Vec<String>,
    /// A claim with the reference of its proof
    #[arg(long, value_name = "NAME=EVIDENCE")]
    entitlement: Vec<String>,
    /// Earlier uses of a claim, for quotas: a number or days parted by `;`
    #[arg(long, value_name = "NAME=N|DAYS")]
    used: Vec<String>,
    /// The day of the assessment; today in Viet Nam without it
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<Date>,
    /// The day the file was lodged
    #[arg(long, value_name = "DATE", value_parser = day)]
    lodged: Option<Date>,
    /// The day of the decision
    #[arg(long, value_name = "DATE", value_parser = day)]
    decided: Option<Date>,
    /// The day the money is taken
    #[arg(long, value_name = "DATE", value_parser = day)]
    collected: Option<Date>,
    /// Compute as was known on this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    known_at: Option<Date>,
    /// An exchange rate with its day and who published it
    #[arg(long, value_name = "USD:VND=RATE@DATE@SOURCE")]
    exchange: Vec<String>,
    /// Accept the unverified values of a fee, rule, modifier or parameter
    #[arg(long, value_name = "ID")]
    allow_unverified: Vec<String>,
    /// With --json and a file: the whole assessment of each case
    #[arg(long, requires = "json")]
    full: bool,
}

fn day(raw: &str) -> Result<Date, String> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    Date::parse(raw, &format).map_err(|_| "a date is written 2026-11-24".to_owned())
}

/// Answers a subcommand.
pub fn run(screen: &Screen, command: FeesCommand, now: OffsetDateTime) -> Result<ExitCode, Error> {
    let today = now.to_offset(VIET_NAM).date();
    let (json, result) = match command {
        FeesCommand::Assess { file: None, ask, json } => {
            (json, ask::assess(screen, &ask, today, json))
        }
        FeesCommand::Assess { file: Some(file), ask, json } => {
            (json, batch::assess(screen, &file, &ask, today, json))
        }
        FeesCommand::Explain { file: Some(file), ask, lang, json, .. } => {
            (json, ask::recorded(screen, &file, ask.tariff.as_deref(), lang.as_deref(), json))
        }
        FeesCommand::Explain { file: None, ask, instead, instead_on, lang, json } => {
            let other = ask::Other { facts: &instead, on: instead_on };
            (json, ask::explain(screen, &ask, &other, today, lang.as_deref(), json))
        }
        FeesCommand::List { tariff, json } => (json, files::list(screen, tariff.as_deref(), json)),
        FeesCommand::Check { tariffs, strict, json } => {
            (json, files::check(screen, &tariffs, strict, json))
        }
        FeesCommand::Test { tariffs, name, json } => {
            (json, files::test(screen, &tariffs, name.as_deref().unwrap_or_default(), json))
        }
        FeesCommand::Fmt { files, check, json } => (json, files::fmt(screen, &files, check, json)),
        FeesCommand::Diff { old, new, cases, on, json } => {
            let on = on.unwrap_or(today);
            (json, diff::run(screen, [&old, &new], cases.as_deref(), on, json))
        }
        FeesCommand::Schema { .. } => {
            screen.raw(&pretty(&motcua::fees::schema()));
            (false, Ok(ExitCode::SUCCESS))
        }
    };
    if let (true, Err(e)) = (json, &result) {
        // Who asked for JSON gets the refusal in it as well; the error stream says it to people.
        screen.raw(&serde_json::json!({ "error": e.failure() }).to_string());
    }
    result
}

fn pretty<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Exit 0 or 1.
fn exit(good: bool) -> ExitCode {
    if good { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
