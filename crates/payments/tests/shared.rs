//! The vectors that nobody here wrote: `../shared/vectors/payments.json` and `../shared/corpora/vn-payment`. Gateways' vectors are in
//! each gateway's own test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod outside;

use motcua_payments::emv::{self, Finding};
use motcua_payments::vietqr::{self, Target};

#[test]
fn every_crc_vector() {
    let Some(vectors) = outside::json("vectors/payments.json") else { return };
    let mut seen = 0;
    for v in vectors.as_array().unwrap().iter().filter(|v| v["alg"] == "CRC16") {
        let id = v["id"].as_str().unwrap();
        let text = v["message"].as_str().unwrap();
        let payload = emv::read(text).unwrap();
        assert_eq!(payload.crc.found, v["expected"].as_str().unwrap(), "{id}");
        match id {
            "NEG-bad-crc" => assert!(!payload.crc.valid && payload.crc.computed == "BBB8"),
            "NEG-napas-6.1.1" => {
                assert!(payload.crc.valid, "the sum holds");
                assert!(
                    matches!(&payload.findings[..], [Finding::Syntax { .. }]),
                    "the structure does not"
                );
                let error = vietqr::parse(text).unwrap_err();
                assert_eq!(error.code(), "payments.qr_syntax");
                assert!(error.to_string().contains("38.01"), "{error}");
            }
            "NEG-no-guid" => {
                assert!(!payload.crc.valid && payload.crc.computed == "13BC");
                assert!(vietqr::inspect(text).unwrap().transfer.is_none());
            }
            _ => {
                assert!(payload.crc.valid, "{id}");
                assert!(payload.findings.is_empty(), "{id}: {:?}", payload.findings);
                let look = vietqr::inspect(text).unwrap();
                let scheme = look.schemes.last().map(|s| s.scheme.as_str());
                let expected = match id.split('-').next().unwrap() {
                    "promptpay" => "promptpay",
                    "paynow" => "paynow",
                    "duitnow" => "duitnow",
                    "qris" => "qris",
                    "vnpayqr" => "vnpayqr",
                    "airpay" => "airpay",
                    _ => "vietqr",
                };
                assert_eq!(scheme, Some(expected), "{id}");
                let home = id != "duitnow" || look.schemes[0].home;
                assert!(home && look.schemes.iter().all(|s| s.home), "{id}");
                assert_eq!(
                    look.transfer.is_some(),
                    expected == "vietqr",
                    "{id}: {:?}",
                    look.refused
                );
            }
        }
        seen += 1;
    }
    assert!(seen >= 28, "{seen}");
}

/// What the strict writer makes of a read transfer is the published string, byte for byte, where the string holds nothing that the
/// writer has no field for.
#[test]
fn published_strings_are_written_again() {
    let Some(vectors) = outside::json("vectors/payments.json") else { return };
    let mut written = 0;
    for v in vectors.as_array().unwrap().iter().filter(|v| v["alg"] == "CRC16") {
        let text = v["message"].as_str().unwrap();
        let Ok(transfer) = vietqr::parse(text) else { continue };
        let payload = emv::read(text).unwrap();
        // Store labels and unreserved templates are readable but not written.
        let beyond = ["80"].iter().any(|id| payload.object(&[id]).is_some())
            || payload.object(&["62", "07"]).is_some()
            || payload.object(&["62", "05"]).is_some();
        if beyond {
            continue;
        }
        assert_eq!(vietqr::build(&transfer).unwrap(), text, "{}", v["id"]);
        written += 1;
    }
    assert!(written >= 11, "{written}");
}

#[test]
fn the_corpus_of_codes_agrees() {
    let Some(vectors) = outside::json("corpora/vn-payment/vietqr_vectors.json") else { return };
    for v in vectors.as_array().unwrap() {
        let (src, checked) = (v["src"].as_str().unwrap(), &v["checked"]);
        let look = vietqr::inspect(v["qr"].as_str().unwrap()).unwrap();
        assert_eq!(look.payload.crc.valid, checked["crc_valid"].as_bool().unwrap(), "{src}");
        let value = |path: &[&str]| look.payload.value(path);
        for (key, path) in [
            ("init", &["01"][..]),
            ("mcc", &["52"]),
            ("currency", &["53"]),
            ("amount", &["54"]),
            ("country", &["58"]),
            ("name", &["59"]),
            ("city", &["60"]),
            ("additional", &["62"]),
            ("bin", &["38", "01", "00"]),
            ("account", &["38", "01", "01"]),
            ("guid", &["38", "00"]),
        ] {
            if let Some(expected) = checked[key].as_str() {
                assert_eq!(value(path), Some(expected), "{src} {key}");
            }
        }
        if checked["structure_error"].is_string() {
            assert!(look.transfer.is_none(), "{src}: a nested service code is no VietQR");
            assert!(look.refused.unwrap().contains("38.01.02"), "{src}");
        }
    }
}

#[test]
fn the_bank_list_knows_the_corpus_banks() {
    let Some(banks) = outside::json("corpora/vn-payment/banks.json") else { return };
    let ours = motcua_payments::bank::Banks::state_bank().unwrap();
    let known = banks
        .as_array()
        .unwrap()
        .iter()
        .filter(|b| b["bin"].as_str().is_some_and(|bin| ours.find(bin).is_ok()))
        .count();
    // Eleven of theirs are brands with card BINs, wallets or foreign branches outside the State Bank's letter.
    assert!(known >= 45, "{known}");
}

#[test]
fn a_card_and_an_account_differ() {
    let mut transfer = vietqr::Transfer {
        bank: "Sacombank".to_owned(),
        account: "9704031101234567".to_owned(),
        target: Target::Card,
        amount: None,
        memo: None,
        bill: None,
        name: None,
        city: None,
        category: None,
    };
    let card = vietqr::build(&transfer).unwrap();
    assert!(card.ends_with("63044F52"));
    transfer.target = Target::Account;
    assert_ne!(vietqr::build(&transfer).unwrap(), card);
}
