//! Copies that several officials sign: issued in the stated order, and refused in any other.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod made;
#[path = "witness/peers.rs"]
mod peers;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use made::levels::{strict, walk};
use made::notaries::{CAPACITY, NAMES, Office, at_levels, facts, person};
use motcua_copies::facts::{CoOfficial, CopyFacts, MOST_CO_OFFICIALS};
use motcua_copies::issue::{Fonts, IssueError, Next, Original, Pending, Role, Terms, issue_by};
use motcua_copies::{Report, Verdict, verify};
use motcua_pki::authority::Demo;
use motcua_pki::{Signer, SigningRules, cms};
use serde_json::Value;

fn plain(_: usize, signer: &dyn Signer, digest: &[u8]) -> Vec<u8> {
    let (chain, rules) = (signer.certificate_chain(), SigningRules::viet_nam(made::NOW));
    cms::prepare(chain, signer.algorithm(), digest, &rules).unwrap().sign(signer).unwrap()
}

/// What an office lays out, with its saved state changed before it is signed.
fn forged(
    demo: &Demo,
    office: &Office,
    change: impl FnOnce(&mut Value),
    signers: &[&dyn Signer],
) -> Report {
    let bytes = peers::small();
    let originals = [made::original(&bytes)];
    let facts = facts(demo, made::NOW, &originals, office.officials.len() - 1);
    let mut state = serde_json::to_value(office.pending(&originals, &facts, 0)).unwrap();
    change(&mut state);
    let copy = walk(serde_json::from_value(state).unwrap(), signers, plain);
    verify(&copy, &strict(demo, made::NOW))
}

