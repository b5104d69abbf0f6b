//! One failing input for each error code of this crate.
#![cfg(feature = "authority")]
#![allow(clippy::unwrap_used)]

use motcua_pki::authority::{Demo, Identity, SubjectName, Template};
use motcua_pki::{
    CallbackSigner, Certificate, MemorySigner, Oid, SignatureAlgorithm, Signer as _, SigningRules,
    cms,
};

const NOW: time::OffsetDateTime = time::macros::datetime!(2026-11-24 3:00 UTC);

fn demo() -> Demo {
    Demo::new(NOW).unwrap()
}

fn rules() -> SigningRules {
    SigningRules::viet_nam(NOW)
}

fn prepared() -> cms::Prepared {
    cms::prepare(demo().official.chain(), SignatureAlgorithm::EcdsaP256Sha256, &[0; 32], &rules())
        .unwrap()
}

fn is(error: &motcua_pki::Error, code: &str, message: &str) {
    assert_eq!(error.code(), code);
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn malformed() {
    is(&Certificate::from_der(&[0x30, 0]).unwrap_err(), "pki.malformed", "is malformed at byte");
}

#[test]
fn pem() {
    is(&Certificate::from_pem("nothing").unwrap_err(), "pki.pem", "no PEM block");
}

#[test]
fn bad_oid() {
    is(&Oid::parse("1.x").unwrap_err(), "pki.bad_oid", "is not an object identifier");
}

#[test]
fn key_rejected() {
    is(
        &MemorySigner::from_pkcs8_der(&[0], Vec::new()).err().unwrap(),
        "pki.key_rejected",
        "private key was refused",
    );
}

#[test]
fn empty_chain() {
    is(
        &cms::prepare(&[], SignatureAlgorithm::EcdsaP256Sha256, &[0; 32], &rules()).unwrap_err(),
        "pki.empty_chain",
        "chain is empty",
    );
}

#[test]
fn key_mismatch() {
    is(
        &{
            let demo = demo();
            let key = demo.agency.private_key().to_pkcs8_der();
            MemorySigner::from_pkcs8_der(&key, demo.official.chain().to_vec()).err().unwrap()
        },
        "pki.key_mismatch",
        "does not belong",
    );
}

#[test]
fn algorithm_key_mismatch() {
    is(
        &cms::prepare(
            demo().official.chain(),
            SignatureAlgorithm::RsaPssSha256,
            &[0; 32],
            &rules(),
        )
        .unwrap_err(),
        "pki.algorithm_key_mismatch",
        "cannot be used with the key",
    );
}

#[test]
fn signing_failed() {
    is(
        &{
            let chain = demo().official.chain().to_vec();
            let algorithm = SignatureAlgorithm::EcdsaP256Sha256;
            let signer = CallbackSigner::with_message(chain, algorithm, |_| Err("gone".to_owned()));
            signer.unwrap().sign(b"x").unwrap_err()
        },
        "pki.signing_failed",
        "could not sign",
    );
}

#[test]
fn signature_rejected() {
    is(&prepared().complete(&[0; 70]).unwrap_err(), "pki.signature_rejected", "does not verify");
}

#[test]
fn digest_length() {
    is(
        &cms::prepare(
            demo().official.chain(),
            SignatureAlgorithm::EcdsaP256Sha256,
            &[0; 31],
            &rules(),
        )
        .unwrap_err(),
        "pki.digest_length",
        "bytes",
    );
}

#[test]
fn cms_mismatch() {
    is(
        &{
            let demo = demo();
            let signer = demo.agency_signer().unwrap();
            let other =
                cms::prepare(signer.certificate_chain(), signer.algorithm(), &[1; 32], &rules())
                    .unwrap();
            prepared().complete_with_cms(&other.sign(&signer).unwrap()).unwrap_err()
        },
        "pki.cms_mismatch",
        "not the one prepared",
    );
}

#[test]
fn bad_state() {
    is(
        &{
            let text = serde_json::to_string(&prepared())
                .unwrap()
                .replace("\"version\":1", "\"version\":2");
            let refused = serde_json::from_str::<cms::Prepared>(&text).unwrap_err();
            assert!(refused.to_string().contains("cannot be resumed"));
            motcua_pki::Error::BadState { reason: "version 2 is not known".to_owned() }
        },
        "pki.bad_state",
        "cannot be resumed",
    );
}

#[test]
fn authority() {
    is(
        &{
            let template = Template::new(SubjectName::new(), NOW, NOW - time::Duration::days(1));
            Identity::root(&template).err().unwrap()
        },
        "pki.authority",
        "cannot issue",
    );
}

#[test]
fn unsupported_algorithm() {
    is(
        &CallbackSigner::with_digest(
            demo().official.chain().to_vec(),
            SignatureAlgorithm::Ed25519,
            |_| Ok(Vec::new()),
        )
        .err()
        .unwrap(),
        "pki.unsupported_algorithm",
        "is not supported",
    );
}

#[test]
fn timestamp_refused() {
    is(
        &motcua_pki::tsp::response_token(&[0x30, 5, 0x30, 3, 2, 1, 2]).unwrap_err(),
        "pki.timestamp_refused",
        "status 2",
    );
}

#[test]
fn algorithm_not_for_new() {
    let chain = demo().official.chain().to_vec();
    let ancient = SigningRules::viet_nam(time::macros::datetime!(2012-01-01 0:00 UTC));
    let refused = cms::prepare(&chain, SignatureAlgorithm::EcdsaP256Sha256, &[0; 32], &ancient);
    is(
        &refused.unwrap_err(),
        "pki.algorithm_not_for_new",
        "do not allow this for a signature made at 2012-01-01T00:00:00Z",
    );
}

#[test]
fn algorithm_policy() {
    is(
        &motcua_pki::AlgorithmPolicy::from_json("{}").unwrap_err(),
        "pki.algorithm_policy",
        "algorithm policy cannot be used",
    );
}
