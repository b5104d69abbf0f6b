//! The statement on the last captured page: whether it is drawn after all else, once, at the place stated, and looks as it would on an
//! empty page. Verifier and issuer ask here alike; what the statement says is compared in `content`.

use std::collections::BTreeSet;

use motcua_pdf::{Dict, Document, Error, Object, Page, Ref, Stream, enclosed};

use crate::AGENCY_FIELD;
use crate::facts::StatementPlace;

/// Why a statement does not stand there soundly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// One of the sentences below.
    pub problem: &'static str,
    /// What is wrong with the captured content, where it is that.
    pub detail: Option<&'static str>,
}

const NOT_PLAIN: &str =
    "the page is cropped, turned or scaled, or has entries that the issuer never writes";
const OUTSIDE: &str = "the place does not lie on the page";
const BLENDS: &str = "the page blends colours in a space of its own";
const COVERED: &str = "something other than signatures lies over the page, or they lie elsewhere";
const NOT_LAST: &str =
    "the page does not draw what was captured and then the statement at its place";
const CHANGED: &str = "what the page draws before it may change how it looks";
const FORM: &str = "it is drawn by a form that is not as the issuer writes it";
const AGAIN: &str = "it is shown a second time, or could be";
/// Beside what this module finds: copies with such a place always say it.
pub(super) const UNCOUNTED: &str = "the number of captured pages is not stated";

type Checked<T> = Result<Result<T, Flaw>, Error>;

/// Lengths in points are equal; the issuer writes three decimals.
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.01
}

fn only(dict: &Dict, keys: &[&str]) -> bool {
    dict.iter().all(|(key, _)| keys.iter().any(|k| *key == *k))
}

fn four(rectangle: Option<&Object>) -> Option<[f64; 4]> {
    let numbers: Option<Vec<_>> = rectangle?.as_array()?.iter().map(Object::as_number).collect();
    numbers?.try_into().ok()
}

/// Width and height of a rectangle `[0 0 width height]`.
fn size_of(rectangle: Option<&Object>) -> Option<(f64, f64)> {
    match four(rectangle)? {
        [0.0, 0.0, width, height] => Some((width, height)),
        _ => None,
    }
}

/// The form that draws the statement, where the last page shows it soundly at this place.
pub(crate) fn statement(document: &Document<'_>, place: StatementPlace) -> Checked<Stream> {
    let flaw = |problem| Ok(Err(Flaw { problem, detail: None }));
    let pages = document.pages()?;
    let Some(page) = pages.last() else { return flaw(NOT_LAST) };
    let (size, resources) = match plain(document, page)? {
        Ok(found) => found,
        Err(found) => return Ok(Err(found)),
    };
    if !place.lies_on(size) {
        return flaw(OUTSIDE);
    }
    let ((x, y), (width, height)) = (place.corner(size), place.size());
    if !only_signatures(document, page, [x, y, x + width, y + height])? {
        return flaw(COVERED);
    }
    let contents = page.dict.get("Contents").and_then(Object::as_array).unwrap_or_default();
    let [Object::Ref(captured), Object::Ref(drawing)] = contents else { return flaw(NOT_LAST) };
    let (Some(captured), Some(drawing)) =
        (content(document, *captured)?, content(document, *drawing)?)
    else {
        return flaw(NOT_LAST);
    };
    let Some(name) = name_at(&drawing, (x, y)) else { return flaw(NOT_LAST) };
    match enclosed(&captured) {
        Ok(shown) if shown.iter().all(|n| *n != name) => {}
        Ok(_) => return flaw(AGAIN),
        Err(Error::Syntax { problem, .. }) => {
            return Ok(Err(Flaw { problem: CHANGED, detail: Some(problem) }));
        }
        Err(e) => return Err(e),
    }
    let Object::Dict(forms) = document.value(&resources, "XObject")? else { return flaw(FORM) };
    let Some(Object::Ref(id)) = forms.get(name) else { return flaw(FORM) };
    let Object::Stream(form) = document.get(*id)? else { return flaw(FORM) };
    if !as_written(&form.dict, (width, height)) {
        return flaw(FORM);
    }
    // From the page's resources first: what has none of its own there uses the page's, and with them the form.
    let mut walk = Walk { form: *id, times: 0, borrows: false, seen: BTreeSet::new() };
    walk.seen.extend(pages.iter().map(|page| page.id));
    walk.through(document, Object::Dict(resources))?;
    if walk.borrows || walk.times != 1 {
        return flaw(AGAIN);
    }
    for page in &pages {
        if page.id != pages.last().map_or(page.id, |last| last.id) {
            walk.through(document, page.inherited("Resources").cloned().unwrap_or(Object::Null))?;
        }
        let own = page.dict.without(&["Parent", "Resources"]);
        walk.through(document, Object::Dict(own))?;
    }
    if walk.times != 1 {
        return flaw(AGAIN);
    }
    Ok(Ok(form))
}

