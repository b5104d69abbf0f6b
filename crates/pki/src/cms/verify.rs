//! Checking one SignedData: form, attributes, signer, digest and signature, under a profile. All
//! findings are returned. Whether the signer's certificate may be trusted is for [`crate::path`].

mod attributes;

use super::attribute::CertificateReference;
use super::parse::{SignedData, SignerId, SignerInfo};
use super::write::implicit;
use crate::algorithm::{DigestAlgorithm, Scheme, VerifyFault};
use crate::der::{self, Reader, tag};
use crate::finding::FindingKind as K;
use crate::oid::{self, Oid};
use crate::{
    AlgorithmPolicy, Certificate, Effect, Error, Finding, Indication, Memo, SignatureAlgorithm,
    SigningRules, SubIndication, conclude,
};
use time::OffsetDateTime;

/// Which rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Profile {
    /// ETSI EN 319 142-1 §6.3: detached, one signer, signing-certificate-v2, no signing-time.
    PadesBaseline,
    /// `ETSI.CAdES.detached` of whatever level: as the baseline, but a signing-time is noted, not refused.
    Pades,
    /// ETSI EN 319 122-1 §6.3: one signer, signing-certificate-v2, signing-time allowed.
    CadesBaseline,
    /// `adbe.pkcs7.detached` and plain CMS: RFC 5652 alone.
    Cms,
    /// RFC 3161 token: TSTInfo inside, one signer, signing-certificate.
    Timestamp,
}

/// The signed content.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// It is inside the CMS.
    Embedded,
    /// Its bytes.
    Bytes(&'a [u8]),
    /// Its digest under one algorithm.
    Digest(DigestAlgorithm, &'a [u8]),
    /// Computes its digest when the algorithm is known.
    Provider(&'a dyn Fn(DigestAlgorithm) -> Option<Vec<u8>>),
}

/// What was found about one signer.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CmsReport {
    /// Everything found.
    pub findings: Vec<Finding>,
    /// The signing certificate, where it was identified.
    pub signer: Option<Certificate>,
    /// Every certificate inside that could be read, in order.
    pub certificates: Vec<Certificate>,
    /// Content digest algorithm.
    pub digest_algorithm: Option<DigestAlgorithm>,
    /// The signature algorithm, where the signer is known.
    #[serde(skip)]
    pub(crate) scheme: Option<Scheme>,
    /// Signature algorithm as the CMS names it.
    pub signature_algorithm: String,
    /// Claimed signing time, where there is one. Nothing is derived from it.
    #[serde(serialize_with = "optional_instant")]
    pub claimed_signing_time: Option<OffsetDateTime>,
    /// Types of the unsigned attributes.
    pub unsigned_attributes: Vec<Oid>,
    /// Signature timestamp tokens (DER), not verified here.
    #[serde(skip)]
    pub signature_timestamps: Vec<Vec<u8>>,
    /// Content timestamp tokens (DER), not verified here.
    #[serde(skip)]
    pub content_timestamps: Vec<Vec<u8>>,
    /// CRLs and OCSP responses inside.
    #[serde(skip)]
    pub revocation: crate::path::RevocationMaterial,
    /// The signature value, which names the signature in proofs of existence.
    #[serde(skip)]
    pub signature_value: Vec<u8>,
    /// Whether the content's digest was compared and is the one signed.
    pub content_matches: bool,
    /// Whether the signature value verifies with the signer's key.
    pub signature_verifies: bool,
}

fn optional_instant<S: serde::Serializer>(
    at: &Option<OffsetDateTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    use serde::Serialize as _;
    at.map(crate::instant).serialize(serializer)
}

impl CmsReport {
    /// Indication of the cryptographic verification and format checking (EN 319 102-1 §5.2.2,
    /// §5.2.3, §5.2.7, §5.2.8 without times).
    pub fn conclusion(&self) -> (Indication, Option<SubIndication>) {
        conclude(&self.findings)
    }

    /// Judges the algorithms anew. `at` is a time at which the signature is proven to have existed, or the present; never the
    /// signer's own. [`verify`] knows no time, so that every rule of [`AlgorithmPolicy::standard`] counts until this is asked.
    pub fn judge_algorithms(&mut self, policy: &AlgorithmPolicy, at: OffsetDateTime) {
        self.judge(policy, Some(at));
    }

    /// The one place where the algorithms of a CMS are judged (EN 319 102-1 §5.2.8).
    pub(crate) fn judge(&mut self, policy: &AlgorithmPolicy, at: Option<OffsetDateTime>) {
        self.findings.retain(|f| f.kind != K::AlgorithmRefused || f.at != ALGORITHM_PLACE);
        let digests = [self.digest_algorithm, self.scheme.as_ref().and_then(Scheme::digest)];
        let refused = digests.into_iter().flatten().find_map(|d| policy.digest_refused(d, at));
        let short = self.signer.as_ref().and_then(|s| policy.key_refused(s.public_key(), at));
        for refusal in [refused, short].into_iter().flatten() {
            let finding = Finding::new(K::AlgorithmRefused, ALGORITHM_PLACE, refusal.to_string());
            self.findings.push(finding);
        }
    }

    /// Whether the signature may stand as a new one under `rules`: made elsewhere, it need not use the algorithm agreed.
    ///
    /// # Errors
    /// [`Error::AlgorithmNotForNew`] with the rule and its source; also where the signer is not known.
    pub fn check_new(&self, rules: &SigningRules) -> Result<(), Error> {
        let (Some(signer), Some(scheme)) = (&self.signer, &self.scheme) else {
            let refusal = rules.algorithms.unlisted(&self.signature_algorithm, None, rules.at);
            return refusal.map_or(Ok(()), |refusal| Err(rules.refused(refusal)));
        };
        let key = signer.public_key();
        let algorithm = SignatureAlgorithm::of(scheme, key);
        let refusal = match algorithm {
            Some(algorithm) => rules.algorithms.refuses_new(algorithm, key, rules.at),
            None => rules.algorithms.unlisted(&scheme.name(), None, rules.at),
        };
        refusal.map_or(Ok(()), |refusal| Err(rules.refused(refusal)))
    }

    /// Findings that stand against the signature.
    pub fn against(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.kind.effect() != Effect::Notes)
    }
}

