//! Receipts with their numbers and replacements, money given back, and the list of annulments as others read it.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod backends;

use backends::{Case, Place, each_on_postgres, each_on_sqlite};
use motcua_ledger::{Annulment, Error, IssuedCopy, Ledger, ReceiptRequest, Replaces, Series};
use motcua_payments::receipt::{Draft, Receipt, ReceiptId, Status, TaxCode, in_force};
use time::OffsetDateTime;
use time::macros::{date, datetime};

const NOW: OffsetDateTime = datetime!(2026-11-24 03:00 UTC);

/// A receipt's content: copies certified for so many đồng.
fn draft(amounts: &[u64]) -> Draft {
    let lines: Vec<_> = amounts
        .iter()
        .map(|amount| {
            let amount = serde_json::json!({"amount": amount.to_string(), "currency": "VND"});
            serde_json::json!({"name": "Phí chứng thực bản sao từ bản chính", "amount": amount})
        })
        .collect();
    serde_json::from_value(serde_json::json!({
        "date": "2026-11-24",
        "collector": {"name": "UBND phường Mẫu", "tax_code": "0100000001"},
        "lines": lines,
    }))
    .unwrap()
}

fn collector() -> TaxCode {
    TaxCode("0100000001".into())
}

fn issue(
    ledger: &mut Ledger,
    id: &str,
    draft: &Draft,
    replaces: Option<&ReceiptId>,
) -> Result<Receipt, Error> {
    let collector = collector();
    let replaces =
        replaces.map(|receipt| Replaces { collector: &collector, receipt, why: "sai số tiền" });
    let asked = ReceiptRequest { id, form: "EBL01", symbol: "26TAA", draft, replaces };
    ledger.write(|s| s.issue_receipt(&asked, NOW))
}

fn receipts_are_numbered_kept_and_replaced(place: &Place) {
    let mut ledger = place.open();
    let (eight, nothing) = (draft(&[8_000]), draft(&[0]));
    let first = issue(&mut ledger, "a", &eight, None).unwrap();
    assert_eq!((first.id().number, first.id().year), (1, 2026));
    assert_eq!(first.words(), "Tám nghìn đồng");
    assert_eq!(issue(&mut ledger, "a", &eight, None).unwrap(), first);
    let second = issue(&mut ledger, "b", &draft(&[4_000]), Some(first.id())).unwrap();
    let repeated = issue(&mut ledger, "b", &draft(&[4_000]), Some(first.id()));
    assert_eq!(repeated.unwrap(), second);
    assert_eq!((second.id().number, second.replaces()), (2, Some(first.id())));
    let by = |ledger: &mut Ledger, of: &Receipt| {
        ledger.read(|s| s.replaced_by(&collector(), of.id())).unwrap()
    };
    assert_eq!(by(&mut ledger, &first), Some((collector(), second.id().clone())));
    assert_eq!(by(&mut ledger, &second), None);
    let code = |answer: Result<Receipt, Error>| answer.unwrap_err().code();
    let replaced = issue(&mut ledger, "c", &eight, Some(first.id()));
    assert_eq!(code(replaced), "ledger.receipt_replaced");
    let none = ReceiptId { number: 9, ..first.id().clone() };
    assert_eq!(code(issue(&mut ledger, "c", &eight, Some(&none))), "ledger.no_receipt");
    assert_eq!(
        ledger.read(|s| s.replaced_by(&collector(), &none)).unwrap_err().code(),
        "ledger.no_receipt"
    );
    for (other, replaces) in [(&eight, Some(second.id())), (&nothing, None)] {
        let reused = issue(&mut ledger, "a", other, replaces);
        assert_eq!(code(reused), "ledger.fingerprint_reused");
    }
    // What the rules of receipts refuse.
    let ahead = Draft { date: date!(2026 - 11 - 25), ..eight.clone() };
    let last_year = Draft { date: date!(2025 - 12 - 31), ..eight.clone() };
    let empty = Draft { lines: Vec::new(), ..eight.clone() };
    for (wrong, expected) in [
        (&ahead, "payments.receipt_field"),
        (&last_year, "payments.receipt_series"),
        (&empty, "payments.receipt_field"),
    ] {
        assert_eq!(code(issue(&mut ledger, "c", wrong, None)), expected);
    }
    // What was refused took no number; a fee of zero has a receipt too (zero is an amount).
    let third = issue(&mut ledger, "c", &nothing, None).unwrap();
    assert_eq!((third.id().number, third.total().get()), (3, 0));
    let all = ledger.read(|s| s.receipts(&collector(), date!(2026 - 11 - 24))).unwrap();
    assert_eq!(all, [first.clone(), second.clone(), third.clone()]);
    assert_eq!(in_force(&all).unwrap(), [&second, &third]);
    let day = ledger.read(|s| s.receipt_summary(&collector(), date!(2026 - 11 - 24))).unwrap();
    assert_eq!((day.receipts, day.total.get(), day.gaps.len()), (3, 12_000, 0));
    let row = &day.rows[1];
    assert_eq!((row.status, &row.related), (Status::Replacement, &Some(first.id().clone())));
    assert_eq!(row.explanation.as_deref(), Some("sai số tiền"));
    let quiet = ledger.read(|s| s.receipt_summary(&collector(), date!(2026 - 11 - 23)));
    assert_eq!(quiet.unwrap_err().code(), "payments.receipt_summary");
    let audit = ledger.read(|s| s.audit(&[], None)).unwrap();
    assert!(audit.is_sound(), "{audit:?}");
    let mut lines = Vec::new();
    ledger.export(&mut lines).unwrap();
    let mut copy = Ledger::in_memory().unwrap();
    copy.import(&mut &lines[..]).unwrap();
    assert_eq!(copy.read(|s| s.receipt(&collector(), first.id())).unwrap(), Some(first));
    #[cfg(feature = "parquet")]
    as_columns(&mut ledger);
    // Eight digits are the most.
    place.tamper(
        "INSERT INTO register_entry (agency, kind, year, number, request, state, reserved_at) \
         VALUES ('0100000001', 'EBL01/26TAA', 2026, 99999999, 'last', 'reserved', '2026-11-24T03:00:00Z')",
    );
    assert_eq!(code(issue(&mut ledger, "d", &eight, None)), "payments.receipt_numbers_used_up");
}

