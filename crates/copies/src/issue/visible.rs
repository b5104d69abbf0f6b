//! What a signature on an existing PDF shows: a few lines of text and a picture. It proves nothing; readers show it.

use std::fmt::Write as _;

use motcua_pdf::Ref;
use motcua_pdf::write::font::Font;
use motcua_pdf::write::image::read_png;
use motcua_pdf::write::increment::Increment;
use motcua_pdf::write::{FileWriter, points};

use super::existing::refuse;
use super::{Fonts, IssueError};

/// From line to line, as a share of the letters' size.
const LEADING: f64 = 1.2;

/// A signature's look and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Visible<'a> {
    /// The page, from 1.
    pub page: usize,
    /// Left, bottom, width and height in points, as the page counts them before it is turned.
    pub place: [f64; 4],
    /// Lines of text, in NFC; each must fit.
    pub lines: &'a [&'a str],
    /// The size of the letters in points.
    pub size: f64,
    /// A picture, PNG; beside the text it takes the left half, else all of the place.
    pub picture: Option<&'a [u8]>,
    /// The upright of these is used.
    pub fonts: Fonts<'a>,
}

impl Visible<'_> {
    /// `/Rect` of the field.
    pub(super) fn rect(&self) -> String {
        let [x, y, width, height] = self.place;
        format!("[{} {} {} {}]", points(x), points(y), points(x + width), points(y + height))
    }

    /// Writes the appearance into an update.
    pub(super) fn write(&self, update: &mut Increment<'_, '_>) -> Result<Ref, IssueError> {
        let [x, y, width, height] = self.place;
        let sound = self.place.iter().chain([&self.size]).all(|v| v.is_finite())
            && width > 0.0
            && height > 0.0
            && self.size > 0.0
            && [x, y, width, height, self.size].iter().all(|v| v.abs() <= 14_400.0);
        if !sound {
            return Err(refuse(
                "the place and size of what the signature shows are no lengths on a page",
            ));
        }
        let first = update.reserve();
        let mut file = FileWriter::numbered_from(first.number);
        let look = file.reserve();
        let (mut content, mut resources) = (String::new(), String::new());
        let mut left = 0.0;
        if let Some(bytes) = self.picture {
            let picture = read_png(bytes)?.calibrated();
            let room = if self.lines.is_empty() { width } else { width / 2.0 };
            let (w, h) = (f64::from(picture.width), f64::from(picture.height));
            let scale = (room / w).min(height / h);
            let id = picture.write(&mut file);
            let _ = write!(resources, "/XObject << /P {id} 0 R >> ");
            let numbers =
                [w * scale, h * scale, (room - w * scale) / 2.0, (height - h * scale) / 2.0];
            let [w, h, x, y] = numbers.map(points);
            let _ = writeln!(content, "q {w} 0 0 {h} {x} {y} cm /P Do Q");
            left = room;
        }
        if !self.lines.is_empty() {
            let mut font = Font::new(self.fonts.regular, "LiberationSerif")?;
            let step = self.size * LEADING;
            let mut top = height;
            content.push_str("0 g\nBT\n");
            for line in self.lines {
                if font.width(line, self.size)? > width - left || top < step {
                    return Err(refuse(
                        "a line of what the signature shows does not fit its place; make the place larger or the letters smaller",
                    ));
                }
                let text = font.encode(line)?;
                let (size, x, y) = (points(self.size), points(left), points(top - self.size));
                let _ = writeln!(content, "/R {size} Tf 1 0 0 1 {x} {y} Tm {text} Tj");
                top -= step;
            }
            content.push_str("ET\n");
            let id = file.reserve();
            font.write(&mut file, id)?;
            let _ = write!(resources, "/Font << /R {id} 0 R >> ");
        }
        let entries = format!(
            "/Type /XObject /Subtype /Form /BBox [0 0 {} {}] /Resources << {resources}>>",
            points(width),
            points(height)
        );
        file.deflated(look, &entries, content.as_bytes());
        for _ in 1..file.reserve_count() {
            update.reserve();
        }
        for (number, body) in file.into_objects()? {
            update.put(Ref { number, generation: 0 }, body);
        }
        Ok(first)
    }
}
