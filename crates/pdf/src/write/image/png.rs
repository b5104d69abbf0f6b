//! PNG pictures: the compressed rows pass through where PDF knows the form; interlaced ones and those with alpha are
//! decoded and deflated anew. No sample changes.

mod colours;

use std::borrow::Cow;

use png::{BitDepth, ColorType, Decoder, Limits, Transformations};

use super::exif::Exif;
use super::{MAX_PIXELS, Picture, check_size, usable_profile};
use crate::write::WriteError;

const KIND: &str = "PNG";

fn broken(problem: impl ToString) -> WriteError {
    WriteError::BrokenImage { kind: KIND, problem: problem.to_string() }
}

/// Reads a PNG file; all of it is decoded once, so that a damaged one is refused.
///
/// # Errors
/// [`WriteError::BrokenImage`], [`WriteError::UnsupportedImage`] for sizes beyond the limits.
pub fn read(bytes: &[u8]) -> Result<Picture<'_>, WriteError> {
    let open = |transformations| -> Result<_, WriteError> {
        let bound = usize::try_from(MAX_PIXELS.saturating_mul(4)).unwrap_or(usize::MAX);
        let mut decoder =
            Decoder::new_with_limits(std::io::Cursor::new(bytes), Limits { bytes: bound });
        decoder.set_transformations(transformations);
        decoder.read_info().map_err(broken)
    };
    let reader = open(Transformations::IDENTITY)?;
    let info = reader.info();
    let (width, height) = (info.width, info.height);
    check_size(KIND, width, height)?;
    let dpi = info.pixel_dims.and_then(|d| match d.unit {
        // Next to no pixels an inch is none told.
        png::Unit::Meter => {
            Some((per_inch(d.xppu), per_inch(d.yppu))).filter(|(x, y)| *x > 0 && *y > 0)
        }
        png::Unit::Unspecified => None,
    });
    let Exif { orientation, dpi: told } =
        info.exif_metadata.as_ref().map(|exif| Exif::read(exif)).unwrap_or_default();
    let dpi = dpi.or(told);
    let colour = !matches!(info.color_type, ColorType::Grayscale | ColorType::GrayscaleAlpha);
    let plain = !info.interlaced
        && info.trns.is_none()
        && matches!(info.color_type, ColorType::Grayscale | ColorType::Rgb | ColorType::Indexed);
    let components = if colour { 3 } else { 1 };
    let code_points = colours::by_code_points(info)?;
    let profile = info.icc_profile.as_ref();
    let profile = profile.filter(|_| code_points.is_none() && info.srgb.is_none());
    let profile = profile.and_then(|p| usable_profile(p.to_vec(), components));
    let calibration = match code_points {
        Some(calibration) => calibration,
        None if info.srgb.is_none() && profile.is_none() => colours::by_chunks(info),
        None => None,
    };
    let depth = if info.bit_depth == BitDepth::Sixteen { 16 } else { 8 };
    let picture = |colour_space: String, bits: u8, filter: String, data, alpha| Picture {
        width,
        height,
        dpi,
        orientation,
        colour,
        colour_space: calibration.map_or(colour_space.clone(), |c| c.applied(&colour_space)),
        profile: profile.clone(),
        inverted: 0,
        bits,
        filter,
        data,
        alpha,
        multiplied: false,
    };
    // An index beyond the palette is an error (PNG §11.2.2) that viewers show in different colours.
    let entries = info.palette.as_ref().map_or(0, |p| p.len() / 3);
    let bits = info.bit_depth as usize;
    if info.color_type == ColorType::Indexed && entries < 1 << bits {
        let row = usize::try_from(width).unwrap_or(usize::MAX);
        let (samples, _) = decode(open(Transformations::IDENTITY)?)?;
        let beyond = |line: &[u8]| {
            (0..row).any(|pixel| {
                let byte = line.get(pixel * bits / 8).copied().unwrap_or(0);
                let index = usize::from(byte >> (8 - bits - pixel * bits % 8)) & ((1 << bits) - 1);
                index >= entries
            })
        };
        if samples.chunks((row * bits).div_ceil(8)).any(beyond) {
            return Err(broken("it uses colours that its palette does not have"));
        }
    }
    if plain {
        let (color_type, depth) = (info.color_type, info.bit_depth);
        let palette = info.palette.as_ref().map(|p| p.to_vec());
        decode(reader)?;
        let (colours, colour_space) = match (color_type, palette) {
            (ColorType::Rgb, _) => (3, "/DeviceRGB".to_owned()),
            (ColorType::Indexed, Some(palette)) => (
                1,
                format!(
                    "[/Indexed /DeviceRGB {} <{}>]",
                    (palette.len() / 3).saturating_sub(1),
                    crate::hex(&palette)
                ),
            ),
            (ColorType::Indexed, None) => return Err(broken("its palette is missing")),
            _ => (1, "/DeviceGray".to_owned()),
        };
        let bits = depth as u8;
        let filter = format!(
            "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors {colours} /BitsPerComponent {bits} /Columns {width} >>"
        );
        return Ok(picture(colour_space, bits, filter, Cow::Owned(image_data(bytes)?), None));
    }
    drop(reader);
    let reader = open(Transformations::EXPAND)?;
    let (samples, color_type) = decode(reader)?;
    let deflate = |data: &[u8]| miniz_oxide::deflate::compress_to_vec_zlib(data, 6);
    let sample = usize::from(depth / 8);
    let split = |channels: usize| -> (Vec<u8>, Vec<u8>) {
        let (mut colours, mut alpha) = (Vec::new(), Vec::new());
        for pixel in samples.chunks_exact(channels * sample) {
            let (colour, rest) = pixel.split_at((channels - 1) * sample);
            colours.extend_from_slice(colour);
            alpha.extend_from_slice(rest);
        }
        (colours, alpha)
    };
    let (space, data, alpha) = match color_type {
        ColorType::Grayscale => ("/DeviceGray", deflate(&samples), None),
        ColorType::Rgb | ColorType::Indexed => ("/DeviceRGB", deflate(&samples), None),
        ColorType::GrayscaleAlpha => {
            let (grey, alpha) = split(2);
            ("/DeviceGray", deflate(&grey), Some(deflate(&alpha)))
        }
        ColorType::Rgba => {
            let (rgb, alpha) = split(4);
            ("/DeviceRGB", deflate(&rgb), Some(deflate(&alpha)))
        }
    };
    Ok(picture(space.to_owned(), depth, "/Filter /FlateDecode".to_owned(), Cow::Owned(data), alpha))
}

