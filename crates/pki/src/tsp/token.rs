//! A timestamp token: what its TSTInfo says, and whether it may be believed. The authority's path is
//! validated at the token's own time; what follows from a proven time is decided in [`crate::validation`].

use super::{flag, message_imprint, version_one};
use crate::algorithm::DigestAlgorithm;
use crate::certificate::{GeneralName, Room, hex, read_general_names};
use crate::cms::{self, CmsReport, Content, SignedData};
use crate::der::{self, Fault, Reader, tag};
use crate::finding::FindingKind as K;
use crate::path::{self, Anchor, PathReport, Profile, RevocationMaterial};
use crate::{
    AlgorithmPolicy, Certificate, Error, Finding, Indication, Memo, Oid, SubIndication, conclude,
};
use time::{Duration, OffsetDateTime};

/// What a token says (TSTInfo, RFC 3161 §2.4.2).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TokenInfo {
    /// The authority's policy.
    pub policy: Oid,
    /// Digest algorithm of the imprint, or the name of one that is not supported.
    pub digest: Result<DigestAlgorithm, String>,
    /// The digest that was timestamped.
    #[serde(skip)]
    pub imprint: Vec<u8>,
    /// Serial number, lower-case hexadecimal.
    pub serial: String,
    /// The time.
    #[serde(serialize_with = "crate::serialize_instant")]
    pub time: OffsetDateTime,
    /// How far the time may be off, either way, in microseconds; unknown where absent.
    pub accuracy_micros: Option<u64>,
    /// Whether tokens of this authority are in the order of their times, whatever the accuracy.
    pub ordering: bool,
    /// Content bytes of the nonce INTEGER.
    #[serde(skip)]
    pub nonce: Option<Vec<u8>>,
    /// The authority's name, where the token gives it.
    #[serde(skip)]
    pub authority: Option<GeneralName>,
    /// A critical extension that is not processed here.
    pub unknown_critical: Option<Oid>,
}

impl TokenInfo {
    /// What the token in `signed` says. Nothing is verified.
    ///
    /// # Errors
    /// [`Error::Malformed`] where its content is no TSTInfo.
    pub fn of(signed: &SignedData) -> Result<Self, Error> {
        Self::read(signed.content().unwrap_or_default()).map_err(Error::malformed("TSTInfo"))
    }

    /// Reads a TSTInfo.
    fn read(content: &[u8]) -> Result<Self, Fault> {
        let mut outer = Reader::new(content);
        let mut info = outer.sequence("TSTInfo expected")?;
        outer.end("bytes follow the TSTInfo")?;
        version_one(&mut info)?;
        let policy = Oid::new(info.oid("policy expected")?);
        let (digest, imprint) = message_imprint(&mut info)?;
        let serial = hex(info.integer("serial number expected")?);
        let time = der::generalized_time(&info.any()?)?;
        let accuracy_micros = match info.optional(tag::SEQUENCE)? {
            None => None,
            Some(field) => Some(read_accuracy(field.reader())?),
        };
        let ordering = flag(&mut info)?;
        let nonce = match info.peek() {
            Some(tag::INTEGER) => Some(info.integer("nonce expected")?.to_vec()),
            _ => None,
        };
        let authority = match info.optional(0xa0)? {
            None => None,
            Some(field) => {
                let mut names = read_general_names(field.reader(), &mut Room::new())?;
                let name = names.pop().filter(|_| names.is_empty());
                Some(name.ok_or_else(|| field.fault("the authority has more than one name"))?)
            }
        };
        let mut unknown_critical = None;
        if let Some(field) = info.optional(0xa1)? {
            let mut list = field.reader();
            while !list.is_empty() {
                let mut one = list.sequence("extension expected")?;
                let id = one.oid("extension type expected")?;
                let critical = flag(&mut one)?;
                one.expect(tag::OCTET_STRING, "extension value expected")?;
                one.end("extension has extra fields")?;
                if critical {
                    unknown_critical = Some(Oid::new(id));
                }
            }
        }
        info.end("TSTInfo has extra fields")?;
        Ok(TokenInfo {
            policy,
            digest,
            imprint,
            serial,
            time,
            accuracy_micros,
            ordering,
            nonce,
            authority,
            unknown_critical,
        })
    }

