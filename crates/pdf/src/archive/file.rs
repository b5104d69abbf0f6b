//! Clause 6.1: header, trailer, cross-reference, how objects are spaced, strings, streams and the limits of values.

use super::{Checker, Rule};
use crate::lexer::{hex_value, is_space};
use crate::{Dict, Object, Ref, SectionKind};

/// ISO 32000-1 table 6 without LZWDecode and Crypt (ISO 19005-2 §6.1.7.2).
const FILTERS: [&[u8]; 8] = [
    b"ASCIIHexDecode",
    b"ASCII85Decode",
    b"FlateDecode",
    b"RunLengthDecode",
    b"CCITTFaxDecode",
    b"JBIG2Decode",
    b"DCTDecode",
    b"JPXDecode",
];
/// ISO 19005-2 §6.1.13.
const MOST_OBJECTS: usize = 8_388_607;
const MOST_STRING: usize = 32_767;
const MOST_NAME: usize = 127;
const MOST_REAL: f64 = 3.403e38;
const LEAST_REAL: f64 = 1.175e-38;

fn is_eol(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b'\n' | b'\r'))
}

impl Checker<'_, '_> {
    pub(super) fn check_file(&mut self) {
        self.check_header();
        let source = self.source;
        let bytes = self.bytes;
        // §6.1.3
        let trailer = source.trailer().clone();
        let id = self.value(&trailer, "ID");
        let usable = id.as_array().is_some_and(|items| {
            items.len() == 2
                && items.iter().all(|i| i.as_string().is_some_and(|s| !s.bytes.is_empty()))
        });
        if !usable {
            self.find(Rule::TrailerId, None, "");
        }
        let end = source.revisions().last().map_or(bytes.len(), |r| r.added.end);
        if end < bytes.len() {
            self.find(Rule::AfterEnd, None, format!("{} bytes", bytes.len() - end));
        }
        for section in source.revisions().iter().flat_map(crate::Revision::sections) {
            if section.kind != SectionKind::Stream {
                // §6.1.4
                let rest = bytes.get(section.range.start.saturating_add(4)..).unwrap_or_default();
                let eol =
                    if rest.starts_with(b"\r\n") { 2 } else { usize::from(is_eol(rest.first())) };
                if eol == 0 || !rest.get(eol).is_some_and(u8::is_ascii_digit) {
                    self.find(Rule::XrefKeyword, None, format!("byte {}", section.range.start));
                }
            }
            let trailer = section.trailer.clone();
            self.check_values(&Object::Dict(trailer), None, true);
        }
        if source.entries().len() > MOST_OBJECTS {
            self.find(Rule::ObjectLimit, None, source.entries().len().to_string());
        }
        for number in source.entries().keys() {
            if !self.step() {
                return;
            }
            match source.locate(*number) {
                Ok(Some(located)) => {
                    if let Some(range) = &located.range {
                        self.check_spacing(range.start, range.end, located.id);
                    }
                    if located.value.as_stream().is_some_and(|s| s.dict.is_name("Type", "Metadata"))
                    {
                        self.metadata_streams.push(located.id);
                    }
                    self.check_values(&located.value, Some(located.id), located.range.is_some());
                }
                Ok(None) => {}
                Err(e) => self.note(&e, Some(Ref { number: *number, generation: 0 })),
            }
        }
    }

    /// §6.1.2
    fn check_header(&mut self) {
        let bytes = self.bytes;
        let line = bytes.get(..8).unwrap_or_default();
        let rest = bytes.get(8..).unwrap_or_default();
        let eol = if rest.starts_with(b"\r\n") { 2 } else { usize::from(is_eol(rest.first())) };
        if !line.starts_with(b"%PDF-1.") || !matches!(line.last(), Some(b'0'..=b'7')) || eol == 0 {
            self.find(Rule::Header, None, String::from_utf8_lossy(line));
        }
        let comment = rest.get(eol..eol + 5).unwrap_or_default();
        let high = comment.get(1..).is_some_and(|c| c.len() == 4 && c.iter().all(|b| *b > 127));
        if comment.first() != Some(&b'%') || !high {
            self.find(Rule::BinaryComment, None, "");
        }
    }

    /// §6.1.9
    fn check_spacing(&mut self, start: usize, end: usize, id: Ref) {
        let bytes = self.bytes;
        let head = format!("{} {} obj", id.number, id.generation);
        let wrong = |checker: &mut Self, what: &str| {
            checker.find(Rule::ObjectSpacing, Some(id), what);
        };
        if start > 0 && !is_eol(bytes.get(start - 1)) {
            wrong(self, "no end of line before the object number");
        }
        let text = bytes.get(start..start + head.len()).unwrap_or_default();
        let same =
            text.iter().zip(head.as_bytes()).all(|(a, b)| a == b || (*b == b' ' && is_space(*a)));
        if text.len() != head.len() || !same {
            wrong(self, "number, generation and obj are not separated by one space");
        } else if !is_eol(bytes.get(start + head.len())) {
            wrong(self, "no end of line after obj");
        }
        let before = end.checked_sub(7).and_then(|at| bytes.get(at));
        if !is_eol(before) {
            wrong(self, "no end of line before endobj");
        }
        if end < bytes.len() && !is_eol(bytes.get(end)) {
            wrong(self, "no end of line after endobj");
        }
    }

