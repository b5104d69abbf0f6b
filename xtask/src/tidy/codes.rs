//! The lists of codes: every error code has a failing input, every finding code a test or vector that shows it. Errors stand in
//! `error.rs` and `error/` of a room and in `bindings/wasm/js/load.js`; findings in `finding.rs` and `reason.rs`.

use std::collections::BTreeSet;
use std::path::Path;

use super::{rust_files, text};

const ERRORS: &str = "test-vectors/errors.json";
const FINDINGS: &str = "test-vectors/findings.json";
/// Where the npm package's own error codes stand.
const LOADER: &str = "bindings/wasm/js/load.js";

/// The codes of a room among the text literals of a source file. Tests below the code do not count.
fn codes(source: &str, room: &str, also: &[u8]) -> BTreeSet<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let own = format!("{room}.");
    code.split('"')
        .skip(1)
        .step_by(2)
        .filter(|literal| {
            let tail = literal.strip_prefix(&own).unwrap_or_default();
            !tail.is_empty()
                && tail.bytes().all(|b| {
                    b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || also.contains(&b)
                })
        })
        .map(str::to_owned)
        .collect()
}

/// The codes in the source files of the rooms that `wanted` takes by its path below `src`.
fn used(wanted: fn(&[&str]) -> bool, also: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in rust_files() {
        let parts: Vec<_> = path.iter().filter_map(|p| p.to_str()).collect();
        if let ["crates", room, "src", rest @ ..] = &parts[..]
            && wanted(rest)
        {
            found.extend(codes(&text(&path), room, also));
        }
    }
    found
}

fn in_error(rest: &[&str]) -> bool {
    rest.iter().any(|p| *p == "error.rs" || *p == "error")
}

fn in_finding(rest: &[&str]) -> bool {
    !in_error(rest) && rest.last().is_some_and(|p| *p == "finding.rs" || *p == "reason.rs")
}

fn entries(list: &str) -> Vec<serde_json::Value> {
    serde_json::from_str(&text(Path::new(list))).unwrap_or_default()
}

/// List and code hold the same, each once.
fn compare(list: &str, entries: &[serde_json::Value], used: &BTreeSet<String>) -> Vec<String> {
    let mut findings = Vec::new();
    let mut listed = BTreeSet::new();
    for entry in entries {
        let code = entry["code"].as_str().unwrap_or_default();
        if !listed.insert(code.to_owned()) {
            findings.push(format!("{list} lists {code} twice"));
        }
    }
    findings.extend(used.difference(&listed).map(|c| format!("{c} is not in {list}")));
    findings
        .extend(listed.difference(used).map(|c| format!("{c} is in {list} but no code gives it")));
    findings
}

/// The text of the test `file::function` (`file::title` in JavaScript), to its end.
fn test_text(named: &str) -> Option<String> {
    let (file, function) = named.split_once("::")?;
    let source = text(Path::new(file));
    let start = if file.ends_with(".rs") {
        format!("fn {}(", function.rsplit("::").next().filter(|n| !n.is_empty())?)
    } else {
        format!("test(\"{function}")
    };
    let from = source.find(&start)?;
    let (before, rest) = source.split_at_checked(from)?;
    // It ends with a closing brace as far to the left as it began; a test of one line ends with its line.
    let line = before.rsplit('\n').next().unwrap_or_default();
    let margin: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    let first = rest.lines().next().unwrap_or_default();
    if first.ends_with([';', '}']) {
        return Some(first.to_owned());
    }
    rest.split(&format!("\n{margin}}}")).next().map(str::to_owned)
}

/// Every error code has a test that exists.
pub fn errors() -> Vec<String> {
    let mut used = used(in_error, &[]);
    used.extend(codes(&text(Path::new(LOADER)), "wasm", &[]));
    let entries = entries(ERRORS);
    let mut findings = compare(ERRORS, &entries, &used);
    for entry in &entries {
        let test = entry["test"].as_str().unwrap_or_default();
        if test_text(test).is_none() {
            findings.push(format!("{}: its test {test:?} does not exist", entry["code"]));
        }
    }
    findings
}

/// `pki.cms_not_der` → `CmsNotDer`, `payments.notice.amount` → `Amount`: what its variant is called.
fn variant(code: &str) -> String {
    let name = code.rsplit('.').next().unwrap_or_default();
    name.split('_')
        .flat_map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            [first.to_uppercase(), rest.to_owned()]
        })
        .collect()
}

/// Whether `shown_by`, `file::test` or `vectors.json#id`, really speaks of the code.
fn shows(shown_by: &str, code: &str) -> bool {
    let literal = format!("\"{code}\"");
    if let Some((file, id)) = shown_by.split_once('#') {
        let vectors = entries(file);
        return vectors.iter().any(|v| {
            v["id"] == id && v["expect_json"].as_str().is_some_and(|json| json.contains(&literal))
        });
    }
    test_text(shown_by)
        .is_some_and(|t| t.contains(&literal) || t.contains(&format!("::{}", variant(code))))
}

/// Every finding code is shown by a test or vector.
pub fn findings() -> Vec<String> {
    let entries = entries(FINDINGS);
    let mut findings = compare(FINDINGS, &entries, &used(in_finding, b"."));
    for entry in &entries {
        let code = entry["code"].as_str().unwrap_or_default();
        match entry["shown_by"].as_str() {
            Some(test) if shows(test, code) => {}
            Some(test) => findings.push(format!("{code}: {test:?} does not show it")),
            None => findings.push(format!("{code}: name in {FINDINGS} the test that shows it")),
        }
    }
    findings
}
