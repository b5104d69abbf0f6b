//! The PDF/A check against files whose names say what it must find: the veraPDF corpus.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::disallowed_methods
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use motcua_pdf::Limits;
use motcua_pdf::archive::{Rule, check};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "pdf") {
            found.push(path);
        }
    }
    found.sort();
}

/// Files that the check judges otherwise than their names, with the reason.
fn known() -> BTreeMap<String, String> {
    let list = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/archive-differences.txt"),
    )
    .unwrap();
    list.lines()
        .filter(|l| !l.starts_with('#') && !l.trim().is_empty())
        .map(|l| {
            let (name, reason) = l.split_once(": ").unwrap_or_else(|| panic!("no reason in {l:?}"));
            (name.to_owned(), reason.to_owned())
        })
        .collect()
}

#[test]
fn the_check_agrees_with_the_names_of_the_corpus() {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/verapdf-corpus");
    if !folder.is_dir() {
        eprintln!("SKIPPED: corpora/verapdf-corpus: not found beside the repository");
        return;
    }
    let known = known();
    let mut paths = Vec::new();
    files(&folder.join("PDF_A-2b"), &mut paths);
    let (mut agreed, mut wrong) = (0, Vec::new());
    for path in &paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(path).unwrap();
        let findings = check(&bytes, &Limits::STANDARD);
        let expected = name.contains("-pass-");
        if expected == findings.is_empty() {
            agreed += 1;
            if known.contains_key(&name) {
                wrong.push(format!("{name}: listed as a difference, but it agrees"));
            }
            continue;
        }
        let first: Vec<_> = findings.iter().take(3).map(ToString::to_string).collect();
        match known.get(&name) {
            Some(reason) => println!("differs: {name}: {reason}"),
            None => wrong.push(format!("{name}: found {first:?}")),
        }
    }
    let share = f64::from(agreed) * 100.0 / f64::from(u32::try_from(paths.len()).unwrap());
    println!("{agreed} of {} PDF/A-2b files agree ({share:.1} %)", paths.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(share >= 95.0);
}

#[test]
fn broken_files_are_checked_within_bounds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/malformed");
    if !folder.is_dir() {
        eprintln!("SKIPPED: corpora/malformed: not found beside the repository");
        return;
    }
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let mut slowest = (Duration::ZERO, PathBuf::new());
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let start = Instant::now();
        check(&bytes, &Limits::STANDARD);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(5), "{}: {took:?}", path.display());
        slowest = slowest.max((took, path));
    }
    println!("slowest: {slowest:?}");
}

/// A page of this content over an RGB output intent, with nothing else wrong but the metadata.
fn page(content: &str) -> Vec<u8> {
    use motcua_pdf::write::{FileWriter, icc};
    let mut file = FileWriter::new();
    let [catalog, pages, leaf, contents, profile] = [(); 5].map(|()| file.reserve());
    file.object(catalog, format!("<< /Type /Catalog /Pages {pages} 0 R /OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (x) /DestOutputProfile {profile} 0 R >>] >>").as_bytes());
    file.object(pages, format!("<< /Type /Pages /Count 1 /Kids [{leaf} 0 R] >>").as_bytes());
    file.object(leaf, format!("<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 300 300] /Contents {contents} 0 R /Resources << >> >>").as_bytes());
    file.stream(contents, "", content.as_bytes());
    file.stream(profile, "/N 3", &icc::rgb_profile());
    file.finish(catalog, &[7; 16]).unwrap()
}

#[test]
fn every_finding_of_a_page_is_given_with_its_place() {
    let findings = check(&page("0 0 0 1 k bogus /Odd ri <abc> Tj"), &Limits::STANDARD);
    let codes: Vec<_> = findings.iter().map(|f| f.code()).collect();
    assert_eq!(
        codes,
        [
            "archive.metadata_missing",
            "archive.device_cmyk",
            "archive.operator",
            "archive.rendering_intent",
            "archive.hex_string"
        ]
    );
    assert!(findings.iter().skip(1).all(|f| f.page == Some(1) && f.object.is_some()));
    let sound = check(&page("q 0 0 1 rg 0 0 9 9 re f Q"), &Limits::STANDARD);
    assert_eq!(sound.len(), 1, "{sound:?}");
}

#[test]
fn endless_content_ends_in_a_finding() {
    let few = Limits { steps: 10_000, ..Limits::STANDARD };
    assert!(check(&page(&"0 g ".repeat(1_000)), &few).iter().all(|f| f.code() != "archive.budget"));
    let findings = check(&page(&"0 g ".repeat(9_000)), &few);
    assert!(findings.iter().any(|f| f.code() == "archive.budget"), "{findings:?}");
    let findings = check(&page(&"q ".repeat(100_000)), &Limits::STANDARD);
    assert!(findings.iter().any(|f| f.code() == "archive.save_limit"), "{findings:?}");
}

#[test]
fn the_register_of_clauses_names_every_rule() {
    let register = include_str!("../../../docs/standards/pdfa.md");
    for rule in Rule::ALL {
        assert!(register.contains(&format!("`{}`", rule.code())), "{} is missing", rule.code());
    }
}

#[test]
fn codes_are_of_one_kind_and_clauses_of_the_standard() {
    let mut seen = std::collections::BTreeSet::new();
    for rule in Rule::ALL {
        assert!(seen.insert(rule.code()), "{} stands twice", rule.code());
        assert!(rule.code().starts_with("archive."));
        assert!(rule.clause().starts_with("6."), "{}", rule.code());
    }
}
