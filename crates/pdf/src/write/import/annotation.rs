//! Annotations of an imported page: what shows becomes part of the page, as it is printed; what cannot be told is refused.

use super::{ImportError, Importer};
use crate::write::{FileWriter, points};
use crate::{Dict, Object, Page};

/// Bits of `/F` (ISO 32000-1 table 165).
const HIDDEN: i64 = 2;
const PRINT: i64 = 4;
const NO_ROTATE: i64 = 16;
const NO_VIEW: i64 = 32;
/// Fields within fields: forms have two or three.
const MOST_FIELDS: usize = 32;

/// What is drawn over a page: content, and the forms that it names.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    pub content: String,
    /// Names and object numbers.
    pub forms: Vec<(String, u32)>,
}

impl Importer<'_, '_> {
    /// Draws the annotations of a page. `taken` says which names of XObjects the page has used up.
    pub(super) fn overlay(
        &mut self,
        file: &mut FileWriter,
        page: &Page,
        rotate: i64,
        taken: &Dict,
    ) -> Result<Overlay, ImportError> {
        let mut overlay = Overlay::default();
        let annotations = self.source.value(&page.dict, "Annots")?;
        let mut next = 0usize;
        for annotation in annotations.as_array().unwrap_or_default() {
            let annotation = self.source.resolve(annotation)?;
            let Some(annotation) = annotation.as_dict() else { continue };
            if let Some(frame) = self.frame(annotation)? {
                overlay.content.push_str(&frame);
                continue;
            }
            let Some((form, matrix)) = self.appearance(annotation, rotate)? else { continue };
            let number = self.take(file, form, 0)?;
            let name = loop {
                let name = format!("Annotation{next}");
                next += 1;
                if !taken.contains(&name) {
                    break name;
                }
            };
            // Scales need more digits than lengths: at 14,400 points six are a hundredth of a point.
            let matrix = matrix.map(|v| format!("{v:.6}")).join(" ");
            overlay.content.push_str(&format!("q {matrix} cm /{name} Do Q\n"));
            overlay.forms.push((name, number));
        }
        Ok(overlay)
    }

