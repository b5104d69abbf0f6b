//! CRLs made by other projects for their own validators, with what those say of them.

use super::{certificate, corpus, instant};
use motcua_pki::path::{self, Anchor, Profile, Purpose, RevocationMaterial};
use motcua_pki::revocation::RevocationStatus;
use std::path::Path;

/// Status of the target under `chain` (root last) with these CRLs.
fn status(dir: &Path, chain: &[&str], crls: &[&str], at: &str) -> RevocationStatus {
    let all: Vec<_> = chain.iter().map(|n| certificate(&dir.join(n))).collect();
    let (root, below) = all.split_last().unwrap();
    let material = RevocationMaterial {
        crls: crls.iter().map(|n| std::fs::read(dir.join(n)).unwrap()).collect(),
        ocsp_responses: Vec::new(),
    };
    let anchor = Anchor::new(root.clone(), &[Purpose::Public]);
    let profile = Profile::plain(Purpose::Public);
    let report =
        path::validate(&below[0], &below[1..], &[anchor], instant(at), &profile, &material);
    assert_eq!(report.chain.len(), chain.len(), "{:?}", report.findings);
    report.statuses[0].status.clone()
}

#[test]
fn the_lists_of_webpki_speak_of_what_they_are_for() {
    let Some(dir) = corpus("webpki-certs/client_auth_revocation") else { return };
    let mut agree = 0;
    for (chain, crl) in [
        ("indirect_dp_chain", "ee_indirect_dp_unknown_status"),
        ("nofullname_dp_chain", "ee_nofullname_dp_unknown_status"),
        ("reasons_dp_chain", "ee_reasons_dp_unknown_status"),
        ("invalid_dp_chain", "ee_dp_invalid"),
        ("ku_chain", "ee_revoked_crl_ku_ee_depth"),
    ] {
        let names = ["ee.der", "int.a.ca.der", "int.b.ca.der", "root.ca.der"];
        let names: Vec<String> = names.iter().map(|n| format!("{chain}.{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if names.iter().any(|n| !dir.join(n).exists()) {
            println!("webpki: {chain} is not complete in the corpus");
            continue;
        }
        let found = status(&dir, &names, &[&format!("{crl}.crl.der")], "1986-12-23T01:59:41Z");
        println!("webpki: {crl}: {found:?}");
        let expected = if crl.contains("_revoked_") {
            matches!(found, RevocationStatus::Revoked { .. })
        } else {
            found == RevocationStatus::Unknown
        };
        assert!(expected, "{crl}: {found:?}");
        agree += 1;
    }
    println!("webpki revocation: {agree} agree");
    assert!(agree >= 3);
}

#[test]
fn lists_count_for_their_time() {
    let mut agree = 0;
    for (folder, target, expect_late) in [
        // Alice was revoked on 2020-12-01.
        ("pyhanko-certvalidator/ades/time-slide", "certs/alice.crt", "interm"),
        ("pyhanko-certvalidator/ades/time-slide", "certs/interm.crt", "root"),
        ("pyhanko-certvalidator/freshness", "certs/interm.crt", "root"),
    ] {
        let Some(dir) = corpus(folder) else { return };
        let chain: Vec<&str> = if target.contains("alice") {
            vec![target, "certs/interm.crt", "certs/root.crt"]
        } else {
            vec![target, "certs/root.crt"]
        };
        let at = |day: &str, list: &str| {
            status(
                &dir,
                &chain,
                &[&format!("{expect_late}-{list}.crl")],
                &format!("{day}T01:00:00Z"),
            )
        };
        let good = |s: &RevocationStatus| matches!(s, RevocationStatus::Good { .. });
        assert!(good(&at("2020-11-29", "2020-11-29")));
        // A list of another month is too old, and one from the future is not known yet.
        assert_eq!(at("2020-11-29", "2020-10-01"), RevocationStatus::Stale);
        assert_eq!(at("2020-11-29", "2020-12-10"), RevocationStatus::Stale);
        let late = at("2020-12-10", "2020-12-10");
        if target.contains("alice") {
            assert!(matches!(late, RevocationStatus::Revoked { reason: Some(1), .. }), "{late:?}");
        } else {
            assert!(good(&late), "{late:?}");
        }
        agree += 4;
    }
    println!("CRL freshness: {agree} moments agree");
}
