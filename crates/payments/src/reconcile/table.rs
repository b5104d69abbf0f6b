//! Tables with a declared mapping: bank exports and providers' settlement files as CSV. Nothing is guessed: delimiter, number style,
//! date form and every column are named by whoever declares the mapping.

use std::sync::Arc;

use motcua_money::{Amount, Currency};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Error;
use super::statement::{Credit, Direction, Finding, Statement};
use super::units::{NumberStyle, is_date_form, read_date};
use super::xml::utf8;

/// Longest record read, 256 KiB: a bank's row has a few hundred bytes; an unclosed quote would otherwise swallow the file.
const MAX_RECORD: usize = 256 * 1024;

/// Most lines before the header.
const MAX_SKIP: usize = 1_000;

/// A column of values that say which way or in what state a row is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marked {
    /// The column, or JSON pointer.
    pub column: String,
    /// Values that mean yes (money in; booked).
    pub yes: Vec<String>,
    /// Values that mean no (money out; not booked). Any value that stands in neither list is an error.
    pub no: Vec<String>,
    /// Values that mean the reversal of a credit.
    #[serde(default)]
    pub reversal: Vec<String>,
}

/// How a table is written and which column means what.
///
/// `{"name":"vcb","delimiter":";","number":{"decimal":",","thousands":"."},"date_form":"dd/MM/yyyy","currency":"VND",
/// "columns":{"date":"Ngày","credit":"Ghi có","debit":"Ghi nợ","text":["Nội dung"],"id":"Số bút toán"}}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableMapping {
    /// Name of the source, such as the bank's; it stands on each credit.
    pub name: String,
    /// The gateway of a settlement file, such as `vnpay`; absent for a bank.
    #[serde(default)]
    pub gateway: Option<String>,
    /// The encoding: `utf-8` (with or without byte order mark) is read, any other is refused by name.
    #[serde(default = "utf8_name")]
    pub encoding: String,
    /// One ASCII character between fields.
    pub delimiter: char,
    /// How numbers are written.
    pub number: NumberStyle,
    /// How dates are written: `dd/MM/yyyy`, `yyyy-MM-dd HH:mm:ss`.
    pub date_form: String,
    /// Lines before the header.
    #[serde(default)]
    pub skip_lines: usize,
    /// Text in the first column at which the table ends (a totals row).
    #[serde(default)]
    pub ends_at: Option<String>,
    /// The currency of all rows; absent where `columns.currency` is given.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// The columns by name.
    pub columns: Columns,
}

fn utf8_name() -> String {
    "utf-8".to_owned()
}

/// Columns by their names in the header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// The booking day.
    pub date: Option<String>,
    /// One signed amount: negative is a debit (unless `direction` is given).
    pub amount: Option<String>,
    /// Money in, where in and out have a column each.
    pub credit: Option<String>,
    /// Money out.
    pub debit: Option<String>,
    /// Currency codes.
    pub currency: Option<String>,
    /// The account credited.
    pub account: Option<String>,
    /// The source's unique number of the row.
    pub id: Option<String>,
    /// Texts to search for our reference.
    pub text: Vec<String>,
    /// Columns whose whole value is our reference.
    pub reference: Vec<String>,
    /// Columns with a transaction number.
    pub transaction: Vec<String>,
    /// Which way the row goes.
    pub direction: Option<Marked>,
    /// Whether the row is money already (`yes`), or not (`no`).
    pub status: Option<Marked>,
    /// What the provider kept back; with `net`, each row is checked.
    pub fee: Option<String>,
    /// Amount less fee.
    pub net: Option<String>,
}

impl TableMapping {
    pub(super) fn check(&self) -> Result<u8, Error> {
        let wrong = |field, problem: String| {
            Err(Error::Mapping { name: self.name.clone(), field, problem })
        };
        if self.name.trim().is_empty() {
            return wrong("name", "missing: name the bank or provider".to_owned());
        }
        if !self.encoding.eq_ignore_ascii_case("utf-8") {
            return Err(Error::Encoding { format: "CSV", got: self.encoding.clone() });
        }
        if let Some(problem) = self.number.problem() {
            return wrong("number", problem.to_owned());
        }
        if self.columns.date.is_some() && !is_date_form(&self.date_form) {
            let problem = format!("{:?} has no yyyy or yy, MM and dd", self.date_form);
            return wrong("date_form", problem);
        }
        if self.skip_lines > MAX_SKIP {
            return wrong("skip_lines", format!("at most {MAX_SKIP}"));
        }
        let columns = &self.columns;
        match (&columns.amount, &columns.credit, &columns.debit) {
            (Some(_), None, None) | (None, Some(_), _) => {}
            _ => {
                let problem = "give amount, or credit with or without debit".to_owned();
                return wrong("columns", problem);
            }
        }
        if self.currency.is_some() == columns.currency.is_some() {
            return wrong("currency", "give currency or columns.currency, one of them".to_owned());
        }
        if columns.net.is_some() && columns.fee.is_none() {
            return wrong("columns.net", "it needs columns.fee".to_owned());
        }
        match u8::try_from(self.delimiter) {
            Ok(byte)
                if byte.is_ascii()
                    && !byte.is_ascii_alphanumeric()
                    && !b"\"\r\n".contains(&byte) =>
            {
                Ok(byte)
            }
            _ => wrong("delimiter", format!("{:?} is not one ASCII mark", self.delimiter)),
        }
    }
}

