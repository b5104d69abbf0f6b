//! Any text as an EMVCo QR text: read with findings or refused; what the strict VietQR reader takes is written back and read again alike.
#![no_main]

use motcua_payments::bank::Banks;
use motcua_payments::{emv, vietqr};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = vietqr::inspect(text);
    let _ = emv::read(text);
    if let Ok(transfer) = vietqr::parse(text) {
        let banks = Banks::state_bank().expect("the list reads");
        if let Ok(written) = vietqr::build_with(&transfer, &banks) {
            assert_eq!(vietqr::parse(&written).as_ref(), Ok(&transfer));
        }
    }
});
