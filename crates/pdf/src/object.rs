//! The objects of a PDF (ISO 32000-2 §7.3) as values. Where they stand in the file is kept for strings and streams only.

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use smallvec::SmallVec;

/// An indirect object's name: number and generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref {
    /// Object number, from 1.
    pub number: u32,
    /// Generation, 0 in files that were never edited in place.
    pub generation: u16,
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.generation)
    }
}

/// Any PDF object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number without a point.
    Integer(i64),
    /// A number with a point, as it was written: nothing is rounded.
    Real(Real),
    /// A string, decoded from either notation.
    String(PdfString),
    /// A name, `#xx` decoded.
    Name(Name),
    /// An array.
    Array(Vec<Object>),
    /// A dictionary.
    Dict(Dict),
    /// A stream.
    Stream(Stream),
    /// A reference to an indirect object.
    Ref(Ref),
}

/// A real number as written, such as `-.5` or `12.30`. Two are equal when their values are.
#[derive(Debug, Clone)]
pub struct Real(pub(crate) String);

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.parts() == other.parts()
    }
}

impl Eq for Real {}

impl Real {
    /// Whether it is below zero, and its digits before and after the point without zeros that say nothing.
    fn parts(&self) -> (bool, &str, &str) {
        let digits = self.0.trim_start_matches(['+', '-']);
        let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
        let (whole, rest) = (whole.trim_start_matches('0'), rest.trim_end_matches('0'));
        let zero = whole.is_empty() && rest.is_empty();
        (!zero && self.0.starts_with('-'), whole, rest)
    }

    /// The characters of the file.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest float, for geometry only.
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(0.0)
    }
}

/// A string and where it stands. Two strings are equal when their bytes are.
#[derive(Debug, Clone)]
pub struct PdfString {
    /// The decoded bytes.
    pub bytes: Vec<u8>,
    /// Whether it was written as `<…>`.
    pub hex: bool,
    /// The bytes of the file it takes, delimiters included. Inside an object stream: of the inflated data.
    pub range: Range<usize>,
}

impl PartialEq for PdfString {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for PdfString {}

/// A name without its slash, `#xx` decoded. Short ones, which almost all are, need no allocation.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub SmallVec<[u8; 16]>);

impl From<&[u8]> for Name {
    fn from(bytes: &[u8]) -> Self {
        Self(SmallVec::from_slice(bytes))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{self}")
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.0.as_slice() == other.as_bytes()
    }
}

/// A dictionary in the order of the file; no key stands in it twice. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub struct Dict {
    entries: Rc<Vec<(Name, Object)>>,
}

impl PartialEq for Dict {
    /// Order does not matter.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
            || self.entries.len() == other.entries.len()
                && self.entries.iter().all(|(key, value)| other.get_bytes(&key.0) == Some(value))
    }
}

impl Eq for Dict {}

impl Dict {
    pub(crate) fn push(&mut self, key: Name, value: Object) {
        let entries = Rc::make_mut(&mut self.entries);
        if entries.is_empty() {
            entries.reserve(8);
        }
        entries.push((key, value));
    }

    /// The value under `key`, references not followed.
    pub fn get(&self, key: &str) -> Option<&Object> {
        self.get_bytes(key.as_bytes())
    }

    /// The value under a key that may not be UTF-8.
    pub fn get_bytes(&self, key: &[u8]) -> Option<&Object> {
        self.entries.iter().find(|(k, _)| k.0.as_slice() == key).map(|(_, v)| v)
    }

    /// Whether the key is there.
    pub fn contains(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Whether `key` holds the name `value`.
    pub fn is_name(&self, key: &str, value: &str) -> bool {
        matches!(self.get(key), Some(Object::Name(name)) if *name == value)
    }

    /// Keys and values in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Object)> {
        self.entries.iter().map(|(k, v)| (k, v))
    }

    /// How many keys.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The dictionary without the keys named, for comparing the rest.
    #[must_use]
    pub fn without(&self, keys: &[&str]) -> Self {
        let kept = |key: &Name| !keys.iter().any(|k| key.0.as_slice() == k.as_bytes());
        let entries = self.entries.iter().filter(|(k, _)| kept(k)).cloned().collect();
        Self { entries: Rc::new(entries) }
    }
}

/// A stream: its dictionary and where its raw data stand in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// The stream's dictionary.
    pub dict: Dict,
    /// The raw, still encoded data in the file.
    pub data: Range<usize>,
}

impl Object {
    /// The integer, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Null | Self::Bool(_) | Self::Real(_) | Self::String(_) | Self::Name(_) => None,
            Self::Array(_) | Self::Dict(_) | Self::Stream(_) | Self::Ref(_) => None,
        }
    }

    /// An integer or real as a float, for geometry only.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Real(real) => Some(real.to_f64()),
            #[allow(clippy::cast_precision_loss)]
            other => other.as_integer().map(|i| i as f64),
        }
    }

    /// The name, if it is one.
    pub fn as_name(&self) -> Option<&Name> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    /// The string, if it is one.
    pub fn as_string(&self) -> Option<&PdfString> {
        if let Self::String(string) = self { Some(string) } else { None }
    }

    /// The array's items, if it is one.
    pub fn as_array(&self) -> Option<&[Object]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The dictionary, or a stream's dictionary.
    pub fn as_dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(dict) => Some(dict),
            Self::Stream(stream) => Some(&stream.dict),
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Real(_) => None,
            Self::String(_) | Self::Name(_) | Self::Array(_) | Self::Ref(_) => None,
        }
    }

    /// The stream, if it is one.
    pub fn as_stream(&self) -> Option<&Stream> {
        if let Self::Stream(stream) = self { Some(stream) } else { None }
    }

    /// The reference, if it is one.
    pub fn as_ref(&self) -> Option<Ref> {
        if let Self::Ref(reference) = self { Some(*reference) } else { None }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }
}
