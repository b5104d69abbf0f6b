//! From B-B to B-T, B-LT and B-LTA (EN 319 142-1 §6) as pure steps over supplied bytes: tokens, certificates, CRLs and OCSP responses
//! are fetched elsewhere. How far a file has come is in `standing`.

mod standing;

use motcua_pdf::write::increment::{Increment, show_with};
use motcua_pdf::write::signature::SignatureDict;
use motcua_pdf::{Dict, Document, Limits, Object, Ref, hex};
use motcua_pki::cms::{self, Content, SignedData};
use motcua_pki::{DigestAlgorithm, Effect, Finding, FindingKind, tsp};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde::{Deserialize, Serialize};

use super::IssueError;
use super::existing::{append, root};
use super::slot::Slot;
use crate::verify;

pub use standing::{Level, Signed, Standing, standing};

/// What goes into the document security store, as DER. What is there already is not written twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validation {
    /// Certificates of every path, signers' and authorities'.
    pub certificates: Vec<Vec<u8>>,
    /// Certificate revocation lists.
    pub crls: Vec<Vec<u8>>,
    /// OCSP responses.
    pub ocsp_responses: Vec<Vec<u8>>,
    /// Whether the data are also listed for every signature (`/VRI`), as some readers like it.
    pub per_signature: bool,
}

/// The bytes a timestamp is made for: the signature value in `field`.
///
/// # Errors
/// [`IssueError::NoSuchSignature`], [`IssueError::Pki`].
pub fn signature_to_timestamp(file: &[u8], field: &str) -> Result<Vec<u8>, IssueError> {
    let (_, signed) = last_signature(file, field)?;
    let value = cms::signature_to_timestamp(&signed).unwrap_or_default();
    Ok(value.to_vec())
}

/// B-T: puts a timestamp token beside the signature in `field`, into the room that was left for it. The signature must be the last
/// thing in the file; one that a later revision covers cannot grow.
///
/// # Errors
/// [`IssueError::NoSuchSignature`], [`IssueError::SignatureRefused`] for a token over something else, [`IssueError::Write`] with the
/// exact need when it does not fit.
pub fn with_timestamp(file: &[u8], field: &str, token: &[u8]) -> Result<Vec<u8>, IssueError> {
    let (range, signed) = last_signature(file, field)?;
    let value = cms::signature_to_timestamp(&signed).unwrap_or_default();
    fits(token, Content::Bytes(value))?;
    let grown = cms::with_signature_timestamp(&signed, token)?;
    let capacity = (range.len() - 2) / 2;
    if grown.len() > capacity {
        let need =
            motcua_pdf::write::WriteError::SignatureTooLarge { need: grown.len(), have: capacity };
        return Err(need.into());
    }
    let mut text = hex(&grown);
    text.push_str(&"0".repeat(capacity * 2 - text.len()));
    let mut out = file.to_vec();
    if let Some(space) = out.get_mut(range.start + 1..range.end - 1) {
        space.copy_from_slice(text.as_bytes());
    }
    Ok(out)
}

/// A token must be over the data, soundly signed. Whether its authority is trusted is the verifier's question.
fn fits(token: &[u8], content: Content<'_>) -> Result<(), IssueError> {
    let report = tsp::inspect(token, content, &[]);
    // A token whose algorithms no verifier trusts any more proves nothing.
    let misfit =
        |f: &&Finding| f.kind.effect() == Effect::Fails || f.kind == FindingKind::AlgorithmRefused;
    match report.own_findings().iter().find(misfit) {
        Some(finding) => Err(IssueError::SignatureRefused {
            code: finding.code().to_owned(),
            problem: finding.kind.message().to_owned(),
        }),
        None if report.time.is_none() => Err(IssueError::SignatureRefused {
            code: "pki.tsp_malformed".to_owned(),
            problem: "the timestamp token cannot be read".to_owned(),
        }),
        None => Ok(()),
    }
}

fn last_signature(
    file: &[u8],
    field: &str,
) -> Result<(std::ops::Range<usize>, SignedData), IssueError> {
    let document = Document::parse(file, &Limits::STANDARD)?;
    let missing = |problem| IssueError::NoSuchSignature { field: field.to_owned(), problem };
    let (contents, bytes, covers) = verify::signature_in(&document, field)?
        .ok_or_else(|| missing("the field is not there or is not signed"))?;
    if covers != Some(document.revisions().len() - 1) {
        return Err(missing("it is not the last thing in the file"));
    }
    Ok((contents, SignedData::parse(&bytes)?))
}

