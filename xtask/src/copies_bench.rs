//! The speed of certified copies against its targets, beside pdfsig, pyHanko and @signpdf in the same run. What is measured stands
//! in `crates/copies/examples/ratio.rs` and in `xtask/bench`.

use std::path::Path;

use serde_json::Value;

use crate::run::{Tally, cargo, output};
use crate::setup::{need, peers};
use crate::witness::pyhanko;

/// Where the copies that are measured stand.
const FOLDER: &str = "build/copies-bench";
/// A name in the answers, what it measures, and the most that it may be.
type Target = (&'static str, &'static str, f64);

/// Ratios to the raw operations. Preparing a copy and checking that it is PDF/A are shown, without a bar.
const RATIOS: &[Target] = &[
    ("sign", "sign a prepared copy for both / (H + 2 S)", 1.3),
    ("verify", "verify both signatures and what changed / (H + 4 V)", 1.4),
    ("verify_book", "verify 52 MB / H", 1.4),
    ("sign_one", "sign another PDF / (H + S)", 1.25),
    ("verify_one", "verify its signature / (H + 2 V)", 1.25),
];

/// Runs both and compares.
pub fn run(tally: &mut Tally) {
    let example =
        ["run", "-q", "--release", "-p", "motcua-copies", "--example", "ratio", "--", FOLDER];
    let said = output("cargo", &example).unwrap_or_default();
    let ours: Value =
        said.lines().last().map(serde_json::from_str).and_then(Result::ok).unwrap_or_default();
    for line in said.lines().filter(|l| !l.starts_with('{')) {
        println!("      {line}");
    }
    for (name, what, most) in RATIOS {
        bound(tally, what, ours[*name].as_f64(), *most);
    }
    if !cargo(&["build", "-q", "--release", "-p", "motcua-cli"]) {
        return tally.step("bench: the command in release", false);
    }
    beside(tally, &ours);
}

fn bound(tally: &mut Tally, what: &str, measured: Option<f64>, most: f64) {
    match measured {
        Some(value) => {
            tally.step(&format!("bench: {what}: {value:.2}, at most {most}"), value <= most)
        }
        None => tally.step(&format!("bench: {what}: no figure"), false),
    }
}

/// The command, and others on the same files.
fn beside(tally: &mut Tally, ours: &Value) {
    for missing in [need(&["pdfsig", "qpdf"], &["poppler-utils", "qpdf"]), peers()] {
        if let Err(why) = missing {
            tally.skip("bench: a peer", &why);
        }
    }
    let python = pyhanko(tally).unwrap_or_else(|| "python3".to_owned());
    let command = Path::new("target/release/motcua");
    let arguments = [
        "xtask/bench/copies.py",
        FOLDER,
        &command.to_string_lossy(),
        "examples/originals/diploma-scan.pdf",
        "build/peers",
    ];
    let said = output(&python, &arguments).unwrap_or_default();
    let Ok(all) = serde_json::from_str::<Value>(&said) else {
        return tally.step("bench: the command and its peers gave no figures", false);
    };
    let fastest = |at: &str| all.pointer(at).and_then(|m| m["fastest_ms"].as_f64());
    let resident = |at: &str| all.pointer(at).and_then(|m| m["kib"].as_f64()).map(|k| k / 1024.0);
    bound(tally, "the command on 1 MB, in ms", fastest("/command"), 3.0);
    bound(tally, "its resident memory on 1 MB, in MiB", resident("/command"), 16.0);
    bound(tally, "its resident memory on 52 MB, in MiB", resident("/command_book"), 16.0);
    let shown =
        |value: Option<f64>| value.map_or_else(|| "absent".to_owned(), |v| format!("{v:.1} ms"));
    let here = |name: &str| shown(ours[name].as_f64().map(|us| us / 1e3));
    println!(
        "      verify both on 1 MB: motcua {}, the command {}; pyHanko {}, pdfsig {} (a process)",
        here("verify_us"),
        shown(fastest("/command")),
        shown(fastest("/pyhanko/verify_both")),
        shown(fastest("/pdfsig"))
    );
    println!(
        "      sign 1 MB: motcua both {} (prepared), {} (with preparing and its PDF/A check); pyHanko both {}; @signpdf one, RSA {}",
        here("sign_us"),
        here("issue_us"),
        shown(fastest("/pyhanko/sign_both")),
        shown(fastest("/signpdf/sign_one"))
    );
}
