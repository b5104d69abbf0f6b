//! No flipped byte of a signed file is ever valid: every byte of a small copy with timestamps in both signatures, samples of a large
//! one. `MOTCUA_FULL` flips every byte of the small one; without it every 29th, and every eleventh digit of the signatures.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

mod made;
#[path = "witness/peers.rs"]
mod peers;

use motcua_copies::{Policy, Verdict, verify};
use motcua_pki::authority::Demo;
use time::Duration;

fn policy(demo: &Demo) -> Policy {
    made::policy("mutation", vec![demo.anchor()], made::NOW + Duration::hours(1))
}

/// Flips one bit of each byte named, on all cores; gives those that were accepted.
fn accepted(file: &[u8], places: &[usize], policy: &Policy) -> Vec<usize> {
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
                        if verify(&file, policy).verdict <= Verdict::ValidWithNotes {
                            accepted.push(*at);
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
fn every_byte_of_a_small_copy() {
    let demo = made::demo();
    let policy = policy(&demo);
    let copy = made::copy_of(&demo, made::NOW, &peers::small());
    assert!(verify(&copy, &policy).verdict <= Verdict::ValidWithNotes);
    let start = std::time::Instant::now();
    let full = std::env::var_os("MOTCUA_FULL").is_some();
    let digits = |i: usize| copy[i..(i + 64).min(copy.len())].iter().all(u8::is_ascii_hexdigit);
    let places: Vec<usize> =
        (0..copy.len()).filter(|i| full || i % 29 == 0 || digits(*i) && i % 11 == 0).collect();
    let accepted = accepted(&copy, &places, &policy);
    println!("{} of {} bytes flipped in {:?}", places.len(), copy.len(), start.elapsed());
    assert!(accepted.is_empty(), "{} accepted: {accepted:?}", accepted.len());
    assert!(places.len() > 2_000);
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
    assert!(accepted.is_empty(), "{} accepted: {accepted:?}", accepted.len());
}
