//! Legal dates as ISO text (`2026-11-24`): reading, writing, serde. Not instants.

use serde::{Deserialize, Deserializer, Serializer};
use time::{Date, Month};

/// Reads `2026-11-24`, nothing looser.
pub(crate) fn parse(raw: &str) -> Option<Date> {
    let bytes = raw.as_bytes();
    if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        let part = raw.get(range)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u16>().ok()).flatten()
    };
    let month = Month::try_from(u8::try_from(number(5..7)?).ok()?).ok()?;
    let day = u8::try_from(number(8..10)?).ok()?;
    Date::from_calendar_date(i32::from(number(0..4)?), month, day).ok()
}

/// `24/11/2026`, as Vietnamese documents write dates.
pub(crate) fn vietnamese(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), u8::from(date.month()), date.year())
}

/// `2026-11-24`.
pub(crate) fn iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

pub(crate) fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&iso(*date))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let raw = String::deserialize(deserializer)?;
    parse(&raw).ok_or_else(|| {
        serde::de::Error::custom(format!("`{raw}` is not a date: write it as 2026-11-24"))
    })
}

/// The same for a date that may be absent.
pub(crate) mod optional {
    use super::{Date, Deserialize, Deserializer, Serializer, parse};

    pub(crate) fn serialize<S: Serializer>(
        date: &Option<Date>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match date {
            Some(date) => super::serialize(date, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Date>, D::Error> {
        let raw = Option::<String>::deserialize(deserializer)?;
        raw.map(|raw| {
            parse(&raw).ok_or_else(|| {
                serde::de::Error::custom(format!("`{raw}` is not a date: write it as 2026-11-24"))
            })
        })
        .transpose()
    }
}

/// The same for a list of dates.
pub(crate) mod list {
    use super::{Date, Deserialize, Deserializer, Serializer, parse};

    pub(crate) fn serialize<S: Serializer>(
        dates: &[Date],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(dates.iter().map(|date| super::iso(*date)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Date>, D::Error> {
        let raw = Vec::<String>::deserialize(deserializer)?;
        raw.iter()
            .map(|raw| {
                parse(raw).ok_or_else(|| {
                    serde::de::Error::custom(format!(
                        "`{raw}` is not a date: write it as 2026-11-24"
                    ))
                })
            })
            .collect()
    }
}
