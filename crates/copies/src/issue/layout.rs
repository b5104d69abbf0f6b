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
use super::{AGENCY_FIELD, IssueError, OFFICIAL_FIELD, Pictures};
use crate::facts::{CopyFacts, Shortcoming, VIET_NAM, picture, xmp};
use crate::statement::{Statement, Template, agency_block};

/// A4 in points.
const PAGE: (f64, f64) = (595.276, 841.89);
/// Margins of the statement page: 20 mm.
const MARGIN: f64 = 56.69;
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
    pub agency_widget: u32,
    /// The agency's field without its closing `>>`, so that `/V` can be added.
    pub agency_field: String,
    pub catalog: u32,
    pub size: u32,
    pub startxref: usize,
    pub file_id: String,
    /// In what the capture falls short, each as the refusal it is unless accepted.
    pub shortcomings: Vec<IssueError>,
    /// The names of all of these, and of what was done about it.
    pub found: BTreeSet<Shortcoming>,
}

/// A piece of text on a page.
struct Line {
    x: f64,
    y: f64,
    size: f64,
    bold: bool,
    text: String,
}

struct Setting<'a> {
    regular: Font<'a>,
    bold: Font<'a>,
}

impl Setting<'_> {
    fn width(&self, bold: bool, text: &str, size: f64) -> Result<f64, IssueError> {
        let font = if bold { &self.bold } else { &self.regular };
        Ok(font.width(text, size)?)
    }

    /// Breaks a text at spaces; a word wider than the measure is broken anywhere.
    fn wrap(
        &self,
        bold: bool,
        text: &str,
        size: f64,
        measure: f64,
    ) -> Result<Vec<String>, IssueError> {
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let mut word = word.to_owned();
            while let Some(line) = lines.last_mut() {
                let joined = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
                if self.width(bold, &joined, size)? <= measure {
                    *line = joined;
                    break;
                }
                if !line.is_empty() {
                    lines.push(String::new());
                    continue;
                }
                let (mut head, mut tail) = (String::new(), String::new());
                for c in word.chars() {
                    if tail.is_empty()
                        && (head.is_empty()
                            || self.width(bold, &format!("{head}{c}"), size)? <= measure)
                    {
                        head.push(c);
                    } else {
                        tail.push(c);
                    }
                }
                *line = head;
                if tail.is_empty() {
                    break;
                }
                lines.push(String::new());
                word = tail;
            }
        }
        Ok(lines)
    }

    fn show(&mut self, lines: &[Line]) -> Result<String, IssueError> {
        let mut content = String::from("0 g\nBT\n");
        for line in lines {
            let (name, font) =
                if line.bold { ("B", &mut self.bold) } else { ("R", &mut self.regular) };
            let text = font.encode(&line.text)?;
            let _ = writeln!(
                content,
                "/{name} {} Tf 1 0 0 1 {} {} Tm {text} Tj",
                points(line.size),
                points(line.x),
                points(line.y)
            );
        }
        content.push_str("ET\n");
        Ok(content)
    }
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
    if facts.capacity.lines().count() > 2 {
        return bad("Capacity", "it has more than two lines");
    }
    Ok(())
}

