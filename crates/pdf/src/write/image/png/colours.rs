//! What a PNG says of its colours beside a profile: code points, gamma and primaries (PNG third edition §11.3.2 and §4.3, which puts
//! them in order), as a calibrated colour space of PDF.

use png::{Info, ScaledFloat};

use super::KIND;
use crate::write::{WriteError, points};

/// The gamma that screens have, and how far off a file's counts as that.
const USUAL_GAMMA: f64 = 2.2;
const SAME_GAMMA: f64 = 0.05;
/// Gammas that pictures are made with; one beyond is an error of its writer, and would leave the page black or white.
const GAMMAS: std::ops::RangeInclusive<f64> = 0.1..=10.0;
/// How far off each number of a file's primaries counts as those of a standard.
const SAME_PRIMARIES: f64 = 0.005;

/// `x` and `y` of red, green, blue and white.
type Primaries = [(f64, f64); 4];
const WHITE: (f64, f64) = (0.3127, 0.329);
/// Code points of ITU-T H.273 table 2 and what they mean; the first are those of sRGB.
const STANDARD: [(u8, Primaries); 3] = [
    (1, [(0.64, 0.33), (0.3, 0.6), (0.15, 0.06), WHITE]),
    (9, [(0.708, 0.292), (0.17, 0.797), (0.131, 0.046), WHITE]),
    (12, [(0.68, 0.32), (0.265, 0.69), (0.15, 0.06), WHITE]),
];

/// How colours that are not those of a usual screen are to be taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Calibration {
    /// Exponent of the samples.
    gamma: f64,
    white: [f64; 3],
    /// X, Y and Z of red, of green and of blue.
    matrix: [f64; 9],
}

/// What overrules a profile: `Some` where code points say it all, with nothing inside where they are those of a usual screen.
///
/// # Errors
/// [`WriteError::UnsupportedImage`] for code points of video and of high dynamic range, which PDF has no colour space for.
pub(super) fn by_code_points(info: &Info<'_>) -> Result<Option<Option<Calibration>>, WriteError> {
    let Some(told) = info.coding_independent_code_points else { return Ok(None) };
    let (primaries, transfer) = (told.color_primaries, told.transfer_function);
    let known = STANDARD.iter().find(|(code, _)| *code == primaries);
    // H.273 table 3: sRGB and its like, plain gammas, none
    let gamma = match transfer {
        1 | 4 | 6 | 13..=15 => Some(USUAL_GAMMA),
        5 => Some(2.8),
        8 => Some(1.0),
        _ => None,
    };
    let plain = told.matrix_coefficients == 0 && told.is_video_full_range_image;
    let (Some((_, primaries)), Some(gamma), true) = (known, gamma, plain) else {
        let problem = format!(
            "its colours are those of video or of high dynamic range (cICP {primaries}, {transfer}); save it as sRGB"
        );
        return Err(WriteError::UnsupportedImage { kind: KIND, problem });
    };
    Ok(Some(Calibration::of(gamma, *primaries)))
}

/// What gamma and primaries say; nothing where they are those of a usual screen or are not told.
pub(super) fn by_chunks(info: &Info<'_>) -> Option<Calibration> {
    let number = |n: ScaledFloat| f64::from(n.into_scaled()) / 100_000.0;
    let gamma = info.gama_chunk.map(number).filter(|gamma| GAMMAS.contains(gamma));
    let told = info
        .chrm_chunk
        .map(|c| [c.red, c.green, c.blue, c.white].map(|(x, y)| (number(x), number(y))));
    let (_, usual) = STANDARD[0];
    let gamma = gamma.map_or(USUAL_GAMMA, |gamma| 1.0 / gamma);
    Calibration::of(gamma, told.filter(|told| xyz(*told).is_some()).unwrap_or(usual))
}

