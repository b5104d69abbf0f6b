//! VNPAY 2.1.0 against the published hashes and against everything that must be refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod outside;

use motcua_payments::Dong;
use motcua_payments::code::Class;
use motcua_payments::gateway::{Production, Sandbox};
use motcua_payments::notice::{Expected, RawNotice, Verdict};
use motcua_payments::vnpay::{self, Config, Locale, PayRequest};
use time::macros::datetime;

fn keys(secrets: &[(&str, &str)]) -> Vec<motcua_payments::gateway::OneSecret> {
    secrets
        .iter()
        .map(|(label, secret)| {
            serde_json::from_value(serde_json::json!({"label": label, "secret": secret})).unwrap()
        })
        .collect()
}

fn config() -> Config<Sandbox> {
    Config::new("TEST_TMN_CODE", None, keys(&[("now", "test_secret")])).unwrap()
}

fn pay() -> PayRequest {
    PayRequest {
        reference: "ref1234567".to_owned(),
        amount: Dong::new(1000).unwrap(),
        info: "Test order".to_owned(),
        order_type: "other".to_owned(),
        ip: "127.0.0.1".to_owned(),
        locale: Locale::Vn,
        return_url: "https://example.com/return".to_owned(),
        bank_code: Some("NCB".to_owned()),
        created_at: datetime!(2021-01-01 00:00:00 UTC),
        expires_at: None,
    }
}

fn ipn() -> (String, Expected) {
    let pretend = vnpay::sandbox::Pretend {
        response_code: "00".to_owned(),
        transaction_status: "00".to_owned(),
        transaction: "14422574".to_owned(),
        bank_code: "NCB".to_owned(),
        paid_at: datetime!(2021-01-01 00:05:00 UTC),
    };
    let query = vnpay::sandbox::sign_notice(&config(), &pay(), &pretend).unwrap();
    (query, Expected::new("ref1234567", Dong::new(1000).unwrap()))
}

fn body(verdict: &Verdict) -> &str {
    assert_eq!(verdict.acknowledgement().status, 200);
    &verdict.acknowledgement().body
}

fn reason(verdict: &Verdict) -> &'static str {
    verdict.refused().expect("refused").reason().code()
}

