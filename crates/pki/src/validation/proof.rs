//! Proofs of existence: which objects are known to have existed, and since when. Objects are named by their SHA-256;
//! what may be concluded from a proof is decided in [`super`].

use crate::DigestAlgorithm;
use crate::cms::SignedData;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Tokens within tokens that are looked into: a signature carries timestamps, and these may carry one.
const DEPTH: u32 = 3;

/// The set of proofs of existence (EN 319 102-1 §5.6.2.3). An object is its bytes: the DER of a certificate, a CRL, an
/// OCSP response, a CMS or a token, or a signature value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proofs {
    earliest: BTreeMap<Vec<u8>, OffsetDateTime>,
}

impl Proofs {
    /// No proofs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records that `object` existed at `at`; the earliest time counts.
    pub fn add(&mut self, object: &[u8], at: OffsetDateTime) {
        let key = DigestAlgorithm::Sha256.digest(object);
        self.earliest.entry(key).and_modify(|known| *known = (*known).min(at)).or_insert(at);
    }

    /// Records that `object` and, where it is a CMS, everything inside it existed at `at`: signature values,
    /// certificates, CRLs, OCSP responses, timestamps.
    pub fn add_with_contents(&mut self, object: &[u8], at: OffsetDateTime) {
        self.add_to_depth(object, at, DEPTH);
    }

    fn add_to_depth(&mut self, object: &[u8], at: OffsetDateTime, depth: u32) {
        self.add(object, at);
        if let Some(signed) = SignedData::parse(object).ok().filter(|_| depth > 0) {
            self.add_signed_to_depth(&signed, at, depth);
        }
    }

    /// As [`Proofs::add_with_contents`], of a CMS that was read.
    pub(crate) fn add_signed(&mut self, signed: &SignedData, at: OffsetDateTime) {
        self.add_signed_to_depth(signed, at, DEPTH);
    }

    fn add_signed_to_depth(&mut self, signed: &SignedData, at: OffsetDateTime, depth: u32) {
        self.add(signed.as_der(), at);
        let inside = [signed.certificates_der(), signed.crls_der(), signed.ocsp_responses_der()];
        for part in inside.into_iter().flatten() {
            self.add(part, at);
        }
        for signer in signed.signers() {
            self.add(signer.signature(), at);
            for token in signer.timestamps() {
                self.add_to_depth(token, at, depth - 1);
            }
        }
    }

    /// The earliest time at which `object` is known to have existed.
    pub fn of(&self, object: &[u8]) -> Option<OffsetDateTime> {
        self.earliest.get(&DigestAlgorithm::Sha256.digest(object)).copied()
    }

    /// Whether `object` is known to have existed at `at`.
    pub fn hold(&self, object: &[u8], at: OffsetDateTime) -> bool {
        self.of(object).is_some_and(|since| since <= at)
    }

    /// Number of objects.
    pub fn len(&self) -> usize {
        self.earliest.len()
    }

    /// Whether nothing is proven.
    pub fn is_empty(&self) -> bool {
        self.earliest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_earliest_proof_counts() {
        let (early, late) = (datetime!(2026-01-01 0:00 UTC), datetime!(2026-02-01 0:00 UTC));
        let mut proofs = Proofs::new();
        proofs.add(b"x", late);
        proofs.add_with_contents(b"x", early);
        proofs.add(b"x", late);
        assert_eq!((proofs.of(b"x"), proofs.of(b"y"), proofs.len()), (Some(early), None, 1));
        assert!(proofs.hold(b"x", early));
        assert!(!proofs.hold(b"x", early - time::Duration::SECOND) && !proofs.hold(b"y", late));
    }
}
