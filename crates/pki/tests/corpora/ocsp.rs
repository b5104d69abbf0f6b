//! OCSP: OpenSSL's vectors with their expected results, responders with and without delegation,
//! freshness, and real responses found in other projects' tests.

use super::{certificate, corpus, instant, json};
use base64::Engine as _;
use motcua_pki::Certificate;
use motcua_pki::ocsp::OcspResponse;
use motcua_pki::path::{self, Anchor, PathReport, Profile, Purpose, RevocationMaterial};
use motcua_pki::revocation::RevocationStatus;
use std::path::Path;

/// A response file: DER, or the base64 of it that OpenSSL keeps. It must be readable.
fn response(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    let der = if bytes.first() == Some(&0x30) {
        bytes
    } else {
        let text: String = String::from_utf8(bytes).unwrap().split_whitespace().collect();
        base64::engine::general_purpose::STANDARD.decode(text).unwrap()
    };
    OcspResponse::from_der(&der).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    der
}

fn judge(
    target: &Certificate,
    between: &[Certificate],
    root: &Certificate,
    at: &str,
    ocsp: &[&Path],
) -> PathReport {
    let material = RevocationMaterial {
        crls: Vec::new(),
        ocsp_responses: ocsp.iter().map(|p| response(p)).collect(),
    };
    let anchor = Anchor::new(root.clone(), &[Purpose::Public]);
    let profile = Profile::plain(Purpose::Public);
    path::validate(target, between, &[anchor], instant(at), &profile, &material)
}

fn good(status: &RevocationStatus) -> bool {
    matches!(status, RevocationStatus::Good { .. })
}

#[test]
fn the_vectors_of_openssl_agree() {
    let Some(dir) = corpus("pyhanko-certvalidator/openssl-ocsp") else { return };
    let (mut agree, mut wrong) = (0, Vec::new());
    for case in json(&dir.join("openssl-ocsp.json")).as_array().unwrap() {
        let files = |key: &str| -> Vec<std::path::PathBuf> {
            let list = case[key].as_array().into_iter().flatten();
            list.map(|f| dir.join(f.as_str().unwrap())).collect()
        };
        let one = |key: &str| certificate(&dir.join(case[key].as_str().unwrap()));
        let between: Vec<Certificate> =
            files("other_certs").iter().map(|p| certificate(p)).collect();
        let ocsp = files("ocsps");
        let report = judge(
            &one("cert"),
            &between,
            &one("root"),
            case["moment"].as_str().unwrap(),
            &ocsp.iter().map(|p| p.as_path()).collect::<Vec<_>>(),
        );
        let statuses: Vec<&RevocationStatus> = report.statuses.iter().map(|s| &s.status).collect();
        let message = case["error"]["msg_regex"].as_str().unwrap_or_default();
        let class = case["error"]["class"].as_str().unwrap_or_default();
        let length = usize::try_from(case["path_len"].as_u64().unwrap()).unwrap();
        let ok = if class == "StaleRevinfoError" {
            *statuses[0] == RevocationStatus::Stale && !report.is_valid()
        } else if message.contains("intermediate certificate 1") {
            statuses.get(1).is_some_and(|s| !good(s)) && !report.is_valid()
        } else if class.is_empty() {
            // Each certificate that an answer was given for is good; OpenSSL's vectors answer for
            // the target, and for the CA above where two files are given.
            report.chain.len() == length
                && statuses.iter().take(ocsp.len()).all(|s| good(s))
                && (ocsp.len() < statuses.len() || report.is_valid())
        } else {
            statuses.first().is_some_and(|s| !good(s)) && !report.is_valid()
        };
        if ok {
            agree += 1;
        } else {
            wrong.push(format!("{}: {:?} {:?}", case["name"], statuses, report.findings));
        }
    }
    println!("OpenSSL OCSP vectors: {agree} agree");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(agree, 29);
}

#[test]
fn each_issuer_answers_for_its_own() {
    let Some(dir) = corpus("pyhanko-certvalidator/multitasking-ocsp") else { return };
    let read = |name: &str| certificate(&dir.join(format!("{name}.cert.pem")));
    let responses = [dir.join("ocsp-resp-alice.der"), dir.join("ocsp-resp-interm.der")];
    let (alice, interm, root) = (read("alice"), read("interm"), read("root"));
    let at = "2021-08-19T12:20:44Z";
    let all: Vec<&Path> = responses.iter().map(|p| p.as_path()).collect();
    let report = judge(&alice, std::slice::from_ref(&interm), &root, at, &all);
    println!("multitasking OCSP: {:?} {:?}", report.statuses, report.findings);
    assert!(report.statuses.iter().all(|s| good(&s.status)), "{:?}", report.findings);
    // The root's responder does not speak for what the intermediate issued.
    let report = judge(&alice, &[interm], &root, at, &all[1..]);
    assert!(!good(&report.statuses[0].status));
}

#[test]
fn freshness_decides_at_each_time() {
    let Some(dir) = corpus("pyhanko-certvalidator/freshness") else { return };
    let read = |name: &str| certificate(&dir.join(format!("certs/{name}.crt")));
    let (alice, interm, root) = (read("alice"), read("interm"), read("root"));
    let status = |at: &str, file: &str| {
        let path = dir.join(file);
        let report = judge(&alice, std::slice::from_ref(&interm), &root, at, &[path.as_path()]);
        report.statuses[0].status.clone()
    };
    // Alice was revoked on 2020-12-01.
    assert!(good(&status("2020-11-29T00:05:00Z", "alice-2020-11-29.ors")));
    assert!(!good(&status("2020-12-10T00:05:00Z", "alice-2020-11-29.ors")));
    let late = status("2020-12-10T00:05:00Z", "alice-2020-12-10.ors");
    assert!(matches!(late, RevocationStatus::Revoked { reason: Some(1), .. }), "{late:?}");
    // What is issued later is not known earlier.
    assert!(!good(&status("2020-10-01T00:05:00Z", "alice-2020-12-10.ors")));
    println!("OCSP freshness: 4 moments agree");
}