    /// How far the time may be off; zero where the token does not say.
    pub fn accuracy(&self) -> Duration {
        Duration::microseconds(
            i64::try_from(self.accuracy_micros.unwrap_or_default()).unwrap_or(i64::MAX),
        )
    }

    /// Whether this token was certainly made after `other` (RFC 3161 §2.4.2, accuracy and ordering).
    pub fn is_after(&self, other: &TokenInfo) -> bool {
        let slack = self.accuracy().saturating_add(other.accuracy());
        self.time.checked_sub(slack).is_some_and(|earliest| earliest > other.time)
    }
}

/// Accuracy: whole seconds, milliseconds and microseconds up to 999 (RFC 3161 §2.4.2).
fn read_accuracy(mut field: Reader<'_>) -> Result<u64, Fault> {
    let mut micros = 0_u64;
    for (tag, unit, limit) in
        [(tag::INTEGER, 1_000_000, u64::from(u32::MAX)), (0x80, 1000, 999), (0x81, 1, 999)]
    {
        if let Some(element) = field.optional(tag)? {
            let value = der::integer_u64(&element)?;
            if value > limit {
                return Err(element.fault("accuracy is out of its range"));
            }
            micros = micros.saturating_add(value.saturating_mul(unit));
        }
    }
    field.end("accuracy has extra fields")?;
    Ok(micros)
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
    /// Everything it says.
    pub info: Option<TokenInfo>,
    /// Its CMS.
    pub cms: Option<CmsReport>,
    /// The authority's path, at the token's time.
    pub path: Option<PathReport>,
}

impl TokenReport {
    /// Findings about token and CMS, without the authority's path.
    pub fn own_findings(&self) -> Vec<Finding> {
        let cms = self.cms.iter().flat_map(|c| c.findings.iter());
        self.findings.iter().chain(cms).cloned().collect()
    }

    /// Judges the algorithms again, by dated rules, as [`CmsReport::judge_algorithms`].
    pub fn judge_algorithms(&mut self, policy: &AlgorithmPolicy, at: OffsetDateTime) {
        self.judge(policy, Some(at));
    }

    fn judge(&mut self, policy: &AlgorithmPolicy, at: Option<OffsetDateTime>) {
        self.findings.retain(|f| f.kind != K::AlgorithmRefused);
        let imprint = self.info.as_ref().and_then(|i| i.digest.clone().ok());
        if let Some(refusal) = imprint.and_then(|d| policy.digest_refused(d, at)) {
            let detail = refusal.to_string();
            self.findings.push(Finding::new(K::AlgorithmRefused, "message_imprint", detail));
        }
        if let Some(cms) = &mut self.cms {
            cms.judge(policy, at);
        }
    }

