//! No flipped byte of a signed file is ever valid: every byte of a small copy at every level, samples of a large one. `MOTCUA_FULL`
//! flips every byte of the small ones; without it one in so many, more of them where nothing is signed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

mod made;
#[path = "witness/peers.rs"]
mod peers;

use motcua_copies::{Policy, Report, Verdict, verify};
use motcua_pdf::{Document, Limits};
use motcua_pki::authority::Demo;
use time::Duration;

fn policy(demo: &Demo) -> Policy {
    made::policy("mutation", vec![demo.anchor()], made::NOW + Duration::hours(1))
}

/// Flips one bit of each byte named, on all cores; gives those that were accepted, with their verdicts.
fn accepted(file: &[u8], places: &[usize], policy: &Policy) -> Vec<(usize, Report)> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let work: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    let mut file = file.to_vec();
                    let mut accepted = Vec::new();
                    for at in places.iter().skip(thread).step_by(threads) {
                        // Another bit at each place.
                        let bit = 1u8 << (at % 8);
                        file[*at] ^= bit;
                        let report = verify(&file, policy);
                        if report.verdict <= Verdict::ValidWithNotes {
                            accepted.push((*at, report));
                        }
                        file[*at] ^= bit;
                    }
                    accepted
                })
            })
            .collect();
        work.into_iter().flat_map(|w| w.join().unwrap()).collect()
    })
}

#[test]
fn every_byte_of_a_small_copy_at_every_level() {
    let demo = made::demo();
    let policy = made::levels::strict(&demo, made::NOW);
    let full = std::env::var_os("MOTCUA_FULL").is_some();
    for (level, copy) in made::levels::all(&demo, made::NOW, &peers::small()) {
        let sound = verify(&copy, &policy);
        // A time that nobody but the signer claims is noted.
        let best = if level == "B-B" { Verdict::ValidWithNotes } else { Verdict::Valid };
        assert_eq!(sound.verdict, best, "{level}: {}", sound.to_text());
        let start = std::time::Instant::now();
        // What no signature covers: the store, until a document timestamp closes the file.
        let open = match level {
            "B-LT" => Document::parse(&copy, &Limits::STANDARD).unwrap().revisions()[1].added.end,
            _ => copy.len(),
        };
        let digits = |i: usize| copy[i..(i + 64).min(copy.len())].iter().all(u8::is_ascii_hexdigit);
        // Judging a higher level takes longer, and what it adds stands in the digits and behind them.
        let (every, digit): (usize, usize) = if level == "B-B" { (29, 11) } else { (331, 67) };
        let wanted = |i: usize| {
            full || i.is_multiple_of(every)
                || digits(i) && i.is_multiple_of(digit)
                || i >= open && i.is_multiple_of(13)
        };
        let places: Vec<usize> = (0..copy.len()).filter(|i| wanted(*i)).collect();
        let mut bad = Vec::new();
        for (at, report) in accepted(&copy, &places, &policy) {
            // How the store is spelt says nothing, but it is noted that it is not as it was written.
            let noted = report.reasons.iter().any(|r| r.code == "copies.store_form");
            if at < open || !noted || report.verdict == Verdict::Valid {
                bad.push((at, report.verdict));
            }
        }
        println!(
            "{level}: {} of {} bytes flipped in {:?}",
            places.len(),
            copy.len(),
            start.elapsed()
        );
        assert!(bad.is_empty(), "{level}: {} accepted: {bad:?}", bad.len());
        assert!(places.len() > if level == "B-B" { 2_000 } else { 500 });
    }
}

#[test]
fn samples_of_a_large_copy() {
    let demo = made::demo();
    let policy = policy(&demo);
    let copy = made::copy_by(&demo, made::NOW);
    assert!(copy.len() > 800_000 && verify(&copy, &policy).verdict <= Verdict::ValidWithNotes);
    let places: Vec<usize> = (0..copy.len()).step_by(2_999).collect();
    let accepted = accepted(&copy, &places, &policy);
    println!("{} of {} bytes flipped", places.len(), copy.len());
    let places: Vec<usize> = accepted.iter().map(|a| a.0).collect();
    assert!(places.is_empty(), "{} accepted: {places:?}", places.len());
}
