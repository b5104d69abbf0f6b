//! Any bytes as a PDF: opened with all its revisions, or refused.
//! seeds: ../shared/corpora/malformed/pdfjs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = motcua_pdf::Document::parse(data, &motcua_pdf::Limits::STANDARD);
});
