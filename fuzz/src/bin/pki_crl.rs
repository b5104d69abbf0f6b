//! Any bytes as a CRL: read to its last entry, or refused.
//! seeds: ../shared/corpora/pkits/crls
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(list) = motcua_pki::Crl::from_der(data) {
        let _ = (list.len(), list.is_delta());
    }
});
