//! Distinguished names: attributes, display, and the comparison of RFC 5280 §7.1.
//! Subject alternative names are in [`crate::certificate`].

use crate::der::{self, Fault, Reader, tag};
use crate::finding;
use crate::oid::{self, Oid};
use ring::digest;
use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};

/// One attribute of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Attribute type, such as 2.5.4.3 for the common name.
    pub oid: Oid,
    /// The value as text; `None` for a type that is not text.
    pub text: Option<String>,
}

/// Most attributes of a name. The longest name in the public suites has 17; a decoded attribute is
/// ten times as large as a hostile encoding of it.
const MAX_ATTRIBUTES: usize = 64;

/// Bytes of an attribute's canonical form that are kept; of a longer one its digest is. Compatibility
/// normalisation makes eleven bytes of one, and seventeen in other encodings.
const MAX_KEY: usize = 128;

/// Most combining marks in a row that are normalised, which holds them all at once (Unicode UAX #15,
/// Stream-Safe Text Format: no language needs more).
const MAX_MARKS: usize = 30;

/// A distinguished name. Equality is that of RFC 5280 §7.1, not of bytes.
#[derive(Clone)]
pub struct Name {
    raw: Vec<u8>,
    rdns: Vec<Vec<Attribute>>,
    /// Canonical form of each RDN: equal exactly when RFC 5280 §7.1 calls them equal. Made when two names are compared that are not
    /// the same bytes, which few are.
    keys: OnceLock<Vec<Vec<u8>>>,
}

impl Name {
    /// Reads the DER of a Name.
    pub(crate) fn read(raw: &[u8]) -> Result<Self, Fault> {
        let mut outer = Reader::new(raw);
        let mut reader = outer.sequence("name expected")?;
        outer.end("extra bytes after the name")?;
        let mut rdns = Vec::new();
        let mut left = MAX_ATTRIBUTES;
        while !reader.is_empty() {
            let set = reader.expect(tag::SET, "set of attributes expected")?;
            let attributes = read_rdn(&set, left)?;
            left = left.saturating_sub(attributes.len());
            rdns.push(attributes);
        }
        Ok(Name { raw: raw.to_vec(), rdns, keys: OnceLock::new() })
    }

    /// How many attributes each RDN has, and the type of a single one: equal names have it in common.
    fn shape(&self) -> impl Iterator<Item = (usize, Option<&Oid>)> {
        self.rdns.iter().map(|rdn| match rdn.as_slice() {
            [one] => (1, Some(&one.oid)),
            several => (several.len(), None),
        })
    }

    fn keys(&self) -> &[Vec<u8>] {
        // It was read before, so every part of it is read again.
        self.keys.get_or_init(|| {
            let sets = Reader::new(&self.raw).sequence("name expected");
            let mut sets = sets.unwrap_or_else(|_| Reader::new(&[]));
            std::iter::from_fn(|| sets.expect(tag::SET, "set of attributes expected").ok())
                .map(|set| rdn_key(&set))
                .collect()
        })
    }

    /// An issuer name with a relative part appended (RFC 5280 §4.2.1.13, nameRelativeToCRLIssuer).
    pub(crate) fn with_rdn(&self, relative: &der::Element<'_>) -> Result<Self, Fault> {
        let attributes = read_rdn(relative, MAX_ATTRIBUTES)?;
        let mut keys = self.keys().to_vec();
        keys.push(rdn_key(relative));
        let mut rdns = self.rdns.clone();
        rdns.push(attributes);
        Ok(Name { raw: Vec::new(), rdns, keys: OnceLock::from(keys) })
    }

    /// DER as issued.
    pub fn as_der(&self) -> &[u8] {
        &self.raw
    }

    /// Whether the name has no attribute at all.
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// Whether this name lies in the subtree of `base` (RFC 5280 §4.2.1.10, directoryName).
    pub(crate) fn within(&self, base: &Name) -> bool {
        self.keys().starts_with(base.keys())
    }

    /// Whether a value that is not read as text stands where `base` has text, which it may be.
    pub(crate) fn unread_within(&self, base: &Name) -> bool {
        let any = |rdn: &[Attribute], read| rdn.iter().any(|a| a.text.is_some() == read);
        self.rdns.iter().zip(&base.rdns).any(|(own, base)| any(own, false) && any(base, true))
    }

