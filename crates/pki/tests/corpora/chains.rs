//! Whole chains, responses and raw signatures that other projects made to test their own validators.

use super::{certificate, corpus, instant, tlv};
use motcua_pki::path::{self, Anchor, Profile, Purpose, RevocationMaterial};
use motcua_pki::revocation::RevocationStatus;
use motcua_pki::{Certificate, PublicKey};

#[test]
fn chains_come_out_as_their_makers_say() {
    // Folder; target, CAs and root; time; what must be found, nothing where the chain stands.
    let cases: [(&str, &[&str], &str, Option<&str>); 15] = [
        ("testing-ca-pss", &["signer1", "interm", "root"], "2021-01-01T00:00:00Z", None),
        ("testing-ca-pss", &["interm", "root"], "2021-01-01T00:00:00Z", None),
        ("testing-ca-pss-exclusive", &["signer1", "interm", "root"], "2021-01-01T00:00:00Z", None),
        ("testing-ca-ed25519", &["signer", "interm", "root"], "2021-01-01T00:00:00Z", None),
        ("testing-ca-ed25519", &["signer2", "interm", "root"], "2021-01-01T00:00:00Z", None),
        ("testing-ca-ed25519", &["tsa", "root"], "2021-01-01T00:00:00Z", None),
        (
            "testing-ca-ed448",
            &["signer", "interm", "root"],
            "2021-01-01T00:00:00Z",
            Some("pki.path_signature_unsupported"),
        ),
        ("multilayer", &["alice", "interm2", "interm1", "root"], "2021-01-01T00:00:00Z", None),
        (
            "multilayer",
            &["alice", "interm1", "root"],
            "2021-01-01T00:00:00Z",
            Some("pki.path_no_anchor"),
        ),
        (
            "critical_extensions",
            &["ee-cert-noncrit-unknown-ext", "ca-cert", "root-cert"],
            "2021-01-01T00:00:00Z",
            None,
        ),
        (
            "critical_extensions",
            &["ee-cert-crit-unknown-ext", "ca-cert", "root-cert"],
            "2021-01-01T00:00:00Z",
            Some("pki.path_unknown_critical"),
        ),
        ("ed25519", &["ee", "ca"], "2020-01-01T00:00:00Z", None),
        ("ed25519", &["ee", "ca"], "2022-01-01T00:00:00Z", Some("pki.path_expired")),
        (
            "custom_ekus",
            &[
                "cert_with_both_ekus_accepted_for_client_auth.ee",
                "cert_with_both_ekus_accepted_for_client_auth.ca",
            ],
            "1986-12-23T01:59:41Z",
            None,
        ),
        ("misc", &["serial_neg_ee", "serial_neg_ca"], "2023-01-01T00:00:00Z", None),
    ];
    let mut wrong = Vec::new();
    for (folder, chain, at, expected) in &cases {
        let project = if folder.contains("testing") || *folder == "multilayer" {
            "pyhanko-certvalidator"
        } else {
            "webpki-certs"
        };
        let Some(dir) = corpus(project) else { return };
        let dir =
            if *folder == "multilayer" { dir.join("multilayer/certs") } else { dir.join(folder) };
        let end = if project == "webpki-certs" { "der" } else { "cert.pem" };
        let all: Vec<Certificate> =
            chain.iter().map(|name| certificate(&dir.join(format!("{name}.{end}")))).collect();
        let (root, below) = all.split_last().unwrap();
        let anchor = [Anchor::new(root.clone(), &[Purpose::Public])];
        let profile = Profile::plain(Purpose::Public).without_revocation();
        let material = RevocationMaterial::default();
        let report =
            path::validate(&below[0], &below[1..], &anchor, instant(at), &profile, &material);
        let found: Vec<&str> = report.against().map(motcua_pki::Finding::code).collect();
        let agrees = match expected {
            None => report.is_valid() && report.chain.len() == chain.len(),
            Some(code) => !report.is_valid() && found.contains(code),
        };
        if !agrees {
            wrong.push(format!("{folder} {chain:?} at {at}: {:?}", report.findings));
        }
    }
    println!("chains: {} of {} agree", cases.len() - wrong.len(), cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_response_with_a_real_delegation_says_revoked() {
    let Some(dir) = corpus("rustcrypto-formats/x509-ocsp/tests/examples") else { return };
    let read = |name: &str| certificate(&dir.join(format!("rsa-2048-sha256-{name}.der")));
    let (target, root) = (read("crt"), read("ca"));
    let bytes = |name: &str| std::fs::read(dir.join(name)).unwrap();
    let run = |crls: Vec<Vec<u8>>, ocsp: Vec<Vec<u8>>| {
        let anchor = [Anchor::new(root.clone(), &[Purpose::Public])];
        let material = RevocationMaterial { crls, ocsp_responses: ocsp };
        let at = instant("2023-11-06T00:00:00Z");
        let profile = Profile::plain(Purpose::Public);
        path::validate(&target, &[], &anchor, at, &profile, &material).statuses.remove(0).status
    };
    // The response is about serial number 3, the certificate has 2; the list revokes 3 as well.
    let response = bytes("rsa-2048-sha256-revoked-ocsp-res.der");
    assert_eq!(run(Vec::new(), vec![response]), RevocationStatus::Unknown);
    let list = run(vec![bytes("rsa-2048-sha256-ca-crl.der")], Vec::new());
    assert!(matches!(list, RevocationStatus::Good { source: "crl", .. }), "{list:?}");
    // A response for another issuer.
    assert_eq!(
        run(Vec::new(), vec![bytes("sha256-certid-ocsp-res.der")]),
        RevocationStatus::Unknown
    );
    println!("x509-ocsp: 3 agree");
}

#[test]
fn raw_signatures_of_webpki() {
    let Some(dir) = corpus("webpki-certs/signatures") else { return };
    let message = std::fs::read(dir.join("message.bin")).unwrap();
    let (mut agree, mut unsupported) = (0, 0);
    let mut files: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some((key, rest)) = name.split_once("_key_and_") else { continue };
        let spki = std::fs::read(dir.join(format!("{key}.spki.der"))).unwrap();
        let key = PublicKey::from_spki_der(&spki).unwrap();
        let digest = if rest.contains("sha256") { 2 } else { 3 };
        let oid = tlv(6, &[&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, digest]]);
        let verdict =
            key.verify_signature(&tlv(0x30, &[&oid]), &message, &std::fs::read(&path).unwrap());
        match verdict.map_err(|e| e.code()) {
            Err("pki.unsupported_algorithm") if name.contains("p521") => unsupported += 1,
            outcome => {
                assert_eq!(outcome.is_ok(), name.contains("_good_"), "{name}: {outcome:?}");
                agree += 1;
            }
        }
    }
    println!("webpki signatures: {agree} agree, {unsupported} with P-521 named unsupported");
    assert!(agree >= 4);
}
