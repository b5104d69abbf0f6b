//! XML as bank statements need it and no more: UTF-8, namespaces, no document type, no entities but the five of XML, and budgets for
//! depth, text and the size of one part. A pull parser (`quick-xml`) does the reading; nothing is expanded.

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use super::Error;

/// Deepest nesting read. The deepest path of camt.053.001.13 has fewer than 20 elements.
const MAX_DEPTH: usize = 64;

/// Longest text of one element, 64 KiB: the longest field of camt has 20 000 characters.
const MAX_TEXT: usize = 64 * 1024;

/// Most elements in one part held in memory (a transaction, a balance, an account): a full transaction has a few hundred.
const MAX_NODES: usize = 20_000;

/// Most attributes of an element. `Ccy` and a few namespaces are all that occur.
const MAX_ATTRIBUTES: usize = 32;

/// An element with its text and children.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) name: String,
    /// The attribute `Ccy`, the only one that camt has.
    pub(super) currency: Option<String>,
    pub(super) text: String,
    pub(super) children: Vec<Node>,
}

impl Node {
    /// The first element at this path.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, name| node.children.iter().find(|c| c.name == *name))
    }

    /// All children of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |c| c.name == name)
    }

    /// The trimmed text at this path; none where it is absent or empty.
    pub(super) fn value(&self, path: &[&str]) -> Option<&str> {
        self.at(path).map(|n| n.text.trim()).filter(|t| !t.is_empty())
    }
}

/// What comes next inside an element.
pub(super) enum Step {
    /// A child begins: its local name. It must be read with [`Xml::node`], entered, or skipped with [`Xml::skip`].
    Child(String),
    /// The element ends.
    End,
}

/// The reader.
pub(super) struct Xml<'a> {
    reader: NsReader<&'a [u8]>,
    /// The namespace that counts: elements of others are passed over whole.
    namespace: Option<Vec<u8>>,
    depth: usize,
    /// Elements at the top: XML 1.0 §2.1 allows one.
    roots: usize,
    first: Option<String>,
    /// The attribute `Ccy` of the element whose start was just read.
    currency: Option<String>,
}

/// Removes a byte order mark and refuses what is not UTF-8, by name.
pub(super) fn utf8<'a>(bytes: &'a [u8], format: &'static str) -> Result<&'a str, Error> {
    let refused = |got: &str| Err(Error::Encoding { format, got: got.to_owned() });
    let bytes = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => rest,
        [0xff, 0xfe, 0, 0, ..] => return refused("UTF-32 (little endian)"),
        [0, 0, 0xfe, 0xff, ..] => return refused("UTF-32 (big endian)"),
        [0xff, 0xfe, ..] | [b'<', 0, ..] => return refused("UTF-16 (little endian)"),
        [0xfe, 0xff, ..] | [0, b'<', ..] => return refused("UTF-16 (big endian)"),
        other => other,
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(e) => refused(&format!(
            "an encoding that is not UTF-8 (byte {}; perhaps Windows-1258 or TCVN3)",
            e.valid_up_to()
        )),
    }
}

