//! What the tests of the counter share: a tariff, a gateway account, its notices, a dossier that is paid.
#![allow(dead_code, missing_docs)]

use motcua::counter::{Case, Counter, Error, Settled};
use motcua::fees::{Application, Tariff};
use motcua::ledger::{IssuedCopy, Ledger, Series};
use motcua::payments::gateway::{EnvironmentKind, OneSecret, Sandbox};
use motcua::payments::notice::RawNotice;
use motcua::payments::order::{Attempt, State};
use motcua::payments::vnpay::{self, Config, Locale, PayRequest, sandbox};
use motcua::payments::{Dong, Secret};
use time::OffsetDateTime;
use time::macros::datetime;

pub const NOW: OffsetDateTime = datetime!(2026-11-24 03:00 UTC);

pub fn series() -> Series {
    Series { agency: "H99.1".into(), kind: "SCTĐT/BS".into() }
}

pub fn tariff() -> Tariff {
    let name = "certification-226-2016";
    Tariff::from_toml(name, motcua::tariffs::get(name).unwrap()).unwrap()
}

/// Copies of an original of so many pages.
pub fn application(pages: u32) -> Application {
    let case =
        serde_json::json!({"fees": [{"fee": "ct.copy", "facts": {"pages": pages, "copies": 1}}]});
    serde_json::from_value(case).unwrap()
}

pub fn account(secret: &str) -> Config<Sandbox> {
    let keys = vec![OneSecret { label: "k".into(), secret: Secret::new(secret).unwrap() }];
    Config::new("MOTCUA01", None, keys).unwrap()
}

pub fn attempt(reference: &str) -> Attempt {
    Attempt {
        gateway: "vnpay".into(),
        environment: EnvironmentKind::Sandbox,
        merchant: "MOTCUA01".into(),
        reference: reference.into(),
        at: NOW,
    }
}

/// What a gateway sends for a reference, signed with `secret`.
pub fn notice(
    reference: &str,
    amount: u64,
    secret: &str,
    code: &str,
    transaction: &str,
) -> RawNotice {
    let request = PayRequest {
        reference: reference.into(),
        amount: Dong::new(amount).unwrap(),
        info: "Phi chung thuc".into(),
        order_type: "other".into(),
        ip: "127.0.0.1".into(),
        locale: Locale::Vn,
        return_url: "https://dichvucong.example/tra-ve".into(),
        bank_code: None,
        created_at: NOW,
        expires_at: None,
    };
    let pretend = sandbox::Pretend {
        response_code: code.into(),
        transaction_status: code.into(),
        transaction: transaction.into(),
        bank_code: "NCB".into(),
        paid_at: NOW,
    };
    RawNotice::get(sandbox::sign_notice(&account(secret), &request, &pretend).unwrap().as_str())
}

pub fn settle(counter: &mut Counter<'_>, order: &str, raw: &RawNotice) -> Result<Settled, Error> {
    counter.settle(order, order, NOW, |expected| vnpay::verify(raw, &account("true"), expected))
}

/// A notice for an order under its own reference, settled.
pub fn pay(
    counter: &mut Counter<'_>,
    order: &str,
    amount: u64,
    secret: &str,
    code: &str,
) -> Result<Settled, Error> {
    let digits = order.trim_start_matches(|c: char| !c.is_ascii_digit());
    let transaction = format!("1{digits:0>8}");
    settle(counter, order, &notice(order, amount, secret, code, &transaction))
}

pub fn copy(id: &str, hash: u32) -> IssuedCopy {
    IssuedCopy {
        copy_sha256: format!("{hash:064}"),
        copy_id: id.into(),
        signers: vec!["Nguyễn Văn Mẫu".into()],
        signed_at: NOW,
    }
}

/// A dossier led as far as it is paid.
pub fn paid(ledger: &mut Ledger, case: Case<'_>, order: &str) {
    let mut counter = Counter::new(ledger, "clerk");
    counter.assess(case, &tariff(), &application(2), NOW).unwrap();
    counter.open_order(case, order, NOW, None).unwrap();
    counter.initiate(order, &attempt(order)).unwrap();
    assert_eq!(pay(&mut counter, order, 4_000, "true", "00").unwrap().order.state(), State::Paid);
}
