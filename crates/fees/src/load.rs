//! From a TOML file to a [`Tariff`], or to every finding at once. The format is described in `load/spec.rs`.

mod condition;
mod fee;
mod reader;
mod shape;
pub(crate) mod spec;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use motcua_money::{Currency, Exact, Rounding, RoundingMode};
use toml::de::DeTable;

use crate::model::{
    Citation, Confidence, Expected, Fact, FactKind, Locality, Parameter, RateDateKind, Tariff,
    Text, Window,
};
use crate::{Application, Diagnostics, Example, FactValue, FindingCode, Request};
pub(crate) use reader::Reader;
use reader::{Names, Tab};

/// A tariff file is written by people: a larger one is not a tariff.
const MAX_BYTES: usize = 4 << 20;
/// The version of the file format read here.
const SCHEMA: i64 = 1;

/// A ward in a city in a province, each with its forerunners: no country has deeper units.
const MAX_DEPTH_OF_UNITS: usize = 16;

/// What rules and modifiers take from the head of the file.
struct Head {
    currency: Currency,
    rounding: Rounding,
    rate_date: RateDateKind,
    account: Option<String>,
    sources: BTreeMap<String, Citation>,
}

pub(crate) fn text(tab: &Tab<'_>) -> Option<Text> {
    Some(Text { vi: tab.text("vi")?.to_owned(), en: tab.text("en")?.to_owned() })
}

impl Tariff {
    /// Reads and checks a tariff. `file_name` is for the findings only; no file is opened.
    ///
    /// # Errors
    /// Every finding in one run, each with code, line, column and the text concerned.
    pub fn from_toml(file_name: &str, source: &str) -> Result<Self, Diagnostics> {
        let mut reader = Reader::new(file_name, source);
        if source.len() > MAX_BYTES {
            reader.error(
                0..0,
                FindingCode::TooLarge,
                format!("a tariff has at most {MAX_BYTES} bytes: split the file"),
            );
            return Err(reader.out);
        }
        let (document, errors) = DeTable::parse_recoverable(source);
        for error in &errors {
            reader.syntax(error.message(), error.span().unwrap_or(0..0));
        }
        let root = Tab { table: document.get_ref(), span: 0..0 };
        let tariff = reader.tariff(&root, errors.is_empty());
        reader.out.sort();
        match tariff {
            Some(mut tariff) if !reader.out.has_errors() => {
                tariff.warnings = reader.out;
                Ok(tariff)
            }
            _ => Err(reader.out),
        }
    }
}

pub(crate) fn sha256(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let mut hash = String::from("sha256:");
    for byte in digest.as_ref() {
        hash.push_str(&format!("{byte:02x}"));
    }
    hash
}

