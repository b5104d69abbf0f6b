//! Random interleavings of duplicate, reordered, forged, late, partial and conflicting events, compared with a model that only counts money.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use motcua_payments::gateway::{EnvironmentKind, Sandbox};
use motcua_payments::notice::{RawNotice, Verdict};
use motcua_payments::order::{Attempt, Order, RefundState};
use motcua_payments::{Algorithm, Dong, Encoding, Secret, payos, vnpay};
use proptest::prelude::*;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

const OPENED: OffsetDateTime = datetime!(2026-11-24 03:00 UTC);
const EXPIRES: OffsetDateTime = datetime!(2026-11-24 04:00 UTC);
const DUE: u64 = 36_000;

fn dong(n: u64) -> Dong {
    Dong::new(n).unwrap()
}

fn terminal() -> vnpay::Config<Sandbox> {
    let keys = serde_json::from_value(json!([{"label": "k", "secret": "secret"}])).unwrap();
    vnpay::Config::new("TERMINAL", None, keys).unwrap()
}

fn channel() -> payos::Config<Sandbox> {
    let keys = serde_json::from_value(json!([{"label": "k", "secret": "secret"}])).unwrap();
    payos::Config::new("client", Some("https://test.example.vn"), keys).unwrap()
}

fn order() -> Order {
    let mut order = Order::new("HS-1", dong(DUE), OPENED, Some(EXPIRES)).unwrap();
    for (gateway, merchant, reference) in [("vnpay", "TERMINAL", "HS1"), ("payos", "client", "777")]
    {
        let attempt = Attempt {
            gateway: gateway.to_owned(),
            environment: EnvironmentKind::Sandbox,
            merchant: merchant.to_owned(),
            reference: reference.to_owned(),
            at: OPENED,
        };
        order.initiate(attempt, "clerk").unwrap();
    }
    order
}

/// A VNPAY notice: response code, amount, transaction, minutes after opening.
fn vnpay_notice(code: &str, amount: u64, transaction: u8, minutes: i64) -> RawNotice {
    let pay = json!({"reference": "HS1", "amount": {"amount": amount.to_string(), "currency": "VND"}, "info": "x",
        "ip": "127.0.0.1", "locale": "vn", "return_url": "https://example.vn/", "created_at": "2026-11-24T03:00:00Z"});
    let paid_at = motcua_payments::instant::text(OPENED + time::Duration::minutes(minutes));
    let pretend = json!({"response_code": code, "transaction_status": if code == "00" { "00" } else { "02" },
        "transaction": transaction.to_string(), "bank_code": "NCB", "paid_at": paid_at});
    let query = vnpay::sandbox::sign_notice(
        &terminal(),
        &serde_json::from_value(pay).unwrap(),
        &serde_json::from_value(pretend).unwrap(),
    );
    RawNotice::get(query.unwrap())
}

/// A payOS webhook for a part of any size.
fn payos_notice(amount: u64, transaction: u8) -> RawNotice {
    let text = format!(
        "amount={amount}&code=00&currency=VND&orderCode=777&reference=T{transaction}&transactionDateTime=2026-11-24 10:30:00"
    );
    let signature = Secret::new("secret").unwrap().sign(
        Algorithm::HmacSha256,
        Encoding::HexLower,
        text.as_bytes(),
    );
    let body = json!({"code": "00", "signature": signature, "data": {"amount": amount, "code": "00", "currency": "VND",
        "orderCode": 777, "reference": format!("T{transaction}"), "transactionDateTime": "2026-11-24 10:30:00"}});
    RawNotice::post(body.to_string())
}

