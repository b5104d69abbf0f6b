//! Every file of the corpora, broken or sound, at the three doors that strangers' files come in by: verifying, issuing a copy of it,
//! signing it. No panic, no more memory than eight times the file and a floor; verifying takes no more than five seconds. Alone in
//! its program, since it counts every allocation. `MOTCUA_FULL` puts every file to every door, else the slow ones see samples.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

mod made;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use motcua_copies::facts::{CopyFacts, OriginalFacts, Shortcoming};
use motcua_copies::issue::existing::sign_existing;
use motcua_copies::issue::{Fonts, IssueError, describe_accepting, issue};
use motcua_copies::verify::Expect;
use motcua_copies::{Policy, Verdict, verify};
use motcua_pki::AlgorithmPolicy;
use peak_alloc::PeakAlloc;
use time::macros::datetime;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a stream of a small file may inflate to (`Limits::inflated_once`), twice: the data, and what is read from them. The fonts of
/// a statement fit in.
const FLOOR: usize = 8 << 20;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
    found.sort();
}

/// A door: what it does with a file, in a word.
type Door<'d> = &'d dyn Fn(&[u8]) -> String;

/// Puts files to a door; what came out, how long the longest took, and what took more memory than it may.
fn all(name: &str, paths: &[&PathBuf], door: Door<'_>) {
    let (mut came, mut longest, mut worst) =
        (BTreeMap::<String, usize>::new(), (Duration::ZERO, PathBuf::new()), 0.0f64);
    let mut greedy = Vec::new();
    for path in paths {
        let bytes = std::fs::read(path).unwrap();
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        let start = Instant::now();
        let out = door(&bytes);
        let (took, used) = (start.elapsed(), MEMORY.peak_usage() - before);
        if used > 8 * bytes.len() + FLOOR {
            greedy.push(format!("{}: {used} bytes of memory for {}", path.display(), bytes.len()));
        }
        if bytes.len() > 1 << 20 {
            worst = worst.max(used as f64 / bytes.len() as f64);
        }
        if took > Duration::from_secs(5) {
            println!("{name}: {} took {took:?}", path.display());
        }
        if took > longest.0 {
            longest = (took, (*path).clone());
        }
        *came.entry(out).or_default() += 1;
    }
    println!(
        "{name}: {} files: {came:?}; longest {:?} ({}); most memory for a file over 1 MiB: {worst:.1} times the file",
        paths.len(),
        longest.0,
        longest.1.display()
    );
    assert!(greedy.is_empty(), "{name}\n{}", greedy.join("\n"));
    if name == "verify" {
        assert!(longest.0 < Duration::from_secs(5), "{longest:?}");
    }
}

#[test]
fn three_doors() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let mut paths = Vec::new();
    for name in ["malformed", "misc-signed", "pyhanko-pdf", "pdfcpu-signatures", "verapdf-corpus"] {
        match corpora.join(name) {
            folder if folder.is_dir() => files(&folder, &mut paths),
            _ => println!("SKIPPED: files at three doors: ../shared/corpora/{name} is not there"),
        }
    }
    let every = if std::env::var_os("MOTCUA_FULL").is_some() { 1 } else { 5 };
    let all_paths: Vec<_> = paths.iter().collect();
    let some: Vec<_> = paths.iter().step_by(every).collect();
    let policy = made::policy("malformed", Vec::new(), datetime!(2026-11-24 00:00 UTC));
    let policies = [policy.clone(), Policy { expect: Expect::CertifiedCopy, ..policy }];
    all("verify", &all_paths, &|bytes| {
        let verdicts = policies.each_ref().map(|policy| verify(bytes, policy).verdict);
        assert!(verdicts.iter().all(|v| *v > Verdict::ValidWithNotes), "{verdicts:?}");
        format!("{:?}", verdicts[0])
    });
    let demo = made::demo();
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let word = |result: Result<Vec<u8>, IssueError>| match result {
        Ok(_) => "done".to_owned(),
        Err(e) => e.code().to_owned(),
    };
    // Drawing pages as pictures is asked for by name, and costs what the pictures cost.
    let accept: Vec<_> =
        Shortcoming::ALL.into_iter().filter(|s| *s != Shortcoming::Rasterised).collect();
    let described = |bytes: &[u8]| describe_accepting(&[made::original(bytes)], 1, &accept);
    all("describe", &all_paths, &|bytes| word(described(bytes).map(|_| Vec::new())));
    all("issue", &some, &|bytes| {
        let originals = [made::original(bytes)];
        let mut facts = CopyFacts {
            official: demo.official.certificate().subject().common_name().unwrap().to_owned(),
            agency: demo.agency.certificate().subject().organization().unwrap().to_owned(),
            ..made::facts()
        };
        if let Ok(original) = described(bytes) {
            facts.original = OriginalFacts { pages: original.captured.unwrap(), ..original };
        }
        word(issue(&originals, &facts, Fonts::LIBERATION_SERIF, &official, &agency))
    });
    let options = made::one_signature(AlgorithmPolicy::viet_nam());
    all("sign", &some, &|bytes| word(sign_existing(bytes, &options, &official)));
}
