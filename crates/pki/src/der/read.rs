//! The reader: definite, minimal DER, or on request BER with indefinite lengths. It copies nothing;
//! every element keeps its raw bytes, so that what was signed can be hashed as it was transmitted.

use super::tag;

/// Deepest nesting read. Real certificates and CMS stay below 20; the bound stops hostile nesting.
const MAX_DEPTH: usize = 48;

/// Why bytes are not the structure they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Byte offset from the start of the outermost input.
    pub offset: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

type Read<T> = Result<T, Fault>;

/// One tag, length, value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub tag: u8,
    /// Header and content as transmitted.
    pub raw: &'a [u8],
    pub content: &'a [u8],
    /// Offset of the first content byte in the outermost input.
    pub at: usize,
    ber: bool,
}

impl<'a> Element<'a> {
    /// The elements inside.
    pub fn reader(&self) -> Reader<'a> {
        Reader { rest: self.content, at: self.at, ber: self.ber }
    }

    pub fn fault(&self, reason: &'static str) -> Fault {
        Fault { offset: self.at, reason }
    }
}

/// Walks over elements, front to back.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
    ber: bool,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes, at: 0, ber: false }
    }

    /// Accepts indefinite and non-minimal lengths (X.690 §8), which DER forbids.
    pub fn new_ber(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes, at: 0, ber: true }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub fn fault(&self, reason: &'static str) -> Fault {
        Fault { offset: self.at, reason }
    }

    /// The tag of the next element, if there is one.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub fn any(&mut self) -> Read<Element<'a>> {
        let (header, content, total) =
            measure(self.rest, self.ber, 0).map_err(|reason| Fault { offset: self.at, reason })?;
        let malformed = Fault { offset: self.at, reason: "length runs past the end" };
        let raw = self.rest.get(..total).ok_or(malformed)?;
        let body = raw.get(header..header + content).ok_or(malformed)?;
        let element = Element {
            tag: raw.first().copied().unwrap_or_default(),
            raw,
            content: body,
            at: self.at + header,
            ber: self.ber,
        };
        self.rest = self.rest.get(total..).ok_or(malformed)?;
        self.at += total;
        Ok(element)
    }

    pub fn expect(&mut self, tag: u8, reason: &'static str) -> Read<Element<'a>> {
        if self.peek() != Some(tag) {
            return Err(self.fault(reason));
        }
        self.any()
    }

    pub fn optional(&mut self, tag: u8) -> Read<Option<Element<'a>>> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }

    pub fn sequence(&mut self, reason: &'static str) -> Read<Reader<'a>> {
        Ok(self.expect(tag::SEQUENCE, reason)?.reader())
    }

    pub fn end(&self, reason: &'static str) -> Read<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.fault(reason)) }
    }

    /// Content bytes of an OBJECT IDENTIFIER.
    pub fn oid(&mut self, reason: &'static str) -> Read<&'a [u8]> {
        let element = self.expect(tag::OID, reason)?;
        let bytes = element.content;
        let mut fresh = true;
        for byte in bytes {
            if fresh && *byte == 0x80 {
                return Err(element.fault("object identifier arc is padded"));
            }
            fresh = byte & 0x80 == 0;
        }
        if bytes.is_empty() || !fresh {
            return Err(element.fault("object identifier is cut short"));
        }
        Ok(bytes)
    }

    /// Content bytes of an INTEGER, checked to be minimal.
    pub fn integer(&mut self, reason: &'static str) -> Read<&'a [u8]> {
        let element = self.expect(tag::INTEGER, reason)?;
        minimal_integer(&element)
    }

    /// An OCTET STRING; in BER its constructed form is gathered into `store`.
    pub fn octets(&mut self, reason: &'static str) -> Read<std::borrow::Cow<'a, [u8]>> {
        let element = if self.ber && self.peek() == Some(tag::OCTET_STRING | 0x20) {
            self.any()?
        } else {
            self.expect(tag::OCTET_STRING, reason)?
        };
        octets_of(&element)
    }
}

/// The bytes of an OCTET STRING element, or of an implicitly tagged one; gathers BER segments.
fn octets_of<'a>(element: &Element<'a>) -> Read<std::borrow::Cow<'a, [u8]>> {
    if element.tag & 0x20 == 0 {
        return Ok(std::borrow::Cow::Borrowed(element.content));
    }
    // X.690 §8.7.3: one level of segments is what is met in practice; deeper nesting is refused.
    let mut gathered = Vec::with_capacity(element.content.len());
    let mut inner = element.reader();
    while !inner.is_empty() {
        gathered.extend_from_slice(
            inner.expect(tag::OCTET_STRING, "segment of an octet string expected")?.content,
        );
    }
    Ok(std::borrow::Cow::Owned(gathered))
}

fn minimal_integer<'a>(element: &Element<'a>) -> Read<&'a [u8]> {
    match element.content {
        [] => Err(element.fault("integer has no bytes")),
        [0, next, ..] if next & 0x80 == 0 => Err(element.fault("integer is padded")),
        [0xff, next, ..] if next & 0x80 != 0 => Err(element.fault("integer is padded")),
        bytes => Ok(bytes),
    }
}

