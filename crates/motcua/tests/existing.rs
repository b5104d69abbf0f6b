//! Signatures on other PDFs and the levels above B-B over the wire: from B-B to B-LTA with what the caller fetched.

#![cfg(all(feature = "issue", feature = "authority"))]
#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use motcua::pki::authority::{CrlTemplate, Demo, Identity, TokenTemplate};
use motcua::pki::{DigestAlgorithm, Signer};
use motcua::wire::{call, verify_copy};
use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;

fn ask(op: &str, input: &Value) -> Result<Value, String> {
    let answer: Value = serde_json::from_str(&call(op, &input.to_string())).unwrap();
    match answer.get("ok") {
        Some(ok) => Ok(ok.clone()),
        None => Err(answer["error"]["code"].as_str().unwrap().to_owned()),
    }
}

fn chain(identity: &Identity) -> String {
    identity.chain().iter().map(motcua::pki::Certificate::to_pem).collect()
}

fn page() -> String {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 400] /Resources << >> >>",
    ];
    let (mut file, mut table) =
        (String::from("%PDF-1.7\n"), String::from("xref\n0 4\n0000000000 65535 f \n"));
    for (i, body) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{body}\nendobj\n", i + 1));
    }
    let at = file.len();
    file.push_str(&format!("{table}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n"));
    STANDARD.encode(file)
}

#[test]
fn from_b_b_to_b_lta() {
    let at = datetime!(2026-11-24 03:00:00 UTC);
    let demo = Demo::new(at).unwrap();
    let signer = demo.agency_signer().unwrap();
    let options = json!({"field": "One", "claimed_at": "2026-11-24T10:00:00+07:00", "reason": "Kết quả", "timestamp_room": 8192});
    let who = json!({"chain_pem": chain(&demo.agency)});
    let due = ask(
        "copies.existing.prepare",
        &json!({"pdf_base64": page(), "options": options, "signer": who}),
    )
    .unwrap();
    let data = STANDARD.decode(due["to_be_signed_base64"].as_str().unwrap()).unwrap();
    let signature = STANDARD.encode(signer.sign(&data).unwrap());
    let complete = |state: &Value, more: Value| {
        let mut input = json!({"state": state});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask("copies.existing.complete", &input)
    };
    let wrong = STANDARD.encode(demo.official_signer().unwrap().sign(&data).unwrap());
    assert_eq!(
        complete(&due["state"], json!({"signature_base64": wrong})).unwrap_err(),
        "pki.signature_rejected"
    );
    assert_eq!(complete(&due["state"], json!({})).unwrap_err(), "motcua.bad_input");
    let mut other = due["state"].clone();
    other["schema"] = "motcua.pending-signature/2".into();
    assert_eq!(
        complete(&other, json!({"signature_base64": signature})).unwrap_err(),
        "motcua.bad_input"
    );
    let mut file =
        complete(&due["state"], json!({"signature_base64": signature})).unwrap()["pdf_base64"]
            .clone();

    let level = |file: &Value| ask("copies.levels.read", &json!({"pdf_base64": file})).unwrap();
    let token = |digest: Vec<u8>| {
        let template = TokenTemplate { imprint: digest, ..TokenTemplate::over(&[], at) };
        STANDARD.encode(demo.timestamping.timestamp(&template).unwrap())
    };
    let read = level(&file);
    assert_eq!((&read["level"], &read["closed"]), (&"B-B".into(), &false.into()), "{read}");
    let value =
        STANDARD.decode(read["signatures"][0]["signature_base64"].as_str().unwrap()).unwrap();
    let stamp = |token: String| {
        ask(
            "copies.levels.timestamp",
            &json!({"pdf_base64": file, "field": "One", "token_base64": token}),
        )
    };
    assert_eq!(stamp(token(vec![0; 32])).unwrap_err(), "copies.signature_refused");
    let stamped = stamp(token(DigestAlgorithm::Sha256.digest(&value))).unwrap();
    file = stamped["pdf_base64"].clone();
    assert_eq!(level(&file)["level"], "B-T");

    let list = CrlTemplate::new(at, at + Duration::days(7));
    let lists: Vec<_> =
        [&demo.root, &demo.issuing].map(|i| STANDARD.encode(i.crl(&list).unwrap())).into();
    let certificates: Vec<_> = [&demo.root, &demo.issuing, &demo.timestamping]
        .map(|i| STANDARD.encode(i.certificate().as_der()))
        .into();
    let store = |file: &Value| {
        let given = json!({"pdf_base64": file, "certificates_base64": certificates, "crls_base64": lists, "per_signature": true});
        ask("copies.levels.store", &given)
    };
    file = store(&file).unwrap()["pdf_base64"].clone();
    assert_eq!(level(&file)["level"], "B-LT");
    assert_eq!(store(&file).unwrap_err(), "copies.nothing_to_add");

    let due = ask("copies.levels.close", &json!({"pdf_base64": file, "room": 8192})).unwrap();
    assert_eq!(due["field"], "archive-1");
    let digest = STANDARD.decode(due["digest_base64"].as_str().unwrap()).unwrap();
    let closed =
        ask("copies.levels.closed", &json!({"state": due["state"], "token_base64": token(digest)}))
            .unwrap();
    let read = level(&closed["pdf_base64"]);
    assert_eq!((&read["level"], &read["closed"]), (&"B-LTA".into(), &true.into()), "{read}");
    let huge = json!({"pdf_base64": file, "room": 1_u64 << 40});
    assert_eq!(ask("copies.levels.close", &huge).unwrap_err(), "motcua.bad_input");
    let policy = json!({
        "id": "t", "anchors_pem": [demo.root.certificate().to_pem()], "trust_list_as_of": "2026-11-24",
        "at": "2026-11-24T04:00:00Z", "revocation": "required", "expect": "signed_document",
    });
    let pdf = STANDARD.decode(closed["pdf_base64"].as_str().unwrap()).unwrap();
    let report: Value = serde_json::from_str(&verify_copy(&pdf, &policy.to_string())).unwrap();
    for signature in report["ok"]["signatures"].as_array().unwrap() {
        assert_eq!(signature["indication"], "passed", "{signature}");
    }

    // With the key at hand
    let given = json!({
        "pdf_base64": page(), "options": options, "chain_pem": chain(&demo.agency),
        "key_pem": *demo.agency.private_key().to_pkcs8_pem(),
    });
    let signed = ask("copies.existing.sign", &given).unwrap();
    assert_eq!(level(&signed["pdf_base64"])["level"], "B-B");
    assert_eq!(
        ask("copies.existing.sign", &json!({"pdf_base64": "?"})).unwrap_err(),
        "motcua.bad_input"
    );
}
