//! Revocation with an authority of our own: every kind of answer, and what must not count.
#![cfg(feature = "authority")]
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic)]

#[path = "house/templates.rs"]
mod templates;

use motcua_pki::authority::{
    CrlTemplate, ExtensionValue, Identity, OcspAnswer, OcspTemplate, PrivateKey, RevokedEntry,
    Template,
};
use motcua_pki::path::{
    self, Anchor, Conformance, PathReport, Profile, Purpose, RevocationMaterial,
};
use motcua_pki::revocation::RevocationStatus;
use motcua_pki::{Certificate, DigestAlgorithm, KeyUsage, Oid, ocsp::OcspResponse};
use templates::{DAY, NOW, ca, template};
use time::{Duration, OffsetDateTime};

struct House {
    root: Identity,
    official: Identity,
    ocsp: Identity,
}

fn house() -> House {
    let root = Identity::root(&ca("Root")).unwrap();
    let official = root.issue(&template("Official").document_signer()).unwrap();
    let ocsp = root.issue(&template("OCSP").ocsp_responder()).unwrap();
    House { root, official, ocsp }
}

impl House {
    fn list(&self) -> CrlTemplate {
        CrlTemplate::new(NOW - DAY, NOW + DAY)
    }

    fn revoking(&self, at: OffsetDateTime, reason: u8) -> CrlTemplate {
        self.list().revoke(self.official.certificate(), at, reason)
    }

    fn crl(&self, template: &CrlTemplate) -> Vec<u8> {
        self.root.crl(template).unwrap()
    }

    fn answer(&self, answer: OcspAnswer) -> OcspTemplate {
        OcspTemplate::new(self.official.certificate(), answer, NOW - DAY, NOW + DAY)
    }

    fn ocsp(&self, by: &Identity, template: &OcspTemplate) -> Vec<u8> {
        by.ocsp_response(self.root.certificate(), template).unwrap()
    }

    fn report(&self, crls: &[Vec<u8>], ocsp: &[Vec<u8>], extra: &[Certificate]) -> PathReport {
        self.report_with(crls, ocsp, extra, &Profile::document_signing(Purpose::Public))
    }

    fn report_with(
        &self,
        crls: &[Vec<u8>],
        ocsp: &[Vec<u8>],
        extra: &[Certificate],
        profile: &Profile,
    ) -> PathReport {
        let anchor = Anchor::new(self.root.certificate().clone(), &[Purpose::Public]);
        let material = RevocationMaterial { crls: crls.to_vec(), ocsp_responses: ocsp.to_vec() };
        path::validate(self.official.certificate(), extra, &[anchor], NOW, profile, &material)
    }

    /// One word for the official's status.
    fn word(&self, crls: &[Vec<u8>], ocsp: &[Vec<u8>], extra: &[Certificate]) -> &'static str {
        let report = self.report(crls, ocsp, extra);
        let word = word(&report.statuses[0].status);
        assert_eq!(report.is_valid(), word == "good", "{:?}", report.findings);
        word
    }
}

fn word(status: &RevocationStatus) -> &'static str {
    match status {
        RevocationStatus::Good { .. } => "good",
        RevocationStatus::Revoked { .. } => "revoked",
        RevocationStatus::Unknown => "unknown",
        RevocationStatus::Stale => "stale",
        RevocationStatus::NotChecked => "not checked",
    }
}