/// Header length, content length and total length (with end-of-contents) of the first element.
fn measure(bytes: &[u8], ber: bool, depth: usize) -> Result<(usize, usize, usize), &'static str> {
    if depth > MAX_DEPTH {
        return Err("nested too deeply");
    }
    let (Some(identifier), Some(first)) = (bytes.first(), bytes.get(1)) else {
        return Err(if bytes.is_empty() { "element expected" } else { "length is cut short" });
    };
    if identifier & 0x1f == 0x1f {
        return Err("tag numbers above 30 are not used here");
    }
    let (header, length) = match *first {
        short if short < 0x80 => (2, usize::from(short)),
        0x80 if ber && identifier & 0x20 != 0 => {
            let mut at = 2_usize;
            loop {
                let rest = bytes.get(at..).ok_or("indefinite length without its end")?;
                if rest.starts_with(&[0, 0]) {
                    return Ok((2, at - 2, at + 2));
                }
                let (_, _, total) = measure(rest, ber, depth + 1)?;
                at = at.checked_add(total).ok_or("length overflows")?;
            }
        }
        0x80 => return Err("indefinite length"),
        long => {
            let count = usize::from(long & 0x7f);
            if count > 4 {
                return Err("length of more than four bytes");
            }
            let digits = bytes.get(2..2 + count).ok_or("length is cut short")?;
            let mut length = 0_u64;
            for digit in digits {
                length = (length << 8) | u64::from(*digit);
            }
            if !ber && (length < 0x80 || digits.first() == Some(&0)) {
                return Err("length is not minimal");
            }
            (2 + count, usize::try_from(length).map_err(|_| "length overflows")?)
        }
    };
    let total = header.checked_add(length).ok_or("length overflows")?;
    if total > bytes.len() {
        return Err("length runs past the end");
    }
    Ok((header, length, total))
}

/// A BOOLEAN, DER values only (X.690 §11.1).
pub(crate) fn boolean(element: &Element<'_>) -> Read<bool> {
    match element.content {
        [0] => Ok(false),
        [0xff] => Ok(true),
        _ => Err(element.fault("boolean is neither 00 nor FF")),
    }
}

/// A BIT STRING: number of unused bits and the bytes; unused bits must be zero.
pub(crate) fn bits<'a>(element: &Element<'a>) -> Read<(u8, &'a [u8])> {
    let (unused, bytes) =
        element.content.split_first().ok_or(element.fault("bit string has no bytes"))?;
    let last = bytes.last().copied().unwrap_or_default();
    let mask = (1_u16 << (*unused).min(8)) - 1;
    if *unused > 7 || (bytes.is_empty() && *unused != 0) || u16::from(last) & mask != 0 {
        return Err(element.fault("bit string has bad unused bits"));
    }
    Ok((*unused, bytes))
}

