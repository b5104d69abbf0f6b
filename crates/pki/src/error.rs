//! Errors of the crate: what stopped an operation. What a check *found* in a file is a
//! [`crate::Finding`], not an error.

use crate::algorithm::Refusal;
use crate::der::Fault;

/// Why an operation could not be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Bytes are not the structure they were given as.
    #[error(
        "{what} is malformed at byte {offset}: {reason}; give the whole DER encoding, as it was issued"
    )]
    Malformed {
        /// Kind of structure.
        what: &'static str,
        /// Byte offset.
        offset: usize,
        /// What is wrong.
        reason: String,
    },
    /// Text is not PEM of the expected label.
    #[error(
        "no PEM block `{label}` could be read: {reason}; give text with its BEGIN and END lines"
    )]
    Pem {
        /// Expected label.
        label: &'static str,
        /// What is wrong.
        reason: &'static str,
    },
    /// Text is not a dotted object identifier.
    #[error("`{text}` is not an object identifier; write it dotted, as in 2.5.29.15")]
    BadOid {
        /// The text.
        text: String,
    },
    /// An algorithm this crate does not carry out.
    #[error("{what} is not supported: {algorithm}; use RSA 2048 to 8192, P-256, P-384 or Ed25519")]
    UnsupportedAlgorithm {
        /// Where it was met.
        what: &'static str,
        /// Its name or identifier.
        algorithm: String,
    },
    /// Rules on algorithms could not be read.
    #[error(
        "the algorithm policy cannot be used: {reason}; give JSON in the form of the shipped rules, every rule with its source"
    )]
    AlgorithmPolicy {
        /// What is wrong, with line and column where known.
        reason: String,
    },
    /// A new signature may not use this algorithm or key.
    #[error(
        "the rules {rules} do not allow this for a signature made at {at}: {refusal}; sign with an algorithm and key that they allow, or state the rules you sign under"
    )]
    AlgorithmNotForNew {
        /// Name of the set of rules.
        rules: String,
        /// When the signature is made.
        at: String,
        /// The rule, with its source.
        refusal: Box<Refusal>,
    },
    /// A private key could not be loaded.
    #[error(
        "the private key was refused: {reason}; give a PKCS#8 key of RSA 2048 to 8192, P-256, P-384 or Ed25519"
    )]
    KeyRejected {
        /// What is wrong.
        reason: String,
    },
    /// A signer was given no certificate.
    #[error(
        "the certificate chain is empty; give the signer's certificate first, then its issuers"
    )]
    EmptyChain,
    /// Key and certificate are not a pair.
    #[error(
        "the private key does not belong to the certificate of {subject}; give the key of the first certificate of the chain"
    )]
    KeyMismatch {
        /// Subject of the first certificate.
        subject: String,
    },
    /// The algorithm does not fit the certificate's key.
    #[error(
        "{algorithm} cannot be used with the key of {subject}; choose an algorithm of the same kind of key"
    )]
    AlgorithmKeyMismatch {
        /// The algorithm.
        algorithm: &'static str,
        /// Subject of the first certificate.
        subject: String,
    },
    /// The signer reported a failure.
    #[error(
        "the signer could not sign: {reason}; nothing was changed, try again or use another key"
    )]
    SigningFailed {
        /// What the signer said.
        reason: String,
    },
    /// The signature given does not verify.
    #[error(
        "the signature given back does not verify with the key of {subject}: {reason}; sign exactly the bytes to be signed with that certificate's key"
    )]
    SignatureRejected {
        /// Subject of the certificate.
        subject: String,
        /// What is wrong.
        reason: String,
    },
    /// A digest has the wrong length for its algorithm.
    #[error(
        "{algorithm} gives {expected} bytes, {got} were given; give the digest of the whole content"
    )]
    DigestLength {
        /// Digest algorithm.
        algorithm: &'static str,
        /// Expected bytes.
        expected: usize,
        /// Given bytes.
        got: usize,
    },
    /// A CMS made elsewhere is not the one that was prepared.
    #[error(
        "the CMS given back is not the one prepared: {reason}; sign the prepared bytes with the prepared certificate"
    )]
    CmsMismatch {
        /// What differs.
        reason: String,
    },
    /// A saved state cannot be resumed.
    #[error("the saved signing state cannot be resumed: {reason}; prepare again")]
    BadState {
        /// What is wrong.
        reason: String,
    },
    /// A timestamp response is a refusal.
    #[error("the timestamp response cannot be used: {reason}; ask again, or ask another authority")]
    TimestampRefused {
        /// The authority's status.
        reason: String,
    },
    /// A test authority was asked for something impossible.
    #[error("the authority cannot issue this: {reason}")]
    Authority {
        /// What is wrong.
        reason: String,
    },
}

