//! Signatures already verified: one verification asks the same question many times, as several paths
//! share certificates, lists and tokens. Mathematics alone; whom and what to trust is decided elsewhere.

use super::{PublicKey, Scheme, VerifyFault};
use crate::{Certificate, Error};
use ring::digest;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Answers kept, 40 bytes each: one document's paths need fewer than 50; more come from a file made to be
/// slow, which its budgets stop.
const MOST: usize = 1024;

/// Certificates kept: two signatures with their timestamps bring a dozen.
const MOST_CERTIFICATES: usize = 64;

/// What one verification remembers: whether a signature over these bytes was made with that key, and
/// the certificates it has read.
///
/// Make one for each document and hand it to everything that is asked about it. A budget counts what is
/// asked, so that no verdict depends on what was asked before.
#[derive(Debug, Default)]
pub struct Memo {
    /// By the digest of scheme, key, signature and message.
    seen: Mutex<BTreeMap<[u8; 32], bool>>,
    certificates: Mutex<Vec<Certificate>>,
}

impl Memo {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Signatures remembered.
    pub fn len(&self) -> usize {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// As [`Certificate::from_der`], read once: signatures of one document share their issuers.
    ///
    /// # Errors
    /// As [`Certificate::from_der`].
    pub fn certificate(&self, der: &[u8]) -> Result<Certificate, Error> {
        let mut known = self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.iter().find(|c| c.as_der() == der) {
            return Ok(known.clone());
        }
        let read = Certificate::from_der(der)?;
        if known.len() < MOST_CERTIFICATES {
            known.push(read.clone());
        }
        Ok(read)
    }

    /// As [`PublicKey::verify`], carried out once.
    pub(crate) fn verify(
        &self,
        key: &PublicKey,
        scheme: &Scheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyFault> {
        let name = name(key, scheme, message, signature);
        let known = self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(&name).copied();
        match known {
            Some(true) => return Ok(()),
            Some(false) => return Err(VerifyFault::Invalid),
            None => {}
        }
        let outcome = key.verify(scheme, message, signature);
        let answer = match &outcome {
            Ok(()) => true,
            Err(VerifyFault::Invalid) => false,
            // Nothing was computed.
            Err(VerifyFault::Unsupported(_) | VerifyFault::WrongKey(_)) => return outcome,
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < MOST {
            seen.insert(name, answer);
        }
        outcome
    }
}

/// A digest that only the same question has: every part with its length.
fn name(key: &PublicKey, scheme: &Scheme, message: &[u8], signature: &[u8]) -> [u8; 32] {
    let kind = format!("{scheme:?} {:?}", key.kind());
    let mut context = digest::Context::new(&digest::SHA256);
    for part in [kind.as_bytes(), key.bits(), signature, message] {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DigestAlgorithm, der, oid};
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

    fn pair() -> (EcdsaKeyPair, PublicKey) {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, made.as_ref(), &random)
                .unwrap();
        let algorithm = der::sequence(&[&der::oid(oid::EC_PUBLIC_KEY), &der::oid(oid::CURVE_P256)]);
        let bits = [&[0], pair.public_key().as_ref()].concat();
        let bits = der::tlv(der::tag::BIT_STRING, &bits);
        let key = PublicKey::from_spki_der(&der::sequence(&[&algorithm, &bits])).unwrap();
        (pair, key)
    }

    #[test]
    fn an_answer_is_kept_for_its_own_question_alone() {
        let (memo, (pair, key), (_, other)) = (Memo::new(), pair(), pair());
        let signature = pair.sign(&SystemRandom::new(), b"message").unwrap();
        let signature = signature.as_ref();
        let scheme = Scheme::Ecdsa(DigestAlgorithm::Sha256);
        for _ in 0..2 {
            assert_eq!(memo.verify(&key, &scheme, b"message", signature), Ok(()));
            // The same bytes, parted elsewhere; another message; another key; another scheme.
            let moved = [signature, b"m"].concat();
            let wrong = Err(VerifyFault::Invalid);
            assert_eq!(memo.verify(&key, &scheme, b"essage", &moved), wrong);
            assert_eq!(memo.verify(&key, &scheme, b"massage", signature), wrong);
            assert_eq!(memo.verify(&other, &scheme, b"message", signature), wrong);
            let longer = Scheme::Ecdsa(DigestAlgorithm::Sha384);
            assert_eq!(memo.verify(&key, &longer, b"message", signature), wrong);
            assert_eq!(memo.len(), 5);
            let rsa = Scheme::RsaPkcs1(DigestAlgorithm::Sha256);
            let misfit = memo.verify(&key, &rsa, b"message", signature);
            assert!(matches!(misfit, Err(VerifyFault::WrongKey(_))));
            assert_eq!(memo.len(), 5);
        }
    }

    #[test]
    fn a_full_memo_still_answers() {
        let (memo, (pair, key)) = (Memo::new(), pair());
        let scheme = Scheme::Ecdsa(DigestAlgorithm::Sha256);
        for i in 0..MOST + 2 {
            let wrong = memo.verify(&key, &scheme, &i.to_be_bytes(), b"no signature");
            assert_eq!(wrong, Err(VerifyFault::Invalid));
        }
        assert_eq!(memo.len(), MOST);
        let signature = pair.sign(&SystemRandom::new(), b"message").unwrap();
        assert_eq!(memo.verify(&key, &scheme, b"message", signature.as_ref()), Ok(()));
    }
}
