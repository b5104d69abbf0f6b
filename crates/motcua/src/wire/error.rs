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
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownOperation { .. } => "motcua.unknown_operation",
        }
    }

    /// The parameters by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::UnknownOperation { op, known } => {
                vec![("op", op.clone()), ("known", known.clone())]
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

#[cfg(test)]
mod tests {
    #[test]
    fn unknown_operation() {
        let answer = crate::wire::call("fees.guess", "{}");
        assert!(answer.contains(r#""code":"motcua.unknown_operation""#), "{answer}");
        assert!(answer.contains(r#""op":"fees.guess""#), "{answer}");
    }
}
