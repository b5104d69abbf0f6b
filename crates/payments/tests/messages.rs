//! The messages beside notices: answers to requests, queries and refunds of every gateway, and the signatures that vendors have published.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod outside;

use motcua_payments::code::Class;
use motcua_payments::gateway::{Account, FromVendorDocument, Gateway, Provenance};
use motcua_payments::notice::{Expected, Match, TlsAnswer};
use motcua_payments::order::Refund;
use motcua_payments::{
    Algorithm, Dong, Encoding, Secret, keypay, momo, onepay, payos, payplatform, viettelpay,
    zalopay,
};
use serde_json::{Value, json};
use time::macros::datetime;

fn account<A: serde::de::DeserializeOwned>(merchant: &str, base: Option<&str>, keys: Value) -> A {
    let wire =
        json!({"environment": "sandbox", "merchant": merchant, "base": base, "keys": [keys]});
    serde_json::from_value(wire).unwrap()
}

fn dong(n: u64) -> Dong {
    Dong::new(n).unwrap()
}

fn money(n: u64) -> Value {
    json!({"amount": n.to_string(), "currency": "VND"})
}

fn refund(id: &str, gateway: &str, reference: &str, transaction: &str, amount: u64) -> Refund {
    let refund = json!({"id": id, "gateway": gateway, "reference": reference, "transaction": transaction,
        "amount": money(amount), "full": true, "state": "pending"});
    serde_json::from_value(refund).unwrap()
}

fn tls(body: &str) -> TlsAnswer<'_> {
    TlsAnswer::assume_asked_over_tls(body.as_bytes())
}

fn vector(id: &str) -> Option<(String, String)> {
    let vectors = outside::json("vectors/payments.json")?;
    let v = vectors.as_array().unwrap().iter().find(|v| v["id"] == id).expect(id).clone();
    Some((v["message"].as_str().unwrap().to_owned(), v["expected"].as_str().unwrap().to_owned()))
}

fn momo_account() -> momo::Account {
    let keys = json!({"label": "now", "access_key": "F8BBA842ECF85", "secret": "K951B6PE1waDMi640xX08PD3vg6EkVlz"});
    account("MOMO", None, keys)
}

#[test]
fn momo_refund_and_its_answers() {
    let one = refund("R1700000000000", "momo", "MOMO1", "4088878653", 50_000);
    let sent = momo::refund(&momo_account(), &one, "", momo::Lang::Vi).unwrap();
    if let Some((message, hash)) = vector("momo-refund") {
        assert_eq!(sent.canonical, message);
        assert!(sent.body.contains(&hash));
    }
    let read = |code: i64| {
        let body = json!({"partnerCode": "MOMO", "orderId": one.id, "resultCode": code, "amount": 50_000, "transId": 1});
        momo::read_refund(&momo_account(), &one, tls(&body.to_string())).unwrap().class()
    };
    for (code, class) in [
        (0, Class::Refunded),
        (7002, Class::RefundPending),
        (99, Class::RefundPending),
        (1080, Class::RefundFailed),
        (1081, Class::RefundFailed),
        (555, Class::Unknown),
    ] {
        assert_eq!(read(code), class, "{code}");
    }
    let query = momo::query_refund(&momo_account(), &one, "Q1", momo::Lang::En).unwrap();
    assert!(query.canonical.contains("orderId=R1700000000000"));
}

#[test]
fn momo_says_where_to_pay() {
    let pay = json!({"request_id": "R1", "reference": "HS1", "amount": money(1000), "info": "x", "redirect_url": "https://example.vn/r",
        "ipn_url": "https://example.vn/i", "lang": "vi"});
    let pay = serde_json::from_value(pay).unwrap();
    let read = |code: i64, url: &str, order: &str| {
        let body =
            json!({"partnerCode": "MOMO", "orderId": order, "resultCode": code, "payUrl": url})
                .to_string();
        momo::read_created(&momo_account(), &pay, tls(&body))
    };
    let open = read(0, "https://test-payment.momo.vn/pay?t=1", "HS1").unwrap();
    assert!(open.is_open() && open.outcome.class == Class::Pending);
    assert!(!read(41, "", "HS1").unwrap().is_open());
    assert_eq!(read(13, "", "HS1").unwrap().outcome.class, Class::Failed);
    assert_eq!(read(0, "javascript:x", "HS1").unwrap_err().code(), "payments.answer_malformed");
    assert_eq!(read(0, "", "HS2").unwrap_err().code(), "payments.answer_mismatch");
}

