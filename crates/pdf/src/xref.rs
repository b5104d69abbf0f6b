//! Cross-reference sections (ISO 32000-2 §7.5.4, §7.5.8): tables, streams and hybrids, each exactly as written.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::Error;
use crate::budget::{self, Limits, over};
use crate::filter;
use crate::lexer::{Lexer, is_space};
use crate::object::{Dict, Object, Ref};
use crate::parse;
use crate::source::Bytes;

/// Where an object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Not in use.
    Free,
    /// At an offset of the file.
    InFile {
        /// Offset of the object number.
        offset: usize,
        /// Its generation.
        generation: u16,
    },
    /// In an object stream.
    InStream {
        /// Object number of the stream.
        stream: u32,
        /// Position in it, from 0.
        index: u32,
    },
}

/// How a section is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionKind {
    /// `xref` … `trailer`.
    Table,
    /// A cross-reference stream.
    Stream,
    /// A table whose trailer names a stream besides (`/XRefStm`).
    Hybrid,
}

/// One cross-reference section.
#[derive(Debug)]
pub struct Section {
    /// How it is written.
    pub kind: SectionKind,
    /// The bytes from `xref` (or the stream's object number) to the end of the trailer dictionary (or `endobj`).
    pub range: Range<usize>,
    /// The bytes of the `/XRefStm` object of a hybrid.
    pub hybrid: Option<Range<usize>>,
    /// What it says about object numbers.
    pub entries: BTreeMap<u32, Entry>,
    /// Object numbers that a hybrid's table calls free and its stream gives a place: readers of tables alone do not see them.
    pub hidden: Vec<u32>,
    /// The trailer dictionary, or the stream's dictionary.
    pub trailer: Dict,
    /// Object numbers of the section's own streams.
    pub own_objects: Vec<Ref>,
    /// White space between where it is said to begin and where it begins: writers count the line end before it wrong.
    pub before: Range<usize>,
    /// The offset that `startxref` after it says; nothing follows the first-page stream of some linearised files.
    pub(crate) declared: Option<usize>,
    /// The end of `%%EOF` after it, and of the line end after that.
    pub(crate) eof: Range<usize>,
    pub(crate) previous: Option<usize>,
}

/// What a section is that nothing closes.
pub(crate) const NOT_CLOSED: &str = "\"startxref\" does not follow the section";
/// White space taken before a section: a few line ends; whoever is further off points at something else.
const MOST_BEFORE: usize = 8;

/// Where the section that something says stands at `said` begins.
pub(crate) fn begins(bytes: Bytes<'_>, said: usize) -> Result<usize, Error> {
    let window = bytes.window(said..said.saturating_add(MOST_BEFORE).min(bytes.length()))?;
    Ok(said + window.iter().take_while(|b| is_space(**b)).count())
}

/// Reads the section at `at`, or after the white space there.
pub(crate) fn section(bytes: Bytes<'_>, at: usize, limits: &Limits) -> Result<Section, Error> {
    let wrong = |problem| Error::Xref { at, problem };
    let (said, at) = (at, begins(bytes, at)?);
    let (listed, digit) = bytes.parse(at, |lexer| {
        Ok(if lexer.take_keyword(b"xref") {
            (Some(table(lexer, at, bytes.length(), limits)?), false)
        } else {
            (None, lexer.peek().is_some_and(|b| b.is_ascii_digit()))
        })
    })?;
    let mut section = if let Some(mut section) = listed {
        hybrid(bytes, &mut section, limits)?;
        section.before = said..at;
        section
    } else if digit {
        let (entries, trailer, id, range) = stream(bytes, at, limits)?;
        Section {
            kind: SectionKind::Stream,
            range,
            hybrid: None,
            entries,
            hidden: Vec::new(),
            trailer,
            own_objects: vec![id],
            before: said..at,
            declared: None,
            eof: 0..0,
            previous: None,
        }
    } else {
        return Err(wrong("neither \"xref\" nor a stream object stands here"));
    };
    section.previous = match section.trailer.get("Prev") {
        None => None,
        Some(value) => Some(
            offset(value, bytes.length())
                .ok_or_else(|| wrong("/Prev is not an offset in the file"))?,
        ),
    };
    // Annex F ends the first-page section with "startxref 0 %%EOF", which linearising writers leave out after a stream. That it is
    // such a section, named by one further back, is checked where sections are put together.
    let first_page = section.kind == SectionKind::Stream && section.previous > Some(at);
    // §7.5.5: startxref, the offset and %%EOF follow, nothing else
    let end = section.range.end;
    (section.declared, section.eof) = bytes.parse(end, |lexer| {
        lexer.skip(); // some writers leave a comment here
        if !lexer.take_keyword(b"startxref") {
            return if first_page { Ok((None, end..end)) } else { Err(wrong(NOT_CLOSED)) };
        }
        lexer.skip_space();
        let declared = lexer.take_digits().and_then(|v| usize::try_from(v).ok());
        let declared = declared.ok_or_else(|| wrong("no offset after \"startxref\""))?;
        lexer.skip_space();
        if !lexer.take(b"%%EOF") {
            return Err(wrong("no %%EOF after \"startxref\""));
        }
        let eof = lexer.at;
        lexer.take_eol();
        Ok((Some(declared), eof..lexer.at))
    })?;
    Ok(section)
}

