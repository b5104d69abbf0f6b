//! The status that OCSP responses give: who may sign for whom, freshness, and what it says.

use super::{HOLD, MOST_NOTES, MOST_VISITING, Place, Word, by_crl, counts, fresh};
use crate::certificate::KeyUsage;
use crate::finding::FindingKind as K;
use crate::ocsp::{OcspResponse, Single, SingleStatus};
use crate::oid;
use crate::path::Search;
use crate::{Certificate, Finding};
use time::OffsetDateTime;

pub(super) fn ask(search: &mut Search<'_>, place: &Place<'_>, notes: &mut Vec<Finding>) -> Word {
    let material = search.material;
    let Some(issuer) = place.above.first() else { return Word::Nothing };
    let (at, now) = (search.at, search.now());
    let mut best = Word::Nothing;
    for response in &material.responses {
        let about = || response.singles().filter(|s| s.is_about(place.certificate, issuer));
        if about().next().is_none() {
            continue;
        }
        let refuse = |notes: &mut Vec<Finding>, why: &str| {
            let at = place.certificate.subject().shown();
            let finding = Finding::new(K::OcspRejected, at, why);
            if notes.len() < MOST_NOTES && !notes.contains(&finding) {
                notes.push(finding);
            }
        };
        if let Some(critical) = &response.unknown_critical {
            refuse(notes, &format!("critical extension {critical}"));
            continue;
        }
        if let Err(why) = authorised(search, place, issuer, response, notes) {
            refuse(notes, &why);
            continue;
        }
        for single in about() {
            match judge(&single, place.certificate, at, now) {
                Ok(word @ Word::Revoked { .. }) => return word,
                Ok(word @ Word::Good(_)) => best = word,
                Ok(Word::Stale) if matches!(best, Word::Nothing) => best = Word::Stale,
                Ok(Word::Stale | Word::Nothing) => {}
                Err(why) => refuse(notes, &why),
            }
        }
    }
    best
}

