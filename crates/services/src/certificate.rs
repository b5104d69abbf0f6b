//! What a certificate points at: its OCSP responder, its CRLs, its issuer. Addresses come from the certificate, so the caller
//! decides whether to ask at all; what comes back is judged by `motcua-pki`.

use motcua_pki::cms::SignedData;
use motcua_pki::ocsp::{self, OcspResponse};
use motcua_pki::path::RevocationMaterial;
use motcua_pki::{Certificate, Crl};

use crate::http::can_fetch;
use crate::{Error, Fetcher, Finding, http};

/// Addresses tried for one thing: certificates name one or two, and a hostile one must not send us to hundreds.
const MOST_ADDRESSES: usize = 4;
/// Bytes of a nonce (RFC 9654 §2.1: 32 is what every responder must take).
const NONCE: usize = 32;

/// An OCSP response as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OcspReply {
    /// The OCSPResponse, DER.
    pub response: Vec<u8>,
    /// What is worth telling about it.
    pub findings: Vec<Finding>,
}

/// What was gathered for a path, and what could not be.
#[derive(Debug, Default)]
pub struct Gathered {
    /// OCSP responses and CRLs, as DER.
    pub material: RevocationMaterial,
    /// Why something is missing, in the order of the path.
    pub problems: Vec<Error>,
    /// What is worth telling about what was gathered, in the order of the path.
    pub findings: Vec<Finding>,
}

impl Fetcher {
    /// An OCSP response about a certificate, from the responder it names; the first that answers. The request carries a nonce; a
    /// response with another one was made for another request and is refused. One without is taken and told, since most
    /// responders sign in advance (RFC 8954 §2.1).
    ///
    /// # Errors
    /// [`Error::NoAddress`], [`Error::Answer`], those of [`Fetcher::post`]; of the last address tried.
    pub fn ocsp(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Result<OcspReply, Error> {
        first(certificate, "OCSP responder", certificate.ocsp_urls(), |url| {
            let nonce: [u8; NONCE] = http::nonce(url)?;
            let request = ocsp::request(certificate, issuer, Some(&nonce));
            let answer = self.post(url, "application/ocsp-request", &request)?;
            let wrong = |problem: String| Error::Answer { url: url.to_owned(), problem };
            let response = OcspResponse::from_der(&answer).map_err(|e| wrong(e.to_string()))?;
            let findings = match response.nonce() {
                Some(repeated) if repeated == nonce => vec![],
                Some(_) => {
                    let problem = "the response carries another nonce than the request";
                    return Err(wrong(problem.to_owned()));
                }
                None => vec![Finding::OcspNonceAbsent { url: url.to_owned() }],
            };
            Ok(OcspReply { response: answer, findings })
        })
    }

    /// The CRL that a certificate names, as DER; the first that can be had.
    ///
    /// # Errors
    /// As [`Fetcher::ocsp`].
    pub fn crls(&self, certificate: &Certificate) -> Result<Vec<u8>, Error> {
        first(certificate, "CRL", &certificate.crl_urls(), |url| {
            let answer = self.get(url)?;
            let wrong = |problem: String| Error::Answer { url: url.to_owned(), problem };
            // RFC 5280 §4.2.1.13 asks for DER; PEM is met.
            let pem = std::str::from_utf8(&answer).ok().filter(|t| t.contains("-----BEGIN"));
            let list = match pem {
                Some(text) => Crl::from_pem(text),
                None => Crl::from_der(&answer),
            };
            list.map(|crl| crl.as_der().to_vec()).map_err(|e| wrong(e.to_string()))
        })
    }

    /// The certificates of a certificate's issuer, from where it says they lie: one as DER or PEM, or several in a CMS (RFC 5280
    /// §4.2.2.1).
    ///
    /// # Errors
    /// As [`Fetcher::ocsp`].
    pub fn issuers(&self, certificate: &Certificate) -> Result<Vec<Certificate>, Error> {
        first(certificate, "issuer's certificate", certificate.issuer_urls(), |url| {
            let answer = self.get(url)?;
            let wrong = |problem: String| Error::Answer { url: url.to_owned(), problem };
            if let Some(text) =
                std::str::from_utf8(&answer).ok().filter(|t| t.contains("-----BEGIN"))
            {
                return Certificate::from_pems(text).map_err(|e| wrong(e.to_string()));
            }
            if let Ok(bag) = SignedData::parse(&answer) {
                let inside = bag.certificates_der().iter();
                let read: Vec<_> =
                    inside.filter_map(|der| Certificate::from_der(der).ok()).collect();
                return if read.is_empty() {
                    Err(wrong("it holds no certificate".to_owned()))
                } else {
                    Ok(read)
                };
            }
            Certificate::from_der(&answer).map(|one| vec![one]).map_err(|e| wrong(e.to_string()))
        })
    }

    /// Revocation information for every certificate of a path but its anchor: OCSP, else CRLs. `path` is the end first, the anchor
    /// last, as [`motcua_pki::path::PathReport`] gives it.
    pub fn revocation(&self, path: &[Certificate]) -> Gathered {
        let mut gathered = Gathered::default();
        for pair in path.windows(2) {
            let [certificate, issuer] = pair else { continue };
            match self.ocsp(certificate, issuer) {
                Ok(answer) => {
                    gathered.material.ocsp_responses.push(answer.response);
                    gathered.findings.extend(answer.findings);
                    continue;
                }
                Err(Error::NoAddress { .. }) => {}
                Err(problem) => gathered.problems.push(problem),
            }
            match self.crls(certificate) {
                Ok(crl) if gathered.material.crls.contains(&crl) => {}
                Ok(crl) => gathered.material.crls.push(crl),
                Err(problem) => gathered.problems.push(problem),
            }
        }
        gathered
    }
}

/// The first address that gives what is wanted; otherwise the last one's problem.
fn first<T>(
    certificate: &Certificate,
    what: &'static str,
    addresses: &[String],
    mut ask: impl FnMut(&str) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut problem = Error::NoAddress { what, subject: certificate.subject().to_string() };
    for url in addresses.iter().filter(|u| can_fetch(u)).take(MOST_ADDRESSES) {
        match ask(url) {
            Ok(got) => return Ok(got),
            Err(e) => problem = e,
        }
    }
    Err(problem)
}
