//! The counter: a dossier through every step, repeats, refusals; and a model of many dossiers under random calls, crashes and clocks.
#![cfg(feature = "counter")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "counter/led.rs"]
mod led;

use std::collections::{BTreeMap, BTreeSet};

use led::{NOW, account, application, attempt, copy, notice, paid, pay, series, settle, tariff};
use motcua::counter::{Case, Counter, Error, Receipts};
use motcua::ledger::{Annulment, Delivery, Entry, Ledger};
use motcua::payments::Dong;
use motcua::payments::notice::{RawNotice, Verdict};
use motcua::payments::order::{Attempt, State};
use motcua::payments::receipt::Party;
use motcua::payments::vnpay;
use proptest::prelude::*;

#[test]
fn a_dossier_is_led_and_every_step_can_be_repeated() {
    let mut ledger = Ledger::in_memory().unwrap();
    let case = Case { dossier: "H99.1-261124-0001", assessment: "a1" };
    // Twice: whatever is repeated answers the same.
    for _ in 0..2 {
        let mut counter = Counter::new(&mut ledger, "kiosk 3");
        let assessment = counter.assess(case, &tariff(), &application(2), NOW).unwrap();
        assert_eq!(assessment.total.to_i64(), Some(4_000));
        let order = counter.open_order(case, "MC1", NOW, None).unwrap().unwrap();
        assert_eq!(order.due().get(), 4_000);
        counter.initiate("MC1", &attempt("MC1")).unwrap();
        // Forged, and forged otherwise: the record says so once.
        for (amount, code) in [(4_000, "00"), (4_000, "24"), (5_000, "00")] {
            assert!(pay(&mut counter, "MC1", amount, "guessed", code).unwrap().refused);
        }
        let settled = pay(&mut counter, "MC1", 4_000, "true", "00").unwrap();
        assert_eq!((settled.order.state(), settled.acknowledgement.status), (State::Paid, 200));
        let entry = counter.number(case, Some("MC1"), &series(), "r1", NOW).unwrap();
        assert_eq!(entry.number, 1);
        let standing =
            counter.issued(case.dossier, &series(), &entry, &copy("BS-1", 1), NOW).unwrap();
        assert_eq!(standing.position, 0);
        let delivery = Delivery { copy_id: "BS-1".into(), channel: "personal_store".into() };
        counter.deliver(case.dossier, &delivery, NOW).unwrap();
    }
    let log = ledger.read(|s| s.dossier_log(case.dossier)).unwrap();
    let kinds: Vec<_> = log.iter().map(|e| e.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "assessment.given",
            "assessment.ordered",
            "order.created",
            "attempt.sent",
            "order.initiated",
            "notice.refused",
            "notice.received",
            "credit.counted",
            "order.paid",
            "assessment.used",
            "register.reserved",
            "register.completed",
            "copy.issued",
            "copy.delivered",
        ]
    );
    assert!(ledger.read(|s| s.audit(&[], None)).unwrap().is_sound());
}

