//! The operations of the house as JSON text in, JSON text out.
//!
//! Python, Node and the browser all call these functions, so that one input gives the same bytes everywhere; the files in
//! `test-vectors/` hold them to it. Nothing is decided here: an operation reads its input, calls a room and writes the answer.

#[cfg(feature = "verify")]
mod copies;
mod error;
#[cfg(feature = "fees")]
mod fees;
#[cfg(feature = "payments")]
mod gateways;
#[cfg(feature = "payments")]
mod payments;
#[cfg(feature = "settlement")]
mod settlement;

use serde::Serialize;
#[cfg(any(feature = "fees", feature = "payments", feature = "issue"))]
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

#[cfg(feature = "verify")]
pub use copies::verify_copy;
#[cfg(feature = "issue")]
pub use copies::{apart::prepare_copy, issue_copy};
pub use error::{Error, Failure};

/// An operation: JSON text in, JSON text of the result out.
type Operation = fn(&'static str, &str) -> Result<String, Failure>;

/// The operations of this build, sorted by name.
const OPERATIONS: &[(&str, Operation)] = &[
    #[cfg(feature = "issue")]
    ("copies.complete", copies::apart::complete),
    #[cfg(feature = "issue")]
    ("copies.existing.complete", copies::existing::complete),
    #[cfg(feature = "issue")]
    ("copies.existing.prepare", copies::existing::prepare),
    #[cfg(feature = "issue")]
    ("copies.existing.sign", copies::existing::sign),
    #[cfg(feature = "issue")]
    ("copies.levels.close", copies::existing::close),
    #[cfg(feature = "issue")]
    ("copies.levels.closed", copies::existing::closed),
    #[cfg(feature = "issue")]
    ("copies.levels.read", copies::existing::level),
    #[cfg(feature = "issue")]
    ("copies.levels.store", copies::existing::store),
    #[cfg(feature = "issue")]
    ("copies.levels.timestamp", copies::existing::timestamp),
    #[cfg(feature = "fees")]
    ("fees.assess", fees::assess),
    #[cfg(feature = "fees")]
    ("fees.bulk", fees::bulk),
    #[cfg(feature = "fees")]
    ("fees.check", fees::check),
    #[cfg(feature = "fees")]
    ("fees.diff", fees::diff),
    #[cfg(feature = "fees")]
    ("fees.explain", fees::explain),
    #[cfg(feature = "fees")]
    ("fees.fmt", fees::fmt),
    #[cfg(feature = "fees")]
    ("fees.list", fees::list),
    #[cfg(feature = "fees")]
    ("fees.quote", fees::quote),
    #[cfg(feature = "fees")]
    ("fees.schema", fees::schema),
    #[cfg(feature = "fees")]
    ("fees.test", fees::test),
    #[cfg(feature = "fees")]
    ("fees.verify_assessment", fees::verify_assessment),
    #[cfg(feature = "fees")]
    ("fees.what_if", fees::what_if),
    #[cfg(feature = "payments")]
    ("payments.claimed_reference", gateways::claimed_reference),
    #[cfg(feature = "payments")]
    ("payments.created", gateways::created),
    #[cfg(feature = "payments")]
    ("payments.order.answer", gateways::answer),
    #[cfg(feature = "payments")]
    ("payments.order.apply", gateways::apply),
    #[cfg(feature = "payments")]
    ("payments.order.initiate", gateways::initiate),
    #[cfg(feature = "payments")]
    ("payments.order.open", gateways::open),
    #[cfg(feature = "payments")]
    ("payments.order.refund", gateways::refund),
    #[cfg(feature = "payments")]
    ("payments.order.refund_answer", gateways::refund_answer),
    #[cfg(feature = "payments")]
    ("payments.qr.read", payments::qr_read),
    #[cfg(feature = "payments")]
    ("payments.qr.svg", gateways::qr_svg),
    #[cfg(feature = "payments")]
    ("payments.query", gateways::query),
    #[cfg(feature = "settlement")]
    ("payments.receipt.issue", settlement::receipt_issue),
    #[cfg(feature = "settlement")]
    ("payments.receipt.remedy", settlement::receipt_remedy),
    #[cfg(feature = "settlement")]
    ("payments.receipt.summary", settlement::receipt_summary),
    #[cfg(feature = "settlement")]
    ("payments.reconcile", settlement::reconcile),
    #[cfg(feature = "settlement")]
    ("payments.reconcile.csv", settlement::reconcile_csv),
    #[cfg(feature = "payments")]
    ("payments.reference.build", gateways::reference_build),
    #[cfg(feature = "payments")]
    ("payments.reference.find", gateways::reference_find),
    #[cfg(feature = "payments")]
    ("payments.request", gateways::request),
    #[cfg(feature = "payments")]
    ("payments.verify", gateways::verify),
    #[cfg(feature = "payments")]
    ("payments.vietqr.build", payments::vietqr_build),
    #[cfg(feature = "payments")]
    ("payments.vietqr.parse", payments::vietqr_parse),
    #[cfg(feature = "payments")]
    ("payments.vnpay.request", payments::vnpay_request),
    #[cfg(feature = "payments")]
    ("payments.vnpay.verify", payments::vnpay_verify),
];

/// Runs one operation. `op` is its name (see [`operations`]), `input` its JSON object.
///
/// The answer is `{"ok": …}` or `{"error": {"code", "message", "details"}}`; it never panics and is never empty.
///
/// ```
/// # #[cfg(feature = "fees")] {
/// let answer = motcua::wire::call(
///     "fees.assess",
///     r#"{"tariff": "certification-226-2016", "date": "2026-11-24",
///         "application": {"fees": [{"fee": "ct.copy", "facts": {"pages": 2, "copies": 2}}]}}"#,
/// );
/// assert!(answer.contains(r#""total":{"amount":"8000","currency":"VND"}"#), "{answer}");
/// # }
/// ```
pub fn call(op: &str, input: &str) -> String {
    let found = OPERATIONS.iter().find(|(name, _)| *name == op);
    answer(match found {
        Some((name, run)) => run(name, input),
        None => {
            Err(Error::UnknownOperation { op: op.to_owned(), known: operations().join(", ") }
                .into())
        }
    })
}

/// The names that [`call`] knows in this build, sorted.
pub fn operations() -> Vec<&'static str> {
    OPERATIONS.iter().map(|(name, _)| *name).collect()
}

#[cfg(any(feature = "fees", feature = "payments", feature = "issue"))]
/// Reads an operation's input, naming the operation when it does not fit.
fn read<T: DeserializeOwned>(op: &str, input: &str) -> Result<T, Failure> {
    serde_json::from_str(input)
        .map_err(|e| Error::BadInput { op: op.to_owned(), problem: e.to_string() }.into())
}

/// Writes a result. All results are text, numbers, lists and objects with text keys, so writing cannot fail.
fn write<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn answer(result: Result<String, Failure>) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Answer {
        Ok(Box<RawValue>),
        Error(Failure),
    }
    write(&match result.map(RawValue::from_string) {
        Ok(Ok(value)) => Answer::Ok(value),
        Ok(Err(e)) => Answer::Error(Failure::new("motcua.bad_input", e.to_string(), Vec::new())),
        Err(failure) => Answer::Error(failure),
    })
}
