//! Writes copies of every type of original at every level in every wording, and of every kind of each type at B-LTA, two of them
//! with the statement on the last captured page, for outside judges: the PDFs, our ETSI reports on them, and what the judges must
//! trust. They are signed an hour before now, so that no judge finds them in the future.
#![allow(clippy::print_stdout, clippy::disallowed_methods, clippy::unwrap_used)]

use std::path::PathBuf;
use std::process::ExitCode;

#[path = "../tests/made.rs"]
mod made;

use motcua_copies::facts::StatementPlace;
use motcua_copies::{Report, Verdict, verify};
use time::{Duration, OffsetDateTime};

/// One original of each type; the others are taken at the last level only.
const TYPES: [&str; 4] = ["ycc.jpg", "rgb.png", "group4.tiff", "text.pdf"];

/// Originals as large as the statement on their last page needs.
const PLACED: [&str; 2] = ["diploma-page-1.jpg", "diploma-scan.pdf"];

fn main() -> ExitCode {
    let Some(to) = std::env::args_os().nth(1).map(PathBuf::from) else {
        println!("levels <folder for the copies>");
        return ExitCode::from(2);
    };
    let at = (OffsetDateTime::now_utc() - Duration::hours(1)).replace_nanosecond(0).unwrap();
    let demo = motcua_pki::authority::Demo::new(at).unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(to.join(name), bytes).unwrap();
    put("root.pem", demo.root.certificate().to_pem().as_bytes());
    for (name, crl) in ["root", "issuing"].iter().zip(made::levels::crls(&demo, at)) {
        put(&format!("{name}.crl"), &crl);
    }
    let policy = made::levels::strict(&demo, at);
    let mut wrong = 0;
    let mut judge = |name: &str, bytes: &[u8], worst: Verdict| -> Report {
        let report = verify(bytes, &policy);
        put(&format!("{name}.xml"), report.to_etsi_xml().as_bytes());
        if report.verdict > worst {
            wrong += 1;
            println!("{name}: {}", report.to_text());
        }
        report
    };
    let mut count = 0;
    for (name, original) in made::kinds::kinds() {
        for wording in made::levels::WORDINGS {
            for (level, copy) in made::levels::all_worded(&demo, at, &original, wording) {
                let first = wording == made::levels::WORDINGS[0];
                if !TYPES.contains(&name) && (level != "B-LTA" || !first) {
                    continue;
                }
                let short = level.to_lowercase().replace("b-", "");
                let file = format!("{name}.{}-{short}", wording.0);
                let report = judge(&file, &copy, Verdict::ValidWithNotes);
                assert!(report.signatures.iter().all(|s| s.level.is_none_or(|l| l == level)));
                put(&format!("{file}.pdf"), &copy);
                count += 1;
            }
        }
        if name == "text.pdf" {
            for (level, copy) in made::notaries::at_levels(&demo, at, &original) {
                let file =
                    format!("{name}.two-notaries-{}", level.to_lowercase().replace("b-", ""));
                judge(&file, &copy, Verdict::ValidWithNotes);
                put(&format!("{file}.pdf"), &copy);
                count += 1;
            }
        }
        if PLACED.contains(&name) {
            let place = StatementPlace { left: 20, top: 150, width: 170, height: 120 };
            let copy = made::levels::placed(&demo, at, &original, place);
            let file = format!("{name}.placed-lta");
            judge(&file, &copy, Verdict::ValidWithNotes);
            put(&format!("{file}.pdf"), &copy);
            count += 1;
        }
        // The report's other forms: of an unsigned file, of a changed copy.
        if name == "text.pdf" {
            judge("unsigned", &original, Verdict::NotACopy);
            let mut changed = made::copy_of(&demo, at, &original);
            let middle = changed.len() / 2;
            changed[middle] ^= 1;
            judge("changed", &changed, Verdict::CouldNotCheck);
        }
    }
    println!("{count} copies, {wrong} not accepted here");
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
