//! What a run of the command has made, one line a copy, beside the copies: so that a run that was stopped goes on where it stood.
//!
//! A copy is first written under a hidden name, then entered here (and before that in the register, where there is one), then given
//! its own name. Under its own name there is never anything that is not entered.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use motcua::copies::issue::levels::Level;
use motcua::pdf::hex;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::files;

/// The journal's name in the folder of the copies.
const NAME: &str = "motcua-batch.jsonl";
const SCHEMA: &str = "motcua.batch/1";

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    schema: String,
    /// Drawn at random: requests of the register begin with it.
    batch: String,
}

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The row's name.
    pub row: String,
    /// SHA-256 over what the row said and what was captured.
    pub inputs: String,
    /// The copy's file.
    pub file: String,
    /// Its SHA-256.
    pub copy_sha256: String,
    /// Its identifier.
    pub copy_id: String,
    /// Its register: agency and act code.
    pub register: String,
    /// The register's year.
    pub year: i32,
    /// Its number.
    pub number: u32,
    /// How far its signatures go; `B-B` where an older run did not say.
    #[serde(default = "basic")]
    pub level: String,
}

fn basic() -> String {
    Level::Basic.name().to_owned()
}

/// The journal of one folder, held by one run at a time.
#[derive(Debug)]
pub struct Journal {
    /// Where it lies.
    pub folder: Folder,
    file: File,
    /// The run's name, the same when it goes on.
    pub batch: String,
    /// What was made, by row.
    pub lines: BTreeMap<String, Line>,
}

impl Journal {
    /// Opens or begins the journal of a folder, which is made where it is not there.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        files::folder(folder)?;
        let path = folder.join(NAME);
        let failed = |e: std::io::Error| Error::write(&path, &e);
        let damaged = |problem: String| Error::Input { path: path.display().to_string(), problem };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&path).map_err(failed)?;
        file.try_lock().map_err(|_| damaged("another run is at work in this folder".to_owned()))?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|e| Error::read(&path, &e))?;
        // A line that was cut by the end of a run was never followed by a copy's name.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        text.truncate(whole);
        file.set_len(whole as u64).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        let mut journal = Self {
            folder: Folder(folder.to_owned()),
            file,
            batch: String::new(),
            lines: BTreeMap::new(),
        };
        let mut rows = text.lines();
        match rows.next() {
            None => journal.begin()?,
            Some(head) => {
                let head: Head = serde_json::from_str(head)
                    .map_err(|e| damaged(format!("it is no journal of copies: {e}")))?;
                if head.schema != SCHEMA {
                    return Err(damaged(format!("it is of another version, {}", head.schema)));
                }
                journal.batch = head.batch;
            }
        }
        for row in rows {
            let line: Line = serde_json::from_str(row).map_err(|e| damaged(e.to_string()))?;
            journal.lines.insert(line.row.clone(), line);
        }
        Ok(journal)
    }

    fn begin(&mut self) -> Result<(), Error> {
        let mut random = [0_u8; 8];
        SystemRandom::new().fill(&mut random).map_err(|_| Error::Unexpected {
            step: "naming the run",
            got: "the system gave no random bytes".to_owned(),
        })?;
        self.batch = hex(&random);
        self.append(&Head { schema: SCHEMA.to_owned(), batch: self.batch.clone() })
    }

    fn append(&mut self, line: &impl Serialize) -> Result<(), Error> {
        let path = self.folder.place(NAME);
        let text = serde_json::to_string(line).unwrap_or_default() + "\n";
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|e| Error::write(&path, &e))
    }

    /// Enters a copy.
    pub fn enter(&mut self, line: Line) -> Result<(), Error> {
        if self.lines.get(&line.row) != Some(&line) {
            self.append(&line)?;
            self.lines.insert(line.row.clone(), line);
        }
        Ok(())
    }
}

/// The folder of the copies, and the two names that each has there, one after the other.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// Where a copy stands under its own name.
    pub fn place(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// Where it stands until it is entered.
    pub fn part(&self, file: &str) -> PathBuf {
        self.0.join(format!(".{file}.part"))
    }

    /// Writes a copy under its hidden name, to the disk.
    pub fn keep(&self, file: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.part(file);
        let written = (|| {
            let mut part = File::create(&path)?;
            part.write_all(bytes)?;
            part.sync_all()?;
            self.sync()
        })();
        written.map_err(|e| {
            let _ = fs::remove_file(&path);
            Error::write(&path, &e)
        })
    }

    /// Gives a copy its own name.
    pub fn publish(&self, file: &str) -> Result<(), Error> {
        let place = self.place(file);
        fs::rename(self.part(file), &place)
            .and_then(|()| self.sync())
            .map_err(|e| Error::write(&place, &e))
    }

    /// The folder's own entries, to the disk; not every system can.
    fn sync(&self) -> std::io::Result<()> {
        if cfg!(unix) { File::open(&self.0)?.sync_all() } else { Ok(()) }
    }
}
