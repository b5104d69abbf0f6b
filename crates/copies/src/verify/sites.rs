//! Who refers to an object, in one revision: container and the keys that lead to the reference. With it a change that is
//! harmless in one place cannot take effect in another.

use std::collections::{BTreeMap, BTreeSet};

use motcua_pdf::{Document, Error, Object};

/// Object number of the container; 0 is the trailer.
pub(super) type Site = (u32, String);

/// The references of a revision to the objects asked about.
#[derive(Debug, Default)]
pub(super) struct Sites {
    of: BTreeMap<u32, BTreeSet<Site>>,
}

impl Sites {
    /// Looks through every object of the revision for references to the objects `wanted`.
    pub(super) fn read(document: &Document<'_>, wanted: &BTreeSet<u32>) -> Result<Self, Error> {
        let mut sites = Self::default();
        sites.walk(0, &Object::Dict(document.trailer().without(&["Prev", "XRefStm"])), wanted);
        for number in document.entries().keys() {
            if let Some(located) = document.locate(*number)?.filter(|l| !is_table(&l.value)) {
                sites.walk(*number, &located.value, wanted);
            }
        }
        Ok(sites)
    }

    fn walk(&mut self, container: u32, object: &Object, wanted: &BTreeSet<u32>) {
        // Most of a file are numbers and names, which lead nowhere.
        let leads = |value: &Object| match value {
            Object::Ref(id) => wanted.contains(&id.number),
            other => matches!(other, Object::Array(_) | Object::Dict(_)),
        };
        // The parser bounds the nesting, so this work list is bounded by the file.
        let mut open = vec![(String::new(), object)];
        while let Some((path, object)) = open.pop() {
            match object {
                Object::Ref(id) if wanted.contains(&id.number) => {
                    self.of.entry(id.number).or_default().insert((container, path));
                }
                Object::Array(items) => {
                    let items = items.iter().filter(|item| leads(item));
                    open.extend(items.map(|item| (path.clone(), item)));
                }
                Object::Dict(_) | Object::Stream(_) => {
                    let dict = object.as_dict().into_iter().flat_map(motcua_pdf::Dict::iter);
                    for (key, value) in dict.filter(|(_, value)| leads(value)) {
                        open.push((join(&path, &key.to_string()), value));
                    }
                }
                _ => {}
            }
        }
    }

    /// Who refers to object `number`.
    pub(super) fn of(&self, number: u32) -> impl Iterator<Item = &Site> {
        self.of.get(&number).into_iter().flatten()
    }
}

/// A cross-reference stream: its dictionary is a trailer.
fn is_table(value: &Object) -> bool {
    matches!(value, Object::Stream(stream) if stream.dict.is_name("Type", "XRef"))
}

/// `a.b`; array positions are not part of a path.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
