//! Parquet files of a log, where this command was built to know them.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use motcua::ledger::Ledger;

use crate::error::Error;

/// Whether a file is named as one.
pub fn named(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"))
}

#[cfg(feature = "parquet")]
pub fn export(ledger: &mut Ledger, _: &Path, to: &mut (dyn Write + Send)) -> Result<u64, Error> {
    Ok(ledger.export_parquet(to)?)
}

#[cfg(feature = "parquet")]
pub fn import(ledger: &mut Ledger, _: &Path, from: File) -> Result<u64, Error> {
    Ok(ledger.import_parquet(from)?)
}

#[cfg(not(feature = "parquet"))]
const UNKNOWN: &str =
    "this motcua knows no Parquet; build it with the feature parquet, or name another ending";

#[cfg(not(feature = "parquet"))]
pub fn export(_: &mut Ledger, to: &Path, _: &mut (dyn Write + Send)) -> Result<u64, Error> {
    Err(Error::Write { path: to.display().to_string(), problem: UNKNOWN.to_owned() })
}

#[cfg(not(feature = "parquet"))]
pub fn import(_: &mut Ledger, from: &Path, _: File) -> Result<u64, Error> {
    Err(Error::Read { path: from.display().to_string(), problem: UNKNOWN.to_owned() })
}
