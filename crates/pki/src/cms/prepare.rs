//! Two-phase signing: prepare gives the bytes to be signed and a state that can be saved; complete
//! takes the signature, checks it and gives the CMS. The key is never seen.

use super::attribute;
use super::verify::{Content, Profile, verify};
use super::{SignedData, parse::RawAttribute, write};
use crate::algorithm::{KeyKind, SignatureAlgorithm};
use crate::certificate::hex;
use crate::der::{self, tag};
use crate::signer::check_chain;
use crate::{Certificate, Effect, Error, Signer, SigningRules, oid};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;

/// What kind of signature is prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrepareOptions {
    /// PAdES baseline (EN 319 142-1 §6.3): detached, no signing-time (the PDF's `/M` says it).
    PadesBaseline,
    /// CAdES baseline (EN 319 122-1 §6.3): detached, with the signer's claimed signing time.
    CadesBaseline {
        /// The claimed time; nothing is derived from it on verification.
        signing_time: OffsetDateTime,
    },
}

/// A signature that waits for its value. It serialises; [`Prepared::to_be_signed`] is computed
/// again when it is resumed, so a changed state cannot sign anything else unnoticed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "State", into = "State")]
pub struct Prepared {
    chain: Vec<Certificate>,
    algorithm: SignatureAlgorithm,
    content_digest: Vec<u8>,
    options: PrepareOptions,
    rules: SigningRules,
    /// The attributes as a SET OF, which is what is signed (RFC 5652 §5.4).
    attributes: Vec<u8>,
}

/// The saved form. Certificates are base64 DER, the digest is hexadecimal.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    version: u32,
    profile: String,
    algorithm: SignatureAlgorithm,
    content_digest: String,
    certificates: Vec<String>,
    rules: SigningRules,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signing_time: Option<i64>,
}

/// Prepares a PAdES baseline signature over a content digest made with
/// [`SignatureAlgorithm::content_digest`]. `chain` is the signer's certificate first; every
/// certificate given is embedded.
///
/// # Errors
/// [`Error::EmptyChain`], [`Error::AlgorithmKeyMismatch`], [`Error::DigestLength`];
/// [`Error::AlgorithmNotForNew`] where `rules` do not allow algorithm or key.
pub fn prepare(
    chain: &[Certificate],
    algorithm: SignatureAlgorithm,
    content_digest: &[u8],
    rules: &SigningRules,
) -> Result<Prepared, Error> {
    prepare_with(chain, algorithm, content_digest, rules, PrepareOptions::PadesBaseline)
}

/// As [`prepare`], for another kind of signature.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_with(
    chain: &[Certificate],
    algorithm: SignatureAlgorithm,
    content_digest: &[u8],
    rules: &SigningRules,
    options: PrepareOptions,
) -> Result<Prepared, Error> {
    let signer = check_chain(chain, algorithm)?;
    rules.check(algorithm, signer.public_key())?;
    let digest = algorithm.content_digest();
    if content_digest.len() != digest.output_len() {
        return Err(Error::DigestLength {
            algorithm: digest.name(),
            expected: digest.output_len(),
            got: content_digest.len(),
        });
    }
    let mut attributes = vec![
        attribute::write(oid::CONTENT_TYPE, &der::oid(oid::DATA)),
        attribute::write(oid::MESSAGE_DIGEST, &der::octet_string(content_digest)),
        attribute::write_signing_certificate(signer),
    ];
    match &options {
        PrepareOptions::PadesBaseline => {}
        PrepareOptions::CadesBaseline { signing_time } => {
            attributes.push(attribute::write(oid::SIGNING_TIME, &der::write_time(*signing_time)));
        }
    }
    Ok(Prepared {
        chain: chain.to_vec(),
        algorithm,
        content_digest: content_digest.to_vec(),
        options,
        rules: rules.clone(),
        attributes: der::set_of(tag::SET, attributes),
    })
}

impl Prepared {
    /// The bytes that the signer signs.
    pub fn to_be_signed(&self) -> &[u8] {
        &self.attributes
    }

    /// Digest of [`Prepared::to_be_signed`] for devices that take a digest; `None` for Ed25519.
    pub fn digest_to_be_signed(&self) -> Option<Vec<u8>> {
        crate::signer::message_digest(self.algorithm, &self.attributes)
    }

    /// The algorithm.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The certificates, signer first.
    pub fn certificate_chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// Digest of the content.
    pub fn content_digest(&self) -> &[u8] {
        &self.content_digest
    }

    fn signer(&self) -> Result<&Certificate, Error> {
        self.chain.first().ok_or(Error::EmptyChain)
    }

    /// Signs and completes in one step.
    ///
    /// # Errors
    /// The signer's, and those of [`Prepared::complete`].
    pub fn sign(&self, signer: &dyn Signer) -> Result<Vec<u8>, Error> {
        if signer.certificate_chain().first() != self.chain.first()
            || signer.algorithm() != self.algorithm
        {
            return Err(Error::CmsMismatch {
                reason: "the signer has another certificate or algorithm".to_owned(),
            });
        }
        self.complete(&signer.sign(&self.attributes)?)
    }

