//! PDFs that cannot become PDF/A-2b: refused with their clause, or drawn as pictures where that is accepted by name.
#![cfg(feature = "rasterise")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod made;

use made::{demo, facts_of, original, pdf, policy};
use motcua_copies::facts::{CopyFacts, Shortcoming, StatementPlace};
use motcua_copies::issue::{Fonts, IssueError, describe_accepting, issue, shortcomings};
use motcua_copies::statement::Statement;
use motcua_pdf::{Document, Limits, archive};

/// A page of A4 in inks without a profile, with a text in a font that is not embedded.
fn drawn(content: &str) -> Vec<u8> {
    page(content, "0 0 595 842")
}

fn page(content: &str, sheet: &str) -> Vec<u8> {
    let text = |text: &str| text.replace("SHEET", sheet);
    pdf(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>".into(),
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".into(),
            text(
                "<< /Type /Page /Parent 2 0 R /MediaBox [SHEET] /Resources << /Font << /F 5 0 R >> >> /Contents 4 0 R >>",
            ),
            format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".into(),
        ],
        "",
    )
}

fn copied(bytes: &[u8], accept: &[Shortcoming]) -> Result<(Vec<u8>, CopyFacts), IssueError> {
    let demo = demo();
    let (official, agency) = (demo.official_signer()?, demo.agency_signer()?);
    let source = [original(bytes)];
    let mut facts = facts_of(&source);
    facts.original = describe_accepting(&source, facts.original.pages, accept)?;
    let copy = issue(&source, &facts, Fonts::LIBERATION_SERIF, &official, &agency)?;
    Ok((copy, facts))
}

#[test]
fn drawn_where_it_is_accepted_and_refused_where_not() {
    for content in ["BT /F 24 Tf 100 700 Td (Bang cu nhan) Tj ET", "0 0 1 0 k 100 100 200 300 re f"]
    {
        let file = drawn(content);
        let e = copied(&file, &[]).unwrap_err();
        assert_eq!(e.shortcoming(), Some(Shortcoming::Rasterised), "{e}");
        assert!(e.code().ends_with("not_archivable"), "{e}");
        assert!(e.to_string().ends_with("accept rasterised by name"), "{e}");
        let (copy, facts) = copied(&file, &[Shortcoming::Rasterised]).unwrap();
        assert_eq!(facts.original.accepted, [Shortcoming::Rasterised]);
        assert_eq!(facts.original.media_type, "application/pdf");
        assert_eq!(archive::check(&copy, &Limits::STANDARD), []);
        let statement = Statement::new(&facts).unwrap();
        assert!(statement.body.iter().any(|line| line.contains("300 dpi")), "{statement:?}");
        // The page keeps its size, and holds a picture of 300 dots per inch.
        let document = Document::parse(&copy, &Limits::STANDARD).unwrap();
        let page = &document.pages().unwrap()[0];
        let size = document.value(&page.dict, "MediaBox").unwrap();
        let side = |i: usize| size.as_array().unwrap()[i].as_number().unwrap();
        assert!((side(2) - 595.0).abs() < 0.5 && (side(3) - 842.0).abs() < 0.5, "{size:?}");
        let text = String::from_utf8_lossy(&copy);
        assert!(text.contains("/Width 2479 /Height 3508"), "the drawn picture is not there");
        let report = motcua_copies::verify(&copy, &policy("t", vec![demo().anchor()], made::NOW));
        let differs = ["copies.statement_differs", "copies.qr_differs"];
        assert!(!report.reasons.iter().any(|r| differs.contains(&r.code)), "{:?}", report.reasons);
        if let Some(folder) = std::env::var_os("MOTCUA_KEEP") {
            std::fs::write(std::path::Path::new(&folder).join("drawn.pdf"), &copy).unwrap();
        }
        // The same again is the same.
        assert_eq!(copied(&file, &[Shortcoming::Rasterised]).unwrap().1, facts);
    }
}

#[test]
fn a_drawn_page_carries_the_statement() {
    let file = drawn("BT /F 24 Tf 100 700 Td (Bang) Tj ET BT 3 Tr");
    let (demo, source) = (demo(), [original(&file)]);
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let mut facts = made::facts_by(&demo, made::NOW, &source);
    facts.statement_place = Some(StatementPlace { left: 20, top: 150, width: 170, height: 120 });
    let copy = issue(&source, &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap();
    assert_eq!(archive::check(&copy, &Limits::STANDARD), []);
    let report = motcua_copies::verify(&copy, &made::levels::strict(&demo, made::NOW));
    assert_eq!(report.verdict, motcua_copies::Verdict::ValidWithNotes, "{}", report.to_text());
    assert_eq!(report.facts.unwrap().original.accepted, [Shortcoming::Rasterised]);
}

#[test]
fn what_needs_no_drawing_is_not_drawn() {
    let scan = made::sample("diploma-scan.pdf");
    let (_, facts) = copied(&scan, &[Shortcoming::Rasterised]).unwrap();
    assert_eq!(facts.original.accepted, []);
    let jpeg = made::sample("diploma-page-1.jpg");
    assert_eq!(copied(&jpeg, &Shortcoming::ALL).unwrap().1.original.accepted, []);
    // Nor is it said to be.
    let mut facts = facts_of(&[original(&scan)]);
    facts.original.accepted = vec![Shortcoming::Rasterised];
    let demo = demo();
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let e = issue(&[original(&scan)], &facts, Fonts::LIBERATION_SERIF, &official, &agency);
    assert_eq!(e.unwrap_err().code(), "copies.bad_fact");
    assert!(shortcomings(&[original(&scan)], 1).unwrap().is_empty());
}

#[test]
fn not_rasterised() {
    let accept = [Shortcoming::Rasterised];
    let content = "BT /F 24 Tf 100 700 Td (Bang) Tj ET";
    let code = |file: &[u8]| copied(file, &accept).unwrap_err().code();
    // Too large to draw, and a page that is turned into nothing
    assert_eq!(code(&page(content, "0 0 90000 842")), "copies.not_rasterised");
    // A font that cannot be read: its text would be missing.
    let font =
        "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /None-H /DescendantFonts [null] >>";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 5 0 R >> >> /Contents 4 0 R >>",
        "<< /Length 35 >>\nstream\nBT /F 24 Tf 100 700 Td (Bang) Tj ET\nendstream",
        font,
    ];
    assert_eq!(code(&pdf(&objects.map(str::to_owned), "")), "copies.not_rasterised");
    // What the strict reader refuses is not drawn by a tolerant one.
    let file = drawn(content);
    assert!(code(&file[..file.len() - 40]).starts_with("pdf."));
}

