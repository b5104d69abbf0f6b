//! `cargo xtask bench`: events a second beside the raw databases doing the same INSERT and UPDATE with the same durability, in turns
//! in one run; then the cost of an event as the log grows, on the disk when it is answered and in batches, and the time of an audit.
//! `MOTCUA_EVENTS` sets how far (2,000,000).
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::float_arithmetic
)]

#[cfg(feature = "postgres")]
#[path = "../tests/backends.rs"]
mod backends;

#[cfg(not(feature = "postgres"))]
fn main() {
    println!("this measurement needs --features postgres");
}

#[cfg(feature = "postgres")]
fn main() {
    measured::run();
}

#[cfg(feature = "postgres")]
mod measured {
    use std::time::Instant;

    use motcua_ledger::Ledger;
    use time::OffsetDateTime;
    use time::macros::datetime;

    use super::backends::{Place, Server, client, file};

    const NOW: OffsetDateTime = datetime!(2026-11-24 03:00 UTC);
    /// Rounds of each; the median counts.
    const ROUNDS: usize = 81;
    /// Events of a round, each in a transaction of its own: few, so that both meet the same moments of a busy machine.
    const EVENTS: usize = 25;
    /// Events of a transaction while the log grows.
    const BATCH: u64 = 1_000;
    /// Where the cost of an event is measured.
    const MARKS: [u64; 4] = [10_000, 100_000, 1_000_000, 2_000_000];
    /// Rounds at each mark.
    const SINGLE_ROUNDS: usize = 21;

    const INSERT: &str = "INSERT INTO log (seq, at, kind, subject, fingerprint, dossier, body, leaf, chain) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    const UPDATE: &str =
        "UPDATE head SET size = $1, at = $2, chain = $3, frontier = $4 WHERE id = 1";

    fn body(number: u64) -> String {
        format!(
            "{{\"order\":\"MC{number}\",\"reference\":\"MC{number}\",\"amount\":8000,\"transaction\":\"{number}\",\
             \"message_sha256\":\"{number:064}\"}}"
        )
    }

