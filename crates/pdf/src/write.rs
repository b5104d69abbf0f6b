//! New PDF files: one clean revision, and updates appended to an existing one. What a page shows is the caller's business.
//!
//! Updates are there without the feature `write` too: a verifier asks how one would have been written.

pub mod error;
#[cfg(feature = "write")]
pub mod font;
#[cfg(feature = "write")]
pub mod icc;
#[cfg(feature = "write")]
pub mod image;
#[cfg(feature = "write")]
pub mod import;
pub mod increment;
#[cfg(feature = "write")]
pub mod metadata;
#[cfg(feature = "write")]
pub mod signature;

use std::fmt::Write as _;

use crate::hex;

pub use error::WriteError;

/// Builds a file object by object and remembers where each stands.
///
/// The bytes depend on the calls alone: no clock, no random identifier.
#[derive(Debug)]
pub struct FileWriter {
    bytes: Vec<u8>,
    /// Offset of object `first + i`, once written.
    offsets: Vec<Option<usize>>,
    /// The number of the first object.
    first: u32,
}

impl Default for FileWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl FileWriter {
    /// A file with its header; the comment of high bytes marks it as binary (ISO 19005-2 §6.1.2).
    pub fn new() -> Self {
        Self { bytes: b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec(), offsets: Vec::new(), first: 1 }
    }

    /// Objects for an update, numbered from `first`; [`FileWriter::into_objects`] gives them.
    pub fn numbered_from(first: u32) -> Self {
        Self { bytes: Vec::new(), offsets: Vec::new(), first }
    }

    /// The bodies of all objects, by number.
    ///
    /// # Errors
    /// [`WriteError::Unwritten`] when a reserved object was never written.
    pub fn into_objects(self) -> Result<Vec<(u32, Vec<u8>)>, WriteError> {
        let mut objects = Vec::new();
        for (number, offset) in (self.first..).zip(&self.offsets) {
            let unwritten =
                || WriteError::Unwritten { number: usize::try_from(number).unwrap_or(usize::MAX) };
            let start = offset.ok_or_else(unwritten)?;
            let later = self.offsets.iter().flatten().filter(|o| **o > start).min();
            let whole = self.bytes.get(start..later.copied().unwrap_or(self.bytes.len()));
            let body = whole
                .and_then(|whole| whole.strip_prefix(format!("{number} 0 obj\n").as_bytes()))
                .and_then(|whole| whole.strip_suffix(b"\nendobj\n"));
            objects.push((number, body.ok_or_else(unwritten)?.to_vec()));
        }
        Ok(objects)
    }

    /// Takes the next object number.
    pub fn reserve(&mut self) -> u32 {
        let count = self.reserve_count();
        self.offsets.push(None);
        self.first.saturating_add(count)
    }

    /// How many objects there are.
    pub fn reserve_count(&self) -> u32 {
        u32::try_from(self.offsets.len()).unwrap_or(u32::MAX)
    }

    /// How many bytes there are.
    pub fn position(&self) -> usize {
        self.bytes.len()
    }

