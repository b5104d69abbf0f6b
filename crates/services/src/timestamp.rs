//! Asking a timestamp authority (RFC 3161 §3.4) and holding its answer to what was asked. Whether the authority may be trusted
//! is for `motcua-pki`.

use motcua_pki::cms::Content;
use motcua_pki::{DigestAlgorithm, Oid, tsp};

use crate::{Error, Fetcher, http};

/// Bytes of a nonce: enough that no two requests share one.
const NONCE: usize = 8;

impl Fetcher {
    /// A timestamp token over a digest, from the authority at `url`. A random nonce goes with the request; an answer without
    /// it, over another digest, or under another policy than asked for is refused.
    ///
    /// # Errors
    /// [`Error::Answer`] when the answer is not for this request, or a refusal; those of [`Fetcher::post`].
    pub fn timestamp(
        &self,
        url: &str,
        digest: DigestAlgorithm,
        imprint: &[u8],
        policy: Option<&Oid>,
    ) -> Result<Vec<u8>, Error> {
        let wrong = |problem: String| Error::Answer { url: url.to_owned(), problem };
        let nonce: [u8; NONCE] = http::nonce(url)?;
        let request = tsp::request_under(digest, imprint, Some(&nonce), policy);
        let answer = self.post(url, "application/timestamp-query", &request)?;
        let token = tsp::response_token(&answer).map_err(|e| wrong(e.to_string()))?;
        // As the request wrote it: an INTEGER without leading zeros, and not negative.
        let sent = tsp::Request::from_der(&request).map_err(|e| wrong(e.to_string()))?.nonce;
        let report = tsp::inspect(&token, Content::Digest(digest, imprint), &[]);
        let info = report.info.ok_or_else(|| {
            wrong(report.findings.first().map(ToString::to_string).unwrap_or_default())
        })?;
        if info.digest != Ok(digest) || info.imprint != imprint {
            return Err(wrong("the token is for another digest".to_owned()));
        }
        if info.nonce != sent {
            return Err(wrong("the token does not carry the nonce of the request".to_owned()));
        }
        if policy.is_some_and(|asked| *asked != info.policy) {
            return Err(wrong(format!("the token is under policy {}", info.policy)));
        }
        Ok(token)
    }
}
