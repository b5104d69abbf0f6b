//! DER on raw bytes: the strict reader, the minimal writer and the two times.
//! What the bytes mean is said in the modules of each format, not here.

mod canonical;
mod read;
mod when;
mod write;

pub(crate) use canonical::canonical;
pub(crate) use read::{Element, Fault, Reader, bits, boolean, integer_u64, string, well_formed};
#[cfg(feature = "authority")]
pub(crate) use when::write_generalized_time;
pub(crate) use when::{generalized_time, read_time, time_field, write_time};
#[cfg(feature = "authority")]
pub(crate) use write::{bit_string, context};
pub(crate) use write::{
    explicit, integer, null, octet_string, oid, sequence, set_of, small_integer, tlv,
};

/// ASN.1 tags as they stand in the identifier byte.
pub(crate) mod tag {
    pub const BOOLEAN: u8 = 0x01;
    pub const INTEGER: u8 = 0x02;
    pub const BIT_STRING: u8 = 0x03;
    pub const OCTET_STRING: u8 = 0x04;
    pub const NULL: u8 = 0x05;
    pub const OID: u8 = 0x06;
    pub const ENUMERATED: u8 = 0x0a;
    pub const UTF8: u8 = 0x0c;
    pub const PRINTABLE: u8 = 0x13;
    pub const TELETEX: u8 = 0x14;
    pub const IA5: u8 = 0x16;
    pub const UTC_TIME: u8 = 0x17;
    pub const GENERALIZED_TIME: u8 = 0x18;
    pub const VISIBLE: u8 = 0x1a;
    pub const UNIVERSAL: u8 = 0x1c;
    pub const BMP: u8 = 0x1e;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;
}
