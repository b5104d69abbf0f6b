//! What was done to a file, and the reason the report names for it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::indexing_slicing)]

mod made;
#[path = "witness/peers.rs"]
mod peers;
#[path = "attacks/target.rs"]
mod target;

use motcua_copies::issue::IssueError;
use motcua_copies::issue::existing::{SignatureOptions, sign_existing};
use motcua_copies::issue::levels::PendingTimestamp;
use motcua_copies::{Policy, Report, Verdict, verify};
use motcua_pki::authority::{Demo, TokenTemplate};
use motcua_pki::{DigestAlgorithm, MemorySigner};
use target::{Target, with};
use time::Duration;

fn policy(demo: &Demo) -> Policy {
    made::policy("reasons", vec![demo.anchor()], made::NOW + Duration::hours(1))
}

fn signed(base: &[u8], field: &str, certify: Option<u8>, signer: &MemorySigner) -> Vec<u8> {
    signing(base, field, certify, signer).unwrap()
}

fn signing(
    base: &[u8],
    field: &str,
    certify: Option<u8>,
    signer: &MemorySigner,
) -> Result<Vec<u8>, IssueError> {
    let options = SignatureOptions { certify, ..SignatureOptions::new(field, made::NOW) };
    sign_existing(base, &options, signer)
}

fn target(demo: &Demo) -> Target {
    let file = signed(&peers::small(), "One", None, &demo.official_signer().unwrap());
    Target::new("one", file, policy(demo))
}

#[track_caller]
fn names(report: &Report, code: &str, verdict: Verdict) {
    assert_eq!(report.verdict, verdict, "{}", report.to_text());
    assert!(report.reasons.iter().any(|r| r.code == code), "{}", report.to_text());
}

#[test]
fn a_byte_range_that_leaves_out_something_else() {
    let demo = made::demo();
    let target = target(&demo);
    let [_, b, c, d] = target.signature.byte_range;
    for range in
        [format!("[0 {b} {c} {}]", d + 1), format!("[0 {} {c} {d}]", b - 1), "[0 0 0 0]".into()]
    {
        let file = target.in_place(target.signature.range_at.clone(), range.as_bytes());
        names(&verify(&file, &target.policy), "copies.bad_byte_range", Verdict::NotValid);
    }
    // The digits of /Contents in mixed case are another spelling of the same bytes; nobody signed which.
    let mut file = target.bytes.clone();
    let at = (target.signature.contents.start..).find(|i| file[*i].is_ascii_lowercase()).unwrap();
    file[at].make_ascii_uppercase();
    names(&verify(&file, &target.policy), "copies.bad_byte_range", Verdict::NotValid);
}

#[test]
fn an_object_that_belongs_to_nothing() {
    let demo = made::demo();
    let target = target(&demo);
    let mut file = target.bytes.clone();
    file.push(b'\n');
    file.extend_from_slice(b"99 0 obj\n(junk)\nendobj\n");
    target.close(&mut file, &[], target.sound());
    names(&verify(&file, &target.policy), "copies.unaccounted_bytes", Verdict::NotValid);
}

#[test]
fn an_update_that_cannot_be_read() {
    let demo = made::demo();
    let target = target(&demo);
    let mut file = target.bytes.clone();
    file.extend_from_slice(b"junk");
    let report = verify(&file, &target.policy);
    names(&report, "copies.unreadable_update", Verdict::NotValid);
    assert!(
        report
            .reasons
            .iter()
            .any(|r| r.params.get("from") == Some(&target.bytes.len().to_string()))
    );
}

#[test]
fn fields_and_signatures_that_stand_twice() {
    let demo = made::demo();
    let target = target(&demo);
    let form = target.catalog.get("AcroForm").unwrap().as_dict().unwrap();
    let twice = |list: &str| {
        let form = with(form, &[("Fields", list)]);
        (target.root.number, with(&target.catalog, &[("AcroForm", &form)]).into_bytes())
    };
    let field = target.signature.field;
    let file = target.updated(&[twice(&format!("[{field} 0 R {field} 0 R]"))]);
    names(&verify(&file, &target.policy), "copies.duplicate_field", Verdict::NotValid);
    let other = with(&target.signature.field_dict, &[("T", "(Other)")]);
    let file = target.updated(&[
        twice(&format!("[{field} 0 R {} 0 R]", target.size)),
        (target.size, other.into_bytes()),
    ]);
    names(&verify(&file, &target.policy), "copies.shared_signature", Verdict::NotValid);
}

#[test]
fn a_signature_that_went_away() {
    let demo = made::demo();
    let signer = demo.official_signer().unwrap();
    let two = signed(&signed(&peers::small(), "One", None, &signer), "Two", None, &signer);
    let target = Target::new("two", two, policy(&demo));
    let field = with(&target.signature.field_dict, &[("V", "")]).into_bytes();
    let file = target.updated(&[(target.signature.field, field)]);
    names(&verify(&file, &target.policy), "copies.signature_removed", Verdict::NotValid);
}

#[test]
fn the_only_signature_went_away() {
    let demo = made::demo();
    let target = target(&demo);
    for change in [[("V", "")], [("V", "null")], [("FT", "/Tx")]] {
        let field = with(&target.signature.field_dict, &change).into_bytes();
        let file = target.updated(&[(target.signature.field, field)]);
        names(&verify(&file, &target.policy), "copies.signature_removed", Verdict::NotValid);
    }
    names(&verify(&peers::small(), &target.policy), "copies.no_signature", Verdict::NotACopy);
}

