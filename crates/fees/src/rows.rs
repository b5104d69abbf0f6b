//! Cases as rows of a table: a header of column names and fields of text. Reading the file is the caller's part.

use time::Date;

use crate::application::{Application, Entitlement, FactValue};
use crate::day;
use crate::diagnostics::nearest;
use crate::error::Error;
use crate::model::{FactKind, Tariff};

#[derive(Debug, Clone)]
enum Column {
    Fee,
    Date,
    Lodged,
    Decided,
    Collected,
    Reference,
    Entitlements,
    Fact(usize),
}

/// Turns rows into cases. Made once from the header, it keeps nothing between rows: a million rows need no more memory
/// than one.
#[derive(Debug, Clone)]
pub struct RowReader<'t> {
    tariff: &'t Tariff,
    columns: Vec<Column>,
    date: Date,
}

/// Columns that are not facts.
const COLUMNS: &[(&str, Column)] = &[
    ("fee", Column::Fee),
    ("date", Column::Date),
    ("lodged", Column::Lodged),
    ("decided", Column::Decided),
    ("collected", Column::Collected),
    ("reference", Column::Reference),
    ("entitlements", Column::Entitlements),
];

impl<'t> RowReader<'t> {
    /// A reader for rows under this header: `fee`, facts by name, and optionally `date`, `lodged`, `decided`,
    /// `collected`, `reference`, and `entitlements` (`name=evidence`, parted by `;`). Rows without a date are assessed on `date`.
    ///
    /// # Errors
    /// [`Error::UnknownFact`] for a column that nothing reads.
    pub fn new<'h>(
        tariff: &'t Tariff,
        header: impl IntoIterator<Item = &'h str>,
        date: Date,
    ) -> Result<Self, Error> {
        let columns = header
            .into_iter()
            .map(|name| {
                let name = name.trim().trim_start_matches('\u{feff}');
                let known = COLUMNS.iter().find(|(column, _)| *column == name);
                let fact = || tariff.fact(name);
                known
                    .map(|(_, column)| column.clone())
                    .or_else(|| fact().map(Column::Fact))
                    .ok_or_else(|| Error::UnknownFact {
                        tariff: tariff.id.clone(),
                        fact: name.to_owned(),
                        suggestion: nearest(
                            name,
                            tariff
                                .facts
                                .iter()
                                .map(|fact| fact.name.as_str())
                                .chain(COLUMNS.iter().map(|(c, _)| *c)),
                        ),
                    })
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { tariff, columns, date })
    }

    /// The case of a row, with its day. Empty fields are facts not given.
    ///
    /// # Errors
    /// [`Error::BadFact`] naming the column; the other rows are not concerned.
    pub fn case<'f>(
        &self,
        fields: impl IntoIterator<Item = &'f str>,
    ) -> Result<(Application, Date), Error> {
        let mut application = Application::for_fee("", []);
        let mut date = self.date;
        for (column, field) in self.columns.iter().zip(fields) {
            let field = field.trim();
            if field.is_empty() {
                continue;
            }
            let Some(request) = application.fees.first_mut() else { continue };
            match column {
                Column::Fee => request.fee = field.to_owned(),
                Column::Reference => request.reference = Some(field.to_owned()),
                Column::Date => date = read_day("date", field)?,
                Column::Lodged => application.lodged = Some(read_day("lodged", field)?),
                Column::Decided => application.decided = Some(read_day("decided", field)?),
                Column::Collected => application.collected = Some(read_day("collected", field)?),
                Column::Entitlements => {
                    application.entitlements = field.split(';').map(claim).collect();
                }
                Column::Fact(at) => {
                    let name = self.tariff.facts.get(*at).map_or("", |fact| fact.name.as_str());
                    request.facts.insert(name.to_owned(), self.tariff.fact_from_text(name, field)?);
                }
            }
        }
        Ok((application, date))
    }
}

fn claim(text: &str) -> Entitlement {
    let (name, evidence) = match text.split_once('=') {
        Some((name, evidence)) => (name, Some(evidence.trim().to_owned())),
        None => (text, None),
    };
    Entitlement { name: name.trim().to_owned(), evidence, used: None, used_on: Vec::new() }
}

fn read_day(column: &str, field: &str) -> Result<Date, Error> {
    day::parse(field).ok_or_else(|| Error::BadFact {
        fact: column.to_owned(),
        value: field.to_owned(),
        expected: "a date such as 2026-11-24".to_owned(),
    })
}

impl Tariff {
    /// The value of a fact written as text, as on a command line (`pages=2`) or in a table: its declared type decides. A
    /// list is written with `;` between its items.
    ///
    /// # Errors
    /// [`Error::UnknownFact`], [`Error::BadFact`].
    pub fn fact_from_text(&self, name: &str, text: &str) -> Result<FactValue, Error> {
        let fact = self.fact(name).and_then(|at| self.facts.get(at)).ok_or_else(|| {
            Error::UnknownFact {
                tariff: self.id.clone(),
                fact: name.to_owned(),
                suggestion: nearest(name, self.facts.iter().map(|fact| fact.name.as_str())),
            }
        })?;
        match fact.kind {
            FactKind::Bool | FactKind::Entitlement => match text {
                "true" | "yes" | "1" | "có" => Ok(FactValue::Bool(true)),
                "false" | "no" | "0" | "không" => Ok(FactValue::Bool(false)),
                _ => Err(Error::BadFact {
                    fact: name.to_owned(),
                    value: text.to_owned(),
                    expected: "true or false".to_owned(),
                }),
            },
            FactKind::List => Ok(FactValue::List(
                text.split(';').map(|item| FactValue::Text(item.trim().to_owned())).collect(),
            )),
            FactKind::Integer | FactKind::Decimal => Ok(text
                .parse()
                .map_or_else(|_| FactValue::Text(text.to_owned()), FactValue::Integer)),
            FactKind::Choice | FactKind::Locality => Ok(FactValue::Text(text.to_owned())),
        }
    }
}
