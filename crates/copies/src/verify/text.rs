//! Reads the text and the rest of a content stream as the issuer writes them. Other operators make it unreadable, on purpose.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use motcua_pdf::{Document, Error, Object};

/// What a stream draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Drawn {
    /// Its text, in order of drawing.
    pub text: String,
    /// The lines outside text objects, each with its end, but for empty ones.
    pub other: String,
    /// How many pictures are placed before the text.
    pub pictures: usize,
}

/// A font's ToUnicode map.
#[derive(Debug, Default)]
struct Glyphs {
    /// The texts, one after the other.
    texts: String,
    /// Where each glyph's text stands; empty where it has none.
    places: Vec<Range<usize>>,
}

impl Glyphs {
    fn get(&self, glyph: u16) -> Option<&str> {
        let place = self.places.get(usize::from(glyph)).filter(|place| !place.is_empty())?;
        self.texts.get(place.clone())
    }

    fn set(&mut self, glyph: u16, value: &[u8]) {
        let (glyph, start) = (usize::from(glyph), self.texts.len());
        let units = value.as_chunks().0;
        if units.iter().all(|digits| code(digits).is_some()) {
            let units = units.iter().filter_map(code);
            let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
            self.texts.extend(text);
        }
        if self.places.len() <= glyph {
            self.places.resize(glyph + 1, 0..0);
        }
        if let Some(place) = self.places.get_mut(glyph) {
            *place = start..self.texts.len();
        }
    }
}

/// Reads streams of one revision; fonts that several of them share are read once.
pub(super) struct Reader<'d, 'a> {
    document: &'d Document<'a>,
    /// By the place of the map's data.
    known: BTreeMap<(usize, usize), Rc<Glyphs>>,
}

impl<'d, 'a> Reader<'d, 'a> {
    pub(super) fn new(document: &'d Document<'a>) -> Self {
        Self { document, known: BTreeMap::new() }
    }

    /// `None` when the stream uses anything but the issuer's own operators.
    pub(super) fn drawn(
        &mut self,
        stream: &[u8],
        resources: &Object,
    ) -> Result<Option<Drawn>, Error> {
        let Ok(stream) = std::str::from_utf8(stream) else { return Ok(None) };
        let fonts = [self.glyphs(resources, "R")?, self.glyphs(resources, "B")?];
        Ok(read(stream, &fonts))
    }

    fn glyphs(&mut self, resources: &Object, name: &str) -> Result<Rc<Glyphs>, Error> {
        let document = self.document;
        let Some(resources) = resources.as_dict() else { return Ok(Rc::default()) };
        let Object::Dict(fonts) = document.value(resources, "Font")? else {
            return Ok(Rc::default());
        };
        let Object::Dict(font) = document.value(&fonts, name)? else { return Ok(Rc::default()) };
        let Object::Stream(stream) = document.value(&font, "ToUnicode")? else {
            return Ok(Rc::default());
        };
        let place = (stream.data.start, stream.data.end);
        if let Some(known) = self.known.get(&place) {
            return Ok(known.clone());
        }
        let glyphs = Rc::new(unicode(&document.decode(&stream)?));
        self.known.insert(place, glyphs.clone());
        Ok(glyphs)
    }
}

fn read(stream: &str, [regular, bold]: &[Rc<Glyphs>; 2]) -> Option<Drawn> {
    let (mut text, mut other) = (String::new(), String::with_capacity(stream.len()));
    let (mut inside, mut font, mut pictures) = (false, None, 0);
    for line in lines(stream) {
        match line {
            _ if !inside && is_drawing(line) => {
                other.push_str(line);
                other.push('\n');
            }
            "BT" if !inside => inside = true,
            "ET" if inside => inside = false,
            "" if !inside => {}
            // Nothing is drawn over the text.
            _ if !inside && text.is_empty() && is_picture(line) => pictures += 1,
            _ if !inside => return None,
            _ => {
                // "/R 12 Tf 1 0 0 1 x y Tm <…> Tj"
                let mut parts = line.split(' ');
                let tokens: [&str; 12] = std::array::from_fn(|_| parts.next().unwrap_or_default());
                let [name, size, "Tf", "1", "0", "0", "1", x, y, "Tm", shown, "Tj"] = tokens else {
                    return None;
                };
                if parts.next().is_some() {
                    return None;
                }
                if [size, x, y].iter().any(|n| n.parse::<f64>().is_err()) {
                    return None;
                }
                font = match name {
                    "/R" => Some(regular),
                    "/B" => Some(bold),
                    other if other.starts_with('/') => font,
                    _ => return None,
                };
                let hex = shown.strip_prefix('<')?.strip_suffix('>')?;
                let (codes, rest) = hex.as_bytes().as_chunks::<4>();
                if !rest.is_empty() {
                    return None;
                }
                for digits in codes {
                    text.push_str(font?.get(code(digits)?)?);
                }
            }
        }
    }
    (!inside).then_some(Drawn { text, other, pictures })
}

/// The lines of a text, which are many and short.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.bytes().position(|b| b == b'\n').unwrap_or(rest.len());
        let line = rest.get(..end)?;
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(line)
    })
}

/// Rectangles, nearly all of them the code's, fills and grey, on a grid: what the issuer draws beside text.
fn is_drawing(line: &str) -> bool {
    line.ends_with(" re") || line.ends_with(" cm") || matches!(line, "0 g" | "f" | "q" | "Q")
}

/// "q w 0 0 h x y cm /Name Do Q"
fn is_picture(line: &str) -> bool {
    if !line.ends_with(" Do Q") {
        return false;
    }
    let tokens: Vec<_> = line.split(' ').collect();
    let ["q", w, "0", "0", h, x, y, "cm", name, "Do", "Q"] = tokens[..] else { return false };
    [w, h, x, y].iter().all(|n| n.parse::<f64>().is_ok()) && matches!(name, "/Signature" | "/Seal")
}

/// A glyph's code, four hexadecimal digits in lower case as the issuer writes them.
fn code(digits: &[u8; 4]) -> Option<u16> {
    digits.iter().try_fold(0, |code, digit| match digit {
        b'0'..=b'9' => Some(code << 4 | u16::from(digit - b'0')),
        b'a'..=b'f' => Some(code << 4 | u16::from(digit - b'a' + 10)),
        _ => None,
    })
}

fn unicode(map: &[u8]) -> Glyphs {
    let mut glyphs = Glyphs::default();
    for line in map.split(|b| *b == b'\n') {
        // "<0001> <0041>"
        let Some([a, b, c, d, b'>', b' ', b'<', value @ .., b'>']) = line.strip_prefix(b"<") else {
            continue;
        };
        if let Some(glyph) = code(&[*a, *b, *c, *d]) {
            glyphs.set(glyph, value);
        }
    }
    glyphs
}
