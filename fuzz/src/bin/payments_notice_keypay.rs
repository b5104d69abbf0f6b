//! Any bytes as a notice of keypay (its callback): refused, for nobody knows the key.
#![no_main]

#[path = "../notice.rs"]
mod notice;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    notice::judge::<motcua_payments::keypay::Keypay>(
        data,
        serde_json::json!({"label": "k", "key1": "5f2b7a0d41c9e86f", "key2": "86f5f2b7a0d41c9e"}),
    );
});
