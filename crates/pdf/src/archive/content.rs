//! Clause 6.2.2 and what content streams use: operators in turn, with the graphics state that the rules depend on.

use super::colour::Kind;
use super::operator::{Operator, Side, operator};
use super::{Checker, Rule};
use crate::lexer::{Lexer, Token, is_space};
use crate::object::Name;
use crate::parse;
use crate::{Dict, Object, Ref};

/// ISO 19005-2 §6.1.13.
const MOST_SAVED: usize = 28;
/// Operands kept: DeviceN takes 32 at most, and a pattern's name.
const MOST_OPERANDS: usize = 40;

/// The part of the graphics state that rules depend on (ISO 32000-1 §8.4).
#[derive(Debug, Clone)]
pub(super) struct State {
    pub fill: Kind,
    pub stroke: Kind,
    /// Place in the checker's fonts.
    pub font: Option<usize>,
    /// Text rendering mode.
    pub mode: i64,
    pub overprint_fill: bool,
    pub overprint_stroke: bool,
    pub overprint_mode: i64,
}

impl State {
    pub(super) fn new() -> Self {
        // ISO 32000-1 table 52: black in DeviceGray
        let black = Kind::Device(super::Device::Gray);
        Self {
            fill: black,
            stroke: black,
            font: None,
            mode: 0,
            overprint_fill: false,
            overprint_stroke: false,
            overprint_mode: 0,
        }
    }
}

/// The resources of a content stream.
#[derive(Debug, Clone)]
pub(super) struct Resources {
    /// The categories stand here themselves, not by reference.
    pub dict: Dict,
    /// They belong to what shows the stream, not to the stream: using them breaks §6.2.2.
    pub borrowed: bool,
}

impl Checker<'_, '_> {
    /// Resources with their categories at hand.
    pub(super) fn resources(&mut self, dict: &Dict, borrowed: bool) -> Resources {
        let mut held = Dict::default();
        for (key, value) in dict.iter() {
            let value = self.resolve(value).1;
            held.push(key.clone(), value);
        }
        Resources { dict: held, borrowed }
    }

    /// Those that a form, pattern or font has, or else those of what uses it.
    pub(super) fn own_resources(&mut self, dict: &Dict, outer: &Resources) -> Resources {
        match self.dict(dict, "Resources") {
            Some(own) => self.resources(&own, false),
            None => Resources { dict: outer.dict.clone(), borrowed: true },
        }
    }

    /// Reads a content stream. `id` names it in findings.
    pub(super) fn check_content(
        &mut self,
        data: &[u8],
        id: Option<Ref>,
        resources: &Resources,
        mut state: State,
    ) {
        let mut lexer = Lexer::new(data, 0);
        let mut operands: Vec<Object> = Vec::new();
        let mut saved: Vec<State> = Vec::new();
        let mut deepest = 0;
        loop {
            if !self.step() {
                return;
            }
            let mut ahead = lexer.clone();
            let name = match ahead.next() {
                Ok(Token::End) => break,
                Ok(Token::Keyword(range)) => Some(data.get(range).unwrap_or_default()),
                Ok(_) => None,
                Err(e) => return self.find(Rule::ContentSyntax, id, e.to_string()),
            };
            let Some(name) = name.filter(|n| !matches!(*n, b"true" | b"false" | b"null")) else {
                match parse::object(&mut lexer, self.source.limits().depth) {
                    Ok(object) => {
                        self.check_values(&object, id, false);
                        self.check_hex_operand(&object, data, id);
                        if operands.len() < MOST_OPERANDS {
                            operands.push(object);
                        }
                    }
                    Err(e) => return self.find(Rule::ContentSyntax, id, e.to_string()),
                }
                continue;
            };
            lexer = ahead;
            match operator(name) {
                None => {
                    self.find(Rule::Operator, id, String::from_utf8_lossy(name));
                }
                Some(Operator::Save) => {
                    saved.push(state.clone());
                    deepest = deepest.max(saved.len());
                    if saved.len() > self.source.limits().depth.saturating_mul(64) {
                        return self.find(Rule::SaveLimit, id, saved.len().to_string());
                    }
                }
                Some(Operator::Restore) => {
                    if let Some(before) = saved.pop() {
                        state = before;
                    }
                }
                Some(Operator::Image) => {
                    if !self.inline_image(&mut lexer, id, resources, &state) {
                        return;
                    }
                }
                Some(other) => self.apply(other, &operands, id, resources, &mut state),
            }
            operands.clear();
        }
        if deepest > MOST_SAVED {
            self.find(Rule::SaveLimit, id, deepest.to_string());
        }
    }