    /// A hash, as fingerprints are: it falls anywhere in its index.
    fn fingerprint(number: u64) -> String {
        let hash = ring::digest::digest(&ring::digest::SHA256, &number.to_be_bytes());
        hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn ours(ledger: &mut Ledger, number: u64) {
        let (fingerprint, body) = (fingerprint(number), body(number));
        ledger.write(|s| s.record_notice("vnpay", &fingerprint, &body, NOW)).unwrap();
    }

    /// The values of the two statements that a raw writer runs.
    fn row(number: u64) -> [String; 8] {
        let hash = fingerprint(number);
        [
            "2026-11-24T03:00:00.000000000Z".to_owned(),
            "notice.received".to_owned(),
            "notice/vnpay".to_owned(),
            hash.clone(),
            String::new(),
            body(number),
            hash.clone(),
            [hash.as_str(); 10].join(" "),
        ]
    }

    fn raw_file(connection: &mut rusqlite::Connection, number: u64) {
        let [at, kind, subject, hash, dossier, body, leaf, frontier] = row(number);
        let seq = i64::try_from(number).unwrap();
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
        transaction
            .prepare_cached(INSERT)
            .unwrap()
            .execute((seq, &at, &kind, &subject, &hash, &dossier, &body, &leaf, &leaf))
            .unwrap();
        transaction
            .prepare_cached(UPDATE)
            .unwrap()
            .execute((seq + 1, &at, &leaf, &frontier))
            .unwrap();
        transaction.commit().unwrap();
    }

    fn raw_server(
        client: &mut postgres::Client,
        statements: &[postgres::Statement; 2],
        number: u64,
    ) {
        let [at, kind, subject, hash, dossier, body, leaf, frontier] = row(number);
        let seq = i64::try_from(number).unwrap();
        let mut transaction = client.transaction().unwrap();
        transaction
            .execute(
                &statements[0],
                &[&seq, &at, &kind, &subject, &hash, &dossier, &body, &leaf, &leaf],
            )
            .unwrap();
        transaction.execute(&statements[1], &[&(seq + 1), &at, &leaf, &frontier]).unwrap();
        transaction.commit().unwrap();
    }

    fn median(times: &mut [f64]) -> f64 {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }

    /// Events a second while `work` records this round's.
    fn round(work: &mut dyn FnMut(u64), number: usize) -> f64 {
        let first = (number * EVENTS) as u64;
        let start = Instant::now();
        (first..first + EVENTS as u64).for_each(work);
        EVENTS as f64 / start.elapsed().as_secs_f64()
    }

    /// Events a second of two, in turns; the median of the rounds.
    fn in_turns(rounds: usize, one: &mut dyn FnMut(u64), other: &mut dyn FnMut(u64)) -> (f64, f64) {
        let (mut first, mut second): (Vec<_>, Vec<_>) =
            (0..rounds).map(|number| (round(one, number), round(other, number))).unzip();
        (median(&mut first), median(&mut second))
    }

    /// Events a second of both.
    fn compare(name: &str, mut ours: impl FnMut(u64), mut raw: impl FnMut(u64)) {
        let (mine, theirs) = in_turns(ROUNDS, &mut ours, &mut raw);
        println!(
            "{name}: {mine:.0} events/s, raw {theirs:.0} events/s, ratio {:.2}",
            mine / theirs
        );
    }

    fn fill(ledger: &mut Ledger, from: u64, to: u64) {
        for start in (from..to).step_by(usize::try_from(BATCH).unwrap()) {
            ledger
                .write(|s| {
                    for event in start..to.min(start + BATCH) {
                        s.record_notice("vnpay", &fingerprint(event), &body(event), NOW)?;
                    }
                    Ok(())
                })
                .unwrap();
        }
    }

    /// The cost of an event as the log grows, beside a log that stays at the first mark; then an audit. An event in a transaction of
    /// its own is what a counter records: it is on the disk when it is answered. A batch leaves the disk's answer out of the figure,
    /// so that it shows what the index of fingerprints costs: hashes fall anywhere in it, and from some 200,000 entries on each
    /// event of a batch finds a page of its own there.
    fn grow(name: &str, ledger: &mut Ledger, small: &mut Ledger, most: u64) {
        let mut number = 0;
        fill(small, 0, MARKS[0].min(most));
        for mark in MARKS.into_iter().map(|mark| mark.min(most)) {
            if mark <= number {
                break;
            }
            // The last tenth before each mark is what is measured there.
            let measured = mark - (mark - number) / 10;
            fill(ledger, number, measured);
            let start = Instant::now();
            fill(ledger, measured, mark);
            let each = start.elapsed().as_secs_f64() * 1e6 / (mark - measured) as f64;
            let (at_mark, at_first) = in_turns(
                SINGLE_ROUNDS,
                // Numbers that no batch uses, and no other mark.
                &mut |n| ours(ledger, (mark << 32) + n),
                &mut |n| ours(small, (mark << 32) + n),
            );
            println!(
                "{name} at {mark} events: {:.2} ms an event of its own ({:.2} times that at {}); in batches {each:.1} µs",
                1e3 / at_mark,
                at_first / at_mark,
                MARKS[0]
            );
            number = mark;
        }
        let start = Instant::now();
        let audit = ledger.read(|s| s.audit(&[], None)).unwrap();
        assert!(audit.is_sound() && audit.size > most);
        println!(
            "{name}: audit of {} events in {:.1} s",
            audit.size,
            start.elapsed().as_secs_f64()
        );
    }

    pub fn run() {
        let most = std::env::var("MOTCUA_EVENTS").ok().and_then(|n| n.parse().ok());
        let most = most.unwrap_or(2_000_000);
        let folder = tempfile::tempdir().unwrap();
        let mine = file(folder.path(), "mine");
        let mut ledger = mine.open();
        // The same tables, keys and indexes, written to directly.
        file(folder.path(), "raw").open();
        let mut raw = rusqlite::Connection::open(folder.path().join("raw.sqlite")).unwrap();
        raw.pragma_update(None, "journal_mode", "WAL").unwrap();
        raw.pragma_update(None, "synchronous", "FULL").unwrap();
        raw.pragma_update(None, "cache_size", -65_536).unwrap();
        raw.pragma_update(None, "wal_autocheckpoint", 8_192).unwrap();
        compare("SQLite", |n| ours(&mut ledger, n), |n| raw_file(&mut raw, n));
        let server = Server::start();
        if let Some(server) = &server {
            let mut ledger = Place::Server(server.address()).open();
            let address = server.address();
            Place::Server(address.clone()).open();
            let mut raw = client(&address);
            let statements = [raw.prepare(INSERT).unwrap(), raw.prepare(UPDATE).unwrap()];
            compare(
                "PostgreSQL",
                |n| ours(&mut ledger, n),
                |n| raw_server(&mut raw, &statements, n),
            );
        }
        let (mut grown, mut small) =
            (file(folder.path(), "grown").open(), file(folder.path(), "small").open());
        grow("SQLite", &mut grown, &mut small, most);
        if let Some(server) = &server {
            let open = || Place::Server(server.address()).open();
            grow("PostgreSQL", &mut open(), &mut open(), most);
        }
    }
}
