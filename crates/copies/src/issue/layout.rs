//! Lays a copy out as the bytes of its first revision: sheets, statement page, both signature fields with their appearances.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use motcua_pdf::write::font::Font;
use motcua_pdf::write::metadata::{Schema, packet};
use motcua_pdf::write::signature::{Placed, SignatureDict};
use motcua_pdf::write::{FileWriter, icc, points, text_string};
use ring::digest::{SHA256, digest};
use time::format_description::well_known::Rfc3339;
use unicode_normalization::is_nfc;

use super::original::{self, Original, Sheet};
use super::page::{placed_statement, statement_page};
use super::setting::{Line, Setting};
use super::{AGENCY_FIELD, IssueError, Pictures};
use crate::facts::{CopyFacts, MOST_CO_OFFICIALS, Shortcoming, StatementPlace, VIET_NAM, xmp};
use crate::official_field;
use crate::statement::{Objection, Statement, Template, agency_block};

/// A4 in points.
pub(super) const PAGE: (f64, f64) = (595.276, 841.89);
/// Margins of the statement page: 20 mm.
pub(super) const MARGIN: f64 = 56.69;
/// The agency's block: wide enough for `Thời gian ký: …` and most names of agencies in one or two lines.
const BLOCK_WIDTH: f64 = 215.0;
/// 10 pt as Decree 30/2020/NĐ-CP Annex I asks, with 12 pt from line to line.
const BLOCK_SIZE: f64 = 10.0;
const BLOCK_LINE: f64 = 12.0;

/// The two fonts of a copy, as font files; Times-compatible and with full Vietnamese coverage.
#[derive(Clone, Copy)]
pub struct Fonts<'a> {
    /// Upright.
    pub regular: &'a [u8],
    /// Bold, for titles.
    pub bold: &'a [u8],
}

impl std::fmt::Debug for Fonts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fonts({} and {} bytes)", self.regular.len(), self.bold.len())
    }
}

#[cfg(feature = "embedded-fonts")]
impl Fonts<'static> {
    /// Liberation Serif (SIL Open Font License 1.1), metrically equal to Times New Roman.
    pub const LIBERATION_SERIF: Self = Self {
        regular: include_bytes!("../../fonts/LiberationSerif-Regular.ttf"),
        bold: include_bytes!("../../fonts/LiberationSerif-Bold.ttf"),
    };
}

/// The first revision, complete but for the official's signature.
pub(super) struct Revision {
    pub file: Vec<u8>,
    pub official: Placed,
    /// The fields of the other officials, in their order, and the agency's, each with its object number: without the closing `>>`,
    /// so that `/V` can be added.
    pub co_officials: Vec<(u32, String)>,
    pub agency: (u32, String),
    /// Why it is signed.
    pub reason: String,
    pub catalog: u32,
    pub size: u32,
    pub startxref: usize,
    pub file_id: String,
    /// In what the capture falls short, each as the refusal it is unless accepted.
    pub shortcomings: Vec<IssueError>,
    /// The names of all of these, and of what was done about it.
    pub found: BTreeSet<Shortcoming>,
}

/// `D:20261124100000+07'00'` (ISO 32000-2 §7.9.4).
pub(super) fn pdf_date(facts: &CopyFacts) -> String {
    pdf_date_at(facts.signed_at)
}

/// The same for any time, in Viet Nam's zone.
pub(super) fn pdf_date_at(at: time::OffsetDateTime) -> String {
    let t = at.to_offset(VIET_NAM);
    format!(
        "(D:{:04}{:02}{:02}{:02}{:02}{:02}+07'00')",
        t.year(),
        u8::from(t.month()),
        t.day(),
        t.hour(),
        t.minute(),
        t.second()
    )
}

fn check(facts: &CopyFacts) -> Result<(), IssueError> {
    let bad = |field, problem| Err(IssueError::BadFact { field, problem });
    for (field, value) in facts.properties() {
        if value.trim().is_empty() && !matches!(field, "Applicant" | "Dossier" | "Procedure") {
            return bad(field, "it is empty");
        }
        if !is_nfc(&value) {
            return bad(
                field,
                "its accents are not in the composed form (NFC); normalise it first",
            );
        }
        if value.chars().any(|c| c.is_control() && !(c == '\n' && field == "Capacity")) {
            return bad(field, "it holds a control character");
        }
    }
    if facts.register.number == 0 {
        return bad("RegisterNumber", "registers start at 1");
    }
    if facts.original.pages == 0 {
        return bad("OriginalPages", "an original has at least one page that carries information");
    }
    if facts.mandate.as_ref().is_some_and(|m| m.document.trim().is_empty()) {
        return bad("MandateDocument", "it is empty");
    }
    if facts.officials().any(|(_, capacity)| capacity.lines().count() > 2) {
        return bad("Capacity", "it has more than two lines");
    }
    if facts.co_officials.len() > MOST_CO_OFFICIALS {
        return bad("CoOfficials", "they are more than five beside the first");
    }
    for official in &facts.co_officials {
        if official.name.trim().is_empty() || official.capacity.trim().is_empty() {
            return bad("CoOfficials", "a name or a capacity is empty");
        }
        let feed = |c: char| c.is_control() && c != '\n';
        if official.name.chars().any(char::is_control) || official.capacity.chars().any(feed) {
            return bad("CoOfficials", "a name or a capacity holds a control character");
        }
    }
    Ok(())
}

