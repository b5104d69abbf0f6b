//! JPEG and PNG originals: what enters the copy of their data and of what they say of themselves, and what is refused.
#![allow(clippy::unwrap_used)]

mod made;

use made::{demo, lenient_facts_of, refusal};
use motcua_copies::issue::{Fonts, Original, issue};
use motcua_pdf::{Document, Limits};

/// The first image of a copy: its dictionary, and the dictionary of its profile.
fn image_of(bytes: &[u8]) -> (motcua_pdf::Dict, Option<motcua_pdf::Dict>) {
    let demo = demo();
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let source = [Original { bytes, dpi: Some(300) }];
    let facts = lenient_facts_of(&source);
    let copy = issue(&source, &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap();
    let document = Document::parse(&copy, &Limits::STANDARD).unwrap();
    let page = &document.pages().unwrap()[0];
    let resources = document.resolve(page.inherited("Resources").unwrap()).unwrap();
    let pictures = document.value(resources.as_dict().unwrap(), "XObject").unwrap();
    let picture = document.value(pictures.as_dict().unwrap(), "Im0").unwrap();
    let picture = picture.as_dict().unwrap().clone();
    let space = document.value(&picture, "ColorSpace").unwrap();
    let profile = space.as_array().and_then(|s| document.resolve(&s[1]).ok());
    (picture, profile.and_then(|p| p.as_dict().cloned()))
}

#[test]
fn jpegs_keep_their_bytes_and_say_what_their_numbers_mean() {
    let jpeg = |name: &str| std::fs::read(format!("tests/data/{name}")).unwrap();
    let (cmyk, profile) = image_of(&jpeg("cmyk.jpg"));
    assert_eq!(profile.unwrap().get("N").unwrap().as_integer(), Some(4));
    assert_eq!(cmyk.get("Decode").unwrap().as_array().unwrap().len(), 8);
    let (rgb, profile) = image_of(&jpeg("srgb.jpg"));
    assert_eq!(profile.unwrap().get("N").unwrap().as_integer(), Some(3));
    assert!(!rgb.contains("Decode") && !rgb.contains("DecodeParms"));
    let (bare, profile) = image_of(&jpeg("rgb-bare.jpg"));
    assert!(profile.is_none() && bare.contains("DecodeParms"));
    assert!(image_of(&jpeg("grey.jpg")).0.is_name("ColorSpace", "DeviceGray"));
    // Four colours that say nothing of themselves are given the plain profile.
    let (bare, profile) = image_of(&jpeg("cmyk-bare.jpg"));
    assert_eq!(profile.unwrap().get("N").unwrap().as_integer(), Some(4));
    assert!(bare.contains("Decode"));
    // Lossless, arithmetic and 12-bit frames are refused by name.
    let whole = jpeg("ycc.jpg");
    let frame = whole.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    for (at, value, word) in [(1, 0xC3, "lossless"), (1, 0xC9, "arithmetic"), (4, 12, "8 bits")] {
        let mut changed = whole.clone();
        changed[frame + at] = value;
        let e = refusal(&changed);
        assert!(e.code() == "pdf.unsupported_image" && e.to_string().contains(word), "{e}");
    }
}

/// `segment` put in front of the other segments.
fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, 0xD8, 0xFF, marker][..], &length, body, &jpeg[2..]].concat()
}

/// What cameras put around a picture stays out of the copy or does no harm; what is ambiguous or no whole picture is refused.
#[test]
fn jpegs_with_more_than_a_picture() {
    let ycc = std::fs::read("tests/data/ycc.jpg").unwrap();
    // A second picture behind the first (MPO, gain maps of HDR), and bytes of another program
    let tail = [&ycc[..], &ycc].concat();
    assert_eq!(image_of(&tail).0.get("Length").unwrap().as_integer(), Some(ycc.len() as i64));
    let tail = [&ycc[..], b"<!-- written by a scanner -->\0\0"].concat();
    assert_eq!(image_of(&tail).0.get("Length").unwrap().as_integer(), Some(ycc.len() as i64));
    image_of(&with_segment(&ycc, 0xE2, b"MPF\0II*\0\x08\0\0\0\0\0"));
    image_of(&with_segment(&ycc, 0xFE, &[b'-'; 60_000]));
    // Bytes before it, and between two segments
    assert_eq!(refusal(&[b"\r\n", &ycc[..]].concat()).code(), "copies.unknown_original");
    assert_eq!(refusal(&[&ycc[..2], b"junk", &ycc[2..]].concat()).code(), "pdf.broken_image");
    // A profile in two parts; one part of two missing; one for other colours: only the first is of use.
    let profile = {
        let whole = std::fs::read("tests/data/srgb.jpg").unwrap();
        let at = whole.windows(12).position(|w| w == b"ICC_PROFILE\0").unwrap();
        let length = usize::from(u16::from_be_bytes([whole[at - 2], whole[at - 1]])) - 16;
        whole[at + 14..at + 14 + length].to_vec()
    };
    let (first, second) = profile.split_at(300);
    let part = |number: u8, part: &[u8]| [b"ICC_PROFILE\0", &[number, 2][..], part].concat();
    let one = with_segment(&ycc, 0xE2, &part(1, first));
    let both = with_segment(&one, 0xE2, &part(2, second));
    assert_eq!(image_of(&both).1.unwrap().get("N").unwrap().as_integer(), Some(3));
    assert!(image_of(&one).1.is_none());
    let grey = std::fs::read("tests/data/grey.jpg").unwrap();
    assert!(image_of(&with_segment(&grey, 0xE2, &part(1, &profile))).1.is_none());
    // JFIF says YCbCr, Adobe's marker RGB
    let adobe = |transform: u8| {
        with_segment(&ycc, 0xEE, &[&b"Adobe\0\x64\0\0\0\0"[..], &[transform]].concat())
    };
    let e = refusal(&adobe(0));
    assert!(e.code() == "pdf.unsupported_image" && e.to_string().contains("contradict"), "{e}");
    image_of(&adobe(1));
    // A size that only follows the rows (T.81 §B.2.5), and one beyond the bounds
    let frame = ycc.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    for (side, code) in [([0, 0], "pdf.broken_image"), ([0xFF, 0xFF], "pdf.unsupported_image")] {
        let mut sized = ycc.clone();
        sized[frame + 5..frame + 7].copy_from_slice(&side);
        assert_eq!(refusal(&sized).code(), code);
    }
}