    fn check_hex_operand(&mut self, object: &Object, data: &[u8], id: Option<Ref>) {
        match object {
            Object::String(s) if s.hex => {
                let raw = data.get(s.range.clone()).unwrap_or_default();
                self.check_hex(raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default(), id);
            }
            Object::Array(items) => {
                for item in items {
                    self.check_hex_operand(item, data, id);
                }
            }
            _ => {}
        }
    }

    fn apply(
        &mut self,
        operator: Operator,
        operands: &[Object],
        id: Option<Ref>,
        resources: &Resources,
        state: &mut State,
    ) {
        let last = operands.last();
        let named = || last.and_then(Object::as_name).cloned();
        match operator {
            Operator::Paint { fill, stroke } => {
                self.paint(state, resources, id, fill, stroke);
            }
            Operator::Device(device, side) => {
                let kind = self.device(device, Some(&resources.dict), id);
                *colour(state, side) = kind;
            }
            Operator::Space(side) => {
                let Some(name) = named() else { return };
                let kind = self.named_space(&name, resources, id);
                *colour(state, side) = kind;
            }
            Operator::Colour(side) => {
                if let (Some(name), Kind::Pattern) = (named(), *colour(state, side)) {
                    let (pattern_id, pattern) = self.resource(resources, "Pattern", &name, id);
                    self.check_pattern(&pattern, pattern_id, resources, state);
                }
            }
            Operator::Shading => {
                let Some(name) = named() else { return };
                let (shading_id, shading) = self.resource(resources, "Shading", &name, id);
                self.check_shading(&shading, shading_id.or(id), resources, state);
            }
            Operator::State => {
                let Some(name) = named() else { return };
                let (state_id, dict) = self.resource(resources, "ExtGState", &name, id);
                if let Object::Dict(dict) = dict {
                    self.check_graphics_state(&dict, state_id.or(id), resources, state);
                }
            }
            Operator::Intent => {
                if let Some(name) = named() {
                    self.check_intent(&name, id);
                }
            }
            Operator::Paste => {
                let Some(name) = named() else { return };
                let (object_id, object) = self.resource(resources, "XObject", &name, id);
                self.check_xobject(&object, object_id, resources, state);
            }
            Operator::Font => {
                let Some(name) = operands.first().and_then(Object::as_name).cloned() else {
                    return;
                };
                let (font_id, font) = self.resource(resources, "Font", &name, id);
                state.font = font.as_dict().and_then(|d| self.use_font(d, font_id, resources));
            }
            Operator::Mode => state.mode = last.and_then(Object::as_integer).unwrap_or(0),
            Operator::Show => {
                // Text rendering modes (ISO 32000-1 table 106): 3 and 7 paint nothing.
                let fill = matches!(state.mode, 0 | 2 | 4 | 6);
                let stroke = matches!(state.mode, 1 | 2 | 5 | 6);
                self.paint(state, resources, id, fill, stroke);
                match last {
                    Some(Object::Array(items)) => {
                        for item in items {
                            self.show(item, state);
                        }
                    }
                    Some(one) => self.show(one, state),
                    None => {}
                }
            }
            Operator::Save | Operator::Restore | Operator::Image | Operator::Other => {}
        }
    }

    fn show(&mut self, object: &Object, state: &State) {
        if let (Object::String(text), Some(font)) = (object, state.font) {
            self.show_text(font, &text.bytes, state.mode == 3);
        }
    }