/// Whether the law of the statement holds on the day, and lets the officials sign (Decree 23/2015/NĐ-CP Art. 5); and whether the
/// official's mandate covers it.
fn competent(template: &'static Template, facts: &CopyFacts) -> Result<(), IssueError> {
    let (id, law) = (template.id, template.law);
    match template.objection(facts) {
        None => {}
        Some(Objection::NotInForce) => {
            return Err(IssueError::TemplateNotInForce {
                template: id,
                day: facts.certified_on,
                from: template.from,
                until: template.until.map_or_else(|| "now".to_owned(), |day| day.to_string()),
            });
        }
        Some(Objection::Capacity(capacity)) => {
            return Err(IssueError::CapacityNotCompetent {
                capacity: capacity.lines().next().unwrap_or_default().to_owned(),
                template: id,
                law,
                known: template.known,
            });
        }
        Some(Objection::Several(_)) => {
            let officials = facts.officials().count();
            return Err(IssueError::OneOfficialOnly { template: id, law, officials });
        }
    }
    if let Some(mandate) = &facts.mandate
        && let Some(day) = facts.mandate_days().into_iter().find(|day| !mandate.holds(*day))
    {
        return Err(IssueError::MandateNotInForce {
            document: mandate.document.clone(),
            official: facts.official.clone(),
            day,
            from: mandate.from,
            until: mandate.until_text(),
        });
    }
    Ok(())
}

