//! Signing with a key in a remote service, by the API of the Cloud Signature Consortium, version 2: `credentials/info` and
//! `signatures/signHash`. How the caller is authorised (OAuth 2.0, PIN, one-time password) is between the caller and the service; the
//! tokens that come of it are given here.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use motcua_pki::signer::message_digest;
use motcua_pki::{Certificate, DigestAlgorithm, SignatureAlgorithm, Signer};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Error, Fetcher};

/// Certificates of a credential: the signer's and a few above it.
const MOST_CERTIFICATES: usize = 16;
/// Longest token sent: they are opaque, but a header has an end.
const LONGEST_TOKEN: usize = 16 << 10;

/// What opens a service and a credential in it. Nothing of it is ever shown, and it is wiped when dropped.
pub struct Access {
    bearer: Zeroizing<String>,
    sad: Option<Zeroizing<String>>,
}

impl Access {
    /// The access token, and the signature activation data that `credentials/authorize` gave. Without the latter the token must be one of
    /// the scope `credential`.
    ///
    /// # Errors
    /// [`Error::Answer`] for a token that no header can carry.
    pub fn new(bearer: Zeroizing<String>, sad: Option<Zeroizing<String>>) -> Result<Self, Error> {
        // RFC 6750 §2.1: b64token; anything else could end the header.
        let plain = !bearer.is_empty() && bearer.bytes().all(|b| b.is_ascii_graphic());
        if !plain || bearer.len() > LONGEST_TOKEN {
            return Err(Error::Answer {
                url: "the authorisation server".to_owned(),
                problem: "its access token is no token (RFC 6750 §2.1)".to_owned(),
            });
        }
        Ok(Self { bearer, sad })
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Access(…)")
    }
}

/// A key in a remote service, with its certificates. The message is hashed here; only the hash is sent.
#[derive(Debug)]
pub struct RemoteSigner {
    fetcher: Fetcher,
    base: String,
    credential: String,
    access: Access,
    chain: Vec<Certificate>,
    algorithm: SignatureAlgorithm,
    most: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InfoRequest<'a> {
    #[serde(rename = "credentialID")]
    credential_id: &'a str,
    certificates: &'a str,
}

#[derive(Deserialize)]
struct Info {
    key: InfoKey,
    cert: InfoCertificates,
    multisign: usize,
}

#[derive(Deserialize)]
struct InfoKey {
    algo: Vec<String>,
}

#[derive(Deserialize)]
struct InfoCertificates {
    certificates: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignRequest<'a> {
    #[serde(rename = "credentialID")]
    credential_id: &'a str,
    #[serde(rename = "SAD", skip_serializing_if = "Option::is_none")]
    sad: Option<&'a str>,
    hashes: Vec<String>,
    #[serde(rename = "hashAlgorithmOID")]
    hash_algorithm: &'static str,
    sign_algo: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_algo_params: Option<String>,
}

#[derive(Deserialize)]
struct SignAnswer {
    signatures: Vec<String>,
}

impl RemoteSigner {
    /// Asks the service at `base` (up to and without the last `/` before `credentials`) for a credential's certificates, and keeps
    /// what it needs to sign. `algorithm` is what the key's kind asks for where it is not given: PSS for RSA. The fetcher must
    /// follow no redirects with tokens but to its own server, as [`Fetcher::new`] does. Addresses are `https:`, but for this machine.
    ///
    /// # Errors
    /// [`Error::Answer`] when the credential has no certificate or not this algorithm; those of fetching.
    pub fn open(
        fetcher: Fetcher,
        base: &str,
        credential: &str,
        access: Access,
        algorithm: Option<SignatureAlgorithm>,
    ) -> Result<Self, Error> {
        let base = base.trim_end_matches('/').to_owned();
        let url = format!("{base}/credentials/info");
        let wrong = |problem: String| Error::Answer { url: url.clone(), problem };
        let asked = InfoRequest { credential_id: credential, certificates: "chain" };
        let info: Info = ask(&fetcher, &url, &access, &asked)?;
        if info.cert.certificates.len() > MOST_CERTIFICATES {
            return Err(wrong(format!("it holds more than {MOST_CERTIFICATES} certificates")));
        }
        let mut chain = Vec::new();
        for text in &info.cert.certificates {
            let der = STANDARD.decode(text).map_err(|e| wrong(e.to_string()))?;
            chain.push(Certificate::from_der(&der).map_err(|e| wrong(e.to_string()))?);
        }
        let leaf = chain.first();
        let leaf = leaf.ok_or_else(|| wrong("the credential has no certificate".to_owned()))?;
        let fitting =
            SignatureAlgorithm::for_certificate(leaf).map_err(|e| wrong(e.to_string()))?;
        let algorithm = algorithm.unwrap_or(fitting);
        let (oid, _) = oids(algorithm)
            .ok_or_else(|| wrong(format!("{} is not signed by hash", algorithm.name())))?;
        if !info.key.algo.iter().any(|has| has == oid) {
            let has = info.key.algo.join(", ");
            let has: String = has.chars().filter(|c| c.is_ascii_graphic()).take(200).collect();
            return Err(wrong(format!("the key makes no {} ({oid}) but {has}", algorithm.name())));
        }
        Ok(Self {
            fetcher,
            base,
            credential: credential.to_owned(),
            access,
            chain,
            algorithm,
            most: info.multisign.max(1),
        })
    }

    /// How many messages one request may sign (`multisign`).
    pub fn most_at_once(&self) -> usize {
        self.most
    }

