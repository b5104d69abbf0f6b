//! One input for each finding that path validation and revocation give.
#![cfg(feature = "authority")]
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic)]

#[path = "house/templates.rs"]
mod templates;

use motcua_pki::authority::{CrlTemplate, Identity, OcspAnswer, OcspTemplate, Template};
use motcua_pki::path::{
    self, Anchor, Conformance, PathReport, Profile, Purpose, RevocationMaterial,
};
use motcua_pki::{Certificate, KeyUsage, Oid};
use templates::{DAY, NOW, ca, template};

fn official() -> Template {
    template("Official").document_signer()
}

fn oid(text: &str) -> Oid {
    Oid::parse(text).unwrap()
}

/// A root, a CA under it made by `between`, and what that CA made of `end`.
struct House {
    root: Identity,
    between: Identity,
    end: Identity,
}

fn house(between: Template, end: &Template) -> House {
    let root = Identity::root(&ca("Root")).unwrap();
    let between = root.issue(&between).unwrap();
    let end = between.issue(end).unwrap();
    House { root, between, end }
}

impl House {
    fn judge(&self, profile: &Profile, material: &RevocationMaterial) -> PathReport {
        let anchors = [Anchor::new(
            self.root.certificate().clone(),
            &[Purpose::Public, Purpose::Timestamping],
        )];
        let between = std::slice::from_ref(self.between.certificate());
        path::validate(self.end.certificate(), between, &anchors, NOW, profile, material)
    }

    fn lists(&self, root: &CrlTemplate, between: &CrlTemplate) -> RevocationMaterial {
        let crls = vec![self.root.crl(root).unwrap(), self.between.crl(between).unwrap()];
        RevocationMaterial { crls, ocsp_responses: Vec::new() }
    }
}

fn lenient() -> Profile {
    Profile::document_signing(Purpose::Public).without_revocation()
}

fn list() -> CrlTemplate {
    CrlTemplate::new(NOW - DAY, NOW + DAY)
}

/// The finding is there, and the path stands exactly where it is a note alone.
fn shows(report: &PathReport, code: &str) {
    let found: Vec<&str> = report.findings.iter().map(motcua_pki::Finding::code).collect();
    assert!(found.contains(&code), "{code}: {:?}", report.findings);
    let against = report.against().count();
    assert_eq!(report.is_valid(), against == 0);
}

#[test]
fn of_certificates_and_paths() {
    let none = RevocationMaterial::default();
    let plain = |between: Template, end: &Template| house(between, end).judge(&lenient(), &none);
    assert!(plain(ca("Between"), &official()).is_valid());
    shows(&plain(template("Between"), &official()), "pki.path_not_a_ca");
    let wrong_usage = ca("Between").with_key_usage(Some(KeyUsage::CRL_SIGN));
    shows(&plain(wrong_usage, &official()), "pki.path_ca_key_usage");
    let unreadable = official().with_extension(&oid("2.5.29.17"), false, &[0x30, 0]);
    shows(&plain(ca("Between"), &unreadable), "pki.path_extension_unreadable");
    let mut strict = lenient();
    strict.conformance = Conformance::Required;
    let odd = house(ca("Between"), &official().with_serial(&[0]));
    shows(&odd.judge(&lenient(), &none), "pki.path_deviates");
    shows(&odd.judge(&strict, &none), "pki.path_deviation_refused");
    // The longest path that a CA allows is one shorter.
    let h = house(template("Between").certificate_authority(Some(0)), &ca("Below"));
    let end = h.end.issue(&official()).unwrap();
    let between = [h.between.certificate().clone(), h.end.certificate().clone()];
    let anchors = [Anchor::new(h.root.certificate().clone(), &[Purpose::Public])];
    let report = path::validate(end.certificate(), &between, &anchors, NOW, &lenient(), &none);
    shows(&report, "pki.path_length");
    let root: &Certificate = h.root.certificate();
    let plain_profile = Profile::plain(Purpose::Public).without_revocation();
    let report = path::validate(root, &[], &anchors, NOW, &plain_profile, &none);
    shows(&report, "pki.path_target_is_anchor");
    let timestamping = Profile::timestamping().without_revocation();
    let report = house(ca("Between"), &official()).judge(&timestamping, &none);
    shows(&report, "pki.path_extended_key_usage");
}