    /// Indication over token, CMS and path.
    pub fn conclusion(&self) -> (Indication, Option<SubIndication>) {
        let mut all = self.own_findings();
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
    /// Policies of the authority that are accepted; any where empty.
    pub policies: &'a [Oid],
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
    /// What was verified before; a new one where nothing was.
    pub memo: &'a Memo,
}

/// Checks a token over `data`, its digest computed as the token says.
pub fn verify(token: &[u8], data: &[u8], context: &TokenContext<'_>) -> TokenReport {
    verify_content(token, Content::Bytes(data), context)
}

/// As [`verify`], over data given by its bytes, its digest, or a function that computes it.
pub fn verify_content(token: &[u8], data: Content<'_>, context: &TokenContext<'_>) -> TokenReport {
    let mut report = inspect_with(token, data, context.certificates, context.memo);
    // Nothing proves yet that it existed before now.
    report.judge_algorithms(&context.profile.algorithms, context.now);
    let (Some(info), Some(checked)) = (report.info.clone(), report.cms.clone()) else {
        return report;
    };
    let mut add = |kind, at: &str, detail: String| {
        report.findings.push(Finding::new(kind, at, detail));
    };
    if let Some(nonce) = context.nonce {
        // As the request wrote it: a non-negative INTEGER.
        let sent = der::integer(nonce);
        if info.nonce.as_deref().map(|n| der::tlv(tag::INTEGER, n)) != Some(sent) {
            add(K::TokenNonce, "nonce", String::new());
        }
    }
    if !context.policies.is_empty() && !context.policies.contains(&info.policy) {
        add(K::TokenPolicy, "policy", info.policy.to_string());
    }
    if info.time > context.now {
        add(K::TokenFuture, "gen_time", crate::instant(info.time));
    }
    if let Some(signer) = &checked.signer {
        let mut pool = checked.certificates.clone();
        pool.extend_from_slice(context.certificates);
        let mut profile = context.profile.clone();
        profile.now = Some(profile.now.unwrap_or(context.now));
        let path = path::validate_with(
            signer,
            &pool,
            context.anchors,
            info.time,
            &profile,
            context.revocation,
            context.memo,
        );
        if let Some(checked) = &mut report.cms {
            checked.check_beside(&path, context.certificates, context.anchors, context.memo);
        }
        report.path = Some(path);
    }
    report
}

/// Checks a token over `data` without its authority's path: form, imprint, attributes, signature.
pub fn inspect(token: &[u8], data: Content<'_>, certificates: &[Certificate]) -> TokenReport {
    inspect_with(token, data, certificates, &Memo::new())
}

/// As [`inspect`], with what was verified before.
pub(crate) fn inspect_with(
    token: &[u8],
    data: Content<'_>,
    certificates: &[Certificate],
    memo: &Memo,
) -> TokenReport {
    let mut report = TokenReport {
        findings: Vec::new(),
        time: None,
        policy: None,
        info: None,
        cms: None,
        path: None,
    };
    let mut add = |kind, at: &str, detail: String| {
        report.findings.push(Finding::new(kind, at, detail));
    };
    let signed = match SignedData::parse(token) {
        Ok(signed) => signed,
        Err(e) => {
            add(K::TokenMalformed, "token", e.to_string());
            return report;
        }
    };
    let info = match TokenInfo::read(signed.content().unwrap_or_default()) {
        Ok(info) => info,
        Err(fault) => {
            add(K::TokenMalformed, "tst_info", fault.reason.to_owned());
            return report;
        }
    };
    match &info.digest {
        Ok(digest) => match cms::digest_of(data, *digest) {
            Some(computed) if computed == info.imprint => {}
            Some(_) => add(K::TokenImprint, "message_imprint", digest.name().to_owned()),
            None => add(K::ContentNotGiven, "message_imprint", digest.name().to_owned()),
        },
        Err(name) => add(K::DigestUnsupported, "message_imprint", name.clone()),
    }
    if let Some(critical) = &info.unknown_critical {
        add(K::TokenExtension, "extensions", critical.to_string());
    }
    let checked = cms::verify_signer(
        &signed,
        0,
        Content::Embedded,
        cms::Profile::Timestamp,
        certificates,
        memo,
    );
    // RFC 3161 §2.4.2: the name, where given, is one of the signer's names.
    if let (Some(name), Some(signer)) = (&info.authority, &checked.signer) {
        let own = GeneralName::Directory(signer.subject().clone());
        if *name != own && signer.alternative_names().all(|n| n != *name) {
            add(K::TokenAuthority, "tsa", signer.subject().shown());
        }
    }
    report.time = Some(info.time);
    report.policy = Some(info.policy.clone());
    report.info = Some(info);
    report.cms = Some(checked);
    report.judge(&AlgorithmPolicy::standard(), None);
    report
}