#[test]
fn no_step_without_the_one_before() {
    let mut ledger = Ledger::in_memory().unwrap();
    let case = Case { dossier: "d1", assessment: "a1" };
    let mut counter = Counter::new(&mut ledger, "clerk");
    let code = |e: Error| e.code();
    let no = counter.open_order(case, "MC1", NOW, None).unwrap_err();
    assert_eq!(
        (code(no.clone()), no.to_string().contains("assess it first")),
        ("motcua.no_assessment", true)
    );
    let no = counter.number(case, None, &series(), "r1", NOW).unwrap_err();
    assert_eq!(code(no), "motcua.no_assessment");
    counter.assess(case, &tariff(), &application(2), NOW).unwrap();
    let no = counter.assess(case, &tariff(), &application(3), NOW).unwrap_err();
    assert_eq!(code(no), "ledger.fingerprint_reused");
    assert_eq!(
        code(counter.number(case, None, &series(), "r1", NOW).unwrap_err()),
        "motcua.not_paid"
    );
    let no = counter.number(case, Some("MC1"), &series(), "r1", NOW).unwrap_err();
    assert_eq!(code(no), "motcua.no_order");
    assert_eq!(code(counter.initiate("MC1", &attempt("MC1")).unwrap_err()), "motcua.no_order");
    counter.open_order(case, "MC1", NOW, None).unwrap();
    let no = counter.number(case, Some("MC1"), &series(), "r1", NOW).unwrap_err();
    assert_eq!(code(no), "motcua.not_paid");
    // Another dossier cannot live on this order, nor take its name.
    let other = Case { dossier: "d2", assessment: "a1" };
    counter.assess(other, &tariff(), &application(2), NOW).unwrap();
    let no = counter.open_order(other, "MC1", NOW, None).unwrap_err();
    assert_eq!(code(no), "motcua.order_taken");
    counter.initiate("MC1", &attempt("MC1")).unwrap();
    pay(&mut counter, "MC1", 4_000, "true", "00").unwrap();
    let no = counter.number(other, Some("MC1"), &series(), "r2", NOW).unwrap_err();
    assert_eq!(code(no), "motcua.order_taken");
    // One line of an assessment pays for one number.
    let entry = counter.number(case, Some("MC1"), &series(), "r1", NOW).unwrap();
    let no = counter.number(case, Some("MC1"), &series(), "r2", NOW).unwrap_err();
    assert_eq!(code(no), "ledger.assessment_used");
    assert_eq!(counter.number(case, Some("MC1"), &series(), "r1", NOW).unwrap(), entry);
    // Where no copy came of it the number is voided, and the money carries another.
    let ledger = &mut ledger;
    ledger.write(|s| s.void(&series(), entry.year, entry.number, "the key failed", NOW)).unwrap();
    let mut counter = Counter::new(ledger, "clerk");
    let next = counter.number(case, Some("MC1"), &series(), "r2", NOW).unwrap();
    assert_eq!(next.number, entry.number + 1);
    let no = counter.number(case, Some("MC1"), &series(), "r3", NOW).unwrap_err();
    assert_eq!(code(no), "ledger.assessment_used");
    let delivery = Delivery { copy_id: "BS-1".into(), channel: "email".into() };
    assert_eq!(code(counter.deliver("d1", &delivery, NOW).unwrap_err()), "ledger.no_copy");
}

#[test]
fn one_payment_carries_one_assessment() {
    let mut ledger = Ledger::in_memory().unwrap();
    let case = Case { dossier: "d1", assessment: "a1" };
    paid(&mut ledger, case, "MC1");
    let mut counter = Counter::new(&mut ledger, "clerk");
    // A second assessment of the same dossier, over the same amount, is not paid by it.
    let second = Case { dossier: "d1", assessment: "a2" };
    counter.assess(second, &tariff(), &application(2), NOW).unwrap();
    let no = counter.number(second, Some("MC1"), &series(), "r2", NOW).unwrap_err();
    assert_eq!(no.code(), "motcua.order_taken");
    assert_eq!(
        counter.open_order(second, "MC1", NOW, None).unwrap_err().code(),
        "motcua.order_taken"
    );
    // Nor is an assessment paid twice.
    let no = counter.open_order(case, "MC2", NOW, None).unwrap_err();
    assert_eq!((no.code(), no.to_string().contains("MC1")), ("motcua.order_open", true));
    counter.number(case, Some("MC1"), &series(), "r1", NOW).unwrap();
    // A request's identifier is its own.
    let other = Case { dossier: "d2", assessment: "a1" };
    paid(&mut ledger, other, "MC3");
    let mut counter = Counter::new(&mut ledger, "clerk");
    let no = counter.number(other, Some("MC3"), &series(), "r1", NOW).unwrap_err();
    assert_eq!(no.code(), "motcua.request_taken");
    let entry = counter.number(other, Some("MC3"), &series(), "r3", NOW).unwrap();
    assert_eq!(entry.number, 2);
    let no = counter.issued("d1", &series(), &entry, &copy("BS-2", 2), NOW).unwrap_err();
    assert_eq!(no.code(), "motcua.request_taken");
}

#[test]
fn an_expired_order_makes_room_for_another() {
    let mut ledger = Ledger::in_memory().unwrap();
    let case = Case { dossier: "d1", assessment: "a1" };
    let mut counter = Counter::new(&mut ledger, "clerk");
    counter.assess(case, &tariff(), &application(2), NOW).unwrap();
    let until = NOW + time::Duration::minutes(15);
    let mut order = counter.open_order(case, "MC1", NOW, Some(until)).unwrap().unwrap();
    order.expire(&[], until + time::Duration::seconds(1), "system").unwrap();
    ledger.write(|s| s.save_order(&order, until)).unwrap();
    let mut counter = Counter::new(&mut ledger, "clerk");
    assert!(counter.open_order(case, "MC2", until, None).unwrap().is_some());
}

