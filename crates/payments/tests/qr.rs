//! QR symbols read back by a reader that is not ours (`zbarimg`).
#![cfg(feature = "qr-image")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::process::Command;

use motcua_payments::Dong;
use motcua_payments::qr::{self, Medium};
use motcua_payments::vietqr::{self, Target, Transfer};

#[test]
fn zbarimg_reads_what_was_drawn() {
    if Command::new("zbarimg").arg("--version").output().is_err() {
        eprintln!("SKIPPED: QR symbols by an independent reader: zbarimg is not installed");
        return;
    }
    for (amount, memo, medium) in [
        (None, None, Medium::Screen),
        (Some(36_000), Some("HS 000123 le phi"), Medium::Screen),
        (Some(9_999_999_999_999), Some("ABCDEFGHIJKLMNOPQRSTUVWXY"), Medium::Paper),
    ] {
        let text = vietqr::build(&Transfer {
            bank: "VCB".to_owned(),
            account: "1017595600".to_owned(),
            target: Target::Account,
            amount: amount.map(|a| Dong::new(a).unwrap()),
            memo: memo.map(str::to_owned),
            bill: None,
            name: None,
            city: None,
            category: None,
        })
        .unwrap();
        let file = std::env::temp_dir().join(format!("motcua-qr-{}.png", text.len()));
        for scale in [3, 8] {
            std::fs::write(&file, qr::png(&text, medium, scale).unwrap()).unwrap();
            let read = Command::new("zbarimg")
                .args(["-q", "--raw", "--oneshot"])
                .arg(&file)
                .output()
                .unwrap();
            assert_eq!(String::from_utf8_lossy(&read.stdout).trim_end(), text, "scale {scale}");
        }
        std::fs::remove_file(file).unwrap();
        let svg = qr::svg(&text, medium).unwrap();
        assert!(
            svg.starts_with("<svg ") && svg.ends_with("</svg>") && svg.matches('M').count() > 100
        );
    }
}

#[test]
fn too_long_or_too_large_is_refused() {
    assert_eq!(
        qr::png(&"x".repeat(3000), Medium::Screen, 4).unwrap_err().code(),
        "payments.qr_capacity"
    );
    assert_eq!(qr::png("x", Medium::Screen, 33).unwrap_err().code(), "payments.field_pattern");
}
