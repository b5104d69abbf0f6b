//! The in-memory signer: a PKCS#8 key in ring. The key's bytes are wiped after loading, and
//! nothing here can be printed.

use super::{Signer, check_chain};
use crate::algorithm::SignatureAlgorithm;
use crate::{Certificate, Error};
use ring::rand::SystemRandom;
use ring::signature::{
    self, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair,
    Ed25519KeyPair, KeyPair as _, RsaKeyPair,
};
use std::sync::Arc;

pub(crate) enum Key {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    /// Loads PKCS#8 (RFC 5208 or RFC 5958).
    pub fn load(pkcs8: &[u8]) -> Result<Self, Error> {
        let random = SystemRandom::new();
        if let Ok(key) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8, &random) {
            return Ok(Key::P256(key));
        }
        if let Ok(key) = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, pkcs8, &random) {
            return Ok(Key::P384(key));
        }
        if let Ok(key) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8) {
            return Ok(Key::Ed25519(key));
        }
        RsaKeyPair::from_pkcs8(pkcs8)
            .map(|key| Key::Rsa(Box::new(key)))
            .map_err(|e| Error::KeyRejected { reason: e.to_string() })
    }

    /// Bits of the public key, as they stand in a certificate.
    pub fn public(&self) -> &[u8] {
        match self {
            Key::Rsa(key) => key.public_key().as_ref(),
            Key::P256(key) | Key::P384(key) => key.public_key().as_ref(),
            Key::Ed25519(key) => key.public_key().as_ref(),
        }
    }

    pub fn default_algorithm(&self) -> SignatureAlgorithm {
        match self {
            Key::Rsa(_) => SignatureAlgorithm::RsaPssSha256,
            Key::P256(_) => SignatureAlgorithm::EcdsaP256Sha256,
            Key::P384(_) => SignatureAlgorithm::EcdsaP384Sha384,
            Key::Ed25519(_) => SignatureAlgorithm::Ed25519,
        }
    }

    pub fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Result<Vec<u8>, Error> {
        let failed =
            || Error::SigningFailed { reason: "the random source or the key failed".to_owned() };
        let random = SystemRandom::new();
        let misfit = || Error::SigningFailed { reason: "the key is of another kind".to_owned() };
        let padding: &'static dyn signature::RsaEncoding = match (algorithm, self) {
            (SignatureAlgorithm::EcdsaP256Sha256, Key::P256(key))
            | (SignatureAlgorithm::EcdsaP384Sha384, Key::P384(key)) => {
                return Ok(key.sign(&random, message).map_err(|_| failed())?.as_ref().to_vec());
            }
            (SignatureAlgorithm::Ed25519, Key::Ed25519(key)) => {
                return Ok(key.sign(message).as_ref().to_vec());
            }
            (SignatureAlgorithm::RsaPkcs1Sha256, _) => &signature::RSA_PKCS1_SHA256,
            (SignatureAlgorithm::RsaPkcs1Sha384, _) => &signature::RSA_PKCS1_SHA384,
            (SignatureAlgorithm::RsaPkcs1Sha512, _) => &signature::RSA_PKCS1_SHA512,
            (SignatureAlgorithm::RsaPssSha256, _) => &signature::RSA_PSS_SHA256,
            (SignatureAlgorithm::RsaPssSha384, _) => &signature::RSA_PSS_SHA384,
            (SignatureAlgorithm::RsaPssSha512, _) => &signature::RSA_PSS_SHA512,
            (
                SignatureAlgorithm::EcdsaP256Sha256
                | SignatureAlgorithm::EcdsaP384Sha384
                | SignatureAlgorithm::Ed25519,
                _,
            ) => return Err(misfit()),
        };
        let Key::Rsa(key) = self else { return Err(misfit()) };
        let mut out = vec![0; key.public().modulus_len()];
        key.sign(padding, &random, message, &mut out).map_err(|_| failed())?;
        Ok(out)
    }
}

/// A key in memory with its certificates. It can be shared, not printed.
#[derive(Clone)]
pub struct MemorySigner {
    key: Arc<Key>,
    chain: Vec<Certificate>,
    algorithm: SignatureAlgorithm,
}

impl MemorySigner {
    /// Loads an unencrypted PKCS#8 key for `chain` (signer first). The algorithm is the usual one
    /// for the key: PSS with SHA-256 for RSA; change it with [`MemorySigner::with_algorithm`].
    ///
    /// # Errors
    /// [`Error::KeyRejected`], [`Error::EmptyChain`], [`Error::KeyMismatch`].
    pub fn from_pkcs8_der(key: &[u8], chain: Vec<Certificate>) -> Result<Self, Error> {
        Self::new(Arc::new(Key::load(key)?), chain)
    }

    /// As [`MemorySigner::from_pkcs8_der`], from a `PRIVATE KEY` block.
    ///
    /// # Errors
    /// As above, and [`Error::Pem`].
    pub fn from_pkcs8_pem(key: &str, chain: Vec<Certificate>) -> Result<Self, Error> {
        let blocks = crate::pem::blocks(key, "PRIVATE KEY")?;
        Self::from_pkcs8_der(blocks.first().map(|d| d.as_slice()).unwrap_or_default(), chain)
    }

    /// As [`MemorySigner::from_pkcs8_der`], from encrypted PKCS#8: PBES2 with PBKDF2 and AES-CBC, at
    /// most [`super::MAX_ITERATIONS`] iterations.
    ///
    /// # Errors
    /// As above; [`Error::KeyRejected`] also for a wrong password or another encryption, named.
    pub fn from_encrypted_pkcs8_der(
        key: &[u8],
        password: &[u8],
        chain: Vec<Certificate>,
    ) -> Result<Self, Error> {
        Self::from_pkcs8_der(&super::encrypted::decrypt(key, password)?, chain)
    }

    /// As [`MemorySigner::from_encrypted_pkcs8_der`], from an `ENCRYPTED PRIVATE KEY` block.
    ///
    /// # Errors
    /// As above, and [`Error::Pem`].
    pub fn from_encrypted_pkcs8_pem(
        key: &str,
        password: &[u8],
        chain: Vec<Certificate>,
    ) -> Result<Self, Error> {
        let blocks = crate::pem::blocks(key, "ENCRYPTED PRIVATE KEY")?;
        let der = blocks.first().map(|d| d.as_slice()).unwrap_or_default();
        Self::from_encrypted_pkcs8_der(der, password, chain)
    }

    pub(crate) fn new(key: Arc<Key>, chain: Vec<Certificate>) -> Result<Self, Error> {
        let algorithm = key.default_algorithm();
        let first = chain.first().ok_or(Error::EmptyChain)?;
        if first.public_key().bits() != key.public() {
            return Err(Error::KeyMismatch { subject: first.subject().to_string() });
        }
        check_chain(&chain, algorithm)?;
        Ok(MemorySigner { key, chain, algorithm })
    }

    /// The same key with another algorithm.
    ///
    /// # Errors
    /// [`Error::AlgorithmKeyMismatch`].
    pub fn with_algorithm(mut self, algorithm: SignatureAlgorithm) -> Result<Self, Error> {
        check_chain(&self.chain, algorithm)?;
        self.algorithm = algorithm;
        Ok(self)
    }
}

impl Signer for MemorySigner {
    fn certificate_chain(&self) -> &[Certificate] {
        &self.chain
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.key.sign(self.algorithm, message)
    }
}
