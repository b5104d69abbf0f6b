//! Remote signing against a server on loopback that holds a key: as it should be, and as it should not.
#![cfg(feature = "csc")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod server;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use motcua_pki::authority::{Demo, Identity, PrivateKey, SubjectName, Template};
use motcua_pki::{DigestAlgorithm, SignatureAlgorithm, Signer as _};
use motcua_services::csc::{Access, RemoteSigner};
use motcua_services::{Error, Fetcher, Limits};
use serde_json::{Value, json};
use server::{Server, ok};
use time::OffsetDateTime;
use zeroize::Zeroizing;

const EC: &str = "1.2.840.10045.4.3.2";
/// SHA-256, MGF1 with SHA-256, 32 bytes of salt, as `openssl asn1parse` shows them in a certificate signed so.
const PSS_PARAMETERS: &str =
    "MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEg";
const MESSAGES: [&[u8]; 2] = [b"one", b"two"];

fn answer(value: &Value) -> Vec<u8> {
    let text = String::from_utf8(ok(value.to_string().as_bytes())).unwrap();
    text.replacen("\r\n", "\r\ncontent-type: application/json;charset=utf-8\r\n", 1).into_bytes()
}

/// What the server does wrong.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Fault {
    None,
    Signature,
    Count,
    Kind,
    Huge,
    Unauthorised,
    Slow,
    Garbage,
    Algorithm,
}

fn serve(identity: &Identity, fault: Fault) -> Server {
    let chain: Vec<_> = identity.chain().iter().map(|c| STANDARD.encode(c.as_der())).collect();
    let signer = identity.signer().unwrap();
    let algorithm = match signer.algorithm() {
        SignatureAlgorithm::RsaPssSha256 => "1.2.840.113549.1.1.10",
        _ => EC,
    };
    Server::start(move |asked| {
        assert_eq!(asked.content_type, "application/json");
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        assert_eq!(body["credentialID"], "GX0112348");
        if asked.path == "/csc/v2/credentials/info" {
            assert_eq!(body["certificates"], "chain");
            let algo = if fault == Fault::Algorithm { "1.2.3" } else { algorithm };
            return answer(&json!({
                "key": {"status": "enabled", "algo": [algo], "len": 256, "curve": "1.2.840.10045.3.1.7"},
                "cert": {"status": "valid", "certificates": chain},
                "multisign": 2
            }));
        }
        assert_eq!(asked.path, "/csc/v2/signatures/signHash");
        assert_eq!(body["SAD"], "sad-secret");
        assert_eq!(body["hashAlgorithmOID"], "2.16.840.1.101.3.4.2.1");
        assert_eq!(body["signAlgo"], algorithm);
        let parameters = if algorithm == EC { Value::Null } else { json!(PSS_PARAMETERS) };
        assert_eq!(body["signAlgoParams"], parameters);
        // Only hashes come: the server finds the messages it knows by them.
        let sent = body["hashes"].as_array().unwrap().iter().map(|hash| {
            let hash = STANDARD.decode(hash.as_str().unwrap()).unwrap();
            let known = MESSAGES.iter().find(|m| DigestAlgorithm::Sha256.digest(m) == hash);
            let known = if fault == Fault::Signature { &b"third"[..] } else { known.unwrap() };
            STANDARD.encode(signer.sign(known).unwrap())
        });
        let mut signatures: Vec<String> = sent.collect();
        match fault {
            Fault::Count => signatures.truncate(1),
            Fault::Kind => return ok(json!({"signatures": signatures}).to_string().as_bytes()),
            Fault::Huge => signatures.push("A".repeat(100_000)),
            Fault::Unauthorised => {
                return b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n".to_vec();
            }
            Fault::Slow => std::thread::sleep(Duration::from_millis(800)),
            Fault::Garbage => return answer(&json!({"signatures": "sad-secret"})),
            _ => {}
        }
        answer(&json!({"signatures": signatures}))
    })
}

