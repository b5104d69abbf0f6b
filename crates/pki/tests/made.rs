//! A hierarchy with dates of its own for the tests, its signatures, timestamps and revocation lists; and a CMS built byte by
//! byte, with whatever may be wrong in it.
#![cfg(feature = "authority")]
#![allow(clippy::unwrap_used, dead_code)]

use motcua_pki::authority::{
    CrlTemplate, Identity, RevokedEntry, SubjectName, Template, TokenTemplate,
};
use motcua_pki::cms::{self, SignedData};
use motcua_pki::path::{Anchor, Purpose};
use motcua_pki::{AlgorithmPolicy, Certificate, DigestAlgorithm, Signer as _, SigningRules};
use time::{Date, Month, OffsetDateTime, Time};

/// Noon of the first of a month.
pub(crate) fn day(year: i32, month: u8) -> OffsetDateTime {
    let date = Date::from_calendar_date(year, Month::try_from(month).unwrap(), 1).unwrap();
    date.with_time(Time::from_hms(12, 0, 0).unwrap()).assume_utc()
}

/// The worlds sign at many dates, also before any rule for new signatures.
pub(crate) fn rules() -> SigningRules {
    SigningRules { algorithms: AlgorithmPolicy::standard(), at: day(2026, 6) }
}

pub(crate) struct World {
    /// 2016 to 2046.
    pub(crate) root: Identity,
    /// Under the root, 2020 to 2036.
    pub(crate) ca: Identity,
    /// Under the CA, 2025 and 2026.
    pub(crate) signer: Identity,
    /// Under the root, 2020 to 2029.
    pub(crate) tsa: Identity,
    /// Under the root, 2024 to 2040.
    pub(crate) later_tsa: Identity,
}

impl World {
    pub(crate) fn new() -> Self {
        let template = |name: &str, from: i32, until: i32| {
            let subject = SubjectName::new().country("VN").common_name(name);
            Template::new(subject, day(from, 1), day(until, 1))
        };
        let root =
            Identity::root(&template("Root", 2016, 2046).certificate_authority(None)).unwrap();
        let ca = root.issue(&template("CA", 2020, 2036).certificate_authority(None)).unwrap();
        let signer = ca.issue(&template("Official", 2025, 2027).document_signer()).unwrap();
        let authority = |name, from, until| {
            root.issue(&template(name, from, until).timestamp_authority()).unwrap()
        };
        let (tsa, later_tsa) = (authority("TSA", 2020, 2029), authority("TSA 2", 2024, 2040));
        Self { root, ca, signer, tsa, later_tsa }
    }

    pub(crate) fn anchor(&self) -> Anchor {
        let purposes = [Purpose::OfficialDuty, Purpose::Timestamping];
        Anchor::new(self.root.certificate().clone(), &purposes)
    }

    pub(crate) fn sign(&self, content: &[u8]) -> Vec<u8> {
        let signer = self.signer.signer().unwrap();
        let digest = signer.algorithm().content_digest().digest(content);
        let chain = signer.certificate_chain();
        cms::prepare(chain, signer.algorithm(), &digest, &rules()).unwrap().sign(&signer).unwrap()
    }

    pub(crate) fn timestamp(
        &self,
        data: &[u8],
        authority: &Identity,
        at: OffsetDateTime,
    ) -> Vec<u8> {
        authority.timestamp(&TokenTemplate::over(data, at)).unwrap()
    }

    pub(crate) fn with_timestamp(
        &self,
        cms: &[u8],
        authority: &Identity,
        at: OffsetDateTime,
    ) -> Vec<u8> {
        let signed = SignedData::parse(cms).unwrap();
        let value = cms::signature_to_timestamp(&signed).unwrap();
        let token = self.timestamp(value, authority, at);
        cms::with_signature_timestamp(&signed, &token).unwrap()
    }

    /// The root's list of a month, with nothing on it.
    pub(crate) fn root_crl(&self, at: OffsetDateTime) -> Vec<u8> {
        crl(&self.root, at, at + time::Duration::days(30), &[])
    }
}

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ 0..0x80 => out.push(u8::try_from(short).unwrap()),
        long => {
            let digits: Vec<u8> = long.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect();
            out.push(0x80 | u8::try_from(digits.len()).unwrap());
            out.extend(digits);
        }
    }
    out.extend(content);
    out
}

/// A CRL of an issuer, with the serial numbers that are revoked.
pub(crate) fn crl(
    issuer: &Identity,
    this: OffsetDateTime,
    next: OffsetDateTime,
    revoked: &[(&[u8], OffsetDateTime)],
) -> Vec<u8> {
    let mut template = CrlTemplate::new(this, next);
    template.revoked.extend(revoked.iter().map(|(serial, at)| RevokedEntry {
        serial: serial.to_vec(),
        at: *at,
        reason: None,
        invalid_since: None,
    }));
    issuer.crl(&template).unwrap()
}

