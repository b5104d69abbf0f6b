//! Signatures on existing PDFs that show: text and picture in their place, the file's own form and PDF/A kept, nothing else let in.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod made;

use std::path::{Path, PathBuf};
use std::process::Command;

use made::{NOW, demo, policy, sample};
use motcua_copies::issue::existing::{SignatureOptions, sign_existing, sign_existing_visibly};
use motcua_copies::issue::{Fonts, Visible};
use motcua_copies::verify::Severity;
use motcua_pdf::{Limits, archive};

fn options(field: &str) -> SignatureOptions {
    SignatureOptions::new(field, NOW)
}

const LINES: [&str; 2] = ["Ký bởi: Nguyễn Văn Mẫu", "24.11.2026 10:00:00 +07:00"];

fn visible() -> Visible<'static> {
    Visible {
        page: 1,
        place: [330.0, 40.0, 220.0, 60.0],
        lines: &LINES,
        size: 9.0,
        picture: None,
        fonts: Fonts::LIBERATION_SERIF,
    }
}

fn passing() -> Option<PathBuf> {
    fn find(folder: &Path) -> Option<PathBuf> {
        let mut entries: Vec<_> =
            std::fs::read_dir(folder).ok()?.flatten().map(|e| e.path()).collect();
        entries.sort();
        entries.iter().find_map(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            let good = name.contains("6-1-2-") && name.contains("-pass-") && name.ends_with(".pdf");
            if path.is_dir() { find(path) } else { good.then(|| path.clone()) }
        })
    }
    find(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../../shared/corpora/verapdf-corpus/PDF_A-2b"),
    )
}

#[test]
fn text_and_picture_show_and_the_signature_stands() {
    let demo = demo();
    let signer = demo.official_signer().unwrap();
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, 2, 1);
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header().unwrap().write_image_data(&[255, 0, 0, 255, 0, 0, 0, 0]).unwrap();
    let policy = policy("t", vec![demo.anchor()], NOW);
    let scan = sample("diploma-scan.pdf");
    let both = Visible { picture: Some(&png), ..visible() };
    let alone = Visible { picture: Some(&png), lines: &[], page: 2, ..visible() };
    for look in [visible(), both, alone] {
        let file = sign_existing_visibly(&scan, &options("One"), &look, &signer).unwrap();
        assert!(file.starts_with(&scan));
        assert_eq!(file, {
            // ECDSA draws a number each time: all but the signature is the same.
            let again = sign_existing_visibly(&scan, &options("One"), &look, &signer).unwrap();
            let at = again.windows(10).rposition(|w| w == b"/Contents ").unwrap();
            let end = at + again[at..].iter().position(|b| *b == b'>').unwrap();
            let mut joined = again.clone();
            joined[at..end].copy_from_slice(&file[at..end]);
            joined
        });
        let report = motcua_copies::verify(&file, &policy);
        let against: Vec<_> =
            report.reasons.iter().filter(|r| r.severity == Severity::Failure).collect();
        assert!(against.is_empty(), "{against:?}");
        // A second one follows without harm to the first.
        let second = Visible { place: [40.0, 40.0, 220.0, 60.0], ..look };
        let file = sign_existing_visibly(&file, &options("Two"), &second, &signer).unwrap();
        let report = motcua_copies::verify(&file, &policy);
        assert!(
            !report.reasons.iter().any(|r| r.severity == Severity::Failure),
            "{:?}",
            report.reasons
        );
        if let Some(folder) = std::env::var_os("MOTCUA_KEEP") {
            std::fs::write(Path::new(&folder).join("visible.pdf"), &file).unwrap();
        }
        let path = std::env::temp_dir().join(format!("motcua-visible-{}.pdf", std::process::id()));
        std::fs::write(&path, &file).unwrap();
        match Command::new("pdftotext").args([path.as_os_str(), "-".as_ref()]).output() {
            Ok(said) => {
                let said = String::from_utf8_lossy(&said.stdout).into_owned();
                assert_eq!(
                    said.matches(LINES[0]).count(),
                    if look.lines.is_empty() { 0 } else { 2 },
                    "{said}"
                );
            }
            Err(_) => println!("SKIPPED: no pdftotext"),
        }
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn an_archive_stays_one() {
    let Some(path) = passing() else {
        println!("SKIPPED: ../shared/corpora/verapdf-corpus is not there");
        return;
    };
    let file = std::fs::read(path).unwrap();
    assert_eq!(archive::check(&file, &Limits::STANDARD), []);
    let demo = demo();
    let signer = demo.official_signer().unwrap();
    let look = Visible { place: [10.0, 10.0, 220.0, 60.0], ..visible() };
    let signed = sign_existing_visibly(&file, &options("One"), &look, &signer).unwrap();
    assert_eq!(archive::check(&signed, &Limits::STANDARD), []);
    if let Some(folder) = std::env::var_os("MOTCUA_KEEP") {
        std::fs::write(Path::new(&folder).join("visible-archive.pdf"), &signed).unwrap();
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let demo = demo();
    let signer = demo.official_signer().unwrap();
    let scan = sample("diploma-scan.pdf");
    let code = |look: Visible<'_>| {
        sign_existing_visibly(&scan, &options("One"), &look, &signer).unwrap_err().code()
    };
    for look in [
        Visible { page: 0, ..visible() },
        Visible { page: 99, ..visible() },
        Visible { place: [0.0, 0.0, 40.0, 60.0], ..visible() },
        Visible { place: [0.0, 0.0, 220.0, 15.0], ..visible() },
        Visible { place: [0.0, 0.0, -220.0, 60.0], ..visible() },
        Visible { place: [f64::NAN, 0.0, 220.0, 60.0], ..visible() },
        Visible { size: 0.0, ..visible() },
    ] {
        assert_eq!(code(look), "copies.not_signable", "{look:?}");
    }
    assert_eq!(code(Visible { lines: &["字"], ..visible() }), "pdf.missing_glyph");
    assert_eq!(code(Visible { picture: Some(b"GIF89a"), ..visible() }), "pdf.broken_image");
    // A field that is there keeps its look; a certified copy takes no third signature, shown or not.
    let signed = sign_existing(&scan, &options("One"), &signer).unwrap();
    let e = sign_existing_visibly(&signed, &options("One"), &visible(), &signer).unwrap_err();
    assert_eq!(e.code(), "copies.not_signable");
    let copy = made::copy_by(&demo, NOW);
    let e = sign_existing_visibly(&copy, &options("Three"), &visible(), &signer).unwrap_err();
    assert_eq!(e.code(), "copies.not_signable");
}
