//! Any bytes as the content of a page: enclosed, or refused with the place. What is enclosed stays so when it is joined to itself in
//! another saved state.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(shown) = motcua_pdf::enclosed(data) else { return };
    let twice = [b"q ", data, data, b"Q\n"].concat();
    // Only the depth of what was saved may now be too much.
    if let Ok(again) = motcua_pdf::enclosed(&twice) {
        assert_eq!(again, shown);
    }
});
