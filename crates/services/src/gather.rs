//! What a signature embeds to be validated for long (EN 319 142-1 §6, B-LT): for every path its certificates and the revocation
//! information that shows them good now. What is fetched is verified before it is given, and only what was needed is given.

use std::collections::BTreeMap;
use std::sync::Mutex;

use motcua_pki::ocsp::OcspResponse;
use motcua_pki::path::{self, Anchor, PathReport, Profile, RevocationMaterial};
use motcua_pki::revocation::{CertificateStatus, RevocationStatus};
use motcua_pki::{Certificate, Crl, Memo};
use time::{Duration, OffsetDateTime};

use crate::{Error, Fetcher};

/// Issuers looked for along a path whose certificates are not all given: chains have two or three.
const MOST_ISSUERS: usize = 4;
/// How far the clock of a service and ours may be apart: more, and one of them is wrong.
pub const CLOCKS: Duration = Duration::minutes(5);
/// How long an answer, or its absence, serves the next document of a batch.
const SERVES: Duration = Duration::minutes(5);

/// A certificate that is to be shown good, and what its path must fulfil.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The certificate: a signer's, or a timestamp authority's.
    pub certificate: Certificate,
    /// Usually [`Profile::document_signing`] or [`Profile::timestamping`].
    pub profile: Profile,
}

/// What is known before anything is fetched.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Whom to trust.
    pub anchors: &'a [Anchor],
    /// Certificates that may complete a path.
    pub certificates: &'a [Certificate],
    /// CRLs and OCSP responses at hand; asked before anybody else.
    pub material: &'a RevocationMaterial,
    /// Whether what is missing is fetched from where the certificates say.
    pub fetch: bool,
    /// The time of asking. Answers are made a moment later, by other clocks: see [`no_earlier_than`].
    pub now: OffsetDateTime,
}

/// What was gathered.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The path of each subject, in their order, as judged with what was gathered.
    pub paths: Vec<PathReport>,
    /// The certificates of all paths, the anchors included; each once.
    pub certificates: Vec<Certificate>,
    /// The revocation information that shows them good; nothing else.
    pub material: RevocationMaterial,
    /// What could not be fetched or did not help.
    pub problems: Vec<Error>,
}

impl Evidence {
    /// The first certificate that is said to be revoked.
    pub fn revoked(&self) -> Option<&CertificateStatus> {
        let statuses = self.paths.iter().flat_map(|path| &path.statuses);
        statuses.into_iter().find(|s| matches!(s.status, RevocationStatus::Revoked { .. }))
    }
}

/// An answer, or why there was none, and since when it is known.
type Kept = (OffsetDateTime, Result<Vec<u8>, Error>);

/// Answers kept for the next document of a batch.
#[derive(Debug, Default)]
pub struct Recent(Mutex<BTreeMap<String, Kept>>);

impl Recent {
    fn or(
        &self,
        key: String,
        now: OffsetDateTime,
        fetch: impl FnOnce() -> Result<Vec<u8>, Error>,
    ) -> Result<Vec<u8>, Error> {
        let known = self.0.lock().ok().and_then(|kept| kept.get(&key).cloned());
        if let Some((_, answer)) = known.filter(|(at, _)| now - *at < SERVES) {
            return answer;
        }
        let answer = fetch();
        if let Ok(mut kept) = self.0.lock() {
            kept.insert(key, (now, answer.clone()));
        }
        answer
    }
}

impl Fetcher {
    /// Gathers what shows the subjects good now: what is at hand, then OCSP, then CRLs. Certificates that are missing
    /// from a path are fetched too (RFC 5280 §4.2.2.1). Each path is judged in the answer; nothing is hidden where it does not stand.
    pub fn gather(&self, subjects: &[Subject], known: &Known<'_>, recent: &Recent) -> Evidence {
        let mut evidence = Evidence::default();
        let mut pool = known.certificates.to_vec();
        let mut material = known.material.clone();
        let memo = Memo::new();
        for subject in subjects {
            if known.fetch {
                self.complete(subject, known, &mut pool, &mut evidence.problems, &memo);
                self.revocation_of(
                    subject,
                    known,
                    &pool,
                    &mut material,
                    &mut evidence.problems,
                    (&memo, recent),
                );
            }
        }
        let judge = |material: &RevocationMaterial| -> Vec<PathReport> {
            subjects.iter().map(|s| judged(s, known, &pool, material, &memo)).collect()
        };
        let paths = judge(&material);
        if paths.iter().all(PathReport::is_valid) {
            // What was not needed does not belong into a file: lists first, which are large.
            spare(&mut material, |m| &mut m.crls, |m| judge(m).iter().all(PathReport::is_valid));
            spare(
                &mut material,
                |m| &mut m.ocsp_responses,
                |m| judge(m).iter().all(PathReport::is_valid),
            );
        }
        for certificate in paths.iter().flat_map(|path| &path.chain) {
            if !evidence.certificates.contains(certificate) {
                evidence.certificates.push(certificate.clone());
            }
        }
        evidence.paths = paths;
        evidence.material = material;
        evidence
    }

