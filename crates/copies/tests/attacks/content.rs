//! Attacks on what is shown and on the form, piece by piece: fonts and their words, pictures, resources that are inherited, layers,
//! the page tree, widgets and fields that change places. Each by itself, and under the cover of validation data.

use motcua_pdf::{Dict, Object, Ref};

use super::target::{Attack, Target, show, with};

const NAMED: &[&str] = &[
    "copies.changed_after_signing",
    "copies.unreadable_update",
    "copies.duplicate_field",
    "copies.shared_signature",
    "copies.signature_removed",
    "copies.bad_byte_range",
];

/// Objects that an update writes.
type Objects = Vec<(u32, Vec<u8>)>;

pub fn build(target: &Target) -> Vec<Attack> {
    let mut cases: Vec<(String, Objects)> = Vec::new();
    shown(target, &mut cases);
    pages(target, &mut cases);
    layers(target, &mut cases);
    fields(target, &mut cases);
    let mut attacks = Vec::new();
    for (name, objects) in cases {
        let mut covered = objects.clone();
        if cover(target, &mut covered) {
            attacks.push(Attack {
                name: format!("content: {name}, with validation data"),
                file: target.updated(&covered),
                codes: NAMED,
            });
        }
        attacks.push(Attack {
            name: format!("content: {name}"),
            file: target.updated(&objects),
            codes: NAMED,
        });
    }
    attacks
}

/// Adds a security store with a certificate to an update, unless it writes the catalog itself.
fn cover(target: &Target, objects: &mut Objects) -> bool {
    if objects.iter().any(|(number, _)| *number == target.root.number)
        || target.catalog.contains("DSS")
    {
        return false;
    }
    let at = target.size + 50;
    let catalog = with(&target.catalog, &[("DSS", &format!("<< /Certs [{at} 0 R] >>"))]);
    let contents = &target.signature.dict.get("Contents").unwrap().as_string().unwrap().bytes;
    let signed = motcua_pki::cms::SignedData::parse_padded(contents).unwrap();
    objects.push((target.root.number, catalog.into_bytes()));
    objects.push((at, stream("", &signed.certificates_der()[0])));
    true
}

fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let mut body = format!("<< {entries} /Length {} >>\nstream\n", data.len()).into_bytes();
    body.extend_from_slice(data);
    body.extend_from_slice(b"\nendstream");
    body
}