/// What one SingleResponse says (RFC 6960 §2.2, §2.4, §4.4.4).
fn judge(
    single: &Single,
    certificate: &Certificate,
    at: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Word, String> {
    if let Some(critical) = &single.unknown_critical {
        return Err(format!("critical extension {critical}"));
    }
    let current = fresh(single.this_update, single.next_update, at, now);
    if let SingleStatus::Revoked(revocation) = &single.status
        && counts(revocation, at)
        && single.this_update <= now
        // A revocation does not become untrue with age; only a hold can end.
        && (revocation.reason != Some(HOLD) || current)
    {
        return Ok(Word::Revoked { revocation: *revocation, issued: single.this_update });
    }
    // RFC 6960 §4.4.4: without a cut-off, an answer after expiry says nothing.
    let not_after = certificate.not_after();
    if single.this_update > not_after && single.archive_cutoff.is_none_or(|c| c > not_after) {
        return Err("it was made after the certificate expired".to_owned());
    }
    if !current {
        return Ok(Word::Stale);
    }
    match single.status {
        SingleStatus::Good | SingleStatus::Revoked(_) => Ok(Word::Good(single.this_update)),
        SingleStatus::Unknown => Err("the responder does not know the certificate".to_owned()),
    }
}

/// RFC 6960 §4.2.2.2: the issuer itself, or a responder the issuer certified for it.
fn authorised(
    search: &mut Search<'_>,
    place: &Place<'_>,
    issuer: &Certificate,
    response: &OcspResponse,
    notes: &mut Vec<Finding>,
) -> Result<(), String> {
    if response.is_from(issuer) {
        if !search.budget.signature() {
            return Err("the budget is spent".to_owned());
        }
        response.signed_by(issuer.public_key(), search.memo).map_err(|fault| fault.to_string())?;
        return match search.refused(&response.scheme, issuer.public_key()) {
            Some(refusal) => Err(refusal.to_string()),
            None => Ok(()),
        };
    }
    let mut why = "the responder's certificate is not there".to_owned();
    let intermediates = search.intermediates;
    let candidates: Vec<&Certificate> =
        response.certificates.iter().chain(intermediates).filter(|c| response.is_from(c)).collect();
    for responder in candidates {
        if let Err(fault) = delegated(search, issuer, responder, response) {
            why = fault;
            continue;
        }
        // RFC 6960 §4.2.2.2.1. Its own status is asked of CRLs alone: another OCSP answer would only
        // move the question.
        let own = Place { certificate: responder, above: place.above };
        if search.visiting.contains(responder) || search.visiting.len() >= MOST_VISITING {
            continue;
        }
        search.visiting.push(responder.clone());
        let word = by_crl::ask(search, &own, notes);
        search.visiting.pop();
        let extensions = responder.extensions();
        let silent = extensions.distribution_points.is_none() && extensions.ocsp_urls.is_empty();
        let note = match word {
            Word::Good(_) => return Ok(()),
            Word::Revoked { .. } => {
                why = "the responder's own certificate is revoked".to_owned();
                continue;
            }
            Word::Stale | Word::Nothing if extensions.ocsp_no_check => "id-pkix-ocsp-nocheck",
            // The CA names no way to check it, which leaves it to this policy: it is good for its
            // short life.
            Word::Stale | Word::Nothing if silent => "it names no way to check it",
            Word::Stale | Word::Nothing => {
                why = "the responder's own certificate is not known to be good".to_owned();
                continue;
            }
        };
        let at = responder.subject().shown();
        notes.push(Finding::new(K::OcspResponderUnchecked, at, note));
        return Ok(());
    }
    Err(why)
}

/// Whether the issuer certified `responder` to answer for it, and `response` is signed by it.
fn delegated(
    search: &mut Search<'_>,
    issuer: &Certificate,
    responder: &Certificate,
    response: &OcspResponse,
) -> Result<(), String> {
    let no = |why: &str| Err(format!("the responder {why}"));
    if responder.issuer() != issuer.subject() {
        return no("is certified by another issuer");
    }
    let usages = responder.extended_key_usage().unwrap_or_default();
    // §4.2.2.2: id-kp-OCSPSigning itself; anyExtendedKeyUsage does not stand for it.
    if !usages.iter().any(|u| u.as_bytes() == oid::KP_OCSP_SIGNING) {
        return no("is not certified for OCSP signing");
    }
    let signs = KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::CONTENT_COMMITMENT);
    if responder.key_usage().is_some_and(|u| !u.intersects(signs)) {
        return no("has a key that may not sign");
    }
    if !responder.valid_at(response.produced_at) {
        return no("was not valid when it answered");
    }
    let extensions = responder.extensions();
    let bears_on_it = |oid: &oid::Oid| {
        matches!(
            oid.as_bytes(),
            oid::KEY_USAGE | oid::EXTENDED_KEY_USAGE | oid::BASIC_CONSTRAINTS | oid::OCSP_NOCHECK
        )
    };
    if !extensions.unknown_critical.is_empty()
        || extensions.unreadable.iter().any(|u| u.critical || bears_on_it(&u.oid))
    {
        return no("has a certificate with extensions that are not understood");
    }
    for (scheme, key) in
        [(responder.scheme(), issuer.public_key()), (&response.scheme, responder.public_key())]
    {
        if let Some(refusal) = search.refused(scheme, key) {
            return Err(refusal.to_string());
        }
    }
    if !search.budget.signature() || !search.budget.signature() {
        return Err("the budget is spent".to_owned());
    }
    // The responder's certificate and the one asked about are signed by the same key.
    responder
        .signed_by(issuer.public_key(), search.memo)
        .map_err(|fault| format!("the responder: {fault}"))?;
    response.signed_by(responder.public_key(), search.memo).map_err(|fault| fault.to_string())
}
