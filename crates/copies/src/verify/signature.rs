//! Each signature on its own: CMS, timestamps, certificate path, over time (EN 319 102-1).

use motcua_pdf::{Document, Error, Object};
use motcua_pki::cms::{Content, Profile, SignedData};
use motcua_pki::path::{Anchor, Profile as PathProfile, Purpose, RevocationMaterial};
use motcua_pki::validation::{self, AuthorityTime, Proofs, Slide, TimestampKind};
use motcua_pki::{
    Certificate, DigestAlgorithm, Effect, Finding, Indication, Memo, SubIndication, tsp,
};

use super::annulment;
use super::fields::Found;
use super::hashes::Hasher;
use super::report::instant;
use super::store::{self, Store};
use super::{
    Policy, Reason, Report, RevocationNeed, SignatureKind, SignatureReport, TimestampReport,
};
use crate::AGENCY_FIELD;

/// Findings that note an oddity in other files, but in a copy mean that somebody wrote its signature anew.
const TOUCHED: [&str; 3] =
    ["pki.cms_not_der", "pki.cms_attributes_resorted", "pki.cms_algorithm_spelling"];

/// What all signatures of a file are judged with.
pub(super) struct Judge<'p> {
    policy: &'p Policy,
    /// Anchors trusted for persons' signatures, whatever kind of service they belong to.
    anchors: Vec<Anchor>,
    pool: Vec<Certificate>,
    material: RevocationMaterial,
    copy: bool,
    stamps: Vec<Stamp>,
    /// For persons, and for agencies.
    signing: [[PathProfile; 1]; 2],
    timestamping: PathProfile,
    proofs: Proofs,
    /// Certificates, lists and tokens are met again by every signature of the file.
    memo: Memo,
}

/// A document timestamp, ready to be checked.
struct Stamp {
    field: String,
    token: Vec<u8>,
    digest: (DigestAlgorithm, Vec<u8>),
    /// DER of the objects in what it covers.
    covers: Vec<Vec<u8>>,
}

impl<'p> Judge<'p> {
    pub(super) fn new(
        document: &Document<'_>,
        signatures: &[Found],
        opened: &[Opened],
        policy: &'p Policy,
        (store, copy): (&Store, bool),
    ) -> Result<Self, Error> {
        // An official's certificate may come from the official-duty authority or from a public one (Decrees 68/2024,
        // 23/2025); which of the two is not the verifier's question, so the path is built once for both.
        let anchors = policy.anchors.iter().cloned().map(|mut anchor| {
            if anchor.purposes.contains(&Purpose::Public) {
                anchor.purposes.push(Purpose::OfficialDuty);
            }
            anchor
        });
        let mut pool = policy.intermediates.clone();
        pool.extend(store.certificates.iter().filter_map(|der| Certificate::from_der(der).ok()));
        let mut material = policy.material.clone();
        material.crls.extend(store.crls.iter().cloned());
        material.ocsp_responses.extend(store.ocsps.iter().cloned());
        let rule = |profile: PathProfile| {
            let profile = PathProfile { algorithms: policy.algorithms.clone(), ..profile };
            match policy.revocation {
                RevocationNeed::Required => profile,
                RevocationNeed::NotChecked => profile.without_revocation(),
            }
        };
        let policies = &policy.certificate_policies;
        Ok(Self {
            policy,
            anchors: anchors.collect(),
            pool,
            material,
            copy,
            stamps: stamps(document, signatures, opened)?,
            signing: [&policies.official, &policies.agency].map(|policies| {
                [rule(PathProfile {
                    policies: policies.clone(),
                    require_explicit_policy: !policies.is_empty(),
                    ..PathProfile::document_signing(Purpose::OfficialDuty)
                })]
            }),
            timestamping: rule(PathProfile::timestamping()),
            proofs: Proofs::new(),
            memo: Memo::new(),
        })
    }

