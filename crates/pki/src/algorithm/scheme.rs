//! What an AlgorithmIdentifier says: a scheme ring carries out, or the name of one it does not. An
//! algorithm that is not supported is named, never called invalid.

use super::DigestAlgorithm;
use crate::der::{Element, Fault, Reader, integer_u64, tag};
use crate::oid::{self, Oid};

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
                Some(p) => PssParameters::read(&p).map(PssParameters::scheme),
                None => Err(element.fault("RSASSA-PSS without parameters")),
            },
            oid::ECDSA_SHA256 => simple(absent, Self::Ecdsa(DigestAlgorithm::Sha256)),
            oid::ECDSA_SHA384 => simple(absent, Self::Ecdsa(DigestAlgorithm::Sha384)),
            oid::ECDSA_SHA512 => simple(absent, Self::Ecdsa(DigestAlgorithm::Sha512)),
            oid::ED25519 => simple(absent, Self::Ed25519),
            oid::RSA_ENCRYPTION => simple(null_or_absent, Self::RsaBare),
            oid::EC_PUBLIC_KEY => Ok(Self::EcBare),
            other => Ok(Self::Unsupported(named(other, "signature algorithm"))),
        }
    }

    /// As [`Scheme::read`], in a SignerInfo: there NULL is read as no parameters for ECDSA too, and told. RFC 5758 §3.2 has
    /// none, but widespread writers put it, and it says nothing.
    pub fn read_in_cms(element: &Element<'_>) -> Result<(Self, bool), Fault> {
        let fault = match Self::read(element) {
            Ok(scheme) => return Ok((scheme, false)),
            Err(fault) => fault,
        };
        let mut reader = element.reader();
        let digest = match reader.oid("")? {
            oid::ECDSA_SHA256 => DigestAlgorithm::Sha256,
            oid::ECDSA_SHA384 => DigestAlgorithm::Sha384,
            oid::ECDSA_SHA512 => DigestAlgorithm::Sha512,
            _ => return Err(fault),
        };
        match reader.any() {
            Ok(p) if p.tag == tag::NULL && p.content.is_empty() && reader.is_empty() => {
                Ok((Self::Ecdsa(digest), true))
            }
            Ok(_) | Err(_) => Err(fault),
        }
    }

    /// What a SignerInfo with this content digest means (RFC 3370 §3.2, RFC 5754 §3.2): where the key's identifier stands for
    /// the algorithm, the digest is the one beside it.
    pub fn with_digest(&self, digest: DigestAlgorithm) -> Self {
        match self {
            Self::RsaBare => Self::RsaPkcs1(digest),
            Self::EcBare => Self::Ecdsa(digest),
            other => other.clone(),
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

/// RSASSA-PSS-params (RFC 4055 §3.1) as they stand, before it is asked what ring can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PssParameters {
    hash: Result<DigestAlgorithm, String>,
    mask: Result<DigestAlgorithm, String>,
    salt: u64,
    trailer: u64,
}

impl PssParameters {
    pub fn read(element: &Element<'_>) -> Result<Self, Fault> {
        if element.tag != tag::SEQUENCE {
            return Err(element.fault("RSASSA-PSS parameters expected"));
        }
        let mut reader = element.reader();
        let number = |field: Option<Element<'_>>, default: u64| match field {
            None => Ok(default),
            Some(field) => {
                let mut inner = field.reader();
                let number = inner.expect(tag::INTEGER, "number expected")?;
                inner.end("extra bytes after a number")?;
                integer_u64(&number)
            }
        };
        let hash = match reader.optional(0xa0)? {
            Some(field) => {
                let mut inner = field.reader();
                let hash = read_digest(&mut inner)?;
                inner.end("extra bytes after the digest algorithm")?;
                hash
            }
            None => Ok(DigestAlgorithm::Sha1),
        };
        let mask = match reader.optional(0xa1)? {
            Some(field) => {
                let mut inner = field.reader();
                let mut mask = inner.sequence("mask generation expected")?;
                inner.end("extra bytes after mask generation")?;
                if mask.oid("mask generation expected")? == oid::MGF1 {
                    let digest = read_digest(&mut mask)?;
                    mask.end("mask generation has extra fields")?;
                    digest
                } else {
                    Err("a mask generation other than MGF1".to_owned())
                }
            }
            None => Ok(DigestAlgorithm::Sha1),
        };
        let salt = number(reader.optional(0xa2)?, 20)?;
        let trailer = number(reader.optional(0xa3)?, 1)?;
        reader.end("RSASSA-PSS parameters have extra fields")?;
        Ok(PssParameters { hash, mask, salt, trailer })
    }

    /// What ring carries out: one digest for both, and a salt as long as it; all else is named.
    fn scheme(self) -> Scheme {
        let unsupported = |what: String| Scheme::Unsupported(format!("RSASSA-PSS with {what}"));
        if self.trailer != 1 {
            return unsupported(format!("trailer field {}", self.trailer));
        }
        let (hash, mask) = match (self.hash, self.mask) {
            (Ok(hash), Ok(mask)) => (hash, mask),
            (Err(name), _) | (_, Err(name)) => return unsupported(name),
        };
        if hash == DigestAlgorithm::Sha1 {
            return unsupported("SHA-1".to_owned());
        }
        if hash != mask {
            return unsupported(format!("{} and MGF1 with {}", hash.name(), mask.name()));
        }
        if usize::try_from(self.salt).ok() != Some(hash.output_len()) {
            return unsupported(format!("{} and a salt of {} bytes", hash.name(), self.salt));
        }
        Scheme::RsaPss(hash)
    }

    /// Whether a key restricted to these parameters may be used with `digest` for mask and hash and
    /// a salt as long as it (RFC 4055 §3.3: the salt of a key's parameters is the least allowed).
    pub fn allow(&self, digest: DigestAlgorithm) -> bool {
        self.trailer == 1
            && self.hash == Ok(digest)
            && self.mask == Ok(digest)
            && usize::try_from(self.salt).is_ok_and(|least| least <= digest.output_len())
    }
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
    Ok(DigestAlgorithm::from_oid(algorithm).ok_or_else(|| named(algorithm, "digest algorithm")))
}

