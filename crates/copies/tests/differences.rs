//! Our judgement of other people's signed files beside that of pyHanko, pdfsig and qpdf. Every difference is explained in
//! docs/standards/differences.md, under the file's name.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod made;

use std::collections::BTreeMap;
use std::path::Path;

use motcua_copies::verify::{Check, LaterChanges, RowName, SignatureKind};
use motcua_copies::{Policy, Report, verify};
use time::macros::datetime;

fn policy() -> Policy {
    made::policy("differences", Vec::new(), datetime!(2026-11-24 00:00 UTC))
}

/// What we say, in the oracle's words: per signature whether the signed bytes are intact and whether what follows is permitted.
fn ours(report: &Report) -> BTreeMap<String, (bool, bool)> {
    let mut said = BTreeMap::new();
    for s in &report.signatures {
        let broken = report.reasons.iter().any(|r| {
            matches!(
                r.code,
                "copies.bad_byte_range"
                    | "copies.bytes_changed"
                    | "copies.signature_fails"
                    | "copies.signature_unsupported"
            ) && r.params.get("field") == Some(&s.field)
        });
        let unread = s.kind == SignatureKind::DocumentTimestamp && s.timestamps.is_empty();
        said.insert(
            s.field.clone(),
            (!broken && !unread, s.later_changes.is_some_and(|c| c != LaterChanges::Forbidden)),
        );
    }
    said
}

#[test]
fn every_difference_is_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let explained =
        std::fs::read_to_string(root.join("docs/standards/differences.md")).unwrap_or_default();
    let (mut files, mut signatures, mut differ) = (0, 0, Vec::new());
    for corpus in ["pyhanko-pdf", "pdfcpu-signatures", "misc-signed"] {
        let folder = root.join("../shared/corpora").join(corpus);
        let Ok(oracle) = std::fs::read(folder.join("oracle.json")) else {
            println!("SKIPPED: differences with other tools: corpora/{corpus} is not there");
            continue;
        };
        let oracle: serde_json::Value = serde_json::from_slice(&oracle).unwrap();
        for (name, expected) in oracle.as_object().unwrap() {
            files += 1;
            let report = verify(&std::fs::read(folder.join(name)).unwrap(), &policy());
            let mut found = Vec::new();
            let said = ours(&report);
            let theirs = expected["signatures"].as_array().cloned().unwrap_or_default();
            for s in &theirs {
                signatures += 1;
                let field = s["field"].as_str().unwrap_or_default().to_owned();
                let intact = s["intact"] == true
                    && s["crypto_valid"] == true
                    && s["coverage"].as_str().is_some_and(|c| c.starts_with("ENTIRE"));
                // pyHanko has no opinion about what follows a timestamp.
                let permitted = s["docmdp_ok"] != false && s["modification_level"] != "OTHER";
                let judged = s["error"].is_null();
                match said.get(&field) {
                    None => found.push(format!("{field}: not found here")),
                    Some((ours, _)) if judged && *ours != intact => {
                        found.push(format!("{field}: intact {ours}, pyHanko {intact}"))
                    }
                    Some((_, ours)) if judged && *ours != permitted => found.push(format!(
                        "{field}: later changes permitted {ours}, pyHanko {permitted}"
                    )),
                    Some(_) if !judged => {
                        found.push(format!("{field}: pyHanko does not judge: {}", s["error"]))
                    }
                    Some(_) => {}
                }
            }
            if said.len() > theirs.len() {
                found.push(format!("{} signatures here, pyHanko {}", said.len(), theirs.len()));
            }
            let unchanged =
                report.rows.iter().any(|r| r.row == RowName::Unchanged && r.check == Check::Passed);
            let all_fine = !said.is_empty() && said.values().all(|(a, b)| *a && *b);
            if all_fine && !unchanged {
                found.push("refused as a whole".into());
            }
            if found.is_empty() {
                continue;
            }
            if std::env::var_os("MOTCUA_SHOW").is_some() {
                let codes: Vec<_> = report.reasons.iter().map(|r| r.en.clone()).collect();
                println!("{name}: {}\n    {}", found.join("; "), codes.join("\n    "));
            }
            let short = name.rsplit('/').next().unwrap();
            if !explained.contains(short) {
                differ.push(format!("{name}: {}", found.join("; ")));
            }
        }
    }
    println!("{files} files, {signatures} signatures judged by others");
    assert!(differ.is_empty(), "not explained:\n{}", differ.join("\n"));
}
