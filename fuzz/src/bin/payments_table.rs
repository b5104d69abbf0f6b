//! Any bytes as a bank's table under a mapping that uses every field: read, or refused with a reason.
#![no_main]

use std::sync::LazyLock;

use motcua_payments::reconcile::{CsvStyle, TableMapping, reconcile, table};

static MAPPING: LazyLock<TableMapping> = LazyLock::new(|| {
    let mapping = r#"{"name":"n","delimiter":";","number":{"decimal":",","thousands":"."},"date_form":"dd/MM/yyyy",
        "skip_lines":1,"ends_at":"end","columns":{"date":"d","amount":"a","currency":"c","account":"k","id":"i","text":["t"],
        "reference":["r"],"transaction":["n"],"fee":"f","net":"e",
        "direction":{"column":"w","yes":["+"],"no":["-"],"reversal":["r"]},"status":{"column":"s","yes":["1"],"no":["0"]}}}"#;
    serde_json::from_str(mapping).unwrap()
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // A header that fits, so that rows are reached; the bytes are the rows, or the whole file.
    let framed = [b"x\nd;a;c;k;i;t;r;n;f;e;w;s\n", data].concat();
    for bytes in [data, &framed] {
        if let Ok(statements) = table::read(bytes, &MAPPING)
            && let Ok(run) = reconcile(Vec::new(), statements)
        {
            assert!(run.rows.iter().map(|r| r.credits.len()).sum::<usize>() == run.credits.len());
            assert!(run.to_csv(CsvStyle::EXCEL).is_ok());
        }
    }
});
