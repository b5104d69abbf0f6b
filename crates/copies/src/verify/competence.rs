//! Whether the issuer was competent on the day of the certification: offices come and go, and an old copy is judged by its own day.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::content::fold;
use crate::facts::{CopyFacts, VIET_NAM, date};

/// An office that certifies, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Its identifier, as in the copies.
    pub agency_id: String,
    /// Its name then.
    pub name: String,
    /// First day of its competence; always where absent.
    #[serde(default, with = "date::optional")]
    pub from: Option<Date>,
    /// Last day of its competence; until now where absent.
    #[serde(default, with = "date::optional")]
    pub until: Option<Date>,
    /// Capacities in which its officials certified then, by their first line; any where empty.
    #[serde(default)]
    pub capacities: Vec<String>,
    /// Who certified there, and when; anyone where absent.
    #[serde(default)]
    pub officials: Option<Vec<Appointment>>,
}

/// That someone may certify in an office's name, by appointment, authorisation or assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// The official's name.
    pub name: String,
    /// In which capacity, by its first line; any where absent.
    #[serde(default)]
    pub capacity: Option<String>,
    /// First day; always where absent.
    #[serde(default, with = "date::optional")]
    pub from: Option<Date>,
    /// Last day; until now where absent.
    #[serde(default, with = "date::optional")]
    pub until: Option<Date>,
}

/// What the list says of a copy's issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Competence {
    Competent,
    NotCompetent,
    /// The office was, the official was not on this day.
    NotAppointed(Date),
    Unknown,
}

/// The days that count for the official: those the copy states, and that of the signature where a timestamp proves it.
pub(super) fn days(facts: &CopyFacts, signed: Option<OffsetDateTime>) -> Vec<Date> {
    let proven = signed.map(|at| at.to_offset(VIET_NAM).date());
    facts.mandate_days().into_iter().chain(proven).collect()
}

/// Looks the issuer up, and the official on each of the days.
pub(super) fn of(issuers: &[Issuer], facts: &CopyFacts, days: &[Date]) -> Competence {
    let named =
        |i: &&Issuer| i.agency_id == facts.agency_id && fold(&i.name) == fold(&facts.agency);
    let mut known = issuers.iter().filter(named).peekable();
    if known.peek().is_none() {
        return Competence::Unknown;
    }
    let capacity = fold(facts.capacity.lines().next().unwrap_or_default());
    let offices: Vec<&Issuer> = known
        .filter(|i| holds(i.from, i.until, facts.certified_on))
        .filter(|i| i.capacities.is_empty() || i.capacities.iter().any(|c| fold(c) == capacity))
        .collect();
    if offices.is_empty() {
        return Competence::NotCompetent;
    }
    let official = fold(&facts.official);
    let appointed = |a: &Appointment, day: Date| {
        fold(&a.name) == official
            && a.capacity.as_ref().is_none_or(|c| fold(c) == capacity)
            && holds(a.from, a.until, day)
    };
    let may = |day: &Date| {
        offices.iter().any(|office| match &office.officials {
            None => true,
            Some(all) => all.iter().any(|a| appointed(a, *day)),
        })
    };
    match days.iter().find(|day| !may(day)) {
        None => Competence::Competent,
        Some(day) => Competence::NotAppointed(*day),
    }
}

fn holds(from: Option<Date>, until: Option<Date>, day: Date) -> bool {
    from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
}
