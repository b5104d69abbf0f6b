//! The operations of the house as JSON text in, JSON text out.
//!
//! Python, Node and the browser all call these functions, so that one input gives the same bytes everywhere; the files in
//! `test-vectors/` hold them to it. Nothing is decided here: an operation reads its input, calls a room and writes the answer.

mod error;

use serde::Serialize;
use serde::de::DeserializeOwned;

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

/// Reads an operation's input, naming the operation when it does not fit.
#[allow(dead_code)]
fn read<T: DeserializeOwned>(op: &str, input: &str) -> Result<T, Failure> {
    serde_json::from_str(input)
        .map_err(|e| Error::BadInput { op: op.to_owned(), problem: e.to_string() }.into())
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
