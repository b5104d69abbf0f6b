//! Universal signature forgery: the signature is kept, but what it needs for its check is taken away or bent.

use super::target::{Attack, Target, show, with};

const NAMED: &[&str] = &[
    "copies.bad_byte_range",
    "copies.signature_fails",
    "copies.changed_after_signing",
    "copies.no_signature",
    "copies.bytes_changed",
    "copies.unreadable_update",
    "copies.unreadable",
];

pub fn build(target: &Target) -> Vec<Attack> {
    let sig = &target.signature;
    let [a, b, c, d] = sig.byte_range;
    let length = target.bytes.len();
    let mut attacks = Vec::new();
    let zeros = format!("<{}>", "00".repeat(200));
    let half = {
        let bytes = &sig.dict.get("Contents").unwrap().as_string().unwrap().bytes;
        format!("<{}>", motcua_pdf::hex(&bytes[..bytes.len() / 3]))
    };
    let contents: Vec<(&str, String)> = vec![
        ("contents missing", String::new()),
        ("contents null", "null".into()),
        ("contents empty", "<>".into()),
        ("contents one zero", "<00>".into()),
        ("contents zeros", zeros),
        ("contents literal", "(\\000\\000)".into()),
        ("contents a name", "/None".into()),
        ("contents a number", "0".into()),
        ("contents a reference", format!("{} 0 R", target.page.number)),
        ("contents a dangling reference", "999999 0 R".into()),
        ("contents cut", half),
        ("contents an array", "[<00>]".into()),
    ];
    let ranges: Vec<(&str, String)> = vec![
        ("range missing", String::new()),
        ("range null", "null".into()),
        ("range empty", "[]".into()),
        ("range two numbers", format!("[{a} {b}]")),
        ("range three numbers", format!("[{a} {b} {c}]")),
        ("range six numbers", format!("[{a} {b} {c} 10 {} {}]", c + 10, d.saturating_sub(10))),
        ("range negative start", format!("[-1 {b} {c} {d}]")),
        ("range negative length", format!("[{a} -{b} {c} {d}]")),
        ("range negative end", format!("[{a} {b} {c} -{d}]")),
        ("range from later", format!("[10 {} {c} {d}]", b - 10)),
        ("range without gap", format!("[0 {b} {b} {}]", length - b)),
        ("range of nothing", "[0 0 0 0]".into()),
        ("range beyond the file", format!("[{a} {b} {c} {}]", length * 2)),
        ("range huge", format!("[{a} {b} {c} {}]", i64::MAX)),
        ("range of reals", format!("[{a}.0 {b}.0 {c}.0 {d}.0]")),
        ("range of strings", format!("[({a}) ({b}) ({c}) ({d})]")),
        ("range swapped", format!("[{c} {d} {a} {b}]")),
        ("range indirect", format!("{} 0 R", target.size + 2)),
        ("range of references", format!("[0 {0} 0 R {0} 0 R {0} 0 R]", target.size + 2)),
        ("range as it was", format!("[{a} {b} {c} {d}]")),
        ("range to the new end", format!("[{a} {b} {c} {}]", length - c + 50)),
    ];
    let changes = contents
        .into_iter()
        .map(|(n, v)| (n, "Contents", v))
        .chain(ranges.into_iter().map(|(n, v)| (n, "ByteRange", v)));
    for (name, key, value) in changes {
        let dict = with(&sig.dict, &[(key, &value)]);
        for page in [false, true] {
            let mut objects = vec![(sig.number, dict.clone().into_bytes())];
            if page {
                objects.extend(target.forged_page());
            }
            objects.push((target.size + 2, format!("[{a} {b} {c} {d}]").into_bytes()));
            attacks.push(Attack {
                name: format!("forgery: {name}, page forged {page}"),
                file: target.updated(&objects),
                codes: NAMED,
            });
        }
    }
    // The same inside what is signed, without an update.
    let digits = sig.contents.start + 1..sig.contents.end - 1;
    let mut zeroed = target.bytes.clone();
    zeroed[digits.clone()].fill(b'0');
    attacks.push(Attack {
        name: "forgery: contents zeroed in place".into(),
        file: zeroed,
        codes: NAMED,
    });
    let places: [(&str, &[u8]); 6] = [
        ("contents null in place", b"null"),
        ("contents empty in place", b"<>"),
        ("contents one zero in place", b"<00>"),
        ("contents literal in place", b"(x)"),
        ("contents empty dictionary in place", b"<<>>"),
        ("contents too long in place", b"<00"),
    ];
    for (name, text) in places {
        let file = target.in_place(sig.contents.clone(), text);
        attacks.push(Attack { name: format!("forgery: {name}"), file, codes: NAMED });
    }
    let ranges: [(&str, String); 5] = [
        ("range of nothing in place", "[0 0 0 0]".into()),
        ("range null in place", "null".into()),
        ("range empty in place", "[]".into()),
        ("range short in place", format!("[0 {b}]")),
        ("range whole in place", format!("[0 {length} 0 0]")),
    ];
    for (name, text) in ranges {
        if text.len() <= sig.range_at.len() {
            let file = target.in_place(sig.range_at.clone(), text.as_bytes());
            attacks.push(Attack { name: format!("forgery: {name}"), file, codes: NAMED });
        }
    }
    // The sub-filter, the type and the value of the field.
    for (name, key, value) in [
        ("sub-filter missing", "SubFilter", ""),
        ("sub-filter unknown", "SubFilter", "/None"),
        ("sub-filter sha1", "SubFilter", "/adbe.pkcs7.sha1"),
        ("sub-filter of a timestamp", "SubFilter", "/ETSI.RFC3161"),
        ("type of a timestamp", "Type", "/DocTimeStamp"),
        ("filter missing", "Filter", ""),
    ] {
        let dict = with(&sig.dict, &[(key, value)]).into_bytes();
        let file = target.updated(&[(sig.number, dict)]);
        attacks.push(Attack { name: format!("forgery: {name}"), file, codes: NAMED });
    }
    for (name, value) in [
        ("value null", "null".to_owned()),
        ("value missing", String::new()),
        ("value dangling", "999999 0 R".into()),
        ("value a page", format!("{} 0 R", target.page.number)),
        ("value direct", show(&motcua_pdf::Object::Dict(sig.dict.clone()))),
    ] {
        let dict = with(&sig.field_dict, &[("V", &value)]).into_bytes();
        let mut objects = vec![(sig.field, dict)];
        objects.extend(target.forged_page());
        attacks.push(Attack {
            name: format!("forgery: field's {name}"),
            file: target.updated(&objects),
            codes: &[
                "copies.no_signature",
                "copies.signature_removed",
                "copies.changed_after_signing",
                "copies.bad_byte_range",
            ],
        });
    }
    attacks
}