fn offset(value: &Object, length: usize) -> Option<usize> {
    value.as_integer().and_then(|v| usize::try_from(v).ok()).filter(|v| *v < length)
}

fn table(
    lexer: &mut Lexer<'_>,
    at: usize,
    length: usize,
    limits: &Limits,
) -> Result<Section, Error> {
    let wrong = |problem| Error::Xref { at, problem };
    let mut entries = BTreeMap::new();
    loop {
        lexer.skip_space();
        if lexer.take_keyword(b"trailer") {
            break;
        }
        let first = lexer.take_digits().and_then(|v| u32::try_from(v).ok());
        let first = first.ok_or_else(|| wrong("no object number begins a subsection"))?;
        if !lexer.take(b" ") {
            return Err(wrong("a subsection's two numbers are not separated by one space"));
        }
        let count = lexer.take_digits().and_then(|v| u32::try_from(v).ok());
        let count =
            count.ok_or_else(|| wrong("a subsection does not say how many entries it has"))?;
        lexer.skip_space();
        for i in 0..count {
            let number =
                first.checked_add(i).ok_or_else(|| wrong("an object number is too large"))?;
            let line = lexer.slice(lexer.at..lexer.at + 20);
            let entry = line
                .and_then(line_entry)
                .ok_or_else(|| wrong("an entry is not 20 bytes as §7.5.4 demands"))?;
            lexer.at += 20;
            if entries.insert(number, entry).is_some() {
                return Err(wrong("an object number is listed twice"));
            }
            let most = budget::entries(limits, length);
            if entries.len() > most {
                return Err(over("objects", most));
            }
        }
    }
    let Object::Dict(trailer) = parse::object(lexer, limits.depth)? else {
        return Err(wrong("the trailer is not a dictionary"));
    };
    let end = lexer.at;
    Ok(Section {
        kind: SectionKind::Table,
        range: at..end,
        hybrid: None,
        entries,
        hidden: Vec::new(),
        trailer,
        own_objects: Vec::new(),
        before: at..at,
        declared: None,
        eof: 0..0,
        previous: None,
    })
}

/// Adds what the stream that a table's trailer names lists besides.
fn hybrid(bytes: Bytes<'_>, section: &mut Section, limits: &Limits) -> Result<(), Error> {
    let at = section.range.start;
    let wrong = |problem| Error::Xref { at, problem };
    if let Some(value) = section.trailer.get("XRefStm") {
        let at_stream = offset(value, bytes.length())
            .ok_or_else(|| wrong("/XRefStm is not an offset in the file"))?;
        let (hidden, _, id, range) = stream(bytes, at_stream, limits)?;
        for (number, entry) in hidden {
            // §7.5.8.4: the stream is asked for objects that the table does not have in use
            match section.entries.get(&number) {
                None => {
                    section.entries.insert(number, entry);
                }
                Some(Entry::Free) => {
                    if entry != Entry::Free {
                        section.hidden.push(number);
                    }
                    section.entries.insert(number, entry);
                }
                Some(listed) if *listed == entry => {}
                Some(_) => return Err(wrong("table and /XRefStm disagree about an object")),
            }
        }
        section.kind = SectionKind::Hybrid;
        section.hybrid = Some(range);
        section.own_objects.push(id);
    }
    Ok(())
}

