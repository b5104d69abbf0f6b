//! A bar on the error stream while a file of cases is read; nothing where that is no terminal.

use std::io::{self, IsTerminal, Write};

/// Rows between two looks at the bar: often enough to move, seldom enough to cost nothing.
const EVERY: u64 = 4_096;
const WIDTH: u64 = 30;

/// How far a file has been read.
#[derive(Debug)]
pub struct Progress {
    size: u64,
    rows: u64,
    shown: bool,
}

impl Progress {
    /// For a file of so many bytes.
    pub fn new(size: u64) -> Self {
        Self { size: size.max(1), rows: 0, shown: io::stderr().is_terminal() }
    }

    /// One more row, at this byte.
    pub fn row(&mut self, at: u64) {
        self.rows += 1;
        if self.shown && self.rows.is_multiple_of(EVERY) {
            let done = (at.min(self.size) * WIDTH / self.size).min(WIDTH) as usize;
            let bar = format!("{}{}", "█".repeat(done), "░".repeat(WIDTH as usize - done));
            let percent = at.min(self.size) * 100 / self.size;
            let _ = write!(io::stderr().lock(), "\r{bar} {percent:>3} %  {} rows", self.rows);
        }
    }

    /// Removes the bar.
    pub fn end(&self) {
        if self.shown && self.rows >= EVERY {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}
