//! Files that cannot be read as a whole although what was signed can: bytes were put before it or after it. The signed part is
//! judged for the report; the verdict is never better than `not_valid`.

use motcua_pdf::{Document, Error, Limits};
use motcua_pki::{Indication, SubIndication};

use super::hashes::Hasher;
use super::{Check, LaterChanges, Policy, Reason, Report, RowName, Verdict, fields};

/// End marks tried, from the back: whoever appends more broken updates than that gets the plain refusal.
const MOST_ENDS: usize = 12;
/// Junk before the header that lenient readers skip (Adobe's implementation note 13: 1,024 bytes).
const MOST_BEFORE: usize = 1_024;

/// Judges what can be read of a file that `error` keeps from being read whole.
pub(super) fn judge(bytes: &[u8], error: &Error, policy: &Policy, report: &mut Report) -> Verdict {
    // Whatever was found before the file turned out to be unreadable says nothing.
    *report = Report::new(bytes, policy);
    let hopeless = matches!(error, Error::Encrypted { .. } | Error::Empty | Error::Budget { .. });
    if let Some((part, reason)) = signed_part(bytes, error).filter(|_| !hopeless)
        && let Ok(document) = Document::parse(part, &Limits::STANDARD)
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
        *report = Report::new(bytes, policy);
    }
    report.unreadable(error)
}

/// The longest part of the file that is a PDF with signatures, and what is to be said of the rest.
fn signed_part<'a>(bytes: &'a [u8], error: &Error) -> Option<(&'a [u8], Reason)> {
    let signed = |part: &[u8]| {
        Document::parse(part, &Limits::STANDARD)
            .and_then(|d| fields::find(&d))
            .is_ok_and(|found| !found.is_empty())
    };
    if let Error::NoHeader { .. } = error {
        let at = bytes.windows(5).take(MOST_BEFORE).position(|w| w == b"%PDF-")?;
        let part = bytes.get(at..).filter(|p| signed(p))?;
        let range = [("from", "0".to_owned()), ("to", at.to_string())];
        return Some((part, Reason::new("copies.unaccounted_bytes", &range)));
    }
    let mut ends = 0;
    for at in (0..bytes.len().saturating_sub(5)).rev() {
        if bytes.get(at..at + 5) != Some(b"%%EOF") {
            continue;
        }
        ends += 1;
        if ends > MOST_ENDS {
            return None;
        }
        let line_end = match bytes.get(at + 5..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([b'\r' | b'\n', ..]) => 1,
            Some(_) | None => 0,
        };
        let end = at + 5 + line_end;
        let Some(part) = bytes.get(..end).filter(|p| p.len() < bytes.len() && signed(p)) else {
            continue;
        };
        let said = [
            ("from", end.to_string()),
            ("problem", error.to_string()),
            ("code", error.code().to_owned()),
        ];
        return Some((part, Reason::new("copies.unreadable_update", &said)));
    }
    None
}
