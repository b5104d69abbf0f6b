//! B-T, B-LT and B-LTA on our copies and on other people's files, judged here and by pyHanko, pdfsig and qpdf.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

mod made;
#[path = "witness/peers.rs"]
mod peers;

use made::levels::{ROOM, store, token, with_document_timestamp};
use motcua_copies::issue::IssueError;
use motcua_copies::issue::existing::{PendingSignature, SignatureOptions, sign_existing};
use motcua_copies::issue::levels::{self, PendingTimestamp};
use motcua_copies::verify::{RevocationNeed, SignatureKind, signed_revision};
use motcua_copies::{Policy, Report, Verdict, verify};
use motcua_pdf::{Document, Limits, SectionKind};
use motcua_pki::authority::Demo;
use motcua_pki::{DigestAlgorithm, Indication, Signer};
use time::{Duration, OffsetDateTime};

fn policy(demo: &Demo, at: OffsetDateTime) -> Policy {
    made::policy("levels", vec![demo.anchor()], at + Duration::hours(1))
}

fn options(field: &str, at: OffsetDateTime) -> SignatureOptions {
    SignatureOptions {
        name: "Nguyễn Văn Mẫu".into(),
        reason: "Kết quả".into(),
        timestamp_room: ROOM,
        ..SignatureOptions::new(field, at)
    }
}

fn level(report: &Report) -> Vec<&str> {
    report
        .signatures
        .iter()
        .filter(|s| s.kind == SignatureKind::Signature)
        .map(|s| s.level.unwrap_or("none"))
        .collect()
}

#[track_caller]
fn sound(file: &[u8], policy: &Policy, wanted: &str) -> Report {
    let report = verify(file, policy);
    assert!(report.verdict <= Verdict::ValidWithNotes, "{}", report.to_text());
    assert!(
        report.signatures.iter().all(|s| s.indication == Indication::Passed),
        "{:?}",
        report.signatures
    );
    assert!(level(&report).iter().all(|l| *l == wanted), "{:?}", level(&report));
    report
}

#[test]
fn a_copy_climbs_from_b_b_to_b_lta() {
    let at = made::NOW;
    let demo = made::demo();
    let rules = policy(&demo, at);
    sound(&made::copy_of(&demo, at, &peers::small()), &rules, "B-B");
    let stamped = made::levels::with_timestamps(&demo, at, &peers::small());
    let report = sound(&stamped, &rules, "B-T");
    assert_eq!(report.signatures[0].trusted_time.as_deref(), Some("2026-11-24T03:00:00Z"));
    let stored = levels::with_store(&stamped, &store(&demo, &[])).unwrap();
    sound(&stored, &rules, "B-LT");
    let archived = with_document_timestamp(&demo, &stored, at + Duration::minutes(1));
    sound(&archived, &rules, "B-LTA");
    // Deterministic: the same inputs give the same bytes.
    assert_eq!(stored, levels::with_store(&stamped, &store(&demo, &[])).unwrap());
    // What is there is not written twice; a later store and timestamp go on top.
    let again = levels::with_store(&archived, &store(&demo, &[])).unwrap();
    assert!(again.len() < archived.len() + 2_500, "{} {}", again.len(), archived.len());
    sound(&again, &rules, "B-LTA");
    // Years later, when every signer's certificate has expired: the time is proven, and nothing else would do.
    let mut later = rules.clone();
    later.at = at + Duration::days(500);
    sound(&archived, &later, "B-LTA");
    assert_eq!(
        verify(&made::copy_of(&demo, at, &peers::small()), &later).verdict,
        Verdict::CannotConfirm
    );
    // And what was signed can be had back.
    let first = signed_revision(&archived, 0).unwrap();
    assert_eq!(Document::parse(first, &Limits::STANDARD).unwrap().revisions().len(), 1);
    let second = signed_revision(&archived, 1).unwrap();
    assert!(archived.starts_with(second) && second.len() == stamped.len());
    assert!(signed_revision(&archived, 9).is_none());
}

