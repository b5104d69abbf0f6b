//! Parts a JSON file into its cases by their brackets, or by lines, without reading it whole. What a case is, `cases` knows.

use std::io::{self, BufRead, BufReader, Read};

use super::{Kind, MAX_CASE};

/// The text of one case, none where it is too large or not UTF-8.
pub struct Found {
    /// Its first line, from 1.
    pub line: u64,
    /// The text.
    pub text: Option<String>,
}

/// Parts a file into JSON values without reading it whole: by their brackets, or by lines.
pub struct Splitter<R: Read> {
    input: BufReader<R>,
    by_lines: bool,
    /// Bytes read so far.
    pub at: u64,
    line: u64,
    /// The values stand in a list.
    pub in_list: bool,
    begun: bool,
}

impl<R: Read> Splitter<R> {
    /// A splitter for a file of this kind.
    pub fn new(input: R, kind: Kind) -> Self {
        let input = BufReader::with_capacity(1 << 16, input);
        let by_lines = kind == Kind::JsonLines;
        Self { input, by_lines, at: 0, line: 1, in_list: false, begun: false }
    }

    /// The text of the next value.
    pub fn text(&mut self) -> io::Result<Option<String>> {
        Ok(self.next()?.map(|found| found.text.unwrap_or_default()))
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    fn take(&mut self, byte: u8) {
        self.input.consume(1);
        self.at += 1;
        self.line += u64::from(byte == b'\n');
    }

    /// The next value.
    pub fn next(&mut self) -> io::Result<Option<Found>> {
        // What stands between values; a byte order mark stands before the first.
        while let Some(byte) = self.peek()? {
            let opens = byte == b'[' && !self.begun && !self.by_lines;
            let between = byte.is_ascii_whitespace()
                || matches!(byte, 0xEF | 0xBB | 0xBF) && !self.begun
                || !self.by_lines && (byte == b',' || byte == b']')
                || opens;
            if !between {
                break;
            }
            self.in_list |= opens;
            self.begun |= opens;
            self.take(byte);
        }
        let line = self.line;
        self.begun = true;
        let (mut bytes, mut depth, mut in_text, mut escaped) = (Vec::new(), 0_u64, false, false);
        let mut size = 0_usize;
        while let Some(byte) = self.peek()? {
            let outside = depth == 0 && !in_text;
            let ends = match byte {
                b'\n' if self.by_lines => true,
                b',' | b']' | b'\n' => outside && !self.by_lines,
                _ => false,
            };
            if ends {
                break;
            }
            self.take(byte);
            size += 1;
            if size <= MAX_CASE {
                bytes.push(byte);
            }
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = in_text,
                b'"' => in_text = !in_text,
                b'{' | b'[' if !in_text => depth += 1,
                b'}' | b']' if !in_text => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 && !self.by_lines {
                        break;
                    }
                }
                _ => {}
            }
        }
        if size == 0 {
            return Ok(None);
        }
        let text = if size <= MAX_CASE { String::from_utf8(bytes).ok() } else { None };
        Ok(Some(Found { line, text }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, kind: Kind) -> Vec<(u64, String)> {
        let mut splitter = Splitter::new(text.as_bytes(), kind);
        std::iter::from_fn(|| splitter.next().unwrap())
            .map(|found| (found.line, found.text.unwrap()))
            .collect()
    }

    #[test]
    fn values_are_parted_with_their_lines() {
        let list = "\u{feff}[\n {\"a\": \"]}\\\"\"},\n {\"b\": [1,\n2]}, oops\n,{}]\n";
        let found = split(list, Kind::Json);
        let wanted = [(2, "{\"a\": \"]}\\\"\"}"), (3, "{\"b\": [1,\n2]}"), (4, "oops"), (5, "{}")];
        assert_eq!(found, wanted.map(|(line, text)| (line, text.to_owned())));
        assert_eq!(split("{}\n\n{ }\n", Kind::Json).len(), 2);
        let broken = split("{\"a\n{}\n\n{}", Kind::JsonLines);
        assert_eq!(broken.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 4]);
        assert!(split(" \n", Kind::Json).is_empty());
    }
}
