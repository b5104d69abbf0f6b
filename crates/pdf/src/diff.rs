//! What one revision changed against the one before, object by object, and whether every byte of the file is accounted for.
//! Judging the changes is not done here.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::Error;
use crate::document::Document;
use crate::object::{Object, Ref};
use crate::revision::Revision;
use crate::source::Bytes;
use crate::xref::Entry;

/// An object that differs between two revisions.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its number; generation of the newer one where there is one.
    pub id: Ref,
    /// What it was; `None` when it did not exist.
    pub old: Option<Object>,
    /// What it is; `None` when it was freed.
    pub new: Option<Object>,
    /// Where the new one stands in the file.
    pub range: Option<Range<usize>>,
}

/// The objects that differ between `old` and `new`, by number. `new` must be a later revision of the same file.
///
/// Objects that were written anew with the same value are not listed; the streams that only hold other objects
/// (cross-reference and object streams) are.
///
/// # Errors
///
/// A changed object cannot be read.
pub fn changes(old: &Document<'_>, new: &Document<'_>) -> Result<Vec<Change>, Error> {
    let numbers: BTreeSet<u32> =
        old.entries().keys().chain(new.entries().keys()).copied().collect();
    let mut changes = Vec::new();
    for number in numbers {
        let before = old.entries().get(&number).copied().unwrap_or(Entry::Free);
        let after = new.entries().get(&number).copied().unwrap_or(Entry::Free);
        // an object in a stream also changes when its stream is replaced
        let same_home = match after {
            Entry::InStream { stream, .. } => {
                old.entries().get(&stream) == new.entries().get(&stream)
            }
            Entry::InFile { .. } | Entry::Free => true,
        };
        if before == after && same_home {
            continue;
        }
        let before = old.locate(number)?;
        let after = new.locate(number)?;
        let generation = after.as_ref().or(before.as_ref()).map_or(0, |l| l.id.generation);
        let same_id = before.as_ref().map(|l| l.id) == after.as_ref().map(|l| l.id);
        let range = after.as_ref().and_then(|l| l.range.clone());
        let (old_value, new_value) = (before.map(|l| l.value), after.map(|l| l.value));
        if same_id && equal(old, old_value.as_ref(), new, new_value.as_ref())? {
            continue;
        }
        changes.push(Change {
            id: Ref { number, generation },
            old: old_value,
            new: new_value,
            range,
        });
    }
    Ok(changes)
}

/// Whether two objects of two revisions are the same, the raw data of streams included.
///
/// # Errors
///
/// The file cannot be read.
pub fn equal(
    old: &Document<'_>,
    a: Option<&Object>,
    new: &Document<'_>,
    b: Option<&Object>,
) -> Result<bool, Error> {
    match (a, b) {
        (Some(Object::Stream(a)), Some(Object::Stream(b))) => {
            Ok(a.dict == b.dict && old.same_data(a, new, b)?)
        }
        (a, b) => Ok(a == b),
    }
}

/// A stretch of the file that no object, cross-reference section or end mark accounts for, or that two of them claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// The bytes.
    pub range: Range<usize>,
    /// Whether two things claim them (else nothing does).
    pub overlap: bool,
    /// Which revision they stand in, from 0.
    pub revision: usize,
}

/// Reads every object of every revision and lists the bytes that are not accounted for. White space and comments are.
///
/// # Errors
///
/// An object of any revision cannot be read.
pub fn strays(document: &Document<'_>) -> Result<Vec<Stray>, Error> {
    let mut strays = Vec::new();
    for (index, revision) in document.revisions().iter().enumerate() {
        let view = document.revision(index)?;
        let mut pieces = pieces(&view, revision)?;
        // What an update lists again, or for the first time, of earlier bytes is a change; there it was accounted for or not.
        pieces.retain(|p| p.end > revision.added.start);
        pieces.sort_by_key(|r| (r.start, r.end));
        let mut at = revision.added.start;
        for piece in pieces {
            if piece.start < at {
                strays.push(Stray {
                    range: piece.start..at.min(piece.end),
                    overlap: true,
                    revision: index,
                });
            } else {
                strays.extend(gap(view.source(), at..piece.start, index)?);
            }
            at = at.max(piece.end);
        }
        strays.extend(gap(view.source(), at..revision.added.end, index)?);
    }
    Ok(strays)
}

fn pieces(view: &Document<'_>, revision: &Revision) -> Result<Vec<Range<usize>>, Error> {
    let mut pieces = Vec::new();
    for section in revision.sections() {
        // from the section to its %%EOF; the reader has checked that only "startxref" and a number stand between
        pieces.push(section.range.start..section.eof.start);
        pieces.extend(section.hybrid.clone());
        for (number, entry) in &section.entries {
            if section.own_objects.iter().any(|own| own.number == *number) {
                continue;
            }
            if let Entry::InFile { .. } = entry {
                if let Some(range) = view.locate(*number)?.and_then(|l| l.range) {
                    pieces.push(range);
                }
            } else if let Entry::InStream { .. } = entry {
                view.locate(*number)?;
            }
        }
    }
    Ok(pieces)
}

fn gap(bytes: Bytes<'_>, range: Range<usize>, revision: usize) -> Result<Option<Stray>, Error> {
    let Some(within) = bytes.part(0..range.end) else { return Ok(None) };
    let at = within.parse(range.start, |lexer| {
        lexer.skip();
        Ok(lexer.at)
    })?;
    Ok((at < range.end).then_some(Stray { range: at..range.end, overlap: false, revision }))
}
