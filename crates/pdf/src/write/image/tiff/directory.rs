//! The directories of a TIFF file (TIFF 6.0 §2): entries with their values, every one within the file. BigTIFF is the same with numbers
//! of eight bytes where a TIFF has four, and a count of entries of eight where it has two (libtiff, "The BigTIFF File Format").

use std::collections::{BTreeMap, BTreeSet};

use super::{broken, unsupported};
use crate::write::WriteError;

/// Pages of a file; far beyond what one original has.
const MAX_PAGES: usize = 2_000;
/// `NewSubfileType`: a smaller version of another page, a mask.
const SUBFILE: u16 = 254;
/// `SubfileType`, which older programs write: 2 is a smaller version of another page.
const OLD_SUBFILE: u16 = 255;
const RESOLUTION: [u16; 2] = [282, 283];
const RESOLUTION_UNIT: u16 = 296;

/// The bytes of a file and their order.
#[derive(Clone, Copy)]
struct File<'a> {
    bytes: &'a [u8],
    little: bool,
    /// BigTIFF.
    big: bool,
}

impl<'a> File<'a> {
    fn slice(self, at: usize, length: usize) -> Result<&'a [u8], WriteError> {
        let rest = self.bytes.get(at..).and_then(|rest| rest.get(..length));
        rest.ok_or_else(|| broken("it is cut short"))
    }

    fn u16(self, at: usize) -> Result<u16, WriteError> {
        let pair = self.slice(at, 2)?.try_into().map_err(broken)?;
        Ok(if self.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    }

    fn u32(self, at: usize) -> Result<u32, WriteError> {
        let quad = self.slice(at, 4)?.try_into().map_err(broken)?;
        Ok(if self.little { u32::from_le_bytes(quad) } else { u32::from_be_bytes(quad) })
    }

    /// A number of eight bytes that means a place or a size.
    fn long(self, at: usize) -> Result<u32, WriteError> {
        let eight = self.slice(at, 8)?.try_into().map_err(broken)?;
        let long = if self.little { u64::from_le_bytes(eight) } else { u64::from_be_bytes(eight) };
        u32::try_from(long).map_err(|_| broken("a place or size in it is beyond 4 GB"))
    }

    /// Bytes of a place or a count in a directory.
    fn width(self) -> usize {
        if self.big { 8 } else { 4 }
    }

    fn place(self, at: usize) -> Result<usize, WriteError> {
        let place = if self.big { self.long(at)? } else { self.u32(at)? };
        usize::try_from(place).map_err(broken)
    }
}

struct Entry<'a> {
    kind: u16,
    values: &'a [u8],
}

/// One page's tags.
pub(super) struct Directory<'a> {
    file: File<'a>,
    entries: BTreeMap<u16, Entry<'a>>,
}

/// The directories of a file that are pages: not those of smaller versions.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<Directory<'_>>, WriteError> {
    let little = bytes.starts_with(b"II");
    let mut file = File { bytes, little, big: false };
    match file.u16(2)? {
        42 => {}
        43 if file.u16(4)? == 8 && file.u16(6)? == 0 => file.big = true,
        43 => return Err(broken("its places are not eight bytes long, as a BigTIFF's are")),
        _ => return Err(broken("it does not begin as a TIFF")),
    }
    let (mut at, mut seen, mut pages) = (file.place(file.width())?, BTreeSet::new(), Vec::new());
    while at != 0 {
        if !seen.insert(at) {
            return Err(broken("its pages run in a circle"));
        }
        if seen.len() > MAX_PAGES {
            return Err(unsupported(format!("it has more than {MAX_PAGES} pages; divide it")));
        }
        let (directory, next) = Directory::read(file, at)?;
        match directory.number(SUBFILE)?.unwrap_or(0) {
            kind if kind & 4 == 4 => return Err(unsupported("it has a mask; save it without")),
            kind if kind & 1 == 1 => {}
            _ if directory.number(OLD_SUBFILE)? == Some(2) => {}
            _ => pages.push(directory),
        }
        at = next;
    }
    if pages.is_empty() {
        return Err(broken("it has no page"));
    }
    Ok(pages)
}

