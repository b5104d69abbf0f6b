//! Reading SignedData (RFC 5652 §5) from raw bytes: DER first, BER when that fails. Nothing is
//! judged here; what was signed is kept as it was transmitted.

use super::MAX_CMS_BYTES;
use crate::algorithm::{DigestAlgorithm, Scheme};
use crate::der::{self, Element, Fault, Reader, tag};
use crate::oid::{self, Oid};
use crate::{Error, Name};

/// Who signed, as the CMS says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignerId {
    /// Issuer and serial number.
    IssuerSerial(Name, Vec<u8>),
    /// Subject key identifier.
    KeyId(Vec<u8>),
}

/// An attribute with its values as transmitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAttribute {
    /// Attribute type.
    pub oid: Oid,
    /// DER of each value.
    pub values: Vec<Vec<u8>>,
}

/// One SignerInfo.
#[derive(Clone, Debug)]
pub struct SignerInfo {
    pub(crate) version: u64,
    pub(crate) id: SignerId,
    pub(crate) digest: Result<DigestAlgorithm, String>,
    pub(crate) digest_raw: Vec<u8>,
    /// The attributes as transmitted, under their implicit `[0]` tag.
    pub(crate) signed_raw: Option<Vec<u8>>,
    pub(crate) signed: Vec<RawAttribute>,
    pub(crate) scheme: Scheme,
    pub(crate) scheme_raw: Vec<u8>,
    /// NULL stands where the algorithm has no parameters.
    pub(crate) scheme_null: bool,
    pub(crate) signature: Vec<u8>,
    pub(crate) unsigned: Vec<RawAttribute>,
}

impl SignerInfo {
    /// Who signed, as the CMS says.
    pub fn id(&self) -> &SignerId {
        &self.id
    }

    /// The signature value.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Attributes under the signature.
    pub fn signed_attributes(&self) -> &[RawAttribute] {
        &self.signed
    }

    /// Attributes outside the signature.
    pub fn unsigned_attributes(&self) -> &[RawAttribute] {
        &self.unsigned
    }

    /// Signature timestamp tokens among the unsigned attributes (EN 319 122-1 §5.3), not checked here.
    pub fn timestamps(&self) -> impl Iterator<Item = &[u8]> {
        values_of(&self.unsigned, oid::SIGNATURE_TIMESTAMP)
    }

    /// Content timestamp tokens among the signed attributes (EN 319 122-1 §5.2.8), not checked here.
    pub fn content_timestamps(&self) -> impl Iterator<Item = &[u8]> {
        values_of(&self.signed, oid::CONTENT_TIMESTAMP)
    }

    /// The content digest algorithm, or the name of one that is not supported.
    ///
    /// # Errors
    /// The name, when this crate cannot compute it.
    pub fn digest_algorithm(&self) -> Result<DigestAlgorithm, String> {
        self.digest.clone()
    }
}

fn values_of<'a>(attributes: &'a [RawAttribute], kind: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let matching = attributes.iter().filter(move |a| a.oid.as_bytes() == kind);
    matching.flat_map(|a| a.values.iter().map(Vec::as_slice))
}

/// A SignedData as read.
#[derive(Clone, Debug)]
pub struct SignedData {
    pub(crate) der: Vec<u8>,
    pub(crate) trailing: usize,
    pub(crate) trailing_zero: bool,
    pub(crate) ber: bool,
    pub(crate) version: u64,
    pub(crate) digests: Vec<Oid>,
    pub(crate) content_type: Oid,
    pub(crate) content: Option<Vec<u8>>,
    /// The content is a structure, as PKCS #7 had it, not an OCTET STRING.
    pub(crate) foreign_content: bool,
    pub(crate) certificates: Vec<Vec<u8>>,
    /// Tags of certificates of other forms (RFC 5652 §10.2.2).
    pub(crate) other_certificates: Vec<u8>,
    /// Revocation information of other forms than CRLs (RFC 5652 §10.2.1).
    pub(crate) other_revocation: usize,
    pub(crate) crls: Vec<Vec<u8>>,
    pub(crate) ocsps: Vec<Vec<u8>>,
    pub(crate) signers: Vec<SignerInfo>,
}

