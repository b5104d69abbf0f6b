//! `motcua copy annul`: withdraws an issued copy in the record, and signs the agency's list anew. What is written is decided in
//! `ledger`, whose `annul` and `annulments` do the same in two steps.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use motcua::ledger::Annulment;
use motcua::pdf::hex;
use ring::digest::{SHA256, digest};
use time::OffsetDateTime;

use crate::error::Error;
use crate::files;
use crate::ledger::{self, ListArguments, record};
use crate::screen::Screen;

/// Which copy is withdrawn, by which decision.
#[derive(Debug, Args)]
pub struct AnnulArguments {
    /// The copy: its PDF as it was issued, or its identifier
    copy: String,
    /// The record it was issued in: a SQLite file, or env:NAME, address:FILE for PostgreSQL
    #[arg(long, value_name = "FILE")]
    ledger: PathBuf,
    #[command(flatten)]
    decision: ledger::DecisionArguments,
    /// Write the signed list of the register's year to this file too, for `copy verify --annulments`
    #[arg(long, value_name = "TOKEN", requires_all = ["key", "chain"])]
    list: Option<PathBuf>,
    #[command(flatten)]
    signing: ListArguments,
}

/// Withdraws it.
pub fn run(
    screen: &Screen,
    arguments: &AnnulArguments,
    now: OffsetDateTime,
) -> Result<ExitCode, Error> {
    let path = PathBuf::from(&arguments.copy);
    let mut record = record::existing(&arguments.ledger)?;
    let copy_id = if path.is_file() {
        let file = files::read(&path)?;
        let shown = || path.display().to_string();
        let facts = super::facts_of(&file).ok_or_else(|| Error::Input {
            path: shown(),
            problem: "it is no certified copy of this kind; give the copy's identifier".to_owned(),
        })?;
        let standing = record.read(|session| session.copy(&facts.copy_id))?;
        let sha256 = hex(digest(&SHA256, &file).as_ref());
        // A file that only calls itself so must not have the true copy withdrawn.
        if standing.is_some_and(|s| s.copy.copy_sha256 != sha256) {
            return Err(Error::NotAsRecorded {
                file: shown(),
                problem: format!(
                    "the record's copy {} is another file; give the file as it was issued, or the identifier",
                    facts.copy_id
                ),
            });
        }
        facts.copy_id
    } else {
        arguments.copy.clone()
    };
    let annulment: Annulment = arguments.decision.of(copy_id);
    // The key is opened before anything is written: half of what was asked is not done.
    if arguments.list.is_some() {
        arguments.signing.signer()?;
    }
    let (series, year) = ledger::annul(screen, &mut record, &annulment, now)?;
    if let Some(path) = &arguments.list {
        let text = ledger::signed_list(&mut record, &series, year, &arguments.signing, now)?;
        files::write(path, format!("{text}\n").as_bytes())?;
        screen.wrote(path);
    }
    Ok(ExitCode::SUCCESS)
}