/// A non-negative INTEGER that fits 64 bits (any tag, for implicit tagging).
pub(crate) fn integer_u64(element: &Element<'_>) -> Read<u64> {
    let bytes = minimal_integer(element)?;
    if bytes.first().is_some_and(|b| b & 0x80 != 0) || bytes.len() > 9 {
        return Err(element.fault("integer is negative or too large"));
    }
    let mut value = 0_u64;
    for byte in bytes {
        value = value.checked_mul(256).ok_or(element.fault("integer is too large"))?;
        value |= u64::from(*byte);
    }
    Ok(value)
}

/// Text of any ASN.1 string type, as Unicode; `None` when the bytes are not of that type.
pub(crate) fn string(tag: u8, content: &[u8]) -> Option<String> {
    match tag {
        tag::UTF8 => std::str::from_utf8(content).ok().map(str::to_owned),
        // A NumericString (0x12) is ASCII as well.
        tag::PRINTABLE | tag::IA5 | tag::VISIBLE | 0x12 => {
            std::str::from_utf8(content).ok().filter(|t| t.is_ascii()).map(str::to_owned)
        }
        // T.61 is read as Latin-1, as every tool does.
        tag::TELETEX => gather(content.iter().map(|b| Some(char::from(*b)))),
        tag::BMP if content.len().is_multiple_of(2) => {
            let units = content.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            gather(char::decode_utf16(units).map(Result::ok))
        }
        tag::UNIVERSAL if content.len().is_multiple_of(4) => gather(
            content
                .chunks_exact(4)
                .map(|c| char::from_u32(u32::from_be_bytes([c[0], c[1], c[2], c[3]]))),
        ),
        _ => None,
    }
}

/// A text of its exact size: one that grows would hold twice as much for a moment.
fn gather(chars: impl Iterator<Item = Option<char>> + Clone) -> Option<String> {
    let size = chars.clone().map(|c| c.map_or(0, char::len_utf8)).sum();
    let mut text = String::with_capacity(size);
    for c in chars {
        text.push(c?);
    }
    Some(text)
}

/// Whether every constructed element inside is DER, to the depth bound. Primitive contents are not
/// interpreted.
pub(crate) fn well_formed(bytes: &[u8]) -> Read<()> {
    fn walk(mut reader: Reader<'_>, depth: usize) -> Read<()> {
        if depth > MAX_DEPTH {
            return Err(reader.fault("nested too deeply"));
        }
        while !reader.is_empty() {
            let element = reader.any()?;
            if element.tag & 0x20 != 0 {
                walk(element.reader(), depth + 1)?;
            } else if element.tag == tag::BOOLEAN {
                boolean(&element)?;
            } else if element.tag == tag::INTEGER || element.tag == tag::ENUMERATED {
                minimal_integer(&element)?;
            }
        }
        Ok(())
    }
    walk(Reader::new(bytes), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minimal_lengths_only_unless_ber() {
        assert!(Reader::new(&[0x04, 0x81, 0x01, 0x00]).any().is_err());
        assert!(Reader::new_ber(&[0x04, 0x81, 0x01, 0x00]).any().is_ok());
        assert!(Reader::new(&[0x30, 0x80, 0, 0]).any().is_err());
        assert_eq!(Reader::new_ber(&[0x30, 0x80, 0, 0, 9]).any().unwrap().raw.len(), 4);
    }

    #[test]
    fn deep_nesting_is_refused() {
        let mut bytes = Vec::new();
        for _ in 0..200 {
            bytes = crate::der::sequence(&[&bytes]);
        }
        assert_eq!(well_formed(&bytes).unwrap_err().reason, "nested too deeply");
        assert!(Reader::new_ber(&[[0x30, 0x80]; 300].concat()).any().is_err());
    }

    #[test]
    fn integers_are_minimal() {
        assert!(Reader::new(&[2, 2, 0, 1]).integer("x").is_err());
        assert!(Reader::new(&[2, 2, 0xff, 0x80]).integer("x").is_err());
        assert_eq!(Reader::new(&[2, 2, 0, 0x80]).integer("x").unwrap(), &[0, 0x80]);
    }
}
