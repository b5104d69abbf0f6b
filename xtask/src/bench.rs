//! Measurements, each beside its limit or peer in one run. What they measure stands in the crates' examples and benches.

use crate::run::{Tally, cargo};
use crate::{copies_bench, fees_bench, npm};

/// What is measured, and how cargo runs it.
const MEASURES: &[(&str, &[&str])] = &[
    (
        "a path of two certificates against raw operations",
        &[
            "run",
            "-q",
            "--release",
            "--target-dir",
            "build/bench-target",
            "--manifest-path",
            "bench/Cargo.toml",
        ],
    ),
    (
        "payment gateways against the raw HMAC, QR texts a second",
        &["bench", "-q", "-p", "motcua-payments"],
    ),
    (
        "10 k, 100 k and 1 M credits against as many orders",
        &["run", "-q", "--release", "-p", "motcua-payments", "--example", "reconcile"],
    ),
    (
        "the ledger against raw databases, and as it grows to 2 M events",
        &[
            "run",
            "-q",
            "--release",
            "-p",
            "motcua-ledger",
            "--features",
            "postgres",
            "--example",
            "throughput",
        ],
    ),
];

/// Runs them one after the other, then prints the sizes of the WebAssembly modules.
pub fn run(tally: &mut Tally) {
    copies_bench::run(tally);
    for (what, arguments) in MEASURES {
        tally.step(&format!("bench: {what}"), cargo(arguments));
    }
    fees_bench::run(tally);
    npm::sizes(tally);
}
