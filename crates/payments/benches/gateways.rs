//! Building a request and judging a notice for each gateway, beside the code that signs it over the same bytes; QR texts built and read.
//! `record` also asks the verdict for the hash of the message, the event's fingerprint and the answer, beside the hashes that these need.
//! All are timed in turn, in short batches, and the fastest batch of each counts: what else the machine does only slows batches down.
//! The payment platform's code is one plain SHA-256 of a short text, which takes no longer than reading the JSON around it: beside that it
//! stays above three times; the rows `HMAC` show it beside a code like the others'.
//! `cargo bench -p motcua-payments`; a name given (`-- momo`) runs that gateway alone, for a profiler.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use every_gateway::Signed;
use motcua_payments::notice::{RawNotice, Verdict};
use motcua_payments::vietqr::{self, Transfer};
use motcua_payments::{
    Algorithm, Dong, Encoding, emv, keypay, momo, onepay, payos, payplatform, reference,
    viettelpay, vnpay, zalopay,
};
use ring::hmac;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[path = "../tests/every_gateway.rs"]
mod every_gateway;

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn money() -> Value {
    json!({"amount": "36000", "currency": "VND"})
}

/// A closure that builds the gateway's request, and the text that it signs.
fn builder(gateway: &str, account: Value) -> (Box<dyn Fn()>, String) {
    macro_rules! build {
        ($module:ident, $pay:expr) => {{
            let account: $module::Account = read(account);
            let pay = read($pay);
            let text = $module::request(&account, &pay).unwrap().canonical;
            let build = move || drop(black_box($module::request(&account, black_box(&pay))));
            (Box::new(build), text)
        }};
    }
    match gateway {
        "vnpay" => build!(
            vnpay,
            json!({"reference": "HS1", "amount": money(), "info": "Le phi chung thuc", "ip": "10.0.0.1", "locale": "vn",
                "return_url": "https://example.vn/return", "created_at": "2026-11-24T03:00:00Z", "expires_at": "2026-11-24T03:15:00Z"})
        ),
        "momo" => build!(
            momo,
            json!({"request_id": "R1", "reference": "HS1", "amount": money(), "info": "Lệ phí", "redirect_url": "https://example.vn/r",
                "ipn_url": "https://example.vn/i", "lang": "vi"})
        ),
        "zalopay" => build!(
            zalopay,
            json!({"reference": "261124_HS1", "user": "u", "amount": money(), "description": "Lệ phí", "created_at": "2026-11-24T03:00:00Z"})
        ),
        "payos" => build!(
            payos,
            json!({"reference": 777, "amount": money(), "description": "HS 777", "cancel_url": "https://example.vn/c",
                "return_url": "https://example.vn/r"})
        ),
        "onepay" => build!(
            onepay,
            json!({"reference": "HS1", "amount": money(), "info": "Le phi", "return_url": "https://example.vn/r", "ip": "10.0.0.1", "locale": "vn"})
        ),
        "viettelpay" => build!(
            viettelpay,
            json!({"reference": "HS1", "amount": money(), "description": "Le phi", "return_url": "https://example.vn/r",
                "cancel_url": "https://example.vn/c"})
        ),
        "payplatform" => build!(
            payplatform,
            json!({"reference": "HS1", "amount": money(), "description": "Lệ phí", "created_at": "2026-11-24T03:00:00Z", "ip": "10.0.0.1",
                "receipt": {"service": "fees", "lines": [{"kind": "2", "code": "LP", "name": "Le phi", "amount": money()}],
                "fields": {"MaDVC": "1", "MaTTHC": "1", "MaDonVi": "1", "TenDonVi": "1", "MaHoSo": "1", "TKThuHuong": "1",
                "MaNHThuHuong": "1", "TenTKThuHuong": "1"}}})
        ),
        _ => build!(
            keypay,
            json!({"reference": "HS1", "amount": money(), "additional_fee": {"amount": "0", "currency": "VND"}, "description": "Lệ phí",
                "return_url": "https://example.vn/r"})
        ),
    }
}

fn hex(bytes: &[u8], digits: &[u8; 16]) -> String {
    let mut text = vec![0; bytes.len() * 2];
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
    }
    String::from_utf8(text).unwrap()
}

/// HMAC-SHA256 over a text in hexadecimal: what the payment platform's code would cost if it were one, as the other gateways' is.
fn as_hmac(key: &'static str, text: String) -> impl Fn() {
    move || {
        let key = hmac::Key::new(hmac::HMAC_SHA256, black_box(key.as_bytes()));
        let code = hmac::sign(&key, black_box(text.as_bytes()));
        drop(black_box(hex(code.as_ref(), b"0123456789abcdef")));
    }
}

/// The code over a text as hexadecimal or base64, its key set up anew as a caller without this library would.
fn raw(signed: &Signed, text: String) -> Box<dyn Fn()> {
    let key = signed.key;
    match signed.algorithm {
        Some(algorithm) => {
            let encoding = signed.encoding;
            let algorithm = match algorithm {
                Algorithm::HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                Algorithm::HmacSha256 => hmac::HMAC_SHA256,
                Algorithm::HmacSha512 => hmac::HMAC_SHA512,
            };
            Box::new(move || {
                let key = hmac::Key::new(algorithm, black_box(key.as_bytes()));
                let code = hmac::sign(&key, black_box(text.as_bytes()));
                drop(black_box(match encoding {
                    Encoding::HexLower => hex(code.as_ref(), b"0123456789abcdef"),
                    Encoding::HexUpper => hex(code.as_ref(), b"0123456789ABCDEF"),
                    Encoding::Base64 => STANDARD.encode(code),
                }));
            })
        }
        // The payment platform's code is a plain SHA-256 with the secret at the end.
        None => Box::new(move || {
            let mut hash = ring::digest::Context::new(&ring::digest::SHA256);
            hash.update(black_box(text.as_bytes()));
            hash.update(b"|");
            hash.update(key.as_bytes());
            let hash = hash.finish();
            let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
            let hex: String =
                hash.as_ref().iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect();
            drop(black_box(hex));
        }),
    }
}

