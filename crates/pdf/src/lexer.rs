//! Tokens of PDF syntax over bytes (ISO 32000-2 §7.2). Strict: nothing is skipped but white space and comments.

use std::cell::Cell;
use std::ops::Range;

use crate::Error;
use crate::object::{Name, Real};

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    Integer(i64),
    Real(Real),
    Name(Name),
    String(Vec<u8>, bool, Range<usize>),
    ArrayOpen,
    ArrayClose,
    DictOpen,
    DictClose,
    Keyword(Range<usize>),
    End,
}

/// A position in some bytes, or in a window of them.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'a> {
    bytes: &'a [u8],
    /// Offset of the first of `bytes`.
    base: usize,
    /// Whether more follows the window.
    more: bool,
    /// Whether the end of a window was looked at.
    ran_out: Cell<bool>,
    /// The offset.
    pub(crate) at: usize,
}

/// White space (§7.2.3, table 1).
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !is_delimiter(byte)
}

pub(crate) fn hex_value(byte: u8) -> Option<u8> {
    let value = HEX.get(usize::from(byte)).copied().unwrap_or(NO_DIGIT);
    (value != NO_DIGIT).then_some(value)
}

/// Not a hexadecimal digit.
const NO_DIGIT: u8 = 0xff;

/// The value of every hexadecimal digit: a signature's `/Contents` has tens of thousands of them.
const HEX: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value] as usize] = value as u8;
        table[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    table
};

