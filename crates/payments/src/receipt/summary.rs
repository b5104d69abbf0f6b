//! The daily summary for the tax authority (form 01/TH-BLĐT) and the check that its numbers have no gaps.

use std::collections::BTreeMap;

use serde::Serialize;
use time::Date;

use super::{Error, Receipt, ReceiptId, Regime, Series, TaxCode};
use crate::{Dong, day};

/// How a receipt stands in the summary. The names are ours: the codes of the form are not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Issued.
    New,
    /// Issued in place of another.
    Replacement,
}

/// A row of the form: one charge of one receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SummaryRow {
    /// Ordinal from 1.
    pub ordinal: u32,
    /// Template symbol.
    pub form: String,
    /// Receipt symbol.
    pub symbol: String,
    /// Number.
    pub number: u32,
    /// Day of the receipt.
    #[serde(with = "day")]
    pub date: Date,
    /// Name of the charge.
    pub charge: String,
    /// Amount.
    pub amount: Dong,
    /// Exchange rate; none for đồng.
    pub exchange_rate: Option<String>,
    /// Status.
    pub status: Status,
    /// Month of the correction, `2026-11`; none for a new receipt.
    pub correction_period: Option<String>,
    /// The receipt replaced.
    pub related: Option<ReceiptId>,
    /// Why it was replaced.
    pub explanation: Option<String>,
    /// Note.
    pub note: Option<String>,
}

/// Numbers that are missing between the first and the last of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The series.
    pub series: Series,
    /// First missing number.
    pub from: u32,
    /// Last missing number.
    pub to: u32,
}

/// The summary of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Version of this JSON form.
    pub version: u32,
    /// The form, to be sent the same day (Decree 254/2026/NĐ-CP Art. 29.3.b); after an outage within 3 working days of the repair
    /// (Art. 27.3).
    pub form: String,
    /// The day.
    #[serde(with = "day")]
    pub date: Date,
    /// The collector's name.
    pub collector: String,
    /// Its tax code.
    pub tax_code: TaxCode,
    /// The rows, by form, symbol, number and line.
    pub rows: Vec<SummaryRow>,
    /// How many receipts.
    pub receipts: u32,
    /// The sum of the rows.
    pub total: Dong,
    /// Numbers missing between the first and the last of each series of the day.
    pub gaps: Vec<Gap>,
}

/// The summary of all receipts of a day and collector, in any order. The same receipts give the same summary.
///
/// Fails with `payments.receipt_summary` for a receipt of another day or collector or one given twice, and with
/// `payments.receipt_no_rule` where the regime of the day has no summary known here.
pub fn summary(date: Date, receipts: &[Receipt]) -> Result<Summary, Error> {
    let regime = Regime::of(date)?;
    let Some(rule) = regime.summary else {
        return Err(Error::NoRule { what: "the daily summary", regime: regime.id });
    };
    let Some(first) = receipts.first() else {
        let problem = "no receipt was given: a day without receipts has no summary";
        return Err(Error::Summary { receipt: day::text(date), problem });
    };
    let collector = &first.draft().collector;
    let mut sorted: BTreeMap<&ReceiptId, &Receipt> = BTreeMap::new();
    for receipt in receipts {
        let refused = |problem| Err(Error::Summary { receipt: receipt.id().to_string(), problem });
        if receipt.draft().date != date {
            return refused("it is of another day");
        }
        if receipt.draft().collector.tax_code != collector.tax_code {
            return refused("it is of another collector");
        }
        if sorted.insert(receipt.id(), receipt).is_some() {
            return refused("it is given twice");
        }
    }
    let mut rows: Vec<SummaryRow> = Vec::new();
    for (id, receipt) in &sorted {
        for line in &receipt.draft().lines {
            let replaces = receipt.replaces();
            let month = || day::text(date).get(..7).map(str::to_owned).unwrap_or_default();
            rows.push(SummaryRow {
                ordinal: u32::try_from(rows.len()).unwrap_or(u32::MAX).saturating_add(1),
                form: id.form.clone(),
                symbol: id.symbol.clone(),
                number: id.number,
                date,
                charge: line.name.clone(),
                amount: line.amount,
                exchange_rate: None,
                status: if replaces.is_some() { Status::Replacement } else { Status::New },
                correction_period: replaces.map(|_| month()),
                related: replaces.cloned(),
                explanation: receipt.why().map(str::to_owned),
                note: None,
            });
        }
    }
    let total = Dong::sum(rows.iter().map(|r| r.amount))
        .map_err(|e| Error::Field { field: "total", problem: e.to_string() })?;
    Ok(Summary {
        version: super::VERSION,
        form: rule.form,
        date,
        collector: collector.name.clone(),
        tax_code: collector.tax_code.clone(),
        receipts: u32::try_from(sorted.len()).unwrap_or(u32::MAX),
        rows,
        total,
        gaps: gaps(sorted.keys().copied()),
    })
}

/// The numbers that are missing between the first and the last of each series. Over all receipts of a year the first must be 1.
pub fn gaps<'a>(ids: impl IntoIterator<Item = &'a ReceiptId>) -> Vec<Gap> {
    let mut all: Vec<&ReceiptId> = ids.into_iter().collect();
    all.sort_unstable();
    let mut gaps = Vec::new();
    for pair in all.windows(2) {
        let [before, after] = pair else { continue };
        if before.series() == after.series() && after.number > before.number.saturating_add(1) {
            let (from, to) = (before.number + 1, after.number - 1);
            gaps.push(Gap { series: before.series(), from, to });
        }
    }
    gaps
}