/// Checks the only signer of `signed`.
pub fn verify(signed: &SignedData, content: Content<'_>, profile: Profile) -> CmsReport {
    verify_with(signed, content, profile, &[])
}

/// As [`verify`], with certificates that may be the signer's although they are not inside.
pub fn verify_with(
    signed: &SignedData,
    content: Content<'_>,
    profile: Profile,
    others: &[Certificate],
) -> CmsReport {
    verify_signer(signed, 0, content, profile, others, &Memo::new())
}

/// As [`verify_with`], for the signer at `index`, with what was verified before.
pub fn verify_signer(
    signed: &SignedData,
    index: usize,
    content: Content<'_>,
    profile: Profile,
    others: &[Certificate],
    memo: &Memo,
) -> CmsReport {
    let mut check = Check {
        memo,
        report: CmsReport {
            findings: Vec::new(),
            signer: None,
            certificates: Vec::new(),
            digest_algorithm: None,
            scheme: None,
            signature_algorithm: String::new(),
            claimed_signing_time: None,
            unsigned_attributes: Vec::new(),
            signature_timestamps: Vec::new(),
            content_timestamps: Vec::new(),
            revocation: crate::path::RevocationMaterial {
                crls: signed.crls.clone(),
                ocsp_responses: signed.ocsps.clone(),
            },
            signature_value: Vec::new(),
            content_matches: false,
            signature_verifies: false,
        },
        profile,
    };
    check.form(signed);
    match signed.signers.get(index) {
        Some(signer) => check.signer(signed, signer, content, others),
        // Nobody signed, whoever was asked about.
        None if signed.signers.is_empty() => {}
        None => check.add(K::CmsSignerCount, "signer_infos", signed.signers.len().to_string()),
    }
    check.report.judge(&AlgorithmPolicy::standard(), None);
    check.report
}