    /// Judges one signature; reasons go to the report.
    pub(super) fn judge(
        &self,
        found: &Found,
        opened: &Opened,
        report: &mut Report,
    ) -> SignatureReport {
        let mut out = SignatureReport::of(found);
        let field = || ("field", found.field.clone());
        match found.covers {
            Ok(revision) => out.revision = Some(revision + 1),
            Err(problem) => {
                report.add(Reason::new(
                    "copies.bad_byte_range",
                    &[field(), ("problem", problem.to_owned())],
                ));
                out.sub_indication = Some(SubIndication::FormatFailure);
                return out;
            }
        }
        let sub_filter = out.sub_filter.clone().unwrap_or_default();
        let profile = match sub_filter.as_str() {
            "ETSI.CAdES.detached" if self.copy => Profile::PadesBaseline,
            "ETSI.CAdES.detached" => Profile::Pades,
            "adbe.pkcs7.detached" if !self.copy => Profile::Cms,
            "ETSI.RFC3161" => {
                self.document_timestamp(found, report, &mut out);
                return out;
            }
            _ if self.copy => {
                report.add(fails(found, "/SubFilter is not ETSI.CAdES.detached".to_owned()));
                out.sub_indication = Some(SubIndication::FormatFailure);
                return out;
            }
            other => {
                report.add(Reason::new(
                    "copies.signature_unsupported",
                    &[field(), ("sub_filter", other.to_owned())],
                ));
                out.indication = Indication::Indeterminate;
                return out;
            }
        };
        let signed = match &opened.signed {
            Ok(signed) => signed,
            Err(e) => {
                report.add(fails(found, e.to_string()));
                out.sub_indication = Some(SubIndication::FormatFailure);
                return out;
            }
        };
        // RFC 5652 §5.3: without signed attributes the content itself is signed, which is not looked at whole.
        let bare = signed.signers().iter().any(|s| s.signed_attributes().is_empty());
        if profile == Profile::Cms && bare {
            let sub_filter = format!("{sub_filter}, without signed attributes");
            report.add(Reason::new(
                "copies.signature_unsupported",
                &[field(), ("sub_filter", sub_filter)],
            ));
            out.indication = Indication::Indeterminate;
            return out;
        }
        let Some((algorithm, digest)) =
            opened.digest.as_ref().filter(|_| signed.signers().len() == 1)
        else {
            report.add(fails(
                found,
                "it has not one signer with a known digest algorithm".to_owned(),
            ));
            out.sub_indication = Some(SubIndication::FormatFailure);
            return out;
        };
        let signature = validation::Signature {
            label: &found.field,
            cms: signed,
            content: Content::Digest(*algorithm, digest),
            profile,
        };
        let validated = self.validate(&signature);
        self.read(found, &validated, report, &mut out);
        out
    }

    /// A certificate of this file, which is mostly read already.
    pub(super) fn certificate(&self, der: &[u8]) -> Option<Certificate> {
        self.memo.certificate(der).ok()
    }

    /// Who is known from elsewhere than the store: anchors, the caller's certificates, those in the signatures; the store's;
    /// and the signatures verified so far.
    pub(super) fn known(&self, opened: &[Opened]) -> (Vec<Certificate>, &[Certificate], &Memo) {
        let inside = opened.iter().filter_map(|o| o.signed.as_ref().ok());
        let inside = inside.flat_map(|signed| signed.certificates_der());
        let mut known: Vec<Certificate> =
            self.anchors.iter().map(|a| a.certificate.clone()).collect();
        known.extend(self.policy.intermediates.iter().cloned());
        known.extend(inside.filter_map(|der| Certificate::from_der(der).ok()));
        let stored = self.pool.get(self.policy.intermediates.len()..).unwrap_or_default();
        (known, stored, &self.memo)
    }

