//! npm's `vnpay` where it is right, and each of its flaws beside what we do; npm's `jsqr` and `resvg` read the QR symbols that we draw.
//! `cargo xtask test` installs them into `build/peers`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use motcua_payments::code::Class;
use motcua_payments::notice::{Expected, RawNotice, Verdict};
use motcua_payments::{Algorithm, Dong, Encoding, Error, Secret, vnpay};
use serde_json::{Value, json};

fn peers(package: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../build/peers");
    if folder.join("node_modules").join(package).exists() {
        return Some(folder);
    }
    eprintln!("SKIPPED: npm's {package} is not in build/peers (cargo xtask peers)");
    None
}

fn script(name: &str, folder: &PathBuf, input: &[u8]) -> String {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let mut child = Command::new("node")
        .arg(script)
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node stands beside npm");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn ask(cases: &[Value]) -> Option<Vec<Value>> {
    let folder = peers("vnpay")?;
    let lines: String = cases.iter().map(|c| format!("{c}\n")).collect();
    let answers: Vec<Value> = script("npm_vnpay.mjs", &folder, lines.as_bytes())
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(answers.len(), cases.len());
    Some(answers)
}

fn account() -> vnpay::Account {
    let keys = json!([{"label": "now", "secret": "secret"}]);
    serde_json::from_value(json!({"environment": "sandbox", "merchant": "TERMINAL", "keys": keys}))
        .unwrap()
}

fn sign(text: &str) -> String {
    Secret::new("secret").unwrap().sign(Algorithm::HmacSha512, Encoding::HexLower, text.as_bytes())
}

fn case(ask: &str, fields: Value) -> Value {
    json!({"ask": ask, "merchant": "TERMINAL", "secret": "secret", "fields": fields})
}

fn pay(amount: u64, info: &str) -> Result<String, Error> {
    let pay = json!({"reference": "r1", "amount": {"amount": amount.to_string(), "currency": "VND"}, "info": info, "ip": "127.0.0.1",
        "locale": "vn", "return_url": "https://example.com/return?a=1", "created_at": "2021-01-01T00:00:00Z"});
    Ok(vnpay::request(&account(), &serde_json::from_value(pay).unwrap())?.url)
}

fn build(amount: Value, info: &str) -> Value {
    case(
        "build",
        json!({"vnp_Amount": amount, "vnp_IpAddr": "127.0.0.1", "vnp_TxnRef": "r1", "vnp_OrderInfo": info, "vnp_OrderType": "other",
            "vnp_ReturnUrl": "https://example.com/return?a=1", "vnp_Locale": "vn", "vnp_CreateDate": 20_210_101_070_000_u64}),
    )
}

/// An IPN: the query as VNPAY sends it, and the same fields as npm's library takes them.
fn ipn(changes: &[(&str, &str)]) -> (String, Value) {
    let mut fields = std::collections::BTreeMap::from([
        ("vnp_Amount", "1000000"),
        ("vnp_BankCode", "NCB"),
        ("vnp_OrderInfo", "lephi"),
        ("vnp_ResponseCode", "00"),
        ("vnp_TmnCode", "TERMINAL"),
        ("vnp_TransactionNo", "1"),
        ("vnp_TransactionStatus", "00"),
        ("vnp_TxnRef", "r1"),
    ]);
    fields.extend(changes.iter().copied());
    let escape = |v: &str| v.replace('~', "%7E").replace('*', "%2A");
    let text =
        fields.iter().map(|(k, v)| format!("{k}={}", escape(v))).collect::<Vec<_>>().join("&");
    let hash = sign(&text);
    let mut object: serde_json::Map<String, Value> =
        fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect();
    object.insert("vnp_SecureHash".to_owned(), hash.clone().into());
    (format!("{text}&vnp_SecureHash={hash}"), object.into())
}

fn judge(query: &str) -> Verdict {
    let expected = Expected::new("r1", Dong::new(10_000).unwrap());
    vnpay::verify(&RawNotice::get(query), &account(), Some(&expected))
}

#[test]
fn the_same_pay_addresses() {
    let (mut cases, mut ours) = (Vec::new(), Vec::new());
    for i in 0..300u64 {
        let amount = 1 + i * 33_333_331;
        let info = format!("Le phi ho so {i}.{} - dot_{}", i * 7, i % 13);
        ours.push(pay(amount, &info).unwrap());
        cases.push(build(amount.into(), &info));
    }
    let Some(theirs) = ask(&cases) else { return };
    for (theirs, ours) in theirs.iter().zip(ours) {
        assert_eq!(theirs["url"], ours);
    }
}

