//! RFC 3161: the request, the response, and checking a token over given data. The authority's path
//! is validated at the token's own time by the caller's anchors ([`crate::path`]).

use crate::Oid;
use crate::algorithm::{self, DigestAlgorithm};
use crate::cms::{self, CmsReport, Content, SignedData};
use crate::der::{self, Fault, Reader, tag};
use crate::finding::FindingKind as K;
use crate::path::{self, Anchor, PathReport, Profile, RevocationMaterial};
use crate::{Certificate, Error, Finding, Indication, SubIndication, conclude};
use time::OffsetDateTime;

/// A TimeStampReq asking for the authority's certificate. The nonce comes from the caller's random
/// source; at least 8 bytes are wise.
pub fn request(digest: DigestAlgorithm, imprint: &[u8], nonce: Option<&[u8]>) -> Vec<u8> {
    let hash = der::sequence(&[&der::oid(digest.oid()), &der::null()]);
    let imprint = der::sequence(&[&hash, &der::octet_string(imprint)]);
    let nonce = nonce.map(der::integer).unwrap_or_default();
    der::sequence(&[&der::small_integer(1), &imprint, &nonce, &der::tlv(tag::BOOLEAN, &[0xff])])
}

/// The token of a TimeStampResp that was granted.
///
/// # Errors
/// [`Error::TimestampRefused`] with the authority's status, [`Error::Malformed`].
pub fn response_token(response: &[u8]) -> Result<Vec<u8>, Error> {
    let (status, token) =
        read_response(response).map_err(Error::malformed("timestamp response"))?;
    match token {
        // RFC 3161 §2.4.2: granted or grantedWithMods.
        Some(token) if status <= 1 => Ok(token),
        Some(_) | None => Err(Error::TimestampRefused {
            reason: format!("the authority answers with status {status}"),
        }),
    }
}

fn read_response(response: &[u8]) -> Result<(u64, Option<Vec<u8>>), Fault> {
    let mut outer = Reader::new(response);
    let mut fields = outer.sequence("timestamp response expected")?;
    outer.end("bytes follow the timestamp response")?;
    let mut info = fields.sequence("status expected")?;
    let status = der::integer_u64(&info.expect(tag::INTEGER, "status expected")?)?;
    let token = fields.optional(tag::SEQUENCE)?.map(|e| e.raw.to_vec());
    fields.end("timestamp response has extra fields")?;
    Ok((status, token))
}

struct TstInfo {
    policy: Oid,
    digest: Result<DigestAlgorithm, String>,
    imprint: Vec<u8>,
    time: OffsetDateTime,
    nonce: Option<Vec<u8>>,
    unknown_critical: Option<Oid>,
}

fn read_info(content: &[u8]) -> Result<TstInfo, Fault> {
    let mut outer = Reader::new(content);
    let mut info = outer.sequence("TSTInfo expected")?;
    outer.end("bytes follow the TSTInfo")?;
    let version = info.expect(tag::INTEGER, "version expected")?;
    if der::integer_u64(&version)? != 1 {
        return Err(version.fault("version is not 1"));
    }
    let policy = Oid::new(info.oid("policy expected")?);
    let mut imprint_field = info.sequence("message imprint expected")?;
    let digest = algorithm::read_digest(&mut imprint_field)?;
    let imprint = imprint_field.expect(tag::OCTET_STRING, "imprint expected")?.content.to_vec();
    imprint_field.end("message imprint has extra fields")?;
    info.integer("serial number expected")?;
    let time = der::generalized_time(&info.any()?)?;
    info.optional(tag::SEQUENCE)?;
    info.optional(tag::BOOLEAN)?.map(|e| der::boolean(&e)).transpose()?;
    let nonce = if info.peek() == Some(tag::INTEGER) {
        Some(info.integer("nonce expected")?.to_vec())
    } else {
        None
    };
    info.optional(0xa0)?;
    let mut unknown_critical = None;
    if let Some(field) = info.optional(0xa1)? {
        let mut list = field.reader();
        while !list.is_empty() {
            let mut one = list.sequence("extension expected")?;
            let id = one.oid("extension type expected")?;
            let flag = one.optional(tag::BOOLEAN)?.map(|e| der::boolean(&e)).transpose()?;
            if flag == Some(true) {
                unknown_critical = Some(Oid::new(id));
            }
        }
    }
    info.end("TSTInfo has extra fields")?;
    Ok(TstInfo { policy, digest, imprint, time, nonce, unknown_critical })
}

