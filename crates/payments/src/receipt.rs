//! The data of an electronic receipt for taxes, fees and charges (*biên lai điện tử*): content, numbers, corrections, the daily summary.
//! The rules come by date from `data/receipts.json`. Signing lives in `motcua-pki`, storing in the ledger; the tax authority's XML
//! schema is not public, so JSON and a neutral XML are given.

use std::fmt;

use motcua_money::{Amount, Language};
use serde::{Deserialize, Serialize};

use crate::Dong;

mod correction;
mod draft;
mod error;
mod regime;
mod series;
mod summary;
mod xml;

pub use correction::{Remedy, in_force, remedy};
pub use draft::{Collector, Draft, FeeLine, Party, TaxCode};
pub use error::Error;
pub use regime::{CorrectionRule, Fact, Regime, SignedBy, SummaryRule, all as regimes};
pub use series::{Counter, Number, Series};
pub use summary::{Gap, Status, Summary, SummaryRow, gaps, summary};
pub use xml::NAMESPACE;

/// Version of the JSON forms. It rises when a reader of the old form could be misled.
pub const VERSION: u32 = 1;

/// What names a receipt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptId {
    /// The year of the series.
    pub year: i32,
    /// Template symbol.
    pub form: String,
    /// Receipt symbol.
    pub symbol: String,
    /// Number, from 1.
    pub number: u32,
}

impl ReceiptId {
    /// Its series.
    pub fn series(&self) -> Series {
        Series { form: self.form.clone(), symbol: self.symbol.clone(), year: self.year }
    }
}

impl fmt::Display for ReceiptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}/{}", self.form, self.symbol, self.number, self.year)
    }
}

/// A receipt: a draft with a number, its amounts in words, and what it replaces. In JSON it is read back only if everything computed
/// is still what its lines give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Receipt {
    regime: String,
    signed_by: SignedBy,
    name: String,
    id: ReceiptId,
    draft: Draft,
    total: Dong,
    words: String,
    line_words: Vec<String>,
    replaces: Option<ReceiptId>,
    why: Option<String>,
}

/// The JSON form.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    regime: String,
    signed_by: SignedBy,
    name: String,
    id: ReceiptId,
    content: Draft,
    total: Dong,
    words: String,
    line_words: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaces: Option<ReceiptId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

fn in_words(amount: Dong) -> Result<String, Error> {
    let dong = i64::try_from(amount.get()).unwrap_or(i64::MAX);
    Amount::vnd(dong)
        .in_words(Language::Vi)
        .map_err(|e| Error::Field { field: "amount", problem: e.to_string() })
}

impl Receipt {
    /// Makes the receipt of a draft with a number taken for its day.
    ///
    /// ```
    /// use motcua_payments::receipt::{Counter, Draft, Receipt};
    ///
    /// let draft: Draft = serde_json::from_str(r#"{"date": "2026-11-24",
    ///     "collector": {"name": "UBND phường Thủ Dầu Một", "tax_code": "0123456789"},
    ///     "lines": [{"name": "Phí chứng thực bản sao từ bản chính", "amount": {"amount": "36000", "currency": "VND"}}]}"#)?;
    /// let (number, counter) = Counter::new("EBL01", "26TAA", 2026).next(draft.date)?;
    /// let receipt = Receipt::issue(draft, number)?;
    /// assert_eq!(receipt.words(), "Ba mươi sáu nghìn đồng");
    /// assert_eq!((receipt.id().number, counter.last), (1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Fails with `payments.receipt_field`.
    pub fn issue(draft: Draft, number: Number) -> Result<Receipt, Error> {
        let total = draft.check()?;
        if number.date != draft.date {
            let problem = "the number was taken for another day: take it with the draft's date";
            return Err(Error::Field { field: "date", problem: problem.to_owned() });
        }
        let regime = Regime::of(draft.date)?;
        let name = match (&regime.names, &draft.name) {
            (Some(names), Some(name)) if names.contains(name) => name.clone(),
            (Some(names), None) if names.len() == 1 => names.concat(),
            (Some(names), _) => {
                let problem = format!("must be one of: {}", names.join("; "));
                return Err(Error::Field { field: "name", problem });
            }
            (None, Some(name)) if !name.trim().is_empty() && !name.contains(char::is_control) => {
                name.clone()
            }
            (None, _) => {
                let problem =
                    format!("missing: {} has several names, give the right one", regime.id);
                return Err(Error::Field { field: "name", problem });
            }
        };
        let mut line_words = Vec::with_capacity(draft.lines.len());
        for line in &draft.lines {
            line_words.push(in_words(line.amount)?);
        }
        let series = number.series;
        Ok(Receipt {
            regime: regime.id,
            signed_by: regime.signed_by,
            name,
            id: ReceiptId {
                year: series.year,
                form: series.form,
                symbol: series.symbol,
                number: number.number,
            },
            total,
            words: in_words(total)?,
            line_words,
            draft,
            replaces: None,
            why: None,
        })
    }

