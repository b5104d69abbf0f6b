//! The captured original: what kind of file it is and how its sheets enter the copy.

use motcua_pdf::write::image::{Picture, read_jpeg, read_png};
use motcua_pdf::write::import::Importer;
use motcua_pdf::write::{FileWriter, points};
use motcua_pdf::{Document, Limits};

use ring::digest::{Context, SHA256};

use super::IssueError;
use crate::facts::OriginalFacts;

/// The least resolution of a capture, dots per inch (Decree 30/2020/NĐ-CP Annex I part II).
const LEAST_DPI: u32 = 200;

/// What kind of file an original is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginalKind {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
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
            None
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
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

/// What a statement says of these originals: their hash, the pages that carry information as the clerk counted them, and the
/// media type of the first.
///
/// # Errors
/// [`IssueError::NoOriginal`], [`IssueError::UnknownOriginal`].
pub fn describe(originals: &[Original<'_>], pages: u32) -> Result<OriginalFacts, IssueError> {
    let first = originals.first().ok_or(IssueError::NoOriginal)?;
    if first.bytes.is_empty() {
        return Err(IssueError::EmptyOriginal { index: 1 });
    }
    let kind = OriginalKind::of(first.bytes).ok_or_else(|| unknown(1, first.bytes))?;
    let mut context = Context::new(&SHA256);
    for original in originals {
        context.update(original.bytes);
    }
    let sha256 = motcua_pdf::hex(context.finish().as_ref());
    Ok(OriginalFacts { sha256, pages, media_type: kind.media_type().to_owned() })
}

fn unknown(index: usize, bytes: &[u8]) -> IssueError {
    IssueError::UnknownOriginal { index, found: motcua_pdf::hex(bytes.get(..8).unwrap_or(bytes)) }
}

/// A sheet of the original as a page of the copy.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Width and height in points.
    pub size: (f64, f64),
    /// PDF text of `/Resources`.
    pub resources: String,
    /// PDF text of `/Group`, where the sheet blends colours; else empty.
    pub group: String,
    /// Object numbers of the content streams.
    pub contents: Vec<u32>,
}

impl Original<'_> {
    /// Writes the original's sheets into the file. `index` counts originals from 1.
    pub(super) fn write(
        &self,
        file: &mut FileWriter,
        index: usize,
    ) -> Result<Vec<Sheet>, IssueError> {
        if self.bytes.is_empty() {
            return Err(IssueError::EmptyOriginal { index });
        }
        match OriginalKind::of(self.bytes) {
            Some(OriginalKind::Jpeg) => {
                Ok(vec![self.picture(file, index, &read_jpeg(self.bytes)?)?])
            }
            Some(OriginalKind::Png) => {
                Ok(vec![self.picture(file, index, &read_png(self.bytes)?)?])
            }
            Some(OriginalKind::Pdf) => self.document(file, index),
            None => Err(unknown(index, self.bytes)),
        }
    }

    fn picture(
        &self,
        file: &mut FileWriter,
        index: usize,
        picture: &Picture<'_>,
    ) -> Result<Sheet, IssueError> {
        let dpi =
            picture.dpi.or(self.dpi.map(|d| (d, d))).ok_or(IssueError::NoResolution { index })?;
        let dpi = if picture.orientation >= 5 { (dpi.1, dpi.0) } else { dpi };
        let least = dpi.0.min(dpi.1);
        if least < LEAST_DPI {
            return Err(IssueError::LowResolution { index, dpi: least });
        }
        let (across, down) = picture.upright();
        let size = (
            f64::from(across) * 72.0 / f64::from(dpi.0),
            f64::from(down) * 72.0 / f64::from(dpi.1),
        );
        let image = picture.write(file);
        let matrix = picture.matrix(size.0, size.1).map(points).join(" ");
        let contents = file.reserve();
        file.stream(contents, "", format!("q {matrix} cm /Im0 Do Q\n").as_bytes());
        Ok(Sheet {
            size,
            resources: format!("<< /XObject << /Im0 {image} 0 R >> >>"),
            group: String::new(),
            contents: vec![contents],
        })
    }

    fn document(&self, file: &mut FileWriter, index: usize) -> Result<Vec<Sheet>, IssueError> {
        let read = |source| IssueError::ReadOriginal { index, source };
        let document = Document::parse(self.bytes, &Limits::STANDARD).map_err(read)?;
        let pages = document.pages().map_err(read)?;
        if pages.is_empty() {
            return Err(read(motcua_pdf::Error::NoPages));
        }
        let mut importer = Importer::new(&document);
        let mut sheets = Vec::new();
        for (i, page) in pages.iter().enumerate() {
            let page =
                importer.page(file, i + 1, page).map_err(|e| IssueError::import(index, e))?;
            let [left, bottom, right, top] = page.shown;
            let (width, height) = (right - left, top - bottom);
            // The page is turned upright here, so that the copy's pages carry no rotation, and its unit becomes a point.
            let (matrix, size) = match page.rotate {
                90 => ([0.0, -1.0, 1.0, 0.0, -bottom, right], (height, width)),
                180 => ([-1.0, 0.0, 0.0, -1.0, right, top], (width, height)),
                270 => ([0.0, 1.0, -1.0, 0.0, top, -left], (height, width)),
                _ => ([1.0, 0.0, 0.0, 1.0, -left, -bottom], (width, height)),
            };
            let matrix = matrix.map(|v: f64| v * page.unit);
            let size = (size.0 * page.unit, size.1 * page.unit);
            // Outside q and Q, so that a stray Q in the page's own content cannot undo what stands here.
            let before = file.reserve();
            let clip = format!(
                "{} {} {} {} re W n",
                points(left),
                points(bottom),
                points(width),
                points(height)
            );
            let matrix = matrix.map(points).join(" ");
            file.stream(before, "", format!("{matrix} cm {clip}\n{}", page.before).as_bytes());
            let mut contents = vec![before];
            contents.extend(page.contents);
            if !page.after.is_empty() {
                let after = file.reserve();
                file.stream(after, "", page.after.as_bytes());
                contents.push(after);
            }
            sheets.push(Sheet { size, resources: page.resources, group: page.group, contents });
        }
        Ok(sheets)
    }
}