/// Signers, digest algorithms and attribute values kept, all together. A signature has a dozen; the bound keeps what is
/// allocated within a few times the size of the input.
const MAX_PARTS: usize = 1024;
/// Shortest certificate or CRL kept: nothing shorter can be one, and a list of nothings would cost more than it weighs.
const MIN_CERTIFICATE: usize = 64;

const WHAT: &str = "CMS SignedData";
/// 1.3.6.1.5.5.7.16.2, id-ri-ocsp-response (RFC 5940)
const RI_OCSP_RESPONSE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 16, 2];

impl SignedData {
    /// As [`SignedData::parse`], from a place that was reserved before the signature was there, as `/Contents` of a PDF is:
    /// zero bytes fill it up (ISO 32000-2 §12.8.3.3.1) and are no part of it. Any other byte counts them all as trailing.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn parse_padded(bytes: &[u8]) -> Result<Self, Error> {
        let mut parsed = Self::parse(bytes)?;
        if parsed.trailing_zero {
            parsed.trailing = 0;
        }
        Ok(parsed)
    }

    /// Reads one SignedData from the front of `bytes`. Bytes after it are counted, see [`SignedData::trailing_bytes`].
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MAX_CMS_BYTES {
            let reason = format!("longer than {MAX_CMS_BYTES} bytes");
            return Err(Error::Malformed { what: WHAT, offset: MAX_CMS_BYTES, reason });
        }
        match Self::read(Reader::new(bytes), bytes, false) {
            Ok(parsed) => Ok(parsed),
            // BER is tried only for what DER forbids; which of the two faults is told is the one that tells more.
            Err(fault) => Self::read(Reader::new_ber(bytes), bytes, true).map_err(|ber| {
                let only_form = fault.reason.contains("length");
                Error::malformed(WHAT)(if only_form { ber } else { fault })
            }),
        }
    }

    fn read(mut outer: Reader<'_>, bytes: &[u8], ber: bool) -> Result<Self, Fault> {
        let whole = outer.expect(tag::SEQUENCE, "content info expected")?;
        if !ber {
            // Lengths everywhere inside are minimal, or this is BER.
            walk_lengths(whole.reader(), 0)?;
        }
        let mut info = whole.reader();
        let kind = info.oid("content type expected")?;
        if kind != oid::SIGNED_DATA {
            return Err(whole.fault("content type is not signed data"));
        }
        let mut explicit = info.expect(0xa0, "content expected")?.reader();
        info.end("content info has extra fields")?;
        let mut signed = explicit.sequence("signed data expected")?;
        explicit.end("extra bytes after the signed data")?;

        let version = der::integer_u64(&signed.expect(tag::INTEGER, "version expected")?)?;
        let mut list = signed.expect(tag::SET, "digest algorithms expected")?.reader();
        let mut digests = Vec::new();
        while !list.is_empty() {
            if digests.len() >= MAX_PARTS {
                return Err(list.fault("too many digest algorithms"));
            }
            digests.push(read_listed_digest(
                &list.expect(tag::SEQUENCE, "digest algorithm expected")?,
            )?);
        }
        let mut encapsulated = signed.sequence("encapsulated content expected")?;
        let content_type = Oid::new(encapsulated.oid("content type expected")?);
        let mut foreign_content = false;
        let content = match encapsulated.optional(0xa0)? {
            None => None,
            Some(field) => {
                let mut inner = field.reader();
                // RFC 5652 §5.2.1: PKCS #7 put the structure itself here; its contents are what is signed.
                foreign_content =
                    content_type.as_bytes() != oid::DATA && inner.peek() == Some(tag::SEQUENCE);
                let octets = if foreign_content {
                    inner.any()?.content.to_vec()
                } else {
                    inner.octets("content octets expected")?.into_owned()
                };
                inner.end("extra bytes after the content")?;
                Some(octets)
            }
        };
        encapsulated.end("encapsulated content has extra fields")?;

        let mut certificates = Vec::new();
        let mut other_certificates = Vec::new();
        if let Some(field) = signed.optional(0xa0)? {
            let mut list = field.reader();
            while !list.is_empty() {
                let one = list.any()?;
                match one.tag {
                    tag::SEQUENCE if one.raw.len() < MIN_CERTIFICATE => {
                        return Err(one.fault("too short to be a certificate"));
                    }
                    tag::SEQUENCE => certificates.push(one.raw.to_vec()),
                    0xa0..=0xa3 => other_certificates.push(one.tag),
                    _ => return Err(one.fault("certificate expected")),
                }
            }
        }
        let mut crls = Vec::new();
        let mut ocsps = Vec::new();
        let mut other_revocation = 0;
        if let Some(field) = signed.optional(0xa1)? {
            let mut list = field.reader();
            while !list.is_empty() {
                let one = list.any()?;
                if one.raw.len() < MIN_CERTIFICATE {
                    return Err(one.fault("too short to be revocation information"));
                } else if one.tag == tag::SEQUENCE {
                    crls.push(one.raw.to_vec());
                } else if one.tag == 0xa1 {
                    let mut other = one.reader();
                    other_revocation += 1;
                    let format = other.oid("revocation format expected")?;
                    let value = other.any()?;
                    other.end("extra bytes after the revocation information")?;
                    if format == RI_OCSP_RESPONSE {
                        ocsps.push(value.raw.to_vec());
                    }
                } else {
                    return Err(one.fault("revocation information expected"));
                }
            }
        }
        let mut list = signed.expect(tag::SET, "signer infos expected")?.reader();
        signed.end("signed data has extra fields")?;
        let mut signers = Vec::new();
        let mut left = MAX_PARTS;
        while !list.is_empty() {
            signers.push(read_signer(
                &list.expect(tag::SEQUENCE, "signer info expected")?,
                &mut left,
            )?);
        }
        let trailing = outer.rest();
        let length = bytes.len() - trailing.len();
        Ok(SignedData {
            der: bytes.get(..length).unwrap_or_default().to_vec(),
            trailing: trailing.len(),
            trailing_zero: trailing.iter().all(|b| *b == 0),
            ber,
            version,
            digests,
            content_type,
            content,
            foreign_content,
            certificates,
            other_certificates,
            other_revocation,
            crls,
            ocsps,
            signers,
        })
    }

    /// The SignedData itself, without what follows it.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Bytes that follow the SignedData.
    pub fn trailing_bytes(&self) -> usize {
        self.trailing
    }

    /// Whether all bytes that follow are zero, as the padding of a PDF `/Contents` is.
    pub fn trailing_is_zero(&self) -> bool {
        self.trailing_zero
    }

    /// Whether the encoding was BER.
    pub fn is_ber(&self) -> bool {
        self.ber
    }

    /// Type of the content.
    pub fn content_type(&self) -> &Oid {
        &self.content_type
    }

    /// The content, where it is inside.
    pub fn content(&self) -> Option<&[u8]> {
        self.content.as_deref()
    }

    /// DER of every X.509 certificate inside, in order.
    pub fn certificates_der(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// DER of every CRL inside.
    pub fn crls_der(&self) -> &[Vec<u8>] {
        &self.crls
    }

    /// DER of every OCSP response inside (RFC 5940).
    pub fn ocsp_responses_der(&self) -> &[Vec<u8>] {
        &self.ocsps
    }

    /// The signers.
    pub fn signers(&self) -> &[SignerInfo] {
        &self.signers
    }
}