impl Calibration {
    fn of(gamma: f64, primaries: Primaries) -> Option<Self> {
        let (_, usual) = STANDARD[0];
        let near = |a: f64, b: f64| (a - b).abs() <= SAME_PRIMARIES;
        let same = primaries.iter().zip(usual).all(|(a, b)| near(a.0, b.0) && near(a.1, b.1));
        if same && (gamma / USUAL_GAMMA - 1.0).abs() <= SAME_GAMMA {
            return None;
        }
        let (white, matrix) = xyz(primaries)?;
        Some(Self { gamma, white, matrix })
    }

    /// The space with its device space calibrated (ISO 32000-1 §8.6.5.2, §8.6.5.3).
    pub(super) fn applied(&self, space: &str) -> String {
        let gamma = points(self.gamma);
        let list = |numbers: &[f64]| {
            numbers.iter().map(|n| format!("{n:.4}")).collect::<Vec<_>>().join(" ")
        };
        let white = format!("/WhitePoint [{}]", list(&self.white));
        let matrix = format!("/Matrix [{}]", list(&self.matrix));
        space.replace("/DeviceGray", &format!("[/CalGray << {white} /Gamma {gamma} >>]")).replace(
            "/DeviceRGB",
            &format!("[/CalRGB << {white} /Gamma [{gamma} {gamma} {gamma}] {matrix} >>]"),
        )
    }
}

/// White, and red, green and blue at the strengths that make it together (PNG third edition annex C.4); nothing where they cannot.
fn xyz(primaries: Primaries) -> Option<([f64; 3], [f64; 9])> {
    let sound = |(x, y): (f64, f64)| x >= 0.0 && y > 0.0 && x + y <= 1.0;
    if !primaries.into_iter().all(sound) {
        return None;
    }
    let [r, g, b, w] = primaries.map(|(x, y)| [x / y, 1.0, (1.0 - x - y) / y]);
    let determinant = |a: [f64; 3], b: [f64; 3], c: [f64; 3]| {
        a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1])
            + c[0] * (a[1] * b[2] - a[2] * b[1])
    };
    let all = determinant(r, g, b);
    let strengths = [determinant(w, g, b), determinant(r, w, b), determinant(r, g, w)];
    let strengths = strengths.map(|one| one / all);
    // A white point has X and Z above 0 (ISO 32000-1 table 64).
    if !strengths.iter().all(|s| *s > 0.0 && s.is_finite()) || w[0] <= 0.0 || w[2] <= 0.0 {
        return None;
    }
    let mut matrix = [0.0; 9];
    for (i, (column, strength)) in [r, g, b].iter().zip(strengths).enumerate() {
        for (j, value) in column.iter().enumerate() {
            matrix[3 * i + j] = value * strength;
        }
    }
    Some((w, matrix))
}

#[cfg(test)]
mod tests {
    use super::{Calibration, STANDARD, USUAL_GAMMA, xyz};

    #[test]
    fn primaries_become_the_matrix_of_the_standard() {
        let (_, srgb) = STANDARD[0];
        let (white, matrix) = xyz(srgb).unwrap();
        let rounded = |v: &[f64]| v.iter().map(|n| (n * 1e4).round() as i64).collect::<Vec<_>>();
        // IEC 61966-2-1
        assert_eq!(rounded(&matrix), [4124, 2126, 193, 3576, 7152, 1192, 1805, 722, 9505]);
        assert_eq!(rounded(&white), [9505, 10_000, 10_891]);
        assert_eq!(Calibration::of(USUAL_GAMMA, srgb), None);
        assert!(Calibration::of(1.0, srgb).is_some());
        assert!(Calibration::of(USUAL_GAMMA, STANDARD[2].1).is_some());
    }

    #[test]
    fn primaries_that_make_no_white_say_nothing() {
        let (_, srgb) = STANDARD[0];
        for (i, one) in [(0.0, 0.0), (0.9, 0.9), (0.3, 0.6), (0.64, 0.33)].into_iter().enumerate() {
            let mut wrong = srgb;
            // No light, too much of it, red where green is, white where red is
            wrong[if i == 3 { 3 } else { 0 }] = one;
            assert_eq!(xyz(wrong), None, "{one:?}");
        }
    }
}
