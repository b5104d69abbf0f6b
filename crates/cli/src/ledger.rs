//! `motcua ledger`: look after a record. What each operation does lives in `motcua::ledger`; where a record is, in `record.rs`.

mod columns;
pub mod record;

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use motcua::copies::verify::annulment::SignedAnnulments;
use motcua::ledger::{
    Annulment, Audit, CheckpointKey, CheckpointVerifier, Ledger, LedgerStatus, Series,
};
use motcua::pki::MemorySigner;
use serde_json::json;
use time::OffsetDateTime;

use crate::copy::keys::signer;
use crate::error::Error;
use crate::files;
use crate::screen::{Mark, Screen};

/// Which register.
#[derive(Debug, Args)]
pub struct SeriesArguments {
    /// The agency's identifier
    #[arg(long)]
    agency: String,
    /// The act code, such as SCT/BS
    #[arg(long)]
    kind: String,
    /// The year
    #[arg(long)]
    year: i32,
}

impl SeriesArguments {
    fn series(&self) -> Series {
        Series { agency: self.agency.clone(), kind: self.kind.clone() }
    }
}

/// The decision that withdraws a copy.
#[derive(Debug, Args)]
pub struct DecisionArguments {
    /// The decision's number
    #[arg(long)]
    decision: String,
    /// Why
    #[arg(long)]
    reason: String,
    /// The decision's day, 2026-11-24
    #[arg(long)]
    decided_on: String,
}

impl DecisionArguments {
    /// As the record keeps it of this copy.
    pub fn of(&self, copy_id: String) -> Annulment {
        Annulment {
            copy_id,
            decision: self.decision.clone(),
            reason: self.reason.clone(),
            decided_on: self.decided_on.clone(),
        }
    }
}

/// What signs the list of annulled copies.
#[derive(Debug, Args)]
pub struct ListArguments {
    /// For how many days the list may be relied on
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub days: u16,
    /// Where the list is published; without it a name made of the register's
    #[arg(long)]
    uri: Option<String>,
    /// The agency's key, PKCS#8 PEM
    #[arg(long, value_name = "PEM", requires = "chain")]
    key: Option<PathBuf>,
    /// The agency's certificate and those above it, PEM
    #[arg(long, value_name = "PEM", requires = "key")]
    chain: Option<PathBuf>,
}

impl ListArguments {
    /// The agency's key.
    pub fn signer(&self) -> Result<MemorySigner, Error> {
        let (Some(key), Some(chain)) = (&self.key, &self.chain) else {
            return Err(Error::Option {
                option: "--key",
                problem: "a list is signed; give --key and --chain of the agency".to_owned(),
            });
        };
        signer(key, chain, None)
    }
}

