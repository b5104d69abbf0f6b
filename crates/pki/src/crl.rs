//! CRLs (RFC 5280 §5): read strictly, searched in place. Which CRL counts for which certificate is
//! decided in [`crate::revocation`].

use crate::algorithm::{Memo, PublicKey, Scheme, VerifyFault};
use crate::certificate::{
    GeneralName, PointName, Room, distribution_point_name, read_general_names, reason_mask,
};
use crate::der::{self, Fault, Reader, tag};
use crate::oid::{self, Oid};
use crate::{Error, Name};
use std::ops::Range;
use time::OffsetDateTime;

/// Issuing distribution point (RFC 5280 §5.2.5).
#[derive(Clone, Debug)]
pub(crate) struct IssuingPoint {
    pub name: Option<PointName>,
    pub only_user: bool,
    pub only_ca: bool,
    pub only_attribute: bool,
    pub reasons: Option<u16>,
    pub indirect: bool,
}

/// A CertificateList as read.
#[derive(Clone, Debug)]
pub struct Crl {
    der: Vec<u8>,
    tbs: Range<usize>,
    entries: Option<Range<usize>>,
    pub(crate) scheme: Scheme,
    signature: Vec<u8>,
    issuer: Name,
    this_update: OffsetDateTime,
    next_update: Option<OffsetDateTime>,
    pub(crate) number: Option<Vec<u8>>,
    pub(crate) delta_base: Option<Vec<u8>>,
    pub(crate) point: Option<IssuingPoint>,
    /// A critical extension that is not processed, of the list or of an entry.
    pub(crate) unknown_critical: Option<Oid>,
    /// Whether it has an authority key identifier.
    key_id: bool,
    /// Where it deviates from the profile of RFC 5280 §5.
    pub(crate) deviations: Vec<&'static str>,
    /// expiredCertsOnCRL (2.5.29.60): revoked certificates are kept from this date on.
    pub(crate) keeps_expired_from: Option<OffsetDateTime>,
}

/// One revoked certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revocation {
    pub at: OffsetDateTime,
    pub reason: Option<u64>,
    pub invalid_since: Option<OffsetDateTime>,
}

/// Most extensions of a list: RFC 5280 §5.2 defines seven.
const MAX_EXTENSIONS: usize = 128;

/// Most extensions of one entry: RFC 5280 §5.3 defines three.
const MOST_ENTRY_EXTENSIONS: usize = 8;

const WHAT: &str = "CRL";
const EXPIRED_CERTS_ON_CRL: &[u8] = &[0x55, 0x1d, 60];

