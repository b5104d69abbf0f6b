//! Any bytes as a certified copy: judged, never a panic, and never valid without an anchor.
//! seeds: ../shared/corpora/pyhanko-pdf/pdf
//! seeds: test-vectors/copies
#![no_main]

const POLICY: &str = r#"{"id":"fuzz","anchors_pem":[],"trust_list_as_of":"2026-11-24","at":"2026-11-24T00:00:00Z","revocation":"not_checked","expect":"signed_document"}"#;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(policy) = motcua_copies::Policy::from_json(POLICY) {
        let report = motcua_copies::verify(data, &policy);
        assert!(report.verdict > motcua_copies::Verdict::ValidWithNotes);
        let _ = (report.to_html(), report.to_etsi_xml());
    }
});
