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
    let lists = ["root", "issuing"]
        .map(|name| demo.join(format!("trust/{name}.crl.pem")).to_string_lossy().into_owned());
    let said = dss(&root, &lists, std::slice::from_ref(&copy));
    let passed = said.iter().filter(|line| line.contains("TOTAL_PASSED")).count();
    tally.step("EU DSS: both signatures TOTAL-PASSED", passed == 2);
    levels(tally);
    let test =
        ["test", "-q", "-p", "motcua-copies", "--test", "foreign", "dss", "--", "--nocapture"];
    tally.step(
        "files signed by EU DSS verify here with the same result",
        program("cargo", &test, &[]),
    );
}

/// Java's standard output, whatever it ends with; its warnings go nowhere.
fn java(args: &[&str]) -> String {
    let mut all = vec!["-cp", JUDGES];
    all.extend_from_slice(args);
    let said = Command::new("java").args(all).stderr(Stdio::null()).output();
    said.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default()
}

/// What EU DSS says of PDFs at its default policy: a line a signature, parted by tabs.
fn dss(root: &str, lists: &[String], files: &[String]) -> Vec<String> {
    let mut args = vec!["Judge", root];
    args.extend(lists.iter().map(String::as_str));
    args.push("--");
    args.extend(files.iter().map(String::as_str));
    let lines: Vec<String> = java(&args).lines().map(str::to_owned).collect();
    for line in &lines {
        println!("      {line}");
    }
    lines
}

/// How many people and agencies signed a variant.
fn signatures(name: &str) -> usize {
    if name.contains("two-notaries") { 3 } else { 2 }
}

/// Every type of original at every level, every kind at the last: judged after the last signature.
fn levels(tally: &mut Tally) {
    let folder = "build/levels";
    let _ = fs::remove_dir_all(folder);
    let example = ["run", "-q", "-p", "motcua-copies", "--example", "levels", "--", folder];
    let made = fs::create_dir_all(folder).is_ok() && program("cargo", &example, &[]);
    tally.step("every variant of a copy is issued and accepted here", made);
    let path = |name: &str| format!("{folder}/{name}");
    let ending = |wanted: &str| -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let names = entries.filter_map(|e| e.file_name().into_string().ok());
        let mut found: Vec<_> = names.filter(|n| n.ends_with(wanted)).map(|n| path(&n)).collect();
        found.sort();
        found
    };
    let files = ending(".pdf");
    let said = dss(&path("root.pem"), &[path("root.crl"), path("issuing.crl")], &files);
    let good = |file: &&String| {
        let name = file.rsplit('/').next().unwrap_or_default();
        let level = name.trim_end_matches(".pdf").rsplit('-').next().unwrap_or_default();
        let wanted = format!("{name}\tPAdES-BASELINE-{}\tTOTAL_PASSED\t", level.to_uppercase());
        said.iter().filter(|line| line.starts_with(&wanted)).count() == signatures(name)
    };
    let passed = files.iter().filter(good).count();
    println!("      EU DSS: {passed} of {} at their level", files.len());
    let all = |passed: usize| passed == files.len() && !files.is_empty();
    tally.step("EU DSS: every variant TOTAL-PASSED at its level", all(passed));
    let said = verapdf(folder);
    let passed = said.lines().filter(|l| l.starts_with("PASS")).count();
    tally.step("veraPDF: every variant is PDF/A-2b after the last signature", all(passed));
    let sound = |file: &&String| {
        let said = output("pdfsig", &[file]).unwrap_or_default();
        let whole = said.contains("Total document signed") || file.ends_with("-lt.pdf");
        let checked = output("qpdf", &["--check", file]).unwrap_or_default();
        // It does not judge document timestamps.
        said.matches("Signature is Valid").count() == signatures(file)
            && whole
            && checked.contains("No syntax or stream encoding errors")
    };
    let passed = files.iter().filter(sound).count();
    tally.step("pdfsig and qpdf: every variant sound", all(passed));
    let script = "crates/copies/tests/witness/pyhanko_judges.py";
    let good = pyhanko(tally).is_some_and(|python| program(&python, &[script, folder], &[]));
    tally.step("pyHanko: every variant sound and trusted", good);
    let reports = ending(".xml");
    let mut args = vec!["Structure"];
    args.extend(reports.iter().map(String::as_str));
    let said = java(&args);
    let wrong: Vec<_> = said.lines().filter(|l| !l.starts_with("ok\t")).collect();
    for line in &wrong {
        println!("      {line}");
    }
    let fits = wrong.is_empty() && said.lines().count() == reports.len() && !reports.is_empty();
    tally.step("ETSI's schema of TS 119 102-2: every report fits", fits);
}
