//! `cargo xtask bench`: reconciling 10 thousand, 100 thousand and 1 million credits with as many orders, each in a process of its own:
//! time of reading, matching and writing, and the most memory held.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::float_arithmetic
)]

use std::fmt::Write as _;
use std::time::Instant;

use motcua_money::Amount;
use motcua_payments::reconcile::{CsvStyle, Due, Outcome, TableMapping, reconcile, table};
use motcua_payments::reference;

/// A bank's export: 94 of 100 orders paid rightly, the rest by each way of going wrong, in no order.
fn file(count: u64) -> String {
    let mut text = String::from("day;id;amount;content\n");
    for i in 0..count {
        // A permutation: 7 919 is a prime that divides no power of ten.
        let n = i * 7_919 % count;
        let reference = reference::build(n).unwrap();
        let (amount, content) = match n % 100 {
            0 => (36_000 + n % 50 * 1_000, "nop le phi khong ghi ma".to_owned()),
            1 => (35_000, format!("CT {reference} thieu")),
            2 => (36_000, format!("CT {}", reference::build(n + 1).unwrap())),
            _ => (
                36_000 + n % 50 * 1_000,
                format!(
                    "MBVCB.{i}.{} {}.CT tu 0123456789 toi 0011001234567",
                    &reference[..4],
                    &reference[4..]
                ),
            ),
        };
        writeln!(text, "24/11/2026;FT26{i:09};{amount};{content}").unwrap();
    }
    text
}

fn orders(count: u64) -> Vec<Due> {
    (0..count)
        .map(|n| Due {
            id: format!("000.00.01.H29-261124-{n:07}").into(),
            amount: Amount::vnd(i64::try_from(36_000 + n % 50 * 1_000).unwrap()),
            references: [reference::build(n).unwrap().into()].into(),
            transactions: Box::default(),
        })
        .collect()
}

/// The most memory that this process held, in MiB (Linux).
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn one(count: u64) {
    let mapping: TableMapping = serde_json::from_str(
        r#"{"name":"bank","delimiter":";","number":{"decimal":",","thousands":"."},"date_form":"dd/MM/yyyy","currency":"VND",
            "columns":{"date":"day","amount":"amount","id":"id","text":["content"]}}"#,
    )
    .unwrap();
    let text = file(count);
    let orders = orders(count);
    let start = Instant::now();
    let statements = table::read(text.as_bytes(), &mapping).unwrap();
    drop(text);
    let read = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let run = reconcile(orders, statements).unwrap();
    let matched = start.elapsed().as_secs_f64();
    let memory = peak();
    let start = Instant::now();
    let mut out = std::io::sink();
    run.write_csv(CsvStyle::EXCEL, &mut out).unwrap();
    let written = start.elapsed().as_secs_f64();
    let counts: Vec<String> =
        Outcome::ALL.iter().map(|o| format!("{} {}", o.name(), run.of(*o).count())).collect();
    println!(
        "{count:>9} credits and orders: read {read:.2} s, match {matched:.2} s, write {written:.2} s, {memory} MiB at most ({})",
        counts.join(", ")
    );
}

fn main() {
    if let Some(count) = std::env::args().nth(1) {
        return one(count.parse().unwrap());
    }
    for count in [10_000, 100_000, 1_000_000_u64] {
        let me = std::env::current_exe().unwrap();
        let status = std::process::Command::new(me).arg(count.to_string()).status().unwrap();
        assert!(status.success());
    }
}
