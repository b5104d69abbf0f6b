//! Makes a certified copy: the originals become one clean PDF/A file with a statement page, signed by the official, then by the
//! agency. How a copy is judged lives in `verify`.

mod attachments;
pub mod error;
pub mod existing;
mod layout;
pub mod levels;
mod original;
mod page;
mod paper;
mod picture;
#[cfg(feature = "rasterise")]
mod raster;
mod setting;
mod sign;
mod slot;
mod visible;

pub use error::IssueError;
pub use layout::Fonts;
pub use original::{
    Lost, Original, OriginalKind, Sheet, describe, describe_accepting, shortcomings,
};
pub use picture::Pictures;
pub use sign::{Next, Pending, Role, Terms, issue, issue_by, issue_with};
pub use visible::Visible;

pub use crate::{AGENCY_FIELD, OFFICIAL_FIELD};
