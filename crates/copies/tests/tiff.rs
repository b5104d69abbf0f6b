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
    // Made from it by libtiff, least byte first and last.
    assert_eq!(tiff(&file("big")).1, plain);
    assert_eq!(tiff(&file("big-endian")).1, plain);
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
    // A palette of 16 bits a colour, one of them made finer than 8
    let mut fine = file("palette");
    let entry: Vec<u8> = [320u16.to_le_bytes(), 3u16.to_le_bytes()].concat();
    let at = fine.windows(4).rposition(|w| w == entry).unwrap() + 4;
    let [count, map] =
        [at, at + 4].map(|at| u32::from_le_bytes(fine[at..at + 4].try_into().unwrap()) as usize);
    let (_, indices, _) = tiff(&fine);
    fine[map..map + 2].copy_from_slice(&[0x34, 0x12]);
    let value = |plane: usize, index: u8| {
        let at = map + 2 * (plane * count / 3 + usize::from(index));
        [fine[at + 1], fine[at]]
    };
    let bits = count.ilog2() - 1; // 3 · 2^bits values
    assert_eq!(bits, 8, "an index is a byte");
    assert!(indices[0].contains(&0), "the finer colour is not used");
    let expected: Vec<u8> = indices[0]
        .iter()
        .flat_map(|i| [value(0, *i), value(1, *i), value(2, *i)].concat())
        .collect();
    let (dicts, colours, _) = tiff(&fine);
    assert_eq!(integer(&dicts[0], "BitsPerComponent"), Some(16));
    assert_eq!(colours[0], expected);
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
        ("lzw", 317, 3, "predictor"),
        ("alpha", 338, 0, "further samples"),
    ] {
        let e = with(name, tag, value);
        assert!(e.code() == "pdf.unsupported_image" && e.to_string().contains(word), "{e}");
    }
    // A plain file that calls itself a BigTIFF, one with places of four bytes, and those cut short
    let mut plain = file("plain");
    plain[2] = 43;
    assert_eq!(refusal(&plain).code(), "pdf.broken_image");
    let whole = file("big");
    let mut narrow = whole.clone();
    narrow[4] = 4;
    assert!(refusal(&narrow).to_string().contains("BigTIFF"));
    for length in [8, 16, whole.len() / 2, whole.len() - 1] {
        assert_eq!(refusal(&whole[..length]).code(), "pdf.broken_image", "cut to {length}");
    }
    let mut endless = whole.clone();
    let at = usize::try_from(u64::from_le_bytes(whole[8..16].try_into().unwrap())).unwrap();
    endless[at..at + 8].fill(0xFF);
    assert_eq!(refusal(&endless).code(), "pdf.broken_image");
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

/// An uncompressed TIFF of RGB samples, `size` pixels, in strips or tiles of `chunk` pixels, the colours together or in planes.
fn divided(
    samples: &[u8],
    size: (u16, u16),
    chunk: (u16, u16),
    tiles: bool,
    planar: bool,
) -> Vec<u8> {
    let (planes, step) = if planar { (3, 1) } else { (1, 3) };
    let mut data = Vec::new();
    let (mut offsets, mut counts) = (Vec::new(), Vec::new());
    for plane in 0..planes {
        for top in (0..size.1).step_by(chunk.1.into()) {
            for left in (0..size.0).step_by(chunk.0.into()) {
                offsets.push(8 + u32::try_from(data.len()).unwrap());
                let before = data.len();
                let rows = if tiles { chunk.1 } else { chunk.1.min(size.1 - top) };
                for (y, x) in
                    (top..top + rows).flat_map(|y| (left..left + chunk.0).map(move |x| (y, x)))
                {
                    let at = 3 * (usize::from(y) * usize::from(size.0) + usize::from(x)) + plane;
                    let inside = x < size.0 && y < size.1;
                    // Padding is of a colour that would be seen.
                    data.extend((0..step).map(|c| if inside { samples[at + c] } else { 0xAA }));
                }
                counts.push(u32::try_from(data.len() - before).unwrap());
            }
        }
    }
    let list = |data: &mut Vec<u8>, values: &[u32]| {
        let at = 8 + u32::try_from(data.len()).unwrap();
        data.extend(values.iter().flat_map(|v| v.to_le_bytes()));
        if values.len() == 1 { values[0] } else { at }
    };
    let bits = 8 + u32::try_from(data.len()).unwrap();
    data.extend_from_slice(&[8, 0, 8, 0, 8, 0]);
    let resolution = list(&mut data, &[300, 1]);
    let (starts, lengths) = (list(&mut data, &offsets), list(&mut data, &counts));
    let number = u32::try_from(offsets.len()).unwrap();
    let mut tags = vec![
        (256, 3, 1, size.0.into()),
        (257, 3, 1, size.1.into()),
        (258, 3, 3, bits),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (277, 3, 1, 3),
        (282, 5, 1, resolution),
        (283, 5, 1, resolution),
        (284, 3, 1, if planar { 2 } else { 1 }),
    ];
    if tiles {
        tags.extend([(322, 3, 1, chunk.0.into()), (323, 3, 1, chunk.1.into())]);
        tags.extend([(324, 4, number, starts), (325, 4, number, lengths)]);
    } else {
        tags.extend([
            (273, 4, number, starts),
            (278, 3, 1, chunk.1.into()),
            (279, 4, number, lengths),
        ]);
        tags.sort_unstable();
    }
    let directory = 8 + u32::try_from(data.len()).unwrap();
    let mut file = [&b"II*\0"[..], &directory.to_le_bytes(), &data].concat();
    file.extend_from_slice(&u16::try_from(tags.len()).unwrap().to_le_bytes());
    for (tag, kind, count, value) in tags {
        let (tag, kind): (u16, u16) = (tag, kind);
        file.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        file.extend([count.to_le_bytes(), value.to_le_bytes()].concat());
    }
    file.extend_from_slice(&[0; 4]);
    file
}

