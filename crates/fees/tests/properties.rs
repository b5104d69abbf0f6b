//! Laws that hold for every case: sums, caps, continuity, order of the file, and one answer from every entrance.
#![allow(clippy::unwrap_used, clippy::panic)]

use motcua_fees::{
    Application, Case, Change, FactValue, Recheck, RowReader, Said, Tariff, assess, diff_in_money,
    verify_assessment, what_if,
};
use motcua_money::{Amount, Exact};
use proptest::prelude::*;
use time::Date;
use time::macros::date;

const DAY: Date = date!(2026 - 11 - 24);

fn shipped(name: &str) -> Tariff {
    Tariff::from_toml(name, motcua_tariffs::get(name).unwrap())
        .unwrap_or_else(|all| panic!("{all}"))
}

fn case(fee: &str, facts: &[(&'static str, i64)]) -> Application {
    Application::for_fee(fee, facts.iter().map(|(name, value)| (*name, FactValue::from(*value))))
}

fn total(tariff: &Tariff, fee: &str, facts: &[(&'static str, i64)]) -> i64 {
    assess(tariff, &case(fee, facts), DAY).unwrap().total.to_i64().unwrap()
}

fn unrounded(tariff: &Tariff, fee: &str, value: i64) -> Exact {
    assess(tariff, &case(fee, &[("contract_value", value)]), DAY).unwrap().lines[0].unrounded
}

proptest! {
    #[test]
    fn a_graduated_price_is_the_sum_of_its_units(pages in 1_i64..1_000, copies in 1_i64..1_000) {
        let tariff = shipped("certification-226-2016");
        // The law in one line, told page by page.
        let one: i64 = (1..=pages).map(|page| if page <= 2 { 2_000 } else { 1_000 }).sum();
        let fee = total(&tariff, "ct.copy", &[("pages", pages), ("copies", copies)]);
        prop_assert_eq!(fee, copies * one.min(200_000));
        prop_assert!(fee <= copies * 200_000);
        prop_assert!(fee <= total(&tariff, "ct.copy", &[("pages", pages + 1), ("copies", copies)]));
    }

    #[test]
    fn marginal_bands_rise_without_jumps(value in 100_000_001_i64..400_000_000_000, step in 1_i64..1_000_000) {
        let tariff = shipped("notary-257-2016");
        let (low, high) = (unrounded(&tariff, "cc.value", value), unrounded(&tariff, "cc.value", value + step));
        prop_assert!(high >= low);
        // No rate is above 0.1 %, so no step raises the fee by more.
        prop_assert!(high.checked_sub(low).unwrap() <= Exact::new(i128::from(step), 1_000).unwrap());
    }

    /// A table made at random whose bases continue: no warning, no jump at any bound, and never less for more.
    #[test]
    fn bands_that_continue_have_no_jumps(steps in prop::collection::vec((1_i64..1_000_000, 0_i64..200), 1..6), last in 0_i64..200) {
        let (mut bands, mut edge, mut base) = (String::new(), 0_i64, Exact::ZERO);
        let mut edges = Vec::new();
        for (width, rate) in &steps {
            let next = edge + width;
            bands.push_str(&format!("{{ up_to = {next}, base = \"{base}\", excess_rate = \"{rate}%\" }},\n"));
            base = base.checked_add(Exact::new(i128::from(width * rate), 100).unwrap()).unwrap();
            edge = next;
            edges.push(edge);
        }
        bands.push_str(&format!("{{ base = \"{base}\", excess_rate = \"{last}%\" }},\n"));
        let text = include_str!("../benches/scale.toml");
        let (head, _) = text.split_once("bands = [").unwrap();
        let tariff = Tariff::from_toml("x", &format!("{head}bands = [\n{bands}]\n")).unwrap_or_else(|all| panic!("{all}"));
        prop_assert!(tariff.warnings().findings.is_empty(), "{}", tariff.warnings());
        let fee = |value: i64| assess(&tariff, &case("scale", &[("income", value)]), DAY).unwrap().lines[0].unrounded;
        for edge in edges {
            let (before, at, after) = (fee(edge - 1), fee(edge), fee(edge + 1));
            prop_assert!(before <= at && at <= after);
            let most = Exact::from(2);
            prop_assert!(after.checked_sub(at).unwrap() <= most && at.checked_sub(before).unwrap() <= most);
        }
    }

    #[test]
    fn caps_hold_however_many(pages in 1_i64..100_000, copies in 1_i64..100_000, value in 0_i64..i64::MAX) {
        let certification = shipped("certification-226-2016");
        prop_assert!(total(&certification, "ct.copy", &[("pages", pages), ("copies", copies)]) <= copies * 200_000);
        let notary = shipped("notary-257-2016");
        prop_assert!(total(&notary, "cc.value", &[("contract_value", value)]) <= 70_000_000);
        prop_assert!(total(&notary, "cc.lease", &[("rent", value)]) <= 8_000_000);
    }

    #[test]
    fn the_total_is_the_sum_of_the_lines(pages in 1_i64..500, copies in 1_i64..50, documents in 1_i64..50) {
        let tariff = shipped("certification-226-2016");
        let mut both = case("ct.copy", &[("pages", pages), ("copies", copies)]);
        both.fees.extend(case("ct.signature", &[("documents", documents)]).fees);
        let answer = assess(&tariff, &both, DAY).unwrap();
        let lines = answer.lines.iter().try_fold(Amount::vnd(0), |sum, line| sum.checked_add(&line.amount));
        prop_assert_eq!(answer.total, lines.unwrap());
        let accounts = answer.accounts.iter().try_fold(Amount::vnd(0), |sum, account| sum.checked_add(&account.total));
        prop_assert_eq!(answer.total, accounts.unwrap());
        prop_assert_eq!(verify_assessment(&tariff, &answer.to_json()).unwrap(), Recheck::Same);
    }

    #[test]
    fn the_columns_say_what_the_engine_says(rows in prop::collection::vec((any::<i64>(), any::<i64>()), 1..40), small in any::<bool>()) {
        for (name, fee, one, other) in [
            ("certification-226-2016", "ct.copy", "pages", "copies"),
            ("notary-257-2016", "cc.lease", "rent", "documents"),
            ("notary-257-2016", "cc.translation", "pages", "copies"),
            ("notary-257-2016", "cc.auction", "sale_value", "documents"),
        ] {
            let tariff = shipped(name);
            let compiled = tariff.clone().compile();
            let plan = compiled.plan(&case(fee, &[]), &[one, other], DAY).unwrap();
            prop_assert_eq!(plan.is_fast(), ["ct.copy", "cc.lease"].contains(&fee));
            let range = |value: i64| if small { value % 1_000 } else { value };
            let first: Vec<i64> = rows.iter().map(|row| range(row.0)).collect();
            let second: Vec<i64> = rows.iter().map(|row| range(row.1)).collect();
            let (mut out, mut valid) = (vec![0; rows.len()], vec![false; rows.len()]);
            let errors = plan.run(&[&first, &second], &mut out, &mut valid).unwrap();
            for (index, (a, b)) in first.iter().zip(&second).enumerate() {
                let single = assess(&tariff, &case(fee, &[(one, *a), (other, *b)]), DAY);
                match single.ok().and_then(|answer| answer.total.to_i64()) {
                    Some(amount) => prop_assert_eq!((out[index], valid[index]), (amount, true)),
                    None => prop_assert!(!valid[index] && errors.iter().any(|error| error.row == index)),
                }
            }
        }
    }

    #[test]
    fn the_order_of_the_file_changes_nothing(seed in any::<u64>(), channel in 0_usize..3, claim in any::<bool>()) {
        let text = motcua_tariffs::get("id-card-73-2024").unwrap();
        // Whole blocks after the head change places: fees, modifiers and examples alike.
        let mut blocks: Vec<&str> = text.split("\n[[fee]]\n").collect();
        let head = blocks.remove(0);
        let last = blocks.pop().unwrap();
        let (last, tail) = last.split_once("\n[[modifier]]\n").unwrap();
        blocks.push(last);
        let mut modifiers: Vec<&str> = tail.split("\n[[modifier]]\n").collect();
        let end = modifiers.pop().unwrap();
        let (end, examples) = end.split_once("\n[[example]]\n").unwrap();
        modifiers.push(end);
        let at = usize::try_from(seed % 6).unwrap();
        blocks.rotate_left(at % 3);
        modifiers.rotate_left(at % 2);
        let shuffled = format!(
            "{head}\n[[fee]]\n{}\n[[modifier]]\n{}\n[[example]]\n{examples}",
            blocks.join("\n[[fee]]\n"), modifiers.join("\n[[modifier]]\n")
        );
        let other = Tariff::from_toml("shuffled", &shuffled).unwrap_or_else(|all| panic!("{all}"));
        let tariff = shipped("id-card-73-2024");
        let mut application = Application::for_fee("cc.reissue", [("channel", ["counter", "post", "online"][channel].into())]);
        if claim {
            application.entitlements = serde_json::from_str(r#"[{"name":"digital_citizen","evidence":"VNeID"}]"#).unwrap();
        }
        let (a, b) = (assess(&tariff, &application, DAY).unwrap(), assess(&other, &application, DAY).unwrap());
        prop_assert_eq!(a.lines, b.lines);
        prop_assert_eq!(a.exemptions, b.exemptions);
    }

    #[test]
    fn no_text_makes_the_loader_fall(text in "\\PC{0,200}", cut in 0_usize..4_000) {
        let _ = Tariff::from_toml("any", &text);
        // A sound file cut anywhere is refused with findings, or still sound, but never a panic.
        let whole = motcua_tariffs::get("notary-257-2016").unwrap();
        let cut = (0..=cut.min(whole.len())).rev().find(|at| whole.is_char_boundary(*at)).unwrap();
        if let Err(findings) = Tariff::from_toml("cut", &whole[..cut]) {
            prop_assert!(findings.has_errors());
            prop_assert!(!findings.to_string().is_empty());
        }
    }
}

#[test]
fn a_column_beyond_64_bits_is_an_error_not_the_largest_number() {
    let plan = shipped("certification-226-2016").compile();
    let plan = plan.plan(&case("ct.copy", &[]), &["pages", "copies"], DAY).unwrap();
    let (mut out, mut valid) = ([0; 2], [false; 2]);
    // 2 000 × 4 611 686 018 427 387 is the last that fits.
    let copies = [4_611_686_018_427_387, 4_611_686_018_427_388];
    let errors = plan.run(&[&[1, 1], &copies], &mut out, &mut valid).unwrap();
    assert_eq!((out, valid), ([9_223_372_036_854_774_000, i64::MIN], [true, false]));
    assert_eq!((errors[0].row, errors[0].code), (1, "fees.money"));
}

#[test]
fn an_altered_assessment_is_told_from_a_true_one() {
    let tariff = shipped("certification-226-2016");
    let json =
        assess(&tariff, &case("ct.copy", &[("pages", 10), ("copies", 3)]), DAY).unwrap().to_json();
    let altered = json.replacen("\"36000\"", "\"35000\"", 1);
    let Recheck::Different { differences } = verify_assessment(&tariff, &altered).unwrap() else {
        panic!()
    };
    assert_eq!(differences.len(), 1);
    assert!(
        differences[0].at.ends_with("/amount")
            || differences[0].at.ends_with("/unrounded")
            || differences[0].at.ends_with("/value"),
        "{differences:?}"
    );
    let other = Tariff::from_toml(
        "x",
        &format!("{}\n# a remark\n", motcua_tariffs::get("certification-226-2016").unwrap()),
    )
    .unwrap();
    assert!(matches!(verify_assessment(&other, &json).unwrap(), Recheck::OtherTariff { .. }));
}

#[test]
fn what_if_and_the_difference_in_money() {
    let tariff = shipped("certification-226-2016");
    let contract = case("ct.contract", &[("contracts", 2)]);
    let change: Change = serde_json::from_str(r#"{"date":"2016-06-01"}"#).unwrap();
    let comparison = what_if(&tariff, &contract, DAY, &change).unwrap();
    assert_eq!(comparison.difference, Amount::vnd(-40_000));

    let dearer = motcua_tariffs::get("certification-226-2016")
        .unwrap()
        .replace("each = 50_000", "each = 60_000");
    let new = Tariff::from_toml("new", &dearer).unwrap();
    let cases = [
        Case { name: "contract".into(), date: DAY, application: contract },
        Case {
            name: "copy".into(),
            date: DAY,
            application: case("ct.copy", &[("pages", 1), ("copies", 1)]),
        },
        Case { name: "nothing".into(), date: DAY, application: case("ct.copy", &[]) },
    ];
    let diff = diff_in_money(&tariff, &new, &cases).unwrap();
    assert_eq!((diff.cases, diff.unchanged, diff.changed.len()), (3, 2, 1));
    assert_eq!(diff.changed[0].after, Said::Total(Amount::vnd(120_000)));
    assert_eq!(diff.changed[0].difference, Some(Amount::vnd(20_000)));
    assert_eq!(diff.after.checked_sub(&diff.before).unwrap(), Amount::vnd(20_000));
}

#[test]
fn rows_become_cases_and_a_bad_row_stays_alone() {
    let tariff = shipped("certification-226-2016");
    let rows = RowReader::new(&tariff, ["\u{feff}fee", "pages", "copies", "date"], DAY).unwrap();
    let (good, day) = rows.case(["ct.copy", "2", "2", "2024-01-01"]).unwrap();
    assert_eq!(day, date!(2024 - 01 - 01));
    assert_eq!(assess(&tariff, &good, day).unwrap().total, Amount::vnd(8_000));
    let (bad, day) = rows.case(["ct.copy", "two", "2", ""]).unwrap();
    assert_eq!(assess(&tariff, &bad, day).unwrap_err().code(), "fees.bad_fact");
    assert_eq!(rows.case(["ct.copy", "2", "2", "2024-13-01"]).unwrap_err().code(), "fees.bad_fact");
    assert_eq!(
        RowReader::new(&tariff, ["fee", "page"], DAY).unwrap_err().code(),
        "fees.unknown_fact"
    );
}

#[test]
fn exempt_only_with_evidence_and_only_where_a_rule_says_so() {
    let tariff = shipped("certification-226-2016");
    let mut application = case("ct.contract", &[("contracts", 1)]);
    application.entitlements = serde_json::from_str(
        r#"[{"name":"farm_loan_mortgage"},{"name":"poor_household","evidence":"book 12"}]"#,
    )
    .unwrap();
    let answer = assess(&tariff, &application, DAY).unwrap();
    assert_eq!(answer.total, Amount::vnd(50_000));
    let results: Vec<String> = answer
        .exemptions
        .iter()
        .map(|e| serde_json::to_value(e.result).unwrap().as_str().unwrap().to_owned())
        .collect();
    assert_eq!(results, ["no_evidence", "not_in_tariff"]);
    application.entitlements[0].evidence = Some("contract 7".to_owned());
    let granted = assess(&tariff, &application, DAY).unwrap();
    assert!(
        granted.total.is_zero() && granted.lines[0].receipt,
        "a line of zero stays, with its receipt"
    );
}