/// What was found about one token.
#[derive(Clone, Debug, serde::Serialize)]
pub struct TokenReport {
    /// Findings about the token itself.
    pub findings: Vec<Finding>,
    /// Its time, where it could be read; proven only when [`TokenReport::is_valid`].
    #[serde(serialize_with = "crate::serialize_optional_instant")]
    pub time: Option<OffsetDateTime>,
    /// Its policy.
    pub policy: Option<Oid>,
    /// Its CMS.
    pub cms: Option<CmsReport>,
    /// The authority's path, at the token's time.
    pub path: Option<PathReport>,
}

impl TokenReport {
    /// Indication over token, CMS and path.
    pub fn conclusion(&self) -> (Indication, Option<SubIndication>) {
        let mut all = self.findings.clone();
        all.extend(self.cms.iter().flat_map(|c| c.findings.iter().cloned()));
        all.extend(self.path.iter().flat_map(|p| p.findings.iter().cloned()));
        let (indication, sub) = conclude(&all);
        if indication == Indication::Passed && (self.cms.is_none() || self.path.is_none()) {
            return (Indication::Indeterminate, None);
        }
        (indication, sub)
    }

    /// Whether the token proves its time.
    pub fn is_valid(&self) -> bool {
        self.conclusion().0 == Indication::Passed
    }
}

/// What a token is checked against.
#[derive(Clone, Copy)]
pub struct TokenContext<'a> {
    /// The nonce of the request, where one was sent.
    pub nonce: Option<&'a [u8]>,
    /// Time of validation: a token from after it proves nothing.
    pub now: OffsetDateTime,
    /// More certificates of the authority.
    pub certificates: &'a [Certificate],
    /// Trust anchors.
    pub anchors: &'a [Anchor],
    /// Usually [`Profile::timestamping`].
    pub profile: &'a Profile,
    /// CRLs and OCSP responses.
    pub revocation: &'a RevocationMaterial,
}

/// Checks a token over `data`, its digest computed as the token says.
pub fn verify(token: &[u8], data: &[u8], context: &TokenContext<'_>) -> TokenReport {
    let mut report =
        TokenReport { findings: Vec::new(), time: None, policy: None, cms: None, path: None };
    let mut add =
        |kind, at: &str, detail: String| report.findings.push(Finding::new(kind, at, detail));
    let signed = match SignedData::parse(token) {
        Ok(signed) => signed,
        Err(e) => {
            add(K::TokenMalformed, "token", e.to_string());
            return report;
        }
    };
    let info = match read_info(signed.content().unwrap_or_default()) {
        Ok(info) => info,
        Err(fault) => {
            add(K::TokenMalformed, "tst_info", fault.reason.to_owned());
            return report;
        }
    };
    match &info.digest {
        Ok(DigestAlgorithm::Sha1) => {
            add(K::AlgorithmRefused, "message_imprint", "SHA-1".to_owned())
        }
        Ok(digest) if digest.digest(data) == info.imprint => {}
        Ok(digest) => add(K::TokenImprint, "message_imprint", digest.name().to_owned()),
        Err(name) => add(K::DigestUnsupported, "message_imprint", name.clone()),
    }
    if let Some(nonce) = context.nonce {
        // As the request wrote it: a non-negative INTEGER.
        let sent = der::integer(nonce);
        if info.nonce.as_deref().map(|n| der::tlv(tag::INTEGER, n)) != Some(sent) {
            add(K::TokenNonce, "nonce", String::new());
        }
    }
    if let Some(critical) = &info.unknown_critical {
        add(K::TokenExtension, "extensions", critical.to_string());
    }
    if info.time > context.now {
        add(K::TokenFuture, "gen_time", crate::instant(info.time));
    }
    report.time = Some(info.time);
    report.policy = Some(info.policy);
    let checked =
        cms::verify_with(&signed, Content::Embedded, cms::Profile::Timestamp, context.certificates);
    if let Some(signer) = &checked.signer {
        let mut pool = checked.certificates.clone();
        pool.extend_from_slice(context.certificates);
        let mut profile = context.profile.clone();
        profile.now = Some(profile.now.unwrap_or(context.now));
        report.path = Some(path::validate(
            signer,
            &pool,
            context.anchors,
            info.time,
            &profile,
            context.revocation,
        ));
    }
    report.cms = Some(checked);
    report
}
