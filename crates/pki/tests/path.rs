//! Paths with an authority of our own: anchors, names, purposes, and inputs made to cost.
#![cfg(feature = "authority")]
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic)]

#[path = "house/templates.rs"]
mod templates;

use motcua_pki::authority::{Identity, PrivateKey, SubjectName, Template};
use motcua_pki::path::{self, Anchor, Budget, PathReport, Profile, Purpose, RevocationMaterial};
use motcua_pki::{AlgorithmPolicy, Certificate, KeyUsage, Oid};
use templates::{DAY, NOW, ca, template};
use time::OffsetDateTime;

fn run(target: &Certificate, between: &[Certificate], anchors: &[Anchor]) -> PathReport {
    let profile = Profile::document_signing(Purpose::Public).without_revocation();
    run_with(target, between, anchors, NOW, &profile)
}

fn run_with(
    target: &Certificate,
    between: &[Certificate],
    anchors: &[Anchor],
    at: OffsetDateTime,
    profile: &Profile,
) -> PathReport {
    path::validate(target, between, anchors, at, profile, &RevocationMaterial::default())
}

fn anchor(identity: &Identity) -> Anchor {
    Anchor::new(identity.certificate().clone(), &[Purpose::Public])
}

fn codes(report: &PathReport) -> Vec<&'static str> {
    report.against().map(motcua_pki::Finding::code).collect()
}

#[test]
fn anchors_have_purposes_and_dates() {
    let root = Identity::root(&ca("Root")).unwrap();
    let end = root.issue(&template("Official").document_signer()).unwrap();
    let target = end.certificate();
    assert!(run(target, &[], &[anchor(&root)]).is_valid());
    let duty = Anchor::new(root.certificate().clone(), &[Purpose::OfficialDuty]);
    assert_eq!(codes(&run(target, &[], &[duty])), ["pki.path_anchor_purpose"]);
    let until = Anchor { trusted_until: Some(NOW - DAY), ..anchor(&root) };
    assert_eq!(codes(&run(target, &[], std::slice::from_ref(&until))), ["pki.path_anchor_date"]);
    let from = Anchor { trusted_from: Some(NOW + DAY), ..anchor(&root) };
    assert_eq!(codes(&run(target, &[], &[from])), ["pki.path_anchor_date"]);
    // Among several, the one that serves is found whatever the order.
    for anchors in [[until.clone(), anchor(&root)], [anchor(&root), until]] {
        assert!(run(target, &[], &anchors).is_valid());
    }
    // An anchor whose certificate expired, and one that its owner trusts by dates of their own.
    let old = Identity::root(&ca("Old").valid(NOW - DAY * 99, NOW - DAY)).unwrap();
    let end = old.issue(&template("Official").document_signer()).unwrap();
    assert_eq!(codes(&run(end.certificate(), &[], &[anchor(&old)])), ["pki.path_expired"]);
    let dated = Anchor { trusted_until: Some(NOW + DAY), ..anchor(&old) };
    assert!(run(end.certificate(), &[], &[dated]).is_valid());
    // An anchor's own critical extension that is not understood.
    let strange = Oid::parse("1.2.3.4").unwrap();
    let root = Identity::root(&ca("Root").with_extension(&strange, true, &[5, 0])).unwrap();
    let end = root.issue(&template("Official").document_signer()).unwrap();
    assert_eq!(
        codes(&run(end.certificate(), &[], &[anchor(&root)])),
        ["pki.path_unknown_critical"]
    );
}

