//! What OpenSSL writes beside the usual: algorithms that are not carried out are named, never called wrong; other forms of
//! what is carried out verify, and do not over other content.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]
#![cfg(feature = "authority")]

#[allow(unused_imports)]
mod openssl;

use motcua_pki::cms::{self, Content, Profile, SignedData};
use motcua_pki::path::{self, Profile as PathProfile, Purpose, RevocationMaterial};
use motcua_pki::{Certificate, Memo};
use openssl::Desk;

/// Without it OpenSSL names the padding of PKCS#1 and does not verify its own.
const PSS: &str = "-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest";
const DATA: &[u8] = b"the bytes of a result\r\n";

/// A key of this kind and a certificate that it signs for itself; false where this OpenSSL does not make one.
fn identity(desk: &Desk, key: &str, request: &str) -> bool {
    desk.run(&format!("genpkey {key} -out signer.key")).is_ok()
        && desk
            .run(&format!(
                "req -x509 -new -key signer.key -subj /CN=Signer -days 3 -out signer.pem {request}"
            ))
            .is_ok()
}

fn sign(desk: &Desk, options: &str) -> Option<Vec<u8>> {
    let made = desk.run(&format!(
        "cms -sign -binary -outform DER -in data -out made -signer signer.pem -inkey signer.key {options}"
    ));
    made.ok().map(|_| desk.read("made"))
}

fn codes(made: &[u8], content: &[u8]) -> Vec<&'static str> {
    let signed = SignedData::parse(made).unwrap();
    let report = cms::verify(&signed, Content::Bytes(content), Profile::Cms);
    let codes = report.against().map(|f| f.code()).collect();
    if report.signature_verifies && report.content_matches {
        codes
    } else {
        [&codes[..], &["-"]].concat()
    }
}

#[test]
fn what_is_not_carried_out_is_named() {
    let Some(desk) = Desk::new("openssl cms -sign, other algorithms") else { return };
    desk.write("data", DATA);
    let (signature, digest) = ("pki.cms_signature_unsupported", "pki.cms_digest_unsupported");
    let p256 = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";
    let rsa = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";
    let cases = [
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-521", "-md sha512", signature),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", "-md sha256", signature),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1", "-md sha256", signature),
        (&format!("{p256} -pkeyopt ec_param_enc:explicit"), "-md sha256", signature),
        (p256, "-md sha512", signature),
        (p256, "-md sha3-256", digest),
        (rsa, "-md sha3-384", digest),
        (rsa, "-md sha224", digest),
        (rsa, "-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:20", signature),
        (rsa, "-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:max", signature),
        (
            rsa,
            "-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest -keyopt rsa_mgf1_md:sha1",
            signature,
        ),
    ];
    let (mut named, mut refused) = (0, Vec::new());
    for (key, options, expected) in cases {
        for form in ["", "-noattr", "-keyid"] {
            if !identity(&desk, key, "") {
                refused.push(format!("{key}: no certificate"));
                continue;
            }
            let Some(made) = sign(&desk, &format!("{options} {form}")) else {
                refused.push(format!("{key} {options}"));
                continue;
            };
            let found = codes(&made, DATA);
            let wrong = found.iter().any(|c| c.ends_with("_wrong") || c.ends_with("_mismatch"));
            assert!(found.contains(&expected) && !wrong, "{key} {options} {form}: {found:?}");
            named += 1;
        }
    }
    println!("OpenSSL: {named} signatures named as unsupported; not made: {refused:?}");
    assert!(named > 20);
}

