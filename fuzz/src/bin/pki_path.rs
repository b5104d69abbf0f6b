//! Any bytes as a heap of certificates, CRLs and OCSP responses: the first certificate is judged
//! under the last as its anchor, with all rules on. Whatever comes, it ends within its budgets.
//! seeds: ../shared/corpora/pkits/certs
#![no_main]

use motcua_pki::Certificate;
use motcua_pki::path::{Anchor, Conformance, Profile, Purpose, RevocationMaterial, validate};

/// The elements that lie end to end in `data`, by their DER lengths.
fn elements(mut data: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while let [_, first, rest @ ..] = data {
        let count = usize::from(first & 0x7f);
        let (header, length) = if first & 0x80 == 0 {
            (2, count)
        } else {
            let digits = rest.iter().take(count.min(3));
            (2 + count, digits.fold(0, |sum, digit| sum << 8 | usize::from(*digit)))
        };
        let end = (header + length).min(data.len());
        found.push(&data[..end]);
        data = &data[end..];
    }
    found
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let parts = elements(data);
    let certificates: Vec<Certificate> =
        parts.iter().filter_map(|part| Certificate::from_der(part).ok()).collect();
    let [target, between @ ..] = certificates.as_slice() else { return };
    let anchor = certificates.last().unwrap_or(target).clone();
    let anchors = [Anchor::new(anchor, &[Purpose::Public])];
    let mut profile = Profile::document_signing(Purpose::Public);
    profile.conformance = Conformance::Required;
    let rest: Vec<Vec<u8>> = parts.iter().map(|part| part.to_vec()).collect();
    let material = RevocationMaterial { crls: rest.clone(), ocsp_responses: rest };
    let at = target.not_before();
    let report = validate(target, between, &anchors, at, &profile, &material);
    assert!(report.work.signatures <= profile.budget.signatures + 2);
    // Only the anchor itself stands here: nobody signs for the fuzzer.
    let _ = report.is_valid();
});