#[test]
fn defects_are_found_by_name() {
    let root = Identity::root(&ca("Root")).unwrap();
    let strange = Oid::parse("1.2.3.4").unwrap();
    let seen = |template: Template| {
        let end = root.issue(&template).unwrap();
        codes(&run(end.certificate(), &[], &[anchor(&root)]))
    };
    let official = || template("Official").document_signer();
    assert_eq!(seen(official()), [""; 0]);
    assert_eq!(seen(official().valid(NOW - DAY * 9, NOW - DAY)), ["pki.path_expired"]);
    assert_eq!(seen(official().valid(NOW + DAY, NOW + DAY * 9)), ["pki.path_not_yet_valid"]);
    let usage = Some(KeyUsage::KEY_ENCIPHERMENT);
    assert_eq!(seen(official().with_key_usage(usage)), ["pki.path_key_usage"]);
    assert_eq!(seen(official().with_key_usage(None)), ["pki.path_key_usage"]);
    assert_eq!(
        seen(official().with_extension(&strange, true, &[5, 0])),
        ["pki.path_unknown_critical"]
    );
    assert_eq!(seen(official().with_extension(&strange, false, &[5, 0])), [""; 0]);
    let misnamed = Template {
        issuer_name: Some(SubjectName::new().country("VN").common_name("Other")),
        ..official()
    };
    assert_eq!(seen(misnamed), ["pki.path_no_anchor"]);
    let broken = Template { break_signature: true, ..official() };
    assert_eq!(seen(broken), ["pki.path_no_anchor", "pki.path_signature_wrong"]);
    // Everything at once is reported at once.
    let mut all = official().valid(NOW - DAY * 9, NOW - DAY).with_key_usage(None);
    all = all.with_extension(&strange, true, &[5, 0]);
    let mut found = seen(all);
    found.sort_unstable();
    assert_eq!(found, ["pki.path_expired", "pki.path_key_usage", "pki.path_unknown_critical"]);
}

/// A GeneralName, and a name constraints extension that permits or excludes it.
fn name(form: u8, text: &[u8]) -> Vec<u8> {
    let tag = if form == 4 || form == 0 { 0xa0 | form } else { 0x80 | form };
    tlv(tag, text)
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    assert!(length < 0x80);
    [&[tag, length], content].concat()
}

