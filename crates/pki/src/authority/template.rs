//! What a certificate is to say: subject, validity, extensions; and raw extensions for whatever
//! defect a test needs.

use super::{PrivateKey, sign_wrapped};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::certificate::KeyUsage;
use crate::der::{self, tag};
use crate::{Certificate, Error, Oid, oid};
use time::OffsetDateTime;

/// A subject, attribute by attribute, in order.
#[derive(Clone, Debug, Default)]
pub struct SubjectName {
    attributes: Vec<(Vec<u8>, u8, String)>,
}

impl SubjectName {
    /// An empty name.
    pub fn new() -> Self {
        Self::default()
    }

    fn with(mut self, kind: &[u8], tag: u8, text: &str) -> Self {
        self.attributes.push((kind.to_vec(), tag, text.to_owned()));
        self
    }

    /// Country, two letters.
    #[must_use]
    pub fn country(self, text: &str) -> Self {
        self.with(oid::AT_COUNTRY, tag::PRINTABLE, text)
    }

    /// Locality.
    #[must_use]
    pub fn locality(self, text: &str) -> Self {
        self.with(oid::AT_LOCALITY, tag::UTF8, text)
    }

    /// Organisation.
    #[must_use]
    pub fn organization(self, text: &str) -> Self {
        self.with(oid::AT_ORGANIZATION, tag::UTF8, text)
    }

    /// Organisational unit.
    #[must_use]
    pub fn organizational_unit(self, text: &str) -> Self {
        self.with(oid::AT_ORGANIZATIONAL_UNIT, tag::UTF8, text)
    }

    /// Organisation identifier.
    #[must_use]
    pub fn organization_identifier(self, text: &str) -> Self {
        self.with(oid::AT_ORGANIZATION_IDENTIFIER, tag::UTF8, text)
    }

    /// Title.
    #[must_use]
    pub fn title(self, text: &str) -> Self {
        self.with(oid::AT_TITLE, tag::UTF8, text)
    }

    /// User identifier.
    #[must_use]
    pub fn user_id(self, text: &str) -> Self {
        self.with(oid::AT_USER_ID, tag::UTF8, text)
    }

    /// Common name.
    #[must_use]
    pub fn common_name(self, text: &str) -> Self {
        self.with(oid::AT_COMMON_NAME, tag::UTF8, text)
    }

    /// Any other attribute, as UTF8String.
    #[must_use]
    pub fn attribute(self, kind: &Oid, text: &str) -> Self {
        self.with(kind.as_bytes(), tag::UTF8, text)
    }

    /// DER of the Name.
    pub fn to_der(&self) -> Vec<u8> {
        let rdns: Vec<u8> = self
            .attributes
            .iter()
            .flat_map(|(kind, tag, text)| {
                let pair = der::sequence(&[&der::oid(kind), &der::tlv(*tag, text.as_bytes())]);
                der::tlv(tag::SET, &pair)
            })
            .collect();
        der::tlv(tag::SEQUENCE, &rdns)
    }
}

/// An extension as raw bytes.
#[derive(Clone, Debug)]
pub struct ExtensionValue {
    /// Extension type.
    pub oid: Oid,
    /// Critical flag.
    pub critical: bool,
    /// Content of the OCTET STRING.
    pub value: Vec<u8>,
}

/// What a certificate is to say.
#[derive(Clone, Debug)]
pub struct Template {
    /// Subject.
    pub subject: SubjectName,
    /// First instant of validity; whole seconds.
    pub not_before: OffsetDateTime,
    /// Last instant of validity; whole seconds.
    pub not_after: OffsetDateTime,
    /// Serial number, big-endian; derived from the key where absent.
    pub serial: Option<Vec<u8>>,
    /// Whether it is a CA's.
    pub ca: bool,
    /// Path length constraint of a CA.
    pub path_length: Option<u64>,
    /// Key usage; no extension where absent.
    pub key_usage: Option<KeyUsage>,
    /// Extended key usages; no extension where empty.
    pub extended_key_usage: Vec<Oid>,
    /// Whether the extended key usage extension is critical.
    pub extended_key_usage_critical: bool,
    /// Certificate policies; no extension where empty.
    pub policies: Vec<Oid>,
    /// OCSP responder.
    pub ocsp_url: Option<String>,
    /// CRL distribution point.
    pub crl_url: Option<String>,
    /// Where the issuer's certificate lies.
    pub issuer_url: Option<String>,
    /// id-pkix-ocsp-nocheck.
    pub ocsp_no_check: bool,
    /// More extensions, or other values for the ones above (a test's defects).
    pub extra: Vec<ExtensionValue>,
    /// Another name than the issuer's own in the issuer field (a defect).
    pub issuer_name: Option<SubjectName>,
    /// Flip a bit of the signature after signing.
    pub break_signature: bool,
}