/// The record as a Parquet file and back.
#[cfg(feature = "parquet")]
fn as_columns(ledger: &mut Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    let mut file = std::fs::File::create(&path).unwrap();
    let size = ledger.export_parquet(&mut file).unwrap();
    let open = || std::fs::File::open(&path).unwrap();
    let mut copy = Ledger::in_memory().unwrap();
    assert_eq!(copy.import_parquet(open()).unwrap(), size);
    let root = |ledger: &mut Ledger| ledger.read(|s| Ok((s.size(), s.root()))).unwrap();
    assert_eq!(root(&mut copy), root(ledger));
    assert!(copy.read(|s| s.audit(&[], None)).unwrap().is_sound());
    assert_eq!(copy.import_parquet(open()).unwrap_err().code(), "ledger.bad_export");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let mut empty = Ledger::in_memory().unwrap();
    assert_eq!(empty.import_parquet(open()).unwrap_err().code(), "ledger.bad_export");
}

fn refunds_are_seen_and_counted(place: &Place) {
    use motcua_payments::gateway::{EnvironmentKind, OneSecret, Sandbox};
    use motcua_payments::notice::{RawNotice, Verdict};
    use motcua_payments::order::{Attempt, Order};
    use motcua_payments::vnpay::{self, Config, Locale, PayRequest, sandbox};
    use motcua_payments::{Dong, Secret};
    let mut ledger = place.open();
    let due = Dong::new(4_000).unwrap();
    let mut order = Order::new("MC1", due, NOW, None).unwrap();
    let attempt = Attempt {
        gateway: "vnpay".into(),
        environment: EnvironmentKind::Sandbox,
        merchant: "MOTCUA01".into(),
        reference: "MC1".into(),
        at: NOW,
    };
    order.initiate(attempt, "clerk").unwrap();
    let keys = vec![OneSecret { label: "k".into(), secret: Secret::new("true").unwrap() }];
    let account: Config<Sandbox> = Config::new("MOTCUA01", None, keys).unwrap();
    let request = PayRequest {
        reference: "MC1".into(),
        amount: due,
        info: "Phi".into(),
        order_type: "other".into(),
        ip: "127.0.0.1".into(),
        locale: Locale::Vn,
        return_url: "https://dichvucong.example/tra-ve".into(),
        bank_code: None,
        created_at: NOW,
        expires_at: None,
    };
    let pretend = sandbox::Pretend {
        response_code: "00".into(),
        transaction_status: "00".into(),
        transaction: "1".into(),
        bank_code: "NCB".into(),
        paid_at: NOW,
    };
    let raw = RawNotice::get(sandbox::sign_notice(&account, &request, &pretend).unwrap());
    let expected = order.expected("MC1", Some(NOW));
    let Verdict::Verified(news) = vnpay::verify(&raw, &account, expected.as_ref()) else {
        panic!("not verified");
    };
    order.apply(&news, NOW, "clerk").unwrap();
    ledger.write(|s| s.save_order(&order, NOW)).unwrap();
    order.dispute("asked by the bank", NOW, "clerk").unwrap();
    order.end_dispute(Dong::new(1_000).unwrap(), NOW, "clerk").unwrap();
    order.request_refund("MC1", Dong::new(500).unwrap(), 1, NOW, "clerk").unwrap();
    for _ in 0..2 {
        ledger.write(|s| s.save_order(&order, NOW)).unwrap();
    }
    let kinds: Vec<_> =
        ledger.read(|s| s.log(0, 100)).unwrap().into_iter().map(|e| e.kind).collect();
    assert_eq!(kinds.iter().filter(|k| *k == "refund.done").count(), 1, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|k| *k == "refund.requested").count(), 1, "{kinds:?}");
    let day = ledger.read(|s| s.totals(date!(2026 - 11 - 24), date!(2026 - 11 - 25))).unwrap();
    assert_eq!((day.received, day.payments, day.refunded, day.refunds), (4_000, 1, 1_000, 1));
    assert!(ledger.read(|s| s.audit(&[], None)).unwrap().is_sound());
    // Another order cannot be kept under this reference.
    let mut other = Order::new("MC2", due, NOW, None).unwrap();
    other.initiate(order.attempts()[0].clone(), "clerk").unwrap();
    let no = ledger.write(|s| s.save_order(&other, NOW)).unwrap_err();
    assert_eq!(no.code(), "ledger.reference_taken");
}

