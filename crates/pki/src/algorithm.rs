//! The algorithm table: object identifiers and parameters on one side, ring on the other.
//! Whether an algorithm may still be trusted at a date is [`crate::algorithm_policy`].

use crate::der::{self, Element, Fault, Reader, tag};
use crate::oid::{self, Oid};
use ring::{digest, signature};

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

/// Signature algorithms for new signatures. Circular 15/2025/TT-BKHCN wants RSA-PSS or ECDSA.
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

    /// The AlgorithmIdentifier for certificates and CMS.
    pub(crate) fn identifier(self) -> Vec<u8> {
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

/// What an AlgorithmIdentifier says, without the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    RsaPkcs1(DigestAlgorithm),
    /// MGF1 with the same digest, salt of the digest's length: what ring carries out.
    RsaPss(DigestAlgorithm),
    Ecdsa(DigestAlgorithm),
    Ed25519,
    /// `rsaEncryption` or `id-ecPublicKey` in a SignerInfo: the digest stands beside it.
    RsaBare,
    EcBare,
    Unsupported(String),
}

impl Scheme {
    /// Reads an AlgorithmIdentifier SEQUENCE.
    pub fn read(element: &Element<'_>) -> Result<Self, Fault> {
        let mut reader = element.reader();
        let algorithm = reader.oid("algorithm identifier expected")?;
        let parameters = if reader.is_empty() { None } else { Some(reader.any()?) };
        reader.end("algorithm identifier has extra fields")?;
        let null_or_absent = match parameters {
            None => true,
            Some(p) => p.tag == tag::NULL && p.content.is_empty(),
        };
        let absent = parameters.is_none();
        let simple = |fits: bool, scheme: Scheme| {
            if fits {
                Ok(scheme)
            } else {
                Err(element.fault("algorithm parameters are not the ones defined"))
            }
        };
        match algorithm {
            oid::SHA1_WITH_RSA | oid::SHA1_WITH_RSA_OIW => {
                simple(null_or_absent, Self::RsaPkcs1(DigestAlgorithm::Sha1))
            }
            oid::SHA256_WITH_RSA => simple(null_or_absent, Self::RsaPkcs1(DigestAlgorithm::Sha256)),
            oid::SHA384_WITH_RSA => simple(null_or_absent, Self::RsaPkcs1(DigestAlgorithm::Sha384)),
            oid::SHA512_WITH_RSA => simple(null_or_absent, Self::RsaPkcs1(DigestAlgorithm::Sha512)),
            oid::RSASSA_PSS => match parameters {
                Some(p) => read_pss(&p),
                None => Err(element.fault("RSASSA-PSS without parameters")),
            },
            oid::ECDSA_SHA1 => Ok(Self::Unsupported("ECDSA with SHA-1".to_owned())),
            oid::ECDSA_SHA256 => simple(absent, Self::Ecdsa(DigestAlgorithm::Sha256)),
            oid::ECDSA_SHA384 => simple(absent, Self::Ecdsa(DigestAlgorithm::Sha384)),
            oid::ECDSA_SHA512 => simple(absent, Self::Ecdsa(DigestAlgorithm::Sha512)),
            oid::ED25519 => simple(absent, Self::Ed25519),
            oid::ED448 => Ok(Self::Unsupported("Ed448".to_owned())),
            oid::RSA_ENCRYPTION => simple(null_or_absent, Self::RsaBare),
            oid::EC_PUBLIC_KEY => Ok(Self::EcBare),
            other => Ok(Self::Unsupported(format!("signature algorithm {}", Oid::new(other)))),
        }
    }

    pub fn digest(&self) -> Option<DigestAlgorithm> {
        match self {
            Self::RsaPkcs1(d) | Self::RsaPss(d) | Self::Ecdsa(d) => Some(*d),
            Self::Ed25519 => Some(DigestAlgorithm::Sha512),
            Self::RsaBare | Self::EcBare | Self::Unsupported(_) => None,
        }
    }

