//! Whether the issuer was competent on the day of the certification: offices come and go, and an old copy is judged by its own day.

use serde::{Deserialize, Serialize};
use time::Date;

use super::content::fold;
use crate::facts::CopyFacts;

/// An office that certifies, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Its identifier, as in the copies.
    pub agency_id: String,
    /// Its name then.
    pub name: String,
    /// First day of its competence; always where absent.
    #[serde(default, with = "optional")]
    pub from: Option<Date>,
    /// Last day of its competence; until now where absent.
    #[serde(default, with = "optional")]
    pub until: Option<Date>,
    /// Capacities in which its officials certified then, by their first line; any where empty.
    #[serde(default)]
    pub capacities: Vec<String>,
}

/// What the list says of a copy's issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Competence {
    Competent,
    NotCompetent,
    Unknown,
}

/// Looks the issuer up.
pub(super) fn of(issuers: &[Issuer], facts: &CopyFacts) -> Competence {
    let named =
        |i: &&Issuer| i.agency_id == facts.agency_id && fold(&i.name) == fold(&facts.agency);
    let mut known = issuers.iter().filter(named).peekable();
    if known.peek().is_none() {
        return Competence::Unknown;
    }
    let day = facts.certified_on;
    let capacity = fold(facts.capacity.lines().next().unwrap_or_default());
    let competent = known.any(|i| {
        i.from.is_none_or(|from| from <= day)
            && i.until.is_none_or(|until| day <= until)
            && (i.capacities.is_empty() || i.capacities.iter().any(|c| fold(c) == capacity))
    });
    if competent { Competence::Competent } else { Competence::NotCompetent }
}

/// A date or nothing.
mod optional {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use time::Date;

    use crate::facts::date;

    pub(super) fn serialize<S: Serializer>(day: &Option<Date>, s: S) -> Result<S::Ok, S::Error> {
        day.map(date::text).serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(d)?;
        let wrong =
            |t: String| serde::de::Error::custom(format!("{t:?} is not a date like 2026-11-24"));
        text.map(|t| date::parse(&t).ok_or_else(|| wrong(t))).transpose()
    }
}
