//! What goes wrong outside: isolation levels of the caller's transaction, a server that is strict by default, 64 writers there, read-only
//! disks, files half-written, clocks of other zones.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod backends;

use std::path::Path;
use std::process::Command;

use backends::{Place, Server, client};
use motcua_ledger::postgres::within;
use motcua_ledger::{Error, Ledger, Series};
use time::OffsetDateTime;
use time::macros::{datetime, offset};

const NOW: OffsetDateTime = datetime!(2026-11-24 03:00 UTC);

fn series() -> Series {
    Series { agency: "H99.1".into(), kind: "SCTĐT/BS".into() }
}

fn reserve(ledger: &mut Ledger, request: &str) -> Result<u32, Error> {
    ledger.write(|s| s.reserve(&series(), request, NOW)).map(|entry| entry.number)
}

/// A portal's transaction whose snapshot is older than another counter's number: it has to be run again, and then fits.
#[test]
fn the_callers_transaction_at_stricter_levels() {
    let Some(server) = Server::start() else { return };
    for level in [postgres::IsolationLevel::RepeatableRead, postgres::IsolationLevel::Serializable]
    {
        let address = server.address();
        let mut other = Place::Server(address.clone()).open();
        let mut portal = client(&address);
        let mut numbers = Vec::new();
        for attempt in 0..2 {
            let mut transaction =
                portal.build_transaction().isolation_level(level).start().unwrap();
            // The snapshot is taken here.
            transaction.query("SELECT size FROM head", &[]).unwrap();
            if attempt == 0 {
                assert_eq!(reserve(&mut other, "counter"), Ok(1));
            }
            let taken = within(&mut transaction, |s| s.reserve(&series(), "portal", NOW));
            match taken {
                Ok(entry) => {
                    transaction.commit().unwrap();
                    numbers.push(entry.number);
                }
                Err(e) => assert_eq!((attempt, e.code()), (0, "ledger.busy")),
            }
        }
        assert_eq!(numbers, [2]);
        assert!(other.read(|s| s.audit(&[], None)).unwrap().is_sound());
    }
}

/// Sixty-four writers on a server whose transactions are serializable and not awaited unless asked.
#[test]
fn many_writers_on_a_strict_server() {
    let Some(server) = Server::start() else { return };
    let address = server.address();
    client(&address)
        .batch_execute(
            "ALTER ROLE ledger SET default_transaction_isolation = 'serializable';
             ALTER ROLE ledger SET synchronous_commit = 'off'",
        )
        .unwrap();
    let place = Place::Server(address);
    std::thread::scope(|scope| {
        for writer in 0..64 {
            let place = &place;
            scope.spawn(move || {
                let mut ledger = place.open();
                for i in 0..2 {
                    reserve(&mut ledger, &format!("{writer}-{i}")).unwrap();
                }
            });
        }
    });
    let mut ledger = place.open();
    let entries = ledger.read(|s| s.entries(&series(), 2026)).unwrap();
    let numbers: Vec<_> = entries.iter().map(|e| e.number).collect();
    assert_eq!(numbers, (1..=128).collect::<Vec<_>>());
    assert!(ledger.read(|s| s.audit(&[], None)).unwrap().is_sound());
}

/// A file system that is unmounted with the value; root only.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn mount(at: &'a Path, options: &str) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(at)
            .output()
            .is_ok_and(|o| o.status.success());
        if !mounted {
            println!(
                "SKIPPED: the ledger on another disk: nothing can be mounted here (needs root)"
            );
        }
        mounted.then_some(Self(at))
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        let said = Command::new("mount").args(["-o", &options]).arg(self.0).status();
        assert!(said.unwrap().success());
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        assert!(Command::new("umount").arg("-l").arg(self.0).status().unwrap().success());
    }
}

#[test]
fn a_disk_that_can_only_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path(), "size=8m") else { return };
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = Ledger::open(&path).unwrap();
    assert_eq!(reserve(&mut ledger, "a"), Ok(1));
    drop(ledger);
    disk.remount("ro");
    let refused = Ledger::open(&path).and_then(|mut ledger| reserve(&mut ledger, "b"));
    assert_eq!(refused.unwrap_err().code(), "ledger.not_writable");
    // An archive on such a disk can be read and verified.
    let mut archive = Ledger::open_read_only(&path).unwrap();
    assert!(archive.read(|s| s.audit(&[], None)).unwrap().is_sound());
    assert_eq!(reserve(&mut archive, "b").unwrap_err().code(), "ledger.not_writable");
    drop(archive);
    disk.remount("rw");
    assert_eq!(reserve(&mut Ledger::open(&path).unwrap(), "b"), Ok(2));
}

#[test]
fn a_backup_that_does_not_fit_leaves_nothing() {
    let (folder, small) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some(disk) = Disk::mount(small.path(), "size=64k") else { return };
    let mut ledger = Ledger::open(&folder.path().join("ledger.sqlite")).unwrap();
    ledger
        .write(|s| {
            for i in 0..500 {
                s.reserve(&series(), &format!("r{i}"), NOW)?;
            }
            Ok(())
        })
        .unwrap();
    let to = small.path().join("copy.sqlite");
    assert_eq!(ledger.backup(&to).unwrap_err().code(), "ledger.not_writable");
    assert!(!to.exists(), "half a backup looks like a whole one");
    disk.remount("size=8m");
    ledger.backup(&to).unwrap();
    let mut copy = Ledger::open_read_only(&to).unwrap();
    assert!(copy.read(|s| s.audit(&[], None)).unwrap().is_sound());
}

/// An instant is the same instant in whatever zone the caller writes it.
#[test]
fn clocks_of_other_zones() {
    let mut ledger = Ledger::in_memory().unwrap();
    for (request, at) in [
        ("a", datetime!(2027-01-01 00:00 +07:00)),
        ("b", datetime!(2026-12-31 17:00 UTC).to_offset(offset!(-11))),
        ("c", datetime!(2027-01-01 05:30 UTC).to_offset(offset!(+14))),
    ] {
        assert_eq!(ledger.write(|s| s.reserve(&series(), request, at)).unwrap().year, 2027);
    }
    let log = ledger.read(|s| s.log(0, 9)).unwrap();
    assert_eq!((&log[0].at, log[0].at.ends_with('Z')), (&log[1].at, true));
}

/// Only an address that is there is opened without making anything.
#[test]
fn a_server_is_not_filled_by_looking() {
    let Some(server) = Server::start() else { return };
    let address = server.address();
    assert_eq!(Ledger::connect(&address, false).unwrap_err().code(), "ledger.older_schema");
    Ledger::connect(&address, true).unwrap();
    assert_eq!(reserve(&mut Ledger::connect(&address, false).unwrap(), "a"), Ok(1));
}
