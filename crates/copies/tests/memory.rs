//! What verifying takes of memory beside the file: 4 MiB where the file is in memory, and no more where it is read in pieces.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

mod made;

use std::io;

use motcua_copies::{Report, Verdict, verify, verify_ranged};
use motcua_pdf::Ranged;
use peak_alloc::PeakAlloc;
use time::Duration;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Most bytes that verifying may take beside the file.
const MOST: usize = 4 << 20;

/// Counts the bytes that were asked for; fails from offset `broken` on.
#[derive(Debug)]
struct Pieces {
    file: Vec<u8>,
    broken: usize,
    read: std::cell::Cell<usize>,
}

impl Ranged for Pieces {
    fn length(&self) -> usize {
        self.file.len()
    }

    fn read(&self, at: usize, into: &mut [u8]) -> io::Result<()> {
        self.read.set(self.read.get() + into.len());
        let from = self.file.get(at..at + into.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        if at + into.len() > self.broken {
            return Err(io::Error::other("the disk is gone"));
        }
        into.copy_from_slice(from);
        Ok(())
    }
}

/// A report and the most memory that was taken meanwhile.
fn peak(work: impl FnOnce() -> Report) -> (Report, usize) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let report = work();
    (report, ALLOCATOR.peak_usage() - before)
}

#[test]
fn little_beside_the_file_and_no_file_at_all() {
    let demo = made::demo();
    let policy = made::policy("memory", vec![demo.anchor()], made::NOW + Duration::hours(1));
    let scan = made::sample("diploma-scan.pdf");
    // 1 MB and 52 MB.
    for count in [1, 59] {
        let originals = vec![made::original(&scan); count];
        let file = made::copy_of_all(&demo, made::NOW, &originals);
        let length = file.len();
        let (report, whole) = peak(|| verify(&file, &policy));
        assert!(report.verdict <= Verdict::ValidWithNotes, "{:?}", report.reasons);

        let pieces = Pieces { file, broken: usize::MAX, read: 0.into() };
        let (again, ranged) = peak(|| verify_ranged(&pieces, &policy));
        let read = pieces.read.get();
        println!("{length} bytes: {whole} in memory; in pieces {ranged}, {read} read");
        assert_eq!(again.to_json().unwrap(), report.to_json().unwrap());
        assert!(whole <= MOST && ranged <= MOST, "{whole} and {ranged} bytes");
        // Once for the digests, and the structure.
        assert!(read < length + length / 4 + MOST, "{read} bytes read");

        let pieces = Pieces { broken: length / 2, ..pieces };
        let broken = verify_ranged(&pieces, &policy);
        assert_eq!(broken.verdict, Verdict::CouldNotCheck);
        assert!(broken.reasons.iter().any(|r| r.en.contains("the disk is gone")));
    }
}
