//! One exchange: address checked, time and bytes limited, redirects refused or kept to the same server. What is exchanged is not
//! known here.

use std::time::{Duration, Instant};

use crate::Error;

/// What one exchange may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From connecting to the last byte, redirects included.
    pub time: Duration,
    /// Bytes of the answer.
    pub bytes: u64,
}

impl Limits {
    /// Ten seconds and 16 MiB: the largest public CRLs have about 10 MiB.
    pub const STANDARD: Self = Self { time: Duration::from_secs(10), bytes: 16 << 20 };
}

/// Where an answer may send us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirects {
    /// Nowhere: a responder's address is signed into a certificate, another one is not.
    Refused,
    /// To another path of the same scheme, host and port, three times at most.
    SameServer,
}

/// Redirects followed, where any is: one to a canonical path, and room for an accident.
const MOST_REDIRECTS: u32 = 3;
/// Longest address: certificates carry addresses, and what they carry is not ours.
const LONGEST_URL: usize = 2048;

/// Fetches bytes over HTTP, under limits.
#[derive(Debug, Clone)]
pub struct Fetcher {
    agent: ureq::Agent,
    limits: Limits,
    redirects: Redirects,
    hosts: Option<Vec<String>>,
}

impl Fetcher {
    /// A fetcher under these limits that follows no redirects.
    pub fn new(limits: Limits) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(limits.time))
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent("motcua")
            .build();
        let agent = config.new_agent();
        Self { agent, limits, redirects: Redirects::Refused, hosts: None }
    }

    /// The same with another rule on redirects.
    #[must_use]
    pub fn with_redirects(mut self, redirects: Redirects) -> Self {
        self.redirects = redirects;
        self
    }

    /// The same, for these hosts only (`host` or `host:port`): for servers that fetch what other people's certificates name.
    #[must_use]
    pub fn only_hosts<H: Into<String>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.hosts = Some(hosts.into_iter().map(Into::into).collect());
        self
    }

    /// Gets what stands at an address.
    ///
    /// # Errors
    /// [`Error`].
    pub fn get(&self, url: &str) -> Result<Vec<u8>, Error> {
        self.exchange(url, None, None)
    }

    /// Sends a request and gets the answer: `application/timestamp-query` (RFC 3161 §3.4), `application/ocsp-request` (RFC 6960 A.1).
    ///
    /// # Errors
    /// [`Error`].
    pub fn post(&self, url: &str, content_type: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
        self.exchange(url, Some((content_type, body)), None)
    }

    /// Sends JSON under a bearer token (RFC 6750 §2.1) and gets the JSON answer.
    #[cfg(feature = "csc")]
    pub(crate) fn post_json(&self, url: &str, bearer: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
        // A secret travels in the clear to this very machine alone.
        let host = authority(url).unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        let near = ["127.0.0.1", "localhost", "[::1]"].contains(&host);
        if !near && !url.get(..8).is_some_and(|s| s.eq_ignore_ascii_case("https://")) {
            return Err(Error::Scheme { url: url.chars().take(LONGEST_URL).collect() });
        }
        self.exchange(url, Some(("application/json", body)), Some(bearer))
    }

    // The core has no clock; this crate waits, so it has one.
    #[allow(clippy::disallowed_methods)]
    fn exchange(
        &self,
        url: &str,
        sent: Option<(&str, &[u8])>,
        bearer: Option<&str>,
    ) -> Result<Vec<u8>, Error> {
        let until = Instant::now() + self.limits.time;
        let mut at = url.to_owned();
        for _ in 0..=MOST_REDIRECTS {
            self.check(&at)?;
            let left = until.saturating_duration_since(Instant::now());
            let unreachable =
                |e: ureq::Error| Error::Unreachable { url: at.clone(), problem: e.to_string() };
            let answer = match sent {
                None => self.agent.get(&at).config().timeout_global(Some(left)).build().call(),
                Some((content_type, body)) => {
                    let request = self.agent.post(&at).config().timeout_global(Some(left)).build();
                    let request = request.header("content-type", content_type);
                    match bearer {
                        None => request,
                        Some(token) => request.header("authorization", format!("Bearer {token}")),
                    }
                    .send(body)
                }
            };
            let mut answer = answer.map_err(unreachable)?;
            let status = answer.status().as_u16();
            match status {
                200 if bearer.is_some() && !is_json(answer.headers()) => {
                    let problem = "it is not application/json".to_owned();
                    return Err(Error::Answer { url: at, problem });
                }
                200 => {
                    return match answer
                        .body_mut()
                        .with_config()
                        .limit(self.limits.bytes)
                        .read_to_vec()
                    {
                        Ok(bytes) => Ok(bytes),
                        Err(ureq::Error::BodyExceedsLimit(_)) => {
                            Err(Error::TooLarge { url: at, limit: self.limits.bytes })
                        }
                        Err(e) => Err(unreachable(e)),
                    };
                }
                301 | 302 | 303 | 307 | 308 => {
                    let target = answer.headers().get("location").and_then(|l| l.to_str().ok());
                    let target = target.unwrap_or_default().to_owned();
                    let refused = Error::Redirect { url: at.clone(), target: target.clone() };
                    // What was posted is sent again only where the server says so (RFC 9110 §15.4.8).
                    let again = sent.is_none() || matches!(status, 307 | 308);
                    let next = same_server(&at, &target).filter(|_| again);
                    match (self.redirects, next) {
                        (Redirects::SameServer, Some(next)) => at = next,
                        (Redirects::SameServer | Redirects::Refused, _) => return Err(refused),
                    }
                }
                _ => return Err(Error::Status { url: at, status }),
            }
        }
        Err(Error::Redirect { url: url.to_owned(), target: at })
    }

    fn check(&self, url: &str) -> Result<(), Error> {
        let refused = || Error::Scheme { url: url.chars().take(LONGEST_URL).collect() };
        let authority = authority(url).ok_or_else(refused)?;
        let plain = url.bytes().all(|b| b.is_ascii_graphic());
        // A name and password in an address are never meant for a responder.
        if !plain || url.len() > LONGEST_URL || authority.is_empty() || authority.contains('@') {
            return Err(refused());
        }
        match &self.hosts {
            Some(hosts) if !hosts.iter().any(|h| h.eq_ignore_ascii_case(authority)) => {
                Err(Error::Host { url: url.to_owned(), host: authority.to_owned() })
            }
            _ => Ok(()),
        }
    }
}

