//! Files that cannot be read as a whole although what was signed can: bytes were put before it or after it. The signed part is
//! judged for the report; the verdict is never better than `not_valid`.

use motcua_pdf::{Bytes, Document, Error, Limits};
use motcua_pki::{Indication, SubIndication};

use super::hashes::Hasher;
use super::{Check, LaterChanges, Policy, Reason, Report, RowName, Verdict, fields};

/// End marks tried, from the back: whoever appends more broken updates than that gets the plain refusal.
const MOST_ENDS: usize = 12;
/// Junk before the header that lenient readers skip (Adobe's implementation note 13: 1,024 bytes).
const MOST_BEFORE: usize = 1_024;

/// Where the header stands, if it does within the bytes that lenient readers skip.
pub(super) fn header(bytes: Bytes<'_>) -> Result<Option<usize>, Error> {
    const HEADER: &[u8] = b"%PDF-";
    let first = bytes.window(0..MOST_BEFORE + HEADER.len() - 1)?;
    Ok(first.windows(HEADER.len()).position(|w| w == HEADER))
}

/// Judges what can be read of a file that `error` keeps from being read whole.
pub(super) fn judge(
    bytes: Bytes<'_>,
    error: &Error,
    policy: &Policy,
    report: &mut Report,
) -> Verdict {
    // Whatever was found before the file turned out to be unreadable says nothing.
    *report = Report::new(bytes.length(), policy);
    let hopeless = matches!(
        error,
        Error::Encrypted { .. } | Error::Empty | Error::Budget { .. } | Error::Read { .. }
    );
    if !hopeless
        && let Ok(Some((part, reason))) = signed_part(bytes, error)
        && let Ok(document) = Document::open(part, &Limits::STANDARD)
    {
        if super::read(&document, policy, &mut Hasher::new(part), report).is_ok() {
            report.add(reason);
            report.set(RowName::Unchanged, Check::Failed);
            for signature in &mut report.signatures {
                signature.later_changes = Some(LaterChanges::Forbidden);
                signature.indication = Indication::Failed;
                signature.sub_indication = Some(SubIndication::FormatFailure);
            }
            return Verdict::NotValid;
        }
        *report = Report::new(bytes.length(), policy);
    }
    report.unreadable(error)
}

/// The longest part of the file that is a PDF with signatures, and what is to be said of the rest.
fn signed_part<'a>(bytes: Bytes<'a>, error: &Error) -> Result<Option<(Bytes<'a>, Reason)>, Error> {
    let signed = |part: &Bytes<'_>| {
        Document::open(*part, &Limits::STANDARD)
            .and_then(|d| fields::find(&d))
            .is_ok_and(|found| !found.is_empty())
    };
    if let Error::NoHeader { .. } = error {
        let Some(at) = header(bytes)? else { return Ok(None) };
        let part = bytes.part(at..bytes.length()).filter(signed);
        let range = [("from", "0".to_owned()), ("to", at.to_string())];
        return Ok(part.map(|part| (part, Reason::new("copies.unaccounted_bytes", &range))));
    }
    let mut before = bytes.length().saturating_sub(1);
    for _ in 0..MOST_ENDS {
        let Some(at) = bytes.rfind(b"%%EOF", before)? else { return Ok(None) };
        before = at;
        let line_end = match *bytes.window(at + 5..at + 7)? {
            [b'\r', b'\n'] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => 0,
        };
        let end = at + 5 + line_end;
        let Some(part) = bytes.part(0..end).filter(|p| p.length() < bytes.length() && signed(p))
        else {
            continue;
        };
        let said = [
            ("from", end.to_string()),
            ("problem", error.to_string()),
            ("code", error.code().to_owned()),
        ];
        return Ok(Some((part, Reason::new("copies.unreadable_update", &said))));
    }
    Ok(None)
}
