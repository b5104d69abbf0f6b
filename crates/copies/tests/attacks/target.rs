//! A signed file under attack: what stands where in it, and updates appended to it in sound and unsound forms.

#![allow(dead_code, reason = "each test file uses its part")]

use std::ops::Range;

use motcua_copies::Policy;
use motcua_pdf::{Dict, Document, Limits, Object, Ref};

/// An attack file: what was done, the file, and codes of which one must be named.
pub struct Attack {
    pub name: String,
    pub file: Vec<u8>,
    pub codes: &'static [&'static str],
}

/// A sound signed file.
pub struct Target {
    pub name: String,
    pub bytes: Vec<u8>,
    pub policy: Policy,
    pub root: Ref,
    pub catalog: Dict,
    pub trailer: Dict,
    pub size: u32,
    pub startxref: usize,
    pub id: String,
    /// The first page.
    pub page: Ref,
    pub page_dict: Dict,
    pub signature: Signature,
    /// Ends of the revisions.
    pub ends: Vec<usize>,
}

/// The first signature of the file.
#[derive(Clone)]
pub struct Signature {
    pub number: u32,
    pub dict: Dict,
    pub contents: Range<usize>,
    pub byte_range: [usize; 4],
    /// Where the array of `/ByteRange` stands.
    pub range_at: Range<usize>,
    pub field: u32,
    pub field_dict: Dict,
}

/// How an update is written.
#[derive(Clone, Copy)]
pub struct Form {
    pub xref: bool,
    pub trailer: bool,
    pub startxref: Option<usize>,
    pub startxref_line: bool,
    pub eof: bool,
    pub prev: Option<usize>,
    pub stream: bool,
    pub root: Option<u32>,
}

impl Target {
    pub fn new(name: &str, bytes: Vec<u8>, policy: Policy) -> Self {
        let document = Document::parse(&bytes, &Limits::STANDARD).unwrap();
        let text = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(400)..]).into_owned();
        let startxref = text.rsplit("startxref").next().unwrap().split_whitespace().next().unwrap();
        let startxref = startxref.parse().unwrap();
        let page = document.pages().unwrap().remove(0);
        let catalog = document.catalog().unwrap();
        let root = document.trailer().get("Root").unwrap().as_ref().unwrap();
        let id = match document.trailer().get("ID").and_then(Object::as_array) {
            Some([first, ..]) => motcua_pdf::hex(&first.as_string().unwrap().bytes),
            _ => String::new(),
        };
        let signature = first_signature(&document, &catalog);
        let target = Self {
            name: name.to_owned(),
            policy,
            root,
            catalog,
            trailer: document.trailer().clone(),
            size: document.next_number(),
            startxref,
            id,
            page: page.id,
            page_dict: page.dict,
            signature,
            ends: document.revisions().iter().map(|r| r.added.end).collect(),
            bytes: Vec::new(),
        };
        Self { bytes, ..target }
    }

    pub fn document(&self) -> Document<'_> {
        Document::parse(&self.bytes, &Limits::STANDARD).unwrap()
    }

    pub fn sound(&self) -> Form {
        Form {
            xref: true,
            trailer: true,
            startxref: None,
            startxref_line: true,
            eof: true,
            prev: Some(self.startxref),
            stream: false,
            root: None,
        }
    }

    /// A page of the attacker's: the same object, other contents.
    pub fn forged_page(&self) -> Vec<(u32, Vec<u8>)> {
        let text = "0.5 0.1 0.1 rg 0 0 200 200 re f";
        let dict = with(&self.page_dict, &[("Contents", &format!("{} 0 R", self.size))]);
        vec![
            (self.page.number, dict.into_bytes()),
            (
                self.size,
                format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()).into_bytes(),
            ),
        ]
    }

    /// The file with an update in the usual form.
    pub fn updated(&self, objects: &[(u32, Vec<u8>)]) -> Vec<u8> {
        self.append(objects, self.sound())
    }

    /// An object's dictionary with other entries.
    pub fn with(&self, number: u32, set: &[(&str, &str)]) -> (u32, Vec<u8>) {
        let Object::Dict(dict) = self.document().get(Ref { number, generation: 0 }).unwrap() else {
            panic!("{number}")
        };
        (number, with(&dict, set).into_bytes())
    }

    /// The file with an update in any form.
    pub fn append(&self, objects: &[(u32, Vec<u8>)], form: Form) -> Vec<u8> {
        let mut file = self.bytes.clone();
        if !file.ends_with(b"\n") {
            file.push(b'\n');
        }
        let mut rows = Vec::new();
        for (number, body) in objects {
            rows.push((*number, 0u16, file.len()));
            file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
            file.extend_from_slice(body);
            file.extend_from_slice(b"\nendobj\n");
        }
        self.close(&mut file, &rows, form);
        file
    }

    /// Writes cross-reference, trailer and end mark for objects that stand in the file already.
    pub fn close(&self, file: &mut Vec<u8>, rows: &[(u32, u16, usize)], form: Form) {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        let start = file.len();
        let most = rows.iter().map(|r| r.0 + 1).max().unwrap_or(0).max(self.size + 1);
        let root = form.root.unwrap_or(self.root.number);
        let prev = form.prev.map(|p| format!("/Prev {p} ")).unwrap_or_default();
        let entries = format!("/Size {most} /Root {root} 0 R {prev}{} ", self.kept());
        if form.stream {
            let mut data = Vec::new();
            let mut index = String::new();
            let own = most;
            rows.push((own, 0, start));
            for (number, generation, at) in &rows {
                index.push_str(&format!("{number} 1 "));
                data.push(1);
                data.extend_from_slice(&u32::try_from(*at).unwrap().to_be_bytes());
                data.extend_from_slice(&generation.to_be_bytes());
            }
            let entries = entries.replace(&format!("/Size {most}"), &format!("/Size {}", own + 1));
            file.extend_from_slice(
                format!("{own} 0 obj\n<< /Type /XRef /W [1 4 2] /Index [{index}] {entries}/Length {} >>\nstream\n", data.len()).as_bytes(),
            );
            file.extend_from_slice(&data);
            file.extend_from_slice(b"\nendstream\nendobj\n");
        } else {
            let mut text = String::new();
            if form.xref {
                text.push_str("xref\n");
                for (number, generation, at) in &rows {
                    text.push_str(&format!("{number} 1\n{at:010} {generation:05} n\r\n"));
                }
                if rows.is_empty() {
                    text.push_str("0 0\n");
                }
            }
            if form.trailer {
                text.push_str(&format!("trailer\n<< {entries}>>\n"));
            }
            file.extend_from_slice(text.as_bytes());
        }
        if form.startxref_line {
            file.extend_from_slice(
                format!("startxref\n{}\n", form.startxref.unwrap_or(start)).as_bytes(),
            );
        }
        if form.eof {
            file.extend_from_slice(b"%%EOF\n");
        }
    }

    /// What the trailer of an update goes on saying; without it the update would be refused for that alone.
    pub fn kept(&self) -> String {
        let id =
            if self.id.is_empty() { String::new() } else { format!("/ID [<{0}> <{0}>]", self.id) };
        let info = self.trailer.get("Info").map(|i| format!("/Info {} ", show(i)));
        info.unwrap_or_default() + &id
    }

    /// The file with `from` replaced by `to` of the same length, in place.
    pub fn in_place(&self, range: Range<usize>, to: &[u8]) -> Vec<u8> {
        let mut file = self.bytes.clone();
        let mut text = to.to_vec();
        text.resize(range.len(), b' ');
        file[range].copy_from_slice(&text);
        file
    }
}

