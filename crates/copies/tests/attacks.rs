//! Every known class of attack on signed PDFs, built on our own copies and on files signed by pyHanko. None is accepted, and each
//! refusal names what was done.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::indexing_slicing)]

#[path = "attacks/certification.rs"]
mod certification;
#[path = "attacks/content.rs"]
mod content;
#[path = "attacks/forgery.rs"]
mod forgery;
mod made;
#[path = "witness/peers.rs"]
mod peers;
#[path = "attacks/reading.rs"]
mod reading;
#[path = "attacks/saving.rs"]
mod saving;
#[path = "attacks/shadow.rs"]
mod shadow;
#[path = "attacks/structure.rs"]
mod structure;
#[path = "attacks/target.rs"]
mod target;
#[path = "attacks/updates.rs"]
mod updates;
#[path = "attacks/wrapping.rs"]
mod wrapping;

use motcua_copies::verify::{Check, Expect, RevocationNeed, RowName};
use motcua_copies::{Policy, Verdict, verify};
use motcua_pki::Indication;
use target::{Attack, Target};

fn targets() -> Vec<Target> {
    let demo = made::demo();
    let policy = Policy {
        expect: Expect::CertifiedCopy,
        ..made::policy("attacks", vec![demo.anchor()], made::NOW + time::Duration::hours(1))
    };
    let mut targets =
        vec![Target::new("copy", made::copy_of(&demo, made::NOW, &peers::small()), policy)];
    if let Some(peers) = peers::peers() {
        let wanted = [
            "ok-classic-b",
            "ok-classic-two-stamped",
            "ok-classic-certified-1",
            "ok-classic-certified-3-two",
            "ok-streams-certified-2-two-stamped",
            "ok-linear-two",
            "ok-hybrid-two",
            "ok-shadow-two",
            "ok-copy-stamped",
        ];
        for name in wanted {
            if let Some(bytes) = peers.files.get(name) {
                targets.push(Target::new(
                    name,
                    bytes.clone(),
                    peers.policy(RevocationNeed::NotChecked),
                ));
            }
        }
    }
    // The same on files that were signed elsewhere, by signers nobody here trusts.
    for name in ["minimal-two-fields-signed-twice", "pades-lta-dss-indirect-arrs-test-2"] {
        let path = format!("../../../shared/corpora/pyhanko-pdf/pdf/{name}.pdf");
        match std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)) {
            Ok(bytes) => {
                let mut policy = targets[0].policy.clone();
                policy.expect = Expect::SignedDocument;
                targets.push(Target::new(name, bytes, policy));
            }
            Err(_) => println!("SKIPPED: attacks on {name}: ../shared/corpora is not there"),
        }
    }
    targets
}

/// One of each kind, for what takes long; `MOTCUA_FULL` goes through all of them.
fn few() -> Vec<Target> {
    let few = [
        "copy",
        "ok-copy-stamped",
        "ok-hybrid-two",
        "ok-streams-certified-2-two-stamped",
        "pades-lta-dss-indirect-arrs-test-2",
    ];
    let full = std::env::var_os("MOTCUA_FULL").is_some();
    targets().into_iter().filter(|t| full || few.contains(&t.name.as_str())).collect()
}

fn run(class: &str, least: usize, build: fn(&Target) -> Vec<Attack>) {
    run_on(targets(), class, least, build);
}

