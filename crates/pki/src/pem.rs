//! PEM blocks (RFC 7468): text in, DER out. What the DER means is not known here.

use crate::Error;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// DER of every block labelled `label`, in order.
pub(crate) fn blocks(text: &str, label: &'static str) -> Result<Vec<Zeroizing<Vec<u8>>>, Error> {
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----");
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(&begin) {
        let after = rest.get(start + begin.len()..).unwrap_or_default();
        let stop =
            after.find(&end).ok_or(Error::Pem { label, reason: "its END line is missing" })?;
        // Room from the start: a text that grows would leave parts of a key behind.
        let mut body = Zeroizing::new(String::with_capacity(stop));
        let inside = after.get(..stop).unwrap_or_default();
        body.extend(inside.chars().filter(|c| !c.is_ascii_whitespace()));
        let der = STANDARD
            .decode(body.as_bytes())
            .map_err(|_| Error::Pem { label, reason: "its text is not base64" })?;
        found.push(Zeroizing::new(der));
        rest = after.get(stop + end.len()..).unwrap_or_default();
    }
    if found.is_empty() {
        return Err(Error::Pem { label, reason: "there is none in the text" });
    }
    Ok(found)
}

/// One block, lines of 64 characters.
pub(crate) fn encode(der: &[u8], label: &str) -> String {
    let text = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for (i, c) in text.chars().enumerate() {
        if i > 0 && i % 64 == 0 {
            out.push('\n');
        }
        out.push(c);
    }
    out.push_str(&format!("\n-----END {label}-----\n"));
    out
}
