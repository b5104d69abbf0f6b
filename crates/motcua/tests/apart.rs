//! A copy signed with keys that are elsewhere, over the wire: every state is text, and nothing but the right signature goes on.

#![cfg(all(feature = "issue", feature = "authority", feature = "embedded-fonts"))]
#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use motcua::copies::issue::Fonts;
use motcua::pki::authority::{Demo, Identity, SubjectName, Template};
use motcua::pki::{MemorySigner, Signer};
use motcua::wire::{call, prepare_copy};
use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;

fn open(answer: &str) -> Result<Value, String> {
    let answer: Value = serde_json::from_str(answer).unwrap();
    match answer.get("ok") {
        Some(ok) => Ok(ok.clone()),
        None => Err(answer["error"]["code"].as_str().unwrap().to_owned()),
    }
}

fn chain(identity: &Identity) -> String {
    identity.chain().iter().map(motcua::pki::Certificate::to_pem).collect()
}

fn request(demo: &Demo) -> Value {
    json!({
        "facts": {
            "template": "copy-2025-11",
            "register": {"number": 1, "book": "01", "year": 2026, "act_code": "SCT/BS"},
            "certified_on": "2026-11-24", "signed_at": "2026-11-24T10:00:00+07:00",
            "agency": "ỦY BAN NHÂN DÂN PHƯỜNG MẪU", "agency_id": "H99.1", "place": "Phường Mẫu",
            "official": "Nguyễn Văn Mẫu", "capacity": "CHỦ TỊCH", "copy_id": "BS-1", "dossier": "",
            "procedure": "", "applicant": "", "paper": "Bằng", "system": "thử",
            "link": "https://dichvucong.example/v", "secret": "k7Q2mB9xTz"
        },
        "pages": 1,
        "official": {"chain_pem": chain(&demo.official)},
        "agency": {"chain_pem": chain(&demo.agency), "algorithm": "ecdsa_p256_sha256"}
    })
}

fn signature(step: &Value, signer: &MemorySigner) -> String {
    let data = STANDARD.decode(step["to_be_signed_base64"].as_str().unwrap()).unwrap();
    STANDARD.encode(signer.sign(&data).unwrap())
}

#[test]
fn the_state_goes_on_and_nothing_else_does() {
    let demo = Demo::new(datetime!(2026-11-24 03:00:00 UTC)).unwrap();
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let jpeg = include_bytes!("../../../examples/originals/diploma-page-1.jpg");
    let prepare =
        |input: &Value| open(&prepare_copy(&[jpeg], &input.to_string(), Fonts::LIBERATION_SERIF));
    let complete = |input: Value| open(&call("copies.complete", &input.to_string()));
    let first = prepare(&request(&demo)).unwrap();
    assert_eq!(first, prepare(&request(&demo)).unwrap());
    assert_eq!(first["role"], "official");
    let state = &first["state"];
    let good = signature(&first, &official);
    // Another key, another step's signature, none, two, a state that was meddled with
    let foreign = signature(&first, &agency);
    let refused = |input: Value| complete(input).unwrap_err();
    assert_eq!(
        refused(json!({"state": state, "signature_base64": foreign})),
        "pki.signature_rejected"
    );
    assert_eq!(refused(json!({"state": state})), "motcua.bad_input");
    assert_eq!(
        refused(json!({"state": state, "signature_base64": good, "cms_base64": good})),
        "motcua.bad_input"
    );
    assert_eq!(refused(json!({"state": state, "signature_base64": "?"})), "motcua.bad_input");
    let mut meddled = state.clone();
    meddled["schema"] = "motcua.pending-copy/2".into();
    assert_eq!(refused(json!({"state": meddled, "signature_base64": good})), "motcua.bad_input");
    let mut meddled = state.clone();
    let file = meddled["pending"]["slot"]["file"].as_str().unwrap();
    let mut bytes = STANDARD.decode(file).unwrap();
    bytes[5_000] ^= 1;
    meddled["pending"]["slot"]["file"] = STANDARD.encode(bytes).into();
    assert_eq!(
        refused(json!({"state": meddled, "signature_base64": good})),
        "pki.signature_rejected"
    );
    let second = complete(json!({"state": state, "signature_base64": good})).unwrap();
    assert_eq!(
        (&second["role"], &second["algorithm"]),
        (&"agency".into(), &"ecdsa_p256_sha256".into())
    );
    let again = json!({"state": &second["state"], "signature_base64": good});
    assert_eq!(refused(again), "pki.signature_rejected");
    let seal = signature(&second, &agency);
    let done = complete(json!({"state": &second["state"], "signature_base64": seal})).unwrap();
    let copy = STANDARD.decode(done["copy_base64"].as_str().unwrap()).unwrap();
    let policy = json!({
        "id": "t", "anchors_pem": [demo.root.certificate().to_pem()], "trust_list_as_of": "2026-11-24",
        "at": "2026-11-24T03:00:00Z", "revocation": "not_checked",
    });
    let report = open(&motcua::wire::verify_copy(&copy, &policy.to_string())).unwrap();
    assert!(report["signatures"].as_array().unwrap().len() == 2, "{report}");
    assert_ne!(report["verdict"], "not_valid");
    // What cannot be laid out is refused as `copies.issue` refuses it.
    let mut input = request(&demo);
    input["facts"]["capacity"] = "KT. CHỦ TỊCH".into();
    assert_eq!(prepare(&input).unwrap_err(), "copies.capacity_not_competent");
    input["official"]["key_pem"] = "x".into();
    assert_eq!(prepare(&input).unwrap_err(), "motcua.bad_input");
}