    /// The form that shows and where; `None` when nothing does.
    fn appearance(
        &self,
        annotation: &Dict,
        rotate: i64,
    ) -> Result<Option<(crate::Ref, [f64; 6])>, ImportError> {
        let kind = self.source.value(annotation, "Subtype")?;
        let kind = kind.as_name().map(ToString::to_string).unwrap_or_default();
        let flags = self.source.value(annotation, "F")?.as_integer().unwrap_or(0);
        // A pop-up window belongs to the reader, not to the page (ISO 32000-1 §12.5.6.14).
        if kind == "Popup" || flags & HIDDEN != 0 {
            return Ok(None);
        }
        let (viewed, printed) = (flags & NO_VIEW == 0, flags & PRINT != 0);
        if annotation.contains("OC") {
            return self.refuse("6.9", "an annotation stands in a layer; print it without layers");
        }
        let Some(rectangle) = self.rectangle(annotation.get("Rect"))? else {
            return self.refuse("6.3", "an annotation has no place");
        };
        let [left, bottom, right, top] = rectangle;
        if right <= left || top <= bottom {
            return Ok(None);
        }
        let Some(form) = self.normal_look(annotation)? else {
            if !self.shows_without_look(annotation, &kind)? {
                return Ok(None);
            }
            return self.refuse(
                "6.3.3",
                format!("a /{kind} annotation has no appearance of its own; print it without comments and form fields"),
            );
        };
        if viewed != printed {
            return self.refuse(
                "6.3.2",
                format!("a /{kind} annotation shows on screen or on paper, not on both; print it as it is to be certified"),
            );
        }
        if flags & NO_ROTATE != 0 && rotate != 0 {
            return self.refuse("6.3.2", "an annotation does not turn with its page");
        }
        // ISO 32000-1 §12.5.5, algorithm 8.1: the box of the appearance, turned by its own matrix, is fitted to the rectangle.
        let stream = self.source.get(form)?;
        let dict = stream.as_dict().cloned().unwrap_or_default();
        let Some([x0, y0, x1, y1]) = self.rectangle(dict.get("BBox"))? else {
            return self.refuse("6.3.3", "the appearance of an annotation has no /BBox");
        };
        let matrix = match dict.get("Matrix") {
            Some(value) => self.numbers(value)?,
            None => vec![1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        };
        let [a, b, c, d, e, f] = matrix[..] else {
            return self.refuse("6.3.3", "the /Matrix of an appearance is not six numbers");
        };
        let corners = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)]
            .map(|(x, y)| (a * x + c * y + e, b * x + d * y + f));
        let (mut least, mut most) = (corners[0], corners[0]);
        for (x, y) in corners {
            least = (least.0.min(x), least.1.min(y));
            most = (most.0.max(x), most.1.max(y));
        }
        let (width, height) = (most.0 - least.0, most.1 - least.1);
        if !(width > 0.0 && height > 0.0) {
            return Ok(None);
        }
        let (across, up) = ((right - left) / width, (top - bottom) / height);
        Ok(Some((form, [across, 0.0, 0.0, up, left - least.0 * across, bottom - least.1 * up])))
    }

    /// The stream of `/AP /N`, by `/AS` where there are several (ISO 32000-1 table 168).
    fn normal_look(&self, annotation: &Dict) -> Result<Option<crate::Ref>, ImportError> {
        let looks = self.source.value(annotation, "AP")?;
        let Some(normal) = looks.as_dict().and_then(|d| d.get("N")) else { return Ok(None) };
        match self.source.resolve(normal)? {
            Object::Stream(_) => Ok(normal.as_ref()),
            Object::Dict(states) => {
                let state = self.source.value(annotation, "AS")?;
                let Some(state) = state.as_name().and_then(|n| states.get_bytes(&n.0)) else {
                    return Ok(None);
                };
                let stream = matches!(self.source.resolve(state)?, Object::Stream(_));
                Ok(state.as_ref().filter(|_| stream))
            }
            _ => Ok(None),
        }
    }

    /// The first annotation of a page that shows although it has no appearance of its own, which a renderer that draws appearances
    /// alone would leave out. The frame of a link that is not printed does not count.
    ///
    /// # Errors
    /// [`ImportError`] when the annotations cannot be read.
    pub fn without_look(&self, page: &Page) -> Result<Option<String>, ImportError> {
        let annotations = self.source.value(&page.dict, "Annots")?;
        for annotation in annotations.as_array().unwrap_or_default() {
            let annotation = self.source.resolve(annotation)?;
            let Some(annotation) = annotation.as_dict() else { continue };
            let kind = self.source.value(annotation, "Subtype")?;
            let kind = kind.as_name().map(ToString::to_string).unwrap_or_default();
            let flags = self.source.value(annotation, "F")?.as_integer().unwrap_or(0);
            let counts = flags & HIDDEN == 0 && (kind != "Link" || flags & PRINT != 0);
            if counts
                && self.normal_look(annotation)?.is_none()
                && self.shows_without_look(annotation, &kind)?
            {
                return Ok(Some(kind));
            }
        }
        Ok(None)
    }

    /// Whether an annotation without an appearance shows all the same: viewers draw most kinds by themselves.
    fn shows_without_look(&self, annotation: &Dict, kind: &str) -> Result<bool, ImportError> {
        Ok(match kind {
            "Link" => self.has_border(annotation)?,
            "Widget" => self.shows_field(annotation)?,
            // These have no other look than the one they are given (ISO 32000-1 §12.5.6.18, §12.5.6.22, §14.11.3, §14.11.6.2), or
            // stand apart from the page.
            "Popup" | "Screen" | "PrinterMark" | "TrapNet" | "Watermark" => {
                self.has_frame(annotation)?
            }
            _ => true,
        })
    }

    /// Whether a field without an appearance shows: what is filled in, chosen or framed does; an empty one and a place for a
    /// signature do not. What cannot be told does.
    fn shows_field(&self, widget: &Dict) -> Result<bool, ImportError> {
        if self.has_frame(widget)? {
            return Ok(true);
        }
        let kind = self.of_field(widget, "FT")?;
        let value = self.of_field(widget, "V")?;
        Ok(match kind.as_name().map(|n| n.0.as_slice()) {
            Some(b"Sig") => false,
            Some(b"Tx" | b"Ch") => match value {
                Object::Null => false,
                Object::String(text) => !text.bytes.is_empty(),
                _ => true,
            },
            Some(b"Btn") => {
                let off = |state: Object| match state {
                    Object::Null => true,
                    state => state.as_name().is_some_and(|n| *n == "Off"),
                };
                !(off(value) && off(self.source.value(widget, "AS")?))
            }
            _ => true,
        })
    }

    /// Whether `/MK` gives a frame, a ground or a caption (ISO 32000-1 table 189).
    fn has_frame(&self, annotation: &Dict) -> Result<bool, ImportError> {
        let look = self.source.value(annotation, "MK")?;
        let Some(look) = look.as_dict() else { return Ok(false) };
        for key in ["BC", "BG", "CA", "I"] {
            let shows = match self.source.value(look, key)? {
                Object::Null => false,
                Object::Array(colour) => !colour.is_empty(),
                Object::String(text) => !text.bytes.is_empty(),
                _ => true,
            };
            if shows {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What a field says, or the fields above it (ISO 32000-1 §12.7.3.1).
    fn of_field(&self, widget: &Dict, key: &str) -> Result<Object, ImportError> {
        let mut field = widget.clone();
        for _ in 0..MOST_FIELDS {
            let value = self.source.value(&field, key)?;
            if value != Object::Null {
                return Ok(value);
            }
            let Object::Dict(parent) = self.source.value(&field, "Parent")? else { break };
            field = parent;
        }
        Ok(Object::Null)
    }

    /// What draws the plain frame of a link that is seen and printed, just inside its rectangle; `None` for others.
    fn frame(&self, annotation: &Dict) -> Result<Option<String>, ImportError> {
        let kind = self.source.value(annotation, "Subtype")?;
        let flags = self.source.value(annotation, "F")?.as_integer().unwrap_or(0);
        let plain = kind.as_name().is_some_and(|n| *n == "Link")
            && flags & (HIDDEN | PRINT | NO_ROTATE | NO_VIEW) == PRINT
            && !annotation.contains("OC");
        if !plain || self.normal_look(annotation)?.is_some() || !self.has_border(annotation)? {
            return Ok(None);
        }
        let (width, dash) = match self.source.value(annotation, "BS")? {
            Object::Dict(style) => {
                let width = self.source.value(&style, "W")?.as_number().unwrap_or(1.0);
                match self.source.value(&style, "S")? {
                    Object::Null => (width, Vec::new()),
                    kind if kind.as_name().is_some_and(|n| *n == "S") => (width, Vec::new()),
                    _ => return Ok(None),
                }
            }
            _ => match annotation.get("Border") {
                None => (1.0, Vec::new()),
                Some(border) => match self.numbers(border)?[..] {
                    // Three numbers, the first two of which round the corners, and a pattern of dashes (table 164)
                    [0.0, 0.0, width] => match self.source.resolve(border)?.as_array() {
                        Some([_, _, _, dash]) => (width, self.numbers(dash)?),
                        _ => (width, Vec::new()),
                    },
                    _ => return Ok(None),
                },
            },
        };
        let colour = match annotation.get("C") {
            None => "0 G".to_owned(),
            Some(colour) => match self.numbers(colour)?[..] {
                [grey] => format!("{} G", points(grey)),
                [r, g, b] => format!("{} {} {} RG", points(r), points(g), points(b)),
                _ => return Ok(None),
            },
        };
        let Some([left, bottom, right, top]) = self.rectangle(annotation.get("Rect"))? else {
            return Ok(None);
        };
        let sides = (right - left - width, top - bottom - width);
        if !(sides.0 > 0.0 && sides.1 > 0.0 && dash.iter().all(|d| *d > 0.0)) {
            return Ok(None);
        }
        let dash = dash.into_iter().map(points).collect::<Vec<_>>().join(" ");
        let place = [left + width / 2.0, bottom + width / 2.0, sides.0, sides.1].map(points);
        Ok(Some(format!(
            "q {colour} {} w [{dash}] 0 d {} re S Q\n",
            points(width),
            place.join(" ")
        )))
    }

    /// Whether a link without an appearance is framed: by default it is, one point wide (ISO 32000-1 tables 164 and 166), unless its
    /// colour is none.
    fn has_border(&self, annotation: &Dict) -> Result<bool, ImportError> {
        if self.source.value(annotation, "C")?.as_array().is_some_and(<[Object]>::is_empty) {
            return Ok(false);
        }
        if let Object::Dict(style) = self.source.value(annotation, "BS")? {
            let width = self.source.value(&style, "W")?.as_number().unwrap_or(1.0);
            return Ok(width > 0.0);
        }
        let border = match annotation.get("Border") {
            Some(value) => self.source.resolve(value)?,
            None => return Ok(true),
        };
        let width = border.as_array().and_then(|b| b.get(2).cloned());
        let width = width.map(|w| self.source.resolve(&w)).transpose()?;
        Ok(width.and_then(|w| w.as_number()).unwrap_or(1.0) > 0.0)
    }
}
