//! TIFF files (TIFF 6.0): pages, strips or tiles and what their numbers mean. CCITT and JPEG data pass through unchanged, one
//! image a strip or tile; the others are decoded and deflated anew as one. No sample changes. How a directory is read lives in
//! `tiff/directory.rs`.

mod directory;

use std::borrow::Cow;

use directory::Directory;

use super::{MAX_PIXELS, Mosaic, Picture, Profile, check_size, jpeg, usable_profile};
use crate::Dict;
use crate::filter;
use crate::write::WriteError;

const KIND: &str = "TIFF";
/// Bytes of all pages that are decoded, 2 GB: 170 sheets of A4 in colour at 200 dpi. Beyond, deflating takes minutes.
const MAX_DECODED: usize = 2_000_000_000;
/// Strips or tiles of a page that pass through: sheets of 60,000 rows in strips of 16.
const MAX_PARTS: usize = 4_000;

fn broken(problem: impl ToString) -> WriteError {
    WriteError::BrokenImage { kind: KIND, problem: problem.to_string() }
}

fn unsupported(problem: impl ToString) -> WriteError {
    WriteError::UnsupportedImage { kind: KIND, problem: problem.to_string() }
}

/// How many pages a file has.
///
/// # Errors
/// [`WriteError::BrokenImage`], [`WriteError::UnsupportedImage`].
pub fn pages(bytes: &[u8]) -> Result<usize, WriteError> {
    Ok(directory::pages(bytes)?.len())
}

/// Reads every page.
///
/// # Errors
/// [`WriteError::BrokenImage`]; [`WriteError::UnsupportedImage`] for forms that cannot enter the file unchanged.
pub fn read(bytes: &[u8]) -> Result<Vec<Mosaic<'_>>, WriteError> {
    let mut left = MAX_DECODED;
    directory::pages(bytes)?.iter().map(|page| Page::new(page)?.mosaic(&mut left)).collect()
}

/// What the tags of a page say.
struct Page<'a, 'b> {
    tags: &'b Directory<'a>,
    width: u32,
    height: u32,
    bits: u8,
    /// Samples of a pixel, without alpha.
    colours: u8,
    alpha: bool,
    /// Whether the colours are multiplied by alpha.
    multiplied: bool,
    photometric: u32,
    compression: u32,
    /// Strips, or tiles row by row; where colours stand in planes, those of one plane after those of another.
    chunks: Vec<&'a [u8]>,
    /// Width and height of a strip or tile.
    chunk: (u32, u32),
    tiled: bool,
    /// Planes that the samples of a pixel are in: 1, or as many as there are samples.
    planes: u32,
    reversed: bool,
    profile: Option<Profile>,
}

/// A strip or tile and its place.
struct Chunk<'a> {
    data: &'a [u8],
    plane: usize,
    left: u32,
    top: u32,
    /// Rows of it: all of a tile, of the last strip those that are left.
    rows: u32,
}

// Tags (TIFF 6.0 §8 and appendix A; 34675 is ICC.1:2010 annex B.3)
const BITS: u16 = 258;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const FILL_ORDER: u16 = 266;
const STRIP_OFFSETS: u16 = 273;
const ORIENTATION: u16 = 274;
const SAMPLES: u16 = 277;
const ROWS_PER_STRIP: u16 = 278;
const STRIP_COUNTS: u16 = 279;
const PLANAR: u16 = 284;
const T4_OPTIONS: u16 = 292;
const T6_OPTIONS: u16 = 293;
const PREDICTOR: u16 = 317;
const COLOR_MAP: u16 = 320;
const TILE_WIDTH: u16 = 322;
const TILE_HEIGHT: u16 = 323;
const TILE_OFFSETS: u16 = 324;
const TILE_COUNTS: u16 = 325;
const EXTRA_SAMPLES: u16 = 338;
const SAMPLE_FORMAT: u16 = 339;
const JPEG_TABLES: u16 = 347;
const ICC_PROFILE: u16 = 34675;

/// A colour table: a PDF's holds 8 bits a colour (ISO 32000-1 §8.6.6.3), so that a finer one is put in place of its indices.
struct Palette {
    fine: bool,
    colours: Vec<[u16; 3]>,
}

