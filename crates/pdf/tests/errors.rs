//! One failing input for every error code of reading. The codes are listed in `test-vectors/errors.json`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::disallowed_methods
)]

use motcua_pdf::{Document, Error, Limits, Object, Ref};

/// A PDF of the objects given (numbers from 1), with a sound table.
fn pdf(objects: &[&str], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (i, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", out.len());
        out.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", i + 1).as_bytes());
    }
    let at = out.len();
    let size = objects.len() + 1;
    let end = format!(
        "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{at}\n%%EOF\n"
    );
    out.extend_from_slice(end.as_bytes());
    out
}

const CATALOG: &str = "<< /Type /Catalog /Pages 2 0 R >>";
const PAGES: &str = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
const PAGE: &str = "<< /Type /Page /Parent 2 0 R >>";

/// Parses, reads every object, decodes every stream, walks the pages.
fn read(bytes: &[u8]) -> Result<usize, Error> {
    let document = Document::parse(bytes, &Limits::STANDARD)?;
    for number in document.entries().keys() {
        if let Object::Stream(stream) = document.get(Ref { number: *number, generation: 0 })? {
            document.decode(&stream)?;
        }
    }
    Ok(document.pages()?.len())
}

fn fails(bytes: &[u8], code: &str, message: &str) {
    let error = read(bytes).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert!(error.to_string().contains(message), "{error}");
}

fn stream(dict: &str, data: &str) -> String {
    format!("<< /Length {} {dict} >>\nstream\n{data}\nendstream", data.len())
}

#[test]
fn a_sound_file_is_read() {
    assert_eq!(read(&pdf(&[CATALOG, PAGES, PAGE, &stream("", "q Q")], "")), Ok(1));
}

#[test]
fn empty() {
    fails(b"", "pdf.empty", "the file is empty");
}

#[test]
fn no_header() {
    fails(b"PK\x03\x04 a zip file", "pdf.no_header", "%PDF-1.x");
    let mut shifted = b"junk\n".to_vec();
    shifted.extend(pdf(&[CATALOG, PAGES, PAGE], ""));
    fails(&shifted, "pdf.no_header", "bytes were put before it");
}

#[test]
fn no_end() {
    let whole = pdf(&[CATALOG, PAGES, PAGE], "");
    fails(&whole[..whole.len() - 8], "pdf.no_end", "cut short");
    fails(&[&whole[..], b"more"].concat(), "pdf.no_end", "bytes follow the end");
}

#[test]
fn syntax() {
    fails(&pdf(&[CATALOG, PAGES, PAGE, "[ 1 2 oops ]"], ""), "pdf.syntax", "an unknown word");
    fails(
        &pdf(&[CATALOG, PAGES, PAGE, "<< (key) 1 >>"], ""),
        "pdf.syntax",
        "key that is not a name",
    );
    fails(&pdf(&[CATALOG, PAGES, PAGE, "/a#0g"], ""), "pdf.syntax", "two hexadecimal digits");
}

#[test]
fn duplicate_key() {
    let twice = "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Contents 5 0 R >>";
    fails(&pdf(&[CATALOG, PAGES, twice], ""), "pdf.duplicate_key", "/Contents twice");
}

#[test]
fn xref() {
    let whole = pdf(&[CATALOG, PAGES, PAGE], "");
    let text = String::from_utf8(whole).unwrap();
    fails(text.replace("00000 n \n", "00000 n\n").as_bytes(), "pdf.xref", "20 bytes");
    fails(
        text.replace("xref\n0 4", "xref\n0 1\n0000000000 65535 f \n0 4").as_bytes(),
        "pdf.xref",
        "listed twice",
    );
    let looping = pdf(&[CATALOG, PAGES, PAGE], "/Prev 9999");
    let at = looping.windows(5).position(|w| w == b"xref\n").unwrap();
    let looping = String::from_utf8(looping).unwrap().replace("9999", &format!("{at:04}"));
    fails(looping.as_bytes(), "pdf.xref", "already read");
}

#[test]
fn object_at() {
    let text = String::from_utf8(pdf(&[CATALOG, PAGES, PAGE], "")).unwrap();
    fails(text.replace("3 0 obj", "7 0 obj").as_bytes(), "pdf.object_at", "another object stands");
    let long = pdf(&[CATALOG, PAGES, PAGE, "<< /Length 99999 >>\nstream\nx\nendstream"], "");
    fails(&long, "pdf.object_at", "reaches beyond the file");
}

#[test]
fn encrypted() {
    fails(
        &pdf(&[CATALOG, PAGES, PAGE], "/Encrypt << /Filter /Standard /V 5 >>"),
        "pdf.encrypted",
        "Standard",
    );
}

#[test]
fn filter() {
    let image = stream("/Filter /JPXDecode", "x");
    fails(&pdf(&[CATALOG, PAGES, PAGE, &image], ""), "pdf.filter", "/JPXDecode");
}

#[test]
fn filter_data() {
    let broken = stream("/Filter /FlateDecode", "this is not deflate");
    fails(&pdf(&[CATALOG, PAGES, PAGE, &broken], ""), "pdf.filter_data", "FlateDecode");
}

#[test]
fn budget() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    fails(&pdf(&[CATALOG, PAGES, PAGE, &deep], ""), "pdf.budget", "depth");
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 64 << 20], 9);
    let hex: String = bomb.iter().map(|b| format!("{b:02x}")).collect();
    let bomb = stream("/Filter [/ASCIIHexDecode /FlateDecode]", &hex);
    fails(&pdf(&[CATALOG, PAGES, PAGE, &bomb], ""), "pdf.budget", "inflated");
}

#[test]
fn structure() {
    fails(&pdf(&["<< /Type /Pages >>"], ""), "pdf.structure", "/Type /Catalog");
    let looping = "<< /Type /Pages /Kids [2 0 R] /Count 1 >>";
    fails(&pdf(&[CATALOG, looping, PAGE], ""), "pdf.structure", "in the tree twice");
}

#[test]
fn no_pages() {
    fails(
        &pdf(&[CATALOG, "<< /Type /Pages /Kids [] /Count 0 >>"], ""),
        "pdf.no_pages",
        "at least one page",
    );
}
