//! The QR code as it stands on the statement page: the issuer draws it, the verifier draws it again and compares.

use std::fmt::Write as _;

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

/// Side in points, 42 mm: at most 101 modules of 0.4 mm, which phones read from paper.
pub const SIDE: f64 = 119.0;
/// Left edge on the statement page: a margin of 20 mm.
pub const LEFT: f64 = 56.69;
/// Top edge on the statement page, A4: a margin of 20 mm.
pub const TOP: f64 = 841.89 - 56.69;
/// Most modules on a side; larger codes would need finer print.
const MOST_MODULES: i32 = 101;

/// The content stream that draws a code with its left top corner at this place, error correction M. `None` when the text is too
/// long for a code that can be read from paper.
pub fn draw(text: &str, left: f64, top: f64) -> Option<String> {
    Some(runs(&code(text, None)?, left, top))
}

/// Whether a content stream draws exactly the code of this text, in one of the ways that copies were ever issued with.
pub(crate) fn shows(stream: &str, text: &str, left: f64, top: f64) -> bool {
    let wanted = if stream.starts_with("q\n") {
        // Which mask is best was the issuer's long computation; the code says which one it has (ISO/IEC 18004 §7.9.1).
        mask(stream).and_then(|mask| Some(runs(&code(text, Some(mask))?, left, top)))
    } else {
        code(text, None).map(|qr| modules(&qr, left, top))
    };
    wanted.is_some_and(|wanted| wanted == stream)
}

fn code(text: &str, mask: Option<Mask>) -> Option<QrCode> {
    let segments = QrSegment::make_segments(text);
    let (least, most) = (Version::MIN, Version::MAX);
    QrCode::encode_segments_advanced(&segments, QrCodeEcc::Medium, least, most, mask, true)
        .ok()
        .filter(|qr| qr.size() <= MOST_MODULES)
}

/// On a grid of whole numbers, dark modules that touch in a row as one rectangle.
fn runs(qr: &QrCode, left: f64, top: f64) -> String {
    let (size, module) = (qr.size(), SIDE / f64::from(qr.size()));
    // A run takes some ten characters, and every other module begins one.
    let mut content = String::with_capacity(usize::try_from(size * size * 4).unwrap_or(0));
    let _ = write!(content, "q\n{module:.6} 0 0 -{module:.6} {left:.3} {top:.3} cm\n0 g\n");
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let dark = (x..size).take_while(|x| qr.get_module(*x, y)).count();
            let width = i32::try_from(dark).unwrap_or(1).max(1);
            if dark > 0 {
                [x, y, width].into_iter().for_each(|number| push(&mut content, number));
                content.push_str("1 re\n");
            }
            x += width;
        }
    }
    content.push_str("f\nQ\n");
    content
}

/// A number from 0 to 999 and a blank: there are thousands of them in a code.
fn push(content: &mut String, number: i32) {
    let digit = |scale: i32| char::from(b'0' + u8::try_from(number / scale % 10).unwrap_or(0));
    if number >= 100 {
        content.push(digit(100));
    }
    if number >= 10 {
        content.push(digit(10));
    }
    content.push(digit(1));
    content.push(' ');
}

/// The mask of a code drawn as [`runs`], from the three modules of its format information that say it: columns 2, 3 and 4 of row
/// 8, the highest first (ISO/IEC 18004 §7.9.1 and figure 25).
fn mask(stream: &str) -> Option<Mask> {
    const ROW: &[u8] = b"8";
    const BELOW: &[u8] = b"9";
    /// What the format information is masked with itself, of these bits.
    const FORMAT_MASK: u8 = 0b101;
    let mut bits = 0;
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<u8>().ok();
    for line in stream.as_bytes().split(|b| *b == b'\n') {
        // "x 8 width 1 re", the rows from the top
        let mut parts = line.split(|b| *b == b' ');
        let (Some(x), Some(y), Some(width)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        if y != ROW {
            if y == BELOW {
                break;
            }
            continue;
        }
        let (Some(x), Some(width)) = (number(x), number(width)) else { continue };
        for (column, bit) in [(2, 0b100), (3, 0b010), (4, 0b001)] {
            if x <= column && column - x < width {
                bits |= bit;
            }
        }
    }
    Some(Mask::new(bits ^ FORMAT_MASK))
}

/// Each dark module as a rectangle in points: how copies were drawn until November 2026.
fn modules(qr: &QrCode, left: f64, top: f64) -> String {
    let module = SIDE / f64::from(qr.size());
    let columns: Vec<_> =
        (0..qr.size()).map(|x| format!("{:.3} ", left + f64::from(x) * module)).collect();
    let rectangle = format!(" {module:.3} {module:.3} re\n");
    let mut content = String::from("0 g\n");
    for y in 0..qr.size() {
        let row = format!("{:.3}{rectangle}", top - f64::from(y + 1) * module);
        for (x, column) in (0..qr.size()).zip(&columns) {
            if qr.get_module(x, y) {
                content.push_str(column);
                content.push_str(&row);
            }
        }
    }
    content.push_str("f\n");
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_code_shows_its_text_and_no_other() {
        let text = "MOTCUA1\nhs=H99.1-261124-0001\nten=Bằng cử nhân";
        let drawn = draw(text, LEFT, TOP).unwrap();
        assert!(shows(&drawn, text, LEFT, TOP));
        assert!(!shows(&drawn, &text.replace("0001", "0002"), LEFT, TOP));
        assert!(!shows(&drawn, text, LEFT + 1.0, TOP));
        let shifted = drawn.replacen("\n0 0 7 1 re\n", "\n1 0 7 1 re\n", 1);
        assert_ne!(drawn, shifted);
        assert!(!shows(&shifted, text, LEFT, TOP));
        let earlier = modules(&code(text, None).unwrap(), LEFT, TOP);
        assert!(shows(&earlier, text, LEFT, TOP));
        assert!(!shows(&earlier, "MOTCUA1", LEFT, TOP));
    }

    #[test]
    fn every_mask_is_read_from_the_picture() {
        for value in 0..8 {
            let qr = code("MOTCUA1\nso=1/01/2026", Some(Mask::new(value))).unwrap();
            let drawn = runs(&qr, LEFT, TOP);
            assert_eq!(mask(&drawn).map(Mask::value), Some(value));
            assert!(shows(&drawn, "MOTCUA1\nso=1/01/2026", LEFT, TOP));
        }
    }
}
