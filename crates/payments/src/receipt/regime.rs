//! The rules of receipts by date, as data with their citations (`data/receipts.json`).

use serde::{Deserialize, Serialize};
use time::Date;

use super::Error;
use crate::day;

/// Who must sign the receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedBy {
    /// The cashier.
    Cashier,
    /// The collecting organisation.
    CollectingOrganisation,
}

/// Where a rule stands and how sure it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The field of the regime.
    pub fact: String,
    /// Instrument and article.
    pub source: String,
    /// `V` read in a stored copy of the text, `V-OCR` in an OCR copy.
    pub confidence: String,
}

/// How errors are put right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRule {
    /// The form of the notice of an error.
    pub notice_form: String,
}

/// How the tax authority is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SummaryRule {
    /// The form of the daily summary, sent the same day.
    pub form: String,
    /// Working days after the repair of a system that failed.
    pub after_outage_working_days: u32,
}

/// The rules that hold from one day to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// Short name: number and year of the decree.
    pub id: String,
    /// The instruments.
    pub instruments: Vec<String>,
    /// First day.
    #[serde(with = "day")]
    pub from: Date,
    /// Last day; none while in force.
    #[serde(with = "day::optional")]
    pub until: Option<Date>,
    /// Names that the receipt may have; none where they are not known here.
    pub names: Option<Vec<String>>,
    /// Template symbols; none where they are not known here.
    pub forms: Option<Vec<String>>,
    /// Template symbols that belong to other regimes.
    pub forms_of_others: Vec<String>,
    /// Letters of the receipt symbol `yyTxx`; none where its form is not known here.
    pub symbol_letters: Option<String>,
    /// Most digits of the number.
    pub number_digits: u32,
    /// Who signs.
    pub signed_by: SignedBy,
    /// How errors are put right; none where not known here.
    pub correction: Option<CorrectionRule>,
    /// How the tax authority is told; none where not known here.
    pub summary: Option<SummaryRule>,
    /// Where each rule stands.
    pub facts: Vec<Fact>,
}

impl Regime {
    /// The rules of a day. Fails with `payments.receipt_no_regime`.
    pub fn of(date: Date) -> Result<Regime, Error> {
        let found = all().into_iter().find(|r| r.from <= date && r.until.is_none_or(|u| date <= u));
        found.ok_or_else(|| Error::NoRegime { date: day::text(date) })
    }

    /// The largest number.
    pub fn last_number(&self) -> u32 {
        10u32.saturating_pow(self.number_digits.min(9)) - 1
    }

    /// Checks template symbol and receipt symbol for a day.
    pub(super) fn check_series(&self, form: &str, symbol: &str, date: Date) -> Result<(), Error> {
        let refused = |field, got: &str, expected: String| {
            Err(Error::Series { field, got: got.to_owned(), date: day::text(date), expected })
        };
        let plain = |text: &str| {
            (1..=20).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-.".contains(&b))
        };
        match &self.forms {
            Some(forms) if !forms.iter().any(|f| f == form) => {
                return refused("form", form, forms.join(" or "));
            }
            None if !plain(form) || self.forms_of_others.iter().any(|f| f == form) => {
                let expected = format!("1 to 20 letters, digits, / - . as {} has them", self.id);
                return refused("form", form, expected);
            }
            Some(_) | None => {}
        }
        let Some(letters) = &self.symbol_letters else {
            if plain(symbol) {
                return Ok(());
            }
            return refused("symbol", symbol, "1 to 20 letters, digits, / - .".to_owned());
        };
        // Circular 91/2026/TT-BTC Annex II: year, T, two letters.
        let year = format!("{:02}T", date.year().rem_euclid(100));
        let tail = symbol.strip_prefix(year.as_str()).unwrap_or_default();
        if tail.len() == 2 && tail.chars().all(|c| letters.contains(c)) {
            return Ok(());
        }
        refused("symbol", symbol, format!("{year} and two letters of {letters}"))
    }
}

/// All regimes, oldest first.
pub fn all() -> Vec<Regime> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        regimes: Vec<Regime>,
    }
    // The file is part of the crate; a test reads it.
    serde_json::from_str::<File>(include_str!("../../data/receipts.json"))
        .map(|f| f.regimes)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn the_regimes_follow_one_another_without_gap_and_every_rule_is_cited() {
        let all = all();
        assert_eq!(all.len(), 2);
        for pair in all.windows(2) {
            assert_eq!(pair[0].until.and_then(Date::next_day), Some(pair[1].from));
        }
        for regime in &all {
            let value = serde_json::to_value(regime).unwrap();
            for rule in [
                "from",
                "names",
                "forms",
                "symbol_letters",
                "number_digits",
                "signed_by",
                "correction",
                "summary",
            ] {
                let cited =
                    regime.facts.iter().any(|f| f.fact == rule && f.confidence.starts_with('V'));
                assert!(cited || value[rule].is_null(), "{} {rule}", regime.id);
            }
        }
        assert_eq!(Regime::of(date!(2026 - 06 - 30)).unwrap().number_digits, 7);
        assert_eq!(Regime::of(date!(2026 - 07 - 01)).unwrap().last_number(), 99_999_999);
        assert_eq!(
            Regime::of(date!(2019 - 12 - 31)).unwrap_err().code(),
            "payments.receipt_no_regime"
        );
    }
}
