//! `motcua fees …` as a user runs it: each subcommand with good and bad input, its exit code and what it prints.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn motcua(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_motcua")).arg("fees").args(arguments).output().unwrap()
}

#[track_caller]
fn said(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn json(output: &Output, code: i32) -> Value {
    serde_json::from_str(&said(output, code)).unwrap()
}

#[track_caller]
fn refused(arguments: &[&str], code: &str) {
    let output = motcua(arguments);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains(&format!("[{code}]")), "{told}");
}

/// A folder with files, and their paths.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tariffs/data/{name}.toml"))
}

const COPY: [&str; 7] = ["assess", "--fee", "ct.copy", "--fact", "pages=2", "--fact", "copies=2"];

#[test]
fn one_case_from_flags() {
    assert!(said(&motcua(&COPY), 0).contains("8.000 ₫ (Tám nghìn đồng)"));
    let mut arguments = COPY.to_vec();
    arguments.extend(["--json", "--on", "2026-11-24"]);
    let answer = json(&motcua(&arguments), 0);
    assert_eq!(answer["total"]["amount"], "8000");
    assert_eq!(answer["date"], "2026-11-24");
    // A claim with its proof, and the day that decides.
    let claim =
        ["assess", "--fee", "ct.contract", "--entitlement", "farm_loan_mortgage=7/HĐ", "--json"];
    assert_eq!(json(&motcua(&claim), 0)["total"]["amount"], "0");
    let old = ["assess", "--fee", "ct.contract", "--collected", "2016-12-31", "--json"];
    assert_eq!(json(&motcua(&old), 0)["total"]["amount"], "30000");
    let twice = [
        "assess",
        "--tariff",
        "registration-tax-10-2022",
        "--fee",
        "truocba.house",
        "--fact",
        "channel=online",
        "--fact",
        "contract_value=2000000000",
        "--entitlement",
        "digital_citizen=VNeID",
        "--on",
        "2026-11-24",
        "--json",
        "--used",
    ];
    for (used, total) in [("digital_citizen=0", "9000000"), ("digital_citizen=1", "10000000")] {
        let arguments: Vec<_> = twice.iter().copied().chain([used]).collect();
        assert_eq!(json(&motcua(&arguments), 0)["total"]["amount"], total);
    }
    // Days of an earlier year leave the allowance of this one; days of this year use it up.
    for (used, total) in
        [("digital_citizen=2025-12-31", "9000000"), ("digital_citizen=2026-01-01", "10000000")]
    {
        let arguments: Vec<_> = twice.iter().copied().chain([used]).collect();
        assert_eq!(json(&motcua(&arguments), 0)["total"]["amount"], total);
    }
}

#[test]
fn what_cannot_be_assessed_is_refused_with_its_code() {
    refused(&["assess", "--fee", "ct.copi"], "fees.unknown_fee");
    refused(&["assess", "--fee", "ct.copy", "--fact", "pages=2"], "fees.missing_fact");
    refused(
        &["assess", "--fee", "ct.copy", "--fact", "pages=two", "--fact", "copies=1"],
        "fees.bad_fact",
    );
    refused(&["assess", "--fee", "ct.copy", "--fact", "page=2"], "fees.unknown_fact");
    refused(&["assess", "--fee", "ct.copy", "--tariff", "nothing"], "motcua.unknown_tariff");
    refused(&["assess", "--fee", "ct.copy", "--tariff", "/no/such.toml"], "cli.read");
    let mut arguments = COPY.to_vec();
    arguments.extend(["--on", "2026-02-30"]);
    assert_eq!(motcua(&arguments).status.code(), Some(2));
    // Who asked for JSON gets the refusal in it.
    let output = motcua(&["assess", "--fee", "ct.copi", "--json"]);
    assert_eq!(json(&output, 2)["error"]["details"]["suggestion"], "ct.copy");
}

#[test]
fn bad_argument() {
    refused(&["assess"], "cli.bad_argument");
    refused(&["assess", "--fee", "ct.copy", "--fact", "pages"], "cli.bad_argument");
    refused(&["assess", "--fee", "ct.copy", "--exchange", "USD=1"], "cli.bad_argument");
    refused(&["assess", "--fee", "ct.copy", "--used", "nobody=1"], "cli.bad_argument");
    refused(&["assess", "cases.txt"], "cli.bad_argument");
}

#[test]
fn not_text() {
    let folder = Folder::new();
    let file = folder.write("latin.toml", [0xE9, 0x0A]);
    refused(&["check", &file], "cli.not_text");
}

#[test]
fn bad_case() {
    let folder = Folder::new();
    refused(&["assess", &folder.write("one.json", "{\"fee\": \"ct.copy\"}")], "cli.bad_case");
    refused(
        &["diff", "postal-return", "postal-return", "--cases", &folder.write("c.jsonl", "1\n")],
        "cli.bad_case",
    );
}

