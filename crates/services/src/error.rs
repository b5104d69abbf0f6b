//! What can go wrong outside the process, with stable codes.

use thiserror::Error;

/// Why nothing was fetched.
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
        }
    }
}
