//! The writer: minimal DER, built from the inside out.

use super::tag;

/// Tag, minimal length, content.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 6);
    out.push(tag);
    push_length(&mut out, content.len());
    out.extend_from_slice(content);
    out
}

fn push_length(out: &mut Vec<u8>, length: usize) {
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let skip = bytes.iter().take_while(|b| **b == 0).count();
            let digits = bytes.get(skip..).unwrap_or_default();
            // At most eight digits, so the sum cannot overflow.
            out.push(0x80 | u8::try_from(digits.len()).unwrap_or_default());
            out.extend_from_slice(digits);
        }
    }
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(tag::SEQUENCE, &parts.concat())
}

/// SET OF: members in ascending order of their encodings (X.690 §11.6).
pub(crate) fn set_of(tag: u8, mut members: Vec<Vec<u8>>) -> Vec<u8> {
    members.sort();
    tlv(tag, &members.concat())
}

pub(crate) fn oid(content: &[u8]) -> Vec<u8> {
    tlv(tag::OID, content)
}

pub(crate) fn null() -> Vec<u8> {
    vec![tag::NULL, 0]
}

pub(crate) fn octet_string(content: &[u8]) -> Vec<u8> {
    tlv(tag::OCTET_STRING, content)
}

/// A BIT STRING of whole bytes.
#[cfg(feature = "authority")]
pub(crate) fn bit_string(content: &[u8]) -> Vec<u8> {
    tlv(tag::BIT_STRING, &[&[0], content].concat())
}

/// A non-negative INTEGER from big-endian bytes.
pub(crate) fn integer(magnitude: &[u8]) -> Vec<u8> {
    let skip = magnitude.iter().take_while(|b| **b == 0).count();
    let digits = magnitude.get(skip..).unwrap_or_default();
    match digits.first() {
        None => tlv(tag::INTEGER, &[0]),
        Some(high) if high & 0x80 != 0 => tlv(tag::INTEGER, &[&[0], digits].concat()),
        Some(_) => tlv(tag::INTEGER, digits),
    }
}

pub(crate) fn small_integer(value: u64) -> Vec<u8> {
    integer(&value.to_be_bytes())
}

/// `[number]` explicit.
pub(crate) fn explicit(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0xa0 | number, content)
}

/// `[number]` implicit, primitive.
#[cfg(feature = "authority")]
pub(crate) fn context(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0x80 | number, content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_minimal() {
        assert_eq!(&tlv(4, &[0; 127])[..2], &[4, 127]);
        assert_eq!(&tlv(4, &[0; 128])[..3], &[4, 0x81, 128]);
        assert_eq!(&tlv(4, &[0; 256])[..4], &[4, 0x82, 1, 0]);
    }

    #[test]
    fn integers_stay_positive() {
        assert_eq!(small_integer(0), [2, 1, 0]);
        assert_eq!(small_integer(128), [2, 2, 0, 128]);
        assert_eq!(integer(&[0, 0, 1]), [2, 1, 1]);
    }
}