/// Fonts, their programs and words; pictures and forms.
fn shown(target: &Target, cases: &mut Vec<(String, Objects)>) {
    let document = target.document();
    let mut add = |name: String, objects: Objects| cases.push((name, objects));
    let at = target.size;
    let words = stream("", b"begincmap 1 beginbfchar <0001> <0042> endbfchar endcmap");
    let mut programs = Vec::new();
    for number in document.entries().keys().copied() {
        let value = document.locate(number).unwrap().map_or(Object::Null, |l| l.value);
        let Some(dict) = value.as_dict() else { continue };
        if let Some(id) = dict.get("ToUnicode").and_then(Object::as_ref) {
            add(format!("font {number}: words changed"), vec![(id.number, words.clone())]);
            let other = with(dict, &[("ToUnicode", &format!("{at} 0 R"))]).into_bytes();
            add(format!("font {number}: other words"), vec![(number, other), (at, words.clone())]);
            add(
                format!("font {number}: no words"),
                vec![(number, with(dict, &[("ToUnicode", "")]).into_bytes())],
            );
        }
        for key in ["FontFile", "FontFile2", "FontFile3"] {
            programs.extend(dict.get(key).and_then(Object::as_ref).map(|id| (number, key, id)));
        }
        if dict.is_name("Type", "Font") {
            for (key, value) in [
                ("Encoding", "/WinAnsiEncoding"),
                ("BaseFont", "/Other"),
                ("CIDToGIDMap", "/Other"),
            ] {
                add(
                    format!("font {number}: another {key}"),
                    vec![(number, with(dict, &[(key, value)]).into_bytes())],
                );
            }
            let plain = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec();
            add(format!("font {number}: swapped"), vec![(number, plain)]);
        }
        let Object::Stream(s) = &value else { continue };
        let data = document.raw(s).unwrap();
        let image = dict.is_name("Subtype", "Image");
        let entries: &[(&str, &str)] = if image {
            &[
                ("Decode", "[1 0 1 0 1 0]"),
                ("SMask", "<< >>"),
                ("Mask", "[0 255]"),
                ("Alternates", "[<< >>]"),
                ("Intent", "/Other"),
                ("OC", "<< /Type /OCG /Name (x) >>"),
                ("Width", "1"),
            ]
        } else if dict.is_name("Subtype", "Form") {
            &[
                ("Matrix", "[0 0 0 0 0 0]"),
                ("BBox", "[0 0 0 0]"),
                ("Ref", "<< /F (x.pdf) >>"),
                ("OC", "<< /Type /OCG /Name (x) >>"),
            ]
        } else {
            continue;
        };
        let same = |set: &[(&str, &str)]| {
            let mut body = with(dict, set).into_bytes();
            body.extend_from_slice(b"\nstream\n");
            body.extend_from_slice(&data);
            body.extend_from_slice(b"\nendstream");
            body
        };
        for (key, value) in entries {
            add(format!("object {number}: {key}"), vec![(number, same(&[(key, value)]))]);
        }
    }
    // The program of one font under the number of another, and led there from its descriptor.
    for (number, key, id) in &programs {
        let dict = document.get(Ref { number: *number, generation: 0 }).unwrap();
        let dict = dict.as_dict().unwrap();
        add(
            format!("program of {number} elsewhere"),
            vec![
                (*number, with(dict, &[(key, &format!("{at} 0 R"))]).into_bytes()),
                (at, stream("", b"other")),
            ],
        );
        for (_, _, other) in programs.iter().filter(|(_, _, other)| other != id) {
            let Object::Stream(s) = document.get(*other).unwrap() else { continue };
            let body = [
                with(&s.dict, &[]).as_bytes(),
                b"\nstream\n",
                &document.raw(&s).unwrap(),
                b"\nendstream",
            ]
            .concat();
            add(format!("program {id} is that of {other}"), vec![(id.number, body)]);
        }
    }
}