/// Algorithms met in the field that are not carried out here, by dotted identifier.
const NAMES: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.2", "RSASSA-PKCS1-v1_5 with MD2"),
    ("1.2.840.113549.1.1.3", "RSASSA-PKCS1-v1_5 with MD4"),
    ("1.2.840.113549.1.1.4", "RSASSA-PKCS1-v1_5 with MD5"),
    ("1.2.840.113549.1.1.14", "RSASSA-PKCS1-v1_5 with SHA-224"),
    ("1.2.840.113549.1.1.15", "RSASSA-PKCS1-v1_5 with SHA-512/224"),
    ("1.2.840.113549.1.1.16", "RSASSA-PKCS1-v1_5 with SHA-512/256"),
    ("1.2.840.113549.2.2", "MD2"),
    ("1.2.840.113549.2.4", "MD4"),
    ("1.2.840.113549.2.5", "MD5"),
    ("1.2.840.10040.4.1", "DSA"),
    ("1.2.840.10040.4.3", "DSA with SHA-1"),
    ("1.2.840.10045.4.1", "ECDSA with SHA-1"),
    ("1.2.840.10045.4.3.1", "ECDSA with SHA-224"),
    ("1.2.643.7.1.1.1.1", "GOST R 34.10-2012 (256 bit)"),
    ("1.2.643.7.1.1.1.2", "GOST R 34.10-2012 (512 bit)"),
    ("1.2.643.7.1.1.3.2", "GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)"),
    ("1.2.643.7.1.1.3.3", "GOST R 34.10-2012 with GOST R 34.11-2012 (512 bit)"),
    ("1.2.156.10197.1.501", "SM2 with SM3"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.113", "Ed448"),
    ("1.3.132.0.10", "curve secp256k1"),
    ("1.3.132.0.35", "curve P-521"),
    ("1.2.840.10045.3.1.1", "curve P-192"),
    ("1.3.132.0.33", "curve P-224"),
    ("1.3.36.3.3.2.8.1.1.7", "curve brainpoolP256r1"),
    ("1.3.36.3.3.2.8.1.1.11", "curve brainpoolP384r1"),
    ("1.3.36.3.3.2.8.1.1.13", "curve brainpoolP512r1"),
    ("2.16.840.1.101.3.4.2.4", "SHA-224"),
    ("2.16.840.1.101.3.4.2.5", "SHA-512/224"),
    ("2.16.840.1.101.3.4.2.6", "SHA-512/256"),
    ("2.16.840.1.101.3.4.2.7", "SHA3-224"),
    ("2.16.840.1.101.3.4.2.8", "SHA3-256"),
    ("2.16.840.1.101.3.4.2.9", "SHA3-384"),
    ("2.16.840.1.101.3.4.2.10", "SHA3-512"),
    ("2.16.840.1.101.3.4.2.11", "SHAKE128"),
    ("2.16.840.1.101.3.4.2.12", "SHAKE256"),
    ("2.16.840.1.101.3.4.3.1", "DSA with SHA-224"),
    ("2.16.840.1.101.3.4.3.2", "DSA with SHA-256"),
    ("2.16.840.1.101.3.4.3.3", "DSA with SHA-384"),
    ("2.16.840.1.101.3.4.3.4", "DSA with SHA-512"),
    ("2.16.840.1.101.3.4.3.9", "ECDSA with SHA3-224"),
    ("2.16.840.1.101.3.4.3.10", "ECDSA with SHA3-256"),
    ("2.16.840.1.101.3.4.3.11", "ECDSA with SHA3-384"),
    ("2.16.840.1.101.3.4.3.12", "ECDSA with SHA3-512"),
    ("2.16.840.1.101.3.4.3.13", "RSASSA-PKCS1-v1_5 with SHA3-224"),
    ("2.16.840.1.101.3.4.3.14", "RSASSA-PKCS1-v1_5 with SHA3-256"),
    ("2.16.840.1.101.3.4.3.15", "RSASSA-PKCS1-v1_5 with SHA3-384"),
    ("2.16.840.1.101.3.4.3.16", "RSASSA-PKCS1-v1_5 with SHA3-512"),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
    ("2.16.840.1.101.3.4.3.20", "SLH-DSA-SHA2-128s"),
    ("2.16.840.1.101.3.4.3.21", "SLH-DSA-SHA2-128f"),
];

/// The name of an algorithm that is not carried out: a known one, or what it is with its identifier.
pub(super) fn named(content: &[u8], what: &str) -> String {
    let dotted = Oid::new(content).to_string();
    NAMES
        .iter()
        .find(|(id, _)| *id == dotted)
        .map_or_else(|| format!("{what} {dotted}"), |(_, name)| (*name).to_owned())
}
