//! Finding the fields of a message by name without looking at all of them each time, and telling which nobody asked for.

use std::borrow::Cow;

use crate::form::Pair;
use crate::json::Json;
use crate::reason::Reason;

/// Names met so far, as marks: a name whose mark is not set is new, one whose mark is set may be.
#[derive(Default)]
pub(crate) struct Seen(u64);

impl Seen {
    /// Whether the name may have been met before; marks it.
    #[inline]
    pub(crate) fn perhaps(&mut self, name: &str) -> bool {
        let at = |bytes: Option<&u8>| bytes.map_or(0, |b| u32::from(*b));
        let bytes = name.as_bytes();
        let sum = at(bytes.first())
            .wrapping_mul(7)
            .wrapping_add(at(bytes.get(bytes.len() / 2)).wrapping_mul(29))
            .wrapping_add(at(bytes.last()).wrapping_mul(13))
            .wrapping_add(bytes.len() as u32);
        let mark = 1 << (sum % 64);
        let met = self.0 & mark != 0;
        self.0 |= mark;
        met
    }
}

/// A field of a message.
pub(crate) trait Field<'a> {
    /// Its name as read.
    fn name(&self) -> &str;
    /// Its value as a signed text has it.
    fn value(&self) -> Result<Cow<'a, str>, Reason>;
    /// The same where the message itself has that text, as most often.
    fn borrowed(&self) -> Option<&'a str>;
}

impl<'a> Field<'a> for (Cow<'a, str>, Json<'a>) {
    #[inline]
    fn name(&self) -> &str {
        &self.0
    }
    #[inline]
    fn value(&self) -> Result<Cow<'a, str>, Reason> {
        self.1.single(&self.0)
    }
    #[inline]
    fn borrowed(&self) -> Option<&'a str> {
        self.1.borrowed()
    }
}

impl<'a> Field<'a> for Pair<'a> {
    fn name(&self) -> &str {
        &self.key
    }
    fn value(&self) -> Result<Cow<'a, str>, Reason> {
        Ok(self.value.clone())
    }
    fn borrowed(&self) -> Option<&'a str> {
        match self.value {
            Cow::Borrowed(text) => Some(text),
            Cow::Owned(_) => None,
        }
    }
}

/// Takes fields by name. Gateways send them in one order: the search goes on from the last one found, and round once.
pub(crate) struct Taking<'b, T> {
    fields: &'b [T],
    next: usize,
    taken: u128,
}

impl<'a, 'b, T: Field<'a>> Taking<'b, T> {
    /// From fields whose names differ, at most 128 of them (readers take a hundred).
    pub(crate) fn new(fields: &'b [T]) -> Taking<'b, T> {
        Taking { fields, next: 0, taken: 0 }
    }

    /// The field of this name.
    pub(crate) fn take(&mut self, name: &str) -> Option<&'b T> {
        let is = |i: &usize| self.fields.get(*i).is_some_and(|f| f.name() == name);
        let found = if is(&self.next) {
            self.next
        } else {
            (self.next..self.fields.len()).chain(0..self.next).find(is)?
        };
        self.next = found + 1;
        self.taken |= 1 << (found % 128);
        self.fields.get(found)
    }

    /// The fields not taken, in their order.
    pub(crate) fn left(&self) -> impl Iterator<Item = &'b T> {
        let taken = self.taken;
        let all = taken.count_ones() as usize == self.fields.len();
        let fields = if all { &[] } else { self.fields };
        fields.iter().enumerate().filter(move |(i, _)| taken >> (i % 128) & 1 == 0).map(|(_, f)| f)
    }
}

impl<'b, 'a> Taking<'b, (Cow<'a, str>, Json<'a>)> {
    /// From an object; from anything else there is nothing to take.
    pub(crate) fn of(object: &'b Json<'a>) -> Taking<'b, (Cow<'a, str>, Json<'a>)> {
        Taking::new(match object {
            Json::Object(fields) => fields,
            Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Text(_) | Json::List(_) => &[],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_in_any_order_and_tells_what_is_left() {
        let body = Json::read(r#"{"a":1,"b":2,"c":3,"d":4}"#).unwrap();
        let mut fields = Taking::of(&body);
        let names = ["c", "a", "a", "e", "d"].map(|n| fields.take(n).map(|(k, _)| k.to_string()));
        assert_eq!(names.map(|n| n.unwrap_or_default()), ["c", "a", "a", "", "d"]);
        assert_eq!(fields.left().map(Field::name).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn a_name_met_is_always_told() {
        let mut seen = Seen::default();
        for name in ["", "a", "ab", "orderId", "ordreId", "é"] {
            seen.perhaps(name);
            assert!(seen.perhaps(name), "{name}");
        }
    }
}
