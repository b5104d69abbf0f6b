//! The signature fields of a file, in whatever revision. Judging what they hold is done beside.

use std::collections::BTreeSet;
use std::ops::Range;

use motcua_pdf::{Dict, Document, Error, Object, Ref};

/// Depth of the field tree (ISO 32000-2 §12.7.4.1): real forms have three or four levels.
const FIELD_DEPTH: usize = 8;
/// Signed fields looked at: a copy with yearly archive timestamps has one a year.
const MOST_SIGNATURES: usize = 256;

/// A field with a signature.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Fully qualified name.
    pub field: String,
    /// The signature's object.
    pub value: Option<Ref>,
    /// The field's dictionary.
    pub field_dict: Dict,
    /// The signature dictionary.
    pub dict: Dict,
    /// Where `/Contents` stands, delimiters included.
    pub contents: Option<Range<usize>>,
    /// `/ByteRange`, where it is a direct array of whole numbers; else empty.
    pub byte_range: Vec<i64>,
    /// Offset after the last covered byte.
    pub end: usize,
    pub covers: Coverage,
}

impl Found {
    /// The value of `/Contents`.
    pub(super) fn value_bytes(&self) -> Option<&[u8]> {
        self.dict.get("Contents").and_then(Object::as_string).map(|s| s.bytes.as_slice())
    }

    /// A document timestamp (ISO 32000-2 §12.8.5), not a person's signature.
    pub(super) fn is_timestamp(&self) -> bool {
        self.dict.is_name("Type", "DocTimeStamp") || self.dict.is_name("SubFilter", "ETSI.RFC3161")
    }
}

/// One node of the field tree, with what it inherits (§12.7.4.1, table 226).
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub name: String,
    pub id: Option<Ref>,
    pub dict: Dict,
    pub kind: Object,
    pub value: Object,
    /// Whether it has a name of its own; a node without one is a widget of the field above.
    pub named: bool,
}

/// Every node of the field tree, parents first.
pub(super) fn tree(document: &Document<'_>) -> Result<Vec<Field>, Error> {
    let mut nodes = Vec::new();
    let catalog = document.catalog()?;
    if let Object::Dict(form) = document.value(&catalog, "AcroForm")? {
        let fields = document.value(&form, "Fields")?;
        for field in fields.as_array().unwrap_or_default() {
            collect(document, field, None, FIELD_DEPTH, &mut nodes)?;
        }
    }
    Ok(nodes)
}

fn collect(
    document: &Document<'_>,
    item: &Object,
    parent: Option<&Field>,
    depth: usize,
    nodes: &mut Vec<Field>,
) -> Result<(), Error> {
    let Object::Dict(dict) = document.resolve(item)? else { return Ok(()) };
    if nodes.len() > document.limits().objects {
        return Err(Error::Budget { limit: "objects", allowed: document.limits().objects as u64 });
    }
    let own = match document.value(&dict, "T")? {
        Object::String(s) => Some(text(&s.bytes)),
        _ => None,
    };
    let above = parent.map(|p| p.name.as_str()).unwrap_or_default();
    let named = own.is_some();
    let name = match own {
        Some(own) if above.is_empty() => own,
        Some(own) => format!("{above}.{own}"),
        None => above.to_owned(),
    };
    let inherit = |key: &str, from: Option<&Object>| match dict.get(key) {
        Some(own) => own.clone(),
        None => from.cloned().unwrap_or(Object::Null),
    };
    let node = Field {
        name,
        id: item.as_ref(),
        kind: document.resolve(&inherit("FT", parent.map(|p| &p.kind)))?,
        value: inherit("V", parent.map(|p| &p.value)),
        dict,
        named,
    };
    nodes.push(node.clone());
    if let Object::Array(kids) = document.value(&node.dict, "Kids")? {
        if depth == 0 {
            return Err(Error::Structure {
                object: "the field tree".to_owned(),
                problem: "it is deeper than any form",
            });
        }
        for kid in &kids {
            collect(document, kid, Some(&node), depth - 1, nodes)?;
        }
    }
    Ok(())
}

