//! The past: past certificate validation with time sliding, and past signature validation (EN 319 102-1 §5.6.2.1,
//! §5.6.2.2, §5.6.2.4). Proofs come from [`super::stamp`] and the caller.

use super::{Outcome, Process, Run, Slide, can_be_helped};
use crate::crl::Crl;
use crate::ocsp::OcspResponse;
use crate::path::{self, Anchor, PathReport, Profile, RevocationMaterial, RevocationRule};
use crate::revocation::{MAX_AGE_WITHOUT_NEXT_UPDATE, RevocationStatus};
use crate::{Certificate, Name, SubIndication};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Pieces of revocation information looked at for one certificate, newest first: an archive that is renewed for decades
/// holds fewer, and a hostile file cannot make the search quadratic.
const MATERIAL_PER_CERTIFICATE: usize = 16;

/// Whom a piece of revocation information speaks of.
enum About {
    /// Certificates of one issuer; of any, for an indirect list.
    Crl { issuer: Name, indirect: bool },
    /// The certificates that its single responses name by serial number.
    Ocsp(Box<OcspResponse>),
}

/// One CRL or OCSP response with its times.
pub(super) struct Dated {
    pub der: Vec<u8>,
    issued: OffsetDateTime,
    until: OffsetDateTime,
    about: About,
}

impl Dated {
    /// When it was issued and until when it counts, where it may speak of the certificate.
    fn times_for(&self, certificate: &Certificate) -> Option<(OffsetDateTime, OffsetDateTime)> {
        match &self.about {
            About::Crl { issuer, indirect } => {
                (*indirect || issuer == certificate.issuer()).then_some((self.issued, self.until))
            }
            About::Ocsp(response) => response
                .singles()
                .find(|s| s.serial == certificate.serial())
                .map(|s| (s.this_update, until(s.this_update, s.next_update))),
        }
    }
}

/// Until when information counts.
fn until(issued: OffsetDateTime, next: Option<OffsetDateTime>) -> OffsetDateTime {
    next.or_else(|| issued.checked_add(MAX_AGE_WITHOUT_NEXT_UPDATE)).unwrap_or(issued)
}

/// Reads and sorts: the newest first, so that what was learnt last is heard first. What cannot be read stays at the end,
/// so that path validation reports it.
pub(super) fn newest_first(material: &RevocationMaterial) -> (RevocationMaterial, Vec<Dated>) {
    let mut crls = Vec::new();
    let mut responses = Vec::new();
    let mut unread = RevocationMaterial::default();
    let mut seen = std::collections::BTreeSet::new();
    for der in &material.crls {
        if !seen.insert(der.as_slice()) {
            continue;
        }
        match Crl::from_der(der) {
            Ok(crl) => crls.push(Dated {
                der: der.clone(),
                issued: crl.this_update(),
                until: until(crl.this_update(), crl.next_update()),
                about: About::Crl {
                    issuer: crl.issuer().clone(),
                    indirect: crl.point.as_ref().is_some_and(|p| p.indirect),
                },
            }),
            Err(_) => unread.crls.push(der.clone()),
        }
    }
    for der in &material.ocsp_responses {
        if !seen.insert(der.as_slice()) {
            continue;
        }
        match OcspResponse::from_der(der) {
            Ok(response) => responses.push(Dated {
                der: der.clone(),
                issued: response.produced_at(),
                until: response.produced_at(),
                about: About::Ocsp(Box::new(response)),
            }),
            Err(_) => unread.ocsp_responses.push(der.clone()),
        }
    }
    let newest = |list: &mut Vec<Dated>| list.sort_by_key(|d| std::cmp::Reverse(d.issued));
    newest(&mut crls);
    newest(&mut responses);
    let bytes = |list: &[Dated], rest: Vec<Vec<u8>>| {
        list.iter().map(|d| d.der.clone()).chain(rest).collect::<Vec<_>>()
    };
    let sorted = RevocationMaterial {
        crls: bytes(&crls, unread.crls),
        ocsp_responses: bytes(&responses, unread.ocsp_responses),
    };
    crls.extend(responses);
    (sorted, crls)
}

