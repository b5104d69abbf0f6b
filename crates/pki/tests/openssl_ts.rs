//! Timestamps between this crate and `openssl ts`, both ways: accepted over the data they were made for, and over no other;
//! no single-bit change of a token ever good.
#![cfg(feature = "authority")]
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic)]

mod openssl;

use motcua_pki::SignatureAlgorithm::RsaPkcs1Sha256;
use motcua_pki::authority::{Identity, TokenTemplate};
use motcua_pki::path::{Profile, RevocationMaterial};
use motcua_pki::tsp::{self, TokenContext, TokenReport};
use motcua_pki::{DigestAlgorithm, Oid};
use openssl::{Desk, anchor, now, root, template};
use time::Duration;

const DIGESTS: [DigestAlgorithm; 3] =
    [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];
const NONCE: [u8; 8] = [0x80, 1, 2, 3, 4, 5, 6, 7];
const DATA: &[u8] = b"a signature value";

fn verify(
    token: &[u8],
    data: &[u8],
    root: &Identity,
    nonce: &[u8],
    policies: &[Oid],
) -> TokenReport {
    let context = TokenContext {
        nonce: Some(nonce),
        policies,
        now: now() + Duration::days(1),
        certificates: &[],
        anchors: &[anchor(root)],
        profile: &Profile::timestamping().without_revocation(),
        revocation: &RevocationMaterial::default(),
        memo: &motcua_pki::Memo::new(),
    };
    tsp::verify(token, data, &context)
}

/// The configuration of an authority whose files are `tsa.*`.
fn configuration(signer_digest: &str, certificate_id: &str, chain: &str) -> String {
    format!(
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ncrypto_device=builtin\nsigner_cert=tsa.pem\n\
         certs=tsa-chain.pem\nsigner_key=tsa.key\nsigner_digest={signer_digest}\n\
         default_policy=1.2.3.4.1\ndigests=sha256,sha384,sha512\naccuracy=secs:1\nordering=yes\n\
         tsa_name=yes\ness_cert_id_chain={chain}\ness_cert_id_alg={certificate_id}\n"
    )
}

#[test]
fn we_accept_openssls() {
    let Some(desk) = Desk::new("openssl ts -reply") else { return };
    let root = root();
    desk.write("serial", "01\n");
    let mut accepted = 0;
    for kind in ["rsa", "p256", "p384"] {
        let tsa = root.issue_with(&template(kind).timestamp_authority(), desk.key(kind)).unwrap();
        desk.put("tsa", &tsa);
        for (digest, name) in DIGESTS.into_iter().zip(["sha256", "sha384", "sha512"]) {
            for (certificate_id, chain) in [("sha256", "no"), ("sha1", "yes"), ("sha512", "yes")] {
                let signer_digest = if kind == "rsa" { name } else { "sha256" };
                desk.write("tsa.cnf", configuration(signer_digest, certificate_id, chain));
                desk.write("req", tsp::request(digest, &digest.digest(DATA), Some(&NONCE)));
                desk.run("ts -reply -config tsa.cnf -queryfile req -out resp").unwrap();
                let response = tsp::Response::from_der(&desk.read("resp")).unwrap();
                assert!(response.is_granted() && response.failures.is_empty());
                let token = tsp::response_token(&desk.read("resp")).unwrap();
                let report = verify(&token, DATA, &root, &NONCE, &[]);
                assert!(report.is_valid(), "{kind} {name} {certificate_id}: {report:#?}");
                let info = report.info.as_ref().unwrap();
                assert_eq!((info.accuracy(), info.ordering), (Duration::SECOND, true));
                let policy = Oid::parse("1.2.3.4.1").unwrap();
                assert_eq!(info.policy, policy);
                assert!(verify(&token, DATA, &root, &NONCE, &[policy]).is_valid());
                let other = [Oid::parse("1.2.3.4.2").unwrap()];
                assert!(!verify(&token, DATA, &root, &NONCE, &other).is_valid());
                assert!(!verify(&token, b"other", &root, &NONCE, &[]).is_valid());
                assert!(!verify(&token, DATA, &root, &[1], &[]).is_valid());
                accepted += 1;
            }
        }
    }
    // A refusal says why.
    desk.write("tsa.cnf", configuration("sha256", "sha256", "no").replace("sha256,sha384,", ""));
    let sha256 = DigestAlgorithm::Sha256;
    desk.write("req", tsp::request(sha256, &sha256.digest(DATA), None));
    desk.run("ts -reply -config tsa.cnf -queryfile req -out resp").unwrap();
    let refused = tsp::response_token(&desk.read("resp")).unwrap_err();
    assert_eq!(refused.code(), "pki.timestamp_refused");
    assert!(refused.to_string().contains("badAlg"), "{refused}");
    println!("openssl ts -reply: {accepted} tokens accepted, over other data none");
}

