//! OCSP requests and responses (RFC 6960): writing and reading. Which response counts for which
//! certificate is decided in [`crate::revocation`].

use crate::algorithm::{self, DigestAlgorithm, Memo, PublicKey, Scheme, VerifyFault};
use crate::crl::Revocation;
use crate::der::{self, Element, Fault, Reader, tag};
use crate::oid::{self, Oid};
use crate::{Certificate, Error, Name};
use time::OffsetDateTime;

const WHAT: &str = "OCSP response";
/// Most certificates read from one response: responders send one, or one and its issuers.
const MAX_CERTIFICATES: usize = 16;
/// id-pkix-ocsp-archive-cutoff, 1.3.6.1.5.5.7.48.1.6
const ARCHIVE_CUTOFF: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 6];

/// Who signed the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ResponderId {
    Name(Name),
    /// SHA-1 of the key bits.
    Key(Vec<u8>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SingleStatus {
    Good,
    Revoked(Revocation),
    Unknown,
}

/// One SingleResponse.
#[derive(Clone, Debug)]
pub(crate) struct Single {
    pub digest: Result<DigestAlgorithm, String>,
    pub name_hash: Vec<u8>,
    pub key_hash: Vec<u8>,
    pub serial: Vec<u8>,
    pub status: SingleStatus,
    pub this_update: OffsetDateTime,
    pub next_update: Option<OffsetDateTime>,
    pub archive_cutoff: Option<OffsetDateTime>,
    pub unknown_critical: Option<Oid>,
}

impl Single {
    /// Whether it speaks of `certificate`, issued by `issuer`.
    pub fn is_about(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        self.serial == certificate.serial()
            && self.digest.as_ref().is_ok_and(|d| {
                self.key_hash == d.digest(issuer.public_key().bits())
                    && (self.name_hash == d.digest(certificate.issuer().as_der())
                        || self.name_hash == d.digest(issuer.subject().as_der()))
            })
    }
}

/// A successful OCSP response.
#[derive(Clone, Debug)]
pub struct OcspResponse {
    tbs: Vec<u8>,
    pub(crate) scheme: Scheme,
    signature: Vec<u8>,
    pub(crate) responder: ResponderId,
    pub(crate) produced_at: OffsetDateTime,
    /// The SingleResponses, each read once: decoded they are many times larger.
    singles: Vec<u8>,
    count: usize,
    nonce: Option<Vec<u8>>,
    pub(crate) unknown_critical: Option<Oid>,
    pub(crate) certificates: Vec<Certificate>,
}

impl OcspResponse {
    /// Reads an OCSPResponse that carries a basic response.
    ///
    /// # Errors
    /// [`Error::Malformed`], also for a response whose status is an error, named in the reason.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        Self::read(der).map_err(Error::malformed(WHAT))
    }

    fn read(der: &[u8]) -> Result<Self, Fault> {
        let mut outer = Reader::new(der);
        let mut response = outer.sequence("OCSP response expected")?;
        outer.end("bytes follow the OCSP response")?;
        let status = response.expect(tag::ENUMERATED, "response status expected")?;
        match der::integer_u64(&status)? {
            0 => {}
            1 => return Err(status.fault("the responder says: malformed request")),
            2 => return Err(status.fault("the responder says: internal error")),
            3 => return Err(status.fault("the responder says: try later")),
            5 => return Err(status.fault("the responder says: signature required")),
            6 => return Err(status.fault("the responder says: unauthorized")),
            _ => return Err(status.fault("unknown response status")),
        }
        let mut field = response.expect(0xa0, "response bytes expected")?.reader();
        response.end("OCSP response has extra fields")?;
        let mut bytes = field.sequence("response bytes expected")?;
        field.end("extra bytes after the response bytes")?;
        let kind = bytes.oid("response type expected")?;
        if kind != oid::OCSP_BASIC {
            return Err(bytes.fault("response type is not basic"));
        }
        let basic = bytes.expect(tag::OCTET_STRING, "basic response expected")?.content;
        bytes.end("response bytes have extra fields")?;
        Self::read_basic(basic)
    }

    fn read_basic(bytes: &[u8]) -> Result<Self, Fault> {
        let mut outer = Reader::new(bytes);
        let mut basic = outer.sequence("basic response expected")?;
        outer.end("bytes follow the basic response")?;
        let tbs_element = basic.expect(tag::SEQUENCE, "response data expected")?;
        let algorithm = basic.expect(tag::SEQUENCE, "signature algorithm expected")?;
        let signature = basic.expect(tag::BIT_STRING, "signature expected")?;
        let (unused, bits) = der::bits(&signature)?;
        if unused != 0 {
            return Err(signature.fault("signature is not whole bytes"));
        }
        let mut certificates = Vec::new();
        if let Some(field) = basic.optional(0xa0)? {
            let mut list = field.reader().sequence("certificates expected")?;
            while !list.is_empty() {
                let one = list.expect(tag::SEQUENCE, "certificate expected")?;
                if certificates.len() >= MAX_CERTIFICATES {
                    return Err(list.fault("too many certificates"));
                }
                // One that cannot be read cannot be the responder's.
                certificates.extend(Certificate::from_der(one.raw));
            }
        }
        basic.end("basic response has extra fields")?;
        let mut tbs = tbs_element.reader();
        if let Some(version) = tbs.optional(0xa0)? {
            let number = version.reader().expect(tag::INTEGER, "version expected")?;
            if der::integer_u64(&number)? != 0 {
                return Err(version.fault("version is not 1"));
            }
        }
        let id = tbs.any()?;
        let responder = match id.tag {
            0xa1 => ResponderId::Name(Name::read(id.content)?),
            0xa2 => ResponderId::Key(
                id.reader().expect(tag::OCTET_STRING, "key hash expected")?.content.to_vec(),
            ),
            _ => return Err(id.fault("responder identifier expected")),
        };
        let produced_at = der::generalized_time(&tbs.any()?)?;
        let mut list = tbs.sequence("responses expected")?;
        let singles = list.rest().to_vec();
        let mut count = 0;
        while !list.is_empty() {
            read_single(list.sequence("single response expected")?)?;
            count += 1;
        }
        let mut nonce = None;
        let mut unknown_critical = None;
        if let Some(field) = tbs.optional(0xa1)? {
            each_extension(&field, |id, critical, value| {
                if id == oid::OCSP_NONCE {
                    nonce = Some(value.to_vec());
                } else if critical {
                    unknown_critical = Some(Oid::new(id));
                }
                Ok(())
            })?;
        }
        tbs.end("response data has extra fields")?;
        Ok(OcspResponse {
            tbs: tbs_element.raw.to_vec(),
            scheme: Scheme::read(&algorithm)?,
            signature: bits.to_vec(),
            responder,
            produced_at,
            singles,
            count,
            nonce,
            unknown_critical,
            certificates,
        })
    }

    /// When the responder signed it.
    pub fn produced_at(&self) -> OffsetDateTime {
        self.produced_at
    }

    /// The latest time at which a status in it was known to be right (thisUpdate, RFC 6960 §4.2.2.1).
    pub fn this_update(&self) -> Option<OffsetDateTime> {
        self.singles().map(|single| single.this_update).max()
    }

    /// The nonce, where there is one.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref().map(nonce_bytes)
    }

    /// Number of single responses.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it says nothing about any certificate.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The single responses, decoded one at a time.
    pub(crate) fn singles(&self) -> impl Iterator<Item = Single> + '_ {
        let mut list = Reader::new(&self.singles);
        std::iter::from_fn(move || read_single(list.sequence("").ok()?).ok())
    }

    pub(crate) fn signed_by(&self, key: &PublicKey, memo: &Memo) -> Result<(), VerifyFault> {
        memo.verify(key, &self.scheme, &self.tbs, &self.signature)
    }

    /// Whether the responder identifier names this certificate.
    pub(crate) fn is_from(&self, certificate: &Certificate) -> bool {
        match &self.responder {
            ResponderId::Name(name) => certificate.subject() == name,
            ResponderId::Key(hash) => {
                DigestAlgorithm::Sha1.digest(certificate.public_key().bits()) == *hash
            }
        }
    }
}

