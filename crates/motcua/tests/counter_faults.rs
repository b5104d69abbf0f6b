//! The counter while things break: connections cut in the middle, a disk that fills, the same calls from many kiosks at once. Whatever
//! was refused is called again as it was, and every dossier ends with one payment, one number and one copy.
#![cfg(all(feature = "counter", feature = "postgres"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

#[path = "../../ledger/tests/backends.rs"]
mod backends;
#[path = "counter/led.rs"]
mod led;

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use backends::{Place, Server, client, file};
use led::{NOW, application, attempt, copy, pay, series, tariff};
use motcua::counter::{Case, Counter, Error};
use motcua::ledger::{Delivery, Ledger};

/// Leads a dossier to its end. A step that fails with one of these codes is repeated, on the record opened anew.
fn lead(open: &dyn Fn() -> Ledger, dossier: &str, passing: &[&str], failed: &AtomicU32) -> u32 {
    let mut ledger = open();
    let mut number = 0;
    let (order, request, id) =
        (format!("MC{dossier}"), format!("r{dossier}"), format!("BS-{dossier}"));
    let case = Case { dossier, assessment: "a" };
    for step in 0..7 {
        let mut attempts = 0;
        loop {
            let mut counter = Counter::new(&mut ledger, "kiosk");
            let done: Result<(), Error> = match step {
                0 => counter.assess(case, &tariff(), &application(2), NOW).map(|_| ()),
                1 => counter.open_order(case, &order, NOW, None).map(|_| ()),
                2 => counter.initiate(&order, &attempt(&order)).map(|_| ()),
                3 => pay(&mut counter, &order, 4_000, "true", "00").map(|settled| {
                    assert!(!settled.refused && settled.order.state().is_settled());
                }),
                4 => counter
                    .number(case, Some(&order), &series(), &request, NOW)
                    .map(|entry| number = entry.number),
                5 => (|| {
                    let entry = counter.number(case, Some(&order), &series(), &request, NOW)?;
                    counter.issued(dossier, &series(), &entry, &copy(&id, entry.number), NOW)?;
                    Ok(())
                })(),
                _ => {
                    let delivery = Delivery { copy_id: id.clone(), channel: "email".into() };
                    counter.deliver(dossier, &delivery, NOW)
                }
            };
            match done {
                Ok(()) => break,
                Err(e) => {
                    assert!(passing.contains(&e.code()), "step {step}: {e} [{}]", e.code());
                    failed.fetch_add(1, Ordering::Relaxed);
                    attempts += 1;
                    assert!(attempts < 1_000, "step {step} never ends: {e}");
                    std::thread::sleep(Duration::from_millis(2));
                    ledger = open();
                }
            }
        }
    }
    number
}

/// Every dossier once: its money, its number, its copy; no number missing.
fn check(ledger: &mut Ledger, dossiers: usize) {
    let audit = ledger.read(|s| s.audit(&[], None)).unwrap();
    assert!(audit.is_sound(), "{audit:?}");
    let entries = ledger.read(|s| s.entries(&series(), 2026)).unwrap();
    let numbers: Vec<_> = entries.iter().map(|e| usize::try_from(e.number).unwrap()).collect();
    assert_eq!(numbers, (1..=dossiers).collect::<Vec<_>>());
    assert!(ledger.read(|s| s.open_entries()).unwrap().is_empty());
    let log = ledger.read(|s| s.log(0, 1_000)).unwrap();
    for kind in
        ["notice.received", "credit.counted", "register.reserved", "copy.issued", "copy.delivered"]
    {
        assert_eq!(log.iter().filter(|e| e.kind == kind).count(), dossiers.min(1_000), "{kind}");
    }
}

#[test]
fn connections_that_are_cut() {
    let Some(server) = Server::start() else { return };
    let address = server.address();
    let place = Place::Server(address.clone());
    place.open();
    let (over, failed) = (AtomicBool::new(false), AtomicU32::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut knife = client(&address);
            for wait in (20..90).step_by(7).cycle() {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(wait));
                knife
                    .execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                         WHERE pid <> pg_backend_pid() AND usename = 'ledger' AND application_name = 'counter'",
                        &[],
                    )
                    .unwrap();
            }
        });
        let address = format!("{address} application_name=counter");
        let open = || loop {
            let opened = postgres::Client::connect(&address, postgres::NoTls)
                .map_err(motcua::ledger::Error::from)
                .and_then(Ledger::on_postgres);
            if let Ok(ledger) = opened {
                return ledger;
            }
        };
        for dossier in 0..12 {
            lead(&open, &format!("{dossier}"), &["ledger.connection_lost"], &failed);
        }
        over.store(true, Ordering::Relaxed);
    });
    let cuts = failed.load(Ordering::Relaxed);
    println!("{cuts} calls were cut and repeated");
    assert!(cuts > 0);
    check(&mut place.open(), 12);
}

#[test]
fn a_disk_that_fills() {
    let folder = tempfile::tempdir().unwrap();
    let mount = |arguments: &[&str]| {
        Command::new("mount")
            .args(arguments)
            .arg(folder.path())
            .output()
            .is_ok_and(|o| o.status.success())
    };
    if !mount(&["-t", "tmpfs", "-o", "size=640k", "tmpfs"]) {
        println!(
            "SKIPPED: the counter on a full disk: no small file system can be mounted here (needs root)"
        );
        return;
    }
    let place = file(folder.path(), "full");
    let (over, failed) = (AtomicBool::new(false), AtomicU32::new(0));
    std::thread::scope(|scope| {
        // Somebody makes room each time it is full, a little.
        scope.spawn(|| {
            let mut size = 640;
            while !over.load(Ordering::Relaxed) {
                let seen = failed.load(Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(30));
                if failed.load(Ordering::Relaxed) > seen {
                    size += 128;
                    assert!(mount(&["-o", &format!("remount,size={size}k")]));
                }
            }
        });
        let open = || loop {
            if let Ok(ledger) = Ledger::open(&folder.path().join("full.sqlite")) {
                return ledger;
            }
            failed.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(2));
        };
        for dossier in 0..40 {
            lead(&open, &format!("{dossier}"), &["ledger.not_writable"], &failed);
        }
        over.store(true, Ordering::Relaxed);
    });
    println!("{} calls met a full disk and were repeated", failed.load(Ordering::Relaxed));
    assert!(failed.load(Ordering::Relaxed) > 0);
    check(&mut place.open(), 40);
    assert!(Command::new("umount").arg("-l").arg(folder.path()).status().unwrap().success());
}

/// Sixty-four kiosks, eight dossiers: each dossier is led by eight of them at once.
#[test]
fn the_same_calls_from_many_kiosks() {
    let folder = tempfile::tempdir().unwrap();
    let mut places = vec![file(folder.path(), "many")];
    let server = Server::start();
    places.extend(server.iter().map(|server| Place::Server(server.address())));
    for place in &places {
        place.open();
        let failed = AtomicU32::new(0);
        std::thread::scope(|scope| {
            let kiosks: Vec<_> = (0..64)
                .map(|kiosk| {
                    let failed = &failed;
                    scope.spawn(move || {
                        let dossier = kiosk % 8;
                        (
                            dossier,
                            lead(&|| place.open(), &dossier.to_string(), &["ledger.busy"], failed),
                        )
                    })
                })
                .collect();
            let mut numbers: Vec<_> = kiosks.into_iter().map(|k| k.join().unwrap()).collect();
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers.len(), 8, "a dossier got two numbers");
        });
        check(&mut place.open(), 8);
    }
}
