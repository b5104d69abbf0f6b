//! QR symbols as PNG and SVG. What the text means lives in `emv.rs` and `vietqr.rs`.

use qrcodegen::{QrCode, QrCodeEcc};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Modules of white around the symbol: ISO/IEC 18004 §9.1 asks for four.
pub const QUIET_ZONE: u32 = 4;

/// Where the symbol will be shown, which sets its error level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// A lit, clean surface: level M (15 %), fewer and larger modules.
    Screen,
    /// Paper that is folded, stamped and smudged: level Q (25 %).
    Paper,
}

/// Pixels a module in [`png`] at the least and at the most. 32 gives 6,000 px for the largest symbol.
const SCALE: std::ops::RangeInclusive<u32> = 1..=32;

fn symbol(text: &str, medium: Medium) -> Result<QrCode, Error> {
    let level = match medium {
        Medium::Screen => QrCodeEcc::Medium,
        Medium::Paper => QrCodeEcc::Quartile,
    };
    QrCode::encode_text(text, level).map_err(|_| Error::QrCapacity { bytes: text.len() })
}

/// Whether the module at image coordinates is dark; the quiet zone is light.
fn dark(code: &QrCode, x: u32, y: u32) -> bool {
    match (x.checked_sub(QUIET_ZONE), y.checked_sub(QUIET_ZONE)) {
        (Some(x), Some(y)) => match (i32::try_from(x), i32::try_from(y)) {
            (Ok(x), Ok(y)) => code.get_module(x, y),
            (Err(_), _) | (_, Err(_)) => false,
        },
        (None, _) | (_, None) => false,
    }
}

fn side(code: &QrCode) -> u32 {
    u32::try_from(code.size()).unwrap_or(0) + 2 * QUIET_ZONE
}

/// A PNG (one bit a pixel, black on white) with `scale` pixels a module (1 to 32) and the quiet zone.
pub fn png(text: &str, medium: Medium, scale: u32) -> Result<Vec<u8>, Error> {
    if !SCALE.contains(&scale) {
        return Err(Error::FieldPattern {
            field: "scale",
            got: scale.to_string(),
            expected: "1 to 32 pixels a module",
        });
    }
    let code = symbol(text, medium)?;
    let modules = side(&code);
    let pixels = modules * scale;
    let row_bytes = usize::try_from(pixels.div_ceil(8)).unwrap_or(0);
    let mut image = Vec::with_capacity(row_bytes * usize::try_from(pixels).unwrap_or(0));
    for y in 0..modules {
        let mut row = vec![0u8; row_bytes];
        for (x, byte, bit) in (0..pixels).map(|p| (p / scale, p / 8, p % 8)) {
            // Greyscale: a set bit is white.
            if !dark(&code, x, y)
                && let Some(cell) = row.get_mut(usize::try_from(byte).unwrap_or(usize::MAX))
            {
                *cell |= 0x80 >> bit;
            }
        }
        for _ in 0..scale {
            image.extend_from_slice(&row);
        }
    }
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, pixels, pixels);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&image))
        // Writing to memory with a size that fits cannot fail; if it does, the symbol is what did not fit.
        .map_err(|_| Error::QrCapacity { bytes: text.len() })?;
    Ok(out)
}

/// An SVG of the symbol with its quiet zone; one unit a module, so that any size prints sharp.
pub fn svg(text: &str, medium: Medium) -> Result<String, Error> {
    let code = symbol(text, medium)?;
    let modules = side(&code);
    let mut path = String::new();
    for y in 0..modules {
        let mut x = 0;
        while x < modules {
            let run = (x..modules).take_while(|x| dark(&code, *x, y)).count();
            let run = u32::try_from(run).unwrap_or(0);
            if run > 0 {
                path.push_str(&format!("M{x} {y}h{run}v1h-{run}z"));
            }
            x += run.max(1);
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {modules} {modules}\" \
         shape-rendering=\"crispEdges\"><rect width=\"{modules}\" height=\"{modules}\" fill=\"#fff\"/>\
         <path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}
