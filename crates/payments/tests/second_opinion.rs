//! Hundreds of generated requests for each gateway, their codes computed once more by Python's `hmac` (`second_opinion.py`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::io::Write as _;
use std::process::{Command, Stdio};

use motcua_payments::{momo, onepay, payos, payplatform, vnpay, zalopay};
use serde_json::{Value, json};

const CASES: u64 = 300;

/// Numbers that look random and are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn text(&mut self, alphabet: &str, most: u64) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        let length = 1 + self.next() % most;
        let mut pick = || letters[usize::try_from(self.next()).unwrap() % letters.len()];
        (0..length).map(|_| pick()).collect()
    }

    fn token(&mut self, most: u64) -> String {
        self.text("ABCDEFGHJKabcdefgh0123456789", most)
    }
}

/// Asks Python; none where there is no Python.
fn python(cases: &[Value]) -> Option<Vec<Value>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/second_opinion.py");
    let child =
        Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        eprintln!("SKIPPED: signatures by a second implementation: python3 is not installed");
        return None;
    };
    let mut input = child.stdin.take().unwrap();
    let lines: String = cases.iter().map(|c| format!("{c}\n")).collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(answers.len(), cases.len());
    Some(answers)
}

fn account<A: serde::de::DeserializeOwned>(base: Option<&str>, keys: &Value) -> A {
    let wire =
        json!({"environment": "sandbox", "merchant": "MERCHANT1", "base": base, "keys": [keys]});
    serde_json::from_value(wire).unwrap()
}

fn money(n: u64) -> Value {
    json!({"amount": n.to_string(), "currency": "VND"})
}

