//! Any bytes as a notice of onepay (its IPN: a query or a form): refused, for nobody knows the key.
#![no_main]

#[path = "../notice.rs"]
mod notice;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    notice::judge::<motcua_payments::onepay::Onepay>(
        data,
        serde_json::json!({"label": "k", "access_code": "A", "secret": "5f2b7a0d41c9e86f"}),
    );
});