/// Positions of the mapped columns in the header.
struct Places<'m> {
    mapping: &'m TableMapping,
    header: csv::StringRecord,
}

impl Places<'_> {
    fn find(&self, column: &str) -> Result<usize, Error> {
        let mut places = self.header.iter().enumerate().filter(|(_, name)| name.trim() == column);
        match (places.next(), places.next()) {
            (Some((place, _)), None) => Ok(place),
            (Some(_), Some(_)) => Err(Error::Mapping {
                name: self.mapping.name.clone(),
                field: "columns",
                problem: format!("column {column:?} stands twice in the header"),
            }),
            (None, _) => Err(Error::Column {
                column: column.to_owned(),
                header: self.header.iter().collect::<Vec<_>>().join(", "),
            }),
        }
    }

    fn optional<'c>(&self, column: &'c Option<String>) -> Result<Option<Place<'c>>, Error> {
        column.as_deref().map(|name| Ok(Place { at: self.find(name)?, name })).transpose()
    }

    fn many<'c>(&self, columns: &'c [String]) -> Result<Vec<Place<'c>>, Error> {
        columns.iter().map(|name| Ok(Place { at: self.find(name)?, name })).collect()
    }
}

#[derive(Clone, Copy)]
struct Place<'c> {
    at: usize,
    name: &'c str,
}

/// A row with its line, for readings that name the place where they fail.
struct Row<'r> {
    line: u64,
    record: &'r csv::StringRecord,
    number: NumberStyle,
}

impl<'r> Row<'r> {
    fn text(&self, place: Place<'_>) -> &'r str {
        self.record.get(place.at).unwrap_or_default().trim()
    }

    fn bad(&self, place: Place<'_>, expected: impl Into<String>) -> Error {
        Error::Cell {
            line: self.line,
            column: place.name.to_owned(),
            got: self.text(place).chars().take(64).collect(),
            expected: expected.into(),
        }
    }

    /// A number; an empty cell is none.
    fn number(&self, place: Place<'_>) -> Result<Option<Decimal>, Error> {
        let text = self.text(place);
        if text.is_empty() {
            return Ok(None);
        }
        let expected = || {
            let mark = self.number.thousands.map(|t| format!(" and {t:?} between thousands"));
            format!(
                "a number with {:?} as decimal mark{}",
                self.number.decimal,
                mark.unwrap_or_default()
            )
        };
        self.number.read(text).map(Some).ok_or_else(|| self.bad(place, expected()))
    }
}

/// What a marked value says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Yes,
    No,
    Reversal,
}

impl Marked {
    pub(super) fn says(&self, value: &str) -> Option<Said> {
        let among = |list: &[String]| list.iter().any(|v| v == value);
        match (among(&self.yes), among(&self.no), among(&self.reversal)) {
            (true, false, false) => Some(Said::Yes),
            (false, true, false) => Some(Said::No),
            (false, false, true) => Some(Said::Reversal),
            _ => None,
        }
    }

    pub(super) fn expected(&self) -> String {
        let all: Vec<&str> = [&self.yes, &self.no, &self.reversal]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        format!("one of {}", all.join(", "))
    }
}

/// The columns, found.
struct Found<'m> {
    date: Option<Place<'m>>,
    amount: Option<Place<'m>>,
    credit: Option<Place<'m>>,
    debit: Option<Place<'m>>,
    currency: Option<Place<'m>>,
    account: Option<Place<'m>>,
    id: Option<Place<'m>>,
    text: Vec<Place<'m>>,
    reference: Vec<Place<'m>>,
    transaction: Vec<Place<'m>>,
    direction: Option<(Place<'m>, &'m Marked)>,
    status: Option<(Place<'m>, &'m Marked)>,
    fee: Option<Place<'m>>,
    net: Option<Place<'m>>,
}

