//! The status that OCSP responses give: who may sign for whom, freshness, and what it says.

use super::{Place, Word, by_crl, counts, fresh};
use crate::certificate::KeyUsage;
use crate::finding::FindingKind as K;
use crate::ocsp::{OcspResponse, SingleStatus};
use crate::oid;
use crate::path::Search;
use crate::{Certificate, Finding};

pub(super) fn ask(search: &mut Search<'_>, place: &Place<'_>, notes: &mut Vec<Finding>) -> Word {
    let material = search.material;
    let Some(issuer) = place.above.first() else { return Word::Nothing };
    let (at, now) = (search.at, search.now());
    let mut best = Word::Nothing;
    for response in &material.responses {
        let mut refuse = |why: &str| {
            notes.push(Finding::new(K::OcspRejected, place.certificate.subject().to_string(), why));
        };
        let Some(single) = response.singles.iter().find(|s| s.is_about(place.certificate, issuer))
        else {
            continue;
        };
        if let Some(critical) =
            response.unknown_critical.as_ref().or(single.unknown_critical.as_ref())
        {
            refuse(&format!("critical extension {critical}"));
            continue;
        }
        if !search.algorithm_accepted(&response.scheme) {
            refuse(&format!("{} is not accepted", response.scheme.name()));
            continue;
        }
        // RFC 6960 §4.4.4: without a cut-off, an answer after expiry says nothing.
        let not_after = place.certificate.not_after();
        if single.this_update > not_after && single.archive_cutoff.is_none_or(|c| c > not_after) {
            refuse("it was made after the certificate expired");
            continue;
        }
        if !authorised(search, place, issuer, response, notes) {
            notes.push(Finding::new(
                K::OcspRejected,
                place.certificate.subject().to_string(),
                "the responder is not authorised by the issuer, or the signature is wrong",
            ));
            continue;
        }
        if let SingleStatus::Revoked(revocation) = &single.status
            && counts(revocation, at)
            && single.this_update <= now
        {
            // A revocation does not become untrue with age; only a hold can end (reason 6).
            if revocation.reason != Some(6)
                || fresh(single.this_update, single.next_update, at, now)
            {
                return Word::Revoked(*revocation);
            }
        }
        if !fresh(single.this_update, single.next_update, at, now) {
            if matches!(best, Word::Nothing) {
                best = Word::Stale;
            }
            continue;
        }
        match single.status {
            SingleStatus::Good | SingleStatus::Revoked(_) => best = Word::Good(single.this_update),
            SingleStatus::Unknown => notes.push(Finding::new(
                K::OcspRejected,
                place.certificate.subject().to_string(),
                "the responder does not know the certificate",
            )),
        }
    }
    best
}

/// RFC 6960 §4.2.2.2: the issuer itself, or a responder the issuer certified for it.
fn authorised(
    search: &mut Search<'_>,
    place: &Place<'_>,
    issuer: &Certificate,
    response: &OcspResponse,
    notes: &mut Vec<Finding>,
) -> bool {
    if response.is_from(issuer) {
        return search.budget.signature() && response.signed_by(issuer.public_key()).is_ok();
    }
    let intermediates = search.intermediates;
    let candidates: Vec<&Certificate> =
        response.certificates.iter().chain(intermediates).filter(|c| response.is_from(c)).collect();
    for responder in candidates {
        let usages = responder.extended_key_usage().unwrap_or_default();
        let extensions = responder.extensions();
        let delegated = responder.issuer() == issuer.subject()
            && usages.iter().any(|u| u.as_bytes() == oid::KP_OCSP_SIGNING)
            && responder.key_usage().is_none_or(|u| u.contains(KeyUsage::DIGITAL_SIGNATURE))
            && responder.valid_at(response.produced_at)
            && extensions.unknown_critical.is_empty()
            && extensions.unreadable.is_empty()
            && search.algorithm_accepted(responder.scheme());
        if !delegated
            || !search.budget.signature()
            || responder.signed_by(issuer.public_key()).is_err()
            || !search.budget.signature()
            || response.signed_by(responder.public_key()).is_err()
        {
            continue;
        }
        if extensions.ocsp_no_check {
            notes.push(Finding::new(
                K::OcspResponderUnchecked,
                responder.subject().to_string(),
                "id-pkix-ocsp-nocheck",
            ));
            return true;
        }
        // Without nocheck its own status must be known, from a CRL: another OCSP answer would only
        // move the question.
        let own = Place { certificate: responder, above: place.above };
        if search.visiting.contains(responder) || search.visiting.len() >= 4 {
            continue;
        }
        search.visiting.push(responder.clone());
        let word = by_crl::ask(search, &own, notes);
        search.visiting.pop();
        if matches!(word, Word::Good(_)) {
            return true;
        }
    }
    false
}
