//! Electronic certified copies of originals (bản sao điện tử chứng thực): issue and verify.

#![forbid(unsafe_code)]

pub mod facts;
#[cfg(feature = "issue")]
pub mod issue;
pub mod statement;
