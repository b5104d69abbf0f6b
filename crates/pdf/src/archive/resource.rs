//! Clauses 6.2.5 to 6.2.10: graphics states, rendering intents, images, forms, patterns, shadings and transparency.

mod jpx;

use super::colour::Kind;
use super::content::{Resources, State};
use super::{Checker, Rule};
use crate::object::Name;
use crate::{Dict, Object, Ref, Stream};

/// ISO 32000-1 tables 136 and 137, with the old name Compatible.
const BLEND_MODES: [&[u8]; 17] = [
    b"Normal",
    b"Compatible",
    b"Multiply",
    b"Screen",
    b"Overlay",
    b"Darken",
    b"Lighten",
    b"ColorDodge",
    b"ColorBurn",
    b"HardLight",
    b"SoftLight",
    b"Difference",
    b"Exclusion",
    b"Hue",
    b"Saturation",
    b"Color",
    b"Luminosity",
];
/// ISO 32000-1 table 70.
const INTENTS: [&[u8]; 4] =
    [b"RelativeColorimetric", b"AbsoluteColorimetric", b"Perceptual", b"Saturation"];
/// What an inline image may name (ISO 19005-2 §6.1.10).
const INLINE_FILTERS: [&[u8]; 12] = [
    b"ASCIIHexDecode",
    b"ASCII85Decode",
    b"FlateDecode",
    b"RunLengthDecode",
    b"CCITTFaxDecode",
    b"DCTDecode",
    b"AHx",
    b"A85",
    b"Fl",
    b"RL",
    b"CCF",
    b"DCT",
];

impl Checker<'_, '_> {
    /// §6.2.6
    pub(super) fn check_intent(&mut self, name: &Name, id: Option<Ref>) {
        if !INTENTS.contains(&name.0.as_slice()) {
            self.find(Rule::RenderingIntent, id, name.to_string());
        }
    }

    /// §6.2.5 and the blend modes of §6.2.10
    pub(super) fn check_graphics_state(
        &mut self,
        dict: &Dict,
        id: Option<Ref>,
        resources: &Resources,
        state: &mut State,
    ) {
        if dict.contains("TR") {
            self.find(Rule::TransferFunction, id, "/TR");
        }
        if dict.contains("TR2") && self.value(dict, "TR2").as_name().is_none_or(|n| *n != "Default")
        {
            self.find(Rule::TransferFunction, id, "/TR2");
        }
        if dict.contains("HTP") {
            self.find(Rule::HalftonePhase, id, "");
        }
        let (halftone_id, halftone) = self.entry(dict, "HT");
        self.check_halftone(&halftone, halftone_id.or(id), None);
        if let Some(intent) = self.value(dict, "RI").as_name() {
            self.check_intent(intent, id);
        }
        let modes = match self.value(dict, "BM") {
            Object::Array(items) => items,
            Object::Null => Vec::new(),
            one => vec![one],
        };
        for mode in modes {
            let mode = self.resolve(&mode).1;
            match mode.as_name() {
                Some(name) if BLEND_MODES.contains(&name.0.as_slice()) => {
                    self.transparent |= !matches!(name.0.as_slice(), b"Normal" | b"Compatible");
                }
                Some(name) => self.find(Rule::BlendMode, id, name.to_string()),
                None => self.find(Rule::BlendMode, id, "no name"),
            }
        }
        for key in ["CA", "ca"] {
            let alpha = self.value(dict, key).as_number();
            self.transparent |= alpha.is_some_and(|a| a < 1.0);
        }
        if let Object::Dict(mask) = self.value(dict, "SMask") {
            self.transparent = true;
            let (group_id, group) = self.entry(&mask, "G");
            if let Object::Stream(form) = group {
                self.check_form(&form, group_id, resources, state);
            }
        }
        let flag = |value: Object| value.as_bool();
        let stroke = flag(self.value(dict, "OP"));
        let fill = flag(self.value(dict, "op")).or(stroke);
        if let Some(stroke) = stroke {
            state.overprint_stroke = stroke;
        }
        if let Some(fill) = fill {
            state.overprint_fill = fill;
        }
        if let Some(mode) = self.value(dict, "OPM").as_integer() {
            state.overprint_mode = mode;
        }
        if let Some(font) = self.items(dict, "Font").first().cloned() {
            let (font_id, font) = self.resolve(&font);
            if let Some(font) = font.as_dict() {
                state.font = self.use_font(font, font_id, resources);
            }
        }
    }

