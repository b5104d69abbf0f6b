//! UTCTime and GeneralizedTime as RFC 5280 §4.1.2.5 allows them: Zulu, with seconds. Fractions are
//! read where RFC 3161 §2.4.2 allows them.

use super::{Element, Fault, tag};
use time::{Date, Month, OffsetDateTime, Time};

/// Reads either time type, RFC 5280 profile (no fraction).
pub(crate) fn read_time(element: &Element<'_>) -> Result<OffsetDateTime, Fault> {
    let bytes = element.content;
    let bad = element.fault("time is not in the form RFC 5280 demands");
    match element.tag {
        tag::UTC_TIME if bytes.len() == 13 => {
            let year = two(bytes, 0).ok_or(bad)?;
            // RFC 5280 §4.1.2.5.1: 50..99 are 1950..1999.
            let year = if year >= 50 { 1900 + i32::from(year) } else { 2000 + i32::from(year) };
            fields(year, bytes.get(2..).ok_or(bad)?).ok_or(bad)
        }
        tag::GENERALIZED_TIME if bytes.len() == 15 => generalized(bytes).ok_or(bad),
        _ => Err(bad),
    }
}

/// A GeneralizedTime with an optional fraction of a second without trailing zeros (RFC 3161 §2.4.2).
pub(crate) fn generalized_time(element: &Element<'_>) -> Result<OffsetDateTime, Fault> {
    let bad = element.fault("generalized time is not in the form RFC 3161 demands");
    let bytes = element.content;
    if element.tag != tag::GENERALIZED_TIME {
        return Err(bad);
    }
    if bytes.len() <= 15 {
        return generalized(bytes).ok_or(bad);
    }
    let (Some(b'.'), Some((b'Z', digits))) =
        (bytes.get(14), bytes.get(15..).and_then(|d| d.split_last()).map(|(z, d)| (*z, d)))
    else {
        return Err(bad);
    };
    if digits.is_empty() || digits.len() > 9 || digits.last() == Some(&b'0') {
        return Err(bad);
    }
    let mut nanos = 0_u32;
    for place in 0..9 {
        let digit = match digits.get(place) {
            Some(d) if d.is_ascii_digit() => u32::from(d - b'0'),
            Some(_) => return Err(bad),
            None => 0,
        };
        nanos = nanos * 10 + digit;
    }
    let mut whole = bytes.get(..14).ok_or(bad)?.to_vec();
    whole.push(b'Z');
    let second = generalized(&whole).ok_or(bad)?;
    second.replace_nanosecond(nanos).map_err(|_| bad)
}

fn generalized(bytes: &[u8]) -> Option<OffsetDateTime> {
    if bytes.len() != 15 {
        return None;
    }
    let year = i32::from(two(bytes, 0)?) * 100 + i32::from(two(bytes, 2)?);
    fields(year, bytes.get(4..)?)
}

fn fields(year: i32, rest: &[u8]) -> Option<OffsetDateTime> {
    if rest.get(10) != Some(&b'Z') {
        return None;
    }
    let month = Month::try_from(two(rest, 0)?).ok()?;
    let date = Date::from_calendar_date(year, month, two(rest, 2)?).ok()?;
    let time = Time::from_hms(two(rest, 4)?, two(rest, 6)?, two(rest, 8)?).ok()?;
    Some(date.with_time(time).assume_utc())
}

fn two(bytes: &[u8], at: usize) -> Option<u8> {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(a), Some(b)) if a.is_ascii_digit() && b.is_ascii_digit() => {
            Some((a - b'0') * 10 + (b - b'0'))
        }
        _ => None,
    }
}

/// A `Time` element next in `reader`.
pub(crate) fn time_field(
    reader: &mut super::Reader<'_>,
    reason: &'static str,
) -> Result<OffsetDateTime, Fault> {
    match reader.peek() {
        Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => read_time(&reader.any()?),
        _ => Err(reader.fault(reason)),
    }
}

/// UTCTime through 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5); whole seconds.
pub(crate) fn write_time(at: OffsetDateTime) -> Vec<u8> {
    let at = at.to_offset(time::UtcOffset::UTC);
    let rest = format!(
        "{:02}{:02}{:02}{:02}{:02}Z",
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    );
    if (1950..2050).contains(&at.year()) {
        super::tlv(tag::UTC_TIME, format!("{:02}{rest}", at.year() % 100).as_bytes())
    } else {
        super::tlv(tag::GENERALIZED_TIME, format!("{:04}{rest}", at.year()).as_bytes())
    }
}

/// GeneralizedTime of whole seconds, as timestamps write it (RFC 3161 §2.4.2).
#[cfg(feature = "authority")]
pub(crate) fn write_generalized_time(at: OffsetDateTime) -> Vec<u8> {
    let at = at.to_offset(time::UtcOffset::UTC);
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    let text = format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    super::tlv(tag::GENERALIZED_TIME, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn element(bytes: &[u8]) -> Element<'_> {
        super::super::Reader::new(bytes).any().unwrap()
    }

    #[test]
    fn the_century_turns_at_fifty() {
        let read =
            |text: &str| read_time(&element(&crate::der::tlv(tag::UTC_TIME, text.as_bytes())));
        assert_eq!(read("491231235959Z"), Ok(datetime!(2049-12-31 23:59:59 UTC)));
        assert_eq!(read("500101000000Z"), Ok(datetime!(1950-01-01 0:00 UTC)));
        assert!(read("5001010000Z").is_err());
        assert!(read("500101000000+0000").is_err());
    }

    #[test]
    fn fractions_have_no_trailing_zero() {
        let read = |text: &str| {
            generalized_time(&element(&crate::der::tlv(tag::GENERALIZED_TIME, text.as_bytes())))
        };
        assert_eq!(read("20261124030000.25Z"), Ok(datetime!(2026-11-24 3:00:00.25 UTC)));
        assert!(read("20261124030000.50Z").is_err());
        assert!(read("20261124030000.Z").is_err());
    }
}