    /// Fetches issuers until a path ends at an anchor.
    fn complete(
        &self,
        subject: &Subject,
        known: &Known<'_>,
        pool: &mut Vec<Certificate>,
        problems: &mut Vec<Error>,
        memo: &Memo,
    ) {
        let mut top = subject.certificate.clone();
        for _ in 0..MOST_ISSUERS {
            if found(subject, known, pool, memo).is_some() {
                return;
            }
            let issuer = pool.iter().find(|c| c.subject() == top.issuer() && **c != top);
            let issuer = match issuer {
                Some(there) => there.clone(),
                None => match self.issuers(&top) {
                    Ok(fetched) => {
                        let next = fetched.iter().find(|c| c.subject() == top.issuer()).cloned();
                        pool.extend(fetched);
                        let Some(next) = next else { return };
                        next
                    }
                    Err(problem) => {
                        problems.push(problem);
                        return;
                    }
                },
            };
            top = issuer;
        }
    }

    /// Fetches what is missing about every certificate of the subject's path.
    fn revocation_of(
        &self,
        subject: &Subject,
        known: &Known<'_>,
        pool: &[Certificate],
        material: &mut RevocationMaterial,
        problems: &mut Vec<Error>,
        (memo, recent): (&Memo, &Recent),
    ) {
        let Some(path) = found(subject, known, pool, memo) else { return };
        for (i, pair) in path.chain.windows(2).enumerate() {
            let [certificate, issuer] = pair else { continue };
            let settled = |material: &RevocationMaterial| {
                let path = judged(subject, known, pool, material, memo);
                let status = path.statuses.get(i).map(|s| &s.status);
                matches!(
                    status,
                    Some(RevocationStatus::Good { .. } | RevocationStatus::Revoked { .. })
                )
            };
            if settled(material) {
                continue;
            }
            let key = |what: &str| format!("{what} {}", certificate.fingerprint_hex());
            let ocsp = || Ok(self.ocsp(certificate, issuer)?.response);
            match recent.or(key("ocsp"), known.now, ocsp) {
                Ok(response) => {
                    material.ocsp_responses.push(response);
                    if settled(material) {
                        continue;
                    }
                    material.ocsp_responses.pop();
                    problems.push(unhelpful(certificate.ocsp_urls(), "OCSP response"));
                }
                Err(problem) => problems.push(problem),
            }
            let places = certificate.crl_urls();
            match recent
                .or(format!("crl {}", places.join(" ")), known.now, || self.crls(certificate))
            {
                Ok(crl) => {
                    material.crls.push(crl);
                    if !settled(material) {
                        material.crls.pop();
                        problems.push(unhelpful(&places, "CRL"));
                    }
                }
                Err(problem) => problems.push(problem),
            }
        }
    }
}

fn unhelpful(places: &[String], what: &str) -> Error {
    Error::Answer {
        url: places.first().cloned().unwrap_or_default(),
        problem: format!(
            "the {what} is not soundly signed, not fresh, or not about the certificate"
        ),
    }
}

/// The time at which revocation information can be judged: `now`, or when the last of it was issued. A responder that signs on
/// demand dates its answer after the question, by its own clock. What lies more than five minutes ahead moves nothing, and is
/// judged as information from the future ([`CLOCKS`]).
pub fn no_earlier_than(
    crls: &[Vec<u8>],
    ocsp_responses: &[Vec<u8>],
    now: OffsetDateTime,
) -> OffsetDateTime {
    let lists = crls.iter().filter_map(|der| Crl::from_der(der).ok());
    let answers = ocsp_responses.iter().filter_map(|der| OcspResponse::from_der(der).ok());
    let said = answers.filter_map(|answer| answer.this_update());
    let issued = lists.map(|list| list.this_update()).chain(said);
    issued.filter(|at| *at - now <= CLOCKS).max().map_or(now, |at| at.max(now))
}

/// The path of a subject, with what is known of revocation.
fn judged(
    subject: &Subject,
    known: &Known<'_>,
    pool: &[Certificate],
    material: &RevocationMaterial,
    memo: &Memo,
) -> PathReport {
    let Subject { certificate, profile } = subject;
    let now = no_earlier_than(&material.crls, &material.ocsp_responses, known.now);
    path::validate_with(certificate, pool, known.anchors, now, profile, material, memo)
}

/// The path of a subject where it stands without asking about revocation.
fn found(
    subject: &Subject,
    known: &Known<'_>,
    pool: &[Certificate],
    memo: &Memo,
) -> Option<PathReport> {
    let profile = subject.profile.clone().without_revocation();
    let subject = Subject { certificate: subject.certificate.clone(), profile };
    let none = RevocationMaterial::default();
    Some(judged(&subject, known, pool, &none, memo)).filter(PathReport::is_valid)
}

/// Takes away, one by one, what is not needed.
fn spare(
    material: &mut RevocationMaterial,
    list: impl Fn(&mut RevocationMaterial) -> &mut Vec<Vec<u8>>,
    enough: impl Fn(&RevocationMaterial) -> bool,
) {
    let mut at = 0;
    while at < list(material).len() {
        let taken = list(material).remove(at);
        if !enough(material) {
            list(material).insert(at, taken);
            at += 1;
        }
    }
}
