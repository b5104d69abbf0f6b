//! The allow-list between two revisions: what may follow a signature. Whatever is not named here is a violation.
//!
//! Allowed are: filling a signature field that was prepared, or one that was added invisibly; the document security store;
//! document timestamps; filling in form fields where a certification permits it; housekeeping of dates in the metadata.

mod form;
mod resources;
mod store;
mod trailer;

use std::collections::{BTreeMap, BTreeSet};

use motcua_pdf::{Change, Dict, Document, Entry, Error, Object, Ref, changes};

use super::fields::Found;
use super::sites::{Site, Sites, join};
use super::{packet, places};
use crate::facts::CopyFacts;

/// What the signatures made so far permit.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules<'f> {
    /// The file is a certified copy: nothing but the expected signatures, the store and timestamps.
    pub copy: bool,
    /// The least permission of the certifications so far (ISO 32000-2 §12.8.2.2, table 257).
    pub permission: Option<i64>,
    /// Field locks so far (§12.8.2.4).
    pub locks: Vec<Lock>,
    /// What a copy states.
    pub facts: Option<&'f CopyFacts>,
}

/// A lock on fields.
#[derive(Debug, Clone)]
pub(super) enum Lock {
    All,
    Include(Vec<String>),
    Exclude(Vec<String>),
}

impl Rules<'_> {
    fn locked(&self, field: &str) -> bool {
        let named = |names: &[String]| {
            names.iter().any(|n| {
                n == field || field.strip_prefix(n.as_str()).is_some_and(|r| r.starts_with('.'))
            })
        };
        self.locks.iter().any(|lock| match lock {
            Lock::All => true,
            Lock::Include(names) => named(names),
            Lock::Exclude(names) => !named(names),
        })
    }
}

/// One thing that was changed and should not have been.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Violation {
    /// The object; none for the trailer.
    pub object: Option<Ref>,
    pub kind: Kind,
    /// Why, in English, short.
    pub why: &'static str,
    /// Where it shows, from 1.
    pub page: Option<usize>,
}

/// Added, changed or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Added,
    Changed,
    Removed,
}

/// What one update did, as far as it is allowed.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub violations: Vec<Violation>,
    /// Names of form fields that were filled in.
    pub filled: Vec<String>,
    /// Names of signature fields that this update signed.
    pub signed: Vec<String>,
    /// Those of them that it gave something to show.
    pub shown: Vec<String>,
    /// Whether the security store has something new.
    pub stored: bool,
}

pub(super) struct Update<'d, 'a> {
    old: &'d Document<'a>,
    new: &'d Document<'a>,
    rules: &'d Rules<'d>,
    signatures: &'d [Found],
    changed: BTreeMap<u32, Change>,
    /// Objects found to be allowed, with the places they may be reached from.
    cleared: BTreeMap<u32, BTreeSet<Site>>,
    /// Objects on the way to others, changed or not, with the places they were reached from.
    passed: BTreeMap<u32, BTreeSet<Site>>,
    /// Changes that mean nothing wherever they are reached from.
    harmless: BTreeSet<u32>,
    /// Widgets of signature fields that this update added, by page annotation.
    new_widgets: BTreeSet<Ref>,
    /// Looks that fields gave up for new ones.
    given_up: Vec<u32>,
    reasons: BTreeMap<u32, &'static str>,
    out: Outcome,
}

/// Compares two neighbouring revisions.
pub(super) fn judge(
    old: &Document<'_>,
    new: &Document<'_>,
    rules: &Rules<'_>,
    signatures: &[Found],
) -> Result<Outcome, Error> {
    let changed = changes(old, new)?.into_iter().map(|c| (c.id.number, c)).collect();
    let mut update = Update {
        old,
        new,
        rules,
        signatures,
        changed,
        cleared: BTreeMap::new(),
        passed: BTreeMap::new(),
        harmless: BTreeSet::new(),
        new_widgets: BTreeSet::new(),
        given_up: Vec::new(),
        reasons: BTreeMap::new(),
        out: Outcome::default(),
    };
    update.trailer()?;
    update.catalog()?;
    update.pages()?;
    update.containers()?;
    update.remaining()?;
    Ok(update.out)
}

