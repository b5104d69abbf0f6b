//! What a tariff offers: its fees, the facts they take, changes that are expected. For lists and forms; it computes nothing.

use motcua_money::Currency;
use serde::Serialize;
use time::Date;

use crate::day;
use crate::model::{FactKind, FeeKind, Tariff, Text, Value};

/// A tariff at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Its id.
    pub tariff: String,
    /// Its title.
    pub title: Text,
    /// Currency of payment.
    pub currency: Currency,
    /// `sha256:` of the file.
    pub hash: String,
    /// How far it was checked against newer instruments.
    #[serde(with = "day::optional", skip_serializing_if = "Option::is_none")]
    pub reviewed_until: Option<Date>,
    /// Its fees, in the order of the file.
    pub fees: Vec<FeeSummary>,
    /// The facts it declares, in the order of the file.
    pub facts: Vec<FactSummary>,
    /// Changes that were announced without their numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<ChangeSummary>,
}

/// A fee at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeeSummary {
    /// Its id.
    pub fee: String,
    /// Kind of charge.
    pub kind: FeeKind,
    /// Its name.
    pub name: Text,
    /// What one unit is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Text>,
    /// Currency of its values.
    pub currency: Currency,
}

/// A fact at a glance: enough to ask for it in a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactSummary {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: FactKind,
    /// Its label.
    pub label: Text,
    /// What it may be: values of a choice, codes of localities.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Its default, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// A change expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeSummary {
    /// From when.
    #[serde(with = "day")]
    pub on: Date,
    /// Which fee; none for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// What is expected.
    pub note: Text,
}

impl Tariff {
    /// What it offers.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let fees = self.fees.iter().map(|fee| FeeSummary {
            fee: fee.id.clone(),
            kind: fee.kind,
            name: fee.name.clone(),
            unit: fee.unit.clone(),
            currency: fee.currency,
        });
        let codes = || self.localities.iter().map(|unit| unit.code.clone()).collect();
        let facts = self.facts.iter().map(|fact| FactSummary {
            name: fact.name.clone(),
            kind: fact.kind,
            label: fact.label.clone(),
            values: if fact.kind == FactKind::Locality { codes() } else { fact.values.clone() },
            default: fact.default.as_ref().map(|value| match value {
                Value::Choice(at) => fact.values.get(*at).cloned().unwrap_or_default(),
                Value::Bool(value) => value.to_string(),
                Value::Number(value) => value.to_string(),
                Value::Unit(at) => {
                    self.localities.get(*at).map_or_else(String::new, |unit| unit.code.clone())
                }
            }),
        });
        let expected = self.expected.iter().map(|change| ChangeSummary {
            on: change.on,
            fee: change.fee.clone(),
            note: change.note.clone(),
        });
        Summary {
            tariff: self.id.clone(),
            title: self.title.clone(),
            currency: self.currency,
            hash: self.hash.clone(),
            reviewed_until: self.reviewed_until,
            fees: fees.collect(),
            facts: facts.collect(),
            expected: expected.collect(),
        }
    }
}
