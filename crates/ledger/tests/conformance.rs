//! One suite for both databases: numbers, repeats, orders, copies, the outbox, tampering. What only a file can do stands in `file.rs`.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod backends;

use backends::{Case, Place, Server, each_on_postgres, each_on_sqlite, file};
use motcua_ledger::{
    Added, Annulment, CheckpointKey, CheckpointVerifier, EntryState, Error, IssuedCopy, Ledger,
    Series,
};
use motcua_payments::Dong;
use motcua_payments::order::Order;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-24 03:00 UTC);

fn series() -> Series {
    Series { agency: "H99.1".into(), kind: "SCTĐT/BS".into() }
}

fn reserve(ledger: &mut Ledger, request: &str, at: OffsetDateTime) -> (i32, u32) {
    let entry = ledger.write(|s| s.reserve(&series(), request, at)).unwrap();
    (entry.year, entry.number)
}

fn code<T: std::fmt::Debug>(answer: Result<T, Error>) -> &'static str {
    answer.unwrap_err().code()
}

fn numbers_start_at_one_each_year_of_viet_nam(place: &Place) {
    let mut ledger = place.open();
    assert_eq!(reserve(&mut ledger, "a", NOW), (2026, 1));
    assert_eq!(reserve(&mut ledger, "b", NOW), (2026, 2));
    // 17:00 UTC on 31 December is midnight in Viet Nam.
    assert_eq!(reserve(&mut ledger, "c", datetime!(2026-12-31 16:59:59 UTC)), (2026, 3));
    assert_eq!(reserve(&mut ledger, "d", datetime!(2026-12-31 17:00:00 UTC)), (2027, 1));
    // A repeated request keeps its number, after New Year too.
    assert_eq!(reserve(&mut ledger, "a", datetime!(2027-01-02 00:00 UTC)), (2026, 1));
    let other = Series { kind: "SCT/CK".into(), ..series() };
    let at = datetime!(2027-01-02 00:00 UTC);
    assert_eq!(ledger.write(|s| s.reserve(&other, "a", at)).unwrap().number, 1);
}

fn an_entry_is_closed_once(place: &Place) {
    let mut ledger = place.open();
    let (_, n) = reserve(&mut ledger, "a", NOW);
    for _ in 0..2 {
        ledger.write(|s| s.complete(&series(), 2026, n, "aa", NOW)).unwrap();
    }
    assert_eq!(
        code(ledger.write(|s| s.complete(&series(), 2026, n, "bb", NOW))),
        "ledger.entry_closed"
    );
    assert_eq!(
        code(ledger.write(|s| s.void(&series(), 2026, n, "late", NOW))),
        "ledger.entry_closed"
    );
    assert_eq!(
        code(ledger.write(|s| s.complete(&series(), 2026, 7, "aa", NOW))),
        "ledger.no_entry"
    );
    let (_, m) = reserve(&mut ledger, "b", NOW);
    assert_eq!(ledger.read(|s| s.open_entries()).unwrap().len(), 1);
    ledger.write(|s| s.void(&series(), 2026, m, "the original was forged", NOW)).unwrap();
    assert!(ledger.read(|s| s.open_entries()).unwrap().is_empty());
    let entries = ledger.read(|s| s.entries(&series(), 2026)).unwrap();
    assert_eq!(entries[1].state, EntryState::Voided { reason: "the original was forged".into() });
}

fn a_year_is_closed_when_it_is_over_and_complete(place: &Place) {
    let mut ledger = place.open();
    let (_, n) = reserve(&mut ledger, "a", NOW);
    let next = datetime!(2026-12-31 17:00 UTC);
    assert_eq!(code(ledger.write(|s| s.close_year(&series(), 2026, NOW))), "ledger.year_not_over");
    assert_eq!(code(ledger.write(|s| s.close_year(&series(), 2026, next))), "ledger.entries_open");
    ledger.write(|s| s.complete(&series(), 2026, n, "aa", NOW)).unwrap();
    let totals = ledger.write(|s| s.close_year(&series(), 2026, next)).unwrap();
    assert_eq!((totals.last, totals.completed, totals.voided), (1, 1, 0));
    assert_eq!(ledger.write(|s| s.close_year(&series(), 2026, next)).unwrap(), totals);
    let late = datetime!(2026-12-31 16:59 UTC);
    assert_eq!(code(ledger.write(|s| s.reserve(&series(), "late", late))), "ledger.year_is_closed");
}

