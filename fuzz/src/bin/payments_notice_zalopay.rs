//! Any bytes as a notice of zalopay (its callback, JSON inside JSON): refused, for nobody knows the key.
#![no_main]

#[path = "../notice.rs"]
mod notice;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    notice::judge::<motcua_payments::zalopay::Zalopay>(
        data,
        serde_json::json!({"label": "k", "key1": "5f2b7a0d41c9e86f", "key2": "86f5f2b7a0d41c9e"}),
    );
});
