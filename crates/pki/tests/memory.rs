//! No input makes its reader hold more than eight times its size, plus a fixed allowance for what
//! every certificate, list or response costs however small it is.
#![cfg(feature = "authority")]
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, clippy::panic)]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use motcua_pki::ocsp::OcspResponse;
use motcua_pki::path::{self, Anchor, Conformance, Profile, Purpose, RevocationMaterial};
use motcua_pki::{Certificate, Crl, MemorySigner, PublicKey, jws};
use peak_alloc::PeakAlloc;
use std::path::{Path, PathBuf};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Bytes that do not grow with the input: two names of at most 64 parts while the parser reads them.
const ALLOWANCE: usize = 64 * 1024;

/// Inputs that are accepted, however strange.
const READ: [&str; 14] = [
    "a text that grows",
    "the same in UTF-8",
    "the same in 32 bits",
    "marks",
    "marks apart",
    "Latin text",
    "critical extensions with a long subject",
    "a CRL of an issuer whose name grows",
    "a small certificate",
    "as many names as are read",
    "alternative names",
    "name constraints",
    "entries of a CRL",
    "answers",
];

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    if length < 0x80 {
        out.push(u8::try_from(length).unwrap());
    } else {
        let bytes = length.to_be_bytes();
        let digits: Vec<u8> = bytes.into_iter().skip_while(|b| *b == 0).collect();
        out.push(0x80 | u8::try_from(digits.len()).unwrap());
        out.extend(digits);
    }
    out.extend(content);
    out
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

const ALGORITHM: &[u8] = &[0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

fn certificate(subject: &[u8], extensions: &[u8]) -> Vec<u8> {
    let key = [&[0, 4], [1; 64].as_slice()].concat();
    let kind = sequence(&[
        &tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]),
        &tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]),
    ]);
    let time = tlv(0x17, b"260101000000Z");
    let tbs = sequence(&[
        &tlv(0xa0, &[2, 1, 2]),
        &[2, 1, 1],
        ALGORITHM,
        &tlv(0x30, subject),
        &sequence(&[&time, &time]),
        &tlv(0x30, subject),
        &sequence(&[&kind, &tlv(3, &key)]),
        &tlv(0xa3, &tlv(0x30, extensions)),
    ]);
    sequence(&[&tbs, ALGORITHM, &tlv(3, &[0, 1])])
}

/// A signed text whose signature cannot hold.
fn signed_text(chain: &[&Vec<u8>], payload: &[u8]) -> Vec<u8> {
    let x5c: Vec<String> = chain.iter().map(|der| STANDARD.encode(der)).collect();
    let header = format!(r#"{{"alg":"ES256","typ":"x","x5c":["{}"]}}"#, x5c.join(r#"",""#));
    let parts = [header.as_bytes(), payload, &[7; 64]];
    parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".").into_bytes()
}

fn extension(last: u8, value: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(6, &[0x55, 0x1d, last]), &tlv(4, value)])
}

/// The content of a name of one attribute.
fn common_name(kind: u8, text: &[u8]) -> Vec<u8> {
    tlv(0x31, &sequence(&[&[6, 3, 0x55, 4, 3], &tlv(kind, text)]))
}

fn crl(entries: &[u8], extensions: &[u8]) -> Vec<u8> {
    crl_of(&tlv(0x30, &[]), entries, extensions)
}

fn crl_of(issuer: &[u8], entries: &[u8], extensions: &[u8]) -> Vec<u8> {
    let time = tlv(0x17, b"260101000000Z");
    let tbs = sequence(&[
        &[2, 1, 1],
        ALGORITHM,
        issuer,
        &time,
        &time,
        &tlv(0x30, entries),
        &tlv(0xa0, &tlv(0x30, extensions)),
    ]);
    sequence(&[&tbs, ALGORITHM, &tlv(3, &[0, 1])])
}

fn ocsp(singles: &[u8], certificates: &[u8]) -> Vec<u8> {
    let time = tlv(0x18, b"20260101000000Z");
    let tbs = sequence(&[&tlv(0xa2, &tlv(4, &[1; 20])), &time, &tlv(0x30, singles)]);
    let basic =
        sequence(&[&tbs, ALGORITHM, &tlv(3, &[0, 1]), &tlv(0xa0, &tlv(0x30, certificates))]);
    let kind = tlv(6, &[0x2b, 6, 1, 5, 5, 7, 48, 1, 1]);
    let bytes = sequence(&[&kind, &tlv(4, &basic)]);
    sequence(&[&[0x0a, 1, 0], &tlv(0xa0, &bytes)])
}

/// Bytes held at the highest while `read` runs, over what was held before.
fn peak(read: impl FnOnce() -> bool) -> (usize, bool) {
    HEAP.reset_peak_usage();
    let before = HEAP.current_usage();
    let accepted = read();
    (HEAP.peak_usage().saturating_sub(before), accepted)
}

