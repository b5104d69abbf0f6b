//! PDF originals that a renderer would draw for hours or out of memory: refused before anything is drawn, each kind beside its harmless
//! twin, which is drawn.
#![cfg(feature = "rasterise")]
#![allow(clippy::unwrap_used)]

mod made;

use made::{original, pdf};
use motcua_copies::facts::Shortcoming;
use motcua_copies::issue::describe_accepting;

/// What is said of a file whose drawing takes too many steps.
const STEPS: &str = "steps";
/// What is said of one whose parts contain each other too deeply.
const DEEP: &str = "too deeply";

/// A page in inks without a profile, so that it must be drawn. Objects from 5 follow.
fn page(sheet: &str, resources: &str, content: &str, others: &[String]) -> Vec<u8> {
    page_of(sheet, resources, stream("", &format!("{INKS} {content}")), others)
}

const INKS: &str = "0 0 1 0 k 0 0 1 1 re f";

fn page_of(sheet: &str, resources: &str, content: String, others: &[String]) -> Vec<u8> {
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {sheet}] /Resources << {resources} >> /Contents 4 0 R >>"
        ),
        content,
    ];
    objects.extend_from_slice(others);
    pdf(&objects, "")
}

fn stream(entries: &str, data: &str) -> String {
    format!("<< /Length {} {entries} >>\nstream\n{data}\nendstream", data.len())
}

/// Binary data, in hexadecimal.
fn binary(entries: &str, filter: &str, data: &[u8]) -> String {
    stream(&format!("{entries} /Filter [/ASCIIHexDecode {filter}]"), &(motcua_pdf::hex(data) + ">"))
}

fn form(entries: &str, content: &str) -> String {
    stream(&format!("/Type /XObject /Subtype /Form /BBox [0 0 999 999] {entries}"), content)
}

fn tile(cell: &str, entries: &str, content: &str) -> String {
    let fixed = "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1";
    stream(&format!("{fixed} /BBox [0 0 {cell}] /XStep 10 /YStep 10 {entries}"), content)
}

fn picture(width: u32, height: u32, entries: &str) -> String {
    format!(
        "/Type /XObject /Subtype /Image /Width {width} /Height {height} /BitsPerComponent 8 {entries}"
    )
}

/// `None` for a file that is drawn, otherwise what is said of it.
fn refused(file: &[u8]) -> Option<String> {
    let described = describe_accepting(&[original(file)], 1, &[Shortcoming::Rasterised]);
    match described {
        Ok(facts) => {
            assert_eq!(facts.accepted, [Shortcoming::Rasterised], "it was not drawn");
            None
        }
        Err(e) => {
            assert_eq!(e.code(), "copies.not_rasterised", "{e}");
            Some(e.to_string())
        }
    }
}

/// Of two of a kind the first is drawn, and of the second this is said.
#[track_caller]
fn costs(harmless: &[u8], costly: &[u8], said: &str) {
    assert_eq!(refused(harmless), None);
    let problem = refused(costly).unwrap();
    assert!(problem.contains(said), "{problem}");
}

#[test]
fn functions() {
    let file = |sheet: &str, times: usize| {
        let shading = "<< /ShadingType 1 /ColorSpace /DeviceCMYK /Domain [0 1 0 1] /Matrix [600 0 0 600 0 0] /Function 6 0 R >>";
        let table = "/FunctionType 0 /Domain [0 1 0 1] /Range [0 1 0 1 0 1 0 1] /Size [2 2] /BitsPerSample 8";
        let others = [shading.to_owned(), stream(table, "0123456789abcdef")];
        page(sheet, "/Shading << /S 5 0 R >>", &"/S sh ".repeat(times), &others)
    };
    costs(&file("40 40", 6), &file("600 600", 6), STEPS);
    // One sample that takes as long as many
    let file = |operators: usize| {
        let shading =
            "<< /ShadingType 1 /ColorSpace /DeviceRGB /Domain [0 1 0 1] /Function 6 0 R >>";
        let program = format!("{{ {} dup }}", "dup pop ".repeat(operators));
        let function = "/FunctionType 4 /Domain [0 1 0 1] /Range [0 1 0 1 0 1]";
        let others = [shading.to_owned(), stream(function, &program)];
        page("40 40", "/Shading << /S 5 0 R >>", "/S sh", &others)
    };
    costs(&file(1), &file(100_000), STEPS);
    // A chain of functions, the outermost first and last in the file
    for outermost_last in [false, true] {
        let file = |functions: usize| {
            let last = "<< /FunctionType 2 /Domain [0 1] /N 1 >>".to_owned();
            let next = |i| if outermost_last { i + 5 } else { i + 7 };
            let mut chain: Vec<_> = (0..functions)
                .map(|i| {
                    let next = next(i);
                    format!("<< /FunctionType 3 /Domain [0 1] /Functions [{next} 0 R] /Bounds [] /Encode [0 1] >>")
                })
                .collect();
            if outermost_last {
                chain[0] = last;
            } else {
                chain.push(last);
            }
            let outermost = if outermost_last { functions + 5 } else { 6 };
            let shading = format!(
                "<< /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 9 9] /Function {outermost} 0 R >>"
            );
            chain.insert(0, shading);
            page("40 40", "/Shading << /S 5 0 R >>", "/S sh", &chain)
        };
        costs(&file(3), &file(3000), DEEP);
    }
}