fn book() -> Series {
    Series { agency: "H99.1".into(), kind: "SCTĐT/BS".into() }
}

fn the_list_says_which_numbers_are_withdrawn(place: &Place) {
    let mut ledger = place.open();
    for number in 1..=10_u32 {
        let copy = IssuedCopy {
            copy_sha256: format!("{number:064}"),
            copy_id: format!("BS-{number}"),
            signers: vec!["Nguyễn Văn Mẫu".into()],
            signed_at: NOW,
        };
        ledger.write(|s| s.reserve(&book(), &copy.copy_id, NOW)).unwrap();
        if number == 3 {
            ledger.write(|s| s.void(&book(), 2026, 3, "hỏng", NOW)).unwrap();
        } else if number != 10 {
            ledger.write(|s| s.issue_copy(&book(), 2026, number, &copy, NOW)).unwrap();
        }
    }
    let annulment = Annulment {
        copy_id: "BS-9".into(),
        decision: "1/QĐ".into(),
        reason: "sai".into(),
        decided_on: "2026-11-24".into(),
    };
    ledger.write(|s| s.annul(&annulment, NOW)).unwrap();
    let until = NOW + time::Duration::days(7);
    let uri = "https://dichvucong.example/thu-hoi/2026";
    let make = |ledger: &mut Ledger, until| {
        ledger.read(|s| s.annulment_list(&book(), 2026, uri, NOW, until))
    };
    assert_eq!(make(&mut ledger, NOW).unwrap_err().code(), "ledger.list_window");
    let list = make(&mut ledger, until).unwrap();
    let said: Vec<_> =
        list.withdrawn.iter().enumerate().filter(|(_, w)| **w).map(|(n, _)| n).collect();
    // Room for the numbers that are taken while it counts.
    assert_eq!((said, list.withdrawn.len()), (vec![3, 9], 2_048));
    assert_eq!(list.bytes()[..2], [0b0000_1000, 0b0000_0010]);
    let decision = &list.decisions[&9];
    assert_eq!((decision.on.as_str(), decision.decision.as_str()), ("2026-11-24", "1/QĐ"));
    assert_eq!(list.decisions.len(), 1);
    let claims: serde_json::Value = serde_json::from_str(&list.claims()).unwrap();
    assert_eq!(claims["sub"], uri);
    assert_eq!(
        (claims["iat"].as_i64(), claims["exp"].as_i64()),
        (Some(NOW.unix_timestamp()), Some(until.unix_timestamp()))
    );
    assert_eq!((&claims["status_list"]["bits"], &claims["year"]), (&1.into(), &2026.into()));
    assert_eq!((&claims["agency_id"], &claims["act_code"]), (&"H99.1".into(), &"SCTĐT/BS".into()));
}

const CASES: &[(&str, Case)] = &[
    ("receipts", receipts_are_numbered_kept_and_replaced),
    ("refunds", refunds_are_seen_and_counted),
    ("list", the_list_says_which_numbers_are_withdrawn),
];

#[test]
fn on_sqlite() {
    each_on_sqlite(CASES);
}

#[test]
fn on_postgres() {
    each_on_postgres(CASES);
}
