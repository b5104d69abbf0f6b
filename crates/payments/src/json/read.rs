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
        reader.space();
        let value = reader.value(MAX_DEPTH)?;
        reader.space();
        (reader.at == text.len()).then_some(value)
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn here(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.here()? == byte).then(|| self.at += 1)
    }

    /// §2: white space.
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.here() {
            self.at += 1;
        }
    }

    /// `levels` more may be opened.
    fn value(&mut self, levels: usize) -> Option<Json<'a>> {
        match self.here()? {
            b'"' => Some(Json::Text(self.string()?)),
            b'{' => self.object(levels.checked_sub(1)?),
            b'[' => self.list(levels.checked_sub(1)?),
            b'-' | b'0'..=b'9' => self.integer(),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'n' => self.word("null", Json::Null),
            _ => None,
        }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Option<Json<'a>> {
        self.text.get(self.at..)?.starts_with(word).then(|| {
            self.at += word.len();
            value
        })
    }

    /// §6, without fraction and exponent. What follows the digits is for the caller to judge.
    fn integer(&mut self) -> Option<Json<'a>> {
        let start = self.at;
        let negative = self.take(b'-').is_some();
        let first = self.at;
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
        (canonical && fits && !fraction).then_some(Json::Integer(Cow::Borrowed(whole)))
    }

    fn list(&mut self, levels: usize) -> Option<Json<'a>> {
        self.take(b'[')?;
        self.space();
        let mut items = Vec::new();
        if self.take(b']').is_some() {
            return Some(Json::List(items));
        }
        loop {
            self.space();
            items.push(self.value(levels)?);
            self.space();
            if self.take(b',').is_none() {
                self.take(b']')?;
                return Some(Json::List(items));
            }
        }
    }

    fn object(&mut self, levels: usize) -> Option<Json<'a>> {
        self.take(b'{')?;
        self.space();
        if self.take(b'}').is_some() {
            return Some(Json::Object(Vec::new()));
        }
        let mut fields: Vec<(Cow<'a, str>, Json<'a>)> = Vec::with_capacity(16);
        let mut seen = Seen::default();
        loop {
            self.space();
            let key = self.string()?;
            if fields.len() == MAX_KEYS
                || (seen.perhaps(&key) && fields.iter().any(|(k, _)| *k == key))
            {
                return None;
            }
            self.space();
            self.take(b':')?;
            self.space();
            let value = self.value(levels)?;
            fields.push((key, value));
            self.space();
            if self.take(b',').is_none() {
                self.take(b'}')?;
                return Some(Json::Object(fields));
            }
        }
    }

    /// §7: borrowed where nothing in it is escaped.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.take(b'"')?;
        let start = self.at;
        self.plain();
        let text = self.text.get(start..self.at)?;
        match self.here()? {
            b'"' => {
                self.at += 1;
                Some(Cow::Borrowed(text))
            }
            b'\\' => self.escaped(text).map(Cow::Owned),
            _ => None,
        }
    }

    /// Goes to the next quotation mark, reverse solidus or control character, eight bytes at a time.
    fn plain(&mut self) {
        const fn each(byte: u8) -> u64 {
            u64::from_ne_bytes([byte; 8])
        }
        // The highest bit of each byte that is below `limit`; above the first such byte there may be others.
        let below = |word: u64, limit: u8| word.wrapping_sub(each(limit)) & !word & each(0x80);
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let (words, _) = rest.as_chunks::<8>();
        for word in words {
            let word = u64::from_le_bytes(*word);
            let ends =
                below(word, b' ') | below(word ^ each(b'"'), 1) | below(word ^ each(b'\\'), 1);
            if ends != 0 {
                self.at += (ends.trailing_zeros() / 8) as usize;
                return;
            }
            self.at += 8;
        }
        while self.here().is_some_and(|b| b >= b' ' && b != b'"' && b != b'\\') {
            self.at += 1;
        }
    }

    /// The rest of a string from its first reverse solidus on, after `before`.
    fn escaped(&mut self, before: &str) -> Option<String> {
        let mut out = String::with_capacity(before.len() * 2 + 64);
        out.push_str(before);
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
            self.take(b'\\')?;
            self.take(b'u')?;
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
