//! The house rules that no compiler holds: the import table, file sizes, head comments, error codes, paths and tests in
//! documents.

mod codes;
mod standards;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Tally, output};

/// Lines of one Rust file, at the outside.
const MAX_LINES: usize = 600;
const DRAWERS: &[&str] = &["utils.rs", "util.rs", "helpers.rs", "common.rs", "types.rs", "mod.rs"];

/// Runs every rule; each finding is printed.
pub fn run(tally: &mut Tally) {
    type Rule = fn() -> Vec<String>;
    let rules: [(&str, Rule); 7] = [
        ("tidy: import table", imports),
        ("tidy: files", files),
        ("tidy: error codes", codes::errors),
        ("tidy: finding codes", codes::findings),
        ("tidy: paths in documents", paths),
        ("tidy: tests named in docs/standards", standards::tests),
        ("tidy: versions", versions),
    ];
    for (name, rule) in rules {
        let findings = rule();
        for finding in &findings {
            println!("      {finding}");
        }
        tally.step(name, findings.is_empty());
    }
}

fn tracked() -> Vec<PathBuf> {
    let listed = output("git", &["ls-files", "--cached", "--others", "--exclude-standard"])
        .unwrap_or_default();
    listed.lines().map(PathBuf::from).filter(|p| p.exists()).collect()
}

fn rust_files() -> Vec<PathBuf> {
    tracked().into_iter().filter(|p| p.extension().is_some_and(|e| e == "rs")).collect()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The names between backquotes.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn imports() -> Vec<String> {
    let mut allowed = BTreeMap::new();
    for line in text(Path::new("ARCHITECTURE.md")).lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        if let [_, package, folder, uses, _] = cells[..]
            && let ([package], [folder]) = (&quoted(package)[..], &quoted(folder)[..])
            && Path::new(folder).join("Cargo.toml").exists()
        {
            allowed.insert(package.clone(), quoted(uses));
        }
    }
    let Some(json) = output("cargo", &["metadata", "--format-version", "1", "--no-deps"]) else {
        return vec!["cargo metadata failed".to_owned()];
    };
    let Ok(metadata) = serde_json::from_str::<serde_json::Value>(&json) else {
        return vec!["cargo metadata gave no JSON".to_owned()];
    };
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let ours: BTreeSet<_> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    let mut findings = Vec::new();
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(uses) = allowed.get(name) else {
            findings.push(format!("{name} is not in the import table of ARCHITECTURE.md"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let other = dependency["name"].as_str().unwrap_or_default();
            let normal = dependency["kind"].is_null();
            if normal && ours.contains(other) && !uses.iter().any(|u| u == other) {
                findings
                    .push(format!("{name} uses {other}, which the import table does not allow"));
            }
        }
    }
    findings
}

fn files() -> Vec<String> {
    let mut findings = Vec::new();
    for path in rust_files() {
        let (shown, content) = (path.display(), text(&path));
        let lines = content.lines().count();
        if lines > MAX_LINES {
            findings.push(format!("{shown} has {lines} lines; {MAX_LINES} at the outside"));
        }
        if !content.starts_with("//!") {
            findings.push(format!("{shown} does not start with a //! line saying what lives here"));
        }
        if path.file_name().and_then(|n| n.to_str()).is_some_and(|n| DRAWERS.contains(&n)) {
            findings.push(format!("{shown}: the name says nothing; name the subject"));
        }
    }
    findings
}

fn paths() -> Vec<String> {
    let mut findings = Vec::new();
    for path in tracked().iter().filter(|p| p.extension().is_some_and(|e| e == "md")) {
        for word in text(path).lines().flat_map(quoted) {
            let tree = [
                "crates/",
                "bindings/",
                "examples/",
                "docs/",
                "xtask/",
                "test-vectors/",
                "fuzz/",
                "bench/",
            ];
            let named = tree.iter().any(|t| word.starts_with(t))
                && !word.contains(['*', ' ', '<', ':', '{']);
            if named && !Path::new(&word).exists() {
                findings.push(format!("{}: `{word}` does not exist", path.display()));
            }
        }
    }
    findings
}

fn versions() -> Vec<String> {
    let root = text(Path::new("Cargo.toml"));
    let version =
        root.lines().find_map(|l| l.strip_prefix("version = ")).unwrap_or("").trim_matches('"');
    rust_manifests()
        .filter(|p| p.components().count() > 1 && !text(p).contains("version.workspace = true"))
        .map(|p| {
            format!("{} does not take its version ({version}) from the workspace", p.display())
        })
        .collect()
}

fn rust_manifests() -> impl Iterator<Item = PathBuf> {
    // `bench` and `fuzz` are workspaces of their own.
    let own = |p: &PathBuf| p.starts_with("bench") || p.starts_with("fuzz");
    tracked().into_iter().filter(move |p| p.ends_with("Cargo.toml") && !own(p))
}
