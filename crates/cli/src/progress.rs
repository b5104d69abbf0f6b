//! A bar on the error stream while many rows are done; nothing where that is no terminal.

use std::io::{self, IsTerminal, Write};

const WIDTH: u64 = 30;

/// How far the work has come.
#[derive(Debug)]
pub struct Progress {
    size: u64,
    rows: u64,
    /// Rows between two looks at the bar: often enough to move, seldom enough to cost nothing.
    every: u64,
    shown: bool,
}

impl Progress {
    /// For work of this size, in any unit; the bar moves once in so many rows.
    pub fn new(size: u64, every: u64) -> Self {
        Self { size: size.max(1), rows: 0, every, shown: io::stderr().is_terminal() }
    }

    /// Whether there is a terminal to show it on.
    pub fn is_shown(&self) -> bool {
        self.shown
    }

    /// One more row, which ends here in the whole.
    pub fn row(&mut self, at: u64) {
        self.rows += 1;
        if self.shown && self.rows.is_multiple_of(self.every) {
            let done = (at.min(self.size) * WIDTH / self.size).min(WIDTH) as usize;
            let bar = format!("{}{}", "█".repeat(done), "░".repeat(WIDTH as usize - done));
            let percent = at.min(self.size) * 100 / self.size;
            let _ = write!(io::stderr().lock(), "\r{bar} {percent:>3} %  {} rows", self.rows);
        }
    }

    /// Removes the bar, so that a line can be written in its place.
    pub fn end(&self) {
        if self.shown && self.rows >= self.every {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}
