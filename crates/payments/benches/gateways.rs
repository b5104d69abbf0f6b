//! Building a request and judging a notice for each gateway, beside the raw code (HMAC, for the payment platform SHA-256) over the same
//! bytes; QR texts built and read. After the runs the ratios are printed: `cargo bench -p motcua-payments`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::hint::black_box;

use criterion::Criterion;
use motcua_payments::notice::Verdict;
use motcua_payments::vietqr::{self, Transfer};
use motcua_payments::{
    Algorithm, Dong, Encoding, Secret, emv, keypay, momo, onepay, payos, payplatform, viettelpay,
    vnpay, zalopay,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[path = "../tests/every_gateway.rs"]
mod every_gateway;

/// What each gateway signs: the algorithm, and the signed text of the notice in `every_gateway`.
fn raw(gateway: &str) -> (Algorithm, usize) {
    use Algorithm::{HmacSha1, HmacSha256, HmacSha512};
    match gateway {
        "vnpay" => (HmacSha512, 150),
        "momo" => (HmacSha256, 233),
        "zalopay" => (HmacSha256, 198),
        "payos" => (HmacSha256, 152),
        "onepay" => (HmacSha256, 275),
        "viettelpay" => (HmacSha1, 38),
        "payplatform" => (HmacSha256, 160),
        _ => (HmacSha256, 30),
    }
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn money() -> Value {
    json!({"amount": "36000", "currency": "VND"})
}

/// A closure that builds the gateway's request, and the length of what it signs.
fn builder(gateway: &str, account: Value) -> (Box<dyn Fn() -> String>, usize) {
    macro_rules! build {
        ($module:ident, $pay:expr) => {{
            let account: $module::Account = read(account);
            let pay = read($pay);
            let length = $module::request(&account, &pay).unwrap().canonical.len();
            (Box::new(move || $module::request(&account, black_box(&pay)).unwrap().url), length)
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

fn raw_code(c: &mut Criterion, name: &str, algorithm: Algorithm, length: usize) {
    let (secret, text) =
        (Secret::new("a secret of thirty-two characters").unwrap(), "x".repeat(length));
    c.bench_function(name, |b| {
        b.iter(|| secret.sign(algorithm, Encoding::HexLower, black_box(text.as_bytes())));
    });
}

fn gateways(c: &mut Criterion) -> Vec<&'static str> {
    let mut names = Vec::new();
    for one in every_gateway::all() {
        let gateway = one.gateway;
        let (algorithm, length) = raw(gateway);
        raw_code(c, &format!("{gateway}-verify-raw"), algorithm, length);
        let judge = every_gateway::judge_ready(gateway, &one.account);
        c.bench_function(&format!("{gateway}-verify"), |b| {
            b.iter(|| {
                let verdict = judge(black_box(&one.raw), Some(&one.expected));
                assert!(matches!(verdict, Verdict::Verified(_)));
            });
        });
        let (build, length) = builder(gateway, one.account.clone());
        raw_code(c, &format!("{gateway}-build-raw"), algorithm, length);
        c.bench_function(&format!("{gateway}-build"), |b| b.iter(&build));
        names.push(gateway);
    }
    names
}

fn codes(c: &mut Criterion) {
    let transfer = Transfer {
        amount: Some(Dong::new(36_000).unwrap()),
        memo: Some("MC1ABCDEFGH2".to_owned()),
        ..read(json!({"bank": "970436", "account": "1017595600"}))
    };
    let banks = motcua_payments::bank::Banks::state_bank().unwrap();
    let text = vietqr::build_with(&transfer, &banks).unwrap();
    c.bench_function("qr-build", |b| {
        b.iter(|| vietqr::build_with(black_box(&transfer), &banks).unwrap());
    });
    c.bench_function("qr-read", |b| b.iter(|| emv::read(black_box(&text)).unwrap()));
    c.bench_function("qr-parse", |b| b.iter(|| vietqr::parse(black_box(&text)).unwrap()));
}

/// The median of a finished run, in nanoseconds.
fn median(name: &str) -> Option<f64> {
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "../../target".to_owned());
    let path = format!("{target}/criterion/{name}/new/estimates.json");
    let text = std::fs::read_to_string(path).ok()?;
    serde_json::from_str::<Value>(&text).ok()?["median"]["point_estimate"].as_f64()
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(200))
        .measurement_time(std::time::Duration::from_millis(800))
        .sample_size(30)
        .configure_from_args();
    let names = gateways(&mut criterion);
    codes(&mut criterion);
    criterion.final_summary();
    for name in names {
        for what in ["build", "verify"] {
            let (ours, raw) =
                (median(&format!("{name}-{what}")), median(&format!("{name}-{what}-raw")));
            if let (Some(ours), Some(raw)) = (ours, raw) {
                println!("{name:12} {what:6} {ours:8.0} ns, {:.2} x the raw code", ours / raw);
            }
        }
    }
    for name in ["qr-build", "qr-read", "qr-parse"] {
        if let Some(time) = median(name) {
            println!("{name:12} {:.0} a second", 1e9 / time);
        }
    }
}
