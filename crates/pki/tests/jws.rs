//! Signed texts: every algorithm there and back, by npm's jose there and back, and everything that is refused.
#![cfg(feature = "authority")]
#![allow(clippy::print_stderr, clippy::unwrap_used, clippy::panic)]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use motcua_pki::authority::{Identity, PrivateKey, SubjectName, Template};
use motcua_pki::{
    AlgorithmPolicy, MemorySigner, SignatureAlgorithm as A, Signer as _, SigningRules, jws,
};

const NOW: time::OffsetDateTime = time::macros::datetime!(2026-11-24 3:00 UTC);
const MOST: usize = 1 << 20;
const TYPE: &str = "statuslist+jwt";

fn rules() -> SigningRules {
    SigningRules { algorithms: AlgorithmPolicy::standard(), at: NOW }
}

fn identity(key: PrivateKey) -> Identity {
    let template =
        Template::new(SubjectName::new().common_name("list"), NOW, NOW + time::Duration::days(1));
    Identity::root_with(&template, key, None).unwrap()
}

/// A key that OpenSSL makes, in the form that others read.
fn openssl_key(options: &[&str]) -> Option<PrivateKey> {
    let made = Command::new("openssl").arg("genpkey").args(options).output();
    let Ok(made) = made else {
        eprintln!("SKIPPED: signed texts by {}: there is no openssl here", options[1]);
        return None;
    };
    Some(PrivateKey::from_pkcs8_pem(&String::from_utf8(made.stdout).unwrap()).unwrap())
}

/// A signer for each algorithm.
fn signers() -> Vec<(&'static str, Identity, MemorySigner)> {
    let mut all = Vec::new();
    let mut add = |key: PrivateKey, algorithms: &[(&'static str, A)]| {
        let identity = identity(key);
        for (name, algorithm) in algorithms {
            let signer = identity.signer().unwrap().with_algorithm(*algorithm).unwrap();
            all.push((*name, identity.clone(), signer));
        }
    };
    add(PrivateKey::p256().unwrap(), &[("ES256", A::EcdsaP256Sha256)]);
    add(PrivateKey::p384().unwrap(), &[("ES384", A::EcdsaP384Sha384)]);
    if let Some(key) = openssl_key(&["-algorithm", "ED25519"]) {
        add(key, &[("EdDSA", A::Ed25519)]);
    }
    if let Some(key) = openssl_key(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]) {
        let all = [
            ("RS256", A::RsaPkcs1Sha256),
            ("RS384", A::RsaPkcs1Sha384),
            ("RS512", A::RsaPkcs1Sha512),
            ("PS256", A::RsaPssSha256),
            ("PS384", A::RsaPssSha384),
            ("PS512", A::RsaPssSha512),
        ];
        add(key, &all);
    }
    all
}

/// What npm's jose answers; nothing where it is not installed.
fn jose(what: &str, input: &str) -> Option<Result<String, String>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let peers = root.join("../../build/peers");
    if !peers.join("node_modules/jose").exists() {
        eprintln!("SKIPPED: npm's jose is not in build/peers (cargo xtask peers)");
        return None;
    }
    let mut child = Command::new("node")
        .arg(root.join("tests/npm_jose.mjs"))
        .arg(&peers)
        .arg(what)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Some(if done.status.success() { Ok(text(done.stdout)) } else { Err(text(done.stderr)) })
}

