//! The captured original: what kind of file it is and how its sheets enter the copy.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use motcua_pdf::write::image::{Mosaic, read_jpeg, read_png};
#[cfg(feature = "tiff")]
use motcua_pdf::write::image::{read_tiff, tiff_pages};
use motcua_pdf::write::import::Importer;
use motcua_pdf::write::{FileWriter, points};
use motcua_pdf::{Document, Limits};

use ring::digest::{Context, SHA256};

use super::attachments::attachments;
use super::{IssueError, paper};
use crate::facts::{OriginalFacts, Shortcoming};

/// The least resolution of a capture, dots per inch (Decree 30/2020/NĐ-CP Annex I part II).
const LEAST_DPI: u32 = 200;

/// What kind of file an original is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginalKind {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// TIFF.
    #[cfg(feature = "tiff")]
    Tiff,
    /// PDF.
    Pdf,
}

impl OriginalKind {
    /// By the first bytes, whatever the file's name says.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xFF, 0xD8]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG") {
            Some(Self::Png)
        } else if bytes.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else {
            Self::of_tiff(bytes)
        }
    }

    #[cfg(feature = "tiff")]
    fn of_tiff(bytes: &[u8]) -> Option<Self> {
        // Byte order and version (TIFF 6.0 §2; 43 is BigTIFF)
        let starts = [b"II\x2A\0", b"MM\0\x2A", b"II\x2B\0", b"MM\0\x2B"];
        starts.iter().any(|s| bytes.starts_with(*s)).then_some(Self::Tiff)
    }

    #[cfg(not(feature = "tiff"))]
    fn of_tiff(_: &[u8]) -> Option<Self> {
        None
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            #[cfg(feature = "tiff")]
            Self::Tiff => "image/tiff",
            Self::Pdf => "application/pdf",
        }
    }
}

/// One captured file.
#[derive(Debug, Clone, Copy)]
pub struct Original<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// The resolution it was scanned at, where the file does not say; dots per inch.
    pub dpi: Option<u32>,
}

