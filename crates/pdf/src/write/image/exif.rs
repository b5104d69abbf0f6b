//! What EXIF (2.32, JEITA CP-3451) says of how a picture is shown: its orientation and its resolution. Its first directory alone is
//! looked at.

/// What a camera writes where it knows no resolution (§4.6.5.1.1): no more than a placeholder.
pub(super) const UNKNOWN_DPI: (u32, u32) = (72, 72);

/// What was read; what does not read is as if it were not there, as decoders do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exif {
    /// 1 to 8; 1 is upright.
    pub orientation: u8,
    /// Pixels per inch, across and down.
    pub dpi: Option<(u32, u32)>,
}

impl Default for Exif {
    fn default() -> Self {
        Self { orientation: 1, dpi: None }
    }
}

/// A TIFF structure in one byte order.
struct Tiff<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl Tiff<'_> {
    fn short(&self, at: usize) -> Option<u16> {
        let pair = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let quad = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little { u32::from_le_bytes(quad) } else { u32::from_be_bytes(quad) })
    }

    /// A fraction that an entry points at, in thousandths.
    fn thousandths(&self, entry: usize) -> Option<u64> {
        let at = usize::try_from(self.long(entry.checked_add(8)?)?).ok()?;
        let (above, below) = (self.long(at)?, self.long(at.checked_add(4)?)?);
        (u64::from(above) * 1_000).checked_div(u64::from(below))
    }
}

impl Exif {
    /// Reads the block after its name.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let tiff = Tiff { bytes, little: bytes.starts_with(b"II") };
        let (mut found, mut across, mut down, mut unit) = (Self::default(), None, None, 2);
        let ifd = tiff.long(4).and_then(|at| usize::try_from(at).ok());
        let Some(ifd) = ifd else { return found };
        for i in 0..usize::from(tiff.short(ifd).unwrap_or(0)) {
            let Some(entry) = ifd.checked_add(2 + 12 * i) else { break };
            let value = || entry.checked_add(8).and_then(|at| tiff.short(at));
            match tiff.short(entry) {
                Some(0x0112) => {
                    let turned = value().and_then(|o| u8::try_from(o).ok());
                    found.orientation = turned.filter(|o| (1..=8).contains(o)).unwrap_or(1);
                }
                Some(0x011A) => across = tiff.thousandths(entry),
                Some(0x011B) => down = tiff.thousandths(entry),
                Some(0x0128) => unit = value().unwrap_or(2),
                Some(_) => {}
                None => break,
            }
        }
        let inches = |per_unit: u64| {
            let thousandths = match unit {
                2 => per_unit,
                3 => per_unit.checked_mul(254)? / 100,
                _ => return None,
            };
            u32::try_from((thousandths + 500) / 1_000).ok().filter(|dpi| *dpi > 0)
        };
        found.dpi = across.and_then(inches).zip(down.and_then(inches));
        found.dpi = found.dpi.filter(|dpi| *dpi != UNKNOWN_DPI);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::Exif;

    /// A directory of an orientation, two fractions and a unit.
    fn block(little: bool, unit: u16, per: u32) -> Vec<u8> {
        let short = |v: u16| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let long = |v: u32| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let mut out = if little { b"II*\0".to_vec() } else { b"MM\0*".to_vec() };
        out.extend(long(8));
        out.extend(short(4));
        for (tag, kind, value) in
            [(0x0112, 3, 6_u32), (0x011A, 5, 62), (0x011B, 5, 62), (0x0128, 3, unit.into())]
        {
            out.extend([short(tag), short(kind)].concat());
            out.extend(long(1));
            if kind == 3 {
                out.extend([short(value as u16), [0, 0]].concat());
            } else {
                out.extend(long(value));
            }
        }
        out.extend(long(0));
        out.extend([long(per * 10), long(10)].concat());
        out
    }

    #[test]
    fn resolution_and_orientation() {
        for little in [true, false] {
            let read = |unit, per| Exif::read(&block(little, unit, per));
            assert_eq!(read(2, 300), Exif { orientation: 6, dpi: Some((300, 300)) });
            assert_eq!(read(3, 118).dpi, Some((300, 300)));
            // No unit, a placeholder, nothing
            assert_eq!(read(1, 300).dpi, None);
            assert_eq!(read(2, 72).dpi, None);
            assert_eq!(read(2, 0).dpi, None);
        }
        let whole = block(true, 2, 300);
        for end in 0..whole.len() {
            let _ = Exif::read(&whole[..end]);
        }
        assert_eq!(Exif::read(&whole[..8]), Exif::default());
    }
}
