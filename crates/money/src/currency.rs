//! Currencies by their ISO 4217 code, with the number of digits of their smallest unit. Not exchange rates.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Error;

/// A currency of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
}

/// Codes by digits after the point (ISO 4217, list one, funds and metals left out). Two digits is the rule.
const ZERO_DIGITS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const THREE_DIGITS: &str = "BHD IQD JOD KWD LYD OMR TND";
const TWO_DIGITS: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF \
    CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR \
    ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR \
    MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP \
    STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW";

impl Currency {
    /// Vietnamese đồng; no smaller unit in use.
    pub const VND: Self = Self { code: *b"VND" };
    /// United States dollar.
    pub const USD: Self = Self { code: *b"USD" };
    /// Euro.
    pub const EUR: Self = Self { code: *b"EUR" };

    /// The three-letter code.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("???")
    }

    /// Digits after the point of the smallest unit (VND 0, USD 2).
    #[must_use]
    pub fn digits(&self) -> u32 {
        let listed = |list: &str| list.split(' ').any(|code| code == self.code());
        if listed(ZERO_DIGITS) {
            0
        } else if listed(THREE_DIGITS) {
            3
        } else {
            2
        }
    }
}

impl FromStr for Currency {
    type Err = Error;

    fn from_str(raw: &str) -> Result<Self, Error> {
        let unknown = || Error::UnknownCurrency { raw: raw.to_owned() };
        let code: [u8; 3] = raw.as_bytes().try_into().map_err(|_| unknown())?;
        [ZERO_DIGITS, TWO_DIGITS, THREE_DIGITS]
            .iter()
            .any(|list| list.split_ascii_whitespace().any(|known| known == raw))
            .then_some(Self { code })
            .ok_or_else(unknown)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        raw.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_iso_4217() {
        for (code, digits) in [("VND", 0), ("JPY", 0), ("USD", 2), ("EUR", 2), ("KWD", 3)] {
            assert_eq!(code.parse::<Currency>().unwrap().digits(), digits, "{code}");
        }
        for bad in ["", "vnd", "VN", "VNDX", "XXX", "ĐĐ", "   "] {
            assert!(bad.parse::<Currency>().is_err(), "{bad}");
        }
    }
}
