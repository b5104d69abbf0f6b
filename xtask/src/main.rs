//! `cargo xtask`: build, test and judge motcua. One file a subject; this one reads the command line and adds up.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to its terminal")]

mod fees_bench;
mod fuzz;
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
  bench    issue and verify as ratios to the raw operations; fees against their targets and beside OpenFisca;
           sizes of the WebAssembly modules (`bench fees`: fees alone)
  fuzz [SECONDS [TARGET …]]  each fuzz target for so many seconds (60)
  judges   outside validators on what the demo issues
  tidy     the house rules: import table, file sizes, head comments, error codes, paths in the documents
";

/// Feature sets that must compile on their own: package, then its flags.
const FEATURE_SETS: &[(&str, &[&str])] = &[
    ("motcua-pdf", &["--no-default-features"]),
    ("motcua-pki", &["--features", "authority"]),
    ("motcua-payments", &["--no-default-features"]),
    ("motcua-copies", &["--no-default-features"]),
    ("motcua", &["--no-default-features"]),
    ("motcua", &["--no-default-features", "--features", "verify"]),
];

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_default();
    let mut tally = Tally::default();
    match command.as_str() {
        "test" => test(&mut tally),
        "bench" if std::env::args().nth(2).as_deref() == Some("fees") => {
            fees_bench::run(&mut tally);
        }
        "bench" => {
            let args = ["run", "-q", "--release", "-p", "motcua-copies", "--example", "ratio"];
            tally.step("bench: issue and verify against raw operations", cargo(&args));
            fees_bench::run(&mut tally);
            package::sizes(&mut tally);
        }
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

fn test(tally: &mut Tally) {
    tidy::run(tally);
    tally.step("fmt", cargo(&["fmt", "--all", "--check"]));
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
    tally.tests(&["test", "--workspace", "--all-features", "--no-fail-fast"]);
    tally.step("doc", cargo(&["doc", "--workspace", "--no-deps", "--quiet"]));
    packages(tally);
}

fn packages(tally: &mut Tally) {
    if let Some(demo) = witness::demo(tally) {
        witness::run(tally, demo);
        package::python_package(tally, demo);
        package::npm_package(tally, demo);
        package::snippets(tally);
    }
}