impl Template {
    /// A bare end entity valid in the given period.
    pub fn new(
        subject: SubjectName,
        not_before: OffsetDateTime,
        not_after: OffsetDateTime,
    ) -> Self {
        Template {
            subject,
            not_before,
            not_after,
            serial: None,
            ca: false,
            path_length: None,
            key_usage: None,
            extended_key_usage: Vec::new(),
            extended_key_usage_critical: false,
            policies: Vec::new(),
            ocsp_url: None,
            crl_url: None,
            issuer_url: None,
            ocsp_no_check: false,
            extra: Vec::new(),
            issuer_name: None,
            break_signature: false,
        }
    }

    /// A CA: keyCertSign and cRLSign.
    #[must_use]
    pub fn certificate_authority(mut self, path_length: Option<u64>) -> Self {
        self.ca = true;
        self.path_length = path_length;
        self.key_usage = Some(KeyUsage::CERTIFICATE_SIGN.with(KeyUsage::CRL_SIGN));
        self
    }

    /// A signer of documents: digitalSignature and contentCommitment.
    #[must_use]
    pub fn document_signer(mut self) -> Self {
        self.key_usage = Some(KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::CONTENT_COMMITMENT));
        self
    }

    /// A timestamp authority.
    #[must_use]
    pub fn timestamp_authority(mut self) -> Self {
        self.key_usage = Some(KeyUsage::DIGITAL_SIGNATURE);
        self.extended_key_usage = vec![Oid::new(oid::KP_TIME_STAMPING)];
        self.extended_key_usage_critical = true;
        self
    }

    /// A delegated OCSP responder with id-pkix-ocsp-nocheck.
    #[must_use]
    pub fn ocsp_responder(mut self) -> Self {
        self.key_usage = Some(KeyUsage::DIGITAL_SIGNATURE);
        self.extended_key_usage = vec![Oid::new(oid::KP_OCSP_SIGNING)];
        self.ocsp_no_check = true;
        self
    }

    /// Another key usage.
    #[must_use]
    pub fn with_key_usage(mut self, usage: Option<KeyUsage>) -> Self {
        self.key_usage = usage;
        self
    }

    /// Another validity.
    #[must_use]
    pub fn valid(mut self, not_before: OffsetDateTime, not_after: OffsetDateTime) -> Self {
        self.not_before = not_before;
        self.not_after = not_after;
        self
    }

    /// A serial number.
    #[must_use]
    pub fn with_serial(mut self, serial: &[u8]) -> Self {
        self.serial = Some(serial.to_vec());
        self
    }

    /// One more extension; it replaces one of the same type.
    #[must_use]
    pub fn with_extension(mut self, kind: &Oid, critical: bool, value: &[u8]) -> Self {
        self.extra.push(ExtensionValue { oid: kind.clone(), critical, value: value.to_vec() });
        self
    }

    pub(super) fn subject_der(&self) -> Vec<u8> {
        self.subject.to_der()
    }

    pub(super) fn build(
        &self,
        issuer_name: &[u8],
        key: &PrivateKey,
        issuer: Option<&Certificate>,
        algorithm: SignatureAlgorithm,
        signing_key: &PrivateKey,
    ) -> Result<Vec<u8>, Error> {
        if self.not_after < self.not_before {
            return Err(Error::Authority {
                reason: "the validity ends before it begins".to_owned(),
            });
        }
        let serial = self.serial.clone().unwrap_or_else(|| {
            // 127 bits that no other certificate has: from key, name and time (RFC 5280 §4.1.2.2).
            let seed = [key.key.public(), issuer_name, &der::write_time(self.not_before)].concat();
            let mut digest = DigestAlgorithm::Sha256.digest(&seed);
            digest.truncate(16);
            if let Some(first) = digest.first_mut() {
                *first = (*first & 0x7f) | 0x40;
            }
            digest
        });
        let tbs = der::sequence(&[
            &der::explicit(0, &der::small_integer(2)),
            &der::integer(&serial),
            &algorithm.identifier(),
            &self.issuer_name.as_ref().map_or_else(|| issuer_name.to_vec(), SubjectName::to_der),
            &der::sequence(&[&der::write_time(self.not_before), &der::write_time(self.not_after)]),
            &self.subject.to_der(),
            &key.spki(),
            &der::explicit(3, &self.extensions(key, issuer, signing_key)),
        ]);
        let mut certificate = sign_wrapped(&tbs, algorithm, signing_key)?;
        if self.break_signature
            && let Some(last) = certificate.last_mut()
        {
            *last ^= 1;
        }
        Ok(certificate)
    }

    fn extensions(
        &self,
        key: &PrivateKey,
        issuer: Option<&Certificate>,
        signing_key: &PrivateKey,
    ) -> Vec<u8> {
        let key_id = |key: &PrivateKey| DigestAlgorithm::Sha1.digest(key.key.public());
        let mut list: Vec<(Vec<u8>, bool, Vec<u8>)> = Vec::new();
        if self.ca {
            let mut body = der::tlv(tag::BOOLEAN, &[0xff]);
            if let Some(limit) = self.path_length {
                body.extend(der::small_integer(limit));
            }
            list.push((oid::BASIC_CONSTRAINTS.to_vec(), true, der::tlv(tag::SEQUENCE, &body)));
        }
        if let Some(usage) = self.key_usage {
            list.push((oid::KEY_USAGE.to_vec(), true, usage.to_der()));
        }
        if !self.extended_key_usage.is_empty() {
            let body: Vec<u8> =
                self.extended_key_usage.iter().flat_map(|u| der::oid(u.as_bytes())).collect();
            list.push((
                oid::EXTENDED_KEY_USAGE.to_vec(),
                self.extended_key_usage_critical,
                der::tlv(tag::SEQUENCE, &body),
            ));
        }
        list.push((oid::SUBJECT_KEY_ID.to_vec(), false, der::octet_string(&key_id(key))));
        if issuer.is_some() {
            let issuer_key = der::context(0, &key_id(signing_key));
            list.push((oid::AUTHORITY_KEY_ID.to_vec(), false, der::sequence(&[&issuer_key])));
        }
        if !self.policies.is_empty() {
            let body: Vec<u8> = self
                .policies
                .iter()
                .flat_map(|p| der::sequence(&[&der::oid(p.as_bytes())]))
                .collect();
            list.push((oid::CERTIFICATE_POLICIES.to_vec(), false, der::tlv(tag::SEQUENCE, &body)));
        }
        if let Some(url) = &self.crl_url {
            let names = der::tlv(0xa0, &der::context(6, url.as_bytes()));
            let point = der::sequence(&[&der::explicit(0, &names)]);
            list.push((oid::CRL_DISTRIBUTION_POINTS.to_vec(), false, der::sequence(&[&point])));
        }
        let mut access = Vec::new();
        for (method, url) in
            [(oid::AD_OCSP, &self.ocsp_url), (oid::AD_CA_ISSUERS, &self.issuer_url)]
        {
            if let Some(url) = url {
                access
                    .extend(der::sequence(&[&der::oid(method), &der::context(6, url.as_bytes())]));
            }
        }
        if !access.is_empty() {
            list.push((
                oid::AUTHORITY_INFO_ACCESS.to_vec(),
                false,
                der::tlv(tag::SEQUENCE, &access),
            ));
        }
        if self.ocsp_no_check {
            list.push((oid::OCSP_NOCHECK.to_vec(), false, der::null()));
        }
        for extra in &self.extra {
            let replaced = (extra.oid.as_bytes().to_vec(), extra.critical, extra.value.clone());
            match list.iter_mut().find(|(kind, ..)| kind == extra.oid.as_bytes()) {
                Some(existing) => *existing = replaced,
                None => list.push(replaced),
            }
        }
        let body: Vec<u8> = list
            .iter()
            .flat_map(|(kind, critical, value)| {
                let flag = if *critical { der::tlv(tag::BOOLEAN, &[0xff]) } else { Vec::new() };
                der::sequence(&[&der::oid(kind), &flag, &der::octet_string(value)])
            })
            .collect();
        der::tlv(tag::SEQUENCE, &body)
    }
}
