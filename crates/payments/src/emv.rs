//! EMVCo merchant-presented QR text: objects (ID, length, value), check sum, strict writer, tolerant reader with findings.
//! What the objects mean in Viet Nam lives in `vietqr.rs`; drawing symbols lives in `qr.rs`.

mod crc;
mod reader;

pub use crc::crc16;
pub use reader::{Crc, Finding, Object, Payload, read};

use crate::error::Error;

/// Longest text read: a QR symbol of version 40 holds 2,953 bytes at the lowest error level, and no EMVCo text is longer.
pub const MAX_TEXT: usize = 2_953;

/// Writes objects in the order given, each with its two-digit length in characters, refusing what a reader would have to
/// guess: identifiers that are not two digits, empty values, values above 99 characters.
#[derive(Debug, Default)]
pub struct Writer {
    text: String,
}

impl Writer {
    /// An empty list of objects.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// Appends one object.
    pub fn put(&mut self, id: &'static str, value: &str) -> Result<&mut Writer, Error> {
        let length = value.chars().count();
        if length == 0 || length > 99 {
            return Err(Error::FieldLength { field: id, got: length, min: 1, max: 99 });
        }
        if id.len() != 2 || !id.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Error::FieldPattern {
                field: "object identifier",
                got: id.to_owned(),
                expected: "two digits",
            });
        }
        self.text.push_str(&format!("{id}{length:02}{value}"));
        Ok(self)
    }

    /// Appends one object where there is a value.
    pub fn put_some(
        &mut self,
        id: &'static str,
        value: Option<&str>,
    ) -> Result<&mut Writer, Error> {
        match value {
            Some(value) => self.put(id, value),
            None => Ok(self),
        }
    }

    /// The objects as text, without a check sum (the value of a template).
    pub fn template(self) -> String {
        self.text
    }

    /// The objects as text, closed with object 63.
    pub fn close(mut self) -> String {
        // EMVCo MPM §4.7.3: the sum covers all data objects and the identifier and length of object 63.
        self.text.push_str("6304");
        let sum = crc16(self.text.as_bytes());
        self.text.push_str(&format!("{sum:04X}"));
        self.text
    }
}
