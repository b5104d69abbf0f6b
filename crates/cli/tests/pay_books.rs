//! `motcua pay qr` and `motcua pay reconcile` as a user runs them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod desk;

use std::fs;
use std::process::Command;

use desk::{Desk, no, ok, paid, refused};
use serde_json::json;

#[test]
fn qr_builds_pictures_and_reads_codes() {
    let desk = Desk::new();
    let transfer = json!({"bank": "VCB", "account": "0011001234567", "amount": {"amount": "36000", "currency": "VND"}, "memo": "MC11111111"});
    desk.json("transfer.json", &transfer);
    let built = ok(&desk.pay(&[
        "qr",
        "build",
        "transfer.json",
        "--png",
        "code.png",
        "--svg",
        "code.svg",
        "--medium",
        "paper",
        "--json",
    ]));
    let text = built["text"].as_str().unwrap();
    assert!(fs::read(desk.path("code.png")).unwrap().starts_with(b"\x89PNG"));
    assert!(desk.text("code.svg").starts_with("<"));
    if Command::new("zbarimg").arg("--version").output().is_ok() {
        let seen = Command::new("zbarimg")
            .args(["-q", "--raw"])
            .arg(desk.path("code.png"))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&seen.stdout).trim(), text);
    } else {
        println!("SKIPPED: zbarimg is not installed");
    }
    let read = ok(&desk.pay(&["qr", "read", text, "--json"]));
    assert_eq!(read["inspection"]["transfer"]["account"], "0011001234567");
    ok(&desk.pay(&["qr", "read", text, "--expected", "transfer.json"]));
    let mut other = transfer;
    other["account"] = json!("999");
    desk.json("other.json", &other);
    assert_eq!(
        no(&desk.pay(&["qr", "read", text, "--expected", "other.json", "--json"]))["comparison"]["field"],
        "account"
    );
    let mut broken = text.to_owned();
    broken.replace_range(text.len() - 4.., "0000");
    no(&desk.pay(&["qr", "read", &broken]));
    refused(&desk.pay(&["qr", "read", "hello"]), "payments.qr_syntax");
    refused(
        &desk.pay(&["qr", "build", "transfer.json", "--png", "c.png", "--scale", "99"]),
        "payments.field_pattern",
    );
}

const TABLE: &str = r#"{"name": "bank", "delimiter": ";", "number": {"decimal": ",", "thousands": "."}, "date_form": "dd/MM/yyyy",
    "currency": "VND", "columns": {"date": "Ngày", "credit": "Ghi có", "id": "Số", "text": ["Nội dung"], "reference": ["Mã"]}}"#;

#[test]
fn reconcile_reads_orders_and_statements_and_writes_csv() {
    let desk = paid();
    desk.write("mapping.json", TABLE);
    desk.write("bank.csv", "Ngày;Số;Ghi có;Mã;Nội dung\n24/11/2026;FT1;36.000;HS-1;nộp lệ phí\n");
    let reconcile =
        |more: &[&str]| desk.pay(&[&["reconcile", "--order", "order.json"][..], more].concat());
    let table = ["--table", "mapping.json", "bank.csv"];
    let run = ok(&reconcile(&[&table[..], &["--json"]].concat()));
    assert_eq!((&run["version"], &run["clean"]), (&json!(1), &json!(true)));

    desk.write("bank.csv", "Ngày;Số;Ghi có;Mã;Nội dung\n24/11/2026;FT1;36.000;HS-1;nộp lệ phí\n24/11/2026;FT2;5.000;;=1+1\n");
    let left = reconcile(&[&table[..], &["--csv", "out.csv"]].concat());
    assert_eq!(left.status.code(), Some(1), "{left:?}");
    let said = String::from_utf8_lossy(&left.stdout);
    assert!(said.contains("only_theirs") && said.contains("difference 5.000"), "{said}");
    let csv = desk.text("out.csv");
    assert!(
        csv.starts_with("\u{feff}outcome,")
            && csv.contains("nộp lệ phí")
            && csv.contains(",'=1+1,"),
        "{csv}"
    );
    let plain =
        reconcile(&[&table[..], &["--csv", "out.csv", "--no-bom", "--delimiter", ";"]].concat());
    assert_eq!(plain.status.code(), Some(1));
    assert!(desk.text("out.csv").starts_with("outcome;why;"));
}

#[test]
fn reconcile_takes_camt_and_webhooks_together() {
    let desk = Desk::new();
    desk.json("orders.json", &json!([
        {"id": "A", "amount": {"amount": "36000", "currency": "VND"}, "references": ["HS-A"]},
        {"id": "B", "amount": {"amount": "8000", "currency": "VND"}, "transactions": [{"gateway": "payos", "id": "TF1"}]}]));
    desk.write("camt.xml", "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.08'><BkToCstmrDbtCdtNtfctn><Ntfctn><Id>N</Id>\
        <Ntry><Amt Ccy='VND'>36000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls><Refs><EndToEndId>HS-A</EndToEndId>\
        </Refs></TxDtls></NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>");
    desk.json("hook.json", &json!({"name": "payos", "item": "/data", "amount": "/amount", "currency_at": "/currency", "id": "/reference",
        "transaction": ["/reference"], "text": ["/description"]}));
    let body = json!({"data": {"amount": 8000, "currency": "VND", "reference": "TF1", "description": "x"}}).to_string();
    desk.write("hooks.jsonl", &format!("{body}\n{}\n", body.replace("TF1", "TF2")));
    let arguments = [
        "reconcile",
        "--orders",
        "orders.json",
        "--camt",
        "camt.xml",
        "--webhooks",
        "hook.json",
        "hooks.jsonl",
        "--json",
    ];
    let run = no(&desk.pay(&arguments));
    let outcomes: Vec<_> =
        run["rows"].as_array().unwrap().iter().map(|r| r["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["matched", "matched", "only_theirs"]);

    desk.write("camt.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>");
    let output = desk.pay(&arguments[..5]);
    refused(&output, "payments.reconcile_xml_unsafe");
    assert!(String::from_utf8_lossy(&output.stderr).contains("camt.xml: "), "the file is named");
}

#[test]
fn option() {
    let desk = Desk::new();
    refused(&desk.pay(&["reconcile", "--csv", "out.csv", "--delimiter", "x"]), "cli.option");
}
