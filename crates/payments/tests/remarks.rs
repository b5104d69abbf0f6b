//! What is remarked on a notice that was accepted, and values beside the amount that must come back as they were sent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod every_gateway;

use every_gateway::{True, all, judge};
use motcua_payments::code::Class;
use motcua_payments::notice::RawNotice;
use motcua_payments::reason::Warning;
use motcua_payments::{Algorithm, Encoding, Secret};
use serde_json::Value;
use time::macros::datetime;

fn one(gateway: &str) -> True {
    all().into_iter().find(|o| o.gateway == gateway).unwrap()
}

#[test]
fn a_payment_before_the_order_was_opened() {
    let mut zalopay = one("zalopay");
    zalopay.expected.opened_at = Some(datetime!(2027-01-01 00:00 UTC));
    let verdict = judge("zalopay", &zalopay.account, &zalopay.raw, Some(&zalopay.expected));
    let warnings = verdict.verified().unwrap().warnings();
    assert!(matches!(warnings, [Warning::BeforeOpening { seconds }] if *seconds > 86_400));
}

#[test]
fn a_code_that_no_table_has() {
    let text = "vnp_Amount=3600000&vnp_ResponseCode=42&vnp_TmnCode=TERMINAL&vnp_TransactionStatus=00&vnp_TxnRef=HS1";
    let hash = Secret::new("secret").unwrap().sign(
        Algorithm::HmacSha512,
        Encoding::HexLower,
        text.as_bytes(),
    );
    let vnpay = one("vnpay");
    let raw = RawNotice::get(format!("{text}&vnp_SecureHash={hash}"));
    let verdict = judge("vnpay", &vnpay.account, &raw, Some(&vnpay.expected));
    let news = verdict.verified().unwrap();
    assert_eq!(news.outcome().class, Class::Unknown);
    assert_eq!(news.warnings(), [Warning::CodeUnknown { value: "42/00".to_owned() }]);
}

#[test]
fn a_status_that_nobody_signed() {
    let keypay = one("keypay");
    let mut body: Value = serde_json::from_slice(&keypay.raw.body).unwrap();
    body["status"] = "0".into();
    let raw = RawNotice::post(body.to_string());
    let verdict = judge("keypay", &keypay.account, &raw, Some(&keypay.expected));
    let warnings = verdict.verified().unwrap().warnings();
    assert_eq!(warnings, [Warning::OutcomeUnsigned { claimed: "0".to_owned() }]);
}

#[test]
fn a_fee_that_was_not_sent() {
    let sum = Secret::new("key2").unwrap().sign(
        Algorithm::HmacSha256,
        Encoding::HexLower,
        b"2000|CLIENT01|PAY|36000|HS1|3.0",
    );
    let mut keypay = one("keypay");
    let mut body: Value = serde_json::from_slice(&keypay.raw.body).unwrap();
    body["addition_fee"] = "2000".into();
    body["check_sum"] = sum.into();
    let raw = RawNotice::post(body.to_string());
    let verdict = judge("keypay", &keypay.account, &raw, Some(&keypay.expected));
    let refused = verdict.refused().unwrap();
    assert_eq!(refused.reason().code(), "payments.notice.field");
    assert!(refused.authentic().is_some() && refused.is_security_event());
    keypay.expected.also.insert("addition_fee".to_owned(), "2000".to_owned());
    let verdict = judge("keypay", &keypay.account, &raw, Some(&keypay.expected));
    assert!(verdict.verified().is_some());
    // And one that was sent must come back.
    let verdict = judge("keypay", &keypay.account, &keypay.raw, Some(&keypay.expected));
    assert_eq!(verdict.refused().unwrap().reason().code(), "payments.notice.field");
}
