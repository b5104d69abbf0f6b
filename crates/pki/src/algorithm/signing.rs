//! What a new signature is held to: which rules, as of when. Whether a signature that is there may be
//! trusted is asked of [`AlgorithmPolicy`] by the verifier.

use super::{AlgorithmPolicy, PublicKey, SignatureAlgorithm};
use crate::Error;
use time::OffsetDateTime;

/// Which algorithms a new signature may use. It is chosen by whoever signs and travels with every
/// saved state; there is no default.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningRules {
    /// The rules: [`AlgorithmPolicy::viet_nam`], or others that are stated.
    pub algorithms: AlgorithmPolicy,
    /// When the signature is made.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl SigningRules {
    /// Viet Nam's rules at `at` (Circular 15/2025/TT-BKHCN).
    pub fn viet_nam(at: OffsetDateTime) -> Self {
        SigningRules { algorithms: AlgorithmPolicy::viet_nam(), at }
    }

    /// Whether a new signature may be made with this algorithm and key.
    ///
    /// # Errors
    /// [`Error::AlgorithmNotForNew`] with the rule and its source.
    pub fn check(&self, algorithm: SignatureAlgorithm, key: &PublicKey) -> Result<(), Error> {
        match self.algorithms.refuses_new(algorithm, key, self.at) {
            None => Ok(()),
            Some(refusal) => Err(self.refused(refusal)),
        }
    }

    pub(crate) fn refused(&self, refusal: super::Refusal) -> Error {
        Error::AlgorithmNotForNew {
            rules: self.algorithms.name().to_owned(),
            at: crate::instant(self.at),
            refusal: Box::new(refusal),
        }
    }
}