fn zalopay_account() -> zalopay::Account {
    let keys = json!({"label": "now", "key1": "PcY4iZIKFCIdgZvA6ueMcMHHUbRLYjPL", "key2": "kLtgPl8HHhfvMuDHPwKfgfsY4Ydm9eIz"});
    account("2553", None, keys)
}

#[test]
fn zalopay_texts_with_and_without_a_fee() {
    let one = refund("R1", "zalopay", "231115_1", "231114000000389", 50_000);
    let at = datetime!(2023-11-14 22:13:20 UTC);
    let sent = zalopay::refund(&zalopay_account(), &one, "Refund", at).unwrap();
    if let Some((message, hash)) = vector("zalopay-refund") {
        assert_eq!(sent.canonical, message);
        assert!(sent.body.ends_with(&format!("mac={hash}")));
    }
    let fee = zalopay::refund_with_fee(&zalopay_account(), &one, "Refund", at, Some(dong(1000)));
    let fee = fee.unwrap();
    assert_eq!(fee.canonical, "2553|231114000000389|50000|1000|Refund|1700000000000");
    assert!(fee.body.contains("refund_fee_amount=1000&"));
    // The identifier is of the Vietnamese day.
    assert!(sent.body.contains("m_refund_id=231115_2553_R1&"));
    let pay = json!({"reference": "231114_000001", "user": "user123", "amount": money(50_000), "description": "x",
        "created_at": "2023-11-14T22:13:20Z"});
    let pay = serde_json::from_value(pay).unwrap();
    if let Some((message, hash)) = vector("zalopay-create") {
        // The vector's prefix is of the day before in Viet Nam, so `request` refuses it; its text and code are right.
        let text = zalopay::canonical(&zalopay_account(), &pay);
        assert_eq!(text, message);
        let key = Secret::new("PcY4iZIKFCIdgZvA6ueMcMHHUbRLYjPL").unwrap();
        assert_eq!(key.sign(Algorithm::HmacSha256, Encoding::HexLower, text.as_bytes()), hash);
    }
    let created = r#"{"return_code":1,"return_message":"ok","order_url":"https://qcgateway.zalopay.vn/o?x=1","qr_code":"0002"}"#;
    assert!(zalopay::read_created(&zalopay_account(), &pay, tls(created)).unwrap().is_open());
}

const PAYOS_KEY: &str = "test_checksum_key";

fn payos_account() -> payos::Account {
    account("client", Some("https://test.example.vn"), json!({"label": "now", "secret": PAYOS_KEY}))
}

fn payos_create(reference: u64, amount: u64) -> payos::CreateRequest {
    let pay = json!({"reference": reference, "amount": money(amount), "description": "ABC456", "cancel_url": "http://localhost",
        "return_url": "http://localhost"});
    serde_json::from_value(pay).unwrap()
}

/// Signatures of payOS's own SDK (payos-lib-node, tests/crypto/testCases.json).
#[test]
fn payos_signs_as_its_own_library() {
    let key = Secret::new(PAYOS_KEY).unwrap();
    let sign = |text: &str| key.sign(Algorithm::HmacSha256, Encoding::HexLower, text.as_bytes());
    assert_eq!(
        sign(&payos::canonical(&payos_create(0, 3300))),
        "189864813370cdf819974dc3f63c3a93a7e7af0a0d10b21344b14e4f7358999b"
    );
    if let Some((message, hash)) = vector("payos-create") {
        let pay = json!({"reference": 123, "amount": money(50_000), "description": "HS123", "cancel_url": "https://x.vn/c",
            "return_url": "https://x.vn/r"});
        let text = payos::canonical(&serde_json::from_value(pay).unwrap());
        assert_eq!(text, message);
        let key = Secret::new("1a54716c8f0efb2744fb28b6e38b25da7f67a925d98bc1c18bd8faaecadd7675");
        let signed = key.unwrap().sign(Algorithm::HmacSha256, Encoding::HexLower, text.as_bytes());
        assert_eq!(signed, hash);
    }
    // Order 123 is payOS's test call, 0 no order: both are refused before anything is sent.
    for code in [0, 123, 1 << 53] {
        assert!(payos::request(&payos_account(), &payos_create(code, 3300)).is_err());
    }
}

