//! Electronic receipts (Decree 254/2026/NĐ-CP Art. 22–24): numbered from the same gap-free register, kept whole in the log, replaced
//! in a chain. What a receipt says, how it is numbered and summed up is for `motcua_payments::receipt`.

use motcua_payments::receipt::{
    Counter, Draft, Error as Refused, Receipt, ReceiptId, Summary, TaxCode, summary,
};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use crate::log::{New, check_id, hexadecimal};
use crate::register::{EntryState, Series};
use crate::sql::{one, values};
use crate::tree::sha256;
use crate::{Error, Session, instant};

/// What is asked for: a receipt of these charges, in this series.
#[derive(Debug, Clone, Copy)]
pub struct ReceiptRequest<'a> {
    /// The caller's identifier: the same request gets the same receipt.
    pub id: &'a str,
    /// Template symbol, such as `EBL01`.
    pub form: &'a str,
    /// Receipt symbol, such as `26TAA`.
    pub symbol: &'a str,
    /// What the receipt says.
    pub draft: &'a Draft,
    /// The receipt that this one stands for from now on.
    pub replaces: Option<Replaces<'a>>,
}

/// Which receipt is replaced (Circular 91/2026/TT-BTC Art. 20).
#[derive(Debug, Clone, Copy)]
pub struct Replaces<'a> {
    /// Who issued it.
    pub collector: &'a TaxCode,
    /// Which one.
    pub receipt: &'a ReceiptId,
    /// Why; the daily summary says it.
    pub why: &'a str,
}

/// A receipt's place: a collector's series is a register of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptNumber {
    /// The collector's tax code, and form and symbol: `EBL01/26TAA`.
    pub series: Series,
    /// The year, in Viet Nam's time.
    pub year: i32,
    /// The number.
    pub number: u32,
}

/// What the record keeps of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssuedReceipt {
    /// Which one.
    pub receipt: ReceiptNumber,
    /// The one it replaces.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub replaces: Option<ReceiptNumber>,
    /// The receipt itself, JSON.
    pub content: String,
}

/// The body of `receipt.replaced`.
#[derive(Debug, Serialize, Deserialize)]
struct Replaced {
    by: ReceiptNumber,
}

impl IssuedReceipt {
    /// SHA-256 of the content, hexadecimal: what its number is completed with.
    pub(crate) fn sha256(&self) -> String {
        hexadecimal(&sha256(self.content.as_bytes()))
    }
}

fn subject(series: &Series) -> String {
    format!("receipt/{}/{}", series.agency, series.kind)
}

fn name(number: &ReceiptNumber) -> String {
    format!("{}/{}", number.year, number.number)
}

fn series(collector: &TaxCode, form: &str, symbol: &str) -> Series {
    Series { agency: collector.0.clone(), kind: format!("{form}/{symbol}") }
}

fn place(collector: &TaxCode, id: &ReceiptId) -> ReceiptNumber {
    let series = series(collector, &id.form, &id.symbol);
    ReceiptNumber { series, year: id.year, number: id.number }
}

fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|e| Error::Damaged { problem: e.to_string() })
}

fn read(content: &str) -> Result<Receipt, Error> {
    serde_json::from_str(content).map_err(|e| Error::Damaged { problem: format!("a receipt: {e}") })
}

/// The receipt of a request, in place of `old`, with the number that follows `last`.
fn write(
    asked: &ReceiptRequest<'_>,
    old: Option<&Receipt>,
    year: i32,
    last: u32,
) -> Result<Receipt, Refused> {
    let series = Counter::new(asked.form, asked.symbol, year).series;
    let (number, _) = Counter { series, last }.next(asked.draft.date)?;
    match (old, &asked.replaces) {
        (Some(old), Some(replaces)) => {
            Receipt::replace(old, asked.draft.clone(), number, replaces.why)
        }
        _ => Receipt::issue(asked.draft.clone(), number),
    }
}

