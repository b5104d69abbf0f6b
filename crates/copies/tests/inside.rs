//! Signatures that are sound as numbers go, put into a file in ways that they should not be: other forms of `/ByteRange` and
//! `/Contents`, CMS with too much or too little in it, tokens and timestamps of something else, the wrong people.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::indexing_slicing)]

#[path = "inside/by_hand.rs"]
mod by_hand;
#[path = "inside/cms.rs"]
mod cms_parts;
mod made;
#[path = "witness/peers.rs"]
mod peers;
#[path = "inside/stamps.rs"]
mod stamps;

use by_hand::{Cms, Shape};
use motcua_copies::issue::{Fonts, Pending, Terms};
use motcua_copies::verify::{Check, Expect, RowName};
use motcua_copies::{Policy, Report, Verdict, verify};
use motcua_pdf::{Document, Limits};
use motcua_pki::authority::{Demo, Identity, SubjectName, Template};
use motcua_pki::{
    Certificate, DigestAlgorithm, Indication, MemorySigner, Signer, SigningRules, cms,
};
use time::Duration;

fn policy(demo: &Demo) -> Policy {
    made::policy("inside", vec![demo.anchor()], made::NOW + Duration::hours(1))
}

/// Whether a reader of the report would take the signatures for good and the file for what was signed.
fn accepted(report: &Report) -> bool {
    let unchanged =
        report.rows.iter().any(|r| r.row == RowName::Unchanged && r.check == Check::Passed);
    let passed = !report.signatures.is_empty()
        && report.signatures.iter().all(|s| s.indication == Indication::Passed);
    report.verdict <= Verdict::ValidWithNotes || unchanged && passed
}