#[test]
fn meshes() {
    let file = |triangles: usize| {
        let fixed = "/ShadingType 4 /ColorSpace /DeviceRGB /BitsPerCoordinate 16 /BitsPerComponent 8 /BitsPerFlag 8 /Decode [0 9000 0 9000 0 1 0 1 0 1]";
        let corner = |x: u8, y: u8| [0, x, 0, y, 0, 1, 2, 3];
        let triangle = [corner(0, 0), corner(1, 0), corner(0, 1)].concat();
        let mut data = triangle.clone();
        for _ in 0..triangles {
            // Beyond the right of the page, where the renderer goes all the same
            data.extend([corner(0, 0), corner(250, 0), corner(0, 250)].concat());
        }
        page("40 40", "/Shading << /S 5 0 R >>", "/S sh", &[binary(fixed, "", &data)])
    };
    costs(&file(0), &file(20), STEPS);
    let file = |patches: usize, side: u8| {
        let fixed = "/ShadingType 6 /ColorSpace /DeviceRGB /BitsPerCoordinate 16 /BitsPerComponent 8 /BitsPerFlag 8 /Decode [0 9000 0 9000 0 1 0 1 0 1]";
        let (a, b) = (side / 3, side / 3 * 2);
        let around = [(0, 0), (0, a), (0, b), (0, side), (a, side), (b, side)].into_iter();
        let around = around.chain([(side, side), (side, b), (side, a), (side, 0), (b, 0), (a, 0)]);
        let points: Vec<u8> = around.flat_map(|(x, y)| [x, 0, y, 0]).collect();
        let patch = [&[0][..], &points, &[7; 12]].concat();
        page(
            "40 40",
            "/Shading << /S 5 0 R >>",
            "/S sh",
            &[binary(fixed, "", &patch.repeat(patches))],
        )
    };
    costs(&file(1, 1), &file(20, 240), STEPS);
}

#[test]
fn forms_that_draw_the_next() {
    // With resources of their own, and with those of the page.
    for own in [true, false] {
        let file = |forms: usize, times: usize| {
            let names: String = (0..=forms).map(|i| format!("/X{i} {} 0 R ", i + 5)).collect();
            let names = format!("/XObject << {names} >>");
            let entries = if own { format!("/Resources << {names} >>") } else { String::new() };
            let mut others: Vec<_> = (1..=forms)
                .map(|next| form(&entries, &format!("/X{next} Do ").repeat(times)))
                .collect();
            others.push(form("", "0 0 1 1 re f"));
            page("40 40", &names, "/X0 Do", &others)
        };
        costs(&file(3, 2), &file(26, 2), STEPS);
        costs(&file(20, 1), &file(40, 1), DEEP);
    }
}

#[test]
fn parts_in_circles_come_to_an_end() {
    let resources = "/XObject << /X 5 0 R /Y 6 0 R >> /Pattern << /P 7 0 R >> /Font << /F 8 0 R >>";
    let entries = format!("/Resources << {resources} >>");
    let fill = "/Pattern cs /P scn 0 0 9 9 re f";
    let show = "BT /F 9 Tf (a) Tj ET";
    let others = [
        form(&entries, "/Y Do /Y Do"),
        form(&entries, "/X Do /X Do"),
        tile("10 10", &entries, fill),
        format!(
            "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.1 0 0 .1 0 0] /CharProcs << /a 9 0 R >> /Encoding << /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [9] {entries} >>"
        ),
        stream("", &format!("9 0 d0 {show} {show}")),
    ];
    let _ = refused(&page("40 40", resources, &format!("/X Do {fill} {show}"), &others));
}