/// Since when the target of a path is revoked, where its status says so.
pub(super) fn revoked_since(path: &PathReport) -> Option<OffsetDateTime> {
    match &path.statuses.first()?.status {
        RevocationStatus::Revoked { since, .. } => OffsetDateTime::parse(since, &Rfc3339).ok(),
        _ => None,
    }
}

/// What the information that is proven to have existed says.
enum Said {
    Good,
    Revoked(OffsetDateTime),
    Nothing,
}

impl Run<'_> {
    /// §5.6.2.4: whether the signature `value` was good in the past, when it is not now (`current`). Also the path at the
    /// time it is proven for.
    pub(super) fn past_signature(
        &mut self,
        label: &str,
        current: Outcome,
        value: &[u8],
        target: &Certificate,
        profiles: &[Profile],
    ) -> (Outcome, Option<PathReport>) {
        let proven = self.proofs.of(value).unwrap_or(self.context.now);
        let judged = match self.past_certificate(target, profiles, proven) {
            // Step 1: the current outcome stays; the step before says why the past does not help.
            Err(_) => (current, None),
            // Step 2: the signature is proven to be older than the control time.
            Ok(control) if proven <= control => match self.path(target, proven, profiles) {
                None => (current, None),
                Some(_) if proven < target.not_before() => {
                    (Outcome::failed(SubIndication::NotYetValid), None)
                }
                Some(_) if proven > target.not_after() => (current, None),
                Some(then) => {
                    // What stood against the path at that time and is no question of revocation information still
                    // stands; that was settled by sliding.
                    let stands = can_be_helped(&then.findings)
                        && then.against().all(|f| {
                            use crate::FindingKind::{RevocationStale, RevocationUnknown};
                            matches!(f.kind, RevocationStale | RevocationUnknown)
                        });
                    let outcome = if stands { Outcome::PASSED } else { then.conclusion().into() };
                    (outcome, Some(then))
                }
            },
            Ok(_) => (current, None),
        };
        self.step(Process::PastSignature, label, judged.0, Some(proven), &[]);
        judged
    }

    /// §5.6.2.1: the time up to which the certificate is known to have been good.
    pub(super) fn past_certificate(
        &mut self,
        target: &Certificate,
        profiles: &[Profile],
        proven: OffsetDateTime,
    ) -> Result<OffsetDateTime, Outcome> {
        let subject = target.subject().shown();
        let now = self.context.now;
        let mut reason = Outcome::undecided(SubIndication::NoCertificateChainFound);
        let mut times = vec![proven, target.not_after().min(now)];
        times.dedup();
        for profile in profiles {
            for at in &times {
                // Steps 1 and 2: a chain that stood at some time when all of it was valid, revocation aside.
                let plain = profile.clone().without_revocation();
                let report = path::validate_with(
                    target,
                    &self.certificates,
                    self.context.anchors,
                    *at,
                    &plain,
                    &RevocationMaterial::default(),
                    self.context.memo,
                );
                if !report.is_valid() {
                    if reason.sub_indication != Some(SubIndication::NoPoe) {
                        reason = report.conclusion().into();
                    }
                    continue;
                }
                let control = match profile.revocation {
                    RevocationRule::NotChecked => Ok(now),
                    RevocationRule::Required => self.slide(&report.chain, profile),
                };
                match control {
                    Ok(control) => {
                        self.control_time = Some(control);
                        let process = Process::PastCertificate;
                        self.step(process, &subject, Outcome::PASSED, Some(control), &[]);
                        return Ok(control);
                    }
                    Err(outcome) => reason = outcome,
                }
            }
        }
        self.step(Process::PastCertificate, &subject, reason, None, &[]);
        Err(reason)
    }

    /// §5.6.2.2: from the certificate under the anchor down to the target.
    fn slide(
        &mut self,
        chain: &[Certificate],
        profile: &Profile,
    ) -> Result<OffsetDateTime, Outcome> {
        let mut control = self.context.now;
        let Some((anchor, below)) = chain.split_last() else { return Ok(control) };
        let anchors: Vec<Anchor> =
            self.context.anchors.iter().filter(|a| a.certificate == *anchor).cloned().collect();
        for (distance, certificate) in below.iter().enumerate().rev() {
            let above = below.get(distance + 1..).unwrap_or_default();
            let next = self.slide_over(certificate, above, &anchors, profile, control);
            let subject = certificate.subject().shown();
            let Some(time) = next else {
                let outcome = Outcome::undecided(SubIndication::NoPoe);
                self.step(Process::TimeSliding, &subject, outcome, Some(control), &[]);
                return Err(outcome);
            };
            control = time;
            self.step(Process::TimeSliding, &subject, Outcome::PASSED, Some(control), &[]);
        }
        Ok(control)
    }

    /// Step 2 for one certificate: the new control time, or nothing where no proven information says anything.
    fn slide_over(
        &self,
        certificate: &Certificate,
        above: &[Certificate],
        anchors: &[Anchor],
        profile: &Profile,
        control: OffsetDateTime,
    ) -> Option<OffsetDateTime> {
        // (a): certificate and information existed at the control time, and the information was issued before it.
        if !self.proofs.hold(certificate.as_der(), control) {
            return None;
        }
        let mut usable: Vec<(&Dated, OffsetDateTime, OffsetDateTime)> = self
            .dated
            .iter()
            .filter_map(|d| d.times_for(certificate).map(|(issued, until)| (d, issued, until)))
            .filter(|(d, issued, _)| *issued <= control && self.proofs.hold(&d.der, control))
            .collect();
        usable.sort_by_key(|(_, issued, _)| std::cmp::Reverse(*issued));
        usable.truncate(MATERIAL_PER_CERTIFICATE);
        let material = RevocationMaterial {
            crls: pick(&usable, |about| matches!(about, About::Crl { .. })),
            ocsp_responses: pick(&usable, |about| matches!(about, About::Ocsp(_))),
        };
        let mut pool = above.to_vec();
        pool.extend_from_slice(&self.certificates);
        let ask = |at: OffsetDateTime| {
            let plain = Profile {
                now: Some(control),
                budget: profile.budget,
                ..Profile::plain(profile.purpose)
            };
            let report = path::validate_with(
                certificate,
                &pool,
                anchors,
                at,
                &plain,
                &material,
                self.context.memo,
            );
            match report.statuses.first().map(|s| &s.status) {
                Some(RevocationStatus::Good { .. }) => Said::Good,
                Some(RevocationStatus::Revoked { .. }) => {
                    revoked_since(&report).map_or(Said::Nothing, Said::Revoked)
                }
                _ => Said::Nothing,
            }
        };
        // (b): revoked, fresh, or stale.
        match ask(control) {
            Said::Good => return Some(control),
            Said::Revoked(since) => return Some(control.min(since)),
            Said::Nothing => {}
        }
        let mut times: Vec<OffsetDateTime> = usable
            .iter()
            .map(|(_, issued, until)| match self.context.slide {
                Slide::Issuance => *issued,
                Slide::NextUpdate => *until,
            })
            .filter(|at| *at < control)
            .collect();
        times.sort_by_key(|at| std::cmp::Reverse(*at));
        times.dedup();
        times.into_iter().find_map(|at| match ask(at) {
            Said::Good => Some(at),
            Said::Revoked(since) => Some(at.min(since)),
            Said::Nothing => None,
        })
    }
}

