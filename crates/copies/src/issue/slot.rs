//! A file with an open place for one signature or timestamp: its digest, and filling it. It serialises, so that what fills it can
//! be made in another process.

use motcua_pdf::write::signature::Placed;
use motcua_pki::{Certificate, DigestAlgorithm, SignatureAlgorithm, SigningRules, cms};
use ring::digest::Context;
use serde::{Deserialize, Serialize};

use super::IssueError;

/// The file and the place.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slot {
    #[serde(with = "base64_file")]
    pub file: Vec<u8>,
    range_at: usize,
    contents_at: usize,
    capacity: usize,
}

impl Slot {
    pub(super) fn new(file: Vec<u8>, placed: Placed) -> Self {
        let Placed { range_at, contents_at, capacity } = placed;
        Self { file, range_at, contents_at, capacity }
    }

    fn placed(&self) -> Placed {
        Placed { range_at: self.range_at, contents_at: self.contents_at, capacity: self.capacity }
    }

    /// Where the value of `/Contents` begins.
    pub(super) fn contents_at(&self) -> usize {
        self.contents_at
    }

    /// The digest of what is covered: the file without the value of `/Contents`.
    pub(super) fn digest(&self, algorithm: DigestAlgorithm) -> Result<Vec<u8>, IssueError> {
        Ok(self.hash(algorithm, None)?.0)
    }

    /// The digest, and the running digest up to `/Contents`, which the next signature goes on from.
    pub(super) fn hash(
        &self,
        algorithm: DigestAlgorithm,
        running: Option<(Context, usize)>,
    ) -> Result<(Vec<u8>, Context), IssueError> {
        let bad = || IssueError::BadState { problem: "a place lies outside the file".to_owned() };
        let (mut context, from) = running.unwrap_or_else(|| (algorithm.context(), 0));
        context.update(self.file.get(from..self.contents_at).ok_or_else(bad)?);
        let midway = context.clone();
        let end = self
            .capacity
            .checked_mul(2)
            .and_then(|n| n.checked_add(self.contents_at)?.checked_add(2));
        context.update(end.and_then(|end| self.file.get(end..)).ok_or_else(bad)?);
        Ok((context.finish().as_ref().to_vec(), midway))
    }

    /// What this signer signs; its CMS is what fills the place.
    pub(super) fn prepared(
        &self,
        chain: &[Certificate],
        algorithm: SignatureAlgorithm,
        rules: &SigningRules,
    ) -> Result<cms::Prepared, IssueError> {
        let digest = self.digest(algorithm.content_digest())?;
        Ok(cms::prepare(chain, algorithm, &digest, rules)?)
    }

    /// Puts the value into its place.
    pub(super) fn fill(&mut self, value: &[u8]) -> Result<(), IssueError> {
        Ok(self.placed().fill(&mut self.file, value)?)
    }
}

/// The file as base64 in the saved state.
pub(super) mod base64_file {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(in crate::issue) fn serialize<S: Serializer>(file: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&STANDARD.encode(file))
    }

    pub(in crate::issue) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(d)?).map_err(D::Error::custom)
    }
}