/// Changes text in the file of a saved state, every time that it stands there.
fn restate(state: &mut Value, from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let mut file = STANDARD.decode(state["slot"]["file"].as_str().unwrap()).unwrap();
    let at = |w: (usize, &[u8])| (w.1 == from.as_bytes()).then_some(w.0);
    let places: Vec<_> = file.windows(from.len()).enumerate().filter_map(at).collect();
    assert!(!places.is_empty(), "{from}");
    for at in places {
        file[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    state["slot"]["file"] = STANDARD.encode(&file).into();
}

#[track_caller]
fn refused(report: &Report, codes: &[&str]) {
    assert_eq!(report.verdict, Verdict::NotValid, "{}", report.to_text());
    for code in codes {
        assert!(report.reasons.iter().any(|r| r.code == *code), "{code}: {}", report.to_text());
    }
}

#[test]
fn two_notaries_sign_and_the_copy_is_accepted() {
    let demo = made::demo();
    for (level, copy) in at_levels(&demo, made::NOW, &peers::small()) {
        let report = verify(&copy, &strict(&demo, made::NOW));
        let wanted = if level == "B-B" { Verdict::ValidWithNotes } else { Verdict::Valid };
        assert_eq!(report.verdict, wanted, "{level}: {}", report.to_text());
        let fields: Vec<_> = report.signatures.iter().map(|s| s.field.as_str()).collect();
        assert_eq!(fields[..3], ["official", "official-2", "agency"], "{level}");
        let stated = &report.facts.unwrap().co_officials;
        assert_eq!((stated[0].name.as_str(), stated[0].capacity.as_str()), (NAMES[0], CAPACITY));
    }
}

#[test]
fn the_state_walks_through_all_of_them() {
    let demo = made::demo();
    let (bytes, office) = (peers::small(), Office::new(&demo, 2));
    let originals = [made::original(&bytes)];
    let facts = facts(&demo, made::NOW, &originals, 2);
    let mut pending = office.pending(&originals, &facts, 0);
    let mut roles = Vec::new();
    let copy = office.all().iter().enumerate().find_map(|(i, signer)| {
        roles.push((pending.role(), pending.official_number()));
        let saved = serde_json::to_string(&pending).unwrap();
        let resumed: Pending = serde_json::from_str(&saved).unwrap();
        assert_eq!(resumed, pending);
        let digest = resumed.digest(signer.algorithm().content_digest()).unwrap();
        match resumed.complete(&plain(i, *signer, &digest)).unwrap() {
            Next::CoOfficial(next) | Next::Agency(next) => {
                pending = next;
                None
            }
            Next::Done(copy) => Some(copy),
        }
    });
    let beside = |n| (Role::CoOfficial, Some(n));
    assert_eq!(roles, [(Role::Official, Some(1)), beside(2), beside(3), (Role::Agency, None)]);
    let report = verify(&copy.unwrap(), &strict(&demo, made::NOW));
    assert_eq!(report.verdict, Verdict::ValidWithNotes, "{}", report.to_text());
}

#[test]
fn one_that_is_missing_or_out_of_order_is_seen() {
    let demo = made::demo();
    let office = Office::new(&demo, 2);
    let all = office.all();
    let [a, b, c, seal] = all[..] else { panic!("three and the agency") };
    let drop = |state: &mut Value| {
        state["co_officials"].as_array_mut().unwrap().pop();
    };
    refused(&forged(&demo, &office, drop, &[a, b, seal]), &["copies.officials_expected"]);
    let swap = |state: &mut Value| state["co_officials"].as_array_mut().unwrap().swap(0, 1);
    refused(&forged(&demo, &office, swap, &[a, c, b, seal]), &["copies.officials_expected"]);
}

#[test]
fn one_person_is_not_two_officials() {
    let demo = made::demo();
    let office = Office::new(&demo, 1);
    let same = |state: &mut Value| state["co_officials"][0]["signer"] = state["signer"].clone();
    let first = &office.officials[0];
    let report = forged(&demo, &office, same, &[first, first, &office.agency]);
    refused(&report, &["copies.same_signer", "copies.signer_name_differs"]);
}

#[test]
fn another_certificate_than_the_stated_persons_is_seen() {
    let demo = made::demo();
    let office = Office::new(&demo, 1);
    let other = person(&demo, "Người Khác").signer().unwrap();
    let hash = ring::digest::digest(
        &ring::digest::SHA256,
        other.certificate_chain().first().unwrap().as_der(),
    );
    let hash: String = hash.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    let change = |state: &mut Value| state["co_officials"][0]["signer"] = hash.into();
    let report = forged(&demo, &office, change, &[&office.officials[0], &other, &office.agency]);
    refused(&report, &["copies.signer_name_differs"]);
}

#[test]
fn metadata_that_name_others_are_seen() {
    let demo = made::demo();
    let office = Office::new(&demo, 1);
    let all = office.all();
    let rename = |state: &mut Value| restate(state, "Trần Thị Ví Dụ", "Trần Thị Vá Dụ");
    let report = forged(&demo, &office, rename, &all);
    refused(&report, &["copies.signer_name_differs", "copies.statement_differs"]);
    // Metadata that say nothing of the second: that one is an official too many.
    let silence = |state: &mut Value| restate(state, "motcua:CoOfficials", "motcua:CoOfficialz");
    let report = forged(&demo, &office, silence, &all);
    refused(&report, &["copies.signatures_expected", "copies.changed_after_signing"]);
    let unfit = |state: &mut Value| {
        let named = |word| format!(r#""capacity":"CÔNG CHỨNG {word}""#);
        restate(state, &named("VIÊN"), &named("VIENX"));
    };
    refused(&forged(&demo, &office, unfit, &all), &["copies.official_not_competent"]);
}

#[test]
fn who_may_not_sign_together_is_refused() {
    let demo = made::demo();
    let (bytes, office) = (peers::small(), Office::new(&demo, 1));
    let originals = [made::original(&bytes)];
    let stated = facts(&demo, made::NOW, &originals, 1);
    let issue = |facts: &CopyFacts, officials: &[&dyn Signer]| {
        let originals: &[Original<'_>] = &originals;
        let (fonts, terms) = (Fonts::LIBERATION_SERIF, Terms::viet_nam());
        issue_by(originals, facts, fonts, officials, &office.agency, &terms).unwrap_err()
    };
    let officials = office.officials();
    let first = officials[0];
    let mismatch = issue(&stated, &[first]);
    assert!(matches!(mismatch, IssueError::OfficialsMismatch { named: 2, given: 1 }), "{mismatch}");
    let none = issue(&stated, &[]);
    assert!(matches!(none, IssueError::OfficialsMismatch { named: 2, given: 0 }), "{none}");
    let same = issue(&stated, &[first, first]);
    assert!(matches!(same, IssueError::SameOfficial { first: 1, second: 2, .. }), "{same}");
    let swapped = issue(&stated, &[officials[1], first]);
    assert!(matches!(swapped, IssueError::OfficialNameDiffers { number: 1, .. }), "{swapped}");
    let commune = CopyFacts { template: "copy-2025-11".into(), ..stated.clone() };
    let one = issue(&commune, &officials);
    assert!(matches!(one, IssueError::OneOfficialOnly { officials: 2, .. }), "{one}");
    let notary = |name: &str, capacity: &str| CoOfficial {
        name: name.to_owned(),
        capacity: capacity.to_owned(),
    };
    let with = |co_officials| CopyFacts { co_officials, ..stated.clone() };
    let unfit = issue(&with(vec![notary("B", "CHỦ TỊCH")]), &officials);
    assert!(matches!(unfit, IssueError::CapacityNotCompetent { .. }), "{unfit}");
    for wrong in [notary(" ", CAPACITY), notary("B", ""), notary("B\n", CAPACITY)] {
        let e = issue(&with(vec![wrong]), &officials);
        assert!(matches!(e, IssueError::BadFact { field: "CoOfficials", .. }), "{e}");
    }
    let many = vec![notary("B", CAPACITY); MOST_CO_OFFICIALS + 1];
    let names: Vec<_> = (0..=many.len()).map(|i| format!("Người {}", "x".repeat(i))).collect();
    let people: Vec<_> = names.iter().map(|n| person(&demo, n).signer().unwrap()).collect();
    let people: Vec<&dyn Signer> = people.iter().map(|p| p as &dyn Signer).collect();
    let e = issue(&with(many.clone()), &people);
    assert!(matches!(e, IssueError::BadFact { field: "CoOfficials", .. }), "{e}");
    // Six fit on the page, unless what is said before takes it up.
    let six = with(many[1..].to_vec());
    let long = CopyFacts { place: "phường ".repeat(150).trim().to_owned(), ..six };
    let e = issue(&long, &people[..6]);
    assert!(matches!(e, IssueError::StatementNoRoom { .. }), "{e}");
    // The key of another than the copy was prepared for.
    let pending = office.pending(&originals, &stated, 0);
    let other = person(&demo, "Người Khác").signer().unwrap();
    let e = pending.clone().sign_by(&[first, &other], &office.agency).unwrap_err();
    assert!(matches!(e, IssueError::WrongSigner { role: "co_official", .. }), "{e}");
    let e = pending.sign(first, &office.agency).unwrap_err();
    assert!(matches!(e, IssueError::OfficialsMismatch { named: 2, given: 1 }), "{e}");
}