impl<'a> Xml<'a> {
    /// Opens a document and stands before its root element.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Xml<'a>, Error> {
        // A declaration of another encoding in bytes that happen to be UTF-8 is a contradiction: refused in `event`.
        let text = utf8(bytes, "XML")?;
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        reader.config_mut().check_comments = true;
        Ok(Xml { reader, namespace: None, depth: 0, roots: 0, first: None, currency: None })
    }

    /// Byte offset of the reader.
    pub(super) fn place(&self) -> u64 {
        self.reader.buffer_position()
    }

    fn unsafe_xml<T>(&self, what: &'static str) -> Result<T, Error> {
        Err(Error::XmlUnsafe { at: self.place(), what })
    }

    fn syntax(&self, problem: impl Into<String>) -> Error {
        Error::XmlSyntax { at: self.place(), problem: problem.into() }
    }

    /// Finds the next element `name` whose namespace begins with `family`, at the top or inside an envelope, and gives its
    /// namespace; none when the text is at its end. What stands around it may be anything.
    pub(super) fn find_root(&mut self, name: &str, family: &str) -> Result<Option<String>, Error> {
        self.namespace = None;
        loop {
            match self.event()? {
                Event::Start(start) => {
                    let local = local_name(&start);
                    let namespace = self.namespace_of(&start).unwrap_or_default();
                    self.started(&start)?;
                    self.first.get_or_insert_with(|| local.clone());
                    if local == name && namespace.starts_with(family.as_bytes()) {
                        let text = String::from_utf8_lossy(&namespace).into_owned();
                        self.namespace = Some(namespace);
                        return Ok(Some(text));
                    }
                }
                Event::End(_) => self.depth = self.depth.saturating_sub(1),
                Event::Eof if self.depth == 0 => return Ok(None),
                Event::Eof => return Err(self.syntax("the text ends inside an element")),
                _ => {}
            }
        }
    }

    /// The name of the document's outermost element.
    pub(super) fn outermost(&self) -> &str {
        self.first.as_deref().unwrap_or_default()
    }

    /// The next child of the element just entered, or its end. Text between children is passed over.
    pub(super) fn step(&mut self) -> Result<Step, Error> {
        loop {
            match self.event()? {
                Event::Start(start) => {
                    let ours = self.is_ours(&start);
                    let local = local_name(&start);
                    self.started(&start)?;
                    if ours {
                        return Ok(Step::Child(local));
                    }
                    self.skip()?;
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Step::End);
                }
                Event::Eof => return Err(self.syntax("the text ends inside an element")),
                _ => {}
            }
        }
    }

    /// Passes over the element just entered.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        let level = self.depth;
        loop {
            match self.event()? {
                Event::Start(start) => self.started(&start)?,
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth < level {
                        return Ok(());
                    }
                }
                Event::Eof => return Err(self.syntax("the text ends inside an element")),
                _ => {}
            }
        }
    }

    /// Reads the element just entered with all below it.
    pub(super) fn node(&mut self, name: &str) -> Result<Node, Error> {
        let mut nodes = 1;
        let mut open = vec![self.fresh(name)];
        loop {
            match self.event()? {
                Event::Start(start) => {
                    let ours = self.is_ours(&start);
                    let local = local_name(&start);
                    self.started(&start)?;
                    nodes += 1;
                    if nodes > MAX_NODES {
                        return self.unsafe_xml("more elements in one part than any statement has");
                    }
                    if ours {
                        let node = self.fresh(&local);
                        open.push(node);
                    } else {
                        self.skip()?;
                    }
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    let Some(done) = open.pop() else {
                        return Err(self.syntax("an end without a start"));
                    };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                }
                Event::Text(text) => {
                    let text = text.decode().map_err(|e| self.syntax(e.to_string()))?;
                    self.add_text(&mut open, &text)?;
                }
                Event::CData(data) => {
                    let text = data.decode().map_err(|e| self.syntax(e.to_string()))?;
                    self.add_text(&mut open, &text)?;
                }
                Event::GeneralRef(reference) => {
                    let text = self.entity(&reference)?;
                    self.add_text(&mut open, text.encode_utf8(&mut [0; 4]))?;
                }
                Event::Eof => return Err(self.syntax("the text ends inside an element")),
                Event::Empty(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_) => {}
            }
        }
    }

    fn fresh(&mut self, name: &str) -> Node {
        Node { name: name.to_owned(), currency: self.currency.take(), ..Node::default() }
    }

    fn add_text(&self, open: &mut [Node], text: &str) -> Result<(), Error> {
        let Some(node) = open.last_mut() else { return Ok(()) };
        if node.text.len() + text.len() > MAX_TEXT {
            return self.unsafe_xml("a text longer than 64 KiB");
        }
        // Markup between elements is white space; it is kept only where a value may stand.
        if !(node.text.is_empty() && text.trim().is_empty()) {
            node.text.push_str(text);
        }
        Ok(())
    }

    /// One event, with everything refused that could expand, hide or exhaust.
    fn event(&mut self) -> Result<Event<'a>, Error> {
        let event = self.reader.read_event().map_err(|e| self.syntax(e.to_string()))?;
        match &event {
            Event::DocType(_) => self.unsafe_xml("a document type declaration"),
            Event::Decl(declaration) => {
                if let Some(encoding) = declaration.encoding() {
                    let encoding = encoding.map_err(|e| self.syntax(e.to_string()))?;
                    let name = String::from_utf8_lossy(&encoding).into_owned();
                    if !name.eq_ignore_ascii_case("utf-8") && !name.eq_ignore_ascii_case("us-ascii")
                    {
                        return Err(Error::Encoding { format: "XML", got: name });
                    }
                }
                Ok(event)
            }
            Event::Text(text) if text.len() > MAX_TEXT => {
                self.unsafe_xml("a text longer than 64 KiB")
            }
            Event::CData(text) if text.len() > MAX_TEXT => {
                self.unsafe_xml("a text longer than 64 KiB")
            }
            Event::GeneralRef(reference) => {
                self.entity(reference)?;
                Ok(event)
            }
            _ => Ok(event),
        }
    }

    /// XML 1.0 §4.6: the five predefined entities, and character references; nothing else is declared without a DTD.
    fn entity(&self, reference: &quick_xml::events::BytesRef<'_>) -> Result<char, Error> {
        let unknown = Error::XmlUnsafe { at: self.place(), what: "an entity" };
        if let Some(c) = reference.resolve_char_ref().map_err(|e| self.syntax(e.to_string()))? {
            // XML 1.0 §2.2: the control characters are no characters of a document.
            let legal =
                matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && c != '\u{fffe}' && c != '\u{ffff}');
            return if legal { Ok(c) } else { Err(self.syntax("a forbidden character")) };
        }
        match &**reference {
            b"amp" => Ok('&'),
            b"lt" => Ok('<'),
            b"gt" => Ok('>'),
            b"quot" => Ok('"'),
            b"apos" => Ok('\''),
            _ => Err(unknown),
        }
    }

    fn is_ours(&self, start: &BytesStart<'_>) -> bool {
        match self.reader.resolve_element(start.name()).0 {
            ResolveResult::Bound(namespace) => {
                self.namespace.as_deref() == Some(namespace.as_ref())
            }
            ResolveResult::Unbound => self.namespace.is_none(),
            ResolveResult::Unknown(_) => false,
        }
    }

    fn namespace_of(&self, start: &BytesStart<'_>) -> Option<Vec<u8>> {
        match self.reader.resolve_element(start.name()).0 {
            ResolveResult::Bound(namespace) => Some(namespace.as_ref().to_vec()),
            ResolveResult::Unbound => None,
            // An undeclared prefix is in no namespace that counts.
            ResolveResult::Unknown(_) => Some(Vec::new()),
        }
    }

    fn started(&mut self, start: &BytesStart<'_>) -> Result<(), Error> {
        if self.depth == 0 {
            self.roots += 1;
            if self.roots > 1 {
                return Err(self.syntax("a second root element"));
            }
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.unsafe_xml("elements nested deeper than 64");
        }
        let mut currency = None;
        for (count, attribute) in start.attributes().enumerate() {
            let attribute = attribute.map_err(|e| self.syntax(e.to_string()))?;
            if count >= MAX_ATTRIBUTES || attribute.value.len() > MAX_TEXT {
                return self.unsafe_xml("more attributes than any statement has");
            }
            if attribute.key.as_ref() == b"Ccy" {
                currency = Some(String::from_utf8_lossy(&attribute.value).into_owned());
            }
        }
        self.currency = currency;
        Ok(())
    }
}

fn local_name(start: &BytesStart<'_>) -> String {
    String::from_utf8_lossy(start.local_name().as_ref()).into_owned()
}
