//! What is to be copied: a file, a folder, or the rows of a CSV file. What a row says of its copy is read in `form`.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use crate::error::Error;
use crate::files;

/// Columns of a CSV file, and names in the file of shared facts.
pub const FIELDS: [&str; 34] = [
    "original",
    "dpi",
    "accept",
    "statement_place",
    "pages",
    "paper",
    "number",
    "book",
    "act_code",
    "certified_on",
    "signed_at",
    "agency",
    "agency_id",
    "place",
    "official",
    "capacity",
    "mandate",
    "mandate_from",
    "mandate_until",
    "co_officials",
    "co_capacities",
    "copy_id",
    "dossier",
    "procedure",
    "applicant",
    "system",
    "link",
    "secret",
    "template",
    "issuer",
    "output",
    "request",
    "assessment",
    "order",
];
/// Divides the files of one original: no file's name holds it on Windows, few elsewhere.
const DIVIDER: char = '|';

/// Facts by name.
pub type Fields = BTreeMap<String, String>;

/// One copy that is to be made.
#[derive(Debug)]
pub struct Row {
    /// What it is called in results and in the journal; the same when the command is run again.
    pub name: String,
    /// The line of the CSV file.
    pub line: Option<u64>,
    /// What is said of it, the shared facts included.
    pub fields: Fields,
    /// The captured files, in order.
    pub originals: Vec<PathBuf>,
    /// Why it cannot be made.
    pub refused: Option<Error>,
}

impl Row {
    /// A fact, unless it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The name of the copy's file.
    pub fn output(&self) -> String {
        let stem = || {
            let first = self.originals.first().map(PathBuf::as_path).unwrap_or(Path::new(""));
            // The pages of one original in a folder of their own are called after the folder.
            let shared = first.parent().filter(|_| self.originals.len() > 1);
            let named = shared.and_then(Path::file_name).or(first.file_stem());
            format!("{}.pdf", named.unwrap_or_default().to_string_lossy())
        };
        self.get("output").map_or_else(stem, str::to_owned)
    }
}

/// The facts that all copies share; numbers and truths stand as text, a list is divided by commas, one of people by semicolons.
pub fn shared(path: &Path) -> Result<Fields, Error> {
    let wrong = |problem: String| Error::Input { path: path.display().to_string(), problem };
    let map: BTreeMap<String, serde_json::Value> =
        serde_json::from_slice(&files::read(path)?).map_err(|e| Error::input(path, &e))?;
    let mut fields = Fields::new();
    for (name, value) in map {
        known(&name).map_err(wrong)?;
        let text = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let value = match &value {
            serde_json::Value::Array(items) => {
                let divider = if name.starts_with("co_") { ";" } else { "," };
                items.iter().map(text).collect::<Option<Vec<_>>>().map(|items| items.join(divider))
            }
            other => text(other),
        };
        let value =
            value.ok_or_else(|| wrong(format!("{name} is no text, number or list of them")))?;
        fields.insert(name, composed(&value));
    }
    Ok(fields)
}

/// Letters with their accents composed (NFC), as the statement wants them: files saved on some systems have them apart.
fn composed(text: &str) -> String {
    text.trim().nfc().collect()
}

fn known(name: &str) -> Result<(), String> {
    if FIELDS.contains(&name) {
        return Ok(());
    }
    Err(format!("{name:?} is no fact of a copy; known are {}", FIELDS.join(", ")))
}

/// The rows of what was given; `out` is not looked into where it lies in the folder.
pub fn read(input: &Path, shared: &Fields, out: &Path) -> Result<Vec<Row>, Error> {
    let failed = |e: std::io::Error| Error::read(input, &e);
    if fs::metadata(input).map_err(failed)?.is_dir() {
        return folder(input, shared, out);
    }
    if input.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
        return table(input, shared);
    }
    let name = input.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(vec![row(name, shared, vec![input.to_owned()])])
}

fn row(name: String, shared: &Fields, originals: Vec<PathBuf>) -> Row {
    Row { name, line: None, fields: shared.clone(), originals, refused: None }
}

/// Each file one original; each folder one original, a file a page or more.
fn folder(input: &Path, shared: &Fields, out: &Path) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for path in listed(input)? {
        if same(&path, out) {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let inside = if path.is_dir() { listed(&path) } else { Ok(vec![path]) };
        rows.push(match inside {
            Ok(files) => row(name, shared, files),
            Err(e) => Row { refused: Some(e), ..row(name, shared, Vec::new()) },
        });
    }
    Ok(rows)
}