fn bad_input_is_refused(place: &Place) {
    let mut ledger = place.open();
    for request in ["", &"x".repeat(201)] {
        assert_eq!(
            code(ledger.write(|s| s.reserve(&series(), request, NOW))),
            "ledger.bad_identifier"
        );
    }
    for request in ["a\0b", "a\nb", "a\u{7f}"] {
        assert_eq!(
            code(ledger.write(|s| s.reserve(&series(), request, NOW))),
            "ledger.bad_character"
        );
    }
    let slash = Series { agency: "H99/1".into(), ..series() };
    assert_eq!(code(ledger.write(|s| s.reserve(&slash, "a", NOW))), "ledger.bad_character");
    for at in [datetime!(1999-12-31 00:00 UTC), datetime!(3000-01-01 00:00 UTC)] {
        assert_eq!(code(ledger.write(|s| s.reserve(&series(), "a", at))), "ledger.bad_year");
    }
    let huge = "x".repeat((1 << 20) + 1);
    assert_eq!(
        code(ledger.write(|s| s.record_notice("vnpay", "f", &huge, NOW))),
        "ledger.body_too_large"
    );
    // Nothing of all this was recorded.
    assert_eq!(ledger.read(|s| Ok(s.size())).unwrap(), 0);
    assert_eq!(reserve(&mut ledger, "a", NOW), (2026, 1));
    let back = NOW - time::Duration::minutes(11);
    assert_eq!(code(ledger.write(|s| s.reserve(&series(), "b", back))), "ledger.clock_back");
    // Another counter's clock may be a little behind.
    assert_eq!(reserve(&mut ledger, "b", NOW - time::Duration::minutes(9)), (2026, 2));
}

fn what_fails_leaves_nothing(place: &Place) {
    let mut ledger = place.open();
    let failed: Result<(), Error> = ledger.write(|s| {
        s.reserve(&series(), "a", NOW)?;
        s.record_notice("vnpay", "f", "{}", NOW)?;
        s.complete(&series(), 2026, 99, "aa", NOW)
    });
    assert_eq!(code(failed), "ledger.no_entry");
    assert_eq!(ledger.read(|s| Ok(s.size())).unwrap(), 0);
    assert_eq!(reserve(&mut ledger, "b", NOW), (2026, 1));
}

fn notices_are_kept_once(place: &Place) {
    let mut ledger = place.open();
    assert_eq!(ledger.write(|s| s.record_notice("vnpay", "f", "{}", NOW)).unwrap(), Added::Now(0));
    assert_eq!(
        ledger.write(|s| s.record_notice("vnpay", "f", "{}", NOW)).unwrap(),
        Added::Before(0)
    );
    assert_eq!(ledger.write(|s| s.record_notice("momo", "f", "{}", NOW)).unwrap(), Added::Now(1));
    assert_eq!(
        code(ledger.write(|s| s.record_notice("vnpay", "f", "{\"x\":1}", NOW))),
        "ledger.fingerprint_reused"
    );
}

