//! The shapes of signed text that several gateways share: pairs joined by `&`, values joined by `|`, and what stands outside them.

use std::borrow::Cow;

use super::{Named, Taking};
use crate::json::Json;
use crate::reason::Reason;

/// `k=v&k=v` in the order given, nothing escaped.
pub(crate) fn joined<K: AsRef<str>, V: AsRef<str>>(
    pairs: impl IntoIterator<Item = (K, V)>,
) -> String {
    let mut text = String::with_capacity(384);
    for (key, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(key.as_ref());
        text.push('=');
        text.push_str(value.as_ref());
    }
    text
}

/// Whether `text`, which joins `count` values, has no more than the delimiters that join them: then no value holds one.
pub(crate) fn only_joins(text: &str, delimiter: u8, count: usize) -> bool {
    text.bytes().filter(|b| *b == delimiter).count() < count
}

/// The values of the signed fields of a JSON notice, all of which must be there.
pub(crate) fn values<'a, const N: usize>(
    body: &mut Taking<'_, (Cow<'a, str>, Json<'a>)>,
    names: &[&'static str; N],
) -> Result<[Cow<'a, str>; N], Reason> {
    let mut values = [const { Cow::Borrowed("") }; N];
    for (place, name) in values.iter_mut().zip(names) {
        let (_, value) = body.take(name).ok_or_else(|| Reason::malformed(*name, "missing"))?;
        *place = value.single(name)?;
    }
    Ok(values)
}

/// The signed values joined by `|`. A delimiter inside a value makes the text mean two things: refused.
pub(crate) fn pipe_text(names: &[&'static str], values: &[Cow<'_, str>]) -> Result<String, Reason> {
    let mut text = String::with_capacity(256);
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            text.push('|');
        }
        text.push_str(value);
    }
    if only_joins(&text, b'|', values.len()) {
        return Ok(text);
    }
    let name = names.iter().zip(values).find(|(_, value)| value.contains('|'));
    Err(Reason::malformed(*name.map_or(&"", |(name, _)| name), "holds the delimiter '|'"))
}

/// Refuses a value that holds `&name=` of a signed field: unescaped, the text could be cut in two ways.
pub(crate) fn imitates<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    names: &[&str],
) -> Result<(), Reason> {
    for (key, value) in pairs {
        let imitated =
            |piece: &str| piece.split_once('=').is_some_and(|(name, _)| names.contains(&name));
        if value.split('&').skip(1).any(imitated) {
            return Err(Reason::malformed(key, "a value that imitates a signed field"));
        }
    }
    Ok(())
}

/// The names of the fields that nobody took: they are not signed.
pub(crate) fn uncovered<T: Named>(fields: &Taking<'_, T>) -> Vec<String> {
    fields.left().map(|field| field.name().to_owned()).collect()
}
