//! Bytes as lower-case hexadecimal text: strings in files, hashes in reports.

use data_encoding::HEXLOWER;

/// Lower-case hexadecimal, two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}
