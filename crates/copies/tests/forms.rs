//! Filling in a certified form: what the certification permits, and what only looks like it. Fields inherit kind and value here.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod made;
#[path = "attacks/target.rs"]
mod target;

use motcua_copies::issue::existing::{SignatureOptions, sign_existing};
use motcua_copies::{Report, Verdict, verify};
use target::Target;

/// A text field apart from its widget, a group of buttons with looks that stand in an object of their own, and an empty field.
fn form() -> Vec<u8> {
    let look = |grey: &str| {
        let draw = format!("{grey} g 0 0 9 9 re f");
        format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length {} >>\nstream\n{draw}\nendstream",
            draw.len()
        )
    };
    let widget = |more: &str| {
        format!("<< /Type /Annot /Subtype /Widget /Rect [9 9 90 50] /F 4 /P 3 0 R {more} >>")
    };
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 400] /Resources << >> /Annots [6 0 R 8 0 R 9 0 R 11 0 R] >>".to_owned(),
        "<< /Fields [5 0 R 7 0 R 11 0 R] >>".to_owned(),
        "<< /FT /Tx /T (Name) /V (An) /Kids [6 0 R] >>".to_owned(),
        widget("/Parent 5 0 R /AP << /N 12 0 R >>"),
        "<< /FT /Btn /Ff 32768 /T (Choice) /V /A /Kids [8 0 R 9 0 R] >>".to_owned(),
        widget("/Parent 7 0 R /AS /A /AP << /N 10 0 R >>"),
        widget("/Parent 7 0 R /AS /Off /AP << /N 10 0 R >>"),
        "<< /A 13 0 R /B 14 0 R /Off 12 0 R >>".to_owned(),
        widget("/FT /Tx /T (Empty) /AP << /N 12 0 R >>"),
        look("1"),
        look("0.2"),
        look("0.4"),
        "<< /Title (Paper) >>".to_owned(),
    ];
    made::pdf(&objects, "/Info 15 0 R /ID [<01> <01>]")
}

fn certified() -> Target {
    let demo = made::demo();
    let options =
        SignatureOptions { certify: Some(2), ..SignatureOptions::new("Certified", made::NOW) };
    let signed = sign_existing(&form(), &options, &demo.official_signer().unwrap()).unwrap();
    let at = made::NOW + time::Duration::hours(1);
    Target::new("form", signed, made::policy("forms", vec![demo.anchor()], at))
}

fn judged(target: &Target, file: &[u8]) -> Report {
    verify(file, &target.policy)
}

#[test]
fn what_a_certification_permits() {
    let target = certified();
    let new = target.size;
    let look =
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 0 >>\nstream\n\nendstream";
    let own = (new, look.to_vec());
    let shown = format!("<< /N {new} 0 R >>");
    for (name, objects) in [
        (
            "a text and its look",
            vec![
                target.with(5, &[("V", "(Binh)")]),
                target.with(6, &[("AP", &shown)]),
                own.clone(),
            ],
        ),
        (
            "another button",
            vec![
                target.with(7, &[("V", "/B")]),
                target.with(8, &[("AS", "/Off")]),
                target.with(9, &[("AS", "/B")]),
            ],
        ),
        ("an empty field", vec![target.with(11, &[("V", "(x)"), ("AP", &shown)]), own.clone()]),
    ] {
        let report = judged(&target, &target.updated(&objects));
        assert_ne!(report.verdict, Verdict::NotValid, "{name}: {}", report.to_text());
        assert!(report.reasons.iter().any(|r| r.code == "copies.form_filled"), "{name}");
    }
}

#[test]
fn what_only_looks_like_it() {
    let target = certified();
    assert_ne!(judged(&target, &target.bytes).verdict, Verdict::NotValid);
    let new = target.size;
    let look =
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 0 >>\nstream\n\nendstream";
    let own = (new, look.to_vec());
    let shown = format!("<< /N {new} 0 R >>");
    let states = format!("<< /A {new} 0 R /B {new} 0 R /Off {new} 0 R >>");
    for (name, objects) in [
        (
            "looks of a button that inherits its kind",
            vec![
                target.with(7, &[("V", "/B")]),
                target.with(8, &[("AP", &format!("<< /N {states} >>"))]),
                own.clone(),
            ],
        ),
        (
            "looks of buttons in the object they share",
            vec![
                target.with(7, &[("V", "/B")]),
                target.with(9, &[("AS", "/B")]),
                (10, states.clone().into_bytes()),
                own.clone(),
            ],
        ),
        ("the look of a text that stays", vec![target.with(6, &[("AP", &shown)]), own.clone()]),
        (
            "the look of a field without a value",
            vec![target.with(11, &[("AP", &shown)]), own.clone()],
        ),
    ] {
        let report = judged(&target, &target.updated(&objects));
        assert_eq!(report.verdict, Verdict::NotValid, "{name}: {}", report.to_text());
        assert!(report.reasons.iter().any(|r| r.code == "copies.changed_after_signing"), "{name}");
    }
}

/// The trailer of an update: information taken away or written into it, and a size that leaves objects out.
#[test]
fn the_trailer_of_an_update() {
    let target = certified();
    let sound = target.updated(&[target.with(11, &[("V", "(x)")])]);
    assert_ne!(judged(&target, &sound).verdict, Verdict::NotValid);
    let (signed, update) = sound.split_at(target.bytes.len());
    let update = String::from_utf8(update.to_vec()).unwrap();
    let size = update.split("/Size ").nth(1).unwrap().split(' ').next().unwrap();
    for (name, from, to) in [
        ("no information", "/Info 15 0 R", ""),
        ("information of its own", "/Info 15 0 R", "/Info << /Title (Other) >>"),
        ("a smaller size", &*format!("/Size {size}"), "/Size 12"),
    ] {
        assert!(update.contains(from), "{name}: {update}");
        let changed = [signed, update.replacen(from, to, 1).as_bytes()].concat();
        let report = judged(&target, &changed);
        assert!(report.verdict >= Verdict::NotValid, "{name}: {}", report.to_text());
    }
}
