//! CRLs and OCSP responses of an authority, with the defects a test needs.

use super::{ExtensionValue, Identity, sign_wrapped};
use crate::algorithm::DigestAlgorithm;
use crate::der::{self, tag};
use crate::{Certificate, Error, oid};
use time::OffsetDateTime;

/// One entry of a CRL.
#[derive(Clone, Debug)]
pub struct RevokedEntry {
    /// Serial number: content bytes of the INTEGER.
    pub serial: Vec<u8>,
    /// Since when.
    pub at: OffsetDateTime,
    /// CRLReason (RFC 5280 §5.3.1); no extension where absent.
    pub reason: Option<u8>,
    /// Since when the key is suspected (§5.3.2).
    pub invalid_since: Option<OffsetDateTime>,
}

/// What a CRL is to say.
#[derive(Clone, Debug)]
pub struct CrlTemplate {
    /// When it is issued; whole seconds.
    pub this_update: OffsetDateTime,
    /// When the next comes.
    pub next_update: Option<OffsetDateTime>,
    /// CRL number; no extension where absent.
    pub number: Option<u64>,
    /// Number of the base list, in a delta CRL.
    pub delta_base: Option<u64>,
    /// Who is revoked.
    pub revoked: Vec<RevokedEntry>,
    /// More extensions.
    pub extra: Vec<ExtensionValue>,
    /// Flip a bit of the signature after signing.
    pub break_signature: bool,
}

impl CrlTemplate {
    /// An empty list with number 1.
    pub fn new(this_update: OffsetDateTime, next_update: OffsetDateTime) -> Self {
        CrlTemplate {
            this_update,
            next_update: Some(next_update),
            number: Some(1),
            delta_base: None,
            revoked: Vec::new(),
            extra: Vec::new(),
            break_signature: false,
        }
    }

    /// One more revoked certificate.
    #[must_use]
    pub fn revoke(mut self, certificate: &Certificate, at: OffsetDateTime, reason: u8) -> Self {
        self.revoked.push(RevokedEntry {
            serial: certificate.serial().to_vec(),
            at,
            reason: Some(reason),
            invalid_since: None,
        });
        self
    }
}

/// What a responder says about one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OcspAnswer {
    /// Not revoked.
    Good,
    /// Revoked since then, with a CRLReason.
    Revoked(OffsetDateTime, u8),
    /// Not known.
    Unknown,
}

/// What an OCSP response is to say.
#[derive(Clone, Debug)]
pub struct OcspTemplate {
    /// The answers, by certificate.
    pub answers: Vec<(Certificate, OcspAnswer)>,
    /// When it is signed, and what it is true for; whole seconds.
    pub this_update: OffsetDateTime,
    /// When a newer answer comes.
    pub next_update: Option<OffsetDateTime>,
    /// The nonce of the request.
    pub nonce: Option<Vec<u8>>,
    /// More extensions of the response.
    pub extra: Vec<ExtensionValue>,
    /// Extensions of each single response.
    pub single_extra: Vec<ExtensionValue>,
    /// Digest of the certificate identifiers.
    pub digest: DigestAlgorithm,
    /// Name the responder by the SHA-1 of its key, otherwise by its subject.
    pub by_key: bool,
    /// Whether the responder's certificate is put in.
    pub include_certificate: bool,
    /// Flip a bit of the signature after signing.
    pub break_signature: bool,
}

impl OcspTemplate {
    /// One answer for one certificate, SHA-1 identifiers, responder by name with its certificate.
    pub fn new(
        certificate: &Certificate,
        answer: OcspAnswer,
        this_update: OffsetDateTime,
        next_update: OffsetDateTime,
    ) -> Self {
        OcspTemplate {
            answers: vec![(certificate.clone(), answer)],
            this_update,
            next_update: Some(next_update),
            nonce: None,
            extra: Vec::new(),
            single_extra: Vec::new(),
            digest: DigestAlgorithm::Sha1,
            by_key: false,
            include_certificate: true,
            break_signature: false,
        }
    }
}

fn extension(kind: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag = if critical { der::tlv(tag::BOOLEAN, &[0xff]) } else { Vec::new() };
    der::sequence(&[&der::oid(kind), &flag, &der::octet_string(value)])
}

/// Extensions one after the other.
fn each(extensions: &[ExtensionValue]) -> Vec<u8> {
    extensions.iter().flat_map(|e| extension(e.oid.as_bytes(), e.critical, &e.value)).collect()
}

/// `Extensions` under a context tag; nothing where there are none.
fn listed(context: u8, extensions: &[u8]) -> Vec<u8> {
    if extensions.is_empty() {
        return Vec::new();
    }
    der::explicit(context, &der::tlv(tag::SEQUENCE, extensions))
}

fn generalized(at: OffsetDateTime) -> Vec<u8> {
    let at = at.to_offset(time::UtcOffset::UTC);
    let text = format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    );
    der::tlv(tag::GENERALIZED_TIME, text.as_bytes())
}

fn broken(mut der: Vec<u8>, really: bool) -> Vec<u8> {
    if really && let Some(last) = der.last_mut() {
        *last ^= 1;
    }
    der
}

