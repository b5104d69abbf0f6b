//! One failing input for each error code of reconciliation and receipts, with the text that `test-vectors/errors.json` lists.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use motcua_money::{Amount, Currency};
use motcua_payments::receipt::{Counter, Draft, Receipt, in_force, remedy, summary};
use motcua_payments::reconcile::{
    Due, TableMapping, WebhookMapping, camt, reconcile, table, webhook,
};
use serde_json::json;
use time::macros::date;

fn is(code: &str, message: &str, expected: &str) {
    assert_eq!(code, expected, "{message}");
    let list = include_str!("../../../test-vectors/errors.json");
    let list: serde_json::Value = serde_json::from_str(list).unwrap();
    let entry = list.as_array().unwrap().iter().find(|e| e["code"] == expected).expect(expected);
    let contains = entry["message_contains"].as_str().unwrap();
    assert!(message.contains(contains), "{message:?} lacks {contains:?}");
}

#[test]
fn reconcile_codes() {
    let mapping = |change: fn(&mut serde_json::Value)| -> TableMapping {
        let mut value = json!({"name": "bank", "delimiter": ",", "number": {"decimal": "."}, "date_form": "",
            "currency": "VND", "columns": {"amount": "a"}});
        change(&mut value);
        serde_json::from_value(value).unwrap()
    };
    let camt = |text: &str| camt::read(text.as_bytes()).unwrap_err();
    let table =
        |text: &str, mapping: &TableMapping| table::read(text.as_bytes(), mapping).unwrap_err();
    let hook: WebhookMapping =
        serde_json::from_value(json!({"name": "hook", "amount": "/a", "currency": "VND"})).unwrap();
    let due = |amount: &str| -> Due {
        let amount = Amount::from_decimal_str(amount, Currency::VND).unwrap();
        serde_json::from_value(json!({"id": "HS-1", "amount": amount})).unwrap()
    };
    let document = "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'>";
    for (error, code) in [
        (camt("<?xml version='1.0' encoding='windows-1258'?><a/>"), "payments.reconcile_encoding"),
        (camt("<!DOCTYPE a><a/>"), "payments.reconcile_xml_unsafe"),
        (camt(document), "payments.reconcile_xml_syntax"),
        (camt("<a/>"), "payments.reconcile_camt_version"),
        (camt(&format!("{document}</Document>")), "payments.reconcile_camt_field"),
        (table("a\n1\n", &mapping(|m| m["delimiter"] = json!("x"))), "payments.reconcile_mapping"),
        (table("b\n1\n", &mapping(|_| {})), "payments.reconcile_column"),
        (table("a\n1,2\n", &mapping(|_| {})), "payments.reconcile_table"),
        (table("a\n1e3\n", &mapping(|_| {})), "payments.reconcile_cell"),
        (webhook::read(b"[]", &hook).unwrap_err(), "payments.reconcile_webhook"),
        (
            reconcile(vec![due("0.000001")], vec![]).unwrap_err(),
            "payments.reconcile_amount_too_fine",
        ),
        (
            reconcile(vec![due("1"), due("1")], vec![]).unwrap_err(),
            "payments.reconcile_order_twice",
        ),
    ] {
        is(error.code(), &error.to_string(), code);
        assert!(!error.details().is_empty());
    }
}

#[test]
fn receipt_codes() {
    let draft = |date: &str, name: Option<&str>| -> Draft {
        serde_json::from_value(json!({"date": date, "name": name, "collector": {"name": "UBND", "tax_code": "0123456789"},
            "lines": [{"name": "Phí", "amount": {"amount": "1000", "currency": "VND"}}]}))
        .unwrap()
    };
    let (today, before) = (date!(2026 - 11 - 24), date!(2026 - 06 - 30));
    let counter = Counter::new("EBL01", "26TAA", 2026);
    let full = Counter { last: 99_999_999, ..counter.clone() };
    let number = || counter.next(today).unwrap().0;
    let receipt = Receipt::issue(draft("2026-11-24", None), number()).unwrap();
    let old = Counter::new("OLD", "AA-26E", 2026).next(before).unwrap().0;
    let old = Receipt::issue(draft("2026-06-30", Some("Biên lai thu phí")), old).unwrap();
    for (error, code) in [
        (
            Receipt::issue(draft("2026-11-24", Some("x")), number()).unwrap_err(),
            "payments.receipt_field",
        ),
        (counter.next(date!(2019 - 01 - 01)).unwrap_err(), "payments.receipt_no_regime"),
        (counter.next(before).unwrap_err(), "payments.receipt_series"),
        (full.next(today).unwrap_err(), "payments.receipt_numbers_used_up"),
        (in_force(&[receipt.clone(), receipt.clone()]).unwrap_err(), "payments.receipt_chain"),
        (remedy(&old, receipt.draft()).unwrap_err(), "payments.receipt_no_rule"),
        (summary(today, &[old]).unwrap_err(), "payments.receipt_summary"),
    ] {
        is(error.code(), &error.to_string(), code);
        assert!(!error.details().is_empty());
    }
    let mut stored = serde_json::to_value(&receipt).unwrap();
    stored["words"] = json!("Hai nghìn đồng");
    let message = serde_json::from_value::<Receipt>(stored).unwrap_err().to_string();
    is("payments.receipt_altered", &message, "payments.receipt_altered");
}
