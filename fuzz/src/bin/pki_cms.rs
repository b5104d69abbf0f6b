//! Any bytes as a CMS: read and checked under every profile, or refused; what is read can be written on.
//! seeds: ../shared/corpora/rustcrypto-formats/cms/tests/examples
//! seeds: ../shared/corpora/ocsp-tsp/asn1crypto
#![no_main]

use motcua_pki::cms::{self, Content, Profile, SignedData};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(signed) = SignedData::parse(data) else { return };
    for profile in [
        Profile::PadesBaseline,
        Profile::Pades,
        Profile::CadesBaseline,
        Profile::Cms,
        Profile::Timestamp,
    ] {
        let _ = cms::verify(&signed, Content::Embedded, profile).conclusion();
        let _ = cms::verify(&signed, Content::Bytes(b"content"), profile).conclusion();
    }
    // The message is hardly ever its own timestamp; what comes out must be readable.
    if let Ok(longer) = cms::with_signature_timestamp(&signed, signed.as_der()) {
        assert!(SignedData::parse(&longer).is_ok());
    }
    motcua_pki::validation::Proofs::new().add_with_contents(data, time::OffsetDateTime::UNIX_EPOCH);
});
