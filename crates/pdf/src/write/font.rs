//! One embedded, subset font and the text set in it. Line breaking lives with the page's author.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use subsetter::GlyphRemapper;

use super::{FileWriter, WriteError};
use crate::hex;

/// A font while pages are set in it: it learns which characters are used.
pub struct Font<'a> {
    data: &'a [u8],
    font: FontRef<'a>,
    name: &'a str,
    remapper: GlyphRemapper,
    /// New glyph number → character and width in thousandths of an em.
    used: BTreeMap<u16, (char, f64)>,
    /// Units per em.
    em: f64,
    /// Glyph number and width of the characters looked up so far: breaking lines measures the same ones again and again.
    known: RefCell<BTreeMap<char, (u16, f64)>>,
}

impl std::fmt::Debug for Font<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Font").field("name", &self.name).field("used", &self.used.len()).finish()
    }
}

impl<'a> Font<'a> {
    /// Reads a font. `name` is its PostScript name.
    ///
    /// # Errors
    /// [`WriteError::BadFont`].
    pub fn new(data: &'a [u8], name: &'a str) -> Result<Self, WriteError> {
        let font = FontRef::from_index(data, 0)
            .map_err(|e| WriteError::BadFont { problem: e.to_string() })?;
        let units = font.metrics(Size::unscaled(), LocationRef::default()).units_per_em;
        Ok(Self {
            data,
            font,
            name,
            remapper: GlyphRemapper::new(),
            used: BTreeMap::new(),
            em: f64::from(units.max(1)),
            known: RefCell::default(),
        })
    }

    fn glyph(&self, character: char) -> Result<(u16, f64), WriteError> {
        if let Some(known) = self.known.borrow().get(&character) {
            return Ok(*known);
        }
        let missing = || WriteError::MissingGlyph { character, code: u32::from(character) };
        let id =
            self.font.charmap().map(character).filter(|id| id.to_u32() != 0).ok_or_else(missing)?;
        let metrics = self.font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let width = f64::from(metrics.advance_width(id).unwrap_or(0.0)) * 1000.0 / self.em;
        let found = (u16::try_from(id.to_u32()).map_err(|_| missing())?, width);
        self.known.borrow_mut().insert(character, found);
        Ok(found)
    }

    /// The width of a text at `size` points.
    ///
    /// # Errors
    /// [`WriteError::MissingGlyph`].
    pub fn width(&self, text: &str, size: f64) -> Result<f64, WriteError> {
        let mut sum = 0.0;
        for c in text.chars() {
            sum += self.glyph(c)?.1;
        }
        Ok(sum * size / 1000.0)
    }

    /// The text as the hexadecimal string that a content stream shows.
    ///
    /// # Errors
    /// [`WriteError::MissingGlyph`].
    pub fn encode(&mut self, text: &str) -> Result<String, WriteError> {
        let mut out = String::from("<");
        for c in text.chars() {
            let (glyph, width) = self.glyph(c)?;
            let new = self.remapper.remap(glyph);
            self.used.insert(new, (c, width));
            let _ = write!(out, "{new:04x}");
        }
        out.push('>');
        Ok(out)
    }

    /// Writes the font under object `id` as a composite font (ISO 32000-2 §9.7) with its ToUnicode map.
    ///
    /// # Errors
    /// [`WriteError::BadFont`].
    pub fn write(self, file: &mut FileWriter, id: u32) -> Result<(), WriteError> {
        let bad = |e: &dyn std::fmt::Display| WriteError::BadFont { problem: e.to_string() };
        let program = subsetter::subset(self.data, 0, &self.remapper).map_err(|e| bad(&e))?;
        let (descendant, descriptor, stream, unicode) =
            (file.reserve(), file.reserve(), file.reserve(), file.reserve());
        // Subset fonts carry a tag of six capitals (§9.9.2); this one counts the glyphs, so equal subsets have equal names.
        let mut count = self.used.len();
        let mut tag = String::new();
        for _ in 0..6 {
            tag.push(char::from(b'A' + u8::try_from(count % 26).unwrap_or(0)));
            count /= 26;
        }
        let name = format!("{tag}+{}", self.name);
        let em = self.em;
        let m = self.font.metrics(Size::unscaled(), LocationRef::default());
        let scale = |v: f32| super::points((f64::from(v) * 1000.0 / em).round());
        let bounds = m.bounds.unwrap_or_default();
        file.object(
            id,
            format!(
                "<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [{descendant} 0 R] /ToUnicode {unicode} 0 R >>"
            )
            .as_bytes(),
        );
        // Glyphs that follow each other share an array (§9.7.4.3).
        let (mut widths, mut next) = (String::new(), None);
        for (glyph, (_, width)) in &self.used {
            let width = super::points(width.round());
            let _ = match next {
                Some(next) if next == *glyph => write!(widths, " {width}"),
                Some(_) => write!(widths, "] {glyph} [{width}"),
                None => write!(widths, "{glyph} [{width}"),
            };
            next = Some(glyph.saturating_add(1));
        }
        if next.is_some() {
            widths.push(']');
        }
        file.object(
            descendant,
            format!(
                "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {descriptor} 0 R /CIDToGIDMap /Identity /DW 0 /W [{widths}] >>"
            )
            .as_bytes(),
        );
        file.object(
            descriptor,
            format!(
                "<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [{} {} {} {}] /ItalicAngle 0 /Ascent {} /Descent {} /CapHeight {} /StemV 80 /FontFile2 {stream} 0 R >>",
                scale(bounds.x_min),
                scale(bounds.y_min),
                scale(bounds.x_max),
                scale(bounds.y_max),
                scale(m.ascent),
                scale(m.descent),
                scale(m.cap_height.unwrap_or(m.ascent))
            )
            .as_bytes(),
        );
        file.deflated(stream, &format!("/Length1 {}", program.len()), &program);
        file.deflated(unicode, "", self.to_unicode().as_bytes());
        Ok(())
    }

    fn to_unicode(&self) -> String {
        let mut map = String::from(
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n",
        );
        let rows: Vec<_> = self.used.iter().collect();
        // A block holds at most 100 rows (§9.10.3, Adobe technical note 5411).
        for block in rows.chunks(100) {
            let _ = writeln!(map, "{} beginbfchar", block.len());
            for (glyph, (character, _)) in block {
                let mut units = [0; 2];
                let utf16: Vec<u8> = character
                    .encode_utf16(&mut units)
                    .iter()
                    .flat_map(|u| u.to_be_bytes())
                    .collect();
                let _ = writeln!(map, "<{glyph:04x}> <{}>", hex(&utf16));
            }
            map.push_str("endbfchar\n");
        }
        map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
        map
    }
}