#[track_caller]
fn judge(cases: &[(&str, bool, Vec<u8>)], policy: &Policy) {
    let mut wrong = Vec::new();
    for (name, sound, file) in cases {
        let report = verify(file, policy);
        if accepted(&report) != *sound || !sound && report.reasons.is_empty() {
            wrong.push(format!("{name}: {}", report.to_text()));
        }
        if let Some(folder) = std::env::var_os("MOTCUA_KEEP") {
            let path = std::path::Path::new(&folder)
                .join(format!("{}.pdf", name.replace(['/', ' '], "_")));
            std::fs::write(path, file).unwrap();
        }
    }
    println!("{} files", cases.len());
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_the_range_and_the_contents_look_like() {
    let demo = made::demo();
    let sign = |covered: &[u8]| Cms::of(&demo.official, covered).to_der();
    let file = |shape: Shape<'_>| by_hand::file(&shape, &sign);
    let text = |f: &'static dyn Fn([usize; 4]) -> String| Shape { range: f, ..Shape::USUAL };
    let pieces = |range: &'static dyn Fn([usize; 4]) -> String,
                  covered: &'static dyn Fn([usize; 4]) -> Vec<(usize, usize)>| {
        Shape { range, covered, ..Shape::USUAL }
    };
    let cases = [
        ("as it should be", true, file(Shape::USUAL)),
        ("reals", false, file(text(&|[a, b, c, d]| format!("[{a}.0 {b}.0 {c}.0 {d}.0]")))),
        ("plus signs", true, file(text(&|[a, b, c, d]| format!("[+{a} +{b} +{c} +{d}]")))),
        ("leading zeros", true, file(text(&|[a, b, c, d]| format!("[0{a} 0{b} 0{c} 0{d}]")))),
        ("a reference to an array", false, file(text(&|_| "8 0 R".into()))),
        (
            "references to numbers",
            false,
            file(text(&|[a, b, c, _]| format!("[{a} {b} {c} 9 0 R]"))),
        ),
        ("strings", false, file(text(&|[a, b, c, d]| format!("[({a}) ({b}) ({c}) ({d})]")))),
        (
            "an array in an array",
            false,
            file(text(&|[a, b, c, d]| format!("[[{a} {b}] [{c} {d}]]"))),
        ),
        ("a fifth number", false, file(text(&|[a, b, c, d]| format!("[{a} {b} {c} {d} 0]")))),
        (
            "an empty third piece",
            false,
            file(text(&|[a, b, c, d]| format!("[{a} {b} {c} {d} {} 0]", c + d))),
        ),
        (
            "an empty first piece",
            false,
            file(text(&|[a, b, c, d]| format!("[0 0 {a} {b} {c} {d}]"))),
        ),
        (
            "the first piece in two",
            false,
            file(text(&|[a, b, c, d]| format!("[{a} 10 10 {} {c} {d}]", b - 10))),
        ),
        (
            "a hole over the page",
            false,
            file(pieces(
                &|[a, b, c, d]| format!("[{a} 40 60 {} {c} {d}]", b - 60),
                &|[a, b, c, d]| vec![(a, 40), (60, b - 60), (c, d)],
            )),
        ),
        (
            "a gap too wide",
            false,
            file(pieces(&|[a, b, c, d]| format!("[{a} {} {c} {d}]", b - 9), &|[a, b, c, d]| {
                vec![(a, b - 9), (c, d)]
            })),
        ),
        (
            "a gap too wide behind",
            false,
            file(pieces(
                &|[a, b, c, d]| format!("[{a} {b} {} {}]", c + 5, d - 5),
                &|[a, b, c, d]| vec![(a, b), (c + 5, d - 5)],
            )),
        ),
        (
            "not to the end",
            false,
            file(pieces(&|[a, b, c, d]| format!("[{a} {b} {c} {}]", d - 20), &|[a, b, c, d]| {
                vec![(a, b), (c, d - 20)]
            })),
        ),
        (
            "not from the beginning",
            false,
            file(pieces(&|[_, b, c, d]| format!("[9 {} {c} {d}]", b - 9), &|[_, b, c, d]| {
                vec![(9, b - 9), (c, d)]
            })),
        ),
        (
            "the second piece first",
            false,
            file(pieces(&|[a, b, c, d]| format!("[{c} {d} {a} {b}]"), &|[a, b, c, d]| {
                vec![(c, d), (a, b)]
            })),
        ),
        (
            "the end alone",
            false,
            file(pieces(&|[_, _, c, d]| format!("[0 0 {c} {d}]"), &|[_, _, c, d]| vec![(c, d)])),
        ),
        ("a name escaped", true, file(Shape { range_key: "/By#74eRange", ..Shape::USUAL })),
        ("contents escaped", true, file(Shape { contents_key: "/Con#74ents", ..Shape::USUAL })),
        ("contents twice", false, file(Shape { more: "/Contents <00>", ..Shape::USUAL })),
        (
            "contents twice, one escaped",
            false,
            file(Shape { more: "/#43ontents <00>", ..Shape::USUAL }),
        ),
        ("range twice", false, file(Shape { more: "/ByteRange [0 0 0 0]", ..Shape::USUAL })),
        ("a literal string", false, file(Shape { write: &by_hand::literal, ..Shape::USUAL })),
        (
            "capital digits",
            true,
            file(Shape { write: &|c| by_hand::hexadecimal(c).to_uppercase(), ..Shape::USUAL }),
        ),
        (
            "digits of two cases",
            false,
            file(Shape {
                write: &|c| by_hand::hexadecimal(c).replacen('a', "A", 1),
                ..Shape::USUAL
            }),
        ),
        (
            "white space between digits",
            false,
            file(Shape {
                write: &|c| {
                    let digits = by_hand::hexadecimal(c);
                    format!("{} {}", &digits[..99], &digits[100..]).replacen("0>", ">", 1)
                },
                ..Shape::USUAL
            }),
        ),
        (
            "a second CMS behind",
            false,
            by_hand::file(&Shape::USUAL, &|covered| [sign(covered), sign(covered)].concat()),
        ),
        (
            "another CMS before",
            false,
            by_hand::file(&Shape::USUAL, &|covered| [sign(b"other"), sign(covered)].concat()),
        ),
        (
            "one byte behind",
            false,
            by_hand::file(&Shape::USUAL, &|covered| [sign(covered), vec![1]].concat()),
        ),
        (
            "a NULL behind",
            false,
            by_hand::file(&Shape::USUAL, &|covered| [sign(covered), vec![5, 0]].concat()),
        ),
        ("no CMS", false, by_hand::file(&Shape::USUAL, &|_| Vec::new())),
    ];
    judge(&cases, &policy(&demo));
}

