//! One original of each kind that the importer must take over whole: papers drawn by programs, and pictures of every type.

use motcua_copies::issue::Fonts;
use motcua_pdf::write::font::Font;
use motcua_pdf::write::{FileWriter, icc};

/// Name and bytes of each.
pub fn kinds() -> Vec<(&'static str, Vec<u8>)> {
    let mut kinds = vec![("text.pdf", text())];
    for (name, entries, content, resources) in DRAWN {
        kinds.push((name, drawn(entries, content.as_bytes(), "", resources, &[])));
    }
    let lzw = lzw(b"0 0 1 rg 20 20 100 100 re f");
    kinds.push(("lzw.pdf", drawn("", &lzw, "/Filter /LZWDecode", "", &[])));
    let image = |entries: &str| {
        stream(
            &format!(
                "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceRGB /BitsPerComponent 8 {entries}"
            ),
            b"red",
        )
    };
    let show = b"q 99 0 0 99 9 9 cm /X Do Q";
    let named = "/XObject << /X 5 0 R >>";
    kinds.push(("smooth.pdf", drawn("", show, "", named, &[image("/Interpolate true")])));
    kinds.push((
        "alternates.pdf",
        drawn("", show, "", named, &[image("/Alternates [] /Intent /Fancy")]),
    ));
    let form = |entries: &str, content: &str| {
        stream(
            &format!("/Type /XObject /Subtype /Form /BBox [0 0 99 99] {entries}"),
            content.as_bytes(),
        )
    };
    let nested = [
        form(
            "/Group << /S /Transparency /I true >> /Resources << /XObject << /Y 6 0 R >> >>",
            "/Y Do",
        ),
        form("/Resources << >>", "1 0 0 rg 9 9 50 50 re f"),
    ];
    kinds.push(("forms.pdf", drawn("", show, "", named, &nested)));
    let profile = [stream("/N 3", &icc::rgb_profile())];
    let space = "/ColorSpace << /C [/ICCBased 5 0 R] >>";
    kinds.push(("icc.pdf", drawn("", b"/C cs 1 0 0 sc 9 9 99 99 re f", "", space, &profile)));
    let tile = [stream(
        "/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 9 /YStep 9 /Resources << >>",
        b"0 1 0 rg 1 1 5 5 re f",
    )];
    kinds.push((
        "tiling.pdf",
        drawn("", b"/Pattern cs /P scn 9 9 99 99 re f", "", "/Pattern << /P 5 0 R >>", &tile),
    ));
    let mask = [
        b"<< /Type /ExtGState /SMask << /Type /Mask /S /Luminosity /G 6 0 R >> >>".to_vec(),
        form(
            "/Group << /S /Transparency /CS /DeviceGray >> /Resources << >>",
            "0.5 g 0 0 99 99 re f",
        ),
    ];
    kinds.push((
        "soft-mask.pdf",
        drawn("", b"/G gs 1 0 0 rg 9 9 50 50 re f", "", "/ExtGState << /G 5 0 R >>", &mask),
    ));
    let look = |matrix: &str| {
        form(&format!("/Matrix {matrix} /Resources << >>"), "1 0 0 rg 9 9 50 50 re f")
    };
    let annotations = [
        b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [9 9 90 50] /AP << /N 8 0 R >> >>".to_vec(),
        b"<< /Type /Annot /Subtype /Link /Rect [9 9 90 50] /Border [0 0 0] /A << /S /URI /URI (https://example.vn) >> >>".to_vec(),
        b"<< /Type /Annot /Subtype /Widget /FT /Btn /T (ok) /F 4 /Rect [9 90 90 150] /AS /Yes /AP << /N << /Yes 8 0 R /Off 9 0 R >> >> >>".to_vec(),
        look("[0 1 -1 0 0 0]"),
        look("[1 0 0 1 0 0]"),
    ];
    let entries = "/Annots [5 0 R 6 0 R 7 0 R << /Type /Annot /Subtype /Popup /Rect [0 0 9 9] >>]";
    kinds.push(("annotated.pdf", drawn(entries, b"q 2 0 0 2 0 0 cm", "", "", &annotations)));
    let type3 = [
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] /CharProcs << /box 6 0 R >> /Encoding << /Type /Encoding /Differences [65 /box] >> /FirstChar 65 /LastChar 65 /Widths [800] /Resources << >> >>".to_vec(),
        stream("", b"800 0 0 0 750 750 d1 0 0 750 750 re f"),
    ];
    kinds.push((
        "type3.pdf",
        drawn("", b"BT /F 20 Tf 9 9 Td (AA) Tj ET", "", "/Font << /F 5 0 R >>", &type3),
    ));
    kinds.push(("grey-1.png", png(1, 0, &[], &rows(1))));
    kinds.push(("grey-16.png", png(16, 0, &[], &rows(16))));
    kinds.push(("grey-alpha.png", png(8, 4, &[], &rows(16))));
    kinds.push(("rgb.png", png(8, 2, &[], &rows(24))));
    let gamma: (&[u8; 4], &[u8]) = (b"gAMA", &[0, 0, 0x86, 0xC4]);
    kinds.push(("linear.png", png(8, 2, &[gamma], &rows(24))));
    kinds.push(("rgba.png", png(8, 6, &[], &rows(32))));
    kinds.push((
        "palette.png",
        png(8, 3, &[(b"PLTE", b"\0\0\0\xFF\xFF\xFF"), (b"tRNS", b"\x80")], &rows(8)),
    ));
    kinds.push(("interlaced.png", png_of(1, 8, 2, &[], &stored(&vec![0; 798]))));
    kinds.extend(JPEGS.map(|(name, bytes)| (name, bytes.to_vec())));
    kinds.extend(TIFFS.map(|(name, bytes)| (name, bytes.to_vec())));
    for name in ["diploma-page-1.jpg", "diploma-scan.pdf"] {
        kinds.push((name, super::sample(name)));
    }
    kinds
}

