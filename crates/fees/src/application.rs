//! The case put to a tariff: which fees, with which facts, on which dates. Input only; it decides nothing.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use time::Date;

use crate::day;

/// The facts a fee depends on. JSON form: `{"fees":[{"fee":"ct.copy","facts":{"pages":2,"copies":2}}]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// The fees asked for, each with its own facts.
    pub fees: Vec<Request>,
    /// Facts common to all of them (channel, locality); a request's own fact wins.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, FactValue>,
    /// Exemptions and reductions claimed, each with its proof.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entitlements: Vec<Entitlement>,
    /// Day the file was lodged. Without it, the day of the assessment.
    #[serde(default, with = "day::optional", skip_serializing_if = "Option::is_none")]
    pub lodged: Option<Date>,
    /// Day of the decision. Without it, the day of the assessment.
    #[serde(default, with = "day::optional", skip_serializing_if = "Option::is_none")]
    pub decided: Option<Date>,
    /// Day the money is taken. Without it, the day of the assessment.
    #[serde(default, with = "day::optional", skip_serializing_if = "Option::is_none")]
    pub collected: Option<Date>,
    /// Compute as was known on this day (for an assessment of the past); without it, with all that the tariff knows.
    #[serde(default, with = "day::optional", skip_serializing_if = "Option::is_none")]
    pub known_at: Option<Date>,
    /// Fees, rules or modifiers whose unverified values the caller accepts, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_unverified: Vec<String>,
    /// Exchange rates for tariffs in another currency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchange: Vec<ExchangeRate>,
}

/// One fee asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Id of the fee in the tariff (`ct.copy`).
    pub fee: String,
    /// Facts of this request (`pages`, `copies`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, FactValue>,
    /// The caller's own reference, given back on the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A claim to an exemption or reduction. Without evidence it is refused, and the assessment says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entitlement {
    /// Name of the entitlement fact in the tariff (`digital_citizen`).
    pub name: String,
    /// Reference of the proof: a document number, the answer of the e-ID system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// How often it was already used in the period of its quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<u32>,
    /// The days on which it was used before; those in the period of the quota count. The greater of the two numbers holds.
    #[serde(default, with = "day::list", skip_serializing_if = "Vec::is_empty")]
    pub used_on: Vec<Date>,
}

/// An exchange rate with its date and source, given by the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRate {
    /// Currency of the tariff.
    pub from: String,
    /// Currency of payment.
    pub to: String,
    /// Units of `to` for one unit of `from`, as a decimal string.
    pub rate: String,
    /// Day of the rate.
    #[serde(with = "day")]
    pub date: Date,
    /// Who published it.
    pub source: String,
}

/// The value of a fact. Floats are refused: exact decimals are strings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum FactValue {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A choice, a decimal string, a locality.
    Text(String),
    /// A list, such as the persons of a household; an item is a name or a map of facts.
    List(Vec<FactValue>),
    /// The facts of one item of a list.
    Item(BTreeMap<String, FactValue>),
}

impl From<i64> for FactValue {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for FactValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for FactValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl fmt::Display for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
            Self::List(items) => write!(f, "[{}]", items.len()),
            Self::Item(facts) => write!(f, "{{{}}}", facts.len()),
        }
    }
}

impl<'de> Deserialize<'de> for FactValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = FactValue;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a fact: a string, a whole number, true or false, or a list \
                     (exact decimals are strings such as \"12.5\"; floats are refused)",
                )
            }
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<FactValue, E> {
                Ok(FactValue::Bool(value))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<FactValue, E> {
                Ok(FactValue::Integer(value))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<FactValue, E> {
                i64::try_from(value)
                    .map(FactValue::Integer)
                    .map_err(|_| E::custom(format!("{value} is too large: pass it as a string")))
            }
            fn visit_str<E: de::Error>(self, value: &str) -> Result<FactValue, E> {
                Ok(FactValue::Text(value.to_owned()))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<FactValue, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(FactValue::List(items))
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<FactValue, A::Error> {
                let mut facts = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    facts.insert(name, value);
                }
                Ok(FactValue::Item(facts))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl Application {
    /// An application for one fee.
    #[must_use]
    pub fn for_fee<'a>(fee: &str, facts: impl IntoIterator<Item = (&'a str, FactValue)>) -> Self {
        let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self {
            fees: vec![Request { fee: fee.to_owned(), facts, reference: None }],
            facts: BTreeMap::new(),
            entitlements: Vec::new(),
            lodged: None,
            decided: None,
            collected: None,
            known_at: None,
            allow_unverified: Vec::new(),
            exchange: Vec::new(),
        }
    }
}
