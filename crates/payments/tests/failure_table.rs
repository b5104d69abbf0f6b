//! The table of failures and what must happen, a test for each row that is not already a test of its own in `vnpay.rs`, `gateways.rs`, `order.rs`
//! or `reference.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use motcua_payments::code::Class;
use motcua_payments::gateway::{EnvironmentKind, Sandbox};
use motcua_payments::notice::{Expected, RawNotice, Verdict};
use motcua_payments::order::{Applied, Attempt, Change, Order, RefundState, State};
use motcua_payments::query::{Decision, decide};
use motcua_payments::reason::Warning;
use motcua_payments::{Dong, vnpay};
use serde_json::json;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const OPENED: OffsetDateTime = datetime!(2026-11-24 03:00 UTC);

fn dong(n: u64) -> Dong {
    Dong::new(n).unwrap()
}

fn terminal() -> vnpay::Config<Sandbox> {
    let keys = serde_json::from_value(json!([{"label": "k", "secret": "secret"}])).unwrap();
    vnpay::Config::new("TERMINAL", None, keys).unwrap()
}

fn order() -> Order {
    let mut order =
        Order::new("HS-1", dong(36_000), OPENED, Some(OPENED + Duration::minutes(20))).unwrap();
    let attempt = Attempt {
        gateway: "vnpay".to_owned(),
        environment: EnvironmentKind::Sandbox,
        merchant: "TERMINAL".to_owned(),
        reference: "HS1".to_owned(),
        at: OPENED,
    };
    order.initiate(attempt, "clerk").unwrap();
    order
}

fn notice(response: &str, status: &str, minutes: i64) -> RawNotice {
    let pay = json!({"reference": "HS1", "amount": {"amount": "36000", "currency": "VND"}, "info": "x",
        "ip": "127.0.0.1", "locale": "vn", "return_url": "https://example.vn/", "created_at": "2026-11-24T03:00:00Z"});
    let paid_at = motcua_payments::instant::text(OPENED + Duration::minutes(minutes));
    let pretend = json!({"response_code": response, "transaction_status": status, "transaction": "1",
        "bank_code": "NCB", "paid_at": paid_at});
    let pay = serde_json::from_value(pay).unwrap();
    let pretend = serde_json::from_value(pretend).unwrap();
    RawNotice::get(vnpay::sandbox::sign_notice(&terminal(), &pay, &pretend).unwrap())
}

fn judge(order: &Order, raw: &RawNotice) -> Verdict {
    vnpay::verify(raw, &terminal(), order.expected("HS1", Some(OPENED)).as_ref())
}

fn apply(order: &mut Order, raw: &RawNotice) -> Applied {
    let verdict = judge(order, raw);
    order
        .apply(verdict.verified().expect("verified"), OPENED + Duration::minutes(6), "vnpay")
        .unwrap()
}

#[test]
fn redirect_without_ipn_stays_initiated_until_news_comes() {
    assert_eq!(order().state(), State::Initiated);
}

#[test]
fn ipn_and_redirect_race_is_one_application() {
    let mut order = order();
    let ipn = notice("00", "00", 5);
    // Both were judged before either was applied.
    let (first, second) = (judge(&order, &ipn), judge(&order, &ipn));
    let at = OPENED + Duration::minutes(6);
    order.apply(first.verified().unwrap(), at, "vnpay").unwrap();
    let second = order.apply(second.verified().unwrap(), at, "vnpay").unwrap();
    assert_eq!(second.change, Change::AlreadyApplied);
    assert_eq!(order.credits().len(), 1);
}

#[test]
fn clock_skew_is_a_warning() {
    let order = order();
    let verdict = judge(&order, &notice("00", "00", 15));
    let warnings = verdict.verified().unwrap().warnings();
    assert_eq!(warnings, [Warning::ClockAhead { seconds: 900 }]);
}

#[test]
fn replay_for_another_order_is_refused() {
    let other = Expected::new("HS2", dong(36_000));
    let verdict = vnpay::verify(&notice("00", "00", 5), &terminal(), Some(&other));
    assert_eq!(verdict.refused().unwrap().reason().code(), "payments.notice.reference");
    assert!(verdict.refused().unwrap().is_security_event());
}

#[test]
fn same_transaction_on_two_orders_is_reviewed() {
    let mut order = order();
    let mut expected = order.expected("HS1", None).unwrap();
    expected.used_transactions = vec!["1".to_owned()];
    let verdict = vnpay::verify(&notice("00", "00", 5), &terminal(), Some(&expected));
    order.refuse(verdict.refused().unwrap(), OPENED, "vnpay");
    assert_eq!(order.state(), State::Review);
}

#[test]
fn pending_and_unknown_stay_pending() {
    for (response, status) in
        [("00", "01"), ("00", "04"), ("07", "07"), ("00", "88"), ("88", "00"), ("99", "05")]
    {
        let mut order = order();
        apply(&mut order, &notice(response, status, 5));
        assert_eq!(order.state(), State::Pending, "{response}/{status}");
        assert_eq!(order.received(), Dong::ZERO);
    }
}

#[test]
fn portal_test_call_touches_nothing() {
    let raw = RawNotice::get(
        "vnp_Amount=1000000&vnp_ResponseCode=00&vnp_TmnCode=TERMINAL&vnp_TxnRef=TEST&vnp_SecureHash=00",
    );
    let verdict = vnpay::verify(&raw, &terminal(), None);
    assert_eq!(verdict.refused().unwrap().reason().code(), "payments.notice.test_call");
    assert!(verdict.acknowledgement().body.contains("\"97\""));
}

#[test]
fn duplicate_keys_are_malformed() {
    let mut raw = notice("00", "00", 5);
    raw.query.push_str("&vnp_TxnRef=HS1");
    assert_eq!(
        judge(&order(), &raw).refused().unwrap().reason().code(),
        "payments.notice.malformed"
    );
}

#[test]
fn query_before_cancel() {
    let mut order = order();
    let verdict = judge(&order, &notice("11", "02", 5));
    let news = verdict.verified().unwrap();
    assert_eq!(news.outcome().class, Class::Failed);
    let ends = OPENED + Duration::minutes(15);
    assert_eq!(decide(news, OPENED, ends, 60), Decision::Hold { until: ends });
    let Decision::SafeToCancel { proof } = decide(news, ends, ends, 60) else {
        panic!("closed window")
    };
    let at = OPENED + Duration::minutes(20);
    assert!(order.expire(&[], at, "system").is_err());
    order.expire(&[proof], at, "system").unwrap();
    assert_eq!(order.state(), State::Expired);
    // Late money is money.
    apply(&mut order, &notice("00", "00", 5));
    assert_eq!((order.state(), order.received()), (State::PaidLate, dong(36_000)));
}

#[test]
fn lost_refund_answer_keeps_the_same_identifier() {
    let mut order = order();
    apply(&mut order, &notice("00", "00", 5));
    let at = OPENED + Duration::minutes(30);
    let first = order.request_refund("HS1", dong(36_000), 1, at, "clerk").unwrap();
    let again = order.request_refund("HS1", dong(36_000), 1, at, "clerk").unwrap();
    assert_eq!((first.id == again.id, again.state), (true, RefundState::Pending));
    assert_eq!(order.locked(), dong(36_000));
    // While its fate is unknown no other refund of the same money starts.
    assert!(order.request_refund("HS1", dong(36_000), 2, at, "clerk").is_err());
}
