//! Reads any EMVCo text as far as it goes, reporting structure and check sum apart. It never guesses a repaired value.

use serde::Serialize;

use super::{MAX_TEXT, crc16};
use crate::error::Error;

/// One object: identifier, value, and the objects inside where the identifier is a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Object {
    /// Two digits.
    pub id: String,
    /// Characters as read.
    pub value: String,
    /// Inner objects of a template that reads without remainder; empty otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inner: Vec<Object>,
}

/// What the reader noticed. None of these stops the reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// Structure: an object cannot be read.
    Syntax {
        /// Path such as `38.01`.
        path: String,
        /// Character offset of the object in the whole text.
        at: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// An identifier that occurs twice on one level.
    Repeated {
        /// Path such as `38.01`.
        path: String,
    },
    /// A length of 00, which writers must not emit.
    Empty {
        /// Path such as `38.01`.
        path: String,
    },
    /// Object 63 is not the last, or 00 is not the first.
    Misplaced {
        /// The identifier.
        path: String,
    },
    /// The check sum is written in lower case.
    CrcLowerCase,
    /// The check sum lacks its leading zeros (its length says fewer than four characters).
    CrcUnpadded,
    /// The lengths count UTF-8 bytes where the rule counts characters; read as bytes.
    LengthInBytes,
    /// A value beyond the length that the profile allows; read all the same.
    TooLong {
        /// Path such as `59`.
        path: String,
        /// Characters found.
        got: usize,
        /// Characters allowed.
        max: usize,
    },
}

/// The check sum of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Crc {
    /// The characters found in object 63; empty where absent.
    pub found: String,
    /// The sum computed over the text before it, four upper-case digits.
    pub computed: String,
    /// Whether they are the same number (either case, padding forgiven).
    pub valid: bool,
}

/// A text as read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Payload {
    /// Objects in the order found, object 63 included.
    pub objects: Vec<Object>,
    /// The check sum, apart from the structure.
    pub crc: Crc,
    /// What was noticed.
    pub findings: Vec<Finding>,
}

impl Payload {
    /// The object at a path such as `["38", "01", "00"]`.
    pub fn object(&self, path: &[&str]) -> Option<&Object> {
        let (first, rest) = path.split_first()?;
        let mut object = self.objects.iter().find(|o| o.id == *first)?;
        for id in rest {
            object = object.inner.iter().find(|o| o.id == *id)?;
        }
        Some(object)
    }

    /// The value at a path.
    pub fn value(&self, path: &[&str]) -> Option<&str> {
        self.object(path).map(|o| o.value.as_str())
    }

    /// The first structural finding as an error.
    pub(crate) fn structure(&self) -> Result<(), Error> {
        for finding in &self.findings {
            let (path, at, problem) = match finding {
                Finding::Syntax { path, at, problem } => (path.clone(), *at, *problem),
                Finding::Repeated { path } => {
                    (path.clone(), 0, "the identifier occurs twice on its level")
                }
                Finding::Empty { path } => (path.clone(), 0, "an object of length 00"),
                Finding::Misplaced { path } => (path.clone(), 0, "00 must stand first and 63 last"),
                Finding::CrcUnpadded => ("63".to_owned(), 0, "the check sum must have four digits"),
                Finding::LengthInBytes => {
                    (String::new(), 0, "lengths count bytes, they must count characters")
                }
                Finding::CrcLowerCase | Finding::TooLong { .. } => continue,
            };
            return Err(Error::QrSyntax { path, at, problem });
        }
        Ok(())
    }
}

/// EMVCo MPM table 4.2: 26–51 merchant accounts, 62 additional data, 64 language, 80–99 unreserved; inside 62, 50–99 again.
/// NAPAS §5.1: 38.01 is a template of its own.
fn is_template(path: &[u8]) -> bool {
    matches!(path, [26..=51 | 62 | 64 | 80..=99] | [38, 1] | [62, 50..=99])
}

/// How the two-digit lengths of a text are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Characters,
    Bytes,
}

struct Reader<'a> {
    chars: &'a [char],
    unit: Unit,
    findings: Vec<Finding>,
}

fn two_digits(pair: &[char]) -> Option<u8> {
    match pair {
        [a, b] => Some(u8::try_from(a.to_digit(10)? * 10 + b.to_digit(10)?).ok()?),
        _ => None,
    }
}

