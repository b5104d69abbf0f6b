//! Whether the issuer was competent on the day of the certification: offices come and go, and an old copy is judged by its own day.

use serde::{Deserialize, Serialize};
use time::Date;

use super::content::fold;
use crate::facts::CopyFacts;
use crate::statement::Template;

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
    let first = |capacity: &str| fold(capacity.lines().next().unwrap_or_default());
    let capacities: Vec<_> = facts.officials().map(|(_, capacity)| first(capacity)).collect();
    let listed = |i: &Issuer, capacity: &String| i.capacities.iter().any(|c| fold(c) == *capacity);
    let competent = known.any(|i| {
        i.from.is_none_or(|from| from <= day)
            && i.until.is_none_or(|until| day <= until)
            && (i.capacities.is_empty() || capacities.iter().all(|capacity| listed(i, capacity)))
    });
    if competent { Competence::Competent } else { Competence::NotCompetent }
}

/// Who of those who sign was not competent under the law of the statement on its day: by the capacity written, or because only
/// one may sign. `None` where nothing speaks against them, or the statement is not known here.
pub(super) fn unlawful(facts: &CopyFacts) -> Option<&str> {
    let template = Template::named(&facts.template)?;
    let (_, first) = facts.officials().next()?;
    if !template.in_force(facts.certified_on) {
        return Some(first);
    }
    let several = facts.co_officials.first().filter(|_| !template.several);
    let unfit = facts.officials().find(|(_, c)| template.capacity(c).is_none()).map(|(_, c)| c);
    unfit.or(several.map(|o| o.capacity.as_str()))
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
