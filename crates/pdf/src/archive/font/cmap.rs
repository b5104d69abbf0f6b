//! CMaps: how the strings of a composite font become codes and CIDs (ISO 32000-1 §9.7.5). Embedded ones are read, of the
//! predefined ones only Identity is known by content.

use crate::lexer::{Lexer, Token};

/// ISO 32000-1 table 118 with Identity.
const PREDEFINED: [&str; 62] = [
    "Identity-H",
    "Identity-V",
    "GB-EUC-H",
    "GB-EUC-V",
    "GBpc-EUC-H",
    "GBpc-EUC-V",
    "GBK-EUC-H",
    "GBK-EUC-V",
    "GBKp-EUC-H",
    "GBKp-EUC-V",
    "GBK2K-H",
    "GBK2K-V",
    "UniGB-UCS2-H",
    "UniGB-UCS2-V",
    "UniGB-UTF16-H",
    "UniGB-UTF16-V",
    "B5pc-H",
    "B5pc-V",
    "HKscs-B5-H",
    "HKscs-B5-V",
    "ETen-B5-H",
    "ETen-B5-V",
    "ETenms-B5-H",
    "ETenms-B5-V",
    "CNS-EUC-H",
    "CNS-EUC-V",
    "UniCNS-UCS2-H",
    "UniCNS-UCS2-V",
    "UniCNS-UTF16-H",
    "UniCNS-UTF16-V",
    "83pv-RKSJ-H",
    "90ms-RKSJ-H",
    "90ms-RKSJ-V",
    "90msp-RKSJ-H",
    "90msp-RKSJ-V",
    "90pv-RKSJ-H",
    "Add-RKSJ-H",
    "Add-RKSJ-V",
    "EUC-H",
    "EUC-V",
    "Ext-RKSJ-H",
    "Ext-RKSJ-V",
    "H",
    "V",
    "UniJIS-UCS2-H",
    "UniJIS-UCS2-V",
    "UniJIS-UCS2-HW-H",
    "UniJIS-UCS2-HW-V",
    "UniJIS-UTF16-H",
    "UniJIS-UTF16-V",
    "KSC-EUC-H",
    "KSC-EUC-V",
    "KSCms-UHC-H",
    "KSCms-UHC-V",
    "KSCms-UHC-HW-H",
    "KSCms-UHC-HW-V",
    "KSCpc-EUC-H",
    "UniKS-UCS2-H",
    "UniKS-UCS2-V",
    "UniKS-UTF16-H",
    "UniKS-UTF16-V",
    "KSCpc-EUC-V",
];
/// Ranges read of one CMap: producers write one for each run of characters.
const MOST_RANGES: usize = 100_000;

/// How strings become codes, and codes CIDs.
#[derive(Debug, Clone)]
pub(super) enum Encoding {
    /// Two bytes are the CID.
    Identity,
    /// An embedded CMap.
    Embedded(Box<CMap>),
    /// A predefined one other than Identity, or none that can be used.
    Unknown,
}

/// An embedded CMap.
#[derive(Debug, Clone, Default)]
pub(super) struct CMap {
    /// Length in bytes, first and last code of each code space range.
    spaces: Vec<(u8, u32, u32)>,
    /// Length, first and last code, CID of the first.
    ranges: Vec<(u8, u32, u32, u32)>,
    pub wmode: i64,
    pub registry: Option<Vec<u8>>,
    pub ordering: Option<Vec<u8>>,
    pub supplement: Option<i64>,
    /// Names of CMaps that `usecmap` takes in.
    pub used: Vec<String>,
    pub highest_cid: u32,
}

pub(super) fn is_predefined(name: &str) -> bool {
    PREDEFINED.contains(&name)
}

/// The character collection that a predefined CMap belongs to, by the family its name tells.
pub(super) fn ordering_of(name: &str) -> &'static str {
    if name.contains("GB") {
        "GB1"
    } else if ["B5", "HK", "CNS"].iter().any(|part| name.contains(part)) {
        "CNS1"
    } else if name.contains("KSC") || name.contains("UniKS") {
        "Korea1"
    } else {
        "Japan1"
    }
}

impl Encoding {
    /// Length and value of the first code of `text`, which is not empty.
    pub(super) fn next(&self, text: &[u8]) -> (u8, u32) {
        let value = |length: u8| {
            let bytes = text.get(..usize::from(length)).unwrap_or(text);
            bytes.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte))
        };
        match self {
            Self::Identity | Self::Unknown => (2, value(2)),
            Self::Embedded(cmap) => {
                for length in 1..=4u8 {
                    if text.len() < usize::from(length) {
                        break;
                    }
                    let code = value(length);
                    let fits = cmap.spaces.iter().any(|(bytes, first, last)| {
                        *bytes == length && within(code, *first, *last, length)
                    });
                    if fits {
                        return (length, code);
                    }
                }
                let shortest = cmap.spaces.iter().map(|(bytes, ..)| *bytes).min().unwrap_or(1);
                (shortest, value(shortest))
            }
        }
    }

    /// The CID of a code; `None` where that is not known.
    pub(super) fn cid(&self, length: u8, code: u32) -> Option<u32> {
        match self {
            Self::Identity => Some(code),
            Self::Embedded(cmap) => {
                let range = cmap.ranges.iter().rev().find(|(bytes, first, last, _)| {
                    *bytes == length && (*first..=*last).contains(&code)
                });
                match range {
                    Some((_, first, _, cid)) => Some(cid.saturating_add(code - first)),
                    // What is not mapped is CID 0, unless another CMap maps it.
                    None if cmap.used.is_empty() => Some(0),
                    None => None,
                }
            }
            Self::Unknown => None,
        }
    }
}

