//! Pages of a PDF original, taken over object by object: only what a page reaches, nothing active, everything embedded.

mod annotation;
mod pattern;
mod scan;

pub use scan::Scan;

use std::collections::BTreeMap;

use super::{FileWriter, WriteError};
use crate::archive::open_states;
use crate::hex;
use crate::{Dict, Document, Error, Name, Object, Page, Ref, Stream};

/// A page taken over.
#[derive(Debug, Clone)]
pub struct ImportedPage {
    /// `/MediaBox` or `/CropBox` that shows, in points: left, bottom, right, top.
    pub shown: [f64; 4],
    /// Size of the page's unit in points (`/UserUnit`, ISO 32000-1 §14.11.2): `shown` is in these.
    pub unit: f64,
    /// What turns the page upright and puts its lower left corner at the origin, in points: the matrix that its content is to be
    /// drawn under, for which its patterns are made.
    pub matrix: [f64; 6],
    /// Width and height of the page upright, in points.
    pub size: (f64, f64),
    /// PDF text of `/Resources`.
    pub resources: String,
    /// PDF text of `/Group`, the page's own blending (ISO 32000-1 §11.4.7); empty when it has none.
    pub group: String,
    /// What stands before the content streams, where something follows them.
    pub before: String,
    /// Object numbers of the content streams.
    pub contents: Vec<u32>,
    /// Where a form stands on top: what the content streams hold, which are not taken over then.
    pub content: Vec<u8>,
    /// What follows them: the annotations, drawn.
    pub after: String,
    /// The name of the form that is to be drawn on top, among the resources.
    pub top: Option<String>,
}