/// JPEG in every colour space, made by `tests/data/make.py`.
const JPEGS: [(&str, &[u8]); 9] = [
    ("grey.jpg", include_bytes!("../data/grey.jpg")),
    ("ycc.jpg", include_bytes!("../data/ycc.jpg")),
    ("progressive.jpg", include_bytes!("../data/progressive.jpg")),
    ("srgb.jpg", include_bytes!("../data/srgb.jpg")),
    ("rgb.jpg", include_bytes!("../data/rgb.jpg")),
    ("rgb-bare.jpg", include_bytes!("../data/rgb-bare.jpg")),
    ("cmyk.jpg", include_bytes!("../data/cmyk.jpg")),
    ("cmyk-bare.jpg", include_bytes!("../data/cmyk-bare.jpg")),
    ("ycck.jpg", include_bytes!("../data/ycck.jpg")),
];

/// TIFF in every coding and the colours that occur, made there too.
const TIFFS: [(&str, &[u8]); 18] = [
    ("group3.tiff", include_bytes!("../data/group3.tiff")),
    ("group4.tiff", include_bytes!("../data/group4.tiff")),
    ("group4-white.tiff", include_bytes!("../data/group4-white.tiff")),
    ("strips.tiff", include_bytes!("../data/strips.tiff")),
    ("packbits.tiff", include_bytes!("../data/packbits.tiff")),
    ("packbits-white.tiff", include_bytes!("../data/packbits-white.tiff")),
    ("lzw.tiff", include_bytes!("../data/lzw.tiff")),
    ("deflate.tiff", include_bytes!("../data/deflate.tiff")),
    ("plain.tiff", include_bytes!("../data/plain.tiff")),
    ("deep.tiff", include_bytes!("../data/deep.tiff")),
    ("palette.tiff", include_bytes!("../data/palette.tiff")),
    ("jpeg.tiff", include_bytes!("../data/jpeg.tiff")),
    ("grey-jpeg.tiff", include_bytes!("../data/grey-jpeg.tiff")),
    ("cmyk.tiff", include_bytes!("../data/cmyk.tiff")),
    ("cmyk-bare.tiff", include_bytes!("../data/cmyk-bare.tiff")),
    ("alpha.tiff", include_bytes!("../data/alpha.tiff")),
    ("turned.tiff", include_bytes!("../data/turned.tiff")),
    ("pages.tiff", include_bytes!("../data/pages.tiff")),
];