#[test]
fn every_algorithm_there_and_back() {
    for (name, identity, signer) in signers() {
        let token = jws::sign(TYPE, b"{\"year\":2026}", &rules(), &signer).unwrap();
        let read = jws::verify(&token, MOST).unwrap();
        assert_eq!((read.typ.as_str(), read.payload.as_slice()), (TYPE, &b"{\"year\":2026}"[..]));
        assert_eq!((read.algorithm, &read.chain[..]), (signer.algorithm(), identity.chain()));
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        assert!(String::from_utf8(header).unwrap().contains(&format!("\"alg\":\"{name}\"")));
        // Ours, read by another.
        let Some(said) = jose("verify", &token) else { continue };
        let said: serde_json::Value = serde_json::from_str(&said.unwrap()).unwrap();
        assert_eq!((&said["typ"], &said["payload"]), (&TYPE.into(), &"{\"year\":2026}".into()));
        // Another's, read by ours.
        let x5c: Vec<_> = identity.chain().iter().map(|c| STANDARD.encode(c.as_der())).collect();
        let key = identity.private_key().to_pkcs8_pem();
        let order = serde_json::json!({"key": *key, "alg": name, "x5c": x5c, "payload": "[1, 2]"});
        let theirs = jose("sign", &order.to_string()).unwrap();
        match theirs {
            Ok(theirs) => assert_eq!(jws::verify(&theirs, MOST).unwrap().payload, b"[1, 2]"),
            Err(e) => panic!("{name}: {e}"),
        }
    }
}

#[test]
fn what_is_refused() {
    let signer = identity(PrivateKey::p256().unwrap()).signer().unwrap();
    let token = jws::sign(TYPE, b"{}", &rules(), &signer).unwrap();
    // What Viet Nam's rules do not name for new signatures.
    let odd = identity(PrivateKey::ed25519().unwrap()).signer().unwrap();
    let viet_nam = SigningRules::viet_nam(NOW);
    let no = jws::sign(TYPE, b"{}", &viet_nam, &odd).unwrap_err();
    assert_eq!(no.code(), "pki.algorithm_not_for_new");
    jws::sign(TYPE, b"{}", &viet_nam, &signer).unwrap();
    let parts: Vec<_> = token.split('.').collect();
    let code = |text: &str| jws::verify(text, MOST).map(|_| ()).unwrap_err().code();
    let headed = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut header: serde_json::Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
        change(&mut header);
        format!("{}.{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), parts[1], parts[2])
    };
    // Another payload, another header, a signature of another text, one that is not of its length.
    let other = URL_SAFE_NO_PAD.encode(b"{\"a\":1}");
    for text in [
        format!("{}.{other}.{}", parts[0], parts[2]),
        headed(&|header| header["typ"] = "JWT".into()),
    ] {
        assert_eq!(code(&text), "pki.signature_rejected");
    }
    let first = parts[0];
    for (text, expected) in [
        (String::new(), "pki.malformed"),
        (format!("{first}.{}", parts[1]), "pki.malformed"),
        (format!("{token}.x"), "pki.malformed"),
        (format!("{first}=.{}.{}", parts[1], parts[2]), "pki.malformed"),
        (format!("{first}.{}.{}", parts[1], &parts[2][2..]), "pki.malformed"),
        (headed(&|header| header["alg"] = "none".into()), "pki.unsupported_algorithm"),
        (headed(&|header| header["alg"] = "HS256".into()), "pki.unsupported_algorithm"),
        (headed(&|header| header["alg"] = "RS256".into()), "pki.algorithm_key_mismatch"),
        (headed(&|header| header["alg"] = "ES384".into()), "pki.malformed"),
        (headed(&|header| header["crit"] = serde_json::json!(["exp"])), "pki.malformed"),
        (headed(&|header| header["x5c"] = serde_json::json!([])), "pki.malformed"),
        (headed(&|header| header["x5c"] = serde_json::json!(["AAAA"])), "pki.malformed"),
    ] {
        assert_eq!(code(&text), expected, "{text}");
    }
    assert_eq!(jws::verify(&token, token.len() - 1).unwrap_err().code(), "pki.malformed");
    // A signature of zeros (CVE-2022-21449).
    let zeros = URL_SAFE_NO_PAD.encode([0; 64]);
    assert_eq!(code(&format!("{first}.{}.{zeros}", parts[1])), "pki.signature_rejected");
    let Some(said) = jose("verify", &format!("{first}.{other}.{}", parts[2])) else { return };
    assert!(said.is_err(), "jose takes what we refuse");
}
