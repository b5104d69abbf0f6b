//! What other programs write when they sign or fill in, sound though not as ours is; and beside each what only looks like it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod made;
#[path = "attacks/target.rs"]
mod target;

use motcua_copies::issue::existing::{SignatureOptions, sign_existing};
use motcua_copies::{Report, Verdict, verify};
use target::Target;

fn stream(dict: &str, data: &str) -> String {
    format!("<< {dict} /Length {} >>\nstream\n{data}\nendstream", data.len())
}

/// A form whose fields and resources are written as asked.
fn form(resources: &str, look: &str, more: &str) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 400] /Resources << >> /Annots [5 0 R] >>"
            .to_owned(),
        format!("<< /Fields [5 0 R] /DR {resources} {more} >>"),
        "<< /FT /Tx /T (Name) /V (An) /DA (/Helv 9 Tf .1 g) /MK << /BC [.1 .1 .10] >> /Type /Annot /Subtype /Widget /Rect [9 9 90 50] /F 4 /P 3 0 R /AP << /N 6 0 R >> >>".to_owned(),
        stream(&format!("/Type /XObject /Subtype /Form /BBox [0 0 9 9] {look}"), "/E#76il 9 Tf /FRM Do 1 g 0 0 9 9 re f"),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << >>", "q Q"),
    ];
    made::pdf(&objects, "/ID [<01> <01>]")
}

fn certified(file: &[u8]) -> Target {
    let demo = made::demo();
    let options =
        SignatureOptions { certify: Some(2), ..SignatureOptions::new("Certified", made::NOW) };
    let signed = sign_existing(file, &options, &demo.official_signer().unwrap()).unwrap();
    let at = made::NOW + time::Duration::hours(1);
    let target = Target::new("form", signed, made::policy("others", vec![demo.anchor()], at));
    let report = verify(&target.bytes, &target.policy);
    assert!(report.verdict <= Verdict::ValidWithNotes, "{}", report.to_text());
    target
}

#[track_caller]
fn sound(name: &str, report: &Report, code: &str) {
    assert!(report.verdict <= Verdict::ValidWithNotes, "{name}: {}", report.to_text());
    assert!(report.reasons.iter().any(|r| r.code == code), "{name}: {}", report.to_text());
}

#[track_caller]
fn refused(name: &str, report: &Report, code: &str) {
    assert_eq!(report.verdict, Verdict::NotValid, "{name}: {}", report.to_text());
    assert!(report.reasons.iter().any(|r| r.code == code), "{name}: {}", report.to_text());
}

const FONTS: &str = "<< /Font << /Helv 7 0 R >> /XObject << /FRM 8 0 R >> /ProcSet [/PDF] >>";
const OWN: &str = "/Resources << >>";
const DINGBATS: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>";
const DRAWN: &str = "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] >>";

