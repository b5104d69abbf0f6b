//! Decoding of stream data (ISO 32000-2 §7.4): Flate, LZW, ASCIIHex, ASCII85, RunLength and the predictors. Image filters
//! (DCT, JPX, CCITT, JBIG2) are not decoded: images pass through as they are.

use crate::Error;
use crate::budget::over;
use crate::lexer::{hex_value, is_space};
use crate::object::{Dict, Name, Object};

fn damaged(filter: &'static str, problem: &'static str) -> Error {
    Error::FilterData { filter, problem }
}

/// The filters of a stream dictionary with their parameters, in order. Values must be direct.
pub(crate) fn chain(dict: &Dict) -> Result<Vec<(Name, Dict)>, Error> {
    let malformed = || Error::Structure {
        object: "a stream dictionary".to_owned(),
        problem: "/Filter or /DecodeParms is not a direct name, dictionary or array of these",
    };
    let names: Vec<Name> = match dict.get("Filter") {
        None | Some(Object::Null) => return Ok(Vec::new()),
        Some(Object::Name(name)) => vec![name.clone()],
        Some(Object::Array(items)) => items
            .iter()
            .map(|i| i.as_name().cloned())
            .collect::<Option<_>>()
            .ok_or_else(malformed)?,
        Some(_) => return Err(malformed()),
    };
    let parameters: Vec<Dict> = match dict.get("DecodeParms") {
        None | Some(Object::Null) => vec![Dict::default(); names.len()],
        Some(Object::Dict(one)) if names.len() == 1 => vec![one.clone()],
        Some(Object::Array(items)) if items.len() == names.len() => items
            .iter()
            .map(|item| match item {
                Object::Null => Some(Dict::default()),
                other => other.as_dict().cloned(),
            })
            .collect::<Option<_>>()
            .ok_or_else(malformed)?,
        Some(_) => return Err(malformed()),
    };
    Ok(names.into_iter().zip(parameters).collect())
}

/// Decodes `data` through every filter of `dict`; no step may give more than `most` bytes.
pub(crate) fn decode(data: &[u8], dict: &Dict, most: usize) -> Result<Vec<u8>, Error> {
    let mut steps = chain(dict)?.into_iter();
    let Some((first, parameters)) = steps.next() else {
        return if data.len() > most { Err(over("inflated", most)) } else { Ok(data.to_vec()) };
    };
    let mut out = step(data, &first, &parameters, most)?;
    for (count, (name, parameters)) in steps.enumerate() {
        if count >= 4 {
            return Err(over("filters of one stream", 5));
        }
        out = step(&out, &name, &parameters, most)?;
    }
    Ok(out)
}

fn step(data: &[u8], name: &Name, parameters: &Dict, most: usize) -> Result<Vec<u8>, Error> {
    match name.0.as_slice() {
        b"FlateDecode" | b"Fl" => predict(inflate(data, most)?, parameters),
        b"LZWDecode" | b"LZW" => predict(lzw(data, parameters, most)?, parameters),
        b"ASCIIHexDecode" | b"AHx" => ascii_hex(data),
        b"ASCII85Decode" | b"A85" => ascii_85(data, most),
        b"RunLengthDecode" | b"RL" => run_length(data, most),
        _ => Err(Error::Filter { filter: name.to_string() }),
    }
}

/// Inflates zlib data to at most `most` bytes.
pub(crate) fn inflate(data: &[u8], most: usize) -> Result<Vec<u8>, Error> {
    use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
    decompress_to_vec_zlib_with_limit(data, most).map_err(|e| match e.status {
        TINFLStatus::HasMoreOutput => over("inflated", most),
        TINFLStatus::Adler32Mismatch => damaged("FlateDecode", "the checksum does not match"),
        TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => {
            damaged("FlateDecode", "the data end too early")
        }
        // the status is open-ended; every other one means that the data are not deflate data
        _ => damaged("FlateDecode", "not deflate data"),
    })
}

fn parameter(parameters: &Dict, key: &str, default: usize) -> Result<usize, Error> {
    match parameters.get(key) {
        None => Ok(default),
        Some(value) => value
            .as_integer()
            .and_then(|v| usize::try_from(v).ok())
            .filter(|v| *v <= 1 << 20)
            .ok_or_else(|| damaged("predictor", "a parameter is not a small whole number")),
    }
}

