//! `payments.reconcile*` and `payments.receipt.*`: what an office does after the money came.

use motcua_payments::receipt::{self, Counter, Draft, Receipt};
use motcua_payments::reconcile::{
    self as books, CsvStyle, Due, Reconciliation, TableMapping, WebhookMapping, camt, table,
    webhook,
};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::{Error, Failure, read, write};

fn of_books(e: books::Error) -> Failure {
    Failure::new(e.code(), e.to_string(), e.details())
}

fn of_receipt(e: receipt::Error) -> Failure {
    Failure::new(e.code(), e.to_string(), e.details())
}

/// A statement as text, with how it is to be read.
#[derive(Deserialize)]
#[serde(tag = "format", rename_all = "snake_case", deny_unknown_fields)]
enum Source {
    Camt { text: String },
    Table { mapping: Box<TableMapping>, text: String },
    Webhook { mapping: Box<WebhookMapping>, text: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Books {
    orders: Vec<Due>,
    statements: Vec<Source>,
}

impl Books {
    fn run(self) -> Result<Reconciliation, Failure> {
        let mut statements = Vec::new();
        for source in &self.statements {
            let read = match source {
                Source::Camt { text } => camt::read(text.as_bytes()),
                Source::Table { mapping, text } => table::read(text.as_bytes(), mapping),
                Source::Webhook { mapping, text } => webhook::read(text.as_bytes(), mapping),
            };
            statements.append(&mut read.map_err(of_books)?);
        }
        books::reconcile(self.orders, statements).map_err(of_books)
    }
}

/// `{"orders", "statements"}` → the run: totals, statements, rows.
pub(super) fn reconcile(op: &'static str, input: &str) -> Result<String, Failure> {
    Ok(write(&read::<Books>(op, input)?.run()?))
}

/// `{"books": {"orders", "statements"}, "byte_order_mark", "delimiter"}` → `{"csv"}`.
pub(super) fn reconcile_csv(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        books: Books,
        byte_order_mark: bool,
        delimiter: char,
    }
    let input: Input = read(op, input)?;
    let bad = |problem: String| Failure::from(Error::BadInput { op: op.to_owned(), problem });
    let delimiter = match u8::try_from(input.delimiter) {
        Ok(byte @ (b',' | b';' | b'\t' | b'|')) => byte,
        _ => return Err(bad("delimiter must be , ; | or a tab".to_owned())),
    };
    let style = CsvStyle { byte_order_mark: input.byte_order_mark, delimiter };
    let csv = input.books.run()?.to_csv(style).map_err(|e| bad(e.to_string()))?;
    Ok(json!({ "csv": String::from_utf8_lossy(&csv) }).to_string())
}

/// A receipt that was issued before. Read apart from the rest, so that an altered one is named as such.
fn stored(receipt: &RawValue) -> Result<Receipt, Failure> {
    Receipt::from_json(receipt.get()).map_err(of_receipt)
}

/// `{"draft", "counter"}`, and `"replaces"` with `"why"` → `{"receipt", "counter", "xml"}`: the receipt and the counter after it.
pub(super) fn receipt_issue(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        draft: Draft,
        counter: Counter,
        #[serde(default)]
        replaces: Option<Box<RawValue>>,
        #[serde(default)]
        why: Option<String>,
    }
    let input: Input = read(op, input)?;
    let (number, counter) = input.counter.next(input.draft.date).map_err(of_receipt)?;
    let receipt = match &input.replaces {
        Some(old) => {
            Receipt::replace(&stored(old)?, input.draft, number, &input.why.unwrap_or_default())
        }
        None => Receipt::issue(input.draft, number),
    }
    .map_err(of_receipt)?;
    Ok(json!({ "receipt": receipt, "counter": counter, "xml": receipt.to_xml() }).to_string())
}

/// `{"date", "receipts"}` → the daily summary (form 01/TH-BLĐT).
pub(super) fn receipt_summary(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        #[serde(with = "motcua_payments::day")]
        date: time::Date,
        receipts: Vec<Box<RawValue>>,
    }
    let input: Input = read(op, input)?;
    let receipts: Vec<_> = input.receipts.iter().map(|r| stored(r)).collect::<Result<_, _>>()?;
    Ok(write(&receipt::summary(input.date, &receipts).map_err(of_receipt)?))
}

/// `{"issued", "right"}` → whether a notice of error is enough or the receipt must be replaced.
pub(super) fn receipt_remedy(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        issued: Box<RawValue>,
        right: Draft,
    }
    let input: Input = read(op, input)?;
    Ok(write(&receipt::remedy(&stored(&input.issued)?, &input.right).map_err(of_receipt)?))
}
