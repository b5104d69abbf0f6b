//! One failing input for every error and finding code of this crate (`test-vectors/errors.json` points here).
#![allow(clippy::unwrap_used, clippy::panic)]

use motcua_fees::{Application, Diagnostics, Error, FindingCode, Severity, Tariff, assess};
use time::macros::date;

/// A small sound tariff; each test breaks one thing in it.
const SOUND: &str = r#"
schema = 1
id = "sample"
title = { vi = "Mẫu", en = "Sample" }
currency = "VND"
rounding = { mode = "half_up", unit = 1 }
rate_date = "collected"

[[source]]
id = "s"
instrument = "1/2020/TT"
title = { vi = "Thông tư 1/2020/TT", en = "Circular 1/2020/TT" }
issuer = "Bộ"
effective = 2020-01-01
confidence = "verified"

[[fact]]
name = "pages"
type = "integer"
label = { vi = "số trang", en = "pages" }
min = 1

[[fact]]
name = "value"
type = "decimal"
label = { vi = "giá trị", en = "value" }

[[fact]]
name = "channel"
type = "choice"
values = ["counter", "online"]
label = { vi = "kênh", en = "channel" }

[[fact]]
name = "poor"
type = "entitlement"
label = { vi = "hộ nghèo", en = "poor household" }

[[fee]]
id = "f"
kind = "phi"
name = { vi = "Phí", en = "Fee" }

[[fee.rule]]
id = "a"
from = 2020-01-01
cite = { source = "s", article = "Điều 1" }
shape = { type = "graduated", quantity = "pages", tiers = [{ up_to = 2, each = 2000 }, { each = 1000 }] }
"#;

/// A rule of value bands, to be put in place of the sound one's last line.
const BANDS: &str = "shape = { type = \"volume\", value = \"value\", bands = [";

fn last_line(shape: &str) -> String {
    let at = SOUND.rfind("shape = ").unwrap();
    format!("{}{shape}\n", &SOUND[..at])
}

#[track_caller]
fn findings(text: &str) -> Diagnostics {
    Tariff::from_toml("sample.toml", text).unwrap_err()
}

/// Exactly this finding, at this text.
#[track_caller]
fn finds(text: &str, code: &str, underlined: &str) {
    let all = findings(text);
    let found = all.findings.iter().find(|finding| finding.code == code);
    let found = found.unwrap_or_else(|| panic!("no {code} in:\n{all}"));
    let shown: String = found.text.chars().skip(found.column - 1).take(found.length).collect();
    assert_eq!(shown, underlined, "{all}");
    assert_eq!(text.lines().nth(found.line - 1), Some(found.text.as_str()));
    assert_eq!(all.findings.len(), 1, "more than {code}:\n{all}");
    assert!(found.message.len() > 15, "{}", found.message);
}

#[track_caller]
fn assess_error(tariff: &str, json: &str) -> Error {
    let tariff = Tariff::from_toml("sample.toml", tariff).unwrap_or_else(|all| panic!("{all}"));
    let application: Application = serde_json::from_str(json).unwrap();
    let error = assess(&tariff, &application, date!(2026 - 11 - 24)).unwrap_err();
    assert!(error.to_string().len() > 20);
    error
}

#[track_caller]
fn fails(tariff: &str, json: &str, code: &str) {
    assert_eq!(assess_error(tariff, json).code(), code);
}

const CASE: &str = r#"{"fees":[{"fee":"f","facts":{"pages":1}}]}"#;

#[test]
fn the_sample_is_sound() {
    let tariff = Tariff::from_toml("sample.toml", SOUND).unwrap_or_else(|all| panic!("{all}"));
    assert!(tariff.warnings().findings.is_empty());
}

#[test]
fn every_code_is_listed_with_its_test() {
    let listed = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../test-vectors/errors.json"
    ))
    .unwrap();
    let here = include_str!("errors.rs");
    for code in FindingCode::ALL {
        let name = code.code().trim_start_matches("fees.");
        assert!(listed.contains(&format!("\"{}\"", code.code())), "{} is not listed", code.code());
        assert!(here.contains(&format!("fn {name}()")), "{name} has no test");
    }
}

#[test]
fn syntax() {
    finds(
        &SOUND.replace("rate_date = \"collected\"", "rate_date = \"collected"),
        "fees.syntax",
        "",
    );
}

#[test]
fn unknown_key() {
    let text = SOUND.replace("up_to = 2", "upto = 2");
    let all = findings(&text);
    assert_eq!(all.findings[0].code, "fees.unknown_key");
    assert_eq!(all.findings[0].did_you_mean.as_deref(), Some("up_to"));
    finds(&SOUND.replace("\nid = \"a\"", "\nidd = \"a\""), "fees.unknown_key", "idd");
}

