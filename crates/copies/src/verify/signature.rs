//! Each signature on its own: CMS, timestamps, certificate path.

use motcua_pdf::{Document, Object};
use motcua_pki::cms::{self, CmsReport, Content, Profile, SignedData, SignerId};
use motcua_pki::path::{
    self, Anchor, PathReport, Profile as PathProfile, Purpose, RevocationMaterial,
};
use motcua_pki::{Certificate, Effect, Finding, Indication, SubIndication, conclude, tsp};
use time::OffsetDateTime;

use super::fields::Found;
use super::hashes::Hasher;
use super::report::instant;
use super::store::Store;
use super::{
    Policy, Reason, Report, RevocationNeed, SignatureKind, SignatureReport, TimestampReport,
};

/// id-aa-signatureTimeStampToken (RFC 3161 appendix A): the only thing that may stand outside what a copy's signature signs.
const SIGNATURE_TIMESTAMP: &str = "1.2.840.113549.1.9.16.2.14";

/// Findings that note an oddity in other files, but in a copy mean that somebody wrote its signature anew.
const TOUCHED: [&str; 3] = ["pki.cms_version", "pki.cms_not_der", "pki.cms_attributes_resorted"];

/// What all signatures of a file are judged with.
pub(super) struct Judge<'p> {
    policy: &'p Policy,
    /// Anchors trusted for persons' signatures, whatever kind of service they belong to.
    anchors: Vec<Anchor>,
    pool: Vec<Certificate>,
    material: RevocationMaterial,
    copy: bool,
    /// Proven times of document timestamps, with the revision they cover.
    proofs: Vec<(usize, OffsetDateTime)>,
}

impl<'p> Judge<'p> {
    pub(super) fn new(policy: &'p Policy, store: &Store, copy: bool) -> Self {
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
        Self { policy, anchors: anchors.collect(), pool, material, copy, proofs: Vec::new() }
    }

    fn rule(&self, profile: PathProfile) -> PathProfile {
        match self.policy.revocation {
            RevocationNeed::Required => profile,
            RevocationNeed::NotChecked => profile.without_revocation(),
        }
    }

