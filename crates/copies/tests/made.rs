//! What the tests of copies are made of: the sample originals, a demo authority, facts, and small PDFs written by hand.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::indexing_slicing)]
#![allow(dead_code, missing_docs, reason = "each test file uses its part")]

#[path = "made/annulments.rs"]
pub mod annulments;
#[path = "made/kinds.rs"]
pub mod kinds;
#[path = "made/levels.rs"]
pub mod levels;
#[path = "made/notaries.rs"]
pub mod notaries;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use motcua_copies::Policy;
use motcua_copies::facts::{CopyFacts, OriginalFacts, RegisterEntry, Shortcoming};
use motcua_copies::issue::existing::SignatureOptions;
use motcua_copies::issue::{
    Fonts, IssueError, Original, Pending, describe, describe_accepting, issue,
};
use motcua_copies::verify::{CertificatePolicies, Expect, RevocationNeed};
use motcua_pki::AlgorithmPolicy;
use motcua_pki::authority::Demo;
use motcua_pki::path::{Anchor, RevocationMaterial};
use time::OffsetDateTime;
use time::macros::{date, datetime};

pub const NOW: OffsetDateTime = datetime!(2026-11-24 03:00:00 UTC);

pub fn sample(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/originals");
    std::fs::read(folder.join(name)).unwrap()
}

/// A plain signature in a field of its own.
pub fn one_signature(algorithms: AlgorithmPolicy) -> SignatureOptions {
    SignatureOptions { algorithms, ..SignatureOptions::new("One", NOW) }
}

pub fn demo() -> Demo {
    Demo::new(NOW).unwrap()
}

pub fn original(bytes: &[u8]) -> Original<'_> {
    Original { bytes, dpi: None }
}

pub fn originals(files: &[Vec<u8>]) -> Vec<Original<'_>> {
    files.iter().map(|f| original(f)).collect()
}

pub fn facts() -> CopyFacts {
    CopyFacts {
        template: "copy-2025-11".into(),
        register: RegisterEntry {
            number: 12,
            book: "01".into(),
            year: 2026,
            act_code: "SCTĐT/BS".into(),
        },
        certified_on: date!(2026 - 11 - 24),
        signed_at: NOW,
        agency: "ỦY BAN NHÂN DÂN PHƯỜNG MẪU".into(),
        agency_id: "H99.1".into(),
        place: "Phường Sông Thơm".into(),
        official: "Nguyễn Văn Mẫu".into(),
        capacity: "TUQ. CHỦ TỊCH\nCÔNG CHỨC TƯ PHÁP – HỘ TỊCH".into(),
        mandate: None,
        co_officials: Vec::new(),
        statement_place: None,
        original: OriginalFacts {
            sha256: "ab".repeat(32),
            pages: 2,
            media_type: "image/jpeg".into(),
            captured: Some(2),
            accepted: Vec::new(),
        },
        copy_id: "BS-2026-000012".into(),
        dossier: "H99.1-261124-0001".into(),
        procedure: "2.000815".into(),
        applicant: "001201000001".into(),
        paper: "Bằng cử nhân".into(),
        system: "Cổng dịch vụ công (mẫu)".into(),
        link: "https://dichvucong.example/v".into(),
        secret: "k7Q2mB9xTz".into(),
    }
}

/// The facts for these originals, as many pages as were captured; nothing is accepted in which they fall short.
pub fn facts_of(originals: &[Original<'_>]) -> CopyFacts {
    let mut facts = facts();
    if let Ok(original) = describe(originals, 1) {
        facts.original = OriginalFacts { pages: original.captured.unwrap(), ..original };
    }
    facts
}

/// The same, with everything accepted in which they fall short.
pub fn lenient_facts_of(originals: &[Original<'_>]) -> CopyFacts {
    let mut facts = facts_of(originals);
    let accepting = describe_accepting(originals, facts.original.pages, &Shortcoming::ALL);
    if let Ok(original) = accepting {
        facts.original = original;
    }
    facts
}

/// Why these bytes are no original.
pub fn refusal(bytes: &[u8]) -> IssueError {
    let (demo, facts) = (demo(), facts_of(&[original(bytes)]));
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    issue(&[original(bytes)], &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap_err()
}

/// A PDF of these objects, numbered from 1, with a classic table.
pub fn pdf(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut rows = format!("xref\n0 {}\n0000000000 65535 f\r\n", objects.len() + 1);
    for (i, object) in objects.iter().enumerate() {
        rows.push_str(&format!("{:010} 00000 n\r\n", file.len()));
        file.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", i + 1).as_bytes());
    }
    let start = file.len();
    let size = objects.len() + 1;
    file.extend_from_slice(
        format!(
            "{rows}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n"
        )
        .as_bytes(),
    );
    file
}

/// The same, by this authority's official and agency.
pub fn facts_by(demo: &Demo, at: OffsetDateTime, originals: &[Original<'_>]) -> CopyFacts {
    CopyFacts {
        signed_at: at.replace_nanosecond(0).unwrap(),
        official: demo.official.certificate().subject().common_name().unwrap().to_owned(),
        agency: demo.agency.certificate().subject().organization().unwrap().to_uppercase(),
        ..lenient_facts_of(originals)
    }
}

/// A finished copy of the sample scan, by this authority.
pub fn copy_by(demo: &Demo, at: OffsetDateTime) -> Vec<u8> {
    copy_of(demo, at, &sample("diploma-scan.pdf"))
}

/// A finished copy of this original, by this authority.
pub fn copy_of(demo: &Demo, at: OffsetDateTime, bytes: &[u8]) -> Vec<u8> {
    copy_of_all(demo, at, &[original(bytes)])
}

/// A finished copy of these originals, by this authority.
pub fn copy_of_all(demo: &Demo, at: OffsetDateTime, originals: &[Original<'_>]) -> Vec<u8> {
    let facts = facts_by(demo, at, originals);
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    issue(originals, &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap()
}

/// A copy laid out for this authority's official and agency: its state as data, and the file that waits in it.
pub fn laid_out(
    demo: &Demo,
    originals: &[Original<'_>],
    facts: &CopyFacts,
) -> (serde_json::Value, Vec<u8>) {
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let (official, agency) = (levels::of(&official), levels::of(&agency));
    let fonts = Fonts::LIBERATION_SERIF;
    let pending = Pending::prepare(originals, facts, fonts, official, agency).unwrap();
    let state = serde_json::to_value(&pending).unwrap();
    let file = STANDARD.decode(state["slot"]["file"].as_str().unwrap()).unwrap();
    (state, file)
}

/// Signs what was laid out, with another file in it.
pub fn signed_as(demo: &Demo, mut state: serde_json::Value, file: &[u8]) -> Vec<u8> {
    state["slot"]["file"] = STANDARD.encode(file).into();
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let pending = serde_json::from_value(state).unwrap();
    levels::walk_plainly(pending, NOW, &[&official, &agency])
}

/// A policy that trusts these, for any signed document, without revocation.
pub fn policy(id: &str, anchors: Vec<Anchor>, at: OffsetDateTime) -> Policy {
    Policy {
        id: id.into(),
        expect: Expect::SignedDocument,
        anchors,
        intermediates: Vec::new(),
        trust_list_as_of: "2026-11-24".into(),
        trust_list_until: None,
        at,
        certificate_policies: CertificatePolicies::default(),
        revocation: RevocationNeed::NotChecked,
        algorithms: AlgorithmPolicy::standard(),
        material: RevocationMaterial::default(),
        annulments: Vec::new(),
        issuers: None,
    }
}