/// Resources that are inherited, and pages that change places.
fn pages(target: &Target, cases: &mut Vec<(String, Objects)>) {
    let document = target.document();
    let mut add = |name: &str, objects: Objects| cases.push((name.to_owned(), objects));
    let at = target.size;
    let parent = target.page_dict.get("Parent").unwrap().as_ref().unwrap();
    let Object::Dict(tree) = document.get(parent).unwrap() else { panic!("pages") };
    let page =
        |set: &[(&str, &str)]| (target.page.number, with(&target.page_dict, set).into_bytes());
    let node = |set: &[(&str, &str)]| (parent.number, with(&tree, set).into_bytes());
    for (key, value) in [
        ("Resources", "<< /Font << >> >>"),
        ("MediaBox", "[0 0 10 10]"),
        ("CropBox", "[0 0 10 10]"),
        ("Rotate", "90"),
    ] {
        add(&format!("{key} shadowed above"), vec![node(&[(key, value)])]);
        add(&format!("{key} taken from above"), vec![page(&[(key, "")]), node(&[(key, value)])]);
        let own = with(
            &tree,
            &[
                (key, value),
                ("Kids", &format!("[{} R]", target.page)),
                ("Count", "1"),
                ("Parent", &format!("{parent} R")),
            ],
        );
        let kids = show(tree.get("Kids").unwrap());
        let kids = kids.replacen(&format!("{} R", target.page), &format!("{at} 0 R"), 1);
        add(
            &format!("{key} from a node between"),
            vec![
                node(&[("Kids", &kids)]),
                (at, own.into_bytes()),
                page(&[("Parent", &format!("{at} 0 R"))]),
            ],
        );
    }
    let list = document.pages().unwrap();
    let refs: Vec<String> = list.iter().map(|p| format!("{} R", p.id)).collect();
    let backwards: Vec<String> = refs.iter().rev().cloned().collect();
    if refs.len() > 1 {
        add(
            "pages in another order",
            vec![node(&[("Kids", &format!("[{}]", backwards.join(" ")))])],
        );
        add("a page left out", vec![node(&[("Kids", &format!("[{}]", refs[0])), ("Count", "1")])]);
        let (one, two) = (&list[0], &list[1]);
        add(
            "two pages change their objects",
            vec![
                (one.id.number, with(&two.dict, &[]).into_bytes()),
                (two.id.number, with(&one.dict, &[]).into_bytes()),
            ],
        );
        let contents = |p: &motcua_pdf::Page| show(p.dict.get("Contents").unwrap());
        add("a page shows another's contents", vec![page(&[("Contents", &contents(two))])]);
    }
    add(
        "a page twice",
        vec![node(&[("Kids", &format!("[{} {}]", refs[0], refs.join(" "))), ("Count", "9")])],
    );
    add("a page below itself", vec![page(&[("Kids", &format!("[{}]", refs[0]))])]);
    add(
        "the tree below itself",
        vec![node(&[("Kids", &format!("[{parent} R {}]", refs.join(" ")))])],
    );
    add("another count", vec![node(&[("Count", "1000000")])]);
    let catalog =
        |set: &[(&str, &str)]| (target.root.number, with(&target.catalog, set).into_bytes());
    add(
        "a tree above the tree",
        vec![
            catalog(&[("Pages", &format!("{at} 0 R"))]),
            (
                at,
                format!("<< /Type /Pages /Count {} /Kids [{parent} R] /Rotate 90 >>", refs.len())
                    .into_bytes(),
            ),
        ],
    );
    for (key, value) in [
        ("AA", "<< /O << /S /JavaScript /JS (1) >> >>"),
        ("UserUnit", "9"),
        ("Group", "<< /S /Transparency >>"),
        ("Thumb", "null"),
        ("Trans", "<< /S /Wipe >>"),
        ("Dur", "1"),
        ("Metadata", "null"),
        ("PieceInfo", "<< >>"),
        ("AF", "[]"),
        ("VP", "[]"),
        ("Tabs", "/S"),
        ("TemplateInstantiated", "/x"),
        ("StructParents", "7"),
    ] {
        add(&format!("page gains /{key}"), vec![page(&[(key, value)])]);
    }
}

/// Optional content.
fn layers(target: &Target, cases: &mut Vec<(String, Objects)>) {
    let document = target.document();
    let at = target.size;
    let layer = (at, b"<< /Type /OCG /Name (layer) >>".to_vec());
    let catalog = |off: &str| {
        let value = format!("<< /OCGs [{at} 0 R] /D << {off} >> >>");
        (target.root.number, with(&target.catalog, &[("OCProperties", &value)]).into_bytes())
    };
    let off = format!("/BaseState /OFF /OFF [{at} 0 R]");
    let named = |dict: &Dict| with(dict, &[("OC", &format!("{at} 0 R"))]).into_bytes();
    let field = (target.signature.field, named(&target.signature.field_dict));
    cases.push(("layers".into(), vec![catalog(&off), layer.clone()]));
    cases.push((
        "the signed widget on a layer".into(),
        vec![catalog(&off), layer.clone(), field.clone()],
    ));
    cases.push(("the signed widget on a layer of nobody".into(), vec![field, layer.clone()]));
    if let Ok(Object::Dict(resources)) = document.value(&target.page_dict, "Resources") {
        let value = with(&resources, &[("Properties", &format!("<< /MC0 {at} 0 R >>"))]);
        let page = with(&target.page_dict, &[("Resources", &value)]).into_bytes();
        cases.push((
            "layers of the page".into(),
            vec![catalog(&off), layer, (target.page.number, page)],
        ));
    }
}

