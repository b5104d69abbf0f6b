//! What others say of the demo's copy: pdfsig, qpdf, mutool and pyHanko here; veraPDF and EU DSS as judges.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

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
    let good = pyhanko(tally).is_some_and(|python| {
        program(&python, &["xtask/witness/pyhanko_says.py", &demo.to_string_lossy()], &[])
    });
    tally.step(
        "pyHanko: both signatures trusted, DocMDP kept; both manipulated copies refused",
        good,
    );
}

/// The project's Python with pyHanko in it, which Rust tests ask too; nothing where it cannot be installed.
pub fn pyhanko(tally: &mut Tally) -> Option<String> {
    let python = python(tally)?.to_string_lossy().into_owned();
    let ready = program(&python, &["-m", "pip", "install", "-q", "pyhanko[image-support]"], &[]);
    ready.then_some(python)
}

const JUDGES: &str = "build/judges/lib/*:build/judges/classes";

/// What veraPDF says of a file, or of every file below a folder: a line each.
fn verapdf(path: &str) -> String {
    let main = "org.verapdf.apps.GreenfieldCliWrapper";
    let args = ["-cp", JUDGES, main, "-f", "2b", "--format", "text", "-r", path];
    // It ends with 1 when a file does not conform, and warns of every oddity it meets.
    let said = Command::new("java").args(args).stderr(Stdio::null()).output();
    said.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default()
}

/// Takes originals from a folder (or one of each kind) and has every copy that they yield judged. `all`: none may be refused.
fn archive(tally: &mut Tally, from: &str, name: &str, all: bool) {
    let folder = format!("build/archive/{name}");
    let _ = fs::remove_dir_all(&folder);
    let step = format!("veraPDF: every copy of {name} is PDF/A-2b");
    if fs::create_dir_all(&folder).is_err() {
        return tally.step(&step, false);
    }
    let example = ["run", "-q", "-p", "motcua-copies", "--example", "archive", "--", from, &folder];
    let made = output("cargo", &example).unwrap_or_default();
    println!("      {}", made.lines().last().unwrap_or_default());
    let issued = made.lines().filter(|l| l.starts_with("issued\t")).count();
    let refused = made.lines().filter(|l| l.contains('\t') && !l.starts_with("issued\t"));
    for line in refused.clone().filter(|_| all) {
        println!("      {line}");
    }
    let said = verapdf(&folder);
    for line in said.lines().filter(|l| !l.starts_with("PASS")) {
        println!("      {line}");
    }
    let passed = said.lines().filter(|l| l.starts_with("PASS")).count();
    println!("      veraPDF: {passed} of {issued} pass");
    tally.step(&step, issued > 0 && passed == issued && !(all && refused.count() > 0));
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
    let said = verapdf(&copy);
    println!("      {}", said.trim());
    tally.step("veraPDF: PDF/A-2b", said.starts_with("PASS"));
    archive(tally, "kinds", "kinds", true);
    let corpus = Path::new("../shared/corpora/verapdf-corpus");
    if corpus.is_dir() {
        archive(tally, &corpus.to_string_lossy(), "corpus", false);
    } else {
        tally
            .skip("veraPDF: copies of its corpus", "../shared/corpora/verapdf-corpus is not there");
    }
    let root = demo.join("trust/root.pem").to_string_lossy().into_owned();
    let lists = ["root", "issuing"].map(|name| demo.join(format!("trust/{name}.crl.pem")));
    let said =
        Command::new("java").args(["-cp", JUDGES, "Judge", &copy, &root]).args(lists).output();
    let said = said.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    for line in said.lines() {
        println!("      {line}");
    }
    let passed =
        said.lines().filter(|l| l.starts_with("signature") && l.contains("TOTAL_PASSED")).count();
    tally.step("EU DSS: both signatures TOTAL-PASSED", passed == 2);
}
