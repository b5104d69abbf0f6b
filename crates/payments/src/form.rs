//! `application/x-www-form-urlencoded`: writing in the ways that gateways sign, and reading without forgiving anything.

use std::borrow::Cow;

use crate::notice::Seen;
use crate::reason::Reason;

/// Most parameters read in one query: three times what any gateway sends.
const MAX_PAIRS: usize = 100;
/// Longest query read: the longest pay return (255 characters of order text, escaped threefold) is under 4 KiB.
pub(crate) const MAX_QUERY: usize = 16 * 1024;

/// How a space is written; all else is escaped alike: upper-case hex, everything but letters, digits and `- _ .`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    Plus,
    Percent,
}

/// Letters, digits and `- _ .`, which nobody escapes.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        plain[byte] =
            (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'-' | b'_' | b'.');
        byte += 1;
    }
    plain
};

/// Whether nobody escapes it.
pub(crate) fn plain(byte: u8) -> bool {
    PLAIN[usize::from(byte)]
}

/// Appends `text` escaped.
pub(crate) fn escape_into(out: &mut String, text: &str, space: Space) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut start = 0;
    for (i, byte) in text.bytes().enumerate() {
        if plain(byte) {
            continue;
        }
        // Plain letters go in one piece; inside a letter of several bytes there are none.
        out.push_str(text.get(start..i).unwrap_or_default());
        start = i + 1;
        match byte {
            b' ' if space == Space::Plus => out.push('+'),
            _ => {
                out.push('%');
                out.push(char::from(DIGITS[usize::from(byte >> 4)]));
                out.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
    out.push_str(text.get(start..).unwrap_or_default());
}

/// `text` as JavaScript's `encodeURIComponent` writes it: `! * ' ( ) ~` stay (ECMA-262 §19.2.6.4).
pub(crate) fn component(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '!' | '*' | '\'' | '(' | ')' | '~' => out.push(c),
            _ => escape_into(&mut out, c.encode_utf8(&mut [0; 4]), Space::Percent),
        }
    }
    out
}

/// `key=value&…` in the order given.
pub(crate) fn write<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    space: Space,
) -> String {
    let mut out = String::with_capacity(512);
    for (key, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        escape_into(&mut out, key, space);
        out.push('=');
        escape_into(&mut out, value, space);
    }
    out
}

/// One parameter as received and as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair<'a> {
    pub raw_key: &'a str,
    pub raw_value: &'a str,
    pub key: Cow<'a, str>,
    pub value: Cow<'a, str>,
}

impl Pair<'_> {
    /// Whether name or value holds one of these, none of which is a letter, a digit or `- _ .`.
    pub(crate) fn holds(&self, delimiters: &[char]) -> bool {
        // What was not unescaped holds nothing else.
        let holds = |text: &Cow<'_, str>| matches!(text, Cow::Owned(t) if t.contains(delimiters));
        holds(&self.key) || holds(&self.value)
    }
}

