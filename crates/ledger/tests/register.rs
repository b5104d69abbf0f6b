//! The register and the events of one file: numbers, repeats, crashes, damage.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use motcua_ledger::{Added, EntryState, Ledger, OrderEvent, Series};
use rusqlite::Connection;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-24 03:00 UTC);

fn series() -> Series {
    Series { agency: "H99.1".into(), kind: "SCTĐT/BS".into() }
}

#[test]
fn numbers_start_at_one_each_year_of_viet_nam() {
    let mut ledger = Ledger::in_memory().unwrap();
    let mut number = |request: &str, at| {
        let entry = ledger.reserve(&series(), request, at).unwrap();
        (entry.year, entry.number)
    };
    assert_eq!(number("a", NOW), (2026, 1));
    assert_eq!(number("b", NOW), (2026, 2));
    // 17:00 UTC on 31 December is midnight in Viet Nam.
    assert_eq!(number("c", datetime!(2026-12-31 16:59:59 UTC)), (2026, 3));
    assert_eq!(number("d", datetime!(2026-12-31 17:00:00 UTC)), (2027, 1));
    assert_eq!(
        number("a", datetime!(2027-01-02 00:00 UTC)),
        (2026, 1),
        "a repeated request keeps its number"
    );
}

#[test]
fn kinds_and_agencies_number_apart() {
    let mut ledger = Ledger::in_memory().unwrap();
    ledger.reserve(&series(), "a", NOW).unwrap();
    let other = Series { kind: "SCT/CK".into(), ..series() };
    assert_eq!(ledger.reserve(&other, "a", NOW).unwrap().number, 1);
}

#[test]
fn entry_closed() {
    let mut ledger = Ledger::in_memory().unwrap();
    let n = ledger.reserve(&series(), "a", NOW).unwrap().number;
    ledger.complete(&series(), 2026, n, "aa", NOW).unwrap();
    ledger.complete(&series(), 2026, n, "aa", NOW).unwrap();
    assert_eq!(
        ledger.complete(&series(), 2026, n, "bb", NOW).unwrap_err().code(),
        "ledger.entry_closed"
    );
    assert_eq!(
        ledger.void(&series(), 2026, n, "late", NOW).unwrap_err().code(),
        "ledger.entry_closed"
    );
    let m = ledger.reserve(&series(), "b", NOW).unwrap().number;
    ledger.void(&series(), 2026, m, "the original was forged", NOW).unwrap();
    let entries = ledger.entries(&series(), 2026).unwrap();
    assert_eq!(entries[1].state, EntryState::Voided { reason: "the original was forged".into() });
}

#[test]
fn no_entry() {
    let mut ledger = Ledger::in_memory().unwrap();
    assert_eq!(
        ledger.complete(&series(), 2026, 7, "aa", NOW).unwrap_err().code(),
        "ledger.no_entry"
    );
}

#[test]
fn bad_identifier() {
    let mut ledger = Ledger::in_memory().unwrap();
    for request in ["", &"x".repeat(201)] {
        assert_eq!(
            ledger.reserve(&series(), request, NOW).unwrap_err().code(),
            "ledger.bad_identifier"
        );
    }
}

#[test]
fn fingerprint_reused() {
    let mut ledger = Ledger::in_memory().unwrap();
    let event = OrderEvent { kind: "notice".into(), fingerprint: "f".into(), body: "{}".into() };
    assert_eq!(ledger.add_event("o", &event, NOW).unwrap(), Added::Now(1));
    assert_eq!(ledger.add_event("o", &event, NOW).unwrap(), Added::Before(1));
    let other = OrderEvent { body: "{\"x\":1}".into(), ..event.clone() };
    assert_eq!(ledger.add_event("o", &other, NOW).unwrap_err().code(), "ledger.fingerprint_reused");
    assert_eq!(ledger.events("o").unwrap(), [event]);
}

#[test]
fn nothing_can_be_deleted_or_rewritten_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = Ledger::open(&path).unwrap();
    ledger.reserve(&series(), "a", NOW).unwrap();
    ledger.complete(&series(), 2026, 1, "aa", NOW).unwrap();
    let raw = Connection::open(&path).unwrap();
    assert!(raw.execute("DELETE FROM register_entry", []).is_err());
    assert!(raw.execute("UPDATE register_entry SET copy_sha256 = 'bb'", []).is_err());
}

#[test]
fn numbers_go_on_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    for expected in 1..=3 {
        let request = format!("r{expected}");
        assert_eq!(
            Ledger::open(&path).unwrap().reserve(&series(), &request, NOW).unwrap().number,
            expected
        );
    }
}

#[test]
fn many_writers_leave_no_gap() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    Ledger::open(&path).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let path = &path;
            scope.spawn(move || {
                let mut ledger = Ledger::open(path).unwrap();
                for i in 0..10 {
                    ledger.reserve(&series(), &format!("{writer}-{i}"), NOW).unwrap();
                }
            });
        }
    });
    let entries = Ledger::open(&path).unwrap().entries(&series(), 2026).unwrap();
    let numbers: Vec<_> = entries.iter().map(|e| e.number).collect();
    assert_eq!(numbers, (1..=80).collect::<Vec<_>>());
}

#[test]
fn newer_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    Ledger::open(&path).unwrap();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(Ledger::open(&path).unwrap_err().code(), "ledger.newer_schema");
}

#[test]
fn damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    std::fs::write(
        &path,
        "this is no database, but a text that is longer than a header".repeat(20),
    )
    .unwrap();
    assert_eq!(Ledger::open(&path).unwrap_err().code(), "ledger.damaged");
    let other = folder.path().join("other.sqlite");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert_eq!(Ledger::open(&other).unwrap_err().code(), "ledger.damaged");
}

#[test]
fn not_writable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no such folder").join("ledger.sqlite");
    assert_eq!(Ledger::open(&path).unwrap_err().code(), "ledger.not_writable");
}

#[test]
fn database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = Ledger::open(&path).unwrap();
    Connection::open(&path)
        .unwrap()
        .execute_batch("ALTER TABLE order_event RENAME TO gone")
        .unwrap();
    let event = OrderEvent { kind: "notice".into(), fingerprint: "f".into(), body: "{}".into() };
    assert_eq!(ledger.add_event("o", &event, NOW).unwrap_err().code(), "ledger.database");
}

#[test]
fn busy() {
    let e = motcua_ledger::Error::from(rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
        None,
    ));
    assert_eq!(e.code(), "ledger.busy");
}
