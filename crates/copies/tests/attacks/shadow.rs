//! Shadow attacks: what is shown is hidden, replaced, or swapped for something that was laid down before signing.

use motcua_pdf::Object;

use super::target::{Attack, Form, Target, show, with};

const NAMED: &[&str] = &["copies.changed_after_signing"];
/// A page tree without pages is no document at all.
const PAGELESS: &[&str] = &["copies.unreadable_update"];

pub fn build(target: &Target) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let mut add = |name: &str, objects: Vec<(u32, Vec<u8>)>, form: Form| {
        attacks.push(Attack {
            name: format!("shadow: {name}"),
            file: target.append(&objects, form),
            codes: if name.ends_with("page tree emptied") { PAGELESS } else { NAMED },
        });
    };
    let sound = target.sound();
    let document = target.document();
    let page = |set: &[(&str, &str)]| {
        vec![(target.page.number, with(&target.page_dict, set).into_bytes())]
    };
    let catalog =
        |set: &[(&str, &str)]| vec![(target.root.number, with(&target.catalog, set).into_bytes())];
    // Hide: what covered something goes away, or what was shown does.
    add("hide: contents emptied", page(&[("Contents", "[]")]), sound);
    add("hide: contents removed", page(&[("Contents", "")]), sound);
    add("hide: annotations removed", page(&[("Annots", "")]), sound);
    add("hide: resources removed", page(&[("Resources", "<< >>")]), sound);
    add("hide: page cropped away", page(&[("CropBox", "[0 0 1 1]")]), sound);
    add("hide: page turned", page(&[("Rotate", "180")]), sound);
    let contents = match target.page_dict.get("Contents").unwrap() {
        Object::Ref(id) => *id,
        other => match document.resolve(other).unwrap() {
            Object::Array(items) => items[0].as_ref().unwrap(),
            _ => panic!("contents"),
        },
    };
    add(
        "hide: content stream empty",
        vec![(contents.number, b"<< /Length 0 >>\nstream\n\nendstream".to_vec())],
        sound,
    );
    add("hide: content stream null", vec![(contents.number, b"null".to_vec())], sound);
    add(
        "hide: content stream is another object",
        vec![(contents.number, b"<< >>".to_vec())],
        sound,
    );
    // Replace.
    let text = "1 0 0 rg 0 0 100 100 re f";
    let stream = format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()).into_bytes();
    add("replace: content stream", vec![(contents.number, stream.clone())], sound);
    add(
        "replace: content stream by cross-reference stream",
        vec![(contents.number, stream.clone())],
        Form { stream: true, ..sound },
    );
    add("replace: page", target.forged_page(), sound);
    add(
        "replace: contents appended",
        {
            let mut objects = page(&[("Contents", &format!("[{contents} R {} 0 R]", target.size))]);
            objects.push((target.size, stream.clone()));
            objects
        },
        sound,
    );
    for (number, value) in
        document.entries().keys().filter_map(|n| Some((*n, document.locate(*n).ok()??.value)))
    {
        let Object::Stream(s) = value else { continue };
        for (kind, what) in [("Image", "image"), ("Form", "form")] {
            if s.dict.is_name("Subtype", kind) {
                add(&format!("replace: {what} {number}"), vec![(number, stream.clone())], sound);
            }
        }
        if s.dict.contains("Length1")
            || s.dict.is_name("Type", "Metadata")
            || s.dict.contains("N") && !s.dict.is_name("Type", "ObjStm")
        {
            let mut body = format!(
                "<< /Length {} /Type /Metadata /Subtype /XML >>\nstream\n{text}\nendstream",
                text.len()
            );
            if !s.dict.is_name("Type", "Metadata") {
                body = body.replace(" /Type /Metadata /Subtype /XML", "");
                add(
                    &format!("replace: font or profile {number}"),
                    vec![(number, body.into_bytes())],
                    sound,
                );
            }
        }
    }
    // Hide and replace: another page tree or catalog.
    let tree = |at: u32| {
        let forged = with(
            &target.page_dict,
            &[("Parent", &format!("{at} 0 R")), ("Contents", &format!("{} 0 R", at + 2))],
        );
        vec![
            (at, format!("<< /Type /Pages /Count 1 /Kids [{} 0 R] >>", at + 1).into_bytes()),
            (at + 1, forged.into_bytes()),
            (at + 2, stream.clone()),
        ]
    };
    let at = target.size;
    let mut objects = tree(at);
    objects.extend(catalog(&[("Pages", &format!("{at} 0 R"))]));
    add("hide and replace: other page tree", objects, sound);
    let mut objects = tree(at);
    objects.push((at + 3, with(&target.catalog, &[("Pages", &format!("{at} 0 R"))]).into_bytes()));
    add("hide and replace: other catalog", objects, Form { root: Some(at + 3), ..sound });
    let mut objects = tree(at);
    objects.push((at + 3, with(&target.catalog, &[("Pages", &format!("{at} 0 R"))]).into_bytes()));
    add(
        "hide and replace: other catalog by stream",
        objects,
        Form { root: Some(at + 3), stream: true, ..sound },
    );
    let parent = target.page_dict.get("Parent").unwrap().as_ref().unwrap();
    let Object::Dict(pages) = document.get(parent).unwrap() else { panic!("pages") };
    let kids = show(pages.get("Kids").unwrap());
    let kids = kids.trim_matches(['[', ']']).to_owned();
    let mut objects = tree(at);
    objects.push((
        parent.number,
        with(&pages, &[("Kids", &format!("[{} 0 R {kids}]", at + 1)), ("Count", "9")]).into_bytes(),
    ));
    add("hide and replace: page put first", objects, sound);
    add(
        "hide: page tree emptied",
        vec![(parent.number, with(&pages, &[("Kids", "[]"), ("Count", "0")]).into_bytes())],
        sound,
    );
    add(
        "hide and replace: resources inherited",
        vec![(parent.number, with(&pages, &[("Resources", "<< >>")]).into_bytes())],
        sound,
    );
    // An object that stands in the signed part, but that nothing listed, is listed now.
    for needle in [&b"99 0 obj"[..], b"98 0 obj"] {
        if let Some(at) = target.bytes.windows(needle.len()).position(|w| w == needle) {
            let number = if needle[1] == b'9' { 99 } else { 98 };
            let mut file = target.bytes.clone();
            file.push(b'\n');
            let rows = [(number, 0u16, at)];
            target.close(&mut file, &rows, sound);
            attacks.push(Attack {
                name: format!("shadow: prepared object {number} is listed"),
                file,
                codes: NAMED,
            });
        }
    }
    // An object number of the signed part now leads to another place of the signed part.
    let ranges: Vec<_> = document
        .entries()
        .keys()
        .filter_map(|n| document.locate(*n).ok()??.range.map(|r| (*n, r)))
        .collect();
    if let [(one, _), (_, other), ..] = &ranges[..] {
        let mut file = target.bytes.clone();
        file.push(b'\n');
        target.close(&mut file, &[(*one, 0, other.start)], sound);
        attacks.push(Attack {
            name: "shadow: an entry leads to another object".into(),
            file,
            codes: &["copies.unreadable_update", "copies.changed_after_signing"],
        });
    }
    // Everything freed.
    let mut file = target.bytes.clone();
    file.push(b'\n');
    let start = file.len();
    file.extend_from_slice(
        format!(
            "xref\n{} 1\n0000000000 00001 f\r\ntrailer\n<< /Size {} /Root {} 0 R /Prev {} {} >>\nstartxref\n{start}\n%%EOF\n",
            contents.number, target.size, target.root.number, target.startxref, target.kept()
        )
        .as_bytes(),
    );
    attacks.push(Attack { name: "shadow: hide: content stream freed".into(), file, codes: NAMED });
    attacks
}
