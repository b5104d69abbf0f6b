//! Takes every PDF below a folder, or `kinds` (one original of each kind), as an original and writes the copies into another
//! folder, for an outside judge of PDF/A. Prints a line for each: `issued`, or the code and message of the refusal.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to its terminal")]
#![allow(clippy::disallowed_methods, reason = "it reads and writes files")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[path = "../tests/made.rs"]
mod made;

use made::{demo, lenient_facts_of};
use motcua_copies::issue::{Fonts, Original, issue};

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
        eprintln!("archive <folder of PDF files | kinds> <folder for the copies>");
        return ExitCode::from(2);
    };
    let mut originals: Vec<(String, Vec<u8>)> = Vec::new();
    if from == Path::new("kinds") {
        originals.extend(made::kinds::kinds().into_iter().map(|(n, bytes)| (n.to_owned(), bytes)));
    } else {
        let mut paths = Vec::new();
        files(from, &mut paths);
        for path in paths {
            // The folders belong to the name: files of one name stand in several.
            let inside = path.strip_prefix(from).unwrap_or(&path).to_string_lossy();
            let name = inside.replace(std::path::MAIN_SEPARATOR, "__");
            originals.extend(std::fs::read(&path).map(|bytes| (name, bytes)));
        }
    }
    let demo = demo();
    let (Ok(official), Ok(agency)) = (demo.official_signer(), demo.agency_signer()) else {
        return ExitCode::from(2);
    };
    let (mut issued, mut refused) = (0, 0);
    for (name, bytes) in &originals {
        let source = [Original { bytes, dpi: Some(300) }];
        match issue(
            &source,
            &lenient_facts_of(&source),
            Fonts::LIBERATION_SERIF,
            &official,
            &agency,
        ) {
            Ok(copy) => {
                issued += 1;
                println!("issued\t{name}");
                if let Err(e) = std::fs::write(to.join(format!("{name}.copy.pdf")), copy) {
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
    println!("{} originals: {issued} issued, {refused} refused", originals.len());
    ExitCode::SUCCESS
}
