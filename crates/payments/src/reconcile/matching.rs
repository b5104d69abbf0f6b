//! Which credit belongs to which order: by our reference first, by a transaction number second, by the amount alone never.

use std::collections::HashMap;

use motcua_money::Currency;
use rust_decimal::Decimal;

use super::due::Due;
use super::key::{Key, Keys};
use super::row::{MAX_CANDIDATES, Outcome, Reconciliation, Row, Why};
use super::statement::{Credit, Direction, Statement};
use super::units::{Units, units};
use super::{Error, totals};

/// Matches the credits of the statements against the orders. The order of the input changes nothing; the answer is sorted.
///
/// ```
/// use motcua_payments::reconcile::{Due, Outcome, TableMapping, reconcile, table};
///
/// let mapping: TableMapping = serde_json::from_str(r#"{"name": "bank", "delimiter": ";", "currency": "VND",
///     "number": {"decimal": ",", "thousands": "."}, "date_form": "dd/MM/yyyy",
///     "columns": {"date": "Ngày", "credit": "Ghi có", "text": ["Nội dung"]}}"#)?;
/// let reference = motcua_payments::reference::build(1)?;
/// let cut = format!("{} {}", &reference[..4], reference[4..].to_lowercase());
/// let file = format!("Ngày;Ghi có;Nội dung\n24/11/2026;36.000;MBVCB.0123.{cut}.nop le phi\n24/11/2026;36.000;nop le phi\n");
/// let due = |id, reference: &str| serde_json::from_value::<Due>(serde_json::json!(
///     {"id": id, "amount": {"amount": "36000", "currency": "VND"}, "references": [reference]}));
/// let orders = vec![due("HS-1", &reference)?, due("HS-2", "HS-2-1")?];
/// let run = reconcile(orders, table::read(file.as_bytes(), &mapping)?)?;
/// assert_eq!(run.of(Outcome::Matched).count(), 1);
/// // The other credit names no order: nothing is matched on the amount alone, HS-2 is offered.
/// let left = run.of(Outcome::OnlyTheirs).next().map(|r| r.candidates.clone());
/// assert_eq!(left, Some(vec![1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Fails with `payments.reconcile_order_twice` or `_amount_too_fine`.
pub fn reconcile(
    mut orders: Vec<Due>,
    mut statements: Vec<Statement>,
) -> Result<Reconciliation, Error> {
    orders.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    if let Some(pair) = orders.windows(2).find(|w| w[0].id == w[1].id) {
        return Err(Error::OrderTwice { order: pair[0].id.to_string() });
    }
    let mut credits = Vec::new();
    for statement in &mut statements {
        if credits.is_empty() {
            credits = std::mem::take(&mut statement.credits);
        } else {
            credits.append(&mut statement.credits);
        }
    }
    credits.sort_unstable_by(Credit::canonical);
    statements.sort_by_cached_key(|s| {
        let figures = (s.opening, s.closing, s.gap, s.debits, s.not_booked);
        (s.source.clone(), s.account.clone(), s.id.clone(), format!("{figures:?}{:?}", s.findings))
    });
    let rows = Matching::new(&orders, &credits).run()?;
    let totals = totals::count(&orders, &credits, &rows)?;
    Ok(Reconciliation { orders, credits, rows, totals, statements })
}

/// Where a credit went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Open,
    SameBooking,
    /// Taken back, or the reversal that took it back.
    Paired,
}

struct Matching<'a> {
    orders: &'a [Due],
    credits: &'a [Credit],
    keys: Vec<Key>,
    fates: Vec<Fate>,
    rows: Vec<Row>,
}

fn row(outcome: Outcome, why: Why) -> Row {
    Row {
        outcome,
        why,
        order: None,
        credits: Vec::new(),
        about: None,
        candidates: Vec::new(),
        candidates_total: 0,
    }
}

