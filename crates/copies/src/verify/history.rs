//! What happened to the file between and after its signatures. Everything that is not on the allow-list fails.

use std::collections::BTreeSet;

use motcua_pdf::{Document, Error, Object, Ref, changes, strays};

use super::signature::Found;
use super::{Reason, Report};
use crate::{AGENCY_FIELD, OFFICIAL_FIELD};

/// Checks signatures' order, certification and every later change.
pub(super) fn check(
    document: &Document<'_>,
    signatures: &[Found],
    report: &mut Report,
) -> Result<(), Error> {
    for stray in strays(document)? {
        report.add(Reason::new(
            "copies.unaccounted_bytes",
            &[("from", stray.range.start.to_string()), ("to", stray.range.end.to_string())],
        ));
    }
    // White space after the last end mark means nothing to a reader, but nobody signed it.
    let (covered, length) = (signatures.last().map_or(0, |s| s.end), document.bytes().len());
    if covered != length && document.revisions().len() <= 2 {
        report.add(Reason::new(
            "copies.unaccounted_bytes",
            &[("from", covered.min(length).to_string()), ("to", length.to_string())],
        ));
    }
    let names: Vec<_> = signatures.iter().map(|s| s.field.as_str()).collect();
    if names != [OFFICIAL_FIELD, AGENCY_FIELD] {
        report.add(Reason::new("copies.signatures_expected", &[("found", names.join(", "))]));
    }
    let revisions = document.revisions().len();
    if revisions != 2 {
        report.add(Reason::new("copies.extra_revision", &[("count", revisions.to_string())]));
    }
    let Some(first) = signatures.first() else { return Ok(()) };
    if let Some(problem) = certification(document, first)? {
        report.add(Reason::new("copies.not_certified", &[("problem", problem.to_owned())]));
    }
    let values: Vec<_> = signatures.iter().filter_map(|s| s.value).collect();
    if values.len() != signatures.len()
        || values.iter().collect::<BTreeSet<_>>().len() != values.len()
    {
        report.add(Reason::new(
            "copies.signatures_expected",
            &[("found", "shared or direct signature objects".to_owned())],
        ));
    }
    let agency = signatures.iter().find(|s| s.field == AGENCY_FIELD);
    for index in 1..revisions {
        let (old, new) = (document.revision(index - 1)?, document.revision(index)?);
        // Only the agency's signature may follow, and only as the second revision.
        let allowed = agency.filter(|s| {
            index == 1 && document.revisions().get(1).is_some_and(|r| r.ends_at(s.end))
        });
        for change in changes(&old, &new)? {
            if allowed
                .is_some_and(|s| permitted(s, change.id, change.old.as_ref(), change.new.as_ref()))
            {
                continue;
            }
            let (what, what_en) = match (&change.old, &change.new) {
                (None, _) => ("thêm vào", "added"),
                (_, None) => ("xóa", "removed"),
                _ => ("thay đổi", "changed"),
            };
            let page = pages_of(&new, change.id)?.or(pages_of(&old, change.id)?);
            let name = |word: &str| page.map(|p| format!(" ({word} {p})")).unwrap_or_default();
            report.add(Reason::new(
                "copies.changed_after_signing",
                &[
                    ("object", change.id.to_string()),
                    ("what", what.to_owned()),
                    ("what_en", what_en.to_owned()),
                    ("page", name("trang")),
                    ("page_en", name("page")),
                ],
            ));
        }
    }
    Ok(())
}

/// The agency's signature: its field gains `/V`, its signature object is new. Nothing else (ISO 32000-2 §12.8.2.2, P=2).
fn permitted(agency: &Found, id: Ref, old: Option<&Object>, new: Option<&Object>) -> bool {
    if Some(id) == agency.value {
        return old.is_none();
    }
    match (old, new) {
        (Some(Object::Dict(old)), Some(Object::Dict(new))) if Some(id) == agency.widget => {
            !old.contains("V") && &new.without(&["V"]) == old
        }
        _ => false,
    }
}

/// DocMDP with P=2 in the first signature, and `/Perms` in the catalog that names it (ISO 32000-2 §12.8.2.2, §12.8.6).
fn certification(document: &Document<'_>, first: &Found) -> Result<Option<&'static str>, Error> {
    let catalog = document.catalog()?;
    let Object::Dict(permissions) = document.value(&catalog, "Perms")? else {
        return Ok(Some("the catalog has no /Perms"));
    };
    if permissions.get("DocMDP").and_then(Object::as_ref) != first.value || first.value.is_none() {
        return Ok(Some("/Perms does not name the first signature"));
    }
    for reference in document.value(&first.dict, "Reference")?.as_array().unwrap_or_default() {
        let Object::Dict(reference) = document.resolve(reference)? else { continue };
        if reference.is_name("TransformMethod", "DocMDP") {
            let Object::Dict(parameters) = document.value(&reference, "TransformParams")? else {
                continue;
            };
            return Ok(match document.value(&parameters, "P")?.as_integer() {
                Some(2) => None,
                _ => Some("its permission is not 2"),
            });
        }
    }
    Ok(Some("the first signature has no DocMDP transform"))
}

/// The page (from 1) from which an object is reached; a work list bounded by the number of objects.
fn pages_of(document: &Document<'_>, wanted: Ref) -> Result<Option<usize>, Error> {
    for (i, page) in document.pages()?.iter().enumerate() {
        let (mut seen, mut open) =
            (BTreeSet::from([page.id]), vec![Object::Dict(page.dict.without(&["Parent"]))]);
        if let Some(resources) = page.inherited("Resources") {
            open.push(resources.clone());
        }
        if page.id == wanted {
            return Ok(Some(i + 1));
        }
        while let Some(object) = open.pop() {
            match object {
                Object::Array(items) => open.extend(items),
                Object::Dict(dict) => {
                    open.extend(dict.without(&["Parent", "P"]).iter().map(|(_, v)| v.clone()))
                }
                Object::Stream(stream) => open.push(Object::Dict(stream.dict)),
                Object::Ref(id) if seen.insert(id) => {
                    if id == wanted {
                        return Ok(Some(i + 1));
                    }
                    open.push(document.get(id)?);
                }
                _ => {}
            }
        }
    }
    Ok(None)
}
