//! Every single thing an appended update can do to an object of a signed file: free it, empty it, add an entry, change or remove
//! each entry, lead each reference elsewhere. Made from the file itself, so that nothing in it is forgotten.

use std::collections::BTreeMap;
use std::ops::Range;

use motcua_pdf::{Document, Object, Stream};

use super::target::{Target, show, with};

/// One change, and the file with it.
pub struct Change {
    pub object: u32,
    pub what: String,
    pub file: Vec<u8>,
}

/// Where housekeeping is allowed after a signature on a document that is no copy, each with its reason.
pub fn allowed(target: &Target) -> Vec<(u32, String)> {
    let document = target.document();
    // Levels of extensions show nothing.
    let mut places = vec![(target.root.number, "/Extensions".to_owned())];
    // The date and the program of the update.
    if let Some(info) = target.trailer.get("Info").and_then(Object::as_ref) {
        places.extend(["/ModDate", "/Producer"].map(|key| (info.number, key.to_owned())));
    }
    let Object::Dict(store) = document.value(&target.catalog, "DSS").unwrap() else {
        return places;
    };
    // The lists of the store have no order, and what stands twice says no more.
    for (key, list) in [("Certs", "/Certs "), ("CRLs", "/CRLs "), ("OCSPs", "/OCSPs ")] {
        let (own, start) = match store.get(key) {
            Some(Object::Ref(id)) => (Some(*id), ""),
            _ => (target.catalog.get("DSS").and_then(Object::as_ref), list),
        };
        for what in ["doubled", "put in another order"] {
            places.extend(own.map(|id| (id.number, format!("{start}{what}"))));
        }
    }
    // What a record says of a single signature stands in the lists too; records may be left out.
    if let Some(id) = target.catalog.get("DSS").and_then(Object::as_ref) {
        places.push((id.number, "/VRI".into()));
    }
    let mut open: Vec<Object> = store.get("VRI").cloned().into_iter().collect();
    while let Some(object) = open.pop() {
        match object {
            Object::Ref(id) => {
                let value = document.get(id).unwrap();
                if !matches!(value, Object::Stream(_)) {
                    places.push((id.number, String::new()));
                    open.push(value);
                }
            }
            Object::Array(items) => open.extend(items),
            Object::Dict(dict) => open.extend(dict.iter().map(|(_, v)| v.clone())),
            _ => {}
        }
    }
    places
}

/// Every change of every object of the newest revision.
pub fn build(target: &Target) -> Vec<Change> {
    let document = target.document();
    let same = verbatim(&document);
    let mut changes = Vec::new();
    for number in document.entries().keys().copied() {
        let Some(located) = document.locate(number).unwrap() else { continue };
        let mut add = |what: String, body: Vec<u8>| {
            let file = target.updated(&[(number, body)]);
            changes.push(Change { object: number, what, file });
        };
        for (what, body) in bodies(&document, &located.value, target) {
            if same.get(&number) != Some(&body) {
                add(what, body);
            }
        }
        changes.push(Change { object: number, what: "freed".into(), file: freed(target, number) });
    }
    changes
}

/// Every object as it is.
fn verbatim(document: &Document<'_>) -> BTreeMap<u32, Vec<u8>> {
    let mut all = BTreeMap::new();
    for number in document.entries().keys() {
        let Some(located) = document.locate(*number).unwrap() else { continue };
        let body = match &located.value {
            Object::Stream(s) => stream(&with(&s.dict, &[]), &document.raw(s).unwrap()),
            other => show(other).into_bytes(),
        };
        all.insert(*number, body);
    }
    all
}

/// What may stand in the place of an object.
fn bodies(document: &Document<'_>, value: &Object, target: &Target) -> Vec<(String, Vec<u8>)> {
    let mut out = vec![("null".to_owned(), b"null".to_vec())];
    let data = match value {
        Object::Stream(stream) => Some(document.raw(stream).unwrap().into_owned()),
        _ => None,
    };
    let whole = |text: &str| match &data {
        Some(data) => stream(text, data),
        None => text.as_bytes().to_vec(),
    };
    let top = match value {
        Object::Stream(Stream { dict, .. }) => Object::Dict(dict.clone()),
        other => other.clone(),
    };
    if let Object::Dict(dict) = &top {
        out.push(("an entry added".into(), whole(&with(dict, &[("Added", "1")]))));
        for (key, value) in dict.iter() {
            let key = key.to_string();
            // The length of a stream is what it is.
            if key == "Length" {
                continue;
            }
            out.push((format!("/{key} removed"), whole(&with(dict, &[(&key, "")]))));
            for (what, other) in others(value) {
                out.push((format!("/{key} {what}"), whole(&with(dict, &[(&key, &other)]))));
            }
        }
    } else {
        for (what, other) in others(&top) {
            out.push((what.to_owned(), other.into_bytes()));
        }
    }
    if let (Object::Dict(dict), Some(data)) = (&top, &data) {
        let length = |n: usize| with(dict, &[("Length", &n.to_string())]);
        let mut flipped = data.clone();
        if let Some(byte) = flipped.last_mut() {
            *byte ^= 1;
            out.push(("data changed".into(), stream(&length(data.len()), &flipped)));
        }
        out.push(("data emptied".into(), stream(&length(0), b"")));
        out.push(("data doubled".into(), stream(&length(data.len() * 2), &data.repeat(2))));
    }
    let others = [target.page.number, target.signature.number, target.root.number, 999_999];
    let text = show(&top);
    for (i, place) in references(&text).into_iter().enumerate() {
        for other in others {
            let mut moved = text.clone();
            moved.replace_range(place.clone(), &format!("{other} 0 R"));
            if moved != text {
                out.push((format!("reference {i} to {other}"), whole(&moved)));
            }
        }
    }
    out
}

