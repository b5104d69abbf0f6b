//! The search for candidate paths: depth first from the target up, by name, nearest key
//! identifier first, within a budget. Each complete candidate goes to [`super::check`].

use super::check;
use super::{Anchor, Budget, PathReport, Profile, Work};
use crate::algorithm::{Memo, PublicKey, Refusal, Scheme, VerifyFault};
use crate::certificate::KeyUsage;
use crate::finding::FindingKind as K;
use crate::revocation::Material;
use crate::{Certificate, Effect, Finding};
use time::OffsetDateTime;

pub(crate) struct Search<'a> {
    pub intermediates: &'a [Certificate],
    pub anchors: &'a [Anchor],
    pub at: OffsetDateTime,
    pub profile: &'a Profile,
    pub material: &'a Material,
    pub memo: &'a Memo,
    pub budget: Meter,
    /// Certificates whose status is being found out: what they depend on must not depend on them.
    pub visiting: Vec<Certificate>,
    best: Option<PathReport>,
    /// Why branches ended without reaching an anchor.
    dead_ends: Vec<Finding>,
}

/// What is left to spend.
pub(crate) struct Meter {
    limit: Budget,
    pub signatures: u32,
    pub candidates: u32,
    pub name_comparisons: u32,
}

impl Meter {
    pub fn new(limit: Budget) -> Self {
        Meter { limit, signatures: 0, candidates: 0, name_comparisons: 0 }
    }

    /// Takes one signature verification; false when none is left.
    pub fn signature(&mut self) -> bool {
        self.signatures += 1;
        self.signatures <= self.limit.signatures
    }

    fn candidate(&mut self) -> bool {
        self.candidates += 1;
        self.candidates <= self.limit.candidates
    }

    /// Takes as many comparisons of names; false when none is left.
    pub fn name_comparisons(&mut self, count: usize) -> bool {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.name_comparisons = self.name_comparisons.saturating_add(count);
        self.name_comparisons <= self.limit.name_comparisons
    }

    fn exhausted(&self) -> Option<&'static str> {
        if self.signatures > self.limit.signatures {
            Some("signatures")
        } else if self.candidates > self.limit.candidates {
            Some("candidates")
        } else if self.name_comparisons > self.limit.name_comparisons {
            Some("name_comparisons")
        } else {
            None
        }
    }
}

/// As [`super::validate_with`], over revocation information that was read before.
pub(crate) fn search(
    target: &Certificate,
    intermediates: &[Certificate],
    anchors: &[Anchor],
    at: OffsetDateTime,
    profile: &Profile,
    material: &Material,
    memo: &Memo,
) -> PathReport {
    let mut search = Search {
        intermediates,
        anchors,
        at,
        profile,
        material,
        memo,
        budget: Meter::new(profile.budget),
        visiting: Vec::new(),
        best: None,
        dead_ends: Vec::new(),
    };
    let mut report = search.run(target);
    report.findings.extend(material.faults.iter().cloned());
    report
}

