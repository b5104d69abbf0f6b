//! Whether the issuer was competent on the day of the certification: offices come and go, and an old copy is judged by its own day.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::content::fold;
use crate::facts::{CopyFacts, VIET_NAM, date};
use crate::statement::{Objection, Template};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Competence {
    Competent,
    NotCompetent,
    /// The office was, this official was not on this day.
    NotAppointed {
        official: String,
        day: Date,
    },
    Unknown,
}

/// The days that count for the officials: those the copy states, and that of the signature where a timestamp proves it.
pub(super) fn days(facts: &CopyFacts, signed: Option<OffsetDateTime>) -> Vec<Date> {
    let proven = signed.map(|at| at.to_offset(VIET_NAM).date());
    facts.mandate_days().into_iter().chain(proven).collect()
}

/// Looks the issuer up, and the officials on each of the days.
pub(super) fn of(issuers: &[Issuer], facts: &CopyFacts, days: &[Date]) -> Competence {
    let named =
        |i: &&Issuer| i.agency_id == facts.agency_id && fold(&i.name) == fold(&facts.agency);
    let mut known = issuers.iter().filter(named).peekable();
    if known.peek().is_none() {
        return Competence::Unknown;
    }
    let first = |capacity: &str| fold(capacity.lines().next().unwrap_or_default());
    let officials: Vec<_> = facts.officials().map(|(name, c)| (fold(name), first(c))).collect();
    let lets = |office: &Issuer, capacity: &String| {
        office.capacities.is_empty() || office.capacities.iter().any(|c| fold(c) == *capacity)
    };
    let offices: Vec<&Issuer> = known
        .filter(|i| holds(i.from, i.until, facts.certified_on))
        .filter(|i| officials.iter().all(|(_, capacity)| lets(i, capacity)))
        .collect();
    if offices.is_empty() {
        return Competence::NotCompetent;
    }
    for ((name, capacity), (stated, _)) in officials.iter().zip(facts.officials()) {
        let appointed = |a: &Appointment, day: Date| {
            fold(&a.name) == *name
                && a.capacity.as_ref().is_none_or(|c| fold(c) == *capacity)
                && holds(a.from, a.until, day)
        };
        let may = |day: Date| {
            offices.iter().any(|office| match &office.officials {
                None => true,
                Some(all) => all.iter().any(|a| appointed(a, day)),
            })
        };
        if let Some(day) = days.iter().copied().find(|day| !may(*day)) {
            return Competence::NotAppointed { official: stated.to_owned(), day };
        }
    }
    Competence::Competent
}

/// Who of those who sign was not competent under the law of the statement on its day: by the capacity written, or because only
/// one may sign. `None` where nothing speaks against them, or the statement is not known here.
pub(super) fn unlawful(facts: &CopyFacts) -> Option<&str> {
    Some(match Template::named(&facts.template)?.objection(facts)? {
        Objection::NotInForce => &facts.capacity,
        Objection::Capacity(capacity) | Objection::Several(capacity) => capacity,
    })
}

fn holds(from: Option<Date>, until: Option<Date>, day: Date) -> bool {
    from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
}
