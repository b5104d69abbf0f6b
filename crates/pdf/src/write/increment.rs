//! An incremental update to any file that the reader understands: objects replaced or added, the cross-reference kept in the
//! form that was found (table or stream). What the objects say is the caller's business.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{WriteError, deflate};
use crate::{Dict, Document, Name, Object, Ref, SectionKind, hex};

/// Objects to be appended to a file.
#[derive(Debug)]
pub struct Increment<'d, 'a> {
    document: &'d Document<'a>,
    objects: BTreeMap<u32, (u16, Vec<u8>)>,
    next: u32,
    /// The second part of the trailer's `/ID`; as found where absent.
    pub changed_id: Option<[u8; 16]>,
}

/// What an update that stands in a file has of one that would be written for the same objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Every byte.
    Same,
    /// All but a place in it: it was written so, and touched afterwards.
    Touched,
    /// Another program wrote it.
    Other,
}

impl Likeness {
    /// Bytes between the first and the last that differ, up to which it is one place. Another program's words differ throughout.
    const PLACE: usize = 64;

    fn of(written: &[u8], found: &[u8]) -> Self {
        let same = |(a, b): &(&u8, &u8)| a == b;
        let before = written.iter().zip(found).take_while(same).count();
        if before == written.len() && before == found.len() {
            return Self::Same;
        }
        let behind = written.iter().rev().zip(found.iter().rev()).take_while(same).count();
        let longer = written.len().max(found.len());
        if longer.saturating_sub(before.saturating_add(behind)) <= Self::PLACE {
            Self::Touched
        } else {
            Self::Other
        }
    }
}

/// An update that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The bytes to append.
    pub bytes: Vec<u8>,
    /// Where each object's body stands in the whole file.
    pub bodies: BTreeMap<u32, usize>,
}

impl<'d, 'a> Increment<'d, 'a> {
    /// An empty update of `document`.
    pub fn new(document: &'d Document<'a>) -> Self {
        Self { document, objects: BTreeMap::new(), next: document.next_number(), changed_id: None }
    }

    /// Takes a new object number.
    pub fn reserve(&mut self) -> Ref {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        Ref { number, generation: 0 }
    }

    /// Writes an object, new or in place of the one of that name.
    pub fn put(&mut self, id: Ref, body: Vec<u8>) {
        self.objects.insert(id.number, (id.generation, body));
    }

    /// Writes a stream as its data are.
    pub fn put_plain(&mut self, id: Ref, data: &[u8]) {
        let mut body = format!("<< /Length {} >>\nstream\n", data.len()).into_bytes();
        body.extend_from_slice(data);
        body.extend_from_slice(b"\nendstream");
        self.put(id, body);
    }

    /// How the newest revision of `document` compares with what this would append for its objects. Where it is the same, no room is
    /// left in which something could be written otherwise and mean the same; streams that are filtered leave such room.
    ///
    /// # Errors
    /// [`crate::Error`] for objects that cannot be read.
    pub fn likeness(document: &Document<'_>) -> Result<Likeness, crate::Error> {
        let Some(newest) = document.revisions().last() else { return Ok(Likeness::Other) };
        let Some(before) = document.revisions().len().checked_sub(2) else {
            return Ok(Likeness::Other);
        };
        let before = document.revision(before)?;
        let mut update = Increment::new(&before);
        for section in newest.sections() {
            if section.kind != SectionKind::Table {
                return Ok(Likeness::Other);
            }
            for number in section.entries.keys() {
                let Some(located) = document.locate(*number)? else { return Ok(Likeness::Other) };
                match &located.value {
                    Object::Stream(stream) if stream.dict.without(&["Length"]).is_empty() => {
                        update.put_plain(located.id, &document.raw(stream)?);
                    }
                    Object::Stream(_) => return Ok(Likeness::Other),
                    other => update.put(located.id, show(other).into_bytes()),
                }
                update.next = update.next.max(number.saturating_add(1));
            }
        }
        let Ok(written) = update.finish() else { return Ok(Likeness::Other) };
        let found = document.source().window(newest.added.clone())?;
        Ok(Likeness::of(&written.bytes, &found))
    }

