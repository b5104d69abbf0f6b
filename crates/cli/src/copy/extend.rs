//! `motcua copy extend`: takes signed files to a higher level, or renews their last document timestamp, each into a new file. How that
//! is done lies in `motcua::levels`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr as _;

use clap::Args;
use motcua::copies::issue::levels::Level;
use motcua::levels::{Levels, Raised};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::level::SourceArguments;
use crate::error::Error;
use crate::files;
use crate::screen::{Mark, Screen};

/// Which files, and how far.
#[derive(Debug, Args)]
pub struct ExtendArguments {
    /// The signed PDFs
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Folder for the raised files, under their own names; what is there is never written over
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The level: b-t, b-lt, b-lta
    #[arg(long, value_name = "LEVEL", default_value = "b-lta", value_parser = Level::from_str)]
    to: Level,
    /// Renew the last document timestamp of a file that is b-lta already
    #[arg(long, conflicts_with = "to")]
    renew: bool,
    #[command(flatten)]
    sources: SourceArguments,
    /// Print what became of each file as JSON Lines
    #[arg(long)]
    json: bool,
}

/// Raises them.
pub fn run(
    screen: &Screen,
    arguments: &ExtendArguments,
    clock: fn() -> OffsetDateTime,
) -> Result<ExitCode, Error> {
    if arguments.to == Level::Basic {
        let problem = "a signed file is b-b already; name b-t, b-lt or b-lta".to_owned();
        return Err(Error::Option { option: "--to", problem });
    }
    let missing = || Error::Option { option: "--tsa", problem: "it is missing".to_owned() };
    let levels = arguments.sources.open(arguments.to, &[], clock)?.ok_or_else(missing)?;
    files::folder(&arguments.out)?;
    let mut refused = 0;
    for file in &arguments.files {
        match raise(file, arguments, &levels) {
            Ok(done) if arguments.json => screen.raw(&done.to_string()),
            Ok(done) => {
                let text = |name: &str| done[name].as_str().unwrap_or_default().to_owned();
                let shown = file.display();
                screen.mark(
                    Mark::Good,
                    &match done["outcome"] == "already" {
                        true => {
                            format!("{shown} is {} already; there is nothing to add", text("level"))
                        }
                        false => format!(
                            "{shown}: {} → {}, {}",
                            text("from"),
                            text("level"),
                            text("out")
                        ),
                    },
                );
            }
            Err(e) => {
                refused += 1;
                let failure = e.failure();
                if arguments.json {
                    let file = file.display().to_string();
                    let said = json!({ "file": file, "outcome": "refused", "error": failure });
                    screen.raw(&said.to_string());
                } else {
                    let text =
                        format!("{}: {} [{}]", file.display(), failure.message, failure.code);
                    screen.mark(Mark::Bad, &text);
                }
            }
        }
    }
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn raise(file: &Path, arguments: &ExtendArguments, levels: &Levels) -> Result<Value, Error> {
    let bytes = files::read(file)?;
    let name = file.display().to_string();
    Ok(match levels.raise(&bytes, arguments.renew)? {
        Raised::Already(level) => {
            json!({ "file": name, "outcome": "already", "level": level })
        }
        Raised::To(raised, from, to) => {
            let place = arguments.out.join(file.file_name().unwrap_or_default());
            files::write_new(&place, &raised)?;
            let out = place.display().to_string();
            json!({ "file": name, "outcome": "raised", "from": from, "level": to, "out": out })
        }
    })
}