/// Where a refused algorithm is met.
const ALGORITHM_PLACE: &str = "signer_info";

/// Certificates that cannot be read are told one by one up to here: the findings must not outgrow the input.
const MOST_MALFORMED: usize = 16;

struct Check<'m> {
    memo: &'m Memo,
    report: CmsReport,
    profile: Profile,
}

impl Check<'_> {
    fn add(&mut self, kind: K, at: &str, detail: impl Into<String>) {
        self.report.findings.push(Finding::new(kind, at, detail));
    }

    fn strict(&self) -> bool {
        self.pades() || self.profile == Profile::CadesBaseline
    }

    fn pades(&self) -> bool {
        matches!(self.profile, Profile::PadesBaseline | Profile::Pades)
    }

    fn form(&mut self, signed: &SignedData) {
        if signed.ber {
            self.add(K::CmsNotDer, "cms", "");
        }
        if signed.trailing > 0 {
            let kind = if signed.trailing_zero { K::CmsTrailingBytes } else { K::CmsTrailingJunk };
            self.add(kind, "cms", signed.trailing.to_string());
        }
        if signed.version != expected_version(signed) {
            self.add(K::CmsVersion, "version", signed.version.to_string());
        }
        if signed.signers.is_empty() || (self.profile != Profile::Cms && signed.signers.len() != 1)
        {
            self.add(K::CmsSignerCount, "signer_infos", signed.signers.len().to_string());
        }
        let wanted = if self.profile == Profile::Timestamp { oid::TST_INFO } else { oid::DATA };
        if self.profile != Profile::Cms && signed.content_type.as_bytes() != wanted {
            self.add(K::CmsContentType, "encap_content_info", signed.content_type.to_string());
        }
        if signed.foreign_content {
            let kind = match self.profile {
                Profile::Cms => K::CmsPkcs7Content,
                _ => K::CmsContentType,
            };
            self.add(kind, "encap_content_info.content", signed.content_type.to_string());
        }
        if self.pades() && signed.content.is_some() {
            self.add(K::CmsNotDetached, "encap_content_info", "");
        }
        if !signed.other_certificates.is_empty() {
            let count = signed.other_certificates.len().to_string();
            self.add(K::CmsOtherCertificateForm, "certificates", count);
        }
        let mut malformed = 0;
        for (i, der) in signed.certificates.iter().enumerate() {
            match self.memo.certificate(der) {
                Ok(certificate) => self.report.certificates.push(certificate),
                Err(error) => {
                    malformed += 1;
                    if malformed <= MOST_MALFORMED {
                        let at = format!("certificates[{i}]");
                        self.add(K::CmsCertificateMalformed, &at, error.to_string());
                    }
                }
            }
        }
        if malformed > MOST_MALFORMED {
            let all = format!("{malformed} of them");
            self.add(K::CmsCertificateMalformed, "certificates", all);
        }
    }

    fn signer(
        &mut self,
        signed: &SignedData,
        signer: &SignerInfo,
        content: Content<'_>,
        others: &[Certificate],
    ) {
        self.report.signature_algorithm = signer.scheme.name();
        if signer.scheme_null {
            self.add(K::AlgorithmSpelling, "signer_info.signature_algorithm", "NULL parameters");
        }
        self.report.signature_value = signer.signature.clone();
        self.report.signature_timestamps = signer.timestamps().map(<[u8]>::to_vec).collect();
        self.report.content_timestamps = signer.content_timestamps().map(<[u8]>::to_vec).collect();
        self.report.unsigned_attributes = signer.unsigned.iter().map(|a| a.oid.clone()).collect();
        self.unsigned(signer);
        let version = match signer.id {
            SignerId::IssuerSerial(..) => 1,
            SignerId::KeyId(_) => 3,
        };
        if signer.version != version {
            self.add(K::CmsVersion, "signer_info.version", signer.version.to_string());
        }
        if let Ok(digest) = &signer.digest
            && !signed.digests.iter().any(|d| d.as_bytes() == digest.oid())
        {
            self.add(K::CmsDigestNotListed, "digest_algorithms", digest.name());
        }
        let reference = self.attributes(signed, signer);
        self.report.signer = self.find_signer(signer, reference.as_ref(), others);
        self.digest(signed, signer, content);
        self.signature(signed, signer, content);
    }

    /// EN 319 102-1 §5.2.3: the certificate that the signed reference names, else the identifier's.
    fn find_signer(
        &mut self,
        signer: &SignerInfo,
        reference: Option<&CertificateReference>,
        others: &[Certificate],
    ) -> Option<Certificate> {
        let fits = |c: &Certificate| match &signer.id {
            SignerId::IssuerSerial(issuer, serial) => c.serial() == serial && c.issuer() == issuer,
            SignerId::KeyId(id) => c.extensions().subject_key_id.as_ref() == Some(id),
        };
        let candidates: Vec<Certificate> =
            self.report.certificates.iter().chain(others).filter(|c| fits(c)).cloned().collect();
        let named = candidates.iter().find(|c| reference.is_some_and(|r| r.names(c))).cloned();
        let Some(found) = named.clone().or_else(|| candidates.first().cloned()) else {
            let id = match &signer.id {
                SignerId::IssuerSerial(issuer, serial) => {
                    format!("issuer {issuer}, serial {}", crate::certificate::hex(serial))
                }
                SignerId::KeyId(id) => format!("key identifier {}", crate::certificate::hex(id)),
            };
            self.add(K::SignerNotFound, "signer_info", id);
            return None;
        };
        // Names compare without regard to case and string type (RFC 5280 §7.1), but this one is a copy of the
        // certificate's and stands outside the signature: byte for byte.
        if let SignerId::IssuerSerial(issuer, _) = &signer.id
            && issuer.as_der() != found.issuer().as_der()
        {
            self.add(K::CmsIssuerSpelling, "signer_info.sid", issuer.to_string());
        }
        if self.strict() && !self.report.certificates.contains(&found) {
            self.add(K::SignerNotInside, "certificates", found.subject().shown());
        }
        if let Some(reference) = reference {
            if named.is_none() && reference.digest.is_ok() {
                self.add(K::SignerReferenceWrong, "signing_certificate", found.subject().shown());
            }
            if let Some((issuer, serial)) = &reference.issuer_serial
                && (serial != found.serial() || issuer.as_ref() != Some(found.issuer()))
            {
                self.add(K::SignerReferenceIssuer, "signing_certificate", "");
            }
        }
        Some(found)
    }

    fn digest(&mut self, signed: &SignedData, signer: &SignerInfo, content: Content<'_>) {
        let algorithm = match &signer.digest {
            Ok(algorithm) => *algorithm,
            Err(name) => {
                self.add(K::DigestUnsupported, "signer_info.digest_algorithm", name.clone());
                return;
            }
        };
        self.report.digest_algorithm = Some(algorithm);
        if signer.signed_raw.is_none() {
            return;
        }
        let Some(value) = self.one(&signer.signed, oid::MESSAGE_DIGEST, "message_digest") else {
            self.add(K::AttributeMissing, "message_digest", "");
            return;
        };
        let mut reader = Reader::new(value);
        let claimed = match reader.expect(tag::OCTET_STRING, "octets expected") {
            Ok(element) if reader.is_empty() => element.content,
            Ok(_) | Err(_) => {
                self.add(K::AttributeMalformed, "message_digest", "");
                return;
            }
        };
        let embedded = signed.content.as_deref().filter(|_| matches!(content, Content::Embedded));
        match digest_of(embedded.map_or(content, Content::Bytes), algorithm) {
            None => self.add(K::ContentNotGiven, "content", algorithm.name()),
            Some(computed) if computed == claimed => self.report.content_matches = true,
            Some(_) => self.add(K::DigestMismatch, "message_digest", algorithm.name()),
        }
    }

    fn signature(&mut self, signed: &SignedData, signer: &SignerInfo, content: Content<'_>) {
        let Ok(digest) = signer.digest else { return };
        let scheme = signer.scheme.with_digest(digest);
        let agrees = match &scheme {
            // RFC 8419 §3.1: with attributes the digest is SHA-512, without it says nothing.
            Scheme::Ed25519 => digest == DigestAlgorithm::Sha512 || signer.signed_raw.is_none(),
            Scheme::Unsupported(_) => true,
            other => other.digest() == Some(digest),
        };
        if !agrees {
            let detail = format!("{} and {}", digest.name(), scheme.name());
            self.add(K::DigestDisagrees, "signer_info", detail);
        }
        let Some(certificate) = self.report.signer.clone() else { return };
        let (key, memo) = (certificate.public_key(), self.memo);
        self.report.scheme = Some(scheme.clone());
        let bytes = match content {
            Content::Bytes(bytes) => Some(bytes),
            Content::Embedded => signed.content.as_deref(),
            Content::Digest(..) | Content::Provider(_) => None,
        };
        let outcome = match (&signer.signed_raw, bytes) {
            // RFC 5652 §5.4: hashed with the SET OF tag, all other bytes as transmitted.
            (Some(raw), _) => {
                let message = implicit(tag::SET, raw);
                match memo.verify(key, &scheme, &message, &signer.signature) {
                    Err(VerifyFault::Invalid) => match der::canonical(&message) {
                        Some(again)
                            if again != message
                                && memo.verify(key, &scheme, &again, &signer.signature).is_ok() =>
                        {
                            self.add(K::AttributesResorted, "signed_attributes", "");
                            Ok(())
                        }
                        _ => Err(VerifyFault::Invalid),
                    },
                    other => other,
                }
            }
            (None, Some(bytes)) => {
                if looks_like_attributes(bytes) {
                    self.add(K::AttributesAsContent, "content", "");
                }
                memo.verify(key, &scheme, bytes, &signer.signature)
            }
            (None, None) => {
                self.add(
                    K::ContentNotGiven,
                    "content",
                    "without signed attributes its bytes are needed",
                );
                return;
            }
        };
        match outcome {
            Ok(()) => {
                self.report.signature_verifies = true;
                // Without attributes the signature is over the content itself.
                if signer.signed_raw.is_none() {
                    self.report.content_matches = true;
                }
            }
            Err(VerifyFault::Unsupported(name)) => {
                self.add(K::SignatureUnsupported, "signer_info", name)
            }
            Err(VerifyFault::WrongKey(name)) => {
                self.add(K::SignatureKeyMismatch, "signer_info", name)
            }
            Err(VerifyFault::Invalid) => self.add(K::SignatureWrong, "signer_info", scheme.name()),
        }
    }
}

