//! Any bytes as an OCSP response: read to its last answer, or refused.
//! seeds: ../shared/corpora/ocsp-tsp/cryptography-ocsp
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(response) = motcua_pki::ocsp::OcspResponse::from_der(data) {
        let _ = (response.len(), response.nonce().map(<[u8]>::len));
    }
});
