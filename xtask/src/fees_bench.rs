//! The speed of fees against its targets, beside OpenFisca in the same run. What is measured stands in `crates/fees/benches`
//! and in `xtask/bench`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::{Tally, cargo, output, program};

/// Cases in one iteration of the columns.
const ROWS: f64 = 100_000.0;

/// A benchmark, cases in one iteration, and the time in nanoseconds that a case may take.
const TARGETS: &[(&str, f64, f64)] = &[
    ("one_explanation_off", 1.0, 1e9 / 3e6),
    ("one_explanation_on", 1.0, 1e9 / 300e3),
    ("bulk_copy_fee", ROWS, 1e9 / 15e6),
    ("bulk_three_brackets", ROWS, 1e9 / 15e6),
    ("bulk_notary_lease", ROWS, 1e9 / 15e6),
    ("load_all_shipped", 1.0, 10e6),
];

/// Growth from 1 to 1,000 rules that counts as flat: what a shared machine moves by itself.
const FLAT: f64 = 1.5;

/// Nanoseconds of one iteration of a benchmark: the fastest sample, as others may use the machine.
fn fastest(name: &str) -> Option<f64> {
    let folder = Path::new("target/criterion");
    let (group, rest) = name.split_once('_')?;
    let nested = folder.join(group).join(rest).join("new/sample.json");
    let flat = folder.join(name).join("new/sample.json");
    let text = fs::read_to_string(flat).or_else(|_| fs::read_to_string(nested)).ok()?;
    let sample: Value = serde_json::from_str(&text).ok()?;
    let numbers = |key: &str| -> Option<Vec<f64>> {
        sample[key].as_array()?.iter().map(Value::as_f64).collect()
    };
    let (times, iterations) = (numbers("times")?, numbers("iters")?);
    times.iter().zip(&iterations).map(|(time, count)| time / count).min_by(f64::total_cmp)
}

fn shown(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n >= 1e6 => format!("{:.2} ms", n / 1e6),
        n if n >= 1e3 => format!("{:.2} µs", n / 1e3),
        n => format!("{n:.1} ns"),
    }
}

fn rate(nanoseconds: f64) -> String {
    match 1e9 / nanoseconds {
        n if n >= 1e6 => format!("{:.1} M/s", n / 1e6),
        n if n >= 1e3 => format!("{:.1} k/s", n / 1e3),
        n => format!("{n:.1}/s"),
    }
}

/// Runs both and compares.
pub fn run(tally: &mut Tally) {
    let quick = ["--warm-up-time", "0.5", "--measurement-time", "2", "--sample-size", "30"];
    let mut args = vec!["bench", "-q", "-p", "motcua-fees", "--bench", "assess", "--"];
    args.extend_from_slice(&quick);
    let ran = cargo(&args);
    tally.step("bench: fees", ran);
    if !ran {
        return;
    }
    for (name, cases, target) in TARGETS {
        let Some(time) = fastest(name) else {
            tally.step(&format!("bench {name}: no figures"), false);
            continue;
        };
        let each = time / cases;
        println!("      {name}: {} ({}), target {}", shown(each), rate(each), shown(*target));
        tally.step(&format!("bench {name}"), each <= *target);
    }
    for kind in ["fees", "dates"] {
        let times: Vec<Option<f64>> =
            [1, 10, 100, 1_000].iter().map(|n| fastest(&format!("growth_{kind}_{n}"))).collect();
        let said: Vec<String> =
            times.iter().map(|time| time.map_or_else(String::new, shown)).collect();
        println!("      a case with 1, 10, 100, 1 000 rules ({kind}): {}", said.join(", "));
        let flat = match times[..] {
            [Some(one), .., Some(many)] => many <= one * FLAT,
            _ => false,
        };
        tally.step(&format!("bench: flat in the number of rules ({kind})"), flat);
    }
    openfisca(tally);
}

/// The same three-bracket scale in OpenFisca, and how many of its answers are right to the đồng.
fn openfisca(tally: &mut Tally) {
    let python = "build/venv-openfisca/bin/python";
    let made = Path::new(python).exists()
        || program("python3", &["-m", "venv", "build/venv-openfisca"], &[]);
    if !made || !program(python, &["-m", "pip", "install", "-q", "openfisca-core==46.*"], &[]) {
        return tally.skip("bench: OpenFisca", "openfisca-core could not be installed from PyPI");
    }
    let said = output(python, &["xtask/bench/openfisca_scale.py"]).unwrap_or_default();
    let Ok(peer) = serde_json::from_str::<Value>(&said) else {
        return tally.step("bench: OpenFisca gave no figures", false);
    };
    let number = |key: &str| peer[key].as_f64().unwrap_or(f64::NAN);
    let ours = fastest("bulk_three_brackets").map_or(f64::NAN, |time| time / ROWS);
    let single = fastest("one_explanation_off").unwrap_or(f64::NAN);
    println!(
        "      three brackets, {} rows: motcua {} exact; openfisca-core {} scale alone {}, simulation {}, {} rows wrong by a đồng or more",
        peer["rows"],
        rate(ours),
        peer["version"].as_str().unwrap_or("?"),
        rate(number("scale_ns")),
        rate(number("simulation_ns")),
        peer["wrong"],
    );
    println!(
        "      one case: motcua {}; openfisca-core {}",
        shown(single),
        shown(number("single_ns"))
    );
    tally.step("bench: columns faster than OpenFisca's scale alone", ours < number("scale_ns"));
}