#[test]
fn missing_key() {
    let all = findings(&SOUND.replace("rate_date = \"collected\"\n", ""));
    assert_eq!(all.findings[0].code, "fees.missing_key");
    assert!(all.findings[0].message.contains("rate_date"));
}

#[test]
fn wrong_type() {
    finds(
        &SOUND.replace("from = 2020-01-01", "from = \"2020-01-01\""),
        "fees.wrong_type",
        "\"2020-01-01\"",
    );
}

#[test]
fn float_money() {
    finds(&SOUND.replace("each = 1000", "each = 1000.5"), "fees.float_money", "1000.5");
}

#[test]
fn bad_number() {
    finds(&SOUND.replace("each = 1000", "each = \"1e3\""), "fees.bad_number", "\"1e3\"");
    finds(&SOUND.replace("each = 1000 }]", "each = -1000 }]"), "fees.bad_number", "-1000");
}

#[test]
fn bad_date() {
    finds(&SOUND.replace("from = 2020-01-01", "from = 2020-31-01"), "fees.bad_date", "2020-31-01");
    finds(&SOUND.replace("from = 2020-01-01", "from = 2020-02-30"), "fees.bad_date", "2020-02-30");
    finds(
        &SOUND.replace("from = 2020-01-01", "from = 2020-01-01T00:00:00Z"),
        "fees.bad_date",
        "2020-01-01T00:00:00Z",
    );
}

#[test]
fn bad_choice() {
    finds(&SOUND.replace("kind = \"phi\"", "kind = \"phí\""), "fees.bad_choice", "\"phí\"");
    let all = findings(&SOUND.replace("type = \"graduated\"", "type = \"gradated\""));
    assert_eq!(all.findings[0].did_you_mean.as_deref(), Some("graduated"));
}

#[test]
fn unknown_name() {
    finds(
        &SOUND.replace("quantity = \"pages\"", "quantity = \"page\""),
        "fees.unknown_name",
        "\"page\"",
    );
    let text = SOUND.replace(
        "cite = { source = \"s\"",
        "when = { chanel = \"online\" }\ncite = { source = \"s\"",
    );
    finds(&text, "fees.unknown_name", "chanel");
}

#[test]
fn duplicate() {
    finds(
        &SOUND.replace(
            "name = \"value\"\ntype = \"decimal\"",
            "name = \"pages\"\ntype = \"integer\"",
        ),
        "fees.duplicate",
        "\"pages\"",
    );
}

#[test]
fn missing_citation() {
    let all = findings(&SOUND.replace("cite = { source = \"s\", article = \"Điều 1\" }\n", ""));
    assert_eq!(all.findings[0].code, "fees.missing_citation");
    assert_eq!(all.findings.len(), 1);
}

#[test]
fn tier_order() {
    // Descending tiers are never re-ordered.
    let text = SOUND.replace(
        "{ up_to = 2, each = 2000 }",
        "{ up_to = 5, each = 2000 }, { up_to = 2, each = 1500 }",
    );
    finds(&text, "fees.tier_order", "2");
    finds(
        &last_line(&format!(
            "{BANDS}{{ up_to = 5, amount = 1 }}, {{ up_to = 3, amount = 2 }}, {{ amount = 3 }}] }}"
        )),
        "fees.tier_order",
        "3",
    );
}

#[test]
fn tier_overlap() {
    finds(
        &last_line(&format!("{BANDS}{{ up_to = 5, amount = 1 }}, {{ over = 4, amount = 3 }}] }}")),
        "fees.tier_overlap",
        "4",
    );
}

