//! Reads the text and the rest of a content stream as the issuer writes them. Other operators make it unreadable, on purpose.

use std::collections::BTreeMap;

use motcua_pdf::{Document, Error, Object};

/// What a stream draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Drawn {
    /// Its text, in order of drawing.
    pub text: String,
    /// Everything outside text objects, without white space.
    pub other: String,
    /// How many pictures are placed before the text.
    pub pictures: usize,
}

/// `None` when the stream uses anything but the issuer's own operators.
pub(super) fn drawn(
    document: &Document<'_>,
    stream: &[u8],
    resources: &Object,
) -> Result<Option<Drawn>, Error> {
    let Ok(stream) = std::str::from_utf8(stream) else { return Ok(None) };
    let mut maps = BTreeMap::new();
    for name in ["R", "B"] {
        maps.insert(name, unicode(document, resources, name)?);
    }
    Ok(read(stream, &maps))
}

fn read(stream: &str, maps: &BTreeMap<&str, BTreeMap<String, String>>) -> Option<Drawn> {
    let (mut text, mut other, mut inside, mut font) = (String::new(), String::new(), false, None);
    let mut pictures = 0;
    for line in stream.lines() {
        match line {
            "BT" if !inside => inside = true,
            "ET" if inside => inside = false,
            // Nothing is drawn over the text.
            _ if !inside && text.is_empty() && is_picture(line) => pictures += 1,
            _ if !inside => {
                // Only rectangles, fills and grey: what the issuer draws beside text.
                let known = line.is_empty() || matches!(line, "0 g" | "f") || line.ends_with(" re");
                if !known {
                    return None;
                }
                other.extend(line.split_whitespace());
            }
            _ => {
                // "/R 12 Tf 1 0 0 1 x y Tm <…> Tj"
                let tokens: Vec<_> = line.split(' ').collect();
                let [name, size, "Tf", "1", "0", "0", "1", x, y, "Tm", shown, "Tj"] = tokens[..]
                else {
                    return None;
                };
                if [size, x, y].iter().any(|n| n.parse::<f64>().is_err()) {
                    return None;
                }
                font = maps.get(name.strip_prefix('/')?).or(font);
                let hex = shown.strip_prefix('<')?.strip_suffix('>')?;
                if hex.len() % 4 != 0 || !hex.is_ascii() {
                    return None;
                }
                for code in hex.as_bytes().chunks(4) {
                    text.push_str(font?.get(std::str::from_utf8(code).ok()?)?);
                }
            }
        }
    }
    (!inside).then_some(Drawn { text, other, pictures })
}

/// "q w 0 0 h x y cm /Name Do Q"
fn is_picture(line: &str) -> bool {
    let tokens: Vec<_> = line.split(' ').collect();
    let ["q", w, "0", "0", h, x, y, "cm", name, "Do", "Q"] = tokens[..] else { return false };
    [w, h, x, y].iter().all(|n| n.parse::<f64>().is_ok()) && matches!(name, "/Signature" | "/Seal")
}

/// A font's ToUnicode map: four hexadecimal digits → text.
fn unicode(
    document: &Document<'_>,
    resources: &Object,
    name: &str,
) -> Result<BTreeMap<String, String>, Error> {
    let mut map = BTreeMap::new();
    let Some(resources) = resources.as_dict() else { return Ok(map) };
    let Object::Dict(fonts) = document.value(resources, "Font")? else { return Ok(map) };
    let Object::Dict(font) = document.value(&fonts, name)? else { return Ok(map) };
    let Object::Stream(stream) = document.value(&font, "ToUnicode")? else { return Ok(map) };
    let data = document.decode(&stream)?;
    for line in String::from_utf8_lossy(&data).lines() {
        let Some((code, value)) = line
            .strip_prefix('<')
            .and_then(|l| l.strip_suffix('>'))
            .and_then(|l| l.split_once("> <"))
        else {
            continue;
        };
        let units: Vec<u16> = value
            .as_bytes()
            .chunks(4)
            .filter_map(|c| u16::from_str_radix(std::str::from_utf8(c).ok()?, 16).ok())
            .collect();
        if code.len() == 4 {
            map.insert(code.to_owned(), String::from_utf16_lossy(&units));
        }
    }
    Ok(map)
}