    pub fn name(&self) -> String {
        match self {
            Self::RsaPkcs1(d) => format!("RSASSA-PKCS1-v1_5 with {}", d.name()),
            Self::RsaPss(d) => format!("RSASSA-PSS with {}", d.name()),
            Self::Ecdsa(d) => format!("ECDSA with {}", d.name()),
            Self::Ed25519 => "Ed25519".to_owned(),
            Self::RsaBare => "rsaEncryption".to_owned(),
            Self::EcBare => "id-ecPublicKey".to_owned(),
            Self::Unsupported(name) => name.clone(),
        }
    }
}

/// RSASSA-PSS-params (RFC 4055 §3.1).
fn read_pss(element: &Element<'_>) -> Result<Scheme, Fault> {
    if element.tag != tag::SEQUENCE {
        return Err(element.fault("RSASSA-PSS parameters expected"));
    }
    let mut reader = element.reader();
    let hash = match reader.optional(0xa0)? {
        Some(field) => read_digest(&mut field.reader())?,
        None => Ok(DigestAlgorithm::Sha1),
    };
    let mask = match reader.optional(0xa1)? {
        Some(field) => {
            let mut inner = field.reader();
            let mut mask = inner.sequence("mask generation expected")?;
            inner.end("extra bytes after mask generation")?;
            if mask.oid("mask generation expected")? == oid::MGF1 {
                read_digest(&mut mask)?
            } else {
                Err("a mask generation other than MGF1".to_owned())
            }
        }
        None => Ok(DigestAlgorithm::Sha1),
    };
    let salt = match reader.optional(0xa2)? {
        Some(field) => {
            der::integer_u64(&field.reader().expect(tag::INTEGER, "salt length expected")?)?
        }
        None => 20,
    };
    if let Some(field) = reader.optional(0xa3)? {
        let trailer =
            der::integer_u64(&field.reader().expect(tag::INTEGER, "trailer field expected")?)?;
        if trailer != 1 {
            return Ok(Scheme::Unsupported(format!("RSASSA-PSS with trailer field {trailer}")));
        }
    }
    reader.end("RSASSA-PSS parameters have extra fields")?;
    let (hash, mask) = match (hash, mask) {
        (Ok(hash), Ok(mask)) => (hash, mask),
        (Err(name), _) | (_, Err(name)) => {
            return Ok(Scheme::Unsupported(format!("RSASSA-PSS with {name}")));
        }
    };
    if hash == DigestAlgorithm::Sha1 {
        return Ok(Scheme::Unsupported("RSASSA-PSS with SHA-1".to_owned()));
    }
    if hash != mask {
        return Ok(Scheme::Unsupported(format!(
            "RSASSA-PSS with {} and MGF1 with {}",
            hash.name(),
            mask.name()
        )));
    }
    if usize::try_from(salt).ok() != Some(hash.output_len()) {
        return Ok(Scheme::Unsupported(format!("RSASSA-PSS with a salt of {salt} bytes")));
    }
    Ok(Scheme::RsaPss(hash))
}

/// A digest AlgorithmIdentifier: the algorithm, or the name of one that cannot be computed.
pub(crate) fn read_digest(
    reader: &mut Reader<'_>,
) -> Result<Result<DigestAlgorithm, String>, Fault> {
    let mut inner = reader.sequence("digest algorithm expected")?;
    let algorithm = inner.oid("digest algorithm expected")?;
    if let Some(parameters) = inner.optional(tag::NULL)?
        && !parameters.content.is_empty()
    {
        return Err(parameters.fault("NULL has content"));
    }
    inner.end("digest algorithm has unexpected parameters")?;
    Ok(DigestAlgorithm::from_oid(algorithm)
        .ok_or_else(|| format!("digest algorithm {}", Oid::new(algorithm))))
}

/// What kind of public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Rsa {
        bits: usize,
    },
    /// A key restricted to PSS, by its own parameters where it has some (RFC 4055 §1.2).
    RsaPss {
        bits: usize,
        only: Option<Scheme>,
    },
    P256,
    P384,
    Ed25519,
    Unsupported {
        algorithm: String,
    },
}

/// A subject public key: its kind and the bytes ring takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    kind: KeyKind,
    bits: Vec<u8>,
}

