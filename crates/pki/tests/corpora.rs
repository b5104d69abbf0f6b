//! Material nobody here wrote, read at `../shared/corpora`: each file a suite of its own, counted.
#![cfg(feature = "authority")]
#![allow(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used, clippy::panic)]

#[path = "corpora/chains.rs"]
mod chains;
#[path = "corpora/limbo.rs"]
mod limbo;
#[path = "corpora/ocsp.rs"]
mod ocsp;
#[path = "corpora/parsing.rs"]
mod parsing;
#[path = "corpora/revocation.rs"]
mod revocation;
#[path = "corpora/viet_nam.rs"]
mod viet_nam;
#[path = "corpora/wycheproof.rs"]
mod wycheproof;

use motcua_pki::Certificate;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// A folder of the corpora, or a line that says it is not there.
fn corpus(name: &str) -> Option<PathBuf> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora").join(name);
    if dir.is_dir() {
        Some(dir)
    } else {
        eprintln!("SKIPPED: {name}: {} is not there", dir.display());
        None
    }
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn instant(text: &str) -> OffsetDateTime {
    OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).unwrap()
}

/// A certificate file, DER or PEM.
fn certificate(path: &Path) -> Certificate {
    let bytes = std::fs::read(path).unwrap();
    match std::str::from_utf8(&bytes) {
        Ok(text) if text.contains("-----BEGIN") => Certificate::from_pem(text),
        Ok(_) | Err(_) => Certificate::from_der(&bytes),
    }
    .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u8::try_from(content.len()).unwrap();
    assert!(length < 0x80);
    [&[tag, length], content.as_slice()].concat()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}
