//! What a PDF unfolds to before anything is drawn: the steps of its operators with every form in its place, and of its costliest
//! function. Counted with the renderer's own reader, so that what it would run through is what is counted. Nothing is drawn here.

use std::collections::{BTreeMap, BTreeSet};

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::content::TypedIter;
use hayro::hayro_syntax::content::ops::TypedInstruction as Op;
use hayro::hayro_syntax::object::{
    Array, Dict, MaybeRef, Name, Object, ObjectIdentifier, Stream, dict_or_stream,
};
use hayro::hayro_syntax::page::{Page, Resources};

use super::fonts;

/// Forms within forms, functions within functions, colour spaces within colour spaces. Real files have three or four; each form saves
/// the graphics state, and PDF/A lets that be done 28 times (ISO 19005-2 §6.1.13). The renderer leaves out forms below fifty.
const MAX_DEPTH: usize = 28;
/// Steps of an operator.
const OPERATOR: u64 = 20;
/// Steps of an object that is looked up.
const OBJECT: u64 = 500;
/// Steps of a byte of a content stream, a mesh or a table: inflated and taken apart, once to count and once to draw.
const BYTE: u64 = 16;

/// Where the renderer goes on from a shading, a function or a graphics state. A mask's own resources are read when it is drawn, colour
/// spaces once.
const LEADS_ON: [&[u8]; 7] = [b"Shading", b"Function", b"Functions", b"SMask", b"G", b"TR", b"TR2"];

/// Why a file is not run through.
#[derive(Debug)]
pub(super) enum TooMuch {
    /// More steps than allowed.
    Long,
    /// Deeper than [`MAX_DEPTH`], or in circles.
    Deep,
    /// A font whose texts would be drawn with letters missing or others, by name.
    Font(String),
    /// A pattern whose cell is painted with a shading: the renderer holds it to the page's clip instead of the cell's, so that it
    /// may be missing.
    Shaded,
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Unfolded {
    /// Steps of all pages together, and of reading what stands beside them.
    pub(super) pages: u64,
    /// Steps of the longest pattern or mask, run through each time it is drawn.
    pub(super) part: u64,
    /// The same of glyphs that are drawn by operators.
    pub(super) glyph: u64,
    /// Steps of looking up which layers show, before each of them.
    pub(super) layers: u64,
    /// Steps of the costliest function, for one sample.
    pub(super) function: u64,
}

/// Counts the whole file; it ends when there are more than `most` steps.
pub(super) fn unfold(pdf: &Pdf, most: u64) -> Result<Unfolded, TooMuch> {
    let mut walk = Walk {
        most,
        read: 0,
        found: Unfolded { layers: layers(pdf), ..Unfolded::default() },
        forms: BTreeMap::new(),
        reached: BTreeMap::new(),
        waiting: Vec::new(),
        seen: BTreeSet::new(),
        fonts: BTreeSet::new(),
    };
    for object in pdf.objects() {
        walk.scan(&object)?;
    }
    for (i, page) in pdf.pages().iter().enumerate() {
        walk.page(page, Holder::Page(i))?;
    }
    while let Some((resources, holder)) = walk.waiting.pop() {
        walk.parts(&resources, holder)?;
    }
    walk.found.pages = walk.found.pages.saturating_add(walk.read);
    Ok(walk.found)
}

/// Whose resources are in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    Page(usize),
    Object(u32, i32),
}

impl From<ObjectIdentifier> for Holder {
    fn from(id: ObjectIdentifier) -> Self {
        Self::Object(id.obj_number, id.gen_number)
    }
}

/// Steps, and how many forms or objects stand within each other.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    steps: u64,
    height: usize,
    /// Whether the operator for shadings is among them.
    shaded: bool,
}

impl Counted {
    /// Takes up what stands one deeper.
    fn hold(&mut self, inner: Self) {
        self.steps = self.steps.saturating_add(inner.steps);
        self.height = self.height.max(inner.height + 1);
        self.shaded |= inner.shaded;
    }

