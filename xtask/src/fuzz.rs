//! Builds the fuzz targets of `fuzz/` with coverage and the address sanitizer, and runs each for a while.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Tally, program};

/// What libFuzzer needs the compiler to weave in, and the address sanitizer.
const FLAGS: &str = "--cfg fuzzing -Zsanitizer=address -Cpasses=sancov-module -Ccodegen-units=1 \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";
/// The sanitizer's run time is shipped for this target; naming it keeps build scripts free of the flags.
const TARGET: &str = "x86_64-unknown-linux-gnu";
const TARGETS: &str = "fuzz/src/bin";
const WORK: &str = "build/fuzz";

/// The names of all targets, in order.
fn targets() -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(TARGETS)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|f| Some(f.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names
}

/// The folders a target's head comment names as seeds; those that are not there are said.
fn seeds(target: &str) -> Vec<String> {
    let source = fs::read_to_string(Path::new(TARGETS).join(format!("{target}.rs")));
    let source = source.unwrap_or_default();
    let named = source.lines().filter_map(|l| l.strip_prefix("//! seeds: ")).map(str::trim);
    named
        .filter(|folder| {
            let there = Path::new(folder).is_dir();
            if !there {
                println!("      {target}: no seeds at {folder}");
            }
            there
        })
        .map(str::to_owned)
        .collect()
}

/// Builds all targets, then runs each (or those named) for so many seconds; a crash fails its step and stays in `build/fuzz`.
pub fn run(tally: &mut Tally, seconds: &str, only: &[String]) {
    let build =
        ["build", "-q", "--release", "--target", TARGET, "--target-dir", "build/fuzz-target"];
    let mut build = build.to_vec();
    build.extend_from_slice(&["--manifest-path", "fuzz/Cargo.toml"]);
    let built = program("cargo", &build, &[("RUSTC_BOOTSTRAP", "1"), ("RUSTFLAGS", FLAGS)]);
    tally.step("fuzz: build", built);
    if !built {
        return;
    }
    for target in targets().into_iter().filter(|t| only.is_empty() || only.contains(t)) {
        let work = Path::new(WORK).join(&target);
        if fs::create_dir_all(&work).is_err() {
            tally.step(&format!("fuzz {target}: {} cannot be made", work.display()), false);
            continue;
        }
        let binary: PathBuf =
            Path::new("build/fuzz-target").join(TARGET).join("release").join(&target);
        let mut args = vec![
            format!("-max_total_time={seconds}"),
            "-rss_limit_mb=2048".to_owned(),
            "-timeout=10".to_owned(),
            "-print_final_stats=1".to_owned(),
            "-verbosity=0".to_owned(),
            format!("-artifact_prefix={}/crash-", work.display()),
            work.to_string_lossy().into_owned(),
        ];
        args.extend(seeds(&target));
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let good = program(&binary.to_string_lossy(), &args, &[]);
        tally.step(&format!("fuzz {target}: {seconds} s"), good);
    }
}