fn pick(
    usable: &[(&Dated, OffsetDateTime, OffsetDateTime)],
    wanted: impl Fn(&About) -> bool,
) -> Vec<Vec<u8>> {
    usable.iter().filter(|(d, ..)| wanted(&d.about)).map(|(d, ..)| d.der.clone()).collect()
}

#[cfg(test)]
#[allow(clippy::print_stderr)]
mod tests {
    use super::*;
    use crate::path::Purpose;
    use crate::validation::{AuthorityTime, Context, Proofs};
    use time::macros::datetime;

    /// The time-sliding hierarchy of pyHanko's certificate validator: alice is revoked on 2020-12-01, lists come every ten
    /// days.
    fn control_time(
        lists: &str,
        now: OffsetDateTime,
        slide: Slide,
    ) -> Option<Option<OffsetDateTime>> {
        let folder = "../../../shared/corpora/pyhanko-certvalidator/ades/time-slide";
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        if !folder.is_dir() {
            eprintln!("SKIPPED: time sliding: {} is not there", folder.display());
            return None;
        }
        let read = |name: String| std::fs::read(folder.join(name)).unwrap();
        let certificate = |name: &str| {
            let bytes = read(format!("certs/{name}.crt"));
            let text = String::from_utf8_lossy(&bytes);
            Certificate::from_pem(&text).or_else(|_| Certificate::from_der(&bytes)).unwrap()
        };
        let revocation = RevocationMaterial {
            crls: vec![read(format!("root-{lists}.crl")), read(format!("interm-{lists}.crl"))],
            ocsp_responses: Vec::new(),
        };
        let (alice, interm, root) =
            (certificate("alice"), certificate("interm"), certificate("root"));
        let (sorted, dated) = newest_first(&revocation);
        let mut proofs = Proofs::new();
        [&alice, &interm].iter().for_each(|c| proofs.add(c.as_der(), dated[0].issued));
        dated.iter().for_each(|d| proofs.add(&d.der, d.issued));
        let profile = Profile::document_signing(Purpose::Public);
        let context = Context {
            now,
            anchors: &[Anchor::new(root, &[Purpose::Public])],
            certificates: &[],
            revocation: &revocation,
            profiles: std::slice::from_ref(&profile),
            timestamping: &Profile::timestamping(),
            authority_time: AuthorityTime::Now,
            slide,
            proofs: &proofs,
            memo: &crate::Memo::new(),
        };
        let mut run = Run {
            context: &context,
            certificates: vec![interm],
            material: crate::revocation::Material::read(&sorted),
            dated,
            proofs: proofs.clone(),
            steps: Vec::new(),
            control_time: None,
        };
        Some(run.past_certificate(&alice, context.profiles, now).ok())
    }

