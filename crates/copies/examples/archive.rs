//! Takes every PDF below a folder as an original and writes the copies it yields into another folder, for an outside judge of
//! PDF/A. Prints a line for each: `issued`, or the code and message of the refusal.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to its terminal")]
#![allow(clippy::disallowed_methods, reason = "it reads and writes files")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[path = "../tests/made.rs"]
mod made;

use made::{demo, facts_of, original};
use motcua_copies::issue::{Fonts, issue};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "pdf") {
            found.push(path);
        }
    }
    found.sort();
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [from, to] = &arguments[..] else {
        eprintln!("archive <folder of PDF files> <folder for the copies>");
        return ExitCode::from(2);
    };
    let mut paths = Vec::new();
    files(from, &mut paths);
    let demo = demo();
    let (Ok(official), Ok(agency)) = (demo.official_signer(), demo.agency_signer()) else {
        return ExitCode::from(2);
    };
    let (mut issued, mut refused) = (0, 0);
    for path in &paths {
        let Ok(bytes) = std::fs::read(path) else { continue };
        let source = [original(&bytes)];
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match issue(&source, &facts_of(&source), Fonts::LIBERATION_SERIF, &official, &agency) {
            Ok(copy) => {
                issued += 1;
                println!("issued\t{name}");
                if let Err(e) = std::fs::write(to.join(&name), copy) {
                    eprintln!("{}: {e}", to.display());
                    return ExitCode::from(2);
                }
            }
            Err(e) => {
                refused += 1;
                println!("{}\t{name}\t{e}", e.code());
            }
        }
    }
    println!("{} originals: {issued} issued, {refused} refused", paths.len());
    ExitCode::SUCCESS
}
