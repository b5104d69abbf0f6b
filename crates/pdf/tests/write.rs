//! The writer's refusals, and files that its own reader accepts.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]
#![cfg(feature = "write")]

use motcua_pdf::write::font::Font;
use motcua_pdf::write::metadata::{Schema, packet};
use motcua_pdf::write::signature::{Placed, SignatureDict};
use motcua_pdf::write::{FileWriter, UpdateBase, points, update};
use motcua_pdf::{Document, Limits};

fn smallest() -> FileWriter {
    let mut file = FileWriter::new();
    let (catalog, pages, page) = (file.reserve(), file.reserve(), file.reserve());
    file.object(catalog, format!("<< /Type /Catalog /Pages {pages} 0 R >>").as_bytes());
    file.object(pages, format!("<< /Type /Pages /Count 1 /Kids [{page} 0 R] >>").as_bytes());
    file.object(
        page,
        format!("<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 9 9] >>").as_bytes(),
    );
    file
}

#[test]
fn the_strict_reader_accepts_a_new_file_and_its_update() {
    let file = smallest();
    let startxref = file.position();
    let mut bytes = file.finish(1, &[7; 16]).unwrap();
    let id = "07".repeat(16);
    let base = UpdateBase { startxref, size: 5, root: 1, file_id: &id };
    let page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 5 5] /X 4 0 R >>".to_vec();
    let (more, bodies, _) = update(bytes.len(), base, &[(4, b"(new)".to_vec()), (3, page)]);
    bytes.extend_from_slice(&more);
    assert_eq!(&bytes[bodies[0]..bodies[0] + 5], b"(new)");
    let document = Document::parse(&bytes, &Limits::STANDARD).unwrap();
    assert_eq!(document.revisions().len(), 2);
    assert_eq!(document.pages().unwrap().len(), 1);
}

#[test]
fn unwritten() {
    let mut file = smallest();
    file.reserve();
    assert_eq!(file.finish(1, &[0; 16]).unwrap_err().code(), "pdf.unwritten");
}

#[test]
fn bad_font() {
    assert_eq!(Font::new(b"no font", "X").unwrap_err().code(), "pdf.bad_font");
}

#[test]
fn signature_too_large() {
    let dict = SignatureDict::new("", 4);
    let mut file = dict.body.clone();
    let placed = Placed::new(&dict, 0);
    placed.close(&mut file);
    assert!(placed.fill(&mut file, &[1, 2, 3, 4]).is_ok());
    let e = placed.fill(&mut file, &[0; 5]).unwrap_err();
    assert_eq!(e.code(), "pdf.signature_too_large");
    assert_eq!(e.details(), [("need", "5".to_owned()), ("have", "4".to_owned())]);
}

#[test]
fn control_character() {
    let schema =
        Schema { description: "d", namespace: "urn:x#", prefix: "x", properties: Vec::new() };
    assert!(packet("Tiêu đề <&>", "vi", "2026-11-24T10:00:00+07:00", &schema).is_ok());
    let e = packet("a\u{0}b", "vi", "2026-11-24T10:00:00+07:00", &schema).unwrap_err();
    assert_eq!(e.code(), "pdf.control_character");
}

#[test]
fn lengths_have_no_exponent_and_no_negative_zero() {
    assert_eq!(points(595.276), "595.276");
    assert_eq!(points(-0.0001), "0");
    assert_eq!(points(1e-9), "0");
    assert_eq!(points(12.0), "12");
}
