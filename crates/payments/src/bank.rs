//! The banks of NAPAS 247 by BIN: data (`data/banks.json`) that a caller can override, because mergers rename banks.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::field::{Alphabet, check};

/// One bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bank {
    /// Six digits given by the State Bank.
    pub bin: String,
    /// Short code in common use, such as `VCB`.
    pub code: String,
    /// Short name, such as `Vietcombank`.
    pub name: String,
    /// SWIFT code where it has one.
    pub swift: Option<String>,
}

/// A list of banks with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Banks {
    /// The document behind the list.
    pub source: String,
    /// The day the list speaks of.
    pub as_of: String,
    /// The banks.
    pub banks: Vec<Bank>,
}

impl Banks {
    /// The State Bank's list of 31/12/2023 (letter 1589/NHNN-TT), 56 issuers.
    pub fn state_bank() -> Result<Banks, Error> {
        Banks::from_json(include_str!("../data/banks.json"))
    }

    /// Reads a list in the form of `data/banks.json`.
    pub fn from_json(text: &str) -> Result<Banks, Error> {
        let banks: Banks = serde_json::from_str(text).map_err(|e| Error::FieldPattern {
            field: "bank list",
            got: e.to_string(),
            expected: "JSON with source, as_of and banks of bin, code, name, swift",
        })?;
        for bank in &banks.banks {
            check("bin", &bank.bin, 6, 6, Alphabet::Digits)?;
        }
        Ok(banks)
    }

    /// Puts `others` over this list: same BIN replaces, new BIN adds.
    pub fn overridden(mut self, others: Vec<Bank>) -> Banks {
        self.banks.retain(|b| others.iter().all(|o| o.bin != b.bin));
        self.banks.extend(others);
        self.banks.sort_by(|a, b| a.bin.cmp(&b.bin));
        self
    }

    /// The bank with this BIN, code, short name or SWIFT code (letters in either case), or `payments.bank_unknown`.
    pub fn find(&self, key: &str) -> Result<&Bank, Error> {
        let is = |text: &str| text.eq_ignore_ascii_case(key.trim());
        self.banks
            .iter()
            .find(|b| is(&b.bin))
            .or_else(|| self.banks.iter().find(|b| is(&b.code)))
            .or_else(|| {
                self.banks.iter().find(|b| is(&b.name) || b.swift.as_deref().is_some_and(is))
            })
            .ok_or_else(|| Error::BankUnknown { bank: key.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_by_any_name_and_overridable() {
        let banks = Banks::state_bank().unwrap();
        assert_eq!(banks.banks.len(), 56);
        for key in ["970436", "VCB", "vietcombank", "BFTVVNVX"] {
            assert_eq!(banks.find(key).unwrap().bin, "970436", "{key}");
        }
        assert_eq!(banks.find("NOPE").unwrap_err().code(), "payments.bank_unknown");
        let renamed = Bank {
            bin: "970454".to_owned(),
            code: "BVBANK".to_owned(),
            name: "BVBank".to_owned(),
            swift: None,
        };
        let banks = banks.overridden(vec![renamed]);
        assert_eq!(banks.find("BVBank").unwrap().bin, "970454");
        assert!(banks.find("VCCB").is_err() && banks.banks.len() == 56);
    }
}