/// Builds each case, asks Python about all of them, and compares text and code.
fn compare(mut make: impl FnMut(&mut Numbers) -> (Value, String, String)) {
    let mut numbers = Numbers(766);
    let (mut asked, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..CASES {
        let (case, canonical, sent) = make(&mut numbers);
        asked.push(case);
        ours.push((canonical, sent));
    }
    let Some(answers) = python(&asked) else { return };
    for (answer, (canonical, sent)) in answers.iter().zip(ours) {
        let text = answer["text"].as_str().unwrap();
        if !canonical.contains('‹') {
            assert_eq!(canonical, text);
        }
        assert!(sent.contains(answer["code"].as_str().unwrap()), "{text}\n{sent}");
    }
}

const SAFE: &str = "ABCxyz0189 ._-";

#[test]
fn vnpay_pay() {
    compare(|n| {
        let key = n.token(40);
        let account: vnpay::Account = account(None, &json!({"label": "k", "secret": key}));
        let (reference, info, amount) =
            (n.token(100), n.text(SAFE, 255), 1 + n.next() % 9_999_999_999);
        let url = format!("https://example.vn/r?x={}&t=~a*(b)!'", n.token(20));
        let pay = json!({"reference": reference, "amount": money(amount), "info": info, "ip": "2001:db8::1",
            "locale": "en", "return_url": url, "created_at": "2026-11-24T18:00:00Z", "expires_at": "2026-11-24T18:15:00Z"});
        let sent = vnpay::request(&account, &serde_json::from_value(pay).unwrap()).unwrap();
        let fields = json!({"vnp_Version": "2.1.0", "vnp_Command": "pay", "vnp_TmnCode": "MERCHANT1",
            "vnp_Amount": (amount * 100).to_string(), "vnp_CreateDate": "20261125010000",
            "vnp_ExpireDate": "20261125011500", "vnp_CurrCode": "VND", "vnp_IpAddr": "2001:db8::1",
            "vnp_Locale": "en", "vnp_OrderInfo": info, "vnp_OrderType": "other", "vnp_ReturnUrl": url,
            "vnp_TxnRef": reference});
        (json!({"rule": "vnpay", "key": key, "fields": fields}), sent.canonical, sent.url)
    });
}

#[test]
fn momo_create() {
    compare(|n| {
        let key = n.token(32);
        let account: momo::Account =
            account(None, &json!({"label": "k", "access_key": "ACCESS", "secret": key}));
        let (reference, info, amount) =
            (n.token(100), n.text("Lệ phí hồ sơ 0123 ~*!'()", 200), 1000 + n.next() % 49_999_000);
        let pay = json!({"request_id": "R1", "reference": reference, "amount": money(amount), "info": info,
            "redirect_url": "https://example.vn/r", "ipn_url": "https://example.vn/i", "lang": "vi"});
        let sent = momo::request(&account, &serde_json::from_value(pay).unwrap()).unwrap();
        let fields = json!({"accessKey": "ACCESS", "amount": amount.to_string(), "extraData": "",
            "ipnUrl": "https://example.vn/i", "orderId": reference, "orderInfo": info, "partnerCode": "MERCHANT1",
            "redirectUrl": "https://example.vn/r", "requestId": "R1", "requestType": "captureWallet"});
        (json!({"rule": "momo", "key": key, "fields": fields}), sent.canonical, sent.body)
    });
}

#[test]
fn payos_create() {
    compare(|n| {
        let key = n.token(64);
        let account: payos::Account =
            account(Some("https://test.example.vn"), &json!({"label": "k", "secret": key}));
        let (code, amount, description) =
            (1000 + n.next() % 1_000_000_000, 1 + n.next() % 1_000_000_000, n.text(SAFE, 25));
        let pay = json!({"reference": code, "amount": money(amount), "description": description,
            "cancel_url": "https://example.vn/c", "return_url": "https://example.vn/r"});
        let sent = payos::request(&account, &serde_json::from_value(pay).unwrap()).unwrap();
        let fields = json!({"amount": amount.to_string(), "cancelUrl": "https://example.vn/c",
            "description": description, "orderCode": code.to_string(), "returnUrl": "https://example.vn/r"});
        (json!({"rule": "momo", "key": key, "fields": fields}), sent.canonical, sent.body)
    });
}

#[test]
fn onepay_pay() {
    compare(|n| {
        let key = format!("{:016X}{:016x}", n.next(), n.next());
        let keys = json!({"label": "k", "access_code": "ACCESS", "secret": key});
        let account: onepay::Account = account(Some("https://mtf.example.vn/p"), &keys);
        let (reference, info, amount) =
            (n.token(40), n.text(SAFE, 34), 1 + n.next() % 9_999_999_999);
        let pay = json!({"reference": reference, "amount": money(amount), "info": info, "locale": "vn",
            "return_url": "https://example.vn/r", "ip": "10.0.0.1"});
        let sent = onepay::request(&account, &serde_json::from_value(pay).unwrap()).unwrap();
        let fields = json!({"vpc_Version": "2", "vpc_Command": "pay", "vpc_AccessCode": "ACCESS",
            "vpc_Merchant": "MERCHANT1", "vpc_MerchTxnRef": reference, "vpc_OrderInfo": info,
            "vpc_Amount": (amount * 100).to_string(), "vpc_Currency": "VND", "vpc_ReturnURL": "https://example.vn/r",
            "vpc_TicketNo": "10.0.0.1", "vpc_Locale": "vn"});
        (json!({"rule": "onepay", "key": key, "fields": fields}), sent.canonical, sent.url)
    });
}

#[test]
fn zalopay_create() {
    compare(|n| {
        let key = n.token(32);
        let keys = json!({"label": "k", "key1": key, "key2": "other"});
        let wire = json!({"environment": "sandbox", "merchant": "2553", "keys": [keys]});
        let account: zalopay::Account = serde_json::from_value(wire).unwrap();
        let (reference, user, amount) =
            (format!("261125_{}", n.token(30)), n.token(50), 1 + n.next() % 1_000_000_000);
        let pay = json!({"reference": reference, "user": user, "amount": money(amount), "description": "Lệ phí",
            "created_at": "2026-11-24T17:30:00Z"});
        let sent = zalopay::request(&account, &serde_json::from_value(pay).unwrap()).unwrap();
        let amount = amount.to_string();
        let values = json!(["2553", reference, user, amount, "1795541400000", "{}", "[]"]);
        (
            json!({"rule": "pipe", "key": key, "fields": {}, "values": values}),
            sent.canonical,
            sent.body,
        )
    });
}

#[test]
fn payplatform_query() {
    compare(|n| {
        let key = n.token(40);
        let account: payplatform::Account =
            account(Some("https://test.example.vn/pp"), &json!({"label": "k", "secret": key}));
        let reference = n.token(200);
        let at = time::macros::datetime!(2026-11-24 18:00 UTC);
        let sent = payplatform::query(&account, &reference, at).unwrap();
        let values = json!(["QUERY", "1.0.6", "MERCHANT1", reference, "20261125010000"]);
        (
            json!({"rule": "pp", "key": key, "fields": {}, "values": values}),
            sent.canonical,
            sent.body,
        )
    });
}