#[test]
fn lists_say_what_they_say_and_no_more() {
    let h = house();
    let later = NOW + Duration::HOUR;
    let invalid_before = RevokedEntry {
        serial: h.official.certificate().serial().to_vec(),
        at: later,
        reason: Some(1),
        invalid_since: Some(NOW - DAY),
    };
    let critical =
        ExtensionValue { oid: Oid::parse("1.2.3.4").unwrap(), critical: true, value: vec![5, 0] };
    let cases: Vec<(&str, CrlTemplate, &str)> = vec![
        ("not on the list", h.list(), "good"),
        ("on the list", h.revoking(NOW - DAY, 1), "revoked"),
        ("on hold", h.revoking(NOW - DAY, 6), "revoked"),
        ("revoked later", h.revoking(later, 4), "good"),
        (
            "revoked later, bad before",
            CrlTemplate { revoked: vec![invalid_before], ..h.list() },
            "revoked",
        ),
        ("too old", CrlTemplate::new(NOW - DAY * 9, NOW - DAY * 8), "stale"),
        ("too old, revoked", h.revoking(NOW - DAY, 1), "revoked"),
        ("from the future", CrlTemplate::new(later, NOW + DAY * 2), "stale"),
        ("broken signature", CrlTemplate { break_signature: true, ..h.list() }, "unknown"),
        ("critical extension", CrlTemplate { extra: vec![critical], ..h.list() }, "unknown"),
        ("a delta alone", CrlTemplate { delta_base: Some(1), ..h.list() }, "unknown"),
    ];
    for (name, template, expected) in &cases {
        assert_eq!(h.word(&[h.crl(template)], &[], &[]), *expected, "{name}");
    }
    assert_eq!(h.word(&[], &[], &[]), "unknown");
    assert_eq!(h.word(&[vec![0x30, 0]], &[], &[]), "unknown");
    println!("CRLs: {} cases agree", cases.len() + 2);
}

#[test]
fn deltas_add_and_remove() {
    let h = house();
    let base = CrlTemplate { number: Some(5), ..h.list() };
    let held = CrlTemplate { number: Some(5), ..h.revoking(NOW - DAY, 6) };
    let delta = |template: CrlTemplate| {
        h.crl(&CrlTemplate { number: Some(7), delta_base: Some(5), ..template })
    };
    let with = |base: &CrlTemplate, delta: Vec<u8>| h.word(&[h.crl(base), delta], &[], &[]);
    assert_eq!(with(&base, delta(h.revoking(NOW - DAY, 1))), "revoked");
    assert_eq!(with(&held, delta(h.revoking(NOW - DAY, 8))), "good");
    assert_eq!(with(&held, delta(h.list())), "revoked");
    // A delta to another base, or with a broken signature, changes nothing.
    let other = CrlTemplate { number: Some(7), delta_base: Some(6), ..h.revoking(NOW - DAY, 8) };
    assert_eq!(with(&held, h.crl(&other)), "revoked");
    let broken = CrlTemplate { break_signature: true, ..h.revoking(NOW - DAY, 8) };
    assert_eq!(with(&held, delta(broken)), "revoked");
}

#[test]
fn who_may_sign_a_list() {
    let h = house();
    // The issuer's new key, certified under its old one with the same name.
    let rolled = h.root.issue(&ca("Root")).unwrap();
    let list = rolled.crl(&h.list()).unwrap();
    let own = h.crl(&h.list());
    let rolled_certificate = rolled.certificate().clone();
    let all = [list.clone(), own.clone()];
    assert_eq!(h.word(&all, &[], std::slice::from_ref(&rolled_certificate)), "good");
    assert_eq!(h.word(&[list], &[], &[]), "unknown");
    // Another CA's list, a signer without the right, another authority of the same name.
    let other = Identity::root(&ca("Other")).unwrap();
    assert_eq!(h.word(&[other.crl(&h.list()).unwrap()], &[], &[]), "unknown");
    let twin = Identity::root(&ca("Root")).unwrap();
    let twins = [twin.crl(&h.list()).unwrap()];
    assert_eq!(h.word(&twins, &[], std::slice::from_ref(twin.certificate())), "unknown");
    let weak = h.root.issue(&ca("Root").with_key_usage(Some(KeyUsage::CERTIFICATE_SIGN))).unwrap();
    let weaks = [weak.crl(&h.list()).unwrap(), own];
    let report = h.report(&weaks[..1], &[], std::slice::from_ref(weak.certificate()));
    assert_eq!(word(&report.statuses[0].status), "unknown");
}

#[test]
fn lists_are_held_to_the_profile_where_asked() {
    let h = house();
    let mut profile = Profile::document_signing(Purpose::Public);
    let bare = h.crl(&CrlTemplate { number: None, ..h.list() });
    assert!(h.report_with(std::slice::from_ref(&bare), &[], &[], &profile).is_valid());
    profile.conformance = Conformance::Required;
    assert!(!h.report_with(&[bare], &[], &[], &profile).is_valid());
    assert!(h.report_with(&[h.crl(&h.list())], &[], &[], &profile).is_valid());
}