#[test]
fn tiles_and_planes_keep_every_sample() {
    let size = (37, 41);
    let samples: Vec<u8> =
        (0..3 * 37 * 41_u32).map(|i| u8::try_from(i * 31 % 251).unwrap()).collect();
    for (chunk, tiles, planar) in [
        ((37, 41), false, false),
        ((37, 10), false, true),
        ((37, 41), false, true),
        ((16, 16), true, false),
        ((32, 16), true, true),
        ((48, 48), true, false),
        ((48, 48), true, true),
    ] {
        let (dicts, data, pages) = tiff(&divided(&samples, size, chunk, tiles, planar));
        assert_eq!((data.len(), pages), (1, 1));
        assert!(data[0] == samples, "{chunk:?} {tiles} {planar}");
        assert_eq!(dicts[0].get("Width").unwrap().as_integer(), Some(37));
    }
    // A side of no 16, a tile missing, one that lies beyond the file
    let whole = divided(&samples, size, (16, 16), true, false);
    let with = |tag: u16, at: usize, value: u16| {
        let mut bytes = whole.clone();
        let place = bytes.windows(2).rposition(|w| w == tag.to_le_bytes()).unwrap();
        bytes[place + at..][..2].copy_from_slice(&value.to_le_bytes());
        let e = refusal(&bytes);
        assert_eq!(e.code(), "pdf.broken_image");
        e.to_string()
    };
    assert!(with(322, 8, 17).contains("16"));
    assert!(with(324, 4, 8).contains("tiles"));
    assert!(with(323, 8, 48).contains("tiles"));
    assert!(with(324, 8, 60_000).contains("cut short"));
}

/// Smaller versions of a page are no pages, whichever tag says so.
#[test]
fn thumbnails_are_no_pages() {
    let whole = std::fs::read("tests/data/pages.tiff").unwrap();
    let count = |tag: u16, value: u16| {
        let mut bytes = whole.clone();
        let last = |bytes: &[u8]| {
            let mut at = 4;
            loop {
                let next = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
                let next = usize::try_from(next).unwrap();
                let entries = usize::from(u16::from_le_bytes([bytes[next], bytes[next + 1]]));
                at = next + 2 + 12 * entries;
                if bytes[at..at + 4] == [0; 4] {
                    return next;
                }
            }
        };
        // The first tag of the last page, its width, made another; the page would be broken if it were read.
        let at = last(&bytes) + 2;
        bytes[at..at + 12].copy_from_slice(
            &[tag.to_le_bytes(), 3_u16.to_le_bytes(), [1, 0], [0, 0], value.to_le_bytes(), [0, 0]]
                .concat(),
        );
        motcua_pdf::write::image::tiff_pages(&bytes).unwrap()
    };
    assert_eq!(motcua_pdf::write::image::tiff_pages(&whole), Ok(3));
    assert_eq!(count(254, 1), 2);
    assert_eq!(count(255, 2), 2);
    assert_eq!(count(255, 1), 3);
}

