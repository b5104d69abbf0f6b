//! One X.509 certificate: its DER kept as issued, its fields decoded once. Whether it may be
//! trusted is decided in [`crate::path`].

mod extension;
mod general_name;

pub use extension::{BasicConstraints, KeyUsage};
pub(crate) use extension::{
    DistributionPoint, Extensions, NameConstraints, PointName, distribution_point_name, reason_mask,
};
pub use general_name::GeneralName;
pub(crate) use general_name::{GeneralNames, Room, read_general_names};

use crate::algorithm::{DigestAlgorithm, Memo, PublicKey, Scheme, VerifyFault};
use crate::der::{self, Fault, Reader, tag};
use crate::{Error, Name, Oid};
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use time::OffsetDateTime;
use x509_parser::nom::Parser as _;

/// Longest certificate read, in bytes. The largest in the public suites is below 20 KiB.
pub const MAX_CERTIFICATE_BYTES: usize = 256 * 1024;

/// A parsed certificate. Cloning is cheap; equality is equality of the DER.
#[derive(Clone)]
pub struct Certificate {
    inner: Arc<Inner>,
}

struct Inner {
    der: Vec<u8>,
    tbs: Range<usize>,
    spki: Range<usize>,
    serial: Vec<u8>,
    issuer: Name,
    subject: Name,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    public_key: PublicKey,
    scheme: Scheme,
    signature: Vec<u8>,
    version: u32,
    extensions: Extensions,
    fingerprint: OnceLock<[u8; 32]>,
}

const WHAT: &str = "certificate";

impl Inner {
    /// Everything but what the extensions say.
    fn read(der: &[u8]) -> Result<Self, Fault> {
        der::well_formed(der)?;
        let mut all = Reader::new(der);
        let mut outer = all.sequence("certificate expected")?;
        all.end("bytes follow the certificate")?;
        let tbs_element = outer.expect(tag::SEQUENCE, "certificate body expected")?;
        let algorithm = outer.expect(tag::SEQUENCE, "signature algorithm expected")?;
        let signature = outer.expect(tag::BIT_STRING, "signature expected")?;
        outer.end("certificate has extra fields")?;
        let (unused, signature_bits) = der::bits(&signature)?;
        if unused != 0 {
            return Err(signature.fault("signature is not whole bytes"));
        }
        let mut tbs = tbs_element.reader();
        let version = match tbs.optional(0xa0)? {
            None => 1,
            Some(field) => {
                let mut inner = field.reader();
                let number = inner.expect(tag::INTEGER, "version expected")?;
                inner.end("extra bytes after the version")?;
                match der::integer_u64(&number)? {
                    // DEFAULT values are not encoded (X.690 §11.5).
                    0 => return Err(field.fault("version 1 is written out")),
                    1 => 2,
                    2 => 3,
                    _ => return Err(field.fault("version is not 1, 2 or 3")),
                }
            }
        };
        let serial = tbs.integer("serial number expected")?;
        let inner_algorithm = tbs.expect(tag::SEQUENCE, "signature algorithm expected")?;
        // RFC 5280 §4.1.1.2: the two must be the same.
        if inner_algorithm.raw != algorithm.raw {
            return Err(algorithm.fault("signature algorithm differs from the signed one"));
        }
        let issuer = tbs.expect(tag::SEQUENCE, "issuer expected")?;
        let mut validity = tbs.sequence("validity expected")?;
        let not_before = der::time_field(&mut validity, "start expected")?;
        let not_after = der::time_field(&mut validity, "end expected")?;
        validity.end("validity has extra fields")?;
        let subject = tbs.expect(tag::SEQUENCE, "subject expected")?;
        let spki = tbs.expect(tag::SEQUENCE, "public key expected")?;
        let mut unique_ids = false;
        for unique in [0x81, 0x82] {
            unique_ids |= tbs.optional(unique)?.is_some();
        }
        let extensions = tbs.optional(0xa3)?;
        tbs.end("certificate body has extra fields")?;
        // RFC 5280 §4.1.2.1, §4.1.2.8, §4.1.2.9.
        if (extensions.is_some() && version != 3) || (unique_ids && version < 2) {
            return Err(tbs_element.fault("fields do not fit the version"));
        }
        if let Some(field) = extensions {
            let mut inner = field.reader();
            let mut list = inner.sequence("extensions expected")?;
            inner.end("extra bytes after the extensions")?;
            let mut count = 0;
            while !list.is_empty() {
                list.any()?;
                count += 1;
            }
            if count > extension::MAX_ITEMS {
                return Err(field.fault("too many extensions"));
            }
        }
        Ok(Inner {
            tbs: range(der, tbs_element.raw),
            spki: range(der, spki.raw),
            serial: serial.to_vec(),
            issuer: Name::read(issuer.raw)?,
            subject: Name::read(subject.raw)?,
            not_before,
            not_after,
            public_key: PublicKey::read(spki.raw)?,
            scheme: Scheme::read(&algorithm)?,
            signature: signature_bits.to_vec(),
            version,
            extensions: Extensions::default(),
            fingerprint: OnceLock::new(),
            der: der.to_vec(),
        })
    }
}

