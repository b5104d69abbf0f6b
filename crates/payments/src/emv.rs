//! EMVCo merchant-presented QR text: objects (ID, length, value), check sum, strict writer, tolerant reader with findings.
//! What the objects mean in Viet Nam lives in `vietqr.rs`; drawing symbols lives in `qr.rs`.

mod crc;
mod reader;

pub use crc::crc16;
pub use reader::{Crc, Finding, Object, Payload, read};

use crate::error::Error;

/// Longest text read: a QR symbol of version 40 holds 2,953 bytes at the lowest error level, and no EMVCo text is longer.
pub const MAX_TEXT: usize = 2_953;

/// Longest text written, in characters (EMVCo MPM §3.3: what a reader must be able to hold).
pub const MAX_WRITTEN: usize = 512;

/// Writes objects in ascending order, each with its two-digit length in characters, refusing what a reader would have to guess:
/// identifiers that are not two digits, out of order or twice on a level, empty values, values above 99 characters, and a check sum
/// by hand.
#[derive(Debug, Default)]
pub struct Writer {
    text: String,
    last: Option<&'static str>,
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
        if id == "63" || self.last.is_some_and(|last| last >= id) {
            return Err(Error::FieldPattern {
                field: "object identifier",
                got: id.to_owned(),
                expected: "above the one before it, and not 63, which closes the text",
            });
        }
        self.last = Some(id);
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

    /// The objects as text, closed with object 63. A text begins with object 00 and has at most [`MAX_WRITTEN`] characters.
    pub fn close(mut self) -> Result<String, Error> {
        if !self.text.starts_with("00") {
            return Err(Error::FieldMissing { field: "object 00" });
        }
        // EMVCo MPM §4.7.3: the sum covers all data objects and the identifier and length of object 63.
        self.text.push_str("6304");
        let sum = crc16(self.text.as_bytes());
        self.text.push_str(&format!("{sum:04X}"));
        let got = self.text.chars().count();
        if got > MAX_WRITTEN {
            return Err(Error::FieldLength { field: "QR text", got, min: 1, max: MAX_WRITTEN });
        }
        Ok(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::Writer;

    #[test]
    fn the_writer_is_strict() {
        let mut writer = Writer::new();
        writer.put("00", "01").unwrap().put("53", "704").unwrap();
        for id in ["00", "38", "53", "63", "5", "a1"] {
            assert!(writer.put(id, "x").is_err(), "{id}");
        }
        assert!(writer.put("59", "").is_err() && writer.put("59", &"x".repeat(100)).is_err());
        assert_eq!(writer.close().unwrap(), "000201530370463048110");
        let mut headless = Writer::new();
        headless.put("53", "704").unwrap();
        assert!(headless.close().is_err());
        let mut long = Writer::new();
        long.put("00", "01").unwrap();
        for id in ["26", "27", "28", "29", "30", "31"] {
            long.put(id, &"x".repeat(99)).unwrap();
        }
        assert!(long.close().is_err());
    }
}