fn open(server: &Server) -> Result<RemoteSigner, Error> {
    let secret = |text: &str| Zeroizing::new(text.to_owned());
    let access = Access::new(secret("bearer-secret"), Some(secret("sad-secret"))).unwrap();
    let fetcher = Fetcher::new(Limits { time: Duration::from_millis(400), bytes: 50_000 });
    RemoteSigner::open(fetcher, &server.url("/csc/v2/"), "GX0112348", access, None)
}

#[test]
fn a_remote_key_signs() {
    let demo = Demo::new(OffsetDateTime::now_utc()).unwrap();
    let server = serve(&demo.official, Fault::None);
    let signer = open(&server).unwrap();
    assert_eq!(signer.certificate_chain(), demo.official.chain());
    assert_eq!(signer.algorithm(), SignatureAlgorithm::EcdsaP256Sha256);
    assert_eq!(signer.sign_all(&MESSAGES).unwrap().len(), 2);
    signer.sign(b"one").unwrap();
    let e = signer.sign_all(&[b"one", b"two", b"one"]).unwrap_err();
    assert!(e.to_string().contains("2 messages at once, not 3"), "{e}");
    assert!(!format!("{signer:?}").contains("secret"));
}

#[test]
fn a_remote_rsa_key_signs_pss() {
    let make = ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
    let Ok(made) = std::process::Command::new("openssl").args(make).output() else {
        println!("SKIPPED: a remote RSA key: openssl is not installed");
        return;
    };
    let demo = Demo::new(OffsetDateTime::now_utc()).unwrap();
    let key = PrivateKey::from_pkcs8_pem(&String::from_utf8(made.stdout).unwrap()).unwrap();
    let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
    let subject = SubjectName::new().country("VN").common_name("RSA");
    let days = time::Duration::days(1);
    let template = Template::new(subject, now - days, now + days).document_signer();
    let official = demo.issuing.issue_with(&template, key).unwrap();
    let server = serve(&official, Fault::None);
    let signer = open(&server).unwrap();
    assert_eq!(signer.algorithm(), SignatureAlgorithm::RsaPssSha256);
    assert_eq!(signer.sign_all(&MESSAGES).unwrap().len(), 2);
}

#[test]
fn a_service_that_misbehaves_is_refused() {
    let demo = Demo::new(OffsetDateTime::now_utc()).unwrap();
    for (fault, code) in [
        (Fault::Signature, "services.answer"),
        (Fault::Count, "services.answer"),
        (Fault::Kind, "services.answer"),
        (Fault::Garbage, "services.answer"),
        (Fault::Huge, "services.too_large"),
        (Fault::Unauthorised, "services.status"),
        (Fault::Slow, "services.unreachable"),
    ] {
        let server = serve(&demo.official, fault);
        let e = open(&server).unwrap().sign_all(&MESSAGES).unwrap_err();
        assert_eq!(e.code(), code, "{fault:?}: {e}");
        assert!(!format!("{e} {e:?}").contains("secret"), "{e:?}");
    }
    let server = serve(&demo.official, Fault::Algorithm);
    assert!(open(&server).unwrap_err().to_string().contains("makes no"));
}

#[test]
fn secrets_travel_in_the_clear_nowhere() {
    let access = |t: &str| Access::new(Zeroizing::new(t.to_owned()), None);
    for base in ["http://csc.example.vn/v2", "http://127.0.0.1.example.vn/v2"] {
        let fetcher = Fetcher::new(Limits::STANDARD);
        let e = RemoteSigner::open(fetcher, base, "x", access("t").unwrap(), None).unwrap_err();
        assert_eq!(e.code(), "services.scheme", "{base}");
    }
    for bad in ["", "a b", "a\r\nx: y"] {
        assert_eq!(access(bad).unwrap_err().code(), "services.answer");
    }
}
