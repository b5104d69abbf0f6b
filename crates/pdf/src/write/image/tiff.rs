//! TIFF files (TIFF 6.0): pages, strips and what their numbers mean. CCITT and JPEG strips pass through unchanged, one image
//! each; the others are decoded and deflated anew. No sample changes. How a directory is read lives in `tiff/directory.rs`.

mod directory;

use std::borrow::Cow;

use directory::Directory;

use super::{MAX_PIXELS, Picture, check_size, jpeg, usable_profile};
use crate::Dict;
use crate::filter;
use crate::write::WriteError;

const KIND: &str = "TIFF";
/// Bytes of all pages that are decoded, 2 GB: 170 sheets of A4 in colour at 200 dpi. Beyond, deflating takes minutes.
const MAX_DECODED: usize = 2_000_000_000;
/// Strips of a page that pass through: sheets of 60,000 rows in strips of 16.
const MAX_BANDS: usize = 4_000;

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

/// Reads every page: the bands it is made of, from top to bottom, all of one width, resolution and orientation.
///
/// # Errors
/// [`WriteError::BrokenImage`]; [`WriteError::UnsupportedImage`] for forms that cannot enter the file unchanged.
pub fn read(bytes: &[u8]) -> Result<Vec<Vec<Picture<'_>>>, WriteError> {
    let mut left = MAX_DECODED;
    directory::pages(bytes)?.iter().map(|page| Page::new(page)?.bands(&mut left)).collect()
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
    photometric: u32,
    compression: u32,
    strips: Vec<&'a [u8]>,
    rows_per_strip: u32,
    reversed: bool,
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
const EXTRA_SAMPLES: u16 = 338;
const SAMPLE_FORMAT: u16 = 339;
const JPEG_TABLES: u16 = 347;
const ICC_PROFILE: u16 = 34675;

