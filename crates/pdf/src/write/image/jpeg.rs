//! JPEG headers (ITU-T T.81): enough to pass the data through unchanged and to know that the file is whole. What EXIF says of a
//! picture is read in `exif`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::exif::{Exif, UNKNOWN_DPI};
use super::{Picture, check_size, usable_profile};
use crate::write::WriteError;

const KIND: &str = "JPEG";

fn broken(problem: &str) -> WriteError {
    WriteError::BrokenImage { kind: KIND, problem: problem.to_owned() }
}

fn unsupported(problem: &str) -> WriteError {
    WriteError::UnsupportedImage { kind: KIND, problem: problem.to_owned() }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// What the markers say of the colours, beside the frame.
#[cfg_attr(
    not(feature = "tiff"),
    expect(dead_code, reason = "a JPEG inside a TIFF is held to what the tags around it say")
)]
pub(super) struct Told {
    /// Whether a JFIF marker stands there, which means grey or YCbCr (ITU-T T.871 §6.1).
    pub jfif: bool,
    /// The colour transform of Adobe's marker: 0 is none, 1 YCbCr, 2 YCCK.
    pub adobe: Option<u8>,
}

/// Reads the markers of a JPEG file.
///
/// # Errors
/// [`WriteError::BrokenImage`] when it is cut short or no JPEG; [`WriteError::UnsupportedImage`] for forms that PDF/A-2 readers
/// need not show: arithmetic coding, lossless, 12 bit.
pub fn read(bytes: &[u8]) -> Result<Picture<'_>, WriteError> {
    let (mut picture, _, profile) = read_told(bytes)?;
    let components = match picture.colour_space.as_str() {
        "/DeviceGray" => 1,
        "/DeviceRGB" => 3,
        _ => 4,
    };
    picture.profile = usable_profile(profile, components);
    Ok(picture)
}

/// The same without its profile, with what the markers say and the bytes of the profile.
pub(super) fn read_told(bytes: &[u8]) -> Result<(Picture<'_>, Told, Vec<u8>), WriteError> {
    if !bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Err(broken("it does not begin with a JPEG marker"));
    }
    let (mut at, mut frame, mut dpi, mut scans) = (2, None, None, 0);
    let mut camera = Exif::default();
    let (mut jfif, mut adobe, mut chunks) = (false, None, BTreeMap::new());
    let end = loop {
        // Any number of fill bytes may stand before a marker (§B.1.1.2).
        while bytes.get(at) == Some(&0xFF) && bytes.get(at + 1) == Some(&0xFF) {
            at += 1;
        }
        if bytes.get(at) != Some(&0xFF) {
            return Err(broken("a marker is missing, or the file is cut short"));
        }
        let marker = *bytes.get(at + 1).ok_or_else(|| broken("it is cut short"))?;
        at += 2;
        if marker == 0xD9 {
            break at;
        }
        if matches!(marker, 0x01 | 0xD0..=0xD7) {
            continue;
        }
        let length = usize::from(u16_at(bytes, at).ok_or_else(|| broken("it is cut short"))?);
        let segment = bytes
            .get(at + 2..at + length.max(2))
            .ok_or_else(|| broken("a segment is cut short"))?;
        at += length.max(2);
        match marker {
            0xC0..=0xC2 if frame.is_none() => frame = Some(read_frame(segment)?),
            0xC0..=0xC2 => {
                return Err(unsupported("it holds several frames; save it as one picture"));
            }
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Err(unsupported(
                    "lossless, hierarchical or arithmetic coding; save it as baseline or progressive",
                ));
            }
            0xE0 => {
                jfif |= segment.starts_with(b"JFIF\0");
                dpi = dpi.or(jfif_density(segment));
            }
            // ICC.1:2010 annex B.4: number of the part, from 1, and how many there are
            0xE2 => {
                if let Some([number, _, part @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0") {
                    chunks.entry(*number).or_insert(part);
                }
            }
            // Adobe Technical Note 5116 §18: the colour transform is the last byte
            0xEE if segment.starts_with(b"Adobe") => adobe = segment.get(11).copied(),
            0xE1 => {
                if let Some(tiff) = segment.strip_prefix(b"Exif\0\0") {
                    camera = Exif::read(tiff);
                }
            }
            0xDA => {
                scans += 1;
                at = skip_entropy_coded(bytes, at)
                    .ok_or_else(|| broken("the picture data are cut short"))?;
            }
            _ => {}
        }
    };
    let Frame { width, height, components } = frame.ok_or_else(|| broken("it holds no picture"))?;
    if scans == 0 {
        return Err(broken("it holds no picture data"));
    }
    check_size(KIND, width, height)?;
    let count = u8::try_from(components.len()).unwrap_or(0);
    let mut filter = "/Filter /DCTDecode".to_owned();
    let (colour_space, colour) = match count {
        1 => ("/DeviceGray", false),
        3 => {
            // To some decoders the one counts, to others the other: the copy would not look the same everywhere.
            if jfif && adobe == Some(0) {
                return Err(unsupported(
                    "its markers contradict each other, one says YCbCr and one RGB; save it anew",
                ));
            }
            // Without a marker, components called R, G and B are those (as every decoder of note takes them), but PDF would
            // take them for YCbCr (ISO 32000-1 table 13).
            if !jfif && adobe.is_none() && components == *b"RGB" {
                filter.push_str(" /DecodeParms << /ColorTransform 0 >>");
            }
            ("/DeviceRGB", true)
        }
        4 => ("/DeviceCMYK", true),
        _ => return Err(unsupported("neither one, three nor four colours; save it as RGB")),
    };
    let picture = Picture {
        width,
        height,
        // Where JFIF says what programs put that know none, the camera may know.
        dpi: dpi.filter(|dpi| *dpi != UNKNOWN_DPI).or(camera.dpi).or(dpi),
        orientation: camera.orientation,
        colour,
        colour_space: colour_space.to_owned(),
        profile: None,
        // Programs of Adobe, and those that follow them, write CMYK with 0 for full ink.
        inverted: if adobe.is_some() && count == 4 { 4 } else { 0 },
        bits: 8,
        filter,
        // What follows the end marker is not part of the picture and does not enter the copy.
        data: Cow::Borrowed(bytes.get(..end).unwrap_or(bytes)),
        alpha: None,
        multiplied: false,
    };
    Ok((picture, Told { jfif, adobe }, chunks.into_values().flatten().copied().collect()))
}