#[test]
fn patterns() {
    // Cells that overlap each other many times
    let file = |cell: &str| {
        let others = [tile(cell, "/Resources << >>", "0 0 5 5 re f")];
        page("40 40", "/Pattern << /P 5 0 R >>", "/Pattern cs /P scn 0 0 40 40 re f", &others)
    };
    costs(&file("20 20"), &file("30000 30000"), STEPS);
    // Patterns painted with patterns
    let file = |patterns: usize, times: usize| {
        let paint = format!("/Pattern cs /P scn {}", "0 0 9 9 re f ".repeat(times));
        let mut others: Vec<_> = (0..patterns)
            .map(|i| {
                tile("10 10", &format!("/Resources << /Pattern << /P {} 0 R >> >>", i + 6), &paint)
            })
            .collect();
        others.push(tile("10 10", "/Resources << >>", "0 0 5 5 re f"));
        page("40 40", "/Pattern << /P 5 0 R >>", &paint, &others)
    };
    costs(&file(1, 1), &file(5, 100), STEPS);
    costs(&file(2, 1), &file(8, 1), STEPS);
}

#[test]
fn masks() {
    let state = |mask: usize| {
        format!("/ExtGState << /M << /SMask << /S /Luminosity /G {mask} 0 R >> >> >>")
    };
    let group = "/Group << /S /Transparency /CS /DeviceGray >>";
    let file = |masks: usize, times: usize| {
        let places: Vec<_> =
            (0..times).map(|i| format!("q 1 0 0 1 {i} 0 cm /M gs 0 0 9 9 re f Q")).collect();
        let content = places.join(" ");
        let mut others: Vec<_> = (0..masks)
            .map(|i| form(&format!("{group} /Resources << {} >>", state(i + 6)), &content))
            .collect();
        others.push(form(group, "1 g 0 0 30 30 re f"));
        page("40 40", &state(5), &content, &others)
    };
    costs(&file(1, 2), &file(4, 60), STEPS);
}

#[test]
fn glyphs_that_show_glyphs() {
    let file = |fonts: usize, times: usize| {
        let show = |times| format!("BT /F 9 Tf ({}) Tj ET", "a".repeat(times));
        let mut others = Vec::new();
        for i in 0..fonts {
            let at = 5 + 2 * i;
            let next = format!("/Resources << /Font << /F {} 0 R >> >>", at + 2);
            let entries = if i + 1 < fonts { next.as_str() } else { "" };
            others.push(format!(
                "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.1 0 0 .1 0 0] /CharProcs << /a {} 0 R >> /Encoding << /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [9] {entries} >>",
                at + 1
            ));
            let inner = if i + 1 < fonts { show(times) } else { "0 0 5 5 re f".to_owned() };
            others.push(stream("", &format!("9 0 d0 {inner}")));
        }
        page("40 40", "/Font << /F 5 0 R >>", &show(times), &others)
    };
    costs(&file(2, 2), &file(5, 100), STEPS);
}

#[test]
fn lines_and_blended_colours() {
    let file = |dash: &str| page("40 40", "", &format!("[{dash}] 0 d 0 0 m 40 40 l S"), &[]);
    costs(&file("1 1"), &file(".00001 .00001"), STEPS);
    let file = |lines: usize| {
        let line = |i| format!("{} 0 m {} 842 l S ", i % 595, 595 - i % 595);
        page("40 842", "", &(0..lines).map(line).collect::<String>(), &[])
    };
    costs(&file(10), &file(20_000), STEPS);
    let file = |sheet: &str| {
        let state = "/ExtGState << /A << /BM /Multiply >> >>";
        page(sheet, state, &format!("/A gs {}", "0 0 999 999 re f ".repeat(400)), &[])
    };
    costs(&file("40 40"), &file("595 842"), STEPS);
}