/// "paid payment link with 1 transaction" of the same file, its order code 0 being the only change to ours.
#[test]
fn payos_query_lists_transfers_as_its_webhook_tells_them() {
    let transfer = json!({"accountNumber": "0123456789", "amount": 2000, "counterAccountBankId": "01202001", "counterAccountBankName": null,
        "counterAccountName": "NGUYEN VAN A", "counterAccountNumber": "9876543210", "description": "TRANSACTION DESCRIPTION",
        "reference": "FT-REFERENCE", "transactionDateTime": "2025-12-12T09:00:00+07:00", "virtualAccountName": null,
        "virtualAccountNumber": null});
    let data = json!({"id": "payment-link-id", "orderCode": 0, "amount": 2000, "amountPaid": 2000, "amountRemaining": 0, "status": "PAID",
        "createdAt": "2025-12-12T09:00:00+07:00", "transactions": [transfer], "canceledAt": null, "cancellationReason": null});
    let published = "6af5e2c9a28256c140169ed624114b43295915d7b6e2fa6278b17a7c43aadefd";
    let answer = |data: &Value, hash: &str| {
        json!({"code": "00", "desc": "success", "data": data, "signature": hash}).to_string()
    };
    let expected = Expected::new("0", dong(2000));
    let read = |body: &str| payos::read_query(&payos_account(), &expected, body.as_bytes());
    let news = read(&answer(&data, published)).unwrap();
    assert_eq!((news.len(), news[0].outcome().class), (1, Class::Paid));
    assert_eq!(
        (news[0].transaction(), news[0].matches().amount),
        (Some("FT-REFERENCE"), Match::Equal)
    );
    assert_eq!(news[0].at(), Some(datetime!(2025-12-12 02:00 UTC)));
    let mut changed = data.clone();
    changed["transactions"][0]["amount"] = 2001.into();
    let error = read(&answer(&changed, published)).unwrap_err();
    assert_eq!(error.code(), "payments.answer_signature");

    // "pending payment link" and "expired payment link".
    for (status, hash, class) in [
        (
            "PENDING",
            "33093364158b143baa9ecd2e705d9a2a5a5d391a3cab7cb0a371588b3731368f",
            Class::Pending,
        ),
        (
            "EXPIRED",
            "e07e6e463904beb38da38192b4de79beb4bd20b0435d3920389beb6abeb6c48e",
            Class::Failed,
        ),
    ] {
        let mut open = data.clone();
        open["amountPaid"] = 0.into();
        open["amountRemaining"] = 2000.into();
        open["status"] = status.into();
        open["transactions"] = json!([]);
        let news = read(&answer(&open, hash)).unwrap();
        assert_eq!(news[0].outcome().class, class);
    }
}

/// "create single payout with no category" of the same file.
#[test]
fn payos_pays_refunds_out() {
    let one = refund("referenceId", "payos", "777", "FT", 2000);
    let sent = payos::refund(&payos_account(), &one, "payout", ("970422", "0123456789")).unwrap();
    let header = |name: &str| sent.headers.iter().find(|(k, _)| *k == name).unwrap().1.as_str();
    assert_eq!(
        header("x-signature"),
        "40af04e4b404ef9ad67d034c2d8b4c158c9aad965afe87ab37d456526a949abb"
    );
    assert_eq!(header("x-idempotency-key"), "referenceId");
    // "get payout with single failed transaction".
    let data = json!({"id": "batchId", "referenceId": "referenceId", "transactions": [{"id": "batchTxnId", "referenceId": "referenceId",
        "amount": 2000, "description": "batch payout", "toBin": "970422", "toAccountNumber": "0123456789",
        "toAccountName": "NGUYEN VAN A", "reference": null, "transactionDatetime": null, "errorMessage": "error message",
        "errorCode": "error code", "state": "FAILED"}], "category": null, "approvalState": "FAILED",
        "createdAt": "2025-12-12T09:00:00+07:00"});
    let body = json!({"code": "00", "desc": "success", "data": data}).to_string();
    let hash = "55ae218e7ad03a3a70067111cbe82e561be8994df037a990e56d20cca88c252e";
    let answer = payos::read_payout(&payos_account(), &one, hash, body.as_bytes()).unwrap();
    assert_eq!(answer.class(), Class::RefundFailed);
    let other = body.replace("FAILED", "SUCCEEDED");
    let error = payos::read_payout(&payos_account(), &one, hash, other.as_bytes()).unwrap_err();
    assert_eq!(error.code(), "payments.answer_signature");
}

