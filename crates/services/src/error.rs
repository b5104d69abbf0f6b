//! What can go wrong outside the process, with stable codes.

use thiserror::Error;

/// Why nothing was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// Only `http:` addresses are fetched.
    #[error("{url} is no http address; fetch it by other means and hand over the bytes")]
    Scheme {
        /// The address.
        url: String,
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
    /// The answer is too large.
    #[error("the answer of {url} exceeds {limit} bytes")]
    TooLarge {
        /// The address.
        url: String,
        /// The limit in bytes.
        limit: u64,
    },
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Scheme { .. } => "services.scheme",
            Self::Unreachable { .. } => "services.unreachable",
            Self::Status { .. } => "services.status",
            Self::TooLarge { .. } => "services.too_large",
        }
    }

    /// The parameters of the message, by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Scheme { url } => vec![("url", url.clone())],
            Self::Unreachable { url, problem } => {
                vec![("url", url.clone()), ("problem", problem.clone())]
            }
            Self::Status { url, status } => {
                vec![("url", url.clone()), ("status", status.to_string())]
            }
            Self::TooLarge { url, limit } => {
                vec![("url", url.clone()), ("limit", limit.to_string())]
            }
        }
    }
}