impl<'a> Lexer<'a> {
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, base: 0, more: false, ran_out: Cell::new(false), at }
    }

    /// At the beginning of a window of which `base` is the offset.
    pub(crate) fn in_window(window: &'a [u8], base: usize, more: bool) -> Self {
        Self { bytes: window, base, more, ran_out: Cell::new(false), at: base }
    }

    /// Whether what was found depends on where the window ends.
    pub(crate) fn ran_out(&self) -> bool {
        self.ran_out.get()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        let byte = self.bytes.get(at.wrapping_sub(self.base)).copied();
        if byte.is_none() && self.more {
            self.ran_out.set(true);
        }
        byte
    }

    /// The bytes from `start` to `end`, where all of them are there.
    pub(crate) fn slice(&self, range: Range<usize>) -> Option<&'a [u8]> {
        let within = range.start.wrapping_sub(self.base)..range.end.wrapping_sub(self.base);
        let slice = self.bytes.get(within);
        if slice.is_none() && self.more {
            self.ran_out.set(true);
        }
        slice
    }

    /// Everything, from the first byte of the window.
    #[cfg(feature = "write")]
    pub(crate) fn all(&self) -> &'a [u8] {
        self.bytes
    }

    /// Goes on where a copy of it has come to.
    pub(crate) fn follow(&mut self, ahead: &Self) {
        self.at = ahead.at;
        self.heed(ahead);
    }

    /// Takes note that a copy of it ran out.
    pub(crate) fn heed(&self, ahead: &Self) {
        if ahead.ran_out() {
            self.ran_out.set(true);
        }
    }

    fn wrong<T>(&self, at: usize, problem: &'static str) -> Result<T, Error> {
        Err(Error::Syntax { at, problem })
    }

    /// Skips white space and comments.
    pub(crate) fn skip(&mut self) {
        while let Some(byte) = self.peek() {
            if is_space(byte) {
                self.at += 1;
            } else if byte == b'%' {
                while self.peek().is_some_and(|b| b != b'\n' && b != b'\r') {
                    self.at += 1;
                }
            } else {
                break;
            }
        }
    }

    /// Whether a number or a comment follows, white space aside.
    pub(crate) fn number_may_follow(&self) -> bool {
        let mut at = self.at;
        while self.byte(at).is_some_and(is_space) {
            at += 1;
        }
        self.byte(at).is_some_and(|b| b.is_ascii_digit() || matches!(b, b'%' | b'+' | b'-'))
    }

    /// Skips white space but no comments, for the places where a comment would be odd.
    pub(crate) fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// Takes `text` if it stands here.
    pub(crate) fn take(&mut self, text: &[u8]) -> bool {
        let rest = self.bytes.get(self.at.wrapping_sub(self.base)..).unwrap_or_default();
        let here = rest.starts_with(text);
        if !here && self.more && text.starts_with(rest) {
            self.ran_out.set(true);
        }
        if here {
            self.at += text.len();
        }
        here
    }

    /// Takes a keyword that is not the beginning of a longer one.
    pub(crate) fn take_keyword(&mut self, text: &[u8]) -> bool {
        let before = self.at;
        if self.take(text) && !self.peek().is_some_and(is_regular) {
            return true;
        }
        self.at = before;
        false
    }

    /// Takes one end-of-line marker: CR LF, LF or CR.
    pub(crate) fn take_eol(&mut self) -> bool {
        self.take(b"\r\n") || self.take(b"\n") || self.take(b"\r")
    }

    /// Takes decimal digits that fit `u64`.
    pub(crate) fn take_digits(&mut self) -> Option<u64> {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        std::str::from_utf8(self.slice(start..self.at)?).ok()?.parse().ok()
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Result<Token, Error> {
        self.skip();
        let start = self.at;
        let Some(byte) = self.peek() else { return Ok(Token::End) };
        match byte {
            b'/' => self.name(),
            b'(' => self.literal(),
            b'[' => self.single(Token::ArrayOpen),
            b']' => self.single(Token::ArrayClose),
            b'<' if self.take(b"<<") => Ok(Token::DictOpen),
            b'<' => self.hex(),
            b'>' if self.take(b">>") => Ok(Token::DictClose),
            b'>' | b')' | b'{' | b'}' => self.wrong(start, "a delimiter that closes nothing"),
            b'0'..=b'9' | b'+' | b'-' | b'.' => self.number(),
            _ => {
                while self.peek().is_some_and(is_regular) {
                    self.at += 1;
                }
                Ok(Token::Keyword(start..self.at))
            }
        }
    }

    fn single(&mut self, token: Token) -> Result<Token, Error> {
        self.at += 1;
        Ok(token)
    }

    fn number(&mut self) -> Result<Token, Error> {
        let start = self.at;
        while self.peek().is_some_and(is_regular) {
            self.at += 1;
        }
        let text = self.slice(start..self.at).unwrap_or_default();
        // Most numbers are a few digits.
        if text.len() <= 18 && text.iter().all(u8::is_ascii_digit) && !text.is_empty() {
            let value = text.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
            return Ok(Token::Integer(value));
        }
        let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
        let points = digits.iter().filter(|b| **b == b'.').count();
        let others = digits.iter().filter(|b| !b.is_ascii_digit() && **b != b'.').count();
        if others > 0 || points > 1 || digits.len() == points {
            return self.wrong(start, "not a number");
        }
        // Numbers are ASCII here.
        let text = String::from_utf8_lossy(text).into_owned();
        if points == 1 {
            return if text.len() > 64 {
                self.wrong(start, "a number of more than 64 characters")
            } else {
                Ok(Token::Real(Real(text)))
            };
        }
        match text.strip_prefix('+').unwrap_or(&text).parse() {
            Ok(value) => Ok(Token::Integer(value)),
            Err(_) => self.wrong(start, "an integer beyond 64 bits"),
        }
    }

    fn name(&mut self) -> Result<Token, Error> {
        let start = self.at;
        self.at += 1;
        let mut plain = self.at;
        while self.byte(plain).is_some_and(|b| is_regular(b) && b != b'#') {
            plain += 1;
        }
        let mut name = Name::from(self.slice(self.at..plain).unwrap_or_default());
        self.at = plain;
        while let Some(byte) = self.peek().filter(|b| is_regular(*b)) {
            self.at += 1;
            if byte != b'#' {
                name.0.push(byte);
                continue;
            }
            // §7.3.5: a number sign is followed by two hexadecimal digits
            let digit = |at: usize| self.byte(at).and_then(hex_value);
            match (digit(self.at), digit(self.at + 1)) {
                (Some(high), Some(low)) if (high, low) != (0, 0) => {
                    name.0.push(high << 4 | low);
                    self.at += 2;
                }
                _ => return self.wrong(start, "a name with # and no two hexadecimal digits"),
            }
        }
        Ok(Token::Name(name))
    }

    fn hex(&mut self) -> Result<Token, Error> {
        let start = self.at;
        self.at += 1;
        let mut high = None;
        // Without white space between the digits, two at a time.
        let rest = self.bytes.get(self.at.wrapping_sub(self.base)..).unwrap_or_default();
        let digits = rest.iter().position(|b| *b == b'>').unwrap_or_default();
        let mut bytes = Vec::with_capacity(digits / 2);
        let pairs = rest.as_chunks().0.iter().map_while(|pair: &[u8; 2]| {
            let [Some(first), Some(second)] = pair.map(hex_value) else { return None };
            Some(first << 4 | second)
        });
        bytes.extend(pairs);
        self.at += bytes.len() * 2;
        loop {
            let Some(byte) = self.peek() else {
                return self.wrong(start, "a hexadecimal string without end");
            };
            self.at += 1;
            match (hex_value(byte), high) {
                (Some(value), None) => high = Some(value),
                (Some(value), Some(first)) => {
                    bytes.push(first << 4 | value);
                    high = None;
                }
                (None, _) if byte == b'>' => break,
                (None, _) if is_space(byte) => {}
                (None, _) => return self.wrong(self.at - 1, "not a hexadecimal digit"),
            }
        }
        if let Some(value) = high {
            bytes.push(value << 4); // §7.3.4.3: a missing last digit is 0
        }
        Ok(Token::String(bytes, true, start..self.at))
    }

    fn literal(&mut self) -> Result<Token, Error> {
        let start = self.at;
        self.at += 1;
        let mut bytes = Vec::new();
        let mut open = 1usize;
        loop {
            let Some(byte) = self.peek() else {
                return self.wrong(start, "a string without end");
            };
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                }
                b'\\' => {
                    self.escape(start, &mut bytes)?;
                    continue;
                }
                b'\r' => {
                    self.take(b"\n");
                    bytes.push(b'\n'); // §7.3.4.2: any end of line reads as LF
                    continue;
                }
                _ => {}
            }
            bytes.push(byte);
        }
        Ok(Token::String(bytes, false, start..self.at))
    }

    fn escape(&mut self, start: usize, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let Some(byte) = self.peek() else {
            return self.wrong(start, "a string without end");
        };
        self.at += 1;
        match byte {
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b't' => bytes.push(b'\t'),
            b'b' => bytes.push(8),
            b'f' => bytes.push(12),
            b'\n' => {}
            b'\r' => {
                self.take(b"\n");
            }
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    self.at += 1;
                    value = value * 8 + u32::from(digit - b'0');
                }
                bytes.push((value & 0xff) as u8); // §7.3.4.2: high-order overflow is ignored
            }
            other => bytes.push(other),
        }
        Ok(())
    }
}
