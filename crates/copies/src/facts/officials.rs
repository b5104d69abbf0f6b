//! The officials of a copy: the one who certifies, and those who sign beside that one. In what order they sign lives in `issue`.

use motcua_pki::Certificate;
use serde::{Deserialize, Serialize};

use super::CopyFacts;

/// Most officials beside the first: their signatures fill the page of the statement, and no deed has more.
pub const MOST_CO_OFFICIALS: usize = 5;

/// An official who signs beside the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoOfficial {
    /// The name.
    pub name: String,
    /// The capacity, such as `CÔNG CHỨNG VIÊN`; one line, or two divided by a line feed.
    pub capacity: String,
}

impl CoOfficial {
    /// A list as one line of text, the same for the same list.
    pub(super) fn to_text(list: &[Self]) -> String {
        if list.is_empty() {
            String::new()
        } else {
            serde_json::to_string(list).unwrap_or_default()
        }
    }

    /// Reads it back; `None` for what is written in another way, for an empty list and for one that is too long.
    pub(super) fn from_text(text: &str) -> Option<Vec<Self>> {
        let list: Vec<Self> = serde_json::from_str(text).ok()?;
        let sound = !list.is_empty() && list.len() <= MOST_CO_OFFICIALS;
        (sound && Self::to_text(&list) == text).then_some(list)
    }
}

impl CopyFacts {
    /// Name and capacity of every official, in the order in which they sign.
    pub fn officials(&self) -> impl Iterator<Item = (&str, &str)> {
        let first = (self.official.as_str(), self.capacity.as_str());
        let others = self.co_officials.iter().map(|o| (o.name.as_str(), o.capacity.as_str()));
        std::iter::once(first).chain(others)
    }

    /// The signature fields that the copy has, in the order in which they are signed: officials, then agency.
    pub fn signature_fields(&self) -> Vec<String> {
        let officials = (1..=self.officials().count()).map(crate::official_field);
        officials.chain([crate::AGENCY_FIELD.to_owned()]).collect()
    }
}

/// Whether two certificates are of one person: the same name, identifiers counted, or the same key. Two people of the same name
/// have another identifier each.
pub(crate) fn same_person(one: &Certificate, other: &Certificate) -> bool {
    one.subject() == other.subject() || one.spki() == other.spki()
}
