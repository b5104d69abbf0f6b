//! What happened to the file between and after its signatures. Everything that is not on the allow-list fails.

use std::collections::BTreeSet;

use motcua_pdf::{Dict, Document, Error, Object, strays};

use super::allowed::{self, Kind, Lock, Rules, Violation};
use super::fields::{self, Field, Found};
use super::{Reason, Report};
use crate::facts::CopyFacts;

/// Most changes shown of one file: a reader needs the first few, and a hostile file has any number.
const MOST_SHOWN: usize = 40;

/// What later revisions did to one signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LaterChanges {
    /// Nothing follows it.
    None,
    /// Only what is on the allow-list.
    Permitted,
    /// Something else.
    Forbidden,
}

/// What followed the signatures.
pub(super) struct Later {
    /// Per signature.
    pub fates: Vec<LaterChanges>,
    /// Fields whose signing showed something on a page that was signed before.
    pub shown: BTreeSet<String>,
}

/// Checks the signatures' order, certification and every later change.
pub(super) fn check(
    document: &Document<'_>,
    (tree, signatures): (&[Field], &[Found]),
    facts: Option<&CopyFacts>,
    report: &mut Report,
) -> Result<Later, Error> {
    let copy = facts.is_some();
    let mut fates = vec![LaterChanges::None; signatures.len()];
    let mut shown_later = BTreeSet::new();
    identities(document, tree, signatures, report)?;
    let first_signed = signatures.iter().filter_map(|s| s.covers.ok()).min();
    for stray in strays(document)? {
        // What the first signer signed is his, unless it should be one of our own clean files.
        if copy || first_signed.is_none_or(|first| stray.revision > first) {
            report.add(unaccounted(stray.range.start, stray.range.end));
        }
    }
    // Ours are counted right.
    let sections = document.revisions().iter().flat_map(|r| r.sections());
    for before in sections.map(|s| &s.before).filter(|before| copy && !before.is_empty()) {
        report.add(unaccounted(before.start, before.end));
    }
    let file = document.source();
    let length = file.length();
    let end = document.revisions().last().map_or(0, |r| r.added.end);
    let mut blank = true;
    file.each(end..length, &mut |tail| blank = blank && tail.iter().all(u8::is_ascii_whitespace))?;
    if end < length && (copy || !blank) {
        report.add(unaccounted(end, length));
    }
    if let Some(facts) = facts {
        expected(document, signatures, facts, report)?;
    }
    for index in 1..document.revisions().len() {
        let earlier: Vec<_> = (0..signatures.len())
            .filter(|i| signatures.get(*i).is_some_and(|s| s.covers.is_ok_and(|c| c < index)))
            .collect();
        if earlier.is_empty() {
            continue;
        }
        let (old, new) = (document.revision(index - 1)?, document.revision(index)?);
        let mut rules = Rules { copy, facts, ..Rules::default() };
        for signature in earlier.iter().filter_map(|i| signatures.get(*i)) {
            permissions(&old, signature, &mut rules)?;
        }
        let outcome = allowed::judge(&old, &new, &rules, signatures)?;
        let mut fate = LaterChanges::Permitted;
        for (shown, violation) in outcome.violations.iter().enumerate() {
            fate = LaterChanges::Forbidden;
            if shown < MOST_SHOWN {
                report.add(changed(violation, index + 1));
            }
        }
        let brings =
            !outcome.signed.is_empty() || outcome.stored || fate == LaterChanges::Forbidden;
        if copy && index > 1 && !brings {
            fate = LaterChanges::Forbidden;
            report.add(Reason::new(
                "copies.extra_revision",
                &[("revision", (index + 1).to_string())],
            ));
        }
        shown_later.extend(outcome.shown);
        if !outcome.filled.is_empty() {
            report.add(Reason::new("copies.form_filled", &[("fields", outcome.filled.join(", "))]));
        }
        for i in earlier {
            if let Some(slot) = fates.get_mut(i) {
                *slot = (*slot).max(fate);
            }
        }
    }
    Ok(Later { fates, shown: shown_later })
}

