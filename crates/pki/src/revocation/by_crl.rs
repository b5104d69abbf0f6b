//! The status that CRLs give (RFC 5280 §6.3.3): distribution points, reasons, indirect lists,
//! deltas, and the path of a list's own signer.

use super::{HOLD, MOST_NOTES, Place, Word, counts, fresh};
use crate::algorithm::VerifyFault;
use crate::certificate::{DistributionPoint, GeneralName, KeyUsage};
use crate::crl::{Crl, Revocation};
use crate::finding::FindingKind as K;
use crate::path::{Conformance, Search};
use crate::{Certificate, Finding};
use time::OffsetDateTime;

/// All reasons but `unused` (RFC 5280 §6.3.2).
const ALL_REASONS: u16 = 0x1fe;
/// CRLReason removeFromCRL.
const REMOVED: u64 = 8;

pub(super) fn ask(search: &mut Search<'_>, place: &Place<'_>, notes: &mut Vec<Finding>) -> Word {
    let material = search.material;
    let certificate = place.certificate;
    let own = GeneralName::Directory(certificate.issuer().clone());
    // §6.3.3, last paragraph: after the named points, one named by the issuer is assumed.
    let assumed = DistributionPoint {
        name: Some(crate::certificate::PointName::Full(vec![own])),
        reasons: None,
        crl_issuer: None,
    };
    let named = certificate.extensions().distribution_points.as_deref().unwrap_or_default();
    let mut covered = 0_u16;
    let mut oldest: Option<OffsetDateTime> = None;
    let mut stale = false;
    for point in named.iter().chain([&assumed]) {
        for crl in material.crls.iter().filter(|c| !c.is_delta()) {
            if covered == ALL_REASONS {
                break;
            }
            if search.profile.conformance == Conformance::Required
                && let Some(what) = crl.deviations.first()
            {
                note(notes, place, what);
                continue;
            }
            let reasons = match applies(crl, point, certificate) {
                Ok(reasons) => reasons,
                Err(why) => {
                    // Lists of other issuers are no news.
                    if crl.issuer() == certificate.issuer() {
                        note(notes, place, &why);
                    }
                    continue;
                }
            };
            if reasons & !covered == 0 {
                continue;
            }
            if let Err(why) = trusted(search, place, point, crl) {
                note(notes, place, &why);
                continue;
            }
            match judge(search, place, point, crl) {
                word @ Word::Revoked { .. } => return word,
                Word::Stale => stale = true,
                Word::Nothing => {}
                Word::Good(issued) => {
                    covered |= reasons;
                    oldest = Some(oldest.map_or(issued, |o| o.min(issued)));
                }
            }
        }
    }
    match oldest {
        Some(issued) if covered == ALL_REASONS => Word::Good(issued),
        _ if stale => Word::Stale,
        _ => Word::Nothing,
    }
}

fn note(notes: &mut Vec<Finding>, place: &Place<'_>, why: &str) {
    let finding = Finding::new(K::CrlRejected, place.certificate.subject().shown(), why);
    if notes.len() < MOST_NOTES && !notes.contains(&finding) {
        notes.push(finding);
    }
}

/// §6.3.3 (b), (d): whether the list is the one the point names, and the reasons it covers.
fn applies(crl: &Crl, point: &DistributionPoint, certificate: &Certificate) -> Result<u16, String> {
    if let Some(critical) = &crl.unknown_critical {
        return Err(format!("critical extension {critical}"));
    }
    let idp = crl.point.as_ref();
    let issuers = point.crl_issuer.as_deref();
    let is_named = |names: &[GeneralName]| {
        names.iter().any(|n| matches!(n, GeneralName::Directory(name) if name == crl.issuer()))
    };
    match issuers {
        Some(names) => {
            if !is_named(names) || !idp.is_some_and(|i| i.indirect) {
                return Err("it is not the indirect CRL that the certificate names".to_owned());
            }
        }
        None => {
            if crl.issuer() != certificate.issuer() {
                return Err("it is of another issuer".to_owned());
            }
        }
    }
    let mut reasons = point.reasons.unwrap_or(ALL_REASONS) & ALL_REASONS;
    let Some(idp) = idp else { return Ok(reasons) };
    if let Some(name) = &idp.name {
        let ours = name.names(crl.issuer()).map_err(|f| f.reason.to_owned())?;
        let theirs = match (&point.name, issuers) {
            (Some(name), None) => name.names(certificate.issuer()),
            // §4.2.1.13: relative to the CRL issuer where one is named.
            (Some(name), Some(_)) => name.names(crl.issuer()),
            (None, Some(names)) => Ok(names.to_vec()),
            (None, None) => Ok(Vec::new()),
        }
        .map_err(|f| f.reason.to_owned())?;
        if !ours.iter().any(|n| theirs.contains(n)) {
            return Err("its distribution point is another".to_owned());
        }
    }
    if idp.only_attribute
        || (idp.only_user && certificate.is_ca())
        || (idp.only_ca && !certificate.is_ca())
    {
        return Err("it is for another kind of certificate".to_owned());
    }
    reasons &= idp.reasons.unwrap_or(ALL_REASONS);
    Ok(reasons)
}