fn an_order_is_kept_with_every_step(place: &Place) {
    let mut ledger = place.open();
    let due = Dong::new(8_000).unwrap();
    let mut order = Order::new("MC1", due, NOW, Some(NOW + time::Duration::minutes(15))).unwrap();
    ledger
        .write(|s| {
            s.for_dossier("H99.1-261124-0001")?;
            s.save_order(&order, NOW)
        })
        .unwrap();
    let stale = order.clone();
    order.dispute("asked by the bank", NOW, "clerk").ok();
    let late = NOW + time::Duration::hours(1);
    order.expire(&[], late, "system").unwrap();
    ledger.write(|s| s.save_order(&order, late)).unwrap();
    ledger.write(|s| s.save_order(&order, late)).unwrap();
    assert_eq!(ledger.read(|s| s.order("MC1")).unwrap(), Some(order.clone()));
    assert_eq!(ledger.read(|s| s.order("MC2")).unwrap(), None);
    let dossier = ledger.read(|s| s.dossier_log("H99.1-261124-0001")).unwrap();
    // The later step too, though its session named no dossier.
    assert_eq!(dossier.len(), 2);
    // Whoever holds an older order must load it again.
    assert_eq!(code(ledger.write(|s| s.save_order(&stale, late))), "ledger.order_changed");
    assert!(ledger.read(|s| s.audit(&[], None)).unwrap().is_sound());
    let body = serde_json::to_string(&order).unwrap().replace("\"opened\"", "\"opened by me\"");
    let forged: Order = serde_json::from_str(&body).unwrap();
    assert_eq!(code(ledger.write(|s| s.save_order(&forged, late))), "ledger.order_unsound");
}

fn copy(id: &str, hash: &str) -> IssuedCopy {
    IssuedCopy {
        copy_sha256: hash.into(),
        copy_id: id.into(),
        signers: vec!["Nguyễn Văn Mẫu".into(), "ỦY BAN NHÂN DÂN PHƯỜNG MẪU".into()],
        signed_at: NOW,
    }
}

fn copies_are_issued_and_annulled(place: &Place) {
    let mut ledger = place.open();
    for (number, id) in [(1, "BS-1"), (2, "BS-2")] {
        reserve(&mut ledger, id, NOW);
        let issued = copy(id, &format!("{number:064}"));
        for _ in 0..2 {
            let standing =
                ledger.write(|s| s.issue_copy(&series(), 2026, number, &issued, NOW)).unwrap();
            assert_eq!((standing.position, standing.annulled), (u64::from(number) - 1, false));
        }
    }
    let (_, third) = reserve(&mut ledger, "BS-3", NOW);
    for known in [copy("BS-1", &"9".repeat(64)), copy("BS-3", &format!("{:064}", 1))] {
        assert_eq!(
            code(ledger.write(|s| s.issue_copy(&series(), 2026, third, &known, NOW))),
            "ledger.copy_known"
        );
    }
    let annulment = Annulment {
        copy_id: "BS-2".into(),
        decision: "15/QĐ-UBND".into(),
        reason: "bản chính bị sửa chữa".into(),
        decided_on: "2026-11-24".into(),
    };
    for _ in 0..2 {
        ledger.write(|s| s.annul(&annulment, NOW)).unwrap();
    }
    let other = Annulment { decision: "16/QĐ-UBND".into(), ..annulment.clone() };
    assert_eq!(code(ledger.write(|s| s.annul(&other, NOW))), "ledger.fingerprint_reused");
    let unknown = Annulment { copy_id: "BS-9".into(), ..annulment.clone() };
    assert_eq!(code(ledger.write(|s| s.annul(&unknown, NOW))), "ledger.no_copy");
    let undated = Annulment { decided_on: "24/11/2026".into(), ..annulment };
    assert_eq!(code(ledger.write(|s| s.annul(&undated, NOW))), "ledger.bad_date");
    assert!(ledger.read(|s| s.copy("BS-2")).unwrap().unwrap().annulled);
    assert!(ledger.read(|s| s.audit(&[], None)).unwrap().is_sound());
}

