//! The types of XMP values, and the schemas that need no description. The tables are data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::tree::{Order, Property, Value};

/// The predefined schemas and structured types.
const TABLE: &str = include_str!("../../../data/xmp-schemas.txt");

static PREDEFINED: LazyLock<Schemas> = LazyLock::new(Schemas::read);

/// Properties with their types, by namespace; structured types by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Schemas {
    /// Besides those of [`PREDEFINED`].
    more: bool,
    properties: BTreeMap<(String, String), String>,
    types: BTreeMap<String, Structure>,
}

#[derive(Debug, Clone, Default)]
struct Structure {
    namespace: String,
    fields: BTreeMap<String, String>,
}

impl Schemas {
    /// Those of the XMP Specification and ISO 19005-2.
    pub(super) fn predefined() -> Self {
        Self { more: true, ..Self::default() }
    }

    fn read() -> Self {
        let mut schemas = Self::default();
        let (mut kind, mut namespace) = (None::<String>, String::new());
        for line in TABLE.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            if let Some(head) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                let words: Vec<_> = head.split(' ').collect();
                kind = (words.first() == Some(&"type"))
                    .then(|| words.get(1).copied().unwrap_or_default().to_owned());
                namespace = words.last().copied().unwrap_or_default().to_owned();
                if let Some(name) = &kind {
                    schemas.declare_type(name, &namespace, BTreeMap::new());
                }
            } else if let Some((name, value_type)) = line.split_once(' ') {
                match &kind {
                    Some(kind) => {
                        if let Some(structure) = schemas.types.get_mut(kind) {
                            structure.fields.insert(name.to_owned(), value_type.to_owned());
                        }
                    }
                    None => schemas.declare(&namespace, name, value_type),
                }
            }
        }
        schemas
    }

    fn below(&self) -> Option<&'static Self> {
        self.more.then(|| &*PREDEFINED)
    }

    fn structure(&self, name: &str) -> Option<&Structure> {
        self.types.get(name).or_else(|| self.below()?.types.get(name))
    }

    pub(super) fn declare(&mut self, namespace: &str, name: &str, value_type: &str) {
        self.properties.insert((namespace.to_owned(), name.to_owned()), simplified(value_type));
    }

    pub(super) fn declare_type(
        &mut self,
        name: &str,
        namespace: &str,
        fields: BTreeMap<String, String>,
    ) {
        let fields = fields.into_iter().map(|(name, kind)| (name, simplified(&kind))).collect();
        self.types
            .insert(name.to_lowercase(), Structure { namespace: namespace.to_owned(), fields });
    }

    /// The type of a property; `None` when no schema has it.
    pub(super) fn type_of(&self, namespace: &str, name: &str) -> Option<&str> {
        let key = (namespace.to_owned(), name.to_owned());
        let own = self.properties.get(&key);
        own.or_else(|| self.below()?.properties.get(&key)).map(String::as_str)
    }

    /// Whether a type of that name is known.
    pub(super) fn knows(&self, value_type: &str) -> bool {
        let value_type = simplified(value_type);
        if value_type == "lang alt" {
            return true;
        }
        let item = value_type.split_once(' ').filter(|(order, _)| array(order).is_some());
        let name = item.map_or(value_type.as_str(), |(_, item)| item.trim());
        is_simple(name) || self.structure(name).is_some()
    }

    /// Whether a value is of a type.
    pub(super) fn fits(&self, property: &Property, value_type: &str) -> bool {
        let value_type = value_type.trim();
        if value_type == "any" {
            return true;
        }
        if value_type == "lang alt" {
            return property.items(Order::Alt).is_some_and(|items| {
                items.iter().all(|i| i.language.is_some() && i.text().is_some())
            });
        }
        if let Some((order, item)) = value_type.split_once(' ')
            && let Some(order) = array(order)
        {
            return property
                .items(order)
                .is_some_and(|items| items.iter().all(|i| self.fits(i, item)));
        }
        if let Some(structure) = self.structure(value_type) {
            return match &property.value {
                // A type without fields is described by its text alone.
                Value::Simple(_) => structure.fields.is_empty(),
                Value::Structure(fields) => fields.iter().all(|field| {
                    field.namespace == structure.namespace
                        && structure.fields.get(&field.name).is_some_and(|t| self.fits(field, t))
                }),
                Value::Array(..) => false,
            };
        }
        property.text().is_some_and(|text| simple(value_type, text))
    }
}