impl Reader<'_> {
    fn syntax(&mut self, message: &str, span: std::ops::Range<usize>) {
        // A date such as 2017-31-01 fails inside the TOML reader; it deserves its own code.
        let line_start =
            self.source.get(..span.start).and_then(|s| s.rfind('\n')).map_or(0, |at| at + 1);
        let line = self.source.get(line_start..).and_then(|s| s.lines().next()).unwrap_or_default();
        let value = line.split_once('=').map_or("", |(_, value)| value.trim());
        let day = value.get(..10).unwrap_or_default();
        let looks_like_day = day.len() == 10
            && day
                .bytes()
                .enumerate()
                .all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        if looks_like_day && crate::day::parse(day).is_none() {
            let at = line_start + line.find(day).unwrap_or(0);
            return self.error(
                at..at + 10,
                FindingCode::BadDate,
                format!(
                    "`{day}` is not a day of the calendar: write year-month-day, as in 2017-01-31"
                ),
            );
        }
        self.error(span, FindingCode::Syntax, format!("this is not TOML: {message}"));
    }

    fn tariff(&mut self, root: &Tab<'_>, whole: bool) -> Option<Tariff> {
        self.check_table(root, &spec::FILE);
        self.declare(root);
        if root.integer("schema").is_some_and(|schema| schema != SCHEMA) {
            self.error(
                root.span_of("schema"),
                FindingCode::BadChoice,
                format!("only format {SCHEMA} is read here"),
            );
        }
        let currency = self.currency(root)?;
        let rounding = self.rounding(root).unwrap_or_else(Rounding::half_up_to_one);
        let rate_date = rate_date(root.text("rate_date")).unwrap_or(RateDateKind::Collected);
        let sources = self.sources(root);
        let head = Head {
            currency,
            rounding,
            rate_date,
            account: root.text("account").map(str::to_owned),
            sources,
        };
        let mut names = Names::default();
        let localities = self.localities(root, &mut names);
        let facts = self.facts(root, &mut names);
        let parameters = self.parameters(root, &head, &mut names);
        let mut fees = self.fees(root, &head, &facts, &names);
        let fee_index: HashMap<String, usize> =
            fees.iter().enumerate().map(|(index, fee)| (fee.id.clone(), index)).collect();
        let modifiers = self.modifiers(root, &head, &facts, &names, &mut fees);
        let expected = self.expected(root, &fee_index);
        let examples = self.examples(root, &fees, &fee_index, currency);
        let tariff = Tariff {
            id: root.text("id")?.to_owned(),
            title: text(&root.tab("title")?)?,
            currency,
            reviewed_until: root.date("reviewed_until"),
            fact_index: names.facts.into_iter().collect(),
            facts,
            locality_index: names.localities.into_iter().collect(),
            localities,
            parameters,
            fees,
            fee_index,
            modifiers,
            expected,
            examples,
            warnings: Diagnostics::new(&self.out.file),
            hash: sha256(self.source),
        };
        // Rules that could not be read would show up as gaps that are not there.
        crate::check::rules(self, &tariff, whole && !self.out.has_errors());
        Some(tariff)
    }

    fn currency(&mut self, tab: &Tab<'_>) -> Option<Currency> {
        let raw = tab.text("currency")?;
        raw.parse()
            .map_err(|error: motcua_money::Error| {
                self.error(tab.span_of("currency"), FindingCode::UnknownName, error.to_string());
            })
            .ok()
    }

    fn rounding(&mut self, tab: &Tab<'_>) -> Option<Rounding> {
        let rounding = tab.tab("rounding")?;
        let name = rounding.text("mode")?;
        let mode: RoundingMode = RoundingMode::ALL.into_iter().find(|(known, _)| *known == name)?.1;
        Rounding::new(mode, rounding.number("unit")?)
            .map_err(|error| {
                self.error(rounding.span_of("unit"), FindingCode::BadNumber, error.to_string())
            })
            .ok()
    }

    pub(crate) fn duplicate(&mut self, tab: &Tab<'_>, key: &str, what: &str, name: &str) {
        self.error(
            tab.span_of(key),
            FindingCode::Duplicate,
            format!("{what} `{name}` stands twice: give each its own name"),
        );
    }

    fn sources(&mut self, root: &Tab<'_>) -> BTreeMap<String, Citation> {
        let mut sources = BTreeMap::new();
        for tab in root.tabs("source") {
            let source = (|| {
                Some(Citation {
                    instrument: tab.text("instrument")?.to_owned(),
                    article: String::new(),
                    issuer: tab.text("issuer")?.to_owned(),
                    title: text(&tab.tab("title")?)?,
                    signed: tab.date("signed"),
                    effective: tab.date("effective"),
                    confidence: confidence(tab.text("confidence")?)?,
                    note: tab.text("note").map(str::to_owned),
                })
            })();
            if let (Some(id), Some(source)) = (tab.text("id"), source)
                && sources.insert(id.to_owned(), source).is_some()
            {
                self.duplicate(&tab, "id", "source", id);
            }
        }
        sources
    }

    fn citation(&mut self, tab: &Tab<'_>, head: &Head) -> Option<Arc<Citation>> {
        let Some(cite) = tab.tab("cite") else {
            self.error(
                tab.span.clone(),
                FindingCode::MissingCitation,
                "every dated value names its instrument: add `cite = { source = \"…\", article = \"…\" }`".to_owned(),
            );
            return None;
        };
        let id = cite.text("source")?;
        let Some(source) = head.sources.get(id) else {
            self.unknown(
                cite.span_of("source"),
                "source",
                id,
                head.sources.keys().map(String::as_str),
            );
            return None;
        };
        let mut citation = source.clone();
        citation.article = cite.text("article")?.to_owned();
        if let Some(own) = cite.text("confidence").and_then(confidence) {
            citation.confidence = own;
        }
        if let Some(note) = cite.text("note") {
            citation.note = Some(note.to_owned());
        }
        Some(Arc::new(citation))
    }

    fn window(&mut self, tab: &Tab<'_>) -> Window {
        let window = Window {
            from: tab.date("from"),
            until: tab.date("until"),
            known_from: tab.date("known_from"),
            known_until: tab.date("known_until"),
            keeps_lodged_before: tab.date("keeps_lodged_before"),
        };
        for (key, from, until) in [
            ("until", window.from, window.until),
            ("known_until", window.known_from, window.known_until),
        ] {
            if let (Some(from), Some(until)) = (from, until)
                && until <= from
            {
                self.error(
                    tab.span_of(key),
                    FindingCode::EmptyValidity,
                    format!(
                        "{} is not after {}: `{key}` is the first day no longer covered",
                        crate::day::iso(until),
                        crate::day::iso(from)
                    ),
                );
            }
        }
        if window.keeps_lodged_before.is_some() && window.until.is_none() {
            self.error(
                tab.span_of("keeps_lodged_before"),
                FindingCode::MissingKey,
                "`keeps_lodged_before` says which files keep a rule that has ended: give its `until`"
                    .to_owned(),
            );
        }
        window
    }

    fn localities(&mut self, root: &Tab<'_>, names: &mut Names) -> Vec<Locality> {
        let tabs = root.tabs("locality");
        let mut list: Vec<(Locality, Tab<'_>)> = Vec::new();
        let mut depths: Vec<usize> = Vec::new();
        for tab in tabs {
            let Some(code) = tab.text("code") else { continue };
            if names.localities.insert(code.to_owned(), list.len()).is_some() {
                self.duplicate(&tab, "code", "locality", code);
            }
            let unit = Locality {
                code: code.to_owned(),
                within: None,
                formerly: None,
                merged: tab.date("merged"),
            };
            list.push((unit, tab));
        }
        for (index, (unit, tab)) in list.iter_mut().enumerate() {
            let mut depth = 0;
            for key in ["within", "formerly"] {
                let Some(name) = tab.text(key) else { continue };
                match names.localities.get(name) {
                    // Declared before, so that chains end.
                    Some(at) if *at < index => {
                        depth = depth.max(depths.get(*at).map_or(0, |depth| depth + 1));
                        match key {
                            "within" => unit.within = Some(*at),
                            _ => unit.formerly = Some(*at),
                        }
                    }
                    _ => self.unknown(
                        tab.span_of(key),
                        "earlier locality",
                        name,
                        names.localities.keys().map(String::as_str),
                    ),
                }
            }
            if depth > MAX_DEPTH_OF_UNITS {
                self.error(
                    tab.span.clone(),
                    FindingCode::TooLarge,
                    format!("units lie in each other deeper than {MAX_DEPTH_OF_UNITS}"),
                );
            }
            depths.push(depth);
        }
        list.into_iter().map(|(unit, _)| unit).collect()
    }

    fn facts(&mut self, root: &Tab<'_>, names: &mut Names) -> Vec<Fact> {
        let mut facts: Vec<Fact> = Vec::new();
        for tab in root.tabs("fact") {
            let (Some(name), Some(kind)) = (tab.text("name"), tab.text("type").and_then(fact_kind))
            else {
                continue;
            };
            let Some(label) = tab.tab("label").as_ref().and_then(text) else { continue };
            if ["all", "any", "not"].contains(&name) {
                self.error(
                    tab.span_of("name"),
                    FindingCode::BadChoice,
                    format!("`{name}` is a word of conditions: name the fact otherwise"),
                );
            }
            if names.facts.insert(name.to_owned(), facts.len()).is_some() {
                self.duplicate(&tab, "name", "fact", name);
            }
            let values: Vec<String> =
                tab.texts("values").into_iter().map(|(value, _)| value.to_owned()).collect();
            if kind == FactKind::Choice && values.is_empty() {
                self.error(
                    tab.span.clone(),
                    FindingCode::MissingKey,
                    format!("choice `{name}` needs its `values`"),
                );
            }
            let mut fact = Fact {
                name: name.to_owned(),
                label,
                kind,
                values,
                min: tab.number("min"),
                max: tab.number("max"),
                default: None,
            };
            if let Some(given) = default_of(&tab) {
                match crate::engine::facts::resolve(&fact, &given, &names.localities) {
                    Some(value) => fact.default = Some(value),
                    None => self.error(
                        tab.span_of("default"),
                        FindingCode::BadChoice,
                        format!("`{name}` cannot be `{given}`"),
                    ),
                }
            }
            facts.push(fact);
        }
        facts
    }

    fn parameters(&mut self, root: &Tab<'_>, head: &Head, names: &mut Names) -> Vec<Parameter> {
        let mut list = Vec::new();
        for tab in root.tabs("parameter") {
            let Some(name) = tab.text("name") else { continue };
            if names.parameters.insert(name.to_owned(), list.len()).is_some() {
                self.duplicate(&tab, "name", "parameter", name);
            }
            let mut values: Vec<(Window, Exact, Arc<Citation>)> = Vec::new();
            for value in tab.tabs("value") {
                let window = self.window(&value);
                let cite = self.citation(&value, head);
                if let (Some(amount), Some(cite)) = (self.amount(&value, "amount"), cite) {
                    let known = values.len();
                    if self.spend(known)
                        && values.iter().any(|(other, _, _)| crate::check::overlap(other, &window))
                    {
                        self.error(
                            value.span.clone(),
                            FindingCode::OverlappingValidity,
                            format!("`{name}` has two values on one day"),
                        );
                    }
                    values.push((window, amount, cite));
                }
            }
            list.push(Parameter { name: name.to_owned(), values });
        }
        list
    }

    fn expected(&mut self, root: &Tab<'_>, fees: &HashMap<String, usize>) -> Vec<Expected> {
        let mut list = Vec::new();
        for tab in root.tabs("expected") {
            let fee = tab.text("fee").map(str::to_owned);
            self.fee_exists(&tab, fees);
            if let (Some(on), Some(note)) =
                (tab.date("on"), tab.tab("note").as_ref().and_then(text))
            {
                list.push(Expected { on, fee, note });
            }
        }
        list
    }

    fn fee_exists(&mut self, tab: &Tab<'_>, fees: &HashMap<String, usize>) {
        if let Some(id) = tab.text("fee").filter(|id| !fees.contains_key(*id)) {
            self.unknown(tab.span_of("fee"), "fee", id, fees.keys().map(String::as_str));
        }
    }

    fn examples(
        &mut self,
        root: &Tab<'_>,
        list_of_fees: &[crate::Fee],
        fees: &HashMap<String, usize>,
        currency: Currency,
    ) -> Vec<Example> {
        let mut list = Vec::new();
        for tab in root.tabs("example") {
            self.fee_exists(&tab, fees);
            let (Some(name), Some(on), Some(fee)) =
                (tab.text("name"), tab.date("on"), tab.text("fee"))
            else {
                continue;
            };
            let used = tab.integer("used").and_then(|used| u32::try_from(used).ok());
            let facts = tab.tab("facts").map(|facts| self.fact_values(&facts)).unwrap_or_default();
            let mut application = Application::for_fee(fee, []);
            application.fees = vec![Request { fee: fee.to_owned(), facts, reference: None }];
            application.entitlements = tab
                .texts("entitlements")
                .into_iter()
                .map(|(name, _)| crate::Entitlement {
                    name: name.to_owned(),
                    evidence: Some("example".to_owned()),
                    used,
                    used_on: tab.dates("used_on"),
                })
                .collect();
            application.lodged = tab.date("lodged");
            application.decided = tab.date("decided");
            application.collected = tab.date("collected");
            application.known_at = tab.date("known_at");
            if let Some(rate) = tab.number("exchange") {
                let of = fees.get(fee).and_then(|at| list_of_fees.get(*at));
                application.exchange.push(crate::ExchangeRate {
                    from: of.map_or(currency, |fee| fee.currency).to_string(),
                    to: currency.to_string(),
                    rate: rate.to_string(),
                    date: on,
                    source: "example".to_owned(),
                });
            }
            let expect_error = tab.text("expect_error").map(str::to_owned);
            let expect = tab.number("expect");
            if expect.is_some() == expect_error.is_some() {
                self.error(
                    tab.span.clone(),
                    FindingCode::MissingKey,
                    "an example takes one of `expect` and `expect_error`".to_owned(),
                );
            }
            list.push(Example {
                name: name.to_owned(),
                on,
                application,
                expect,
                unrounded: tab.number("unrounded"),
                expect_error,
                line: self.line_of(tab.span.start),
            });
        }
        list
    }

    fn fact_values(&mut self, tab: &Tab<'_>) -> BTreeMap<String, FactValue> {
        let mut facts = BTreeMap::new();
        for (key, node) in tab.table {
            match fact_value(node, 0) {
                Some(value) => {
                    facts.insert(key.get_ref().to_string(), value);
                }
                None => self.error(node.span(), FindingCode::WrongType, "a fact is a text, a whole number, true or false, or a list; decimals stand in quotes".to_owned()),
            }
        }
        facts
    }
}

