//! Any text as a tariff: loaded, or refused with findings that can be shown; formatting keeps what it says; its examples run.
//! seeds: crates/tariffs/data
#![no_main]

use motcua_fees::{Tariff, format, run_examples};

libfuzzer_sys::fuzz_target!(|text: &str| {
    match Tariff::from_toml("fuzz.toml", text) {
        Ok(tariff) => {
            assert!(!tariff.warnings().has_errors());
            let formatted = format(text).expect("a tariff is TOML");
            let again = Tariff::from_toml("fuzz.toml", &formatted)
                .expect("formatting changes white space alone");
            assert_eq!(again.summary().fees, tariff.summary().fees);
            let _ = run_examples(&tariff);
        }
        Err(findings) => {
            assert!(findings.has_errors());
            for finding in &findings.findings {
                assert!(finding.line >= 1 && finding.column >= 1 && finding.length >= 1);
            }
            let _ = findings.to_string();
        }
    }
});