#[test]
fn name_constraints_of_every_form() {
    let constraint = Oid::parse("2.5.29.30").unwrap();
    let alternative = Oid::parse("2.5.29.17").unwrap();
    let root = Identity::root(&ca("Root")).unwrap();
    let permitted = |base: &[u8]| tlv(0x30, &tlv(0xa0, &tlv(0x30, base)));
    let excluded = |base: &[u8]| tlv(0x30, &tlv(0xa1, &tlv(0x30, base)));
    let valid = |constraints: &[u8], name: &[u8]| {
        let between =
            root.issue(&ca("Between").with_extension(&constraint, true, constraints)).unwrap();
        let end = template("Official").document_signer();
        let end = end.with_extension(&alternative, false, &tlv(0x30, name));
        let end = between.issue(&end).unwrap();
        run(end.certificate(), std::slice::from_ref(between.certificate()), &[anchor(&root)])
            .is_valid()
    };
    let mut cases = 0;
    // form, base, inside, outside
    for (form, base, inside, outside) in [
        (2, "gov.vn", "hn.gov.vn", "hn.gov.vn.example"),
        (2, "gov.vn", "GOV.VN", "xgov.vn"),
        (2, "gov.vn", "*.gov.vn", "*.com.vn"),
        (1, "gov.vn", "a@gov.vn", "a@hn.gov.vn"),
        (1, ".gov.vn", "a@hn.gov.vn", "a@gov.vn"),
        (1, "a@gov.vn", "a@GOV.vn", "A@gov.vn"),
        (6, "gov.vn", "https://gov.vn/x", "https://hn.gov.vn/x"),
        (6, ".gov.vn", "https://u@hn.gov.vn:8443/x", "https://gov.vn/x"),
    ] {
        let (base, inside, outside) = (
            name(form, base.as_bytes()),
            name(form, inside.as_bytes()),
            name(form, outside.as_bytes()),
        );
        assert!(valid(&permitted(&base), &inside), "{base:x?} {inside:x?}");
        assert!(!valid(&permitted(&base), &outside), "{base:x?} {outside:x?}");
        assert!(!valid(&excluded(&base), &inside), "{base:x?} {inside:x?}");
        assert!(valid(&excluded(&base), &outside), "{base:x?} {outside:x?}");
        cases += 4;
    }
    let address = |bytes: &[u8]| name(7, bytes);
    let range = address(&[10, 0, 0, 0, 255, 0, 0, 0]);
    assert!(valid(&permitted(&range), &address(&[10, 1, 2, 3])));
    assert!(!valid(&permitted(&range), &address(&[11, 1, 2, 3])));
    assert!(!valid(&permitted(&range), &address(&[10, 1, 2])));
    assert!(!valid(&permitted(&range), &address(&[0; 16])));
    assert!(!valid(&excluded(&range), &address(&[10, 1, 2, 3])));
    // A constraint that cannot be compared with fails closed, and only where such a name is there.
    let email = name(1, b"a@gov.vn");
    for bad in [name(2, b"*.gov.vn"), name(2, b"gov..vn"), name(6, b"https://gov.vn")] {
        let (own, like) =
            (bad[0] & 0x1f, if bad[0] & 0x1f == 2 { &b"hn.gov.vn"[..] } else { b"https://gov.vn" });
        assert!(!valid(&permitted(&bad), &name(own, like)), "{bad:x?}");
        assert!(!valid(&excluded(&bad), &name(own, like)), "{bad:x?}");
        assert!(valid(&excluded(&bad), &email), "{bad:x?}");
    }
    // Forms that are not supported: other names and registered identifiers.
    for unsupported in [name(8, &[0x2a, 3]), name(0, &[6, 2, 0x2a, 3, 0xa0, 2, 5, 0])] {
        assert!(!valid(&permitted(&unsupported), &unsupported));
        assert!(!valid(&excluded(&unsupported), &unsupported));
        assert!(valid(&excluded(&unsupported), &email));
    }
    // A wildcard may stand for an excluded name below it.
    assert!(!valid(&excluded(&name(2, b"hn.gov.vn")), &name(2, b"*.gov.vn")));
    // A directory name in a string type that nobody reads any more may be the excluded one.
    let directory = |kind: u8, text: &[u8]| {
        let pair = tlv(0x30, &[&[6, 3, 0x55, 4, 10][..], &tlv(kind, text)].concat());
        tlv(0xa4, &tlv(0x30, &tlv(0x31, &pair)))
    };
    assert!(!valid(&excluded(&directory(12, b"A")), &directory(19, b"a")));
    assert!(valid(&excluded(&directory(12, b"A")), &directory(19, b"b")));
    assert!(!valid(&excluded(&directory(12, b"A")), &directory(27, b"A")));
    // The dot that ends an absolute name changes nothing.
    for (form, absolute) in [(2, "hn.gov.vn."), (1, "a@hn.gov.vn."), (6, "https://hn.gov.vn./x")] {
        let base = name(form, if form == 2 { b"gov.vn" } else { b".gov.vn" });
        assert!(valid(&permitted(&base), &name(form, absolute.as_bytes())), "{absolute}");
        assert!(!valid(&excluded(&base), &name(form, absolute.as_bytes())), "{absolute}");
    }
    // A mailbox in UTF-8 is a mailbox (RFC 9598); it is not compared, so it fails closed.
    let smtp_utf8 = [&[6, 8, 0x2b, 6, 1, 5, 5, 7, 8, 9][..], &tlv(0xa0, &tlv(12, b"a@gov.vn"))];
    let smtp_utf8 = tlv(0xa0, &smtp_utf8.concat());
    for base in [name(1, b"gov.vn"), name(1, b"com.vn")] {
        assert!(!valid(&permitted(&base), &smtp_utf8));
        assert!(!valid(&excluded(&base), &smtp_utf8));
    }
    assert!(valid(&excluded(&name(2, b"gov.vn")), &smtp_utf8));
    // A mailbox that is none, a URI without a host or with an address, hosts that may be any other.
    for bad in [
        name(1, b"a@b@gov.vn"),
        name(1, b"a@[10.0.0.1]"),
        name(1, b"a@hn%2egov.vn"),
        name(2, b"hn..com.vn"),
        name(2, b".com.vn"),
        name(2, b"h n.com.vn"),
        name(6, b"urn:x"),
        name(6, b"https://10.0.0.1/"),
        name(6, b"https://hn%2Egov.vn/"),
        name(6, b"https://hn.gov.vn\\@com.vn/"),
    ] {
        let base = name(bad[0] & 0x1f, b"gov.vn");
        assert!(!valid(&permitted(&base), &bad), "{bad:x?}");
        assert!(!valid(&excluded(&base), &bad), "{bad:x?}");
    }
    println!("name constraints: {} cases agree", cases + 5 + 9 + 6 + 1 + 3 + 6 + 5 + 20);
}

