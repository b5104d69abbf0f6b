//! What programs of note write beside the letter of the standards, or seldom: read where nothing hangs on it, mended where nothing
//! that shows changes, and refused where it does.
#![allow(clippy::unwrap_used)]

mod made;

use made::{demo, lenient_facts_of, original, pdf, refusal};
use motcua_copies::issue::{Fonts, issue};
use motcua_pdf::{Document, Limits};

fn copied(bytes: &[u8]) -> Vec<u8> {
    let (demo, facts) = (demo(), lenient_facts_of(&[original(bytes)]));
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    issue(&[original(bytes)], &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap()
}

/// A page of A4 with these resources and further objects, from 5.
fn page(content: &str, resources: &str, further: &[String]) -> Vec<u8> {
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << {resources} >> >>"
        ),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    objects.extend_from_slice(further);
    pdf(&objects, "")
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|w| w == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

/// The first entry of a table has 65535 (ISO 32000-1 §7.5.4); one more is as free.
#[test]
fn a_free_entry_of_any_generation() {
    let file = page("0 0 1 rg 9 9 99 99 re f", "", &[]);
    copied(&replaced(&file, b"0000000000 65535 f", b"0000000000 65536 f"));
    let used = file.windows(9).position(|w| w == b" 00000 n\r").unwrap();
    let mut changed = file;
    changed[used + 1..used + 6].copy_from_slice(b"65536");
    assert_eq!(refusal(&changed).code(), "pdf.xref");
}

/// A linearised file whose first section is a stream, with "startxref 0 %%EOF" after it or without; `mark` is the key of its first
/// object, `previous` where the first section points (the main one, or itself).
fn linearised(mark: &str, ended: bool, forward: bool) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut places = [0; 7];
    let mut object = |file: &mut Vec<u8>, number: usize, body: &str| {
        places[number] = file.len();
        file.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
        places
    };
    // The first section, whose rows are put in at the end: objects 4 to 6
    object(&mut file, 4, &format!("<< /{mark} 1 >>"));
    let rows = "0".repeat(2 * 3 * 6);
    let row_place = |file: &[u8]| file.windows(36).position(|w| w == rows.as_bytes());
    let first = |previous: usize| {
        format!(
            "<< /Type /XRef /W [1 4 1] /Index [4 3] /Size 7 /Root 6 0 R /Prev {previous:010} /Filter /ASCIIHexDecode /Length 37 >>\nstream\n{rows}>\nendstream"
        )
    };
    object(&mut file, 5, &first(0));
    if ended {
        file.extend_from_slice(b"startxref\n0\n%%EOF\n");
    }
    object(&mut file, 6, "<< /Type /Catalog /Pages 1 0 R >>");
    object(&mut file, 1, "<< /Type /Pages /Count 1 /Kids [2 0 R] >>");
    let places = object(
        &mut file,
        2,
        "<< /Type /Page /Parent 1 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
    );
    let main = file.len();
    let entry = |at: usize| format!("01{at:08X}00");
    let listed = format!("000000000000{}{}{}", entry(places[1]), entry(places[2]), entry(main));
    file.extend_from_slice(format!("3 0 obj\n<< /Type /XRef /W [1 4 1] /Size 4 /Root 6 0 R /Filter /ASCIIHexDecode /Length 49 >>\nstream\n{listed}>\nendstream\nendobj\nstartxref\n{}\n%%EOF\n", places[5]).as_bytes());
    let at = row_place(&file).unwrap();
    let listed = [4, 5, 6].map(|n| entry(places[n])).concat();
    file[at..at + 36].copy_from_slice(listed.as_bytes());
    let previous = if forward { main } else { places[5] };
    replaced(&file, b"/Prev 0000000000", format!("/Prev {previous:010}").as_bytes())
}

