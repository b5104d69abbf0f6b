//! The reader of JSON (RFC 8259) for messages of money, in one pass and without copies: what it takes `serde_json` takes too, and means the
//! same. It refuses more: a key twice on one level, numbers that are no integers of 64 bits, and `-0`.

use std::borrow::Cow;

use super::Json;
use crate::notice::Seen;

/// Most keys on one level: three times what any message has.
pub(super) const MAX_KEYS: usize = 100;
/// Most levels: as `serde_json` has it. No message has more than five.
const MAX_DEPTH: usize = 127;

impl<'a> Json<'a> {
    /// Reads one value and nothing after it; none where it is not such JSON.
    pub(crate) fn read(text: &'a str) -> Option<Json<'a>> {
        let mut reader = Reader { text, at: 0 };
        let mut value = Json::Null;
        reader.value(MAX_DEPTH, &mut value)?;
        reader.sign().is_none().then_some(value)
    }
}

type Fields<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// A place for a field.
const EMPTY: (Cow<'static, str>, Json<'static>) = (Cow::Borrowed(""), Json::Null);

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn here(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no white space (§2), which is passed.
    fn sign(&mut self) -> Option<u8> {
        loop {
            let byte = self.here()?;
            self.at += 1;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
        }
    }

    /// Reads a value to where it stays, for moving it there takes longer than reading it; `levels` more may be opened.
    fn value(&mut self, levels: usize, out: &mut Json<'a>) -> Option<()> {
        match self.sign()? {
            b'"' => match self.unescaped()? {
                Some(text) => *out = Json::Text(Cow::Borrowed(text)),
                None => *out = Json::Text(Cow::Owned(self.escaped()?)),
            },
            b'-' | b'0'..=b'9' => {
                self.at -= 1;
                *out = Json::Integer(Cow::Borrowed(self.integer()?));
            }
            b'{' => *out = Json::Object(self.object(levels.checked_sub(1)?)?),
            b'[' => *out = Json::List(self.list(levels.checked_sub(1)?)?),
            b't' => *out = self.word("rue", Json::Bool(true))?,
            b'f' => *out = self.word("alse", Json::Bool(false))?,
            b'n' => *out = self.word("ull", Json::Null)?,
            _ => return None,
        }
        Some(())
    }

    fn word(&mut self, rest: &str, value: Json<'a>) -> Option<Json<'a>> {
        self.text.get(self.at..)?.starts_with(rest).then(|| {
            self.at += rest.len();
            value
        })
    }

    /// §6, without fraction and exponent. What follows the digits is for the caller to judge.
    fn integer(&mut self) -> Option<&'a str> {
        let start = self.at;
        let negative = self.here() == Some(b'-');
        let first = start + usize::from(negative);
        self.at = first;
        while self.here().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = self.text.get(first..self.at)?;
        let whole = self.text.get(start..self.at)?;
        let canonical = !digits.is_empty() && (!digits.starts_with('0') || whole == "0");
        // 18 digits always are of 64 bits.
        let fits = digits.len() <= 18
            || if negative { whole.parse::<i64>().is_ok() } else { whole.parse::<u64>().is_ok() };
        let fraction = matches!(self.here(), Some(b'.' | b'e' | b'E'));
        (canonical && fits && !fraction).then_some(whole)
    }

    /// After its bracket.
    fn list(&mut self, levels: usize) -> Option<Vec<Json<'a>>> {
        let mut items = Vec::new();
        if self.sign()? == b']' {
            return Some(items);
        }
        self.at -= 1;
        loop {
            items.push(Json::Null);
            self.value(levels, items.last_mut()?)?;
            match self.sign()? {
                b',' => {}
                b']' => return Some(items),
                _ => return None,
            }
        }
    }

