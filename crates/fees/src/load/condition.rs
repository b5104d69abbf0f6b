//! Reading conditions and bases, which speak of declared facts.

use motcua_money::Exact;

use super::reader::{Names, Node, Reader, Tab, integer, number};
use super::spec;
use crate::FindingCode;
use crate::model::{Basis, Condition, Fact, FactKind};

/// Conditions and bases may be nested this deep; laws are not deeper.
const DEPTH: usize = 8;

impl Reader<'_> {
    /// The condition in a table; `Always` where it is absent.
    pub(crate) fn condition(
        &mut self,
        tab: &Tab<'_>,
        key: &str,
        facts: &[Fact],
        names: &Names,
    ) -> Condition {
        tab.tab(key).map_or(Condition::Always, |table| self.conditions(&table, facts, names, 0))
    }

    fn conditions(
        &mut self,
        tab: &Tab<'_>,
        facts: &[Fact],
        names: &Names,
        depth: usize,
    ) -> Condition {
        if depth > DEPTH {
            self.error(
                tab.span.clone(),
                FindingCode::TooLarge,
                format!("conditions nest deeper than {DEPTH}: split the rule"),
            );
            return Condition::Always;
        }
        let mut all = Vec::new();
        for (key, value) in tab.table {
            let name: &str = key.get_ref();
            match name {
                "all" | "any" => {
                    let items = value.get_ref().as_array();
                    let Some(items) = items else {
                        self.error(
                            value.span(),
                            FindingCode::WrongType,
                            format!("`{name}` takes a list of conditions"),
                        );
                        continue;
                    };
                    let list: Vec<Condition> = items
                        .iter()
                        .filter_map(Tab::of)
                        .map(|item| self.conditions(&item, facts, names, depth + 1))
                        .collect();
                    if list.is_empty() || list.len() != items.len() {
                        self.error(
                            value.span(),
                            FindingCode::WrongType,
                            format!("`{name}` takes a list of at least one table"),
                        );
                    }
                    all.push(if name == "all" {
                        Condition::All(list)
                    } else {
                        Condition::Any(list)
                    });
                }
                "not" => match Tab::of(value) {
                    Some(inner) => {
                        let inner = self.conditions(&inner, facts, names, depth + 1);
                        all.push(Condition::Not(Box::new(inner)));
                    }
                    None => self.error(
                        value.span(),
                        FindingCode::WrongType,
                        "`not` takes a table".to_owned(),
                    ),
                },
                name => {
                    match names.facts.get(name).and_then(|index| Some((*index, facts.get(*index)?)))
                    {
                        Some((index, fact)) => {
                            if let Some(condition) = self.test(value, index, fact, names) {
                                all.push(condition);
                            }
                        }
                        None => self.unknown(
                            key.span(),
                            "fact",
                            name,
                            names.facts.keys().map(String::as_str),
                        ),
                    }
                }
            }
        }
        match all.len() {
            0 => Condition::Always,
            1 => all.pop().unwrap_or(Condition::Always),
            _ => Condition::All(all),
        }
    }

    fn test(
        &mut self,
        node: Node<'_>,
        index: usize,
        fact: &Fact,
        names: &Names,
    ) -> Option<Condition> {
        match fact.kind {
            FactKind::Choice => {
                let values = self.words(node)?;
                let mut list = Vec::new();
                for (word, span) in values {
                    match fact.values.iter().position(|known| known == word) {
                        Some(at) => list.push(at),
                        None => self.unknown(
                            span,
                            &format!("value of `{}`", fact.name),
                            word,
                            fact.values.iter().map(String::as_str),
                        ),
                    }
                }
                Some(Condition::OneOf { fact: index, values: list })
            }
            FactKind::Bool | FactKind::Entitlement => {
                let value = node.get_ref().as_bool();
                if value.is_none() {
                    self.error(
                        node.span(),
                        FindingCode::WrongType,
                        format!("`{}` is true or false", fact.name),
                    );
                }
                Some(Condition::Is { fact: index, value: value? })
            }
            FactKind::Integer | FactKind::Decimal | FactKind::List => self.range(node, index),
            FactKind::Locality => {
                let legacy = Tab::of(node).and_then(|tab| tab.node("legacy"));
                let mut units = Vec::new();
                for (word, span) in self.words(legacy.unwrap_or(node))? {
                    match names.localities.get(word) {
                        Some(at) => units.push(*at),
                        None => self.unknown(
                            span,
                            "locality",
                            word,
                            names.localities.keys().map(String::as_str),
                        ),
                    }
                }
                Some(Condition::In { fact: index, units, legacy: legacy.is_some() })
            }
        }
    }

    /// One word or a list of words.
    fn words<'a>(&mut self, node: Node<'a>) -> Option<Vec<(&'a str, std::ops::Range<usize>)>> {
        if let Some(word) = node.get_ref().as_str() {
            return Some(vec![(word, node.span())]);
        }
        let list: Option<Vec<_>> = node.get_ref().as_array().and_then(|items| {
            items.iter().map(|item| Some((item.get_ref().as_str()?, item.span()))).collect()
        });
        if list.as_ref().is_none_or(Vec::is_empty) {
            self.error(
                node.span(),
                FindingCode::WrongType,
                "a text or a list of texts must stand here".to_owned(),
            );
            return None;
        }
        list
    }

    fn range(&mut self, node: Node<'_>, fact: usize) -> Option<Condition> {
        if let Some(value) = integer(node) {
            let value = Some(Exact::from(value));
            return Some(Condition::Range {
                fact,
                from: value,
                over: None,
                up_to: value,
                below: None,
            });
        }
        let Some(tab) = Tab::of(node) else {
            self.error(
                node.span(),
                FindingCode::WrongType,
                "a whole number or a range such as { over = 15_000_000, up_to = 40_000_000 } must stand here".to_owned(),
            );
            return None;
        };
        let mut bounds = [None; 4];
        const NAMES: [&str; 4] = ["from", "over", "up_to", "below"];
        for (key, value) in tab.table {
            let name: &str = key.get_ref();
            let place =
                NAMES.iter().position(|known| *known == name).and_then(|at| bounds.get_mut(at));
            match (place, number(value)) {
                (Some(place), Ok(value)) => *place = Some(value),
                (Some(_), Err((code, message))) => self.error(value.span(), code, message),
                (None, _) => {
                    let message =
                        format!("`{name}` is not a bound: write from, over, up_to or below");
                    let near = self.near(name, NAMES);
                    self.report(
                        key.span(),
                        crate::Severity::Error,
                        FindingCode::UnknownKey,
                        message,
                        near,
                    );
                }
            }
        }
        let [from, over, up_to, below] = bounds;
        Some(Condition::Range { fact, from, over, up_to, below })
    }

    /// What a quantity or a value is made of.
    pub(crate) fn basis(
        &mut self,
        node: Option<Node<'_>>,
        facts: &[Fact],
        names: &Names,
        depth: usize,
    ) -> Option<Basis> {
        let node = node?;
        if depth > DEPTH {
            self.error(
                node.span(),
                FindingCode::TooLarge,
                format!("bases nest deeper than {DEPTH}: simplify"),
            );
            return None;
        }
        if let Some(name) = node.get_ref().as_str() {
            let found = names.facts.get(name).and_then(|at| Some((*at, facts.get(*at)?)));
            return match found {
                Some((at, fact))
                    if matches!(
                        fact.kind,
                        FactKind::Integer | FactKind::Decimal | FactKind::List
                    ) =>
                {
                    Some(Basis::Fact(at))
                }
                Some(_) => {
                    self.error(node.span(), FindingCode::WrongType, format!("`{name}` is not a number: only integer, decimal and list facts can be counted"));
                    None
                }
                None => {
                    self.unknown(node.span(), "fact", name, names.facts.keys().map(String::as_str));
                    None
                }
            };
        }
        let tab = Tab::of(node)?;
        let (key, value) = match (tab.table.iter().next(), tab.table.len()) {
            (Some(entry), 1) => entry,
            _ => {
                self.error(
                    node.span(),
                    FindingCode::WrongType,
                    format!("exactly one of {} must stand here", spec::BASES.join(", ")),
                );
                return None;
            }
        };
        let items = value.get_ref().as_array();
        let list: Vec<Basis> = items
            .into_iter()
            .flat_map(|items| items.iter())
            .filter_map(|item| self.basis(Some(item), facts, names, depth + 1))
            .collect();
        if items.is_none_or(|items| items.len() != list.len() || list.is_empty()) {
            self.error(
                value.span(),
                FindingCode::WrongType,
                "a list of facts must stand here".to_owned(),
            );
            return None;
        }
        let name: &str = key.get_ref();
        match name {
            "max_of" => Some(Basis::Max(list)),
            "min_of" => Some(Basis::Min(list)),
            "sum_of" => Some(Basis::Sum(list)),
            "product_of" => Some(Basis::Product(list)),
            "first_of" => Some(Basis::First(list)),
            "increase_of" => {
                let pair: Result<[Basis; 2], _> = list.try_into();
                match pair {
                    Ok([new, old]) => Some(Basis::Increase(Box::new(new), Box::new(old))),
                    Err(_) => {
                        self.error(
                            value.span(),
                            FindingCode::WrongType,
                            "`increase_of` takes the new and the old value".to_owned(),
                        );
                        None
                    }
                }
            }
            other => {
                let near = self.near(other, spec::BASES.iter().copied());
                let message =
                    format!("`{other}` is not a basis: write one of {}", spec::BASES.join(", "));
                self.report(
                    key.span(),
                    crate::Severity::Error,
                    FindingCode::UnknownKey,
                    message,
                    near,
                );
                None
            }
        }
    }
}
