//! Fonts of a PDF that are not embedded. The renderer draws their texts with fonts of its own, which hold the Latin letters of the
//! fourteen that every viewer has (ISO 32000-1 §9.6.2.2); other letters would be missing, and other fonts may mean others by the same
//! codes, as those for Vietnamese from before Unicode do.

use hayro::hayro_syntax::object::{Array, Dict, Name, Object};
use motcua_pdf::archive::is_latin_glyph;

/// The families of the fourteen and what is made to replace them, without their styles.
const FAMILIES: [&str; 6] = ["arial", "courier", "helvetica", "symbol", "times", "zapfdingbats"];
/// What the names of these families carry besides.
const STYLES: [&str; 9] =
    ["psmt", "mt", "ps", "bold", "italic", "oblique", "roman", "regular", "new"];

/// The name of a font whose texts cannot be drawn as they are meant; `None` where they can.
pub(super) fn missing(font: &Dict<'_>) -> Option<String> {
    let text =
        |key: &[u8]| font.get::<Name<'_>>(key).map(|n| String::from_utf8_lossy(&n).into_owned());
    let kind = text(b"Subtype").unwrap_or_default();
    let name = text(b"BaseFont").unwrap_or_default();
    let composite = kind == "Type0";
    let bearer = if composite {
        let descendants = font.get::<Array<'_>>(b"DescendantFonts".as_slice());
        descendants.and_then(|d| d.iter::<Dict<'_>>().next())
    } else {
        Some(font.clone())
    };
    let descriptor = bearer.and_then(|b| b.get::<Dict<'_>>(b"FontDescriptor".as_slice()));
    let embedded = descriptor.is_some_and(|descriptor| {
        [&b"FontFile"[..], b"FontFile2", b"FontFile3"].iter().any(|k| descriptor.contains_key(*k))
    });
    if kind == "Type3" || embedded {
        return None;
    }
    let family = family(&name);
    let known = FAMILIES.contains(&family.as_str());
    // Symbols have names of their own.
    let latin = matches!(family.as_str(), "symbol" | "zapfdingbats") || differences(font);
    if composite || !known || !latin { Some(name) } else { None }
}

/// A font's name without the mark of a subset and without styles, in small letters.
fn family(name: &str) -> String {
    let name = name.split_once('+').map_or(name, |(_, name)| name);
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let mut family = letters.collect::<String>().to_ascii_lowercase();
    for style in STYLES {
        family = family.replace(style, "");
    }
    family
}

/// Whether all glyphs that the encoding names are of the Latin letters.
fn differences(font: &Dict<'_>) -> bool {
    let encoding = font.get::<Dict<'_>>(b"Encoding".as_slice());
    let named = encoding.and_then(|e| e.get::<Array<'_>>(b"Differences".as_slice()));
    named.iter().flat_map(|n| n.iter::<Object<'_>>()).filter_map(Object::into_name).all(|glyph| {
        let glyph = String::from_utf8_lossy(&glyph).into_owned();
        glyph == ".notdef" || is_latin_glyph(&glyph)
    })
}

#[cfg(test)]
mod tests {
    use super::family;

    #[test]
    fn styles_do_not_make_another_family() {
        for (name, of) in [
            ("Times-BoldItalic", "times"),
            ("TimesNewRomanPS-BoldItalicMT", "times"),
            ("TimesNewRoman,Bold", "times"),
            ("ABCDEF+Arial-BoldMT", "arial"),
            ("CourierNewPSMT", "courier"),
            ("ZapfDingbats", "zapfdingbats"),
            ("ArialNarrow", "arialnarrow"),
            (".VnTime", "vntime"),
        ] {
            assert_eq!(family(name), of);
        }
    }
}
