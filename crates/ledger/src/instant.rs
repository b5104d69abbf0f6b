//! Instants as the record keeps them: RFC 3339 in UTC with nine digits of a second, so that their texts sort as they do.

use motcua_payments::instant::VIET_NAM;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::Error;

const FORM: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:9]Z");

pub(crate) fn instant(at: OffsetDateTime) -> Result<String, Error> {
    let year = at.to_offset(VIET_NAM).year();
    if !(2000..=2999).contains(&year) {
        return Err(Error::BadYear { year });
    }
    at.to_offset(UtcOffset::UTC).format(FORM).map_err(|e| Error::Damaged { problem: e.to_string() })
}

pub(crate) fn parse(text: &str) -> Result<OffsetDateTime, Error> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|e| Error::Damaged { problem: format!("{text:?} is no instant: {e}") })
}

/// The year in Viet Nam.
pub(crate) fn year(at: OffsetDateTime) -> i32 {
    at.to_offset(VIET_NAM).year()
}

/// The day in Viet Nam.
pub(crate) fn day(at: OffsetDateTime) -> time::Date {
    at.to_offset(VIET_NAM).date()
}

/// The instant at which a day begins in Viet Nam, as the record keeps it.
pub(crate) fn midnight(day: time::Date) -> Result<String, Error> {
    instant(day.midnight().assume_offset(VIET_NAM))
}