#[test]
fn money_on_its_way_back_pays_for_nothing() {
    let mut ledger = Ledger::in_memory().unwrap();
    let case = Case { dossier: "d1", assessment: "a1" };
    paid(&mut ledger, case, "MC1");
    let mut order = ledger.read(|s| s.order("MC1")).unwrap().unwrap();
    order.request_refund("MC1", Dong::new(4_000).unwrap(), 1, NOW, "clerk").unwrap();
    ledger.write(|s| s.save_order(&order, NOW)).unwrap();
    let mut counter = Counter::new(&mut ledger, "clerk");
    let no = counter.number(case, Some("MC1"), &series(), "r1", NOW).unwrap_err();
    assert_eq!(no.code(), "motcua.not_paid");
}

#[test]
fn the_same_news_in_other_words_is_answered_as_known() {
    let mut ledger = Ledger::in_memory().unwrap();
    let case = Case { dossier: "d1", assessment: "a1" };
    paid(&mut ledger, case, "MC1");
    let mut counter = Counter::new(&mut ledger, "clerk");
    let first = notice("MC1", 4_000, "true", "00", "100000001");
    // The same fields in another order: VNPAY signs them sorted.
    let mut fields: Vec<_> = first.query.split('&').collect();
    fields.reverse();
    let turned = RawNotice::get(fields.join("&"));
    assert_ne!(turned.sha256(), first.sha256());
    let size = |ledger: &mut Ledger| ledger.read(|s| Ok(s.size())).unwrap();
    let settled = settle(&mut counter, "MC1", &turned).unwrap();
    assert!(settled.acknowledgement.body.contains("\"02\""), "{:?}", settled.acknowledgement);
    let before = size(&mut ledger);
    settle(&mut Counter::new(&mut ledger, "clerk"), "MC1", &first).unwrap();
    assert_eq!(size(&mut ledger), before);
}

#[test]
fn one_transaction_or_reference_is_of_one_order() {
    let mut ledger = Ledger::in_memory().unwrap();
    paid(&mut ledger, Case { dossier: "d1", assessment: "a1" }, "MC1");
    let case = Case { dossier: "d2", assessment: "a1" };
    let mut counter = Counter::new(&mut ledger, "clerk");
    counter.assess(case, &tariff(), &application(2), NOW).unwrap();
    counter.open_order(case, "MC2", NOW, None).unwrap();
    assert_eq!(
        counter.initiate("MC2", &attempt("MC1")).unwrap_err().code(),
        "ledger.reference_taken"
    );
    counter.initiate("MC2", &attempt("MC2")).unwrap();
    // The transaction that paid MC1, told again for MC2 by the gateway itself.
    let settled =
        settle(&mut counter, "MC2", &notice("MC2", 4_000, "true", "00", "100000001")).unwrap();
    assert_eq!((settled.refused, settled.order.state()), (true, State::Review));
    let no = counter.number(case, Some("MC2"), &series(), "r2", NOW).unwrap_err();
    assert_eq!(no.code(), "motcua.not_paid");
    // Where it comes past the counter the record refuses it.
    let mut order = ledger.read(|s| s.order("MC2")).unwrap().unwrap();
    let raw = notice("MC2", 4_000, "true", "00", "100000001");
    let expected = order.expected("MC2", Some(NOW));
    let Verdict::Verified(news) = vnpay::verify(&raw, &account("true"), expected.as_ref()) else {
        panic!("not verified");
    };
    order.apply(&news, NOW, "clerk").unwrap();
    let no = ledger.write(|s| s.save_order(&order, NOW)).unwrap_err();
    assert_eq!(no.code(), "ledger.transaction_counted");
    assert!(ledger.read(|s| s.audit(&[], None)).unwrap().is_sound());
}

