//! A PDF as its cross-reference says it is: looking up objects, decoding streams, walking pages. Nothing is repaired.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use crate::Error;
use crate::budget::{Limits, Meter, over};
use crate::filter;
use crate::lexer::{Lexer, Token};
use crate::object::{Dict, Object, Ref, Stream};
use crate::parse::{self, Parsed};
use crate::revision::{self, Revision};
use crate::source::Bytes;
use crate::xref::Entry;

/// A PDF, or one revision of it. Cheap to make: objects are read when asked for.
///
/// # Examples
///
/// ```
/// # let bytes = include_bytes!("../tests/data/minimal.pdf");
/// let document = motcua_pdf::Document::parse(bytes, &motcua_pdf::Limits::STANDARD)?;
/// assert_eq!(document.pages()?.len(), 1);
/// # Ok::<(), motcua_pdf::Error>(())
/// ```
#[derive(Debug)]
pub struct Document<'a> {
    bytes: Bytes<'a>,
    limits: Limits,
    version: (u8, u8),
    revisions: Vec<Revision>,
    entries: Rc<BTreeMap<u32, Entry>>,
    trailer: Dict,
    /// Shared with the views of the file's revisions.
    shared: Rc<Shared>,
    object_streams: RefCell<BTreeMap<u32, Rc<ObjectStream>>>,
    nesting: Cell<usize>,
}

/// What all views of one file share: what they have cost, and what was read, by its place.
#[derive(Debug, Default)]
struct Shared {
    meter: Meter,
    inflated: RefCell<BTreeMap<(usize, usize), Rc<ObjectStream>>>,
    /// Objects whose reading depends on no view.
    objects: RefCell<BTreeMap<usize, Parsed>>,
    /// Bytes of syntax that `objects` took.
    kept: Cell<usize>,
    /// What the first revisions say of every object number, by the number of revisions.
    entries: RefCell<BTreeMap<usize, Rc<BTreeMap<u32, Entry>>>>,
}

/// Bytes of syntax of which the objects are kept. In memory they take some ten times as much; a copy has less than a quarter.
const MOST_KEPT: usize = 128 << 10;
/// Object numbers of a revision up to which, and revisions for which, it is kept where each object stands.
const MOST_KEPT_ENTRIES: (usize, usize) = (4_096, 16);

/// A page with what it inherits (§7.7.3.4).
#[derive(Debug, Clone)]
pub struct Page {
    /// The page object.
    pub id: Ref,
    /// Its own dictionary.
    pub dict: Dict,
    inherited: BTreeMap<&'static str, Rc<Object>>,
}

/// The attributes that pages inherit (§7.7.3.4, table 31).
const INHERITED: [&str; 4] = ["Resources", "MediaBox", "CropBox", "Rotate"];

impl Page {
    /// `Resources`, `MediaBox`, `CropBox` or `Rotate`: the page's own or an ancestor's.
    pub fn inherited(&self, key: &str) -> Option<&Object> {
        self.inherited.get(key).map(|value| &**value)
    }
}

/// An object and where it stands.
#[derive(Debug, Clone)]
pub struct Located {
    /// Its number and generation.
    pub id: Ref,
    /// The object.
    pub value: Object,
    /// From its number to the end of `endobj`; `None` inside an object stream.
    pub range: Option<Range<usize>>,
}

#[derive(Debug)]
struct ObjectStream {
    data: Vec<u8>,
    /// Object numbers and where each begins in `data`.
    index: Vec<(u32, usize)>,
}

impl Shared {
    /// What revisions say of every object number.
    fn entries(&self, revisions: &[Revision]) -> Rc<BTreeMap<u32, Entry>> {
        if let Some(known) = self.entries.borrow().get(&revisions.len()) {
            return known.clone();
        }
        let mut entries = BTreeMap::new();
        // newest first: what a newer section says hides what older ones say
        for section in revisions.iter().rev().flat_map(Revision::sections) {
            for (number, entry) in &section.entries {
                entries.entry(*number).or_insert(*entry);
            }
        }
        let entries = Rc::new(entries);
        let mut known = self.entries.borrow_mut();
        if entries.len() <= MOST_KEPT_ENTRIES.0 && known.len() < MOST_KEPT_ENTRIES.1 {
            known.insert(revisions.len(), entries.clone());
        }
        entries
    }
}