/// Filling in brings resources, which are added to the form's own.
#[test]
fn resources_come_with_a_look() {
    let filled = |target: &Target, resources: &str, new: &str| {
        let objects = [
            target.with(5, &[("V", "(Binh)"), ("DA", "(/Helv 12 Tf 0.1 g)")]),
            target.with(4, &[("DR", resources)]),
            (target.size, new.as_bytes().to_vec()),
        ];
        verify(&target.updated(&objects), &target.policy)
    };
    let frm = stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << >>", "0 g f");
    let target = certified(&form(FONTS, OWN, ""));
    let new = target.size;
    let font = |name: &str| {
        format!(
            "<< /Font << /Helv 7 0 R /{name} {new} 0 R >> /XObject << /FRM 8 0 R >> /ProcSet [/PDF] >>"
        )
    };
    let drawing = |name: &str| {
        format!("<< /Font << /Helv 7 0 R >> /XObject << {name} {new} 0 R >> /ProcSet [/PDF] >>")
    };
    for (name, resources, new) in [
        ("a font", font("ZaDb"), DINGBATS),
        ("a font that draws", font("F1"), DRAWN),
        ("a drawing", drawing("/FRM 8 0 R /FRM2"), &frm),
        ("another drawing of that name", drawing("/FRM"), &frm),
    ] {
        sound(name, &filled(&target, &resources, new), "copies.form_filled");
    }
    let own = (
        FONTS.replace("7 0 R", &format!("{new} 0 R")),
        "<< /Type /Font /BaseFont /Helvetica /Subtype /Type1 >>",
    );
    sound(
        "the same font in an object of its own",
        &filled(&target, &own.0, own.1),
        "copies.form_filled",
    );
    let like = "<< /Type /Font /BaseFont /Helvetica /Subtype /Type3 >>";
    refused("one like it", &filled(&target, &own.0, like), "copies.changed_after_signing");
    let replaced = font("X").replace("/Helv 7 0 R", "").replace("/X", "/Helv");
    for (name, resources) in [
        ("a font in another's place", replaced),
        ("a font taken out", FONTS.replace("/Helv 7 0 R", "")),
        ("a kind taken out", FONTS.replace("/ProcSet [/PDF]", "")),
        ("no dictionary", format!("[{new} 0 R]")),
        (
            "fonts in no dictionary",
            format!("<< /Font [{new} 0 R] /XObject << /FRM 8 0 R >> /ProcSet [/PDF] >>"),
        ),
        ("none", String::new()),
    ] {
        refused(name, &filled(&target, &resources, DRAWN), "copies.changed_after_signing");
    }
    // What was signed may be drawn with them: by a look without resources, by a text whose font was not there, anew.
    let text = "/DA (/Evil 9 Tf)";
    for (name, look, more, new) in [
        ("borrowed", "", "", DRAWN),
        ("borrowed, a font of all readers", "", "", DINGBATS),
        ("named", OWN, text, DRAWN),
        ("named otherwise", OWN, "/DA (/Ev#69l 9 Tf)", DRAWN),
        ("drawn anew", OWN, "/NeedAppearances true", DRAWN),
    ] {
        let target = certified(&form(FONTS, look, more));
        refused(name, &filled(&target, &font("Evil"), new), "copies.changed_after_signing");
    }
    let borrowed = certified(&form(FONTS, "", ""));
    let unclear = certified(&form(FONTS, "/Filter /Strange", ""));
    refused(
        "not readable",
        &filled(&unclear, &font("ZaDb"), DINGBATS),
        "copies.changed_after_signing",
    );
    refused(
        "a drawing borrowed",
        &filled(&borrowed, &drawing("/FRM"), &frm),
        "copies.changed_after_signing",
    );
    // What borrows does not name these.
    for (name, resources, new) in
        [("not named", font("ZaDb"), DINGBATS), ("no drawing", drawing("/FRM 8 0 R /FRM2"), &frm)]
    {
        sound(name, &filled(&borrowed, &resources, new), "copies.form_filled");
    }
    let space = format!(
        "<< /Font << /Helv 7 0 R >> /XObject << /FRM 8 0 R >> /ProcSet [/PDF] /ColorSpace << /DefaultGray {new} 0 R >> >>"
    );
    refused(
        "a colour space",
        &filled(&borrowed, &space, "[/CalGray << /WhitePoint [1 1 1] /Gamma 9 >>]"),
        "copies.changed_after_signing",
    );
    // A font of all readers under the name that a text gives.
    let named = certified(&form(FONTS, OWN, text));
    sound("named, standard", &filled(&named, &font("Evil"), DINGBATS), "copies.form_filled");
    let recoded = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [65 /B] >> >>";
    refused(
        "named, recoded",
        &filled(&named, &font("Evil"), recoded),
        "copies.changed_after_signing",
    );
}

/// Numbers in other spellings are the same; how a field is drawn goes with its value alone.
#[test]
fn a_field_written_anew() {
    let target = certified(&form(FONTS, OWN, ""));
    let field =
        |set: &[(&str, &str)]| verify(&target.updated(&[target.with(5, set)]), &target.policy);
    let colour = ("MK", "<< /BC [0.1 0.10 +.1] >>");
    sound("spelled", &field(&[("V", "(x)"), colour]), "copies.form_filled");
    for (name, set) in [
        ("another colour", &[("V", "(x)"), ("MK", "<< /BC [.1 .1 .11] >>")][..]),
        ("the opposite", &[("V", "(x)"), ("MK", "<< /BC [.1 .1 -.1] >>")]),
        ("the colour of the text alone", &[("DA", "(/Helv 9 Tf 1 g)")]),
        ("hidden", &[("V", "(x)"), ("F", "2")]),
    ] {
        refused(name, &field(set), "copies.changed_after_signing");
    }
}

