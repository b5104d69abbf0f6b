//! What can go wrong when a PDF is written, with stable codes.

use thiserror::Error;

/// Why a file could not be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A reserved object was never written: a defect of the caller.
    #[error("object {number} was reserved but never written")]
    Unwritten {
        /// The object.
        number: usize,
    },
    /// A picture is not what its first bytes say, or is cut short.
    #[error("the {kind} is broken: {problem}; capture the page again")]
    BrokenImage {
        /// `JPEG`, `PNG` or `TIFF`.
        kind: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A picture is sound, but of a form that cannot enter the file unchanged.
    #[error("the {kind} cannot be used: {problem}")]
    UnsupportedImage {
        /// `JPEG`, `PNG` or `TIFF`.
        kind: &'static str,
        /// Which form, and what to do.
        problem: String,
    },
    /// A page of a PDF original breaks PDF/A.
    #[error(
        "page {page} of the original cannot become PDF/A-2b: {problem} (ISO 19005-2 §{clause}); scan the paper instead"
    )]
    NotArchivable {
        /// The page, from 1.
        page: usize,
        /// The clause that forbids it.
        clause: &'static str,
        /// What it forbids.
        problem: String,
    },
    /// The font lacks a character.
    #[error(
        "the font has no character {character:?} (U+{code:04X}); give a font with full Vietnamese coverage"
    )]
    MissingGlyph {
        /// The character.
        character: char,
        /// Its code point.
        code: u32,
    },
    /// The font file is not usable.
    #[error("the font is not usable: {problem}; give an OpenType font with TrueType outlines")]
    BadFont {
        /// What is wrong.
        problem: String,
    },
    /// A file with a cross-reference table grew beyond the ten digits of its offsets.
    #[error(
        "an object would stand at byte {offset}, but a cross-reference table ends at 9,999,999,999; save the file with a cross-reference stream first"
    )]
    OffsetTooLarge {
        /// Where it would stand.
        offset: u64,
    },
    /// A signature does not fit into the space left for it.
    #[error(
        "the signature has {need} bytes, the space left for it {have}; prepare again with at least {need}"
    )]
    SignatureTooLarge {
        /// Bytes of the signature.
        need: usize,
        /// Bytes of the space.
        have: usize,
    },
    /// A text cannot stand in the metadata.
    #[error("{field} holds a control character, which metadata cannot hold; remove it")]
    ControlCharacter {
        /// Which field.
        field: String,
    },
}

impl WriteError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OffsetTooLarge { .. } => "pdf.offset_too_large",
            Self::Unwritten { .. } => "pdf.unwritten",
            Self::BrokenImage { .. } => "pdf.broken_image",
            Self::UnsupportedImage { .. } => "pdf.unsupported_image",
            Self::NotArchivable { .. } => "pdf.not_archivable",
            Self::MissingGlyph { .. } => "pdf.missing_glyph",
            Self::BadFont { .. } => "pdf.bad_font",
            Self::SignatureTooLarge { .. } => "pdf.signature_too_large",
            Self::ControlCharacter { .. } => "pdf.control_character",
        }
    }

    /// The parameters of the message, by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::OffsetTooLarge { offset } => vec![("offset", offset.to_string())],
            Self::Unwritten { number } => vec![("number", number.to_string())],
            Self::BrokenImage { kind, problem } | Self::UnsupportedImage { kind, problem } => {
                vec![("kind", (*kind).to_owned()), ("problem", problem.clone())]
            }
            Self::NotArchivable { page, clause, problem } => vec![
                ("page", page.to_string()),
                ("clause", (*clause).to_owned()),
                ("problem", problem.clone()),
            ],
            Self::MissingGlyph { character, code } => {
                vec![("character", character.to_string()), ("code", format!("{code:04X}"))]
            }
            Self::BadFont { problem } => vec![("problem", problem.clone())],
            Self::SignatureTooLarge { need, have } => {
                vec![("need", need.to_string()), ("have", have.to_string())]
            }
            Self::ControlCharacter { field } => vec![("field", field.clone())],
        }
    }
}
