//! A file that is read in pieces gives exactly what the same file gives in memory, whatever stands where a window ends.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

use std::io;
use std::path::Path;

use motcua_pdf::{Bytes, Document, Error, Limits, Object, Ranged, strays};

#[derive(Debug)]
struct Pieces(Vec<u8>);

impl Ranged for Pieces {
    fn length(&self) -> usize {
        self.0.len()
    }

    fn read(&self, at: usize, into: &mut [u8]) -> io::Result<()> {
        let from = self.0.get(at..at + into.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        into.copy_from_slice(from);
        Ok(())
    }
}

/// Everything the reader says of a file, in words.
fn told(bytes: Bytes<'_>) -> Result<String, Error> {
    let document = Document::open(bytes, &Limits::STANDARD)?;
    let mut told = format!("{:?}\n{:?}\n", document.revisions(), strays(&document));
    for index in 0..document.revisions().len() {
        let view = document.revision(index)?;
        told += &format!("{:?}\n", view.pages().map(|p| p.len()));
        for number in view.entries().keys() {
            let located = view.locate(*number);
            if let Ok(Some(located)) = &located
                && let Object::Stream(stream) = &located.value
            {
                told += &format!("{:?}\n", view.decode(stream).map(|d| d.len()));
            }
            told += &format!("{located:?}\n");
        }
    }
    Ok(told)
}

fn same(bytes: &[u8]) {
    let pieces = Pieces(bytes.to_vec());
    assert_eq!(told(bytes.into()), told((&pieces as &dyn Ranged).into()));
}

/// A PDF whose second object is as long as wanted, so that what follows moves over every edge.
fn padded(pad: usize) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [3 0 R] /Count 1 /Pad ({}) >>", "x".repeat(pad)),
        "<< /Type /Page /Parent 2 0 R /A#42 [1 -2.5 <4142> 5 0 R] /Contents 4 0 R >>".to_owned(),
        "<< /Length 5 0 R >>\nstream\nq\nQ\n\r\nendstream".to_owned(),
        "4".to_owned(),
    ];
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (i, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", out.len());
        out.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", i + 1).as_bytes());
    }
    let at = out.len();
    out.extend_from_slice(
        format!("xref\n0 6\n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n")
            .as_bytes(),
    );
    out
}

#[test]
fn whatever_stands_at_the_edge_of_a_window() {
    // The second object begins at byte 61; its first window ends 4,096 bytes later.
    for pad in 3_900..4_120 {
        same(&padded(pad));
    }
    same(&padded(200_000));
    assert!(told(padded(5).as_slice().into()).is_ok());
}

#[test]
fn cut_and_spoilt_files() {
    let sound = padded(4_000);
    for at in (0..sound.len()).step_by(7) {
        same(&sound[..at]);
        let mut spoilt = sound.clone();
        spoilt[at] ^= 1 << (at % 7);
        same(&spoilt);
    }
}

#[test]
fn files_of_others() {
    let mut count = 0;
    for folder in ["pyhanko-pdf", "pdfcpu-signatures", "misc-signed", "malformed"] {
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora").join(folder);
        let Ok(files) = std::fs::read_dir(&folder) else {
            println!("SKIPPED: {} is absent", folder.display());
            continue;
        };
        for file in files.map(|f| f.unwrap().path()) {
            if file.extension().is_some_and(|e| e == "pdf") {
                same(&std::fs::read(&file).unwrap());
                count += 1;
            }
        }
    }
    println!("{count} files");
}

#[test]
fn read() {
    #[derive(Debug)]
    struct Gone;
    impl Ranged for Gone {
        fn length(&self) -> usize {
            100
        }
        fn read(&self, _: usize, _: &mut [u8]) -> io::Result<()> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let error = Document::open((&Gone as &dyn Ranged).into(), &Limits::STANDARD).unwrap_err();
    assert_eq!((error.code(), error.details().len()), ("pdf.read", 2));
    assert!(error.to_string().contains("cannot be read at byte 0: the disk is gone"), "{error}");
}
