//! Any bytes as a timestamp request, response or token: read and checked, or refused.
//! seeds: ../shared/corpora/ocsp-tsp/asn1crypto
#![no_main]

use motcua_pki::cms::Content;
use motcua_pki::path::{Profile, RevocationMaterial};
use motcua_pki::tsp::{self, Request, Response, TokenContext};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = Request::from_der(data);
    let token = match Response::from_der(data) {
        Ok(response) => response.token.unwrap_or_default(),
        Err(_) => data.to_vec(),
    };
    let _ = tsp::inspect(&token, Content::Bytes(b"data"), &[]).conclusion();
    let context = TokenContext {
        nonce: Some(&[1]),
        policies: &[],
        now: time::OffsetDateTime::UNIX_EPOCH,
        certificates: &[],
        anchors: &[],
        profile: &Profile::timestamping(),
        revocation: &RevocationMaterial::default(),
        memo: &motcua_pki::Memo::new(),
    };
    assert!(!tsp::verify(&token, b"data", &context).is_valid());
});