fn per_inch(per_metre: u32) -> u32 {
    u32::try_from((u64::from(per_metre) * 254 + 5_000) / 10_000).unwrap_or(u32::MAX)
}

fn decode(
    mut reader: png::Reader<std::io::Cursor<&[u8]>>,
) -> Result<(Vec<u8>, ColorType), WriteError> {
    let size = reader.output_buffer_size().ok_or_else(|| broken("it is too large"))?;
    let mut samples = vec![0; size];
    let frame = reader.next_frame(&mut samples).map_err(broken)?;
    samples.truncate(frame.buffer_size());
    // The end chunk must be there: a file cut after its last row is still cut.
    reader.finish().map_err(broken)?;
    Ok((samples, frame.color_type))
}

/// The data of all `IDAT` chunks, one zlib stream (PNG §10.1).
fn image_data(bytes: &[u8]) -> Result<Vec<u8>, WriteError> {
    let (mut at, mut data) = (8, Vec::new());
    loop {
        let cut = || broken("a chunk is cut short");
        let head = bytes.get(at..at + 8).ok_or_else(cut)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let length = usize::try_from(length).map_err(|_| cut())?;
        let body = bytes.get(at + 8..).and_then(|rest| rest.get(..length)).ok_or_else(cut)?;
        match &head[4..] {
            b"IDAT" => data.extend_from_slice(body),
            b"IEND" => return Ok(data),
            _ => {}
        }
        at += 12 + length;
    }
}
