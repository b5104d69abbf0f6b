//! The real Vietnamese certificates, and the trap among them: two national roots whose names differ
//! in order and string type and whose keys differ are two issuers.

use super::{certificate, corpus, instant};
use motcua_pki::path::{self, Anchor, Profile, Purpose, RevocationMaterial};

#[test]
fn the_two_national_roots_are_not_one() {
    let Some(dir) = corpus("vn-ca") else { return };
    let read = |name: &str| certificate(&dir.join(format!("{name}.crt")));
    let (old, new) =
        (read("mic-national-root-ca-2008-2040"), read("mic-national-root-ca-2019-2029"));
    assert_ne!(old.subject(), new.subject());
    assert_ne!(old.spki(), new.spki());
    println!("{} / {}", old.subject(), new.subject());
    let mut judged = 0;
    for (name, at) in [
        ("fpt-ca-2019-2024", "2022-01-01T00:00:00Z"),
        ("fpt-ca-2020-2025", "2022-01-01T00:00:00Z"),
        ("fpt-test-leaf-tct-2020-2023", "2022-01-01T00:00:00Z"),
    ] {
        let target = read(name);
        let between = [read("fpt-ca-2019-2024"), read("fpt-ca-2020-2025")];
        let profile = Profile::plain(Purpose::Public).without_revocation();
        let run = |roots: &[&motcua_pki::Certificate]| {
            let anchors: Vec<Anchor> =
                roots.iter().map(|r| Anchor::new((*r).clone(), &[Purpose::Public])).collect();
            let material = RevocationMaterial::default();
            path::validate(&target, &between, &anchors, instant(at), &profile, &material)
        };
        let (by_old, by_new) = (run(&[&old]), run(&[&new]));
        println!(
            "{name}: old {} new {} {:?}",
            by_old.is_valid(),
            by_new.is_valid(),
            by_new.findings
        );
        let chains = |report: &path::PathReport| report.chain.len() > 1;
        assert_ne!(chains(&by_old), chains(&by_new), "{name}: exactly one root stands above it");
        // With both, in any order, the path ends at the right one.
        for roots in [[&old, &new], [&new, &old]] {
            let both = run(&roots);
            let right = if chains(&by_old) { &old } else { &new };
            assert_eq!(both.chain.last(), Some(right));
            // The CA certified in 2019 was signed with SHA-1, five years after that was refused.
            let sha1 = both
                .chain
                .iter()
                .any(|c| *c != *right && c.signature_algorithm_name().contains("SHA-1"));
            assert_eq!(both.is_valid(), !sha1, "{name}: {:?}", both.findings);
            let refused: Vec<&str> = both.against().map(motcua_pki::Finding::code).collect();
            assert_eq!(refused, if sha1 { vec!["pki.algorithm_refused"] } else { vec![] });
        }
        // Another root altogether does not help.
        assert!(!run(&[&read("vgca-rootca-2010-2030")]).is_valid());
        judged += 1;
    }
    println!("Vietnamese certificates: {judged} paths judged under each root");
}
