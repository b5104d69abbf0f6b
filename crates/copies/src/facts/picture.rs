//! The QR code as it stands on the statement page: the issuer draws it, the verifier draws it again and compares.

use qrcodegen::{QrCode, QrCodeEcc};

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
    let qr =
        QrCode::encode_text(text, QrCodeEcc::Medium).ok().filter(|qr| qr.size() <= MOST_MODULES)?;
    let module = SIDE / f64::from(qr.size());
    // Every coordinate is written out once a column and once a row: a code has thousands of modules.
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
    Some(content)
}
