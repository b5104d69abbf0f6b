//! Whether a file is PDF/A-2b (ISO 19005-2:2011 level B): every clause that a program can check, over the strict reader.
//!
//! Findings are values; all of them are given, not the first alone. What a font program or a profile says is read here too;
//! whether an embedded file is PDF/A is asked of the same check.

mod annotation;
mod catalog;
mod colour;
mod content;
mod file;
mod finding;
mod font;
mod icc;
mod operator;
mod page;
mod resource;
mod xmp;

use std::collections::{BTreeMap, BTreeSet};

use crate::{Dict, Document, Error, Limits, Object, Ref, Stream};

pub(crate) use content::open_states;
pub use finding::{Finding, Rule};
pub use font::is_latin_glyph;
pub(crate) use icc::icc_fits;

use colour::Device;
use font::FontUse;

/// Findings kept: a file with more has been shown to be wrong, and a report of more is not read.
const MOST_FINDINGS: usize = 1_000;
/// Nesting of forms, patterns and colour spaces. The check recurses, so this bounds the stack; producers nest two or three.
const MOST_NESTING: usize = 16;

/// What in the file breaks PDF/A-2b; empty when nothing does.
///
/// # Examples
///
/// ```
/// # let bytes = include_bytes!("../tests/data/minimal.pdf");
/// let findings = motcua_pdf::archive::check(bytes, &motcua_pdf::Limits::STANDARD);
/// assert!(findings.iter().any(|f| f.code() == "archive.metadata_missing" && f.clause() == "6.6.2.1"));
/// ```
pub fn check(bytes: &[u8], limits: &Limits) -> Vec<Finding> {
    check_nested(bytes, limits, 0).0
}

/// As [`check`], for a file embedded `depth` files deep; with the steps it took.
fn check_nested(bytes: &[u8], limits: &Limits, depth: usize) -> (Vec<Finding>, usize) {
    match Document::parse(bytes, limits) {
        Ok(document) => {
            let mut checker = Checker::new(&document, bytes);
            checker.embedded_depth = depth;
            checker.run();
            (checker.findings, checker.steps)
        }
        Err(e) => (vec![unreadable(&e, None)], 1),
    }
}

/// As [`check`], for a file already read.
pub fn check_document(document: &Document<'_>) -> Vec<Finding> {
    match document.source().whole() {
        Ok(bytes) => {
            let mut checker = Checker::new(document, &bytes);
            checker.run();
            checker.findings
        }
        Err(e) => vec![unreadable(&e, None)],
    }
}

fn unreadable(e: &Error, object: Option<Ref>) -> Finding {
    let rule = match e {
        Error::NoHeader { .. } | Error::Empty => Rule::Header,
        Error::NoEnd { .. } => Rule::AfterEnd,
        Error::Encrypted { .. } => Rule::Encrypted,
        Error::Filter { .. } => Rule::Filter,
        Error::Budget { .. } => Rule::Budget,
        Error::Syntax { .. }
        | Error::DuplicateKey { .. }
        | Error::Xref { .. }
        | Error::ObjectAt { .. }
        | Error::FilterData { .. }
        | Error::Structure { .. }
        | Error::Read { .. }
        | Error::NoPages => Rule::Unreadable,
    };
    Finding { rule, object, page: None, detail: e.to_string() }
}

/// One check of one file.
struct Checker<'a, 'd> {
    source: &'d Document<'a>,
    /// The whole file.
    bytes: &'d [u8],
    findings: Vec<Finding>,
    known: BTreeSet<(Rule, Option<Ref>, Option<usize>, String)>,
    /// The page at work, from 1.
    page: Option<usize>,
    /// The colour space of the PDF/A output intent.
    output: Option<Device>,
    /// What was done so far, against [`Limits::steps`].
    steps: usize,
    nesting: usize,
    embedded_depth: usize,
    /// Embedded files checked so far.
    embedded_files: usize,
    fonts: Vec<FontUse>,
    /// Fonts that are objects of their own → their place in `fonts`.
    font_places: BTreeMap<Ref, usize>,
    /// Content streams read, and whether their text was invisible.
    streams_read: BTreeSet<(Ref, bool)>,
    /// Objects checked once whatever uses them.
    checked: BTreeSet<(Ref, &'static str)>,
    /// Separations by name: alternate space and tint transform.
    separations: BTreeMap<Vec<u8>, (Object, Object)>,
    /// Every stream of /Type /Metadata.
    metadata_streams: Vec<Ref>,
    /// Whether something on the page at work is transparent.
    transparent: bool,
}

impl<'a, 'd> Checker<'a, 'd> {
    fn new(source: &'d Document<'a>, bytes: &'d [u8]) -> Self {
        Self {
            source,
            bytes,
            findings: Vec::new(),
            known: BTreeSet::new(),
            page: None,
            output: None,
            steps: 0,
            nesting: 0,
            embedded_depth: 0,
            embedded_files: 0,
            fonts: Vec::new(),
            font_places: BTreeMap::new(),
            streams_read: BTreeSet::new(),
            checked: BTreeSet::new(),
            separations: BTreeMap::new(),
            metadata_streams: Vec::new(),
            transparent: false,
        }
    }