/// Writes the whole first revision.
pub(super) fn revision(
    originals: &[Original<'_>],
    facts: &CopyFacts,
    fonts: Fonts<'_>,
    pictures: &Pictures,
    official_capacity: usize,
) -> Result<Revision, IssueError> {
    check(facts)?;
    let unknown = || IssueError::UnknownTemplate { template: facts.template.clone() };
    let statement = Statement::new(facts).ok_or_else(unknown)?;
    competent(Template::named(&facts.template).ok_or_else(unknown)?, facts)?;
    let mut set = Setting {
        regular: Font::new(fonts.regular, "LiberationSerif")?,
        bold: Font::new(fonts.bold, "LiberationSerif-Bold")?,
    };
    let mut file = FileWriter::new();
    // The originals as they are, and both signatures' revisions beside fonts and statement.
    file.make_room(originals.iter().map(|o| o.bytes.len()).fold(256 * 1024, usize::saturating_add));
    let (catalog, pages, metadata, profile) =
        (file.reserve(), file.reserve(), file.reserve(), file.reserve());
    let (regular, bold) = (file.reserve(), file.reserve());
    let (official_widget, agency_widget, signature) =
        (file.reserve(), file.reserve(), file.reserve());
    let (official_look, agency_look) = (file.reserve(), file.reserve());
    // Widget and look of each official beside the first.
    let beside: Vec<_> =
        facts.co_officials.iter().map(|_| (file.reserve(), file.reserve())).collect();
    let font_resources = format!("<< /Font << /R {regular} 0 R /B {bold} 0 R >> >>");

    let draw = facts.original.accepted.contains(&Shortcoming::Rasterised);
    let on_top = facts.statement_place.map(|_| file.reserve());
    let mut sheets = original::write_all(originals, &mut file, draw, on_top)?;
    if sheets.is_empty() {
        return Err(IssueError::NoOriginal);
    }

    let shortcomings = original::of_sheets(&sheets, facts.original.pages);
    let found = original::found(&sheets, &shortcomings);

    // The agency's block, top right of page 1.
    let mut block = Vec::new();
    for text in agency_block(facts) {
        block.extend(set.wrap(false, &text, BLOCK_SIZE, BLOCK_WIDTH)?);
    }
    let block_height = BLOCK_LINE * lines(block.len()) + 2.0;
    let block_lines: Vec<_> = block
        .into_iter()
        .enumerate()
        .map(|(i, text)| Line {
            x: 0.0,
            y: block_height - BLOCK_LINE * lines(i) - BLOCK_SIZE,
            size: BLOCK_SIZE,
            bold: false,
            text,
        })
        .collect();
    let block_content = set.show(&block_lines)?;
    write_look(
        &mut file,
        agency_look,
        (BLOCK_WIDTH, block_height),
        &font_resources,
        &block_content,
    );
    let first = sheets.first().map_or(PAGE, |s: &Sheet| s.size);
    let block_rect = rect(
        first.0 - BLOCK_WIDTH - 12.0,
        first.1 - block_height - 10.0,
        BLOCK_WIDTH,
        block_height,
    );

    // The statement page.
    let page = match (facts.statement_place, on_top) {
        (Some(place), Some(form)) => {
            let own = sheets.len() == 1;
            let Some(last) = sheets.last_mut() else { return Err(IssueError::NoOriginal) };
            let block = own.then_some((BLOCK_WIDTH + 12.0, block_height + 10.0));
            placed_on(place, last.size, block)?;
            let corner = place.corner(last.size);
            let page =
                placed_statement(&mut set, facts, &statement, pictures.any(), (place, corner))?;
            write_look(&mut file, form, place.size(), &font_resources, &page.content);
            let contents = file.reserve();
            let name = last.top.as_deref().unwrap_or_default();
            let (x, y) = (points(corner.0), points(corner.1));
            let content = format!("q 1 0 0 1 {x} {y} cm /{name} Do Q\n");
            file.stream(contents, "", content.as_bytes());
            last.contents.push(contents);
            page
        }
        _ => {
            let page = statement_page(&mut set, facts, &statement, pictures.any())?;
            let contents = file.reserve();
            file.deflated(contents, "", page.content.as_bytes());
            sheets.push(Sheet {
                size: PAGE,
                resources: font_resources.clone(),
                contents: vec![contents],
                ..Sheet::default()
            });
            page
        }
    };
    // Pictures stand beside the first official's signature.
    let widgets: Vec<_> = [(official_widget, official_look)].into_iter().chain(beside).collect();
    for (i, (look, (_, id))) in page.looks.iter().zip(&widgets).enumerate() {
        let (drawn, names) = match i {
            0 => pictures.write(&mut file, look.size.0)?,
            _ => Default::default(),
        };
        let content = drawn + &set.show(&look.lines)?;
        let resources = match names.as_str() {
            "" => font_resources.clone(),
            names => font_resources.replacen("<< ", &format!("<< /XObject << {names}>> "), 1),
        };
        write_look(&mut file, *id, look.size, &resources, &content);
    }

    // Pages, with the widgets on the first and the last.
    let ids: Vec<u32> = sheets.iter().map(|_| file.reserve()).collect();
    let last = ids.len() - 1;
    for (i, (sheet, id)) in sheets.iter().zip(&ids).enumerate() {
        let mut annotations = String::new();
        if i == 0 {
            let _ = write!(annotations, "{agency_widget} 0 R ");
        }
        if i == last {
            for (widget, _) in &widgets {
                let _ = write!(annotations, "{widget} 0 R ");
            }
        }
        if !annotations.is_empty() {
            annotations = format!("/Annots [{annotations}] ");
        }
        let contents: Vec<_> = sheet.contents.iter().map(|c| format!("{c} 0 R")).collect();
        let group =
            if sheet.group.is_empty() { String::new() } else { format!("/Group {} ", sheet.group) };
        let body = format!(
            "<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 {} {}] /Resources {} /Contents [{}] {group}{annotations}>>",
            points(sheet.size.0),
            points(sheet.size.1),
            sheet.resources,
            contents.join(" ")
        );
        file.object(*id, body.as_bytes());
    }
    let kids: Vec<_> = ids.iter().map(|id| format!("{id} 0 R")).collect();
    file.object(
        pages,
        format!("<< /Type /Pages /Count {} /Kids [{}] >>", ids.len(), kids.join(" ")).as_bytes(),
    );

    // Fields. /F 132: printed and locked (ISO 19005-2 §6.3.2 wants the print flag).
    let widget = |name: &str, rect: &str, look: u32, page: u32| {
        format!(
            "<< /Type /Annot /Subtype /Widget /FT /Sig /T ({name}) /F 132 /Rect {rect} /P {page} 0 R /AP << /N {look} 0 R >>"
        )
    };
    let mut co_officials = Vec::new();
    let mut fields = String::new();
    for (i, (look, (id, shown))) in page.looks.iter().zip(&widgets).enumerate() {
        let page = *ids.get(last).unwrap_or(&0);
        let field = widget(&official_field(i + 1), &look.rect, *shown, page);
        let _ = write!(fields, "{id} 0 R ");
        if i == 0 {
            file.object(*id, format!("{field} /V {signature} 0 R >>").as_bytes());
        } else {
            file.object(*id, format!("{field} >>").as_bytes());
            co_officials.push((*id, field));
        }
    }
    let agency_field = format!(
        "{} /Lock << /Type /SigFieldLock /Action /All >>",
        widget(AGENCY_FIELD, &block_rect, agency_look, *ids.first().unwrap_or(&0))
    );
    file.object(agency_widget, format!("{agency_field} >>").as_bytes());

    set.regular.write(&mut file, regular)?;
    set.bold.write(&mut file, bold)?;
    file.deflated(profile, "/N 3", &icc::rgb_profile());
    let created = facts.signed_at.to_offset(VIET_NAM).format(&Rfc3339).unwrap_or_default();
    let schema = Schema {
        description: "motcua certified copy",
        namespace: xmp::NAMESPACE,
        prefix: xmp::PREFIX,
        properties: facts
            .properties()
            .into_iter()
            .map(|(name, value)| (name, value, xmp::about(name)))
            .collect(),
    };
    let xmp = packet(&format!("Bản sao chứng thực: {}", facts.paper), "vi", &created, &schema)?;
    file.stream(metadata, "/Type /Metadata /Subtype /XML", xmp.as_bytes());
    file.object(
        catalog,
        format!(
            "<< /Type /Catalog /Pages {pages} 0 R /Lang (vi) /Metadata {metadata} 0 R /OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (RGB, sRGB primaries, gamma 2.2) /DestOutputProfile {profile} 0 R >>] /AcroForm << /Fields [{fields}{agency_widget} 0 R] /SigFlags 3 >> /Perms << /DocMDP {signature} 0 R >> >>"
        )
        .as_bytes(),
    );
    // The signature dictionary stands last, so that almost the whole file precedes /Contents and is hashed once for both
    // signatures.
    let entries = format!(
        "/Name {} /M {} /Location {} /Reason {} /Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >>]",
        text_string(&facts.official),
        pdf_date(facts),
        text_string(&facts.place),
        text_string(&statement.title)
    );
    let dict = SignatureDict::new(&entries, official_capacity);
    let body_at = file.object(signature, &dict.body);
    let official = Placed::new(&dict, body_at);
    let startxref = file.position();
    let mut identity = digest(&SHA256, xmp.as_bytes()).as_ref().to_vec();
    identity.truncate(16);
    let mut file_id = [0; 16];
    file_id.copy_from_slice(&identity);
    let size = file.reserve_count() + 1;
    let mut bytes = file.finish(catalog, &file_id)?;
    official.close(&mut bytes);
    Ok(Revision {
        file: bytes,
        official,
        co_officials,
        agency: (agency_widget, agency_field),
        reason: statement.title,
        catalog,
        size,
        startxref,
        file_id: motcua_pdf::hex(&file_id),
        shortcomings,
        found,
    })
}

/// Whether the place lies on a page of that size, and leaves the agency's block free where that is on the same page: so wide and so
/// high in the top right corner.
fn placed_on(
    place: StatementPlace,
    page: (f64, f64),
    block: Option<(f64, f64)>,
) -> Result<(), IssueError> {
    if !place.lies_on(page) {
        let mm = |points| format!("{:.0}", super::paper::millimetres(points));
        return Err(IssueError::StatementPlaceOutside { width: mm(page.0), height: mm(page.1) });
    }
    let ((x, y), (width, height)) = (place.corner(page), place.size());
    let covers = |(wide, high): (f64, f64)| x + width > page.0 - wide && y + height > page.1 - high;
    if block.is_some_and(covers) {
        let problem = "it covers the agency's block at the top right of the same page";
        return Err(IssueError::BadFact { field: "StatementPlace", problem });
    }
    Ok(())
}

fn lines(count: usize) -> f64 {
    f64::from(u16::try_from(count).unwrap_or(u16::MAX))
}

pub(super) fn rect(x: f64, y: f64, width: f64, height: f64) -> String {
    format!("[{} {} {} {}]", points(x), points(y), points(x + width), points(y + height))
}

fn write_look(file: &mut FileWriter, id: u32, size: (f64, f64), resources: &str, content: &str) {
    let entries = format!(
        "/Type /XObject /Subtype /Form /BBox [0 0 {} {}] /Resources {resources}",
        points(size.0),
        points(size.1)
    );
    file.deflated(id, &entries, content.as_bytes());
}
