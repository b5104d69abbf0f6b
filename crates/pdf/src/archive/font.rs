//! Clause 6.2.11: fonts as texts use them. A font that no text shows is not asked.

mod cmap;
mod composite;
mod encoding;
mod program;
mod simple;

use std::collections::BTreeMap;

use super::content::{Resources, State};
use super::{Checker, Rule};
use crate::{Dict, Object, Ref};
use cmap::Encoding;
pub use encoding::is_latin_glyph;
use program::Program;

/// A font and the codes that texts show in it.
#[derive(Debug)]
pub(super) struct FontUse {
    id: Option<Ref>,
    dict: Dict,
    /// The page that used it first.
    page: Option<usize>,
    /// How a composite font cuts strings into codes.
    encoding: Option<Encoding>,
    /// Length in bytes and value of each code shown → whether it was ever visible.
    codes: BTreeMap<(u8, u32), bool>,
}

/// The font program that a descriptor leads to.
struct Embedded {
    data: Vec<u8>,
    /// `FontFile`, `FontFile2` or `FontFile3`.
    key: &'static str,
    /// `/Subtype` of a `FontFile3`.
    subtype: Option<String>,
    id: Option<Ref>,
}

impl Checker<'_, '_> {
    /// Notes that a font is selected; gives its place in `fonts`.
    pub(super) fn use_font(
        &mut self,
        dict: &Dict,
        id: Option<Ref>,
        resources: &Resources,
    ) -> Option<usize> {
        let known = match id {
            Some(id) => self.font_places.get(&id).copied(),
            None if !self.work(self.fonts.len()) => return None,
            None => self.fonts.iter().position(|f| f.id.is_none() && f.dict == *dict),
        };
        if known.is_some() {
            return known;
        }
        let place = self.fonts.len();
        let subtype = self.name(dict, "Subtype").unwrap_or_default();
        let encoding = (subtype == "Type0").then(|| self.check_encoding(dict, id));
        let page = self.page;
        self.fonts.push(FontUse { id, dict: dict.clone(), page, encoding, codes: BTreeMap::new() });
        if let Some(id) = id {
            self.font_places.insert(id, place);
        }
        if subtype == "Type3" {
            self.check_glyph_procedures(dict, id, resources);
        }
        Some(place)
    }

    /// The glyphs of a Type 3 font are content streams (ISO 32000-1 §9.6.5).
    fn check_glyph_procedures(&mut self, dict: &Dict, id: Option<Ref>, resources: &Resources) {
        let inner = self.own_resources(dict, resources);
        let Some(procedures) = self.dict(dict, "CharProcs") else { return };
        for (_, procedure) in procedures.iter() {
            let (stream_id, stream) = self.resolve(procedure);
            let Object::Stream(stream) = stream else { continue };
            if !self.first_time(stream_id, "glyph") {
                continue;
            }
            if let Some(data) = self.data(&stream, stream_id) {
                let at = stream_id.or(id);
                self.deeper(at, |c| c.check_content(&data, at, &inner, State::new()));
            }
        }
    }

    /// Notes the codes of a string.
    pub(super) fn show_text(&mut self, font: usize, text: &[u8], invisible: bool) {
        let mut rest = text;
        while !rest.is_empty() {
            if !self.step() {
                return;
            }
            let Some(used) = self.fonts.get_mut(font) else { return };
            let (length, code) = match &used.encoding {
                Some(encoding) => encoding.next(rest),
                None => (1, u32::from(rest.first().copied().unwrap_or(0))),
            };
            rest = rest.get(usize::from(length.max(1))..).unwrap_or_default();
            let visible = used.codes.entry((length, code)).or_insert(false);
            *visible |= !invisible;
        }
    }

    pub(super) fn check_fonts(&mut self) {
        for font in std::mem::take(&mut self.fonts) {
            if font.codes.is_empty() {
                continue;
            }
            self.page = font.page;
            self.check_font(&font);
        }
        self.page = None;
    }

    fn check_font(&mut self, font: &FontUse) {
        let id = font.id;
        if self.name(&font.dict, "Type").as_deref() != Some("Font") {
            self.find(Rule::FontDictionary, id, "no /Type /Font");
        }
        let subtype = self.name(&font.dict, "Subtype").unwrap_or_default();
        if subtype != "Type3" {
            self.check_font_name(&font.dict, id);
        }
        match subtype.as_str() {
            "Type0" => self.check_composite(font),
            "Type1" | "MMType1" | "TrueType" => self.check_simple(font, &subtype),
            "Type3" => self.check_type3(font),
            other => self.find(Rule::FontDictionary, id, format!("/Subtype /{other}")),
        }
    }

    /// §6.1.8 and ISO 32000-1 tables 111 and 117
    fn check_font_name(&mut self, dict: &Dict, id: Option<Ref>) {
        match self.value(dict, "BaseFont").as_name() {
            None => self.find(Rule::FontDictionary, id, "no /BaseFont"),
            Some(name) if std::str::from_utf8(&name.0).is_err() => {
                self.find(Rule::NameNotUtf8, id, name.to_string());
            }
            Some(_) => {}
        }
    }

    /// The embedded program; a finding and nothing when there is none though text is visible.
    fn embedded(&mut self, dict: &Dict, id: Option<Ref>, visible: bool) -> Option<Embedded> {
        let descriptor = self.dict(dict, "FontDescriptor").unwrap_or_default();
        for key in ["FontFile", "FontFile2", "FontFile3"] {
            let (file_id, file) = self.entry(&descriptor, key);
            let Object::Stream(stream) = file else { continue };
            let subtype = self.name(&stream.dict, "Subtype");
            if key == "FontFile3" {
                let known = ["Type1C", "CIDFontType0C", "OpenType"];
                if !subtype.as_deref().is_some_and(|s| known.contains(&s)) {
                    self.find(Rule::FontProgram, file_id.or(id), "/Subtype of /FontFile3");
                }
            }
            let data = self.data(&stream, file_id)?;
            return Some(Embedded { data, key, subtype, id: file_id.or(id) });
        }
        if visible {
            let name = self.name(dict, "BaseFont").unwrap_or_default();
            self.find(Rule::NotEmbedded, id, name);
        }
        None
    }

    /// Reads the program; a finding when that fails or when it is not of the kind the font's subtype asks for.
    fn program<'p>(&mut self, embedded: &'p Embedded, permitted: &[&str]) -> Option<Program<'p>> {
        let what = embedded.subtype.as_deref().filter(|_| embedded.key == "FontFile3");
        if !permitted.contains(&what.unwrap_or(embedded.key)) {
            let what = what.unwrap_or(embedded.key).to_owned();
            self.find(Rule::FontProgram, embedded.id, format!("{what} for another kind of font"));
        }
        let program = Program::read(&embedded.data, embedded.key, embedded.subtype.as_deref());
        if program.is_none() {
            self.find(Rule::FontProgram, embedded.id, "it cannot be read");
        }
        program
    }

    /// §6.2.11.5: in thousandths of an em, to one.
    fn check_width(&mut self, id: Option<Ref>, code: u32, stated: f64, actual: Option<f64>) {
        if let Some(actual) = actual
            && (stated - actual).abs() > 1.0
        {
            self.find(Rule::Widths, id, format!("code {code}: {stated} and {actual:.1}"));
        }
    }
}

/// Whether a name carries the tag of a subset (ISO 32000-1 §9.6.4).
fn is_subset(name: &str) -> bool {
    name.as_bytes().get(..7).is_some_and(|tag| {
        tag.last() == Some(&b'+') && tag.iter().take(6).all(u8::is_ascii_uppercase)
    })
}
