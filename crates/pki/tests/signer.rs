//! Signers: keys that OpenSSL wrote, plain and encrypted, and that nothing of a key can be printed.
#![cfg(feature = "authority")]
#![allow(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used, clippy::panic)]

use motcua_pki::authority::{Identity, PrivateKey, SubjectName, Template};
use motcua_pki::{
    AlgorithmPolicy, CallbackSigner, Certificate, MemorySigner, SignatureAlgorithm, Signer as _,
    SigningRules, cms,
};
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
    let policy = AlgorithmPolicy::viet_nam();
    let key = signer.certificate_chain()[0].public_key();
    assert_eq!(policy.refuses_new(signer.algorithm(), key, NOW), None);
    let old = signer.clone().with_algorithm(SignatureAlgorithm::RsaPkcs1Sha256).unwrap();
    assert!(policy.refuses_new(old.algorithm(), key, NOW).is_some());

    // Nothing is prepared that the rules do not allow; other rules are a value that somebody states.
    let (vn, digest) = (SigningRules::viet_nam(NOW), [7; 32]);
    let prepare = |algorithm, rules: &SigningRules| {
        cms::prepare(signer.certificate_chain(), algorithm, &digest, rules)
    };
    let refused = prepare(old.algorithm(), &vn).unwrap_err();
    assert_eq!(refused.code(), "pki.algorithm_not_for_new");
    let details: std::collections::BTreeMap<_, _> = refused.details().into_iter().collect();
    assert_eq!(details["what"], "RSASSA-PKCS1-v1_5 with SHA-256");
    assert_eq!(details["rules"], "viet_nam");
    assert_eq!(details["since"], "2025-08-14T17:00:00Z");
    assert!(details["source"].contains("15/2025/TT-BKHCN"), "{details:?}");
    let standard = SigningRules { algorithms: AlgorithmPolicy::standard(), at: NOW };
    let foreign = prepare(old.algorithm(), &standard).unwrap();
    let made = foreign.sign(&old).unwrap();
    // The rules travel with the state, and are asked again when it is resumed.
    let saved = serde_json::to_string(&foreign).unwrap();
    assert_eq!(serde_json::from_str::<cms::Prepared>(&saved).unwrap(), foreign);
    let stricter = saved.replace("\"standard\"", "\"viet_nam\"");
    assert_ne!(stricter, saved);
    let refused = serde_json::from_str::<cms::Prepared>(&stricter).unwrap_err();
    assert!(refused.to_string().contains("15/2025/TT-BKHCN"), "{refused}");
    // A device that signs otherwise than agreed: the same key and content, but PKCS#1 v1.5.
    let agreed = prepare(signer.algorithm(), &vn).unwrap();
    agreed.complete_with_cms(&agreed.sign(&signer).unwrap()).unwrap();
    let refused = agreed.complete_with_cms(&made).unwrap_err();
    assert_eq!(refused.code(), "pki.algorithm_not_for_new");
    foreign.complete_with_cms(&made).unwrap();
}

#[test]
fn new_signatures_are_held_to_the_rules_of_their_day() {
    let key = PrivateKey::ed25519().unwrap();
    let chain = certified(&key);
    let signer = MemorySigner::from_pkcs8_der(&key.to_pkcs8_der(), chain.clone()).unwrap();
    let prepare = |rules: &SigningRules| {
        cms::prepare(&chain, signer.algorithm(), &[7; 64], rules).map(drop).map_err(|e| e.code())
    };
    // The Circular lists RSASSA-PSS and ECDSA, not Ed25519.
    let not_allowed = Err("pki.algorithm_not_for_new");
    assert_eq!(prepare(&SigningRules::viet_nam(NOW)), not_allowed);
    let rules = |json: &str| SigningRules {
        algorithms: AlgorithmPolicy::from_json(json).unwrap(),
        at: NOW,
    };
    let list = |more: &str| {
        format!(
            r#"{{"format":1,"name":"own","title":"x","refuse":[],"new_signatures":[
                {{"algorithms":["ed25519"],"source":"x"{more}}}]}}"#
        )
    };
    assert_eq!(prepare(&rules(&list(""))), Ok(()));
    assert_eq!(prepare(&rules(&list(r#","confidence":"verified""#))), Ok(()));
    assert_eq!(prepare(&rules(&list(r#","confidence":"secondary""#))), Ok(()));
    // What nobody checked allows nothing, and says so.
    let unchecked = rules(&list(r#","confidence":"unverified""#));
    assert_eq!(prepare(&unchecked), not_allowed);
    let refused = cms::prepare(&chain, signer.algorithm(), &[7; 64], &unchecked).unwrap_err();
    assert!(refused.to_string().contains("not checked"), "{refused}");
    // From tomorrow, and until yesterday where a later rule takes it back.
    assert_eq!(prepare(&rules(&list(r#","from":"2026-11-25T00:00:00Z""#))), not_allowed);
    let withdrawn = rules(&list("").replace(
        r#""source":"x"}]}"#,
        r#""source":"x"},
        {"from":"2026-11-23T00:00:00Z","algorithms":[],"source":"y"}]}"#,
    ));
    assert_eq!(prepare(&withdrawn), not_allowed);
    // Digests and keys are asked too.
    let no_digest = list("")
        .replace(r#""refuse":[]"#, r#""refuse":[{"what":{"digest":"sha512"},"source":"z"}]"#);
    assert_eq!(prepare(&rules(&no_digest)), not_allowed);
}