#[test]
fn responders_count_where_the_issuer_says_so() {
    let h = house();
    let good = h.answer(OcspAnswer::Good);
    let word = |by: &Identity, template: &OcspTemplate| h.word(&[], &[h.ocsp(by, template)], &[]);
    let issue = |template: Template| h.root.issue(&template).unwrap();
    let responder = || template("OCSP").ocsp_responder();
    let unused = Oid::parse("1.3.6.1.5.5.7.3.1").unwrap();
    let twin = Identity::root(&ca("Root")).unwrap();
    let by_name = word(&h.ocsp, &good);
    let by_key = word(&h.ocsp, &OcspTemplate { by_key: true, ..good.clone() });
    let sha256 = OcspTemplate { digest: DigestAlgorithm::Sha256, ..good.clone() };
    let mut without_usage = responder();
    without_usage.extended_key_usage = vec![unused];
    let mut any_usage = responder();
    any_usage.extended_key_usage = vec![Oid::parse("2.5.29.37.0").unwrap()];
    let mut checked = responder();
    checked.ocsp_no_check = false;
    checked.crl_url = Some("http://127.0.0.1/root.crl".to_owned());
    let mut silent = responder();
    silent.ocsp_no_check = false;
    let checked = issue(checked);
    let cases = [
        ("by name", by_name, "good"),
        ("by key", by_key, "good"),
        ("SHA-256 identifiers", word(&h.ocsp, &sha256), "good"),
        ("the issuer itself", word(&h.root, &good), "good"),
        ("revoked", word(&h.ocsp, &h.answer(OcspAnswer::Revoked(NOW - DAY, 1))), "revoked"),
        ("on hold", word(&h.ocsp, &h.answer(OcspAnswer::Revoked(NOW - DAY, 6))), "revoked"),
        ("revoked later", word(&h.ocsp, &h.answer(OcspAnswer::Revoked(NOW + DAY, 1))), "good"),
        ("unknown", word(&h.ocsp, &h.answer(OcspAnswer::Unknown)), "unknown"),
        (
            "broken signature",
            word(&h.ocsp, &OcspTemplate { break_signature: true, ..good.clone() }),
            "unknown",
        ),
        (
            "too old",
            word(
                &h.ocsp,
                &OcspTemplate {
                    this_update: NOW - DAY * 9,
                    next_update: Some(NOW - DAY * 8),
                    ..good.clone()
                },
            ),
            "stale",
        ),
        (
            "without a next update, a week old",
            word(
                &h.ocsp,
                &OcspTemplate { this_update: NOW - DAY * 7, next_update: None, ..good.clone() },
            ),
            "stale",
        ),
        (
            "from the future",
            word(&h.ocsp, &OcspTemplate { this_update: NOW + DAY / 2, ..good.clone() }),
            "stale",
        ),
        (
            "the responder's certificate left out",
            word(&h.ocsp, &OcspTemplate { include_certificate: false, ..good.clone() }),
            "unknown",
        ),
        ("another usage", word(&issue(without_usage), &good), "unknown"),
        ("any usage", word(&issue(any_usage), &good), "unknown"),
        (
            "a responder that had expired",
            word(&issue(responder().valid(NOW - DAY * 9, NOW - DAY * 2)), &good),
            "unknown",
        ),
        (
            "a responder of a CA of the same name",
            word(&twin.issue(&responder()).unwrap(), &good),
            "unknown",
        ),
        ("a CA of the same name", word(&twin, &good), "unknown"),
        ("the official itself", word(&h.official, &good), "unknown"),
        ("a responder to be checked, unchecked", word(&checked, &good), "unknown"),
        ("a responder without a way to check it", word(&issue(silent), &good), "good"),
    ];
    for (name, found, expected) in cases {
        assert_eq!(found, expected, "{name}");
    }
    // The responder's own certificate: good on a list, or revoked whatever it says of itself.
    let answer = [h.ocsp(&checked, &good)];
    assert_eq!(h.word(&[h.crl(&h.list())], &answer, &[]), "good");
    let only_responder = h.list().revoke(h.ocsp.certificate(), NOW - DAY, 1);
    let report = h.report(&[h.crl(&only_responder)], &[h.ocsp(&h.ocsp, &good)], &[]);
    assert!(report.findings.iter().any(|f| f.detail.contains("own certificate is revoked")));
    // Its certificate given beside the response.
    let bare = h.ocsp(&h.ocsp, &OcspTemplate { include_certificate: false, ..good });
    assert_eq!(h.word(&[], &[bare], std::slice::from_ref(h.ocsp.certificate())), "good");
    println!("OCSP: {} cases agree", cases.len() + 3);
}

