//! What can go wrong when a PDF is read, with stable codes. What is *found* in a readable file is not here but in reports.

use thiserror::Error;

/// Why a PDF could not be read. Offsets are bytes from the start of the file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to read.
    #[error("the file is empty; give the whole PDF")]
    Empty,
    /// The first bytes are not `%PDF-1.x` or `%PDF-2.0`.
    #[error(
        "the file does not begin with %PDF-1.x or %PDF-2.0 (found {found}); it is not a PDF, or bytes were put before it"
    )]
    NoHeader {
        /// The first bytes, printable.
        found: String,
    },
    /// The end of the file is not `startxref`, an offset, `%%EOF`.
    #[error(
        "no \"startxref <offset> %%EOF\" closes the file; it is cut short, or bytes follow the end (last %%EOF at {last_eof})"
    )]
    NoEnd {
        /// Offset of the last `%%EOF`, or `none`.
        last_eof: String,
    },
    /// The bytes are not PDF syntax.
    #[error(
        "syntax at byte {at}: {problem}; the reader does not repair files, save the PDF anew with a sound program"
    )]
    Syntax {
        /// Where.
        at: usize,
        /// What was expected or wrong.
        problem: &'static str,
    },
    /// A dictionary names one key twice, so readers may differ about its value.
    #[error(
        "the dictionary at byte {at} holds the key /{key} twice; readers would disagree about its value"
    )]
    DuplicateKey {
        /// Where the second key stands.
        at: usize,
        /// The key.
        key: String,
    },
    /// A cross-reference section is not as ISO 32000-2 §7.5.4 or §7.5.8 demands.
    #[error(
        "cross-reference section at byte {at}: {problem}; the reader does not rebuild it, save the PDF anew"
    )]
    Xref {
        /// Where the section starts.
        at: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// The object the cross-reference names does not stand at its offset.
    #[error(
        "object {number} {generation}: {problem} (byte {at}); the cross-reference and the file disagree"
    )]
    ObjectAt {
        /// Object number.
        number: u32,
        /// Generation.
        generation: u16,
        /// The offset looked at.
        at: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// The file is encrypted.
    #[error("the PDF is encrypted (handler {handler}); ask for a copy without a password")]
    Encrypted {
        /// The security handler's name.
        handler: String,
    },
    /// A stream needs a filter that is not decoded here.
    #[error(
        "a stream uses the filter /{filter}, which is not decoded here; only Flate, LZW, ASCIIHex, ASCII85 and RunLength are"
    )]
    Filter {
        /// The filter's name.
        filter: String,
    },
    /// A stream's data do not fit its filter.
    #[error("the data of a {filter} stream are damaged: {problem}")]
    FilterData {
        /// The filter's name.
        filter: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// A named limit was reached.
    #[error(
        "the file needs more than the allowed {limit} ({allowed}); raise that limit if the file is trusted"
    )]
    Budget {
        /// Which limit (a field of [`crate::Limits`]).
        limit: &'static str,
        /// Its value.
        allowed: u64,
    },
    /// The structure of the document (catalog, page tree, a required entry) is not usable.
    #[error("{object}: {problem}; the document cannot be understood without it")]
    Structure {
        /// Which object or dictionary.
        object: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// The file could not be read where it was to be read in pieces.
    #[error(
        "the file cannot be read at byte {at}: {problem}; see that it is still there, and try again"
    )]
    Read {
        /// Where.
        at: usize,
        /// What was said.
        problem: String,
    },
    /// The document has no page.
    #[error("the document has no pages; give a PDF with at least one page")]
    NoPages,
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "pdf.empty",
            Self::NoHeader { .. } => "pdf.no_header",
            Self::NoEnd { .. } => "pdf.no_end",
            Self::Syntax { .. } => "pdf.syntax",
            Self::DuplicateKey { .. } => "pdf.duplicate_key",
            Self::Xref { .. } => "pdf.xref",
            Self::ObjectAt { .. } => "pdf.object_at",
            Self::Encrypted { .. } => "pdf.encrypted",
            Self::Filter { .. } => "pdf.filter",
            Self::FilterData { .. } => "pdf.filter_data",
            Self::Budget { .. } => "pdf.budget",
            Self::Structure { .. } => "pdf.structure",
            Self::Read { .. } => "pdf.read",
            Self::NoPages => "pdf.no_pages",
        }
    }

    /// The parameters of the message, by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Empty | Self::NoPages => Vec::new(),
            Self::NoHeader { found } => vec![("found", found.clone())],
            Self::NoEnd { last_eof } => vec![("last_eof", last_eof.clone())],
            Self::Syntax { at, problem } | Self::Xref { at, problem } => {
                vec![("at", at.to_string()), ("problem", (*problem).to_owned())]
            }
            Self::Read { at, problem } => {
                vec![("at", at.to_string()), ("problem", problem.clone())]
            }
            Self::DuplicateKey { at, key } => vec![("at", at.to_string()), ("key", key.clone())],
            Self::ObjectAt { number, generation, at, problem } => vec![
                ("number", number.to_string()),
                ("generation", generation.to_string()),
                ("at", at.to_string()),
                ("problem", (*problem).to_owned()),
            ],
            Self::Encrypted { handler } => vec![("handler", handler.clone())],
            Self::Filter { filter } => vec![("filter", filter.clone())],
            Self::FilterData { filter, problem } => {
                vec![("filter", (*filter).to_owned()), ("problem", (*problem).to_owned())]
            }
            Self::Budget { limit, allowed } => {
                vec![("limit", (*limit).to_owned()), ("allowed", allowed.to_string())]
            }
            Self::Structure { object, problem } => {
                vec![("object", object.clone()), ("problem", (*problem).to_owned())]
            }
        }
    }
}
