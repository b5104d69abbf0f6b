//! What an audit finds: each finding by its code, every column of every table, what cannot be read, and the way of a half-done operation.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod backends;

use backends::{Case, Place, each_on_postgres, each_on_sqlite, file};
use motcua_ledger::{
    Annulment, Audit, CheckpointKey, CheckpointVerifier, Delivery, IssuedCopy, Ledger,
    ReceiptRequest, Replaces, Series,
};
use motcua_payments::Dong;
use motcua_payments::order::Order;
use motcua_payments::receipt::Draft;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-24 03:00 UTC);
const KEY: &[u8] = include_bytes!("data/checkpoint-key.der");

fn series() -> Series {
    Series { agency: "H99.1".into(), kind: "SCTĐT/BS".into() }
}

/// Three copies of two dossiers, the second annulled, and an order.
fn filled(place: &Place) -> Ledger {
    let mut ledger = place.open();
    for number in 1..=3_u32 {
        let copy = IssuedCopy {
            copy_sha256: format!("{number:064}"),
            copy_id: format!("BS-{number}"),
            signers: vec!["Nguyễn Văn Mẫu".into()],
            signed_at: NOW,
        };
        ledger
            .write(|s| {
                s.for_dossier(&format!("d{number}"))?;
                s.reserve(&series(), &copy.copy_id, NOW)?;
                s.issue_copy(&series(), 2026, number, &copy, NOW)
            })
            .unwrap();
    }
    let annulment = Annulment {
        copy_id: "BS-2".into(),
        decision: "1/QĐ".into(),
        reason: "bản chính bị sửa chữa; ".repeat(20),
        decided_on: "2026-11-24".into(),
    };
    ledger.write(|s| s.annul(&annulment, NOW)).unwrap();
    let order = Order::new("MC1", Dong::new(8_000).unwrap(), NOW, None).unwrap();
    ledger
        .write(|s| {
            s.for_dossier("d1")?;
            s.save_order(&order, NOW)?;
            s.confirm("portal", 3)
        })
        .unwrap();
    ledger
}

fn audit(ledger: &mut Ledger) -> Audit {
    ledger.read(|s| s.audit(&[], None)).unwrap()
}

fn has(audit: &Audit, code: &str, seq: Option<u64>) -> bool {
    audit.findings.iter().any(|f| f.code == code && f.seq == seq)
}

/// Each column, changed behind the ledger's back and set right again.
fn every_column_is_held_to_the_log(place: &Place) {
    let mut ledger = filled(place);
    assert!(audit(&mut ledger).is_sound(), "{:?}", audit(&mut ledger));
    for (table, column, at, wrong, right) in [
        ("register_entry", "reserved_at", "number = 1", "'2026-11-25T00:00:00Z'", None),
        ("register_entry", "closed_at", "number = 1", "'2026-11-25T00:00:00Z'", None),
        ("register_entry", "request", "number = 1", "'BS-9'", None),
        ("issued_copy", "copy_sha256", "copy_id = 'BS-1'", "'ff'", None),
        ("issued_copy", "agency", "copy_id = 'BS-1'", "'H99.2'", None),
        ("issued_copy", "kind", "copy_id = 'BS-1'", "'other'", None),
        ("issued_copy", "year", "copy_id = 'BS-1'", "2025", None),
        ("issued_copy", "number", "copy_id = 'BS-1'", "7", None),
        ("issued_copy", "position", "copy_id = 'BS-2'", "77", Some("1")),
        ("issued_copy", "annulled", "copy_id = 'BS-2'", "0", Some("1")),
        // Another dossier's payment.
        ("order_state", "dossier", "order_id = 'MC1'", "'d2'", Some("'d1'")),
        ("order_state", "records", "order_id = 'MC1'", "2", Some("1")),
        ("outbox_cursor", "next", "consumer = 'portal'", "99", Some("3")),
        ("head", "at", "id = 1", "''", None),
    ] {
        let cast = if wrong.starts_with('\'') { "TEXT" } else { "BIGINT" };
        place.tamper(&format!(
            "CREATE TABLE kept AS SELECT CAST({column} AS {cast}) AS v FROM {table} WHERE {at};
             UPDATE {table} SET {column} = {wrong} WHERE {at}"
        ));
        let found = audit(&mut ledger);
        assert!(!found.is_sound(), "{table}.{column} = {wrong} was not found");
        let right = right.map_or("(SELECT v FROM kept)".to_owned(), str::to_owned);
        place.tamper(&format!("UPDATE {table} SET {column} = {right} WHERE {at}; DROP TABLE kept"));
        assert!(audit(&mut ledger).is_sound(), "{table}.{column}: {:?}", audit(&mut ledger));
    }
}

