//! The header of an ICC profile (ICC.1:2010 §7.2). The curves are not read.

/// What the rules ask of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Major version.
    pub major: u8,
    /// Device class, such as `mntr`.
    pub class: [u8; 4],
    /// Colour space of the data, such as `RGB `.
    pub space: [u8; 4],
}

impl Header {
    pub(super) fn read(profile: &[u8]) -> Option<Self> {
        let four = |at: usize| profile.get(at..at + 4).and_then(|b| <[u8; 4]>::try_from(b).ok());
        // ICC.1:2010 §7.2.9: the signature of every profile
        if profile.len() < 128 || four(36)? != *b"acsp" {
            return None;
        }
        Some(Self { major: *profile.get(8)?, class: four(12)?, space: four(16)? })
    }

    /// Class and version of a profile for a colour space.
    pub(super) fn is_permitted(&self) -> bool {
        matches!(&self.class, b"prtr" | b"mntr" | b"scnr" | b"spac") && self.major < 5
    }

    /// How many components the data have; `None` for spaces that PDF/A does not permit.
    pub(super) fn components(&self) -> Option<i64> {
        match &self.space {
            b"GRAY" => Some(1),
            b"RGB " | b"Lab " => Some(3),
            b"CMYK" => Some(4),
            _ => None,
        }
    }
}

/// Whether a profile may stand in an ICCBased colour space of so many components (ISO 19005-2 §6.2.4.2).
pub(crate) fn icc_fits(profile: &[u8], components: u8) -> bool {
    Header::read(profile).is_some_and(|header| {
        header.is_permitted() && header.components() == Some(i64::from(components))
    })
}
