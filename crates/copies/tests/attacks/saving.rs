//! Incremental saving: a page is replaced in an update that is written soundly, or not quite.

use super::target::{Attack, Form, Target, show};

const NAMED: &[&str] = &[
    "copies.changed_after_signing",
    "copies.bad_byte_range",
    "copies.unreadable_update",
    "copies.unaccounted_bytes",
    "copies.extra_revision",
];

pub fn build(target: &Target) -> Vec<Attack> {
    let sound = target.sound();
    let page = target.forged_page();
    let sig = &target.signature;
    let copied = show(&motcua_pdf::Object::Dict(sig.dict.clone())).into_bytes();
    let mut with_signature = page.clone();
    with_signature.push((sig.number, copied.clone()));
    let mut with_new_signature = page.clone();
    with_new_signature.push((target.size + 1, copied));
    let field = super::target::with(&sig.field_dict, &[("V", &format!("{} 0 R", target.size + 1))]);
    with_new_signature.push((sig.field, field.into_bytes()));
    let forms: [(&str, Form); 13] = [
        ("whole", sound),
        ("no xref", Form { xref: false, ..sound }),
        ("no trailer", Form { trailer: false, ..sound }),
        ("no xref and trailer", Form { xref: false, trailer: false, ..sound }),
        ("no startxref", Form { startxref_line: false, ..sound }),
        ("no end mark", Form { eof: false, ..sound }),
        ("no startxref and end mark", Form { startxref_line: false, eof: false, ..sound }),
        (
            "body only",
            Form { xref: false, trailer: false, startxref_line: false, eof: false, ..sound },
        ),
        ("startxref of the old table", Form { startxref: Some(target.startxref), ..sound }),
        ("startxref 0", Form { startxref: Some(0), ..sound }),
        ("no /Prev", Form { prev: None, ..sound }),
        ("/Prev to the middle", Form { prev: Some(target.startxref / 2), ..sound }),
        ("cross-reference stream", Form { stream: true, ..sound }),
    ];
    let mut attacks = Vec::new();
    for (what, objects) in [
        ("page", &page),
        ("page and copied signature", &with_signature),
        ("page and signature under a new number", &with_new_signature),
    ] {
        for (name, form) in &forms {
            attacks.push(Attack {
                name: format!("saving: {what}, {name}"),
                file: target.append(objects, *form),
                // Without /Prev or with a wrong one the file is cut off from its past.
                codes: if form.prev == sound.prev {
                    NAMED
                } else {
                    &[
                        "copies.unreadable_update",
                        "copies.unreadable",
                        "copies.changed_after_signing",
                        "copies.bad_byte_range",
                        "copies.signature_removed",
                        "copies.no_signature",
                    ]
                },
            });
        }
    }
    let tails: [(&str, &[u8]); 8] = [
        ("junk", b"junk"),
        ("a comment", b"%comment\n"),
        ("another end mark", b"\n%%EOF\n"),
        ("an object", b"\n99999 0 obj\n(x)\nendobj\n"),
        ("an old startxref", b"startxref\n0\n%%EOF\n"),
        ("a second header", b"%PDF-1.7\n"),
        ("zeros and junk", b"\0\0\0x"),
        ("a trailer", b"trailer\n<< /Root 1 0 R >>\n"),
    ];
    for (name, tail) in tails {
        let mut file = target.bytes.clone();
        file.extend_from_slice(tail);
        attacks.push(Attack { name: format!("saving: {name} appended"), file, codes: NAMED });
    }
    // Twice: the second update is sound and brings the first along.
    let once = Target::new(&target.name, target.updated(&[]), target.policy.clone());
    attacks.push(Attack {
        name: "saving: an empty update, then the page".into(),
        file: once.updated(&page),
        codes: NAMED,
    });
    attacks
}