/// A finished copy whose last signature is another.
fn sealed(demo: &Demo, by: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut copy = made::copy_of(demo, made::NOW, &peers::small());
    let document = Document::parse(&copy, &Limits::STANDARD).unwrap();
    let objects = document.entries().keys().filter_map(|n| document.locate(*n).unwrap());
    let contents: Vec<_> = objects
        .filter_map(|o| Some(o.value.as_dict()?.get("Contents")?.as_string()?.range.clone()))
        .collect();
    let gap = contents.into_iter().max_by_key(|range| range.end).unwrap();
    let covered = [&copy[..gap.start], &copy[gap.end..]].concat();
    let mut value = by(&covered);
    value.resize((gap.len() - 2) / 2, 0);
    copy[gap].copy_from_slice(format!("<{}>", motcua_pdf::hex(&value)).as_bytes());
    copy
}

fn refused(report: &Report, code: &str) {
    assert_eq!(report.verdict, Verdict::NotValid, "{}", report.to_text());
    assert!(report.reasons.iter().any(|r| r.code == code), "{code}: {}", report.to_text());
}

#[test]
fn who_seals_a_copy() {
    let (demo, stranger) = (made::demo(), made::demo());
    let policy = Policy { expect: Expect::CertifiedCopy, ..policy(&demo) };
    let by = |who: &Identity| {
        let copy = sealed(&demo, &|covered| Cms::of(who, covered).to_der());
        verify(&copy, &policy)
    };
    let sound = by(&demo.agency);
    assert_eq!(sound.verdict, Verdict::ValidWithNotes, "{}", sound.to_text());
    // The official's certificate names the agency, but the agency has its own.
    refused(&by(&demo.official), "copies.same_signer");
    let named = |subject: SubjectName| {
        let days = Duration::days(30);
        demo.issuing
            .issue(&Template::new(subject, made::NOW - days, made::NOW + days).document_signer())
            .unwrap()
    };
    let vn = || SubjectName::new().country("VN");
    // A citizen's certificate names no organization.
    refused(&by(&named(vn().common_name("Trần Văn Dân"))), "copies.signer_name_differs");
    refused(
        &by(&named(vn().organization("Công ty Mẫu").common_name("x"))),
        "copies.signer_name_differs",
    );
    refused(&by(&named(vn().locality("Hà Nội"))), "copies.signer_name_differs");
    // One that names the agency itself, without an organization, is the agency's.
    let itself = by(&named(vn().common_name("Ủy ban nhân dân phường Mẫu")));
    assert_eq!(itself.verdict, Verdict::ValidWithNotes, "{}", itself.to_text());
    assert_eq!(by(&stranger.agency).verdict, Verdict::CannotConfirm);
}

#[test]
fn official_and_agency_change_places() {
    let demo = made::demo();
    let bytes = peers::small();
    let originals = [made::original(&bytes)];
    let facts = made::facts_by(&demo, made::NOW, &originals);
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let of = |s: &MemorySigner| (s.certificate_chain().to_vec(), s.algorithm());
    let (one, two) = (of(&official), of(&agency));
    let pending = Pending::prepare_with(
        &originals,
        &facts,
        Fonts::LIBERATION_SERIF,
        (&one.0, one.1),
        (&two.0, two.1),
        &Terms::viet_nam(),
    )
    .unwrap();
    // The state of a copy in work is changed to expect them the other way round.
    let mut state = serde_json::to_value(&pending).unwrap();
    let print = |c: &Certificate| motcua_pdf::hex(&DigestAlgorithm::Sha256.digest(c.as_der()));
    let text = state.to_string();
    let (a, b) = (print(&one.0[0]), print(&two.0[0]));
    let swapped = text.replace(&a, "OFFICIAL").replace(&b, &a).replace("OFFICIAL", &b);
    state = serde_json::from_str(&swapped).unwrap();
    let pending: Pending = serde_json::from_value(state).unwrap();
    let sign = |_: usize, signer: &dyn Signer, digest: &[u8]| {
        let rules = SigningRules::viet_nam(made::NOW);
        cms::prepare(signer.certificate_chain(), signer.algorithm(), digest, &rules)
            .unwrap()
            .sign(signer)
            .unwrap()
    };
    let copy = made::levels::walk(pending, &[&agency, &official], sign);
    refused(&verify(&copy, &policy(&demo)), "copies.signer_name_differs");
}