/// A code space is a box: each byte has its own bounds (ISO 32000-1 §9.7.6.2).
fn within(code: u32, first: u32, last: u32, length: u8) -> bool {
    (0..length).all(|i| {
        let byte = |v: u32| v >> (8 * u32::from(i)) & 0xFF;
        (byte(first)..=byte(last)).contains(&byte(code))
    })
}

impl CMap {
    /// Reads the operators that matter; anything else is passed over.
    pub(super) fn read(data: &[u8]) -> Option<Self> {
        let mut cmap = Self::default();
        let mut lexer = Lexer::new(data, 0);
        let mut recent: Vec<Token> = Vec::new();
        loop {
            let token = lexer.next().ok()?;
            let Token::Keyword(range) = &token else {
                if token == Token::End {
                    return Some(cmap);
                }
                recent.push(token);
                // A block holds at most 100 entries of three.
                if recent.len() > 1_000 {
                    recent.drain(..500);
                }
                continue;
            };
            match data.get(range.clone()).unwrap_or_default() {
                b"begincodespacerange" | b"begincidrange" | b"begincidchar" => recent.clear(),
                b"endcodespacerange" => {
                    for pair in recent.chunks_exact(2) {
                        if let [a, b] = pair
                            && let (Some((length, first)), Some((_, last))) = (code(a), code(b))
                        {
                            cmap.spaces.push((length, first, last));
                        }
                    }
                }
                b"endcidrange" => {
                    for three in recent.chunks_exact(3) {
                        if let [a, b, Token::Integer(cid)] = three {
                            cmap.range(code(a), code(b), *cid);
                        }
                    }
                }
                b"endcidchar" => {
                    for pair in recent.chunks_exact(2) {
                        if let [a, Token::Integer(cid)] = pair {
                            cmap.range(code(a), code(a), *cid);
                        }
                    }
                }
                b"usecmap" => {
                    if let Some(Token::Name(name)) = recent.last() {
                        cmap.used.push(name.to_string());
                    }
                }
                b"def" => {
                    if let [.., Token::Name(key), value] = &recent[..] {
                        match (key.0.as_slice(), value) {
                            (b"WMode", Token::Integer(v)) => cmap.wmode = *v,
                            (b"Supplement", Token::Integer(v)) => cmap.supplement = Some(*v),
                            (b"Registry", Token::String(v, ..)) => cmap.registry = Some(v.clone()),
                            (b"Ordering", Token::String(v, ..)) => cmap.ordering = Some(v.clone()),
                            _ => {}
                        }
                    }
                    cmap.system_info(&recent);
                    recent.clear();
                }
                _ => {}
            }
            if cmap.ranges.len() > MOST_RANGES || cmap.spaces.len() > MOST_RANGES {
                return None;
            }
        }
    }

    /// `/CIDSystemInfo << /Registry (…) /Ordering (…) /Supplement n >> def`
    fn system_info(&mut self, tokens: &[Token]) {
        for pair in tokens.windows(2) {
            match pair {
                [Token::Name(key), Token::String(v, ..)] if *key == "Registry" => {
                    self.registry = Some(v.clone());
                }
                [Token::Name(key), Token::String(v, ..)] if *key == "Ordering" => {
                    self.ordering = Some(v.clone());
                }
                [Token::Name(key), Token::Integer(v)] if *key == "Supplement" => {
                    self.supplement = Some(*v);
                }
                _ => {}
            }
        }
    }

    fn range(&mut self, first: Option<(u8, u32)>, last: Option<(u8, u32)>, cid: i64) {
        let (Some((length, first)), Some((_, last)), Ok(cid)) = (first, last, u32::try_from(cid))
        else {
            return;
        };
        if last >= first {
            self.highest_cid = self.highest_cid.max(cid.saturating_add(last - first));
            self.ranges.push((length, first, last, cid));
        }
    }
}

/// A code written as a string: its length and value.
fn code(token: &Token) -> Option<(u8, u32)> {
    let Token::String(bytes, ..) = token else { return None };
    let length = u8::try_from(bytes.len()).ok().filter(|l| (1..=4).contains(l))?;
    Some((length, bytes.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte))))
}
