//! Whether the dictionaries of a CFF program are well formed (Adobe Technical Note 5176 §4): readers differ in what they make of
//! broken ones, and some then show no text at all.

/// The operator Private in a Top DICT (note 5176, table 9).
const PRIVATE: u16 = 18;

/// Whether Top DICT and Private DICT can be read operand by operand.
pub(super) fn is_sound(data: &[u8]) -> bool {
    let top = data.get(2).and_then(|size| {
        let (_, after_names) = index(data, usize::from(*size))?;
        index(data, after_names)?.0.into_iter().next()
    });
    let Some(entries) = top.and_then(dictionary) else { return false };
    let private = entries.into_iter().find(|(operator, _)| *operator == PRIVATE);
    private.is_none_or(|(_, operands)| {
        let numbers: Vec<_> = operands.iter().map(|v| usize::try_from(*v).ok()).collect();
        let [Some(size), Some(at)] = numbers[..] else { return false };
        let range = at.checked_add(size).and_then(|end| data.get(at..end));
        range.and_then(dictionary).is_some()
    })
}

/// The items of an INDEX (§5), and where it ends.
fn index(data: &[u8], at: usize) -> Option<(Vec<&[u8]>, usize)> {
    let count = usize::from(u16::from_be_bytes([*data.get(at)?, *data.get(at + 1)?]));
    if count == 0 {
        return Some((Vec::new(), at + 2));
    }
    let size = usize::from(*data.get(at + 2)?);
    if !(1..=4).contains(&size) {
        return None;
    }
    let offset = |i: usize| {
        let bytes = data.get(at + 3 + i * size..at + 3 + (i + 1) * size)?;
        Some(bytes.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte)))
    };
    let base = at + 2 + (count + 1) * size;
    let mut items = Vec::new();
    for i in 0..count {
        items.push(data.get(base.checked_add(offset(i)?)?..base.checked_add(offset(i + 1)?)?)?);
    }
    Some((items, base.checked_add(offset(count)?)?))
}

/// Operators with their operands, reals as 0; `None` when the data are no DICT.
fn dictionary(data: &[u8]) -> Option<Vec<(u16, Vec<i64>)>> {
    let (mut entries, mut operands) = (Vec::new(), Vec::new());
    let mut bytes = data.iter().copied();
    while let Some(first) = bytes.next() {
        match first {
            0..=21 => {
                let operator = match first {
                    12 => 12 << 8 | u16::from(bytes.next()?),
                    other => u16::from(other),
                };
                entries.push((operator, std::mem::take(&mut operands)));
            }
            28 => operands.push(i64::from(i16::from_be_bytes([bytes.next()?, bytes.next()?]))),
            29 => {
                let four = [bytes.next()?, bytes.next()?, bytes.next()?, bytes.next()?];
                operands.push(i64::from(i32::from_be_bytes(four)));
            }
            30 => {
                real(&mut bytes)?;
                operands.push(0);
            }
            32..=246 => operands.push(i64::from(first) - 139),
            247..=250 => {
                operands.push((i64::from(first) - 247) * 256 + i64::from(bytes.next()?) + 108);
            }
            251..=254 => {
                operands.push(-(i64::from(first) - 251) * 256 - i64::from(bytes.next()?) - 108);
            }
            _ => return None,
        }
    }
    operands.is_empty().then_some(entries)
}

/// A real number (§4, table 5): nibbles up to 15, which must spell a number.
fn real(bytes: &mut impl Iterator<Item = u8>) -> Option<f64> {
    let mut text = String::new();
    loop {
        let byte = bytes.next()?;
        for nibble in [byte >> 4, byte & 15] {
            match nibble {
                0..=9 => text.push(char::from(b'0' + nibble)),
                10 => text.push('.'),
                11 => text.push('E'),
                12 => text.push_str("E-"),
                14 => text.push('-'),
                15 => return text.parse().ok(),
                _ => return None,
            }
        }
    }
}
