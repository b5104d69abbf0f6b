//! One failing input for each error code; `test-vectors/errors.json` names these functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use motcua_payments::bank::Banks;
use motcua_payments::by_name::{Answer, AnyAccount};
use motcua_payments::gateway::{Config, EnvironmentKind, OneSecret, Production, Sandbox};
use motcua_payments::notice::{Expected, TlsAnswer};
use motcua_payments::order::{Attempt, Order};
use motcua_payments::vietqr::{self, Transfer};
use motcua_payments::{Dong, Error, Secret, emv, momo, onepay, payplatform, reference, vnpay};
use serde_json::json;
use time::macros::datetime;

/// The error's code and text are those of the list.
fn is(error: &Error, code: &str) {
    assert_eq!(error.code(), code, "{error}");
    let list = include_str!("../../../test-vectors/errors.json");
    let list: serde_json::Value = serde_json::from_str(list).unwrap();
    let entry = list.as_array().unwrap().iter().find(|e| e["code"] == code).expect("listed");
    let contains = entry["message_contains"].as_str().unwrap();
    assert!(error.to_string().contains(contains), "{error}");
    for (name, value) in error.details() {
        assert!(!name.is_empty());
        let _ = value;
    }
}

fn keys() -> Vec<OneSecret> {
    serde_json::from_value(json!([{"label": "now", "secret": "test_secret"}])).unwrap()
}

fn terminal() -> vnpay::Config<Sandbox> {
    Config::new("TERMINAL", None, keys()).unwrap()
}

fn pay(change: &serde_json::Value) -> Error {
    let mut pay = json!({"reference": "HS1", "amount": {"amount": "1000", "currency": "VND"}, "info": "Le phi",
        "ip": "127.0.0.1", "locale": "vn", "return_url": "https://example.vn/", "created_at": "2026-11-24T03:00:00Z"});
    for (key, value) in change.as_object().unwrap() {
        pay[key] = value.clone();
    }
    vnpay::request(&terminal(), &serde_json::from_value(pay).unwrap()).unwrap_err()
}

fn transfer(change: &serde_json::Value) -> Transfer {
    let mut transfer = json!({"bank": "VCB", "account": "1"});
    for (key, value) in change.as_object().unwrap() {
        transfer[key] = value.clone();
    }
    serde_json::from_value(transfer).unwrap()
}

fn order() -> Order {
    let at = datetime!(2026-11-24 03:00 UTC);
    let mut order = Order::new("HS-1", Dong::new(1000).unwrap(), at, None).unwrap();
    let attempt = Attempt {
        gateway: "vnpay".to_owned(),
        environment: EnvironmentKind::Sandbox,
        merchant: "TERMINAL".to_owned(),
        reference: "HS1".to_owned(),
        at,
    };
    order.initiate(attempt, "clerk").unwrap();
    order
}

/// An order paid by a pretended notice.
fn paid() -> Order {
    let mut order = order();
    let raw = pretended("HS1");
    let verdict = vnpay::verify(&raw, &terminal(), order.expected("HS1", None).as_ref());
    order.apply(verdict.verified().unwrap(), datetime!(2026-11-24 03:05 UTC), "vnpay").unwrap();
    order
}

fn pretended(reference: &str) -> motcua_payments::notice::RawNotice {
    let pay = serde_json::from_value(
        json!({"reference": reference, "amount": {"amount": "1000", "currency": "VND"},
        "info": "x", "ip": "127.0.0.1", "locale": "vn", "return_url": "https://example.vn/",
        "created_at": "2026-11-24T03:00:00Z"}),
    );
    let pretend = serde_json::from_value(json!({"response_code": "00", "transaction_status": "00",
        "transaction": "1", "bank_code": "NCB", "paid_at": "2026-11-24T03:04:00Z"}));
    let query = vnpay::sandbox::sign_notice(&terminal(), &pay.unwrap(), &pretend.unwrap()).unwrap();
    motcua_payments::notice::RawNotice::get(query)
}