/// Name, entries of the page, content, entries of the resources.
const DRAWN: [(&str, &str, &str, &str); 10] = [
    ("shapes.pdf", "", "0 0 1 RG 1 0 0 rg 9 9 99 99 re B 0.5 g 0 G 9 w 0 0 m 99 99 l S", ""),
    ("rotated.pdf", "/Rotate 90", "0 0 1 rg 9 9 99 9 re f", ""),
    ("cropped.pdf", "/CropBox [9 9 300 300]", "0 0 1 rg 9 9 99 9 re f", ""),
    ("user-unit.pdf", "/UserUnit 2", "0 0 1 rg 9 9 99 9 re f", ""),
    ("unbalanced.pdf", "", "Q Q q q 0 0 1 rg 9 9 99 9 re f", ""),
    (
        "inline.pdf",
        "",
        "q 99 0 0 99 9 9 cm BI /W 1 /H 1 /BPC 8 /CS /RGB /F /AHx ID ff0000> EI Q",
        "",
    ),
    (
        "shading.pdf",
        "",
        "q 9 9 99 99 re W n /S sh Q",
        "/Shading << /S << /ShadingType 2 /ColorSpace /DeviceRGB /Coords [0 0 99 99] /Function << /FunctionType 2 /Domain [0 1] /C0 [1 0 0] /C1 [0 0 1] /N 1 >> >> >>",
    ),
    (
        "blending.pdf",
        "/Group << /S /Transparency /CS /DeviceRGB /I true >>",
        "/G gs 1 0 0 rg 9 9 50 50 re f 0 1 0 rg 30 30 50 50 re f",
        "/ExtGState << /G << /Type /ExtGState /ca 0.5 /CA 0.5 /BM /Multiply /HT << /Type /Halftone /HalftoneType 6 >> >> >>",
    ),
    (
        "separation.pdf",
        "",
        "/S cs 0.7 scn 9 9 99 99 re f",
        "/ColorSpace << /S [/Separation /Gold /DeviceRGB << /FunctionType 2 /Domain [0 1] /C0 [1 1 1] /C1 [0.8 0.7 0] /N 1 >>] >>",
    ),
    (
        "calibrated.pdf",
        "",
        "/L cs 50 20 20 sc 9 9 40 40 re f /I cs 1 sc 50 50 40 40 re f",
        "/ColorSpace << /L [/Lab << /WhitePoint [0.9505 1 1.089] >>] /I [/Indexed /DeviceRGB 1 <0000ffff0000>] >>",
    ),
];

fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let mut out = format!("<< {entries} /Length {} >>\nstream\n", data.len()).into_bytes();
    out.extend_from_slice(data);
    out.extend_from_slice(b"\nendstream");
    out
}

/// One page of 300 by 300; further objects are numbered from 5.
fn drawn(
    entries: &str,
    content: &[u8],
    filter: &str,
    resources: &str,
    further: &[Vec<u8>],
) -> Vec<u8> {
    let mut file = FileWriter::new();
    let [catalog, pages, page, contents] = [(); 4].map(|()| file.reserve());
    file.object(catalog, format!("<< /Type /Catalog /Pages {pages} 0 R >>").as_bytes());
    file.object(pages, format!("<< /Type /Pages /Count 1 /Kids [{page} 0 R] >>").as_bytes());
    file.object(page, format!("<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 300 300] {entries} /Contents {contents} 0 R /Resources << {resources} >> >>").as_bytes());
    file.object(contents, &stream(filter, content));
    for object in further {
        let id = file.reserve();
        file.object(id, object);
    }
    file.finish(catalog, &[7; 16]).unwrap()
}