#[test]
fn pictures() {
    let drawn = "q 5 0 0 5 0 0 cm /X Do Q ";
    let file = |side: u32, times: usize| {
        let data = "7".repeat((side * side) as usize);
        let others = [stream(&picture(side, side, "/ColorSpace /DeviceGray"), &data)];
        page("40 40", "/XObject << /X 5 0 R >>", &drawn.repeat(times), &others)
    };
    costs(&file(9, 2), &file(500, 4000), STEPS);
    // What masks it counts too.
    let file = |side: u32, times: usize| {
        let fixed = picture(1, 1, "/ColorSpace /DeviceGray /SMask 6 0 R");
        let mask = "7".repeat((side * side) as usize);
        let others =
            [stream(&fixed, "7"), stream(&picture(side, side, "/ColorSpace /DeviceGray"), &mask)];
        page("40 40", "/XObject << /X 5 0 R >>", &drawn.repeat(times), &others)
    };
    costs(&file(9, 2), &file(500, 15_000), STEPS);
    // More data than the dictionary says, inflated each time
    let file = |bytes: usize, times: usize| {
        let data = miniz_oxide::deflate::compress_to_vec_zlib(&vec![7; bytes], 9);
        let others = [binary(&picture(9, 9, "/ColorSpace /DeviceGray"), "/FlateDecode", &data)];
        page("40 40", "/XObject << /X 5 0 R >>", &drawn.repeat(times), &others)
    };
    costs(&file(81, 2), &file(4 << 20, 200), STEPS);
    // The same within the content, packed once and twice
    let file = |bytes: usize, times: usize, twice: bool| {
        let data = miniz_oxide::deflate::compress_to_vec_zlib(&vec![7; bytes], 9);
        let (filter, data) = match twice {
            true => ("[/AHx /Fl]", (motcua_pdf::hex(&data) + ">").into_bytes()),
            false => ("/Fl", data),
        };
        let begin = format!("q 5 0 0 5 0 0 cm BI /W 9 /H 9 /BPC 8 /CS /G /F {filter} ID ");
        let one = [begin.as_bytes(), &data, b" EI Q "].concat();
        let content = [format!("{INKS} ").as_bytes(), &one.repeat(times)].concat();
        page_of("40 40", "", binary("", "", &content), &[])
    };
    for twice in [true, false] {
        costs(&file(81, 2, twice), &file(80 << 20, 4, twice), STEPS);
    }
    // Data that say another size than the dictionary
    let file = |data: &[u8], filter: &str| {
        let entries = picture(9, 9, &format!("/ColorSpace /DeviceGray /Filter {filter}"));
        let mark = "@".repeat(data.len());
        let mut file = page("40 40", "/XObject << /X 5 0 R >>", drawn, &[stream(&entries, &mark)]);
        let at = file.windows(mark.len()).position(|w| w == mark.as_bytes()).unwrap();
        file[at..at + data.len()].copy_from_slice(data);
        file
    };
    let size = |side: u32| [side.to_be_bytes(), side.to_be_bytes()].concat();
    let mut page_of = [0u8, 0, 0, 0, 48, 0, 1, 0, 0, 0, 19].to_vec();
    page_of.extend(size(65_000));
    page_of.extend([0; 11]);
    let said = refused(&file(&page_of, "/JBIG2Decode")).unwrap();
    assert!(said.contains(STEPS), "{said}");
    // Symbols whose sizes stand in the coded data, and a small page without any
    let symbols = [0u8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0];
    let said = refused(&file(&symbols, "/JBIG2Decode")).unwrap();
    assert!(said.contains(STEPS), "{said}");
    let mut small = [0u8, 0, 0, 0, 48, 0, 1, 0, 0, 0, 19].to_vec();
    small.extend(size(9));
    small.extend([0; 11]);
    assert_eq!(refused(&file(&small, "/JBIG2Decode")), None);
    let mut codestream = b"\xFF\x4F\xFF\x51\0\x29\0\0".to_vec();
    codestream.extend(size(60_000));
    let said = refused(&file(&codestream, "/JPXDecode")).unwrap();
    assert!(said.contains(STEPS), "{said}");
    let entries = picture(
        9,
        9,
        "/ColorSpace /DeviceGray /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 4000000000 >>",
    );
    let others = [stream(&entries, "7")];
    let said = refused(&page("40 40", "/XObject << /X 5 0 R >>", drawn, &others)).unwrap();
    assert!(said.contains(STEPS), "{said}");
}

#[test]
fn pages_and_streams() {
    let file = |count: usize| {
        let kids: String = (0..count).map(|i| format!("{} 0 R ", i + 4)).collect();
        let mut objects = vec![
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            format!("<< /Type /Pages /Count {count} /Kids [{kids}] >>"),
            stream("", "0 0 1 0 k 0 0 1 1 re f"),
        ];
        let one = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R >>";
        objects.extend(std::iter::repeat_n(one.to_owned(), count));
        pdf(&objects, "")
    };
    costs(&file(1), &file(200), "in parts");
    let file = |bytes: usize| {
        let data = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b' '; bytes], 9);
        let fixed = "/Type /XObject /Subtype /Form /BBox [0 0 9 9]";
        let others = [binary(fixed, "/FlateDecode", &data)];
        page("40 40", "/XObject << /X 5 0 R >>", "/X Do", &others)
    };
    costs(&file(1000), &file(300 << 20), "\"inflated\"");
    // Read anew each time it is named
    let file = |times: usize| {
        let fixed = "/ShadingType 4 /ColorSpace /DeviceRGB /BitsPerCoordinate 16 /BitsPerComponent 8 /BitsPerFlag 8 /Decode [0 40 0 40 0 1 0 1 0 1]";
        let others =
            ["<< /PatternType 2 /Shading 6 0 R >>".into(), stream(fixed, &"\0".repeat(80_000))];
        page(
            "40 40",
            "/Pattern << /P 5 0 R >>",
            &format!("/Pattern cs {}", "/P scn ".repeat(times)),
            &others,
        )
    };
    costs(&file(1), &file(10_000), STEPS);
}
