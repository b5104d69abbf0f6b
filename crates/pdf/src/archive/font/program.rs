//! Font programs behind one face: glyphs by code, name, CID or cmap, and their widths. Outlines are not looked at.

mod cff;

use std::collections::BTreeMap;

use skrifa::instance::{LocationRef, Size};
use skrifa::raw::TableProvider;
use skrifa::raw::ps::cff::CffFontRef;
use skrifa::raw::ps::type1::Type1Font;
use skrifa::raw::ps::{Sid, agl};
use skrifa::raw::tables::cmap::CmapSubtable;
use skrifa::raw::types::GlyphId16;
use skrifa::{FontRef, GlyphId, MetadataProvider};

/// A font program.
pub(super) enum Program<'p> {
    /// TrueType outlines, or an OpenType wrapper without its CFF table.
    TrueType(FontRef<'p>),
    /// Bare CFF, or the CFF table of an OpenType font.
    Cff(CffFontRef<'p>),
    /// Type 1.
    Type1(Box<Type1Font>),
}

impl<'p> Program<'p> {
    /// Reads a program that stands under `key` of a descriptor, with the `subtype` of a `FontFile3`.
    pub(super) fn read(data: &'p [u8], key: &str, subtype: Option<&str>) -> Option<Self> {
        match (key, subtype) {
            // ISO 32000-1 table 126: clear text first, not the segments of a PFB file.
            ("FontFile", _) if data.starts_with(b"%!") => {
                Type1Font::new(data).ok().map(|f| Self::Type1(Box::new(f)))
            }
            ("FontFile3", Some("Type1C" | "CIDFontType0C")) if cff::is_sound(data) => {
                CffFontRef::new_cff(data, 0, None).ok().map(Self::Cff)
            }
            ("FontFile2", _) | ("FontFile3", Some("OpenType")) => Self::read_opentype(data),
            _ => None,
        }
    }

    fn read_opentype(data: &'p [u8]) -> Option<Self> {
        let font = FontRef::from_index(data, 0).ok()?;
        if let Some(table) = font.table_data(skrifa::Tag::new(b"CFF ")) {
            let em = font.head().ok().map(|h| i32::from(h.units_per_em()));
            let table = table.as_bytes();
            return CffFontRef::new_cff(table, 0, em)
                .ok()
                .filter(|_| cff::is_sound(table))
                .map(Self::Cff);
        }
        font.maxp().ok()?;
        font.head().ok()?;
        Some(Self::TrueType(font))
    }

    pub(super) fn glyph_count(&self) -> u32 {
        match self {
            Self::TrueType(font) => font.maxp().map_or(0, |m| u32::from(m.num_glyphs())),
            Self::Cff(font) => font.num_glyphs(),
            Self::Type1(font) => font.num_glyphs(),
        }
    }

    /// In thousandths of an em; `None` where the program does not say.
    pub(super) fn width(&self, glyph: u32) -> Option<f64> {
        let id = GlyphId::new(glyph);
        match self {
            Self::TrueType(font) => {
                let em = f64::from(font.head().ok()?.units_per_em().max(1));
                let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
                metrics.advance_width(id).map(|w| f64::from(w) * 1000.0 / em)
            }
            Self::Cff(font) => {
                let subfont = font.subfont(font.subfont_index(id).unwrap_or(0), &[]).ok()?;
                let width = font.evaluate_width(&subfont, id, &[]).ok()??;
                Some(width.to_f64() * 1000.0 / f64::from(font.upem().max(1)))
            }
            Self::Type1(font) => {
                let width = font.evaluate_width(id).ok()??;
                Some(width.to_f64() * 1000.0 / f64::from(font.upem().max(1)))
            }
        }
    }

    /// Glyphs by name: of Type 1 and CFF programs that name them, and of the `post` table.
    pub(super) fn names(&self) -> Names {
        let mut names = Names::default();
        match self {
            Self::TrueType(font) => {
                let Ok(post) = font.post() else { return names };
                let count = u16::try_from(self.glyph_count()).unwrap_or(u16::MAX);
                for glyph in 0..count {
                    if let Some(name) = post.glyph_name(GlyphId16::new(glyph)) {
                        names.add(u32::from(glyph), name.to_owned());
                    }
                }
            }
            Self::Cff(font) if font.is_cid() => {}
            Self::Cff(font) => {
                let Some(charset) = font.charset() else { return names };
                for glyph in 0..font.num_glyphs() {
                    let sid = charset.string_id(GlyphId::new(glyph));
                    if let Some(name) = sid.and_then(|sid| font.string(sid)) {
                        names.add(glyph, String::from_utf8_lossy(name).into_owned());
                    }
                }
            }
            Self::Type1(font) => {
                for (glyph, name) in font.glyph_names() {
                    names.add(glyph.to_u32(), name.to_owned());
                }
            }
        }
        names
    }

    /// The glyph that the program's own encoding gives a code.
    pub(super) fn by_own_code(&self, code: u8, names: &Names) -> Option<u32> {
        match self {
            Self::TrueType(_) => None,
            Self::Cff(font) => font.encoding()?.map(code).map(GlyphId::to_u32),
            Self::Type1(font) => names.by_name(font.encoding()?.glyph_name(code)?),
        }
    }

    /// The glyph of a CID: by the charset of a CID-keyed program, else the CID itself (ISO 32000-1 §9.7.4.2).
    pub(super) fn by_cid(&self, cid: u32) -> Option<u32> {
        match self {
            Self::Cff(font) if font.is_cid() => {
                let sid = Sid::new(u16::try_from(cid).ok()?);
                font.charset()?.glyph_id(sid).map(GlyphId::to_u32)
            }
            _ => (cid < self.glyph_count()).then_some(cid),
        }
    }

    /// The CIDs of a CID-keyed program; of any other, its glyph numbers.
    pub(super) fn cids(&self) -> Vec<u32> {
        match self {
            Self::Cff(font) if font.is_cid() => {
                let charset = font.charset();
                (0..font.num_glyphs())
                    .filter_map(|g| charset.as_ref()?.string_id(GlyphId::new(g)))
                    .map(|sid| u32::from(sid.to_u16()))
                    .collect()
            }
            _ => (0..self.glyph_count()).collect(),
        }
    }

    /// Platform and encoding of each subtable of `cmap`.
    pub(super) fn cmaps(&self) -> Vec<(u16, u16)> {
        let Self::TrueType(font) = self else { return Vec::new() };
        let Ok(cmap) = font.cmap() else { return Vec::new() };
        cmap.encoding_records().iter().map(|r| (r.platform_id() as u16, r.encoding_id())).collect()
    }

    /// The glyph that one subtable of `cmap` gives a value; 0 is none.
    pub(super) fn by_cmap(&self, platform: u16, encoding: u16, value: u32) -> Option<u32> {
        let Self::TrueType(font) = self else { return None };
        let cmap = font.cmap().ok()?;
        let record = cmap
            .encoding_records()
            .iter()
            .find(|r| r.platform_id() as u16 == platform && r.encoding_id() == encoding)?;
        let table = record.subtable(cmap.offset_data()).ok()?;
        let glyph = match table {
            CmapSubtable::Format0(t) => {
                t.glyph_id_array().get(usize::try_from(value).ok()?).map(|g| u32::from(*g))
            }
            CmapSubtable::Format4(t) => t.map_codepoint(value).map(GlyphId::to_u32),
            CmapSubtable::Format6(t) => {
                let at = value.checked_sub(u32::from(t.first_code()))?;
                t.glyph_id_array().get(usize::try_from(at).ok()?).map(|g| u32::from(g.get()))
            }
            CmapSubtable::Format12(t) => t.map_codepoint(value).map(GlyphId::to_u32),
            _ => None,
        };
        glyph.filter(|g| *g != 0)
    }
}

/// Glyphs by their names, and by the characters that the names stand for.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_name: BTreeMap<String, u32>,
    by_character: BTreeMap<u32, u32>,
}

impl Names {
    fn add(&mut self, glyph: u32, name: String) {
        // Variants such as `a.alt` are not what an encoding means.
        if let Some(character) = agl::name_to_char(&name).filter(|_| !name.contains('.')) {
            self.by_character.entry(u32::from(character)).or_insert(glyph);
        }
        self.by_name.entry(name).or_insert(glyph);
    }

    pub(super) fn by_name(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    pub(super) fn by_character(&self, character: u32) -> Option<u32> {
        self.by_character.get(&character).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}