    /// What a list of annulments is checked with.
    pub(super) fn trust(&self) -> annulment::Trust<'_> {
        annulment::Trust {
            anchors: &self.anchors,
            certificates: &self.pool,
            material: &self.material,
            profile: &self.signing[1][0],
            at: self.policy.at,
            memo: &self.memo,
        }
    }

    fn validate(&self, signature: &validation::Signature<'_>) -> validation::Report {
        let covers: Vec<Vec<&[u8]>> =
            self.stamps.iter().map(|s| s.covers.iter().map(Vec::as_slice).collect()).collect();
        let stamps: Vec<_> = self
            .stamps
            .iter()
            .zip(&covers)
            .map(|(stamp, covers)| validation::DocumentTimestamp {
                label: &stamp.field,
                token: &stamp.token,
                content: Content::Digest(stamp.digest.0, &stamp.digest.1),
                covers,
            })
            .collect();
        let context = validation::Context {
            now: self.policy.at,
            anchors: &self.anchors,
            certificates: &self.pool,
            revocation: &self.material,
            profiles: &self.signing[usize::from(self.copy && signature.label == AGENCY_FIELD)],
            timestamping: &self.timestamping,
            authority_time: match self.policy.revocation {
                RevocationNeed::Required => AuthorityTime::Now,
                RevocationNeed::NotChecked => AuthorityTime::OwnTime,
            },
            slide: Slide::NextUpdate,
            proofs: &self.proofs,
            memo: &self.memo,
        };
        validation::validate(signature, &stamps, &context)
    }

    /// From the validation of a signature to its part of the report.
    fn read(
        &self,
        found: &Found,
        validated: &validation::Report,
        report: &mut Report,
        out: &mut SignatureReport,
    ) {
        let cms = &validated.cms;
        if !cms.content_matches {
            report.add(Reason::new(
                "copies.bytes_changed",
                &[("field", found.field.clone()), ("end", found.end.to_string())],
            ));
        }
        if let Some(signer) = &cms.signer {
            out.signer(signer);
        }
        out.trusted_time = validated.best_signature_time.map(instant);
        (out.indication, out.sub_indication) =
            (validated.outcome.indication, validated.outcome.sub_indication);
        let mut findings = cms.findings.clone();
        if let Some(path) = &validated.path {
            out.chain = path.chain.iter().map(|c| c.subject().to_string()).collect();
            findings.extend(path.findings.iter().cloned());
        }
        out.findings = findings.iter().map(|f| f.code().to_owned()).collect();
        for stamp in validated.timestamps.iter().filter(|t| t.kind == TimestampKind::Signature) {
            let stamp = timestamp(stamp);
            self.unsure(found, &stamp, report);
            out.timestamps.push(stamp);
        }
        if self.copy {
            for finding in findings.iter().filter(|f| TOUCHED.contains(&f.code())) {
                report.add(fails(found, describe(finding)));
                out.indication = Indication::Failed;
                out.sub_indication = Some(SubIndication::FormatFailure);
            }
        }
        if !validated.passed() {
            explain(found, &findings, validated.outcome, report);
        }
    }

    fn unsure(&self, found: &Found, stamp: &TimestampReport, report: &mut Report) {
        if let Some(problem) = &stamp.problem {
            report.add(Reason::new(
                "copies.timestamp_unsure",
                &[("field", found.field.clone()), ("finding", problem.clone())],
            ));
        }
    }

    /// A document timestamp as a signature of its own (EN 319 102-1 §5.4).
    fn document_timestamp(&self, found: &Found, report: &mut Report, out: &mut SignatureReport) {
        let Some(stamp) = self.stamps.iter().find(|s| s.field == found.field) else {
            report.add(fails(found, "/Contents is not one timestamp token".to_owned()));
            out.sub_indication = Some(SubIndication::FormatFailure);
            return;
        };
        let context = tsp::TokenContext {
            nonce: None,
            policies: &[],
            now: self.policy.at,
            certificates: &self.pool,
            anchors: &self.anchors,
            profile: &self.timestamping,
            revocation: &self.material,
            memo: &self.memo,
        };
        let content = Content::Digest(stamp.digest.0, &stamp.digest.1);
        let token = tsp::verify_content(&stamp.token, content, &context);
        let (indication, sub_indication) = token.conclusion();
        let mut findings = token.own_findings();
        findings.extend(token.path.iter().flat_map(|p| p.findings.iter().cloned()));
        let token = stamp_report(&token, indication, sub_indication, &findings);
        (out.indication, out.sub_indication) = (indication, sub_indication);
        out.findings.clone_from(&token.findings);
        out.subject.clone_from(&token.authority);
        out.trusted_time = token.time.clone().filter(|_| indication == Indication::Passed);
        if sub_indication == Some(SubIndication::HashFailure) {
            report.add(Reason::new(
                "copies.bytes_changed",
                &[("field", found.field.clone()), ("end", found.end.to_string())],
            ));
        } else {
            self.unsure(found, &token, report);
        }
        out.timestamps.push(token);
    }
}

/// What `/Contents` holds, and the digest of what it covers under the algorithm it names.
pub(super) struct Opened {
    signed: Result<SignedData, motcua_pki::Error>,
    digest: Option<(DigestAlgorithm, Vec<u8>)>,
}

/// Opens every signature. They come in the order of what they cover, so the file is hashed once.
pub(super) fn open(signatures: &[Found], hasher: &mut Hasher<'_>) -> Result<Vec<Opened>, Error> {
    let open = |found: &Found| {
        let signed = SignedData::parse_padded(found.value_bytes().unwrap_or_default());
        let algorithm = signed.as_ref().ok().and_then(|signed| {
            if found.is_timestamp() {
                tsp::TokenInfo::of(signed).ok().and_then(|info| info.digest.ok())
            } else {
                signed.signers().first().and_then(|s| s.digest_algorithm().ok())
            }
        });
        let digest = match (algorithm, &found.contents, found.covers) {
            (Some(algorithm), Some(gap), Ok(_)) => {
                let digest = hasher.without(algorithm, gap, found.end)?;
                digest.map(|digest| (algorithm, digest))
            }
            _ => None,
        };
        Ok(Opened { signed, digest })
    };
    signatures.iter().map(open).collect()
}