impl Identity {
    /// A CRL signed by this authority, as DER.
    ///
    /// # Errors
    /// [`Error::SigningFailed`].
    pub fn crl(&self, template: &CrlTemplate) -> Result<Vec<u8>, Error> {
        let certificate = self.certificate();
        let entries: Vec<u8> = template
            .revoked
            .iter()
            .flat_map(|entry| {
                let mut extensions = Vec::new();
                if let Some(reason) = entry.reason {
                    let value = der::tlv(tag::ENUMERATED, &[reason]);
                    extensions.extend(extension(oid::CRL_REASON, false, &value));
                }
                if let Some(since) = entry.invalid_since {
                    extensions.extend(extension(oid::INVALIDITY_DATE, false, &generalized(since)));
                }
                let extensions = if extensions.is_empty() {
                    extensions
                } else {
                    der::tlv(tag::SEQUENCE, &extensions)
                };
                der::sequence(&[
                    &der::tlv(tag::INTEGER, &entry.serial),
                    &der::write_time(entry.at),
                    &extensions,
                ])
            })
            .collect();
        let key_id = DigestAlgorithm::Sha1.digest(certificate.public_key().bits());
        let key_id = der::sequence(&[&der::context(0, &key_id)]);
        let mut extensions = extension(oid::AUTHORITY_KEY_ID, false, &key_id);
        if let Some(number) = template.number {
            extensions.extend(extension(oid::CRL_NUMBER, false, &der::small_integer(number)));
        }
        if let Some(base) = template.delta_base {
            extensions.extend(extension(oid::DELTA_CRL, true, &der::small_integer(base)));
        }
        extensions.extend(each(&template.extra));
        let tbs = der::sequence(&[
            &der::small_integer(1),
            &self.algorithm.identifier(),
            certificate.subject().as_der(),
            &der::write_time(template.this_update),
            &template.next_update.map(der::write_time).unwrap_or_default(),
            &if entries.is_empty() { entries } else { der::tlv(tag::SEQUENCE, &entries) },
            &der::explicit(0, &der::tlv(tag::SEQUENCE, &extensions)),
        ]);
        Ok(broken(sign_wrapped(&tbs, self.algorithm, &self.key)?, template.break_signature))
    }

    /// An OCSP response signed by this identity for certificates of `issuer`, as DER. Whether it may
    /// answer for that issuer is for the reader to find out.
    ///
    /// # Errors
    /// [`Error::SigningFailed`].
    pub fn ocsp_response(
        &self,
        issuer: &Certificate,
        template: &OcspTemplate,
    ) -> Result<Vec<u8>, Error> {
        let own = self.certificate();
        let digest = template.digest;
        let singles: Vec<u8> = template
            .answers
            .iter()
            .flat_map(|(certificate, answer)| {
                let id = der::sequence(&[
                    &der::sequence(&[&der::oid(digest.oid()), &der::null()]),
                    &der::octet_string(&digest.digest(issuer.subject().as_der())),
                    &der::octet_string(&digest.digest(issuer.public_key().bits())),
                    &der::tlv(tag::INTEGER, certificate.serial()),
                ]);
                let status = match answer {
                    OcspAnswer::Good => der::context(0, &[]),
                    OcspAnswer::Unknown => der::context(2, &[]),
                    OcspAnswer::Revoked(at, reason) => {
                        let reason = der::explicit(0, &der::tlv(tag::ENUMERATED, &[*reason]));
                        der::explicit(1, &[generalized(*at), reason].concat())
                    }
                };
                let next = template.next_update.map(|at| der::explicit(0, &generalized(at)));
                der::sequence(&[
                    &id,
                    &status,
                    &generalized(template.this_update),
                    &next.unwrap_or_default(),
                    &listed(1, &each(&template.single_extra)),
                ])
            })
            .collect();
        let responder = if template.by_key {
            let hash = DigestAlgorithm::Sha1.digest(own.public_key().bits());
            der::explicit(2, &der::octet_string(&hash))
        } else {
            der::explicit(1, own.subject().as_der())
        };
        let nonce = template.nonce.as_ref();
        let mut extensions = nonce
            .map(|nonce| extension(oid::OCSP_NONCE, false, &der::octet_string(nonce)))
            .unwrap_or_default();
        extensions.extend(each(&template.extra));
        let tbs = der::sequence(&[
            &responder,
            &generalized(template.this_update),
            &der::tlv(tag::SEQUENCE, &singles),
            &listed(1, &extensions),
        ]);
        let signature = der::bit_string(&self.key.key.sign(self.algorithm, &tbs)?);
        let signature = broken(signature, template.break_signature);
        let certificates = if template.include_certificate {
            der::explicit(0, &der::sequence(&[own.as_der()]))
        } else {
            Vec::new()
        };
        let basic = der::sequence(&[&tbs, &self.algorithm.identifier(), &signature, &certificates]);
        let bytes = der::sequence(&[&der::oid(oid::OCSP_BASIC), &der::octet_string(&basic)]);
        Ok(der::sequence(&[&der::tlv(tag::ENUMERATED, &[0]), &der::explicit(0, &bytes)]))
    }
}