#[test]
fn a_kiosk_repeats_its_call_on_the_next_day() {
    let mut ledger = Ledger::in_memory().unwrap();
    let case = Case { dossier: "d1", assessment: "a1" };
    let mut counter = Counter::new(&mut ledger, "kiosk");
    let first = counter.assess(case, &tariff(), &application(2), NOW).unwrap();
    counter.open_order(case, "MC1", NOW, None).unwrap();
    let sent = counter.initiate("MC1", &attempt("MC1")).unwrap();
    let later = NOW + time::Duration::hours(20);
    assert_eq!(counter.assess(case, &tariff(), &application(2), later).unwrap(), first);
    let again = Attempt { at: later, ..attempt("MC1") };
    assert_eq!(counter.initiate("MC1", &again).unwrap(), sent);
    pay(&mut counter, "MC1", 4_000, "true", "00").unwrap();
    let entry = counter.number(case, Some("MC1"), &series(), "r1", later).unwrap();
    // What was paid back later does not take the number away.
    let mut order = ledger.read(|s| s.order("MC1")).unwrap().unwrap();
    order.dispute("asked by the bank", later, "clerk").unwrap();
    ledger.write(|s| s.save_order(&order, later)).unwrap();
    let mut counter = Counter::new(&mut ledger, "kiosk");
    let year = later + time::Duration::days(60);
    assert_eq!(counter.number(case, Some("MC1"), &series(), "r1", year).unwrap(), entry);
}

#[test]
fn a_fee_of_zero_needs_no_order() {
    let mut ledger = Ledger::in_memory().unwrap();
    let case = Case { dossier: "d1", assessment: "a1" };
    let zero = r#"{"lines":[{}],"total":{"amount":"0","currency":"VND"}}"#;
    ledger.write(|s| s.give_assessment("d1", "a1", zero, NOW).map(|_| ())).unwrap();
    let mut counter = Counter::new(&mut ledger, "clerk");
    assert_eq!(counter.open_order(case, "MC1", NOW, None).unwrap(), None);
    assert_eq!(counter.number(case, None, &series(), "r1", NOW).unwrap().number, 1);
    for (id, broken) in [("a2", "{}"), ("a3", r#"{"total":{"amount":"1.5","currency":"VND"}}"#)] {
        ledger.write(|s| s.give_assessment("d1", id, broken, NOW).map(|_| ())).unwrap();
        let case = Case { dossier: "d1", assessment: id };
        let mut counter = Counter::new(&mut ledger, "clerk");
        let no = counter.open_order(case, "MC2", NOW, None).unwrap_err();
        assert_eq!(no.code(), "motcua.total_unread");
    }
}

fn receipts() -> Receipts {
    let collector = serde_json::json!({"name": "UBND phường Mẫu", "tax_code": "0100000001"});
    Receipts {
        collector: serde_json::from_value(collector).unwrap(),
        agent: None,
        name: None,
        form: "EBL01".into(),
        symbol: "26TAA".into(),
    }
}

#[test]
fn the_payer_gets_one_receipt_also_of_zero() {
    let mut ledger = Ledger::in_memory().unwrap();
    let case = Case { dossier: "d1", assessment: "a1" };
    let mut counter = Counter::new(&mut ledger, "clerk");
    counter.assess(case, &tariff(), &application(2), NOW).unwrap();
    counter.open_order(case, "MC1", NOW, None).unwrap();
    let no = counter.receipt(case, Some("MC1"), &receipts(), None, NOW).unwrap_err();
    assert_eq!(no.code(), "motcua.not_paid");
    paid(&mut ledger, case, "MC1");
    let mut counter = Counter::new(&mut ledger, "clerk");
    let given = counter.receipt(case, Some("MC1"), &receipts(), None, NOW).unwrap().unwrap();
    assert_eq!((given.id().number, given.total().get()), (1, 4_000));
    assert_eq!(given.words(), "Bốn nghìn đồng");
    assert_eq!(given.draft().dossier.as_deref(), Some("d1"));
    // Repeated on the next day it is the same; another payer's is refused.
    let later = NOW + time::Duration::days(1);
    let again = counter.receipt(case, Some("MC1"), &receipts(), None, later).unwrap();
    assert_eq!(again, Some(given));
    let other = Party { name: "Nguyễn Văn Mẫu".into(), address: None };
    let no = counter.receipt(case, Some("MC1"), &receipts(), Some(&other), later).unwrap_err();
    assert_eq!(no.code(), "ledger.fingerprint_reused");
    let wrong = Receipts { symbol: "25TAA".into(), ..receipts() };
    let no = counter.receipt(case, Some("MC1"), &wrong, None, NOW).unwrap_err();
    assert_eq!(no.code(), "payments.receipt_series");
    // A fee of zero has a receipt; a charge that is none has not.
    let line = |receipt: bool| {
        format!(
            r#"{{"lines":[{{"fee":"ct","name":{{"vi":"Phí chứng thực"}},"receipt":{receipt},
            "amount":{{"amount":"0","currency":"VND"}}}}],"total":{{"amount":"0","currency":"VND"}}}}"#
        )
    };
    ledger.write(|s| s.give_assessment("d2", "a", &line(true), later).map(|_| ())).unwrap();
    ledger.write(|s| s.give_assessment("d3", "a", &line(false), later).map(|_| ())).unwrap();
    let mut counter = Counter::new(&mut ledger, "clerk");
    let mut free = |dossier| {
        let case = Case { dossier, assessment: "a" };
        counter.receipt(case, None, &receipts(), None, later).unwrap()
    };
    assert_eq!(free("d2").map(|r| (r.id().number, r.total().get())), Some((2, 0)));
    assert_eq!(free("d3"), None);
    let day = later.date();
    let sum = ledger.read(|s| s.receipt_summary(&receipts().collector.tax_code, day)).unwrap();
    assert_eq!((sum.receipts, sum.total.get()), (1, 0));
    let kinds = ledger.read(|s| s.dossier_log("d1")).unwrap();
    assert_eq!(kinds.last().map(|e| e.kind.as_str()), Some("receipt.issued"));
    assert!(ledger.read(|s| s.audit(&[], None)).unwrap().is_sound());
}