impl<'a> Document<'a> {
    /// Reads header, cross-reference chain and trailer.
    ///
    /// # Errors
    ///
    /// The file is not a PDF, is cut short, is not as its cross-reference says, is encrypted, or needs more than `limits`.
    pub fn parse(bytes: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        Self::open(bytes.into(), limits)
    }

    /// As [`Document::parse`], of bytes that need not be in memory.
    ///
    /// # Errors
    ///
    /// As for [`Document::parse`]; [`Error::Read`].
    pub fn open(bytes: Bytes<'a>, limits: &Limits) -> Result<Self, Error> {
        let version = revision::header(bytes)?;
        let revisions = revision::chain(bytes, limits)?;
        Self::at(bytes, *limits, version, revisions, Rc::default())
    }

    fn at(
        bytes: Bytes<'a>,
        limits: Limits,
        version: (u8, u8),
        revisions: Vec<Revision>,
        shared: Rc<Shared>,
    ) -> Result<Self, Error> {
        let entries = shared.entries(&revisions);
        let newest = revisions.last().and_then(|r| r.sections().next());
        let trailer = newest.map(|s| s.trailer.clone()).unwrap_or_default();
        let document = Self {
            bytes,
            limits,
            version,
            revisions,
            entries,
            trailer,
            shared,
            object_streams: RefCell::default(),
            nesting: Cell::new(0),
        };
        // in any revision: a later trailer that forgets /Encrypt does not make the strings plain
        for section in document.revisions.iter().flat_map(Revision::sections) {
            if let Some(encrypt) = section.trailer.get("Encrypt").filter(|e| **e != Object::Null) {
                let filter = document.resolve(encrypt).ok();
                let filter =
                    filter.as_ref().and_then(Object::as_dict).and_then(|d| d.get("Filter"));
                let handler = filter
                    .and_then(Object::as_name)
                    .map_or_else(|| "unknown".to_owned(), ToString::to_string);
                return Err(Error::Encrypted { handler });
            }
        }
        document.catalog()?;
        Ok(document)
    }