fn stream(dict: &str, data: &[u8]) -> Vec<u8> {
    let mut body = dict.as_bytes().to_vec();
    body.extend_from_slice(b"\nstream\n");
    body.extend_from_slice(data);
    body.extend_from_slice(b"\nendstream");
    body
}

/// Other values of the same kind, and one of another, with what was done.
fn others(value: &Object) -> Vec<(&'static str, String)> {
    let mut all = all_others(value);
    all.retain(|(_, other)| *other != show(value));
    all
}

fn all_others(value: &Object) -> Vec<(&'static str, String)> {
    let array = |items: &[Object]| show(&Object::Array(items.to_vec()));
    match value {
        Object::Null => vec![("given", "1".into())],
        Object::Bool(value) => vec![("turned", (!value).to_string())],
        Object::Integer(value) => {
            vec![
                ("raised", (value + 1).to_string()),
                ("zero", "0".into()),
                ("a string", "(1)".into()),
            ]
        }
        Object::Real(value) => {
            vec![("another", format!("9{}", value.as_str().trim_start_matches('-')))]
        }
        Object::String(s) => {
            let longer = motcua_pdf::hex(&[&s.bytes[..], b"x"].concat());
            vec![("lengthened", format!("<{longer}>")), ("emptied", "<>".into())]
        }
        Object::Name(_) => vec![("another", "/Other".into()), ("null", "null".into())],
        Object::Array(items) => {
            let backwards: Vec<Object> = items.iter().rev().cloned().collect();
            vec![
                ("emptied", "[]".into()),
                ("null added", array(&[items.clone(), vec![Object::Null]].concat())),
                ("first taken out", array(items.get(1..).unwrap_or_default())),
                ("doubled", array(&[items.clone(), items.clone()].concat())),
                ("put in another order", array(&backwards)),
            ]
        }
        Object::Dict(dict) => {
            let emptied = Object::Dict(motcua_pdf::Dict::default());
            let mut all =
                vec![("emptied", show(&emptied)), ("added to", with(dict, &[("Added", "1")]))];
            for (key, value) in dict.iter() {
                let key = key.to_string();
                all.push(("taken from", with(dict, &[(&key, "")])));
                let within = others(value);
                all.extend(
                    within.iter().map(|(_, o)| ("changed within", with(dict, &[(&key, o)]))),
                );
            }
            all
        }
        Object::Ref(_) => {
            vec![
                ("null", "null".into()),
                ("a dictionary", "<< >>".into()),
                ("an array", "[]".into()),
            ]
        }
        Object::Stream(_) => Vec::new(),
    }
}

/// Where the references stand in an object as `show` writes it: a name never ends in a space, and strings are hexadecimal.
fn references(text: &str) -> Vec<Range<usize>> {
    let found = text
        .match_indices(" R")
        .filter(|(at, _)| !text[at + 2..].starts_with(|c: char| c.is_ascii_alphanumeric()));
    found
        .map(|(at, _)| {
            let generation = text[..at].rfind(' ').unwrap();
            let before = text[..generation].rfind(|c: char| !c.is_ascii_digit());
            before.map_or(0, |b| b + 1)..at + 2
        })
        .collect()
}

/// The file with one object given back.
fn freed(target: &Target, number: u32) -> Vec<u8> {
    let mut file = target.bytes.clone();
    file.push(b'\n');
    let start = file.len();
    file.extend_from_slice(
        format!(
            "xref\n{number} 1\n0000000000 00001 f\r\ntrailer\n<< /Size {} /Root {} R /Prev {} {} >>\nstartxref\n{start}\n%%EOF\n",
            target.size, target.root, target.startxref, target.kept()
        )
        .as_bytes(),
    );
    file
}
