//! Legal dates in JSON: `2026-11-24`. A date is a day in Viet Nam, not an instant.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};
use time::Date;
use time::macros::format_description;

/// `2026-11-24`.
pub fn text(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

/// Reads [`text`] back, and nothing else.
pub fn read(text: &str) -> Option<Date> {
    if text.len() != 10 {
        return None;
    }
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}

/// Serde form of a day.
pub fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*date))
}

/// Serde form of a day; anything but `2026-11-24` is refused.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    read(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is not a day as 2026-11-24")))
}

/// The same for a day that may be absent.
pub mod optional {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::{Date, read, text};

    /// Writes it, or null.
    pub fn serialize<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        match date {
            Some(date) => serializer.serialize_some(&text(*date)),
            None => serializer.serialize_none(),
        }
    }

    /// Reads it; null is none.
    pub fn deserialize<'de, T: Deserializer<'de>>(
        deserializer: T,
    ) -> Result<Option<Date>, T::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        let bad = || T::Error::custom(format!("{text:?} is not a day as 2026-11-24"));
        read(&text).map(Some).ok_or_else(bad)
    }
}
