//! The signature dictionary with room for `/ByteRange` and `/Contents`, and the bytes that a signature covers.

use super::WriteError;
use crate::hex;

/// Characters kept for the four numbers of `/ByteRange`: each up to 10 digits, beyond 4 GiB.
const RANGE_WIDTH: usize = 48;

/// A signature dictionary with open places.
#[derive(Debug, Clone)]
pub struct SignatureDict {
    /// The object's bytes.
    pub body: Vec<u8>,
    /// Where the array of `/ByteRange` starts in `body`, from its bracket.
    pub range_at: usize,
    /// Where `<` of `/Contents` stands in `body`.
    pub contents_at: usize,
    /// Bytes that `/Contents` can hold.
    pub capacity: usize,
}

impl SignatureDict {
    /// `entries` are the further entries, such as `/M` and `/Reference`.
    pub fn new(entries: &str, capacity: usize) -> Self {
        Self::of(
            "/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached",
            entries,
            capacity,
        )
    }

    /// A document timestamp (ISO 32000-2 §12.8.5).
    pub fn timestamp(capacity: usize) -> Self {
        Self::of(
            "/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161",
            "",
            capacity,
        )
    }

    fn of(kind: &str, entries: &str, capacity: usize) -> Self {
        let mut body = format!("<< {kind} {entries} /ByteRange ").into_bytes();
        let range_at = body.len();
        body.extend_from_slice(&[b' '; RANGE_WIDTH]);
        body.extend_from_slice(b" /Contents ");
        let contents_at = body.len();
        body.push(b'<');
        body.extend_from_slice(&vec![b'0'; capacity * 2]);
        body.extend_from_slice(b"> >>");
        Self { body, range_at, contents_at, capacity }
    }
}

/// Where the open places of one signature stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Offset of `/ByteRange`'s array.
    pub range_at: usize,
    /// Offset of `<` of `/Contents`.
    pub contents_at: usize,
    /// Bytes that `/Contents` can hold.
    pub capacity: usize,
}

impl Placed {
    /// The places of `dict` whose body starts at `body_at`.
    pub fn new(dict: &SignatureDict, body_at: usize) -> Self {
        Self {
            range_at: body_at + dict.range_at,
            contents_at: body_at + dict.contents_at,
            capacity: dict.capacity,
        }
    }

    /// The offset after `>` of `/Contents`.
    pub fn contents_end(&self) -> usize {
        self.contents_at + self.capacity * 2 + 2
    }

    /// Writes the four numbers for a file that is complete but for `/Contents`.
    pub fn close(&self, file: &mut [u8]) {
        let end = self.contents_end();
        let text = format!("[0 {} {} {}]", self.contents_at, end, file.len() - end);
        if let Some(space) = file.get_mut(self.range_at..self.range_at + text.len()) {
            space.copy_from_slice(text.as_bytes());
        }
    }

    /// Puts the signature into the file.
    ///
    /// # Errors
    /// [`WriteError::SignatureTooLarge`] with the exact need.
    pub fn fill(&self, file: &mut [u8], cms: &[u8]) -> Result<(), WriteError> {
        if cms.len() > self.capacity {
            return Err(WriteError::SignatureTooLarge { need: cms.len(), have: self.capacity });
        }
        let text = hex(cms);
        let start = self.contents_at + 1;
        if let Some(space) = file.get_mut(start..start + text.len()) {
            space.copy_from_slice(text.as_bytes());
        }
        Ok(())
    }
}
