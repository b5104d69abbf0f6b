//! Timestamps within validation: each is judged (EN 319 102-1 §5.4), helped by later ones where its authority does not
//! stand any more, and gives proofs of existence (§5.6.2.3).

use super::{
    AuthorityTime, DocumentTimestamp, Outcome, Process, Proofs, Run, Signature, TimestampKind,
    TimestampReport, can_be_helped, standing,
};
use crate::cms::{self, CmsReport, Content};
use crate::finding::FindingKind as K;
use crate::path::PathReport;
use crate::tsp::{self, TokenReport};
use crate::{Certificate, Effect, Finding};
use time::OffsetDateTime;

/// Timestamps whose authority is looked for: each may cost two path searches. An archive renewed every other year for half a
/// century has fewer; a hostile file could hold thousands.
const MOST_TIMESTAMPS: usize = 32;

/// One timestamp before it is judged.
struct Waiting<'t> {
    kind: TimestampKind,
    label: String,
    token: TokenReport,
    raw: &'t [u8],
    covers: &'t [&'t [u8]],
}

impl Run<'_> {
    /// Judges all timestamps: document timestamps from the last to the first, then those of the signature, then those
    /// under it (§5.6.3.4 steps 4 and 5).
    pub(super) fn timestamps(
        &mut self,
        signature: &Signature<'_>,
        documents: &[DocumentTimestamp<'_>],
        cms: &CmsReport,
    ) -> Vec<TimestampReport> {
        let mut waiting: Vec<Waiting<'_>> = documents
            .iter()
            .map(|t| Waiting {
                kind: TimestampKind::Document,
                label: t.label.to_owned(),
                token: tsp::inspect_with(t.token, t.content, &self.certificates, self.context.memo),
                raw: t.token,
                covers: t.covers,
            })
            .collect();
        // Stable: among equal times the one given last is taken to be the later.
        waiting.reverse();
        waiting.sort_by_key(|w| std::cmp::Reverse(w.token.time));
        let value = cms::signature_to_timestamp(signature.cms).unwrap_or_default();
        let own = |kind,
                   name: &str,
                   tokens: &[Vec<u8>],
                   content: Content<'_>|
         -> Vec<(TimestampKind, String, TokenReport)> {
            let inspect = |(i, token): (usize, &Vec<u8>)| {
                let report =
                    tsp::inspect_with(token, content, &self.certificates, self.context.memo);
                (kind, format!("{name}[{i}]"), report)
            };
            tokens.iter().enumerate().map(inspect).collect()
        };
        let mut inner = own(
            TimestampKind::Signature,
            "signature_timestamp",
            &cms.signature_timestamps,
            Content::Bytes(value),
        );
        let content = match signature.content {
            Content::Embedded => signature.cms.content().map_or(Content::Embedded, Content::Bytes),
            given => given,
        };
        inner.extend(own(
            TimestampKind::Content,
            "content_timestamp",
            &cms.content_timestamps,
            content,
        ));
        inner.sort_by_key(|(kind, _, token)| {
            (*kind == TimestampKind::Content, std::cmp::Reverse(token.time))
        });
        waiting.extend(inner.into_iter().map(|(kind, label, token)| Waiting {
            kind,
            label,
            token,
            raw: &[],
            covers: &[],
        }));
        let mut reports: Vec<TimestampReport> = Vec::new();
        // What each timestamp that passed covers, as proofs of its own.
        let mut covered: Vec<(tsp::TokenInfo, Proofs)> = Vec::new();
        for one in waiting {
            let (raw, covers) = (one.raw, one.covers);
            let affordable = reports.len() < MOST_TIMESTAMPS;
            let mut report = self.judge(one.kind, one.label, one.token, affordable);
            let mut own = Proofs::new();
            match report.kind {
                TimestampKind::Content => {}
                TimestampKind::Signature => own.add(value, self.context.now),
                TimestampKind::Document => {
                    covers.iter().for_each(|o| own.add_with_contents(o, self.context.now));
                }
            }
            report.covers_signature = own.of(value).is_some();
            if let (Some(at), Some(info)) = (report.proven_time(), report.token.info.clone()) {
                // §5.5.4 step 4 (d): what a token covers was there before it.
                report.contradicts = covered.iter().any(|(later, covers)| {
                    let is_covered = match report.kind {
                        TimestampKind::Content | TimestampKind::Signature => {
                            covers.of(value).is_some()
                        }
                        TimestampKind::Document => covers.of(raw).is_some(),
                    };
                    is_covered && info.is_after(later)
                });
                self.extract(&report, at, value, covers, cms);
                covered.push((info, own));
            }
            reports.push(report);
        }
        reports
    }

    /// §5.4, then §5.6.2.4 where it may help.
    fn judge(
        &mut self,
        kind: TimestampKind,
        label: String,
        mut token: TokenReport,
        affordable: bool,
    ) -> TimestampReport {
        let now = self.context.now;
        let profiles = std::slice::from_ref(self.context.timestamping);
        if token.time.is_some_and(|at| at > now) {
            let at = token.time.map(crate::instant).unwrap_or_default();
            token.findings.push(Finding::new(K::TokenFuture, "gen_time", at));
        }
        if !affordable {
            token.findings.push(Finding::new(K::BudgetExhausted, &label, "timestamps"));
        }
        let signer = token.cms.as_ref().and_then(|c| c.signer.clone()).filter(|_| affordable);
        let mut path_now = None;
        let mut past = false;
        let mut outcome = Outcome::of(&token.own_findings());
        if let (Some(signer), Some(at)) = (signer, token.time) {
            token.path = self.path(&signer, at, profiles);
            path_now = self.path(&signer, now, profiles);
            if let (Some(path), Some(cms)) = (&token.path, &mut token.cms) {
                cms.check_beside(
                    path,
                    self.context.certificates,
                    self.context.anchors,
                    self.context.memo,
                );
            }
            (outcome, past) = self.stand(&label, &mut token, path_now.as_ref(), &signer, at);
        }
        let findings = token.own_findings();
        self.step(Process::Timestamp, &label, outcome, token.time, &findings);
        TimestampReport {
            kind,
            label,
            outcome,
            covers_signature: false,
            contradicts: false,
            past,
            token,
            path_now,
        }
    }

    /// Whether a token whose paths are known stands: as of now or of its own time, else in the past; and whether it took the
    /// past.
    fn stand(
        &mut self,
        label: &str,
        token: &mut TokenReport,
        path_now: Option<&PathReport>,
        signer: &Certificate,
        at: OffsetDateTime,
    ) -> (Outcome, bool) {
        let profile = self.context.timestamping;
        let as_of = match self.context.authority_time {
            AuthorityTime::OwnTime => at,
            AuthorityTime::Now => self.context.now,
        };
        token.judge_algorithms(&profile.algorithms, as_of);
        let mut all = token.own_findings();
        let (Some(then), Some(today)) = (&token.path, path_now) else {
            return (Outcome::of(&all), false);
        };
        let settled_later = |f: &Finding| {
            f.kind.effect() == Effect::Notes
                || matches!(f.kind, K::RevocationStale | K::RevocationUnknown)
        };
        if !can_be_helped(&all) {
            return (Outcome::of(&all), false);
        }
        if !then.findings.iter().all(settled_later) {
            // Whatever comes later, it was made outside its certificate's validity, or after revocation.
            return (standing(then), false);
        }
        let judged = match self.context.authority_time {
            AuthorityTime::OwnTime => then,
            AuthorityTime::Now => today,
        };
        let own = Outcome::of(&all);
        let current = if own.passed() { standing(judged) } else { own };
        all.extend(judged.findings.iter().cloned());
        if current.passed() || !can_be_helped(&all) {
            return (current, false);
        }
        let value = token.cms.as_ref().map(|c| c.signature_value.clone()).unwrap_or_default();
        let profiles = std::slice::from_ref(profile);
        let (past, _) = self.past_signature(label, current, &value, signer, profiles);
        if !past.passed() {
            return (past, false);
        }
        // The algorithms at the time since when the token is proven to exist.
        let proven = self.proofs.of(&value).unwrap_or(self.context.now);
        token.judge_algorithms(&profile.algorithms, proven);
        let own = Outcome::of(&token.own_findings());
        (own, own.passed())
    }

    /// §5.6.2.3: what a timestamp that passed proves.
    fn extract(
        &mut self,
        report: &TimestampReport,
        at: OffsetDateTime,
        value: &[u8],
        covers: &[&[u8]],
        cms: &CmsReport,
    ) {
        match report.kind {
            TimestampKind::Content => return,
            TimestampKind::Signature => {
                self.proofs.add(value, at);
                // The signed attributes hold the certificate's hash.
                if let Some(signer) = &cms.signer {
                    self.proofs.add(signer.as_der(), at);
                }
            }
            TimestampKind::Document => {
                covers.iter().for_each(|object| self.proofs.add_with_contents(object, at));
            }
        }
        self.step(Process::ProofExtraction, &report.label, Outcome::PASSED, Some(at), &[]);
    }
}
