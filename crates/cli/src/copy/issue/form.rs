//! The facts of one copy, from what its row and the shared file say. What a statement may say is judged in `motcua::copies`.

use std::str::FromStr;

use motcua::copies::facts::{
    CoOfficial, CopyFacts, Mandate, RegisterEntry, Shortcoming, StatementPlace, VIET_NAM,
};
use motcua::copies::issue::{Original, describe_accepting};
use motcua::copies::statement::{IssuerKind, Template};
use motcua::pdf::hex;
use ring::rand::{SecureRandom, SystemRandom};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

use super::rows::Row;
use crate::error::Error;

/// Electronic copies are booked apart where the office says nothing else; its own code may be given.
const ACT_CODE: &str = "SCTĐT/BS";
const BOOK: &str = "01";

/// A number of a register's year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Numbered {
    /// The calendar year.
    pub year: i32,
    /// The number.
    pub number: u32,
}

fn bad(name: &str, problem: String) -> Error {
    Error::BadArgument { argument: name.to_owned(), problem }
}

fn need<'a>(row: &'a Row, name: &str) -> Result<&'a str, Error> {
    row.get(name).ok_or_else(|| {
        bad(name, "it is missing; give it in the row or in the file of shared facts".to_owned())
    })
}

fn parsed<T: FromStr>(row: &Row, name: &str, what: &str) -> Result<Option<T>, Error> {
    let wrong = |text: &str| bad(name, format!("{text:?} is not {what}"));
    row.get(name).map(|text| text.parse().map_err(|_| wrong(text))).transpose()
}

/// The resolution of pictures that do not state theirs.
pub fn dpi(row: &Row) -> Result<Option<u32>, Error> {
    parsed(row, "dpi", "a whole number of dots per inch")
}

/// The number that the row itself gives.
pub fn number(row: &Row) -> Result<Option<u32>, Error> {
    parsed(row, "number", "a number of the register")
}

/// The act code of the row's register.
pub fn act_code(row: &Row) -> &str {
    row.get("act_code").unwrap_or(ACT_CODE)
}

/// The register and the agency whose it is.
pub fn register(row: &Row) -> Result<(&str, &str), Error> {
    Ok((need(row, "agency_id")?, act_code(row)))
}

/// The legal date: the row's, else today in Viet Nam.
pub fn day(row: &Row, now: OffsetDateTime) -> Result<Date, Error> {
    let Some(text) = row.get("certified_on") else { return Ok(now.to_offset(VIET_NAM).date()) };
    date("certified_on", text)
}

fn date(name: &str, text: &str) -> Result<Date, Error> {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    Date::parse(text, form)
        .map_err(|_| bad(name, format!("{text:?} is not a date like 2026-11-24")))
}

/// The statement's name: the row's, else what such an issuer uses on the day.
fn template(row: &Row, day: Date) -> Result<String, Error> {
    if let Some(named) = row.get("template") {
        return Ok(named.to_owned());
    }
    let asked = row.get("issuer").unwrap_or(IssuerKind::Commune.name());
    let issuer = IssuerKind::ALL.into_iter().find(|kind| kind.name() == asked);
    let issuer = issuer.ok_or_else(|| {
        let known = IssuerKind::ALL.map(IssuerKind::name).join(", ");
        bad("issuer", format!("{asked:?} is none of {known}"))
    })?;
    let template = Template::on(issuer, day).ok_or_else(|| {
        bad("certified_on", format!("no {asked} certified electronic copies on {day}"))
    })?;
    Ok(template.id.to_owned())
}

/// The decision by which the official certifies, and its days.
fn mandate(row: &Row) -> Result<Option<Mandate>, Error> {
    let date = |name: &str| row.get(name).map(|text| date(name, text)).transpose();
    let (from, until) = (date("mandate_from")?, date("mandate_until")?);
    match (row.get("mandate"), from) {
        (Some(document), Some(from)) => {
            Ok(Some(Mandate { document: document.to_owned(), from, until }))
        }
        (None, None) if until.is_none() => Ok(None),
        _ => {
            Err(bad("mandate", "a mandate is a document and `mandate_from`; give both".to_owned()))
        }
    }
}

fn accepted(row: &Row) -> Result<Vec<Shortcoming>, Error> {
    let text = row.get("accept").unwrap_or_default();
    let names = text.split([',', ' ', '|']).filter(|name| !name.is_empty());
    names.map(|name| crate::shortcoming(name).map_err(|e| bad("accept", e))).collect()
}