    /// The name as findings show it: its beginning where it is very long.
    pub(crate) fn shown(&self) -> String {
        struct Start(String);
        impl fmt::Write for Start {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.0.push_str(text);
                if self.0.len() > finding::MOST_SHOWN { Err(fmt::Error) } else { Ok(()) }
            }
        }
        let enough = self.raw.len().min(finding::MOST_SHOWN);
        let mut start = Start(String::with_capacity(enough));
        // It stops when there is enough.
        let _ = fmt::Write::write_fmt(&mut start, format_args!("{self}"));
        finding::shortened(start.0)
    }

    /// All attributes in order.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.rdns.iter().flatten()
    }

    fn first(&self, wanted: &[u8]) -> Option<&str> {
        self.attributes().find(|a| a.oid.as_bytes() == wanted)?.text.as_deref()
    }

    /// Common name (the last one, which is the most specific).
    pub fn common_name(&self) -> Option<&str> {
        self.attributes()
            .filter(|a| a.oid.as_bytes() == oid::AT_COMMON_NAME)
            .last()?
            .text
            .as_deref()
    }

    /// Organisation.
    pub fn organization(&self) -> Option<&str> {
        self.first(oid::AT_ORGANIZATION)
    }

    /// All organisational units, in order.
    pub fn organizational_units(&self) -> Vec<&str> {
        self.attributes()
            .filter(|a| a.oid.as_bytes() == oid::AT_ORGANIZATIONAL_UNIT)
            .filter_map(|a| a.text.as_deref())
            .collect()
    }

    /// Locality.
    pub fn locality(&self) -> Option<&str> {
        self.first(oid::AT_LOCALITY)
    }

    /// State or province.
    pub fn state(&self) -> Option<&str> {
        self.first(oid::AT_STATE)
    }

    /// Country, two letters.
    pub fn country(&self) -> Option<&str> {
        self.first(oid::AT_COUNTRY)
    }

    /// Title of an official.
    pub fn title(&self) -> Option<&str> {
        self.first(oid::AT_TITLE)
    }

    /// Organisation identifier (ETSI EN 319 412-3 §5.1).
    pub fn organization_identifier(&self) -> Option<&str> {
        self.first(oid::AT_ORGANIZATION_IDENTIFIER)
    }

    /// Serial number attribute (not the certificate's serial).
    pub fn serial_number(&self) -> Option<&str> {
        self.first(oid::AT_SERIAL_NUMBER)
    }

    /// User identifier; Vietnamese CAs put the tax code or identity number here (`MST:…`, `CCCD:…`).
    pub fn user_id(&self) -> Option<&str> {
        self.first(oid::AT_USER_ID)
    }

    /// All e-mail address attributes; name constraints on e-mail apply to them too.
    pub(crate) fn emails(&self) -> impl Iterator<Item = &str> {
        self.attributes()
            .filter(|a| a.oid.as_bytes() == oid::AT_EMAIL)
            .filter_map(|a| a.text.as_deref())
    }
}

fn read_rdn(set: &der::Element<'_>, most: usize) -> Result<Vec<Attribute>, Fault> {
    let mut reader = set.reader();
    let mut attributes = Vec::with_capacity(1);
    while !reader.is_empty() {
        if attributes.len() >= most {
            return Err(reader.fault("name has too many parts"));
        }
        let (oid, value) = attribute(&mut reader)?;
        let text = der::string(value.tag, value.content);
        attributes.push(Attribute { oid: Oid::new(oid), text });
    }
    if attributes.is_empty() {
        return Err(set.fault("relative name without attributes"));
    }
    Ok(attributes)
}

/// Type and value of one attribute.
fn attribute<'a>(set: &mut Reader<'a>) -> Result<(&'a [u8], der::Element<'a>), Fault> {
    let mut pair = set.sequence("attribute expected")?;
    let oid = pair.oid("attribute type expected")?;
    let value = pair.any()?;
    pair.end("attribute has extra fields")?;
    Ok((oid, value))
}

/// The canonical form of a relative name that was read.
fn rdn_key(set: &der::Element<'_>) -> Vec<u8> {
    let mut reader = set.reader();
    let read = std::iter::from_fn(|| attribute(&mut reader).ok());
    let mut keys: Vec<_> = read
        .map(|(oid, value)| {
            let text = der::string(value.tag, value.content);
            attribute_key(oid, &value, text.as_deref())
        })
        .collect();
    keys.sort_unstable();
    let mut key = Vec::new();
    for part in keys {
        key.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        key.extend_from_slice(&part);
    }
    key
}

/// Bytes up to which a text is looked at as a whole, which is quicker. A longer one is normalised as a stream: one character may become
/// eighteen.
const SHORT: usize = 256;

