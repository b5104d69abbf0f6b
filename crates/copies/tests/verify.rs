//! Judges genuine, damaged and attacked copies. Every attack starts from a genuine copy made here.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod made;

use made::{NOW, demo, facts_of, originals, sample};
use motcua_copies::issue::{Fonts, Pending, issue};
use motcua_copies::verify::{Check, Expect, RevocationNeed, RowName, Severity};
use motcua_copies::{Policy, Report, Verdict, verify};
use motcua_pdf::write::{UpdateBase, update};
use motcua_pdf::{Document, Limits};
use motcua_pki::authority::Demo;
use motcua_pki::{Certificate, MemorySigner, SignatureAlgorithm, Signer as _};
use time::Duration;

struct Case {
    demo: Demo,
    copy: Vec<u8>,
}

impl Case {
    fn new() -> Self {
        let demo = demo();
        let bytes = [sample("diploma-scan.pdf")];
        let mut facts = facts_of(&originals(&bytes));
        facts.official = demo.official.certificate().subject().common_name().unwrap().to_owned();
        facts.agency = demo.agency.certificate().subject().organization().unwrap().to_uppercase();
        let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
        let copy =
            issue(&originals(&bytes), &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap();
        Self { demo, copy }
    }

    fn policy(&self) -> Policy {
        Policy {
            expect: Expect::CertifiedCopy,
            ..made::policy("test", vec![self.demo.anchor()], NOW + Duration::hours(1))
        }
    }

    fn judge(&self, bytes: &[u8]) -> Report {
        verify(bytes, &self.policy())
    }

    /// The copy with an update that replaces these objects.
    fn updated(&self, objects: &[(u32, Vec<u8>)]) -> Vec<u8> {
        let text = String::from_utf8_lossy(&self.copy);
        let start: usize =
            text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        let document = Document::parse(&self.copy, &Limits::STANDARD).unwrap();
        let root = document.trailer().get("Root").unwrap().as_ref().unwrap().number;
        let id = "00".repeat(16);
        let base =
            UpdateBase { startxref: start, size: document.next_number() + 1, root, file_id: &id };
        let mut file = self.copy.clone();
        file.extend(update(file.len(), base, objects).0);
        file
    }
}

fn codes(report: &Report) -> Vec<&str> {
    report.reasons.iter().map(|r| r.code).collect()
}

fn row(report: &Report, name: RowName) -> Check {
    report.rows.iter().find(|r| r.row == name).unwrap().check
}

#[test]
fn a_genuine_copy_is_valid_with_its_notes() {
    let case = Case::new();
    let report = case.judge(&case.copy);
    assert_eq!(report.verdict, Verdict::ValidWithNotes, "{}", report.to_text());
    assert_eq!(
        codes(&report),
        ["copies.annulments_not_checked", "copies.time_claimed_only", "copies.status_not_checked"]
    );
    assert_eq!(row(&report, RowName::Unchanged), Check::Passed);
    assert_eq!(row(&report, RowName::Content), Check::Passed);
    assert_eq!(row(&report, RowName::Status), Check::NotChecked);
    assert_eq!(report.signatures.len(), 2);
    assert_eq!(report.facts.as_ref().unwrap().register.number, 12);
    assert_eq!(report.to_json().unwrap(), case.judge(&case.copy).to_json().unwrap());
}

#[test]
fn without_trust_or_in_another_time_it_cannot_be_confirmed() {
    let case = Case::new();
    let mut policy = case.policy();
    policy.anchors.clear();
    assert_eq!(verify(&case.copy, &policy).verdict, Verdict::CannotConfirm);
    let mut policy = case.policy();
    policy.anchors = vec![demo().anchor()];
    assert_eq!(
        verify(&case.copy, &policy).verdict,
        Verdict::CannotConfirm,
        "another root of the same name"
    );
    let mut policy = case.policy();
    policy.at = NOW + Duration::days(4_000);
    assert_eq!(verify(&case.copy, &policy).verdict, Verdict::CannotConfirm);
    let mut policy = case.policy();
    policy.revocation = RevocationNeed::Required;
    assert_eq!(verify(&case.copy, &policy).verdict, Verdict::CannotConfirm);
}

#[test]
fn one_byte_of_a_page_changed() {
    let case = Case::new();
    let mut file = case.copy.clone();
    file[200_000] ^= 1;
    let report = case.judge(&file);
    assert_eq!(report.verdict, Verdict::NotValid);
    assert!(codes(&report).contains(&"copies.bytes_changed"));
}

#[test]
fn a_page_replaced_by_an_appended_update() {
    let case = Case::new();
    let document = Document::parse(&case.copy, &Limits::STANDARD).unwrap();
    let page = document.pages().unwrap()[0].id;
    let parent = document.pages().unwrap()[0].dict.get("Parent").unwrap().as_ref().unwrap();
    let body = format!("<< /Type /Page /Parent {parent} R /MediaBox [0 0 100 100] >>").into_bytes();
    let report = case.judge(&case.updated(&[(page.number, body)]));
    assert_eq!(report.verdict, Verdict::NotValid);
    let mut changes = report.reasons.iter().filter(|r| r.code == "copies.changed_after_signing");
    assert!(
        changes.any(|r| r.vi.contains("trang 1") && r.en.contains("page 1")),
        "{}",
        report.to_text()
    );
}

#[test]
fn anything_appended_is_refused() {
    let case = Case::new();
    let document = Document::parse(&case.copy, &Limits::STANDARD).unwrap();
    let next = document.next_number();
    let root = document.trailer().get("Root").unwrap().as_ref().unwrap().number;
    type Objects = Vec<(u32, Vec<u8>)>;
    let attacks: [(&str, Objects); 3] = [
        ("a new object", vec![(next, b"(hidden)".to_vec())]),
        ("the catalog", vec![(root, b"<< /Type /Catalog /Pages 2 0 R >>".to_vec())]),
        ("nothing", vec![]),
    ];
    for (what, objects) in attacks {
        let verdict = case.judge(&case.updated(&objects)).verdict;
        assert!(
            matches!(verdict, Verdict::NotValid | Verdict::NotACopy | Verdict::CouldNotCheck),
            "{what}: {verdict:?}"
        );
    }
    for tail in [&b"junk"[..], b"\n%%EOF\n", b"%comment\n", b"\0\0\0"] {
        let mut file = case.copy.clone();
        file.extend_from_slice(tail);
        assert!(case.judge(&file).verdict > Verdict::ValidWithNotes, "{tail:?}");
    }
    let mut file = b"junk".to_vec();
    file.extend_from_slice(&case.copy);
    assert!(case.judge(&file).verdict > Verdict::ValidWithNotes);
}

#[test]
fn only_the_officials_signature_is_not_enough() {
    let case = Case::new();
    let document = Document::parse(&case.copy, &Limits::STANDARD).unwrap();
    let half = &case.copy[..document.revisions()[0].added.end];
    let report = case.judge(half);
    assert_eq!(report.verdict, Verdict::NotValid);
    assert!(codes(&report).contains(&"copies.signatures_expected"));
}

#[test]
fn a_statement_that_differs_from_its_metadata_is_refused() {
    // The insider's case: all signatures are genuine, but page and metadata disagree.
    let case = Case::new();
    let demo = &case.demo;
    let bytes = [sample("diploma-scan.pdf")];
    let facts = made::facts_by(demo, NOW, &originals(&bytes));
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    fn of(s: &MemorySigner) -> (&[Certificate], SignatureAlgorithm) {
        (s.certificate_chain(), s.algorithm())
    }
    let fonts = Fonts::LIBERATION_SERIF;
    let pending =
        Pending::prepare(&originals(&bytes), &facts, fonts, of(&official), of(&agency)).unwrap();
    // The agency's key signs in the official's place, as somebody made the saved state say.
    let mut state = serde_json::to_value(&pending).unwrap();
    state["signer"] = state["agency"]["signer"].clone();
    let pending: Pending = serde_json::from_value(state).unwrap();
    let copy = pending.sign(&agency, &agency).unwrap();
    let report = case.judge(&copy);
    assert_eq!(report.verdict, Verdict::NotValid);
    assert!(codes(&report).contains(&"copies.signer_name_differs"));
}

#[test]
fn other_files_are_not_copies() {
    let case = Case::new();
    assert_eq!(case.judge(b"").verdict, Verdict::NotACopy);
    assert_eq!(case.judge(&sample("diploma-page-1.jpg")).verdict, Verdict::NotACopy);
    assert_eq!(case.judge(&sample("diploma-scan.pdf")).verdict, Verdict::NotACopy);
    assert_eq!(case.judge(&case.copy[..case.copy.len() / 2]).verdict, Verdict::CouldNotCheck);
}

#[test]
fn no_flipped_digit_of_a_signature_is_ever_valid() {
    // What stands in /Contents is not covered by the signature; every digit of it counts all the same.
    let case = Case::new();
    let document = Document::parse(&case.copy, &Limits::STANDARD).unwrap();
    let (mut accepted, mut flipped) = (Vec::new(), 0);
    for number in document.entries().keys() {
        let Some(motcua_pdf::Object::Dict(dict)) =
            document.locate(*number).unwrap().map(|l| l.value)
        else {
            continue;
        };
        let Some(contents) = dict.get("Contents").and_then(|c| c.as_string()).filter(|c| c.hex)
        else {
            continue;
        };
        // Samples; tests/mutation.rs flips them all where it is asked to.
        for i in contents.range.clone().step_by(29) {
            let mut file = case.copy.clone();
            file[i] ^= 1;
            if case.judge(&file).verdict <= Verdict::ValidWithNotes {
                accepted.push(i - contents.range.start);
            }
            flipped += 1;
        }
    }
    println!("{flipped} digits flipped");
    assert!(flipped > 200);
    assert!(accepted.is_empty(), "{} accepted: {accepted:?}", accepted.len());
}

#[test]
fn what_fills_up_contents() {
    let case = Case::new();
    // Zeros are the usual thing: nothing is told about them.
    let report = case.judge(&case.copy);
    assert!(report.verdict <= Verdict::ValidWithNotes, "{}", report.to_text());
    for signature in &report.signatures {
        assert!(signature.findings.iter().all(|f| !f.contains("trailing")), "{signature:?}");
    }
    // A byte among them, first, in the middle, last, in either signature: not valid, and told.
    let document = Document::parse(&case.copy, &Limits::STANDARD).unwrap();
    let mut tried = 0;
    for number in document.entries().keys() {
        let located = document.locate(*number).unwrap();
        let Some(motcua_pdf::Object::Dict(dict)) = located.map(|l| l.value) else { continue };
        let contents = dict.get("Contents").and_then(|c| c.as_string()).filter(|c| c.hex);
        let Some(contents) = contents else { continue };
        let length = motcua_pki::cms::SignedData::parse(&contents.bytes).unwrap().as_der().len();
        let room = contents.bytes.len();
        assert!(length < room);
        for at in [length, (length + room) / 2, room - 1] {
            let mut file = case.copy.clone();
            file[contents.range.start + 1 + at * 2 + 1] = b'1';
            let report = case.judge(&file);
            assert_eq!(report.verdict, Verdict::NotValid, "{}", report.to_text());
            let told = report.signatures.iter().flat_map(|s| &s.findings);
            assert_eq!(told.filter(|f| *f == "pki.cms_trailing_junk").count(), 1);
            tried += 1;
        }
    }
    assert_eq!(tried, 6);
}

#[test]
fn every_reason_has_its_sentences() {
    let case = Case::new();
    for reason in case.judge(&case.copy).reasons {
        assert!(
            !reason.vi.is_empty() && !reason.en.is_empty() && !reason.vi.contains('{'),
            "{reason:?}"
        );
        assert_eq!(reason.severity, Severity::Note);
    }
}

#[test]
fn files_of_other_signers_are_never_copies() {
    let corpora = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let case = Case::new();
    let (mut seen, mut open) = (
        0,
        vec![
            corpora.join("pyhanko-pdf"),
            corpora.join("pdfcpu-signatures"),
            corpora.join("misc-signed"),
        ],
    );
    if !open.iter().all(|f| f.is_dir()) {
        println!("SKIPPED: signed files of others: ../shared/corpora is not there");
        return;
    }
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "pdf") {
                let verdict = case.judge(&std::fs::read(&path).unwrap()).verdict;
                assert!(verdict > Verdict::CannotConfirm, "{}: {verdict:?}", path.display());
                seen += 1;
            }
        }
    }
    println!("{seen} files of other signers");
    assert!(seen > 20);
}