#[test]
fn rows_go_on_after_a_bad_one() {
    let folder = Folder::new();
    // A quoted field with a line break: the line of a row is where it begins.
    let csv = "fee,pages,copies,date,reference\nct.copy,2,2,,\"a\nb\"\nct.copy,two,2,,c\n\nct.copy,2,2,2026-02-30,d\nct.copy,500,3,2024-01-01,e\nct.copy,1\n";
    let output = motcua(&["assess", &folder.write("cases.csv", csv)]);
    let text = said(&output, 1);
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[0], "line,reference,total,currency,code,message");
    assert!(text.contains("e,600000,VND,,"), "{text}");
    let told = String::from_utf8_lossy(&output.stderr);
    for (line, code) in [(4, "fees.bad_fact"), (6, "fees.bad_fact"), (8, "cli.bad_case")] {
        assert!(
            told.lines().any(|l| l.contains(&format!(":{line}: ")) && l.contains(code)),
            "{line}: {told}"
        );
    }
    assert!(told.contains("2 assessed, 3 refused, total 608.000 ₫"), "{told}");
    // The same in JSON, one object a line.
    let list = r#"[
  {"fees": [{"fee": "ct.copy", "facts": {"pages": 2, "copies": 2}, "reference": "x"}]},
  {"fees": [{"fee": "ct.copy", "facts": {"pages": 2.5, "copies": 2}}]}, oops,
  {"name": "old", "date": "2016-12-31", "application": {"fees": [{"fee": "ct.contract"}]}},
  {"tariff": "nothing", "application": {"fees": [{"fee": "ct.contract"}]}}
]"#;
    let output = motcua(&["assess", &folder.write("cases.json", list), "--json"]);
    let answers: Vec<Value> =
        said(&output, 1).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let lines: Vec<u64> = answers.iter().map(|a| a["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [2, 3, 3, 4, 5]);
    assert_eq!(
        (&answers[0]["total"]["amount"], &answers[0]["reference"]),
        (&"8000".into(), &"x".into())
    );
    assert_eq!(answers[1]["error"]["code"], "cli.bad_case");
    assert_eq!(answers[3]["total"]["amount"], "30000");
    assert_eq!(answers[4]["error"]["code"], "motcua.unknown_tariff");
    let whole = motcua(&[
        "assess",
        &folder.write("good.jsonl", list.lines().nth(1).unwrap().trim_end_matches(',')),
        "--json",
        "--full",
    ]);
    assert_eq!(json(&whole, 0)["assessment"]["in_words"]["vi"], "Tám nghìn đồng");
}

#[test]
fn a_csv_may_leave_fee_and_facts_to_flags() {
    let folder = Folder::new();
    let file = folder.write("pages.csv", "\u{feff}pages\n2\n500\n");
    let output = motcua(&["assess", &file, "--fee", "ct.copy", "--fact", "copies=2"]);
    assert!(said(&output, 0).contains("2,,8000,VND,,\n3,,400000,VND,,"), "{output:?}");
    refused(&["assess", &file], "cli.bad_argument");
    refused(&["assess", &folder.write("p.csv", "fee,page\nct.copy,2\n")], "fees.unknown_fact");
}

/// Rows are answered as they are read: many need no more memory than few.
#[test]
fn many_rows_stream() {
    let folder = Folder::new();
    let rows: String = (0..50_000).map(|row| format!("ct.copy,{},1\n", row % 300)).collect();
    let output =
        motcua(&["assess", &folder.write("many.csv", format!("fee,pages,copies\n{rows}"))]);
    let text = said(&output, 1);
    assert_eq!(text.lines().count(), 50_001);
    let told = String::from_utf8_lossy(&output.stderr);
    // Every 300th row has no page; the first refusals are told, the rest counted.
    assert!(told.contains("49833 assessed, 167 refused"), "{told}");
    assert!(told.contains("and 147 more"), "{told}");
}

#[test]
fn explain_says_why_and_what_otherwise() {
    let why =
        ["explain", "--fee", "cutru.permanent", "--fact", "channel=counter", "--on", "2026-11-24"];
    let text = said(&motcua(&why), 0);
    assert!(
        text.contains("Thông tư 75/2022/TT-BTC") && text.contains("Circular 75/2022/TT-BTC"),
        "{text}"
    );
    let only: Vec<&str> = why.iter().copied().chain(["--lang", "en"]).collect();
    assert!(!said(&motcua(&only), 0).contains("Căn cứ"));
    let other: Vec<&str> =
        why.iter().copied().chain(["--instead", "channel=online", "--json"]).collect();
    assert_eq!(json(&motcua(&other), 0)["difference"]["amount"], "-10000");
    refused(&["explain", "--fee", "cutru.permanent", "--fact", "channel=boat"], "fees.bad_fact");
}

#[test]
fn a_recorded_assessment_is_computed_again() {
    let folder = Folder::new();
    let mut arguments = COPY.to_vec();
    arguments.push("--json");
    let record = said(&motcua(&arguments), 0);
    let text = said(&motcua(&["explain", &folder.write("good.json", &record)]), 0);
    assert!(text.contains("Computed again: the same."), "{text}");
    let altered = folder.write("altered.json", record.replacen("\"8000\"", "\"7000\"", 1));
    assert!(said(&motcua(&["explain", &altered]), 1).contains("not the same"));
    assert_eq!(json(&motcua(&["explain", &altered, "--json"]), 1)["result"], "different");
    let other = motcua(&["explain", &altered, "--tariff", "postal-return", "--json"]);
    assert_eq!(json(&other, 1)["result"], "other_tariff");
    refused(&["explain", &folder.write("x.json", "{}")], "fees.bad_assessment");
}

#[test]
fn list_shows_tariffs_fees_and_facts() {
    assert!(said(&motcua(&["list"]), 0).lines().count() >= 13);
    assert!(said(&motcua(&["list", "certification-226-2016"]), 0).contains("ct.copy"));
    let all = json(&motcua(&["list", "--json"]), 0);
    assert!(all.as_array().unwrap().iter().any(|t| t["tariff"] == "notary-257-2016"));
    let one = json(&motcua(&["list", "residence-75-2022", "--json"]), 0);
    assert_eq!(one["facts"][0]["values"][2], "online");
    refused(&["list", "nothing"], "motcua.unknown_tariff");
}

#[test]
fn check_prints_every_finding_with_its_place() {
    said(&motcua(&["check"]), 0);
    // Open questions of the law stand as warnings.
    said(&motcua(&["check", "--strict"]), 1);
    let conflict = shipped("fixtures/haiphong-conflict-2026");
    let text = said(&motcua(&["check", conflict.to_str().unwrap()]), 1);
    assert!(
        text.contains("error[fees.modifier_conflict]") && text.contains(".toml:53:1"),
        "{text}"
    );
    let folder = Folder::new();
    let good = fs::read_to_string(shipped("postal-return")).unwrap();
    let broken = good.replace("kind = \"service_cost\"", "kind = \"service_cst\"\nvaluess = 1");
    let found = json(&motcua(&["check", &folder.write("broken.toml", broken), "--json"]), 1);
    let codes: Vec<&str> = found[0]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["fees.bad_choice", "fees.unknown_key"]);
    assert_eq!(found[0]["findings"][0]["did_you_mean"], "service_cost");
    refused(&["check", "/no/such.toml"], "cli.read");
}