fn the_outbox_repeats_until_it_is_confirmed(place: &Place) {
    let mut ledger = place.open();
    for request in ["a", "b", "c"] {
        reserve(&mut ledger, request, NOW);
    }
    let seqs = |ledger: &mut Ledger| -> Vec<u64> {
        let next = ledger.read(|s| s.outbox("portal", 2)).unwrap();
        next.iter().map(|e| e.seq).collect()
    };
    assert_eq!(seqs(&mut ledger), [0, 1]);
    assert_eq!(seqs(&mut ledger), [0, 1]);
    ledger.write(|s| s.confirm("portal", 2)).unwrap();
    assert_eq!(seqs(&mut ledger), [2]);
    for wrong in [1, 4] {
        assert_eq!(code(ledger.write(|s| s.confirm("portal", wrong))), "ledger.outbox_position");
    }
    assert_eq!(ledger.read(|s| s.outbox("other", 9)).unwrap().len(), 3);
}

/// A record of a few entries of every kind.
fn filled(place: &Place) -> Ledger {
    let mut ledger = place.open();
    for (number, id) in [(1, "BS-1"), (2, "BS-2"), (3, "BS-3")] {
        reserve(&mut ledger, id, NOW);
        let issued = copy(id, &format!("{number:064}"));
        ledger.write(|s| s.issue_copy(&series(), 2026, number, &issued, NOW)).unwrap();
    }
    let order = Order::new("MC1", Dong::new(8_000).unwrap(), NOW, None).unwrap();
    ledger.write(|s| s.save_order(&order, NOW)).unwrap();
    ledger
}

fn tampering_is_found_where_it_was_done(place: &Place) {
    let mut ledger = filled(place);
    assert!(ledger.read(|s| s.audit(&[], None)).unwrap().is_sound());
    let size = ledger.read(|s| Ok(s.size())).unwrap();
    assert_eq!(size, 10);
    let mut first = |statement: &str, undo: &str| {
        place.tamper(statement);
        let audit = ledger.read(|s| s.audit(&[], None)).unwrap();
        let first = audit.findings.first().cloned().unwrap_or_else(|| panic!("{statement}: sound"));
        place.tamper(undo);
        assert!(ledger.read(|s| s.audit(&[], None)).unwrap().is_sound(), "{undo}");
        (first.code, first.seq)
    };
    // An edit, with and without the stored hash beside it.
    assert_eq!(
        first(
            "UPDATE log SET body = replace(body, 'BS-2', 'BS-7') WHERE seq = 4",
            "UPDATE log SET body = replace(body, 'BS-7', 'BS-2') WHERE seq = 4"
        ),
        ("ledger.entry_changed", Some(4))
    );
    place.tamper("UPDATE log SET chain = leaf WHERE seq = 3");
    let audit = ledger.read(|s| s.audit(&[], None)).unwrap();
    assert_eq!((audit.findings[0].code, audit.findings[0].seq), ("ledger.chain_broken", Some(3)));
}

fn deletion_reorder_and_truncation_are_found(place: &Place) {
    let mut ledger = filled(place);
    let mut found = |statement: &str| {
        place.tamper(statement);
        let audit = ledger.read(|s| s.audit(&[], None)).unwrap();
        audit.findings.iter().map(|f| (f.code, f.seq)).collect::<Vec<_>>()
    };
    // Two entries change places.
    let swapped = found(
        "UPDATE log SET seq = 100 WHERE seq = 1; UPDATE log SET seq = 1 WHERE seq = 2; UPDATE log SET seq = 2 WHERE seq = 100",
    );
    assert_eq!(swapped.first(), Some(&("ledger.entry_changed", Some(1))));
    found(
        "UPDATE log SET seq = 100 WHERE seq = 1; UPDATE log SET seq = 1 WHERE seq = 2; UPDATE log SET seq = 2 WHERE seq = 100",
    );
    // The end is cut off.
    let cut = found("DELETE FROM log WHERE seq >= 8");
    assert_eq!(cut.first(), Some(&("ledger.head_differs", Some(8))));
    // One in the middle is gone.
    let gone = found("DELETE FROM log WHERE seq = 5");
    assert_eq!(gone.first(), Some(&("ledger.entry_missing", Some(5))));
    assert!(gone.iter().any(|(code, _)| *code == "ledger.table_differs"));
}

