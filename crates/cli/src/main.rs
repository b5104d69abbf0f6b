//! The command `motcua`: reads arguments, calls the library, prints. Exit 0: done; 1: the answer is no; 2: it could not be done.

mod copy;
mod demo;
mod error;
mod fees;
mod files;
mod ledger;
mod pay;
mod progress;
mod screen;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as _, FromArgMatches as _, Parser, Subcommand};
use motcua::copies::facts::Shortcoming;
use time::OffsetDateTime;

use screen::Screen;

#[derive(Debug, Parser)]
#[command(
    version,
    about = "The one-stop counter of Vietnamese public administration: fees, payments, certified copies"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lead one dossier through the counter: fee, payment, register, certified copy, verification
    Demo {
        /// Captured pages in order (JPEG, PNG, TIFF, PDF); a sample diploma without it
        #[arg(long, value_name = "PATH")]
        original: Vec<PathBuf>,
        /// Resolution of pictures that do not state theirs, dots per inch
        #[arg(long)]
        dpi: Option<u32>,
        /// Pages of the original that carry information; without it, as many as were captured
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        pages: Option<u32>,
        /// In what the capture may fall short of the law: low_resolution, not_colour, unusual_size, pages_missing, rasterised, signature_lost, attachments_lost
        #[arg(long, value_name = "NAME", value_parser = shortcoming)]
        accept: Vec<Shortcoming>,
        /// What the paper is called in the statement; the sample is a "Bằng cử nhân"
        #[arg(long, value_name = "NAME", default_value = "Giấy tờ")]
        paper: String,
        /// Folder for what the demo makes
        #[arg(long, value_name = "DIR", default_value = "motcua-demo")]
        out: PathBuf,
    },
    /// Certified copies
    Copy {
        #[command(subcommand)]
        command: CopyCommand,
    },
    /// The durable record: the register, orders, issued copies
    Ledger {
        #[command(subcommand)]
        command: ledger::LedgerCommand,
    },
    /// Fees
    Fees {
        #[command(subcommand)]
        command: fees::FeesCommand,
    },
    /// Payments: requests, notices, orders, refunds, QR codes, reconciliation
    Pay {
        #[command(subcommand)]
        command: pay::PayCommand,
    },
}

#[derive(Debug, Subcommand)]
enum CopyCommand {
    /// Issue copies of a file, a folder or the rows of a CSV file: exit 0 when all are made, 1 when some are refused
    Issue(Box<copy::IssueArguments>),
    /// Raise signed files to a higher level, or renew their last document timestamp: exit 0 when all are there, 1 when some are refused
    Extend(Box<copy::ExtendArguments>),
    /// Sign any unencrypted PDF, such as a result that a portal issues itself
    Sign(Box<copy::SignArguments>),
    /// Withdraw an issued copy, and sign the agency's list of annulled copies anew
    Annul(copy::AnnulArguments),
    Verify(copy::VerifyArguments),
}

/// The command is where the clock is read; everything below takes the time as an argument.
fn clock() -> OffsetDateTime {
    #[expect(clippy::disallowed_methods, reason = "the command may read the clock")]
    OffsetDateTime::from(std::time::SystemTime::now())
}

impl Arguments {
    /// `copy verify` is called for file after file: its options are read alone, since to set up those of every command takes as long as
    /// to judge a small copy.
    fn read() -> Self {
        let given: Vec<_> = std::env::args_os().collect();
        if let [_, room, name, ..] = given.as_slice()
            && room == "copy"
            && name == "verify"
        {
            let command = clap::Command::new("verify").bin_name("motcua copy verify");
            let command = copy::VerifyArguments::augment_args(command);
            let read = command.get_matches_from(given.iter().skip(2));
            let arguments = copy::VerifyArguments::from_arg_matches(&read);
            let command = CopyCommand::Verify(arguments.unwrap_or_else(|e| e.exit()));
            return Self { command: Command::Copy { command } };
        }
        Self::parse_from(given)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::read();
    let screen = Screen::new();
    let now = clock();
    let result = match arguments.command {
        Command::Demo { original, dpi, pages, accept, paper, out } => {
            demo::Capture::take(&original, dpi, pages, paper)
                .map(|capture| capture.accepting(accept))
                .and_then(|capture| demo::run(&screen, &capture, &out, now))
        }
        Command::Copy { command: CopyCommand::Verify(arguments) } => {
            copy::verify(&screen, &arguments, now)
        }
        Command::Copy { command: CopyCommand::Issue(arguments) } => {
            copy::issue(&screen, &arguments, clock)
        }
        Command::Copy { command: CopyCommand::Extend(arguments) } => {
            copy::extend(&screen, &arguments, clock)
        }
        Command::Copy { command: CopyCommand::Sign(arguments) } => {
            copy::sign(&screen, &arguments, clock)
        }
        Command::Copy { command: CopyCommand::Annul(arguments) } => {
            copy::annul(&screen, &arguments, now)
        }
        Command::Ledger { command } => ledger::run(&screen, &command, now),
        Command::Pay { command } => pay::run(&screen, command, now),
        Command::Fees { command } => fees::run(&screen, command, now),
    };
    match result {
        Ok(code) => code,
        Err(e) => {
            screen.error(&e);
            ExitCode::from(2)
        }
    }
}

/// The shortcoming of that name.
fn shortcoming(name: &str) -> Result<Shortcoming, String> {
    let known = Shortcoming::ALL.into_iter().find(|s| s.name() == name);
    known.ok_or_else(|| {
        let names: Vec<_> = Shortcoming::ALL.into_iter().map(Shortcoming::name).collect();
        format!("one of {}", names.join(", "))
    })
}