#[test]
fn pngs_keep_their_bits_and_their_gamma() {
    let kinds = made::kinds::kinds();
    let png = |name: &str| kinds.iter().find(|(n, _)| *n == name).unwrap().1.clone();
    let (deep, _) = image_of(&png("grey-16.png"));
    assert_eq!(deep.get("BitsPerComponent").unwrap().as_integer(), Some(16));
    let (linear, _) = image_of(&png("linear.png"));
    let space = linear.get("ColorSpace").unwrap().as_array().unwrap();
    assert!(space[0].as_name().is_some_and(|n| *n == "CalRGB"));
    let gamma = space[1].as_dict().unwrap().get("Gamma").unwrap().as_array().unwrap();
    assert!((gamma[0].as_number().unwrap() - 2.9).abs() < 0.02, "{gamma:?}");
}

/// What a PNG says of its colours and its size is taken where it can mean something, and refused where PDF cannot say it.
#[test]
fn pngs_are_what_their_chunks_say() {
    use made::kinds::{png, rows, stored};
    let rgb = |kind: &[u8; 4], body: &[u8]| png(8, 2, &[(kind, body)], &rows(24));
    let numbers = |list: &[u32]| list.iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<_>>();
    let family = |bytes: &[u8]| {
        let space = image_of(bytes).0.get("ColorSpace").unwrap().clone();
        let name = space.as_array().map_or(Some(&space), |s| s.first());
        name.and_then(|n| n.as_name()).unwrap().to_string()
    };
    // A gamma beyond all use is an error; one that is not that of screens is kept.
    for (gamma, space) in [(1, "DeviceRGB"), (2_000_000_000, "DeviceRGB"), (100_000, "CalRGB")] {
        assert_eq!(family(&rgb(b"gAMA", &numbers(&[gamma]))), space, "{gamma}");
    }
    // White, red, green and blue: of sRGB, of wider ones, and of none
    let primaries = |green: [u32; 2]| {
        let [x, y] = green;
        numbers(&[31_270, 32_900, 64_000, 33_000, x, y, 15_000, 6_000])
    };
    for (green, space) in
        [([30_000, 60_000], "DeviceRGB"), ([21_000, 71_000], "CalRGB"), ([0, 0], "DeviceRGB")]
    {
        assert_eq!(family(&rgb(b"cHRM", &primaries(green))), space, "{green:?}");
    }
    // Code points: sRGB; P3 of phones; video and high dynamic range
    for (points, space) in [([1, 13, 0, 1], "DeviceRGB"), ([12, 13, 0, 1], "CalRGB")] {
        assert_eq!(family(&rgb(b"cICP", &points)), space);
    }
    for points in [[9, 16, 0, 1], [1, 13, 0, 0], [2, 13, 0, 1]] {
        let e = refusal(&rgb(b"cICP", &points));
        assert!(e.code() == "pdf.unsupported_image" && e.to_string().contains("cICP"), "{e}");
    }
    // No pixels a metre are no resolution.
    let e = refusal(&rgb(b"pHYs", &[0, 0, 0, 0, 0, 0, 0, 0, 1]));
    assert_eq!(e.code(), "copies.no_resolution");
    // An index beyond the palette
    let indexed = |last: u8| {
        let mut indices = vec![0; 16 * 17];
        indices[16 * 17 - 1] = last;
        png(8, 3, &[(b"PLTE", &[1, 2, 3, 4, 5, 6])], &stored(&indices))
    };
    assert_eq!(family(&indexed(1)), "Indexed");
    let e = refusal(&indexed(2));
    assert!(e.code() == "pdf.broken_image" && e.to_string().contains("palette"), "{e}");
}
