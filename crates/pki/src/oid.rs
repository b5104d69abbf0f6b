//! Object identifiers: the ones this crate knows by name, and any other as data.

use std::fmt;

/// An object identifier as it stands in a file: content bytes, shown dotted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(Box<[u8]>);

impl Oid {
    pub(crate) fn new(content: &[u8]) -> Self {
        Oid(content.into())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads the dotted form.
    ///
    /// # Errors
    /// [`crate::Error::BadOid`] when the text is not an object identifier.
    pub fn parse(text: &str) -> Result<Self, crate::Error> {
        let bad = || crate::Error::BadOid { text: text.to_owned() };
        let mut arcs = Vec::new();
        for part in text.split('.') {
            if part.is_empty() || (part.len() > 1 && part.starts_with('0')) || part.starts_with('+')
            {
                return Err(bad());
            }
            arcs.push(part.parse::<u64>().map_err(|_| bad())?);
        }
        let [first, second, rest @ ..] = arcs.as_slice() else { return Err(bad()) };
        if *first > 2 || (*first < 2 && *second > 39) {
            return Err(bad());
        }
        let mut content = Vec::new();
        push_arc(&mut content, (first * 40).checked_add(*second).ok_or_else(bad)?);
        rest.iter().for_each(|arc| push_arc(&mut content, *arc));
        Ok(Oid(content.into()))
    }
}

fn push_arc(content: &mut Vec<u8>, arc: u64) {
    let start = content.len();
    let mut value = arc;
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        content.push(if content.len() == start { low } else { low | 0x80 });
        value >>= 7;
        if value == 0 {
            break;
        }
    }
    if let Some(digits) = content.get_mut(start..) {
        digits.reverse();
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        let mut value = 0_u128;
        for byte in self.0.iter() {
            value = (value << 7) | u128::from(byte & 0x7f);
            if byte & 0x80 != 0 {
                if value >> 100 != 0 {
                    return f.write_str(".…");
                }
                continue;
            }
            if first {
                let root = (value / 40).min(2);
                write!(f, "{root}.{}", value - root * 40)?;
                first = false;
            } else {
                write!(f, ".{value}")?;
            }
            value = 0;
        }
        Ok(())
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Oid {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Oid {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Oid::parse(&text).map_err(serde::de::Error::custom)
    }
}

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = $bytes:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: &[u8] = &$bytes;)*
    };
}