#[test]
fn the_published_vectors() {
    let Some(vectors) = outside::json("vectors/payments.json") else { return };
    let find =
        |id: &str| vectors.as_array().unwrap().iter().find(|v| v["id"] == id).unwrap().clone();
    let sent = vnpay::request(&config(), &pay()).unwrap();
    let vector = find("vnpay-pay");
    assert_eq!(sent.canonical, vector["message"].as_str().unwrap());
    assert_eq!(
        sent.url,
        format!(
            "https://sandbox.vnpayment.vn/paymentv2/vpcpay.html?{}&vnp_SecureHash={}",
            sent.canonical,
            vector["expected"].as_str().unwrap()
        )
    );
    for (id, class) in [("vnpay-ipn-00", Class::Paid), ("vnpay-ipn-99", Class::Failed)] {
        let vector = find(id);
        let query = format!(
            "{}&vnp_SecureHash={}",
            vector["message"].as_str().unwrap(),
            vector["expected"].as_str().unwrap()
        );
        let expected = Expected::new("1716257871703", Dong::new(10_000).unwrap());
        let verdict = vnpay::verify(&RawNotice::get(query), &config(), Some(&expected));
        let verified = verdict.verified().expect(id);
        assert_eq!(verified.outcome().class, class, "{id}");
        assert_eq!(verified.authentic().form, "raw");
        assert_eq!(body(&verdict), r#"{"RspCode":"00","Message":"Confirm Success"}"#);
    }
}

#[test]
fn the_corpus_cases() {
    let Some(corpus) = outside::json("corpora/vn-payment/vnpay_vectors.json") else { return };
    for case in corpus["cases"].as_array().unwrap() {
        let query = format!(
            "{}&vnp_SecureHash={}",
            case["sign_data"].as_str().unwrap(),
            case["vnp_SecureHash"].as_str().unwrap()
        );
        let expected = Expected::new("1716257871703", Dong::new(10_000).unwrap());
        let verdict = vnpay::verify(&RawNotice::get(query), &config(), Some(&expected));
        match case["expect"].as_str().unwrap() {
            "verified,success" => {
                assert_eq!(verdict.verified().unwrap().outcome().class, Class::Paid)
            }
            "verified,failed" => {
                assert_eq!(verdict.verified().unwrap().outcome().class, Class::Failed)
            }
            "not verified" => assert_eq!(reason(&verdict), "payments.notice.signature_wrong"),
            other => panic!("{other}"),
        }
    }
}

/// Every single-character change of a signed notice: replaced, removed, doubled, at every place.
#[test]
fn every_single_character_change_is_refused() {
    let (query, expected) = ipn();
    let ok = |q: &str| {
        vnpay::verify(&RawNotice::get(q), &config(), Some(&expected)).verified().is_some()
    };
    assert!(ok(&query));
    let mut tried = 0;
    for i in 0..query.len() {
        let mut changed = Vec::new();
        for c in ['0', '1', 'a', 'A', 'f', 'z', '&', '=', '+', '%', ' ', '.', '_', 'é'] {
            changed.push(format!("{}{c}{}", &query[..i], &query[i + 1..]));
            changed.push(format!("{}{c}{}", &query[..i], &query[i..]));
        }
        let here = query.as_bytes()[i];
        for bit in 0..7 {
            let c = char::from(here ^ (1 << bit));
            changed.push(format!("{}{c}{}", &query[..i], &query[i + 1..]));
        }
        changed.push(format!("{}{}", &query[..i], &query[i + 1..]));
        for changed in changed.into_iter().filter(|c| *c != query) {
            assert!(!ok(&changed), "{changed}");
            tried += 1;
        }
    }
    assert!(tried > 10_000, "{tried}");
}

#[test]
fn absent_empty_and_foreign_signatures() {
    let (query, expected) = ipn();
    let (unsigned, _) = query.split_once("&vnp_SecureHash").unwrap();
    let verify = |q: &str| vnpay::verify(&RawNotice::get(q), &config(), Some(&expected));
    for q in [unsigned.to_owned(), format!("{unsigned}&vnp_SecureHash=")] {
        let verdict = verify(&q);
        assert!(verdict.refused().is_some());
        assert!(body(&verdict).contains("97") || body(&verdict).contains("99"));
    }
    assert_eq!(reason(&verify(unsigned)), "payments.notice.signature_absent");
    let rotated = Config::<Sandbox>::new(
        "TEST_TMN_CODE",
        None,
        keys(&[("new", "other"), ("old", "test_secret")]),
    )
    .unwrap();
    let verdict = vnpay::verify(&RawNotice::get(query.clone()), &rotated, Some(&expected));
    let verified = verdict.verified().unwrap();
    assert_eq!(verified.authentic().key, "old");
    assert_eq!(verified.warnings().len(), 1);
    let foreign = Config::<Sandbox>::new("TEST_TMN_CODE", None, keys(&[("new", "other")])).unwrap();
    let verdict = vnpay::verify(&RawNotice::get(query), &foreign, Some(&expected));
    assert_eq!(reason(&verdict), "payments.notice.signature_wrong");
    assert_eq!(body(&verdict), r#"{"RspCode":"97","Message":"Invalid signature"}"#);
}

#[test]
fn what_does_not_match_the_order() {
    let (query, expected) = ipn();
    let raw = RawNotice::get(query);
    let other = Expected { amount: Dong::new(2000).unwrap(), ..expected.clone() };
    let verdict = vnpay::verify(&raw, &config(), Some(&other));
    assert_eq!(reason(&verdict), "payments.notice.amount");
    assert_eq!(body(&verdict), r#"{"RspCode":"04","Message":"Invalid amount"}"#);
    let other = Expected { reference: "x".to_owned(), ..expected.clone() };
    assert_eq!(reason(&vnpay::verify(&raw, &config(), Some(&other))), "payments.notice.reference");
    let verdict = vnpay::verify(&raw, &config(), None);
    assert_eq!(reason(&verdict), "payments.notice.unknown_order");
    assert_eq!(body(&verdict), r#"{"RspCode":"01","Message":"Order not found"}"#);
    let theirs = Config::<Sandbox>::new("OTHER", None, keys(&[("now", "test_secret")])).unwrap();
    assert_eq!(reason(&vnpay::verify(&raw, &theirs, Some(&expected))), "payments.notice.merchant");
    let used = Expected { used_transactions: vec!["14422574".to_owned()], ..expected };
    assert_eq!(
        reason(&vnpay::verify(&raw, &config(), Some(&used))),
        "payments.notice.transaction_reused"
    );
}

#[test]
fn a_space_may_come_as_percent_20() {
    let (query, expected) = ipn();
    let sent = query.replace('+', "%20");
    let verdict = vnpay::verify(&RawNotice::get(sent), &config(), Some(&expected));
    assert_eq!(verdict.verified().unwrap().authentic().form, "plus");
}

#[test]
fn refused_before_anything_is_sent() {
    let code = |change: fn(&mut PayRequest)| {
        let mut pay = pay();
        change(&mut pay);
        vnpay::request(&config(), &pay).unwrap_err().code()
    };
    assert_eq!(code(|p| p.info = "Lệ phí".to_owned()), "payments.field_character");
    assert_eq!(code(|p| p.info = "a&b".to_owned()), "payments.field_character");
    assert_eq!(code(|p| p.info = "x".repeat(256)), "payments.field_length");
    assert_eq!(code(|p| p.reference = String::new()), "payments.field_missing");
    assert_eq!(code(|p| p.amount = Dong::new(10_000_000_000).unwrap()), "payments.amount_range");
    assert_eq!(code(|p| p.amount = Dong::ZERO), "payments.amount_range");
    assert_eq!(code(|p| p.ip = "300.0.0.1".to_owned()), "payments.field_pattern");
    assert_eq!(code(|p| p.expires_at = Some(p.created_at)), "payments.time_window");
    assert_eq!(code(|p| p.return_url = "javascript:alert(1)".to_owned()), "payments.field_pattern");
}

#[test]
fn sandbox_and_production_do_not_mix() {
    let production = |base| Config::<Production>::new("T", base, keys(&[("now", "s")]));
    assert_eq!(production(None).unwrap_err().code(), "payments.field_missing");
    let mixed = production(Some("https://sandbox.vnpayment.vn")).unwrap_err();
    assert_eq!(mixed.code(), "payments.environment_mixed");
    assert!(production(Some("https://pay.example.vn")).is_ok());
    assert!(Config::<Sandbox>::new("T", None, Vec::new()).is_err());
    assert!(!format!("{:?}", config()).contains("test_secret"));
}

#[test]
fn querydr_and_refund_vectors() {
    use motcua_payments::order::Refund;
    let Some(vectors) = outside::json("vectors/payments.json") else { return };
    let find = |id: &str| {
        let v = vectors.as_array().unwrap().iter().find(|v| v["id"] == id).unwrap();
        (v["message"].as_str().unwrap().to_owned(), v["expected"].as_str().unwrap().to_owned())
    };
    let answer = |id: &str| {
        let (message, hash) = find(id);
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
        let mut body = serde_json::Map::new();
        for (name, value) in names.iter().zip(message.split('|')) {
            body.insert(format!("vnp_{name}"), value.into());
        }
        body.insert("vnp_SecureHash".to_owned(), hash.into());
        serde_json::Value::Object(body).to_string()
    };
    let expected = Expected::new("TXN123456789", Dong::new(10_000).unwrap());
    let body = answer("vnpay-querydr-resp");
    let news = vnpay::read_query(&config(), &expected, body.as_bytes()).unwrap();
    assert_eq!((news.outcome().class, news.transaction()), (Class::Paid, Some("14422574")));
    for changed in [body.replace("1000000", "1000100"), body.replace("Test order", "Test ordex")] {
        assert_eq!(
            vnpay::read_query(&config(), &expected, changed.as_bytes()).unwrap_err().code(),
            "payments.answer_signature"
        );
    }
    let refund: Refund = serde_json::from_value(serde_json::json!({
        "id": "R1", "gateway": "vnpay", "reference": "TXN123456789", "transaction": "14422574",
        "amount": {"amount": "10000", "currency": "VND"}, "full": true, "state": "pending"
    }))
    .unwrap();
    let request = vnpay::ApiRequest {
        request_id: "REFUND123456".to_owned(),
        reference: "TXN123456789".to_owned(),
        info: "Test refund order".to_owned(),
        transaction: Some("14422574".to_owned()),
        paid_request_at: datetime!(2023-12-21 03:30:00 UTC),
        created_at: datetime!(2023-12-21 03:30:00 UTC),
        ip: "127.0.0.1".to_owned(),
    };
    let (message, hash) = find("vnpay-refund-req");
    let sent = vnpay::refund(&config(), &request, &refund, "merchant_user").unwrap();
    assert_eq!(sent.canonical, message);
    assert!(sent.body.contains(&hash));
    let done =
        vnpay::read_refund(&config(), &refund, answer("vnpay-refund-resp").as_bytes()).unwrap();
    assert_eq!(done.class(), Class::Refunded);
    assert!(vnpay::refund(&config(), &request, &refund, "a|b").is_err());
}

#[test]
fn the_list_of_banks_is_asked_for_and_read() {
    let asked = vnpay::bank_list(&config());
    assert_eq!(asked.url, "https://sandbox.vnpayment.vn/qrpayauth/api/merchant/get_bank_list");
    assert_eq!((asked.method, asked.body.as_str()), ("POST", "tmn_code=TEST_TMN_CODE"));
    let read = |body: &str| {
        vnpay::read_bank_list(motcua_payments::notice::TlsAnswer::assume_asked_over_tls(
            body.as_bytes(),
        ))
    };
    let banks = read(
        r#"[{"bank_code": "VNPAYQR", "bank_name": "VNPAYQR", "logo_link": "~/a.png", "bank_type": 3, "display_order": 2},
            {"bank_code": "NCB", "bank_name": "Ngân hàng NCB", "logo_link": "", "bank_type": 1, "display_order": 1, "new": 1}]"#,
    );
    let codes: Vec<_> = banks.unwrap().into_iter().map(|bank| bank.code).collect();
    assert_eq!(codes, ["NCB", "VNPAYQR"]);
    for bad in
        ["", "{}", "[1]", r#"[{"bank_code": "", "bank_name": "x"}]"#, r#"[{"bank_name": "x"}]"#]
    {
        assert_eq!(read(bad).unwrap_err().code(), "payments.answer_malformed", "{bad}");
    }
    assert!(read(&format!("[{}]", " ".repeat(70_000))).is_err(), "a list beyond any real one");
}