    fn run(&mut self) {
        self.check_file();
        self.check_catalog();
        self.check_pages();
        self.check_fonts();
    }

    /// Notes a finding, once.
    fn find(&mut self, rule: Rule, object: Option<Ref>, detail: impl Into<String>) {
        let detail = detail.into();
        if self.findings.len() >= MOST_FINDINGS {
            return;
        }
        if self.known.insert((rule, object, self.page, detail.clone())) {
            self.findings.push(Finding { rule, object, page: self.page, detail });
        }
    }

    /// Counts one step of work; `false` when there were too many.
    fn step(&mut self) -> bool {
        self.work(1)
    }

    /// Counts so many steps.
    fn work(&mut self, steps: usize) -> bool {
        let (before, most) = (self.steps, self.source.limits().steps);
        self.steps = before.saturating_add(steps);
        if before < most && self.steps >= most {
            self.find(Rule::Budget, None, format!("more than {most} steps"));
        }
        self.steps < most
    }

    /// Runs `inner` one level deeper; not at all when that is too deep.
    fn deeper(&mut self, object: Option<Ref>, inner: impl FnOnce(&mut Self)) {
        if self.nesting >= MOST_NESTING {
            self.find(Rule::Budget, object, format!("nested deeper than {MOST_NESTING}"));
            return;
        }
        self.nesting += 1;
        inner(self);
        self.nesting -= 1;
    }

    /// Whether `what` was not checked for that object before. Direct objects are always new.
    fn first_time(&mut self, id: Option<Ref>, what: &'static str) -> bool {
        id.is_none_or(|id| self.checked.insert((id, what)))
    }

    fn note(&mut self, e: &Error, object: Option<Ref>) {
        let finding = unreadable(e, object);
        self.find(finding.rule, object, finding.detail);
    }

    /// The object with references followed, and the first reference followed.
    fn resolve(&mut self, object: &Object) -> (Option<Ref>, Object) {
        let id = object.as_ref();
        self.step();
        match self.source.resolve(object) {
            Ok(value) => (id, value),
            Err(e) => {
                self.note(&e, id);
                (id, Object::Null)
            }
        }
    }

    /// The value under `key`, references followed; `Null` when absent.
    fn value(&mut self, dict: &Dict, key: &str) -> Object {
        dict.get(key).map_or(Object::Null, |value| self.resolve(value).1)
    }

    /// As [`Self::value`], with the reference.
    fn entry(&mut self, dict: &Dict, key: &str) -> (Option<Ref>, Object) {
        dict.get(key).map_or((None, Object::Null), |value| self.resolve(value))
    }

    fn dict(&mut self, dict: &Dict, key: &str) -> Option<Dict> {
        self.value(dict, key).as_dict().cloned()
    }

    fn name(&mut self, dict: &Dict, key: &str) -> Option<String> {
        self.value(dict, key).as_name().map(|n| String::from_utf8_lossy(&n.0).into_owned())
    }

    fn items(&mut self, dict: &Dict, key: &str) -> Vec<Object> {
        self.value(dict, key).as_array().map(<[Object]>::to_vec).unwrap_or_default()
    }

    /// The decoded data; a finding and nothing when they cannot be decoded.
    fn data(&mut self, stream: &Stream, id: Option<Ref>) -> Option<Vec<u8>> {
        match self.source.decode(stream) {
            Ok(data) => Some(data),
            Err(e) => {
                self.note(&e, id);
                None
            }
        }
    }
}