    fn check_halftone(&mut self, halftone: &Object, id: Option<Ref>, colourant: Option<&[u8]>) {
        let Some(dict) = halftone.as_dict() else { return };
        let kind = self.value(dict, "HalftoneType").as_integer();
        if !matches!(kind, Some(1 | 5)) {
            self.find(Rule::Halftone, id, "/HalftoneType");
        }
        if dict.contains("HalftoneName") {
            self.find(Rule::Halftone, id, "/HalftoneName");
        }
        let function = dict.contains("TransferFunction");
        let wanted = match colourant {
            Some(b"Default") => None,
            None | Some(b"Cyan" | b"Magenta" | b"Yellow" | b"Black") => Some(false),
            Some(_) => Some(true),
        };
        if wanted.is_some_and(|wanted| wanted != function) {
            self.find(Rule::TransferFunction, id, "/TransferFunction of a halftone");
        }
        if kind == Some(5) && colourant.is_none() {
            for (key, value) in dict.iter() {
                if matches!(key.0.as_slice(), b"Type" | b"HalftoneType" | b"HalftoneName") {
                    continue;
                }
                let (own, value) = self.resolve(value);
                self.check_halftone(&value, own.or(id), Some(&key.0));
            }
        }
    }

    /// §6.2.9
    pub(super) fn check_xobject(
        &mut self,
        object: &Object,
        id: Option<Ref>,
        resources: &Resources,
        state: &State,
    ) {
        let Object::Stream(stream) = object else { return };
        match self.name(&stream.dict, "Subtype").as_deref() {
            Some("Image") => self.check_image(stream, id, resources, state),
            Some("Form") => self.check_form(stream, id, resources, state),
            Some("PS") => self.find(Rule::PostScript, id, ""),
            other => self.find(Rule::Unreadable, id, format!("XObject of subtype {other:?}")),
        }
    }

    fn check_image_keys(&mut self, dict: &Dict, id: Option<Ref>, mask: bool) {
        for key in ["Alternates", "OPI"] {
            if dict.contains(key) {
                self.find(Rule::Image, id, format!("/{key}"));
            }
        }
        let interpolate = [self.value(dict, "Interpolate"), self.value(dict, "I")];
        if interpolate.iter().any(|v| v.as_bool() == Some(true)) {
            self.find(Rule::Image, id, "/Interpolate true");
        }
        for key in ["BitsPerComponent", "BPC"] {
            let bits = self.value(dict, key);
            let permitted = if mask { &[1][..] } else { &[1, 2, 4, 8, 16] };
            if bits != Object::Null && !bits.as_integer().is_some_and(|b| permitted.contains(&b)) {
                self.find(Rule::Image, id, format!("/{key}"));
            }
        }
        if let Some(intent) = self.value(dict, "Intent").as_name() {
            self.check_intent(intent, id);
        }
    }

    fn check_image(
        &mut self,
        stream: &Stream,
        id: Option<Ref>,
        resources: &Resources,
        state: &State,
    ) {
        let dict = &stream.dict;
        let mask = self.value(dict, "ImageMask").as_bool() == Some(true);
        if mask {
            self.use_colour(
                state.fill,
                state.overprint_fill && state.overprint_mode == 1,
                &resources.dict,
                id,
            );
        } else if let Some(space) = dict.get("ColorSpace") {
            let kind = self.check_space(space, Some(&resources.dict), id);
            if kind == Kind::IccCmyk && state.overprint_fill && state.overprint_mode == 1 {
                self.find(Rule::CmykOverprint, id, "");
            }
        }
        let (soft_id, soft) = self.entry(dict, "SMask");
        let in_data = self.value(dict, "SMaskInData").as_integer().unwrap_or(0) != 0;
        self.transparent |= soft != Object::Null || in_data;
        if !self.first_time(id, "image") {
            return;
        }
        self.check_image_keys(dict, id, mask);
        let filter = self.value(dict, "Filter");
        let last = match &filter {
            Object::Array(items) => items.last().map_or(Object::Null, |f| self.resolve(f).1),
            one => one.clone(),
        };
        if last.as_name().is_some_and(|n| *n == "JPXDecode") {
            let spaced = dict.contains("ColorSpace");
            let data = self.bytes.get(stream.data.clone()).unwrap_or_default();
            for problem in jpx::problems(data, spaced) {
                self.find(Rule::Jpeg2000, id, problem);
            }
        } else if !mask && !dict.contains("ColorSpace") {
            self.find(Rule::Image, id, "no /ColorSpace");
        }
        for (mask_id, mask) in [(soft_id, soft), self.entry(dict, "Mask")] {
            if let Object::Stream(mask) = mask {
                self.deeper(mask_id, |c| c.check_image(&mask, mask_id, resources, state));
            }
        }
    }