fn tables_are_held_to_the_log(place: &Place) {
    let mut ledger = filled(place);
    for (statement, subject) in [
        ("UPDATE issued_copy SET annulled = 1 WHERE copy_id = 'BS-1'", "copy/BS-1"),
        (
            "UPDATE register_entry SET copy_sha256 = 'ff' WHERE number = 2",
            "register/H99.1/SCTĐT/BS",
        ),
        ("DELETE FROM register_entry WHERE number = 3", "register/H99.1/SCTĐT/BS"),
        ("UPDATE order_state SET state = 'paid'", "order/MC1"),
        ("UPDATE order_state SET body = replace(body, '8000', '9000')", "order/MC1"),
        ("DELETE FROM order_state", "order/MC1"),
        ("DELETE FROM issued_copy WHERE copy_id = 'BS-3'", "copy/BS-3"),
    ] {
        let before = ledger.read(|s| s.audit(&[], None)).unwrap().findings.len();
        place.tamper(statement);
        let findings = ledger.read(|s| s.audit(&[], None)).unwrap().findings;
        let hit = |f: &motcua_ledger::AuditFinding| {
            f.code == "ledger.table_differs" && f.subject == subject
        };
        assert!(findings.len() >= before && findings.iter().any(hit), "{statement}: {findings:?}");
    }
}

/// A key made for this test with `openssl genpkey -algorithm ed25519`.
const KEY: &[u8] = include_bytes!("data/checkpoint-key.der");

fn a_rewritten_record_contradicts_its_checkpoints(place: &Place) {
    let mut ledger = filled(place);
    let key = CheckpointKey::from_pkcs8("dichvucong.example", KEY).unwrap();
    let verifier = CheckpointVerifier::parse(&key.verifier()).unwrap();
    let old = ledger.read(|s| s.checkpoint("dichvucong.example/so").sign(&key)).unwrap();
    ledger.write(|s| s.keep_checkpoint(&old, &verifier).map(|_| ())).unwrap();
    reserve(&mut ledger, "BS-4", NOW);
    let audit = ledger.read(|s| s.audit(std::slice::from_ref(&old), Some(&verifier))).unwrap();
    assert!(audit.is_sound() && audit.checkpoints == 2, "{audit:?}");
    // An auditor who kept the old checkpoint holds the new log to it.
    let (before, now) = ledger
        .read(|s| {
            let before = motcua_ledger::Checkpoint::verify(&old, &verifier)?;
            Ok((before, s.checkpoint("dichvucong.example/so")))
        })
        .unwrap();
    let proof = ledger.read(|s| s.consistency_proof(before.size, now.size)).unwrap();
    assert!(motcua_ledger::tree::consistent(
        before.size,
        now.size,
        &proof,
        &before.root,
        &now.root
    ));
    let proof = ledger.read(|s| s.inclusion_proof(3, now.size)).unwrap();
    let leaf = ledger.read(|s| Ok(s.log(3, 1)?[0].leaf())).unwrap();
    assert!(motcua_ledger::tree::includes(&leaf, 3, now.size, &proof, &now.root));
    assert_eq!(code(ledger.read(|s| s.inclusion_proof(99, now.size))), "ledger.no_proof");
    // The whole record made anew, with another past: it is sound in itself, and the checkpoint gives it away.
    let other = match place {
        Place::File(path) => file(path.parent().unwrap(), "rewritten"),
        Place::Server(_) => return,
    };
    let mut rewritten = other.open();
    for request in 0..12 {
        reserve(&mut rewritten, &format!("r{request}"), NOW);
    }
    assert!(rewritten.read(|s| s.audit(&[], None)).unwrap().is_sound());
    let audit = rewritten.read(|s| s.audit(std::slice::from_ref(&old), Some(&verifier))).unwrap();
    assert_eq!(audit.findings[0].code, "ledger.checkpoint_contradicts");
    assert_eq!(
        code(rewritten.write(|s| s.keep_checkpoint(&old, &verifier))),
        "ledger.bad_checkpoint"
    );
}

