//! Any bytes as metadata, as a page's content and as a font's map to Unicode, in a file that passes for a copy: what it states is
//! read and compared, never a panic, and nothing of it is ever valid.
//! seeds: test-vectors/copies
#![no_main]

use std::sync::OnceLock;

use motcua_copies::facts::CopyFacts;
use motcua_copies::facts::qr::QrFacts;
use motcua_copies::{Policy, Verdict, verify};

const COPY: &[u8] = include_bytes!("../../../test-vectors/copies/copy.pdf");
const POLICY: &str = r#"{"id":"fuzz","anchors_pem":[],"trust_list_as_of":"2026-11-24","at":"2026-11-24T00:00:00Z","revocation":"not_checked"}"#;

/// The metadata of a sound copy, which stand in it in plain text.
fn packet() -> &'static [u8] {
    static PACKET: OnceLock<Vec<u8>> = OnceLock::new();
    PACKET.get_or_init(|| {
        let find = |text: &[u8]| COPY.windows(text.len()).position(|w| w == text);
        let from = find(b"<?xpacket begin").expect("a packet");
        let to = find(b"<?xpacket end").expect("an end of it");
        COPY[from..to].to_vec()
    })
}

/// A PDF with these two streams as the page's content and its font's map, and a field that claims to be signed.
fn file(content: &[u8], map: &[u8]) -> Vec<u8> {
    let stream = |entries: &str, data: &[u8]| {
        let mut out = format!("<< {entries} /Length {} >>\nstream\n", data.len()).into_bytes();
        out.extend_from_slice(data);
        out.extend_from_slice(b"\nendstream");
        out
    };
    let objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R /AcroForm << /Fields [7 0 R] >> >>".to_vec(),
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents [5 0 R] /Resources << /Font << /R 8 0 R /B 8 0 R >> >> >>".to_vec(),
        stream("/Type /Metadata /Subtype /XML", packet()),
        stream("", content),
        stream("", map),
        b"<< /FT /Sig /T (official) /V 9 0 R /AP << /N 5 0 R >> >>".to_vec(),
        b"<< /Type /Font /Subtype /Type0 /ToUnicode 6 0 R >>".to_vec(),
        b"<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <00> >>".to_vec(),
    ];
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut rows = format!("xref\n0 {}\n0000000000 65535 f\r\n", objects.len() + 1);
    for (i, object) in objects.iter().enumerate() {
        rows.push_str(&format!("{:010} 00000 n\r\n", file.len()));
        file.extend_from_slice(format!("{} 0 obj\n", i + 1).as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    let size = objects.len() + 1;
    file.extend_from_slice(
        format!("{rows}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n")
            .as_bytes(),
    );
    file
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let _ = (CopyFacts::from_xmp(&text), QrFacts::from_text(&text));
    let (map, content) = data.split_at(data.len() / 3);
    let report = verify(&file(content, map), &Policy::from_json(POLICY).expect("a policy"));
    assert!(report.verdict > Verdict::ValidWithNotes);
});