/// What a statement says of these originals: their hash, the pages that carry information as the clerk counted them, the media
/// type of the first, and the pages captured. Nothing is accepted in which they fall short; see [`describe_accepting`].
///
/// # Errors
/// [`IssueError::NoOriginal`], [`IssueError::EmptyOriginal`], [`IssueError::UnknownOriginal`], and of what cannot be read.
pub fn describe(originals: &[Original<'_>], pages: u32) -> Result<OriginalFacts, IssueError> {
    let first = originals.first().ok_or(IssueError::NoOriginal)?;
    if first.bytes.is_empty() {
        return Err(IssueError::EmptyOriginal { index: 1 });
    }
    let kind = OriginalKind::of(first.bytes).ok_or_else(|| unknown(1, first.bytes))?;
    let mut context = Context::new(&SHA256);
    let mut captured = 0_usize;
    for (i, original) in originals.iter().enumerate() {
        context.update(original.bytes);
        captured = captured.saturating_add(original.pages(i + 1)?);
    }
    let captured = Some(u32::try_from(captured).unwrap_or(u32::MAX));
    let sha256 = motcua_pdf::hex(context.finish().as_ref());
    let media_type = kind.media_type().to_owned();
    Ok(OriginalFacts { sha256, pages, media_type, captured, accepted: Vec::new() })
}

/// The same, with what of `accept` the originals really fall short in: that is what the copy then says.
///
/// # Errors
/// Those of [`describe`] and [`shortcomings`].
pub fn describe_accepting(
    originals: &[Original<'_>],
    pages: u32,
    accept: &[Shortcoming],
) -> Result<OriginalFacts, IssueError> {
    let mut facts = describe(originals, pages)?;
    if !accept.is_empty() {
        let draw = accept.contains(&Shortcoming::Rasterised);
        let mut file = FileWriter::new();
        let sheets = write_all(originals, &mut file, draw, None)?;
        let found = found(&sheets, &of_sheets(&sheets, pages));
        facts.accepted = found.into_iter().filter(|s| accept.contains(s)).collect();
    }
    Ok(facts)
}

/// Writes the sheets of all originals; `draw` those of PDFs that cannot become PDF/A-2b as pictures. The form `on_top` goes to the last
/// sheet, which names it.
pub(super) fn write_all(
    originals: &[Original<'_>],
    file: &mut FileWriter,
    draw: bool,
    on_top: Option<u32>,
) -> Result<Vec<Sheet>, IssueError> {
    let mut sheets = Vec::new();
    for (i, original) in originals.iter().enumerate() {
        let index = i + 1;
        let on_top = on_top.filter(|_| index == originals.len());
        #[cfg(feature = "rasterise")]
        if draw && super::raster::is_needed(original, index)? {
            let mut lost = Lost::of(&original.read(index)?, index)?;
            let pictures = super::raster::draw(original.bytes, index, original.pages(index)?)?;
            let last = pictures.len();
            for (page, picture) in (1..).zip(pictures) {
                let on_top = on_top.filter(|_| page == last);
                let sheet = original.picture(file, (index, page), &picture.into(), on_top)?;
                sheets.push(Sheet { drawn: true, lost: std::mem::take(&mut lost), ..sheet });
            }
            continue;
        }
        #[cfg(not(feature = "rasterise"))]
        let _ = draw;
        sheets.extend(original.write(file, index, on_top)?);
    }
    Ok(sheets)
}

/// The names of what falls short, and of what was done about it.
pub(super) fn found(sheets: &[Sheet], refusals: &[IssueError]) -> BTreeSet<Shortcoming> {
    let mut found: BTreeSet<_> = refusals.iter().filter_map(IssueError::shortcoming).collect();
    if sheets.iter().any(|sheet| sheet.drawn) {
        found.insert(Shortcoming::Rasterised);
    }
    found
}

/// In what the originals fall short of the law, each as the refusal it is unless accepted by name; `pages` carry information.
///
/// # Errors
/// [`IssueError`] for originals that cannot be used at all.
pub fn shortcomings(originals: &[Original<'_>], pages: u32) -> Result<Vec<IssueError>, IssueError> {
    let sheets = write_all(originals, &mut FileWriter::new(), false, None)?;
    Ok(of_sheets(&sheets, pages))
}

pub(super) fn of_sheets(sheets: &[Sheet], pages: u32) -> Vec<IssueError> {
    let mut found = Vec::new();
    for sheet in sheets {
        let Sheet { index, page, size, lost: Lost { signatures, attachments }, .. } = *sheet;
        if signatures > 0 {
            found.push(IssueError::SignatureLost { index, signatures });
        }
        if attachments > 0 {
            found.push(IssueError::AttachmentsLost { index, attachments });
        }
        if let Some(dpi) = sheet.dpi.filter(|dpi| *dpi < LEAST_DPI) {
            found.push(IssueError::LowResolution { index, page, dpi });
        }
        if sheet.colour == Some(false) {
            found.push(IssueError::NotColour { index, page });
        }
        if !paper::usual(size) {
            let mm = |points| format!("{:.0}", paper::millimetres(points));
            found.push(IssueError::UnusualSize {
                index,
                page,
                width: mm(size.0),
                height: mm(size.1),
            });
        }
    }
    let captured = u32::try_from(sheets.len()).unwrap_or(u32::MAX);
    if captured < pages {
        found.push(IssueError::PagesMissing { pages, captured });
    }
    found
}

/// What a PDF carries and its copy does not; its first sheet says so.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lost {
    /// Signatures and document timestamps.
    pub signatures: usize,
    /// Attached files.
    pub attachments: usize,
}

impl Lost {
    fn of(document: &Document<'_>, index: usize) -> Result<Self, IssueError> {
        let read = |source| IssueError::ReadOriginal { index, source };
        let signatures = crate::verify::signed_fields(document).map_err(read)?;
        Ok(Self { signatures, attachments: attachments(document).map_err(read)? })
    }
}

fn unknown(index: usize, bytes: &[u8]) -> IssueError {
    IssueError::UnknownOriginal { index, found: motcua_pdf::hex(bytes.get(..8).unwrap_or(bytes)) }
}

/// A sheet of the original as a page of the copy.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// The original it is of, from 1.
    pub index: usize,
    /// Its page there, from 1.
    pub page: usize,
    /// Resolution of the picture that fills it, dots per inch; a drawn page has none.
    pub dpi: Option<u32>,
    /// Whether that picture has colour.
    pub colour: Option<bool>,
    /// Whether it is a page of a PDF drawn as a picture.
    pub drawn: bool,
    /// What its file carries and the copy loses; told of the first sheet of a file alone.
    pub lost: Lost,
    /// Width and height in points.
    pub size: (f64, f64),
    /// PDF text of `/Resources`.
    pub resources: String,
    /// PDF text of `/Group`, where the sheet blends colours; else empty.
    pub group: String,
    /// Object numbers of the content streams; a single one where a form stands on top.
    pub contents: Vec<u32>,
    /// The name among the resources of the form that stands on top.
    pub top: Option<String>,
}

impl Original<'_> {
    /// How many pages it has.
    fn pages(&self, index: usize) -> Result<usize, IssueError> {
        if self.bytes.is_empty() {
            return Err(IssueError::EmptyOriginal { index });
        }
        match OriginalKind::of(self.bytes) {
            Some(OriginalKind::Pdf) => {
                let read = |source| IssueError::ReadOriginal { index, source };
                Ok(self.read(index)?.pages().map_err(read)?.len())
            }
            #[cfg(feature = "tiff")]
            Some(OriginalKind::Tiff) => Ok(tiff_pages(self.bytes)?),
            Some(OriginalKind::Jpeg | OriginalKind::Png) => Ok(1),
            None => Err(unknown(index, self.bytes)),
        }
    }

    /// The PDF that it is.
    fn read(&self, index: usize) -> Result<Document<'_>, IssueError> {
        Document::parse(self.bytes, &Limits::STANDARD)
            .map_err(|source| IssueError::ReadOriginal { index, source })
    }

    /// Writes the original's sheets into the file, the last with the form `on_top`. `index` counts originals from 1.
    pub(super) fn write(
        &self,
        file: &mut FileWriter,
        index: usize,
        on_top: Option<u32>,
    ) -> Result<Vec<Sheet>, IssueError> {
        if self.bytes.is_empty() {
            return Err(IssueError::EmptyOriginal { index });
        }
        match OriginalKind::of(self.bytes) {
            Some(OriginalKind::Jpeg) => {
                Ok(vec![self.picture(file, (index, 1), &read_jpeg(self.bytes)?.into(), on_top)?])
            }
            Some(OriginalKind::Png) => {
                Ok(vec![self.picture(file, (index, 1), &read_png(self.bytes)?.into(), on_top)?])
            }
            #[cfg(feature = "tiff")]
            Some(OriginalKind::Tiff) => {
                let pages = read_tiff(self.bytes)?;
                let mut sheets = Vec::new();
                for (i, page) in (1..).zip(&pages) {
                    let on_top = on_top.filter(|_| i == pages.len());
                    sheets.push(self.picture(file, (index, i), page, on_top)?);
                }
                Ok(sheets)
            }
            Some(OriginalKind::Pdf) => self.document(file, index, on_top),
            None => Err(unknown(index, self.bytes)),
        }
    }

    fn picture(
        &self,
        file: &mut FileWriter,
        (index, page): (usize, usize),
        mosaic: &Mosaic<'_>,
        on_top: Option<u32>,
    ) -> Result<Sheet, IssueError> {
        let no_resolution = || IssueError::NoResolution { index };
        let (picture, ..) = mosaic.parts.first().ok_or_else(no_resolution)?;
        let dpi = picture.dpi.or(self.dpi.map(|d| (d, d))).ok_or_else(no_resolution)?;
        let turned = picture.orientation >= 5;
        let dpi = if turned { (dpi.1, dpi.0) } else { dpi };
        let stored = (mosaic.width, mosaic.height);
        let (across, down) = if turned { (stored.1, stored.0) } else { stored };
        let size = (
            f64::from(across) * 72.0 / f64::from(dpi.0),
            f64::from(down) * 72.0 / f64::from(dpi.1),
        );
        let matrix = picture.matrix(size.0, size.1).map(points).join(" ");
        let (mut images, mut content) = (String::new(), format!("q {matrix} cm\n"));
        // Padding of the last tiles lies beyond the page.
        let reaches =
            |at: u32, length: u32, most: u32| u64::from(at) + u64::from(length) > most.into();
        if mosaic.parts.iter().any(|(part, left, top)| {
            reaches(*left, part.width, stored.0) || reaches(*top, part.height, stored.1)
        }) {
            content.push_str("0 0 1 1 re W n\n");
        }
        let written = mosaic.write(file);
        for (i, ((part, left, top), image)) in mosaic.parts.iter().zip(written).enumerate() {
            let _ = write!(images, "/Im{i} {image} 0 R ");
            if mosaic.parts.len() == 1 && (part.width, part.height) == stored {
                content.push_str("/Im0 Do\n");
                continue;
            }
            // Parts of the page's square, which begins below; the numbers keep more digits than points need.
            let share = |n: u32, of: u32| f64::from(n) / f64::from(of);
            let (width, height) = (share(part.width, stored.0), share(part.height, stored.1));
            let (from_left, below) = (share(*left, stored.0), 1.0 - share(*top, stored.1) - height);
            let _ = writeln!(
                content,
                "q {width:.9} 0 0 {height:.9} {from_left:.9} {below:.9} cm /Im{i} Do Q"
            );
        }
        content.push_str("Q\n");
        let top = on_top.map(|form| {
            let name = "Statement".to_owned();
            let _ = write!(images, "/{name} {form} 0 R ");
            name
        });
        let contents = file.reserve();
        file.stream(contents, "", content.as_bytes());
        Ok(Sheet {
            index,
            page,
            dpi: Some(dpi.0.min(dpi.1)),
            colour: Some(picture.colour),
            drawn: false,
            lost: Lost::default(),
            size,
            resources: format!("<< /XObject << {images}>> >>"),
            group: String::new(),
            contents: vec![contents],
            top,
        })
    }

    fn document(
        &self,
        file: &mut FileWriter,
        index: usize,
        on_top: Option<u32>,
    ) -> Result<Vec<Sheet>, IssueError> {
        let read = |source| IssueError::ReadOriginal { index, source };
        let document = self.read(index)?;
        let mut lost = Lost::of(&document, index)?;
        let pages = document.pages().map_err(read)?;
        if pages.is_empty() {
            return Err(read(motcua_pdf::Error::NoPages));
        }
        let mut importer = Importer::new(&document);
        let mut sheets = Vec::new();
        for (i, source) in pages.iter().enumerate() {
            if let Some(form) = on_top.filter(|_| i + 1 == pages.len()) {
                importer.put_on_top(form);
            }
            let page =
                importer.page(file, i + 1, source).map_err(|e| IssueError::import(index, e))?;
            let [left, bottom, right, top] = page.shown;
            let (width, height) = (right - left, top - bottom);
            let scan = importer.scan(source, width * height, page.unit).map_err(read)?;
            // Outside q and Q, so that a stray Q in the page's own content cannot undo what stands here.
            let clip = format!(
                "{} {} {} {} re W n",
                points(left),
                points(bottom),
                points(width),
                points(height)
            );
            // The page is turned upright here, so that the copy's pages carry no rotation, and its unit becomes a point.
            // A unit is a scale, which needs more digits than lengths.
            let number = |v: f64| {
                if (page.unit - 1.0).abs() < f64::EPSILON { points(v) } else { format!("{v:.6}") }
            };
            let matrix = page.matrix.map(number).join(" ");
            let opening = format!("{matrix} cm {clip}\n{}", page.before);
            let mut contents = Vec::new();
            if page.top.is_some() {
                // What stands on top stands upright and unclipped: all before it is one state, saved and restored.
                let id = file.reserve();
                let parts =
                    [b"q\n", opening.as_bytes(), &page.content, page.after.as_bytes(), b"Q\n"];
                file.deflated(id, "", &parts.concat());
                contents.push(id);
            } else {
                let id = file.reserve();
                file.stream(id, "", opening.as_bytes());
                contents.push(id);
                contents.extend(page.contents);
                if !page.after.is_empty() {
                    let id = file.reserve();
                    file.stream(id, "", page.after.as_bytes());
                    contents.push(id);
                }
            }
            sheets.push(Sheet {
                index,
                page: i + 1,
                dpi: scan.map(|s| s.dpi),
                colour: scan.map(|s| s.colour),
                drawn: false,
                lost: std::mem::take(&mut lost),
                size: page.size,
                resources: page.resources,
                group: page.group,
                contents,
                top: page.top,
            });
        }
        Ok(sheets)
    }
}