/// The document timestamps with what lies in what they cover.
fn stamps(
    document: &Document<'_>,
    signatures: &[Found],
    opened: &[Opened],
) -> Result<Vec<Stamp>, Error> {
    let all = || signatures.iter().zip(opened);
    let mut stamps = Vec::new();
    for (found, own) in all().filter(|(s, _)| s.is_timestamp()) {
        let (Ok(revision), Ok(signed), Some(digest)) = (found.covers, &own.signed, &own.digest)
        else {
            continue;
        };
        if !signed.trailing_is_zero() {
            continue;
        }
        let below = store::read(&document.revision(revision)?)?;
        let mut covers = below.certificates;
        covers.extend(below.crls);
        covers.extend(below.ocsps);
        let earlier = all().filter(|(o, _)| o.covers.is_ok_and(|c| c < revision));
        covers.extend(earlier.filter_map(|(_, o)| Some(o.signed.as_ref().ok()?.as_der().to_vec())));
        let token = signed.as_der().to_vec();
        stamps.push(Stamp { field: found.field.clone(), token, digest: digest.clone(), covers });
    }
    Ok(stamps)
}

fn timestamp(stamp: &validation::TimestampReport) -> TimestampReport {
    let mut findings = stamp.token.own_findings();
    let path = stamp.token.path.iter().filter(|_| !stamp.outcome.passed());
    findings.extend(path.flat_map(|p| p.findings.iter().cloned()));
    let mut out = stamp_report(
        &stamp.token,
        stamp.outcome.indication,
        stamp.outcome.sub_indication,
        &findings,
    );
    if stamp.contradicts {
        out.problem = Some("it contradicts a later timestamp (EN 319 102-1 §5.5.4)".to_owned());
    }
    out
}

fn stamp_report(
    token: &tsp::TokenReport,
    indication: Indication,
    sub_indication: Option<SubIndication>,
    findings: &[Finding],
) -> TimestampReport {
    let signer = token.cms.as_ref().and_then(|c| c.signer.as_ref());
    let against = findings.iter().find(|f| f.kind.effect() != Effect::Notes).map(describe);
    let problem = (indication != Indication::Passed)
        .then(|| against.unwrap_or_else(|| format!("{indication:?} {sub_indication:?}")));
    TimestampReport {
        time: token.time.map(instant),
        authority: signer.map(|c| c.subject().to_string()),
        indication,
        sub_indication,
        findings: findings.iter().map(|f| f.code().to_owned()).collect(),
        problem,
    }
}

fn fails(found: &Found, finding: String) -> Reason {
    Reason::new("copies.signature_fails", &[("field", found.field.clone()), ("finding", finding)])
}

fn describe(finding: &Finding) -> String {
    format!("{} ({}, {})", finding.kind.message(), finding.code(), finding.kind.clause())
}

/// Why a signature is not passed.
fn explain(found: &Found, findings: &[Finding], outcome: validation::Outcome, report: &mut Report) {
    let mut said = false;
    for finding in findings.iter().filter(|f| f.kind.effect() != Effect::Notes) {
        let code = match (finding.kind.effect(), outcome.indication) {
            (Effect::Fails, Indication::Failed) => "copies.signature_fails",
            _ => "copies.signer_unsure",
        };
        said = true;
        report.add(Reason::new(
            code,
            &[("field", found.field.clone()), ("finding", describe(finding))],
        ));
    }
    if !said {
        let name = outcome.sub_indication.map(|s| format!("{s:?}")).unwrap_or_default();
        let code = match outcome.indication {
            Indication::Failed => "copies.signature_fails",
            Indication::Indeterminate | Indication::Passed => "copies.signer_unsure",
        };
        let text = format!("{name} (EN 319 102-1 §5.1.3)");
        report.add(Reason::new(code, &[("field", found.field.clone()), ("finding", text)]));
    }
}

impl SignatureReport {
    fn of(found: &Found) -> Self {
        let name =
            |key: &str| found.dict.get(key).and_then(Object::as_name).map(ToString::to_string);
        let kind = if found.is_timestamp() {
            SignatureKind::DocumentTimestamp
        } else {
            SignatureKind::Signature
        };
        Self {
            field: found.field.clone(),
            kind,
            sub_filter: name("SubFilter"),
            subject: None,
            common_name: None,
            organization: None,
            issuer: None,
            certificate: None,
            chain: Vec::new(),
            claimed_time: found
                .dict
                .get("M")
                .and_then(Object::as_string)
                .map(|s| String::from_utf8_lossy(&s.bytes).into_owned()),
            trusted_time: None,
            timestamps: Vec::new(),
            level: None,
            indication: Indication::Failed,
            sub_indication: None,
            findings: Vec::new(),
            revision: None,
            later_changes: None,
        }
    }

    fn signer(&mut self, signer: &Certificate) {
        self.certificate = Some(signer.as_der().to_vec());
        self.subject = Some(signer.subject().to_string());
        self.common_name = signer.subject().common_name().map(str::to_owned);
        self.organization = signer.subject().organization().map(str::to_owned);
        self.issuer = Some(signer.issuer().to_string());
    }
}