/// Widgets and fields that change places, loops and shared values.
fn fields(target: &Target, cases: &mut Vec<(String, Objects)>) {
    let document = target.document();
    let mut add = |name: &str, objects: Objects| cases.push((name.to_owned(), objects));
    let (at, sig) = (target.size, &target.signature);
    let own = |set: &[(&str, &str)]| (sig.field, with(&sig.field_dict, set).into_bytes());
    let list = document.pages().unwrap();
    // A copy's seal stands on the first page; others' pages may be fewer.
    for page in &list {
        let annots = show(&document.value(&page.dict, "Annots").unwrap_or(Object::Null));
        let annots = annots.trim_matches(['[', ']']).replace("null", "");
        let more = format!("[{annots} {} 0 R]", sig.field);
        let dict = with(&page.dict, &[("Annots", &more)]).into_bytes();
        add(
            &format!("the signed widget on page {} too", page.id),
            vec![(page.id.number, dict.clone())],
        );
        let moved = own(&[("P", &format!("{} R", page.id)), ("Rect", "[0 0 200 200]")]);
        add(
            &format!("the signed widget moved to page {}", page.id),
            vec![(page.id.number, dict), moved],
        );
    }
    add("a field below itself", vec![own(&[("Kids", &format!("[{} 0 R]", sig.field))])]);
    add("a field above itself", vec![own(&[("Parent", &format!("{} 0 R", sig.field))])]);
    add("a field below a page", vec![own(&[("Parent", &format!("{} R", target.page))])]);
    add(
        "two fields below each other",
        vec![
            own(&[("Kids", &format!("[{at} 0 R]"))]),
            (at, format!("<< /FT /Sig /T (x) /Kids [{} 0 R] >>", sig.field).into_bytes()),
        ],
    );
    let deep: Objects = (0..20)
        .map(|i| {
            (at + i, format!("<< /FT /Sig /T (x{i}) /Kids [{} 0 R] >>", at + i + 1).into_bytes())
        })
        .chain([own(&[("Kids", &format!("[{at} 0 R]"))])])
        .collect();
    add("a deep tree of fields", deep);
    for (name, widget) in [
        (
            "of its own",
            format!(
                "<< /Type /Annot /Subtype /Widget /Rect [0 0 99 99] /Parent {} 0 R >>",
                sig.field
            ),
        ),
        (
            "of another parent",
            format!(
                "<< /Type /Annot /Subtype /Widget /Rect [0 0 99 99] /Parent {} R >>",
                target.page
            ),
        ),
        ("with a signature", format!("<< /FT /Sig /Rect [0 0 9 9] /V {} 0 R >>", sig.number)),
        ("with a name", "<< /FT /Sig /T (more) /Rect [0 0 9 9] >>".into()),
    ] {
        add(
            &format!("a kid {name}"),
            vec![own(&[("Kids", &format!("[{at} 0 R]"))]), (at, widget.into_bytes())],
        );
    }
    // The values of two fields.
    let Object::Dict(form) = document.value(&target.catalog, "AcroForm").unwrap() else { return };
    let all = document.value(&form, "Fields").unwrap();
    for other in all.as_array().unwrap_or_default() {
        let Some(id) = other.as_ref().filter(|id| id.number != sig.field) else { continue };
        let Object::Dict(dict) = document.get(id).unwrap() else { continue };
        let Some(value) = dict.get("V") else { continue };
        let theirs = |set: &[(&str, &str)]| (id.number, with(&dict, set).into_bytes());
        let (mine, value) = (format!("{} 0 R", sig.number), show(value));
        add(&format!("field {id} has the first signature"), vec![theirs(&[("V", &mine)])]);
        add(&format!("the first field has the signature of {id}"), vec![own(&[("V", &value)])]);
        add(
            &format!("fields change signatures with {id}"),
            vec![theirs(&[("V", &mine)]), own(&[("V", &value)])],
        );
        let (one, two) = (show(sig.field_dict.get("T").unwrap()), show(dict.get("T").unwrap()));
        add(
            &format!("fields change names with {id}"),
            vec![theirs(&[("T", &one)]), own(&[("T", &two)])],
        );
        add(
            &format!("field {id} inherits the first signature"),
            vec![
                own(&[("Kids", &format!("[{id} R]"))]),
                theirs(&[("V", ""), ("Parent", &format!("{} 0 R", sig.field))]),
            ],
        );
    }
}
