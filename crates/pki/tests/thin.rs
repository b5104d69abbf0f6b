//! The way from a demo hierarchy to a signed and verified CMS, and what must not pass on it.
#![cfg(feature = "authority")]
#![allow(clippy::unwrap_used)]

use motcua_pki::authority::Demo;
use motcua_pki::cms::{self, Content, Prepared, Profile as CmsProfile, SignedData};
use motcua_pki::path::{self, Profile, Purpose, RevocationMaterial};
use motcua_pki::{CallbackSigner, DigestAlgorithm, Indication, MemorySigner, Signer as _};
use time::macros::datetime;

const NOW: time::OffsetDateTime = datetime!(2026-11-24 3:00 UTC);

fn rules() -> motcua_pki::SigningRules {
    motcua_pki::SigningRules::viet_nam(NOW)
}

#[test]
fn prepare_resume_complete_verify() {
    let demo = Demo::new(NOW).unwrap();
    let signer = demo.official_signer().unwrap();
    let content = b"the bytes of a copy";
    let digest = signer.algorithm().content_digest().digest(content);
    let prepared =
        cms::prepare(signer.certificate_chain(), signer.algorithm(), &digest, &rules()).unwrap();

    let saved = serde_json::to_string(&prepared).unwrap();
    let resumed: Prepared = serde_json::from_str(&saved).unwrap();
    assert_eq!(resumed, prepared);
    let signature = signer.sign(resumed.to_be_signed()).unwrap();
    let done = resumed.complete(&signature).unwrap();
    assert!(done.len() <= prepared.estimated_size(0));

    let mut padded = done.clone();
    padded.extend([0; 100]);
    let parsed = SignedData::parse(&padded).unwrap();
    assert_eq!(parsed.as_der(), done);
    assert_eq!((parsed.trailing_bytes(), parsed.trailing_is_zero()), (100, true));
    let report = cms::verify(&parsed, Content::Bytes(content), CmsProfile::PadesBaseline);
    assert_eq!(report.conclusion(), (Indication::Passed, None), "{:?}", report.findings);
    assert_eq!(report.signer.as_ref(), Some(demo.official.certificate()));

    // The same CMS is accepted as made elsewhere; another content is not.
    assert_eq!(prepared.complete_with_cms(&padded).unwrap(), done);
    let other = cms::verify(&parsed, Content::Bytes(b"other"), CmsProfile::PadesBaseline);
    assert_eq!(other.conclusion().0, Indication::Failed);
    // A signature over something else is not taken.
    let wrong = signer.sign(b"something else").unwrap();
    assert_eq!(prepared.complete(&wrong).unwrap_err().code(), "pki.signature_rejected");
}

/// Set for a second process of this test: the folder where the first left the state.
const FOLDER: &str = "MOTCUA_PKI_RESUME_IN";

/// The second process: it knows the state and the key, and nothing else.
fn resume(folder: &std::path::Path) {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let resumed: Prepared = serde_json::from_str(&read("state.json")).unwrap();
    let chain = resumed.certificate_chain().to_vec();
    let signer = MemorySigner::from_pkcs8_pem(&read("key.pem"), chain).unwrap();
    std::fs::write(folder.join("cms"), resumed.sign(&signer).unwrap()).unwrap();
}

#[test]
fn a_state_is_completed_by_another_process() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return resume(folder.as_ref());
    }
    let demo = Demo::new(NOW).unwrap();
    let signer = demo.official_signer().unwrap();
    let content = b"the bytes of a copy";
    let digest = signer.algorithm().content_digest().digest(content);
    let prepared =
        cms::prepare(signer.certificate_chain(), signer.algorithm(), &digest, &rules()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("state.json", &serde_json::to_string(&prepared).unwrap());
    write("key.pem", &demo.official.private_key().to_pkcs8_pem());
    let second = || {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_state_is_completed_by_another_process"])
            .env(FOLDER, folder.path())
            .output()
            .unwrap()
    };
    assert!(second().status.success());
    let made = std::fs::read(folder.path().join("cms")).unwrap();
    assert_eq!(prepared.complete_with_cms(&made).unwrap(), made);
    let parsed = SignedData::parse(&made).unwrap();
    let report = cms::verify(&parsed, Content::Bytes(content), CmsProfile::PadesBaseline);
    assert_eq!(report.conclusion(), (Indication::Passed, None), "{:?}", report.findings);
    // With another content in the state the second process signs that, and the first does not take it.
    let other = serde_json::to_string(&prepared).unwrap().replace(&hex(&digest), &"ab".repeat(32));
    write("state.json", &other);
    assert!(second().status.success());
    let made = std::fs::read(folder.path().join("cms")).unwrap();
    assert_eq!(prepared.complete_with_cms(&made).unwrap_err().code(), "pki.cms_mismatch");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn the_demo_path_stands_and_fails_closed() {
    let demo = Demo::new(NOW).unwrap();
    let chain = demo.official.chain_without_root();
    let material = RevocationMaterial::default();
    let strict = Profile::document_signing(Purpose::OfficialDuty);
    let lenient = strict.clone().without_revocation();
    let run = |profile: &Profile, anchors: &[path::Anchor], at| {
        path::validate(&chain[0], chain, anchors, at, profile, &material)
    };
    let good = run(&lenient, &[demo.anchor()], NOW);
    assert!(good.is_valid(), "{:?}", good.findings);
    assert_eq!(good.chain.len(), 3);
    let unknown = run(&strict, &[demo.anchor()], NOW);
    assert!(unknown.against().all(|f| f.code() == "pki.path_revocation_unknown"));
    assert!(!unknown.is_valid());
    assert!(!run(&lenient, &[], NOW).is_valid());
    let late = run(&lenient, &[demo.anchor()], NOW + time::Duration::days(400));
    assert!(late.findings.iter().any(|f| f.code() == "pki.path_expired"));
    let mut other = demo.anchor();
    other.purposes = vec![Purpose::Timestamping];
    assert!(!run(&lenient, &[other], NOW).is_valid());
}

#[test]
fn a_key_elsewhere_gets_only_the_digest() {
    let demo = Demo::new(NOW).unwrap();
    let inner = demo.agency_signer().unwrap();
    let algorithm = inner.algorithm();
    let digest = DigestAlgorithm::Sha256.digest(b"message");
    let expected = digest.clone();
    let signer =
        CallbackSigner::with_digest(inner.certificate_chain().to_vec(), algorithm, move |given| {
            assert_eq!(given, expected);
            Err("token removed".to_owned())
        })
        .unwrap();
    assert_eq!(signer.sign(b"message").unwrap_err().code(), "pki.signing_failed");
}
