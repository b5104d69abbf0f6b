//! Attacks on certification: annotations, signature fields, permissions, form fields, actions, the security store as a cover.

use super::target::{Attack, Target, show, with};

const NAMED: &[&str] = &[
    "copies.changed_after_signing",
    "copies.duplicate_field",
    "copies.shared_signature",
    "copies.signatures_expected",
    "copies.bytes_changed",
    "copies.bad_byte_range",
];

pub fn build(target: &Target) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let mut add = |name: String, objects: Vec<(u32, Vec<u8>)>| {
        attacks.push(Attack {
            name: format!("certification: {name}"),
            file: target.updated(&objects),
            codes: NAMED,
        });
    };
    let at = target.size;
    let page =
        |set: &[(&str, &str)]| (target.page.number, with(&target.page_dict, set).into_bytes());
    let catalog =
        |set: &[(&str, &str)]| (target.root.number, with(&target.catalog, set).into_bytes());
    let document = target.document();
    let annots = document.value(&target.page_dict, "Annots").unwrap();
    let annots = show(&annots);
    let annots = annots.trim_matches(['[', ']']).replace("null", "");
    let look = "0 0 1 rg 0 0 300 300 re f";
    let look = format!("<< /Type /XObject /Subtype /Form /BBox [0 0 300 300] /Length {} >>\nstream\n{look}\nendstream", look.len()).into_bytes();
    // Evil annotation.
    for kind in [
        "FreeText",
        "Stamp",
        "Highlight",
        "Redact",
        "Text",
        "Square",
        "Link",
        "Popup",
        "FileAttachment",
        "Ink",
    ] {
        for shown in [false, true] {
            let ap = if shown { format!(" /AP << /N {} 0 R >>", at + 1) } else { String::new() };
            let annotation = format!(
                "<< /Type /Annot /Subtype /{kind} /Rect [0 0 300 300] /F 4 /Contents (other) /DA (/Helv 12 Tf) /C [1 1 1]{ap} >>"
            );
            add(
                format!("evil annotation {kind}, own look {shown}"),
                vec![
                    page(&[("Annots", &format!("[{annots} {at} 0 R]"))]),
                    (at, annotation.into_bytes()),
                    (at + 1, look.clone()),
                ],
            );
        }
    }
    add(
        "annotation put before".into(),
        vec![
            page(&[("Annots", &format!("[{at} 0 R {annots}]"))]),
            (at, b"<< /Type /Annot /Subtype /Stamp /Rect [0 0 300 300] >>".to_vec()),
        ],
    );
    // Sneaky signature: an extra field, visible or not, empty or with somebody's signature.
    let Some(form) = target.catalog.get("AcroForm") else { panic!("no form") };
    let form_at = form.as_ref();
    let motcua_pdf::Object::Dict(form) = document.resolve(form).unwrap() else { panic!("form") };
    let fields = show(&document.value(&form, "Fields").unwrap());
    let fields = fields.trim_matches(['[', ']']).to_owned();
    let with_fields = |list: &str| match form_at {
        Some(id) => (id.number, with(&form, &[("Fields", &format!("[{list}]"))]).into_bytes()),
        None => catalog(&[("AcroForm", &with(&form, &[("Fields", &format!("[{list}]"))]))]),
    };
    let old = show(&motcua_pdf::Object::Dict(target.signature.dict.clone()));
    for (name, rect) in [("visible", "[0 0 300 300]"), ("invisible", "[0 0 0 0]")] {
        for (signed, value) in [
            ("empty", String::new()),
            ("copied signature", format!("/V {} 0 R", at + 2)),
            ("the same signature", format!("/V {} 0 R", target.signature.number)),
            ("a hollow timestamp", format!("/V {} 0 R", at + 3)),
        ] {
            let field = format!(
                "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Sneaky) /F 132 /Rect {rect} /P {} R /AP << /N {} 0 R >> {value} >>",
                target.page,
                at + 1
            );
            add(
                format!("sneaky signature, {name}, {signed}"),
                vec![
                    with_fields(&format!("{fields} {at} 0 R")),
                    page(&[("Annots", &format!("[{annots} {at} 0 R]"))]),
                    (at, field.into_bytes()),
                    (at + 1, look.clone()),
                    (at + 2, old.clone().into_bytes()),
                    (at + 3, b"<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /ByteRange [0 0 0 0] /Contents <00> >>".to_vec()),
                ],
            );
        }
    }
    // Fields of other kinds, duplicates, two fields on one signature.
    let name = show(target.signature.field_dict.get("T").unwrap());
    for (what, field) in [
        (
            "text field",
            "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Text) /V (x) /Rect [0 0 300 300] >>"
                .to_owned(),
        ),
        (
            "field of the same name",
            format!("<< /Type /Annot /Subtype /Widget /FT /Sig /T {name} /Rect [0 0 0 0] >>"),
        ),
        (
            "field of the same name and signature",
            format!(
                "<< /Type /Annot /Subtype /Widget /FT /Sig /T {name} /Rect [0 0 0 0] /V {} 0 R >>",
                target.signature.number
            ),
        ),
        (
            "field of another name, same signature",
            format!(
                "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Other) /Rect [0 0 0 0] /V {} 0 R >>",
                target.signature.number
            ),
        ),
    ] {
        add(
            what.into(),
            vec![with_fields(&format!("{fields} {at} 0 R")), (at, field.into_bytes())],
        );
    }
    add(
        "field listed twice".into(),
        vec![with_fields(&format!("{fields} {} 0 R", target.signature.field))],
    );
    let only = format!("{} 0 R", target.signature.field);
    if fields.trim() != only {
        add("fields removed".into(), vec![with_fields(&only)]);
    }
    // The field itself.
    for (what, key, value) in [
        ("moved", "Rect", "[0 0 500 500]"),
        ("look replaced", "AP", &*format!("<< /N {} 0 R >>", at + 1)),
        ("made visible", "F", "0"),
        ("renamed", "T", "(renamed)"),
        ("given an action", "A", "<< /S /URI /URI (http://example.org) >>"),
    ] {
        let dict = with(&target.signature.field_dict, &[(key, value)]).into_bytes();
        add(
            format!("signed field {what}"),
            vec![(target.signature.field, dict), (at + 1, look.clone())],
        );
    }
    // Permissions.
    for (what, value) in [
        ("removed", String::new()),
        ("emptied", "<< >>".into()),
        ("of another signature", format!("<< /DocMDP {at} 0 R >>")),
    ] {
        let before = target.catalog.contains("Perms");
        if before || !value.is_empty() {
            add(
                format!("/Perms {what}"),
                vec![catalog(&[("Perms", &value)]), (at, old.clone().into_bytes())],
            );
        }
    }
    for (what, value) in [
        ("removed", ""),
        ("emptied", "[]"),
        (
            "P 3",
            "[<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 3 /V /1.2 >> >>]",
        ),
        ("of usage rights", "[<< /Type /SigRef /TransformMethod /UR3 >>]"),
    ] {
        let dict = with(&target.signature.dict, &[("Reference", value)]);
        add(format!("/Reference {what}"), vec![(target.signature.number, dict.into_bytes())]);
    }
    if let Some(at) = target
        .bytes
        .windows(4)
        .position(|w| w == b"/P 2")
        .filter(|_| target.signature.dict.contains("Reference"))
    {
        let file = target.in_place(at..at + 4, b"/P 3");
        attacks.push(Attack {
            name: "certification: /P edited in place".into(),
            file,
            codes: NAMED,
        });
    }
    let mut add = |name: String, objects: Vec<(u32, Vec<u8>)>| {
        attacks.push(Attack {
            name: format!("certification: {name}"),
            file: target.updated(&objects),
            codes: NAMED,
        });
    };
    // The catalog.
    for (key, value) in [
        ("OpenAction", "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"),
        ("AA", "<< /WC << /S /JavaScript /JS (1) >> >>"),
        ("Names", "<< /JavaScript << /Names [(a) << /S /JavaScript /JS (1) >>] >> >>"),
        ("OCProperties", "<< /OCGs [] /D << >> >>"),
        ("ViewerPreferences", "<< /HideToolbar true >>"),
        ("PageLabels", "<< /Nums [0 << /P (x) >>] >>"),
        ("Lang", "(en)"),
        ("Outlines", "<< >>"),
        ("Version", "/1.1"),
        ("Extensions", "<< /X << /S /JavaScript /JS << /D 1 >> >> >>"),
        ("Legal", "<< /A 1 >>"),
        ("Threads", "[]"),
    ] {
        add(format!("catalog gains /{key}"), vec![catalog(&[(key, value)])]);
    }
    for (key, value) in
        [("NeedAppearances", "true"), ("XFA", "(x)"), ("CO", "[]"), ("Q", "2"), ("SigFlags", "0")]
    {
        let changed = with(&form, &[(key, value)]);
        let object = match form_at {
            Some(id) => (id.number, changed.into_bytes()),
            None => catalog(&[("AcroForm", &changed)]),
        };
        add(format!("form gains /{key}"), vec![object]);
    }
    // The security store as a cover.
    let contents = match target.page_dict.get("Contents").unwrap() {
        motcua_pdf::Object::Ref(id) => id.number,
        motcua_pdf::Object::Array(items) => items[0].as_ref().unwrap().number,
        _ => panic!("contents"),
    };
    for (what, store) in [
        ("over a content stream", format!("<< /Type /DSS /Certs [{contents} 0 R] >>")),
        ("of a form", format!("<< /Type /DSS /Certs [{} 0 R] >>", at + 1)),
        (
            "with an action",
            "<< /Type /DSS /Certs [] /OpenAction << /S /JavaScript >> >>".to_owned(),
        ),
        (
            "with a record of nothing",
            format!("<< /Type /DSS /VRI << /X << /Cert [{} 0 R] >> >> >>", at + 1),
        ),
        (
            "that is the page tree",
            format!("<< /Type /DSS /Certs {} >>", show(target.page_dict.get("Parent").unwrap())),
        ),
    ] {
        add(
            format!("store {what}"),
            vec![
                catalog(&[("DSS", &format!("{at} 0 R"))]),
                (at, store.into_bytes()),
                (at + 1, look.clone()),
                (contents, b"<< /Length 1 >>\nstream\nq\nendstream".to_vec()),
            ],
        );
    }
    attacks
}
