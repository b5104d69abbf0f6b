//! Every tariff shipped loads without a warning, and every example beside its rules holds.
#![allow(clippy::unwrap_used, clippy::panic)]

use motcua_fees::{Application, Tariff, assess, run_examples};
use motcua_money::{Amount, Language};
use time::macros::date;

fn shipped(name: &str) -> Tariff {
    let text = motcua_tariffs::get(name).unwrap();
    Tariff::from_toml(&format!("{name}.toml"), text).unwrap_or_else(|findings| panic!("{findings}"))
}

#[test]
fn every_example_holds() {
    let mut count = 0;
    for name in motcua_tariffs::names() {
        let tariff = shipped(name);
        assert_eq!(tariff.id(), name);
        assert!(tariff.warnings().findings.is_empty(), "{}", tariff.warnings());
        let outcomes = run_examples(&tariff);
        assert!(!outcomes.is_empty(), "{name} has no example");
        for outcome in outcomes {
            count += 1;
            assert!(
                outcome.passed,
                "{name}:{}: {}: expected {}, got {}",
                outcome.line, outcome.name, outcome.expected, outcome.got
            );
        }
    }
    assert!(count >= 18, "only {count} examples ran");
}

#[test]
fn two_copies_of_a_two_page_original() {
    let tariff = shipped("certification-226-2016");
    let case: Application =
        serde_json::from_str(r#"{"fees":[{"fee":"ct.copy","facts":{"pages":2,"copies":2}}]}"#)
            .unwrap();
    let answer = assess(&tariff, &case, date!(2026 - 11 - 24)).unwrap();
    assert_eq!(answer.total, Amount::vnd(8_000));
    assert_eq!(answer.in_words.vi, "Tám nghìn đồng");
    let text = answer.text(Language::Vi);
    assert!(text.contains("Thông tư 226/2016/TT-BTC, Điều 4 khoản 1"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&answer.to_json()).unwrap();
    assert_eq!(json["total"]["amount"], "8000");
    assert_eq!(json["lines"][0]["steps"][0]["value"], "4000");
    assert_eq!(answer.to_json(), assess(&tariff, &case, date!(2026 - 11 - 24)).unwrap().to_json());
}