    /// After its brace.
    fn object(&mut self, levels: usize) -> Option<Fields<'a>> {
        let mut sign = self.sign()?;
        if sign == b'}' {
            return Some(Vec::new());
        }
        let mut fields: Fields<'a> = Vec::with_capacity(16);
        let mut seen = Seen::default();
        loop {
            if sign != b'"' || fields.len() == MAX_KEYS {
                return None;
            }
            fields.push(EMPTY);
            let ((key, value), before) = fields.split_last_mut()?;
            match self.unescaped()? {
                Some(text) => *key = Cow::Borrowed(text),
                None => *key = Cow::Owned(self.escaped()?),
            }
            if seen.perhaps(key) && before.iter().any(|(k, _)| k == key) {
                return None;
            }
            (self.sign()? == b':').then_some(())?;
            self.value(levels, value)?;
            match self.sign()? {
                b',' => sign = self.sign()?,
                b'}' => return Some(fields),
                _ => return None,
            }
        }
    }

    /// §7, after the quotation mark: a string in which nothing is escaped. Where something is, goes back and gives nothing inside.
    #[inline]
    fn unescaped(&mut self) -> Option<Option<&'a str>> {
        let start = self.at;
        self.plain();
        let end = self.at;
        match self.here()? {
            b'"' => {
                self.at += 1;
                self.text.get(start..end).map(Some)
            }
            b'\\' => {
                self.at = start;
                Some(None)
            }
            _ => None,
        }
    }

    /// Goes to the next quotation mark, reverse solidus or control character.
    fn plain(&mut self) {
        self.at += plain(self.text.as_bytes().get(self.at..).unwrap_or_default());
    }

    /// A string from its first character on.
    #[cold]
    fn escaped(&mut self) -> Option<String> {
        let mut out = String::with_capacity(256);
        loop {
            match self.here()? {
                b'"' => {
                    self.at += 1;
                    return Some(out);
                }
                b'\\' => {
                    self.at += 1;
                    let escape = self.here()?;
                    self.at += 1;
                    out.push(match escape {
                        b'"' | b'\\' | b'/' => char::from(escape),
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        b'u' => self.unicode()?,
                        _ => return None,
                    });
                }
                _ => {
                    let start = self.at;
                    self.plain();
                    // A control character stops here and is none of the above.
                    out.push_str(self.text.get(start..self.at).filter(|t| !t.is_empty())?);
                }
            }
        }
    }

    /// What follows `\u`: one unit of UTF-16, or two that belong together. Half a pair is no character.
    fn unicode(&mut self) -> Option<char> {
        let first = self.unit()?;
        let mut units = [first, 0];
        let count = if (0xD800..0xDC00).contains(&first) {
            (self.text.get(self.at..self.at + 2)? == "\\u").then(|| self.at += 2)?;
            units[1] = self.unit()?;
            2
        } else {
            1
        };
        char::decode_utf16(units.into_iter().take(count)).next()?.ok()
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        // `from_str_radix` takes a sign.
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(())?;
        u16::from_str_radix(digits, 16).ok()
    }
}

