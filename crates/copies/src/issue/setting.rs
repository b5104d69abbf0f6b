//! Sets lines of text in the two fonts of a copy. Where they stand is decided in `layout` and `page`.

use std::fmt::Write as _;

use motcua_pdf::write::font::Font;
use motcua_pdf::write::points;

use super::IssueError;

/// A piece of text on a page.
pub(super) struct Line {
    pub x: f64,
    pub y: f64,
    pub size: f64,
    pub bold: bool,
    pub text: String,
}

/// The two fonts, with what they were asked to show.
pub(super) struct Setting<'a> {
    pub regular: Font<'a>,
    pub bold: Font<'a>,
}

impl Setting<'_> {
    pub(super) fn width(&self, bold: bool, text: &str, size: f64) -> Result<f64, IssueError> {
        let font = if bold { &self.bold } else { &self.regular };
        Ok(font.width(text, size)?)
    }

    /// Breaks a text at spaces; a word wider than the measure is broken anywhere.
    pub(super) fn wrap(
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

    pub(super) fn show(&mut self, lines: &[Line]) -> Result<String, IssueError> {
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
