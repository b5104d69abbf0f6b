//! The operators of content streams (ISO 32000-1 annex A, table A.1) and what each does to the check.

/// What an operator means for the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// `q`
    Save,
    /// `Q`
    Restore,
    /// Paints with the colour for filling, for stroking.
    Paint { fill: bool, stroke: bool },
    /// Sets a device colour for filling or stroking.
    Device(super::Device, Side),
    /// `cs`, `CS`
    Space(Side),
    /// `scn`, `SCN`: may name a pattern.
    Colour(Side),
    /// `sh`
    Shading,
    /// `gs`
    State,
    /// `ri`
    Intent,
    /// `Do`
    Paste,
    /// `Tf`
    Font,
    /// `Tr`
    Mode,
    /// `Tj`, `TJ`, `'`, `"`: the last operand is shown.
    Show,
    /// `BI`
    Image,
    /// Nothing that PDF/A restricts.
    Other,
}

/// Which colour is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Fill,
    Stroke,
}

/// The operator of that name; `None` when ISO 32000-1 defines none.
pub(super) fn operator(name: &[u8]) -> Option<Operator> {
    use super::Device::{Cmyk, Gray, Rgb};
    use Operator::{Colour, Device, Font, Image, Intent, Mode, Other, Paint, Paste};
    use Operator::{Restore, Save, Shading, Show, Space, State};
    use Side::{Fill, Stroke};
    Some(match name {
        b"q" => Save,
        b"Q" => Restore,
        b"f" | b"F" | b"f*" => Paint { fill: true, stroke: false },
        b"S" | b"s" => Paint { fill: false, stroke: true },
        b"B" | b"B*" | b"b" | b"b*" => Paint { fill: true, stroke: true },
        b"g" => Device(Gray, Fill),
        b"G" => Device(Gray, Stroke),
        b"rg" => Device(Rgb, Fill),
        b"RG" => Device(Rgb, Stroke),
        b"k" => Device(Cmyk, Fill),
        b"K" => Device(Cmyk, Stroke),
        b"cs" => Space(Fill),
        b"CS" => Space(Stroke),
        b"sc" | b"scn" => Colour(Fill),
        b"SC" | b"SCN" => Colour(Stroke),
        b"sh" => Shading,
        b"gs" => State,
        b"ri" => Intent,
        b"Do" => Paste,
        b"Tf" => Font,
        b"Tr" => Mode,
        b"Tj" | b"TJ" | b"'" | b"\"" => Show,
        b"BI" => Image,
        b"BDC" | b"BMC" | b"BT" | b"BX" | b"DP" | b"EMC" | b"ET" | b"EX" | b"J" | b"M" | b"MP"
        | b"T*" | b"TD" | b"TL" | b"Tc" | b"Td" | b"Tm" | b"Ts" | b"Tw" | b"Tz" | b"W" | b"W*"
        | b"c" | b"cm" | b"d" | b"d0" | b"d1" | b"h" | b"i" | b"j" | b"l" | b"m" | b"n" | b"re"
        | b"v" | b"w" | b"y" => Other,
        _ => return None,
    })
}
