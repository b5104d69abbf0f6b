//! Any bytes as a private key, plain and encrypted, and as rules on algorithms: read or refused.
#![no_main]

use motcua_pki::{AlgorithmPolicy, MemorySigner};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = MemorySigner::from_pkcs8_der(data, Vec::new()).err();
    let _ = MemorySigner::from_encrypted_pkcs8_der(data, b"password", Vec::new()).err();
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = AlgorithmPolicy::from_json(text);
    }
});