fn a_body_that_is_not_of_its_kind(place: &Place) {
    let mut ledger = filled(place);
    place.tamper("UPDATE log SET body = '{}' WHERE seq = 0");
    let found = audit(&mut ledger);
    assert!(has(&found, "ledger.entry_changed", Some(0)), "{found:?}");
    assert!(has(&found, "ledger.entry_unread", Some(0)), "{found:?}");
}

fn numbers_that_do_not_follow(place: &Place) {
    let mut ledger = filled(place);
    place.tamper(
        "UPDATE log SET body = replace(body, '\"number\":2', '\"number\":7') WHERE seq = 3",
    );
    assert!(has(&audit(&mut ledger), "ledger.register_gap", Some(3)));
}

fn checkpoints_that_nobody_signed(place: &Place) {
    let mut ledger = filled(place);
    let key = CheckpointKey::from_pkcs8("dichvucong.example", KEY).unwrap();
    let verifier = CheckpointVerifier::parse(&key.verifier()).unwrap();
    let note = ledger.read(|s| s.checkpoint("dichvucong.example/so").sign(&key)).unwrap();
    ledger.write(|s| s.keep_checkpoint(&note, &verifier).map(|_| ())).unwrap();
    let held = |ledger: &mut Ledger| ledger.read(|s| s.audit(&[], Some(&verifier))).unwrap();
    assert!(held(&mut ledger).is_sound());
    for change in ["note = replace(note, 'example/so', 'example/xx')", "size = 1"] {
        place.tamper(&format!(
            "CREATE TABLE kept AS SELECT * FROM checkpoint; UPDATE checkpoint SET {change}"
        ));
        assert!(has(&held(&mut ledger), "ledger.checkpoint_unsigned", None), "{change}");
        place.tamper(
            "DELETE FROM checkpoint; INSERT INTO checkpoint SELECT * FROM kept; DROP TABLE kept",
        );
    }
}

fn hashes_that_are_none_are_named(place: &Place) {
    let mut ledger = filled(place);
    for (column, code) in [("leaf", "ledger.entry_changed"), ("chain", "ledger.chain_broken")] {
        for wrong in ["'zz'", &format!("upper({column})"), &format!("'+' || substr({column}, 2)")] {
            place.tamper(&format!(
                "CREATE TABLE kept AS SELECT {column} AS v FROM log WHERE seq = 2;
                 UPDATE log SET {column} = {wrong} WHERE seq = 2"
            ));
            assert!(has(&audit(&mut ledger), code, Some(2)), "{column} = {wrong}");
            place.tamper(&format!(
                "UPDATE log SET {column} = (SELECT v FROM kept) WHERE seq = 2; DROP TABLE kept"
            ));
        }
    }
    assert!(audit(&mut ledger).is_sound());
}

/// An operation that stops half-way undoes the transaction, also where its caller passes over the error.
fn nothing_half_done_stays(place: &Place) {
    let mut ledger = filled(place);
    let draft: Draft = serde_json::from_value(serde_json::json!({"date": "2026-11-24",
        "collector": {"name": "UBND phường Mẫu", "tax_code": "0100000001"},
        "lines": [{"name": "Phí chứng thực", "amount": {"amount": "4000", "currency": "VND"}}]}))
    .unwrap();
    let plain =
        ReceiptRequest { id: "a", form: "EBL01", symbol: "26TAA", draft: &draft, replaces: None };
    let first = ledger.write(|s| s.issue_receipt(&plain, NOW)).unwrap();
    let why = "sai số tiền";
    let old = Replaces { collector: &draft.collector.tax_code, receipt: first.id(), why };
    let again = |id| ReceiptRequest { id, replaces: Some(old), ..plain };
    ledger.write(|s| s.issue_receipt(&again("b"), NOW)).unwrap();
    let size = ledger.read(|s| Ok(s.size())).unwrap();
    // That it was replaced before shows after its number is taken.
    let answer = ledger.write(|s| {
        assert!(s.issue_receipt(&again("c"), NOW).is_err());
        Ok(())
    });
    assert_eq!(answer.unwrap_err().code(), "ledger.receipt_replaced");
    assert_eq!(ledger.read(|s| Ok(s.size())).unwrap(), size);
    assert!(audit(&mut ledger).is_sound());
}

