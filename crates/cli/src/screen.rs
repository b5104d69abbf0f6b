//! What the command prints: steps, facts and marks, readable without colour and without knowing motcua.

use std::io::{self, IsTerminal, Write};

/// Writes lines to standard output; colour only on a terminal that did not refuse it (`NO_COLOR`).
#[derive(Debug)]
pub struct Screen {
    colour: bool,
}

/// How a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It came out as wanted.
    Good,
    /// It was refused or failed.
    Bad,
}

impl Screen {
    /// A screen for this process.
    pub fn new() -> Self {
        Self { colour: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() }
    }

    fn line(&self, text: &str) {
        // A closed pipe (`| head`) is no reason to fail.
        let _ = writeln!(io::stdout().lock(), "{text}");
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A numbered step.
    pub fn step(&self, number: usize, title: &str) {
        self.line("");
        self.line(&self.paint("1", &format!("{number}. {title}")));
    }

    /// A line under a step.
    pub fn say(&self, text: &str) {
        self.line(&format!("   {text}"));
    }

    /// A name and its value under a step.
    pub fn fact(&self, name: &str, value: &str) {
        self.line(&format!("   {name:<11} {value}"));
    }

    /// A line with its outcome.
    pub fn mark(&self, mark: Mark, text: &str) {
        let sign = match mark {
            Mark::Good => self.paint("32", "✓"),
            Mark::Bad => self.paint("31", "✗"),
        };
        self.line(&format!("   {sign} {text}"));
    }

    /// Text as it is.
    pub fn raw(&self, text: &str) {
        self.line(text.trim_end());
    }

    /// An error, on the error stream.
    pub fn error(&self, e: &crate::error::Error) {
        let _ = writeln!(io::stderr().lock(), "motcua: {e} [{}]", e.code());
    }

    /// A remark on the error stream, beside the output.
    pub fn note(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// A file that was written.
    pub fn wrote(&self, path: &std::path::Path) {
        self.line(&format!("   → {}", path.display()));
    }
}
