//! Files of cases, read one by one: a million need no more memory than one. A case that cannot be read stays alone.

mod split;
mod table;

use std::fs::File;
use std::path::Path;

use motcua::fees::{Application, RowReader, Tariff};
use serde::Deserialize;
use time::Date;

use super::day;
use crate::error::Error;
pub use split::Splitter;
pub use table::Table;

/// Largest single case, 16 MiB: a dossier of ten thousand fees has a tenth of it.
const MAX_CASE: usize = 16 << 20;

/// A case as it was read.
#[derive(Debug)]
pub struct Row {
    /// Its first line in the file, from 1.
    pub line: u64,
    /// How far the file has been read, in bytes.
    pub at: u64,
    /// The case, or why it is none.
    pub case: Result<Asked, Error>,
}

/// What a row asks.
#[derive(Debug)]
pub struct Asked {
    /// The caller's name of the case.
    pub name: Option<String>,
    /// A tariff of its own.
    pub tariff: Option<String>,
    /// Its day.
    pub date: Option<Date>,
    /// The case.
    pub application: Application,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    tariff: Option<String>,
    #[serde(default)]
    date: Option<String>,
    application: Application,
}

/// A case in JSON: an application, or one with its tariff, date and name.
pub fn from_json(text: &str) -> Result<Asked, Error> {
    let bad = |problem: String| Error::BadCase { problem };
    let value: serde_json::Value = serde_json::from_str(text).map_err(|e| bad(e.to_string()))?;
    if value.get("application").is_none() {
        let application = serde_json::from_value(value).map_err(|e| bad(e.to_string()))?;
        return Ok(Asked { name: None, tariff: None, date: None, application });
    }
    let named: Named = serde_json::from_value(value).map_err(|e| bad(e.to_string()))?;
    let date = named.date.as_deref().map(day).transpose().map_err(bad)?;
    let Named { name, tariff, application, .. } = named;
    Ok(Asked { name, tariff, date, application })
}

/// What kind of file it is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Comma-separated values with a header.
    Csv,
    /// One case, a list of cases, or cases after each other.
    Json,
    /// A case a line.
    JsonLines,
}

/// The kind of a file of cases.
pub fn kind(path: &Path) -> Result<Kind, Error> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("csv") => Ok(Kind::Csv),
        Some("json") => Ok(Kind::Json),
        Some("jsonl" | "ndjson") => Ok(Kind::JsonLines),
        _ => Err(Error::BadArgument {
            argument: path.display().to_string(),
            problem: "a file of cases is called .csv, .json or .jsonl".to_owned(),
        }),
    }
}

/// The file with its size.
pub fn open(path: &Path) -> Result<(File, u64), Error> {
    let file = File::open(path).map_err(|e| Error::read(path, &e))?;
    let size = file.metadata().map_err(|e| Error::read(path, &e))?.len();
    Ok((file, size))
}

/// Gives each case of a JSON file to `each`.
pub fn json(
    path: &Path,
    kind: Kind,
    mut each: impl FnMut(Row) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut cases = Splitter::new(open(path)?.0, kind);
    while let Some(found) = cases.next().map_err(|e| Error::read(path, &e))? {
        let case = match found.text {
            Some(text) => from_json(&text),
            None => Err(Error::BadCase {
                problem: format!("it has more than {MAX_CASE} bytes, or is not UTF-8"),
            }),
        };
        each(Row { line: found.line, at: cases.at, case })?;
    }
    Ok(())
}

/// Gives each row of a CSV file to `each`.
pub fn csv(
    path: &Path,
    tariff: &Tariff,
    date: Date,
    mut each: impl FnMut(Row) -> Result<(), Error>,
) -> Result<(), Error> {
    let failed = |e: std::io::Error| Error::read(path, &e);
    let mut table = Table::new(open(path)?.0).map_err(failed)?;
    let columns = table.header.clone();
    let rows = RowReader::new(tariff, columns.iter().map(String::as_str), date)?;
    while let Some((line, fields)) = table.next().map_err(failed)? {
        let bad = |problem: String| Error::BadCase { problem };
        let case = match fields {
            Ok(fields) if fields.len() == columns.len() => rows
                .case(fields)
                .map(|(application, date)| Asked {
                    name: None,
                    tariff: None,
                    date: Some(date),
                    application,
                })
                .map_err(Error::from),
            Ok(fields) => {
                let (fields, columns) = (fields.len(), columns.len());
                Err(bad(format!("the row has {fields} fields, the header {columns}")))
            }
            Err(problem) => Err(bad(problem)),
        };
        each(Row { line, at: table.at(), case })?;
    }
    Ok(())
}
