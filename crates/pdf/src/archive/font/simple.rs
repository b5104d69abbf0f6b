//! Type 1, TrueType and Type 3 fonts (clauses 6.2.11.2 to 6.2.11.8).

use std::collections::BTreeSet;

use super::encoding::{Meaning, SimpleEncoding, mac_code, standard};
use super::program::{Names, Program};
use super::{FontUse, is_subset};
use crate::archive::{Checker, Rule};
use crate::lexer::{Lexer, Token};
use crate::{Dict, Object, Ref, STANDARD_FONTS};

/// `/Flags` of a font descriptor (ISO 32000-1 table 123).
const SYMBOLIC: i64 = 4;

struct Widths {
    first: i64,
    values: Vec<Option<f64>>,
    missing: f64,
}

impl Widths {
    fn of(&self, code: u32) -> f64 {
        let at = usize::try_from(i64::from(code) - self.first).ok();
        at.and_then(|at| self.values.get(at).copied().flatten()).unwrap_or(self.missing)
    }
}

impl Checker<'_, '_> {
    /// ISO 32000-1 table 111
    fn widths(&mut self, dict: &Dict, id: Option<Ref>) -> Widths {
        let name = self.name(dict, "BaseFont").unwrap_or_default();
        let descriptor = self.dict(dict, "FontDescriptor");
        let (first, last) =
            (self.value(dict, "FirstChar").as_integer(), self.value(dict, "LastChar").as_integer());
        let values: Vec<_> = self
            .items(dict, "Widths")
            .iter()
            .take(256)
            .map(|w| self.resolve(w).1.as_number())
            .collect();
        let bare = descriptor.is_none() && STANDARD_FONTS.contains(&name.as_str());
        if !bare {
            match (first, last) {
                (Some(first), Some(last)) => {
                    let wanted = last.checked_sub(first).and_then(|n| n.checked_add(1));
                    if wanted.and_then(|n| usize::try_from(n).ok()) != Some(values.len()) {
                        self.find(
                            Rule::FontDictionary,
                            id,
                            "/Widths does not fit /FirstChar and /LastChar",
                        );
                    }
                }
                _ => self.find(Rule::FontDictionary, id, "no /FirstChar or no /LastChar"),
            }
        }
        let missing = self.value(&descriptor.unwrap_or_default(), "MissingWidth").as_number();
        Widths { first: first.unwrap_or(0), values, missing: missing.unwrap_or(0.0) }
    }

    pub(super) fn check_type3(&mut self, font: &FontUse) {
        let widths = self.widths(&font.dict, font.id);
        let encoding = self.simple_encoding(&font.dict);
        let procedures = self.dict(&font.dict, "CharProcs").unwrap_or_default();
        for ((_, code), visible) in &font.codes {
            let code = u8::try_from(*code).unwrap_or(0);
            match encoding.meaning(code) {
                Some(Meaning::Name(name)) if name == ".notdef" => {
                    self.find(Rule::NotdefUsed, font.id, format!("code {code}"));
                }
                Some(Meaning::Name(name)) if procedures.contains(&name) => {
                    let (stream_id, stream) = self.entry(&procedures, &name);
                    let Object::Stream(stream) = stream else { continue };
                    let data = self.data(&stream, stream_id).unwrap_or_default();
                    if *visible {
                        let stated = widths.of(u32::from(code));
                        self.check_width(font.id, u32::from(code), stated, procedure_width(&data));
                    }
                }
                _ if *visible => self.find(Rule::GlyphMissing, font.id, format!("code {code}")),
                _ => {}
            }
        }
    }

    pub(super) fn check_simple(&mut self, font: &FontUse, subtype: &str) {
        let (dict, id) = (&font.dict, font.id);
        let widths = self.widths(dict, id);
        let visible = font.codes.values().any(|v| *v);
        let encoding = self.simple_encoding(dict);
        let descriptor = self.dict(dict, "FontDescriptor").unwrap_or_default();
        let flags = self.value(&descriptor, "Flags").as_integer().unwrap_or(0);
        let symbolic = flags & SYMBOLIC != 0;
        let truetype = subtype == "TrueType";
        if truetype {
            self.check_truetype_encoding(&encoding, symbolic, id);
        }
        let Some(embedded) = self.embedded(dict, id, visible) else {
            if !symbolic {
                self.check_undefined_codes(font, &encoding);
            }
            return;
        };
        let permitted: &[&str] =
            if truetype { &["FontFile2", "OpenType"] } else { &["FontFile", "Type1C", "OpenType"] };
        let Some(program) = self.program(&embedded, permitted) else { return };
        let names = program.names();
        if !self.work(usize::try_from(program.glyph_count()).unwrap_or(usize::MAX)) {
            return;
        }
        if truetype {
            self.check_cmap_table(&program, symbolic, embedded.id);
        } else {
            self.check_char_set(dict, &descriptor, &names, id);
        }
        for ((_, code), visible) in &font.codes {
            if !self.step() {
                return;
            }
            let byte = u8::try_from(*code).unwrap_or(0);
            let named = encoding.differences.get(&byte).is_some_and(|n| n == ".notdef");
            let glyph = match &program {
                Program::TrueType(_) => truetype_glyph(&program, &names, &encoding, symbolic, byte),
                Program::Cff(_) | Program::Type1(_) => {
                    named_glyph(&program, &names, &encoding, byte)
                }
            };
            match glyph {
                _ if named => self.find(Rule::NotdefUsed, id, format!("code {code}")),
                Some(0) => self.find(Rule::NotdefUsed, id, format!("code {code}")),
                Some(glyph) if glyph < program.glyph_count() => {
                    if *visible {
                        self.check_width(id, *code, widths.of(*code), program.width(glyph));
                    }
                }
                _ => {
                    if *visible {
                        self.find(Rule::GlyphMissing, id, format!("code {code}"));
                    } else {
                        // ISO 32000-1 §9.6.6: what is not there is shown as .notdef
                        self.find(Rule::NotdefUsed, id, format!("code {code}"));
                    }
                }
            }
        }
    }

