//! Every CMS, PKCS #7 and timestamp file of the outside collections: parsed, verified, or refused as stated. OpenSSL and the
//! libraries that the files come from agree on each.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

use base64::Engine as _;
use motcua_pki::cms::{self, Content, Profile, SignedData};
use motcua_pki::{DigestAlgorithm, Indication, SubIndication, tsp};
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Mathematics and form are good, under RFC 5652 alone.
    Verified,
    /// Certificates without a signer.
    Bag,
    /// The content lies elsewhere.
    Detached,
    /// A signed digestedData without attributes, and the wrong content: OpenSSL says the same.
    Wrong,
    /// No SignedData: another content type, another structure, or malformed.
    Refused,
}

/// All but these are refused.
const STATED: [(&str, Verdict); 24] = [
    ("ocsp-tsp/asn1crypto/cms-signed.der", Verdict::Verified),
    ("ocsp-tsp/asn1crypto/cms-signed.pem", Verdict::Verified),
    ("ocsp-tsp/asn1crypto/pkcs7-signed.der", Verdict::Verified),
    ("ocsp-tsp/asn1crypto/pkcs7-signed.pem", Verdict::Verified),
    ("ocsp-tsp/asn1crypto/cms-signed-digested.der", Verdict::Wrong),
    ("ocsp-tsp/asn1crypto/cms-signed-digested.pem", Verdict::Wrong),
    ("ocsp-tsp/asn1crypto/pkcs7-signed-digested.der", Verdict::Wrong),
    ("ocsp-tsp/asn1crypto/pkcs7-signed-digested.pem", Verdict::Wrong),
    ("ocsp-tsp/asn1crypto/cms-signed-indefinite-length.der", Verdict::Wrong),
    ("ocsp-tsp/asn1crypto/mozilla-generated-by-openssl.pkcs7.der", Verdict::Detached),
    ("ocsp-tsp/asn1crypto/smime-signature-generated-by-thunderbird.p7s", Verdict::Detached),
    ("ocsp-tsp/cryptography-pkcs7/amazon-roots.der", Verdict::Bag),
    ("ocsp-tsp/cryptography-pkcs7/amazon-roots.p7b", Verdict::Bag),
    ("ocsp-tsp/cryptography-pkcs7/isrg.pem", Verdict::Bag),
    ("ocsp-tsp/cryptography-pkcs7/authenticode.der", Verdict::Verified),
    ("rustcrypto-formats/cms/tests/examples/authroot.stl", Verdict::Verified),
    ("rustcrypto-formats/cms/tests/examples/cms_ber.bin", Verdict::Verified),
    ("rustcrypto-formats/cms/tests/examples/cms_der.bin", Verdict::Verified),
    ("rustcrypto-formats/cms/tests/examples/pkits.p7b", Verdict::Bag),
    ("rustcrypto-formats/cms/tests/examples/pkits_ee.p7b", Verdict::Bag),
    ("rustcrypto-formats/cms/tests/examples/scep_der.bin", Verdict::Verified),
    ("rustcrypto-formats/cms/tests/examples/sd.cms", Verdict::Verified),
    ("pyhanko-certvalidator/certs_to_unpack/test.p7b", Verdict::Bag),
    ("pyhanko-certvalidator/certs_to_unpack/test.p7b.pem", Verdict::Bag),
];

const FOLDERS: [&str; 4] = [
    "ocsp-tsp/asn1crypto",
    "ocsp-tsp/cryptography-pkcs7",
    "rustcrypto-formats/cms/tests/examples",
    "pyhanko-certvalidator/certs_to_unpack",
];

fn corpora() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    if dir.is_dir() {
        return Some(dir);
    }
    eprintln!("SKIPPED: CMS and timestamp files: {} is not there", dir.display());
    None
}