fn onepay_account() -> onepay::Account {
    let keys = json!({"label": "now", "access_code": "D67342C2", "secret": "A3EFDFABA8653DF2342E8DAC29B51AF0", "user": "op01",
        "password": "op123456"});
    account("ONEPAY", Some("https://mtf.example.vn/onecomm-pay/vpc.op"), keys)
}

/// The addresses of OnePay's developer page, as naustudio/vn-payments keeps them (test/onepay.test.js).
#[test]
fn onepay_published_addresses() {
    let all = json!({"reference": "2018-01-11T14:46:11.115Z", "amount": money(1), "info": "2018-01-11T14:46:11.115Z", "ip": "127.0.0.1",
        "return_url": "http://localhost/~thanh/noidia_php/dr.php", "locale": "vn", "extra": {"Title": "onepay paygate",
        "vpc_Customer_Email": "support@onepay.vn", "vpc_Customer_Id": "thanhvt", "vpc_Customer_Phone": "840904280949",
        "vpc_SHIP_City": "Ha Noi", "vpc_SHIP_Country": "Viet Nam", "vpc_SHIP_Provice": "Hoan Kiem",
        "vpc_SHIP_Street01": "39A Ngo Quyen"}});
    let some = json!({"reference": "TEST_15156659133131771069956", "amount": money(10_000), "info": "TEST_15156659133131771069956",
        "ip": "118.69.52.190", "return_url": "http://mtf.onepay.vn/developer/?page=demo_noidia", "locale": "vn",
        "extra": {"Title": "onepay paygate"}});
    for (pay, hash) in [
        (all, "DDC85640D5B2D72AC46A16FBCD3E0DF7B4E05DB1818E2A0A423C2A31FAFF39E4"),
        (some, "F42B6F097C919B567CDAC678586B6408B192611437AFF3A77ED9448C3E15AF37"),
    ] {
        let sent = onepay::request(&onepay_account(), &serde_json::from_value(pay).unwrap());
        let sent = sent.unwrap();
        assert!(sent.url.ends_with(&format!("&vpc_SecureHash={hash}")), "{}", sent.url);
        assert!(sent.url.contains("Title=onepay%20paygate") && !sent.canonical.contains("Title"));
    }
}

#[test]
fn onepay_query_and_refund() {
    let account = onepay_account();
    let url = "https://mtf.example.vn/msp/queries";
    let sent = onepay::query(&account, url, "HS1").unwrap();
    assert!(sent.body.contains("vpc_Password=op123456") && !sent.canonical.contains("op123456"));
    assert!(onepay::query(&account, "https://mtf.example.vn/?x", "HS1").is_err());
    let expected = Expected::new("HS1", dong(36_000));
    let read = |body: &str| onepay::read_query(&account, &expected, tls(body));
    let none = read("vpc_DRExists=N&vpc_MerchTxnRef=HS1").unwrap();
    assert_eq!(none.outcome().class, Class::Pending);
    let paid = "vpc_Amount=3600000&vpc_DRExists=Y&vpc_MerchTxnRef=HS1&vpc_Merchant=ONEPAY&vpc_TransactionNo=77&vpc_TxnResponseCode=0";
    assert_eq!(read(paid).unwrap().outcome().class, Class::Paid);
    assert_eq!(read(&paid.replace("HS1", "HS2")).unwrap_err().code(), "payments.answer_mismatch");
    let forged = format!("{paid}&vpc_SecureHash=00");
    assert_eq!(read(&forged).unwrap_err().code(), "payments.answer_signature");

    let one = refund("R1", "onepay", "HS1", "77", 36_000);
    let sent = onepay::refund(&account, url, &one, "manager").unwrap();
    assert_eq!(
        sent.canonical,
        "vpc_AccessCode=D67342C2&vpc_Amount=3600000&vpc_Command=refund&vpc_MerchTxnRef=R1&vpc_Merchant=ONEPAY&vpc_Operator=manager\
         &vpc_OrgMerchTxnRef=HS1&vpc_Version=2"
    );
    let body = "vpc_Merchant=ONEPAY&vpc_MerchTxnRef=R1&vpc_TxnResponseCode=0&vpc_Amount=3600000";
    assert_eq!(onepay::read_refund(&account, &one, tls(body)).unwrap().class(), Class::Refunded);
}

