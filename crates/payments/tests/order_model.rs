//! A state machine test: random interleavings of duplicate, reordered, forged, late, partial and conflicting events, of closing, refunds and
//! disputes, compared with a model that only counts money.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use motcua_payments::gateway::{EnvironmentKind, Sandbox};
use motcua_payments::notice::{RawNotice, Verdict};
use motcua_payments::order::{Attempt, Change, Order, RefundState, SafeToCancel, State};
use motcua_payments::query::{Decision, decide};
use motcua_payments::{Algorithm, Dong, Encoding, Secret, payos, vnpay};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

const OPENED: OffsetDateTime = datetime!(2026-11-24 03:00 UTC);
const EXPIRES: OffsetDateTime = datetime!(2026-11-24 04:00 UTC);
const NOW: OffsetDateTime = datetime!(2026-11-24 04:10 UTC);
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

/// payOS's signed answer that its link is expired and nothing was paid.
fn payos_expired() -> String {
    let text = format!(
        "amount={DUE}&amountPaid=0&amountRemaining={DUE}&id=x&orderCode=777&status=EXPIRED&transactions=[]"
    );
    let signature = Secret::new("secret").unwrap().sign(
        Algorithm::HmacSha256,
        Encoding::HexLower,
        text.as_bytes(),
    );
    json!({"code": "00", "signature": signature, "data": {"amount": DUE, "amountPaid": 0, "amountRemaining": DUE, "id": "x",
        "orderCode": 777, "status": "EXPIRED", "transactions": []}})
    .to_string()
}

