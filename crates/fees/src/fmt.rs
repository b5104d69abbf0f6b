//! One way to write a tariff file. Only white space changes: every key, value and remark stays where it is.

use toml::de::DeTable;

use crate::error::Error;

/// Formats a tariff: one space around `=`, no space at line ends, one empty line before a table of the top level and
/// none twice, Unix line ends. Text inside multi-line strings is left alone.
///
/// # Errors
/// [`Error::NotToml`] when the text cannot be read; it is then left to the loader to say where.
pub fn format(source: &str) -> Result<String, Error> {
    let bad = |error: toml::de::Error| Error::NotToml { reason: error.message().to_owned() };
    DeTable::parse(source).map_err(bad)?;
    if source.contains("\"\"\"") || source.contains("'''") {
        // Lines of a multi-line string are values, not layout.
        return Ok(source.replace("\r\n", "\n"));
    }
    let mut out: Vec<String> = Vec::new();
    let mut remarks: Vec<String> = Vec::new();
    for line in source.lines().map(str::trim_end) {
        let bare = line.trim_start();
        if bare.starts_with('#') && bare.len() == line.len() {
            remarks.push(line.to_owned());
            continue;
        }
        let header = bare.starts_with('[') && bare.len() == line.len();
        let top = header
            && !bare.trim_start_matches('[').contains('.')
            && out.iter().any(|l| !l.is_empty());
        if top && out.last().is_some_and(|last| !last.is_empty()) {
            out.push(String::new());
        }
        out.append(&mut remarks);
        let written = if header { line.to_owned() } else { around_equals(line) };
        if !written.is_empty() || out.last().is_some_and(|last| !last.is_empty()) {
            out.push(written);
        }
    }
    out.append(&mut remarks);
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    let text = out.join("\n") + "\n";
    // Layout alone may change: what was read before must be read after.
    let same = DeTable::parse(&text).map_err(bad)?.get_ref().len()
        == DeTable::parse(source).map_err(bad)?.get_ref().len();
    let values = |text: &str| text.parse::<toml::Table>().map_err(bad);
    if same && values(&text)? == values(source)? { Ok(text) } else { Ok(source.to_owned()) }
}

/// One space around the first `=` of a key line.
fn around_equals(line: &str) -> String {
    let key_end = line.find('=');
    match key_end
        .map(|at| (line.get(..at).unwrap_or_default(), line.get(at + 1..).unwrap_or_default()))
    {
        Some((key, value))
            if key.trim().chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
                && !key.trim().is_empty() =>
        {
            let indent = key.len() - key.trim_start().len();
            format!("{}{} = {}", &line[..indent], key.trim(), value.trim())
        }
        _ => line.to_owned(),
    }
}
