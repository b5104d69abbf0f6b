//! Makes a certified copy: the originals become one clean PDF/A file with a statement page, signed by the official, then by the
//! agency. How a copy is judged lives in `verify`.

pub mod error;
mod layout;
mod original;
mod sign;

pub use error::IssueError;
pub use layout::Fonts;
pub use original::{Original, OriginalKind, Sheet};
pub use sign::{Next, Pending, Role, issue};

/// Name of the official's signature field.
pub const OFFICIAL_FIELD: &str = "official";
/// Name of the agency's signature field.
pub const AGENCY_FIELD: &str = "agency";
