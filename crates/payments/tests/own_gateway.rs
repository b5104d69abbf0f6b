//! A gateway added in one file from outside the crate, by the public interface alone: what whoever holds the specification of PayGov or
//! VNPT Pay does. The gateway here is invented: `GET ?amount=…&merchant=…&order=…&result=…&transaction=…&sum=…`, `sum` being HMAC-SHA256
//! in upper-case hexadecimal over the values of the other five, joined by `|`.
#![allow(clippy::unwrap_used, clippy::panic)]

use motcua_payments::code::{Class, Outcome};
use motcua_payments::gateway::{
    self, EnvironmentKind, FromVendorDocument, Gateway, OneSecret, Outgoing, Production, Sandbox,
};
use motcua_payments::notice::{
    Acknowledgement, Answer, Claim, Expected, Message, NoticeRules, RawNotice, Repeated, TlsAnswer,
    Verdict, from_connection, verify,
};
use motcua_payments::order::{Attempt, Change, Order, State};
use motcua_payments::reason::Reason;
use motcua_payments::{Algorithm, Dong, Encoding, Error};
use time::OffsetDateTime;
use time::macros::datetime;

#[derive(Clone, Copy, Debug)]
struct VillagePay;

impl Gateway for VillagePay {
    type Keys = OneSecret;
    type Source = FromVendorDocument;
    const NAME: &'static str = "villagepay";
    const SANDBOX: Option<&'static str> = Some("https://sandbox.village.example");
    const PRODUCTION: Option<&'static str> = Some("https://pay.village.example");
}

type Account = gateway::Account<VillagePay>;

const SIGNED: [&str; 5] = ["amount", "merchant", "order", "result", "transaction"];

fn outcome(result: &str) -> Outcome {
    let (class, en, vi) = match result {
        "paid" => (Class::Paid, "paid", "đã thanh toán"),
        "wait" => (Class::Pending, "not decided", "chưa có kết quả"),
        "no" => (Class::Failed, "not paid", "không thanh toán"),
        _ => (Class::Unknown, "", ""),
    };
    Outcome { class, code: result.to_owned().into(), en, vi }
}

/// The claim that the five values make.
fn claim(
    [amount, merchant, order, result, transaction]: [&str; 5],
) -> Result<Claim<'static>, Reason> {
    let amount = Dong::parse(amount).map_err(|_| Reason::malformed("amount", "not whole đồng"))?;
    Ok(Claim {
        merchant: Some(merchant.to_owned().into()),
        amount: Some(amount),
        transaction: Some(transaction.to_owned().into()),
        ..Claim::new(order.to_owned(), outcome(result))
    })
}

impl NoticeRules for VillagePay {
    fn read(raw: &RawNotice) -> Result<Message<'_>, Reason> {
        raw.demand("GET")?;
        let pairs = raw.parameters()?;
        let value = |name: &str| {
            pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
        };
        let values = SIGNED.map(value);
        if values.iter().any(|v| v.is_empty() || v.contains('|')) {
            return Err(Reason::malformed("query", "a value that is absent or holds '|'"));
        }
        let outside = |key: &&String| !SIGNED.contains(&key.as_str()) && *key != "sum";
        let uncovered = pairs.iter().map(|(key, _)| key).filter(outside).cloned().collect();
        Ok(Message {
            claim: Claim { uncovered, ..claim(values)? },
            signature: value("sum").to_owned().into(),
            text: ("raw", values.join("|")),
            time: "".into(),
        })
    }

    fn fits(text: &str, signature: &str, keys: &OneSecret) -> bool {
        keys.secret.verifies(Algorithm::HmacSha256, Encoding::HexUpper, text.as_bytes(), signature)
    }

    fn acknowledge(answer: Answer, _: Repeated<'_>, _: &Account) -> Acknowledgement {
        match answer {
            Answer::Recorded | Answer::AlreadyRecorded => Acknowledgement::json(200, "{\"ok\":1}"),
            Answer::NotAuthentic | Answer::Malformed | Answer::TestCall => {
                Acknowledgement::empty(400)
            }
            Answer::UnknownOrder | Answer::WrongAmount | Answer::WrongOrder => {
                Acknowledgement::empty(409)
            }
        }
    }
}

/// The request: an address.
fn request(account: &Account, order: &str, amount: Dong) -> Outgoing {
    Outgoing {
        method: "GET",
        url: format!("{}/pay?order={order}&amount={amount}", account.base()),
        content_type: None,
        body: String::new(),
        headers: Vec::new(),
        canonical: String::new(),
    }
}

/// The answer to a query: the five values as lines.
fn read_query(
    account: &Account,
    expected: &Expected,
    answer: TlsAnswer<'_>,
) -> Result<motcua_payments::notice::Verified, Error> {
    let text = std::str::from_utf8(answer.bytes()).unwrap();
    let values: Vec<&str> = text.lines().collect();
    let claim = claim(values.try_into().unwrap()).unwrap();
    from_connection(account, expected, claim, answer)
}

