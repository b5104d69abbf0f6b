//! What can go wrong when a case is put to a tariff; what is wrong in a tariff file stands in `error/finding.rs`.

mod finding;

pub use finding::FindingCode;
use time::Date;

use crate::day;

/// Why a case could not be assessed. Nothing is guessed: an unknown is an error, never zero.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing was asked for.
    #[error("the application asks for no fee: name at least one in `fees`")]
    NothingAsked,
    /// The tariff has no such fee.
    #[error("tariff `{tariff}` has no fee `{fee}`{}: see the list of its fees", hint(.suggestion))]
    UnknownFee {
        /// The tariff.
        tariff: String,
        /// The fee asked for.
        fee: String,
        /// The nearest name.
        suggestion: Option<String>,
    },
    /// The tariff declares no such fact.
    #[error("tariff `{tariff}` declares no fact `{fact}`{}: a fact that nothing reads is refused", hint(.suggestion))]
    UnknownFact {
        /// The tariff.
        tariff: String,
        /// The fact given.
        fact: String,
        /// The nearest name.
        suggestion: Option<String>,
    },
    /// A fact that a rule reads was not given.
    #[error("fee `{fee}` needs the fact `{fact}` ({label}): give it in `facts`")]
    MissingFact {
        /// The fee.
        fee: String,
        /// The fact.
        fact: String,
        /// Its label.
        label: String,
    },
    /// A fact has the wrong type or a value outside its declaration.
    #[error("fact `{fact}` cannot be `{value}`: it takes {expected}")]
    BadFact {
        /// The fact.
        fact: String,
        /// The value given.
        value: String,
        /// What it takes.
        expected: String,
    },
    /// No rule is in force or holds.
    #[error(
        "no rule of fee `{fee}` covers this case on {}: give another date or facts, or a newer tariff",
        day::iso(*.date)
    )]
    NoRule {
        /// The fee.
        fee: String,
        /// The day asked.
        date: Date,
    },
    /// Two rules of equal rank apply.
    #[error(
        "rules `{first}` and `{second}` of fee `{fee}` both apply with equal rank: the tariff must say which prevails"
    )]
    Conflict {
        /// The fee.
        fee: String,
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// A value lies in a gap.
    #[error(
        "fee `{fee}`: no band covers the value {value}; the tariff needs an explicit interpretation"
    )]
    NoBand {
        /// The fee.
        fee: String,
        /// The value.
        value: String,
    },
    /// A parameter has no value on that day.
    #[error("parameter `{parameter}` has no value on {}: the tariff needs one", day::iso(*.date))]
    NoParameter {
        /// The parameter.
        parameter: String,
        /// The day.
        date: Date,
    },
    /// The value was not checked against its instrument.
    #[error(
        "`{id}` rests on {instrument}, which nobody verified: name `{id}` in `allow_unverified` to accept it"
    )]
    Unverified {
        /// The fee, rule or modifier.
        id: String,
        /// Its instrument.
        instrument: String,
    },
    /// No exchange rate was given.
    #[error(
        "fee `{fee}` is set in {from}: give an exchange rate from {from} to {to} in `exchange`"
    )]
    NoExchangeRate {
        /// The fee.
        fee: String,
        /// Currency of the tariff.
        from: String,
        /// Currency of payment.
        to: String,
    },
    /// An exchange rate is unusable.
    #[error(
        "exchange rate `{raw}` is unusable: give a positive decimal string, one rate for each pair"
    )]
    BadExchangeRate {
        /// As given.
        raw: String,
    },
    /// Too much was asked at once.
    #[error("{what} exceed the limit of {limit}: split the application")]
    TooMany {
        /// What.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A recorded assessment cannot be read.
    #[error("this is not an assessment made here: {reason}; give the JSON as it was written")]
    BadAssessment {
        /// What is wrong with it.
        reason: String,
    },
    /// The text to format is not TOML.
    #[error("this file cannot be formatted, as it is not TOML: {reason}; check it first")]
    NotToml {
        /// What is wrong with it.
        reason: String,
    },
    /// The exact result does not fit.
    #[error("fee `{fee}`: {source}")]
    Money {
        /// The fee.
        fee: String,
        /// The cause.
        source: motcua_money::Error,
    },
}

fn hint(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

impl Error {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NothingAsked => "fees.nothing_asked",
            Self::UnknownFee { .. } => "fees.unknown_fee",
            Self::UnknownFact { .. } => "fees.unknown_fact",
            Self::MissingFact { .. } => "fees.missing_fact",
            Self::BadFact { .. } => "fees.bad_fact",
            Self::NoRule { .. } => "fees.no_rule",
            Self::Conflict { .. } => "fees.conflict",
            Self::NoBand { .. } => "fees.no_band",
            Self::NoParameter { .. } => "fees.no_parameter",
            Self::Unverified { .. } => "fees.unverified",
            Self::NoExchangeRate { .. } => "fees.no_exchange_rate",
            Self::BadExchangeRate { .. } => "fees.bad_exchange_rate",
            Self::TooMany { .. } => "fees.too_many",
            Self::BadAssessment { .. } => "fees.bad_assessment",
            Self::NotToml { .. } => "fees.not_toml",
            Self::Money { .. } => "fees.money",
        }
    }

    /// The parameters of the message, by name.
    #[must_use]
    pub fn details(&self) -> Vec<(&'static str, String)> {
        let owned = |name, value: &String| (name, value.clone());
        match self {
            Self::NothingAsked => Vec::new(),
            Self::UnknownFee { tariff, fee, suggestion } => {
                [owned("tariff", tariff), owned("fee", fee)]
                    .into_iter()
                    .chain(suggestion.iter().map(|s| owned("suggestion", s)))
                    .collect()
            }
            Self::UnknownFact { tariff, fact, suggestion } => {
                [owned("tariff", tariff), owned("fact", fact)]
                    .into_iter()
                    .chain(suggestion.iter().map(|s| owned("suggestion", s)))
                    .collect()
            }
            Self::MissingFact { fee, fact, label } => {
                vec![owned("fee", fee), owned("fact", fact), owned("label", label)]
            }
            Self::BadFact { fact, value, expected } => {
                vec![owned("fact", fact), owned("value", value), owned("expected", expected)]
            }
            Self::NoRule { fee, date } => vec![owned("fee", fee), ("date", day::iso(*date))],
            Self::Conflict { fee, first, second } => {
                vec![owned("fee", fee), owned("first", first), owned("second", second)]
            }
            Self::NoBand { fee, value } => vec![owned("fee", fee), owned("value", value)],
            Self::NoParameter { parameter, date } => {
                vec![owned("parameter", parameter), ("date", day::iso(*date))]
            }
            Self::Unverified { id, instrument } => {
                vec![owned("id", id), owned("instrument", instrument)]
            }
            Self::NoExchangeRate { fee, from, to } => {
                vec![owned("fee", fee), owned("from", from), owned("to", to)]
            }
            Self::BadExchangeRate { raw } => vec![owned("raw", raw)],
            Self::BadAssessment { reason } | Self::NotToml { reason } => {
                vec![owned("reason", reason)]
            }
            Self::TooMany { what, limit } => {
                vec![("what", (*what).to_owned()), ("limit", limit.to_string())]
            }
            Self::Money { fee, source } => {
                let mut details = vec![owned("fee", fee), ("cause", source.code().to_owned())];
                details.extend(source.details());
                details
            }
        }
    }
}
