//! Why a statement, a mapping or a run was refused. What is merely remarked on a statement is a `Finding` in `statement.rs`.

/// An error of reconciliation: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Text in an encoding that is not read.
    #[error("the {format} file is in {got}: save it as UTF-8 and give it again")]
    Encoding {
        /// What kind of file.
        format: &'static str,
        /// The encoding, as far as it can be told.
        got: String,
    },
    /// XML that could expand, hide or exhaust.
    #[error("the XML holds {what} at byte {at}: no bank statement needs it, do not trust the file")]
    XmlUnsafe {
        /// Byte offset from 0.
        at: u64,
        /// What was met.
        what: &'static str,
    },
    /// Text that is no well-formed XML.
    #[error("not well-formed XML at byte {at}: {problem}; ask the bank for the file again")]
    XmlSyntax {
        /// Byte offset from 0.
        at: u64,
        /// What is wrong.
        problem: String,
    },
    /// XML that is no camt.053 or camt.054 of a version known here.
    #[error(
        "{got:?} is not read: give camt.053.001 or camt.054.001, version 02 to 14, as the bank sent it"
    )]
    CamtVersion {
        /// The namespace or root element found.
        got: String,
    },
    /// A field of a statement that is missing or wrong.
    #[error(
        "the statement at byte {at}, {path}: {problem}; nothing was taken from it, ask the bank"
    )]
    CamtField {
        /// Byte offset from 0.
        at: u64,
        /// Path of element names.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A declared mapping that cannot work.
    #[error("mapping {name:?}, {field}: {problem}")]
    Mapping {
        /// The mapping's name.
        name: String,
        /// The field of the mapping.
        field: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A column that the mapping names and the file lacks.
    #[error("no column {column:?} in the header ({header}): correct the mapping or skip_lines")]
    Column {
        /// The column named.
        column: String,
        /// The header found.
        header: String,
    },
    /// A table whose shape is broken.
    #[error("line {line}: {problem}; nothing was taken from the file")]
    Table {
        /// Line from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// A cell or field that does not read as declared.
    #[error("line {line}, {column}: {got:?} is not {expected}; nothing was taken from the file")]
    Cell {
        /// Line from 1 (record of a list for JSON).
        line: u64,
        /// The column or JSON pointer.
        column: String,
        /// The text found.
        got: String,
        /// What it should be.
        expected: String,
    },
    /// A webhook body that cannot be read.
    #[error("the webhook body at {field}: {problem}; keep it and look at it by hand")]
    Webhook {
        /// JSON pointer.
        field: String,
        /// What is wrong.
        problem: String,
    },
    /// An amount that cannot be added exactly.
    #[error("{got} has more than five decimals or too many digits: give it as the bank states it")]
    AmountTooFine {
        /// The number.
        got: String,
    },
    /// An order given twice.
    #[error("order {order:?} is given twice: give each order once")]
    OrderTwice {
        /// The order.
        order: String,
    },
    /// Rows that do not add up to what was given: a defect of this crate, never of the input.
    #[error(
        "the rows in {currency} do not add up to the input: do not use the run, report this as a defect of motcua"
    )]
    Unbalanced {
        /// The currency.
        currency: String,
    },
}

impl Error {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Encoding { .. } => "payments.reconcile_encoding",
            Error::XmlUnsafe { .. } => "payments.reconcile_xml_unsafe",
            Error::XmlSyntax { .. } => "payments.reconcile_xml_syntax",
            Error::CamtVersion { .. } => "payments.reconcile_camt_version",
            Error::CamtField { .. } => "payments.reconcile_camt_field",
            Error::Mapping { .. } => "payments.reconcile_mapping",
            Error::Column { .. } => "payments.reconcile_column",
            Error::Table { .. } => "payments.reconcile_table",
            Error::Cell { .. } => "payments.reconcile_cell",
            Error::Webhook { .. } => "payments.reconcile_webhook",
            Error::AmountTooFine { .. } => "payments.reconcile_amount_too_fine",
            Error::OrderTwice { .. } => "payments.reconcile_order_twice",
            Error::Unbalanced { .. } => "payments.reconcile_unbalanced",
        }
    }

    /// The parameters of the error by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::Encoding { format, got } => {
                vec![("format", (*format).to_owned()), ("got", got.clone())]
            }
            Error::XmlUnsafe { at, what } => {
                vec![("at", at.to_string()), ("what", (*what).to_owned())]
            }
            Error::XmlSyntax { at, problem } => {
                vec![("at", at.to_string()), ("problem", problem.clone())]
            }
            Error::CamtVersion { got } => vec![("got", got.clone())],
            Error::CamtField { at, path, problem } => {
                vec![("at", at.to_string()), ("path", path.clone()), ("problem", problem.clone())]
            }
            Error::Mapping { name, field, problem } => vec![
                ("name", name.clone()),
                ("field", (*field).to_owned()),
                ("problem", problem.clone()),
            ],
            Error::Column { column, header } => {
                vec![("column", column.clone()), ("header", header.clone())]
            }
            Error::Table { line, problem } => {
                vec![("line", line.to_string()), ("problem", problem.clone())]
            }
            Error::Cell { line, column, got, expected } => vec![
                ("line", line.to_string()),
                ("column", column.clone()),
                ("got", got.clone()),
                ("expected", expected.clone()),
            ],
            Error::Webhook { field, problem } => {
                vec![("field", field.clone()), ("problem", problem.clone())]
            }
            Error::AmountTooFine { got } => vec![("got", got.clone())],
            Error::OrderTwice { order } => vec![("order", order.clone())],
            Error::Unbalanced { currency } => vec![("currency", currency.clone())],
        }
    }
}
