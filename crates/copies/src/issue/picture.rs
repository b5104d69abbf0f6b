//! The official's handwritten signature and the agency's seal as pictures, in the official's appearance (Decree 30/2020/NĐ-CP Annex I
//! part II). The agency's own block on page 1 shows no picture, as the same annex asks.

use std::fmt::Write as _;

use motcua_pdf::write::image::{Picture, read_png};
use motcua_pdf::write::{FileWriter, points};

use super::IssueError;

/// Pictures that stand beside the digital signatures, PNG with a transparent ground. They prove nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pictures {
    /// The official's signature; it is fitted between capacity and name.
    pub signature: Option<Vec<u8>>,
    /// The agency's seal; it is drawn at the size that its resolution states, and covers the left third of the signature.
    pub seal: Option<Vec<u8>>,
}

/// Room for a signature, in points: about 53 by 25 mm.
const SIGNATURE: (f64, f64) = (150.0, 70.0);
/// Where its lower edge is in the appearance, above the name.
const ABOVE_NAME: f64 = 30.0;
/// The largest seal, 50 mm: that of an agency has 36.
const MAX_SEAL: f64 = 142.0;

impl Pictures {
    /// Whether there is any.
    pub(super) fn any(&self) -> bool {
        self.signature.is_some() || self.seal.is_some()
    }

    /// Writes the pictures; gives what draws them in an appearance of that width, and their names as resources.
    pub(super) fn write(
        &self,
        file: &mut FileWriter,
        width: f64,
    ) -> Result<(String, String), IssueError> {
        let (mut content, mut names) = (String::new(), String::new());
        let mut draw = |name: &str, picture: &Picture<'_>, size: (f64, f64), at: (f64, f64)| {
            let id = picture.write(file);
            let _ = write!(names, "/{name} {id} 0 R ");
            let number = [size.0, size.1, at.0, at.1].map(points);
            let [w, h, x, y] = &number;
            let _ = writeln!(content, "q {w} 0 0 {h} {x} {y} cm /{name} Do Q");
        };
        let middle = ABOVE_NAME + SIGNATURE.1 / 2.0;
        // Left edge and width of the signature, or of where it would be.
        let mut signed = ((width - SIGNATURE.0) / 2.0, SIGNATURE.0);
        if let Some(bytes) = &self.signature {
            let picture = read_png(bytes)?;
            let (w, h) = (f64::from(picture.width), f64::from(picture.height));
            let scale = (SIGNATURE.0 / w).min(SIGNATURE.1 / h);
            let size = (w * scale, h * scale);
            signed = ((width - size.0) / 2.0, size.0);
            draw("Signature", &picture, size, (signed.0, middle - size.1 / 2.0));
        }
        if let Some(bytes) = &self.seal {
            let bad = |problem| IssueError::BadFact { field: "seal", problem };
            let picture = read_png(bytes)?;
            let dpi = picture.dpi.ok_or_else(|| {
                bad("its picture states no resolution, and a seal is shown at its actual size")
            })?;
            let size = (
                f64::from(picture.width) * 72.0 / f64::from(dpi.0.max(1)),
                f64::from(picture.height) * 72.0 / f64::from(dpi.1.max(1)),
            );
            if size.0 > MAX_SEAL || size.1 > MAX_SEAL {
                return Err(bad("its picture is larger than 50 mm; state its true resolution"));
            }
            let left = (signed.0 + signed.1 / 3.0 - size.0).max(0.0);
            draw("Seal", &picture, size, (left, (middle - size.1 / 2.0).max(0.0)));
        }
        Ok((content, names))
    }
}
