//! Reading TOML against the described format, with positions. Every finding is kept; nothing stops at the first.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use motcua_money::Exact;
use time::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::spec::{self, Kind, Table};
use crate::diagnostics::{Lines, nearest};
use crate::{Diagnostics, FindingCode, Severity};

pub(crate) type Node<'a> = &'a Spanned<DeValue<'a>>;

/// A table of the file with its place.
#[derive(Clone)]
pub(crate) struct Tab<'a> {
    pub(crate) table: &'a DeTable<'a>,
    pub(crate) span: Range<usize>,
}

/// The names that the file declares.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) facts: BTreeMap<String, usize>,
    pub(crate) localities: BTreeMap<String, usize>,
    pub(crate) parameters: BTreeMap<String, usize>,
}

pub(crate) struct Reader<'s> {
    pub(crate) source: &'s str,
    pub(crate) out: Diagnostics,
    /// Steps that the checks over whole fees may still take.
    pub(crate) work: usize,
    /// What the file declares, by kind and name: a declaration that cannot be read is one finding, not one for each use.
    declared: BTreeSet<(&'static str, String)>,
    lines: Lines,
}

/// Tables that declare names, what they declare, and the key of the name.
const DECLARATIONS: [(&str, &str, &str); 5] = [
    ("fact", "fact", "name"),
    ("fee", "fee", "id"),
    ("source", "source", "id"),
    ("parameter", "parameter", "name"),
    ("locality", "locality", "code"),
];

/// A name is compared with the known ones for the first findings only: after that many nobody reads suggestions.
const SUGGESTIONS: usize = 100;
/// Steps of the checks over whole fees, about a second: a tariff that needs more is for the author to split.
const WORK: usize = 20_000_000;

impl<'a> Tab<'a> {
    pub(crate) fn of(node: Node<'a>) -> Option<Self> {
        node.get_ref().as_table().map(|table| Tab { table, span: node.span() })
    }

    pub(crate) fn node(&self, key: &str) -> Option<Node<'a>> {
        self.table.get(key)
    }

    pub(crate) fn span_of(&self, key: &str) -> Range<usize> {
        self.node(key).map_or_else(|| self.span.clone(), Spanned::span)
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.node(key)?.get_ref().as_str()
    }

    pub(crate) fn bool(&self, key: &str) -> Option<bool> {
        self.node(key)?.get_ref().as_bool()
    }

    pub(crate) fn integer(&self, key: &str) -> Option<i64> {
        integer(self.node(key)?)
    }

    pub(crate) fn number(&self, key: &str) -> Option<Exact> {
        number(self.node(key)?).ok()
    }

    pub(crate) fn date(&self, key: &str) -> Option<Date> {
        date(self.node(key)?)
    }

    pub(crate) fn tab(&self, key: &str) -> Option<Tab<'a>> {
        Tab::of(self.node(key)?)
    }

    pub(crate) fn tabs(&self, key: &str) -> Vec<Tab<'a>> {
        let items = self.node(key).and_then(|node| node.get_ref().as_array());
        items.into_iter().flat_map(|items| items.iter()).filter_map(Tab::of).collect()
    }

    pub(crate) fn dates(&self, key: &str) -> Vec<Date> {
        let items = self.node(key).and_then(|node| node.get_ref().as_array());
        items.into_iter().flat_map(|items| items.iter()).filter_map(date).collect()
    }

    pub(crate) fn texts(&self, key: &str) -> Vec<(&'a str, Range<usize>)> {
        let items = self.node(key).and_then(|node| node.get_ref().as_array());
        items
            .into_iter()
            .flat_map(|items| items.iter())
            .filter_map(|item| Some((item.get_ref().as_str()?, item.span())))
            .collect()
    }
}

pub(crate) fn integer(node: Node<'_>) -> Option<i64> {
    let integer = node.get_ref().as_integer()?;
    i64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
}

/// An exact number: an integer, a decimal string, or a percentage string.
pub(crate) fn number(node: Node<'_>) -> Result<Exact, (FindingCode, String)> {
    match node.get_ref() {
        DeValue::Integer(_) => integer(node).map(Exact::from).ok_or_else(|| {
            (FindingCode::BadNumber, "this integer is too large: write it as a string".to_owned())
        }),
        DeValue::String(raw) => {
            let (digits, percent) = match raw.strip_suffix('%') {
                Some(digits) => (digits.trim_end(), true),
                None => (&**raw, false),
            };
            let bad = || {
                (
                    FindingCode::BadNumber,
                    format!(
                        "`{raw}` is not an exact number: write digits such as \"0.001\" or \"0.1%\""
                    ),
                )
            };
            let value: Exact = digits.parse().map_err(|_| bad())?;
            let scale = if percent { Exact::from(100) } else { Exact::ONE };
            value.checked_div(scale).map_err(|_| bad())
        }
        DeValue::Float(raw) => Err((
            FindingCode::FloatMoney,
            format!(
                "`{}` is a float, and floats cannot hold money or rates exactly: write \"{}\" in quotes, or a whole number",
                raw.as_str(),
                raw.as_str()
            ),
        )),
        other => Err((
            FindingCode::WrongType,
            format!("a number must stand here, not {}", kind_of(other)),
        )),
    }
}

