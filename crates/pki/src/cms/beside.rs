//! What travels in a CMS, or in a file, outside every signature: certificates, CRLs and OCSP responses. Each must be tied to
//! something known, or a changed one would pass unnoticed. What they are good for is decided in [`crate::path`].

use super::CmsReport;
use crate::algorithm::VerifyFault;
use crate::crl::Crl;
use crate::finding::FindingKind as K;
use crate::ocsp::OcspResponse;
use crate::path::{Anchor, PathReport};
use crate::{Certificate, Finding, Memo};

/// Signatures verified for this: a CMS carries a handful of certificates.
const SIGNATURES: u32 = 64;

impl CmsReport {
    /// Adds a finding for every certificate and every piece of revocation information in the CMS that no issuer known here
    /// signed: not one of the path, the CMS, `others` or the anchors. Does nothing while the path leads to no anchor.
    pub fn check_beside(
        &mut self,
        path: &PathReport,
        others: &[Certificate],
        anchors: &[Anchor],
        memo: &Memo,
    ) {
        if path.anchor().is_none() {
            return;
        }
        let mut known: Vec<&Certificate> = path.chain.iter().collect();
        known.extend(self.certificates.iter().chain(others));
        known.extend(anchors.iter().map(|a| &a.certificate));
        let mut left = SIGNATURES;
        let mut strays = Vec::new();
        for certificate in &self.certificates {
            let on_path = path.chain.contains(certificate)
                || anchors.iter().any(|a| a.certificate == *certificate);
            if !on_path && !tied(certificate, path, &known, (&mut left, memo)) {
                let at = certificate.subject().shown();
                strays.push(Finding::new(K::CmsCertificateStray, at, certificate.serial_hex()));
            }
        }
        for (i, der) in self.revocation.crls.iter().enumerate() {
            let signed = Crl::from_der(der).is_ok_and(|crl| {
                known.iter().any(|c| {
                    c.subject() == crl.issuer()
                        && spend(&mut left)
                        && crl.signed_by(c.public_key(), memo).is_ok()
                })
            });
            if !signed {
                strays.push(Finding::new(K::CmsRevocationStray, format!("crls[{i}]"), ""));
            }
        }
        for (i, der) in self.revocation.ocsp_responses.iter().enumerate() {
            let signed = OcspResponse::from_der(der).is_ok_and(|response| {
                response.certificates.iter().chain(known.iter().copied()).any(|c| {
                    response.is_from(c)
                        && spend(&mut left)
                        && response.signed_by(c.public_key(), memo).is_ok()
                })
            });
            if !signed {
                strays.push(Finding::new(K::CmsRevocationStray, format!("ocsp[{i}]"), ""));
            }
        }
        strays.retain(|f| !self.findings.contains(f));
        self.findings.extend(strays);
    }
}

/// How a certificate, CRL or OCSP response that no signature covers stands to the certificates known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// One of them, or signed by one of them.
    Tied,
    /// It cannot be read.
    Malformed,
    /// Nobody known signed it as it is: it was changed, or its issuer is not known.
    Untied,
}

/// Ties what no signature covers to the certificates known.
#[derive(Debug)]
pub struct Ties<'k> {
    known: &'k [Certificate],
    beside: &'k [Certificate],
    memo: &'k Memo,
    left: u32,
}

impl<'k> Ties<'k> {
    /// `known` come from elsewhere; `beside` are themselves covered by nothing, but may have issued others. `signatures` are verified
    /// at the most; beyond them nothing is tied.
    pub fn new(
        known: &'k [Certificate],
        beside: &'k [Certificate],
        memo: &'k Memo,
        signatures: u32,
    ) -> Self {
        Self { known, beside, memo, left: signatures }
    }

    /// A certificate. One that signed itself is tied to itself: trusted by nobody, but as it was made.
    pub fn certificate(&mut self, der: &[u8]) -> Tie {
        match Certificate::from_der(der) {
            Ok(certificate) => self.read_certificate(&certificate),
            Err(_) => Tie::Malformed,
        }
    }

    fn read_certificate(&mut self, certificate: &Certificate) -> Tie {
        let (known, beside, memo) = (self.known, self.beside, self.memo);
        if known.contains(certificate) {
            return Tie::Tied;
        }
        let itself = (certificate.subject() == certificate.issuer()).then_some(certificate);
        let issuers = known.iter().chain(beside).filter(|c| c.subject() == certificate.issuer());
        let issuers = issuers.chain(itself);
        self.by(issuers, |issuer| certificate.signed_by(issuer.public_key(), memo))
    }

    /// A CRL.
    pub fn crl(&mut self, der: &[u8]) -> Tie {
        let Ok(crl) = Crl::from_der(der) else { return Tie::Malformed };
        let (known, beside, memo) = (self.known, self.beside, self.memo);
        let issuers = known.iter().chain(beside).filter(|c| c.subject() == crl.issuer());
        self.by(issuers, |issuer| crl.signed_by(issuer.public_key(), memo))
    }

    /// An OCSP response, with the certificates inside it.
    pub fn ocsp(&mut self, der: &[u8]) -> Tie {
        let Ok(response) = OcspResponse::from_der(der) else { return Tie::Malformed };
        for inside in &response.certificates {
            match self.read_certificate(inside) {
                Tie::Tied => {}
                other => return other,
            }
        }
        let (known, beside, memo) = (self.known, self.beside, self.memo);
        let signers = response.certificates.iter().chain(known).chain(beside);
        let signers = signers.filter(|c| response.is_from(c));
        self.by(signers, |signer| response.signed_by(signer.public_key(), memo))
    }

    fn by<'c>(
        &mut self,
        mut issuers: impl Iterator<Item = &'c Certificate>,
        verify: impl Fn(&Certificate) -> Result<(), VerifyFault>,
    ) -> Tie {
        match issuers.any(|issuer| spend(&mut self.left) && verify(issuer).is_ok()) {
            true => Tie::Tied,
            false => Tie::Untied,
        }
    }
}

fn spend(left: &mut u32) -> bool {
    *left = left.saturating_sub(1);
    *left > 0
}

/// Whether a known issuer signed it, or it is a cross-certificate for a key on the path, whose issuer need not be known. One
/// with the serial number of the path's own certificate is a changed copy of it.
fn tied(
    certificate: &Certificate,
    path: &PathReport,
    known: &[&Certificate],
    (left, memo): (&mut u32, &Memo),
) -> bool {
    let cross = |c: &Certificate| {
        c.subject() == certificate.subject()
            && c.spki() == certificate.spki()
            && c.serial() != certificate.serial()
    };
    let issuers: Vec<&&Certificate> =
        known.iter().filter(|c| c.subject() == certificate.issuer()).collect();
    if issuers.is_empty() {
        return path.chain.iter().any(cross);
    }
    let mut unsupported = true;
    for issuer in &issuers {
        if !spend(left) {
            return false;
        }
        match certificate.signed_by(issuer.public_key(), memo) {
            Ok(()) => return true,
            Err(VerifyFault::Unsupported(_)) => {}
            Err(VerifyFault::WrongKey(_) | VerifyFault::Invalid) => unsupported = false,
        }
    }
    // The signature of an old root over itself says nothing anyway; a changed copy of a known root is not one.
    unsupported && issuers.iter().all(|issuer| **issuer == certificate)
}
