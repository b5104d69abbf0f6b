//! The sums of a run by currency and outcome. They are counted twice, from the input and from the rows, and must agree.

use std::collections::BTreeMap;

use motcua_money::Currency;

use super::Error;
use super::due::Due;
use super::row::{Line, Outcome, Row, Totals};
use super::statement::Credit;
use super::units::{Units, amount, units};

/// Orders and credits with their sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    orders: u64,
    ours: Units,
    credits: u64,
    theirs: Units,
}

impl Sum {
    fn order(&mut self, value: Units) {
        self.orders += 1;
        self.ours += value;
    }

    fn credit(&mut self, value: Units) {
        self.credits += 1;
        self.theirs += value;
    }

    fn plus(self, other: Sum) -> Sum {
        Sum {
            orders: self.orders + other.orders,
            ours: self.ours + other.ours,
            credits: self.credits + other.credits,
            theirs: self.theirs + other.theirs,
        }
    }
}

/// Counts the totals. Every order and every credit stands in exactly one row, or this is a defect of ours and the run stops.
pub(super) fn count(
    orders: &[Due],
    credits: &[Credit],
    rows: &[Row],
) -> Result<Vec<Totals>, Error> {
    let mut given: BTreeMap<Currency, Sum> = BTreeMap::new();
    for order in orders {
        given.entry(order.amount.currency()).or_default().order(units(&order.amount)?);
    }
    for credit in credits {
        given.entry(credit.amount.currency()).or_default().credit(credit.signed()?);
    }
    let mut counted: BTreeMap<(Currency, Outcome), Sum> = BTreeMap::new();
    for row in rows {
        if let Some(order) = row.order.and_then(|o| orders.get(o as usize)) {
            let sum = counted.entry((order.amount.currency(), row.outcome)).or_default();
            sum.order(units(&order.amount)?);
        }
        for credit in row.credits.iter().filter_map(|c| credits.get(*c as usize)) {
            let sum = counted.entry((credit.amount.currency(), row.outcome)).or_default();
            sum.credit(credit.signed()?);
        }
    }
    let mut totals = Vec::new();
    for (currency, all) in given {
        let mut lines = Vec::new();
        let mut sum = Sum::default();
        for outcome in Outcome::ALL {
            let line = counted.get(&(currency, outcome)).copied().unwrap_or_default();
            sum = sum.plus(line);
            lines.push(Line {
                outcome,
                orders: line.orders,
                ours: amount(line.ours, currency)?,
                credits: line.credits,
                theirs: amount(line.theirs, currency)?,
                difference: amount(line.theirs - line.ours, currency)?,
            });
        }
        if sum != all {
            return Err(Error::Unbalanced { currency: currency.to_string() });
        }
        totals.push(Totals {
            currency,
            ours: amount(all.ours, currency)?,
            theirs: amount(all.theirs, currency)?,
            difference: amount(all.theirs - all.ours, currency)?,
            lines,
        });
    }
    Ok(totals)
}

#[cfg(test)]
mod tests {
    use motcua_money::Amount;

    use super::super::row::Why;
    use super::*;

    #[test]
    fn a_credit_in_no_row_stops_the_run() {
        let credits = [Credit::new("bank", "1", Amount::vnd(36_000))];
        let row = Row {
            outcome: Outcome::OnlyTheirs,
            why: Why::NoReference,
            order: None,
            credits: vec![0],
            about: None,
            candidates: Vec::new(),
            candidates_total: 0,
        };
        assert!(count(&[], &credits, std::slice::from_ref(&row)).is_ok());
        let lost = count(&[], &credits, &[]).unwrap_err();
        assert_eq!(lost.code(), "payments.reconcile_unbalanced");
        let twice = count(&[], &credits, &[row.clone(), row]).unwrap_err();
        assert_eq!(twice.code(), "payments.reconcile_unbalanced");
    }
}