#[test]
fn abandoned() {
    let mut ledger = Ledger::in_memory().unwrap();
    let answer: Result<(), _> = ledger.write(|s| {
        s.reserve(&series(), "r1", NOW)?;
        Err(motcua::ledger::Error::Abandoned)
    });
    assert_eq!(answer.unwrap_err().code(), "ledger.abandoned");
    assert_eq!(ledger.read(|s| Ok(s.size())).unwrap(), 0);
}

/// A call at one of a few dossiers.
#[derive(Debug, Clone)]
enum Call {
    Assess(u8),
    Open(u8),
    Initiate(u8),
    Pay(u8),
    Forge(u8),
    PayLess(u8),
    Fail(u8),
    Number(u8),
    Issue(u8),
    Annul(u8),
    /// The process ends and another one opens the record.
    Crash,
    /// The clock goes back this many minutes for one call that takes a number.
    ClockBack(u8, u8),
}

fn call() -> impl Strategy<Value = Call> {
    let dossier = 0..4_u8;
    prop_oneof![
        3 => dossier.clone().prop_map(Call::Assess),
        3 => dossier.clone().prop_map(Call::Open),
        3 => dossier.clone().prop_map(Call::Initiate),
        4 => dossier.clone().prop_map(Call::Pay),
        2 => dossier.clone().prop_map(Call::Forge),
        1 => dossier.clone().prop_map(Call::PayLess),
        1 => dossier.clone().prop_map(Call::Fail),
        4 => dossier.clone().prop_map(Call::Number),
        3 => dossier.clone().prop_map(Call::Issue),
        1 => dossier.clone().prop_map(Call::Annul),
        1 => Just(Call::Crash),
        1 => (dossier, 0..60_u8).prop_map(|(d, m)| Call::ClockBack(d, m)),
    ]
}

/// What must be true whatever happened.
#[derive(Debug, Default)]
struct Model {
    assessed: BTreeSet<u8>,
    opened: BTreeSet<u8>,
    sent: BTreeSet<u8>,
    paid: BTreeSet<u8>,
    numbers: BTreeMap<u8, u32>,
    issued: BTreeSet<u8>,
    annulled: BTreeSet<u8>,
}

