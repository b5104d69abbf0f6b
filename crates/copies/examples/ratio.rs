//! `cargo xtask bench`: issuing and verifying a scanned PDF of about 1 MB, and verifying one of 52 MB, as a ratio to one SHA-256 of
//! the file and the raw ring operations, measured in the same run. With a folder as argument it writes both copies and their root
//! there, for the command and other programs to be measured on.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::float_arithmetic
)]

use std::hint::black_box;
use std::time::Instant;

use motcua_copies::facts::{CopyFacts, RegisterEntry};
use motcua_copies::issue::existing::{SignatureOptions, sign_existing};
use motcua_copies::issue::{Fonts, Original, Pending, describe, issue};
use motcua_copies::verify::Expect;
use motcua_copies::{Policy, verify};
use motcua_pki::Signer as _;
use motcua_pki::authority::Demo;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};
use time::macros::{date, datetime};

/// Runs of each measurement: enough that others who use the machine leave some of them alone.
const RUNS: usize = 400;
/// Runs of what takes long.
const FEW: usize = 15;

/// The fastest of many runs, in microseconds, as others may use the machine.
fn measure(mut work: impl FnMut()) -> f64 {
    measure_after(RUNS, || (), |()| work())
}

/// The fastest of `runs`, each after a preparation that does not count.
fn measure_after<T>(runs: usize, mut prepare: impl FnMut() -> T, mut work: impl FnMut(T)) -> f64 {
    (0..runs)
        .map(|_| {
            let prepared = prepare();
            let start = Instant::now();
            work(prepared);
            start.elapsed().as_secs_f64() * 1e6
        })
        .fold(f64::INFINITY, f64::min)
}

/// Scans in the large copy: 52 MB.
const BOOK: usize = 59;

fn main() {
    let scan = include_bytes!("../../../examples/originals/diploma-scan.pdf");
    let now = datetime!(2026-11-24 03:00 UTC);
    let demo = Demo::new(now).unwrap();
    let originals = [Original { bytes: scan, dpi: None }];
    let facts = CopyFacts {
        template: "copy-2025-11".into(),
        register: RegisterEntry {
            number: 1,
            book: "01".into(),
            year: 2026,
            act_code: "SCTĐT/BS".into(),
        },
        certified_on: date!(2026 - 11 - 24),
        signed_at: now,
        agency: "ỦY BAN NHÂN DÂN PHƯỜNG MẪU".into(),
        agency_id: "H99.1".into(),
        place: "phường Mẫu".into(),
        official: "Nguyễn Văn Mẫu".into(),
        capacity: "TUQ. CHỦ TỊCH".into(),
        mandate: None,
        co_officials: Vec::new(),
        statement_place: None,
        original: describe(&originals, 2).unwrap(),
        copy_id: "BS-1".into(),
        dossier: "H99.1-261124-0001".into(),
        procedure: "2.000815".into(),
        applicant: String::new(),
        paper: "Bằng cử nhân".into(),
        system: "motcua".into(),
        link: "https://dichvucong.example/v".into(),
        secret: "0123456789".into(),
    };
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let make = || issue(&originals, &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap();
    let copy = make();
    let policy = Policy::from_json(
        &serde_json::json!({
            "id": "bench", "anchors_pem": [demo.root.certificate().to_pem()], "trust_list_as_of": "2026-11-24",
            "at": "2026-11-24T04:00:00Z", "revocation": "not_checked",
        })
        .to_string(),
    )
    .unwrap();

    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let key =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
    let signature = key.sign(&random, b"message").unwrap();
    let public =
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.public_key().as_ref().to_vec());

    let hash = measure(|| {
        black_box(ring::digest::digest(&ring::digest::SHA256, black_box(&copy)));
    });
    let sign = measure(|| {
        black_box(key.sign(&random, b"message").unwrap());
    });
    let check = measure(|| public.verify(b"message", signature.as_ref()).unwrap());
    let sides = (
        (official.certificate_chain(), official.algorithm()),
        (agency.certificate_chain(), agency.algorithm()),
    );
    let prepared =
        Pending::prepare(&originals, &facts, Fonts::LIBERATION_SERIF, sides.0, sides.1).unwrap();
    let signed = measure_after(
        RUNS,
        || prepared.clone(),
        |prepared| drop(black_box(prepared.sign(&official, &agency).unwrap())),
    );
    let issued = measure(|| drop(black_box(make())));
    let checked = measure(|| drop(black_box(verify(&copy, &policy))));
    println!(
        "file {} bytes; H {hash:.0} µs, S {sign:.0} µs, V {check:.0} µs (P-256, ring)",
        copy.len()
    );
    let raw = hash + 2.0 * sign;
    println!("sign a prepared copy    {signed:.0} µs = {:.2} × (H + 2 S)", signed / raw);
    println!("issue from the original {issued:.0} µs = {:.2} × (H + 2 S)", issued / raw);
    println!(
        "verify both signatures  {checked:.0} µs = {:.2} × (H + 4 V)",
        checked / (hash + 4.0 * check)
    );

    // Any PDF with one signature, from the file to the file.
    let options = SignatureOptions::new("Signature", now);
    let result = sign_existing(scan, &options, &official).unwrap();
    let any = Policy { expect: Expect::SignedDocument, ..policy.clone() };
    let hash_of_one = measure(|| {
        black_box(ring::digest::digest(&ring::digest::SHA256, black_box(&result)));
    });
    let signed_one = measure(|| drop(black_box(sign_existing(scan, &options, &official).unwrap())));
    let checked_one = measure(|| drop(black_box(verify(&result, &any))));
    let (one, other) =
        (signed_one / (hash_of_one + sign), checked_one / (hash_of_one + 2.0 * check));
    println!("sign another PDF        {signed_one:.0} µs = {one:.2} × (H + S)");
    println!("verify its signature    {checked_one:.0} µs = {other:.2} × (H + 2 V)");

    let many = vec![Original { bytes: scan, dpi: None }; BOOK];
    let facts = CopyFacts { original: describe(&many, 2).unwrap(), ..facts };
    let book = issue(&many, &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap();
    let whole = measure_after(
        FEW,
        || (),
        |()| {
            black_box(ring::digest::digest(&ring::digest::SHA256, black_box(&book)));
        },
    );
    let verified = measure_after(FEW, || (), |()| drop(black_box(verify(&book, &policy))));
    println!(
        "verify {} bytes    {verified:.0} µs = {:.2} × H ({whole:.0} µs)",
        book.len(),
        verified / whole
    );
    let figures = serde_json::json!({
        "sign": signed / raw, "sign_us": signed, "issue": issued / raw, "issue_us": issued,
        "verify": checked / (hash + 4.0 * check), "verify_us": checked, "verify_book": verified / whole,
        "sign_one": one, "verify_one": other,
    });
    if let Some(folder) = std::env::args_os().nth(1).map(std::path::PathBuf::from) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("copy.pdf"), &copy).unwrap();
        std::fs::write(folder.join("book.pdf"), &book).unwrap();
        std::fs::write(folder.join("root.pem"), demo.root.certificate().to_pem()).unwrap();
        println!("{figures}");
    }
}
