//! A real timestamp authority and a real OCSP responder, OpenSSL's, behind a server on loopback; and CRLs and issuers'
//! certificates from there. What comes back is judged by the path and the token checks.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

mod server;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use motcua_pki::authority::{Identity, SubjectName, Template};
use motcua_pki::path::{self, Anchor, Profile, Purpose, RevocationMaterial};
use motcua_pki::tsp::{self, TokenContext};
use motcua_pki::{DigestAlgorithm, Oid};
use motcua_services::{Fetcher, Limits};
use server::{Server, ok};
use time::OffsetDateTime;

fn openssl(folder: &Path, arguments: &str) -> bool {
    let arguments = arguments.split_whitespace();
    let done = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
    if !done.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&done.stderr));
    }
    done.status.success()
}

/// The folder of an authority, or nothing, said aloud, where the command is not there.
fn folder(what: &str) -> Option<tempfile::TempDir> {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("SKIPPED: {what}: the command openssl is not there");
        return None;
    }
    Some(tempfile::tempdir().unwrap())
}

fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc().replace_nanosecond(0).unwrap()
}

fn template(name: &str) -> Template {
    let days = time::Duration::days(30);
    let subject = SubjectName::new().country("VN").common_name(name);
    Template::new(subject, now() - days, now() + days)
}

fn put(folder: &Path, name: &str, identity: &Identity) {
    std::fs::write(folder.join(format!("{name}.pem")), identity.certificate().to_pem()).unwrap();
    let key = identity.private_key().to_pkcs8_pem();
    std::fs::write(folder.join(format!("{name}.key")), key.as_bytes()).unwrap();
}

/// What OpenSSL's responder for `ca` needs: serial number 17 is good, 18 revoked.
fn put_responder(folder: &Path, ca: &Identity) {
    put(folder, "ca", ca);
    put(folder, "responder", &ca.issue(&template("OCSP").ocsp_responder()).unwrap());
    // OpenSSL's database: status, expiry, revocation, serial, file, subject.
    let index = "V\t361231000000Z\t\t11\tunknown\t/CN=good\nR\t361231000000Z\t250101000000Z,keyCompromise\t12\tunknown\t/CN=revoked\n";
    std::fs::write(folder.join("index.txt"), index).unwrap();
}

/// The answer of that responder. OpenSSL's own server would listen on every address, so ours calls it.
fn ocsp_answer(folder: &Path, request: &[u8]) -> Vec<u8> {
    std::fs::write(folder.join("req.der"), request).unwrap();
    assert!(openssl(
        folder,
        "ocsp -index index.txt -CA ca.pem -rsigner responder.pem -rkey responder.key \
         -reqin req.der -respout resp.der -ndays 1",
    ));
    std::fs::read(folder.join("resp.der")).unwrap()
}

fn fetcher() -> Fetcher {
    Fetcher::new(Limits { time: Duration::from_secs(5), bytes: 100_000 })
}

