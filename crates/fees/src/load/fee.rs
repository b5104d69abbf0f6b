//! Reading fees with their rules, and modifiers with the fees they reach.

use std::collections::{BTreeSet, HashMap};

use motcua_money::Exact;

use super::reader::{Names, Reader, Tab};
use super::{Head, rate_date, text};
use crate::FindingCode;
use crate::engine::{reads, timeline::Timeline};
use crate::model::{
    CeilingRule, Combine, Condition, Effect, Fact, FactKind, Fee, FeeKind, Limits, Modifier, Quota,
    QuotaPeriod, Rule,
};

/// One tariff has at most so many fees, rules in all, and modifiers.
const MAX_ENTRIES: usize = 100_000;

fn kind(name: &str) -> Option<FeeKind> {
    match name {
        "phi" => Some(FeeKind::Phi),
        "le_phi" => Some(FeeKind::LePhi),
        "service_cost" => Some(FeeKind::ServiceCost),
        _ => None,
    }
}

impl Reader<'_> {
    pub(super) fn fees(
        &mut self,
        root: &Tab<'_>,
        head: &Head,
        facts: &[Fact],
        names: &Names,
    ) -> Vec<Fee> {
        let mut ids = BTreeSet::new();
        let mut fees = Vec::new();
        for tab in root.tabs("fee").into_iter().take(MAX_ENTRIES) {
            let mut rules = Vec::new();
            let mut rule_ids = BTreeSet::new();
            for (index, rule) in tab.tabs("rule").iter().enumerate() {
                let id =
                    rule.text("id").map_or_else(|| format!("rule-{}", index + 1), str::to_owned);
                if !rule_ids.insert(id.clone()) {
                    self.duplicate(rule, "id", "rule", &id);
                }
                rules.extend(self.rule(rule, id, head, facts, names));
            }
            let currency = if tab.node("currency").is_some() {
                self.currency(&tab)
            } else {
                Some(head.currency)
            };
            let rounding = self.rounding(&tab).unwrap_or(head.rounding);
            let (Some(id), Some(kind), Some(name)) = (
                tab.text("id"),
                tab.text("kind").and_then(kind),
                tab.tab("name").as_ref().and_then(text),
            ) else {
                continue;
            };
            if !ids.insert(id.to_owned()) {
                self.duplicate(&tab, "id", "fee", id);
            }
            let ceilings = self.ceilings(&tab, kind, head, facts, names);
            fees.push(Fee {
                id: id.to_owned(),
                kind,
                name,
                unit: tab.tab("unit").as_ref().and_then(text),
                group: tab.text("group").map(str::to_owned),
                account: tab.text("account").map(str::to_owned).or_else(|| head.account.clone()),
                currency: currency.unwrap_or(head.currency),
                rounding,
                timeline: Timeline::new(&rules),
                rules,
                ceilings,
                modifiers: Vec::new(),
            });
        }
        fees
    }

    /// Ceilings over the price of a service. A charge of the state has no such ceiling: its own rule sets it.
    fn ceilings(
        &mut self,
        fee: &Tab<'_>,
        kind: FeeKind,
        head: &Head,
        facts: &[Fact],
        names: &Names,
    ) -> Vec<CeilingRule> {
        let tabs = fee.tabs("ceiling");
        if let Some(first) = tabs.first().filter(|_| kind != FeeKind::ServiceCost) {
            self.error(
                first.span.clone(),
                FindingCode::BadChoice,
                "only a `service_cost` has a ceiling: write a `cap` in the rule of this fee"
                    .to_owned(),
            );
        }
        let mut ceilings = Vec::new();
        for tab in &tabs {
            let window = self.window(tab);
            let when = self.condition(tab, "when", facts, names);
            let amount = self.amount(tab, "amount");
            let quantity = self.basis(tab.node("quantity"), facts, names, 0);
            if let (Some(citation), Some(amount)) = (self.citation(tab, head), amount) {
                ceilings.push(CeilingRule { window, when, amount, quantity, citation });
            }
        }
        ceilings
    }

    fn counted(
        &mut self,
        tab: &Tab<'_>,
        key: &str,
        facts: &[Fact],
        names: &Names,
    ) -> Option<usize> {
        let name = tab.text(key)?;
        match names.facts.get(name).and_then(|at| Some((*at, facts.get(*at)?))) {
            Some((at, fact)) if matches!(fact.kind, FactKind::Integer | FactKind::List) => Some(at),
            Some(_) => {
                self.error(
                    tab.span_of(key),
                    FindingCode::WrongType,
                    format!("`{name}` cannot be counted: it must be an integer or a list"),
                );
                None
            }
            None => {
                self.unknown(
                    tab.span_of(key),
                    "fact",
                    name,
                    names.facts.keys().map(String::as_str),
                );
                None
            }
        }
    }

    fn rule(
        &mut self,
        tab: &Tab<'_>,
        id: String,
        head: &Head,
        facts: &[Fact],
        names: &Names,
    ) -> Option<Rule> {
        let window = self.window(tab);
        let citation = self.citation(tab, head);
        let when = self.condition(tab, "when", facts, names);
        let shape = tab.tab("shape").and_then(|shape| self.shape(&shape, facts, names, 0));
        let cap = tab.tab("cap");
        let no_cap_when = cap
            .as_ref()
            .filter(|cap| cap.node("unless").is_some())
            .map(|cap| self.condition(cap, "unless", facts, names));
        let cap_of = |key: &str| cap.as_ref().and_then(|cap| cap.number(key));
        let limits = Limits {
            per: self.counted(tab, "per", facts, names),
            assets: self.counted(tab, "assets", facts, names),
            floor: tab.number("floor"),
            cap_per_instance: cap_of("per_instance"),
            cap_per_asset: cap_of("per_asset"),
            cap_per_case: cap_of("per_case"),
            no_cap_when,
        };
        if let (Some(floor), Some(cap)) = (limits.floor, limits.cap_per_case)
            && floor > cap
        {
            self.error(
                tab.span_of("floor"),
                FindingCode::TierOrder,
                format!("the floor {floor} exceeds the cap {cap}"),
            );
        }
        Some(Rule {
            id,
            window,
            rate_date: rate_date(tab.text("rate_date")).unwrap_or(head.rate_date),
            rank: tab.integer("rank").unwrap_or(0),
            when,
            shape: shape?,
            limits,
            citation: citation?,
            span: tab.span.clone(),
        })
    }

    pub(super) fn modifiers(
        &mut self,
        root: &Tab<'_>,
        head: &Head,
        facts: &[Fact],
        names: &Names,
        fees: &mut [Fee],
    ) -> Vec<Modifier> {
        let mut ids = BTreeSet::new();
        let mut modifiers = Vec::new();
        let places: HashMap<String, usize> =
            fees.iter().enumerate().map(|(at, fee)| (fee.id.clone(), at)).collect();
        for tab in root.tabs("modifier").into_iter().take(MAX_ENTRIES) {
            let window = self.window(&tab);
            let citation = self.citation(&tab, head);
            let when = self.condition(&tab, "when", facts, names);
            let effect = self.effect(&tab);
            let ceiling = tab.tab("ceiling");
            let mut ceiling_parameter = None;
            if let Some(ceiling) = &ceiling {
                if let (Some(times), Some(name)) =
                    (ceiling.number("times"), ceiling.text("parameter"))
                {
                    match names.parameters.get(name) {
                        Some(at) => ceiling_parameter = Some((times, *at)),
                        None => self.unknown(
                            ceiling.span_of("parameter"),
                            "parameter",
                            name,
                            names.parameters.keys().map(String::as_str),
                        ),
                    }
                } else if ceiling.number("amount").is_none() {
                    self.error(
                        ceiling.span.clone(),
                        FindingCode::MissingKey,
                        "a ceiling takes `amount`, or `times` with `parameter`".to_owned(),
                    );
                }
            }
            let combine = tab.text("combine").and_then(|name| match name {
                "override" => Some(Combine::Override),
                "best_of" => Some(Combine::BestOf),
                "stack" => Some(Combine::Stack),
                "refuse" => Some(Combine::Refuse),
                _ => None,
            });
            let quota = self.quota(&tab, &when, facts);
            let reached = self.reached(&tab, fees, &places);
            let (Some(id), Some(name), Some(citation), Some(effect), Some(combine)) = (
                tab.text("id"),
                tab.tab("name").as_ref().and_then(text),
                citation,
                effect,
                combine,
            ) else {
                continue;
            };
            if !ids.insert(id.to_owned()) {
                self.duplicate(&tab, "id", "modifier", id);
            }
            for index in reached {
                if let Some(fee) = fees.get_mut(index) {
                    fee.modifiers.push(modifiers.len());
                }
            }
            modifiers.push(Modifier {
                id: id.to_owned(),
                name,
                window,
                rate_date: rate_date(tab.text("rate_date")).unwrap_or(head.rate_date),
                rank: tab.integer("rank").unwrap_or(0),
                when,
                effect,
                ceiling: ceiling.and_then(|ceiling| ceiling.number("amount")),
                ceiling_parameter,
                quota,
                combine,
                subsidy: tab.bool("subsidy").unwrap_or(false),
                citation,
                span: tab.span.clone(),
            });
        }
        modifiers
    }

    /// How often it may be used. Uses are counted by entitlement, so a quota asks for one.
    fn quota(&mut self, tab: &Tab<'_>, when: &Condition, facts: &[Fact]) -> Option<Quota> {
        let Some(uses) = tab.integer("quota") else {
            if tab.node("quota_per").is_some() && tab.node("quota").is_none() {
                self.error(
                    tab.span_of("quota_per"),
                    FindingCode::MissingKey,
                    "`quota_per` says in which time `quota` uses are counted: give `quota`"
                        .to_owned(),
                );
            }
            return None;
        };
        let counted = facts
            .iter()
            .enumerate()
            .any(|(at, fact)| fact.kind == FactKind::Entitlement && reads(when, at));
        if !counted {
            self.error(
                tab.span_of("quota"),
                FindingCode::MissingKey,
                "a quota is counted by entitlement: name one in `when`".to_owned(),
            );
        }
        let period = |name| QuotaPeriod::ALL.into_iter().find(|(known, _)| *known == name);
        // Without a period every use that the caller states counts.
        let per = tab.text("quota_per").and_then(period).map_or(QuotaPeriod::Life, |(_, per)| per);
        match u32::try_from(uses) {
            Ok(uses) if uses > 0 => Some(Quota { uses, per }),
            _ => {
                self.error(
                    tab.span_of("quota"),
                    FindingCode::BadNumber,
                    "a quota is at least one use".to_owned(),
                );
                None
            }
        }
    }

    fn effect(&mut self, tab: &Tab<'_>) -> Option<Effect> {
        let effects = [
            self.amount(tab, "set").map(Effect::Set),
            self.amount(tab, "multiply").map(Effect::Multiply),
            self.amount(tab, "subtract").map(Effect::Subtract),
        ];
        let mut given = effects.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(Effect::Multiply(factor)), None) if factor > Exact::from(10) => {
                self.error(
                    tab.span_of("multiply"),
                    FindingCode::BadNumber,
                    "a factor over 10 is surely meant as a percentage: write \"50%\"".to_owned(),
                );
                None
            }
            (Some(effect), None) => Some(effect),
            _ => {
                self.error(
                    tab.span.clone(),
                    FindingCode::MissingKey,
                    "a modifier takes exactly one of `set`, `multiply`, `subtract`".to_owned(),
                );
                None
            }
        }
    }

    /// The fees that a modifier names, by id, kind or group; kind and group narrow each other.
    fn reached(
        &mut self,
        tab: &Tab<'_>,
        fees: &[Fee],
        places: &HashMap<String, usize>,
    ) -> BTreeSet<usize> {
        let (ids, groups) = (tab.texts("fees"), tab.texts("groups"));
        let wanted = tab.text("kind").and_then(kind);
        let mut reached = BTreeSet::new();
        if !self.spend(ids.len() + fees.len()) {
            return reached;
        }
        for (id, span) in &ids {
            match places.get(*id) {
                Some(at) => {
                    reached.insert(*at);
                }
                None => {
                    self.unknown(span.clone(), "fee", id, fees.iter().map(|fee| fee.id.as_str()));
                }
            }
        }
        let names: BTreeSet<&str> = groups.iter().map(|(group, _)| *group).collect();
        let known: BTreeSet<&str> = if groups.is_empty() {
            BTreeSet::new()
        } else {
            fees.iter().filter_map(|fee| fee.group.as_deref()).collect()
        };
        for (group, span) in groups.iter().filter(|(group, _)| !known.contains(group)) {
            self.unknown(span.clone(), "group", group, known.iter().copied());
        }
        if ids.is_empty() && groups.is_empty() && wanted.is_none() {
            self.error(
                tab.span.clone(),
                FindingCode::MissingKey,
                "a modifier names the `fees`, the `groups` or the `kind` it reaches".to_owned(),
            );
        }
        if !groups.is_empty() || wanted.is_some() {
            let broad = fees.iter().enumerate().filter(|(_, fee)| {
                let in_group =
                    groups.is_empty() || fee.group.as_deref().is_some_and(|g| names.contains(g));
                in_group && wanted.is_none_or(|kind| kind == fee.kind)
            });
            reached.extend(broad.map(|(index, _)| index));
        }
        reached
    }
}