#[test]
fn several_officials_are_due_one_after_the_other() {
    let demo = Demo::new(datetime!(2026-11-24 03:00:00 UTC)).unwrap();
    let day = datetime!(2026-11-24 03:00:00 UTC);
    let subject = SubjectName::new().country("VN").common_name("Trần Thị Hai");
    let template = Template::new(subject, day, day + Duration::days(365)).document_signer();
    let second = &demo.issuing.issue(&template).unwrap();
    let jpeg = include_bytes!("../../../examples/originals/diploma-page-1.jpg");
    let mut input = request(&demo);
    input["facts"]["template"] = "copy-2020-05-notary".into();
    input["facts"]["capacity"] = "CÔNG CHỨNG VIÊN".into();
    input["facts"]["co_officials"] =
        json!([{"name": "Trần Thị Hai", "capacity": "CÔNG CHỨNG VIÊN"}]);
    let prepare =
        |input: &Value| open(&prepare_copy(&[jpeg], &input.to_string(), Fonts::LIBERATION_SERIF));
    assert_eq!(prepare(&input).unwrap_err(), "copies.officials_mismatch");
    input["co_officials"] = json!([{"chain_pem": chain(&demo.official)}]);
    assert_eq!(prepare(&input).unwrap_err(), "copies.same_official");
    input["co_officials"] = json!([{"chain_pem": chain(&demo.agency)}]);
    assert_eq!(prepare(&input).unwrap_err(), "copies.official_seals");
    input["co_officials"] = json!([{"chain_pem": chain(second)}]);
    let mut misnamed = input.clone();
    misnamed["facts"]["co_officials"][0]["name"] = "Hai".into();
    assert_eq!(prepare(&misnamed).unwrap_err(), "copies.official_name_differs");
    let mut step = prepare(&input).unwrap();
    let signers = [&demo.official, second, &demo.agency].map(|i| i.signer().unwrap());
    for (signer, (role, number)) in signers.iter().zip([
        ("official", Value::Null),
        ("co_official", 2.into()),
        ("agency", Value::Null),
    ]) {
        assert_eq!((&step["role"], &step["official"]), (&role.into(), &number));
        let signature = signature(&step, signer);
        let given = json!({"state": &step["state"], "signature_base64": signature});
        step = open(&call("copies.complete", &given.to_string())).unwrap();
    }
    assert!(step["copy_sha256"].is_string());
    let mut commune = input.clone();
    commune["facts"]["template"] = "copy-2025-11".into();
    commune["facts"]["capacity"] = "CHỦ TỊCH".into();
    assert_eq!(prepare(&commune).unwrap_err(), "copies.one_official_only");
}