#[derive(Clone, Debug)]
enum Event {
    Vnpay { code: &'static str, amount: u64, transaction: u8, minutes: i64 },
    Payos { amount: u64, transaction: u8 },
    Forged { code: &'static str, transaction: u8 },
    Again { which: usize },
    Refund { reference: &'static str, amount: u64, attempt: u32 },
    RefundNews { index: usize, status: &'static str },
    CancelUnasked,
    CloseAsked { cancel: bool },
    DecideLate { accept: bool },
    GivePartsBack,
    Dispute,
    EndDispute { lost: u64 },
}

/// The model: transaction to amount (the first news of a transaction is its money), and the notices delivered so far.
#[derive(Clone, Debug, Default)]
struct Model {
    money: BTreeMap<String, u64>,
    delivered: Vec<Event>,
}

impl ReferenceStateMachine for Model {
    type State = Model;
    type Transition = Event;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model::default()).boxed()
    }

    fn transitions(_: &Model) -> BoxedStrategy<Event> {
        let code = prop::sample::select(vec!["00", "00", "24", "51", "07"]);
        let part = prop::sample::select(vec![1, 12_000, 18_000, DUE, 40_000]);
        let amount = prop::sample::select(vec![DUE, DUE, DUE, 35_000, 36_001]);
        let reference = prop::sample::select(vec!["HS1", "777"]);
        prop_oneof![
            3 => (code.clone(), amount, 1u8..4, prop::sample::select(vec![5i64, 59, 61, 500])).prop_map(
                |(code, amount, transaction, minutes)| Event::Vnpay { code, amount, transaction, minutes }
            ),
            3 => (part.clone(), 1u8..5)
                .prop_map(|(amount, transaction)| Event::Payos { amount, transaction }),
            1 => (code, 1u8..4).prop_map(|(code, transaction)| Event::Forged { code, transaction }),
            2 => (0usize..8).prop_map(|which| Event::Again { which }),
            2 => (reference, part.clone(), 0u32..3)
                .prop_map(|(reference, amount, attempt)| Event::Refund { reference, amount, attempt }),
            2 => (0usize..3, prop::sample::select(vec!["00", "05", "09", "77"]))
                .prop_map(|(index, status)| Event::RefundNews { index, status }),
            1 => Just(Event::CancelUnasked),
            1 => any::<bool>().prop_map(|cancel| Event::CloseAsked { cancel }),
            1 => any::<bool>().prop_map(|accept| Event::DecideLate { accept }),
            1 => Just(Event::GivePartsBack),
            1 => Just(Event::Dispute),
            1 => part.prop_map(|lost| Event::EndDispute { lost }),
        ]
        .boxed()
    }

    fn apply(mut model: Model, event: &Event) -> Model {
        match event {
            Event::Vnpay { code, amount, transaction, .. } => {
                if *code == "00" && *amount == DUE {
                    model.money.entry(format!("v{transaction}")).or_insert(*amount);
                }
                model.delivered.push(event.clone());
            }
            Event::Payos { amount, transaction } => {
                model.money.entry(format!("p{transaction}")).or_insert(*amount);
                model.delivered.push(event.clone());
            }
            _ => {}
        }
        model
    }
}

fn judge(order: &Order, raw: &RawNotice, reference: &str) -> Verdict {
    let expected = order.expected(reference, Some(OPENED));
    match reference {
        "HS1" => vnpay::verify(raw, &terminal(), expected.as_ref()),
        _ => payos::verify(raw, &channel(), expected.as_ref()),
    }
}

/// Delivers one notice, twice.
fn deliver(order: &mut Order, raw: &RawNotice, reference: &str, who: &str, sound: bool) {
    match judge(order, raw, reference) {
        Verdict::Verified(news) => {
            assert!(sound);
            let first = order.apply(&news, NOW, who).unwrap();
            let stored = order.clone();
            let second = order.apply(&news, NOW, who).unwrap();
            assert_eq!(*order, stored);
            assert_eq!(second.change, Change::AlreadyApplied);
            assert_eq!(first.state, second.state);
            // Judged anew it is known as applied, with the same acknowledgement.
            let again = judge(order, raw, reference);
            assert!(again.verified().unwrap().matches().applied_before);
            assert_eq!(*again.acknowledgement(), second.acknowledgement);
        }
        Verdict::Refused(refused) => {
            assert!(!sound, "{refused:?}");
            order.refuse(&refused, NOW, who);
        }
    }
}

fn proofs(order: &Order) -> Vec<SafeToCancel> {
    let notice = vnpay_notice("11", DUE, 9, 5);
    let expected = order.expected("HS1", None).unwrap();
    let first = vnpay::verify(&notice, &terminal(), Some(&expected));
    let expected = order.expected("777", None).unwrap();
    let second = payos::read_query(&channel(), &expected, payos_expired().as_bytes()).unwrap();
    let news = [first.verified().unwrap().clone(), second[0].clone()];
    news.iter()
        .map(|news| match decide(news, NOW, EXPIRES, 60) {
            Decision::SafeToCancel { proof } => proof,
            other => panic!("{other:?}"),
        })
        .collect()
}

/// What may happen to the order's state in one step, beside the money.
fn step(order: &mut Order, event: &Event) {
    match event {
        Event::Vnpay { code, amount, transaction, minutes } => {
            let raw = vnpay_notice(code, *amount, *transaction, *minutes);
            deliver(order, &raw, "HS1", "vnpay", *amount == DUE);
        }
        Event::Payos { amount, transaction } => {
            deliver(order, &payos_notice(*amount, *transaction), "777", "payos", true);
        }
        Event::Forged { code, transaction } => {
            let before = order.clone();
            let mut raw = vnpay_notice(code, DUE, *transaction, 5);
            let last = raw.query.pop().unwrap();
            raw.query.push(if last == '0' { '1' } else { '0' });
            deliver(order, &raw, "HS1", "stranger", false);
            assert_eq!(*order, before, "a forged notice changed the order");
        }
        Event::Again { .. } => {}
        Event::Refund { reference, amount, attempt } => {
            let (available, known) = (order.available(), order.refunds().len());
            let asked = order.request_refund(reference, dong(*amount), *attempt, NOW, "clerk");
            if let Ok(refund) = asked
                && order.refunds().len() > known
            {
                assert!(dong(*amount) <= available);
                let again = order.request_refund(reference, dong(*amount), *attempt, NOW, "clerk");
                assert_eq!(again.unwrap().id, refund.id);
                assert_eq!(order.refunds().len(), known + 1);
            }
        }
        Event::RefundNews { index, status } => {
            let refund = order.refunds().get(*index).cloned();
            if let Some(refund) = refund.filter(|r| r.gateway == "vnpay") {
                let body = refund_answer(refund.amount.get(), status);
                let answer = vnpay::read_refund(&terminal(), &refund, body.as_bytes()).unwrap();
                // Charge-backs carry an identifier that no gateway answers to.
                order.apply_refund(&answer, NOW, "vnpay").unwrap();
                let stored = order.clone();
                order.apply_refund(&answer, NOW, "vnpay").unwrap();
                assert_eq!(*order, stored);
            }
        }
        // Requests went out and nobody was asked: never possible.
        Event::CancelUnasked => assert!(order.cancel(&[], NOW, "clerk").is_err()),
        Event::CloseAsked { cancel } => {
            let (before, proofs) = (order.state(), proofs(order));
            let closed = if *cancel {
                order.cancel(&proofs, NOW, "clerk")
            } else {
                order.expire(&proofs, NOW, "clerk")
            };
            assert!(closed.is_err() || order.received() == Dong::ZERO || before == State::Review);
        }
        Event::DecideLate { accept } => {
            let (before, due) = (order.state(), order.refunds_due().to_vec());
            if order.decide_late(*accept, NOW, "clerk").is_ok() {
                assert_eq!(before, State::PaidLate);
                assert!(*accept || order.refunds_due().len() >= due.len());
            }
        }
        Event::GivePartsBack => drop(order.give_parts_back(NOW, "clerk")),
        Event::Dispute => drop(order.dispute("payer", NOW, "bank")),
        Event::EndDispute { lost } => drop(order.end_dispute(dong(*lost), NOW, "bank")),
    }
}

struct Machine;

impl StateMachineTest for Machine {
    type SystemUnderTest = Order;
    type Reference = Model;

    fn init_test(_: &Model) -> Order {
        order()
    }

    fn apply(mut order: Order, model: &Model, event: Event) -> Order {
        let before = order.clone();
        match event {
            // An old notice comes once more, whatever happened since.
            Event::Again { which } => {
                if let Some(old) = model.delivered.get(which) {
                    let money = order.received();
                    step(&mut order, old);
                    assert_eq!(order.received(), money);
                }
            }
            event => step(&mut order, &event),
        }
        // Paid and what follows it are never left for an unpaid state.
        assert!(!before.state().is_settled() || order.state().is_settled());
        let paid = order.received() >= dong(DUE);
        let moved = order.refunded() > Dong::ZERO || order.locked() > Dong::ZERO;
        assert!(order.state().is_settled() == paid || moved || before.state().is_settled());
        let decided =
            |o: &Order| o.refunds().iter().filter(|r| r.state != RefundState::Pending).count();
        assert!(decided(&order) >= decided(&before));
        order
    }

    fn check_invariants(order: &Order, model: &Model) {
        assert_eq!(order.received().get(), model.money.values().sum::<u64>(), "money lost or made");
        let gone = order.refunded().plus(order.locked()).unwrap();
        assert!(gone <= order.received());
        assert_eq!(order.available().get(), order.received().get() - gone.get());
        let due: u64 = order.refunds_due().iter().map(|d| d.amount.get()).sum();
        assert!(due <= order.received().get());
        order.check_records().unwrap();
        let again: Order = serde_json::from_str(&serde_json::to_string(order).unwrap()).unwrap();
        assert_eq!(again, *order);
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn money_is_neither_lost_nor_made(sequential 1..40 => Machine);
}