impl<'a, 'b> Page<'a, 'b> {
    fn new(tags: &'b Directory<'a>) -> Result<Self, WriteError> {
        let (width, height) = (tags.need(256)?, tags.need(257)?);
        check_size(KIND, width, height)?;
        if tags.has(TILE_WIDTH) {
            return Err(unsupported("it is in tiles; save it in strips"));
        }
        let samples = tags.number(SAMPLES)?.unwrap_or(1);
        if tags.number(PLANAR)?.unwrap_or(1) != 1 && samples > 1 {
            return Err(unsupported("its colours are in separate planes; save them together"));
        }
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
        let alpha = match tags.numbers(EXTRA_SAMPLES)?[..] {
            [] => false,
            [2] => true,
            _ => {
                return Err(unsupported(
                    "it has further samples beside the colours; save it without",
                ));
            }
        };
        let photometric = tags.need(PHOTOMETRIC)?;
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
            2 if matches!(compression, 1..=4 | 32773) && bits == 1 => true,
            _ => return Err(unsupported("its bits run from right to left; save it anew")),
        };
        let rows_per_strip = tags.number(ROWS_PER_STRIP)?.unwrap_or(height).clamp(1, height);
        let strips = tags.strips(STRIP_OFFSETS, STRIP_COUNTS)?;
        if strips.len() != usize::try_from(height.div_ceil(rows_per_strip)).unwrap_or(usize::MAX) {
            return Err(broken("its number of strips does not fit its height"));
        }
        Ok(Self {
            tags,
            width,
            height,
            bits,
            colours,
            alpha,
            photometric,
            compression,
            strips,
            rows_per_strip,
            reversed,
        })
    }

    /// The strips with the rows in each.
    fn rows(&self) -> impl Iterator<Item = (&'a [u8], u32)> {
        let (mut left, most) = (self.height, self.rows_per_strip);
        self.strips.iter().map(move |strip| {
            let rows = left.min(most);
            left -= rows;
            (*strip, rows)
        })
    }

    fn bands(&self, left: &mut usize) -> Result<Vec<Picture<'a>>, WriteError> {
        match self.compression {
            2..=4 | 7 if self.strips.len() > MAX_BANDS => Err(unsupported(format!(
                "it has more than {MAX_BANDS} strips a page; save it in larger ones"
            ))),
            2..=4 => self.rows().map(|(strip, rows)| self.fax(strip, rows)).collect(),
            7 => self.rows().map(|(strip, rows)| self.jpeg(strip, rows)).collect(),
            1 | 5 | 8 | 32773 | 32946 => Ok(vec![self.decoded(left)?]),
            6 => Err(unsupported("JPEG of the old style; save it anew")),
            other => {
                Err(unsupported(format!("its compression has number {other}; save it with LZW")))
            }
        }
    }

    fn picture(
        &self,
        rows: u32,
        filter: String,
        data: Cow<'a, [u8]>,
    ) -> Result<Picture<'a>, WriteError> {
        let profile = self.tags.bytes(ICC_PROFILE)?.unwrap_or_default();
        let components = if self.photometric == 3 { 3 } else { self.colours };
        let profile = usable_profile(profile.to_vec(), components);
        let (colour_space, colour) = match self.colours {
            1 if self.photometric == 3 => self.palette()?,
            1 => ("/DeviceGray".to_owned(), false),
            3 => ("/DeviceRGB".to_owned(), true),
            _ => ("/DeviceCMYK".to_owned(), true),
        };
        Ok(Picture {
            width: self.width,
            height: rows,
            dpi: self.tags.dpi()?,
            orientation: self
                .tags
                .number(ORIENTATION)?
                .and_then(|o| u8::try_from(o).ok())
                .filter(|o| (1..=8).contains(o))
                .unwrap_or(1),
            colour,
            colour_space,
            profile,
            // White is zero
            inverted: u8::from(self.photometric == 0 && !matches!(self.compression, 2..=4)),
            bits: self.bits,
            filter,
            data,
            alpha: None,
        })
    }

    /// The colour table (§5), as an indexed space, and whether any of it is not grey.
    fn palette(&self) -> Result<(String, bool), WriteError> {
        let map = self.tags.numbers(COLOR_MAP)?;
        let count = 1_usize << self.bits;
        if map.len() != 3 * count {
            return Err(broken("its palette does not fit its depth"));
        }
        // Some programs write 8-bit values where 16 are asked for.
        let narrow = map.iter().all(|v| *v < 256);
        let exact = |v: u32| narrow || v.is_multiple_of(257) || v & 0xFF == 0;
        if !map.iter().all(|v| exact(*v)) {
            return Err(unsupported("its palette has more than 8 bits a colour; save it as RGB"));
        }
        let value = |v: &u32| u8::try_from(if narrow { *v } else { *v >> 8 }).unwrap_or(0);
        let mut table = Vec::new();
        let (red, rest) = map.split_at(count);
        let (green, blue) = rest.split_at(count);
        for ((r, g), b) in red.iter().zip(green).zip(blue) {
            table.push([value(r), value(g), value(b)]);
        }
        let colour = table.iter().any(|[r, g, b]| r != g || g != b);
        let table = crate::hex(&table.concat());
        Ok((format!("[/Indexed /DeviceRGB {} <{table}>]", count - 1), colour))
    }

    /// A strip in CCITT coding (§10, §11; ISO 32000-1 table 11).
    fn fax(&self, strip: &'a [u8], rows: u32) -> Result<Picture<'a>, WriteError> {
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
            "/Filter /CCITTFaxDecode /DecodeParms << {coding} /Columns {} /Rows {rows} /EndOfBlock false{black} >>",
            self.width
        );
        self.picture(rows, filter, self.in_order(strip))
    }

    fn in_order(&self, strip: &'a [u8]) -> Cow<'a, [u8]> {
        if self.reversed {
            Cow::Owned(strip.iter().map(|b| b.reverse_bits()).collect())
        } else {
            Cow::Borrowed(strip)
        }
    }

    /// A strip that is a JPEG stream, its tables put before it (TIFF Technical Note 2).
    fn jpeg(&self, strip: &'a [u8], rows: u32) -> Result<Picture<'a>, WriteError> {
        if self.bits != 8 || self.alpha || !matches!(self.photometric, 1 | 2 | 6) {
            return Err(unsupported("JPEG of other colours than grey and RGB; save it as RGB"));
        }
        let mut whole = match self.tags.bytes(JPEG_TABLES)? {
            Some([0xFF, 0xD8, tables @ .., 0xFF, 0xD9]) => [&[0xFF, 0xD8], tables].concat(),
            Some(_) => return Err(broken("its JPEG tables are cut short")),
            None => vec![0xFF, 0xD8],
        };
        let stream =
            strip.strip_prefix(&[0xFF, 0xD8]).ok_or_else(|| broken("a strip is no JPEG"))?;
        whole.extend_from_slice(stream);
        let inner = jpeg::read(&whole)?;
        let grey = inner.colour_space == "/DeviceGray";
        let size = (inner.width, inner.height);
        let length = inner.data.len();
        if size != (self.width, rows) || grey != (self.colours == 1) || inner.inverted > 0 {
            return Err(broken("a strip's JPEG does not fit the page"));
        }
        whole.truncate(length);
        let transform = match self.photometric {
            2 => " /DecodeParms << /ColorTransform 0 >>",
            6 => " /DecodeParms << /ColorTransform 1 >>",
            _ => "",
        };
        self.picture(rows, format!("/Filter /DCTDecode{transform}"), Cow::Owned(whole))
    }

    /// All strips decoded, and deflated as one.
    fn decoded(&self, left: &mut usize) -> Result<Picture<'a>, WriteError> {
        if self.photometric == 6 {
            return Err(unsupported("YCbCr without JPEG; save it as RGB"));
        }
        let channels = usize::from(self.colours) + usize::from(self.alpha);
        let bits = usize::from(self.bits);
        let columns = usize::try_from(self.width).unwrap_or(usize::MAX);
        let row = columns.saturating_mul(channels * bits).div_ceil(8);
        let height = usize::try_from(self.height).unwrap_or(usize::MAX);
        *left = left.checked_sub(row.saturating_mul(height)).ok_or_else(|| {
            unsupported(format!(
                "its pages have more than {MAX_DECODED} bytes; divide it into several files"
            ))
        })?;
        debug_assert!(u64::from(self.width) * u64::from(self.height) <= MAX_PIXELS);
        let predictor = self.tags.number(PREDICTOR)?.unwrap_or(1);
        let mut samples = Vec::new();
        for (strip, rows) in self.rows() {
            let need = row.saturating_mul(usize::try_from(rows).unwrap_or(usize::MAX));
            // Some writers pad their last strip to full height.
            let most =
                row.saturating_mul(usize::try_from(self.rows_per_strip).unwrap_or(usize::MAX));
            let mut data = match self.compression {
                1 => self.in_order(strip).into_owned(),
                5 if strip.starts_with(&[0, 1]) => {
                    return Err(unsupported("LZW of the old style; save it anew"));
                }
                5 => filter::lzw(strip, &Dict::default(), most.saturating_add(row))
                    .map_err(broken)?,
                32773 => filter::run_length(&self.in_order(strip), most.saturating_add(row))
                    .map_err(broken)?,
                _ => filter::inflate(strip, most.saturating_add(row)).map_err(broken)?,
            };
            if data.len() < need {
                return Err(broken("a strip is cut short"));
            }
            data.truncate(need);
            if bits == 16 && self.tags.little() {
                for pair in data.chunks_exact_mut(2) {
                    pair.reverse();
                }
            }
            match predictor {
                1 => {}
                2 if self.compression == 1 || self.compression == 32773 => {}
                2 if bits >= 8 => data = filter::tiff(data, row, channels, bits).map_err(broken)?,
                _ => return Err(unsupported("its predictor is of another kind; save it anew")),
            }
            samples.extend_from_slice(&data);
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
        let data = Cow::Owned(deflate(&samples));
        let picture = self.picture(self.height, "/Filter /FlateDecode".to_owned(), data)?;
        Ok(Picture { alpha, ..picture })
    }
}