#[test]
fn every_form_of_file_is_signed_in_its_form() {
    let at = made::NOW;
    let demo = made::demo();
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("signed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    std::fs::write(path("small.pdf"), peers::small()).unwrap();
    let mut bases = vec![
        ("table", peers::small(), SectionKind::Table),
        ("hybrid", peers::hybrid(), SectionKind::Table),
    ];
    for (name, option, kind) in [
        ("stream", "--object-streams=generate", SectionKind::Stream),
        ("linear", "--linearize", SectionKind::Table),
    ] {
        if peers::run("qpdf", &[option, &path("small.pdf"), &path("made.pdf")]) {
            bases.push((name, std::fs::read(path("made.pdf")).unwrap(), kind));
        } else {
            println!("SKIPPED: signing a {name} file: qpdf is not installed");
        }
    }
    for (name, base, kind) in bases {
        let one = sign_existing(&base, &options("One", at), &official).unwrap();
        assert_eq!(
            one,
            sign_existing(&base, &options("One", at), &official).map(|_| one.clone()).unwrap()
        );
        let document = Document::parse(&one, &Limits::STANDARD).unwrap();
        let newest = document.revisions().last().unwrap().sections().next().unwrap();
        assert_eq!(newest.kind, kind, "{name}");
        assert!(one.starts_with(&base), "{name}: the file's own bytes were touched");
        let rules = policy(&demo, at);
        sound(&one, &rules, "B-B");
        let two = sign_existing(&one, &options("Hai", at), &agency).unwrap();
        sound(&two, &rules, "B-B");
        let value = levels::signature_to_timestamp(&two, "Hai").unwrap();
        let stamped = levels::with_timestamp(
            &two,
            "Hai",
            &token(&demo, DigestAlgorithm::Sha256.digest(&value), at),
        )
        .unwrap();
        let stored = levels::with_store(&stamped, &store(&demo, &[])).unwrap();
        let archived = with_document_timestamp(&demo, &stored, at + Duration::minutes(1));
        let report = verify(&archived, &rules);
        assert!(report.verdict <= Verdict::ValidWithNotes, "{name}: {}", report.to_text());
        assert_eq!(report.signatures.len(), 3);
        for (step, file) in [("one", &one), ("two", &two), ("archived", &archived)] {
            std::fs::write(path("check.pdf"), file).unwrap();
            if std::process::Command::new("qpdf").arg("--version").output().is_ok() {
                assert!(
                    peers::run("qpdf", &["--check", &path("check.pdf")]),
                    "qpdf complains of {name} {step}"
                );
            }
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn pyhanko_trusts_what_is_made_here_at_every_level() {
    let Some(peers) = peers::peers() else { return };
    let (demo, at) = (&peers.demo, peers.made_at.replace_nanosecond(0).unwrap());
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("levels-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("root.pem"), demo.root.certificate().to_pem()).unwrap();
    let put = |name: &str, file: &[u8]| std::fs::write(folder.join(name), file).unwrap();
    put("copy-b.pdf", &made::copy_of(demo, at, &peers::small()));
    let stamped = made::levels::with_timestamps(demo, at, &peers::small());
    put("copy-t.pdf", &stamped);
    let stored = levels::with_store(&stamped, &store(demo, &peers.crls)).unwrap();
    put("copy-lt.pdf", &stored);
    let archived = with_document_timestamp(demo, &stored, at + Duration::seconds(10));
    put("copy-lta.pdf", &archived);
    let one =
        sign_existing(&peers::shadow(), &options("One", at), &demo.official_signer().unwrap())
            .unwrap();
    let certify = SignatureOptions { certify: Some(2), ..options("Một", at) };
    let certified =
        sign_existing(&peers::small(), &certify, &demo.official_signer().unwrap()).unwrap();
    put("existing.pdf", &one);
    put("existing-certified.pdf", &certified);
    // With the lists in the store the copy needs nothing from outside.
    let strict = Policy { revocation: RevocationNeed::Required, ..policy(demo, at) };
    let report = verify(&archived, &strict);
    assert!(report.verdict <= Verdict::ValidWithNotes, "{}", report.to_text());
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let said = std::process::Command::new(root.join("../../build/venv/bin/python"))
        .arg(root.join("tests/witness/pyhanko_judges.py"))
        .arg(&folder)
        .output()
        .unwrap();
    let text =
        String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
    println!("{text}");
    assert!(said.status.success(), "{text}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_signature_that_is_not_permitted_is_not_made() {
    let at = made::NOW;
    let demo = made::demo();
    let signer = demo.official_signer().unwrap();
    let code = |result: Result<Vec<u8>, IssueError>| result.unwrap_err().code();
    // A finished copy takes no third signature, a file certified with P=1 no second.
    let copy = made::copy_of(&demo, at, &peers::small());
    let refused = sign_existing(&copy, &options("Three", at), &signer).unwrap_err();
    assert_eq!(refused.code(), "copies.not_signable");
    assert!(refused.to_string().contains("cannot be signed"), "{refused}");
    let closed = SignatureOptions { certify: Some(1), ..options("One", at) };
    let certified = sign_existing(&peers::small(), &closed, &signer).unwrap();
    assert_eq!(
        code(sign_existing(&certified, &options("Two", at), &signer)),
        "copies.not_signable"
    );
    assert_eq!(code(sign_existing(&certified, &closed, &signer)), "copies.not_signable");
    for name in ["", "a.b"] {
        assert_eq!(
            code(sign_existing(&peers::small(), &options(name, at), &signer)),
            "copies.not_signable"
        );
    }
    assert_eq!(code(sign_existing(b"%PDF-1.7\n", &options("One", at), &signer)), "pdf.no_end");
}

#[test]
fn a_lock_that_waits_in_a_field_takes_effect() {
    let (at, demo) = (made::NOW, made::demo());
    let signer = demo.official_signer().unwrap();
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Resources << >> /Annots [4 0 R 5 0 R] >>";
    let field = |name: &str, lock: &str| {
        format!(
            "<< /Type /Annot /Subtype /Widget /FT /Sig /T ({name}) /Rect [0 0 0 0] /F 132 /P 3 0 R {lock} >>"
        )
    };
    let base = made::pdf(
        &[
            "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R 5 0 R] >> >>".into(),
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".into(),
            page.into(),
            field("First", "/Lock << /Type /SigFieldLock /Action /Include /Fields [(Second)] >>"),
            field("Second", ""),
        ],
        "",
    );
    let one = sign_existing(&base, &options("First", at), &signer).unwrap();
    assert!(String::from_utf8_lossy(&one).contains("/TransformMethod /FieldMDP"));
    sound(&one, &policy(&demo, at), "B-B");
    let refused = sign_existing(&one, &options("Second", at), &signer).unwrap_err();
    assert_eq!(refused.code(), "copies.not_signable");
    sound(&sign_existing(&one, &options("Third", at), &signer).unwrap(), &policy(&demo, at), "B-B");
}

#[test]
fn nothing_to_add() {
    let (at, demo) = (made::NOW, made::demo());
    let stamped = made::levels::with_timestamps(&demo, at, &peers::small());
    let full = store(&demo, &made::levels::crls(&demo, at));
    for validation in [full.clone(), levels::Validation { per_signature: false, ..full }] {
        let stored = levels::with_store(&stamped, &validation).unwrap();
        let refused = levels::with_store(&stored, &validation).unwrap_err();
        assert_eq!(refused.code(), "copies.nothing_to_add");
        assert!(refused.to_string().contains("holds all of this already"), "{refused}");
    }
}

/// A timestamp over a signature without one proves its time; it archives only the store that it covers.
#[test]
fn a_document_timestamp_alone_makes_no_archive() {
    let (at, demo) = (made::NOW, made::demo());
    let rules = policy(&demo, at);
    let copy = made::copy_of(&demo, at, &peers::small());
    let standing = levels::standing(&copy).unwrap();
    assert_eq!((standing.level(), standing.is_closed()), (Some(levels::Level::Basic), false));
    let stamped = with_document_timestamp(&demo, &copy, at + Duration::minutes(1));
    sound(&stamped, &rules, "B-T");
    assert!(levels::standing(&stamped).unwrap().is_closed());
    let stored = levels::with_store(&stamped, &store(&demo, &[])).unwrap();
    sound(&stored, &rules, "B-LT");
    let standing = levels::standing(&stored).unwrap();
    assert_eq!((standing.level(), standing.is_closed()), (Some(levels::Level::LongTerm), false));
    assert_eq!(standing.store.unwrap().certificates.len(), 3);
    assert_eq!(standing.signed.len(), 3);
    assert!("b-lta".parse() == Ok(levels::Level::Archive) && "B".parse::<levels::Level>().is_err());
}

#[test]
fn a_signature_that_is_not_there() {
    let demo = made::demo();
    let copy = made::copy_of(&demo, made::NOW, &peers::small());
    let error = levels::signature_to_timestamp(&copy, "nobody").unwrap_err();
    assert_eq!(error.code(), "copies.no_such_signature");
    assert!(error.to_string().contains("no signature"), "{error}");
    // The official's signature is covered by the agency's.
    assert_eq!(
        levels::signature_to_timestamp(&copy, "official").unwrap_err().code(),
        "copies.no_such_signature"
    );
}

#[test]
fn a_token_that_does_not_fit_says_what_it_needs() {
    let at = made::NOW;
    let demo = made::demo();
    let signer = demo.official_signer().unwrap();
    let tight = SignatureOptions { timestamp_room: 0, ..options("One", at) };
    let file = sign_existing(&peers::small(), &tight, &signer).unwrap();
    let value = levels::signature_to_timestamp(&file, "One").unwrap();
    let good = token(&demo, DigestAlgorithm::Sha256.digest(&value), at);
    let IssueError::Write(error) = levels::with_timestamp(&file, "One", &good).unwrap_err() else {
        panic!("a token without room")
    };
    let need = error.details().into_iter().find(|d| d.0 == "need").unwrap().1;
    assert!(need.parse::<usize>().unwrap() > good.len());
    let other = token(&demo, DigestAlgorithm::Sha256.digest(b"something else"), at);
    assert_eq!(
        levels::with_timestamp(&file, "One", &other).unwrap_err().code(),
        "copies.signature_refused"
    );
    let pending = PendingTimestamp::prepare(&file, "archive", ROOM).unwrap();
    assert_eq!(pending.complete(&other).unwrap_err().code(), "copies.signature_refused");
    let pending = PendingSignature::prepare(
        &file,
        &options("Two", at),
        (signer.certificate_chain(), signer.algorithm()),
    )
    .unwrap();
    let saved = serde_json::to_string(&pending).unwrap();
    assert_eq!(serde_json::from_str::<PendingSignature>(&saved).unwrap(), pending);
}