/// Undoes the predictor (§7.4.4.4).
fn predict(data: Vec<u8>, parameters: &Dict) -> Result<Vec<u8>, Error> {
    let predictor = parameter(parameters, "Predictor", 1)?;
    if predictor == 1 {
        return Ok(data);
    }
    let colors = parameter(parameters, "Colors", 1)?;
    let bits = parameter(parameters, "BitsPerComponent", 8)?;
    let columns = parameter(parameters, "Columns", 1)?;
    if colors == 0 || columns == 0 || !matches!(bits, 1 | 2 | 4 | 8 | 16) || colors > 32 {
        return Err(damaged("predictor", "/Colors, /BitsPerComponent or /Columns is out of range"));
    }
    let row = (columns * colors * bits).div_ceil(8);
    match predictor {
        2 => tiff(data, row, colors, bits),
        10..=15 => png(&data, row, (colors * bits).div_ceil(8)),
        _ => Err(damaged("predictor", "an unknown /Predictor")),
    }
}

pub(crate) fn tiff(
    mut data: Vec<u8>,
    row: usize,
    colors: usize,
    bits: usize,
) -> Result<Vec<u8>, Error> {
    for line in data.chunks_mut(row) {
        match bits {
            8 => {
                for i in colors..line.len() {
                    let left = line.get(i - colors).copied().unwrap_or(0);
                    if let Some(byte) = line.get_mut(i) {
                        *byte = byte.wrapping_add(left);
                    }
                }
            }
            16 => {
                for i in (2 * colors..line.len().saturating_sub(1)).step_by(2) {
                    let at = |line: &[u8], i: usize| match line.get(i..i + 2) {
                        Some([high, low]) => u16::from_be_bytes([*high, *low]),
                        Some(_) | None => 0,
                    };
                    let sum = at(line, i).wrapping_add(at(line, i - 2 * colors)).to_be_bytes();
                    if let Some(pair) = line.get_mut(i..i + 2) {
                        pair.copy_from_slice(&sum);
                    }
                }
            }
            _ => {
                return Err(damaged(
                    "predictor",
                    "TIFF prediction below 8 bits is not decoded here",
                ));
            }
        }
    }
    Ok(data)
}

/// PNG prediction (W3C PNG §9); `pixel` is the distance to the left neighbour in bytes.
fn png(data: &[u8], row: usize, pixel: usize) -> Result<Vec<u8>, Error> {
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut above = vec![0u8; row];
    for line in data.chunks(row + 1) {
        let Some((kind, encoded)) = line.split_first() else { break };
        if encoded.len() < row {
            return Err(damaged("predictor", "the last row is incomplete"));
        }
        let mut current = encoded.to_vec();
        for i in 0..row {
            let left = if i >= pixel { current.get(i - pixel).copied().unwrap_or(0) } else { 0 };
            let up = above.get(i).copied().unwrap_or(0);
            let corner = if i >= pixel { above.get(i - pixel).copied().unwrap_or(0) } else { 0 };
            let add = match kind {
                0 => 0,
                1 => left,
                2 => up,
                3 => u16::midpoint(u16::from(left), u16::from(up)) as u8,
                4 => paeth(left, up, corner),
                _ => return Err(damaged("predictor", "an unknown PNG row filter")),
            };
            if let Some(byte) = current.get_mut(i) {
                *byte = byte.wrapping_add(add);
            }
        }
        out.extend_from_slice(&current);
        above = current;
    }
    Ok(out)
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(corner));
    let p = a + b - c;
    let (pa, pb, pc) = ((p - a).abs(), (p - b).abs(), (p - c).abs());
    if pa <= pb && pa <= pc {
        left
    } else if pb <= pc {
        up
    } else {
        corner
    }
}

fn ascii_hex(data: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(data.len() / 2);
    let mut high = None;
    for byte in data {
        match (hex_value(*byte), high) {
            (Some(value), None) => high = Some(value),
            (Some(value), Some(first)) => {
                out.push(first << 4 | value);
                high = None;
            }
            (None, _) if *byte == b'>' => break,
            (None, _) if is_space(*byte) => {}
            (None, _) => return Err(damaged("ASCIIHexDecode", "not a hexadecimal digit")),
        }
    }
    out.extend(high.map(|value| value << 4));
    Ok(out)
}