/// VNPAY's signed answer to a refund of this amount.
fn refund_answer(amount: u64, status: &str) -> String {
    let amount = (amount * 100).to_string();
    let values = [
        "A1",
        "refund",
        "00",
        "m",
        "TERMINAL",
        "HS1",
        &amount,
        "NCB",
        "20261124110000",
        "1",
        "03",
        status,
        "x",
    ];
    let names = [
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
    let hash = Secret::new("secret").unwrap().sign(
        Algorithm::HmacSha512,
        Encoding::HexLower,
        values.join("|").as_bytes(),
    );
    let mut body = serde_json::Map::new();
    for (name, value) in names.iter().zip(values) {
        body.insert(format!("vnp_{name}"), value.into());
    }
    body.insert("vnp_SecureHash".to_owned(), hash.into());
    serde_json::Value::Object(body).to_string()
}

#[derive(Clone, Debug)]
enum Event {
    Vnpay { code: &'static str, amount: u64, transaction: u8, minutes: i64 },
    Payos { amount: u64, transaction: u8 },
    Forged { code: &'static str, transaction: u8 },
    Refund { amount: u64, attempt: u32 },
    RefundNews { index: usize, status: &'static str },
    Cancel,
    Dispute,
    EndDispute { lost: u64 },
}

fn event() -> impl Strategy<Value = Event> {
    let code = prop::sample::select(vec!["00", "00", "24", "51", "07"]);
    let part = prop::sample::select(vec![1, 12_000, 18_000, DUE, 40_000]);
    let amount = prop::sample::select(vec![DUE, DUE, DUE, 35_000, 36_001]);
    prop_oneof![
        (code.clone(), amount, 1u8..4, prop::sample::select(vec![5i64, 59, 61, 500])).prop_map(
            |(code, amount, transaction, minutes)| Event::Vnpay {
                code,
                amount,
                transaction,
                minutes
            }
        ),
        (part.clone(), 1u8..5)
            .prop_map(|(amount, transaction)| Event::Payos { amount, transaction }),
        (code, 1u8..4).prop_map(|(code, transaction)| Event::Forged { code, transaction }),
        (part.clone(), 0u32..3).prop_map(|(amount, attempt)| Event::Refund { amount, attempt }),
        (0usize..3, prop::sample::select(vec!["00", "05", "09", "77"]))
            .prop_map(|(index, status)| Event::RefundNews { index, status }),
        Just(Event::Cancel),
        Just(Event::Dispute),
        part.prop_map(|lost| Event::EndDispute { lost }),
    ]
}

fn judge(order: &Order, raw: &RawNotice, reference: &str) -> Verdict {
    let expected = order.expected(reference, Some(OPENED));
    match reference {
        "HS1" => vnpay::verify(raw, &terminal(), expected.as_ref()),
        _ => payos::verify(raw, &channel(), expected.as_ref()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn money_is_neither_lost_nor_made(events in prop::collection::vec(event(), 1..30)) {
        let mut order = order();
        // Transaction to amount: the first news of a transaction is its money.
        let mut money: BTreeMap<String, u64> = BTreeMap::new();
        for event in events {
            let now = OPENED + time::Duration::minutes(30);
            let before = order.clone();
            match event {
                Event::Vnpay { code, amount, transaction, minutes } => {
                    let raw = vnpay_notice(code, amount, transaction, minutes);
                    match judge(&order, &raw, "HS1") {
                        Verdict::Verified(news) => {
                            prop_assert_eq!(amount, DUE);
                            let first = order.apply(&news, now, "vnpay").unwrap();
                            let stored = order.clone();
                            let second = order.apply(&news, now, "vnpay").unwrap();
                            prop_assert_eq!(&order, &stored);
                            prop_assert_eq!(second.change, motcua_payments::order::Change::AlreadyApplied);
                            prop_assert_eq!(first.state, second.state);
                            if code == "00" {
                                money.entry(format!("v{transaction}")).or_insert(amount);
                            }
                        }
                        Verdict::Refused(refused) => {
                            prop_assert_ne!(amount, DUE);
                            order.refuse(&refused, now, "vnpay");
                        }
                    }
                }
                Event::Payos { amount, transaction } => {
                    let raw = payos_notice(amount, transaction);
                    match judge(&order, &raw, "777") {
                        Verdict::Verified(news) => {
                            order.apply(&news, now, "payos").unwrap();
                            money.entry(format!("p{transaction}")).or_insert(amount);
                        }
                        Verdict::Refused(refused) => prop_assert!(false, "{:?}", refused),
                    }
                }
                Event::Forged { code, transaction } => {
                    let mut raw = vnpay_notice(code, DUE, transaction, 5);
                    let last = raw.query.pop().unwrap();
                    raw.query.push(if last == '0' { '1' } else { '0' });
                    match judge(&order, &raw, "HS1") {
                        Verdict::Verified(news) => prop_assert!(false, "forged: {:?}", news),
                        Verdict::Refused(refused) => {
                            order.refuse(&refused, now, "vnpay");
                        }
                    }
                    prop_assert_eq!(&order, &before);
                }
                Event::Refund { amount, attempt } => {
                    let available = order.available();
                    let known = order.refunds().len();
                    if order.request_refund("HS1", dong(amount), attempt, now, "clerk").is_ok()
                        && order.refunds().len() > known
                    {
                        prop_assert!(dong(amount) <= available);
                    }
                }
                Event::RefundNews { index, status } => {
                    if let Some(refund) = order.refunds().get(index).cloned().filter(|r| r.gateway == "vnpay") {
                        let body = refund_answer(refund.amount.get(), status);
                        let answer = vnpay::read_refund(&terminal(), &refund, body.as_bytes()).unwrap();
                        // Charge-backs carry an identifier that no gateway answers to.
                        order.apply_refund(&answer, now, "vnpay").unwrap();
                        let stored = order.clone();
                        order.apply_refund(&answer, now, "vnpay").unwrap();
                        prop_assert_eq!(&order, &stored);
                    }
                }
                // Requests went out and nobody was asked: never possible.
                Event::Cancel => prop_assert!(order.cancel(&[], now, "clerk").is_err()),
                Event::Dispute => drop(order.dispute("payer", now, "bank")),
                Event::EndDispute { lost } => drop(order.end_dispute(dong(lost), now, "bank")),
            }
            prop_assert_eq!(order.received().get(), money.values().sum::<u64>());
            prop_assert!(order.refunded().plus(order.locked()).unwrap() <= order.received());
            prop_assert_eq!(order.available().get(),
                order.received().get() - order.refunded().get() - order.locked().get());
            prop_assert!(!before.state().is_settled() || order.state().is_settled());
            prop_assert!(order.state().is_settled() == (order.received() >= dong(DUE)) || order.refunded() > Dong::ZERO
                || order.locked() > Dong::ZERO || before.state().is_settled());
            let decided = |o: &Order| o.refunds().iter().filter(|r| r.state != RefundState::Pending).count();
            prop_assert!(decided(&order) >= decided(&before));
            order.check_records().unwrap();
            let again: Order = serde_json::from_str(&serde_json::to_string(&order).unwrap()).unwrap();
            prop_assert_eq!(again, order.clone());
        }
    }
}
