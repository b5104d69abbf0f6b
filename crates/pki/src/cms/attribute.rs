//! The attributes of CAdES: reading and writing their values. Which must be there is decided in
//! [`super::verify`].

use crate::algorithm::{self, DigestAlgorithm};
use crate::certificate::{GeneralName, Room, read_general_names};
use crate::der::{self, Fault, Reader, tag};
use crate::{Certificate, Name, oid};

/// One ESSCertID or ESSCertIDv2 (RFC 5035 §4, §5): the first of its list names the signer.
pub(crate) struct CertificateReference {
    pub digest: Result<DigestAlgorithm, String>,
    pub hash: Vec<u8>,
    pub issuer_serial: Option<(Option<Name>, Vec<u8>)>,
}

impl CertificateReference {
    /// Whether the hash is the certificate's.
    pub fn names(&self, certificate: &Certificate) -> bool {
        self.digest.as_ref().is_ok_and(|d| d.digest(certificate.as_der()) == self.hash)
    }
}

/// The first reference of a signing-certificate (v1) or signing-certificate-v2 attribute value.
pub(crate) fn read_signing_certificate(
    value: &[u8],
    version2: bool,
) -> Result<CertificateReference, Fault> {
    let mut outer = Reader::new(value);
    let mut attribute = outer.sequence("signing certificate expected")?;
    outer.end("extra bytes after the attribute value")?;
    let mut list = attribute.sequence("list of certificates expected")?;
    attribute.optional(tag::SEQUENCE)?;
    attribute.end("signing certificate has extra fields")?;
    let mut one = list.sequence("certificate reference expected")?;
    let digest = if version2 && one.peek() == Some(tag::SEQUENCE) {
        algorithm::read_digest(&mut one)?
    } else if version2 {
        Ok(DigestAlgorithm::Sha256)
    } else {
        Ok(DigestAlgorithm::Sha1)
    };
    let hash = one.expect(tag::OCTET_STRING, "certificate hash expected")?.content.to_vec();
    let issuer_serial = match one.optional(tag::SEQUENCE)? {
        None => None,
        Some(field) => {
            let mut pair = field.reader();
            let names = read_general_names(pair.sequence("issuer expected")?, &mut Room::new())?;
            let serial = pair.integer("serial number expected")?.to_vec();
            pair.end("issuer and serial number have extra fields")?;
            let issuer = match names.as_slice() {
                [GeneralName::Directory(name)] => Some(name.clone()),
                _ => None,
            };
            Some((issuer, serial))
        }
    };
    one.end("certificate reference has extra fields")?;
    while !list.is_empty() {
        list.sequence("certificate reference expected")?;
    }
    Ok(CertificateReference { digest, hash, issuer_serial })
}

/// `SEQUENCE { type, SET { value } }`.
pub(crate) fn write(kind: &[u8], value: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::oid(kind), &der::tlv(tag::SET, value)])
}

/// signing-certificate-v2 with SHA-256, the default that is left out (EN 319 122-1 §5.2.2.3).
pub(crate) fn write_signing_certificate(certificate: &Certificate) -> Vec<u8> {
    let hash = der::octet_string(&DigestAlgorithm::Sha256.digest(certificate.as_der()));
    let reference = der::sequence(&[&hash]);
    write(oid::SIGNING_CERTIFICATE_V2, &der::sequence(&[&der::sequence(&[&reference])]))
}