/// A linearised file with cross-reference streams, as qpdf writes it: nothing closes the first-page stream (ISO 32000-2 annex F).
fn linearised(hint: &str, between: &str) -> Vec<u8> {
    let table = |number: u32, index: &str, more: &str, rows: &[(u8, usize)]| {
        let mut data = Vec::new();
        for (kind, at) in rows {
            data.push(*kind);
            data.extend(u32::try_from(*at).unwrap().to_be_bytes());
            data.push(0);
        }
        let mut out = format!(
            "{number} 0 obj\n<< /Type /XRef /W [1 4 1] /Size 8 /Index [{index}] {more} /Length {} >>\nstream\n",
            data.len()
        )
        .into_bytes();
        out.extend(data);
        out.extend(b"\nendstream\nendobj\n");
        out
    };
    let id = "/ID [<01> <01>] /Root 1 0 R";
    let head = format!("%PDF-1.5\n5 0 obj\n<< {hint} >>\nendobj\n").into_bytes();
    let first = |previous: usize, at: [usize; 4]| {
        let rows = [(1, at[0]), (1, at[1]), (1, at[2]), (1, 9), (1, at[3])];
        table(6, "1 1 3 4", &format!("{id} /Prev {previous:010}"), &rows)
    };
    let length = head.len() + first(0, [0; 4]).len() + between.len();
    let mut out: Vec<u8> = Vec::new();
    let mut at = [0; 4];
    let mut put = |text: &str, slot: &mut usize| {
        *slot = length + out.len();
        out.extend(text.as_bytes());
    };
    let mut pages = 0;
    put("1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n", &mut at[0]);
    put(
        "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Resources << >> /Contents 4 0 R >>\nendobj\n",
        &mut at[1],
    );
    put(&format!("4 0 obj\n{}\nendobj\n", stream("", "0.2 g 20 20 100 100 re f")), &mut at[2]);
    put("2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n", &mut pages);
    let main = length + out.len();
    at[3] = head.len();
    let mut file = head;
    file.extend(first(main, at));
    file.extend(between.as_bytes());
    file.extend(out);
    file.extend(table(7, "0 1 2 1 7 1", id, &[(0, 0), (1, pages), (1, main)]));
    file.extend(format!("startxref\n{}\n%%EOF\n", at[3]).into_bytes());
    file
}

#[test]
fn linearised_with_streams() {
    let demo = made::demo();
    let at = made::NOW + time::Duration::hours(1);
    let policy = made::policy("others", vec![demo.anchor()], at);
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let hint = "/Linearized 1 /N 1";
    for between in ["", "\n   \n", "startxref\n0\n%%EOF\n"] {
        let file = linearised(hint, between);
        let once =
            sign_existing(&file, &SignatureOptions::new("One", made::NOW), &official).unwrap();
        let twice =
            sign_existing(&once, &SignatureOptions::new("Two", made::NOW), &agency).unwrap();
        for file in [&once, &twice] {
            sound(between, &verify(file, &policy), "copies.time_claimed_only");
        }
    }
    // Nothing closes the section, and the file is not linearised; or the update's, which is the last.
    assert!(
        motcua_pdf::Document::parse(&linearised("/Other 1", ""), &motcua_pdf::Limits::STANDARD)
            .is_err()
    );
    let once =
        sign_existing(&linearised(hint, ""), &SignatureOptions::new("One", made::NOW), &official)
            .unwrap();
    let end = once.windows(9).rposition(|w| w == b"startxref").unwrap();
    let (signed, close) = once.split_at(end);
    let laid = [signed, b"90 0 obj\n(laid between)\nendobj\n", close].concat();
    assert!(verify(&laid, &policy).verdict > Verdict::ValidWithNotes);
}

/// `startxref` that names the line end before its section.
#[test]
fn a_section_after_white_space() {
    let demo = made::demo();
    let at = made::NOW + time::Duration::hours(1);
    let policy = made::policy("others", vec![demo.anchor()], at);
    let official = demo.official_signer().unwrap();
    let base = made::pdf(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 400] /Resources << >> >>".to_owned(),
        ],
        "/ID [<01> <01>]",
    );
    // White space before the section, and so many bytes less than it is at.
    let off = |space: &str, by: usize| {
        let cut = base.windows(6).rposition(|w| w == b"\nxref\n").unwrap() + 1;
        let tail = String::from_utf8(base[cut..].to_vec()).unwrap();
        let declared = cut + space.len() - by;
        let tail =
            tail.replace(&format!("startxref\n{cut}\n"), &format!("startxref\n{declared}\n"));
        [&base[..cut], space.as_bytes(), tail.as_bytes()].concat()
    };
    let sign =
        |file: &[u8]| sign_existing(file, &SignatureOptions::new("One", made::NOW), &official);
    for (space, by) in [("", 0), ("", 1), ("\n", 1), ("\r\n\r\n", 4)] {
        let signed = sign(&off(space, by)).unwrap();
        sound(space, &verify(&signed, &policy), "copies.time_claimed_only");
    }
    for (space, by) in [("", 2), ("%\n", 2), ("            ", 12)] {
        assert!(sign(&off(space, by)).is_err(), "{space:?} {by}");
    }
    // In a copy it is told.
    let copy = made::copy_by(&demo, made::NOW);
    let text = String::from_utf8_lossy(&copy[copy.len() - 60..]).into_owned();
    let declared: usize = text
        .rsplit("startxref")
        .next()
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let update = format!(
        "xref\n0 0\ntrailer\n<< /Size 1 /Prev {declared} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n",
        copy.len()
    );
    let report = verify(&[&copy[..], b"\n", update.as_bytes()].concat(), &policy);
    refused("a copy", &report, "copies.unaccounted_bytes");
}