fn line_entry(line: &[u8]) -> Option<Entry> {
    let number = |range: Range<usize>| -> Option<u64> {
        let digits = line.get(range)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        std::str::from_utf8(digits).ok()?.parse().ok()
    };
    let offset = usize::try_from(number(0..10)?).ok()?;
    let generation = u16::try_from(number(11..16)?);
    if line.get(10) != Some(&b' ') || line.get(16) != Some(&b' ') {
        return None;
    }
    if !matches!(line.get(18..20)?, b" \n" | b" \r" | b"\r\n") {
        return None;
    }
    match line.get(17)? {
        b'n' => Some(Entry::InFile { offset, generation: generation.ok()? }),
        // Of a free entry the number says nothing that counts; for object 0 many writers put 65536 instead of 65535.
        b'f' => Some(Entry::Free),
        _ => None,
    }
}

type StreamSection = (BTreeMap<u32, Entry>, Dict, Ref, Range<usize>);

fn stream(bytes: Bytes<'_>, at: usize, limits: &Limits) -> Result<StreamSection, Error> {
    let wrong = |problem| Error::Xref { at, problem };
    // §7.5.8.2: the values of a cross-reference stream's dictionary are direct
    let parsed = parse::indirect(bytes, at, limits.depth, &|_| Ok(None))?;
    let Object::Stream(stream) = parsed.value else {
        return Err(wrong("the object is not a stream"));
    };
    if !stream.dict.is_name("Type", "XRef") {
        return Err(wrong("the stream is not of /Type /XRef"));
    }
    let integer = |value: &Object| value.as_integer().and_then(|v| u32::try_from(v).ok());
    let widths: Option<Vec<usize>> =
        stream.dict.get("W").and_then(Object::as_array).and_then(|w| {
            w.iter().map(|v| integer(v).map(|v| v as usize).filter(|v| *v <= 8)).collect()
        });
    let Some([kind, second, third]) = widths.as_deref() else {
        return Err(wrong("/W is not three widths of at most 8 bytes"));
    };
    let size =
        stream.dict.get("Size").and_then(integer).ok_or_else(|| wrong("/Size is missing"))?;
    let index: Vec<u32> = match stream.dict.get("Index") {
        None => vec![0, size],
        Some(value) => value
            .as_array()
            .and_then(|items| items.iter().map(integer).collect())
            .ok_or_else(|| wrong("/Index is not an array of whole numbers"))?,
    };
    let row = kind + second + third;
    let count = index.chunks(2).map(|c| c.get(1).copied().unwrap_or(0) as usize).sum::<usize>();
    let most = budget::entries(limits, bytes.length());
    if count > most {
        return Err(over("objects", most));
    }
    if row == 0 || !index.len().is_multiple_of(2) {
        return Err(wrong("/W or /Index is empty or odd"));
    }
    let most = limits.inflated_once.max(bytes.length().saturating_mul(8)).min(limits.inflated);
    let data = filter::decode(&bytes.window(stream.data.clone())?, &stream.dict, most)?;
    if data.len() != count * row {
        return Err(wrong("the stream's data are not as long as /Index and /W say"));
    }
    let mut entries = BTreeMap::new();
    let mut rows = data.chunks_exact(row);
    for pair in index.chunks_exact(2) {
        let (first, count) =
            (pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0));
        for (i, line) in (0..count).zip(&mut rows) {
            let number =
                first.checked_add(i).ok_or_else(|| wrong("an object number is too large"))?;
            let (a, rest) = line.split_at(*kind);
            let (b, c) = rest.split_at(*second);
            let field =
                |bytes: &[u8]| bytes.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
            // §7.5.8.3, table 18: without a first field the type is 1
            let entry = match if *kind == 0 { 1 } else { field(a) } {
                0 => Entry::Free,
                1 => Entry::InFile {
                    offset: usize::try_from(field(b))
                        .map_err(|_| wrong("an offset is too large"))?,
                    generation: u16::try_from(field(c))
                        .map_err(|_| wrong("a generation is too large"))?,
                },
                2 => Entry::InStream {
                    stream: u32::try_from(field(b))
                        .map_err(|_| wrong("an object number is too large"))?,
                    index: u32::try_from(field(c)).map_err(|_| wrong("an index is too large"))?,
                },
                _ => return Err(wrong("an entry of an unknown type")),
            };
            if entries.insert(number, entry).is_some() {
                return Err(wrong("an object number is listed twice"));
            }
        }
    }
    Ok((entries, stream.dict, parsed.id, parsed.range))
}