#[test]
fn the_same_answer_on_true_and_changed_notices() {
    let mut cases = Vec::new();
    let mut ours = Vec::new();
    for i in 0..300 {
        let (transaction, info) = (i.to_string(), format!("lephi{i}"));
        let (mut query, mut fields) =
            ipn(&[("vnp_TransactionNo", &transaction), ("vnp_OrderInfo", &info)]);
        if i % 3 == 0 {
            query = query.replace("lephi", "lephj");
            fields["vnp_OrderInfo"] = format!("lephj{i}").into();
        }
        ours.push(judge(&query).verified().is_some());
        cases.push(case("ipn", fields));
    }
    let Some(theirs) = ask(&cases) else { return };
    assert!(ours.iter().filter(|o| **o).count() == 200);
    for (theirs, ours) in theirs.iter().zip(ours) {
        assert_eq!(theirs["verified"], ours);
    }
}

#[test]
fn flaw_success_without_the_transaction_status() {
    let (query, fields) = ipn(&[("vnp_TransactionStatus", "02")]);
    assert_ne!(judge(&query).verified().unwrap().outcome().class, Class::Paid);
    let Some(theirs) = ask(&[case("ipn", fields)]) else { return };
    assert_eq!((&theirs[0]["verified"], &theirs[0]["success"]), (&true.into(), &true.into()));
}

#[test]
fn flaw_another_terminal_is_taken() {
    let (query, fields) = ipn(&[("vnp_TmnCode", "OTHER")]);
    assert_eq!(judge(&query).refused().unwrap().reason().code(), "payments.notice.merchant");
    let Some(theirs) = ask(&[case("ipn", fields)]) else { return };
    assert_eq!(theirs[0]["verified"], true);
}

#[test]
fn flaw_success_beside_a_wrong_signature() {
    let (query, mut fields) = ipn(&[]);
    let (unsigned, _) = query.split_once("&vnp_SecureHash").unwrap();
    assert!(judge(&format!("{unsigned}&vnp_SecureHash=00")).verified().is_none());
    fields["vnp_SecureHash"] = "00".into();
    let Some(theirs) = ask(&[case("ipn", fields)]) else { return };
    assert_eq!((&theirs[0]["verified"], &theirs[0]["success"]), (&false.into(), &true.into()));
}

#[test]
fn flaw_a_true_notice_written_again_before_it_is_hashed() {
    // VNPAY's PHP escapes the tilde; JavaScript's form encoding does too, but not the asterisk.
    let (query, fields) = ipn(&[("vnp_OrderInfo", "a~b*c")]);
    assert_eq!(judge(&query).verified().unwrap().outcome().class, Class::Paid);
    let Some(theirs) = ask(&[case("ipn", fields)]) else { return };
    assert_eq!(theirs[0]["verified"], false);
}

#[test]
fn flaw_a_parameter_that_is_not_vnpays_spoils_a_true_notice() {
    let (query, mut fields) = ipn(&[]);
    let verdict = judge(&format!("{query}&lang=vi"));
    assert_eq!(verdict.verified().unwrap().uncovered(), ["lang"]);
    fields["lang"] = "vi".into();
    let Some(theirs) = ask(&[case("ipn", fields)]) else { return };
    assert_eq!(theirs[0]["verified"], false);
}

const NAMES: [&str; 13] = [
    "ResponseId",
    "Command",
    "ResponseCode",
    "Message",
    "TmnCode",
    "TxnRef",
    "Amount",
    "BankCode",
    "PayDate",
    "TransactionNo",
    "TransactionType",
    "TransactionStatus",
    "OrderInfo",
];

fn answer(values: [&str; 13], tail: &str) -> Value {
    let mut object: serde_json::Map<String, Value> =
        NAMES.iter().zip(values).map(|(n, v)| (format!("vnp_{n}"), v.into())).collect();
    object.insert("vnp_SecureHash".to_owned(), sign(&format!("{}{tail}", values.join("|"))).into());
    object.into()
}

