//! Every tariff shipped loads without a warning, and every example beside its rules holds.
#![allow(clippy::unwrap_used, clippy::panic)]

use motcua_fees::{Application, Tariff, assess, run_examples};
use motcua_money::{Amount, Language};
use time::macros::date;

fn shipped(name: &str) -> Tariff {
    let text = motcua_tariffs::get(name).unwrap();
    Tariff::from_toml(&format!("{name}.toml"), text).unwrap_or_else(|findings| panic!("{findings}"))
}

/// Warnings that stay, each with its reason.
const OPEN: &[(&str, &str, &str)] = &[
    (
        "passport-2024",
        "fees.validity_gap",
        "no text says how 90 % and 50 % combine in the second half of 2025",
    ),
    ("hcmc-online-411-2025", "fees.uncovered_case", "the amounts at the counter are not verified"),
    ("civil-status-law-60-2014", "fees.uncovered_case", "provinces set what is not exempt"),
    ("digital-citizen-66-2026", "fees.uncovered_case", "the ordinary amounts are not verified"),
    ("haiphong-land-34-2025", "fees.uncovered_case", "online two resolutions are in conflict"),
];

#[test]
fn every_example_holds() {
    let mut count = 0;
    let mut open = std::collections::BTreeSet::new();
    let mut names: Vec<&str> = motcua_tariffs::names().collect();
    assert!(names.is_sorted());
    for name in names.drain(..) {
        let tariff = shipped(name);
        assert_eq!(tariff.id(), name);
        for finding in &tariff.warnings().findings {
            let known = OPEN.iter().find(|(file, code, _)| *file == name && *code == finding.code);
            let known = known.unwrap_or_else(|| panic!("{}", tariff.warnings()));
            open.insert(known);
        }
        let outcomes = run_examples(&tariff);
        for fee in tariff.fees() {
            let shown =
                tariff.examples().iter().any(|example| example.application.fees[0].fee == fee.id);
            assert!(
                shown || tariff.examples().len() > 5 || fee.rules.len() == 1,
                "{name}: {} has no example",
                fee.id
            );
        }
        for outcome in outcomes {
            count += 1;
            assert!(
                outcome.passed,
                "{name}:{}: {}: expected {}, got {}",
                outcome.line, outcome.name, outcome.expected, outcome.got
            );
        }
    }
    assert_eq!(open.len(), OPEN.len(), "a warning listed as open is gone: {open:?}");
    assert!(count >= 152, "only {count} examples ran");
}

#[test]
fn the_conflict_of_two_resolutions_is_reported() {
    let text = include_str!("../../tariffs/data/fixtures/haiphong-conflict-2026.toml");
    let findings = Tariff::from_toml("haiphong-conflict-2026.toml", text).unwrap_err();
    assert_eq!(findings.findings.len(), 1, "{findings}");
    let found = &findings.findings[0];
    assert_eq!(found.code, "fees.modifier_conflict");
    for part in ["34/2025/NQ-HĐND", "23/2026/NQ-HĐND", "channel = online", "2026-08-08"] {
        assert!(found.message.contains(part), "{}", found.message);
    }
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