/// What is signed.
pub(crate) const DATA: &[u8] = b"the bytes of a copy";
pub(crate) const PKCS7: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7];
pub(crate) const PKCS9: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9];
pub(crate) const SHA256: [u8; 13] = [0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
pub(crate) const ECDSA_SHA256: [u8; 12] = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

pub(crate) fn oid(prefix: &[u8], last: &[u8]) -> Vec<u8> {
    tlv(6, &[prefix, last].concat())
}

pub(crate) fn attribute(last: &[u8], values: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &[oid(&PKCS9, last), tlv(0x31, &values.concat())].concat())
}

pub(crate) fn content_type() -> Vec<u8> {
    attribute(&[3], &[&oid(&PKCS7, &[1])])
}

pub(crate) fn message_digest() -> Vec<u8> {
    attribute(&[4], &[&tlv(4, &DigestAlgorithm::Sha256.digest(DATA))])
}

/// signing-certificate-v2 with the issuer and serial number given.
pub(crate) fn reference(certificate: &Certificate, issuer_serial: &[u8]) -> Vec<u8> {
    let hash = tlv(4, &DigestAlgorithm::Sha256.digest(certificate.as_der()));
    let one = tlv(0x30, &[&hash, issuer_serial].concat());
    attribute(&[16, 2, 47], &[&tlv(0x30, &tlv(0x30, &one))])
}

/// A CMS to be, with everything that may be wrong.
pub(crate) struct Made<'a> {
    pub(crate) world: &'a World,
    pub(crate) version: u8,
    pub(crate) signer_version: u8,
    pub(crate) digests: Vec<u8>,
    pub(crate) content_type: Vec<u8>,
    pub(crate) content: Option<Vec<u8>>,
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) crls: Vec<u8>,
    pub(crate) id: Vec<u8>,
    pub(crate) attributes: Option<Vec<Vec<u8>>>,
    /// Sent as they stand, signed in order.
    pub(crate) resort: bool,
    pub(crate) unsigned: Vec<Vec<u8>>,
    pub(crate) twice: bool,
    /// Content that is no octet string.
    pub(crate) structure: Option<Vec<u8>>,
    /// Signed instead of the attributes.
    pub(crate) signed_over: Option<Vec<u8>>,
    /// The signer's digest algorithm and signature algorithm.
    pub(crate) digest: Vec<u8>,
    pub(crate) algorithm: Vec<u8>,
}

impl<'a> Made<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        let certificate = world.signer.certificate();
        let id = [certificate.issuer().as_der(), &tlv(2, certificate.serial())].concat();
        Self {
            world,
            version: 1,
            signer_version: 1,
            digests: SHA256.to_vec(),
            content_type: oid(&PKCS7, &[1]),
            content: None,
            certificates: vec![certificate.as_der().to_vec()],
            crls: Vec::new(),
            id: tlv(0x30, &id),
            attributes: Some(vec![content_type(), message_digest(), reference(certificate, &[])]),
            resort: false,
            unsigned: Vec::new(),
            twice: false,
            structure: None,
            signed_over: None,
            digest: SHA256.to_vec(),
            algorithm: ECDSA_SHA256.to_vec(),
        }
    }

    pub(crate) fn push(mut self, attribute: Vec<u8>) -> Self {
        self.attributes.get_or_insert_default().push(attribute);
        self
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        let mut sent = Vec::new();
        let mut signed = self.content.clone().unwrap_or_else(|| DATA.to_vec());
        if let Some(attributes) = &self.attributes {
            let mut list = attributes.clone();
            if !self.resort {
                list.sort();
            }
            sent = tlv(0xa0, &list.concat());
            list.sort();
            signed = tlv(0x31, &list.concat());
        }
        let signed = self.signed_over.as_ref().unwrap_or(&signed);
        let signature = self.world.signer.signer().unwrap().sign(signed).unwrap();
        let unsigned =
            if self.unsigned.is_empty() { Vec::new() } else { tlv(0xa1, &self.unsigned.concat()) };
        let signer = tlv(
            0x30,
            &[
                tlv(2, &[self.signer_version]),
                self.id.clone(),
                self.digest.clone(),
                sent,
                self.algorithm.clone(),
                tlv(4, &signature),
                unsigned,
            ]
            .concat(),
        );
        let octets = self.content.as_ref().map(|c| tlv(4, c));
        let inside = octets.or_else(|| self.structure.clone());
        let content = inside.map(|c| tlv(0xa0, &c)).unwrap_or_default();
        let signers = if self.twice { [signer.clone(), signer].concat() } else { signer };
        let body = [
            tlv(2, &[self.version]),
            tlv(0x31, &self.digests),
            tlv(0x30, &[self.content_type.clone(), content].concat()),
            tlv(0xa0, &self.certificates.concat()),
            if self.crls.is_empty() { Vec::new() } else { tlv(0xa1, &self.crls) },
            tlv(0x31, &signers),
        ]
        .concat();
        tlv(0x30, &[oid(&PKCS7, &[2]), tlv(0xa0, &tlv(0x30, &body))].concat())
    }
}
