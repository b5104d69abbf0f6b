//! Modifiers and what stands around them: every way to combine, quotas, ceilings, subsidies, windows, grandfathering, kinds.
#![allow(clippy::unwrap_used, clippy::panic)]

use motcua_fees::{Application, Assessment, Error, FeeKind, Tariff, assess, quote};
use motcua_money::Amount;
use time::Date;
use time::macros::date;

const DAY: Date = date!(2026 - 11 - 24);

const HEAD: &str = r#"
schema = 1
id = "sample"
title = { vi = "Mẫu", en = "Sample" }
currency = "VND"
rounding = { mode = "half_up", unit = 1 }
rate_date = "collected"
account = "chung"

[[source]]
id = "s"
instrument = "1/2020/NQ"
title = { vi = "Nghị quyết 1/2020", en = "Resolution 1/2020" }
issuer = "HĐND"
confidence = "verified"

[[source]]
id = "rumour"
instrument = "9/2026/NQ"
title = { vi = "Nghị quyết 9/2026", en = "Resolution 9/2026" }
issuer = "HĐND"
confidence = "unverified"

[[fact]]
name = "units"
type = "integer"
label = { vi = "số", en = "units" }
default = 1

[[fact]]
name = "price"
type = "decimal"
label = { vi = "giá", en = "price" }
default = 0

[[fact]]
name = "channel"
type = "choice"
label = { vi = "kênh", en = "channel" }
values = ["counter", "online"]
default = "online"

[[fact]]
name = "citizen"
type = "entitlement"
label = { vi = "công dân số", en = "digital citizen" }

[[parameter]]
name = "base_salary"
[[parameter.value]]
from = 2020-01-01
until = 2026-07-01
amount = 1_000
cite = { source = "s", article = "Điều 9" }
[[parameter.value]]
from = 2026-07-01
amount = 2_000
cite = { source = "PARAMETER", article = "Điều 9" }

[[fee]]
id = "f"
kind = "le_phi"
name = { vi = "Lệ phí", en = "Charge" }

[[fee.rule]]
from = 2020-01-01
cite = { source = "s", article = "Điều 1" }
shape = { type = "per_unit", quantity = "units", each = 100_000 }
"#;

fn modifier(id: &str, rest: &str) -> String {
    format!(
        "\n[[modifier]]\nid = \"{id}\"\nname = {{ vi = \"{id}\", en = \"{id}\" }}\nfees = [\"f\"]\nfrom = 2020-01-01\ncite = {{ source = \"s\", article = \"Điều 2\" }}\n{rest}\n"
    )
}

#[track_caller]
fn tariff(more: &str) -> Tariff {
    let text = format!("{HEAD}{more}").replace("\"PARAMETER\"", "\"s\"");
    Tariff::from_toml("sample.toml", &text).unwrap_or_else(|all| panic!("{all}"))
}

fn case(json: &str) -> Application {
    serde_json::from_str(json).unwrap()
}

const PLAIN: &str = r#"{"fees":[{"fee":"f"}]}"#;
const CLAIM: &str =
    r#"{"fees":[{"fee":"f"}],"entitlements":[{"name":"citizen","evidence":"VNeID"}]}"#;

/// The answer, which the short way must agree with.
#[track_caller]
fn answer(tariff: &Tariff, json: &str) -> Result<Assessment, Error> {
    let application = case(json);
    let answer = assess(tariff, &application, DAY);
    match (&answer, quote(tariff, &application, DAY)) {
        (Ok(answer), total) => assert_eq!(total.as_ref(), Ok(&answer.total)),
        (Err(error), Err(other)) => assert_eq!(error, &other),
        (Err(error), Ok(total)) => panic!("{error}, but quoted {total}"),
    }
    answer
}

#[track_caller]
fn total(tariff: &Tariff, json: &str) -> i64 {
    answer(tariff, json).unwrap().total.to_i64().unwrap()
}

#[test]
fn stacked_modifiers_apply_by_rank_whatever_their_order() {
    let half = modifier("half", "multiply = \"50%\"\ncombine = \"stack\"\nrank = 1");
    let less = modifier("less", "subtract = 10_000\ncombine = \"stack\"\nrank = 2");
    for text in [format!("{half}{less}"), format!("{less}{half}")] {
        assert_eq!(total(&tariff(&text), PLAIN), 40_000);
    }
    // Less than nothing is nothing.
    let gone = modifier("gone", "subtract = 900_000\ncombine = \"stack\"");
    assert_eq!(total(&tariff(&gone), PLAIN), 0);
}

