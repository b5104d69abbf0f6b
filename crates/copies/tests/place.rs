//! The statement on the last captured page: what is issued, what is refused, and files made to show it otherwise than they say.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod made;
#[path = "made/placed.rs"]
mod placed;

use made::{original, sample};
use motcua_copies::facts::{CopyFacts, Shortcoming, StatementPlace};
use motcua_copies::issue::{Fonts, IssueError, Original, issue};
use motcua_copies::{Verdict, verify};
use motcua_pki::authority::Demo;
use placed::{PLACE, Prepared, page, paper};

fn issued(originals: &[Original<'_>], place: StatementPlace) -> Result<Vec<u8>, IssueError> {
    let demo = made::demo();
    issued_by(&demo, originals, |facts| facts.statement_place = Some(place))
}

fn issued_by(
    demo: &Demo,
    originals: &[Original<'_>],
    change: impl Fn(&mut CopyFacts),
) -> Result<Vec<u8>, IssueError> {
    let mut facts = made::facts_by(demo, made::NOW, originals);
    change(&mut facts);
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    issue(originals, &facts, Fonts::LIBERATION_SERIF, &official, &agency)
}

#[test]
fn every_kind_of_original_carries_it() {
    let demo = made::demo();
    let page_1 = sample("diploma-page-1.jpg");
    let turned = paper(&["/Rotate 90 /MediaBox [0 0 842 595]"], page("0 0 842 595 re S"));
    let cropped = paper(
        &["/CropBox [10 20 605 862] /MediaBox [0 0 700 900] /UserUnit 1.0"],
        page("q 3 Tr 0 0 10 10 re W n"),
    );
    // Three pages of 16 pixels, each an inch.
    let mut tiff = include_bytes!("data/pages.tiff").to_vec();
    for at in 0..tiff.len() - 8 {
        if tiff[at..at + 8] == [44, 1, 0, 0, 1, 0, 0, 0] {
            tiff[at..at + 2].copy_from_slice(&[1, 0]);
        }
    }
    for (name, files, pages) in [
        ("fax", vec![tiff], 3),
        ("picture", vec![page_1.clone()], 1),
        ("pictures", vec![page_1.clone(), sample("diploma-page-2.jpg")], 2),
        ("scan", vec![sample("diploma-scan.pdf")], 2),
        ("picture and paper", vec![page_1, paper(&[], page("1 0 0 rg 50 700 90 90 re f"))], 2),
        ("turned", vec![turned], 1),
        ("cropped, its states left open", vec![cropped], 1),
        ("a state too many restored", vec![paper(&[], page("Q q 9 9 99 99 re S"))], 1),
    ] {
        let originals = made::originals(&files);
        let copy =
            issued_by(&demo, &originals, |facts| facts.statement_place = Some(PLACE)).unwrap();
        let document = motcua_pdf::Document::parse(&copy, &motcua_pdf::Limits::STANDARD).unwrap();
        assert_eq!(document.pages().unwrap().len(), pages, "{name}");
        let report = verify(&copy, &made::levels::strict(&demo, made::NOW));
        assert_eq!(report.verdict, Verdict::ValidWithNotes, "{name}: {}", report.to_text());
        assert_eq!(report.facts.unwrap().statement_place, Some(PLACE));
        let archive = motcua_pdf::archive::check(&copy, &motcua_pdf::Limits::STANDARD);
        assert!(archive.is_empty(), "{name}: {archive:?}");
        if let Some(folder) = std::env::var_os("MOTCUA_KEEP") {
            let name = format!("{}.pdf", name.replace([' ', ','], "-"));
            std::fs::write(std::path::Path::new(&folder).join(name), &copy).unwrap();
        }
    }
}

#[test]
fn where_it_cannot_stand_is_refused_with_what_it_needs() {
    let jpeg = sample("diploma-page-1.jpg");
    let place = |left, top, width, height| {
        let place = StatementPlace { left, top, width, height };
        issued(&[original(&jpeg)], place).unwrap_err()
    };
    let small = place(20, 180, 170, 60);
    assert_eq!(small.code(), "copies.statement_no_room");
    let details: std::collections::BTreeMap<_, _> = small.details().into_iter().collect();
    assert_eq!(details["have_mm"], "60");
    let need: u16 = details["need_mm"].parse().unwrap();
    // As high as it needs is enough, and a millimetre less is not.
    let fits = |height| {
        let place = StatementPlace { left: 20, top: 150, width: 170, height };
        issued(&[original(&jpeg)], place).map(|_| ())
    };
    fits(need).unwrap();
    assert_eq!(fits(need - 1).unwrap_err().code(), "copies.statement_no_room");
    for (left, top) in [(20, 200), (60, 100), (300, 0), (u16::MAX, u16::MAX)] {
        let outside = place(left, top, 170, 120);
        assert_eq!(outside.code(), "copies.statement_place_outside", "{left} {top}");
        assert_eq!(outside.details()[0], ("width_mm", "210".to_owned()));
    }
    let narrow = place(20, 150, 100, 120);
    assert_eq!(narrow.code(), "copies.bad_fact");
    assert!(narrow.to_string().contains("120 mm"), "{narrow}");
    // The agency's block stands top right on the first page, which is this one.
    let block = place(20, 5, 170, 120);
    assert!(block.to_string().contains("agency's block"), "{block}");
    let second = sample("diploma-page-2.jpg");
    let top = StatementPlace { left: 20, top: 5, width: 170, height: 120 };
    issued(&[original(&jpeg), original(&second)], top).unwrap();
    let card = paper(&["/MediaBox [0 0 243 153]"], page("0 0 9 9 re S"));
    let small = issued(&[original(&card)], PLACE).unwrap_err();
    assert_eq!(small.code(), "copies.statement_place_outside", "{small}");
}

/// Papers that anybody may hand in, made so that the statement would not show as written.
#[test]
fn a_page_that_would_change_how_it_shows_is_refused() {
    let (unsound, broken) = ("copies.statement_place_unsound", "copies.not_archivable");
    for (content, code, why) in [
        ("BT 3 Tr", unsound, "within text or a path"),
        ("0 0 1 1 re W", unsound, "within text or a path"),
        ("/OC /M BDC", unsound, "something open"),
        ("BX", unsound, "something open"),
        ("1 2", unsound, "operands"),
        ("BI /W 1 /H 1 /IM true ID \u{1} EI", unsound, "inline image"),
        ("/Statement Do", unsound, "second time"),
        ("/Lender Do", unsound, "second time"),
        ("[ 1", broken, "cannot be read"),
        ("qQ", broken, "qQ"),
        ("(", broken, "cannot be read"),
        ("Q Q q q", unsound, "after the state is restored"),
    ] {
        let file = placed::with_resources("/XObject << /Lender 6 0 R >>", page(content));
        let made = issued_by(&made::demo(), &[original(&file)], |facts| {
            facts.statement_place = Some(PLACE);
            // Drawn as a picture, a page changes nothing.
            facts.original.accepted.retain(|s| *s != Shortcoming::Rasterised);
        });
        let error = made.map(|_| content).unwrap_err();
        assert_eq!(error.code(), code, "{content}: {error}");
        assert!(error.to_string().contains(why), "{content}: {error}");
    }
}

#[test]
fn a_file_laid_out_anew_agrees() {
    let prepared = Prepared::new();
    prepared.agrees(|_| {});
    // The same content, but not packed.
    prepared.agrees(|file| file.captured(|content| content));
    prepared.agrees(|file| file.page(|page| page));
    prepared.agrees(|file| file.form(|dict| dict, |content| content));
    prepared.agrees(|file| file.drawing(|line| line));
}

#[test]
fn what_stands_before_the_statement_may_not_change_it() {
    let prepared = Prepared::new();
    for (before, after) in [
        ("3 Tr\n", ""),
        ("1 0 0 1 900 0 cm\n", ""),
        ("0 0 1 1 re W n\n", ""),
        ("q\n", ""),
        ("", "3 Tr\n"),
        ("", "1 0 0 1 900 0 cm\n"),
        ("", "0 0 1 1 re W n\n"),
        ("", "0 0 1 1 re W\n"),
        ("", "/OC /Hidden BDC\n"),
        ("", "BX\n"),
        ("", "BT\n"),
        ("", "q\n"),
        ("", "Q\n"),
        ("", "(\n"),
        ("", "[\n"),
        ("", "<< /A\n"),
        ("", "%"),
        ("", " "),
        ("", "BI /W 1 /H 1 /IM true ID \n"),
        ("", "0 0 1\n"),
        ("", "q Q\n"),
    ] {
        let around = |content: String| format!("{before}{content}{after}");
        prepared.unsound(|file| file.captured(around), "may change");
    }
    for inside in [
        "0 0 1 1 re W\n",
        "BT 3 Tr\n",
        "Q 3 Tr q\n",
        "Q 0 0 1 1 re W n q\n",
        "q\n",
        "Q\n",
        "QQ qq\n",
        "/P BMC\n",
        "EMC\n",
        "1\n",
        "(\\\n",
    ] {
        let content = |content: String| {
            let end = content.rfind('Q').unwrap();
            format!("{}{inside}{}", &content[..end], &content[end..])
        };
        prepared.unsound(|file| file.captured(content), "may change");
    }
}

#[test]
fn the_statement_is_shown_once() {
    let prepared = Prepared::new();
    let twice = |content: String| content.replacen("q\n", "q\n/Statement Do\n", 1);
    prepared.unsound(|file| file.captured(twice), "second time");
    let escaped = |content: String| content.replacen("q\n", "q\n/St#61tement Do\n", 1);
    prepared.unsound(|file| file.captured(escaped), "second time");
    // Under another name, on this page or on another.
    let form = prepared.form;
    let other =
        |dict: String| dict.replacen("/Statement", &format!("/Other {form} 0 R /Statement"), 1);
    prepared.unsound(|file| file.page(other), "second time");
    prepared.unsound(
        |file| {
            file.first_page(|page| {
                page.replacen("/XObject <<", &format!("/XObject << /Other {form} 0 R"), 1)
            })
        },
        "second time",
    );
    // A form without resources of its own uses the page's.
    let lends = prepared.lender;
    prepared.unsound(
        |file| file.replace(lends, "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 13 >>\nstream\n/Statement Do\nendstream"),
        "second time",
    );
    prepared.agrees(
        |file| file.replace(lends, "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << >> /Length 0 >>\nstream\n\nendstream"),
    );
}

#[test]
fn the_page_is_as_the_issuer_writes_it() {
    let prepared = Prepared::new();
    for entry in [
        "/CropBox [0 0 100 100]",
        "/CropBox [0 0 595.276 841.89]",
        "/Rotate 180",
        "/Rotate 0",
        "/UserUnit 2",
        "/TrimBox [0 0 9 9]",
        "/AA << >>",
    ] {
        let with = |page: String| page.replacen("/Contents", &format!("{entry} /Contents"), 1);
        prepared.unsound(|file| file.page(with), "cropped");
    }
    for (from, to) in [("/MediaBox [0 0", "/MediaBox [0 10"), ("/MediaBox [0 0", "/MediaBox [-9 0")]
    {
        prepared.unsound(|file| file.page(|page| page.replacen(from, to, 1)), "cropped");
    }
    for group in [
        "<< /S /Transparency /CS [/CalGray << /WhitePoint [1 1 1] >>] >>",
        "<< /S /Transparency /CS /Pattern >>",
        "<< /S /Other >>",
        "5",
    ] {
        let with =
            |page: String| page.replacen("/Contents", &format!("/Group {group} /Contents"), 1);
        prepared.unsound(|file| file.page(with), "blends");
    }
    let device = "/Group << /Type /Group /S /Transparency /I true /CS /DeviceRGB >> /Contents";
    prepared.agrees(|file| file.page(|page| page.replacen("/Contents", device, 1)));
    let default = "/Resources << /ColorSpace << /DefaultRGB [/CalRGB << /WhitePoint [1 1 1] >>] >>";
    let both =
        |page: String| page.replacen("/Contents", device, 1).replacen("/Resources <<", default, 1);
    prepared.unsound(|file| file.page(both), "blends");
    let annotation = "/Annots [<< /Type /Annot /Subtype /Square /Rect [0 0 600 600] /F 4 >> ";
    prepared
        .unsound(|file| file.page(|page| page.replacen("/Annots [", annotation, 1)), "lies over");
}

#[test]
fn the_statement_is_drawn_last_at_its_place() {
    let prepared = Prepared::new();
    for change in [
        |line: String| line.replace("q 1 0 0 1", "q 1 0 0 -1"),
        |line: String| line.replace("q 1 0 0 1", "q 0.5 0 0 0.5"),
        |line: String| line.replace("q 1 0 0 1 ", "q 1 0 0 1 9"),
        |line: String| line.replace("q 1", "q 3 Tr 1"),
        |line: String| line.replace("q 1", "q /G0 gs 1"),
        |line: String| line.replace("Do Q", "Do Q q 1 g 0 0 900 900 re f Q"),
        |line: String| format!("{line}1 g 0 0 900 900 re f\n"),
        |line: String| format!("{line}{line}"),
        |line: String| line.replace("cm /Statement", "cm /Statement Do /Statement"),
        |line: String| line.replace("/Statement", "/Im0"),
        |_: String| String::new(),
    ] {
        prepared.unsound(|file| file.drawing(change), "");
    }
    // Something is drawn after it, or it before the rest.
    let (captured, drawing) = (prepared.captured, prepared.drawing);
    let contents = format!("[{captured} 0 R {drawing} 0 R]");
    for other in [
        format!("[{captured} 0 R {drawing} 0 R {captured} 0 R]"),
        format!("[{drawing} 0 R {captured} 0 R]"),
        format!("[{captured} 0 R {captured} 0 R {drawing} 0 R]"),
        format!("[{drawing} 0 R]"),
        format!("{captured} 0 R"),
    ] {
        let change = |page: String| page.replacen(&contents, &other, 1);
        prepared.unsound(|file| file.page(change), "then the statement");
    }
}

#[test]
fn the_form_is_as_the_issuer_writes_it() {
    let prepared = Prepared::new();
    let same = |content: String| content;
    for entry in [
        "/OC << /Type /OCG /Name (Layer) >>",
        "/Group << /S /Transparency >>",
        "/Matrix [1 0 0 1 900 0]",
        "/Matrix [1 0 0 1 0 0]",
        "/Ref << >>",
        "/FormType 1",
    ] {
        let with = |dict: String| dict.replacen("/BBox", &format!("{entry} /BBox"), 1);
        prepared.unsound(|file| file.form(with, same), "not as the issuer");
    }
    for (from, to) in [
        ("/BBox [0 0", "/BBox [100 0"),
        ("/BBox [0 0 ", "/BBox [0 0 9"),
        ("/Font <<", "/ColorSpace << /DefaultGray [/CalGray << >>] >> /Font <<"),
        ("/R ", "/Q 5 0 R /R "),
    ] {
        let with = |dict: String| dict.replacen(from, to, 1);
        prepared.unsound(|file| file.form(with, same), "not as the issuer");
    }
}

#[test]
fn the_file_says_where_it_stands_and_what() {
    let prepared = Prepared::new();
    let stated = "motcua:StatementPlace>20 150 170 120<";
    let xmp = |to: &str| prepared.report(|file| file.text(stated, to));
    let code = |report: &motcua_copies::Report, code: &str| {
        assert_eq!(report.verdict, Verdict::NotValid, "{}", report.to_text());
        assert!(report.reasons.iter().any(|r| r.code == code), "{}", report.to_text());
    };
    for to in [
        "motcua:StatementPlace>20 149 170 120<",
        "motcua:StatementPlace>21 150 170 120<",
        "motcua:StatementPlace>20 150 169 120<",
        "motcua:StatementPlace>20 151 170 119<",
        "motcua:StatementPlace>20 190 170 120<",
    ] {
        code(&xmp(to), "copies.statement_place_unsound");
    }
    // No place at all: the last page is then the statement's own.
    let none = prepared.report(|file| {
        file.text("<motcua:StatementPlace>20 150 170 120</motcua:StatementPlace>", &" ".repeat(61));
    });
    code(&none, "copies.statement_differs");
    // What cannot be read as a place makes the file no copy at all.
    assert_eq!(xmp("motcua:StatementPlace>20 150 170 1200").verdict, Verdict::NotACopy);
    assert_eq!(xmp("motcua:StatementPlace>20 150 170 012<").verdict, Verdict::NotACopy);
    let uncounted = prepared.report(|file| {
        file.text("<motcua:CapturedPages>2</motcua:CapturedPages>", &" ".repeat(46));
    });
    code(&uncounted, "copies.statement_place_unsound");
    assert!(uncounted.to_text().contains("không ghi số trang đã chụp"), "{}", uncounted.to_text());
    // The last page as captured is another one when pages are counted otherwise.
    let counted = prepared.report(|file| {
        file.text("motcua:CapturedPages>2<", "motcua:CapturedPages>1<");
    });
    code(&counted, "copies.pages_differ");
    let text = prepared.report(|file| {
        // The first two letters of the title change places.
        file.form(
            |dict| dict,
            |content| {
                let at = content.find("Tm <").unwrap() + 4;
                let (first, second) = (&content[at..at + 4], &content[at + 4..at + 8]);
                assert_ne!(first, second);
                format!("{}{second}{first}{}", &content[..at], &content[at + 8..])
            },
        );
    });
    code(&text, "copies.statement_differs");
    let code_moved = prepared.report(|file| {
        file.form(|dict| dict, |content| content.replacen("\n0 0 7 1 re\n", "\n1 0 7 1 re\n", 1));
    });
    code(&code_moved, "copies.qr_differs");
}
