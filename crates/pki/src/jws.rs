//! Compact JWS (RFC 7515) signed with a certificate's key, the chain in its header: what signed lists travel in. What a payload says
//! is for its reader; whom the certificate belongs to and whether it counts is asked of [`crate::path::validate`].

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;

use crate::der::{self, Fault, Reader};
use crate::{Certificate, Error, SignatureAlgorithm, Signer, SigningRules};

/// Bytes of a header: five certificates of two kilobytes each, in base64 twice.
const HEADER_LIMIT: usize = 64 << 10;
/// Certificates of a header; official chains have two or three.
const CHAIN_LIMIT: usize = 10;

/// A signed text whose signature holds, and who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The header's `typ`.
    pub typ: String,
    /// The payload, byte for byte as it was signed.
    pub payload: Vec<u8>,
    /// The signer's certificate first (`x5c`).
    pub chain: Vec<Certificate>,
    /// How it was signed.
    pub algorithm: SignatureAlgorithm,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: String,
    x5c: Vec<String>,
    /// RFC 7515 §4.1.11: what it names must be understood, and nothing is.
    crit: Option<serde_json::Value>,
}

/// The name of an algorithm in a header (RFC 7518 §3.1, RFC 8037 §3.1).
fn name(algorithm: SignatureAlgorithm) -> &'static str {
    match algorithm {
        SignatureAlgorithm::RsaPkcs1Sha256 => "RS256",
        SignatureAlgorithm::RsaPkcs1Sha384 => "RS384",
        SignatureAlgorithm::RsaPkcs1Sha512 => "RS512",
        SignatureAlgorithm::RsaPssSha256 => "PS256",
        SignatureAlgorithm::RsaPssSha384 => "PS384",
        SignatureAlgorithm::RsaPssSha512 => "PS512",
        SignatureAlgorithm::EcdsaP256Sha256 => "ES256",
        SignatureAlgorithm::EcdsaP384Sha384 => "ES384",
        SignatureAlgorithm::Ed25519 => "EdDSA",
    }
}

const ALGORITHMS: [SignatureAlgorithm; 9] = [
    SignatureAlgorithm::RsaPkcs1Sha256,
    SignatureAlgorithm::RsaPkcs1Sha384,
    SignatureAlgorithm::RsaPkcs1Sha512,
    SignatureAlgorithm::RsaPssSha256,
    SignatureAlgorithm::RsaPssSha384,
    SignatureAlgorithm::RsaPssSha512,
    SignatureAlgorithm::EcdsaP256Sha256,
    SignatureAlgorithm::EcdsaP384Sha384,
    SignatureAlgorithm::Ed25519,
];

/// Bytes of each half of an ECDSA signature as JWS writes it (RFC 7518 §3.4); nothing for other algorithms.
fn half(algorithm: SignatureAlgorithm) -> Option<usize> {
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => Some(32),
        SignatureAlgorithm::EcdsaP384Sha384 => Some(48),
        _ => None,
    }
}

fn fault(reason: &'static str) -> Error {
    Error::malformed("signed text")(Fault { offset: 0, reason })
}

/// The two numbers of a DER signature, each filled up to its length.
fn from_der(signature: &[u8], half: usize) -> Result<Vec<u8>, Error> {
    let read = || -> Result<Vec<u8>, Fault> {
        let mut outer = Reader::new(signature);
        let mut inner = outer.sequence("signature expected")?;
        let mut flat = Vec::with_capacity(2 * half);
        for _ in 0..2 {
            let digits = inner.integer("number expected")?;
            let digits = digits.strip_prefix(&[0]).unwrap_or(digits);
            let missing = half
                .checked_sub(digits.len())
                .ok_or_else(|| inner.fault("the number is too large"))?;
            flat.extend(std::iter::repeat_n(0, missing));
            flat.extend_from_slice(digits);
        }
        inner.end("the signature has extra numbers")?;
        outer.end("bytes follow the signature")?;
        Ok(flat)
    };
    read().map_err(Error::malformed("signature"))
}

/// The DER form of a signature as JWS writes it.
fn to_der(signature: &[u8], half: usize) -> Result<Vec<u8>, Error> {
    if signature.len() != half.saturating_mul(2) {
        return Err(fault("the signature has another length than its algorithm gives"));
    }
    let (r, s) = signature.split_at(half);
    Ok(der::sequence(&[&der::integer(r), &der::integer(s)]))
}

