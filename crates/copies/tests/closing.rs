//! The security store at the end of a copy of level B-LT, which no signature covers: whoever changes it is told, and a document
//! timestamp settles it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::indexing_slicing)]

mod made;
#[path = "witness/peers.rs"]
mod peers;
#[path = "attacks/target.rs"]
mod target;

use made::levels::{crls, store, strict, with_document_timestamp, with_timestamps};
use motcua_copies::issue::levels::{Validation, with_store};
use motcua_copies::{Policy, Report, Verdict, verify};
use motcua_pdf::{Document, Limits};
use motcua_pki::authority::Demo;
use motcua_pki::path::Anchor;
use target::{Target, show, with};
use time::Duration;

/// A copy at B-LT with this in its store.
fn stored(demo: &Demo, validation: &Validation) -> Vec<u8> {
    with_store(&with_timestamps(demo, made::NOW, &peers::small()), validation).unwrap()
}

fn usual(demo: &Demo) -> Validation {
    store(demo, &crls(demo, made::NOW))
}

#[track_caller]
fn says(report: &Report, code: &str, verdict: Verdict) {
    assert_eq!(report.verdict, verdict, "{}", report.to_text());
    assert!(report.reasons.iter().any(|r| r.code == code), "{}", report.to_text());
}

#[test]
fn what_was_put_there_is_valid() {
    let demo = made::demo();
    let policy = strict(&demo, made::NOW);
    for per_signature in [true, false] {
        let copy = stored(&demo, &Validation { per_signature, ..usual(&demo) });
        let report = verify(&copy, &policy);
        assert_eq!(report.verdict, Verdict::Valid, "{}", report.to_text());
        // A second store on top of the first, and one closed by a timestamp with another on top.
        let again = with_store(&copy, &usual(&demo)).unwrap();
        let report = verify(&again, &policy);
        assert_eq!(report.verdict, Verdict::Valid, "{}", report.to_text());
        let closed = with_document_timestamp(&demo, &copy, made::NOW + Duration::minutes(2));
        assert_eq!(verify(&closed, &policy).verdict, Verdict::Valid);
        let again = with_store(&closed, &usual(&demo)).unwrap();
        assert!(verify(&again, &policy).verdict <= Verdict::ValidWithNotes);
    }
}

#[test]
fn what_is_no_validation_data_does_not_pass_as_such() {
    let demo = made::demo();
    let policy = strict(&demo, made::NOW);
    let mut swapped = usual(&demo);
    std::mem::swap(&mut swapped.certificates, &mut swapped.crls);
    let mut cut = usual(&demo);
    cut.certificates[1].pop();
    let junk = Validation { ocsp_responses: vec![b"a secret message".to_vec()], ..usual(&demo) };
    for validation in [swapped, cut, junk] {
        says(
            &verify(&stored(&demo, &validation), &policy),
            "copies.store_altered",
            Verdict::NotValid,
        );
    }
}

#[test]
fn what_nobody_known_signed_is_told() {
    let demo = made::demo();
    let policy = strict(&demo, made::NOW);
    let mut changed = usual(&demo);
    let last = changed.certificates[1].len() - 1;
    changed.certificates[1][last] ^= 1;
    let mut list = usual(&demo);
    let last = list.crls[1].len() - 1;
    list.crls[1][last] ^= 1;
    let stranger = made::demo();
    let mut foreign = usual(&demo);
    foreign.certificates.push(stranger.official.certificate().as_der().to_vec());
    for validation in [changed, list, foreign] {
        let copy = stored(&demo, &validation);
        says(&verify(&copy, &policy), "copies.store_unsure", Verdict::CannotConfirm);
    }
    // Whoever trusts the issuing authority alone knows it without its own issuer.
    let without_root = Validation {
        certificates: usual(&demo).certificates.split_off(1),
        crls: usual(&demo).crls.split_off(1),
        per_signature: false,
        ..Validation::default()
    };
    let purposes = demo.anchor().purposes;
    let issuing = Anchor::new(demo.issuing.certificate().clone(), &purposes);
    let trusting = Policy { anchors: vec![issuing], ..policy.clone() };
    let report = verify(&stored(&demo, &without_root), &trusting);
    let told = report.reasons.iter().find(|r| r.code == "copies.store_unsure");
    // The timestamp authority stands under the root, which nobody here knows.
    assert_eq!(told.unwrap().params["count"], "1", "{}", report.to_text());
    // A root that signed itself is trusted by nobody, but it is as it was made.
    let mut root = usual(&demo);
    root.certificates.push(stranger.root.certificate().as_der().to_vec());
    assert_eq!(verify(&stored(&demo, &root), &policy).verdict, Verdict::Valid);
}