fn fact_value(node: reader::Node<'_>, depth: usize) -> Option<FactValue> {
    if let Some(value) = reader::integer(node) {
        return Some(FactValue::Integer(value));
    }
    let value = node.get_ref();
    if let Some(list) = value.as_array().filter(|_| depth < 3) {
        return list
            .iter()
            .map(|item| fact_value(item, depth + 1))
            .collect::<Option<Vec<_>>>()
            .map(FactValue::List);
    }
    value
        .as_bool()
        .map(FactValue::Bool)
        .or_else(|| value.as_str().map(|text| FactValue::Text(text.to_owned())))
}

fn default_of(tab: &Tab<'_>) -> Option<FactValue> {
    fact_value(tab.node("default")?, 0)
}

fn confidence(name: &str) -> Option<Confidence> {
    match name {
        "verified" => Some(Confidence::Verified),
        "verified_ocr" => Some(Confidence::VerifiedOcr),
        "secondary" => Some(Confidence::Secondary),
        "unverified" => Some(Confidence::Unverified),
        _ => None,
    }
}

fn rate_date(name: Option<&str>) -> Option<RateDateKind> {
    match name? {
        "lodged" => Some(RateDateKind::Lodged),
        "decided" => Some(RateDateKind::Decided),
        "collected" => Some(RateDateKind::Collected),
        _ => None,
    }
}

fn fact_kind(name: &str) -> Option<FactKind> {
    match name {
        "choice" => Some(FactKind::Choice),
        "bool" => Some(FactKind::Bool),
        "integer" => Some(FactKind::Integer),
        "decimal" => Some(FactKind::Decimal),
        "list" => Some(FactKind::List),
        "entitlement" => Some(FactKind::Entitlement),
        "locality" => Some(FactKind::Locality),
        _ => None,
    }
}
