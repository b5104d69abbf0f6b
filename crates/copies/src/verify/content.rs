//! Whether metadata, statement page, signature appearances, QR code and certificates say the same.

use motcua_pdf::{Document, Error, Object, Page};

use super::fields::Found;
use super::text::{Drawn, Reader};
use super::{Reason, Report, SignatureReport, on_top};
use crate::facts::{CopyFacts, Shortcoming, picture};
use crate::statement::{Statement, agency_block};
use crate::{AGENCY_FIELD, OFFICIAL_FIELD, official_field};

/// What the issuer sets before text.
const BLACK: &str = "0 g\n";

/// The revision that the first person signed; the first where nobody covers one.
fn signed_by_first<'a>(
    document: &Document<'a>,
    signatures: &[Found],
) -> Result<Document<'a>, Error> {
    let first = signatures.iter().filter(|s| !s.is_timestamp()).find_map(|s| s.covers.ok());
    document.revision(first.unwrap_or(0))
}

/// A copy's facts, from the metadata of the revision the official signed.
pub(super) fn facts(
    document: &Document<'_>,
    signatures: &[Found],
) -> Result<Option<CopyFacts>, Error> {
    let signed = signed_by_first(document, signatures)?;
    let catalog = signed.catalog()?;
    let Object::Stream(stream) = signed.value(&catalog, "Metadata")? else { return Ok(None) };
    // Metadata that cannot be decoded are not ours: ours are plain.
    let Ok(metadata) = signed.decode(&stream) else { return Ok(None) };
    Ok(std::str::from_utf8(&metadata).ok().and_then(CopyFacts::from_xmp))
}

/// Compares, in the revision the official signed.
pub(super) fn check(
    document: &Document<'_>,
    facts: &CopyFacts,
    signatures: &[Found],
    judged: &[SignatureReport],
    report: &mut Report,
) -> Result<(), Error> {
    let signed = signed_by_first(document, signatures)?;
    let differs =
        |part: &str| Reason::new("copies.statement_differs", &[("part", part.to_owned())]);
    match Statement::new(facts) {
        None => report.add(differs("mẫu lời chứng / template")),
        Some(statement) => page(&signed, facts, &statement, report)?,
    }
    pages(&signed, facts, report)?;
    let officials = facts.officials().map(|(name, _)| name);
    for (field, stated) in
        facts.signature_fields().into_iter().zip(officials.chain([facts.agency.as_str()]))
    {
        let Some(signature) = judged.iter().find(|s| s.field == field) else { continue };
        let Some(subject) = &signature.subject else { continue };
        let named = name_in(
            field == AGENCY_FIELD,
            signature.common_name.as_deref(),
            signature.organization.as_deref(),
        );
        if named.map(fold) != Some(fold(stated)) {
            let certificate = named.unwrap_or(subject).to_owned();
            report.add(Reason::new(
                "copies.signer_name_differs",
                &[("field", field), ("certificate", certificate), ("statement", stated.to_owned())],
            ));
        }
    }
    Ok(())
}

/// Every captured page is a page of the copy, and the statement is one more. A capture of fewer pages than the original has was
/// accepted by name, or it would not have been issued; so it is the other way round.
fn pages(document: &Document<'_>, facts: &CopyFacts, report: &mut Report) -> Result<(), Error> {
    let original = &facts.original;
    // Copies made before this was recorded say nothing of it.
    let Some(captured) = original.captured else { return Ok(()) };
    // The statement has a page of its own, at the end, unless it stands on the last captured one.
    let own = usize::from(facts.statement_place.is_none());
    let found = document.pages()?.len().saturating_sub(own);
    let missing = original.pages > captured;
    if u32::try_from(found) != Ok(captured)
        || missing != original.accepted.contains(&Shortcoming::PagesMissing)
    {
        let numbers = [
            ("shown", found.to_string()),
            ("captured", captured.to_string()),
            ("pages", original.pages.to_string()),
        ];
        report.add(Reason::new("copies.pages_differ", &numbers));
    }
    Ok(())
}

/// Whom a certificate names: a person, or an agency as its organization or, without one, by itself. A certificate that says
/// nothing of it is not theirs.
pub(crate) fn name_in<'c>(
    agency: bool,
    common_name: Option<&'c str>,
    organization: Option<&'c str>,
) -> Option<&'c str> {
    if agency { organization.or(common_name) } else { common_name }
}