#[test]
fn a_revocation_stands_whoever_reports_it() {
    let h = house();
    let good = h.ocsp(&h.ocsp, &h.answer(OcspAnswer::Good));
    let revoked = h.ocsp(&h.ocsp, &h.answer(OcspAnswer::Revoked(NOW - DAY, 1)));
    let list = h.crl(&h.list());
    assert_eq!(
        h.word(&[h.crl(&h.revoking(NOW - DAY, 1))], std::slice::from_ref(&good), &[]),
        "revoked"
    );
    assert_eq!(h.word(&[list], std::slice::from_ref(&revoked), &[]), "revoked");
    assert_eq!(h.word(&[], &[good.clone(), revoked], &[]), "revoked");
    // Only a hold gives way, and only to what is newer.
    let held = h.crl(&CrlTemplate { this_update: NOW - DAY * 2, ..h.revoking(NOW - DAY * 3, 6) });
    assert_eq!(h.word(&[held], std::slice::from_ref(&good), &[]), "good");
    let newer = h.crl(&CrlTemplate { this_update: NOW - DAY / 2, ..h.revoking(NOW - DAY, 6) });
    assert_eq!(h.word(&[newer], &[good], &[]), "revoked");
}

fn extra(oid: &str, critical: bool, value: &[u8]) -> Vec<ExtensionValue> {
    vec![ExtensionValue { oid: Oid::parse(oid).unwrap(), critical, value: value.to_vec() }]
}

/// A GeneralizedTime, DER.
fn generalized(text: &str) -> Vec<u8> {
    [&[0x18, 15], text.as_bytes()].concat()
}

#[test]
fn extensions_of_a_response_change_what_it_says() {
    let h = house();
    let word = |template: OcspTemplate| h.word(&[], &[h.ocsp(&h.ocsp, &template)], &[]);
    let good = h.answer(OcspAnswer::Good);
    assert_eq!(word(good.clone()), "good");
    // RFC 6960 §4.4: critical and unknown, in the response or about the certificate.
    for (critical, expected) in [(true, "unknown"), (false, "good")] {
        let odd = extra("1.2.3.4", critical, &[5, 0]);
        assert_eq!(word(OcspTemplate { extra: odd.clone(), ..good.clone() }), expected);
        assert_eq!(word(OcspTemplate { single_extra: odd, ..good.clone() }), expected);
    }
    // §4.4.5: revoked from tomorrow, but the key was bad yesterday.
    let tomorrow = h.answer(OcspAnswer::Revoked(NOW + DAY, 1));
    assert_eq!(word(tomorrow.clone()), "good");
    let bad_since = extra("2.5.29.24", false, &generalized("20261123030000Z"));
    assert_eq!(word(OcspTemplate { single_extra: bad_since, ..tomorrow }), "revoked");
}