#[test]
fn field_missing() {
    is(&pay(&json!({"reference": ""})), "payments.field_missing");
}
#[test]
fn field_length() {
    is(
        &vietqr::build(&transfer(&json!({"memo": "x".repeat(26)}))).unwrap_err(),
        "payments.field_length",
    );
}
#[test]
fn field_character() {
    is(&pay(&json!({"info": "Lệ phí"})), "payments.field_character");
}
#[test]
fn field_pattern() {
    is(&Dong::parse("1.000").unwrap_err(), "payments.field_pattern");
}
#[test]
fn amount_range() {
    is(&pay(&json!({"amount": {"amount": "0", "currency": "VND"}})), "payments.amount_range");
}
#[test]
fn amount_not_dong() {
    let negative = motcua_money::Amount::vnd(-1);
    is(&Dong::try_from(negative).unwrap_err(), "payments.amount_not_dong");
    assert_eq!(Dong::try_from(motcua_money::Amount::vnd(36_000)).unwrap().get(), 36_000);
}
#[test]
fn lines_sum() {
    let keys = serde_json::from_value(json!([{"label": "now", "secret": "s"}])).unwrap();
    let account: payplatform::Config<Sandbox> =
        Config::new("P", Some("https://test.example.vn/pp"), keys).unwrap();
    let init = json!({"reference": "r", "amount": {"amount": "1", "currency": "VND"}, "description": "d",
        "created_at": "2026-11-24T03:00:00Z", "ip": "::1", "receipt": {"service": "fees", "lines": [],
        "fields": {"MaDVC": "1", "MaTTHC": "1", "MaDonVi": "1", "TenDonVi": "1", "MaHoSo": "1", "TKThuHuong": "1",
        "MaNHThuHuong": "1", "TenTKThuHuong": "1"}}});
    let error = payplatform::request(&account, &serde_json::from_value(init).unwrap()).unwrap_err();
    is(&error, "payments.lines_sum");
}
#[test]
fn time_window() {
    is(&pay(&json!({"expires_at": "2026-11-24T03:00:00Z"})), "payments.time_window");
}
#[test]
fn secret_missing() {
    is(&Secret::new(" ").unwrap_err(), "payments.secret_missing");
}
#[test]
fn secret_format() {
    let keys =
        serde_json::from_value(json!([{"label": "now", "access_code": "A", "secret": "xyz"}]))
            .unwrap();
    let config: Result<onepay::Config<Sandbox>, _> =
        Config::new("M", Some("https://mtf.example.vn/p"), keys);
    is(&config.unwrap_err(), "payments.secret_format");
}
#[test]
fn environment_mixed() {
    let config: Result<vnpay::Config<Production>, _> =
        Config::new("T", Some("https://sandbox.vnpayment.vn"), keys());
    is(&config.unwrap_err(), "payments.environment_mixed");
}
#[test]
fn answer_malformed() {
    let expected = Expected::new("HS1", Dong::new(1000).unwrap());
    is(&vnpay::read_query(&terminal(), &expected, b"[]").unwrap_err(), "payments.answer_malformed");
}
#[test]
fn answer_signature() {
    let expected = Expected::new("HS1", Dong::new(1000).unwrap());
    is(&vnpay::read_query(&terminal(), &expected, b"{}").unwrap_err(), "payments.answer_signature");
}
#[test]
fn answer_mismatch() {
    let keys = serde_json::from_value(json!([{"label": "now", "access_key": "A", "secret": "s"}]))
        .unwrap();
    let account: momo::Config<Sandbox> = Config::new("M", None, keys).unwrap();
    let body = json!({"partnerCode": "M", "orderId": "other", "resultCode": 0, "amount": 1000, "transId": 1}).to_string();
    let expected = Expected::new("HS1", Dong::new(1000).unwrap());
    let answer = TlsAnswer::assume_asked_over_tls(body.as_bytes());
    is(&momo::read_query(&account, &expected, answer).unwrap_err(), "payments.answer_mismatch");
}
#[test]
fn qr_syntax() {
    is(&emv::read("hello").unwrap_err(), "payments.qr_syntax");
}
#[test]
fn qr_crc() {
    let text = vietqr::build(&transfer(&json!({}))).unwrap();
    let (start, sum) = text.split_at(text.len() - 4);
    let wrong = if sum == "0000" { "0001" } else { "0000" };
    is(&vietqr::parse(&format!("{start}{wrong}")).unwrap_err(), "payments.qr_crc");
}
#[test]
fn qr_profile() {
    let promptpay = "00020101021129370016A000000677010111011300668012345675802TH530376463046197";
    is(&vietqr::parse(promptpay).unwrap_err(), "payments.qr_profile");
}
#[cfg(feature = "qr-image")]
#[test]
fn qr_capacity() {
    use motcua_payments::qr::{Medium, svg};
    is(&svg(&"x".repeat(3000), Medium::Screen).unwrap_err(), "payments.qr_capacity");
}
#[test]
fn bank_unknown() {
    is(&Banks::state_bank().unwrap().find("Nobody").unwrap_err(), "payments.bank_unknown");
}
#[test]
fn order_state() {
    is(
        &order().cancel(&[], datetime!(2026-11-24 04:00 UTC), "clerk").unwrap_err(),
        "payments.order_state",
    );
}
#[test]
fn order_foreign() {
    let verdict = vnpay::verify(
        &pretended("HS2"),
        &terminal(),
        Some(&Expected::new("HS2", Dong::new(1000).unwrap())),
    );
    let news = verdict.verified().unwrap();
    is(
        &order().apply(news, datetime!(2026-11-24 04:00 UTC), "x").unwrap_err(),
        "payments.order_foreign",
    );
}
#[test]
fn refund_exceeds() {
    let at = datetime!(2026-11-24 04:00 UTC);
    let error = paid().request_refund("HS1", Dong::new(1001).unwrap(), 1, at, "clerk").unwrap_err();
    is(&error, "payments.refund_exceeds");
}
#[test]
fn refund_unknown() {
    let at = datetime!(2026-11-24 04:00 UTC);
    let error = paid().request_refund("HS9", Dong::new(1).unwrap(), 1, at, "clerk").unwrap_err();
    is(&error, "payments.refund_unknown");
}
#[test]
fn record_broken() {
    let altered =
        serde_json::to_string(&order()).unwrap().replace("\"who\":\"clerk\"", "\"who\":\"x\"");
    let order: Order = serde_json::from_str(&altered).unwrap();
    is(&order.check_records().unwrap_err(), "payments.record_broken");
}
#[test]
fn reference_invalid() {
    is(&reference::read("MC123").unwrap_err(), "payments.reference_invalid");
}

