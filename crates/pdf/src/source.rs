//! Where the bytes of a file come from: memory, or a file of which pieces are read as they are asked for. Opening files is not
//! done here.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::ops::Range;

use crate::Error;
use crate::lexer::Lexer;

/// Bytes read at once where a stretch is only passed through or searched.
const CHUNK: usize = 32 << 10;
/// Bytes that a parse sees first; most objects are shorter.
const FIRST_WINDOW: usize = 4 << 10;

/// A file that is read in pieces. It must not change while it is read.
pub trait Ranged: fmt::Debug {
    /// Its length in bytes.
    fn length(&self) -> usize;

    /// Fills `into` with the bytes from offset `at` on.
    ///
    /// # Errors
    ///
    /// Those bytes cannot be had.
    fn read(&self, at: usize, into: &mut [u8]) -> io::Result<()>;
}

/// The bytes of a file, or of a stretch of one.
#[derive(Debug, Clone, Copy)]
pub struct Bytes<'a>(Home<'a>);

#[derive(Debug, Clone, Copy)]
enum Home<'a> {
    Memory(&'a [u8]),
    Ranged { file: &'a dyn Ranged, start: usize, length: usize },
}

impl<'a> From<&'a [u8]> for Bytes<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self(Home::Memory(bytes))
    }
}

impl<'a> From<&'a dyn Ranged> for Bytes<'a> {
    fn from(file: &'a dyn Ranged) -> Self {
        Self(Home::Ranged { file, start: 0, length: file.length() })
    }
}

impl<'a> Bytes<'a> {
    /// How many there are.
    pub fn length(self) -> usize {
        match self.0 {
            Home::Memory(bytes) => bytes.len(),
            Home::Ranged { length, .. } => length,
        }
    }

    /// A stretch of them; `None` where they end before it does.
    #[must_use]
    pub fn part(self, range: Range<usize>) -> Option<Self> {
        Some(Self(match self.0 {
            Home::Memory(bytes) => Home::Memory(bytes.get(range)?),
            Home::Ranged { file, start, length } => {
                let fits = range.start <= range.end && range.end <= length;
                let start = start.checked_add(range.start).filter(|_| fits)?;
                Home::Ranged { file, start, length: range.len() }
            }
        }))
    }

    /// What there is of a stretch, in memory.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn window(self, range: Range<usize>) -> Result<Cow<'a, [u8]>, Error> {
        let end = range.end.min(self.length());
        let range = range.start.min(end)..end;
        match self.0 {
            Home::Memory(bytes) => Ok(Cow::Borrowed(bytes.get(range).unwrap_or_default())),
            Home::Ranged { file, start, .. } => {
                let mut into = vec![0; range.len()];
                fetch(file, start.saturating_add(range.start), &mut into)?;
                Ok(Cow::Owned(into))
            }
        }
    }

    /// All of them, in memory.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn whole(self) -> Result<Cow<'a, [u8]>, Error> {
        self.window(0..self.length())
    }

    /// Passes what there is of a stretch on, piece by piece.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn each(self, range: Range<usize>, take: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        let end = range.end.min(self.length());
        let range = range.start.min(end)..end;
        match self.0 {
            Home::Memory(bytes) => take(bytes.get(range).unwrap_or_default()),
            Home::Ranged { file, start, .. } => {
                let mut buffer = vec![0; CHUNK.min(range.len())];
                let mut at = range.start;
                while at < end {
                    let piece = buffer.get_mut(..CHUNK.min(end - at)).unwrap_or_default();
                    fetch(file, start.saturating_add(at), piece)?;
                    take(piece);
                    at = at.saturating_add(CHUNK);
                }
            }
        }
        Ok(())
    }

    /// Whether two stretches hold the same.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn same(self, own: Range<usize>, other: Self, theirs: Range<usize>) -> Result<bool, Error> {
        if own.len() != theirs.len() {
            return Ok(false);
        }
        let (mut at, mut same) = (theirs.start, Ok(true));
        self.each(own, &mut |piece| {
            let end = at.saturating_add(piece.len());
            if same == Ok(true) {
                same = other.window(at..end).map(|against| *against == *piece);
            }
            at = end;
        })?;
        same
    }

    /// The last place before `before` where `text` stands wholly before it.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn rfind(self, text: &[u8], before: usize) -> Result<Option<usize>, Error> {
        let mut end = before.min(self.length());
        while end >= text.len() && end > 0 {
            let from = end.saturating_sub(CHUNK);
            let window = self.window(from..end)?;
            if let Some(at) = window.windows(text.len()).rposition(|w| w == text) {
                return Ok(Some(from + at));
            }
            if from == 0 {
                break;
            }
            // It may stand across the edge.
            end = from + text.len().saturating_sub(1);
        }
        Ok(None)
    }

    /// Parses from `at` on. In a file that is read in pieces the window grows until the parse no longer runs out of it.
    pub(crate) fn parse<T>(
        self,
        at: usize,
        mut parse: impl FnMut(&mut Lexer<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if let Home::Memory(bytes) = self.0 {
            return parse(&mut Lexer::new(bytes, at));
        }
        let mut size = FIRST_WINDOW;
        loop {
            let end = at.saturating_add(size).min(self.length());
            let window = self.window(at..end)?;
            let mut lexer = Lexer::in_window(&window, at, end < self.length());
            let parsed = parse(&mut lexer);
            if !lexer.ran_out() {
                return parsed;
            }
            size = size.saturating_mul(4);
        }
    }
}

fn fetch(file: &dyn Ranged, at: usize, into: &mut [u8]) -> Result<(), Error> {
    file.read(at, into).map_err(|e| Error::Read { at, problem: e.to_string() })
}