impl Palette {
    fn space(&self) -> String {
        if self.fine {
            return "/DeviceRGB".to_owned();
        }
        let table = self.colours.iter().flatten().map(|v| u8::try_from(*v).unwrap_or(0));
        let table = crate::hex(&table.collect::<Vec<_>>());
        format!("[/Indexed /DeviceRGB {} <{table}>]", self.colours.len() - 1)
    }

    /// Whether any of it is not grey.
    fn colour(&self) -> bool {
        self.colours.iter().any(|[r, g, b]| r != g || g != b)
    }

    /// The colours of rows of indices, so many in each.
    fn applied(&self, indices: &[u8], width: usize, bits: usize) -> Vec<u8> {
        let mut samples = Vec::new();
        for row in indices.chunks_exact((width * bits).div_ceil(8).max(1)) {
            for pixel in 0..width {
                let byte = row.get(pixel * bits / 8).copied().unwrap_or(0);
                let shift = 8 - bits - pixel * bits % 8;
                let index = usize::from(byte >> shift) & ((1 << bits) - 1);
                let colour = self.colours.get(index).copied().unwrap_or_default();
                samples.extend(colour.map(u16::to_be_bytes).as_flattened());
            }
        }
        samples
    }
}

impl<'a, 'b> Page<'a, 'b> {
    fn new(tags: &'b Directory<'a>) -> Result<Self, WriteError> {
        let (width, height) = (tags.need(256)?, tags.need(257)?);
        check_size(KIND, width, height)?;
        let samples = tags.number(SAMPLES)?.unwrap_or(1);
        let planes = match tags.number(PLANAR)?.unwrap_or(1) {
            1 => 1,
            2 => samples,
            _ => return Err(broken("its colours are neither together nor in planes")),
        };
        if tags.numbers(SAMPLE_FORMAT)?.iter().any(|f| *f != 1) {
            return Err(unsupported(
                "its samples are no plain numbers; save it with 8 bits a colour",
            ));
        }
        let bits = tags.numbers(BITS)?;
        let first = bits.first().copied().unwrap_or(1);
        if bits.iter().any(|b| *b != first) || !matches!(first, 1 | 2 | 4 | 8 | 16) {
            return Err(unsupported("its depth is none of 1, 2, 4, 8 and 16 bits; save it with 8"));
        }
        let photometric = tags.need(PHOTOMETRIC)?;
        // §18: 1 is alpha that the colours are multiplied by; told for kinds of which 0 is black
        let (alpha, multiplied) = match tags.numbers(EXTRA_SAMPLES)?[..] {
            [] => (false, false),
            [1] if matches!(photometric, 1 | 2) => (true, true),
            [2] => (true, false),
            _ => {
                return Err(unsupported(
                    "it has further samples beside the colours; save it without",
                ));
            }
        };
        let colours = match photometric {
            0 | 1 | 3 => 1,
            2 | 6 => 3,
            5 => 4,
            other => {
                return Err(unsupported(format!(
                    "its colours are of kind {other}; save it as RGB or grey"
                )));
            }
        };
        if samples != u32::from(colours) + u32::from(alpha) {
            return Err(broken("its number of samples does not fit its kind of colours"));
        }
        let bits = u8::try_from(first).unwrap_or(8);
        if (colours > 1 || alpha) && bits < 8 || photometric == 3 && bits > 8 {
            return Err(unsupported("its depth does not fit its colours; save it with 8 bits"));
        }
        let compression = tags.number(COMPRESSION)?.unwrap_or(1);
        let reversed = match tags.number(FILL_ORDER)?.unwrap_or(1) {
            1 => false,
            2 if matches!(compression, 1..=5 | 8 | 32773 | 32946) && bits == 1 => true,
            // The bytes of a JPEG have an order of their own.
            2 if compression == 7 => false,
            _ => return Err(unsupported("its bits run from right to left; save it anew")),
        };
        let tiled = tags.has(TILE_WIDTH);
        let (chunk, chunks) = if tiled {
            let chunk = (tags.need(TILE_WIDTH)?, tags.need(TILE_HEIGHT)?);
            // §15: a multiple of 16 each; the sides of a tile are no larger than a picture's.
            if !chunk.0.is_multiple_of(16) || !chunk.1.is_multiple_of(16) {
                return Err(broken("the sides of its tiles are no multiples of 16"));
            }
            check_size(KIND, chunk.0, chunk.1)?;
            (chunk, tags.chunks(TILE_OFFSETS, TILE_COUNTS)?)
        } else {
            let rows = tags.number(ROWS_PER_STRIP)?.unwrap_or(height).clamp(1, height);
            ((width, rows), tags.chunks(STRIP_OFFSETS, STRIP_COUNTS)?)
        };
        let (across, down) = (width.div_ceil(chunk.0), height.div_ceil(chunk.1));
        let expected = u64::from(across) * u64::from(down) * u64::from(planes);
        if u64::try_from(chunks.len()) != Ok(expected) {
            return Err(broken("its number of strips or tiles does not fit its size"));
        }
        let profile = tags.bytes(ICC_PROFILE)?.unwrap_or_default();
        let components = if photometric == 3 { 3 } else { colours };
        let profile = usable_profile(profile.to_vec(), components);
        Ok(Self {
            tags,
            width,
            height,
            bits,
            colours,
            alpha,
            multiplied,
            photometric,
            compression,
            chunks,
            chunk,
            tiled,
            planes,
            reversed,
            profile,
        })
    }

