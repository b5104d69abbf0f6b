//! Copies whose parts do not agree although both signatures are sound, and what the trust list's age does.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod made;
#[path = "witness/peers.rs"]
mod peers;

use motcua_copies::issue::Fonts;
use motcua_copies::issue::existing::sign_existing;
use motcua_copies::verify::{Check, RowName};
use motcua_copies::{Policy, Report, Verdict, verify};
use motcua_pki::authority::Demo;
use time::Duration;

/// A copy whose metadata were changed between laying it out and signing it: `from` once, `to` as long.
fn restated(demo: &Demo, from: &str, to: &str) -> Vec<u8> {
    let bytes = peers::small();
    let originals = [made::original(&bytes)];
    let facts = made::facts_by(demo, made::NOW, &originals);
    let (state, mut file) = made::laid_out(demo, &originals, &facts);
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> = file
        .windows(from.len())
        .enumerate()
        .filter_map(|(at, text)| (text == from.as_bytes()).then_some(at))
        .collect();
    assert_eq!(places.len(), 1, "{from}");
    file[places[0]..places[0] + to.len()].copy_from_slice(to.as_bytes());
    made::signed_as(demo, state, &file)
}

#[track_caller]
fn differs(demo: &Demo, (from, to): (&str, &str), code: &str) -> Report {
    let report = verify(&restated(demo, from, to), &made::levels::strict(demo, made::NOW));
    assert_eq!(report.verdict, Verdict::NotValid, "{}", report.to_text());
    assert!(report.reasons.iter().any(|r| r.code == code), "{}", report.to_text());
    let row = |row| report.rows.iter().find(|r| r.row == row).unwrap().check;
    assert_eq!(row(RowName::Content), Check::Failed);
    assert_eq!(row(RowName::Unchanged), Check::Passed, "nothing was changed after signing");
    report
}

#[test]
fn a_copy_that_agrees_is_accepted() {
    let demo = made::demo();
    let same = restated(&demo, "motcua:Dossier>H99.1", "motcua:Dossier>H99.1");
    let report = verify(&same, &made::levels::strict(&demo, made::NOW));
    assert_eq!(report.verdict, Verdict::ValidWithNotes, "{}", report.to_text());
}

#[test]
fn metadata_that_the_page_does_not_bear_out() {
    let demo = made::demo();
    differs(
        &demo,
        ("motcua:CopyId>BS-2026-000012", "motcua:CopyId>BS-2026-000013"),
        "copies.statement_differs",
    );
    // The dossier stands in the metadata and in the QR code, not in the statement.
    let report = differs(
        &demo,
        ("motcua:Dossier>H99.1-261124-0001", "motcua:Dossier>H99.1-261124-0002"),
        "copies.qr_differs",
    );
    assert!(report.reasons.iter().all(|r| r.code != "copies.statement_differs"));
}

#[test]
fn pages_that_were_not_captured() {
    let demo = made::demo();
    for captured in ["1", "3", "9"] {
        let to = format!("motcua:CapturedPages>{captured}<");
        differs(&demo, ("motcua:CapturedPages>2<", &to), "copies.pages_differ");
    }
    // Three pages of which two were captured: nobody accepted that.
    differs(&demo, ("motcua:OriginalPages>2<", "motcua:OriginalPages>3<"), "copies.pages_differ");
    // One page, and two captured: a blank back counts for nothing, so this alone speaks against nothing.
    let report = differs(
        &demo,
        ("motcua:OriginalPages>2<", "motcua:OriginalPages>1<"),
        "copies.statement_differs",
    );
    assert!(report.reasons.iter().all(|r| r.code != "copies.pages_differ"));
}

#[test]
fn pages_that_are_missing_by_agreement() {
    let demo = made::demo();
    let bytes = peers::small();
    let originals = [made::original(&bytes)];
    let mut facts = made::facts_by(&demo, made::NOW, &originals);
    let all = motcua_copies::facts::Shortcoming::ALL;
    facts.original = motcua_copies::issue::describe_accepting(&originals, 3, &all).unwrap();
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let copy = motcua_copies::issue::issue(
        &originals,
        &facts,
        Fonts::LIBERATION_SERIF,
        &official,
        &agency,
    )
    .unwrap();
    let report = verify(&copy, &made::levels::strict(&demo, made::NOW));
    assert_eq!(report.verdict, Verdict::ValidWithNotes, "{}", report.to_text());
}

#[test]
fn another_signed_document_is_not_a_copy() {
    let demo = made::demo();
    let options = made::one_signature(motcua_pki::AlgorithmPolicy::viet_nam());
    let signed =
        sign_existing(&peers::small(), &options, &demo.official_signer().unwrap()).unwrap();
    let report = verify(&signed, &made::levels::strict(&demo, made::NOW));
    assert_eq!(report.verdict, Verdict::NotACopy, "{}", report.to_text());
    assert!(report.reasons.iter().any(|r| r.code == "copies.no_facts"));
    // Where any signed document will do, its headline does not call it a copy.
    let any = made::policy("any", vec![demo.anchor()], made::NOW);
    let report = verify(&signed, &any);
    assert_eq!(report.verdict, Verdict::ValidWithNotes, "{}", report.to_text());
    assert!(report.headline_en.contains("not a certified copy"), "{}", report.headline_en);
    let copy = made::copy_of(&demo, made::NOW, &peers::small());
    assert_eq!(verify(&copy, &any).headline_en, Verdict::ValidWithNotes.en());
}

#[test]
fn a_trust_list_past_its_next_update_confirms_nothing() {
    let demo = made::demo();
    let stamped = made::levels::with_timestamps(&demo, made::NOW, &peers::small());
    let rules = made::levels::strict(&demo, made::NOW);
    let until = |until| Policy { trust_list_until: Some(until), ..rules.clone() };
    let report = verify(&stamped, &until(rules.at));
    assert_eq!(report.verdict, Verdict::Valid, "{}", report.to_text());
    assert_eq!(report.trust_list_until.as_deref(), Some("2026-11-24T04:00:00Z"));
    let report = verify(&stamped, &until(rules.at - Duration::seconds(1)));
    assert_eq!(report.verdict, Verdict::CannotConfirm, "{}", report.to_text());
    assert!(report.reasons.iter().any(|r| r.code == "copies.trust_list_stale"));
    // A changed copy is not valid, however old the list.
    let mut changed = stamped.clone();
    changed[2_000] ^= 1;
    assert!(verify(&changed, &until(made::NOW)).verdict >= Verdict::NotValid);
    let json = r#"{"id": "x", "anchors_pem": [], "trust_list_as_of": "2026-11-24", "at": "2026-11-24T04:00:00Z",
        "trust_list_until": "2026-12-24T00:00:00+07:00", "revocation": "required"}"#;
    assert!(Policy::from_json(json).unwrap().trust_list_until.is_some());
    assert!(Policy::from_json(&json.replace("2026-12-24T00:00:00+07:00", "soon")).is_err());
}