/// Every reader of this crate that takes bytes from outside; those of CMS and tokens are in `memory_cms.rs`.
fn readers(bytes: &[u8]) -> [(&'static str, usize, bool); 8] {
    let (a, certificate) = peak(|| Certificate::from_der(bytes).is_ok());
    let (b, crl) = peak(|| Crl::from_der(bytes).is_ok());
    let (c, ocsp) = peak(|| OcspResponse::from_der(bytes).is_ok());
    let (d, key) = peak(|| PublicKey::from_spki_der(bytes).is_ok());
    let (e, plain) = peak(|| MemorySigner::from_pkcs8_der(bytes, Vec::new()).is_ok());
    let (f, encrypted) =
        peak(|| MemorySigner::from_encrypted_pkcs8_der(bytes, b"password", Vec::new()).is_ok());
    let (g, path) = peak(|| validated(bytes));
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let (h, signed) = peak(|| jws::verify(text, 8 << 20).is_ok());
    [
        ("certificate", a, certificate),
        ("CRL", b, crl),
        ("OCSP", c, ocsp),
        ("public key", d, key),
        ("private key", e, plain),
        ("encrypted private key", f, encrypted),
        ("path", g, path),
        ("signed text", h, signed),
    ]
}

/// A path from the bytes as a certificate, over itself, to itself and to another anchor, with the bytes as CRL and OCSP
/// response: whatever comes of it.
fn validated(bytes: &[u8]) -> bool {
    let Ok(certificate) = Certificate::from_der(bytes) else { return false };
    let now = certificate.not_before();
    let anchors = [Anchor::new(certificate.clone(), &[Purpose::Public])];
    let profile = Profile {
        conformance: Conformance::Required,
        ..Profile::document_signing(Purpose::Public)
    };
    let material =
        RevocationMaterial { crls: vec![bytes.to_vec()], ocsp_responses: vec![bytes.to_vec()] };
    let own = std::slice::from_ref(&certificate);
    for anchors in [&anchors[..], &[]] {
        let report = path::validate(&certificate, own, anchors, now, &profile, &material);
        assert!(!report.findings.is_empty());
    }
    true
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

// One test: the peak is one for the whole process.
#[test]
fn nothing_read_holds_more_than_eight_times_its_size() {
    let many = |one: &[u8], count: usize| one.repeat(count);
    let name = tlv(0x31, &sequence(&[&[6, 1, 0x2a], &[0x0c, 0]]));
    let names = many(&tlv(0x82, b""), 100_000);
    let single = {
        let id = sequence(&[&sequence(&[&[6, 1, 0x2a]]), &[4, 0], &[4, 0], &[2, 1, 1]]);
        sequence(&[&id, &[0x80, 0], &tlv(0x18, b"20260101000000Z")])
    };
    let entry = sequence(&[&[2, 1, 1], &tlv(0x17, b"260101000000Z")]);
    let small = certificate(&[], &[]);
    let point = sequence(&[&tlv(0xa2, &tlv(0x82, b""))]);
    let subtree = sequence(&[&tlv(0x82, b"")]);
    let aliases = {
        let issuer = sequence(&[&tlv(6, &[0x55, 0x1d, 29]), &tlv(4, &tlv(0x30, &names[..2000]))]);
        sequence(&[&[2, 1, 1], &tlv(0x17, b"260101000000Z"), &tlv(0x30, &issuer)])
    };
    let inputs: Vec<(&str, Vec<u8>)> = vec![
        ("a small certificate", small.clone()),
        ("names in a subject", certificate(&many(&name, 10_000), &[])),
        ("as many names as are read", certificate(&many(&name, 64), &[])),
        ("alternative names", certificate(&[], &extension(17, &tlv(0x30, &names)))),
        (
            "name constraints",
            certificate(&[], &extension(30, &tlv(0x30, &tlv(0xa0, &many(&subtree, 50_000))))),
        ),
        (
            "distribution points",
            certificate(&[], &extension(31, &tlv(0x30, &many(&point, 30_000)))),
        ),
        ("key usages", certificate(&[], &extension(37, &tlv(0x30, &many(&[6, 1, 0x2a], 60_000))))),
        (
            "policies",
            certificate(
                &[],
                &extension(32, &tlv(0x30, &many(&sequence(&[&[6, 1, 0x2a]]), 40_000))),
            ),
        ),
        ("extensions", certificate(&[], &many(&sequence(&[&[6, 1, 0x2a], &[4, 0]]), 20_000))),
        ("nesting", many(&[0x30, 0x82, 0x7f, 0xff], 30_000)),
        ("entries of a CRL", crl(&many(&entry, 100_000), &[])),
        ("issuers in a CRL", crl(&many(&aliases, 40), &[])),
        ("extensions of a CRL", crl(&[], &many(&sequence(&[&[6, 1, 0x2a], &[4, 0]]), 50_000))),
        ("different extensions of a CRL", {
            let one = |i: usize| {
                let id = [0x2a, 0x81 + (i >> 14) as u8, 0x80 | (i >> 7) as u8, (i & 0x7f) as u8];
                sequence(&[&tlv(6, &id), &[4, 0]])
            };
            crl(&[], &(0..50_000).flat_map(one).collect::<Vec<u8>>())
        }),
        // Texts that normalisation makes long, or holds whole.
        ("a text that grows", certificate(&common_name(0x1e, &many(&[0xfd, 0xfa], 15_000)), &[])),
        ("the same in UTF-8", certificate(&common_name(12, &many("ﷺ".as_bytes(), 10_000)), &[])),
        ("the same in 32 bits", {
            certificate(&common_name(0x1c, &many(&[0, 0, 0xfd, 0xfa], 7_000)), &[])
        }),
        ("marks", certificate(&common_name(12, &many("\u{302}\u{323}".as_bytes(), 8_000)), &[])),
        ("marks apart", {
            let run = ["\u{302}\u{323}".repeat(15), "\u{200b}".to_owned()].concat();
            certificate(&common_name(12, &many(run.as_bytes(), 400)), &[])
        }),
        ("Latin text", certificate(&common_name(0x14, &many(&[0xe9], 30_000)), &[])),
        ("attributes in one part", {
            let pair = sequence(&[&[6, 1, 0x2a], &[0x0c, 0]]);
            certificate(&many(&tlv(0x31, &many(&pair, 64)), 64), &[])
        }),
        ("names of distribution points", {
            let aliases = tlv(0xa0, &tlv(0xa0, &many(&tlv(0x82, b""), 64)));
            certificate(&[], &extension(31, &tlv(0x30, &many(&sequence(&[&aliases]), 128))))
        }),
        ("directory names of distribution points", {
            let directory = tlv(0xa4, &tlv(0x30, &many(&name, 64)));
            let point = sequence(&[&tlv(0xa2, &many(&directory, 64))]);
            certificate(&[], &extension(31, &tlv(0x30, &many(&point, 4))))
        }),
        ("directory names of an issuer", {
            let directory = tlv(0xa4, &tlv(0x30, &many(&name, 64)));
            let identifier = [tlv(0xa1, &many(&directory, 300)), tlv(0x82, &[1])].concat();
            certificate(&[], &extension(35, &tlv(0x30, &identifier)))
        }),
        ("directory names", {
            let directory = tlv(0xa4, &tlv(0x30, &many(&name, 64)));
            certificate(&[], &extension(17, &tlv(0x30, &many(&directory, 300))))
        }),
        ("critical extensions with a long subject", {
            let one = |i: usize| {
                let id = tlv(6, &[0x2a, (i + 1) as u8]);
                sequence(&[&id, &[1, 1, 0xff], &[4, 0]])
            };
            let all: Vec<u8> = (0..126).flat_map(one).collect();
            certificate(&common_name(12, &many(b",", 60_000)), &all)
        }),
        ("a CRL of an issuer whose name grows", {
            let name = tlv(0x30, &common_name(0x1e, &many(&[0xfd, 0xfa], 30_000)));
            crl_of(&name, &[], &[])
        }),
        ("certificates of a signed text", signed_text(&[&small; 10], b"{}")),
        ("one large certificate of a signed text", {
            let large = certificate(&common_name(0x1e, &many(&[0xfd, 0xfa], 15_000)), &[]);
            signed_text(&[&large], b"{}")
        }),
        ("the payload of a signed text", signed_text(&[&small], &many(b"[", 300_000))),
        ("answers", ocsp(&many(&single, 50_000), &[])),
        ("certificates in a response", ocsp(&[], &many(&small, 3_000))),
    ];
    let (mut worst, mut count) = (0.0_f64, 0);
    let mut check = |name: &str, bytes: &[u8]| {
        let outcomes = readers(bytes);
        // What is accepted must have been read to its end, or nothing was measured.
        if READ.contains(&name) {
            assert!(outcomes.iter().any(|(_, _, accepted)| *accepted), "{name} was refused");
        }
        for (reader, peak, _) in outcomes {
            let allowed = 8 * bytes.len() + ALLOWANCE;
            assert!(peak <= allowed, "{name}, {} bytes: {reader} held {peak}", bytes.len());
            if bytes.len() >= ALLOWANCE {
                worst = worst.max(peak as f64 / bytes.len() as f64);
            }
        }
        count += 1;
    };
    for (name, bytes) in &inputs {
        check(name, bytes);
    }
    let corpora = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    if corpora.is_dir() {
        let mut found = Vec::new();
        for folder in ["ocsp-tsp", "rustcrypto-formats", "webpki-certs", "pkits"] {
            files(&corpora.join(folder), &mut found);
        }
        for path in found {
            check(&path.to_string_lossy(), &std::fs::read(&path).unwrap());
        }
    } else {
        eprintln!("SKIPPED: memory: {} is not there", corpora.display());
    }
    println!("memory: {count} inputs; at most {worst:.1} times the size of those above 64 KiB");
}