    /// Judges one signature; reasons go to the report. Document timestamps must come first.
    pub(super) fn judge(
        &mut self,
        document: &Document<'_>,
        found: &Found,
        hasher: &mut Hasher<'_>,
        report: &mut Report,
    ) -> SignatureReport {
        let mut out = SignatureReport::of(found);
        let field = || ("field", found.field.clone());
        let (revision, gap) = match (&found.covers, &found.contents) {
            (Ok(revision), Some(gap)) => (*revision, gap.clone()),
            (covers, _) => {
                let problem = covers.as_ref().err().copied().unwrap_or_default();
                report.add(Reason::new(
                    "copies.bad_byte_range",
                    &[field(), ("problem", problem.to_owned())],
                ));
                out.sub_indication = Some(SubIndication::FormatFailure);
                return out;
            }
        };
        out.revision = Some(revision + 1);
        let contents = found.dict.get("Contents").and_then(Object::as_string);
        let contents = contents.map(|s| s.bytes.clone()).unwrap_or_default();
        let sub_filter = out.sub_filter.clone().unwrap_or_default();
        let profile = match sub_filter.as_str() {
            "ETSI.CAdES.detached" => Profile::PadesBaseline,
            "adbe.pkcs7.detached" if !self.copy => Profile::Cms,
            "ETSI.RFC3161" => {
                self.document_timestamp(
                    document,
                    found,
                    (revision, gap),
                    &contents,
                    report,
                    &mut out,
                );
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
        let signed = match SignedData::parse(&contents) {
            Ok(signed) => signed,
            Err(e) => {
                report.add(fails(found, e.to_string()));
                out.sub_indication = Some(SubIndication::FormatFailure);
                return out;
            }
        };
        let algorithm = signed.signers().first().and_then(|s| s.digest_algorithm().ok());
        let digest = algorithm.and_then(|a| Some((a, hasher.without(a, &gap, found.end)?)));
        let Some((algorithm, digest)) = digest.filter(|_| signed.signers().len() == 1) else {
            report.add(fails(
                found,
                "it has not one signer with a known digest algorithm".to_owned(),
            ));
            out.sub_indication = Some(SubIndication::FormatFailure);
            return out;
        };
        let cms = cms::verify(&signed, Content::Digest(algorithm, &digest), profile);
        if !cms.content_matches {
            report.add(Reason::new(
                "copies.bytes_changed",
                &[field(), ("end", found.end.to_string())],
            ));
        }
        let mut own = self.form(&signed, &cms);
        let mut findings = cms.findings.clone();
        let proven = self.signature_timestamps(&signed, &cms, found, report, &mut out);
        let later = self.proofs.iter().filter(|(r, _)| *r >= revision).map(|(_, at)| *at);
        let time = proven.into_iter().chain(later).min();
        out.trusted_time = time.map(instant);
        if let Some(signer) = &cms.signer {
            out.signer(signer);
            let path = self.path(signer, &cms, time);
            out.chain = path.chain.iter().map(|c| c.subject().to_string()).collect();
            if self.copy {
                own.extend(strangers(&signed, &cms, &path));
            }
            findings.extend(path.findings);
        }
        (out.indication, out.sub_indication) = conclude(&findings);
        if !own.is_empty() {
            out.indication = Indication::Failed;
            out.sub_indication = Some(SubIndication::FormatFailure);
        }
        for problem in own {
            report.add(fails(found, problem));
        }
        out.findings = findings.iter().map(|f| f.code().to_owned()).collect();
        explain(found, &findings, report);
        out
    }

    /// What stands outside what is signed, and would pass unnoticed if it were touched.
    fn form(&self, signed: &SignedData, cms: &CmsReport) -> Vec<String> {
        let mut problems = Vec::new();
        if !signed.trailing_is_zero() {
            problems.push("bytes other than zero follow the signature in /Contents".to_owned());
        }
        if !self.copy {
            return problems;
        }
        // Version numbers and the choice of encoding stand outside what is signed; a strange one means that the CMS was touched.
        for finding in cms.findings.iter().filter(|f| TOUCHED.contains(&f.code())) {
            problems.push(finding.kind.message().to_owned());
        }
        // Names compare without regard to case (RFC 5280 §7.1), but this one is a copy of the certificate's, byte for byte.
        if let (Some(SignerId::IssuerSerial(issuer, _)), Some(signer)) =
            (signed.signers().first().map(cms::SignerInfo::id), &cms.signer)
            && issuer.as_der() != signer.issuer().as_der()
        {
            problems.push(
                "it names its certificate's issuer otherwise than the certificate does".to_owned(),
            );
        }
        if let Some(other) =
            cms.unsigned_attributes.iter().find(|a| a.to_string() != SIGNATURE_TIMESTAMP)
        {
            problems.push(format!("it carries the unsigned attribute {other}"));
        }
        problems
    }

    fn path(
        &self,
        signer: &Certificate,
        cms: &CmsReport,
        time: Option<OffsetDateTime>,
    ) -> PathReport {
        let mut others = cms.certificates.clone();
        others.extend(self.pool.iter().cloned());
        let mut profile = self.rule(PathProfile::document_signing(Purpose::OfficialDuty));
        profile.now = Some(self.policy.at);
        let at =
            |when| path::validate(signer, &others, &self.anchors, when, &profile, &self.material);
        let now = at(self.policy.at);
        match time {
            // EN 319 102-1 §5.5: what was valid at a proven time stays so.
            Some(time) if !now.is_valid() => {
                Some(at(time)).filter(PathReport::is_valid).unwrap_or(now)
            }
            _ => now,
        }
    }

    fn token(&self, token: &[u8], data: &[u8]) -> (TimestampReport, Option<OffsetDateTime>) {
        let profile = self.rule(PathProfile::timestamping());
        let context = tsp::TokenContext {
            nonce: None,
            now: self.policy.at,
            certificates: &self.pool,
            anchors: &self.policy.anchors,
            profile: &profile,
            revocation: &self.material,
        };
        let report = tsp::verify(token, data, &context);
        let (indication, sub_indication) = report.conclusion();
        let signer = report.cms.as_ref().and_then(|c| c.signer.as_ref());
        let mut findings: Vec<Finding> = report.findings.clone();
        findings.extend(report.cms.iter().flat_map(|c| c.findings.iter().cloned()));
        findings.extend(report.path.iter().flat_map(|p| p.findings.iter().cloned()));
        let problem = findings.iter().find(|f| f.kind.effect() != Effect::Notes).map(describe);
        let out = TimestampReport {
            time: report.time.map(instant),
            authority: signer.map(|c| c.subject().to_string()),
            indication,
            sub_indication,
            findings: findings.iter().map(|f| f.code().to_owned()).collect(),
            problem,
        };
        (out, report.time.filter(|_| report.is_valid()))
    }

    /// Gives the earliest proven time.
    fn signature_timestamps(
        &self,
        signed: &SignedData,
        cms: &CmsReport,
        found: &Found,
        report: &mut Report,
        out: &mut SignatureReport,
    ) -> Option<OffsetDateTime> {
        let value = cms::signature_to_timestamp(signed)?;
        let mut times = Vec::new();
        for token in &cms.signature_timestamps {
            let (token, time) = self.token(token, value);
            if let Some(problem) = &token.problem {
                report.add(Reason::new(
                    "copies.timestamp_unsure",
                    &[("field", found.field.clone()), ("finding", problem.clone())],
                ));
            }
            times.extend(time);
            out.timestamps.push(token);
        }
        // One that proves nothing is not passed over for another that does.
        times.into_iter().min().filter(|_| out.timestamps.iter().all(|t| t.problem.is_none()))
    }

    fn document_timestamp(
        &mut self,
        document: &Document<'_>,
        found: &Found,
        (revision, gap): (usize, std::ops::Range<usize>),
        contents: &[u8],
        report: &mut Report,
        out: &mut SignatureReport,
    ) {
        let bytes = document.bytes();
        let before = bytes.get(..gap.start).unwrap_or_default();
        let after = bytes.get(gap.end..found.end).unwrap_or_default();
        let token = match SignedData::parse(contents) {
            Ok(signed) if signed.trailing_is_zero() => signed.as_der().to_vec(),
            Ok(_) | Err(_) => {
                report.add(fails(found, "/Contents is not one timestamp token".to_owned()));
                out.sub_indication = Some(SubIndication::FormatFailure);
                return;
            }
        };
        let (token, time) = self.token(&token, &[before, after].concat());
        (out.indication, out.sub_indication) = (token.indication, token.sub_indication);
        out.findings.clone_from(&token.findings);
        out.subject.clone_from(&token.authority);
        out.trusted_time = time.map(instant);
        if let Some(time) = time {
            self.proofs.push((revision, time));
        }
        match &token.problem {
            Some(_) if token.findings.iter().any(|f| f == "pki.tsp_imprint") => {
                report.add(Reason::new(
                    "copies.bytes_changed",
                    &[("field", found.field.clone()), ("end", found.end.to_string())],
                ));
            }
            Some(problem) => report.add(Reason::new(
                "copies.timestamp_unsure",
                &[("field", found.field.clone()), ("finding", problem.clone())],
            )),
            None => {}
        }
        out.timestamps.push(token);
    }
}

fn fails(found: &Found, finding: String) -> Reason {
    Reason::new("copies.signature_fails", &[("field", found.field.clone()), ("finding", finding)])
}

fn describe(finding: &Finding) -> String {
    format!("{} ({}, {})", finding.kind.message(), finding.code(), finding.kind.clause())
}

fn explain(found: &Found, findings: &[Finding], report: &mut Report) {
    for finding in findings.iter().filter(|f| f.kind.effect() != Effect::Notes) {
        let code = match finding.kind.effect() {
            Effect::Fails => "copies.signature_fails",
            _ => "copies.signer_unsure",
        };
        report.add(Reason::new(
            code,
            &[("field", found.field.clone()), ("finding", describe(finding))],
        ));
    }
}

/// Certificates travel outside what is signed. One that does not belong to the path has no business there, and a damaged one
/// must not pass unnoticed.
fn strangers(signed: &SignedData, cms: &CmsReport, path: &PathReport) -> Option<String> {
    if !path.is_valid() {
        return None;
    }
    let stranger =
        cms.certificates.iter().find(|c| !path.chain.iter().any(|p| p.as_der() == c.as_der()));
    let unread = cms.certificates.len() != signed.certificates_der().len();
    (stranger.is_some() || unread).then(|| {
        let subject = stranger.map(|c| c.subject().to_string()).unwrap_or_default();
        format!("a certificate inside it does not belong to its path: {subject}")
    })
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
        self.subject = Some(signer.subject().to_string());
        self.common_name = signer.subject().common_name().map(str::to_owned);
        self.organization = signer.subject().organization().map(str::to_owned);
        self.issuer = Some(signer.issuer().to_string());
    }
}
