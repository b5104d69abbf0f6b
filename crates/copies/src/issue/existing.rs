//! Signing any unencrypted PDF by an incremental update (EN 319 142-1): a prepared field, or a new one, which shows where `visible` says how. The file's
//! own bytes stay as they are; its cross-reference keeps its form.

use motcua_pdf::write::increment::{Increment, show, show_with};
use motcua_pdf::write::signature::{Placed, SignatureDict};
use motcua_pdf::write::text_string;
use motcua_pdf::{Dict, Document, Limits, Object, Ref};
use motcua_pki::{
    AlgorithmPolicy, Certificate, DigestAlgorithm, SignatureAlgorithm, Signer, SigningRules, cms,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::layout::pdf_date_at;
use super::sign::{accept, capacity, fingerprint};
use super::slot::Slot;
use super::{IssueError, Visible};
use crate::verify;

/// What a signature says beside itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureOptions {
    /// The field: one that is there and unsigned, else a new one.
    pub field: String,
    /// The time the signer claims.
    #[serde(with = "time::serde::rfc3339")]
    pub claimed_at: OffsetDateTime,
    /// The signer's name as readers show it; empty for none.
    pub name: String,
    /// Why it was signed; empty for none.
    pub reason: String,
    /// Where; empty for none.
    pub location: String,
    /// Certify with this permission, 1 to 3 (ISO 32000-2 table 257); only the first signature may.
    pub certify: Option<u8>,
    /// Room for a signature timestamp, in bytes (B-T); 0 for none. 8 KiB suit authorities that embed their chain.
    pub timestamp_room: usize,
    /// Which algorithms the signature may use, as of the time claimed: [`AlgorithmPolicy::viet_nam`], or the rules of another
    /// place or time.
    pub algorithms: AlgorithmPolicy,
}

impl SignatureOptions {
    /// A signature in this field at this time, of Viet Nam's algorithms, that says nothing more and certifies nothing.
    pub fn new(field: impl Into<String>, claimed_at: OffsetDateTime) -> Self {
        Self {
            field: field.into(),
            claimed_at,
            name: String::new(),
            reason: String::new(),
            location: String::new(),
            certify: None,
            timestamp_room: 0,
            algorithms: AlgorithmPolicy::viet_nam(),
        }
    }

    fn rules(&self) -> SigningRules {
        SigningRules { algorithms: self.algorithms.clone(), at: self.claimed_at }
    }
}

/// A file that waits for one signature.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PendingSignature {
    /// SHA-256 of the certificate that signs, lower-case hexadecimal.
    signer: String,
    rules: SigningRules,
    slot: Slot,
}

impl std::fmt::Debug for PendingSignature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingSignature")
            .field("file", &self.slot.file.len())
            .finish_non_exhaustive()
    }
}

impl PendingSignature {
    /// Appends the field and the open signature.
    ///
    /// # Errors
    /// [`IssueError::Read`] for a file that is not understood or is encrypted; [`IssueError::NotSignable`] when an earlier signature
    /// does not permit this one, or the field cannot be used; [`IssueError::Pki`] when the algorithm may make no new signature.
    pub fn prepare(
        bytes: &[u8],
        options: &SignatureOptions,
        signer: (&[Certificate], SignatureAlgorithm),
    ) -> Result<Self, IssueError> {
        Self::lay(bytes, options, None, signer)
    }

    /// As [`PendingSignature::prepare`], with a new field that shows on a page. A field that is there keeps its own look.
    ///
    /// # Errors
    /// As [`PendingSignature::prepare`]; [`IssueError::NotSignable`] for a field that is there, a page that is not, or what does not
    /// fit its place; [`IssueError::Write`] for a picture or a character that cannot be shown.
    pub fn prepare_visible(
        bytes: &[u8],
        options: &SignatureOptions,
        visible: &Visible<'_>,
        signer: (&[Certificate], SignatureAlgorithm),
    ) -> Result<Self, IssueError> {
        Self::lay(bytes, options, Some(visible), signer)
    }

