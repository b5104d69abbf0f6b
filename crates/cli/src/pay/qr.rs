//! `motcua pay qr`: builds VietQR codes as text and pictures, and looks at codes that were scanned.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use motcua::payments::bank::Banks;
use motcua::payments::qr::{Medium, png, svg};
use motcua::payments::vietqr::{self, Comparison, Transfer};
use serde_json::json;

use super::{ok, read};
use crate::error::Error;
use crate::files;
use crate::screen::{Mark, Screen};

/// Where the symbol is shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Shown {
    Screen,
    Paper,
}

#[derive(Debug, Subcommand)]
pub enum QrCommand {
    /// Build a code from a transfer: bank, account, amount, memo
    Build {
        /// The transfer
        transfer: PathBuf,
        /// Write the symbol as PNG
        #[arg(long, value_name = "FILE")]
        png: Option<PathBuf>,
        /// Write the symbol as SVG
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
        /// What the symbol is shown on, which sets its error level
        #[arg(long, value_enum, default_value = "screen")]
        medium: Shown,
        /// Pixels a module of the PNG, 1 to 32
        #[arg(long, default_value_t = 8)]
        scale: u32,
        #[arg(long)]
        json: bool,
    },
    /// Look at a code: exit 0 when it is a sound VietQR (and pays as expected), 1 when not
    Read {
        /// The text of the code, as a scanner gives it
        text: String,
        /// The transfer that it should pay
        #[arg(long, value_name = "JSON")]
        expected: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
}

impl QrCommand {
    pub fn json(&self) -> bool {
        match self {
            QrCommand::Build { json, .. } | QrCommand::Read { json, .. } => *json,
        }
    }
}

pub fn run(screen: &Screen, command: QrCommand) -> Result<ExitCode, Error> {
    match command {
        QrCommand::Build { transfer, png: to_png, svg: to_svg, medium, scale, json } => {
            let transfer: Transfer = read(&transfer)?;
            let text = vietqr::build(&transfer)?;
            let medium = match medium {
                Shown::Screen => Medium::Screen,
                Shown::Paper => Medium::Paper,
            };
            if let Some(path) = &to_png {
                files::write(path, &png(&text, medium, scale)?)?;
            }
            if let Some(path) = &to_svg {
                files::write(path, svg(&text, medium)?.as_bytes())?;
            }
            if json {
                ok(screen, &json!({"text": text, "png": to_png, "svg": to_svg}));
            } else {
                screen.raw(&text);
                for path in [to_png, to_svg].iter().flatten() {
                    screen.wrote(path);
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        QrCommand::Read { text, expected, json } => {
            let text = text.trim();
            let inspection = vietqr::inspect(text)?;
            let comparison = match &expected {
                Some(path) => Some(vietqr::compare(text, &read(path)?, &Banks::state_bank()?)),
                None => None,
            };
            let good = vietqr::parse(text).is_ok()
                && comparison.as_ref().is_none_or(|c| *c == Comparison::Pays);
            if json {
                ok(screen, &json!({"inspection": inspection, "comparison": comparison}));
            } else {
                let mark = if good { Mark::Good } else { Mark::Bad };
                match (&inspection.transfer, &comparison) {
                    (_, Some(Comparison::Differs { field, found, expected })) => {
                        screen.mark(
                            mark,
                            &format!("it pays another {field}: {found:?}, expected {expected:?}"),
                        );
                    }
                    (Some(transfer), _) => {
                        let name =
                            if good { "a sound VietQR" } else { "a VietQR that must not be paid" };
                        screen.mark(mark, name);
                        screen.fact("bank", &transfer.bank);
                        screen.fact("account", &transfer.account);
                        let amount = transfer.amount.map(|a| a.to_string());
                        screen.fact("amount", &amount.unwrap_or_default());
                        screen.fact("memo", transfer.memo.as_deref().unwrap_or_default());
                    }
                    (None, _) => {
                        screen.mark(mark, inspection.refused.as_deref().unwrap_or_default())
                    }
                }
            }
            Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
        }
    }
}
