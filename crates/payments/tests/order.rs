//! An order moved by real, signed VNPAY notices.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use motcua_payments::gateway::{EnvironmentKind, Sandbox};
use motcua_payments::notice::{RawNotice, Verdict};
use motcua_payments::order::{Attempt, Change, Order, State};
use motcua_payments::vnpay::{self, Config, Locale, PayRequest};
use motcua_payments::{Dong, Error};
use time::OffsetDateTime;
use time::macros::datetime;

const OPENED: OffsetDateTime = datetime!(2026-11-24 03:00:00 UTC);
const PAID: OffsetDateTime = datetime!(2026-11-24 03:05:00 UTC);
const EXPIRES: OffsetDateTime = datetime!(2026-11-24 03:20:00 UTC);

fn dong(amount: u64) -> Dong {
    Dong::new(amount).unwrap()
}

fn config() -> Config<Sandbox> {
    let keys = serde_json::from_str(r#"[{"label":"now","secret":"test_secret"}]"#).unwrap();
    Config::new("TERMINAL", None, keys).unwrap()
}

fn order() -> Order {
    let mut order = Order::new("HS-1", dong(36_000), OPENED, Some(EXPIRES)).unwrap();
    order.initiate(attempt("HS1A"), "clerk").unwrap();
    order
}

fn attempt(reference: &str) -> Attempt {
    Attempt {
        gateway: "vnpay".to_owned(),
        environment: EnvironmentKind::Sandbox,
        merchant: "TERMINAL".to_owned(),
        reference: reference.to_owned(),
        at: OPENED,
    }
}

fn notice(
    reference: &str,
    amount: u64,
    response: &str,
    transaction: &str,
    at: OffsetDateTime,
) -> RawNotice {
    let pay = PayRequest {
        reference: reference.to_owned(),
        amount: dong(amount),
        info: "Le phi".to_owned(),
        order_type: "other".to_owned(),
        ip: "127.0.0.1".to_owned(),
        locale: Locale::Vn,
        return_url: "https://example.com/".to_owned(),
        bank_code: None,
        created_at: OPENED,
        expires_at: None,
    };
    let status = if response == "00" { "00" } else { "02" };
    let pretend = vnpay::sandbox::Pretend {
        response_code: response.to_owned(),
        transaction_status: status.to_owned(),
        transaction: transaction.to_owned(),
        bank_code: "NCB".to_owned(),
        paid_at: at,
    };
    RawNotice::get(vnpay::sandbox::sign_notice(&config(), &pay, &pretend).unwrap())
}

fn apply(order: &mut Order, raw: &RawNotice, reference: &str) -> motcua_payments::order::Applied {
    let expected = order.expected(reference, Some(PAID));
    match vnpay::verify(raw, &config(), expected.as_ref()) {
        Verdict::Verified(news) => order.apply(&news, PAID, "vnpay").unwrap(),
        Verdict::Refused(refused) => panic!("{refused:?}"),
    }
}

#[test]
fn paid_once_then_already_applied() {
    let mut order = order();
    let raw = notice("HS1A", 36_000, "00", "1", PAID);
    let first = apply(&mut order, &raw, "HS1A");
    assert_eq!(first.change, Change::Moved { from: State::Initiated, to: State::Paid });
    assert!(first.acknowledgement.body.contains("\"00\""));
    let stored = serde_json::to_string(&order).unwrap();
    let mut order: Order = serde_json::from_str(&stored).unwrap();
    let second = apply(&mut order, &raw, "HS1A");
    assert_eq!(second.change, Change::AlreadyApplied);
    assert!(second.acknowledgement.body.contains("\"02\""));
    assert_eq!(apply(&mut order, &raw, "HS1A"), second);
    assert_eq!(serde_json::to_string(&order).unwrap(), stored);
    order.check_records().unwrap();
}

#[test]
fn the_first_answer_may_fail_and_the_next_pay() {
    let mut order = order();
    apply(&mut order, &notice("HS1A", 36_000, "51", "", PAID), "HS1A");
    assert_eq!(order.state(), State::Failed);
    apply(&mut order, &notice("HS1A", 36_000, "00", "2", PAID), "HS1A");
    assert_eq!(order.state(), State::Paid);
    let after = apply(&mut order, &notice("HS1A", 36_000, "24", "", PAID), "HS1A");
    assert_eq!(after.change, Change::Kept { why: "conflict_query_the_gateway" });
    assert_eq!(order.state(), State::Paid);
    assert!(after.acknowledgement.body.contains("\"02\""));
}

#[test]
fn late_money_is_kept() {
    let mut order = order();
    apply(
        &mut order,
        &notice("HS1A", 36_000, "00", "3", EXPIRES + time::Duration::minutes(1)),
        "HS1A",
    );
    assert_eq!(order.state(), State::PaidLate);
    assert_eq!(order.received(), dong(36_000));
}

#[test]
fn a_second_payment_goes_to_the_refund_queue() {
    let mut order = order();
    order.initiate(attempt("HS1B"), "clerk").unwrap();
    apply(&mut order, &notice("HS1A", 36_000, "00", "1", PAID), "HS1A");
    let second = apply(&mut order, &notice("HS1B", 36_000, "00", "2", PAID), "HS1B");
    assert_eq!(second.change, Change::Kept { why: "second_payment_to_refund_queue" });
    assert_eq!((order.state(), order.received()), (State::Paid, dong(72_000)));
    assert_eq!(order.refunds_due()[0].amount, dong(36_000));
    let refund = order.request_refund("HS1B", dong(36_000), 1, PAID, "clerk").unwrap();
    assert_eq!(order.request_refund("HS1B", dong(36_000), 1, PAID, "clerk").unwrap().id, refund.id);
    assert!(order.refunds_due().is_empty() && order.locked() == dong(36_000));
    let more = order.request_refund("HS1B", dong(1), 2, PAID, "clerk").unwrap_err();
    assert_eq!(more.code(), "payments.refund_exceeds");
}

#[test]
fn a_wrong_amount_is_reviewed_and_never_paid() {
    let mut order = order();
    let raw = notice("HS1A", 35_000, "00", "1", PAID);
    let verdict = vnpay::verify(&raw, &config(), order.expected("HS1A", None).as_ref());
    let (record, acknowledgement) = order.refuse(verdict.refused().unwrap(), PAID, "vnpay");
    assert_eq!(order.state(), State::Review);
    assert_eq!(record.detail, "got=35000 expected=36000");
    assert!(acknowledgement.body.contains("\"04\""));
}

#[test]
fn a_forgery_changes_nothing() {
    let mut order = order();
    let before = order.clone();
    let mut raw = notice("HS1A", 36_000, "99", "1", PAID);
    raw.query.pop();
    let verdict = vnpay::verify(&raw, &config(), order.expected("HS1A", None).as_ref());
    let (record, _) = order.refuse(verdict.refused().unwrap(), PAID, "vnpay");
    assert_eq!(order, before);
    assert_eq!(record.why, "payments.notice.signature_wrong");
}

#[test]
fn a_notice_of_another_order_cannot_be_applied() {
    let mut order = order();
    let mut other = Order::new("HS-2", dong(36_000), OPENED, None).unwrap();
    other.initiate(attempt("HS2A"), "clerk").unwrap();
    let raw = notice("HS2A", 36_000, "00", "1", PAID);
    let verdict = vnpay::verify(&raw, &config(), other.expected("HS2A", None).as_ref());
    let error = order.apply(verdict.verified().unwrap(), PAID, "vnpay").unwrap_err();
    assert!(matches!(error, Error::OrderForeign { field: "reference", .. }));
}

#[test]
fn an_order_sent_out_is_not_closed_without_asking() {
    let mut order = order();
    assert_eq!(order.cancel(&[], PAID, "clerk").unwrap_err().code(), "payments.order_state");
    assert_eq!(order.expire(&[], PAID, "clerk").unwrap_err().code(), "payments.time_window");
    let mut fresh = Order::new("HS-3", dong(1), OPENED, None).unwrap();
    fresh.cancel(&[], PAID, "clerk").unwrap();
    assert_eq!(fresh.state(), State::Cancelled);
}

#[test]
fn an_altered_record_is_found() {
    let order = order();
    let altered =
        serde_json::to_string(&order).unwrap().replace("\"who\":\"clerk\"", "\"who\":\"nobody\"");
    let order: Order = serde_json::from_str(&altered).unwrap();
    assert_eq!(order.check_records().unwrap_err().code(), "payments.record_broken");
}