    /// Makes room for about so many more bytes, so that large pictures are not moved as the file grows.
    pub fn make_room(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// Writes object `id`; gives the offset of `body` in the file.
    pub fn object(&mut self, id: u32, body: &[u8]) -> usize {
        self.object_of(id, &[body])
    }

    /// Writes a stream; `entries` are the dictionary's entries without `/Length`.
    pub fn stream(&mut self, id: u32, entries: &str, data: &[u8]) {
        let head = format!("<< {entries} /Length {} >>\nstream\n", data.len());
        self.object_of(id, &[head.as_bytes(), data, b"\nendstream"]);
    }

    /// Writes an object whose body is these parts, one after the other.
    fn object_of(&mut self, id: u32, parts: &[&[u8]]) -> usize {
        let place = id.checked_sub(self.first).and_then(|i| usize::try_from(i).ok());
        if let Some(slot) = place.and_then(|i| self.offsets.get_mut(i)) {
            *slot = Some(self.bytes.len());
        }
        self.bytes.extend_from_slice(format!("{id} 0 obj\n").as_bytes());
        let at = self.bytes.len();
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        self.bytes.extend_from_slice(b"\nendobj\n");
        at
    }

    /// Writes a stream, deflated where that is worth it.
    pub fn deflated(&mut self, id: u32, entries: &str, data: &[u8]) {
        if data.len() < LEAST_DEFLATED {
            self.stream(id, entries, data);
            return;
        }
        let packed = deflate(data);
        self.stream(id, &format!("{entries} /Filter /FlateDecode"), &packed);
    }

    /// Writes the cross-reference table and the trailer.
    ///
    /// # Errors
    /// [`WriteError::Unwritten`] when a reserved object was never written.
    pub fn finish(mut self, root: u32, file_id: &[u8; 16]) -> Result<Vec<u8>, WriteError> {
        let start = self.bytes.len();
        let size = self.offsets.len() + 1;
        let mut table = format!("xref\n0 {size}\n0000000000 65535 f\r\n");
        for (i, offset) in self.offsets.iter().enumerate() {
            let offset = offset.ok_or(WriteError::Unwritten { number: i + 1 })?;
            let _ = write!(table, "{offset:010} 00000 n\r\n");
        }
        let id = hex(file_id);
        let _ = write!(
            table,
            "trailer\n<< /Size {size} /Root {root} 0 R /ID [<{id}> <{id}>] >>\nstartxref\n{start}\n%%EOF\n"
        );
        self.bytes.extend_from_slice(table.as_bytes());
        Ok(self.bytes)
    }
}

/// Level of deflating. Fonts and text are a twentieth of a copy: the least level makes it a third of a percent larger than the
/// highest and takes a fifth of the time, which would be more than that of all else in issuing.
const DEFLATE_LEVEL: u8 = 1;

/// Streams shorter than this are written as they are: every reader of the file would spend more on them than a page's worth of
/// text takes.
const LEAST_DEFLATED: usize = 2_048;

/// Deflated data with their zlib frame.
fn deflate(data: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(data, DEFLATE_LEVEL)
}

/// What an appended update must know of the file it extends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdateBase<'a> {
    /// Offset of the last cross-reference section.
    pub startxref: usize,
    /// `/Size` of the trailer.
    pub size: u32,
    /// Object number of the catalog.
    pub root: u32,
    /// `/ID` of the trailer, hexadecimal.
    pub file_id: &'a str,
}

/// An update: objects that replace or extend those of the file, with a cross-reference table.
///
/// `length` is the length of the file that is extended. Gives the bytes to append and, per object, where its body starts in the
/// whole file; then where the new cross-reference section starts.
pub fn update(
    length: usize,
    base: UpdateBase<'_>,
    objects: &[(u32, Vec<u8>)],
) -> (Vec<u8>, Vec<usize>, usize) {
    let mut sorted: Vec<_> = objects.iter().enumerate().collect();
    sorted.sort_by_key(|(_, (id, _))| *id);
    let (mut bytes, mut bodies, mut rows) = (Vec::new(), vec![0; objects.len()], String::new());
    for (index, (id, body)) in sorted {
        let _ = write!(rows, "{id} 1\n{:010} 00000 n\r\n", length + bytes.len());
        bytes.extend_from_slice(format!("{id} 0 obj\n").as_bytes());
        if let Some(slot) = bodies.get_mut(index) {
            *slot = length + bytes.len();
        }
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(b"\nendobj\n");
    }
    let start = length + bytes.len();
    let UpdateBase { startxref, size, root, file_id } = base;
    let tail = format!(
        "xref\n{rows}trailer\n<< /Size {size} /Root {root} 0 R /Prev {startxref} /ID [<{file_id}> <{file_id}>] >>\nstartxref\n{start}\n%%EOF\n"
    );
    bytes.extend_from_slice(tail.as_bytes());
    (bytes, bodies, start)
}

/// A text string object in UTF-16BE, hexadecimal (ISO 32000-2 §7.9.2.2).
pub fn text_string(text: &str) -> String {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    format!("<feff{}>", hex(&units))
}

/// A length in points with at most three decimals and no exponent.
pub fn points(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" || text.is_empty() { "0".to_owned() } else { text.to_owned() }
}