#[test]
fn another_kind_of_signature() {
    let demo = made::demo();
    let target = target(&demo);
    let text = &target.bytes;
    let at = text.windows(20).position(|w| w == b"/ETSI.CAdES.detached").unwrap();
    let file = target.in_place(at..at + 20, b"/adbe.pkcs7.sha1");
    let report = verify(&file, &target.policy);
    names(&report, "copies.signature_unsupported", Verdict::CannotConfirm);
}

#[test]
fn a_timestamp_of_an_authority_nobody_trusts() {
    let demo = made::demo();
    let target = target(&demo);
    let pending = PendingTimestamp::prepare(&target.bytes, "archive", 4_096).unwrap();
    let imprint = pending.digest(DigestAlgorithm::Sha256).unwrap();
    let token = TokenTemplate { imprint, ..TokenTemplate::over(&[], made::NOW) };
    let file = pending.complete(&made::demo().timestamping.timestamp(&token).unwrap()).unwrap();
    let report = verify(&file, &target.policy);
    names(&report, "copies.timestamp_unsure", Verdict::CannotConfirm);
    assert!(report.signatures[0].trusted_time.is_none());
}

/// A page with a text field.
fn form() -> Vec<u8> {
    let page =
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Resources << >> /Annots [4 0 R] >>";
    let field =
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Text) /Rect [10 10 90 30] /F 4 /P 3 0 R >>";
    made::pdf(
        &[
            "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> >>".into(),
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".into(),
            page.into(),
            field.into(),
        ],
        "",
    )
}

#[test]
fn a_form_is_filled_in_where_a_certification_permits_it() {
    let demo = made::demo();
    let signer = demo.official_signer().unwrap();
    let look = "BT (x) Tj ET";
    for (certify, permitted) in [(None, false), (Some(1), false), (Some(2), true), (Some(3), true)]
    {
        let target = Target::new("form", signed(&form(), "One", certify, &signer), policy(&demo));
        let fill = |extra: &str| {
            let field = format!(
                "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Text) /Rect [10 10 90 30] /F 4 /P 3 0 R {extra} /AP << /N {} 0 R >> >>",
                target.size
            );
            let stream = format!(
                "<< /Type /XObject /Subtype /Form /BBox [0 0 80 20] /Length {} >>\nstream\n{look}\nendstream",
                look.len()
            );
            target.updated(&[(4, field.into_bytes()), (target.size, stream.into_bytes())])
        };
        let report = verify(&fill("/V (x)"), &target.policy);
        if permitted {
            names(&report, "copies.form_filled", Verdict::ValidWithNotes);
        } else {
            names(&report, "copies.changed_after_signing", Verdict::NotValid);
        }
        // More than the value, in no case.
        let report =
            verify(&fill("/V (x) /AA << /K << /S /JavaScript /JS (1) >> >>"), &target.policy);
        names(&report, "copies.changed_after_signing", Verdict::NotValid);
    }
}

#[test]
fn a_stranger_who_signs_later_is_named() {
    let (demo, stranger) = (made::demo(), made::demo());
    let first = signed(&peers::small(), "One", None, &demo.official_signer().unwrap());
    let policy = policy(&demo);
    let said = |report: &Report| -> Vec<_> {
        report
            .reasons
            .iter()
            .filter(|r| r.code == "copies.signed_later")
            .map(|r| {
                (r.params["field"].clone(), r.params["by"].clone(), r.params["earlier"].clone())
            })
            .collect()
    };
    assert!(said(&verify(&first, &policy)).is_empty());
    // Somebody known: noted. A stranger: nothing is confirmed, and the stranger's name is told.
    let agency = signed(&first, "Two", None, &demo.agency_signer().unwrap());
    let other = signed(&first, "Two", None, &stranger.official_signer().unwrap());
    for (file, by, verdict) in [
        (&agency, "Ủy ban nhân dân phường Mẫu", Verdict::ValidWithNotes),
        (&other, "Nguyễn Văn Mẫu", Verdict::CannotConfirm),
    ] {
        let report = verify(file, &policy);
        names(&report, "copies.signed_later", verdict);
        assert_eq!(said(&report), [("Two".to_owned(), by.to_owned(), "One".to_owned())]);
    }
    let third = signed(&agency, "Three", None, &stranger.agency_signer().unwrap());
    let report = verify(&third, &policy);
    assert_eq!(said(&report).len(), 2, "{}", report.to_text());
    assert_eq!(said(&report)[1].2, "One, Two");
    // Under a certification that permits nothing more it is refused.
    let closed = signed(&peers::small(), "One", Some(1), &demo.official_signer().unwrap());
    assert!(signing(&closed, "Two", None, &stranger.official_signer().unwrap()).is_err());
    // A copy has its own signers; what another signs beside them is refused.
    let copy = made::copy_of(&demo, made::NOW, &peers::small());
    let report = verify(&copy, &policy);
    assert!(said(&report).is_empty(), "{}", report.to_text());
}

#[test]
fn an_update_of_nothing_after_a_finished_copy() {
    let demo = made::demo();
    let copy = made::copy_of(&demo, made::NOW, &peers::small());
    let target = Target::new("copy", copy, policy(&demo));
    names(
        &verify(&target.updated(&[]), &target.policy),
        "copies.extra_revision",
        Verdict::NotValid,
    );
    // In another document it means nothing.
    let other = self::target(&demo);
    assert_eq!(verify(&other.updated(&[]), &other.policy).verdict, Verdict::ValidWithNotes);
}

#[test]
fn a_copy_that_is_not_certified() {
    let demo = made::demo();
    let copy = made::copy_of(&demo, made::NOW, &peers::small());
    let target = Target::new("copy", copy, policy(&demo));
    let file = target
        .updated(&[(target.root.number, with(&target.catalog, &[("Perms", "")]).into_bytes())]);
    names(&verify(&file, &target.policy), "copies.not_certified", Verdict::NotValid);
}