fn viettelpay_account() -> viettelpay::Account {
    let keys = json!({"label": "now", "access_code": "AC01", "secret": "HASHKEY", "algorithm": "hmac_sha1", "encoding": "base64"});
    account("MC01", None, keys)
}

#[test]
fn viettelpay_messages() {
    let account = viettelpay_account();
    let pay = json!({"reference": "ORDER01", "billcode": "BILL01", "amount": money(150_000), "description": "Le phi",
        "return_url": "https://example.vn/r", "cancel_url": "https://example.vn/c"});
    let sent = viettelpay::request(&account, &serde_json::from_value(pay).unwrap()).unwrap();
    if let Some((message, hash)) = vector("viettelpay-request") {
        assert_eq!(sent.canonical, message.replace("AC01", "‹secret›"));
        assert!(sent.url.ends_with(&format!("check_sum={}", hash.replace('=', "%3D"))));
    }
    let expected = Expected::new("ORDER01", dong(150_000));
    let read = |status: &str, error: &str| {
        let body = json!({"merchant_code": "MC01", "order_id": "ORDER01", "error_code": error, "payment_status": status,
            "vt_transaction_id": "VT1", "version": "2.0"});
        viettelpay::read_query(&account, &expected, tls(&body.to_string())).unwrap()
    };
    assert_eq!(read("1", "00").outcome().class, Class::Paid);
    assert_eq!(read("1", "V04").outcome().class, Class::Hold);
    assert_eq!(read("-1", "00").outcome().class, Class::Pending);
    assert_eq!(read("2", "00").outcome().class, Class::Failed);
    assert_eq!(read("7", "00").outcome().class, Class::Unknown);

    let one = refund("R1", "viettelpay", "ORDER01", "VT1", 150_000);
    let url = "https://sandbox.viettel.vn/PaymentAPI/refund";
    let sent = viettelpay::refund(&account, url, &one, "tra lai").unwrap();
    assert_eq!(sent.canonical, "‹secret›REFUND_PAYMENTMC01ORDER01VT101500002.0");
    let part = Refund { full: false, ..one.clone() };
    assert!(viettelpay::refund(&account, url, &part, "tra lai").is_err());
    let key = Secret::new("HASHKEY").unwrap();
    let sum = key.sign(Algorithm::HmacSha1, Encoding::Base64, b"AC0100MC01ORDER012.0");
    let body = json!({"merchant_code": "MC01", "order_id": "ORDER01", "error_code": "00", "version": "2.0", "check_sum": sum});
    let read = |body: &Value| viettelpay::read_refund(&account, &one, body.to_string().as_bytes());
    assert_eq!(read(&body).unwrap().class(), Class::Refunded);
    let mut forged = body.clone();
    forged["error_code"] = "176".into();
    assert_eq!(read(&forged).unwrap_err().code(), "payments.answer_signature");
}