/// Size and resources of a page as the issuer writes it.
fn plain(document: &Document<'_>, page: &Page) -> Checked<((f64, f64), Dict)> {
    let flaw = |problem| Ok(Err(Flaw { problem, detail: None }));
    let keys = ["Type", "Parent", "MediaBox", "Resources", "Contents", "Annots", "Group"];
    let inherits = |key| page.inherited(key).is_some();
    if !only(&page.dict, &keys) || inherits("CropBox") || inherits("Rotate") {
        return flaw(NOT_PLAIN);
    }
    let Some(size) = size_of(page.dict.get("MediaBox")) else { return flaw(NOT_PLAIN) };
    let Some(resources) = page.dict.get("Resources") else { return flaw(NOT_PLAIN) };
    let Object::Dict(resources) = document.resolve(resources)? else { return flaw(NOT_PLAIN) };
    // ISO 32000-1 §11.6.6: the page is blended in the group's space, and only then converted to what shows.
    if let Some(group) = page.dict.get("Group") {
        let Object::Dict(group) = document.resolve(group)? else { return flaw(BLENDS) };
        let space = document.value(&group, "CS")?;
        let device = ["DeviceGray", "DeviceRGB", "DeviceCMYK"];
        let known = match &space {
            Object::Null => true,
            Object::Name(name) => device.iter().any(|d| *name == *d),
            _ => false,
        };
        // §8.6.5.6: a default space takes the place of the device's.
        let spaces = document.value(&resources, "ColorSpace")?;
        let default = |dict: &Dict| {
            ["DefaultGray", "DefaultRGB", "DefaultCMYK"].iter().any(|key| dict.contains(key))
        };
        let defaults = spaces.as_dict().is_some_and(default) && space != Object::Null;
        if !known || defaults || !group.is_name("S", "Transparency") {
            return flaw(BLENDS);
        }
    }
    Ok(Ok((size, resources)))
}

/// Whether nothing lies over the page but the fields of signatures: the officials' within the place, the agency's outside of it.
fn only_signatures(document: &Document<'_>, page: &Page, place: [f64; 4]) -> Result<bool, Error> {
    let [left, bottom, right, top] = place;
    for annotation in document.value(&page.dict, "Annots")?.as_array().unwrap_or_default() {
        let Object::Dict(field) = document.resolve(annotation)? else { return Ok(false) };
        let Some([x0, y0, x1, y1]) = four(field.get("Rect")) else { return Ok(false) };
        let name = field.get("T").and_then(Object::as_string);
        let fits = if name.is_some_and(|name| name.bytes == AGENCY_FIELD.as_bytes()) {
            x1 < left || x0 > right || y1 < bottom || y0 > top
        } else {
            let slack = 0.01;
            x0 > left - slack && x1 < right + slack && y0 > bottom - slack && y1 < top + slack
        };
        let upright = x0 <= x1 && y0 <= y1;
        if !field.is_name("Subtype", "Widget") || !field.is_name("FT", "Sig") || !upright || !fits {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The data of a content stream with no entries but those that every stream needs.
fn content(document: &Document<'_>, id: Ref) -> Result<Option<Vec<u8>>, Error> {
    match document.get(id)? {
        Object::Stream(stream)
            if only(&stream.dict, &["Length", "Filter"]) && packed_plainly(&stream.dict) =>
        {
            Ok(Some(document.decode(&stream)?))
        }
        _ => Ok(None),
    }
}

fn packed_plainly(dict: &Dict) -> bool {
    !dict.contains("Filter") || dict.is_name("Filter", "FlateDecode")
}

/// The name in `q 1 0 0 1 x y cm /Name Do Q`, where that is all, at this place.
fn name_at(drawing: &[u8], corner: (f64, f64)) -> Option<&str> {
    let line = std::str::from_utf8(drawing).ok()?.strip_suffix('\n')?;
    let tokens: Vec<_> = line.split(' ').collect();
    let ["q", "1", "0", "0", "1", x, y, "cm", name, "Do", "Q"] = tokens[..] else { return None };
    let at = |text: &str, wanted: f64| {
        let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
        digits && text.parse().is_ok_and(|n: f64| near(n, wanted))
    };
    let name = name.strip_prefix('/')?;
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (plain && at(x, corner.0) && at(y, corner.1)).then_some(name)
}

/// Whether a form is as the issuer writes it: nothing hides, blends or turns it, and it is as large as stated.
fn as_written(dict: &Dict, size: (f64, f64)) -> bool {
    let keys = ["Type", "Subtype", "BBox", "Resources", "Length", "Filter"];
    let Some((width, height)) = size_of(dict.get("BBox")) else { return false };
    let Some(Object::Dict(resources)) = dict.get("Resources") else { return false };
    let Some(Object::Dict(fonts)) = resources.get("Font") else { return false };
    only(dict, &keys)
        && packed_plainly(dict)
        && dict.is_name("Type", "XObject")
        && dict.is_name("Subtype", "Form")
        && near(width, size.0)
        && near(height, size.1)
        && only(resources, &["Font"])
        && only(fonts, &["R", "B"])
}

/// Everything that pages lead to.
struct Walk {
    form: Ref,
    /// How often the form is named.
    times: usize,
    /// Whether something draws with the resources of what shows it.
    borrows: bool,
    seen: BTreeSet<Ref>,
}

impl Walk {
    fn through(&mut self, document: &Document<'_>, from: Object) -> Result<(), Error> {
        let mut open = vec![from];
        while let Some(object) = open.pop() {
            match object {
                Object::Ref(id) => {
                    self.times += usize::from(id == self.form);
                    if self.seen.insert(id) {
                        open.push(document.get(id)?);
                    }
                }
                Object::Array(items) => open.extend(items),
                Object::Dict(dict) => self.enter(&dict, &mut open),
                Object::Stream(stream) => self.enter(&stream.dict, &mut open),
                _ => {}
            }
        }
        Ok(())
    }

    /// Forms, tiling patterns and Type 3 fonts have content (ISO 32000-1 §7.8.3).
    fn enter(&mut self, dict: &Dict, open: &mut Vec<Object>) {
        let draws = dict.is_name("Subtype", "Form")
            || dict.is_name("Subtype", "Type3")
            || dict.get("PatternType") == Some(&Object::Integer(1));
        self.borrows |= draws && !dict.contains("Resources");
        open.extend(dict.iter().map(|(_, value)| value.clone()));
    }
}