fn is_json(headers: &ureq::http::HeaderMap) -> bool {
    let kind = headers.get("content-type").and_then(|k| k.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// Random bytes for the nonce of a request to `url`.
pub(crate) fn nonce<const N: usize>(url: &str) -> Result<[u8; N], Error> {
    use ring::rand::SecureRandom as _;
    let mut nonce = [0; N];
    ring::rand::SystemRandom::new().fill(&mut nonce).map_err(|_| Error::Unreachable {
        url: url.to_owned(),
        problem: "the system gives no random numbers for the request".to_owned(),
    })?;
    Ok(nonce)
}

/// Whether this crate can fetch from an address of this form.
pub(crate) fn can_fetch(url: &str) -> bool {
    authority(url).is_some()
}

/// Host and port of an address whose scheme is fetched here.
fn authority(url: &str) -> Option<&str> {
    let scheme = |s: &str| url.get(..s.len()).filter(|have| have.eq_ignore_ascii_case(s));
    let length = match (scheme("http://"), scheme("https://")) {
        (Some(s), _) => s.len(),
        (None, Some(s)) if cfg!(feature = "https") => s.len(),
        _ => return None,
    };
    url.get(length..)?.split(['/', '?', '#']).next()
}

/// Where a redirect leads, when it stays with the same scheme, host and port.
fn same_server(from: &str, target: &str) -> Option<String> {
    let host = authority(from)?;
    let scheme = from.get(..from.find("//")? + 2)?;
    let base = format!("{scheme}{host}");
    if target.starts_with('/') && !target.starts_with("//") {
        return Some(base + target);
    }
    let same = target.strip_prefix(base.as_str())?;
    (same.is_empty() || same.starts_with('/')).then(|| target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_stays_or_is_none() {
        let from = "http://a.vn:8080/x?y";
        assert_eq!(same_server(from, "/z"), Some("http://a.vn:8080/z".to_owned()));
        assert_eq!(same_server(from, "http://a.vn:8080/z"), Some("http://a.vn:8080/z".to_owned()));
        for away in [
            "",
            "z",
            "//b.vn/z",
            "http://a.vn/z",
            "https://a.vn:8080/z",
            "http://a.vn:8080.b.vn/z",
            "http://a.vn:8080@b.vn/",
            "file:///etc/passwd",
        ] {
            assert_eq!(same_server(from, away), None, "{away}");
        }
    }
}