impl<'m> Found<'m> {
    fn new(places: &Places<'_>, columns: &'m Columns) -> Result<Found<'m>, Error> {
        let marked = |marked: &'m Option<Marked>| {
            marked
                .as_ref()
                .map(|m| Ok((Place { at: places.find(&m.column)?, name: &m.column }, m)))
                .transpose()
        };
        Ok(Found {
            date: places.optional(&columns.date)?,
            amount: places.optional(&columns.amount)?,
            credit: places.optional(&columns.credit)?,
            debit: places.optional(&columns.debit)?,
            currency: places.optional(&columns.currency)?,
            account: places.optional(&columns.account)?,
            id: places.optional(&columns.id)?,
            text: places.many(&columns.text)?,
            reference: places.many(&columns.reference)?,
            transaction: places.many(&columns.transaction)?,
            direction: marked(&columns.direction)?,
            status: marked(&columns.status)?,
            fee: places.optional(&columns.fee)?,
            net: places.optional(&columns.net)?,
        })
    }

    /// The signed amount of a row: in is positive. None for a row without a figure.
    fn figure(&self, row: &Row<'_>) -> Result<Option<(Decimal, Direction)>, Error> {
        let (value, place) = match (self.amount, self.credit) {
            (Some(place), _) => (row.number(place)?, place),
            (None, Some(place)) => {
                let credit = row.number(place)?.filter(|v| !v.is_zero());
                let debit = match self.debit {
                    Some(place) => row.number(place)?.filter(|v| !v.is_zero()),
                    None => None,
                };
                if credit.is_some_and(|v| v.is_sign_negative())
                    || debit.is_some_and(|v| v.is_sign_negative())
                {
                    return Err(row.bad(place, "an amount without sign"));
                }
                match (credit, debit) {
                    (Some(_), Some(_)) => {
                        return Err(row.bad(place, "empty where the debit column has an amount"));
                    }
                    (credit, debit) => (credit.or(debit.map(|v| -v)), place),
                }
            }
            (None, None) => return Ok(None),
        };
        let Some(value) = value else { return Ok(None) };
        let Some((direction, marked)) = self.direction else {
            return Ok(Some((value, Direction::In)));
        };
        if value.is_sign_negative() {
            return Err(row.bad(place, "an amount without sign: the direction has a column"));
        }
        match marked.says(row.text(direction)) {
            Some(Said::Yes) => Ok(Some((value, Direction::In))),
            Some(Said::No) => Ok(Some((-value, Direction::In))),
            Some(Said::Reversal) => Ok(Some((value, Direction::ReversalOfIn))),
            None => Err(row.bad(direction, marked.expected())),
        }
    }
}

/// Counts lines up to a record, the break before it included (the CSV reader leaves the `\n` of `\r\n` for later).
struct Lines<'t> {
    text: &'t str,
    byte: usize,
    line: u64,
}

impl Lines<'_> {
    fn at(&mut self, byte: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let mut start = usize::try_from(byte).unwrap_or(usize::MAX).min(bytes.len());
        while bytes.get(start).is_some_and(|b| matches!(b, b'\r' | b'\n')) {
            start += 1;
        }
        let passed = bytes.get(self.byte..start).unwrap_or_default();
        self.line += passed.iter().filter(|b| **b == b'\n').count() as u64;
        self.byte = start.max(self.byte);
        self.line
    }
}

/// Reads a table by its mapping, as one [`Statement`] for each currency in it.
///
/// Fails with `payments.reconcile_encoding`, `_mapping`, `_column`, `_table` or `_cell`; then nothing is given.
pub fn read(bytes: &[u8], mapping: &TableMapping) -> Result<Vec<Statement>, Error> {
    let delimiter = mapping.check()?;
    let mut text = utf8(bytes, "CSV")?;
    for skipped in 0..mapping.skip_lines {
        let Some((_, rest)) = text.split_once('\n') else {
            let problem = format!("the file ends after {skipped} lines");
            return Err(Error::Table { line: 1, problem });
        };
        text = rest;
    }
    let mut lines = Lines { text, byte: 0, line: mapping.skip_lines as u64 + 1 };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut places: Option<Places<'_>> = None;
    let mut found: Option<Found<'_>> = None;
    let mut statements: Vec<Statement> = Vec::new();
    let source: Arc<str> = Arc::from(mapping.name.as_str());
    let gateway: Option<Arc<str>> = mapping.gateway.as_deref().map(Arc::from);
    loop {
        let line = lines.at(reader.position().byte());
        let table = |problem: String| Error::Table { line, problem };
        if !reader.read_record(&mut record).map_err(|e| table(e.to_string()))? {
            break;
        }
        if record.as_slice().len() > MAX_RECORD {
            return Err(table("longer than 256 KiB: perhaps a quote is not closed".to_owned()));
        }
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some(found) = &found else {
            let header = Places { mapping, header: record.clone() };
            found = Some(Found::new(&header, &mapping.columns)?);
            places = Some(header);
            continue;
        };
        if mapping.ends_at.as_deref().is_some_and(|end| record.get(0).map(str::trim) == Some(end)) {
            break;
        }
        let width = places.as_ref().map_or(0, |p| p.header.len());
        if record.len() != width {
            return Err(table(format!("{} fields where the header has {width}", record.len())));
        }
        let row = Row { line, record: &record, number: mapping.number };
        row_into(&mut statements, &row, found, mapping, &source, gateway.as_ref())?;
    }
    if found.is_none() {
        return Err(Error::Table { line: lines.line, problem: "no header".to_owned() });
    }
    if statements.is_empty() {
        statements.push(Statement::new(source, mapping.currency.unwrap_or(Currency::VND)));
    }
    Ok(statements)
}