    /// §6.2.11.8 for a font that is not embedded: its glyphs are not known, but what its encoding leaves undefined is.
    fn check_undefined_codes(&mut self, font: &FontUse, encoding: &SimpleEncoding) {
        for (_, code) in font.codes.keys() {
            let byte = u8::try_from(*code).unwrap_or(0);
            let based = encoding.base.is_some();
            let meaning = encoding.meaning(byte).or_else(|| standard(byte).filter(|_| !based));
            if meaning.is_none_or(|m| m == Meaning::Name(".notdef".to_owned())) {
                self.find(Rule::NotdefUsed, font.id, format!("code {code}"));
            }
        }
    }

    /// §6.2.11.6
    fn check_truetype_encoding(
        &mut self,
        encoding: &SimpleEncoding,
        symbolic: bool,
        id: Option<Ref>,
    ) {
        if symbolic {
            if encoding.present {
                self.find(Rule::TrueTypeEncoding, id, "a symbolic font with /Encoding");
            }
            return;
        }
        if !matches!(encoding.base.as_deref(), Some("MacRomanEncoding" | "WinAnsiEncoding")) {
            self.find(Rule::TrueTypeEncoding, id, "neither MacRomanEncoding nor WinAnsiEncoding");
        }
        for name in encoding.differences.values() {
            if Meaning::Name(name.clone()).character().is_none() {
                self.find(
                    Rule::TrueTypeEncoding,
                    id,
                    format!("/{name} is not in the Adobe Glyph List"),
                );
            }
        }
    }

    fn check_cmap_table(&mut self, program: &Program<'_>, symbolic: bool, id: Option<Ref>) {
        let Program::TrueType(_) = program else { return };
        let tables = program.cmaps();
        let symbol = tables.contains(&(3, 0));
        let sound =
            if symbolic { tables.len() == 1 || symbol } else { tables.len() > usize::from(symbol) };
        if !sound {
            self.find(Rule::TrueTypeCmap, id, format!("{tables:?}"));
        }
    }

    /// §6.2.11.4.2
    fn check_char_set(&mut self, dict: &Dict, descriptor: &Dict, names: &Names, id: Option<Ref>) {
        let name = self.name(dict, "BaseFont").unwrap_or_default();
        let Object::String(listed) = self.value(descriptor, "CharSet") else { return };
        if !is_subset(&name) {
            return;
        }
        let listed = String::from_utf8_lossy(&listed.bytes).into_owned();
        let listed: BTreeSet<&str> = listed.split('/').map(str::trim).collect();
        for name in names.iter() {
            if name != ".notdef" && !listed.contains(name) {
                self.find(Rule::CharSet, id, format!("/{name}"));
            }
        }
    }
}

/// The glyph of a code in a Type 1 or CFF program.
fn named_glyph(
    program: &Program<'_>,
    names: &Names,
    encoding: &SimpleEncoding,
    code: u8,
) -> Option<u32> {
    match encoding.meaning(code) {
        Some(Meaning::Name(name)) => names.by_name(&name),
        Some(Meaning::Character(character)) => names.by_character(character),
        // Without a base encoding the program's own counts (ISO 32000-1 table 114).
        None if encoding.base.is_none() => program.by_own_code(code, names),
        None => None,
    }
}

/// The glyph of a code in a TrueType program (ISO 32000-1 §9.6.6.4).
fn truetype_glyph(
    program: &Program<'_>,
    names: &Names,
    encoding: &SimpleEncoding,
    symbolic: bool,
    code: u8,
) -> Option<u32> {
    let value = u32::from(code);
    if !symbolic {
        let meaning = encoding.meaning(code).or_else(|| standard(code));
        let meaning = meaning?;
        let character = meaning.character();
        if let Some(glyph) = character.and_then(|c| program.by_cmap(3, 1, c)) {
            return Some(glyph);
        }
        if let Some(glyph) =
            character.and_then(mac_code).and_then(|c| program.by_cmap(1, 0, u32::from(c)))
        {
            return Some(glyph);
        }
        if let Meaning::Name(name) = &meaning
            && let Some(glyph) = names.by_name(name)
        {
            return Some(glyph);
        }
        if let Some(glyph) = character.and_then(|c| program.by_cmap(0, 3, c)) {
            return Some(glyph);
        }
        return None;
    }
    for high in [0, 0xF000, 0xF100, 0xF200] {
        if let Some(glyph) = program.by_cmap(3, 0, high + value) {
            return Some(glyph);
        }
    }
    program.by_cmap(1, 0, value)
}

/// The width that a glyph procedure opens with, by `d0` or `d1` (ISO 32000-1 table 113).
fn procedure_width(data: &[u8]) -> Option<f64> {
    let mut lexer = Lexer::new(data, 0);
    let mut width = None;
    loop {
        match lexer.next().ok()? {
            Token::Integer(value) => width = width.or(Object::Integer(value).as_number()),
            Token::Real(value) => width = width.or(Some(value.to_f64())),
            Token::Keyword(range) => {
                return width.filter(|_| matches!(data.get(range), Some(b"d0" | b"d1")));
            }
            _ => return None,
        }
    }
}
