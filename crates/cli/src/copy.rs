//! `motcua copy`: copies made, judged, raised and withdrawn, other PDFs signed.

mod annul;
mod extend;
mod issue;
pub mod keys;
mod level;
mod sign;
mod verify;

pub use annul::{AnnulArguments, run as annul};
pub use extend::{ExtendArguments, run as extend};
pub use issue::{IssueArguments, run as issue};
pub use sign::{SignArguments, run as sign};
pub use verify::{VerifyArguments, run as verify};

use motcua::copies::facts::CopyFacts;
use motcua::pdf::{Document, Limits, Object};

/// What a copy's file says of itself; nothing is judged.
fn facts_of(file: &[u8]) -> Option<CopyFacts> {
    let document = Document::parse(file, &Limits::STANDARD).ok()?;
    let catalog = document.catalog().ok()?;
    let Object::Stream(stream) = document.value(&catalog, "Metadata").ok()? else { return None };
    let metadata = document.decode(&stream).ok()?;
    CopyFacts::from_xmp(std::str::from_utf8(&metadata).ok()?)
}