fn many_writers_leave_no_gap(place: &Place) {
    place.open();
    std::thread::scope(|scope| {
        for writer in 0..64 {
            scope.spawn(move || {
                let mut ledger = place.open();
                for i in 0..3 {
                    let order = Order::new(
                        &format!("MC-{writer}-{i}"),
                        Dong::new(1_000).unwrap(),
                        NOW,
                        None,
                    )
                    .unwrap();
                    ledger
                        .write(|s| {
                            s.reserve(&series(), &format!("{writer}-{i}"), NOW)?;
                            s.save_order(&order, NOW)
                        })
                        .unwrap();
                }
            });
        }
    });
    let mut ledger = place.open();
    let entries = ledger.read(|s| s.entries(&series(), 2026)).unwrap();
    let numbers: Vec<_> = entries.iter().map(|e| e.number).collect();
    assert_eq!(numbers, (1..=192).collect::<Vec<_>>());
    for writer in 0..64 {
        assert!(ledger.read(|s| s.order(&format!("MC-{writer}-2"))).unwrap().is_some());
    }
    assert!(ledger.read(|s| s.audit(&[], None)).unwrap().is_sound());
}

fn an_export_comes_back_as_the_same_record(place: &Place) {
    let mut ledger = filled(place);
    reserve(&mut ledger, "open", NOW);
    let mut lines = Vec::new();
    assert_eq!(ledger.export(&mut lines).unwrap(), 11);
    let mut other = Ledger::in_memory().unwrap();
    assert_eq!(other.import(&mut &lines[..]).unwrap(), 11);
    let root = |ledger: &mut Ledger| ledger.read(|s| Ok(s.root())).unwrap();
    assert_eq!(root(&mut other), root(&mut ledger));
    assert!(other.read(|s| s.audit(&[], None)).unwrap().is_sound());
    assert_eq!(other.read(|s| s.order("MC1")).unwrap(), ledger.read(|s| s.order("MC1")).unwrap());
    assert_eq!(reserve(&mut other, "next", NOW), (2026, 5));
    let text = String::from_utf8(lines).unwrap();
    for broken in [
        text.replacen("{\"seq\":1,", "{\"seq\":2,", 1),
        text.replacen("\"number\\\":2", "\"number\\\":7", 1),
        text.lines().skip(1).collect::<Vec<_>>().join("\n"),
        format!("{text}not JSON\n"),
    ] {
        assert_ne!(broken, text);
        let mut empty = Ledger::in_memory().unwrap();
        assert_eq!(code(empty.import(&mut broken.as_bytes())), "ledger.bad_export");
        assert_eq!(empty.read(|s| Ok(s.size())).unwrap(), 0);
    }
    assert_eq!(code(ledger.import(&mut text.as_bytes())), "ledger.bad_export");
    let mut csv = Vec::new();
    ledger.register_csv(&series(), 2026, &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.starts_with("\u{feff}agency,") && csv.lines().count() == 5, "{csv}");
}

fn days_add_up_to_the_month(place: &Place) {
    use time::macros::date;
    let mut ledger = place.open();
    for (request, at) in [
        ("a", datetime!(2026-11-01 03:00 UTC)),
        // Already the 2nd in Viet Nam.
        ("b", datetime!(2026-11-01 17:00 UTC)),
        ("c", datetime!(2026-11-30 16:59 UTC)),
        ("d", datetime!(2026-11-30 17:00 UTC)),
    ] {
        reserve(&mut ledger, request, at);
    }
    let first = ledger.read(|s| s.totals(date!(2026 - 11 - 01), date!(2026 - 11 - 02))).unwrap();
    let rest = ledger.read(|s| s.totals(date!(2026 - 11 - 02), date!(2026 - 12 - 01))).unwrap();
    let month = ledger.read(|s| s.totals(date!(2026 - 11 - 01), date!(2026 - 12 - 01))).unwrap();
    assert_eq!((first.entries["register.reserved"], rest.entries["register.reserved"]), (1, 2));
    assert_eq!(first + rest, month);
}

