//! The faults that OpenFisca-core 46 takes without a word, each refused here with its place; and what a tariff says of its own age.
#![allow(clippy::unwrap_used, clippy::panic)]

use motcua_fees::{Application, Tariff, assess, quote};
use time::Date;
use time::macros::date;

fn sound() -> &'static str {
    motcua_tariffs::get("certification-226-2016").unwrap()
}

/// The first finding with this code: line, column, underlined text.
#[track_caller]
fn found(text: &str, code: &str) -> (usize, usize, String) {
    let all = Tariff::from_toml("broken.toml", text).unwrap_err();
    let finding = all.findings.iter().find(|f| f.code == code).unwrap_or_else(|| panic!("{all}"));
    let shown = finding.text.chars().skip(finding.column - 1).take(finding.length).collect();
    assert!(all.to_string().contains(&format!("broken.toml:{}:{}", finding.line, finding.column)));
    (finding.line, finding.column, shown)
}

fn case(day: Date) -> Result<i64, &'static str> {
    let tariff = Tariff::from_toml("sound.toml", sound()).unwrap();
    let copy = Application::for_fee("ct.copy", [("pages", 2.into()), ("copies", 1.into())]);
    quote(&tariff, &copy, day).map(|total| total.to_i64().unwrap()).map_err(|e| e.code())
}

#[test]
fn a_misspelt_key_is_no_key() {
    let text = sound().replacen("tiers = [", "tierss = [", 1);
    let (line, _, shown) = found(&text, "fees.unknown_key");
    assert_eq!(shown, "tierss");
    assert!(text.lines().nth(line - 1).unwrap().contains("tierss"));
    let all = Tariff::from_toml("x", &text).unwrap_err();
    assert_eq!(all.findings.iter().find_map(|f| f.did_you_mean.as_deref()), Some("tiers"));
}

#[test]
fn descending_brackets_are_never_reordered() {
    let tiers =
        "tiers = [{ up_to = 9, each = 2_000 }, { up_to = 2, each = 1_500 }, { each = 1_000 }]";
    let text =
        sound().replacen("tiers = [{ up_to = 2, each = 2_000 }, { each = 1_000 }]", tiers, 1);
    assert_eq!(found(&text, "fees.tier_order").2, "2");
}

#[test]
fn before_the_first_day_there_is_no_answer() {
    assert_eq!(case(date!(2015 - 11 - 29)), Err("fees.no_rule"));
    assert_eq!(case(date!(2015 - 11 - 30)), Ok(4_000));
}

#[test]
fn month_31_is_no_month() {
    let text = sound().replacen("from = 2015-11-30", "from = 2015-31-11", 1);
    assert_eq!(found(&text, "fees.bad_date").2, "2015-31-11");
}

#[test]
fn an_old_tariff_says_that_it_is_old_and_what_is_expected() {
    let text = format!(
        "{}\n[[expected]]\non = 2027-01-01\nfee = \"ct.copy\"\nnote = {{ vi = \"dự thảo\", en = \"a draft\" }}\n",
        sound()
    );
    let tariff = Tariff::from_toml("x", &text).unwrap();
    let copy = Application::for_fee("ct.copy", [("pages", 2.into()), ("copies", 1.into())]);
    let warnings = |day| -> Vec<&'static str> {
        assess(&tariff, &copy, day).unwrap().warnings.iter().map(|w| w.kind).collect()
    };
    assert!(warnings(date!(2026 - 12 - 31)).is_empty());
    assert_eq!(warnings(date!(2027 - 01 - 01)), ["change_expected"]);
    assert_eq!(warnings(date!(2099 - 01 - 01)), ["review_due", "change_expected"]);
    // Another fee is not concerned by the change.
    let contract = Application::for_fee("ct.contract", []);
    assert!(assess(&tariff, &contract, date!(2027 - 01 - 01)).unwrap().warnings.is_empty());
}

#[test]
fn a_hostile_file_ends_soon_with_findings() {
    // Many names that are nearly known, many findings, one long line, deep units: each once took time or memory without end.
    let many: String = (0..30_000).map(|at| format!("ke{at} = 1\n")).collect();
    let all = Tariff::from_toml("x", &format!("{many}{}", sound())).unwrap_err();
    assert!(all.findings.len() <= 501, "{}", all.findings.len());
    assert_eq!(all.findings.iter().filter(|f| f.code == "fees.too_large").count(), 1);
    let fees: String = (0..3_000)
        .map(|at| {
            format!("[[fee.rule]]\nid = \"r{at}\"\nfrom = 2020-01-01\nrank = {at}\ncite = {{ source = \"tt226\", article = \"1\" }}\nshape = {{ type = \"flat\", amount = 1 }}\n")
        })
        .collect();
    let (head, _) = sound().split_once("[[fee]]").unwrap();
    let fee = "[[fee]]\nid = \"f\"\nkind = \"phi\"\nname = { vi = \"a\", en = \"a\" }\n";
    let all = Tariff::from_toml("x", &format!("{head}{fee}{fees}")).unwrap_err();
    assert!(all.findings.iter().any(|f| f.code == "fees.unreachable_rule"), "{all}");
    let units: String = (0..60)
        .map(|at| {
            let below = if at > 1 {
                format!(
                    "within = \"u{}\"\nformerly = \"u{}\"\nmerged = 2025-07-01\n",
                    at - 1,
                    at - 2
                )
            } else {
                String::new()
            };
            format!("[[locality]]\ncode = \"u{at}\"\nname = \"u\"\n{below}")
        })
        .collect();
    let text = format!("{}\n{units}", sound());
    assert_eq!(found(&text, "fees.too_large").2, "[[locality]]");
}
