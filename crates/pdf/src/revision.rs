//! The chain of cross-reference sections from the end of a file to its beginning, and the revisions it makes.
//!
//! A revision is a prefix of the file that ends at an `%%EOF` and is a complete PDF by itself. Sections that a linearised file
//! has twice belong to one revision.

use std::ops::Range;
use std::rc::Rc;

use crate::Error;
use crate::budget::{self, Limits, over};
use crate::lexer::is_space;
use crate::object::Object;
use crate::parse;
use crate::source::Bytes;
use crate::xref::{NOT_CLOSED, Section, begins, section};

/// One revision. The first is the original file, each later one an incremental update.
#[derive(Debug, Clone)]
pub struct Revision {
    /// The bytes this revision added: from the end of the one before to its own end.
    pub added: Range<usize>,
    /// Where its `%%EOF` ends; `added.end` includes the line end after it.
    pub eof: usize,
    /// Its sections, newest first (two when linearised, else one).
    pub(crate) sections: Vec<Rc<Section>>,
}

impl Revision {
    /// Whether `length` bytes from the start of the file are this revision, with or without the line end after `%%EOF`.
    pub fn ends_at(&self, length: usize) -> bool {
        length == self.eof || (length > self.eof && length <= self.added.end)
    }

    /// Its cross-reference sections, newest first.
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().map(|s| &**s)
    }
}

/// Checks the header: `%PDF-1.x` or `%PDF-2.x` in the first bytes (§7.5.2).
pub(crate) fn header(bytes: Bytes<'_>) -> Result<(u8, u8), Error> {
    let first = bytes.window(0..12)?;
    match &*first {
        [] => Err(Error::Empty),
        [
            b'%',
            b'P',
            b'D',
            b'F',
            b'-',
            major @ (b'1' | b'2'),
            b'.',
            minor @ b'0'..=b'9',
            end,
            ..,
        ] if is_space(*end) || *end == b'%' => Ok((major - b'0', minor - b'0')),
        _ => {
            let found = first.iter().flat_map(|b| b.escape_ascii()).map(char::from).collect();
            Err(Error::NoHeader { found })
        }
    }
}

fn last(bytes: Bytes<'_>, text: &[u8], before: usize) -> Result<Option<usize>, Error> {
    // bounded: whoever writes more than 2 KiB after the last mark has not ended the file
    let from = before.saturating_sub(2048);
    let tail = bytes.window(from..before)?;
    Ok(tail.windows(text.len()).rposition(|w| w == text).map(|at| at + from))
}

/// Reads the chain. Gives the revisions, oldest first, and where white space after the last one begins.
pub(crate) fn chain(bytes: Bytes<'_>, limits: &Limits) -> Result<Vec<Revision>, Error> {
    let eof = last(bytes, b"%%EOF", bytes.length())?;
    let no_end =
        || Error::NoEnd { last_eof: eof.map_or_else(|| "none".to_owned(), |at| at.to_string()) };
    let eof = eof.ok_or_else(no_end)?;
    if !bytes.window(eof + 5..bytes.length())?.iter().all(|b| is_space(*b)) {
        return Err(no_end());
    }
    let start = last(bytes, b"startxref", eof)?.ok_or_else(no_end)?;
    let declared = bytes.parse(start + 9, |lexer| {
        lexer.skip_space();
        let declared = lexer.take_digits().and_then(|v| usize::try_from(v).ok());
        lexer.skip_space();
        declared.filter(|_| lexer.at == eof).ok_or_else(no_end)
    })?;

    let mut sections: Vec<Rc<Section>> = Vec::new();
    let mut next = Some(declared);
    let mut entries = 0;
    while let Some(at) = next {
        let begin = begins(bytes, at)?;
        if sections.iter().any(|s| s.range.start == begin) {
            return Err(Error::Xref { at, problem: "/Prev leads back to a section already read" });
        }
        if sections.len() >= limits.revisions {
            return Err(over("revisions", limits.revisions));
        }
        let section = section(bytes, at, limits)?;
        entries += section.entries.len();
        let most = budget::entries(limits, bytes.length());
        if entries > most {
            return Err(over("objects", most));
        }
        next = section.previous;
        sections.push(Rc::new(section));
    }
    if entries.saturating_mul(sections.len()) > limits.objects_by_revision {
        return Err(over("objects_by_revision", limits.objects_by_revision));
    }
    group(bytes, sections, eof + 5, limits)
}

/// Groups sections (newest first) into revisions (oldest first) and checks that each is whole by itself.
fn group(
    bytes: Bytes<'_>,
    sections: Vec<Rc<Section>>,
    eof: usize,
    limits: &Limits,
) -> Result<Vec<Revision>, Error> {
    let mut revisions: Vec<Revision> = Vec::new();
    let mut oldest_first = sections.into_iter().rev().peekable();
    let mut start = 0;
    while let Some(section) = oldest_first.next() {
        let at = section.range.start;
        let linearised = oldest_first.peek().is_some_and(|newer| newer.range.start < at);
        let mut group = vec![section.clone()];
        if linearised {
            // Annex F: the first-page section stands near the beginning and names the main one as /Prev
            if start != 0 || !is_linearised(bytes, limits)? {
                return Err(Error::Xref {
                    at,
                    problem: "/Prev points forward and the file is not linearised",
                });
            }
            group.extend(oldest_first.next());
            group.reverse();
        }
        let entry_point = group.first().map_or(at, |s| s.range.start);
        let declared = section.declared.ok_or(Error::Xref { at, problem: NOT_CLOSED })?;
        if begins(bytes, declared.min(bytes.length()))? != entry_point {
            return Err(Error::Xref {
                at,
                problem: "\"startxref\" after the section does not name it",
            });
        }
        if at < start {
            return Err(Error::Xref {
                at,
                problem: "the section stands before the end of an older one",
            });
        }
        revisions.push(Revision {
            added: start..section.eof.end,
            eof: section.eof.start,
            sections: group,
        });
        start = section.eof.end;
    }
    if revisions.last().is_none_or(|r| r.eof != eof) {
        return Err(Error::Xref { at: eof, problem: "the last section does not close the file" });
    }
    Ok(revisions)
}

/// Whether the first object of the file is a linearisation dictionary.
fn is_linearised(bytes: Bytes<'_>, limits: &Limits) -> Result<bool, Error> {
    let first = bytes.parse(0, |lexer| {
        lexer.skip();
        Ok(lexer.at)
    })?;
    Ok(match parse::indirect(bytes, first, limits.depth, &|_| Ok(None)) {
        Ok(parsed) => matches!(parsed.value, Object::Dict(dict) if dict.contains("Linearized")),
        Err(_) => false,
    })
}
