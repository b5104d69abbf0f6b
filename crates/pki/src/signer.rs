//! Signing: the trait, the in-memory signer and the callback for keys kept elsewhere (a token, a
//! remote service, another process). Certificates and CMS are not built here.

mod encrypted;
pub(crate) mod memory;

pub use encrypted::MAX_ITERATIONS;
pub use memory::MemorySigner;

use crate::algorithm::SignatureAlgorithm;
use crate::{Certificate, Error};

/// Something that can sign for one certificate.
pub trait Signer {
    /// The signer's certificate first, then its issuers as far as known. Never empty.
    fn certificate_chain(&self) -> &[Certificate];

    /// The algorithm every signature uses.
    fn algorithm(&self) -> SignatureAlgorithm;

    /// Signs the whole message. A device that takes a digest only computes it with
    /// [`message_digest`] first, or is wrapped by [`CallbackSigner::with_digest`].
    ///
    /// # Errors
    /// [`Error::SigningFailed`] with what the key holder said.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error>;
}

/// The digest that the signature algorithm computes first; `None` for Ed25519, which signs the
/// message itself.
pub fn message_digest(algorithm: SignatureAlgorithm, message: &[u8]) -> Option<Vec<u8>> {
    match algorithm {
        SignatureAlgorithm::Ed25519 => None,
        SignatureAlgorithm::RsaPkcs1Sha256
        | SignatureAlgorithm::RsaPkcs1Sha384
        | SignatureAlgorithm::RsaPkcs1Sha512
        | SignatureAlgorithm::RsaPssSha256
        | SignatureAlgorithm::RsaPssSha384
        | SignatureAlgorithm::RsaPssSha512
        | SignatureAlgorithm::EcdsaP256Sha256
        | SignatureAlgorithm::EcdsaP384Sha384 => Some(algorithm.content_digest().digest(message)),
    }
}

pub(crate) fn check_chain(
    chain: &[Certificate],
    algorithm: SignatureAlgorithm,
) -> Result<&Certificate, Error> {
    let first = chain.first().ok_or(Error::EmptyChain)?;
    if algorithm.fits(first.public_key()) {
        Ok(first)
    } else {
        Err(Error::AlgorithmKeyMismatch {
            algorithm: algorithm.name(),
            subject: first.subject().to_string(),
        })
    }
}

type SignFunction = dyn Fn(&[u8]) -> Result<Vec<u8>, String> + Send + Sync;

/// A signer whose key is elsewhere: it hands the bytes to a function and takes the signature back.
pub struct CallbackSigner {
    chain: Vec<Certificate>,
    algorithm: SignatureAlgorithm,
    digest_only: bool,
    function: Box<SignFunction>,
}

impl CallbackSigner {
    /// The function receives the whole message.
    ///
    /// # Errors
    /// [`Error::EmptyChain`], [`Error::AlgorithmKeyMismatch`].
    pub fn with_message(
        chain: Vec<Certificate>,
        algorithm: SignatureAlgorithm,
        function: impl Fn(&[u8]) -> Result<Vec<u8>, String> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        check_chain(&chain, algorithm)?;
        Ok(CallbackSigner { chain, algorithm, digest_only: false, function: Box::new(function) })
    }

    /// The function receives the digest of the message, for tokens and services that never see it.
    ///
    /// # Errors
    /// As [`CallbackSigner::with_message`]; [`Error::UnsupportedAlgorithm`] for Ed25519, which has
    /// no digest to hand out.
    pub fn with_digest(
        chain: Vec<Certificate>,
        algorithm: SignatureAlgorithm,
        function: impl Fn(&[u8]) -> Result<Vec<u8>, String> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        if message_digest(algorithm, b"").is_none() {
            return Err(Error::UnsupportedAlgorithm {
                what: "signing a digest",
                algorithm: algorithm.name().to_owned(),
            });
        }
        let mut signer = Self::with_message(chain, algorithm, function)?;
        signer.digest_only = true;
        Ok(signer)
    }
}

impl Signer for CallbackSigner {
    fn certificate_chain(&self) -> &[Certificate] {
        &self.chain
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let digest = if self.digest_only { message_digest(self.algorithm, message) } else { None };
        (self.function)(digest.as_deref().unwrap_or(message))
            .map_err(|reason| Error::SigningFailed { reason })
    }
}