/// A JPEG of 16 by 16 pixels as the one strip of a TIFF whose tag says `photometric`.
fn wrapped(jpeg: &[u8], photometric: u16) -> Vec<u8> {
    let mut file = divided(&[0; 768], (16, 16), (16, 16), false, false);
    let directory = usize::try_from(u32::from_le_bytes(file[4..8].try_into().unwrap())).unwrap();
    let start = u32::try_from(file.len()).unwrap();
    let length = u32::try_from(jpeg.len()).unwrap();
    for entry in file[directory + 2..].chunks_exact_mut(12) {
        let value = match u16::from_le_bytes([entry[0], entry[1]]) {
            259 => 7,
            262 => u32::from(photometric),
            273 => start,
            279 => length,
            _ => continue,
        };
        entry[8..].copy_from_slice(&value.to_le_bytes());
    }
    file.extend_from_slice(jpeg);
    file
}

/// Where the tags say one thing of the colours and the markers of the JPEG another, readers show different pictures.
#[test]
fn a_jpeg_inside_says_what_the_tags_say() {
    let jpeg = |name: &str| std::fs::read(format!("tests/data/{name}.jpg")).unwrap();
    let (ycc, rgb) = (jpeg("ycc"), jpeg("rgb"));
    assert!(tiff(&wrapped(&ycc, 6)).0[0].contains("DecodeParms"));
    tiff(&wrapped(&rgb, 2));
    for (inner, photometric) in [(&ycc, 2), (&rgb, 6)] {
        let e = refusal(&wrapped(inner, photometric));
        assert!(e.code() == "pdf.unsupported_image" && e.to_string().contains("different"), "{e}");
    }
    // Grey inside of what is called RGB
    assert_eq!(refusal(&wrapped(&jpeg("grey"), 2)).code(), "pdf.unsupported_image");
    assert_eq!(refusal(&wrapped(&jpeg("grey"), 6)).code(), "pdf.broken_image");
    assert_eq!(refusal(&wrapped(b"no JPEG at all", 6)).code(), "pdf.broken_image");
}