    /// Signs several messages under one authorisation, in their order; every signature is checked.
    ///
    /// # Errors
    /// [`Error::Answer`] when there are more than the credential allows, when the service gives another number of signatures, or one
    /// that does not verify; those of fetching.
    pub fn sign_all(&self, messages: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        let url = format!("{}/signatures/signHash", self.base);
        let wrong = |problem: String| Error::Answer { url: url.clone(), problem };
        if messages.len() > self.most {
            return Err(wrong(format!(
                "it signs {} messages at once, not {}",
                self.most,
                messages.len()
            )));
        }
        let unhashed = || wrong(format!("{} is not signed by hash", self.algorithm.name()));
        let (sign_algo, hash_algorithm) = oids(self.algorithm).ok_or_else(unhashed)?;
        let hashes = messages.iter().map(|m| message_digest(self.algorithm, m));
        let hashes: Option<Vec<_>> = hashes.map(|h| Some(STANDARD.encode(h?))).collect();
        let asked = SignRequest {
            credential_id: &self.credential,
            sad: self.access.sad.as_ref().map(|s| s.as_str()),
            hashes: hashes.ok_or_else(unhashed)?,
            hash_algorithm,
            sign_algo,
            sign_algo_params: pss_parameters(self.algorithm).map(|p| STANDARD.encode(p)),
        };
        let answer: SignAnswer = ask(&self.fetcher, &url, &self.access, &asked)?;
        if answer.signatures.len() != messages.len() {
            let count = answer.signatures.len();
            return Err(wrong(format!(
                "it holds {count} signatures for {} hashes",
                messages.len()
            )));
        }
        let key = self.chain.first().map(Certificate::public_key);
        let key = key.ok_or_else(|| wrong("there is no certificate".to_owned()))?;
        let mut made = Vec::with_capacity(messages.len());
        for (message, text) in messages.iter().zip(&answer.signatures) {
            let signature = STANDARD.decode(text).map_err(|e| wrong(e.to_string()))?;
            let identifier = self.algorithm.identifier();
            key.verify_signature(&identifier, message, &signature)
                .map_err(|e| wrong(e.to_string()))?;
            made.push(signature);
        }
        Ok(made)
    }
}

impl Signer for RemoteSigner {
    fn certificate_chain(&self) -> &[Certificate] {
        &self.chain
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, motcua_pki::Error> {
        let failed = |reason: String| motcua_pki::Error::SigningFailed { reason };
        let made = self.sign_all(&[message]).map_err(|e| failed(e.to_string()))?;
        made.into_iter().next().ok_or_else(|| failed("no signature came".to_owned()))
    }
}

fn ask<T: for<'a> Deserialize<'a>>(
    fetcher: &Fetcher,
    url: &str,
    access: &Access,
    asked: &impl Serialize,
) -> Result<T, Error> {
    let wrong = |problem: String| Error::Answer { url: url.to_owned(), problem };
    // It may hold the activation data.
    let body = serde_json::to_vec(asked).map_err(|e| wrong(e.to_string()))?;
    let body = Zeroizing::new(body);
    let answer = fetcher.post_json(url, &access.bearer, &body)?;
    // What serde says of a value could repeat it: a service may echo what it was sent.
    serde_json::from_slice(&answer)
        .map_err(|e| wrong(format!("it does not read at line {}, column {}", e.line(), e.column())))
}

/// The signature algorithm and the hash as object identifiers.
fn oids(algorithm: SignatureAlgorithm) -> Option<(&'static str, &'static str)> {
    use SignatureAlgorithm as A;
    let hash = match algorithm.content_digest() {
        DigestAlgorithm::Sha256 => "2.16.840.1.101.3.4.2.1",
        DigestAlgorithm::Sha384 => "2.16.840.1.101.3.4.2.2",
        DigestAlgorithm::Sha512 => "2.16.840.1.101.3.4.2.3",
        _ => return None,
    };
    let signature = match algorithm {
        A::RsaPkcs1Sha256 => "1.2.840.113549.1.1.11",
        A::RsaPkcs1Sha384 => "1.2.840.113549.1.1.12",
        A::RsaPkcs1Sha512 => "1.2.840.113549.1.1.13",
        A::RsaPssSha256 | A::RsaPssSha384 | A::RsaPssSha512 => "1.2.840.113549.1.1.10",
        A::EcdsaP256Sha256 => "1.2.840.10045.4.3.2",
        A::EcdsaP384Sha384 => "1.2.840.10045.4.3.3",
        _ => return None,
    };
    Some((signature, hash))
}

/// RSASSA-PSS-params (RFC 4055 §3.1): what follows the identifier in the AlgorithmIdentifier.
fn pss_parameters(algorithm: SignatureAlgorithm) -> Option<Vec<u8>> {
    use SignatureAlgorithm as A;
    let pss = matches!(algorithm, A::RsaPssSha256 | A::RsaPssSha384 | A::RsaPssSha512);
    let whole = algorithm.identifier();
    // Header, and the identifier's own header and nine bytes.
    whole.get(2 + 2 + 9..).filter(|_| pss).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_the_identifiers_own() {
        let parameters = pss_parameters(SignatureAlgorithm::RsaPssSha256).unwrap();
        // One SEQUENCE and nothing beside it; the salt of 32 bytes ends it (RFC 4055 §3.1).
        assert_eq!(parameters[0], 0x30);
        assert_eq!(usize::from(parameters[1]), parameters.len() - 2);
        assert!(parameters.ends_with(&[0xa2, 3, 2, 1, 32]));
        assert_eq!(pss_parameters(SignatureAlgorithm::EcdsaP256Sha256), None);
    }

    #[test]
    fn access_is_never_shown() {
        let secret = || Zeroizing::new("secret".to_owned());
        let access = Access::new(secret(), Some(secret())).unwrap();
        assert_eq!(format!("{access:?}"), "Access(…)");
    }
}
