//! How fast fees are: one case with and without its reasons, columns of cases, loading, and how the time grows with the tariff.
//! `cargo xtask bench` runs this beside OpenFisca and compares with the targets; nothing here decides what is right.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a benchmark stops at the first fault"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use motcua_fees::{Application, FactValue, Tariff, assess, quote};
use time::Date;
use time::macros::date;

const DAY: Date = date!(2026 - 11 - 24);
/// Rows of a column: more than the caches of the first level hold.
const ROWS: usize = 100_000;

/// The three-bracket scale that OpenFisca computes in the same run (`xtask/bench/openfisca_scale.py`).
const SCALE: &str = include_str!("scale.toml");

fn load(name: &str, text: &str) -> Tariff {
    Tariff::from_toml(name, text).unwrap_or_else(|all| panic!("{all}"))
}

fn shipped(name: &str) -> Tariff {
    load(name, motcua_tariffs::get(name).unwrap())
}

fn copy(pages: i64, copies: i64) -> Application {
    Application::for_fee("ct.copy", [("pages", pages.into()), ("copies", copies.into())])
}

/// Columns without a pattern that a branch predictor could learn (Knuth's multiplicative hash).
fn column(most: u64) -> Vec<i64> {
    (1..=ROWS as u64)
        .map(|row| i64::try_from(row.wrapping_mul(11_400_714_819_323_198_485) % most + 1).unwrap())
        .collect()
}

fn one(c: &mut Criterion) {
    let tariff = shipped("certification-226-2016");
    let case = copy(10, 3);
    c.bench_function("one/explanation_off", |b| {
        b.iter(|| quote(&tariff, black_box(&case), DAY).unwrap());
    });
    c.bench_function("one/explanation_on", |b| {
        b.iter(|| assess(&tariff, black_box(&case), DAY).unwrap());
    });
    c.bench_function("one/explanation_json", |b| {
        b.iter(|| assess(&tariff, black_box(&case), DAY).unwrap().to_json());
    });
    let plan = tariff.compile().plan(&copy(1, 1), &["pages", "copies"], DAY).unwrap();
    c.bench_function("one/compiled", |b| b.iter(|| plan.one(black_box(&[10, 3])).unwrap()));
}

fn bulk(c: &mut Criterion) {
    let mut group = c.benchmark_group("bulk");
    group.throughput(Throughput::Elements(ROWS as u64));
    let (mut out, mut valid) = (vec![0; ROWS], vec![false; ROWS]);
    let (pages, copies) = (column(300), column(9));
    let copy_fee = shipped("certification-226-2016").compile();
    let plan = copy_fee.plan(&copy(1, 1), &["pages", "copies"], DAY).unwrap();
    assert!(plan.is_fast());
    group.bench_function("copy_fee", |b| {
        b.iter(|| plan.run(&[&pages, &copies], black_box(&mut out), &mut valid).unwrap());
    });
    let scale = load("scale", SCALE).compile();
    let income = Application::for_fee("scale", [("income", FactValue::from(1))]);
    let plan = scale.plan(&income, &["income"], DAY).unwrap();
    assert!(plan.is_fast());
    let incomes = column(100_000_000);
    group.bench_function("three_brackets", |b| {
        b.iter(|| plan.run(&[&incomes], black_box(&mut out), &mut valid).unwrap());
    });
    let notary = shipped("notary-257-2016").compile();
    let value = Application::for_fee("cc.lease", [("rent", FactValue::from(1))]);
    let plan = notary.plan(&value, &["rent"], DAY).unwrap();
    assert!(plan.is_fast());
    let rents = column(30_000_000_000);
    group.bench_function("notary_lease", |b| {
        b.iter(|| plan.run(&[&rents], black_box(&mut out), &mut valid).unwrap());
    });
    // A shape without a fast form: the general engine, row by row.
    let translation = Application::for_fee("cc.translation", []);
    let plan = notary.plan(&translation, &["pages", "copies"], DAY).unwrap();
    assert!(!plan.is_fast());
    group.sample_size(10);
    group.bench_function("general", |b| {
        b.iter(|| plan.run(&[&pages, &copies], black_box(&mut out), &mut valid).unwrap());
    });
    group.finish();
}

fn loading(c: &mut Criterion) {
    c.bench_function("load/all_shipped", |b| {
        b.iter(|| {
            for name in motcua_tariffs::names() {
                black_box(shipped(name));
            }
        });
    });
}

/// The time of a case must not grow with the number of rules: in as many fees, or as years of one fee.
fn growth(c: &mut Criterion) {
    let (head, fee) = SCALE.split_once("[[fee]]\n").unwrap();
    let (fee_head, rule) = fee.split_once("[[fee.rule]]\n").unwrap();
    for rules in [1, 10, 100, 1_000] {
        let fees: String = (0..rules)
            .map(|at| {
                let id = format!("id = \"scale-{at}\"");
                format!("[[fee]]\n{}\n", fee.replace("id = \"scale\"", &id))
            })
            .collect();
        let years: String = (0..rules)
            .map(|at| {
                let days = format!("from = {}-01-01\nuntil = {}-01-01", 2026 - at, 2027 - at);
                format!("[[fee.rule]]\n{}\n", rule.replace("from = 2020-01-01", &days))
            })
            .collect();
        for (name, body, id) in [
            ("fees", fees, format!("scale-{}", rules - 1)),
            ("dates", format!("[[fee]]\n{fee_head}{years}"), "scale".to_owned()),
        ] {
            let tariff = load("growth", &format!("{head}{body}"));
            let case = Application::for_fee(&id, [("income", FactValue::from(30_000_000))]);
            c.bench_function(&format!("growth/{name}/{rules}"), |b| {
                b.iter(|| quote(&tariff, black_box(&case), DAY).unwrap());
            });
        }
    }
}

criterion_group!(benches, one, bulk, loading, growth);
criterion_main!(benches);