/// RFC 5280 §7.1: string values are prepared (RFC 4518: compatibility normalisation, case folded,
/// blanks at the ends removed and inside reduced to one) whatever their string type; other values
/// are compared as bytes.
fn attribute_key(oid: &[u8], value: &der::Element<'_>, text: Option<&str>) -> Vec<u8> {
    let mut key = Key::new(oid);
    match text {
        Some(text) if text.is_ascii() => {
            key.push(&[0]);
            let mapped = text.chars().filter(|c| !mapped_to_nothing(*c));
            fold(mapped.map(|c| c.to_ascii_lowercase()), &mut key);
        }
        Some(text) if few_marks(text) => {
            key.push(&[0]);
            if text.len() <= SHORT {
                let mapped = composed(text);
                let mapped = mapped.chars().filter(|c| !mapped_to_nothing(*c));
                let folded: String = mapped.flat_map(fold_case).collect();
                fold(composed(&folded).chars(), &mut key);
            } else {
                let mapped = text.nfkc().filter(|c| !mapped_to_nothing(*c));
                fold(mapped.flat_map(fold_case).nfkc(), &mut key);
            }
        }
        // No text of any language: it is equal to itself alone.
        Some(text) => {
            key.push(&[2]);
            key.push(text.as_bytes());
        }
        None => {
            key.push(&[1]);
            key.push(value.raw);
        }
    }
    key.finish()
}

/// Whether no run of combining marks is longer than any text needs. What is mapped to nothing does
/// not part a run.
fn few_marks(text: &str) -> bool {
    let mut run = 0;
    text.chars().filter(|c| !mapped_to_nothing(*c)).all(|c| {
        run = if canonical_combining_class(c) == 0 { 0 } else { run + 1 };
        run <= MAX_MARKS
    })
}

/// A canonical form while it is written: its bytes, or the digest of all of them.
struct Key {
    bytes: Vec<u8>,
    digest: Option<digest::Context>,
}

impl Key {
    fn new(oid: &[u8]) -> Self {
        let mut key = Key { bytes: Vec::new(), digest: None };
        key.push(&oid.len().to_be_bytes());
        key.push(oid);
        key
    }

    fn push(&mut self, more: &[u8]) {
        if self.digest.is_none() && self.bytes.len() + more.len() > MAX_KEY {
            let mut context = digest::Context::new(&digest::SHA256);
            context.update(&self.bytes);
            self.bytes.clear();
            self.digest = Some(context);
        }
        match &mut self.digest {
            Some(context) => context.update(more),
            None => self.bytes.extend_from_slice(more),
        }
    }

    /// A digest is told from the bytes of another key by an impossible length of the type.
    fn finish(self) -> Vec<u8> {
        match self.digest {
            None => self.bytes,
            Some(context) => [&[0xff], context.finish().as_ref()].concat(),
        }
    }
}

/// The text in normalisation form KC. Almost every name is in it.
fn composed(text: &str) -> Cow<'_, str> {
    match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfkc().collect()),
    }
}

/// RFC 4518 §2.2: characters that are mapped to nothing. Without it, a name would step outside an
/// excluded subtree by a character nobody sees.
fn mapped_to_nothing(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{1806}' | '\u{34f}' | '\u{180b}'..='\u{180e}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{fffc}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2063}'
        | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0001}' | '\u{e0020}'..='\u{e007f}')
        || (c.is_control() && !c.is_whitespace())
}

/// Case folding of RFC 3454 table B.2, where it is more than lower case.
fn fold_case(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' | 'ẞ' => ('s', Some('s')),
        'ς' => ('σ', None),
        other => (other, None),
    };
    first.to_lowercase().chain(second)
}

fn fold(chars: impl Iterator<Item = char>, key: &mut Key) {
    let mut blank = false;
    let mut any = false;
    let mut buffer = [0_u8; 4];
    for c in chars {
        if c.is_whitespace() {
            blank = any;
            continue;
        }
        if blank {
            key.push(b" ");
            blank = false;
        }
        any = true;
        key.push(c.encode_utf8(&mut buffer).as_bytes());
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        (!self.raw.is_empty() && self.raw == other.raw)
            || (self.shape().eq(other.shape()) && self.keys() == other.keys())
    }
}

impl Eq for Name {}

/// As RFC 4514 writes it: most specific first.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, rdn) in self.rdns.iter().rev().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            for (j, attribute) in rdn.iter().enumerate() {
                if j > 0 {
                    f.write_str("+")?;
                }
                match short_name(attribute.oid.as_bytes()) {
                    Some(short) => f.write_str(short)?,
                    None => write!(f, "{}", attribute.oid)?,
                }
                f.write_str("=")?;
                let text = attribute.text.as_deref().unwrap_or("?");
                let mut plain = 0;
                // RFC 4514 §2.4; control characters are shown as blanks.
                let escaped = |c: char| matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';');
                let special = |(_, c): &(usize, char)| escaped(*c) || c.is_control();
                for (at, c) in text.char_indices().filter(special) {
                    f.write_str(text.get(plain..at).unwrap_or_default())?;
                    f.write_str(if escaped(c) { "\\" } else { " " })?;
                    plain = if escaped(c) { at } else { at + c.len_utf8() };
                }
                f.write_str(text.get(plain..).unwrap_or_default())?;
            }
        }
        Ok(())
    }
}