impl Update<'_, '_> {
    fn blame(&mut self, object: Option<Ref>, why: &'static str) {
        match object {
            Some(id) => {
                self.reasons.entry(id.number).or_insert(why);
            }
            None => {
                self.out.violations.push(Violation { object, kind: Kind::Changed, why, page: None })
            }
        }
    }

    /// Takes back that an object on the way to what is wrong is allowed.
    fn refuse(&mut self, number: u32, why: &'static str) -> &'static str {
        if self.cleared.remove(&number).is_some() {
            self.reasons.entry(number).or_insert(why);
        }
        why
    }

    /// Whether the object did not exist before.
    fn is_new(&self, id: Ref) -> bool {
        self.changed.get(&id.number).is_some_and(|c| c.old.is_none() && c.id == id)
    }

    fn is_changed(&self, id: Ref) -> bool {
        self.changed.contains_key(&id.number)
    }

    fn clear(&mut self, id: Ref, container: u32, path: &str) {
        if self.is_changed(id) {
            self.cleared.entry(id.number).or_default().insert((container, path.to_owned()));
        }
    }

    /// Clears an object and all new ones below it. A changed one that existed before is not.
    fn clear_new(&mut self, object: &Object, container: u32, path: &str) -> Result<(), Error> {
        let leads =
            |value: &Object| matches!(value, Object::Ref(_) | Object::Array(_) | Object::Dict(_));
        let mut open = vec![(container, path.to_owned(), object.clone())];
        while let Some((container, path, object)) = open.pop() {
            match object {
                Object::Ref(id) if self.is_new(id) => {
                    let seen = self.cleared.contains_key(&id.number);
                    self.clear(id, container, &path);
                    if !seen {
                        open.push((id.number, String::new(), self.new.get(id)?));
                    }
                }
                Object::Array(items) => {
                    let items = items.into_iter().filter(leads);
                    open.extend(items.map(|item| (container, path.clone(), item)));
                }
                Object::Dict(_) | Object::Stream(_) => {
                    let dict = dict_of(&object);
                    for (key, value) in dict.iter().filter(|(_, value)| leads(value)) {
                        open.push((container, join(&path, &key.to_string()), value.clone()));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The container and path of what `key` of `dict` leads to, and the value.
    fn step(&mut self, holder: &Holder, key: &str) -> Result<(Holder, Object), Error> {
        let path = join(&holder.path, key);
        Ok(match holder.dict.get(key) {
            Some(Object::Ref(id)) => {
                self.clear(*id, holder.container, &path);
                self.passed.entry(id.number).or_default().insert((holder.container, path));
                let value = self.new.resolve(&Object::Ref(*id))?;
                (Holder { container: id.number, path: String::new(), dict: dict_of(&value) }, value)
            }
            other => {
                let value = other.cloned().unwrap_or(Object::Null);
                (Holder { container: holder.container, path, dict: dict_of(&value) }, value)
            }
        })
    }

    fn catalog(&mut self) -> Result<(), Error> {
        let Some(Object::Ref(root)) = self.new.trailer().get("Root").cloned() else {
            return Ok(());
        };
        let (old, new) = (self.old.catalog()?, self.new.catalog()?);
        const WATCHED: &[&str] = &["DSS", "Extensions", "AcroForm", "Metadata", "Version"];
        let mut fine = true;
        if old.without(WATCHED) != new.without(WATCHED) {
            fine = false;
            self.blame(Some(root), "the catalog was changed");
        }
        let holder = Holder { container: root.number, path: String::new(), dict: new.clone() };
        for key in WATCHED {
            let why = match *key {
                "DSS" => self.store(&holder, &old)?,
                "Extensions" => self.extensions(&holder, &old)?,
                "AcroForm" => self.form(&holder, &old)?,
                "Metadata" => self.metadata(&holder, &old)?,
                // The form comes before: by then it is known what the update is for.
                _ => {
                    let serves = !self.out.signed.is_empty() || !self.out.filled.is_empty();
                    version(self.old.version(), &old, &new, serves && !self.rules.copy)
                }
            };
            if let Some(why) = why {
                fine = false;
                self.blame(Some(root), why);
                if let Some(id) = new.get(key).and_then(Object::as_ref) {
                    self.refuse(id.number, why);
                }
            }
        }
        if fine {
            self.harmless.insert(root.number);
        }
        Ok(())
    }

    /// §7.12: names of developers with versions and levels, nothing that shows.
    fn extensions(&mut self, holder: &Holder, old: &Dict) -> Result<Option<&'static str>, Error> {
        if !holder.dict.contains("Extensions") {
            return Ok(old.contains("Extensions").then_some("/Extensions was removed"));
        }
        let (below, value) = self.step(holder, "Extensions")?;
        if !matches!(value, Object::Dict(_)) {
            return Ok(Some("/Extensions is not a dictionary"));
        }
        let keys: Vec<String> = below.dict.iter().map(|(k, _)| k.to_string()).collect();
        for key in keys.iter().filter(|k| *k != "Type") {
            let (_, value) = self.step(&below, key)?;
            let entries = match value {
                Object::Array(items) => items,
                one => vec![one],
            };
            for entry in entries {
                let entry = self.new.resolve(&entry)?;
                let plain = entry.as_dict().is_some_and(|d| {
                    d.iter().all(|(_, v)| {
                        matches!(v, Object::Name(_) | Object::Integer(_) | Object::String(_))
                    })
                });
                if !plain || matches!(entry, Object::Stream(_)) {
                    return Ok(Some("/Extensions holds something else than versions"));
                }
            }
        }
        Ok(None)
    }

    /// The catalog's XMP may be written anew, but must go on saying the same: a copy's facts, any file's title.
    fn metadata(&mut self, holder: &Holder, old: &Dict) -> Result<Option<&'static str>, Error> {
        let (before, after) = (old.get("Metadata"), holder.dict.get("Metadata"));
        let Some(Object::Ref(id)) = after.cloned() else {
            return Ok((before != after).then_some("the metadata were removed"));
        };
        if before == after && !self.is_changed(id) {
            return Ok(None);
        }
        let (_, value) = self.step(holder, "Metadata")?;
        let packet = |document: &Document<'_>, value: &Object| match value {
            Object::Stream(stream) => document.decode(stream).ok(),
            _ => None,
        };
        let earlier = self.old.value(old, "Metadata")?;
        let fine = match (packet(self.old, &earlier), packet(self.new, &value)) {
            (Some(earlier), Some(later)) => packet::same(&earlier, &later),
            // A copy has its metadata from the beginning.
            (None, Some(later)) => packet::empty(&later) && !self.rules.copy,
            (_, None) => false,
        };
        let plain = |dict: &Dict| {
            dict.is_name("Type", "Metadata")
                && dict.is_name("Subtype", "XML")
                && dict.without(&["Type", "Subtype", "Length", "Filter", "DecodeParms"]).is_empty()
        };
        if !fine || !value.as_dict().is_some_and(plain) {
            let why = "the metadata were changed";
            self.cleared.remove(&id.number);
            self.blame(Some(id), why);
            return Ok((before != after).then_some(why));
        }
        if let Object::Stream(stream) = &value {
            let (container, dict) = (id.number, stream.dict.clone());
            self.clear_new(&Object::Dict(dict), container, "")?;
        }
        Ok(None)
    }

    /// A page may gain the widgets of signature fields that were added, and nothing else.
    fn pages(&mut self) -> Result<(), Error> {
        let (old, new) = (self.old.pages()?, self.new.pages()?);
        if old.iter().map(|p| p.id).ne(new.iter().map(|p| p.id)) {
            self.blame(None, "pages were added, removed or put in another order");
        }
        for (before, after) in old.iter().zip(&new) {
            let holder = Holder {
                container: after.id.number,
                path: String::new(),
                dict: after.dict.clone(),
            };
            if before.dict.without(&["Annots"]) != after.dict.without(&["Annots"]) {
                self.blame(Some(after.id), "the page was changed");
                continue;
            }
            let list = |document: &Document<'_>, dict: &Dict| document.value(dict, "Annots");
            let earlier = list(self.old, &before.dict)?;
            let (below, later) = match after.dict.get("Annots") {
                Some(Object::Ref(id))
                    if !self.is_changed(*id)
                        && before.dict.get("Annots") == Some(&Object::Ref(*id)) =>
                {
                    continue;
                }
                None if !before.dict.contains("Annots") => continue,
                _ => self.step(&holder, "Annots")?,
            };
            if self.only_widgets_added(&earlier, &later) {
                self.harmless.insert(after.id.number);
            } else {
                self.cleared.remove(&below.container);
                self.blame(
                    after.dict.get("Annots").and_then(Object::as_ref),
                    "annotations of the page were changed",
                );
                self.blame(Some(after.id), "annotations of the page were changed");
            }
        }
        Ok(())
    }

    fn only_widgets_added(&self, earlier: &Object, later: &Object) -> bool {
        let before = earlier.as_array().unwrap_or_default();
        let Some(after) = later.as_array() else {
            return before.is_empty() && *later == Object::Null;
        };
        let kept = after.get(..before.len()).is_some_and(|kept| kept == before);
        let added = after.get(before.len()..).unwrap_or_default();
        kept && added.iter().all(|a| a.as_ref().is_some_and(|id| self.new_widgets.contains(&id)))
    }

    /// Cross-reference and object streams: they show nothing themselves; what they hold is judged object by object.
    fn containers(&mut self) -> Result<(), Error> {
        let used: BTreeSet<u32> = self
            .new
            .entries()
            .values()
            .filter_map(
                |e| if let Entry::InStream { stream, .. } = e { Some(*stream) } else { None },
            )
            .collect();
        let newest = self.new.revisions().last();
        let own: BTreeSet<u32> = newest
            .into_iter()
            .flat_map(motcua_pdf::Revision::sections)
            .flat_map(|s| s.own_objects.iter().map(|r| r.number))
            .collect();
        let numbers: Vec<u32> = self.changed.keys().copied().collect();
        for number in numbers {
            let Some(change) = self.changed.get(&number) else { continue };
            let (None, Some(Object::Stream(stream))) = (&change.old, &change.new) else { continue };
            let container = stream.dict.is_name("Type", "ObjStm") && used.contains(&number);
            let table = stream.dict.is_name("Type", "XRef") && own.contains(&number);
            if table {
                self.cleared.entry(number).or_default();
            } else if container {
                let hidden = self.new.held_by(number)?.into_iter().any(|held| {
                    !matches!(self.new.entries().get(&held), Some(Entry::InStream { stream, .. }) if *stream == number)
                });
                if hidden {
                    self.reasons
                        .entry(number)
                        .or_insert("an object stream holds objects that nothing lists");
                } else {
                    self.cleared.entry(number).or_default();
                    let stream = Object::Dict(stream.dict.clone());
                    self.clear_new(&stream, number, "")?;
                }
            }
        }
        Ok(())
    }

    /// Whether what was signed leads to an object by another way than the one it was allowed on, its containers counted.
    fn used_elsewhere(&self, sites: &Sites, number: u32, expected: &BTreeSet<Site>) -> bool {
        let root = |document: &Document<'_>| {
            document.trailer().get("Root").and_then(Object::as_ref).map(|id| id.number)
        };
        let (before, after) = (root(self.old), root(self.new));
        let mut seen = BTreeSet::from([number]);
        let mut open = vec![(number, expected)];
        while let Some((number, expected)) = open.pop() {
            let elsewhere = |site: &Site| match after {
                // The catalog's new number stands for its old one.
                Some(after) if before == Some(site.0) => {
                    !expected.contains(&(after, site.1.clone()))
                }
                _ => !expected.contains(site),
            };
            if sites.of(number).any(elsewhere) {
                return true;
            }
            for (container, _) in expected {
                if let Some(expected) = self.passed.get(container)
                    && seen.insert(*container)
                {
                    open.push((*container, expected));
                }
            }
        }
        false
    }

    /// Whatever was not found to be allowed, or is reached from elsewhere too.
    fn remaining(&mut self) -> Result<(), Error> {
        // Only what existed in the file before can be drawn into it from behind.
        let sites =
            if self.given_up.is_empty() && self.changed.keys().all(|n| self.harmless.contains(n)) {
                Sites::default()
            } else {
                let mut wanted: BTreeSet<u32> = self.changed.keys().copied().collect();
                wanted.extend(self.passed.keys());
                wanted.extend(&self.given_up);
                Sites::read(self.old, &wanted)?
            };
        // A look that something else than a field leads to is not the field's own.
        let mut shared = Vec::new();
        for number in &self.given_up {
            if sites.of(*number).any(|(_, path)| path != "AP") {
                shared.push(Ref { number: *number, generation: 0 });
            }
        }
        for id in shared {
            self.blame(Some(id), "a signed field's look is used elsewhere in what was signed");
        }
        let mut places: Option<Places> = None;
        let mut reached: Option<BTreeSet<u32>> = None;
        for (number, change) in &self.changed {
            if self.harmless.contains(number) {
                continue;
            }
            // An object that nothing leads to shows nothing. Some libraries leave such; ours does not.
            let known = self.cleared.contains_key(number) || self.reasons.contains_key(number);
            let holder = change
                .new
                .as_ref()
                .and_then(Object::as_dict)
                .is_some_and(|d| d.is_name("Type", "ObjStm") || d.is_name("Type", "XRef"));
            let earlier =
                change.range.as_ref().is_some_and(|r| r.start < self.old.source().length());
            if earlier && change.old.is_none() {
                self.out.violations.push(Violation {
                    object: Some(change.id),
                    kind: Kind::Added,
                    why: "an object that was laid down before is listed now",
                    page: None,
                });
                continue;
            }
            if !known && !holder && !self.rules.copy && change.old.is_none() {
                let reached = match &reached {
                    Some(reached) => reached,
                    None => reached.insert(places::reached(self.new)?),
                };
                if !reached.contains(number) {
                    continue;
                }
            }
            let why = match self.cleared.get(number) {
                None => self.reasons.get(number).copied().unwrap_or("nothing allows it"),
                Some(expected) if self.used_elsewhere(&sites, *number, expected) => {
                    "it is used elsewhere in what was signed"
                }
                Some(_) if change.new.is_none() => "an object was removed",
                Some(_) => continue,
            };
            let kind = match (&change.old, &change.new) {
                (None, _) => Kind::Added,
                (_, None) => Kind::Removed,
                _ => Kind::Changed,
            };
            let (now, before) = match &places {
                Some(known) => known,
                None => places.insert((places::pages(self.new)?, places::pages(self.old)?)),
            };
            let page = now.get(number).or_else(|| before.get(number)).copied();
            self.out.violations.push(Violation { object: Some(change.id), kind, why, page });
        }
        // A reason about an object that did not change itself: what it leads to did.
        for (number, why) in &self.reasons {
            if !self.out.violations.iter().any(|v| v.object.is_some_and(|o| o.number == *number)) {
                let object = Some(Ref { number: *number, generation: 0 });
                self.out.violations.push(Violation {
                    object,
                    kind: Kind::Changed,
                    why,
                    page: None,
                });
            }
        }
        self.out.violations.sort();
        self.out.violations.dedup();
        Ok(())
    }
}

/// Pages of the objects, now and before.
type Places = (BTreeMap<u32, usize>, BTreeMap<u32, usize>);

/// A dictionary and where it stands: the object that holds it and the keys that lead there.
#[derive(Debug, Clone)]
struct Holder {
    container: u32,
    path: String,
    dict: Dict,
}

fn dict_of(value: &Object) -> Dict {
    value.as_dict().cloned().unwrap_or_default()
}

/// The date and program of the update only (§14.3.3, table 349); when and with what it was made, where nothing said so.
fn housekeeping(old: &Dict, new: &Dict) -> bool {
    let mut free = vec!["ModDate", "Producer"];
    free.extend(["CreationDate", "Creator"].into_iter().filter(|key| !old.contains(key)));
    let plain = new.iter().all(|(_, v)| matches!(v, Object::String(_) | Object::Name(_)));
    plain && old.without(&free) == new.without(&free)
}

/// §7.7.2: the version may only go up, from the header's or the catalog's. Some programs write the header's into the
/// catalog with what they sign or fill in; by itself that serves nothing.
fn version(header: (u8, u8), old: &Dict, new: &Dict, serves: bool) -> Option<&'static str> {
    let read = |dict: &Dict| match dict.get("Version").map(Object::as_name) {
        None => Some(header),
        Some(Some(name)) => match name.0[..] {
            [b'1', b'.', minor @ b'0'..=b'7'] => Some((1, minor - b'0')),
            [b'2', b'.', b'0'] => Some((2, 0)),
            _ => None,
        },
        Some(None) => None,
    };
    if old.get("Version") == new.get("Version") {
        return None;
    }
    match (read(old), read(new)) {
        (Some(before), Some(after)) if after > before => None,
        (Some(_), Some(after)) if serves && !old.contains("Version") && after == header => None,
        _ => Some("/Version was changed"),
    }
}
