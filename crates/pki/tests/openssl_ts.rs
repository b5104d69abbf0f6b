//! Tokens of `openssl ts` over our requests: accepted over the data they were made for, and over
//! no other; no single-bit change proves anything else.
#![cfg(feature = "authority")]
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

use motcua_pki::DigestAlgorithm;
use motcua_pki::authority::Demo;
use motcua_pki::path::{Profile, RevocationMaterial};
use motcua_pki::tsp::{self, TokenContext};
use std::process::Command;

#[test]
fn openssl_tokens_are_accepted_and_changed_ones_are_not() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("SKIPPED: openssl ts: the command is not there");
        return;
    }
    let now = time::macros::datetime!(2026-11-24 3:00 UTC);
    let demo = Demo::new(now).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_string_lossy().into_owned();
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
    write("tsa.key", demo.timestamping.private_key().to_pkcs8_pem().as_bytes());
    write("tsa.pem", demo.timestamping.certificate().to_pem().as_bytes());
    write("serial", b"01\n");
    let config = format!(
        "[tsa]\ndefault_tsa=t\n[t]\nserial={}\ncrypto_device=builtin\nsigner_cert={}\nsigner_key={}\n\
         signer_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256,sha384,sha512\n\
         ess_cert_id_chain=no\ness_cert_id_alg=sha256\n",
        path("serial"),
        path("tsa.pem"),
        path("tsa.key")
    );
    write("tsa.cnf", config.as_bytes());
    let nonce = [0x80, 1, 2, 3, 4, 5, 6, 7];
    let data = b"a signature value";
    let material = RevocationMaterial::default();
    let profile = Profile::timestamping().without_revocation();
    let anchors = [demo.anchor()];
    let mut accepted = 0;
    let mut last = Vec::new();
    for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
        write("req", &tsp::request(digest, &digest.digest(data), Some(&nonce)));
        let made = Command::new("openssl")
            .args(["ts", "-reply", "-config", &path("tsa.cnf"), "-queryfile", &path("req")])
            .args(["-out", &path("resp")])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        last = tsp::response_token(&std::fs::read(dir.path().join("resp")).unwrap()).unwrap();
        let later = now + time::Duration::days(300);
        let context = TokenContext {
            nonce: Some(&nonce),
            policies: &[],
            now: later,
            certificates: &[],
            anchors: &anchors,
            profile: &profile,
            revocation: &material,
        };
        let report = tsp::verify(&last, data, &context);
        assert!(report.is_valid(), "{report:#?}");
        assert!(!tsp::verify(&last, b"other", &context).is_valid());
        assert!(
            !tsp::verify(&last, data, &TokenContext { nonce: Some(&[1]), ..context }).is_valid()
        );
        accepted += 1;
    }
    let context = TokenContext {
        nonce: Some(&nonce),
        policies: &[],
        now: now + time::Duration::days(300),
        certificates: &[],
        anchors: &anchors,
        profile: &profile,
        revocation: &material,
    };
    let (mut flips, mut good) = (0, 0);
    for bit in 0..last.len() * 8 {
        let mut changed = last.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        flips += 1;
        let report = tsp::verify(&changed, data, &context);
        if report.is_valid() {
            println!("bit {} of byte {}: {:?}", bit % 8, bit / 8, report.findings);
            good += 1;
        }
    }
    println!(
        "openssl ts: {accepted} tokens accepted; {flips} single-bit changes, {good} of them pass"
    );
    assert_eq!(good, 0);
}