#[test]
fn the_best_is_taken_and_nothing_is_added_to_it() {
    let tenth = modifier("tenth", "multiply = \"90%\"\ncombine = \"stack\"");
    let half = modifier("half", "multiply = \"50%\"\ncombine = \"best_of\"");
    let less = modifier("less", "subtract = 60_000\ncombine = \"best_of\"");
    assert_eq!(total(&tariff(&format!("{tenth}{half}{less}")), PLAIN), 40_000);
    // A "benefit" that is dearer than the ordinary amount is none.
    let dear = modifier("dear", "set = 200_000\ncombine = \"best_of\"");
    assert_eq!(total(&tariff(&dear), PLAIN), 100_000);
}

#[test]
fn an_override_stands_alone() {
    let half = modifier("half", "multiply = \"50%\"\ncombine = \"stack\"");
    let best = modifier("best", "set = 1\ncombine = \"best_of\"");
    let fixed = modifier("fixed", "set = 70_000\ncombine = \"override\"\nrank = 5");
    assert_eq!(total(&tariff(&format!("{half}{best}{fixed}")), PLAIN), 70_000);
}

#[test]
fn equals_that_contradict_each_other_refuse_the_tariff() {
    let a = modifier("a", "set = 0\ncombine = \"refuse\"");
    let b = modifier("b", "set = 5\ncombine = \"stack\"");
    let findings = Tariff::from_toml("x", &format!("{HEAD}{a}{b}").replace("PARAMETER", "s"));
    assert_eq!(findings.unwrap_err().findings[0].code, "fees.modifier_conflict");
}

const QUOTA: &str =
    "when = { citizen = true }\nset = 0\ncombine = \"best_of\"\nquota = 2\nquota_per = \"PERIOD\"";

#[test]
fn quotas_count_by_the_calendar() {
    let of = |period: &str| tariff(&modifier("q", &QUOTA.replace("PERIOD", period)));
    let used = |days: &str| CLAIM.replace("\"VNeID\"", &format!("\"VNeID\",\"used_on\":[{days}]"));
    let (far, year, month) = ("\"2025-12-31\"", "\"2026-01-01\"", "\"2026-11-01\"");
    let quarter = "\"2026-10-01\"";
    for (period, days, free) in [
        ("year", format!("{far},{far},{year}"), true),
        ("year", format!("{year},{month}"), false),
        ("quarter", format!("{year},{quarter}"), true),
        ("quarter", format!("{quarter},{month}"), false),
        ("month", format!("{quarter},{month}"), true),
        ("month", format!("{month},{month}"), false),
        ("day", format!("{month},{month}"), true),
        ("day", "\"2026-11-24\",\"2026-11-24\"".to_owned(), false),
        ("life", format!("{far},{month}"), false),
    ] {
        let wanted = if free { 0 } else { 100_000 };
        assert_eq!(total(&of(period), &used(&days)), wanted, "{period} {days}");
    }
}

#[test]
fn the_lines_of_one_application_use_one_quota() {
    let tariff = tariff(&modifier("q", &QUOTA.replace("PERIOD", "year")));
    let three = CLAIM.replace("{\"fee\":\"f\"}", "{\"fee\":\"f\"},{\"fee\":\"f\"},{\"fee\":\"f\"}");
    let answer = answer(&tariff, &three).unwrap();
    assert_eq!(answer.total, Amount::vnd(100_000));
    assert!(answer.warnings.iter().any(|w| w.kind == "quota_not_stated"));
    let stated = three.replace("\"VNeID\"", "\"VNeID\",\"used\":1");
    assert_eq!(total(&tariff, &stated), 200_000);
    // Claims without proof use nothing up.
    assert_eq!(total(&tariff, &three.replace("\"VNeID\"", "\"\"")), 300_000);
}

#[test]
fn a_quota_needs_a_claim_to_count_by() {
    let text = modifier("q", "set = 0\ncombine = \"best_of\"\nquota = 1");
    let all =
        Tariff::from_toml("x", &format!("{HEAD}{text}").replace("PARAMETER", "s")).unwrap_err();
    assert_eq!(all.findings[0].code, "fees.missing_key");
    assert!(all.findings[0].message.contains("entitlement"));
}