/// How many bytes stand before the first quotation mark, reverse solidus or control character (§7): eight are looked at together.
pub(super) fn plain(text: &[u8]) -> usize {
    const fn each(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    // The highest bit of each byte that is below `limit`; above the first such byte there may be others.
    let below = |word: u64, limit: u8| word.wrapping_sub(each(limit)) & !word & each(0x80);
    let (words, rest) = text.as_chunks::<8>();
    for (before, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let ends = below(word, b' ') | below(word ^ each(b'"'), 1) | below(word ^ each(b'\\'), 1);
        if ends != 0 {
            return before * 8 + (ends.trailing_zeros() / 8) as usize;
        }
    }
    let ends = |b: &u8| *b < b' ' || *b == b'"' || *b == b'\\';
    words.len() * 8 + rest.iter().position(ends).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// What both must make of a value; none where the value has a key twice or a number that is no 64-bit integer.
    fn theirs(ours: &Json<'_>) -> Value {
        match ours {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Integer(digits) => match (digits.parse::<u64>(), digits.parse::<i64>()) {
                (Ok(number), _) => number.into(),
                (Err(_), number) => number.unwrap().into(),
            },
            Json::Text(text) => Value::from(&**text),
            Json::List(items) => items.iter().map(theirs).collect(),
            Json::Object(fields) => {
                let count = fields.len();
                let map: serde_json::Map<_, _> =
                    fields.iter().map(|(k, v)| (k.to_string(), theirs(v))).collect();
                assert_eq!(map.len(), count, "a key twice");
                Value::Object(map)
            }
        }
    }

    /// The numbers that we refuse and they take.
    fn fractional(value: &Value) -> bool {
        match value {
            Value::Number(number) => number.is_f64(),
            Value::Array(items) => items.iter().any(fractional),
            Value::Object(fields) => fields.values().any(fractional),
            Value::Null | Value::Bool(_) | Value::String(_) => false,
        }
    }

    fn agree(text: &str) {
        let other = serde_json::from_str::<Value>(text);
        match Json::read(text) {
            Some(ours) => assert_eq!(theirs(&ours), other.unwrap(), "{text}"),
            None => {
                // Refused by both, or for a fraction, or for what a map of theirs cannot show.
                let twice = text.matches("\":").count() > 1;
                assert!(other.is_err() || twice || fractional(&other.unwrap()), "{text}");
            }
        }
    }

    #[test]
    fn serde_json_agrees_on_the_edges() {
        for text in [
            "0",
            "-0",
            "-1",
            "00",
            "01",
            "-",
            "+1",
            "1.",
            "1.0",
            "1e2",
            "0x1",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "-9223372036854775809",
            "1 2",
            "1,",
            "true",
            "tru",
            "truee",
            "null",
            "nul",
            "\"",
            "\"\\",
            "\"\\u",
            "\"\\u12\"",
            "\"\\u123é\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "\"\\ud83dx\"",
            "\"\\ud83d\\u0041\"",
            "\"\\ud83d\\ud83d\"",
            "\"\\u+123\"",
            "\"\\u00e9\\u0000\"",
            "\"\\x\"",
            "\"\\/\\b\\f\\n\\r\\t\\\\\\\"\"",
            "\"a\u{1}b\"",
            "\"abcdefgh\u{1f}\"",
            "\"a\\n\u{1f}\"",
            "\"\u{7f}\u{80}é\u{2028}\"",
            "\u{feff}{}",
            "[]",
            "[ ]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1",
            "{",
            "{}",
            "{ }",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{,}",
            "{a:1}",
            "{\"a\":1 \"b\":2}",
            "{\"a\" : [ 1 , {} ] }\r\n\t ",
            "{\"a\":1}x",
            "",
            " ",
            "\u{a0}1",
            "/**/1",
        ] {
            agree(text);
        }
        for levels in [1, 126, 127, 128, 129, 5000] {
            agree(&format!("{}{}", "[".repeat(levels), "]".repeat(levels)));
            agree(&format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels)));
        }
        let many = |count: usize| {
            let fields: Vec<_> = (0..count).map(|i| format!("\"k{i}\":{i}")).collect();
            Json::read(&format!("{{{}}}", fields.join(","))).is_some()
        };
        assert!(many(MAX_KEYS) && !many(MAX_KEYS + 1));
    }

    proptest! {
        #[test]
        fn serde_json_agrees_on_texts_of_its_own_signs(text in "[\\[\\]{},:\" 0-9tfn\\\\ue.\\-aé\u{1}]{0,24}") {
            agree(&text);
        }

        #[test]
        fn serde_json_agrees_on_strings(text in any::<String>(), tail in any::<String>()) {
            let quoted = Value::from(text.as_str()).to_string();
            prop_assert_eq!(Json::read(&quoted), Some(Json::Text(Cow::Borrowed(&*text))));
            let ascii: String = text.encode_utf16().map(|u| format!("\\u{u:04x}")).collect();
            let ascii = format!("\"{ascii}\"");
            prop_assert_eq!(Json::read(&ascii), Some(Json::Text(Cow::Borrowed(&*text))));
            agree(&format!("\"{tail}\""));
        }

        #[test]
        fn serde_json_agrees_on_broken_notices(at in 0usize..80, byte in any::<char>()) {
            let notice = r#"{"orderId":"HS1","amount":36000,"data":{"a":[1,null,true],"é":"\"\u00e9\\"}} "#;
            let at = (0..=at.min(notice.len())).rev().find(|i| notice.is_char_boundary(*i)).unwrap_or(0);
            let (before, after) = notice.split_at(at);
            agree(&format!("{before}{byte}{after}"));
            let mut rest = after.chars();
            rest.next();
            agree(&format!("{before}{byte}{}", rest.as_str()));
            agree(&format!("{before}{}", rest.as_str()));
        }
    }
}