/// What the renderer would leave out is not drawn without it.
#[test]
fn what_would_be_missing_is_refused() {
    let accept = [Shortcoming::Rasterised];
    let of = |page: &str, further: &[&str]| {
        let content = "0 0 1 0 k /Pattern cs /P scn 100 100 200 300 re f";
        let mut objects = vec![
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R {page} >>"
            ),
            format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        ];
        objects.extend(further.iter().map(|f| (*f).to_owned()));
        copied(&pdf(&objects, ""), &accept)
    };
    let annotated = |annotation: &str| {
        of(&format!("/Resources << >> /Annots [<< /Rect [9 9 99 99] {annotation} >>]"), &[])
    };
    for annotation in [
        "/Subtype /FreeText /Contents (x)",
        "/Subtype /Highlight /QuadPoints [9 9 99 9 9 99 99 99]",
        "/Subtype /Widget /FT /Tx /V (x)",
        "/Subtype /Link /F 4",
    ] {
        let e = annotated(annotation).unwrap_err();
        assert!(e.code() == "copies.not_rasterised" && e.to_string().contains("missing"), "{e}");
    }
    // Nothing shows of these, or not on paper.
    for annotation in [
        "/Subtype /Link",
        "/Subtype /FreeText /F 2",
        "/Subtype /Widget /FT /Sig /F 4",
        "/Subtype /Popup",
    ] {
        assert!(annotated(annotation).is_ok(), "{annotation}");
    }
    // A shading within the cell of a pattern is lost where the page has a clip.
    let pattern = |cell: &str| {
        let shading = "/Shading << /S << /ShadingType 2 /ColorSpace /DeviceRGB /Coords [0 0 9 9] /Function << /FunctionType 2 /Domain [0 1] /N 1 /C0 [1 0 0] /C1 [0 0 1] >> >> >>";
        let form = format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << {shading} >> /Length {} >>\nstream\n{cell}\nendstream",
            cell.len()
        );
        of(
            "/Resources << /Pattern << /P 5 0 R >> >>",
            &[
                "<< /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 9 /YStep 9 /Resources << /XObject << /F 6 0 R >> >> /Length 5 >>\nstream\n/F Do\nendstream",
                &form,
            ],
        )
    };
    let e = pattern("/S sh").unwrap_err();
    assert!(e.code() == "copies.not_rasterised" && e.to_string().contains("shading"), "{e}");
    assert!(pattern("1 0 0 rg 0 0 5 5 re f").is_ok());
    // Fonts that the renderer has letters for, and those whose letters it would leave out or take for others
    let font = |font: &str| {
        let file = drawn("BT /F 24 Tf 100 700 Td (A) Tj ET");
        let text = String::from_utf8_lossy(&file).into_owned();
        assert!(text.contains("/Subtype /Type1 /BaseFont /Helvetica"));
        let objects: Vec<_> = text
            .split(" 0 obj\n")
            .skip(1)
            .map(|object| {
                let body = object.split("\nendobj").next().unwrap();
                body.replace("/Subtype /Type1 /BaseFont /Helvetica", font)
            })
            .collect();
        copied(&pdf(&objects, ""), &accept)
    };
    for usual in [
        "/Subtype /Type1 /BaseFont /Times-Bold",
        "/Subtype /TrueType /BaseFont /ABCDEF+Arial,Bold /Encoding /WinAnsiEncoding",
        "/Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [65 /Aacute /Euro /Lslash /breve /minus /.notdef] >>",
    ] {
        assert!(font(usual).is_ok(), "{usual}");
    }
    for other in [
        "/Subtype /TrueType /BaseFont /.VnTime /Encoding /WinAnsiEncoding",
        "/Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [65 /uni1EA4] >>",
        "/Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light >>]",
    ] {
        let e = font(other).unwrap_err();
        assert!(e.code() == "copies.not_rasterised" && e.to_string().contains("embedded"), "{e}");
    }
    let e = copied(&drawn("BT /G 24 Tf 100 700 Td (A) Tj ET"), &accept).unwrap_err();
    assert!(e.code() == "copies.not_rasterised" && e.to_string().contains("/G"), "{e}");
    // A unit of its own that is the usual one
    let unit = |unit: &str| of(&format!("/UserUnit {unit} /Resources << >>"), &[]);
    assert!(unit("1.0").is_ok());
    for other in ["2", "(1)"] {
        assert!(unit(other).is_err(), "{other}");
    }
}
