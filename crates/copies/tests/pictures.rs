//! Pictures of every kind by another hand (Pillow), copied and drawn by another hand (poppler): each page looks as it must.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

mod made;

use std::fs;
use std::path::Path;
use std::process::Command;

use made::{demo, lenient_facts_of, original};
use motcua_copies::Verdict;
use motcua_copies::issue::{Fonts, Pictures, Terms, issue, issue_with};
use motcua_copies::verify::Expect;
use motcua_pdf::{Limits, archive};

/// Rows at the top that the agency's block may cover.
const BLOCK: usize = 52;
/// Mean difference of a sample that lossy coding, colour profiles and drawing leave; a wrong channel or turn leaves ten times that.
const TOLERANCE: f64 = 3.0;

fn starts(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|o| o.status.success())
}

/// Width, height and samples of a P6 file.
fn pixels(path: &Path) -> (usize, usize, Vec<u8>) {
    let bytes = fs::read(path).unwrap();
    let (mut numbers, mut at) = (Vec::new(), 2);
    while numbers.len() < 3 {
        let from = at + bytes[at..].iter().position(u8::is_ascii_digit).unwrap();
        at = from + bytes[from..].iter().position(|b| !b.is_ascii_digit()).unwrap();
        numbers.push(std::str::from_utf8(&bytes[from..at]).unwrap().parse().unwrap());
    }
    (numbers[0], numbers[1], bytes[at + 1..].to_vec())
}

/// Mean difference of two pictures of about one size, below the block.
fn difference(drawn: &Path, wanted: &Path) -> f64 {
    let ((width, height, drawn), (w, h, wanted)) = (pixels(drawn), pixels(wanted));
    let near = width.abs_diff(w) <= 1 && height.abs_diff(h) <= 1;
    assert!(near, "{width} × {height} instead of {w} × {h}");
    let (mut sum, mut count) = (0_u64, 0_u64);
    for y in BLOCK..height.min(h) {
        for x in 0..width.min(w) {
            let at = |width: usize| 3 * (y * width + x);
            for channel in 0..3 {
                sum += u64::from(drawn[at(width) + channel].abs_diff(wanted[at(w) + channel]));
                count += 1;
            }
        }
    }
    sum as f64 / count as f64
}

