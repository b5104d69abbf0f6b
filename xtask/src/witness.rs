//! What others say of the demo's copy: pdfsig, qpdf, mutool and pyHanko here; veraPDF and EU DSS as judges.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::package::python;
use crate::run::{Tally, output, program};
use crate::setup::{need, witnesses};

/// Runs the demo into `build/demo`.
pub fn demo(tally: &mut Tally) -> Option<&'static Path> {
    let out = Path::new("build/demo");
    // Each run starts a new register; leftovers of older demos prove nothing.
    let _ = fs::remove_dir_all(out);
    let made = program(
        "cargo",
        &["run", "-q", "-p", "motcua-cli", "--", "demo", "--out", "build/demo"],
        &[],
    );
    tally.step("the demo", made);
    made.then_some(out)
}

/// The witnesses that need no Java.
pub fn run(tally: &mut Tally, demo: &Path) {
    let copy = demo.join("copy.pdf").to_string_lossy().into_owned();
    if let Err(advice) = witnesses() {
        return tally.step(&format!("witnesses: {advice}"), false);
    }
    let said = output("pdfsig", &[&copy]).unwrap_or_default();
    let both =
        said.matches("Signature is Valid").count() == 2 && said.contains("Total document signed");
    tally.step("pdfsig: both signatures valid", both);
    let checked = output("qpdf", &["--check", &copy]).unwrap_or_default();
    tally.step("qpdf: no errors", checked.contains("No syntax or stream encoding errors"));
    let pages = output("mutool", &["info", &copy]).unwrap_or_default();
    tally.step("mutool: three pages", pages.contains("Pages: 3"));
    let shown = output("zbarimg", &["-q", "--raw", &demo.join("payment.png").to_string_lossy()])
        .unwrap_or_default();
    let payment = fs::read_to_string(demo.join("payment.json")).unwrap_or_default();
    tally.step(
        "zbarimg: reads the payment code",
        !shown.trim().is_empty() && payment.contains(shown.trim()),
    );
    let Some(python) = python(tally) else { return };
    let python = python.to_string_lossy().into_owned();
    let ready = program(&python, &["-m", "pip", "install", "-q", "pyhanko[image-support]"], &[]);
    let good =
        ready && program(&python, &["xtask/witness/pyhanko_says.py", &demo.to_string_lossy()], &[]);
    tally.step(
        "pyHanko: both signatures trusted, DocMDP kept; both manipulated copies refused",
        good,
    );
}

/// The judges that need Java and Maven.
pub fn judges(tally: &mut Tally, demo: &Path) {
    if let Err(advice) = need(&["java", "mvn"], &["openjdk-17-jdk-headless", "maven"]) {
        return tally.step(&format!("judges: {advice}"), false);
    }
    let quiet = ["-q", "-B", "-f", "xtask/judges/pom.xml"];
    let mut args = quiet.to_vec();
    args.extend_from_slice(&[
        "compile",
        "dependency:copy-dependencies",
        "-DoutputDirectory=../../build/judges/lib",
    ]);
    if !program("mvn", &args, &[]) {
        return tally
            .step("judges: Maven could not fetch the judges; is its registry reached?", false);
    }
    let copy = demo.join("copy.pdf").to_string_lossy().into_owned();
    let path = "build/judges/lib/*:build/judges/classes";
    let said = output(
        "java",
        &[
            "-cp",
            path,
            "org.verapdf.apps.GreenfieldCliWrapper",
            "-f",
            "2b",
            "--format",
            "text",
            &copy,
        ],
    );
    let said = said.unwrap_or_default();
    println!("      {}", said.trim());
    tally.step("veraPDF: PDF/A-2b", said.starts_with("PASS"));
    let root = demo.join("trust/root.pem").to_string_lossy().into_owned();
    let said = Command::new("java").args(["-cp", path, "Judge", &copy, &root]).output();
    let said = said.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    for line in said.lines() {
        println!("      {line}");
    }
    let passed =
        said.lines().filter(|l| l.starts_with("signature") && l.contains("TOTAL_PASSED")).count();
    tally.step("EU DSS: both signatures TOTAL-PASSED", passed == 2);
}
