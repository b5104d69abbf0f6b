//! Everything outside the process that signing and verifying may need: today, fetching over plain HTTP with limits.
//!
//! Timestamp tokens, OCSP responses, CRLs and issuer certificates are signed themselves and are served over `http:`; what comes back
//! is only bytes, and `motcua-pki` judges them. Nothing is fetched unless it is asked for.

#![forbid(unsafe_code)]

mod error;

use std::time::Duration;

pub use error::Error;

/// What one exchange may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From connecting to the last byte.
    pub time: Duration,
    /// Bytes of the answer.
    pub bytes: u64,
}

impl Limits {
    /// Ten seconds and 16 MiB: the largest public CRLs have about 10 MiB.
    pub const STANDARD: Self = Self { time: Duration::from_secs(10), bytes: 16 << 20 };
}

/// Fetches bytes over HTTP. Redirects are not followed: a responder's address is signed into a certificate, another one is not.
#[derive(Debug, Clone)]
pub struct Fetcher {
    agent: ureq::Agent,
    limits: Limits,
}

impl Fetcher {
    /// A fetcher under these limits.
    pub fn new(limits: Limits) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(limits.time))
            .max_redirects(0)
            .http_status_as_error(false)
            .build();
        Self { agent: config.new_agent(), limits }
    }

    /// Gets what stands at an address: a CRL, an issuer's certificate.
    ///
    /// # Errors
    /// [`Error`].
    pub fn get(&self, url: &str) -> Result<Vec<u8>, Error> {
        check(url)?;
        self.read(url, self.agent.get(url).call())
    }

    /// Sends a request and gets the answer: `application/timestamp-query` (RFC 3161 §3.4), `application/ocsp-request` (RFC 6960 A.1).
    ///
    /// # Errors
    /// [`Error`].
    pub fn post(&self, url: &str, content_type: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
        check(url)?;
        self.read(url, self.agent.post(url).header("content-type", content_type).send(body))
    }

    fn read(
        &self,
        url: &str,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Vec<u8>, Error> {
        let unreachable =
            |e: ureq::Error| Error::Unreachable { url: url.to_owned(), problem: e.to_string() };
        let mut answer = answer.map_err(unreachable)?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(Error::Status { url: url.to_owned(), status });
        }
        match answer.body_mut().with_config().limit(self.limits.bytes).read_to_vec() {
            Ok(bytes) => Ok(bytes),
            Err(ureq::Error::BodyExceedsLimit(_)) => {
                Err(Error::TooLarge { url: url.to_owned(), limit: self.limits.bytes })
            }
            Err(e) => Err(unreachable(e)),
        }
    }
}

fn check(url: &str) -> Result<(), Error> {
    if url.starts_with("http://") { Ok(()) } else { Err(Error::Scheme { url: url.to_owned() }) }
}
