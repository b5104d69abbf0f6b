//! Font programs behind one face: glyphs by code, name, CID or cmap, and their widths. Outlines are not looked at.

mod cff;

use skrifa::instance::{LocationRef, Size};
use skrifa::raw::TableProvider;
use skrifa::raw::ps::Sid;
use skrifa::raw::ps::cff::CffFontRef;
use skrifa::raw::ps::type1::Type1Font;
use skrifa::raw::tables::cmap::CmapSubtable;
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

    /// The glyph of that name, in Type 1 and CFF programs.
    pub(super) fn by_name(&self, name: &str) -> Option<u32> {
        match self {
            Self::TrueType(_) => None,
            Self::Cff(_) => self.names().find(|(_, n)| n == name).map(|(g, _)| g),
            Self::Type1(font) => {
                font.glyph_names().find(|(_, n)| *n == name).map(|(g, _)| g.to_u32())
            }
        }
    }

    /// Glyphs and names of Type 1 and CFF programs that name their glyphs.
    pub(super) fn names(&self) -> Box<dyn Iterator<Item = (u32, String)> + '_> {
        match self {
            Self::TrueType(_) => Box::new(std::iter::empty()),
            Self::Cff(font) if font.is_cid() => Box::new(std::iter::empty()),
            Self::Cff(font) => {
                let charset = font.charset();
                Box::new((0..font.num_glyphs()).filter_map(move |glyph| {
                    let sid = charset.as_ref()?.string_id(GlyphId::new(glyph))?;
                    let name = font.string(sid)?;
                    Some((glyph, String::from_utf8_lossy(name).into_owned()))
                }))
            }
            Self::Type1(font) => {
                Box::new(font.glyph_names().map(|(g, n)| (g.to_u32(), n.to_owned())))
            }
        }
    }

    /// The name that the program's own encoding gives a code.
    pub(super) fn own_name(&self, code: u8) -> Option<String> {
        match self {
            Self::TrueType(_) => None,
            Self::Cff(font) => {
                let glyph = font.encoding()?.map(code)?;
                self.names().find(|(g, _)| *g == glyph.to_u32()).map(|(_, n)| n)
            }
            Self::Type1(font) => font.encoding()?.glyph_name(code).map(str::to_owned),
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

    /// The glyph of that name in the `post` table.
    pub(super) fn by_post(&self, name: &str) -> Option<u32> {
        let Self::TrueType(font) = self else { return None };
        let post = font.post().ok()?;
        let count = u16::try_from(self.glyph_count()).unwrap_or(u16::MAX);
        (0..count)
            .find(|g| post.glyph_name(skrifa::raw::types::GlyphId16::new(*g)) == Some(name))
            .map(u32::from)
    }
}