fn first_signature(document: &Document<'_>, catalog: &Dict) -> Signature {
    let Object::Dict(form) = document.value(catalog, "AcroForm").unwrap() else {
        panic!("no form")
    };
    let mut all = Vec::new();
    for field in document.value(&form, "Fields").unwrap().as_array().unwrap() {
        let Object::Dict(field_dict) = document.resolve(field).unwrap() else { continue };
        let Object::Dict(dict) = document.value(&field_dict, "V").unwrap() else { continue };
        let contents = dict.get("Contents").unwrap().as_string().unwrap().range.clone();
        let numbers: Vec<usize> = dict
            .get("ByteRange")
            .unwrap()
            .as_array()
            .unwrap()
            .iter()
            .map(|n| usize::try_from(n.as_integer().unwrap()).unwrap())
            .collect();
        let number = field_dict.get("V").unwrap().as_ref().unwrap().number;
        let object = document.locate(number).unwrap().unwrap().range.unwrap();
        let text = document.source().window(object.clone()).unwrap();
        let at = text.windows(10).position(|w| w == b"/ByteRange").unwrap() + 10;
        let open = at + text[at..].iter().position(|b| *b == b'[').unwrap();
        let close = open + text[open..].iter().position(|b| *b == b']').unwrap() + 1;
        all.push(Signature {
            number,
            dict: dict.clone(),
            contents,
            byte_range: [numbers[0], numbers[1], numbers[2], numbers[3]],
            range_at: object.start + open..object.start + close,
            field: field.as_ref().unwrap().number,
            field_dict,
        });
    }
    all.sort_by_key(|s| s.byte_range[2] + s.byte_range[3]);
    all.remove(0)
}

/// An object as text; strings in hexadecimal.
pub fn show(object: &Object) -> String {
    match object {
        Object::Null => "null".into(),
        Object::Bool(value) => value.to_string(),
        Object::Integer(value) => value.to_string(),
        Object::Real(real) => real.as_str().into(),
        Object::String(s) => format!("<{}>", motcua_pdf::hex(&s.bytes)),
        Object::Name(name) => format!("/{}", escape(&name.0)),
        Object::Array(items) => {
            format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" "))
        }
        Object::Dict(dict) => with(dict, &[]),
        Object::Ref(id) => format!("{id} R"),
        Object::Stream(_) => panic!("a stream is not shown"),
    }
}

/// A dictionary with some entries set; an empty text removes one.
pub fn with(dict: &Dict, set: &[(&str, &str)]) -> String {
    let keys: Vec<&str> = set.iter().map(|(k, _)| *k).collect();
    let mut parts: Vec<String> =
        dict.without(&keys).iter().map(|(k, v)| format!("/{} {}", escape(&k.0), show(v))).collect();
    parts.extend(set.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| format!("/{k} {v}")));
    format!("<< {} >>", parts.join(" "))
}

/// A name's characters as they are written (ISO 32000-2 §7.3.5).
fn escape(name: &[u8]) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_+".contains(&b);
    name.iter()
        .map(|b| if plain(*b) { char::from(*b).to_string() } else { format!("#{b:02x}") })
        .collect()
}