/// Makes the call and holds the answer to the model.
fn make(ledger: &mut Ledger, model: &mut Model, call: &Call) {
    let names = |d: u8| (format!("d{d}"), format!("MC{d}"), format!("r{d}"), format!("BS-{d}"));
    let mut counter = Counter::new(ledger, "clerk");
    match *call {
        Call::Crash => {}
        Call::Assess(d) => {
            let (dossier, ..) = names(d);
            let case = Case { dossier: &dossier, assessment: "a" };
            counter.assess(case, &tariff(), &application(2), NOW).unwrap();
            model.assessed.insert(d);
        }
        Call::Open(d) => {
            let (dossier, order, ..) = names(d);
            let case = Case { dossier: &dossier, assessment: "a" };
            let opened = counter.open_order(case, &order, NOW, None);
            assert_eq!(opened.is_ok(), model.assessed.contains(&d));
            if opened.is_ok() {
                model.opened.insert(d);
            }
        }
        Call::Initiate(d) => {
            let (_, order, ..) = names(d);
            let sent = counter.initiate(&order, &attempt(&order));
            if sent.is_ok() {
                model.sent.insert(d);
            }
            assert!(sent.is_ok() || !model.opened.contains(&d) || !model.sent.contains(&d));
        }
        Call::Pay(d) | Call::Forge(d) | Call::PayLess(d) | Call::Fail(d) => {
            let (_, order, ..) = names(d);
            let (amount, secret, code) = match call {
                Call::Forge(_) => (4_000, "guessed", "00"),
                Call::PayLess(_) => (3_000, "true", "00"),
                Call::Fail(_) => (4_000, "true", "24"),
                _ => (4_000, "true", "00"),
            };
            let settled = pay(&mut counter, &order, amount, secret, code);
            if !model.opened.contains(&d) {
                assert_eq!(settled.unwrap_err().code(), "motcua.no_order");
                return;
            }
            let Ok(settled) = settled else {
                assert!(!model.sent.contains(&d));
                return;
            };
            let authentic = secret == "true" && amount == 4_000 && model.sent.contains(&d);
            assert_eq!(settled.refused, !authentic, "{call:?}");
            if authentic && code == "00" {
                model.paid.insert(d);
            }
            // Paid is never left because of a callback, and nothing but a true one leads there.
            assert_eq!(settled.order.state().is_settled(), model.paid.contains(&d), "{call:?}");
        }
        Call::Number(d) | Call::ClockBack(d, _) => {
            let (dossier, order, request, _) = names(d);
            let case = Case { dossier: &dossier, assessment: "a" };
            let back = if let Call::ClockBack(_, minutes) = call { i64::from(*minutes) } else { 0 };
            let at = NOW - time::Duration::minutes(back);
            let taken = counter.number(case, Some(&order), &series(), &request, at);
            if !model.paid.contains(&d) {
                assert!(taken.is_err(), "an unpaid dossier was given a number");
                return;
            }
            let next = u32::try_from(model.numbers.len()).unwrap() + 1;
            match (taken, model.numbers.get(&d)) {
                (Ok(entry), Some(known)) => assert_eq!(entry.number, *known),
                (Ok(entry), None) => {
                    assert_eq!(entry.number, next, "a gap or a duplicate");
                    model.numbers.insert(d, entry.number);
                }
                (Err(e), None) => assert!(back > 10 && e.code() == "ledger.clock_back", "{e}"),
                (Err(e), Some(_)) => panic!("a number was given and is refused now: {e}"),
            }
        }
        Call::Issue(d) => {
            let Some(&number) = model.numbers.get(&d) else { return };
            let (dossier, _, request, id) = names(d);
            let state = motcua::ledger::EntryState::Reserved;
            let entry = Entry { year: 2026, number, request, state };
            counter.issued(&dossier, &series(), &entry, &copy(&id, number), NOW).unwrap();
            model.issued.insert(d);
        }
        Call::Annul(d) => {
            let (_, _, _, id) = names(d);
            let annulment = Annulment {
                copy_id: id,
                decision: "1/QĐ".into(),
                reason: "sai".into(),
                decided_on: "2026-11-24".into(),
            };
            let done = ledger.write(|s| s.annul(&annulment, NOW));
            assert_eq!(done.is_ok(), model.issued.contains(&d));
            if done.is_ok() {
                model.annulled.insert(d);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn money_and_numbers_hold_under_any_calls(calls in proptest::collection::vec(call(), 1..60)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let mut ledger = Ledger::open(&path).unwrap();
        let mut model = Model::default();
        for call in &calls {
            make(&mut ledger, &mut model, call);
            if matches!(call, Call::Crash) {
                ledger = Ledger::open(&path).unwrap();
            }
        }
        let audit = ledger.read(|s| s.audit(&[], None)).unwrap();
        prop_assert!(audit.is_sound(), "{audit:?}");
        let entries = ledger.read(|s| s.entries(&series(), 2026)).unwrap();
        prop_assert_eq!(entries.len(), model.numbers.len());
        for d in 0..4_u8 {
            let order = ledger.read(|s| s.order(&format!("MC{d}"))).unwrap();
            let received = order.map_or(0, |o| o.received().get());
            prop_assert_eq!(received, if model.paid.contains(&d) { 4_000 } else { 0 });
            let copy = ledger.read(|s| s.copy(&format!("BS-{d}"))).unwrap();
            prop_assert_eq!(copy.as_ref().map(|c| c.annulled), model.issued.contains(&d).then(|| model.annulled.contains(&d)));
        }
    }
}