    fn places(&self) -> impl Iterator<Item = Chunk<'a>> {
        let (across, down) =
            (self.width.div_ceil(self.chunk.0), self.height.div_ceil(self.chunk.1));
        let places = (0..usize::MAX).flat_map(move |plane| {
            (0..down).flat_map(move |y| (0..across).map(move |x| (plane, x, y)))
        });
        let ((width, height), (whole, tiled)) = (self.chunk, (self.height, self.tiled));
        self.chunks.iter().zip(places).map(move |(data, (plane, x, y))| {
            let (left, top) = (x.saturating_mul(width), y.saturating_mul(height));
            let rows = if tiled { height } else { height.min(whole.saturating_sub(top)) };
            Chunk { data, plane, left, top, rows }
        })
    }

    fn mosaic(&self, left: &mut usize) -> Result<Mosaic<'a>, WriteError> {
        let each = |draw: &dyn Fn(&Chunk<'a>) -> Result<Picture<'a>, WriteError>| {
            if self.planes > 1 {
                return Err(unsupported(
                    "its colours are in separate planes, each a JPEG; save them together",
                ));
            }
            if self.chunks.len() > MAX_PARTS {
                return Err(unsupported(format!(
                    "it has more than {MAX_PARTS} strips or tiles a page; save it in larger ones"
                )));
            }
            let parts = self.places().map(|chunk| Ok((draw(&chunk)?, chunk.left, chunk.top)));
            let parts = parts.collect::<Result<_, WriteError>>()?;
            Ok(Mosaic { width: self.width, height: self.height, parts })
        };
        match self.compression {
            2..=4 => each(&|chunk| self.fax(chunk)),
            7 => each(&|chunk| self.jpeg(chunk)),
            1 | 5 | 8 | 32773 | 32946 => Ok(self.decoded(left)?.into()),
            6 => Err(unsupported("JPEG of the old style; save it anew")),
            other => {
                Err(unsupported(format!("its compression has number {other}; save it with LZW")))
            }
        }
    }

    fn picture(
        &self,
        (width, height): (u32, u32),
        filter: String,
        data: Cow<'a, [u8]>,
    ) -> Result<Picture<'a>, WriteError> {
        let (colour_space, colour, bits) = match self.colours {
            1 if self.photometric == 3 => {
                let palette = self.palette()?;
                let bits = if palette.fine { 16 } else { self.bits };
                (palette.space(), palette.colour(), bits)
            }
            1 => ("/DeviceGray".to_owned(), false, self.bits),
            3 => ("/DeviceRGB".to_owned(), true, self.bits),
            _ => ("/DeviceCMYK".to_owned(), true, self.bits),
        };
        Ok(Picture {
            width,
            height,
            dpi: self.tags.dpi()?,
            orientation: self
                .tags
                .number(ORIENTATION)?
                .and_then(|o| u8::try_from(o).ok())
                .filter(|o| (1..=8).contains(o))
                .unwrap_or(1),
            colour,
            colour_space,
            profile: self.profile.clone(),
            // White is zero
            inverted: u8::from(self.photometric == 0 && !matches!(self.compression, 2..=4)),
            bits,
            filter,
            data,
            alpha: None,
            multiplied: self.multiplied,
        })
    }

    /// The colour table (§5).
    fn palette(&self) -> Result<Palette, WriteError> {
        let map = self.tags.numbers(COLOR_MAP)?;
        let count = 1_usize << self.bits;
        if map.len() != 3 * count {
            return Err(broken("its palette does not fit its depth"));
        }
        // Some programs write 8-bit values where 16 are asked for.
        let narrow = map.iter().all(|v| *v < 256);
        let exact = |v: u32| narrow || v.is_multiple_of(257) || v & 0xFF == 0;
        let fine = !map.iter().all(|v| exact(*v));
        if fine && self.alpha {
            return Err(unsupported("its palette has more than 8 bits a colour; save it as RGB"));
        }
        let value = |v: &u32| u16::try_from(if narrow || fine { *v } else { *v >> 8 }).unwrap_or(0);
        let (red, rest) = map.split_at(count);
        let (green, blue) = rest.split_at(count);
        let colours = red.iter().zip(green).zip(blue);
        let colours = colours.map(|((r, g), b)| [value(r), value(g), value(b)]).collect();
        Ok(Palette { fine, colours })
    }

    /// A strip or tile in CCITT coding (§10, §11; ISO 32000-1 table 11).
    fn fax(&self, chunk: &Chunk<'a>) -> Result<Picture<'a>, WriteError> {
        if self.bits != 1 || self.colours != 1 || self.alpha || self.photometric > 1 {
            return Err(broken("fax coding of more than black and white"));
        }
        let options = |tag| Ok::<_, WriteError>(self.tags.number(tag)?.unwrap_or(0));
        let (coding, options) = match self.compression {
            2 => ("/K 0 /EncodedByteAlign true", 0),
            3 if options(T4_OPTIONS)? & 1 == 1 => ("/K 1", options(T4_OPTIONS)?),
            3 => ("/K 0", options(T4_OPTIONS)?),
            _ => ("/K -1", options(T6_OPTIONS)?),
        };
        if options & 2 == 2 {
            return Err(unsupported("fax coding with uncompressed parts; save it anew"));
        }
        // To the filter 0 is black unless told; in the file the first pixel of a line is 0, and white if white is zero.
        let black = if self.photometric == 1 { " /BlackIs1 true" } else { "" };
        let filter = format!(
            "/Filter /CCITTFaxDecode /DecodeParms << {coding} /Columns {} /Rows {} /EndOfBlock false{black} >>",
            self.chunk.0, chunk.rows
        );
        self.picture((self.chunk.0, chunk.rows), filter, self.in_order(chunk.data))
    }

    fn in_order(&self, data: &'a [u8]) -> Cow<'a, [u8]> {
        if self.reversed {
            Cow::Owned(data.iter().map(|b| b.reverse_bits()).collect())
        } else {
            Cow::Borrowed(data)
        }
    }

    /// A strip or tile that is a JPEG stream, its tables put before it (TIFF Technical Note 2).
    fn jpeg(&self, chunk: &Chunk<'a>) -> Result<Picture<'a>, WriteError> {
        if self.bits != 8 || self.alpha || !matches!(self.photometric, 1 | 2 | 5 | 6) {
            return Err(unsupported(
                "JPEG of other colours than grey, RGB and CMYK; save it as RGB",
            ));
        }
        let mut whole = match self.tags.bytes(JPEG_TABLES)? {
            Some([0xFF, 0xD8, tables @ .., 0xFF, 0xD9]) => [&[0xFF, 0xD8], tables].concat(),
            Some(_) => return Err(broken("its JPEG tables are cut short")),
            None => vec![0xFF, 0xD8],
        };
        let stream =
            chunk.data.strip_prefix(&[0xFF, 0xD8]).ok_or_else(|| broken("a strip is no JPEG"))?;
        whole.extend_from_slice(stream);
        let (inner, told, _) = jpeg::read_told(&whole)?;
        // The tag says what the numbers mean; markers inside would overrule it (ISO 32000-1 table 13), so they may not differ.
        let contradicted = match self.photometric {
            2 => told.jfif || told.adobe.is_some_and(|transform| transform != 0),
            // Adobe's CMYK also means the inverse.
            5 => told.jfif || told.adobe.is_some(),
            6 => told.adobe == Some(0),
            _ => false,
        };
        if contradicted {
            return Err(unsupported(
                "its tags and the JPEG inside say different things of the colours; save it with LZW",
            ));
        }
        let colours = match inner.colour_space.as_str() {
            "/DeviceGray" => 1,
            "/DeviceRGB" => 3,
            _ => 4,
        };
        let size = (inner.width, inner.height);
        let length = inner.data.len();
        if size != (self.chunk.0, chunk.rows) || colours != self.colours {
            return Err(broken("the JPEG of a strip or tile does not fit the page"));
        }
        whole.truncate(length);
        let transform = match self.photometric {
            2 | 5 => " /DecodeParms << /ColorTransform 0 >>",
            6 => " /DecodeParms << /ColorTransform 1 >>",
            _ => "",
        };
        self.picture(size, format!("/Filter /DCTDecode{transform}"), Cow::Owned(whole))
    }

    /// Bytes of a row of so many pixels, of one plane.
    fn row(&self, width: u32) -> usize {
        let samples = (u32::from(self.colours) + u32::from(self.alpha)) / self.planes.max(1);
        let bits = u64::from(width) * u64::from(samples) * u64::from(self.bits);
        usize::try_from(bits.div_ceil(8)).unwrap_or(usize::MAX)
    }

    /// The samples of a strip or tile, the first byte of each the most significant.
    fn unpacked(&self, chunk: &Chunk<'a>) -> Result<Vec<u8>, WriteError> {
        let (row, bits) = (self.row(self.chunk.0), usize::from(self.bits));
        let rows = |n: u32| row.saturating_mul(usize::try_from(n).unwrap_or(usize::MAX));
        // Some writers pad their last strip to full height.
        let (need, most) = (rows(chunk.rows), rows(self.chunk.1).saturating_add(row));
        let packed = self.in_order(chunk.data);
        let mut data = match self.compression {
            1 => packed.into_owned(),
            5 if packed.starts_with(&[0, 1]) => {
                return Err(unsupported("LZW of the old style; save it anew"));
            }
            5 => filter::lzw(&packed, &Dict::default(), most).map_err(broken)?,
            32773 => filter::run_length(&packed, most).map_err(broken)?,
            _ => filter::inflate(&packed, most).map_err(broken)?,
        };
        if data.len() < need {
            return Err(broken("a strip or tile is cut short"));
        }
        data.truncate(need);
        if bits == 16 && self.tags.little() {
            for pair in data.chunks_exact_mut(2) {
                pair.reverse();
            }
        }
        let samples = (usize::from(self.colours) + usize::from(self.alpha))
            / usize::try_from(self.planes).unwrap_or(1).max(1);
        match self.tags.number(PREDICTOR)?.unwrap_or(1) {
            1 => Ok(data),
            2 if self.compression == 1 || self.compression == 32773 => Ok(data),
            2 if bits >= 8 => filter::tiff(data, row, samples, bits).map_err(broken),
            _ => Err(unsupported("its predictor is of another kind; save it anew")),
        }
    }

    /// All strips or tiles decoded, and deflated as one.
    fn decoded(&self, left: &mut usize) -> Result<Picture<'a>, WriteError> {
        if self.photometric == 6 {
            return Err(unsupported("YCbCr without JPEG; save it as RGB"));
        }
        let channels = usize::from(self.colours) + usize::from(self.alpha);
        let bits = usize::from(self.bits);
        let planes = usize::try_from(self.planes).unwrap_or(1);
        // Of one plane: where several are, a sample is whole bytes.
        let row = self.row(self.width);
        let height = usize::try_from(self.height).unwrap_or(usize::MAX);
        let size = row.saturating_mul(planes).saturating_mul(height);
        // The padding of tiles is decoded too; a page in tiles far larger than itself is no page of a scanner.
        let padded = self.chunks.len().saturating_mul(
            self.row(self.chunk.0)
                .saturating_mul(usize::try_from(self.chunk.1).unwrap_or(usize::MAX)),
        );
        let palette = if self.photometric == 3 { Some(self.palette()?) } else { None };
        let palette = palette.filter(|palette| palette.fine);
        // Six bytes for each index
        let fine = if palette.is_some() { size.saturating_mul(6 * 8 / bits) } else { 0 };
        let most = (if self.tiled { padded } else { size }).saturating_add(fine);
        *left = left.checked_sub(most).ok_or_else(|| {
            unsupported(format!(
                "its pages have more than {MAX_DECODED} bytes; divide it into several files"
            ))
        })?;
        debug_assert!(u64::from(self.width) * u64::from(self.height) <= MAX_PIXELS);
        let step = if planes > 1 { bits / 8 } else { row.max(1) };
        let mut samples = Vec::new();
        for chunk in self.places() {
            let data = self.unpacked(&chunk)?;
            if planes == 1 && !self.tiled {
                samples.extend_from_slice(&data);
                continue;
            }
            // Grown once data are there that fill it.
            samples.resize(size, 0);
            let (indent, top) = (self.row(chunk.left), usize::try_from(chunk.top).unwrap_or(0));
            let rows = samples.chunks_exact_mut((row * planes).max(1)).skip(top);
            for (to, from) in rows.zip(data.chunks_exact(self.row(self.chunk.0).max(1))) {
                if planes == 1 {
                    let to = to.get_mut(indent..).unwrap_or_default();
                    let length = to.len().min(from.len());
                    to[..length].copy_from_slice(&from[..length]);
                } else {
                    let places = to.chunks_exact_mut(step * planes).skip(indent / step);
                    for (pixel, sample) in places.zip(from.chunks_exact(step)) {
                        pixel[chunk.plane * step..][..step].copy_from_slice(sample);
                    }
                }
            }
        }
        let deflate = |data: &[u8]| miniz_oxide::deflate::compress_to_vec_zlib(data, 6);
        let mut alpha = None;
        if self.alpha {
            let sample = bits / 8;
            let (mut colours, mut opacity) = (Vec::new(), Vec::new());
            for pixel in samples.chunks_exact(channels * sample) {
                let (colour, rest) = pixel.split_at((channels - 1) * sample);
                colours.extend_from_slice(colour);
                opacity.extend_from_slice(rest);
            }
            samples = colours;
            alpha = Some(deflate(&opacity));
        }
        if let Some(palette) = palette {
            let width = usize::try_from(self.width).unwrap_or(usize::MAX);
            samples = palette.applied(&samples, width, bits);
        }
        let data = Cow::Owned(deflate(&samples));
        let picture =
            self.picture((self.width, self.height), "/Filter /FlateDecode".to_owned(), data)?;
        Ok(Picture { alpha, ..picture })
    }
}

#[cfg(test)]
mod tests {
    use super::Palette;

    #[test]
    fn indices_are_read_from_the_left_and_rows_end_with_their_byte() {
        let colours = (0..16).map(|i| [i, 0x100 + i, 0xFFFF]).collect();
        let palette = Palette { fine: true, colours };
        let samples = palette.applied(&[0x1A, 0xB0, 0x2C, 0xD0], 3, 4);
        let reds: Vec<_> = samples.chunks_exact(6).map(|s| s[1]).collect();
        assert_eq!(reds, [0x1, 0xA, 0xB, 0x2, 0xC, 0xD]);
        assert_eq!(samples[..6], [0, 1, 1, 1, 0xFF, 0xFF]);
        let samples = palette.applied(&[0b1010_0000], 3, 1);
        let reds: Vec<_> = samples.chunks_exact(6).map(|s| s[1]).collect();
        assert_eq!(reds, [1, 0, 1]);
    }
}
