//! The report as ETSI TS 119 102-2 XML (version 1.2.1): one report a signature, with the certificates as validation objects.

use std::fmt::Write as _;

use motcua_pki::{Indication, SubIndication};

use super::{Report, SignatureReport};

const NAMESPACE: &str = "http://uri.etsi.org/19102/v1.2.1#";

/// Text as XML 1.0; characters that XML does not have are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t'
            | '\n'
            | '\r'
            | '\u{20}'..='\u{d7ff}'
            | '\u{e000}'..='\u{fffd}'
            | '\u{10000}'.. => {
                out.push(c);
            }
            _ => {}
        }
    }
    out
}

/// TS 119 102-2 §4.2.5.3: the URNs are the names in lower case for the indications, as they are for the sub-indications.
fn main_indication(indication: Indication) -> &'static str {
    match indication {
        Indication::Passed => "urn:etsi:019102:mainindication:total-passed",
        Indication::Indeterminate => "urn:etsi:019102:mainindication:indeterminate",
        Indication::Failed => "urn:etsi:019102:mainindication:total-failed",
    }
}

fn sub_indication(sub: SubIndication) -> String {
    let name = serde_json::to_value(sub).ok().and_then(|v| v.as_str().map(str::to_owned));
    format!("urn:etsi:019102:subindication:{}", name.unwrap_or_default())
}

pub(super) fn xml(report: &Report) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ValidationReport xmlns=\"{NAMESPACE}\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\n"
    );
    let mut objects = String::new();
    if report.signatures.is_empty() {
        // The schema wants a report in any case; without a signature there is nothing to pass or fail.
        let _ = writeln!(
            out,
            "<SignatureValidationReport>\n<SignatureValidationStatus><MainIndication>{}</MainIndication></SignatureValidationStatus>\n</SignatureValidationReport>",
            main_indication(Indication::Indeterminate)
        );
    }
    for (i, signature) in report.signatures.iter().enumerate() {
        one(report, signature, i, &mut out);
        if let Some(der) = &signature.certificate {
            let _ = writeln!(
                objects,
                "<ValidationObject id=\"C{i}\"><ObjectType>urn:etsi:019102:validationObject:certificate</ObjectType><ValidationObjectRepresentation><base64>{}</base64></ValidationObjectRepresentation></ValidationObject>",
                base_64(der)
            );
        }
    }
    if !objects.is_empty() {
        let _ =
            writeln!(out, "<SignatureValidationObjects>\n{objects}</SignatureValidationObjects>");
    }
    out.push_str("</ValidationReport>\n");
    out
}

fn one(report: &Report, s: &SignatureReport, i: usize, out: &mut String) {
    let _ = writeln!(
        out,
        "<SignatureValidationReport>\n<SignatureIdentifier id=\"S{i}\"><HashOnly>false</HashOnly><DocHashOnly>false</DocHashOnly><DAIdentifier>{}</DAIdentifier></SignatureIdentifier>",
        escape(&s.field)
    );
    let best = s.trusted_time.as_ref().unwrap_or(&report.checked_at);
    let _ = writeln!(
        out,
        "<ValidationTimeInfo><ValidationTime>{}</ValidationTime><BestSignatureTime><POETime>{}</POETime><TypeOfProof>urn:etsi:019102:poetype:validation</TypeOfProof></BestSignatureTime></ValidationTimeInfo>",
        escape(&report.checked_at),
        escape(best)
    );
    if let (Some(subject), Some(_)) = (&s.subject, &s.certificate) {
        let _ = writeln!(
            out,
            "<SignerInformation><SignerCertificate VOReference=\"C{i}\"/><Signer>{}</Signer></SignerInformation>",
            escape(subject)
        );
    }
    let _ = write!(
        out,
        "<SignatureValidationStatus><MainIndication>{}</MainIndication>",
        main_indication(s.indication)
    );
    if let Some(sub) = s.sub_indication {
        let _ = write!(out, "<SubIndication>{}</SubIndication>", sub_indication(sub));
    }
    out.push_str("</SignatureValidationStatus>\n</SignatureValidationReport>\n");
}

/// RFC 4648 §4.
fn base_64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let group = at(0) << 16 | at(1) << 8 | at(2);
        for (i, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = DIGITS.get((group >> shift & 63) as usize).copied().unwrap_or(b'=');
            out.push(if i <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::base_64;

    #[test]
    fn base_64_as_in_rfc_4648() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base_64(plain.as_bytes()), coded);
        }
    }
}
