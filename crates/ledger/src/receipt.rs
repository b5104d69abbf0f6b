//! Electronic receipts (Decree 254/2026/NĐ-CP Art. 22–24): numbered from the same gap-free register, kept whole in the log, replaced
//! in a chain. What a receipt must contain is for `motcua-payments`.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::log::{New, check_id, hexadecimal};
use crate::register::{Entry, EntryState, Series};
use crate::sql::{one, values};
use crate::tree::sha256;
use crate::{Error, Session};

/// A receipt's number has at most 8 digits (Decree 254/2026/NĐ-CP Art. 23.2 (c)).
const LAST_NUMBER: u32 = 99_999_999;

/// Which receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptNumber {
    /// The collecting organisation, and form and symbol: `EBL01/26TAA`.
    pub series: Series,
    /// The year, in Viet Nam's time.
    pub year: i32,
    /// The number.
    pub number: u32,
}

/// What the record keeps of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuedReceipt {
    /// Which one.
    pub receipt: ReceiptNumber,
    /// The one it replaces.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub replaces: Option<ReceiptNumber>,
    /// The receipt itself, JSON or XML, as it was issued.
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

fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|e| Error::Damaged { problem: e.to_string() })
}

impl Session<'_> {
    /// Issues a receipt: takes the next number of the series in this year, has `make` write the receipt that carries it, and keeps
    /// both, in one transaction; no number is ever without its receipt. The same request gets the same receipt, and `make` is not
    /// asked again. `replaces` names the receipt this one stands for from now on.
    ///
    /// # Errors
    /// As [`Session::reserve`]; [`Error::NoReceipt`] when there is none to be replaced; [`Error::ReceiptReplaced`] when another one
    /// replaced it; [`Error::SeriesFull`]; what `make` answers.
    pub fn issue_receipt(
        &mut self,
        series: &Series,
        request: &str,
        replaces: Option<&ReceiptNumber>,
        now: OffsetDateTime,
        make: &mut dyn FnMut(&Entry) -> Result<String, Error>,
    ) -> Result<IssuedReceipt, Error> {
        series.check()?;
        check_id("request", request)?;
        if let Some(known) = self.request_entry(series, request)? {
            let number =
                ReceiptNumber { series: series.clone(), year: known.year, number: known.number };
            let kept = self.receipt(&number)?.ok_or_else(|| Error::EntryClosed {
                year: known.year,
                number: known.number,
                state: known.state.name(),
            })?;
            return if kept.replaces.as_ref() == replaces {
                Ok(kept)
            } else {
                Err(Error::FingerprintReused { subject: format!("receipt {}", name(&number)) })
            };
        }
        if let Some(old) = replaces
            && self.receipt(old)?.is_none()
        {
            return Err(no_receipt(old));
        }
        self.whole(|session| session.issue_new_receipt(series, request, replaces, now, make))
    }

    fn issue_new_receipt(
        &mut self,
        series: &Series,
        request: &str,
        replaces: Option<&ReceiptNumber>,
        now: OffsetDateTime,
        make: &mut dyn FnMut(&Entry) -> Result<String, Error>,
    ) -> Result<IssuedReceipt, Error> {
        let entry = self.reserve(series, request, now)?;
        if entry.number > LAST_NUMBER {
            return Err(Error::SeriesFull { kind: series.kind.clone(), last: LAST_NUMBER });
        }
        let receipt =
            ReceiptNumber { series: series.clone(), year: entry.year, number: entry.number };
        let issued = IssuedReceipt { receipt, replaces: replaces.cloned(), content: make(&entry)? };
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
        if let Some(old) = replaces {
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
        Ok(issued)
    }

    /// A receipt as it was issued.
    ///
    /// # Errors
    /// [`Error::Damaged`] where what is kept is none.
    pub fn receipt(&mut self, number: &ReceiptNumber) -> Result<Option<IssuedReceipt>, Error> {
        let row = one(
            self.sql,
            "SELECT body FROM log WHERE subject = ?1 AND fingerprint = ?2",
            &values![subject(&number.series), name(number)],
        )?;
        row.map(|row| {
            serde_json::from_str(&row.text(0)?)
                .map_err(|e| Error::Damaged { problem: format!("a receipt: {e}") })
        })
        .transpose()
    }

    /// The receipt that replaced this one.
    ///
    /// # Errors
    /// [`Error::NoReceipt`]; [`Error::Damaged`] where what is kept cannot be read.
    pub fn replaced_by(&mut self, number: &ReceiptNumber) -> Result<Option<ReceiptNumber>, Error> {
        if self.receipt(number)?.is_none() {
            return Err(no_receipt(number));
        }
        let row = one(
            self.sql,
            "SELECT body FROM log WHERE subject = ?1 AND fingerprint = ?2",
            &values![subject(&number.series), format!("replaced/{}", name(number))],
        )?;
        row.map(|row| {
            serde_json::from_str::<Replaced>(&row.text(0)?)
                .map(|replaced| replaced.by)
                .map_err(|e| Error::Damaged { problem: format!("a receipt's replacement: {e}") })
        })
        .transpose()
    }
}

fn no_receipt(number: &ReceiptNumber) -> Error {
    Error::NoReceipt { kind: number.series.kind.clone(), year: number.year, number: number.number }
}

/// Whether the entry of a register is the one this receipt completes.
pub(crate) fn completes(receipt: &IssuedReceipt, state: &EntryState) -> bool {
    matches!(state, EntryState::Completed { copy_sha256 } if *copy_sha256 == receipt.sha256())
}
