//! PDF originals that cannot become PDF/A-2b, drawn as pictures by `hayro`: only where that is accepted by name, and only where every
//! page can be drawn whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use motcua_pdf::write::image::Picture;
use motcua_pdf::write::metadata::{Schema, packet};
use motcua_pdf::write::{FileWriter, icc, points};
use motcua_pdf::{Limits, archive};

use super::IssueError;
use super::original::{Original, OriginalKind};
use crate::facts::xmp;

/// Dots per inch of a drawn page, as the statement says: half as much again as the law's least, so that small print stays readable.
const DPI: u32 = 300;
/// Largest drawn page in pixels: A0 at 300 dpi has 140 million; beyond it no counter has the memory to draw.
const MAX_DRAWN: f64 = 150_000_000.0;
/// Longest side that the renderer takes.
const MAX_SIDE: f64 = 65_000.0;

/// Whether an original is a PDF that cannot become PDF/A-2b as it is. What cannot be read at all is an error.
pub(super) fn is_needed(original: &Original<'_>, index: usize) -> Result<bool, IssueError> {
    if OriginalKind::of(original.bytes) != Some(OriginalKind::Pdf) {
        return Ok(false);
    }
    match conforms(original, index) {
        Ok(yes) => Ok(!yes),
        Err(e) if e.is_not_archivable() => Ok(true),
        Err(e) => Err(e),
    }
}

/// Writes the sheets alone into a file and checks that.
fn conforms(original: &Original<'_>, index: usize) -> Result<bool, IssueError> {
    let mut file = FileWriter::new();
    let (catalog, pages) = (file.reserve(), file.reserve());
    let (metadata, profile) = (file.reserve(), file.reserve());
    let sheets = original.write(&mut file, index, None)?;
    let mut kids = String::new();
    for sheet in &sheets {
        let page = file.reserve();
        let contents: Vec<_> = sheet.contents.iter().map(|c| format!("{c} 0 R")).collect();
        let group =
            if sheet.group.is_empty() { String::new() } else { format!("/Group {} ", sheet.group) };
        let body = format!(
            "<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 {} {}] /Resources {} {group}/Contents [{}] >>",
            points(sheet.size.0),
            points(sheet.size.1),
            sheet.resources,
            contents.join(" ")
        );
        file.object(page, body.as_bytes());
        kids.push_str(&format!("{page} 0 R "));
    }
    let tree = format!("<< /Type /Pages /Count {} /Kids [{kids}] >>", sheets.len());
    file.object(pages, tree.as_bytes());
    let schema = Schema {
        description: "motcua certified copy",
        namespace: xmp::NAMESPACE,
        prefix: xmp::PREFIX,
        properties: vec![("Template", "-".to_owned(), xmp::about("Template"))],
    };
    let text = packet("-", "vi", "2026-01-01T00:00:00Z", &schema)?;
    file.stream(metadata, "/Type /Metadata /Subtype /XML", text.as_bytes());
    file.deflated(profile, "/N 3", &icc::rgb_profile());
    let body = format!(
        "<< /Type /Catalog /Pages {pages} 0 R /Metadata {metadata} 0 R /OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB) /DestOutputProfile {profile} 0 R >>] >>"
    );
    file.object(catalog, body.as_bytes());
    let bytes = file.finish(catalog, &[0; 16])?;
    Ok(archive::check(&bytes, &Limits::STANDARD).is_empty())
}

/// Draws every page of a PDF that has so many.
pub(super) fn draw(
    bytes: &[u8],
    index: usize,
    count: usize,
) -> Result<Vec<Picture<'static>>, IssueError> {
    let refuse = |problem: String| IssueError::NotRasterised { index, problem };
    let pdf = Pdf::new(bytes.to_vec())
        .map_err(|_| refuse("it cannot be read by the renderer".to_owned()))?;
    // Two readers that see different pages see a file that is not to be trusted.
    if pdf.pages().len() != count {
        let seen = pdf.pages().len();
        return Err(refuse(format!("the renderer sees {seen} pages, the reader {count}")));
    }
    // What the renderer passes over would be missing in the copy.
    let passed_over = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&passed_over);
    let settings = InterpreterSettings {
        warning_sink: Arc::new(move |_| flag.store(true, Ordering::Relaxed)),
        ..InterpreterSettings::default()
    };
    let cache = RenderCache::new();
    let scale = f64::from(DPI) / 72.0;
    let mut pictures = Vec::new();
    for (i, page) in pdf.pages().iter().enumerate() {
        let number = i + 1;
        if page.raw().contains_key("UserUnit") {
            return Err(refuse(format!("page {number} has a unit of its own")));
        }
        let (width, height) = page.render_dimensions();
        let (across, down) = (f64::from(width) * scale, f64::from(height) * scale);
        let fits = across >= 1.0
            && down >= 1.0
            && across <= MAX_SIDE
            && down <= MAX_SIDE
            && across * down <= MAX_DRAWN;
        if !fits {
            return Err(refuse(format!(
                "page {number} has {across:.0} by {down:.0} pixels at {DPI} dpi"
            )));
        }
        let look = PixmapSettings { x_scale: scale as f32, y_scale: scale as f32, bg_color: WHITE };
        let drawn = render(page, &cache, &settings, &RenderSettings::default(), &look);
        if passed_over.load(Ordering::Relaxed) {
            return Err(refuse(format!(
                "a font, picture or annotation of page {number} cannot be drawn"
            )));
        }
        // On white nothing shows through: the fourth byte is always full.
        let samples: Vec<u8> = drawn
            .data_as_u8_slice()
            .chunks_exact(4)
            .flat_map(|pixel| pixel.iter().take(3).copied())
            .collect();
        let size = (u32::from(drawn.width()), u32::from(drawn.height()));
        pictures.push(Picture::of_rgb(size.0, size.1, DPI, &samples)?);
    }
    Ok(pictures)
}
