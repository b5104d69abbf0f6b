//! What a capture falls short in is refused over the wire, until it is accepted by name; the copy and its report then say so.
#![cfg(all(feature = "embedded-fonts", feature = "authority"))]
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use motcua::copies::issue::Fonts;
use motcua::pki::authority::{Demo, Identity};
use motcua::pki::certificate::Certificate;
use motcua::wire::{issue_copy, verify_copy};
use serde_json::{Value, json};

const GREY: &[u8] = include_bytes!("../../copies/tests/data/grey.jpg");

fn request(demo: &Demo) -> Value {
    let key = |identity: &Identity| {
        let chain: String = identity.chain().iter().map(Certificate::to_pem).collect();
        json!({"key_pem": identity.private_key().to_pkcs8_pem().as_str(), "chain_pem": chain})
    };
    let name = |identity: &Identity| identity.certificate().subject().clone();
    json!({
        "facts": {
            "template": "copy-2025-11",
            "register": {"number": 1, "book": "01", "year": 2026, "act_code": "SCT/BS"},
            "certified_on": "2026-11-24",
            "signed_at": "2026-11-24T03:00:00Z",
            "agency": name(&demo.agency).organization().unwrap(),
            "agency_id": "H99.1",
            "place": "Phường Mẫu",
            "official": name(&demo.official).common_name().unwrap(),
            "capacity": "TUQ. CHỦ TỊCH",
            "copy_id": "BS-1",
            "dossier": "H99.1-1",
            "procedure": "2.000815",
            "applicant": "",
            "paper": "Giấy khai sinh",
            "system": "motcua",
            "link": "https://example.vn/v",
            "secret": "k7Q2"
        },
        "pages": 1,
        "official": key(&demo.official),
        "agency": key(&demo.agency),
        "dpi": 300
    })
}

#[test]
fn nothing_is_accepted_that_was_not_named() {
    let now = time::macros::datetime!(2026-11-24 03:00:00 UTC);
    let demo = Demo::new(now).unwrap();
    let request = request(&demo);
    let asked = |accept: &[&str]| {
        let mut request = request.clone();
        if !accept.is_empty() {
            request["accept"] = json!(accept);
        }
        issue_copy(&[GREY], &request.to_string(), Fonts::LIBERATION_SERIF)
    };
    let code = |answer: Result<Vec<u8>, String>| {
        let answer: Value = serde_json::from_str(&answer.unwrap_err()).unwrap();
        answer["error"]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(code(asked(&[])), "copies.not_colour");
    assert_eq!(code(asked(&["not_colour"])), "copies.unusual_size");
    assert_eq!(code(asked(&["grey"])), "motcua.bad_input");
    // Accepting more than it falls short in does not make the copy say more.
    let copy = asked(&["low_resolution", "not_colour", "pages_missing", "unusual_size"]).unwrap();
    let policy = json!({
        "id": "accept", "anchors_pem": [demo.root.certificate().to_pem()], "trust_list_as_of": "2026-11-24",
        "at": "2026-11-24T04:00:00Z", "revocation": "not_checked"
    });
    let report: Value = serde_json::from_str(&verify_copy(&copy, &policy.to_string())).unwrap();
    assert_eq!(report["ok"]["verdict"], "valid_with_notes");
    assert_eq!(
        report["ok"]["facts"]["original"]["accepted"],
        json!(["not_colour", "unusual_size"])
    );
}