fn row_into(
    statements: &mut Vec<Statement>,
    row: &Row<'_>,
    found: &Found<'_>,
    mapping: &TableMapping,
    source: &Arc<str>,
    gateway: Option<&Arc<str>>,
) -> Result<(), Error> {
    let currency = match (mapping.currency, found.currency) {
        (Some(currency), _) => currency,
        (None, Some(place)) => {
            row.text(place).parse().map_err(|_| row.bad(place, "an ISO 4217 code"))?
        }
        (None, None) => Currency::VND,
    };
    let Some((value, direction)) = found.figure(row)? else {
        // A row with other cells but no figure would be money lost in silence.
        let place = found.amount.or(found.credit).unwrap_or(Place { at: 0, name: "amount" });
        return Err(row.bad(place, "an amount (name the last row in ends_at, if this is a footer)"));
    };
    let account: &str = found.account.map(|p| row.text(p)).unwrap_or_default();
    let index = match statements.iter().position(|s| s.currency == currency) {
        Some(index) => index,
        None => {
            statements.push(Statement::new(source.clone(), currency));
            statements.len() - 1
        }
    };
    let Some(statement) = statements.get_mut(index) else { return Ok(()) };
    if statement.account.is_empty() && !account.is_empty() {
        statement.account = Arc::from(account);
    }
    let amount = Amount::new(value.abs(), currency);
    if let Some((place, marked)) = found.status {
        match marked.says(row.text(place)) {
            Some(Said::Yes) => {}
            Some(Said::No | Said::Reversal) => return statement.not_booked.add(&amount),
            None => return Err(row.bad(place, marked.expected())),
        }
    }
    let booked = match found.date {
        Some(place) => Some(
            read_date(row.text(place), &mapping.date_form)
                .ok_or_else(|| row.bad(place, format!("a date as {}", mapping.date_form)))?,
        ),
        None => None,
    };
    if let Some(place) = found.fee {
        let fee = row.number(place)?.unwrap_or_default();
        let fees = statement.fees.unwrap_or_else(|| Amount::zero(currency));
        let too_fine = |_| Error::AmountTooFine { got: fee.to_string() };
        statement.fees = Some(fees.checked_add(&Amount::new(fee, currency)).map_err(too_fine)?);
        if let Some(place) = found.net
            && let Some(net) = row.number(place)?
            && net != value - fee
        {
            statement.findings.push(Finding::Net {
                line: row.line,
                stated: net.normalize().to_string(),
                counted: (value - fee).normalize().to_string(),
            });
        }
    }
    if value.is_sign_negative() && !value.is_zero() {
        return statement.debits.add(&amount);
    }
    let texts: Vec<&str> =
        found.text.iter().map(|p| row.text(*p)).filter(|t| !t.is_empty()).collect();
    let list = |places: &[Place<'_>]| -> Box<[Box<str>]> {
        places.iter().map(|p| row.text(*p)).filter(|t| !t.is_empty()).map(Box::from).collect()
    };
    // A row's account is mostly the statement's: shared, so that a million rows do not hold a million copies.
    let account =
        if *account == *statement.account { statement.account.clone() } else { Arc::from(account) };
    statement.credits.push(Credit {
        source: source.clone(),
        gateway: gateway.cloned(),
        account,
        id: Box::from(found.id.map(|p| row.text(p)).unwrap_or_default()),
        direction,
        amount,
        booked,
        text: texts.join(" ").into_boxed_str(),
        references: list(&found.reference),
        transactions: list(&found.transaction),
        code: Arc::from(""),
    });
    Ok(())
}
