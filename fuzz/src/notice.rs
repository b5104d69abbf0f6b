//! What the targets for gateways' notices share: an account, and a judge that is given anything as a notice.

use motcua_payments::Dong;
use motcua_payments::gateway::{Account, Gateway};
use motcua_payments::notice::{Expected, NoticeRules, RawNotice, claimed_reference, verify};
use serde_json::{Value, json};

/// Judges bytes as the query of a GET or the body of a POST. The keys are known to nobody, so whatever is accepted is a forgery.
pub fn judge<G: NoticeRules>(data: &[u8], keys: Value)
where
    <G as Gateway>::Keys: serde::de::DeserializeOwned,
{
    let base = "https://test.example.vn/pay";
    let wire = json!({"environment": "sandbox", "merchant": "2553", "base": base, "keys": [keys]});
    let account: Account<G> = serde_json::from_value(wire).expect("an account");
    let amount = Dong::new(36_000).expect("an amount");
    let post = RawNotice::post(data.to_vec());
    let get = std::str::from_utf8(data).ok().map(RawNotice::get);
    for raw in get.into_iter().chain([post]) {
        let reference = claimed_reference::<G>(&raw).unwrap_or_default();
        let verdict = verify::<G>(&raw, &account, Some(&Expected::new(&reference, amount)));
        assert!(verdict.verified().is_none(), "accepted without knowing the key");
        assert!((200..500).contains(&verdict.acknowledgement().status));
    }
}