#[test]
fn several_paths_are_tried() {
    let (a, b) = (Identity::root(&ca("A")).unwrap(), Identity::root(&ca("B")).unwrap());
    let key = PrivateKey::p256().unwrap();
    // One CA certified twice: under A it has expired, under B it stands.
    let expired = ca("Issuing").valid(NOW - DAY * 9, NOW - DAY);
    let under_a = a.issue_with(&expired, key.clone()).unwrap();
    let under_b = b.issue_with(&ca("Issuing"), key).unwrap();
    let end = under_b.issue(&template("Official").document_signer()).unwrap();
    let between = [under_a.certificate().clone(), under_b.certificate().clone()];
    let anchors = [anchor(&a), anchor(&b)];
    let report = run(end.certificate(), &between, &anchors);
    assert!(report.is_valid(), "{:?}", report.findings);
    assert_eq!(report.anchor(), Some(b.certificate()));
    // Only the expired one reaches an anchor: that is what is said.
    let report = run(end.certificate(), &between, &anchors[..1]);
    assert_eq!(codes(&report), ["pki.path_expired"]);
    // A and B certify each other: a circle ends.
    let a_by_b = b.issue_with(&ca("A"), a.private_key().clone()).unwrap();
    let b_by_a = a.issue_with(&ca("B"), b.private_key().clone()).unwrap();
    let end = a.issue(&template("Official").document_signer()).unwrap();
    let circle = [a_by_b.certificate().clone(), b_by_a.certificate().clone()];
    let report = run(end.certificate(), &circle, &[anchor(&b)]);
    assert!(report.is_valid() && report.chain.len() == 3, "{:?}", report.findings);
    let other = Identity::root(&ca("Other")).unwrap();
    let report = run(end.certificate(), &circle, &[anchor(&other)]);
    assert!(codes(&report).contains(&"pki.path_no_anchor") && report.work.signatures < 10);
}

