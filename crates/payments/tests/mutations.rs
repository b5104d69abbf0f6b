//! Every single-character change of a signed notice is refused, for every gateway: each byte replaced, removed, doubled, or another put
//! before it. White space between the tokens of a JSON body changes nothing that was said; it alone may pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod every_gateway;

use every_gateway::{True, all, judge};
use motcua_payments::notice::RawNotice;
use serde_json::Value;

const LETTERS: &[u8] = b"0129aAfFzZ&=+%|._-~ \"{}[]:,\\/;#\x00\t\n";

/// All changed copies of a text.
fn changed(text: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..=text.len()).flat_map(move |i| {
        let (before, after) = text.split_at(i);
        let rest = after.get(1..).unwrap_or(&[]);
        let here = after.first().copied();
        let bits = here.into_iter().flat_map(|h| (0..8).map(move |bit| h ^ (1 << bit)));
        let put: Vec<Vec<u8>> = LETTERS.iter().map(|c| [before, &[*c], after].concat()).collect();
        let replaced: Vec<Vec<u8>> = if here.is_some() {
            LETTERS.iter().copied().chain(bits).map(|c| [before, &[c], rest].concat()).collect()
        } else {
            Vec::new()
        };
        let removed = here.map(|_| [before, rest].concat());
        let doubled = here.map(|h| [before, &[h, h], rest].concat());
        put.into_iter().chain(replaced).chain(removed).chain(doubled)
    })
}

fn accepted(one: &True, raw: &RawNotice) -> bool {
    judge(one.gateway, &one.account, raw, Some(&one.expected)).verified().is_some()
}

fn every_change(gateway: &str) {
    let one = all().into_iter().find(|t| t.gateway == gateway).unwrap();
    let verdict = judge(gateway, &one.account, &one.raw, Some(&one.expected));
    let verified = verdict.verified().unwrap_or_else(|| panic!("{gateway}: {verdict:?}"));
    assert!(verified.uncovered().iter().all(|f| f == "type"), "{:?}", verified.uncovered());
    let mut tried = 0;
    if one.raw.method == "GET" {
        for text in changed(one.raw.query.as_bytes()).filter(|t| t != one.raw.query.as_bytes()) {
            let Ok(query) = String::from_utf8(text) else { continue };
            assert!(!accepted(&one, &RawNotice::get(query.clone())), "{gateway}: {query}");
            tried += 1;
        }
    } else {
        let said: Option<Value> = serde_json::from_slice(&one.raw.body).ok();
        for body in changed(&one.raw.body).filter(|b| *b != one.raw.body) {
            tried += 1;
            if accepted(&one, &RawNotice::post(body.clone())) {
                let same = said.is_some() && serde_json::from_slice(&body).ok() == said;
                assert!(same, "{gateway}: {}", String::from_utf8_lossy(&body));
            }
        }
    }
    assert!(tried > 10_000, "{gateway}: {tried}");
}

macro_rules! gateways {
    ($($name:ident)*) => { $(#[test] fn $name() { every_change(stringify!($name)); })* };
}
gateways!(vnpay momo zalopay payos onepay viettelpay payplatform keypay);

#[test]
fn another_method_is_refused() {
    for mut one in all() {
        for method in ["PUT", "get", "post", "HEAD", ""] {
            one.raw.method = method.to_owned();
            assert!(!accepted(&one, &one.raw), "{} {method}", one.gateway);
        }
    }
}

#[test]
fn a_notice_signed_by_another_gateway_says_nothing_here() {
    for one in all() {
        for other in all().into_iter().filter(|o| o.gateway != one.gateway) {
            let verdict = judge(one.gateway, &one.account, &other.raw, Some(&one.expected));
            assert!(verdict.refused().is_some(), "{} took {}'s", one.gateway, other.gateway);
        }
    }
}