/// RFC 8954 §2.1 wraps the nonce in an OCTET STRING; older responders do not.
fn nonce_bytes(value: &[u8]) -> &[u8] {
    let mut reader = Reader::new(value);
    match reader.expect(tag::OCTET_STRING, "") {
        Ok(element) if reader.is_empty() => element.content,
        Ok(_) | Err(_) => value,
    }
}

fn each_extension<'a>(
    field: &Element<'a>,
    mut visit: impl FnMut(&'a [u8], bool, &'a [u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut list = field.reader().sequence("extensions expected")?;
    while !list.is_empty() {
        let mut one = list.sequence("extension expected")?;
        let id = one.oid("extension type expected")?;
        let critical =
            one.optional(tag::BOOLEAN)?.map(|e| der::boolean(&e)).transpose()?.unwrap_or(false);
        let value = one.expect(tag::OCTET_STRING, "extension value expected")?.content;
        one.end("extension has extra fields")?;
        visit(id, critical, value)?;
    }
    Ok(())
}

fn read_single(mut single: Reader<'_>) -> Result<Single, Fault> {
    let mut id = single.sequence("certificate identifier expected")?;
    let digest = algorithm::read_digest(&mut id)?;
    let name_hash = id.expect(tag::OCTET_STRING, "issuer name hash expected")?.content.to_vec();
    let key_hash = id.expect(tag::OCTET_STRING, "issuer key hash expected")?.content.to_vec();
    let serial = id.integer("serial number expected")?.to_vec();
    id.end("certificate identifier has extra fields")?;
    let status_element = single.any()?;
    let mut status = match status_element.tag {
        0x80 => SingleStatus::Good,
        0xa1 => {
            let mut info = status_element.reader();
            let at = der::generalized_time(&info.any()?)?;
            let reason = match info.optional(0xa0)? {
                None => None,
                Some(field) => Some(der::integer_u64(
                    &field.reader().expect(tag::ENUMERATED, "reason expected")?,
                )?),
            };
            info.end("revocation has extra fields")?;
            SingleStatus::Revoked(Revocation { at, reason, invalid_since: None })
        }
        0x82 => SingleStatus::Unknown,
        _ => return Err(status_element.fault("certificate status expected")),
    };
    let this_update = der::generalized_time(&single.any()?)?;
    let next_update = match single.optional(0xa0)? {
        None => None,
        Some(field) => Some(der::generalized_time(&field.reader().any()?)?),
    };
    let mut archive_cutoff = None;
    let mut unknown_critical = None;
    if let Some(field) = single.optional(0xa1)? {
        each_extension(&field, |id, critical, value| {
            if id == oid::INVALIDITY_DATE {
                // RFC 6960 §4.4.5: the extensions of CRL entries may stand here.
                let date = der::read_time(&Reader::new(value).any()?)?;
                if let SingleStatus::Revoked(revocation) = &mut status {
                    revocation.invalid_since = Some(date);
                }
            } else if id == oid::CRL_REASON {
                let mut reader = Reader::new(value);
                let reason = der::integer_u64(&reader.expect(tag::ENUMERATED, "reason expected")?)?;
                if let SingleStatus::Revoked(revocation) = &mut status {
                    revocation.reason = revocation.reason.or(Some(reason));
                }
            } else if id == ARCHIVE_CUTOFF {
                archive_cutoff = Some(der::generalized_time(&Reader::new(value).any()?)?);
            } else if critical {
                unknown_critical = Some(Oid::new(id));
            }
            Ok(())
        })?;
    }
    single.end("single response has extra fields")?;
    Ok(Single {
        digest,
        name_hash,
        key_hash,
        serial,
        status,
        this_update,
        next_update,
        archive_cutoff,
        unknown_critical,
    })
}

/// CertID of a certificate under its issuer, SHA-1 as every responder understands (RFC 5019 §2.1.1).
pub(crate) fn certificate_id(certificate: &Certificate, issuer: &Certificate) -> Vec<u8> {
    let sha1 = DigestAlgorithm::Sha1;
    der::sequence(&[
        &der::sequence(&[&der::oid(sha1.oid()), &der::null()]),
        &der::octet_string(&sha1.digest(certificate.issuer().as_der())),
        &der::octet_string(&sha1.digest(issuer.public_key().bits())),
        &der::tlv(tag::INTEGER, certificate.serial()),
    ])
}

/// An OCSPRequest for one certificate, with a nonce where given (RFC 8954: 1 to 128 bytes, from the
/// caller's random source).
pub fn request(certificate: &Certificate, issuer: &Certificate, nonce: Option<&[u8]>) -> Vec<u8> {
    let single = der::sequence(&[&certificate_id(certificate, issuer)]);
    let mut body = der::sequence(&[&single]);
    if let Some(nonce) = nonce {
        let value = der::octet_string(&der::octet_string(nonce));
        let extension = der::sequence(&[&der::oid(oid::OCSP_NONCE), &value]);
        body.extend(der::explicit(2, &der::sequence(&[&extension])));
    }
    der::sequence(&[&der::sequence(&[&body])])
}