#[test]
fn a_timestamp_from_openssl_ts() {
    let Some(dir) = folder("openssl ts behind HTTP") else { return };
    let root = Identity::root(&template("Root").certificate_authority(None)).unwrap();
    let tsa = root.issue(&template("TSA").timestamp_authority()).unwrap();
    put(dir.path(), "tsa", &tsa);
    std::fs::write(dir.path().join("serial"), "01\n").unwrap();
    let configuration = "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ncrypto_device=builtin\n\
        signer_cert=tsa.pem\nsigner_key=tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\n\
        other_policies=1.2.3.4.2\ndigests=sha256,sha512\ness_cert_id_alg=sha256\n";
    std::fs::write(dir.path().join("tsa.cnf"), configuration).unwrap();
    let place = PathBuf::from(dir.path());
    let server = Server::start(move |asked| {
        assert_eq!(asked.content_type, "application/timestamp-query");
        std::fs::write(place.join("req"), &asked.body).unwrap();
        assert!(openssl(&place, "ts -reply -config tsa.cnf -queryfile req -out resp"));
        ok(&std::fs::read(place.join("resp")).unwrap())
    });
    let policy = Oid::parse("1.2.3.4.2").unwrap();
    for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512] {
        let token = fetcher()
            .timestamp(&server.url("/tsa"), digest, &digest.digest(b"value"), Some(&policy))
            .unwrap();
        let context = TokenContext {
            nonce: None,
            policies: std::slice::from_ref(&policy),
            now: now() + time::Duration::minutes(1),
            certificates: &[],
            anchors: &[Anchor::new(root.certificate().clone(), &[Purpose::Timestamping])],
            profile: &Profile::timestamping().without_revocation(),
            revocation: &RevocationMaterial::default(),
            memo: &motcua_pki::Memo::new(),
        };
        let report = tsp::verify(&token, b"value", &context);
        assert!(report.is_valid(), "{report:#?}");
        assert!(!tsp::verify(&token, b"other", &context).is_valid());
    }
    // What the authority refuses comes back as its refusal.
    let sha384 = DigestAlgorithm::Sha384;
    let refused = fetcher().timestamp(&server.url("/tsa"), sha384, &sha384.digest(b"value"), None);
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), "services.answer");
    assert!(refused.to_string().contains("badAlg"), "{refused}");
    println!("openssl ts behind HTTP: 2 tokens accepted, 1 refusal told");
}

#[test]
fn revocation_from_openssl_ocsp_and_a_crl() {
    let Some(dir) = folder("openssl ocsp behind HTTP") else { return };
    let place = PathBuf::from(dir.path());
    // The server's address stands in the certificates, so the server is first.
    let root_cell = Arc::new(OnceLock::<Vec<u8>>::new());
    let (for_server, at) = (root_cell.clone(), place.clone());
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/ocsp" => {
            assert_eq!(
                (asked.method.as_str(), asked.content_type.as_str()),
                ("POST", "application/ocsp-request")
            );
            ok(&ocsp_answer(&at, &asked.body))
        }
        "/root.crl" => ok(&std::fs::read(at.join("root.crl")).unwrap()),
        "/root.cer" => ok(for_server.get().unwrap()),
        "/nonsense" => ok(b"nonsense"),
        _ => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
    });
    let root = Identity::root(&template("Root").certificate_authority(None)).unwrap();
    root_cell.set(root.certificate().as_der().to_vec()).unwrap();
    let mut ca = template("CA").certificate_authority(None);
    ca.crl_url = Some(server.url("/root.crl"));
    ca.issuer_url = Some(server.url("/root.cer"));
    let ca = root.issue(&ca).unwrap();
    let end = |name: &str, serial: u8, path: &str| {
        let mut end = template(name).document_signer().with_serial(&[serial]);
        end.ocsp_url = Some(server.url(path));
        ca.issue(&end).unwrap()
    };
    let (good, revoked, lost) =
        (end("good", 17, "/ocsp"), end("revoked", 18, "/ocsp"), end("lost", 19, "/nonsense"));
    put(dir.path(), "root", &root);
    put_responder(dir.path(), &ca);
    std::fs::write(place.join("empty.txt"), "").unwrap();
    let configuration =
        "[ca]\ndefault_ca=c\n[c]\ndatabase=empty.txt\ndefault_md=sha256\ndefault_crl_days=7\n";
    std::fs::write(place.join("ca.cnf"), configuration).unwrap();
    assert!(openssl(
        &place,
        "ca -config ca.cnf -gencrl -cert root.pem -keyfile root.key -out root.pem.crl"
    ));
    assert!(openssl(&place, "crl -in root.pem.crl -outform DER -out root.crl"));

    let judge = |end: &Identity, material: &RevocationMaterial| {
        let profile = Profile::document_signing(Purpose::Public);
        let anchors = [Anchor::new(root.certificate().clone(), &[Purpose::Public])];
        let at = now() + time::Duration::minutes(1);
        path::validate(end.certificate(), end.chain(), &anchors, at, &profile, material)
    };
    let fetcher = fetcher();
    assert_eq!(fetcher.issuers(ca.certificate()).unwrap(), [root.certificate().clone()]);
    let gathered = fetcher.revocation(good.chain());
    assert!(gathered.problems.is_empty(), "{:?}", gathered.problems);
    assert_eq!((gathered.material.ocsp_responses.len(), gathered.material.crls.len()), (1, 1));
    let report = judge(&good, &gathered.material);
    assert!(report.is_valid(), "{:?}", report.findings);
    let gathered = fetcher.revocation(revoked.chain());
    let report = judge(&revoked, &gathered.material);
    assert!(
        report.findings.iter().any(|f| f.code() == "pki.path_revoked"),
        "{:?}",
        report.findings
    );
    // A response about one certificate says nothing about another.
    assert!(!judge(&good, &gathered.material).is_valid());
    // A responder that talks nonsense leaves it unknown, and says so.
    let gathered = fetcher.revocation(lost.chain());
    assert_eq!(gathered.problems[0].code(), "services.answer");
    assert!(!judge(&lost, &gathered.material).is_valid());
    println!(
        "openssl ocsp behind HTTP: good, revoked and nonsense told apart; CRL and issuer fetched"
    );
}