/// A frame header (§B.2.2): size in pixels and the identifiers of the components.
struct Frame {
    width: u32,
    height: u32,
    components: Vec<u8>,
}

fn read_frame(segment: &[u8]) -> Result<Frame, WriteError> {
    let cut = || broken("its frame header is cut short");
    let [bits, rest @ ..] = segment else { return Err(cut()) };
    if *bits != 8 {
        return Err(unsupported("not 8 bits a colour; save it with 8"));
    }
    let (height, width) = (u16_at(rest, 0).ok_or_else(cut)?, u16_at(rest, 2).ok_or_else(cut)?);
    let count = usize::from(*rest.get(4).ok_or_else(cut)?);
    let components = rest.get(5..5 + 3 * count).ok_or_else(cut)?;
    let components = components.chunks_exact(3).filter_map(|c| c.first().copied()).collect();
    Ok(Frame { width: u32::from(width), height: u32::from(height), components })
}

/// The offset of the marker that ends the entropy-coded data.
fn skip_entropy_coded(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|b| *b == 0xFF)?;
        match bytes.get(at + 1)? {
            0x00 | 0xD0..=0xD7 => at += 2,
            0xFF => at += 1,
            _ => return Some(at),
        }
    }
}

/// JFIF density in dots per inch (ITU-T T.871 §10.1).
fn jfif_density(segment: &[u8]) -> Option<(u32, u32)> {
    let rest = segment.strip_prefix(b"JFIF\0")?;
    let (x, y) = (u32::from(u16_at(rest, 3)?), u32::from(u16_at(rest, 5)?));
    match rest.get(2)? {
        1 if x > 0 && y > 0 => Some((x, y)),
        // Dots per centimetre.
        2 if x > 0 && y > 0 => Some(((x * 254 + 50) / 100, (y * 254 + 50) / 100)),
        _ => None,
    }
}
