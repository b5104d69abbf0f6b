//! Reading the test material that lies beside the repository, and saying so where it does not.
#![allow(dead_code, clippy::unwrap_used, clippy::print_stderr)]

use std::path::PathBuf;

/// The JSON file under `../shared/`, or none with a loud word.
pub fn json(name: &str) -> Option<serde_json::Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(e) => {
            eprintln!("SKIPPED: {name}: {e}");
            None
        }
    }
}
