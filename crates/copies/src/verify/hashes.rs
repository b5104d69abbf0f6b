//! Hashes a file once: every signature and the file's own digest go on from one running digest.

use std::ops::Range;

use motcua_pdf::{Bytes, Error};
use motcua_pki::DigestAlgorithm;
use ring::digest::Context;

/// Running digests, one an algorithm, over the file from its first byte.
pub(super) struct Hasher<'a> {
    bytes: Bytes<'a>,
    running: Vec<(DigestAlgorithm, Context, usize)>,
}

impl<'a> Hasher<'a> {
    pub(super) fn new(bytes: Bytes<'a>) -> Self {
        Self { bytes, running: Vec::new() }
    }

    /// The digest of `0..end` without `gap`; none where the file ends before. Cheapest when asked in the order of the gaps.
    pub(super) fn without(
        &mut self,
        algorithm: DigestAlgorithm,
        gap: &Range<usize>,
        end: usize,
    ) -> Result<Option<Vec<u8>>, Error> {
        if gap.start > gap.end || gap.end > end || end > self.bytes.length() {
            return Ok(None);
        }
        let mut context = self.until(algorithm, gap.start)?;
        self.bytes.each(gap.end..end, &mut |piece| context.update(piece))?;
        Ok(Some(context.finish().as_ref().to_vec()))
    }

    /// The digest of the whole file.
    pub(super) fn whole(&mut self) -> Result<Vec<u8>, Error> {
        let context = self.until(DigestAlgorithm::Sha256, self.bytes.length())?;
        Ok(context.finish().as_ref().to_vec())
    }

    /// The running digest moved to `to`, as a copy.
    fn until(&mut self, algorithm: DigestAlgorithm, to: usize) -> Result<Context, Error> {
        let known = self.running.iter().position(|(a, _, at)| *a == algorithm && *at <= to);
        let (mut context, from) = match known {
            Some(i) => {
                let (_, context, at) = self.running.swap_remove(i);
                (context, at)
            }
            None => (algorithm.context(), 0),
        };
        self.bytes.each(from..to, &mut |piece| context.update(piece))?;
        self.running.push((algorithm, context.clone(), to));
        Ok(context)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ring::digest::{SHA256, digest};

    #[test]
    fn one_pass_gives_the_same_digests() {
        let bytes: Vec<u8> = (0..=255).cycle().take(5_000).collect();
        let mut hasher = Hasher::new(bytes.as_slice().into());
        for (gap, end) in [(100..200, 1_000), (1_500..1_600, 2_000), (50..60, 3_000)] {
            let parts = [&bytes[..gap.start], &bytes[gap.end..end]].concat();
            let expected = digest(&SHA256, &parts).as_ref().to_vec();
            assert_eq!(hasher.without(DigestAlgorithm::Sha256, &gap, end), Ok(Some(expected)));
        }
        assert_eq!(hasher.whole().unwrap(), digest(&SHA256, &bytes).as_ref());
        assert_eq!(hasher.without(DigestAlgorithm::Sha256, &(1..2), 5_001), Ok(None));
    }
}
