//! RFC 5280 §6.1 over one candidate path, from the anchor down to the target. Signatures were
//! verified while the path was built (§6.1.3 (a)(1)).

use super::build::Search;
use super::{Anchor, PathReport, RevocationRule, Work};
use crate::finding::FindingKind as K;
use crate::oid::{self, Oid};
use crate::{Certificate, Finding, KeyUsage};

pub(super) struct Walk<'s, 'a> {
    pub search: &'s mut Search<'a>,
    pub findings: Vec<Finding>,
}

impl Walk<'_, '_> {
    pub fn add(&mut self, kind: K, at: &Certificate, detail: impl Into<String>) {
        self.findings.push(Finding::new(kind, at.subject().to_string(), detail));
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
    walk.anchor(anchor);
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
    for (distance, certificate) in below.iter().enumerate().rev() {
        walk.basic(certificate);
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
        } else {
            walk.target(certificate);
        }
    }
    walk.unsupported(below);
    walk.revocation(path);
    PathReport { findings: walk.findings, chain: path.to_vec(), at, policies: Vec::new(), work }
}

impl Walk<'_, '_> {
    fn anchor(&mut self, anchor: &Anchor) {
        let profile = self.search.profile;
        if !anchor.purposes.contains(&profile.purpose) {
            self.add(K::AnchorPurpose, &anchor.certificate, format!("{:?}", profile.purpose));
        }
        if !anchor.trusted_at(self.search.at) {
            self.add(K::AnchorDate, &anchor.certificate, crate::instant(self.search.at));
        }
    }

    /// §6.1.3 (a)(2) and the profile of §4 that every certificate must fulfil.
    fn basic(&mut self, certificate: &Certificate) {
        let at = self.search.at;
        if at < certificate.not_before() {
            self.add(K::NotYetValid, certificate, crate::instant(certificate.not_before()));
        }
        if at > certificate.not_after() {
            self.add(K::Expired, certificate, crate::instant(certificate.not_after()));
        }
        let extensions = certificate.extensions();
        for oid in &extensions.unknown_critical {
            self.add(K::UnknownCritical, certificate, oid.to_string());
        }
        for (oid, reason) in &extensions.unreadable {
            self.add(K::ExtensionUnreadable, certificate, format!("{oid}: {reason}"));
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

    /// Fails closed on what is not processed.
    fn unsupported(&mut self, below: &[Certificate]) {
        for certificate in below {
            if certificate.extensions().name_constraints.is_some() {
                self.add(K::NameConstraintUnsupported, certificate, "name constraints");
            }
        }
    }

    fn revocation(&mut self, path: &[Certificate]) {
        let Some(target) = path.first() else { return };
        match self.search.profile.revocation {
            RevocationRule::NotChecked => self.add(K::RevocationNotChecked, target, ""),
            RevocationRule::Required => {
                self.add(K::RevocationUnknown, target, "");
            }
        }
    }
}
