//! Instants: RFC 3339 UTC in JSON, Vietnamese wall-clock stamps in gateway messages. No clock: every instant is given.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};
use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// Viet Nam keeps UTC+07:00 all year, without exception.
pub const VIET_NAM: UtcOffset = match UtcOffset::from_hms(7, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// `yyyyMMddHHmmss` on the Vietnamese clock (24 hours), as VNPAY and the payment platform write time.
pub fn stamp(at: OffsetDateTime) -> String {
    let t = at.to_offset(VIET_NAM);
    let two = |n: u8| [b'0' + n / 10 % 10, b'0' + n % 10];
    let rest = [u8::from(t.month()), t.day(), t.hour(), t.minute(), t.second()].map(two);
    let [month, day, hour, minute, second] = rest;
    let year = t.year();
    let halves = [year / 100, year % 100].map(|n| two(u8::try_from(n).unwrap_or_default()));
    if (0..=9999).contains(&year) {
        let all = [halves[0], halves[1], month, day, hour, minute, second];
        // Digits are always UTF-8.
        return String::from_utf8(all.as_flattened().to_vec()).unwrap_or_default();
    }
    // No gateway has such a year; it is written as it is.
    let rest: String = rest.as_flattened().iter().copied().map(char::from).collect();
    format!("{year:04}{rest}")
}

/// Reads [`stamp`] back; `None` where the text is no such time.
pub fn read_stamp(text: &str) -> Option<OffsetDateTime> {
    on_the_clock(*text.as_bytes().as_array()?)
}

/// Reads `yyyy-MM-dd HH:mm:ss` on the Vietnamese clock (payOS, bank webhooks).
pub fn read_local(text: &str) -> Option<OffsetDateTime> {
    let [y, e, a, r, b'-', m, o, b'-', d, i, b' ', h, u, b':', n, t, b':', s, c] =
        *text.as_bytes().as_array()?
    else {
        return None;
    };
    on_the_clock([y, e, a, r, m, o, d, i, h, u, n, t, s, c])
}

/// `yyyyMMddHHmmss`.
fn on_the_clock(digits: [u8; 14]) -> Option<OffsetDateTime> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let [c, y, month, day, hour, minute, second] = *digits.as_chunks::<2>().0.as_array()?;
    let two = |[tens, ones]: [u8; 2]| (tens - b'0') * 10 + (ones - b'0');
    let year = i32::from(two(c)) * 100 + i32::from(two(y));
    let date = Date::from_calendar_date(year, Month::try_from(two(month)).ok()?, two(day)).ok()?;
    let time = Time::from_hms(two(hour), two(minute), two(second)).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_offset(VIET_NAM))
}

/// Reads RFC 3339 with its own offset (payOS's answers).
pub fn read_offset(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

/// The calendar day in Viet Nam.
pub fn day(at: OffsetDateTime) -> Date {
    at.to_offset(VIET_NAM).date()
}

/// `yyMMdd` of the Vietnamese day: the prefix that ZaloPay demands.
pub fn short_day(at: OffsetDateTime) -> String {
    let d = day(at);
    format!("{:02}{:02}{:02}", d.year().rem_euclid(100), u8::from(d.month()), d.day())
}

/// Milliseconds since 1970, as MoMo and ZaloPay write time.
pub fn milliseconds(at: OffsetDateTime) -> i128 {
    at.unix_timestamp_nanos() / 1_000_000
}

/// Reads milliseconds since 1970; `None` outside the years that a payment can have.
pub fn read_milliseconds(value: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(value.div_euclid(1000))
        .ok()
        .filter(|t| (2000..=2200).contains(&t.year()))
}

/// `2026-11-24T03:00:00Z`.
pub fn text(at: OffsetDateTime) -> String {
    let t = at.to_offset(UtcOffset::UTC);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        t.year(),
        u8::from(t.month()),
        t.day(),
        t.hour(),
        t.minute(),
        t.second()
    )
}

/// Serde form of an instant.
pub fn serialize<S: Serializer>(at: &OffsetDateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*at))
}

/// Serde form of an instant; an offset other than `Z` is taken and converted.
pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<OffsetDateTime, D::Error> {
    let written = String::deserialize(d)?;
    OffsetDateTime::parse(&written, &Rfc3339).map(|t| t.to_offset(UtcOffset::UTC)).map_err(|e| {
        D::Error::custom(format!("{written:?} is not an instant such as 2026-11-24T03:00:00Z: {e}"))
    })
}

/// Serde form of an instant that may be absent.
pub mod optional {
    use super::{Deserialize, Deserializer, OffsetDateTime, Serializer};

    #[derive(Deserialize)]
    struct Wrapped(#[serde(deserialize_with = "super::deserialize")] OffsetDateTime);

    /// Writes it, or null.
    pub fn serialize<S: Serializer>(at: &Option<OffsetDateTime>, s: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => super::serialize(at, s),
            None => s.serialize_none(),
        }
    }

    /// Reads it; null and absence are none.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<OffsetDateTime>, D::Error> {
        Ok(Option::<Wrapped>::deserialize(d)?.map(|w| w.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn stamps_are_vietnamese_and_24_hours() {
        let at = datetime!(2026-11-23 18:30:05 UTC);
        assert_eq!(stamp(at), "20261124013005");
        assert_eq!(short_day(at), "261124");
        assert_eq!(read_stamp("20261124013005"), Some(at));
        for bad in ["20261132013005", "20261124240000", "2026112401300", "+0261124013005"] {
            assert_eq!(read_stamp(bad), None, "{bad}");
        }
        assert_eq!(read_local("2026-11-24 01:30:05"), Some(at));
        for bad in ["2026-11-24T01:30:05", "2026-13-24 01:30:05", "-026-11-24 01:30:05", ""] {
            assert_eq!(read_local(bad), None, "{bad}");
        }
        assert_eq!(stamp(datetime!(2026-11-24 08:00:00 UTC)), "20261124150000");
    }
}
