//! Path validation of two certificates, as a ratio to parsing them and one raw ring verification,
//! measured in the same run. Certificates are read anew each time.
use motcua_pki::Certificate;
use motcua_pki::authority::{Identity, SubjectName, Template};
use motcua_pki::path::{Anchor, Profile, Purpose, RevocationMaterial, validate};
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use std::hint::black_box;
use std::time::Instant;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// Calls in a round: long enough for the clock, short enough that two rounds meet the same machine.
const CALLS: u32 = 50;
const ROUNDS: usize = 201;

/// Microseconds a call, over one round.
fn round(work: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    (0..CALLS).for_each(|_| work());
    start.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Two workloads in turn, so that what else the machine does weighs on both: their medians, and the
/// median of the ratios of neighbouring rounds.
fn in_turn(first: &mut dyn FnMut(), second: &mut dyn FnMut()) -> (f64, f64, f64) {
    let rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (round(first), round(second))).collect();
    let ratio = median(rounds.iter().map(|(a, b)| a / b).collect());
    let (a, b) = rounds.into_iter().unzip();
    (median(a), median(b), ratio)
}

fn compare(
    name: &str,
    leaf: &[u8],
    root: &[u8],
    at: OffsetDateTime,
    algorithm: &'static dyn VerificationAlgorithm,
) {
    let parse = || {
        let (_, leaf) =
            x509_parser::parse_x509_certificate(black_box(leaf)).expect("a certificate");
        let (_, root) =
            x509_parser::parse_x509_certificate(black_box(root)).expect("a certificate");
        (leaf, root)
    };
    let mut raw = || {
        let (leaf, root) = parse();
        let key = UnparsedPublicKey::new(algorithm, &root.public_key().subject_public_key.data);
        key.verify(leaf.tbs_certificate.as_ref(), &leaf.signature_value.data).expect("verifies");
    };
    let profile = Profile::plain(Purpose::Public).without_revocation();
    let material = RevocationMaterial::default();
    let mut path = || {
        let leaf = Certificate::from_der(black_box(leaf)).expect("a certificate");
        let root = Certificate::from_der(black_box(root)).expect("a certificate");
        let anchors = [Anchor::new(root, &[Purpose::Public])];
        let report = validate(&leaf, &[], &anchors, at, &profile, &material);
        assert!(report.is_valid(), "{:?}", report.findings);
        black_box(report);
    };
    let (path, raw, ratio) = in_turn(&mut path, &mut raw);
    println!(
        "{name}: path {path:.1} µs, x509-parser and one raw verification {raw:.1} µs: \
         {ratio:.2} times (bar 1.5)"
    );
}

fn main() {
    let now = datetime!(2026-11-24 3:00 UTC);
    let template = |name: &str| {
        let name = SubjectName::new().country("VN").common_name(name);
        Template::new(name, now - Duration::days(9), now + Duration::days(9))
    };
    let root = Identity::root(&template("Root").certificate_authority(None)).expect("a root");
    let leaf = root.issue(&template("Official").document_signer()).expect("a leaf");
    let (leaf, root) = (leaf.certificate().as_der(), root.certificate().as_der());
    compare("P-256", leaf, root, now, &signature::ECDSA_P256_SHA256_ASN1);
    let pkits = "../shared/corpora/pkits/certs";
    let read = |name: &str| std::fs::read(format!("{pkits}/{name}.crt"));
    match (read("GoodCACert"), read("TrustAnchorRootCertificate")) {
        (Ok(leaf), Ok(root)) => {
            let at = datetime!(2012-01-01 0:00 UTC);
            compare("RSA-2048", &leaf, &root, at, &signature::RSA_PKCS1_2048_8192_SHA256);
        }
        _ => println!("SKIPPED: RSA-2048: {pkits} is not there"),
    }
}
