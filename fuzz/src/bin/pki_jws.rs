//! Any text as a signed text (compact JWS), and any header and payload put together as one: verified, or refused.
//! seeds: test-vectors/copies
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use motcua_pki::jws;

const MOST: usize = 1 << 16;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = jws::verify(text, MOST);
    // The same text as header, payload and signature, each in its coat.
    let mut parts = text.splitn(3, '\n').map(|part| URL_SAFE_NO_PAD.encode(part));
    let mut part = || parts.next().unwrap_or_default();
    let whole = [part(), part(), part()].join(".");
    if let Ok(signed) = jws::verify(&whole, MOST) {
        assert!(!signed.chain.is_empty());
    }
});
