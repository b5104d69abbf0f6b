//! Electronic certified copies of originals (bản sao điện tử chứng thực): issue and verify.

#![forbid(unsafe_code)]

pub mod facts;
#[cfg(feature = "issue")]
pub mod issue;
pub mod statement;
pub mod verify;

pub use verify::{Policy, Report, Verdict, verify, verify_ranged};

/// Name of the official's signature field.
pub const OFFICIAL_FIELD: &str = "official";

/// Name of the signature field of the official with this number, from 1: `official`, `official-2` …
pub fn official_field(number: usize) -> String {
    if number <= 1 { OFFICIAL_FIELD.to_owned() } else { format!("{OFFICIAL_FIELD}-{number}") }
}
/// Name of the agency's signature field.
pub const AGENCY_FIELD: &str = "agency";