fn array(order: &str) -> Option<Order> {
    match order {
        "bag" => Some(Order::Bag),
        "seq" => Some(Order::Seq),
        "alt" => Some(Order::Alt),
        _ => None,
    }
}

/// `Closed Choice of Text` is text whose values are fixed elsewhere; case does not matter.
fn simplified(value_type: &str) -> String {
    let mut words: Vec<String> =
        value_type.to_lowercase().split_whitespace().map(str::to_owned).collect();
    words.retain(|w| !matches!(w.as_str(), "open" | "closed" | "choice" | "of"));
    if words.is_empty() || (words.len() == 1 && words.first().and_then(|w| array(w)).is_some()) {
        words.push("text".to_owned());
    }
    words.join(" ")
}

fn is_simple(name: &str) -> bool {
    matches!(
        name,
        "boolean"
            | "integer"
            | "real"
            | "mimetype"
            | "propername"
            | "text"
            | "agentname"
            | "rational"
            | "renditionclass"
            | "gpscoordinate"
            | "locale"
            | "date"
            | "uri"
            | "url"
            | "xpath"
            | "any"
    )
}

fn simple(value_type: &str, text: &str) -> bool {
    match value_type {
        "boolean" => matches!(text, "True" | "False"),
        "integer" => digits(text.strip_prefix(['+', '-']).unwrap_or(text)),
        "real" => real(text),
        "mimetype" => text.split_once('/').is_some_and(|(a, b)| media(a) && media(b)),
        "date" => date(text),
        "gpscoordinate" => coordinate(text),
        other => is_simple(other),
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn real(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    match text.split_once('.') {
        None => digits(text),
        Some((whole, part)) => {
            (digits(whole) && (part.is_empty() || digits(part)))
                || (whole.is_empty() && digits(part))
        }
    }
}

fn media(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-+.".contains(&b))
}

/// `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, and with a time `Thh:mm[:ss[.f]]` and its zone (XMP Specification, Date).
fn date(text: &str) -> bool {
    let (day, time) = match text.split_once('T') {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let number = |part: &str, length: usize, least: u32, most: u32| {
        part.len() == length
            && digits(part)
            && part.parse().is_ok_and(|v: u32| (least..=most).contains(&v))
    };
    let parts: Vec<_> = day.split('-').collect();
    let sound = match parts[..] {
        [year] => number(year, 4, 0, 9999),
        [year, month] => number(year, 4, 0, 9999) && number(month, 2, 1, 12),
        [year, month, day] => {
            number(year, 4, 0, 9999) && number(month, 2, 1, 12) && number(day, 2, 1, 31)
        }
        _ => false,
    };
    let Some(time) = time else { return sound };
    if !sound || parts.len() != 3 {
        return false;
    }
    let (clock, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, ""),
    };
    let zoned = match zone.strip_prefix(['+', '-']) {
        Some(zone) => zone
            .split_once(':')
            .is_some_and(|(hours, minutes)| number(hours, 2, 0, 23) && number(minutes, 2, 0, 59)),
        None => zone.is_empty() || zone == "Z",
    };
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let parts: Vec<_> = clock.split(':').collect();
    let timed = match parts[..] {
        [hours, minutes] => {
            number(hours, 2, 0, 23) && number(minutes, 2, 0, 59) && fraction.is_none()
        }
        [hours, minutes, seconds] => {
            number(hours, 2, 0, 23) && number(minutes, 2, 0, 59) && number(seconds, 2, 0, 59)
        }
        _ => false,
    };
    zoned && timed && fraction.is_none_or(digits)
}

/// `DDD,MM,SSk` or `DDD,MM.mmk` (XMP Specification, GPSCoordinate).
fn coordinate(text: &str) -> bool {
    let Some(text) = text.strip_suffix(['N', 'S', 'E', 'W']) else { return false };
    let short = |part: &str, most: usize| digits(part) && part.len() <= most;
    let parts: Vec<_> = text.split(',').collect();
    match parts[..] {
        [degrees, minutes, seconds] => short(degrees, 3) && short(minutes, 2) && short(seconds, 2),
        [degrees, minutes] => {
            short(degrees, 3)
                && minutes
                    .split_once('.')
                    .is_some_and(|(whole, part)| short(whole, 2) && digits(part))
        }
        _ => false,
    }
}
