//! Any bytes as a notice of momo (its IPN and redirect): refused, for nobody knows the key.
#![no_main]

#[path = "../notice.rs"]
mod notice;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    notice::judge::<motcua_payments::momo::Momo>(
        data,
        serde_json::json!({"label": "k", "access_key": "A", "secret": "5f2b7a0d41c9e86f"}),
    );
});