fn secret() -> Result<String, Error> {
    let mut bytes = [0_u8; 8];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::Unexpected {
        step: "drawing the link's secret",
        got: "the system gave no random bytes".to_owned(),
    })?;
    Ok(hex(&bytes))
}

/// Who signs after the first: the row's names, else those of the certificates, and a capacity for each or one for all; names and
/// capacities are divided by semicolons.
fn co_officials(row: &Row, certified: &[String]) -> Result<Vec<CoOfficial>, Error> {
    let listed = |name: &str| -> Option<Vec<String>> {
        let parts = row.get(name)?.split(';').map(|part| part.trim().replace('|', "\n"));
        Some(parts.collect())
    };
    let names = listed("co_officials").unwrap_or_else(|| certified.to_vec());
    let capacities = match listed("co_capacities") {
        Some(capacities) => capacities,
        None => vec![need(row, "capacity")?.replace('|', "\n")],
    };
    let one_for_all = capacities.len() == 1;
    if !one_for_all && capacities.len() != names.len() {
        let problem =
            format!("it names {} capacities for {} officials", capacities.len(), names.len());
        return Err(bad("co_capacities", problem));
    }
    let capacity = |i: usize| capacities.get(if one_for_all { 0 } else { i }).cloned();
    let official = |(i, name)| CoOfficial { name, capacity: capacity(i).unwrap_or_default() };
    Ok(names.into_iter().enumerate().map(official).collect())
}

/// Where on the last captured page the statement stands: left, top, width and height in millimetres.
fn statement_place(row: &Row) -> Result<Option<StatementPlace>, Error> {
    let Some(text) = row.get("statement_place") else { return Ok(None) };
    let parts = text.split([',', ';', '|', ' ']).filter(|part| !part.is_empty());
    let numbers: Result<Vec<u16>, _> = parts.map(str::parse).collect();
    match numbers.as_deref() {
        Ok([left, top, width, height]) => {
            Ok(Some(StatementPlace { left: *left, top: *top, width: *width, height: *height }))
        }
        _ => {
            let what = "four whole numbers of millimetres: left, top, width, height";
            Err(bad("statement_place", format!("{text:?} is not {what}")))
        }
    }
}

/// The facts of the row's copy under this number.
pub fn facts(
    row: &Row,
    originals: &[Original<'_>],
    place: Numbered,
    officials: &[String],
    now: OffsetDateTime,
) -> Result<CopyFacts, Error> {
    let text = |name: &str, otherwise: &str| row.get(name).unwrap_or(otherwise).to_owned();
    let signed_at = match row.get("signed_at") {
        // To the second: what is shown is what is kept.
        None => now.replace_nanosecond(0).unwrap_or(now),
        Some(text) => OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
            bad("signed_at", format!("{text:?} is not a time like 2026-11-24T10:00:00+07:00"))
        })?,
    };
    let certified_on = day(row, now)?;
    if certified_on.year() != place.year {
        return Err(bad(
            "certified_on",
            format!("{certified_on} is not in {}, the year of the register", place.year),
        ));
    }
    let accept = accepted(row)?;
    let pages = match parsed(row, "pages", "a number of pages")? {
        Some(pages) => pages,
        None => describe_accepting(originals, 1, &[])?.captured.unwrap_or(1),
    };
    Ok(CopyFacts {
        template: template(row, certified_on)?,
        register: RegisterEntry {
            number: place.number,
            book: text("book", BOOK),
            year: u16::try_from(place.year).unwrap_or(u16::MAX),
            act_code: act_code(row).to_owned(),
        },
        certified_on,
        signed_at,
        agency: need(row, "agency")?.to_owned(),
        agency_id: need(row, "agency_id")?.to_owned(),
        place: need(row, "place")?.to_owned(),
        official: text("official", officials.first().map(String::as_str).unwrap_or_default()),
        // A line feed in a CSV field is awkward; two lines may be divided by the bar too.
        capacity: need(row, "capacity")?.replace('|', "\n"),
        mandate: mandate(row)?,
        co_officials: co_officials(row, officials.get(1..).unwrap_or_default())?,
        statement_place: statement_place(row)?,
        original: describe_accepting(originals, pages, &accept)?,
        copy_id: text("copy_id", &format!("BS-{}-{:06}", place.year, place.number)),
        dossier: text("dossier", ""),
        procedure: text("procedure", "2.000815"),
        applicant: text("applicant", ""),
        paper: need(row, "paper")?.to_owned(),
        system: need(row, "system")?.to_owned(),
        link: need(row, "link")?.to_owned(),
        secret: row.get("secret").map_or_else(secret, |given| Ok(given.to_owned()))?,
    })
}
