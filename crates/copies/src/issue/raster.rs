//! PDF originals that cannot become PDF/A-2b, drawn as pictures by `hayro`: only where that is accepted by name, only where every page
//! can be drawn whole, and only what costs no more than it may: the renderer has no limits, so that all is counted before.

mod fonts;
mod meter;
mod unfold;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::util::TransformExt as _;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::Affine;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use motcua_pdf::write::image::Picture;
use motcua_pdf::write::import::Importer;
use motcua_pdf::write::metadata::{Schema, packet};
use motcua_pdf::write::{FileWriter, icc, points};
use motcua_pdf::{Document, Error, Limits, Object, archive};

use self::unfold::TooMuch;
use super::IssueError;
use super::original::{Original, OriginalKind};
use crate::facts::xmp;

/// Dots per inch of a drawn page, as the statement says: half as much again as the law's least, so that small print stays readable.
const DPI: u32 = 300;
/// Largest drawn page in pixels: A0 at 300 dpi has 140 million; beyond it no counter has the memory to draw.
const MAX_DRAWN: f64 = 150_000_000.0;
/// Longest side that the renderer takes.
const MAX_SIDE: f64 = 65_000.0;

/// Pixels that all pages of a file have together: a hundred of A4 and more, about twenty seconds of drawing and packing.
const MAX_DRAWN_TOGETHER: f64 = 1_000_000_000.0;
/// Steps that drawing a file may take beside its pixels, each about a nanosecond: three seconds, and half a second for each page. A
/// page of text takes some million, a dense map a hundred million.
const MAX_STEPS: f64 = 3_000_000_000.0;
const MAX_STEPS_A_PAGE: f64 = 500_000_000.0;
/// What a file's streams may inflate to for the renderer: a page of A4 in colour at 600 dpi has a hundred million bytes.
const MAX_INFLATED: Limits =
    Limits { inflated: 1 << 30, inflated_once: 256 << 20, ..Limits::STANDARD };

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
    let read = |source| match source {
        Error::Budget { limit, allowed } => {
            refuse(format!("its streams exceed the limit \"{limit}\" of {allowed} bytes"))
        }
        source => IssueError::ReadOriginal { index, source },
    };
    inflate(bytes).map_err(read)?;
    // Other annotations than those with an appearance are not drawn, and would be missing too.
    let document = Document::parse(bytes, &MAX_INFLATED).map_err(read)?;
    let importer = Importer::new(&document);
    for (i, page) in (1..).zip(&document.pages().map_err(read)?) {
        if let Some(kind) = importer.without_look(page).map_err(|e| IssueError::import(index, e))? {
            let problem = "annotation has no appearance of its own and would be missing";
            return Err(refuse(format!("a /{kind} {problem} on page {i}")));
        }
    }
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
    allow(&pdf, &settings).map_err(refuse)?;
    let cache = RenderCache::new();
    let scale = f64::from(DPI) / 72.0;
    let mut pictures = Vec::new();
    for (i, page) in pdf.pages().iter().enumerate() {
        let look = PixmapSettings { x_scale: scale as f32, y_scale: scale as f32, bg_color: WHITE };
        let mut drawn = render(page, &cache, &settings, &RenderSettings::default(), &look);
        if passed_over.load(Ordering::Relaxed) {
            return Err(refuse(format!(
                "a font, picture or annotation of page {} cannot be drawn",
                i + 1
            )));
        }
        let size = (u32::from(drawn.width()), u32::from(drawn.height()));
        // On white nothing shows through: the fourth byte is always full, and the others move together, in place.
        let samples = drawn.data_as_u8_slice_mut();
        let count = samples.len() / 4;
        for pixel in 0..count {
            samples.copy_within(4 * pixel..4 * pixel + 3, 3 * pixel);
        }
        let samples = samples.get(..3 * count).unwrap_or_default();
        pictures.push(Picture::of_rgb(size.0, size.1, DPI, samples)?);
    }
    Ok(pictures)
}

/// Inflates every stream once, within limits, which the renderer has none of. What this reader cannot read, a tolerant one does not draw;
/// data that are damaged or packed as pictures are is not for this to judge.
fn inflate(bytes: &[u8]) -> Result<(), Error> {
    let document = Document::parse(bytes, &MAX_INFLATED)?;
    for number in document.entries().keys() {
        let Some(located) = document.locate(*number)? else { continue };
        if let Object::Stream(stream) = &located.value
            && let Err(e @ Error::Budget { .. }) = document.decode(stream)
        {
            return Err(e);
        }
    }
    Ok(())
}