/// §6.3.3 (f), (g): signed by the issuer's key, or by another key of the list's issuer that has a
/// valid path to the same anchor.
fn trusted(
    search: &mut Search<'_>,
    place: &Place<'_>,
    point: &DistributionPoint,
    crl: &Crl,
) -> Result<(), String> {
    let may_sign = |c: &Certificate| c.key_usage().is_none_or(|u| u.contains(KeyUsage::CRL_SIGN));
    let mut why = "its signature does not verify with a trusted key of its issuer".to_owned();
    for above in place.above.iter().filter(|c| c.subject() == crl.issuer()) {
        if !search.budget.signature() {
            return Err("the budget is spent".to_owned());
        }
        match crl.signed_by(above.public_key(), search.memo) {
            Ok(()) => {}
            Err(VerifyFault::Unsupported(name)) => {
                why = format!("{name} is not supported");
                continue;
            }
            Err(VerifyFault::Invalid | VerifyFault::WrongKey(_)) => continue,
        }
        match search.refused(&crl.scheme, above.public_key()) {
            Some(refusal) => why = refusal.to_string(),
            // RFC 5280 §6.3.3 (f): the key usage, where stated, must allow it.
            None if !may_sign(above) => why = "its signer's key may not sign CRLs".to_owned(),
            None => return Ok(()),
        }
        break;
    }
    let Some(anchor) = place.above.last() else { return Err("there is no anchor".to_owned()) };
    let intermediates = search.intermediates;
    for signer in intermediates.iter().filter(|c| c.subject() == crl.issuer() && may_sign(c)) {
        if !search.budget.signature() {
            return Err("the budget is spent".to_owned());
        }
        // A CA may name a CRL issuer whose own certificate stands on its own list; the path of that
        // certificate is the one being checked (PKITS 4.14.30).
        let covers_itself = point.crl_issuer.is_some() && signer == place.certificate;
        if crl.signed_by(signer.public_key(), search.memo).is_ok()
            && search.refused(&crl.scheme, signer.public_key()).is_none()
            && (covers_itself || search.stands_under(signer, anchor))
        {
            return Ok(());
        }
    }
    Err(why)
}

/// §6.3.3 (c), (h) to (k): freshness, the delta, and the entry.
fn judge(search: &mut Search<'_>, place: &Place<'_>, point: &DistributionPoint, crl: &Crl) -> Word {
    let (at, now) = (search.at, search.now());
    let certificate = place.certificate;
    let not_after = certificate.not_after();
    let entry = crl.find(certificate.issuer(), certificate.serial());
    let delta = newest_delta(search, place, point, crl);
    let (entry, this, next) = match delta {
        Some((delta_entry, this, next)) => match delta_entry {
            Some(removed) if removed.reason == Some(REMOVED) => (None, this, next),
            Some(revoked) => (Some(revoked), this, next),
            None => (entry, this, next),
        },
        None => (entry, crl.this_update(), crl.next_update()),
    };
    if let Some(revocation) = entry
        && counts(&revocation, at)
        && this <= now
        && (revocation.reason != Some(HOLD) || fresh(this, next, at, now))
    {
        return Word::Revoked { revocation, issued: this };
    }
    if !fresh(this, next, at, now) {
        return Word::Stale;
    }
    // Expired certificates leave the list: after that it says nothing about them (RFC 5280 §3.3).
    if crl.this_update() > not_after && crl.keeps_expired_from.is_none_or(|from| from > not_after) {
        return Word::Nothing;
    }
    Word::Good(this)
}

type Delta = (Option<Revocation>, OffsetDateTime, Option<OffsetDateTime>);

/// §5.2.4, §6.3.3 (c): a usable delta of the same scope and signer that continues this list.
fn newest_delta(
    search: &mut Search<'_>,
    place: &Place<'_>,
    point: &DistributionPoint,
    crl: &Crl,
) -> Option<Delta> {
    let material = search.material;
    let (at, now) = (search.at, search.now());
    let base = number(crl.number.as_deref()?);
    let mut best: Option<(&Crl, Vec<u8>)> = None;
    for delta in material.crls.iter().filter(|c| c.is_delta()) {
        let (Some(from), Some(have)) = (delta.delta_base.as_deref(), delta.number.as_deref())
        else {
            continue;
        };
        let (from, have) = (number(from), number(have));
        let same_scope = delta.issuer() == crl.issuer()
            && applies(delta, point, place.certificate) == applies(crl, point, place.certificate);
        // The list must hold everything up to the delta's base, and be older than the delta.
        if !same_scope
            || from > base
            || have <= base
            || !fresh(delta.this_update(), delta.next_update(), at, now)
        {
            continue;
        }
        if trusted(search, place, point, delta).is_ok()
            && best.as_ref().is_none_or(|(_, b)| *b < have)
        {
            best = Some((delta, have));
        }
    }
    let (delta, _) = best?;
    let entry = delta.find(place.certificate.issuer(), place.certificate.serial());
    Some((entry, delta.this_update(), delta.next_update()))
}

/// Comparable form of a non-negative INTEGER: length first.
fn number(content: &[u8]) -> Vec<u8> {
    let skip = content.iter().take_while(|b| **b == 0).count();
    let digits = content.get(skip..).unwrap_or_default();
    let mut key = u32::try_from(digits.len()).unwrap_or(u32::MAX).to_be_bytes().to_vec();
    key.extend_from_slice(digits);
    key
}
