//! What a verdict works out only when it is asked for is of what was judged, whoever asks and when; nothing of the message or of a key
//! is shown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod every_gateway;

use every_gateway::{all, judge};
use motcua_payments::notice::{RawNotice, Verdict};

#[test]
fn hash_and_answer_are_of_the_message_that_was_judged() {
    for mut one in all() {
        let verdict = judge(one.gateway, &one.account, &one.raw, Some(&one.expected));
        let hash = one.raw.sha256();
        // Another message in the same place, the account gone.
        one.raw.body.reverse();
        one.raw.query.push_str("&x=1");
        let copy = verdict.clone();
        let news = verdict.verified().unwrap();
        assert_eq!(news.message_sha256(), hash, "{}", one.gateway);
        assert_eq!(copy, verdict, "{}", one.gateway);
        assert_eq!(
            serde_json::to_string(&copy).unwrap(),
            serde_json::to_string(&verdict).unwrap(),
            "{}",
            one.gateway
        );
    }
}

#[test]
fn an_event_applied_before_is_told_by_its_fingerprint() {
    for mut one in all() {
        let verdict = judge(one.gateway, &one.account, &one.raw, Some(&one.expected));
        let first = verdict.verified().unwrap();
        assert!(!first.matches().applied_before);
        one.expected.applied = vec!["0".repeat(64), first.fingerprint().to_owned()];
        let again = judge(one.gateway, &one.account, &one.raw, Some(&one.expected));
        let again = again.verified().unwrap();
        assert!(again.matches().applied_before, "{}", one.gateway);
        assert_eq!(again.fingerprint(), first.fingerprint());
        one.expected.applied = vec!["0".repeat(64)];
        let other = judge(one.gateway, &one.account, &one.raw, Some(&one.expected));
        assert!(!other.verified().unwrap().matches().applied_before, "{}", one.gateway);
    }
}

#[test]
fn a_verdict_shows_neither_message_nor_key() {
    let mut one = all().into_iter().find(|one| one.gateway == "payplatform").unwrap();
    one.account["keys"][0]["label"] = "now".into();
    let verdict = judge(one.gateway, &one.account, &one.raw, Some(&one.expected));
    let shown = [format!("{verdict:?}"), serde_json::to_string(&verdict).unwrap()];
    for text in shown {
        // The key is SECRET; the payer's text stands in the message only.
        assert!(!text.contains("SECRET") && !text.contains("THANH TOAN HO SO"), "{text}");
        assert!(text.contains(&one.raw.sha256()), "{text}");
    }
}

#[test]
fn a_refused_notice_keeps_its_hash() {
    for one in all() {
        for raw in
            [RawNotice::post("{"), RawNotice::get("a=1"), RawNotice::post(vec![0xff; 99_999])]
        {
            let verdict = judge(one.gateway, &one.account, &raw, Some(&one.expected));
            assert!(
                matches!(&verdict, Verdict::Refused(no) if no.message_sha256() == raw.sha256())
            );
        }
    }
}
