//! Roots, issuing CAs, officials, agencies, timestamp authorities and OCSP responders, for demos
//! and tests, with every defect a test needs. Not for production: keys live in memory and nothing
//! is recorded.

mod demo;
mod revocation;
mod template;
mod timestamping;

pub use demo::Demo;
pub use revocation::{CrlTemplate, OcspAnswer, OcspTemplate, RevokedEntry};
pub use template::{ExtensionValue, SubjectName, Template};
pub use timestamping::TokenTemplate;

use crate::algorithm::SignatureAlgorithm;
use crate::der::{self, tag};
use crate::signer::memory::Key;
use crate::{Certificate, Error, MemorySigner};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
};
use std::sync::Arc;
use zeroize::Zeroizing;

/// A private key as PKCS#8, wiped when dropped.
#[derive(Clone)]
pub struct PrivateKey {
    pkcs8: Zeroizing<Vec<u8>>,
    key: Arc<Key>,
}

impl PrivateKey {
    fn generated(
        pkcs8: Result<ring::pkcs8::Document, ring::error::Unspecified>,
    ) -> Result<Self, Error> {
        let document =
            pkcs8.map_err(|_| Error::Authority { reason: "no random numbers".to_owned() })?;
        Self::from_pkcs8_der(document.as_ref())
    }

    /// A new P-256 key.
    ///
    /// # Errors
    /// [`Error::Authority`] when there are no random numbers.
    pub fn p256() -> Result<Self, Error> {
        Self::generated(EcdsaKeyPair::generate_pkcs8(
            &ECDSA_P256_SHA256_ASN1_SIGNING,
            &SystemRandom::new(),
        ))
    }

    /// A new P-384 key.
    ///
    /// # Errors
    /// As [`PrivateKey::p256`].
    pub fn p384() -> Result<Self, Error> {
        Self::generated(EcdsaKeyPair::generate_pkcs8(
            &ECDSA_P384_SHA384_ASN1_SIGNING,
            &SystemRandom::new(),
        ))
    }

    /// A new Ed25519 key.
    ///
    /// # Errors
    /// As [`PrivateKey::p256`].
    pub fn ed25519() -> Result<Self, Error> {
        Self::generated(Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()))
    }

    /// A key made elsewhere; RSA keys come in this way, ring does not make them.
    ///
    /// # Errors
    /// [`Error::KeyRejected`].
    pub fn from_pkcs8_der(pkcs8: &[u8]) -> Result<Self, Error> {
        Ok(PrivateKey { pkcs8: Zeroizing::new(pkcs8.to_vec()), key: Arc::new(Key::load(pkcs8)?) })
    }

    /// As above, from PEM.
    ///
    /// # Errors
    /// [`Error::KeyRejected`], [`Error::Pem`].
    pub fn from_pkcs8_pem(text: &str) -> Result<Self, Error> {
        let blocks = crate::pem::blocks(text, "PRIVATE KEY")?;
        Self::from_pkcs8_der(blocks.first().map(|d| d.as_slice()).unwrap_or_default())
    }

    /// PKCS#8 DER, for other tools.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        self.pkcs8.clone()
    }

    /// PKCS#8 PEM, for other tools.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(crate::pem::encode(&self.pkcs8, "PRIVATE KEY"))
    }

    fn spki(&self) -> Vec<u8> {
        let algorithm = match &*self.key {
            Key::Rsa(_) => der::sequence(&[&der::oid(crate::oid::RSA_ENCRYPTION), &der::null()]),
            Key::P256(_) => der::sequence(&[
                &der::oid(crate::oid::EC_PUBLIC_KEY),
                &der::oid(crate::oid::CURVE_P256),
            ]),
            Key::P384(_) => der::sequence(&[
                &der::oid(crate::oid::EC_PUBLIC_KEY),
                &der::oid(crate::oid::CURVE_P384),
            ]),
            Key::Ed25519(_) => der::sequence(&[&der::oid(crate::oid::ED25519)]),
        };
        der::sequence(&[&algorithm, &der::bit_string(self.key.public())])
    }
}

/// A certificate with its key: an authority that can issue, or an end entity that can sign.
#[derive(Clone)]
pub struct Identity {
    key: PrivateKey,
    /// Own certificate first, up to the root.
    chain: Vec<Certificate>,
    algorithm: SignatureAlgorithm,
}

impl Identity {
    /// A self-signed authority with a new P-256 key.
    ///
    /// # Errors
    /// [`Error::Authority`].
    pub fn root(template: &Template) -> Result<Self, Error> {
        Self::root_with(template, PrivateKey::p256()?, None)
    }

    /// A self-signed authority with a given key, signing with `algorithm` (the key's usual one
    /// where absent).
    ///
    /// # Errors
    /// [`Error::Authority`], [`Error::SigningFailed`].
    pub fn root_with(
        template: &Template,
        key: PrivateKey,
        algorithm: Option<SignatureAlgorithm>,
    ) -> Result<Self, Error> {
        let algorithm = algorithm.unwrap_or_else(|| key.key.default_algorithm());
        let der = template.build(&template.subject_der(), &key, None, algorithm, &key)?;
        Ok(Identity { chain: vec![Certificate::from_der(&der)?], key, algorithm })
    }

    /// A certificate under this authority, with a new P-256 key.
    ///
    /// # Errors
    /// [`Error::Authority`].
    pub fn issue(&self, template: &Template) -> Result<Identity, Error> {
        self.issue_with(template, PrivateKey::p256()?)
    }

    /// A certificate under this authority for a given key.
    ///
    /// # Errors
    /// [`Error::Authority`], [`Error::SigningFailed`].
    pub fn issue_with(&self, template: &Template, key: PrivateKey) -> Result<Identity, Error> {
        let issuer = self.certificate();
        let der = template.build(
            issuer.subject().as_der(),
            &key,
            Some(issuer),
            self.algorithm,
            &self.key,
        )?;
        let mut chain = vec![Certificate::from_der(&der)?];
        chain.extend(self.chain.iter().cloned());
        let algorithm = key.key.default_algorithm();
        Ok(Identity { key, chain, algorithm })
    }

    /// The same identity signing certificates and revocation lists with another algorithm.
    #[must_use]
    pub fn signing_with(mut self, algorithm: SignatureAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Own certificate.
    #[allow(clippy::indexing_slicing)]
    pub fn certificate(&self) -> &Certificate {
        // Every constructor puts one in.
        &self.chain[0]
    }

    /// Own certificate first, up to the root.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// Own certificate first, without the root: what a signer embeds.
    pub fn chain_without_root(&self) -> &[Certificate] {
        match self.chain.split_last() {
            Some((_, rest)) if !rest.is_empty() => rest,
            _ => &self.chain,
        }
    }

    /// The key.
    pub fn private_key(&self) -> &PrivateKey {
        &self.key
    }

    /// A signer that embeds the chain without the root.
    ///
    /// # Errors
    /// Those of [`MemorySigner`].
    pub fn signer(&self) -> Result<MemorySigner, Error> {
        MemorySigner::new(self.key.key.clone(), self.chain_without_root().to_vec())
    }
}

/// `SEQUENCE { tbs, algorithm, signature }`, the form of certificates, CRLs and OCSP responses.
fn sign_wrapped(
    tbs: &[u8],
    algorithm: SignatureAlgorithm,
    key: &PrivateKey,
) -> Result<Vec<u8>, Error> {
    let signature = key.key.sign(algorithm, tbs)?;
    Ok(der::tlv(
        tag::SEQUENCE,
        &[tbs, &algorithm.identifier(), &der::bit_string(&signature)].concat(),
    ))
}