#[test]
fn an_ocsp_answer_to_another_request_is_refused() {
    let Some(dir) = folder("the nonce of openssl ocsp behind HTTP") else { return };
    let place = PathBuf::from(dir.path());
    let first = OnceLock::<Vec<u8>>::new();
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/ocsp" => ok(&ocsp_answer(&place, &asked.body)),
        // The answer to the first request, over and over.
        "/replay" => ok(first.get_or_init(|| ocsp_answer(&place, &asked.body))),
        // A responder that takes no notice of the nonce.
        _ => {
            let ask = "ocsp -issuer ca.pem -serial 17 -no_nonce -reqout plain.der";
            assert!(openssl(&place, ask));
            ok(&ocsp_answer(&place, &std::fs::read(place.join("plain.der")).unwrap()))
        }
    });
    let ca = Identity::root(&template("CA").certificate_authority(None)).unwrap();
    put_responder(dir.path(), &ca);
    let end = |path: &str| {
        let mut end = template("good").document_signer().with_serial(&[17]);
        end.ocsp_url = Some(server.url(path));
        ca.issue(&end).unwrap()
    };
    let gathered = |end: &Identity| {
        let gathered = fetcher().revocation(end.chain());
        let profile = Profile::document_signing(Purpose::Public);
        let anchors = [Anchor::new(ca.certificate().clone(), &[Purpose::Public])];
        let at = now() + time::Duration::minutes(1);
        let material = &gathered.material;
        let valid =
            path::validate(end.certificate(), end.chain(), &anchors, at, &profile, material);
        (valid.is_valid(), gathered)
    };
    // Its own nonce back, each time anew.
    let own = end("/ocsp");
    for _ in 0..2 {
        let (valid, got) = gathered(&own);
        assert!(valid && got.findings.is_empty() && got.problems.is_empty(), "{got:?}");
    }
    // The same bytes count once only, though they are signed, in time and about this certificate.
    let replayed = end("/replay");
    let (valid, got) = gathered(&replayed);
    assert!(valid && got.problems.is_empty(), "{got:?}");
    let (valid, got) = gathered(&replayed);
    assert!(!valid && got.material.ocsp_responses.is_empty(), "{got:?}");
    assert!(got.problems[0].to_string().contains("another nonce"), "{got:?}");
    let refused = fetcher().ocsp(replayed.certificate(), ca.certificate()).unwrap_err();
    assert_eq!(refused.code(), "services.answer");
    // Without a nonce it counts, and that is told.
    let plain = end("/plain");
    let (valid, got) = gathered(&plain);
    assert!(valid && got.problems.is_empty(), "{got:?}");
    assert_eq!(got.findings[0].code(), "services.ocsp_nonce_absent");
    assert_eq!(got.findings[0].details(), [("url", server.url("/plain"))]);
    assert!(got.findings[0].to_string().contains("nonce"), "{}", got.findings[0]);
    println!("openssl ocsp behind HTTP: own nonce taken, replay refused, no nonce told");
}