    /// §6.1.6, §6.1.7 and §6.1.13 for a value and what it holds. `in_file`: string ranges are offsets of the file.
    pub(super) fn check_values(&mut self, value: &Object, id: Option<Ref>, in_file: bool) {
        if !self.step() {
            return;
        }
        match value {
            Object::Integer(v) if i32::try_from(*v).is_err() => {
                self.find(Rule::IntegerLimit, id, v.to_string());
            }
            Object::Real(real) => {
                let v = real.to_f64().abs();
                // As written, so that a value that rounds to zero is seen.
                let zero = !real.as_str().bytes().any(|b| matches!(b, b'1'..=b'9'));
                if v > MOST_REAL || (!zero && v < LEAST_REAL) {
                    self.find(
                        Rule::RealLimit,
                        id,
                        real.as_str().get(..40).unwrap_or(real.as_str()),
                    );
                }
            }
            Object::String(string) => {
                if string.bytes.len() > MOST_STRING {
                    self.find(Rule::StringLimit, id, format!("{} bytes", string.bytes.len()));
                }
                if string.hex && in_file {
                    let raw = self.bytes.get(string.range.clone()).unwrap_or_default();
                    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
                    self.check_hex(inner, id);
                }
            }
            Object::Name(name) => self.check_name(&name.0, id),
            Object::Array(items) => {
                for item in items {
                    self.check_values(item, id, in_file);
                }
            }
            Object::Dict(dict) => self.check_dict(dict, id, in_file),
            Object::Stream(stream) => {
                self.check_dict(&stream.dict, id, in_file);
                self.check_stream(stream, id);
            }
            Object::Null | Object::Bool(_) | Object::Integer(_) | Object::Ref(_) => {}
        }
    }

    pub(super) fn check_hex(&mut self, digits: &[u8], id: Option<Ref>) {
        let count = digits.iter().filter(|b| !is_space(**b)).count();
        let only = digits.iter().all(|b| is_space(*b) || hex_value(*b).is_some());
        if !count.is_multiple_of(2) || !only {
            self.find(Rule::HexString, id, "");
        }
    }

    fn check_name(&mut self, name: &[u8], id: Option<Ref>) {
        if name.len() > MOST_NAME {
            self.find(Rule::NameLimit, id, format!("{} bytes", name.len()));
        }
    }

    fn check_dict(&mut self, dict: &Dict, id: Option<Ref>, in_file: bool) {
        for (key, value) in dict.iter() {
            self.check_name(&key.0, id);
            self.check_values(value, id, in_file);
        }
    }

    fn check_stream(&mut self, stream: &crate::Stream, id: Option<Ref>) {
        for key in ["F", "FFilter", "FDecodeParms"] {
            if stream.dict.contains(key) {
                self.find(Rule::ExternalStream, id, format!("/{key}"));
            }
        }
        let bytes = self.bytes;
        // §6.1.7.1: the strict reader has seen the end of line after "stream"
        let after = bytes.get(stream.data.end..).unwrap_or_default();
        let eol = if after.starts_with(b"\r\n") { 2 } else { usize::from(is_eol(after.first())) };
        if eol == 0 || !after.get(eol..).is_some_and(|r| r.starts_with(b"endstream")) {
            self.find(Rule::StreamKeyword, id, "no single end of line before endstream");
        }
        let filter = self.value(&stream.dict, "Filter");
        let parameters = self.value(&stream.dict, "DecodeParms");
        let list = |object: &Object| match object {
            Object::Array(items) => items.clone(),
            Object::Null => Vec::new(),
            one => vec![one.clone()],
        };
        let (filters, parameters) = (list(&filter), list(&parameters));
        for (i, filter) in filters.iter().enumerate() {
            let filter = self.resolve(filter).1;
            let Some(name) = filter.as_name() else {
                self.find(Rule::Filter, id, "/Filter is no name");
                continue;
            };
            let crypt = *name == "Crypt" && {
                let parameters = parameters.get(i).map(|p| self.resolve(p).1);
                parameters
                    .as_ref()
                    .and_then(Object::as_dict)
                    .is_none_or(|d| d.get("Name").is_none() || d.is_name("Name", "Identity"))
            };
            if !FILTERS.contains(&name.0.as_slice()) && !crypt {
                self.find(Rule::Filter, id, name.to_string());
            }
        }
    }
}
