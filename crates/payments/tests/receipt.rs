//! Receipts: content, numbers, corrections, summary, by the rules of their day.
#![allow(clippy::unwrap_used, clippy::panic)]

use motcua_payments::receipt::{
    Counter, Draft, Error, Receipt, Remedy, SignedBy, Status, gaps, in_force, remedy, summary,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use time::macros::date;

fn draft_with(change: impl Fn(&mut Value)) -> Draft {
    let mut draft = json!({
        "date": "2026-11-24",
        "collector": {"name": "UBND phường Thủ Dầu Một", "tax_code": "0123456789"},
        "payer": {"name": "Nguyễn Văn A", "address": "Số 1"},
        "lines": [
            {"code": "ct.copy", "name": "Phí chứng thực bản sao từ bản chính", "amount": {"amount": "36000", "currency": "VND"}},
            {"name": "Lệ phí hộ tịch", "amount": {"amount": "8000", "currency": "VND"}}],
    });
    change(&mut draft);
    serde_json::from_value(draft).unwrap()
}

fn draft() -> Draft {
    draft_with(|_| {})
}

fn issue(counter: &mut Counter, draft: Draft) -> Receipt {
    let (number, after) = counter.next(draft.date).unwrap();
    *counter = after;
    Receipt::issue(draft, number).unwrap()
}

fn series() -> Counter {
    Counter::new("EBL01", "26TAA", 2026)
}

#[track_caller]
fn is(error: &Error, code: &str) {
    assert_eq!(error.code(), code, "{error}");
    assert!(error.details().iter().all(|(name, _)| !name.is_empty()));
}

#[test]
fn a_receipt_says_all_that_article_23_demands() {
    let receipt = issue(&mut series(), draft());
    let json: Value = serde_json::to_value(&receipt).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["regime"], "254-2026");
    assert_eq!(json["signed_by"], "collecting_organisation");
    assert_eq!(json["name"], "Biên lai thu thuế, phí, lệ phí");
    assert_eq!(json["id"], json!({"year": 2026, "form": "EBL01", "symbol": "26TAA", "number": 1}));
    assert_eq!(json["total"]["amount"], "44000");
    assert_eq!(json["words"], "Bốn mươi tư nghìn đồng");
    assert_eq!(json["line_words"], json!(["Ba mươi sáu nghìn đồng", "Tám nghìn đồng"]));
    assert_eq!(serde_json::from_value::<Receipt>(json).unwrap(), receipt);
}

#[test]
fn a_receipt_over_zero_dong() {
    let zero = draft_with(|d| {
        d["lines"] = json!([{"name": "Lệ phí", "amount": {"amount": "0", "currency": "VND"}}]);
    });
    assert_eq!(issue(&mut series(), zero).words(), "Không đồng");
}

#[test]
fn the_neutral_xml_is_well_formed_and_escapes() {
    let receipt = issue(&mut series(), draft_with(|d| d["payer"]["name"] = json!("A & B <\"'>")));
    let xml = receipt.to_xml();
    assert!(xml.contains("<receipt xmlns=\"urn:motcua:receipt:1\"><regime>254-2026</regime>"));
    assert!(xml.contains("<name>A &amp; B &lt;&quot;&apos;&gt;</name>"), "{xml}");
    assert!(
        xml.contains("<total>44000</total><totalInWords>Bốn mươi tư nghìn đồng</totalInWords>")
    );
    let mut reader = quick_xml::Reader::from_str(&xml);
    reader.config_mut().check_end_names = true;
    while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
}

#[test]
fn fields_that_cannot_stand_on_a_receipt() {
    type Change = fn(&mut Value);
    let changes: [Change; 10] = [
        |d| d["collector"]["tax_code"] = json!("123"),
        |d| d["collector"]["tax_code"] = json!("0123456789-01"),
        |d| d["collector"]["tax_code"] = json!("012345678X"),
        |d| d["collector"]["name"] = json!(" "),
        |d| d["payer"]["name"] = json!("A\nB"),
        |d| d["lines"] = json!([]),
        |d| d["lines"][0]["name"] = json!(""),
        |d| d["lines"][0]["amount"]["amount"] = json!("9999999999999"),
        |d| d["name"] = json!("Biên lai thu phạt"),
        |d| d["dossier"] = json!("x".repeat(501)),
    ];
    for change in changes {
        let (number, _) = series().next(date!(2026 - 11 - 24)).unwrap();
        is(&Receipt::issue(draft_with(change), number).unwrap_err(), "payments.receipt_field");
    }
    for code in ["0123456789", "0123456789-001", "012345678901"] {
        issue(&mut series(), draft_with(|d| d["collector"]["tax_code"] = json!(code)));
    }
    let (number, _) = series().next(date!(2026 - 11 - 25)).unwrap();
    is(&Receipt::issue(draft(), number).unwrap_err(), "payments.receipt_field");
    assert!(serde_json::from_value::<Draft>(json!({"date": "24/11/2026"})).is_err());
}