/// Why a signature was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum VerifyFault {
    /// Named: not carried out here, so nothing is known about the signature.
    Unsupported(String),
    /// The scheme needs another kind of key.
    WrongKey(String),
    /// The mathematics say no.
    Invalid,
}

impl std::fmt::Display for VerifyFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unsupported(name) => write!(f, "{name} is not supported"),
            Self::WrongKey(name) => write!(f, "{name} does not go with this key"),
            Self::Invalid => f.write_str("the signature is wrong"),
        }
    }
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo.
    pub(crate) fn read(spki: &[u8]) -> Result<Self, Fault> {
        let mut outer = Reader::new(spki);
        let mut reader = outer.sequence("public key expected")?;
        outer.end("extra bytes after the public key")?;
        let algorithm_element = reader.expect(tag::SEQUENCE, "public key algorithm expected")?;
        let key = reader.expect(tag::BIT_STRING, "public key bits expected")?;
        reader.end("public key has extra fields")?;
        let (unused, bits) = der::bits(&key)?;
        if unused != 0 {
            return Err(key.fault("public key is not whole bytes"));
        }
        let mut algorithm = algorithm_element.reader();
        let id = algorithm.oid("public key algorithm expected")?;
        let parameters = if algorithm.is_empty() { None } else { Some(algorithm.any()?) };
        algorithm.end("public key algorithm has extra fields")?;
        let kind = match id {
            oid::RSA_ENCRYPTION => KeyKind::Rsa { bits: modulus_bits(bits)? },
            oid::RSASSA_PSS => KeyKind::RsaPss {
                bits: modulus_bits(bits)?,
                only: parameters.map(|p| read_pss(&p)).transpose()?,
            },
            oid::EC_PUBLIC_KEY => match parameters {
                Some(p) if p.tag == tag::OID => match p.content {
                    oid::CURVE_P256 => KeyKind::P256,
                    oid::CURVE_P384 => KeyKind::P384,
                    oid::CURVE_P521 => KeyKind::Unsupported { algorithm: "curve P-521".to_owned() },
                    other => {
                        KeyKind::Unsupported { algorithm: format!("curve {}", Oid::new(other)) }
                    }
                },
                Some(_) | None => {
                    KeyKind::Unsupported { algorithm: "a curve that is not named".to_owned() }
                }
            },
            oid::ED25519 if parameters.is_none() => KeyKind::Ed25519,
            oid::ED448 => KeyKind::Unsupported { algorithm: "Ed448".to_owned() },
            other => KeyKind::Unsupported {
                algorithm: format!("public key algorithm {}", Oid::new(other)),
            },
        };
        Ok(PublicKey { kind, bits: bits.to_vec() })
    }

    pub(crate) fn kind(&self) -> &KeyKind {
        &self.kind
    }

    /// The key bits alone, as key identifiers hash them (RFC 5280 §4.2.1.2 (1)).
    pub(crate) fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// Size in bits, for RSA.
    pub fn rsa_bits(&self) -> Option<usize> {
        match &self.kind {
            KeyKind::Rsa { bits } | KeyKind::RsaPss { bits, .. } => Some(*bits),
            KeyKind::P256 | KeyKind::P384 | KeyKind::Ed25519 | KeyKind::Unsupported { .. } => None,
        }
    }

    /// `RSA 2048`, `ECDSA P-256` and so on.
    pub fn name(&self) -> String {
        match &self.kind {
            KeyKind::Rsa { bits } => format!("RSA {bits}"),
            KeyKind::RsaPss { bits, .. } => format!("RSA {bits} (PSS only)"),
            KeyKind::P256 => "ECDSA P-256".to_owned(),
            KeyKind::P384 => "ECDSA P-384".to_owned(),
            KeyKind::Ed25519 => "Ed25519".to_owned(),
            KeyKind::Unsupported { algorithm } => algorithm.clone(),
        }
    }

    /// Whether `signature` over `message` was made with this key.
    pub(crate) fn verify(
        &self,
        scheme: &Scheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyFault> {
        use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};
        let wrong =
            || Err(VerifyFault::WrongKey(format!("{} with {}", scheme.name(), self.name())));
        let unsupported = |name: String| Err(VerifyFault::Unsupported(name));
        if let KeyKind::Unsupported { algorithm } = &self.kind {
            return unsupported(algorithm.clone());
        }
        if let Some(bits) = self.rsa_bits()
            && !(1024..=8192).contains(&bits)
        {
            return unsupported(format!("RSA key of {bits} bits"));
        }
        let small = self.rsa_bits().is_some_and(|bits| bits < 2048);
        let algorithm: &dyn signature::VerificationAlgorithm = match (scheme, &self.kind) {
            (Scheme::Unsupported(name), _) => return unsupported(name.clone()),
            (Scheme::RsaBare | Scheme::EcBare, _) => return unsupported(scheme.name()),
            (Scheme::RsaPkcs1(digest), KeyKind::Rsa { .. }) => match (digest, small) {
                // Old material only: the algorithm policy decides whether it counts.
                (Sha1, _) => &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
                (Sha256, true) => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
                (Sha512, true) => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
                (Sha384, true) => {
                    return unsupported("RSA below 2048 bits with SHA-384".to_owned());
                }
                (Sha256, false) => &signature::RSA_PKCS1_2048_8192_SHA256,
                (Sha384, false) => &signature::RSA_PKCS1_2048_8192_SHA384,
                (Sha512, false) => &signature::RSA_PKCS1_2048_8192_SHA512,
            },
            (Scheme::RsaPss(_), KeyKind::RsaPss { only: Some(only), .. }) if only != scheme => {
                return match only {
                    Scheme::Unsupported(name) => unsupported(name.clone()),
                    _ => wrong(),
                };
            }
            (Scheme::RsaPss(digest), KeyKind::Rsa { .. } | KeyKind::RsaPss { .. }) => {
                match (digest, small) {
                    (_, true) => return unsupported("RSASSA-PSS below 2048 bits".to_owned()),
                    (Sha1, _) => return unsupported("RSASSA-PSS with SHA-1".to_owned()),
                    (Sha256, _) => &signature::RSA_PSS_2048_8192_SHA256,
                    (Sha384, _) => &signature::RSA_PSS_2048_8192_SHA384,
                    (Sha512, _) => &signature::RSA_PSS_2048_8192_SHA512,
                }
            }
            (Scheme::Ecdsa(digest), KeyKind::P256) => match digest {
                Sha256 => &signature::ECDSA_P256_SHA256_ASN1,
                Sha384 => &signature::ECDSA_P256_SHA384_ASN1,
                Sha1 | Sha512 => {
                    return unsupported(format!("ECDSA P-256 with {}", digest.name()));
                }
            },
            (Scheme::Ecdsa(digest), KeyKind::P384) => match digest {
                Sha256 => &signature::ECDSA_P384_SHA256_ASN1,
                Sha384 => &signature::ECDSA_P384_SHA384_ASN1,
                Sha1 | Sha512 => {
                    return unsupported(format!("ECDSA P-384 with {}", digest.name()));
                }
            },
            (Scheme::Ed25519, KeyKind::Ed25519) => &signature::ED25519,
            (Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) | Scheme::Ecdsa(_) | Scheme::Ed25519, _) => {
                return wrong();
            }
        };
        signature::UnparsedPublicKey::new(algorithm, &self.bits)
            .verify(message, signature)
            .map_err(|_| VerifyFault::Invalid)
    }
}

/// Bits of the modulus in an RSAPublicKey (RFC 8017 A.1.1).
fn modulus_bits(key: &[u8]) -> Result<usize, Fault> {
    let mut outer = Reader::new(key);
    let mut reader = outer.sequence("RSA public key expected")?;
    outer.end("extra bytes after the RSA public key")?;
    let modulus = reader.integer("RSA modulus expected")?;
    reader.integer("RSA exponent expected")?;
    reader.end("RSA public key has extra fields")?;
    let digits = match modulus {
        [0, rest @ ..] => rest,
        [first, ..] if first & 0x80 != 0 => return Err(outer.fault("RSA modulus is negative")),
        all => all,
    };
    let high = digits.first().map_or(0, |b| 8 - usize::try_from(b.leading_zeros()).unwrap_or(8));
    Ok(digits.len().saturating_sub(1) * 8 + high)
}