fn account() -> gateway::Config<VillagePay, Sandbox> {
    let keys = r#"[{"label": "2026-11", "secret": "village"}]"#;
    gateway::Config::new("COMMUNE", None, serde_json::from_str(keys).unwrap()).unwrap()
}

/// Computed by Python: `hmac.new(b"village", b"36000|COMMUNE|HS1|paid|T1", "sha256").hexdigest().upper()`.
const SUM: &str = "CF79BA6CC8C06260EC27120399E59133AD15316EC60F223739F93DB435626E44";

fn notice() -> RawNotice {
    RawNotice::get(format!(
        "amount=36000&merchant=COMMUNE&order=HS1&result=paid&transaction=T1&sum={SUM}"
    ))
}

fn order() -> Order {
    let at = datetime!(2026-11-24 03:00 UTC);
    let mut order = Order::new("HS1", Dong::new(36_000).unwrap(), at, None).unwrap();
    let attempt = Attempt {
        gateway: VillagePay::NAME.to_owned(),
        environment: EnvironmentKind::Sandbox,
        merchant: "COMMUNE".to_owned(),
        reference: "HS1".to_owned(),
        at,
    };
    order.initiate(attempt, "kiosk").unwrap();
    order
}

const NOW: OffsetDateTime = datetime!(2026-11-24 03:05 UTC);

#[test]
fn its_notice_is_judged_and_settles_an_order() {
    let (account, mut order) = (account(), order());
    assert!(request(&account, "HS1", order.due()).url.starts_with("https://sandbox.village"));
    let expected = order.expected("HS1", Some(NOW));
    let verdict = verify(&notice(), &account, expected.as_ref());
    let applied = order.apply(verdict.verified().unwrap(), NOW, "ipn").unwrap();
    assert_eq!(applied.state, State::Paid);
    assert_eq!(applied.acknowledgement.body, "{\"ok\":1}");
    let again = order.apply(verdict.verified().unwrap(), NOW, "ipn").unwrap();
    assert_eq!(again.change, Change::AlreadyApplied);
}

#[test]
fn every_changed_byte_and_every_ambiguity_is_refused() {
    let (account, expected) = (account(), order().expected("HS1", Some(NOW)));
    let query = notice().query;
    for at in 0..query.len() {
        for bit in 0..7 {
            let mut bytes = query.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let verdict = verify(&RawNotice::get(changed.clone()), &account, expected.as_ref());
            assert!(matches!(verdict, Verdict::Refused(_)), "{changed}");
        }
    }
    for more in ["&amount=36000", "&result=paid", "&sum=", "&"] {
        let raw = RawNotice::get(format!("{query}{more}"));
        assert!(matches!(verify(&raw, &account, expected.as_ref()), Verdict::Refused(_)), "{more}");
    }
    let known = verify(&RawNotice::get(format!("{query}&note=x")), &account, expected.as_ref());
    assert_eq!(known.verified().unwrap().uncovered(), ["note"]);
    let posted = RawNotice { method: "POST".to_owned(), ..notice() };
    assert!(matches!(verify(&posted, &account, expected.as_ref()), Verdict::Refused(_)));
}

#[test]
fn a_query_recovers_what_a_lost_notice_would_have_said() {
    let (account, mut order) = (account(), order());
    let expected = order.expected("HS1", Some(NOW)).unwrap();
    let read = |text: &'static str| {
        read_query(&account, &expected, TlsAnswer::assume_asked_over_tls(text.as_bytes()))
    };
    assert!(read("36001\nCOMMUNE\nHS1\npaid\nT1").is_err());
    assert!(read("36000\nOTHER\nHS1\npaid\nT1").is_err());
    let news = read("36000\nCOMMUNE\nHS1\npaid\nT1").unwrap();
    assert_eq!(order.apply(&news, NOW, "query").unwrap().state, State::Paid);
    // The notice that comes after all is the same event.
    let verdict = verify(&notice(), &account, Some(&expected));
    let late = order.apply(verdict.verified().unwrap(), NOW, "ipn").unwrap();
    assert_eq!(late.change, Change::AlreadyApplied);
}

#[test]
fn sandbox_and_production_do_not_mix() {
    let keys = || serde_json::from_str(r#"[{"label": "a", "secret": "b"}]"#).unwrap();
    let mixed = gateway::Config::<VillagePay, Production>::new(
        "COMMUNE",
        Some("https://sandbox.village.example"),
        keys(),
    );
    assert_eq!(mixed.unwrap_err().code(), "payments.environment_mixed");
}

#[test]
fn json_fields_are_read_strictly() {
    let fields = |body: &str| RawNotice::post(body).fields();
    let read = fields(r#"{"a": "x", "n": 12}"#).unwrap();
    assert_eq!(read, [("a".to_owned(), "x".to_owned()), ("n".to_owned(), "12".to_owned())]);
    for bad in [r#"{"a": 1, "a": 1}"#, r#"{"a": 1.5}"#, r#"{"a": {"b": 1}}"#, "[]", "", "{"] {
        assert!(fields(bad).is_err(), "{bad}");
    }
}
