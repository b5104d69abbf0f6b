//! Path validation of two certificates, as a ratio to parsing them and one raw ring verification,
//! and certval on the same path, measured in the same run. Certificates are read anew each time.
use certval::{
    CertificationPath, CertificationPathResults, CertificationPathSettings, PDVCertificate,
    PDVTrustAnchorChoice, PkiEnvironment, TimeOfInterest,
};
use motcua_pki::Certificate;
use motcua_pki::authority::{Identity, SubjectName, Template};
use motcua_pki::path::{Anchor, Profile, Purpose, RevocationMaterial, validate};
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use std::hint::black_box;
use std::time::Instant;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// Calls in a round: long enough for the clock, shorter than a turn of the scheduler.
const CALLS: u32 = 10;
const ROUNDS: usize = 1001;

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

/// The workloads in turn, so that what else the machine does weighs on all: each one's median time,
/// and the medians of the ratios of the first and third to the second in the same rounds.
fn in_turn(work: [&mut dyn FnMut(); 3]) -> ([f64; 3], [f64; 2]) {
    let [ours, floor, peer] = work;
    let rounds: Vec<[f64; 3]> =
        (0..ROUNDS).map(|_| [round(ours), round(floor), round(peer)]).collect();
    let times = [0, 1, 2].map(|i| median(rounds.iter().map(|r| r[i]).collect()));
    let ratios = [0, 2].map(|i| median(rounds.iter().map(|r| r[i] / r[1]).collect()));
    (times, ratios)
}

/// The peer on the path: its environment and settings are made once, the certificates read in each call.
fn certval(leaf: &[u8], root: &[u8], at: OffsetDateTime) -> impl FnMut() {
    let mut environment = PkiEnvironment::new();
    environment.populate_5280_pki_environment();
    let mut settings = CertificationPathSettings::new();
    settings.set_require_ta_store(false);
    settings.set_check_revocation_status(false);
    let at = u64::try_from(at.unix_timestamp()).expect("after 1970");
    settings.set_time_of_interest(TimeOfInterest::from_unix_secs(at).expect("a time"));
    move || {
        let leaf = PDVCertificate::try_from(black_box(leaf)).expect("a certificate");
        let root = PDVTrustAnchorChoice::try_from(black_box(root)).expect("a certificate");
        let path = CertificationPath::new(root, vec![], leaf);
        let mut results = CertificationPathResults::new();
        environment.validate_path(&environment, &settings, &path, &mut results).expect("valid");
        black_box(results);
    }
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
    let mut peer = certval(leaf, root, at);
    let ([path, raw, peer], [ratio, peers]) = in_turn([&mut path, &mut raw, &mut peer]);
    println!(
        "{name}: path {path:.1} µs, x509-parser and one raw verification {raw:.1} µs: \
         {ratio:.2} times (bar 1.5); certval {peer:.1} µs: {peers:.2} times"
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
