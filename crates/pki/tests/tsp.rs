//! What a timestamp token says, and each rule on it by one that breaks it.
#![cfg(feature = "authority")]
#![allow(clippy::unwrap_used)]

mod made;

use made::{DATA, Made, World, attribute, day, reference, tlv};
use motcua_pki::authority::TokenTemplate;
use motcua_pki::cms::Content;
use motcua_pki::path::{Profile, RevocationMaterial};
use motcua_pki::tsp::{self, TokenContext};
use motcua_pki::{DigestAlgorithm, Oid};

const TST_INFO: [u8; 13] = [6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];

/// The fields of a TSTInfo up to its time.
fn head(version: u8, imprint: &[u8]) -> Vec<u8> {
    let imprint = tlv(0x30, &[made::SHA256.to_vec(), tlv(4, imprint)].concat());
    let time = tlv(0x18, b"20260601120000Z");
    [tlv(2, &[version]), tlv(6, &[0x2a, 3]), imprint, tlv(2, &[5]), time].concat()
}

/// A token signed by the demo world's signer around any TSTInfo.
fn token(world: &World, info: &[u8]) -> Vec<u8> {
    let digest = tlv(4, &DigestAlgorithm::Sha256.digest(info));
    let attributes = vec![
        attribute(&[3], &[&TST_INFO]),
        attribute(&[4], &[&digest]),
        reference(world.signer.certificate(), &[]),
    ];
    let made = Made {
        content_type: TST_INFO.to_vec(),
        content: Some(info.to_vec()),
        version: 3,
        attributes: Some(attributes),
        ..Made::new(world)
    };
    made.build()
}

fn codes(world: &World, fields: &[Vec<u8>]) -> Vec<&'static str> {
    let info = tlv(0x30, &fields.concat());
    let report = tsp::inspect(&token(world, &info), Content::Bytes(DATA), &[]);
    report.own_findings().iter().map(|f| f.code()).collect()
}

#[test]
fn what_a_token_says() {
    let world = World::new();
    let good = || head(1, &DigestAlgorithm::Sha256.digest(DATA));
    assert_eq!(codes(&world, &[good()]), [""; 0]);
    assert_eq!(codes(&world, &[head(1, &[0; 32])]), ["pki.tsp_imprint"]);
    for bad in [head(2, &[0; 32]), head(1, &[0; 31]), [good(), vec![5, 0]].concat()] {
        assert_eq!(codes(&world, &[bad]), ["pki.tsp_malformed"]);
    }
    // Accuracy: seconds, milliseconds, microseconds, within their ranges.
    let accuracy = |parts: &[&[u8]]| tlv(0x30, &parts.concat());
    let fine = accuracy(&[&[2, 1, 1], &[0x80, 1, 2], &[0x81, 1, 3]]);
    let info = tlv(0x30, &[good(), fine].concat());
    let report = tsp::inspect(&token(&world, &info), Content::Bytes(DATA), &[]);
    assert_eq!(report.info.unwrap().accuracy_micros, Some(1_002_003));
    let coarse = accuracy(&[&[0x80, 2, 3, 0xe8]]);
    assert_eq!(codes(&world, &[good(), coarse]), ["pki.tsp_malformed"]);
    // The authority's name is one of its certificate's, or not.
    let name = |der: &[u8]| tlv(0xa0, &tlv(0xa4, der));
    let own = name(world.signer.certificate().subject().as_der());
    assert_eq!(codes(&world, &[good(), own]), [""; 0]);
    let other = name(world.tsa.certificate().subject().as_der());
    assert_eq!(codes(&world, &[good(), other]), ["pki.tsp_authority"]);
    // An extension, and a critical one.
    let extension = |critical: &[u8]| {
        let one = tlv(0x30, &[&[6, 2, 0x2a, 3][..], critical, &[4, 0]].concat());
        tlv(0xa1, &one)
    };
    assert_eq!(codes(&world, &[good(), extension(&[])]), [""; 0]);
    assert_eq!(codes(&world, &[good(), extension(&[1, 1, 0xff])]), ["pki.tsp_extension"]);
}

#[test]
fn what_is_asked_of_a_token() {
    let world = World::new();
    let template =
        TokenTemplate { nonce: Some(vec![0, 0x80, 1]), ..TokenTemplate::over(DATA, day(2026, 6)) };
    let token = world.tsa.timestamp(&template).unwrap();
    let judge = |nonce: &[u8], policy: &Oid, now| {
        let context = TokenContext {
            nonce: Some(nonce),
            policies: std::slice::from_ref(policy),
            now,
            certificates: &[],
            anchors: &[world.anchor()],
            profile: &Profile::timestamping().without_revocation(),
            revocation: &RevocationMaterial::default(),
            memo: &motcua_pki::Memo::new(),
        };
        let report = tsp::verify(&token, DATA, &context);
        let codes: Vec<_> = report.findings.iter().map(|f| f.code()).collect();
        assert_eq!(report.is_valid(), codes.is_empty(), "{report:#?}");
        codes
    };
    let (nonce, policy) = ([0x80, 1], &template.policy);
    assert_eq!(judge(&nonce, policy, day(2026, 7)), [""; 0]);
    assert_eq!(judge(&[0, 0, 0x80, 1], policy, day(2026, 7)), [""; 0]);
    assert_eq!(judge(&[1], policy, day(2026, 7)), ["pki.tsp_nonce"]);
    let other = Oid::parse("1.2.3").unwrap();
    assert_eq!(judge(&nonce, &other, day(2026, 7)), ["pki.tsp_policy"]);
    assert_eq!(judge(&nonce, policy, day(2026, 5)), ["pki.tsp_future"]);
    // The authority's path is judged at the token's time: it does not matter that it has expired since.
    assert_eq!(judge(&nonce, policy, day(2040, 1)), [""; 0]);
}
