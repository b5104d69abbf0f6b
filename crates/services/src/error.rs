//! What can go wrong outside the process, with stable codes.

use thiserror::Error;

/// Why nothing was fetched, or no key opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// Only `http:` addresses are fetched, and `https:` ones with the feature of that name.
    #[error(
        "{url} is no http address that can be fetched; fetch it by other means and hand over the bytes"
    )]
    Scheme {
        /// The address.
        url: String,
    },
    /// The host is not among those allowed.
    #[error(
        "{url} is not fetched: {host} is not among the hosts allowed; add it if it is trusted to be asked"
    )]
    Host {
        /// The address.
        url: String,
        /// Its host and port.
        host: String,
    },
    /// No answer came in time.
    #[error("{url} gave no answer: {problem}; try again later")]
    Unreachable {
        /// The address.
        url: String,
        /// What happened.
        problem: String,
    },
    /// The answer is not 200.
    #[error("{url} answered with status {status} instead of 200")]
    Status {
        /// The address.
        url: String,
        /// The status.
        status: u16,
    },
    /// The answer sends us elsewhere.
    #[error(
        "{url} sends us to `{target}`, which is not followed; ask that address itself if it is trusted"
    )]
    Redirect {
        /// The address.
        url: String,
        /// Where it points.
        target: String,
    },
    /// The answer is too large.
    #[error("the answer of {url} exceeds {limit} bytes")]
    TooLarge {
        /// The address.
        url: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The answer is not what was asked for.
    #[error("the answer of {url} cannot be used: {problem}; ask again, or ask another service")]
    Answer {
        /// The address.
        url: String,
        /// What is wrong.
        problem: String,
    },
    /// The certificate names nowhere to ask.
    #[error(
        "the certificate of {subject} names no {what} that can be fetched; get it from its issuer and hand over the bytes"
    )]
    NoAddress {
        /// What was looked for.
        what: &'static str,
        /// Subject of the certificate.
        subject: String,
    },
    /// A `pkcs11:` address that cannot be used.
    #[error("the token's address cannot be used: {problem}")]
    TokenUri {
        /// What is wrong.
        problem: String,
    },
    /// A PKCS#11 module that does not load or start.
    #[error(
        "the PKCS#11 module {module} cannot be used: {problem}; install the one of the token's maker and give its file"
    )]
    TokenModule {
        /// The file.
        module: String,
        /// What happened.
        problem: String,
    },
    /// No token is there that the address names.
    #[error("no token is there that {uri} names; plug it in, or name another")]
    TokenNotFound {
        /// The address.
        uri: String,
    },
    /// Several are there, and none is taken by chance.
    #[error("{uri} names {count} {what}; say which by serial, object or id")]
    TokenAmbiguous {
        /// `tokens` or `keys`.
        what: &'static str,
        /// The address.
        uri: String,
        /// How many.
        count: usize,
    },
    /// The token did not take the PIN.
    #[error("the token {token} did not take the PIN: {tries}; do not guess, it locks itself")]
    TokenPin {
        /// The token's label.
        token: String,
        /// What it says of the tries left.
        tries: &'static str,
    },
    /// The token holds no such private key.
    #[error("the token holds no private key that {uri} names; look at object and id")]
    TokenNoKey {
        /// The address.
        uri: String,
    },
    /// The certificate is missing or another key's.
    #[error("the certificate of the key in token {token} cannot be used: {problem}")]
    TokenCertificate {
        /// The token's label.
        token: String,
        /// What is wrong.
        problem: String,
    },
    /// The key wants its PIN at each signature (`CKA_ALWAYS_AUTHENTICATE`).
    #[error(
        "the key in token {token} asks for its PIN at each signature, so no run can sign with it; use one that does not, or sign what was prepared in the maker's own program"
    )]
    TokenAlwaysAuthenticate {
        /// The token's label.
        token: String,
    },
    /// The token cannot make such signatures.
    #[error("the token {token} makes no {algorithm} signatures; use another token or algorithm")]
    TokenMechanism {
        /// The token's label.
        token: String,
        /// The algorithm.
        algorithm: &'static str,
    },
    /// The token failed at what was asked of it.
    #[error("the token {token} failed: {problem}")]
    Token {
        /// The token's label.
        token: String,
        /// What happened.
        problem: String,
    },
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Scheme { .. } => "services.scheme",
            Self::Host { .. } => "services.host",
            Self::Unreachable { .. } => "services.unreachable",
            Self::Status { .. } => "services.status",
            Self::Redirect { .. } => "services.redirect",
            Self::TooLarge { .. } => "services.too_large",
            Self::Answer { .. } => "services.answer",
            Self::NoAddress { .. } => "services.no_address",
            Self::TokenUri { .. } => "services.token_uri",
            Self::TokenModule { .. } => "services.token_module",
            Self::TokenNotFound { .. } => "services.token_not_found",
            Self::TokenAmbiguous { .. } => "services.token_ambiguous",
            Self::TokenPin { .. } => "services.token_pin",
            Self::TokenNoKey { .. } => "services.token_no_key",
            Self::TokenCertificate { .. } => "services.token_certificate",
            Self::TokenAlwaysAuthenticate { .. } => "services.token_always_authenticate",
            Self::TokenMechanism { .. } => "services.token_mechanism",
            Self::Token { .. } => "services.token",
        }
    }

    /// The parameters, by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Scheme { url } => vec![("url", url.clone())],
            Self::Host { url, host } => vec![("url", url.clone()), ("host", host.clone())],
            Self::Unreachable { url, problem } | Self::Answer { url, problem } => {
                vec![("url", url.clone()), ("problem", problem.clone())]
            }
            Self::Status { url, status } => {
                vec![("url", url.clone()), ("status", status.to_string())]
            }
            Self::Redirect { url, target } => {
                vec![("url", url.clone()), ("target", target.clone())]
            }
            Self::TooLarge { url, limit } => {
                vec![("url", url.clone()), ("limit", limit.to_string())]
            }
            Self::NoAddress { what, subject } => {
                vec![("what", (*what).to_owned()), ("subject", subject.clone())]
            }
            Self::TokenUri { problem } => vec![("problem", problem.clone())],
            Self::TokenModule { module, problem } => {
                vec![("module", module.clone()), ("problem", problem.clone())]
            }
            Self::TokenNotFound { uri } | Self::TokenNoKey { uri } => vec![("uri", uri.clone())],
            Self::TokenAmbiguous { what, uri, count } => vec![
                ("what", (*what).to_owned()),
                ("uri", uri.clone()),
                ("count", count.to_string()),
            ],
            Self::TokenPin { token, tries } => {
                vec![("token", token.clone()), ("tries", (*tries).to_owned())]
            }
            Self::TokenCertificate { token, problem } | Self::Token { token, problem } => {
                vec![("token", token.clone()), ("problem", problem.clone())]
            }
            Self::TokenAlwaysAuthenticate { token } => vec![("token", token.clone())],
            Self::TokenMechanism { token, algorithm } => {
                vec![("token", token.clone()), ("algorithm", (*algorithm).to_owned())]
            }
        }
    }
}
