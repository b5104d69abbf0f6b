//! What a receipt says before it has a number.

use serde::{Deserialize, Serialize};
use time::Date;

use super::Error;
use crate::{Dong, day};

/// Longest text of a receipt's field.
const MAX_TEXT: usize = 500;

/// Most fee lines of a receipt.
const MAX_LINES: usize = 200;

/// A tax code: 10 digits, 10 digits with `-` and 3 (a dependent unit), or 12 digits (a personal identifier). Its check digit is
/// not looked at: no public rule for it was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaxCode(pub String);

impl TaxCode {
    fn check(&self) -> Result<(), Error> {
        let digits = |t: &str, n: usize| t.len() == n && t.bytes().all(|b| b.is_ascii_digit());
        let good = match self.0.split_once('-') {
            Some((main, unit)) => digits(main, 10) && digits(unit, 3),
            None => digits(&self.0, 10) || digits(&self.0, 12),
        };
        if good {
            return Ok(());
        }
        let problem = format!("{:?} is not 10 digits, 10 digits-3 digits, or 12 digits", self.0);
        Err(Error::Field { field: "tax_code", problem })
    }
}

/// The organisation that collects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collector {
    /// Its name.
    pub name: String,
    /// Its tax code.
    pub tax_code: TaxCode,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Someone named on the receipt who need not have a tax code. The payer's name is not mandatory (Decree 254/2026/NĐ-CP Art. 23.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The name.
    pub name: String,
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// One charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeLine {
    /// Our code of the fee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The name of the charge, in Vietnamese.
    pub name: String,
    /// The amount; zero where the charge is waived.
    pub amount: Dong,
}

/// The content of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// The day of collection: a receipt is made at that moment (Decree 254/2026/NĐ-CP Art. 24).
    #[serde(with = "day")]
    pub date: Date,
    /// The receipt's name; may be left out where the rules of the day know one name only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who collects. Under delegation (Art. 25) the principal.
    pub collector: Collector,
    /// Who issues on behalf of the collector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Party>,
    /// Who pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<Party>,
    /// The charges, at least one. All zero is a receipt over 0 đồng.
    pub lines: Vec<FeeLine>,
    /// Our dossier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dossier: Option<String>,
    /// Our order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

fn text(field: &'static str, value: &str) -> Result<(), Error> {
    let problem = if value.trim().is_empty() {
        "missing: give it a value"
    } else if value.chars().count() > MAX_TEXT {
        "longer than 500 characters: shorten it"
    } else if value.chars().any(|c| c.is_control() || c == '\u{fffe}' || c == '\u{ffff}') {
        "control characters: write it on one line"
    } else {
        return Ok(());
    };
    Err(Error::Field { field, problem: problem.to_owned() })
}

fn optional(field: &'static str, value: Option<&String>) -> Result<(), Error> {
    value.map_or(Ok(()), |v| text(field, v))
}

impl Draft {
    /// Checks the fields and gives the total.
    pub(super) fn check(&self) -> Result<Dong, Error> {
        text("collector.name", &self.collector.name)?;
        self.collector.tax_code.check()?;
        optional("collector.address", self.collector.address.as_ref())?;
        for (name, address, party) in [
            ("agent.name", "agent.address", &self.agent),
            ("payer.name", "payer.address", &self.payer),
        ] {
            if let Some(party) = party {
                text(name, &party.name)?;
                optional(address, party.address.as_ref())?;
            }
        }
        optional("dossier", self.dossier.as_ref())?;
        optional("order", self.order.as_ref())?;
        let lines = |problem: &str| Error::Field { field: "lines", problem: problem.to_owned() };
        if self.lines.is_empty() {
            return Err(lines("none: name each charge, also where it is 0 đồng"));
        }
        if self.lines.len() > MAX_LINES {
            return Err(lines("more than 200: split the receipt"));
        }
        for line in &self.lines {
            optional("lines.code", line.code.as_ref())?;
            text("lines.name", &line.name)?;
        }
        Dong::sum(self.lines.iter().map(|l| l.amount)).map_err(|e| lines(&e.to_string()))
    }
}