#[test]
fn what_is_made_after_a_certificates_end_says_nothing() {
    let mut h = house();
    let ended = Template { not_after: NOW - Duration::HOUR, ..template("Official") };
    h.official = h.root.issue(&ended.document_signer()).unwrap();
    let young = NOW - Duration::MINUTE;
    let word = |crls: &[Vec<u8>], ocsp: &[Vec<u8>]| {
        let report = h.report(crls, ocsp, &[]);
        assert!(!report.is_valid(), "it has expired");
        word(&report.statuses[0].status)
    };
    // RFC 5280 §3.3: a list need not name it any more, unless it keeps what has expired.
    let after = CrlTemplate { this_update: young, ..h.list() };
    assert_eq!(word(&[h.crl(&h.list())], &[]), "good");
    assert_eq!(word(&[h.crl(&after)], &[]), "unknown");
    let (kept, late) = ("20260101000000Z", "20261124023000Z");
    for (from, expected) in [(kept, "good"), (late, "unknown")] {
        let keeps = extra("2.5.29.60", false, &generalized(from));
        assert_eq!(word(&[h.crl(&CrlTemplate { extra: keeps, ..after.clone() })], &[]), expected);
    }
    // RFC 6960 §4.4.4: likewise a responder, unless its cut-off lies before the end.
    let answer = h.answer(OcspAnswer::Good);
    let after = OcspTemplate { this_update: young, ..answer.clone() };
    assert_eq!(word(&[], &[h.ocsp(&h.ocsp, &answer)]), "good");
    assert_eq!(word(&[], &[h.ocsp(&h.ocsp, &after)]), "unknown");
    for (from, expected) in [(kept, "good"), (late, "unknown")] {
        let cutoff = extra("1.3.6.1.5.5.7.48.1.6", false, &generalized(from));
        let template = OcspTemplate { single_extra: cutoff, ..after.clone() };
        assert_eq!(word(&[], &[h.ocsp(&h.ocsp, &template)]), expected);
    }
    // A revocation it names does not become untrue.
    let revoked = CrlTemplate { this_update: young, ..h.revoking(NOW - DAY, 1) };
    assert_eq!(word(&[h.crl(&revoked)], &[]), "revoked");
}

#[test]
fn nonces_come_back() {
    let h = house();
    let template = OcspTemplate { nonce: Some(vec![7; 32]), ..h.answer(OcspAnswer::Good) };
    let response = OcspResponse::from_der(&h.ocsp(&h.ocsp, &template)).unwrap();
    assert_eq!(response.nonce(), Some(&[7; 32][..]));
    let without = OcspResponse::from_der(&h.ocsp(&h.ocsp, &h.answer(OcspAnswer::Good))).unwrap();
    assert_eq!(without.nonce(), None);
}

/// Every single-bit change of `bytes`, in turn.
fn each_flip(bytes: &[u8], mut visit: impl FnMut(&[u8])) -> usize {
    let mut copy = bytes.to_vec();
    for bit in 0..bytes.len() * 8 {
        copy[bit / 8] ^= 1 << (bit % 8);
        visit(&copy);
        copy[bit / 8] ^= 1 << (bit % 8);
    }
    bytes.len() * 8
}

#[test]
fn no_single_bit_may_change_and_still_be_good() {
    let h = house();
    let list = h.crl(&h.list());
    let answer = h.ocsp(&h.ocsp, &h.answer(OcspAnswer::Good));
    let mut flips = each_flip(&list, |changed| {
        assert_ne!(h.word(&[changed.to_vec()], &[], &[]), "good");
    });
    flips += each_flip(&answer, |changed| {
        assert_ne!(h.word(&[], &[changed.to_vec()], &[]), "good");
    });
    // A path of three: each certificate below the anchor in turn.
    let issuing = h.root.issue(&template("Issuing").certificate_authority(Some(0))).unwrap();
    let end = issuing
        .issue_with(&template("Agency").document_signer(), PrivateKey::p384().unwrap())
        .unwrap();
    let anchor = [Anchor::new(h.root.certificate().clone(), &[Purpose::Public])];
    let profile = Profile::document_signing(Purpose::Public).without_revocation();
    let valid = |target: &Certificate, between: &Certificate| {
        let material = RevocationMaterial::default();
        let between = std::slice::from_ref(between);
        path::validate(target, between, &anchor, NOW, &profile, &material).is_valid()
    };
    assert!(valid(end.certificate(), issuing.certificate()));
    flips += each_flip(end.certificate().as_der(), |changed| {
        if let Ok(target) = Certificate::from_der(changed) {
            assert!(!valid(&target, issuing.certificate()));
        }
    });
    flips += each_flip(issuing.certificate().as_der(), |changed| {
        if let Ok(between) = Certificate::from_der(changed) {
            assert!(!valid(end.certificate(), &between));
        }
    });
    println!("mutation: {flips} single-bit changes, none good");
}
