//! Files as the command reads and writes them: nothing is ever left half-written.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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

/// Reads a whole file of text.
pub fn read_text(path: &Path) -> Result<String, Error> {
    String::from_utf8(read(path)?).map_err(|_| Error::NotText { path: path.display().to_string() })
}

/// Writes a file under a temporary name, flushes it to the disk and renames it into place.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part: PathBuf = folder.join(name);
    let result = (|| -> io::Result<()> {
        let mut file = fs::File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)
    })();
    if result.is_err() {
        // The file in place, if any, is the old one; what is left over is ours to remove.
        let _ = fs::remove_file(&part);
    }
    result.map_err(|e| Error::write(path, &e))
}

/// Makes a folder and its parents.
pub fn folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|e| Error::write(path, &e))
}