/// Whatever transaction withdraws or delivers a copy, the entry goes to the dossier of the copy.
fn entries_belong_to_the_dossier_of_their_copy(place: &Place) {
    let mut ledger = filled(place);
    let hand_over = |id: &str| Delivery { copy_id: id.into(), channel: "email".into() };
    for _ in 0..2 {
        ledger.write(|s| s.deliver(&hand_over("BS-1"), NOW)).unwrap();
    }
    let no = ledger.write(|s| s.deliver(&hand_over("BS-2"), NOW)).unwrap_err();
    assert_eq!(no.code(), "ledger.copy_annulled");
    let kinds = |ledger: &mut Ledger, dossier: &str| -> Vec<String> {
        let log = ledger.read(|s| s.dossier_log(dossier)).unwrap();
        log.into_iter().map(|e| e.kind).collect()
    };
    assert_eq!(kinds(&mut ledger, "d2").last().unwrap(), "copy.annulled");
    assert_eq!(kinds(&mut ledger, "d1").last().unwrap(), "copy.delivered");
}

/// What is gone or cannot be read is a finding of the audit, and no answer to anything else.
fn a_record_without_its_head_or_a_table(place: &Place) {
    for (name, statement, code) in [
        ("a hash that is none", "UPDATE head SET chain = 'zz'", "ledger.head_differs"),
        ("a size that is none", "UPDATE head SET size = -1", "ledger.head_differs"),
        ("no end", "DELETE FROM head", "ledger.head_differs"),
        ("no orders", "DROP TABLE order_state", "ledger.table_differs"),
        ("no register", "DROP TABLE register_entry", "ledger.table_differs"),
        ("no outbox", "DROP TABLE outbox_cursor", "ledger.table_differs"),
        ("no table of the end", "DROP TABLE head", "ledger.head_differs"),
        ("no log", "DROP TABLE log", "ledger.entry_missing"),
    ] {
        let place = place.another();
        let mut ledger = filled(&place);
        place.tamper(statement);
        let found = audit(&mut ledger);
        assert!(found.findings.iter().any(|f| f.code == code), "{name}: {found:?}");
        if code == "ledger.head_differs" {
            let asked = ledger.read(|s| Ok(s.size()));
            assert!(asked.is_err(), "{name}: {asked:?}");
            assert!(ledger.write(|s| s.confirm("portal", 3)).is_err(), "{name}");
        }
    }
}

/// The last place there is: reading on from it must end.
fn an_entry_at_the_end_of_all_places(place: &Place) {
    let mut ledger = filled(place);
    place.tamper("UPDATE log SET seq = 9223372036854775807 WHERE seq = (SELECT max(seq) FROM log)");
    assert!(audit(&mut ledger).findings.iter().any(|f| f.code == "ledger.entry_missing"));
    let mut lines = Vec::new();
    ledger.export(&mut lines).unwrap();
    assert!(ledger.read(|s| s.log(u64::MAX, 10)).unwrap().is_empty());
}

const CASES: &[(&str, Case)] = &[
    ("headless", a_record_without_its_head_or_a_table),
    ("last", an_entry_at_the_end_of_all_places),
    ("every_column", every_column_is_held_to_the_log),
    ("a_body", a_body_that_is_not_of_its_kind),
    ("numbers", numbers_that_do_not_follow),
    ("checkpoints", checkpoints_that_nobody_signed),
    ("hashes", hashes_that_are_none_are_named),
    ("half_done", nothing_half_done_stays),
    ("dossiers", entries_belong_to_the_dossier_of_their_copy),
];

#[test]
fn on_sqlite() {
    each_on_sqlite(CASES);
}

#[test]
fn on_postgres() {
    each_on_postgres(CASES);
}

#[test]
fn what_no_ledger_writes_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, statement) in [
        ("bytes", "UPDATE log SET body = CAST(x'ff' AS TEXT) WHERE seq = 1"),
        ("at", "UPDATE log SET at = CAST(x'32ff' AS TEXT) WHERE seq = 1"),
    ] {
        let place = file(folder.path(), name);
        let mut ledger = filled(&place);
        place.tamper(statement);
        assert!(has(&audit(&mut ledger), "ledger.entry_changed", Some(1)), "{statement}");
        // Reading on: the entries behind it are judged on their own.
        assert!(!audit(&mut ledger).findings.iter().any(|f| f.code == "ledger.chain_broken"));
    }
    // An entry before the first one.
    let place = file(folder.path(), "before");
    let mut ledger = filled(&place);
    place.tamper(
        "PRAGMA ignore_check_constraints = ON;
         INSERT INTO log SELECT -1, at, kind, subject, 'year/2026', dossier, body, leaf, chain FROM log WHERE seq = 0",
    );
    assert!(!audit(&mut ledger).is_sound());
}