fn run_on(targets: Vec<Target>, class: &str, least: usize, build: fn(&Target) -> Vec<Attack>) {
    let (mut accepted, mut unnamed, mut count) = (Vec::new(), Vec::new(), 0);
    for target in targets {
        let sound = verify(&target.bytes, &target.policy);
        assert!(sound.verdict <= Verdict::CannotConfirm, "{}: {}", target.name, sound.to_text());
        let attacks = build(&target);
        assert!(attacks.len() >= least, "{class}: only {} on {}", attacks.len(), target.name);
        for attack in attacks {
            count += 1;
            let report = verify(&attack.file, &target.policy);
            let said: Vec<_> = report.reasons.iter().map(|r| r.code).collect();
            let name = format!("{} on {}: {:?} {said:?}", attack.name, target.name, report.verdict);
            let unchanged =
                report.rows.iter().any(|r| r.row == RowName::Unchanged && r.check == Check::Passed);
            let every_signature = !report.signatures.is_empty()
                && report.signatures.iter().all(|s| s.indication == Indication::Passed);
            if report.verdict < Verdict::Withdrawn || unchanged && every_signature {
                if let Some(folder) = std::env::var_os("MOTCUA_KEEP") {
                    let file = name.split(':').take(2).collect::<String>().replace(['/', ' '], "_");
                    std::fs::write(
                        std::path::Path::new(&folder).join(format!("{file}.pdf")),
                        &attack.file,
                    )
                    .unwrap();
                }
                accepted.push(name);
            } else if !said.iter().any(|code| attack.codes.contains(code)) {
                unnamed.push(name);
            }
        }
    }
    println!("{class}: {count} attack files, {} accepted", accepted.len());
    assert!(accepted.is_empty(), "ACCEPTED:\n{}", accepted.join("\n"));
    assert!(unnamed.is_empty(), "without their reason:\n{}", unnamed.join("\n"));
}

#[test]
fn universal_signature_forgery() {
    run("universal signature forgery", 20, forgery::build);
}

#[test]
fn incremental_saving() {
    run("incremental saving", 12, saving::build);
}

#[test]
fn signature_wrapping() {
    run("signature wrapping", 6, wrapping::build);
}

#[test]
fn shadow_attacks() {
    run("shadow attacks", 9, shadow::build);
}

#[test]
fn content_attacks() {
    run_on(few(), "content attacks", 50, content::build);
}

#[test]
fn certification_attacks() {
    run("certification attacks", 20, certification::build);
}

#[test]
fn reading_tricks() {
    run_on(few(), "reading tricks", 100, reading::build);
}

#[test]
fn structural_attacks() {
    run("structural attacks", 20, structure::build);
}

/// What names a field, a revision or an offset instead of an object.
const BY_PLACE: &[&str] = &[
    "copies.bad_byte_range",
    "copies.unreadable",
    "copies.unreadable_update",
    "copies.signature_removed",
    "copies.duplicate_field",
    "copies.extra_revision",
];

/// Nothing may be done to any object of a copy, and nothing but housekeeping to those of another signed document.
#[test]
fn every_change_of_every_object() {
    let (mut accepted, mut unnamed) = (Vec::new(), Vec::new());
    for target in few() {
        let copy = verify(&target.bytes, &target.policy).facts.is_some();
        let allowed = if copy { Vec::new() } else { updates::allowed(&target) };
        let (mut count, mut harmless) = (0, 0);
        for change in updates::build(&target) {
            count += 1;
            let report = verify(&change.file, &target.policy);
            let name = format!("{}: object {} {}", target.name, change.object, change.what);
            if report.verdict < Verdict::Withdrawn {
                let (object, what) = (change.object, &change.what);
                if allowed.iter().any(|(o, start)| *o == object && what.starts_with(start.as_str()))
                {
                    harmless += 1;
                } else {
                    accepted.push(name);
                }
                continue;
            }
            // The object is named, or the place from which the update cannot be read.
            let named = report.reasons.iter().any(|r| {
                let object = r.params.get("object").is_some_and(|o| {
                    o.split(' ').next() == Some(change.object.to_string().as_str())
                });
                object || BY_PLACE.contains(&r.code)
            });
            if !named {
                let said: Vec<_> = report.reasons.iter().map(|r| r.en.as_str()).collect();
                unnamed.push(format!("{name}: {said:?}"));
            }
        }
        println!("{}: {count} updates, {harmless} allowed", target.name);
    }
    assert!(accepted.is_empty(), "ACCEPTED:\n{}", accepted.join("\n"));
    assert!(unnamed.is_empty(), "not named:\n{}", unnamed.join("\n"));
}