    /// The bytes to append. They depend on the file and the objects alone.
    ///
    /// # Errors
    /// [`WriteError::OffsetTooLarge`] when a table cannot hold an offset.
    pub fn finish(self) -> Result<Appended, WriteError> {
        let file = self.document.source();
        let length = file.length();
        let mut bytes = Vec::new();
        // An object begins on a line of its own; one more line end does no harm.
        let last = file.window(length.saturating_sub(1)..length);
        if !last.is_ok_and(|last| last.ends_with(b"\n")) {
            bytes.push(b'\n');
        }
        let (mut rows, mut bodies) = (BTreeMap::new(), BTreeMap::new());
        for (number, (generation, body)) in &self.objects {
            rows.insert(*number, ((length + bytes.len()) as u64, *generation));
            bytes.extend_from_slice(format!("{number} {generation} obj\n").as_bytes());
            bodies.insert(*number, length + bytes.len());
            bytes.extend_from_slice(body);
            bytes.extend_from_slice(b"\nendobj\n");
        }
        let newest = self.document.revisions().last().and_then(|r| r.sections().next());
        let previous = newest.map_or(0, |s| s.range.start);
        let start = (length + bytes.len()) as u64;
        let entries = self.trailer(previous);
        let stream = newest.is_some_and(|s| s.kind == SectionKind::Stream);
        let section = if stream {
            stream_section(rows, self.next, start, &entries)
        } else {
            table_section(&rows, self.next, &entries)?
        };
        bytes.extend_from_slice(&section);
        bytes.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
        Ok(Appended { bytes, bodies })
    }

    /// What stays of the newest trailer (ISO 32000-2 §7.5.5, table 15), without `/Size`.
    fn trailer(&self, previous: usize) -> String {
        let mut text = String::new();
        for (key, value) in self.document.trailer().iter() {
            match (key.0.as_slice(), value) {
                (b"Root" | b"Info", _) => {
                    let _ = write!(text, "/{key} {} ", show(value));
                }
                (b"ID", Object::Array(parts)) => {
                    let first = parts.first().map(show).unwrap_or_default();
                    let second = match self.changed_id {
                        Some(id) => format!("<{}>", hex(&id)),
                        None => parts.get(1).map(show).unwrap_or_default(),
                    };
                    let _ = write!(text, "/ID [{first} {second}] ");
                }
                _ => {}
            }
        }
        let _ = write!(text, "/Prev {previous}");
        text
    }
}

/// Runs of consecutive numbers, as subsections and `/Index` want them.
fn runs(numbers: impl Iterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((first, count)) if first.checked_add(*count) == Some(number) => *count += 1,
            _ => runs.push((number, 1)),
        }
    }
    runs
}

/// §7.5.4: entries of exactly 20 bytes, offsets of 10 digits.
fn table_section(
    rows: &BTreeMap<u32, (u64, u16)>,
    size: u32,
    entries: &str,
) -> Result<Vec<u8>, WriteError> {
    let mut text = String::from("xref\n");
    for (first, count) in runs(rows.keys().copied()) {
        let _ = writeln!(text, "{first} {count}");
        for (_, (offset, generation)) in rows.range(first..first + count) {
            if *offset > 9_999_999_999 {
                return Err(WriteError::OffsetTooLarge { offset: *offset });
            }
            let _ = write!(text, "{offset:010} {generation:05} n\r\n");
        }
    }
    if rows.is_empty() {
        text.push_str("0 0\n");
    }
    let _ = write!(text, "trailer\n<< /Size {size} {entries} >>\n");
    Ok(text.into_bytes())
}

/// §7.5.8: a stream that lists itself; offsets take as many bytes as the largest needs, at least four.
fn stream_section(
    mut rows: BTreeMap<u32, (u64, u16)>,
    own: u32,
    start: u64,
    entries: &str,
) -> Vec<u8> {
    rows.insert(own, (start, 0));
    let most = rows.values().map(|(offset, _)| *offset).max().unwrap_or(0);
    let width = usize::try_from((64 - most.leading_zeros()).div_ceil(8)).unwrap_or(8).max(4);
    let mut data = Vec::new();
    for (offset, generation) in rows.values() {
        data.push(1);
        data.extend_from_slice(offset.to_be_bytes().get(8 - width..).unwrap_or_default());
        data.extend_from_slice(&generation.to_be_bytes());
    }
    let index: Vec<String> = runs(rows.keys().copied())
        .iter()
        .map(|(first, count)| format!("{first} {count}"))
        .collect();
    let packed = deflate(&data);
    let size = own.saturating_add(1);
    let mut out = format!(
        "{own} 0 obj\n<< /Type /XRef /W [1 {width} 2] /Index [{}] /Size {size} {entries} /Filter /FlateDecode /Length {} >>\nstream\n",
        index.join(" "),
        packed.len()
    )
    .into_bytes();
    out.extend_from_slice(&packed);
    out.extend_from_slice(b"\nendstream\nendobj\n");
    out
}