    fn lay(
        bytes: &[u8],
        options: &SignatureOptions,
        visible: Option<&Visible<'_>>,
        signer: (&[Certificate], SignatureAlgorithm),
    ) -> Result<Self, IssueError> {
        let document = Document::parse(bytes, &Limits::STANDARD)?;
        let rules = options.rules();
        let room = capacity(signer.0, signer.1, &rules, options.timestamp_room)?;
        let mut entries = format!("/M {}", pdf_date_at(options.claimed_at));
        for (key, value) in
            [("Name", &options.name), ("Reason", &options.reason), ("Location", &options.location)]
        {
            if !value.is_empty() {
                entries.push_str(&format!(" /{key} {}", text_string(value)));
            }
        }
        let mut references = String::new();
        if let Some(permission) = options.certify {
            if !(1..=3).contains(&permission) {
                return Err(refuse("a certification's permission is 1, 2 or 3"));
            }
            if verify::signed_fields(&document)? > 0 {
                return Err(refuse(
                    "only the first signature can certify; the file is signed already",
                ));
            }
            references.push_str(&format!(
                "<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P {permission} /V /1.2 >> >>"
            ));
        }
        // ISO 32000-2 §12.7.5.5: a lock that waits in the field takes effect with the signature.
        if let Some((_, own)) = verify::field_named(&document, &options.field)?
            && let Object::Dict(lock) = document.value(&own, "Lock")?
        {
            let parameters = show_with(
                &lock.without(&["Type", "P"]),
                &[("Type", "/TransformParams"), ("V", "/1.2")],
            );
            references.push_str(&format!(
                "<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams {parameters} /Data {} R >>",
                root(&document)?
            ));
        }
        if !references.is_empty() {
            entries.push_str(&format!(" /Reference [{references}]"));
        }
        let dict = SignatureDict::new(&entries, room);
        let slot = append(&document, &options.field, &dict, options.certify.is_some(), visible)?;
        Ok(Self { signer: fingerprint(signer.0.first()), rules, slot })
    }

    /// The digest of what is signed.
    ///
    /// # Errors
    /// [`IssueError::BadState`] when a restored state does not fit its file.
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Result<Vec<u8>, IssueError> {
        self.slot.digest(algorithm)
    }

    /// What the signer signs; its CMS is what [`PendingSignature::complete`] takes.
    ///
    /// # Errors
    /// [`IssueError::BadState`]; [`IssueError::Pki`] for an algorithm that may make no new signature.
    pub fn prepared(
        &self,
        chain: &[Certificate],
        algorithm: SignatureAlgorithm,
    ) -> Result<cms::Prepared, IssueError> {
        self.slot.prepared(chain, algorithm, &self.rules)
    }

    /// Takes the signature, a whole CMS, checks it and gives the signed file.
    ///
    /// # Errors
    /// [`IssueError::SignatureRefused`], [`IssueError::WrongSigner`], [`IssueError::Pki`] when it was made with an algorithm that
    /// may make no new signature; [`IssueError::Write`] with the exact need when it does not fit.
    pub fn complete(mut self, cms: &[u8]) -> Result<Vec<u8>, IssueError> {
        let signature = accept(&self.slot, cms, &self.rules, &self.signer, "signer")?;
        self.slot.fill(&signature)?;
        Ok(self.slot.file)
    }
}

/// Signs with a key at hand (B-B).
///
/// # Errors
/// As [`PendingSignature::prepare`] and [`PendingSignature::complete`].
pub fn sign_existing(
    bytes: &[u8],
    options: &SignatureOptions,
    signer: &dyn Signer,
) -> Result<Vec<u8>, IssueError> {
    let who = (signer.certificate_chain(), signer.algorithm());
    sign(PendingSignature::prepare(bytes, options, who)?, signer)
}

/// The same with a new field that shows on a page.
///
/// # Errors
/// As [`PendingSignature::prepare_visible`] and [`PendingSignature::complete`].
pub fn sign_existing_visibly(
    bytes: &[u8],
    options: &SignatureOptions,
    visible: &Visible<'_>,
    signer: &dyn Signer,
) -> Result<Vec<u8>, IssueError> {
    let who = (signer.certificate_chain(), signer.algorithm());
    sign(PendingSignature::prepare_visible(bytes, options, visible, who)?, signer)
}

/// Signs with the key it was prepared for; the file is hashed once.
fn sign(mut pending: PendingSignature, signer: &dyn Signer) -> Result<Vec<u8>, IssueError> {
    let (chain, algorithm) = (signer.certificate_chain(), signer.algorithm());
    let signature = pending.prepared(chain, algorithm)?.sign(signer)?;
    pending.slot.fill(&signature)?;
    Ok(pending.slot.file)
}

pub(super) fn refuse(problem: &str) -> IssueError {
    IssueError::NotSignable { problem: problem.to_owned() }
}