/// B-LT: appends a revision with the document security store (ISO 32000-2 §12.8.4.3).
///
/// # Errors
/// [`IssueError::Read`], [`IssueError::NotSignable`] when an earlier signature does not permit it, [`IssueError::NothingToAdd`]
/// when the store holds all of it already, [`IssueError::Write`].
pub fn with_store(file: &[u8], validation: &Validation) -> Result<Vec<u8>, IssueError> {
    let document = Document::parse(file, &Limits::STANDARD)?;
    let catalog = document.catalog()?;
    let old = document.value(&catalog, "DSS")?.as_dict().cloned().unwrap_or_default();
    let mut update = Increment::new(&document);
    let mut lists = Vec::new();
    let mut news = catalog.get("DSS").is_none();
    let mut added = [String::new(), String::new(), String::new()];
    let kinds = [
        ("Certs", &validation.certificates),
        ("CRLs", &validation.crls),
        ("OCSPs", &validation.ocsp_responses),
    ];
    for ((key, wanted), added) in kinds.into_iter().zip(&mut added) {
        let mut known = held(&document, &old, key)?;
        for der in wanted {
            let id = match known.iter().find(|(_, held)| held == der) {
                Some((id, _)) => *id,
                None => {
                    let id = update.reserve();
                    news = true;
                    // Plain: the last bits of deflated data could be changed unseen while nothing covers the store.
                    update.put_plain(id, der);
                    known.push((id, der.clone()));
                    id
                }
            };
            added.push_str(&format!("{id} R "));
        }
        let refs: Vec<String> = known.iter().map(|(id, _)| format!("{id} R")).collect();
        if !refs.is_empty() {
            lists.push((key, format!("[{}]", refs.join(" "))));
        }
    }
    if validation.per_signature {
        let mut records = document.value(&old, "VRI")?.as_dict().cloned().unwrap_or_default();
        let mut fresh = Vec::new();
        for contents in verify::all_contents(&document)? {
            // §12.8.4.4: the SHA-1 of the signature as it stands in /Contents
            let name = hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, &contents).as_ref()).to_uppercase();
            news |= !records.contains(&name);
            records = records.without(&[&name]);
            let record = ["Cert", "CRL", "OCSP"]
                .iter()
                .zip(&added)
                .filter(|(_, refs)| !refs.is_empty())
                .map(|(key, refs)| format!("/{key} [{}] ", refs.trim_end()))
                .collect::<String>();
            fresh.push((name, format!("<< {record}>>")));
        }
        let set: Vec<(&str, &str)> = fresh.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        lists.push(("VRI", show_with(&records, &set)));
    }
    if !news {
        return Err(IssueError::NothingToAdd);
    }
    let store = match catalog.get("DSS") {
        Some(Object::Ref(id)) => *id,
        _ => update.reserve(),
    };
    let mut set = vec![("Type", "/DSS")];
    set.extend(lists.iter().map(|(k, v)| (*k, v.as_str())));
    update.put(store, show_with(&old, &set).into_bytes());
    if catalog.get("DSS") != Some(&Object::Ref(store)) {
        let text = show_with(&catalog, &[("DSS", &format!("{store} R"))]);
        update.put(root(&document)?, text.into_bytes());
    }
    let mut out = file.to_vec();
    out.extend_from_slice(&update.finish()?.bytes);
    match verify::breaks_earlier(&out)? {
        Some(problem) => Err(IssueError::NotSignable { problem }),
        None => Ok(out),
    }
}

/// What the store holds of one kind.
fn held(document: &Document<'_>, old: &Dict, key: &str) -> Result<Vec<(Ref, Vec<u8>)>, IssueError> {
    let mut known = Vec::new();
    for item in document.value(old, key)?.as_array().unwrap_or_default() {
        if let (Some(id), Object::Stream(stream)) = (item.as_ref(), document.resolve(item)?) {
            known.push((id, document.decode(&stream)?));
        }
    }
    Ok(known)
}

/// A file that waits for a document timestamp (B-LTA).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PendingTimestamp {
    slot: Slot,
}

impl std::fmt::Debug for PendingTimestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingTimestamp")
            .field("file", &self.slot.file.len())
            .finish_non_exhaustive()
    }
}

impl PendingTimestamp {
    /// Appends an invisible field of this name with an open document timestamp (ISO 32000-2 §12.8.5). `room` is in bytes; 8 KiB suit
    /// authorities that embed their chain.
    ///
    /// # Errors
    /// As [`super::existing::PendingSignature::prepare`].
    pub fn prepare(file: &[u8], field: &str, room: usize) -> Result<Self, IssueError> {
        let document = Document::parse(file, &Limits::STANDARD)?;
        let dict = SignatureDict::timestamp(room);
        Ok(Self { slot: append(&document, field, &dict, false, None)? })
    }

    /// The digest for the request to the authority.
    ///
    /// # Errors
    /// [`IssueError::BadState`] when a restored state does not fit its file.
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Result<Vec<u8>, IssueError> {
        self.slot.digest(algorithm)
    }

    /// Takes the token and gives the file.
    ///
    /// # Errors
    /// [`IssueError::SignatureRefused`] for a token over something else; [`IssueError::Write`] with the exact need when it does not
    /// fit.
    pub fn complete(mut self, token: &[u8]) -> Result<Vec<u8>, IssueError> {
        let digest = |algorithm| self.slot.digest(algorithm).ok();
        fits(token, Content::Provider(&digest))?;
        self.slot.fill(token)?;
        Ok(self.slot.file)
    }
}
