//! A run as JSON (versioned) and as CSV that a spreadsheet opens with its accents and without running anything.

use std::io::{self, Write};

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::due::Due;
use super::row::{Reconciliation, Row};
use super::statement::Credit;
use crate::day;

/// Version of the JSON form. It rises when a reader of the old form could be misled.
pub const VERSION: u32 = 1;

/// `{"version":1,"clean":…,"balances":…,"totals":[…],"statements":[…],"rows":[…]}`; each row carries its order and credits whole.
impl Serialize for Reconciliation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("version", &VERSION)?;
        map.serialize_entry("clean", &self.is_clean())?;
        map.serialize_entry("balances", &self.balances())?;
        map.serialize_entry("totals", &self.totals)?;
        map.serialize_entry("statements", &self.statements)?;
        map.serialize_entry("rows", &Rows(self))?;
        map.end()
    }
}

struct Rows<'a>(&'a Reconciliation);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.rows.len()))?;
        for row in &self.0.rows {
            list.serialize_element(&Shown::new(self.0, row))?;
        }
        list.end()
    }
}

/// A row with what its numbers stand for.
#[derive(Serialize)]
struct Shown<'a> {
    outcome: &'static str,
    why: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<&'a Due>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    credits: Vec<&'a Credit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    candidates: Vec<&'a str>,
    #[serde(skip_serializing_if = "nothing")]
    candidates_total: u32,
}

fn nothing(count: &u32) -> bool {
    *count == 0
}

impl<'a> Shown<'a> {
    fn new(run: &'a Reconciliation, row: &Row) -> Shown<'a> {
        let id = |place: u32| run.order(place).map(|o| &*o.id);
        Shown {
            outcome: row.outcome.name(),
            why: row.why.name(),
            order: row.order.and_then(|o| run.order(o)),
            credits: row.credits.iter().filter_map(|c| run.credit(*c)).collect(),
            about: row.about.and_then(id),
            candidates: row.candidates.iter().filter_map(|c| id(*c)).collect(),
            candidates_total: row.candidates_total,
        }
    }
}

/// How the CSV is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvStyle {
    /// Begin with the UTF-8 byte order mark: Excel then shows Vietnamese letters.
    pub byte_order_mark: bool,
    /// The mark between fields, `,` or `;` (what a Vietnamese Excel expects), `\t` or `|`.
    pub delimiter: u8,
}

impl CsvStyle {
    /// What Excel opens by a double click: byte order mark and comma.
    pub const EXCEL: CsvStyle = CsvStyle { byte_order_mark: true, delimiter: b',' };
}

/// The columns of the CSV. A line is a credit with the order of its row, or an order without credit.
const HEADER: [&str; 18] = [
    "outcome",
    "why",
    "order",
    "order_amount",
    "credit_id",
    "direction",
    "credit_amount",
    "currency",
    "booked",
    "source",
    "account",
    "references",
    "transactions",
    "text",
    "about_order",
    "candidates",
    "candidates_total",
    "row",
];

/// Characters at the start of a cell that make spreadsheets run or misread it, the full-width forms among them.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The cell with an apostrophe before what a spreadsheet would run as a formula. Leading spaces do not hide it.
fn harmless(text: &str) -> std::borrow::Cow<'_, str> {
    if text.starts_with(FORMULA) || text.trim_start().starts_with(FORMULA) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

impl Reconciliation {
    /// Writes the rows as CSV. A row of several credits has a line for each; `row` numbers the rows from 1, and `order_amount` stands
    /// on the first line of a row only, so that the column adds up. Amounts have a point as decimal mark and no thousands mark.
    pub fn write_csv(&self, style: CsvStyle, mut out: impl Write) -> io::Result<()> {
        if style.byte_order_mark {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let mut writer = csv::WriterBuilder::new()
            .delimiter(style.delimiter)
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        writer.write_record(HEADER)?;
        for (number, row) in (1u64..).zip(&self.rows) {
            let shown = Shown::new(self, row);
            if shown.credits.is_empty() {
                writer.write_record(cells(number, &shown, None, true))?;
            }
            for (i, credit) in shown.credits.iter().enumerate() {
                writer.write_record(cells(number, &shown, Some(credit), i == 0))?;
            }
        }
        writer.flush()
    }

    /// The rows as CSV text.
    pub fn to_csv(&self, style: CsvStyle) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.write_csv(style, &mut bytes)?;
        Ok(bytes)
    }
}

fn cells(number: u64, row: &Shown<'_>, credit: Option<&Credit>, first: bool) -> [String; 18] {
    let safe = |text: &str| harmless(text).into_owned();
    let joined = |list: &[Box<str>]| safe(&list.join(" "));
    let of = |f: &dyn Fn(&Credit) -> String| credit.map(f).unwrap_or_default();
    let order_amount = row.order.filter(|_| first).map(|o| o.amount.value().to_string());
    let currency = credit.map(|c| c.amount).or(row.order.map(|o| o.amount));
    [
        row.outcome.to_owned(),
        row.why.to_owned(),
        row.order.map(|o| safe(&o.id)).unwrap_or_default(),
        order_amount.unwrap_or_default(),
        of(&|c| safe(&c.id)),
        of(&|c| direction(c).to_owned()),
        // A reversal's figure has a minus sign: it is a number of ours, not text of a stranger.
        of(&|c| {
            let sign = if c.direction.is_negative() && !c.amount.is_zero() { "-" } else { "" };
            format!("{sign}{}", c.amount.value())
        }),
        currency.map(|a| a.currency().to_string()).unwrap_or_default(),
        of(&|c| c.booked.map(day::text).unwrap_or_default()),
        of(&|c| safe(&c.source)),
        of(&|c| safe(&c.account)),
        of(&|c| joined(&c.references)),
        of(&|c| joined(&c.transactions)),
        of(&|c| safe(&c.text)),
        row.about.map(safe).unwrap_or_default(),
        safe(&row.candidates.join(" ")),
        if row.candidates_total > 0 { row.candidates_total.to_string() } else { String::new() },
        number.to_string(),
    ]
}

fn direction(credit: &Credit) -> &'static str {
    use super::statement::Direction;
    match credit.direction {
        Direction::In => "in",
        Direction::ReversalOfIn => "reversal_of_in",
        Direction::ReversalOfOut => "reversal_of_out",
    }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_are_text() {
        for bad in ["=1+1", "+84", "-1", "@SUM", "\t=1", "  =cmd|'/c calc'!A0", "＝1", "\r\n=1"] {
            assert!(harmless(bad).starts_with('\''), "{bad:?}");
        }
        for good in ["Nộp lệ phí", "36000", "", "a=b", "'quoted"] {
            assert_eq!(harmless(good), good);
        }
    }
}