    /// What was counted elsewhere, so deep.
    fn at(self, depth: usize) -> Result<Self, TooMuch> {
        if depth + self.height > MAX_DEPTH { Err(TooMuch::Deep) } else { Ok(self) }
    }
}

struct Walk<'a> {
    most: u64,
    /// Steps of this walk itself.
    read: u64,
    found: Unfolded,
    /// Streams of operators, by themselves and the resources in force.
    forms: BTreeMap<(Holder, Holder), Counted>,
    /// Objects that shadings, functions and graphics states lead to.
    reached: BTreeMap<Holder, Counted>,
    /// Resources whose patterns, glyphs and masks are still to be counted.
    waiting: Vec<(Resources<'a>, Holder)>,
    seen: BTreeSet<Holder>,
    /// Fonts that texts are set in.
    fonts: BTreeSet<Holder>,
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

impl<'a> Walk<'a> {
    fn read(&mut self, steps: u64) -> Result<(), TooMuch> {
        self.read = self.read.saturating_add(steps);
        if self.read > self.most { Err(TooMuch::Long) } else { Ok(()) }
    }

    fn page(&mut self, page: &Page<'a>, holder: Holder) -> Result<(), TooMuch> {
        let resources = page.resources();
        self.wait(resources.clone(), holder);
        let data = page.page_stream().unwrap_or_default();
        let mut steps = self.operators(data, resources, holder, 0)?.steps;
        let annotations = page.raw().get::<Array<'_>>(b"Annots".as_slice());
        for annotation in annotations.iter().flat_map(|a| a.iter::<Dict<'_>>()) {
            let look = annotation.get::<Dict<'_>>(b"AP".as_slice());
            let drawn = match look.and_then(|look| look.get::<Object<'_>>(b"N".as_slice())) {
                Some(Object::Stream(stream)) => Some(stream),
                // As the renderer chooses (ISO 32000-1 §12.5.5).
                Some(Object::Dict(states)) => annotation
                    .get::<Name<'_>>(b"AS".as_slice())
                    .and_then(|state| states.get::<Stream<'_>>(state))
                    .or_else(|| states.get::<Stream<'_>>(b"Off".as_slice())),
                _ => None,
            };
            if let Some(stream) = drawn {
                steps = steps.saturating_add(self.stream(&stream, resources, holder, 0)?.steps);
            }
        }
        self.found.pages = self.found.pages.saturating_add(steps);
        if self.found.pages > self.most { Err(TooMuch::Long) } else { Ok(()) }
    }

    fn wait(&mut self, resources: Resources<'a>, holder: Holder) {
        if self.seen.insert(holder) {
            self.waiting.push((resources, holder));
        }
    }

    /// A stream of operators, with its own resources or else those around it.
    fn stream(
        &mut self,
        stream: &Stream<'a>,
        around: &Resources<'a>,
        holder: Holder,
        depth: usize,
    ) -> Result<Counted, TooMuch> {
        let id = Holder::from(stream.obj_id());
        let own = stream.dict().get::<Dict<'_>>(b"Resources".as_slice()).map(Resources::new);
        let holder = if own.is_some() { id } else { holder };
        if let Some(counted) = self.forms.get(&(id, holder)) {
            return counted.at(depth);
        }
        if let Some(own) = &own {
            self.wait(own.clone(), holder);
        }
        let data = stream.decoded_data().unwrap_or_default();
        let counted = self.operators(&data, own.as_ref().unwrap_or(around), holder, depth)?;
        self.forms.insert((id, holder), counted);
        Ok(counted)
    }

    fn operators(
        &mut self,
        data: &[u8],
        resources: &Resources<'a>,
        holder: Holder,
        depth: usize,
    ) -> Result<Counted, TooMuch> {
        if depth > MAX_DEPTH {
            return Err(TooMuch::Deep);
        }
        let mut counted = Counted { steps: length(data.len()) * BYTE, ..Counted::default() };
        self.read(counted.steps)?;
        let mut operators = TypedIter::new(data);
        while let Some(operator) = operators.next() {
            self.read(OPERATOR)?;
            let steps = match operator {
                Op::XObject(x) => match resources.get_x_object(x.0) {
                    Some(stream) if is(stream.dict(), b"Subtype", b"Form") => {
                        counted.hold(self.stream(&stream, resources, holder, depth + 1)?);
                        0
                    }
                    _ => 0,
                },
                // The renderer reads these anew each time they are named.
                Op::Shading(name) => {
                    counted.shaded = true;
                    self.reach(resources.get_shading(name.0), 0)?.steps
                }
                Op::TextFont(font) => {
                    self.font(resources, font.0)?;
                    0
                }
                Op::NonStrokeColorNamed(colour) => self.pattern(resources, colour.1)?,
                Op::StrokeColorNamed(colour) => self.pattern(resources, colour.1)?,
                Op::SetGraphicsState(name) => {
                    self.reach(resources.get_ext_g_state(name.0).map(Object::Dict), 0)?.steps
                }
                _ => 0,
            };
            counted.steps = counted.steps.saturating_add(steps).saturating_add(OPERATOR);
            if counted.steps > self.most {
                return Err(TooMuch::Long);
            }
        }
        Ok(counted)
    }

    /// Judges a font that a text is set in, once.
    fn font(&mut self, resources: &Resources<'a>, name: &Name<'_>) -> Result<(), TooMuch> {
        let Some(font) = resources.get_font(name) else {
            return Err(TooMuch::Font(format!("/{}", String::from_utf8_lossy(name))));
        };
        if font.obj_id().is_some_and(|id| !self.fonts.insert(id.into())) {
            return Ok(());
        }
        self.read(OBJECT)?;
        fonts::missing(&font).map_or(Ok(()), |name| Err(TooMuch::Font(name)))
    }

    fn pattern(
        &mut self,
        resources: &Resources<'a>,
        name: Option<&Name<'_>>,
    ) -> Result<u64, TooMuch> {
        match name.and_then(|name| resources.get_pattern(name)) {
            Some(Object::Dict(shading)) => Ok(self.reach(Some(Object::Dict(shading)), 0)?.steps),
            _ => Ok(0),
        }
    }

    /// The patterns, glyphs and masks that resources name.
    fn parts(&mut self, resources: &Resources<'a>, holder: Holder) -> Result<(), TooMuch> {
        for name in resources.patterns.keys() {
            if let Some(Object::Stream(stream)) = resources.get_pattern(&name) {
                let cell = self.stream(&stream, resources, holder, 0)?;
                if cell.shaded {
                    return Err(TooMuch::Shaded);
                }
                self.found.part = self.found.part.max(cell.steps);
            }
        }
        for name in resources.fonts.keys() {
            let Some(font) = resources.get_font(&name) else { continue };
            let Some(glyphs) = font.get::<Dict<'_>>(b"CharProcs".as_slice()) else { continue };
            let own = font.get::<Dict<'_>>(b"Resources".as_slice()).map(Resources::new);
            let holder = match (&own, font.obj_id()) {
                (Some(own), Some(id)) => {
                    self.wait(own.clone(), id.into());
                    id.into()
                }
                _ => holder,
            };
            for glyph in glyphs.keys() {
                if let Some(stream) = glyphs.get::<Stream<'_>>(glyph) {
                    let around = own.as_ref().unwrap_or(resources);
                    let steps = self.stream(&stream, around, holder, 0)?.steps;
                    self.found.glyph = self.found.glyph.max(steps);
                }
            }
        }
        for name in resources.ext_g_states.keys() {
            let state = resources.get_ext_g_state(&name);
            let mask = state.and_then(|state| state.get::<Dict<'_>>(b"SMask".as_slice()));
            if let Some(stream) = mask.and_then(|mask| mask.get::<Stream<'_>>(b"G".as_slice())) {
                let steps = self.stream(&stream, resources, holder, 0)?.steps;
                self.found.part = self.found.part.max(steps);
            }
        }
        Ok(())
    }

    /// Finds functions and colour spaces in an object that stands alone; references lead to others, which are visited by themselves.
    fn scan(&mut self, object: &Object<'a>) -> Result<(), TooMuch> {
        self.read(1)?;
        if let Object::Array(array) = object {
            let family = array.iter::<Object<'_>>().next().and_then(Object::into_name);
            let rests = [&b"Separation"[..], b"DeviceN", b"Indexed", b"I", b"Pattern"];
            if family.is_some_and(|name| rests.contains(&&*name)) {
                self.reach(Some(Object::Array(array.clone())), 0)?;
            }
            for item in array.raw_iter() {
                if let MaybeRef::NotRef(item) = item {
                    self.scan(&item)?;
                }
            }
        } else if let Some((dict, _)) = dict_or_stream(object) {
            if dict.contains_key(b"FunctionType") {
                self.reach(Some(object.clone()), 0)?;
            }
            for (_, item) in dict.entries() {
                if let MaybeRef::NotRef(item) = item {
                    self.scan(&item)?;
                }
            }
        }
        Ok(())
    }

    /// Steps of reading a shading, a function, a colour space or a graphics state with all they lead to; learns what functions cost.
    fn reach(&mut self, object: Option<Object<'a>>, depth: usize) -> Result<Counted, TooMuch> {
        if depth > MAX_DEPTH {
            return Err(TooMuch::Deep);
        }
        self.read(OBJECT)?;
        let mut counted = Counted::default();
        let Some(object) = object else { return Ok(counted) };
        if let Object::Array(array) = &object {
            counted.steps = length(array.data().len()) * BYTE;
            for item in array.iter::<Object<'_>>() {
                counted.hold(self.reach(Some(item), depth + 1)?);
            }
            return Ok(counted);
        }
        let Some((dict, stream)) = dict_or_stream(&object) else { return Ok(counted) };
        let id = dict.obj_id().map(Holder::from);
        if let Some(counted) = id.and_then(|id| self.reached.get(&id)) {
            return counted.at(depth);
        }
        let data = stream.and_then(|stream| stream.decoded_data().ok());
        let bytes = length(data.map_or(0, |data| data.len()));
        counted.steps = length(dict.data().len()).saturating_add(bytes).saturating_mul(BYTE);
        self.read(counted.steps)?;
        for key in LEADS_ON {
            let item = dict.get::<Object<'_>>(key);
            counted.hold(self.reach(item, depth + 1)?);
        }
        if let Some(kind) = dict.get::<u8>(b"FunctionType") {
            let cost = match kind {
                // Between two samples in each direction (ISO 32000-1 §7.10.2).
                0 => {
                    let inputs = dict.get::<Array<'_>>(b"Size").map_or(0, |s| s.raw_iter().count());
                    1u64.checked_shl(u32::try_from(inputs).unwrap_or(u32::MAX)).unwrap_or(u64::MAX)
                }
                // It has no loops (§7.10.5); an operator or a number takes some bytes.
                4 => bytes / 4,
                // An exponential one, or the choice of one among several (§7.10.3, §7.10.4).
                _ => 10,
            };
            self.found.function = self.found.function.max(cost);
        }
        if let Some(id) = id {
            self.reached.insert(id, counted);
        }
        Ok(counted)
    }
}

/// Steps of reading the catalog and the lists of layers (ISO 32000-1 §8.11.4.2, §8.11.4.3).
fn layers(pdf: &Pdf) -> u64 {
    let Some(catalog) = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()) else { return 0 };
    let properties = catalog.get::<Dict<'_>>(b"OCProperties".as_slice()).unwrap_or_default();
    let shown = properties.get::<Dict<'_>>(b"D".as_slice()).unwrap_or_default();
    let list = |dict: &Dict<'_>, key: &[u8]| {
        dict.get::<Array<'_>>(key).map_or(0, |list| length(list.data().len()))
    };
    let lists = list(&properties, b"OCGs") + list(&shown, b"ON") + list(&shown, b"OFF");
    let dicts = [&catalog, &properties, &shown].map(|dict| length(dict.data().len()));
    (dicts.iter().sum::<u64>() + lists) * BYTE
}

/// Whether the value of a key is this name.
fn is(dict: &Dict<'_>, key: &[u8], value: &[u8]) -> bool {
    dict.get::<Name<'_>>(key).is_some_and(|name| &*name == value)
}