    #[test]
    fn the_control_time_slides_over_pyhankos_lists() {
        let cases = [
            // Revoked: to the time of revocation.
            (
                "2020-12-10",
                datetime!(2020-12-10 0:05 UTC),
                Slide::Issuance,
                Some(datetime!(2020-12-01 0:00 UTC)),
            ),
            // Fresh: not at all.
            (
                "2020-11-29",
                datetime!(2020-11-29 0:05 UTC),
                Slide::Issuance,
                Some(datetime!(2020-11-29 0:05 UTC)),
            ),
            // Stale: to the issuance of the lists, or to their end.
            (
                "2020-10-01",
                datetime!(2020-11-29 0:05 UTC),
                Slide::Issuance,
                Some(datetime!(2020-09-22 0:00 UTC)),
            ),
            (
                "2020-10-01",
                datetime!(2020-11-29 0:05 UTC),
                Slide::NextUpdate,
                Some(datetime!(2020-10-02 0:00 UTC)),
            ),
            // Issued only later.
            ("2020-12-10", datetime!(2020-11-01 0:05 UTC), Slide::Issuance, None),
        ];
        for (lists, now, slide, expected) in cases {
            let Some(control) = control_time(lists, now, slide) else { return };
            assert_eq!(control, expected, "{lists} at {now}");
        }
    }
}