    /// The document as it was at revision `index` (0 is the original file): a view of the prefix of the bytes.
    ///
    /// # Errors
    ///
    /// There is no such revision, or it lacks a catalog.
    pub fn revision(&self, index: usize) -> Result<Document<'a>, Error> {
        let missing = || Error::Structure {
            object: format!("revision {index}"),
            problem: "there is no such revision",
        };
        let revision = self.revisions.get(index).ok_or_else(missing)?;
        let bytes = self.bytes.part(0..revision.added.end).ok_or_else(missing)?;
        let revisions = self.revisions.get(..=index).unwrap_or_default().to_vec();
        Self::at(bytes, self.limits, self.version, revisions, self.shared.clone())
    }

    /// The bytes, wherever they are.
    pub fn source(&self) -> Bytes<'a> {
        self.bytes
    }

    /// Major and minor version of the header.
    pub fn version(&self) -> (u8, u8) {
        self.version
    }

    /// The revisions, oldest first; at least one.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// The newest trailer dictionary.
    pub fn trailer(&self) -> &Dict {
        &self.trailer
    }

    /// What the cross-reference says about every object number.
    pub fn entries(&self) -> &BTreeMap<u32, Entry> {
        &self.entries
    }

    /// The limits it is read under.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// One above the highest object number: the first free one for an incremental update.
    pub fn next_number(&self) -> u32 {
        let listed = self.entries.keys().next_back().map_or(1, |n| n.saturating_add(1));
        let size = self
            .trailer
            .get("Size")
            .and_then(Object::as_integer)
            .and_then(|s| u32::try_from(s).ok());
        listed.max(size.unwrap_or(0))
    }

    /// The object of that name; `Null` where there is none (§7.3.10).
    ///
    /// # Errors
    ///
    /// The object is not where the cross-reference says, or is not PDF syntax.
    pub fn get(&self, id: Ref) -> Result<Object, Error> {
        Ok(self.locate(id.number)?.filter(|l| l.id == id).map_or(Object::Null, |l| l.value))
    }

    /// The object of that number whatever its generation, with its place; `None` where it is free or not listed.
    ///
    /// # Errors
    ///
    /// As for [`Document::get`].
    pub fn locate(&self, number: u32) -> Result<Option<Located>, Error> {
        match self.entries.get(&number) {
            None | Some(Entry::Free) => Ok(None),
            Some(Entry::InFile { offset, generation }) => {
                let id = Ref { number, generation: *generation };
                let parsed = self.parsed(*offset).map_err(|e| match e {
                    Error::Syntax { problem, at } if at == *offset => {
                        Error::ObjectAt { number, generation: *generation, at, problem }
                    }
                    other => other,
                })?;
                if parsed.id != id {
                    let problem = "another object stands at its offset";
                    return Err(Error::ObjectAt {
                        number,
                        generation: *generation,
                        at: *offset,
                        problem,
                    });
                }
                let data = parsed.value.as_stream().map_or(0, |s| s.data.len());
                self.spend(parsed.range.len() - data)?;
                Ok(Some(Located { id, value: parsed.value, range: Some(parsed.range) }))
            }
            Some(Entry::InStream { stream, index }) => {
                let value = self.in_stream(number, *stream, *index)?;
                Ok(Some(Located { id: Ref { number, generation: 0 }, value, range: None }))
            }
        }
    }

    /// The numbers of the objects that object stream `number` holds, whether the cross-reference lists them or not.
    ///
    /// # Errors
    ///
    /// It is no object stream.
    pub fn held_by(&self, number: u32) -> Result<Vec<u32>, Error> {
        Ok(self.object_stream(number)?.index.iter().map(|(number, _)| *number).collect())
    }

    /// Follows references until something else; `Null` at a dead end.
    ///
    /// # Errors
    ///
    /// As for [`Document::get`], or a chain of references longer than any writer makes.
    pub fn resolve(&self, object: &Object) -> Result<Object, Error> {
        let mut object = object.clone();
        for _ in 0..8 {
            match object {
                Object::Ref(id) => object = self.get(id)?,
                other => return Ok(other),
            }
        }
        Err(Error::Structure {
            object: "a chain of references".to_owned(),
            problem: "it does not end",
        })
    }

    /// The value under `key` of `dict`, references followed; `Null` when absent.
    ///
    /// # Errors
    ///
    /// As for [`Document::resolve`].
    pub fn value(&self, dict: &Dict, key: &str) -> Result<Object, Error> {
        dict.get(key).map_or(Ok(Object::Null), |value| self.resolve(value))
    }

    /// The object at an offset.
    fn parsed(&self, offset: usize) -> Result<Parsed, Error> {
        let known = self.shared.objects.borrow().get(&offset).cloned();
        if let Some(known) = known.filter(|k| k.range.end <= self.bytes.length()) {
            return Ok(known);
        }
        let parsed = parse::indirect(self.bytes, offset, self.limits.depth, &|id| self.length(id))?;
        // A /Length that is written elsewhere may be another in another revision.
        let fixed = parsed
            .value
            .as_stream()
            .is_none_or(|s| matches!(s.dict.get("Length"), Some(Object::Integer(_))));
        let data = parsed.value.as_stream().map_or(0, |s| s.data.len());
        let kept = self.shared.kept.get().saturating_add(parsed.range.len() - data);
        if fixed && kept <= MOST_KEPT {
            self.shared.kept.set(kept);
            self.shared.objects.borrow_mut().insert(offset, parsed.clone());
        }
        Ok(parsed)
    }

    /// The raw data of a stream, as they stand in the file.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn raw(&self, stream: &Stream) -> Result<Cow<'a, [u8]>, Error> {
        self.bytes.window(stream.data.clone())
    }

    /// Whether a stream's raw data are those of another document's.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn same_data(
        &self,
        own: &Stream,
        other: &Document<'_>,
        theirs: &Stream,
    ) -> Result<bool, Error> {
        let same_place = own.data == theirs.data && Rc::ptr_eq(&self.shared, &other.shared);
        Ok(same_place || self.bytes.same(own.data.clone(), other.bytes, theirs.data.clone())?)
    }

    /// The decoded data of a stream. `Filter` and `DecodeParms` may be references.
    ///
    /// # Errors
    ///
    /// [`Error::Filter`] for image filters, damaged data, or the budget is spent.
    pub fn decode(&self, stream: &Stream) -> Result<Vec<u8>, Error> {
        let mut dict = Dict::default();
        for key in ["Filter", "DecodeParms"] {
            if let Some(value) = stream.dict.get(key) {
                dict.push(crate::Name::from(key.as_bytes()), self.deep(value)?);
            }
        }
        let most = self.shared.meter.allowance(&self.limits, self.bytes.length());
        let data = filter::decode(&self.raw(stream)?, &dict, most)?;
        self.shared.meter.spend(data.len());
        Ok(data)
    }

    /// A value and the items of an array, references followed: enough for filters and their parameters.
    fn deep(&self, value: &Object) -> Result<Object, Error> {
        match self.resolve(value)? {
            Object::Array(items) => {
                Ok(Object::Array(items.iter().map(|i| self.resolve(i)).collect::<Result<_, _>>()?))
            }
            other => Ok(other),
        }
    }

    /// The catalog (§7.7.2).
    ///
    /// # Errors
    ///
    /// `/Root` does not lead to a dictionary of `/Type /Catalog`.
    pub fn catalog(&self) -> Result<Dict, Error> {
        let wrong = |problem| Error::Structure { object: "the catalog".to_owned(), problem };
        let Some(Object::Ref(root)) = self.trailer.get("Root") else {
            return Err(wrong("the trailer's /Root is not a reference"));
        };
        match self.get(*root)? {
            Object::Dict(dict) if dict.is_name("Type", "Catalog") => Ok(dict),
            _ => Err(wrong("/Root does not lead to a dictionary of /Type /Catalog")),
        }
    }

    /// The pages in order.
    ///
    /// # Errors
    ///
    /// The page tree is broken, loops, is empty, or has more pages than the limits allow.
    pub fn pages(&self) -> Result<Vec<Page>, Error> {
        let catalog = self.catalog()?;
        let wrong =
            |id: Ref, problem| Error::Structure { object: format!("page tree node {id}"), problem };
        let Some(Object::Ref(root)) = catalog.get("Pages") else {
            return Err(Error::Structure {
                object: "the catalog".to_owned(),
                problem: "/Pages is not a reference",
            });
        };
        let mut pages = Vec::new();
        let mut seen = BTreeSet::new();
        // depth first, in order: a stack of nodes with what they inherit
        let mut stack = vec![(*root, BTreeMap::<&'static str, Rc<Object>>::new(), 0usize)];
        while let Some((id, mut inherited, depth)) = stack.pop() {
            if !seen.insert(id) {
                return Err(wrong(id, "it stands in the tree twice"));
            }
            if depth > self.limits.depth {
                return Err(over("depth", self.limits.depth));
            }
            let Object::Dict(dict) = self.get(id)? else {
                return Err(wrong(id, "it is not a dictionary"));
            };
            for key in INHERITED {
                if let Some(value) = dict.get(key) {
                    inherited.insert(key, Rc::new(value.clone()));
                }
            }
            if dict.is_name("Type", "Page") {
                if pages.len() >= self.limits.pages {
                    return Err(over("pages", self.limits.pages));
                }
                pages.push(Page { id, dict, inherited });
            } else if dict.is_name("Type", "Pages") {
                let Object::Array(kids) = self.value(&dict, "Kids")? else {
                    return Err(wrong(id, "/Kids is not an array"));
                };
                for kid in kids.iter().rev() {
                    let kid = kid
                        .as_ref()
                        .ok_or_else(|| wrong(id, "/Kids holds something else than references"))?;
                    stack.push((kid, inherited.clone(), depth + 1));
                }
            } else {
                return Err(wrong(id, "its /Type is neither /Pages nor /Page"));
            }
        }
        if pages.is_empty() { Err(Error::NoPages) } else { Ok(pages) }
    }

    /// The value of an indirect `/Length`.
    fn length(&self, id: Ref) -> Result<Option<i64>, Error> {
        match self.entries.get(&id.number) {
            Some(Entry::InFile { offset, generation }) if *generation == id.generation => {
                self.bytes.parse(*offset, |lexer| {
                    if parse::heading(lexer)? != id {
                        return Ok(None);
                    }
                    match lexer.next()? {
                        Token::Integer(value) => Ok(Some(value)),
                        _ => Ok(None),
                    }
                })
            }
            Some(Entry::InStream { stream, index }) if id.generation == 0 => {
                Ok(self.in_stream(id.number, *stream, *index)?.as_integer())
            }
            Some(Entry::InFile { .. } | Entry::InStream { .. } | Entry::Free) | None => Ok(None),
        }
    }

    fn spend(&self, bytes: usize) -> Result<(), Error> {
        self.shared.meter.read(bytes, &self.limits, self.bytes.length())
    }

    fn in_stream(&self, number: u32, stream: u32, index: u32) -> Result<Object, Error> {
        let container = self.object_stream(stream)?;
        let wrong =
            |problem| Error::Structure { object: format!("object stream {stream}"), problem };
        match container.index.get(index as usize) {
            Some((listed, start)) if *listed == number => {
                let mut lexer = Lexer::new(&container.data, *start);
                let value = parse::object(&mut lexer, self.limits.depth)?;
                self.spend(lexer.at - start)?;
                Ok(value)
            }
            Some(_) | None => {
                Err(wrong("it does not hold the object the cross-reference says at that index"))
            }
        }
    }

    /// An object stream (§7.5.7), decoded once.
    fn object_stream(&self, number: u32) -> Result<Rc<ObjectStream>, Error> {
        if let Some(known) = self.object_streams.borrow().get(&number) {
            return Ok(known.clone());
        }
        let wrong =
            |problem| Error::Structure { object: format!("object stream {number}"), problem };
        let Some(Entry::InFile { offset, generation: 0 }) = self.entries.get(&number) else {
            return Err(wrong("it does not stand in the file by itself with generation 0"));
        };
        // a stream's /Length may stand in another object stream; that chain must end
        if self.nesting.get() > 2 {
            return Err(wrong("its /Length leads back into object streams"));
        }
        self.nesting.set(self.nesting.get() + 1);
        let parsed = parse::indirect(self.bytes, *offset, self.limits.depth, &|id| self.length(id));
        self.nesting.set(self.nesting.get() - 1);
        let parsed = parsed?;
        let Object::Stream(stream) = parsed.value else { return Err(wrong("it is not a stream")) };
        if parsed.id.number != number || !stream.dict.is_name("Type", "ObjStm") {
            return Err(wrong("its /Type is not /ObjStm"));
        }
        // In every revision the same place holds the same data, unless their decoding is written elsewhere.
        let fixed = ["Filter", "DecodeParms"].iter().all(|key| {
            matches!(stream.dict.get(key), None | Some(Object::Name(_) | Object::Dict(_)))
        });
        let place = (stream.data.start, stream.data.end);
        if let Some(known) = self.shared.inflated.borrow().get(&place).filter(|_| fixed) {
            self.object_streams.borrow_mut().insert(number, known.clone());
            return Ok(known.clone());
        }
        let whole = |key| {
            stream.dict.get(key).and_then(Object::as_integer).and_then(|v| usize::try_from(v).ok())
        };
        let (Some(count), Some(first)) = (whole("N"), whole("First")) else {
            return Err(wrong("/N or /First is missing"));
        };
        if count > self.limits.objects {
            return Err(over("objects", self.limits.objects));
        }
        let data = self.decode(&stream)?;
        let mut index = Vec::new();
        let mut lexer =
            Lexer::new(data.get(..first).ok_or_else(|| wrong("/First lies beyond the data"))?, 0);
        for _ in 0..count {
            let (Token::Integer(number), Token::Integer(at)) = (lexer.next()?, lexer.next()?)
            else {
                return Err(wrong("its index is not pairs of whole numbers"));
            };
            let start = usize::try_from(at)
                .ok()
                .and_then(|at| at.checked_add(first))
                .filter(|at| *at < data.len());
            match (u32::try_from(number), start) {
                (Ok(number), Some(start)) => index.push((number, start)),
                _ => return Err(wrong("its index points outside the data")),
            }
        }
        // Some readers look an object up by its place, some by its number: they would find two.
        let numbers: BTreeSet<u32> = index.iter().map(|(number, _)| *number).collect();
        if numbers.len() != index.len() {
            return Err(wrong("its index names an object twice"));
        }
        let stream = Rc::new(ObjectStream { data, index });
        if fixed {
            self.shared.inflated.borrow_mut().insert(place, stream.clone());
        }
        self.object_streams.borrow_mut().insert(number, stream.clone());
        Ok(stream)
    }
}
