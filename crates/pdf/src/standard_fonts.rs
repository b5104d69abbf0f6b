//! The fonts that a PDF may name without embedding them. What else is asked of fonts in an archive is not here.

/// The 14 fonts that need no widths when they are not embedded (ISO 32000-1 §9.6.2.2).
pub const STANDARD_FONTS: [&str; 14] = [
    "Times-Roman",
    "Times-Bold",
    "Times-Italic",
    "Times-BoldItalic",
    "Helvetica",
    "Helvetica-Bold",
    "Helvetica-Oblique",
    "Helvetica-BoldOblique",
    "Courier",
    "Courier-Bold",
    "Courier-Oblique",
    "Courier-BoldOblique",
    "Symbol",
    "ZapfDingbats",
];
