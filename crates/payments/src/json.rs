//! JSON as gateways send it: no duplicate keys at any depth, no fractions near money, nothing converted on the way.

use std::borrow::Cow;

use crate::dong::Dong;
use crate::reason::Reason;

mod read;

/// Longest body read. The largest notice known (the payment platform's with its receipt block) is under 16 KiB.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// A JSON value whose objects keep their order and whose numbers are integers, in their own digits. Texts without escapes are those of the
/// message itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Integer(Cow<'a, str>),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> From<&'a str> for Json<'a> {
    fn from(text: &'a str) -> Json<'a> {
        Json::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Json<'_> {
    fn from(text: String) -> Self {
        Json::Text(Cow::Owned(text))
    }
}

impl From<u64> for Json<'_> {
    fn from(number: u64) -> Self {
        Json::Integer(Cow::Owned(number.to_string()))
    }
}

impl<'a> Json<'a> {
    pub(crate) fn get(&self, key: &str) -> Option<&Json<'a>> {
        match self {
            Json::Object(fields) => fields.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Text(_) | Json::List(_) => None,
        }
    }

    /// The scalar as a gateway's signed text writes it; absent and null are empty, lists and objects are refused.
    pub(crate) fn scalar(&self, key: &str) -> Result<Cow<'a, str>, Reason> {
        self.get(key).map_or(Ok(Cow::Borrowed("")), |value| value.single(key))
    }

    /// A text or an integer as the message itself has it.
    pub(crate) fn borrowed(&self) -> Option<&'a str> {
        match self {
            Json::Text(Cow::Borrowed(text)) | Json::Integer(Cow::Borrowed(text)) => Some(text),
            Json::Text(Cow::Owned(_))
            | Json::Integer(Cow::Owned(_))
            | Json::Null
            | Json::Bool(_)
            | Json::List(_)
            | Json::Object(_) => None,
        }
    }

    /// This value, that of `key`, as [`Json::scalar`] gives it: without a copy where the message itself has the text.
    pub(crate) fn single(&self, key: &str) -> Result<Cow<'a, str>, Reason> {
        match self {
            Json::Null => Ok(Cow::Borrowed("")),
            Json::Text(text) | Json::Integer(text) => Ok(text.clone()),
            Json::Bool(true) => Ok(Cow::Borrowed("true")),
            Json::Bool(false) => Ok(Cow::Borrowed("false")),
            Json::List(_) | Json::Object(_) => {
                Err(Reason::malformed(key, "a list or object where a single value belongs"))
            }
        }
    }

    /// A text that must be there as JSON text.
    pub(crate) fn text(&self, key: &str) -> Result<&str, Reason> {
        match self.get(key) {
            Some(Json::Text(text)) => Ok(text),
            Some(_) => Err(Reason::malformed(key, "must be JSON text")),
            None => Err(Reason::malformed(key, "missing")),
        }
    }

    /// The digits of an integer that must be there as a JSON number: of 64 bits, without leading zeros.
    pub(crate) fn integer(&self, key: &str) -> Result<&str, Reason> {
        match self.get(key) {
            Some(Json::Integer(digits)) => Ok(digits),
            Some(_) => Err(Reason::malformed(key, "must be a JSON integer")),
            None => Err(Reason::malformed(key, "missing")),
        }
    }

    /// An amount that must be there as a JSON number.
    pub(crate) fn dong(&self, key: &str) -> Result<Dong, Reason> {
        Dong::parse(self.integer(key)?).map_err(|_| Reason::malformed(key, "not whole đồng"))
    }

    /// Writes the value as compact JSON with the keys of every object sorted.
    pub(crate) fn sorted_text(&self) -> String {
        let mut out = String::with_capacity(64);
        self.write_into(&mut out);
        out
    }

    fn write_into(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Json::Integer(digits) => out.push_str(digits),
            Json::Text(t) => quote_into(out, t),
            Json::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write_into(out);
                }
                out.push(']');
            }
            Json::Object(fields) => {
                let mut fields: Vec<_> = fields.iter().map(|(k, v)| (&**k, v)).collect();
                fields.sort_unstable_by_key(|(k, _)| *k);
                object_into(out, fields.into_iter());
            }
        }
    }
}