fn walk_lengths(mut reader: Reader<'_>, depth: usize) -> Result<(), Fault> {
    if depth > 48 {
        return Err(reader.fault("nested too deeply"));
    }
    while !reader.is_empty() {
        let element = reader.any()?;
        if element.tag & 0x20 != 0 {
            walk_lengths(element.reader(), depth + 1)?;
        }
    }
    Ok(())
}

/// One of the digest algorithms: a known one has no parameters or NULL (RFC 5754 §2).
fn read_listed_digest(element: &Element<'_>) -> Result<Oid, Fault> {
    let mut reader = element.reader();
    let id = reader.oid("digest algorithm expected")?;
    let parameters = if reader.is_empty() { None } else { Some(reader.any()?) };
    reader.end("digest algorithm has extra fields")?;
    let plain = parameters.is_none_or(|p| p.tag == tag::NULL && p.content.is_empty());
    if !plain && DigestAlgorithm::from_oid(id).is_some() {
        return Err(element.fault("digest algorithm has unexpected parameters"));
    }
    Ok(Oid::new(id))
}

fn read_signer(element: &Element<'_>, left: &mut usize) -> Result<SignerInfo, Fault> {
    *left = left.checked_sub(1).ok_or(element.fault("too many signers"))?;
    let mut reader = element.reader();
    let version = der::integer_u64(&reader.expect(tag::INTEGER, "version expected")?)?;
    let id = match reader.peek() {
        Some(0x80) => SignerId::KeyId(reader.any()?.content.to_vec()),
        _ => {
            let mut pair = reader.sequence("signer identifier expected")?;
            let issuer = pair.expect(tag::SEQUENCE, "issuer expected")?;
            let serial = pair.integer("serial number expected")?.to_vec();
            pair.end("signer identifier has extra fields")?;
            let name = Name::read(issuer.raw)
                .map_err(|f| Fault { offset: issuer.at + f.offset, reason: f.reason })?;
            SignerId::IssuerSerial(name, serial)
        }
    };
    let digest_element = reader.expect(tag::SEQUENCE, "digest algorithm expected")?;
    let digest = {
        let mut inner = digest_element.reader();
        let id = inner.oid("digest algorithm expected")?;
        if let Some(null) = inner.optional(tag::NULL)?
            && !null.content.is_empty()
        {
            return Err(null.fault("NULL has content"));
        }
        inner.end("digest algorithm has unexpected parameters")?;
        DigestAlgorithm::from_oid(id).ok_or_else(|| format!("digest algorithm {}", Oid::new(id)))
    };
    let (signed_raw, signed) = match reader.optional(0xa0)? {
        None => (None, Vec::new()),
        Some(field) => (Some(field.raw.to_vec()), read_attributes(&field, left)?),
    };
    let scheme_element = reader.expect(tag::SEQUENCE, "signature algorithm expected")?;
    let (scheme, scheme_null) = Scheme::read_in_cms(&scheme_element)?;
    let signature = reader.octets("signature expected")?.into_owned();
    let unsigned = match reader.optional(0xa1)? {
        None => Vec::new(),
        Some(field) => read_attributes(&field, left)?,
    };
    reader.end("signer info has extra fields")?;
    Ok(SignerInfo {
        version,
        id,
        digest,
        digest_raw: digest_element.raw.to_vec(),
        signed_raw,
        signed,
        scheme,
        scheme_raw: scheme_element.raw.to_vec(),
        scheme_null,
        signature,
        unsigned,
    })
}

fn read_attributes(field: &Element<'_>, left: &mut usize) -> Result<Vec<RawAttribute>, Fault> {
    let mut list = field.reader();
    let mut attributes = Vec::new();
    while !list.is_empty() {
        let mut one = list.sequence("attribute expected")?;
        let oid = Oid::new(one.oid("attribute type expected")?);
        let mut set = one.expect(tag::SET, "attribute values expected")?.reader();
        one.end("attribute has extra fields")?;
        let mut values = Vec::new();
        *left = left.checked_sub(1).ok_or(list.fault("too many attributes"))?;
        while !set.is_empty() {
            *left = left.checked_sub(1).ok_or(set.fault("too many attribute values"))?;
            values.push(set.any()?.raw.to_vec());
        }
        attributes.push(RawAttribute { oid, values });
    }
    if attributes.is_empty() {
        // RFC 5652 §5.3: SET SIZE (1..MAX).
        return Err(field.fault("set of attributes is empty"));
    }
    Ok(attributes)
}
