//! What goes wrong at the wire itself, and the form in which any room's error crosses it.

use std::collections::BTreeMap;

use serde::Serialize;

/// A call that did not reach a room.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// No operation has this name in this build.
    UnknownOperation {
        /// The name asked for.
        op: String,
        /// The names there are.
        known: String,
    },
    /// The input is not the JSON object that the operation takes.
    BadInput {
        /// The operation.
        op: String,
        /// What does not fit, with line and column.
        problem: String,
    },
    /// No tariff of this name is shipped.
    UnknownTariff {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The tariff has findings.
    BadTariff {
        /// Its name.
        name: String,
        /// All findings with their positions.
        findings: String,
    },
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownOperation { .. } => "motcua.unknown_operation",
            Self::BadInput { .. } => "motcua.bad_input",
            Self::UnknownTariff { .. } => "motcua.unknown_tariff",
            Self::BadTariff { .. } => "motcua.bad_tariff",
        }
    }

    /// The parameters by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::UnknownOperation { op, known } => {
                vec![("op", op.clone()), ("known", known.clone())]
            }
            Self::BadInput { op, problem } => {
                vec![("op", op.clone()), ("problem", problem.clone())]
            }
            Self::UnknownTariff { name, known } => {
                vec![("name", name.clone()), ("known", known.clone())]
            }
            Self::BadTariff { name, findings } => {
                vec![("name", name.clone()), ("findings", findings.clone())]
            }
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownOperation { op, known } => {
                write!(f, "no operation is called {op:?} in this build; there are: {known}")
            }
            Self::BadInput { op, problem } => {
                write!(
                    f,
                    "the input of {op} does not fit: {problem}; its documentation lists the fields"
                )
            }
            Self::UnknownTariff { name, known } => {
                write!(
                    f,
                    "no tariff is called {name:?}; there are: {known}; or give the text as tariff_toml"
                )
            }
            Self::BadTariff { name, findings } => {
                write!(
                    f,
                    "the tariff {name} cannot be used until its findings are mended:\n{findings}"
                )
            }
        }
    }
}

impl std::error::Error for Error {}

/// An error of any room as it crosses the wire: code, message and parameters, unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The stable code, such as `fees.unknown_fact`.
    pub code: String,
    /// What is wrong, where, and what to do.
    pub message: String,
    /// The parameters by name.
    pub details: BTreeMap<String, String>,
}

impl Failure {
    /// From the parts that every error of the house offers.
    pub fn new(code: &str, message: String, details: Vec<(&'static str, String)>) -> Self {
        let details = details.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        Self { code: code.to_owned(), message, details }
    }
}

impl From<Error> for Failure {
    fn from(e: Error) -> Self {
        Self::new(e.code(), e.to_string(), e.details())
    }
}

/// `2026-11-24` in JSON.
#[cfg(feature = "fees")]
pub(super) mod date {
    use serde::{Deserialize as _, Deserializer, de::Error as _};
    use time::{Date, macros::format_description};

    pub(in crate::wire) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Date, D::Error> {
        let text = String::deserialize(d)?;
        Date::parse(&text, format_description!("[year]-[month]-[day]"))
            .map_err(|_| D::Error::custom(format!("{text:?} is not a date like 2026-11-24")))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn unknown_operation() {
        let answer = crate::wire::call("fees.guess", "{}");
        assert!(answer.contains(r#""code":"motcua.unknown_operation""#), "{answer}");
        assert!(answer.contains(r#""op":"fees.guess""#), "{answer}");
    }

    #[cfg(feature = "fees")]
    fn fails(input: &str, code: &str) {
        let answer = crate::wire::call("fees.assess", input);
        assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{answer}");
    }

    #[cfg(feature = "fees")]
    #[test]
    fn bad_input() {
        fails("{", "motcua.bad_input");
        let float = r#"{"tariff":"certification-226-2016","date":"2026-11-24","application":{"fees":[{"fee":"ct.copy","facts":{"pages":2.5,"copies":1}}]}}"#;
        fails(float, "motcua.bad_input");
        fails(&float.replace("2.5", "2").replace("2026-11-24", "24/11/2026"), "motcua.bad_input");
    }

    #[cfg(feature = "fees")]
    #[test]
    fn unknown_tariff() {
        fails(
            r#"{"tariff":"x","date":"2026-11-24","application":{"fees":[]}}"#,
            "motcua.unknown_tariff",
        );
    }

    #[cfg(feature = "fees")]
    #[test]
    fn bad_tariff() {
        fails(
            r#"{"tariff_toml":"schema = 1","date":"2026-11-24","application":{"fees":[]}}"#,
            "motcua.bad_tariff",
        );
    }
}