#[test]
fn viettelpay_asks_before_it_takes_money() {
    use motcua_payments::notice::RawNotice;
    let account = viettelpay_account();
    let key = Secret::new("HASHKEY").unwrap();
    let sum = key.sign(Algorithm::HmacSha1, Encoding::Base64, b"AC01ORDER01MC01ORDER01150000");
    let call = |sum: &str, amount: &str| {
        let sum = sum.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        RawNotice::post(format!(
            "billcode=ORDER01&merchant_code=MC01&order_id=ORDER01{amount}&check_sum={sum}"
        ))
    };
    let answer = |raw: &RawNotice, due: Option<u64>| {
        let expected = due.map(|d| Expected::new("ORDER01", dong(d)));
        let answer = viettelpay::answer_verify_call(raw, &account, expected.as_ref());
        serde_json::from_str::<Value>(&answer.body).unwrap()
    };
    // The amount is ours where the call carries none.
    for raw in [call(&sum, ""), call(&sum, "&trans_amount=150000")] {
        let yes = answer(&raw, Some(150_000));
        assert_eq!((&yes["error_code"], &yes["check_sum"]), (&"00".into(), &sum.clone().into()));
    }
    assert_eq!(answer(&call(&sum, ""), Some(150_001))["error_code"], "02");
    assert_eq!(answer(&call(&sum, "&trans_amount=150000"), Some(150_001))["error_code"], "01");
    assert_eq!(answer(&call(&sum, "&trans_amount=150000"), None)["error_code"], "01");
    assert_eq!(answer(&call("x", ""), Some(150_000))["error_code"], "02");
    assert_eq!(answer(&RawNotice::get("a=1"), Some(150_000))["error_code"], "03");
}

fn platform() -> payplatform::Account {
    account(
        "PARTNER01",
        Some("https://test.example.vn/pp"),
        json!({"label": "now", "secret": "SECRET"}),
    )
}

fn block() -> payplatform::ReceiptBlock {
    serde_json::from_value(json!({"service": "fees", "fields": {"MaDVC": "1", "MaTTHC": "2.000815", "MaDonVi": "G12", "TenDonVi": "UBND",
        "MaHoSo": "H1", "TKThuHuong": "123", "MaNHThuHuong": "VCB", "TenTKThuHuong": "UBND"},
        "lines": [{"kind": "2", "code": "LP", "name": "Le phi", "amount": money(36_000)}]}))
    .unwrap()
}

#[test]
fn the_platform_answers_bare_or_through_a_bus() {
    let init = json!({"reference": "HS1", "amount": money(36_000), "description": "x", "created_at": "2026-11-24T03:00:00Z", "ip": "::1",
        "receipt": block()});
    let init = serde_json::from_value(init).unwrap();
    let bare = r#"{"MaLoi":"00","UrlThanhToan":"https://test.example.vn/pay?x=1"}"#;
    let bus = json!({"error_code": "0", "message": bare}).to_string();
    for body in [bare, bus.as_str()] {
        assert!(payplatform::read_created(&platform(), &init, tls(body)).unwrap().is_open());
    }
    let failed = r#"{"error_code":"7","message":"{}"}"#;
    assert!(payplatform::read_created(&platform(), &init, tls(failed)).is_err());
    let expected = Expected::new("HS1", dong(36_000));
    for (status, class) in [("1", Class::Paid), ("3", Class::Pending), ("4", Class::Failed)] {
        let body = json!({"MaDoiTac": "PARTNER01", "MaThamChieu": "HS1", "SoTien": 36_000, "MaGiaoDich": "P1", "TrangThaiGD": status});
        let news = payplatform::read_query(&platform(), &expected, tls(&body.to_string())).unwrap();
        assert_eq!(news.outcome().class, class);
    }
    assert!(payplatform::read_bill(tls("%PDF-1.7 …")).is_ok());
    assert!(payplatform::read_bill(tls("<html>")).is_err());
}

#[test]
fn a_changed_receipt_block_is_seen() {
    let sent = json!({"MaDichVu": "2", "MaDVC": "1", "MaTTHC": "2.000815", "MaDonVi": "G12", "TenDonVi": "UBND", "MaHoSo": "H1",
        "TKThuHuong": "123", "MaNHThuHuong": "VCB", "TenTKThuHuong": "UBND", "KhoBac": "",
        "PhiLePhi": [{"LoaiPhiLePhi": "2", "MaPhiLePhi": "LP", "TenPhiLePhi": "Le phi", "SoTien": 36_000}]});
    let differences =
        |v: &Value| block().differences(v.to_string().as_bytes(), dong(36_000)).unwrap();
    assert!(differences(&sent).is_empty());
    let mut swapped = sent.clone();
    swapped["TKThuHuong"] = "999".into();
    swapped["PhiLePhi"][0]["SoTien"] = 35_000.into();
    let found: Vec<String> = differences(&swapped).into_iter().map(|d| d.field).collect();
    assert_eq!(found, ["PhiLePhi[0].SoTien", "TKThuHuong"]);
}