/// RFC 5280 §4.2.1.11 and §4.2.1.14: critical, or a deviation of the CA; they count in either case.
#[test]
fn constraints_on_policies_must_be_critical() {
    let none = RevocationMaterial::default();
    let mut strict = lenient();
    strict.conformance = Conformance::Required;
    // requireExplicitPolicy and inhibitAnyPolicy, each after nine more certificates.
    for (kind, value) in [("2.5.29.36", &[0x30, 3, 0x80, 1, 9][..]), ("2.5.29.54", &[2, 1, 9])] {
        let judge = |critical: bool, profile: &Profile| {
            let between = ca("Between").with_extension(&oid(kind), critical, value);
            house(between, &official()).judge(profile, &none)
        };
        let deviates = |report: &PathReport, clause: &str| {
            report.findings.iter().any(|f| format!("{f:?}").contains(clause))
        };
        let clause = if kind == "2.5.29.36" { "§4.2.1.11" } else { "§4.2.1.14" };
        assert!(judge(true, &strict).is_valid(), "{kind}");
        assert!(!deviates(&judge(true, &lenient()), clause), "{kind}");
        let noted = judge(false, &lenient());
        assert!(noted.is_valid() && deviates(&noted, clause), "{:?}", noted.findings);
        shows(&noted, "pki.path_deviates");
        let refused = judge(false, &strict);
        assert!(!refused.is_valid() && deviates(&refused, clause), "{:?}", refused.findings);
    }
}

#[test]
fn of_names_and_policies() {
    let none = RevocationMaterial::default();
    let constraints = |base: &[u8]| {
        let length = u8::try_from(base.len()).unwrap();
        let subtrees = [&[0x30, length + 4, 0xa0, length + 2, 0x30, length], base].concat();
        ca("Between").with_extension(&oid("2.5.29.30"), true, &subtrees)
    };
    let named = |name: &[u8]| {
        let length = u8::try_from(name.len()).unwrap();
        official().with_extension(&oid("2.5.29.17"), false, &[&[0x30, length], name].concat())
    };
    let (inside, outside) = (b"\x82\x04a.vn", b"\x82\x04b.vn");
    let report = house(constraints(inside), &named(outside)).judge(&lenient(), &none);
    shows(&report, "pki.path_name_not_permitted");
    let registered = b"\x88\x02\x2a\x03";
    let report = house(constraints(registered), &named(registered)).judge(&lenient(), &none);
    shows(&report, "pki.path_name_constraint_unsupported");
    let mut explicit = lenient();
    explicit.require_explicit_policy = true;
    let report = house(ca("Between"), &official()).judge(&explicit, &none);
    shows(&report, "pki.path_policy");
    let mapping = [0x30, 12, 0x30, 10, 6, 4, 0x55, 0x1d, 32, 0, 6, 2, 0x2a, 3];
    let mapping = ca("Between").with_extension(&oid("2.5.29.33"), true, &mapping);
    shows(&house(mapping, &official()).judge(&lenient(), &none), "pki.path_policy_mapping_any");
}

#[test]
fn of_revocation() {
    let strict = Profile::document_signing(Purpose::Public);
    let h = house(ca("Between"), &official());
    let judge = |material: RevocationMaterial| h.judge(&strict, &material);
    assert!(judge(h.lists(&list(), &list())).is_valid());
    let revoked = |certificate: &Certificate| list().revoke(certificate, NOW - DAY, 1);
    shows(&judge(h.lists(&list(), &revoked(h.end.certificate()))), "pki.path_revoked");
    shows(&judge(h.lists(&revoked(h.between.certificate()), &list())), "pki.path_ca_revoked");
    shows(&judge(RevocationMaterial::default()), "pki.path_revocation_unknown");
    let old = CrlTemplate::new(NOW - DAY * 9, NOW - DAY * 8);
    shows(&judge(h.lists(&list(), &old)), "pki.path_revocation_stale");
    shows(&h.judge(&lenient(), &RevocationMaterial::default()), "pki.path_revocation_not_checked");
    let mut material = h.lists(&list(), &list());
    material.crls.push(vec![0x30, 0]);
    let report = judge(material.clone());
    shows(&report, "pki.crl_malformed");
    assert!(report.is_valid(), "what cannot be read does not spoil what can");
    let broken = CrlTemplate { break_signature: true, ..list() };
    shows(&judge(h.lists(&list(), &broken)), "pki.crl_rejected");
    let responder = h.between.issue(&template("OCSP").ocsp_responder()).unwrap();
    let answer = |answer: OcspAnswer| {
        let template = OcspTemplate::new(h.end.certificate(), answer, NOW - DAY, NOW + DAY);
        let mut material = h.lists(&list(), &list());
        let response = responder.ocsp_response(h.between.certificate(), &template).unwrap();
        material.ocsp_responses.push(response);
        material.crls.truncate(1);
        judge(material)
    };
    let good = answer(OcspAnswer::Good);
    shows(&good, "pki.ocsp_responder_unchecked");
    assert!(good.is_valid());
    shows(&answer(OcspAnswer::Unknown), "pki.ocsp_rejected");
}
