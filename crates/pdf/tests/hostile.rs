//! Files made to cost much: each is refused or read within its budget.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use motcua_pdf::{Document, Limits, strays};

fn read(bytes: &[u8]) -> Result<usize, motcua_pdf::Error> {
    let document = Document::parse(bytes, &Limits::STANDARD)?;
    for index in 0..document.revisions().len() {
        document.revision(index)?.pages()?;
    }
    Ok(strays(&document)?.len())
}

#[track_caller]
fn refused_in_time(name: &str, bytes: &[u8]) {
    let start = Instant::now();
    let code = read(bytes).unwrap_err().code();
    println!("{name}: {} bytes, {code} after {:?}", bytes.len(), start.elapsed());
    assert_eq!(code, "pdf.budget", "{name}");
    assert!(start.elapsed() < Duration::from_secs(5), "{name}");
}

const HEAD: &str = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n";

fn head_rows() -> String {
    ["1 0 obj", "2 0 obj", "3 0 obj"].iter().fold(
        String::from("0000000000 65535 f\r\n"),
        |mut rows, start| {
            let _ = write!(rows, "{:010} 00000 n\r\n", HEAD.find(start).unwrap());
            rows
        },
    )
}

#[test]
fn objects_inside_each_others_strings() {
    let count = 30_000;
    let (mut file, mut rows) = (HEAD.to_owned(), head_rows());
    for number in 4..4 + count {
        let _ = write!(rows, "{:010} 00000 n\r\n", file.len());
        let _ = write!(file, "{number} 0 obj (");
    }
    file.push_str(&") endobj ".repeat(count));
    let start = file.len();
    let size = count + 4;
    let _ = write!(
        file,
        "\nxref\n0 {size}\n{rows}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n",
        start + 1
    );
    refused_in_time("nested strings", file.as_bytes());
}

#[test]
fn a_long_history_of_a_long_table() {
    let (mut file, rows) = (HEAD.to_owned(), head_rows());
    let mut previous = String::new();
    let free = "0000000000 00000 f\r\n".repeat(5_000);
    for revision in 0..100 {
        let start = file.len();
        let (first, rows) = if revision == 0 {
            (0, format!("{rows}{free}"))
        } else {
            (5_000 * revision, free.clone())
        };
        let count = rows.len() / 20;
        let _ = write!(
            file,
            "xref\n{first} {count}\n{rows}trailer\n<< /Size 9999999 /Root 1 0 R {previous} >>\nstartxref\n{start}\n%%EOF\n"
        );
        previous = format!("/Prev {start}");
    }
    refused_in_time("long history", file.as_bytes());
}

#[test]
fn a_table_that_promises_more_than_the_file_holds() {
    let data = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0u8; 400_000 * 3], 9);
    let mut file = HEAD.as_bytes().to_vec();
    let start = file.len();
    file.extend_from_slice(
        format!("4 0 obj\n<< /Type /XRef /W [1 1 1] /Size 400000 /Root 1 0 R /Filter /FlateDecode /Length {} >>\nstream\n", data.len()).as_bytes(),
    );
    file.extend_from_slice(&data);
    file.extend_from_slice(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").as_bytes());
    refused_in_time("promising table", &file);
}
