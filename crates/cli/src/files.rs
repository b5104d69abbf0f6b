//! Files as the command reads and writes them: nothing is ever left half-written, and what is large need not fit into memory.

use std::cell::RefCell;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use motcua::pdf::Ranged;

use crate::error::Error;

/// Largest file the command reads into memory, 512 MiB: a certified copy of a whole book is a tenth of that.
const MAX_FILE: u64 = 512 << 20;

/// Reads a whole file.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let size = fs::metadata(path).map_err(|e| Error::read(path, &e))?.len();
    if size > MAX_FILE {
        return Err(Error::TooLarge { path: path.display().to_string(), size, limit: MAX_FILE });
    }
    fs::read(path).map_err(|e| Error::read(path, &e))
}

/// A file of which pieces are read where they stand.
#[derive(Debug)]
pub struct Pieces {
    file: fs::File,
    length: usize,
    modified: Option<SystemTime>,
    /// Where blocks begin, and what stands there; the newest last.
    blocks: RefCell<Vec<(usize, Vec<u8>)>>,
}

/// Bytes read at once where less was asked for: the objects of a copy stand close together at its end.
const BLOCK: usize = 16 << 10;
/// Blocks kept.
const MOST_BLOCKS: usize = 8;

impl Pieces {
    /// Opens a file; `None` for what has no places, such as a pipe.
    pub fn open(path: &Path) -> Result<Option<Self>, Error> {
        let failed = |e| Error::read(path, &e);
        let file = fs::File::open(path).map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        if !about.is_file() {
            return Ok(None);
        }
        let size = about.len();
        let length = usize::try_from(size).ok().filter(|_| size <= MAX_FILE);
        let length = length.ok_or_else(|| Error::TooLarge {
            path: path.display().to_string(),
            size,
            limit: MAX_FILE,
        })?;
        Ok(Some(Self { file, length, modified: about.modified().ok(), blocks: RefCell::default() }))
    }

    /// Fails when the file was changed since it was opened: pieces read before and after do not make one file.
    pub fn unchanged(&self, path: &Path) -> Result<(), Error> {
        let failed = |e| Error::read(path, &e);
        let about = self.file.metadata().map_err(failed)?;
        let same = usize::try_from(about.len()) == Ok(self.length)
            && about.modified().ok() == self.modified;
        if same {
            return Ok(());
        }
        Err(failed(io::Error::other("it was changed while it was read")))
    }

    fn fetch(&self, at: usize, into: &mut [u8]) -> io::Result<()> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(at as u64))?;
        file.read_exact(into)
    }
}

impl Ranged for Pieces {
    fn length(&self) -> usize {
        self.length
    }

    fn read(&self, at: usize, into: &mut [u8]) -> io::Result<()> {
        let start = at - at % BLOCK;
        let within = at - start..at - start + into.len();
        // What is read through passes by.
        if within.end > BLOCK || into.len() > BLOCK / 4 {
            return self.fetch(at, into);
        }
        let mut blocks = self.blocks.borrow_mut();
        let (_, block) = match blocks.iter().position(|(known, _)| *known == start) {
            Some(known) => blocks.remove(known),
            None => {
                let mut block = vec![0; BLOCK.min(self.length.saturating_sub(start))];
                self.fetch(start, &mut block)?;
                (start, block)
            }
        };
        if let Some(wanted) = block.get(within) {
            into.copy_from_slice(wanted);
        } else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if blocks.len() == MOST_BLOCKS {
            blocks.remove(0);
        }
        blocks.push((start, block));
        Ok(())
    }
}

/// Reads a whole file of text.
pub fn read_text(path: &Path) -> Result<String, Error> {
    String::from_utf8(read(path)?).map_err(|_| Error::NotText { path: path.display().to_string() })
}

/// Writes a file under a temporary name, flushes it to the disk and renames it into place.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_with(path, |file| file.write_all(bytes).map_err(|e| Error::write(path, &e)))
}

/// As `write`, where nothing is yet.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if path.exists() {
        let there = io::Error::from(io::ErrorKind::AlreadyExists);
        return Err(Error::write(path, &there));
    }
    write(path, bytes)
}

/// As `write`, what `fill` writes.
pub fn write_with<T>(
    path: &Path,
    fill: impl FnOnce(&mut io::BufWriter<fs::File>) -> Result<T, Error>,
) -> Result<T, Error> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part: PathBuf = folder.join(name);
    let failed = |e: io::Error| Error::write(path, &e);
    let result = (|| {
        let mut file = io::BufWriter::new(fs::File::create(&part).map_err(failed)?);
        let answer = fill(&mut file)?;
        file.flush().map_err(failed)?;
        file.get_ref().sync_all().map_err(failed)?;
        fs::rename(&part, path).map_err(failed)?;
        Ok(answer)
    })();
    if result.is_err() {
        // The file in place, if any, is the old one; what is left over is ours to remove.
        let _ = fs::remove_file(&part);
    }
    result
}

/// Makes a folder and its parents.
pub fn folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|e| Error::write(path, &e))
}