fn ascii_85(data: &[u8], most: usize) -> Result<Vec<u8>, Error> {
    let wrong = || damaged("ASCII85Decode", "not base-85 data");
    let mut out = Vec::new();
    let mut group: Vec<u8> = Vec::with_capacity(5);
    for byte in data {
        if out.len() > most {
            return Err(over("inflated", most));
        }
        match byte {
            b'~' => break,
            b'z' if group.is_empty() => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => {
                group.push(byte - b'!');
                if group.len() == 5 {
                    out.extend_from_slice(&base_85(&group).ok_or_else(wrong)?);
                    group.clear();
                }
            }
            space if is_space(*space) => {}
            _ => return Err(wrong()),
        }
    }
    if group.len() == 1 {
        return Err(wrong());
    }
    if !group.is_empty() {
        let kept = group.len() - 1;
        group.resize(5, 84);
        let bytes = base_85(&group).ok_or_else(wrong)?;
        out.extend_from_slice(bytes.get(..kept).unwrap_or_default());
    }
    Ok(out)
}

fn base_85(group: &[u8]) -> Option<[u8; 4]> {
    let value =
        group.iter().try_fold(0u32, |sum, d| sum.checked_mul(85)?.checked_add(u32::from(*d)))?;
    Some(value.to_be_bytes())
}

pub(crate) fn run_length(data: &[u8], most: usize) -> Result<Vec<u8>, Error> {
    let short = || damaged("RunLengthDecode", "the data end too early");
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(length) = data.get(at).copied() {
        at += 1;
        match length {
            128 => break,
            0..=127 => {
                let end = at + usize::from(length) + 1;
                out.extend_from_slice(data.get(at..end).ok_or_else(short)?);
                at = end;
            }
            129..=255 => {
                let byte = *data.get(at).ok_or_else(short)?;
                out.resize(out.len() + 257 - usize::from(length), byte);
                at += 1;
            }
        }
        if out.len() > most {
            return Err(over("inflated", most));
        }
    }
    Ok(out)
}

/// LZW with codes of 9 to 12 bits, most significant bit first (§7.4.4.2).
pub(crate) fn lzw(data: &[u8], parameters: &Dict, most: usize) -> Result<Vec<u8>, Error> {
    let early = parameter(parameters, "EarlyChange", 1)?.min(1);
    let wrong = || damaged("LZWDecode", "a code that is not in the table");
    let mut out: Vec<u8> = Vec::new();
    // an entry is a piece of the output: where it starts and how long it is
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    let (mut buffer, mut filled, mut width) = (0u32, 0u32, 9u32);
    for byte in data {
        buffer = buffer << 8 | u32::from(*byte);
        filled += 8;
        if filled < width {
            continue;
        }
        filled -= width;
        let code = (buffer >> filled & ((1 << width) - 1)) as usize;
        buffer &= (1 << filled) - 1;
        let start = out.len();
        match code {
            256 => {
                table.clear();
                previous = None;
                width = 9;
                continue;
            }
            257 => return Ok(out),
            0..=255 => out.push(code as u8),
            _ => {
                let (from, length) = match (table.get(code - 258), previous) {
                    (Some(entry), _) => *entry,
                    (None, Some((from, length))) if code - 258 == table.len() => (from, length + 1),
                    (None, _) => return Err(wrong()),
                };
                for i in from..from + length {
                    let byte = *out.get(i).ok_or_else(wrong)?;
                    out.push(byte);
                }
            }
        }
        if out.len() > most {
            return Err(over("inflated", most));
        }
        if let Some((from, length)) = previous
            && table.len() < 4096 - 258
        {
            table.push((from, length + 1));
        }
        previous = Some((start, out.len() - start));
        let next = table.len() + 258 + 1 + early;
        width = if next > 2048 {
            12
        } else if next > 1024 {
            11
        } else if next > 512 {
            10
        } else {
            9
        };
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lzw_decodes_the_example_of_the_standard() {
        // ISO 32000-2 §7.4.4.2, example 1 and table 7
        let coded = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        let plain = lzw(&coded, &Dict::default(), 100).unwrap();
        assert_eq!(plain, [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]);
    }

    #[test]
    fn base_85_and_run_length_decode() {
        assert_eq!(ascii_85(b"87cURD]i,\"Ebo80~>", 100).unwrap(), b"Hello World!");
        assert_eq!(run_length(&[2, 1, 2, 3, 254, 9, 128], 100).unwrap(), [1, 2, 3, 9, 9, 9]);
        assert!(ascii_85(b"!~>", 100).is_err());
        assert!(run_length(&[5, 1], 100).is_err());
    }

    #[test]
    fn inflating_stops_at_the_limit() {
        let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 1 << 20], 9);
        assert_eq!(inflate(&bomb, 1 << 20).unwrap().len(), 1 << 20);
        assert_eq!(inflate(&bomb, 1 << 16).unwrap_err().code(), "pdf.budget");
    }
}
