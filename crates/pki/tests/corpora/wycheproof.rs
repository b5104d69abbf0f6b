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

/// The digests by Wycheproof's names: their own last arc, and those of RSASSA-PKCS1-v1_5 and ECDSA
/// with them. SHA-3 has its signature identifiers beside the digests' (2.16.840.1.101.3.4.3).
const DIGESTS: &[(&str, u8, u8, u8)] = &[
    ("SHA-224", 4, 14, 1),
    ("SHA-256", 1, 11, 2),
    ("SHA-384", 2, 12, 3),
    ("SHA-512", 3, 13, 4),
    ("SHA-512/224", 5, 15, 0),
    ("SHA-512/256", 6, 16, 0),
    ("SHA3-224", 7, 13, 9),
    ("SHA3-256", 8, 14, 10),
    ("SHA3-384", 9, 15, 11),
    ("SHA3-512", 10, 16, 12),
];
const SHA3_SIGNATURES: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3];

/// AlgorithmIdentifier of a digest.
fn digest(name: &str) -> Option<Vec<u8>> {
    let id = if name == "SHA-1" {
        tlv(6, &[&[0x2b, 0x0e, 3, 2, 26]])
    } else {
        oid(SHA2, DIGESTS.iter().find(|d| d.0 == name)?.1)
    };
    Some(tlv(0x30, &[&id, &[5, 0]]))
}

/// The AlgorithmIdentifier a group is about; `None` for kinds that no certificate or CMS carries.
fn algorithm(file: &str, group: &Value) -> Option<Vec<u8>> {
    let text = |key: &str| group[key].as_str().unwrap_or_default();
    let sha = text("sha");
    let sha3 = sha.starts_with("SHA3");
    let known = DIGESTS.iter().find(|d| d.0 == sha);
    Some(match group["type"].as_str()? {
        "RsassaPkcs1Verify" if sha == "SHA-1" => tlv(0x30, &[&oid(RSA, 5), &[5, 0]]),
        "RsassaPkcs1Verify" => {
            let id = oid(if sha3 { SHA3_SIGNATURES } else { RSA }, known?.2);
            tlv(0x30, &[&id, &[5, 0]])
        }
        "RsassaPssVerify" => {
            let mask = tlv(0x30, &[&oid(RSA, 8), &digest(text("mgfSha"))?]);
            let salt = u8::try_from(group["sLen"].as_u64()?).ok()?;
            let parameters = tlv(
                0x30,
                &[
                    &tlv(0xa0, &[&digest(sha)?]),
                    &tlv(0xa1, &[&mask]),
                    &tlv(0xa2, &[&tlv(2, &[&[salt]])]),
                ],
            );
            tlv(0x30, &[&oid(RSA, 10), &parameters])
        }
        "EcdsaVerify" => {
            let last = known.map(|d| d.3).filter(|last| *last != 0)?;
            tlv(0x30, &[&oid(if sha3 { SHA3_SIGNATURES } else { ECDSA_SHA2 }, last)])
        }
        "EddsaVerify" => {
            let last = if file.starts_with("ed448") { 0x71 } else { 0x70 };
            tlv(0x30, &[&tlv(6, &[&[0x2b, 0x65, last]])])
        }
        _ => return None,
    })
}

/// What ring carries out: none of it may be called unsupported.
const CARRIED_OUT: &[&str] = &[
    "RSASSA-PKCS1-v1_5 with SHA-256",
    "RSASSA-PKCS1-v1_5 with SHA-384",
    "RSASSA-PKCS1-v1_5 with SHA-512",
    "RSASSA-PSS with SHA-256",
    "RSASSA-PSS with SHA-384",
    "RSASSA-PSS with SHA-512",
    "ECDSA P-256 with SHA-256",
    "ECDSA P-256 with SHA-384",
    "ECDSA P-384 with SHA-256",
    "ECDSA P-384 with SHA-384",
    "Ed25519",
];

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
                println!("Wycheproof: {name}: {} is no form that a file carries", group["type"]);
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
                        let details = verdict.unwrap_err().details();
                        let what = details.into_iter().find(|(key, _)| *key == "algorithm");
                        *unsupported.entry(what.unwrap().1).or_default() += 1;
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
    for what in unsupported.keys() {
        assert!(!CARRIED_OUT.contains(&what.as_str()), "{what} is carried out");
    }
    assert!(agree > 0);
}
