//! TIFF originals: what enters the copy, and what is refused.
#![allow(clippy::unwrap_used)]

mod made;

use made::{demo, lenient_facts_of, original, refusal};
use motcua_copies::issue::{Fonts, issue};
use motcua_pdf::{Document, Limits};

/// What a kind of TIFF becomes: the images of its first page, decoded where they can be, and the pages.
fn tiff(bytes: &[u8]) -> (Vec<motcua_pdf::Dict>, Vec<Vec<u8>>, usize) {
    let demo = demo();
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let source = [original(bytes)];
    let facts = lenient_facts_of(&source);
    let copy = issue(&source, &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap();
    let document = Document::parse(&copy, &Limits::STANDARD).unwrap();
    let pages = document.pages().unwrap();
    let resources = document.resolve(pages[0].inherited("Resources").unwrap()).unwrap();
    let pictures = document.value(resources.as_dict().unwrap(), "XObject").unwrap();
    let (mut dicts, mut data) = (Vec::new(), Vec::new());
    for (_, picture) in pictures.as_dict().unwrap().iter() {
        let picture = document.resolve(picture).unwrap();
        let stream = picture.as_stream().unwrap();
        dicts.push(stream.dict.clone());
        let fax_or_jpeg = !stream.dict.is_name("Filter", "FlateDecode");
        data.push(if fax_or_jpeg {
            document.raw(stream).unwrap().to_vec()
        } else {
            document.decode(stream).unwrap()
        });
    }
    (dicts, data, pages.len() - 1)
}

#[test]
fn tiffs_keep_every_sample() {
    let file = |name: &str| std::fs::read(format!("tests/data/{name}.tiff")).unwrap();
    let integer = |dict: &motcua_pdf::Dict, key: &str| dict.get(key).unwrap().as_integer();
    // The same picture in two codings has the same samples, and they stand in the uncompressed file.
    let (_, plain, _) = tiff(&file("plain"));
    assert_eq!(plain[0].len(), 16 * 16 * 3);
    assert!(file("plain").windows(768).any(|w| w == plain[0]));
    let (_, lzw, _) = tiff(&file("lzw"));
    assert_eq!(lzw, plain);
    let (dicts, alpha, _) = tiff(&file("alpha"));
    assert_eq!(alpha, plain);
    assert!(dicts[0].contains("SMask"));
    let (dicts, _, _) = tiff(&file("deep"));
    assert_eq!(integer(&dicts[0], "BitsPerComponent"), Some(16));
    // Fax data pass through, strip by strip.
    let (dicts, group4, _) = tiff(&file("group4"));
    assert!(file("group4").windows(group4[0].len()).any(|w| w == group4[0]));
    assert!(dicts[0].get("DecodeParms").unwrap().as_dict().unwrap().contains("BlackIs1"));
    let (dicts, _, _) = tiff(&file("group4-white"));
    assert!(!dicts[0].get("DecodeParms").unwrap().as_dict().unwrap().contains("BlackIs1"));
    let (dicts, strips, _) = tiff(&file("strips"));
    assert_eq!(strips.len(), 4);
    assert_eq!(integer(&dicts[3], "Height"), Some(4));
    // White is zero: the samples stay, and the image says what they mean.
    let (black, packed, _) = tiff(&file("packbits"));
    let (white, same, _) = tiff(&file("packbits-white"));
    assert_eq!(packed, same);
    assert!(!black[0].contains("Decode") && white[0].contains("Decode"));
    let (dicts, _, _) = tiff(&file("palette"));
    assert!(dicts[0].get("ColorSpace").unwrap().as_array().unwrap().len() == 4);
    let (dicts, _, _) = tiff(&file("cmyk-bare"));
    assert_eq!(dicts[0].get("ColorSpace").unwrap().as_array().unwrap().len(), 2);
    assert_eq!(tiff(&file("pages")).2, 3);
    assert_eq!(
        motcua_copies::issue::OriginalKind::of(&file("plain")).unwrap().media_type(),
        "image/tiff"
    );
}

#[test]
fn tiffs_of_other_forms_are_refused_by_name() {
    let file = |name: &str| std::fs::read(format!("tests/data/{name}.tiff")).unwrap();
    // One tag of a whole file changed to another value.
    let with = |name: &str, tag: u16, value: u16| {
        let mut bytes = file(name);
        let entry: Vec<u8> = [tag.to_le_bytes(), 3u16.to_le_bytes()].concat();
        let at = bytes.windows(4).rposition(|w| w == entry).unwrap();
        bytes[at + 8..at + 10].copy_from_slice(&value.to_le_bytes());
        refusal(&bytes)
    };
    for (name, tag, value, word) in [
        ("plain", 259, 6, "old style"),
        ("plain", 259, 50000, "50000"),
        ("plain", 262, 8, "kind 8"),
        ("plain", 284, 2, "planes"),
        ("lzw", 317, 3, "predictor"),
        ("alpha", 338, 1, "further samples"),
    ] {
        let e = with(name, tag, value);
        assert!(e.code() == "pdf.unsupported_image" && e.to_string().contains(word), "{e}");
    }
    let mut big = file("plain");
    big[2] = 43;
    assert!(refusal(&big).to_string().contains("BigTIFF"));
    let whole = file("lzw");
    for length in [4, 8, whole.len() / 2, whole.len() - 1] {
        assert_eq!(refusal(&whole[..length]).code(), "pdf.broken_image", "cut to {length}");
    }
    // The list of pages runs in a circle.
    let mut circle = file("pages");
    let first = circle[4..8].to_vec();
    let at = usize::try_from(u32::from_le_bytes(first.clone().try_into().unwrap())).unwrap();
    let count = usize::from(u16::from_le_bytes([circle[at], circle[at + 1]]));
    circle[at + 2 + 12 * count..][..4].copy_from_slice(&first);
    assert!(refusal(&circle).to_string().contains("circle"));
}
