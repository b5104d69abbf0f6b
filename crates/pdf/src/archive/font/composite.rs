//! Type 0 fonts with their CMap and CIDFont (clauses 6.2.11.3 to 6.2.11.8).

use std::collections::BTreeMap;

use super::cmap::{CMap, Encoding, is_predefined, ordering_of};
use super::{FontUse, is_subset};
use crate::archive::{Checker, Rule};
use crate::{Dict, Object, Ref};

/// ISO 19005-2 §6.1.13.
const MOST_CID: u32 = 65_535;
/// CIDs whose width one range of `/W` sets: no collection has more.
const MOST_WIDTHS: i64 = 65_536;

/// How a CID becomes a glyph of a TrueType program.
enum ToGlyph {
    Identity,
    Map(Vec<u8>),
}

impl Checker<'_, '_> {
    /// Reads `/Encoding` of a Type 0 font (§6.2.11.3.3).
    pub(super) fn check_encoding(&mut self, font: &Dict, id: Option<Ref>) -> Encoding {
        let (cmap_id, value) = self.entry(font, "Encoding");
        match value {
            Object::Name(name) => match name.to_string().as_str() {
                "Identity-H" | "Identity-V" => Encoding::Identity,
                other => {
                    if !is_predefined(other) {
                        self.find(Rule::CMap, id, other);
                    }
                    Encoding::Unknown
                }
            },
            Object::Stream(stream) => {
                let at = cmap_id.or(id);
                let Some(data) = self.data(&stream, at) else { return Encoding::Unknown };
                let Some(mut cmap) = CMap::read(&data) else {
                    self.find(Rule::CMap, at, "it cannot be read");
                    return Encoding::Unknown;
                };
                if self.value(&stream.dict, "WMode").as_integer().unwrap_or(0) != cmap.wmode {
                    self.find(Rule::WMode, at, "");
                }
                if let Some(name) = self.name(&stream.dict, "UseCMap") {
                    cmap.used.push(name);
                } else if stream.dict.contains("UseCMap") {
                    cmap.used.push("an embedded CMap".to_owned());
                }
                for name in &cmap.used {
                    if !is_predefined(name) {
                        self.find(Rule::CMapReference, at, name.clone());
                    }
                }
                if cmap.highest_cid > MOST_CID {
                    self.find(Rule::CidLimit, at, cmap.highest_cid.to_string());
                }
                Encoding::Embedded(Box::new(cmap))
            }
            _ => {
                self.find(Rule::CMap, id, "no /Encoding");
                Encoding::Unknown
            }
        }
    }

    pub(super) fn check_composite(&mut self, font: &FontUse) {
        let id = font.id;
        let descendants = self.items(&font.dict, "DescendantFonts");
        let Some(descendant) = descendants.first() else {
            return self.find(Rule::FontDictionary, id, "no /DescendantFonts");
        };
        let (descendant_id, descendant) = self.resolve(descendant);
        let Some(dict) = descendant.as_dict() else {
            return self.find(Rule::FontDictionary, id, "/DescendantFonts holds no font");
        };
        let at = descendant_id.or(id);
        if self.name(dict, "Type").as_deref() != Some("Font") {
            self.find(Rule::FontDictionary, at, "no /Type /Font");
        }
        self.check_font_name(dict, at);
        let encoding = font.encoding.clone().unwrap_or(Encoding::Unknown);
        self.check_system_info(&font.dict, dict, &encoding, at);
        let subtype = self.name(dict, "Subtype").unwrap_or_default();
        let permitted: &[&str] = match subtype.as_str() {
            "CIDFontType2" => &["FontFile2", "OpenType"],
            "CIDFontType0" => &["CIDFontType0C", "OpenType"],
            other => {
                return self.find(Rule::FontDictionary, at, format!("/Subtype /{other}"));
            }
        };
        let visible = font.codes.values().any(|v| *v);
        let Some(embedded) = self.embedded(dict, at, visible) else { return };
        // §6.2.11.3.2
        let to_glyph = match self.value(dict, "CIDToGIDMap") {
            Object::Stream(stream) => ToGlyph::Map(self.data(&stream, at).unwrap_or_default()),
            Object::Name(name) if name == "Identity" => ToGlyph::Identity,
            _ => {
                if subtype == "CIDFontType2" {
                    self.find(Rule::CidToGidMap, at, "");
                }
                ToGlyph::Identity
            }
        };
        let Some(program) = self.program(&embedded, permitted) else { return };
        self.check_cid_set(dict, &program.cids(), at);
        let widths = self.cid_widths(dict);
        let default = self.value(dict, "DW").as_number().unwrap_or(1000.0);
        for ((length, code), visible) in &font.codes {
            if !self.step() {
                return;
            }
            let Some(cid) = encoding.cid(*length, *code) else {
                self.find(Rule::Unchecked, at, "its CMap");
                return;
            };
            let glyph = match &to_glyph {
                ToGlyph::Map(map) if subtype == "CIDFontType2" => {
                    let place = usize::try_from(cid).ok().and_then(|c| c.checked_mul(2));
                    place.and_then(|p| {
                        Some(u32::from(*map.get(p)?) << 8 | u32::from(*map.get(p + 1)?))
                    })
                }
                _ if subtype == "CIDFontType2" => Some(cid),
                _ => program.by_cid(cid),
            };
            match glyph {
                // CID 0 is .notdef whatever glyph it is mapped to (ISO 32000-1 §9.7.4.2).
                _ if cid == 0 => self.find(Rule::NotdefUsed, at, format!("CID {cid}")),
                Some(0) => self.find(Rule::NotdefUsed, at, format!("CID {cid}")),
                Some(glyph) if glyph < program.glyph_count() => {
                    if *visible {
                        let stated = widths.get(&cid).copied().unwrap_or(default);
                        self.check_width(at, cid, stated, program.width(glyph));
                    }
                }
                _ if *visible => self.find(Rule::GlyphMissing, at, format!("CID {cid}")),
                _ => self.find(Rule::NotdefUsed, at, format!("CID {cid}")),
            }
        }
    }