/// Why a page could not be taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The original is not readable.
    #[error(transparent)]
    Read(#[from] Error),
    /// It is readable, but not fit.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Nesting of direct objects inside one object. The reader has its own, lower bound; this one only guards the recursion here.
const MAX_DEPTH: usize = 64;
/// Actions, document structure and private data have no place in a copy of a page.
const LEFT_OUT: [&[u8]; 8] = [
    b"A",
    b"AA",
    b"JS",
    b"StructParent",
    b"StructParents",
    b"PieceInfo",
    b"Metadata",
    b"LastModified",
];
/// What a stream with `/F` is.
const OUTSIDE: &str = "a stream's data stand in another file";
/// Largest `/UserUnit` in points: a page of 200 in by 75,000 is farther than any paper reaches.
const MOST_USER_UNIT: f64 = 75_000.0;

/// Copies objects of one original into a file.
#[derive(Debug)]
pub struct Importer<'a, 'b> {
    source: &'b Document<'a>,
    taken: BTreeMap<Ref, u32>,
    page: usize,
    /// A form that will be drawn on top of the next page.
    top: Option<u32>,
}

impl<'a, 'b> Importer<'a, 'b> {
    /// An importer for one original.
    pub fn new(source: &'b Document<'a>) -> Self {
        Self { source, taken: BTreeMap::new(), page: 0, top: None }
    }

    /// Gives the next page this form among its resources, under a name that nothing else there has; closes every state its content
    /// leaves open, and gives that content decoded, as one. Whether the form can be drawn after it is for [`crate::enclosed`] to say.
    pub fn put_on_top(&mut self, form: u32) {
        self.top = Some(form);
    }

    fn refuse<T>(
        &self,
        clause: &'static str,
        problem: impl Into<String>,
    ) -> Result<T, ImportError> {
        Err(WriteError::NotArchivable { page: self.page, clause, problem: problem.into() }.into())
    }

    /// Takes over page `number` (from 1).
    ///
    /// # Errors
    /// [`ImportError`]; [`WriteError::NotArchivable`] names the clause.
    pub fn page(
        &mut self,
        file: &mut FileWriter,
        number: usize,
        page: &Page,
    ) -> Result<ImportedPage, ImportError> {
        self.page = number;
        let media = self.rectangle(page.inherited("MediaBox"))?;
        let Some(media) = media else {
            return self.refuse("6.1.13", "it has no MediaBox");
        };
        // What shows is the part of the crop box that lies in the media box (ISO 32000-1 §14.11.2.1).
        let crop = self.rectangle(page.inherited("CropBox"))?.unwrap_or(media);
        let shown = [
            crop[0].max(media[0]),
            crop[1].max(media[1]),
            crop[2].min(media[2]),
            crop[3].min(media[3]),
        ];
        if shown[0] >= shown[2] || shown[1] >= shown[3] {
            return self.refuse("6.1.13", "its MediaBox and CropBox leave nothing to show");
        }
        let rotate = match page.inherited("Rotate") {
            Some(value) => self.source.resolve(value)?.as_integer().unwrap_or(1).rem_euclid(360),
            None => 0,
        };
        if rotate % 90 != 0 {
            return self.refuse("6.1.13", "its /Rotate is not a multiple of 90");
        }
        let unit = match self.source.value(&page.dict, "UserUnit")? {
            Object::Null => 1.0,
            value => value.as_number().unwrap_or(0.0),
        };
        if !(unit > 0.0 && unit <= MOST_USER_UNIT) {
            return self.refuse("6.1.13", "its /UserUnit is not a usable number");
        }
        let (matrix, size) = upright(shown, rotate, unit);
        let resources = match page.inherited("Resources") {
            Some(value) => self.source.resolve(value)?.as_dict().cloned().unwrap_or_default(),
            None => Dict::default(),
        };
        let patterns = self.patterns_under(file, &resources, matrix)?;
        let resources =
            if patterns.is_some() { resources.without(&["Pattern"]) } else { resources };
        let pictures = self.source.value(&resources, "XObject")?;
        let pictures = pictures.as_dict().cloned().unwrap_or_default();
        let mut overlay = self.overlay(file, page, rotate, &pictures)?;
        let top = self.top.take().map(|form| {
            let mut name = "Statement".to_owned();
            while pictures.contains(&name) {
                name.push('_');
            }
            overlay.forms.push((name.clone(), form));
            name
        });
        let open = |text: &str| text.strip_suffix(">>").unwrap_or(text).to_owned();
        let mut resources = if overlay.forms.is_empty() {
            self.dict(file, &resources, 0)?
        } else {
            let others = self.dict(file, &resources.without(&["XObject"]), 0)?;
            let pictures = self.dict(file, &pictures, 0)?;
            let forms: String =
                overlay.forms.iter().map(|(name, id)| format!("/{name} {id} 0 R ")).collect();
            format!("{} /XObject {} {forms}>> >>", open(&others), open(&pictures))
        };
        if let Some(patterns) = patterns {
            resources = format!("{} /Pattern << {patterns}>> >>", open(&resources));
        }
        let mut contents = Vec::new();
        let list = match page.dict.get("Contents") {
            Some(value) => match self.source.resolve(value)? {
                Object::Array(items) => items,
                Object::Null => Vec::new(),
                _ => vec![value.clone()],
            },
            None => Vec::new(),
        };
        for item in list {
            match item.as_ref() {
                Some(id) if top.is_some() => {
                    if self.source.get(id)?.as_dict().is_some_and(|dict| dict.contains("F")) {
                        return self.refuse("6.1.7.1", OUTSIDE);
                    }
                }
                Some(id) => contents.push(self.take(file, id, 0)?),
                None => return self.refuse("6.1.7", "its content is no stream"),
            }
        }
        let content = if top.is_some() { self.contents(page)? } else { Vec::new() };
        let (before, after) = if overlay.forms.is_empty() && overlay.content.is_empty() {
            (String::new(), String::new())
        } else {
            let open = match self.open_states(page)? {
                Some(open) => open,
                // Whether the form on top stands soundly is judged in the finished file.
                None if overlay.content.is_empty() => 0,
                None => {
                    return self.refuse(
                        "6.3",
                        "it has annotations, and its content restores more than it saves; print it anew",
                    );
                }
            };
            ("q\n".to_owned(), format!("\n{}Q\n{}", "Q ".repeat(open), overlay.content))
        };
        let group = match self.source.value(&page.dict, "Group")? {
            Object::Dict(group) => self.dict(file, &group, 0)?,
            _ => String::new(),
        };
        Ok(ImportedPage {
            shown,
            unit,
            matrix,
            size,
            resources,
            group,
            before,
            contents,
            content,
            after,
            top,
        })
    }

    /// How many graphics states the page's content leaves saved; `None` when it restores more than it saves.
    fn open_states(&self, page: &Page) -> Result<Option<usize>, ImportError> {
        Ok(open_states(&self.contents(page)?))
    }

    /// The page's content streams as one, decoded.
    fn contents(&self, page: &Page) -> Result<Vec<u8>, Error> {
        let contents = match self.source.value(&page.dict, "Contents")? {
            Object::Array(items) => items,
            Object::Null => Vec::new(),
            _ => page.dict.get("Contents").cloned().into_iter().collect(),
        };
        let mut data = Vec::new();
        for content in contents {
            if let Object::Stream(stream) = self.source.resolve(&content)? {
                data.extend(self.source.decode(&stream)?);
                data.push(b'\n');
            }
        }
        Ok(data)
    }

    fn numbers(&self, value: &Object) -> Result<Vec<f64>, ImportError> {
        let value = self.source.resolve(value)?;
        let mut numbers = Vec::new();
        for item in value.as_array().unwrap_or_default() {
            numbers.extend(self.source.resolve(item)?.as_number());
        }
        Ok(numbers)
    }

    fn rectangle(&self, value: Option<&Object>) -> Result<Option<[f64; 4]>, ImportError> {
        let Some(value) = value else { return Ok(None) };
        let numbers = self.numbers(value)?;
        let [a, b, c, d] = numbers[..] else { return Ok(None) };
        Ok(Some([a.min(c), b.min(d), a.max(c), b.max(d)]))
    }

    /// Takes over one indirect object, once.
    fn take(&mut self, file: &mut FileWriter, id: Ref, depth: usize) -> Result<u32, ImportError> {
        if let Some(number) = self.taken.get(&id) {
            return Ok(*number);
        }
        let number = file.reserve();
        self.taken.insert(id, number);
        let value = self.source.get(id)?;
        if let Object::Stream(stream) = &value {
            self.stream(file, number, stream, depth)?;
        } else {
            let text = self.text(file, &value, depth)?;
            file.object(number, text.as_bytes());
        }
        Ok(number)
    }

    fn stream(
        &mut self,
        file: &mut FileWriter,
        number: u32,
        stream: &Stream,
        depth: usize,
    ) -> Result<(), ImportError> {
        let dict = &stream.dict;
        if dict.contains("F") {
            return self.refuse("6.1.7.1", OUTSIDE);
        }
        if dict.is_name("Subtype", "PS") {
            return self.refuse("6.2.9", "it holds PostScript");
        }
        let filters = match self.source.value(dict, "Filter")? {
            Object::Array(items) => items,
            one => vec![one],
        };
        let mut packed_anew = false;
        for filter in filters {
            let filter = self.source.resolve(&filter)?;
            packed_anew |= filter.as_name().is_some_and(|n| *n == "LZWDecode");
        }
        let left_out: &[&str] =
            if packed_anew { &["Length", "Filter", "DecodeParms"] } else { &["Length"] };
        let text = self.entries(file, &dict.without(left_out), depth, true)?;
        let entries = text.trim_start_matches("<<").trim_end_matches(">>").to_owned();
        if packed_anew {
            // §6.1.7.2 forbids LZW; Flate holds the same bytes.
            file.deflated(number, &entries, &self.source.decode(stream)?);
        } else {
            file.stream(number, &entries, &self.source.raw(stream)?);
        }
        Ok(())
    }

    /// The dictionary without what PDF/A-2b forbids, where leaving it out or saying it outright changes nothing that shows.
    /// What remains is judged by the check of the finished file.
    fn mended(&self, dict: &Dict) -> Result<Dict, ImportError> {
        let is = |key: &str, value: &str| dict.is_name(key, value);
        let has = |key: &str| dict.contains(key);
        // An image is known by its subtype, a halftone or graphics state by its type or by keys that nothing else has.
        let left_out: &[&str] = if is("Subtype", "Image") {
            // The picture itself is what shows; smoothing is asked "where possible" (ISO 32000-1 §8.9.5.3).
            &["Alternates", "OPI", "Interpolate"]
        } else if is("Subtype", "Form") {
            &["OPI"]
        } else if is("Type", "ExtGState") {
            // Halftones are for marking engines (ISO 32000-1 §10.5); what shows has none.
            &["HT", "HTP"]
        } else if is("Type", "FontDescriptor") {
            // Both may be left out (ISO 19005-2 §6.2.11.4.2), and are often wrong.
            &["CharSet", "CIDSet"]
        } else {
            &[]
        };
        let mut mended = dict.without(left_out);
        for key in ["TR", "TR2"] {
            // The one transfer function that changes nothing (ISO 32000-1 §10.4), in a soft mask as in a graphics state; those
            // often have no type.
            if self.source.value(dict, key)?.as_name().is_some_and(|n| *n == "Identity") {
                mended = mended.without(&[key]);
            }
        }
        if is("Type", "Font") && is("Subtype", "CIDFontType2") && !has("CIDToGIDMap") {
            // The value that counts where it is missing (ISO 32000-1 table 117).
            let [key, value] = [&b"CIDToGIDMap"[..], b"Identity"].map(Name::from);
            mended.push(key, Object::Name(value));
        }
        for key in ["Intent", "RI"] {
            // An unknown intent counts as RelativeColorimetric, which is also what counts without one (ISO 32000-1 §8.6.5.8).
            let intent = self.source.value(dict, key)?;
            let known: [&[u8]; 4] =
                [b"RelativeColorimetric", b"AbsoluteColorimetric", b"Perceptual", b"Saturation"];
            let typed = is("Subtype", "Image") || is("Type", "ExtGState");
            if typed && intent.as_name().is_some_and(|n| !known.contains(&n.0.as_slice())) {
                mended = mended.without(&[key]);
            }
        }
        Ok(mended)
    }

    fn dict(
        &mut self,
        file: &mut FileWriter,
        dict: &Dict,
        depth: usize,
    ) -> Result<String, ImportError> {
        // A dictionary without a type may map names of the author's choice (resources, colorants, glyph procedures): there a
        // key such as /A is somebody's picture, not an action.
        let typed =
            ["Type", "Subtype"].iter().any(|k| matches!(dict.get(k), Some(Object::Name(_))));
        self.entries(file, dict, depth, typed)
    }

    fn entries(
        &mut self,
        file: &mut FileWriter,
        dict: &Dict,
        depth: usize,
        typed: bool,
    ) -> Result<String, ImportError> {
        let dict = &self.mended(dict)?;
        if (typed && dict.contains("OC"))
            || dict.is_name("Type", "OCG")
            || dict.is_name("Type", "OCMD")
        {
            return self.refuse("6.9", "it has layers that can be hidden; print it without them");
        }
        let mut out = String::from("<< ");
        for (key, value) in dict.iter() {
            if typed && LEFT_OUT.contains(&key.0.as_slice()) {
                continue;
            }
            let text = self.text(file, value, depth + 1)?;
            out.push_str(&format!("{} {text} ", name(&key.0)));
        }
        out.push_str(">>");
        Ok(out)
    }

    fn text(
        &mut self,
        file: &mut FileWriter,
        value: &Object,
        depth: usize,
    ) -> Result<String, ImportError> {
        if depth > MAX_DEPTH {
            return self.refuse("6.1.13", "objects are nested too deeply");
        }
        Ok(match value {
            Object::Null => "null".to_owned(),
            Object::Bool(value) => value.to_string(),
            Object::Integer(value) => value.to_string(),
            Object::Real(value) => value.as_str().to_owned(),
            Object::String(value) => format!("<{}>", hex(&value.bytes)),
            Object::Name(value) => name(&value.0),
            Object::Array(items) => {
                let mut out = String::from("[");
                for item in items {
                    out.push_str(&self.text(file, item, depth + 1)?);
                    out.push(' ');
                }
                out.push(']');
                out
            }
            Object::Dict(dict) => self.dict(file, dict, depth)?,
            Object::Stream(_) => return self.refuse("6.1.7", "a stream stands where none may"),
            // A page reached from here (a destination, a parent) is not part of this page.
            Object::Ref(id) => match self.source.get(*id)? {
                Object::Dict(d) if d.is_name("Type", "Page") || d.is_name("Type", "Pages") => {
                    "null".to_owned()
                }
                _ => format!("{} 0 R", self.take(file, *id, depth + 1)?),
            },
        })
    }
}

/// The matrix that turns a page upright with its lower left corner at the origin and its unit a point; its size then.
fn upright([left, bottom, right, top]: [f64; 4], rotate: i64, unit: f64) -> ([f64; 6], (f64, f64)) {
    let (width, height) = (right - left, top - bottom);
    let (matrix, size) = match rotate {
        90 => ([0.0, -1.0, 1.0, 0.0, -bottom, right], (height, width)),
        180 => ([-1.0, 0.0, 0.0, -1.0, right, top], (width, height)),
        270 => ([0.0, 1.0, -1.0, 0.0, top, -left], (height, width)),
        _ => ([1.0, 0.0, 0.0, 1.0, -left, -bottom], (width, height)),
    };
    (matrix.map(|v: f64| v * unit), (size.0 * unit, size.1 * unit))
}

fn name(bytes: &[u8]) -> String {
    let mut out = String::from("/");
    for b in bytes {
        if b.is_ascii_alphanumeric() || b"._-+*".contains(b) {
            out.push(char::from(*b));
        } else {
            out.push_str(&format!("#{b:02x}"));
        }
    }
    out
}