    pub(super) fn check_inline_image(
        &mut self,
        dict: &Dict,
        id: Option<Ref>,
        resources: &Resources,
        state: &State,
    ) {
        let mask = [self.value(dict, "ImageMask"), self.value(dict, "IM")];
        let mask = mask.iter().any(|m| m.as_bool() == Some(true));
        self.check_image_keys(dict, id, mask);
        for key in ["Filter", "F"] {
            let filters = match self.value(dict, key) {
                Object::Array(items) => items,
                Object::Null => Vec::new(),
                one => vec![one],
            };
            for filter in filters {
                if !filter.as_name().is_some_and(|n| INLINE_FILTERS.contains(&n.0.as_slice())) {
                    let what = filter.as_name().map_or_else(String::new, ToString::to_string);
                    self.find(Rule::InlineFilter, id, what);
                }
            }
        }
        if mask {
            self.use_colour(state.fill, false, &resources.dict, id);
            return;
        }
        for key in ["ColorSpace", "CS"] {
            match dict.get(key) {
                Some(Object::Name(name)) => {
                    let short = matches!(name.0.as_slice(), b"G" | b"RGB" | b"CMYK");
                    if short {
                        self.check_space(&Object::Name(name.clone()), Some(&resources.dict), id);
                    } else {
                        self.named_space(name, resources, id);
                    }
                }
                Some(space) => {
                    self.check_space(space, Some(&resources.dict), id);
                }
                None => {}
            }
        }
    }

    /// A form, with the state of what shows it; read once for visible and once for invisible text.
    pub(super) fn check_form(
        &mut self,
        stream: &Stream,
        id: Option<Ref>,
        resources: &Resources,
        state: &State,
    ) {
        let dict = &stream.dict;
        let group = self.dict(dict, "Group");
        if let Some(group) = &group
            && self.name(group, "S").as_deref() == Some("Transparency")
        {
            self.transparent = true;
        }
        if let Some(id) = id
            && !self.streams_read.insert((id, state.mode == 3))
        {
            return;
        }
        for key in ["OPI", "PS"] {
            if dict.contains(key) {
                self.find(Rule::FormKeys, id, format!("/{key}"));
            }
        }
        if self.name(dict, "Subtype2").as_deref() == Some("PS") {
            self.find(Rule::FormKeys, id, "/Subtype2 /PS");
        }
        if dict.contains("Ref") {
            self.find(Rule::ReferenceXObject, id, "");
        }
        let inner = self.own_resources(dict, resources);
        if let Some(group) = group {
            self.check_group(&group, &inner.dict, id);
        }
        if let Some(data) = self.data(stream, id) {
            self.deeper(id, |c| c.check_content(&data, id, &inner, state.clone()));
        }
    }

    /// The blending colour space of a transparency group (§6.2.10); `true` when it has one.
    pub(super) fn check_group(&mut self, group: &Dict, resources: &Dict, id: Option<Ref>) -> bool {
        match group.get("CS") {
            Some(space) => {
                self.check_space(space, Some(resources), id);
                true
            }
            None => false,
        }
    }

    pub(super) fn check_pattern(
        &mut self,
        pattern: &Object,
        id: Option<Ref>,
        resources: &Resources,
        state: &State,
    ) {
        let Some(dict) = pattern.as_dict() else { return };
        match (self.value(dict, "PatternType").as_integer(), pattern) {
            (Some(1), Object::Stream(stream)) => {
                if let Some(id) = id
                    && !self.streams_read.insert((id, false))
                {
                    return;
                }
                let inner = self.own_resources(dict, resources);
                if let Some(data) = self.data(stream, id) {
                    self.deeper(id, |c| c.check_content(&data, id, &inner, State::new()));
                }
            }
            (Some(2), _) => {
                let (shading_id, shading) = self.entry(dict, "Shading");
                self.check_shading(&shading, shading_id.or(id), resources, state);
                let (state_id, graphics) = self.entry(dict, "ExtGState");
                if let Object::Dict(graphics) = graphics {
                    let mut state = state.clone();
                    self.deeper(id, |c| {
                        c.check_graphics_state(&graphics, state_id.or(id), resources, &mut state);
                    });
                }
            }
            _ => self.find(Rule::Unreadable, id, "a pattern of unknown type"),
        }
    }

    pub(super) fn check_shading(
        &mut self,
        shading: &Object,
        id: Option<Ref>,
        resources: &Resources,
        state: &State,
    ) {
        let Some(dict) = shading.as_dict() else { return };
        if let Some(space) = dict.get("ColorSpace") {
            let kind = self.check_space(space, Some(&resources.dict), id);
            if kind == Kind::IccCmyk && state.overprint_fill && state.overprint_mode == 1 {
                self.find(Rule::CmykOverprint, id, "");
            }
        }
    }
}