#[test]
fn ceilings_are_amounts_or_multiples_of_a_dated_parameter() {
    let rest = |ceiling: &str| {
        modifier("m", &format!("multiply = \"0%\"\ncombine = \"stack\"\nceiling = {{ {ceiling} }}"))
    };
    assert_eq!(total(&tariff(&rest("amount = 30_000")), PLAIN), 70_000);
    let by_salary = tariff(&rest("times = 5, parameter = \"base_salary\""));
    assert_eq!(total(&by_salary, PLAIN), 90_000);
    assert_eq!(total(&by_salary, &PLAIN.replace("]}", "],\"collected\":\"2026-06-30\"}")), 95_000);
    // The lower of two.
    assert_eq!(
        total(&tariff(&rest("amount = 7_000, times = 5, parameter = \"base_salary\"")), PLAIN),
        93_000
    );
}

#[test]
fn an_unverified_parameter_is_refused_unless_named() {
    let rest = "multiply = \"0%\"\ncombine = \"stack\"\nceiling = { times = 5, parameter = \"base_salary\" }";
    let text = format!("{HEAD}{}", modifier("m", rest)).replace("PARAMETER", "rumour");
    let tariff = Tariff::from_toml("x", &text).unwrap_or_else(|all| panic!("{all}"));
    assert_eq!(answer(&tariff, PLAIN).unwrap_err().code(), "fees.unverified");
    let allowed = PLAIN.replace("]}", "],\"allow_unverified\":[\"base_salary\"]}");
    assert_eq!(total(&tariff, &allowed), 90_000);
}

#[test]
fn every_subsidy_is_a_line_and_the_payer_pays_the_rest() {
    let city =
        modifier("city", "multiply = \"50%\"\nsubsidy = true\ncombine = \"stack\"\nrank = 1");
    let ward = modifier("ward", "subtract = 20_001\nsubsidy = true\ncombine = \"stack\"\nrank = 2");
    let answer = answer(&tariff(&format!("{ward}{city}")), PLAIN).unwrap();
    let lines: Vec<(FeeKind, &str, i64)> = answer
        .lines
        .iter()
        .map(|line| (line.kind, line.rule.as_str(), line.amount.to_i64().unwrap()))
        .collect();
    assert_eq!(
        lines,
        [
            (FeeKind::LePhi, "rule-1", 100_000),
            (FeeKind::Subsidy, "city", -50_000),
            (FeeKind::Subsidy, "ward", -20_001)
        ]
    );
    assert_eq!(answer.total, Amount::vnd(29_999));
    assert_eq!(answer.paid_by_budget, Some(Amount::vnd(70_001)));
    assert_eq!(answer.accounts.len(), 1);
    assert_eq!(answer.accounts[0].total, answer.total);
}

#[test]
fn a_kind_is_reached_or_not() {
    let zero = modifier("zero", "set = 0\ncombine = \"best_of\"")
        .replace("fees = [\"f\"]", "kind = \"phi\"");
    assert_eq!(total(&tariff(&zero), PLAIN), 100_000);
    let zero = zero.replace("kind = \"phi\"", "kind = \"le_phi\"");
    let answer = answer(&tariff(&zero), PLAIN).unwrap();
    assert!(answer.total.is_zero() && answer.lines[0].receipt);
    // A subsidy is a line of a modifier, never a fee that the payer would pay.
    let text = HEAD.replace("kind = \"le_phi\"", "kind = \"subsidy\"").replace("PARAMETER", "s");
    assert_eq!(Tariff::from_toml("x", &text).unwrap_err().findings[0].code, "fees.bad_choice");
}

const SERVICE: &str = r#"
[[fee]]
id = "photo"
kind = "service_cost"
name = { vi = "Phô tô", en = "Photocopies" }

[[fee.ceiling]]
from = 2020-01-01
until = 2026-01-01
amount = 500
quantity = "units"
cite = { source = "s", article = "Điều 3" }

[[fee.ceiling]]
from = 2026-01-01
when = { channel = "counter" }
amount = 1_000
quantity = "units"
cite = { source = "s", article = "Điều 4" }

[[fee.ceiling]]
from = 2026-01-01
when = { channel = "counter" }
amount = 2_500
cite = { source = "s", article = "Điều 5" }