    /// §6.2.11.3.1
    fn check_system_info(
        &mut self,
        font: &Dict,
        descendant: &Dict,
        encoding: &Encoding,
        id: Option<Ref>,
    ) {
        let info = self.dict(descendant, "CIDSystemInfo").unwrap_or_default();
        let text = |value: Object| value.as_string().map(|s| s.bytes.clone());
        let registry = text(self.value(&info, "Registry"));
        let ordering = text(self.value(&info, "Ordering"));
        let supplement = self.value(&info, "Supplement").as_integer();
        let fits = match encoding {
            Encoding::Identity => true,
            Encoding::Embedded(cmap) => {
                let cmap_info = match self.value(font, "Encoding") {
                    Object::Stream(stream) => self.dict(&stream.dict, "CIDSystemInfo"),
                    _ => None,
                };
                let (wanted_registry, wanted_ordering, most) = match cmap_info {
                    Some(info) => (
                        text(self.value(&info, "Registry")),
                        text(self.value(&info, "Ordering")),
                        self.value(&info, "Supplement").as_integer(),
                    ),
                    None => (cmap.registry.clone(), cmap.ordering.clone(), cmap.supplement),
                };
                registry.is_some()
                    && registry == wanted_registry
                    && ordering.is_some()
                    && ordering == wanted_ordering
                    && matches!((supplement, most), (Some(s), Some(m)) if s <= m)
            }
            Encoding::Unknown => {
                let name = self.name(font, "Encoding").unwrap_or_default();
                !is_predefined(&name)
                    || (registry.as_deref() == Some(b"Adobe")
                        && ordering.as_deref() == Some(ordering_of(&name).as_bytes()))
            }
        };
        if !fits {
            self.find(Rule::CidSystemInfo, id, "");
        }
    }

    /// §6.2.11.4.2
    fn check_cid_set(&mut self, dict: &Dict, cids: &[u32], id: Option<Ref>) {
        let name = self.name(dict, "BaseFont").unwrap_or_default();
        let descriptor = self.dict(dict, "FontDescriptor").unwrap_or_default();
        let Object::Stream(stream) = self.value(&descriptor, "CIDSet") else { return };
        if !is_subset(&name) {
            return;
        }
        let Some(bits) = self.data(&stream, id) else { return };
        let listed = |cid: u32| {
            let byte = usize::try_from(cid / 8).ok().and_then(|i| bits.get(i));
            byte.is_some_and(|b| b & (0x80 >> (cid % 8)) != 0)
        };
        if let Some(missing) = cids.iter().find(|cid| !listed(**cid)) {
            self.find(Rule::CidSet, id, format!("CID {missing}"));
        }
    }

    /// `/W` (ISO 32000-1 §9.7.4.3)
    fn cid_widths(&mut self, dict: &Dict) -> BTreeMap<u32, f64> {
        let mut widths = BTreeMap::new();
        let items: Vec<_> = self.items(dict, "W").iter().map(|i| self.resolve(i).1).collect();
        let mut rest = &items[..];
        while let [first, second, tail @ ..] = rest {
            let Some(first) = first.as_integer().and_then(|v| u32::try_from(v).ok()) else { break };
            if let Object::Array(list) = second {
                for (cid, width) in (first..).zip(list) {
                    if let Some(width) = self.resolve(width).1.as_number() {
                        widths.insert(cid, width);
                    }
                }
                rest = tail;
            } else {
                let (Some(last), [width, tail @ ..]) = (second.as_integer(), tail) else { break };
                let count = last.saturating_sub(i64::from(first)).saturating_add(1);
                if let Some(width) = width.as_number() {
                    for (cid, _) in (first..).zip(0..count.min(MOST_WIDTHS)) {
                        if !self.step() {
                            break;
                        }
                        widths.insert(cid, width);
                    }
                }
                rest = tail;
            }
        }
        widths
    }
}