/// The bytes, out of the first PEM block where there is one.
fn read(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let Some(start) = text.find("-----BEGIN") else { return bytes.clone() };
    let lines = text.get(start..).unwrap().lines().skip(1);
    let body: String = lines.take_while(|l| !l.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD.decode(body).unwrap_or_else(|_| bytes.clone())
}

fn verdict(bytes: &[u8]) -> Verdict {
    let Ok(signed) = SignedData::parse(bytes) else { return Verdict::Refused };
    if signed.signers().is_empty() {
        assert!(!signed.certificates_der().is_empty());
        return Verdict::Bag;
    }
    let report = cms::verify(&signed, Content::Embedded, Profile::Cms);
    match report.conclusion() {
        (Indication::Passed, None) => Verdict::Verified,
        (Indication::Indeterminate, Some(SubIndication::SignedDataNotFound)) => Verdict::Detached,
        (Indication::Failed, _) if !report.signature_verifies || !report.content_matches => {
            Verdict::Wrong
        }
        other => unreachable!("{other:?}: {:?}", report.findings),
    }
}

#[test]
fn every_cms_file_is_judged_as_stated() {
    let Some(dir) = corpora() else { return };
    let (mut count, mut refused, mut differs) = (0, 0, Vec::new());
    for folder in FOLDERS {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(dir.join(folder)).unwrap().map(|f| f.unwrap().path()).collect();
        files.retain(|f| f.is_file());
        files.sort();
        for file in files {
            let name = file.strip_prefix(&dir).unwrap().to_string_lossy().into_owned();
            let stated = STATED.iter().find(|(n, _)| *n == name).map_or(Verdict::Refused, |s| s.1);
            let got = verdict(&read(&file));
            count += 1;
            refused += usize::from(got == Verdict::Refused);
            if got != stated {
                differs.push(format!("{name}: {got:?}, stated {stated:?}"));
            }
        }
    }
    println!("CMS files: {count}, {refused} of them refused, {} not as stated", differs.len());
    assert!(differs.is_empty(), "{}", differs.join("\n"));
    assert!(count > 100 && count - refused == STATED.len(), "{count} {refused}");
}

#[test]
fn ber_and_der_of_one_message_say_the_same() {
    let Some(dir) = corpora() else { return };
    let read = |name: &str| {
        let bytes = read(&dir.join("rustcrypto-formats/cms/tests/examples").join(name));
        let signed = SignedData::parse(&bytes).unwrap();
        let report = cms::verify(&signed, Content::Embedded, Profile::Cms);
        (signed.is_ber(), signed.content().unwrap().to_vec(), report)
    };
    let ((ber, one, first), (der, two, second)) = (read("cms_ber.bin"), read("cms_der.bin"));
    assert_eq!((ber, der), (true, false));
    assert!(one == two);
    let codes = |r: &cms::CmsReport| r.findings.iter().map(|f| f.code()).collect::<Vec<_>>();
    assert_eq!(first.findings.len(), 1 + second.findings.len(), "{:?}", codes(&second));
    assert!(codes(&first).contains(&"pki.cms_not_der"));
}

#[test]
fn the_timestamp_files_are_read() {
    let Some(dir) = corpora() else { return };
    let read = |name: &str| std::fs::read(dir.join("ocsp-tsp/asn1crypto").join(name)).unwrap();
    let request = tsp::Request::from_der(&read("tsp_request")).unwrap();
    assert_eq!(request.digest, Ok(DigestAlgorithm::Sha1));
    let response = tsp::Response::from_der(&read("tsp_response")).unwrap();
    assert!(response.is_granted());
    let token = response.token.unwrap();
    let imprint = request.imprint.as_slice();
    let report = tsp::inspect(&token, Content::Digest(DigestAlgorithm::Sha1, imprint), &[]);
    let info = report.info.unwrap();
    assert_eq!((info.imprint, info.nonce), (request.imprint, request.nonce));
    // Its certificate is not inside, and SHA-1 proves nothing any more.
    let codes: Vec<&str> = report.findings.iter().map(|f| f.code()).collect();
    assert_eq!(codes, ["pki.algorithm_refused"]);
    assert!(report.cms.unwrap().signer.is_none());
    // A request is no response, nor the other way round.
    assert!(tsp::Response::from_der(&read("tsp_request")).is_err());
    assert!(tsp::Request::from_der(&read("tsp_response")).is_err());
}
