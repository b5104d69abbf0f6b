//! The shapes of signed text that several gateways share: pairs joined by `&`, values joined by `|`, and what stands outside them.

use std::borrow::Cow;

use crate::json::Json;
use crate::reason::Reason;

/// `k=v&k=v` in the order given, nothing escaped.
pub(crate) fn joined<K: AsRef<str>, V: AsRef<str>>(pairs: &[(K, V)]) -> String {
    let mut text = String::with_capacity(256);
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

/// The signed fields of a JSON notice by name, all of which must be there.
pub(crate) fn pairs<'a>(
    body: &'a Json,
    names: &[&'static str],
) -> Result<Vec<(&'static str, Cow<'a, str>)>, Reason> {
    let one = |name: &&'static str| match body.get(name) {
        None => Err(Reason::malformed(*name, "missing")),
        Some(_) => Ok((*name, body.shown(name)?)),
    };
    names.iter().map(one).collect()
}

/// The signed values of a JSON notice joined by `|`. A delimiter inside a value makes the text mean two things: refused.
pub(crate) fn pipe_fields(body: &Json, names: &[&'static str]) -> Result<String, Reason> {
    let mut text = String::with_capacity(256);
    for (i, (name, value)) in pairs(body, names)?.into_iter().enumerate() {
        if value.contains('|') {
            return Err(Reason::malformed(name, "holds the delimiter '|'"));
        }
        if i > 0 {
            text.push('|');
        }
        text.push_str(&value);
    }
    Ok(text)
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

/// The names in a JSON object that are neither signed nor the signature.
pub(crate) fn uncovered(body: &Json, signed: &[&str], signature: &str) -> Vec<String> {
    let Json::Object(fields) = body else { return Vec::new() };
    let outside = |key: &&String| !signed.contains(&key.as_str()) && *key != signature;
    fields.iter().map(|(key, _)| key).filter(outside).cloned().collect()
}