fn unaccounted(from: usize, to: usize) -> Reason {
    Reason::new("copies.unaccounted_bytes", &[("from", from.to_string()), ("to", to.to_string())])
}

fn changed(violation: &Violation, revision: usize) -> Reason {
    let (what, what_en) = match violation.kind {
        Kind::Added => ("thêm vào", "added"),
        Kind::Removed => ("xóa", "removed"),
        Kind::Changed => ("thay đổi", "changed"),
    };
    let name = |word: &str| violation.page.map(|p| format!(" ({word} {p})")).unwrap_or_default();
    Reason::new(
        "copies.changed_after_signing",
        &[
            ("object", violation.object.map_or_else(|| "trailer".to_owned(), |o| o.to_string())),
            ("what", what.to_owned()),
            ("what_en", what_en.to_owned()),
            ("page", name("trang")),
            ("page_en", name("page")),
            ("revision", revision.to_string()),
            ("why", violation.why.to_owned()),
        ],
    )
}

/// Names and signature objects belong to one field each, and no signature of an earlier revision is missing now.
fn identities(
    document: &Document<'_>,
    tree: &[Field],
    signatures: &[Found],
    report: &mut Report,
) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    let mut objects = BTreeSet::new();
    for node in tree.iter().filter(|n| n.named) {
        // §12.7.4.2: no two fields have the same fully qualified name
        let twice = !names.insert(node.name.clone());
        if twice || node.id.is_some_and(|id| !objects.insert(id)) {
            report.add(Reason::new("copies.duplicate_field", &[("field", node.name.clone())]));
        }
    }
    let mut values = BTreeSet::new();
    for found in signatures {
        let shared = found.value.is_none_or(|v| !values.insert(v));
        // One that stands in the field itself is not shared, but nothing of ours or of the peers' writes it so.
        if shared && found.value.is_some() {
            report.add(Reason::new("copies.shared_signature", &[("field", found.field.clone())]));
        }
    }
    let contents: Vec<_> = signatures.iter().filter_map(|s| s.contents.clone()).collect();
    for (i, found) in signatures.iter().enumerate() {
        let overlaps = |other: &std::ops::Range<usize>| {
            found
                .contents
                .as_ref()
                .is_some_and(|own| own.start < other.end && other.start < own.end)
        };
        if contents.iter().skip(i + 1).any(overlaps) {
            report.add(Reason::new("copies.shared_signature", &[("field", found.field.clone())]));
        }
    }
    let revisions = document.revisions().len();
    let mut gone = BTreeSet::new();
    for index in 0..revisions.saturating_sub(1) {
        let view = document.revision(index)?;
        let before = fields::tree(&view)?;
        for (earlier, _) in fields::signed(&view, &before)? {
            let value = earlier.value.as_ref();
            let kept = signatures.iter().any(|s| s.field == earlier.name && s.value == value);
            if !kept && gone.insert(earlier.name.clone()) {
                let field = ("field", earlier.name.clone());
                report.add(Reason::new("copies.signature_removed", &[field]));
            }
        }
    }
    Ok(())
}

