//! The operations of the house as JSON text in, JSON text out.
//!
//! Python, Node and the browser all call these functions, so that one input gives the same bytes everywhere; the files in
//! `test-vectors/` hold them to it. Nothing is decided here: an operation reads its input, calls a room and writes the answer.

mod error;

use serde::Serialize;

pub use error::{Error, Failure};

/// Runs one operation. `op` is its name (see [`operations`]), `input` its JSON object.
///
/// The answer is `{"ok": …}` or `{"error": {"code", "message", "details"}}`; it never panics and is never empty.
pub fn call(op: &str, input: &str) -> String {
    answer(dispatch(op, input))
}

/// The names that [`call`] knows in this build, sorted.
pub fn operations() -> Vec<&'static str> {
    Vec::new()
}

fn dispatch(op: &str, _input: &str) -> Result<serde_json::Value, Failure> {
    Err(Error::UnknownOperation { op: op.to_owned(), known: operations().join(", ") }.into())
}

fn answer<T: Serialize>(result: Result<T, Failure>) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Answer<T> {
        Ok(T),
        Error(Failure),
    }
    let answer = match result {
        Ok(value) => Answer::Ok(value),
        Err(failure) => Answer::Error(failure),
    };
    // Every answer is made of strings, numbers, lists and objects with string keys: writing it cannot fail.
    serde_json::to_string(&answer).unwrap_or_default()
}