fn same(path: &Path, other: &Path) -> bool {
    matches!((path.canonicalize(), other.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// What a folder holds, as people count: `page-2` before `page-10`. Hidden files are passed over.
fn listed(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |e: std::io::Error| Error::read(folder, &e);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    paths.sort_by(|a, b| counted(&name(a), &name(b)));
    Ok(paths)
}

/// Compares names, runs of digits by their value.
fn counted(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (one, other) = (head(&mut left), head(&mut right));
        let digits = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
        let order = if digits(one) && digits(other) {
            let (x, y) = (one.trim_start_matches('0'), other.trim_start_matches('0'));
            (x.len(), x).cmp(&(y.len(), y))
        } else {
            one.cmp(other)
        };
        match order {
            Ordering::Equal if one.is_empty() && other.is_empty() => return a.cmp(b),
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
}

/// Takes the digits, or what is none, off the front.
fn head<'a>(text: &mut &'a str) -> &'a str {
    let digit = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| c.is_ascii_digit() != digit).unwrap_or(text.len());
    let (front, rest) = text.split_at(end);
    *text = rest;
    front
}

/// A row a copy; paths are taken from where the CSV file lies.
fn table(path: &Path, shared: &Fields) -> Result<Vec<Row>, Error> {
    let wrong = |problem: String| Error::Input { path: path.display().to_string(), problem };
    let text = files::read_text(path)?;
    let text = text.trim_start_matches('\u{feff}');
    // Where a comma divides decimals, spreadsheets divide fields by semicolons.
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let header: Vec<String> = reader
        .headers()
        .map_err(|e| wrong(e.to_string()))?
        .iter()
        .map(|name| name.trim().to_owned())
        .collect();
    for (i, name) in header.iter().enumerate() {
        known(name).map_err(wrong)?;
        if header.iter().take(i).any(|before| before == name) {
            return Err(wrong(format!("it has two columns {name}")));
        }
    }
    if !header.iter().any(|name| name == "original") {
        return Err(wrong("it has no column original, the path of the captured file".to_owned()));
    }
    let base = path.parent().unwrap_or(Path::new(""));
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| wrong(e.to_string()))?;
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let line = record.position().map(csv::Position::line);
        rows.push(of_record(&record, line, &header, shared, base));
    }
    Ok(rows)
}

fn of_record(
    record: &csv::StringRecord,
    line: Option<u64>,
    header: &[String],
    shared: &Fields,
    base: &Path,
) -> Row {
    let mut fields = shared.clone();
    let mut written = "";
    for (name, value) in header.iter().zip(record) {
        if name == "original" {
            written = value.trim();
        } else if !value.trim().is_empty() {
            fields.insert(name.clone(), composed(value));
        }
    }
    let bad = |problem: String| {
        Some(Error::BadArgument {
            argument: line.map_or_else(|| "a row".to_owned(), |line| format!("line {line}")),
            problem,
        })
    };
    let mut refused = (record.len() != header.len())
        .then(|| format!("it has {} fields, the header {}", record.len(), header.len()));
    let mut originals = Vec::new();
    for part in written.split(DIVIDER).map(str::trim).filter(|part| !part.is_empty()) {
        let path = base.join(part);
        if path.is_dir() {
            match listed(&path) {
                Ok(files) => originals.extend(files),
                Err(e) => refused = refused.or(Some(e.to_string())),
            }
        } else {
            originals.push(path);
        }
    }
    if originals.is_empty() {
        refused = refused.or(Some("it names no file under original".to_owned()));
    }
    let name = fields.get("request").filter(|r| !r.is_empty()).map_or(written, |r| r.as_str());
    Row { name: name.to_owned(), line, refused: refused.and_then(bad), fields, originals }
}

#[cfg(test)]
mod tests {
    use super::counted;
    use std::cmp::Ordering;

    #[test]
    fn pages_are_counted() {
        let mut names = ["p10.jpg", "p2.jpg", "p1.jpg", "p002.jpg", "a.jpg", "p.jpg", "10", "9"];
        names.sort_by(|a, b| counted(a, b));
        assert_eq!(names, ["9", "10", "a.jpg", "p1.jpg", "p002.jpg", "p2.jpg", "p10.jpg", "p.jpg"]);
        assert_eq!(counted("a", "a"), Ordering::Equal);
    }
}