impl Search<'_> {
    fn run(&mut self, target: &Certificate) -> PathReport {
        let mut path = vec![target.clone()];
        // RFC 5280 §6.1: a trust anchor's own certificate is no part of a path; trusting it as a
        // target is the anchor owner's decision, and the report says so.
        let anchors = self.anchors;
        if let Some(anchor) = anchors.iter().find(|a| a.certificate == *target) {
            self.try_anchor(&path, anchor);
        }
        if !self.done() {
            self.climb(&mut path);
        }
        let work = Work { signatures: self.budget.signatures, candidates: self.budget.candidates };
        let spent = self.budget.exhausted();
        let dead_ends = std::mem::take(&mut self.dead_ends);
        let mut report = self.best.take().unwrap_or_else(|| {
            let detail = format!("issuer {}", target.issuer().shown());
            let mut findings = vec![Finding::new(K::NoAnchor, target.subject().shown(), detail)];
            findings.extend(dead_ends);
            PathReport {
                findings,
                chain: vec![target.clone()],
                at: self.at,
                policies: Vec::new(),
                statuses: Vec::new(),
                work,
            }
        });
        report.work = work;
        if let Some(what) = spent
            && !report.is_valid()
        {
            report.findings.push(Finding::new(K::BudgetExhausted, "search", what));
        }
        report
    }

    /// The time of judging: revocation information may not come from after it.
    pub fn now(&self) -> OffsetDateTime {
        self.profile.now.unwrap_or(self.at)
    }

    /// Why a signature by this scheme and key does not count at the time judged at, where it does
    /// not (EN 319 102-1 §5.2.8).
    pub fn refused(&self, scheme: &Scheme, key: &PublicKey) -> Option<Refusal> {
        let policy = &self.profile.algorithms;
        policy.refuses_scheme(scheme, self.at).or_else(|| policy.refuses_key(key, self.at))
    }

    /// Whether a CRL signer has a path of its own to the same anchor (RFC 5280 §6.3.3 (f)).
    pub fn stands_under(&mut self, signer: &Certificate, anchor: &Certificate) -> bool {
        let Some(same) = self.anchors.iter().find(|a| a.certificate == *anchor) else {
            return false;
        };
        let profile = Profile {
            key_usage: Some(KeyUsage::CRL_SIGN),
            key_usage_required: false,
            revocation: self.profile.revocation,
            conformance: self.profile.conformance,
            algorithms: self.profile.algorithms.clone(),
            now: self.profile.now,
            budget: self.profile.budget,
            ..Profile::plain(self.profile.purpose)
        };
        let spent = Meter::new(self.profile.budget);
        let mut inner = Search {
            intermediates: self.intermediates,
            anchors: std::slice::from_ref(same),
            at: self.at,
            profile: &profile,
            material: self.material,
            memo: self.memo,
            budget: std::mem::replace(&mut self.budget, spent),
            visiting: std::mem::take(&mut self.visiting),
            best: None,
            dead_ends: Vec::new(),
        };
        let valid = inner.run(signer).is_valid();
        self.budget = inner.budget;
        self.visiting = inner.visiting;
        valid
    }

    fn done(&self) -> bool {
        self.best.as_ref().is_some_and(PathReport::is_valid) || self.budget.exhausted().is_some()
    }

    fn climb(&mut self, path: &mut Vec<Certificate>) {
        let Some(last) = path.last().cloned() else { return };
        let anchors = self.anchors;
        for anchor in anchors {
            if self.done() {
                return;
            }
            if anchor.certificate.subject() == last.issuer()
                && anchor.certificate != last
                && self.signed(&last, &anchor.certificate)
            {
                path.push(anchor.certificate.clone());
                self.try_anchor(path, anchor);
                path.pop();
            }
        }
        if path.len() >= self.profile.budget.length {
            self.note(K::BudgetExhausted, &last, "path length");
            return;
        }
        let intermediates = self.intermediates;
        let mut candidates: Vec<&Certificate> =
            intermediates.iter().filter(|c| c.subject() == last.issuer()).collect();
        // Stable, so that the caller's order decides among equals.
        candidates.sort_by_key(|c| (!key_ids_agree(&last, c), !c.valid_at(self.at), !c.is_ca()));
        for candidate in candidates {
            if self.done() {
                return;
            }
            // The same name with the same key twice is a loop (RFC 5280 §6.1: no certificate twice).
            let looped = path.iter().any(|c| {
                c == candidate
                    || (c.subject() == candidate.subject() && c.spki() == candidate.spki())
            });
            if looped || self.anchors.iter().any(|a| a.certificate == *candidate) {
                continue;
            }
            if self.signed(&last, candidate) {
                path.push(candidate.clone());
                self.climb(path);
                path.pop();
            }
        }
    }

    /// RFC 5280 §6.1.3 (a)(1).
    fn signed(&mut self, child: &Certificate, issuer: &Certificate) -> bool {
        if !self.budget.signature() {
            return false;
        }
        match child.signed_by(issuer.public_key(), self.memo) {
            Ok(()) => true,
            Err(VerifyFault::Unsupported(name)) => {
                self.note(K::PathSignatureUnsupported, child, &name);
                false
            }
            Err(fault @ (VerifyFault::Invalid | VerifyFault::WrongKey(_))) => {
                self.note(
                    K::PathSignatureWrong,
                    child,
                    &format!("by {}: {fault}", issuer.subject().shown()),
                );
                false
            }
        }
    }

    fn note(&mut self, kind: K, at: &Certificate, detail: &str) {
        let finding = Finding::new(kind, at.subject().shown(), detail);
        // One line for each reason is enough; the list stays bounded.
        if self.dead_ends.len() < 32 && !self.dead_ends.contains(&finding) {
            self.dead_ends.push(finding);
        }
    }

    fn try_anchor(&mut self, path: &[Certificate], anchor: &Anchor) {
        if !self.budget.candidate() {
            return;
        }
        let report = check::candidate(self, path, anchor);
        let weight = |r: &PathReport| {
            (
                r.findings.iter().map(|f| f.kind.effect()).max().unwrap_or(Effect::Notes),
                r.against().count(),
            )
        };
        if self.best.as_ref().is_none_or(|best| weight(&report) < weight(best)) {
            self.best = Some(report);
        }
    }
}

/// Whether the child's authority key identifier is the issuer's subject key identifier; unknown
/// counts as agreeing.
fn key_ids_agree(child: &Certificate, issuer: &Certificate) -> bool {
    let wanted = child.extensions().authority_key_id.as_ref().and_then(|a| a.key.as_ref());
    match (wanted, &issuer.extensions().subject_key_id) {
        (Some(wanted), Some(have)) => wanted == have,
        _ => true,
    }
}
