//! Any bytes as a picture of an original, of each kind there is: taken over or refused, never a panic, and written the same twice.
//! seeds: crates/copies/tests/data
#![no_main]

use motcua_pdf::write::FileWriter;
use motcua_pdf::write::image::{read_jpeg, read_png, read_tiff, tiff_pages};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let written = || {
        let mut file = FileWriter::new();
        for picture in [read_jpeg(data), read_png(data)].into_iter().flatten() {
            picture.write(&mut file);
        }
        if let Ok(sheets) = read_tiff(data) {
            assert_eq!(tiff_pages(data).ok(), Some(sheets.len()));
            for (picture, ..) in sheets.iter().flat_map(|sheet| &sheet.parts) {
                picture.write(&mut file);
            }
        }
        file.position()
    };
    assert_eq!(written(), written());
});
