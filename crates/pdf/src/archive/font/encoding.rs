//! The encodings of simple fonts (ISO 32000-1 annex D) by way of Unicode, and `/Encoding` dictionaries.

use std::collections::BTreeMap;

use skrifa::raw::ps::PredefinedEncoding;
use skrifa::raw::ps::agl;

use crate::archive::Checker;
use crate::{Dict, Object};

/// What `/Encoding` says.
#[derive(Debug, Clone, Default)]
pub(super) struct SimpleEncoding {
    /// `/Encoding` or `/BaseEncoding`.
    pub base: Option<String>,
    /// `/Differences`.
    pub differences: BTreeMap<u8, String>,
    /// Whether there is an `/Encoding` at all.
    pub present: bool,
    pub has_differences: bool,
}

/// Windows code page 1252 from 0x80 to 0x9F; 0 is undefined.
const WINDOWS: [u16; 32] = [
    0x20AC, 0x2022, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
    0x0152, 0x2022, 0x017D, 0x2022, 0x2022, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x2022, 0x017E, 0x0178,
];
/// Mac OS Roman from 0x80 (ISO 32000-1 annex D.2; 0xDB is currency there).
const MAC: [u16; 128] = [
    0x00C4, 0x00C5, 0x00C7, 0x00C9, 0x00D1, 0x00D6, 0x00DC, 0x00E1, 0x00E0, 0x00E2, 0x00E4, 0x00E3,
    0x00E5, 0x00E7, 0x00E9, 0x00E8, 0x00EA, 0x00EB, 0x00ED, 0x00EC, 0x00EE, 0x00EF, 0x00F1, 0x00F3,
    0x00F2, 0x00F4, 0x00F6, 0x00F5, 0x00FA, 0x00F9, 0x00FB, 0x00FC, 0x2020, 0x00B0, 0x00A2, 0x00A3,
    0x00A7, 0x2022, 0x00B6, 0x00DF, 0x00AE, 0x00A9, 0x2122, 0x00B4, 0x00A8, 0x2260, 0x00C6, 0x00D8,
    0x221E, 0x00B1, 0x2264, 0x2265, 0x00A5, 0x00B5, 0x2202, 0x2211, 0x220F, 0x03C0, 0x222B, 0x00AA,
    0x00BA, 0x03A9, 0x00E6, 0x00F8, 0x00BF, 0x00A1, 0x00AC, 0x221A, 0x0192, 0x2248, 0x2206, 0x00AB,
    0x00BB, 0x2026, 0x00A0, 0x00C0, 0x00C3, 0x00D5, 0x0152, 0x0153, 0x2013, 0x2014, 0x201C, 0x201D,
    0x2018, 0x2019, 0x00F7, 0x25CA, 0x00FF, 0x0178, 0x2044, 0x00A4, 0x2039, 0x203A, 0xFB01, 0xFB02,
    0x2021, 0x00B7, 0x201A, 0x201E, 0x2030, 0x00C2, 0x00CA, 0x00C1, 0x00CB, 0x00C8, 0x00CD, 0x00CE,
    0x00CF, 0x00CC, 0x00D3, 0x00D4, 0xF8FF, 0x00D2, 0x00DA, 0x00DB, 0x00D9, 0x0131, 0x02C6, 0x02DC,
    0x00AF, 0x02D8, 0x02D9, 0x02DA, 0x00B8, 0x02DD, 0x02DB, 0x02C7,
];

/// The character of a code in WinAnsiEncoding.
pub(super) fn windows(code: u8) -> Option<u32> {
    match code {
        0..=31 => None,
        0x7F => Some(0x2022),
        0x80..=0x9F => WINDOWS.get(usize::from(code) - 0x80).map(|c| u32::from(*c)),
        // ISO 32000-1 table D.2, notes 5 and 6: the hyphen and the space once more
        0xAD => Some(0x2D),
        0xA0 => Some(0x20),
        other => Some(u32::from(other)),
    }
}

/// The character of a code in MacRomanEncoding.
pub(super) fn mac(code: u8) -> Option<u32> {
    match code {
        0..=31 | 0x7F => None,
        0x20..=0x7E => Some(u32::from(code)),
        // ISO 32000-1 table D.2, note 6
        0xCA => Some(0x20),
        other => MAC.get(usize::from(other) - 0x80).map(|c| u32::from(*c)),
    }
}

/// The code of a character in Mac OS Roman.
pub(super) fn mac_code(character: u32) -> Option<u8> {
    (32..=255u8).find(|code| mac(*code) == Some(character))
}

/// Characters of the Latin set that stand in neither of the two: Ł, ł and the minus.
const LATIN_BESIDES: [u32; 3] = [0x0141, 0x0142, 0x2212];

/// Whether a glyph's name is of the Latin characters, which every viewer can show (ISO 32000-1 annex D.2).
pub fn is_latin_glyph(name: &str) -> bool {
    let character = agl::name_to_char(name).map(u32::from);
    character.is_some_and(|c| {
        LATIN_BESIDES.contains(&c)
            || mac_code(c).is_some()
            || (32..=255u8).any(|code| windows(code) == Some(c))
    })
}

/// What a code means in an encoding: a glyph's name, or a character whose glyph's name is not fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    Name(String),
    Character(u32),
}

impl SimpleEncoding {
    /// What a code means; `None` where only the font program knows.
    pub(super) fn meaning(&self, code: u8) -> Option<Meaning> {
        if let Some(name) = self.differences.get(&code) {
            return Some(Meaning::Name(name.clone()));
        }
        match self.base.as_deref() {
            Some("WinAnsiEncoding") => windows(code).map(Meaning::Character),
            Some("MacRomanEncoding") => mac(code).map(Meaning::Character),
            Some("StandardEncoding") => standard(code),
            _ => None,
        }
    }
}

/// A code of StandardEncoding.
pub(super) fn standard(code: u8) -> Option<Meaning> {
    let name = PredefinedEncoding::Standard.name(code);
    (name != ".notdef").then(|| Meaning::Name(name.to_owned()))
}

impl Meaning {
    /// The character, where the Adobe Glyph List knows the name.
    pub(super) fn character(&self) -> Option<u32> {
        match self {
            Self::Character(c) => Some(*c),
            Self::Name(name) => agl::name_to_char(name).map(u32::from),
        }
    }
}

impl Checker<'_, '_> {
    pub(super) fn simple_encoding(&mut self, font: &Dict) -> SimpleEncoding {
        let mut encoding = SimpleEncoding::default();
        match self.value(font, "Encoding") {
            Object::Name(name) => {
                encoding.present = true;
                encoding.base = Some(name.to_string());
            }
            Object::Dict(dict) => {
                encoding.present = true;
                encoding.base = self.name(&dict, "BaseEncoding");
                encoding.has_differences = dict.contains("Differences");
                let mut code = 0u8;
                for item in self.items(&dict, "Differences") {
                    match self.resolve(&item).1 {
                        Object::Integer(at) => code = u8::try_from(at).unwrap_or(0),
                        Object::Name(name) => {
                            encoding.differences.insert(code, name.to_string());
                            code = code.wrapping_add(1);
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        encoding
    }
}