/// The catalog under a new number: what it says is what counts.
#[test]
fn the_catalog_under_a_new_number() {
    let target = certified(&form(FONTS, OWN, ""));
    let new = target.size;
    let pages = target.catalog.get("Pages").and_then(motcua_pdf::Object::as_ref).unwrap();
    let anew = |target: &Target, set: &[(&str, &str)], others: &[(u32, Vec<u8>)]| {
        let mut objects = vec![(new, target::with(&target.catalog, set).into_bytes())];
        objects.extend(others.to_vec());
        target.append(&objects, target::Form { root: Some(new), ..target.sound() })
    };
    let filled = [target.with(5, &[("V", "(x)")]), target.with(4, &[("SigFlags", "3")])];
    let file = anew(&target, &[], &filled);
    sound("the same", &verify(&file, &target.policy), "copies.form_filled");
    let hidden = [(new + 1, b"<< /Type /Pages /Count 0 /Kids [] >>".to_vec())];
    let page = |number: u32| format!("{number} 0 R");
    for (name, file) in [
        ("an action", anew(&target, &[("OpenAction", "[3 0 R /Fit]")], &filled)),
        ("other pages", anew(&target, &[("Pages", &page(new + 1))], &hidden)),
        ("no form", anew(&target, &[("AcroForm", "")], &[])),
        ("no certification", anew(&target, &[("Perms", "")], &[])),
        ("no catalog", anew(&target, &[("Type", "/Pages")], &[])),
        (
            "one that was there",
            target.append(&filled, target::Form { root: Some(pages.number), ..target.sound() }),
        ),
    ] {
        let report = verify(&file, &target.policy);
        assert!(report.verdict >= Verdict::NotValid, "{name}: {}", report.to_text());
    }
    // A copy keeps its own.
    let demo = made::demo();
    let at = made::NOW + time::Duration::hours(1);
    let policy = made::policy("others", vec![demo.anchor()], at);
    let copy = Target::new("copy", made::copy_by(&demo, made::NOW), policy);
    let objects = [(copy.size, target::with(&copy.catalog, &[]).into_bytes())];
    let file = copy.append(&objects, target::Form { root: Some(copy.size), ..copy.sound() });
    refused("a copy", &verify(&file, &copy.policy), "copies.changed_after_signing");
}

/// What says what is so anyway: the header's version, a widget's type, that nothing is drawn anew.
#[test]
fn what_says_nothing() {
    let target = certified(&form(FONTS, OWN, "/NeedAppearances false"));
    let plain = certified(&form(FONTS, OWN, ""));
    let (catalog, widget) = (target.root.number, target.signature.field);
    let changed = |target: &Target, number: u32, set: &[(&str, &str)]| {
        let objects = [target.with(5, &[("V", "(x)")]), target.with(number, set)];
        verify(&target.updated(&objects), &target.policy)
    };
    for (name, target, number, set) in [
        ("the header's version", &target, catalog, ("Version", "/1.7")),
        ("no word of drawing anew", &target, 4, ("NeedAppearances", "")),
        ("not drawn anew", &plain, 4, ("NeedAppearances", "false")),
    ] {
        sound(name, &changed(target, number, &[set]), "copies.form_filled");
    }
    for (name, target, number, set) in [
        ("an older version", &target, catalog, ("Version", "/1.3")),
        ("no version", &target, catalog, ("Version", "/2.9")),
        ("drawn anew", &target, 4, ("NeedAppearances", "true")),
        ("drawn anew, in words", &plain, 4, ("NeedAppearances", "/true")),
        ("another type", &target, widget, ("Type", "/Other")),
        ("no type", &target, widget, ("Type", "")),
        ("hidden", &target, widget, ("F", "2")),
    ] {
        refused(name, &changed(target, number, &[set]), "copies.changed_after_signing");
    }
    // A widget whose type was not said.
    let text =
        String::from_utf8_lossy(&form(FONTS, OWN, "")).replace("/Type /Annot", "            ");
    let text = text.replace("%\u{fffd}\u{fffd}\u{fffd}\u{fffd}", "%abcd");
    let target = certified(text.as_bytes());
    let typed =
        |kind| verify(&target.updated(&[target.with(5, &[("Type", kind)])]), &target.policy);
    sound("a type", &typed("/Annot"), "copies.time_claimed_only");
    refused("a type of another kind", &typed("/Page"), "copies.changed_after_signing");
}
