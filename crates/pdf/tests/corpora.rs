//! Reads files that others made, sound and broken: no panic, bounded time, and sound files are understood.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::disallowed_methods
)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use motcua_pdf::{Document, Limits, Object, Ref, changes, strays};

fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: corpora/{folder}: not found beside the repository");
    None
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}

/// Everything the reader can be asked.
fn read(bytes: &[u8]) -> Result<usize, motcua_pdf::Error> {
    let document = Document::parse(bytes, &Limits::STANDARD)?;
    for number in document.entries().keys() {
        if let Some(located) = document.locate(*number)? {
            if let Object::Stream(stream) = &located.value {
                let _ = document.decode(stream);
            }
            document.get(Ref { number: *number, generation: 0 })?;
        }
    }
    for index in 1..document.revisions().len() {
        changes(&document.revision(index - 1)?, &document.revision(index)?)?;
    }
    strays(&document)?;
    Ok(document.pages()?.len())
}

#[test]
fn broken_files_are_refused_quickly() {
    let Some(folder) = shared("malformed") else { return };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let (mut read_whole, mut refused) = (0, std::collections::BTreeMap::<&str, usize>::new());
    for path in &paths {
        let bytes = std::fs::read(path).unwrap();
        let start = Instant::now();
        let result = read(&bytes);
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{} took {:?}",
            path.display(),
            start.elapsed()
        );
        match result {
            Ok(_) => read_whole += 1,
            Err(e) => {
                if std::env::var_os("MOTCUA_SHOW").is_some() {
                    println!("{} {e}", path.display());
                }
                *refused.entry(e.code()).or_default() += 1;
            }
        }
    }
    println!("{} files: {read_whole} read, refused {refused:?}", paths.len());
    assert!(paths.len() > 500);
}

#[test]
fn sound_files_are_read() {
    let (mut count, mut refused) = (0, Vec::new());
    for corpus in ["pyhanko-pdf", "pdfcpu-signatures", "misc-signed"] {
        let Some(folder) = shared(corpus) else { continue };
        let oracle: serde_json::Value =
            serde_json::from_slice(&std::fs::read(folder.join("oracle.json")).unwrap()).unwrap();
        for (name, expected) in oracle.as_object().unwrap() {
            let bytes = std::fs::read(folder.join(name)).unwrap();
            count += 1;
            let result = read(&bytes);
            // qpdf 0: nothing to complain about
            if let (Err(error), Some(0)) = (result, expected["qpdf_check_rc"].as_i64()) {
                refused.push((name.clone(), error.code()));
            }
        }
    }
    println!("{count} files, refused though qpdf is content: {refused:?}");
    if count > 0 {
        // why each of these is refused stands in docs/standards/differences.md
        let expected = [
            ("pdf/broken-objstream4.pdf", "pdf.structure"),
            ("digitorus/testfiles/testfile12.pdf", "pdf.no_end"),
            ("digitorus/testfiles/testfile20.pdf", "pdf.object_at"),
        ];
        let expected: Vec<_> = expected.iter().map(|(n, c)| ((*n).to_owned(), *c)).collect();
        assert_eq!(refused, expected);
    }
}
