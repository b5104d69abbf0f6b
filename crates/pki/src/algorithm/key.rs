//! Public keys and the verification of one signature with one of them.

use super::DigestAlgorithm;
use super::scheme::{PssParameters, Scheme, named};
use crate::Error;
use crate::der::{self, Fault, Reader, tag};
use crate::oid;
use ring::signature;

/// What kind of public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Rsa {
        bits: usize,
    },
    /// A key restricted to PSS, by its own parameters where it has some (RFC 4055 §1.2).
    RsaPss {
        bits: usize,
        only: Option<PssParameters>,
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
            oid::RSA_ENCRYPTION => {
                // RFC 4055 §1.2: NULL; absent is met in the field and says the same.
                if parameters.is_some_and(|p| p.tag != tag::NULL || !p.content.is_empty()) {
                    return Err(algorithm_element.fault("RSA key with parameters"));
                }
                match rsa_key(bits)? {
                    Ok(bits) => KeyKind::Rsa { bits },
                    Err(algorithm) => KeyKind::Unsupported { algorithm },
                }
            }
            oid::RSASSA_PSS => {
                let only = parameters.map(|p| PssParameters::read(&p)).transpose()?;
                match rsa_key(bits)? {
                    Ok(bits) => KeyKind::RsaPss { bits, only },
                    Err(algorithm) => KeyKind::Unsupported { algorithm },
                }
            }
            oid::EC_PUBLIC_KEY => match parameters {
                Some(p) if p.tag == tag::OID => match p.content {
                    oid::CURVE_P256 => KeyKind::P256,
                    oid::CURVE_P384 => KeyKind::P384,
                    other => KeyKind::Unsupported { algorithm: named(other, "curve") },
                },
                Some(_) | None => {
                    KeyKind::Unsupported { algorithm: "a curve that is not named".to_owned() }
                }
            },
            oid::ED25519 if parameters.is_none() => KeyKind::Ed25519,
            other => KeyKind::Unsupported { algorithm: named(other, "public key algorithm") },
        };
        Ok(PublicKey { kind, bits: bits.to_vec() })
    }

    /// Reads the DER of a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
    ///
    /// # Errors
    /// [`Error::Malformed`]. A key of an algorithm that is not supported is read and named.
    pub fn from_spki_der(spki: &[u8]) -> Result<Self, Error> {
        Self::read(spki).map_err(Error::malformed("public key"))
    }

    /// Whether `signature` over `message` was made with this key, by the algorithm that the DER of
    /// an AlgorithmIdentifier names. Mathematics alone: whether the algorithm may be trusted is
    /// asked of an [`super::AlgorithmPolicy`].
    ///
    /// # Errors
    /// [`Error::Malformed`] for the identifier; [`Error::UnsupportedAlgorithm`] where nothing is
    /// known about the signature; [`Error::SignatureRejected`] where it is wrong.
    pub fn verify_signature(
        &self,
        algorithm_identifier: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        let malformed = Error::malformed("signature algorithm");
        let mut outer = Reader::new(algorithm_identifier);
        let element =
            outer.expect(tag::SEQUENCE, "algorithm identifier expected").map_err(&malformed)?;
        outer.end("extra bytes after the algorithm identifier").map_err(&malformed)?;
        let scheme = Scheme::read(&element).map_err(&malformed)?;
        self.verify(&scheme, message, signature).map_err(|fault| match fault {
            VerifyFault::Unsupported(algorithm) => {
                Error::UnsupportedAlgorithm { what: "the signature", algorithm }
            }
            VerifyFault::WrongKey(_) | VerifyFault::Invalid => {
                Error::SignatureRejected { subject: self.name(), reason: fault.to_string() }
            }
        })
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
        if matches!(self.kind, KeyKind::P256 | KeyKind::P384)
            && matches!(self.bits.first(), Some(2 | 3))
        {
            // RFC 5480 §2.2: compressed points may be, uncompressed ones must be supported.
            return unsupported(format!("{} with a compressed point", self.name()));
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
            // RFC 4055 §3.3: the parameters of a key bind its signatures.
            (Scheme::RsaPss(digest), KeyKind::RsaPss { only: Some(only), .. })
                if !only.allow(*digest) =>
            {
                return wrong();
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

/// Bits of the modulus in an RSAPublicKey (RFC 8017 A.1.1), or the name of a key that ring does not
/// take: its exponents are odd, from 3 to below 2^33.
fn rsa_key(key: &[u8]) -> Result<Result<usize, String>, Fault> {
    let mut outer = Reader::new(key);
    let mut reader = outer.sequence("RSA public key expected")?;
    outer.end("extra bytes after the RSA public key")?;
    let modulus = reader.integer("RSA modulus expected")?;
    let exponent = reader.integer("RSA exponent expected")?;
    reader.end("RSA public key has extra fields")?;
    if [modulus, exponent].iter().any(|n| n.first().is_none_or(|b| b & 0x80 != 0)) {
        return Err(reader.fault("RSA public key with a negative number"));
    }
    let small = exponent.len() <= 5 && {
        let value = exponent.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        value % 2 == 1 && (3..1 << 33).contains(&value)
    };
    if !small {
        return Ok(Err(format!("RSA with the exponent {}", crate::certificate::hex(exponent))));
    }
    let digits = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let high = digits.first().map_or(0, |b| 8 - usize::try_from(b.leading_zeros()).unwrap_or(8));
    Ok(Ok(digits.len().saturating_sub(1) * 8 + high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_ring_does_not_take_are_named() {
        let rsa = |exponent: &[u8]| {
            let modulus = [&[0, 0x80], [1; 255].as_slice()].concat();
            let numbers = [der::tlv(tag::INTEGER, &modulus), der::tlv(tag::INTEGER, exponent)];
            let key = der::sequence(&[&numbers.concat()]);
            let algorithm = der::sequence(&[&der::oid(oid::RSA_ENCRYPTION), &der::null()]);
            let bits = der::tlv(tag::BIT_STRING, &[&[0], key.as_slice()].concat());
            PublicKey::from_spki_der(&der::sequence(&[&algorithm, &bits]))
        };
        assert_eq!(rsa(&[1, 0, 1]).unwrap().name(), "RSA 2048");
        let pkcs1 = der::sequence(&[&der::oid(oid::SHA256_WITH_RSA), &der::null()]);
        for exponent in [&[1][..], &[4], &[2, 0, 0, 0, 1], &[1, 0, 0, 0, 0, 1]] {
            let key = rsa(exponent).unwrap();
            let refused = key.verify_signature(&pkcs1, b"x", &[0; 256]).unwrap_err();
            assert_eq!(refused.code(), "pki.unsupported_algorithm", "{exponent:?}");
        }
        assert!(rsa(&[0x81]).is_err());
    }
}