#[test]
fn a_store_that_is_written_otherwise() {
    let demo = made::demo();
    let policy = strict(&demo, made::NOW);
    let copy = stored(&demo, &usual(&demo));
    let from = Document::parse(&copy, &Limits::STANDARD).unwrap().revisions()[1].added.end;
    let at = from + copy[from..].windows(10).position(|w| w == b"/Type /DSS").unwrap();
    let put = |at: usize, byte: u8| {
        let mut file = copy.clone();
        file[at] = byte;
        file
    };
    // Another white space means the same, but whoever put it there touched what our writer had written; another type does not.
    for space in *b"\t\n\r\0" {
        let report = verify(&put(at - 1, space), &policy);
        says(&report, "copies.store_altered", Verdict::NotValid);
    }
    says(&verify(&put(at + 9, b'T'), &policy), "copies.store_altered", Verdict::NotValid);
    // An update that only says again what stands there, or speaks of a signature that the file does not have.
    let target = Target::new("stored", copy, policy.clone());
    let document = target.document();
    let id = target.catalog.get("DSS").unwrap().as_ref().unwrap();
    let dss = document.get(id).unwrap().as_dict().cloned().unwrap();
    let certificates = show(dss.get("Certs").unwrap());
    let first = certificates.trim_matches(['[', ']']).split(" R").next().unwrap().to_owned();
    let changed = |key: &str, value: String| {
        target.updated(&[(id.number, with(&dss, &[(key, &value)]).into_bytes())])
    };
    let nobody = format!("<< /{} << /Cert {certificates} >> >>", "AB".repeat(20));
    let twice = certificates.replacen('[', &format!("[{first} R "), 1);
    for file in [changed("VRI", nobody), changed("Certs", twice)] {
        says(&verify(&file, &target.policy), "copies.extra_revision", Verdict::NotValid);
    }
    let fewer = certificates.replacen(&format!("{first} R"), "", 1);
    let report = verify(&changed("Certs", fewer), &target.policy);
    says(&report, "copies.changed_after_signing", Verdict::NotValid);
    // A first store that lists an item twice.
    let target = Target::new("timed", with_timestamps(&demo, made::NOW, &peers::small()), policy);
    let certificate = &usual(&demo).certificates[0];
    let mut stream = format!("<< /Length {} >>\nstream\n", certificate.len()).into_bytes();
    stream.extend_from_slice(certificate);
    stream.extend_from_slice(b"\nendstream");
    let at = target.size;
    let catalog = with(&target.catalog, &[("DSS", &format!("{} 0 R", at + 1))]).into_bytes();
    for twice in [false, true] {
        let list = format!("{at} 0 R ").repeat(1 + usize::from(twice));
        let store = format!("<< /Type /DSS /Certs [{list}] >>").into_bytes();
        let objects =
            [(target.root.number, catalog.clone()), (at, stream.clone()), (at + 1, store)];
        let report = verify(&target.updated(&objects), &target.policy);
        let said = report.reasons.iter().any(|r| r.code == "copies.store_altered");
        assert_eq!(said, twice, "{}", report.to_text());
        // Another program's words are noted.
        assert!(report.reasons.iter().any(|r| r.code == "copies.store_form"));
    }
}
