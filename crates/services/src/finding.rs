//! What is worth telling about an answer that was taken. Why nothing was fetched is in `error`.

use std::fmt;

/// A remark on something that was fetched. It changes no result.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// The OCSP response carries no nonce (RFC 8954 §2.1 lets a responder leave it out): it may have been sent before, and only
    /// its dates bound its age.
    OcspNonceAbsent {
        /// The responder's address.
        url: String,
    },
}

impl Finding {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OcspNonceAbsent { .. } => "services.ocsp_nonce_absent",
        }
    }

    /// The parameters, by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::OcspNonceAbsent { url } => vec![("url", url.clone())],
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OcspNonceAbsent { url } => write!(
                f,
                "the response of {url} does not repeat the nonce of the request, so it may have been sent before; its dates bound its age"
            ),
        }
    }
}