/// Counts what drawing the pages costs; otherwise the problem, with what to do.
fn allow(pdf: &Pdf, settings: &InterpreterSettings) -> Result<(), String> {
    let scale = f64::from(DPI) / 72.0;
    let pages = pdf.pages().len() as f64;
    let mut together = 0.0;
    for (i, page) in pdf.pages().iter().enumerate() {
        let number = i + 1;
        let unit = b"UserUnit".as_slice();
        if page.raw().contains_key(unit) && page.raw().get::<f32>(unit) != Some(1.0) {
            return Err(format!("page {number} has a unit of its own"));
        }
        let (across, down) = pixels(page, scale);
        let fits = across >= 1.0
            && down >= 1.0
            && across <= MAX_SIDE
            && down <= MAX_SIDE
            && across * down <= MAX_DRAWN;
        if !fits {
            return Err(format!("page {number} has {across:.0} by {down:.0} pixels at {DPI} dpi"));
        }
        together += across * down;
    }
    if together > MAX_DRAWN_TOGETHER {
        let millions = |pixels: f64| pixels / 1e6;
        return Err(format!(
            "its {pages} pages have {:.0} million pixels at {DPI} dpi, {:.0} million being allowed; hand it in in parts",
            millions(together),
            millions(MAX_DRAWN_TOGETHER)
        ));
    }
    let most = MAX_STEPS + MAX_STEPS_A_PAGE * (pages - 1.0);
    let million = most / 1e6;
    let unfolded = unfold::unfold(pdf, most as u64).map_err(|e| match e {
        TooMuch::Long => format!("running through it takes more than {million:.0} million steps"),
        TooMuch::Deep => "its forms, functions or colours contain each other too deeply".to_owned(),
        TooMuch::Font(name) => {
            format!("its font {name} is not embedded, so that letters would be missing or others")
        }
        TooMuch::Shaded => "a pattern in it is painted with a shading".to_owned(),
    })?;
    let mut steps = unfolded.pages as f64;
    for (i, page) in pdf.pages().iter().enumerate() {
        let transform = Affine::scale(scale) * page.initial_transform(true).to_kurbo();
        // Whole pixels, as the renderer has them.
        let (across, down) = pixels(page, scale);
        let size = (across.floor(), down.floor());
        steps += meter::steps(page, transform, size, settings, unfolded, most - steps);
        if steps > most {
            return Err(format!(
                "drawing it to page {} takes more than {million:.0} million steps: too many or too large patterns, shadings, masks or pictures",
                i + 1
            ));
        }
    }
    Ok(())
}

/// Width and height of a drawn page.
fn pixels(page: &Page<'_>, scale: f64) -> (f64, f64) {
    let (width, height) = page.render_dimensions();
    (f64::from(width) * scale, f64::from(height) * scale)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|e| e == "pdf") {
                found.push(path);
            }
        }
    }

    /// How many files can be counted, and which of them are too costly.
    fn counted(corpus: &str) -> Option<(usize, Vec<String>)> {
        let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
        if !corpora.join(corpus).is_dir() {
            println!("SKIPPED: costs of drawing: ../shared/corpora/{corpus} is not there");
            return None;
        }
        let mut paths = Vec::new();
        files(&corpora.join(corpus), &mut paths);
        let (mut count, mut costly) = (0, Vec::new());
        for path in paths {
            let bytes = std::fs::read(&path).unwrap();
            if inflate(&bytes).is_err() {
                continue;
            }
            let Ok(pdf) = Pdf::new(bytes) else { continue };
            count += 1;
            let of_cost = ["steps", "too deeply", "in parts"];
            if let Err(problem) = allow(&pdf, &InterpreterSettings::default())
                && of_cost.iter().any(|words| problem.contains(words))
            {
                costly.push(path.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
        costly.sort();
        println!("{corpus}: {count} counted, too costly: {costly:?}");
        Some((count, costly))
    }

    #[test]
    fn real_files_cost_little() {
        if let Some((count, costly)) = counted("verapdf-corpus") {
            assert!(count > 400, "{count}");
            assert!(costly.is_empty(), "{costly:?}");
        }
    }

    #[test]
    fn what_takes_long_to_draw_is_told_beforehand() {
        if let Some((count, costly)) = counted("malformed") {
            assert!(count > 300, "{count}");
            // The two took six seconds and more in an optimised build; of the others none takes two.
            for name in ["function_based_shading_cmyk.pdf", "issue16263.pdf"] {
                assert!(costly.iter().any(|c| c == name), "{name}: {costly:?}");
            }
        }
    }
}