#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Make an empty record; an existing one is brought up to date
    Init {
        /// The record: a SQLite file, or env:NAME, address:FILE for PostgreSQL
        file: PathBuf,
    },
    /// Say how far it goes and which numbers are still open
    Status {
        /// The record: a SQLite file, or env:NAME, address:FILE for PostgreSQL
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Read all of it again: exit 0 when nothing was edited, removed, reordered or cut off, 1 when something was
    Verify {
        /// The record: a SQLite file, or env:NAME, address:FILE for PostgreSQL
        file: PathBuf,
        /// Signed checkpoints that were kept elsewhere
        #[arg(long, value_name = "NOTE", requires = "key")]
        checkpoint: Vec<PathBuf>,
        /// The key checkpoints are verified with, name+id+key
        #[arg(long, value_name = "VERIFIER")]
        key: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the whole log as JSON Lines (a name that ends in .parquet: as Parquet), or a year of a register as CSV
    Export {
        /// The record: a SQLite file, or env:NAME, address:FILE for PostgreSQL
        file: PathBuf,
        /// The file to write
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// The agency whose register is written as CSV, instead of the log
        #[arg(long, requires_all = ["kind", "year"])]
        agency: Option<String>,
        /// The register's act code
        #[arg(long, requires = "agency")]
        kind: Option<String>,
        /// The register's year
        #[arg(long, requires = "agency")]
        year: Option<i32>,
    },
    /// Make a record of an exported log
    Import {
        /// The record; new or empty
        file: PathBuf,
        /// The exported log
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// Copy the record while others go on writing
    Backup {
        /// The record: a SQLite file, or env:NAME, address:FILE for PostgreSQL
        file: PathBuf,
        /// The copy; must not exist
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Close a year of a register that is over, with its totals
    CloseYear {
        /// The record: a SQLite file, or env:NAME, address:FILE for PostgreSQL
        file: PathBuf,
        #[command(flatten)]
        register: SeriesArguments,
    },
    /// Withdraw an issued copy
    Annul {
        /// The record: a SQLite file, or env:NAME, address:FILE for PostgreSQL
        file: PathBuf,
        /// The copy's identifier
        #[arg(long)]
        copy: String,
        #[command(flatten)]
        decision: DecisionArguments,
    },
    /// Sign the list of a register's year with the agency's key, an IETF Token Status List for `copy verify --annulments`, and print it
    Annulments {
        /// The record: a SQLite file, or env:NAME, address:FILE for PostgreSQL
        file: PathBuf,
        #[command(flatten)]
        register: SeriesArguments,
        #[command(flatten)]
        list: ListArguments,
    },
    /// Sign the log as it stands, keep the checkpoint and print it
    Checkpoint {
        /// The record: a SQLite file, or env:NAME, address:FILE for PostgreSQL
        file: PathBuf,
        /// The log's name, such as dichvucong.example/so-chung-thuc
        #[arg(long)]
        origin: String,
        /// The key's name
        #[arg(long)]
        name: String,
        /// An Ed25519 key, PKCS#8 PEM
        #[arg(long, value_name = "PEM")]
        key: PathBuf,
    },
}

fn text(path: &Path) -> Result<String, Error> {
    let bytes = files::read(path)?;
    String::from_utf8(bytes)
        .map_err(|e| Error::Read { path: path.display().to_string(), problem: e.to_string() })
}

/// Runs one of them.
pub fn run(
    screen: &Screen,
    command: &LedgerCommand,
    now: OffsetDateTime,
) -> Result<ExitCode, Error> {
    match command {
        LedgerCommand::Init { file } => {
            record::made(file)?;
            screen.wrote(file);
        }
        LedgerCommand::Status { file, json } => {
            let mut ledger = record::read(file)?;
            let status = ledger.read(|session| session.status())?;
            show_status(screen, &status, *json);
        }
        LedgerCommand::Verify { file, checkpoint, key, json } => {
            let key = key.as_deref().map(CheckpointVerifier::parse).transpose()?;
            let notes = checkpoint.iter().map(|p| text(p)).collect::<Result<Vec<_>, _>>()?;
            let mut ledger = record::read(file)?;
            let audit = ledger.read(|session| session.audit(&notes, key.as_ref()))?;
            show_audit(screen, &audit, *json);
            return Ok(if audit.is_sound() { ExitCode::SUCCESS } else { ExitCode::from(1) });
        }
        LedgerCommand::Export { file, to, agency, kind, year } => {
            let mut ledger = record::read(file)?;
            files::write_with(to, |out| {
                if let (Some(agency), Some(kind), Some(year)) = (agency, kind, year) {
                    let series = Series { agency: agency.clone(), kind: kind.clone() };
                    ledger.register_csv(&series, *year, out)?;
                } else if columns::named(to) {
                    columns::export(&mut ledger, to, out)?;
                } else {
                    ledger.export(out)?;
                }
                Ok(())
            })?;
            screen.wrote(to);
        }
        LedgerCommand::Import { file, from } => {
            let source = File::open(from).map_err(|e| Error::read(from, &e))?;
            let mut ledger = record::made(file)?;
            let entries = if columns::named(from) {
                columns::import(&mut ledger, from, source)?
            } else {
                ledger.import(&mut BufReader::new(source))?
            };
            screen.say(&format!("{entries} entries"));
            screen.wrote(file);
        }
        LedgerCommand::Backup { file, to } => {
            record::existing(file)?.backup(to)?;
            screen.wrote(to);
        }
        LedgerCommand::CloseYear { file, register } => {
            let series = register.series();
            let totals = record::existing(file)?
                .write(|session| session.close_year(&series, register.year, now))?;
            screen.say(&format!(
                "{} of {} is closed: last number {}, {} completed, {} voided",
                totals.year, totals.kind, totals.last, totals.completed, totals.voided
            ));
        }
        LedgerCommand::Annul { file, copy, decision } => {
            annul(screen, &mut record::existing(file)?, &decision.of(copy.clone()), now)?;
        }
        LedgerCommand::Annulments { file, register, list } => {
            let (series, mut ledger) = (register.series(), record::read(file)?);
            let signed = signed_list(&mut ledger, &series, register.year, list, now)?;
            screen.raw(&signed);
        }
        LedgerCommand::Checkpoint { file, origin, name, key } => {
            let key = CheckpointKey::from_pem(name, &text(key)?)?;
            let verifier = CheckpointVerifier::parse(&key.verifier())?;
            let note = record::existing(file)?.write(|session| {
                let note = session.checkpoint(origin).sign(&key)?;
                session.keep_checkpoint(&note, &verifier)?;
                Ok(note)
            })?;
            // The note alone, so that it can be kept as it is printed.
            let _ = write!(std::io::stdout().lock(), "{note}");
            let _ = writeln!(std::io::stderr().lock(), "verifier key: {}", key.verifier());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Withdraws a copy and says so; gives its register and year.
pub fn annul(
    screen: &Screen,
    ledger: &mut Ledger,
    annulment: &Annulment,
    now: OffsetDateTime,
) -> Result<(Series, i32), Error> {
    let register = ledger.write(|session| {
        session.annul(annulment, now)?;
        let standing = session.copy(&annulment.copy_id)?;
        let none = || motcua::ledger::Error::NoCopy { copy_id: annulment.copy_id.clone() };
        standing.map(|copy| (copy.series, copy.year)).ok_or_else(none)
    })?;
    screen
        .mark(Mark::Good, &format!("{} is withdrawn by {}", annulment.copy_id, annulment.decision));
    Ok(register)
}

/// The list of a register's year, signed.
pub fn signed_list(
    ledger: &mut Ledger,
    series: &Series,
    year: i32,
    list: &ListArguments,
    now: OffsetDateTime,
) -> Result<String, Error> {
    let signer = list.signer()?;
    let until = now + time::Duration::days(list.days.into());
    let uri = list.uri.clone().unwrap_or_else(|| {
        let part = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' => {
                        char::from(byte).to_string()
                    }
                    other => format!("%{other:02X}"),
                })
                .collect()
        };
        format!("urn:motcua:annulments:{}:{}:{year}", part(&series.agency), part(&series.kind))
    });
    let list = ledger.read(|session| session.annulment_list(series, year, &uri, now, until))?;
    Ok(SignedAnnulments::sign(&list.claims(), now, &signer)?.token().to_owned())
}

fn show_status(screen: &Screen, status: &LedgerStatus, as_json: bool) {
    if as_json {
        return screen.raw(&json!(status).to_string());
    }
    screen.fact("entries", &status.size.to_string());
    screen.fact("root", &status.root);
    screen.fact("last", status.last_at.as_deref().unwrap_or("–"));
    for year in &status.registers {
        screen.say(&format!(
            "{} {} {}: last number {}, {} open, {} completed, {} voided",
            year.agency, year.kind, year.year, year.last, year.open, year.completed, year.voided
        ));
    }
}

fn show_audit(screen: &Screen, audit: &Audit, as_json: bool) {
    if as_json {
        return screen.raw(&json!(audit).to_string());
    }
    screen.fact("entries", &audit.size.to_string());
    screen.fact("root", &audit.root);
    screen.fact("checkpoints", &audit.checkpoints.to_string());
    for finding in &audit.findings {
        let place = finding.seq.map_or_else(String::new, |seq| format!("entry {seq}: "));
        screen.mark(
            Mark::Bad,
            &format!("{place}{} {} [{}]", finding.subject, finding.detail, finding.code),
        );
    }
    if audit.is_sound() {
        screen.mark(Mark::Good, "nothing was edited, removed, reordered or cut off");
    } else if audit.more > 0 {
        screen.say(&format!("and {} more", audit.more));
    }
}
