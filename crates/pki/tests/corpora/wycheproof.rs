//! Wycheproof: every signature file that the algorithms cover. `acceptable` is decided once: it is
//! refused. All of it that exists is a DigestInfo without NULL, which RFC 8017 §9.2 note 1 lets a
//! verifier refuse and which ring refuses.

use super::{corpus, json, tlv, unhex};
use motcua_pki::PublicKey;
use serde_json::Value;
use std::collections::BTreeMap;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1];
const ECDSA_SHA2: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3];
const SHA2: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2];

fn oid(arc: &[u8], last: u8) -> Vec<u8> {
    tlv(6, &[arc, &[last]])
}

/// AlgorithmIdentifier of a digest, by Wycheproof's name.
fn digest(name: &str) -> Vec<u8> {
    let id = match name {
        "SHA-1" => tlv(6, &[&[0x2b, 0x0e, 3, 2, 26]]),
        "SHA-224" => oid(SHA2, 4),
        "SHA-256" => oid(SHA2, 1),
        "SHA-384" => oid(SHA2, 2),
        "SHA-512" => oid(SHA2, 3),
        "SHA-512/224" => oid(SHA2, 5),
        "SHA-512/256" => oid(SHA2, 6),
        "SHA3-256" => oid(SHA2, 8),
        other => panic!("digest {other}"),
    };
    tlv(0x30, &[&id, &[5, 0]])
}

fn algorithm(file: &str, group: &Value) -> Option<Vec<u8>> {
    let text = |key: &str| group[key].as_str().unwrap_or_default();
    let sha = text("sha");
    Some(match group["type"].as_str()? {
        "RsassaPkcs1Verify" => {
            let last = match sha {
                "SHA-1" => 5,
                "SHA-224" => 14,
                "SHA-256" => 11,
                "SHA-384" => 12,
                "SHA-512" => 13,
                "SHA-512/224" => 15,
                "SHA-512/256" => 16,
                _ => return None,
            };
            tlv(0x30, &[&oid(RSA, last), &[5, 0]])
        }
        "RsassaPssVerify" => {
            let mask = tlv(0x30, &[&oid(RSA, 8), &digest(text("mgfSha"))]);
            let salt = u8::try_from(group["sLen"].as_u64()?).ok()?;
            let parameters = tlv(
                0x30,
                &[
                    &tlv(0xa0, &[&digest(sha)]),
                    &tlv(0xa1, &[&mask]),
                    &tlv(0xa2, &[&tlv(2, &[&[salt]])]),
                ],
            );
            tlv(0x30, &[&oid(RSA, 10), &parameters])
        }
        "EcdsaVerify" => {
            let last = match sha {
                "SHA-224" => 1,
                "SHA-256" => 2,
                "SHA-384" => 3,
                "SHA-512" => 4,
                _ => return None,
            };
            tlv(0x30, &[&oid(ECDSA_SHA2, last)])
        }
        "EddsaVerify" => {
            let last = if file.starts_with("ed448") { 0x71 } else { 0x70 };
            tlv(0x30, &[&tlv(6, &[&[0x2b, 0x65, last]])])
        }
        _ => return None,
    })
}

#[test]
fn every_covered_signature_agrees() {
    let Some(dir) = corpus("wycheproof") else { return };
    let (mut agree, mut acceptable, mut wrong) = (0, 0, Vec::new());
    let mut unsupported: BTreeMap<String, usize> = BTreeMap::new();
    let mut files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for path in files.iter().filter(|p| p.to_string_lossy().ends_with("_test.json")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("hmac") {
            continue;
        }
        let file = json(path);
        for group in file["testGroups"].as_array().unwrap() {
            let Some(identifier) = algorithm(&name, group) else {
                wrong.push(format!("{name}: a kind of group that is not read"));
                continue;
            };
            let key = PublicKey::from_spki_der(&unhex(group["publicKeyDer"].as_str().unwrap()));
            let key = key.unwrap_or_else(|e| panic!("{name}: {e}"));
            for test in group["tests"].as_array().unwrap() {
                let field = |key: &str| unhex(test[key].as_str().unwrap());
                let verdict = key.verify_signature(&identifier, &field("msg"), &field("sig"));
                let code = verdict.as_ref().err().map(motcua_pki::Error::code);
                match (test["result"].as_str().unwrap(), code) {
                    (_, Some("pki.unsupported_algorithm")) => {
                        *unsupported.entry(verdict.unwrap_err().to_string()).or_default() += 1;
                    }
                    ("valid", None) => agree += 1,
                    ("invalid", Some("pki.signature_rejected")) => agree += 1,
                    ("acceptable", Some("pki.signature_rejected")) => acceptable += 1,
                    (expected, _) => {
                        wrong.push(format!("{name} {}: {expected}, {verdict:?}", test["tcId"]));
                    }
                }
            }
        }
    }
    for (what, count) in &unsupported {
        println!("Wycheproof: {count} cases: {what}");
    }
    println!("Wycheproof: {agree} cases agree, {acceptable} acceptable ones refused as decided");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Nothing that ring carries out may hide among the unsupported.
    for what in unsupported.keys() {
        let known =
            ["Ed448", "ECDSA P-256 with SHA-512", "ECDSA P-384 with SHA-512", "RSASSA-PSS with"];
        assert!(known.iter().any(|k| what.contains(k)), "{what}");
    }
    assert!(agree > 3000, "{agree}");
}