/// Appends `text` as a JSON string.
fn quote_into(out: &mut String, text: &str) {
    // RFC 8259 §7: quotation mark, reverse solidus and control characters are escaped.
    if read::plain(text.as_bytes()) < text.len() {
        out.push_str(&serde_json::Value::from(text).to_string());
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}

/// A key of our own as it is written after another field, with the quotation mark of a text after it: [`key`] makes it.
#[derive(Clone, Copy)]
pub(crate) struct Key(pub &'static str);

/// A [`Key`]: a name in which nothing has to be escaped.
macro_rules! key {
    ($name:literal) => {
        $crate::json::Key(concat!(",\"", $name, "\":\""))
    };
}
pub(crate) use key;

/// Writes a JSON object field by field.
pub(crate) struct Writer(String);

impl Writer {
    /// With room for a request.
    pub(crate) fn new() -> Writer {
        let mut out = String::with_capacity(1000);
        out.push('{');
        Writer(out)
    }

    /// Up to the quotation mark of the text that follows.
    fn key(&mut self, key: Key) -> &mut String {
        let first = self.0.as_bytes().last() == Some(&b'{');
        self.0.push_str(if first { key.0.get(1..).unwrap_or_default() } else { key.0 });
        &mut self.0
    }

    /// Up to where another value than a text follows.
    fn bare(&mut self, key: Key) -> &mut String {
        let out = self.key(key);
        out.pop();
        out
    }

    pub(crate) fn text(&mut self, key: Key, value: &str) {
        let out = self.key(key);
        if read::plain(value.as_bytes()) == value.len() {
            out.push_str(value);
            out.push('"');
        } else {
            out.pop();
            quote_into(out, value);
        }
    }

    /// A text that `write` appends, in which nothing has to be escaped.
    pub(crate) fn code(&mut self, key: Key, write: impl FnOnce(&mut String)) {
        let out = self.key(key);
        write(out);
        out.push('"');
    }

    /// An object inside, whose fields `write` writes.
    pub(crate) fn object<E>(
        &mut self,
        key: Key,
        write: impl FnOnce(&mut Writer) -> Result<(), E>,
    ) -> Result<(), E> {
        self.bare(key).push('{');
        write(self)?;
        self.0.push('}');
        Ok(())
    }

    /// A list of objects inside, one for each item.
    pub(crate) fn list<T>(
        &mut self,
        key: Key,
        items: &[T],
        mut write: impl FnMut(&mut Writer, &T),
    ) {
        self.bare(key).push('[');
        for item in items {
            let first = self.0.as_bytes().last() == Some(&b'[');
            self.0.push_str(if first { "{" } else { ",{" });
            write(self, item);
            self.0.push('}');
        }
        self.0.push(']');
    }

    pub(crate) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn object_into<'a>(out: &mut String, fields: impl Iterator<Item = (&'a str, &'a Json<'a>)>) {
    out.push('{');
    for (i, (key, value)) in fields.enumerate() {
        if i > 0 {
            out.push(',');
        }
        quote_into(out, key);
        out.push(':');
        value.write_into(out);
    }
    out.push('}');
}

/// Writes a JSON object in the order given.
pub(crate) fn object(fields: &[(&str, Json<'_>)]) -> String {
    let mut out = String::with_capacity(512);
    object_into(&mut out, fields.iter().map(|(k, v)| (*k, v)));
    out
}

/// Reads an object, refusing whatever is ambiguous.
pub(crate) fn read_object(bytes: &[u8]) -> Result<Json<'_>, Reason> {
    if bytes.len() > MAX_BODY {
        return Err(Reason::malformed("body", "longer than 64 KiB"));
    }
    match std::str::from_utf8(bytes).ok().and_then(Json::read) {
        Some(object @ Json::Object(_)) => Ok(object),
        Some(_) => Err(Reason::malformed("body", "not a JSON object")),
        None => Err(Reason::malformed(
            "body",
            "not JSON without duplicate keys and without fractional numbers",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_field_by_field_is_json() {
        let mut out = Writer::new();
        out.object(key!("o"), |_| Ok::<(), ()>(())).unwrap();
        out.text(key!("a"), "é");
        out.text(key!("b"), "\"\\\u{1}{");
        out.code(key!("c"), |out| out.push_str("00ff"));
        out.list(key!("l"), &["x[", "y"], |out, item| {
            out.text(key!("i"), item);
            out.text(key!("j"), "");
        });
        out.list::<&str>(key!("n"), &[], |_, _| {});
        let theirs = serde_json::json!({"o": {}, "a": "é", "b": "\"\\\u{1}{", "c": "00ff",
            "l": [{"i": "x[", "j": ""}, {"i": "y", "j": ""}], "n": []});
        assert_eq!(serde_json::from_str::<serde_json::Value>(&out.end()).unwrap(), theirs);
        assert_eq!(Writer::new().end(), "{}");
    }

    #[test]
    fn refuses_ambiguity() {
        for body in [
            r#"{"a":1,"a":2}"#,
            r#"{"x":{"a":1,"\u0061":2}}"#,
            r#"{"a":1.0}"#,
            r#"{"a":1e3}"#,
            "[]",
            "",
            "{",
            r#"{"a":-0}"#,
        ] {
            assert!(read_object(body.as_bytes()).is_err(), "{body}");
        }
        assert!(read_object("[".repeat(100_000).as_bytes()).is_err());
        let read = read_object(r#"{"b":[{"d":1,"c":"\u00e9"}],"a":null}"#.as_bytes()).unwrap();
        assert_eq!(read.sorted_text(), r#"{"a":null,"b":[{"c":"é","d":1}]}"#);
        let hard = Json::List(vec![Json::from("a\"b\\c\n\u{1}é\u{7f}\u{2028}"), Json::Bool(true)]);
        let theirs = serde_json::json!(["a\"b\\c\n\u{1}é\u{7f}\u{2028}", true]).to_string();
        assert_eq!(hard.sorted_text(), theirs);
    }
}
