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
/// Name of the agency's signature field.
pub const AGENCY_FIELD: &str = "agency";
