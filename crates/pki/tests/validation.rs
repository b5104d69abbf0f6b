//! Signatures over time: every process of EN 319 102-1 on a hierarchy made here, with what must not pass beside it.
#![cfg(feature = "authority")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod made;

use made::{DATA as CONTENT, Made, World, attribute, crl, day};
use motcua_pki::authority::TokenTemplate;
use motcua_pki::cms::{self, Content, SignedData};
use motcua_pki::path::{Profile, Purpose, RevocationMaterial};
use motcua_pki::validation::{
    AuthorityTime, Context, DocumentTimestamp, Outcome, Process, Proofs, Report, Signature, Slide,
    TimestampKind, validate,
};
use motcua_pki::{AlgorithmPolicy, Indication, Memo, SubIndication};
use time::OffsetDateTime;

/// What a case is judged with.
struct Judge<'a> {
    world: &'a World,
    crls: Vec<Vec<u8>>,
    authority_time: AuthorityTime,
    slide: Slide,
    proofs: Proofs,
    algorithms: AlgorithmPolicy,
    memo: Memo,
}

impl<'a> Judge<'a> {
    fn new(world: &'a World, crls: &[&[u8]]) -> Self {
        Self {
            world,
            crls: crls.iter().map(|c| c.to_vec()).collect(),
            authority_time: AuthorityTime::Now,
            slide: Slide::NextUpdate,
            proofs: Proofs::new(),
            algorithms: AlgorithmPolicy::standard(),
            memo: Memo::new(),
        }
    }