#[test]
fn series_by_the_rules_of_the_day() {
    let next = |form, symbol, year, date| Counter::new(form, symbol, year).next(date);
    let new = date!(2026 - 07 - 01);
    let old = date!(2026 - 06 - 30);
    assert!(next("EBL02", "26TXY", 2026, new).is_ok());
    for (form, symbol) in [
        ("EBL03", "26TAA"),
        ("ebl01", "26TAA"),
        ("EBL01", "25TAA"),
        ("EBL01", "26TAF"),
        ("EBL01", "26TA"),
        ("EBL01", "26TAAA"),
        ("EBL01", "26Taa"),
        ("01BLP0-001", "AA-26E"),
    ] {
        is(&next(form, symbol, 2026, new).unwrap_err(), "payments.receipt_series");
    }
    assert!(next("01BLP0-001", "AA-26E", 2026, old).is_ok());
    is(&next("EBL01", "26TAA", 2026, old).unwrap_err(), "payments.receipt_series");
    is(&next("", "AA-26E", 2026, old).unwrap_err(), "payments.receipt_series");
    is(&next("EBL01", "26TAA", 2025, new).unwrap_err(), "payments.receipt_series");
    is(&next("X", "Y", 2019, date!(2019 - 12 - 31)).unwrap_err(), "payments.receipt_no_regime");
}

#[test]
fn numbers_have_seven_digits_before_and_eight_from_july_2026() {
    for (form, symbol, date, last) in [
        ("OLD", "AA-26E", date!(2026 - 06 - 30), 9_999_999),
        ("EBL01", "26TAA", date!(2026 - 07 - 01), 99_999_999),
    ] {
        let mut counter = Counter::new(form, symbol, 2026);
        counter.last = last - 1;
        let (number, after) = counter.next(date).unwrap();
        assert_eq!(number.get(), last);
        is(&after.next(date).unwrap_err(), "payments.receipt_numbers_used_up");
    }
}

#[test]
fn the_old_regime_has_a_cashier_and_no_correction_known_here() {
    let mut counter = Counter::new("01BLP0-001", "AA-26E", 2026);
    let old = |name: Value| {
        draft_with(move |d| {
            d["date"] = json!("2026-06-30");
            d["name"] = name.clone();
        })
    };
    let (number, _) = counter.next(date!(2026 - 06 - 30)).unwrap();
    is(&Receipt::issue(old(Value::Null), number).unwrap_err(), "payments.receipt_field");
    let receipt = issue(&mut counter, old(json!("Biên lai thu phí, lệ phí")));
    assert_eq!((receipt.regime(), receipt.signed_by()), ("123-2020", SignedBy::Cashier));
    is(&remedy(&receipt, &draft()).unwrap_err(), "payments.receipt_no_rule");
    let day = summary(date!(2026 - 06 - 30), &[receipt]).unwrap_err();
    is(&day, "payments.receipt_no_rule");
}

#[test]
fn an_error_is_notified_or_replaced() {
    let receipt = issue(&mut series(), draft());
    let remedy = |change: fn(&mut Value)| remedy(&receipt, &draft_with(change)).unwrap();
    assert_eq!(remedy(|_| {}), Remedy::Nothing);
    let notice = |fields: &[&'static str]| Remedy::Notice {
        form: "04/SS-CTĐT".to_owned(),
        fields: fields.to_vec(),
    };
    assert_eq!(remedy(|d| d["payer"]["name"] = json!("Nguyễn Văn B")), notice(&["payer.name"]));
    assert_eq!(remedy(|d| d["payer"]["address"] = json!("2")), notice(&["payer.address"]));
    assert_eq!(remedy(|d| d["collector"]["name"] = json!("UBND")), notice(&["collector.name"]));
    for (change, field) in [
        (
            (|d| d["collector"]["tax_code"] = json!("9876543210")) as fn(&mut Value),
            "collector.tax_code",
        ),
        (|d| d["lines"][0]["amount"]["amount"] = json!("35000"), "lines.amount"),
        (|d| d["lines"][0]["name"] = json!("Phí khác"), "lines.name"),
        (|d| d["date"] = json!("2026-11-23"), "date"),
    ] {
        assert_eq!(remedy(change), Remedy::Replacement { fields: vec![field] });
    }
    // A name and an amount together: replaced.
    let both = remedy(|d| {
        d["payer"]["name"] = json!("B");
        d["lines"][1]["amount"]["amount"] = json!("1");
    });
    assert_eq!(both, Remedy::Replacement { fields: vec!["payer.name", "lines.amount"] });
}