    /// Makes a receipt in place of another (Circular 91/2026/TT-BTC Art. 20). `why` is the explanation that the daily summary carries.
    ///
    /// Fails with `payments.receipt_chain` where the old one was made after it, and as [`Receipt::issue`].
    pub fn replace(
        old: &Receipt,
        draft: Draft,
        number: Number,
        why: &str,
    ) -> Result<Receipt, Error> {
        if why.trim().is_empty() || why.contains(char::is_control) {
            let problem = "missing or with control characters: say on one line what was wrong";
            return Err(Error::Field { field: "why", problem: problem.to_owned() });
        }
        let mut receipt = Receipt::issue(draft, number)?;
        receipt.replaces = Some(old.id.clone());
        receipt.why = Some(why.to_owned());
        in_force(&[old_alone(old), receipt.clone()])?;
        Ok(receipt)
    }

    /// Regime of its day.
    pub fn regime(&self) -> &str {
        &self.regime
    }
    /// Who must sign it.
    pub fn signed_by(&self) -> SignedBy {
        self.signed_by
    }
    /// The receipt's name.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// What names it.
    pub fn id(&self) -> &ReceiptId {
        &self.id
    }
    /// Its content.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }
    /// The sum of its lines.
    pub fn total(&self) -> Dong {
        self.total
    }
    /// The total in Vietnamese words.
    pub fn words(&self) -> &str {
        &self.words
    }
    /// Each line's amount in Vietnamese words.
    pub fn line_words(&self) -> impl Iterator<Item = &str> {
        self.line_words.iter().map(String::as_str)
    }
    /// The receipt that it replaces.
    pub fn replaces(&self) -> Option<&ReceiptId> {
        self.replaces.as_ref()
    }
    /// Why it replaces that one.
    pub fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }
}

/// The old receipt without its own past, to check one link of a chain.
fn old_alone(old: &Receipt) -> Receipt {
    Receipt { replaces: None, why: None, ..old.clone() }
}

impl From<Receipt> for Stored {
    fn from(receipt: Receipt) -> Stored {
        Stored {
            version: VERSION,
            regime: receipt.regime,
            signed_by: receipt.signed_by,
            name: receipt.name,
            id: receipt.id,
            content: receipt.draft,
            total: receipt.total,
            words: receipt.words,
            line_words: receipt.line_words,
            replaces: receipt.replaces,
            why: receipt.why,
        }
    }
}

impl Receipt {
    /// Reads a receipt's JSON: one whose parts do not follow from its content is `payments.receipt_altered`.
    pub fn from_json(json: &str) -> Result<Receipt, Error> {
        let stored: Stored = serde_json::from_str(json)
            .map_err(|e| Error::Field { field: "receipt", problem: e.to_string() })?;
        Receipt::try_from(stored)
    }
}

impl TryFrom<Stored> for Receipt {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Receipt, Error> {
        let label = stored.id.to_string();
        if stored.version != VERSION {
            let problem = format!("{} is not read here, only {VERSION}", stored.version);
            return Err(Error::Field { field: "version", problem });
        }
        let Some(last) = stored.id.number.checked_sub(1) else {
            let problem = "0: numbers begin at 1".to_owned();
            return Err(Error::Field { field: "number", problem });
        };
        let counter = Counter { series: stored.id.series(), last };
        let (number, _) = counter.next(stored.content.date)?;
        let mut receipt = Receipt::issue(stored.content.clone(), number)?;
        let altered = |field, got: &str, expected: &str| {
            if got == expected {
                return Ok(());
            }
            let (got, expected) = (got.to_owned(), expected.to_owned());
            Err(Error::Altered { receipt: label.clone(), field, got, expected })
        };
        altered("regime", &stored.regime, &receipt.regime)?;
        altered("name", &stored.name, &receipt.name)?;
        altered("total", &stored.total.to_string(), &receipt.total.to_string())?;
        altered("words", &stored.words, &receipt.words)?;
        altered("line_words", &stored.line_words.join("; "), &receipt.line_words.join("; "))?;
        altered(
            "signed_by",
            &format!("{:?}", stored.signed_by),
            &format!("{:?}", receipt.signed_by),
        )?;
        if stored.replaces.is_some() != stored.why.as_ref().is_some_and(|w| !w.trim().is_empty()) {
            let problem = "replaces and why belong together".to_owned();
            return Err(Error::Field { field: "replaces", problem });
        }
        receipt.replaces = stored.replaces;
        receipt.why = stored.why;
        Ok(receipt)
    }
}