    fn run(&self, cms: &[u8], documents: &[DocumentTimestamp<'_>], now: OffsetDateTime) -> Report {
        let signed = SignedData::parse(cms).unwrap();
        let signature = Signature {
            label: "official",
            cms: &signed,
            content: Content::Bytes(CONTENT),
            profile: cms::Profile::PadesBaseline,
        };
        let revocation =
            RevocationMaterial { crls: self.crls.clone(), ..RevocationMaterial::default() };
        let under = |profile: Profile| Profile { algorithms: self.algorithms.clone(), ..profile };
        let context = Context {
            now,
            anchors: &[self.world.anchor()],
            certificates: &[],
            revocation: &revocation,
            profiles: &[
                under(Profile::document_signing(Purpose::OfficialDuty)),
                under(Profile::document_signing(Purpose::Public)),
            ],
            timestamping: &under(Profile::timestamping()),
            authority_time: self.authority_time,
            slide: self.slide,
            proofs: &self.proofs,
            memo: &Memo::new(),
        };
        let report = validate(&signature, documents, &context);
        // What was verified for other documents of this judge, and for this one, changes no word.
        for _ in 0..2 {
            let context = Context { memo: &self.memo, ..context };
            let again = validate(&signature, documents, &context);
            assert_eq!(
                serde_json::to_value(&again).unwrap(),
                serde_json::to_value(&report).unwrap()
            );
        }
        assert!(self.memo.len() >= context.memo.len() && !context.memo.is_empty());
        report
    }
}

fn is(report: &Report, indication: Indication, sub: Option<SubIndication>, process: Process) {
    let expected = Outcome { indication, sub_indication: sub };
    let steps: Vec<String> = report
        .steps
        .iter()
        .map(|s| {
            format!("{:?} {} {:?} {:?} {:?}", s.process, s.subject, s.outcome, s.at, s.findings)
        })
        .collect();
    assert_eq!((report.outcome, report.process), (expected, process), "{}", steps.join("\n"));
}

fn passed(report: &Report, process: Process) {
    is(report, Indication::Passed, None, process);
}

fn undecided(report: &Report, sub: SubIndication, process: Process) {
    is(report, Indication::Indeterminate, Some(sub), process);
}

#[test]
fn as_of_now() {
    let world = World::new();
    let cms = world.sign(CONTENT);
    let (ca, root) =
        (crl(&world.ca, day(2026, 6), day(2026, 7), &[]), world.root_crl(day(2026, 6)));
    let judge = Judge::new(&world, &[&ca, &root]);
    let report = judge.run(&cms, &[], day(2026, 6) + time::Duration::days(3));
    passed(&report, Process::Basic);
    assert_eq!((report.best_signature_time, report.long_term), (None, None));
    assert!(report.path.unwrap().is_valid());
    // Every building block has its step, with its clause.
    let clauses: Vec<&str> = report.steps.iter().map(|s| s.clause).collect();
    for clause in ["5.2.2", "5.2.3", "5.2.6", "5.2.7", "5.2.8", "5.3"] {
        assert!(clauses.contains(&clause), "{clauses:?}");
    }

    // Other content: shown to be wrong, whatever the time.
    let other = judge.run(&world.sign(b"other"), &[], day(2026, 6));
    is(&other, Indication::Failed, Some(SubIndication::HashFailure), Process::Basic);
    assert_eq!(other.with_time, None);
    // No revocation information at all.
    let bare = Judge::new(&world, &[]).run(&cms, &[], day(2026, 6));
    undecided(&bare, SubIndication::TryLater, Process::LongTerm);
    // After expiry with a list from before, as of which it was good.
    let late = judge.run(&cms, &[], day(2027, 3));
    assert_eq!(late.basic.indication, Indication::Indeterminate);
    assert!(!late.passed());
    // Without a way to an anchor time does not help.
    let mut stranger = World::new();
    std::mem::swap(&mut stranger.root, &mut World::new().root);
    let lost = Judge::new(&stranger, &[&ca, &root]).run(&cms, &[], day(2026, 6));
    undecided(&lost, SubIndication::NoCertificateChainFound, Process::Basic);
}

#[test]
fn a_signature_timestamp_gives_the_time() {
    let world = World::new();
    let cms = world.with_timestamp(&world.sign(CONTENT), &world.tsa, day(2026, 6));
    let ca = crl(&world.ca, day(2026, 6), day(2026, 7), &[]);
    let root = world.root_crl(day(2026, 6));
    // Expired since: good as of the timestamp, when the authority is looked at as of then.
    let mut judge = Judge::new(&world, &[&ca, &root]);
    judge.authority_time = AuthorityTime::OwnTime;
    let report = judge.run(&cms, &[], day(2027, 3));
    passed(&report, Process::WithTime);
    assert_eq!(report.best_signature_time, Some(day(2026, 6)));
    assert_eq!(report.timestamps[0].kind, TimestampKind::Signature);
    assert_eq!(report.path.unwrap().at, day(2026, 6));
    // To the letter, the authority must stand now: stale lists do not say so, fresh ones do.
    judge.authority_time = AuthorityTime::Now;
    let stale = judge.run(&cms, &[], day(2027, 3));
    assert!(!stale.passed(), "{:?}", stale.outcome);
    assert_eq!(stale.best_signature_time, None);
    let fresh = world.root_crl(day(2027, 3));
    let judge = Judge::new(&world, &[&ca, &root, &fresh]);
    passed(&judge.run(&cms, &[], day(2027, 3)), Process::WithTime);
    // A token over another signature proves nothing.
    let wrong = world.timestamp(b"another signature", &world.tsa, day(2026, 6));
    let signed = SignedData::parse(&world.sign(CONTENT)).unwrap();
    let refused = cms::with_signature_timestamp(&signed, &wrong).unwrap_err();
    assert_eq!(refused.code(), "pki.cms_mismatch");
    let unsigned = vec![attribute(&[16, 2, 14], &[&wrong])];
    let mut made = Made { unsigned, ..Made::new(&world) };
    made.certificates.push(world.ca.certificate().as_der().to_vec());
    let borrowed = made.build();
    let report = judge.run(&borrowed, &[], day(2027, 3));
    assert!(!report.passed());
    assert_eq!(report.timestamps[0].outcome.sub_indication, Some(SubIndication::HashFailure));
    // Nor one from tomorrow, nor one of a certificate that is no authority's.
    let tomorrow = world.with_timestamp(&world.sign(CONTENT), &world.tsa, day(2027, 4));
    let report = judge.run(&tomorrow, &[], day(2027, 3));
    assert_eq!(
        report.timestamps[0].outcome.sub_indication,
        Some(SubIndication::TimestampOrderFailure)
    );
    assert!(!report.passed());
    let self_made = world.with_timestamp(&world.sign(CONTENT), &world.signer, day(2026, 6));
    let report = judge.run(&self_made, &[], day(2027, 3));
    assert!(!report.passed() && !report.timestamps[0].outcome.passed());
}

#[test]
fn revocation_before_and_after_the_proven_time() {
    let world = World::new();
    let cms = world.with_timestamp(&world.sign(CONTENT), &world.tsa, day(2026, 6));
    let now = day(2026, 9);
    let root = world.root_crl(now);
    let serial = world.signer.certificate().serial();
    for (revoked, expected) in
        [(day(2026, 8), None), (day(2026, 5), Some(SubIndication::RevokedNoPoe))]
    {
        let ca = crl(&world.ca, now, day(2026, 10), &[(serial, revoked)]);
        let judge = Judge::new(&world, &[&ca, &root]);
        let report = judge.run(&cms, &[], now);
        assert_eq!(report.basic.sub_indication, Some(SubIndication::RevokedNoPoe));
        match expected {
            None => passed(&report, Process::WithTime),
            Some(sub) => undecided(&report, sub, Process::LongTerm),
        }
        // Without the timestamp nothing shows that the signature is older.
        let bare = judge.run(&world.sign(CONTENT), &[], now);
        undecided(&bare, SubIndication::RevokedNoPoe, Process::LongTerm);
        // What the caller knows counts as well.
        let mut archive = Judge::new(&world, &[&ca, &root]);
        let plain = world.sign(CONTENT);
        archive.proofs.add_with_contents(&plain, day(2026, 6));
        assert_eq!(archive.run(&plain, &[], now).passed(), expected.is_none());
    }
}

#[test]
fn a_signature_older_than_its_certificate_fails() {
    let world = World::new();
    let cms = world.with_timestamp(&world.sign(CONTENT), &world.tsa, day(2024, 6));
    let now = day(2026, 6);
    let (ca, root) = (crl(&world.ca, now, day(2026, 7), &[]), world.root_crl(now));
    let report = Judge::new(&world, &[&ca, &root]).run(&cms, &[], now);
    is(&report, Indication::Failed, Some(SubIndication::NotYetValid), Process::WithTime);
}

/// Signed and timestamped in 2026, archived in 2029 by another authority, looked at in 2034: signer and first authority have
/// expired, and in 2033 the CA was revoked.
struct Archive {
    world: World,
    cms: Vec<u8>,
    then: Vec<Vec<u8>>,
    seal: Vec<u8>,
    root_now: Vec<u8>,
}

impl Archive {
    fn new(lists_from: OffsetDateTime) -> Self {
        let world = World::new();
        let cms = world.with_timestamp(&world.sign(CONTENT), &world.tsa, day(2026, 6));
        let then = vec![
            crl(&world.ca, lists_from, lists_from + time::Duration::days(30), &[]),
            world.root_crl(lists_from),
        ];
        let seal = world.timestamp(
            b"the revision",
            &world.later_tsa,
            day(2026, 6) + time::Duration::days(9),
        );
        let revoked = world.ca.certificate().serial();
        let root_now = crl(&world.root, day(2034, 1), day(2034, 2), &[(revoked, day(2033, 1))]);
        Self { world, cms, then, seal, root_now }
    }

