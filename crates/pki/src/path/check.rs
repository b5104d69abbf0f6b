//! RFC 5280 §6.1 over one candidate path, from the anchor down to the target. Signatures were
//! verified while the path was built (§6.1.3 (a)(1)).

use super::build::Search;
use super::conformance::{Conformance, Role, deviations};
use super::names::Constraints;
use super::policy::{Policies, Refusal};
use super::{Anchor, PathReport, RevocationRule, Work};
use crate::algorithm::KeyKind;
use crate::finding::FindingKind as K;
use crate::oid::{self, Oid};
use crate::revocation::{self, CertificateStatus, Place, RevocationStatus};
use crate::{Certificate, Finding, KeyUsage};

pub(super) struct Walk<'s, 'a> {
    pub search: &'s mut Search<'a>,
    pub findings: Vec<Finding>,
}

/// Extensions of one certificate that are told one by one: the findings must not outgrow the input.
const MOST_EXTENSIONS: usize = 16;

impl Walk<'_, '_> {
    pub fn add(&mut self, kind: K, at: &Certificate, detail: impl Into<String>) {
        self.findings.push(Finding::new(kind, at.subject().shown(), detail));
    }
}

/// Checks `path` (target first; the anchor's certificate last, or alone).
pub(super) fn candidate(
    search: &mut Search<'_>,
    path: &[Certificate],
    anchor: &Anchor,
) -> PathReport {
    let at = search.at;
    let work = Work { signatures: 0, candidates: 0 };
    let mut walk = Walk { search, findings: Vec::new() };
    walk.anchor(anchor, path.len() > 1);
    let below =
        if path.len() > 1 { path.split_last().map_or(path, |(_, rest)| rest) } else { path };
    if path.len() == 1
        && let Some(target) = path.first()
    {
        walk.add(K::TargetIsAnchor, target, "");
    }

    // §6.1.2 (k): no more than this many non-self-issued certificates may follow.
    let mut max_path_length = usize::MAX;
    if walk.search.profile.anchor_constraints
        && path.len() > 1
        && let Some(limit) = anchor.certificate.basic_constraints().and_then(|b| b.path_length)
    {
        max_path_length = usize::try_from(limit).unwrap_or(usize::MAX);
    }
    let mut constraints = Constraints::default();
    if walk.search.profile.anchor_constraints && path.len() > 1 {
        constraints.add(&anchor.certificate);
    }
    let mut policies = Policies::new(walk.search.profile, below.len());
    for (distance, certificate) in below.iter().enumerate().rev() {
        let role = if distance == 0 { Role::Target } else { Role::Issuer };
        walk.basic(certificate, role);
        // §6.1.3 (b), (c): self-issued certificates are left out, but not the target.
        if distance == 0 || !certificate.is_self_issued() {
            constraints.check(&mut walk, certificate);
        }
        walk.policy(certificate, policies.certificate(certificate));
        if distance > 0 {
            // §6.1.4 (l), (m).
            if !certificate.is_self_issued() {
                if max_path_length == 0 {
                    walk.add(K::PathLength, certificate, "");
                } else if max_path_length != usize::MAX {
                    max_path_length -= 1;
                }
            }
            if let Some(limit) = certificate.basic_constraints().and_then(|b| b.path_length) {
                max_path_length = max_path_length.min(usize::try_from(limit).unwrap_or(usize::MAX));
            }
            walk.issuer(certificate);
            walk.policy(certificate, policies.prepare_next(certificate));
            constraints.add(certificate);
        } else {
            walk.target(certificate);
        }
    }
    let mut valid = Vec::new();
    if let Some(target) = path.first() {
        match policies.finish(target, &walk.search.profile.policies) {
            Ok(list) => valid = list,
            Err(refusal) => walk.policy(target, Err(refusal)),
        }
    }
    let statuses = walk.revocation(path);
    PathReport {
        findings: walk.findings,
        chain: path.to_vec(),
        at,
        policies: valid,
        statuses,
        work,
    }
}

impl Walk<'_, '_> {
    fn anchor(&mut self, anchor: &Anchor, above: bool) {
        let profile = self.search.profile;
        let certificate = &anchor.certificate;
        let at = self.search.at;
        if !anchor.purposes.contains(&profile.purpose) {
            self.add(K::AnchorPurpose, certificate, format!("{:?}", profile.purpose));
        }
        let dated = anchor.trusted_from.is_some() || anchor.trusted_until.is_some();
        if !anchor.trusted_at(at) {
            self.add(K::AnchorDate, certificate, crate::instant(at));
        }
        if !above {
            return;
        }
        if profile.anchor_constraints {
            // An anchor without dates of its own is trusted as long as its certificate is valid.
            if !dated {
                self.validity(certificate);
            }
            self.understood(certificate);
            self.conforms(certificate, Role::Anchor);
        }
        // Its key signs the certificate below; how it is itself signed does not matter.
        if let Some(refusal) = profile.algorithms.refuses_key(certificate.public_key(), at) {
            self.add(K::AlgorithmRefused, certificate, refusal.to_string());
        }
    }

    /// §6.1.3 (a)(2).
    fn validity(&mut self, certificate: &Certificate) {
        let at = self.search.at;
        if at < certificate.not_before() {
            self.add(K::NotYetValid, certificate, crate::instant(certificate.not_before()));
        }
        if at > certificate.not_after() {
            self.add(K::Expired, certificate, crate::instant(certificate.not_after()));
        }
    }

