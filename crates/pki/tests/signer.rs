//! Signers: keys that OpenSSL wrote, plain and encrypted, and that nothing of a key can be printed.
#![cfg(feature = "authority")]
#![allow(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used, clippy::panic)]

use motcua_pki::authority::{Identity, PrivateKey, SubjectName, Template};
use motcua_pki::{CallbackSigner, Certificate, MemorySigner, SignatureAlgorithm, Signer as _};
use std::fmt::Debug;
use std::marker::PhantomData;
use std::process::Command;

const NOW: time::OffsetDateTime = time::macros::datetime!(2026-11-24 3:00 UTC);

fn openssl(arguments: &[&str]) -> Option<String> {
    match Command::new("openssl").args(arguments).output() {
        Ok(done) if done.status.success() => Some(String::from_utf8(done.stdout).unwrap()),
        Ok(done) => panic!("openssl {arguments:?}: {}", String::from_utf8_lossy(&done.stderr)),
        Err(_) => {
            eprintln!("SKIPPED: encrypted keys: there is no openssl here");
            None
        }
    }
}

fn certified(key: &PrivateKey) -> Vec<Certificate> {
    let template =
        Template::new(SubjectName::new().common_name("key"), NOW, NOW + time::Duration::days(1));
    Identity::root_with(&template, key.clone(), None).unwrap().chain().to_vec()
}

#[test]
fn keys_that_openssl_encrypts_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let mut read = 0;
    for (kind, option) in [
        ("RSA", "rsa_keygen_bits:2048"),
        ("EC", "ec_paramgen_curve:P-256"),
        ("EC", "ec_paramgen_curve:P-384"),
        ("ED25519", ""),
    ] {
        let path = file("plain.pem");
        let mut arguments = vec!["genpkey", "-algorithm", kind, "-out", &path];
        if !option.is_empty() {
            arguments.extend(["-pkeyopt", option]);
        }
        if openssl(&arguments).is_none() {
            return;
        }
        let plain = std::fs::read_to_string(&path).unwrap();
        let chain = certified(&PrivateKey::from_pkcs8_pem(&plain).unwrap());
        for extra in [
            &[][..],
            &["-v2", "aes-128-cbc"],
            &["-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA512"],
            &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1", "-iter", "5000"],
            &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA384"],
        ] {
            let mut arguments =
                vec!["pkcs8", "-topk8", "-in", &path, "-passout", "pass:m\u{1ead}t kh\u{1ea9}u"];
            arguments.extend(extra);
            let text = openssl(&arguments).unwrap();
            let load = |text: &str, password: &str| {
                MemorySigner::from_encrypted_pkcs8_pem(text, password.as_bytes(), chain.clone())
            };
            let signer = load(&text, "mật khẩu").unwrap();
            signer.sign(b"message").unwrap();
            for wrong in ["mat khau", ""] {
                let refused = load(&text, wrong).err().unwrap();
                assert_eq!(refused.code(), "pki.key_rejected");
                assert!(refused.to_string().contains("password is wrong"), "{refused}");
            }
            read += 1;
        }
        // What is not carried out is named.
        for (extra, name) in
            [(&["-v2", "des3"][..], "1.2.840.113549.3.7"), (&["-scrypt"], "scrypt")]
        {
            let mut arguments = vec!["pkcs8", "-topk8", "-in", &path, "-passout", "pass:x"];
            arguments.extend(extra);
            let text = openssl(&arguments).unwrap();
            let refused =
                MemorySigner::from_encrypted_pkcs8_pem(&text, b"x", chain.clone()).err().unwrap();
            assert!(refused.to_string().contains(name), "{refused}");
        }
    }
    println!("encrypted PKCS#8: {read} keys of OpenSSL read, each refused with wrong passwords");
}

trait Silent {
    const PRINTS: bool = false;
}
impl<T: ?Sized> Silent for T {}
struct Probe<T: ?Sized>(PhantomData<T>);
#[allow(dead_code)]
impl<T: Debug + ?Sized> Probe<T> {
    const PRINTS: bool = true;
}

#[test]
fn nothing_with_a_key_prints() {
    const { assert!(!Probe::<MemorySigner>::PRINTS) };
    const { assert!(!Probe::<CallbackSigner>::PRINTS) };
    const { assert!(!Probe::<PrivateKey>::PRINTS) };
    const { assert!(!Probe::<Identity>::PRINTS) };
    // The probe tells: a certificate does print.
    const { assert!(Probe::<Certificate>::PRINTS) };
}

#[test]
fn rsa_signs_with_pss_unless_told_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem").to_string_lossy().into_owned();
    let arguments = ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out"];
    if openssl(&[&arguments[..], &[path.as_str()]].concat()).is_none() {
        return;
    }
    let plain = std::fs::read_to_string(&path).unwrap();
    let chain = certified(&PrivateKey::from_pkcs8_pem(&plain).unwrap());
    let signer = MemorySigner::from_pkcs8_pem(&plain, chain).unwrap();
    assert_eq!(signer.algorithm(), SignatureAlgorithm::RsaPssSha256);
    let policy = motcua_pki::AlgorithmPolicy::viet_nam();
    let key = signer.certificate_chain()[0].public_key();
    assert_eq!(policy.refuses_new(signer.algorithm(), key, NOW), None);
    let old = signer.clone().with_algorithm(SignatureAlgorithm::RsaPkcs1Sha256).unwrap();
    assert!(policy.refuses_new(old.algorithm(), key, NOW).is_some());
}
