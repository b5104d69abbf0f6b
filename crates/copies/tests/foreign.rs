//! Files signed by pyHanko at every level, with later signatures, stores and timestamps: no false alarm.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod made;
#[path = "witness/peers.rs"]
mod peers;

use motcua_copies::verify::{Check, LaterChanges, RevocationNeed, RowName, SignatureKind};
use motcua_copies::{Verdict, verify};
use motcua_pki::Indication;

#[test]
fn what_pyhanko_signs_and_extends_is_unchanged() {
    let Some(peers) = peers::peers() else { return };
    let policy = peers.policy(RevocationNeed::NotChecked);
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (name, bytes) in &peers.files {
        let report = verify(bytes, &policy);
        seen += 1;
        let unchanged =
            report.rows.iter().any(|r| r.row == RowName::Unchanged && r.check == Check::Passed);
        let sound = unchanged
            && report.verdict <= Verdict::ValidWithNotes
            && report.signatures.iter().all(|s| {
                s.indication == Indication::Passed
                    && s.later_changes != Some(LaterChanges::Forbidden)
            });
        if !sound {
            wrong.push(format!(
                "{name}\n{}\n{}",
                report.to_text(),
                serde_json::to_string_pretty(&report.signatures).unwrap()
            ));
        }
        // What carries its own revocation information is judged by it.
        if ["-lt", "-lta", "-stamped"].iter().any(|end| name.ends_with(end)) {
            let strict = verify(bytes, &peers.policy(RevocationNeed::Required));
            let passed = strict.signatures.iter().all(|s| s.indication == Indication::Passed);
            if !passed || strict.verdict > Verdict::ValidWithNotes {
                wrong.push(format!(
                    "{name}, revocation required\n{}\n{}",
                    strict.to_text(),
                    serde_json::to_string_pretty(&strict.signatures).unwrap()
                ));
            }
        }
        let level = ["lta", "lt", "t", "b"].into_iter().find(|l| name.ends_with(&format!("-{l}")));
        if let Some(level) = level {
            let own: Vec<_> =
                report.signatures.iter().filter(|s| s.kind == SignatureKind::Signature).collect();
            assert_eq!(
                own[0].level,
                Some(format!("B-{}", level.to_uppercase()).as_str()),
                "{name}"
            );
        }
    }
    println!("{seen} files signed by pyHanko");
    assert!(wrong.is_empty(), "{} false alarms\n{}", wrong.len(), wrong.join("\n"));
    assert!(seen > 20);
}
