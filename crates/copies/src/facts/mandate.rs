//! By what right an official certifies who is not the head of the office, and how long it holds.

use serde::{Deserialize, Serialize};
use time::Date;

use super::date;

/// The decision that authorised an official or assigned certifying to one (Decree 280/2025/NĐ-CP).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// Which decision, such as `Quyết định 12/QĐ-UBND ngày 03/11/2025`.
    pub document: String,
    /// The first day it holds.
    #[serde(with = "date")]
    pub from: Date,
    /// The last day; until it is withdrawn where absent.
    #[serde(default, with = "date::optional", skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Mandate {
    /// Whether it holds on that day.
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    /// Its last day as people read it.
    pub fn until_text(&self) -> String {
        self.until.map_or_else(|| "∞".to_owned(), date::text)
    }
}