fn named(path: &[u8]) -> String {
    path.iter().map(|id| format!("{id:02}")).collect::<Vec<_>>().join(".")
}

impl Reader<'_> {
    /// The end of a value of `length` units from `start`, or `None` where it does not fit before `end`.
    fn value_end(&self, start: usize, end: usize, length: usize) -> Option<usize> {
        match self.unit {
            Unit::Characters => Some(start + length).filter(|e| *e <= end),
            Unit::Bytes => {
                let mut left = length;
                let mut at = start;
                while left > 0 {
                    let width = self.chars.get(at).filter(|_| at < end)?.len_utf8();
                    left = left.checked_sub(width)?;
                    at += 1;
                }
                Some(at)
            }
        }
    }

    /// Objects between two character offsets. Depth is bounded by [`is_template`]: three levels at the most.
    fn level(&mut self, start: usize, end: usize, above: &[u8]) -> (Vec<Object>, bool) {
        let mut objects: Vec<Object> = Vec::new();
        let mut at = start;
        while at < end {
            let mut path = above.to_vec();
            let header = self.chars.get(at..(at + 4).min(end)).unwrap_or(&[]);
            let id = two_digits(header.get(..2).unwrap_or(&[]));
            let length = two_digits(header.get(2..).unwrap_or(&[]));
            let (Some(id), Some(length)) = (id, length) else {
                self.syntax(&path, at, "no two-digit identifier and two-digit length here");
                return (objects, false);
            };
            path.push(id);
            let Some(stop) = self.value_end(at + 4, end, usize::from(length)) else {
                self.syntax(&path, at, "the value is longer than what is left of its level");
                return (objects, false);
            };
            if length == 0 {
                self.findings.push(Finding::Empty { path: named(&path) });
            }
            if objects.iter().any(|o| o.id == format!("{id:02}")) {
                self.findings.push(Finding::Repeated { path: named(&path) });
            }
            let value: String = self.chars[at + 4..stop].iter().collect();
            let inner = if is_template(&path) && length > 0 {
                let noticed = self.findings.len();
                let (inner, whole) = self.level(at + 4, stop, &path);
                // Unreserved objects are templates by the rule, yet wallets put bare text there: that is no fault of
                // the code, so the text stays a plain value.
                if !whole && matches!(path.as_slice(), [80..=99] | [62, 50..=99]) {
                    self.findings.truncate(noticed);
                }
                if whole { inner } else { Vec::new() }
            } else {
                Vec::new()
            };
            objects.push(Object { id: format!("{id:02}"), value, inner });
            at = stop;
        }
        (objects, true)
    }

    fn syntax(&mut self, path: &[u8], at: usize, problem: &'static str) {
        self.findings.push(Finding::Syntax { path: named(path), at, problem });
    }
}

fn read_as(chars: &[char], unit: Unit) -> (Vec<Object>, Vec<Finding>) {
    let mut reader = Reader { chars, unit, findings: Vec::new() };
    let (objects, _) = reader.level(0, chars.len(), &[]);
    (objects, reader.findings)
}

/// Reads a text. Fails only on what is no such text at all: empty, longer than [`MAX_TEXT`], or without one readable object.
pub fn read(text: &str) -> Result<Payload, Error> {
    if text.is_empty() || text.len() > MAX_TEXT {
        return Err(Error::FieldLength {
            field: "QR text",
            got: text.len(),
            min: 1,
            max: MAX_TEXT,
        });
    }
    let chars: Vec<char> = text.chars().collect();
    let (mut objects, mut findings) = read_as(&chars, Unit::Characters);
    if !findings.is_empty() && !text.is_ascii() {
        let (by_bytes, byte_findings) = read_as(&chars, Unit::Bytes);
        if byte_findings.is_empty() {
            objects = by_bytes;
            findings = vec![Finding::LengthInBytes];
        }
    }
    if objects.is_empty() {
        return Err(Error::QrSyntax {
            path: String::new(),
            at: 0,
            problem: "not an EMVCo text: it must begin with an object",
        });
    }
    let last = objects.len() - 1;
    if objects[0].id != "00" {
        findings.push(Finding::Misplaced { path: "00".to_owned() });
    }
    let crc = check_sum(text, &objects, &mut findings);
    if objects.iter().position(|o| o.id == "63").is_some_and(|i| i != last) {
        findings.push(Finding::Misplaced { path: "63".to_owned() });
    }
    Ok(Payload { objects, crc, findings })
}