#[test]
fn test_runs_the_examples() {
    assert!(said(&motcua(&["test"]), 0).contains("examples hold, 0 do not"));
    let folder = Folder::new();
    let good = fs::read_to_string(shipped("postal-return")).unwrap();
    let wrong = folder.write("wrong.toml", good.replace("expect = 26_000", "expect = 26_001"));
    let text = said(&motcua(&["test", &wrong]), 1);
    assert!(text.contains("expected 26001, got 26000"), "{text}");
    assert_eq!(json(&motcua(&["test", &wrong, "--json"]), 1)[0]["example"]["passed"], false);
    said(&motcua(&["test", "--name", "no example is called so"]), 1);
    let broken = folder.write("broken.toml", good.replace("schema = 1", "schema = 2"));
    refused(&["test", &broken], "motcua.bad_tariff");
}

#[test]
fn fmt_writes_one_format() {
    let folder = Folder::new();
    let good = fs::read_to_string(shipped("postal-return")).unwrap();
    let ragged = good.replace("schema = 1", "schema=1   ");
    let file = folder.write("ragged.toml", &ragged);
    assert!(said(&motcua(&["fmt", "--check", &file]), 1).contains("would change"));
    assert_eq!(fs::read_to_string(&file).unwrap(), ragged);
    said(&motcua(&["fmt", &file]), 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), good);
    said(&motcua(&["fmt", "--check", &file]), 0);
    refused(&["fmt", &folder.write("x.toml", "id = ")], "fees.not_toml");
}

#[test]
fn diff_is_in_money() {
    let folder = Folder::new();
    let good = fs::read_to_string(shipped("certification-226-2016")).unwrap();
    let dearer = folder.write("dearer.toml", good.replace("each = 50_000", "each = 60_000"));
    let text = said(&motcua(&["diff", "certification-226-2016", &dearer]), 1);
    assert!(text.contains("a contract: 50.000 ₫ → 60.000 ₫ (10.000 ₫)"), "{text}");
    let csv = folder.write(
        "cases.csv",
        "fee,contracts,reference\nct.contract,3,three\nct.contract.fix,1,one\n",
    );
    let found =
        json(&motcua(&["diff", "certification-226-2016", &dearer, "--cases", &csv, "--json"]), 1);
    assert_eq!((&found["cases"], &found["unchanged"]), (&2.into(), &1.into()));
    assert_eq!(found["changed"][0]["name"], "three");
    assert_eq!(found["changed"][0]["difference"]["amount"], "30000");
    said(&motcua(&["diff", "certification-226-2016", "certification-226-2016"]), 0);
    refused(&["diff", "certification-226-2016", "nothing"], "motcua.unknown_tariff");
}

#[test]
fn schema_is_the_committed_one() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fees/tariff.schema.json");
    assert_eq!(said(&motcua(&["schema"]), 0), fs::read_to_string(committed).unwrap());
    assert_eq!(motcua(&["schema", "surplus"]).status.code(), Some(2));
}
