//! Certificate policies along a path: the graph of RFC 9618, which gives the results of RFC 5280
//! §6.1.3 (d) to (f) without its exponential tree.

use super::Profile;
use crate::certificate::Certificate;
use crate::oid::{self, Oid};
use std::collections::{BTreeMap, BTreeSet};

struct Node {
    /// Policies of the level above that this one stands for.
    parents: BTreeSet<Oid>,
    expected: BTreeSet<Oid>,
}

type Level = BTreeMap<Oid, Node>;

pub(super) struct Policies {
    any: Oid,
    /// `None` is the NULL graph.
    levels: Option<Vec<Level>>,
    explicit: usize,
    mapping: usize,
    inhibit_any: usize,
    remaining: usize,
}

/// What is wrong with the policies of one certificate.
pub(super) enum Refusal {
    NoPolicy,
    MappedAny,
}

impl Policies {
    /// §6.1.2 (a), (d), (e), (f).
    pub fn new(profile: &Profile, length: usize) -> Self {
        let any = Oid::new(oid::ANY_POLICY);
        let root = Node { parents: BTreeSet::new(), expected: BTreeSet::from([any.clone()]) };
        let start = |set: bool| if set { 0 } else { length + 1 };
        Policies {
            levels: Some(vec![BTreeMap::from([(any.clone(), root)])]),
            any,
            explicit: start(profile.require_explicit_policy),
            mapping: start(profile.inhibit_policy_mapping),
            inhibit_any: start(profile.inhibit_any_policy),
            remaining: length,
        }
    }

    /// §6.1.3 (d) to (f).
    pub fn certificate(&mut self, certificate: &Certificate) -> Result<(), Refusal> {
        self.remaining = self.remaining.saturating_sub(1);
        let last = self.remaining == 0;
        // (e): without policies, or without a graph, there is none any more.
        if let (Some(policies), Some(mut levels)) = (certificate.policies(), self.levels.take()) {
            let any_counts = self.inhibit_any > 0 || (!last && certificate.is_self_issued());
            let next = self.level(levels.last(), policies, any_counts);
            if !next.is_empty() {
                levels.push(next);
                self.levels = Some(levels);
            }
        }
        if self.explicit > 0 || self.levels.is_some() { Ok(()) } else { Err(Refusal::NoPolicy) }
    }

    fn level(&self, above: Option<&Level>, policies: &[Oid], any_counts: bool) -> Level {
        let mut level = Level::new();
        let Some(above) = above else { return level };
        let mut expecting: BTreeMap<&Oid, BTreeSet<Oid>> = BTreeMap::new();
        for (policy, node) in above {
            for expected in &node.expected {
                expecting.entry(expected).or_default().insert(policy.clone());
            }
        }
        let node = |policy: &Oid, parents: BTreeSet<Oid>| Node {
            parents,
            expected: BTreeSet::from([policy.clone()]),
        };
        for policy in policies.iter().filter(|p| **p != self.any) {
            // (d)(1)(i), (ii).
            if let Some(parents) = expecting.get(policy) {
                level.insert(policy.clone(), node(policy, parents.clone()));
            } else if above.contains_key(&self.any) {
                level.insert(policy.clone(), node(policy, BTreeSet::from([self.any.clone()])));
            }
        }
        // (d)(2).
        if any_counts && policies.contains(&self.any) {
            for (policy, parents) in expecting {
                level.entry(policy.clone()).or_insert_with(|| node(policy, parents));
            }
        }
        level
    }

    /// §6.1.4 (a), (b), (h), (i), (j).
    pub fn prepare_next(&mut self, certificate: &Certificate) -> Result<(), Refusal> {
        let extensions = certificate.extensions();
        let mut outcome = Ok(());
        if let Some(mappings) = &extensions.policy_mappings {
            if mappings.iter().any(|(from, to)| *from == self.any || *to == self.any) {
                outcome = Err(Refusal::MappedAny);
            }
            let mut by_issuer: BTreeMap<&Oid, BTreeSet<Oid>> = BTreeMap::new();
            for (from, to) in mappings {
                by_issuer.entry(from).or_default().insert(to.clone());
            }
            if let Some(level) = self.levels.as_mut().and_then(|l| l.last_mut()) {
                for (from, to) in by_issuer {
                    if self.mapping == 0 {
                        level.remove(from);
                    } else if let Some(node) = level.get_mut(from) {
                        node.expected = to;
                    } else if level.contains_key(&self.any) {
                        let parents = BTreeSet::from([self.any.clone()]);
                        level.insert(from.clone(), Node { parents, expected: to });
                    }
                }
                if level.is_empty() {
                    self.levels = None;
                }
            }
        }
        if !certificate.is_self_issued() {
            for counter in [&mut self.explicit, &mut self.mapping, &mut self.inhibit_any] {
                *counter = counter.saturating_sub(1);
            }
        }
        let lower = |counter: &mut usize, limit: Option<u64>| {
            if let Some(limit) = limit {
                *counter = (*counter).min(usize::try_from(limit).unwrap_or(usize::MAX));
            }
        };
        if let Some(constraints) = extensions.policy_constraints {
            lower(&mut self.explicit, constraints.require_explicit);
            lower(&mut self.mapping, constraints.inhibit_mapping);
        }
        lower(&mut self.inhibit_any, extensions.inhibit_any_policy);
        outcome
    }

    /// §6.1.5 (a), (b), (g): the policies valid for the user.
    pub fn finish(mut self, target: &Certificate, wanted: &[Oid]) -> Result<Vec<Oid>, Refusal> {
        self.explicit = self.explicit.saturating_sub(1);
        if target.extensions().policy_constraints.is_some_and(|c| c.require_explicit == Some(0)) {
            self.explicit = 0;
        }
        let mut valid: BTreeSet<Oid> = BTreeSet::new();
        if let Some(levels) = &self.levels {
            let mut reached: BTreeSet<Oid> =
                levels.last().map(|l| l.keys().cloned().collect()).unwrap_or_default();
            let any_at_end = reached.contains(&self.any);
            for level in levels.iter().skip(1).rev() {
                let mut above = BTreeSet::new();
                for policy in &reached {
                    let Some(node) = level.get(policy) else { continue };
                    if node.parents.contains(&self.any) && *policy != self.any {
                        valid.insert(policy.clone());
                    }
                    above.extend(node.parents.iter().cloned());
                }
                reached = above;
            }
            let everything = wanted.is_empty() || wanted.contains(&self.any);
            if any_at_end {
                if everything {
                    valid.insert(self.any.clone());
                } else {
                    valid.extend(wanted.iter().cloned());
                }
            }
            if !everything {
                valid.retain(|p| wanted.contains(p));
            }
        }
        if self.explicit > 0 || !valid.is_empty() {
            Ok(valid.into_iter().collect())
        } else {
            Err(Refusal::NoPolicy)
        }
    }
}