fn text() -> Vec<u8> {
    let mut file = FileWriter::new();
    let [catalog, pages, page, contents, font] = [(); 5].map(|()| file.reserve());
    let mut set = Font::new(Fonts::LIBERATION_SERIF.regular, "LiberationSerif").unwrap();
    let shown = set.encode("Giấy khai sinh").unwrap();
    let content =
        format!("BT /F 14 Tf 20 200 Td {shown} Tj ET BT 3 Tr /F 9 Tf 20 20 Td {shown} Tj ET");
    file.object(catalog, format!("<< /Type /Catalog /Pages {pages} 0 R >>").as_bytes());
    file.object(pages, format!("<< /Type /Pages /Count 1 /Kids [{page} 0 R] >>").as_bytes());
    file.object(page, format!("<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 300 300] /Contents {contents} 0 R /Resources << /Font << /F {font} 0 R >> >> >>").as_bytes());
    file.object(contents, &stream("", content.as_bytes()));
    set.write(&mut file, font).unwrap();
    file.finish(catalog, &[7; 16]).unwrap()
}

/// LZW without compression: 9-bit literals, the table cleared before it grows.
fn lzw(data: &[u8]) -> Vec<u8> {
    let mut codes: Vec<u16> = Vec::new();
    for part in data.chunks(200) {
        codes.push(256);
        codes.extend(part.iter().map(|b| u16::from(*b)));
    }
    codes.push(257);
    let bits: Vec<bool> =
        codes.iter().flat_map(|c| (0..9).rev().map(move |i| c >> i & 1 == 1)).collect();
    bits.chunks(8)
        .map(|byte| {
            byte.iter().enumerate().fold(0, |sum, (i, bit)| sum | u8::from(*bit) << (7 - i))
        })
        .collect()
}

/// 16 rows of 16 black pixels of so many bits, as a stored zlib stream.
pub fn rows(bits: usize) -> Vec<u8> {
    stored(&vec![0; 16 * (1 + 2 * bits)])
}

/// A stored zlib stream.
pub fn stored(row: &[u8]) -> Vec<u8> {
    let length = u16::try_from(row.len()).unwrap();
    let mut out = vec![0x78, 0x01, 1];
    out.extend(length.to_le_bytes());
    out.extend((!length).to_le_bytes());
    out.extend(row);
    let (mut a, mut b) = (1u32, 0u32);
    for byte in row {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend((b << 16 | a).to_be_bytes());
    out
}

/// A PNG of 16 by 16 pixels at 300 dpi.
pub fn png(depth: u8, colour: u8, chunks: &[(&[u8; 4], &[u8])], data: &[u8]) -> Vec<u8> {
    png_of(0, depth, colour, chunks, data)
}

/// The same, interlaced (1: the seven passes of Adam7) or not.
fn png_of(
    interlace: u8,
    depth: u8,
    colour: u8,
    chunks: &[(&[u8; 4], &[u8])],
    data: &[u8],
) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], body: &[u8]| {
        out.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
        let mut crc = u32::MAX;
        for byte in kind.iter().chain(body) {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
            }
        }
        out.extend(kind);
        out.extend(body);
        out.extend((!crc).to_be_bytes());
    };
    chunk(b"IHDR", &[0, 0, 0, 16, 0, 0, 0, 16, depth, colour, 0, 0, interlace]);
    // 11,811 pixels a metre
    if !chunks.iter().any(|(kind, _)| *kind == b"pHYs") {
        chunk(b"pHYs", &[0, 0, 0x2E, 0x23, 0, 0, 0x2E, 0x23, 1]);
    }
    for (kind, body) in chunks {
        chunk(kind, body);
    }
    chunk(b"IDAT", data);
    chunk(b"IEND", b"");
    out
}