    fn paint(
        &mut self,
        state: &State,
        resources: &Resources,
        id: Option<Ref>,
        fill: bool,
        stroke: bool,
    ) {
        let uses = [
            (fill, state.fill, state.overprint_fill),
            (stroke, state.stroke, state.overprint_stroke),
        ];
        for (used, kind, overprint) in uses {
            if used {
                self.use_colour(kind, overprint && state.overprint_mode == 1, &resources.dict, id);
            }
        }
    }

    /// A named resource; a finding when it is missing or not the stream's own (§6.2.2).
    pub(super) fn resource(
        &mut self,
        resources: &Resources,
        category: &str,
        name: &Name,
        id: Option<Ref>,
    ) -> (Option<Ref>, Object) {
        let held = resources.dict.get(category).and_then(Object::as_dict);
        self.work(held.map_or(0, Dict::len) / 16);
        let Some(value) = held.and_then(|d| d.get_bytes(&name.0)) else {
            self.find(Rule::Resource, id, format!("/{category} has no /{name}"));
            return (None, Object::Null);
        };
        if resources.borrowed {
            self.find(Rule::Resource, id, format!("/{name} of /{category}"));
        }
        self.resolve(value)
    }

    /// `BI` … `ID` data `EI`; `false` when its end is not found.
    fn inline_image(
        &mut self,
        lexer: &mut Lexer<'_>,
        id: Option<Ref>,
        resources: &Resources,
        state: &State,
    ) -> bool {
        let mut dict = Dict::default();
        loop {
            let mut ahead = lexer.clone();
            match ahead.next() {
                Ok(Token::Keyword(range)) if lexer.slice(range.clone()) == Some(b"ID") => {
                    *lexer = ahead;
                    break;
                }
                Ok(Token::Name(key)) => {
                    *lexer = ahead;
                    match parse::object(lexer, self.source.limits().depth) {
                        Ok(value) => {
                            self.check_values(&value, id, false);
                            dict.push(key, value);
                        }
                        Err(e) => {
                            self.find(Rule::ContentSyntax, id, e.to_string());
                            return false;
                        }
                    }
                }
                _ => {
                    self.find(Rule::ContentSyntax, id, "an inline image is broken");
                    return false;
                }
            }
        }
        self.check_inline_image(&dict, id, resources, state);
        match image_end(lexer.all(), lexer.at + 1) {
            Some(end) => {
                lexer.at = end;
                true
            }
            None => {
                self.find(Rule::ContentSyntax, id, "an inline image has no EI");
                false
            }
        }
    }
}

fn colour(state: &mut State, side: Side) -> &mut Kind {
    match side {
        Side::Fill => &mut state.fill,
        Side::Stroke => &mut state.stroke,
    }
}

/// How many graphics states a content stream leaves saved; `None` when it restores more than it saves or cannot be read.
pub(crate) fn open_states(data: &[u8]) -> Option<usize> {
    let mut lexer = Lexer::new(data, 0);
    let mut open = 0usize;
    loop {
        match lexer.next().ok()? {
            Token::End => return Some(open),
            Token::Keyword(range) => match data.get(range)? {
                b"q" => open += 1,
                b"Q" => open = open.checked_sub(1)?,
                b"ID" => lexer.at = image_end(data, lexer.at + 1)?,
                _ => {}
            },
            _ => {}
        }
    }
}

/// After `EI`: the first that stands between white space and is followed by text, not by picture data.
fn image_end(data: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let found = data.get(at..)?.windows(2).position(|w| w == b"EI")? + at;
        let before = found.checked_sub(1).and_then(|i| data.get(i)).is_some_and(|b| is_space(*b));
        let rest = data.get(found + 2..)?;
        let after = rest.first().is_none_or(|b| is_space(*b));
        let text = rest.iter().take(12).all(|b| is_space(*b) || (0x20..0x7F).contains(b));
        if (before || found == from) && after && text {
            return Some(found + 2);
        }
        at = found + 2;
    }
}
