//! The tables of clauses in `docs/standards`: each test named in the column "shown by" exists where the row says it stands.

use std::path::{Path, PathBuf};

use super::{quoted, text, tracked};

/// Files named without a folder stand here, unless the document names another folder of tests first.
const TESTS: &str = "crates/pki/tests";
/// Before the file where a document's tests stand unless a row names another.
const STAND_IN: &str = "The tests named stand in `";

/// Whether the file has this test; any test, where none is named.
fn has_test(source: &str, name: Option<&str>) -> bool {
    source.split("#[test]").skip(1).any(|after| {
        // Other attributes may stand between.
        let head = after.split("fn ").nth(1).unwrap_or_default();
        name.is_none_or(|name| head.starts_with(&format!("{name}(")))
    })
}

/// Where a file named in a row is: by its path, or in the document's folder.
fn place(named: &str, folder: &str) -> Option<PathBuf> {
    [PathBuf::from(named), Path::new(folder).join(named)].into_iter().find(|p| p.is_file())
}

/// The first folder of tests that a document names.
fn folder(document: &str) -> String {
    let is_tests = |word: &String| word.starts_with("crates/") && word.ends_with("/tests");
    document.lines().flat_map(quoted).find(is_tests).unwrap_or_else(|| TESTS.to_owned())
}

/// What is wrong with one cell. Parts between semicolons name a file and tests in it, or tests of the document's own file; other
/// words in backquotes are cases of a suite, codes and types.
fn cell(cell: &str, own: Option<&Path>, folder: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for part in cell.split(';') {
        let mut file = own.map(Path::to_path_buf);
        // `file.rs::test` is the file, then the test.
        let words = quoted(part).into_iter().flat_map(|word| match word.split_once(".rs::") {
            Some((file, test)) => vec![format!("{file}.rs"), test.to_owned()],
            None => vec![word],
        });
        for word in words {
            if word.ends_with(".rs") {
                file = place(&word, folder);
                match &file {
                    None => findings.push(format!("`{word}` does not exist")),
                    Some(path) if !has_test(&text(path), None) => {
                        findings.push(format!("`{word}` holds no test"));
                    }
                    Some(_) => {}
                }
            } else if word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
                && !part.contains(&format!("limbo `{word}`"))
            {
                let found = file.as_deref().is_some_and(|p| has_test(&text(p), Some(&word)));
                if !found {
                    let at = file.as_deref().unwrap_or(Path::new("no file named")).display();
                    findings.push(format!("`{word}` is no test in {at}"));
                }
            }
        }
    }
    findings
}

/// Every row of every table whose last column is "shown by".
pub fn tests() -> Vec<String> {
    let mut findings = Vec::new();
    for path in tracked().iter().filter(|p| p.starts_with("docs/standards")) {
        let document = text(path);
        let own = document.split_once(STAND_IN).and_then(|(_, rest)| rest.split_once('`'));
        let own = own.map(|(named, _)| PathBuf::from(named));
        let folder = folder(&document);
        let mut shows = false;
        for line in document.lines() {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let [.., last, ""] = cells[..] else {
                shows = false;
                continue;
            };
            if last == "shown by" {
                shows = true;
            } else if shows {
                let wrong = cell(last, own.as_deref(), &folder);
                findings.extend(wrong.iter().map(|w| format!("{}: {w}", path.display())));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{TESTS, cell, has_test};

    #[test]
    fn a_test_counts_where_it_stands() {
        let source = "#[test]\nfn one() {}\n#[test]\n#[ignore]\nfn two() {}\nfn three() {}";
        assert!(has_test(source, Some("one")) && has_test(source, Some("two")));
        assert!(!has_test(source, Some("three")) && !has_test(source, Some("on")));
        assert!(has_test(source, None) && !has_test("fn one() {}", None));
        assert_eq!(cell("PKITS 4.1; limbo `crl`; –", None, TESTS), [""; 0]);
        assert_eq!(cell("`nowhere.rs` `one`", None, TESTS).len(), 2);
        assert_eq!(cell("`nowhere.rs::one`", None, TESTS).len(), 2);
        assert_eq!(cell("`one`", None, TESTS), ["`one` is no test in no file named"]);
    }
}