const ROUNDS: usize = 1500;
const BATCH: u32 = 32;

fn batch(what: &dyn Fn()) -> Duration {
    let start = Instant::now();
    (0..BATCH).for_each(|_| what());
    start.elapsed() / BATCH
}

/// The fastest batch of each, timed in turn.
fn fastest<const N: usize>(all: [&dyn Fn(); N]) -> [f64; N] {
    let mut best = [Duration::MAX; N];
    for _ in 0..ROUNDS {
        for (best, one) in best.iter_mut().zip(all) {
            *best = batch(one).min(*best);
        }
    }
    best.map(|time| time.as_secs_f64() * 1e9)
}

/// The hashes alone that judging and recording a notice cannot do without: its code, the SHA-256 of the message for the records, that of
/// the event's fingerprint (some hundred bytes), and the code of our answer where the gateway wants it signed.
fn hashes(one: &every_gateway::True) -> Box<dyn Fn()> {
    let code = raw(&one.signed, one.signed.text.clone());
    let answer = matches!(one.gateway, "viettelpay" | "payplatform")
        .then(|| raw(&one.signed, "x".repeat(one.signed.text.len() / 2)));
    let (message, fingerprint) = (one.raw.clone(), RawNotice::get("x".repeat(100)));
    Box::new(move || {
        code();
        drop(black_box(black_box(&message).sha256()));
        drop(black_box(black_box(&fingerprint).sha256()));
        answer.iter().for_each(|sign| sign());
    })
}

fn gateways(only: Option<&str>) {
    println!("gateway      what       ours       raw  ours/raw");
    for one in every_gateway::all() {
        let gateway = one.gateway;
        if only.is_some_and(|name| name != gateway) {
            continue;
        }
        let judge = every_gateway::judge_ready(gateway, &one.account);
        let verify = || {
            let verdict = judge(black_box(&one.raw), Some(&one.expected));
            assert!(matches!(verdict, Verdict::Verified(_)));
        };
        // The verdict is asked for all that it works out later: hash, fingerprint, answer.
        let record = || {
            let verdict = judge(black_box(&one.raw), Some(&one.expected));
            let news = verdict.verified().unwrap();
            black_box((news.message_sha256(), news.fingerprint(), news.acknowledgement()));
        };
        let (build, built) = builder(gateway, one.account.clone());
        let (code, hmac) = (raw(&one.signed, built.clone()), as_hmac(one.signed.key, built));
        let row = |what, ours: f64, raw: f64| {
            println!("{gateway:12} {what:6} {ours:5.0} ns  {raw:5.0} ns   {:.2}", ours / raw);
        };
        let plain = one.signed.algorithm.is_none();
        let [ours, alone, keyed] = fastest([&*build, &*code, &hmac]);
        row("build", ours, alone);
        if plain {
            row("  HMAC", ours, keyed);
        }
        let (code, hashes) = (raw(&one.signed, one.signed.text.clone()), hashes(&one));
        let hmac = as_hmac(one.signed.key, one.signed.text.clone());
        let [ours, alone, keyed, all, hashes] =
            fastest([&verify, &*code, &hmac, &record, &*hashes]);
        row("verify", ours, alone);
        if plain {
            row("  HMAC", ours, keyed);
        }
        row("record", all, hashes);
    }
}

fn codes() {
    let transfer = Transfer {
        amount: Some(Dong::new(36_000).unwrap()),
        memo: Some("MC1ABCDEFGH2".to_owned()),
        ..read(json!({"bank": "970436", "account": "1017595600"}))
    };
    let banks = motcua_payments::bank::Banks::state_bank().unwrap();
    let text = vietqr::build_with(&transfer, &banks).unwrap();
    let [build, read, parse] = fastest([
        &|| drop(black_box(vietqr::build_with(black_box(&transfer), &banks))),
        &|| drop(black_box(emv::read(black_box(&text)))),
        &|| drop(black_box(vietqr::parse(black_box(&text)))),
    ]);
    for (what, time) in [("build", build), ("read", read), ("parse", parse)] {
        println!("QR {what:9} {:.0} a second", 1e9 / time);
    }
    let reference = reference::build(123_456_789).unwrap();
    let memo = format!("MBVCB.3278907687.{reference} nop le phi.CT tu 0123 NGUYEN VAN A toi 0456");
    let other = memo.replace(&reference, "nop ho so");
    let [found, nothing] =
        fastest([&|| drop(black_box(reference::find(black_box(&memo)))), &|| {
            drop(black_box(reference::find(black_box(&other))))
        }]);
    println!("reference in a memo: found in {found:.0} ns, nothing in {nothing:.0} ns");
}

fn main() {
    // Cargo adds `--bench`.
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    gateways(only.as_deref());
    if only.is_none() {
        codes();
    }
}
