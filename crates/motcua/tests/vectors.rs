//! Runs every file of `test-vectors/` through the wire and compares the answers byte for byte.
//!
//! pytest, Node and Chromium read the same files. `MOTCUA_BLESS=1` writes the answers into the files instead: read the diff
//! before you commit it. The files call every room: a build that lacks one has nothing to run here.
#![cfg(all(feature = "fees", feature = "settlement", feature = "verify"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    /// Stable, says the condition.
    id: String,
    /// The operation of the wire.
    op: String,
    /// For operations on bytes: the file, from `test-vectors/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// What makes the file wrong before it is used: `flip` one byte, or keep the `first` bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    change: Option<Change>,
    /// The operation's input.
    input: serde_json::Value,
    /// The exact text of the answer.
    expect_json: String,
    /// Where the expected answer comes from, when it was not computed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Change {
    Flip(usize),
    First(usize),
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors")
}

fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for room in fs::read_dir(root()).unwrap() {
        let room = room.unwrap().path();
        if room.is_dir() {
            let json = fs::read_dir(room).unwrap().map(|f| f.unwrap().path());
            files.extend(json.filter(|f| f.extension().is_some_and(|e| e == "json")));
        }
    }
    files.sort();
    files
}

fn answer(vector: &Vector) -> String {
    let input = vector.input.to_string();
    let Some(file) = &vector.file else {
        return motcua::wire::call(&vector.op, &input);
    };
    let mut bytes = fs::read(root().join(file)).unwrap();
    match vector.change {
        Some(Change::Flip(at)) => bytes[at] ^= 1,
        Some(Change::First(length)) => bytes.truncate(length),
        None => {}
    }
    assert_eq!(vector.op, "copies.verify", "{}: only copies.verify takes a file", vector.id);
    motcua::wire::verify_copy(&bytes, &input)
}

#[test]
fn every_vector_gives_its_exact_answer() {
    let bless = std::env::var_os("MOTCUA_BLESS").is_some();
    let (mut count, mut wrong, mut ids) = (0, Vec::new(), std::collections::BTreeSet::new());
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let mut vectors: Vec<Vector> =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for vector in &mut vectors {
            count += 1;
            assert!(ids.insert(vector.id.clone()), "two vectors are called {}", vector.id);
            let got = answer(vector);
            if bless {
                vector.expect_json = got;
            } else if got != vector.expect_json {
                wrong.push(format!(
                    "{}\n  expected {}\n  got      {got}",
                    vector.id, vector.expect_json
                ));
            }
        }
        if bless {
            fs::write(&path, serde_json::to_string_pretty(&vectors).unwrap() + "\n").unwrap();
        }
    }
    assert!(count > 0, "no vectors were found");
    assert!(wrong.is_empty(), "{} of {count} vectors differ:\n{}", wrong.len(), wrong.join("\n"));
    println!("{count} vectors");
}

#[test]
fn every_operation_has_a_vector() {
    let mut seen = std::collections::BTreeSet::new();
    for path in files() {
        let vectors: Vec<Vector> =
            serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        seen.extend(vectors.into_iter().map(|v| v.op));
    }
    let missing: Vec<_> =
        motcua::wire::operations().into_iter().filter(|op| !seen.contains(*op)).collect();
    assert!(missing.is_empty(), "no vector for {missing:?}");
}
