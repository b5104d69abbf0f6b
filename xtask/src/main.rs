//! `cargo xtask`: build, test and judge motcua. One file a subject; this one reads the command line and adds up.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to its terminal")]

mod bench;
mod copies_bench;
mod fees_bench;
mod fuzz;
mod npm;
mod package;
mod run;
mod setup;
mod tidy;
mod witness;

use std::process::ExitCode;

use run::{Tally, cargo};

const HELP: &str = "cargo xtask <command>
  test     everything: tidy, fmt, clippy, Rust tests, docs, the demo, outside witnesses, the Python and npm packages
  packages the end of `test` alone: the demo, outside witnesses, the Python and npm packages, the verify page
  bench    issue, verify, paths, gateways, fees, reconciliation and the ledger beside their limits or peers; sizes of the WebAssembly modules
           (`bench fees`, `bench copies`: these alone)
  fuzz [SECONDS [TARGET …]]  each fuzz target for so many seconds (60)
  judges   outside validators on what the demo issues
  peers    other people's packages that tests compare with, into build/peers
  tidy     the house rules: import table, file sizes, head comments, error codes, paths in the documents
";

/// Feature sets that must compile on their own: package, then its flags.
const FEATURE_SETS: &[(&str, &[&str])] = &[
    ("motcua-pdf", &["--no-default-features"]),
    ("motcua-pki", &["--features", "authority"]),
    ("motcua-payments", &["--no-default-features"]),
    ("motcua-copies", &["--no-default-features"]),
    ("motcua-ledger", &["--all-targets", "--features", "postgres,parquet"]),
    ("motcua-services", &["--all-targets", "--features", "pkcs11,csc"]),
    ("motcua-cli", &["--no-default-features"]),
    ("motcua", &["--no-default-features"]),
    ("motcua", &["--no-default-features", "--features", "verify"]),
    ("motcua", &["--no-default-features", "--features", "issue"]),
];

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_default();
    let mut tally = Tally::default();
    match command.as_str() {
        "test" => test(&mut tally),
        "bench" => match std::env::args().nth(2).as_deref() {
            Some("fees") => fees_bench::run(&mut tally),
            Some("copies") => copies_bench::run(&mut tally),
            _ => bench::run(&mut tally),
        },
        "fuzz" => {
            let rest: Vec<_> = std::env::args().skip(2).collect();
            let seconds = rest.first().map_or("60", String::as_str);
            fuzz::run(&mut tally, seconds, rest.get(1..).unwrap_or_default());
        }
        "packages" => packages(&mut tally),
        "judges" => {
            if let Some(demo) = witness::demo(&mut tally) {
                witness::judges(&mut tally, demo);
            }
        }
        "peers" => peers(&mut tally),
        "tidy" => tidy::run(&mut tally),
        "" | "help" | "--help" => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        other => {
            eprintln!("no command is called {other:?}\n{HELP}");
            return ExitCode::from(2);
        }
    }
    tally.close()
}

fn peers(tally: &mut Tally) {
    match setup::peers() {
        Ok(()) => tally.step("peers: npm packages to compare with", true),
        Err(why) => tally.step(&format!("peers: {why}"), false),
    }
}

fn test(tally: &mut Tally) {
    tidy::run(tally);
    tally.step("fmt", cargo(&["fmt", "--all", "--check"]));
    let fuzz = ["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"];
    tally.step("fmt of the fuzz targets", cargo(&fuzz));
    tally.step(
        "clippy",
        cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]),
    );
    for (package, flags) in FEATURE_SETS {
        let mut args = vec!["clippy", "--quiet", "-p", package];
        args.extend_from_slice(flags);
        args.extend_from_slice(&["--", "-D", "warnings"]);
        tally.step(&format!("clippy {package} {}", flags.join(" ")), cargo(&args));
    }
    let ready = setup::witnesses();
    let advice = ready.as_ref().err().map(|advice| format!(" ({advice})")).unwrap_or_default();
    tally.step(&format!("outside programs{advice}"), ready.is_ok());
    let python = witness::pyhanko(tally).is_some();
    tally.step("pyHanko, which tests ask", python);
    peers(tally);
    tally.tests(&["test", "--workspace", "--all-features", "--no-fail-fast"]);
    tally.step("doc", cargo(&["doc", "--workspace", "--no-deps", "--quiet"]));
    packages(tally);
}

fn packages(tally: &mut Tally) {
    if let Some(demo) = witness::demo(tally) {
        witness::run(tally, demo);
        package::python_package(tally, demo);
        npm::test(tally, demo);
        package::snippets(tally);
    }
}
