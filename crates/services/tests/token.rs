//! Keys in tokens, by SoftHSM2: signing from several threads, and every way to be refused. A module reads where its tokens lie from the
//! environment when it is loaded, so the test runs itself again with that set.
#![cfg(feature = "pkcs11")]
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::process::Command;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, CertificateType, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use motcua_pki::authority::{Identity, PrivateKey, SubjectName, Template};
use motcua_pki::{Certificate, SignatureAlgorithm, Signer as _};
use motcua_services::Error;
use motcua_services::token::{Pin, TokenSigner, TokenUri};
use time::OffsetDateTime;
use zeroize::Zeroizing;

const MODULES: [&str; 2] =
    ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];
const PIN: &str = "248163";
/// Tokens made: two of one name.
const TOKENS: [&str; 5] = ["rsa", "ec", "p384", "twin", "twin"];

fn run(program: &str, folder: &Path, arguments: &str) {
    let done = Command::new(program)
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .env("SOFTHSM2_CONF", folder.join("softhsm2.conf"))
        .output()
        .unwrap();
    assert!(done.status.success(), "{program} {arguments}: {done:?}");
}

fn template(name: &str) -> Template {
    let (now, days) = (OffsetDateTime::now_utc(), time::Duration::days(30));
    let now = now.replace_nanosecond(0).unwrap();
    Template::new(SubjectName::new().country("VN").common_name(name), now - days, now + days)
}

#[test]
fn keys_in_tokens() {
    if std::env::var_os("MOTCUA_TOKENS_READY").is_some() {
        return inside();
    }
    let there = MODULES.iter().any(|m| Path::new(m).exists());
    if !there || Command::new("softhsm2-util").arg("--version").output().is_err() {
        println!("SKIPPED: keys in tokens: softhsm2 is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::create_dir(at.join("tokens")).unwrap();
    let conf = format!("directories.tokendir = {}\n", at.join("tokens").display());
    std::fs::write(at.join("softhsm2.conf"), conf).unwrap();
    for token in TOKENS {
        let make = format!("--init-token --free --label {token} --pin {PIN} --so-pin 13579135");
        run("softhsm2-util", at, &make);
    }
    for name in ["rsa", "other"] {
        let make = format!("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out {name}.pem");
        run("openssl", at, &make);
    }
    run("openssl", at, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem");
    run("openssl", at, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.pem");
    for (token, id) in [("rsa", "01"), ("ec", "02"), ("p384", "03")] {
        let put = format!("--import {token}.pem --token {token} --label key --id {id} --pin {PIN}");
        run("softhsm2-util", at, &put);
    }
    let again = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "keys_in_tokens", "--nocapture"])
        .env("MOTCUA_TOKENS_READY", at)
        .env("SOFTHSM2_CONF", at.join("softhsm2.conf"))
        .output()
        .unwrap();
    println!("{}", String::from_utf8_lossy(&again.stdout));
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
}

#[derive(Clone)]
struct Bench {
    module: PathBuf,
    rsa: Vec<Certificate>,
    ec: Vec<Certificate>,
    p384: Vec<Certificate>,
    /// Of an RSA key that is in no token.
    other: Vec<Certificate>,
}

impl Bench {
    fn open(&self, at: &str, pin: &str, chain: &[Certificate]) -> Result<TokenSigner, Error> {
        self.open_with(at, pin, chain, None)
    }

    fn open_with(
        &self,
        at: &str,
        pin: &str,
        chain: &[Certificate],
        algorithm: Option<SignatureAlgorithm>,
    ) -> Result<TokenSigner, Error> {
        let at = TokenUri::parse(at).unwrap().with_module(self.module.clone());
        let pin = Pin::new(Zeroizing::new(pin.to_owned()));
        TokenSigner::open(&at, &pin, chain.to_vec(), algorithm)
    }
}

fn inside() {
    let folder = PathBuf::from(std::env::var_os("MOTCUA_TOKENS_READY").unwrap());
    let root = Identity::root(&template("Root").certificate_authority(None)).unwrap();
    let issued = |name: &str| {
        let pem = std::fs::read_to_string(folder.join(format!("{name}.pem"))).unwrap();
        let key = PrivateKey::from_pkcs8_pem(&pem).unwrap();
        let one = root.issue_with(&template(name).document_signer(), key).unwrap();
        one.chain().to_vec()
    };
    let module = MODULES.iter().map(PathBuf::from).find(|m| m.exists()).unwrap();
    let bench = Bench {
        module,
        rsa: issued("rsa"),
        ec: issued("ec"),
        p384: issued("p384"),
        other: issued("other"),
    };
    refused(&bench);
    signed(&bench);
    chains(&bench);
    println!(
        "SoftHSM2: RSA-PSS, PKCS#1, P-256 and P-384 signed and checked, 8 threads; 11 refusals"
    );
}

fn code(result: Result<TokenSigner, Error>, says: &str) -> &'static str {
    let e = result.unwrap_err();
    assert!(e.to_string().contains(says), "{e}");
    assert!(!format!("{e} {e:?}").contains("999999"), "a PIN is told: {e:?}");
    e.code()
}

fn refused(bench: &Bench) {
    let b = bench;
    assert_eq!(code(b.open("pkcs11:token=none", PIN, &b.rsa), "none"), "services.token_not_found");
    assert_eq!(
        code(b.open("pkcs11:token=twin", PIN, &b.rsa), "2 tokens"),
        "services.token_ambiguous"
    );
    let wrong = b.open("pkcs11:token=rsa", "999999", &b.rsa);
    assert_eq!(code(wrong, "few tries are left"), "services.token_pin");
    let no_key = b.open("pkcs11:token=rsa;object=other", PIN, &b.rsa);
    assert_eq!(code(no_key, "object=other"), "services.token_no_key");
    // A certificate of another key: of the same kind, and of another.
    for (chain, says) in [(&b.other, "not the key's"), (&b.ec, "another kind (ECDSA P-256)")] {
        let other = b.open("pkcs11:token=rsa", PIN, chain);
        assert_eq!(code(other, says), "services.token_certificate");
    }
    let none = b.open("pkcs11:token=rsa", PIN, &[]);
    assert_eq!(code(none, "there is none"), "services.token_certificate");
    let nowhere = Bench { module: "/nowhere.so".into(), ..b.clone() };
    assert_eq!(
        code(nowhere.open("pkcs11:token=rsa", PIN, &b.rsa), "/nowhere.so"),
        "services.token_module"
    );
    let nothing = TokenUri::parse("pkcs11:token=rsa").unwrap();
    let pin = Pin::new(Zeroizing::new(PIN.to_owned()));
    assert_eq!(
        code(TokenSigner::open(&nothing, &pin, b.rsa.clone(), None), "module-path"),
        "services.token_uri"
    );
}

fn signed(b: &Bench) {
    let rsa = b.open("pkcs11:token=rsa;object=key;id=%01", PIN, &b.rsa).unwrap();
    let ec = b.open("pkcs11:token=ec", PIN, &b.ec).unwrap();
    let old = Some(SignatureAlgorithm::RsaPkcs1Sha256);
    let old = b.open_with("pkcs11:token=rsa", PIN, &b.rsa, old).unwrap();
    assert_eq!(rsa.algorithm(), SignatureAlgorithm::RsaPssSha256);
    assert_eq!(ec.algorithm(), SignatureAlgorithm::EcdsaP256Sha256);
    let large = b.open("pkcs11:token=p384", PIN, &b.p384).unwrap();
    let signers = [&rsa, &ec, &old, &large];
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for i in 0..20 {
                    let signer = signers[(thread + i) % 4];
                    let message = format!("{thread}/{i}").into_bytes();
                    let made = signer.sign(&message).unwrap();
                    let key = signer.certificate_chain()[0].public_key();
                    let identifier = signer.algorithm().identifier();
                    key.verify_signature(&identifier, &message, &made).unwrap();
                    assert!(key.verify_signature(&identifier, b"other", &made).is_err());
                }
            });
        }
    });
    assert!(!format!("{rsa:?}").contains(PIN));
}

