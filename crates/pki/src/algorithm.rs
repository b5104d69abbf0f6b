//! The algorithm table: object identifiers and parameters on one side, ring on the other. Here are
//! the algorithms of new signatures; what files name is in `scheme`, keys are in `key`, answers already had in
//! `memo`, whether an algorithm may still be trusted at a date is in `policy`, and what new signatures are held to in
//! `signing`.

mod key;
mod memo;
mod policy;
mod scheme;
mod signing;

pub use key::PublicKey;
pub(crate) use key::{KeyKind, VerifyFault};
pub use memo::Memo;
pub use policy::{AlgorithmPolicy, Confidence, Refusal};
pub(crate) use scheme::{Scheme, read_digest};
pub use signing::SigningRules;

use crate::der;
use crate::oid;
use ring::digest;

/// Digest algorithms that can be computed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// SHA-1: computed for identifiers and old material only; the algorithm policy refuses it.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    pub(crate) fn from_oid(content: &[u8]) -> Option<Self> {
        match content {
            oid::SHA1 => Some(Self::Sha1),
            oid::SHA256 => Some(Self::Sha256),
            oid::SHA384 => Some(Self::Sha384),
            oid::SHA512 => Some(Self::Sha512),
            _ => None,
        }
    }

    pub(crate) fn oid(self) -> &'static [u8] {
        match self {
            Self::Sha1 => oid::SHA1,
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
        }
    }

    /// Written without parameters, as RFC 5754 §2 asks.
    pub(crate) fn identifier(self) -> Vec<u8> {
        der::sequence(&[&der::oid(self.oid())])
    }

    fn ring(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        }
    }

    /// Digest of `bytes`.
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        digest::digest(self.ring(), bytes).as_ref().to_vec()
    }

    /// A running digest, for content that does not lie in one piece.
    pub fn context(self) -> digest::Context {
        digest::Context::new(self.ring())
    }

    /// Bytes of a digest.
    pub fn output_len(self) -> usize {
        self.ring().output_len()
    }

    /// `SHA-256` and so on.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }
}

/// Signature algorithms that can be made. Which of them a new signature may use is for [`SigningRules`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RsaPkcs1Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RsaPkcs1Sha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaPkcs1Sha512,
    /// RSASSA-PSS, SHA-256, MGF1 with SHA-256, salt of 32 bytes.
    RsaPssSha256,
    /// RSASSA-PSS, SHA-384, MGF1 with SHA-384, salt of 48 bytes.
    RsaPssSha384,
    /// RSASSA-PSS, SHA-512, MGF1 with SHA-512, salt of 64 bytes.
    RsaPssSha512,
    /// ECDSA on P-256 with SHA-256, DER-encoded signature.
    EcdsaP256Sha256,
    /// ECDSA on P-384 with SHA-384, DER-encoded signature.
    EcdsaP384Sha384,
    /// Ed25519 (RFC 8419 in CMS: content and message digests are SHA-512).
    Ed25519,
}

impl SignatureAlgorithm {
    /// The digest of the content that a CMS with this algorithm carries: what the caller computes
    /// over the document before [`crate::cms::prepare`].
    pub fn content_digest(self) -> DigestAlgorithm {
        match self {
            Self::RsaPkcs1Sha256 | Self::RsaPssSha256 | Self::EcdsaP256Sha256 => {
                DigestAlgorithm::Sha256
            }
            Self::RsaPkcs1Sha384 | Self::RsaPssSha384 | Self::EcdsaP384Sha384 => {
                DigestAlgorithm::Sha384
            }
            Self::RsaPkcs1Sha512 | Self::RsaPssSha512 => DigestAlgorithm::Sha512,
            // RFC 8419 §3.1.
            Self::Ed25519 => DigestAlgorithm::Sha512,
        }
    }

