//! Any bytes as a certificate: read and shown, or refused; read again from its own DER it is the same.
//! seeds: ../shared/corpora/pkits/certs
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(certificate) = motcua_pki::Certificate::from_der(data) {
        assert_eq!(certificate.as_der(), data);
        let _ = (certificate.summary(), certificate.alternative_names().count());
    }
});
