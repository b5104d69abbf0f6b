//! Any bytes through the PDF/A check: findings, and the same findings again.
//! seeds: ../shared/corpora/verapdf-corpus
#![no_main]

use motcua_pdf::{Limits, archive};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let findings = archive::check(data, &Limits::STANDARD);
    assert_eq!(findings, archive::check(data, &Limits::STANDARD));
});
