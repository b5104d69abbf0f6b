//! Any bytes as a bank statement in camt.053 or camt.054: read, or refused with a reason.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(statements) = motcua_payments::reconcile::camt::read(data) {
        // What was read can be reconciled: every credit ends in a row.
        let run = motcua_payments::reconcile::reconcile(Vec::new(), statements);
        if let Ok(run) = run {
            assert!(run.rows.iter().map(|r| r.credits.len()).sum::<usize>() == run.credits.len());
        }
    }
});