#[test]
fn every_kind_of_picture_looks_as_it_must() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/witness/pictures.py");
    let python = format!("{}/../../build/venv/bin/python", env!("CARGO_MANIFEST_DIR"));
    if !starts(&python, &["-c", "import PIL"]) || !starts("pdftoppm", &["-v"]) {
        println!("SKIPPED: no Pillow in build/venv, or no pdftoppm");
        return;
    }
    let folder = std::env::temp_dir().join(format!("motcua-pictures-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let text = folder.to_str().unwrap();
    let made = Command::new(&python).arg(&tests).arg(text).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let demo = demo();
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| !name.ends_with(".ppm"));
    names.sort();
    assert!(names.len() > 60, "{names:?}");
    let (mut pages, mut wrong) = (0, Vec::new());
    for name in names {
        let bytes = fs::read(folder.join(&name)).unwrap();
        let source = [original(&bytes)];
        let facts = lenient_facts_of(&source);
        let copy = issue(&source, &facts, Fonts::LIBERATION_SERIF, &official, &agency);
        let copy = copy.unwrap_or_else(|e| panic!("{name}: {e}"));
        let (pdf, drawn) = (folder.join("copy.pdf"), folder.join("drawn"));
        fs::write(&pdf, copy).unwrap();
        for page in 1.. {
            let wanted = folder.join(format!("{name}.{page}.ppm"));
            if !wanted.exists() {
                assert_eq!(facts.original.captured, Some(page - 1), "{name}");
                break;
            }
            let number = page.to_string();
            let resolution = if name.contains("centimetre") { "80.01" } else { "80" };
            let arguments = ["-r", resolution, "-singlefile", "-f", &number, "-l", &number];
            let files = [pdf.to_str().unwrap(), drawn.to_str().unwrap()];
            assert!(starts("pdftoppm", &[&arguments[..], &files].concat()), "{name}");
            let difference = difference(&folder.join("drawn.ppm"), &wanted);
            pages += 1;
            if difference > TOLERANCE {
                wrong.push(format!("{name} page {page}: {difference:.1}"));
            }
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    println!("{pages} pages compared");
    assert_eq!(wrong, Vec::<String>::new());
}

/// Says nothing of its size on paper but EXIF's placeholder: the resolution must be given.
#[test]
fn a_camera_that_knows_no_resolution_states_none() {
    let jpeg = made::sample("diploma-page-1.jpg");
    // No JFIF unit; an EXIF block of 72 dpi
    let mut bare = jpeg.clone();
    let at = bare.windows(5).position(|w| w == b"JFIF\0").unwrap();
    bare[at + 7..at + 12].copy_from_slice(&[0, 0, 1, 0, 1]);
    let block = |dpi: u32| {
        let mut tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x02".to_vec();
        for tag in [0x1A, 0x1B] {
            tiff.extend_from_slice(&[1, tag, 0, 5, 0, 0, 0, 1, 0, 0, 0, 38]);
        }
        tiff.extend_from_slice(&[0; 4]);
        tiff.extend_from_slice(&dpi.to_be_bytes());
        tiff.extend_from_slice(&[0, 0, 0, 1]);
        let length = u16::try_from(tiff.len() + 2).unwrap().to_be_bytes();
        let segment = [&[0xFF, 0xE1][..], &length, &tiff].concat();
        let mut file = bare.clone();
        file.splice(2..2, segment);
        file
    };
    assert_eq!(made::refusal(&block(72)).code(), "copies.no_resolution");
    // JFIF's placeholder gives way to what the camera says, but counts where it says nothing.
    for (camera, low) in [(300, false), (72, true)] {
        let mut both = block(camera);
        let at = both.windows(5).position(|w| w == b"JFIF\0").unwrap();
        both[at + 7..at + 12].copy_from_slice(&[1, 0, 72, 0, 72]);
        let facts = lenient_facts_of(&[original(&both)]);
        let found = facts.original.accepted.iter().any(|s| s.name() == "low_resolution");
        assert_eq!(found, low, "{camera}: {facts:?}");
    }
    let told = block(200);
    let facts = lenient_facts_of(&[original(&told)]);
    assert!(!facts.original.accepted.iter().any(|s| s.name() == "low_resolution"), "{facts:?}");
    let coarse = block(100);
    let facts = lenient_facts_of(&[original(&coarse)]);
    assert!(facts.original.accepted.iter().any(|s| s.name() == "low_resolution"), "{facts:?}");
}

/// A red ring on a transparent ground, `side` pixels at `dpi`.
fn ring(side: u32, dpi: Option<u32>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, side, side);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let per_metre = dpi.map(|dpi| dpi * 10_000 / 254);
    encoder.set_pixel_dims(per_metre.map(|n| png::PixelDimensions {
        xppu: n,
        yppu: n,
        unit: png::Unit::Meter,
    }));
    let half = f64::from(side) / 2.0;
    let samples = (0..side * side).flat_map(|i| {
        let (x, y) = (f64::from(i % side) - half, f64::from(i / side) - half);
        let away = (x * x + y * y).sqrt() / half;
        if (0.85..1.0).contains(&away) { [200, 0, 0, 255] } else { [0, 0, 0, 0] }
    });
    let samples: Vec<u8> = samples.collect();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&samples).unwrap();
    writer.finish().unwrap();
    out
}

#[test]
fn a_signature_and_a_seal_are_shown_and_the_statement_still_agrees() {
    let demo = demo();
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let jpeg = made::sample("diploma-page-1.jpg");
    let mut facts = made::facts_of(&[original(&jpeg)]);
    facts.official = demo.official.certificate().subject().common_name().unwrap().to_owned();
    facts.agency = demo.agency.certificate().subject().organization().unwrap().to_uppercase();
    let made = |signature: Option<Vec<u8>>, seal: Option<Vec<u8>>| {
        let terms = Terms { pictures: Pictures { signature, seal }, ..Terms::viet_nam() };
        let fonts = Fonts::LIBERATION_SERIF;
        issue_with(&[original(&jpeg)], &facts, fonts, &official, &agency, &terms)
    };
    // 36 mm at 300 dpi
    let seal = ring(425, Some(300));
    let mut policy = made::policy("t", vec![demo.anchor()], made::NOW);
    policy.expect = Expect::CertifiedCopy;
    for (signature, seal) in [
        (None, None),
        (Some(ring(300, None)), None),
        (None, Some(seal.clone())),
        (Some(ring(300, None)), Some(seal)),
    ] {
        let copy = made(signature, seal).unwrap();
        assert_eq!(archive::check(&copy, &Limits::STANDARD), []);
        let report = motcua_copies::verify(&copy, &policy);
        assert_eq!(report.verdict, Verdict::ValidWithNotes, "{:?}", report.reasons);
        if let Some(folder) = std::env::var_os("MOTCUA_KEEP") {
            fs::write(Path::new(&folder).join("sealed.pdf"), &copy).unwrap();
        }
    }
    // A seal whose size nobody knows, one of 108 mm, and what is no PNG
    let code = |signature, seal| made(signature, seal).unwrap_err().code();
    assert_eq!(code(None, Some(ring(425, None))), "copies.bad_fact");
    assert_eq!(code(None, Some(ring(425, Some(100)))), "copies.bad_fact");
    assert_eq!(code(Some(jpeg.clone()), None), "pdf.broken_image");
}