/// Annex F wants "startxref 0 %%EOF" after the first-page section; qpdf leaves it out after a stream.
#[test]
fn a_first_page_section_without_an_end() {
    for ended in [true, false] {
        let file = linearised("Linearized", ended, true);
        let document = Document::parse(&file, &Limits::STANDARD).unwrap();
        assert_eq!(document.revisions().len(), 1);
        assert_eq!(document.pages().unwrap().len(), 1);
        copied(&file);
    }
    // Not linearised, or a section that names none further back
    for file in [linearised("Linearised", false, true), linearised("Linearized", false, false)] {
        assert_eq!(refusal(&file).code(), "pdf.xref");
    }
}

/// The transfer function that changes nothing is left out, any other refused (ISO 19005-2 §6.2.5).
#[test]
fn transfer_functions() {
    let state = |entries: &str| {
        page("/G gs 0 0 1 rg 9 9 99 99 re f", &format!("/ExtGState << /G << {entries} >> >>"), &[])
    };
    for entries in ["/TR /Identity", "/Type /ExtGState /TR /Identity /TR2 /Default"] {
        let copy = copied(&state(entries));
        assert!(!copy.windows(4).any(|w| w == b"/TR "), "{entries}");
    }
    let inverse = "<< /FunctionType 2 /Domain [0 1] /N 1 /C0 [1] /C1 [0] >>";
    let e = refusal(&state(&format!("/TR {inverse}")));
    assert!(e.code() == "copies.not_archivable" && e.to_string().contains("6.2.5"), "{e}");
}

/// CID 0 is .notdef, whatever glyph a map gives it: veraPDF says so, and the copy would not be PDF/A.
#[test]
fn a_text_in_cid_0() {
    let font = Fonts::LIBERATION_SERIF.regular;
    let hex: String = font.iter().map(|b| format!("{b:02X}")).collect();
    let file = |code: &str, map: &str| {
        page(
            &format!("BT /F 24 Tf 100 700 Td <{code}> Tj ET"),
            "/Font << /F 5 0 R >>",
            &[
                "<< /Type /Font /Subtype /Type0 /BaseFont /LiberationSerif /Encoding /Identity-H /DescendantFonts [6 0 R] >>".to_owned(),
                "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /LiberationSerif /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 7 0 R /CIDToGIDMap 8 0 R /DW 722 >>".to_owned(),
                "<< /Type /FontDescriptor /FontName /LiberationSerif /Flags 4 /FontBBox [0 -300 1000 1000] /ItalicAngle 0 /Ascent 891 /Descent -216 /CapHeight 660 /StemV 80 /FontFile2 9 0 R >>".to_owned(),
                format!("<< /Filter /ASCIIHexDecode /Length {} >>\nstream\n{map}>\nendstream", map.len() + 1),
                format!("<< /Filter /ASCIIHexDecode /Length1 {} /Length {} >>\nstream\n{hex}>\nendstream", font.len(), hex.len() + 1),
            ],
        )
    };
    // Glyph 36 is A.
    copied(&file("0001", "00000024"));
    let e = refusal(&file("0000", "00240024"));
    assert!(e.code() == "copies.not_archivable" && e.to_string().contains("6.2.11.8"), "{e}");
}