/// An account by the gateway's name.
fn any(gateway: &str) -> AnyAccount {
    let mut account = json!({"environment": "sandbox", "merchant": "M", "base": "https://test.example.vn",
        "keys": [{"label": "now", "secret": "test_secret", "access_key": "A"}]});
    if gateway != "momo" {
        account["keys"][0].as_object_mut().unwrap().remove("access_key");
    }
    AnyAccount::read(gateway, &account.to_string()).unwrap()
}
fn answer(asked_over_tls: bool) -> Answer {
    Answer { body: "{}".to_owned(), signature: None, asked_over_tls }
}
#[test]
fn gateway_unknown() {
    is(&AnyAccount::read("paygov", "{}").unwrap_err(), "payments.gateway_unknown");
}
#[test]
fn message_shape() {
    is(&any("vnpay").request("{}").unwrap_err(), "payments.message_shape");
    let wrong = r#"{"environment": "sandbox", "merchant": "M", "keys": "test_secret"}"#;
    let error = AnyAccount::read("vnpay", wrong).unwrap_err();
    is(&error, "payments.message_shape");
    assert!(!format!("{error} {error:?}").contains("test_secret"), "{error}");
    let error = serde_json::from_str::<vnpay::Account>(wrong).unwrap_err();
    assert!(error.to_string().starts_with("give environment, merchant"), "{error}");
    assert!(!format!("{error} {error:?}").contains("test_secret"), "{error}");
}
#[test]
fn message_absent() {
    let pay = json!({"reference": "HS1", "amount": {"amount": "1000", "currency": "VND"}, "info": "Le phi", "ip": "127.0.0.1",
        "locale": "vn", "return_url": "https://example.vn/", "created_at": "2026-11-24T03:00:00Z"});
    let error = any("vnpay").read_created(&pay.to_string(), &answer(true)).unwrap_err();
    is(&error, "payments.message_absent");
}
#[test]
fn answer_unsigned() {
    let expected = Expected::new("HS1", Dong::new(1000).unwrap());
    let error = any("momo").read_query(&expected, &answer(false)).unwrap_err();
    is(&error, "payments.answer_unsigned");
    let error = any("momo").read_query(&expected, &answer(true)).unwrap_err();
    is(&error, "payments.answer_malformed");
}
#[test]
fn refund_elsewhere() {
    let at = datetime!(2026-11-24 04:00 UTC);
    let refund = paid().request_refund("HS1", Dong::new(1).unwrap(), 1, at, "clerk").unwrap();
    is(&any("momo").refund(&refund, "{}").unwrap_err(), "payments.refund_elsewhere");
    is(&any("vnpay").refund(&refund, "{}").unwrap_err(), "payments.message_shape");
}
