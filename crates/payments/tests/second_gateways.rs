//! Hundreds of notices for each gateway, signed and forged by a second implementation (`second_gateways.py`), judged by ours.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod every_gateway;

use std::collections::BTreeMap;
use std::process::Command;

use every_gateway::judge;
use motcua_payments::notice::{Expected, RawNotice};
use serde_json::Value;

const CASES: &str = "200";

#[test]
fn signed_by_python_accepted_forged_by_python_refused() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/second_gateways.py");
    let Ok(output) = Command::new("python3").args([script, CASES]).output() else {
        eprintln!("SKIPPED: notices of a second implementation: python3 is not installed");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut seen: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let gateway = case["gateway"].as_str().unwrap();
        let expected: Expected = serde_json::from_value(case["expected"].clone()).unwrap();
        let raw = |v: &Value| serde_json::from_value::<RawNotice>(v.clone()).unwrap();
        let good = judge(gateway, &case["account"], &raw(&case["raw"]), Some(&expected));
        let Some(news) = good.verified() else { panic!("{line}\n{good:?}") };
        let class = serde_json::to_value(news.outcome().class).unwrap();
        assert_eq!(class, case["outcome"], "{line}");
        assert_eq!(
            (news.reference(), news.amount()),
            (expected.reference.as_str(), Some(expected.amount))
        );
        let count = seen.entry(gateway.to_owned()).or_default();
        count.0 += 1;
        for forged in case["forged"].as_array().unwrap() {
            let verdict = judge(gateway, &case["account"], &raw(forged), Some(&expected));
            let Some(refused) = verdict.refused() else { panic!("{gateway} accepted {forged}") };
            assert!(refused.authentic().is_none(), "{gateway}: {forged} {refused:?}");
            assert!(refused.is_security_event());
            count.1 += 1;
        }
    }
    assert_eq!(seen.len(), 8);
    for (gateway, (good, forged)) in seen {
        assert!(good >= 200 && forged >= 2_800, "{gateway}: {good} {forged}");
    }
}
