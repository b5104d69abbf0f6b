//! PDF files as bytes with a history of revisions. Knows no cryptography.
//!
//! * [`Document`]: the strict reader. It follows the cross-reference as written, in any revision, and repairs nothing.
//! * [`Bytes`]: the file it reads, in memory or read in pieces ([`Ranged`]).
//! * `archive` (feature `write`): whether a file is PDF/A-2b, with the clause of everything that is not.
//! * [`enclosed`]: whether what a content stream draws can change how something is drawn after it.
//! * [`changes`], [`strays`]: what an incremental update changed, and bytes that nothing accounts for.

#![forbid(unsafe_code)]

#[cfg(feature = "write")]
pub mod archive;
mod budget;
mod content;
mod diff;
mod document;
mod error;
mod filter;
mod hexadecimal;
mod lexer;
mod object;
mod parse;
mod revision;
mod source;
mod standard_fonts;
pub mod write;
mod xref;

pub use budget::Limits;
pub use content::enclosed;
pub use diff::{Change, Stray, changes, equal, strays};
pub use document::{Document, Located, Page};
pub use error::Error;
pub use hexadecimal::hex;
pub use object::{Dict, Name, Object, PdfString, Real, Ref, Stream};
pub use revision::Revision;
pub use source::{Bytes, Ranged};
pub use standard_fonts::STANDARD_FONTS;
pub use xref::{Entry, Section, SectionKind};
