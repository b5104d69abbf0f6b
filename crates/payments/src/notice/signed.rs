//! The shapes of signed text that several gateways share: pairs joined by `&`, values joined by `|`, and what stands outside them.

use std::borrow::Cow;

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

/// The values of the signed fields, all of which must be there.
pub(crate) fn each<'a, const N: usize>(
    names: &[&'static str; N],
    value: impl Fn(&'static str) -> Option<Result<Cow<'a, str>, Reason>>,
) -> Result<[Cow<'a, str>; N], Reason> {
    let mut values = [const { Cow::Borrowed("") }; N];
    for (place, name) in values.iter_mut().zip(names) {
        *place = value(name).ok_or_else(|| Reason::malformed(*name, "missing"))??;
    }
    Ok(values)
}

/// The same of a JSON notice.
pub(crate) fn values<'a, const N: usize>(
    body: &'a Json<'_>,
    names: &[&'static str; N],
) -> Result<[Cow<'a, str>; N], Reason> {
    each(names, |name| Some(body.get(name)?.single(name)))
}

/// The signed values joined by `|`. A delimiter inside a value makes the text mean two things: refused.
pub(crate) fn pipe_text(names: &[&'static str], values: &[Cow<'_, str>]) -> Result<String, Reason> {
    let mut text = String::with_capacity(256);
    for (i, (name, value)) in names.iter().zip(values).enumerate() {
        if value.contains('|') {
            return Err(Reason::malformed(*name, "holds the delimiter '|'"));
        }
        if i > 0 {
            text.push('|');
        }
        text.push_str(value);
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
pub(crate) fn uncovered(body: &Json<'_>, signed: &[&str], signature: &str) -> Vec<String> {
    let Json::Object(fields) = body else { return Vec::new() };
    let outside = |key: &&str| !signed.contains(key) && *key != signature;
    fields.iter().map(|(key, _)| &**key).filter(outside).map(str::to_owned).collect()
}
