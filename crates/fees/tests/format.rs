//! The file format from outside: the committed JSON Schema is current, and formatting changes white space alone.
#![allow(clippy::unwrap_used, clippy::panic)]

use motcua_fees::{Tariff, schema};

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tariff.schema.json");

/// `MOTCUA_WRITE=1 cargo test -p motcua-fees --test format` writes the schema and the shipped files anew.
#[test]
fn the_committed_schema_is_current() {
    let made = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("MOTCUA_WRITE").is_some() {
        std::fs::write(SCHEMA, &made).unwrap();
    }
    let committed = std::fs::read_to_string(SCHEMA).unwrap();
    assert!(
        committed == made,
        "tariff.schema.json is out of date: run this test with MOTCUA_WRITE=1"
    );
}

#[test]
fn shipped_files_are_formatted_and_formatting_is_stable() {
    for name in motcua_tariffs::names() {
        let text = motcua_tariffs::get(name).unwrap();
        let once = motcua_fees::format(text).unwrap();
        assert_eq!(motcua_fees::format(&once).unwrap(), once, "{name}");
        if std::env::var_os("MOTCUA_WRITE").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tariffs/data/");
            std::fs::write(format!("{path}{name}.toml"), &once).unwrap();
            continue;
        }
        assert!(
            once == text,
            "{name} is not formatted: first difference at {:?}",
            once.lines().zip(text.lines()).position(|(a, b)| a != b)
        );
        assert!(Tariff::from_toml(name, &once).is_ok());
    }
}

#[test]
fn only_white_space_changes() {
    let ragged = "# head\r\nid=\"x = y\"  \n\n\n\nlist = [\n  1,\n]\n# of the table\n[[a]]\nb   =   2 # why\n[[a]]\n";
    let neat = "# head\nid = \"x = y\"\n\nlist = [\n  1,\n]\n\n# of the table\n[[a]]\nb = 2 # why\n\n[[a]]\n";
    assert_eq!(motcua_fees::format(ragged).unwrap(), neat);
}