#[test]
fn flaw_a_true_refund_answer_is_refused() {
    let values = [
        "A1",
        "refund",
        "00",
        "Success",
        "TERMINAL",
        "r1",
        "1000000",
        "NCB",
        "20231221103000",
        "1",
        "02",
        "00",
        "Test",
    ];
    let answer = answer(values, "");
    let refund = json!({"id": "R1", "gateway": "vnpay", "reference": "r1", "transaction": "1",
        "amount": {"amount": "10000", "currency": "VND"}, "full": true, "state": "pending"});
    let refund = serde_json::from_value(refund).unwrap();
    let ours = vnpay::read_refund(&account(), &refund, answer.to_string().as_bytes()).unwrap();
    assert_eq!(ours.class(), Class::Refunded);
    let mut case = case(
        "refund",
        json!({"vnp_Amount": 10000, "vnp_CreateBy": "x", "vnp_CreateDate": 20_231_221_103_000_u64, "vnp_IpAddr": "127.0.0.1",
            "vnp_OrderInfo": "Test", "vnp_RequestId": "1", "vnp_TransactionDate": 20_231_221_103_000_u64, "vnp_TransactionType": "02",
            "vnp_TxnRef": "r1", "vnp_TransactionNo": 1, "vnp_Locale": "vn"}),
    );
    case["answer"] = answer;
    let Some(theirs) = ask(&[case]) else { return };
    assert_eq!(theirs[0]["verified"], false);
}

#[test]
fn flaw_a_query_answer_without_a_signature_is_verified() {
    let values = [
        "A1",
        "querydr",
        "00",
        "Success",
        "TERMINAL",
        "r1",
        "1000000",
        "NCB",
        "20231221103000",
        "1",
        "01",
        "00",
        "Test",
    ];
    let mut answer = answer(values, "||");
    let expected = Expected::new("r1", Dong::new(10_000).unwrap());
    assert!(vnpay::read_query(&account(), &expected, answer.to_string().as_bytes()).is_ok());
    answer.as_object_mut().unwrap().remove("vnp_SecureHash");
    let ours = vnpay::read_query(&account(), &expected, answer.to_string().as_bytes());
    assert_eq!(ours.unwrap_err().code(), "payments.answer_signature");
    let mut case = case(
        "query",
        json!({"vnp_RequestId": "1", "vnp_IpAddr": "127.0.0.1", "vnp_TxnRef": "r1", "vnp_TransactionNo": 1, "vnp_OrderInfo": "x",
            "vnp_TransactionDate": 20_231_221_103_000_u64, "vnp_CreateDate": 20_231_221_103_000_u64}),
    );
    case["answer"] = answer;
    let Some(theirs) = ask(&[case]) else { return };
    assert_eq!(theirs[0]["verified"], true);
}

#[test]
fn flaw_amounts_and_texts_that_vnpay_refuses_are_sent() {
    assert!(
        pay(0, "x").is_err() && pay(99_999_999_999, "x").is_err() && pay(1, "Lệ phí|&").is_err()
    );
    let cases = [
        build(json!(1234.56), "x"),
        build(json!(0), "x"),
        build(json!(-5), "x"),
        build(json!(99_999_999_999_u64), "x"),
        build(json!(1000), "Lệ phí|&"),
    ];
    let Some(theirs) = ask(&cases) else { return };
    assert!(theirs.iter().all(|t| t["url"].is_string()), "{theirs:?}");
}

#[cfg(feature = "qr-image")]
#[test]
fn jsqr_reads_png_and_svg() {
    use motcua_payments::qr::{Medium, png, svg};
    use motcua_payments::vietqr::{Transfer, build};
    let Some(folder) = peers("jsqr") else { return };
    let (mut lines, mut texts) = (String::new(), Vec::new());
    for (memo, medium) in [("HS1", Medium::Screen), ("MC1ABCDEFGH2 nop le phi 12", Medium::Paper)] {
        let memo = memo.get(..memo.len().min(25)).unwrap();
        let transfer: Transfer =
            serde_json::from_value(json!({"bank": "VCB", "account": "1017595600", "memo": memo,
            "amount": {"amount": "36000", "currency": "VND"}}))
            .unwrap();
        let text = build(&transfer).unwrap();
        for scale in [2, 4, 9] {
            let image = png(&text, medium, scale).unwrap();
            lines.push_str(&json!({"png": image}).to_string());
            lines.push('\n');
            texts.push(text.clone());
        }
        lines.push_str(&json!({"svg": svg(&text, medium).unwrap()}).to_string());
        lines.push('\n');
        texts.push(text);
    }
    let read = script("npm_qr.mjs", &folder, lines.as_bytes());
    assert_eq!(read.lines().collect::<Vec<_>>(), texts);
}