const CASES: &[(&str, Case)] = &[
    ("numbers_start_at_one_each_year_of_viet_nam", numbers_start_at_one_each_year_of_viet_nam),
    ("an_entry_is_closed_once", an_entry_is_closed_once),
    ("a_year_is_closed", a_year_is_closed_when_it_is_over_and_complete),
    ("bad_input_is_refused", bad_input_is_refused),
    ("what_fails_leaves_nothing", what_fails_leaves_nothing),
    ("notices_are_kept_once", notices_are_kept_once),
    ("an_order_is_kept_with_every_step", an_order_is_kept_with_every_step),
    ("copies_are_issued_and_annulled", copies_are_issued_and_annulled),
    ("the_outbox_repeats_until_it_is_confirmed", the_outbox_repeats_until_it_is_confirmed),
    ("tampering_is_found_where_it_was_done", tampering_is_found_where_it_was_done),
    ("deletion_reorder_and_truncation_are_found", deletion_reorder_and_truncation_are_found),
    ("tables_are_held_to_the_log", tables_are_held_to_the_log),
    (
        "a_rewritten_record_contradicts_its_checkpoints",
        a_rewritten_record_contradicts_its_checkpoints,
    ),
    ("an_export_comes_back_as_the_same_record", an_export_comes_back_as_the_same_record),
    ("days_add_up_to_the_month", days_add_up_to_the_month),
    ("many_writers_leave_no_gap", many_writers_leave_no_gap),
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
fn a_lost_connection_says_so_and_the_call_can_be_repeated() {
    let Some(server) = Server::start() else { return };
    let address = server.address();
    let mut ledger = Ledger::on_postgres(backends::client(&address)).unwrap();
    reserve(&mut ledger, "a", NOW);
    backends::client(&address)
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = 'ledger'",
            &[],
        )
        .unwrap();
    assert_eq!(code(ledger.write(|s| s.reserve(&series(), "a", NOW))), "ledger.connection_lost");
    let mut again = Ledger::on_postgres(backends::client(&address)).unwrap();
    assert_eq!(reserve(&mut again, "a", NOW), (2026, 1));
}

#[test]
fn inside_the_callers_own_transaction() {
    let Some(server) = Server::start() else { return };
    let address = server.address();
    Ledger::on_postgres(backends::client(&address)).unwrap();
    let mut portal = backends::client(&address);
    portal.batch_execute("CREATE TABLE dossier (id TEXT PRIMARY KEY)").unwrap();
    let take = |portal: &mut postgres::Client, id: &str, commit: bool| {
        let mut transaction = portal.transaction().unwrap();
        transaction.execute("INSERT INTO dossier VALUES ($1)", &[&id]).unwrap();
        let number = motcua_ledger::postgres::within(&mut transaction, |s| {
            Ok(s.reserve(&series(), id, NOW)?.number)
        })
        .unwrap();
        // What fails inside does not end the caller's transaction.
        let failed: Result<(), _> = motcua_ledger::postgres::within(&mut transaction, |s| {
            s.complete(&series(), 2026, 99, "aa", NOW)
        });
        assert_eq!(code(failed), "ledger.no_entry");
        if commit {
            transaction.commit().unwrap();
        } else {
            transaction.rollback().unwrap();
        }
        number
    };
    assert_eq!(take(&mut portal, "d1", true), 1);
    assert_eq!(take(&mut portal, "d2", false), 2);
    assert_eq!(take(&mut portal, "d3", true), 2, "a number that was rolled back was never taken");
    let mut ledger = Ledger::on_postgres(backends::client(&address)).unwrap();
    let audit = ledger.read(|s| s.audit(&[], None)).unwrap();
    assert!(audit.is_sound(), "{audit:?}");
    let mut empty = backends::client(&server.address());
    let mut transaction = empty.transaction().unwrap();
    assert!(motcua_ledger::postgres::within(&mut transaction, |s| Ok(s.size())).is_err());
}