impl Certificate {
    /// Reads one certificate; the bytes must be exactly one DER certificate.
    ///
    /// # Errors
    /// [`Error::Malformed`] with the offset where one is known.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let refuse =
            |reason: &str| Error::Malformed { what: WHAT, offset: 0, reason: reason.to_owned() };
        if der.len() > MAX_CERTIFICATE_BYTES {
            return Err(refuse("longer than 256 KiB"));
        }
        let mut inner = Inner::read(der).map_err(Error::malformed(WHAT))?;
        // The structure is bounded now; the parser reads it in its turn and hands out the extensions.
        let mut parser = x509_parser::certificate::X509CertificateParser::new()
            .with_deep_parse_extensions(false);
        let (_, parsed) = parser.parse(der).map_err(|e| refuse(&e.to_string()))?;
        let list = parsed.extensions().iter();
        inner.extensions = Extensions::read(list.map(|e| (e.oid.as_bytes(), e.critical, e.value)))
            .map_err(|oid| refuse(&format!("extension {oid} stands in it twice")))?;
        Ok(Certificate { inner: Arc::new(inner) })
    }

    /// The first certificate of a PEM text.
    ///
    /// # Errors
    /// [`Error::Pem`] or [`Error::Malformed`].
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        let blocks = crate::pem::blocks(text, "CERTIFICATE")?;
        blocks.first().map_or(Err(Error::EmptyChain), |der| Certificate::from_der(der))
    }

    /// Every certificate of a PEM text, in order.
    ///
    /// # Errors
    /// [`Error::Pem`] or [`Error::Malformed`].
    pub fn from_pems(text: &str) -> Result<Vec<Self>, Error> {
        crate::pem::blocks(text, "CERTIFICATE")?
            .iter()
            .map(|der| Certificate::from_der(der))
            .collect()
    }

    /// DER as issued.
    pub fn as_der(&self) -> &[u8] {
        &self.inner.der
    }

    /// PEM of the DER.
    pub fn to_pem(&self) -> String {
        crate::pem::encode(&self.inner.der, "CERTIFICATE")
    }

    /// The signed part.
    pub(crate) fn tbs(&self) -> &[u8] {
        self.inner.der.get(self.inner.tbs.clone()).unwrap_or_default()
    }

    /// SubjectPublicKeyInfo as issued.
    pub fn spki(&self) -> &[u8] {
        self.inner.der.get(self.inner.spki.clone()).unwrap_or_default()
    }

    /// Subject.
    pub fn subject(&self) -> &Name {
        &self.inner.subject
    }

    /// Issuer.
    pub fn issuer(&self) -> &Name {
        &self.inner.issuer
    }

    /// Serial number: content bytes of the INTEGER, as issued.
    pub fn serial(&self) -> &[u8] {
        &self.inner.serial
    }

    /// Serial number in lower-case hexadecimal, without a sign byte.
    pub fn serial_hex(&self) -> String {
        let digits = match self.serial() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            all => all,
        };
        hex(digits)
    }

    /// First instant of validity.
    pub fn not_before(&self) -> OffsetDateTime {
        self.inner.not_before
    }

    /// Last instant of validity (RFC 5280 §4.1.2.5: inclusive).
    pub fn not_after(&self) -> OffsetDateTime {
        self.inner.not_after
    }

    /// Whether `at` lies in the validity period, both ends included.
    pub fn valid_at(&self, at: OffsetDateTime) -> bool {
        self.not_before() <= at && at <= self.not_after()
    }

    /// X.509 version, 1 to 3.
    pub fn version(&self) -> u32 {
        self.inner.version
    }

    /// Subject's public key.
    pub fn public_key(&self) -> &PublicKey {
        &self.inner.public_key
    }

    /// Key usage, where the extension is present and readable.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.inner.extensions.key_usage
    }

    /// Extended key usages, where the extension is present and readable.
    pub fn extended_key_usage(&self) -> Option<&[Oid]> {
        self.inner.extensions.extended_key_usage.as_deref()
    }

    /// Basic constraints, where present and readable.
    pub fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.inner.extensions.basic_constraints
    }

    /// Whether the certificate says it is a CA's.
    pub fn is_ca(&self) -> bool {
        self.basic_constraints().is_some_and(|b| b.ca)
    }

    /// Certificate policies, where present and readable.
    pub fn policies(&self) -> Option<&[Oid]> {
        self.inner.extensions.policies.as_deref()
    }

    /// Subject alternative names, decoded one at a time.
    pub fn alternative_names(&self) -> impl Iterator<Item = GeneralName> + '_ {
        self.inner.extensions.alternative_names.iter().flat_map(GeneralNames::iter)
    }

    /// OCSP responders named in the authority information access extension.
    pub fn ocsp_urls(&self) -> &[String] {
        &self.inner.extensions.ocsp_urls
    }

    /// Where the issuer's certificate can be fetched (authority information access).
    pub fn issuer_urls(&self) -> &[String] {
        &self.inner.extensions.issuer_urls
    }

    /// URLs in the CRL distribution points.
    pub fn crl_urls(&self) -> Vec<String> {
        self.inner.extensions.crl_urls()
    }

    pub(crate) fn extensions(&self) -> &Extensions {
        &self.inner.extensions
    }

    pub(crate) fn scheme(&self) -> &Scheme {
        &self.inner.scheme
    }

    /// Name of the algorithm the certificate is signed with.
    pub fn signature_algorithm_name(&self) -> String {
        self.inner.scheme.name()
    }

    /// Issuer and subject are one name (RFC 5280 §3.2, self-issued).
    pub fn is_self_issued(&self) -> bool {
        self.inner.issuer == self.inner.subject
    }

    /// SHA-256 of the DER.
    pub fn fingerprint(&self) -> [u8; 32] {
        *self.inner.fingerprint.get_or_init(|| {
            let mut out = [0; 32];
            for (to, from) in out.iter_mut().zip(DigestAlgorithm::Sha256.digest(self.as_der())) {
                *to = from;
            }
            out
        })
    }

    /// SHA-256 of the DER, lower-case hexadecimal.
    pub fn fingerprint_hex(&self) -> String {
        hex(&self.fingerprint())
    }

    /// Whether `issuer` bears the issuer's name and its key signed this certificate. Mathematics alone: whether it may issue, and
    /// whether anyone trusts it, path validation says.
    pub fn is_issued_by(&self, issuer: &Certificate) -> bool {
        self.issuer() == issuer.subject()
            && self.signed_by(issuer.public_key(), &Memo::new()).is_ok()
    }

    /// Whether this certificate's signature was made with `key`.
    pub(crate) fn signed_by(&self, key: &PublicKey, memo: &Memo) -> Result<(), VerifyFault> {
        memo.verify(key, &self.inner.scheme, self.tbs(), &self.inner.signature)
    }

    /// A short, stable description for reports.
    pub fn summary(&self) -> CertificateSummary {
        CertificateSummary {
            subject: self.subject().to_string(),
            issuer: self.issuer().to_string(),
            serial: self.serial_hex(),
            not_before: crate::instant(self.not_before()),
            not_after: crate::instant(self.not_after()),
            public_key: self.public_key().name(),
            sha256: self.fingerprint_hex(),
        }
    }
}

/// A certificate as reports show it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CertificateSummary {
    /// Subject, RFC 4514 form.
    pub subject: String,
    /// Issuer, RFC 4514 form.
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// First instant of validity, `2026-11-24T03:00:00Z`.
    pub not_before: String,
    /// Last instant of validity.
    pub not_after: String,
    /// Kind and size of the key.
    pub public_key: String,
    /// SHA-256 fingerprint, hexadecimal.
    pub sha256: String,
}

pub(crate) fn range(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    start..start + part.len()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner) || self.inner.der == other.inner.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, serial {})", self.subject(), self.serial_hex())
    }
}

/// In reports a certificate is its summary.
impl serde::Serialize for Certificate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.summary().serialize(serializer)
    }
}
