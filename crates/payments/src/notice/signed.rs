//! The shapes of signed text that several gateways share: pairs joined by `&`, values joined by `|`, and what stands outside them.

use std::borrow::Cow;

use super::{Field, Taking};
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
    // Counted in bytes, of which many are added at once.
    let chunks = text.as_bytes().chunks(255);
    let found = chunks.map(|c| c.iter().map(|b| u8::from(*b == delimiter)).sum::<u8>());
    found.map(usize::from).sum::<usize>() < count
}

/// The values of the signed fields, all of which must be there.
pub(crate) fn values<'a, T: Field<'a>, const N: usize>(
    fields: &mut Taking<'_, T>,
    names: &[&'static str; N],
) -> Result<[Cow<'a, str>; N], Reason> {
    let mut values = [const { Cow::Borrowed("") }; N];
    for (place, name) in values.iter_mut().zip(names) {
        let field = fields.take(name).ok_or_else(|| Reason::malformed(*name, "missing"))?;
        match field.borrowed() {
            Some(text) => *place = Cow::Borrowed(text),
            None => *place = field.value()?,
        }
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
pub(crate) fn uncovered<'a, T: Field<'a>>(fields: &Taking<'_, T>) -> Vec<String> {
    fields.left().map(|field| field.name().to_owned()).collect()
}