fn keypay_account() -> keypay::Account {
    account(
        "CLIENT01",
        Some("https://test.example.vn/kp"),
        json!({"label": "now", "key1": "KEY1", "key2": "KEY2"}),
    )
}

#[test]
fn keypay_is_paid_by_its_detail_alone() {
    let account = keypay_account();
    let url = "https://test.example.vn/kp/detail";
    let sent = keypay::query(&account, url, "HS1").unwrap();
    assert_eq!(sent.canonical, "CLIENT01|PAY|HS1");
    let expected = Expected::new("HS1", dong(36_000));
    let read = |change: &[(&str, &str)]| {
        let mut body = json!({"error": "0", "client_id": "CLIENT01", "transaction_id": "HS1", "transaction_code": "KP9",
            "trans_amount": "36000", "status": "0"});
        for (key, value) in change {
            body[*key] = (*value).into();
        }
        keypay::read_query(&account, &expected, tls(&body.to_string()))
    };
    let paid = read(&[]).unwrap();
    assert_eq!((paid.outcome().class, paid.transaction()), (Class::Paid, Some("KP9")));
    assert_eq!(read(&[("error", "5")]).unwrap().outcome().class, Class::Hold);
    assert_eq!(read(&[("status", "9")]).unwrap().outcome().class, Class::Unknown);
    assert!(
        read(&[("trans_amount", "36001")]).is_err() && read(&[("transaction_id", "HS2")]).is_err()
    );
    let one = refund("R1", "keypay", "HS1", "KP9", 36_000);
    let sent = keypay::refund(&account, url, &one, "tra lai").unwrap();
    assert_eq!(sent.canonical, "36000|CLIENT01|REFUND|tra lai|HS1");
    let answer = keypay::read_refund(&account, &one, tls(r#"{"error":"0"}"#)).unwrap();
    assert_eq!(answer.class(), Class::Refunded);
    let mut pay = json!({"reference": "HS1", "amount": money(36_000), "additional_fee": money(0), "description": "x",
        "return_url": "https://example.vn/", "bill": block()});
    let build =
        |pay: &Value| keypay::request(&account, &serde_json::from_value(pay.clone()).unwrap());
    assert!(build(&pay).unwrap().body.contains("\"bill_info\":{"));
    pay["amount"] = money(36_001);
    assert_eq!(build(&pay).unwrap_err().code(), "payments.lines_sum");
}

/// What an application may demand at compile time: a gateway whose rules its vendor has published.
fn documented<G: Gateway<Source = FromVendorDocument>>(account: &Account<G>) -> Provenance {
    account.provenance()
}

#[test]
fn public_code_is_marked_in_the_type() {
    assert_eq!(documented(&momo_account()), Provenance::VendorDocument);
    for marked in [
        payos_account().provenance(),
        onepay_account().provenance(),
        viettelpay_account().provenance(),
        platform().provenance(),
        keypay_account().provenance(),
    ] {
        assert_eq!(marked, Provenance::PublicCode);
        assert!(marked.warning().is_some());
    }
    let names: Vec<_> = motcua_payments::gateway::NOT_IMPLEMENTED.iter().map(|(n, _)| *n).collect();
    assert_eq!(names, ["paygov", "vnptpay"]);
}

#[test]
fn no_vector_is_without_a_test() {
    let Some(vectors) = outside::json("vectors/payments.json") else { return };
    let here = [include_str!("messages.rs"), include_str!("gateways.rs"), include_str!("vnpay.rs")];
    for vector in vectors.as_array().unwrap().iter().filter(|v| v["alg"] != "CRC16") {
        let id = vector["id"].as_str().unwrap();
        assert!(here.iter().any(|t| t.contains(&format!("\"{id}\""))), "{id}");
    }
}