[[fee.rule]]
from = 2020-01-01
cite = { source = "s", article = "Điều 3" }
shape = { type = "percentage", value = { product_of = ["units", "price"] }, rate = "100%" }
"#;

#[test]
fn the_price_of_a_service_stays_under_the_ceiling_of_the_province() {
    let tariff = tariff(SERVICE);
    let at = |facts: &str, more: &str| {
        answer(&tariff, &format!(r#"{{"fees":[{{"fee":"photo","facts":{{{facts}}}}}]{more}}}"#))
            .unwrap()
    };
    let counter = r#""channel":"counter","units":2,"price":"#;
    let within = at(&format!("{counter}900"), "");
    assert_eq!((within.total, within.warnings.len()), (Amount::vnd(1_800), 0));
    assert!(!within.lines[0].receipt);
    let above = at(&format!("{counter}1200"), "");
    assert_eq!((above.total, above.warnings[0].kind), (Amount::vnd(2_000), "above_ceiling"));
    assert!(above.lines[0].steps.iter().any(|step| step.kind() == "service_ceiling"));
    // The least of two: by unit and for the case.
    assert_eq!(at(r#""channel":"counter","units":3,"price":1200"#, "").total, Amount::vnd(2_500));
    let old = at(&format!("{counter}900"), r#","collected":"2025-12-31""#);
    assert_eq!(old.total, Amount::vnd(1_000));
    // No ceiling for the case: the price stands, and the reader is told.
    let open = at(r#""channel":"online","units":2,"price":5000"#, "");
    assert_eq!((open.total, open.warnings[0].kind), (Amount::vnd(10_000), "no_ceiling"));
    let wrong = SERVICE.replace("service_cost", "phi");
    let all =
        Tariff::from_toml("x", &format!("{HEAD}{wrong}").replace("PARAMETER", "s")).unwrap_err();
    assert_eq!(all.findings[0].code, "fees.bad_choice");
}

#[test]
fn a_modifier_keeps_files_lodged_in_time() {
    let rest = "until = 2026-08-08\nkeeps_lodged_before = 2026-08-08\nset = 1\ncombine = \"stack\"";
    let tariff = tariff(&modifier("m", rest));
    assert_eq!(total(&tariff, PLAIN), 100_000);
    assert_eq!(total(&tariff, &PLAIN.replace("]}", "],\"lodged\":\"2026-08-07\"}")), 1);
    assert_eq!(total(&tariff, &PLAIN.replace("]}", "],\"lodged\":\"2026-08-08\"}")), 100_000);
}

#[test]
fn many_dated_rules_are_answered_as_few() {
    // Enough rules for the timeline; each year has its amount, 2024 is kept for files lodged before its end.
    let rule = |year: i32| {
        let kept = if year == 2024 { "keeps_lodged_before = 2025-01-01\n" } else { "" };
        format!(
            "[[fee.rule]]\nid = \"y{year}\"\nfrom = {year}-01-01\nuntil = {}-01-01\n{kept}cite = {{ source = \"s\", article = \"Điều 1\" }}\nshape = {{ type = \"flat\", amount = {year} }}\n",
            year + 1
        )
    };
    let (head, _) = HEAD.split_once("[[fee.rule]]").unwrap();
    let all: String = (2000..2030).rev().map(rule).collect();
    let tariff = Tariff::from_toml("x", &format!("{head}{all}").replace("PARAMETER", "s"))
        .unwrap_or_else(|all| panic!("{all}"));
    let on = |day: Date, lodged: Option<Date>| {
        let mut application = case(PLAIN);
        application.lodged = lodged;
        quote(&tariff, &application, day).map(|total| total.to_i64().unwrap()).map_err(|e| e.code())
    };
    for year in 2000..2030 {
        let day = Date::from_calendar_date(year, time::Month::June, 1).unwrap();
        assert_eq!(on(day, None), Ok(i64::from(year)));
    }
    assert_eq!(on(date!(1999 - 12 - 31), None), Err("fees.no_rule"));
    assert_eq!(on(date!(2030 - 01 - 01), None), Err("fees.no_rule"));
    assert_eq!(on(date!(2026 - 11 - 24), Some(date!(2024 - 12 - 31))), Ok(2024));
    assert_eq!(on(date!(2026 - 11 - 24), Some(date!(2025 - 01 - 01))), Ok(2026));
}