/// A copy's own signatures: every official it states, then the agency, each on the revision it belongs to; timestamps may follow.
fn expected(
    document: &Document<'_>,
    signatures: &[Found],
    facts: &CopyFacts,
    report: &mut Report,
) -> Result<(), Error> {
    let wanted = facts.signature_fields();
    // A copy of one official is spoken of as it always was.
    let unexpected = |found: String| match facts.co_officials.len() {
        0 => Reason::new("copies.signatures_expected", &[("found", found)]),
        _ => Reason::new(
            "copies.officials_expected",
            &[("expected", wanted.join(", ")), ("found", found)],
        ),
    };
    let persons: Vec<_> = signatures.iter().filter(|s| !s.is_timestamp()).collect();
    let names: Vec<_> = persons.iter().map(|s| s.field.as_str()).collect();
    let places: Vec<_> = persons.iter().map(|s| s.covers.ok()).collect();
    if names != wanted {
        report.add(unexpected(names.join(", ")));
    } else if !places.iter().copied().eq((0..wanted.len()).map(Some))
        && places.iter().all(Option::is_some)
    {
        let found = match facts.co_officials.len() {
            0 => "signatures on other revisions than the first two",
            _ => "signatures on other revisions than the first ones",
        };
        report.add(unexpected(found.to_owned()));
    }
    if persons.iter().any(|s| s.value.is_none()) {
        report.add(unexpected("a signature that is not an object of its own".to_owned()));
    }
    for found in signatures {
        let Some(revision) = found.covers.ok().and_then(|c| document.revisions().get(c)) else {
            continue;
        };
        // White space after the end mark means nothing to a reader, but nobody signed it.
        if found.end != revision.added.end {
            report.add(unaccounted(found.end, revision.added.end));
        }
    }
    if let Some(first) = persons.first()
        && let Some(problem) = certification(document, first)?
    {
        report.add(Reason::new("copies.not_certified", &[("problem", problem.to_owned())]));
    }
    Ok(())
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
    let mut rules = Rules::default();
    permissions_of(document, &first.dict, &mut rules)?;
    Ok(match rules.permission {
        None => Some("the first signature has no DocMDP transform"),
        Some(2) => None,
        Some(_) => Some("its permission is not 2"),
    })
}

/// What a signature and its field's lock permit from now on.
fn permissions(
    document: &Document<'_>,
    signature: &Found,
    rules: &mut Rules<'_>,
) -> Result<(), Error> {
    permissions_of(document, &signature.dict, rules)?;
    // §12.7.5.5, table 236: the lock of the field takes effect with its signature
    if let Object::Dict(lock) = document.value(&signature.field_dict, "Lock")? {
        rules.locks.extend(lock_of(document, &lock)?);
        if let Some(p @ 1..=3) = document.value(&lock, "P")?.as_integer() {
            rules.permission = Some(rules.permission.map_or(p, |old| old.min(p)));
        }
    }
    Ok(())
}

fn permissions_of(
    document: &Document<'_>,
    signature: &Dict,
    rules: &mut Rules<'_>,
) -> Result<(), Error> {
    let references = document.value(signature, "Reference")?;
    for reference in references.as_array().unwrap_or_default() {
        let Object::Dict(reference) = document.resolve(reference)? else { continue };
        let method = document.value(&reference, "TransformMethod")?;
        let parameters = match document.value(&reference, "TransformParams")? {
            Object::Dict(parameters) => parameters,
            _ => Dict::default(),
        };
        match method.as_name().map(ToString::to_string).as_deref() {
            Some("DocMDP") => {
                // Table 257: 2 where it is not said; what is not known permits nothing.
                let p = match document.value(&parameters, "P")? {
                    Object::Null => 2,
                    other => other.as_integer().filter(|p| (1..=3).contains(p)).unwrap_or(1),
                };
                rules.permission = Some(rules.permission.map_or(p, |old| old.min(p)));
            }
            Some("FieldMDP") => rules.locks.extend(lock_of(document, &parameters)?),
            Some(_) | None => {}
        }
    }
    Ok(())
}

/// §12.8.2.4, table 258. An action that is not known locks everything.
fn lock_of(document: &Document<'_>, parameters: &Dict) -> Result<Option<Lock>, Error> {
    let listed = document.value(parameters, "Fields")?;
    let mut names = Vec::new();
    for name in listed.as_array().unwrap_or_default() {
        match document.resolve(name)? {
            Object::String(name) => names.push(fields::text(&name.bytes)),
            // What is locked cannot be told.
            _ => return Ok(Some(Lock::All)),
        }
    }
    let action = document.value(parameters, "Action")?;
    Ok(Some(match action.as_name().map(ToString::to_string).as_deref() {
        Some("Include") => Lock::Include(names),
        Some("Exclude") => Lock::Exclude(names),
        Some(_) | None => Lock::All,
    }))
}