/// An object as PDF syntax; strings in hexadecimal. A stream shows as its dictionary.
pub fn show(object: &Object) -> String {
    match object {
        Object::Null => "null".to_owned(),
        Object::Bool(value) => value.to_string(),
        Object::Integer(value) => value.to_string(),
        Object::Real(real) => real.as_str().to_owned(),
        Object::String(s) => format!("<{}>", hex(&s.bytes)),
        Object::Name(name) => show_name(name),
        Object::Array(items) => {
            format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" "))
        }
        Object::Dict(dict) => show_with(dict, &[]),
        Object::Stream(stream) => show_with(&stream.dict, &[]),
        Object::Ref(id) => format!("{id} R"),
    }
}

/// A dictionary as PDF syntax with some entries set anew; an empty text takes one away.
pub fn show_with(dict: &Dict, set: &[(&str, &str)]) -> String {
    let keys: Vec<&str> = set.iter().map(|(key, _)| *key).collect();
    let kept = dict.without(&keys);
    let mut parts: Vec<String> =
        kept.iter().map(|(key, value)| format!("{} {}", show_name(key), show(value))).collect();
    parts.extend(set.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| format!("/{k} {v}")));
    format!("<< {} >>", parts.join(" "))
}

/// §7.3.5: anything but letters, digits and a few signs is written as `#xx`.
fn show_name(name: &Name) -> String {
    let mut text = String::from("/");
    for byte in &name.0 {
        if byte.is_ascii_alphanumeric() || b"-_.+:".contains(byte) {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "#{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_beyond_a_hundred_million_and_four_gib_are_right() {
        let far = 5 * 1024 * 1024 * 1024u64;
        let rows = BTreeMap::from([(3, (100_000_000, 0)), (4, (far, 0)), (9, (9_999_999_999, 2))]);
        let table = table_section(&rows, 10, "/Root 1 0 R").unwrap();
        let table = String::from_utf8(table).unwrap();
        assert!(table.starts_with(
            "xref\n3 2\n0100000000 00000 n\r\n5368709120 00000 n\r\n9 1\n9999999999 00002 n\r\n"
        ));
        let too_far = BTreeMap::from([(3, (10_000_000_000, 0))]);
        assert_eq!(table_section(&too_far, 4, "").unwrap_err().code(), "pdf.offset_too_large");

        let section = stream_section(rows, 20, far + 7, "/Root 1 0 R");
        let text = String::from_utf8_lossy(&section).into_owned();
        assert!(text.contains("/W [1 5 2] /Index [3 2 9 1 20 1] /Size 21"), "{text}");
        let at = section.windows(7).position(|w| w == b"stream\n").unwrap() + 7;
        let data = crate::filter::inflate(&section[at..section.len() - 18], 1_000).unwrap();
        assert_eq!(data.len(), 4 * 8);
        let offset = |row: usize| {
            data[row * 8 + 1..row * 8 + 6].iter().fold(0u64, |sum, b| sum << 8 | u64::from(*b))
        };
        assert_eq!(
            [offset(0), offset(1), offset(2), offset(3)],
            [100_000_000, far, 9_999_999_999, far + 7]
        );
    }

    #[test]
    fn an_update_keeps_the_form_it_found() {
        let bytes = include_bytes!("../../tests/data/minimal.pdf");
        let document = Document::parse(bytes, &crate::Limits::STANDARD).unwrap();
        let mut update = Increment::new(&document);
        let id = update.reserve();
        update.put(id, b"<< /A#20b (x) >>".to_vec());
        let appended = update.finish().unwrap();
        let whole = [&bytes[..], &appended.bytes].concat();
        let again = Document::parse(&whole, &crate::Limits::STANDARD).unwrap();
        assert_eq!(again.revisions().len(), document.revisions().len() + 1);
        assert_eq!(show(&again.get(id).unwrap()), "<< /A#20b <78> >>");
        assert!(crate::strays(&again).unwrap().is_empty());
    }
}
