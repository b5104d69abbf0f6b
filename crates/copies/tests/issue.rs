//! Issues copies of the sample originals and of bad ones. `MOTCUA_KEEP=dir` keeps the files for outside witnesses.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod made;

use made::{demo, facts, facts_of, lenient_facts_of, original, originals, refusal, sample};
use motcua_copies::facts::{CopyFacts, Shortcoming};
use motcua_copies::issue::{Fonts, IssueError, Next, Original, Pending, Role, issue};
use motcua_pdf::{Document, Limits};
use motcua_pki::authority::{SubjectName, Template};
use motcua_pki::{Signer, cms};

fn rules() -> motcua_pki::SigningRules {
    motcua_pki::SigningRules::viet_nam(made::NOW)
}

fn issue_sample(files: &[&str]) -> Vec<u8> {
    let bytes: Vec<_> = files.iter().map(|f| sample(f)).collect();
    let (demo, facts) = (demo(), facts_of(&originals(&bytes)));
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let copy =
        issue(&originals(&bytes), &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap();
    if let Some(folder) = std::env::var_os("MOTCUA_KEEP") {
        let folder = std::path::Path::new(&folder);
        std::fs::write(folder.join(format!("copy-of-{}.pdf", files[0])), &copy).unwrap();
        std::fs::write(
            folder.join(format!("root-of-{}.pem", files[0])),
            demo.root.certificate().to_pem(),
        )
        .unwrap();
    }
    copy
}

#[test]
fn pictures_become_a_copy_with_two_revisions() {
    let copy = issue_sample(&["diploma-page-1.jpg", "diploma-page-2.jpg"]);
    let document = Document::parse(&copy, &Limits::STANDARD).unwrap();
    assert_eq!(document.revisions().len(), 2);
    assert_eq!(document.pages().unwrap().len(), 3);
    for page in ["diploma-page-1.jpg", "diploma-page-2.jpg"] {
        let data = sample(page);
        assert!(copy.windows(data.len()).any(|w| w == data), "{page} was re-encoded");
    }
}

#[test]
fn a_scanned_pdf_becomes_a_copy() {
    let copy = issue_sample(&["diploma-scan.pdf"]);
    assert_eq!(Document::parse(&copy, &Limits::STANDARD).unwrap().pages().unwrap().len(), 3);
}

#[test]
fn a_saved_state_resumes_and_refuses_a_foreign_signature() {
    let bytes = [sample("diploma-page-1.jpg")];
    let (demo, facts) = (demo(), facts_of(&originals(&bytes)));
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    fn of(signer: &dyn Signer) -> (&[motcua_pki::Certificate], motcua_pki::SignatureAlgorithm) {
        (signer.certificate_chain(), signer.algorithm())
    }
    let pending = Pending::prepare(
        &originals(&bytes),
        &facts,
        Fonts::LIBERATION_SERIF,
        of(&official),
        of(&agency),
    )
    .unwrap();
    let saved = serde_json::to_string(&pending).unwrap();
    let pending: Pending = serde_json::from_str(&saved).unwrap();
    assert_eq!(pending.role(), Role::Official);
    let digest = pending.digest(official.algorithm().content_digest()).unwrap();

    let mut wrong = digest.clone();
    wrong[0] ^= 1;
    let foreign =
        cms::prepare(official.certificate_chain(), official.algorithm(), &wrong, &rules()).unwrap();
    let refused = pending.clone().complete(&foreign.sign(&official).unwrap()).unwrap_err();
    assert_eq!(refused.code(), "copies.signature_refused");

    let sign = |digest: &[u8], signer: &dyn Signer| {
        cms::prepare(signer.certificate_chain(), signer.algorithm(), digest, &rules())
            .unwrap()
            .sign(signer)
            .unwrap()
    };
    let Next::Agency(pending) = pending.complete(&sign(&digest, &official)).unwrap() else {
        panic!("the agency must sign next")
    };
    let digest = pending.digest(agency.algorithm().content_digest()).unwrap();
    let Next::Done(copy) = pending.complete(&sign(&digest, &agency)).unwrap() else {
        panic!("the copy must be complete")
    };
    assert_eq!(Document::parse(&copy, &Limits::STANDARD).unwrap().revisions().len(), 2);
}

#[test]
fn no_original() {
    let (demo, facts) = (demo(), facts());
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let e = issue(&[], &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap_err();
    assert_eq!(e.code(), "copies.no_original");
}

#[test]
fn empty_original() {
    assert_eq!(refusal(b"").code(), "copies.empty_original");
}

#[test]
fn unknown_original() {
    assert_eq!(refusal(b"PK\x03\x04 a zip file").code(), "copies.unknown_original");
}

#[test]
fn broken_image() {
    let jpeg = sample("diploma-page-1.jpg");
    for length in [3, 100, jpeg.len() / 2, jpeg.len() - 2] {
        assert_eq!(refusal(&jpeg[..length]).code(), "pdf.broken_image", "cut to {length}");
    }
    assert_eq!(refusal(b"\x89PNG\r\n\x1a\nnothing").code(), "pdf.broken_image");
}

#[test]
fn unsupported_image() {
    // A frame of two components.
    let jpeg =
        b"\xFF\xD8\xFF\xC0\0\x0E\x08\0\x08\0\x08\x02\x01\x11\0\x02\x11\0\xFF\xDA\0\x02\0\xFF\xD9";
    assert_eq!(refusal(jpeg).code(), "pdf.unsupported_image");
}

#[test]
fn no_resolution() {
    let mut jpeg = sample("diploma-page-1.jpg");
    jpeg[13] = 0; // JFIF: density without a unit
    assert_eq!(refusal(&jpeg).code(), "copies.no_resolution");
}

/// The copy, or the refusal, of the facts as changed.
fn issued(bytes: &[u8], change: impl Fn(&mut CopyFacts)) -> Result<Vec<u8>, IssueError> {
    let (demo, mut facts) = (demo(), facts_of(&[original(bytes)]));
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    change(&mut facts);
    issue(&[original(bytes)], &facts, Fonts::LIBERATION_SERIF, &official, &agency)
}

/// Refused unless accepted by this name alone; then the copy says so in its metadata.
fn accepted_only_by_name(bytes: &[u8], pages: u32, what: &[Shortcoming]) {
    let of = |accepted: &[Shortcoming]| {
        issued(bytes, |f| {
            f.original.pages = pages;
            f.original.accepted = accepted.to_vec();
        })
    };
    let found = motcua_copies::issue::shortcomings(&[original(bytes)], pages).unwrap();
    assert_eq!(found.iter().filter_map(IssueError::shortcoming).collect::<Vec<_>>(), what);
    for (refusal, shortcoming) in found.iter().zip(what) {
        assert_eq!(refusal.code(), format!("copies.{}", shortcoming.name()));
        assert!(refusal.to_string().contains(shortcoming.name()), "{refusal}");
        let others: Vec<_> = what.iter().copied().filter(|w| w != shortcoming).collect();
        assert_eq!(of(&others).unwrap_err(), *refusal);
    }
    let copy = of(what).unwrap();
    let names: Vec<_> = what.iter().map(|w| w.name()).collect();
    let stated = format!("<motcua:Accepted>{}</motcua:Accepted>", names.join(" "));
    assert!(copy.windows(stated.len()).any(|w| w == stated.as_bytes()));
}

#[test]
fn low_resolution() {
    let mut jpeg = sample("diploma-page-1.jpg");
    jpeg[15] = 72; // JFIF: dots per inch across
    assert_eq!(refusal(&jpeg).code(), "copies.low_resolution");
    jpeg[15] = 199;
    accepted_only_by_name(&jpeg, 1, &[Shortcoming::LowResolution]);
}

#[test]
fn not_colour() {
    let kinds = made::kinds::kinds();
    let grey = &kinds.iter().find(|(name, _)| *name == "grey.jpg").unwrap().1;
    accepted_only_by_name(grey, 1, &[Shortcoming::NotColour, Shortcoming::UnusualSize]);
}

#[test]
fn unusual_size() {
    let mut jpeg = sample("diploma-page-1.jpg");
    // 1,200 dpi: 50 by 35 mm
    (jpeg[14], jpeg[15], jpeg[16], jpeg[17]) = (4, 176, 4, 176);
    accepted_only_by_name(&jpeg, 1, &[Shortcoming::UnusualSize]);
}

#[test]
fn signature_lost() {
    let signed = made::copy_by(&demo(), made::NOW);
    accepted_only_by_name(&signed, 3, &[Shortcoming::SignatureLost]);
    let found = motcua_copies::issue::shortcomings(&[original(&signed)], 3).unwrap();
    assert_eq!(found, [IssueError::SignatureLost { index: 1, signatures: 2 }]);
    // Fields that nobody signed yet lose nothing.
    let document = Document::parse(&signed, &Limits::STANDARD).unwrap();
    let unsigned = &signed[..document.revisions()[0].added.end];
    let found = motcua_copies::issue::shortcomings(&[original(unsigned)], 3).unwrap();
    assert_eq!(found, [IssueError::SignatureLost { index: 1, signatures: 1 }]);
    let jpeg = sample("diploma-page-1.jpg");
    assert_eq!(motcua_copies::issue::shortcomings(&[original(&jpeg)], 1).unwrap(), []);
}

#[test]
fn pages_missing() {
    let jpeg = sample("diploma-page-1.jpg");
    accepted_only_by_name(&jpeg, 2, &[Shortcoming::PagesMissing]);
    // Pages without information do not harm: the captured ones and those that carry any are two numbers.
    let pdf = sample("diploma-scan.pdf");
    let copy = issued(&pdf, |f| f.original.pages = 1).unwrap();
    let stated = b"<motcua:OriginalPages>1</motcua:OriginalPages>";
    assert!(copy.windows(stated.len()).any(|w| w == stated));
    let stated = b"<motcua:CapturedPages>2</motcua:CapturedPages>";
    assert!(copy.windows(stated.len()).any(|w| w == stated));
}

#[test]
fn scans_in_a_pdf_are_measured_and_drawn_pages_are_not() {
    // The picture of one pixel, as large as the page.
    let scan = |more: &str| {
        let content = format!("q 600 0 0 800 0 0 cm /Im0 Do Q {more}");
        drawn("", &content, "<< /XObject << /Im0 5 0 R >> >>")
    };
    accepted_only_by_name(&scan(""), 1, &[Shortcoming::LowResolution]);
    let found = |pdf: &[u8]| motcua_copies::issue::shortcomings(&[original(pdf)], 1).unwrap();
    let mut grey = scan("");
    let (rgb, same_length) = (b"/ColorSpace /DeviceRGB", b"/ColorSpace/DeviceGray");
    let at = grey.windows(rgb.len()).position(|w| w == rgb).unwrap();
    grey[at..at + rgb.len()].copy_from_slice(same_length);
    assert_eq!(found(&scan("0 0 1 rg 0 0 9 9 re f")).len(), 1);
    assert!(matches!(
        found(&grey)[..],
        [IssueError::LowResolution { dpi: 0, .. }, IssueError::NotColour { index: 1, page: 1 }]
    ));
    assert_eq!(found(&sample("diploma-scan.pdf")), []);
    // A small picture, and text that shows: drawn. Text that does not show, as of recognition: still a scan.
    let small = drawn("", "q 60 0 0 80 0 0 cm /Im0 Do Q", "<< /XObject << /Im0 5 0 R >> >>");
    assert_eq!(found(&small), []);
    assert_eq!(found(&scan("BT (x) Tj ET")), []);
    assert_eq!(found(&scan("BT 3 Tr (x) Tj ET")).len(), 1);
}

#[test]
fn nothing_is_said_to_be_accepted_that_does_not_fall_short() {
    let jpeg = sample("diploma-page-1.jpg");
    let with = |accepted: &[Shortcoming]| {
        issued(&jpeg, |f| f.original.accepted = accepted.to_vec()).unwrap_err().code()
    };
    assert_eq!(with(&[Shortcoming::NotColour]), "copies.bad_fact");
    let e = issued(&jpeg, |f| f.original.captured = None).unwrap_err();
    assert_eq!(e.code(), "copies.bad_fact");
}

#[test]
fn not_archivable() {
    let text = "BT /F 12 Tf (x) Tj ET";
    let pdf = made::pdf(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ], "");
    let e = refusal(&pdf);
    assert_eq!(e.code(), "copies.not_archivable");
    assert!(e.to_string().contains("6.2.11.4.1"), "{e}");
    assert!(e.details().contains(&("rule", "archive.not_embedded".to_owned())), "{e:?}");
}

#[test]
fn content_that_breaks_pdf_a_is_refused_by_its_clause() {
    let inline = "q 9 0 0 9 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G /F /LZW ID x\nEI Q";
    let deep = format!("{}{}", "q ".repeat(29), "Q ".repeat(29));
    for (content, clause) in [
        ("0 0 0 1 k 9 9 9 9 re f", "6.2.4.3"),
        ("/DeviceCMYK cs 0 0 0 1 sc", "6.2.4.3"),
        ("bogus", "6.2.2"),
        ("BX bogus EX", "6.2.2"),
        ("/Fancy ri", "6.2.6"),
        ("/Nothing Do", "6.2.2"),
        ("99999999999 0 m", "6.1.13"),
        (inline, "6.1.10"),
        (&deep, "6.1.13"),
    ] {
        let e = refusal(&drawn("", content, "<< >>"));
        assert_eq!(e.code(), "copies.not_archivable", "{content}");
        assert!(e.to_string().contains(&format!("§{clause}")), "{content}: {e}");
    }
    for content in ["0 0 1 rg 9 9 9 9 re f", "/Perceptual ri", "Q Q 1 0 0 RG 0 0 m 9 9 l S"] {
        copied(&drawn("", content, "<< >>"));
    }
}

#[test]
fn every_kind_of_original_becomes_a_copy() {
    for (name, bytes) in made::kinds::kinds() {
        let demo = demo();
        let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
        let source = [Original { bytes: &bytes, dpi: Some(300) }];
        let facts = lenient_facts_of(&source);
        let copy = issue(&source, &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap();
        let findings = motcua_pdf::archive::check(&copy, &Limits::STANDARD);
        assert!(findings.is_empty(), "{name}: {findings:?}");
    }
}

#[test]
fn annotations_become_part_of_the_page_or_are_refused() {
    let annotated = |annotation: &str, content: &str| {
        drawn(&format!("/Annots [<< /Type /Annot {annotation} >>]"), content, "<< >>")
    };
    for (annotation, content, clause) in [
        ("/Subtype /Link /Rect [9 9 99 99]", "", "6.3.3"),
        ("/Subtype /Link /Rect [9 9 99 99] /BS << /W 2 >> /Border [0 0 0]", "", "6.3.3"),
        ("/Subtype /Link /F 4 /Rect [9 9 99 99] /Border [3 3 1]", "", "6.3.3"),
        ("/Subtype /Link /F 4 /Rect [9 9 99 99] /BS << /S /I >>", "", "6.3.3"),
        ("/Subtype /Link /F 4 /Rect [9 9 99 99] /C [0 0 0 1]", "", "6.3.3"),
        ("/Subtype /Widget /FT /Tx /V (x) /F 4 /Rect [9 9 99 99]", "", "6.3.3"),
        ("/Subtype /Widget /FT /Tx /MK << /BC [0] >> /F 4 /Rect [9 9 99 99]", "", "6.3.3"),
        ("/Subtype /Widget /FT /Btn /AS /Yes /F 4 /Rect [9 9 99 99]", "", "6.3.3"),
        ("/Subtype /Widget /Parent << /FT /Ch /V (x) >> /F 4 /Rect [9 9 99 99]", "", "6.3.3"),
        ("/Subtype /Widget /F 4 /Rect [9 9 99 99]", "", "6.3.3"),
        ("/Subtype /FreeText /Contents (x) /F 4 /Rect [9 9 99 99]", "", "6.3.3"),
        ("/Subtype /Stamp /F 0 /Rect [9 9 99 99] /AP << /N 4 0 R >>", "", "6.3.2"),
        ("/Subtype /Stamp /F 36 /Rect [9 9 99 99] /AP << /N 4 0 R >>", "", "6.3.2"),
        ("/Subtype /Stamp /F 4 /Rect [9 9 99 99] /AP << /N 4 0 R >>", "", "6.3.3"),
        (
            "/Subtype /Stamp /F 4 /OC << /Type /OCG >> /Rect [9 9 99 99] /AP << /N 4 0 R >>",
            "",
            "6.9",
        ),
    ] {
        let e = refusal(&annotated(annotation, content));
        assert_eq!(e.code(), "pdf.not_archivable", "{annotation}");
        assert!(e.to_string().contains(&format!("§{clause}")), "{annotation}: {e}");
    }
    for (annotation, content) in [
        ("/Subtype /Link /Rect [9 9 99 99] /Border [0 0 0]", ""),
        ("/Subtype /Link /F 4 /Rect [9 9 99 99] /C []", ""),
        ("/Subtype /Stamp /F 2 /Rect [9 9 99 99] /AP << /N 4 0 R >>", ""),
        ("/Subtype /Widget /FT /Sig /F 132 /Rect [0 0 0 0]", "Q"),
        // Not yet signed, not filled in, not chosen
        ("/Subtype /Widget /FT /Sig /F 4 /Rect [9 9 99 99]", ""),
        ("/Subtype /Widget /Parent << /FT /Tx /V () >> /F 4 /Rect [9 9 99 99]", ""),
        ("/Subtype /Widget /FT /Btn /AS /Off /F 4 /Rect [9 9 99 99]", ""),
    ] {
        let copy = copied(&annotated(annotation, content));
        let document = Document::parse(&copy, &Limits::STANDARD).unwrap();
        let page = &document.pages().unwrap()[0];
        assert!(!page.dict.get("Annots").unwrap().as_array().unwrap().is_empty());
        assert!(page.inherited("Resources").unwrap().as_dict().unwrap().is_empty());
    }
    // What is drawn lies where the annotation lay, after the page's own content and outside its states.
    let (_, annotated) =
        made::kinds::kinds().into_iter().find(|(name, _)| *name == "annotated.pdf").unwrap();
    let copy = copied(&annotated);
    let document = Document::parse(&copy, &Limits::STANDARD).unwrap();
    let page = &document.pages().unwrap()[0];
    let contents = page.dict.get("Contents").unwrap().as_array().unwrap();
    let last = document.resolve(contents.last().unwrap()).unwrap();
    let drawn =
        String::from_utf8(document.raw(last.as_stream().unwrap()).unwrap().to_vec()).unwrap();
    // The stamp's box [0 0 99 99], turned left, is [-99 0 0 99].
    assert_eq!(
        drawn,
        "\nQ Q\n\
         q 0.818182 0.000000 0.000000 0.414141 90.000000 9.000000 cm /Annotation0 Do Q\n\
         q 0.818182 0.000000 0.000000 0.606061 90.000000 90.000000 cm /Annotation1 Do Q\n"
    );
}

#[test]
fn a_page_keeps_the_space_it_blends_in() {
    let kinds = made::kinds::kinds();
    let (_, blending) = kinds.iter().find(|(name, _)| *name == "blending.pdf").unwrap();
    let copy = copied(blending);
    let document = Document::parse(&copy, &Limits::STANDARD).unwrap();
    let page = &document.pages().unwrap()[0];
    let group = document.value(&page.dict, "Group").unwrap();
    assert!(group.as_dict().unwrap().is_name("CS", "DeviceRGB"));
    let e = refusal(&drawn("/Group << /S /Transparency /CS /DeviceCMYK >>", "", "<< >>"));
    assert!(e.to_string().contains("§6.2.4.3"), "{e}");
}

#[test]
fn not_archivable_page() {
    assert_eq!(refusal(&drawn("/Rotate 45", "", "<< >>")).code(), "pdf.not_archivable");
}

#[test]
fn pdfs_that_cannot_be_read_say_why() {
    let pages =
        |count: usize, kids: &str| format!("<< /Type /Pages /Count {count} /Kids [{kids}] >>");
    let catalog = "<< /Type /Catalog /Pages 2 0 R >>".to_owned();
    assert_eq!(refusal(&made::pdf(&[catalog.clone(), pages(0, "")], "")).code(), "pdf.no_pages");
    let encrypted = made::pdf(&[catalog, pages(0, "")], "/Encrypt << /Filter /Standard >>");
    assert_eq!(refusal(&encrypted).code(), "pdf.encrypted");
}

#[test]
fn facts_that_do_not_fit_are_refused() {
    let jpeg = sample("diploma-page-1.jpg");
    let (demo, good) = (demo(), facts_of(&[original(&jpeg)]));
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let code = |facts| {
        let fonts = Fonts::LIBERATION_SERIF;
        issue(&[Original { bytes: &jpeg, dpi: None }], &facts, fonts, &official, &agency)
            .unwrap_err()
            .code()
    };
    let mut facts = good.clone();
    facts.template = "copy-1999".to_owned();
    assert_eq!(code(facts), "copies.unknown_template");
    let mut facts = good.clone();
    facts.official = "Nguye\u{302}\u{303}n".to_owned();
    assert_eq!(code(facts), "copies.bad_fact");
    let mut facts = good.clone();
    facts.register.number = 0;
    assert_eq!(code(facts), "copies.bad_fact");
    let mut facts = good.clone();
    facts.paper = "giấy ".repeat(900).trim_end().to_owned();
    assert_eq!(code(facts), "copies.qr_too_long");
    let mut facts = good.clone();
    facts.original.sha256 = "00".repeat(32);
    assert_eq!(code(facts), "copies.bad_fact");
    let mut facts = good;
    facts.official = "Nguyễn 字".to_owned();
    assert_eq!(code(facts), "pdf.missing_glyph");
}

#[test]
fn the_same_input_lays_out_the_same_bytes() {
    let bytes = [sample("diploma-scan.pdf")];
    let (demo, facts) = (demo(), facts_of(&originals(&bytes)));
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let lay = || {
        let who = (official.certificate_chain(), official.algorithm());
        let seal = (agency.certificate_chain(), agency.algorithm());
        Pending::prepare(&originals(&bytes), &facts, Fonts::LIBERATION_SERIF, who, seal).unwrap()
    };
    assert_eq!(lay(), lay());
}

#[test]
fn a_state_with_places_outside_its_file() {
    let bytes = [sample("diploma-page-1.jpg")];
    let (demo, facts) = (demo(), facts_of(&originals(&bytes)));
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let who = (official.certificate_chain(), official.algorithm());
    let seal = (agency.certificate_chain(), agency.algorithm());
    let pending =
        Pending::prepare(&originals(&bytes), &facts, Fonts::LIBERATION_SERIF, who, seal).unwrap();
    let mut state = serde_json::to_value(&pending).unwrap();
    state["slot"]["contents_at"] = serde_json::json!(u64::from(u32::MAX));
    let pending: Pending = serde_json::from_value(state).unwrap();
    let e = pending.digest(official.algorithm().content_digest()).unwrap_err();
    assert_eq!(e.code(), "copies.bad_state");
}

/// A page of 600 by 800 with these entries, content and resources; object 5 is a small picture.
fn drawn(entries: &str, content: &str, resources: &str) -> Vec<u8> {
    made::pdf(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
            format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] {entries} /Contents 4 0 R /Resources {resources} >>"),
            format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
            "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Length 3 >>\nstream\nred\nendstream".to_owned(),
        ],
        "",
    )
}

