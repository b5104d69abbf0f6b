//! Lists of annulled copies, of the register that the tests' copies are in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use motcua_copies::verify::annulment::SignedAnnulments;
use motcua_pki::MemorySigner;
use time::{Duration, OffsetDateTime};

/// The claims of a list of the copy's register with these numbers marked, good for a day.
pub fn claims(at: OffsetDateTime, marked: &[usize]) -> serde_json::Value {
    let mut statuses = vec![0_u8; 128];
    for number in marked {
        statuses[number / 8] |= 1 << (number % 8);
    }
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(&statuses, 9);
    serde_json::json!({
        "sub": "https://dichvucong.example/thu-hoi/2026",
        "iat": at.unix_timestamp(),
        "exp": (at + Duration::days(1)).unix_timestamp(),
        "status_list": {"bits": 1, "lst": URL_SAFE_NO_PAD.encode(packed)},
        "agency_id": "H99.1",
        "act_code": "SCTĐT/BS",
        "year": 2026,
        "decisions": {"12": {"on": "2026-11-24", "decision": "Quyết định 7/QĐ-UBND"}},
    })
}

pub fn list(signer: &MemorySigner, at: OffsetDateTime, marked: &[usize]) -> SignedAnnulments {
    SignedAnnulments::sign(&claims(at, marked).to_string(), at, signer).unwrap()
}
