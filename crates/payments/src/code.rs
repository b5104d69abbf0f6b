//! Gateways' response codes as data: value, class, meaning in two languages. The tables stand in `data/codes`, one file a gateway, each
//! with its source.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// What a code means for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Money has been received.
    Paid,
    /// Not decided yet: query later.
    Pending,
    /// Something unusual (fraud check, reversal, authorised only): query, and a person looks at it.
    Hold,
    /// No money will come of this attempt.
    Failed,
    /// A refund is under way.
    RefundPending,
    /// A refund is done.
    Refunded,
    /// A refund was rejected.
    RefundFailed,
    /// A value that the tables do not have: treated like [`Class::Hold`], never as success or failure.
    Unknown,
}

/// One row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The value on the wire.
    pub value: &'static str,
    /// What it means for an order.
    pub class: Class,
    /// Meaning in English.
    pub en: &'static str,
    /// Meaning in Vietnamese.
    pub vi: &'static str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: &'static str,
    #[serde(borrow)]
    tables: BTreeMap<&'static str, Vec<Code>>,
}

/// The code tables of one gateway, read from its data file when first used.
#[derive(Debug)]
pub struct Tables {
    source: &'static str,
    tables: BTreeMap<&'static str, Vec<Code>>,
}

impl Tables {
    /// Reads a data file. One that cannot be read (a test holds that none is) leaves every code unknown, which decides nothing.
    pub(crate) fn read(text: &'static str) -> Tables {
        match serde_json::from_str::<File>(text) {
            Ok(File { source, tables }) => Tables { source, tables },
            Err(_) => Tables { source: "", tables: BTreeMap::new() },
        }
    }

    /// Where the values come from.
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// The names of the tables, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.tables.keys().copied()
    }

    /// The rows of a table; none where there is no such table.
    pub fn rows(&self, table: &str) -> &[Code] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// The row of a value.
    pub fn find(&self, table: &str, value: &str) -> Option<&Code> {
        self.rows(table).iter().find(|c| c.value == value)
    }

    /// What a value means; unknown ones keep their raw text.
    pub fn outcome(&self, table: &str, value: &str) -> Outcome {
        match self.find(table, value) {
            Some(code) => {
                Outcome { class: code.class, code: code.value.into(), en: code.en, vi: code.vi }
            }
            None => {
                Outcome { class: Class::Unknown, code: value.to_owned().into(), en: "", vi: "" }
            }
        }
    }
}

macro_rules! tables {
    ($($name:ident $gateway:literal $text:literal;)*) => {
        $(#[doc = $text] pub static $name: LazyLock<Tables> =
            LazyLock::new(|| Tables::read(include_str!(concat!("../data/codes/", $gateway, ".json"))));)*

        /// The tables of a gateway by its name.
        pub fn tables(gateway: &str) -> Option<&'static Tables> {
            match gateway {
                $($gateway => Some(&$name),)*
                _ => None,
            }
        }

        /// The gateways that have tables.
        pub const GATEWAYS: &[&str] = &[$($gateway),*];
    };
}

tables! {
    VNPAY "vnpay" "VNPAY: `response`, `status`, `query`, `refund`.";
    MOMO "momo" "MoMo: `result`, `refund`.";
    ZALOPAY "zalopay" "ZaloPay: `create`, `query`, `refund`.";
    PAYOS "payos" "payOS: `webhook`, `call`, `link`, `payout`.";
    ONEPAY "onepay" "OnePay: `response`, `exists`, `refund`.";
    VIETTELPAY "viettelpay" "ViettelPay: `status`, `error`, `refund`.";
    PAYPLATFORM "payplatform" "Payment platform: `init`, `confirm`, `query`.";
    KEYPAY "keypay" "KeyPay: `create`, `status`, `refund`.";
}

/// A code as received, with what the tables say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// What it means for an order.
    pub class: Class,
    /// The raw value or values (`00/00` where two decide together).
    pub code: Cow<'static, str>,
    /// Meaning in English; empty for an unknown code.
    pub en: &'static str,
    /// Meaning in Vietnamese; empty for an unknown code.
    pub vi: &'static str,
}

impl Outcome {
    /// The same meaning under another class.
    pub(crate) fn held(self, class: Class) -> Outcome {
        Outcome { class, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_data_file_reads_and_no_value_stands_twice() {
        let mut rows = 0;
        for gateway in GATEWAYS {
            let tables = tables(gateway).unwrap();
            assert!(!tables.source().is_empty(), "{gateway}");
            for name in tables.names() {
                let table = tables.rows(name);
                assert!(!table.is_empty(), "{gateway} {name}");
                for (i, row) in table.iter().enumerate() {
                    let twice = table.iter().skip(i + 1).any(|r| r.value == row.value);
                    assert!(!twice && !row.en.is_empty() && !row.vi.is_empty(), "{row:?}");
                    assert_ne!(row.class, Class::Unknown, "{row:?}");
                }
                rows += table.len();
            }
        }
        assert!(rows > 140, "{rows}");
        assert_eq!(VNPAY.outcome("status", "88").class, Class::Unknown);
        assert!(tables("paygov").is_none());
    }
}