/// A place as rows hold it. Beyond 2^32 rows of a side the totals no longer add up, and the run is refused.
fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl<'a> Matching<'a> {
    fn new(orders: &'a [Due], credits: &'a [Credit]) -> Matching<'a> {
        let index = Keys::new(orders);
        let keys = credits.iter().map(|c| index.of(c)).collect();
        Matching { orders, credits, keys, fates: vec![Fate::Open; credits.len()], rows: Vec::new() }
    }

    fn credit(&self, place: u32) -> &'a Credit {
        &self.credits[place as usize]
    }

    fn run(mut self) -> Result<Vec<Row>, Error> {
        let mut loose = self.same_bookings();
        let pairs = self.reversals();
        // Credits and reversals that name an order, by order.
        let mut named: Vec<(u32, u32)> = Vec::new();
        for (i, key) in self.keys.iter().enumerate() {
            if self.fates[i] != Fate::Open {
                continue;
            }
            match (key, self.credits[i].direction) {
                (Key::One { order, .. }, Direction::In | Direction::ReversalOfIn) => {
                    named.push((*order, place(i)));
                }
                (_, Direction::ReversalOfIn) => loose.push(Row {
                    credits: vec![place(i)],
                    ..row(Outcome::Reversed, Why::CreditNotHere)
                }),
                (_, Direction::ReversalOfOut) => loose.push(Row {
                    credits: vec![place(i)],
                    ..row(Outcome::Reversed, Why::DebitReturned)
                }),
                (_, Direction::In) => {}
            }
        }
        named.sort_unstable();
        let mut taken_back: HashMap<u32, Vec<(u32, u32)>> = HashMap::new();
        for (credit, reversal) in pairs {
            match self.keys[credit as usize] {
                Key::One { order, .. } => {
                    taken_back.entry(order).or_default().push((credit, reversal))
                }
                Key::None | Key::Unknown | Key::Several(_) => loose.push(Row {
                    credits: vec![credit, reversal],
                    ..row(Outcome::Reversed, Why::TakenBack)
                }),
            }
        }
        let mut rest = named.as_slice();
        for order in 0..place(self.orders.len()) {
            let (group, after) = rest.split_at(rest.partition_point(|(o, _)| *o == order));
            rest = after;
            let group: Vec<u32> = group.iter().map(|(_, c)| *c).collect();
            let mut pairs = taken_back.remove(&order).unwrap_or_default();
            if group.is_empty() {
                if pairs.is_empty() {
                    self.rows
                        .push(Row { order: Some(order), ..row(Outcome::OnlyOurs, Why::NoCredit) });
                } else {
                    let (credit, reversal) = pairs.remove(0);
                    self.rows.push(Row {
                        order: Some(order),
                        credits: vec![credit, reversal],
                        ..row(Outcome::Reversed, Why::TakenBack)
                    });
                }
            } else {
                self.settle(order, group, &mut loose)?;
            }
            loose.extend(pairs.into_iter().map(|(credit, reversal)| Row {
                credits: vec![credit, reversal],
                about: Some(order),
                ..row(Outcome::Reversed, Why::TakenBack)
            }));
        }
        self.candidates(&mut loose);
        loose.sort_unstable_by(|a, b| a.credits.cmp(&b.credits));
        self.rows.append(&mut loose);
        Ok(self.rows)
    }

    /// One booking told twice: the same account, number, way, amount and day. The telling that names an order counts, else the
    /// first.
    fn same_bookings(&mut self) -> Vec<Row> {
        let mut groups: HashMap<_, usize> = HashMap::with_capacity(self.credits.len());
        // The telling that counts, by group.
        let mut counts: Vec<u32> = Vec::new();
        let mut again: Vec<(u32, usize)> = Vec::new();
        let names = |keys: &[Key], place: u32| match keys[place as usize] {
            Key::One { order, .. } => Some(order),
            Key::None | Key::Unknown | Key::Several(_) => None,
        };
        for (i, credit) in self.credits.iter().enumerate().filter(|(_, c)| !c.id.is_empty()) {
            let amount = (credit.amount.value(), credit.amount.currency());
            let booking = (&*credit.account, &*credit.id, credit.direction, amount, credit.booked);
            let group = *groups.entry(booking).or_insert(counts.len());
            let Some(first) = counts.get_mut(group) else {
                counts.push(place(i));
                continue;
            };
            let mut second = place(i);
            if names(&self.keys, *first).is_none() && names(&self.keys, second).is_some() {
                std::mem::swap(first, &mut second);
            }
            again.push((second, group));
        }
        let mut rows = Vec::with_capacity(again.len());
        for (credit, group) in again {
            self.fates[credit as usize] = Fate::SameBooking;
            rows.push(Row {
                credits: vec![credit],
                about: names(&self.keys, counts[group]),
                ..row(Outcome::Duplicate, Why::SameBooking)
            });
        }
        rows
    }

    /// Pairs each reversal with the first credit of the same amount that shares its number, a reference, a transaction or the order.
    fn reversals(&mut self) -> Vec<(u32, u32)> {
        let open =
            |me: &Self, i: usize, way| me.fates[i] == Fate::Open && me.credits[i].direction == way;
        let reversals: Vec<usize> =
            (0..self.credits.len()).filter(|i| open(self, *i, Direction::ReversalOfIn)).collect();
        if reversals.is_empty() {
            return Vec::new();
        }
        // The open credits of each mark, and where the next is looked for: sorted by day, each is walked over once.
        let mut wanted: HashMap<(Mark<'_>, Currency, Decimal), (Vec<u32>, usize)> = HashMap::new();
        let all = |me: &Self, i: usize| {
            let (credit, amount) = (&me.credits[i], &me.credits[i].amount);
            let with_amount = move |mark| (mark, amount.currency(), amount.value());
            marks(credit, &me.keys[i]).into_iter().map(with_amount)
        };
        for i in &reversals {
            for mark in all(self, *i) {
                wanted.entry(mark).or_default();
            }
        }
        for i in (0..self.credits.len()).filter(|i| open(self, *i, Direction::In)) {
            for mark in all(self, i) {
                if let Some((list, _)) = wanted.get_mut(&mark) {
                    list.push(place(i));
                }
            }
        }
        let mut pairs = Vec::new();
        for reversal in reversals {
            let mut best: Option<u32> = None;
            for mark in all(self, reversal) {
                let Some((list, next)) = wanted.get_mut(&mark) else { continue };
                while list.get(*next).is_some_and(|c| self.fates[*c as usize] != Fate::Open) {
                    *next += 1;
                }
                let Some(first) = list.get(*next) else { continue };
                // Nothing is taken back before it came.
                let days = (self.credit(*first).booked, self.credits[reversal].booked);
                if !matches!(days, (Some(came), Some(went)) if came > went) {
                    best = Some(best.map_or(*first, |b| b.min(*first)));
                }
            }
            if let Some(credit) = best {
                self.fates[credit as usize] = Fate::Paired;
                self.fates[reversal] = Fate::Paired;
                pairs.push((credit, place(reversal)));
            }
        }
        pairs
    }

    /// What the credits named for an order come to.
    fn settle(&mut self, order: u32, group: Vec<u32>, loose: &mut Vec<Row>) -> Result<(), Error> {
        let due = self.orders[order as usize].amount;
        if group.iter().all(|c| self.credit(*c).direction == Direction::ReversalOfIn) {
            self.rows.push(Row {
                order: Some(order),
                credits: group,
                ..row(Outcome::Reversed, Why::CreditNotHere)
            });
            return Ok(());
        }
        let expected = units(&due)?;
        if group.iter().any(|c| self.credit(*c).amount.currency() != due.currency()) {
            self.differs(order, group, Why::Currency);
            return Ok(());
        }
        let mut values: Vec<Units> = Vec::with_capacity(group.len());
        for credit in &group {
            values.push(self.credit(*credit).signed()?);
        }
        let sum: Units = values.iter().sum();
        // All of them together; else one alone; else the first ones together. What is left over was paid again.
        let prefix = || {
            let mut sum = 0;
            values.iter().position(|v| {
                sum += v;
                sum == expected
            })
        };
        let reversed = values.iter().any(|v| *v < 0);
        let taken: std::ops::Range<usize> = if sum == expected {
            0..group.len()
        } else if reversed {
            // A reversal that fits no credit: a person must look.
            0..0
        } else if let Some(one) = values.iter().position(|v| *v == expected) {
            one..one + 1
        } else if let Some(last) = prefix() {
            0..last + 1
        } else {
            0..0
        };
        if taken.is_empty() {
            let why = if sum < expected { Why::Less } else { Why::More };
            self.differs(order, group, why);
            return Ok(());
        }
        let why = match (taken.len(), &self.keys[group[taken.start] as usize]) {
            (1, Key::One { by_reference: true, .. }) => Why::Reference,
            (1, _) => Why::Transaction,
            _ => Why::Parts,
        };
        for (i, credit) in group.iter().enumerate() {
            if !taken.contains(&i) {
                loose.push(Row {
                    credits: vec![*credit],
                    about: Some(order),
                    ..row(Outcome::Duplicate, Why::PaidAgain)
                });
            }
        }
        let credits = group[taken].to_vec();
        self.rows.push(Row { order: Some(order), credits, ..row(Outcome::Matched, why) });
        Ok(())
    }

    fn differs(&mut self, order: u32, credits: Vec<u32>, why: Why) {
        self.rows.push(Row { order: Some(order), credits, ..row(Outcome::AmountDiffers, why) });
    }

    /// Rows for the credits that name no order, with what a person may look at.
    fn candidates(&self, loose: &mut Vec<Row>) {
        let mut open: HashMap<(Currency, Decimal), Vec<u32>> = HashMap::new();
        for row in self.rows.iter().filter(|r| r.outcome == Outcome::OnlyOurs) {
            if let Some(order) = row.order {
                let amount = &self.orders[order as usize].amount;
                open.entry((amount.currency(), amount.value())).or_default().push(order);
            }
        }
        for (i, credit) in self.credits.iter().enumerate() {
            if self.fates[i] != Fate::Open || credit.direction != Direction::In {
                continue;
            }
            let (why, named): (Why, &[u32]) = match &self.keys[i] {
                Key::One { .. } => continue,
                Key::None => (Why::NoReference, &[]),
                Key::Unknown => (Why::UnknownReference, &[]),
                Key::Several(orders) => (Why::Ambiguous, orders),
            };
            let same = open.get(&(credit.amount.currency(), credit.amount.value()));
            let list = if named.is_empty() { same.map_or(&[][..], Vec::as_slice) } else { named };
            loose.push(Row {
                credits: vec![place(i)],
                candidates: list.iter().take(MAX_CANDIDATES).copied().collect(),
                candidates_total: place(list.len()),
                ..row(Outcome::OnlyTheirs, why)
            });
        }
    }
}

/// What a credit and its reversal may have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Mark<'a> {
    Id(&'a str, &'a str),
    Reference(&'a str),
    Transaction(&'a str, &'a str),
    Order(u32),
}

fn marks<'a>(credit: &'a Credit, key: &Key) -> Vec<Mark<'a>> {
    let account = &*credit.account;
    let mut marks = Vec::new();
    if !credit.id.is_empty() {
        marks.push(Mark::Id(account, &credit.id));
    }
    marks.extend(credit.references.iter().map(|r| Mark::Reference(r)));
    marks.extend(credit.transactions.iter().map(|t| Mark::Transaction(account, t)));
    if let Key::One { order, .. } = key {
        marks.push(Mark::Order(*order));
    }
    marks
}
