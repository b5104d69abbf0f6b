//! The rules on attributes: which must be there, which must not, what each says. Finding the signer and the mathematics are
//! in [`super`].

use super::{Check, K, Profile};
use crate::algorithm::Scheme;
use crate::cms::attribute::{self, CertificateReference};
use crate::cms::parse::{RawAttribute, SignedData, SignerInfo};
use crate::cms::write::implicit;
use crate::der::{self, Reader, tag};
use crate::oid;

impl Check<'_> {
    /// Attributes that no signature protects: what must be signed, what the profile forbids, what is not known.
    pub(super) fn unsigned(&mut self, signer: &SignerInfo) {
        for a in &signer.unsigned {
            let forbidden = match a.oid.as_bytes() {
                // RFC 5652 §11.1 to §11.3, RFC 5035 §3, RFC 6211 §2: only under the signature.
                oid::CONTENT_TYPE
                | oid::MESSAGE_DIGEST
                | oid::SIGNING_TIME
                | oid::SIGNING_CERTIFICATE
                | oid::SIGNING_CERTIFICATE_V2
                | oid::CONTENT_TIMESTAMP
                | oid::CMS_ALGORITHM_PROTECTION => true,
                // EN 319 142-1 §6.3.
                oid::COUNTER_SIGNATURE => self.pades(),
                oid::SIGNATURE_TIMESTAMP
                | oid::CERTIFICATE_REFERENCES
                | oid::REVOCATION_REFERENCES
                | oid::CERTIFICATE_VALUES
                | oid::REVOCATION_VALUES
                | oid::ARCHIVE_TIMESTAMP_V2
                | oid::ARCHIVE_TIMESTAMP_V3 => false,
                _ => {
                    let kind = match self.profile {
                        Profile::Cms => K::AttributeUnprocessed,
                        _ => K::UnsignedUnknown,
                    };
                    self.add(kind, "unsigned_attributes", a.oid.to_string());
                    false
                }
            };
            if forbidden {
                self.add(K::AttributeForbidden, "unsigned_attributes", a.oid.to_string());
            }
        }
    }

    /// The one value of an attribute. Repeated or with several values: a finding.
    pub(super) fn one<'a>(
        &mut self,
        attributes: &'a [RawAttribute],
        kind: &[u8],
        name: &str,
    ) -> Option<&'a [u8]> {
        let mut matching = attributes.iter().filter(|a| a.oid.as_bytes() == kind);
        let first = matching.next()?;
        if matching.next().is_some() || first.single().is_none() {
            self.add(K::AttributeRepeated, name, "");
        }
        first.values.first().map(Vec::as_slice)
    }

    pub(super) fn attributes(
        &mut self,
        signed: &SignedData,
        signer: &SignerInfo,
    ) -> Option<CertificateReference> {
        let Some(raw) = &signer.signed_raw else {
            // RFC 5652 §5.3: they may be absent only when the content type is id-data.
            if self.profile != Profile::Cms || signed.content_type.as_bytes() != oid::DATA {
                self.add(K::AttributesMissing, "signer_info", "");
            }
            return None;
        };
        if der::canonical(raw).as_deref() != Some(raw.as_slice()) {
            self.add(K::AttributesNotDer, "signed_attributes", "");
        }
        let list = signer.signed.as_slice();
        match self.one(list, oid::CONTENT_TYPE, "content_type") {
            None => self.add(K::AttributeMissing, "content_type", ""),
            Some(value) => {
                if Reader::new(value).oid("").ok() != Some(signed.content_type.as_bytes()) {
                    self.add(K::CmsContentType, "content_type", "");
                }
            }
        }
        match self.one(list, oid::SIGNING_TIME, "signing_time") {
            None => {}
            // EN 319 142-1 §6.3: signing-time shall not be used.
            Some(_) if self.profile == Profile::PadesBaseline => {
                self.add(
                    K::AttributeForbidden,
                    "signing_time",
                    "the time is in the PDF's /M entry",
                );
            }
            Some(value) => {
                if self.profile == Profile::Pades {
                    self.add(K::SigningTimeInside, "signing_time", "");
                }
                match Reader::new(value).any().and_then(|e| der::read_time(&e)) {
                    Ok(at) => self.report.claimed_signing_time = Some(at),
                    Err(fault) => self.add(K::AttributeMalformed, "signing_time", fault.reason),
                }
            }
        }
        if let Some(value) = self.one(list, oid::CMS_ALGORITHM_PROTECTION, "algorithm_protection") {
            self.algorithm_protection(signer, value);
        }
        for a in list {
            match a.oid.as_bytes() {
                oid::CONTENT_TYPE
                | oid::MESSAGE_DIGEST
                | oid::SIGNING_TIME
                | oid::SIGNING_CERTIFICATE
                | oid::SIGNING_CERTIFICATE_V2
                | oid::CONTENT_TIMESTAMP
                | oid::CMS_ALGORITHM_PROTECTION => {}
                // RFC 5652 §11.4, EN 319 122-1 §5.3: these are about the signature, which is not there yet.
                oid::COUNTER_SIGNATURE | oid::SIGNATURE_TIMESTAMP => {
                    self.add(K::AttributeForbidden, "signed_attributes", a.oid.to_string());
                }
                _ => self.add(K::AttributeUnprocessed, "signed_attributes", a.oid.to_string()),
            }
        }
        self.reference(list)
    }

    /// RFC 6211: digest and signature algorithm under the signature equal those outside.
    fn algorithm_protection(&mut self, signer: &SignerInfo, value: &[u8]) {
        let read = || -> Result<(bool, bool), der::Fault> {
            let mut reader = Reader::new(value).sequence("algorithm protection expected")?;
            let digest = reader.expect(tag::SEQUENCE, "digest algorithm expected")?;
            let scheme = reader.expect(0xa1, "signature algorithm expected")?;
            let id = |raw: &[u8]| -> Result<Vec<u8>, der::Fault> {
                Reader::new(raw).any()?.reader().oid("identifier expected").map(<[u8]>::to_vec)
            };
            // NULL and absent parameters of a digest are the same (RFC 5754 §2).
            let digests = id(digest.raw)? == id(&signer.digest_raw)?;
            let scheme = implicit(tag::SEQUENCE, scheme.raw);
            if scheme == signer.scheme_raw {
                return Ok((digests, true));
            }
            // The key's identifier with the digest beside it says what the whole identifier says (RFC 3370 §3.2).
            let (scheme, _) = Scheme::read_in_cms(&Reader::new(&scheme).any()?)?;
            let same = signer.digest.as_ref().is_ok_and(|digest| {
                let meant = scheme.with_digest(*digest);
                meant.digest().is_some() && meant == signer.scheme.with_digest(*digest)
            });
            Ok((digests && same, false))
        };
        match read() {
            Ok((true, true)) => {}
            Ok((true, false)) => self.add(K::AlgorithmSpelling, "algorithm_protection", ""),
            Ok((false, _)) => self.add(K::AlgorithmProtection, "algorithm_protection", ""),
            Err(fault) => self.add(K::AttributeMalformed, "algorithm_protection", fault.reason),
        }
    }

    fn reference(&mut self, list: &[RawAttribute]) -> Option<CertificateReference> {
        let new = self.one(list, oid::SIGNING_CERTIFICATE_V2, "signing_certificate_v2");
        let old = self.one(list, oid::SIGNING_CERTIFICATE, "signing_certificate");
        let (value, version2, name) = match (new, old) {
            (Some(value), _) => (value, true, "signing_certificate_v2"),
            (None, Some(value)) => (value, false, "signing_certificate"),
            (None, None) => {
                if self.profile != Profile::Cms {
                    self.add(K::AttributeMissing, "signing_certificate_v2", "");
                }
                return None;
            }
        };
        if !version2 && self.strict() {
            self.add(K::SignerReferenceLegacy, name, "");
        }
        match attribute::read_signing_certificate(value, version2) {
            Ok(reference) => {
                if let Err(digest) = &reference.digest {
                    self.add(K::DigestUnsupported, name, digest.clone());
                }
                Some(reference)
            }
            Err(fault) => {
                self.add(K::AttributeMalformed, name, fault.reason);
                None
            }
        }
    }
}
