//! x509-limbo: every case agrees but those in `limbo-exceptions.json`, each with its reason. An
//! exception that agrees after all fails the test.
//!
//! Certificates and CRLs are held to the profile of RFC 5280 §4 and §5
//! (`Conformance::Required`), which is what the suite asks of a validator.

use super::{corpus, instant, json};
use motcua_pki::path::{self, Anchor, Conformance, Profile, Purpose, RevocationMaterial};
use motcua_pki::{Certificate, Crl, Oid};
use serde_json::Value;
use std::collections::BTreeMap;

fn list(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().map(|v| v.as_str().unwrap()).collect()
}

/// What our validator says: valid or not, and why.
fn verdict(case: &Value) -> (bool, String) {
    let read = |pems: Vec<&str>| -> Result<Vec<Certificate>, motcua_pki::Error> {
        pems.into_iter().map(Certificate::from_pem).collect()
    };
    // A certificate that cannot be read is no candidate; the target must be read.
    let readable = |pems: Vec<&str>| -> Vec<Certificate> {
        pems.into_iter().filter_map(|p| Certificate::from_pem(p).ok()).collect()
    };
    let target = match read(vec![case["peer_certificate"].as_str().unwrap()]) {
        Ok(mut one) => one.remove(0),
        Err(e) => return (false, e.to_string()),
    };
    let intermediates = readable(list(&case["untrusted_intermediates"]));
    let anchors: Vec<Anchor> = readable(list(&case["trusted_certs"]))
        .into_iter()
        .map(|c| Anchor::new(c, &[Purpose::Public]))
        .collect();
    let crls: Vec<Vec<u8>> = list(&case["crls"])
        .into_iter()
        .filter_map(|p| Crl::from_pem(p).ok())
        .map(|c| c.as_der().to_vec())
        .collect();
    let mut profile = Profile::plain(Purpose::Public);
    profile.conformance = Conformance::Required;
    if list(&case["crls"]).is_empty() {
        profile = profile.without_revocation();
    }
    profile.extended_key_usage = list(&case["extended_key_usage"])
        .into_iter()
        .map(|usage| match usage {
            "serverAuth" => Oid::parse("1.3.6.1.5.5.7.3.1").unwrap(),
            "clientAuth" => Oid::parse("1.3.6.1.5.5.7.3.2").unwrap(),
            other => panic!("{other}"),
        })
        .collect();
    if let Some(depth) = case["max_chain_depth"].as_u64() {
        // Limbo counts the certificates between the ends.
        profile.budget.length = usize::try_from(depth).unwrap() + 1;
    }
    // Without a time of its own a case is for the present.
    let at = instant(case["validation_time"].as_str().unwrap_or("2026-11-24T03:00:00Z"));
    let material = RevocationMaterial { crls, ocsp_responses: Vec::new() };
    let report = path::validate(&target, &intermediates, &anchors, at, &profile, &material);
    (report.is_valid(), format!("{:?}", report.findings))
}

#[test]
fn all_but_the_listed_exceptions_agree() {
    let Some(dir) = corpus("limbo") else { return };
    let exceptions: BTreeMap<String, String> =
        serde_json::from_str(include_str!("limbo-exceptions.json")).unwrap();
    assert!(exceptions.values().all(|reason| reason.len() > 20));
    let (mut agree, mut excepted, mut wrong) = (0, 0, Vec::new());
    let file = json(&dir.join("limbo-dev.json"));
    for case in file["testcases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let expected = case["expected_result"] == "SUCCESS";
        let (valid, why) = verdict(case);
        match (valid == expected, exceptions.contains_key(id)) {
            (true, false) => agree += 1,
            (false, true) => excepted += 1,
            (true, true) => wrong.push(format!("{id}: agrees, take it off the exceptions")),
            (false, false) => wrong.push(format!("{id}: {valid}, {why}")),
        }
    }
    println!("limbo: {agree} cases agree, {excepted} exceptions with their reasons");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
