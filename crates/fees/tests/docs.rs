//! Every block of TOML in `docs/fees` loads, is formatted, and its examples hold.
#![allow(clippy::unwrap_used, clippy::panic)]

use motcua_fees::{Tariff, run_examples};

fn blocks(text: &str) -> Vec<&str> {
    text.split("```toml\n").skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect()
}

#[test]
fn every_page_is_true() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/fees");
    let head = std::fs::read_to_string(format!("{docs}/README.md")).unwrap();
    let head = blocks(&head)[0].to_owned();
    let (mut pages, mut examples) = (0, 0);
    for entry in std::fs::read_dir(docs).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "README.md" {
            continue;
        }
        pages += 1;
        for block in blocks(&std::fs::read_to_string(&path).unwrap()) {
            let text = format!("{head}\n\n{block}\n");
            let tariff =
                Tariff::from_toml(&name, &text).unwrap_or_else(|all| panic!("{name}\n{all}"));
            assert!(tariff.warnings().findings.is_empty(), "{name}\n{}", tariff.warnings());
            assert_eq!(motcua_fees::format(&text).unwrap(), text, "{name} is not formatted");
            for outcome in run_examples(&tariff) {
                examples += 1;
                assert!(
                    outcome.passed,
                    "{name}: {}: expected {}, got {}",
                    outcome.name, outcome.expected, outcome.got
                );
            }
        }
    }
    assert!(pages >= 19 && examples >= 45, "{pages} pages, {examples} examples");
}
