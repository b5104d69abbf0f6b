//! Captured pictures as image objects: JPEG and PNG data pass through unchanged wherever the format allows.

mod exif;
mod jpeg;
mod png;
#[cfg(feature = "tiff")]
mod tiff;

use std::sync::Arc;

use super::{FileWriter, WriteError, icc};
use crate::archive::icc_fits;

pub use jpeg::read as read_jpeg;
pub use png::read as read_png;
#[cfg(feature = "tiff")]
pub use tiff::{pages as tiff_pages, read as read_tiff};

/// Largest side of a picture in pixels: an A0 sheet at 1,200 dpi has 56,000.
pub const MAX_SIDE: u32 = 60_000;
/// Largest picture in pixels, 400 million: A2 at 1,200 dpi; decoded it takes 1.2 GB, beyond which counters have no memory.
pub const MAX_PIXELS: u64 = 400_000_000;

/// A picture ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture<'a> {
    /// Width in pixels, as stored.
    pub width: u32,
    /// Height in pixels, as stored.
    pub height: u32,
    /// Pixels per inch as the file states it, across and down.
    pub dpi: Option<(u32, u32)>,
    /// EXIF orientation, 1 to 8; 1 is upright.
    pub orientation: u8,
    /// Whether it has colour (not only grey).
    pub colour: bool,
    /// `/ColorSpace`, as PDF text; the device space that a profile stands in for.
    colour_space: String,
    /// ICC profile and its number of components.
    profile: Option<Profile>,
    /// How many colours of a pixel mean the opposite, as CMYK of Adobe programs does: all or none.
    inverted: u8,
    bits: u8,
    /// `/Filter` and its parameters, as PDF text.
    filter: String,
    data: std::borrow::Cow<'a, [u8]>,
    /// Deflated alpha, of as many bits as the colours.
    alpha: Option<Vec<u8>>,
    /// Whether the colours are multiplied by alpha already.
    multiplied: bool,
}

/// A profile and its number of components. The pictures of a page share it, so that it is built and written once.
type Profile = (Arc<[u8]>, u8);

/// A page of pictures side by side, as scanners divide it into strips and tiles: all of one resolution and orientation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mosaic<'a> {
    /// Width of the page in pixels, as stored.
    pub width: u32,
    /// Height of the page in pixels, as stored.
    pub height: u32,
    /// The pictures, each with its place in pixels from the left and from the top. Those at the right and lower edge may reach
    /// beyond the page; what does is padding, and is not to be shown.
    pub parts: Vec<(Picture<'a>, u32, u32)>,
}

impl<'a> From<Picture<'a>> for Mosaic<'a> {
    fn from(picture: Picture<'a>) -> Self {
        Self { width: picture.width, height: picture.height, parts: vec![(picture, 0, 0)] }
    }
}

impl Mosaic<'_> {
    /// Writes the image objects and gives their numbers, in the order of the parts.
    pub fn write(&self, file: &mut FileWriter) -> Vec<u32> {
        let (mut written, mut ids) = (None::<(&Profile, u32)>, Vec::new());
        for (part, ..) in &self.parts {
            let shared = |(known, _): &(&Profile, u32)| {
                part.profile.as_ref().is_some_and(|own| Arc::ptr_eq(&known.0, &own.0))
            };
            if !written.as_ref().is_some_and(shared) {
                written = part.profile.as_ref().zip(part.write_profile(file));
            }
            ids.push(part.write_under(file, written.map(|(_, id)| id)));
        }
        ids
    }
}