impl Session<'_> {
    /// Issues a receipt: takes the next number of the series in this year, writes the receipt that carries it, and keeps both, in one
    /// transaction; no number is ever without its receipt. The same request gets the same receipt.
    ///
    /// # Errors
    /// As [`Session::reserve`]; [`Error::Receipt`] where the rules of its day refuse it, or it is dated ahead;
    /// [`Error::NoReceipt`] when there is none to be replaced; [`Error::ReceiptReplaced`] when another one replaced it;
    /// [`Error::FingerprintReused`] when the request got another receipt.
    pub fn issue_receipt(
        &mut self,
        asked: &ReceiptRequest<'_>,
        now: OffsetDateTime,
    ) -> Result<Receipt, Error> {
        let series = series(&asked.draft.collector.tax_code, asked.form, asked.symbol);
        series.check()?;
        check_id("request", asked.id)?;
        let replaces = asked.replaces.map(|old| place(old.collector, old.receipt));
        if let Some(known) = self.request_entry(&series, asked.id)? {
            let number = ReceiptNumber { series, year: known.year, number: known.number };
            let (kept, receipt) = self.kept(&number)?.ok_or_else(|| Error::EntryClosed {
                year: known.year,
                number: known.number,
                state: known.state.name(),
            })?;
            let same = kept.replaces == replaces
                && receipt.draft() == asked.draft
                && receipt.why() == asked.replaces.map(|old| old.why);
            return if same {
                Ok(receipt)
            } else {
                Err(Error::FingerprintReused { subject: format!("receipt {}", name(&number)) })
            };
        }
        let old = match &replaces {
            Some(number) => Some(self.kept(number)?.ok_or_else(|| no_receipt(number))?.1),
            None => None,
        };
        if asked.draft.date > instant::day(now) {
            let problem = "a receipt is not dated ahead".to_owned();
            return Err(Refused::Field { field: "date", problem }.into());
        }
        self.whole(|session| session.issue_new_receipt(asked, &series, old.as_ref(), replaces, now))
    }

    fn issue_new_receipt(
        &mut self,
        asked: &ReceiptRequest<'_>,
        series: &Series,
        old: Option<&Receipt>,
        replaces: Option<ReceiptNumber>,
        now: OffsetDateTime,
    ) -> Result<Receipt, Error> {
        // What is refused is refused before a number is taken; but an old receipt of the same series may only be replaced by a later
        // number, so the number is the one that will be given.
        let year = instant::year(now);
        let last = self.last_number(series, year)?;
        let receipt = write(asked, old, year, last)?;
        let entry = self.reserve(series, asked.id, now)?;
        if (entry.year, entry.number) != (receipt.id().year, receipt.id().number) {
            let problem = format!("number {} was taken, not {}", entry.number, receipt.id().number);
            return Err(Error::Damaged { problem });
        }
        let number =
            ReceiptNumber { series: series.clone(), year: entry.year, number: entry.number };
        let issued = IssuedReceipt { receipt: number, replaces, content: json(&receipt)? };
        self.complete(series, entry.year, entry.number, &issued.sha256(), now)?;
        let (body, fingerprint) = (json(&issued)?, name(&issued.receipt));
        self.append(
            New {
                kind: "receipt.issued",
                subject: &subject(series),
                fingerprint: &fingerprint,
                body: &body,
            },
            now,
        )?;
        if let Some(old) = &issued.replaces {
            let body = json(&Replaced { by: issued.receipt.clone() })?;
            let new = New {
                kind: "receipt.replaced",
                subject: &subject(&old.series),
                fingerprint: &format!("replaced/{}", name(old)),
                body: &body,
            };
            self.append(new, now).map_err(|e| match e {
                Error::FingerprintReused { .. } => {
                    Error::ReceiptReplaced { year: old.year, number: old.number }
                }
                other => other,
            })?;
        }
        Ok(receipt)
    }

    fn kept(&mut self, number: &ReceiptNumber) -> Result<Option<(IssuedReceipt, Receipt)>, Error> {
        let row = one(
            self.sql,
            "SELECT body FROM log WHERE subject = ?1 AND fingerprint = ?2",
            &values![subject(&number.series), name(number)],
        )?;
        row.map(|row| {
            let kept: IssuedReceipt = serde_json::from_str(&row.text(0)?)
                .map_err(|e| Error::Damaged { problem: format!("a receipt: {e}") })?;
            let receipt = read(&kept.content)?;
            Ok((kept, receipt))
        })
        .transpose()
    }

    /// A collector's receipt as it was issued.
    ///
    /// # Errors
    /// [`Error::Damaged`] where what is kept is none.
    pub fn receipt(
        &mut self,
        collector: &TaxCode,
        id: &ReceiptId,
    ) -> Result<Option<Receipt>, Error> {
        Ok(self.kept(&place(collector, id))?.map(|(_, receipt)| receipt))
    }

    /// The receipt that a request got.
    ///
    /// # Errors
    /// [`Error::Damaged`] where what is kept is none.
    pub fn requested_receipt(
        &mut self,
        collector: &TaxCode,
        form: &str,
        symbol: &str,
        request: &str,
    ) -> Result<Option<Receipt>, Error> {
        let series = series(collector, form, symbol);
        let Some(entry) = self.request_entry(&series, request)? else { return Ok(None) };
        let number = ReceiptNumber { series, year: entry.year, number: entry.number };
        Ok(self.kept(&number)?.map(|(_, receipt)| receipt))
    }

    /// The receipt that replaced this one, and whose it is.
    ///
    /// # Errors
    /// [`Error::NoReceipt`]; [`Error::Damaged`] where what is kept cannot be read.
    pub fn replaced_by(
        &mut self,
        collector: &TaxCode,
        id: &ReceiptId,
    ) -> Result<Option<(TaxCode, ReceiptId)>, Error> {
        let number = place(collector, id);
        if self.kept(&number)?.is_none() {
            return Err(no_receipt(&number));
        }
        let row = one(
            self.sql,
            "SELECT body FROM log WHERE subject = ?1 AND fingerprint = ?2",
            &values![subject(&number.series), format!("replaced/{}", name(&number))],
        )?;
        let Some(row) = row else { return Ok(None) };
        let damaged = |problem: String| Error::Damaged { problem };
        let Replaced { by } = serde_json::from_str(&row.text(0)?)
            .map_err(|e| damaged(format!("a receipt's replacement: {e}")))?;
        let (_, receipt) =
            self.kept(&by)?.ok_or_else(|| damaged(format!("receipt {} is missing", name(&by))))?;
        Ok(Some((TaxCode(by.series.agency), receipt.id().clone())))
    }

    /// A collector's receipts of a day, by series and number.
    ///
    /// # Errors
    /// [`Error::Damaged`] where what is kept cannot be read.
    pub fn receipts(&mut self, collector: &TaxCode, date: Date) -> Result<Vec<Receipt>, Error> {
        // None is dated ahead, so none of this day was numbered before it.
        let rows = self.sql.query(
            "SELECT kind, number FROM register_entry \
             WHERE agency = ?1 AND year = ?2 AND state = 'completed' AND reserved_at >= ?3 \
             ORDER BY kind, number",
            &values![collector.0.as_str(), date.year(), instant::midnight(date)?],
        )?;
        let mut receipts = Vec::new();
        for row in &rows {
            let series = Series { agency: collector.0.clone(), kind: row.text(0)? };
            let number = ReceiptNumber { series, year: date.year(), number: row.number(1)? };
            // An agency's other registers hold copies.
            if let Some((_, receipt)) = self.kept(&number)?
                && receipt.draft().date == date
            {
                receipts.push(receipt);
            }
        }
        Ok(receipts)
    }

    /// The daily summary that the tax authority is sent, of what is on record.
    ///
    /// # Errors
    /// [`Error::Receipt`]: there is none for a day without receipts; [`Error::Damaged`].
    pub fn receipt_summary(&mut self, collector: &TaxCode, date: Date) -> Result<Summary, Error> {
        let receipts = self.receipts(collector, date)?;
        Ok(summary(date, &receipts)?)
    }
}

fn no_receipt(number: &ReceiptNumber) -> Error {
    Error::NoReceipt { kind: number.series.kind.clone(), year: number.year, number: number.number }
}

/// Whether the entry of a register is the one this receipt completes, and the receipt says so itself.
pub(crate) fn completes(receipt: &IssuedReceipt, state: &EntryState) -> bool {
    let said: serde_json::Value = serde_json::from_str(&receipt.content).unwrap_or_default();
    let ReceiptNumber { series, year, number } = &receipt.receipt;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let id = &said["id"];
    said["content"]["collector"]["tax_code"] == series.agency.as_str()
        && format!("{}/{}", text(&id["form"]), text(&id["symbol"])) == series.kind
        && (id["year"].as_i64(), id["number"].as_u64())
            == (Some(i64::from(*year)), Some(u64::from(*number)))
        && matches!(state, EntryState::Completed { copy_sha256 } if *copy_sha256 == receipt.sha256())
}