impl Error {
    pub(crate) fn malformed(what: &'static str) -> impl Fn(Fault) -> Error {
        move |fault| Error::Malformed {
            what,
            offset: fault.offset,
            reason: fault.reason.to_owned(),
        }
    }

    /// Stable code, listed in `test-vectors/errors.json`.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Malformed { .. } => "pki.malformed",
            Error::Pem { .. } => "pki.pem",
            Error::BadOid { .. } => "pki.bad_oid",
            Error::UnsupportedAlgorithm { .. } => "pki.unsupported_algorithm",
            Error::AlgorithmPolicy { .. } => "pki.algorithm_policy",
            Error::AlgorithmNotForNew { .. } => "pki.algorithm_not_for_new",
            Error::KeyRejected { .. } => "pki.key_rejected",
            Error::EmptyChain => "pki.empty_chain",
            Error::KeyMismatch { .. } => "pki.key_mismatch",
            Error::AlgorithmKeyMismatch { .. } => "pki.algorithm_key_mismatch",
            Error::SigningFailed { .. } => "pki.signing_failed",
            Error::SignatureRejected { .. } => "pki.signature_rejected",
            Error::DigestLength { .. } => "pki.digest_length",
            Error::CmsMismatch { .. } => "pki.cms_mismatch",
            Error::BadState { .. } => "pki.bad_state",
            Error::TimestampRefused { .. } => "pki.timestamp_refused",
            Error::Authority { .. } => "pki.authority",
        }
    }

    /// The parameters, by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::Malformed { what, offset, reason } => vec![
                ("what", (*what).to_owned()),
                ("offset", offset.to_string()),
                ("reason", reason.clone()),
            ],
            Error::Pem { label, reason } => {
                vec![("label", (*label).to_owned()), ("reason", (*reason).to_owned())]
            }
            Error::BadOid { text } => vec![("text", text.clone())],
            Error::UnsupportedAlgorithm { what, algorithm } => {
                vec![("what", (*what).to_owned()), ("algorithm", algorithm.clone())]
            }
            Error::AlgorithmPolicy { reason }
            | Error::KeyRejected { reason }
            | Error::SigningFailed { reason }
            | Error::CmsMismatch { reason }
            | Error::BadState { reason }
            | Error::TimestampRefused { reason }
            | Error::Authority { reason } => vec![("reason", reason.clone())],
            Error::AlgorithmNotForNew { rules, at, refusal } => vec![
                ("rules", rules.clone()),
                ("at", at.clone()),
                ("what", refusal.what.clone()),
                ("since", refusal.since.clone().unwrap_or_default()),
                ("source", refusal.source.clone()),
            ],
            Error::EmptyChain => Vec::new(),
            Error::KeyMismatch { subject } => vec![("subject", subject.clone())],
            Error::AlgorithmKeyMismatch { algorithm, subject } => {
                vec![("algorithm", (*algorithm).to_owned()), ("subject", subject.clone())]
            }
            Error::SignatureRejected { subject, reason } => {
                vec![("subject", subject.clone()), ("reason", reason.clone())]
            }
            Error::DigestLength { algorithm, expected, got } => vec![
                ("algorithm", (*algorithm).to_owned()),
                ("expected", expected.to_string()),
                ("got", got.to_string()),
            ],
        }
    }
}