impl Picture<'_> {
    /// Writes the image object and gives its number.
    pub fn write(&self, file: &mut FileWriter) -> u32 {
        let profile = self.write_profile(file);
        self.write_under(file, profile)
    }

    fn write_profile(&self, file: &mut FileWriter) -> Option<u32> {
        let (profile, components) = self.profile.as_ref()?;
        let id = file.reserve();
        file.deflated(id, &format!("/N {components}"), profile);
        Some(id)
    }

    /// Writes the image object, whose profile has that number.
    fn write_under(&self, file: &mut FileWriter, profile: Option<u32>) -> u32 {
        let id = file.reserve();
        let size =
            format!("/Type /XObject /Subtype /Image /Width {} /Height {}", self.width, self.height);
        let mask = self.alpha.as_ref().map(|alpha| {
            let mask = file.reserve();
            // ISO 32000-1 §11.6.5.3: the colours as they stand were blended with black, once for each.
            let matte = match self.colour_space.as_str() {
                _ if !self.multiplied => "",
                "/DeviceGray" => " /Matte [0]",
                "/DeviceRGB" => " /Matte [0 0 0]",
                _ => " /Matte [0 0 0 0]",
            };
            file.stream(
                mask,
                &format!(
                    "{size} /ColorSpace /DeviceGray /BitsPerComponent {} /Filter /FlateDecode{matte}",
                    self.bits
                ),
                alpha,
            );
            format!(" /SMask {mask} 0 R")
        });
        let mut space = self.colour_space.clone();
        if let Some(id) = profile {
            // In a palette the profile is for the table's colours.
            for device in ["/DeviceGray", "/DeviceRGB", "/DeviceCMYK"] {
                space = space.replace(device, &format!("[/ICCBased {id} 0 R]"));
            }
        }
        // One pair for each colour (ISO 32000-1 table 90).
        let decode = match self.inverted {
            0 => String::new(),
            count => format!(" /Decode [{}]", vec!["1 0"; usize::from(count)].join(" ")),
        };
        let entries = format!(
            "{size} /ColorSpace {space} /BitsPerComponent {}{decode} {}{}",
            self.bits,
            self.filter,
            mask.unwrap_or_default()
        );
        file.stream(id, &entries, &self.data);
        id
    }

    /// The same, its red, green and blue told by a profile of their own: for files whose output intent may be another.
    #[must_use]
    pub fn calibrated(mut self) -> Self {
        if self.profile.is_none() && self.colour_space.contains("/DeviceRGB") {
            self.profile = Some((icc::rgb_profile().into(), 3));
        }
        self
    }

    /// The matrix that shows the picture upright in a box of `width` × `height` points at the origin (EXIF 2.32 table 6).
    pub fn matrix(&self, width: f64, height: f64) -> [f64; 6] {
        let (w, h) = (width, height);
        match self.orientation {
            2 => [-w, 0.0, 0.0, h, w, 0.0],
            3 => [-w, 0.0, 0.0, -h, w, h],
            4 => [w, 0.0, 0.0, -h, 0.0, h],
            5 => [0.0, -h, -w, 0.0, w, h],
            6 => [0.0, -h, w, 0.0, 0.0, h],
            7 => [0.0, h, w, 0.0, 0.0, 0.0],
            8 => [0.0, h, -w, 0.0, w, 0.0],
            _ => [w, 0.0, 0.0, h, 0.0, 0.0],
        }
    }
}

impl Picture<'static> {
    /// A picture of red, green and blue bytes, row by row, at so many dots per inch.
    ///
    /// # Errors
    /// [`WriteError::BrokenImage`] when the bytes do not fit the size, [`WriteError::UnsupportedImage`] for sizes beyond the limits.
    pub fn of_rgb(width: u32, height: u32, dpi: u32, samples: &[u8]) -> Result<Self, WriteError> {
        const KIND: &str = "drawn page";
        check_size(KIND, width, height)?;
        let expected = u64::from(width) * u64::from(height) * 3;
        if u64::try_from(samples.len()) != Ok(expected) {
            let problem = format!("{} bytes instead of {expected}", samples.len());
            return Err(WriteError::BrokenImage { kind: KIND, problem });
        }
        Ok(Self {
            width,
            height,
            dpi: Some((dpi, dpi)),
            orientation: 1,
            colour: true,
            colour_space: "/DeviceRGB".to_owned(),
            profile: None,
            inverted: 0,
            bits: 8,
            filter: "/Filter /FlateDecode".to_owned(),
            data: miniz_oxide::deflate::compress_to_vec_zlib(samples, 6).into(),
            alpha: None,
            multiplied: false,
        })
    }
}

/// The profile, when PDF/A permits it and it is for so many components; what is not is passed over, as viewers do. Four colours
/// without one get the plain one, since PDF/A-2 lets none stand without (ISO 19005-2 §6.2.4.3) and viewers show them so.
fn usable_profile(profile: Vec<u8>, components: u8) -> Option<Profile> {
    let fits = icc_fits(&profile, components) && is_whole(&profile);
    let profile = match components {
        4 if !fits => icc::cmyk_profile(),
        _ if fits => profile,
        _ => return None,
    };
    Some((profile.into(), components))
}

/// Whether nothing of a profile is missing: its size and its tags as its table says (ICC.1:2010 §7.2.2, §7.3).
fn is_whole(profile: &[u8]) -> bool {
    let four = |at: usize| {
        let bytes = profile.get(at..at.checked_add(4)?)?;
        usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()
    };
    let (Some(size), Some(count)) = (four(0), four(128)) else { return false };
    size <= profile.len()
        && count <= size / 12
        && (0..count).all(|i| {
            let (at, length) = (four(132 + 12 * i + 4), four(132 + 12 * i + 8));
            at.zip(length)
                .and_then(|(at, length)| at.checked_add(length))
                .is_some_and(|end| end <= size)
        })
}

fn check_size(kind: &'static str, width: u32, height: u32) -> Result<(), WriteError> {
    let broken = |problem: String| Err(WriteError::BrokenImage { kind, problem });
    if width == 0 || height == 0 {
        return broken("it has no pixels".to_owned());
    }
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(WriteError::UnsupportedImage {
            kind,
            problem: format!(
                "{width} × {height} pixels is beyond {MAX_SIDE} a side or {MAX_PIXELS} in all; capture at a lower resolution"
            ),
        });
    }
    Ok(())
}