/// A text string for people: UTF-16 or bytes.
pub(super) fn text(bytes: &[u8]) -> String {
    match bytes.strip_prefix(&[0xfe, 0xff]) {
        Some(units) => {
            let units: Vec<u16> = units
                .chunks(2)
                .map(|c| {
                    u16::from(c.first().copied().unwrap_or(0)) << 8
                        | u16::from(c.get(1).copied().unwrap_or(0))
                })
                .collect();
            String::from_utf16_lossy(&units)
        }
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Every signed field, in the order of what they cover.
pub(super) fn find(document: &Document<'_>) -> Result<Vec<Found>, Error> {
    find_in(document, &tree(document)?)
}

/// The same, of a tree that was read.
pub(super) fn find_in(document: &Document<'_>, tree: &[Field]) -> Result<Vec<Found>, Error> {
    let read = |(node, value)| read(document, node, value);
    let mut found = signed(document, tree)?.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    found.sort_by_key(|f| f.end);
    Ok(found)
}

/// Every signed field with its signature dictionary, in the order of the tree.
pub(super) fn signed<'t>(
    document: &Document<'_>,
    tree: &'t [Field],
) -> Result<Vec<(&'t Field, Dict)>, Error> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for node in tree {
        if !matches!(&node.kind, Object::Name(name) if *name == "Sig") {
            continue;
        }
        let Object::Dict(value) = document.resolve(&node.value)? else { continue };
        // A widget below its field shows the same signature again.
        if !node.named && !node.dict.contains("V") {
            continue;
        }
        if node.id.is_some_and(|id| !seen.insert((id, node.name.clone()))) {
            // One object listed twice is found as a duplicate field by `history`.
            continue;
        }
        if found.len() >= MOST_SIGNATURES {
            return Err(Error::Budget { limit: "signatures", allowed: MOST_SIGNATURES as u64 });
        }
        found.push((node, value));
    }
    Ok(found)
}

fn read(document: &Document<'_>, node: &Field, value: Dict) -> Result<Found, Error> {
    let contents = match value.get("Contents") {
        Some(Object::String(s)) if s.hex => Some(s.range.clone()),
        _ => None,
    };
    let items = value.get("ByteRange").and_then(Object::as_array).unwrap_or_default();
    let byte_range: Vec<i64> = items.iter().filter_map(Object::as_integer).collect();
    let byte_range = if byte_range.len() == items.len() { byte_range } else { Vec::new() };
    let end = match byte_range[..] {
        [_, _, start, length] => {
            start.checked_add(length).and_then(|e| usize::try_from(e).ok()).unwrap_or(usize::MAX)
        }
        _ => usize::MAX,
    };
    let mut found = Found {
        field: node.name.clone(),
        value: node.value.as_ref(),
        field_dict: node.dict.clone(),
        dict: value,
        contents,
        byte_range,
        end,
        covers: Err(""),
    };
    found.covers = coverage(document, &found)?;
    Ok(found)
}

/// The revision that a signature covers, from 0, or why it covers none.
type Coverage = Result<usize, &'static str>;

/// ISO 32000-2 §12.8.1 and EN 319 142-1 §5.3: the whole revision but for the value of `/Contents`.
fn coverage(document: &Document<'_>, found: &Found) -> Result<Coverage, Error> {
    let gap = match gap(found) {
        Ok(gap) => gap,
        Err(problem) => return Ok(Err(problem)),
    };
    // The string is what the file shows at that place, not a piece of inflated data.
    let shown = document.source().window(gap.clone())?;
    Ok(written(&shown, gap.len()).and_then(|()| covered(document, found.end, &gap)))
}

/// The stretch that `/ByteRange` leaves out.
fn gap(found: &Found) -> Result<Range<usize>, &'static str> {
    let gap = found
        .contents
        .clone()
        .ok_or("/Contents is not one hexadecimal string in the signature dictionary")?;
    let [first, length, second, rest] = found.byte_range[..] else {
        return Err("/ByteRange is not a direct array of four whole numbers");
    };
    let same = |value: i64, offset: usize| usize::try_from(value).is_ok_and(|v| v == offset);
    if first != 0 || rest < 0 || !same(length, gap.start) || !same(second, gap.end) {
        return Err("/ByteRange does not leave out exactly /Contents");
    }
    Ok(gap)
}

/// Whether the file shows `/Contents` as it must be written, `length` characters.
fn written(shown: &[u8], length: usize) -> Result<(), &'static str> {
    let [b'<', digits @ .., b'>'] = shown else {
        return Err("/Contents stands inside an object stream");
    };
    if shown.len() != length {
        return Err("/Contents stands inside an object stream");
    }
    // Nobody signs how the digits are written; one way only, or they could be changed unnoticed.
    // There are thousands of them, so without branches.
    let kinds = digits.iter().fold(0_u8, |kinds, digit| {
        let plain = u8::from(digit.wrapping_sub(b'0') < 10);
        let lower = u8::from(digit.wrapping_sub(b'a') < 6);
        let upper = u8::from(digit.wrapping_sub(b'A') < 6);
        kinds | lower | upper << 1 | ((plain | lower | upper) ^ 1) << 2
    });
    if digits.len() % 2 != 0 || kinds > 2 {
        return Err("/Contents is not written as plain hexadecimal digits of one case");
    }
    Ok(())
}

/// The revision that what ends at `end` covers.
fn covered(document: &Document<'_>, end: usize, gap: &Range<usize>) -> Coverage {
    let revision = document.revisions().iter().position(|r| r.ends_at(end));
    let revision = revision.ok_or("it does not end where a revision ends")?;
    // The dictionary itself must stand in what it covers, in the part that this revision added or before.
    if document.revisions().get(revision).is_none_or(|r| gap.end > r.added.end) {
        return Err("the signature stands outside what it covers");
    }
    Ok(revision)
}
