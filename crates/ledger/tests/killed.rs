//! Writers killed at random instants, and a server that loses its power: every answer that was given stays, no number is missing or
//! given twice. `MOTCUA_KILLS` sets the rounds on each database (500).
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

#[path = "backends.rs"]
mod backends;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use backends::{Place, Server, file};
use motcua_ledger::{EntryState, IssuedCopy, Ledger, Series};
use motcua_payments::Dong;
use motcua_payments::order::Order;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-24 03:00 UTC);

fn series() -> Series {
    Series { agency: "H99.1".into(), kind: "SCTĐT/BS".into() }
}

fn rounds() -> u32 {
    std::env::var("MOTCUA_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(500)
}

/// One copy through the register; each answer is said on standard output as soon as it is given.
fn work(ledger: &mut Ledger, name: &str) -> Result<(), motcua_ledger::Error> {
    let mut said = std::io::stdout();
    let mut say = |line: String| {
        writeln!(said, "ACK {line}").unwrap();
        said.flush().unwrap();
    };
    let order = Order::new(name, Dong::new(8_000).unwrap(), NOW, None).unwrap();
    ledger.write(|s| s.save_order(&order, NOW))?;
    say(format!("order {name}"));
    let entry = ledger.write(|s| s.reserve(&series(), name, NOW))?;
    say(format!("number {} {name}", entry.number));
    let copy = IssuedCopy {
        copy_sha256: format!("{:0>64}", entry.number),
        copy_id: format!("BS-{name}"),
        signers: vec!["Nguyễn Văn Mẫu".into()],
        signed_at: NOW,
    };
    ledger.write(|s| s.issue_copy(&series(), 2026, entry.number, &copy, NOW))?;
    say(format!("copy {} {name}", entry.number));
    Ok(())
}

/// The process that is killed: this test run again with a place in its environment.
#[test]
fn child() {
    let (Ok(place), Ok(round)) = (std::env::var("MOTCUA_PLACE"), std::env::var("MOTCUA_ROUND"))
    else {
        return;
    };
    let mut ledger = Place::parse(&place).open();
    for i in 0.. {
        if work(&mut ledger, &format!("r{round}-{i}")).is_err() {
            return;
        }
    }
}

/// What the killed writers were answered.
#[derive(Default)]
struct Answers {
    orders: Vec<String>,
    numbers: Vec<(u32, String)>,
    copies: Vec<(u32, String)>,
}

impl Answers {
    /// Starts a writer, kills it after so many microseconds once it has begun, and takes in what it was answered.
    fn kill_one(&mut self, place: &Place, round: u32, after: u64) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env("MOTCUA_PLACE", place.text())
            .env("MOTCUA_ROUND", round.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut take = |line: String| {
            let Some((_, line)) = line.split_once("ACK ") else { return false };
            let words: Vec<_> = line.split(' ').collect();
            match words[..] {
                ["order", name] => self.orders.push(name.to_owned()),
                ["number", n, name] => self.numbers.push((n.parse().unwrap(), name.to_owned())),
                ["copy", n, name] => self.copies.push((n.parse().unwrap(), name.to_owned())),
                // Half a line is no answer.
                _ => {}
            }
            true
        };
        for line in lines.by_ref().map_while(Result::ok) {
            if take(line) {
                break;
            }
        }
        std::thread::sleep(Duration::from_micros(after));
        // SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines.map_while(Result::ok) {
            take(line);
        }
    }

    /// The checker: looks at the tables alone, then asks the audit.
    fn check(&self, place: &Place) {
        let mut ledger = place.open();
        let entries = ledger.read(|s| s.entries(&series(), 2026)).unwrap();
        for (expected, entry) in (1..).zip(&entries) {
            assert_eq!(entry.number, expected, "a gap or a duplicate");
        }
        for (number, name) in &self.numbers {
            assert_eq!(&entries[*number as usize - 1].request, name);
        }
        for (number, name) in &self.copies {
            let entry = &entries[*number as usize - 1];
            assert!(matches!(entry.state, EntryState::Completed { .. }), "{name}: {entry:?}");
            assert!(ledger.read(|s| s.copy(&format!("BS-{name}"))).unwrap().is_some());
        }
        for name in &self.orders {
            assert!(ledger.read(|s| s.order(name)).unwrap().is_some(), "{name} is lost");
        }
        let audit = ledger.read(|s| s.audit(&[], None)).unwrap();
        assert!(audit.is_sound(), "{audit:?}");
        println!(
            "{} orders, {} numbers, {} copies answered; {} numbers in the register; {} entries",
            self.orders.len(),
            self.numbers.len(),
            self.copies.len(),
            entries.len(),
            audit.size
        );
        // What a crash left open is finished or voided, and the book is whole.
        for (series, entry) in ledger.read(|s| s.open_entries()).unwrap() {
            let reason = "the counter lost its power";
            ledger.write(|s| s.void(&series, entry.year, entry.number, reason, NOW)).unwrap();
        }
        assert!(ledger.read(|s| s.audit(&[], None)).unwrap().is_sound());
    }
}

/// A spread of waits that is the same in each run (a linear congruence; the instants differ with the machine's load anyway).
fn wait(round: u32) -> u64 {
    u64::from(round.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)) % 9_000
}

#[test]
fn killed_writers_on_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let place = file(folder.path(), "killed");
    let mut answers = Answers::default();
    for round in 0..rounds() {
        answers.kill_one(&place, round, wait(round));
    }
    answers.check(&place);
}

#[test]
fn killed_writers_on_a_server_that_also_loses_its_power() {
    let Some(server) = Server::start() else { return };
    let place = Place::Server(server.address());
    let mut answers = Answers::default();
    for round in 0..rounds() {
        if round % 100 == 50 {
            // The server falls while a writer works; whatever it had answered must be there afterwards.
            std::thread::scope(|scope| {
                let cut = scope.spawn(|| {
                    std::thread::sleep(Duration::from_millis(300));
                    server.down("immediate");
                });
                answers.kill_one(&place, round, 500_000);
                cut.join().unwrap();
            });
            server.up();
        } else {
            answers.kill_one(&place, round, wait(round));
        }
    }
    answers.check(&place);
}