    /// `RSASSA-PSS with SHA-256` and so on.
    pub fn name(self) -> &'static str {
        match self {
            Self::RsaPkcs1Sha256 => "RSASSA-PKCS1-v1_5 with SHA-256",
            Self::RsaPkcs1Sha384 => "RSASSA-PKCS1-v1_5 with SHA-384",
            Self::RsaPkcs1Sha512 => "RSASSA-PKCS1-v1_5 with SHA-512",
            Self::RsaPssSha256 => "RSASSA-PSS with SHA-256",
            Self::RsaPssSha384 => "RSASSA-PSS with SHA-384",
            Self::RsaPssSha512 => "RSASSA-PSS with SHA-512",
            Self::EcdsaP256Sha256 => "ECDSA P-256 with SHA-256",
            Self::EcdsaP384Sha384 => "ECDSA P-384 with SHA-384",
            Self::Ed25519 => "Ed25519",
        }
    }

    /// The strongest usual algorithm for a public key: PSS for RSA, as the Vietnamese rules ask.
    ///
    /// # Errors
    /// [`crate::Error::UnsupportedAlgorithm`] when no supported algorithm uses such a key.
    pub fn for_certificate(certificate: &crate::Certificate) -> Result<Self, crate::Error> {
        match certificate.public_key().kind() {
            KeyKind::Rsa { .. } | KeyKind::RsaPss { .. } => Ok(Self::RsaPssSha256),
            KeyKind::P256 => Ok(Self::EcdsaP256Sha256),
            KeyKind::P384 => Ok(Self::EcdsaP384Sha384),
            KeyKind::Ed25519 => Ok(Self::Ed25519),
            KeyKind::Unsupported { algorithm } => Err(crate::Error::UnsupportedAlgorithm {
                what: "the certificate's public key",
                algorithm: algorithm.clone(),
            }),
        }
    }

    /// The algorithm of a signature that is there, where it is one of these.
    pub(crate) fn of(scheme: &Scheme, key: &PublicKey) -> Option<Self> {
        use DigestAlgorithm::{Sha256, Sha384, Sha512};
        match (scheme, key.kind()) {
            (Scheme::RsaPkcs1(Sha256), _) => Some(Self::RsaPkcs1Sha256),
            (Scheme::RsaPkcs1(Sha384), _) => Some(Self::RsaPkcs1Sha384),
            (Scheme::RsaPkcs1(Sha512), _) => Some(Self::RsaPkcs1Sha512),
            (Scheme::RsaPss(Sha256), _) => Some(Self::RsaPssSha256),
            (Scheme::RsaPss(Sha384), _) => Some(Self::RsaPssSha384),
            (Scheme::RsaPss(Sha512), _) => Some(Self::RsaPssSha512),
            (Scheme::Ecdsa(Sha256), KeyKind::P256) => Some(Self::EcdsaP256Sha256),
            (Scheme::Ecdsa(Sha384), KeyKind::P384) => Some(Self::EcdsaP384Sha384),
            (Scheme::Ed25519, _) => Some(Self::Ed25519),
            (
                Scheme::RsaPkcs1(_)
                | Scheme::RsaPss(_)
                | Scheme::Ecdsa(_)
                | Scheme::RsaBare
                | Scheme::EcBare
                | Scheme::Unsupported(_),
                _,
            ) => None,
        }
    }

    pub(crate) fn scheme(self) -> Scheme {
        let digest = self.content_digest();
        match self {
            Self::RsaPkcs1Sha256 | Self::RsaPkcs1Sha384 | Self::RsaPkcs1Sha512 => {
                Scheme::RsaPkcs1(digest)
            }
            Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512 => Scheme::RsaPss(digest),
            Self::EcdsaP256Sha256 | Self::EcdsaP384Sha384 => Scheme::Ecdsa(digest),
            Self::Ed25519 => Scheme::Ed25519,
        }
    }

    pub(crate) fn fits(self, key: &PublicKey) -> bool {
        match self {
            Self::RsaPkcs1Sha256 | Self::RsaPkcs1Sha384 | Self::RsaPkcs1Sha512 => {
                matches!(key.kind(), KeyKind::Rsa { .. })
            }
            Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512 => {
                matches!(key.kind(), KeyKind::Rsa { .. } | KeyKind::RsaPss { .. })
            }
            Self::EcdsaP256Sha256 => matches!(key.kind(), KeyKind::P256),
            Self::EcdsaP384Sha384 => matches!(key.kind(), KeyKind::P384),
            Self::Ed25519 => matches!(key.kind(), KeyKind::Ed25519),
        }
    }

    /// The AlgorithmIdentifier for certificates and CMS, as DER: what [`PublicKey::verify_signature`] takes.
    pub fn identifier(self) -> Vec<u8> {
        let digest = self.content_digest();
        match self {
            // RFC 4055 §5: NULL parameters for PKCS#1 v1.5.
            Self::RsaPkcs1Sha256 => der::sequence(&[&der::oid(oid::SHA256_WITH_RSA), &der::null()]),
            Self::RsaPkcs1Sha384 => der::sequence(&[&der::oid(oid::SHA384_WITH_RSA), &der::null()]),
            Self::RsaPkcs1Sha512 => der::sequence(&[&der::oid(oid::SHA512_WITH_RSA), &der::null()]),
            Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512 => {
                // RFC 4055 §3.1: hash, mask generation and salt are stated; the trailer is the default.
                let hash = der::sequence(&[&der::oid(digest.oid()), &der::null()]);
                let mask = der::sequence(&[&der::oid(oid::MGF1), &hash]);
                let salt =
                    der::small_integer(u64::try_from(digest.output_len()).unwrap_or_default());
                let parameters = der::sequence(&[
                    &der::explicit(0, &hash),
                    &der::explicit(1, &mask),
                    &der::explicit(2, &salt),
                ]);
                der::sequence(&[&der::oid(oid::RSASSA_PSS), &parameters])
            }
            Self::EcdsaP256Sha256 => der::sequence(&[&der::oid(oid::ECDSA_SHA256)]),
            Self::EcdsaP384Sha384 => der::sequence(&[&der::oid(oid::ECDSA_SHA384)]),
            Self::Ed25519 => der::sequence(&[&der::oid(oid::ED25519)]),
        }
    }
}