fn short_name(oid: &[u8]) -> Option<&'static str> {
    match oid {
        oid::AT_COMMON_NAME => Some("CN"),
        oid::AT_SERIAL_NUMBER => Some("SERIALNUMBER"),
        oid::AT_COUNTRY => Some("C"),
        oid::AT_LOCALITY => Some("L"),
        oid::AT_STATE => Some("ST"),
        oid::AT_ORGANIZATION => Some("O"),
        oid::AT_ORGANIZATIONAL_UNIT => Some("OU"),
        oid::AT_TITLE => Some("T"),
        oid::AT_USER_ID => Some("UID"),
        oid::AT_DOMAIN_COMPONENT => Some("DC"),
        oid::AT_EMAIL => Some("E"),
        _ => None,
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

impl serde::Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(parts: &[(&[u8], u8, &str)]) -> Name {
        let rdns: Vec<u8> = parts
            .iter()
            .flat_map(|(oid, tag, text)| {
                let pair = der::sequence(&[&der::oid(oid), &der::tlv(*tag, text.as_bytes())]);
                der::tlv(tag::SET, &pair)
            })
            .collect();
        Name::read(&der::tlv(tag::SEQUENCE, &rdns)).unwrap()
    }

    #[test]
    fn string_type_case_and_blanks_do_not_matter_but_order_does() {
        let a = name(&[
            (oid::AT_COUNTRY, tag::PRINTABLE, "VN"),
            (oid::AT_COMMON_NAME, tag::UTF8, "MIC  Root "),
        ]);
        let b = name(&[
            (oid::AT_COUNTRY, tag::UTF8, "vn"),
            (oid::AT_COMMON_NAME, tag::PRINTABLE, "mic root"),
        ]);
        let c = name(&[
            (oid::AT_COMMON_NAME, tag::UTF8, "MIC Root"),
            (oid::AT_COUNTRY, tag::PRINTABLE, "VN"),
        ]);
        assert_eq!(a, b);
        assert_ne!(a, c);
        assert_eq!(a.to_string(), "CN=MIC  Root , C=VN");
    }

    #[test]
    fn vietnamese_composed_and_decomposed_are_one_name() {
        let composed = name(&[(oid::AT_COMMON_NAME, tag::UTF8, "Nguyễn Văn Ấn")]);
        let decomposed: String =
            unicode_normalization::UnicodeNormalization::nfd("NGUYỄN VĂN ẤN").collect();
        assert_eq!(composed, name(&[(oid::AT_COMMON_NAME, tag::UTF8, &decomposed)]));
        assert_ne!(composed, name(&[(oid::AT_COMMON_NAME, tag::UTF8, "Nguyễn Văn An")]));
        // Long values are kept as digests, and are the same names as before.
        let long = |text: &str| name(&[(oid::AT_COMMON_NAME, tag::UTF8, &text.repeat(100))]);
        assert_eq!(long("Nguyễn Văn Ấn "), long(&format!("{} ", decomposed.to_uppercase())));
        assert_ne!(long("Nguyễn Văn Ấn "), long("Nguyễn Văn An "));
        assert!(long("ﷺ").keys()[0].len() < 64);
        // More marks than any text has are not put in order: such a value is itself alone.
        let marks = |text: &str| name(&[(oid::AT_COMMON_NAME, tag::UTF8, &format!("a{text}"))]);
        let (some, many) = ("\u{323}\u{302}".repeat(15), "\u{323}\u{302}".repeat(16));
        let turned = |text: &str| text.chars().rev().collect::<String>();
        assert_eq!(marks(&some), marks(&turned(&some)));
        assert_ne!(marks(&many), marks(&turned(&many)));
        assert_ne!(marks(&many.replace('\u{302}', "\u{302}\u{200b}")), marks(&turned(&many)));
        assert_eq!(marks(&many), marks(&many));
        // Nobody sees a zero-width space, and a soft hyphen is none.
        let hidden = name(&[(oid::AT_COMMON_NAME, tag::UTF8, "Nguyễn\u{200b} Văn\u{ad} Ấn")]);
        assert_eq!(composed, hidden);
        let street = |text| name(&[(oid::AT_LOCALITY, tag::UTF8, text)]);
        assert_eq!(street("Große Straße"), street("GROSSE STRASSE"));
        assert_ne!(street("Phường 1"), street("Phường 11"));
    }
}
