//! Whether a page of a PDF is a scan, and then at what resolution and in what colours its pictures were captured.

use super::Importer;
use crate::lexer::{Lexer, Token};
use crate::{Dict, Error, Name, Object, Page, parse};

/// The least part of the page that its pictures cover where it counts as a scan.
const COVERED: f64 = 0.5;
/// Operands that are kept: `cm` has the most of those that count here.
const MOST_OPERANDS: usize = 6;
/// `Tr` of text that does not show, as recognised text under a scan.
const INVISIBLE: i64 = 3;

/// How a page was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scan {
    /// Resolution in dots per inch, the lesser of across and down; of several pictures that lie over one another, the finest.
    pub dpi: u32,
    /// Whether any picture has colour.
    pub colour: bool,
}

type Matrix = [f64; 6];

/// First `a`, then `b` (ISO 32000-1 §8.3.4).
pub(super) fn then(a: Matrix, b: Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

impl Importer<'_, '_> {
    /// How a page that shows `area` square units of `unit` points was captured; `None` when it is drawn: when text shows, or its
    /// pictures cover less than half of it. Pictures within forms and inline ones are not looked at.
    ///
    /// # Errors
    /// [`Error`] when what the page names cannot be read.
    pub fn scan(&self, page: &Page, area: f64, unit: f64) -> Result<Option<Scan>, Error> {
        let resources = match page.inherited("Resources") {
            Some(value) => self.source.resolve(value)?.as_dict().cloned().unwrap_or_default(),
            None => Dict::default(),
        };
        let pictures = self.source.value(&resources, "XObject")?;
        let pictures = pictures.as_dict().cloned().unwrap_or_default();
        let data = self.contents(page)?;
        let mut lexer = Lexer::new(&data, 0);
        let (mut operands, mut saved): (Vec<Object>, Vec<(Matrix, i64)>) = (Vec::new(), Vec::new());
        let mut state = ([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], 0);
        let (mut covered, mut found) = (0.0, None::<Scan>);
        loop {
            let mut ahead = lexer.clone();
            // Broken content is for the check of the finished file to name.
            let name = match ahead.next() {
                Ok(Token::End) => break,
                Err(_) => return Ok(None),
                Ok(Token::Keyword(range)) => data.get(range).unwrap_or_default(),
                Ok(_) => {
                    let depth = self.source.limits().depth;
                    let Ok(operand) = parse::object(&mut lexer, depth) else { return Ok(None) };
                    if operands.len() < MOST_OPERANDS {
                        operands.push(operand);
                    }
                    continue;
                }
            };
            lexer = ahead;
            match name {
                b"q" => saved.push(state),
                b"Q" => state = saved.pop().unwrap_or(state),
                b"cm" => {
                    let numbers: Vec<_> = operands.iter().filter_map(Object::as_number).collect();
                    if let Ok(matrix) = Matrix::try_from(numbers) {
                        state.0 = then(matrix, state.0);
                    }
                }
                b"Tr" => state.1 = operands.last().and_then(Object::as_integer).unwrap_or(0),
                b"Tj" | b"TJ" | b"'" | b"\"" if state.1 != INVISIBLE => return Ok(None),
                b"BI" => return Ok(None),
                b"Do" => {
                    if let Some(name) = operands.last().and_then(Object::as_name)
                        && let Some((scan, size)) = self.shown(&pictures, name, state.0, unit)?
                    {
                        covered += size;
                        found = Some(found.map_or(scan, |before| Scan {
                            dpi: before.dpi.max(scan.dpi),
                            colour: before.colour || scan.colour,
                        }));
                    }
                }
                _ => {}
            }
            operands.clear();
        }
        Ok(found.filter(|_| covered >= COVERED * area))
    }

    /// A picture under a matrix, and the area it covers.
    fn shown(
        &self,
        pictures: &Dict,
        name: &Name,
        [a, b, c, d, ..]: Matrix,
        unit: f64,
    ) -> Result<Option<(Scan, f64)>, Error> {
        let Some((_, picture)) = pictures.iter().find(|(key, _)| *key == name) else {
            return Ok(None);
        };
        let Object::Stream(stream) = self.source.resolve(picture)? else { return Ok(None) };
        let dict = &stream.dict;
        if !dict.is_name("Subtype", "Image") {
            return Ok(None);
        }
        let pixels = |key| -> Result<f64, Error> {
            Ok(self.source.value(dict, key)?.as_number().unwrap_or(0.0))
        };
        let dpi = |pixels: f64, side: f64| pixels * 72.0 / (side * unit);
        let dpi = dpi(pixels("Width")?, a.hypot(b)).min(dpi(pixels("Height")?, c.hypot(d)));
        let stencil = self.source.value(dict, "ImageMask")? == Object::Bool(true);
        let colour = !stencil && !self.grey(&self.source.value(dict, "ColorSpace")?)?;
        // Rounded, as resolutions are stated; what is not finite covers nothing.
        let scan = Scan { dpi: dpi.round().clamp(0.0, 1_000_000.0) as u32, colour };
        Ok(Some((scan, (a * d - b * c).abs())))
    }

    /// Whether a colour space has no colours. What cannot be told counts as colour.
    fn grey(&self, space: &Object) -> Result<bool, Error> {
        let mut space = space.clone();
        // An indexed space names its base.
        for _ in 0..2 {
            let parts = match &space {
                Object::Name(name) => return Ok(*name == "DeviceGray"),
                Object::Array(parts) => parts,
                _ => return Ok(false),
            };
            let Some(family) = parts.first().and_then(Object::as_name) else { return Ok(false) };
            let Some(second) = parts.get(1) else { return Ok(*family == "DeviceGray") };
            let second = self.source.resolve(second)?;
            match (family.0.as_slice(), second) {
                (b"CalGray", _) => return Ok(true),
                (b"ICCBased", Object::Stream(profile)) => {
                    return Ok(self.source.value(&profile.dict, "N")?.as_integer() == Some(1));
                }
                (b"Indexed", base) => space = base,
                _ => return Ok(false),
            }
        }
        Ok(false)
    }
}