/// Every byte of the tags of files of each shape is made others: a picture or a reason, never a panic.
#[test]
fn changed_tags_are_refused_or_read() {
    let samples = [0x55; 3 * 40 * 40];
    let (mut read, mut refused) = (0, 0);
    for (tiles, planar) in [(false, false), (false, true), (true, false), (true, true)] {
        let whole = divided(&samples, (40, 40), (if tiles { 16 } else { 40 }, 16), tiles, planar);
        let directory = usize::try_from(u32::from_le_bytes(whole[4..8].try_into().unwrap()));
        for at in directory.unwrap()..whole.len() {
            for value in [0, 1, 2, 3, 6, 7, 16, 0x7F, 0x80, 0xFF] {
                let mut changed = whole.clone();
                changed[at] = value;
                match motcua_pdf::write::image::read_tiff(&changed) {
                    Ok(pages) => read += pages.len(),
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(read > 1_000 && refused > 1_000, "{read} {refused}");
}

/// A TIFF of these tags (type, values) and chunks of data; where the chunks stand is put in.
fn tagged(tags: &[(u16, u16, &[u32])], chunks: &[&[u8]]) -> Vec<u8> {
    let mut file = b"II*\0\0\0\0\0".to_vec();
    let (mut places, mut lengths) = (Vec::new(), Vec::new());
    for chunk in chunks {
        places.push(u32::try_from(file.len()).unwrap());
        lengths.push(u32::try_from(chunk.len()).unwrap());
        file.extend_from_slice(chunk);
    }
    let mut tags = tags.to_vec();
    tags.extend_from_slice(&[(273, 4, &places), (279, 4, &lengths)]);
    let mut entries = u16::try_from(tags.len()).unwrap().to_le_bytes().to_vec();
    for (tag, kind, values) in tags {
        let bytes: Vec<u8> = match kind {
            3 => values.iter().flat_map(|v| (*v as u16).to_le_bytes()).collect(),
            _ => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        // A fraction is two numbers.
        let count = values.len() as u32 / if kind == 5 { 2 } else { 1 };
        entries.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        entries.extend(count.to_le_bytes());
        if bytes.len() <= 4 {
            entries.extend([&bytes[..], &[0; 4][bytes.len()..]].concat());
        } else {
            entries.extend(u32::try_from(file.len()).unwrap().to_le_bytes());
            file.extend(bytes);
        }
    }
    let at = u32::try_from(file.len()).unwrap().to_le_bytes();
    file[4..8].copy_from_slice(&at);
    file.extend(entries);
    file.extend([0; 4]);
    file
}

const DPI: [(u16, u16, &[u32]); 2] = [(282, 5, &[24, 1]), (283, 5, &[24, 1])];

/// Scanners that write the bits of fax pages from right to left say so of their other pages too.
#[test]
fn bits_from_right_to_left() {
    let rows = [0b1010_0000, 0b1111_0000].repeat(16);
    let page = |coding: u32, order: u32, bits: u32, data: &[u8]| {
        let mut tags = vec![(256, 3, &[16][..]), (257, 3, &[16]), (262, 3, &[1])];
        let (coding, order, bits) = ([coding], [order], [bits]);
        tags.extend([(258, 3, &bits[..]), (259, 3, &coding), (266, 3, &order)]);
        tags.extend(DPI);
        tagged(&tags, &[data])
    };
    let zlib = made::kinds::stored(&rows);
    let turned: Vec<u8> = zlib.iter().map(|b| b.reverse_bits()).collect();
    assert_eq!(tiff(&page(8, 1, 1, &zlib)).1, std::slice::from_ref(&rows));
    assert_eq!(tiff(&page(8, 2, 1, &turned)).1, [rows]);
    // Of bytes that are no bits of black and white it is told in different ways.
    let e = refusal(&page(1, 2, 8, &[0; 256]));
    assert!(e.code() == "pdf.unsupported_image" && e.to_string().contains("right to left"), "{e}");
    // A JPEG's bytes keep their own order.
    let jpeg = std::fs::read("tests/data/grey.jpg").unwrap();
    let order = |order: u32| {
        let order = [order];
        let mut tags = vec![(256, 3, &[16][..]), (257, 3, &[16]), (258, 3, &[8]), (259, 3, &[7])];
        tags.extend([(262, 3, &[1][..]), (266, 3, &order)]);
        tags.extend(DPI);
        tiff(&tagged(&tags, &[&jpeg])).1
    };
    assert_eq!(order(1), order(2));
}

/// Colours that are multiplied by alpha are said to be, in the mask; other samples beside the colours are refused.
#[test]
fn multiplied_alpha() {
    let page = |extra: u32, photometric: u32| {
        let (extra, photometric) = ([extra], [photometric]);
        let mut tags = vec![(256, 3, &[1][..]), (257, 3, &[1]), (258, 3, &[8, 8]), (277, 3, &[2])];
        tags.extend([(262, 3, &photometric[..]), (338, 3, &extra)]);
        tags.extend(DPI.map(|(tag, kind, _)| (tag, kind, &[2, 1][..])));
        tagged(&tags, &[&[40, 80]])
    };
    let matte = |bytes: &[u8]| {
        let demo = demo();
        let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
        let source = [original(bytes)];
        let facts = lenient_facts_of(&source);
        let copy = issue(&source, &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap();
        String::from_utf8_lossy(&copy).contains("/Matte [0]")
    };
    assert!(!matte(&page(2, 1)) && matte(&page(1, 1)));
    for file in [page(0, 1), page(1, 0)] {
        assert_eq!(refusal(&file).code(), "pdf.unsupported_image");
    }
}

/// The strips of a page share one profile.
#[test]
fn one_profile_a_page() {
    let mut jpeg = std::fs::read("tests/data/cmyk-bare.jpg").unwrap();
    // Their markers would say otherwise of the colours than the tags.
    while let Some(at) = jpeg.windows(2).position(|w| w == [0xFF, 0xE0] || w == [0xFF, 0xEE]) {
        let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        jpeg.drain(at..at + 2 + length);
    }
    let mut tags = vec![(256, 3, &[16][..]), (257, 3, &[32]), (258, 3, &[8; 4]), (259, 3, &[7])];
    tags.extend([(262, 3, &[5][..]), (277, 3, &[4]), (278, 3, &[16])]);
    tags.extend(DPI);
    let (dicts, ..) = tiff(&tagged(&tags, &[&jpeg, &jpeg]));
    let profiles =
        dicts.iter().map(|d| d.get("ColorSpace").unwrap().as_array().unwrap()[1].clone());
    let profiles: Vec<_> = profiles.collect();
    assert!(profiles.len() == 2 && profiles[0].as_ref().is_some(), "{profiles:?}");
    assert_eq!(profiles[0], profiles[1]);
}
