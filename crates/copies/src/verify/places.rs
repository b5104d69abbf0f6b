//! On which page an object shows.

use std::collections::{BTreeMap, BTreeSet};

use motcua_pdf::{Document, Error, Object};

/// Object number → page, from 1. Each object counts for the first page that reaches it, so one walk is linear in the file.
pub(super) fn pages(document: &Document<'_>) -> Result<BTreeMap<u32, usize>, Error> {
    let mut places = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (i, page) in document.pages()?.iter().enumerate() {
        places.entry(page.id.number).or_insert(i + 1);
        seen.insert(page.id);
        let mut open = vec![Object::Dict(page.dict.without(&["Parent"]))];
        open.extend(page.inherited("Resources").cloned());
        while let Some(object) = open.pop() {
            match object {
                Object::Array(items) => open.extend(items),
                Object::Dict(dict) => {
                    open.extend(dict.without(&["Parent", "P"]).iter().map(|(_, v)| v.clone()))
                }
                Object::Stream(stream) => open.push(Object::Dict(stream.dict)),
                Object::Ref(id) if seen.insert(id) => {
                    places.entry(id.number).or_insert(i + 1);
                    open.push(document.get(id)?);
                }
                _ => {}
            }
        }
    }
    Ok(places)
}

/// Numbers of all objects that the trailer leads to, there or not.
pub(super) fn reached(document: &Document<'_>) -> Result<BTreeSet<u32>, Error> {
    let mut reached = BTreeSet::new();
    let mut open = vec![Object::Dict(document.trailer().clone())];
    while let Some(object) = open.pop() {
        match object {
            Object::Array(items) => open.extend(items),
            Object::Dict(dict) => open.extend(dict.iter().map(|(_, v)| v.clone())),
            Object::Stream(stream) => open.push(Object::Dict(stream.dict)),
            Object::Ref(id) if reached.insert(id.number) => open.push(document.get(id)?),
            _ => {}
        }
    }
    Ok(reached)
}