/// Signs a payload; `typ` says what it is, such as `statuslist+jwt`. The signer's chain goes into the header (`x5c`, RFC 7515
/// §4.1.6), so that nothing has to be fetched to verify it.
///
/// # Errors
/// [`Error::AlgorithmNotForNew`]; the signer's; [`Error::EmptyChain`]; [`Error::SignatureRejected`] where what the signer gives does not
/// verify.
pub fn sign(
    typ: &str,
    payload: &[u8],
    rules: &SigningRules,
    signer: &dyn Signer,
) -> Result<String, Error> {
    let (algorithm, chain) = (signer.algorithm(), signer.certificate_chain());
    let first = chain.first().ok_or(Error::EmptyChain)?;
    rules.check(algorithm, first.public_key())?;
    // RFC 7515 §4.1.6: base64, not base64url.
    let x5c: Vec<String> = chain.iter().map(|c| STANDARD.encode(c.as_der())).collect();
    let header = serde_json::json!({"alg": name(algorithm), "typ": typ, "x5c": x5c}).to_string();
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let made = signer.sign(input.as_bytes())?;
    check(first, algorithm, input.as_bytes(), &made)?;
    let signature = match half(algorithm) {
        Some(half) => from_der(&made, half)?,
        None => made,
    };
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn check(
    certificate: &Certificate,
    algorithm: SignatureAlgorithm,
    input: &[u8],
    signature: &[u8],
) -> Result<(), Error> {
    let subject = || certificate.subject().to_string();
    if !algorithm.fits(certificate.public_key()) {
        return Err(Error::AlgorithmKeyMismatch {
            algorithm: algorithm.name(),
            subject: subject(),
        });
    }
    certificate
        .public_key()
        .verify(&algorithm.scheme(), input, signature)
        .map_err(|fault| Error::SignatureRejected { subject: subject(), reason: fault.to_string() })
}

/// Reads a signed text of at most `most` bytes and verifies its signature with the first certificate of its header.
///
/// # Errors
/// [`Error::Malformed`]; [`Error::UnsupportedAlgorithm`]; [`Error::AlgorithmKeyMismatch`]; [`Error::SignatureRejected`].
pub fn verify(text: &str, most: usize) -> Result<Signed, Error> {
    if text.len() > most {
        return Err(fault("it is longer than is read"));
    }
    // RFC 7515 §5.2: three parts, base64url without padding.
    let mut parts = text.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(fault("it is not three parts joined by points"));
    };
    let input = text.get(..header.len() + 1 + payload.len()).unwrap_or_default();
    if header.len() > HEADER_LIMIT {
        return Err(fault("its header is too long"));
    }
    let decode = |part: &str| {
        URL_SAFE_NO_PAD.decode(part).map_err(|_| fault("a part of it is not base64url"))
    };
    let header: Header = serde_json::from_slice(&decode(header)?)
        .map_err(|_| fault("its header is not JSON with alg, typ and x5c"))?;
    if header.crit.is_some() {
        return Err(fault("its header demands what is not understood here (crit)"));
    }
    // What is not listed is refused, "none" and keyed digests among it (RFC 8725 §3.1).
    let algorithm = ALGORITHMS.into_iter().find(|a| name(*a) == header.alg).ok_or_else(|| {
        Error::UnsupportedAlgorithm { what: "the signature", algorithm: header.alg.clone() }
    })?;
    if header.x5c.is_empty() || header.x5c.len() > CHAIN_LIMIT {
        return Err(fault("its header has no certificate, or too many"));
    }
    let mut chain = Vec::with_capacity(header.x5c.len());
    for text in &header.x5c {
        let der = STANDARD.decode(text).map_err(|_| fault("a certificate is not base64"))?;
        chain.push(Certificate::from_der(&der)?);
    }
    let first = chain.first().ok_or(Error::EmptyChain)?;
    let mut signature = decode(signature)?;
    if let Some(half) = half(algorithm) {
        signature = to_der(&signature, half)?;
    }
    check(first, algorithm, input.as_bytes(), &signature)?;
    Ok(Signed { typ: header.typ, payload: decode(payload)?, chain, algorithm })
}
