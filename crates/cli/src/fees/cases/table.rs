//! Rows of a CSV file (RFC 4180) with the lines on which they begin. The fields are parted by `csv-core`.

use std::io::{self, BufRead, BufReader, Read};

use csv_core::{ReadRecordResult, Reader};

use super::MAX_CASE;

/// A CSV file, read row by row.
pub struct Table<R: Read> {
    input: BufReader<R>,
    fields: Reader,
    /// The first row.
    pub header: Vec<String>,
    row: Vec<u8>,
    text: Vec<u8>,
    ends: Vec<usize>,
    lines: u64,
    at: u64,
}

/// A row's line, and its fields or why it has none.
type Fields<'a> = (u64, Result<Vec<&'a str>, String>);

impl<R: Read> Table<R> {
    /// Reads the header.
    pub fn new(input: R) -> io::Result<Self> {
        let mut table = Self {
            input: BufReader::with_capacity(1 << 16, input),
            fields: Reader::new(),
            header: Vec::new(),
            row: Vec::new(),
            text: Vec::new(),
            ends: Vec::new(),
            lines: 0,
            at: 0,
        };
        if let Some((_, Ok(header))) = table.next()? {
            let header = header.iter().map(|name| name.trim_start_matches('\u{feff}').trim());
            table.header = header.map(str::to_owned).collect();
        }
        Ok(table)
    }

    /// Bytes read so far.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The next row that is not blank.
    pub fn next(&mut self) -> io::Result<Option<Fields<'_>>> {
        let mut line = 0;
        self.row.clear();
        let mut quotes = Quotes::default();
        let mut too_large = false;
        loop {
            let begin = self.row.len();
            // A line is read to its end even where it is too long to keep: the rows after it go on.
            let read =
                (&mut self.input).take(MAX_CASE as u64 + 1).read_until(b'\n', &mut self.row)?;
            if read == 0 {
                break;
            }
            self.at += read as u64;
            let whole = self.row.last() == Some(&b'\n');
            self.lines += u64::from(whole || read <= MAX_CASE);
            let added = self.row.get(begin..).unwrap_or_default();
            if line == 0 && added.iter().all(u8::is_ascii_whitespace) {
                self.row.clear();
                continue;
            }
            if line == 0 {
                line = self.lines.max(1);
            }
            let open = quotes.after(added);
            if self.row.len() > MAX_CASE {
                too_large = true;
                self.row.clear();
            }
            if whole && (!open || too_large) {
                break;
            }
        }
        if line == 0 {
            return Ok(None);
        }
        if too_large {
            return Ok(Some((line, Err(format!("it has more than {MAX_CASE} bytes")))));
        }
        Ok(Some((line, self.part())))
    }

    /// The fields of the row.
    fn part(&mut self) -> Result<Vec<&str>, String> {
        if self.row.last() != Some(&b'\n') {
            self.row.push(b'\n');
        }
        // No field is longer than the row, and there are no more of them than bytes.
        self.text.resize(self.row.len(), 0);
        self.ends.resize(self.row.len() + 1, 0);
        self.fields.reset();
        let (result, _, _, count) =
            self.fields.read_record(&self.row, &mut self.text, &mut self.ends);
        if result != ReadRecordResult::Record {
            return Err("a quoted field does not end".to_owned());
        }
        let mut begin = 0;
        self.ends
            .iter()
            .take(count)
            .map(|end| {
                let field = self.text.get(begin..*end).unwrap_or_default();
                begin = *end;
                std::str::from_utf8(field).map_err(|_| "it is not UTF-8".to_owned())
            })
            .collect()
    }
}

/// Whether a quoted field is open, so that a line break belongs to it.
struct Quotes {
    open: bool,
    at_start: bool,
    closed: bool,
}

impl Default for Quotes {
    fn default() -> Self {
        Self { open: false, at_start: true, closed: false }
    }
}

impl Quotes {
    fn after(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            let (start, closed) = (self.at_start, self.closed);
            self.at_start = !self.open && *byte == b',';
            self.closed = self.open && *byte == b'"';
            match byte {
                b'"' if self.open => self.open = false,
                // A quote opens a field, or doubles the one before it; elsewhere it is a character.
                b'"' if start || closed => self.open = true,
                _ => {}
            }
        }
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u64, Result<Vec<String>, String>)> {
        let mut table = Table::new(text.as_bytes()).unwrap();
        assert_eq!(table.header, ["a", "b"]);
        let mut list = Vec::new();
        while let Some((line, fields)) = table.next().unwrap() {
            list.push((line, fields.map(|f| f.into_iter().map(str::to_owned).collect())));
        }
        list
    }

    #[test]
    fn rows_have_the_lines_on_which_they_begin() {
        for end in ["\n", "\r\n"] {
            let text = "\u{feff}a,b\n1,\"x\ny \"\"z\"\"\"\n\n5\" pipe,2\n,\n3,\"open\n4,5"
                .replace('\n', end);
            let found = rows(&text);
            let lines: Vec<u64> = found.iter().map(|(line, _)| *line).collect();
            assert_eq!(lines, [2, 5, 6, 7], "{found:?}");
            assert_eq!(found[0].1.as_ref().unwrap()[1], format!("x{end}y \"z\""));
            assert_eq!(found[1].1.as_ref().unwrap(), &["5\" pipe", "2"]);
            assert_eq!(found[2].1.as_ref().unwrap(), &["", ""]);
        }
    }
}
