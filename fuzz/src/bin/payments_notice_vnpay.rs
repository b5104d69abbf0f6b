//! Any bytes as a notice of vnpay (its IPN: a query): refused, for nobody knows the key.
#![no_main]

#[path = "../notice.rs"]
mod notice;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    notice::judge::<motcua_payments::vnpay::Vnpay>(
        data,
        serde_json::json!({"label": "k", "secret": "5f2b7a0d41c9e86f5f2b7a0d41c9e86f"}),
    );
});