/// Patterns lie where the page has them (ISO 32000-1 §8.7.2), not where its content is moved to: they are moved as well, and those of
/// forms are not.
#[test]
fn patterns_of_pages_that_are_moved() {
    let file = |entries: &str| {
        let pattern = "/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 9 /YStep 9 /Resources << >> /Length 21";
        pdf(
            &[
                "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
                "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
                format!("<< /Type /Page /Parent 2 0 R {entries} /Contents 4 0 R /Resources << /Pattern << /P 5 0 R /S 6 0 R >> /XObject << /F 7 0 R >> >> >>"),
                "<< /Length 55 >>\nstream\n/Pattern cs /P scn 9 9 99 99 re f /S scn 9 9 9 9 re f  \nendstream".to_owned(),
                format!("<< {pattern} /Matrix [2 0 0 2 1 1] >>\nstream\n0 0 1 rg 0 0 5 5 re f\nendstream"),
                "<< /PatternType 2 /Shading << /ShadingType 2 /ColorSpace /DeviceRGB /Coords [0 0 9 9] /Function << /FunctionType 2 /Domain [0 1] /N 1 /C0 [1 0 0] /C1 [0 0 1] >> >> >>".to_owned(),
                "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Pattern << /P 5 0 R >> >> /Length 0 >>\nstream\n\nendstream".to_owned(),
            ],
            "",
        )
    };
    let matrices = |entries: &str| {
        let copy = copied(&file(entries));
        let document = Document::parse(&copy, &Limits::STANDARD).unwrap();
        let page = &document.pages().unwrap()[0];
        let resources = document.resolve(page.inherited("Resources").unwrap()).unwrap();
        let resources = resources.as_dict().unwrap();
        let pictures = document.value(resources, "XObject").unwrap();
        let form = document.value(pictures.as_dict().unwrap(), "F").unwrap();
        let inner = document.value(form.as_dict().unwrap(), "Resources").unwrap();
        [(resources, "P"), (resources, "S"), (inner.as_dict().unwrap(), "P")].map(|(r, name)| {
            let patterns = document.value(r, "Pattern").unwrap();
            let pattern = document.value(patterns.as_dict().unwrap(), name).unwrap();
            let matrix = document.value(pattern.as_dict().unwrap(), "Matrix").unwrap();
            let numbers = matrix.as_array().unwrap_or_default().iter();
            numbers.map(|n| n.as_number().unwrap()).collect::<Vec<_>>()
        })
    };
    let own = vec![2.0, 0.0, 0.0, 2.0, 1.0, 1.0];
    for (entries, tiles, shades) in [
        ("/MediaBox [0 0 595 842]", own.clone(), vec![]),
        (
            "/MediaBox [-10 -20 585 822]",
            vec![2.0, 0.0, 0.0, 2.0, 11.0, 21.0],
            vec![1.0, 0.0, 0.0, 1.0, 10.0, 20.0],
        ),
        (
            "/MediaBox [0 0 595 842] /Rotate 90",
            vec![0.0, -2.0, 2.0, 0.0, 1.0, 594.0],
            vec![0.0, -1.0, 1.0, 0.0, 0.0, 595.0],
        ),
        (
            "/MediaBox [0 0 595 842] /UserUnit 2",
            vec![4.0, 0.0, 0.0, 4.0, 2.0, 2.0],
            vec![2.0, 0.0, 0.0, 2.0, 0.0, 0.0],
        ),
    ] {
        assert_eq!(matrices(entries), [tiles, shades, own.clone()], "{entries}");
    }
}

/// iText and reportlab frame their links by default; what is seen and printed becomes part of the page.
#[test]
fn frames_of_links() {
    let framed = |entries: &str| {
        let file = pdf(
            &[
                "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
                "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
                format!(
                    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> /Annots [<< /Subtype /Link /F 4 /Rect [100 100 200 150] {entries} >>] >>"
                ),
                "<< /Length 3 >>\nstream\nq q\nendstream".to_owned(),
            ],
            "",
        );
        let copy = copied(&file);
        let document = Document::parse(&copy, &Limits::STANDARD).unwrap();
        let page = document.pages().unwrap().swap_remove(0);
        let contents = page.dict.get("Contents").unwrap().as_array().unwrap().to_vec();
        let last = document.resolve(contents.last().unwrap()).unwrap();
        String::from_utf8(document.raw(last.as_stream().unwrap()).unwrap().to_vec()).unwrap()
    };
    for (entries, frame) in [
        ("", "q 0 G 1 w [] 0 d 100.5 100.5 99 49 re S Q"),
        ("/C [1 0 0] /Border [0 0 2 [3 1]]", "q 1 0 0 RG 2 w [3 1] 0 d 101 101 98 48 re S Q"),
        ("/C [0.5] /BS << /W 4 /S /S >>", "q 0.5 G 4 w [] 0 d 102 102 96 46 re S Q"),
    ] {
        assert_eq!(framed(entries), format!("\nQ Q Q\n{frame}\n"));
    }
}
