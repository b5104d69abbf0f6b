//! No flipped byte of a signed file is ever valid: every byte of a small copy at every level, samples of a large one. `MOTCUA_FULL`
//! flips every byte of the small ones, else it is one in so many, more of them where nothing is signed; `MOTCUA_LEVEL` names one level.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

mod made;
#[path = "witness/peers.rs"]
mod peers;

use motcua_copies::{Policy, Verdict, verify};
use motcua_pdf::{Document, Limits};
use motcua_pki::authority::Demo;
use time::Duration;

fn policy(demo: &Demo) -> Policy {
    made::policy("mutation", vec![demo.anchor()], made::NOW + Duration::hours(1))
}

/// The file with a change at a place.
type Change<'c> = &'c (dyn Fn(&mut Vec<u8>, usize) + Sync);

/// One bit of a byte, another at each place.
fn flip(file: &mut [u8], at: usize) {
    turn(file, at, (at % 8) as u8);
}

/// Changes the file at each place in turn, on all cores; gives those that were accepted, with their verdicts.
fn accepted(
    file: &[u8],
    places: &[usize],
    change: Change<'_>,
    policy: &Policy,
) -> Vec<(usize, Verdict)> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let work: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    let mut accepted = Vec::new();
                    for at in places.iter().skip(thread).step_by(threads) {
                        let mut changed = file.to_vec();
                        change(&mut changed, *at);
                        let verdict = verify(&changed, policy).verdict;
                        if verdict <= Verdict::ValidWithNotes && changed != file {
                            accepted.push((*at, verdict));
                        }
                    }
                    accepted
                })
            })
            .collect();
        work.into_iter().flat_map(|w| w.join().unwrap()).collect()
    })
}

/// The copy at every level, or at the one that `MOTCUA_LEVEL` names.
fn levels(demo: &Demo) -> Vec<(&'static str, Vec<u8>)> {
    let wanted = std::env::var("MOTCUA_LEVEL").ok();
    let all = made::levels::all(demo, made::NOW, &peers::small());
    all.into_iter().filter(|(level, _)| wanted.as_deref().is_none_or(|w| w == *level)).collect()
}

#[test]
fn every_byte_of_a_small_copy_at_every_level() {
    let demo = made::demo();
    let policy = made::levels::strict(&demo, made::NOW);
    let full = std::env::var_os("MOTCUA_FULL").is_some();
    for (level, copy) in levels(&demo) {
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
        let bad = accepted(&copy, &places, &|file, at| flip(file, at), &policy);
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

/// Every bit, bytes taken out, bytes put in: samples, more of them with `MOTCUA_FULL`, most where nothing is signed.
#[test]
fn bits_gaps_and_insertions() {
    let demo = made::demo();
    let policy = made::levels::strict(&demo, made::NOW);
    let full = std::env::var_os("MOTCUA_FULL").is_some();
    for (level, copy) in levels(&demo) {
        let open = match level {
            "B-LT" => Document::parse(&copy, &Limits::STANDARD).unwrap().revisions()[1].added.end,
            _ => copy.len() - 300,
        };
        let (inside, outside) = if full { (101, 1) } else { (1_999, 97) };
        let places: Vec<usize> =
            (0..open).step_by(inside).chain((open..=copy.len()).step_by(outside)).collect();
        let bits: [Change<'_>; 8] = [
            &|f, at| turn(f, at, 0),
            &|f, at| turn(f, at, 1),
            &|f, at| turn(f, at, 2),
            &|f, at| turn(f, at, 3),
            &|f, at| turn(f, at, 4),
            &|f, at| turn(f, at, 5),
            &|f, at| turn(f, at, 6),
            &|f, at| turn(f, at, 7),
        ];
        let others: [(&str, Change<'_>); 5] = [
            ("a byte taken out", &|f, at| drop(f.drain(at..(at + 1).min(f.len())))),
            ("ten bytes taken out", &|f, at| drop(f.drain(at..(at + 10).min(f.len())))),
            ("a space put in", &|f, at| f.insert(at, b' ')),
            ("a line end put in", &|f, at| f.insert(at, b'\n')),
            ("a zero put in", &|f, at| f.insert(at, 0)),
        ];
        let named = bits.into_iter().map(|change| ("a bit", change)).chain(others);
        let mut tried = 0;
        for (what, change) in named {
            let bad = accepted(&copy, &places, change, &policy);
            tried += places.len();
            assert!(bad.is_empty(), "{level}, {what}: {} accepted: {bad:?}", bad.len());
        }
        println!("{level}: {tried} changes at {} places", places.len());
        assert!(tried > 300);
    }
}

fn turn(file: &mut [u8], at: usize, bit: u8) {
    if let Some(byte) = file.get_mut(at) {
        *byte ^= 1 << bit;
    }
}

#[test]
fn samples_of_a_large_copy() {
    let demo = made::demo();
    let policy = policy(&demo);
    let copy = made::copy_by(&demo, made::NOW);
    assert!(copy.len() > 800_000 && verify(&copy, &policy).verdict <= Verdict::ValidWithNotes);
    let places: Vec<usize> = (0..copy.len()).step_by(2_999).collect();
    let accepted = accepted(&copy, &places, &|file, at| flip(file, at), &policy);
    println!("{} of {} bytes flipped", places.len(), copy.len());
    let places: Vec<usize> = accepted.iter().map(|a| a.0).collect();
    assert!(places.is_empty(), "{} accepted: {places:?}", places.len());
}
