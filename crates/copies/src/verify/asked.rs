//! What the issuing side asks of the reading side: fields, signatures, and whether an update would break an earlier signature.

use std::ops::Range;

use motcua_pdf::{Dict, Document, Error, Limits, Ref};

use super::{LaterChanges, Policy, Report, content, fields, history, store};

/// How many fields of a file hold a signature or a document timestamp.
pub(crate) fn signed_fields(document: &Document<'_>) -> Result<usize, Error> {
    Ok(fields::find(document)?.len())
}

/// The field of this name, with its object where it has one.
pub(crate) fn field_named(
    document: &Document<'_>,
    name: &str,
) -> Result<Option<(Option<Ref>, Dict)>, Error> {
    let node = fields::tree(document)?.into_iter().find(|n| n.named && n.name == name);
    Ok(node.map(|n| (n.id, n.dict)))
}

/// Where the value of `/Contents` stands, its bytes, and the revision it covers, from 0.
pub(crate) type InField = (Range<usize>, Vec<u8>, Option<usize>);

/// The signature in a field.
pub(crate) fn signature_in(document: &Document<'_>, field: &str) -> Result<Option<InField>, Error> {
    let found = fields::find(document)?.into_iter().find(|f| f.field == field);
    Ok(found.and_then(|f| {
        let bytes = f.value_bytes()?.to_vec();
        Some((f.contents?, bytes, f.covers.ok()))
    }))
}

/// The value of `/Contents` of every signature.
pub(crate) fn all_contents(document: &Document<'_>) -> Result<Vec<Vec<u8>>, Error> {
    let found = fields::find(document)?;
    Ok(found.iter().filter_map(|f| f.value_bytes().map(<[u8]>::to_vec)).collect())
}

/// A signature or document timestamp of a file.
pub(crate) struct InFile {
    pub field: String,
    /// The value of `/Contents`.
    pub contents: Vec<u8>,
    pub is_timestamp: bool,
    /// By its `/SubFilter`, of the baseline.
    pub is_baseline: bool,
    /// The revision it covers, from 0; `None` when it covers none.
    pub covers: Option<usize>,
}

/// All of them, in the order of what they cover.
pub(crate) fn in_order(document: &Document<'_>) -> Result<Vec<InFile>, Error> {
    let read = |f: fields::Found| InFile {
        contents: f.value_bytes().unwrap_or_default().to_vec(),
        is_timestamp: f.is_timestamp(),
        is_baseline: f.dict.is_name("SubFilter", "ETSI.CAdES.detached"),
        covers: f.covers.ok(),
        field: f.field,
    };
    Ok(fields::find(document)?.into_iter().map(read).collect())
}

/// DER of the certificates, CRLs and OCSP responses in the security store.
pub(crate) fn stored(document: &Document<'_>) -> Result<[Vec<Vec<u8>>; 3], Error> {
    let store = store::read(document)?;
    Ok([store.certificates, store.crls, store.ocsps])
}

/// Why the newest revision would break an earlier signature; `None` when it does not.
pub(crate) fn breaks_earlier(file: &[u8]) -> Result<Option<String>, Error> {
    let document = Document::parse(file, &Limits::STANDARD)?;
    let tree = fields::tree(&document)?;
    let found = fields::find_in(&document, &tree)?;
    let facts = content::facts(&document, &found)?;
    let mut report = Report::new(file.len(), &Policy::nobody());
    let later = history::check(&document, (&tree, &found), facts.as_ref(), &mut report)?;
    if !later.fates.contains(&LaterChanges::Forbidden) {
        return Ok(None);
    }
    let reason = report.reasons.iter().find(|r| r.code == "copies.changed_after_signing");
    Ok(Some(reason.map_or_else(
        || "it would break an earlier signature".to_owned(),
        |r| format!("it would break an earlier signature. {}", r.en),
    )))
}