impl Crl {
    /// Reads one CertificateList; nothing may follow it.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        Self::read(der).map_err(Error::malformed(WHAT))
    }

    /// The first `X509 CRL` block of a PEM text.
    ///
    /// # Errors
    /// [`Error::Pem`], [`Error::Malformed`].
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        let blocks = crate::pem::blocks(text, "X509 CRL")?;
        Self::from_der(blocks.first().map(|d| d.as_slice()).unwrap_or_default())
    }

    /// A CRL in DER as a PEM text.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is none.
    pub fn pem_of(der: &[u8]) -> Result<String, Error> {
        Self::from_der(der)?;
        Ok(crate::pem::encode(der, "X509 CRL"))
    }

    /// The DER of every `X509 CRL` block of a PEM text, each read once.
    ///
    /// # Errors
    /// [`Error::Pem`], [`Error::Malformed`].
    pub fn ders_from_pem(text: &str) -> Result<Vec<Vec<u8>>, Error> {
        let blocks = crate::pem::blocks(text, "X509 CRL")?;
        for der in &blocks {
            Self::from_der(der)?;
        }
        Ok(blocks.iter().map(|der| der.to_vec()).collect())
    }

    fn read(der: &[u8]) -> Result<Self, Fault> {
        let mut outer = Reader::new(der);
        let mut list = outer.sequence("certificate list expected")?;
        outer.end("bytes follow the CRL")?;
        let tbs_element = list.expect(tag::SEQUENCE, "list body expected")?;
        let algorithm = list.expect(tag::SEQUENCE, "signature algorithm expected")?;
        let signature = list.expect(tag::BIT_STRING, "signature expected")?;
        list.end("CRL has extra fields")?;
        let (unused, bits) = der::bits(&signature)?;
        if unused != 0 {
            return Err(signature.fault("signature is not whole bytes"));
        }
        let mut tbs = tbs_element.reader();
        let version = tbs.optional(tag::INTEGER)?.map(|e| der::integer_u64(&e)).transpose()?;
        if version.is_some_and(|v| v != 1) {
            return Err(tbs_element.fault("version is not 2"));
        }
        let inner = tbs.expect(tag::SEQUENCE, "signature algorithm expected")?;
        if inner.raw != algorithm.raw {
            return Err(algorithm.fault("signature algorithm differs from the signed one"));
        }
        let issuer = tbs.expect(tag::SEQUENCE, "issuer expected")?;
        let this_update = der::time_field(&mut tbs, "this update expected")?;
        let next_update = match tbs.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(der::time_field(&mut tbs, "")?),
            _ => None,
        };
        let entries = tbs.optional(tag::SEQUENCE)?;
        let mut crl = Crl {
            der: der.to_vec(),
            tbs: crate::certificate::range(der, tbs_element.raw),
            entries: entries.map(|e| crate::certificate::range(der, e.content)),
            scheme: Scheme::read(&algorithm)?,
            signature: bits.to_vec(),
            issuer: Name::read(issuer.raw)?,
            this_update,
            next_update,
            number: None,
            delta_base: None,
            point: None,
            unknown_critical: None,
            key_id: false,
            deviations: Vec::new(),
            keeps_expired_from: None,
        };
        if let Some(field) = tbs.optional(0xa0)? {
            if version.is_none() {
                return Err(field.fault("extensions in a version 1 CRL"));
            }
            crl.extensions(field.reader())?;
        }
        tbs.end("CRL body has extra fields")?;
        let mut deviates = |wrong: bool, what: &'static str| {
            if wrong {
                crl.deviations.push(what);
            }
        };
        deviates(version.is_none(), "it is a version 1 CRL (§5.1.2.1)");
        deviates(next_update.is_none(), "its next update is missing (§5.1.2.5)");
        deviates(!crl.key_id, "its authority key identifier is missing (§5.2.1)");
        deviates(crl.number.is_none(), "its CRL number is missing (§5.2.3)");
        // Every entry is walked once, so that a later search cannot meet a malformed one, and so
        // that a critical entry extension anywhere is known (RFC 5280 §5.3: do not use such a CRL).
        let mut unknown = None;
        crl.walk(|_, _, _, critical| unknown = unknown.take().or(critical))?;
        crl.unknown_critical = crl.unknown_critical.or(unknown);
        Ok(crl)
    }

    fn extensions(&mut self, mut field: Reader<'_>) -> Result<(), Fault> {
        let mut list = field.sequence("extensions expected")?;
        field.end("extra bytes after the extensions")?;
        let mut seen: Vec<&[u8]> = Vec::new();
        while !list.is_empty() {
            let (id, critical, value) = extension(&mut list)?;
            if seen.contains(&id) {
                return Err(list.fault("an extension stands twice"));
            }
            if seen.len() >= MAX_EXTENSIONS {
                return Err(list.fault("too many extensions"));
            }
            seen.push(id);
            let mut reader = Reader::new(value);
            match id {
                oid::CRL_NUMBER => {
                    if critical {
                        self.deviations.push("its CRL number is critical (§5.2.3)");
                    }
                    self.number = Some(number(&mut reader)?);
                }
                oid::DELTA_CRL => {
                    if !critical {
                        self.deviations.push("its delta indicator is not critical (§5.2.4)");
                    }
                    self.delta_base = Some(number(&mut reader)?);
                }
                oid::ISSUING_DISTRIBUTION_POINT => {
                    if !critical {
                        self.deviations.push("its distribution point is not critical (§5.2.5)");
                    }
                    self.point = Some(issuing_point(&mut reader)?);
                }
                oid::AUTHORITY_KEY_ID => {
                    self.key_id = true;
                    if critical {
                        self.deviations.push("its authority key identifier is critical (§5.2.1)");
                    }
                }
                oid::FRESHEST_CRL if critical => {
                    self.deviations.push("its freshest CRL is critical (§5.2.6)");
                }
                oid::FRESHEST_CRL => {}
                EXPIRED_CERTS_ON_CRL => {
                    self.keeps_expired_from = Some(der::time_field(&mut reader, "date expected")?);
                }
                other if critical => self.unknown_critical = Some(Oid::new(other)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Visits every entry: serial, certificate issuer where it changes, revocation, and a critical
    /// extension that is not known.
    fn walk<'a>(
        &'a self,
        mut visit: impl FnMut(&'a [u8], Option<Vec<GeneralName>>, Revocation, Option<Oid>),
    ) -> Result<(), Fault> {
        let bytes = self.entries.clone().and_then(|r| self.der.get(r)).unwrap_or_default();
        let mut list = Reader::new(bytes);
        while !list.is_empty() {
            let mut entry = list.sequence("revoked certificate expected")?;
            let serial = entry.integer("serial number expected")?;
            let at = der::time_field(&mut entry, "revocation date expected")?;
            let mut revocation = Revocation { at, reason: None, invalid_since: None };
            let mut issuer = None;
            let mut unknown = None;
            if let Some(field) = entry.optional(tag::SEQUENCE)? {
                let mut extensions = field.reader();
                let mut seen: [&[u8]; MOST_ENTRY_EXTENSIONS] = [&[]; MOST_ENTRY_EXTENSIONS];
                let mut count = 0;
                while !extensions.is_empty() {
                    let (id, critical, value) = extension(&mut extensions)?;
                    if seen.contains(&id) {
                        return Err(field.fault("an extension stands twice"));
                    }
                    match seen.get_mut(count) {
                        Some(place) => *place = id,
                        None => return Err(field.fault("an entry has too many extensions")),
                    }
                    count += 1;
                    let mut reader = Reader::new(value);
                    match id {
                        oid::CRL_REASON => {
                            let reason = reader.expect(tag::ENUMERATED, "reason expected")?;
                            // RFC 5280 §5.3.1: 0 to 10, without 7.
                            let number = der::integer_u64(&reason)?;
                            if number == 7 || number > 10 {
                                return Err(reason.fault("reason is not one of those defined"));
                            }
                            revocation.reason = Some(number);
                        }
                        oid::INVALIDITY_DATE => {
                            revocation.invalid_since = Some(der::read_time(&reader.any()?)?);
                        }
                        oid::CERTIFICATE_ISSUER => {
                            let names = reader.sequence("issuer expected")?;
                            issuer = Some(read_general_names(names, &mut Room::new())?);
                        }
                        other if critical => unknown = Some(Oid::new(other)),
                        _ => {}
                    }
                }
            }
            entry.end("revoked certificate has extra fields")?;
            visit(serial, issuer, revocation, unknown);
        }
        Ok(())
    }

    /// The entry for a certificate of `issuer` with `serial` (RFC 5280 §5.3.3: an issuer once named
    /// counts for the entries after it). The last entry wins, as a delta's removal would.
    pub(crate) fn find(&self, issuer: &Name, serial: &[u8]) -> Option<Revocation> {
        let indirect = self.point.as_ref().is_some_and(|p| p.indirect);
        let mut current = self.issuer.clone();
        let mut found = None;
        let walked = self.walk(|have, named, revocation, _| {
            if let Some(names) = named.filter(|_| indirect) {
                let directory = names.into_iter().find_map(|n| match n {
                    GeneralName::Directory(name) => Some(name),
                    _ => None,
                });
                if let Some(name) = directory {
                    current = name;
                }
            }
            if have == serial && current == *issuer {
                found = Some(revocation);
            }
        });
        walked.ok().and(found)
    }

    /// Issuer of the list.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// When it was issued.
    pub fn this_update(&self) -> OffsetDateTime {
        self.this_update
    }

    /// When the next one comes at the latest.
    pub fn next_update(&self) -> Option<OffsetDateTime> {
        self.next_update
    }

    /// Whether it is a delta CRL.
    pub fn is_delta(&self) -> bool {
        self.delta_base.is_some()
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        let mut count = 0;
        let walked = self.walk(|_, _, _, _| count += 1);
        walked.map_or(0, |()| count)
    }

    /// Whether nothing is revoked.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// DER as issued.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    pub(crate) fn signed_by(&self, key: &PublicKey, memo: &Memo) -> Result<(), VerifyFault> {
        let tbs = self.der.get(self.tbs.clone()).unwrap_or_default();
        memo.verify(key, &self.scheme, tbs, &self.signature)
    }
}

/// CRLNumber (RFC 5280 §5.2.3): not negative, at most 20 bytes.
fn number(reader: &mut Reader<'_>) -> Result<Vec<u8>, Fault> {
    let content = reader.integer("CRL number expected")?;
    reader.end("extra bytes after the CRL number")?;
    if content.len() > 20 || content.first().is_some_and(|b| b & 0x80 != 0) {
        return Err(reader.fault("CRL number is negative or too long"));
    }
    Ok(content.to_vec())
}

fn extension<'a>(list: &mut Reader<'a>) -> Result<(&'a [u8], bool, &'a [u8]), Fault> {
    let mut one = list.sequence("extension expected")?;
    let id = one.oid("extension type expected")?;
    let critical =
        one.optional(tag::BOOLEAN)?.map(|e| der::boolean(&e)).transpose()?.unwrap_or(false);
    let value = one.expect(tag::OCTET_STRING, "extension value expected")?.content;
    one.end("extension has extra fields")?;
    Ok((id, critical, value))
}

fn issuing_point(reader: &mut Reader<'_>) -> Result<IssuingPoint, Fault> {
    let mut fields = reader.sequence("issuing distribution point expected")?;
    let name = fields
        .optional(0xa0)?
        .map(|e| distribution_point_name(&e, &mut Room::new()))
        .transpose()?;
    let mut flag = |tag: u8| -> Result<bool, Fault> {
        Ok(fields.optional(tag)?.map(|e| der::boolean(&e)).transpose()?.unwrap_or(false))
    };
    let only_user = flag(0x81)?;
    let only_ca = flag(0x82)?;
    let reasons = fields.optional(0x83)?.map(|e| reason_mask(&e)).transpose()?;
    let mut flag = |tag: u8| -> Result<bool, Fault> {
        Ok(fields.optional(tag)?.map(|e| der::boolean(&e)).transpose()?.unwrap_or(false))
    };
    let indirect = flag(0x84)?;
    let only_attribute = flag(0x85)?;
    fields.end("issuing distribution point has extra fields")?;
    if [only_user, only_ca, only_attribute].into_iter().filter(|f| *f).count() > 1 {
        // RFC 5280 §5.2.5: at most one of them.
        return Err(fields.fault("issuing distribution point contradicts itself"));
    }
    Ok(IssuingPoint { name, only_user, only_ca, only_attribute, reasons, indirect })
}