#[test]
fn openssl_accepts_ours() {
    let Some(desk) = Desk::new("openssl ts -verify") else { return };
    let root = root();
    desk.put("root", &root);
    desk.write("data", DATA);
    desk.write("other", b"other");
    let mut accepted = 0;
    for kind in ["rsa", "p256", "p384"] {
        let tsa = root.issue_with(&template(kind).timestamp_authority(), desk.key(kind)).unwrap();
        // `openssl ts` verifies with its PKCS#7 code, which knows no PSS.
        let tsa = if kind == "rsa" { tsa.signing_with(RsaPkcs1Sha256) } else { tsa };
        for digest in DIGESTS {
            let imprint = digest.digest(DATA);
            desk.write("req", tsp::request(digest, &imprint, Some(&NONCE)));
            // OpenSSL reads the request as we do.
            let text = desk.run("ts -query -in req -text").unwrap();
            assert!(text.contains("Nonce: 0x8001020304050607"), "{text}");
            let response = tsa.timestamp_response(&desk.read("req"), now()).unwrap();
            desk.write("resp", &response);
            let check = "ts -verify -CAfile root.pem -in resp";
            let verdict = desk.run(&format!("{check} -queryfile req"));
            assert!(verdict.is_ok(), "{kind}: {verdict:?}");
            desk.run(&format!("{check} -data data")).unwrap();
            assert!(desk.run(&format!("{check} -data other")).is_err());
            let token = tsp::response_token(&response).unwrap();
            assert!(verify(&token, DATA, &root, &NONCE, &[]).is_valid());
            accepted += 1;
        }
    }
    println!("openssl ts -verify: {accepted} of ours accepted, over other data none");
}

#[test]
fn what_is_no_authority_proves_nothing() {
    let root = root();
    let over = TokenTemplate::over(DATA, now());
    let forge = |identity: &Identity| {
        let token = identity.timestamp(&over).unwrap();
        verify(&token, DATA, &root, &[], &[]).conclusion().1
    };
    // No purpose, a purpose that is not critical, one beside another.
    let document = root.issue(&template("signer").document_signer()).unwrap();
    assert!(forge(&document).is_some());
    let mut soft = template("soft").timestamp_authority();
    soft.extended_key_usage_critical = false;
    assert!(forge(&root.issue(&soft).unwrap()).is_some());
    let mut two = template("two").timestamp_authority();
    two.extended_key_usage.push(Oid::parse("1.3.6.1.5.5.7.3.9").unwrap());
    assert!(forge(&root.issue(&two).unwrap()).is_some());
}

#[test]
fn no_single_bit_change_is_good() {
    let root = root();
    let ca = root.issue(&template("CA").certificate_authority(None)).unwrap();
    let tsa = ca.issue(&template("TSA").timestamp_authority()).unwrap();
    let token = TokenTemplate {
        nonce: Some(vec![0, 0x80, 1, 2, 3, 4, 5, 6, 7]),
        accuracy: Some(1),
        ..TokenTemplate::over(DATA, now())
    };
    let mut token = tsa.timestamp(&token).unwrap();
    if let Some(desk) = Desk::new("openssl ts: single-bit changes") {
        desk.put("tsa", &tsa);
        desk.write("serial", "01\n");
        let sha256 = DigestAlgorithm::Sha256;
        desk.write("req", tsp::request(sha256, &sha256.digest(DATA), Some(&NONCE)));
        // Its token carries the root too.
        desk.write("tsa.cnf", configuration("sha256", "sha256", "no"));
        desk.run("ts -reply -config tsa.cnf -queryfile req -out resp").unwrap();
        token = tsp::response_token(&desk.read("resp")).unwrap();
    }
    let mut flips = 0;
    let report = verify(&token, DATA, &root, &NONCE, &[]);
    assert!(report.is_valid(), "{report:#?}");
    for bit in 0..token.len() * 8 {
        let mut changed = token.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        flips += 1;
        let report = verify(&changed, DATA, &root, &NONCE, &[]);
        assert!(!report.is_valid(), "bit {} of byte {}", bit % 8, bit / 8);
    }
    println!("timestamp token: {flips} single-bit changes, none good");
}