/// Certificates that lie in the token, and a key that asks for its PIN each time.
fn chains(b: &Bench) {
    let context = Pkcs11::new(&b.module).unwrap();
    // The signer did that already.
    let _ = context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
    let slots = context.get_slots_with_initialized_token().unwrap();
    let slot = |label: &str| {
        let mut of = slots.iter().filter(|s| context.get_token_info(**s).unwrap().label() == label);
        *of.next().unwrap()
    };
    let pin = AuthPin::from(PIN);
    let session = context.open_rw_session(slot("ec")).unwrap();
    session.login(UserType::User, Some(&pin)).unwrap();
    // The issuer's namesake, of another key, comes before it.
    let namesake = Identity::root(&template("Root").certificate_authority(None)).unwrap();
    let kept = [&b.ec[0], namesake.certificate(), &b.ec[1]];
    for (certificate, id) in kept.into_iter().zip([2, 76, 77]) {
        let object = [
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            Attribute::Token(true),
            Attribute::Id(vec![id]),
            Attribute::Subject(vec![0x30, 0]),
            Attribute::Value(certificate.as_der().to_vec()),
        ];
        session.create_object(&object).unwrap();
    }
    // The whole chain from the token, or its upper end.
    for given in [&b.ec[..0], &b.ec[..1]] {
        let signer = b.open("pkcs11:token=ec", PIN, given).unwrap();
        assert_eq!(signer.certificate_chain(), b.ec);
    }
    let serial = context.get_token_info(slot("twin")).unwrap().serial_number().to_owned();
    let session = context.open_rw_session(slot("twin")).unwrap();
    session.login(UserType::User, Some(&pin)).unwrap();
    let kept = [Attribute::Token(true), Attribute::ModulusBits(2048.into())];
    let (always, twice) = (Attribute::AlwaysAuthenticate(true), Attribute::Label(b"x".to_vec()));
    let private = [Attribute::Token(true), always, twice];
    let make = Mechanism::RsaPkcsKeyPairGen;
    session.generate_key_pair(&make, &kept, &private).unwrap();
    let at = format!("pkcs11:token=twin;serial={serial}");
    let refused = b.open(&at, PIN, &b.rsa);
    assert_eq!(code(refused, "at each signature"), "services.token_always_authenticate");
    session.generate_key_pair(&make, &kept, &private).unwrap();
    assert_eq!(code(b.open(&at, PIN, &b.rsa), "2 keys"), "services.token_ambiguous");
}
