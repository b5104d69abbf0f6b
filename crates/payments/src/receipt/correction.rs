//! Putting a receipt right: when a notice is enough and when it must be replaced, and the chain of replacements.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Draft, Error, Receipt, ReceiptId};
use crate::receipt::Regime;

/// What an error demands (Circular 91/2026/TT-BTC Art. 20).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "remedy", rename_all = "snake_case")]
pub enum Remedy {
    /// Nothing differs.
    Nothing,
    /// A notice of error; the receipt stays.
    Notice {
        /// The form.
        form: String,
        /// What differs.
        fields: Vec<&'static str>,
    },
    /// A replacement receipt.
    Replacement {
        /// What differs.
        fields: Vec<&'static str>,
    },
}

/// What must be done when `issued` should have said `right`: a wrong name or address of a person is notified, everything else (tax
/// code, amounts, charges, day) is replaced.
///
/// Fails with `payments.receipt_no_rule` where the rules of the receipt's day are not known, and with `payments.receipt_field`.
pub fn remedy(issued: &Receipt, right: &Draft) -> Result<Remedy, Error> {
    right.check()?;
    let was = issued.draft();
    let regime = Regime::of(was.date)?;
    let Some(rule) = regime.correction else {
        return Err(Error::NoRule { what: "how an error is put right", regime: regime.id });
    };
    let address = |p: &Option<super::Party>| p.as_ref().and_then(|p| p.address.clone());
    let name = |p: &Option<super::Party>| p.as_ref().map(|p| p.name.clone());
    let amounts = |d: &Draft| d.lines.iter().map(|l| l.amount).collect::<Vec<_>>();
    let charges =
        |d: &Draft| d.lines.iter().map(|l| (l.code.clone(), l.name.clone())).collect::<Vec<_>>();
    // Whether each difference is one that a notice puts right.
    let differences = [
        ("collector.name", true, was.collector.name != right.collector.name),
        ("collector.address", true, was.collector.address != right.collector.address),
        ("agent.name", true, name(&was.agent) != name(&right.agent)),
        ("agent.address", true, address(&was.agent) != address(&right.agent)),
        ("payer.name", true, name(&was.payer) != name(&right.payer)),
        ("payer.address", true, address(&was.payer) != address(&right.payer)),
        ("collector.tax_code", false, was.collector.tax_code != right.collector.tax_code),
        ("lines.amount", false, amounts(was) != amounts(right)),
        ("lines.name", false, charges(was) != charges(right)),
        ("date", false, was.date != right.date),
        ("name", false, was.name.is_some() && right.name.is_some() && was.name != right.name),
        ("dossier", false, was.dossier != right.dossier),
        ("order", false, was.order != right.order),
    ];
    let wrong: Vec<_> = differences.iter().filter(|(.., differs)| *differs).collect();
    let fields: Vec<&'static str> = wrong.iter().map(|(field, ..)| *field).collect();
    Ok(if fields.is_empty() {
        Remedy::Nothing
    } else if wrong.iter().all(|(_, notice, _)| *notice) {
        Remedy::Notice { form: rule.notice_form, fields }
    } else {
        Remedy::Replacement { fields }
    })
}

/// Checks that the replacements among all receipts hold: each replaces one that exists and was made before it, none is replaced twice.
/// Gives the receipts that are in force, sorted.
///
/// Fails with `payments.receipt_chain`.
pub fn in_force(receipts: &[Receipt]) -> Result<Vec<&Receipt>, Error> {
    let broken = |r: &Receipt, problem| Err(Error::Chain { receipt: r.id().to_string(), problem });
    let mut all: BTreeMap<&ReceiptId, &Receipt> = BTreeMap::new();
    for receipt in receipts {
        if all.insert(receipt.id(), receipt).is_some() {
            return broken(receipt, "two receipts have this number");
        }
    }
    let mut replaced: BTreeMap<&ReceiptId, &Receipt> = BTreeMap::new();
    for receipt in receipts {
        let Some(old) = receipt.replaces() else { continue };
        let Some(found) = all.get(old) else {
            return broken(receipt, "it replaces a receipt that is not here");
        };
        let same_series = old.form == receipt.id().form && old.symbol == receipt.id().symbol;
        if found.draft().date > receipt.draft().date
            || (same_series && old.number >= receipt.id().number && old.year == receipt.id().year)
            || old == receipt.id()
        {
            return broken(receipt, "it replaces a receipt that was made after it");
        }
        if replaced.insert(old, receipt).is_some() {
            return broken(receipt, "the receipt that it replaces was replaced before");
        }
    }
    // Each chain ends in a receipt that is in force; what no such end leads back to goes in a circle.
    let heads: Vec<&Receipt> =
        all.values().copied().filter(|r| !replaced.contains_key(r.id())).collect();
    let mut reached = BTreeSet::new();
    for head in &heads {
        let mut at = Some(*head);
        while let Some(receipt) = at {
            reached.insert(receipt.id());
            at = receipt.replaces().and_then(|old| all.get(old).copied());
        }
    }
    if let Some(lost) = receipts.iter().find(|r| !reached.contains(r.id())) {
        return broken(lost, "the replacements go in a circle");
    }
    Ok(heads)
}