#[test]
fn budgets_stop_what_is_made_to_cost() {
    let stranger = Identity::root(&ca("Stranger")).unwrap();
    let exhausted = |report: &PathReport| {
        assert!(!report.is_valid());
        assert!(codes(report).contains(&"pki.path_budget_exhausted"), "{:?}", report.findings);
        assert!(report.work.signatures <= Budget::STANDARD.signatures + 1);
        assert!(report.work.candidates <= Budget::STANDARD.candidates + 1);
    };
    // Every layer has two keys of one name, each certified by both above: two to the twelfth paths.
    let mut layer = [Identity::root(&ca("L0")).unwrap(), Identity::root(&ca("L0")).unwrap()];
    let mut between = Vec::new();
    for depth in 1..12 {
        let name = format!("L{depth}");
        let keys = [PrivateKey::p256().unwrap(), PrivateKey::p256().unwrap()];
        let next = keys.map(|key| {
            let by_both: Vec<Identity> = layer
                .iter()
                .map(|above| above.issue_with(&ca(&name), key.clone()).unwrap())
                .collect();
            between.extend(by_both.iter().map(|i| i.certificate().clone()));
            by_both.into_iter().next().unwrap()
        });
        layer = next;
    }
    let end = layer[0].issue(&template("Official").document_signer()).unwrap();
    exhausted(&run(end.certificate(), &between, &[anchor(&stranger)]));

    // A heap of CAs that all have the issuer's name, none of which signed.
    let root = Identity::root(&ca("Root")).unwrap();
    let end = root.issue(&template("Official").document_signer()).unwrap();
    let heap: Vec<Certificate> =
        (0..300).map(|_| Identity::root(&ca("Root")).unwrap().certificate().clone()).collect();
    exhausted(&run(end.certificate(), &heap, &[anchor(&stranger)]));
    // The right one is found among them where the key identifier leads to it.
    let mut found = heap.clone();
    let real = stranger.issue_with(&ca("Root"), root.private_key().clone()).unwrap();
    found.push(real.certificate().clone());
    assert!(run(end.certificate(), &found, &[anchor(&stranger)]).is_valid());

    // A chain longer than is read.
    let mut above = Identity::root(&ca("C0")).unwrap();
    let top = anchor(&above);
    let mut chain = Vec::new();
    for depth in 1..=Budget::STANDARD.length {
        above = above.issue(&ca(&format!("C{depth}"))).unwrap();
        chain.push(above.certificate().clone());
    }
    let end = above.issue(&template("Official").document_signer()).unwrap();
    let report = run(end.certificate(), &chain, std::slice::from_ref(&top));
    assert!(codes(&report).contains(&"pki.path_budget_exhausted"), "{:?}", report.findings);
    let report = run(end.certificate(), &chain[1..], &[top]);
    assert!(!report.is_valid());

    // Names times constraints: the budget is spent before the names are all compared, and what was
    // not compared does not pass.
    let constraint = Oid::parse("2.5.29.30").unwrap();
    let alternative = Oid::parse("2.5.29.17").unwrap();
    let long = |tag: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], content].concat()
    };
    let bases: Vec<u8> =
        (0..2_000).flat_map(|i| tlv(0x30, &name(2, format!("x{i}.example").as_bytes()))).collect();
    let names: Vec<u8> =
        (0..2_000).flat_map(|i| name(2, format!("y{i}.example").as_bytes())).collect();
    let constraints = long(0x30, &long(0xa1, &bases));
    let between =
        stranger.issue(&ca("Between").with_extension(&constraint, true, &constraints)).unwrap();
    let end = template("Official").document_signer();
    let end = between.issue(&end.with_extension(&alternative, false, &long(0x30, &names))).unwrap();
    let between = std::slice::from_ref(between.certificate());
    exhausted(&run(end.certificate(), between, &[anchor(&stranger)]));
    println!("budgets: layers, a heap of names, a long chain, names times constraints all stopped");
}

#[test]
fn old_algorithms_count_for_old_times_only() {
    // RSA of 1024 bits cannot be made here; a policy of one's own shows the dates at work.
    let policy = |from: &str| {
        AlgorithmPolicy::from_json(&format!(
            r#"{{"format":1,"name":"test","title":"test","new_signatures":[],
                "refuse":[{{"what":{{"digest":"sha256"}},"from":"{from}","source":"this test"}}]}}"#
        ))
        .unwrap()
    };
    let root = Identity::root(&ca("Root")).unwrap();
    let end = root.issue(&template("Official").document_signer()).unwrap();
    let at = |when: OffsetDateTime, policy: AlgorithmPolicy| {
        let mut profile = Profile::document_signing(Purpose::Public).without_revocation();
        profile.algorithms = policy;
        codes(&run_with(end.certificate(), &[], &[anchor(&root)], when, &profile))
    };
    assert_eq!(at(NOW, policy("2026-11-24T03:00:00Z")), ["pki.algorithm_refused"]);
    assert_eq!(at(NOW - DAY, policy("2026-11-24T03:00:00Z")), [""; 0]);
    assert_eq!(at(NOW, AlgorithmPolicy::viet_nam()), [""; 0]);
}