/// Whether the law of the statement holds on the day, and lets the official sign (Decree 23/2015/NĐ-CP Art. 5); and whether the
/// official's mandate covers it.
fn competent(template: &'static Template, facts: &CopyFacts) -> Result<(), IssueError> {
    if !template.in_force(facts.certified_on) {
        return Err(IssueError::TemplateNotInForce {
            template: template.id,
            day: facts.certified_on,
            from: template.from,
            until: template.until.map_or_else(|| "now".to_owned(), |day| day.to_string()),
        });
    }
    if template.capacity(&facts.capacity).is_none() {
        return Err(IssueError::CapacityNotCompetent {
            capacity: facts.capacity.lines().next().unwrap_or_default().to_owned(),
            template: template.id,
            law: template.law,
            known: template.known,
        });
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
    let font_resources = format!("<< /Font << /R {regular} 0 R /B {bold} 0 R >> >>");

    let draw = facts.original.accepted.contains(&Shortcoming::Rasterised);
    let mut sheets = original::write_all(originals, &mut file, draw)?;
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
    let page = statement_page(&mut set, facts, &statement, pictures.any())?;
    let contents = file.reserve();
    file.deflated(contents, "", page.content.as_bytes());
    let (drawn, names) = pictures.write(&mut file, page.look_size.0)?;
    let look = drawn + &set.show(&page.look)?;
    let look_resources = match names.as_str() {
        "" => font_resources.clone(),
        names => font_resources.replacen("<< ", &format!("<< /XObject << {names}>> "), 1),
    };
    write_look(&mut file, official_look, page.look_size, &look_resources, &look);
    sheets.push(Sheet {
        size: PAGE,
        resources: font_resources.clone(),
        contents: vec![contents],
        ..Sheet::default()
    });

    // Pages, with the widgets on the first and the last.
    let ids: Vec<u32> = sheets.iter().map(|_| file.reserve()).collect();
    let last = ids.len() - 1;
    for (i, (sheet, id)) in sheets.iter().zip(&ids).enumerate() {
        let mut widgets = String::new();
        if i == 0 {
            let _ = write!(widgets, "{agency_widget} 0 R ");
        }
        if i == last {
            let _ = write!(widgets, "{official_widget} 0 R ");
        }
        let annotations =
            if widgets.is_empty() { String::new() } else { format!("/Annots [{widgets}] ") };
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
    let official_field =
        widget(OFFICIAL_FIELD, &page.look_rect, official_look, *ids.get(last).unwrap_or(&0));
    file.object(official_widget, format!("{official_field} /V {signature} 0 R >>").as_bytes());
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
            "<< /Type /Catalog /Pages {pages} 0 R /Lang (vi) /Metadata {metadata} 0 R /OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (RGB, sRGB primaries, gamma 2.2) /DestOutputProfile {profile} 0 R >>] /AcroForm << /Fields [{official_widget} 0 R {agency_widget} 0 R] /SigFlags 3 >> /Perms << /DocMDP {signature} 0 R >> >>"
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
        agency_widget,
        agency_field,
        catalog,
        size,
        startxref,
        file_id: motcua_pdf::hex(&file_id),
        shortcomings,
        found,
    })
}

fn lines(count: usize) -> f64 {
    f64::from(u16::try_from(count).unwrap_or(u16::MAX))
}

fn rect(x: f64, y: f64, width: f64, height: f64) -> String {
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

struct StatementPage {
    content: String,
    look: Vec<Line>,
    look_size: (f64, f64),
    look_rect: String,
}

/// QR top left (Circular 01/2023/TT-VPCP Art. 26), the statement below it, the official at the right.
fn statement_page(
    set: &mut Setting<'_>,
    facts: &CopyFacts,
    statement: &Statement,
    pictured: bool,
) -> Result<StatementPage, IssueError> {
    let text = facts.qr().to_text();
    let (left, top) = (picture::LEFT, picture::TOP);
    let side = picture::SIDE;
    let mut content =
        picture::draw(&text, left, top).ok_or(IssueError::QrTooLong { length: text.len() })?;
    let mut placed = Vec::new();
    let measure = PAGE.0 - 2.0 * MARGIN;
    let mut y = top - side - 44.0;
    let mut put = |set: &Setting<'_>,
                   text: &str,
                   bold: bool,
                   size: f64,
                   centred: bool|
     -> Result<(), IssueError> {
        for line in set.wrap(bold, text, size, measure)? {
            let x = if centred { (PAGE.0 - set.width(bold, &line, size)?) / 2.0 } else { MARGIN };
            placed.push(Line { x, y, size, bold, text: line });
            y -= size * 1.45;
        }
        y -= size * 0.35;
        Ok(())
    };
    put(set, &statement.title, true, 15.0, true)?;
    for line in &statement.head {
        put(set, line, false, 13.0, true)?;
    }
    for line in &statement.body {
        put(set, line, false, 12.0, false)?;
    }
    y -= 20.0;
    // The official's block, centred in the right half.
    let (half, middle) = (measure / 2.0, PAGE.0 - MARGIN - measure / 4.0);
    for line in &statement.capacity {
        for line in set.wrap(true, line, 13.0, half)? {
            let x = middle - set.width(true, &line, 13.0)? / 2.0;
            placed.push(Line { x, y, size: 13.0, bold: true, text: line });
            y -= 18.0;
        }
    }
    // The field holds the mark of the digital signature; the name stands in it too, as signed.
    let (height, mark) = if pictured { (128.0, 112.0) } else { (64.0, 42.0) };
    let look_size = (half, height);
    let (sign, name) = ("(đã ký số)", facts.official.as_str());
    let mut look = Vec::new();
    for (text, size, bold, at) in [(sign, 11.0, false, mark), (name, 13.0, true, 10.0)] {
        let x = ((half - set.width(bold, text, size)?) / 2.0).max(0.0);
        look.push(Line { x, y: at, size, bold, text: text.to_owned() });
    }
    let look_rect = rect(middle - half / 2.0, y - look_size.1, look_size.0, look_size.1);
    content.push_str(&set.show(&placed)?);
    Ok(StatementPage { content, look, look_size, look_rect })
}