#[test]
fn other_forms_of_what_is_carried_out() {
    let Some(desk) = Desk::new("openssl cms -sign, other forms") else { return };
    desk.write("data", DATA);
    let cases = [
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:3072", ""),
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:2056", ""),
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3", ""),
        // A key for PSS alone, free and bound to its parameters.
        ("-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", PSS),
        (
            "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha256 \
             -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:32",
            PSS,
        ),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", ""),
    ];
    let mut accepted = 0;
    for (key, options) in cases {
        assert!(identity(&desk, key, ""), "{key}");
        for form in ["", "-noattr", "-keyid", "-stream -nodetach", "-nocerts", "-cades"] {
            let Some(made) = sign(&desk, &format!("-md sha256 {options} {form}")) else {
                println!("OpenSSL does not make: {key} {options} {form}");
                continue;
            };
            let certificate = String::from_utf8(desk.read("signer.pem")).unwrap();
            let others = Certificate::from_pems(&certificate).unwrap();
            let signed = SignedData::parse(&made).unwrap();
            let judge = |content| {
                let report = cms::verify_with(&signed, content, Profile::Cms, &others);
                let good = report.signature_verifies && report.content_matches;
                (good, report.against().map(|f| f.code()).collect::<Vec<_>>())
            };
            assert_eq!(judge(Content::Bytes(DATA)), (true, vec![]), "{key} {options} {form}");
            assert!(!judge(Content::Bytes(b"other")).0);
            if form.contains("nodetach") {
                assert_eq!(judge(Content::Embedded), (true, vec![]), "{key} {options} {form}");
            }
            accepted += 1;
        }
    }
    assert!(accepted > 30, "{accepted}");
    println!("OpenSSL: {accepted} signatures of other forms accepted, over other content none");
}

#[test]
fn several_signers() {
    let Some(desk) = Desk::new("openssl cms -sign, several signers") else { return };
    desk.write("data", DATA);
    let keys = [
        "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
    ];
    for (name, key) in ["one", "two"].iter().zip(keys) {
        assert!(identity(&desk, key, ""));
        std::fs::copy(desk.path("signer.pem"), desk.path(&format!("{name}.pem"))).unwrap();
        std::fs::copy(desk.path("signer.key"), desk.path(&format!("{name}.key"))).unwrap();
    }
    desk.run(
        "cms -sign -binary -outform DER -in data -out made -signer one.pem -inkey one.key -signer two.pem -inkey two.key",
    )
    .unwrap();
    let made = desk.read("made");
    let signed = SignedData::parse(&made).unwrap();
    let mut keys = Vec::new();
    for index in [0, 1] {
        let judge =
            |content| cms::verify_signer(&signed, index, content, Profile::Cms, &[], &Memo::new());
        let report = judge(Content::Bytes(DATA));
        assert!(report.signature_verifies && report.content_matches, "{:?}", report.findings);
        assert_eq!(report.against().count(), 0, "{:?}", report.findings);
        assert!(!judge(Content::Bytes(b"other")).content_matches);
        keys.push(report.signer.unwrap().public_key().name());
    }
    keys.sort();
    assert_eq!(keys, ["ECDSA P-256", "RSA 2048"]);
    // Where one signer is wanted, two are none.
    let report = cms::verify(&signed, Content::Bytes(DATA), Profile::CadesBaseline);
    assert!(report.against().any(|f| f.code() == "pki.cms_signer_count"));
    // A third that is not there.
    let none =
        cms::verify_signer(&signed, 2, Content::Bytes(DATA), Profile::Cms, &[], &Memo::new());
    assert!(none.against().any(|f| f.code() == "pki.cms_signer_count"));
}

#[test]
fn a_key_that_nobody_here_verifies_with() {
    let Some(desk) = Desk::new("openssl x509, other keys") else { return };
    let root = openssl::root();
    desk.put("root", &root);
    let judge = |key: &str| {
        desk.run(&format!("genpkey {key} -out signer.key")).unwrap();
        desk.run("req -new -key signer.key -subj /CN=Signer -out request.pem").unwrap();
        desk.run("x509 -req -in request.pem -CA root.pem -CAkey root.key -days 3 -out signer.pem")
            .unwrap();
        let target = Certificate::from_pem(&String::from_utf8(desk.read("signer.pem")).unwrap());
        let report = path::validate(
            &target.unwrap(),
            &[],
            &[openssl::anchor(&root)],
            openssl::now(),
            &PathProfile::plain(Purpose::Public).without_revocation(),
            &RevocationMaterial::default(),
        );
        report.against().map(|f| f.code()).collect::<Vec<_>>()
    };
    for key in ["P-521", "secp256k1"] {
        let key = format!("-algorithm EC -pkeyopt ec_paramgen_curve:{key}");
        assert_eq!(judge(&key), ["pki.path_key_unsupported"], "{key}");
    }
    assert_eq!(judge("-algorithm ED448"), ["pki.path_key_unsupported"]);
    assert_eq!(judge("-algorithm ED25519"), [""; 0]);
    assert_eq!(judge("-algorithm EC -pkeyopt ec_paramgen_curve:P-384"), [""; 0]);
}
