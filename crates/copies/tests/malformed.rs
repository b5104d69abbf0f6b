//! Broken and hostile files: no panic, no more than five seconds, no more memory than eight times the file and a floor. Alone in its
//! program, since it counts every allocation.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

mod made;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use motcua_copies::{Verdict, verify};
use peak_alloc::PeakAlloc;
use time::macros::datetime;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a stream of a small file may inflate to (`Limits::inflated_once`), twice: the data, and what is read from them.
const FLOOR: usize = 8 << 20;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
    found.sort();
}

#[test]
fn broken_files_cost_little() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let mut paths = Vec::new();
    for name in ["malformed", "misc-signed", "pyhanko-pdf"] {
        match corpora.join(name) {
            folder if folder.is_dir() => files(&folder, &mut paths),
            _ => println!("SKIPPED: broken files: ../shared/corpora/{name} is not there"),
        }
    }
    let policy = made::policy("malformed", Vec::new(), datetime!(2026-11-24 00:00 UTC));
    let (mut verdicts, mut worst, mut longest) =
        (BTreeMap::<Verdict, usize>::new(), 0.0f64, Duration::ZERO);
    for path in &paths {
        let bytes = std::fs::read(path).unwrap();
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        let start = Instant::now();
        let verdict = verify(&bytes, &policy).verdict;
        let (took, used) = (start.elapsed(), MEMORY.peak_usage() - before);
        assert!(took < Duration::from_secs(5), "{} took {took:?}", path.display());
        assert!(
            used <= 8 * bytes.len() + FLOOR,
            "{}: {used} bytes of memory for {}",
            path.display(),
            bytes.len()
        );
        assert!(verdict > Verdict::ValidWithNotes, "{}: {verdict:?}", path.display());
        if bytes.len() > 1 << 20 {
            worst = worst.max(used as f64 / bytes.len() as f64);
        }
        longest = longest.max(took);
        *verdicts.entry(verdict).or_default() += 1;
    }
    println!(
        "{} files: {verdicts:?}; longest {longest:?}; most memory for a file over 1 MiB: {worst:.1} times the file",
        paths.len()
    );
}
