//! What no signature covers at the end of a copy: the security store of level B-LT (EN 319 142-1 §6), until a document timestamp
//! closes the file. Whoever holds the file could change it, so nothing in it may count that could be otherwise unseen.

use std::collections::{BTreeMap, BTreeSet};

use motcua_pdf::write::increment::{Increment, Likeness};
use motcua_pdf::{Dict, Document, Error, Object, Ref, hex};
use motcua_pki::cms::{Tie, Ties};
use motcua_pki::{Certificate, Memo};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::fields::Found;
use super::{Reason, Report};

/// Signatures verified for this: a store of two signatures and yearly timestamps holds a few dozen pieces.
const SIGNATURES: u32 = 512;

/// The lists of the store with those of a validation record (ISO 32000-2 §12.8.4.3, §12.8.4.4).
const LISTS: [(&str, &str); 3] = [("Certs", "Cert"), ("CRLs", "CRL"), ("OCSPs", "OCSP")];

/// What speaks against the store.
type Problem = &'static str;

const NOT_A_LIST: Problem = "a list cannot be read";
const TWICE: Problem = "an item is listed twice";
const NOT_READ: Problem = "an item is not the certificate, CRL or OCSP response it is listed as";
const TOUCHED: Problem = "it was touched after it was written";
const NOT_A_STORE: Problem = "its /Type is another";

/// Checks what follows the last signature or timestamp of a copy. `known` gives who may have issued what is in the store: known
/// from elsewhere, and from the store itself.
pub(super) fn check<'s>(
    document: &Document<'_>,
    signatures: &[Found],
    known: impl FnOnce() -> (Vec<Certificate>, &'s [Certificate], &'s Memo),
    report: &mut Report,
) -> Result<(), Error> {
    let last = signatures.iter().filter_map(|s| s.covers.ok()).max();
    let Some((covered, from)) =
        last.and_then(|index| Some((index, document.revisions().get(index)?.added.end)))
    else {
        return Ok(());
    };
    if covered + 1 >= document.revisions().len() {
        return Ok(());
    }
    let mut likeness = Likeness::Same;
    for index in covered + 1..document.revisions().len() {
        likeness = likeness.max(Increment::likeness(&document.revision(index)?)?);
    }
    let (known, stored, memo) = known();
    let ties = Ties::new(&known, stored, memo, SIGNATURES);
    let mut tail = Tail { document, from, ties, problems: BTreeSet::new(), untied: 0 };
    let plain = tail.store(signatures)?;
    if likeness != Likeness::Other && !(plain && likeness == Likeness::Same) {
        // Our own words with a byte of them otherwise: no program writes them so.
        tail.problems.insert(TOUCHED);
    }
    for problem in tail.problems {
        report.add(Reason::new("copies.store_altered", &[("problem", problem.to_owned())]));
    }
    if tail.untied > 0 {
        report.add(Reason::new("copies.store_unsure", &[("count", tail.untied.to_string())]));
    }
    if likeness == Likeness::Other {
        report.add(Reason::new("copies.store_form", &[("from", from.to_string())]));
    }
    Ok(())
}

struct Tail<'d, 'a, 'k> {
    document: &'d Document<'a>,
    /// Offset after what is covered.
    from: usize,
    ties: Ties<'k>,
    problems: BTreeSet<Problem>,
    /// How many items nobody known signed.
    untied: usize,
}

impl Tail<'_, '_, '_> {
    /// Looks at the whole store; whether its records say nothing that could be said otherwise.
    fn store(&mut self, signatures: &[Found]) -> Result<bool, Error> {
        let catalog = self.document.catalog()?;
        let Object::Dict(store) = self.document.value(&catalog, "DSS")? else { return Ok(true) };
        self.named(&store, "DSS");
        let mut lists = BTreeMap::new();
        for (key, _) in LISTS {
            lists.insert(key, self.list(&store, key)?);
        }
        let Object::Dict(records) = self.document.value(&store, "VRI")? else { return Ok(true) };
        self.named(&records, "VRI");
        let names = names(signatures);
        let mut plain = true;
        for (name, _) in records.iter().filter(|(key, _)| key.0.as_slice() != b"Type") {
            let name = name.to_string();
            let Object::Dict(record) = self.document.value(&records, &name)? else {
                self.problems.insert(NOT_A_LIST);
                continue;
            };
            self.named(&record, "VRI");
            let own = LISTS.map(|(_, key)| key);
            plain = plain && names.contains(&name) && record.without(&own).is_empty();
            for (all, key) in LISTS {
                let listed = self.refs(&record, key)?;
                // One after the other as they stand in the whole list: no number could be another.
                let whole = lists.get(all).map(Vec::as_slice).unwrap_or_default();
                plain = plain
                    && (listed.is_empty() || whole.windows(listed.len()).any(|run| run == listed));
                self.items(all, &listed)?;
            }
        }
        Ok(plain)
    }

    fn named(&mut self, dict: &Dict, wanted: &str) {
        if dict.contains("Type") && !dict.is_name("Type", wanted) {
            self.problems.insert(NOT_A_STORE);
        }
    }

    /// What a list refers to.
    fn refs(&mut self, dict: &Dict, key: &str) -> Result<Vec<Ref>, Error> {
        let value = self.document.value(dict, key)?;
        let items = value.as_array().unwrap_or_default();
        let refs: Vec<Ref> = items.iter().filter_map(Object::as_ref).collect();
        if refs.len() != items.len() || dict.contains(key) && value.as_array().is_none() {
            self.problems.insert(NOT_A_LIST);
        }
        if refs.iter().collect::<BTreeSet<_>>().len() != refs.len() {
            self.problems.insert(TWICE);
        }
        Ok(refs)
    }

    fn list(&mut self, store: &Dict, key: &str) -> Result<Vec<Ref>, Error> {
        let refs = self.refs(store, key)?;
        self.items(key, &refs)?;
        Ok(refs)
    }

    /// Everything of one kind that stands behind what is covered must be of that kind, and signed by somebody known.
    fn items(&mut self, kind: &str, refs: &[Ref]) -> Result<(), Error> {
        for id in refs {
            let located = self.document.locate(id.number)?;
            let behind = located
                .as_ref()
                .is_none_or(|l| l.range.as_ref().is_none_or(|range| range.start >= self.from));
            if !behind {
                continue;
            }
            let Some(Object::Stream(stream)) = located.map(|l| l.value) else {
                self.problems.insert(NOT_READ);
                continue;
            };
            let der = self.document.decode(&stream)?;
            let tie = match kind {
                "Certs" => self.ties.certificate(&der),
                "CRLs" => self.ties.crl(&der),
                _ => self.ties.ocsp(&der),
            };
            match tie {
                Tie::Tied => {}
                Tie::Malformed => {
                    self.problems.insert(NOT_READ);
                }
                Tie::Untied => self.untied += 1,
            }
        }
        Ok(())
    }
}

/// The names of the signatures' records: SHA-1 of `/Contents` in capital hexadecimal digits.
pub(super) fn names(signatures: &[Found]) -> BTreeSet<String> {
    let name = |bytes: &[u8]| hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref()).to_uppercase();
    signatures.iter().filter_map(Found::value_bytes).map(name).collect()
}