/// Whether the bytes are a SET of attributes with a content type and a message digest. A signature over such a set serves
/// as one over content when the attributes are taken away.
fn looks_like_attributes(bytes: &[u8]) -> bool {
    let mut outer = Reader::new(bytes);
    let Ok(set) = outer.expect(tag::SET, "") else { return false };
    let mut list = set.reader();
    let mut found = [false; 2];
    while let Ok(mut one) = list.sequence("") {
        match one.oid("") {
            Ok(oid::CONTENT_TYPE) => found[0] = true,
            Ok(oid::MESSAGE_DIGEST) => found[1] = true,
            _ => {}
        }
    }
    found == [true; 2]
}

/// RFC 5652 §5.1.
fn expected_version(signed: &SignedData) -> u64 {
    let has = |tag: u8| signed.other_certificates.contains(&tag);
    if has(0xa3) || signed.other_revocation > 0 {
        5
    } else if has(0xa2) {
        4
    } else if has(0xa1)
        || (signed.content_type.as_bytes() != oid::DATA && !signed.foreign_content)
        || signed.signers.iter().any(|s| s.version == 3)
    {
        3
    } else {
        1
    }
}

/// The digest of content, where it can be had.
pub(crate) fn digest_of(content: Content<'_>, algorithm: DigestAlgorithm) -> Option<Vec<u8>> {
    match content {
        Content::Embedded => None,
        Content::Bytes(bytes) => Some(algorithm.digest(bytes)),
        Content::Digest(have, value) => (have == algorithm).then(|| value.to_vec()),
        Content::Provider(provider) => provider(algorithm),
    }
}
