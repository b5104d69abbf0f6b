//! What only a SQLite file can do or suffer: other versions, damage, a full disk, a second writer, backups.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use motcua_ledger::{EntryState, Error, Ledger, Series};
use rusqlite::Connection;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-24 03:00 UTC);

fn series() -> Series {
    Series { agency: "H99.1".into(), kind: "SCTĐT/BS".into() }
}

fn reserve(ledger: &mut Ledger, request: &str) -> Result<u32, Error> {
    ledger.write(|s| Ok(s.reserve(&series(), request, NOW)?.number))
}

fn code<T: std::fmt::Debug>(answer: Result<T, Error>) -> &'static str {
    answer.unwrap_err().code()
}

#[test]
fn numbers_go_on_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    for expected in 1..=3 {
        let mut ledger = Ledger::open(&path).unwrap();
        assert_eq!(reserve(&mut ledger, &format!("r{expected}")), Ok(expected));
    }
}

#[test]
fn nothing_can_be_deleted_or_rewritten_by_accident() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = Ledger::open(&path).unwrap();
    reserve(&mut ledger, "a").unwrap();
    ledger.write(|s| s.complete(&series(), 2026, 1, "aa", NOW)).unwrap();
    let raw = Connection::open(&path).unwrap();
    for statement in [
        "DELETE FROM register_entry",
        "UPDATE register_entry SET copy_sha256 = 'bb'",
        "DELETE FROM log",
        "UPDATE log SET body = ''",
    ] {
        assert!(raw.execute(statement, []).is_err(), "{statement}");
    }
}

#[test]
fn an_older_file_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.sqlite");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../migrations/sqlite/0001-register.sql")).unwrap();
    old.execute_batch(
        "PRAGMA application_id = 1835234657; PRAGMA user_version = 1;
         INSERT INTO register_entry VALUES ('H99.1', 'SCTĐT/BS', 2026, 1, 'a', 'completed', '2026-11-24T03:00:00Z', '2026-11-24T03:01:00Z', 'aa', NULL);
         INSERT INTO register_entry VALUES ('H99.1', 'SCTĐT/BS', 2026, 2, 'b', 'reserved', '2026-11-24T03:00:30Z', NULL, NULL, NULL);
         INSERT INTO register_entry VALUES ('H99.1', 'SCTĐT/BS', 2026, 3, 'c', 'voided', '2026-11-24T03:02:00Z', '2026-11-24T03:03:00Z', NULL, 'forged');
         INSERT INTO order_event VALUES ('MC1', 1, '2026-11-24T02:00:00Z', 'paid', 'f', '{}');",
    )
    .unwrap();
    drop(old);
    assert_eq!(code(Ledger::open_read_only(&path)), "ledger.older_schema");
    let mut ledger = Ledger::open(&path).unwrap();
    let audit = ledger.read(|s| s.audit(&[], None)).unwrap();
    assert!(audit.is_sound() && audit.size == 6, "{audit:?}");
    let log = ledger.read(|s| s.log(0, 10)).unwrap();
    let kinds: Vec<_> = log.iter().map(|e| e.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "order.event.paid",
            "register.reserved",
            "register.reserved",
            "register.completed",
            "register.reserved",
            "register.voided",
        ]
    );
    assert_eq!(reserve(&mut ledger, "a"), Ok(1));
    assert_eq!(reserve(&mut ledger, "d"), Ok(4));
    ledger.write(|s| s.complete(&series(), 2026, 2, "bb", NOW)).unwrap();
    let mut again = Ledger::open_read_only(&path).unwrap();
    let entry = again.read(|s| s.entry(&series(), 2026, 2)).unwrap().unwrap();
    assert_eq!(entry.state, EntryState::Completed { copy_sha256: "bb".into() });
}

#[test]
fn newer_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    Ledger::open(&path).unwrap();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(code(Ledger::open(&path)), "ledger.newer_schema");
}