/// Names are compared without regard to case and spacing: agencies write theirs in capitals on paper.
pub(crate) fn fold(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn page(
    document: &Document<'_>,
    facts: &CopyFacts,
    statement: &Statement,
    report: &mut Report,
) -> Result<(), Error> {
    let differs =
        |part: &str| Reason::new("copies.statement_differs", &[("part", part.to_owned())]);
    let pages = document.pages()?;
    let Some(last) = pages.last() else { return Ok(()) };
    let mut reader = Reader::new(document);
    let shown = match facts.statement_place {
        None => Some((own_page(&mut reader, document, last)?, (picture::LEFT, picture::TOP))),
        Some(place) => {
            let uncounted = facts.original.captured.is_none().then_some(on_top::UNCOUNTED);
            let found = on_top::statement(document, place)?;
            for problem in
                found.as_ref().err().map(|flaw| flaw.problem).into_iter().chain(uncounted)
            {
                let params = [("problem", problem.to_owned())];
                report.add(Reason::new("copies.statement_place_unsound", &params));
            }
            match found {
                Ok(form) => {
                    let resources = document.value(&form.dict, "Resources")?;
                    let drawn = reader.drawn(&document.decode(&form)?, &resources)?;
                    Some((drawn, (0.0, place.size().1)))
                }
                // What a file draws is not asked where that is not what shows.
                Err(_) => None,
            }
        }
    };
    if let Some((shown, corner)) = shown {
        let on_page: String = statement.on_page().into_iter().map(squeeze).collect();
        if shown.as_ref().map(|d| squeeze(&d.text)) != Some(on_page) {
            report.add(differs("trang lời chứng / statement page"));
        }
        let code = facts.qr().to_text();
        // The text after the code begins by setting black.
        let pictured = shown
            .as_ref()
            .filter(|d| d.pictures == 0)
            .and_then(|d| d.other.strip_suffix(BLACK))
            .is_some_and(|drawn| picture::shows(drawn, &code, corner.0, corner.1));
        if !pictured {
            report.add(Reason::new("copies.qr_differs", &[]));
        }
    }
    let mut looks: Vec<_> = facts
        .officials()
        .enumerate()
        .map(|(i, (name, _))| {
            let wanted = squeeze(&format!("(đã ký số){name}"));
            (official_field(i + 1), wanted, "ô chữ ký người chứng thực / official's appearance")
        })
        .collect();
    let block = squeeze(&agency_block(facts).concat());
    looks.push((AGENCY_FIELD.to_owned(), block, "khối cơ quan / agency's block"));
    for (field, wanted, part) in looks {
        if appearance(&mut reader, document, &field)? != Some(wanted) {
            report.add(differs(part));
        }
    }
    Ok(())
}

/// What a page of the statement's own shows.
fn own_page(
    reader: &mut Reader<'_, '_>,
    document: &Document<'_>,
    page: &Page,
) -> Result<Option<Drawn>, Error> {
    let resources = match page.inherited("Resources") {
        Some(resources) => document.resolve(resources)?,
        None => Object::Null,
    };
    let mut stream = Vec::new();
    let contents = document.value(&page.dict, "Contents")?;
    for part in contents.as_array().unwrap_or_default() {
        if let Object::Stream(part) = document.resolve(part)? {
            stream.extend_from_slice(&document.decode(&part)?);
        }
    }
    reader.drawn(&stream, &resources)
}

/// The text that a field's appearance shows.
fn appearance(
    reader: &mut Reader<'_, '_>,
    document: &Document<'_>,
    field: &str,
) -> Result<Option<String>, Error> {
    let catalog = document.catalog()?;
    let Object::Dict(form) = document.value(&catalog, "AcroForm")? else { return Ok(None) };
    for item in document.value(&form, "Fields")?.as_array().unwrap_or_default() {
        let Object::Dict(dict) = document.resolve(item)? else { continue };
        if dict.get("T").and_then(Object::as_string).is_none_or(|t| t.bytes != field.as_bytes()) {
            continue;
        }
        let Object::Dict(look) = document.value(&dict, "AP")? else { return Ok(None) };
        let Object::Stream(stream) = document.value(&look, "N")? else { return Ok(None) };
        let resources = document.value(&stream.dict, "Resources")?;
        let shown = reader.drawn(&document.decode(&stream)?, &resources)?;
        // Pictures of a signature and a seal may stand beneath the text.
        let plain = |d: &Drawn| d.other == BLACK && (d.pictures == 0 || field == OFFICIAL_FIELD);
        return Ok(shown.filter(plain).map(|d| squeeze(&d.text)));
    }
    Ok(None)
}

fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    squeezed.extend(text.chars().filter(|c| !c.is_whitespace()));
    squeezed
}