impl<'a> Directory<'a> {
    fn read(file: File<'a>, at: usize) -> Result<(Self, usize), WriteError> {
        let beyond = || broken("a directory lies beyond the file");
        let width = file.width();
        let (count, start) =
            if file.big { (file.place(at)?, 8) } else { (usize::from(file.u16(at)?), 2) };
        let (start, size) = (at.checked_add(start).ok_or_else(beyond)?, 4 + 2 * width);
        let end = count.checked_mul(size).and_then(|length| start.checked_add(length));
        let end = end.filter(|end| *end <= file.bytes.len()).ok_or_else(beyond)?;
        let mut entries = BTreeMap::new();
        for entry in (start..end).step_by(size) {
            let (tag, kind, length) =
                (file.u16(entry)?, file.u16(entry + 2)?, file.place(entry + 4)?);
            // Field types of §2; what is of another is passed over, as there.
            let size = match kind {
                1 | 2 | 6 | 7 => 1,
                3 | 8 => 2,
                4 | 9 | 11 | 13 => 4,
                5 | 10 | 12 => 8,
                16..=18 if file.big => 8,
                _ => continue,
            };
            let (length, value) = (length.saturating_mul(size), entry + 4 + width);
            let place = if length <= width { value } else { file.place(value)? };
            let values = file.slice(place, length)?;
            if entries.insert(tag, Entry { kind, values }).is_some() {
                return Err(broken(format!("tag {tag} stands twice")));
            }
        }
        Ok((Self { file, entries }, file.place(end)?))
    }

    /// Whether the least byte of a number comes first.
    pub(super) fn little(&self) -> bool {
        self.file.little
    }

    pub(super) fn has(&self, tag: u16) -> bool {
        self.entries.contains_key(&tag)
    }

    /// The values as they stand.
    pub(super) fn bytes(&self, tag: u16) -> Result<Option<&'a [u8]>, WriteError> {
        match self.entries.get(&tag) {
            None => Ok(None),
            Some(Entry { kind: 1 | 7, values }) => Ok(Some(values)),
            Some(_) => Err(broken(format!("tag {tag} is of a wrong type"))),
        }
    }

    /// Whole numbers; none where the tag is absent.
    pub(super) fn numbers(&self, tag: u16) -> Result<Vec<u32>, WriteError> {
        let Some(Entry { kind, values }) = self.entries.get(&tag) else { return Ok(Vec::new()) };
        let inner = File { bytes: values, ..self.file };
        let places = |size: usize| (0..values.len()).step_by(size);
        match kind {
            1 => Ok(values.iter().map(|v| u32::from(*v)).collect()),
            3 => places(2).map(|at| inner.u16(at).map(u32::from)).collect(),
            4 => places(4).map(|at| inner.u32(at)).collect(),
            16 => places(8).map(|at| inner.long(at)).collect(),
            _ => Err(broken(format!("tag {tag} is of a wrong type"))),
        }
    }

    /// The first number.
    pub(super) fn number(&self, tag: u16) -> Result<Option<u32>, WriteError> {
        Ok(self.numbers(tag)?.first().copied())
    }

    pub(super) fn need(&self, tag: u16) -> Result<u32, WriteError> {
        self.number(tag)?.ok_or_else(|| broken(format!("tag {tag} is missing")))
    }

    /// The bytes of the strips or tiles.
    pub(super) fn chunks(&self, offsets: u16, counts: u16) -> Result<Vec<&'a [u8]>, WriteError> {
        let (offsets, counts) = (self.numbers(offsets)?, self.numbers(counts)?);
        if offsets.len() != counts.len() {
            return Err(broken("its strips or tiles do not fit their lengths"));
        }
        let number = |n: &u32| usize::try_from(*n).unwrap_or(usize::MAX);
        let chunks = offsets.iter().zip(&counts);
        chunks.map(|(at, count)| self.file.slice(number(at), number(count))).collect()
    }

    /// Pixels per inch across and down (§8).
    pub(super) fn dpi(&self) -> Result<Option<(u32, u32)>, WriteError> {
        // Pixels per inch in hundredths of what is stated: an inch, or a centimetre
        let unit = match self.number(RESOLUTION_UNIT)?.unwrap_or(2) {
            2 => 100,
            3 => 254,
            _ => return Ok(None),
        };
        let one = |tag: u16| -> Result<Option<u32>, WriteError> {
            let Some(Entry { kind: 5, values }) = self.entries.get(&tag) else { return Ok(None) };
            let inner = File { bytes: values, ..self.file };
            let (over, under) = (u64::from(inner.u32(0)?), u64::from(inner.u32(4)?) * 100);
            let dpi = (over * unit + under / 2).checked_div(under).unwrap_or(0);
            Ok(u32::try_from(dpi).ok().filter(|dpi| *dpi > 0))
        };
        let [across, down] = RESOLUTION;
        Ok(one(across)?.zip(one(down)?))
    }
}