#[test]
fn a_chain_of_replacements() {
    let mut counter = series();
    let first = issue(&mut counter, draft());
    let mut replace = |old: &Receipt| {
        let (number, after) = counter.next(date!(2026 - 11 - 24)).unwrap();
        counter = after;
        Receipt::replace(old, draft(), number, "sai số tiền")
    };
    let second = replace(&first).unwrap();
    let third = replace(&second).unwrap();
    let also_second = replace(&first).unwrap();
    assert_eq!(second.replaces(), Some(first.id()));
    let all = [first.clone(), second.clone(), third.clone()];
    let ids: Vec<_> = in_force(&all).unwrap().iter().map(|r| r.id().number).collect();
    assert_eq!(ids, [3]);
    let chain =
        |receipts: &[Receipt]| is(&in_force(receipts).unwrap_err(), "payments.receipt_chain");
    chain(&[second.clone(), third.clone()]);
    chain(&[first.clone(), second.clone(), also_second]);
    chain(&[first.clone(), first.clone()]);
    // Two that replace one another across two series.
    let mut a = serde_json::to_value(&second).unwrap();
    a["replaces"] = json!({"year": 2026, "form": "EBL01", "symbol": "26TBB", "number": 1});
    let mut b = serde_json::to_value(&second).unwrap();
    b["id"] = a["replaces"].clone();
    b["replaces"] = json!(second.id());
    let circle: Vec<Receipt> = [a, b].map(|v| serde_json::from_value(v).unwrap()).into();
    chain(&circle);
    // Backwards in the series.
    let (number, _) = series().next(date!(2026 - 11 - 24)).unwrap();
    is(
        &Receipt::replace(&third, draft(), number.clone(), "x").unwrap_err(),
        "payments.receipt_chain",
    );
    is(&Receipt::replace(&third, draft(), number, " ").unwrap_err(), "payments.receipt_field");
}

#[test]
fn what_was_changed_in_the_store_is_seen() {
    let receipt = issue(&mut series(), draft());
    let good = serde_json::to_value(&receipt).unwrap();
    for (path, value) in [
        ("/total/amount", json!("44001")),
        ("/words", json!("Bốn mươi nghìn đồng")),
        ("/line_words/0", json!("Ba nghìn đồng")),
        ("/content/lines/0/amount/amount", json!("35000")),
        ("/regime", json!("123-2020")),
        ("/signed_by", json!("cashier")),
        ("/name", json!("Biên lai")),
        ("/id/number", json!(0)),
        ("/id/number", json!(100_000_000)),
        ("/id/symbol", json!("25TAA")),
        ("/version", json!(2)),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value;
        assert!(serde_json::from_value::<Receipt>(bad).is_err(), "{path}");
    }
    let mut bad = good;
    bad["words"] = json!("Một đồng");
    let stored: Result<Receipt, _> = serde_json::from_value(bad);
    assert!(stored.unwrap_err().to_string().contains("it has been changed"));
}

#[test]
fn the_daily_summary_has_a_row_a_charge() {
    let mut counter = series();
    let first = issue(&mut counter, draft());
    let (number, _) = counter.next(date!(2026 - 11 - 24)).unwrap();
    let second = Receipt::replace(&first, draft(), number, "sai số tiền").unwrap();
    let made = summary(date!(2026 - 11 - 24), &[second.clone(), first.clone()]).unwrap();
    assert_eq!((made.form.as_str(), made.receipts, made.rows.len()), ("01/TH-BLĐT", 2, 4));
    assert_eq!(made.total.get(), 88_000);
    let row = &made.rows[2];
    assert_eq!((row.ordinal, row.status), (3, Status::Replacement));
    assert_eq!(row.related.as_ref(), Some(first.id()));
    assert_eq!(row.correction_period.as_deref(), Some("2026-11"));
    assert_eq!(row.explanation.as_deref(), Some("sai số tiền"));
    assert!(made.gaps.is_empty());
    assert_eq!(made, summary(date!(2026 - 11 - 24), &[first.clone(), second]).unwrap());

    let refused = |day, receipts: &[Receipt]| {
        is(&summary(day, receipts).unwrap_err(), "payments.receipt_summary");
    };
    refused(date!(2026 - 11 - 25), std::slice::from_ref(&first));
    refused(date!(2026 - 11 - 24), &[first.clone(), first.clone()]);
    refused(date!(2026 - 11 - 24), &[]);
    let other = draft_with(|d| d["collector"]["tax_code"] = json!("9876543210"));
    refused(date!(2026 - 11 - 24), &[first, issue(&mut counter, other)]);
}

proptest! {
    #[test]
    fn numbers_run_without_gaps_and_a_missing_one_is_found(count in 2usize..40, lost in 1usize..38) {
        let mut counter = series();
        let receipts: Vec<Receipt> = (0..count).map(|_| issue(&mut counter, draft())).collect();
        for (i, receipt) in receipts.iter().enumerate() {
            prop_assert_eq!(receipt.id().number as usize, i + 1);
        }
        prop_assert!(gaps(receipts.iter().map(Receipt::id)).is_empty());
        let kept: Vec<_> = receipts.iter().enumerate().filter(|(i, _)| *i != lost).map(|(_, r)| r.id()).collect();
        let found = gaps(kept);
        if lost + 1 < count {
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(found[0].from as usize, lost + 1);
        } else {
            prop_assert!(found.is_empty());
        }
    }
}
