//! NIST PKITS: every case but the three with DSA keys must come out as expected.
#![allow(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used, clippy::panic)]

use motcua_pki::path::{self, Anchor, Profile, Purpose, RevocationMaterial};
use motcua_pki::{Certificate, Oid};
use std::collections::BTreeMap;
use std::path::PathBuf;
use time::OffsetDateTime;

/// DSA is not supported and the two valid cases with it come out as unsupported: PKITS 4.1.4 to 4.1.6.
const DSA: [&str; 3] = ["4.1.4", "4.1.5", "4.1.6"];

fn corpus() -> Option<PathBuf> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/pkits");
    if dir.is_dir() {
        Some(dir)
    } else {
        eprintln!("SKIPPED: PKITS: {} is not there", dir.display());
        None
    }
}

#[test]
fn every_applicable_case_agrees() {
    let Some(dir) = corpus() else { return };
    let text = std::fs::read_to_string(dir.join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
    let oids: BTreeMap<String, Oid> = expected["policy_oids"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, oid)| (name.clone(), Oid::parse(oid.as_str().unwrap()).unwrap()))
        .collect();
    let at = OffsetDateTime::parse(
        expected["validation_time"].as_str().unwrap(),
        &time::format_description::well_known::Rfc3339,
    )
    .unwrap();
    let (mut agreed, mut wrong) = (0, Vec::new());
    for test in expected["tests"].as_array().unwrap() {
        let id = test["id"].as_str().unwrap();
        if DSA.contains(&id) {
            continue;
        }
        let names = |key: &str| -> Vec<String> {
            test[key].as_array().unwrap().iter().map(|n| n.as_str().unwrap().to_owned()).collect()
        };
        let certificates: Result<Vec<Certificate>, _> = names("certs")
            .iter()
            .map(|n| {
                Certificate::from_der(&std::fs::read(dir.join(format!("certs/{n}.crt"))).unwrap())
            })
            .collect();
        let material = RevocationMaterial {
            crls: names("crls")
                .iter()
                .map(|n| std::fs::read(dir.join(format!("crls/{n}.crl"))).unwrap())
                .collect(),
            ocsp_responses: Vec::new(),
        };
        let mut profile = Profile::plain(Purpose::Public);
        profile.policies = names("initial_policy_set")
            .iter()
            .filter(|n| *n != "anyPolicy")
            .map(|n| oids.get(n).unwrap_or_else(|| panic!("{n}")).clone())
            .collect();
        profile.require_explicit_policy = test["initial_explicit_policy"].as_bool().unwrap();
        profile.inhibit_policy_mapping = test["initial_policy_mapping_inhibit"].as_bool().unwrap();
        profile.inhibit_any_policy = test["initial_inhibit_any_policy"].as_bool().unwrap();
        let (valid, why) = match certificates {
            Err(e) => (false, e.to_string()),
            Ok(all) => {
                let (target, rest) = all.split_last().unwrap();
                let anchor = Anchor::new(rest[0].clone(), &[Purpose::Public]);
                let report = path::validate(target, &rest[1..], &[anchor], at, &profile, &material);
                (report.is_valid(), format!("{:#?}", report.findings))
            }
        };
        if valid == test["should_validate"].as_bool().unwrap() {
            agreed += 1;
        } else {
            wrong.push(format!("{id} {}: {why}", test["section_title"]));
        }
    }
    println!("PKITS: {agreed} of {} agree, 3 DSA cases left out", agreed + wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(agreed, 246);
}