    /// What every certificate below the anchor must fulfil.
    fn basic(&mut self, certificate: &Certificate, role: Role) {
        self.validity(certificate);
        // EN 319 102-1 §5.2.8: judged at the time the path is judged at.
        if let Some(refusal) = self.search.refused(certificate.scheme(), certificate.public_key()) {
            self.add(K::AlgorithmRefused, certificate, refusal.to_string());
        }
        self.understood(certificate);
        self.conforms(certificate, role);
    }

    /// §6.1.4 (o), §6.1.5 (f).
    fn understood(&mut self, certificate: &Certificate) {
        let extensions = certificate.extensions();
        let (unknown, unreadable) = (&extensions.unknown_critical, &extensions.unreadable);
        for oid in unknown.iter().take(MOST_EXTENSIONS) {
            self.add(K::UnknownCritical, certificate, oid.to_string());
        }
        for one in unreadable.iter().take(MOST_EXTENSIONS) {
            self.add(K::ExtensionUnreadable, certificate, format!("{}: {}", one.oid, one.reason));
        }
        for (kind, count) in
            [(K::UnknownCritical, unknown.len()), (K::ExtensionUnreadable, unreadable.len())]
        {
            if count > MOST_EXTENSIONS {
                self.add(kind, certificate, format!("{count} of them"));
            }
        }
    }

    fn conforms(&mut self, certificate: &Certificate, role: Role) {
        let kind = match self.search.profile.conformance {
            Conformance::Noted => K::Deviates,
            Conformance::Required => K::DeviationRefused,
        };
        for (clause, what) in deviations(certificate, role, self.search.memo) {
            self.add(kind, certificate, format!("{what} ({clause})"));
        }
    }

    /// §6.1.4 (k), (n).
    fn issuer(&mut self, certificate: &Certificate) {
        // Version 1 and 2 certificates cannot say that they are a CA's: refused, as §6.1.4 (k)
        // allows where no other means tells.
        if !certificate.is_ca() {
            self.add(K::NotACa, certificate, "");
        }
        if certificate.key_usage().is_some_and(|usage| !usage.contains(KeyUsage::CERTIFICATE_SIGN))
        {
            self.add(K::CaKeyUsage, certificate, "");
        }
    }

    fn target(&mut self, certificate: &Certificate) {
        let profile = self.search.profile;
        // An issuer's key has shown itself by a signature; the target's may be one that no rule speaks of.
        if let KeyKind::Unsupported { algorithm } = certificate.public_key().kind() {
            self.add(K::PathKeyUnsupported, certificate, algorithm.clone());
        }
        if let Some(wanted) = profile.key_usage {
            match certificate.key_usage() {
                Some(usage) if usage.intersects(wanted) => {}
                Some(usage) => self.add(K::KeyUsageWrong, certificate, usage.names().join(", ")),
                None if profile.key_usage_required => {
                    self.add(K::KeyUsageWrong, certificate, "the extension is absent");
                }
                None => {}
            }
        }
        let any = Oid::new(oid::ANY_EXTENDED_KEY_USAGE);
        match certificate.extended_key_usage() {
            None if profile.extended_key_usage_required => {
                self.add(K::ExtendedKeyUsageWrong, certificate, "the extension is absent");
            }
            Some(usages) if !profile.extended_key_usage.is_empty() => {
                let exclusive = profile.extended_key_usage_exclusive;
                let fits = usages
                    .iter()
                    .any(|u| profile.extended_key_usage.contains(u) || (!exclusive && *u == any));
                let alone = !exclusive
                    || (usages.len() == 1 && certificate.extensions().extended_key_usage_critical);
                if !fits || !alone {
                    let list: Vec<String> = usages.iter().map(Oid::to_string).collect();
                    self.add(K::ExtendedKeyUsageWrong, certificate, list.join(", "));
                }
            }
            Some(_) | None => {}
        }
    }

    fn policy(&mut self, certificate: &Certificate, outcome: Result<(), Refusal>) {
        let kind = match outcome {
            Ok(()) => return,
            Err(Refusal::NoPolicy) => K::PolicyNotAccepted,
            Err(Refusal::MappedAny) => K::PolicyMappingAny,
        };
        self.add(kind, certificate, "");
    }

    /// §6.1.3 (a)(3).
    fn revocation(&mut self, path: &[Certificate]) -> Vec<CertificateStatus> {
        let describe = |c: &Certificate, status: RevocationStatus| CertificateStatus {
            certificate: c.clone(),
            status,
        };
        let Some((_, below)) = path.split_last().filter(|(_, below)| !below.is_empty()) else {
            return Vec::new();
        };
        if self.search.profile.revocation == RevocationRule::NotChecked {
            if let Some(target) = path.first() {
                self.add(K::RevocationNotChecked, target, "");
            }
            return below.iter().map(|c| describe(c, RevocationStatus::NotChecked)).collect();
        }
        let mut statuses = Vec::new();
        for (i, certificate) in below.iter().enumerate() {
            let above = path.get(i + 1..).unwrap_or_default();
            let mut notes = Vec::new();
            let place = Place { certificate, above };
            let (status, _) = revocation::status(self.search, &place, &mut notes);
            match &status {
                RevocationStatus::Good { .. } | RevocationStatus::NotChecked => {}
                RevocationStatus::Revoked { since, reason, .. } => {
                    let kind = if i == 0 { K::Revoked } else { K::CaRevoked };
                    let reason = reason.map_or_else(String::new, |r| format!(", reason {r}"));
                    self.add(kind, certificate, format!("since {since}{reason}"));
                }
                RevocationStatus::Unknown => self.add(K::RevocationUnknown, certificate, ""),
                RevocationStatus::Stale => self.add(K::RevocationStale, certificate, ""),
            }
            self.findings.extend(notes);
            statuses.push(describe(certificate, status));
        }
        statuses
    }
}