oids! {
    /// 1.2.840.113549.1.1.1
    RSA_ENCRYPTION = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
    /// 1.2.840.113549.1.1.5
    SHA1_WITH_RSA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5];
    /// 1.3.14.3.2.29, the ISO/OIW twin of sha1WithRSAEncryption
    SHA1_WITH_RSA_OIW = [0x2b, 0x0e, 3, 2, 29];
    /// 1.2.840.113549.1.1.8
    MGF1 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];
    /// 1.2.840.113549.1.1.10
    RSASSA_PSS = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
    /// 1.2.840.113549.1.1.11
    SHA256_WITH_RSA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
    /// 1.2.840.113549.1.1.12
    SHA384_WITH_RSA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12];
    /// 1.2.840.113549.1.1.13
    SHA512_WITH_RSA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13];
    /// 1.2.840.10045.2.1
    EC_PUBLIC_KEY = [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
    /// 1.2.840.10045.3.1.7
    CURVE_P256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    /// 1.3.132.0.34
    CURVE_P384 = [0x2b, 0x81, 0x04, 0, 34];
    /// 1.2.840.10045.4.3.2
    ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    /// 1.2.840.10045.4.3.3
    ECDSA_SHA384 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
    /// 1.2.840.10045.4.3.4
    ECDSA_SHA512 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];
    /// 1.3.101.112
    ED25519 = [0x2b, 0x65, 0x70];
    /// 1.3.14.3.2.26
    SHA1 = [0x2b, 0x0e, 3, 2, 26];
    /// 2.16.840.1.101.3.4.2.1
    SHA256 = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
    /// 2.16.840.1.101.3.4.2.2
    SHA384 = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
    /// 2.16.840.1.101.3.4.2.3
    SHA512 = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];

    /// 1.2.840.113549.1.7.1
    DATA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
    /// 1.2.840.113549.1.7.2
    SIGNED_DATA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
    /// 1.2.840.113549.1.9.3
    CONTENT_TYPE = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
    /// 1.2.840.113549.1.9.4
    MESSAGE_DIGEST = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
    /// 1.2.840.113549.1.9.5
    SIGNING_TIME = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5];
    /// 1.2.840.113549.1.9.6
    COUNTER_SIGNATURE = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 6];
    /// 1.2.840.113549.1.9.52
    CMS_ALGORITHM_PROTECTION = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 52];
    /// 1.2.840.113549.1.9.16.2.12
    SIGNING_CERTIFICATE = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 12];
    /// 1.2.840.113549.1.9.16.2.47
    SIGNING_CERTIFICATE_V2 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];
    /// 1.2.840.113549.1.9.16.2.14
    SIGNATURE_TIMESTAMP = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14];
    /// 1.2.840.113549.1.9.16.2.21
    CERTIFICATE_REFERENCES = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 21];
    /// 1.2.840.113549.1.9.16.2.22
    REVOCATION_REFERENCES = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 22];
    /// 1.2.840.113549.1.9.16.2.23
    CERTIFICATE_VALUES = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 23];
    /// 1.2.840.113549.1.9.16.2.24
    REVOCATION_VALUES = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 24];
    /// 1.2.840.113549.1.9.16.2.48
    ARCHIVE_TIMESTAMP_V2 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 48];
    /// 0.4.0.1733.2.4
    ARCHIVE_TIMESTAMP_V3 = [0x04, 0, 0x8d, 0x45, 2, 4];
    /// 1.2.840.113549.1.9.16.2.20
    CONTENT_TIMESTAMP = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 20];
    /// 1.2.840.113549.1.9.16.1.4
    TST_INFO = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];

    /// 2.5.29.14
    SUBJECT_KEY_ID = [0x55, 0x1d, 14];
    /// 2.5.29.15
    KEY_USAGE = [0x55, 0x1d, 15];
    /// 2.5.29.17
    SUBJECT_ALT_NAME = [0x55, 0x1d, 17];
    /// 2.5.29.19
    BASIC_CONSTRAINTS = [0x55, 0x1d, 19];
    /// 2.5.29.20
    CRL_NUMBER = [0x55, 0x1d, 20];
    /// 2.5.29.21
    CRL_REASON = [0x55, 0x1d, 21];
    /// 2.5.29.24
    INVALIDITY_DATE = [0x55, 0x1d, 24];
    /// 2.5.29.27
    DELTA_CRL = [0x55, 0x1d, 27];
    /// 2.5.29.28
    ISSUING_DISTRIBUTION_POINT = [0x55, 0x1d, 28];
    /// 2.5.29.29
    CERTIFICATE_ISSUER = [0x55, 0x1d, 29];
    /// 2.5.29.30
    NAME_CONSTRAINTS = [0x55, 0x1d, 30];
    /// 2.5.29.31
    CRL_DISTRIBUTION_POINTS = [0x55, 0x1d, 31];
    /// 2.5.29.32
    CERTIFICATE_POLICIES = [0x55, 0x1d, 32];
    /// 2.5.29.32.0
    ANY_POLICY = [0x55, 0x1d, 32, 0];
    /// 2.5.29.33
    POLICY_MAPPINGS = [0x55, 0x1d, 33];
    /// 2.5.29.35
    AUTHORITY_KEY_ID = [0x55, 0x1d, 35];
    /// 2.5.29.36
    POLICY_CONSTRAINTS = [0x55, 0x1d, 36];
    /// 2.5.29.37
    EXTENDED_KEY_USAGE = [0x55, 0x1d, 37];
    /// 2.5.29.37.0
    ANY_EXTENDED_KEY_USAGE = [0x55, 0x1d, 37, 0];
    /// 2.5.29.46
    FRESHEST_CRL = [0x55, 0x1d, 46];
    /// 2.5.29.54
    INHIBIT_ANY_POLICY = [0x55, 0x1d, 54];
    /// 1.3.6.1.5.5.7.1.1
    AUTHORITY_INFO_ACCESS = [0x2b, 6, 1, 5, 5, 7, 1, 1];
    /// 1.3.6.1.5.5.7.2.1
    QT_CPS = [0x2b, 6, 1, 5, 5, 7, 2, 1];
    /// 1.3.6.1.5.5.7.2.2
    QT_USER_NOTICE = [0x2b, 6, 1, 5, 5, 7, 2, 2];
    /// 1.3.6.1.5.5.7.48.1
    AD_OCSP = [0x2b, 6, 1, 5, 5, 7, 48, 1];
    /// 1.3.6.1.5.5.7.48.2
    AD_CA_ISSUERS = [0x2b, 6, 1, 5, 5, 7, 48, 2];
    /// 1.3.6.1.5.5.7.48.1.1
    OCSP_BASIC = [0x2b, 6, 1, 5, 5, 7, 48, 1, 1];
    /// 1.3.6.1.5.5.7.48.1.2
    OCSP_NONCE = [0x2b, 6, 1, 5, 5, 7, 48, 1, 2];
    /// 1.3.6.1.5.5.7.48.1.5
    OCSP_NOCHECK = [0x2b, 6, 1, 5, 5, 7, 48, 1, 5];
    /// 1.3.6.1.5.5.7.3.8
    KP_TIME_STAMPING = [0x2b, 6, 1, 5, 5, 7, 3, 8];
    /// 1.3.6.1.5.5.7.3.9
    KP_OCSP_SIGNING = [0x2b, 6, 1, 5, 5, 7, 3, 9];
    /// 1.3.6.1.5.5.7.8.9
    SMTP_UTF8_MAILBOX = [0x2b, 6, 1, 5, 5, 7, 8, 9];

    /// 2.5.4.3
    AT_COMMON_NAME = [0x55, 4, 3];
    /// 2.5.4.5
    AT_SERIAL_NUMBER = [0x55, 4, 5];
    /// 2.5.4.6
    AT_COUNTRY = [0x55, 4, 6];
    /// 2.5.4.7
    AT_LOCALITY = [0x55, 4, 7];
    /// 2.5.4.8
    AT_STATE = [0x55, 4, 8];
    /// 2.5.4.10
    AT_ORGANIZATION = [0x55, 4, 10];
    /// 2.5.4.11
    AT_ORGANIZATIONAL_UNIT = [0x55, 4, 11];
    /// 2.5.4.12
    AT_TITLE = [0x55, 4, 12];
    /// 2.5.4.97
    AT_ORGANIZATION_IDENTIFIER = [0x55, 4, 97];
    /// 0.9.2342.19200300.100.1.1
    AT_USER_ID = [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1];
    /// 0.9.2342.19200300.100.1.25
    AT_DOMAIN_COMPONENT = [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25];
    /// 1.2.840.113549.1.9.1
    AT_EMAIL = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_and_back() {
        for text in ["1.2.840.113549.1.1.11", "2.5.29.15", "2.999.3", "0.9.2342.19200300.100.1.1"] {
            assert_eq!(Oid::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Oid::parse("1.2.840.113549.1.1.11").unwrap().as_bytes(), SHA256_WITH_RSA);
        assert_eq!(Oid::parse("0.9.2342.19200300.100.1.1").unwrap().as_bytes(), AT_USER_ID);
        for bad in ["", "1", "3.1", "1.40", "1..2", "1.02", "1.2.x", "1.+2"] {
            assert!(Oid::parse(bad).is_err(), "{bad}");
        }
    }
}
