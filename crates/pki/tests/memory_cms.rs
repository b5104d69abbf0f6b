//! No input allocates more than eight times its size: hostile CMS and tokens, each shaped to cost as much as it can, measured
//! as the peak of the whole process.
#![cfg(feature = "authority")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod made;

use made::tlv;
use motcua_pki::cms::{self, Content, Profile, SignedData};
use motcua_pki::tsp;

const PKCS7: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7];
const SHA256: [u8; 13] = [0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];

fn oid(last: u8) -> Vec<u8> {
    tlv(6, &[&PKCS7[..], &[last]].concat())
}

/// Counts what is allocated.
#[global_allocator]
static ALLOCATED: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

/// Peak bytes above what the process had before.
fn peak(run: impl FnOnce()) -> usize {
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    run();
    ALLOCATED.peak_usage().saturating_sub(before)
}

/// A SignedData of these parts.
fn signed(
    digests: &[u8],
    content: &[u8],
    certificates: &[u8],
    crls: &[u8],
    signers: &[u8],
) -> Vec<u8> {
    let body = [
        tlv(2, &[1]),
        tlv(0x31, digests),
        tlv(0x30, &[oid(1), tlv(0xa0, content)].concat()),
        tlv(0xa0, certificates),
        tlv(0xa1, crls),
        tlv(0x31, signers),
    ];
    tlv(0x30, &[oid(2), tlv(0xa0, &tlv(0x30, &body.concat()))].concat())
}

fn signer(attributes: &[u8]) -> Vec<u8> {
    let id = tlv(0x80, &[1; 20]);
    let parts = [
        tlv(2, &[3]),
        id,
        SHA256.to_vec(),
        tlv(0xa0, attributes),
        SHA256.to_vec(),
        tlv(4, &[0; 64]),
        tlv(0xa1, attributes),
    ];
    tlv(0x30, &parts.concat())
}

#[test]
fn hostile_cms_and_tokens_stay_within_eight_times_their_size() {
    const SIZE: usize = 1 << 20;
    let fill = |piece: &[u8]| piece.repeat(SIZE / piece.len());
    let small = |piece: &[u8], count: usize| piece.repeat(count);
    let octets = tlv(4, b"x");
    let certificate = tlv(0x30, &[5, 0].repeat(31));
    let attribute = tlv(0x30, &[oid(9), tlv(0x31, &[5, 0])].concat());
    let values = tlv(0x30, &[oid(9), tlv(0x31, &fill(&[5, 0]))].concat());
    // An octet string in a million pieces, of indefinite length.
    let pieces = [&[0x24, 0x80][..], &fill(&[4, 1, 7]), &[0, 0]].concat();
    let shapes: Vec<(&str, Vec<u8>)> = vec![
        ("content", signed(&SHA256, &tlv(4, &fill(b"x")), &[], &[], &[])),
        ("pieces", signed(&SHA256, &pieces, &[], &[], &[])),
        ("digests", signed(&fill(&SHA256), &octets, &[], &[], &[])),
        ("certificates", signed(&SHA256, &octets, &fill(&certificate), &[], &[])),
        ("tiny certificates", signed(&SHA256, &octets, &fill(&[0x30, 0]), &[], &[])),
        ("other certificates", signed(&SHA256, &octets, &fill(&[0xa3, 0]), &[], &[])),
        ("lists", signed(&SHA256, &octets, &[], &fill(&certificate), &[])),
        ("signers", signed(&SHA256, &octets, &[], &[], &fill(&signer(&attribute)))),
        ("attributes", signed(&SHA256, &octets, &[], &[], &signer(&fill(&attribute)))),
        ("values", signed(&SHA256, &octets, &[], &[], &signer(&values))),
        ("allowed attributes", {
            let many = small(&attribute, 200);
            signed(&SHA256, &tlv(4, &fill(b"x")), &[], &[], &signer(&many))
        }),
        ("nested", fill(&[0x30, 0x80])),
        ("texts", {
            let text = fill(&tlv(12, b"x"));
            tlv(0x30, &tlv(0x30, &[tlv(2, &[2]), tlv(0x30, &text)].concat()))
        }),
    ];
    let mut worst = 0.0_f64;
    for (name, bytes) in shapes {
        let used = peak(|| {
            if let Ok(signed) = SignedData::parse(&bytes) {
                for profile in [Profile::PadesBaseline, Profile::Timestamp] {
                    let _ = cms::verify(&signed, Content::Embedded, profile);
                }
            }
            let _ = tsp::Response::from_der(&bytes);
            let _ = tsp::inspect(&bytes, Content::Bytes(b"x"), &[]);
        });
        #[allow(clippy::cast_precision_loss)]
        let times = used as f64 / bytes.len() as f64;
        println!("{name}: {} bytes, {times:.1} times as much", bytes.len());
        worst = worst.max(times);
        assert!(times < 8.0, "{name}: {times}");
    }
    println!("hostile CMS and tokens: at most {worst:.1} times the size of the input");
}