fn check_sum(text: &str, objects: &[Object], findings: &mut Vec<Finding>) -> Crc {
    let found = objects.iter().rev().find(|o| o.id == "63").map(|o| o.value.clone());
    // The sum is computed over everything before the last `63` + length whose value ends the text, whatever the structure
    // above says: a broken object elsewhere must not hide a right or wrong sum.
    let tail = (1..=4).rev().find_map(|width| {
        let cut = text.len().checked_sub(width + 4)?;
        let header = text.get(cut..cut + 4)?;
        (header == format!("63{width:02}")).then_some((cut + 4, width))
    });
    // A writer that drops leading zeros but keeps the length 04 leaves the text short of its declared end.
    let short = (1..=3).rev().find_map(|width| {
        let cut = text.len().checked_sub(width + 4)?;
        let header = text.get(cut..cut + 4)?;
        (header == "6304").then_some((cut + 4, width))
    });
    let Some((covered, width)) = tail.or(short) else {
        let computed = format!("{:04X}", crc16(format!("{text}6304").as_bytes()));
        return Crc { found: found.unwrap_or_default(), computed, valid: false };
    };
    // Padded writers hash `6304`; one that wrote another length hashed what it wrote.
    let sum = crc16(&text.as_bytes()[..covered]);
    let found = text[covered..].to_owned();
    let unpadded = width < 4;
    if unpadded {
        findings.push(Finding::CrcUnpadded);
    }
    if found.bytes().any(|b| b.is_ascii_lowercase()) {
        findings.push(Finding::CrcLowerCase);
    }
    let valid = found.bytes().all(|b| b.is_ascii_hexdigit())
        && u16::from_str_radix(&found, 16).is_ok_and(|n| {
            n == sum || (unpadded && n == crc16(format!("{}6304", &text[..covered - 4]).as_bytes()))
        });
    Crc { found, computed: format!("{sum:04X}"), valid }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATIC: &str = "00020101021138530010A0000007270123000697041601092576788590208QRIBFTTA53037045802VN6304AE9F";

    #[test]
    fn reads_nested_objects() {
        let payload = read(STATIC).unwrap();
        assert_eq!(payload.value(&["38", "01", "01"]), Some("257678859"));
        assert_eq!(payload.value(&["38", "02"]), Some("QRIBFTTA"));
        assert!(payload.crc.valid && payload.findings.is_empty());
    }

    #[test]
    fn structure_and_sum_are_reported_apart() {
        let napas = "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304F4E5";
        let payload = read(napas).unwrap();
        assert!(payload.crc.valid);
        assert!(
            matches!(&payload.findings[..], [Finding::Syntax { path, .. }] if path.starts_with("38.01"))
        );
        let swapped = read(&STATIC.replace("257678859", "257678858")).unwrap();
        assert!(!swapped.crc.valid && swapped.findings.is_empty());
    }

    #[test]
    fn lower_case_and_unpadded_sums_are_findings() {
        let lower = read(&STATIC.replace("AE9F", "ae9f")).unwrap();
        assert!(lower.crc.valid && lower.findings == [Finding::CrcLowerCase]);
        let zalopay = "00020101021138620010A00000072701320006970454011899ZP24009M072482670208QRIBFTTA53037045802VN6304";
        let unpadded = read(&format!("{zalopay}73C")).unwrap();
        assert!(unpadded.crc.valid && unpadded.findings.contains(&Finding::CrcUnpadded));
        assert!(unpadded.structure().is_err());
    }

    #[test]
    fn lengths_count_characters() {
        let mut writer = super::super::Writer::new();
        writer.put("00", "01").unwrap().put("59", "Ủy ban").unwrap();
        let text = writer.close().unwrap();
        assert!(text.starts_with("0002015906Ủy ban"));
        assert_eq!(read(&text).unwrap().value(&["59"]), Some("Ủy ban"));
        let by_bytes = read("0002015909Ủy banX6304ABCD").unwrap();
        assert_eq!(by_bytes.value(&["59"]), Some("Ủy banX"));
        assert!(by_bytes.findings.contains(&Finding::LengthInBytes));
    }

    #[test]
    fn hostile_texts_end() {
        for text in ["99", "0", "xx", "6304", "0000", "0099", "00020163", "é"] {
            let _ = read(text);
        }
        assert!(read(&"0".repeat(MAX_TEXT + 1)).is_err());
    }
}
