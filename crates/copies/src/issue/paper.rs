//! Sizes that paper has: whether a sheet of that size can be 1:1.

/// Shorter and longer side in millimetres.
const SIZES: [(f64, f64); 15] = [
    // ISO 216: A0 to A7 (A7 is also ID-2 of ISO/IEC 7810)
    (841.0, 1189.0),
    (594.0, 841.0),
    (420.0, 594.0),
    (297.0, 420.0),
    (210.0, 297.0),
    (148.0, 210.0),
    (105.0, 148.0),
    (74.0, 105.0),
    // ISO 216: B4 to B7 (B7 is also ID-3 of ISO/IEC 7810, a passport's page, and B6 the passport opened)
    (250.0, 353.0),
    (176.0, 250.0),
    (125.0, 176.0),
    (88.0, 125.0),
    // ISO/IEC 7810 ID-1, a card; North American letter and legal, of foreign papers
    (54.0, 85.6),
    (216.0, 279.0),
    (216.0, 356.0),
];
/// How far a side may be off: margins are cropped or left around, and diplomas are a little smaller than the sheet they lie in.
const TOLERANCE: f64 = 0.12;

/// Points as millimetres.
pub(super) fn millimetres(points: f64) -> f64 {
    points * 25.4 / 72.0
}

/// Whether a sheet of so many points is near a size that paper has.
pub(super) fn usual((width, height): (f64, f64)) -> bool {
    let (short, long) = (millimetres(width.min(height)), millimetres(width.max(height)));
    let near = |side: f64, wanted: f64| (side / wanted - 1.0).abs() <= TOLERANCE;
    SIZES.iter().any(|(s, l)| near(short, *s) && near(long, *l))
}

#[cfg(test)]
mod tests {
    use super::usual;

    #[test]
    fn papers_and_cards_are_usual_and_screens_are_not() {
        let mm = |width: f64, height: f64| usual((width * 72.0 / 25.4, height * 72.0 / 25.4));
        for (width, height) in [
            (210.0, 297.0),
            (297.0, 210.0),
            (190.0, 270.0),
            (85.6, 54.0),
            (125.0, 176.0),
            (88.0, 125.0),
        ] {
            assert!(mm(width, height), "{width} × {height}");
        }
        // A photo of 4,000 by 3,000 pixels at 72 dpi, one at 1,200, a strip, a square, a stamp
        for (width, height) in
            [(1411.0, 1058.0), (84.7, 63.5), (210.0, 80.0), (150.0, 150.0), (20.0, 30.0)]
        {
            assert!(!mm(width, height), "{width} × {height}");
        }
    }
}