    fn judge(&self, covers: &[&[u8]], revision: &[u8], slide: Slide) -> Report {
        let mut lists: Vec<&[u8]> = self.then.iter().map(Vec::as_slice).collect();
        lists.push(&self.root_now);
        let mut judge = Judge::new(&self.world, &lists);
        judge.slide = slide;
        let seal = DocumentTimestamp {
            label: "archive",
            token: &self.seal,
            content: Content::Bytes(revision),
            covers,
        };
        judge.run(&self.cms, &[seal], day(2034, 1) + time::Duration::days(2))
    }

    fn everything(&self) -> Vec<&[u8]> {
        let mut all: Vec<&[u8]> = self.then.iter().map(Vec::as_slice).collect();
        all.push(&self.cms);
        all
    }
}

#[test]
fn an_archive_timestamp_keeps_an_old_signature_good() {
    let case = Archive::new(day(2026, 6));
    let report = case.judge(&case.everything(), b"the revision", Slide::NextUpdate);
    passed(&report, Process::LongTerm);
    assert_eq!(report.best_signature_time, Some(day(2026, 6)));
    assert_eq!(report.with_time.unwrap().sub_indication, Some(SubIndication::RevokedCaNoPoe));
    let [seal, token] = &report.timestamps[..] else { panic!("{:?}", report.timestamps) };
    assert_eq!(
        (seal.kind, seal.past, seal.covers_signature),
        (TimestampKind::Document, false, true)
    );
    assert_eq!((token.kind, token.past), (TimestampKind::Signature, true));
    assert!(report.control_time.unwrap() >= day(2026, 6));
    let slid = report.steps.iter().filter(|s| s.process == Process::TimeSliding).count();
    assert!(slid >= 3, "{slid}");
}

#[test]
fn an_archive_timestamp_over_less_does_not() {
    let case = Archive::new(day(2026, 6));
    // Not over the lists: the CA's key may have made them since.
    let report = case.judge(&[&case.cms], b"the revision", Slide::NextUpdate);
    assert!(!report.passed(), "{:?}", report.outcome);
    // Not over the signature.
    let lists: Vec<&[u8]> = case.then.iter().map(Vec::as_slice).collect();
    assert!(!case.judge(&lists, b"the revision", Slide::NextUpdate).passed());
    // Over another revision.
    let report = case.judge(&case.everything(), b"another", Slide::NextUpdate);
    assert!(!report.passed() && !report.timestamps[0].outcome.passed());
}

#[test]
fn sliding_to_the_letter_wants_lists_younger_than_what_they_prove() {
    let old = Archive::new(day(2026, 6));
    let report = old.judge(&old.everything(), b"the revision", Slide::Issuance);
    assert!(!report.passed());
    // As an archive does it: a first seal over the signature, lists issued after it, a second seal over all of that.
    let mut case = Archive::new(day(2026, 6) + time::Duration::days(12));
    let first = case.seal.clone();
    case.seal = case.world.timestamp(
        b"the revision",
        &case.world.later_tsa,
        day(2026, 6) + time::Duration::days(20),
    );
    let mut lists: Vec<&[u8]> = case.then.iter().map(Vec::as_slice).collect();
    lists.push(&case.root_now);
    let mut judge = Judge::new(&case.world, &lists);
    judge.slide = Slide::Issuance;
    let over = |token, covers| DocumentTimestamp {
        label: "seal",
        token,
        content: Content::Bytes(b"the revision"),
        covers,
    };
    let (inner, outer) = ([&case.cms[..]], [&case.cms[..], &first, &case.then[0], &case.then[1]]);
    let now = day(2034, 1) + time::Duration::days(2);
    let (one, two) = (over(&first, &inner), over(&case.seal, &outer));
    passed(&judge.run(&case.cms, &[one, two], now), Process::LongTerm);
    // Any one of the two does not do.
    assert!(!judge.run(&case.cms, &[one], now).passed());
    assert!(!judge.run(&case.cms, &[two], now).passed());
}

#[test]
fn timestamps_that_contradict_each_other() {
    let world = World::new();
    // The seal covers the signature and its token, yet is a day older than the token.
    let cms = world.with_timestamp(&world.sign(CONTENT), &world.tsa, day(2026, 6));
    let seal = world.timestamp(b"revision", &world.tsa, day(2026, 6) - time::Duration::DAY);
    let now = day(2026, 6) + time::Duration::days(3);
    let (ca, root) =
        (crl(&world.ca, day(2026, 6), day(2026, 7), &[]), world.root_crl(day(2026, 6)));
    let judge = Judge::new(&world, &[&ca, &root]);
    let over = |covers| DocumentTimestamp {
        label: "seal",
        token: &seal,
        content: Content::Bytes(b"revision"),
        covers,
    };
    let covered: [&[u8]; 1] = [&cms];
    let report = judge.run(&cms, &[over(&covered)], now);
    undecided(&report, SubIndication::TimestampOrderFailure, Process::WithTime);
    // A timestamp from before the signature, which does not cover it, contradicts nothing.
    passed(&judge.run(&cms, &[over(&[])], now), Process::WithTime);
}

#[test]
fn an_inaccurate_clock_is_not_held_against_the_order() {
    let world = World::new();
    let cms = world.with_timestamp(&world.sign(CONTENT), &world.tsa, day(2026, 6));
    let seal = TokenTemplate {
        accuracy: Some(60),
        ..TokenTemplate::over(b"revision", day(2026, 6) - time::Duration::seconds(30))
    };
    let seal = world.tsa.timestamp(&seal).unwrap();
    let (ca, root) =
        (crl(&world.ca, day(2026, 6), day(2026, 7), &[]), world.root_crl(day(2026, 6)));
    let covered: [&[u8]; 1] = [&cms];
    let timestamp = DocumentTimestamp {
        label: "seal",
        token: &seal,
        content: Content::Bytes(b"revision"),
        covers: &covered,
    };
    let now = day(2026, 6) + time::Duration::days(3);
    let report = Judge::new(&world, &[&ca, &root]).run(&cms, &[timestamp], now);
    passed(&report, Process::WithTime);
    assert_eq!(report.best_signature_time, Some(day(2026, 6) - time::Duration::seconds(30)));
}

#[test]
fn a_heap_of_timestamps_is_not_paid_for() {
    let world = World::new();
    let cms = world.sign(CONTENT);
    let seal = world.timestamp(b"revision", &world.tsa, day(2026, 6));
    let covered: [&[u8]; 1] = [&cms];
    let one = DocumentTimestamp {
        label: "seal",
        token: &seal,
        content: Content::Bytes(b"revision"),
        covers: &covered,
    };
    let now = day(2026, 6) + time::Duration::days(3);
    let (ca, root) =
        (crl(&world.ca, day(2026, 6), day(2026, 7), &[]), world.root_crl(day(2026, 6)));
    let report = Judge::new(&world, &[&ca, &root]).run(&cms, &[one; 100], now);
    passed(&report, Process::WithTime);
    let judged = report.timestamps.iter().filter(|t| t.outcome.passed()).count();
    assert_eq!((report.timestamps.len(), judged), (100, 32));
    let last = &report.timestamps[99].token.findings;
    assert_eq!(last[0].code(), "pki.path_budget_exhausted");
}

#[test]
fn a_content_timestamp_shows_that_a_signature_is_younger() {
    let world = World::new();
    let before = world.timestamp(CONTENT, &world.tsa, day(2026, 6));
    let mut made = Made::new(&world).push(attribute(&[16, 2, 20], &[&before]));
    made.certificates.push(world.ca.certificate().as_der().to_vec());
    let cms = made.build();
    let now = day(2026, 9);
    let root = world.root_crl(now);
    let serial = world.signer.certificate().serial();
    for (revoked, sub) in [
        (Some(day(2026, 5)), Some((Indication::Failed, SubIndication::Revoked))),
        (Some(day(2026, 8)), Some((Indication::Indeterminate, SubIndication::RevokedNoPoe))),
        (None, None),
    ] {
        let list: Vec<(&[u8], OffsetDateTime)> =
            revoked.map(|at| (serial, at)).into_iter().collect();
        let ca = crl(&world.ca, now, day(2026, 10), &list);
        let report = Judge::new(&world, &[&ca, &root]).run(&cms, &[], now);
        assert_eq!(report.timestamps[0].kind, TimestampKind::Content);
        match sub {
            Some((indication, sub)) => {
                assert_eq!(
                    (report.outcome.indication, report.outcome.sub_indication),
                    (indication, Some(sub))
                );
            }
            None => passed(&report, Process::Basic),
        }
    }
    // Older than what it signs by the signature's own timestamp: the two contradict each other.
    let signed = SignedData::parse(&cms).unwrap();
    let value = cms::signature_to_timestamp(&signed).unwrap();
    let older = world.timestamp(value, &world.tsa, day(2026, 5));
    let both = cms::with_signature_timestamp(&signed, &older).unwrap();
    let ca = crl(&world.ca, now, day(2026, 10), &[]);
    let report = Judge::new(&world, &[&ca, &root]).run(&both, &[], now);
    undecided(&report, SubIndication::TimestampOrderFailure, Process::WithTime);
}

#[test]
fn algorithms_are_judged_as_of_the_proven_time() {
    let world = World::new();
    // SHA-256 falls in August 2026.
    let fallen = AlgorithmPolicy::from_json(
        r#"{"format":1,"name":"test","title":"test","new_signatures":[],
            "refuse":[{"what":{"digest":"sha256"},"from":"2026-08-01T00:00:00Z","source":"test"}]}"#,
    )
    .unwrap();
    let now = day(2026, 9);
    let (ca, root) =
        (crl(&world.ca, day(2026, 6), day(2026, 7), &[]), world.root_crl(day(2026, 6)));
    let mut judge = Judge::new(&world, &[&ca, &root]);
    judge.authority_time = AuthorityTime::OwnTime;
    judge.algorithms = fallen;
    let before = world.with_timestamp(&world.sign(CONTENT), &world.tsa, day(2026, 6));
    let report = judge.run(&before, &[], now);
    passed(&report, Process::WithTime);
    assert_eq!(report.basic.sub_indication, Some(SubIndication::CryptoConstraintsFailureNoPoe));
    let after = world.with_timestamp(&world.sign(CONTENT), &world.tsa, day(2026, 8));
    for cms in [after, world.sign(CONTENT)] {
        let report = judge.run(&cms, &[], now);
        assert_eq!(
            report.outcome.sub_indication,
            Some(SubIndication::CryptoConstraintsFailureNoPoe)
        );
        assert!(report.timestamps.iter().all(|t| !t.outcome.passed()));
    }
    // Known to be older from elsewhere.
    let plain = world.sign(CONTENT);
    judge.proofs.add_with_contents(&plain, day(2026, 6));
    passed(&judge.run(&plain, &[], now), Process::WithTime);
}
