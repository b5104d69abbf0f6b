//! What a credit names: our reference in its fields and text, or a transaction number that we know.

use std::collections::HashMap;

use super::due::Due;
use super::statement::Credit;
use crate::reference::{Found, LENGTH, find};

/// Most further orders kept for one reference or transaction. A reference is given once: more than one order under it is already
/// a case for a person, and a million must not make each credit cost a million steps.
const MAX_SHARED: usize = 16;

/// What a credit names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Nothing that could be ours.
    None,
    /// A reference in our form, of no order here.
    Unknown,
    /// One order.
    One {
        order: u32,
        /// By our reference; else by a transaction number.
        by_reference: bool,
    },
    /// Several orders.
    Several(Vec<u32>),
}

/// The orders by reference and by transaction.
pub(super) struct Keys<'a> {
    /// Each reference with its first order; further orders of a reference stand in `more`.
    references: HashMap<&'a str, u32>,
    transactions: HashMap<&'a str, Vec<(&'a str, u32)>>,
    more: HashMap<&'a str, Vec<u32>>,
}

impl<'a> Keys<'a> {
    pub(super) fn new(orders: &'a [Due]) -> Keys<'a> {
        let mut references = HashMap::with_capacity(orders.len());
        let mut transactions: HashMap<&'a str, Vec<(&'a str, u32)>> = HashMap::new();
        let mut more: HashMap<&'a str, Vec<u32>> = HashMap::new();
        for (place, order) in (0u32..).zip(orders) {
            for reference in order.references.iter().filter(|r| !r.is_empty()) {
                let first = *references.entry(&**reference).or_insert(place);
                if first != place {
                    let others = more.entry(reference).or_default();
                    if others.len() < MAX_SHARED {
                        others.push(place);
                    }
                }
            }
            for transaction in order.transactions.iter().filter(|t| !t.id.is_empty()) {
                let list = transactions.entry(&*transaction.id).or_default();
                if list.len() <= MAX_SHARED {
                    list.push((&*transaction.gateway, place));
                }
            }
        }
        Keys { references, transactions, more }
    }

    /// What the credit names.
    pub(super) fn of(&self, credit: &Credit) -> Key {
        let mut named: Vec<u32> = Vec::new();
        let mut foreign = false;
        for reference in &credit.references {
            // A whole field that is exactly our reference, whatever its form.
            self.add(reference, &mut named);
        }
        for text in credit.references.iter().map(|r| &**r).chain([&*credit.text]) {
            match narrowed(text).map_or(Found::Nothing, |t| find(&t)) {
                Found::Nothing => {}
                Found::One { reference } => foreign |= !self.add(&reference, &mut named),
                Found::Several { references } => {
                    for reference in references {
                        foreign |= !self.add(&reference, &mut named);
                    }
                }
            }
        }
        named.sort_unstable();
        named.dedup();
        let by_reference = !named.is_empty();
        for transaction in &credit.transactions {
            for (gateway, order) in self.transactions.get(&**transaction).into_iter().flatten() {
                if credit.gateway.as_deref().is_none_or(|g| g == *gateway) {
                    named.push(*order);
                }
            }
        }
        named.sort_unstable();
        named.dedup();
        match (named.as_slice(), foreign) {
            ([], false) => Key::None,
            ([], true) => Key::Unknown,
            ([order], false) => Key::One { order: *order, by_reference },
            // One of ours beside one that is not: whose money it is, a person must say.
            (_, _) => Key::Several(named),
        }
    }

    /// Adds the orders of a reference; whether there was one.
    fn add(&self, reference: &str, named: &mut Vec<u32>) -> bool {
        let Some(first) = self.references.get(reference) else { return false };
        named.push(*first);
        named.extend(self.more.get(reference).into_iter().flatten());
        true
    }
}

/// Longest text looked at, as in [`find`].
const LONGEST: usize = 4096;

/// The part of a text in which a reference may stand: from the first `MC` to 12 letters or digits after the last, others left out.
/// [`find`] gives the same on it; most texts have none, and a million texts must not be searched letter by letter.
fn narrowed(text: &str) -> Option<String> {
    let mut kept = String::new();
    let mut after = 0;
    let mut before = 0u8;
    for byte in text.bytes().take(LONGEST).filter(u8::is_ascii_alphanumeric) {
        let byte = byte.to_ascii_uppercase();
        if before == b'M' && byte == b'C' {
            if after == 0 {
                kept.push('M');
            }
            after = LENGTH - 1;
        }
        if after > 0 {
            kept.push(char::from(byte));
            after -= 1;
        } else if !kept.is_empty() && !kept.ends_with('I') {
            // Keeps what stood apart from being joined: references have no I.
            kept.push('I');
        }
        before = byte;
    }
    (kept.len() >= LENGTH).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::build;

    #[test]
    fn narrowing_finds_what_the_whole_text_gives() {
        let (one, two) = (build(123_456).unwrap(), build(7).unwrap());
        let mut texts = vec![
            String::new(),
            "nop le phi ho so".to_owned(),
            format!("MC{one}"),
            format!("M{one} MCMC {two}"),
            format!("{}{two}", &one[..11]),
            format!("{one}{two}"),
            format!("x {one} y MC z {two} MC"),
            format!("{} - {} c {}", &one[..5], &one[5..], two.to_lowercase()),
            format!("{} nộp {}", &one[..6], &one[6..]),
            "MC".repeat(3_000),
        ];
        // Text cut and joined in every place.
        let long = format!("aMC1 {one} I {two}MCMC{one}MC");
        texts.extend((0..long.len()).map(|i| format!("{} {}", &long[i..], &long[..i])));
        for text in texts {
            let whole = find(&text);
            assert_eq!(narrowed(&text).map_or(Found::Nothing, |t| find(&t)), whole, "{text}");
        }
    }
}
