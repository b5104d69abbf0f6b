//! Why a file does not reach a level, with stable codes. Errors of the rooms and of the services pass unchanged.

use motcua_copies::issue::IssueError;
use thiserror::Error;

/// Why a level was not reached.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A signer's certificate is not shown good (Circular 15/2025/TT-BKHCN: it is checked before signing).
    #[error(
        "the certificate of {subject} is not confirmed: {problem}; sign with one that is, or give what shows it good"
    )]
    SignerUnconfirmed {
        /// Its subject.
        subject: String,
        /// What is wrong.
        problem: String,
    },
    /// A timestamp token, or its authority, is not shown good.
    #[error(
        "the timestamp of {url} is not taken: {problem}; ask another authority, or trust this one's root if it is right"
    )]
    AuthorityUnconfirmed {
        /// The authority's address.
        url: String,
        /// What is wrong.
        problem: String,
    },
    /// What was made, or is to be raised, does not stand.
    #[error("the file does not reach {level}: {problem}")]
    NotReached {
        /// The level.
        level: &'static str,
        /// Why, and what to do.
        problem: String,
    },
    /// A step on the file.
    #[error(transparent)]
    Copies(#[from] IssueError),
    /// A certificate, key or token.
    #[error(transparent)]
    Pki(#[from] motcua_pki::Error),
    /// Something was not fetched.
    #[error(transparent)]
    Services(#[from] motcua_services::Error),
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SignerUnconfirmed { .. } => "motcua.signer_unconfirmed",
            Self::AuthorityUnconfirmed { .. } => "motcua.authority_unconfirmed",
            Self::NotReached { .. } => "motcua.level_not_reached",
            Self::Copies(e) => e.code(),
            Self::Pki(e) => e.code(),
            Self::Services(e) => e.code(),
        }
    }

    /// The parameters, by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::SignerUnconfirmed { subject, problem } => {
                vec![("subject", subject.clone()), ("problem", problem.clone())]
            }
            Self::AuthorityUnconfirmed { url, problem } => {
                vec![("url", url.clone()), ("problem", problem.clone())]
            }
            Self::NotReached { level, problem } => {
                vec![("level", (*level).to_owned()), ("problem", problem.clone())]
            }
            Self::Copies(e) => e.details(),
            Self::Pki(e) => e.details(),
            Self::Services(e) => e.details(),
        }
    }
}