/// Appends a revision with a signed field, open at `/Contents`.
pub(super) fn append(
    document: &Document<'_>,
    field: &str,
    dict: &SignatureDict,
    certify: bool,
    visible: Option<&Visible<'_>>,
) -> Result<Slot, IssueError> {
    let mut update = Increment::new(document);
    let signature = update.reserve();
    update.put(signature, dict.body.clone());
    let root = root(document)?;
    let catalog = document.catalog()?;
    let mut changes: Vec<(&str, String)> = Vec::new();
    if certify {
        changes.push(("Perms", format!("<< /DocMDP {signature} R >>")));
    }
    match verify::field_named(document, field)? {
        Some(_) if visible.is_some() => {
            return Err(refuse(
                "the field is there and keeps its own look; give the name of a new one to show another",
            ));
        }
        Some((id, own)) => {
            let usable = own.is_name("FT", "Sig") && !own.contains("V");
            let id = id.filter(|_| usable).ok_or_else(|| {
                refuse("the field is signed already, or is no signature field; give another name")
            })?;
            let text = show_with(&own, &[("V", &format!("{signature} R"))]);
            update.put(id, text.into_bytes());
            flags(document, &catalog, &mut update, None, &mut changes)?;
        }
        None => {
            if field.is_empty() || field.contains('.') {
                return Err(refuse("a field's name is not empty and has no full stop"));
            }
            let pages = document.pages()?;
            let number = visible.map_or(1, |v| v.page);
            let page = number.checked_sub(1).and_then(|i| pages.get(i));
            let page = page.map(|p| (p.id, p.dict.clone()));
            let (page, page_dict) = page.ok_or_else(|| match pages.is_empty() {
                true => motcua_pdf::Error::NoPages.into(),
                false => refuse("the page that the signature is to show on is not there"),
            })?;
            let look = visible.map(|v| v.write(&mut update)).transpose()?;
            let place = visible.map_or_else(|| "[0 0 0 0]".to_owned(), Visible::rect);
            let look = look.map_or_else(String::new, |id| format!(" /AP << /N {id} R >>"));
            let widget = update.reserve();
            let body = format!(
                "<< /Type /Annot /Subtype /Widget /FT /Sig /T {} /F 132 /Rect {place} /P {page} R{look} /V {signature} R >>",
                text_string(field)
            );
            update.put(widget, body.into_bytes());
            list(document, &mut update, (page, &page_dict), "Annots", widget)?;
            flags(document, &catalog, &mut update, Some(widget), &mut changes)?;
        }
    }
    if !changes.is_empty() {
        let set: Vec<(&str, &str)> = changes.iter().map(|(k, v)| (*k, v.as_str())).collect();
        update.put(root, show_with(&catalog, &set).into_bytes());
    }
    let appended = update.finish()?;
    let body_at = appended.bodies.get(&signature.number).copied().unwrap_or(0);
    let placed = Placed::new(dict, body_at);
    let mut file = document.source().whole()?.into_owned();
    file.extend_from_slice(&appended.bytes);
    placed.close(&mut file);
    // What would break a signature that is there is not written.
    if let Some(problem) = verify::breaks_earlier(&file)? {
        return Err(IssueError::NotSignable { problem });
    }
    Ok(Slot::new(file, placed))
}

pub(super) fn root(document: &Document<'_>) -> Result<Ref, IssueError> {
    document
        .trailer()
        .get("Root")
        .and_then(Object::as_ref)
        .ok_or_else(|| refuse("it has no catalog"))
}

/// `/SigFlags 3` (ISO 32000-2 table 225) and the new field, wherever the form stands.
fn flags(
    document: &Document<'_>,
    catalog: &Dict,
    update: &mut Increment<'_, '_>,
    widget: Option<Ref>,
    changes: &mut Vec<(&'static str, String)>,
) -> Result<(), IssueError> {
    let form = document.value(catalog, "AcroForm")?;
    let form = form.as_dict().cloned().unwrap_or_default();
    let mut set: Vec<(&str, String)> = vec![("SigFlags", "3".to_owned())];
    if let Some(widget) = widget {
        match form.get("Fields") {
            Some(Object::Ref(id)) => {
                let items = document.value(&form, "Fields")?;
                update.put(*id, longer(&items, widget).into_bytes());
            }
            Some(items) => set.push(("Fields", longer(items, widget))),
            None => set.push(("Fields", format!("[{widget} R]"))),
        }
    } else if form.get("SigFlags").and_then(Object::as_integer) == Some(3) {
        return Ok(());
    }
    let set: Vec<(&str, &str)> = set.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let text = show_with(&form, &set);
    match catalog.get("AcroForm") {
        Some(Object::Ref(id)) => update.put(*id, text.into_bytes()),
        _ => changes.push(("AcroForm", text)),
    }
    Ok(())
}

/// Adds a reference to the list under `key` of an object, wherever the list stands.
fn list(
    document: &Document<'_>,
    update: &mut Increment<'_, '_>,
    (holder, dict): (Ref, &Dict),
    key: &str,
    added: Ref,
) -> Result<(), IssueError> {
    match dict.get(key) {
        Some(Object::Ref(id)) => {
            let items = document.value(dict, key)?;
            update.put(*id, longer(&items, added).into_bytes());
        }
        other => {
            let items = other.cloned().unwrap_or(Object::Null);
            let text = show_with(dict, &[(key, &longer(&items, added))]);
            update.put(holder, text.into_bytes());
        }
    }
    Ok(())
}

fn longer(items: &Object, added: Ref) -> String {
    let mut parts: Vec<String> = items.as_array().unwrap_or_default().iter().map(show).collect();
    parts.push(format!("{added} R"));
    format!("[{}]", parts.join(" "))
}