fn copied(bytes: &[u8]) -> Vec<u8> {
    let (demo, facts) = (demo(), lenient_facts_of(&[original(bytes)]));
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    issue(&[original(bytes)], &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap()
}

#[test]
fn pictures_keep_their_place_whatever_their_name() {
    for name in ["A", "AA", "JS", "OC", "Metadata", "StructParent", "Im0"] {
        let pdf = drawn(
            "",
            &format!("q 400 0 0 400 50 50 cm /{name} Do Q"),
            &format!("<< /XObject << /{name} 5 0 R >> >>"),
        );
        let copy = copied(&pdf);
        let document = Document::parse(&copy, &Limits::STANDARD).unwrap();
        let page = &document.pages().unwrap()[0];
        let resources = document.resolve(page.inherited("Resources").unwrap()).unwrap();
        let pictures = document.value(resources.as_dict().unwrap(), "XObject").unwrap();
        let picture = document.value(pictures.as_dict().unwrap(), name).unwrap();
        assert_eq!(
            *document.raw(picture.as_stream().unwrap()).unwrap(),
            *b"red",
            "/{name} was lost"
        );
    }
}

#[test]
fn pages_keep_their_size_on_paper() {
    let size = |entries: &str| {
        let copy = copied(&drawn(entries, "", "<< >>"));
        let document = Document::parse(&copy, &Limits::STANDARD).unwrap();
        let page = &document.pages().unwrap()[0];
        let numbers = page.inherited("MediaBox").unwrap().as_array().unwrap();
        numbers.iter().map(|n| n.as_number().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(size(""), [0.0, 0.0, 600.0, 800.0]);
    assert_eq!(size("/UserUnit 1.5"), [0.0, 0.0, 900.0, 1200.0]);
    assert_eq!(size("/Rotate -90"), [0.0, 0.0, 800.0, 600.0]);
    assert_eq!(size("/CropBox [-9 100 9999 300]"), [0.0, 0.0, 600.0, 200.0]);
    for entries in ["/UserUnit 0", "/Rotate 45", "/CropBox [700 0 900 90]"] {
        assert_eq!(refusal(&drawn(entries, "", "<< >>")).code(), "pdf.not_archivable", "{entries}");
    }
}

#[test]
fn layers_are_refused_not_flattened_in_silence() {
    let layer = "<< /Properties << /L << /Type /OCG /Name (hidden) >> >> >>";
    let e = refusal(&drawn("", "/OC /L BDC EMC", layer));
    assert!(e.to_string().contains("6.9"), "{e}");
}

#[test]
fn wrong_signer() {
    let bytes = [sample("diploma-page-1.jpg")];
    let (demo, facts) = (demo(), facts_of(&originals(&bytes)));
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let pending = Pending::prepare(
        &originals(&bytes),
        &facts,
        Fonts::LIBERATION_SERIF,
        (official.certificate_chain(), official.algorithm()),
        (agency.certificate_chain(), agency.algorithm()),
    )
    .unwrap();
    let cms = |pending: &Pending, signer: &dyn Signer| {
        let digest = pending.digest(signer.algorithm().content_digest()).unwrap();
        cms::prepare(signer.certificate_chain(), signer.algorithm(), &digest, &rules())
            .unwrap()
            .sign(signer)
            .unwrap()
    };
    let swapped = pending.clone().complete(&cms(&pending, &agency)).unwrap_err();
    assert_eq!(swapped.code(), "copies.wrong_signer");
    let Next::Agency(pending) = pending.clone().complete(&cms(&pending, &official)).unwrap() else {
        panic!("the agency must sign next")
    };
    let twice = pending.clone().complete(&cms(&pending, &official)).unwrap_err();
    assert_eq!(twice.code(), "copies.wrong_signer");
    // Bytes a device pads its answer with do not enter the file.
    let mut padded = cms(&pending, &agency);
    padded.extend([0; 8]);
    assert!(matches!(pending.complete(&padded).unwrap(), Next::Done(_)));
}

/// A name above another's signature is refused when the copy is laid out, not found out by a verifier.
#[test]
fn who_signs_is_who_is_named() {
    let jpeg = sample("diploma-page-1.jpg");
    let (demo, good) = (demo(), facts_of(&[original(&jpeg)]));
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let made = |official_name: &str, agency_name: &str| {
        let mut facts = good.clone();
        (facts.official, facts.agency) = (official_name.to_owned(), agency_name.to_owned());
        issue(&[original(&jpeg)], &facts, Fonts::LIBERATION_SERIF, &official, &agency)
    };
    // Capitals and blanks do not matter.
    assert!(made("NGUYỄN VĂN  MẪU", "Ủy ban nhân dân phường Mẫu").is_ok());
    for (official_name, agency_name, code) in [
        ("Một Người Khác", good.agency.as_str(), "copies.official_name_differs"),
        (good.official.as_str(), "ỦY BAN NHÂN DÂN PHƯỜNG KHÁC", "copies.agency_name_differs"),
    ] {
        assert_eq!(made(official_name, agency_name).unwrap_err().code(), code);
    }
    // The official's certificate names the agency too; that does not make it the agency's.
    let own = issue(&[original(&jpeg)], &good, Fonts::LIBERATION_SERIF, &official, &official);
    let own = own.unwrap_err();
    assert_eq!(own.code(), "copies.official_seals");
    assert!(own.to_string().contains("an agency seals with a certificate of its own"));
    // Nor does one that names nobody's organization.
    let person = Template::new(
        SubjectName::new().country("VN").common_name("Nguyễn Văn Mẫu"),
        made::NOW - time::Duration::days(30),
        made::NOW + time::Duration::days(30),
    );
    let person = demo.issuing.issue(&person.document_signer()).unwrap().signer().unwrap();
    let sealed = issue(&[original(&jpeg)], &good, Fonts::LIBERATION_SERIF, &official, &person);
    assert_eq!(sealed.unwrap_err().code(), "copies.agency_name_differs");
}
