//! The table of failures and what must happen, a test for each row. Rows that concern every gateway are run on all of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod every_gateway;

use every_gateway::{all, judge as judge_of};
use motcua_payments::code::Class;
use motcua_payments::gateway::{EnvironmentKind, Sandbox};
use motcua_payments::notice::{Expected, Match, RawNotice, TlsAnswer, Verdict};
use motcua_payments::order::{Applied, Attempt, Change, Order, RefundState, State};
use motcua_payments::query::{Decision, decide};
use motcua_payments::reason::Warning;
use motcua_payments::{Dong, keypay, momo, payplatform, reference, vietqr, vnpay, zalopay};
use serde_json::{Value, json};
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
    notice_of("HS1", 36_000, "1", response, status, minutes)
}

fn notice_of(
    reference: &str,
    amount: u64,
    transaction: &str,
    response: &str,
    status: &str,
    minutes: i64,
) -> RawNotice {
    let pay = json!({"reference": reference, "amount": {"amount": amount.to_string(), "currency": "VND"}, "info": "x",
        "ip": "127.0.0.1", "locale": "vn", "return_url": "https://example.vn/", "created_at": "2026-11-24T03:00:00Z"});
    let paid_at = motcua_payments::instant::text(OPENED + Duration::minutes(minutes));
    let pretend = json!({"response_code": response, "transaction_status": status, "transaction": transaction,
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

/// The answers to a notice that is known already, and to one that nobody signed: status and a piece of the body.
const ANSWERS: [(&str, u16, &str, u16, &str); 8] = [
    ("vnpay", 200, "\"RspCode\":\"02\"", 200, "\"RspCode\":\"97\""),
    ("momo", 204, "", 400, ""),
    ("zalopay", 200, "\"return_code\":2", 200, "\"return_code\":2"),
    ("payos", 200, "\"success\":true", 400, "\"success\":false"),
    ("onepay", 200, "responsecode=1&desc=confirm-success", 200, "responsecode=0&desc=confirm-fail"),
    ("viettelpay", 200, "\"error_code\":\"00\"", 200, "\"error_code\":\"02\""),
    ("payplatform", 200, "\"MaLoi\":\"00\"", 200, "\"MaLoi\":\"99\""),
    ("keypay", 200, "\"return_code\":0", 200, "\"return_code\":-1"),
];

#[test]
fn duplicate_ipn() {
    for one in all() {
        let first = judge_of(one.gateway, &one.account, &one.raw, Some(&one.expected));
        let mut known = one.expected.clone();
        known.applied = vec![first.verified().unwrap().fingerprint().to_owned()];
        let again = judge_of(one.gateway, &one.account, &one.raw, Some(&known));
        assert!(again.verified().unwrap().matches().applied_before);
        let (_, status, body, _, _) = ANSWERS.iter().find(|a| a.0 == one.gateway).unwrap();
        let answer = again.acknowledgement();
        assert_eq!(answer.status, *status, "{}", one.gateway);
        assert!(answer.body.contains(body), "{}: {}", one.gateway, answer.body);
    }
}

#[test]
fn ipn_before_redirect() {
    let mut order = order();
    apply(&mut order, &notice("00", "00", 5));
    assert_eq!(order.state(), State::Paid);
    // The return tells the same news: the page shows what is stored.
    let back = apply(&mut order, &notice("00", "00", 5));
    assert_eq!((back.change, back.state), (Change::AlreadyApplied, State::Paid));
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

#[test]
fn amount_differs() {
    let mut order = order();
    let verdict = judge(&order, &notice_of("HS1", 35_999, "1", "00", "00", 5));
    let (record, answer) = order.refuse(verdict.refused().unwrap(), OPENED, "vnpay");
    assert_eq!((order.state(), order.received()), (State::Review, Dong::ZERO));
    assert_eq!(record.detail, "got=35999 expected=36000");
    assert!(answer.body.contains("\"04\""));
    // Every gateway whose notices are of the whole amount; payOS takes parts.
    for one in all().into_iter().filter(|o| o.gateway != "payos") {
        let other = Expected { amount: dong(999_999_999), ..one.expected.clone() };
        let verdict = judge_of(one.gateway, &one.account, &one.raw, Some(&other));
        let refused = verdict.refused().unwrap();
        assert_eq!(refused.reason().code(), "payments.notice.amount", "{}", one.gateway);
        assert!(refused.authentic().is_some());
    }
}

/// The platform's CONFIRM of the true notices, changed and signed anew as the platform would.
fn confirm(changes: &[(&str, Value)]) -> (every_gateway::True, RawNotice) {
    let one = all().into_iter().find(|o| o.gateway == "payplatform").unwrap();
    let mut body: Value = serde_json::from_slice(&one.raw.body).unwrap();
    for (key, value) in changes {
        body[*key] = value.clone();
    }
    let names = [
        "LoaiBanTin",
        "MaLoi",
        "MaDoiTac",
        "MaThamChieu",
        "SoTien",
        "MaTienTe",
        "MaGiaoDich",
        "MaNganHang",
        "ThoiGianGD",
        "ThongTinGiaoDich",
    ];
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let mut values: Vec<String> = names.iter().map(|n| text(&body[*n])).collect();
    values.push("SECRET".to_owned());
    let hash = ring::digest::digest(&ring::digest::SHA256, values.join("|").as_bytes());
    let hex: String = hash.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    body["MaXacThuc"] = hex.into();
    let raw = RawNotice::post(body.to_string());
    (one, raw)
}

#[test]
fn currency_differs() {
    let (one, raw) = confirm(&[("MaTienTe", "USD".into())]);
    let verdict = judge_of(one.gateway, &one.account, &raw, Some(&one.expected));
    let refused = verdict.refused().unwrap();
    assert_eq!(refused.reason().code(), "payments.notice.currency");
    assert!(refused.authentic().is_some() && refused.acknowledgement().body.contains("\"99\""));
    let (one, raw) = confirm(&[("MaTienTe", "".into())]);
    let verdict = judge_of(one.gateway, &one.account, &raw, Some(&one.expected));
    assert_eq!(verdict.refused().unwrap().reason().code(), "payments.notice.currency");
}

#[test]
fn merchant_or_terminal_not_ours() {
    for one in all().into_iter().filter(|o| o.gateway != "payos") {
        let mut other = one.account.clone();
        other["merchant"] = "999".into();
        let verdict = judge_of(one.gateway, &other, &one.raw, Some(&one.expected));
        assert_eq!(verdict.refused().unwrap().reason().code(), "payments.notice.merchant");
        let (_, status, body, _, _) = ANSWERS.iter().find(|a| a.0 == one.gateway).unwrap();
        let answer = verdict.acknowledgement();
        let as_success = answer.status == *status && answer.body.contains(body);
        assert!(!as_success || one.gateway == "zalopay", "{}: {answer:?}", one.gateway);
    }
}

#[test]
fn late_payment_after_expiry() {
    let mut late = order();
    let answer = apply(&mut late, &notice("00", "00", 21));
    assert_eq!((late.state(), late.received()), (State::PaidLate, dong(36_000)));
    assert!(answer.acknowledgement.body.contains("\"00\""));
    let at = OPENED + Duration::minutes(40);
    let mut accepted = late.clone();
    accepted.decide_late(true, at, "clerk").unwrap();
    assert_eq!(accepted.state(), State::Paid);
    late.decide_late(false, at, "clerk").unwrap();
    assert_eq!(late.refunds_due()[0].amount, dong(36_000));
    assert!(accepted.decide_late(true, at, "clerk").is_err());
}

/// payOS's webhook of a transfer of this amount for order 777.
fn transfer(amount: u64, transaction: &str) -> RawNotice {
    let text = format!(
        "amount={amount}&code=00&currency=VND&orderCode=777&reference={transaction}&transactionDateTime=2026-11-24 10:05:00"
    );
    let signature = motcua_payments::Secret::new("secret").unwrap().sign(
        motcua_payments::Algorithm::HmacSha256,
        motcua_payments::Encoding::HexLower,
        text.as_bytes(),
    );
    RawNotice::post(
        json!({"signature": signature, "data": {"amount": amount, "code": "00", "currency": "VND", "orderCode": 777,
            "reference": transaction, "transactionDateTime": "2026-11-24 10:05:00"}})
        .to_string(),
    )
}

fn transferred(order: &mut Order, amount: u64, transaction: &str) -> Applied {
    let account = all().into_iter().find(|o| o.gateway == "payos").unwrap().account;
    let expected = order.expected("777", None);
    let verdict = judge_of("payos", &account, &transfer(amount, transaction), expected.as_ref());
    order.apply(verdict.verified().unwrap(), OPENED + Duration::minutes(6), "payos").unwrap()
}

fn order_by_transfer() -> Order {
    let mut order =
        Order::new("HS-7", dong(36_000), OPENED, Some(OPENED + Duration::minutes(20))).unwrap();
    let attempt = Attempt {
        gateway: "payos".to_owned(),
        environment: EnvironmentKind::Sandbox,
        merchant: "client".to_owned(),
        reference: "777".to_owned(),
        at: OPENED,
    };
    order.initiate(attempt, "clerk").unwrap();
    order
}

#[test]
fn partial_payment() {
    let mut order = order_by_transfer();
    transferred(&mut order, 30_000, "FT1");
    assert_eq!((order.state(), order.outstanding()), (State::Underpaid, dong(6_000)));
    let mut given_up = order.clone();
    assert!(given_up.give_parts_back(OPENED, "clerk").is_err());
    given_up.give_parts_back(OPENED + Duration::minutes(20), "clerk").unwrap();
    assert_eq!(given_up.refunds_due()[0].amount, dong(30_000));
    transferred(&mut order, 6_000, "FT2");
    assert_eq!(order.state(), State::Paid);
}

#[test]
fn overpaid() {
    let mut order = order_by_transfer();
    transferred(&mut order, 40_000, "FT1");
    assert_eq!(order.state(), State::Overpaid);
    assert_eq!(order.refunds_due()[0].amount, dong(4_000));
}

#[test]
fn two_successful_attempts_for_one_dossier() {
    let mut order = order();
    apply(&mut order, &notice("00", "00", 5));
    apply(&mut order, &notice_of("HS1", 36_000, "2", "00", "00", 6));
    assert_eq!((order.state(), order.received()), (State::Paid, dong(72_000)));
    assert_eq!(order.refunds_due()[0].transaction.as_deref(), Some("2"));
}

#[test]
fn forged_callback() {
    for one in all() {
        let secret = json!("another secret altogether");
        let mut account = one.account.clone();
        for key in ["secret", "key1", "key2"] {
            if account["keys"][0].get(key).is_some() {
                account["keys"][0][key] =
                    if one.gateway == "onepay" { json!("ABCDEF") } else { secret.clone() };
            }
        }
        let verdict = judge_of(one.gateway, &account, &one.raw, Some(&one.expected));
        let refused = verdict.refused().unwrap();
        assert_eq!(refused.reason().code(), "payments.notice.signature_wrong");
        assert!(refused.is_security_event() && refused.authentic().is_none());
        let (_, _, _, status, body) = ANSWERS.iter().find(|a| a.0 == one.gateway).unwrap();
        let answer = refused.acknowledgement();
        assert_eq!(answer.status, *status, "{}", one.gateway);
        assert!(answer.body.contains(body), "{}: {}", one.gateway, answer.body);
    }
    let mut order = order();
    let before = order.clone();
    let mut raw = notice("99", "02", 5);
    raw.query.pop();
    let verdict = judge(&order, &raw);
    let (record, _) = order.refuse(verdict.refused().unwrap(), OPENED, "stranger");
    assert_eq!(order, before);
    assert_eq!(record.why, "payments.notice.signature_wrong");
}

#[test]
fn success_then_a_failure() {
    let mut order = order();
    apply(&mut order, &notice("00", "00", 5));
    let after = apply(&mut order, &notice("24", "02", 6));
    assert_eq!(after.change, Change::Kept { why: "conflict_query_the_gateway" });
    assert_eq!(order.state(), State::Paid);
    assert_eq!(order.records().last().unwrap().why, "conflict_after_settlement");
}

#[test]
fn failure_then_success() {
    let mut order = order();
    apply(&mut order, &notice("51", "02", 4));
    assert_eq!(order.state(), State::Failed);
    apply(&mut order, &notice("00", "00", 5));
    assert_eq!(order.state(), State::Paid);
}

#[test]
fn undecided_codes_of_every_gateway() {
    use motcua_payments::code::{MOMO, PAYPLATFORM, VNPAY, ZALOPAY};
    for code in ["10", "1000", "7000", "7002", "8000", "9000", "99", "40", "41", "43"] {
        assert_eq!(MOMO.outcome("result", code).class, Class::Pending, "{code}");
    }
    assert_eq!(PAYPLATFORM.outcome("query", "3").class, Class::Pending);
    assert_eq!(ZALOPAY.outcome("query", "3").class, Class::Pending);
    for (status, class) in [("01", Class::Pending), ("04", Class::Hold), ("07", Class::Hold)] {
        assert_eq!(VNPAY.outcome("status", status).class, class);
    }
}

#[test]
fn status_outside_the_mac() {
    let one = all().into_iter().find(|o| o.gateway == "keypay").unwrap();
    let mut order = Order::new("HS-1", dong(36_000), OPENED, None).unwrap();
    let attempt = Attempt {
        gateway: "keypay".to_owned(),
        environment: EnvironmentKind::Sandbox,
        merchant: "CLIENT01".to_owned(),
        reference: "HS1".to_owned(),
        at: OPENED,
    };
    order.initiate(attempt, "clerk").unwrap();
    let mut body: Value = serde_json::from_slice(&one.raw.body).unwrap();
    for status in ["0", "1"] {
        // Whoever holds one true callback can write any status into it.
        body["status"] = status.into();
        let raw = RawNotice::post(body.to_string());
        let expected = order.expected("HS1", None);
        let verdict = judge_of("keypay", &one.account, &raw, expected.as_ref());
        order.apply(verdict.verified().unwrap(), OPENED, "keypay").unwrap();
        assert_eq!((order.state(), order.received()), (State::Pending, Dong::ZERO));
    }
    let account: keypay::Account = serde_json::from_value(one.account).unwrap();
    let detail = r#"{"error":"0","client_id":"CLIENT01","transaction_id":"HS1","transaction_code":"KP9","trans_amount":"36000","status":"0"}"#;
    let answer = TlsAnswer::assume_asked_over_tls(detail.as_bytes());
    let expected = order.expected("HS1", None).unwrap();
    let news = keypay::read_query(&account, &expected, answer).unwrap();
    order.apply(&news, OPENED, "keypay").unwrap();
    assert_eq!(order.state(), State::Paid);
}

#[test]
fn receipt_block_outside_the_mac() {
    let (one, mut raw) = confirm(&[]);
    let mut body: Value = serde_json::from_slice(&raw.body).unwrap();
    let received = json!({"MaDichVu": "2", "TKThuHuong": "999"});
    body["ThongTinBienLai"] = received.clone();
    raw = RawNotice::post(body.to_string());
    let verdict = judge_of(one.gateway, &one.account, &raw, Some(&one.expected));
    assert_eq!(verdict.verified().unwrap().uncovered(), ["ThongTinBienLai"]);
    let ours: payplatform::ReceiptBlock = serde_json::from_value(json!({"service": "fees", "fields": {"MaDVC": "1", "MaTTHC": "1",
        "MaDonVi": "1", "TenDonVi": "1", "MaHoSo": "1", "TKThuHuong": "1", "MaNHThuHuong": "1", "TenTKThuHuong": "1"},
        "lines": [{"kind": "2", "code": "LP", "name": "x", "amount": {"amount": "150000", "currency": "VND"}}]}))
    .unwrap();
    let found = ours.differences(received.to_string().as_bytes(), dong(150_000)).unwrap();
    let swapped = found.iter().find(|d| d.field == "TKThuHuong").unwrap();
    assert_eq!((swapped.got.as_deref(), swapped.expected.as_deref()), (Some("999"), Some("1")));
}

#[test]
fn test_calls_of_gateways() {
    let payos = all().into_iter().find(|o| o.gateway == "payos").unwrap();
    let mut body: Value = serde_json::from_slice(&payos.raw.body).unwrap();
    body["data"]["orderCode"] = 123.into();
    let verdict = judge_of("payos", &payos.account, &RawNotice::post(body.to_string()), None);
    assert_eq!(verdict.refused().unwrap().reason().code(), "payments.notice.test_call");
    assert_eq!(verdict.acknowledgement().status, 200);
}

#[test]
fn refund_above_what_is_left() {
    let mut order = order();
    apply(&mut order, &notice("00", "00", 5));
    let at = OPENED + Duration::minutes(30);
    order.request_refund("HS1", dong(30_000), 1, at, "clerk").unwrap();
    let error = order.request_refund("HS1", dong(6_001), 2, at, "clerk").unwrap_err();
    assert_eq!(error.code(), "payments.refund_exceeds");
    order.request_refund("HS1", dong(6_000), 2, at, "clerk").unwrap();
}

#[test]
fn secret_rotated_in_flight() {
    for one in all() {
        let mut account = one.account.clone();
        let old = account["keys"][0].clone();
        let mut new = old.clone();
        new["label"] = "new".into();
        for key in ["secret", "key1", "key2"] {
            if new.get(key).is_some() {
                new[key] = "0123456789ABCDEF".into();
            }
        }
        account["keys"] = json!([new, old]);
        let verdict = judge_of(one.gateway, &account, &one.raw, Some(&one.expected));
        let news = verdict.verified().expect(one.gateway);
        assert_eq!(news.authentic().key, "now");
        assert!(news.warnings().contains(&Warning::PreviousKey { label: "now".to_owned() }));
    }
}

#[test]
fn bank_edits_the_memo() {
    let ours = reference::build(31_415).unwrap();
    for text in [
        format!("IBFT-{}-NGUYEN VAN A CHUYEN TIEN", ours.to_lowercase()),
        format!("MBVCB.{ours}.LE PHI"),
        format!("{} {}", &ours[..5], &ours[5..]),
    ] {
        assert_eq!(reference::find(&text), reference::Found::One { reference: ours.clone() });
    }
    // Two references: a person decides.
    let both = format!("{ours} {}", reference::build(27_182).unwrap());
    assert!(matches!(reference::find(&both), reference::Found::Several { .. }));
}

#[test]
fn qr_swapped_by_a_third_party() {
    let transfer = |account: &str| {
        serde_json::from_value::<vietqr::Transfer>(json!({"bank": "VCB", "account": account}))
            .unwrap()
    };
    let sticker = vietqr::build(&transfer("999")).unwrap();
    let banks = motcua_payments::bank::Banks::state_bank().unwrap();
    let answer = vietqr::compare(&sticker, &transfer("1017595600"), &banks);
    let vietqr::Comparison::Differs { field, found, expected } = answer else {
        panic!("{answer:?}")
    };
    assert_eq!((field, found.as_str(), expected.as_str()), ("account", "999", "1017595600"));
}

#[test]
fn what_a_message_does_not_carry_is_said() {
    let payos = all().into_iter().find(|o| o.gateway == "payos").unwrap();
    let verdict = judge_of("payos", &payos.account, &payos.raw, Some(&payos.expected));
    assert_eq!(verdict.verified().unwrap().matches().merchant, Match::NotCarried);
    let momo: momo::Account =
        serde_json::from_value(all().into_iter().find(|o| o.gateway == "momo").unwrap().account)
            .unwrap();
    let answer = r#"{"return_code":3}"#;
    let zalopay: zalopay::Account =
        serde_json::from_value(all().into_iter().find(|o| o.gateway == "zalopay").unwrap().account)
            .unwrap();
    let answer = TlsAnswer::assume_asked_over_tls(answer.as_bytes());
    let news =
        zalopay::read_query(&zalopay, &Expected::new("261124_HS1", dong(1)), answer).unwrap();
    assert_eq!(news.uncovered(), ["all (TLS only)"]);
    assert!(momo::read_query(&momo, &Expected::new("HS1", dong(1)), answer).is_err());
}