#[test]
fn damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let text = "this is no database, but a text that is longer than a header".repeat(20);
    std::fs::write(&path, text).unwrap();
    assert_eq!(code(Ledger::open(&path)), "ledger.damaged");
    let other = folder.path().join("other.sqlite");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert_eq!(code(Ledger::open(&other)), "ledger.damaged");
    // Pages in the middle are overwritten.
    let torn = folder.path().join("torn.sqlite");
    let mut ledger = Ledger::open(&torn).unwrap();
    for i in 0..200 {
        reserve(&mut ledger, &format!("r{i}")).unwrap();
    }
    drop(ledger);
    let mut bytes = std::fs::read(&torn).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096 * 4].fill(0xA5);
    std::fs::write(&torn, bytes).unwrap();
    let audit = Ledger::open(&torn).and_then(|mut l| l.read(|s| s.audit(&[], None)));
    assert!(audit.is_err() || !audit.unwrap().is_sound());
}

#[test]
fn not_writable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no such folder").join("ledger.sqlite");
    assert_eq!(code(Ledger::open(&path)), "ledger.not_writable");
    assert_eq!(code(Ledger::open_read_only(&path)), "ledger.not_writable");
    let path = folder.path().join("ledger.sqlite");
    reserve(&mut Ledger::open(&path).unwrap(), "a").unwrap();
    let mut readable = Ledger::open_read_only(&path).unwrap();
    assert_eq!(code(reserve(&mut readable, "b")), "ledger.not_writable");
    assert_eq!(readable.read(|s| Ok(s.size())).unwrap(), 1);
}

#[test]
fn database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = Ledger::open(&path).unwrap();
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("ALTER TABLE register_entry RENAME TO gone").unwrap();
    assert_eq!(code(reserve(&mut ledger, "a")), "ledger.database");
}

#[test]
fn busy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let mut first = Ledger::open(&path).unwrap();
    let mut second = Ledger::open_waiting(&path, Duration::ZERO).unwrap();
    first
        .write(|s| {
            s.reserve(&series(), "a", NOW)?;
            // The second one fails loudly while the first one writes; a reader sees the moment before.
            assert_eq!(code(reserve(&mut second, "b")), "ledger.busy");
            assert_eq!(second.read(|s| Ok(s.size())).unwrap(), 0);
            Ok(())
        })
        .unwrap();
    assert_eq!(reserve(&mut second, "b"), Ok(2));
}

#[test]
fn a_backup_is_taken_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("ledger.sqlite"), folder.path().join("copy.sqlite"));
    let mut ledger = Ledger::open(&path).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut ledger = Ledger::open(&path).unwrap();
            for i in 0..200 {
                reserve(&mut ledger, &format!("r{i}")).unwrap();
            }
        });
        while ledger.read(|s| Ok(s.size())).unwrap() < 20 {
            std::thread::yield_now();
        }
        ledger.backup(&copy).unwrap();
        writer.join().unwrap();
    });
    let mut restored = Ledger::open(&copy).unwrap();
    let audit = restored.read(|s| s.audit(&[], None)).unwrap();
    assert!(audit.is_sound() && (20..=200).contains(&audit.size), "{audit:?}");
    assert_eq!(code(ledger.backup(&copy)), "ledger.not_writable");
}

/// A file system of this size that is unmounted with the value; root only.
struct Small<'a>(&'a Path);

impl<'a> Small<'a> {
    fn mount(at: &'a Path, size: &str) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(at)
            .output();
        mounted.is_ok_and(|o| o.status.success()).then_some(Self(at))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        assert!(Command::new("umount").arg("-l").arg(self.0).status().unwrap().success());
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_small) = Small::mount(folder.path(), "1m") else {
        println!(
            "SKIPPED: the ledger on a full disk: no small file system can be mounted here (needs root)"
        );
        return;
    };
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = Ledger::open(&path).unwrap();
    let mut kept = 0;
    let refused = loop {
        match reserve(&mut ledger, &format!("r{kept}")) {
            Ok(number) => kept = number,
            Err(e) => break e,
        }
        assert!(kept < 50_000, "the disk did not fill");
    };
    assert_eq!(refused.code(), "ledger.not_writable");
    println!("full after {kept} numbers");
    drop(ledger);
    // With the disk still full everything that was answered is there, and with room it goes on.
    let mut ledger = Ledger::open(&path).unwrap();
    assert_eq!(ledger.read(|s| s.entries(&series(), 2026)).unwrap().len(), kept as usize);
    assert!(ledger.read(|s| s.audit(&[], None)).unwrap().is_sound());
    assert!(
        Command::new("mount")
            .args(["-o", "remount,size=4m"])
            .arg(folder.path())
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(reserve(&mut ledger, &format!("r{kept}")), Ok(kept + 1));
    drop(ledger);
}