pub(crate) fn date(node: Node<'_>) -> Option<Date> {
    let DeValue::Datetime(value) = node.get_ref() else { return None };
    if value.time.is_some() || value.offset.is_some() {
        return None;
    }
    let day = value.date?;
    let month = time::Month::try_from(day.month).ok()?;
    Date::from_calendar_date(i32::from(day.year), month, day.day).ok()
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

impl<'s> Reader<'s> {
    pub(crate) fn new(file_name: &str, source: &'s str) -> Self {
        let lines = Lines::new(source);
        let declared = BTreeSet::new();
        Self { source, out: Diagnostics::new(file_name), work: WORK, declared, lines }
    }

    /// Takes so many steps from the budget; false when it is spent.
    pub(crate) fn spend(&mut self, steps: usize) -> bool {
        self.work = self.work.saturating_sub(steps);
        self.work > 0
    }

    /// The line of an offset, from 1.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        self.lines.line_of(offset)
    }

    /// The nearest of the known names, if one is meant.
    pub(crate) fn near<'n>(
        &self,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) -> Option<String> {
        if self.out.findings.len() > SUGGESTIONS {
            return None;
        }
        nearest(name, known)
    }

    pub(crate) fn report(
        &mut self,
        span: Range<usize>,
        severity: Severity,
        code: FindingCode,
        message: String,
        near: Option<String>,
    ) {
        self.out.add(self.source, &self.lines, span, severity, code, message, near);
    }

    pub(crate) fn error(&mut self, span: Range<usize>, code: FindingCode, message: String) {
        self.report(span, Severity::Error, code, message, None);
    }

    pub(crate) fn warning(&mut self, span: Range<usize>, code: FindingCode, message: String) {
        self.report(span, Severity::Warning, code, message, None);
    }

    /// Notes what the file declares.
    pub(crate) fn declare(&mut self, root: &Tab<'_>) {
        for (table, what, key) in DECLARATIONS {
            for tab in root.tabs(table) {
                self.declared.extend(tab.text(key).map(|name| (what, name.to_owned())));
            }
        }
    }

    /// A name that is not among the known ones.
    pub(crate) fn unknown<'n>(
        &mut self,
        span: Range<usize>,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        // Declared and yet not known: its declaration has a finding of its own, which refuses the file.
        let declared = DECLARATIONS.iter().find(|(_, kind, _)| *kind == what);
        if declared.is_some_and(|(_, kind, _)| self.declared.contains(&(kind, name.to_owned())))
            && self.out.has_errors()
        {
            return;
        }
        let near = self.near(name, known);
        let message =
            format!("there is no {what} `{name}` in this tariff: declare it or correct the name");
        self.report(span, Severity::Error, FindingCode::UnknownName, message, near);
    }

    /// Checks keys and types of a table and all below it.
    pub(crate) fn check_table(&mut self, tab: &Tab<'_>, spec: &Table) {
        for (key, value) in tab.table {
            let name: &str = key.get_ref();
            match spec.keys.iter().find(|known| known.name == name) {
                Some(known) => self.check_value(value, known.kind),
                None => {
                    let near = self.near(name, spec.keys.iter().map(|known| known.name));
                    let message = format!(
                        "`{name}` is not a key of `{}`; it has: {}",
                        spec.name,
                        spec.keys.iter().map(|known| known.name).collect::<Vec<_>>().join(", ")
                    );
                    self.report(
                        key.span(),
                        Severity::Error,
                        FindingCode::UnknownKey,
                        message,
                        near,
                    );
                }
            }
        }
        for key in spec.keys.iter().filter(|key| key.required) {
            if !tab.table.contains_key(key.name) {
                self.error(
                    tab.span.clone(),
                    FindingCode::MissingKey,
                    format!("`{}` needs the key `{}`", spec.name, key.name),
                );
            }
        }
    }

    fn check_value(&mut self, node: Node<'_>, kind: Kind) {
        let value = node.get_ref();
        let fits = match kind {
            Kind::Text => value.is_str(),
            Kind::Bool => value.as_bool().is_some(),
            Kind::Integer => integer(node).is_some(),
            Kind::Scalar => value.is_str() || value.is_bool() || integer(node).is_some(),
            Kind::Facts => value.as_table().is_some(),
            Kind::Date => return self.check_date(node),
            Kind::Number => {
                if let Err((code, message)) = number(node) {
                    self.error(node.span(), code, message);
                }
                return;
            }
            Kind::Choice(allowed) => match value.as_str() {
                Some(text) if allowed.contains(&text) => true,
                Some(text) => {
                    let near = self.near(text, allowed.iter().copied());
                    let message = format!(
                        "`{text}` is not allowed here: write one of {}",
                        allowed.join(", ")
                    );
                    self.report(
                        node.span(),
                        Severity::Error,
                        FindingCode::BadChoice,
                        message,
                        near,
                    );
                    return;
                }
                None => false,
            },
            Kind::Texts => value
                .as_array()
                .is_some_and(|items| items.iter().all(|item| item.get_ref().is_str())),
            Kind::Dates => match value.as_array() {
                Some(items) => {
                    items.iter().for_each(|item| self.check_date(item));
                    return;
                }
                None => false,
            },
            Kind::Table(spec) => match Tab::of(node) {
                Some(tab) => return self.check_table(&tab, spec),
                None => false,
            },
            Kind::Tables(spec) => match value.as_array() {
                Some(items) => {
                    for item in items.iter() {
                        self.check_value(item, Kind::Table(spec));
                    }
                    if items.is_empty() {
                        self.error(
                            node.span(),
                            FindingCode::MissingKey,
                            format!("`{}` needs at least one entry", spec.name),
                        );
                    }
                    return;
                }
                None => false,
            },
            Kind::Shape => match Tab::of(node) {
                Some(tab) => return self.check_shape(&tab),
                None => false,
            },
            Kind::Shapes => match value.as_array() {
                Some(items) => {
                    for item in items.iter() {
                        self.check_value(item, Kind::Shape);
                    }
                    return;
                }
                None => false,
            },
            // Read where facts are known.
            Kind::Condition => value.as_table().is_some(),
            Kind::Basis => value.is_str() || value.as_table().is_some(),
        };
        if !fits {
            let expected = match kind {
                Kind::Text | Kind::Choice(_) => "a text in quotes",
                Kind::Bool => "true or false",
                Kind::Integer => "a whole number",
                Kind::Scalar => "a text, a whole number, or true or false",
                Kind::Texts => "a list of texts",
                Kind::Dates => "a list of dates",
                Kind::Tables(_) | Kind::Shapes => "a list of tables",
                Kind::Basis => "a fact or a table such as { max_of = [\"price\", \"official\"] }",
                Kind::Date => "a date",
                Kind::Number => "a number",
                Kind::Table(_) | Kind::Facts | Kind::Condition | Kind::Shape => "a table",
            };
            let message = format!("{expected} must stand here, not {}", kind_of(value));
            self.error(node.span(), FindingCode::WrongType, message);
        }
    }

    fn check_date(&mut self, node: Node<'_>) {
        if date(node).is_some() {
            return;
        }
        let (code, message) = match node.get_ref() {
            DeValue::String(_) => {
                (FindingCode::WrongType, "a date stands without quotes: 2017-01-01".to_owned())
            }
            DeValue::Datetime(_) => (
                FindingCode::BadDate,
                "this is not a day of the calendar: write year-month-day, 2017-01-31, without a time"
                    .to_owned(),
            ),
            other => (FindingCode::WrongType, format!("a date must stand here, not {}", kind_of(other))),
        };
        self.error(node.span(), code, message);
    }

    fn check_shape(&mut self, tab: &Tab<'_>) {
        let Some(kind) = tab.text("type") else {
            return self.error(
                tab.span.clone(),
                FindingCode::MissingKey,
                "a shape needs the key `type`".to_owned(),
            );
        };
        match spec::SHAPES.iter().find(|shape| shape.name == kind) {
            Some(shape) => self.check_table(tab, shape),
            None => {
                let names = spec::SHAPES.iter().map(|shape| shape.name);
                let near = self.near(kind, names.clone());
                let message = format!(
                    "`{kind}` is not a shape: write one of {}",
                    names.collect::<Vec<_>>().join(", ")
                );
                self.report(
                    tab.span_of("type"),
                    Severity::Error,
                    FindingCode::BadChoice,
                    message,
                    near,
                );
            }
        }
    }
}
