//! Where a record is: a SQLite file, or a PostgreSQL server whose address stands in an environment variable or a file. An address may
//! hold a password, so it is never an argument, which every user of the machine can see.

use std::path::Path;

use motcua::ledger::Ledger;

use crate::error::Error;

/// The address of a server, where the record is on one.
fn address(record: &Path) -> Result<Option<String>, Error> {
    let Some(text) = record.to_str() else { return Ok(None) };
    let problem = |problem: String| Error::Read { path: text.to_owned(), problem };
    if let Some(name) = text.strip_prefix("env:") {
        let said = std::env::var(name).map_err(|_| problem(format!("{name} is not set")))?;
        return Ok(Some(said));
    }
    let Some(file) = text.strip_prefix("address:") else { return Ok(None) };
    let bytes = crate::files::read(Path::new(file))?;
    let said = String::from_utf8(bytes).map_err(|e| problem(e.to_string()))?;
    Ok(Some(said.trim().to_owned()))
}

#[cfg(feature = "postgres")]
fn connect(_: &Path, address: &str, make: bool) -> Result<Ledger, Error> {
    Ok(Ledger::connect(address, make)?)
}

#[cfg(not(feature = "postgres"))]
fn connect(record: &Path, _: &str, _: bool) -> Result<Ledger, Error> {
    Err(Error::Read {
        path: record.display().to_string(),
        problem: "this motcua knows SQLite files alone; build it with the feature postgres"
            .to_owned(),
    })
}

/// A record that is made where it is not there.
pub fn made(record: &Path) -> Result<Ledger, Error> {
    match address(record)? {
        Some(address) => connect(record, &address, true),
        None => Ok(Ledger::open(record)?),
    }
}

/// An existing record: a mistyped name is no new one.
pub fn existing(record: &Path) -> Result<Ledger, Error> {
    match address(record)? {
        Some(address) => connect(record, &address, false),
        None if record.exists() => Ok(Ledger::open(record)?),
        None => {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            Err(Error::read(record, &missing))
        }
    }
}

/// An existing record that is only read.
pub fn read(record: &Path) -> Result<Ledger, Error> {
    match address(record)? {
        Some(address) => connect(record, &address, false),
        None => Ok(Ledger::open_read_only(record)?),
    }
}
