//! CMS SignedData for PAdES and CAdES: reading raw bytes, checking, preparing and completing.
//! Paths, revocation and timestamps have their own modules.

pub(crate) mod attribute;
mod beside;
mod parse;
mod prepare;
mod timestamp;
mod verify;
pub(crate) mod write;

pub use beside::{Tie, Ties};
pub use parse::{RawAttribute, SignedData, SignerId, SignerInfo};
pub use prepare::{PrepareOptions, Prepared, prepare, prepare_with};
pub use timestamp::{signature_to_timestamp, with_signature_timestamp};
pub(crate) use verify::digest_of;
pub use verify::{CmsReport, Content, Profile, verify, verify_signer, verify_with};

/// Largest CMS read, in bytes: a signature with a long chain, a timestamp and embedded CRLs stays
/// below 1 MiB; larger input is refused before it is walked.
pub const MAX_CMS_BYTES: usize = 16 * 1024 * 1024;
