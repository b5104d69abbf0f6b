//! From BER to DER: the form in which signed attributes are hashed when they were sent in another (RFC 5652 §5.4). Sets are
//! sorted, lengths made minimal, strings made one piece.

use super::{Reader, tag, write};

/// Deepest nesting written again: a content timestamp among the attributes goes to about 20.
const MAX_DEPTH: usize = 40;

/// The DER of one element, a SET (also one under another tag: the outermost element) sorted; `None` when it is not one element,
/// or nested too deeply.
pub(crate) fn canonical(ber: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new_ber(ber);
    let element = reader.any().ok()?;
    if !reader.is_empty() || element.tag & 0x20 == 0 {
        return None;
    }
    Some(write::set_of(element.tag, members(element.reader(), 0)?))
}

fn members(mut reader: Reader<'_>, depth: usize) -> Option<Vec<Vec<u8>>> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut out = Vec::new();
    while !reader.is_empty() {
        let element = reader.any().ok()?;
        out.push(match element.tag {
            // A string in pieces (X.690 §8.7.3).
            0x24 => write::octet_string(&Reader::new_ber(element.raw).octets("").ok()?),
            tag::SET => write::set_of(tag::SET, members(element.reader(), depth + 1)?),
            constructed if constructed & 0x20 != 0 => {
                write::tlv(constructed, &members(element.reader(), depth + 1)?.concat())
            }
            primitive => write::tlv(primitive, element.content),
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indefinite_unsorted_and_in_pieces() {
        let ber = [
            0x31, 0x80, 0x30, 0x80, 0x24, 0x80, 4, 1, 7, 4, 1, 8, 0, 0, 0, 0, 0x02, 0x81, 0x01, 5,
            0, 0,
        ];
        assert_eq!(canonical(&ber).unwrap(), [0x31, 9, 2, 1, 5, 0x30, 4, 4, 2, 7, 8]);
        let der = canonical(&ber).unwrap();
        assert_eq!(canonical(&der), Some(der));
        assert_eq!(canonical(&[4, 1, 0]), None);
        assert_eq!(canonical(&[0x31, 0, 0]), None);
    }
}