/// Reads a query. Refused: duplicate keys (after decoding), empty pieces, escapes in lower case or of characters that nobody
/// needs to escape, bytes that are not UTF-8, characters that a query cannot hold.
pub(crate) fn read(query: &str) -> Result<Vec<Pair<'_>>, Reason> {
    if query.len() > MAX_QUERY {
        return Err(Reason::malformed("query", "longer than 16 KiB"));
    }
    let mut pairs: Vec<Pair<'_>> = Vec::with_capacity(12);
    let mut seen = Seen::default();
    let mut rest = Some(query);
    while let Some(text) = rest {
        let piece;
        let (raw_key, raw_value, key, value);
        let bytes = text.as_bytes();
        let equals = plain_run(bytes, 0);
        let end = plain_run(bytes, equals + 1);
        if bytes.get(equals) == Some(&b'=') && matches!(bytes.get(end), None | Some(b'&')) {
            // Nothing in it is escaped.
            piece = text.get(..end).unwrap_or_default();
            raw_key = text.get(..equals).unwrap_or_default();
            raw_value = text.get(equals + 1..end).unwrap_or_default();
            (key, value) = (Cow::Borrowed(raw_key), Cow::Borrowed(raw_value));
            rest = text.get(end + 1..);
        } else {
            (piece, rest) =
                text.split_once('&').map_or((text, None), |(piece, rest)| (piece, Some(rest)));
            let Some(pair) = piece.split_once('=') else {
                return Err(Reason::malformed(piece, "a parameter without '='"));
            };
            (raw_key, raw_value) = pair;
            (key, value) = (unescape(raw_key)?, unescape(raw_value)?);
        }
        if key.is_empty() {
            return Err(Reason::malformed(piece, "a parameter without a name"));
        }
        if seen.perhaps(&key) && pairs.iter().any(|p| p.key == key) {
            return Err(Reason::malformed(&*key, "the parameter occurs twice"));
        }
        if pairs.len() == MAX_PAIRS {
            return Err(Reason::malformed("query", "more than 100 parameters"));
        }
        pairs.push(Pair { raw_key, raw_value, key, value });
    }
    Ok(pairs)
}

/// Where the letters that nobody escapes end, from `start` on.
fn plain_run(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().position(|b| !plain(*b)).unwrap_or(rest.len())
}

fn unescape(text: &str) -> Result<Cow<'_, str>, Reason> {
    if text.bytes().all(plain) {
        return Ok(Cow::Borrowed(text));
    }
    let bad = |problem| Err(Reason::malformed(text, problem));
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digit = |b: Option<u8>| match b {
                    Some(b @ b'0'..=b'9') => Some(b - b'0'),
                    Some(b @ b'A'..=b'F') => Some(b - b'A' + 10),
                    Some(_) | None => None,
                };
                let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else {
                    return bad("an escape that is not two upper-case hexadecimal digits");
                };
                let byte = high * 16 + low;
                if plain(byte) {
                    return bad("a character is escaped that no encoder escapes");
                }
                bytes.push(byte);
            }
            // RFC 3986 §3.4: what a query may hold unescaped, less the delimiters '&' and '=' inside a value.
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'.'
            | b'~'
            | b'!'
            | b'*'
            | b'\''
            | b'('
            | b')'
            | b':'
            | b'/'
            | b','
            | b';'
            | b'@'
            | b'$'
            | b'?' => bytes.push(byte),
            _ => return bad("a character that must be escaped is not"),
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Owned(text)),
        Err(_) => bad("not UTF-8"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_as_gateways_sign() {
        let pairs = [("vnp_Amount", "10000"), ("vnp_OrderInfo", "Payment for order #1234567890")];
        assert_eq!(
            write(pairs, Space::Plus),
            "vnp_Amount=10000&vnp_OrderInfo=Payment+for+order+%231234567890"
        );
        assert_eq!(write([("a", "x y~*é")], Space::Percent), "a=x%20y%7E%2A%C3%A9");
    }

    #[test]
    fn refuses_encoded_variants() {
        for query in [
            "a=1&a=2",
            "a=1&%61=2",
            "a=%3a",
            "a=%41",
            "a",
            "a=1&",
            "=1",
            "a=%C3",
            "a=%",
            "a=é",
            "a=b=c",
            "",
        ] {
            assert!(read(query).is_err(), "{query}");
        }
        assert_eq!(read("a=x+y%3A&b=").unwrap()[0].value, "x y:");
        let pairs = read("a.b=&%3Ac=d%20e&f=%C3%A9").unwrap();
        let found: Vec<_> =
            pairs.iter().map(|p| (p.raw_key, &*p.key, p.raw_value, &*p.value)).collect();
        assert_eq!(
            found,
            [("a.b", "a.b", "", ""), ("%3Ac", ":c", "d%20e", "d e"), ("f", "f", "%C3%A9", "é")]
        );
        assert!(!pairs[0].holds(&[':']) && pairs[1].holds(&[':']) && pairs[1].holds(&[' ']));
    }
}