#[test]
fn tier_gap() {
    finds(
        &last_line(&format!("{BANDS}{{ up_to = 5, amount = 1 }}, {{ over = 6, amount = 3 }}] }}")),
        "fees.tier_gap",
        "6",
    );
    // Below 5 and over 5: exactly 5 stands nowhere, until an interpretation answers it.
    let gap = format!("{BANDS}{{ below = 5, amount = 1 }}, {{ over = 5, amount = 3 }}] }}");
    finds(&last_line(&gap), "fees.tier_gap", "5");
    let ground = "{ vi = \"theo mức thấp\", en = \"the lower\" }";
    let answered = gap.replace(
        "] }",
        &format!("], interpretation = [{{ value = 5, amount = 1, ground = {ground} }}] }}"),
    );
    let tariff =
        Tariff::from_toml("x", &last_line(&answered)).unwrap_or_else(|all| panic!("{all}"));
    let case: Application =
        serde_json::from_str(r#"{"fees":[{"fee":"f","facts":{"value":5}}]}"#).unwrap();
    let answer = assess(&tariff, &case, date!(2026 - 11 - 24)).unwrap();
    assert_eq!(answer.total.to_i64(), Some(1));
    assert_eq!(answer.warnings[0].kind, "interpretation");
}

#[test]
fn tier_open() {
    finds(&SOUND.replace("{ each = 1000 }", "{ up_to = 9, each = 1000 }"), "fees.tier_open", "9");
    finds(
        &SOUND.replace("{ up_to = 2, each = 2000 }", "{ each = 2000 }"),
        "fees.tier_open",
        "{ each = 1000 }",
    );
}

#[test]
fn empty_validity() {
    finds(
        &SOUND.replace("from = 2020-01-01", "from = 2020-01-01\nuntil = 2020-01-01"),
        "fees.empty_validity",
        "2020-01-01",
    );
}

fn second_rule(head: &str) -> String {
    format!(
        "{SOUND}\n[[fee.rule]]\nid = \"b\"\n{head}\ncite = {{ source = \"s\", article = \"Điều 2\" }}\nshape = {{ type = \"flat\", amount = 1 }}\n"
    )
}

#[test]
fn overlapping_validity() {
    finds(&second_rule("from = 2021-01-01"), "fees.overlapping_validity", "[[fee.rule]]");
    let ended = second_rule("from = 2021-01-01")
        .replace("from = 2020-01-01", "from = 2020-01-01\nuntil = 2021-01-01");
    assert!(Tariff::from_toml("x", &ended).is_ok());
}

#[test]
fn equal_rank() {
    let text = second_rule("from = 2021-01-01\nwhen = { channel = \"online\" }");
    let all = findings(&text);
    assert_eq!(all.findings[0].code, "fees.equal_rank");
    assert!(all.findings[0].message.contains("channel = online on 2021-01-01"), "{all}");
    assert!(Tariff::from_toml("x", &text.replace("when = {", "rank = 1\nwhen = {")).is_ok());
}

#[test]
fn unreachable_rule() {
    finds(&second_rule("from = 2020-01-01\nrank = -1"), "fees.unreachable_rule", "[[fee.rule]]");
}

#[test]
fn validity_gap() {
    let text = second_rule("from = 2021-01-01")
        .replace("from = 2020-01-01", "from = 2020-01-01\nuntil = 2020-06-01");
    let tariff = Tariff::from_toml("x", &text).unwrap_or_else(|all| panic!("{all}"));
    let found = &tariff.warnings().findings;
    assert_eq!((found[0].code, found[0].severity), ("fees.validity_gap", Severity::Warning));
}

#[test]
fn uncovered_case() {
    let text =
        SOUND.replace("from = 2020-01-01", "from = 2020-01-01\nwhen = { channel = \"online\" }");
    let tariff = Tariff::from_toml("x", &text).unwrap_or_else(|all| panic!("{all}"));
    let found = &tariff.warnings().findings;
    assert_eq!(found[0].code, "fees.uncovered_case");
    assert!(found[0].message.contains("channel = counter"), "{}", found[0].message);
}

/// Exactly this warning, at this text.
#[track_caller]
fn warns(text: &str, code: &str, underlined: &str) {
    let tariff = Tariff::from_toml("x", text).unwrap_or_else(|all| panic!("{all}"));
    let all = tariff.warnings();
    assert_eq!((all.findings.len(), all.findings[0].code), (1, code), "{all}");
    let found = &all.findings[0];
    let shown: String = found.text.chars().skip(found.column - 1).take(found.length).collect();
    assert_eq!((shown.as_str(), found.severity), (underlined, Severity::Warning), "{all}");
}

#[test]
fn discontinuity() {
    let bands = |base: i64, more: &str| {
        last_line(&format!(
            "shape = {{ type = \"marginal\", value = \"value\", {more}bands = [{{ up_to = 1000, rate = \"1%\" }}, {{ base = {base}, excess_rate = \"2%\" }}] }}"
        ))
    };
    warns(&bands(100, ""), "fees.discontinuity", "100");
    warns(&bands(1, ""), "fees.discontinuity", "1");
    for sound in [bands(10, ""), bands(100, "jumps = true, ")] {
        assert!(Tariff::from_toml("x", &sound).unwrap().warnings().findings.is_empty());
    }
}

#[test]
fn falling_amount() {
    let text = |more: &str| {
        last_line(&format!(
            "shape = {{ type = \"volume\", value = \"value\", {more}bands = [{{ up_to = 5, amount = 9 }}, {{ amount = 3 }}] }}"
        ))
    };
    warns(&text(""), "fees.falling_amount", "{ amount = 3 }");
    assert!(
        Tariff::from_toml("x", &text("falls = true, ")).unwrap().warnings().findings.is_empty()
    );
}

fn modifier(id: &str, rest: &str) -> String {
    format!(
        "\n[[modifier]]\nid = \"{id}\"\nname = {{ vi = \"Giảm\", en = \"Less\" }}\nfees = [\"f\"]\nfrom = 2020-01-01\ncite = {{ source = \"s\", article = \"Điều 3\" }}\n{rest}\n"
    )
}

#[test]
fn modifier_conflict() {
    let text = format!(
        "{SOUND}{}{}",
        modifier("one", "set = 0\ncombine = \"refuse\"\nwhen = { channel = \"online\" }"),
        modifier("two", "set = 5\ncombine = \"refuse\"")
    );
    finds(&text, "fees.modifier_conflict", "[[modifier]]");
    let ranked = text.replace("set = 5", "rank = 1\nset = 5");
    assert!(Tariff::from_toml("x", &ranked).is_ok());
}

#[test]
fn too_complex() {
    let mut text = String::new();
    let mut all = String::from("when = { all = [");
    for index in 0..15 {
        text.push_str(&format!("\n[[fact]]\nname = \"b{index}\"\ntype = \"bool\"\nlabel = {{ vi = \"b\", en = \"b\" }}\n"));
        all.push_str(&format!("{{ b{index} = true }},"));
    }
    let text = SOUND
        .replace("\n[[fee]]", &format!("{text}\n[[fee]]"))
        .replace("from = 2020-01-01", &format!("from = 2020-01-01\n{all}] }}"));
    finds(&text, "fees.too_complex", "[[fee.rule]]");
}

#[test]
fn too_large() {
    let all = findings(&format!("{SOUND}#{}", "x".repeat(4 << 20)));
    assert_eq!(all.findings[0].code, "fees.too_large");
}

#[test]
fn all_findings_come_in_one_run() {
    let text = SOUND
        .replace("each = 1000", "each = 0.5")
        .replace("kind = \"phi\"", "kind = \"fee\"")
        .replace("from = 2020-01-01", "from = 2020-31-01")
        .replace(
            "label = { vi = \"giá trị\", en = \"value\" }",
            "label = { vi = \"giá trị\" }\nvaluess = []",
        );
    let codes: Vec<&str> = findings(&text).findings.iter().map(|finding| finding.code).collect();
    for code in [
        "fees.float_money",
        "fees.bad_choice",
        "fees.bad_date",
        "fees.missing_key",
        "fees.unknown_key",
    ] {
        assert!(codes.contains(&code), "{code} is missing in {codes:?}");
    }
}

#[test]
fn nothing_asked() {
    fails(SOUND, r#"{"fees":[]}"#, "fees.nothing_asked");
}

#[test]
fn unknown_fee() {
    let error = assess_error(SOUND, r#"{"fees":[{"fee":"g"}]}"#);
    assert_eq!(error.code(), "fees.unknown_fee");
    assert!(error.to_string().contains("did you mean `f`"), "{error}");
}

#[test]
fn unknown_fact() {
    fails(SOUND, r#"{"fees":[{"fee":"f","facts":{"pages":1,"pags":2}}]}"#, "fees.unknown_fact");
}

#[test]
fn missing_fact() {
    fails(SOUND, r#"{"fees":[{"fee":"f"}]}"#, "fees.missing_fact");
}

#[test]
fn bad_fact() {
    for value in ["0", "-1", "\"1.5\"", "\"x\"", "true", "[1]"] {
        fails(
            SOUND,
            &format!(r#"{{"fees":[{{"fee":"f","facts":{{"pages":{value}}}}}]}}"#),
            "fees.bad_fact",
        );
    }
    // A float does not even become a fact.
    assert!(
        serde_json::from_str::<Application>(r#"{"fees":[{"fee":"f","facts":{"pages":1.0}}]}"#)
            .is_err()
    );
}

#[test]
fn no_rule() {
    let text = SOUND.replace("from = 2020-01-01", "from = 2020-01-01\nuntil = 2026-01-01");
    fails(&text, CASE, "fees.no_rule");
}

#[test]
fn conflict() {
    // Each rule alone is in force on one of the days of the case: no day in common, so only the case shows it.
    let text = second_rule("from = 2026-01-01").replace(
        "from = 2020-01-01",
        "from = 2020-01-01\nuntil = 2026-01-01\nrate_date = \"lodged\"",
    );
    fails(
        &text,
        r#"{"fees":[{"fee":"f","facts":{"pages":1}}],"lodged":"2025-12-31"}"#,
        "fees.conflict",
    );
}

#[test]
fn no_band() {
    // The first band may begin above zero; below it nothing is said.
    let text =
        last_line(&format!("{BANDS}{{ over = 0, up_to = 5, amount = 1 }}, {{ amount = 3 }}] }}"));
    fails(&text, r#"{"fees":[{"fee":"f","facts":{"value":0}}]}"#, "fees.no_band");
}

#[test]
fn no_parameter() {
    let parameter = "\n[[parameter]]\nname = \"base_salary\"\n[[parameter.value]]\nfrom = 2020-01-01\nuntil = 2021-01-01\namount = 100\ncite = { source = \"s\", article = \"Điều 4\" }\n";
    let text = format!(
        "{SOUND}{parameter}{}",
        modifier(
            "m",
            "multiply = \"0.5\"\nceiling = { times = 5, parameter = \"base_salary\" }\ncombine = \"stack\""
        )
    );
    fails(&text, CASE, "fees.no_parameter");
}

#[test]
fn unverified() {
    let text = SOUND.replace("confidence = \"verified\"", "confidence = \"unverified\"");
    fails(&text, CASE, "fees.unverified");
    let tariff = Tariff::from_toml("x", &text).unwrap_or_else(|all| panic!("{all}"));
    let mut case: Application = serde_json::from_str(CASE).unwrap();
    case.allow_unverified.push("f".to_owned());
    assert_eq!(
        assess(&tariff, &case, date!(2026 - 11 - 24)).unwrap().warnings[0].kind,
        "unverified"
    );
}

#[test]
fn no_exchange_rate() {
    fails(
        &SOUND.replace("kind = \"phi\"", "kind = \"phi\"\ncurrency = \"USD\""),
        CASE,
        "fees.no_exchange_rate",
    );
}

#[test]
fn bad_exchange_rate() {
    let case = CASE.replace("]}", r#"],"exchange":[{"from":"USD","to":"VND","rate":"0","date":"2026-11-24","source":"bank"}]}"#);
    fails(
        &SOUND.replace("kind = \"phi\"", "kind = \"phi\"\ncurrency = \"USD\""),
        &case,
        "fees.bad_exchange_rate",
    );
}

#[test]
fn too_many() {
    let one = r#"{"fee":"f","facts":{"pages":1}}"#;
    fails(SOUND, &format!(r#"{{"fees":[{}]}}"#, vec![one; 10_001].join(",")), "fees.too_many");
}

#[test]
fn money() {
    let error = assess_error(
        SOUND,
        r#"{"fees":[{"fee":"f","facts":{"pages":"79228162514264337593543950335"}}]}"#,
    );
    assert_eq!(error.code(), "fees.money");
    assert!(error.details().contains(&("cause", "money.overflow".to_owned())));
}

#[test]
fn amounts_reach_the_limits_of_decimal_and_no_further() {
    let most = "79228162514264337593543950335";
    let each = |rate: &str| {
        let text = last_line(&format!(
            "shape = {{ type = \"percentage\", value = \"value\", rate = \"{rate}\" }}"
        ));
        let tariff = Tariff::from_toml("x", &text).unwrap_or_else(|all| panic!("{all}"));
        let json = format!(r#"{{"fees":[{{"fee":"f","facts":{{"value":"{most}"}}}}]}}"#);
        motcua_fees::quote(&tariff, &serde_json::from_str(&json).unwrap(), date!(2026 - 11 - 24))
            .map(|total| total.value().to_string())
            .map_err(|error| error.code())
    };
    assert_eq!(each("1"), Ok(most.to_owned()));
    assert_eq!(each("50%"), Ok("39614081257132168796771975168".to_owned()));
    assert_eq!(each("100.0001%"), Err("fees.money"));
    assert_eq!(each("79228162514264337593543950335"), Err("fees.money"));
}

#[test]
fn bad_assessment() {
    let tariff = Tariff::from_toml("x", SOUND).unwrap_or_else(|all| panic!("{all}"));
    for json in ["", "{}", r#"{"total":1}"#] {
        assert_eq!(
            motcua_fees::verify_assessment(&tariff, json).unwrap_err().code(),
            "fees.bad_assessment"
        );
    }
}

#[test]
fn not_toml() {
    assert_eq!(motcua_fees::format("id = ").unwrap_err().code(), "fees.not_toml");
}