    /// Takes the signature value, verifies it with the signer's certificate and gives the CMS.
    ///
    /// # Errors
    /// [`Error::SignatureRejected`] when it does not verify.
    pub fn complete(&self, signature: &[u8]) -> Result<Vec<u8>, Error> {
        let signer = self.signer()?;
        signer.public_key().verify(&self.algorithm.scheme(), &self.attributes, signature).map_err(
            |fault| Error::SignatureRejected {
                subject: signer.subject().to_string(),
                reason: fault.to_string(),
            },
        )?;
        Ok(self.assemble(signature))
    }

    /// Takes a whole CMS that another party made for the same content and certificate, checks it
    /// fully under the profile and gives its bytes back without what follows them.
    ///
    /// # Errors
    /// [`Error::CmsMismatch`] with every finding that stands against it; [`Error::AlgorithmNotForNew`] where it was made with
    /// an algorithm that the rules do not allow; [`Error::Malformed`].
    pub fn complete_with_cms(&self, cms: &[u8]) -> Result<Vec<u8>, Error> {
        let signed = SignedData::parse(cms)?;
        let profile = match self.options {
            PrepareOptions::PadesBaseline => Profile::PadesBaseline,
            PrepareOptions::CadesBaseline { .. } => Profile::CadesBaseline,
        };
        let content = Content::Digest(self.algorithm.content_digest(), &self.content_digest);
        let mut report = verify(&signed, content, profile);
        report.judge_algorithms(&self.rules.algorithms, self.rules.at);
        let mut against: Vec<String> = report
            .findings
            .iter()
            .filter(|f| f.kind.effect() != Effect::Notes)
            .map(|f| f.to_string())
            .collect();
        if signed.trailing_bytes() > 0 && !signed.trailing_is_zero() {
            against.push("bytes follow the CMS".to_owned());
        }
        if report.signer.as_ref() != self.chain.first() {
            against.push("another certificate signed".to_owned());
        }
        if against.is_empty() {
            report.check_new(&self.rules)?;
            Ok(signed.der)
        } else {
            Err(Error::CmsMismatch { reason: against.join("; ") })
        }
    }

    /// Bytes the CMS will take at most, for sizing `/Contents`: with the largest signature the key
    /// can give, and `timestamp` bytes for a signature timestamp token where one is to be added
    /// later (0 for none; 8 KiB suits authorities that embed their chain).
    pub fn estimated_size(&self, timestamp: usize) -> usize {
        let Ok(signer) = self.signer() else { return 0 };
        let signature = match signer.public_key().kind() {
            KeyKind::Rsa { bits } | KeyKind::RsaPss { bits, .. } => bits.div_ceil(8),
            // SEQUENCE of two INTEGERs, each with a possible sign byte.
            KeyKind::P256 => 72,
            KeyKind::P384 => 104,
            KeyKind::Ed25519 => 64,
            KeyKind::Unsupported { .. } => 0,
        };
        let base = self.assemble(&vec![0; signature]).len();
        // Attribute, sets and the lengths that grow around them.
        if timestamp == 0 { base } else { base + timestamp + 64 }
    }

    fn assemble(&self, signature: &[u8]) -> Vec<u8> {
        write::signed_data(&self.chain, self.algorithm, &self.attributes, signature, None)
    }
}

impl RawAttribute {
    pub(crate) fn single(&self) -> Option<&[u8]> {
        match self.values.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

impl From<Prepared> for State {
    fn from(prepared: Prepared) -> Self {
        let (profile, signing_time) = match prepared.options {
            PrepareOptions::PadesBaseline => ("pades_baseline", None),
            PrepareOptions::CadesBaseline { signing_time } => {
                ("cades_baseline", Some(signing_time.unix_timestamp()))
            }
        };
        State {
            version: 1,
            profile: profile.to_owned(),
            algorithm: prepared.algorithm,
            content_digest: hex(&prepared.content_digest),
            certificates: prepared.chain.iter().map(|c| STANDARD.encode(c.as_der())).collect(),
            rules: prepared.rules,
            signing_time,
        }
    }
}

impl TryFrom<State> for Prepared {
    type Error = Error;

    fn try_from(state: State) -> Result<Self, Error> {
        let bad = |reason: String| Error::BadState { reason };
        if state.version != 1 {
            return Err(bad(format!("version {} is not known", state.version)));
        }
        let options = match (state.profile.as_str(), state.signing_time) {
            ("pades_baseline", None) => PrepareOptions::PadesBaseline,
            ("cades_baseline", Some(seconds)) => PrepareOptions::CadesBaseline {
                signing_time: OffsetDateTime::from_unix_timestamp(seconds)
                    .map_err(|_| bad(format!("{seconds} is not a time")))?,
            },
            (other, _) => return Err(bad(format!("profile `{other}` does not fit"))),
        };
        let mut chain = Vec::new();
        for text in &state.certificates {
            let der =
                STANDARD.decode(text).map_err(|_| bad("a certificate is not base64".to_owned()))?;
            chain.push(Certificate::from_der(&der).map_err(|e| bad(e.to_string()))?);
        }
        let text = state.content_digest.as_bytes();
        let digest: Option<Vec<u8>> = text
            .chunks(2)
            .map(|pair| {
                let text = std::str::from_utf8(pair).ok()?;
                if pair.len() == 2 { u8::from_str_radix(text, 16).ok() } else { None }
            })
            .collect();
        let digest = digest.ok_or_else(|| bad("the digest is not hexadecimal".to_owned()))?;
        prepare_with(&chain, state.algorithm, &digest, &state.rules, options)
            .map_err(|e| bad(e.to_string()))
    }
}
